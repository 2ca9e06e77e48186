//! `endcap forget`.

use std::path::PathBuf;

use serde_json::json;

use super::{Printer, person};
use crate::app::{Error, Session};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The workspace
    pub file: PathBuf,
    #[command(flatten)]
    pub who: person::Who,
    /// Let the person in again with the next import, instead of erasing them
    #[arg(long)]
    pub lift: bool,
}

pub(super) fn run(args: &Args, printer: &Printer) -> Result<(), Error> {
    let mut session = Session::open(&args.file)?;
    if args.lift {
        if !session.lift_erasure(&args.who.person())? {
            return Err(Error::user("Nobody of this address or id was erased. Check the spelling"));
        }
        return printer.answer(&json!({ "lifted": true }), || {
            "Lifted. Import the store's files again to bring the person and their orders back".to_owned()
        });
    }
    let erased = session.forget(&args.who.person())?;
    printer.answer(&erased, || {
        format!(
            "Erased {} accounts, {} visits and {} computed values; {} orders stay without anybody. \
             Later imports keep the person out; `--lift` lets them in again. \
             Train again so that the models forget as well",
            erased.customers, erased.events, erased.run_rows, erased.orders
        )
    })
}
