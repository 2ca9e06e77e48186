//! `endcap forecast`.

use std::path::PathBuf;

use jiff::civil;

use super::Printer;
use crate::app::Error;
use crate::app::forecasts::{forecast_customers, write_table};
use crate::forecast::ForecastRun;
use crate::forecast::table::summary;
use crate::shop::digits::grouped;
use crate::workspace::Workspace;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The workspace
    pub file: PathBuf,
    /// Write one line per customer here
    #[arg(long, value_name = "FILE.csv")]
    pub out: Option<PathBuf>,
    /// Look at the store as it was before this day
    #[arg(long, value_name = "DATE", value_parser = super::values::date)]
    pub as_of: Option<civil::Date>,
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

pub(super) fn run(args: &Args, printer: &Printer) -> Result<(), Error> {
    let mut workspace = Workspace::open(&args.file)?;
    let zone = workspace.settings()?.time_zone;
    let as_of = args.as_of.map(|day| zone.instant(day.at(0, 0, 0, 0)));
    let found = forecast_customers(&mut workspace, as_of, args.seed, printer)?;
    if let Some(path) = &args.out {
        write_table(&found, path)?;
        printer.message(&format!(
            "Wrote {} customers to {}.",
            grouped(found.customers.len() as u64),
            path.display()
        ));
    }
    printer.answer(&summary(&found), || sentences(&found))
}

fn sentences(run: &ForecastRun) -> String {
    let mut text = format!("{} customers with an order\n", grouped(run.customers.len() as u64));
    if let Some(fit) = &run.bg_nbd {
        let model = fit.model;
        text.push_str(&format!(
            "BG/NBD in weeks: r {:.4}, alpha {:.4}, a {:.4}, b {:.4}, log-likelihood {:.4}{}\n",
            model.r,
            model.alpha,
            model.a,
            model.b,
            fit.log_likelihood,
            if fit.converged { "" } else { " (did not settle)" }
        ));
    }
    if let Some(fit) = &run.gamma_gamma {
        text.push_str(&format!(
            "Gamma-Gamma in {}: p {:.4}, q {:.4}, v {:.4}\n",
            run.currency.0, fit.model.p, fit.model.q, fit.model.v
        ));
    }
    if let Some(test) = run.returning.as_ref().and_then(|found| found.test.as_ref()) {
        text.push_str(&format!(
            "Who returns within 28 days, tested on the last 28: AUC {:.3}, Brier {:.3} on {} customers\n",
            test.auc, test.brier, test.n
        ));
    }
    if let Some(test) = run.replenishment.as_ref().and_then(|found| found.test.as_ref()) {
        text.push_str(&format!(
            "What runs out, tested on the last 28 days: {:.0}% of the likeliest 5% were bought again ({:.0}% of all pairs)\n",
            test.precision_top_5_percent * 100.0,
            test.base * 100.0
        ));
    }
    for gate in run.gates.iter().filter(|gate| !gate.ready) {
        text.push_str(&format!("No forecast of {}: {}\n", gate.forecast, gate.needs));
    }
    for note in &run.notes {
        text.push_str(note);
        text.push('\n');
    }
    text
}
