//! A store from plain rows: for tests, benchmarks and files that are only order lines.

use polars::prelude::{Column, DataFrame, DataType};

use crate::shop::{Currency, Seconds, TimeZoneName};

use super::{Dictionary, Error, StoreFrames};

/// One line of an order, as the simplest export has it. Money in minor units.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlainLine {
    pub customer: String,
    pub order: String,
    pub at: Seconds,
    pub product: String,
    pub quantity: i64,
    /// Net of the line.
    pub revenue: i64,
    /// Off the line.
    pub discount: i64,
    pub ships_elsewhere: Option<bool>,
}

/// Products that lines may name: id, category, price.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlainProduct {
    pub id: String,
    pub category: Option<String>,
    pub price: Option<i64>,
}

/// Frames that keep every column contract of [`StoreFrames`], without events. Customers are those who have lines, and
/// `extra_customers`; products those listed and those that lines name.
pub fn frames(
    lines: &[PlainLine],
    listed: &[PlainProduct],
    extra_customers: &[String],
) -> Result<StoreFrames, Error> {
    let customers = Dictionary::from_ids(
        lines.iter().map(|line| line.customer.clone()).chain(extra_customers.iter().cloned()).collect(),
    );
    let products = Dictionary::from_ids(
        lines
            .iter()
            .map(|line| line.product.clone())
            .chain(listed.iter().map(|product| product.id.clone()))
            .collect(),
    );
    let orders = Dictionary::from_ids(lines.iter().map(|line| line.order.clone()).collect());
    let mut rows: Vec<&PlainLine> = lines.iter().collect();
    rows.sort_by(|one, two| (one.at, &one.order).cmp(&(two.at, &two.order)));
    Ok(StoreFrames {
        products: product_frame(&products, listed)?,
        customers: customer_frame(&customers)?,
        orders: order_frame(&orders, &customers, &rows)?,
        lines: line_frame(&orders, &customers, &products, &rows)?,
        events: events_frame()?,
        currency: Currency::new("EUR"),
        time_zone: TimeZoneName::default(),
        digest: String::new(),
    })
}

fn product_frame(products: &Dictionary, listed: &[PlainProduct]) -> Result<DataFrame, Error> {
    let n = products.len();
    let mut category = vec![None; n];
    let mut price = vec![None; n];
    for product in listed {
        if let Some(row) = products.index(&product.id) {
            category[row as usize].clone_from(&product.category);
            price[row as usize] = product.price;
        }
    }
    Ok(DataFrame::new(
        n,
        vec![
            Column::new("product".into(), (0..n as u32).collect::<Vec<u32>>()),
            Column::new("id".into(), products.ids()),
            Column::new("title".into(), products.ids()),
            Column::new("product_type".into(), category.clone()),
            Column::new("category".into(), category),
            Column::new("price".into(), price),
            Column::new("goods".into(), vec![true; n]),
        ],
    )?)
}

fn customer_frame(customers: &Dictionary) -> Result<DataFrame, Error> {
    let n = customers.len();
    Ok(DataFrame::new(
        n,
        vec![
            Column::new("customer".into(), (0..n as u32).collect::<Vec<u32>>()),
            Column::new("id".into(), customers.ids()),
            Column::new("created_at".into(), vec![None::<i64>; n]),
            Column::new("accepts_email".into(), vec![Some(true); n]),
            Column::new("accepts_sms".into(), vec![None::<bool>; n]),
            Column::new("is_guest".into(), vec![false; n]),
        ],
    )?)
}

fn order_frame(orders: &Dictionary, customers: &Dictionary, rows: &[&PlainLine]) -> Result<DataFrame, Error> {
    let n = orders.len();
    let mut customer = vec![None; n];
    let mut at = vec![0_i64; n];
    let mut total = vec![0_i64; n];
    let mut elsewhere = vec![None; n];
    for line in rows {
        if let Some(order) = orders.index(&line.order).map(|order| order as usize) {
            customer[order] = customers.index(&line.customer);
            at[order] = line.at;
            total[order] += line.revenue;
            elsewhere[order] = line.ships_elsewhere;
        }
    }
    Ok(DataFrame::new(
        n,
        vec![
            Column::new("order".into(), (0..n as u32).collect::<Vec<u32>>()),
            Column::new("id".into(), orders.ids()),
            Column::new("customer".into(), customer),
            Column::new("at".into(), at),
            Column::new("total".into(), total),
            Column::new("discount".into(), vec![0_i64; n]),
            Column::new("refunded".into(), vec![0_i64; n]),
            Column::new("ships_elsewhere".into(), elsewhere),
            Column::new("channel".into(), vec![None::<String>; n]),
            Column::new("has_code".into(), vec![false; n]),
        ],
    )?)
}

fn line_frame(
    orders: &Dictionary,
    customers: &Dictionary,
    products: &Dictionary,
    rows: &[&PlainLine],
) -> Result<DataFrame, Error> {
    let column = |of: &dyn Fn(&PlainLine) -> i64| rows.iter().map(|line| of(line)).collect::<Vec<i64>>();
    Ok(DataFrame::new(
        rows.len(),
        vec![
            Column::new(
                "order".into(),
                rows.iter().map(|line| orders.index(&line.order)).collect::<Vec<_>>(),
            ),
            Column::new(
                "customer".into(),
                rows.iter().map(|line| customers.index(&line.customer)).collect::<Vec<_>>(),
            ),
            Column::new(
                "product".into(),
                rows.iter().map(|line| products.index(&line.product)).collect::<Vec<_>>(),
            ),
            Column::new("at".into(), column(&|line| line.at)),
            Column::new("quantity".into(), column(&|line| line.quantity)),
            Column::new(
                "unit_price".into(),
                column(&|line| (line.revenue + line.discount) / line.quantity.max(1)),
            ),
            Column::new("list_price".into(), vec![None::<i64>; rows.len()]),
            Column::new("discount".into(), column(&|line| line.discount)),
            Column::new("revenue".into(), column(&|line| line.revenue)),
            Column::new("cost".into(), vec![None::<i64>; rows.len()]),
            Column::new("goods".into(), vec![true; rows.len()]),
        ],
    )?)
}

fn events_frame() -> Result<DataFrame, Error> {
    let empty = |name: &str, kind: &DataType| Column::new_empty(name.into(), kind);
    Ok(DataFrame::new(
        0,
        vec![
            empty("at", &DataType::Int64),
            empty("visitor", &DataType::UInt32),
            empty("customer", &DataType::UInt32),
            empty("kind", &DataType::UInt32),
            empty("product", &DataType::UInt32),
        ],
    )?)
}
