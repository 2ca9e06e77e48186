//! What can go wrong with a workspace file, in words a person can act on.

use std::path::PathBuf;

use crate::shop::Cancelled;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    #[error("There is no workspace here. Check the name, or make one with `endcap new`: {}", .0.display())]
    NotFound(PathBuf),
    #[error("A file with this name exists already. Choose another name: {}", .0.display())]
    Exists(PathBuf),
    #[error("This is not an Endcap workspace. It was left as it is: {}", .0.display())]
    Foreign(PathBuf),
    #[error(
        "It was made with a newer version of Endcap ({made_with}). Update Endcap to open it; it was left as it is: {}",
        file.display()
    )]
    Newer { file: PathBuf, made_with: String },
    #[error(
        "The file is damaged. Take the newest copy from your backups; copies that Endcap made before an update \
         end in `.backup-vN`: {}", file.display()
    )]
    Damaged { file: PathBuf, source: Option<rusqlite::Error> },
    #[error("Workspace is open in another window. Close it there, or open it read-only: {}", .0.display())]
    OpenElsewhere(PathBuf),
    #[error("The workspace cannot be changed because its file or folder is read-only: {}", .0.display())]
    ReadOnly(PathBuf),
    #[error("Disk is full. Nothing was changed; make room and try again: {}", .0.display())]
    DiskFull(PathBuf),
    #[error(
        "The person is erased from every table and stays erased. Only the file could not be written anew, so traces may \
         be left in its unused pages. Make as much room as the file is large, and run `endcap forget FILE --finish`: {}",
        file.display()
    )]
    ErasedNotRewritten { file: PathBuf, source: rusqlite::Error },
    #[error("The file cannot be read or written: {}", file.display())]
    Io { file: PathBuf, source: std::io::Error },
    #[error("This import is not the last one. Undo the imports after it first")]
    NotTheLastImport,
    #[error("There is nothing to undo")]
    NothingToUndo,
    #[error("There is nothing to redo")]
    NothingToRedo,
    #[error("No customer matches. Check the address or the id")]
    NoSuchCustomer,
    #[error("The workspace holds something it should not: {what}")]
    Broken { what: &'static str, source: Box<dyn std::error::Error + Send + Sync> },
    #[error("The workspace refused: {source}")]
    Sql { source: rusqlite::Error },
}

impl Error {
    /// Gives a SQLite failure its meaning for the person.
    pub(crate) fn from_sql(file: &std::path::Path, source: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        let file = file.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull(file),
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::ReadOnly(file),
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged { file, source: Some(source) },
            Some(ErrorCode::NotADatabase) => Self::Foreign(file),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::OpenElsewhere(file),
            Some(ErrorCode::OperationInterrupted) => Self::Cancelled(Cancelled),
            _ => Self::Sql { source },
        }
    }

    pub(crate) fn broken(
        what: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Broken { what, source: source.into() }
    }
}

/// For code that has no path at hand; `Workspace` fills the path in where it matters.
impl From<rusqlite::Error> for Error {
    fn from(source: rusqlite::Error) -> Self {
        Self::from_sql(std::path::Path::new("the workspace"), source)
    }
}
