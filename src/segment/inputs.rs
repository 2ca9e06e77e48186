//! Which features make groups, and how they become the model's integers and robust z-scores.

use crate::features::CustomerFeatures;
use crate::features::catalogue::{CATEGORY_LEAN, info};

use super::kmeans::Points;
use super::model::{Bin, ClusterModel, ModelFeature};

/// A feature that shapes groups, and how strongly.
struct Input {
    name: &'static str,
    /// `Some(soft)`: enters as ln(1 + value / soft), so that differences far below `soft` count for little. `None`: as is.
    log: Option<f64>,
    /// 1 is one robust standard deviation.
    weight: f64,
}

impl Input {
    const fn new(name: &'static str, log: Option<f64>, weight: f64) -> Self {
        Self { name, log, weight }
    }
}

/// How recently, how often, how much; then how they buy. What they buy has its own weight below. Four days and four
/// weeks since an order are much the same, so days are softened by a month.
const INPUTS: &[Input] = &[
    Input::new("recency_days", Some(30.0), 0.8),
    Input::new("n_orders", Some(1.0), 1.0),
    Input::new("mean_order_value", Some(1.0), 1.0),
    Input::new("discount_lean", None, 1.2),
    Input::new("gift_lean", None, 0.7),
    Input::new("holiday_lean", None, 0.7),
    Input::new("gap_ratio", Some(1.0), 0.5),
    Input::new("views_per_order", Some(1.0), 0.5),
];

/// What all category leanings together weigh, in robust standard deviations of the most telling one.
const CATEGORY_WEIGHT: f64 = 2.2;

/// Values beyond this many robust standard deviations count as this far.
const CLIP: f64 = 3.0;

/// Bins per feature; finer would follow noise, and the table travels with every bundle.
const BINS: usize = 64;

/// `x` and `mean` are in thousandths of the (transformed) value.
const MILLI: f64 = 1_000.0;

/// The rows that can be grouped (customers with an order) and what the model sees of them.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// Customer index of every row, ascending.
    pub customers: Vec<u32>,
    pub features: Vec<ModelFeature>,
    pub points: Points,
}

impl Inputs {
    pub fn of(features: &CustomerFeatures) -> Self {
        let orders = features.values("n_orders").unwrap_or_default();
        let customers: Vec<u32> =
            (0..orders.len() as u32).filter(|row| orders[*row as usize] > 0.0).collect();
        let mut chosen: Vec<(ModelFeature, Vec<f64>)> = Vec::new();
        for input in INPUTS {
            if let Some(values) = column(features, input.name, &customers)
                && let Some(feature) = fit_feature(input.name, input.log, &values, None, input.weight)
            {
                chosen.push((feature, values));
            }
        }
        chosen.extend(categories(features, &customers));
        let mut values = Vec::with_capacity(customers.len() * chosen.len());
        for row in 0..customers.len() {
            for (feature, column) in &chosen {
                values.push(feature.z(feature.observe(column[row])));
            }
        }
        let n_dims = chosen.len();
        Self {
            customers,
            features: chosen.into_iter().map(|(feature, _)| feature).collect(),
            points: Points::new(values, n_dims),
        }
    }
}

impl Inputs {
    /// The rows of `customers` as an existing model sees them.
    pub fn with(model: &ClusterModel, features: &CustomerFeatures, customers: &[u32]) -> Points {
        let columns: Vec<Vec<f64>> = model
            .features
            .iter()
            .map(|feature| {
                features.values(&feature.name).unwrap_or_else(|| vec![f64::NAN; features.n_customers()])
            })
            .collect();
        let mut values = Vec::with_capacity(customers.len() * columns.len());
        for customer in customers {
            for (feature, column) in model.features.iter().zip(&columns) {
                values.push(feature.z(feature.observe(column[*customer as usize])));
            }
        }
        Points::new(values, columns.len())
    }
}

fn column(features: &CustomerFeatures, name: &str, customers: &[u32]) -> Option<Vec<f64>> {
    let all = features.values(name)?;
    let values: Vec<f64> = customers.iter().map(|customer| all[*customer as usize]).collect();
    values.iter().any(|value| value.is_finite()).then_some(values)
}

/// Category leanings share one scale, so that a rare category is no louder than a large one.
fn categories(features: &CustomerFeatures, customers: &[u32]) -> Vec<(ModelFeature, Vec<f64>)> {
    let columns: Vec<(String, Vec<f64>)> = features
        .categories()
        .iter()
        .filter_map(|category| {
            let name = format!("{CATEGORY_LEAN}{category}");
            let values = column(features, &name, customers)?;
            Some((name, values))
        })
        .collect();
    let widest = columns.iter().map(|(_, values)| deviation(values)).fold(0.0, f64::max);
    columns
        .into_iter()
        .filter_map(|(name, values)| {
            let feature = fit_feature(&name, None, &values, Some(widest), CATEGORY_WEIGHT / 2.0)?;
            Some((feature, values))
        })
        .collect()
}

/// Robust centre and scale of one column, as the integers and bins of the portable model. `None` when all are equal.
fn fit_feature(
    name: &str,
    log: Option<f64>,
    values: &[f64],
    scale: Option<f64>,
    weight: f64,
) -> Option<ModelFeature> {
    let multiplier = info(name)?.kind.steps();
    let soft = log.map(|soft| soft * multiplier as f64);
    let transform = |fact: f64| soft.map_or(fact, |soft| (fact.max(0.0) / soft).ln_1p());
    let mut facts: Vec<i64> = values
        .iter()
        .filter(|value| value.is_finite())
        .map(|value| (value * multiplier as f64 + 0.5).floor() as i64)
        .collect();
    facts.sort_unstable();
    if facts.first() == facts.last() {
        return None;
    }
    let seen: Vec<f64> = facts.iter().map(|fact| transform(*fact as f64)).collect();
    let centre = quantile(&seen, 0.5);
    let spread = scale.map_or_else(
        || {
            // An interquartile range of 1.349 standard deviations is the normal one; where half of all values are equal it
            // is zero and the standard deviation has to do.
            let robust = (quantile(&seen, 0.75) - quantile(&seen, 0.25)) / 1.349;
            let plain = deviation(&seen);
            if robust > plain / 3.0 { robust } else { plain }
        },
        |scale| scale * multiplier as f64,
    );
    if spread <= 0.0 {
        return None;
    }
    let low = (centre - CLIP * spread).max(seen[0]);
    let high = (centre + CLIP * spread).min(*seen.last()?);
    Some(ModelFeature {
        name: name.to_owned(),
        multiplier,
        missing: (centre * MILLI).round() as i64,
        bins: bins(soft, low, high),
        mean: (centre * MILLI).round() as i64,
        scale: ((spread / weight * MILLI).round() as i64).max(1),
    })
}

/// Equal steps of the transformed value between two ends, as thresholds of the integer fact.
fn bins(soft: Option<f64>, low: f64, high: f64) -> Vec<Bin> {
    let back = |value: f64| soft.map_or(value, |soft| value.exp_m1() * soft);
    let transform = |fact: i64| soft.map_or(fact as f64, |soft| (fact.max(0) as f64 / soft).ln_1p());
    let step = (high - low) / (BINS - 1) as f64;
    let mut bins: Vec<Bin> = Vec::with_capacity(BINS);
    for bin in 0..BINS {
        let from = back(low + step * (bin as f64 - 0.5)).ceil() as i64;
        let centre = back(low + step * bin as f64).round() as i64;
        // Whole facts narrower than a step keep their own value.
        let x = (transform(centre.max(from)).clamp(low, high) * MILLI).round() as i64;
        match bins.last_mut() {
            Some(last) if last.from == from => last.x = x,
            _ => bins.push(Bin { from, x }),
        }
    }
    bins
}

/// Linear interpolation between order statistics of sorted values (R type 7).
pub fn quantile(sorted: &[f64], at: f64) -> f64 {
    if sorted.is_empty() {
        return f64::NAN;
    }
    let place = at * (sorted.len() - 1) as f64;
    let low = place.floor() as usize;
    let high = place.ceil() as usize;
    sorted[low] + (sorted[high] - sorted[low]) * (place - low as f64)
}

/// Standard deviation (ddof 0) of the finite values.
fn deviation(values: &[f64]) -> f64 {
    let finite: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    let n = finite.len().max(1) as f64;
    let mean = finite.iter().sum::<f64>() / n;
    (finite.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / n).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_counts_keep_their_own_bins() {
        let values: Vec<f64> = (0..200).map(|row| f64::from(1 + row % 5)).collect();
        let feature = fit_feature("n_orders", Some(1.0), &values, None, 1.0).unwrap();
        for count in 1..=5 {
            let x = (f64::from(count).ln_1p() * 1_000.0).round() as i64;
            assert_eq!(feature.quantise(Some(i64::from(count))), x);
        }
    }

    #[test]
    fn a_column_of_one_value_is_no_input() {
        assert!(fit_feature("n_orders", Some(1.0), &[3.0; 50], None, 1.0).is_none());
        assert!(fit_feature("n_orders", Some(1.0), &[f64::NAN; 50], None, 1.0).is_none());
    }

    #[test]
    fn outliers_are_clipped() {
        let mut values: Vec<f64> = (0..1_000).map(f64::from).collect();
        values.push(1e9);
        let feature = fit_feature("mean_order_value", None, &values, None, 1.0).unwrap();
        assert!(feature.z(feature.observe(1e9)) <= CLIP + 0.01);
    }
}
