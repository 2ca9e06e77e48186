//! Rows that no import could use, as they were in their files.

use super::{Error, Workspace};

/// One row with the reason it was set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAsideRow {
    /// Number of the import that set it aside.
    pub import: i64,
    pub file: String,
    /// 1-based physical line.
    pub line: u64,
    pub code: String,
    pub reason: String,
    /// Cells joined by the file's own delimiter.
    pub raw: String,
}

impl Workspace {
    /// The rows of all imports in effect, in the order they were read.
    pub fn set_aside_rows(&self) -> Result<Vec<SetAsideRow>, Error> {
        let mut statement = self.connection().prepare_cached(
            "SELECT s.key, coalesce(f.name, ''), s.line, s.code, s.message, s.sealed, s.import FROM set_aside s
             LEFT JOIN files f ON f.import = s.import AND f.position = s.file ORDER BY s.key",
        )?;
        let mut rows = statement.query([])?;
        let mut set_aside = Vec::new();
        while let Some(row) = rows.next()? {
            let key: i64 = row.get(0)?;
            set_aside.push(SetAsideRow {
                import: row.get(6)?,
                file: row.get(1)?,
                line: row.get::<_, i64>(2)? as u64,
                code: row.get(3)?,
                reason: row.get(4)?,
                raw: self.key().unseal(key as u64, &row.get::<_, Vec<u8>>(5)?),
            });
        }
        Ok(set_aside)
    }
}
