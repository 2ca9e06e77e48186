//! One record of any tabular file, as text cells, without an allocation per cell.

use super::source::ReadError;

/// A reused buffer for the record at hand.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    /// The record as it stands in the file, and the cells that read otherwise than they stand there.
    text: String,
    raw: (u32, u32),
    spans: Vec<(u32, u32)>,
    /// 1-based physical line where the record starts (record number for formats without lines).
    pub line: u64,
    /// Something odd about how the record was written.
    pub oddity: Option<Oddity>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Oddity {
    /// A quote was opened and never closed; the record is only the line it stands on.
    UnclosedQuote,
    /// Far longer than any record; this is its beginning.
    TooLong,
    /// Bytes that the file's encoding does not allow were replaced by `�`.
    InvalidText,
}

/// Anything that yields records: delimited text, a sheet, a Parquet table.
pub(super) trait RowSource {
    /// Fills `row` with the next record; false at the end. An error ends the source; rows before it are good.
    fn next_row(&mut self, row: &mut Row) -> Result<bool, ReadError>;

    /// Goes past the next record, which nobody needs; `row` holds anything afterwards.
    fn skip_row(&mut self, row: &mut Row) -> Result<bool, ReadError> {
        self.next_row(row)
    }

    /// How far of how much, in whatever the source counts.
    fn position(&self) -> (u64, u64);
}

impl Row {
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.spans.clear();
        self.raw = (0, 0);
        self.oddity = None;
    }

    pub(super) fn len(&self) -> usize {
        self.spans.len()
    }

    /// The trimmed cell, empty when the record is too short.
    pub(super) fn get(&self, idx: usize) -> &str {
        self.raw_cell(idx).trim()
    }

    /// The cell as written.
    pub(super) fn raw_cell(&self, idx: usize) -> &str {
        self.spans.get(idx).and_then(|(from, to)| self.text.get(*from as usize..*to as usize)).unwrap_or("")
    }

    pub(super) fn push(&mut self, cell: &str) {
        let from = self.text.len() as u32;
        self.text.push_str(cell);
        self.spans.push((from, self.text.len() as u32));
    }

    /// The record exactly as in the file, without its line end; empty for formats that are no text.
    pub(super) fn raw(&self) -> &str {
        self.text.get(self.raw.0 as usize..self.raw.1 as usize).unwrap_or("")
    }

    pub(super) fn set_raw(&mut self, raw: &str) {
        let from = self.text.len() as u32;
        self.text.push_str(raw);
        self.raw = (from, self.text.len() as u32);
    }

    /// A cell that stands in the raw record between these bytes.
    pub(super) fn push_of_raw(&mut self, from: usize, to: usize) {
        self.spans.push((self.raw.0 + from as u32, self.raw.0 + to as u32));
    }

    pub(super) fn is_blank(&self) -> bool {
        self.cells().all(|cell| cell.trim().is_empty())
    }

    pub(super) fn cells(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|idx| self.raw_cell(idx))
    }

    /// The record for the set-aside list, with the cells of `secret` columns emptied.
    pub(super) fn raw_without(&self, secret: &[usize], delimiter: char) -> String {
        if secret.is_empty() && !self.raw().is_empty() {
            return self.raw().to_owned();
        }
        let mut out = String::with_capacity(self.text.len() + self.len());
        for (idx, cell) in self.cells().enumerate() {
            if idx > 0 {
                out.push(delimiter);
            }
            if secret.contains(&idx) {
                continue;
            }
            if cell.contains([delimiter, '"', '\n', '\r']) {
                out.push('"');
                out.push_str(&cell.replace('"', "\"\""));
                out.push('"');
            } else {
                out.push_str(cell);
            }
        }
        out
    }
}
