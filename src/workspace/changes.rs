//! What the newest import changed in what was there before: the shadow rows beside the rows that replaced them.

use rusqlite::params;
use serde::Serialize;

use super::codes::status_of;
use super::{Error, Workspace};
use crate::shop::{Minor, OrderStatus};

/// One value before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangedRow {
    /// Title of the product, number of the order.
    pub what: String,
    pub change: Change,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "field", rename_all = "snake_case")]
pub enum Change {
    Title { before: String, after: String },
    Price { before: Option<Minor>, after: Option<Minor> },
    Stock { before: Option<i64>, after: Option<i64> },
    OrderTotal { before: Option<Minor>, after: Option<Minor> },
    OrderStatus { before: OrderStatus, after: OrderStatus },
}

impl Workspace {
    /// Up to `most` changes of each kind that the newest import in effect made. Older imports show none: what they
    /// wrote may have been replaced since.
    pub fn changes_of_newest_import(&self, most: u32) -> Result<Vec<ChangedRow>, Error> {
        let connection = self.connection();
        let newest = "(SELECT max(id) FROM imports WHERE undone = 0)";
        let mut changes = Vec::new();
        let mut collect =
            |sql: &str, read: &dyn Fn(&rusqlite::Row<'_>) -> Result<Change, rusqlite::Error>| {
                let sql = sql.replace("NEWEST", newest);
                let mut statement = connection.prepare_cached(&sql)?;
                let mut rows = statement.query(params![most])?;
                while let Some(row) = rows.next()? {
                    changes.push(ChangedRow { what: row.get(0)?, change: read(row)? });
                }
                Ok::<(), rusqlite::Error>(())
            };
        collect(
            "SELECT p.title, b.price, v.price FROM before_variants b JOIN variants v ON v.key = b.key
             JOIN products p ON p.key = v.product
             WHERE b.replaced_by = NEWEST AND b.price IS NOT v.price ORDER BY b.key LIMIT ?1",
            &|row| Ok(Change::Price { before: row.get(1)?, after: row.get(2)? }),
        )?;
        collect(
            "SELECT p.title, b.stock, v.stock FROM before_variants b JOIN variants v ON v.key = b.key
             JOIN products p ON p.key = v.product
             WHERE b.replaced_by = NEWEST AND b.stock IS NOT v.stock ORDER BY b.key LIMIT ?1",
            &|row| Ok(Change::Stock { before: row.get(1)?, after: row.get(2)? }),
        )?;
        collect(
            "SELECT p.title, b.title, p.title FROM before_products b JOIN products p ON p.key = b.key
             WHERE b.replaced_by = NEWEST AND b.title IS NOT p.title ORDER BY b.key LIMIT ?1",
            &|row| Ok(Change::Title { before: row.get(1)?, after: row.get(2)? }),
        )?;
        collect(
            "SELECT o.id, b.total, o.total FROM before_orders b JOIN orders o ON o.id = b.id
             WHERE b.replaced_by = NEWEST AND b.total IS NOT o.total ORDER BY b.key LIMIT ?1",
            &|row| Ok(Change::OrderTotal { before: row.get(1)?, after: row.get(2)? }),
        )?;
        collect(
            "SELECT o.id, b.status, o.status FROM before_orders b JOIN orders o ON o.id = b.id
             WHERE b.replaced_by = NEWEST AND b.status IS NOT o.status ORDER BY b.key LIMIT ?1",
            &|row| Ok(Change::OrderStatus { before: status_of(row.get(1)?), after: status_of(row.get(2)?) }),
        )?;
        Ok(changes)
    }

    /// Titles of up to `most` products that an import's product files no longer held.
    pub fn gone_in(&self, import: i64, most: u32) -> Result<Vec<String>, Error> {
        let mut statement = self.connection().prepare_cached(
            "SELECT p.title FROM absent_products a JOIN products p ON p.key = a.product
             WHERE a.import = ?1 ORDER BY a.key LIMIT ?2",
        )?;
        let titles = statement.query_map(params![import, most], |row| row.get(0))?;
        Ok(titles.collect::<Result<_, _>>()?)
    }
}
