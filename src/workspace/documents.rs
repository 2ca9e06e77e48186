//! JSON documents by name: the merchandising document, settings, anything small that the owner made by hand.

use rusqlite::{OptionalExtension as _, params};

use super::{Error, Workspace};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    pub name: String,
    pub json: String,
    /// Counts up with every change; a reader can tell whether it has seen this one.
    pub version: i64,
}

impl Workspace {
    /// `None` when there is none of this name.
    pub fn document(&self, name: &str) -> Result<Option<Document>, Error> {
        self.connection()
            .prepare_cached("SELECT json, version FROM documents WHERE name = ?1")?
            .query_row([name], |row| {
                Ok(Document { name: name.to_owned(), json: row.get(0)?, version: row.get(1)? })
            })
            .optional()
            .map_err(|source| self.explain(source))
    }

    /// Writes it whole, in a transaction of its own.
    pub fn put_document(&mut self, name: &str, json: &str) -> Result<(), Error> {
        self.require_writable()?;
        put(self.connection(), name, json).map_err(|source| self.explain(source))
    }
}

pub(super) fn put(connection: &rusqlite::Connection, name: &str, json: &str) -> Result<(), rusqlite::Error> {
    connection
        .prepare_cached(
            "INSERT INTO documents(name, json, version) VALUES (?1, ?2, 1)
             ON CONFLICT(name) DO UPDATE SET json = excluded.json, version = version + 1",
        )?
        .execute(params![name, json])?;
    Ok(())
}
