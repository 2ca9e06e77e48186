//! Where bytes come from: files, folders, and members of zip and gzip archives, all streamed.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use flate2::bufread::{DeflateDecoder, MultiGzDecoder};

/// One file to import, or one member of an archive. Opening it again starts from the beginning.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// File name only; `outer.zip/folder/inner.csv` inside archives.
    pub name: String,
    /// Compressed size where the file is compressed.
    pub bytes: u64,
    store: Store,
    member: Option<Member>,
    problem: Option<ReadError>,
}

#[derive(Clone, Debug)]
enum Store {
    Path(PathBuf),
    Memory(Arc<[u8]>),
}

#[derive(Clone, Debug)]
struct Member {
    offset: u64,
    compressed_bytes: u64,
    is_deflated: bool,
}

/// Why reading a file stopped. Rows before it are good.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    #[error("the compressed file ends early")]
    Truncated,
    #[error("the compressed data is damaged")]
    Damaged,
    #[error("the archive unpacks to far more than any export")]
    TooLarge,
    #[error("the archive member is encrypted or packed in a way that is not supported")]
    Unsupported,
    #[error("there is no such file")]
    Missing,
    #[error("there is no permission to read it")]
    Forbidden,
    #[error("it is a folder without readable files")]
    EmptyFolder,
    #[error("it cannot be read ({0})")]
    Io(String),
    /// The content is not what the format demands.
    #[error("{0}")]
    Malformed(String),
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Truncated,
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => Self::Damaged,
            io::ErrorKind::NotFound => Self::Missing,
            io::ErrorKind::PermissionDenied => Self::Forbidden,
            io::ErrorKind::FileTooLarge => Self::TooLarge,
            kind => Self::Io(kind.to_string()),
        }
    }
}

/// Read and seek, as sheets and Parquet need.
pub trait ReadSeek: Read + Seek + Send + Sync {}
impl<T: Read + Seek + Send + Sync> ReadSeek for T {}

const MOST_FILES: usize = 20_000;
const DEEPEST_FOLDER: usize = 16;
/// Real exports shrink by a factor of 5 to 60; far above both limits it is an attack.
const BOMB_RATIO: u64 = 250;
const BOMB_BYTES: u64 = 256 * 1024 * 1024;
/// Sheets and Parquet inside archives are unpacked into memory.
const LARGEST_IN_MEMORY: u64 = 1024 * 1024 * 1024;

/// Every importable file under `paths`: files, folders (all depths, hidden files left out), members of zip archives.
/// What cannot be opened is listed too and explained when it is read. Sorted by name within a folder.
pub fn sources(paths: &[PathBuf]) -> Vec<SourceFile> {
    let mut out = Vec::new();
    for path in paths {
        if path.is_dir() {
            let before = out.len();
            walk(path, &mut out);
            if out.len() == before {
                out.push(SourceFile::broken(path, ReadError::EmptyFolder));
            }
        } else {
            add_file(path, &mut out);
        }
    }
    out
}

fn walk(folder: &Path, out: &mut Vec<SourceFile>) {
    let mut folders = VecDeque::from([(folder.to_owned(), 0)]);
    while let Some((folder, depth)) = folders.pop_front() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            out.push(SourceFile::broken(&folder, ReadError::Forbidden));
            continue;
        };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if name.starts_with('.') || name == "__MACOSX" || path.is_symlink() && path.is_dir() {
                continue;
            }
            if path.is_dir() {
                if depth < DEEPEST_FOLDER {
                    folders.push_back((path, depth + 1));
                }
            } else if out.len() < MOST_FILES {
                add_file(&path, out);
            }
        }
    }
}

fn add_file(path: &Path, out: &mut Vec<SourceFile>) {
    let name = path
        .file_name()
        .map_or_else(|| path.to_string_lossy().into_owned(), |name| name.to_string_lossy().into_owned());
    match std::fs::metadata(path) {
        Ok(metadata) => {
            let file = SourceFile {
                name,
                bytes: metadata.len(),
                store: Store::Path(path.to_owned()),
                member: None,
                problem: None,
            };
            file.expand(out);
        }
        Err(error) => out.push(SourceFile::broken(path, error.into())),
    }
}

impl SourceFile {
    /// A file that is already in memory, for tests and for data dropped from elsewhere. Archives are not expanded.
    pub fn memory(name: &str, bytes: impl Into<Arc<[u8]>>) -> Self {
        let bytes = bytes.into();
        Self {
            name: name.to_owned(),
            bytes: bytes.len() as u64,
            store: Store::Memory(bytes),
            member: None,
            problem: None,
        }
    }

    /// The members of an archive in memory, or the file itself.
    pub fn from_memory(name: &str, bytes: impl Into<Arc<[u8]>>) -> Vec<Self> {
        let mut out = Vec::new();
        Self::memory(name, bytes).expand(&mut out);
        out
    }

    fn broken(path: &Path, problem: ReadError) -> Self {
        let name = path
            .file_name()
            .map_or_else(|| path.to_string_lossy().into_owned(), |n| n.to_string_lossy().into_owned());
        Self { name, bytes: 0, store: Store::Memory(Arc::from([])), member: None, problem: Some(problem) }
    }

    fn expand(self, out: &mut Vec<Self>) {
        let is_zip = self.raw().and_then(|mut raw| {
            let mut magic = [0_u8; 4];
            Ok(read_up_to(&mut raw, &mut magic)? == 4 && &magic == b"PK\x03\x04")
        });
        if !is_zip.unwrap_or(false) {
            out.push(self);
            return;
        }
        match self.members() {
            Ok(members) => out.extend(members),
            Err(problem) => out.push(Self { problem: Some(problem), ..self }),
        }
    }

    /// The members of a zip; the file itself when the zip is a spreadsheet.
    fn members(&self) -> Result<Vec<Self>, ReadError> {
        let damaged = |_| ReadError::Damaged;
        let mut archive = zip::ZipArchive::new(BufReader::new(self.raw()?)).map_err(damaged)?;
        if archive.index_for_name("xl/workbook.xml").is_some()
            || archive.index_for_name("[Content_Types].xml").is_some()
        {
            return Ok(vec![self.clone()]);
        }
        let mut out = Vec::new();
        for idx in 0..archive.len().min(MOST_FILES) {
            let entry = archive.by_index_raw(idx).map_err(damaged)?;
            let inner = entry.name().replace('\\', "/");
            let hidden = inner.split('/').any(|part| part.starts_with('.') || part == "__MACOSX");
            if entry.is_dir() || hidden {
                continue;
            }
            let is_deflated = match entry.compression() {
                zip::CompressionMethod::Deflated => Some(true),
                zip::CompressionMethod::Stored => Some(false),
                _ => None,
            };
            let supported = is_deflated.is_some() && !entry.encrypted();
            let offset = entry.data_start();
            out.push(Self {
                name: format!("{}/{inner}", self.name),
                bytes: entry.compressed_size(),
                store: self.store.clone(),
                member: offset.map(|offset| Member {
                    offset,
                    compressed_bytes: entry.compressed_size(),
                    is_deflated: is_deflated.unwrap_or(false),
                }),
                problem: (!supported || offset.is_none()).then_some(ReadError::Unsupported),
            });
        }
        out.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(out)
    }

    fn raw(&self) -> io::Result<Box<dyn ReadSeek>> {
        Ok(match &self.store {
            Store::Path(path) => Box::new(File::open(path)?),
            Store::Memory(bytes) => Box::new(Cursor::new(Arc::clone(bytes))),
        })
    }

    /// The content, unpacked.
    pub fn stream(&self) -> Result<Box<dyn Read + Send>, ReadError> {
        self.stream_counting(&Arc::default())
    }

    /// The content, unpacked; adds the bytes read from disk, packed as they are, to `consumed`.
    pub(super) fn stream_counting(
        &self,
        consumed: &Arc<AtomicU64>,
    ) -> Result<Box<dyn Read + Send>, ReadError> {
        if let Some(problem) = &self.problem {
            return Err(problem.clone());
        }
        let mut raw = self.raw()?;
        let base: Box<dyn Read + Send> = match &self.member {
            None => Box::new(Counted { inner: raw, n: Arc::clone(consumed) }),
            Some(member) => {
                raw.seek(SeekFrom::Start(member.offset))?;
                let packed = Counted { inner: raw.take(member.compressed_bytes), n: Arc::clone(consumed) };
                if member.is_deflated {
                    Box::new(Bounded::new(
                        DeflateDecoder::new(BufReader::new(packed)),
                        member.compressed_bytes,
                    ))
                } else {
                    Box::new(packed)
                }
            }
        };
        let mut base = BufReader::with_capacity(128 * 1024, base);
        let is_gzip = io::BufRead::fill_buf(&mut base)?.starts_with(&[0x1f, 0x8b]);
        if is_gzip {
            return Ok(Box::new(Bounded::new(MultiGzDecoder::new(base), self.bytes)));
        }
        Ok(Box::new(base))
    }

    /// The content with random access; what is packed is unpacked into memory.
    pub fn seekable(&self) -> Result<Box<dyn ReadSeek>, ReadError> {
        if let Some(problem) = &self.problem {
            return Err(problem.clone());
        }
        if self.member.is_none() && !self.is_gzip() {
            return Ok(self.raw()?);
        }
        Ok(Box::new(Cursor::new(self.bytes()?)))
    }

    /// The file on disk, which may be the archive the content stands in.
    pub fn path(&self) -> Option<&Path> {
        match &self.store {
            Store::Path(path) => Some(path),
            Store::Memory(_) => None,
        }
    }

    /// Size and time of the last change: another stamp is another content.
    pub(super) fn stamp(&self) -> Option<(u64, Option<SystemTime>)> {
        let metadata = std::fs::metadata(self.path()?).ok()?;
        Some((metadata.len(), metadata.modified().ok()))
    }

    /// The path of a file on disk that is not packed.
    pub(super) fn plain_path(&self) -> Option<&Path> {
        match (&self.store, &self.member) {
            (Store::Path(path), None) if !self.is_gzip() => Some(path),
            _ => None,
        }
    }

    fn is_gzip(&self) -> bool {
        let mut magic = [0_u8; 2];
        self.raw().is_ok_and(|mut raw| read_up_to(&mut raw, &mut magic).is_ok_and(|n| n == 2))
            && magic == [0x1f, 0x8b]
    }

    /// All of the unpacked content, in memory.
    pub(super) fn bytes(&self) -> Result<Vec<u8>, ReadError> {
        let mut bytes = Vec::new();
        self.stream()?.take(LARGEST_IN_MEMORY + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > LARGEST_IN_MEMORY { Err(ReadError::TooLarge) } else { Ok(bytes) }
    }

    /// Up to `n` bytes of the unpacked content. A file that breaks off earlier gives what is readable.
    pub fn head(&self, n: usize) -> Result<Vec<u8>, ReadError> {
        let mut stream = self.stream()?;
        let mut head = vec![0; n];
        let mut len = 0;
        while len < n {
            match stream.read(&mut head[len..]) {
                Ok(0) => break,
                Ok(read) => len += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if len == 0 => return Err(error.into()),
                Err(_) => break,
            }
        }
        head.truncate(len);
        Ok(head)
    }
}

/// Says how far a stream has been read.
struct Counted<R> {
    inner: R,
    n: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(out)?;
        self.n.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

fn read_up_to(reader: &mut impl Read, out: &mut [u8]) -> io::Result<usize> {
    let mut len = 0;
    while len < out.len() {
        match reader.read(&mut out[len..])? {
            0 => break,
            n => len += n,
        }
    }
    Ok(len)
}

/// Stops an archive that unpacks to absurd sizes.
struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Bounded<R> {
    fn new(inner: R, compressed_bytes: u64) -> Self {
        Self { inner, left: compressed_bytes.saturating_mul(BOMB_RATIO).max(BOMB_BYTES) }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(out)?;
        self.left =
            self.left.checked_sub(n as u64).ok_or_else(|| io::Error::from(io::ErrorKind::FileTooLarge))?;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn text(file: &SourceFile) -> String {
        let mut out = String::new();
        file.stream().unwrap().read_to_string(&mut out).unwrap();
        out
    }

    #[test]
    fn members_of_a_zip_are_read_also_when_gzipped_inside() {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        for (name, bytes) in
            [("b/orders.csv", b"a,b\n".to_vec()), ("x.csv.gz", gzip(b"c,d\n")), ("__MACOSX/x", vec![1])]
        {
            writer.start_file(name, options).unwrap();
            writer.write_all(&bytes).unwrap();
        }
        let bytes = writer.finish().unwrap().into_inner();
        let files = SourceFile::from_memory("a.zip", bytes);
        let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["a.zip/b/orders.csv", "a.zip/x.csv.gz"]);
        assert_eq!((text(&files[0]), text(&files[1])), ("a,b\n".to_owned(), "c,d\n".to_owned()));
    }

    #[test]
    fn a_truncated_gzip_gives_its_beginning_and_then_says_so() {
        let mut packed = gzip("order,1\n".repeat(50_000).as_bytes());
        packed.truncate(packed.len() / 2);
        let file = SourceFile::memory("x.gz", packed);
        assert!(file.head(100).unwrap().starts_with(b"order,1"));
        let error = file.stream().unwrap().read_to_end(&mut Vec::new()).unwrap_err();
        assert_eq!(ReadError::from(error), ReadError::Truncated);
    }

    #[test]
    fn a_bomb_is_refused() {
        let packed = gzip(&vec![0_u8; 300 * 1024 * 1024]);
        let error =
            io::copy(&mut SourceFile::memory("x.gz", packed).stream().unwrap(), &mut io::sink()).unwrap_err();
        assert_eq!(ReadError::from(error), ReadError::TooLarge);
    }

    #[test]
    fn a_missing_file_is_listed_with_its_problem() {
        let files = sources(&[PathBuf::from("/no/such/file.csv")]);
        assert_eq!(files[0].name, "file.csv");
        assert_eq!(files[0].stream().err(), Some(ReadError::Missing));
    }
}
