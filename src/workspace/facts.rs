//! How much of what there is.

use rusqlite::OptionalExtension as _;
use serde::{Deserialize, Serialize};

use super::{Error, Workspace};
use crate::shop::{Currency, Seconds};

/// Counts of the workspace as the command line states them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Of the catalog; in a shop without one, the products its order lines name.
    pub products: u64,
    pub variants: u64,
    pub customers: u64,
    pub orders: u64,
    pub order_lines: u64,
    pub events: u64,
}

/// Totals with the period they cover.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Facts {
    pub totals: Totals,
    pub first_order: Option<Seconds>,
    pub last_order: Option<Seconds>,
    pub last_import: Option<Seconds>,
    /// Imports in effect.
    pub n_imports: u64,
}

impl Workspace {
    pub fn totals(&self) -> Result<Totals, Error> {
        totals(self.connection()).map_err(|source| self.explain(source))
    }

    pub fn facts(&self) -> Result<Facts, Error> {
        let connection = self.connection();
        let (first_order, last_order) =
            connection.query_row("SELECT min(placed_at), max(placed_at) FROM orders", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        let (last_import, n_imports) = connection.query_row(
            "SELECT max(imported_at), count(*) FROM imports WHERE undone = 0",
            [],
            |row| Ok((row.get(0)?, row.get::<_, i64>(1)? as u64)),
        )?;
        Ok(Facts { totals: self.totals()?, first_order, last_order, last_import, n_imports })
    }

    /// What most orders were paid in; without orders that say it, what most products are priced in.
    pub fn usual_currency(&self) -> Result<Option<Currency>, Error> {
        let of = |table: &str| {
            let sql = format!(
                "SELECT currency FROM {table} WHERE currency IS NOT NULL
                 GROUP BY currency ORDER BY count(*) DESC, currency LIMIT 1"
            );
            self.connection().query_row(&sql, [], |row| row.get::<_, String>(0)).optional()
        };
        let found = match of("orders")? {
            Some(currency) => Some(currency),
            None => of("products")?,
        };
        Ok(found.map(Currency))
    }
}

pub(super) fn totals(connection: &rusqlite::Connection) -> Result<Totals, rusqlite::Error> {
    let count = |table: &str| -> Result<u64, rusqlite::Error> {
        let sql = format!("SELECT count(*) FROM {table}");
        connection.prepare_cached(&sql)?.query_row([], |row| row.get::<_, i64>(0)).map(|n| n as u64)
    };
    Ok(Totals {
        products: count("products")?,
        variants: count("variants")?,
        customers: count("customers")?,
        orders: count("orders")?,
        order_lines: count("lines")?,
        events: count("events")?,
    })
}

impl Workspace {
    /// The last order or visit before `now`; what is dated later is a mistake in the data. `None` without either.
    pub fn last_activity(&self, now: Seconds) -> Result<Option<Seconds>, Error> {
        self.connection()
            .query_row(
                "SELECT max(at) FROM (SELECT max(placed_at) AS at FROM orders WHERE placed_at <= ?1
                 UNION ALL SELECT max(at) FROM events WHERE at <= ?1)",
                [now],
                |row| row.get(0),
            )
            .map_err(|source| self.explain(source))
    }
}
