//! How good a ranked list is: accuracy on binary targets, and beside it coverage, novelty, concentration, diversity.

use serde::{Deserialize, Serialize};

use crate::recommend::rank;

/// Accuracy of one list. `targets` ascend; places count from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Accuracy {
    pub hit: f64,
    pub ndcg: f64,
    pub recall: f64,
    pub precision: f64,
    pub reciprocal_rank: f64,
    /// Average precision over min(k, targets), as in section 10's vector: Σ precision at hits / targets.
    pub average_precision: f64,
}

impl Accuracy {
    /// All 0 when there are no targets.
    pub fn of(ranked: &[u32], targets: &[u32], k: usize) -> Self {
        if targets.is_empty() || k == 0 {
            return Self::default();
        }
        let (mut hits, mut first, mut precision_sum) = (0_u32, 0.0, 0.0);
        for (place, item) in ranked.iter().take(k).enumerate() {
            if targets.binary_search(item).is_ok() {
                hits += 1;
                precision_sum += f64::from(hits) / (place as f64 + 1.0);
                if hits == 1 {
                    first = 1.0 / (place as f64 + 1.0);
                }
            }
        }
        Self {
            hit: f64::from(u8::from(hits > 0)),
            ndcg: rank::ndcg(ranked, targets, k),
            recall: f64::from(hits) / targets.len() as f64,
            precision: f64::from(hits) / k as f64,
            reciprocal_rank: first,
            average_precision: precision_sum / targets.len() as f64,
        }
    }

    /// Means over lists.
    pub fn mean(all: &[Self]) -> Self {
        let n = all.len().max(1) as f64;
        let sum = |pick: fn(&Self) -> f64| all.iter().map(pick).sum::<f64>() / n;
        Self {
            hit: sum(|a| a.hit),
            ndcg: sum(|a| a.ndcg),
            recall: sum(|a| a.recall),
            precision: sum(|a| a.precision),
            reciprocal_rank: sum(|a| a.reciprocal_rank),
            average_precision: sum(|a| a.average_precision),
        }
    }
}

/// What accuracy does not see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Breadth {
    /// Distinct recommended items over the catalogue.
    pub coverage: f64,
    /// Mean −log₂ of the share of customers who bought a recommended item; higher is less obvious.
    pub novelty: f64,
    /// Gini coefficient of how often each catalogue item is recommended; 1 is "always the same few".
    pub concentration: f64,
    /// Mean share of a list's pairs that differ in category; absent when categories are.
    pub diversity: Option<f64>,
}

impl Breadth {
    /// `lists` hold at most k items each; `buyers` and `category` are per catalogue item, `n_customers` all known.
    pub fn of(lists: &[Vec<u32>], buyers: &[u32], n_customers: usize, category: &[Option<u32>]) -> Self {
        let mut shown = vec![0_u64; buyers.len()];
        let (mut surprise, mut entries) = (0.0, 0_u64);
        let (mut differ, mut pairs) = (0_u64, 0_u64);
        for list in lists {
            for (place, &item) in list.iter().enumerate() {
                shown[item as usize] += 1;
                let share = (f64::from(buyers[item as usize]) / n_customers.max(1) as f64).clamp(1e-9, 1.0);
                surprise -= share.log2();
                entries += 1;
                for &other in &list[..place] {
                    if let (Some(a), Some(b)) = (category[item as usize], category[other as usize]) {
                        pairs += 1;
                        differ += u64::from(a != b);
                    }
                }
            }
        }
        let distinct = shown.iter().filter(|&&times| times > 0).count();
        Self {
            coverage: distinct as f64 / buyers.len().max(1) as f64,
            novelty: if entries > 0 { surprise / entries as f64 } else { 0.0 },
            concentration: gini(shown),
            diversity: (pairs > 0).then(|| differ as f64 / pairs as f64),
        }
    }
}

/// Gini coefficient of counts; 0 when all are equal or there are none.
pub fn gini(mut counts: Vec<u64>) -> f64 {
    counts.sort_unstable();
    let n = counts.len() as f64;
    let total: f64 = counts.iter().map(|&c| c as f64).sum();
    if total == 0.0 {
        return 0.0;
    }
    let weighted: f64 = counts.iter().enumerate().map(|(i, &c)| (i as f64 + 1.0) * c as f64).sum();
    (2.0 * weighted / (n * total) - (n + 1.0) / n).max(0.0)
}

/// Maximal marginal relevance (Carbonell & Goldstein 1998): takes, one by one, the item with the highest
/// λ relevance − (1 − λ) × largest similarity to what was taken; ties to the smaller index.
pub fn mmr(
    relevance: &[f64],
    similarity: impl Fn(usize, usize) -> f64,
    lambda: f64,
    length: usize,
) -> Vec<usize> {
    let mut nearest = vec![0.0_f64; relevance.len()];
    let mut free: Vec<usize> = (0..relevance.len()).collect();
    let mut taken = Vec::with_capacity(length.min(relevance.len()));
    while taken.len() < length && !free.is_empty() {
        let worth = |item: usize| lambda * relevance[item] - (1.0 - lambda) * nearest[item];
        let place = (1..free.len())
            .fold(0, |best, place| if worth(free[place]) > worth(free[best]) { place } else { best });
        let item = free.remove(place);
        for &other in &free {
            nearest[other] = nearest[other].max(similarity(item, other));
        }
        taken.push(item);
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accuracy_matches_the_worked_example() {
        let ranked: Vec<u32> = (0..10).collect();
        let got = Accuracy::of(&ranked, &[1, 4, 9, 77], 10);
        for (value, expected) in [
            (got.ndcg, 0.510_167_148_317_470_5),
            (got.recall, 0.75),
            (got.precision, 0.3),
            (got.reciprocal_rank, 0.5),
            (got.average_precision, 0.3),
        ] {
            assert!((value - expected).abs() < 1e-9, "{got:?}");
        }
    }

    #[test]
    fn mmr_matches_the_worked_example() {
        let similarity =
            [[1.0, 0.95, 0.2, 0.1], [0.95, 1.0, 0.3, 0.1], [0.2, 0.3, 1.0, 0.5], [0.1, 0.1, 0.5, 1.0]];
        assert_eq!(mmr(&[0.9, 0.85, 0.8, 0.4], |a, b| similarity[a][b], 0.7, 4), vec![0, 2, 1, 3]);
    }

    #[test]
    fn concentration_runs_from_even_to_one_item() {
        assert_eq!(gini(vec![5, 5, 5, 5]), 0.0);
        assert!((gini(vec![0, 0, 0, 8]) - 0.75).abs() < 1e-12);
        assert_eq!(gini(vec![]), 0.0);
    }

    #[test]
    fn breadth_of_two_lists_by_hand() {
        let category = [Some(0), Some(0), Some(1), None];
        let got = Breadth::of(&[vec![0, 1], vec![0, 2]], &[4, 2, 1, 1], 4, &category);
        assert_eq!(got.coverage, 0.75);
        assert_eq!(got.novelty, (0.0 + 1.0 + 0.0 + 2.0) / 4.0);
        assert_eq!(got.diversity, Some(0.5));
    }
}
