//! `endcap import`.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::Printer;
use super::printer::grouped;
use crate::app::clock::now;
use crate::app::{Error, ImportReport, ImportRequest, NewStore, Session, cluster, drift};
use crate::import::{DateOrder, FileReport, Mapping, Platform, Severity};
use crate::shop::{Currency, TimeZoneName};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The workspace; made if missing
    pub file: PathBuf,
    /// Files, folders or zips
    #[arg(required_unless_present = "from_spark")]
    pub paths: Vec<PathBuf>,
    /// The folder a Spark job of `export --to spark` wrote: lists, groups and counts replace the studio's own
    #[arg(long, value_name = "DIR", conflicts_with = "paths")]
    pub from_spark: Option<PathBuf>,
    /// Read the files as this platform's instead of detecting it
    #[arg(long, value_parser = platform)]
    pub platform: Option<Platform>,
    /// What the columns mean (TOML)
    #[arg(long, value_name = "FILE")]
    pub mapping: Option<PathBuf>,
    /// Currency of files that name none, ISO 4217
    #[arg(long)]
    pub currency: Option<String>,
    /// How dates like 03/04/2025 are meant
    #[arg(long, value_parser = ["day-first", "month-first"])]
    pub dates: Option<String>,
    /// Read and check, write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Exit 1 when any row was set aside or anything needs a look
    #[arg(long)]
    pub strict: bool,
}

pub(super) fn run(args: &Args, printer: &Printer) -> Result<(), Error> {
    if let Some(folder) = &args.from_spark {
        let mut session = Session::open(&args.file)?;
        let brought = cluster::bring(session.workspace_mut(), folder, now(), printer)?;
        return printer.answer(&brought, || {
            format!(
                "{} products have {} neighbours from the cluster; {} customers were assigned, {} of them moved; {} were \
                 counted; {} rows speak of what this workspace does not know.\n",
                grouped(brought.products),
                grouped(brought.neighbors),
                grouped(brought.grouped),
                grouped(brought.moved),
                grouped(brought.counted),
                grouped(brought.unknown)
            )
        });
    }
    if let Some(missing) = args.paths.iter().find(|path| !path.exists()) {
        return Err(Error::user(format!("There is no such file or folder: {}", missing.display())));
    }
    let request = ImportRequest {
        paths: args.paths.clone(),
        platform: args.platform,
        mappings: args.mapping.as_deref().map(read_mapping).transpose()?.into_iter().collect(),
        currency: args.currency.as_deref().map(Currency::new),
        dates: args.dates.as_deref().map(|order| match order {
            "month-first" => DateOrder::MonthFirst,
            _ => DateOrder::DayFirst,
        }),
        dry_run: args.dry_run,
        ..ImportRequest::default()
    };
    let nothing_read = |report: &ImportReport| report.files().all(|file| file.rows_read == 0);
    let import = |session: &mut Session| {
        let report = session.import(&request, printer)?;
        if !request.dry_run {
            drift::renew(session.workspace_mut(), now(), printer)?;
        }
        Ok(report)
    };
    let report = with_session(args, import, nothing_read)?;
    printer.answer(&document(&report, args.dry_run), || text(&report, args.dry_run))?;
    if nothing_read(&report) {
        return Err(Error::user("Nothing could be imported. What is wrong with each file stands above"));
    }
    let serious = report.summary.issues.iter().any(|issue| issue.severity >= Severity::Warning);
    if args.strict && (serious || report.n_rows_set_aside() > 0) {
        return Err(Error::user(
            "Some rows were set aside or need a look, and --strict was given. Everything else was imported",
        ));
    }
    Ok(())
}

/// Opens or makes the workspace. A dry run on a missing one works on a throw-away file and leaves nothing.
fn with_session<T>(
    args: &Args,
    work: impl FnOnce(&mut Session) -> Result<T, Error>,
    is_empty: impl FnOnce(&T) -> bool,
) -> Result<T, Error> {
    if args.file.exists() {
        return work(&mut Session::open(&args.file)?);
    }
    let store = NewStore {
        name: None,
        currency: Currency::new(args.currency.as_deref().unwrap_or("USD")),
        time_zone: TimeZoneName::default(),
    };
    let mut session = Session::create(&args.file, &store)?;
    let result = work(&mut session);
    drop(session);
    if args.dry_run || result.as_ref().map_or(true, is_empty) {
        // The workspace did not exist before, so it does not after.
        drop(fs::remove_file(&args.file));
    }
    result
}

fn read_mapping(file: &Path) -> Result<Mapping, Error> {
    let text = fs::read_to_string(file).map_err(|source| {
        Error::user_because(format!("The mapping cannot be read: {}", file.display()), source)
    })?;
    Mapping::from_toml(&text).map_err(|source| {
        Error::user_because(format!("The mapping has a mistake: {}", file.display()), source)
    })
}

/// Names as in the JSON answer, for example `shopify`.
fn platform(name: &str) -> Result<Platform, serde_json::Error> {
    serde_json::from_value(Value::String(name.to_ascii_lowercase().replace('-', "_")))
}

fn document(report: &ImportReport, dry_run: bool) -> Value {
    let summary = &report.summary;
    let file = |file: &FileReport, unchanged: bool| {
        let mut value = json!(file);
        value["unchanged"] = json!(unchanged);
        value
    };
    let files: Vec<Value> = summary
        .files
        .iter()
        .map(|report| file(report, false))
        .chain(report.known_files.iter().map(|report| file(report, true)))
        .collect();
    json!({
        "files": files,
        "issues": summary.issues,
        "totals": summary.totals,
        "changes": {
            "products": summary.products,
            "customers": summary.customers,
            "orders": summary.orders,
            "events": summary.events,
        },
        "kept_out": summary.kept_out,
        "dry_run": dry_run,
        "seconds": report.seconds,
    })
}

fn text(report: &ImportReport, dry_run: bool) -> String {
    let mut out = String::new();
    for file in &report.summary.files {
        out.push_str(&format!(
            "{}: {}, read {} rows, took {}",
            file.file,
            kind_of(file),
            grouped(file.rows_read),
            grouped(file.rows_taken)
        ));
        if file.rows_set_aside > 0 {
            out.push_str(&format!(", set {} aside", grouped(file.rows_set_aside)));
        }
        out.push('\n');
    }
    for file in &report.known_files {
        out.push_str(&format!("{}: imported before, nothing changed\n", file.file));
    }
    for issue in &report.summary.issues {
        let place = issue.line.map_or_else(String::new, |line| format!(" (first in line {line})"));
        let times = if issue.count > 1 { format!("{} × ", grouped(issue.count)) } else { String::new() };
        out.push_str(&format!("  {times}{}{place}: {} {}\n", issue.file, issue.message, issue.advice));
    }
    let totals = report.summary.totals;
    out.push_str(&format!(
        "{}{} products, {} customers, {} orders with {} lines, {} events",
        if dry_run { "Nothing was written. It would hold " } else { "The workspace holds " },
        grouped(totals.products),
        grouped(totals.customers),
        grouped(totals.orders),
        grouped(totals.order_lines),
        grouped(totals.events)
    ));
    out
}

fn kind_of(file: &FileReport) -> String {
    let word = |value: Value| value.as_str().unwrap_or_default().replace('_', " ");
    format!("{} {}", word(json!(file.platform)), word(json!(file.kind)))
}
