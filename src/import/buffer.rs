//! Bytes of a reader, as many at a time as the record at hand needs.

use std::io::Read;

use super::source::ReadError;

const CHUNK_BYTES: usize = 256 * 1024;

/// A window over a stream. A read error ends the stream like its end does, and is kept for after the last whole record.
pub(super) struct Buffer<R> {
    reader: R,
    bytes: Vec<u8>,
    from: usize,
    to: usize,
    ended: bool,
    consumed: u64,
    error: Option<ReadError>,
}

impl<R: Read> Buffer<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader, bytes: vec![0; CHUNK_BYTES], from: 0, to: 0, ended: false, consumed: 0, error: None }
    }

    /// What was read and not consumed yet. Positions in it stay the same when more is read.
    pub(super) fn ahead(&self) -> &[u8] {
        &self.bytes[self.from..self.to]
    }

    /// Reads more behind what is ahead.
    pub(super) fn fill(&mut self) {
        if self.from > 0 {
            self.bytes.copy_within(self.from..self.to, 0);
            self.to -= self.from;
            self.from = 0;
        }
        if self.bytes.len() - self.to < CHUNK_BYTES / 2 {
            self.bytes.resize(self.bytes.len() * 2, 0);
        }
        match self.reader.read(&mut self.bytes[self.to..]) {
            Ok(0) => self.ended = true,
            Ok(n) => self.to += n,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => {
                self.ended = true;
                self.error = Some(ReadError::from(error));
            }
        }
    }

    /// The byte at a position ahead, reading on if need be; `None` at the end of the stream.
    pub(super) fn byte(&mut self, at: usize) -> Option<u8> {
        while self.from + at >= self.to {
            if self.ended {
                return None;
            }
            self.fill();
        }
        Some(self.bytes[self.from + at])
    }

    pub(super) fn consume(&mut self, n: usize) {
        self.from += n;
        self.consumed += n as u64;
    }

    /// True when nothing will come behind what is ahead.
    pub(super) fn has_ended(&self) -> bool {
        self.ended
    }

    /// Bytes consumed so far.
    pub(super) fn consumed(&self) -> u64 {
        self.consumed
    }

    pub(super) fn has_failed(&self) -> bool {
        self.error.is_some()
    }

    pub(super) fn take_error(&mut self) -> Option<ReadError> {
        self.error.take()
    }

    /// Drops what is ahead and ends the stream with an error.
    pub(super) fn end_with(&mut self, error: ReadError) {
        self.error = Some(error);
        self.ended = true;
        self.from = self.to;
    }
}
