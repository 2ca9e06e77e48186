//! Argument values that several commands share.

use jiff::civil;

/// `2025-11-14`.
pub fn date(text: &str) -> Result<civil::Date, jiff::Error> {
    text.parse()
}
