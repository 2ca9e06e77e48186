//! `endcap run`.

use std::path::PathBuf;

use serde_json::json;

use super::Printer;
use super::printer::grouped;
use crate::app::{Error, export, train, whole};
use crate::import::FileReport;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files, folders or zips
    #[arg(required = true)]
    pub paths: Vec<PathBuf>,
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// A projection to write as well; may be given several times
    #[arg(long, value_name = "TARGET")]
    pub to: Vec<String>,
}

pub(super) fn run(args: &Args, printer: &Printer) -> Result<(), Error> {
    if let Some(missing) = args.paths.iter().find(|path| !path.exists()) {
        return Err(Error::user(format!("There is no such file or folder: {}", missing.display())));
    }
    let targets = args.to.iter().map(|name| export::target(name)).collect::<Result<Vec<_>, _>>()?;
    let request =
        whole::Request { paths: args.paths.clone(), out: args.out.clone(), targets, now: train::now() };
    let outcome = whole::run(&request, printer)?;
    let totals = outcome.imported.summary.totals;
    printer.answer(
        &json!({
            "workspace": outcome.workspace, "bundle": outcome.bundle, "bundle_id": outcome.bundle_id,
            "exports": outcome.exports, "trained": outcome.trained, "totals": totals,
            "issues": outcome.imported.summary.issues,
        }),
        || {
            let rows = |of: fn(&FileReport) -> u64| grouped(outcome.imported.files().map(of).sum::<u64>());
            let mut text = format!(
                "Read {} rows and set {} aside: {} products, {} customers, {} orders, {} visits.\n{}Bundle {}\n",
                rows(|file| file.rows_read),
                rows(|file| file.rows_set_aside),
                grouped(totals.products),
                grouped(totals.customers),
                grouped(totals.orders),
                grouped(totals.events),
                super::train::words(&outcome.trained),
                outcome.bundle.display()
            );
            for exported in &outcome.exports {
                text.push_str(&format!(
                    "{:<14} {} files, {} bytes in {}\n",
                    exported.target.name(),
                    exported.files,
                    grouped(exported.bytes),
                    exported.folder.display()
                ));
            }
            text.push_str(&format!("Open it with `endcap open {}`.", outcome.workspace.display()));
            text
        },
    )
}
