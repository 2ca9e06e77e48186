//! Product feeds in XML: RSS items and Atom entries as rows.

use std::collections::VecDeque;
use std::io::{BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use quick_xml::events::Event;

use super::detect::{self, Detection, Format, HEAD_BYTES};
use super::row::{Row, RowSource};
use super::source::{ReadError, SourceFile};
use super::text::{self, Utf8Reader};
use super::value;
use crate::shop::{Cancelled, Monitor};

/// Where only a look is taken, columns are those of so many items.
const ITEMS_FOR_HEADER: usize = 500;
/// No feed has more fields; a file that does is made to fill the memory.
const MOST_FIELDS: usize = 2_000;
const LONGEST_FIELD_BYTES: usize = 16 * 1024 * 1024;

struct Items<R: Read> {
    reader: quick_xml::Reader<BufReader<R>>,
    buf: Vec<u8>,
}

type Fields = Vec<(String, String)>;

impl<R: Read> Items<R> {
    fn new(reader: R) -> Self {
        let mut reader = quick_xml::Reader::from_reader(BufReader::new(reader));
        reader.config_mut().check_end_names = false;
        Self { reader, buf: Vec::new() }
    }

    /// The fields of the next `item`, `entry` or `product`; repeated ones joined by commas.
    fn next(&mut self) -> Result<Option<Fields>, ReadError> {
        let mut fields: Fields = Vec::new();
        let mut depth = 0_usize;
        let mut name = String::new();
        let mut content = String::new();
        loop {
            self.buf.clear();
            let event = self.reader.read_event_into(&mut self.buf).map_err(|error| match error {
                quick_xml::Error::Io(error) => ReadError::from(std::io::Error::from(error.kind())),
                other => ReadError::Malformed(format!("The XML is not well formed ({other}).")),
            })?;
            match event {
                Event::Start(start) => {
                    let tag = local(start.name().as_ref());
                    if depth == 0 {
                        depth =
                            usize::from(matches!(tag.as_str(), "item" | "entry" | "product" | "shopitem"));
                    } else {
                        depth += 1;
                        if depth == 2 {
                            name = tag;
                            content.clear();
                        }
                    }
                }
                Event::Empty(start) if depth == 1 => {
                    // Atom: <link href="…"/>
                    let tag = local(start.name().as_ref());
                    let href =
                        start.attributes().flatten().find(|attribute| attribute.key.as_ref() == b"href");
                    if let Some(href) = href {
                        push(&mut fields, &tag, &value::unescape(&String::from_utf8_lossy(&href.value)));
                    }
                }
                Event::Text(text) if depth == 2 => content.push_str(&String::from_utf8_lossy(&text)),
                Event::CData(text) if depth == 2 => content.push_str(&String::from_utf8_lossy(&text)),
                Event::GeneralRef(reference) if depth == 2 => {
                    let entity = format!("&{};", String::from_utf8_lossy(&reference));
                    content.push_str(&value::unescape(&entity));
                }
                Event::End(_) if depth > 0 => {
                    if depth == 2 {
                        push(&mut fields, &name, content.trim());
                    }
                    depth -= 1;
                    if depth == 0 {
                        return Ok(Some(fields));
                    }
                }
                Event::Eof if depth > 0 => {
                    return Err(ReadError::Malformed("The XML ends in the middle of an item.".to_owned()));
                }
                Event::Eof => return Ok(None),
                _ => {}
            }
            if content.len() > LONGEST_FIELD_BYTES || fields.len() > 5_000 {
                return Err(ReadError::Malformed(
                    "An item of the feed is larger than any product.".to_owned(),
                ));
            }
        }
    }
}

fn push(fields: &mut Fields, name: &str, content: &str) {
    match fields.iter_mut().find(|(own, _)| own == name) {
        Some((_, own)) if !content.is_empty() => {
            own.push(',');
            own.push_str(content);
        }
        Some(_) => {}
        None => fields.push((name.to_owned(), content.to_owned())),
    }
}

/// `g:image_link` and `image_link` are one field.
fn local(name: &[u8]) -> String {
    let name = String::from_utf8_lossy(name).to_lowercase();
    name.rsplit(':').next().unwrap_or(&name).to_owned()
}

fn headers_of(items: &[Fields]) -> Vec<String> {
    let mut headers: Vec<String> = Vec::new();
    for (name, _) in items.iter().flatten() {
        if !headers.contains(name) {
            headers.push(name.clone());
        }
    }
    headers
}

pub(super) fn detect(head: &[u8]) -> Detection {
    let encoding = text::sniff(head, head.len() < HEAD_BYTES);
    let mut source = Items::new(Utf8Reader::new(head, encoding));
    let mut items = Vec::new();
    while items.len() < ITEMS_FOR_HEADER
        && let Ok(Some(item)) = source.next()
    {
        items.push(item);
    }
    let headers = headers_of(&items);
    let mut table = vec![headers.clone()];
    table.extend(items.iter().map(|item| cells(item, &headers)));
    let mut found = detect::table(&table, "The XML file");
    if items.is_empty() {
        found.problem =
            Some("The XML holds no items, entries or products, so it is no product feed.".to_owned());
    }
    Detection { format: Format::Xml, encoding: text::name(encoding), ..found }
}

fn cells(item: &Fields, headers: &[String]) -> Vec<String> {
    headers
        .iter()
        .map(|header| {
            item.iter()
                .find(|(name, _)| name == header)
                .map_or_else(String::new, |(_, content)| content.clone())
        })
        .collect()
}

struct XmlRows {
    source: Items<Utf8Reader<Box<dyn Read + Send>>>,
    headers: Vec<String>,
    ahead: VecDeque<Fields>,
    trouble: Option<ReadError>,
    n: u64,
    /// Bytes of the file read so far, of so many.
    consumed: Arc<AtomicU64>,
    bytes: u64,
}

/// The fields of all items, in the order in which they first appear. A feed that breaks off has those up to there.
pub(super) fn fields(
    file: &SourceFile,
    monitor: &dyn Monitor,
) -> Result<Result<Arc<[String]>, ReadError>, Cancelled> {
    let stream = file.head(HEAD_BYTES).and_then(|head| {
        let encoding = text::sniff(&head, head.len() < HEAD_BYTES);
        Ok(Utf8Reader::new(file.stream()?, encoding))
    });
    let mut source = match stream {
        Ok(stream) => Items::new(stream),
        Err(problem) => return Ok(Err(problem)),
    };
    let mut names: Vec<String> = Vec::new();
    let mut n = 0_u64;
    while let Ok(Some(item)) = source.next() {
        n += 1;
        if n.is_multiple_of(256) {
            monitor.checkpoint()?;
        }
        for (name, _) in item {
            if names.len() < MOST_FIELDS && !names.contains(&name) {
                names.push(name);
            }
        }
    }
    Ok(Ok(names.into()))
}

/// `fields`: of all items, where they were collected before; else those of the first items.
pub(super) fn open(
    file: &SourceFile,
    fields: Option<&Arc<[String]>>,
) -> Result<Box<dyn RowSource>, ReadError> {
    let head = file.head(HEAD_BYTES)?;
    let encoding = text::sniff(&head, head.len() < HEAD_BYTES);
    let consumed = Arc::new(AtomicU64::new(0));
    let mut source = Items::new(Utf8Reader::new(file.stream_counting(&consumed)?, encoding));
    let mut ahead = Vec::new();
    let mut trouble = None;
    while ahead.len() < ITEMS_FOR_HEADER {
        match source.next() {
            Ok(Some(item)) => ahead.push(item),
            Ok(None) => break,
            Err(error) => {
                trouble = Some(error);
                break;
            }
        }
    }
    let headers = fields.map_or_else(|| headers_of(&ahead), |fields| fields.to_vec());
    Ok(Box::new(XmlRows { source, headers, ahead: ahead.into(), trouble, n: 0, consumed, bytes: file.bytes }))
}

impl RowSource for XmlRows {
    fn next_row(&mut self, row: &mut Row) -> Result<bool, ReadError> {
        row.clear();
        if self.n == 0 {
            self.headers.iter().for_each(|header| row.push(header));
            self.n = 1;
            row.line = 1;
            return Ok(!self.headers.is_empty());
        }
        let item = match self.ahead.pop_front() {
            Some(item) => item,
            None => match self.trouble.take().map_or_else(|| self.source.next(), Err)? {
                Some(item) => item,
                None => return Ok(false),
            },
        };
        row.line = self.n;
        self.n += 1;
        for header in &self.headers {
            row.push(
                item.iter().find(|(name, _)| name == header).map_or("", |(_, content)| content.as_str()),
            );
        }
        Ok(true)
    }

    fn position(&self) -> (u64, u64) {
        (self.consumed.load(Ordering::Relaxed), self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_of_rss_and_entries_of_atom_become_fields() {
        let rss = "<rss xmlns:g=\"x\"><channel><title>Shop</title><item><g:id>1</g:id><title>A &amp; B</title><g:additional_image_link>u1</g:additional_image_link><g:additional_image_link>u2</g:additional_image_link><g:shipping><g:price>5</g:price></g:shipping></item></channel></rss>";
        let mut items = Items::new(rss.as_bytes());
        let item = items.next().unwrap().unwrap();
        let get = |name: &str| item.iter().find(|(own, _)| own == name).map(|(_, content)| content.as_str());
        assert_eq!(
            (get("id"), get("title"), get("additional_image_link")),
            (Some("1"), Some("A & B"), Some("u1,u2"))
        );
        assert_eq!(get("price"), None);
        let atom = "<feed><entry><id>1</id><link href=\"https://x/?a=1&amp;b=2\"/><title><![CDATA[T]]></title></entry></feed>";
        let item = Items::new(atom.as_bytes()).next().unwrap().unwrap();
        assert_eq!(
            item,
            [("id", "1"), ("link", "https://x/?a=1&b=2"), ("title", "T")]
                .map(|(a, b)| (a.to_owned(), b.to_owned()))
        );
    }

    #[test]
    fn xml_that_breaks_off_says_so() {
        let mut items = Items::new(&b"<rss><item><id>1</id></item><item><id>2"[..]);
        assert!(items.next().unwrap().is_some());
        assert!(items.next().is_err());
    }
}
