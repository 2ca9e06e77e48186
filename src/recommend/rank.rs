//! Order and gain: the one rule by which scores become places, and NDCG on binary targets.

use std::cmp::Ordering;

/// Score descending (as `f32`), then item index ascending.
pub fn before(a: (u32, f32), b: (u32, f32)) -> Ordering {
    b.1.total_cmp(&a.1).then(a.0.cmp(&b.0))
}

/// The first `k` items of `scores` in order; items whose score is not finite are masked.
pub fn top(scores: &[f32], k: usize) -> Vec<u32> {
    if k == 0 {
        return Vec::new();
    }
    // Most models know nothing of most items: where enough are above 0, no other is looked at.
    let mut keys = keys(scores, |score| (score > 0.0) & score.is_finite());
    if keys.len() < k {
        keys = self::keys(scores, f32::is_finite);
    }
    if keys.len() > k {
        keys.select_nth_unstable(k - 1);
        keys.truncate(k);
    }
    keys.sort_unstable();
    keys.into_iter().map(|key| key as u32).collect()
}

/// Numbers that ascend as items come in order, of the items whose score is wanted. Every item is written and the unwanted
/// written over: which ones are wanted cannot be foreseen, and guessing wrong costs more than writing.
fn keys(scores: &[f32], wanted: impl Fn(f32) -> bool) -> Vec<u64> {
    let mut keys = vec![0; scores.len()];
    let mut n = 0;
    for (&score, item) in scores.iter().zip(0_u64..) {
        keys[n] = (u64::from(descending(score)) << 32) | item;
        n += usize::from(wanted(score));
    }
    keys.truncate(n);
    keys
}

/// A whole number that ascends where finite scores descend; both zeros are one.
fn descending(score: f32) -> u32 {
    let bits = (score + 0.0).to_bits();
    if bits >> 31 == 1 { bits } else { !(bits | 0x8000_0000) }
}

/// Normalised discounted cumulative gain at `k` with binary gain, 1/log2(place + 1) for places from 1, ideal over
/// min(k, number of targets) (Järvelin & Kekäläinen 2002). `targets` ascend. 0 when there are none.
pub fn ndcg(ranked: &[u32], targets: &[u32], k: usize) -> f64 {
    if targets.is_empty() {
        return 0.0;
    }
    let gain: f64 = ranked
        .iter()
        .take(k)
        .enumerate()
        .filter(|(_, item)| targets.binary_search(item).is_ok())
        .map(|(place, _)| discount(place))
        .sum();
    let ideal: f64 = (0..k.min(targets.len())).map(discount).sum();
    gain / ideal
}

/// What a hit at 0-based `place` counts.
pub fn discount(place: usize) -> f64 {
    1.0 / (place as f64 + 2.0).log2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_scores_take_the_smaller_index_and_masked_items_never_show() {
        let scores = [1.0, 2.0, 2.0, f32::NEG_INFINITY, 0.0, -1.0];
        assert_eq!(top(&scores, 10), vec![1, 2, 0, 4, 5]);
        assert_eq!(top(&scores, 2), vec![1, 2]);
        assert_eq!(top(&scores, 4), vec![1, 2, 0, 4]);
    }

    #[test]
    fn ndcg_matches_the_worked_example() {
        let ranked: Vec<u32> = (0..10).collect();
        let value = ndcg(&ranked, &[1, 4, 9, 77], 10);
        assert!((value - 0.510_167_148_317_470_5).abs() < 1e-12);
    }
}
