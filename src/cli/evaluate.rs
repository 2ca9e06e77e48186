//! `endcap evaluate`.

use std::path::PathBuf;

use jiff::civil;

use super::Printer;
use crate::app::Error;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The workspace
    pub file: PathBuf,
    /// Train on all before this day; without it, the last 28 days are held out
    #[arg(long, value_name = "DATE", value_parser = super::values::date)]
    pub split: Option<civil::Date>,
    /// Score against orders before this day
    #[arg(long, value_name = "DATE", value_parser = super::values::date)]
    pub until: Option<civil::Date>,
    #[arg(long, default_value = "all", value_parser = ["next-basket", "next-window", "discovery", "basket", "product-page", "all"])]
    pub task: String,
    /// Leave out products that fewer customers bought
    #[arg(long, value_name = "N")]
    pub min_buyers: Option<u32>,
    /// Length of a list
    #[arg(long, default_value_t = 10)]
    pub k: usize,
    /// Write recommendations and the held-out truth here
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

pub(super) fn run(args: &Args, _printer: &Printer) -> Result<(), Error> {
    let Args { .. } = args;
    Err(Error::NotBuilt("`evaluate`"))
}
