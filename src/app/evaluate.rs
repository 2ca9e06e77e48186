//! The backtest of a workspace, and the files from which anybody can recompute it.

use std::path::Path;
use std::time::Instant;

use jiff::civil;
use serde::Serialize;

use super::Error;
use crate::measure::evaluate::{self, Evaluation, TaskResult};
use crate::recommend::{Dataset, NOBODY, Task, train};
use crate::shop::time::SECONDS_PER_DAY;
use crate::shop::{Monitor, Seconds};
use crate::workspace::Workspace;

/// What to hold out and what to ask.
#[derive(Clone, Debug)]
pub struct Ask<'a> {
    pub file: &'a Path,
    /// What is dated later is a mistake in the data, and ends no window.
    pub now: Seconds,
    /// Train on all before this day in the store's time zone; `None` holds out the last 28 days.
    pub split: Option<civil::Date>,
    pub until: Option<civil::Date>,
    pub tasks: Vec<Task>,
    pub min_buyers: Option<u32>,
    pub k: usize,
    pub out: Option<&'a Path>,
    pub seed: u64,
}

/// The answer as it is printed; days instead of seconds.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    pub split: civil::Date,
    pub until: civil::Date,
    pub k: usize,
    pub seed: u64,
    pub catalogue: usize,
    pub orders_before: usize,
    pub tasks: Vec<TaskResult>,
}

/// Tunes, trains, recommends and scores; with `out` also writes the lists and the truth.
pub fn evaluate(ask: &Ask<'_>, monitor: &dyn Monitor) -> Result<Report, Error> {
    let workspace = Workspace::open_read_only(ask.file)?;
    let frames = workspace.frames_watched(None, monitor)?;
    let data = Dataset::from_frames(&frames).map_err(|source| {
        Error::bug_because("The store's data does not have the columns it promises.", source)
    })?;
    let Some(last) = workspace.last_activity(ask.now)? else {
        return Err(Error::user("There are no orders or visits to look back on. Import some first."));
    };
    let zone = &frames.time_zone;
    let midnight = |day: civil::Date| zone.instant(day.to_datetime(civil::Time::midnight()));
    let day_of = |at: Seconds| zone.local(at).date();
    let until_day = match ask.until {
        Some(day) => day,
        None => day_of(last).tomorrow().unwrap_or(day_of(last)),
    };
    let until = midnight(until_day);
    let split_day = match ask.split {
        Some(day) => day,
        None => day_of(until - 28 * SECONDS_PER_DAY + SECONDS_PER_DAY / 2),
    };
    let split = midnight(split_day);
    if split >= until {
        return Err(Error::user("`--until` must be after `--split`."));
    }
    let first_visit = data.touches.first().map(|touch| touch.at);
    if data.orders_before(split) == 0 && first_visit.is_none_or(|at| at >= split) {
        return Err(Error::user(
            "No order or visit lies before the split. Choose a later day for `--split`.",
        ));
    }
    let mut training = train::Settings::default();
    training.window_days = ((until - split) / SECONDS_PER_DAY).clamp(7, 91);
    if let Some(min_buyers) = ask.min_buyers {
        training.min_buyers = min_buyers;
    }
    let settings =
        evaluate::Settings { split, until, tasks: ask.tasks.clone(), k: ask.k, seed: ask.seed, training };
    let started = Instant::now();
    let found = evaluate::evaluate(&data, &settings, &move || started.elapsed().as_secs_f64(), monitor)?;
    if let Some(folder) = ask.out {
        write_files(folder, &data, &found).map_err(|source| {
            Error::environment_because(
                format!("The files cannot be written to {}.", folder.display()),
                source,
            )
        })?;
    }
    Ok(Report {
        split: split_day,
        until: until_day,
        k: found.k,
        seed: found.seed,
        catalogue: found.catalogue,
        orders_before: found.orders_before,
        tasks: found.tasks,
    })
}

/// `test.<task>.csv` and `recommendations.<task>.<method>.csv`, ids as in the source files.
fn write_files(folder: &Path, data: &Dataset, found: &Evaluation) -> Result<(), csv::Error> {
    std::fs::create_dir_all(folder)?;
    for result in &found.tasks {
        let of_orders = Task::ORDER.contains(&result.task);
        // Steps of visits have no name in the source files: their number in time order is one.
        let steps: Vec<String> = (1..=result.truth.len()).map(|step| step.to_string()).collect();
        let keys = |who: u32| -> Vec<&str> {
            if result.task == Task::Session {
                vec![steps[who as usize].as_str()]
            } else if of_orders {
                let order = &data.orders[who as usize];
                let customer = if order.customer == NOBODY { "" } else { data.customers.id(order.customer) };
                vec![data.order_ids.id(order.id), customer]
            } else {
                vec![data.customers.id(who)]
            }
        };
        let key_columns: &[&str] = match result.task {
            Task::Session => &["step"],
            Task::Basket | Task::ProductPage => &["order_id", "customer_id"],
            _ => &["customer_id"],
        };
        let name = result.task.name();
        let mut truth = csv::Writer::from_path(folder.join(format!("test.{name}.csv")))?;
        truth.write_record(key_columns.iter().chain(&["product_id"]))?;
        for (who, products) in &result.truth {
            for product in products {
                let mut row = keys(*who);
                row.push(data.products.id(*product));
                truth.write_record(row)?;
            }
        }
        truth.flush()?;
        for method in &result.methods {
            let file = format!("recommendations.{name}.{}.csv", method.method);
            let mut lists = csv::Writer::from_path(folder.join(file))?;
            lists.write_record(key_columns.iter().chain(&["rank", "product_id", "score"]))?;
            for ((who, _), list) in result.truth.iter().zip(&method.lists) {
                for (place, (product, score)) in list.iter().enumerate() {
                    let (rank, score) = ((place + 1).to_string(), score.to_string());
                    let mut row = keys(*who);
                    row.extend([rank.as_str(), data.products.id(*product), score.as_str()]);
                    lists.write_record(row)?;
                }
            }
            lists.flush()?;
        }
    }
    Ok(())
}
