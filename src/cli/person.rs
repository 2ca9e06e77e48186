//! `endcap person`.

use std::path::PathBuf;

use super::Printer;
use crate::app::{Error, Person, Session};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The workspace
    pub file: PathBuf,
    #[command(flatten)]
    pub who: Who,
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

impl Who {
    pub(super) fn person(&self) -> Person {
        match (&self.email, &self.customer) {
            (Some(email), _) => Person::Email(email.clone()),
            (None, customer) => Person::Customer(customer.clone().unwrap_or_default()),
        }
    }
}

/// What is known is a tree, so it is JSON with and without `--json`.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<(), Error> {
    let known = Session::open_read_only(&args.file)?.person(&args.who.person())?;
    printer.document(&known)
}
