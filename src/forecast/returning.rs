//! Who orders again within four weeks: a logistic model on facts of recency, frequency and money, trained one window
//! back and measured on the window it had not seen.

use serde::{Deserialize, Serialize};

use crate::features::History;
use crate::features::customer::median;

use super::days::{BuyingDay, buying_days, gaps, last_day};
use super::logistic::{self, Logistic, signed_log};
use super::score::{CalibrationBin, auc, average_precision, brier, calibration, log_loss};

pub const WINDOW_DAYS: i32 = 28;

/// Ridge on standardised facts.
const C: f64 = 0.1;

pub const FACTS: [&str; 15] = [
    "days since last order",
    "orders",
    "spent in total",
    "days since first order",
    "mean days between orders",
    "median days between orders",
    "days since last order over usual gap",
    "orders in 28 days",
    "orders in 91 days",
    "orders in 182 days",
    "spent in 91 days",
    "spent per order",
    "lines per order",
    "different products",
    "spread of days between orders",
];

/// The model and what it was worth on a window it had not seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReturnModel {
    pub model: Logistic,
    /// Measured on the window before `as_of` by a model trained on the window before that.
    pub test: Option<ReturnTest>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReturnTest {
    pub n: usize,
    pub returned: usize,
    pub auc: f64,
    pub average_precision: f64,
    pub brier: f64,
    pub log_loss: f64,
    pub calibration: Vec<CalibrationBin>,
}

/// Facts of every customer with an order, by customer index.
pub fn facts(history: &History) -> Vec<(u32, Vec<f64>)> {
    (0..history.n_customers)
        .filter_map(|customer| {
            let days = buying_days(history, customer);
            let mut products: Vec<u32> =
                history.lines_of(customer).iter().filter_map(|line| line.product).collect();
            products.sort_unstable();
            products.dedup();
            let minor = history.currency.minor_per_major() as f64;
            Some((customer as u32, row(&days, products.len(), last_day(history.as_of) + 1, minor)?))
        })
        .collect()
}

/// `today` is the first day that is not observed.
fn row(days: &[BuyingDay], n_products: usize, today: i32, minor: f64) -> Option<Vec<f64>> {
    let (first, last) = (days.first()?, days.last()?);
    let (since, tenure) = (f64::from(today - last.day), f64::from(today - first.day));
    let n = days.len() as f64;
    let gaps = gaps(days);
    let mean_gap = if gaps.is_empty() { tenure } else { gaps.iter().sum::<f64>() / gaps.len() as f64 };
    let median_gap = median(&gaps).unwrap_or(tenure);
    let spread = if gaps.is_empty() {
        0.0
    } else {
        (gaps.iter().map(|gap| (gap - mean_gap).powi(2)).sum::<f64>() / gaps.len() as f64).sqrt()
    };
    let within = |span: i32| days.iter().filter(move |day| day.day >= today - span);
    let spent: f64 = days.iter().map(|day| day.value as f64 / minor).sum();
    let facts = [
        since,
        n,
        spent,
        tenure,
        mean_gap,
        median_gap,
        since / median_gap.max(1.0),
        within(28).count() as f64,
        within(91).count() as f64,
        within(182).count() as f64,
        within(91).map(|day| day.value as f64 / minor).sum(),
        spent / n,
        days.iter().map(|day| f64::from(day.n_lines)).sum::<f64>() / n,
        n_products as f64,
        spread,
    ];
    Some(facts.map(signed_log).to_vec())
}

/// Which customers bought between the end of one history and the end of a later one.
pub fn bought_between(earlier: &History, later: &History) -> Vec<bool> {
    (0..later.n_customers)
        .map(|customer| later.orders_of(customer).iter().any(|order| order.at >= earlier.as_of))
        .collect()
}

/// Trains on customers known before `before`, with what they did from then until the later history ends.
pub fn train(before: &History, after: &History) -> Option<Logistic> {
    let bought = bought_between(before, after);
    let (mut rows, mut truth) = (Vec::new(), Vec::new());
    for (customer, facts) in facts(before) {
        truth.push(bought[customer as usize]);
        rows.push(facts);
    }
    logistic::fit(&FACTS, &rows, &truth, C)
}

/// How a model's probabilities at `before` fared until the later history ends.
pub fn measure(model: &Logistic, before: &History, after: &History) -> ReturnTest {
    let bought = bought_between(before, after);
    let (mut said, mut truth) = (Vec::new(), Vec::new());
    for (customer, facts) in facts(before) {
        truth.push(bought[customer as usize]);
        said.push(model.probability(&facts));
    }
    ReturnTest {
        n: truth.len(),
        returned: truth.iter().filter(|yes| **yes).count(),
        auc: auc(&truth, &said),
        average_precision: average_precision(&truth, &said),
        brier: brier(&truth, &said),
        log_loss: log_loss(&truth, &said),
        calibration: calibration(&truth, &said),
    }
}
