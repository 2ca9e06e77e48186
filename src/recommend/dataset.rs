//! The store's purchases and events under dense indices: what every model is fitted on.

use crate::features::Dictionary;
use crate::shop::EventKind;
use crate::shop::hash::fnv1a64;
use crate::shop::time::Seconds;

/// Stands for "no customer" in [`Line::customer`] (a guest) and "no item" in index tables.
pub const NOBODY: u32 = u32::MAX;

/// One product in one order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    pub order: u32,
    /// Index into [`Dataset::customers`], or [`NOBODY`] for a guest.
    pub customer: u32,
    pub product: u32,
    pub at: Seconds,
    /// Pieces, above 0.
    pub quantity: f32,
    /// Net of discount and refunds, minor units.
    pub revenue: f32,
}

/// What a product says about itself; all that is known before its first sale.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProductFacts {
    pub title: String,
    pub category: Option<String>,
    pub vendor: Option<String>,
    pub tags: Vec<String>,
    /// Minor units.
    pub price: Option<i64>,
    pub created_at: Option<Seconds>,
    /// Published and not a service or gift card.
    pub recommendable: bool,
}

/// One order after folding: lines of the same product are summed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OrderRow {
    pub customer: u32,
    pub at: Seconds,
    /// Index into [`Dataset::order_ids`].
    pub id: u32,
    /// The id as a number where it is one, else its FNV-1a hash; decides which line a test holds back.
    pub number: u64,
    start: u32,
    end: u32,
}

/// One thing a visitor did with a product.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Touch {
    pub at: Seconds,
    /// Sessions are numbered by first event.
    pub session: u32,
    pub customer: u32,
    pub product: u32,
    pub kind: EventKind,
}

/// Purchases sorted by (time, order id, first line), products and customers under dense indices in ascending id order.
#[derive(Clone, Debug, Default)]
pub struct Dataset {
    pub customers: Dictionary,
    pub products: Dictionary,
    pub order_ids: Dictionary,
    /// One per product, same index.
    pub facts: Vec<ProductFacts>,
    pub orders: Vec<OrderRow>,
    /// Sorted by (`at`, session).
    pub touches: Vec<Touch>,
    products_of_lines: Vec<u32>,
    quantities: Vec<f32>,
    revenues: Vec<f32>,
}

impl Dataset {
    /// From lines that already carry dense indices into the three dictionaries; `facts` may be empty.
    /// Orders are sorted by (time of the first line, order index); lines of one product in one order are summed.
    pub fn new(
        customers: Dictionary,
        products: Dictionary,
        order_ids: Dictionary,
        mut facts: Vec<ProductFacts>,
        lines: &[Line],
        mut touches: Vec<Touch>,
    ) -> Self {
        facts.resize_with(products.len(), || ProductFacts { recommendable: true, ..ProductFacts::default() });
        let n_orders = order_ids.len();
        let mut start = vec![0_u32; n_orders + 1];
        for line in lines {
            start[line.order as usize + 1] += 1;
        }
        for index in 0..n_orders {
            start[index + 1] += start[index];
        }
        let mut next = start.clone();
        let mut grouped = vec![0_u32; lines.len()];
        for (index, line) in lines.iter().enumerate() {
            let slot = &mut next[line.order as usize];
            grouped[*slot as usize] = index as u32;
            *slot += 1;
        }
        let lines_of =
            |order: u32| &grouped[start[order as usize] as usize..start[order as usize + 1] as usize];
        let mut by_time: Vec<(Seconds, u32)> = (0..n_orders as u32)
            .filter_map(|order| {
                lines_of(order).iter().map(|&l| lines[l as usize].at).min().map(|at| (at, order))
            })
            .collect();
        by_time.sort_unstable();

        let mut dataset = Self {
            customers,
            products,
            order_ids,
            facts,
            orders: Vec::with_capacity(by_time.len()),
            touches: Vec::new(),
            products_of_lines: Vec::with_capacity(lines.len()),
            quantities: Vec::with_capacity(lines.len()),
            revenues: Vec::with_capacity(lines.len()),
        };
        let mut seen_at: Vec<u32> = vec![NOBODY; dataset.products.len()];
        for (at, order) in by_time {
            let first = dataset.products_of_lines.len();
            let mut customer = NOBODY;
            for &index in lines_of(order) {
                let line = &lines[index as usize];
                if customer == NOBODY {
                    customer = line.customer;
                }
                let known = seen_at[line.product as usize] as usize;
                if known >= first && known < dataset.products_of_lines.len() {
                    dataset.quantities[known] += line.quantity;
                    dataset.revenues[known] += line.revenue;
                } else {
                    seen_at[line.product as usize] = dataset.products_of_lines.len() as u32;
                    dataset.products_of_lines.push(line.product);
                    dataset.quantities.push(line.quantity);
                    dataset.revenues.push(line.revenue);
                }
            }
            let id = dataset.order_ids.id(order);
            dataset.orders.push(OrderRow {
                customer,
                at,
                id: order,
                number: id.parse().unwrap_or_else(|_| fnv1a64(id.as_bytes())),
                start: first as u32,
                end: dataset.products_of_lines.len() as u32,
            });
        }
        touches.sort_by_key(|touch| (touch.at, touch.session));
        dataset.touches = touches;
        dataset
    }

    /// The products of an order, in the order of its lines.
    pub fn products_of(&self, order: usize) -> &[u32] {
        let row = &self.orders[order];
        &self.products_of_lines[row.start as usize..row.end as usize]
    }

    /// Net revenue per line, beside [`Self::products_of`].
    pub fn revenues_of(&self, order: usize) -> &[f32] {
        let row = &self.orders[order];
        &self.revenues[row.start as usize..row.end as usize]
    }

    /// Pieces per line, beside [`Self::products_of`].
    pub fn quantities_of(&self, order: usize) -> &[f32] {
        let row = &self.orders[order];
        &self.quantities[row.start as usize..row.end as usize]
    }

    /// How many orders were placed before `cut`; orders are sorted, so these are the first ones.
    pub fn orders_before(&self, cut: Seconds) -> usize {
        self.orders.partition_point(|order| order.at < cut)
    }

    pub fn n_lines(&self) -> usize {
        self.products_of_lines.len()
    }

    pub fn first_order_at(&self) -> Option<Seconds> {
        self.orders.first().map(|order| order.at)
    }

    pub fn last_order_at(&self) -> Option<Seconds> {
        self.orders.last().map(|order| order.at)
    }
}

#[cfg(test)]
pub mod fixture {
    //! Small stores by hand.

    use super::{Dataset, Dictionary, Line, NOBODY, Seconds};

    /// `(order, customer ("" = guest), at, products)`.
    pub fn store(orders: &[(&str, &str, Seconds, &[&str])]) -> Dataset {
        let customers =
            Dictionary::from_ids(orders.iter().filter(|o| !o.1.is_empty()).map(|o| o.1.to_owned()).collect());
        let products =
            Dictionary::from_ids(orders.iter().flat_map(|o| o.3.iter().map(|&p| p.to_owned())).collect());
        let ids = Dictionary::from_ids(orders.iter().map(|o| o.0.to_owned()).collect());
        let mut lines = Vec::new();
        for (order, customer, at, bought) in orders {
            for product in *bought {
                lines.push(Line {
                    order: ids.index(order).unwrap(),
                    customer: customers.index(customer).unwrap_or(NOBODY),
                    product: products.index(product).unwrap(),
                    at: *at,
                    quantity: 1.0,
                    revenue: 100.0,
                });
            }
        }
        Dataset::new(customers, products, ids, Vec::new(), &lines, Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_one_product_in_one_order_are_summed_and_orders_come_by_time() {
        let data = fixture::store(&[("2", "a", 50, &["x", "y", "x"]), ("1", "", 20, &["y"])]);
        assert_eq!(data.orders.len(), 2);
        assert_eq!(data.orders[0].customer, NOBODY);
        assert_eq!(data.products_of(1), &[0, 1]);
        assert_eq!(data.quantities_of(1), &[2.0, 1.0]);
        assert_eq!(data.orders_before(50), 1);
        assert_eq!(data.orders[1].number, 2);
    }
}
