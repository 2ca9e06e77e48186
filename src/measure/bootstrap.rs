//! Intervals by resampling customers (Efron 1979), with a generator of our own so that they never change.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::shop::hash::splitmix64;

/// Resamples behind every interval.
pub const RESAMPLES: usize = 1_000;

/// The central interval of the mean of `values` that holds `level` (for example 0.95) of the resampled means.
/// `None` without values.
pub fn mean_interval(values: &[f64], level: f64, seed: u64) -> Option<[f64; 2]> {
    interval(values, level, seed, |drawn| drawn.sum::<f64>() / values.len() as f64)
}

/// The interval of a ratio of sums (revenue per visitor, discounted lines per line): rows are drawn whole.
pub fn ratio_interval(rows: &[(f64, f64)], level: f64, seed: u64) -> Option<[f64; 2]> {
    interval(rows, level, seed, |drawn| {
        let (top, bottom) = drawn.fold((0.0, 0.0), |sum, row| (sum.0 + row.0, sum.1 + row.1));
        if bottom > 0.0 { top / bottom } else { 0.0 }
    })
}

/// Percentile interval of a statistic over [`RESAMPLES`] samples with replacement; resample r draws from
/// splitmix64(seed ^ splitmix64(r)).
fn interval<T: Copy + Sync>(
    rows: &[T],
    level: f64,
    seed: u64,
    statistic: impl Fn(&mut dyn Iterator<Item = T>) -> f64 + Sync,
) -> Option<[f64; 2]> {
    if rows.is_empty() {
        return None;
    }
    let n = rows.len();
    let mut found: Vec<f64> = (0..RESAMPLES as u64)
        .into_par_iter()
        .map(|resample| {
            let mut state = splitmix64(seed ^ splitmix64(resample));
            let mut drawn = (0..n).map(|_| {
                state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
                rows[((u128::from(splitmix64(state)) * n as u128) >> 64) as usize]
            });
            statistic(&mut drawn)
        })
        .collect();
    found.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| found[((share * RESAMPLES as f64) as usize).min(RESAMPLES - 1)];
    let tail = (1.0 - level) / 2.0;
    Some([at(tail), at(1.0 - tail)])
}

/// As [`mean_interval`], but whole clusters are drawn: values of one customer stay together (Field and Welsh 2007).
/// `cluster` beside `values`.
pub fn clustered_interval(values: &[f64], cluster: &[u32], level: f64, seed: u64) -> Option<[f64; 2]> {
    let mut by_cluster: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
    for (value, cluster) in values.iter().zip(cluster) {
        let entry = by_cluster.entry(*cluster).or_default();
        entry.0 += value;
        entry.1 += 1.0;
    }
    let sums: Vec<(f64, f64)> = by_cluster.into_values().collect();
    ratio_interval(&sums, level, seed)
}

/// The interval of the mean difference, each customer compared with themselves.
pub fn paired_interval(ours: &[f64], theirs: &[f64], level: f64, seed: u64) -> Option<[f64; 2]> {
    let differences: Vec<f64> = ours.iter().zip(theirs).map(|(a, b)| a - b).collect();
    mean_interval(&differences, level, seed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_of_a_fair_coin_is_as_wide_as_theory_says() {
        let values: Vec<f64> = (0..1_000).map(|i| f64::from(i % 2)).collect();
        let [low, high] = mean_interval(&values, 0.95, 1).unwrap();
        assert!((high - low - 2.0 * 1.96 * 0.5 / 1_000_f64.sqrt()).abs() < 0.006, "{low} {high}");
        assert!(low < 0.5 && high > 0.5);
    }

    #[test]
    fn a_ratio_is_drawn_by_whole_rows() {
        let rows: Vec<(f64, f64)> = (0..400).map(|i| (f64::from(2 * (i % 5)), f64::from(i % 5))).collect();
        assert_eq!(ratio_interval(&rows, 0.95, 1), Some([2.0, 2.0]));
        assert_eq!(ratio_interval(&[], 0.95, 1), None);
    }

    #[test]
    fn repeated_customers_widen_the_interval_as_much_as_they_should() {
        // 1,000 values that are 100 customers of ten equal orders each carry the information of 100.
        let values: Vec<f64> = (0..1_000).map(|i| f64::from(i / 10 % 2)).collect();
        let cluster: Vec<u32> = (0..1_000).map(|i| i / 10).collect();
        let [low, high] = clustered_interval(&values, &cluster, 0.95, 1).unwrap();
        assert!((high - low - 2.0 * 1.96 * 0.5 / 100_f64.sqrt()).abs() < 0.03, "{low} {high}");
        let alone: Vec<u32> = (0..1_000).collect();
        assert_eq!(clustered_interval(&values, &alone, 0.95, 1), mean_interval(&values, 0.95, 1));
        assert_eq!(clustered_interval(&[], &[], 0.95, 1), None);
    }

    #[test]
    fn a_constant_has_no_width_and_nothing_has_no_interval() {
        assert_eq!(mean_interval(&[3.0; 20], 0.95, 7), Some([3.0, 3.0]));
        assert_eq!(mean_interval(&[], 0.95, 7), None);
        assert_eq!(paired_interval(&[1.0, 2.0], &[0.0, 1.0], 0.9, 7), Some([1.0, 1.0]));
    }
}
