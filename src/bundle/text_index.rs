//! The search index as it travels: words with the products they stand on and integer points.

use serde::{Deserialize, Serialize};

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
