//! Two dimensions to look at: the principal components of the model's inputs.

use super::kmeans::Points;

/// The first two principal components of every row, each scaled so that the map fills about −1…1.
///
/// Power iteration on the covariance (deterministic start, fixed steps); the sign is chosen so that the largest
/// loading is positive, and equal inputs give equal maps.
pub fn principal_plane(points: &Points) -> Vec<[f32; 2]> {
    let (n, d) = (points.n_rows(), points.n_dims);
    if n == 0 || d == 0 {
        return vec![[0.0; 2]; n];
    }
    let mut mean = vec![0.0; d];
    for row in points.rows() {
        for (sum, value) in mean.iter_mut().zip(row) {
            *sum += value / n as f64;
        }
    }
    let mut covariance = vec![0.0; d * d];
    for row in points.rows() {
        for i in 0..d {
            for j in 0..d {
                covariance[i * d + j] += (row[i] - mean[i]) * (row[j] - mean[j]) / n as f64;
            }
        }
    }
    let first = leading(&covariance, d, &[]);
    let second = leading(&covariance, d, &first);
    let place = |row: &[f64], axis: &[f64]| -> f64 {
        row.iter().zip(&mean).zip(axis).map(|((value, mean), axis)| (value - mean) * axis).sum()
    };
    let flat: Vec<[f64; 2]> = points.rows().map(|row| [place(row, &first), place(row, &second)]).collect();
    let reach = |axis: usize| {
        let mut sizes: Vec<f64> = flat.iter().map(|place| place[axis].abs()).collect();
        sizes.sort_unstable_by(f64::total_cmp);
        super::inputs::quantile(&sizes, 0.99).max(1e-9)
    };
    let (wide, high) = (reach(0), reach(1));
    flat.iter().map(|place| [(place[0] / wide) as f32, (place[1] / high) as f32]).collect()
}

/// The leading eigenvector orthogonal to `taken` (unit length, or empty).
fn leading(covariance: &[f64], d: usize, taken: &[f64]) -> Vec<f64> {
    let mut axis: Vec<f64> = (0..d).map(|dim| 1.0 + 0.01 * dim as f64).collect();
    for _ in 0..300 {
        let mut next: Vec<f64> =
            (0..d).map(|i| (0..d).map(|j| covariance[i * d + j] * axis[j]).sum()).collect();
        let along: f64 = next.iter().zip(taken).map(|(one, two)| one * two).sum();
        for (value, taken) in next.iter_mut().zip(taken) {
            *value -= along * taken;
        }
        let length = next.iter().map(|value| value * value).sum::<f64>().sqrt();
        if length < 1e-12 {
            return vec![0.0; d];
        }
        axis = next.iter().map(|value| value / length).collect();
    }
    let largest =
        axis.iter().copied().fold(0.0_f64, |best, value| if value.abs() > best.abs() { value } else { best });
    if largest < 0.0 {
        for value in &mut axis {
            *value = -*value;
        }
    }
    axis
}
