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

impl<'a> From<&'a std::borrow::Cow<'_, str>> for Value<'a> {
    fn from(text: &'a std::borrow::Cow<'_, str>) -> Self {
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

/// The arguments that make `text` of a template without plural forms; `None` when it says something else.
pub(super) fn captured<'a>(template: &'static str, text: &'a str) -> Option<Vec<(&'static str, &'a str)>> {
    let mut parts = template.split('{');
    let mut rest = text.strip_prefix(parts.next()?)?;
    let mut values = Vec::new();
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        let (name, after) = part.split_once('}')?;
        let length = match (after, parts.peek()) {
            ("", None) => rest.len(),
            (after, None) => rest.strip_suffix(after)?.len(),
            (after, Some(_)) => rest.find(after)?,
        };
        if length == 0 {
            return None;
        }
        values.push((name, &rest[..length]));
        rest = &rest[length + after.len()..];
    }
    rest.is_empty().then_some(values)
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
    fn arguments_are_found_again_in_what_was_filled_in() {
        assert_eq!(captured("{n} more orders", "1,204 more orders"), Some(vec![("n", "1,204")]));
        assert_eq!(captured("{n} more orders", "12 more orders with several products"), None);
        assert_eq!(captured("{a} of {b} pages", "3 of 4 pages"), Some(vec![("a", "3"), ("b", "4")]));
        assert_eq!(captured("Saving", "Saving"), Some(Vec::new()));
        assert_eq!(captured("{category} people", " people"), None);
    }

    #[test]
    fn the_pseudo_language_keeps_arguments() {
        let text = pseudo("Pin {product} here");
        assert!(text.contains("{product}") && text.starts_with("[Pín"), "{text}");
    }
}
