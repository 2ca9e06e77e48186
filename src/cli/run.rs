//! `endcap run`.

use std::path::PathBuf;

use super::Printer;
use crate::app::Error;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files, folders or zips
    #[arg(required = true)]
    pub paths: Vec<PathBuf>,
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// A projection to write as well; may be given several times
    #[arg(long, value_name = "TARGET")]
    pub to: Vec<String>,
}

pub(super) fn run(args: &Args, _printer: &Printer) -> Result<(), Error> {
    let Args { .. } = args;
    Err(Error::NotBuilt("`run`"))
}
