//! Counting: popularity in windows and with decay, trend, and how often a person bought a thing.

use super::history::History;

/// Distinct buyers per item in the last `days` (0 = ever); guests count by order.
pub fn popularity(history: &History<'_>, days: f64) -> Vec<f32> {
    let mut pairs: Vec<(u32, u64)> = Vec::new();
    for (index, basket) in history.baskets.iter().enumerate() {
        if days > 0.0 && history.age_days(basket.at) > days {
            continue;
        }
        let who = if basket.customer == super::NOBODY {
            (1 << 40) + index as u64
        } else {
            u64::from(basket.customer)
        };
        pairs.extend(history.items_of(basket).iter().map(|&item| (item, who)));
    }
    pairs.sort_unstable();
    pairs.dedup();
    let mut buyers = vec![0.0; history.n_items()];
    for (item, _) in pairs {
        buyers[item as usize] += 1.0;
    }
    buyers
}

/// Orders per item, each counting 2^(−age / half-life).
pub fn decayed_popularity(history: &History<'_>, half_life_days: f64) -> Vec<f32> {
    let mut sums = vec![0.0_f64; history.n_items()];
    for basket in &history.baskets {
        let weight = (-history.age_days(basket.at) / half_life_days).exp2();
        for &item in history.items_of(basket) {
            sums[item as usize] += weight;
        }
    }
    sums.into_iter().map(|sum| sum as f32).collect()
}

/// Orders per item in the last `days`.
pub fn recent_orders(history: &History<'_>, days: f64) -> Vec<f32> {
    let mut counts = vec![0.0; history.n_items()];
    for basket in history.baskets.iter().rev() {
        if history.age_days(basket.at) > days {
            break;
        }
        for &item in history.items_of(basket) {
            counts[item as usize] += 1.0;
        }
    }
    counts
}

/// How a customer's own purchases count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Personal {
    /// GP-Pop: the number of own orders with the item, ties by popularity (arXiv 2109.14233).
    Count,
    /// Σ 2^(−age / half-life), ties by popularity.
    Decay { half_life_days: f64 },
}

/// Scores of one customer: own count, plus popularity below one purchase.
pub fn personal(history: &History<'_>, customer: u32, how: Personal, popularity: &[f32], out: &mut [f32]) {
    let most = f64::from(popularity.iter().copied().fold(0.0_f32, f32::max)) + 1.0;
    let fill = match how {
        Personal::Count => 1.0,
        Personal::Decay { .. } => 1e-6,
    };
    let mut own = vec![0.0_f64; out.len()];
    for past in history.past(customer) {
        own[past.item as usize] += match how {
            Personal::Count => 1.0,
            Personal::Decay { half_life_days } => (-history.age_days(past.at) / half_life_days).exp2(),
        };
    }
    for (item, slot) in out.iter_mut().enumerate() {
        *slot = (own[item] + fill * f64::from(popularity[item]) / most) as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::super::dataset::fixture::store;
    use super::*;

    const DAY: i64 = 86_400;

    #[test]
    fn popularity_counts_people_and_decay_counts_orders() {
        let data =
            store(&[("1", "a", 0, &["x"]), ("2", "a", 7 * DAY, &["x", "y"]), ("3", "", 14 * DAY, &["y"])]);
        let history = History::new(&data, 14 * DAY + 1, 1);
        assert_eq!(popularity(&history, 0.0), vec![1.0, 2.0]);
        assert_eq!(recent_orders(&history, 8.0), vec![1.0, 2.0]);
        let decayed = decayed_popularity(&history, 7.0);
        assert!((decayed[0] - 0.75).abs() < 1e-4, "{decayed:?}");
        let mut own = vec![0.0; 2];
        personal(&history, 0, Personal::Count, &popularity(&history, 0.0), &mut own);
        assert_eq!(own[0], 2.0 + 1.0 / 3.0);
    }
}
