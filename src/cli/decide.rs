//! `endcap decide`.

use std::io::BufRead as _;
use std::path::PathBuf;

use serde_json::json;

use super::{Printer, source};
use crate::app::Error;
use crate::decide::{self, Detail, Prepared};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The bundle
    pub bundle: PathBuf,
}

/// A line that is no visit is answered by an error in its place, so that answers stay in order.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<(), Error> {
    let prepared = Prepared::new(&source::bundle(&args.bundle)?);
    let mut wrong = 0;
    for line in std::io::stdin().lock().lines() {
        let line = line.map_err(|error| Error::environment_because("stdin cannot be read.", error))?;
        if line.trim().is_empty() {
            continue;
        }
        let answer = match decide::json::request(line.as_bytes()) {
            Ok(request) => {
                let detail = if request.explain { Detail::Full } else { Detail::Plain };
                let page = prepared.decide(&request.visit, detail);
                serde_json::to_string(&decide::json::page(&prepared, &page, request.explain))
            }
            Err(error) => {
                wrong += 1;
                Ok(json!({"error": format!("not a visit: {error}")}).to_string())
            }
        };
        printer.line(&answer.map_err(|error| Error::user_because("A page cannot be written.", error))?)?;
    }
    if wrong > 0 {
        return Err(Error::user(format!("{wrong} lines were no visits; their answers say why.")));
    }
    Ok(())
}
