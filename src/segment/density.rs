//! Density clustering (DBSCAN) by linfa, on a sample, turned into groups by their centres.

use linfa::traits::Transformer as _;
use linfa_clustering::Dbscan;
use ndarray::Array2;
use rand::SeedableRng as _;
use rand::seq::index::sample;
use rand_chacha::ChaCha8Rng;

use super::Error;
use super::inputs::quantile;
use super::kmeans::{self, Effort, Fit, Points, squared};

/// Distances are taken between all pairs of a sample this large.
const SAMPLE_ROWS: usize = 3_000;
const MOST_GROUPS: usize = 10;

/// Groups are dense places: a row belongs to one when enough others are within the radius. The radius is the median
/// distance to the `2 × dims`-th neighbour (Sander et al. 1998, for the count), and rows in no dense place join the
/// nearest centre. One dense place or none at all falls back to two groups by k-means.
pub fn fit(points: &Points, seed: u64) -> Result<Fit, Error> {
    let n = points.n_rows();
    let rows = if n > SAMPLE_ROWS {
        let mut rows = sample(&mut ChaCha8Rng::seed_from_u64(seed), n, SAMPLE_ROWS).into_vec();
        rows.sort_unstable();
        rows
    } else {
        (0..n).collect()
    };
    let drawn = points.pick(&rows);
    let neighbours = (2 * points.n_dims).clamp(4, rows.len().saturating_sub(1).max(4));
    let radius = radius(&drawn, neighbours);
    let table =
        Array2::from_shape_vec((rows.len(), points.n_dims), drawn.values.clone()).map_err(Error::Shape)?;
    let found = if radius > 0.0 {
        Dbscan::params(neighbours)
            .tolerance(radius)
            .transform(&table)
            .map_or_else(|_| Vec::new(), |labels| labels.to_vec())
    } else {
        Vec::new()
    };
    let centroids = centres(&drawn, &found);
    if centroids.n_rows() < 2 {
        return kmeans::fit(points, 2, seed, Effort::default());
    }
    let mut labels = vec![0; n];
    let inertia = kmeans::assign(points, &centroids, &mut labels);
    Ok(Fit { centroids, labels, inertia, iterations: 0, converged: true })
}

fn radius(points: &Points, neighbours: usize) -> f64 {
    let mut reach: Vec<f64> = (0..points.n_rows())
        .map(|row| {
            let mut distances: Vec<f64> =
                points.rows().map(|other| squared(points.row(row), other)).collect();
            let place = neighbours.min(distances.len() - 1);
            *distances.select_nth_unstable_by(place, f64::total_cmp).1
        })
        .map(f64::sqrt)
        .collect();
    reach.sort_unstable_by(f64::total_cmp);
    quantile(&reach, 0.5)
}

/// Means of the largest dense places.
fn centres(points: &Points, labels: &[Option<usize>]) -> Points {
    let k = labels.iter().flatten().max().map_or(0, |last| last + 1);
    let mut sums = vec![vec![0.0; points.n_dims]; k];
    let mut counts = vec![0_usize; k];
    for (row, label) in points.rows().zip(labels) {
        if let Some(label) = label {
            counts[*label] += 1;
            for (sum, value) in sums[*label].iter_mut().zip(row) {
                *sum += value;
            }
        }
    }
    let mut places: Vec<usize> = (0..k).filter(|place| counts[*place] >= 10).collect();
    places.sort_by_key(|place| (std::cmp::Reverse(counts[*place]), *place));
    places.truncate(MOST_GROUPS);
    let values =
        places.iter().flat_map(|place| sums[*place].iter().map(|sum| sum / counts[*place] as f64)).collect();
    Points::new(values, points.n_dims)
}
