//! `endcap train`.

use std::path::PathBuf;

use jiff::civil;

use super::Printer;
use crate::app::Error;

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

pub(super) fn run(args: &Args, _printer: &Printer) -> Result<(), Error> {
    let Args { .. } = args;
    Err(Error::NotBuilt("`train`"))
}
