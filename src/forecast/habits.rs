//! What, at what price and at what hour a customer likes to buy.

use crate::features::History;

/// Lines of the store's average mixed into a customer's taste.
const TASTE_PRIOR: f64 = 3.0;

/// Orders of the store's day mixed into a customer's day.
const HOUR_PRIOR: f64 = 3.0;

/// A customer's leaning to one category.
#[derive(Clone, Debug, PartialEq)]
pub struct Taste {
    pub category: u32,
    /// Share of lines with the store's average mixed in.
    pub share: f64,
    /// Over the store's share: 2 is twice as much as everybody.
    pub lift: f64,
}

/// By customer: the category with the highest lift among those that hold a fifth of the customer's lines.
pub fn favourite_categories(history: &History) -> Vec<Option<Taste>> {
    let n = history.categories.len();
    let mut store = vec![0.0; n];
    let mut own = vec![vec![0.0; n]; history.n_customers];
    for line in &history.lines {
        if let Some(category) = history.category_of(line) {
            store[category as usize] += 1.0;
            own[line.customer as usize][category as usize] += 1.0;
        }
    }
    let all: f64 = store.iter().sum();
    own.iter()
        .map(|counts| {
            let lines: f64 = counts.iter().sum();
            (0..n)
                .filter(|category| counts[*category] > 0.0)
                .map(|category| {
                    let average = store[category] / all;
                    let share = (counts[category] + TASTE_PRIOR * average) / (lines + TASTE_PRIOR);
                    Taste { category: category as u32, share, lift: share / average }
                })
                .filter(|taste| taste.share >= 0.2)
                .max_by(|one, two| one.lift.total_cmp(&two.lift).then(two.category.cmp(&one.category)))
        })
        .collect()
}

/// By customer: mean place of the bought products among the prices of their category, 0 cheapest to 1 dearest, with
/// three lines of the middle mixed in.
pub fn price_affinity(history: &History) -> Vec<Option<f64>> {
    (0..history.n_customers)
        .map(|customer| {
            let ranks: Vec<f64> = history
                .lines_of(customer)
                .iter()
                .filter_map(|line| history.products[line.product? as usize].price_rank)
                .collect();
            let n = ranks.len() as f64;
            (!ranks.is_empty()).then(|| (ranks.iter().sum::<f64>() + TASTE_PRIOR * 0.5) / (n + TASTE_PRIOR))
        })
        .collect()
}

/// By customer: the hour of the store's day in which an order is likeliest. Own orders are spread over the hours beside
/// them, and three orders of the store's own day are mixed in, so that one order at 3 a.m. writes to nobody at night.
pub fn hours_to_write(history: &History) -> Vec<Option<u8>> {
    let mut store = [0.0; 24];
    for order in &history.orders {
        spread(&mut store, order.hour, 1.0);
    }
    let all = store.iter().sum::<f64>().max(1.0);
    (0..history.n_customers)
        .map(|customer| {
            let orders = history.orders_of(customer);
            let mut day = store.map(|share| share / all * HOUR_PRIOR);
            for order in orders {
                spread(&mut day, order.hour, 1.0);
            }
            let mut best = 0;
            for hour in 1..24 {
                if day[hour] > day[best] {
                    best = hour;
                }
            }
            (!orders.is_empty()).then_some(best as u8)
        })
        .collect()
}

/// Half in its own hour, a quarter in each beside it.
fn spread(day: &mut [f64; 24], hour: u8, weight: f64) {
    let hour = hour as usize % 24;
    day[hour] += 0.5 * weight;
    day[(hour + 1) % 24] += 0.25 * weight;
    day[(hour + 23) % 24] += 0.25 * weight;
}
