//! Every sentence on screen, in one place per area, in every language the window speaks.
//!
//! A phrase is a template: `{name}` stands for an argument, `{n:one|other}` for one of two forms by the number `n`
//! (English and German share that plural rule). Nothing is glued together from halves, so word order is free.

pub mod audit;
pub mod canvas;
pub mod customers;
pub mod data;
pub mod export;
pub mod features;
pub mod finding;
pub mod first_run;
pub mod home;
pub mod pictures;
pub mod rules;
pub mod said;
pub mod say;
pub mod settings;
pub mod shell;
pub mod strip;
mod template;

use std::cell::Cell;

pub use template::Value;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Language {
    #[default]
    English,
    German,
    /// Accented and 40 % longer English, to find text that is cut or not translated.
    Pseudo,
}

impl Language {
    /// From a locale name such as `de_AT.UTF-8`; anything unknown is English.
    pub fn of_locale(locale: &str) -> Self {
        if locale.to_ascii_lowercase().starts_with("de") {
            Self::German
        } else if locale.eq_ignore_ascii_case("en-XA") {
            Self::Pseudo
        } else {
            Self::English
        }
    }
}

thread_local! {
    /// The window lives on one thread; so does its language.
    static LANGUAGE: Cell<Language> = const { Cell::new(Language::English) };
}

pub fn set_language(language: Language) {
    LANGUAGE.with(|cell| cell.set(language));
}

pub fn language() -> Language {
    LANGUAGE.with(Cell::get)
}

/// A sentence of a catalogue. Made by [`catalogue!`].
pub trait Phrase: Copy {
    fn english(self) -> &'static str;
    fn german(self) -> &'static str;

    /// The template in the window's language; final for phrases without arguments.
    fn text(self) -> &'static str {
        match language() {
            Language::English => self.english(),
            Language::German => self.german(),
            Language::Pseudo => template::pseudo(self.english()),
        }
    }

    /// The template filled in. Numbers are written as the language writes them.
    fn with(self, values: &[(&str, Value<'_>)]) -> String {
        template::fill(self.text(), values, language())
    }
}

/// Declares the phrases of one area: `Name: "English" | "Deutsch",`.
#[macro_export]
macro_rules! catalogue {
    ($(#[$doc:meta])* $area:ident { $($name:ident: $english:literal | $german:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $area { $($name,)* }

        impl $area {
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];
        }

        impl $crate::ui::strings::Phrase for $area {
            fn english(self) -> &'static str {
                match self { $(Self::$name => $english,)* }
            }

            fn german(self) -> &'static str {
                match self { $(Self::$name => $german,)* }
            }
        }
    };
}

/// Every phrase of the window in English and German, for tests that read them all.
pub fn all() -> Vec<[&'static str; 2]> {
    fn both(phrases: &[impl Phrase]) -> impl Iterator<Item = [&'static str; 2]> {
        phrases.iter().map(|phrase| [phrase.english(), phrase.german()])
    }
    both(audit::Audit::ALL)
        .chain(both(canvas::Canvas::ALL))
        .chain(both(customers::Customers::ALL))
        .chain(both(data::Data::ALL))
        .chain(both(export::Export::ALL))
        .chain(both(features::Features::ALL))
        .chain(both(finding::Finding::ALL))
        .chain(both(first_run::FirstRun::ALL))
        .chain(both(home::Home::ALL))
        .chain(both(pictures::Pictures::ALL))
        .chain(both(rules::Rules::ALL))
        .chain(both(said::GroupName::ALL))
        .chain(both(said::Distinction::ALL))
        .chain(both(said::Habit::ALL))
        .chain(both(said::Need::ALL))
        .chain(both(said::Loss::ALL))
        .chain(both(said::Clause::ALL))
        .chain(both(said::KeyName::ALL))
        .chain(both(said::TargetName::ALL))
        .chain(both(said::Aside::ALL))
        .chain(both(said::Work::ALL))
        .chain(both(say::Say::ALL))
        .chain(both(settings::Settings::ALL))
        .chain(both(shell::Shell::ALL))
        .chain(both(strip::Strip::ALL))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_use_the_same_arguments() {
        for [english, german] in all() {
            assert_eq!(template::arguments(english), template::arguments(german), "{english}");
        }
    }
}
