//! What is known about one page view before it is decided.

use serde::{Deserialize, Serialize};

use crate::merch::PageKey;
use crate::shop::Seconds;

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Visit {
    pub page: PageRef,
    /// A segment id, `*`, or `None` to assign one from `facts`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segment: Option<String>,
    /// Observed features by name, quantised as the bundle states; used only when `segment` is `None`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<(String, i64)>,
    /// Any order; newest counts first, ties by product id then kind.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<HistoryItem>,
    /// Epoch seconds.
    pub now: Seconds,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Key for experiment arms; pseudonymous.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visitor: Option<String>,
    /// False: no consent, so segment `*` and no history.
    #[serde(default = "yes")]
    pub personalize: bool,
    /// The page's own facet filters: (product type | vendor | tag | attribute name, value); all must hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<(String, String)>,
    /// Paging of every product block; positions stay absolute.
    #[serde(default)]
    pub offset: u32,
    /// `None`: the block's size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

fn yes() -> bool {
    true
}

impl Visit {
    /// A page as everyone sees it.
    pub fn of(page: PageRef, now: Seconds) -> Self {
        Self {
            page,
            segment: None,
            facts: Vec::new(),
            history: Vec::new(),
            now,
            device: None,
            source: None,
            visitor: None,
            personalize: true,
            filters: Vec::new(),
            offset: 0,
            limit: None,
        }
    }
}

/// Which page is looked at, with its own subject. Written `home`, `collection:ID`, `product:ID`, `cart:ID,ID`,
/// `search:QUERY`, `email:TRIGGER`, `thank_you:ID,ID`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageRef {
    Home,
    Collection(String),
    Product(String),
    Cart(Vec<String>),
    Search(String),
    Email(String),
    ThankYou(Vec<String>),
}

impl PageRef {
    /// The layout and rule key of this page.
    pub fn key(&self) -> PageKey {
        match self {
            Self::Home => PageKey::Home,
            Self::Collection(id) => PageKey::Collection(Some(id.clone())),
            Self::Product(id) => PageKey::Product(Some(id.clone())),
            Self::Cart(_) => PageKey::Cart,
            Self::Search(_) => PageKey::Search,
            Self::Email(trigger) => PageKey::Email(Some(trigger.clone())),
            Self::ThankYou(_) => PageKey::ThankYou,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct HistoryItem {
    pub product: String,
    pub kind: HistoryKind,
    /// Seconds before `now`, never negative.
    pub age: Seconds,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HistoryKind {
    View,
    Cart,
    Purchase,
}
