//! What the columns of a file mean, remembered by the signature of its header.

use rusqlite::params;

use super::{Error, Workspace};

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
        let mut statement =
            self.connection().prepare_cached("SELECT mapping FROM mappings ORDER BY header_signature")?;
        let mappings = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(mappings)
    }
}
