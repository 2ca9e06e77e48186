//! Excel sheets as rows.

use std::io::{BufReader, Read as _, Seek as _};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use calamine::{Data, Range, Reader as _, Xls, Xlsx};

use super::profile;
use super::row::{Row, RowSource};
use super::source::{ReadError, ReadSeek, SourceFile};
use crate::shop::{Cancelled, Monitor};

/// A sheet larger than this unpacked belongs into CSV; reading it would take many gigabytes.
const LARGEST_UNPACKED_BYTES: u64 = 2 * 1024 * 1024 * 1024;

/// The cells of one sheet; all of them are in memory.
pub(super) struct Cells {
    range: Range<Data>,
    /// Its sheet, and further ones whose headers are known.
    pub name: String,
    pub others: Vec<String>,
}

impl Cells {
    pub(super) fn height(&self) -> usize {
        self.range.height()
    }
}

struct Sheet {
    cells: Arc<Cells>,
    at: usize,
}

/// The rows of the sheet that `load` chooses.
pub(super) fn open(file: &SourceFile) -> Result<Box<dyn RowSource>, ReadError> {
    load(file).map(|cells| rows(&cells))
}

pub(super) fn rows(cells: &Arc<Cells>) -> Box<dyn RowSource> {
    Box::new(Sheet { cells: Arc::clone(cells), at: 0 })
}

/// `load`, which may take seconds, on a thread of its own, so that cancel is heeded. The thread ends in its own time.
pub(super) fn load_watched(
    file: &SourceFile,
    monitor: &dyn Monitor,
) -> Result<Result<Arc<Cells>, ReadError>, Cancelled> {
    let (sender, loaded) = channel();
    let file = file.clone();
    // Nobody may be waiting any more.
    std::thread::spawn(move || sender.send(load(&file)).unwrap_or_default());
    loop {
        match loaded.recv_timeout(Duration::from_millis(50)) {
            Ok(cells) => return Ok(cells),
            Err(RecvTimeoutError::Timeout) => monitor.checkpoint()?,
            Err(RecvTimeoutError::Disconnected) => {
                return Ok(Err(ReadError::Malformed("The spreadsheet cannot be read.".to_owned())));
            }
        }
    }
}

/// The first sheet whose header some profile knows, else the first with any cells.
fn load(file: &SourceFile) -> Result<Arc<Cells>, ReadError> {
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
    let mut known = (0..sheets.len()).filter(|idx| has_known_header(&sheets[*idx].1));
    let filled = || sheets.iter().position(|(_, range)| range.height() > 0);
    let Some(idx) = known.next().or_else(filled) else {
        return Err(ReadError::Malformed("The spreadsheet has no sheet with cells.".to_owned()));
    };
    let others = known.map(|idx| sheets[idx].0.clone()).collect();
    let (name, range) = sheets.into_iter().nth(idx).unwrap_or_default();
    Ok(Arc::new(Cells { range, name, others }))
}

fn has_known_header(range: &Range<Data>) -> bool {
    range.rows().take(8).any(|cells| {
        let cells: Vec<String> = cells.iter().map(|cell| text(cell).trim().to_owned()).collect();
        profile::find(&cells, None).is_some()
    })
}

fn sheets<R: calamine::Reader<BufReader<Box<dyn ReadSeek>>>>(book: &mut R) -> Vec<(String, Range<Data>)> {
    let names = book.sheet_names();
    names.into_iter().filter_map(|name| Some((name.clone(), book.worksheet_range(&name).ok()?))).collect()
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
        let (height, width) = self.cells.range.get_size();
        while self.at < height {
            let at = self.at;
            self.at += 1;
            let mut blank = true;
            for column in 0..width {
                let cell = self.cells.range.get((at, column)).map_or_else(String::new, text);
                blank &= cell.is_empty();
                row.push(&cell);
            }
            if blank {
                row.clear();
                continue;
            }
            row.line = u64::from(self.cells.range.start().map_or(0, |start| start.0)) + at as u64 + 1;
            return Ok(true);
        }
        Ok(false)
    }

    fn position(&self) -> (u64, u64) {
        (self.at as u64, self.cells.height() as u64)
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
