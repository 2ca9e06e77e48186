//! A shop without a product file: its products are what its order lines name.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension as _, params};

use super::super::Error;
use super::mentions::{Mention, Sales, all_mentions};
use super::{Staging, keep_before, next_key};

/// The product that several mentions agree on.
#[derive(Default)]
struct Derived {
    mentions: Vec<i64>,
    /// Title → lines; the most frequent wins, the later one of two.
    titles: BTreeMap<String, (u64, i64)>,
    vendor: Option<String>,
    category: Option<String>,
    sku: Option<String>,
    sales: Sales,
}

impl Staging<'_> {
    /// Makes, updates or removes derived products so that they fit the catalog and the lines.
    pub(super) fn derive_products(&mut self) -> Result<(), Error> {
        let has_catalog: bool = self.connection.query_row(
            "SELECT EXISTS (SELECT 1 FROM products WHERE derived = 0)",
            [],
            |row| row.get(0),
        )?;
        let mentions = all_mentions(self.connection)?;
        if has_catalog {
            return self.remove_derived(&mentions);
        }
        let sales = self.sales()?;
        let mut products: BTreeMap<String, Derived> = BTreeMap::new();
        for mention in mentions {
            let Some(sales) = sales.get(&mention.key) else {
                continue;
            };
            let Some(id) = derived_id(&mention) else { continue };
            products.entry(id).or_default().add(mention, *sales);
        }
        for (id, derived) in &products {
            self.write_derived(id, derived)?;
        }
        Ok(())
    }

    /// Lines of this import were watched as they came; lines of earlier ones are read again.
    fn sales(&mut self) -> Result<BTreeMap<i64, Sales>, Error> {
        let earlier: bool = self.connection.query_row(
            "SELECT EXISTS (SELECT 1 FROM lines WHERE import <> ?1)",
            [self.import],
            |row| row.get(0),
        )?;
        if !earlier {
            let sales = std::mem::take(&mut self.mentions.sales);
            return Ok(sales.into_iter().collect());
        }
        let mut all: BTreeMap<i64, Sales> = BTreeMap::new();
        let mut statement = self.connection.prepare_cached(
            "SELECT l.mention, o.placed_at, l.unit_price, l.kind, l.cost, l.quantity
             FROM lines l JOIN orders o ON o.key = l.order_key ORDER BY l.key",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let sales = all.entry(row.get(0)?).or_default();
            let (at, price, kind): (i64, i64, i64) = (row.get(1)?, row.get(2)?, row.get(3)?);
            let quantity: i64 = row.get(5)?;
            sales.n_lines += 1;
            if kind == 0 {
                sales.n_goods += 1;
            } else {
                sales.kind = kind;
            }
            if at >= sales.last_at && quantity > 0 {
                sales.last_at = at;
                sales.last_price = price;
                sales.cost = row.get::<_, Option<i64>>(4)?.or(sales.cost);
            }
        }
        Ok(all)
    }

    fn write_derived(&mut self, id: &str, derived: &Derived) -> Result<(), Error> {
        let title =
            derived.titles.iter().max_by_key(|(_, weight)| **weight).map_or(id, |(title, _)| title.as_str());
        let category: Vec<&str> = derived.category.as_deref().into_iter().collect();
        let category = serde_json::to_string(&category)
            .map_err(|source| Error::broken("a category that cannot be written", source))?;
        let kind = if derived.sales.n_goods > 0 { 0 } else { derived.sales.kind };
        let digest = super::super::identity::sha256_of([
            title,
            category.as_str(),
            derived.vendor.as_deref().unwrap_or_default(),
            &format!("{kind} {} {:?}", derived.sales.last_price, derived.sales.cost),
        ]);
        let digest = crate::shop::hash::fnv1a64(digest.as_bytes()) as i64;
        let known: Option<(i64, i64)> = self
            .connection
            .prepare_cached("SELECT key, digest FROM products WHERE id = ?1")?
            .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let product = match known {
            Some((key, same)) if same == digest => {
                self.products.changes.unchanged += 1;
                key
            }
            Some((key, _)) => {
                keep_before(self.connection, self.import, "products", "key", key)?;
                keep_before(self.connection, self.import, "variants", "product", key)?;
                self.connection
                    .prepare_cached(
                        "UPDATE products SET import = ?2, title = ?3, vendor = ?4, product_type = ?5,
                             category = ?6, kind = ?7, digest = ?8 WHERE key = ?1",
                    )?
                    .execute(params![
                        key,
                        self.import,
                        title,
                        derived.vendor,
                        derived.category,
                        category,
                        kind,
                        digest
                    ])?;
                self.connection
                    .prepare_cached(
                        "UPDATE variants SET import = ?2, price = ?3, cost = ?4 WHERE product = ?1",
                    )?
                    .execute(params![key, self.import, derived.sales.last_price, derived.sales.cost])?;
                self.products.changes.changed += 1;
                key
            }
            None => {
                let key = next_key(self.connection, "products")?;
                self.connection
                    .prepare_cached(
                        "INSERT INTO products(key, import, id, title, vendor, product_type, category, tags,
                             collections, published, images, kind, attributes, links, derived, digest)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, '[]', '[]', 1, '[]', ?8, '[]', '[]', 1, ?9)",
                    )?
                    .execute(params![
                        key,
                        self.import,
                        id,
                        title,
                        derived.vendor,
                        derived.category,
                        category,
                        kind,
                        digest
                    ])?;
                self.connection
                    .prepare_cached(
                        "INSERT INTO variants(import, product, position, sku, options, price, cost, when_empty)
                         VALUES (?1, ?2, 0, ?3, '[]', ?4, ?5, 0)",
                    )?
                    .execute(params![
                        self.import,
                        key,
                        derived.sku,
                        derived.sales.last_price,
                        derived.sales.cost
                    ])?;
                self.products.changes.new += 1;
                key
            }
        };
        for mention in &derived.mentions {
            let points_there: Option<i64> = self
                .connection
                .prepare_cached("SELECT product FROM mentions WHERE key = ?1")?
                .query_row([mention], |row| row.get(0))?;
            if points_there != Some(product) {
                self.point_mention(*mention, Some(product), None)?;
            }
        }
        Ok(())
    }

    /// A catalog has arrived: what it does not hold is no product of the shop.
    fn remove_derived(&self, mentions: &[Mention]) -> Result<(), Error> {
        let mut statement = self.connection.prepare_cached("SELECT key FROM products WHERE derived = 1")?;
        let derived: std::collections::BTreeSet<i64> =
            statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        if derived.is_empty() {
            return Ok(());
        }
        for mention in
            mentions.iter().filter(|mention| mention.product.is_some_and(|key| derived.contains(&key)))
        {
            self.point_mention(mention.key, None, None)?;
        }
        for key in derived {
            keep_before(self.connection, self.import, "variants", "product", key)?;
            keep_before(self.connection, self.import, "products", "key", key)?;
            self.connection.prepare_cached("DELETE FROM variants WHERE product = ?1")?.execute([key])?;
            self.connection.prepare_cached("DELETE FROM products WHERE key = ?1")?.execute([key])?;
        }
        Ok(())
    }
}

impl Derived {
    fn add(&mut self, mention: Mention, sales: Sales) {
        self.mentions.push(mention.key);
        if let Some(title) = mention.title.filter(|title| !title.trim().is_empty()) {
            let weight = self.titles.entry(title).or_default();
            weight.0 += sales.n_lines;
            weight.1 = weight.1.max(sales.last_at);
        }
        self.vendor = mention.vendor.or(self.vendor.take());
        self.category = mention.category.or(self.category.take());
        self.sku = mention.sku.or(self.sku.take());
        if sales.last_at >= self.sales.last_at {
            self.sales.last_at = sales.last_at;
            self.sales.last_price = sales.last_price;
            self.sales.cost = sales.cost.or(self.sales.cost);
        }
        self.sales.n_lines += sales.n_lines;
        self.sales.n_goods += sales.n_goods;
        self.sales.kind = self.sales.kind.max(sales.kind);
    }
}

fn derived_id(mention: &Mention) -> Option<String> {
    [&mention.product_id, &mention.sku, &mention.handle, &mention.title]
        .into_iter()
        .flatten()
        .map(|name| name.trim())
        .find(|name| !name.is_empty())
        .map(str::to_owned)
}
