//! Rows to products: grouping, variants, pictures, parents, and the join over all product files of one import.

use std::collections::HashMap;

use super::Error;
use super::columns::Columns;
use super::engine::{FileRun, Reject, Table};
use super::lines;
use super::meaning::Meaning;
use super::row::Row;
use super::value;
use crate::shop::{Currency, LineKind, Minor, Product, SellWhenEmpty, Stock, Variant};

/// How a platform writes products. Everything else is the same for all of them.
#[derive(Clone, Copy)]
pub(super) struct ProductLayout {
    /// Where the product's key stands, first filled one wins.
    pub key: &'static [Meaning],
    /// Rows without a key belong to the row above.
    pub positional: bool,
    /// Between several categories in one cell, and between the levels of one.
    pub category_list: Option<char>,
    pub category_path: &'static str,
    pub tags: char,
    pub images: &'static [char],
    /// A blank stock cell means the store does not track the variant.
    pub stock: StockRule,
    pub fix: Option<fn(&Row, &Columns, &mut ProductRow, &mut FileRun<'_>)>,
}

impl ProductLayout {
    pub(super) const fn new(key: &'static [Meaning]) -> Self {
        Self {
            key,
            positional: false,
            category_list: None,
            category_path: ">",
            tags: ',',
            images: &[',', '\n'],
            stock: StockRule::Level,
            fix: None,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum StockRule {
    /// A number, or blank for not tracked.
    Level,
    /// The level counts only when the tracker cell is filled (Shopify) or true.
    Tracker,
}

/// One row of a product file, taken apart.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts about one row")]
pub(super) struct ProductRow {
    /// Empty when the row has none; then `positional` decides.
    pub key: String,
    pub product: Product,
    pub variant: Option<Variant>,
    /// Another product this row is a variant of: a SKU, or `id:` and an id.
    pub parent: Option<String>,
    /// What children may call it, where that is not its key or a variant's SKU.
    pub sku: Option<String>,
    /// SKUs of rows that are variants of this one, with the option values they have here.
    pub children: Vec<(String, Vec<(String, String)>)>,
    /// What variants inherit when their own price is blank.
    pub base_price: Option<Minor>,
    /// Added to the product's price.
    pub surcharge: Option<Minor>,
    /// A translation or a row that only adds links: never makes a new product.
    pub only_adds: bool,
    /// `published` was said in this row.
    pub says_published: bool,
    /// The row lists the options' names and all their values, and is no variant itself.
    pub names_only: bool,
    /// Off every variant: minor units, or with `true` hundredths of a percent.
    pub discount: Option<(bool, i64)>,
    pub skip: bool,
    pub reject: Option<Reject>,
}

/// Reads product rows of any platform.
pub(super) struct ProductTable {
    namespace: &'static str,
    layout: ProductLayout,
    last_key: String,
    /// Option names stand on the first row of a product only.
    option_names: HashMap<String, Vec<(u32, String)>>,
}

impl ProductTable {
    pub(super) fn new(namespace: &'static str, layout: ProductLayout) -> Self {
        Self { namespace, layout, last_key: String::new(), option_names: HashMap::new() }
    }
}

impl Table for ProductTable {
    fn row(&mut self, row: &Row, columns: &Columns, run: &mut FileRun<'_>) -> Result<(), Error> {
        let mut parsed = self.read(row, columns, run)?;
        if let Some(fix) = self.layout.fix {
            fix(row, columns, &mut parsed, run);
        }
        if let Some(reject) = parsed.reject.take() {
            return run.set_aside(row, columns, &reject);
        }
        if parsed.skip {
            run.take(1);
            return Ok(());
        }
        if parsed.key.is_empty() && parsed.parent.is_none() {
            if !self.layout.positional || self.last_key.is_empty() {
                let names: Vec<&str> = self
                    .layout
                    .key
                    .iter()
                    .filter_map(|m| columns.idx(*m))
                    .map(|idx| columns.headers[idx].as_str())
                    .collect();
                let reject = Reject::new(
                    "product_key_missing",
                    format!("The row names no product ({} is blank).", names.join(", ")),
                    "Fill in the cell, or delete the row if it is a leftover, and import the file again.",
                );
                return run.set_aside(row, columns, &reject);
            }
            parsed.key.clone_from(&self.last_key);
        }
        self.last_key.clone_from(&parsed.key);
        if parsed.product.id.is_empty() {
            parsed.product.id.clone_from(&parsed.key);
        }
        self.name_options(&mut parsed);
        run.take(1);
        run.catalogue.add(self.namespace, parsed, run.idx, row.line);
        Ok(())
    }

    fn finish(&mut self, _run: &mut FileRun<'_>) -> Result<(), Error> {
        Ok(())
    }
}

impl ProductTable {
    /// Variants carry values; the names come from the product's first row. `Title: Default Title` is no option.
    fn name_options(&mut self, parsed: &mut ProductRow) {
        let Some(variant) = &mut parsed.variant else {
            return;
        };
        let names = self.option_names.entry(parsed.key.clone()).or_default();
        for (idx, (name, _)) in variant.options.iter_mut().enumerate() {
            let n = idx as u32;
            match names.iter().find(|(known, _)| *known == n) {
                Some((_, known)) if name.is_empty() => name.clone_from(known),
                None if !name.is_empty() => names.push((n, name.clone())),
                _ => {}
            }
        }
        if parsed.names_only {
            variant.options.clear();
        }
        variant
            .options
            .retain(|(name, value)| !value.is_empty() && (name != "Title" || value != "Default Title"));
        for (idx, (name, _)) in variant.options.iter_mut().enumerate() {
            if name.is_empty() {
                *name = format!("Option {}", idx + 1);
            }
        }
    }

    fn read(&self, row: &Row, columns: &Columns, run: &mut FileRun<'_>) -> Result<ProductRow, Error> {
        use Meaning as M;
        let layout = &self.layout;
        let cell = |meaning: Meaning| columns.cell(row, meaning);
        let text = |meaning: Meaning| value::text(cell(meaning));
        let key = layout
            .key
            .iter()
            .map(|meaning| value::id(cell(*meaning)))
            .find(|key| !key.is_empty())
            .unwrap_or("")
            .to_owned();
        let title = value::unescape(value::unguard(cell(M::Title)));
        let currency = value::present(cell(M::Currency))
            .filter(|code| code.len() == 3)
            .map(Currency::new)
            .or_else(|| run.currency.clone());
        let exponent = currency.as_ref().map_or(2, Currency::exponent);
        let mut product = Product {
            handle: text(M::Handle),
            title,
            description: text(M::Description),
            vendor: text(M::Vendor).map(|vendor| value::unescape(&vendor)),
            product_type: text(M::ProductType).map(|kind| value::unescape(&kind)),
            published: published(cell(M::Published), cell(M::Status)),
            created_at: run.time(row, columns, M::CreatedAt)?,
            url: text(M::Url),
            currency,
            ..Product::default()
        };
        let says_published = !cell(M::Published).is_empty() || !cell(M::Status).is_empty();
        self.read_lists(row, columns, &mut product);
        self.read_attributes(row, columns, &mut product);
        let gift_card = value::flag(cell(M::GiftCard)).unwrap_or(false);
        product.kind = if gift_card { LineKind::GiftCard } else { lines::product_kind(&product) };
        let price = run.money(row, columns, M::Price, exponent)?;
        let (price, compare_at) = Self::sale(row, columns, run, price, exponent)?;
        let surcharge = run.money(row, columns, M::Surcharge, exponent)?;
        let variant = Variant {
            id: value::present(value::id(cell(M::VariantId))).map(|id| value::gid(id).to_owned()),
            sku: value::present(value::unguard(cell(M::Sku))).map(str::to_owned),
            barcode: value::present(value::id(cell(M::Barcode))).map(str::to_owned),
            options: read_options(row, columns),
            price,
            compare_at,
            cost: run.money(row, columns, M::Cost, exponent)?,
            stock: self.stock(row, columns, run)?,
            image_url: text(M::VariantImage),
        };
        Ok(ProductRow {
            key,
            product,
            base_price: price,
            surcharge,
            says_published,
            variant: Some(variant),
            ..ProductRow::default()
        })
    }

    fn read_lists(&self, row: &Row, columns: &Columns, product: &mut Product) {
        use Meaning as M;
        let layout = &self.layout;
        for column in columns.all(M::Category) {
            let Some(cell) = value::present(row.get(column.idx)) else {
                continue;
            };
            let paths = match layout.category_list {
                Some(',') if cell.contains("; ") => value::list(cell, ';'),
                Some(separator) => value::list(cell, separator),
                None => vec![cell.to_owned()],
            };
            for path in paths {
                let path = value::path(&path, layout.category_path);
                if path.is_empty() {
                    continue;
                }
                if product.category.is_empty() {
                    product.category = path;
                } else if let Some(name) = path.last()
                    && !product.collections.contains(name)
                {
                    product.collections.push(name.clone());
                }
            }
        }
        for column in columns.all(M::Tags) {
            product
                .tags
                .extend(value::list(row.get(column.idx), layout.tags).iter().map(|tag| value::unescape(tag)));
        }
        for column in columns.all(M::Collections) {
            let separator = if row.get(column.idx).contains(';') { ';' } else { layout.tags };
            product
                .collections
                .extend(value::list(row.get(column.idx), separator).iter().map(|name| value::unescape(name)));
        }
        for column in columns.all(M::ImageUrl) {
            for url in split_urls(row.get(column.idx), layout.images) {
                // A main picture often leads the list of all again.
                if !product.image_urls.contains(&url) {
                    product.image_urls.push(url);
                }
            }
        }
        for (meaning, kind) in [(M::Related, "related"), (M::Upsell, "upsell"), (M::CrossSell, "cross_sell")]
        {
            for column in columns.all(meaning) {
                for target in row
                    .get(column.idx)
                    .split([',', '\n', '|', ';'])
                    .map(str::trim)
                    .filter(|target| !target.is_empty())
                {
                    product.links.push((kind.to_owned(), target.trim_start_matches("id:").to_owned()));
                }
            }
        }
    }

    fn read_attributes(&self, row: &Row, columns: &Columns, product: &mut Product) {
        for column in columns.all(Meaning::Attribute) {
            if let Some(cell) = value::present(row.get(column.idx)) {
                let name = if column.label.is_empty() {
                    columns.headers[column.idx].trim().to_owned()
                } else {
                    column.label.clone()
                };
                product.attributes.push((name, value::unescape(cell)));
            }
        }
        for column in columns.all(Meaning::AttributeName) {
            let Some(name) = value::present(row.get(column.idx)) else {
                continue;
            };
            let value = columns
                .all(Meaning::AttributeValue)
                .find(|value| value.n == column.n)
                .map_or("", |value| row.get(value.idx));
            for value in value::list(value, self.layout.tags) {
                product.attributes.push((value::unescape(name), value::unescape(&value)));
            }
        }
    }

    /// A price and its "was" price from whichever pair the file has.
    fn sale(
        row: &Row,
        columns: &Columns,
        run: &mut FileRun<'_>,
        price: Option<Minor>,
        exponent: u32,
    ) -> Result<(Option<Minor>, Option<Minor>), Error> {
        use Meaning as M;
        let compare_at = run.money(row, columns, M::CompareAt, exponent)?;
        let regular = run.money(row, columns, M::RegularPrice, exponent)?.or(price);
        let sale = run.money(row, columns, M::SalePrice, exponent)?.filter(|sale| *sale > 0);
        let on_sale = value::flag(columns.cell(row, M::OnSale)).unwrap_or(true);
        let (price, compare_at) = match (regular, sale) {
            (Some(regular), Some(sale)) if on_sale && sale < regular => (Some(sale), Some(regular)),
            (None, Some(sale)) => (Some(sale), compare_at),
            (regular, _) => (regular, compare_at),
        };
        Ok((price, compare_at.filter(|was| *was > 0)))
    }

    fn stock(&self, row: &Row, columns: &Columns, run: &mut FileRun<'_>) -> Result<Stock, Error> {
        use Meaning as M;
        let cell = value::unguard(columns.cell(row, M::Stock));
        let policy = columns.cell(row, M::StockPolicy).to_lowercase();
        let when_empty = if matches!(policy.as_str(), "continue" | "notify" | "1" | "yes" | "true" | "allow")
        {
            SellWhenEmpty::Continue
        } else {
            SellWhenEmpty::Deny
        };
        let tracked = match self.layout.stock {
            StockRule::Level => columns
                .idx(M::StockTracked)
                .is_none_or(|idx| value::flag(row.get(idx)).unwrap_or(!matches!(row.get(idx), "none"))),
            StockRule::Tracker => match columns.idx(M::StockTracked) {
                Some(idx) => !row.get(idx).is_empty() && value::flag(row.get(idx)) != Some(false),
                None => !cell.is_empty(),
            },
        };
        let words = cell.to_lowercase();
        let in_stock = columns.cell(row, M::InStock).to_lowercase();
        let level =
            if !tracked || matches!(words.as_str(), "unlimited" | "parent" | "instock" | "in stock" | "") {
                let mut level = None;
                if matches!(
                    in_stock.as_str(),
                    "0" | "no" | "false" | "out_of_stock" | "out of stock" | "outofstock" | "sold out"
                ) {
                    level = Some(0);
                }
                level
            } else if matches!(words.as_str(), "outofstock" | "out of stock" | "not stocked") {
                Some(0)
            } else {
                run.count(row, columns, M::Stock)?
            };
        let backorder = matches!(in_stock.as_str(), "backorder" | "onbackorder" | "preorder");
        Ok(Stock { level, when_empty: if backorder { SellWhenEmpty::Continue } else { when_empty } })
    }
}

fn read_options(row: &Row, columns: &Columns) -> Vec<(String, String)> {
    columns
        .all(Meaning::OptionValue)
        .map(|column| {
            let name = columns
                .all(Meaning::OptionName)
                .find(|name| name.n == column.n)
                .map_or_else(|| column.label.clone(), |name| row.get(name.idx).to_owned());
            (value::unescape(&name), value::unescape(row.get(column.idx)))
        })
        .collect()
}

/// A comma inside an address belongs to it unless the next address follows.
fn split_urls(cell: &str, separators: &[char]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let separators = if cell.contains("; http") || cell.contains(";http") { &[';'] } else { separators };
    for part in cell.split(separators) {
        let part = part.trim();
        if part.is_empty() {
            continue;
        }
        let whole = part.contains("://") || part.starts_with('/') || part.contains('.') || out.is_empty();
        match out.last_mut() {
            Some(last) if !whole => {
                last.push(',');
                last.push_str(part);
            }
            _ => out.push(part.to_owned()),
        }
    }
    out
}

/// Published unless a status or a flag says otherwise.
fn published(flag: &str, status: &str) -> bool {
    let status = status.trim().to_lowercase();
    if !status.is_empty() {
        return matches!(
            status.as_str(),
            "active"
                | "published"
                | "publish"
                | "enabled"
                | "visible"
                | "1"
                | "true"
                | "y"
                | "yes"
                | "available"
        );
    }
    flag.trim().is_empty() || value::flag(flag).unwrap_or(true)
}
