//! `endcap page`.

use std::path::PathBuf;

use super::Printer;
use crate::app::Error;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// A workspace or a bundle
    pub file: PathBuf,
    /// home, collection:ID, product:ID, cart:ID,ID or search:QUERY
    #[arg(long)]
    pub page: String,
    #[arg(long, value_name = "NAME")]
    pub segment: Option<String>,
    /// A visit as JSON: history, device, source
    #[arg(long, value_name = "FILE")]
    pub visit: Option<PathBuf>,
    /// Decide as at this time, for example 2025-11-14T09:30:00Z
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    /// Add why every product stands where it stands
    #[arg(long)]
    pub explain: bool,
}

pub(super) fn run(args: &Args, _printer: &Printer) -> Result<(), Error> {
    let Args { .. } = args;
    Err(Error::NotBuilt("`page`"))
}
