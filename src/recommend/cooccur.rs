//! What is bought in the same order: pair counts, their measures, and neighbour lists with evidence.

use serde::{Deserialize, Serialize};

use super::history::History;
use super::item_knn::Neighbours;
use super::sparse::Sparse;

/// The counts behind a pair: `both` of `n` orders hold a and b, `n_a` hold a, `n_b` hold b.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pair {
    pub both: u32,
    pub n_a: u32,
    pub n_b: u32,
    pub n: u32,
}

impl Pair {
    /// Share of a's orders that also hold b.
    pub fn confidence(&self) -> f64 {
        ratio(f64::from(self.both), f64::from(self.n_a))
    }

    /// How many times as often as by chance.
    pub fn lift(&self) -> f64 {
        ratio(f64::from(self.both) * f64::from(self.n), f64::from(self.n_a) * f64::from(self.n_b))
    }

    pub fn cosine(&self) -> f64 {
        ratio(f64::from(self.both), (f64::from(self.n_a) * f64::from(self.n_b)).sqrt())
    }

    pub fn jaccard(&self) -> f64 {
        ratio(f64::from(self.both), f64::from(self.n_a) + f64::from(self.n_b) - f64::from(self.both))
    }

    /// Log-likelihood ratio G² of the 2 × 2 table (Dunning 1993); 0 when the pair is rarer than by chance.
    pub fn llr(&self) -> f64 {
        if self.lift() <= 1.0 {
            return 0.0;
        }
        let k12 = f64::from(self.n_a - self.both);
        let k21 = f64::from(self.n_b - self.both);
        let k22 = f64::from(self.n) - f64::from(self.n_a) - k21;
        log_likelihood_ratio(f64::from(self.both), k12, k21, k22)
    }
}

/// 2 (H(rows) + H(columns) − H(cells)) with H(k) = x ln x of the sum minus Σ x ln x, in natural log.
pub fn log_likelihood_ratio(k11: f64, k12: f64, k21: f64, k22: f64) -> f64 {
    let entropy =
        |counts: &[f64]| x_ln_x(counts.iter().sum()) - counts.iter().map(|&x| x_ln_x(x)).sum::<f64>();
    let rows = entropy(&[k11 + k12, k21 + k22]);
    let columns = entropy(&[k11 + k21, k12 + k22]);
    let cells = entropy(&[k11, k12, k21, k22]);
    (2.0 * (rows + columns - cells)).max(0.0)
}

fn x_ln_x(x: f64) -> f64 {
    if x > 0.0 { x * x.ln() } else { 0.0 }
}

fn ratio(a: f64, b: f64) -> f64 {
    if b > 0.0 { a / b } else { 0.0 }
}

/// G² at which chance alone would give 1 pair in 1,000.
pub const LLR_FLOOR: f64 = 10.83;
/// Orders that must hold both before a pair is shown to anybody.
pub const SUPPORT_FLOOR: u32 = 3;

/// A measure of how well b goes with a.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    Count,
    Confidence,
    Lift {
        min_support: u32,
    },
    Llr,
    RootLlr,
    Cosine,
    Jaccard,
    /// `both / (n_a + shrink) / n_b^beta`.
    Asymmetric {
        beta: f64,
        shrink: f64,
    },
}

impl Measure {
    pub fn of(self, pair: Pair) -> f64 {
        match self {
            Self::Count => f64::from(pair.both),
            Self::Confidence => pair.confidence(),
            Self::Lift { min_support } => {
                if pair.both >= min_support {
                    pair.lift()
                } else {
                    0.0
                }
            }
            Self::Llr => pair.llr(),
            Self::RootLlr => pair.llr().sqrt(),
            Self::Cosine => pair.cosine(),
            Self::Jaccard => pair.jaccard(),
            Self::Asymmetric { beta, shrink } => {
                f64::from(pair.both) / (f64::from(pair.n_a) + shrink) / f64::from(pair.n_b).powf(beta)
            }
        }
    }
}

/// Orders × items with every entry 1, and how many orders hold each item.
#[derive(Clone, Debug)]
pub struct Baskets {
    pub rows: Sparse,
    pub items: Sparse,
    pub n_of: Vec<u32>,
}

impl Baskets {
    pub fn new(history: &History<'_>) -> Self {
        Self::from_rows(history.basket_matrix(|_, _| 1.0))
    }

    pub fn from_rows(rows: Sparse) -> Self {
        let items = rows.transpose();
        let n_of = (0..items.rows()).map(|item| items.row(item).0.len() as u32).collect();
        Self { rows, items, n_of }
    }

    fn pair(&self, a: usize, b: u32, both: f32) -> Pair {
        Pair { both: both as u32, n_a: self.n_of[a], n_b: self.n_of[b as usize], n: self.rows.rows() as u32 }
    }

    /// The counts of one pair.
    pub fn count(&self, a: u32, b: u32) -> Pair {
        let (left, _) = self.items.row(a as usize);
        let (right, _) = self.items.row(b as usize);
        let (few, many) = if left.len() < right.len() { (left, right) } else { (right, left) };
        let both = few.iter().filter(|order| many.binary_search(order).is_ok()).count();
        self.pair(a as usize, b, both as f32)
    }

    /// The `k` best neighbours of every item by `measure`, ties to the smaller item.
    pub fn neighbours(&self, measure: Measure, k: usize) -> Neighbours {
        let similar = self.items.top_product(&self.rows, k, |a, b, both| {
            (a as u32 != b).then(|| measure.of(self.pair(a, b, both)) as f32)
        });
        Neighbours { similar }
    }

    /// As [`Self::neighbours`], but only pairs that at least [`SUPPORT_FLOOR`] orders hold and chance does not explain.
    pub fn trusted_neighbours(&self, measure: Measure, k: usize) -> Neighbours {
        let similar = self.items.top_product(&self.rows, k, |a, b, both| {
            let pair = self.pair(a, b, both);
            (a as u32 != b && pair.both >= SUPPORT_FLOOR && pair.llr() >= LLR_FLOOR)
                .then(|| measure.of(pair) as f32)
        });
        Neighbours { similar }
    }
}

#[cfg(test)]
mod tests {
    use super::super::dataset::fixture::store;
    use super::*;

    #[test]
    fn llr_matches_the_published_vectors() {
        let vectors = [
            ([1.0, 0.0, 0.0, 1.0], 2.772_588_722_239_781),
            ([10.0, 0.0, 0.0, 10.0], 27.725_887_222_397_787),
            ([5.0, 1_995.0, 0.0, 100_000.0], 39.330_521_655_734_63),
            ([1_000.0, 1_995.0, 1_000.0, 100_000.0], 4_730.736_813_061_871),
            ([1_000.0, 1_000.0, 1_000.0, 100_000.0], 5_734.342_524_575_07),
            ([1_000.0, 1_000.0, 1_000.0, 99_000.0], 5_714.932_396_924_123),
        ];
        for (k, expected) in vectors {
            let got = log_likelihood_ratio(k[0], k[1], k[2], k[3]);
            assert!((got - expected).abs() / expected < 1e-9, "{k:?}: {got}");
        }
    }

    #[test]
    fn five_baskets_counted_by_hand() {
        let data = store(&[
            ("1", "a", 1, &["bread", "butter", "jam"]),
            ("2", "b", 2, &["bread", "butter"]),
            ("3", "c", 3, &["bread", "milk"]),
            ("4", "d", 4, &["butter", "jam"]),
            ("5", "", 5, &["milk"]),
        ]);
        let baskets = Baskets::new(&History::new(&data, 10, 1));
        // bread 0, butter 1, jam 2, milk 3
        let pair = baskets.count(0, 1);
        assert_eq!(pair, Pair { both: 2, n_a: 3, n_b: 3, n: 5 });
        assert!((pair.confidence() - 2.0 / 3.0).abs() < 1e-12);
        assert!((pair.lift() - 10.0 / 9.0).abs() < 1e-12);
        assert!((pair.cosine() - 2.0 / 3.0).abs() < 1e-12);
        assert!((pair.jaccard() - 0.5).abs() < 1e-12);
        let list = baskets.neighbours(Measure::Count, 10);
        assert_eq!(list.similar.row(2), (&[0_u32, 1][..], &[1.0_f32, 2.0][..]));
        assert!(baskets.trusted_neighbours(Measure::Count, 10).similar.row(2).0.is_empty());
    }
}
