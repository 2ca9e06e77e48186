//! The search index as it travels: words with the products they stand on and integer points.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Compiled by `search`, read by `decide`. Words are folded (lower case, no accents), ascending.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextIndex {
    pub words: Vec<(String, Vec<Posting>)>,
    /// Query suggestions, best first: text and searches or sales behind it.
    pub suggestions: Vec<(String, u32)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posting {
    pub product: u32,
    /// Field-weighted term score, 0…10 000.
    pub points: u16,
    /// Bit set of fields: 1 title, 2 type, 4 vendor, 8 tag, 16 attribute, 32 description, 64 id or SKU.
    pub fields: u8,
}

/// A text as the index spells it: decomposed (Unicode NFD), without combining marks, lower case code point by code
/// point. The same in every runtime; no locale.
pub fn fold(text: &str) -> String {
    text.nfd()
        .filter(|letter| !is_combining_mark(*letter))
        .flat_map(char::to_lowercase)
        .filter(|letter| !is_combining_mark(*letter))
        .collect()
}

/// Folded words: runs of alphabetic or numeric code points.
pub fn words(text: &str) -> Vec<String> {
    fold(text)
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lose_case_accents_and_punctuation() {
        assert_eq!(words("Crème-brûlée, 2er SET!"), ["creme", "brulee", "2er", "set"]);
        assert_eq!(words("İstanbul"), ["istanbul"]);
        assert!(words(" ,. ").is_empty());
    }
}
