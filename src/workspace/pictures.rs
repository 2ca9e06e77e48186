//! Pictures fetched from the catalog's addresses, small and by address, and why others did not come.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{OptionalExtension as _, params};

use super::overlays::Fix;
use super::{Error, Workspace, documents};
use crate::shop::Seconds;

/// Why pictures did not come, as JSON by address.
const MISSED: &str = "missed pictures";
/// More are not remembered; the next run asks again for what is not.
const MOST_MISSED: usize = 20_000;

/// One picture to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptPicture {
    /// Exactly as the catalog names it.
    pub address: String,
    pub media_type: &'static str,
    pub bytes: Vec<u8>,
}

/// How many pictures are kept, and how much room they take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PictureTotals {
    pub n: u64,
    pub n_bytes: u64,
}

impl Workspace {
    /// The picture each product is shown with, as the catalog names it and fixes correct it, each once.
    pub fn named_pictures(&self) -> Result<Vec<String>, Error> {
        let mut by_product: BTreeMap<String, Option<String>> = BTreeMap::new();
        let mut statement = self.connection().prepare(
            "SELECT p.id, p.images, (SELECT v.image_url FROM variants v WHERE v.product = p.key
                AND v.image_url IS NOT NULL ORDER BY v.position, v.key LIMIT 1)
             FROM products p",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let images: Vec<String> = serde_json::from_str(row.get_ref(1)?.as_str().unwrap_or("[]"))
                .map_err(|source| Error::broken("pictures that cannot be read", source))?;
            let first = images.into_iter().next();
            by_product.insert(row.get(0)?, if first.is_some() { first } else { row.get(2)? });
        }
        for fix in self.fixes()? {
            if let Fix::SetPicture { product, image_url } = fix
                && let Some(picture) = by_product.get_mut(&product)
            {
                *picture = Some(image_url);
            }
        }
        Ok(by_product.into_values().flatten().collect::<BTreeSet<_>>().into_iter().collect())
    }

    /// The bytes of a picture that was fetched, by its address in the catalog.
    pub fn picture(&self, address: &str) -> Result<Option<Vec<u8>>, Error> {
        self.connection()
            .prepare_cached("SELECT bytes FROM pictures WHERE url = ?1")?
            .query_row([address], |row| row.get(0))
            .optional()
            .map_err(|source| self.explain(source))
    }

    /// Addresses whose pictures are here.
    pub fn kept_pictures(&self) -> Result<BTreeSet<String>, Error> {
        let mut statement = self.connection().prepare("SELECT url FROM pictures")?;
        let found = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>();
        found.map_err(|source| self.explain(source))
    }

    pub fn picture_totals(&self) -> Result<PictureTotals, Error> {
        let read = |row: &rusqlite::Row<'_>| {
            Ok(PictureTotals { n: row.get::<_, i64>(0)? as u64, n_bytes: row.get::<_, i64>(1)? as u64 })
        };
        self.connection()
            .query_row("SELECT count(*), ifnull(sum(length(bytes)), 0) FROM pictures", [], read)
            .map_err(|source| self.explain(source))
    }

    /// Addresses that were asked for in vain, with the reason as whoever asked wrote it.
    pub fn missed_pictures(&self) -> Result<BTreeMap<String, String>, Error> {
        match self.document(MISSED)? {
            Some(document) => serde_json::from_str(&document.json)
                .map_err(|source| Error::broken("a list of pictures that cannot be read", source)),
            None => Ok(BTreeMap::new()),
        }
    }

    /// Keeps what came and notes what did not, in one transaction.
    pub fn keep_pictures(
        &mut self,
        at: Seconds,
        came: &[KeptPicture],
        missed: &[(String, String)],
    ) -> Result<(), Error> {
        let mut known = self.missed_pictures()?;
        let before = known.clone();
        for picture in came {
            known.remove(&picture.address);
        }
        for (address, reason) in missed {
            if known.len() < MOST_MISSED || known.contains_key(address) {
                known.insert(address.clone(), reason.clone());
            }
        }
        let json = serde_json::to_string(&known)
            .map_err(|source| Error::broken("a list of pictures that cannot be written", source))?;
        self.in_transaction(|transaction| {
            let mut insert = transaction.prepare_cached(
                "INSERT OR REPLACE INTO pictures(url, fetched_at, media_type, bytes) VALUES (?1, ?2, ?3, ?4)",
            )?;
            for picture in came {
                insert.execute(params![picture.address, at, picture.media_type, picture.bytes])?;
            }
            if known != before {
                documents::put(transaction, MISSED, &json)?;
            }
            Ok(())
        })
    }

    /// Drops pictures, and reasons for missing ones, that no product names any more. Returns how many pictures went.
    pub fn drop_unnamed_pictures(&mut self) -> Result<usize, Error> {
        let named: BTreeSet<String> = self.named_pictures()?.into_iter().collect();
        let gone: Vec<String> =
            self.kept_pictures()?.into_iter().filter(|address| !named.contains(address)).collect();
        let before = self.missed_pictures()?;
        let mut missed = before.clone();
        missed.retain(|address, _| named.contains(address));
        if gone.is_empty() && missed == before {
            return Ok(0);
        }
        let json = serde_json::to_string(&missed)
            .map_err(|source| Error::broken("a list of pictures that cannot be written", source))?;
        self.in_transaction(|transaction| {
            let mut delete = transaction.prepare_cached("DELETE FROM pictures WHERE url = ?1")?;
            for address in &gone {
                delete.execute([address])?;
            }
            documents::put(transaction, MISSED, &json)?;
            Ok(gone.len())
        })
    }

    /// Removes every picture that was fetched, and what is known about those that did not come. Returns how many.
    pub fn remove_pictures(&mut self) -> Result<usize, Error> {
        self.in_transaction(|transaction| {
            let n = transaction.execute("DELETE FROM pictures", [])?;
            transaction.execute("DELETE FROM documents WHERE name = ?1", [MISSED])?;
            Ok(n)
        })
    }
}
