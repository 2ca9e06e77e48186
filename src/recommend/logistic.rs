//! Logistic regression with an L2 penalty, by Newton's method.

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView2};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::dense::invert_positive_definite;

/// A fitted model over standardised facts. The contribution of a fact is coefficient × standardised fact, exactly.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Logistic {
    pub intercept: f64,
    pub coefficients: Vec<f64>,
    pub means: Vec<f64>,
    pub scales: Vec<f64>,
}

impl Logistic {
    /// `parts`: tables of `width` facts a row, row-major, with their labels. Minimises
    /// Σ log-loss + ‖coefficients‖² / (2 c) on standardised facts, the intercept free. Facts without spread get
    /// coefficient 0. `near`: a model of much the same rows, from which fewer steps are needed. `None` when one class is
    /// missing.
    pub fn fit(parts: &[(&[f32], &[bool])], width: usize, c: f64, near: Option<&Self>) -> Option<Self> {
        let n: usize = parts.iter().map(|part| part.1.len()).sum();
        let positives = parts.iter().flat_map(|part| part.1).filter(|&&label| label).count();
        if positives == 0 || positives == n || width == 0 {
            return None;
        }
        let chunks: Vec<(&[f32], &[bool])> = parts
            .iter()
            .flat_map(|(rows, labels)| rows.chunks(width * CHUNK).zip(labels.chunks(CHUNK)))
            .collect();
        let (means, scales) = moments(&chunks, width);
        let rate = positives as f64 / n as f64;
        let mut model =
            Self { intercept: (rate / (1.0 - rate)).ln(), coefficients: vec![0.0; width], means, scales };
        if let Some(near) = near.filter(|near| near.coefficients.len() == width) {
            model.start_from(near);
        }
        let mut beta = std::mem::take(&mut model.coefficients);
        beta.push(model.intercept);
        let rows = Standardised { chunks, means: &model.means, scales: &model.scales };
        let mut state = rows.derivatives(&beta, c);
        for _ in 0..20 {
            let Some(inverse) = invert_positive_definite(&state.hessian) else {
                break;
            };
            let step: Vec<f64> = (0..=width)
                .map(|a| (0..=width).map(|b| inverse[[a, b]] * state.gradient[b]).sum::<f64>())
                .collect();
            let Some((next, moved)) = shorten(&state, &beta, &step, |at| rows.derivatives(at, c)) else {
                break;
            };
            let improved = state.loss - next.loss;
            state = next;
            beta = moved;
            if improved < 1e-7 * state.loss {
                break;
            }
        }
        model.intercept = beta.pop()?;
        model.coefficients = beta;
        Some(model)
    }

    /// The same log-odds as `near`, in this model's own units.
    fn start_from(&mut self, near: &Self) {
        self.intercept = near.intercept;
        for fact in 0..self.means.len() {
            if near.scales[fact] > 0.0 && self.scales[fact] > 0.0 {
                let slope = near.coefficients[fact] / near.scales[fact];
                self.coefficients[fact] = slope * self.scales[fact];
                self.intercept += slope * (self.means[fact] - near.means[fact]);
            }
        }
    }

    /// The log-odds of one row.
    pub fn log_odds(&self, row: &[f32]) -> f64 {
        self.intercept + (0..row.len()).map(|fact| self.contribution(fact, row[fact])).sum::<f64>()
    }

    /// What one fact adds to the log-odds.
    pub fn contribution(&self, fact: usize, value: f32) -> f64 {
        if self.scales[fact] > 0.0 {
            self.coefficients[fact] * (f64::from(value) - self.means[fact]) / self.scales[fact]
        } else {
            0.0
        }
    }
}

struct Derivatives {
    loss: f64,
    gradient: Vec<f64>,
    hessian: Array2<f64>,
}

const CHUNK: usize = 2_048;

/// Halves the step until the loss falls; `None` when it does not.
fn shorten(
    state: &Derivatives,
    beta: &[f64],
    step: &[f64],
    evaluate: impl Fn(&[f64]) -> Derivatives,
) -> Option<(Derivatives, Vec<f64>)> {
    (0..6).find_map(|halvings| {
        let scale = 0.5_f64.powi(halvings);
        let moved: Vec<f64> = beta.iter().zip(step).map(|(value, step)| value - scale * step).collect();
        let next = evaluate(&moved);
        (next.loss < state.loss).then_some((next, moved))
    })
}

fn moments(chunks: &[(&[f32], &[bool])], width: usize) -> (Vec<f64>, Vec<f64>) {
    let parts: Vec<(Vec<f64>, Vec<f64>)> = chunks
        .par_iter()
        .map(|(rows, _)| {
            let (mut sum, mut squares) = (vec![0.0; width], vec![0.0; width]);
            for row in rows.chunks_exact(width) {
                for (fact, &value) in row.iter().enumerate() {
                    sum[fact] += f64::from(value);
                    squares[fact] += f64::from(value) * f64::from(value);
                }
            }
            (sum, squares)
        })
        .collect();
    let n = chunks.iter().map(|chunk| chunk.1.len()).sum::<usize>() as f64;
    let (mut means, mut scales) = (vec![0.0; width], vec![0.0; width]);
    for (sum, squares) in &parts {
        for fact in 0..width {
            means[fact] += sum[fact];
            scales[fact] += squares[fact];
        }
    }
    for fact in 0..width {
        means[fact] /= n;
        let variance = scales[fact] / n - means[fact] * means[fact];
        scales[fact] = if variance > 1e-10 { variance.sqrt() } else { 0.0 };
    }
    (means, scales)
}

/// Rows in chunks, standardised as they are read: a copy of them all would be as large as the tables.
struct Standardised<'a> {
    chunks: Vec<(&'a [f32], &'a [bool])>,
    means: &'a [f64],
    scales: &'a [f64],
}

impl Standardised<'_> {
    /// Chunks are summed in order, so threads do not change the bits.
    fn derivatives(&self, beta: &[f64], c: f64) -> Derivatives {
        let width = self.means.len();
        let side = width + 1;
        let means: Vec<f32> = self.means.iter().map(|&mean| mean as f32).collect();
        let inverse: Vec<f32> =
            self.scales.iter().map(|&s| if s > 0.0 { (1.0 / s) as f32 } else { 0.0 }).collect();
        let parts: Vec<(f64, Vec<f64>, Array2<f32>)> = self
            .chunks
            .par_iter()
            .map_init(
                // Rows times the root of their weight: the Hessian is the product of this with itself.
                || vec![0.0_f32; CHUNK * side],
                |weighted, (rows, labels)| {
                    let mut loss = 0.0;
                    let mut gradient = vec![0.0_f64; side];
                    for ((row, own), &label) in
                        rows.chunks_exact(width).zip(weighted.chunks_exact_mut(side)).zip(*labels)
                    {
                        for (((slot, &x), mean), inverse) in own.iter_mut().zip(row).zip(&means).zip(&inverse)
                        {
                            *slot = (x - mean) * inverse;
                        }
                        own[width] = 1.0;
                        let z = own.iter().zip(beta).map(|(&x, b)| f64::from(x) * b).sum::<f64>();
                        let p = 1.0 / (1.0 + (-z).exp());
                        loss += (if label { -z } else { z }).exp().ln_1p();
                        let error = if label { p - 1.0 } else { p };
                        let root = (p * (1.0 - p)).max(1e-9).sqrt() as f32;
                        for (slot, x) in gradient.iter_mut().zip(own.iter_mut()) {
                            *slot += error * f64::from(*x);
                            *x *= root;
                        }
                    }
                    let mut hessian = Array2::zeros((side, side));
                    let filled = &weighted[..labels.len() * side];
                    if let Ok(weighted) = ArrayView2::from_shape((labels.len(), side), filled) {
                        general_mat_mul(1.0, &weighted.t(), &weighted, 0.0, &mut hessian);
                    }
                    (loss, gradient, hessian)
                },
            )
            .collect();
        let mut state =
            Derivatives { loss: 0.0, gradient: vec![0.0; side], hessian: Array2::zeros((side, side)) };
        for (loss, gradient, hessian) in &parts {
            state.loss += loss;
            for (slot, value) in state.gradient.iter_mut().zip(gradient) {
                *slot += value;
            }
            state.hessian.zip_mut_with(hessian, |slot, &value| *slot += f64::from(value));
        }
        for (fact, &value) in beta[..width].iter().enumerate() {
            state.loss += value * value / (2.0 * c);
            state.gradient[fact] += value / c;
            state.hessian[[fact, fact]] += 1.0 / c;
        }
        state.hessian[[width, width]] += 1e-9;
        state
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slope_of_a_known_curve_is_found_and_the_parts_add_up() {
        let rows: Vec<f32> = (0..2_000).flat_map(|i| [(i % 20) as f32, 7.0]).collect();
        let labels: Vec<bool> = (0..2_000_u32)
            .map(|i| {
                let p = 1.0 / (1.0 + (-(f64::from(i % 20) - 10.0) * 0.5).exp());
                f64::from(i / 20) / 100.0 < p
            })
            .collect();
        let model = Logistic::fit(&[(&rows, &labels)], 2, 1e6, None).unwrap();
        let slope = model.coefficients[0] / model.scales[0];
        assert!((slope - 0.5).abs() < 0.02, "{slope}");
        assert_eq!(model.coefficients[1], 0.0);
        let row = [3.0, 7.0];
        let sum = model.intercept + model.contribution(0, row[0]) + model.contribution(1, row[1]);
        assert!((sum - model.log_odds(&row)).abs() < 1e-12);

        // Tables one after the other, from a model of the first of them: the same curve.
        let (head, tail) = (labels.split_at(700), rows.split_at(1_400));
        let near = Logistic::fit(&[(tail.0, head.0)], 2, 1e6, None).unwrap();
        let parts = [(tail.0, head.0), (tail.1, head.1)];
        let again = Logistic::fit(&parts, 2, 1e6, Some(&near)).unwrap();
        assert!((again.log_odds(&row) - model.log_odds(&row)).abs() < 1e-3);
    }

    #[test]
    fn one_class_alone_teaches_nothing() {
        assert!(Logistic::fit(&[(&[1.0, 2.0], &[true, true])], 1, 1.0, None).is_none());
    }
}
