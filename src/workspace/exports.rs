//! What left the workspace: the list of exports, and the bundles of the last few, to compare with and go back to.

use rusqlite::{OptionalExtension as _, params};
use serde::{Deserialize, Serialize};

use super::{Error, Workspace, documents};
use crate::shop::Seconds;

const DOCUMENT: &str = "exports";
/// Entries of the list.
const EXPORTS_KEPT: usize = 50;
/// Bundles of different content; each is as large as the store.
const BUNDLES_KEPT: u32 = 5;

/// A finished export.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    pub at: Seconds,
    /// The word of the command line's `--to`.
    pub target: String,
    pub folder: String,
    pub n_files: u32,
    /// Id of the bundle that was projected.
    pub bundle: String,
    /// The merchant's document at that moment, as JSON.
    pub document: String,
}

impl Workspace {
    /// Newest first.
    pub fn exports(&self) -> Result<Vec<Export>, Error> {
        match self.document(DOCUMENT)? {
            Some(document) => serde_json::from_str(&document.json)
                .map_err(|source| Error::broken("a list of exports that cannot be read", source)),
            None => Ok(Vec::new()),
        }
    }

    /// Adds an export to the list and keeps the bundle it came from, unless the same one is kept already.
    pub fn put_export(&mut self, export: &Export, bundle: &[u8]) -> Result<(), Error> {
        let mut exports = self.exports()?;
        exports.insert(0, export.clone());
        exports.truncate(EXPORTS_KEPT);
        let json = serde_json::to_string(&exports)
            .map_err(|source| Error::broken("a list of exports that cannot be written", source))?;
        self.in_transaction(|transaction| {
            documents::put(transaction, DOCUMENT, &json)?;
            transaction.execute("DELETE FROM exported_bundles WHERE digest = ?1", [&export.bundle])?;
            transaction.execute(
                "INSERT INTO exported_bundles(exported_at, target, digest, bundle) VALUES (?1, ?2, ?3, ?4)",
                params![export.at, export.target, export.bundle, bundle],
            )?;
            transaction.execute(
                "DELETE FROM exported_bundles WHERE id NOT IN
                 (SELECT id FROM exported_bundles ORDER BY id DESC LIMIT ?1)",
                [BUNDLES_KEPT],
            )?;
            Ok(())
        })
    }

    /// Ids of the bundles that are kept.
    pub fn exported_bundles(&self) -> Result<Vec<String>, Error> {
        let mut statement =
            self.connection().prepare_cached("SELECT digest FROM exported_bundles ORDER BY id DESC")?;
        let ids = statement.query_map([], |row| row.get(0))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }

    /// The kept bundle of this id; older ones are gone.
    pub fn exported_bundle(&self, id: &str) -> Result<Option<Vec<u8>>, Error> {
        self.connection()
            .prepare_cached("SELECT bundle FROM exported_bundles WHERE digest = ?1")?
            .query_row([id], |row| row.get(0))
            .optional()
            .map_err(|source| self.explain(source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_bundles_are_kept_and_older_exports_stay_in_the_list() {
        let folder = tempfile::tempdir().unwrap();
        let mut workspace = Workspace::create(&folder.path().join("a.endcap")).unwrap();
        for n in 0..7_u8 {
            let export = Export { at: i64::from(n), bundle: format!("b{n}"), ..Export::default() };
            workspace.put_export(&export, &[n]).unwrap();
        }
        let exports = workspace.exports().unwrap();
        assert_eq!((exports.len(), exports[0].at), (7, 6));
        assert_eq!(workspace.exported_bundle("b6").unwrap(), Some(vec![6]));
        assert_eq!(workspace.exported_bundle("b1").unwrap(), None);
    }
}
