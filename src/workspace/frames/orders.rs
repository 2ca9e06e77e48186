//! The orders and lines frames: only orders that count as purchases.

use std::collections::HashMap;

use polars::prelude::DataFrame;
use rusqlite::Connection;

use super::super::Error;
use super::super::codes::{line_kind_of, status_of};
use super::{Fixes, Keys, frame, series};
use crate::shop::{LineKind, OrderStatus};

struct Order {
    key: i64,
    id: String,
    customer: Option<u32>,
    at: i64,
    total: Option<i64>,
    discount: i64,
    shipping: i64,
    tax: i64,
    refunded: i64,
    status: OrderStatus,
    ships_elsewhere: Option<bool>,
    channel: Option<String>,
    has_code: bool,
    /// What the lines come to before the order's own discount, and what of it they carry themselves.
    gross: i64,
    line_discounts: i64,
}

#[derive(Clone, Copy)]
struct Line {
    order: u32,
    position: i64,
    product: Option<u32>,
    quantity: i64,
    refunded_quantity: i64,
    unit_price: i64,
    list_price: Option<i64>,
    discount: i64,
    cost: Option<i64>,
    goods: bool,
}

pub(super) fn read(
    connection: &Connection,
    keys: &Keys,
    fixes: &Fixes,
    until: i64,
) -> Result<(DataFrame, DataFrame), Error> {
    let mut orders = read_orders(connection, keys, fixes, until)?;
    let index_of: HashMap<i64, u32> =
        (0_u32..).zip(&orders).map(|(index, order)| (order.key, index)).collect();
    let mut lines = read_lines(connection, keys, &index_of)?;
    // Files are mostly in order already, which makes this one pass.
    lines.sort_by_key(|line| (line.order, line.position));
    for line in &lines {
        let order = &mut orders[line.order as usize];
        order.gross += line.quantity * line.unit_price;
        order.line_discounts += line.discount;
    }
    spread_order_discounts(&orders, &mut lines);
    let lines_frame = lines_frame(&orders, &lines)?;
    Ok((orders_frame(&orders)?, lines_frame))
}

/// Sorted by time, then id.
fn read_orders(connection: &Connection, keys: &Keys, fixes: &Fixes, until: i64) -> Result<Vec<Order>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT key, id, customer, placed_at, total, discount, shipping, tax, refunded, status, ships_elsewhere,
             channel, codes IS NOT NULL FROM orders WHERE placed_at < ?1 AND is_test = 0",
    )?;
    let mut orders = Vec::new();
    let mut rows = statement.query([until])?;
    while let Some(row) = rows.next()? {
        let status = status_of(row.get(9)?);
        let id: String = row.get(1)?;
        if !status.counts_as_purchase() || fixes.left_out_orders.contains(&id) {
            continue;
        }
        let customer: Option<i64> = row.get(2)?;
        orders.push(Order {
            key: row.get(0)?,
            id,
            customer: customer.and_then(|key| keys.customers.get(&key).copied()),
            at: row.get(3)?,
            total: row.get(4)?,
            discount: row.get(5)?,
            shipping: row.get(6)?,
            tax: row.get(7)?,
            refunded: row.get(8)?,
            status,
            ships_elsewhere: row.get(10)?,
            channel: row.get(11)?,
            has_code: row.get(12)?,
            gross: 0,
            line_discounts: 0,
        });
    }
    orders.sort_unstable_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
    Ok(orders)
}

fn read_lines(
    connection: &Connection,
    keys: &Keys,
    index_of: &HashMap<i64, u32>,
) -> Result<Vec<Line>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT order_key, position, mention, quantity, refunded_quantity, unit_price, list_price, discount, cost,
             kind FROM lines",
    )?;
    let mut lines = Vec::new();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let Some(order) = index_of.get(&row.get(0)?) else {
            continue;
        };
        lines.push(Line {
            order: *order,
            position: row.get(1)?,
            product: keys.products.by_mention.get(&row.get(2)?).copied(),
            quantity: row.get(3)?,
            refunded_quantity: row.get(4)?,
            unit_price: row.get(5)?,
            list_price: row.get(6)?,
            discount: row.get(7)?,
            cost: row.get(8)?,
            goods: line_kind_of(row.get(9)?) == LineKind::Goods,
        });
    }
    Ok(lines)
}

/// What an order took off beyond its lines' own discounts comes off the lines by their share, to the last cent.
fn spread_order_discounts(orders: &[Order], lines: &mut [Line]) {
    for group in lines.chunk_by_mut(|a, b| a.order == b.order) {
        let order = &orders[group[0].order as usize];
        let net = order.gross - order.line_discounts;
        let extra = (order.discount - order.line_discounts).clamp(0, net.max(0));
        if extra == 0 {
            continue;
        }
        let (mut worth_so_far, mut given) = (0_i128, 0_i64);
        for line in group.iter_mut() {
            worth_so_far += i128::from((line.quantity * line.unit_price - line.discount).max(0));
            let due = (i128::from(extra) * worth_so_far / i128::from(net)).min(i128::from(extra)) as i64;
            line.discount += due - given;
            given = due;
        }
    }
}

impl Line {
    /// (quantity, discount, revenue) after refunds.
    fn net(&self) -> (i64, i64, i64) {
        let quantity = self.quantity - self.refunded_quantity;
        let discount = if self.quantity > 0 && quantity != self.quantity {
            (i128::from(self.discount) * i128::from(quantity) / i128::from(self.quantity)) as i64
        } else {
            self.discount
        };
        (quantity, discount, quantity * self.unit_price - discount)
    }
}

impl Order {
    /// Paid after refunds. Where the file has no total, what the lines come to with shipping and tax.
    fn paid(&self) -> i64 {
        let extra = (self.discount - self.line_discounts).max(0);
        let total =
            self.total.unwrap_or_else(|| self.gross - self.line_discounts - extra + self.shipping + self.tax);
        if self.status == OrderStatus::Refunded && self.refunded == 0 { 0 } else { total - self.refunded }
    }
}

fn orders_frame(orders: &[Order]) -> Result<DataFrame, Error> {
    frame(vec![
        series("order", (0..orders.len() as u32).collect::<Vec<_>>()),
        series("id", orders.iter().map(|order| order.id.as_str()).collect::<Vec<_>>()),
        series("customer", orders.iter().map(|order| order.customer).collect::<Vec<_>>()),
        series("at", orders.iter().map(|order| order.at).collect::<Vec<_>>()),
        series("total", orders.iter().map(Order::paid).collect::<Vec<_>>()),
        series(
            "discount",
            orders.iter().map(|order| order.discount.max(order.line_discounts)).collect::<Vec<_>>(),
        ),
        series("refunded", orders.iter().map(|order| order.refunded).collect::<Vec<_>>()),
        series("ships_elsewhere", orders.iter().map(|order| order.ships_elsewhere).collect::<Vec<_>>()),
        series("channel", orders.iter().map(|order| order.channel.as_deref()).collect::<Vec<_>>()),
        series("has_code", orders.iter().map(|order| order.has_code).collect::<Vec<_>>()),
    ])
}

fn lines_frame(orders: &[Order], lines: &[Line]) -> Result<DataFrame, Error> {
    let kept: Vec<&Line> = lines.iter().filter(|line| line.quantity - line.refunded_quantity > 0).collect();
    let order_of = |line: &&Line| &orders[line.order as usize];
    frame(vec![
        series("order", kept.iter().map(|line| line.order).collect::<Vec<_>>()),
        series("customer", kept.iter().map(|line| order_of(line).customer).collect::<Vec<_>>()),
        series("product", kept.iter().map(|line| line.product).collect::<Vec<_>>()),
        series("at", kept.iter().map(|line| order_of(line).at).collect::<Vec<_>>()),
        series("quantity", kept.iter().map(|line| line.net().0).collect::<Vec<_>>()),
        series("unit_price", kept.iter().map(|line| line.unit_price).collect::<Vec<_>>()),
        series("list_price", kept.iter().map(|line| line.list_price).collect::<Vec<_>>()),
        series("discount", kept.iter().map(|line| line.net().1).collect::<Vec<_>>()),
        series("revenue", kept.iter().map(|line| line.net().2).collect::<Vec<_>>()),
        series("cost", kept.iter().map(|line| line.cost).collect::<Vec<_>>()),
        series("goods", kept.iter().map(|line| line.goods).collect::<Vec<_>>()),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(order: u32, quantity: i64, unit_price: i64, discount: i64) -> Line {
        Line {
            order,
            position: 0,
            product: None,
            quantity,
            refunded_quantity: 0,
            unit_price,
            list_price: None,
            discount,
            cost: None,
            goods: true,
        }
    }

    fn order(discount: i64, gross: i64, line_discounts: i64) -> Order {
        Order {
            key: 1,
            id: "1".to_owned(),
            customer: None,
            at: 0,
            total: None,
            discount,
            shipping: 0,
            tax: 0,
            refunded: 0,
            status: OrderStatus::Paid,
            ships_elsewhere: None,
            channel: None,
            has_code: false,
            gross,
            line_discounts,
        }
    }

    #[test]
    fn an_order_discount_comes_off_the_lines_to_the_last_cent() {
        let orders = [order(10, 30, 0)];
        let mut lines = [line(0, 1, 10, 0), line(0, 1, 10, 0), line(0, 1, 10, 0)];
        spread_order_discounts(&orders, &mut lines);
        assert_eq!(lines.map(|line| line.discount), [3, 3, 4]);
    }

    #[test]
    fn a_discount_that_the_lines_already_carry_is_not_taken_twice() {
        let orders = [order(5, 30, 5)];
        let mut lines = [line(0, 1, 10, 5), line(0, 2, 10, 0)];
        spread_order_discounts(&orders, &mut lines);
        assert_eq!(lines.map(|line| line.discount), [5, 0]);
    }

    #[test]
    fn a_partly_refunded_line_keeps_its_share_of_the_discount() {
        let refunded = Line { refunded_quantity: 1, ..line(0, 4, 100, 40) };
        assert_eq!(refunded.net(), (3, 30, 270));
    }

    #[test]
    fn an_order_without_a_total_is_worth_its_lines() {
        assert_eq!(order(10, 100, 4).paid(), 90);
    }
}
