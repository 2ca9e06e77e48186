//! Files to records: two passes over each file, products first, whatever the order the files were given in.

use std::sync::Arc;

use super::catalogue::Catalogue;
use super::columns::header_signature;
use super::detect::{self, Format, HEAD_BYTES};
use super::engine::{Emit, FileRun};
use super::issue::{Issue, Severity};
use super::mapping::{Mapping, Reading};
use super::record::{DataKind, FileReport, Origin, Platform, Record, Sink};
use super::say::{say_read_error, unreadable};
use super::source::{ReadError, SourceFile};
use super::tabular::{first_rows, read_table};
use super::times::{Clock, DateOrder};
use super::value::DecimalMark;
use super::{digest, excel, json, text, xml};
use crate::shop::{Cancelled, Currency, Monitor, TimeZoneName};

/// What the person said beforehand.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Only this platform's profiles are tried.
    pub platform: Option<Platform>,
    /// Used for every file that has all its columns; the first that fits wins.
    pub mappings: Vec<Mapping>,
    /// How files are written: by the name of a source, or by the header signature of earlier ones like it.
    pub readings: Vec<(FileKey, Reading)>,
    /// Of amounts without one. Product exports hardly ever say it.
    pub currency: Option<Currency>,
    pub dates: Option<DateOrder>,
    pub decimal: Option<DecimalMark>,
    /// Of times without an offset.
    pub time_zone: TimeZoneName,
    /// Rows of orders strewn over a file that wait in memory at once; `None` for what suits their number.
    pub most_rows_waiting: Option<u64>,
}

/// Which files something is said about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileKey {
    /// As sources are named: the file name, `outer.zip/inner.csv` inside archives.
    Name(String),
    /// [`super::header_signature`] of the header as found without being told anything.
    Signature(String),
}

impl Options {
    /// What is known of how a file is written.
    pub(super) fn reading(&self, name: &str, signature: &str) -> Reading {
        let of = |wanted: &dyn Fn(&FileKey) -> bool| {
            self.readings.iter().find(|(key, _)| wanted(key)).map(|(_, reading)| reading.clone())
        };
        let own = of(&|key| matches!(key, FileKey::Name(own) if own == name)).unwrap_or_default();
        let earlier = of(&|key| matches!(key, FileKey::Signature(own) if own == signature));
        own.or(&earlier.unwrap_or_default())
    }
}

/// Why an import stopped. What is wrong with a file is an issue instead.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    #[error("storing what was read failed")]
    Sink(#[source] Box<dyn std::error::Error + Send + Sync>),
}

pub(super) const PROGRESS_STEPS: u64 = 10;
/// Sheets up to this height stay in memory between looking at a file and reading it.
const MOST_ROWS_KEPT: usize = 20_000;

/// Reads all files into `sink` and says what became of each, in the order given. The result does not depend on that
/// order: products are read first and joined over all files, then customers, orders, events and stock.
pub fn read(
    files: &[SourceFile],
    options: &Options,
    sink: &mut impl Sink,
    monitor: &dyn Monitor,
) -> Result<Vec<FileReport>, Error> {
    let mut emit = Adapter { sink };
    let mut catalogue = Catalogue::default();
    let names: Vec<String> = files.iter().map(|file| file.name.clone()).collect();
    let mut plans: Vec<Plan> = Vec::with_capacity(files.len());
    for (idx, file) in files.iter().enumerate() {
        monitor.checkpoint()?;
        let mut plan = plan(idx, file, options, monitor)?;
        if plan.cells.as_ref().is_some_and(|cells| cells.height() > MOST_ROWS_KEPT) {
            // Several large sheets at once would not fit.
            plan.cells = None;
        }
        plans.push(plan);
    }
    plans.sort_by(|a, b| (rank(a), &files[a.idx].name, a.idx).cmp(&(rank(b), &files[b.idx].name, b.idx)));
    let mut progress =
        Progress { monitor, total: files.iter().map(|file| file.bytes * PROGRESS_STEPS).sum(), before: 0 };
    let mut reports: Vec<FileReport> = vec![FileReport::default(); files.len()];
    let mut products_open = true;
    let mut dates_elsewhere = None;
    for mut plan in plans {
        if products_open && rank(&plan) > 0 {
            catalogue.finish(&names, &mut emit)?;
            products_open = false;
        }
        let (idx, file) = (plan.idx, &files[plan.idx]);
        if plan.problem.is_none() {
            plan.problem = load_cells(file, &mut plan, monitor)?;
        }
        let report =
            read_file(file, &plan, options, &mut emit, &mut catalogue, &mut dates_elsewhere, &progress)?;
        reports[idx] = report;
        progress.before += file.bytes * PROGRESS_STEPS;
    }
    catalogue.finish(&names, &mut emit)?;
    monitor.progress(progress.total, progress.total, "Read all files");
    Ok(reports)
}

/// What is known of a file before it is read.
pub(super) struct Plan {
    pub idx: usize,
    pub format: Format,
    /// Rows and columns, read by a profile or a mapping.
    pub is_table: bool,
    pub head: Vec<u8>,
    pub platform: Platform,
    pub kind: DataKind,
    pub mapping: Option<Mapping>,
    /// How the file is written, as far as somebody said.
    pub reading: Reading,
    /// Of the header as found without being told anything.
    pub signature: String,
    /// Of a spreadsheet, while it is read.
    pub cells: Option<Arc<excel::Cells>>,
    /// Of all items of an XML feed.
    pub fields: Option<Arc<[String]>>,
    pub problem: Option<ReadError>,
}

fn plan(idx: usize, file: &SourceFile, options: &Options, monitor: &dyn Monitor) -> Result<Plan, Cancelled> {
    let mut plan = Plan {
        idx,
        format: Format::Unreadable,
        is_table: false,
        head: Vec::new(),
        platform: Platform::Unknown,
        kind: DataKind::Unknown,
        mapping: None,
        reading: Reading::default(),
        signature: String::new(),
        cells: None,
        fields: None,
        problem: None,
    };
    match file.head(HEAD_BYTES) {
        Ok(head) => plan.head = head,
        Err(problem) => {
            plan.problem = Some(problem);
            return Ok(plan);
        }
    }
    plan.format = detect::format(&plan.head);
    plan.is_table = match plan.format {
        Format::Delimited | Format::Excel | Format::Parquet | Format::Xml => true,
        Format::Json => json::is_table(&plan.head),
        _ => false,
    };
    match plan.format {
        _ if plan.is_table => {
            if let Some(problem) = load_cells(file, &mut plan, monitor)? {
                plan.problem = Some(problem);
                return Ok(plan);
            }
            if plan.format == Format::Xml {
                match xml::fields(file, monitor)? {
                    Ok(fields) => plan.fields = Some(fields),
                    Err(problem) => {
                        plan.problem = Some(problem);
                        return Ok(plan);
                    }
                }
            }
            let mut headers = match first_rows(file, &plan, options) {
                Ok(rows) => rows,
                Err(problem) => {
                    plan.problem = Some(problem);
                    return Ok(plan);
                }
            };
            let header = detect::identify(&headers, options.platform).headers;
            plan.signature = header_signature(&header);
            plan.reading = options.reading(&file.name, &plan.signature);
            if plan.reading.encoding.is_some() || plan.reading.delimiter.is_some() {
                headers = first_rows(file, &plan, options).unwrap_or(headers);
            }
            let mapping = options
                .mappings
                .iter()
                .find(|mapping| headers.first().is_some_and(|header| mapping.fits(header)));
            if let Some(mapping) = mapping {
                plan.mapping = Some(mapping.clone());
                plan.reading = std::mem::take(&mut plan.reading).or(&mapping.reading());
                (plan.platform, plan.kind) = (Platform::Mapped, mapping.kind);
            } else if let Some(profile) = detect::identify(&headers, options.platform).profile {
                (plan.platform, plan.kind) = (profile.platform, profile.kind);
            }
        }
        Format::Json => {
            let detection = json::detect(&plan.head);
            (plan.platform, plan.kind) = (detection.platform, detection.kind);
        }
        _ => {}
    }
    Ok(plan)
}

/// Gives the plan of a spreadsheet its cells, if they are not at hand.
fn load_cells(
    file: &SourceFile,
    plan: &mut Plan,
    monitor: &dyn Monitor,
) -> Result<Option<ReadError>, Cancelled> {
    if plan.format != Format::Excel || plan.cells.is_some() {
        return Ok(None);
    }
    match excel::load_watched(file, monitor)? {
        Ok(cells) => {
            plan.cells = Some(cells);
            Ok(None)
        }
        Err(problem) => Ok(Some(problem)),
    }
}

/// Products before what points at them.
fn rank(plan: &Plan) -> u8 {
    match plan.kind {
        DataKind::Products => 0,
        DataKind::Inventory => 1,
        DataKind::Customers => 2,
        DataKind::Discounts => 3,
        DataKind::Orders | DataKind::OrderLines => 4,
        DataKind::Events | DataKind::SearchTerms => 5,
        DataKind::Unknown => 6,
    }
}

pub(super) struct Progress<'a> {
    pub monitor: &'a dyn Monitor,
    total: u64,
    before: u64,
}

impl Progress<'_> {
    /// `part` of `whole` of the current file's `steps`, counted from `from_step`.
    pub(super) fn at(
        &self,
        bytes: u64,
        part: u64,
        whole: u64,
        from_step: u64,
        steps: u64,
        phase: &str,
    ) -> Result<(), Error> {
        let part = part.min(whole);
        let done = bytes * from_step
            + (u128::from(bytes) * u128::from(steps) * u128::from(part) / u128::from(whole.max(1))) as u64;
        self.monitor.progress(self.before + done, self.total, phase);
        Ok(self.monitor.checkpoint()?)
    }
}

fn read_file(
    file: &SourceFile,
    plan: &Plan,
    options: &Options,
    emit: &mut dyn Emit,
    catalogue: &mut Catalogue,
    dates_elsewhere: &mut Option<(DateOrder, String)>,
    progress: &Progress<'_>,
) -> Result<FileReport, Error> {
    let mut report = FileReport {
        file: file.name.clone(),
        platform: plan.platform,
        kind: plan.kind,
        bytes: file.bytes,
        signature: plan.signature.clone(),
        ..FileReport::default()
    };
    let zone = plan
        .mapping
        .as_ref()
        .and_then(|mapping| mapping.time_zone.clone())
        .unwrap_or_else(|| options.time_zone.clone());
    let currency = plan
        .mapping
        .as_ref()
        .and_then(|mapping| mapping.currency.clone())
        .or_else(|| options.currency.clone());
    let mut run = FileRun::new(emit, catalogue, plan.idx as u32, &file.name, Clock::new(zone), currency);
    if let Some(mapping) = &plan.mapping {
        run.cancelled_prefix.clone_from(&mapping.cancelled_prefix);
        run.event_names.clone_from(&mapping.events);
    }
    if let Some(problem) = &plan.problem {
        say_read_error(&mut run, problem, None)?;
        return Ok(report);
    }
    let stamp = file.stamp();
    match plan.format {
        Format::Empty | Format::Unreadable => {
            let (message, advice) = unreadable(plan.format, &plan.head);
            let code = if plan.format == Format::Empty { "file_empty" } else { "file_not_readable" };
            run.warn(code, Severity::Error, None, None, message, advice)?;
            report.sha256 = digest::of(file, progress.monitor)?;
        }
        Format::Json if !plan.is_table => {
            report.encoding = text::name(text::sniff(&plan.head, plan.head.len() < HEAD_BYTES));
            let (sha256, stopped) = json::read(file, &mut run, progress)?;
            report.sha256 = sha256;
            if let Some(problem) = stopped {
                say_read_error(&mut run, &problem, None)?;
            }
        }
        Format::Delimited | Format::Excel | Format::Parquet | Format::Json | Format::Xml => {
            run.dates_elsewhere = dates_elsewhere.take();
            read_table(file, plan, options, &mut run, progress, &mut report)?;
            *dates_elsewhere = run.dates_elsewhere.take();
        }
    }
    if file.stamp() != stamp {
        // Its digest is of something that is no more, so it must not count as known.
        report.sha256.clear();
        run.warn(
            "file_changed",
            Severity::Warning,
            None,
            None,
            "The file was changed by another program while it was read, so what came in may be neither the old nor the new.",
            "Wait until the export has finished, and import the file again; rows that are there already are not doubled.",
        )?;
    }
    run.finish()?;
    report.rows_taken = run.n_taken;
    report.rows_set_aside = run.n_set_aside;
    report.rows_read = run.n_taken + run.n_set_aside;
    Ok(report)
}

struct Adapter<'a, S: Sink> {
    sink: &'a mut S,
}

impl<S: Sink> Emit for Adapter<'_, S> {
    fn record(&mut self, record: Record, file: u32, line: u64, rows: u32) -> Result<(), Error> {
        self.sink.record(record, Origin { file, line, rows }).map_err(|error| Error::Sink(Box::new(error)))
    }

    fn set_aside(&mut self, raw: &str, file: u32, line: u64, issue: Issue) -> Result<(), Error> {
        self.sink
            .set_aside(raw, Origin { file, line, rows: 1 }, issue)
            .map_err(|error| Error::Sink(Box::new(error)))
    }

    fn issue(&mut self, issue: Issue) -> Result<(), Error> {
        self.sink.issue(issue).map_err(|error| Error::Sink(Box::new(error)))
    }
}
