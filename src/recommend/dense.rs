//! The inverse of a symmetric positive definite matrix, by tiles.

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, LinalgScalar};
use rayon::prelude::*;

const TILE: usize = 192;

/// A real number that the factorisation can work in.
pub trait Real: LinalgScalar + Send + Sync + PartialOrd + std::ops::SubAssign + std::ops::AddAssign {
    #[must_use]
    fn root(self) -> Self;
    /// Below it a pivot is not positive any more.
    fn smallest_pivot() -> Self;
    fn minus_one() -> Self;
}

impl Real for f32 {
    fn root(self) -> Self {
        self.sqrt()
    }
    fn smallest_pivot() -> Self {
        1e-12
    }
    fn minus_one() -> Self {
        -1.0
    }
}

impl Real for f64 {
    fn root(self) -> Self {
        self.sqrt()
    }
    fn smallest_pivot() -> Self {
        1e-24
    }
    fn minus_one() -> Self {
        -1.0
    }
}

/// The inverse of a symmetric positive definite matrix (only its lower triangle is read), by tiled Cholesky:
/// A = L L', A⁻¹ = L⁻ᵀ L⁻¹, n³ multiplications in all (Golub & Van Loan, Matrix Computations, 4.2.9).
/// Each tile is computed by one thread in one order, so the bits do not depend on the number of threads.
/// `None` when a pivot is not positive.
pub fn invert_positive_definite<T: Real>(matrix: &Array2<T>) -> Option<Array2<T>> {
    let n = matrix.nrows();
    let tiles = n.div_ceil(TILE);
    // columns[j][i - j] is tile (i, j), i ≥ j; the last tile is padded with the identity.
    let mut columns: Vec<Vec<Array2<T>>> =
        (0..tiles).into_par_iter().map(|j| (j..tiles).map(|i| tile_of(matrix, i, j)).collect()).collect();
    let mut diagonal_inverses: Vec<Array2<T>> = Vec::with_capacity(tiles);
    for k in 0..tiles {
        let (left, right) = columns.split_at_mut(k + 1);
        let column = &mut left[k];
        cholesky(&mut column[0])?;
        let inverse = invert_lower(&column[0]);
        column[1..].par_iter_mut().for_each(|tile| {
            let mut solved = Array2::zeros((TILE, TILE));
            general_mat_mul(T::one(), tile, &inverse.t(), T::zero(), &mut solved);
            *tile = solved;
        });
        diagonal_inverses.push(inverse);
        let column = &left[k];
        right
            .par_iter_mut()
            .enumerate()
            .flat_map(|(offset, target)| {
                let j = k + 1 + offset;
                target.par_iter_mut().enumerate().map(move |(below, tile)| (j, j + below, tile))
            })
            .for_each(|(j, i, tile)| {
                general_mat_mul(T::minus_one(), &column[i - k], &column[j - k].t(), T::one(), tile);
            });
    }
    // L⁻¹ by tile columns: W_jj = L_jj⁻¹, W_ij = −L_ii⁻¹ Σ_{j ≤ k < i} L_ik W_kj.
    let inverse_columns: Vec<Vec<Array2<T>>> = (0..tiles)
        .into_par_iter()
        .map(|j| {
            let mut column: Vec<Array2<T>> = vec![diagonal_inverses[j].clone()];
            for i in j + 1..tiles {
                let mut sum = Array2::zeros((TILE, TILE));
                for k in j..i {
                    general_mat_mul(T::one(), &columns[k][i - k], &column[k - j], T::one(), &mut sum);
                }
                let mut tile = Array2::zeros((TILE, TILE));
                general_mat_mul(T::minus_one(), &diagonal_inverses[i], &sum, T::zero(), &mut tile);
                column.push(tile);
            }
            column
        })
        .collect();
    drop(columns);
    let pairs: Vec<(usize, usize)> = (0..tiles).flat_map(|i| (0..=i).map(move |j| (i, j))).collect();
    let blocks: Vec<Array2<T>> = pairs
        .par_iter()
        .map(|&(i, j)| {
            let mut tile = Array2::zeros((TILE, TILE));
            for k in i..tiles {
                general_mat_mul(
                    T::one(),
                    &inverse_columns[i][k - i].t(),
                    &inverse_columns[j][k - j],
                    T::one(),
                    &mut tile,
                );
            }
            tile
        })
        .collect();
    drop(inverse_columns);
    let mut inverse = Array2::zeros((n, n));
    for (&(i, j), block) in pairs.iter().zip(&blocks) {
        for row in 0..TILE.min(n - i * TILE) {
            for column in 0..TILE.min(n - j * TILE) {
                let value = block[[row, column]];
                inverse[[i * TILE + row, j * TILE + column]] = value;
                inverse[[j * TILE + column, i * TILE + row]] = value;
            }
        }
    }
    Some(inverse)
}

fn tile_of<T: Real>(matrix: &Array2<T>, i: usize, j: usize) -> Array2<T> {
    let n = matrix.nrows();
    Array2::from_shape_fn((TILE, TILE), |(row, column)| {
        let (row, column) = (i * TILE + row, j * TILE + column);
        if row < n && column < n {
            matrix[[row.max(column), row.min(column)]]
        } else if row == column {
            T::one()
        } else {
            T::zero()
        }
    })
}

/// In place; the strict upper triangle becomes 0.
fn cholesky<T: Real>(tile: &mut Array2<T>) -> Option<()> {
    let n = tile.nrows();
    for j in 0..n {
        for i in j..n {
            let mut sum = tile[[i, j]];
            for k in 0..j {
                sum -= tile[[i, k]] * tile[[j, k]];
            }
            if i == j {
                if sum.partial_cmp(&T::smallest_pivot()) != Some(std::cmp::Ordering::Greater) {
                    return None;
                }
                tile[[j, j]] = sum.root();
            } else {
                tile[[i, j]] = sum / tile[[j, j]];
            }
        }
        for i in 0..j {
            tile[[i, j]] = T::zero();
        }
    }
    Some(())
}

fn invert_lower<T: Real>(lower: &Array2<T>) -> Array2<T> {
    let n = lower.nrows();
    let mut inverse: Array2<T> = Array2::zeros((n, n));
    for i in 0..n {
        let pivot = T::one() / lower[[i, i]];
        for j in 0..i {
            let mut sum = T::zero();
            for k in j..i {
                sum += lower[[i, k]] * inverse[[k, j]];
            }
            inverse[[i, j]] = T::zero() - sum * pivot;
        }
        inverse[[i, i]] = pivot;
    }
    inverse
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inverse_times_the_matrix_is_the_identity_over_tile_borders() {
        let n = TILE + 37;
        let base = Array2::from_shape_fn((n, n), |(i, j)| (((i * 31 + j * 17) % 23) as f64) / 23.0);
        let mut matrix = base.t().dot(&base);
        for i in 0..n {
            matrix[[i, i]] += 3.0;
        }
        let inverse = invert_positive_definite(&matrix).unwrap();
        let identity = matrix.dot(&inverse);
        for ((i, j), value) in identity.indexed_iter() {
            let expected = if i == j { 1.0 } else { 0.0 };
            assert!((value - expected).abs() < 1e-8, "{i} {j} {value}");
        }
    }

    #[test]
    fn a_matrix_that_is_not_positive_definite_is_refused() {
        let matrix = Array2::from_shape_vec((2, 2), vec![1.0_f64, 2.0, 2.0, 1.0]).unwrap();
        assert!(invert_positive_definite(&matrix).is_none());
    }
}
