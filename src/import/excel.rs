//! Excel sheets as rows.

use std::io::{BufReader, Read as _, Seek as _};

use calamine::{Data, Range, Reader as _, Xls, Xlsx};

use super::profile;
use super::row::{Row, RowSource};
use super::source::{ReadError, ReadSeek, SourceFile};

/// A sheet larger than this unpacked belongs into CSV; reading it would take many gigabytes.
const LARGEST_UNPACKED_BYTES: u64 = 2 * 1024 * 1024 * 1024;

struct Sheet {
    range: Range<Data>,
    at: usize,
}

/// The first sheet whose header some profile knows, else the first with any cells.
pub(super) fn open(file: &SourceFile) -> Result<Box<dyn RowSource>, ReadError> {
    let mut bytes = file.seekable()?;
    let mut magic = [0_u8; 4];
    let n = bytes.read(&mut magic)?;
    bytes.rewind()?;
    let malformed =
        |what: String| ReadError::Malformed(format!("The spreadsheet cannot be opened ({what})."));
    let sheets = if magic[..n].starts_with(b"PK") {
        refuse_bombs(file)?;
        let mut book = Xlsx::new(BufReader::new(bytes)).map_err(|error| malformed(error.to_string()))?;
        sheets(&mut book)
    } else {
        let mut book: Xls<BufReader<Box<dyn ReadSeek>>> =
            Xls::new(BufReader::new(bytes)).map_err(|error| malformed(error.to_string()))?;
        sheets(&mut book)
    };
    let known = sheets.iter().position(|range| {
        range.rows().take(8).any(|cells| {
            profile::find(&cells.iter().map(|cell| text(cell).trim().to_owned()).collect::<Vec<_>>(), None)
                .is_some()
        })
    });
    let filled = sheets.iter().position(|range| range.get_size().0 > 0);
    match known.or(filled).and_then(|idx| sheets.into_iter().nth(idx)) {
        Some(range) => Ok(Box::new(Sheet { range, at: 0 })),
        None => Err(ReadError::Malformed("The spreadsheet has no sheet with cells.".to_owned())),
    }
}

fn sheets<R: calamine::Reader<BufReader<Box<dyn ReadSeek>>>>(book: &mut R) -> Vec<Range<Data>> {
    book.sheet_names().iter().filter_map(|name| book.worksheet_range(name).ok()).collect()
}

#[expect(clippy::needless_pass_by_value, reason = "the signature that map_err takes")]
fn damaged(error: zip::result::ZipError) -> ReadError {
    ReadError::Malformed(format!("The spreadsheet cannot be unpacked ({error})."))
}

fn refuse_bombs(file: &SourceFile) -> Result<(), ReadError> {
    let mut archive = zip::ZipArchive::new(BufReader::new(file.seekable()?)).map_err(damaged)?;
    let mut total = 0_u64;
    for idx in 0..archive.len() {
        total = total.saturating_add(archive.by_index_raw(idx).map_err(damaged)?.size());
    }
    if total > LARGEST_UNPACKED_BYTES { Err(ReadError::TooLarge) } else { Ok(()) }
}

impl RowSource for Sheet {
    fn next_row(&mut self, row: &mut Row) -> Result<bool, ReadError> {
        row.clear();
        let (height, width) = self.range.get_size();
        while self.at < height {
            let at = self.at;
            self.at += 1;
            let mut blank = true;
            for column in 0..width {
                let cell = self.range.get((at, column)).map_or_else(String::new, text);
                blank &= cell.is_empty();
                row.push(&cell);
            }
            if blank {
                row.clear();
                continue;
            }
            row.line = u64::from(self.range.start().map_or(0, |start| start.0)) + at as u64 + 1;
            return Ok(true);
        }
        Ok(false)
    }

    fn consumed(&self) -> u64 {
        self.at as u64
    }
}

/// A cell as a text export would write it: whole numbers without `.0`, dates year first.
fn text(cell: &Data) -> String {
    match cell {
        Data::Empty | Data::Error(_) => String::new(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Float(number) => number_text(*number),
        Data::Int(number) => number.to_string(),
        Data::Bool(flag) => flag.to_string(),
        Data::DateTime(at) if at.is_duration() => number_text(at.as_f64()),
        Data::DateTime(at) => {
            let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
        }
    }
}

fn number_text(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 { format!("{number:.0}") } else { number.to_string() }
}
