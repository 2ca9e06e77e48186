//! A decided page: every slot with its product, its score and its explanation.

use serde::{Deserialize, Serialize};

use crate::bundle::{PairEvidence, Strategy};
use crate::merch::{BlockKind, Signal};
use crate::shop::{Minor, Seconds};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    pub page: String,
    /// The segment it was decided for, `*` for everyone.
    pub segment: String,
    /// Id of the layout variant, `default` otherwise.
    pub layout: String,
    pub at: Seconds,
    pub blocks: Vec<BlockPage>,
    /// Where a search redirect leads, if one fired.
    pub redirect: Option<String>,
    /// Products that fit the words of a search, shown or not; `None` on every other page. At 0 the rows hold what the
    /// layout falls back to, and the page should say so.
    pub found: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockPage {
    pub id: String,
    pub title: String,
    pub kind: BlockKind,
    pub slots: Vec<Slot>,
    /// Places the block could fill without the cut.
    pub total: u32,
    pub funnel: Funnel,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// 1-based, absolute over the whole list.
    pub position: u32,
    /// Catalog index.
    pub product: u32,
    /// 10 000 000 is 100 points on screen; boosts may exceed it.
    pub score: i64,
    pub badges: Vec<Badge>,
    pub why: Why,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Badge {
    Pinned,
    Boosted,
    Buried,
    Scheduled,
    Conflict,
    New,
    Sale,
    LowStock,
    SoldOut,
}

/// Terms and rule points add up exactly to `Slot::score`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    pub sentence: Sentence,
    pub terms: Vec<Term>,
    pub rules: Vec<RuleTrace>,
    /// The place it would have without any rule, 1-based; `None` when it would not be shown.
    pub place_without_rules: Option<u32>,
    /// The next product in order and how many points it is behind.
    pub next: Option<(u32, i64)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    pub kind: TermKind,
    /// Permille.
    pub weight: u32,
    /// `None`: the signal knows nothing about the product and the block's neutral value stood in.
    pub value: Option<u16>,
    pub points: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TermKind {
    Signal(Signal),
    /// Taken off for similarity to a product that stands before it; points are negative.
    Variety,
    /// Sum of boosts and buries after the cap.
    Rules,
}

/// A rule that matched this product here, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleTrace {
    pub rule: String,
    /// Its own points before the cap; 0 for pins, hides and filters.
    pub points: i64,
    pub outcome: RuleOutcome,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleOutcome {
    Won,
    /// Lost to the rule with this id.
    LostTo(String),
    /// A pin whose product may not show now.
    Waiting,
    Capped,
}

/// The first sentence of an explanation, as data; words are made by whoever shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "says", rename_all = "snake_case")]
pub enum Sentence {
    Pinned {
        rule: String,
        since: Seconds,
    },
    /// Members of the segment buy it `ratio_permille` / 1000 times as often as others.
    SegmentTaste {
        segment: String,
        buyers: u32,
        customers: u32,
        ratio_permille: u32,
    },
    /// The segment's relevance without counts that could carry a sentence.
    Relevant {
        segment: String,
    },
    History {
        because_of: u32,
        strategy: Option<Strategy>,
        evidence: PairEvidence,
    },
    Pair {
        source: u32,
        strategy: Strategy,
        evidence: PairEvidence,
    },
    Popular {
        sold_30_days: u32,
        rank: u32,
        of: u32,
    },
    New {
        days: u32,
    },
    Margin {
        earns: Option<Minor>,
        percentile: u8,
    },
    Stock {
        level: Option<i64>,
        cover_weeks_tenths: Option<u32>,
    },
    Boosted {
        rule: String,
        points: i64,
    },
    ColdStart {
        like: Option<u32>,
    },
    TextMatch {
        words: Vec<String>,
    },
    Fallback,
}

/// How many products were left after each step, for "how this row was filled".
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Funnel {
    pub catalog: u32,
    pub candidates: u32,
    pub after_rules: u32,
    pub in_stock: u32,
    pub shown: u32,
}

/// Why a product does not stand in a block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Absence {
    UnknownProduct,
    UnknownBlock,
    /// It does stand there, at this position.
    Shown(u32),
    Removed(Step),
    /// In order, but past the cut: its place and the points it lacks to the last shown.
    BelowTheCut {
        place: u32,
        lacks: i64,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    NotACandidate,
    Unpublished,
    NoPrice,
    HiddenBy(String),
    OutsideOnlyShow(String),
    OutOfStock,
    PageFilter,
    /// Already in this block of the page.
    ShownAbove(String),
    SeedOrCart,
}
