//! `endcap sample`.

use std::path::PathBuf;

use serde_json::json;

use super::Printer;
use crate::app::{Error, sample};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Write the sample files and a trained workspace here instead of opening the window
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

pub(super) fn run(args: &Args, printer: &Printer) -> Result<(), Error> {
    let Some(out) = &args.out else {
        return Err(Error::bug("without --out, `sample` belongs to the window"));
    };
    let workspace = out.join(sample::WORKSPACE);
    if workspace.exists() {
        return Err(Error::user(format!(
            "{} exists. Open it with `endcap open`, or choose another folder",
            workspace.display()
        )));
    }
    let files = sample::write_files(out, printer)?;
    let trained = sample::build_workspace(&workspace, &files, printer)?;
    printer.answer(&json!({ "workspace": workspace, "files": files, "trained": trained }), || {
        format!(
            "The sample store is in {}: {} export files and {}.\nGroups: {}.\nOpen it with `endcap open {}`.",
            out.display(),
            files.len(),
            sample::WORKSPACE,
            trained.groups.join(", "),
            workspace.display()
        )
    })
}
