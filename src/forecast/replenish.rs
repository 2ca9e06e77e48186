//! What a customer is about to run out of: a logistic model over (customer, product) pairs bought on three days or more.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::features::History;
use crate::features::customer::median;
use crate::shop::time::{Day, day_of};

use super::days::last_day;
use super::logistic::{self, Logistic};
use super::score::{CalibrationBin, auc, average_precision, calibration, precision_at_share};

/// Buying days of a product before a rhythm can be told.
pub const FEWEST_DAYS: usize = 3;

/// Other people's intervals mixed into a person's own, as if they were this many of their own.
pub const PRIOR_INTERVALS: f64 = 3.0;

const C: f64 = 1.0;

pub const FACTS: [&str; 7] = [
    "times bought",
    "own interval",
    "everybody's interval",
    "days since last bought",
    "share of own orders",
    "times bought per day",
    "days since last bought over usual interval",
];

/// One product that one customer buys again and again.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    pub customer: u32,
    pub product: u32,
    /// In the order of [`FACTS`], in their own units.
    pub facts: [f64; 7],
    /// Days on which it was bought.
    pub n_days: usize,
    pub last: Day,
    /// Own and everybody's interval, mixed; days.
    pub interval: f64,
    /// Standard deviation of the own intervals, days.
    pub spread: f64,
}

/// A reminder worth sending: what, to whom, when.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Replenishment {
    pub customer: u32,
    pub product: u32,
    /// Probability to buy it within the next four weeks.
    pub probability: f64,
    pub interval_days: f64,
    pub last_bought: Day,
    /// Last bought plus the interval, and not before today.
    pub due: Day,
    /// 80 % range of the due day, from the spread of the own intervals.
    pub due_low: Day,
    pub due_high: Day,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReplenishModel {
    pub model: Logistic,
    pub test: Option<ReplenishTest>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReplenishTest {
    pub n_pairs: usize,
    /// Share of pairs that were bought again, whatever one says.
    pub base: f64,
    pub auc: f64,
    pub average_precision: f64,
    /// Share that was bought again among the 5 % of pairs with the highest probability.
    pub precision_top_5_percent: f64,
    pub calibration: Vec<CalibrationBin>,
}

/// A person's mean interval with `prior` intervals of the product's mixed in.
pub fn shrunk_interval(own_mean: f64, n_intervals: f64, everybodys: f64, prior: f64) -> f64 {
    (n_intervals * own_mean + prior * everybodys) / (n_intervals + prior)
}

/// Every pair with a rhythm, by customer, then product.
pub fn pairs(history: &History) -> Vec<Pair> {
    let today = last_day(history.as_of) + 1;
    let mut rhythms: Vec<(u32, u32, Vec<Day>)> = Vec::new();
    let mut n_days = vec![0_usize; history.n_customers];
    let mut intervals: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
    for (customer, n_days) in n_days.iter_mut().enumerate() {
        let lines = history.lines_of(customer);
        let mut own: Vec<(u32, Day)> =
            lines.iter().filter_map(|line| Some((line.product?, day_of(line.at)))).collect();
        own.sort_unstable();
        own.dedup();
        let mut days: Vec<Day> = history.orders_of(customer).iter().map(|order| day_of(order.at)).collect();
        days.dedup();
        *n_days = days.len();
        for bought in own.chunk_by(|one, two| one.0 == two.0) {
            let product = bought[0].0;
            for pair in bought.windows(2) {
                intervals.entry(product).or_default().push(f64::from(pair[1].1 - pair[0].1));
            }
            if bought.len() >= FEWEST_DAYS {
                rhythms.push((customer as u32, product, bought.iter().map(|(_, day)| *day).collect()));
            }
        }
    }
    let all: Vec<f64> = intervals.values().flatten().copied().collect();
    let everybodys = median(&all).unwrap_or(30.0);
    let by_product: BTreeMap<u32, f64> =
        intervals.iter().map(|(product, gaps)| (*product, median(gaps).unwrap_or(everybodys))).collect();
    rhythms
        .into_iter()
        .map(|(customer, product, days)| {
            let gaps: Vec<f64> = days.windows(2).map(|pair| f64::from(pair[1] - pair[0])).collect();
            let n = days.len() as f64;
            let own = gaps.iter().sum::<f64>() / gaps.len() as f64;
            let spread = (gaps.iter().map(|gap| (gap - own).powi(2)).sum::<f64>() / gaps.len() as f64).sqrt();
            let usual = by_product.get(&product).copied().unwrap_or(everybodys);
            let interval = shrunk_interval(own, gaps.len() as f64, usual, PRIOR_INTERVALS);
            let (first, last) = (days[0], days[days.len() - 1]);
            let since = f64::from(today - last);
            let facts = [
                n,
                own,
                usual,
                since,
                n / n_days[customer as usize].max(1) as f64,
                n / (f64::from(today - first) + 14.0),
                since / interval.max(1.0),
            ];
            Pair { customer, product, facts, n_days: days.len(), last, interval, spread }
        })
        .collect()
}

/// Facts as the model takes them. Their logarithms rank the whole list a little better and its top worse, and it is
/// the top that gets a reminder.
fn row(pair: &Pair) -> Vec<f64> {
    pair.facts.to_vec()
}

fn again(pairs: &[Pair], before: &History, after: &History) -> Vec<bool> {
    let mut truth = Vec::with_capacity(pairs.len());
    for pair in pairs {
        let lines = after.lines_of(pair.customer as usize);
        let from = lines.partition_point(|line| line.at < before.as_of);
        truth.push(lines[from..].iter().any(|line| line.product == Some(pair.product)));
    }
    truth
}

/// Trains on pairs known at `before` with what was bought until the later history ends.
pub fn train(before: &History, after: &History) -> Option<Logistic> {
    let known = pairs(before);
    let truth = again(&known, before, after);
    let rows: Vec<Vec<f64>> = known.iter().map(row).collect();
    logistic::fit(&FACTS, &rows, &truth, C)
}

pub fn measure(model: &Logistic, before: &History, after: &History) -> ReplenishTest {
    let known = pairs(before);
    let truth = again(&known, before, after);
    let said: Vec<f64> = known.iter().map(|pair| model.probability(&row(pair))).collect();
    ReplenishTest {
        n_pairs: known.len(),
        base: truth.iter().filter(|yes| **yes).count() as f64 / truth.len().max(1) as f64,
        auc: auc(&truth, &said),
        average_precision: average_precision(&truth, &said),
        precision_top_5_percent: precision_at_share(&truth, &said, 0.05),
        calibration: calibration(&truth, &said),
    }
}

/// Every pair with its probability, by customer, likeliest first.
pub fn predict(model: &Logistic, history: &History) -> Vec<Replenishment> {
    let today = last_day(history.as_of) + 1;
    let mut found: Vec<Replenishment> = pairs(history)
        .iter()
        .map(|pair| {
            let due = f64::from(pair.last) + pair.interval;
            let wide = 1.281_551_565_544_6 * pair.spread.max(1.0);
            let day = |at: f64| (at.round() as Day).max(today);
            Replenishment {
                customer: pair.customer,
                product: pair.product,
                probability: model.probability(&row(pair)),
                interval_days: pair.interval,
                last_bought: pair.last,
                due: day(due),
                due_low: day(due - wide),
                due_high: day(due + wide),
            }
        })
        .collect();
    found.sort_by(|one, two| {
        one.customer
            .cmp(&two.customer)
            .then(two.probability.total_cmp(&one.probability))
            .then(one.product.cmp(&two.product))
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_shrunk_interval_holds() {
        assert!((shrunk_interval(20.0, 3.0, 35.0, 4.0) - 28.571_428_571_428_573).abs() < 1e-12);
    }
}
