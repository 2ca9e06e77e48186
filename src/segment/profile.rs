//! What sets a group apart: its figures beside everybody's, largest difference first.

use serde::{Deserialize, Serialize};

use crate::features::CustomerFeatures;
use crate::features::catalogue::{CATEGORY_SHARE, Kind, info};

use super::inputs::quantile;

/// One figure of a group beside the same figure of all buyers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// Column of the feature catalogue.
    pub feature: String,
    /// What the figure is called on a card.
    pub label: String,
    pub kind: Kind,
    /// Mean over the group; days are medians.
    pub group: f64,
    pub everyone: f64,
    /// Group mean minus overall mean in overall standard deviations (of the logarithm for counts, money and days).
    pub effect: f64,
}

/// The figures that names, sentences and cards are made from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profile {
    pub n_customers: usize,
    /// Net spending, minor units.
    pub revenue: i64,
    /// Largest effect first.
    pub differences: Vec<Difference>,
    /// (category, share of the group's spending), largest first.
    pub categories: Vec<(String, f64)>,
    pub share_with_one_order: f64,
    pub median_tenure_days: f64,
    pub median_gap_ratio: f64,
    pub share_with_gaps: f64,
}

struct Figure {
    feature: &'static str,
    label: &'static str,
    log: bool,
}

const FIGURES: &[Figure] = &[
    Figure { feature: "orders_per_year", label: "Orders a year", log: true },
    Figure { feature: "mean_order_value", label: "Spent per order", log: true },
    Figure { feature: "recency_days", label: "Days since order", log: true },
    Figure { feature: "tenure_days", label: "Days since first order", log: true },
    Figure { feature: "discount_share", label: "Bought on sale", log: false },
    Figure { feature: "ships_elsewhere_share", label: "Sent to others", log: false },
    Figure { feature: "units_per_order", label: "Pieces per order", log: true },
    Figure { feature: "views_per_order", label: "Products viewed per order", log: true },
    Figure { feature: "spring_share", label: "Orders in spring", log: false },
    Figure { feature: "summer_share", label: "Orders in summer", log: false },
    Figure { feature: "autumn_share", label: "Orders in autumn", log: false },
    Figure { feature: "winter_share", label: "Orders in winter", log: false },
    Figure { feature: "holiday_share", label: "Orders in November and December", log: false },
];

/// The features of all buyers, read once for the profiles of many groups.
pub struct Profiler {
    figures: Vec<Column>,
    n_orders: Vec<f64>,
    monetary: Vec<f64>,
    tenure: Vec<f64>,
    gap_ratio: Vec<f64>,
    shares: Vec<(String, Vec<f64>)>,
}

struct Column {
    feature: String,
    label: String,
    kind: Kind,
    log: bool,
    values: Vec<f64>,
    mean: f64,
    deviation: f64,
    everyone: f64,
}

impl Profiler {
    /// `buyers`: customer indices that count as everybody.
    pub fn new(features: &CustomerFeatures, buyers: &[u32]) -> Self {
        let values =
            |name: &str| features.values(name).unwrap_or_else(|| vec![f64::NAN; features.n_customers()]);
        let shares: Vec<(String, Vec<f64>)> = features
            .categories()
            .iter()
            .map(|category| (category.clone(), values(&format!("{CATEGORY_SHARE}{category}"))))
            .collect();
        let mut figures: Vec<Column> = FIGURES
            .iter()
            .filter_map(|figure| {
                Column::new(figure.feature, figure.label, figure.log, values(figure.feature), buyers)
            })
            .collect();
        figures.extend(shares.iter().filter_map(|(category, values)| {
            let name = format!("{CATEGORY_SHARE}{category}");
            Column::new(&name, &format!("Spent on {category}"), false, values.clone(), buyers)
        }));
        Self {
            figures,
            n_orders: values("n_orders"),
            monetary: values("monetary"),
            tenure: values("tenure_days"),
            gap_ratio: values("gap_ratio"),
            shares,
        }
    }

    pub fn profile(&self, members: &[u32]) -> Profile {
        let pick = |column: &[f64]| -> Vec<f64> {
            let mut values: Vec<f64> = members
                .iter()
                .map(|customer| column[*customer as usize])
                .filter(|value| value.is_finite())
                .collect();
            values.sort_unstable_by(f64::total_cmp);
            values
        };
        let n = members.len();
        let revenue: f64 = pick(&self.monetary).iter().sum();
        let mut differences: Vec<Difference> =
            self.figures.iter().filter_map(|column| column.difference(&pick(&column.values))).collect();
        differences.sort_by(|one, two| two.effect.abs().total_cmp(&one.effect.abs()));
        let mut categories: Vec<(String, f64)> = self
            .shares
            .iter()
            .map(|(category, shares)| {
                let spent: f64 = members
                    .iter()
                    .map(|customer| shares[*customer as usize] * self.monetary[*customer as usize])
                    .filter(|spent| spent.is_finite())
                    .sum();
                (category.clone(), if revenue > 0.0 { spent / revenue } else { 0.0 })
            })
            .collect();
        categories.sort_by(|one, two| two.1.total_cmp(&one.1).then_with(|| one.0.cmp(&two.0)));
        let once = pick(&self.n_orders).iter().filter(|orders| **orders < 1.5).count();
        let gaps = pick(&self.gap_ratio);
        let share = |count: usize| if n == 0 { 0.0 } else { count as f64 / n as f64 };
        Profile {
            n_customers: n,
            revenue: revenue as i64,
            differences,
            categories,
            share_with_one_order: share(once),
            median_tenure_days: finite(quantile(&pick(&self.tenure), 0.5)),
            median_gap_ratio: finite(quantile(&gaps, 0.5)),
            share_with_gaps: share(gaps.len()),
        }
    }
}

impl Column {
    fn new(feature: &str, label: &str, log: bool, values: Vec<f64>, buyers: &[u32]) -> Option<Self> {
        let kind = info(feature)?.kind;
        let mut known: Vec<f64> = buyers
            .iter()
            .map(|customer| values[*customer as usize])
            .filter(|value| value.is_finite())
            .collect();
        if known.is_empty() {
            return None;
        }
        known.sort_unstable_by(f64::total_cmp);
        let seen: Vec<f64> = known.iter().map(|value| transform(log, *value)).collect();
        let mean = seen.iter().sum::<f64>() / seen.len() as f64;
        let deviation =
            (seen.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / seen.len() as f64).sqrt();
        (deviation > 0.0).then(|| Self {
            feature: feature.to_owned(),
            label: label.to_owned(),
            kind,
            log,
            everyone: central(kind, &known),
            values,
            mean,
            deviation,
        })
    }

    /// `known` is sorted and finite.
    fn difference(&self, known: &[f64]) -> Option<Difference> {
        if known.is_empty() {
            return None;
        }
        let mean = known.iter().map(|value| transform(self.log, *value)).sum::<f64>() / known.len() as f64;
        Some(Difference {
            feature: self.feature.clone(),
            label: self.label.clone(),
            kind: self.kind,
            group: central(self.kind, known),
            everyone: self.everyone,
            effect: (mean - self.mean) / self.deviation,
        })
    }
}

impl Profile {
    pub fn difference(&self, feature: &str) -> Option<&Difference> {
        self.differences.iter().find(|difference| difference.feature == feature)
    }

    /// The group's figure, or 0 where the store has none.
    pub fn value(&self, feature: &str) -> f64 {
        self.difference(feature).map_or(0.0, |difference| difference.group)
    }

    pub fn effect(&self, feature: &str) -> f64 {
        self.difference(feature).map_or(0.0, |difference| difference.effect)
    }

    /// True when a figure is among the `n` largest differences of the group.
    pub fn stands_out(&self, feature: &str, n: usize) -> bool {
        self.differences.iter().take(n).any(|difference| difference.feature == feature)
    }

    /// Up to two categories that the group spends clearly more on than others, else its two largest.
    pub fn favourites(&self) -> Vec<String> {
        let mut liked: Vec<&Difference> = self
            .differences
            .iter()
            .filter(|difference| {
                difference.feature.starts_with(CATEGORY_SHARE)
                    && difference.effect > 0.2
                    && difference.group >= 0.1
            })
            .collect();
        liked.sort_by(|one, two| two.group.total_cmp(&one.group));
        let mut names: Vec<String> = liked
            .iter()
            .filter_map(|difference| difference.feature.strip_prefix(CATEGORY_SHARE))
            .map(str::to_owned)
            .collect();
        for (category, share) in &self.categories {
            if *share > 0.0 && !names.contains(category) {
                names.push(category.clone());
            }
        }
        names.truncate(2);
        names
    }
}

fn transform(log: bool, value: f64) -> f64 {
    if log { value.max(0.0).ln_1p() } else { value }
}

fn central(kind: Kind, sorted: &[f64]) -> f64 {
    match kind {
        Kind::Days | Kind::Hour => quantile(sorted, 0.5),
        _ => sorted.iter().sum::<f64>() / sorted.len() as f64,
    }
}

fn finite(value: f64) -> f64 {
    if value.is_finite() { value } else { 0.0 }
}
