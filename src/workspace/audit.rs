//! What is wrong with the data, as lists of ids: one query per check, with the fixes taken into account.

use std::collections::BTreeSet;

use rusqlite::{Connection, Params};

use super::frames::CUSTOMER_ID;
use super::overlays::Fix;
use super::{Error, Workspace};
use crate::shop::time::SECONDS_PER_DAY;
use crate::shop::{Minor, Seconds};

/// Ids in ascending order: products and orders by their id in the files, customers by the id the frames give them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    pub products_without_picture: Vec<String>,
    pub products_without_category: Vec<String>,
    pub products_without_price: Vec<String>,
    pub products_with_price_zero: Vec<String>,
    pub products_with_negative_stock: Vec<String>,
    pub products_costing_more_than_price: Vec<String>,
    pub products_with_low_compare_at: Vec<String>,
    pub products_sharing_a_sku: Vec<String>,
    pub products_not_sold_in_12_months: Vec<String>,
    pub products_without_cost: Vec<String>,
    pub products_absent_from_newest_file: Vec<String>,
    /// (the account that stays, the accounts that are the same person).
    pub duplicate_customers: Vec<(String, Vec<String>)>,
    pub customers_without_orders: Vec<String>,
    pub customers_without_consent: Vec<String>,
    pub orders_with_unknown_products: Vec<String>,
    pub orders_not_adding_up: Vec<String>,
    pub orders_test_or_cancelled: Vec<String>,
    pub orders_in_the_future: Vec<String>,
    /// File and a sample of a date that can be read two ways.
    pub ambiguous_dates: Vec<(String, String)>,
    /// Upper-case codes of orders and products.
    pub currencies: Vec<String>,
    pub measures: Measures,
}

/// Sizes that decide what the data is good for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Measures {
    pub products: u64,
    pub customers: u64,
    pub orders: u64,
    pub events: u64,
    pub buyers: u64,
    /// Customers with two orders or more.
    pub repeat_buyers: u64,
    /// Orders with two different products or more.
    pub mixed_orders: u64,
    pub searches: u64,
    pub products_with_stock: u64,
    pub consenting_customers: u64,
    pub first_order: Option<Seconds>,
    pub last_order: Option<Seconds>,
    pub revenue: Minor,
}

impl Measures {
    /// Days from the first order to the last one that is not dated in the future, both counted.
    pub fn days_covered(&self) -> i64 {
        match (self.first_order, self.last_order) {
            (Some(first), Some(last)) => (last - first) / SECONDS_PER_DAY + 1,
            _ => 0,
        }
    }
}

impl Workspace {
    /// Runs every check. `now` decides what the future is.
    pub fn findings(&self, now: Seconds) -> Result<Findings, Error> {
        let fixes = self.fixes()?;
        find(self.connection(), now, &fixes).map_err(|source| self.explain(source))
    }
}

fn find(connection: &Connection, now: Seconds, fixes: &[Fix]) -> Result<Findings, rusqlite::Error> {
    let measures = measure(connection, now)?;
    let products = |condition: &str| {
        ids(
            connection,
            &format!("SELECT p.id FROM products p WHERE p.kind = 0 AND ({condition}) ORDER BY p.id"),
            [],
        )
    };
    let variant = |condition: &str| {
        products(&format!("EXISTS (SELECT 1 FROM variants v WHERE v.product = p.key AND {condition})"))
    };
    let last_order = measures.last_order.unwrap_or(now);
    let year_before = last_order - 365 * SECONDS_PER_DAY;
    let findings = Findings {
        products_without_picture: products(
            "p.images = '[]' AND NOT EXISTS
                 (SELECT 1 FROM variants v WHERE v.product = p.key AND v.image_url IS NOT NULL)",
        )?,
        products_without_category: products("coalesce(p.product_type, '') = '' AND p.category = '[]'")?,
        products_without_price: products(
            "NOT EXISTS (SELECT 1 FROM variants v WHERE v.product = p.key AND v.price IS NOT NULL)",
        )?,
        products_with_price_zero: variant("v.price = 0")?,
        products_with_negative_stock: variant("v.stock < 0")?,
        products_costing_more_than_price: variant("v.cost > v.price AND v.price > 0")?,
        products_with_low_compare_at: variant("v.compare_at > 0 AND v.compare_at < v.price")?,
        products_sharing_a_sku: variant(
            "v.sku IN (SELECT sku FROM variants WHERE coalesce(sku, '') <> '' GROUP BY sku HAVING count(*) > 1)",
        )?,
        products_not_sold_in_12_months: if measures.orders == 0 {
            Vec::new()
        } else {
            ids(
                connection,
                "SELECT p.id FROM products p WHERE p.kind = 0 AND p.key NOT IN (
                     SELECT m.product FROM lines l JOIN mentions m ON m.key = l.mention
                         JOIN orders o ON o.key = l.order_key
                     WHERE m.product IS NOT NULL AND o.placed_at >= ?1) ORDER BY p.id",
                [year_before],
            )?
        },
        products_without_cost: products(
            "NOT EXISTS (SELECT 1 FROM variants v WHERE v.product = p.key AND v.cost IS NOT NULL)",
        )?,
        products_absent_from_newest_file: ids(
            connection,
            "SELECT p.id FROM absent_products a JOIN products p ON p.key = a.product
             WHERE a.import = (SELECT max(import) FROM absent_products) AND p.published = 1 ORDER BY p.id",
            [],
        )?,
        duplicate_customers: duplicates(connection)?,
        customers_without_orders: ids(
            connection,
            &format!(
                "SELECT {CUSTOMER_ID} FROM customers WHERE key NOT IN
                     (SELECT customer FROM orders WHERE customer IS NOT NULL) ORDER BY 1"
            ),
            [],
        )?,
        customers_without_consent: ids(
            connection,
            &format!(
                "SELECT {CUSTOMER_ID} FROM customers WHERE coalesce(accepts_email, (
                     SELECT accepts_marketing FROM orders WHERE customer = customers.key
                         AND accepts_marketing IS NOT NULL ORDER BY placed_at DESC LIMIT 1), 0) = 0 ORDER BY 1"
            ),
            [],
        )?,
        orders_with_unknown_products: ids(
            connection,
            "SELECT id FROM orders WHERE key IN (
                 SELECT l.order_key FROM lines l JOIN mentions m ON m.key = l.mention
                 WHERE m.product IS NULL AND l.kind = 0) ORDER BY id",
            [],
        )?,
        orders_not_adding_up: ids(
            connection,
            "SELECT o.id FROM orders o JOIN (
                 SELECT order_key, sum(quantity * unit_price) AS gross, sum(discount) AS off, count(*) AS n
                 FROM lines GROUP BY order_key) l ON l.order_key = o.key
             WHERE o.total IS NOT NULL
                 AND abs(o.total - (l.gross - max(o.discount, l.off) + o.shipping + o.tax)) > l.n
                 AND abs(o.total - (l.gross - max(o.discount, l.off) + o.shipping)) > l.n ORDER BY o.id",
            [],
        )?,
        orders_test_or_cancelled: ids(
            connection,
            "SELECT id FROM orders WHERE is_test = 1 OR status = 4 ORDER BY id",
            [],
        )?,
        orders_in_the_future: ids(connection, "SELECT id FROM orders WHERE placed_at > ?1 ORDER BY id", [now])?,
        ambiguous_dates: ambiguous_dates(connection)?,
        currencies: ids(
            connection,
            "SELECT currency FROM orders WHERE currency IS NOT NULL UNION
             SELECT currency FROM products WHERE currency IS NOT NULL ORDER BY 1",
            [],
        )?,
        measures,
    };
    Ok(without_fixed(findings, fixes))
}

/// An order dated in the future is a slip: the period ends without it.
fn measure(connection: &Connection, now: Seconds) -> Result<Measures, rusqlite::Error> {
    let count = |sql: &str| {
        connection.prepare_cached(sql)?.query_row([], |row| row.get::<_, i64>(0)).map(|count| count as u64)
    };
    let (first_order, last_order, revenue) = connection.query_row(
        "SELECT min(placed_at), max(placed_at) FILTER (WHERE placed_at <= ?1),
                coalesce(sum(coalesce(total, 0) - refunded), 0)
         FROM orders WHERE is_test = 0 AND status < 4",
        [now],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    Ok(Measures {
        products: count("SELECT count(*) FROM products WHERE kind = 0")?,
        customers: count("SELECT count(*) FROM customers")?,
        orders: count("SELECT count(*) FROM orders")?,
        events: count("SELECT count(*) FROM events")?,
        buyers: count("SELECT count(DISTINCT customer) FROM orders WHERE is_test = 0 AND status < 4")?,
        repeat_buyers: count(
            "SELECT count(*) FROM (SELECT 1 FROM orders WHERE customer IS NOT NULL AND is_test = 0 AND status < 4
             GROUP BY customer HAVING count(*) > 1)",
        )?,
        mixed_orders: count(
            "SELECT count(*) FROM (SELECT 1 FROM lines GROUP BY order_key HAVING min(mention) <> max(mention))",
        )?,
        searches: count(
            "SELECT (SELECT count(*) FROM events WHERE query IS NOT NULL) + (SELECT count(*) FROM search_terms)",
        )?,
        products_with_stock: count("SELECT count(DISTINCT product) FROM variants WHERE stock IS NOT NULL")?,
        consenting_customers: count("SELECT count(*) FROM customers WHERE accepts_email = 1")?,
        first_order,
        last_order,
        revenue,
    })
}

/// Accounts with the same address; the one with the lowest id stays.
fn duplicates(connection: &Connection) -> Result<Vec<(String, Vec<String>)>, rusqlite::Error> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT email_hash, {CUSTOMER_ID} FROM customers WHERE email_hash IN (
             SELECT email_hash FROM customers WHERE email_hash IS NOT NULL GROUP BY email_hash HAVING count(*) > 1)
         ORDER BY 1, 2"
    ))?;
    let mut rows = statement.query([])?;
    let mut groups: Vec<(String, (String, Vec<String>))> = Vec::new();
    while let Some(row) = rows.next()? {
        let (hash, id): (String, String) = (row.get(0)?, row.get(1)?);
        match groups.last_mut() {
            Some((known, (_, others))) if *known == hash => others.push(id),
            _ => groups.push((hash, (id, Vec::new()))),
        }
    }
    Ok(groups.into_iter().map(|(_, group)| group).collect())
}

fn ambiguous_dates(connection: &Connection) -> Result<Vec<(String, String)>, rusqlite::Error> {
    let mut statement = connection.prepare_cached(
        "SELECT file, message FROM issues WHERE code IN ('dates_ambiguous', 'date_ambiguous', 'ambiguous_dates')
         ORDER BY import, file",
    )?;
    statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

fn ids(connection: &Connection, sql: &str, params: impl Params) -> Result<Vec<String>, rusqlite::Error> {
    connection.prepare_cached(sql)?.query_map(params, |row| row.get(0))?.collect()
}

/// A problem that a fix has taken care of is none.
fn without_fixed(mut findings: Findings, fixes: &[Fix]) -> Findings {
    let fixed = |of: fn(&Fix) -> Option<&str>| -> BTreeSet<&str> { fixes.iter().filter_map(of).collect() };
    let drop_from =
        |list: &mut Vec<String>, fixed: &BTreeSet<&str>| list.retain(|id| !fixed.contains(id.as_str()));
    let priced = fixed(|fix| match fix {
        Fix::SetPrice { product, .. } => Some(product),
        _ => None,
    });
    drop_from(&mut findings.products_without_price, &priced);
    drop_from(&mut findings.products_with_price_zero, &priced);
    let pictured = fixed(|fix| match fix {
        Fix::SetPicture { product, .. } => Some(product),
        _ => None,
    });
    drop_from(&mut findings.products_without_picture, &pictured);
    let typed = fixed(|fix| match fix {
        Fix::SetProductType { product, .. } => Some(product),
        _ => None,
    });
    drop_from(&mut findings.products_without_category, &typed);
    let emptied = fixed(|fix| match fix {
        Fix::EmptyStock { product } => Some(product),
        _ => None,
    });
    drop_from(&mut findings.products_with_negative_stock, &emptied);
    let compared = fixed(|fix| match fix {
        Fix::DropCompareAt { product } => Some(product),
        _ => None,
    });
    drop_from(&mut findings.products_with_low_compare_at, &compared);
    let costed = fixed(|fix| match fix {
        Fix::SetCost { product, .. } => Some(product),
        _ => None,
    });
    drop_from(&mut findings.products_without_cost, &costed);
    drop_from(&mut findings.products_costing_more_than_price, &costed);
    let unpublished = fixed(|fix| match fix {
        Fix::Unpublish { product } => Some(product),
        _ => None,
    });
    drop_from(&mut findings.products_absent_from_newest_file, &unpublished);
    let left_out = fixed(|fix| match fix {
        Fix::LeaveOutOrder { order } => Some(order),
        _ => None,
    });
    drop_from(&mut findings.orders_in_the_future, &left_out);
    drop_from(&mut findings.orders_not_adding_up, &left_out);
    drop_from(&mut findings.orders_with_unknown_products, &left_out);
    let merged = fixed(|fix| match fix {
        Fix::MergeCustomer { customer, .. } => Some(customer),
        _ => None,
    });
    for (_, others) in &mut findings.duplicate_customers {
        drop_from(others, &merged);
    }
    findings.duplicate_customers.retain(|(_, others)| !others.is_empty());
    findings
}
