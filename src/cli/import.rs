//! `endcap import`.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::Printer;
use crate::app::clock::now;
use crate::app::import::guess_anew;
use crate::app::{Error, Guessed, ImportReport, ImportRequest, NewStore, Session, cluster, drift};
use crate::import::{
    self, DateOrder, DecimalMark, FileKey, FileReport, Mapping, Meaning, Platform, Reading, Severity,
};
use crate::shop::digits::grouped;
use crate::shop::{Currency, StoreLanguage, TimeZoneName};

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
    /// Of the pages a new store starts with: en or de
    #[arg(long, value_parser = super::values::language)]
    pub language: Option<StoreLanguage>,
    /// Read tables no export is known of by the best guess of what their columns mean, and say that guess
    #[arg(long)]
    pub guess: bool,
    /// Write the best guess for one such table here (TOML), to correct it and pass it with --mapping
    #[arg(long, value_name = "FILE")]
    pub save_mapping: Option<PathBuf>,
    /// How dates like 03/04/2025 are meant: day-first or month-first; remembered for files with the same columns
    #[arg(long, value_name = "[FILE=]ORDER")]
    pub dates: Vec<String>,
    /// How amounts like 1.234 are meant: dot or comma is the decimal mark; remembered likewise
    #[arg(long, value_name = "[FILE=]MARK")]
    pub decimal: Vec<String>,
    /// How the bytes of text files are meant, for example windows-1250; remembered likewise
    #[arg(long, value_name = "[FILE=]NAME")]
    pub encoding: Vec<String>,
    /// What stands between cells, one character or tab; remembered likewise
    #[arg(long, value_name = "[FILE=]CHARACTER")]
    pub delimiter: Vec<String>,
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
    let mut request = request(args)?;
    let mut guessed = Vec::new();
    if args.guess || args.save_mapping.is_some() {
        guessed = guess(args, &request, printer)?;
        if let Some(file) = &args.save_mapping {
            save_mapping(file, &guessed)?;
            if !args.guess {
                return printer.line(&said_guesses(&guessed));
            }
        }
        for guess in guessed.iter().filter(|guess| guess.lacks.is_none()) {
            request.mappings.push(guess.mapping.clone());
            request.remember.push((guess.signature.clone(), guess.mapping.clone()));
        }
        printer.message(&said_guesses(&guessed));
    }
    let nothing_read = |report: &ImportReport| report.files().all(|file| file.rows_read == 0);
    let import = |session: &mut Session| {
        let report = session.import(&request, printer)?;
        if !request.dry_run {
            drift::renew(session.workspace_mut(), now(), printer)?;
        }
        Ok(report)
    };
    let report = with_session(args, import, nothing_read)?;
    let mut answer = document(&report, args.dry_run);
    answer["guessed"] = guessed
        .iter()
        .map(|guess| json!({ "file": guess.file, "mapping": guess.mapping, "used": guess.lacks.is_none() }))
        .collect();
    printer.answer(&answer, || text(&report, args.dry_run))?;
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

fn request(args: &Args) -> Result<ImportRequest, Error> {
    let mut request = ImportRequest {
        paths: args.paths.clone(),
        platform: args.platform,
        mappings: args.mapping.as_deref().map(read_mapping).transpose()?.into_iter().collect(),
        currency: args.currency.as_deref().map(Currency::new),
        language: args.language,
        dry_run: args.dry_run,
        ..ImportRequest::default()
    };
    let names: Vec<String> = import::sources(&args.paths).into_iter().map(|file| file.name).collect();
    for said in &args.dates {
        let (file, word) = about(said, &names);
        let order = match word {
            "day-first" => DateOrder::DayFirst,
            "month-first" => DateOrder::MonthFirst,
            _ => return Err(Error::user(format!("--dates takes day-first or month-first, not “{word}”"))),
        };
        match file {
            Some(file) => reading_of(&mut request, file).date_order = Some(order),
            None => request.dates = Some(order),
        }
    }
    for said in &args.decimal {
        let (file, word) = about(said, &names);
        let mark = match word {
            "dot" => DecimalMark::Dot,
            "comma" => DecimalMark::Comma,
            _ => return Err(Error::user(format!("--decimal takes dot or comma, not “{word}”"))),
        };
        match file {
            Some(file) => reading_of(&mut request, file).decimal_mark = Some(mark),
            None => request.decimal = Some(mark),
        }
    }
    for said in &args.encoding {
        let (file, word) = about(said, &names);
        if !Reading::knows_encoding(word) {
            return Err(Error::user(format!(
                "There is no encoding called “{word}”. Known are utf-8, utf-16le, windows-1250 to windows-1258, iso-8859-2, shift_jis, gbk and the like"
            )));
        }
        for name in names.iter().filter(|name| file.is_none_or(|file| *name == file)) {
            reading_of(&mut request, name).encoding = Some(word.to_owned());
        }
    }
    for said in &args.delimiter {
        let (file, word) = about(said, &names);
        if word != "tab" && (word.len() != 1 || word.chars().any(char::is_alphanumeric)) {
            return Err(Error::user(format!("--delimiter takes one character or tab, not “{word}”")));
        }
        for name in names.iter().filter(|name| file.is_none_or(|file| *name == file)) {
            reading_of(&mut request, name).delimiter = Some(word.to_owned());
        }
    }
    Ok(request)
}

/// `orders.csv=day-first` is about one file, `day-first` about all.
fn about<'a>(said: &'a str, names: &[String]) -> (Option<&'a str>, &'a str) {
    match said.rsplit_once('=') {
        Some((file, word)) if names.iter().any(|name| name == file) => (Some(file), word),
        _ => (None, said),
    }
}

fn reading_of<'a>(request: &'a mut ImportRequest, file: &str) -> &'a mut Reading {
    let key = FileKey::Name(file.to_owned());
    let at = request.readings.iter().position(|(own, _)| *own == key).unwrap_or_else(|| {
        request.readings.push((key, Reading::default()));
        request.readings.len() - 1
    });
    &mut request.readings[at].1
}

/// The guesses, from what the workspace remembers where it is there already.
fn guess(args: &Args, request: &ImportRequest, printer: &Printer) -> Result<Vec<Guessed>, Error> {
    if args.file.exists() {
        Session::open(&args.file)?.guess(request, printer)
    } else {
        guess_anew(request, printer)
    }
}

fn save_mapping(file: &Path, guessed: &[Guessed]) -> Result<(), Error> {
    let [guess] = guessed else {
        return Err(Error::user(format!(
            "--save-mapping is for one table that no export is known of, and there are {}. Name one file",
            guessed.len()
        )));
    };
    let toml = guess
        .mapping
        .to_toml()
        .map_err(|source| Error::bug_because("The mapping cannot be written", source))?;
    fs::write(file, toml).map_err(|source| {
        Error::environment_because(format!("The mapping cannot be written: {}", file.display()), source)
    })
}

fn said_guesses(guessed: &[Guessed]) -> String {
    let mut out = String::new();
    for guess in guessed {
        let columns: Vec<String> = guess
            .mapping
            .columns
            .iter()
            .filter(|(_, meaning)| **meaning != Meaning::Ignore)
            .map(|(header, meaning)| format!("{header} = {}", meaning.name()))
            .collect();
        let kind = json!(guess.mapping.kind).as_str().unwrap_or_default().replace('_', " ");
        out.push_str(&format!("{}: guessed as {kind}: {}", guess.file, columns.join(", ")));
        if let Some(lacks) = &guess.lacks {
            out.push_str(&format!(", but {lacks}"));
        }
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out
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

pub(super) fn read_mapping(file: &Path) -> Result<Mapping, Error> {
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
        out.push_str(&format!("{}\n", written(file)));
        if file.rows_read > 0 && !file.ignored_columns.is_empty() {
            out.push_str(&format!("  Columns not used: {}\n", file.ignored_columns.join(", ")));
        }
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

/// ` (utf-8, day first, decimal comma)`, as far as it matters.
fn written(file: &FileReport) -> String {
    let mut words: Vec<&str> = Vec::new();
    if !matches!(file.encoding.as_str(), "" | "utf-8") {
        words.push(&file.encoding);
    }
    match file.delimiter.as_str() {
        ";" => words.push("semicolons"),
        "\t" => words.push("tabs"),
        "|" => words.push("bars"),
        _ => {}
    }
    match file.date_order {
        Some(DateOrder::DayFirst) => words.push("day first"),
        Some(DateOrder::MonthFirst) => words.push("month first"),
        None => {}
    }
    if file.decimal_mark == Some(DecimalMark::Comma) {
        words.push("decimal comma");
    }
    if words.is_empty() { String::new() } else { format!(" ({})", words.join(", ")) }
}

fn kind_of(file: &FileReport) -> String {
    let word = |value: Value| value.as_str().unwrap_or_default().replace('_', " ");
    format!("{} {}", word(json!(file.platform)), word(json!(file.kind)))
}
