//! `endcap new`.

use std::path::PathBuf;

use super::Printer;
use crate::app::Error;

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
}

pub(super) fn run(args: &Args, _printer: &Printer) -> Result<(), Error> {
    let Args { .. } = args;
    Err(Error::NotBuilt("`new`"))
}
