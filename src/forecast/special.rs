//! Special functions to near machine precision.

/// Arguments below this are shifted up before the asymptotic series is used.
const SHIFT: f64 = 16.0;

/// ln Γ(x) for x > 0: recurrence up to [`SHIFT`], then Stirling's series (Abramowitz and Stegun 6.1.41).
pub fn ln_gamma(x: f64) -> f64 {
    if x.is_nan() || x <= 0.0 {
        return f64::NAN;
    }
    let mut product = 1.0;
    let mut at = x;
    while at < SHIFT {
        product *= at;
        at += 1.0;
    }
    let square = 1.0 / (at * at);
    let series = (1.0 / 12.0
        + square
            * (-1.0 / 360.0
                + square
                    * (1.0 / 1_260.0
                        + square
                            * (-1.0 / 1_680.0
                                + square
                                    * (1.0 / 1_188.0 + square * (-691.0 / 360_360.0 + square / 156.0))))))
        / at;
    (at - 0.5) * at.ln() - at + 0.5 * (2.0 * std::f64::consts::PI).ln() + series - product.ln()
}

/// ψ(x), the derivative of ln Γ, for x > 0 (Abramowitz and Stegun 6.3.18).
pub fn digamma(x: f64) -> f64 {
    if x.is_nan() || x <= 0.0 {
        return f64::NAN;
    }
    let mut shifted = 0.0;
    let mut at = x;
    while at < SHIFT {
        shifted += 1.0 / at;
        at += 1.0;
    }
    let square = 1.0 / (at * at);
    let series = square
        * (1.0 / 12.0
            - square
                * (1.0 / 120.0
                    - square
                        * (1.0 / 252.0
                            - square * (1.0 / 240.0 - square * (1.0 / 132.0 - square * 691.0 / 32_760.0)))));
    at.ln() - 0.5 / at - series - shifted
}

/// ₂F₁(a, b; c; z) for 0 ≤ z < 1 and c > 0. Near 1 Euler's transformation is used where it converges faster.
pub fn hyp2f1(a: f64, b: f64, c: f64, z: f64) -> f64 {
    let euler = c - a - b;
    if z > 0.5 && (c - a).abs() * (c - b).abs() < a.abs() * b.abs() {
        return (euler * (-z).ln_1p()).exp() * gauss_series(c - a, c - b, c, z);
    }
    gauss_series(a, b, c, z)
}

#[expect(clippy::many_single_char_names, reason = "the letters of the published formula")]
fn gauss_series(a: f64, b: f64, c: f64, z: f64) -> f64 {
    let mut term = 1.0_f64;
    let mut sum = 1.0_f64;
    let mut lost = 0.0;
    for step in 0..20_000 {
        let n = f64::from(step);
        term *= (a + n) * (b + n) / ((c + n) * (n + 1.0)) * z;
        // Kahan's sum: thousands of terms of one sign would lose digits.
        let next = term - lost;
        let total = sum + next;
        lost = (total - sum) - next;
        sum = total;
        let shrinks = ((a + n) * (b + n) / ((c + n) * (n + 1.0)) * z).abs() < 1.0;
        if term == 0.0 || shrinks && term.abs() < sum.abs() * 1e-17 {
            break;
        }
    }
    sum
}

/// ln(e^a + e^b) without overflow.
pub fn ln_add_exp(a: f64, b: f64) -> f64 {
    let (high, low) = if a > b { (a, b) } else { (b, a) };
    if low == f64::NEG_INFINITY { high } else { high + (low - high).exp().ln_1p() }
}

/// 1 / (1 + e^−x).
pub fn logistic(x: f64) -> f64 {
    if x >= 0.0 {
        1.0 / (1.0 + (-x).exp())
    } else {
        let e = x.exp();
        e / (1.0 + e)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 1e-13 * expected.abs().max(1.0), "{found} is not {expected}");
    }

    #[test]
    fn gamma_functions_match_known_values() {
        near(ln_gamma(0.5), std::f64::consts::PI.sqrt().ln());
        near(ln_gamma(5.0), 24.0_f64.ln());
        near(ln_gamma(0.243), 1.318_043_584_699_676);
        near(digamma(1.0), -0.577_215_664_901_532_9);
        near(digamma(0.5), -1.963_510_026_021_423_5);
    }

    #[test]
    fn the_hypergeometric_series_matches_closed_forms() {
        // ₂F₁(1, 1; 2; z) = −ln(1 − z) / z and ₂F₁(a, b; b; z) = (1 − z)^−a.
        for z in [0.1, 0.5, 0.9, 0.99] {
            near(hyp2f1(1.0, 1.0, 2.0, z), -(1.0_f64 - z).ln() / z);
            let expected = (1.0_f64 - z).powf(-2.5);
            assert!((hyp2f1(2.5, 3.5, 3.5, z) / expected - 1.0).abs() < 1e-12);
        }
    }
}
