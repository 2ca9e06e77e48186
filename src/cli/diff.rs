//! `endcap diff`.

use std::path::PathBuf;

use super::{Printer, source};
use crate::app::Error;
use crate::decide;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The older bundle
    pub before: PathBuf,
    /// The newer bundle
    pub after: PathBuf,
    /// Compare the pages at this time; without it at the newer bundle's own day
    #[arg(long, value_name = "TIME")]
    pub at: Option<jiff::Timestamp>,
}

pub(super) fn run(args: &Args, printer: &Printer) -> Result<(), Error> {
    let before = source::bundle(&args.before)?;
    let after = source::bundle(&args.after)?;
    let now = args.at.map_or(after.info.as_of, jiff::Timestamp::as_second);
    let difference = decide::diff(&before, &after, now);
    printer.answer(&difference, || {
        let mut lines = difference.rules.clone();
        if !difference.products_added.is_empty() {
            lines.push(format!("{} products are new.", difference.products_added.len()));
        }
        if !difference.products_removed.is_empty() {
            lines.push(format!("{} products are gone.", difference.products_removed.len()));
        }
        lines.extend(difference.rows.iter().map(|row| row.sentence.clone()));
        lines.push(format!("{} of {} rows change.", difference.rows.len(), difference.rows_compared));
        lines.join("\n")
    })
}
