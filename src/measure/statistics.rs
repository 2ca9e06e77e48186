//! The arithmetic of fair tests: sample sizes, intervals, sequential and off-policy estimates.

use serde::{Deserialize, Serialize};

use crate::forecast::score::wilson;

use super::distributions::{
    chi_square_above, noncentral_beyond, normal_above, normal_quantile, student_beyond, student_critical,
};

/// A lower and an upper end.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

impl Interval {
    /// True when zero is outside: the difference is told from none.
    pub fn excludes_zero(self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }
}

/// z for a two-sided test at `alpha`.
pub fn two_sided_z(alpha: f64) -> f64 {
    -normal_quantile(alpha / 2.0)
}

/// Visitors per arm to tell `p1` from `p2` with a pooled two-proportion test (Fleiss).
pub fn sample_size_proportions(p1: f64, p2: f64, alpha: f64, power: f64) -> f64 {
    let mean = f64::midpoint(p1, p2);
    let false_alarm = two_sided_z(alpha) * (2.0 * mean * (1.0 - mean)).sqrt();
    let miss = normal_quantile(power) * (p1 * (1.0 - p1) + p2 * (1.0 - p2)).sqrt();
    ((false_alarm + miss) / (p1 - p2)).powi(2)
}

/// The same by Cohen's h, the difference of arcsines; power counts both tails.
pub fn sample_size_cohen_h(p1: f64, p2: f64, alpha: f64, power: f64) -> f64 {
    let h = (2.0 * p2.sqrt().asin() - 2.0 * p1.sqrt().asin()).abs();
    let z = two_sided_z(alpha);
    let short = |n: f64| {
        let shift = h * (n / 2.0).sqrt();
        normal_above(z - shift) + normal_above(z + shift) - power
    };
    root(short, 2.0 * ((z + normal_quantile(power)) / h).powi(2))
}

/// People per arm to see a difference of means `delta` where one person varies by `sd`.
pub fn sample_size_means(sd: f64, delta: f64, alpha: f64, power: f64) -> f64 {
    2.0 * (sd / delta * (two_sided_z(alpha) + normal_quantile(power))).powi(2)
}

/// The same for a t test, by its exact power.
pub fn sample_size_means_t(sd: f64, delta: f64, alpha: f64, power: f64) -> f64 {
    let short = |n: f64| {
        let df = 2.0 * n - 2.0;
        noncentral_beyond(student_critical(alpha, df), df, delta / sd * (n / 2.0).sqrt()) - power
    };
    root(short, sample_size_means(sd, delta, alpha, power))
}

/// The number of people at which `short` is zero, by the secant method from a near start.
fn root(short: impl Fn(f64) -> f64, start: f64) -> f64 {
    let (mut one, mut two) = (start.max(2.0), start.max(2.0) + 2.0);
    let (mut short_one, mut short_two) = (short(one), short(two));
    for _ in 0..50 {
        if (two - one).abs() < 1e-11 * two || (short_two - short_one).abs() < f64::MIN_POSITIVE {
            break;
        }
        let next = (two - short_two * (two - one) / (short_two - short_one)).max(1.5);
        (one, short_one) = (two, short_two);
        (two, short_two) = (next, short(next));
    }
    two
}

/// What a sample size shrinks to when a fact known before the test correlates by `rho` with the outcome.
pub fn with_cuped(n: f64, rho: f64) -> f64 {
    n * (1.0 - rho * rho)
}

/// A test statistic and its two-sided p-value.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Test {
    pub statistic: f64,
    pub df: Option<f64>,
    pub p: f64,
}

/// Two shares with a pooled standard error; the sign is that of the first minus the second.
pub fn two_proportions(x: [f64; 2], n: [f64; 2]) -> Test {
    let pooled = (x[0] + x[1]) / (n[0] + n[1]);
    let error = (pooled * (1.0 - pooled) * (1.0 / n[0] + 1.0 / n[1])).sqrt();
    let statistic = if error > 0.0 { (x[0] / n[0] - x[1] / n[1]) / error } else { 0.0 };
    Test { statistic, df: None, p: 2.0 * normal_above(statistic.abs()) }
}

/// Wilson's interval of a share (1927).
pub fn wilson_interval(hits: f64, n: f64, alpha: f64) -> Interval {
    let (low, high) = wilson(hits, n, two_sided_z(alpha));
    Interval { low, high }
}

/// Interval of the second share minus the first, from Wilson's (Newcombe 1998, method 10).
pub fn newcombe_interval(x: [f64; 2], n: [f64; 2], alpha: f64) -> Interval {
    let p = [x[0] / n[0], x[1] / n[1]];
    let (one, two) = (wilson_interval(x[0], n[0], alpha), wilson_interval(x[1], n[1], alpha));
    let apart = p[1] - p[0];
    Interval {
        low: apart - ((p[1] - two.low).powi(2) + (one.high - p[0]).powi(2)).sqrt(),
        high: apart + ((two.high - p[1]).powi(2) + (p[0] - one.low).powi(2)).sqrt(),
    }
}

pub fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}

/// Sample variance (ddof 1); 0 for fewer than two values.
pub fn variance(values: &[f64]) -> f64 {
    let middle = mean(values);
    let n = values.len() as f64;
    if n < 2.0 { 0.0 } else { values.iter().map(|value| (value - middle).powi(2)).sum::<f64>() / (n - 1.0) }
}

/// Welch's t test of two means (1947); the sign is that of the first minus the second.
pub fn welch(a: &[f64], b: &[f64]) -> Test {
    let (one, two) = (variance(a) / a.len() as f64, variance(b) / b.len() as f64);
    let error = (one + two).sqrt();
    if error.is_nan() || error <= 0.0 {
        return Test { statistic: 0.0, df: None, p: 1.0 };
    }
    let statistic = (mean(a) - mean(b)) / error;
    let df =
        (one + two).powi(2) / (one.powi(2) / (a.len() as f64 - 1.0) + two.powi(2) / (b.len() as f64 - 1.0));
    Test { statistic, df: Some(df), p: student_beyond(statistic, df) }
}

/// Outcomes with what was known before taken out (Deng et al. 2013).
#[derive(Clone, Debug, PartialEq)]
pub struct Cuped {
    pub theta: f64,
    /// Squared correlation of before and after.
    pub rho2: f64,
    pub adjusted: Vec<f64>,
    /// Variance of the adjusted outcomes over that of the plain ones.
    pub variance_ratio: f64,
}

pub fn cuped(pre: &[f64], post: &[f64]) -> Cuped {
    let (before, after) = (mean(pre), mean(post));
    let covariance: f64 = pre.iter().zip(post).map(|(x, y)| (x - before) * (y - after)).sum();
    let spread: f64 = pre.iter().map(|x| (x - before).powi(2)).sum();
    let outcome: f64 = post.iter().map(|y| (y - after).powi(2)).sum();
    let theta = if spread > 0.0 { covariance / spread } else { 0.0 };
    let adjusted: Vec<f64> = pre.iter().zip(post).map(|(x, y)| y - theta * (x - before)).collect();
    Cuped {
        theta,
        rho2: if spread > 0.0 && outcome > 0.0 { covariance * covariance / (spread * outcome) } else { 0.0 },
        variance_ratio: if outcome > 0.0 { variance(&adjusted) / variance(post) } else { 1.0 },
        adjusted,
    }
}

/// Whether arms got the visitors they should have (Fabijan et al. 2019): chi-square of the counts. A test whose p is
/// under 0.001 must not be read.
pub fn sample_ratio(observed: &[f64], shares: &[f64]) -> Test {
    let all: f64 = observed.iter().sum();
    let whole: f64 = shares.iter().sum();
    let statistic: f64 = observed
        .iter()
        .zip(shares)
        .map(|(seen, share)| {
            let expected = all * share / whole;
            (seen - expected).powi(2) / expected
        })
        .sum();
    let df = observed.len() as f64 - 1.0;
    Test { statistic, df: Some(df), p: chi_square_above(statistic, df) }
}

/// A sample ratio this unlikely is a broken set-up.
pub const SAMPLE_RATIO_ALARM: f64 = 0.001;

/// A result that may be looked at as often as one likes (Johari et al. 2017).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sequential {
    /// Mixture likelihood ratio.
    pub lambda: f64,
    /// 1 / lambda, at most 1; over time the smallest counts.
    pub p: f64,
    /// Half width of the always-valid interval around the difference.
    pub half_width: f64,
}

/// Mixture sequential probability ratio test: `n` per arm, observed `difference`, `variance` of one observation, `tau2`
/// the variance of differences thought possible.
pub fn msprt(n: f64, difference: f64, variance: f64, tau2: f64, alpha: f64) -> Sequential {
    let twice = 2.0 * variance;
    let wide = twice + n * tau2;
    let log_lambda =
        0.5 * (twice / wide).ln() + n * n * tau2 * difference * difference / (2.0 * twice * wide);
    let lambda = log_lambda.exp();
    let half = 2.0 * twice * wide / (n * n * tau2) * (0.5 * (wide / twice).ln() - alpha.ln());
    Sequential { lambda, p: (1.0 / lambda).min(1.0), half_width: half.sqrt() }
}

/// Shares below this count as this, so that an empty bin does not make the index infinite.
const SMALLEST_SHARE: f64 = 1e-4;

/// Population stability index of two distributions over the same bins.
pub fn stability_index(expected: &[f64], actual: &[f64]) -> f64 {
    expected
        .iter()
        .zip(actual)
        .map(|(was, is)| {
            let (was, is) = (was.max(SMALLEST_SHARE), is.max(SMALLEST_SHARE));
            (is - was) * (is / was).ln()
        })
        .sum()
}

/// Jensen–Shannon divergence in nats.
pub fn jensen_shannon(one: &[f64], two: &[f64]) -> f64 {
    let part = |share: f64, middle: f64| {
        if share > 0.0 { share * (share / middle).ln() } else { 0.0 }
    };
    one.iter()
        .zip(two)
        .map(|(one, two)| {
            let middle = f64::midpoint(*one, *two);
            f64::midpoint(part(*one, middle), part(*two, middle))
        })
        .sum()
}

/// One logged decision, for judging a policy that was not the one running.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Logged {
    /// Probability with which the running policy chose what it chose.
    pub logging: f64,
    /// Probability with which the policy in question would choose it.
    pub target: f64,
    pub reward: f64,
    /// Modelled reward of the logged choice, and of the policy in question in this situation.
    pub q_hat: f64,
    pub v_hat: f64,
}

/// Estimates of what the other policy would have earned per decision.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OffPolicy {
    pub ips: f64,
    pub snips: f64,
    pub clipped_ips: f64,
    pub doubly_robust: f64,
    /// Logged decisions that count, after weighting. Under 100 nothing should be concluded.
    pub effective_size: f64,
}

pub fn off_policy(log: &[Logged], clip: f64) -> OffPolicy {
    let n = log.len().max(1) as f64;
    let weights: Vec<f64> = log.iter().map(|row| row.target / row.logging).collect();
    let all: f64 = weights.iter().sum();
    let squares: f64 = weights.iter().map(|weight| weight * weight).sum();
    let earned: f64 = log.iter().zip(&weights).map(|(row, weight)| weight * row.reward).sum();
    OffPolicy {
        ips: earned / n,
        snips: if all > 0.0 { earned / all } else { 0.0 },
        clipped_ips: log.iter().zip(&weights).map(|(row, weight)| weight.min(clip) * row.reward).sum::<f64>()
            / n,
        doubly_robust: log
            .iter()
            .zip(&weights)
            .map(|(row, weight)| row.v_hat + weight * (row.reward - row.q_hat))
            .sum::<f64>()
            / n,
        effective_size: if squares > 0.0 { all * all / squares } else { 0.0 },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng as _, SeedableRng as _};
    use rand_chacha::ChaCha8Rng;

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 1e-9 * expected.abs(), "{found} is not {expected}");
    }

    #[test]
    fn sample_sizes_match_the_published_vectors() {
        for (p1, p2, pooled, cohen) in [
            (0.03, 0.033, 53_210.301_207_008_255, 53_181.789_717_370_66),
            (0.02, 0.024, 21_108.383_070_391_657, 21_066.437_206_055_296),
            (0.1, 0.105, 57_762.651_454_129_27, 57_755.639_005_433_426),
            (0.005, 0.006_25, 56_192.875_506_868_164, 56_020.588_706_882_314),
        ] {
            near(sample_size_proportions(p1, p2, 0.05, 0.8), pooled);
            near(sample_size_cohen_h(p1, p2, 0.05, 0.8), cohen);
        }
        near(sample_size_means(40.0, 2.0, 0.05, 0.8), 6_279.103_787_479_271);
        near(sample_size_means_t(40.0, 2.0, 0.05, 0.8), 6_280.048_916_291_407);
        near(with_cuped(sample_size_means(40.0, 2.0, 0.05, 0.8), 0.6), 4_018.626_423_986_733_7);
    }

    #[test]
    fn shares_and_their_intervals_match_the_published_vectors() {
        let test = two_proportions([310.0, 370.0], [10_000.0, 10_050.0]);
        near(test.statistic, -2.274_780_026_874_646_8);
        near(test.p, 0.022_919_128_973_215_176);
        let wilson = wilson_interval(37.0, 1_000.0, 0.05);
        near(wilson.low, 0.026_961_180_875_554_734);
        near(wilson.high, 0.050_582_397_482_069_31);
        let apart = newcombe_interval([310.0, 370.0], [10_000.0, 10_050.0], 0.05);
        near(apart.low, 0.000_802_722_364_922_985_6);
        near(apart.high, 0.010_844_920_009_879_803);
        assert!(apart.excludes_zero());
    }

    const PRE: [f64; 8] = [12.0, 15.0, 9.0, 20.0, 18.0, 7.0, 11.0, 30.0];
    const POST: [f64; 8] = [10.0, 14.0, 13.0, 25.0, 17.0, 9.0, 10.0, 33.0];

    #[test]
    fn means_and_cuped_match_the_published_vectors() {
        let test = welch(&PRE, &POST);
        near(test.statistic, -0.282_613_524_591_965_15);
        near(test.df.unwrap(), 13.747_031_097_260_752);
        near(test.p, 0.781_683_714_302_143_6);
        let found = cuped(&PRE, &POST);
        near(found.theta, 1.090_612_777_053_455);
        near(found.rho2, 0.905_281_655_177_588_9);
        near(found.variance_ratio, 0.094_718_344_822_411_19);
        let adjusted = [
            13.544_491_525_424,
            14.272_653_194_263,
            19.816_329_856_584,
            19.819_589_308_996,
            14.000_814_863_103,
            17.997_555_410_691,
            14.635_104_302_477,
            16.913_461_538_462,
        ];
        assert_eq!(found.adjusted.len(), adjusted.len());
        for (&found, expected) in found.adjusted.iter().zip(adjusted) {
            near(found, expected);
        }
    }

    #[test]
    fn sample_ratios_match_the_published_vectors() {
        for (observed, shares, chi, p) in [
            (&[44_000.0, 45_000.0][..], &[0.5, 0.5][..], 11.235_955_056_179_776, 0.000_802_278_117_767_872_1),
            (&[600.0, 400.0], &[0.5, 0.5], 40.0, 2.539_628_589_470_863_4e-10),
            (&[10_000.0, 10_200.0], &[0.5, 0.5], 1.980_198_019_801_980_2, 0.159_369_547_355_497_08),
            (&[8_000.0, 2_100.0], &[0.8, 0.2], 3.960_396_039_603_960_4, 0.046_582_742_523_015_69),
            (&[3_300.0, 3_400.0, 3_290.0], &[1.0, 1.0, 1.0], 2.222_222_222_222_222, 0.329_192_987_807_905_57),
        ] {
            let test = sample_ratio(observed, shares);
            near(test.statistic, chi);
            near(test.p, p);
        }
    }

    #[test]
    fn sequential_tests_match_the_published_vectors() {
        for (n, difference, variance, tau2, lambda, p, half) in [
            (
                1_000.0,
                0.02,
                0.0291,
                0.0001,
                5.323_954_015_995_937_5,
                0.187_830_322_537_624_83,
                0.025_371_609_940_843_62,
            ),
            (
                5_000.0,
                0.01,
                0.0291,
                0.0001,
                15.138_611_229_698_075,
                0.066_056_257_395_543_41,
                0.010_355_565_409_659_763,
            ),
            (
                20_000.0,
                0.004,
                0.0291,
                0.0001,
                2.431_606_609_280_007,
                0.411_250_732_821_497_7,
                0.005_349_828_435_552_276,
            ),
            (200.0, 3.0, 1_600.0, 4.0, 0.946_180_641_067_140_2, 1.0, 22.297_278_934_295_44),
        ] {
            let found = msprt(n, difference, variance, tau2, 0.05);
            near(found.lambda, lambda);
            near(found.p, p);
            near(found.half_width, half);
        }
    }

    #[test]
    fn peeking_at_an_a_a_test_fools_the_plain_test_and_not_the_sequential_one() {
        // 500 runs of 40 looks at pairs of equal arms: the plain z test cries wolf often, mSPRT in fewer than 5 %.
        let (mut plain, mut sequential) = (0, 0);
        for run in 0..500_u64 {
            let mut rng = ChaCha8Rng::seed_from_u64(run);
            let (mut gap, mut n) = (0.0, 0.0_f64);
            let (mut cried, mut said) = (false, false);
            for _ in 0..40 {
                for _ in 0..50 {
                    // Sums of uniform numbers: variance 1 per observation.
                    let noise = |rng: &mut ChaCha8Rng| (0..12).map(|_| rng.r#gen::<f64>()).sum::<f64>() - 6.0;
                    gap += noise(&mut rng) - noise(&mut rng);
                    n += 1.0;
                }
                cried |= (gap / n).abs() > 1.96 * (2.0 / n).sqrt();
                said |= msprt(n, gap / n, 1.0, 0.01, 0.05).p < 0.05;
            }
            plain += u32::from(cried);
            sequential += u32::from(said);
        }
        assert!(plain > 100, "{plain} of 500");
        assert!(sequential < 25, "{sequential} of 500");
    }

    #[test]
    fn drift_and_divergence_match_the_published_vectors() {
        let actual = [0.08, 0.09, 0.1, 0.1, 0.11, 0.12, 0.1, 0.09, 0.11, 0.1];
        near(stability_index(&[0.1; 10], &actual), 0.012_122_716_071_406_314);
        let (was, is) = ([0.4, 0.3, 0.2, 0.1], [0.2, 0.3, 0.3, 0.2]);
        near(stability_index(&was, &is), 0.248_490_664_978_8);
        near(jensen_shannon(&was, &is), 0.030_518_733_906_981_8);
    }

    #[test]
    fn off_policy_estimates_match_the_published_vector() {
        let row = |logging, target, reward, q_hat, v_hat| Logged { logging, target, reward, q_hat, v_hat };
        let found = off_policy(
            &[
                row(0.5, 0.7, 1.0, 0.4, 0.45),
                row(0.25, 0.1, 0.0, 0.2, 0.2),
                row(0.1, 0.3, 1.0, 0.3, 0.35),
                row(0.4, 0.4, 0.0, 0.1, 0.2),
                row(0.05, 0.2, 1.0, 0.5, 0.4),
                row(0.2, 0.0, 1.0, 0.3, 0.3),
            ],
            2.0,
        );
        near(found.ips, 1.4);
        near(found.snips, 0.857_142_857_142_857_1);
        near(found.clipped_ips, 0.9);
        near(found.doubly_robust, 1.11);
        near(found.effective_size, 3.415_362_731_152_204_6);
    }
}
