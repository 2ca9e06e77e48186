//! Random choices that are the same everywhere: splitmix64 streams, one per purpose, so that a new choice in one place
//! leaves all others as they were.

use crate::shop::hash::{fnv1a64, splitmix64};

pub(super) struct Stream {
    state: u64,
}

impl Stream {
    pub(super) fn new(seed: u64, purpose: &str) -> Self {
        Self { state: splitmix64(seed ^ fnv1a64(purpose.as_bytes())) }
    }

    /// A stream for the `index`-th member of a family, for example one customer.
    pub(super) fn member(seed: u64, purpose: &str, index: usize) -> Self {
        Self { state: splitmix64(seed ^ fnv1a64(purpose.as_bytes()) ^ splitmix64(index as u64)) }
    }

    fn next(&mut self) -> u64 {
        let value = splitmix64(self.state);
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        value
    }

    /// 0…n−1 by multiply and shift (Lemire 2019); `n` 0 gives 0.
    pub(super) fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }

    /// `low`…`high`, both possible.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1).max(1) as usize) as i64
    }

    pub(super) fn chance(&mut self, permille: u32) -> bool {
        self.below(1_000) < permille as usize
    }

    /// 0 ≤ x < 1 in steps of 2⁻⁵³.
    pub(super) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / 9_007_199_254_740_992.0
    }

    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// An index with probability in proportion to its weight; `None` when all weights are 0.
    pub(super) fn weighted(&mut self, weights: &[f64]) -> Option<usize> {
        let total: f64 = weights.iter().sum();
        if total <= 0.0 {
            return None;
        }
        let mut left = self.unit() * total;
        let mut last = None;
        for (index, weight) in weights.iter().enumerate().filter(|(_, weight)| **weight > 0.0) {
            last = Some(index);
            left -= weight;
            if left < 0.0 {
                break;
            }
        }
        last
    }

    /// Fisher and Yates.
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            items.swap(end, self.below(end + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_decide_how_often_an_index_comes() {
        let mut stream = Stream::new(7, "test");
        let mut counts = [0_u32; 3];
        for _ in 0..40_000 {
            counts[stream.weighted(&[1.0, 0.0, 3.0]).unwrap()] += 1;
        }
        assert_eq!(counts[1], 0);
        assert!((9_600..10_400).contains(&counts[0]), "{counts:?}");
        assert_eq!(stream.weighted(&[0.0, 0.0]), None);
    }

    #[test]
    fn streams_of_different_purpose_differ_and_repeat() {
        let draw = |purpose| Stream::new(7, purpose).below(1_000_000);
        assert_eq!(draw("a"), draw("a"));
        assert_ne!(draw("a"), draw("b"));
    }

    #[test]
    fn a_shuffle_keeps_every_item() {
        let mut items: Vec<usize> = (0..50).collect();
        Stream::new(1, "shuffle").shuffle(&mut items);
        assert_ne!(items, (0..50).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..50).collect::<Vec<_>>());
    }
}
