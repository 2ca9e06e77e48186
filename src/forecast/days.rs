//! Buying days: what forecasts count. Orders on one UTC day are one decision to buy.

use crate::features::History;
use crate::shop::Seconds;
use crate::shop::time::{Day, day_of};

use super::bgnbd::Rfm;

/// One day on which a customer bought.
#[derive(Clone, Debug, PartialEq)]
pub struct BuyingDay {
    pub day: Day,
    /// Net, minor units.
    pub value: i64,
    pub n_lines: u32,
}

/// Buying days of one customer, oldest first.
pub fn buying_days(history: &History, customer: usize) -> Vec<BuyingDay> {
    let mut days: Vec<BuyingDay> = Vec::new();
    for order in history.orders_of(customer) {
        let day = day_of(order.at);
        match days.last_mut() {
            Some(last) if last.day == day => {
                last.value += order.revenue;
                last.n_lines += order.n_lines;
            }
            _ => days.push(BuyingDay { day, value: order.revenue, n_lines: order.n_lines }),
        }
    }
    days
}

/// The last day that was observed whole or in part before `as_of`.
pub fn last_day(as_of: Seconds) -> Day {
    day_of(as_of - 1)
}

/// Counts and times in weeks; `None` without an order.
pub fn rfm(days: &[BuyingDay], as_of: Seconds) -> Option<Rfm> {
    let (first, last) = (days.first()?.day, days.last()?.day);
    Some(Rfm { x: days.len() as f64 - 1.0, t_x: weeks(last - first), t: weeks(last_day(as_of) - first) })
}

/// Days in weeks of two decimals: the precision of the published data, so that fits can be compared to the last digit.
pub fn weeks(days: Day) -> f64 {
    (f64::from(days) / 7.0 * 100.0).round() / 100.0
}

/// Days between buying days.
pub fn gaps(days: &[BuyingDay]) -> Vec<f64> {
    days.windows(2).map(|pair| f64::from(pair[1].day - pair[0].day)).collect()
}
