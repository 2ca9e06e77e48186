//! `endcap import`.

use std::path::PathBuf;

use super::Printer;
use crate::app::Error;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The workspace; made if missing
    pub file: PathBuf,
    /// Files, folders or zips
    #[arg(required = true)]
    pub paths: Vec<PathBuf>,
    /// Read the files as this platform's instead of detecting it
    #[arg(long)]
    pub platform: Option<String>,
    /// What the columns mean (TOML)
    #[arg(long, value_name = "FILE")]
    pub mapping: Option<PathBuf>,
    /// Currency of files that name none, ISO 4217
    #[arg(long)]
    pub currency: Option<String>,
    /// How dates like 03/04/2025 are meant
    #[arg(long, value_parser = ["day-first", "month-first"])]
    pub dates: Option<String>,
    /// Read and check, write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Exit 1 when any row was set aside or anything needs a look
    #[arg(long)]
    pub strict: bool,
}

pub(super) fn run(args: &Args, _printer: &Printer) -> Result<(), Error> {
    let Args { .. } = args;
    Err(Error::NotBuilt("`import`"))
}
