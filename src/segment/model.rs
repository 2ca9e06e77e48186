//! The portable cluster model: from observed facts to a group with the same answer in Rust, JavaScript and SQL.
//!
//! Every fact arrives as an integer. Bins turn it into another small integer `x` (the logarithm and the clipping are in
//! the bins), then `z = (x − mean) / scale`; squared distances are summed in feature order and compared with a strict
//! `<`. Means and scales are integers and centroids have four decimals, so every runtime reads the same doubles.

use serde::{Deserialize, Serialize};

use crate::features::catalogue::observe;

/// Features in order, centroids over their `z`, and for each centroid the group it stands for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ClusterModel {
    pub features: Vec<ModelFeature>,
    pub centroids: Vec<Vec<f64>>,
    /// By centroid: the id of its group. Merged groups share one.
    pub labels: Vec<String>,
}

/// One input of the model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelFeature {
    /// Column of the feature catalogue.
    pub name: String,
    /// The observed fact is `floor(value × multiplier + 0.5)`.
    pub multiplier: i64,
    /// `x` when the fact is not known.
    pub missing: i64,
    /// Ascending by `from`: a fact takes the `x` of the last bin whose `from` it reaches, or of the first bin.
    pub bins: Vec<Bin>,
    pub mean: i64,
    pub scale: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bin {
    pub from: i64,
    pub x: i64,
}

impl ModelFeature {
    /// The integer fact of a feature value.
    pub fn observe(&self, value: f64) -> Option<i64> {
        observe(value, self.multiplier)
    }

    pub fn quantise(&self, fact: Option<i64>) -> i64 {
        let Some(fact) = fact else { return self.missing };
        let reached = self.bins.partition_point(|bin| bin.from <= fact);
        self.bins.get(reached.saturating_sub(1)).map_or(self.missing, |bin| bin.x)
    }

    pub fn z(&self, fact: Option<i64>) -> f64 {
        (self.quantise(fact) - self.mean) as f64 / self.scale as f64
    }
}

impl ClusterModel {
    /// Index of the nearest centroid for facts in feature order; `None` when the model has no centroid.
    pub fn assign(&self, facts: &[Option<i64>]) -> Option<usize> {
        let row: Vec<f64> = self.features.iter().zip(facts).map(|(feature, fact)| feature.z(*fact)).collect();
        self.nearest(&row)
    }

    /// The nearest centroid of a row of `z`; the lower index of equals.
    pub fn nearest(&self, row: &[f64]) -> Option<usize> {
        let mut best: Option<(usize, f64)> = None;
        for (index, centroid) in self.centroids.iter().enumerate() {
            let mut distance = 0.0;
            for (value, centre) in row.iter().zip(centroid) {
                let apart = value - centre;
                distance += apart * apart;
            }
            if best.is_none_or(|best| distance < best.1) {
                best = Some((index, distance));
            }
        }
        best.map(|best| best.0)
    }
}

/// Four decimals, as centroids are kept.
pub fn rounded(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model() -> ClusterModel {
        let feature = ModelFeature {
            name: "recency_days".to_owned(),
            multiplier: 1,
            missing: 500,
            bins: vec![Bin { from: 0, x: 0 }, Bin { from: 10, x: 1_000 }, Bin { from: 100, x: 2_000 }],
            mean: 1_000,
            scale: 500,
        };
        ClusterModel {
            features: vec![feature],
            centroids: vec![vec![-2.0], vec![0.0], vec![2.0]],
            labels: vec!["a".to_owned(), "b".to_owned(), "c".to_owned()],
        }
    }

    #[test]
    fn facts_go_to_bins_and_bins_to_the_nearest_centroid() {
        let model = model();
        assert_eq!(model.assign(&[Some(-3)]), Some(0));
        assert_eq!(model.assign(&[Some(9)]), Some(0));
        assert_eq!(model.assign(&[Some(10)]), Some(1));
        assert_eq!(model.assign(&[Some(5_000)]), Some(2));
    }

    #[test]
    fn a_tie_takes_the_lower_index() {
        // Missing gives z = −1, half way between the first two centroids.
        assert_eq!(model().assign(&[None]), Some(0));
    }

    #[test]
    fn the_model_survives_json_bit_for_bit() {
        let model = model();
        let text = serde_json::to_string(&model).unwrap();
        assert_eq!(serde_json::from_str::<ClusterModel>(&text).unwrap(), model);
    }
}
