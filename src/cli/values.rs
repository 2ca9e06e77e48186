//! Argument values that several commands share.

use jiff::civil;

/// `2025-11-14`.
pub fn date(text: &str) -> Result<civil::Date, jiff::Error> {
    text.parse()
}

/// The instant a day begins, UTC.
pub fn midnight(date: civil::Date) -> i64 {
    crate::shop::TimeZoneName::default().instant(date.at(0, 0, 0, 0))
}

/// `en` or `de`.
pub fn language(code: &str) -> Result<crate::shop::StoreLanguage, serde_json::Error> {
    serde_json::from_value(serde_json::Value::String(code.to_ascii_lowercase()))
}
