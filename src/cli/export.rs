//! `endcap export`.

use std::path::PathBuf;

use super::Printer;
use crate::app::Error;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The workspace
    pub file: PathBuf,
    /// Where to: a target's name, or list
    #[arg(long, value_name = "TARGET")]
    pub to: String,
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Only say what would be written and what it cannot carry
    #[arg(long)]
    pub dry_run: bool,
}

pub(super) fn run(args: &Args, _printer: &Printer) -> Result<(), Error> {
    let Args { .. } = args;
    Err(Error::NotBuilt("`export`"))
}
