//! `endcap run`.

use std::path::PathBuf;

use serde_json::json;

use super::Printer;
use super::printer::grouped;
use crate::app::{Error, export, train, whole};

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
            let mut text = format!(
                "{} products, {} customers, {} orders, {} events.\nGroups: {}.\nBundle {}\n",
                grouped(totals.products),
                grouped(totals.customers),
                grouped(totals.orders),
                grouped(totals.events),
                outcome.trained.groups.join(", "),
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
            text
        },
    )
}
