//! Forecasting: read the store, forecast, keep the run, write the table.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Error;
use super::runs::{FORECAST, Kept, pack, unpack};
use super::segments::after_last_order;
use crate::forecast::{self, CustomerForecast, ForecastRun, Replenishment};
use crate::shop::{Monitor, Seconds};
use crate::workspace::{NewRun, Run, Workspace};

/// What a forecast says about one customer.
#[derive(Serialize, Deserialize)]
struct Person {
    forecast: CustomerForecast,
    reminders: Vec<Replenishment>,
}

/// Forecasts for everybody in a workspace, kept as a run. `as_of` `None` is right after the last order.
pub fn forecast_customers(
    workspace: &mut Workspace,
    as_of: Option<Seconds>,
    seed: u64,
    monitor: &dyn Monitor,
) -> Result<ForecastRun, Error> {
    let frames = workspace.frames_watched(as_of, monitor)?;
    let now = Timestamp::now().as_second();
    let as_of = as_of.map_or_else(|| after_last_order(&frames, now), Ok)?;
    let run = forecast::run(&frames, as_of, seed, monitor).map_err(from_forecast)?;
    put_forecast(workspace, &run, &frames.digest, now)?;
    Ok(run)
}

pub fn from_forecast(error: forecast::Error) -> Error {
    match error {
        forecast::Error::Cancelled(cancelled) => cancelled.into(),
        other => Error::bug_because("The forecast could not be made.", other),
    }
}

/// Keeps a forecast: models in one blob, what it says about a customer in a row of its own, which erasure reaches.
pub fn put_forecast(
    workspace: &mut Workspace,
    run: &ForecastRun,
    input_digest: &str,
    now: Seconds,
) -> Result<(), Error> {
    let mut people = Vec::with_capacity(run.customers.len());
    for forecast in &run.customers {
        let from = run.reminders.partition_point(|pair| pair.customer < forecast.customer);
        let until = run.reminders.partition_point(|pair| pair.customer <= forecast.customer);
        let person = Person { forecast: forecast.clone(), reminders: run.reminders[from..until].to_vec() };
        let packed = rmp_serde::to_vec_named(&person)
            .map_err(|source| Error::bug_because("A forecast could not be written.", source))?;
        people.push((forecast.customer_id.clone(), packed));
    }
    let mut common = run.clone();
    common.customers.clear();
    common.reminders.clear();
    workspace.put_run(&NewRun {
        kind: FORECAST.to_owned(),
        settings: format!("{{\"as_of\":{},\"seed\":{}}}", run.as_of, run.seed),
        seed: run.seed,
        input_digest: input_digest.to_owned(),
        blob: pack(&common)?,
        people,
        created_at: now,
    })?;
    Ok(())
}

/// The newest forecast, if there is one.
pub fn forecasts(workspace: &Workspace) -> Result<Option<Kept<ForecastRun>>, Error> {
    workspace.latest_run(FORECAST)?.map(joined).transpose()
}

fn joined(kept: Run) -> Result<Kept<ForecastRun>, Error> {
    let mut run: ForecastRun = unpack(&kept.blob)?;
    for (_, packed) in kept.people {
        let person: Person = rmp_serde::from_slice(&packed)
            .map_err(|source| Error::user_because("A saved forecast cannot be read. Train again.", source))?;
        run.customers.push(person.forecast);
        run.reminders.extend(person.reminders);
    }
    Ok(Kept { info: kept.info, result: run })
}

/// Writes the table of `endcap forecast --out`, whole or not at all.
pub fn write_table(run: &ForecastRun, path: &Path) -> Result<(), Error> {
    let failed = |source: std::io::Error| {
        Error::environment_because(
            format!("{} cannot be written. Choose another folder or free some space.", path.display()),
            source,
        )
    };
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let partial = std::path::PathBuf::from(partial);
    let file = File::create(&partial).map_err(failed)?;
    forecast::table::write_csv(run, BufWriter::new(file)).map_err(|error| {
        Error::environment_because(
            format!("{} cannot be written. Choose another folder or free some space.", path.display()),
            error,
        )
    })?;
    std::fs::rename(&partial, path).map_err(failed)
}
