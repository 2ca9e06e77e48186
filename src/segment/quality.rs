//! How well groups separate, and how well they hold when the data is drawn again.

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::kmeans::{self, Points, squared};

/// Adjusted Rand index of two labelings of the same rows (Hubert and Arabie 1985): 1 the same, 0 as good as chance.
pub fn adjusted_rand(one: &[u8], two: &[u8]) -> f64 {
    let size = |labels: &[u8]| labels.iter().max().map_or(0, |last| *last as usize + 1);
    let (n_one, n_two) = (size(one), size(two));
    let mut table = vec![0_u64; n_one * n_two];
    for (a, b) in one.iter().zip(two) {
        table[*a as usize * n_two + *b as usize] += 1;
    }
    let pairs = |count: u64| count as f64 * (count as f64 - 1.0) / 2.0;
    let cells: f64 = table.iter().map(|count| pairs(*count)).sum();
    let rows: f64 = table.chunks(n_two.max(1)).map(|row| pairs(row.iter().sum())).sum();
    let columns: f64 = (0..n_two).map(|column| pairs(table.iter().skip(column).step_by(n_two).sum())).sum();
    let all = pairs(one.len() as u64);
    let expected = if all > 0.0 { rows * columns / all } else { 0.0 };
    let most = f64::midpoint(rows, columns);
    if (most - expected).abs() < f64::EPSILON { 1.0 } else { (cells - expected) / (most - expected) }
}

/// Mean silhouette of each labeling (Rousseeuw 1987), on the same rows; distances are taken once for all labelings.
/// Rows alone in their cluster count 0, as in scikit-learn. 0 where a labeling has fewer than two clusters.
pub fn silhouettes(points: &Points, labelings: &[&[u8]]) -> Vec<f64> {
    let n = points.n_rows();
    if n < 2 {
        return vec![0.0; labelings.len()];
    }
    let sizes: Vec<Vec<u32>> = labelings
        .iter()
        .map(|labels| {
            let mut counts = vec![0; labels.iter().max().map_or(0, |last| *last as usize + 1)];
            for label in *labels {
                counts[*label as usize] += 1;
            }
            counts
        })
        .collect();
    let per_row: Vec<Vec<f64>> = (0..n)
        .into_par_iter()
        .map(|row| {
            let distances: Vec<f64> =
                (0..n).map(|other| squared(points.row(row), points.row(other)).sqrt()).collect();
            labelings
                .iter()
                .zip(&sizes)
                .map(|(labels, counts)| silhouette_of(row, &distances, labels, counts))
                .collect()
        })
        .collect();
    (0..labelings.len())
        .map(|labeling| per_row.iter().map(|row| row[labeling]).sum::<f64>() / n as f64)
        .collect()
}

fn silhouette_of(row: usize, distances: &[f64], labels: &[u8], counts: &[u32]) -> f64 {
    let own = labels[row] as usize;
    if counts[own] < 2 {
        return 0.0;
    }
    let mut sums = vec![0.0; counts.len()];
    for (distance, label) in distances.iter().zip(labels) {
        sums[*label as usize] += distance;
    }
    let inside = sums[own] / f64::from(counts[own] - 1);
    let outside = (0..counts.len())
        .filter(|cluster| *cluster != own && counts[*cluster] > 0)
        .map(|cluster| sums[cluster] / f64::from(counts[cluster]))
        .fold(f64::INFINITY, f64::min);
    let larger = inside.max(outside);
    if larger > 0.0 && larger.is_finite() { (outside - inside) / larger } else { 0.0 }
}

/// What fits on resampled rows say about one number of groups.
#[derive(Clone, Debug, PartialEq)]
pub struct Stability {
    /// Mean adjusted Rand index, over all rows, of every two of the models, each fitted on its own bootstrap sample.
    pub adjusted_rand: f64,
    /// By cluster of the labeling at hand: the mean share of its rows that stay together in a resampled model.
    pub stay: Vec<f64>,
}

/// Bootstrap stability: `draws` samples with replacement, one model each (the best of `STARTS`), every two compared on
/// all rows. All pairs (a U-statistic) say far more than disjoint ones: of two stores with nearly the same customers
/// neither gets another answer because of the draw.
pub fn stability(points: &Points, labels: &[u8], k: usize, seed: u64, draws: usize) -> Stability {
    const STARTS: u64 = 4;
    let n = points.n_rows();
    let models: Vec<Vec<u8>> = (0..draws)
        .into_par_iter()
        .map(|draw| {
            let seed = seed ^ crate::shop::hash::splitmix64(draw as u64 + 1);
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let rows: Vec<usize> = (0..n).map(|_| rng.gen_range(0..n)).collect();
            let drawn = points.pick(&rows);
            let mut best: Option<kmeans::Fit> = None;
            for start in 0..STARTS {
                let fit = kmeans::fit_once(&drawn, k, seed.wrapping_add(start));
                if best.as_ref().is_none_or(|best| fit.inertia < best.inertia) {
                    best = Some(fit);
                }
            }
            let mut labels = vec![0; n];
            if let Some(best) = best {
                kmeans::assign(points, &best.centroids, &mut labels);
            }
            labels
        })
        .collect();
    let agreement: Vec<f64> = (0..models.len())
        .into_par_iter()
        .map(|one| models[..one].iter().map(|other| adjusted_rand(&models[one], other)).sum())
        .collect();
    let pairs = draws * draws.saturating_sub(1) / 2;
    Stability {
        adjusted_rand: if pairs == 0 { 0.0 } else { agreement.iter().sum::<f64>() / pairs as f64 },
        stay: stay(labels, &models, k),
    }
}

/// For each cluster, the part of it that its best counterpart keeps, averaged over the models.
fn stay(labels: &[u8], models: &[Vec<u8>], k: usize) -> Vec<f64> {
    let mut kept = vec![0.0; k];
    for model in models {
        let mut table = vec![0_u32; k * k];
        for (own, other) in labels.iter().zip(model) {
            table[*own as usize * k + *other as usize] += 1;
        }
        for (cluster, row) in table.chunks_exact(k).enumerate() {
            let size: u32 = row.iter().sum();
            let most = row.iter().max().copied().unwrap_or(0);
            kept[cluster] += if size == 0 { 0.0 } else { f64::from(most) / f64::from(size) };
        }
    }
    kept.iter().map(|sum| sum / models.len().max(1) as f64).collect()
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "these values are exact")]
mod tests {
    use super::*;

    #[test]
    fn the_rand_index_knows_the_same_the_renamed_and_the_unrelated() {
        assert_eq!(adjusted_rand(&[0, 0, 1, 1], &[0, 0, 1, 1]), 1.0);
        assert_eq!(adjusted_rand(&[0, 0, 1, 1], &[1, 1, 0, 0]), 1.0);
        // scikit-learn: adjusted_rand_score([0,0,1,2],[0,0,1,1]) = 0.5714285714285714
        assert!((adjusted_rand(&[0, 0, 1, 2], &[0, 0, 1, 1]) - 0.571_428_571_428_571_4).abs() < 1e-12);
        assert!((adjusted_rand(&[0, 0, 1, 1], &[0, 1, 0, 1]) + 0.5).abs() < 1e-12);
    }

    #[test]
    fn the_silhouette_of_two_pairs_is_worked_out_by_hand() {
        // 0, 1 | 4, 5: a = 1, b = 4.5 and 3.5, mean of 3.5/4.5, 2.5/3.5 twice.
        let points = Points::new(vec![0.0, 1.0, 4.0, 5.0], 1);
        let expected = f64::midpoint(3.5 / 4.5, 2.5 / 3.5);
        assert!((silhouettes(&points, &[&[0, 0, 1, 1]])[0] - expected).abs() < 1e-12);
        assert_eq!(silhouettes(&points, &[&[0, 0, 0, 0]])[0], 0.0);
    }
}
