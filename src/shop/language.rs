//! The language a store speaks to its shoppers.

use serde::{Deserialize, Serialize};

/// What the words of a new store's pages are written in. The merchant may then write anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoreLanguage {
    #[default]
    #[serde(rename = "en")]
    English,
    #[serde(rename = "de")]
    German,
}
