//! Questions with known answers: what customers bought in a window after the cut.

use serde::{Deserialize, Serialize};

use super::dataset::NOBODY;
use super::history::History;
use crate::shop::hash::splitmix64;
use crate::shop::time::{SECONDS_PER_DAY, Seconds};

/// What is asked of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// The customer's next order; repeats count.
    NextBasket,
    /// Everything the customer buys in the window; repeats count.
    NextWindow,
    /// What the customer buys in the window and never bought before.
    Discovery,
    /// One line of an order, from its other lines.
    Basket,
    /// The other lines of an order, from one line.
    ProductPage,
    /// The next product of a visit, from those seen before it.
    Session,
}

impl Task {
    pub const CUSTOMER: [Self; 3] = [Self::NextBasket, Self::NextWindow, Self::Discovery];
    pub const ORDER: [Self; 2] = [Self::Basket, Self::ProductPage];
    pub const ALL: [Self; 6] =
        [Self::NextBasket, Self::NextWindow, Self::Discovery, Self::Basket, Self::ProductPage, Self::Session];

    pub fn name(self) -> &'static str {
        match self {
            Self::NextBasket => "next-basket",
            Self::NextWindow => "next-window",
            Self::Discovery => "discovery",
            Self::Basket => "basket",
            Self::ProductPage => "product-page",
            Self::Session => "session",
        }
    }

    /// True when things bought before are no answer.
    pub fn only_new(self) -> bool {
        self == Self::Discovery
    }
}

/// A customer and what they went on to buy, catalogue items ascending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    pub customer: u32,
    pub targets: Vec<u32>,
}

/// An order with some lines shown and some held back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderCase {
    /// Index into the dataset's orders.
    pub order: u32,
    pub query: Vec<u32>,
    /// Ascending.
    pub targets: Vec<u32>,
}

/// Customers with at least one catalogue purchase before the cut and at least one target in [cut, until), ascending.
pub fn customer_cases(history: &History<'_>, task: Task, until: Seconds) -> Vec<Case> {
    let data = history.data;
    let mut bought: Vec<(u32, usize, u32)> = Vec::new();
    for order in data.orders_before(history.cut)..data.orders_before(until) {
        let customer = data.orders[order].customer;
        if customer == NOBODY || history.past(customer).is_empty() {
            continue;
        }
        let items = data.products_of(order).iter().filter_map(|&product| history.item(product));
        bought.extend(items.map(|item| (customer, order, item)));
    }
    bought.sort_unstable();
    bought
        .chunk_by(|a, b| a.0 == b.0)
        .filter_map(|rows| {
            let (customer, first, _) = rows[0];
            let known = if task.only_new() { history.bought(customer) } else { Vec::new() };
            let mut targets: Vec<u32> = rows
                .iter()
                .filter(|row| task != Task::NextBasket || row.1 == first)
                .map(|row| row.2)
                .filter(|item| known.binary_search(item).is_err())
                .collect();
            targets.sort_unstable();
            targets.dedup();
            (!targets.is_empty()).then_some(Case { customer, targets })
        })
        .collect()
}

/// The first `limit` orders in [cut, until) with at least two catalogue items; the held line is number
/// splitmix64(order number) mod n.
pub fn order_cases(history: &History<'_>, task: Task, until: Seconds, limit: usize) -> Vec<OrderCase> {
    let data = history.data;
    (data.orders_before(history.cut)..data.orders_before(until))
        .filter_map(|order| {
            let items: Vec<u32> = data.products_of(order).iter().filter_map(|&p| history.item(p)).collect();
            (items.len() >= 2).then(|| {
                let held = (splitmix64(data.orders[order].number) % items.len() as u64) as usize;
                let mut others = items.clone();
                let line = others.remove(held);
                let (query, mut targets) =
                    if task == Task::ProductPage { (vec![line], others) } else { (others, vec![line]) };
                targets.sort_unstable();
                OrderCase { order: order as u32, query, targets }
            })
        })
        .take(limit)
        .collect()
}

/// `longest`, or a quarter of the history where that is shorter, but never under a week: a young shop learns on
/// shorter stretches.
pub fn window_days(history_start: Seconds, as_of: Seconds, longest: i64) -> i64 {
    let quarter = (as_of - history_start) / SECONDS_PER_DAY / 4;
    quarter.clamp(7, longest.max(7))
}

/// Starts of the windows before `as_of`, newest first, that leave at least as much history before them as one window.
pub fn past_windows(history_start: Seconds, as_of: Seconds, days: i64, most: usize) -> Vec<Seconds> {
    (1..=most as i64)
        .map(|back| as_of - back * days * SECONDS_PER_DAY)
        .take_while(|&start| start - history_start >= days * SECONDS_PER_DAY)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::dataset::fixture::store;
    use super::*;

    #[test]
    fn targets_follow_the_task() {
        let data = store(&[
            ("1", "a", 1, &["x", "y"]),
            ("2", "b", 2, &["x"]),
            ("3", "a", 10, &["x", "z"]),
            ("4", "a", 12, &["y"]),
            ("5", "c", 13, &["x"]),
        ]);
        let history = History::new(&data, 5, 1);
        let targets = |task| customer_cases(&history, task, 20);
        // z was never sold before the cut, c has no history, b buys nothing.
        assert_eq!(targets(Task::NextBasket), vec![Case { customer: 0, targets: vec![0] }]);
        assert_eq!(targets(Task::NextWindow), vec![Case { customer: 0, targets: vec![0, 1] }]);
        assert_eq!(targets(Task::Discovery), vec![]);
    }

    #[test]
    fn a_window_needs_as_much_history_before_it() {
        let day = SECONDS_PER_DAY;
        assert_eq!(past_windows(0, 100 * day, 28, 3), vec![72 * day, 44 * day]);
        assert!(past_windows(0, 40 * day, 28, 3).is_empty());
        assert_eq!(window_days(0, 40 * day, 28), 10);
        assert_eq!(past_windows(0, 40 * day, 10, 3), vec![30 * day, 20 * day, 10 * day]);
        assert_eq!((window_days(0, day, 28), window_days(0, 400 * day, 28)), (7, 28));
    }
}
