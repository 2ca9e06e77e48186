//! The products frame.

use std::collections::HashMap;

use polars::prelude::{DataFrame, Series};
use rusqlite::Connection;

use super::super::Error;
use super::super::catalog::list;
use super::super::codes::when_empty_of;
use super::super::overlays::Fix;
use super::super::restocks;
use super::{Fixes, Products, frame, series};
use crate::shop::Stock;

/// Joins lists in one cell; see the frames' contract.
const LIST_SEPARATOR: &str = "\u{1f}";

#[derive(Default)]
struct Row {
    key: i64,
    id: String,
    handle: Option<String>,
    title: String,
    vendor: Option<String>,
    product_type: Option<String>,
    category: Option<String>,
    tags: String,
    collections: String,
    attributes: String,
    description: Option<String>,
    created_at: Option<i64>,
    image: Option<String>,
    url: Option<String>,
    published: bool,
    goods: bool,
    price: Option<i64>,
    compare_at: Option<i64>,
    cost: Option<i64>,
    stock: Option<i64>,
    sellable: bool,
    restocked_at: Option<i64>,
    variants: u32,
    /// Whether `price` is that of a variant one can buy.
    price_is_sellable: bool,
}

pub(super) fn read(connection: &Connection, fixes: &Fixes) -> Result<(DataFrame, Products), Error> {
    let mut rows = read_rows(connection)?;
    read_variants(connection, &mut rows)?;
    let restocks = restocks::read(connection)?;
    for row in &mut rows {
        row.restocked_at = restocks.get(&row.key).copied();

        for fix in fixes.products.get(&row.id).into_iter().flatten() {
            row.apply(fix);
        }
    }
    let index_of: HashMap<i64, u32> = (0_u32..).zip(&rows).map(|(index, row)| (row.key, index)).collect();
    let mut by_mention = HashMap::new();
    let mut statement =
        connection.prepare_cached("SELECT key, product FROM mentions WHERE product IS NOT NULL")?;
    let mut mentions = statement.query([])?;
    while let Some(mention) = mentions.next()? {
        if let Some(index) = index_of.get(&mention.get(1)?) {
            by_mention.insert(mention.get(0)?, *index);
        }
    }
    Ok((to_frame(rows)?, Products { by_mention }))
}

/// In the order of their ids, byte by byte.
fn read_rows(connection: &Connection) -> Result<Vec<Row>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT key, id, handle, title, vendor, product_type, category, tags, collections, description, created_at,
             images, url, published, kind, attributes FROM products ORDER BY id",
    )?;
    let rows = statement
        .query_map([], |row| {
            let category: Vec<String> = list(&row.get::<_, String>(6)?);
            let images: Vec<String> = list(&row.get::<_, String>(11)?);
            Ok(Row {
                key: row.get(0)?,
                id: row.get(1)?,
                handle: row.get(2)?,
                title: row.get(3)?,
                vendor: row.get(4)?,
                product_type: row.get(5)?,
                category: (!category.is_empty()).then(|| category.join(" > ")),
                tags: list::<String>(&row.get::<_, String>(7)?).join(LIST_SEPARATOR),
                collections: list::<String>(&row.get::<_, String>(8)?).join(LIST_SEPARATOR),
                description: row.get(9)?,
                created_at: row.get(10)?,
                image: images.into_iter().next(),
                url: row.get(12)?,
                published: row.get(13)?,
                goods: row.get::<_, i64>(14)? == 0,
                attributes: list::<(String, String)>(&row.get::<_, String>(15)?)
                    .into_iter()
                    .map(|(name, value)| format!("{name}={value}"))
                    .collect::<Vec<_>>()
                    .join(LIST_SEPARATOR),
                ..Row::default()
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// A product costs what its cheapest variant costs, of those one can buy if there are any.
fn read_variants(connection: &Connection, rows: &mut [Row]) -> Result<(), Error> {
    let position: HashMap<i64, usize> =
        rows.iter().enumerate().map(|(index, row)| (row.key, index)).collect();
    let mut statement = connection.prepare_cached(
        "SELECT product, price, compare_at, cost, stock, when_empty, image_url FROM variants
         ORDER BY product, position, key",
    )?;
    let mut variants = statement.query([])?;
    while let Some(variant) = variants.next()? {
        let Some(row) = position.get(&variant.get(0)?).and_then(|index| rows.get_mut(*index)) else {
            continue;
        };
        let price: Option<i64> = variant.get(1)?;
        let stock = Stock { level: variant.get(4)?, when_empty: when_empty_of(variant.get(5)?) };
        let sellable = stock.sellable();
        row.variants += 1;
        row.sellable |= sellable;
        if let Some(level) = stock.level {
            row.stock = Some(row.stock.unwrap_or(0) + level);
        }
        let better = match (row.price, price) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(held), Some(price)) => {
                (sellable && !row.price_is_sellable) || (sellable == row.price_is_sellable && price < held)
            }
        };
        if better {
            row.price = price;
            row.compare_at = variant.get(2)?;
            row.price_is_sellable = sellable;
            row.cost = variant.get::<_, Option<i64>>(3)?.or(row.cost);
        } else if row.cost.is_none() {
            row.cost = variant.get(3)?;
        }
        if row.image.is_none() {
            row.image = variant.get(6)?;
        }
    }
    Ok(())
}

impl Row {
    fn apply(&mut self, fix: &Fix) {
        match fix {
            Fix::SetProductType { product_type, .. } => self.product_type = Some(product_type.clone()),
            Fix::SetPrice { price, .. } => self.price = Some(*price),
            Fix::SetCost { cost, .. } => self.cost = Some(*cost),
            Fix::SetPicture { image_url, .. } => self.image = Some(image_url.clone()),
            Fix::DropCompareAt { .. } => self.compare_at = None,
            Fix::EmptyStock { .. } => self.stock = self.stock.map(|stock| stock.max(0)),
            Fix::Unpublish { .. } => self.published = false,
            Fix::MergeCustomer { .. } | Fix::LeaveOutOrder { .. } => {}
        }
    }
}

fn to_frame(rows: Vec<Row>) -> Result<DataFrame, Error> {
    fn column<T>(rows: &[Row], value: impl Fn(&Row) -> T) -> Vec<T> {
        rows.iter().map(value).collect()
    }
    let texts = |name: &str, value: fn(&Row) -> Option<&str>| -> Series {
        series(name, rows.iter().map(value).collect::<Vec<_>>())
    };
    frame(vec![
        series("product", (0..rows.len() as u32).collect::<Vec<_>>()),
        texts("id", |row| Some(&row.id)),
        texts("handle", |row| row.handle.as_deref()),
        texts("title", |row| Some(&row.title)),
        texts("vendor", |row| row.vendor.as_deref()),
        texts("product_type", |row| row.product_type.as_deref()),
        texts("category", |row| row.category.as_deref()),
        texts("tags", |row| Some(&row.tags)),
        texts("collections", |row| Some(&row.collections)),
        texts("attributes", |row| Some(&row.attributes)),
        texts("description", |row| row.description.as_deref()),
        series("price", column(&rows, |row| row.price)),
        series("compare_at", column(&rows, |row| row.compare_at)),
        series("cost", column(&rows, |row| row.cost)),
        series("stock", column(&rows, |row| row.stock)),
        series("sellable", column(&rows, |row| row.sellable)),
        series("published", column(&rows, |row| row.published)),
        series("created_at", column(&rows, |row| row.created_at)),
        series("restocked_at", column(&rows, |row| row.restocked_at)),
        texts("image", |row| row.image.as_deref()),
        texts("url", |row| row.url.as_deref()),
        series("variants", column(&rows, |row| row.variants)),
        series("goods", column(&rows, |row| row.goods)),
    ])
}
