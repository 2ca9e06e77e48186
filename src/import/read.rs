//! Files to records: two passes over each file, products first, whatever the order the files were given in.

use std::io::Read;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use sha2::{Digest as _, Sha256};

use super::columns::Columns;
use super::delimited::Delimited;
use super::detect::{self, Format, HEAD_BYTES};
use super::engine::{Emit, FileRun, Reject};
use super::issue::{Issue, Severity};
use super::mapping::Mapping;
use super::meaning::{Meaning, Value};
use super::orders::OrderLayout;
use super::platform;
use super::products::Catalogue;
use super::profile::Layout;
use super::record::{DataKind, FileReport, Origin, Platform, Record, Sink};
use super::row::{Oddity, Row, RowSource};
use super::source::{ReadError, SourceFile};
use super::survey::{Doubt, Known, Survey};
use super::text::{self, Utf8Reader};
use super::value::{Clock, DateOrder, DecimalMark};
use super::{excel, json, parquet, xml};
use crate::shop::{Cancelled, Currency, Monitor, TimeZoneName};

/// What the person said beforehand.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Only this platform's profiles are tried.
    pub platform: Option<Platform>,
    /// Used for every file that has all its columns; the first that fits wins.
    pub mappings: Vec<Mapping>,
    /// Of amounts without one. Product exports hardly ever say it.
    pub currency: Option<Currency>,
    pub dates: Option<DateOrder>,
    pub decimal: Option<DecimalMark>,
    /// Of times without an offset.
    pub time_zone: TimeZoneName,
}

/// Why an import stopped. What is wrong with a file is an issue instead.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    #[error("storing what was read failed")]
    Sink(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Rows between two looks at the monitor; a few milliseconds of work.
const ROWS_PER_CHECKPOINT: u64 = 2_048;
const PROGRESS_STEPS: u64 = 10;
/// Of ten steps, the first pass over a file takes so many.
const SURVEY_STEPS: u64 = 3;

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
        plans.push(plan(idx, file, options));
    }
    plans.sort_by(|a, b| (rank(a), &files[a.idx].name, a.idx).cmp(&(rank(b), &files[b.idx].name, b.idx)));
    let mut progress =
        Progress { monitor, total: files.iter().map(|file| file.bytes * PROGRESS_STEPS).sum(), before: 0 };
    let mut reports: Vec<FileReport> = vec![FileReport::default(); files.len()];
    let mut products_open = true;
    for plan in plans {
        if products_open && rank(&plan) > 0 {
            catalogue.finish(&names, &mut emit)?;
            products_open = false;
        }
        let (idx, file) = (plan.idx, &files[plan.idx]);
        let report = read_file(file, &plan, options, &mut emit, &mut catalogue, &progress)?;
        reports[idx] = report;
        progress.before += file.bytes * PROGRESS_STEPS;
    }
    catalogue.finish(&names, &mut emit)?;
    monitor.progress(progress.total, progress.total, "Read all files");
    Ok(reports)
}

/// What is known of a file before it is read.
struct Plan {
    idx: usize,
    format: Format,
    /// Rows and columns, read by a profile or a mapping.
    is_table: bool,
    head: Vec<u8>,
    platform: Platform,
    kind: DataKind,
    mapping: Option<Mapping>,
    problem: Option<ReadError>,
}

fn plan(idx: usize, file: &SourceFile, options: &Options) -> Plan {
    let mut plan = Plan {
        idx,
        format: Format::Unreadable,
        is_table: false,
        head: Vec::new(),
        platform: Platform::Unknown,
        kind: DataKind::Unknown,
        mapping: None,
        problem: None,
    };
    match file.head(HEAD_BYTES) {
        Ok(head) => plan.head = head,
        Err(problem) => {
            plan.problem = Some(problem);
            return plan;
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
            let headers = match first_rows(file, &plan, options) {
                Ok(rows) => rows,
                Err(problem) => {
                    plan.problem = Some(problem);
                    return plan;
                }
            };
            let mapping = options
                .mappings
                .iter()
                .find(|mapping| headers.first().is_some_and(|header| mapping.fits(header)));
            if let Some(mapping) = mapping {
                plan.mapping = Some(mapping.clone());
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
    plan
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
    monitor: &'a dyn Monitor,
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
    progress: &Progress<'_>,
) -> Result<FileReport, Error> {
    let mut report = FileReport {
        file: file.name.clone(),
        platform: plan.platform,
        kind: plan.kind,
        bytes: file.bytes,
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
    match plan.format {
        Format::Empty | Format::Unreadable => {
            let (message, advice) = unreadable(plan.format, &plan.head);
            let code = if plan.format == Format::Empty { "file_empty" } else { "file_not_readable" };
            run.warn(code, Severity::Error, None, None, message, advice)?;
            report.sha256 = hash(file, progress)?;
        }
        Format::Json if !plan.is_table => {
            report.encoding = text::name(text::sniff(&plan.head, plan.head.len() < HEAD_BYTES));
            report.sha256 = hash(file, progress)?;
            let stopped = json::read(file, &mut run, progress)?;
            if let Some(problem) = stopped {
                say_read_error(&mut run, &problem, None)?;
            }
        }
        Format::Delimited | Format::Excel | Format::Parquet | Format::Json | Format::Xml => {
            read_table(file, plan, options, &mut run, progress, &mut report)?;
        }
    }
    run.finish()?;
    report.rows_taken = run.n_taken;
    report.rows_set_aside = run.n_set_aside;
    report.rows_read = run.n_taken + run.n_set_aside;
    Ok(report)
}

fn hash(file: &SourceFile, progress: &Progress<'_>) -> Result<String, Error> {
    let mut hasher = Sha256::new();
    if let Ok(mut stream) = file.stream() {
        let mut buf = vec![0_u8; 256 * 1024];
        while let Ok(n) = stream.read(&mut buf) {
            if n == 0 {
                break;
            }
            hasher.update(&buf[..n]);
            progress.monitor.checkpoint()?;
        }
    }
    Ok(hex(&hasher.finalize()))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        // Writing to a string cannot fail.
        write!(out, "{byte:02x}").unwrap_or_default();
        out
    })
}

/// Hashes what passes through.
struct Hashing<R> {
    inner: R,
    hasher: std::sync::Arc<std::sync::Mutex<Sha256>>,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let n = self.inner.read(out)?;
        if let Ok(mut hasher) = self.hasher.lock() {
            hasher.update(&out[..n]);
        }
        Ok(n)
    }
}

/// How a table is opened; twice, once per pass.
struct Opened {
    rows: Box<dyn RowSource>,
    hasher: Option<std::sync::Arc<std::sync::Mutex<Sha256>>>,
}

fn open(
    file: &SourceFile,
    format: Format,
    encoding: &'static Encoding,
    delimiter: u8,
) -> Result<Opened, ReadError> {
    Ok(match format {
        Format::Excel => Opened { rows: excel::open(file)?, hasher: None },
        Format::Parquet => Opened { rows: parquet::open(file)?, hasher: None },
        Format::Json => Opened { rows: json::open(file)?, hasher: None },
        Format::Xml => Opened { rows: xml::open(file)?, hasher: None },
        _ => {
            let hasher = std::sync::Arc::new(std::sync::Mutex::new(Sha256::new()));
            let hashing = Hashing { inner: file.stream()?, hasher: std::sync::Arc::clone(&hasher) };
            Opened {
                rows: Box::new(Delimited::new(Utf8Reader::new(hashing, encoding), delimiter)),
                hasher: Some(hasher),
            }
        }
    })
}

fn text_format(plan: &Plan) -> (&'static Encoding, u8) {
    if plan.format != Format::Delimited {
        return (UTF_8, b',');
    }
    let named = plan.mapping.as_ref().and_then(|mapping| mapping.encoding.as_deref()).and_then(text::by_name);
    let encoding = named.unwrap_or_else(|| text::sniff(&plan.head, plan.head.len() < HEAD_BYTES));
    let given =
        plan.mapping.as_ref().and_then(|mapping| mapping.delimiter.as_deref()).and_then(|delimiter| {
            match delimiter {
                "tab" | "\\t" => Some(b'\t'),
                other => other.bytes().next(),
            }
        });
    let delimiter =
        given.unwrap_or_else(|| super::delimited::sniff_delimiter(&text::decode_head(&plan.head, encoding)));
    (encoding, delimiter)
}

fn first_rows(file: &SourceFile, plan: &Plan, options: &Options) -> Result<Vec<Vec<String>>, ReadError> {
    if plan.format == Format::Delimited {
        let (encoding, delimiter) = text_format(plan);
        let given = options
            .mappings
            .iter()
            .find_map(|mapping| mapping.delimiter.as_deref())
            .and_then(|delimiter| delimiter.bytes().next());
        let text = text::decode_head(&plan.head, encoding);
        let rows = detect::first_rows(&text, delimiter, 40, plan.head.len() < HEAD_BYTES);
        if rows.first().is_some_and(|row| row.len() < 2)
            && let Some(given) = given
        {
            return Ok(detect::first_rows(&text, given, 40, plan.head.len() < HEAD_BYTES));
        }
        return Ok(rows);
    }
    let mut opened = open(file, plan.format, UTF_8, b',')?;
    let mut row = Row::default();
    let mut rows = Vec::new();
    while rows.len() < 40 && opened.rows.next_row(&mut row)? {
        rows.push(row.cells().map(|cell| cell.trim().to_owned()).collect());
    }
    Ok(rows)
}

fn read_table(
    file: &SourceFile,
    plan: &Plan,
    options: &Options,
    run: &mut FileRun<'_>,
    progress: &Progress<'_>,
    report: &mut FileReport,
) -> Result<(), Error> {
    let (mut encoding, delimiter) = text_format(plan);
    let first = match first_rows(file, plan, options) {
        Ok(rows) => rows,
        Err(problem) => return say_read_error(run, &problem, None),
    };
    let (mut columns, layout, n_above) = if let Some(mapping) = &plan.mapping {
        let columns = mapping.bind(first.first().map_or(&[][..], Vec::as_slice));
        let layout = mapped_layout(mapping.kind);
        (columns, layout, 0)
    } else {
        let found = detect::identify(&first, options.platform);
        let Some(profile) = found.profile else {
            report.sha256 = hash(file, progress)?;
            report.ignored_columns.clone_from(&found.headers);
            let message = detect::unknown_columns(&file.name, &found.headers);
            if found.headers.len() < 2 {
                return run.warn(
                    "file_without_columns",
                    Severity::Note,
                    Some(1),
                    None,
                    message,
                    "Leave the file out.",
                );
            }
            return run.warn(
                "file_not_recognised",
                Severity::Error,
                Some(1),
                None,
                message,
                "Say what the columns mean in the import window, or write a mapping file and pass it with --mapping.",
            );
        };
        if let Layout::Unused(why) = profile.layout {
            report.sha256 = hash(file, progress)?;
            report.ignored_columns = found.headers;
            return run.warn("file_not_used", Severity::Note, None, None, why, "Nothing needs to be done.");
        }
        (found.columns, profile.layout, found.n_above)
    };
    run.delimiter = char::from(delimiter);
    if plan.format == Format::Delimited {
        report.delimiter = char::from(delimiter).to_string();
    }
    report.ignored_columns = columns.unmatched();
    let known = Known {
        dates: options.dates.or(plan.mapping.as_ref().and_then(|mapping| mapping.date_order)),
        decimal: options.decimal.or(plan.mapping.as_ref().and_then(|mapping| mapping.decimal_mark)),
        month_first_is_likely: run.currency.as_ref().is_some_and(|currency| currency.0 == "USD")
            || plan.platform == Platform::Etsy,
        comma_is_likely: delimiter == b';',
    };

    // First pass.
    let survey = loop {
        let (passed, sha256) =
            match survey_pass(file, plan.format, encoding, delimiter, n_above, &columns, progress) {
                Ok(passed) => passed?,
                Err(problem) => return say_read_error(run, &problem, None),
            };
        report.sha256 = sha256;
        let valid = passed.n_non_ascii_rows - passed.n_invalid_rows.min(passed.n_non_ascii_rows);
        let wrong = encoding == UTF_8 && passed.n_invalid_rows * 10 > valid;
        if !wrong || plan.format != Format::Delimited || passed.n_invalid_rows == 0 {
            break passed;
        }
        encoding = WINDOWS_1252;
    };
    report.encoding =
        if plan.format == Format::Delimited { text::name(encoding) } else { "utf-8".to_owned() };
    if report.sha256.is_empty() {
        report.sha256 = hash(file, progress)?;
    }
    if encoding == WINDOWS_1252 {
        run.warn(
            "encoding_guessed",
            Severity::Note,
            None,
            None,
            "The file is not UTF-8, so it was read as Windows-1252, as older spreadsheets save it.",
            "If names look wrong, export the file again as UTF-8.",
        )?;
    }
    let (n_rows, is_scattered) = (survey.n_rows, survey.is_scattered);
    let doubts = survey.decide(&mut columns, known);
    if let Some(mapping) = &plan.mapping {
        mapping.apply_formats(&mut columns);
    }
    for doubt in doubts {
        say_doubt(run, doubt)?;
    }
    let Some(mut table) = layout.table(plan.platform, &columns, is_scattered) else {
        return Ok(());
    };

    // Second pass.
    let mut rows = match open(file, plan.format, encoding, delimiter) {
        Ok(opened) => opened.rows,
        Err(problem) => return say_read_error(run, &problem, None),
    };
    let mut row = Row::default();
    let mut n = 0_u64;
    let mut above = n_above + 1;
    let phase = format!("Reading {}", file.name);
    let stopped = loop {
        match rows.next_row(&mut row) {
            Ok(true) => {}
            Ok(false) => break None,
            Err(problem) => break Some(problem),
        }
        if above > 0 {
            above -= 1;
            continue;
        }
        n += 1;
        if n.is_multiple_of(ROWS_PER_CHECKPOINT) {
            progress.at(file.bytes, n, n_rows, SURVEY_STEPS, PROGRESS_STEPS - SURVEY_STEPS, &phase)?;
        }
        if check_shape(&row, &columns, run)? {
            table.row(&row, &columns, run)?;
        }
    };
    table.finish(run)?;
    if let Some(problem) = stopped {
        say_read_error(run, &problem, Some(row.line))?;
    }
    if n == 0 {
        run.warn(
            "file_without_rows",
            Severity::Note,
            Some(1),
            None,
            "The file has a header and no rows below it.",
            "If the store has such data, export it again without a filter.",
        )?;
    }
    Ok(())
}

type Passed = Result<(Survey, String), Error>;

fn survey_pass(
    file: &SourceFile,
    format: Format,
    encoding: &'static Encoding,
    delimiter: u8,
    n_above: usize,
    columns: &Columns,
    progress: &Progress<'_>,
) -> Result<Passed, ReadError> {
    let mut opened = open(file, format, encoding, delimiter)?;
    let mut survey = Survey::new(columns);
    let mut row = Row::default();
    let mut n = 0_u64;
    let phase = format!("Checking {}", file.name);
    // A file that breaks off is surveyed as far as it goes; the second pass says so.
    while let Ok(true) = opened.rows.next_row(&mut row) {
        n += 1;
        if n <= n_above as u64 + 1 {
            continue;
        }
        survey.row(&row);
        if n.is_multiple_of(ROWS_PER_CHECKPOINT)
            && let Err(error) = progress.at(
                file.bytes,
                opened.rows.consumed(),
                file.bytes.max(opened.rows.consumed()),
                0,
                SURVEY_STEPS,
                &phase,
            )
        {
            return Ok(Err(error));
        }
    }
    let sha256 = opened
        .hasher
        .and_then(|hasher| hasher.lock().ok().map(|hasher| hex(&hasher.clone().finalize())))
        .unwrap_or_default();
    Ok(Ok((survey, sha256)))
}

/// Sets rows aside that are no rows; true when the row is to be read.
fn check_shape(row: &Row, columns: &Columns, run: &mut FileRun<'_>) -> Result<bool, Error> {
    let width = columns.headers.len();
    if row.oddity == Some(Oddity::UnclosedQuote) {
        let reject = Reject::new(
            "quote_unclosed",
            "A quotation mark opens a cell here and never closes, so the rest of the file would vanish into it.",
            "Remove the quotation mark or double it, and import the file again.",
        );
        run.set_aside(row, columns, &reject)?;
        return Ok(false);
    }
    if row.is_blank() {
        let reject = Reject::new(
            "row_blank",
            "All cells of the row are empty.",
            "Nothing needs to be done, unless the cells were cleared by mistake.",
        );
        run.set_aside(row, columns, &reject)?;
        return Ok(false);
    }
    if row.len() == width && row.cells().zip(&columns.headers).all(|(cell, header)| cell.trim() == header) {
        let reject = Reject::new(
            "header_repeated",
            "The header stands here once more, as when files are joined.",
            "Nothing needs to be done.",
        );
        run.set_aside(row, columns, &reject)?;
        return Ok(false);
    }
    if row.oddity == Some(Oddity::InvalidText) {
        run.warn(
            "text_damaged",
            Severity::Warning,
            Some(row.line),
            None,
            "Some characters of the row are damaged and were replaced by �.",
            "Export the file again as UTF-8.",
        )?;
    }
    let n_extra = (width..row.len()).filter(|idx| !row.get(*idx).is_empty()).count();
    if n_extra > 0 {
        if is_shifted(row, columns) {
            let reject = Reject::new(
                "row_too_long",
                format!(
                    "The row has {} cells where the header has {width}, and its values stand in the wrong columns.",
                    row.len()
                ),
                "Look for a comma or quotation mark too many in this row, correct it, and import the file again.",
            );
            run.set_aside(row, columns, &reject)?;
            return Ok(false);
        }
        run.warn(
            "row_too_long",
            Severity::Warning,
            Some(row.line),
            None,
            format!("The row has {} cells where the header has {width}; what is beyond the last column was left out.", row.len()),
            "Check the row: a comma or quotation mark may be too many.",
        )?;
    } else if row.len() < width {
        run.warn(
            "row_too_short",
            Severity::Note,
            Some(row.line),
            None,
            format!(
                "The row has {} cells where the header has {width}; the missing ones count as blank.",
                row.len()
            ),
            "Nothing needs to be done if the last columns are empty anyway.",
        )?;
    }
    Ok(true)
}

/// Amounts, counts or times that are none betray a row whose cells moved.
fn is_shifted(row: &Row, columns: &Columns) -> bool {
    let mut clock = Clock::new(TimeZoneName::default());
    columns.bound.iter().any(|column| {
        let cell = row.get(column.idx);
        let format = columns.format(column.idx);
        !cell.is_empty()
            && match column.meaning.value() {
                Value::Money => super::value::money(cell, format.mark, 2).is_none(),
                Value::Number => super::value::count(cell, format.mark).is_none(),
                Value::Time => clock.read(cell, format.order).is_none(),
                Value::Flag => super::value::flag(cell).is_none(),
                Value::Text => column.meaning == Meaning::Currency && cell.len() != 3,
            }
    })
}

fn mapped_layout(kind: DataKind) -> Layout {
    match kind {
        DataKind::Products => Layout::Products(platform::MAPPED_PRODUCTS),
        DataKind::Customers => Layout::Customers,
        DataKind::Orders | DataKind::OrderLines | DataKind::Unknown => Layout::Orders(OrderLayout::default()),
        DataKind::Events => Layout::Events(super::events::EventLayout::default()),
        DataKind::Inventory => Layout::Inventory,
        DataKind::Discounts => Layout::Discounts,
        DataKind::SearchTerms => Layout::SearchTerms,
    }
}

pub(super) fn unreadable(format: Format, head: &[u8]) -> (String, &'static str) {
    if format == Format::Empty {
        return ("The file is empty.".to_owned(), "Export it again; the export may have been interrupted.");
    }
    let what = match head {
        [b'%', b'P', b'D', b'F', ..] => "a PDF",
        [0x89, b'P', b'N', b'G', ..] | [0xff, 0xd8, 0xff, ..] => "a picture",
        [0x1f, 0x8b, ..] => "a damaged gzip archive",
        [b'P', b'K', ..] => "a zip archive inside another one, or a damaged one",
        [b'R', b'a', b'r', b'!', ..] => "a RAR archive",
        [b'7', b'z', 0xbc, 0xaf, ..] => "a 7-Zip archive",
        [b'S', b'Q', b'L', b'i', ..] => "a SQLite database",
        _ => "binary data",
    };
    (
        format!("The file holds {what}, no table."),
        "Export the data as CSV, Excel, JSON or Parquet and import that file.",
    )
}

fn say_read_error(run: &mut FileRun<'_>, problem: &ReadError, line: Option<u64>) -> Result<(), Error> {
    let (code, message, advice) = match problem {
        ReadError::Truncated => (
            "file_truncated",
            "The compressed file ends early. The rows up to here were read, the rest is missing.".to_owned(),
            "Download or export the file again; the transfer was probably interrupted.",
        ),
        ReadError::Damaged => (
            "file_damaged",
            "The compressed data is damaged from here on. The rows before were read.".to_owned(),
            "Download or export the file again.",
        ),
        ReadError::TooLarge => (
            "archive_too_large",
            "The archive unpacks to more than 250 times its size, which no export does, so reading stopped."
                .to_owned(),
            "If the file is genuine, unpack it yourself and import what is inside.",
        ),
        ReadError::Unsupported => (
            "archive_unsupported",
            "The file is encrypted or packed in a way that cannot be read.".to_owned(),
            "Unpack the archive yourself and import what is inside.",
        ),
        ReadError::Missing => ("file_missing", "There is no such file.".to_owned(), "Check the path."),
        ReadError::Forbidden => (
            "file_forbidden",
            "There is no permission to read it.".to_owned(),
            "Change the permissions of the file, or copy it to your own folder.",
        ),
        ReadError::EmptyFolder => (
            "folder_empty",
            "The folder holds no files that can be read.".to_owned(),
            "Choose the folder with the export files.",
        ),
        ReadError::Io(what) => (
            "file_unreadable",
            format!("Reading stopped: {what}."),
            "Check the disk or the network and try again.",
        ),
        ReadError::Malformed(what) => {
            ("file_malformed", format!("{what} What came before was read."), "Export the file again.")
        }
    };
    run.warn(code, Severity::Error, line, None, message, advice)
}

fn say_doubt(run: &mut FileRun<'_>, doubt: Doubt) -> Result<(), Error> {
    let order = |order: DateOrder| match order {
        DateOrder::DayFirst => "day first",
        DateOrder::MonthFirst => "month first",
    };
    let mark = |mark: DecimalMark| match mark {
        DecimalMark::Dot => "a decimal point",
        DecimalMark::Comma => "a decimal comma",
    };
    let (code, column, message, advice) = match doubt {
        Doubt::Dates { column, example, assumed } => (
            "dates_ambiguous",
            column,
            format!("Dates can be read two ways ({example}); they were read {}.", order(assumed)),
            "Choose day first or month first (--dates day-first or --dates month-first) and import again if that is wrong.",
        ),
        Doubt::MixedDates { column, assumed } => (
            "dates_mixed",
            column,
            format!("Some dates put the day first, others the month; they were read {}.", order(assumed)),
            "Make the column one format in the file; dates that cannot be read are set aside.",
        ),
        Doubt::Decimals { column, example, assumed } => (
            "decimals_ambiguous",
            column,
            format!("Amounts can be read two ways ({example}); they were read with {}.", mark(assumed)),
            "Set decimal_mark for the column in a mapping and import again if that is wrong.",
        ),
        Doubt::MixedDecimals { column, assumed } => (
            "decimals_mixed",
            column,
            format!(
                "Some amounts have a decimal point, others a decimal comma; they were read with {}.",
                mark(assumed)
            ),
            "Make the column one format in the file.",
        ),
    };
    run.warn(code, Severity::Warning, None, Some(&column), message, advice)
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
