//! What the columns of a file mean, remembered by the signature of its header.

use rusqlite::params;

use super::{Error, Workspace};

/// Before the signature, in the table that mappings are kept in; no signature begins so.
const READING: &str = "reading ";

impl Workspace {
    /// Remembers a mapping (TOML) for files with this header.
    pub fn remember_mapping(&mut self, header_signature: &str, name: &str, toml: &str) -> Result<(), Error> {
        self.in_transaction(|transaction| {
            transaction.execute(
                "INSERT OR REPLACE INTO mappings(header_signature, name, mapping) VALUES (?1, ?2, ?3)",
                params![header_signature, name, toml],
            )?;
            Ok(())
        })
    }

    /// All remembered mappings as TOML, in the order of their signatures.
    pub fn remembered_mappings(&self) -> Result<Vec<String>, Error> {
        let mut statement = self.connection().prepare_cached(
            "SELECT mapping FROM mappings WHERE header_signature NOT LIKE 'reading %' ORDER BY header_signature",
        )?;
        let mappings = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(mappings)
    }

    /// Remembers how files with this header are written (TOML), whatever their columns mean.
    pub fn remember_reading(&mut self, header_signature: &str, toml: &str) -> Result<(), Error> {
        self.remember_mapping(&format!("{READING}{header_signature}"), "", toml)
    }

    /// Header signature → how its files are written, as TOML.
    pub fn remembered_readings(&self) -> Result<Vec<(String, String)>, Error> {
        let mut statement = self.connection().prepare_cached(
            "SELECT substr(header_signature, 9), mapping FROM mappings WHERE header_signature LIKE 'reading %'
             ORDER BY header_signature",
        )?;
        let readings = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(readings.collect::<Result<_, _>>()?)
    }
}
