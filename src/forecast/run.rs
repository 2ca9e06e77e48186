//! All forecasts of a store at a date, with the models behind them and what they were worth.

use serde::{Deserialize, Serialize};

use crate::features::customer::median;
use crate::features::{History, StoreFrames};
use crate::shop::time::{Day, day_of};
use crate::shop::{Currency, Monitor, Seconds};

use super::Error;
use super::action::{Action, next_action};
use super::bgnbd::{self, BgNbdFit, Rfm, Variant};
use super::days::{BuyingDay, buying_days, gaps, last_day, rfm};
use super::gamma_gamma::{self, GammaGammaFit};
use super::gates::{Gate, Stock};
use super::replenish::{self, ReplenishModel, Replenishment};
use super::returning::{self, ReturnModel, WINDOW_DAYS};
use super::value::{ORDERS_DAYS, Range, Season, VALUE_DAYS, money, orders, season};
use super::{discount, habits, next_order};

const DAY_SECONDS: i64 = 86_400;

/// Reminders kept per customer.
const REMINDERS: usize = 5;

/// One customer with at least one order. Fields are empty where the gate of their forecast is closed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CustomerForecast {
    pub customer: u32,
    pub customer_id: String,
    /// Buying days after the first.
    pub frequency: u32,
    /// From the first to the last buying day: what BG/NBD calls recency.
    pub recency_days: f64,
    /// From the first buying day to the last observed day.
    pub age_days: f64,
    pub days_since_last_order: f64,
    /// Minor units per buying day.
    pub mean_order_value: f64,
    /// MBG/NBD; says whether they are still there, never who leaves first.
    pub p_alive: Option<f64>,
    pub expected_orders_90d: Option<Range>,
    /// Minor units.
    pub expected_value_365d: Option<Range>,
    pub return_probability_28d: Option<f64>,
    /// If they come back.
    pub next_order: Option<Day>,
    pub usual_gap_days: Option<f64>,
    /// 1 as everybody who buys the same products, more leans on discounts.
    pub discount_reliance: Option<f64>,
    pub favourite_category: Option<String>,
    /// How much more than everybody they buy of it.
    pub category_lift: Option<f64>,
    /// 0 buys the cheapest of each category, 1 the dearest.
    pub price_affinity: Option<f64>,
    /// In the store's time zone.
    pub hour_to_write: Option<u8>,
    /// The likeliest reminder.
    pub restock: Option<Replenishment>,
    pub next_action: Action,
    pub reason: String,
}

/// An immutable forecast of the whole store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ForecastRun {
    pub as_of: Seconds,
    pub seed: u64,
    pub currency: Currency,
    /// By customer index; customers without an order are not in it.
    pub customers: Vec<CustomerForecast>,
    /// Time in weeks.
    pub bg_nbd: Option<BgNbdFit>,
    pub mbg_nbd: Option<BgNbdFit>,
    /// Money in major units.
    pub gamma_gamma: Option<GammaGammaFit>,
    pub season_90d: Option<Season>,
    pub season_365d: Option<Season>,
    pub returning: Option<ReturnModel>,
    pub replenishment: Option<ReplenishModel>,
    /// By customer, likeliest first, at most five each.
    pub reminders: Vec<Replenishment>,
    pub gates: Vec<Gate>,
    /// What a person should know, in sentences.
    pub notes: Vec<String>,
}

/// Forecasts for everybody who ordered before `as_of`. Thin data closes gates, it is never an error.
pub fn run(
    frames: &StoreFrames,
    as_of: Seconds,
    seed: u64,
    monitor: &dyn Monitor,
) -> Result<ForecastRun, Error> {
    let step = |done: u64, phase: &str| -> Result<(), Error> {
        monitor.progress(done, 6, phase);
        monitor.checkpoint()?;
        Ok(())
    };
    step(0, "Reading the history")?;
    let history = History::before(frames, as_of)?;
    let stock = Stock::of(&history);
    let gates = stock.gates();
    let open = |forecast: &str| gates.iter().any(|gate| gate.forecast == forecast && gate.ready);
    let days: Vec<Vec<BuyingDay>> =
        (0..history.n_customers).map(|customer| buying_days(&history, customer)).collect();

    let mut run = ForecastRun {
        as_of,
        seed,
        currency: history.currency.clone(),
        customers: Vec::new(),
        bg_nbd: None,
        mbg_nbd: None,
        gamma_gamma: None,
        season_90d: None,
        season_365d: None,
        returning: None,
        replenishment: None,
        reminders: Vec::new(),
        gates: Vec::new(),
        notes: Vec::new(),
    };
    step(1, "Fitting how often customers come back")?;
    if open("value") {
        fit_value(&mut run, &days, &history);
        step(2, "Measuring the season")?;
        run.season_90d = Some(season(frames, &history, ORDERS_DAYS)?);
        run.season_365d = Some(season(frames, &history, VALUE_DAYS)?);
        say_season(&mut run);
    }
    step(3, "Learning who returns")?;
    let window = i64::from(WINDOW_DAYS) * DAY_SECONDS;
    if open("return") || open("replenishment") {
        let one_back = History::before(frames, as_of - window)?;
        let two_back = History::before(frames, as_of - 2 * window)?;
        if open("return") {
            run.returning = returning::train(&one_back, &history).map(|model| ReturnModel {
                model,
                test: returning::train(&two_back, &one_back)
                    .map(|earlier| returning::measure(&earlier, &one_back, &history)),
            });
        }
        step(4, "Learning what runs out")?;
        if open("replenishment") {
            run.replenishment = replenish::train(&one_back, &history).map(|model| ReplenishModel {
                model,
                test: replenish::train(&two_back, &one_back)
                    .map(|earlier| replenish::measure(&earlier, &one_back, &history)),
            });
        }
    }
    step(5, "Writing down what to expect")?;
    let pairs =
        run.replenishment.as_ref().map_or_else(Vec::new, |found| replenish::predict(&found.model, &history));
    run.reminders = pairs
        .chunk_by(|one, two| one.customer == two.customer)
        .flat_map(|own| own.iter().take(REMINDERS).copied())
        .collect();
    run.customers = customers(&run, &history, &days, &open);
    run.gates = gates;
    step(6, "Done")?;
    Ok(run)
}

/// BG/NBD, MBG/NBD and Gamma-Gamma on everybody.
fn fit_value(run: &mut ForecastRun, days: &[Vec<BuyingDay>], history: &History) {
    let minor = history.currency.minor_per_major() as f64;
    let seen: Vec<Rfm> = days.iter().filter_map(|days| rfm(days, history.as_of)).collect();
    let values: Vec<(f64, f64)> = days.iter().map(|days| repeat_value(days, minor)).collect();
    let bg = bgnbd::fit(&seen, Variant::BgNbd);
    let gamma = gamma_gamma::fit(&values);
    if bg.no_drop_out {
        run.notes.push(
            "No drop-out is visible in this history: nobody who came back has clearly stopped.".to_owned(),
        );
    }
    if !bg.converged || !gamma.converged {
        run.notes.push("The value model did not settle; read its numbers as rough.".to_owned());
    }
    if gamma.correlation.abs() > 0.3 {
        run.notes.push(format!(
            "Customers who order more often spend a different amount per order (correlation {:.2}), which the value model does not expect.",
            gamma.correlation
        ));
    }
    run.bg_nbd = Some(bg);
    run.mbg_nbd = Some(bgnbd::fit(&seen, Variant::MbgNbd));
    run.gamma_gamma = Some(gamma);
}

fn say_season(run: &mut ForecastRun) {
    let Some(season) = &run.season_90d else { return };
    match (season.level, season.shift) {
        (Some(level), Some(shift)) => run.notes.push(format!(
            "Expected orders are multiplied by {:.2}: the last 90 days brought {level:.2} times what the model expected, and a year ago the coming 90 days brought {shift:.2} times the 90 before them.",
            season.factor
        )),
        (Some(level), None) => run.notes.push(format!(
            "Expected orders are multiplied by {:.2}, as the last 90 days brought {level:.2} times what the model expected. There is no year before to tell the season.",
            season.factor
        )),
        _ => run.notes.push("There is too little history to set the expectation right for the season.".to_owned()),
    }
}

/// Number of a customer's repeat orders of positive value, and their mean value in major units, whole minor units.
fn repeat_value(days: &[BuyingDay], minor: f64) -> (f64, f64) {
    let repeats: Vec<f64> =
        days.iter().skip(1).map(|day| day.value as f64).filter(|value| *value > 0.0).collect();
    let n = repeats.len() as f64;
    if repeats.is_empty() { (0.0, 0.0) } else { (n, (repeats.iter().sum::<f64>() / n).round() / minor) }
}

fn customers(
    run: &ForecastRun,
    history: &History,
    days: &[Vec<BuyingDay>],
    open: &dyn Fn(&str) -> bool,
) -> Vec<CustomerForecast> {
    let minor = history.currency.minor_per_major() as f64;
    let today = last_day(history.as_of) + 1;
    let reliance = discount::reliance(history);
    let tastes = habits::favourite_categories(history);
    let prices = habits::price_affinity(history);
    let hours = habits::hours_to_write(history);
    let all_gaps: Vec<f64> = days.iter().flat_map(|days| gaps(days)).collect();
    let usual_gap = median(&all_gaps).unwrap_or(90.0);
    let mut returns = vec![None; history.n_customers];
    if let Some(returning) = &run.returning {
        for (customer, facts) in returning::facts(history) {
            returns[customer as usize] = Some(returning.model.probability(&facts));
        }
    }
    let factor = |season: &Option<Season>| season.as_ref().map_or(1.0, |season| season.factor);
    let (orders_factor, value_factor) = (factor(&run.season_90d), factor(&run.season_365d));
    let mut found = Vec::new();
    for (customer, days) in days.iter().enumerate() {
        let (Some(of), Some(last)) = (rfm(days, history.as_of), days.last()) else {
            continue;
        };
        let spent: f64 = days.iter().map(|day| day.value as f64).sum();
        let model = run.bg_nbd.as_ref().map(|fit| fit.model);
        let expected_value = model.zip(run.gamma_gamma.as_ref()).map(|(model, gamma)| {
            let (x, z) = repeat_value(days, minor);
            let per_order = gamma.model.expected_value(x, z) * minor;
            let year = orders(&model, of, VALUE_DAYS as f64 / 7.0, value_factor);
            // Single orders of one customer vary by Gamma(p): a coefficient of variation of 1/√p.
            money(year, per_order, per_order / gamma.model.p.max(0.1).sqrt())
        });
        let next = next_order::next_order(days, today).filter(|_| open("next_order"));
        let start = run.reminders.partition_point(|pair| (pair.customer as usize) < customer);
        let mut forecast = CustomerForecast {
            customer: customer as u32,
            customer_id: history.ids[customer].clone(),
            frequency: of.x as u32,
            recency_days: (of.t_x * 7.0).round(),
            age_days: (of.t * 7.0).round(),
            days_since_last_order: f64::from(today - last.day),
            mean_order_value: spent / days.len() as f64,
            p_alive: run.mbg_nbd.as_ref().map(|fit| fit.model.p_alive(of)),
            expected_orders_90d: model
                .map(|model| orders(&model, of, ORDERS_DAYS as f64 / 7.0, orders_factor)),
            expected_value_365d: expected_value,
            return_probability_28d: returns[customer],
            next_order: next.map(|(day, _)| day),
            usual_gap_days: next.map(|(_, gap)| gap),
            discount_reliance: reliance[customer].filter(|_| open("discount")),
            favourite_category: None,
            category_lift: None,
            price_affinity: prices[customer].filter(|_| open("price")),
            hour_to_write: hours[customer].filter(|_| open("hour")),
            restock: run.reminders.get(start).filter(|pair| pair.customer as usize == customer).copied(),
            next_action: Action::KeepInTouch,
            reason: String::new(),
        };
        if let Some(taste) = tastes[customer].as_ref().filter(|_| open("category")) {
            forecast.favourite_category = Some(history.categories[taste.category as usize].clone());
            forecast.category_lift = Some(taste.lift);
        }
        (forecast.next_action, forecast.reason) = next_action(&forecast, usual_gap);
        found.push(forecast);
    }
    found
}

/// `2025-11-14` of a day.
pub fn iso_day(day: Day) -> String {
    crate::shop::time::rfc3339(i64::from(day) * DAY_SECONDS).chars().take(10).collect()
}

impl ForecastRun {
    /// Forecast of one customer by index.
    pub fn of(&self, customer: u32) -> Option<&CustomerForecast> {
        let place = self.customers.binary_search_by_key(&customer, |forecast| forecast.customer).ok()?;
        Some(&self.customers[place])
    }

    pub fn as_of_day(&self) -> Day {
        day_of(self.as_of)
    }
}
