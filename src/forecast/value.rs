//! Orders and money to expect of a customer: BG/NBD times Gamma-Gamma, set right by what the last windows showed.

use serde::{Deserialize, Serialize};

use crate::features::History;

use super::bgnbd::{self, BgNbd, Rfm, Variant};
use super::days::{buying_days, rfm};
use super::special::ln_gamma;

pub const ORDERS_DAYS: i64 = 90;
pub const VALUE_DAYS: i64 = 365;

const DAY: i64 = 86_400;

/// What the expectation of the next `days` is multiplied with, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Season {
    pub days: i64,
    pub factor: f64,
    /// Actual over expected orders in the window before, of customers known then.
    pub level: Option<f64>,
    /// Orders per known customer a year ago, in the coming window over the one before it.
    pub shift: Option<f64>,
}

/// Orders in a window before they say anything about a level or a season.
const FEWEST_ORDERS: f64 = 50.0;

/// A figure and its 80 % range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Range {
    pub mean: f64,
    pub low: f64,
    pub high: f64,
}

/// Measures level and season for the next `days`, from histories that end one and one plus one windows ago.
///
/// `level`: a model fitted at the start of the last window, expectation against truth. `shift`: last year's step from
/// the window before to the same window as the coming one; 1 for a whole year, which holds every season once.
pub fn season(
    frames: &crate::features::StoreFrames,
    now: &History,
    days: i64,
) -> Result<Season, crate::features::Error> {
    let before = History::before(frames, now.as_of - days * DAY)?;
    let level = if before.span_days() >= days as f64 { level(&before, now, days) } else { None };
    let shift = if days < VALUE_DAYS { shift(now, days) } else { None };
    let factor = (level.unwrap_or(1.0) * shift.unwrap_or(1.0)).clamp(0.2, 5.0);
    Ok(Season { days, factor, level, shift })
}

fn level(before: &History, now: &History, days: i64) -> Option<f64> {
    let known: Vec<(usize, Rfm)> = (0..before.n_customers)
        .filter_map(|customer| Some((customer, rfm(&buying_days(before, customer), before.as_of)?)))
        .collect();
    let model = bgnbd::fit(&known.iter().map(|(_, of)| *of).collect::<Vec<_>>(), Variant::BgNbd).model;
    let expected: f64 = known.iter().map(|(_, of)| model.expected(*of, days as f64 / 7.0)).sum();
    let actual: usize = known
        .iter()
        .map(|(customer, _)| buying_days(now, *customer).len() - buying_days(before, *customer).len())
        .sum();
    (actual as f64 >= FEWEST_ORDERS && expected > 0.0).then(|| actual as f64 / expected)
}

fn shift(now: &History, days: i64) -> Option<f64> {
    let year_ago = now.as_of - VALUE_DAYS * DAY;
    let rate = |from: i64| {
        let known = (0..now.n_customers)
            .filter(|customer| now.orders_of(*customer).first().is_some_and(|order| order.at < from));
        let (mut people, mut orders) = (0.0, 0.0);
        for customer in known {
            people += 1.0;
            orders += now
                .orders_of(customer)
                .iter()
                .filter(|order| order.at >= from && order.at < from + days * DAY)
                .count() as f64;
        }
        (people > 0.0 && orders >= FEWEST_ORDERS).then(|| orders / people)
    };
    let first = now.first_order_at()?;
    if first > year_ago - days * DAY {
        return None;
    }
    Some(rate(year_ago)? / rate(year_ago - days * DAY)?)
}

/// Expected orders in `weeks`, times `factor`, with the range of a zero-inflated negative binomial of the same mean:
/// the buying rate of somebody alive is Gamma(r + x, α + T), and somebody who has stopped orders nothing.
pub fn orders(model: &BgNbd, of: Rfm, weeks: f64, factor: f64) -> Range {
    let mean = model.expected(of, weeks) * factor;
    let alive = model.p_alive(of);
    if mean.is_nan() || mean <= 0.0 || alive <= 0.0 {
        return Range::default();
    }
    let shape = model.r + of.x;
    let quantile = |at: f64| {
        if at <= 1.0 - alive {
            return 0.0;
        }
        negative_binomial_quantile(shape, mean / alive, (at - (1.0 - alive)) / alive)
    };
    Range { mean, low: quantile(0.1), high: quantile(0.9) }
}

/// Smallest n whose cumulative probability reaches `at`.
fn negative_binomial_quantile(shape: f64, mean: f64, at: f64) -> f64 {
    let p = shape / (shape + mean);
    let (mut n, mut below) = (0.0, 0.0);
    while n < 10_000.0 {
        let log =
            ln_gamma(shape + n) - ln_gamma(shape) - ln_gamma(n + 1.0) + shape * p.ln() + n * (-p).ln_1p();
        below += log.exp();
        if below >= at - 1e-12 {
            return n;
        }
        n += 1.0;
    }
    n
}

/// Money to expect: orders times value per order. The range takes the orders' own range, and the spread of single
/// order values where there are few orders.
pub fn money(orders: Range, value: f64, spread_of_values: f64) -> Range {
    let wide = |n: f64, sign: f64| {
        if n <= 0.0 {
            return 0.0;
        }
        (n * value + sign * 1.281_551_565_544_6 * spread_of_values * n.sqrt()).max(0.0)
    };
    Range {
        mean: orders.mean * value,
        low: wide(orders.low, -1.0),
        high: wide(orders.high, 1.0).max(orders.mean * value),
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "quantiles of counts are whole numbers")]
mod tests {
    use super::*;

    #[test]
    fn the_negative_binomial_with_shape_one_is_geometric() {
        // Mean 1: P(0) = 1/2, P(≤ 1) = 3/4, P(≤ 2) = 7/8, P(≤ 3) = 15/16.
        assert_eq!(negative_binomial_quantile(1.0, 1.0, 0.5), 0.0);
        assert_eq!(negative_binomial_quantile(1.0, 1.0, 0.7), 1.0);
        assert_eq!(negative_binomial_quantile(1.0, 1.0, 0.9), 3.0);
    }

    #[test]
    fn a_range_holds_its_mean_and_starts_at_zero_for_the_doubtful() {
        let model = BgNbd { variant: Variant::BgNbd, r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };
        let gone = orders(&model, Rfm { x: 5.0, t_x: 2.0, t: 156.0 }, 13.0, 1.0);
        assert_eq!((gone.low, gone.high), (0.0, 0.0));
        let busy = orders(&model, Rfm { x: 26.0, t_x: 36.86, t: 38.86 }, 39.0, 1.0);
        assert!(busy.low < busy.mean && busy.mean < busy.high, "{busy:?}");
    }
}
