//! `endcap decide`.

use std::path::PathBuf;

use super::Printer;
use crate::app::Error;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The bundle
    pub bundle: PathBuf,
}

pub(super) fn run(args: &Args, _printer: &Printer) -> Result<(), Error> {
    let Args { .. } = args;
    Err(Error::NotBuilt("`decide`"))
}
