//! `endcap export`.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::Printer;
use crate::app::addresses::Addresses;
use crate::app::clock::now;
use crate::app::export::{self as use_case, Exporter};
use crate::app::{Error, Session, report, train};
use crate::export::{Fidelity, Part, Projection, Target};
use crate::shop::digits::grouped;

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
    /// Write the files of these parts only: homepages, collections, bought-together, search, rules, customers
    #[arg(long, value_name = "PART,…", value_delimiter = ',')]
    pub parts: Vec<String>,
    #[command(flatten)]
    pub addresses: AddressArgs,
    /// Leave the backtest out of the report; it takes as long as training twice
    #[arg(long)]
    pub no_backtest: bool,
}

/// Whether files for people hold e-mail addresses, of those who agreed. Without it they hold customer ids.
#[derive(Debug, clap::Args)]
pub struct AddressArgs {
    /// Take e-mail addresses from the shop's own customer or order export; they are not kept
    #[arg(long, value_name = "FILE", conflicts_with = "addresses")]
    pub customers: Vec<PathBuf>,
    /// Use the addresses the workspace keeps, where its owner turned names on
    #[arg(long)]
    pub addresses: bool,
}

impl AddressArgs {
    pub(super) fn wanted(&self) -> Addresses {
        if self.addresses {
            Addresses::Kept
        } else if self.customers.is_empty() {
            Addresses::None
        } else {
            Addresses::Files(self.customers.clone())
        }
    }
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
    let wanted = args.addresses.wanted();
    if wanted != Addresses::None && !target.names_customers() {
        return Err(Error::user(format!(
            "Files for {} name no customers, so they hold no addresses",
            target.title()
        )));
    }
    let sections = if target == Target::Report {
        report::sections(&session, &args.file, !args.no_backtest && !args.dry_run, now(), printer)?
    } else {
        Vec::new()
    };
    let mut exporter =
        Exporter::gather(session.workspace(), train::now(), target.names_customers(), sections, printer)?;
    let addresses = exporter.add_addresses(session.workspace(), &wanted, printer)?;
    if addresses > 0 {
        printer.message(&format!("The files hold {} e-mail addresses.", grouped(addresses)));
    }
    let left_out = left_out(&exporter.project(target), &args.parts)?;
    let projection = exporter.project_without(target, &left_out);
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
    printer.answer(&document(&projection, args, addresses), || text(&projection, args))
}

/// The parts that stay away when only `wanted` ones are asked for; all leave when none is named.
fn left_out(whole: &Projection, wanted: &[String]) -> Result<Vec<Part>, Error> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let wanted: Vec<Part> = wanted
        .iter()
        .map(|name| {
            let known = || Part::ALL.map(Part::name).join(", ");
            Part::from_name(name)
                .ok_or_else(|| Error::user(format!("There is no part `{name}`. Parts are {}", known())))
        })
        .collect::<Result<_, _>>()?;
    let there = Part::among(whole.target, whole.files.iter().map(|file| file.path.as_str()));
    match wanted.iter().find(|part| !there.contains(part)) {
        None => Ok(there.into_iter().filter(|part| !wanted.contains(part)).collect()),
        Some(_) if there.is_empty() => Err(Error::user(format!(
            "Files for {} hold everything together, so parts cannot be chosen",
            whole.target.title()
        ))),
        Some(part) => Err(Error::user(format!(
            "Files for {} have no part `{}` of their own. They have {}",
            whole.target.title(),
            part.name(),
            there.iter().map(|part| part.name()).collect::<Vec<_>>().join(", ")
        ))),
    }
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

fn document(projection: &Projection, args: &Args, addresses: u64) -> Value {
    let files: Vec<Value> =
        projection.files.iter().map(|file| json!({ "path": file.path, "bytes": file.bytes.len() })).collect();
    json!({
        "target": projection.target.name(), "out": args.out, "dry_run": args.dry_run, "files": files, "addresses": addresses,
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
