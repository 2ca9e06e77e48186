//! The products of one import, joined over files and rows: variants with their parents, prices with their rules.

use std::collections::HashMap;

use super::engine::shorten;
use super::issue::Severity;
use super::products::ProductRow;
use super::record::Record;
use super::{Emit, Error, value};
use crate::shop::{LineKind, Minor, Product, Variant};

/// All products of one import, joined over files and rows.
#[derive(Default)]
pub(super) struct Catalogue {
    entries: Vec<Entry>,
    by_key: HashMap<String, usize>,
    /// `sku:X` and `id:X` to entries, for parents that are named by either.
    by_alias: HashMap<String, usize>,
    orphans: Vec<Orphan>,
    additions: Vec<Orphan>,
}

struct Entry {
    product: Product,
    file: u32,
    line: u64,
    rows: u32,
    base_price: Option<Minor>,
    /// Indices of variants whose price is the base plus what stands in them.
    surcharged: Vec<usize>,
    children: Vec<(String, Vec<(String, String)>)>,
    discount: Option<(bool, i64)>,
    merged_into_parent: bool,
    /// Variants from rows of their own have joined it.
    has_adopted: bool,
}

struct Orphan {
    row: ProductRow,
    file: u32,
    line: u64,
}

impl Catalogue {
    /// Adds a row; `namespace` keeps platforms apart.
    pub(super) fn add(&mut self, namespace: &str, mut row: ProductRow, file: u32, line: u64) {
        if row.only_adds {
            self.additions.push(Orphan { row, file, line });
            return;
        }
        if row.parent.is_some() {
            self.orphans.push(Orphan { row, file, line });
            return;
        }
        let key = format!("{namespace}\u{1f}{}", row.key);
        let idx = if let Some(idx) = self.by_key.get(&key) {
            let entry = &mut self.entries[*idx];
            entry.rows += 1;
            merge(&mut entry.product, &mut row.product, row.says_published);
            *idx
        } else {
            let idx = self.entries.len();
            self.by_key.insert(key, idx);
            let product = std::mem::take(&mut row.product);
            self.entries.push(Entry::new(product, file, line));
            idx
        };
        self.by_alias.entry(format!("id:{}", row.key)).or_insert(idx);
        if let Some(sku) = &row.sku {
            self.by_alias.entry(format!("sku:{sku}")).or_insert(idx);
        }
        let entry = &mut self.entries[idx];
        entry.base_price = entry.base_price.or(row.base_price);
        entry.children.append(&mut row.children);
        entry.discount = entry.discount.or(row.discount);
        if let Some(mut variant) = row.variant {
            if let Some(sku) = &variant.sku {
                self.by_alias.entry(format!("sku:{sku}")).or_insert(idx);
            }
            if let Some(surcharge) = row.surcharge {
                variant.price = Some(surcharge);
            }
            let at = push_variant(&mut entry.product.variants, variant);
            if row.surcharge.is_some() && !entry.surcharged.contains(&at) {
                entry.surcharged.push(at);
            }
        }
    }

    /// A further variant of a product that was just added.
    pub(super) fn add_variant(&mut self, namespace: &str, key: &str, variant: Variant) {
        if let Some(idx) = self.by_key.get(&format!("{namespace}\u{1f}{key}")) {
            push_variant(&mut self.entries[*idx].product.variants, variant);
        }
    }

    /// Joins what names a parent, derives what products inherit, and hands everything over in file order.
    pub(super) fn finish(&mut self, files: &[String], emit: &mut dyn Emit) -> Result<(), Error> {
        self.adopt_children();
        self.adopt_orphans(files, emit)?;
        let mut n_unknown = 0_u64;
        for Orphan { row, .. } in std::mem::take(&mut self.additions) {
            let found = self
                .by_alias
                .get(&format!("sku:{}", row.key))
                .or_else(|| self.by_alias.get(&format!("id:{}", row.key)));
            if let Some(idx) = found {
                let mut addition = row.product;
                let product = &mut self.entries[*idx].product;
                merge(product, &mut addition, false);
            } else {
                n_unknown += 1;
            }
        }
        if n_unknown > 0 {
            emit.issue(super::Issue {
                code: "links_unmatched".to_owned(),
                severity: Severity::Warning,
                place: super::Place::default(),
                message: format!("{n_unknown} rows link products that are in none of the files, so the links were left out."),
                advice: "Import the product export in the same go.".to_owned(),
            })?;
        }
        for mut entry in std::mem::take(&mut self.entries) {
            if entry.merged_into_parent {
                continue;
            }
            entry.settle_prices();
            emit.record(Record::Product(entry.product), entry.file, entry.line, entry.rows)?;
        }
        self.by_key.clear();
        self.by_alias.clear();
        Ok(())
    }

    fn adopt_children(&mut self) {
        for idx in 0..self.entries.len() {
            for (sku, options) in std::mem::take(&mut self.entries[idx].children) {
                let Some(child) =
                    self.by_alias.get(&format!("sku:{sku}")).copied().filter(|child| *child != idx)
                else {
                    continue;
                };
                if self.entries[child].merged_into_parent {
                    continue;
                }
                self.entries[child].merged_into_parent = true;
                let rows = self.entries[child].rows;
                let variants = std::mem::take(&mut self.entries[child].product.variants);
                let mut images = std::mem::take(&mut self.entries[child].product.image_urls);
                let parent = &mut self.entries[idx];
                parent.rows += rows;
                for mut variant in variants {
                    if !options.is_empty() {
                        variant.options.clone_from(&options);
                    }
                    variant.image_url = variant.image_url.or_else(|| images.first().cloned());
                    push_variant(&mut parent.product.variants, variant);
                }
                if parent.product.image_urls.is_empty() {
                    parent.product.image_urls.append(&mut images);
                }
            }
        }
    }

    fn adopt_orphans(&mut self, files: &[String], emit: &mut dyn Emit) -> Result<(), Error> {
        for Orphan { mut row, file, line } in std::mem::take(&mut self.orphans) {
            let parent = row.parent.take().unwrap_or_default();
            let found =
                self.by_alias.get(&parent).or_else(|| self.by_alias.get(&format!("sku:{parent}"))).copied();
            let idx = if let Some(idx) = found {
                self.entries[idx].rows += 1;
                idx
            } else {
                let issue = super::Issue {
                    code: "parent_missing".to_owned(),
                    severity: Severity::Warning,
                    place: super::Place {
                        file: files.get(file as usize).cloned().unwrap_or_default(),
                        line: Some(line),
                        column: None,
                    },
                    message: format!(
                        "Its parent product “{}” is in none of the files, so a stand-in was made for it.",
                        shorten(parent.trim_start_matches("sku:"))
                    ),
                    advice: "Export the parent products too and import all files together.".to_owned(),
                };
                emit.issue(issue)?;
                self.add_parent(&parent, &mut row, file, line)
            };
            let entry = &mut self.entries[idx];
            let impact = row.surcharge;
            if let Some(mut variant) = row.variant {
                variant.image_url = variant.image_url.or_else(|| row.product.image_urls.first().cloned());
                if impact.is_some() {
                    variant.price = impact;
                }
                let variants = &mut entry.product.variants;
                if !entry.has_adopted {
                    // The parent's own row stands for no variant any more.
                    variants.retain(|own| !own.options.is_empty());
                    entry.has_adopted = true;
                }
                let at = push_variant(variants, variant);
                if impact.is_some() {
                    entry.surcharged.push(at);
                }
            }
        }
        Ok(())
    }
}

impl Catalogue {
    /// Stands in for a parent that no file has; its other variants find it.
    fn add_parent(&mut self, parent: &str, row: &mut ProductRow, file: u32, line: u64) -> usize {
        let id = parent.trim_start_matches("id:").trim_start_matches("sku:").to_owned();
        let mut product = std::mem::take(&mut row.product);
        product.id.clone_from(&id);
        product.handle = None;
        if product.title.is_empty() {
            product.title = format!("Product {id}");
        }
        let idx = self.entries.len();
        self.by_alias.insert(parent.to_owned(), idx);
        self.entries.push(Entry::new(product, file, line));
        idx
    }
}

impl Entry {
    fn new(product: Product, file: u32, line: u64) -> Self {
        Self {
            product,
            file,
            line,
            rows: 1,
            base_price: None,
            surcharged: Vec::new(),
            children: Vec::new(),
            discount: None,
            merged_into_parent: false,
            has_adopted: false,
        }
    }

    fn settle_prices(&mut self) {
        let base = self.base_price;
        for (idx, variant) in self.product.variants.iter_mut().enumerate() {
            if self.surcharged.contains(&idx) {
                variant.price = base.map(|base| base.saturating_add(variant.price.unwrap_or(0)));
            } else if variant.price.is_none() {
                variant.price = base;
            }
        }
        if let Some((is_percent, cut)) = self.discount {
            for variant in &mut self.product.variants {
                let Some(price) = variant.price else { continue };
                let cut = if is_percent { value::percentage(price, cut) } else { cut };
                if cut > 0 && cut < price {
                    variant.compare_at = Some(price);
                    variant.price = Some(price - cut);
                }
            }
        }
        // A row that only stood for the product gives way to its variants.
        if !self.has_adopted && self.product.variants.iter().any(|variant| !variant.options.is_empty()) {
            self.product.variants.retain(|variant| !variant.options.is_empty());
        }
        if self.product.variants.is_empty() {
            self.product.variants.push(Variant { price: base, ..Variant::default() });
        }
        if self.product.title.is_empty() {
            self.product.title.clone_from(&self.product.id);
        }
    }
}

/// Adds a variant, or completes the one with the same id, SKU and options. Returns its index.
fn push_variant(variants: &mut Vec<Variant>, variant: Variant) -> usize {
    let same = variants.iter().position(|own| {
        own.options == variant.options
            && match (&own.id, &variant.id) {
                (Some(a), Some(b)) => a == b,
                _ => own.sku == variant.sku,
            }
    });
    let Some(idx) = same else {
        variants.push(variant);
        return variants.len() - 1;
    };
    let own = &mut variants[idx];
    own.price = variant.price.or(own.price);
    own.compare_at = variant.compare_at.or(own.compare_at);
    own.cost = variant.cost.or(own.cost);
    own.barcode = variant.barcode.or(own.barcode.take());
    own.image_url = variant.image_url.or(own.image_url.take());
    if variant.stock.level.is_some() {
        own.stock = variant.stock;
    }
    idx
}

/// Completes `product` with what another row says: blanks are filled, lists united.
fn merge(product: &mut Product, other: &mut Product, says_published: bool) {
    fn fill<T>(own: &mut Option<T>, other: &mut Option<T>) {
        if own.is_none() {
            *own = other.take();
        }
    }
    fn unite<T: PartialEq>(own: &mut Vec<T>, other: &mut Vec<T>) {
        for value in other.drain(..) {
            if !own.contains(&value) {
                own.push(value);
            }
        }
    }
    if product.title.is_empty() {
        product.title = std::mem::take(&mut other.title);
        if says_published {
            product.published = other.published;
        }
    }
    fill(&mut product.handle, &mut other.handle);
    fill(&mut product.description, &mut other.description);
    fill(&mut product.vendor, &mut other.vendor);
    fill(&mut product.product_type, &mut other.product_type);
    fill(&mut product.created_at, &mut other.created_at);
    fill(&mut product.url, &mut other.url);
    fill(&mut product.currency, &mut other.currency);
    if product.category.is_empty() {
        product.category = std::mem::take(&mut other.category);
    }
    if product.kind == LineKind::Goods {
        product.kind = other.kind;
    }
    unite(&mut product.tags, &mut other.tags);
    unite(&mut product.collections, &mut other.collections);
    unite(&mut product.image_urls, &mut other.image_urls);
    unite(&mut product.attributes, &mut other.attributes);
    unite(&mut product.links, &mut other.links);
}
