//! What is said about files and columns, in words.

use super::Error;
use super::detect::Format;
use super::engine::FileRun;
use super::guess::Suggestion;
use super::issue::Severity;
use super::mapping::MappingError;
use super::record::DataKind;
use super::source::ReadError;
use super::survey::Doubt;
use super::times::DateOrder;
use super::value::DecimalMark;

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

/// Code, what is wrong, and what to do.
pub(super) fn explain(problem: &ReadError) -> (&'static str, String, &'static str) {
    match problem {
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
    }
}

/// ` It looks like order lines: InvoiceNo is the order number, …`; empty where nothing is guessed.
pub(super) fn say_guess(guess: &Suggestion) -> String {
    let kind = match guess.kind {
        DataKind::Products => "products",
        DataKind::Customers => "customers",
        DataKind::Orders => "orders",
        DataKind::OrderLines => "order lines",
        DataKind::Events => "events",
        DataKind::Inventory => "stock",
        DataKind::Discounts => "discounts",
        DataKind::SearchTerms => "search terms",
        DataKind::Unknown => return String::new(),
    };
    let columns: Vec<String> = guess
        .guesses
        .iter()
        .filter_map(|column| Some(format!("{} = {}", column.header, column.meaning?.label())))
        .collect();
    let lacks = match guess.mapping().check() {
        Err(MappingError::Lacks(what)) => format!(" It lacks {what}."),
        _ => String::new(),
    };
    format!(" It looks like {kind}: {}.{lacks}", columns.join(", "))
}

pub(super) fn say_read_error(
    run: &mut FileRun<'_>,
    problem: &ReadError,
    line: Option<u64>,
) -> Result<(), Error> {
    let (code, message, advice) = explain(problem);
    run.warn(code, Severity::Error, line, None, message, advice)
}

pub(super) fn say_doubt(run: &mut FileRun<'_>, doubt: Doubt) -> Result<(), Error> {
    let order = |order: DateOrder| match order {
        DateOrder::DayFirst => "day first",
        DateOrder::MonthFirst => "month first",
    };
    let mark = |mark: DecimalMark| match mark {
        DecimalMark::Dot => "a decimal point",
        DecimalMark::Comma => "a decimal comma",
    };
    let (code, column, message, advice) = match doubt {
        Doubt::Dates { column, example, assumed, as_in: Some(other) } => {
            return run.warn(
                "dates_as_elsewhere",
                Severity::Note,
                None,
                Some(&column),
                format!(
                    "Dates can be read two ways ({example}); they were read {}, because those of {other} are.",
                    order(assumed)
                ),
                "Choose the other order (--dates FILE=day-first or --dates FILE=month-first) and import again if that is wrong.",
            );
        }
        Doubt::Dates { column, example, assumed, as_in: None } => (
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
            "Choose dot or comma (--decimal dot or --decimal comma) and import again if that is wrong.",
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
