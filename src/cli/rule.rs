//! `endcap rule`.

use std::path::PathBuf;

use super::Printer;
use crate::app::Error;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The workspace
    pub file: PathBuf,
    /// add pin|boost|bury|hide|only …, list, remove ID or check
    #[arg(required = true, trailing_var_arg = true)]
    pub action: Vec<String>,
}

pub(super) fn run(args: &Args, _printer: &Printer) -> Result<(), Error> {
    let Args { .. } = args;
    Err(Error::NotBuilt("`rule`"))
}
