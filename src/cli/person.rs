//! `endcap person`.

use std::path::PathBuf;

use super::Printer;
use crate::app::Error;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The workspace
    pub file: PathBuf,
    #[command(flatten)]
    pub who: Who,
}

pub(super) fn run(args: &Args, _printer: &Printer) -> Result<(), Error> {
    let Args { .. } = args;
    Err(Error::NotBuilt("`person`"))
}

/// Whom a command is about.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub struct Who {
    /// The person's e-mail address
    #[arg(long)]
    pub email: Option<String>,
    /// The customer's id as in the store's export
    #[arg(long, value_name = "ID")]
    pub customer: Option<String>,
}
