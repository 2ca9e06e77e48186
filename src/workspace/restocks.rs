//! When products last came back from sold out, as the stock counts of the imports show it.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;

use super::Error;
use crate::shop::Seconds;

/// Product key → the time of the import that found it in stock again after an earlier one had found it sold out. Only
/// products all of whose variants were counted: one that is not counted can always be bought.
pub(super) fn read(connection: &Connection) -> Result<BTreeMap<i64, Seconds>, Error> {
    let mut uncounted: BTreeSet<i64> = BTreeSet::new();
    let mut statement =
        connection.prepare_cached("SELECT product FROM variants WHERE stock IS NULL GROUP BY product")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        uncounted.insert(row.get(0)?);
    }
    // Counts stand in the order in which they were found; those of one import belong together.
    let mut statement = connection.prepare_cached(
        "SELECT v.product, h.import, h.variant, h.at, h.level FROM stock_history h
         JOIN variants v ON v.key = h.variant ORDER BY v.product, h.key",
    )?;
    let mut rows = statement.query([])?;
    let mut found = BTreeMap::new();
    let mut product = Counted::default();
    while let Some(row) = rows.next()? {
        let (key, import): (i64, i64) = (row.get(0)?, row.get(1)?);
        if product.key != key {
            product.note(&mut found);
            product = Counted { key, import, ..Counted::default() };
        } else if product.import != import {
            product.end_import();
            product.import = import;
        }
        product.at = row.get(3)?;
        product.levels.insert(row.get(2)?, row.get::<_, Option<i64>>(4)?.unwrap_or(0));
    }
    product.note(&mut found);
    found.retain(|key, _| !uncounted.contains(key));
    Ok(found)
}

/// One product while its counts are read.
#[derive(Default)]
struct Counted {
    key: i64,
    import: i64,
    at: Seconds,
    levels: BTreeMap<i64, i64>,
    was_sold_out: bool,
    back_at: Option<Seconds>,
}

impl Counted {
    fn end_import(&mut self) {
        let is_there = self.levels.values().any(|level| *level > 0);
        if is_there && self.was_sold_out {
            self.back_at = Some(self.at);
        } else if !is_there {
            self.back_at = None;
        }
        self.was_sold_out = !is_there && !self.levels.is_empty();
    }

    fn note(&mut self, found: &mut BTreeMap<i64, Seconds>) {
        self.end_import();
        if let Some(at) = self.back_at {
            found.insert(self.key, at);
        }
    }
}
