//! What was known before an instant: the only thing models are fitted on.

use crate::shop::time::{SECONDS_PER_DAY, Seconds};

use super::dataset::{Dataset, NOBODY};
use super::sparse::Sparse;

/// One past purchase of a customer: catalogue item, when, and the how-many-eth order of that customer it was.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Past {
    pub item: u32,
    pub at: Seconds,
    pub order: u32,
}

/// Orders before `cut` over the catalogue of that moment. *Items* are catalogue positions, in ascending product order.
#[derive(Clone, Debug)]
pub struct History<'a> {
    pub data: &'a Dataset,
    pub cut: Seconds,
    /// Catalogue item → product.
    pub products: Vec<u32>,
    item_of: Vec<u32>,
    /// All orders with at least one catalogue item, by time.
    pub baskets: Vec<Basket>,
    basket_items: Vec<u32>,
    past_start: Vec<usize>,
    past: Vec<Past>,
    /// Distinct customers who bought the item; guests count by order.
    pub buyers: Vec<u32>,
}

/// One order, seen through the catalogue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Basket {
    pub customer: u32,
    pub at: Seconds,
    /// Index into [`Dataset::orders`].
    pub order: u32,
    start: u32,
    end: u32,
}

impl<'a> History<'a> {
    /// `min_buyers`: how many distinct customers must have bought a product before `cut` for it to be in the catalogue
    /// (2 in backtests, so that an item is not just one person's).
    pub fn new(data: &'a Dataset, cut: Seconds, min_buyers: u32) -> Self {
        let n_orders = data.orders_before(cut);
        let n_products = data.products.len();
        let mut by_product: Vec<(u32, u32)> = Vec::new();
        let mut guest_buyers = vec![0_u32; n_products];
        for order in 0..n_orders {
            let customer = data.orders[order].customer;
            for &product in data.products_of(order) {
                if customer == NOBODY {
                    guest_buyers[product as usize] += 1;
                } else {
                    by_product.push((product, customer));
                }
            }
        }
        by_product.sort_unstable();
        by_product.dedup();
        let mut buyers = guest_buyers;
        for (product, _) in by_product {
            buyers[product as usize] += 1;
        }
        let products: Vec<u32> =
            (0..n_products as u32).filter(|&p| buyers[p as usize] >= min_buyers.max(1)).collect();
        let mut item_of = vec![NOBODY; n_products];
        for (item, &product) in products.iter().enumerate() {
            item_of[product as usize] = item as u32;
        }
        let buyers = products.iter().map(|&p| buyers[p as usize]).collect();

        let mut baskets = Vec::new();
        let mut basket_items = Vec::new();
        let n_customers = data.customers.len();
        let mut past_count = vec![0_usize; n_customers + 1];
        for order in 0..n_orders {
            let start = basket_items.len() as u32;
            let items = data.products_of(order).iter().map(|&p| item_of[p as usize]);
            basket_items.extend(items.filter(|&item| item != NOBODY));
            let end = basket_items.len() as u32;
            if end > start {
                let row = &data.orders[order];
                baskets.push(Basket { customer: row.customer, at: row.at, order: order as u32, start, end });
                if row.customer != NOBODY {
                    past_count[row.customer as usize + 1] += (end - start) as usize;
                }
            }
        }
        for customer in 0..n_customers {
            past_count[customer + 1] += past_count[customer];
        }
        let mut next = past_count.clone();
        let mut past = vec![Past { item: 0, at: 0, order: 0 }; past_count[n_customers]];
        let mut n_own_orders = vec![0_u32; n_customers];
        for basket in baskets.iter().filter(|basket| basket.customer != NOBODY) {
            let customer = basket.customer as usize;
            for &item in &basket_items[basket.start as usize..basket.end as usize] {
                past[next[customer]] = Past { item, at: basket.at, order: n_own_orders[customer] };
                next[customer] += 1;
            }
            n_own_orders[customer] += 1;
        }
        Self { data, cut, products, item_of, baskets, basket_items, past_start: past_count, past, buyers }
    }

    pub fn n_items(&self) -> usize {
        self.products.len()
    }

    pub fn n_customers(&self) -> usize {
        self.data.customers.len()
    }

    /// The catalogue item of a product, if it is in the catalogue.
    pub fn item(&self, product: u32) -> Option<u32> {
        self.item_of.get(product as usize).copied().filter(|&item| item != NOBODY)
    }

    pub fn items_of(&self, basket: &Basket) -> &[u32] {
        &self.basket_items[basket.start as usize..basket.end as usize]
    }

    /// A customer's purchases, oldest first.
    pub fn past(&self, customer: u32) -> &[Past] {
        &self.past[self.past_start[customer as usize]..self.past_start[customer as usize + 1]]
    }

    /// A customer's distinct items, ascending.
    pub fn bought(&self, customer: u32) -> Vec<u32> {
        let mut items: Vec<u32> = self.past(customer).iter().map(|past| past.item).collect();
        items.sort_unstable();
        items.dedup();
        items
    }

    /// Age in days at the cut.
    pub fn age_days(&self, at: Seconds) -> f64 {
        (self.cut - at) as f64 / SECONDS_PER_DAY as f64
    }

    /// Customers × items; each entry is the sum of `weight(age in days)` over the customer's orders with the item.
    pub fn customer_matrix(&self, weight: impl Fn(f64) -> f64) -> Sparse {
        Sparse::from_rows(
            self.n_items(),
            (0..self.n_customers() as u32).map(|customer| {
                self.past(customer)
                    .iter()
                    .map(|past| (past.item, weight(self.age_days(past.at)) as f32))
                    .collect()
            }),
        )
    }

    /// Orders × items; each entry is `weight(age in days, number of catalogue items)`.
    pub fn basket_matrix(&self, weight: impl Fn(f64, usize) -> f64) -> Sparse {
        Sparse::from_rows(
            self.n_items(),
            self.baskets.iter().map(|basket| {
                let items = self.items_of(basket);
                let value = weight(self.age_days(basket.at), items.len()) as f32;
                items.iter().map(|&item| (item, value)).collect()
            }),
        )
    }
}
