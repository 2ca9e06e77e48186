//! Whether the store still looks as it did when it was trained.

use serde::{Deserialize, Serialize};

use crate::features::CustomerFeatures;
use crate::features::catalogue::CATEGORY_LEAN;

use super::statistics::stability_index;

/// Below: as it was.
pub const FINE: f64 = 0.1;
/// Above: train again.
pub const RETRAIN: f64 = 0.25;

const BINS: usize = 10;
const FEWEST_CUSTOMERS: usize = 100;

/// How far one feature has moved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FeatureDrift {
    pub feature: String,
    /// Population stability index over deciles of the earlier values.
    pub index: f64,
    pub median_before: f64,
    pub median_now: f64,
}

/// What to think of it, and what to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drift {
    /// Largest index first.
    pub features: Vec<FeatureDrift>,
    pub verdict: Verdict,
    pub advice: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    TooFew,
    Stable,
    Watch,
    Retrain,
}

/// What the buyers of one date looked like, without anybody in it: kept when models are trained.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Population {
    pub buyers: u32,
    pub features: Vec<Spread>,
}

/// How one feature was spread: its deciles, those that coincide once, and the share of buyers between them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    pub feature: String,
    pub cuts: Vec<f64>,
    pub shares: Vec<f64>,
    pub median: f64,
}

/// The buyers of a date. Days and everything else that grows with time are measured from it, so that waiting alone is
/// no drift.
pub fn population(features: &CustomerFeatures) -> Population {
    let buyers = buyers(features);
    let spread = |name: String| {
        let values = sorted(&features.values(&name)?, &buyers);
        (values.len() >= FEWEST_CUSTOMERS).then(|| {
            let mut cuts: Vec<f64> = (1..BINS).map(|tenth| values[tenth * values.len() / BINS]).collect();
            cuts.dedup();
            Spread { shares: shares(&values, &cuts), cuts, median: values[values.len() / 2], feature: name }
        })
    };
    let names = features
        .catalogue()
        .into_iter()
        .map(|info| info.name)
        .filter(|name| !name.starts_with(CATEGORY_LEAN) && !name.ends_with("_lean"));
    Population { buyers: buyers.len() as u32, features: names.filter_map(spread).collect() }
}

/// Compares the buyers of now with those a model was trained on, feature by feature.
pub fn since(then: &Population, now: &CustomerFeatures) -> Drift {
    let today = buyers(now);
    let fewer = today.len().min(then.buyers as usize);
    if fewer < FEWEST_CUSTOMERS {
        return Drift {
            features: Vec::new(),
            verdict: Verdict::TooFew,
            advice: format!(
                "Too few customers to compare: {FEWEST_CUSTOMERS} are needed on both dates, there are {fewer}."
            ),
        };
    }
    let mut features: Vec<FeatureDrift> = then
        .features
        .iter()
        .filter_map(|spread| {
            let values = sorted(&now.values(&spread.feature)?, &today);
            (values.len() >= FEWEST_CUSTOMERS).then(|| FeatureDrift {
                index: stability_index(&spread.shares, &shares(&values, &spread.cuts)),
                median_before: spread.median,
                median_now: values[values.len() / 2],
                feature: spread.feature.clone(),
            })
        })
        .collect();
    features.sort_by(|one, two| two.index.total_cmp(&one.index).then_with(|| one.feature.cmp(&two.feature)));
    let worst = features.first().map_or(0.0, |feature| feature.index);
    let moved = features.iter().filter(|feature| feature.index > RETRAIN).count();
    let (verdict, advice) = if worst > RETRAIN {
        let what = features.first().map_or("", |feature| feature.feature.as_str()).replace('_', " ");
        (Verdict::Retrain, format!("Train again: {moved} figures have moved clearly, most of all {what}."))
    } else if worst > FINE {
        (Verdict::Watch, "Some figures have moved a little. Nothing to do yet.".to_owned())
    } else {
        (Verdict::Stable, "Customers look as they did when this was trained.".to_owned())
    };
    Drift { features, verdict, advice }
}

/// Compares the buyers of two dates of the same data.
pub fn between(before: &CustomerFeatures, now: &CustomerFeatures) -> Drift {
    since(&population(before), now)
}

fn buyers(features: &CustomerFeatures) -> Vec<usize> {
    let orders = features.values("n_orders").unwrap_or_default();
    (0..orders.len()).filter(|row| orders[*row] > 0.0).collect()
}

fn sorted(values: &[f64], rows: &[usize]) -> Vec<f64> {
    let mut known: Vec<f64> = rows.iter().map(|row| values[*row]).filter(|value| value.is_finite()).collect();
    known.sort_unstable_by(f64::total_cmp);
    known
}

/// Shares of sorted values below the first cut, between cuts, and from the last on.
fn shares(sorted: &[f64], cuts: &[f64]) -> Vec<f64> {
    let below: Vec<usize> = cuts.iter().map(|cut| sorted.partition_point(|value| value < cut)).collect();
    let ends = below.iter().copied().chain([sorted.len()]);
    let starts = [0].into_iter().chain(below.iter().copied());
    starts.zip(ends).map(|(start, end)| (end - start) as f64 / sorted.len() as f64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(then: &[f64], today: &[f64]) -> f64 {
        let mut cuts: Vec<f64> = (1..BINS).map(|tenth| then[tenth * then.len() / BINS]).collect();
        cuts.dedup();
        stability_index(&shares(then, &cuts), &shares(today, &cuts))
    }

    #[test]
    fn the_same_values_have_not_moved_and_shifted_ones_have() {
        let then: Vec<f64> = (0..1_000).map(f64::from).collect();
        let shifted: Vec<f64> = then.iter().map(|value| value + 500.0).collect();
        assert!(index(&then, &then) < 1e-12);
        assert!(index(&then, &shifted) > RETRAIN);
    }

    #[test]
    fn mostly_equal_values_make_fewer_bins_and_no_nonsense() {
        let mut then = vec![1.0; 900];
        then.extend([2.0; 100]);
        assert!(index(&then, &then).abs() < 1e-12);
    }
}
