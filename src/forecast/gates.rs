//! Whether the data is enough for a forecast, said in a sentence.

use serde::{Deserialize, Serialize};

use crate::features::History;

use super::replenish::FEWEST_DAYS;

/// One forecast and what it needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    /// `value`, `return`, `replenishment`, `next_order`, `discount`, `category`, `price`, `hour`.
    pub forecast: String,
    pub ready: bool,
    /// `Needs 500 buyers and 180 days; you have 412 and 96.`
    pub needs: String,
}

/// What the store has, counted once for all gates.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Stock {
    pub buyers: usize,
    /// From the first order to `as_of`.
    pub days: i64,
    /// Buyers with two buying days or more.
    pub repeaters: usize,
    /// Buyers with three buying days or more.
    pub regulars: usize,
    pub pairs: usize,
    pub discounted_lines: usize,
    pub lines: usize,
    pub categories: usize,
    pub priced_products: usize,
    pub orders: usize,
}

impl Stock {
    pub fn of(history: &History) -> Self {
        let days = |customer: usize| super::days::buying_days(history, customer).len();
        let counts: Vec<usize> = (0..history.n_customers).map(days).collect();
        Self {
            buyers: history.n_buyers(),
            days: history.span_days() as i64,
            repeaters: counts.iter().filter(|count| **count >= 2).count(),
            regulars: counts.iter().filter(|count| **count >= 3).count(),
            pairs: super::replenish::pairs(history).len(),
            discounted_lines: history.lines.iter().filter(|line| line.discounted).count(),
            lines: history.lines.len(),
            categories: history.categories.len(),
            priced_products: history.products.iter().filter(|product| product.price_rank.is_some()).count(),
            orders: history.orders.len(),
        }
    }

    pub fn gates(&self) -> Vec<Gate> {
        vec![
            gate(
                "value",
                &[
                    need(500, self.buyers, "buyer"),
                    need(180, self.days as usize, "day"),
                    need(50, self.repeaters, "returning buyer"),
                ],
            ),
            gate(
                "return",
                &[
                    need(300, self.buyers, "buyer"),
                    need(84, self.days as usize, "day"),
                    need(50, self.repeaters, "returning buyer"),
                ],
            ),
            gate(
                "replenishment",
                &[
                    need(200, self.pairs, &format!("product bought {FEWEST_DAYS} times by one customer")),
                    need(84, self.days as usize, "day"),
                ],
            ),
            gate("next_order", &[need(1, self.regulars, "buyer with three orders")]),
            gate(
                "discount",
                &[need(200, self.lines, "order line"), need(20, self.discounted_lines, "discounted line")],
            ),
            gate("category", &[need(2, self.categories, "category"), need(50, self.lines, "order line")]),
            gate(
                "price",
                &[need(10, self.priced_products, "priced product"), need(50, self.lines, "order line")],
            ),
            gate("hour", &[need(50, self.orders, "order")]),
        ]
    }
}

struct Need {
    least: usize,
    have: usize,
    what: String,
}

fn need(least: usize, have: usize, what: &str) -> Need {
    Need { least, have, what: what.to_owned() }
}

fn gate(forecast: &str, needs: &[Need]) -> Gate {
    let list = |parts: Vec<String>| match parts.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    };
    let wanted =
        list(needs.iter().map(|need| format!("{} {}", need.least, plural(&need.what, need.least))).collect());
    let have = list(needs.iter().map(|need| need.have.to_string()).collect());
    Gate {
        forecast: forecast.to_owned(),
        ready: needs.iter().all(|need| need.have >= need.least),
        needs: format!("Needs {wanted}; you have {have}."),
    }
}

fn plural(what: &str, count: usize) -> String {
    if count == 1 {
        return what.to_owned();
    }
    match what.split_once(' ') {
        _ if what == "category" => "categories".to_owned(),
        Some(("product", rest)) => format!("products {rest}"),
        _ => format!("{what}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gate_says_what_is_needed_and_what_is_there() {
        let gates = Stock { buyers: 412, days: 96, repeaters: 80, ..Stock::default() }.gates();
        assert!(!gates[0].ready);
        assert_eq!(
            gates[0].needs,
            "Needs 500 buyers, 180 days and 50 returning buyers; you have 412, 96 and 80."
        );
        assert!(gates[1].ready);
    }
}
