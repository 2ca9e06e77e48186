//! Logistic regression with a ridge penalty, by Newton's method; small, exact and explainable.

use serde::{Deserialize, Serialize};

use super::optimise::invert;
use super::special::logistic;

/// log-odds = intercept + Σ coefficient × (fact − mean) / deviation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Logistic {
    pub names: Vec<String>,
    pub means: Vec<f64>,
    pub deviations: Vec<f64>,
    pub coefficients: Vec<f64>,
    pub intercept: f64,
    pub n_rows: usize,
    pub n_true: usize,
    pub converged: bool,
}

/// Fits rows of `names.len()` facts. The penalty is Σ coefficient² / (2 `c`) on standardised facts (scikit-learn's `C`);
/// the intercept is free. `None` when one class is missing.
pub fn fit(names: &[&str], rows: &[Vec<f64>], truth: &[bool], c: f64) -> Option<Logistic> {
    let n_true = truth.iter().filter(|yes| **yes).count();
    if n_true == 0 || n_true == truth.len() {
        return None;
    }
    let (n, d) = (rows.len() as f64, names.len());
    let means: Vec<f64> = (0..d).map(|fact| rows.iter().map(|row| row[fact]).sum::<f64>() / n).collect();
    let deviations: Vec<f64> = (0..d)
        .map(|fact| (rows.iter().map(|row| (row[fact] - means[fact]).powi(2)).sum::<f64>() / n).sqrt())
        .map(|deviation| if deviation > 1e-12 { deviation } else { 1.0 })
        .collect();
    // Column 0 is the intercept.
    let size = d + 1;
    let table: Vec<Vec<f64>> = rows
        .iter()
        .map(|row| {
            let facts = (0..d).map(|fact| (row[fact] - means[fact]) / deviations[fact]);
            [1.0].into_iter().chain(facts).collect()
        })
        .collect();
    let mut weights = vec![0.0; size];
    let mut converged = false;
    for _ in 0..100 {
        let mut slope = vec![0.0; size];
        let mut curve = vec![0.0; size * size];
        for (row, yes) in table.iter().zip(truth) {
            let p = logistic(row.iter().zip(&weights).map(|(fact, weight)| fact * weight).sum());
            let miss = f64::from(u8::from(*yes)) - p;
            let spread = p * (1.0 - p);
            for i in 0..size {
                slope[i] += miss * row[i];
                let scaled = spread * row[i];
                for j in 0..=i {
                    curve[i * size + j] += scaled * row[j];
                }
            }
        }
        for i in 0..size {
            for j in 0..i {
                curve[j * size + i] = curve[i * size + j];
            }
            if i > 0 {
                slope[i] -= weights[i] / c;
                curve[i * size + i] += 1.0 / c;
            }
        }
        let inverse = invert(&curve, size)?;
        let mut largest: f64 = 0.0;
        for i in 0..size {
            let step: f64 = (0..size).map(|j| inverse[i * size + j] * slope[j]).sum();
            weights[i] += step.clamp(-5.0, 5.0);
            largest = largest.max(step.abs());
        }
        if largest < 1e-10 {
            converged = true;
            break;
        }
    }
    Some(Logistic {
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        means,
        deviations,
        intercept: weights[0],
        coefficients: weights.split_off(1),
        n_rows: rows.len(),
        n_true,
        converged,
    })
}

impl Logistic {
    pub fn probability(&self, facts: &[f64]) -> f64 {
        logistic(self.intercept + (0..facts.len()).map(|fact| self.contribution(facts, fact)).sum::<f64>())
    }

    /// What one fact adds to the log-odds: the explanation, exact because the model is a sum.
    pub fn contribution(&self, facts: &[f64], fact: usize) -> f64 {
        self.coefficients[fact] * (facts[fact] - self.means[fact]) / self.deviations[fact]
    }

    /// The fact that moves this probability most, and by how much.
    pub fn strongest(&self, facts: &[f64]) -> Option<(&str, f64)> {
        (0..facts.len())
            .map(|fact| (self.names[fact].as_str(), self.contribution(facts, fact)))
            .max_by(|one, two| one.1.abs().total_cmp(&two.1.abs()))
    }
}

/// sign(x) ln(1 + |x|): counts and money without their long tails.
pub fn signed_log(value: f64) -> f64 {
    value.signum() * value.abs().ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_groups_give_their_own_log_odds() {
        // 1 of 4 true at 0, 3 of 4 true at 1: without penalty the slope is ln 3 − ln 1/3.
        let rows: Vec<Vec<f64>> = [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0].map(|x| vec![x]).to_vec();
        let truth = [true, false, false, false, true, true, true, false];
        let model = fit(&["x"], &rows, &truth, 1e12).unwrap();
        assert!((model.probability(&[0.0]) - 0.25).abs() < 1e-9);
        assert!((model.probability(&[1.0]) - 0.75).abs() < 1e-9);
        assert!(model.converged);
    }

    #[test]
    fn one_class_cannot_be_learnt() {
        assert!(fit(&["x"], &[vec![1.0], vec![2.0]], &[true, true], 1.0).is_none());
    }
}
