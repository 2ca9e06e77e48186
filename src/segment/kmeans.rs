//! k-means for any number of rows: linfa fits several starts on a sample, then Lloyd's steps run over all rows.
//!
//! linfa 0.8 walks rows one by one on one core, which a million rows make too slow; the steps here take blocks of
//! rows in parallel and add block results up in block order, so the answer has the same bits on any number of threads.

use linfa::DatasetBase;
use linfa::traits::Fit as _;
use linfa_clustering::{KMeans, KMeansInit};
use ndarray::{Array2, ArrayView2};
use rand::seq::index::sample;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::Error;

/// Rows of equal length, one after the other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Points {
    pub values: Vec<f64>,
    pub n_dims: usize,
}

/// Where k-means ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// k rows of `n_dims`.
    pub centroids: Points,
    /// By row: the nearest centroid, the lower index of equals.
    pub labels: Vec<u8>,
    /// Sum over rows of the squared distance to the nearest centroid.
    pub inertia: f64,
    pub iterations: u32,
    /// False when the steps ran out before the centroids stood still.
    pub converged: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effort {
    /// Independent starts on the sample; the best one goes on.
    pub starts: usize,
    pub sample_rows: usize,
    pub max_steps: u32,
    /// Stop when the centroids move less than this share of the mean variance (scikit-learn's `tol`).
    pub tolerance: f64,
}

impl Default for Effort {
    fn default() -> Self {
        Self { starts: 16, sample_rows: 10_000, max_steps: 300, tolerance: 1e-4 }
    }
}

const BLOCK_ROWS: usize = 4_096;
/// Distances are taken to this many centroids at once.
const LANES: usize = 4;

impl Points {
    pub fn new(values: Vec<f64>, n_dims: usize) -> Self {
        Self { values, n_dims }
    }

    pub fn n_rows(&self) -> usize {
        self.values.len().checked_div(self.n_dims).unwrap_or(0)
    }

    pub fn row(&self, row: usize) -> &[f64] {
        &self.values[row * self.n_dims..(row + 1) * self.n_dims]
    }

    pub fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.values.chunks_exact(self.n_dims.max(1))
    }

    /// The named rows, in the order named.
    #[must_use]
    pub fn pick(&self, rows: &[usize]) -> Self {
        let mut values = Vec::with_capacity(rows.len() * self.n_dims);
        for row in rows {
            values.extend_from_slice(self.row(*row));
        }
        Self::new(values, self.n_dims)
    }

    /// Mean over the columns of their variance (ddof 0).
    pub fn mean_variance(&self) -> f64 {
        let n = self.n_rows() as f64;
        if n == 0.0 {
            return 0.0;
        }
        let mut sums = vec![0.0; self.n_dims];
        for row in self.rows() {
            for (sum, value) in sums.iter_mut().zip(row) {
                *sum += value;
            }
        }
        let mut squares = 0.0;
        for row in self.rows() {
            for (sum, value) in sums.iter().zip(row) {
                squares += (value - sum / n).powi(2);
            }
        }
        squares / n / self.n_dims as f64
    }
}

/// Groups `points` into `k` clusters. `k` must be at least 1 and at most the number of rows and 255.
pub fn fit(points: &Points, k: usize, seed: u64, effort: Effort) -> Result<Fit, Error> {
    let start = best_start(points, k, seed, effort)?;
    Ok(refine(points, start, effort))
}

/// The best of several linfa fits on a sample, by inertia, then by start.
fn best_start(points: &Points, k: usize, seed: u64, effort: Effort) -> Result<Points, Error> {
    let n = points.n_rows();
    let sampled;
    let rows = if n > effort.sample_rows {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut rows = sample(&mut rng, n, effort.sample_rows).into_vec();
        rows.sort_unstable();
        sampled = points.pick(&rows);
        &sampled
    } else {
        points
    };
    let fits: Vec<Result<(f64, Vec<f64>), Error>> = (0..effort.starts.max(1) as u64)
        .into_par_iter()
        .map(|start| {
            let view =
                ArrayView2::from_shape((rows.n_rows(), rows.n_dims), &rows.values).map_err(Error::Shape)?;
            let mut rng = ChaCha8Rng::seed_from_u64(seed ^ (start + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let seeds = scattered(rows, k, &mut rng);
            let first = Array2::from_shape_vec((k, rows.n_dims), seeds.values).map_err(Error::Shape)?;
            let model = KMeans::params_with_rng(k, rng)
                .n_runs(1)
                .max_n_iterations(100)
                .tolerance(1e-4)
                .init_method(KMeansInit::Precomputed(first))
                .fit(&DatasetBase::from(view))
                .map_err(Error::KMeans)?;
            Ok((model.inertia(), model.centroids().iter().copied().collect()))
        })
        .collect();
    let mut best: Option<(f64, Vec<f64>)> = None;
    for fit in fits {
        let fit = fit?;
        if best.as_ref().is_none_or(|best| fit.0 < best.0) {
            best = Some(fit);
        }
    }
    let (_, centroids) = best.unwrap_or_default();
    Ok(Points::new(centroids, points.n_dims))
}

/// One start by our own steps alone, for the many small fits of a stability test.
pub fn fit_once(points: &Points, k: usize, seed: u64) -> Fit {
    let start = scattered(points, k, &mut ChaCha8Rng::seed_from_u64(seed));
    let effort = Effort { max_steps: 100, ..Effort::default() };
    refine(points, start, effort)
}

/// Greedy k-means++ (Arthur and Vassilvitskii 2007): each next centre is the best of a few rows drawn by their squared
/// distance to the centres so far. linfa's own draws one row each, which ends in worse optima.
fn scattered(rows: &Points, k: usize, rng: &mut ChaCha8Rng) -> Points {
    let n = rows.n_rows();
    let tries = 2 + (k as f64).ln() as usize;
    let mut chosen = vec![rng.gen_range(0..n)];
    let mut nearest: Vec<f64> = rows.rows().map(|row| squared(row, rows.row(chosen[0]))).collect();
    while chosen.len() < k {
        let total: f64 = nearest.iter().sum();
        let mut best: Option<(f64, usize, Vec<f64>)> = None;
        for _ in 0..tries {
            let mut left = rng.r#gen::<f64>() * total;
            let drawn = nearest.iter().position(|distance| {
                left -= distance;
                left < 0.0
            });
            let row = drawn.unwrap_or_else(|| rng.gen_range(0..n));
            let centre = rows.row(row);
            let closer: Vec<f64> = rows
                .rows()
                .zip(&nearest)
                .map(|(other, distance)| squared(other, centre).min(*distance))
                .collect();
            let potential: f64 = closer.iter().sum();
            if best.as_ref().is_none_or(|best| potential < best.0) {
                best = Some((potential, row, closer));
            }
        }
        if let Some((_, row, closer)) = best {
            chosen.push(row);
            nearest = closer;
        }
    }
    rows.pick(&chosen)
}

/// Lloyd's steps over all rows until the centroids stand still.
pub fn refine(points: &Points, start: Points, effort: Effort) -> Fit {
    let tolerance = effort.tolerance * points.mean_variance();
    let mut centroids = start;
    let mut labels = vec![0; points.n_rows()];
    let mut iterations = 0;
    let mut converged = false;
    while iterations < effort.max_steps && !converged {
        iterations += 1;
        let step = step(points, &centroids, &mut labels);
        let next = step.means(points, &centroids, &labels);
        let moved: f64 = squared(&next.values, &centroids.values);
        converged = step.changed == 0 && iterations > 1 || moved <= tolerance;
        centroids = next;
    }
    let inertia = assign(points, &centroids, &mut labels);
    Fit { centroids, labels, inertia, iterations, converged }
}

/// Writes the nearest centroid of every row and returns the inertia. Ties take the lower index.
pub fn assign(points: &Points, centroids: &Points, labels: &mut [u8]) -> f64 {
    let table = Table::new(centroids);
    let parts: Vec<f64> = blocks(points, labels)
        .map(|(rows, labels)| {
            rows.chunks_exact(points.n_dims)
                .zip(labels)
                .map(|(row, label)| {
                    let (nearest, distance) = table.nearest(row);
                    *label = nearest;
                    distance
                })
                .sum()
        })
        .collect();
    parts.iter().sum()
}

struct Step {
    sums: Vec<f64>,
    counts: Vec<u64>,
    changed: u64,
}

fn step(points: &Points, centroids: &Points, labels: &mut [u8]) -> Step {
    let table = Table::new(centroids);
    let (k, n_dims) = (centroids.n_rows(), points.n_dims);
    let parts: Vec<Step> = blocks(points, labels)
        .map(|(rows, labels)| {
            let mut part = Step::empty(k, n_dims);
            for (row, label) in rows.chunks_exact(n_dims).zip(labels) {
                let (nearest, _) = table.nearest(row);
                part.changed += u64::from(*label != nearest);
                *label = nearest;
                part.counts[nearest as usize] += 1;
                let from = nearest as usize * n_dims;
                for (sum, value) in part.sums[from..from + n_dims].iter_mut().zip(row) {
                    *sum += value;
                }
            }
            part
        })
        .collect();
    let mut total = Step::empty(k, n_dims);
    for part in parts {
        total.changed += part.changed;
        for (sum, value) in total.sums.iter_mut().zip(part.sums) {
            *sum += value;
        }
        for (count, value) in total.counts.iter_mut().zip(part.counts) {
            *count += value;
        }
    }
    total
}

impl Step {
    fn empty(k: usize, n_dims: usize) -> Self {
        Self { sums: vec![0.0; k * n_dims], counts: vec![0; k], changed: 0 }
    }

    /// The new centroids. A cluster that lost all its rows takes the row that lies farthest from its own centroid.
    fn means(&self, points: &Points, centroids: &Points, labels: &[u8]) -> Points {
        let n_dims = points.n_dims;
        let mut values = centroids.values.clone();
        let mut taken = Vec::new();
        for (cluster, count) in self.counts.iter().enumerate() {
            let mean = &mut values[cluster * n_dims..(cluster + 1) * n_dims];
            if *count > 0 {
                for (value, sum) in mean.iter_mut().zip(&self.sums[cluster * n_dims..]) {
                    *value = sum / *count as f64;
                }
            } else if let Some(row) = farthest(points, centroids, labels, &taken) {
                taken.push(row);
                mean.copy_from_slice(points.row(row));
            }
        }
        Points::new(values, n_dims)
    }
}

fn farthest(points: &Points, centroids: &Points, labels: &[u8], taken: &[usize]) -> Option<usize> {
    let mut best: Option<(f64, usize)> = None;
    for (row, label) in labels.iter().enumerate() {
        let distance = squared(points.row(row), centroids.row(*label as usize));
        if distance > best.map_or(0.0, |best| best.0) && !taken.contains(&row) {
            best = Some((distance, row));
        }
    }
    best.map(|best| best.1)
}

fn blocks<'a>(
    points: &'a Points,
    labels: &'a mut [u8],
) -> impl IndexedParallelIterator<Item = (&'a [f64], &'a mut [u8])> {
    points.values.par_chunks(BLOCK_ROWS * points.n_dims.max(1)).zip(labels.par_chunks_mut(BLOCK_ROWS))
}

/// Centroids column by column in groups of [`LANES`], so that one instruction serves several distances.
struct Table {
    /// For each group of lanes: `n_dims` × `LANES`. Lanes past the last centroid are infinitely far.
    groups: Vec<Vec<[f64; LANES]>>,
}

impl Table {
    fn new(centroids: &Points) -> Self {
        let k = centroids.n_rows();
        let groups = (0..k.div_ceil(LANES))
            .map(|group| {
                (0..centroids.n_dims)
                    .map(|dim| {
                        std::array::from_fn(|lane| {
                            let cluster = group * LANES + lane;
                            if cluster < k { centroids.row(cluster)[dim] } else { f64::INFINITY }
                        })
                    })
                    .collect()
            })
            .collect();
        Self { groups }
    }

    fn nearest(&self, row: &[f64]) -> (u8, f64) {
        let mut best = (0, f64::INFINITY);
        for (group, columns) in self.groups.iter().enumerate() {
            let mut distances = [0.0; LANES];
            for (value, lanes) in row.iter().zip(columns) {
                for (distance, lane) in distances.iter_mut().zip(lanes) {
                    let apart = value - lane;
                    *distance += apart * apart;
                }
            }
            for (lane, distance) in distances.iter().enumerate() {
                if *distance < best.1 {
                    best = ((group * LANES + lane) as u8, *distance);
                }
            }
        }
        best
    }
}

/// Squared Euclidean distance, summed in order.
pub fn squared(one: &[f64], two: &[f64]) -> f64 {
    one.iter().zip(two).map(|(one, two)| (one - two) * (one - two)).sum()
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "the inertia of equal rows is exactly zero")]
mod tests {
    use super::*;

    fn blobs() -> Points {
        let mut values = Vec::new();
        for row in 0..600_u64 {
            let centre = (row % 3) as f64 * 10.0;
            let jitter = crate::shop::hash::splitmix64(row) as f64 / u64::MAX as f64;
            values.extend([centre + jitter, centre - jitter]);
        }
        Points::new(values, 2)
    }

    #[test]
    fn three_blobs_become_three_clusters() {
        let fit = fit(&blobs(), 3, 1, Effort::default()).unwrap();
        assert!(fit.converged);
        for row in 0..600 {
            assert_eq!(fit.labels[row], fit.labels[row % 3]);
        }
        let mut counts = [0; 3];
        for label in &fit.labels {
            counts[*label as usize] += 1;
        }
        assert_eq!(counts, [200; 3]);
    }

    #[test]
    fn the_bits_do_not_depend_on_the_number_of_threads() {
        let points = blobs();
        let on = |threads: usize| {
            rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap()
                .install(|| fit(&points, 5, 7, Effort::default()).unwrap())
        };
        let (one, four) = (on(1), on(4));
        assert_eq!(one, four);
        assert_eq!(one.inertia.to_bits(), four.inertia.to_bits());
    }

    #[test]
    fn a_cluster_that_starts_empty_finds_rows() {
        let start = Points::new(vec![0.0, 0.0, 1000.0, 1000.0, 20.0, 20.0], 2);
        let fit = refine(&blobs(), start, Effort::default());
        assert!((0..3).all(|cluster| fit.labels.contains(&cluster)));
    }

    #[test]
    fn equal_rows_do_not_break_it() {
        let points = Points::new(vec![1.0; 40], 2);
        let fit = fit(&points, 3, 1, Effort::default()).unwrap();
        assert_eq!(fit.inertia, 0.0);
        assert!(fit.centroids.values.iter().all(|value| value.is_finite()));
    }
}
