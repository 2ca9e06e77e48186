//! One row of facts per product, as of a date: what the catalog says and what sales say.

use super::columns::Reader;
use super::{Error, StoreFrames};
use crate::shop::{EventKind, Minor, Seconds, time::SECONDS_PER_DAY};

/// What is known of one product before a date. Index in the list = product index of [`StoreFrames`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProductRow {
    pub id: String,
    pub handle: Option<String>,
    pub title: String,
    pub vendor: Option<String>,
    pub product_type: Option<String>,
    /// Outermost first.
    pub category: Vec<String>,
    pub tags: Vec<String>,
    pub collections: Vec<String>,
    pub description: Option<String>,
    pub attributes: Vec<(String, String)>,
    /// Minor units.
    pub price: Option<Minor>,
    pub compare_at: Option<Minor>,
    pub cost: Option<Minor>,
    /// Sum over tracked variants; `None` is untracked.
    pub stock: Option<i64>,
    pub sellable: bool,
    pub published: bool,
    /// False for gift cards, services and shipping.
    pub goods: bool,
    pub created_at: Option<Seconds>,
    /// When an import found it back in stock after an earlier one had found it sold out.
    pub restocked_at: Option<Seconds>,
    /// First time it was sold, where it ever was.
    pub first_sold_at: Option<Seconds>,
    pub image: Option<String>,
    pub url: Option<String>,
    /// Orders that hold it in the last 7, 28 and 30 days before `as_of`.
    pub orders_7_days: u32,
    pub orders_28_days: u32,
    pub orders_30_days: u32,
    /// Units in the last 56 days, the base of stock cover.
    pub units_56_days: i64,
    /// Orders of all time with a half-life of 90 days, in thousandths of an order.
    pub decayed_orders: u64,
    pub orders_ever: u32,
    /// Visitors who looked at it or put it in a cart, each counted once a day: in the last 7, 28 and 30 days. Counted
    /// only where nothing was ever sold.
    pub visitors_7_days: u32,
    pub visitors_28_days: u32,
    pub visitors_30_days: u32,
    /// The same of all time with a half-life of 90 days, in thousandths of a visitor.
    pub decayed_visitors: u64,
}

/// Facts of every product from nothing dated at or after `as_of`.
pub fn product_rows(frames: &StoreFrames, as_of: Seconds) -> Result<Vec<ProductRow>, Error> {
    let mut rows = catalog_rows(frames)?;
    let lines = Reader::new("lines", &frames.lines);
    let orders = lines.index("order")?;
    let products = lines.index("product")?;
    let times = lines.int("at")?;
    let quantities = lines.int("quantity")?;
    // Lines are sorted by time and order, so a product counts once per order by remembering its last order.
    let mut last_order: Vec<Option<u32>> = vec![None; rows.len()];
    for line in 0..products.len() {
        let (Some(product), Some(at)) = (products[line], times[line]) else {
            continue;
        };
        let Some(row) = rows.get_mut(product as usize).filter(|_| at < as_of) else {
            continue;
        };
        let age_days = (as_of - at) / SECONDS_PER_DAY;
        row.first_sold_at = Some(row.first_sold_at.map_or(at, |first| first.min(at)));
        if age_days < 56 {
            row.units_56_days += quantities[line].unwrap_or(0).max(0);
        }
        if last_order[product as usize] == orders[line] && orders[line].is_some() {
            continue;
        }
        last_order[product as usize] = orders[line];
        row.orders_ever += 1;
        row.orders_7_days += u32::from(age_days < 7);
        row.orders_28_days += u32::from(age_days < 28);
        row.orders_30_days += u32::from(age_days < 30);
        row.decayed_orders += thousandths_after(age_days);
    }
    if rows.iter().all(|row| row.orders_ever == 0) {
        count_visitors(frames, as_of, &mut rows)?;
    }
    Ok(rows)
}

/// A shop that has sold nothing yet is told by what its visitors look at.
fn count_visitors(frames: &StoreFrames, as_of: Seconds, rows: &mut [ProductRow]) -> Result<(), Error> {
    let events = Reader::new("events", &frames.events);
    let (at, kind, product) = (events.int("at")?, events.index("kind")?, events.index("product")?);
    let (visitor, session) = (events.index("visitor")?, events.index("session")?);
    let mut seen: Vec<(u32, bool, u32, i64)> = Vec::new();
    for row in 0..at.len() {
        let kind = kind[row].and_then(|code| EventKind::ALL.get(code as usize));
        let looks = matches!(
            kind,
            Some(
                EventKind::ViewProduct
                    | EventKind::ClickProduct
                    | EventKind::AddToCart
                    | EventKind::AddToWishlist
            )
        );
        let who =
            visitor[row].map(|visitor| (false, visitor)).or(session[row].map(|session| (true, session)));
        let (Some(at), Some(product), Some((anonymous, who)), true) = (at[row], product[row], who, looks)
        else {
            continue;
        };
        if at < as_of {
            seen.push((product, anonymous, who, (as_of - at) / SECONDS_PER_DAY));
        }
    }
    seen.sort_unstable();
    seen.dedup();
    for (product, _, _, age_days) in seen {
        let Some(row) = rows.get_mut(product as usize) else { continue };
        row.visitors_7_days += u32::from(age_days < 7);
        row.visitors_28_days += u32::from(age_days < 28);
        row.visitors_30_days += u32::from(age_days < 30);
        row.decayed_visitors += thousandths_after(age_days);
    }
    Ok(())
}

/// 1000 × 2^(−age/90), rounded: a sum of integers does not depend on the order of its terms.
fn thousandths_after(age_days: i64) -> u64 {
    (1000.0 * (-(age_days as f64) / 90.0).exp2()).round() as u64
}

fn catalog_rows(frames: &StoreFrames) -> Result<Vec<ProductRow>, Error> {
    let reader = Reader::new("products", &frames.products);
    let split = |joined: Option<String>| -> Vec<String> {
        joined
            .map(|text| text.split('\u{1f}').filter(|part| !part.is_empty()).map(str::to_owned).collect())
            .unwrap_or_default()
    };
    let mut texts = std::collections::BTreeMap::new();
    for column in [
        "id",
        "handle",
        "title",
        "vendor",
        "product_type",
        "category",
        "tags",
        "collections",
        "description",
        "attributes",
        "image",
        "url",
    ] {
        texts.insert(column, reader.text(column)?);
    }
    let mut text = |column: &str, row: usize| texts.get_mut(column).and_then(|cells| cells[row].take());
    let price = reader.int("price")?;
    let compare_at = reader.int("compare_at")?;
    let cost = reader.int("cost")?;
    let stock = reader.int("stock")?;
    let created_at = reader.int("created_at")?;
    let restocked_at = reader.int("restocked_at")?;
    let sellable = reader.flag("sellable")?;
    let published = reader.flag("published")?;
    let goods = reader.flag("goods")?;
    Ok((0..price.len())
        .map(|row| ProductRow {
            id: text("id", row).unwrap_or_default(),
            handle: text("handle", row),
            title: text("title", row).unwrap_or_default(),
            vendor: text("vendor", row),
            product_type: text("product_type", row),
            category: text("category", row)
                .map(|path| path.split(" > ").map(str::to_owned).collect())
                .unwrap_or_default(),
            tags: split(text("tags", row)),
            collections: split(text("collections", row)),
            description: text("description", row),
            attributes: split(text("attributes", row))
                .iter()
                .filter_map(|pair| pair.split_once('='))
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            price: price[row],
            compare_at: compare_at[row],
            cost: cost[row],
            stock: stock[row],
            sellable: sellable[row].unwrap_or(true),
            published: published[row].unwrap_or(true),
            goods: goods[row].unwrap_or(true),
            created_at: created_at[row],
            restocked_at: restocked_at[row],
            image: text("image", row),
            url: text("url", row),
            ..ProductRow::default()
        })
        .collect())
}
