//! `endcap forget`.

use std::path::PathBuf;

use super::{Printer, person};
use crate::app::{Error, Session};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The workspace
    pub file: PathBuf,
    #[command(flatten)]
    pub who: person::Who,
}

pub(super) fn run(args: &Args, printer: &Printer) -> Result<(), Error> {
    let erased = Session::open(&args.file)?.forget(&args.who.person())?;
    printer.answer(&erased, || {
        format!(
            "Erased {} accounts, {} visits and {} computed values; {} orders stay without anybody. \
             Train again so that the models forget as well",
            erased.customers, erased.events, erased.run_rows, erased.orders
        )
    })
}
