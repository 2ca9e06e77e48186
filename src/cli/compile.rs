//! `endcap compile`.

use std::path::PathBuf;

use super::Printer;
use super::source::from_bundle;
use crate::app::{Error, Session, export, train};
use crate::bundle;
use crate::decide::verify;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The workspace
    pub file: PathBuf,
    /// The bundle to write
    #[arg(long, value_name = "X.bundle")]
    pub out: PathBuf,
}

pub(super) fn run(args: &Args, printer: &Printer) -> Result<(), Error> {
    let session = Session::open_read_only(&args.file)?;
    let (compiled, extras) = export::packed(session.workspace(), train::now(), printer)?;
    let (_, all) = bundle::disk::assemble(&compiled, &extras).map_err(from_bundle)?;
    let said = verify(&all).map_err(from_bundle)?;
    if !said.passed() {
        let first = said.findings.iter().map(|finding| finding.message.clone());
        let problems: Vec<String> = said.schema_problems.iter().cloned().chain(first).collect();
        return Err(Error::bug(format!("The bundle would not verify: {}.", problems.join("; "))));
    }
    let manifest = bundle::write(&compiled, &args.out, &extras).map_err(from_bundle)?;
    printer.answer(
        &serde_json::json!({
            "bundle": args.out,
            "bundle_id": manifest.bundle_id,
            "digest": manifest.digest,
            "files": manifest.files.len() + 1,
            "bytes": said.bytes,
            "products": said.products,
            "rules": said.rules,
            "cases": said.cases,
        }),
        || {
            format!(
                "Wrote {} ({}): {} products, {} rules, {} golden cases.",
                args.out.display(),
                manifest.bundle_id,
                said.products,
                said.rules,
                said.cases
            )
        },
    )
}
