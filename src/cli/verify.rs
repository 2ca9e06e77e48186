//! `endcap verify`.

use std::path::PathBuf;

use super::Printer;
use super::source::from_bundle;
use crate::app::Error;
use crate::bundle::{Severity, disk};
use crate::decide::verify;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The bundle
    pub bundle: PathBuf,
}

pub(super) fn run(args: &Args, printer: &Printer) -> Result<(), Error> {
    let all = disk::load(&args.bundle).map_err(from_bundle)?;
    let said = verify(&all).map_err(from_bundle)?;
    let mut document = serde_json::to_value(&said)
        .map_err(|error| Error::bug_because("The answer cannot be written as JSON.", error))?;
    document["passed"] = said.passed().into();
    printer.answer(&document, || {
        let mut lines = vec![format!(
            "Bundle {}: {} files, {} products, {} rules. Digest is right.",
            said.bundle_id, said.files, said.products, said.rules
        )];
        lines.extend(said.schema_problems.iter().map(|problem| format!("Schema: {problem}")));
        lines.extend(said.findings.iter().map(|finding| {
            let kind = if finding.severity == Severity::Error { "Error" } else { "Look at" };
            format!("{kind}: {}", finding.message)
        }));
        lines.push(format!(
            "{} of {} golden cases answered as stated.",
            said.cases - said.wrong_cases.len(),
            said.cases
        ));
        lines.join("\n")
    })?;
    if said.passed() { Ok(()) } else { Err(Error::user("The bundle is not sound. Compile it again.")) }
}
