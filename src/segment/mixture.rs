//! A Gaussian mixture by linfa, on a sample, turned into hard groups by their centres.

use linfa::DatasetBase;
use linfa::traits::Fit as _;
use linfa_clustering::{GaussianMixtureModel, GmmInitMethod};
use ndarray::Array2;
use rand::SeedableRng as _;
use rand::seq::index::sample;
use rand_chacha::ChaCha8Rng;

use super::Error;
use super::kmeans::{self, Effort, Fit, Points};

const SAMPLE_ROWS: usize = 10_000;

/// Added to every variance: without it a component can collapse onto one repeated count of orders.
const VARIANCE_FLOOR: f64 = 1e-2;

/// Fits a mixture of `k` full-covariance components and returns their means as centroids. Where the mixture cannot be
/// fitted (a component loses its rows), k-means answers instead.
pub fn fit(points: &Points, k: usize, seed: u64) -> Result<Fit, Error> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let rows = if points.n_rows() > SAMPLE_ROWS {
        let mut rows = sample(&mut rng, points.n_rows(), SAMPLE_ROWS).into_vec();
        rows.sort_unstable();
        rows
    } else {
        (0..points.n_rows()).collect()
    };
    let values = points.pick(&rows).values;
    let table = Array2::from_shape_vec((rows.len(), points.n_dims), values).map_err(Error::Shape)?;
    let mixture = GaussianMixtureModel::params_with_rng(k, rng)
        .n_runs(3)
        .max_n_iterations(100)
        .tolerance(1e-3)
        .reg_covariance(VARIANCE_FLOOR)
        .init_method(GmmInitMethod::KMeans)
        .fit(&DatasetBase::from(table));
    let Ok(mixture) = mixture else {
        return kmeans::fit(points, k, seed, Effort::default());
    };
    let centroids = Points::new(mixture.means().iter().copied().collect(), points.n_dims);
    if centroids.values.iter().any(|value| !value.is_finite()) {
        return kmeans::fit(points, k, seed, Effort::default());
    }
    let mut labels = vec![0; points.n_rows()];
    let inertia = kmeans::assign(points, &centroids, &mut labels);
    Ok(Fit { centroids, labels, inertia, iterations: 0, converged: true })
}
