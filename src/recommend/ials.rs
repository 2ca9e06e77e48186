//! Implicit-feedback matrix factorisation by alternating least squares.

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
    /// (Takács, Pilászy & Tikk 2011).
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

fn solve_side(matrix: &Sparse, fixed: &[f32], free: &mut [f32], k: usize, settings: Settings) {
    let n_fixed = fixed.len() / k;
    let gram = gram(fixed, k);
    free.par_chunks_mut(k * 32).enumerate().for_each(|(chunk, rows)| {
        let mut work = Work { residual: vec![0.0; k], direction: vec![0.0; k], product: vec![0.0; k] };
        for (offset, x) in rows.chunks_exact_mut(k).enumerate() {
            let (columns, values) = matrix.row(chunk * 32 + offset);
            if columns.is_empty() {
                x.fill(0.0);
                continue;
            }
            let mass = columns.len() as f32 + settings.unobserved * n_fixed as f32;
            let lambda = settings.regularisation * mass.powf(settings.exponent);
            work.solve(&gram, fixed, columns, values, settings.unobserved, lambda, x);
        }
    });
}

fn gram(fixed: &[f32], k: usize) -> Vec<f32> {
    let rows = fixed.len() / k;
    let parts: Vec<Vec<f32>> = fixed
        .par_chunks(k * (rows / 8).max(1_024))
        .map(|chunk| {
            let mut sum = vec![0.0_f32; k * k];
            for row in chunk.chunks_exact(k) {
                for (a, line) in sum.chunks_exact_mut(k).enumerate() {
                    let weight = row[a];
                    for (slot, value) in line.iter_mut().zip(row) {
                        *slot += weight * value;
                    }
                }
            }
            sum
        })
        .collect();
    let mut total = vec![0.0_f32; k * k];
    for part in parts {
        for (slot, value) in total.iter_mut().zip(part) {
            *slot += value;
        }
    }
    total
}

struct Work {
    residual: Vec<f32>,
    direction: Vec<f32>,
    product: Vec<f32>,
}

impl Work {
    #[expect(
        clippy::too_many_arguments,
        reason = "one row's linear system, unpacked so that nothing is copied"
    )]
    fn solve(
        &mut self,
        gram: &[f32],
        fixed: &[f32],
        columns: &[u32],
        values: &[f32],
        unobserved: f32,
        lambda: f32,
        x: &mut [f32],
    ) {
        const STEPS: usize = 3;
        let k = x.len();
        let row = |column: u32| &fixed[column as usize * k..(column as usize + 1) * k];
        // r = b − A x
        multiply(gram, unobserved, lambda, x, &mut self.product);
        for (slot, value) in self.residual.iter_mut().zip(&self.product) {
            *slot = -value;
        }
        for (&column, &value) in columns.iter().zip(values) {
            let y = row(column);
            add(value * (1.0 - dot(y, x)), y, &mut self.residual);
        }
        self.direction.copy_from_slice(&self.residual);
        let mut error = dot(&self.residual, &self.residual);
        for _ in 0..STEPS {
            if error < 1e-20 {
                break;
            }
            multiply(gram, unobserved, lambda, &self.direction, &mut self.product);
            for (&column, &value) in columns.iter().zip(values) {
                let y = row(column);
                add(value * dot(y, &self.direction), y, &mut self.product);
            }
            let step = error / dot(&self.direction, &self.product);
            add(step, &self.direction, x);
            add(-step, &self.product, &mut self.residual);
            let next = dot(&self.residual, &self.residual);
            let ratio = next / error;
            for (slot, value) in self.direction.iter_mut().zip(&self.residual) {
                *slot = value + ratio * *slot;
            }
            error = next;
        }
    }
}

fn multiply(gram: &[f32], unobserved: f32, lambda: f32, x: &[f32], out: &mut [f32]) {
    for ((slot, line), value) in out.iter_mut().zip(gram.chunks_exact(x.len())).zip(x) {
        *slot = unobserved * dot(line, x) + lambda * value;
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
