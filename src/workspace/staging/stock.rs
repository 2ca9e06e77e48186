//! Stock counts and costs, which find their variants once all products are there; discounts and search terms.

use std::collections::{BTreeMap, HashMap};

use rusqlite::{OptionalExtension as _, params};

use super::super::Error;
use super::mentions::{Mention, Names};
use super::{Staging, keep_before};
use crate::import::record::Discount;
use crate::import::{Issue, Place, Severity};
use crate::shop::{Minor, ProductRef};

/// Collected until the products of all files are there.
#[derive(Default)]
pub(super) struct Counts {
    stock: Vec<(ProductRef, Option<String>, i64)>,
    costs: Vec<(ProductRef, Minor)>,
}

impl Counts {
    pub(super) fn stock(&mut self, product: ProductRef, location: Option<String>, level: i64) {
        self.stock.push((product, location, level));
    }

    pub(super) fn cost(&mut self, product: ProductRef, cost: Minor) {
        self.costs.push((product, cost));
    }
}

impl Staging<'_> {
    /// Writes stock and costs to the variants they name. A product named without a variant means its only one.
    pub(super) fn apply_counts(&mut self) -> Result<(), Error> {
        let Counts { stock, costs } = std::mem::take(&mut self.counts);
        if stock.is_empty() && costs.is_empty() {
            return Ok(());
        }
        let names = Names::read(self.connection)?;
        let only_variants = self.only_variants()?;
        let variant_of = |product: ProductRef| {
            let (product, variant) = names.find(&Mention::of(product))?;
            variant.or_else(|| only_variants.get(&product).copied())
        };
        let mut levels: BTreeMap<(i64, String), i64> = BTreeMap::new();
        let mut n_unmatched = 0_u64;
        let mut example = String::new();
        for (product, location, level) in stock {
            let named = [&product.sku, &product.variant_id, &product.handle, &product.product_id];
            let name = named.into_iter().flatten().next().cloned().unwrap_or_default();
            if let Some(variant) = variant_of(product) {
                *levels.entry((variant, location.unwrap_or_default())).or_default() += level;
            } else {
                n_unmatched += 1;
                if example.is_empty() {
                    example = name;
                }
            }
        }
        if n_unmatched > 0 {
            self.issues.add(Issue {
                code: "stock_unmatched".to_owned(),
                severity: Severity::Warning,
                place: Place::default(),
                message: format!(
                    "{n_unmatched} stock counts are of products that are not in the workspace ({example}), so they were left out."
                ),
                advice: "Import the product export too, together with the stock file or before it.".to_owned(),
            });
        }
        let mut variants: Vec<i64> = Vec::new();
        for ((variant, location), level) in levels {
            self.write_level(variant, &location, level)?;
            if variants.last() != Some(&variant) {
                variants.push(variant);
            }
        }
        for variant in variants {
            let sum: i64 = self
                .connection
                .prepare_cached("SELECT sum(level) FROM stock_levels WHERE variant = ?1")?
                .query_row([variant], |row| row.get(0))?;
            self.set_variant(variant, "stock", sum)?;
        }
        for (product, cost) in costs {
            if let Some(variant) = variant_of(product) {
                self.set_variant(variant, "cost", cost)?;
            }
        }
        Ok(())
    }

    fn only_variants(&self) -> Result<HashMap<i64, i64>, Error> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT product, min(key) FROM variants GROUP BY product HAVING count(*) = 1")?;
        Ok(statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?)
    }

    fn write_level(&self, variant: i64, location: &str, level: i64) -> Result<(), Error> {
        let known: Option<(i64, i64)> = self
            .connection
            .prepare_cached("SELECT key, level FROM stock_levels WHERE variant = ?1 AND location = ?2")?
            .query_row(params![variant, location], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        match known {
            Some((_, same)) if same == level => {}
            Some((key, _)) => {
                keep_before(self.connection, self.import, "stock_levels", "key", key)?;
                self.connection
                    .prepare_cached("UPDATE stock_levels SET level = ?2, import = ?3 WHERE key = ?1")?
                    .execute([key, level, self.import])?;
            }
            None => {
                self.connection
                    .prepare_cached(
                        "INSERT INTO stock_levels(import, variant, location, level) VALUES (?1, ?2, ?3, ?4)",
                    )?
                    .execute(params![self.import, variant, location, level])?;
            }
        }
        Ok(())
    }

    /// `column` is `stock` or `cost`.
    fn set_variant(&self, variant: i64, column: &str, value: i64) -> Result<(), Error> {
        let old: Option<i64> = self
            .connection
            .prepare_cached(&format!("SELECT {column} FROM variants WHERE key = ?1"))?
            .query_row([variant], |row| row.get(0))?;
        if old == Some(value) {
            return Ok(());
        }
        keep_before(self.connection, self.import, "variants", "key", variant)?;
        self.connection
            .prepare_cached(&format!("UPDATE variants SET {column} = ?2, import = ?3 WHERE key = ?1"))?
            .execute([variant, value, self.import])?;
        if column == "stock" {
            self.connection
                .prepare_cached(
                    "INSERT INTO stock_history(import, variant, at, level) VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute([self.import, variant, self.at, value])?;
        }
        Ok(())
    }

    pub(super) fn take_discount(&mut self, discount: &Discount) -> Result<(), Error> {
        let key = self.key_of("discounts", "code", &discount.code)?;
        self.connection
            .prepare_cached(
                "INSERT OR REPLACE INTO discounts(key, import, code, kind, value, starts_at, ends_at, times_used,
                     status) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute(params![
                key,
                self.import,
                discount.code,
                discount.kind,
                discount.value,
                discount.starts_at,
                discount.ends_at,
                discount.times_used,
                discount.status
            ])?;
        Ok(())
    }

    pub(super) fn take_search_term(
        &mut self,
        term: &str,
        searches: i64,
        clicks: Option<i64>,
        results: Option<i64>,
    ) -> Result<(), Error> {
        let key = self.key_of("search_terms", "term", term)?;
        self.connection
            .prepare_cached(
                "INSERT OR REPLACE INTO search_terms(key, import, term, searches, clicks, results)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![key, self.import, term, searches, clicks, results])?;
        Ok(())
    }

    /// The key of the row that is about to be replaced, kept for undo.
    fn key_of(&self, table: &str, column: &str, value: &str) -> Result<Option<i64>, Error> {
        let key: Option<i64> = self
            .connection
            .prepare_cached(&format!("SELECT key FROM {table} WHERE {column} = ?1"))?
            .query_row([value], |row| row.get(0))
            .optional()?;
        if let Some(key) = key {
            keep_before(self.connection, self.import, table, "key", key)?;
        }
        Ok(key)
    }
}
