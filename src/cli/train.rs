//! `endcap train`.

use std::path::PathBuf;

use jiff::civil;

use super::Printer;
use super::values::midnight;
use crate::app::{Error, train};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The workspace
    pub file: PathBuf,
    /// Look at the store as it was before this day
    #[arg(long, value_name = "DATE", value_parser = super::values::date)]
    pub as_of: Option<civil::Date>,
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

pub(super) fn run(args: &Args, printer: &Printer) -> Result<(), Error> {
    let Args { file, as_of, seed } = args;
    let settings =
        train::Settings { as_of: as_of.map(midnight), seed: *seed, ..train::Settings::at(train::now()) };
    let report = train::train_file(file, &settings, printer)?;
    printer.answer(&report, || words(&report))
}

/// What was learned, line by line.
pub(super) fn words(report: &train::Report) -> String {
    let mut text = format!(
        "Trained on {} products, {} customers and {} orders, as of {}.\n",
        report.products,
        report.customers,
        report.orders,
        crate::shop::time::rfc3339(report.as_of)
    );
    if report.groups.is_empty() {
        text.push_str("No groups: everybody sees the same pages.\n");
    } else {
        text.push_str(&format!("Groups: {}.\n", report.groups.join(", ")));
    }
    for (task, why) in &report.chosen {
        text.push_str(&format!("{task}: {why}\n"));
    }
    for note in &report.notes {
        text.push_str(&format!("Note: {note}\n"));
    }
    text
}
