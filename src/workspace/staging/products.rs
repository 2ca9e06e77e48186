//! Products and their variants, merged by key, with price and stock history.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension as _, params};

use super::super::Error;
use super::super::catalog::read_product;
use super::super::codes::{line_kind_code, when_empty_code};
use super::{Changes, keep_before, next_key};
use crate::import::record::DataKind;
use crate::import::{FileReport, Origin};
use crate::shop::hash::fnv1a64;
use crate::shop::{Product, Seconds, Variant};

pub(super) struct Products<'w> {
    connection: &'w Connection,
    import: i64,
    at: Seconds,
    next_product: i64,
    next_variant: i64,
    /// Products of this import.
    seen: HashMap<String, i64>,
    pub(super) changes: Changes,
}

impl<'w> Products<'w> {
    pub(super) fn new(connection: &'w Connection, import: i64, at: Seconds) -> Result<Self, Error> {
        Ok(Self {
            connection,
            import,
            at,
            next_product: next_key(connection, "products")?,
            next_variant: next_key(connection, "variants")?,
            seen: HashMap::new(),
            changes: Changes::default(),
        })
    }

    pub(super) fn take(&mut self, product: Product, origin: Origin) -> Result<(), Error> {
        if let Some(key) = self.seen.get(&product.id).copied() {
            // The same product again, in another file or store view: what is new is added, nothing is dropped.
            let merged = merge(read_product(self.connection, key)?, product);
            return self.rewrite(key, &merged, origin, true);
        }
        let known: Option<(i64, i64, bool)> = self
            .connection
            .prepare_cached("SELECT key, digest, derived FROM products WHERE id = ?1")?
            .query_row([&product.id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        match known {
            None => {
                let key = self.next_product;
                self.next_product += 1;
                self.insert(key, &product, origin)?;
                self.changes.new += 1;
                self.seen.insert(product.id, key);
            }
            Some((key, digest, false)) if digest == digest_of(&product)? => {
                self.changes.unchanged += 1;
                self.seen.insert(product.id, key);
            }
            Some((key, _, derived)) => {
                if derived {
                    self.changes.new += 1;
                } else {
                    self.changes.changed += 1;
                }
                self.rewrite(key, &product, origin, false)?;
                self.seen.insert(product.id, key);
            }
        }
        Ok(())
    }

    /// Notes which products a product file no longer holds.
    pub(super) fn finish(&mut self, reports: &[FileReport]) -> Result<(), Error> {
        if !reports.iter().any(|report| report.kind == DataKind::Products) || self.seen.is_empty() {
            return Ok(());
        }
        let mut statement = self
            .connection
            .prepare_cached("SELECT key, id FROM products WHERE derived = 0 AND import <> ?1 ORDER BY key")?;
        let mut rows = statement.query([self.import])?;
        let mut insert =
            self.connection.prepare_cached("INSERT INTO absent_products(import, product) VALUES (?1, ?2)")?;
        while let Some(row) = rows.next()? {
            let id: String = row.get(1)?;
            if !self.seen.contains_key(&id) {
                insert.execute([self.import, row.get::<_, i64>(0)?])?;
                self.changes.gone += 1;
            }
        }
        Ok(())
    }

    fn insert(&mut self, key: i64, product: &Product, origin: Origin) -> Result<(), Error> {
        self.write(key, product, origin)?;
        for (position, variant) in product.variants.iter().enumerate() {
            let variant_key = self.next_variant;
            self.next_variant += 1;
            self.write_variant(variant_key, key, position, variant)?;
            self.note_price(variant_key, variant)?;
            self.note_stock(variant_key, variant)?;
        }
        Ok(())
    }

    /// Replaces a product. Variants keep their keys where id, SKU or options say they are the same; those that are
    /// gone go, unless `additive`.
    fn rewrite(&mut self, key: i64, product: &Product, origin: Origin, additive: bool) -> Result<(), Error> {
        keep_before(self.connection, self.import, "products", "key", key)?;
        keep_before(self.connection, self.import, "variants", "product", key)?;
        let mut old: Vec<(i64, Variant)> = super::super::catalog::read_variants(self.connection, key)?;
        self.write(key, product, origin)?;
        for (position, variant) in product.variants.iter().enumerate() {
            let Some(index) = same_variant(&old, variant) else {
                let variant_key = self.next_variant;
                self.next_variant += 1;
                self.write_variant(variant_key, key, position, variant)?;
                self.note_price(variant_key, variant)?;
                self.note_stock(variant_key, variant)?;
                continue;
            };
            let (variant_key, before) = old.swap_remove(index);
            let mut variant = variant.clone();
            // A product file without costs does not take away the costs of an inventory file.
            variant.cost = variant.cost.or(before.cost);
            self.write_variant(variant_key, key, position, &variant)?;
            if (variant.price, variant.compare_at) != (before.price, before.compare_at) {
                self.note_price(variant_key, &variant)?;
            }
            if variant.stock.level != before.stock.level {
                self.note_stock(variant_key, &variant)?;
            }
        }
        if !additive {
            for (variant_key, _) in old {
                keep_before(self.connection, self.import, "stock_levels", "variant", variant_key)?;
                self.connection
                    .prepare_cached("DELETE FROM stock_levels WHERE variant = ?1")?
                    .execute([variant_key])?;
                self.connection
                    .prepare_cached("DELETE FROM variants WHERE key = ?1")?
                    .execute([variant_key])?;
            }
        }
        Ok(())
    }

    fn write(&self, key: i64, product: &Product, origin: Origin) -> Result<(), Error> {
        self.connection
            .prepare_cached(
                "INSERT OR REPLACE INTO products(key, import, id, handle, title, description, vendor, product_type,
                     category, tags, collections, published, created_at, url, images, kind, currency, attributes,
                     links, derived, digest, file, line)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, 0,
                     ?20, ?21, ?22)",
            )?
            .execute(params![
                key,
                self.import,
                product.id,
                product.handle,
                product.title,
                product.description,
                product.vendor,
                product.product_type,
                json(&product.category)?,
                json(&product.tags)?,
                json(&product.collections)?,
                product.published,
                product.created_at,
                product.url,
                json(&product.image_urls)?,
                line_kind_code(product.kind),
                product.currency.as_ref().map(|currency| currency.0.as_str()),
                json(&product.attributes)?,
                json(&product.links)?,
                digest_of(product)?,
                origin.file,
                origin.line as i64
            ])?;
        Ok(())
    }

    fn write_variant(&self, key: i64, product: i64, position: usize, variant: &Variant) -> Result<(), Error> {
        self.connection
            .prepare_cached(
                "INSERT OR REPLACE INTO variants(key, import, product, position, id, sku, barcode, options, price,
                     compare_at, cost, stock, when_empty, image_url)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
            )?
            .execute(params![
                key,
                self.import,
                product,
                position as i64,
                variant.id,
                variant.sku,
                variant.barcode,
                json(&variant.options)?,
                variant.price,
                variant.compare_at,
                variant.cost,
                variant.stock.level,
                when_empty_code(variant.stock.when_empty),
                variant.image_url
            ])?;
        Ok(())
    }

    fn note_price(&self, variant_key: i64, variant: &Variant) -> Result<(), Error> {
        self.connection
            .prepare_cached(
                "INSERT INTO price_history(import, variant, at, price, compare_at) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![self.import, variant_key, self.at, variant.price, variant.compare_at])?;
        Ok(())
    }

    fn note_stock(&self, variant_key: i64, variant: &Variant) -> Result<(), Error> {
        if variant.stock.level.is_none() {
            return Ok(());
        }
        self.connection
            .prepare_cached("INSERT INTO stock_history(import, variant, at, level) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![self.import, variant_key, self.at, variant.stock.level])?;
        Ok(())
    }
}

fn same_variant(old: &[(i64, Variant)], variant: &Variant) -> Option<usize> {
    let by = |same: &dyn Fn(&Variant) -> bool| old.iter().position(|(_, known)| same(known));
    by(&|known| known.id.is_some() && known.id == variant.id)
        .or_else(|| {
            by(&|known| known.sku.is_some() && known.sku == variant.sku && known.options == variant.options)
        })
        .or_else(|| by(&|known| known.sku.is_some() && known.sku == variant.sku))
        .or_else(|| {
            by(&|known| {
                // Without options two variants look alike; then their keys must not say that they are two.
                known.options == variant.options
                    && (!variant.options.is_empty()
                        || (may_be_one(known.id.as_ref(), variant.id.as_ref())
                            && may_be_one(known.sku.as_ref(), variant.sku.as_ref())))
            })
        })
}

fn may_be_one(one: Option<&String>, other: Option<&String>) -> bool {
    one.is_none() || other.is_none() || one == other
}

/// What the later record says wins where it says anything; variants are added.
fn merge(mut base: Product, later: Product) -> Product {
    base.handle = later.handle.or(base.handle);
    if !later.title.is_empty() {
        base.title = later.title;
    }
    base.description = later.description.or(base.description);
    base.vendor = later.vendor.or(base.vendor);
    base.product_type = later.product_type.or(base.product_type);
    base.created_at = later.created_at.or(base.created_at);
    base.url = later.url.or(base.url);
    base.currency = later.currency.or(base.currency);
    base.published |= later.published;
    if !later.category.is_empty() {
        base.category = later.category;
    }
    add_missing(&mut base.tags, later.tags);
    add_missing(&mut base.collections, later.collections);
    add_missing(&mut base.image_urls, later.image_urls);
    add_missing(&mut base.attributes, later.attributes);
    add_missing(&mut base.links, later.links);
    for variant in later.variants {
        let known: Vec<(i64, Variant)> = base.variants.iter().cloned().map(|known| (0, known)).collect();
        match same_variant(&known, &variant) {
            Some(index) => base.variants[index] = variant,
            None => base.variants.push(variant),
        }
    }
    base
}

fn add_missing<T: PartialEq>(base: &mut Vec<T>, later: Vec<T>) {
    for value in later {
        if !base.contains(&value) {
            base.push(value);
        }
    }
}

/// Of the product as the file has it; equal digests mean nothing to do.
fn digest_of(product: &Product) -> Result<i64, Error> {
    Ok(fnv1a64(json(product)?.as_bytes()) as i64)
}

fn json(value: &impl serde::Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|source| Error::broken("a product that cannot be written", source))
}
