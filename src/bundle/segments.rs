//! Groups of customers as a model a runtime can apply, without the customers.

use serde::{Deserialize, Serialize};

/// The id of everyone.
pub const EVERYONE: &str = "*";

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Segments {
    /// In order of revenue, largest first; never holds `*`.
    pub segments: Vec<SegmentInfo>,
    /// Tried first, in list order.
    pub rules: Vec<SegmentRule>,
    pub model: Option<ClusterModel>,
    /// Stages for visitors with too little history for the model (new, first visit from a campaign, returning without
    /// orders), tried after it in list order.
    #[serde(default)]
    pub lifecycle: Vec<SegmentRule>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SegmentInfo {
    /// Stable across runs, for example `s3`.
    pub id: String,
    pub name: String,
    pub description: String,
    pub customers: u32,
    /// Permille of all customers.
    pub customer_share: u32,
    /// Permille of all revenue.
    pub revenue_share: u32,
    /// Place in the eight-colour, eight-marker palette.
    pub color: u8,
    pub hidden: bool,
}

/// A rule group: a sentence of conditions over named features.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SegmentRule {
    pub segment: String,
    /// Any of these groups of conditions; inside one group all must hold.
    pub any_of: Vec<Vec<SegmentCondition>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SegmentCondition {
    /// A name of the feature catalogue.
    pub feature: String,
    pub operator: crate::merch::Operator,
    /// Quantised as the feature is.
    pub value: i64,
}

/// Nearest centroid over quantised, scaled features; squared distance summed in listed order, ties to the lower index.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ClusterModel {
    pub features: Vec<ModelFeature>,
    /// One row per cluster, `features.len()` values each.
    pub centroids: Vec<Vec<f64>>,
    /// Segment id per cluster; `*` where the group is too small to ship.
    pub labels: Vec<String>,
}

/// How a raw fact becomes a coordinate: quantise (`floor(raw × quantum + 0.5)`), transform, `(x − mean) / scale`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ModelFeature {
    pub name: String,
    /// Which observed fact it reads, in the feature catalogue's words.
    pub source: String,
    /// Used when the fact is not observed, before the transform.
    pub missing: i64,
    /// Steps per unit of the raw fact. Without bins the transformed value is `quantised / quantum`.
    pub quantum: i64,
    /// True: `ln(1 + quantised / quantum)`, looked up in `bins`, never computed at run time.
    pub log1p: bool,
    /// Ascending upper bounds of quantised values with the transformed value of each bin: (exclusive bound, value).
    pub bins: Vec<(i64, f64)>,
    pub mean: f64,
    pub scale: f64,
}

impl Segments {
    /// How people call a segment; an id that is not known is its own name.
    pub fn name_of<'a>(&'a self, id: &'a str) -> &'a str {
        if id == super::EVERYONE {
            return "Everyone";
        }
        self.segments.iter().find(|segment| segment.id == id).map_or(id, |segment| segment.name.as_str())
    }

    /// The same with every number of the model to six decimals: what a bundle on disk holds. Compile with it, so that
    /// the preview assigns exactly as every runtime will.
    #[must_use]
    pub fn rounded(&self) -> Self {
        let mut rounded = self.clone();
        if let Some(model) = &mut rounded.model {
            for feature in &mut model.features {
                feature.mean = super::canonical::rounded(feature.mean);
                feature.scale = super::canonical::rounded(feature.scale);
                for (_, value) in &mut feature.bins {
                    *value = super::canonical::rounded(*value);
                }
            }
            for value in model.centroids.iter_mut().flatten() {
                *value = super::canonical::rounded(*value);
            }
        }
        rounded
    }
}
