//! Normal, Student, chi-square and noncentral Student distributions to near machine precision.

use crate::forecast::special::ln_gamma;

/// Regularised lower and upper incomplete gamma functions, P(a, x) and Q(a, x) (series below a + 1, Lentz's continued
/// fraction above).
#[expect(clippy::many_single_char_names, reason = "the letters of the published formula")]
fn incomplete_gamma(a: f64, x: f64) -> (f64, f64) {
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    let front = (a * x.ln() - x - ln_gamma(a)).exp();
    if x < a + 1.0 {
        let (mut term, mut sum, mut n) = (1.0 / a, 1.0 / a, a);
        while term > sum * 1e-18 {
            n += 1.0;
            term *= x / n;
            sum += term;
        }
        let lower = front * sum;
        (lower, 1.0 - lower)
    } else {
        let mut b = x + 1.0 - a;
        let mut c = 1e300;
        let mut d = 1.0 / b;
        let mut fraction = d;
        for i in 1..10_000 {
            let i = f64::from(i);
            let an = -i * (i - a);
            b += 2.0;
            d = 1.0 / (an * d + b);
            c = b + an / c;
            let step = d * c;
            fraction *= step;
            if (step - 1.0).abs() < 1e-16 {
                break;
            }
        }
        let upper = front * fraction;
        (1.0 - upper, upper)
    }
}

/// Regularised incomplete beta function Iₓ(a, b) (Lentz's continued fraction, on the side where it converges).
#[expect(clippy::many_single_char_names, reason = "the letters of the published formula")]
fn incomplete_beta(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - incomplete_beta(b, a, 1.0 - x);
    }
    let front = (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (-x).ln_1p()).exp() / a;
    let (mut c, mut d) = (1.0, 1.0 / (1.0 - (a + b) * x / (a + 1.0)));
    let mut fraction = d;
    for m in 1..10_000 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / (1.0 + even * d);
        c = 1.0 + even / c;
        fraction *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / (1.0 + odd * d);
        c = 1.0 + odd / c;
        let step = d * c;
        fraction *= step;
        if (step - 1.0).abs() < 1e-16 {
            break;
        }
    }
    front * fraction
}

/// P(Z > z) for a standard normal Z.
pub fn normal_above(z: f64) -> f64 {
    let (lower, upper) = incomplete_gamma(0.5, z * z / 2.0);
    if z > 0.0 { upper / 2.0 } else { 0.5 + lower / 2.0 }
}

/// The z with P(Z ≤ z) = `p`: Newton's method with Halley's correction from a rough start (Abramowitz and Stegun
/// 26.2.23).
pub fn normal_quantile(p: f64) -> f64 {
    if p <= 0.0 {
        return f64::NEG_INFINITY;
    }
    if p >= 1.0 {
        return f64::INFINITY;
    }
    if p > 0.5 {
        return -normal_quantile(1.0 - p);
    }
    let t = (-2.0 * p.ln()).sqrt();
    let rough = t
        - (2.515_517 + t * (0.802_853 + t * 0.010_328))
            / (1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308)));
    let mut z = -rough;
    for _ in 0..4 {
        let density = (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
        let step = (normal_above(-z) - p) / density;
        z -= step / (1.0 + z * step / 2.0);
    }
    z
}

/// P(χ² > `x`) with `df` degrees of freedom.
pub fn chi_square_above(x: f64, df: f64) -> f64 {
    incomplete_gamma(df / 2.0, x / 2.0).1
}

/// P(|T| > |t|) with `df` degrees of freedom.
pub fn student_beyond(t: f64, df: f64) -> f64 {
    incomplete_beta(df / 2.0, 0.5, df / (df + t * t))
}

/// The t with P(|T| > t) = `p`, by bisection.
pub fn student_critical(p: f64, df: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    while student_beyond(high, df) > p {
        high *= 2.0;
    }
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if student_beyond(middle, df) > p {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

/// P(T ≤ t), t ≥ 0, for a noncentral T (Lenth 1989, algorithm AS 243).
#[expect(clippy::many_single_char_names, reason = "the letters of the published formula")]
fn noncentral_below(t: f64, df: f64, shift: f64) -> f64 {
    let x = t * t / (df + t * t);
    let half = shift * shift / 2.0;
    let mut p = (-half).exp();
    let mut q = shift * p / (std::f64::consts::SQRT_2 * ln_gamma(1.5).exp());
    let mut sum = 0.0;
    let mut weight = 1.0 - p;
    for j in 0..2_000 {
        let j = f64::from(j);
        sum += p * incomplete_beta(j + 0.5, df / 2.0, x) + q * incomplete_beta(j + 1.0, df / 2.0, x);
        p *= half / (j + 1.0);
        q *= half / (j + 1.5);
        weight -= p;
        if p.abs() < 1e-20 && q.abs() < 1e-20 && weight.abs() < 1e-12 {
            break;
        }
    }
    normal_above(shift) + sum / 2.0
}

/// Power of a two-sided t test: probability beyond ±`critical` when T is shifted by `shift`.
pub fn noncentral_beyond(critical: f64, df: f64, shift: f64) -> f64 {
    1.0 - noncentral_below(critical, df, shift) + (1.0 - noncentral_below(critical, df, -shift))
}

#[cfg(test)]
#[expect(clippy::excessive_precision, reason = "values as printed, with 16 digits")]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64) {
        assert!((found / expected - 1.0).abs() < 1e-12, "{found} is not {expected}");
    }

    #[test]
    fn the_normal_distribution_is_exact_to_its_tails() {
        near(normal_above(1.959_963_984_540_054), 0.025);
        near(normal_above(6.0), 9.865_876_450_376_981e-10);
        near(normal_quantile(0.975), 1.959_963_984_540_054);
        near(normal_quantile(0.8), 0.841_621_233_572_914_3);
        near(normal_quantile(1e-10), -6.361_340_902_404_056);
    }

    #[test]
    fn student_and_chi_square_match_tables() {
        near(student_beyond(1.0, 1.0), 0.5);
        near(student_beyond(2.0_f64.sqrt(), 2.0), 1.0 - 1.0 / 2.0_f64.sqrt());
        near(chi_square_above(2.0 * 3.0_f64.ln(), 2.0), 1.0 / 3.0);
    }
}
