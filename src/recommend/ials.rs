//! Implicit-feedback matrix factorisation by alternating least squares.

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView2, ArrayViewMut2};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::sparse::Sparse;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    pub factors: usize,
    pub iterations: usize,
    /// Weight of the unobserved entries.
    pub unobserved: f32,
    /// λ; scaled per row by (entries + unobserved × other side)^exponent (Rendle et al. 2021, arXiv 2110.14037).
    pub regularisation: f32,
    pub exponent: f32,
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { factors: 64, iterations: 14, unobserved: 1.0, regularisation: 0.003, exponent: 1.0, seed: 1 }
    }
}

#[derive(Clone, Debug)]
pub struct Ials {
    factors: usize,
    items: Vec<f32>,
    customers: Vec<f32>,
}

impl Ials {
    /// `matrix`: customers × items, values weigh the observed entries. Loss:
    /// `Σ_S v (1 − y)² + α₀ Σ_all y²` + regularisation; each row is solved by conjugate gradients from its last value
    /// (Takács, Pilászy & Tikk 2011), many rows at a time.
    pub fn fit(matrix: &Sparse, settings: Settings) -> Self {
        let k = settings.factors.max(1);
        let columns = matrix.transpose();
        let mut rng = ChaCha8Rng::seed_from_u64(settings.seed);
        let scale = 0.1 / (k as f32).sqrt();
        let mut draw = |n: usize| -> Vec<f32> {
            // The sum of four uniforms, centred: near enough to a normal for a start.
            (0..n * k)
                .map(|_| {
                    let sum: f32 = (0..4).map(|_| rng.r#gen::<f32>()).sum();
                    (sum - 2.0) * 1.732 * scale
                })
                .collect()
        };
        let mut customers = draw(matrix.rows());
        let mut items = draw(columns.rows());
        for _ in 0..settings.iterations {
            solve_side(matrix, &items, &mut customers, k, settings);
            solve_side(&columns, &customers, &mut items, k, settings);
        }
        solve_side(matrix, &items, &mut customers, k, settings);
        Self { factors: k, items, customers }
    }

    pub fn score(&self, customer: u32, out: &mut [f32]) {
        let k = self.factors;
        let me = &self.customers[customer as usize * k..(customer as usize + 1) * k];
        for (slot, item) in out.iter_mut().zip(self.items.chunks_exact(k)) {
            *slot = dot(me, item);
        }
    }
}

/// Rows solved together, so that their products with the Gram matrix are one matrix product.
const BLOCK: usize = 32;
/// Steps of conjugate gradients per row and sweep; each starts from the row's last value.
const STEPS: usize = 3;

fn solve_side(matrix: &Sparse, fixed: &[f32], free: &mut [f32], k: usize, settings: Settings) {
    let n_fixed = fixed.len() / k;
    let gram = gram(fixed, k);
    free.par_chunks_mut(k * BLOCK).enumerate().for_each_init(
        || Work::new(k),
        |work, (chunk, x)| {
            let first = chunk * BLOCK;
            let lambda = |row: usize| {
                let n = matrix.row(first + row).0.len() as f32;
                settings.regularisation * (n + settings.unobserved * n_fixed as f32).powf(settings.exponent)
            };
            work.gather(matrix, fixed, first, x.len() / k);
            work.solve(&gram, settings.unobserved, lambda, x);
        },
    );
}

/// Y'Y, summed over fixed stretches of rows in order.
fn gram(fixed: &[f32], k: usize) -> Array2<f32> {
    let rows = fixed.len() / k;
    let parts: Vec<Array2<f32>> = fixed
        .par_chunks(k * (rows / 8).max(1_024))
        .map(|chunk| {
            let mut sum = Array2::zeros((k, k));
            if let Ok(chunk) = ArrayView2::from_shape((chunk.len() / k, k), chunk) {
                general_mat_mul(1.0, &chunk.t(), &chunk, 0.0, &mut sum);
            }
            sum
        })
        .collect();
    parts.iter().fold(Array2::zeros((k, k)), |total, part| total + part)
}

/// One block of rows: what they point at, and the vectors of conjugate gradients.
struct Work {
    k: usize,
    /// Values of a block's entries, and the fixed vectors they point at, side by side.
    values: Vec<f32>,
    near: Vec<f32>,
    start: Vec<usize>,
    residual: Vec<f32>,
    direction: Vec<f32>,
    product: Vec<f32>,
}

impl Work {
    fn new(k: usize) -> Self {
        let block = || vec![0.0; k * BLOCK];
        Self {
            k,
            values: Vec::new(),
            near: Vec::new(),
            start: Vec::new(),
            residual: block(),
            direction: block(),
            product: block(),
        }
    }

    fn gather(&mut self, matrix: &Sparse, fixed: &[f32], first: usize, rows: usize) {
        self.values.clear();
        self.near.clear();
        self.start.clear();
        self.start.push(0);
        for row in first..first + rows {
            let (columns, values) = matrix.row(row);
            self.values.extend_from_slice(values);
            for &column in columns {
                let place = column as usize * self.k;
                self.near.extend_from_slice(&fixed[place..place + self.k]);
            }
            self.start.push(self.values.len());
        }
    }

    /// The entries of a row of the block: value and fixed vector.
    fn entries(&self, row: usize) -> impl Iterator<Item = (f32, &[f32])> {
        let span = self.start[row]..self.start[row + 1];
        let near = &self.near[span.start * self.k..span.end * self.k];
        self.values[span].iter().copied().zip(near.chunks_exact(self.k))
    }

    fn solve(&mut self, gram: &Array2<f32>, unobserved: f32, lambda: impl Fn(usize) -> f32, x: &mut [f32]) {
        let k = self.k;
        let rows = x.len() / k;
        let mut errors = [0.0_f32; BLOCK];
        // r = b − A x
        multiply(gram, unobserved, x, &mut self.product);
        for row in 0..rows {
            let span = row * k..(row + 1) * k;
            if self.start[row] == self.start[row + 1] {
                x[span].fill(0.0);
                continue;
            }
            let (own, shrink) = (&x[span.clone()], lambda(row));
            let mut residual = std::mem::take(&mut self.residual);
            let target = &mut residual[span.clone()];
            for ((slot, product), value) in target.iter_mut().zip(&self.product[span.clone()]).zip(own) {
                *slot = -product - shrink * value;
            }
            for (value, near) in self.entries(row) {
                add(value * (1.0 - dot(near, own)), near, target);
            }
            self.direction[span].copy_from_slice(target);
            errors[row] = dot(target, target);
            self.residual = residual;
        }
        for _ in 0..STEPS {
            let mut direction = std::mem::take(&mut self.direction);
            let mut product = std::mem::take(&mut self.product);
            multiply(gram, unobserved, &direction[..rows * k], &mut product);
            for row in 0..rows {
                if errors[row] < 1e-20 {
                    continue;
                }
                let span = row * k..(row + 1) * k;
                let (ahead, target) = (&mut direction[span.clone()], &mut product[span.clone()]);
                add(lambda(row), ahead, target);
                for (value, near) in self.entries(row) {
                    add(value * dot(near, ahead), near, target);
                }
                let step = errors[row] / dot(ahead, target);
                add(step, ahead, &mut x[span.clone()]);
                let residual = &mut self.residual[span];
                add(-step, target, residual);
                let next = dot(residual, residual);
                let ratio = next / errors[row];
                for (slot, value) in ahead.iter_mut().zip(residual.iter()) {
                    *slot = value + ratio * *slot;
                }
                errors[row] = next;
            }
            (self.direction, self.product) = (direction, product);
        }
    }
}

/// `out` = unobserved × rows × Gram, for the rows of a block.
fn multiply(gram: &Array2<f32>, unobserved: f32, rows: &[f32], out: &mut [f32]) {
    let shape = (rows.len() / gram.ncols(), gram.ncols());
    if let (Ok(rows), Ok(mut out)) =
        (ArrayView2::from_shape(shape, rows), ArrayViewMut2::from_shape(shape, &mut out[..rows.len()]))
    {
        general_mat_mul(unobserved, &rows, gram, 0.0, &mut out);
    }
}

/// Eight partial sums, so that the compiler may keep them in one register; the order is fixed.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; 8];
    let (a_chunks, b_chunks) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f32 = a_chunks.remainder().iter().zip(b_chunks.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in a_chunks.zip(b_chunks) {
        for lane in 0..8 {
            lanes[lane] += x[lane] * y[lane];
        }
    }
    lanes.iter().sum::<f32>() + rest
}

fn add(weight: f32, values: &[f32], out: &mut [f32]) {
    for (slot, value) in out.iter_mut().zip(values) {
        *slot += weight * value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_groups_of_customers_get_their_own_items() {
        let matrix = Sparse::from_rows(
            4,
            (0..8_u32).map(|customer| {
                let first = if customer < 4 { 0 } else { 2 };
                if customer % 4 == 0 { vec![(first, 1.0)] } else { vec![(first, 1.0), (first + 1, 1.0)] }
            }),
        );
        let model = Ials::fit(&matrix, Settings { factors: 4, unobserved: 0.1, ..Settings::default() });
        let mut scores = vec![0.0; 4];
        model.score(0, &mut scores);
        assert!(scores[1] > scores[2] && scores[1] > scores[3], "{scores:?}");
    }
}
