//! Records of delimited text: RFC 4180, and what real files make of it.
//!
//! Lenient where the meaning is clear: blanks around quoted cells, quotes inside quoted cells that are not doubled,
//! `\r\n`, `\n` and `\r` line ends, short and long records. A quote that is never closed costs one line, not the file.

use std::io::Read;

use super::row::{Oddity, Row, RowSource};
use super::source::ReadError;

/// Longer than this, an open quote counts as never closed. Cells with pictures as text reach a few megabytes.
const LONGEST_RECORD_BYTES: usize = 16 * 1024 * 1024;
/// After many unclosed quotes the search for the closing one is kept short, so that time stays linear.
const LONGEST_RECORD_AFTER_TROUBLE_BYTES: usize = 64 * 1024;
const TROUBLE: u32 = 32;
const CHUNK_BYTES: usize = 256 * 1024;

pub(super) struct Delimited<R> {
    reader: R,
    delimiter: u8,
    buf: Vec<u8>,
    from: usize,
    to: usize,
    ended: bool,
    line: u64,
    consumed: u64,
    n_unclosed: u32,
    error: Option<ReadError>,
}

impl<R: Read> Delimited<R> {
    pub(super) fn new(reader: R, delimiter: u8) -> Self {
        Self {
            reader,
            delimiter,
            buf: vec![0; CHUNK_BYTES],
            from: 0,
            to: 0,
            ended: false,
            line: 1,
            consumed: 0,
            n_unclosed: 0,
            error: None,
        }
    }

    /// Reads more; a read error ends the text like an end of file and is reported after the last whole record.
    fn fill(&mut self) {
        if self.from > 0 {
            self.buf.copy_within(self.from..self.to, 0);
            self.to -= self.from;
            self.from = 0;
        }
        if self.buf.len() - self.to < CHUNK_BYTES / 2 {
            self.buf.resize(self.buf.len() * 2, 0);
        }
        match self.reader.read(&mut self.buf[self.to..]) {
            Ok(0) => self.ended = true,
            Ok(n) => self.to += n,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => {
                self.ended = true;
                self.error = Some(ReadError::from(error));
            }
        }
    }

    /// Length of the record at `from` without its line end, and whether a quote stayed open.
    fn find_end(&mut self) -> (usize, bool) {
        let longest =
            if self.n_unclosed > TROUBLE { LONGEST_RECORD_AFTER_TROUBLE_BYTES } else { LONGEST_RECORD_BYTES };
        let mut pos = 0;
        let mut in_quotes = false;
        let mut at_cell_start = true;
        let mut first_line_end = None;
        loop {
            if self.from + pos >= self.to {
                if !self.ended {
                    self.fill();
                    continue;
                }
                return if in_quotes { (first_line_end.unwrap_or(pos), true) } else { (pos, false) };
            }
            let bytes = &self.buf[self.from..self.to];
            if in_quotes {
                let Some(step) =
                    bytes[pos..].iter().position(|byte| *byte == b'"' || *byte == b'\n' || *byte == b'\r')
                else {
                    pos = bytes.len();
                    if pos > longest {
                        return (first_line_end.unwrap_or(pos), true);
                    }
                    continue;
                };
                pos += step;
                if bytes[pos] != b'"' {
                    first_line_end = first_line_end.or(Some(pos));
                    pos += 1;
                    if pos > longest {
                        return (first_line_end.unwrap_or(pos), true);
                    }
                    continue;
                }
                match closes(bytes, pos, self.delimiter, self.ended) {
                    Quote::NeedMore => {
                        self.fill();
                        continue;
                    }
                    Quote::Doubled => pos += 2,
                    Quote::Literal => pos += 1,
                    Quote::Closes => {
                        in_quotes = false;
                        at_cell_start = false;
                        pos += 1;
                    }
                }
                continue;
            }
            match bytes[pos] {
                b'\n' | b'\r' => return (pos, false),
                b'"' if at_cell_start => in_quotes = true,
                b' ' => {}
                byte => at_cell_start = byte == self.delimiter,
            }
            pos += 1;
        }
    }

    fn skip_line_end(&mut self) {
        if self.from == self.to && !self.ended {
            self.fill();
        }
        if self.from < self.to && self.buf[self.from] == b'\r' {
            self.from += 1;
            self.consumed += 1;
            if self.from == self.to && !self.ended {
                self.fill();
            }
            if !(self.from < self.to && self.buf[self.from] == b'\n') {
                self.line += 1;
                return;
            }
        }
        if self.from < self.to && self.buf[self.from] == b'\n' {
            self.from += 1;
            self.consumed += 1;
            self.line += 1;
        }
    }
}

impl<R: Read> RowSource for Delimited<R> {
    fn next_row(&mut self, row: &mut Row) -> Result<bool, ReadError> {
        loop {
            row.clear();
            if self.from == self.to && !self.ended {
                self.fill();
            }
            if self.from == self.to && self.ended {
                return self.error.take().map_or(Ok(false), Err);
            }
            row.line = self.line;
            let (len, unclosed) = self.find_end();
            let record = &self.buf[self.from..self.from + len];
            let cut_by_error = self.error.is_some() && self.from + len == self.to;
            let blank = record.iter().all(u8::is_ascii_whitespace) && !record.contains(&b'\t');
            if !blank && !cut_by_error {
                split(record, self.delimiter, unclosed, row);
            }
            if len > 0 {
                self.line += count_line_ends(record);
            }
            self.from += len;
            self.consumed += len as u64;
            self.skip_line_end();
            if unclosed {
                self.n_unclosed += 1;
                row.oddity = Some(Oddity::UnclosedQuote);
            }
            if !blank && !cut_by_error {
                return Ok(true);
            }
        }
    }

    fn consumed(&self) -> u64 {
        self.consumed
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
    Closes,
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
        None if all => Quote::Closes,
        None => Quote::NeedMore,
        Some(b'\n' | b'\r') => Quote::Closes,
        Some(byte) if *byte == delimiter => Quote::Closes,
        Some(_) => Quote::Literal,
    }
}

/// Cuts a whole record into cells. With `unclosed`, quotes are ordinary characters.
fn split(record: &[u8], delimiter: u8, unclosed: bool, row: &mut Row) {
    let lossy = String::from_utf8_lossy(record);
    if matches!(lossy, std::borrow::Cow::Owned(_)) {
        row.oddity = Some(Oddity::InvalidText);
    }
    row.raw.push_str(&lossy);
    let text: &str = &lossy;
    let bytes = text.as_bytes();
    let mut cell = String::new();
    let mut pos = 0;
    loop {
        let mut start = pos;
        while bytes.get(start) == Some(&b' ') {
            start += 1;
        }
        if !unclosed && bytes.get(start) == Some(&b'"') {
            cell.clear();
            pos = start + 1;
            let mut from = pos;
            let mut closed = false;
            while let Some(step) = bytes[pos..].iter().position(|byte| *byte == b'"') {
                pos += step;
                match closes(bytes, pos, delimiter, true) {
                    Quote::Doubled => {
                        cell.push_str(&text[from..=pos]);
                        pos += 2;
                        from = pos;
                    }
                    Quote::Closes => {
                        closed = true;
                        break;
                    }
                    Quote::Literal | Quote::NeedMore => pos += 1,
                }
            }
            let end = if closed { pos } else { bytes.len() };
            if cell.is_empty() {
                row.push(&text[from..end]);
            } else {
                cell.push_str(&text[from..end]);
                row.push(&cell);
            }
            pos = end;
            while pos < bytes.len() && bytes[pos] != delimiter {
                pos += 1;
            }
        } else {
            let end = bytes[pos..]
                .iter()
                .position(|byte| *byte == delimiter)
                .map_or(bytes.len(), |step| pos + step);
            row.push(&text[pos..end]);
            pos = end;
        }
        if pos >= bytes.len() {
            return;
        }
        pos += 1;
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
    fn empty_cells_at_the_end_count_and_blank_lines_do_not() {
        assert_eq!(cells("a,b,\n\n,,\n"), [vec!["a", "b", ""], vec!["", "", ""]]);
    }

    #[test]
    fn the_delimiter_is_the_commonest_outside_quotes_in_the_first_record() {
        assert_eq!(sniff_delimiter("\"a,b,c\";d;e\n1,2,3,4,5,6"), b';');
        assert_eq!(sniff_delimiter("a\tb\n"), b'\t');
        assert_eq!(sniff_delimiter("one\n"), b',');
    }
}
