//! `endcap new`.

use std::path::PathBuf;

use serde_json::json;

use super::Printer;
use crate::app::{Error, NewStore, Session};
use crate::shop::{Currency, StoreLanguage, TimeZoneName};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The workspace to make
    pub file: PathBuf,
    /// The store's name; without it, the file's
    #[arg(long)]
    pub name: Option<String>,
    /// ISO 4217, for example EUR
    #[arg(long, default_value = "USD")]
    pub currency: String,
    /// IANA, for example Europe/Berlin
    #[arg(long, default_value = "UTC")]
    pub time_zone: String,
    /// Of the pages the store starts with: en or de
    #[arg(long, default_value = "en", value_parser = super::values::language)]
    pub language: StoreLanguage,
}

pub(super) fn run(args: &Args, printer: &Printer) -> Result<(), Error> {
    let store = NewStore {
        name: args.name.clone(),
        currency: Currency::new(&args.currency),
        time_zone: TimeZoneName(args.time_zone.clone()),
    };
    let mut session = Session::create(&args.file, &store)?;
    session.set_language(args.language)?;
    let settings = session.settings()?;
    let answer = json!({
        "file": args.file,
        "name": settings.store_name,
        "currency": settings.currency,
        "time_zone": settings.time_zone,
        "language": settings.language,
    });
    printer.answer(&answer, || {
        format!("Made an empty workspace for {}: {}", settings.store_name, args.file.display())
    })
}
