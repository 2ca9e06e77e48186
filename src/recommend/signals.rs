//! What segments want, as the integers of the page decision, with the counts behind them.

use serde::{Deserialize, Serialize};

use super::dataset::{Dataset, NOBODY};
use crate::shop::time::{SECONDS_PER_DAY, Seconds};

/// Scores to 0…10 000: (score / best)^power. All 0 stays 0.
pub fn scaled(scores: &[f64], power: f64) -> Vec<u16> {
    let best = scores.iter().copied().filter(|s| s.is_finite()).fold(0.0, f64::max);
    scores
        .iter()
        .map(|&score| {
            if best > 0.0 && score > 0.0 {
                ((score / best).powf(power) * 10_000.0).round().min(10_000.0) as u16
            } else {
                0
            }
        })
        .collect()
}

/// How much a segment wants a product, with the counts to say so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Relevance {
    /// 0…10 000, the segment's best is 10 000.
    pub value: u16,
    /// Customers of the segment who bought it in the year before.
    pub buyers: u32,
    /// Customers of the segment with an order in that year.
    pub customers: u32,
    /// The segment's shrunk rate over that of all others; 1 is "as often as others".
    pub ratio: f32,
}

/// Segments × products, and everyone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SegmentRelevance {
    /// `*`: one per product. Guests count by order.
    pub everyone: Vec<Relevance>,
    /// One row per segment.
    pub segments: Vec<Vec<Relevance>>,
}

/// So many customers' worth of everyone's taste is mixed into each segment's.
const SHRINK: f64 = 30.0;
/// Purchases count half after this many days.
const HALF_LIFE_DAYS: f64 = 60.0;

/// `segment_of_customer` beside `data.customers`. The rate of a segment is its decayed buyers per customer, shrunk
/// towards everyone's rate, so that a small group follows everyone until its own orders speak.
pub fn segment_relevance(
    data: &Dataset,
    as_of: Seconds,
    segment_of_customer: &[Option<u16>],
    n_segments: usize,
) -> SegmentRelevance {
    let n = data.products.len();
    let since = as_of - 365 * SECONDS_PER_DAY;
    // (segment, product, customer): newest weight.
    let mut purchases: Vec<(u32, u32, f32)> = Vec::new();
    let mut guests = vec![(0_u32, 0.0_f64); n];
    let mut n_guests = 0_u32;
    for order in data.orders_before(since)..data.orders_before(as_of) {
        let row = &data.orders[order];
        let weight = (-((as_of - row.at) as f64) / SECONDS_PER_DAY as f64 / HALF_LIFE_DAYS).exp2();
        n_guests += u32::from(row.customer == NOBODY);
        for &product in data.products_of(order) {
            if row.customer == NOBODY {
                guests[product as usize].0 += 1;
                guests[product as usize].1 += weight;
            } else {
                purchases.push((row.customer, product, weight as f32));
            }
        }
    }
    if data.orders_before(as_of) == 0 {
        return interest(data, as_of, n_segments);
    }
    purchases.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then(b.2.total_cmp(&a.2)));
    purchases.dedup_by_key(|purchase| (purchase.0, purchase.1));
    let segment = |customer: u32| {
        segment_of_customer
            .get(customer as usize)
            .copied()
            .flatten()
            .map(usize::from)
            .filter(|&s| s < n_segments)
    };
    let mut sizes = vec![0_u32; n_segments];
    let mut n_known = 0_u32;
    for run in purchases.chunk_by(|a, b| a.0 == b.0) {
        n_known += 1;
        if let Some(segment) = segment(run[0].0) {
            sizes[segment] += 1;
        }
    }
    let mut buyers = vec![vec![(0_u32, 0.0_f64); n]; n_segments];
    let mut all = guests;
    for (customer, product, weight) in purchases {
        let slot = &mut all[product as usize];
        slot.0 += 1;
        slot.1 += f64::from(weight);
        if let Some(segment) = segment(customer) {
            let slot = &mut buyers[segment][product as usize];
            slot.0 += 1;
            slot.1 += f64::from(weight);
        }
    }
    let n_all = n_known + n_guests;
    let rate_of_all: Vec<f64> = all.iter().map(|slot| slot.1 / f64::from(n_all.max(1))).collect();
    let everyone_values = scaled(&rate_of_all, 0.5);
    let everyone = (0..n)
        .map(|p| Relevance { value: everyone_values[p], buyers: all[p].0, customers: n_all, ratio: 1.0 })
        .collect();
    let segments = buyers
        .iter()
        .zip(&sizes)
        .map(|(row, &size)| {
            let rates: Vec<f64> =
                (0..n).map(|p| (row[p].1 + SHRINK * rate_of_all[p]) / (f64::from(size) + SHRINK)).collect();
            let values = scaled(&rates, 0.5);
            (0..n)
                .map(|p| {
                    let others = f64::from(n_all.saturating_sub(size));
                    let rate_of_others = (all[p].1 - row[p].1 + SHRINK * rate_of_all[p]) / (others + SHRINK);
                    let ratio = if rate_of_others > 0.0 { rates[p] / rate_of_others } else { 1.0 };
                    Relevance { value: values[p], buyers: row[p].0, customers: size, ratio: ratio as f32 }
                })
                .collect()
        })
        .collect();
    SegmentRelevance { everyone, segments }
}

/// What visitors of a shop without orders look at: sessions per product with the same half-life. No buyers are counted,
/// and no segment differs from everyone.
fn interest(data: &Dataset, as_of: Seconds, n_segments: usize) -> SegmentRelevance {
    let mut seen: Vec<(u32, u32, Seconds)> = data
        .touches
        .iter()
        .filter(|touch| touch.at < as_of && touch.product != NOBODY)
        .map(|touch| (touch.product, touch.session, touch.at))
        .collect();
    seen.sort_unstable();
    seen.dedup_by_key(|touch| (touch.0, touch.1));
    let mut wanted = vec![0.0_f64; data.products.len()];
    for (product, _, at) in seen {
        wanted[product as usize] += (-((as_of - at) as f64) / SECONDS_PER_DAY as f64 / HALF_LIFE_DAYS).exp2();
    }
    let everyone: Vec<Relevance> = scaled(&wanted, 0.5)
        .into_iter()
        .map(|value| Relevance { value, buyers: 0, customers: 0, ratio: 1.0 })
        .collect();
    SegmentRelevance { segments: vec![everyone.clone(); n_segments], everyone }
}

#[cfg(test)]
mod tests {
    use super::super::dataset::fixture::store;
    use super::*;

    const DAY: Seconds = SECONDS_PER_DAY;

    #[test]
    fn a_small_group_follows_everyone_until_its_own_orders_speak() {
        let mut orders = Vec::new();
        let names: Vec<(String, String)> =
            (0..60).map(|i| (format!("o{i:03}"), format!("c{i:03}"))).collect();
        for (index, (order, customer)) in names.iter().enumerate() {
            let bought: &[&str] = if index < 40 { &["plain"] } else { &["plain", "plant"] };
            orders.push((order.as_str(), customer.as_str(), 100 * DAY, bought));
        }
        let data = store(&orders);
        let segments: Vec<Option<u16>> = (0..60)
            .map(|i| {
                if i < 40 {
                    Some(0)
                } else if i < 59 {
                    Some(1)
                } else {
                    Some(2)
                }
            })
            .collect();
        let got = segment_relevance(&data, 101 * DAY, &segments, 3);
        let plant = data.products.index("plant").unwrap() as usize;
        assert!(got.segments[1][plant].ratio > 1.5);
        assert!(got.segments[0][plant].ratio < 0.6);
        assert_eq!((got.segments[1][plant].buyers, got.segments[1][plant].customers), (19, 19));
        let one = got.segments[2][plant];
        assert!(one.ratio > 0.9 && one.ratio < 1.2, "{one:?}");
        assert_eq!(got.everyone[data.products.index("plain").unwrap() as usize].value, 10_000);
    }

    #[test]
    fn without_orders_visits_say_what_people_want() {
        use super::super::dataset::Touch;
        use crate::features::Dictionary;
        let look = |session, product| Touch {
            at: 99 * DAY,
            session,
            customer: NOBODY,
            product,
            kind: crate::shop::EventKind::ViewProduct,
        };
        let touches = vec![look(0, 1), look(0, 1), look(1, 1), look(2, 0), look(3, 1), look(4, 1)];
        let products = Dictionary::from_ids((0..3).map(|p| format!("p{p}")).collect());
        let data =
            Dataset::new(Dictionary::default(), products, Dictionary::default(), Vec::new(), &[], touches);
        let got = segment_relevance(&data, 100 * DAY, &[], 1);
        let values: Vec<u16> = got.everyone.iter().map(|relevance| relevance.value).collect();
        assert_eq!(values, [5_000, 10_000, 0]);
        assert_eq!(got.segments[0], got.everyone);
    }

    #[test]
    fn an_empty_store_wants_nothing() {
        let data = Dataset::default();
        assert!(segment_relevance(&data, 0, &[], 2).segments[1].is_empty());
    }
}
