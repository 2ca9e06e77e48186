//! How often customers come back and whether they have stopped: BG/NBD (Fader, Hardie and Lee 2005) and MBG/NBD
//! (Batislam, Denizel and Filiztekin 2007).

use serde::{Deserialize, Serialize};

use super::optimise::{Optimum, maximise};
use super::special::{digamma, hyp2f1, ln_add_exp, ln_gamma};

/// What the models see of a customer, in any one unit of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rfm {
    /// Repeat orders: days with an order, without the first.
    pub x: f64,
    /// From the first to the last order.
    pub t_x: f64,
    /// From the first order to the end of observation.
    pub t: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Variant {
    /// A customer may stop after every repeat order; one who never repeated is alive for certain.
    BgNbd,
    /// A customer may stop after the first order too.
    MbgNbd,
}

/// Buying is Poisson with rate Gamma(r, α); stopping after an order has probability Beta(a, b).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BgNbd {
    pub variant: Variant,
    pub r: f64,
    pub alpha: f64,
    pub a: f64,
    pub b: f64,
}

/// A fitted model and how sure it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BgNbdFit {
    pub model: BgNbd,
    /// Of r, alpha, a, b; `None` where a parameter stands at its bound.
    pub standard_errors: [Option<f64>; 4],
    pub log_likelihood: f64,
    pub converged: bool,
    /// The data shows no customer stopping: the odds of stopping went to their bound.
    pub no_drop_out: bool,
    pub n_customers: usize,
}

impl BgNbd {
    /// What MBG/NBD adds to the number of chances to stop.
    fn extra(&self) -> f64 {
        match self.variant {
            Variant::BgNbd => 0.0,
            Variant::MbgNbd => 1.0,
        }
    }

    /// True when the customer had at least one chance to stop.
    fn may_have_stopped(&self, x: f64) -> bool {
        x > 0.0 || self.variant == Variant::MbgNbd
    }

    pub fn log_likelihood(&self, of: Rfm) -> f64 {
        let Self { r, alpha, a, b, .. } = *self;
        let Rfm { x, t_x, t } = of;
        let chances = x + self.extra();
        let buying = ln_gamma(r + x) - ln_gamma(r) + r * alpha.ln();
        let staying = ln_gamma(a + b) + ln_gamma(b + chances) - ln_gamma(b) - ln_gamma(a + b + chances);
        let alive = -(r + x) * (alpha + t).ln();
        let stopped = if self.may_have_stopped(x) {
            a.ln() - (b + chances - 1.0).ln() - (r + x) * (alpha + t_x).ln()
        } else {
            f64::NEG_INFINITY
        };
        buying + staying + ln_add_exp(alive, stopped)
    }

    /// Gradient of the log-likelihood by (ln r, ln alpha, ln a, ln b).
    fn gradient(&self, of: Rfm) -> [f64; 4] {
        let Self { r, alpha, a, b, .. } = *self;
        let Rfm { x, t_x, t } = of;
        let chances = x + self.extra();
        let alive = -(r + x) * (alpha + t).ln();
        let (stay, stop) = if self.may_have_stopped(x) {
            let stopped = a.ln() - (b + chances - 1.0).ln() - (r + x) * (alpha + t_x).ln();
            let both = ln_add_exp(alive, stopped);
            ((alive - both).exp(), (stopped - both).exp())
        } else {
            (1.0, 0.0)
        };
        let together = digamma(a + b) - digamma(a + b + chances);
        let by_r =
            digamma(r + x) - digamma(r) + alpha.ln() - stay * (alpha + t).ln() - stop * (alpha + t_x).ln();
        let by_alpha = r / alpha - (r + x) * (stay / (alpha + t) + stop / (alpha + t_x));
        let by_a = together + stop / a;
        let by_b = together + digamma(b + chances)
            - digamma(b)
            - if stop > 0.0 { stop / (b + chances - 1.0) } else { 0.0 };
        [by_r * r, by_alpha * alpha, by_a * a, by_b * b]
    }

    /// Probability that the customer has not stopped. BG/NBD says 1 for everybody who bought once, so it must never
    /// rank who is about to leave.
    pub fn p_alive(&self, of: Rfm) -> f64 {
        if self.may_have_stopped(of.x) { 1.0 / (1.0 + self.odds_stopped(of)) } else { 1.0 }
    }

    fn odds_stopped(&self, Rfm { x, t_x, t }: Rfm) -> f64 {
        let chances = x + self.extra();
        let late = (self.r + x) * ((self.alpha + t) / (self.alpha + t_x)).ln();
        self.a / (self.b + chances - 1.0) * late.exp()
    }

    /// Expected orders in the next `span` of time, given what the customer did.
    pub fn expected(&self, of: Rfm, span: f64) -> f64 {
        let Self { r, alpha, b, .. } = *self;
        let a = away_from_one(self.a);
        let Rfm { x, t, .. } = of;
        let chances = x + self.extra();
        let z = span / (alpha + t + span);
        let shrink = ((r + x) * ((alpha + t) / (alpha + t + span)).ln()).exp();
        let reach = hyp2f1(r + x, b + chances, a + b + chances - 1.0, z);
        let if_any = (a + b + chances - 1.0) / (a - 1.0) * (1.0 - shrink * reach);
        let odds = if self.may_have_stopped(x) { self.odds_stopped(of) } else { 0.0 };
        (if_any / (1.0 + odds)).max(0.0)
    }

    /// Expected repeat orders of a new customer within `span` of the first order (BG/NBD).
    pub fn expected_of_new(&self, span: f64) -> f64 {
        let Self { r, alpha, b, .. } = *self;
        let a = away_from_one(self.a);
        let reach = hyp2f1(r, b + self.extra(), a + b + self.extra() - 1.0, span / (alpha + span));
        let shrink = (r * (alpha / (alpha + span)).ln()).exp();
        let first = match self.variant {
            Variant::BgNbd => (a + b - 1.0) / (a - 1.0),
            Variant::MbgNbd => b / (a - 1.0),
        };
        first * (1.0 - shrink * reach)
    }
}

/// The formulas have a removable gap at a = 1.
fn away_from_one(a: f64) -> f64 {
    if (a - 1.0).abs() < 1e-7 { 1.0 + 1e-7 } else { a }
}

/// Maximum likelihood from three starts. Customers with the same `(x, t_x, T)` are counted together.
pub fn fit(customers: &[Rfm], variant: Variant) -> BgNbdFit {
    let mut sorted: Vec<Rfm> = customers.to_vec();
    sorted.sort_by(|one, two| {
        one.x.total_cmp(&two.x).then(one.t_x.total_cmp(&two.t_x)).then(one.t.total_cmp(&two.t))
    });
    let mut grouped: Vec<(Rfm, f64)> = Vec::new();
    for of in sorted {
        match grouped.last_mut() {
            Some((last, count)) if *last == of => *count += 1.0,
            _ => grouped.push((of, 1.0)),
        }
    }
    let objective = |log: &[f64]| {
        let model = from_logs(variant, log);
        let mut value = 0.0;
        let mut slope = vec![0.0; 4];
        for (of, count) in &grouped {
            value += count * model.log_likelihood(*of);
            for (sum, part) in slope.iter_mut().zip(model.gradient(*of)) {
                *sum += count * part;
            }
        }
        (value, slope)
    };
    // The usual buying rate sets the scale of alpha; the other starts are slower and more loyal shops.
    let time: f64 = customers.iter().map(|of| of.t).sum();
    let orders: f64 = customers.iter().map(|of| of.x).sum();
    let pace = if orders > 0.0 { (time / orders).max(1e-3).ln() } else { 0.0 };
    let starts =
        [vec![0.0, pace, 0.0, 0.0], vec![-1.0, pace - 1.0, -0.2, 1.0], vec![0.5, pace + 0.5, -2.0, 2.0]];
    let optimum = maximise(&objective, &starts);
    finish(&optimum, variant, customers.len())
}

fn from_logs(variant: Variant, log: &[f64]) -> BgNbd {
    BgNbd { variant, r: log[0].exp(), alpha: log[1].exp(), a: log[2].exp(), b: log[3].exp() }
}

fn finish(optimum: &Optimum, variant: Variant, n_customers: usize) -> BgNbdFit {
    let p = &optimum.parameters;
    let model = BgNbd { variant, r: p[0], alpha: p[1], a: p[2], b: p[3] };
    BgNbdFit {
        model,
        standard_errors: std::array::from_fn(|i| {
            Some(optimum.standard_errors[i]).filter(|error| error.is_finite())
        }),
        log_likelihood: optimum.log_likelihood,
        converged: optimum.converged,
        no_drop_out: model.a / (model.a + model.b) < 1e-3,
        n_customers,
    }
}

#[cfg(test)]
#[expect(clippy::excessive_precision, reason = "vectors as printed, with 17 digits")]
mod tests {
    use super::*;

    const PAPER: BgNbd = BgNbd { variant: Variant::BgNbd, r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };

    fn close(found: f64, expected: f64, what: &str) {
        assert!((found - expected).abs() <= 1e-9 * expected.abs(), "{what}: {found} is not {expected}");
    }

    #[test]
    fn the_high_precision_vectors_hold() {
        // x, t_x, T, log-likelihood, P(alive), E[Y(1)], E[Y(39)], E[Y(52)]: mpmath with 40 digits.
        let vectors: [[f64; 8]; 10] = [
            [
                0.,
                0.,
                38.86,
                -0.554_713_276_438_158_45,
                1.0,
                0.005_595_657_889_484_052_2,
                0.195_098_052_011_262_64,
                0.252_073_022_282_458_93,
            ],
            [
                1.,
                1.71,
                38.86,
                -4.469_093_275_032_588_5,
                0.212_100_985_377_379_08,
                0.006_062_951_798_282_893_5,
                0.203_186_987_079_754_06,
                0.259_823_464_868_622_43,
            ],
            [
                2.,
                30.43,
                38.86,
                -9.458_606_307_066_271_2,
                0.726_578_570_080_672_91,
                0.037_447_969_741_732_263,
                1.226_028_174_767_144_4,
                1.558_720_806_432_088,
            ],
            [
                3.,
                20.,
                38.86,
                -12.138_651_182_948_64,
                0.465_840_915_854_262_27,
                0.034_694_544_882_315_667,
                1.118_628_345_321_331_9,
                1.416_999_759_307_156_8,
            ],
            [
                7.,
                29.43,
                38.86,
                -21.863_276_271_463_518,
                0.641_756_345_946_107_25,
                0.106_629_212_971_530_33,
                3.337_053_274_851_416_5,
                4.198_855_584_925_043_5,
            ],
            [
                26.,
                36.86,
                38.86,
                -42.923_031_803_521_735,
                0.909_011_527_005_481_21,
                0.546_609_702_709_981_7,
                16.635_411_790_204_783,
                20.810_711_437_847_203,
            ],
            [
                29.,
                37.71,
                38.71,
                -44.335_874_309_063_833,
                0.950_786_857_956_322_28,
                0.639_249_124_367_335_65,
                19.415_568_259_139_58,
                24.279_044_234_744_925,
            ],
            [
                1.,
                0.14,
                27.,
                -4.094_478_694_819_274_1,
                0.217_147_916_235_529_26,
                0.008_535_199_357_850_140_3,
                0.273_380_907_580_924_23,
                0.346_216_201_285_590_15,
            ],
            [
                100.,
                50.,
                60.,
                -49.189_149_990_537_984,
                5.782_390_490_504_23e-6,
                8.944_887_754_810_771_8e-6,
                0.000_289_214_336_521_812_19,
                0.000_366_338_955_949_057_72,
            ],
            [
                5.,
                2.,
                156.,
                -10.151_703_687_890_417,
                3.787_557_815_626_218_8e-7,
                1.235_614_788_973_431_4e-8,
                4.509_979_389_395_518_5e-7,
                5.889_893_086_067_444_2e-7,
            ],
        ];
        for [x, t_x, t, likelihood, alive, one, year_half, year] in vectors {
            let of = Rfm { x, t_x, t };
            close(PAPER.log_likelihood(of), likelihood, "log-likelihood");
            close(PAPER.p_alive(of), alive, "P(alive)");
            close(PAPER.expected(of, 1.0), one, "E[Y(1)]");
            close(PAPER.expected(of, 39.0), year_half, "E[Y(39)]");
            close(PAPER.expected(of, 52.0), year, "E[Y(52)]");
        }
    }

    #[test]
    fn the_unconditional_vectors_hold() {
        for (span, expected) in [
            (1.0, 0.053_267_891_171_658_28),
            (13.0, 0.534_439_541_094_030_79),
            (26.0, 0.902_636_903_228_424_11),
            (39.0, 1.196_723_193_320_816_8),
            (52.0, 1.446_050_595_396_403_7),
            (78.0, 1.860_519_057_942_768_5),
        ] {
            close(PAPER.expected_of_new(span), expected, "E[X(t)]");
        }
    }

    #[test]
    fn the_modified_model_doubts_one_time_buyers() {
        let model =
            BgNbd { variant: Variant::MbgNbd, r: 0.524_843, alpha: 6.183_082, a: 0.891_360, b: 1.614_003 };
        let once = model.p_alive(Rfm { x: 0.0, t_x: 0.0, t: 38.86 });
        let twice = model.p_alive(Rfm { x: 2.0, t_x: 30.43, t: 38.86 });
        assert!((once - 0.389_715).abs() < 1e-5, "{once}");
        assert!((twice - 0.706_126).abs() < 1e-5, "{twice}");
    }

    #[test]
    fn the_gradient_is_the_slope_of_the_likelihood() {
        for variant in [Variant::BgNbd, Variant::MbgNbd] {
            for of in [Rfm { x: 0.0, t_x: 0.0, t: 30.0 }, Rfm { x: 4.0, t_x: 20.0, t: 38.0 }] {
                let logs = [-1.2, 1.4, -0.3, 0.8];
                let slope = from_logs(variant, &logs).gradient(of);
                for i in 0..4 {
                    let at = |by: f64| {
                        let mut logs = logs;
                        logs[i] += by;
                        from_logs(variant, &logs).log_likelihood(of)
                    };
                    let numeric = (at(1e-6) - at(-1e-6)) / 2e-6;
                    assert!((numeric - slope[i]).abs() < 1e-7, "{variant:?} {i}: {numeric} {}", slope[i]);
                }
            }
        }
    }

    #[test]
    fn one_time_buyers_alone_do_not_break_the_fit() {
        let fit = fit(&[Rfm { x: 0.0, t_x: 0.0, t: 10.0 }; 5], Variant::BgNbd);
        let expected = fit.model.expected(Rfm { x: 0.0, t_x: 0.0, t: 10.0 }, 12.0);
        assert!(expected.is_finite() && expected >= 0.0);
    }
}
