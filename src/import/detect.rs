//! What a file is, told from its first bytes: format, encoding, delimiter, platform, kind, and what its columns mean.
//! Names and extensions are never looked at.

use serde::{Deserialize, Serialize};

use super::columns::{Columns, header_signature};
use super::delimited::{Delimited, sniff_delimiter};
use super::guess;
use super::meaning::Meaning;
use super::profile::{self, Layout, Profile};
use super::record::{DataKind, Platform};
use super::row::{Row, RowSource as _};
use super::survey::{Known, Survey};
use super::text;
use super::times::DateOrder;
use super::value::DecimalMark;

/// Detection looks at no more than this.
pub const HEAD_BYTES: usize = 256 * 1024;
/// Reports put a title or a date range above the header now and then.
const MOST_LINES_ABOVE_HEADER: usize = 8;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    Delimited,
    Json,
    Xml,
    Excel,
    Parquet,
    Empty,
    #[default]
    Unreadable,
}

/// The answer for one file, before anything is read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Detection {
    pub platform: Platform,
    pub kind: DataKind,
    pub format: Format,
    pub encoding: String,
    /// `,` `;` tab or `|`; empty for formats without one.
    pub delimiter: String,
    /// Order of day and month in this sample, where it matters.
    pub date_order: DateOrder,
    pub decimal_mark: DecimalMark,
    /// The same for the same set of columns, in any order; empty without columns.
    pub header_signature: String,
    /// 0…1: share of the columns that were understood, 0 when the file is unknown.
    pub confidence: f64,
    pub columns: Vec<ColumnGuess>,
    /// Headers nothing was understood of.
    pub unmatched: Vec<String>,
    /// Why nothing can be read, or why a known file is of no use.
    pub problem: Option<String>,
    /// First records of the file, as text, for the wizard.
    pub sample: Vec<Vec<String>>,
}

/// What one column probably means.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ColumnGuess {
    pub header: String,
    pub meaning: Option<Meaning>,
    pub sure: Sure,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sure {
    /// A known platform's own header, or the exact word.
    Exact,
    /// From a part of the header or from the cells.
    Likely,
    /// The person has to say.
    #[default]
    Open,
}

/// Platform, kind and columns of the file that starts with `head` (up to [`HEAD_BYTES`]); `file_name` only names it in
/// messages.
pub fn detect(head: &[u8], file_name: &str) -> Detection {
    let all = head.len() < HEAD_BYTES;
    match format(head) {
        Format::Delimited => delimited(head, all, file_name),
        Format::Json => super::json::detect(head),
        Format::Xml => super::xml::detect(head),
        format => Detection {
            format,
            problem: Some(super::say::unreadable(format, head).0),
            ..Detection::default()
        },
    }
}

pub(super) fn format(head: &[u8]) -> Format {
    let blank =
        head.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0) || head == [0xef, 0xbb, 0xbf];
    if blank {
        return Format::Empty;
    }
    if head.starts_with(b"PAR1") {
        return Format::Parquet;
    }
    let is_ole = head.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]);
    if is_ole
        || (head.starts_with(b"PK\x03\x04") && contains(head, b"[Content_Types].xml"))
        || (head.starts_with(b"PK\x03\x04") && contains(head, b"xl/"))
    {
        return Format::Excel;
    }
    let encoding = text::sniff(head, head.len() < HEAD_BYTES);
    let sample = text::decode_head(&head[..head.len().min(8_192)], encoding);
    let odd = sample
        .chars()
        .filter(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{b}' | '\u{c}' | '\u{1a}'))
        .count();
    if odd * 50 > sample.chars().count()
        || head.starts_with(b"%PDF")
        || head.starts_with(b"PK\x03\x04")
        || head.starts_with(b"\x89PNG")
    {
        return Format::Unreadable;
    }
    let start = sample.trim_start();
    if start.starts_with('{')
        || start.starts_with("[{")
        || start.starts_with('[') && start[1..].trim_start().starts_with(['{', ']'])
    {
        return Format::Json;
    }
    if start.starts_with('<') {
        return Format::Xml;
    }
    Format::Delimited
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

/// The table behind a delimited text or a sheet.
pub(super) struct Identified {
    pub headers: Vec<String>,
    pub columns: Columns,
    pub profile: Option<&'static Profile>,
    /// Records above the header that are no data.
    pub n_above: usize,
}

/// Finds the header among the first records and the profile that fits it.
pub(super) fn identify(first_rows: &[Vec<String>], wanted: Option<Platform>) -> Identified {
    for (n_above, row) in first_rows.iter().take(MOST_LINES_ABOVE_HEADER).enumerate() {
        if let Some((profile, columns)) = profile::find(row, wanted)
            // Prose that happens to hold the right words is no header.
            && (n_above == 0 || columns.bound.len() * 2 >= row.len())
        {
            return Identified { headers: row.clone(), columns, profile: Some(profile), n_above };
        }
    }
    let headers = first_rows.first().cloned().unwrap_or_default();
    Identified { columns: Columns::new(&headers, Vec::new()), headers, profile: None, n_above: 0 }
}

/// The first records of a delimited head, cells trimmed.
pub(super) fn first_rows(text: &str, delimiter: u8, n: usize, all: bool) -> Vec<Vec<String>> {
    let mut source = Delimited::new(text.as_bytes(), delimiter);
    let mut row = Row::default();
    let mut rows = Vec::new();
    while rows.len() < n && source.next_row(&mut row).unwrap_or(false) {
        // A byte order mark may follow blank lines that something put before it.
        let tidy = |cell: &str| cell.trim().trim_start_matches('\u{feff}').trim().to_owned();
        rows.push(row.cells().map(tidy).collect());
    }
    // The head may end inside a record.
    if !all && rows.len() < n && rows.len() > 1 {
        rows.pop();
    }
    rows
}

fn delimited(head: &[u8], all: bool, file_name: &str) -> Detection {
    let encoding = text::sniff(head, all);
    let decoded = text::decode_head(head, encoding);
    let delimiter = sniff_delimiter(&decoded);
    let rows = first_rows(&decoded, delimiter, 2_000, all);
    let mut detection = table(&rows, file_name);
    detection.format = Format::Delimited;
    detection.encoding = text::name(encoding);
    detection.delimiter = char::from(delimiter).to_string();
    detection
}

/// Detection of a table whose first records are `rows`.
pub(super) fn table(rows: &[Vec<String>], file_name: &str) -> Detection {
    let mut found = identify(rows, None);
    let body = rows.get(found.n_above + 1..).unwrap_or(&[]);
    let (columns, platform, kind, problem) = if let Some(profile) = found.profile {
        let problem = match profile.layout {
            Layout::Unused(why) => Some(why.to_owned()),
            _ => None,
        };
        let guesses = found
            .headers
            .iter()
            .enumerate()
            .map(|(idx, header)| {
                let meaning =
                    found.columns.bound.iter().find(|column| column.idx == idx).map(|column| column.meaning);
                ColumnGuess {
                    header: header.clone(),
                    meaning,
                    sure: if meaning.is_some() { Sure::Exact } else { Sure::Open },
                }
            })
            .collect();
        (guesses, profile.platform, profile.kind, problem)
    } else {
        let suggestion = guess::suggest(&found.headers, body);
        found.columns = suggestion.columns_for(&found.headers);
        (
            suggestion.guesses,
            Platform::Unknown,
            suggestion.kind,
            Some(unknown_columns(file_name, &found.headers)),
        )
    };
    let mut survey = Survey::new(&found.columns);
    let mut row = Row::default();
    for cells in body {
        row.clear();
        for cell in cells {
            row.push(cell);
        }
        survey.row(&row);
    }
    survey.decide(&mut found.columns, &Known::default());
    let format_of = |meanings: &[Meaning]| {
        meanings.iter().find_map(|meaning| found.columns.idx(*meaning)).map(|idx| found.columns.format(idx))
    };
    let dates = format_of(&[
        Meaning::PlacedAt,
        Meaning::EventAt,
        Meaning::CreatedAt,
        Meaning::CustomerCreatedAt,
        Meaning::StartsAt,
    ]);
    let amounts = format_of(&[
        Meaning::UnitPrice,
        Meaning::Price,
        Meaning::RegularPrice,
        Meaning::Total,
        Meaning::LineTotal,
        Meaning::DeclaredSpent,
    ]);
    let n_known = columns.iter().filter(|guess| guess.meaning.is_some()).count();
    Detection {
        platform,
        kind,
        date_order: dates.map(|format| format.order).unwrap_or_default(),
        decimal_mark: amounts.map(|format| format.mark).unwrap_or_default(),
        header_signature: header_signature(&found.headers),
        confidence: if platform == Platform::Unknown {
            0.0
        } else {
            n_known as f64 / columns.len().max(1) as f64
        },
        unmatched: columns
            .iter()
            .filter(|guess| guess.meaning.is_none() && !guess.header.is_empty())
            .map(|guess| guess.header.clone())
            .collect(),
        columns,
        problem,
        sample: body.iter().take(8).cloned().collect(),
        ..Detection::default()
    }
}

pub(super) fn unknown_columns(file_name: &str, headers: &[String]) -> String {
    if headers.len() < 2 {
        return format!("{file_name} is text without columns, so there is nothing in it to import.");
    }
    let names: Vec<String> = headers
        .iter()
        .filter(|header| !header.is_empty())
        .take(6)
        .map(|header| super::engine::shorten(header))
        .collect();
    let more = headers.len().saturating_sub(names.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{file_name} has the columns {}{more}, which fit no export that is known.", names.join(", "))
}
