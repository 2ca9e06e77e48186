//! A bundle on disk: a folder or one zip of it, written whole or not at all, read only when its digest is right.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::files::{self, Files};
use super::{Bundle, schema};
use crate::shop::{Seconds, time};

pub const FORMAT: &str = "endcap-bundle";
/// Major and minor; a reader refuses another major.
pub const FORMAT_VERSION: &str = "1.0";
pub const DECIDER: &str = "decide-1";
/// A zip that unpacks to more is refused.
const MOST_BYTES: u64 = 4 << 30;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("`{0}` exists already; a bundle is never overwritten, choose another name")]
    Exists(PathBuf),
    #[error("`{path}` cannot be written or read: {source}")]
    Io { path: PathBuf, source: io::Error },
    #[error("the bundle has no `{0}`; it is incomplete, compile it again")]
    Missing(String),
    #[error("`{path}` in the bundle cannot be understood: {source}")]
    Content { path: String, source: serde_json::Error },
    #[error("the bundle was changed after it was written: {0}")]
    Digest(String),
    #[error("this is `{0}`; a bundle of format endcap-bundle 1.x for decide-1 is needed")]
    Version(String),
    #[error("the bundle names a file outside itself: `{0}`")]
    Path(String),
    #[error("the zip cannot be read: {0}")]
    Zip(#[from] zip::result::ZipError),
    #[error("a value cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error("the zip unpacks to more than 4 GiB and is refused")]
    TooBig,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    pub format: String,
    pub format_version: String,
    pub decider: String,
    /// The first 16 hexadecimal digits of the digest.
    pub bundle_id: String,
    /// The bundle this one replaces.
    #[serde(default)]
    pub parent: Option<String>,
    /// UTC, RFC 3339.
    pub created_at: String,
    pub store: Store,
    /// Ascending by path; the manifest itself is not listed.
    pub files: Vec<FileEntry>,
    /// SHA-256 over the lines `path sha256\n` of all files, ascending by path.
    pub digest: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Store {
    pub name: String,
    pub platform: String,
    pub time_zone: String,
    pub currency: String,
    /// Which of the platform's keys product ids are, for example `handle` or `sku`.
    pub id_kind: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FileEntry {
    pub path: String,
    pub media_type: String,
    pub bytes: u64,
    /// Lines of a `.jsonl`, elements of a JSON array, else 1.
    pub rows: u64,
    pub sha256: String,
}

/// What travels with a bundle besides what decides pages.
#[derive(Clone, Debug, Default)]
pub struct Extras {
    pub created_at: Seconds,
    pub parent: Option<String>,
    /// See [`Store::id_kind`]; empty means `product`.
    pub id_kind: String,
    /// More files: `cases.jsonl`, `fallback.json`, `report.json`, `report.html`, `provenance.json`, `offers.json`,
    /// `triggers.json`, `projections/…`. A path that the bundle itself writes is ignored.
    pub files: Files,
}

/// Writes a folder, or a zip when the name ends in `.zip`. Nothing is there until all of it is.
pub fn write(bundle: &Bundle, path: &Path, extras: &Extras) -> Result<Manifest, Error> {
    if path.exists() {
        return Err(Error::Exists(path.to_owned()));
    }
    let (manifest, all) = assemble(bundle, extras)?;
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let parent = match path.parent() {
        Some(parent) if parent != Path::new("") => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    fs::create_dir_all(&parent).map_err(at(&parent))?;
    let unfinished = parent.join(format!(".{name}.unfinished"));
    clear(&unfinished)?;
    let written = if is_zip(path) { write_zip(&unfinished, &all) } else { write_folder(&unfinished, &all) };
    let renamed = written.and_then(|()| fs::rename(&unfinished, path).map_err(at(path)));
    if let Err(error) = renamed {
        clear(&unfinished)?;
        return Err(error);
    }
    sync(&parent)?;
    Ok(manifest)
}

/// Reads a folder or a zip whose digest, format and decider are right.
pub fn read(path: &Path) -> Result<Bundle, Error> {
    let all = load(path)?;
    check(&all)?;
    files::read(&all)
}

/// Every file of a bundle with the manifest, unchecked.
pub fn load(path: &Path) -> Result<Files, Error> {
    if path.is_dir() { load_folder(path) } else { load_zip(path) }
}

/// The manifest, when format, decider, digest and every file are right.
pub fn check(all: &Files) -> Result<Manifest, Error> {
    let manifest = manifest(all)?;
    let major = FORMAT_VERSION.split('.').next();
    if manifest.format != FORMAT
        || manifest.format_version.split('.').next() != major
        || manifest.decider != DECIDER
    {
        return Err(Error::Version(format!(
            "{} {} for {}",
            manifest.format, manifest.format_version, manifest.decider
        )));
    }
    for entry in &manifest.files {
        let bytes = all.get(&entry.path).ok_or_else(|| Error::Missing(entry.path.clone()))?;
        if sha256(bytes) != entry.sha256 {
            return Err(Error::Digest(format!("`{}` has other content", entry.path)));
        }
    }
    if let Some(extra) = all
        .keys()
        .find(|path| *path != "manifest.json" && !manifest.files.iter().any(|entry| entry.path == **path))
    {
        return Err(Error::Digest(format!("`{extra}` does not belong to it")));
    }
    if digest(&manifest.files) != manifest.digest {
        return Err(Error::Digest("the manifest's digest is wrong".to_owned()));
    }
    Ok(manifest)
}

pub fn manifest(all: &Files) -> Result<Manifest, Error> {
    let bytes = all.get("manifest.json").ok_or_else(|| Error::Missing("manifest.json".to_owned()))?;
    serde_json::from_slice(bytes)
        .map_err(|source| Error::Content { path: "manifest.json".to_owned(), source })
}

/// All files with their manifest, in memory.
pub fn assemble(bundle: &Bundle, extras: &Extras) -> Result<(Manifest, Files), Error> {
    let mut all = extras.files.clone();
    for (path, content) in
        [("offers.json", "[]"), ("triggers.json", "[]"), ("report.json", "{}"), ("provenance.json", "{}")]
    {
        all.entry(path.to_owned()).or_insert_with(|| content.into());
    }
    for (name, content) in schema::all() {
        all.insert(format!("schema/{name}.schema.json"), super::canonical::to_bytes(&content)?);
    }
    all.extend(files::write(bundle)?);
    all.remove("manifest.json");
    if let Some(outside) = all.keys().find(|path| !is_inside(path)) {
        return Err(Error::Path(outside.clone()));
    }
    let entries: Vec<FileEntry> = all
        .iter()
        .map(|(path, bytes)| FileEntry {
            path: path.clone(),
            media_type: media_type(path).to_owned(),
            bytes: bytes.len() as u64,
            rows: rows(path, bytes),
            sha256: sha256(bytes),
        })
        .collect();
    let digest = digest(&entries);
    let manifest = Manifest {
        format: FORMAT.to_owned(),
        format_version: FORMAT_VERSION.to_owned(),
        decider: DECIDER.to_owned(),
        bundle_id: digest[..16].to_owned(),
        parent: extras.parent.clone(),
        created_at: time::rfc3339(extras.created_at),
        store: Store {
            name: bundle.info.store.clone(),
            platform: bundle.info.platform.clone(),
            time_zone: bundle.info.time_zone.0.clone(),
            currency: bundle.info.currency.0.clone(),
            id_kind: if extras.id_kind.is_empty() { "product".to_owned() } else { extras.id_kind.clone() },
        },
        files: entries,
        digest,
    };
    all.insert("manifest.json".to_owned(), super::canonical::to_bytes(&manifest)?);
    Ok((manifest, all))
}

fn digest(entries: &[FileEntry]) -> String {
    let mut sorted: Vec<&FileEntry> = entries.iter().collect();
    sorted.sort_by(|left, right| left.path.cmp(&right.path));
    let lines: String =
        sorted.into_iter().map(|entry| format!("{} {}\n", entry.path, entry.sha256)).collect();
    sha256(lines.as_bytes())
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("json") => "application/json",
        Some("jsonl") => "application/jsonl",
        Some("html") => "text/html",
        Some("csv") => "text/csv",
        Some("js") => "text/javascript",
        _ => "application/octet-stream",
    }
}

fn rows(path: &str, bytes: &[u8]) -> u64 {
    if path.ends_with(".jsonl") {
        return bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
    }
    serde_json::from_slice::<Vec<serde::de::IgnoredAny>>(bytes).map_or(1, |items| items.len() as u64)
}

/// Relative, with `/`, without `..`, nothing hidden.
fn is_inside(path: &str) -> bool {
    !path.is_empty()
        && !path.contains(['\\', ':', '\0'])
        && path.split('/').all(|part| !part.is_empty() && !part.starts_with('.'))
}

fn is_zip(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip"))
}

fn write_folder(folder: &Path, all: &Files) -> Result<(), Error> {
    fs::create_dir_all(folder).map_err(at(folder))?;
    let mut folders = std::collections::BTreeSet::from([folder.to_owned()]);
    for (path, bytes) in all {
        let target = folder.join(path);
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent).map_err(at(parent))?;
            folders.insert(parent.to_owned());
        }
        let mut file = File::create(&target).map_err(at(&target))?;
        file.write_all(bytes).map_err(at(&target))?;
        file.sync_all().map_err(at(&target))?;
    }
    for folder in &folders {
        sync(folder)?;
    }
    Ok(())
}

fn write_zip(target: &Path, all: &Files) -> Result<(), Error> {
    let file = File::create(target).map_err(at(target))?;
    let mut zip = zip::ZipWriter::new(file);
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    for (path, bytes) in all {
        zip.start_file(path.as_str(), options)?;
        zip.write_all(bytes).map_err(at(target))?;
    }
    zip.finish()?.sync_all().map_err(at(target))
}

fn load_folder(folder: &Path) -> Result<Files, Error> {
    let mut all = Files::new();
    let mut open = vec![(folder.to_owned(), String::new())];
    while let Some((here, prefix)) = open.pop() {
        for entry in fs::read_dir(&here).map_err(at(&here))? {
            let entry = entry.map_err(at(&here))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}{name}");
            let kind = entry.file_type().map_err(at(&here))?;
            if kind.is_dir() {
                open.push((entry.path(), format!("{path}/")));
            } else if kind.is_file() {
                all.insert(path, fs::read(entry.path()).map_err(at(&entry.path()))?);
            }
        }
    }
    Ok(all)
}

fn load_zip(path: &Path) -> Result<Files, Error> {
    let mut zip = zip::ZipArchive::new(File::open(path).map_err(at(path))?)?;
    let mut all = Files::new();
    let mut total = 0;
    for at_index in 0..zip.len() {
        let file = zip.by_index(at_index)?;
        if file.is_dir() {
            continue;
        }
        let name = file.name().to_owned();
        if !is_inside(&name) {
            return Err(Error::Path(name));
        }
        let mut bytes = Vec::new();
        file.take(MOST_BYTES - total + 1).read_to_end(&mut bytes).map_err(at(path))?;
        total += bytes.len() as u64;
        if total > MOST_BYTES {
            return Err(Error::TooBig);
        }
        all.insert(name, bytes);
    }
    Ok(all)
}

fn clear(path: &Path) -> Result<(), Error> {
    let result = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match result {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Error::Io { path: path.to_owned(), source: error })
        }
        _ => Ok(()),
    }
}

/// Folders cannot be synchronised everywhere; where they can, the rename is then on disk.
fn sync(folder: &Path) -> Result<(), Error> {
    if cfg!(unix) {
        File::open(folder).and_then(|file| file.sync_all()).map_err(at(folder))?;
    }
    Ok(())
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_owned();
    |source| Error::Io { path, source }
}
