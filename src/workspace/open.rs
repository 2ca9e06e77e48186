//! Opening and creating a workspace file, its lock, its key and its migrations.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::identity::Key;
use super::lock::WriterLock;
use super::{Error, schema};

const MAGIC: &[u8] = b"SQLite format 3\0";

/// Files up to this size are checked whole when opened; larger ones where they are read.
const CHECK_UP_TO_BYTES: u64 = 16 << 20;

/// One open workspace file.
pub struct Workspace {
    connection: Connection,
    path: PathBuf,
    access: Access,
    key: Key,
    /// Freed last: fields drop in this order.
    _lock: Option<WriterLock>,
}

/// Whether this window may change the workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Write,
    /// It was opened that way on request.
    Read,
    /// Another window or command has it open.
    ReadBecauseOpenElsewhere,
    /// The file or its folder cannot be written.
    ReadBecauseProtected,
}

impl Workspace {
    /// Makes an empty workspace; fails when the file exists.
    pub fn create(path: &Path) -> Result<Self, Error> {
        if path.exists() {
            return Err(Error::Exists(path.to_owned()));
        }
        let lock = WriterLock::acquire(path)?;
        let connection = Connection::open(path).map_err(|source| creation_failed(path, source))?;
        let made = Self::lay_out(&connection, path);
        let key = match made {
            Ok(key) => key,
            Err(error) => {
                drop(connection);
                // Half a file helps nobody; the folder is as it was.
                remove_with_companions(path);
                return Err(error);
            }
        };
        Ok(Self { connection, path: path.to_owned(), access: Access::Write, key, _lock: Some(lock) })
    }

    /// Opens for writing; fails when it cannot be.
    pub fn open(path: &Path) -> Result<Self, Error> {
        look_at(path)?;
        let lock = WriterLock::acquire(path)?;
        let connection = Connection::open_with_flags(
            path,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )
        .map_err(|source| Error::from_sql(path, source))?;
        let key = prepare(&connection, path).map_err(|error| at(path, error))?;
        if connection.is_readonly("main").unwrap_or(false) {
            return Err(Error::ReadOnly(path.to_owned()));
        }
        migrate(&connection, path).map_err(|error| at(path, error))?;
        Ok(Self { connection, path: path.to_owned(), access: Access::Write, key, _lock: Some(lock) })
    }

    /// Opens for writing, or read-only when another window writes or the file is protected; `access` says which.
    pub fn open_or_read(path: &Path) -> Result<Self, Error> {
        match Self::open(path) {
            Err(Error::OpenElsewhere(_)) => Self::read(path, Access::ReadBecauseOpenElsewhere),
            Err(Error::ReadOnly(_)) => Self::read(path, Access::ReadBecauseProtected),
            other => other,
        }
    }

    /// Opens without the right to change anything, beside whoever writes. For jobs: each has its own.
    pub fn open_read_only(path: &Path) -> Result<Self, Error> {
        Self::read(path, Access::Read)
    }

    fn read(path: &Path, access: Access) -> Result<Self, Error> {
        look_at(path)?;
        let flags =
            OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
        let plain =
            Connection::open_with_flags(path, flags).map_err(|source| Error::from_sql(path, source))?;
        let (connection, key) = match prepare(&plain, path) {
            Ok(key) => (plain, key),
            // A protected folder has no room for the shared memory that readers use, and nobody can write there
            // either, so the file will not change while it is read.
            Err(Error::ReadOnly(_) | Error::Sql { .. }) => {
                let uri = immutable_uri(path);
                let connection = Connection::open_with_flags(uri, flags)
                    .map_err(|source| Error::from_sql(path, source))?;
                let key = prepare(&connection, path).map_err(|error| at(path, error))?;
                (connection, key)
            }
            Err(error) => return Err(at(path, error)),
        };
        let version = schema_version(&connection).map_err(|source| Error::from_sql(path, source))?;
        if version < schema::VERSION {
            // Nothing may be changed here, so an older file is read as a migrated copy in memory.
            let mut copy = Connection::open_in_memory()?;
            rusqlite::backup::Backup::new(&connection, &mut copy)
                .and_then(|backup| backup.run_to_completion(1_000, std::time::Duration::ZERO, None))
                .map_err(|source| Error::from_sql(path, source))?;
            apply_migrations(&copy, version)?;
            copy.pragma_update(None, "query_only", true)?;
            return Ok(Self { connection: copy, path: path.to_owned(), access, key, _lock: None });
        }
        Ok(Self { connection, path: path.to_owned(), access, key, _lock: None })
    }

    /// Refuses to let the file grow beyond so many bytes, like a disk that is full.
    pub fn limit_size(&mut self, bytes: u64) -> Result<(), Error> {
        let page_size: i64 = self.connection.query_row("PRAGMA page_size", [], |row| row.get(0))?;
        self.connection
            .query_row(&format!("PRAGMA max_page_count = {}", bytes as i64 / page_size), [], |_| Ok(()))
            .map_err(|source| self.explain(source))
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn access(&self) -> Access {
        self.access
    }

    pub fn is_writable(&self) -> bool {
        self.access == Access::Write
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    pub(super) fn key(&self) -> &Key {
        &self.key
    }

    pub(super) fn require_writable(&self) -> Result<(), Error> {
        match self.access {
            Access::Write => Ok(()),
            Access::ReadBecauseOpenElsewhere => Err(Error::OpenElsewhere(self.path.clone())),
            Access::Read | Access::ReadBecauseProtected => Err(Error::ReadOnly(self.path.clone())),
        }
    }

    /// Gives a SQLite failure this file's name.
    pub(super) fn explain(&self, source: rusqlite::Error) -> Error {
        Error::from_sql(&self.path, source)
    }

    /// Runs `work` in one transaction: all of it is kept, or nothing.
    pub(super) fn in_transaction<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.require_writable()?;
        let path = self.path.clone();
        let run = || {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let result = work(&transaction)?;
            transaction.commit()?;
            Ok(result)
        };
        run().map_err(|error| at(&path, error))
    }

    /// Makes an empty file a workspace, all or nothing.
    fn lay_out(connection: &Connection, path: &Path) -> Result<Key, Error> {
        let lay_out = || -> Result<Key, rusqlite::Error> {
            connection.execute_batch("PRAGMA page_size = 8192; PRAGMA auto_vacuum = NONE;")?;
            set_session(connection)?;
            connection.pragma_update(None, "journal_mode", "wal")?;
            connection.execute_batch("BEGIN IMMEDIATE")?;
            connection.pragma_update(None, "application_id", schema::APPLICATION_ID)?;
            apply_migrations(connection, 0)?;
            schema::create_bulk_indices(connection)?;
            schema::create_shadows(connection)?;
            let bytes: [u8; 32] = connection.query_row("SELECT randomblob(32)", [], |row| row.get(0))?;
            connection.execute("INSERT INTO meta(name, value) VALUES ('key', ?1)", [&bytes[..]])?;
            stamp(connection)?;
            connection.execute_batch("COMMIT")?;
            Ok(Key::new(bytes))
        };
        lay_out().map_err(|source| creation_failed(path, source))
    }
}

/// Errors from below carry no path of their own.
pub(super) fn at(path: &Path, error: Error) -> Error {
    match error {
        Error::Sql { source } => Error::from_sql(path, source),
        Error::DiskFull(_) => Error::DiskFull(path.to_owned()),
        Error::ReadOnly(_) => Error::ReadOnly(path.to_owned()),
        Error::Foreign(_) => Error::Foreign(path.to_owned()),
        Error::OpenElsewhere(_) => Error::OpenElsewhere(path.to_owned()),
        Error::Damaged { source, .. } => Error::Damaged { file: path.to_owned(), source },
        other => other,
    }
}

/// What can be said about a file before SQLite touches it.
fn look_at(path: &Path) -> Result<(), Error> {
    let io = |source: std::io::Error| match source.kind() {
        std::io::ErrorKind::NotFound => Error::NotFound(path.to_owned()),
        _ => Error::Io { file: path.to_owned(), source },
    };
    let metadata = fs::metadata(path).map_err(io)?;
    if !metadata.is_file() {
        return Err(Error::Foreign(path.to_owned()));
    }
    let mut start = Vec::with_capacity(100);
    File::open(path).map_err(io)?.take(100).read_to_end(&mut start).map_err(io)?;
    if !start.starts_with(MAGIC) {
        return Err(Error::Foreign(path.to_owned()));
    }
    let application_id = start.get(68..72).and_then(|bytes| bytes.try_into().ok()).map(i32::from_be_bytes);
    match application_id {
        Some(schema::APPLICATION_ID) => Ok(()),
        Some(_) => Err(Error::Foreign(path.to_owned())),
        None => Err(Error::Damaged { file: path.to_owned(), source: None }),
    }
}

/// Session settings, version check, a look at the structure, and the key.
fn prepare(connection: &Connection, path: &Path) -> Result<Key, Error> {
    set_session(connection)?;
    let version = schema_version(connection)?;
    if version > schema::VERSION {
        let made_with = connection
            .query_row("SELECT value FROM meta WHERE name = 'written_with'", [], |row| row.get(0))
            .unwrap_or_else(|_| format!("format {version}"));
        return Err(Error::Newer { file: path.to_owned(), made_with });
    }
    let damaged = |source| Error::Damaged { file: path.to_owned(), source };
    let bytes: Vec<u8> =
        match connection.query_row("SELECT value FROM meta WHERE name = 'key'", [], |row| row.get(0)) {
            Ok(bytes) => bytes,
            Err(error) => {
                return Err(match Error::from_sql(path, error) {
                    Error::Sql { source } => damaged(Some(source)),
                    other => other,
                });
            }
        };
    if fs::metadata(path).is_ok_and(|metadata| metadata.len() <= CHECK_UP_TO_BYTES) {
        let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if verdict != "ok" {
            return Err(damaged(None));
        }
    }
    bytes.try_into().map(Key::new).map_err(|_: Vec<u8>| damaged(None))
}

/// 64 MB of pages, so that memory stays small whatever the size of the file.
pub(super) const CACHE_SIZE: &str = "PRAGMA cache_size = -65536";

fn set_session(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.busy_timeout(std::time::Duration::from_secs(2))?;
    connection.set_prepared_statement_cache_capacity(128);
    connection.execute_batch(
        "PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; PRAGMA synchronous = FULL;
         PRAGMA trusted_schema = OFF;",
    )?;
    connection.execute_batch(CACHE_SIZE)
}

fn schema_version(connection: &Connection) -> Result<i32, rusqlite::Error> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// Brings an older file up to date after copying it to `NAME.endcap.backup-vN`.
fn migrate(connection: &Connection, path: &Path) -> Result<(), Error> {
    let version = schema_version(connection)?;
    if version == schema::VERSION {
        return Ok(());
    }
    let mut backup = path.as_os_str().to_owned();
    backup.push(format!(".backup-v{version}"));
    let backup = PathBuf::from(backup);
    if !backup.exists() {
        connection.backup("main", &backup, None::<fn(rusqlite::backup::Progress)>).map_err(|source| {
            // Half a backup would look like a whole one.
            drop(fs::remove_file(&backup));
            Error::from_sql(&backup, source)
        })?;
    }
    let work = || -> Result<(), rusqlite::Error> {
        let transaction = connection.unchecked_transaction()?;
        apply_migrations(&transaction, version)?;
        stamp(&transaction)?;
        transaction.commit()
    };
    work().map_err(|source| Error::from_sql(path, source))
}

fn apply_migrations(connection: &Connection, from: i32) -> Result<(), rusqlite::Error> {
    for sql in &schema::MIGRATIONS[from as usize..] {
        connection.execute_batch(sql)?;
    }
    connection.pragma_update(None, "user_version", schema::VERSION)
}

/// Which Endcap wrote the file last, for the message of an older one.
fn stamp(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.execute(
        "INSERT OR REPLACE INTO meta(name, value) VALUES ('written_with', ?1)",
        [env!("CARGO_PKG_VERSION")],
    )?;
    Ok(())
}

fn creation_failed(path: &Path, source: rusqlite::Error) -> Error {
    match source.sqlite_error_code() {
        Some(rusqlite::ErrorCode::CannotOpen) => Error::Io {
            file: path.to_owned(),
            source: File::create_new(path).err().unwrap_or_else(|| std::io::Error::other(source)),
        },
        _ => Error::from_sql(path, source),
    }
}

fn remove_with_companions(path: &Path) {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        // Whatever is left is empty and will be told as such.
        drop(fs::remove_file(PathBuf::from(name)));
    }
}

/// `file:…?immutable=1` with everything escaped that a URI may not hold.
fn immutable_uri(path: &Path) -> String {
    let mut uri = String::from("file:");
    for byte in path.to_string_lossy().bytes() {
        if byte.is_ascii_alphanumeric() || b"/._-".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri.push_str("?immutable=1");
    uri
}
