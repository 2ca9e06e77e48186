//! Filling phrases in.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::Language;
use crate::ui::format::grouped;

/// An argument of a phrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    Text(&'a str),
    Number(i64),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

macro_rules! numbers {
    ($($kind:ty),*) => {$(
        impl From<$kind> for Value<'_> {
            fn from(number: $kind) -> Self {
                Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
            }
        }
    )*};
}
numbers!(i32, i64, u8, u32, u64, usize);

pub(super) fn fill(template: &str, values: &[(&str, Value<'_>)], language: Language) -> String {
    let mut filled = String::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        filled.push_str(&rest[..open]);
        let Some(length) = rest[open..].find('}') else {
            break;
        };
        let inside = &rest[open + 1..open + length];
        rest = &rest[open + length + 1..];
        let (name, forms) = match inside.split_once(':') {
            Some((name, forms)) => (name, forms.split_once('|')),
            None => (inside, None),
        };
        let value = values.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        match (value, forms) {
            (Some(Value::Number(1)), Some((one, _))) => filled.push_str(one),
            (_, Some((_, other))) => filled.push_str(other),
            (Some(Value::Text(text)), None) => filled.push_str(text),
            (Some(Value::Number(number)), None) => filled.push_str(&grouped(number, language)),
            (None, None) => filled.push_str(name),
        }
    }
    filled.push_str(rest);
    filled
}

/// Names of all arguments, ascending, each once.
#[cfg(test)]
pub(super) fn arguments(template: &str) -> Vec<&str> {
    let mut names: Vec<&str> =
        template.split('{').skip(1).filter_map(|rest| rest.split(['}', ':']).next()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

thread_local! {
    static PSEUDO: RefCell<BTreeMap<&'static str, &'static str>> = const { RefCell::new(BTreeMap::new()) };
}

/// Accents on vowels and room for longer languages; arguments stay. Each phrase is made once and kept for good, which
/// is bounded by the catalogue.
pub(super) fn pseudo(english: &'static str) -> &'static str {
    PSEUDO.with_borrow_mut(|known| {
        *known.entry(english).or_insert_with(|| {
            let mut inside = false;
            let mut text = String::from("[");
            for letter in english.chars() {
                inside = (inside || letter == '{') && letter != '}';
                text.push(match letter {
                    _ if inside => letter,
                    'a' => 'á',
                    'e' => 'é',
                    'i' => 'í',
                    'o' => 'ó',
                    'u' => 'ü',
                    'A' => 'Å',
                    'E' => 'É',
                    'O' => 'Ö',
                    other => other,
                });
            }
            let room = english.chars().count() * 2 / 5;
            text.extend(std::iter::repeat_n('~', room));
            text.push(']');
            Box::leak(text.into_boxed_str())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plural_forms_and_arguments_are_filled_in() {
        let template = "{n} {n:product has|products have} no picture in {where}";
        let english =
            |n: i64| fill(template, &[("n", n.into()), ("where", "Home".into())], Language::English);
        assert_eq!(english(1), "1 product has no picture in Home");
        assert_eq!(english(1_204), "1,204 products have no picture in Home");
    }

    #[test]
    fn the_pseudo_language_keeps_arguments() {
        let text = pseudo("Pin {product} here");
        assert!(text.contains("{product}") && text.starts_with("[Pín"), "{text}");
    }
}
