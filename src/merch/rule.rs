//! A rule: what is done, to which products, where, for whom and when.

use serde::{Deserialize, Serialize};

use super::layout::PageKey;
use crate::shop::Seconds;

/// One line of the rules list. List order matters only between rules of the same force and the same specificity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Unique in the document, stable for good, for example `r12`.
    pub id: String,
    /// The merchant's own name for it, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    pub enabled: bool,
    pub action: Action,
    pub target: Target,
    #[serde(default)]
    pub scope: Scope,
    #[serde(default)]
    pub schedule: Schedule,
    /// When it was made, UTC.
    pub created_at: Seconds,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Action {
    /// Takes a place. Targets must be listed products; several take consecutive places.
    Pin {
        /// 1-based, absolute over the whole list.
        position: u32,
        /// Soft: at or before `position`, earlier if its score says so.
        #[serde(default)]
        soft: bool,
        #[serde(default)]
        keep_when_sold_out: bool,
    },
    /// Adds points on the scale where 100 000 is one point of 100 on screen.
    Boost {
        points: i64,
        #[serde(default)]
        uncapped: bool,
    },
    /// Takes points away. `points` is positive.
    Bury {
        points: i64,
    },
    Hide,
    /// In scope, nothing but the target is shown (pins excepted).
    OnlyShow,
}

impl Action {
    pub const SLIGHT: i64 = 500_000;
    pub const MEDIUM: i64 = 1_000_000;
    pub const STRONG: i64 = 2_000_000;
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", content = "of", rename_all = "snake_case")]
pub enum Target {
    Products(Vec<String>),
    Where(Condition),
}

/// A filter over catalog facts. A missing fact never satisfies a comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Is { field: Field, operator: Operator, value: String },
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    ProductType,
    Vendor,
    Collection,
    Tag,
    Title,
    /// Minor units.
    Price,
    /// Percent off the "was" price, whole percent rounded down.
    DiscountPercent,
    Stock,
    /// Epoch seconds.
    CreatedAt,
    /// Whole days before `now`.
    AgeDays,
    /// 0…10 000, as the margin signal.
    Margin,
    /// 0…10 000, as the popularity signal.
    Popularity,
    Attribute(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operator {
    Equals,
    /// Case-folded substring.
    Contains,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Where and for whom. `None` and an empty page list mean everywhere and everyone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pages: Vec<PageKey>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block: Option<String>,
    /// Segment ids; `None` is everyone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segments: Option<Vec<String>>,
    /// Normalised queries this rule is for; only on search pages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub queries: Vec<String>,
}

/// Half-open `[from, until)`, UTC. Written in the store's time zone on screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Seconds>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Seconds>,
}

impl Schedule {
    pub fn holds(self, now: Seconds) -> bool {
        self.from.is_none_or(|from| from <= now) && self.until.is_none_or(|until| now < until)
    }
}
