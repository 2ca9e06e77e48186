//! Records of delimited text: RFC 4180, and what real files make of it.
//!
//! Lenient where the meaning is clear: blanks around quoted cells, quotes inside quoted cells that are not doubled,
//! `\r\n`, `\n` and `\r` line ends, short and long records. A quote that is never closed costs one line, not the file.

use std::io::Read;

use memchr::{memchr, memchr2, memchr3};

use super::buffer::Buffer;
use super::row::{Oddity, Row, RowSource};
use super::source::ReadError;

/// Longer than this, an open quote counts as never closed, and a line as no record. Cells with pictures as text reach a
/// few megabytes.
const LONGEST_RECORD_BYTES: usize = 16 * 1024 * 1024;
/// After many unclosed quotes the search for the closing one is kept short, so that time stays linear.
const LONGEST_RECORD_AFTER_TROUBLE_BYTES: usize = 64 * 1024;
const TROUBLE: u32 = 32;
const KEPT_OF_ENDLESS_BYTES: usize = 4 * 1024;

pub(super) struct Delimited<R> {
    buffer: Buffer<R>,
    delimiter: u8,
    line: u64,
    n_unclosed: u32,
    /// Of the record at hand.
    cells: Vec<Cell>,
}

/// Where a cell stands in its record, without its quotes.
#[derive(Clone, Copy)]
struct Cell {
    from: usize,
    to: usize,
    /// It holds doubled quotes.
    doubled: bool,
}

/// A record at the start of what is ahead.
struct Found {
    /// Without the line end.
    len: usize,
    oddity: Option<Oddity>,
    has_quotes: bool,
}

impl<R: Read> Delimited<R> {
    pub(super) fn new(reader: R, delimiter: u8) -> Self {
        Self { buffer: Buffer::new(reader), delimiter, line: 1, n_unclosed: 0, cells: Vec::new() }
    }

    /// Finds the record's end and its cells in one go.
    fn scan(&mut self) -> Found {
        self.cells.clear();
        let mut has_quotes = false;
        let mut from = 0;
        loop {
            let mut at = from;
            while self.delimiter != b' ' && self.buffer.byte(at) == Some(b' ') {
                at += 1;
            }
            let end = if self.buffer.byte(at) == Some(b'"') {
                has_quotes = true;
                match self.quoted(at + 1) {
                    Some((cell, end)) => {
                        self.cells.push(cell);
                        end
                    }
                    None => return self.unclosed(),
                }
            } else {
                let end = self.plain(at);
                self.cells.push(Cell { from, to: end, doubled: false });
                end
            };
            if end > LONGEST_RECORD_BYTES {
                return Found { len: end, oddity: Some(Oddity::TooLong), has_quotes };
            }
            if self.buffer.byte(end) != Some(self.delimiter) {
                return Found { len: end, oddity: None, has_quotes };
            }
            from = end + 1;
        }
    }

    /// Where an unquoted cell ends that goes on at `from`.
    fn plain(&mut self, from: usize) -> usize {
        let mut at = from;
        loop {
            let rest = &self.buffer.ahead()[at..];
            if let Some(step) = memchr3(self.delimiter, b'\n', b'\r', rest) {
                return at + step;
            }
            at += rest.len();
            if self.buffer.has_ended() || at > LONGEST_RECORD_BYTES {
                return at;
            }
            self.buffer.fill();
        }
    }

    /// The cell whose first character stands at `from`, behind its quote, and where the next delimiter or line end
    /// stands. `None` when it is never closed.
    fn quoted(&mut self, from: usize) -> Option<(Cell, usize)> {
        let longest =
            if self.n_unclosed > TROUBLE { LONGEST_RECORD_AFTER_TROUBLE_BYTES } else { LONGEST_RECORD_BYTES };
        let mut at = from;
        let mut doubled = false;
        loop {
            if at > longest {
                return None;
            }
            let ahead = self.buffer.ahead();
            let Some(step) = memchr(b'"', ahead.get(at..).unwrap_or_default()) else {
                if self.buffer.has_ended() {
                    return None;
                }
                at = at.max(ahead.len());
                self.buffer.fill();
                continue;
            };
            at += step;
            match closes(ahead, at, self.delimiter, self.buffer.has_ended()) {
                Quote::NeedMore => self.buffer.fill(),
                Quote::Doubled => {
                    doubled = true;
                    at += 2;
                }
                Quote::Literal => at += 1,
                Quote::Closes { next } => return Some((Cell { from, to: at, doubled }, next)),
            }
        }
    }

    /// A quote that stays open makes its line a record, in which quotes are ordinary characters.
    fn unclosed(&mut self) -> Found {
        self.n_unclosed += 1;
        let ahead = self.buffer.ahead();
        let len = memchr2(b'\n', b'\r', ahead).unwrap_or(ahead.len());
        self.cells.clear();
        let mut from = 0;
        for cell in ahead[..len].split(|byte| *byte == self.delimiter) {
            self.cells.push(Cell { from, to: from + cell.len(), doubled: false });
            from += cell.len() + 1;
        }
        Found { len, oddity: Some(Oddity::UnclosedQuote), has_quotes: true }
    }

    /// Keeps the beginning of a line without end and goes on behind it.
    fn skip_endless(&mut self, row: &mut Row) {
        let ahead = self.buffer.ahead();
        let beginning = String::from_utf8_lossy(&ahead[..ahead.len().min(KEPT_OF_ENDLESS_BYTES)]);
        row.set_raw(&beginning);
        row.push(&beginning);
        row.oddity = Some(Oddity::TooLong);
        loop {
            let ahead = self.buffer.ahead();
            match memchr2(b'\n', b'\r', ahead) {
                Some(end) => {
                    self.buffer.consume(end);
                    return self.skip_line_end();
                }
                None => self.buffer.consume(ahead.len()),
            }
            if self.buffer.has_ended() {
                return;
            }
            self.buffer.fill();
        }
    }

    fn skip_line_end(&mut self) {
        if self.buffer.byte(0) == Some(b'\r') {
            let both = self.buffer.byte(1) == Some(b'\n');
            self.buffer.consume(if both { 2 } else { 1 });
            self.line += 1;
        } else if self.buffer.byte(0) == Some(b'\n') {
            self.buffer.consume(1);
            self.line += 1;
        }
    }
}

impl<R: Read> RowSource for Delimited<R> {
    fn next_row(&mut self, row: &mut Row) -> Result<bool, ReadError> {
        loop {
            row.clear();
            if self.buffer.byte(0).is_none() {
                return self.buffer.take_error().map_or(Ok(false), Err);
            }
            row.line = self.line;
            let found = self.scan();
            if found.oddity == Some(Oddity::TooLong) {
                self.skip_endless(row);
                return Ok(true);
            }
            let ahead = self.buffer.ahead();
            let record = &ahead[..found.len];
            let cut_by_error = self.buffer.has_failed() && found.len == ahead.len();
            let blank = record.iter().all(|byte| byte.is_ascii_whitespace() && *byte != b'\t');
            let is_row = !blank && !cut_by_error;
            if is_row {
                put(record, &self.cells, row);
                row.oddity = found.oddity.or(row.oddity);
            }
            if found.has_quotes {
                self.line += count_line_ends(record);
            }
            self.buffer.consume(found.len);
            self.skip_line_end();
            if is_row {
                return Ok(true);
            }
        }
    }

    /// A line without a quote is a record, unless it is blank: its cells need not be found.
    fn skip_row(&mut self, row: &mut Row) -> Result<bool, ReadError> {
        if self.buffer.byte(0).is_some_and(|first| !first.is_ascii_whitespace())
            && let Some(len) = memchr3(b'\n', b'\r', b'"', self.buffer.ahead())
            && self.buffer.ahead()[len] != b'"'
            && len <= LONGEST_RECORD_BYTES
        {
            self.buffer.consume(len);
            self.skip_line_end();
            return Ok(true);
        }
        self.next_row(row)
    }

    fn position(&self) -> (u64, u64) {
        (self.buffer.consumed(), 0)
    }
}

/// Cells that stand in the record as they are meant are not copied.
fn put(record: &[u8], cells: &[Cell], row: &mut Row) {
    let Ok(text) = std::str::from_utf8(record) else {
        row.oddity = Some(Oddity::InvalidText);
        for cell in cells {
            let text = String::from_utf8_lossy(&record[cell.from..cell.to]);
            row.push(&if cell.doubled { text.replace("\"\"", "\"").into() } else { text });
        }
        row.set_raw(&String::from_utf8_lossy(record));
        return;
    };
    row.set_raw(text);
    for cell in cells {
        if cell.doubled {
            row.push(&text[cell.from..cell.to].replace("\"\"", "\""));
        } else {
            row.push_of_raw(cell.from, cell.to);
        }
    }
}

fn count_line_ends(record: &[u8]) -> u64 {
    let mut n = 0;
    for (idx, byte) in record.iter().enumerate() {
        n += u64::from(*byte == b'\n' || (*byte == b'\r' && record.get(idx + 1) != Some(&b'\n')));
    }
    n
}

enum Quote {
    Closes {
        /// The delimiter, the line end or the end of the text.
        next: usize,
    },
    Doubled,
    Literal,
    NeedMore,
}

/// What the quote at `pos` inside a quoted cell is.
fn closes(bytes: &[u8], pos: usize, delimiter: u8, all: bool) -> Quote {
    let mut next = pos + 1;
    if bytes.get(next) == Some(&b'"') {
        return Quote::Doubled;
    }
    while bytes.get(next) == Some(&b' ') && delimiter != b' ' {
        next += 1;
    }
    match bytes.get(next) {
        None if all => Quote::Closes { next },
        None => Quote::NeedMore,
        Some(b'\n' | b'\r') => Quote::Closes { next },
        Some(byte) if *byte == delimiter => Quote::Closes { next },
        Some(_) => Quote::Literal,
    }
}

/// The delimiter of a text by its first record, counted outside quotes: `,` `;` tab or `|`.
pub(super) fn sniff_delimiter(text: &str) -> u8 {
    let mut counts = [0_usize; 4];
    let candidates = [b',', b';', b'\t', b'|'];
    let mut in_quotes = false;
    let mut any = false;
    for byte in text.bytes() {
        match byte {
            b'"' => in_quotes = !in_quotes,
            b'\n' | b'\r' if !in_quotes => {
                if any {
                    break;
                }
            }
            _ if !in_quotes => {
                any = true;
                if let Some(idx) = candidates.iter().position(|candidate| *candidate == byte) {
                    counts[idx] += 1;
                }
            }
            _ => any = true,
        }
    }
    let best = (0..4).max_by_key(|idx| (counts[*idx], 4 - idx)).unwrap_or(0);
    candidates[best]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str, delimiter: u8) -> Vec<(u64, Vec<String>, Option<Oddity>)> {
        let mut source = Delimited::new(text.as_bytes(), delimiter);
        let mut row = Row::default();
        let mut out = Vec::new();
        while source.next_row(&mut row).unwrap() {
            out.push((row.line, row.cells().map(str::to_owned).collect(), row.oddity));
        }
        out
    }

    fn cells(text: &str) -> Vec<Vec<String>> {
        rows(text, b',').into_iter().map(|(_, cells, _)| cells).collect()
    }

    #[test]
    fn quoted_line_ends_stay_inside_one_record_and_lines_are_counted() {
        let got = rows("a,b\n\"x\ny\",2\r\nz,3", b',');
        assert_eq!(got[1], (2, vec!["x\ny".to_owned(), "2".to_owned()], None));
        assert_eq!(got[2].0, 4);
    }

    #[test]
    fn doubled_and_forgotten_quotes_are_both_read() {
        assert_eq!(cells("\"a \"\"b\"\"\",c")[0], ["a \"b\"", "c"]);
        assert_eq!(cells("\"5\" screen\",c")[0], ["5\" screen", "c"]);
        assert_eq!(cells("5\" screen,c")[0], ["5\" screen", "c"]);
        assert_eq!(cells("\"\",\"\"")[0], ["", ""]);
    }

    #[test]
    fn blanks_around_quoted_cells_do_not_matter() {
        assert_eq!(cells("\"a, b\"   ,  \"c\" ,d")[0], ["a, b", "c", "d"]);
    }

    #[test]
    fn a_quote_that_never_closes_costs_one_line() {
        let got = rows("a,b\n1,\"open\n2,x\n3,y\n", b',');
        assert_eq!(got.len(), 4);
        assert_eq!(got[1].2, Some(Oddity::UnclosedQuote));
        assert_eq!(got[2], (3, vec!["2".to_owned(), "x".to_owned()], None));
    }

    #[test]
    fn a_line_without_end_is_one_record_of_which_the_beginning_is_kept() {
        let text = format!("a,b\n{}\n3,y\n", "x".repeat(LONGEST_RECORD_BYTES + 10));
        let got = rows(&text, b',');
        assert_eq!(got.len(), 3);
        assert_eq!((got[1].2, got[1].1[0].len()), (Some(Oddity::TooLong), KEPT_OF_ENDLESS_BYTES));
        assert_eq!(got[2], (3, vec!["3".to_owned(), "y".to_owned()], None));
    }

    #[test]
    fn empty_cells_at_the_end_count_and_blank_lines_do_not() {
        assert_eq!(cells("a,b,\n\n,,\n"), [vec!["a", "b", ""], vec!["", "", ""]]);
    }

    #[test]
    fn skipping_a_record_goes_as_far_as_reading_it() {
        let text = "a,b\n\n  \n1,\"x\ny\"\r\n2, \"z\"\n\t,\n3,5\" wide\r4,d\n5,\"open\n6,e";
        let all = rows(text, b',');
        for skipped in 0..1_u32 << all.len() {
            let mut source = Delimited::new(text.as_bytes(), b',');
            let mut row = Row::default();
            for (at, (line, cells, _)) in all.iter().enumerate() {
                if skipped & (1 << at) != 0 {
                    assert!(source.skip_row(&mut row).unwrap());
                } else {
                    assert!(source.next_row(&mut row).unwrap());
                    assert_eq!(
                        (row.line, row.cells().collect::<Vec<_>>()),
                        (*line, cells.iter().map(String::as_str).collect())
                    );
                }
            }
            assert!(!source.next_row(&mut row).unwrap());
        }
    }

    #[test]
    fn the_delimiter_is_the_commonest_outside_quotes_in_the_first_record() {
        assert_eq!(sniff_delimiter("\"a,b,c\";d;e\n1,2,3,4,5,6"), b';');
        assert_eq!(sniff_delimiter("a\tb\n"), b'\t');
        assert_eq!(sniff_delimiter("one\n"), b',');
    }
}
