//! The portable artefact: all a page decision needs, and no personal data.
//!
//! In memory the heavy tables are shared (`Arc`), so an edit makes a new bundle without copying them.
//! **Invariant**: everything that orders products is an integer below 2^53, and products are in ascending id order, so
//! that a smaller index is a smaller id.

pub mod canonical;
pub mod catalog;
pub mod check;
pub mod disk;
pub mod files;
pub mod neighbors;
pub mod schema;
pub mod segments;
pub mod signals;
pub mod text_index;
pub mod web;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use catalog::{Catalog, CatalogProduct, Collection};
pub use check::{Finding, Severity};
pub use disk::{Error, Extras, Manifest, read, write};
pub use files::Files;
pub use neighbors::{MAX_NEIGHBORS, Neighbor, Neighbors, PairEvidence, Strategy};
pub use segments::{
    ClusterModel, EVERYONE, ModelFeature, SegmentCondition, SegmentInfo, SegmentRule, Segments,
};
pub use signals::{ProductEvidence, SegmentEvidence, SegmentRelevance, Signals};
pub use text_index::{Posting, TextIndex, fold, words};

use crate::merch::{Document, Source};
use crate::shop::{Currency, Seconds, TimeZoneName};

/// One store's personalization as one value.
#[derive(Clone, Debug)]
pub struct Bundle {
    pub info: BundleInfo,
    pub catalog: Arc<Catalog>,
    pub segments: Arc<Segments>,
    pub signals: Arc<Signals>,
    pub neighbors: Arc<Neighbors>,
    pub text_index: Arc<TextIndex>,
    /// The merchant's layouts, rules and search settings.
    pub document: Arc<Document>,
    pub experiments: Arc<Vec<Experiment>>,
    pub history_tables: HistoryTables,
}

/// What the manifest says besides files and digests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BundleInfo {
    pub store: String,
    pub platform: String,
    pub currency: Currency,
    pub time_zone: TimeZoneName,
    /// The date the models look back from.
    pub as_of: Seconds,
    /// When the catalog's stock and prices were read.
    pub snapshot_at: Seconds,
}

/// How much a visit's history counts against its segment, and how fast it fades (RANKING, relevance of one visit).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryTables {
    /// Permille of history by number of events: index 0 is no event; past the end the last holds.
    pub trust: Vec<u32>,
    /// Permille by rank, newest first; past the end nothing counts.
    pub recency: Vec<u32>,
    /// Permille per kind.
    pub view: u32,
    pub cart: u32,
    pub purchase: u32,
}

impl Default for HistoryTables {
    fn default() -> Self {
        Self {
            trust: vec![0, 300, 450, 600, 700, 800],
            recency: (0..20_u32).map(|rank| 1000 - rank * 45).collect(),
            view: 500,
            cart: 800,
            purchase: 1000,
        }
    }
}

/// A fair test: arms share 10 000 buckets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Experiment {
    pub id: String,
    pub name: String,
    /// Experiments of one layer never overlap on a visitor.
    pub layer: String,
    pub arms: Vec<Arm>,
    /// True: arm `holdout` sees the default layout, no rules, no personalization.
    pub has_holdout: bool,
    pub from: Option<Seconds>,
    pub until: Option<Seconds>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arm {
    pub id: String,
    /// Half-open bucket range `[start, end)` of 0…10 000.
    pub start: u32,
    pub end: u32,
}

impl Bundle {
    /// The same bundle with another document; heavy tables are shared.
    pub fn with_document(&self, document: Arc<Document>) -> Self {
        Self { document, ..self.clone() }
    }

    /// Which neighbour list a block source reads, if any.
    pub fn strategy_of(source: &Source) -> Option<Strategy> {
        match source {
            Source::BoughtTogether => Some(Strategy::BoughtTogether),
            Source::Similar => Some(Strategy::Similar),
            Source::AlsoViewed => Some(Strategy::AlsoViewed),
            Source::ViewedThenBought => Some(Strategy::ViewedThenBought),
            Source::CompleteTheSet => Some(Strategy::CompleteTheSet),
            _ => None,
        }
    }
}
