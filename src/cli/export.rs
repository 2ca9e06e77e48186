//! `endcap export`.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::Printer;
use crate::app::export::{self as use_case, Exporter};
use crate::app::{Error, Session, train};
use crate::export::{Fidelity, Projection, Target};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The workspace
    pub file: PathBuf,
    /// Where to: a target's name, or list
    #[arg(long, value_name = "TARGET")]
    pub to: String,
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Only say what would be written and what it cannot carry
    #[arg(long)]
    pub dry_run: bool,
}

pub(super) fn run(args: &Args, printer: &Printer) -> Result<(), Error> {
    if args.to == "list" {
        return printer.answer(&list(), || {
            Target::ALL.iter().map(|target| format!("{:<14} {}\n", target.name(), target.summary())).collect()
        });
    }
    let target = use_case::target(&args.to)?;
    let out = match (&args.out, args.dry_run) {
        (Some(out), _) => Some(out),
        (None, true) => None,
        (None, false) => {
            return Err(Error::user("Say where to with --out DIR, or add --dry-run to only look"));
        }
    };
    let mut session = Session::open_or_read(&args.file)?;
    let exporter =
        Exporter::gather(session.workspace(), train::now(), target.names_customers(), Vec::new(), printer)?;
    let projection = exporter.project(target);
    if let (Some(out), false) = (out, args.dry_run) {
        let written = use_case::write(&projection, out)?;
        let note = use_case::Note {
            at: train::now(),
            target,
            folder: out,
            n_files: written.len(),
            bundle_id: exporter.bundle_id(),
            document: exporter.document(),
        };
        use_case::note(session.workspace_mut(), &note)?;
    }
    printer.answer(&document(&projection, args), || text(&projection, args))
}

fn list() -> Value {
    let targets: Vec<Value> = Target::ALL
        .iter()
        .map(|target| {
            json!({
                "target": target.name(), "title": target.title(), "summary": target.summary(),
                "names_customers": target.names_customers(),
            })
        })
        .collect();
    json!({ "targets": targets })
}

fn document(projection: &Projection, args: &Args) -> Value {
    let files: Vec<Value> =
        projection.files.iter().map(|file| json!({ "path": file.path, "bytes": file.bytes.len() })).collect();
    json!({
        "target": projection.target.name(), "out": args.out, "dry_run": args.dry_run, "files": files,
        "fidelity": {
            "exact": projection.fidelity.count(Fidelity::Exact),
            "approximate": projection.fidelity.count(Fidelity::Approximate),
            "dropped": projection.fidelity.count(Fidelity::Dropped),
            "verdicts": projection.fidelity.verdicts,
        },
    })
}

fn text(projection: &Projection, args: &Args) -> String {
    let mut text = String::new();
    for file in &projection.files {
        text.push_str(&format!("{:>10}  {}\n", file.bytes.len(), file.path));
    }
    for verdict in projection.fidelity.verdicts.iter().filter(|verdict| verdict.fidelity != Fidelity::Exact) {
        let word = if verdict.fidelity == Fidelity::Dropped { "dropped" } else { "approximate" };
        text.push_str(&format!("{word}: {}: {}\n", verdict.about, verdict.how));
    }
    let done = match (&args.out, args.dry_run) {
        (Some(out), false) => format!("{} files written to {}.", projection.files.len(), out.display()),
        _ => format!("{} files would be written; nothing was.", projection.files.len()),
    };
    let fidelity = &projection.fidelity;
    text.push_str(&format!(
        "{done} {} exact, {} approximate, {} dropped.\n",
        fidelity.count(Fidelity::Exact),
        fidelity.count(Fidelity::Approximate),
        fidelity.count(Fidelity::Dropped)
    ));
    text
}
