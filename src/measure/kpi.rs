//! The figures a shop is run by, each with its formula and its interval.

use serde::{Deserialize, Serialize};

use crate::features::columns::Reader;
use crate::features::history::days;
use crate::features::{Error, History, StoreFrames};
use crate::shop::{EventKind, Seconds};

use super::bootstrap::ratio_interval;
use super::statistics::{Interval, wilson_interval};

const LEVEL: f64 = 0.95;

/// One figure over one period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kpi {
    pub id: String,
    pub name: String,
    /// `None` when there is nothing to divide by.
    pub value: Option<f64>,
    pub unit: Unit,
    /// 95 %: Wilson's for shares, bootstrap over customers or visitors for amounts.
    pub interval: Option<Interval>,
    /// Units of the denominator: visitors, orders, customers.
    pub n: u64,
    pub formula: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// 0…1.
    Share,
    /// Minor units.
    Money,
    Days,
}

/// When, and of whom.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    pub from: Seconds,
    pub until: Seconds,
    /// By customer index; `None` is everybody, visitors nobody knows included.
    pub members: Option<&'a [bool]>,
    pub seed: u64,
}

impl Scope<'_> {
    fn holds(&self, at: Seconds, customer: Option<u32>) -> bool {
        let inside = at >= self.from && at < self.until;
        let member = self.members.is_none_or(|members| {
            customer.is_some_and(|customer| members.get(customer as usize).copied().unwrap_or(false))
        });
        inside && member
    }
}

/// Every figure of a period and a group. `history` must reach to `scope.until`.
pub fn figures(frames: &StoreFrames, history: &History, scope: Scope) -> Result<Vec<Kpi>, Error> {
    let mut all = of_orders(history, &scope);
    all.extend(of_visits(frames, history, &scope)?);
    Ok(all)
}

fn of_orders(history: &History, scope: &Scope) -> Vec<Kpi> {
    let (mut values, mut returned) = (Vec::new(), Vec::new());
    let (mut buyers, mut repeaters) = (0_u64, 0_u64);
    let (mut firsts, mut seconds) = (0_u64, 0_u64);
    let mut waits = Vec::new();
    for customer in 0..history.n_customers {
        let orders = history.orders_of(customer);
        let own: Vec<_> =
            orders.iter().filter(|order| scope.holds(order.at, Some(customer as u32))).collect();
        if own.is_empty() {
            continue;
        }
        let spent: i64 = own.iter().map(|order| order.revenue).sum();
        let refunded: i64 = own.iter().map(|order| order.refunded).sum();
        values.push((spent as f64, own.len() as f64));
        returned.push((refunded as f64, (spent + refunded) as f64));
        buyers += 1;
        repeaters += u64::from(own.len() > 1);
        // A first order counts once its 90 days are over.
        let first = &orders[0];
        if scope.holds(first.at, Some(customer as u32))
            && first.at + SECOND_ORDER_DAYS * 86_400 <= history.as_of
        {
            firsts += 1;
            let wait = orders.get(1).map(|second| days(second.at - first.at));
            if let Some(wait) = wait.filter(|wait| *wait <= SECOND_ORDER_DAYS as f64) {
                seconds += 1;
                waits.push(wait);
            }
        }
    }
    waits.sort_unstable_by(f64::total_cmp);
    let n_orders: f64 = values.iter().map(|row| row.1).sum();
    let paid: f64 = returned.iter().map(|row| row.1).sum();
    vec![
        Kpi {
            n: n_orders as u64,
            ..amount("order_value", "Order value", &values, scope, "Net revenue of orders ÷ orders")
        },
        share(
            "repeat_rate",
            "Repeat rate",
            repeaters,
            buyers,
            "Customers with two or more orders in the period ÷ customers with one or more",
        ),
        share(
            "second_order_90d",
            "Second order within 90 days",
            seconds,
            firsts,
            "Customers whose second order came within 90 days of the first ÷ customers whose first order lies in the period and is 90 days old",
        ),
        Kpi {
            id: "second_order_days".to_owned(),
            name: "Days to the second order".to_owned(),
            value: waits.get(waits.len() / 2).copied(),
            unit: Unit::Days,
            interval: None,
            n: waits.len() as u64,
            formula: "Middle number of days between first and second order, of second orders within 90 days"
                .to_owned(),
        },
        Kpi {
            unit: Unit::Share,
            value: (paid > 0.0).then(|| returned.iter().map(|row| row.0).sum::<f64>() / paid),
            ..amount("return_rate", "Return rate", &returned, scope, "Refunded ÷ paid before refunds")
        },
    ]
}

/// How long one waits for a second order.
const SECOND_ORDER_DAYS: i64 = 90;

fn of_visits(frames: &StoreFrames, history: &History, scope: &Scope) -> Result<Vec<Kpi>, Error> {
    let reader = Reader::new("events", &frames.events);
    if frames.events.height() == 0 {
        return Ok(Vec::new());
    }
    let times = reader.int("at")?;
    let customers = reader.index("customer")?;
    let visitors = reader.index("visitor")?;
    let kinds = reader.index("kind")?;
    // (visitor or customer, time, kind): a known customer is one visitor on all devices.
    let mut seen: Vec<((u8, u32), Seconds, u32)> = Vec::new();
    for row in 0..times.len() {
        let (Some(at), Some(kind)) = (times[row], kinds[row]) else {
            continue;
        };
        let who = customers[row].map(|customer| (0, customer)).or(visitors[row].map(|visitor| (1, visitor)));
        if let Some(who) = who.filter(|_| scope.holds(at, customers[row])) {
            seen.push((who, at, kind));
        }
    }
    seen.sort_unstable();
    let (mut people, mut converted, mut searchers, mut search_carts) = (0_u64, 0_u64, 0_u64, 0_u64);
    let mut revenue = Vec::new();
    for own in seen.chunk_by(|one, two| one.0 == two.0) {
        people += 1;
        let spent: f64 = match own[0].0 {
            (0, customer) => history
                .orders_of(customer as usize)
                .iter()
                .filter(|order| scope.holds(order.at, Some(customer)))
                .map(|order| order.revenue as f64)
                .sum(),
            _ => 0.0,
        };
        let bought = spent > 0.0 || own.iter().any(|event| event.2 == EventKind::Purchase as u32);
        converted += u64::from(bought);
        revenue.push((spent, 1.0));
        let searched = own.iter().position(|event| event.2 == EventKind::Search as u32);
        if let Some(from) = searched {
            searchers += 1;
            let day_after = own[from].1 + 86_400;
            let carted = own[from..]
                .iter()
                .any(|event| event.2 == EventKind::AddToCart as u32 && event.1 <= day_after);
            search_carts += u64::from(carted);
        }
    }
    Ok(vec![
        Kpi {
            n: people,
            ..amount(
                "revenue_per_visitor",
                "Revenue per visitor",
                &revenue,
                scope,
                "Net revenue of known visitors' orders in the period ÷ all visitors in the period",
            )
        },
        share(
            "conversion",
            "Conversion",
            converted,
            people,
            "Visitors with an order or a purchase event in the period ÷ visitors in the period",
        ),
        share(
            "search_to_cart",
            "Search to cart",
            search_carts,
            searchers,
            "Visitors who put something in the cart within a day of their first search ÷ visitors who searched",
        ),
    ])
}

fn share(id: &str, name: &str, hits: u64, n: u64, formula: &str) -> Kpi {
    Kpi {
        id: id.to_owned(),
        name: name.to_owned(),
        value: (n > 0).then(|| hits as f64 / n as f64),
        unit: Unit::Share,
        interval: (n > 0).then(|| wilson_interval(hits as f64, n as f64, 1.0 - LEVEL)),
        n,
        formula: formula.to_owned(),
    }
}

fn amount(id: &str, name: &str, rows: &[(f64, f64)], scope: &Scope, formula: &str) -> Kpi {
    let bottom: f64 = rows.iter().map(|row| row.1).sum();
    Kpi {
        id: id.to_owned(),
        name: name.to_owned(),
        value: (bottom > 0.0).then(|| rows.iter().map(|row| row.0).sum::<f64>() / bottom),
        unit: Unit::Money,
        interval: ratio_interval(rows, LEVEL, scope.seed)
            .filter(|_| bottom > 0.0)
            .map(|[low, high]| Interval { low, high }),
        n: rows.len() as u64,
        formula: formula.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::plain::{PlainLine, frames};

    const DAY: Seconds = 86_400;

    fn store() -> StoreFrames {
        let line = |customer: &str, order: &str, day: i64, revenue: i64| PlainLine {
            customer: customer.to_owned(),
            order: order.to_owned(),
            at: day * DAY,
            product: "x".to_owned(),
            quantity: 1,
            revenue,
            ..PlainLine::default()
        };
        frames(
            &[
                line("a", "1", 10, 100),
                line("a", "2", 40, 300),
                line("b", "3", 20, 200),
                line("c", "4", 30, 400),
                line("c", "5", 290, 200),
            ],
            &[],
            &[],
        )
        .unwrap()
    }

    #[test]
    fn the_figures_of_five_orders_are_worked_out_by_hand() {
        let frames = store();
        let history = History::before(&frames, 400 * DAY).unwrap();
        let scope = Scope { from: 0, until: 400 * DAY, members: None, seed: 1 };
        let all = figures(&frames, &history, scope).unwrap();
        let value = |id: &str| all.iter().find(|kpi| kpi.id == id).unwrap().value;
        assert_eq!(value("order_value"), Some(240.0));
        assert_eq!(value("repeat_rate"), Some(2.0 / 3.0));
        assert_eq!(value("second_order_90d"), Some(1.0 / 3.0));
        assert_eq!(value("second_order_days"), Some(30.0));
        assert_eq!(value("return_rate"), Some(0.0));
    }

    #[test]
    fn a_group_without_orders_has_no_figures_and_no_panic() {
        let frames = store();
        let history = History::before(&frames, 400 * DAY).unwrap();
        let scope = Scope { from: 0, until: 400 * DAY, members: Some(&[false; 3]), seed: 1 };
        let all = figures(&frames, &history, scope).unwrap();
        assert!(all.iter().all(|kpi| kpi.value.is_none() && kpi.interval.is_none()));
    }
}
