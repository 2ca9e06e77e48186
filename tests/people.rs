//! Forecasts, features and groups against public data and published numbers.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its data has failed")]
#![expect(clippy::print_stderr, reason = "a skipped test says so, and measured numbers are shown")]
#![expect(clippy::float_cmp, reason = "days are whole numbers")]

use std::path::PathBuf;

use endcap::features::plain::{self, PlainLine};
use endcap::features::{History, StoreFrames};
use endcap::forecast::bgnbd::{self, BgNbd, Rfm, Variant};
use endcap::forecast::days::buying_days;
use endcap::forecast::{self, gamma_gamma, next_order, replenish, returning};
use endcap::shop::Silent;
use endcap::shop::time::day_of;

/// The folder of public data sets, where it is.
fn shared() -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let found = std::env::var_os("ENDCAP_SHARED").map_or(beside, PathBuf::from);
    if found.is_dir() {
        return Some(found);
    }
    eprintln!("SKIPPED: ../shared is missing");
    None
}

/// Customers of CDNOW's sample with 39 weeks of calibration: `(x, t_x, T)` in weeks and the mean repeat value.
fn cdnow_sample(text: &str) -> Vec<(Rfm, f64)> {
    // The sample's second column is the number of the customer in it.
    cdnow(
        text.lines()
            .filter_map(|line| line.split_whitespace().collect::<Vec<_>>().try_into().ok())
            .map(|[_, id, date, _, value]: [&str; 5]| (id, date, value)),
    )
}

/// As [`cdnow_sample`], of rows of customer, date and value.
fn cdnow<'a>(rows: impl Iterator<Item = (&'a str, &'a str, &'a str)>) -> Vec<(Rfm, f64)> {
    // Days of 1997 and 1998 from 1 January 1997.
    let day = |date: &str| -> f64 {
        let number: u32 = date.parse().unwrap();
        let (year, month, day) = (number / 10_000, number / 100 % 100, number % 100);
        let before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
        f64::from((year - 1997) * 365 + before[month as usize - 1] + day - 1)
    };
    let end = day("19970930");
    let mut buys: Vec<(String, f64, f64)> = rows
        .map(|(id, date, value)| (id.to_owned(), day(date), value.parse().unwrap()))
        .filter(|(_, at, _)| *at <= end)
        .collect();
    buys.sort_by(|one, two| one.0.cmp(&two.0).then(one.1.total_cmp(&two.1)));
    buys.chunk_by(|one, two| one.0 == two.0)
        .map(|own| {
            let days: Vec<f64> = own.chunk_by(|one, two| one.1 == two.1).map(|day| day[0].1).collect();
            let x = days.len() as f64 - 1.0;
            let cents: f64 =
                own.iter().filter(|buy| buy.1 > days[0]).map(|buy| (buy.2 * 100.0).round()).sum();
            // The published file has two decimals.
            let round = |value: f64| (value * 100.0).round() / 100.0;
            let of = Rfm {
                x,
                t_x: round((days[days.len() - 1] - days[0]) / 7.0),
                t: round((end - days[0]) / 7.0),
            };
            (of, if x > 0.0 { (cents / x).round() / 100.0 } else { 0.0 })
        })
        .collect()
}

fn near(found: f64, expected: f64, relative: f64, what: &str) {
    assert!((found - expected).abs() <= relative * expected.abs(), "{what}: {found} is not {expected}");
}

#[test]
fn bg_nbd_reaches_the_full_precision_optimum_on_cdnow() {
    let Some(shared) = shared() else { return };
    let customers =
        cdnow_sample(&std::fs::read_to_string(shared.join("data/cdnow/CDNOW_sample.txt")).unwrap());
    assert_eq!(customers.len(), 2_357);
    let rfm: Vec<Rfm> = customers.iter().map(|(of, _)| *of).collect();
    let fit = bgnbd::fit(&rfm, Variant::BgNbd);
    assert!(fit.converged);
    assert!(fit.log_likelihood > -9_582.425_57, "{}", fit.log_likelihood);
    near(fit.model.r, 0.242_592_91, 1e-6, "r");
    near(fit.model.alpha, 4.413_531_56, 1e-6, "alpha");
    near(fit.model.a, 0.792_886_15, 1e-6, "a");
    near(fit.model.b, 2.425_753_44, 1e-6, "b");
    for (error, expected) in fit.standard_errors.iter().zip([0.012_56, 0.378_2, 0.185_7, 0.705_3]) {
        near(error.unwrap(), expected, 1e-3, "standard error");
    }
    let paper = BgNbd { variant: Variant::BgNbd, r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };
    let likelihood: f64 = rfm.iter().map(|of| paper.log_likelihood(*of)).sum();
    near(likelihood, -9_582.426_831_182_365, 1e-9, "log-likelihood of the paper's rounded numbers");
    let modified = bgnbd::fit(&rfm, Variant::MbgNbd).model;
    for (found, expected) in [
        (modified.r, 0.524_843),
        (modified.alpha, 6.183_082),
        (modified.a, 0.891_360),
        (modified.b, 1.614_003),
    ] {
        near(found, expected, 1e-4, "MBG/NBD");
    }
}

#[test]
fn bg_nbd_reaches_the_optimum_of_all_customers_of_cdnow() {
    let Some(shared) = shared() else { return };
    let text = std::fs::read_to_string(shared.join("data/cdnow/CDNOW_master.txt")).unwrap();
    let rows = text.lines().skip(1).filter_map(|line| {
        let [id, date, _, value]: [&str; 4] = line.split_whitespace().collect::<Vec<_>>().try_into().ok()?;
        Some((id, date, value))
    });
    let rfm: Vec<Rfm> = cdnow(rows).iter().map(|(of, _)| *of).collect();
    assert_eq!(rfm.len(), 23_570);
    let fit = bgnbd::fit(&rfm, Variant::BgNbd);
    assert!(fit.converged);
    near(fit.log_likelihood, -95_368.443_933_16, 1e-6, "log-likelihood");
    for (found, expected) in [
        (fit.model.r, 0.251_623_96),
        (fit.model.alpha, 4.788_942_96),
        (fit.model.a, 0.723_433_53),
        (fit.model.b, 2.161_088_36),
    ] {
        near(found, expected, 1e-4, "BG/NBD of all customers");
    }
}

#[test]
fn gamma_gamma_reaches_the_full_precision_optimum_on_cdnow() {
    let Some(shared) = shared() else { return };
    let customers =
        cdnow_sample(&std::fs::read_to_string(shared.join("data/cdnow/CDNOW_sample.txt")).unwrap());
    let values: Vec<(f64, f64)> = customers.iter().map(|(of, value)| (of.x, *value)).collect();
    let fit = gamma_gamma::fit(&values);
    assert_eq!(fit.n_customers, 946);
    near(fit.log_likelihood, -4_055.923_243_502_866, 1e-9, "log-likelihood");
    near(fit.model.p, 6.248_802_49, 1e-4, "p");
    near(fit.model.q, 3.744_588_45, 1e-4, "q");
    near(fit.model.v, 15.447_748_00, 1e-4, "v");
    near(fit.correlation, 0.113_9, 1e-3, "correlation");
}

/// Online Retail as its committed split has it: goods with a customer, one line per order and product.
fn online_retail(shared: &std::path::Path) -> StoreFrames {
    let file = std::fs::File::open(shared.join("data/online-retail/splits/events.csv.gz")).unwrap();
    let mut lines = Vec::new();
    for row in csv::Reader::from_reader(flate2::read::GzDecoder::new(file)).into_records() {
        let row = row.unwrap();
        lines.push(PlainLine {
            order: row[0].to_owned(),
            customer: row[1].to_owned(),
            product: format!("{:0>5}", &row[2]),
            at: row[3].parse().unwrap(),
            quantity: row[4].parse::<f64>().unwrap() as i64,
            revenue: (row[5].parse::<f64>().unwrap() * 100.0).round() as i64,
            ..PlainLine::default()
        });
    }
    plain::frames(&lines, &[], &[]).unwrap()
}

const CUT_VALID: i64 = 1_318_636_800;
const CUT_TEST: i64 = 1_321_056_000;
const END: i64 = 1_323_475_200;

#[test]
fn return_replenishment_and_next_order_reach_their_marks_on_online_retail() {
    let Some(shared) = shared() else { return };
    let frames = online_retail(&shared);
    let [valid, test, end] = [CUT_VALID, CUT_TEST, END].map(|cut| History::before(&frames, cut).unwrap());

    let model = returning::train(&valid, &test).unwrap();
    let found = returning::measure(&model, &test, &end);
    eprintln!("return: AUC {:.4}, Brier {:.4}", found.auc, found.brier);
    assert_eq!(found.n, 4_108);
    assert!(found.auc >= 0.743 && found.brier <= 0.176, "return: {found:?}");

    let model = replenish::train(&valid, &test).unwrap();
    let found = replenish::measure(&model, &test, &end);
    eprintln!("restocking: AUC {:.4}, top 5 % {:.4}", found.auc, found.precision_top_5_percent);
    assert_eq!(found.n_pairs, 19_060);
    assert!(found.auc >= 0.711 && found.precision_top_5_percent >= 0.755, "replenishment: {found:?}");

    // Customers with three orders or more who do come back in the window.
    let (mut errors, mut n) = (0.0, 0.0);
    for customer in 0..test.n_customers {
        let days = buying_days(&test, customer);
        let after = end.orders_of(customer).iter().find(|order| order.at >= CUT_TEST);
        if let (Some(after), Some((day, _))) = (after, next_order::next_order(&days, day_of(CUT_TEST))) {
            errors += f64::from((day - day_of(after.at)).abs());
            n += 1.0;
        }
    }
    eprintln!("next order: {:.2} days over {n}", errors / n);
    assert!(errors / n <= 15.4, "next order: mean error {} days over {n}", errors / n);
}

#[test]
fn a_whole_forecast_of_online_retail_has_no_gap_and_no_nonsense() {
    let Some(shared) = shared() else { return };
    let frames = online_retail(&shared);
    let began = std::time::Instant::now();
    let run = forecast::run(&frames, CUT_TEST, 1, &Silent).unwrap();
    eprintln!("forecast of {} customers: {:.2} s", run.customers.len(), began.elapsed().as_secs_f64());
    assert_eq!(run.customers.len(), 4_108);
    assert!(run.bg_nbd.as_ref().unwrap().no_drop_out);
    for of in &run.customers {
        let orders = of.expected_orders_90d.unwrap();
        assert!(orders.mean.is_finite() && orders.low <= orders.high);
        assert!(of.expected_value_365d.unwrap().mean >= 0.0);
        assert!((0.0..=1.0).contains(&of.return_probability_28d.unwrap()));
        assert!(of.next_order.is_none_or(|day| day >= day_of(CUT_TEST)));
    }
    let again = forecast::run(&frames, CUT_TEST, 1, &Silent).unwrap();
    assert_eq!(serde_json::to_string(&run).unwrap(), serde_json::to_string(&again).unwrap());
    let mut csv = Vec::new();
    forecast::table::write_csv(&run, &mut csv).unwrap();
    assert_eq!(String::from_utf8(csv).unwrap().lines().count(), 4_109);
}
