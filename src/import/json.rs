//! JSON and JSON lines of any size: one element at a time, never the whole file.
//!
//! `[…]`, `{"orders": […]}`, `{"order": {…}}`, one object, objects one per line: all become a stream of elements. Known
//! shapes have readers of their own (`platform`); flat objects become rows of a table like any other.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;

use super::Error;
use super::buffer::Buffer;
use super::detect::{self, Detection, Format, HEAD_BYTES};
use super::digest::{self, Hashing};
use super::engine::{FileRun, Reject};
use super::platform::objects;
use super::platform::shapes::{self, Shape};
use super::read::Progress;
use super::row::{Row, RowSource};
use super::source::{ReadError, SourceFile};
use super::text::{self, Utf8Reader};

/// One element longer than this is no record of a shop.
const LONGEST_ELEMENT_BYTES: usize = 64 * 1024 * 1024;
/// Columns of flat objects are collected from so many of them.
const ELEMENTS_FOR_HEADER: usize = 200;

/// Elements of a JSON text, as text.
pub(super) struct Elements<R> {
    buffer: Buffer<R>,
    line: u64,
    /// Depth of wrappers entered: arrays and wrapper objects around the elements.
    open: Vec<u8>,
    /// The key of the wrapper array: `orders`.
    pub key: Option<String>,
}

impl<R: Read> Elements<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { buffer: Buffer::new(reader), line: 1, open: Vec::new(), key: None }
    }

    fn peek(&mut self) -> Option<u8> {
        self.buffer.byte(0)
    }

    fn bump(&mut self) {
        self.consume(1);
    }

    /// The next element and the line it starts on. `Ok(None)` at the end.
    pub(super) fn next(&mut self) -> Result<Option<(u64, Vec<u8>)>, ReadError> {
        loop {
            let Some(byte) = self.peek() else {
                if let Some(error) = self.buffer.take_error() {
                    return Err(error);
                }
                if self.open.is_empty() {
                    return Ok(None);
                }
                self.open.clear();
                return Err(ReadError::Malformed("The JSON ends in the middle.".to_owned()));
            };
            match byte {
                b',' | b' ' | b'\n' | b'\r' | b'\t' | 0x1e => self.bump(),
                b'[' => {
                    if self.open.len() > 8 {
                        return Err(ReadError::Malformed(
                            "The JSON is nested in a way no export is.".to_owned(),
                        ));
                    }
                    self.bump();
                    self.open.push(b']');
                }
                b']' | b'}' => {
                    if self.open.pop() != Some(byte) {
                        return Err(ReadError::Malformed(format!(
                            "Line {}: a bracket closes that was never opened.",
                            self.line
                        )));
                    }
                    self.bump();
                }
                b'{' if self.open.is_empty() => {
                    if let Some(key_bytes) = self.wrapper() {
                        self.consume(key_bytes);
                        self.open.push(b'}');
                        continue;
                    }
                    return self.element().map(Some);
                }
                // Further keys of a wrapper object: `"count": 3`.
                b'"' if self.open.last() == Some(&b'}') => {
                    self.element()?;
                    while matches!(self.peek(), Some(b':' | b' ' | b'\n' | b'\r' | b'\t')) {
                        self.bump();
                    }
                    match self.peek() {
                        Some(b',' | b'}') | None => {}
                        Some(_) => {
                            self.element()?;
                        }
                    }
                }
                _ => return self.element().map(Some),
            }
        }
    }

    /// Bytes of `{"orders":` when the object at hand is only a wrapper around an array.
    fn wrapper(&mut self) -> Option<usize> {
        // Makes sure that so much is ahead, or all there is.
        self.buffer.byte(255);
        let ahead = self.buffer.ahead();
        let bytes = &ahead[..ahead.len().min(256)];
        let mut pos = 1;
        let skip = |pos: &mut usize| {
            while bytes.get(*pos).is_some_and(u8::is_ascii_whitespace) {
                *pos += 1;
            }
        };
        skip(&mut pos);
        if bytes.get(pos) != Some(&b'"') {
            return None;
        }
        let end = pos + 1 + bytes[pos + 1..].iter().position(|byte| *byte == b'"')?;
        let key = std::str::from_utf8(&bytes[pos + 1..end]).ok()?.to_owned();
        pos = end + 1;
        skip(&mut pos);
        if bytes.get(pos) != Some(&b':') {
            return None;
        }
        pos += 1;
        let head_end = pos;
        skip(&mut pos);
        if bytes.get(pos) != Some(&b'[') || !shapes::is_wrapper(&key) {
            return None;
        }
        self.key = Some(key);
        Some(head_end)
    }

    /// One whole value, by counting brackets outside strings.
    fn element(&mut self) -> Result<(u64, Vec<u8>), ReadError> {
        let line = self.line;
        let mut pos = 0;
        let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
        loop {
            let Some(byte) = self.buffer.ahead().get(pos).copied().or_else(|| self.buffer.byte(pos)) else {
                let scalar_ends = depth == 0 && !in_string && pos > 0;
                if scalar_ends {
                    break;
                }
                self.consume(pos);
                self.open.clear();
                return Err(self.buffer.take_error().unwrap_or_else(|| {
                    ReadError::Malformed(format!("The JSON element that starts on line {line} never ends."))
                }));
            };
            pos += 1;
            if in_string {
                match byte {
                    _ if escaped => escaped = false,
                    b'\\' => escaped = true,
                    b'"' => {
                        in_string = false;
                        if depth == 0 {
                            break;
                        }
                    }
                    _ => {}
                }
            } else {
                match byte {
                    b'"' => in_string = true,
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' | b',' | b'\n' | b' ' | b'\r' | b'\t' | b':' if depth == 0 => {
                        pos -= 1;
                        break;
                    }
                    b'}' | b']' => {
                        depth -= 1;
                        if depth == 0 {
                            break;
                        }
                    }
                    _ => {}
                }
            }
            if pos > LONGEST_ELEMENT_BYTES {
                return Err(ReadError::Malformed(format!(
                    "The JSON element that starts on line {line} is larger than any record."
                )));
            }
        }
        let bytes = self.buffer.ahead()[..pos].to_vec();
        if pos == 0 {
            // A stray byte such as `:`; step over it.
            self.bump();
        }
        self.consume(pos);
        Ok((line, bytes))
    }

    fn consume(&mut self, n: usize) {
        let ahead = self.buffer.ahead();
        let n = n.min(ahead.len());
        self.line += ahead[..n].iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
        self.buffer.consume(n);
    }
}

type Stream = Elements<Utf8Reader<Box<dyn Read + Send>>>;

fn elements(file: &SourceFile, consumed: &Arc<AtomicU64>) -> Result<Stream, ReadError> {
    let head = file.head(HEAD_BYTES)?;
    let encoding = text::sniff(&head, head.len() < HEAD_BYTES);
    Ok(Elements::new(Utf8Reader::new(file.stream_counting(consumed)?, encoding)))
}

/// The shape of the first elements decides.
pub(super) fn detect(head: &[u8]) -> Detection {
    let (shape, values) = peek(head);
    if let Some(shape) = shape {
        let (platform, kind) = shape.meaning();
        let confidence = if shape.is_used() { 1.0 } else { 0.0 };
        Detection { platform, kind, confidence, problem: shape.problem(), ..json_detection(head) }
    } else {
        let (headers, rows) = as_table(&values);
        let mut table = vec![headers];
        table.extend(rows);
        let found = detect::table(&table, "The JSON file");
        Detection { format: Format::Json, encoding: json_detection(head).encoding, ..found }
    }
}

fn json_detection(head: &[u8]) -> Detection {
    let encoding = text::name(text::sniff(head, head.len() < HEAD_BYTES));
    Detection { format: Format::Json, encoding, ..Detection::default() }
}

fn peek(head: &[u8]) -> (Option<Shape>, Vec<Value>) {
    let encoding = text::sniff(head, head.len() < HEAD_BYTES);
    let mut source = Elements::new(Utf8Reader::new(head, encoding));
    let mut values = Vec::new();
    while values.len() < ELEMENTS_FOR_HEADER {
        let Ok(Some((_, bytes))) = source.next() else {
            break;
        };
        if let Ok(value) = serde_json::from_slice::<Value>(&bytes) {
            values.push(value);
        }
    }
    // A single element may be longer than the head; its beginning still names its keys.
    if values.is_empty() {
        return (shapes::shape_of_text(&String::from_utf8_lossy(head)), values);
    }
    let key = source.key.clone();
    let shape = values.iter().take(8).find_map(|value| shapes::shape(value, key.as_deref()));
    (shape, values)
}

/// True when the file is a stream of flat objects that a table profile or a mapping reads.
pub(super) fn is_table(head: &[u8]) -> bool {
    peek(head).0.is_none()
}

/// Reads objects of a known shape. Returns the file's digest and why reading stopped early, if it did.
pub(super) fn read(
    file: &SourceFile,
    run: &mut FileRun<'_>,
    progress: &Progress<'_>,
) -> Result<(String, Option<ReadError>), Error> {
    let consumed = Arc::new(AtomicU64::new(0));
    let opened = file
        .head(HEAD_BYTES)
        .and_then(|head| Ok((text::sniff(&head, head.len() < HEAD_BYTES), file.stream_counting(&consumed)?)));
    let (encoding, stream) = match opened {
        Ok(opened) => opened,
        Err(problem) => return Ok((String::new(), Some(problem))),
    };
    let (hashing, digest) = Hashing::new(stream, file.bytes);
    let mut source = Elements::new(Utf8Reader::new(hashing, encoding));
    let mut reader = objects::Reader::default();
    let mut n = 0_u64;
    let phase = format!("Reading {}", file.name);
    let stopped = loop {
        let (line, bytes) = match source.next() {
            Ok(Some(element)) => element,
            Ok(None) => break None,
            Err(problem) => break Some(problem),
        };
        n += 1;
        if n.is_multiple_of(256) {
            progress.at(file.bytes, consumed.load(Ordering::Relaxed), file.bytes, 0, 10, &phase)?;
        }
        match serde_json::from_slice::<Value>(&bytes) {
            Ok(value) => reader.element(value, source.key.as_deref(), line, run)?,
            Err(error) => {
                let reject = Reject::new(
                    "json_malformed",
                    format!("The JSON element is not valid: {error}."),
                    "Export the file again; it may have been cut or edited by hand.",
                );
                run.set_aside_raw(&String::from_utf8_lossy(&bytes), line, &reject)?;
            }
        }
    };
    reader.finish(run)?;
    drop(source);
    // Only the end of the stream is the end of the file.
    let sha256 = if stopped.is_some() { digest::of(file, progress.monitor)? } else { digest.finish() };
    Ok((sha256, stopped))
}

/// Flat objects as rows.
pub(super) struct JsonRows {
    source: Stream,
    headers: Vec<String>,
    ahead: std::collections::VecDeque<(u64, Value)>,
    header_given: bool,
    /// Bytes of the file read so far, of so many.
    consumed: Arc<AtomicU64>,
    bytes: u64,
}

pub(super) fn open(file: &SourceFile) -> Result<Box<dyn RowSource>, ReadError> {
    let consumed = Arc::new(AtomicU64::new(0));
    let mut source = elements(file, &consumed)?;
    let mut ahead = std::collections::VecDeque::new();
    while ahead.len() < ELEMENTS_FOR_HEADER {
        match source.next() {
            Ok(Some((line, bytes))) => ahead.push_back((line, parse_or_text(&bytes))),
            Ok(None) => break,
            Err(error) if ahead.is_empty() => return Err(error),
            Err(error) => {
                source.buffer.end_with(error);
                break;
            }
        }
    }
    let values: Vec<Value> = ahead.iter().map(|(_, value)| value.clone()).collect();
    let headers = headers_of(&values);
    Ok(Box::new(JsonRows { source, headers, ahead, header_given: false, consumed, bytes: file.bytes }))
}

fn parse_or_text(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes)
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(bytes).into_owned()))
}

impl RowSource for JsonRows {
    fn next_row(&mut self, row: &mut Row) -> Result<bool, ReadError> {
        row.clear();
        if !self.header_given {
            self.header_given = true;
            row.line = 1;
            self.headers.iter().for_each(|header| row.push(header));
            return Ok(true);
        }
        let (line, value) = match self.ahead.pop_front() {
            Some(element) => element,
            None => match self.source.next()? {
                Some((line, bytes)) => (line, parse_or_text(&bytes)),
                None => return Ok(false),
            },
        };
        row.line = line;
        let cells = flatten(&value);
        for header in &self.headers {
            let cell = cells.iter().find(|(key, _)| key == header).map_or("", |(_, cell)| cell.as_str());
            row.push(cell);
        }
        row.set_raw(&value.to_string());
        Ok(true)
    }

    fn position(&self) -> (u64, u64) {
        (self.consumed.load(Ordering::Relaxed), self.bytes)
    }
}

fn as_table(values: &[Value]) -> (Vec<String>, Vec<Vec<String>>) {
    let headers = headers_of(values);
    let rows = values
        .iter()
        .map(|value| {
            let cells = flatten(value);
            headers
                .iter()
                .map(|header| {
                    cells
                        .iter()
                        .find(|(key, _)| key == header)
                        .map_or_else(String::new, |(_, cell)| cell.clone())
                })
                .collect()
        })
        .collect();
    (headers, rows)
}

fn headers_of(values: &[Value]) -> Vec<String> {
    let mut headers: Vec<String> = Vec::new();
    for value in values {
        for (key, _) in flatten(value) {
            if !headers.contains(&key) {
                headers.push(key);
            }
        }
        if headers.len() > 2_000 {
            break;
        }
    }
    headers
}

/// `{"a": {"b": 1}}` is `a.b` = `1`; arrays stay JSON text.
fn flatten(value: &Value) -> Vec<(String, String)> {
    fn walk(prefix: &str, value: &Value, depth: usize, out: &mut Vec<(String, String)>) {
        match value {
            Value::Object(map) if depth < 4 => {
                for (key, value) in map {
                    let name = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
                    walk(&name, value, depth + 1, out);
                }
            }
            Value::Null => out.push((prefix.to_owned(), String::new())),
            Value::String(text) => out.push((prefix.to_owned(), text.clone())),
            other => out.push((prefix.to_owned(), other.to_string())),
        }
    }
    let mut out = Vec::new();
    walk("", value, 0, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elements_of(text: &str) -> Vec<String> {
        let mut source = Elements::new(text.as_bytes());
        let mut out = Vec::new();
        while let Ok(Some((_, bytes))) = source.next() {
            out.push(String::from_utf8(bytes).unwrap());
        }
        out
    }

    #[test]
    fn every_way_to_write_many_objects_gives_its_elements() {
        let want = ["{\"a\":1}", "{\"b\":[\"]}\"]}"];
        for text in [
            "{\"a\":1}\n{\"b\":[\"]}\"]}\n",
            "[{\"a\":1}, {\"b\":[\"]}\"]}]",
            "{ \"orders\" : [{\"a\":1},{\"b\":[\"]}\"]}], \"count\": 2 }",
        ] {
            assert_eq!(elements_of(text), want, "{text}");
        }
    }

    #[test]
    fn json_that_breaks_off_gives_what_was_whole_and_then_an_error() {
        let mut source = Elements::new(&b"[{\"a\":1},{\"b\":"[..]);
        assert!(source.next().unwrap().is_some());
        assert!(source.next().is_err());
    }
}
