//! Products out of the file, as the shop's vocabulary has them.

use rusqlite::{Connection, params};

use super::codes::{line_kind_of, when_empty_of};
use super::{Error, Workspace};
use crate::shop::{Currency, Product, Stock, Variant};

impl Workspace {
    /// The product with this id as it was imported, without fixes.
    pub fn product(&self, id: &str) -> Result<Option<Product>, Error> {
        use rusqlite::OptionalExtension as _;
        let key: Option<i64> = self
            .connection()
            .prepare_cached("SELECT key FROM products WHERE id = ?1")?
            .query_row([id], |row| row.get(0))
            .optional()?;
        key.map(|key| read_product(self.connection(), key)).transpose()
    }

    /// Products in the order of their ids, with which to page through a large catalog.
    pub fn products(&self, offset: u64, limit: u64) -> Result<Vec<Product>, Error> {
        let mut statement =
            self.connection().prepare_cached("SELECT key FROM products ORDER BY id LIMIT ?2 OFFSET ?1")?;
        let keys: Vec<i64> = statement
            .query_map(params![offset as i64, limit as i64], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        keys.into_iter().map(|key| read_product(self.connection(), key)).collect()
    }
}

pub(super) fn read_product(connection: &Connection, key: i64) -> Result<Product, Error> {
    let mut product = connection
        .prepare_cached(
            "SELECT id, handle, title, description, vendor, product_type, category, tags, collections, published,
                 created_at, url, images, kind, currency, attributes, links FROM products WHERE key = ?1",
        )?
        .query_row([key], |row| {
            Ok(Product {
                id: row.get(0)?,
                handle: row.get(1)?,
                title: row.get(2)?,
                description: row.get(3)?,
                vendor: row.get(4)?,
                product_type: row.get(5)?,
                category: list(&row.get::<_, String>(6)?),
                tags: list(&row.get::<_, String>(7)?),
                collections: list(&row.get::<_, String>(8)?),
                published: row.get(9)?,
                created_at: row.get(10)?,
                url: row.get(11)?,
                image_urls: list(&row.get::<_, String>(12)?),
                kind: line_kind_of(row.get(13)?),
                currency: row.get::<_, Option<String>>(14)?.map(Currency),
                attributes: list(&row.get::<_, String>(15)?),
                links: list(&row.get::<_, String>(16)?),
                variants: Vec::new(),
            })
        })?;
    product.variants = read_variants(connection, key)?.into_iter().map(|(_, variant)| variant).collect();
    Ok(product)
}

pub(super) fn read_variants(connection: &Connection, product: i64) -> Result<Vec<(i64, Variant)>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT key, id, sku, barcode, options, price, compare_at, cost, stock, when_empty, image_url
         FROM variants WHERE product = ?1 ORDER BY position, key",
    )?;
    let variants = statement
        .query_map([product], |row| {
            let variant = Variant {
                id: row.get(1)?,
                sku: row.get(2)?,
                barcode: row.get(3)?,
                options: list(&row.get::<_, String>(4)?),
                price: row.get(5)?,
                compare_at: row.get(6)?,
                cost: row.get(7)?,
                stock: Stock { level: row.get(8)?, when_empty: when_empty_of(row.get(9)?) },
                image_url: row.get(10)?,
            };
            Ok((row.get(0)?, variant))
        })?
        .collect::<Result<_, _>>()?;
    Ok(variants)
}

/// Lists are written by us as JSON; an unreadable one reads as empty, like a file without the column.
pub(super) fn list<T: serde::de::DeserializeOwned>(json: &str) -> Vec<T> {
    serde_json::from_str(json).unwrap_or_default()
}
