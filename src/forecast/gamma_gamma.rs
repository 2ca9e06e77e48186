//! What an order of a customer will be worth: Gamma-Gamma (Fader and Hardie 2013).

use serde::{Deserialize, Serialize};

use super::optimise::maximise;
use super::special::{digamma, ln_gamma};

/// Values are Gamma(p, ν) per order, ν is Gamma(q, v) over customers. Any unit of money, the same throughout.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GammaGamma {
    pub p: f64,
    pub q: f64,
    pub v: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GammaGammaFit {
    pub model: GammaGamma,
    /// Of p, q, v.
    pub standard_errors: [Option<f64>; 3],
    pub log_likelihood: f64,
    pub converged: bool,
    /// Customers with repeat orders of positive value, on whom it was fitted.
    pub n_customers: usize,
    /// Correlation of number and value of repeat orders; the model assumes about none.
    pub correlation: f64,
}

impl GammaGamma {
    /// `x` repeat orders of mean value `z`, both positive.
    pub fn log_likelihood(&self, x: f64, z: f64) -> f64 {
        let Self { p, q, v } = *self;
        ln_gamma(p * x + q) - ln_gamma(p * x) - ln_gamma(q)
            + q * v.ln()
            + (p * x - 1.0) * z.ln()
            + p * x * x.ln()
            - (p * x + q) * (x * z + v).ln()
    }

    fn gradient(&self, x: f64, z: f64) -> [f64; 3] {
        let Self { p, q, v } = *self;
        let total = digamma(p * x + q);
        let spread = (x * z + v).ln();
        let by_p = x * (total - digamma(p * x) + z.ln() + x.ln() - spread);
        let by_q = total - digamma(q) + v.ln() - spread;
        let by_v = q / v - (p * x + q) / (x * z + v);
        [by_p * p, by_q * q, by_v * v]
    }

    /// Expected mean order value of a customer with `x` repeat orders of mean value `z`; the population's mean at
    /// `x` = 0, and the customer's own mean where the population has none (q ≤ 1).
    pub fn expected_value(&self, x: f64, z: f64) -> f64 {
        let Self { p, q, v } = *self;
        let weight = p * x + q - 1.0;
        if weight > 0.0 && (q > 1.0 || x > 0.0) { p * (v + x * z) / weight } else { z }
    }
}

/// Fits (number of repeat orders, their mean value) pairs; those without a positive value are left out.
pub fn fit(customers: &[(f64, f64)]) -> GammaGammaFit {
    let mut known: Vec<(f64, f64)> =
        customers.iter().copied().filter(|(x, z)| *x > 0.0 && *z > 0.0).collect();
    known.sort_by(|one, two| one.0.total_cmp(&two.0).then(one.1.total_cmp(&two.1)));
    let n = known.len().max(1) as f64;
    let mean = known.iter().map(|(_, z)| z).sum::<f64>() / n;
    // Fitted in units of the mean value, so that the box of logarithms suits any currency.
    let unit = if mean > 0.0 { mean } else { 1.0 };
    let scaled: Vec<(f64, f64)> = known.iter().map(|(x, z)| (*x, z / unit)).collect();
    let objective = |log: &[f64]| {
        let model = GammaGamma { p: log[0].exp(), q: log[1].exp(), v: log[2].exp() };
        let mut value = 0.0;
        let mut slope = vec![0.0; 3];
        for (x, z) in &scaled {
            value += model.log_likelihood(*x, *z);
            for (sum, part) in slope.iter_mut().zip(model.gradient(*x, *z)) {
                *sum += part;
            }
        }
        (value, slope)
    };
    let starts = [vec![1.0, 1.0, 0.0], vec![2.0, 1.5, -1.0], vec![0.0, 0.5, 0.0]];
    let optimum = maximise(&objective, &starts);
    let [p, q, v] = [optimum.parameters[0], optimum.parameters[1], optimum.parameters[2] * unit];
    let errors = &optimum.standard_errors;
    GammaGammaFit {
        model: GammaGamma { p, q, v },
        standard_errors: [errors[0], errors[1], errors[2] * unit]
            .map(|error| Some(error).filter(|error| error.is_finite())),
        // A density per money unit instead of per mean value.
        log_likelihood: optimum.log_likelihood - known.len() as f64 * unit.ln(),
        converged: optimum.converged,
        n_customers: known.len(),
        correlation: correlation(&known),
    }
}

/// Pearson's correlation; 0 where one side does not vary.
fn correlation(pairs: &[(f64, f64)]) -> f64 {
    let n = pairs.len().max(1) as f64;
    let (mean_x, mean_z) =
        (pairs.iter().map(|pair| pair.0).sum::<f64>() / n, pairs.iter().map(|pair| pair.1).sum::<f64>() / n);
    let (mut xz, mut xx, mut zz) = (0.0, 0.0, 0.0);
    for (x, z) in pairs {
        xz += (x - mean_x) * (z - mean_z);
        xx += (x - mean_x).powi(2);
        zz += (z - mean_z).powi(2);
    }
    if xx > 0.0 && zz > 0.0 { xz / (xx * zz).sqrt() } else { 0.0 }
}

#[cfg(test)]
#[expect(clippy::excessive_precision, reason = "vectors as printed, with 17 digits")]
mod tests {
    use super::*;

    #[test]
    fn the_high_precision_vectors_hold() {
        let model = GammaGamma { p: 6.25, q: 3.74, v: 15.44 };
        for (x, z, expected) in [
            (2.0, 22.35, 24.663_713_910_761_155),
            (1.0, 11.77, 18.916_852_057_842_047),
            (7.0, 73.74, 71.469_670_896_967_09),
            (2.0, 0.0, 6.332_020_997_375_328_1),
            (0.0, 0.0, 35.218_978_102_189_781),
            (29.0, 24.55, 24.708_883_634_980_162),
            (1.0, 299.63, 219.041_991_101_223_58),
        ] {
            let found = model.expected_value(x, z);
            assert!((found - expected).abs() <= 1e-9 * expected, "({x}, {z}): {found}");
        }
    }

    #[test]
    fn nobody_with_a_repeat_order_is_no_panic() {
        let fit = fit(&[]);
        assert_eq!(fit.n_customers, 0);
        assert!(fit.model.expected_value(0.0, 5.0).is_finite());
    }
}
