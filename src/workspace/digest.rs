//! What the data is, as one short text: runs made from other data are stale.

use super::identity::sha256_of;
use super::{Error, Workspace};
use crate::shop::Seconds;

impl Workspace {
    /// SHA-256 over everything the frames are read from: the files in effect, the fixes laid over them, what was
    /// erased, and how the settings read them. The same files in the same order give the same digest in any workspace.
    pub fn data_digest(&self, as_of: Option<Seconds>) -> Result<String, Error> {
        let connection = self.connection();
        let mut parts: Vec<String> = Vec::new();
        let mut statement = connection.prepare_cached(
            "SELECT sha256, name FROM files JOIN imports ON imports.id = import WHERE undone = 0
             ORDER BY import, position",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            parts.push(row.get(0)?);
        }
        let mut statement =
            connection.prepare_cached("SELECT fix FROM overlays WHERE active = 1 ORDER BY id")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            parts.push(row.get(0)?);
        }
        let erasures: i64 = connection.query_row("SELECT count(*) FROM erasures", [], |row| row.get(0))?;
        let settings = self.settings()?;
        parts.push(format!("erasures {erasures}"));
        parts.push(format!("{} {}", settings.currency.0, settings.time_zone.0));
        parts.push(format!("as of {as_of:?}"));
        Ok(sha256_of(parts.iter().map(String::as_str)))
    }
}
