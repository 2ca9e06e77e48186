//! What is known about products, as integers 0…10 000, with the evidence behind every sentence.

use serde::{Deserialize, Serialize};

use crate::shop::Minor;

/// Per catalog product (same index) and signal; `None` is unknown, which is not zero.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signals {
    pub popularity: Vec<Option<u16>>,
    /// As popularity but of the last days only; the order of the trending source.
    pub trending: Vec<Option<u16>>,
    pub newness: Vec<Option<u16>>,
    pub margin: Vec<Option<u16>>,
    pub stock: Vec<Option<u16>>,
    /// First `*` (everyone), then segments in their order.
    pub relevance: Vec<SegmentRelevance>,
    pub evidence: Vec<ProductEvidence>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentRelevance {
    pub segment: String,
    pub relevance: Vec<Option<u16>>,
    pub evidence: Vec<SegmentEvidence>,
}

/// Aggregates over all customers; never about one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductEvidence {
    pub sold_30_days: u32,
    /// 1 is the best seller of the last 30 days; 0 is not sold. Where the shop has sold nothing yet, the rank by visitors.
    pub sales_rank: u32,
    /// Margin of one, minor units, where the cost is known.
    pub margin: Option<Minor>,
    /// Percent of products that earn less.
    pub margin_percentile: u8,
    /// Stock divided by weekly sales, in tenths of a week; `None` without sales or tracking.
    pub cover_weeks_tenths: Option<u32>,
    /// Too new to have sales: placed by similarity to this catalog index.
    pub cold_start_from: Option<u32>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentEvidence {
    /// Customers of the segment who bought it; groups of fewer than 10 customers carry zeros.
    pub buyers: u32,
    /// How many times as often as other customers, in permille; 0 when too few to say.
    pub ratio_permille: u32,
}

impl Signals {
    /// Relevance column of a segment, else that of everyone.
    pub fn relevance_of(&self, segment: &str) -> Option<&SegmentRelevance> {
        self.relevance.iter().find(|column| column.segment == segment).or_else(|| self.relevance.first())
    }
}
