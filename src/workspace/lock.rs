//! One writing program per workspace: an advisory lock on a file beside it, which the system frees even after a crash.
//! Within one program several connections share it, and SQLite puts their transactions in a row.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::Error;

/// Held while a workspace is open for writing.
#[derive(Clone, Debug)]
pub(super) struct WriterLock {
    _held: Arc<Held>,
}

#[derive(Debug)]
struct Held {
    path: PathBuf,
    file: File,
}

/// The locks of this program.
static HELD: Mutex<BTreeMap<PathBuf, Weak<Held>>> = Mutex::new(BTreeMap::new());

impl WriterLock {
    /// Fails with `OpenElsewhere` when another program writes, with `ReadOnly` when the folder does not allow a file
    /// beside the workspace.
    pub(super) fn acquire(workspace: &Path) -> Result<Self, Error> {
        let path = lock_path(workspace)?;
        let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lock) = held.get(&path).and_then(Weak::upgrade) {
            return Ok(Self { _held: lock });
        }
        let lock = Arc::new(lock_file(workspace, &path)?);
        held.insert(path, Arc::downgrade(&lock));
        Ok(Self { _held: lock })
    }
}

fn lock_file(workspace: &Path, path: &Path) -> Result<Held, Error> {
    // Whoever closes last removes the file; a lock on a removed file protects nothing, so look again.
    for _ in 0..16 {
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)
            .map_err(|source| refused(workspace, source))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Error::OpenElsewhere(workspace.to_owned())),
            Err(TryLockError::Error(source)) => return Err(refused(workspace, source)),
        }
        if same_file(&file, path) {
            return Ok(Held { path: path.to_owned(), file });
        }
    }
    Err(Error::OpenElsewhere(workspace.to_owned()))
}

impl Drop for Held {
    fn drop(&mut self) {
        // A lock file left behind is harmless: only its lock counts.
        drop(fs::remove_file(&self.path));
        drop(self.file.unlock());
    }
}

/// Beside the workspace, by its real folder, so that two ways to the same file meet.
fn lock_path(workspace: &Path) -> Result<PathBuf, Error> {
    let mut name = workspace.file_name().unwrap_or_default().to_owned();
    name.push("-lock");
    let folder = match workspace.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let folder = folder.canonicalize().map_err(|source| refused(workspace, source))?;
    Ok(folder.join(name))
}

fn refused(workspace: &Path, source: std::io::Error) -> Error {
    use std::io::ErrorKind;
    match source.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Error::ReadOnly(workspace.to_owned()),
        ErrorKind::StorageFull => Error::DiskFull(workspace.to_owned()),
        _ => Error::Io { file: workspace.to_owned(), source },
    }
}

#[cfg(unix)]
fn same_file(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    match (file.metadata(), fs::metadata(path)) {
        (Ok(open), Ok(on_disk)) => open.ino() == on_disk.ino() && open.dev() == on_disk.dev(),
        _ => false,
    }
}

/// Elsewhere an open file cannot be removed, so it is still the one on disk.
#[cfg(not(unix))]
fn same_file(_file: &File, path: &Path) -> bool {
    path.exists()
}
