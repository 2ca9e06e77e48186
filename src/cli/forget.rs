//! `endcap forget`.

use std::path::PathBuf;

use serde_json::json;

use super::{Printer, person};
use crate::app::{Error, Session};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The workspace
    pub file: PathBuf,
    /// The person's e-mail address
    #[arg(long, required_unless_present_any = ["customer", "finish"], conflicts_with = "customer")]
    pub email: Option<String>,
    /// The customer's id as in the store's export
    #[arg(long, value_name = "ID")]
    pub customer: Option<String>,
    /// Write the file anew after an erasure that found no room for it
    #[arg(long, conflicts_with_all = ["email", "customer", "lift"])]
    pub finish: bool,
    /// Let the person in again with the next import, instead of erasing them
    #[arg(long)]
    pub lift: bool,
}

pub(super) fn run(args: &Args, printer: &Printer) -> Result<(), Error> {
    let mut session = Session::open(&args.file)?;
    if args.finish {
        let finished = session.finish_erasing()?;
        return printer.answer(&json!({ "finished": finished }), || {
            let done = "The file was written anew. Nothing of anybody erased is left in it";
            if finished { done } else { "There was nothing left to do" }.to_owned()
        });
    }
    let who = person::Who { email: args.email.clone(), customer: args.customer.clone() }.person();
    if args.lift {
        if !session.lift_erasure(&who)? {
            return Err(Error::user("Nobody of this address or id was erased. Check the spelling"));
        }
        return printer.answer(&json!({ "lifted": true }), || {
            "Lifted. Import the store's files again to bring the person and their orders back".to_owned()
        });
    }
    let erased = session.forget(&who)?;
    printer.answer(&erased, || {
        format!(
            "Erased {} accounts, {} visits and {} computed values; {} orders stay without anybody. \
             Later imports keep the person out; `--lift` lets them in again. \
             Train again so that the models forget as well",
            erased.customers, erased.events, erased.run_rows, erased.orders
        )
    })
}
