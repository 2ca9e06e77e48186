//! What every customer had done before a date, as plain rows that formulas can walk.

use crate::shop::{Currency, EventKind, Seconds, TimeZoneName};

use super::columns::Reader;
use super::{Error, StoreFrames};

/// The store before `as_of`: orders and lines grouped by customer, oldest first, and what is known of the products.
///
/// Only goods count: an order whose lines are all gift cards, services or shipping is left out. An order without any
/// line (a file that carries totals only) counts with its total.
#[derive(Clone, Debug)]
pub struct History {
    pub as_of: Seconds,
    pub n_customers: usize,
    /// The store's own customer ids, by customer index.
    pub ids: Vec<String>,
    pub orders: Vec<OrderFact>,
    order_starts: Vec<usize>,
    pub lines: Vec<LineFact>,
    line_starts: Vec<usize>,
    /// By product index.
    pub products: Vec<ProductFact>,
    /// Names of the store's own categories, ascending; empty when the catalog has none that are usable.
    pub categories: Vec<String>,
    /// By customer index; `None` when the store has no events before `as_of`.
    pub activity: Option<Vec<Activity>>,
    /// By customer index: when the account was made, where known.
    pub created_at: Vec<Option<Seconds>>,
    /// By customer index: agreed to e-mail; unknown is false.
    pub accepts_email: Vec<bool>,
    pub accepts_sms: Vec<bool>,
    pub currency: Currency,
    pub time_zone: TimeZoneName,
}

#[derive(Clone, Debug, PartialEq)]
pub struct OrderFact {
    pub order: u32,
    pub customer: u32,
    pub at: Seconds,
    /// Net of refunds and discounts, minor units: the goods in the order, or its total where it has no lines.
    pub revenue: i64,
    /// Off this order, minor units.
    pub discount: i64,
    pub refunded: i64,
    /// Shipped to somebody else; `None` when the file has no addresses.
    pub ships_elsewhere: Option<bool>,
    /// Wall-clock hour 0…23, weekday 0…6 from Monday, and month 1…12 in the store's time zone.
    pub hour: u8,
    pub weekday: u8,
    pub month: u8,
    pub units: i64,
    pub n_lines: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub struct LineFact {
    pub order: u32,
    pub customer: u32,
    pub product: Option<u32>,
    pub at: Seconds,
    pub quantity: i64,
    /// Net, minor units.
    pub revenue: i64,
    /// Paid for one before the line's discount, minor units.
    pub unit_price: i64,
    /// Sold under its list price, with a line discount, or in an order with a discount.
    pub discounted: bool,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProductFact {
    pub category: Option<u32>,
    /// Minor units; the catalog's price, else the mean price paid before `as_of`.
    pub price: Option<i64>,
    /// Where the price stands among the store's goods of the same category: 0 cheapest, 1 dearest.
    pub price_rank: Option<f64>,
    pub goods: bool,
}

/// What one customer did on the shop's pages before `as_of`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Activity {
    pub views: u32,
    pub searches: u32,
    pub carts: u32,
    pub views_30d: u32,
    pub last_at: Option<Seconds>,
}

impl History {
    /// Reads the frames up to, and not including, `as_of`.
    pub fn before(frames: &StoreFrames, as_of: Seconds) -> Result<Self, Error> {
        let people = Reader::new("customers", &frames.customers);
        let n_customers = frames.customers.height();
        let (categories, mut products) = read_products(frames)?;
        let (mut orders, discounted_orders) = read_orders(frames, as_of, n_customers)?;
        let lines = read_lines(frames, as_of, n_customers, &products, &discounted_orders, &mut orders)?;
        orders.retain(|order| order.n_lines > 0 || order.units < 0);
        for order in &mut orders {
            order.units = order.units.max(0);
        }
        price_products(&mut products, &lines, categories.len());
        let order_starts = starts(n_customers, orders.iter().map(|order| order.customer));
        let line_starts = starts(n_customers, lines.iter().map(|line| line.customer));
        Ok(Self {
            as_of,
            n_customers,
            ids: people.text("id")?.into_iter().map(Option::unwrap_or_default).collect(),
            order_starts,
            orders,
            line_starts,
            lines,
            products,
            categories,
            activity: read_activity(frames, as_of, n_customers)?,
            created_at: people.int("created_at")?,
            accepts_email: people.flag("accepts_email")?.into_iter().map(|yes| yes == Some(true)).collect(),
            accepts_sms: people.flag("accepts_sms")?.into_iter().map(|yes| yes == Some(true)).collect(),
            currency: frames.currency.clone(),
            time_zone: frames.time_zone.clone(),
        })
    }

    /// Orders of one customer, oldest first.
    pub fn orders_of(&self, customer: usize) -> &[OrderFact] {
        &self.orders[self.order_starts[customer]..self.order_starts[customer + 1]]
    }

    /// Lines of one customer, oldest first.
    pub fn lines_of(&self, customer: usize) -> &[LineFact] {
        &self.lines[self.line_starts[customer]..self.line_starts[customer + 1]]
    }

    /// Category index of a line's product, where it has one.
    pub fn category_of(&self, line: &LineFact) -> Option<u32> {
        self.products[line.product? as usize].category
    }

    pub fn n_buyers(&self) -> usize {
        self.order_starts.windows(2).filter(|pair| pair[1] > pair[0]).count()
    }

    pub fn first_order_at(&self) -> Option<Seconds> {
        self.orders.iter().map(|order| order.at).min()
    }

    pub fn last_order_at(&self) -> Option<Seconds> {
        self.orders.iter().map(|order| order.at).max()
    }

    /// Days between the first order of the store and `as_of`.
    pub fn span_days(&self) -> f64 {
        self.first_order_at().map_or(0.0, |first| days(self.as_of - first))
    }
}

/// The latest order before an instant, with or without a known customer.
pub fn last_order_before(frames: &StoreFrames, until: Seconds) -> Result<Option<Seconds>, Error> {
    let times = Reader::new("orders", &frames.orders).int("at")?;
    Ok(times.into_iter().flatten().filter(|at| *at < until).max())
}

/// Seconds as days.
pub fn days(seconds: Seconds) -> f64 {
    seconds as f64 / 86_400.0
}

fn starts(n_customers: usize, owners: impl Iterator<Item = u32>) -> Vec<usize> {
    let mut starts = vec![0; n_customers + 1];
    for owner in owners {
        starts[owner as usize + 1] += 1;
    }
    for customer in 0..n_customers {
        starts[customer + 1] += starts[customer];
    }
    starts
}

fn read_products(frames: &StoreFrames) -> Result<(Vec<String>, Vec<ProductFact>), Error> {
    let reader = Reader::new("products", &frames.products);
    let kinds = reader.text("product_type")?;
    let paths = reader.text("category")?;
    let prices = reader.int("price")?;
    let goods = reader.flag("goods")?;
    let labels = category_labels(&kinds, &paths);
    let mut categories: Vec<String> = labels.iter().flatten().cloned().collect();
    categories.sort_unstable();
    categories.dedup();
    let products = (0..prices.len())
        .map(|product| ProductFact {
            category: labels[product]
                .as_ref()
                .and_then(|label| categories.binary_search(label).ok())
                .map(|index| index as u32),
            price: prices[product],
            price_rank: None,
            goods: goods[product].unwrap_or(true),
        })
        .collect();
    Ok((categories, products))
}

/// One name per product: the merchant's own product type, else a level of the taxonomy. A labelling is usable when it
/// names most products with 2…60 names; of several, the merchant's own words come first, then the finer one.
fn category_labels(kinds: &[Option<String>], paths: &[Option<String>]) -> Vec<Option<String>> {
    let clean = |text: &str| Some(text.trim().to_owned()).filter(|name| !name.is_empty());
    let level = |depth: usize| -> Vec<Option<String>> {
        paths
            .iter()
            .map(|path| {
                let parts: Vec<&str> = path.as_deref()?.split(" > ").collect();
                clean(parts[depth.min(parts.len() - 1)])
            })
            .collect()
    };
    let own: Vec<Option<String>> = kinds.iter().map(|kind| clean(kind.as_deref()?)).collect();
    let candidates = [own, level(usize::MAX), level(2), level(1), level(0)];
    candidates
        .into_iter()
        .find(|labels| {
            let mut names: Vec<&String> = labels.iter().flatten().collect();
            let named = names.len();
            names.sort_unstable();
            names.dedup();
            named * 5 >= labels.len() * 3 && (2..=60).contains(&names.len())
        })
        .unwrap_or_else(|| vec![None; kinds.len()])
}

/// Orders with a customer, sorted by (customer, time, order), and by order index whether it carries a discount.
fn read_orders(
    frames: &StoreFrames,
    as_of: Seconds,
    n_customers: usize,
) -> Result<(Vec<OrderFact>, Vec<bool>), Error> {
    let reader = Reader::new("orders", &frames.orders);
    let keys = reader.index("order")?;
    let customers = reader.index("customer")?;
    let times = reader.int("at")?;
    let totals = reader.int("total")?;
    let discounts = reader.int("discount")?;
    let refunds = reader.int("refunded")?;
    let elsewhere = reader.flag("ships_elsewhere")?;
    let codes = reader.flag("has_code")?;
    let last = keys.iter().flatten().max().map_or(0, |last| *last as usize + 1);
    let mut discounted = vec![false; last];
    let mut orders = Vec::new();
    for row in 0..keys.len() {
        let (Some(order), Some(at)) = (keys[row], times[row]) else {
            continue;
        };
        if at >= as_of {
            continue;
        }
        let total = totals[row].unwrap_or(0);
        let discount = discounts[row].unwrap_or(0);
        // A discount under one percent is rounding, not a reason to buy.
        discounted[order as usize] =
            discount > 0 && discount * 100 >= total + discount || codes[row] == Some(true);
        let Some(customer) = customers[row].filter(|customer| (*customer as usize) < n_customers) else {
            continue;
        };
        let local = frames.time_zone.local(at);
        orders.push(OrderFact {
            order,
            customer,
            at,
            revenue: total,
            discount,
            refunded: refunds[row].unwrap_or(0),
            ships_elsewhere: elsewhere[row],
            hour: local.hour() as u8,
            weekday: local.weekday().to_monday_zero_offset() as u8,
            month: local.month() as u8,
            units: -1,
            n_lines: 0,
        });
    }
    orders.sort_by_key(|order| (order.customer, order.at, order.order));
    Ok((orders, discounted))
}

/// Lines of goods, sorted by (customer, time, order, position), and their sums written into the orders. An order that
/// keeps `units` −1 has no line at all; one with `units` 0 and no goods line is dropped by the caller.
fn read_lines(
    frames: &StoreFrames,
    as_of: Seconds,
    n_customers: usize,
    products: &[ProductFact],
    discounted_orders: &[bool],
    orders: &mut [OrderFact],
) -> Result<Vec<LineFact>, Error> {
    let reader = Reader::new("lines", &frames.lines);
    let keys = reader.index("order")?;
    let customers = reader.index("customer")?;
    let items = reader.index("product")?;
    let times = reader.int("at")?;
    let quantities = reader.int("quantity")?;
    let prices = reader.int("unit_price")?;
    let lists = reader.int("list_price")?;
    let discounts = reader.int("discount")?;
    let revenues = reader.int("revenue")?;
    let goods = reader.flag("goods")?;

    let mut place = vec![usize::MAX; discounted_orders.len()];
    for (row, order) in orders.iter().enumerate() {
        place[order.order as usize] = row;
    }
    // Where no line says so itself, an order's discount is on all of its goods.
    let mut line_says = vec![false; discounted_orders.len()];
    let mut off = vec![false; keys.len()];
    for row in 0..keys.len() {
        let Some(order) = keys[row].map(|order| order as usize).filter(|order| *order < line_says.len())
        else {
            continue;
        };
        let under_list = lists[row].zip(prices[row]).is_some_and(|(list, price)| list > price);
        off[row] = under_list || discounts[row].unwrap_or(0) > 0;
        line_says[order] |= discounts[row].unwrap_or(0) > 0;
    }
    let mut lines = Vec::new();
    for row in 0..keys.len() {
        let (Some(order), Some(at)) = (keys[row], times[row]) else {
            continue;
        };
        let Some(place) = place.get(order as usize).copied().filter(|place| *place != usize::MAX) else {
            continue;
        };
        if at >= as_of {
            continue;
        }
        let owner = &mut orders[place];
        if owner.units < 0 {
            owner.units = 0;
            owner.revenue = 0;
        }
        let product = items[row].filter(|product| (*product as usize) < products.len());
        let sold_goods =
            goods[row].unwrap_or(true) && product.is_none_or(|product| products[product as usize].goods);
        let Some(customer) = customers[row].filter(|customer| (*customer as usize) < n_customers) else {
            continue;
        };
        if !sold_goods {
            continue;
        }
        let quantity = quantities[row].unwrap_or(0);
        let revenue = revenues[row].unwrap_or(0);
        owner.units += quantity;
        owner.revenue += revenue;
        owner.n_lines += 1;
        lines.push(LineFact {
            order,
            customer,
            product,
            at,
            quantity,
            revenue,
            unit_price: prices[row].unwrap_or(0),
            discounted: off[row] || discounted_orders[order as usize] && !line_says[order as usize],
        });
    }
    lines.sort_by_key(|line| (line.customer, line.at, line.order));
    Ok(lines)
}

/// Fills in prices from what was paid, and each price's place among its category.
fn price_products(products: &mut [ProductFact], lines: &[LineFact], n_categories: usize) {
    let mut paid = vec![(0_i64, 0_i64); products.len()];
    for line in lines {
        if let Some(product) = line.product {
            paid[product as usize].0 += line.unit_price;
            paid[product as usize].1 += 1;
        }
    }
    for (product, (sum, count)) in products.iter_mut().zip(&paid) {
        if product.price.is_none() && *count > 0 {
            product.price = Some(sum / count);
        }
    }
    let mut shelves: Vec<Vec<(i64, usize)>> = vec![Vec::new(); n_categories + 1];
    for (index, product) in products.iter().enumerate() {
        if let Some(price) = product.price.filter(|_| product.goods) {
            shelves[product.category.map_or(n_categories, |category| category as usize)].push((price, index));
        }
    }
    for shelf in &mut shelves {
        shelf.sort_unstable();
        let last = shelf.len().saturating_sub(1);
        let mut from = 0;
        while from < shelf.len() {
            let until = shelf[from..].partition_point(|(price, _)| *price == shelf[from].0) + from;
            let middle = (from + until - 1) as f64 / 2.0;
            for (_, index) in &shelf[from..until] {
                products[*index].price_rank = Some(if last == 0 { 0.5 } else { middle / last as f64 });
            }
            from = until;
        }
    }
}

fn read_activity(
    frames: &StoreFrames,
    as_of: Seconds,
    n_customers: usize,
) -> Result<Option<Vec<Activity>>, Error> {
    if frames.events.height() == 0 {
        return Ok(None);
    }
    let reader = Reader::new("events", &frames.events);
    let times = reader.int("at")?;
    let customers = reader.index("customer")?;
    let kinds = reader.index("kind")?;
    let mut activity = vec![Activity::default(); n_customers];
    let mut any = false;
    for row in 0..times.len() {
        let (Some(at), Some(customer), Some(kind)) = (times[row], customers[row], kinds[row]) else {
            continue;
        };
        if at >= as_of || customer as usize >= n_customers {
            continue;
        }
        any = true;
        let seen = &mut activity[customer as usize];
        if kind == EventKind::ViewProduct as u32 {
            seen.views += 1;
            seen.views_30d += u32::from(as_of - at <= 30 * 86_400);
        } else if kind == EventKind::Search as u32 {
            seen.searches += 1;
        } else if kind == EventKind::AddToCart as u32 {
            seen.carts += 1;
        }
        seen.last_at = seen.last_at.max(Some(at));
    }
    Ok(any.then_some(activity))
}
