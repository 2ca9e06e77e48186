//! The forecast as a table and as one JSON document.

use serde_json::{Value, json};

use super::{CustomerForecast, Error, ForecastRun, Range, iso_day};

/// Columns of the file, in order. Money in major units with the currency's own decimals; times in days.
pub const COLUMNS: [&str; 23] = [
    "customer_id",
    "frequency",
    "recency_days",
    "age_days",
    "mean_order_value",
    "p_alive",
    "expected_orders_90d",
    "expected_value_365d",
    "next_order_date",
    "discount_reliance",
    "return_probability_28d",
    "expected_orders_90d_low",
    "expected_orders_90d_high",
    "expected_value_365d_low",
    "expected_value_365d_high",
    "days_since_last_order",
    "favourite_category",
    "category_lift",
    "price_affinity",
    "hour_to_write",
    "restock_probability_28d",
    "next_action",
    "reason",
];

/// One row per customer with an order; empty cells where a forecast is not available.
pub fn write_csv(run: &ForecastRun, to: impl std::io::Write) -> Result<(), Error> {
    let mut writer = csv::Writer::from_writer(to);
    writer.write_record(COLUMNS)?;
    for customer in &run.customers {
        writer.write_record(cells(customer, run.currency.exponent()))?;
    }
    writer.flush().map_err(csv::Error::from)?;
    Ok(())
}

fn cells(of: &CustomerForecast, exponent: u32) -> [String; 23] {
    let number = |value: Option<f64>, digits: usize| {
        value.map_or_else(String::new, |value| format!("{value:.digits$}"))
    };
    let money = |value: f64| format!("{:.*}", exponent as usize, value / 10_f64.powi(exponent as i32));
    let part = |range: Option<Range>, of: fn(Range) -> f64| range.map(of);
    let (orders, value) = (of.expected_orders_90d, of.expected_value_365d);
    let paid = |amount: Option<f64>| amount.map_or_else(String::new, money);
    [
        of.customer_id.clone(),
        of.frequency.to_string(),
        format!("{:.0}", of.recency_days),
        format!("{:.0}", of.age_days),
        money(of.mean_order_value),
        number(of.p_alive, 6),
        number(part(orders, |range| range.mean), 4),
        paid(part(value, |range| range.mean)),
        of.next_order.map_or_else(String::new, iso_day),
        number(of.discount_reliance, 4),
        number(of.return_probability_28d, 4),
        number(part(orders, |range| range.low), 0),
        number(part(orders, |range| range.high), 0),
        paid(part(value, |range| range.low)),
        paid(part(value, |range| range.high)),
        format!("{:.0}", of.days_since_last_order),
        of.favourite_category.clone().unwrap_or_default(),
        number(of.category_lift, 2),
        number(of.price_affinity, 3),
        of.hour_to_write.map_or_else(String::new, |hour| hour.to_string()),
        number(of.restock.map(|pair| pair.probability), 4),
        of.next_action.words().to_owned(),
        of.reason.clone(),
    ]
}

/// Models, what they were worth, gates and notes.
pub fn summary(run: &ForecastRun) -> Value {
    let bg = |fit: &super::bgnbd::BgNbdFit| {
        let model = fit.model;
        json!({
            "r": model.r, "alpha": model.alpha, "a": model.a, "b": model.b,
            "log_likelihood": fit.log_likelihood,
            "standard_errors": fit.standard_errors,
            "converged": fit.converged, "no_drop_out": fit.no_drop_out,
            "customers": fit.n_customers, "time_unit": "week",
        })
    };
    json!({
        "models": {
            "bg_nbd": run.bg_nbd.as_ref().map(bg),
            "mbg_nbd": run.mbg_nbd.as_ref().map(bg),
            "gamma_gamma": run.gamma_gamma.as_ref().map(|fit| json!({
                "p": fit.model.p, "q": fit.model.q, "v": fit.model.v,
                "log_likelihood": fit.log_likelihood,
                "standard_errors": fit.standard_errors,
                "converged": fit.converged, "customers": fit.n_customers,
                "correlation": fit.correlation, "money_unit": run.currency.0,
            })),
        },
        "time_unit": "week",
        "return": run.returning.as_ref().map(|found| json!({
            "window_days": super::returning::WINDOW_DAYS,
            "coefficients": coefficients(&found.model),
            "test": found.test,
        })),
        "replenishment": run.replenishment.as_ref().map(|found| json!({
            "coefficients": coefficients(&found.model),
            "test": found.test,
            "reminders": run.reminders.len(),
        })),
        "season": { "orders_90d": run.season_90d, "value_365d": run.season_365d },
        "customers": run.customers.len(),
        "as_of": crate::shop::time::rfc3339(run.as_of),
        "currency": run.currency.0,
        "gates": run.gates,
        "notes": run.notes,
    })
}

fn coefficients(model: &super::logistic::Logistic) -> Value {
    model
        .names
        .iter()
        .cloned()
        .zip(model.coefficients.iter().map(|value| json!(value)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}
