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
#[serde(into = "String", try_from = "String")]
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

/// The text names no page; it says which forms there are.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a page; write home, collection:ID, product:ID, cart:ID,ID, search:QUERY, email:TRIGGER or thank_you:ID,ID"
)]
pub struct NotAPage(String);

impl std::str::FromStr for PageRef {
    type Err = NotAPage;

    fn from_str(text: &str) -> Result<Self, NotAPage> {
        let (word, rest) = text.split_once(':').unwrap_or((text, ""));
        let ids = || rest.split(',').map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect();
        match word {
            "home" if rest.is_empty() => Ok(Self::Home),
            "collection" if !rest.is_empty() => Ok(Self::Collection(rest.to_owned())),
            "product" if !rest.is_empty() => Ok(Self::Product(rest.to_owned())),
            "cart" => Ok(Self::Cart(ids())),
            "search" => Ok(Self::Search(rest.to_owned())),
            "email" if !rest.is_empty() => Ok(Self::Email(rest.to_owned())),
            "thank_you" => Ok(Self::ThankYou(ids())),
            _ => Err(NotAPage(text.to_owned())),
        }
    }
}

impl TryFrom<String> for PageRef {
    type Error = NotAPage;

    fn try_from(text: String) -> Result<Self, NotAPage> {
        text.parse()
    }
}

impl From<PageRef> for String {
    fn from(page: PageRef) -> Self {
        page.to_string()
    }
}

impl std::fmt::Display for PageRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Home => f.write_str("home"),
            Self::Collection(id) => write!(f, "collection:{id}"),
            Self::Product(id) => write!(f, "product:{id}"),
            Self::Cart(ids) => write!(f, "cart:{}", ids.join(",")),
            Self::Search(query) => write!(f, "search:{query}"),
            Self::Email(trigger) => write!(f, "email:{trigger}"),
            Self::ThankYou(ids) => write!(f, "thank_you:{}", ids.join(",")),
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
