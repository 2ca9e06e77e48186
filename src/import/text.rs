//! Bytes of any encoding to UTF-8.

use std::io::{self, Read};

use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// The encoding of a file's beginning: by byte order mark, else UTF-8 where it is valid, else Windows-1252.
pub(super) fn sniff(head: &[u8], head_is_all: bool) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(head) {
        return encoding;
    }
    if let Some(encoding) = sniff_utf16_without_mark(head) {
        return encoding;
    }
    match std::str::from_utf8(head) {
        Ok(_) => UTF_8,
        Err(error) if error.error_len().is_none() && !head_is_all => UTF_8,
        Err(_) if mostly_utf8(head) => UTF_8,
        Err(_) => WINDOWS_1252,
    }
}

/// Excel writes "Unicode text" without a mark now and then: Latin text then has a zero in every second byte.
fn sniff_utf16_without_mark(head: &[u8]) -> Option<&'static Encoding> {
    let sample = &head[..head.len().min(512) & !1];
    if sample.len() < 8 {
        return None;
    }
    let pairs = sample.len() / 2;
    let zeros = |offset: usize| sample.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count();
    match (zeros(0), zeros(1)) {
        (0, odd) if odd * 10 > pairs * 8 => Some(UTF_16LE),
        (even, 0) if even * 10 > pairs * 8 => Some(UTF_16BE),
        _ => None,
    }
}

/// A damaged byte here and there does not make a UTF-8 file a Windows-1252 one.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut valid_multibyte, mut invalid) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        valid_multibyte += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        invalid += usize::from(!chunk.invalid().is_empty());
    }
    valid_multibyte > invalid * 10
}

/// `utf-8`, `windows-1252`, `utf-16le` …
pub(super) fn name(encoding: &'static Encoding) -> String {
    encoding.name().to_lowercase()
}

pub(super) fn by_name(name: &str) -> Option<&'static Encoding> {
    Encoding::for_label(name.trim().as_bytes())
}

/// Reads UTF-8 from a reader of any encoding and drops the byte order mark. UTF-8 passes through unchecked; the record
/// reader validates it record by record.
pub(super) struct Utf8Reader<R> {
    inner: R,
    decoder: Option<Decoder>,
    raw: Vec<u8>,
    raw_from: usize,
    raw_to: usize,
    ended: bool,
    started: bool,
    /// Decoded bytes that did not fit the caller's buffer.
    spill: Vec<u8>,
    spill_from: usize,
}

const CHUNK_BYTES: usize = 64 * 1024;

impl<R: Read> Utf8Reader<R> {
    pub(super) fn new(inner: R, encoding: &'static Encoding) -> Self {
        let decoder = (encoding != UTF_8).then(|| encoding.new_decoder_with_bom_removal());
        Self {
            inner,
            decoder,
            raw: vec![0; CHUNK_BYTES],
            raw_from: 0,
            raw_to: 0,
            ended: false,
            started: false,
            spill: Vec::new(),
            spill_from: 0,
        }
    }

    fn read_utf8(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.started {
            return self.inner.read(out);
        }
        self.started = true;
        let mut head = [0_u8; 3];
        let mut n_head = 0;
        while n_head < head.len() {
            match self.inner.read(&mut head[n_head..])? {
                0 => break,
                n => n_head += n,
            }
        }
        if head[..n_head] == [0xef, 0xbb, 0xbf] {
            return self.inner.read(out);
        }
        self.spill.extend_from_slice(&head[..n_head]);
        Ok(self.take_spill(out))
    }

    fn take_spill(&mut self, out: &mut [u8]) -> usize {
        let rest = &self.spill[self.spill_from..];
        let n = rest.len().min(out.len());
        out[..n].copy_from_slice(&rest[..n]);
        self.spill_from += n;
        if self.spill_from == self.spill.len() {
            self.spill.clear();
            self.spill_from = 0;
        }
        n
    }

    fn decode(&mut self) -> io::Result<()> {
        while self.spill.is_empty() && !(self.ended && self.raw_from == self.raw_to) {
            if self.raw_from == self.raw_to && !self.ended {
                self.raw_to = self.inner.read(&mut self.raw)?;
                self.raw_from = 0;
                self.ended = self.raw_to == 0;
            }
            let Some(decoder) = &mut self.decoder else {
                return Ok(());
            };
            self.spill.resize(CHUNK_BYTES * 3 + 16, 0);
            let (_, n_read, n_written, _) =
                decoder.decode_to_utf8(&self.raw[self.raw_from..self.raw_to], &mut self.spill, self.ended);
            self.raw_from += n_read;
            self.spill.truncate(n_written);
            if self.ended && n_read == 0 && n_written == 0 {
                self.raw_from = self.raw_to;
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Utf8Reader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.spill_from < self.spill.len() {
            return Ok(self.take_spill(out));
        }
        if self.decoder.is_none() {
            return self.read_utf8(out);
        }
        self.decode()?;
        Ok(self.take_spill(out))
    }
}

/// Decodes a beginning for detection.
pub(super) fn decode_head(head: &[u8], encoding: &'static Encoding) -> String {
    encoding.decode_with_bom_removal(head).0.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(bytes: &[u8]) -> (String, String) {
        let encoding = sniff(bytes, true);
        let mut out = Vec::new();
        Utf8Reader::new(bytes, encoding).read_to_end(&mut out).unwrap();
        (name(encoding), String::from_utf8(out).unwrap())
    }

    #[test]
    fn a_byte_order_mark_is_dropped() {
        assert_eq!(read_all("\u{feff}ID,Ü".as_bytes()), ("utf-8".to_owned(), "ID,Ü".to_owned()));
        assert_eq!(read_all(b""), ("utf-8".to_owned(), String::new()));
        assert_eq!(read_all(b"a"), ("utf-8".to_owned(), "a".to_owned()));
    }

    #[test]
    fn utf_16_is_read_with_and_without_its_mark() {
        let text = "id;größe\n1;ä\n";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read_all(&little), ("utf-16le".to_owned(), text.to_owned()));
        let mut big = vec![0xfe, 0xff];
        big.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
        assert_eq!(read_all(&big), ("utf-16be".to_owned(), text.to_owned()));
    }

    #[test]
    fn windows_1252_is_what_is_left() {
        assert_eq!(
            read_all(b"Men\x92s caf\xe9"),
            ("windows-1252".to_owned(), "Men\u{2019}s café".to_owned())
        );
    }

    #[test]
    fn one_damaged_byte_leaves_a_utf_8_file_utf_8() {
        let mut bytes = "äöü".repeat(20).into_bytes();
        bytes.push(0xff);
        assert_eq!(name(sniff(&bytes, true)), "utf-8");
    }
}
