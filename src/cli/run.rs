//! `endcap run`.

use std::path::PathBuf;

use serde_json::json;

use super::Printer;
use crate::app::{Error, ImportRequest, NewStore, export, train, whole};
use crate::import::FileReport;
use crate::shop::digits::grouped;
use crate::shop::{Currency, StoreLanguage, TimeZoneName};

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
    /// The store's name; without it, that of the folder
    #[arg(long)]
    pub name: Option<String>,
    /// Currency of files that name none, ISO 4217
    #[arg(long)]
    pub currency: Option<String>,
    /// Of the pages a new store starts with: en or de
    #[arg(long, value_parser = super::values::language)]
    pub language: Option<StoreLanguage>,
    /// Where the store is, IANA, for example Europe/Berlin
    #[arg(long, default_value = "UTC")]
    pub time_zone: String,
    /// What the columns of unknown files mean (TOML)
    #[arg(long, value_name = "FILE")]
    pub mapping: Option<PathBuf>,
}

pub(super) fn run(args: &Args, printer: &Printer) -> Result<(), Error> {
    if let Some(missing) = args.paths.iter().find(|path| !path.exists()) {
        return Err(Error::user(format!("There is no such file or folder: {}", missing.display())));
    }
    let targets = args.to.iter().map(|name| export::target(name)).collect::<Result<Vec<_>, _>>()?;
    let currency = args.currency.as_deref().map(Currency::new);
    let request = whole::Request {
        import: ImportRequest {
            paths: args.paths.clone(),
            currency: currency.clone(),
            language: args.language,
            mappings: args
                .mapping
                .as_deref()
                .map(super::import::read_mapping)
                .transpose()?
                .into_iter()
                .collect(),
            ..ImportRequest::default()
        },
        store: NewStore {
            name: args.name.clone(),
            currency: currency.unwrap_or_else(|| Currency::new("USD")),
            time_zone: TimeZoneName(args.time_zone.clone()),
        },
        out: args.out.clone(),
        targets,
        now: train::now(),
    };
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
