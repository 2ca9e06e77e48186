//! `endcap sample`.

use std::path::PathBuf;

use super::Printer;
use crate::app::Error;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Write the sample files and a trained workspace here instead of opening the window
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

pub(super) fn run(args: &Args, _printer: &Printer) -> Result<(), Error> {
    let Args { .. } = args;
    Err(Error::NotBuilt("`sample`"))
}
