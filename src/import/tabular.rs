//! Tables of any format: twice over the rows. The first pass learns how each column is written (`survey`), the second
//! turns rows into records.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use super::columns::Columns;
use super::delimited::Delimited;
use super::detect::{self, Format, HEAD_BYTES};
use super::digest::Hashing;
use super::engine::{FileRun, Reject, Table};
use super::issue::Severity;
use super::meaning::{Meaning, Value};
use super::orders::OrderLayout;
use super::platform;
use super::profile::Layout;
use super::read::{Error, Options, PROGRESS_STEPS, Plan, Progress};
use super::record::{DataKind, FileReport, Platform};
use super::row::{Oddity, Row, RowSource};
use super::say::{say_doubt, say_guess, say_read_error};
use super::source::{ReadError, SourceFile};
use super::survey::{Known, Survey};
use super::text::{self, Utf8Reader};
use super::times::Clock;
use super::{digest, excel, guess, json, parquet, value, xml};
use crate::shop::TimeZoneName;

/// Rows between two looks at the monitor; a few milliseconds of work.
const ROWS_PER_CHECKPOINT: u64 = 2_048;
/// Orders whose rows do not stand together wait in memory for their last one. A file of more such rows is read several
/// times, each time another part of the orders: skipping the rows of the others is cheap, one part is written while the
/// next is read, and nobody's data goes to a scratch file.
const ROWS_WAITING: u64 = 60_000;
/// Larger files wait for more rows rather than being read more often. Parts are numbered by a byte.
const MOST_PARTS: u64 = 16;
/// Of ten steps, the first pass over a file takes so many.
const SURVEY_STEPS: u64 = 3;

/// How a table is opened; twice, once per pass.
struct Opened {
    rows: Box<dyn RowSource>,
    /// Of what passes through, where asked for and where the rows are read in the order of the bytes.
    digest: Option<digest::Pending>,
    /// Bytes of the file read so far, packed where it is packed.
    consumed: Arc<AtomicU64>,
}

impl Opened {
    fn position(&self, file: &SourceFile) -> (u64, u64) {
        match self.rows.position() {
            // Text is as far as its file, which may be packed.
            (_, 0) => (self.consumed.load(Ordering::Relaxed), file.bytes),
            position => position,
        }
    }
}

fn open(
    file: &SourceFile,
    plan: &Plan,
    (encoding, delimiter): (&'static Encoding, u8),
    with_digest: bool,
) -> Result<Opened, ReadError> {
    let consumed = Arc::new(AtomicU64::new(0));
    let (rows, digest) = match plan.format {
        Format::Excel => match &plan.cells {
            Some(cells) => (excel::rows(cells), None),
            None => (excel::open(file)?, None),
        },
        Format::Parquet => (parquet::open(file)?, None),
        Format::Json => (json::open(file)?, None),
        Format::Xml => (xml::open(file, plan.fields.as_ref())?, None),
        _ => {
            let stream = file.stream_counting(&consumed)?;
            let (stream, digest): (Box<dyn Read + Send>, _) = if with_digest {
                let (hashing, digest) = Hashing::new(stream, file.bytes);
                (Box::new(hashing), Some(digest))
            } else {
                (stream, None)
            };
            let rows: Box<dyn RowSource> =
                Box::new(Delimited::new(Utf8Reader::new(stream, encoding), delimiter));
            (rows, digest)
        }
    };
    Ok(Opened { rows, digest, consumed })
}

fn text_format(plan: &Plan) -> (&'static Encoding, u8) {
    if plan.format != Format::Delimited {
        return (UTF_8, b',');
    }
    let named = plan.reading.encoding.as_deref().and_then(text::by_name);
    let encoding = named.unwrap_or_else(|| text::sniff(&plan.head, plan.head.len() < HEAD_BYTES));
    let delimiter = plan
        .reading
        .delimiter_byte()
        .unwrap_or_else(|| super::delimited::sniff_delimiter(&text::decode_head(&plan.head, encoding)));
    (encoding, delimiter)
}

pub(super) fn first_rows(
    file: &SourceFile,
    plan: &Plan,
    options: &Options,
) -> Result<Vec<Vec<String>>, ReadError> {
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
    let mut opened = open(file, plan, (UTF_8, b','), false)?;
    let mut row = Row::default();
    let mut rows = Vec::new();
    while rows.len() < 40 && opened.rows.next_row(&mut row)? {
        rows.push(row.cells().map(|cell| cell.trim().to_owned()).collect());
    }
    Ok(rows)
}

/// Reads one table into records.
pub(super) fn read_table(
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
            report.sha256 = digest::of(file, progress.monitor)?;
            report.ignored_columns.clone_from(&found.headers);
            let mut message = detect::unknown_columns(&file.name, &found.headers);
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
            let guess = guess::suggest(&found.headers, first.get(1..).unwrap_or_default());
            message.push_str(&say_guess(&guess));
            return run.warn(
                "file_not_recognised",
                Severity::Error,
                Some(1),
                None,
                message,
                if guess.kind == DataKind::Unknown {
                    "Say what the columns mean in the import window; or let --save-mapping FILE write a first mapping, complete it and pass it with --mapping."
                } else {
                    "Say what the columns mean in the import window; or import it as it looks with --guess; or let --save-mapping FILE write a first mapping, correct it and pass it with --mapping."
                },
            );
        };
        if let Layout::Unused(why) = profile.layout {
            report.sha256 = digest::of(file, progress.monitor)?;
            report.ignored_columns = found.headers;
            return run.warn("file_not_used", Severity::Note, None, None, why, "Nothing needs to be done.");
        }
        (found.columns, profile.layout, found.n_above)
    };
    if let Some(cells) = plan.cells.as_ref().filter(|cells| !cells.others.is_empty()) {
        run.warn(
            "sheets_not_read",
            Severity::Warning,
            None,
            None,
            format!(
                "The workbook holds data on further sheets ({}); only “{}” was read.",
                cells.others.join(", "),
                cells.name
            ),
            "Save each of the other sheets as a file of its own and import those too.",
        )?;
    }
    run.delimiter = char::from(delimiter);
    if plan.format == Format::Delimited {
        report.delimiter = char::from(delimiter).to_string();
    }
    report.ignored_columns = columns.unmatched();
    let known = Known {
        dates: plan.reading.date_order.or(options.dates),
        decimal: plan.reading.decimal_mark.or(options.decimal),
        dates_elsewhere: run.dates_elsewhere.clone(),
        month_first_is_likely: run.currency.as_ref().is_some_and(|currency| currency.0 == "USD")
            || plan.platform == Platform::Etsy,
        comma_is_likely: delimiter == b';',
    };

    // First pass.
    let survey = loop {
        let (passed, sha256) =
            match survey_pass(file, plan, (encoding, delimiter), n_above, &columns, progress) {
                Ok(passed) => passed?,
                Err(problem) => return say_read_error(run, &problem, None),
            };
        report.sha256 = sha256;
        let valid = passed.n_non_ascii_rows - passed.n_invalid_rows.min(passed.n_non_ascii_rows);
        let is_told = plan.reading.encoding.is_some();
        let wrong = !is_told && encoding == UTF_8 && passed.n_invalid_rows * 10 > valid;
        if !wrong || plan.format != Format::Delimited || passed.n_invalid_rows == 0 {
            break passed;
        }
        encoding = WINDOWS_1252;
    };
    report.encoding =
        if plan.format == Format::Delimited { text::name(encoding) } else { "utf-8".to_owned() };
    if report.sha256.is_empty() {
        report.sha256 = digest::of(file, progress.monitor)?;
    }
    if encoding == WINDOWS_1252 && plan.reading.encoding.is_none() {
        run.warn(
            "encoding_guessed",
            Severity::Note,
            None,
            None,
            "The file is not UTF-8, so it was read as Windows-1252, as older spreadsheets save it.",
            "If names look wrong, name the encoding (--encoding windows-1250 and the like), or export the file again as UTF-8.",
        )?;
    }
    let (n_rows, is_scattered) = (survey.n_rows, survey.is_scattered);
    if let Some(order) = survey.dates_beyond_doubt()
        && run.dates_elsewhere.is_none()
    {
        run.dates_elsewhere = Some((order, file.name.clone()));
    }
    let (dates_matter, decimals_matter) = (survey.dates_matter(), survey.decimals_matter());
    let doubts = survey.decide(&mut columns, &known);
    if let Some(mapping) = &plan.mapping {
        mapping.apply_formats(&mut columns);
    }
    for doubt in doubts {
        say_doubt(run, doubt)?;
    }
    let format_of = |wanted: &dyn Fn(Value) -> bool| {
        columns
            .bound
            .iter()
            .find(|column| wanted(column.meaning.value()))
            .map(|column| columns.format(column.idx))
    };
    report.date_order =
        format_of(&|value| value == Value::Time).filter(|_| dates_matter).map(|format| format.order);
    report.decimal_mark =
        format_of(&|value| value == Value::Money).filter(|_| decimals_matter).map(|format| format.mark);
    let Some(table) = layout.table(plan.platform, &columns, is_scattered) else {
        return Ok(());
    };
    let mut table = FreedElsewhere(Some(table));
    let Some(table) = &mut table.0 else {
        return Ok(());
    };

    // Second pass; several where the rows of too many orders would wait for each other.
    let most_waiting = options.most_rows_waiting.unwrap_or(ROWS_WAITING.max(n_rows / MOST_PARTS)).max(1);
    let n_parts = if is_scattered { n_rows.div_ceil(most_waiting).max(1) } else { 1 };
    let mut row = Row::default();
    let mut n = 0_u64;
    let phase = format!("Reading {}", file.name);
    // The part of every row, so that later passes need not look into rows of the others.
    let remembers = 1 < n_parts && n_parts <= 256;
    let mut part_of: Vec<u8> = Vec::with_capacity(if remembers { n_rows as usize } else { 0 });
    for part in 0..n_parts {
        let mut n_in_pass = 0_usize;
        let mut rows = match open(file, plan, (encoding, delimiter), false) {
            Ok(opened) => opened.rows,
            Err(problem) => return say_read_error(run, &problem, None),
        };
        let mut above = n_above + 1;
        let stopped = loop {
            let is_of_others =
                above == 0 && 0 < part && part_of.get(n_in_pass).is_some_and(|own| u64::from(*own) != part);
            let read = if is_of_others { rows.skip_row(&mut row) } else { rows.next_row(&mut row) };
            match read {
                Ok(true) => {}
                Ok(false) => break None,
                Err(problem) => break Some(problem),
            }
            if above > 0 {
                above -= 1;
                continue;
            }
            n += 1;
            n_in_pass += 1;
            if n.is_multiple_of(ROWS_PER_CHECKPOINT) {
                let whole = n_rows * n_parts;
                progress.at(file.bytes, n, whole, SURVEY_STEPS, PROGRESS_STEPS - SURVEY_STEPS, &phase)?;
            }
            if is_of_others {
                continue;
            }
            if n_parts > 1 {
                let own = table.group(&row, &columns) % n_parts;
                if remembers && part == 0 {
                    part_of.push(own as u8);
                }
                if own != part {
                    continue;
                }
            }
            if check_shape(&row, &columns, run)? {
                table.row(&row, &columns, run)?;
            }
        };
        table.finish_part(run)?;
        if let Some(problem) = stopped.filter(|_| part == 0) {
            say_read_error(run, &problem, Some(row.line))?;
        }
    }
    table.finish(run)?;
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

/// Millions of waiting orders take a second to free, which nobody who cancels has to wait for.
struct FreedElsewhere(Option<Box<dyn Table + Send>>);

impl Drop for FreedElsewhere {
    fn drop(&mut self) {
        let table = self.0.take();
        std::thread::spawn(move || drop(table));
    }
}

type Passed = Result<(Survey, String), Error>;

fn survey_pass(
    file: &SourceFile,
    plan: &Plan,
    text_format: (&'static Encoding, u8),
    n_above: usize,
    columns: &Columns,
    progress: &Progress<'_>,
) -> Result<Passed, ReadError> {
    let mut opened = open(file, plan, text_format, true)?;
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
            && let (part, whole) = opened.position(file)
            && let Err(error) = progress.at(file.bytes, part, whole, 0, SURVEY_STEPS, &phase)
        {
            return Ok(Err(error));
        }
    }
    // The reader goes first: its end is the digest's.
    drop(opened.rows);
    let sha256 = opened.digest.map(digest::Pending::finish).unwrap_or_default();
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
    if row.oddity == Some(Oddity::TooLong) {
        let reject = Reject::new(
            "row_endless",
            "A line of more than 16 MB stands here, which no export holds; this is its beginning.",
            "Export the file again. If it is one long line on purpose, split it into lines first.",
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
                Value::Money => value::money(cell, format.mark, 2).is_none(),
                Value::Number => value::count(cell, format.mark).is_none(),
                Value::Time => clock.read(cell, format.order).is_none(),
                Value::Flag => value::flag(cell).is_none(),
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
