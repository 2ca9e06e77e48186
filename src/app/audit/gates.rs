//! What the data is good for: how ready it is, what each feature still needs, and the next step.

use super::{Area, Maturity, Problem, Readiness, Unlock, Weight};
use crate::shop::digits::grouped;
use crate::workspace::{Findings, Measures};

/// By the largest single problem of each area; rows with two problems are not told apart.
pub(super) fn readiness(findings: &Findings, problems: &[Problem]) -> Readiness {
    let percent = |area: Area, all: u64| -> Option<u8> {
        if all == 0 {
            return None;
        }
        let worst = problems
            .iter()
            .filter(|problem| problem.area == area && problem.severity >= Weight::WorthFixing)
            .filter(|problem| !problem.rows.is_empty())
            .map(|problem| problem.count)
            .max()
            .unwrap_or(0);
        Some((100 * all.saturating_sub(worst) / all) as u8)
    };
    let Measures { products, customers, orders, events, .. } = findings.measures;
    Readiness {
        products: percent(Area::Products, products),
        customers: percent(Area::Customers, customers),
        orders: percent(Area::Orders, orders),
        events: percent(Area::Events, events),
    }
}

/// What each feature needs at least. Under these sizes its numbers would be noise.
pub(super) fn unlocks(findings: &Findings) -> Vec<Unlock> {
    let Measures {
        products,
        orders,
        events,
        buyers,
        repeat_buyers,
        mixed_orders,
        searches,
        products_with_stock,
        consenting_customers,
        ..
    } = findings.measures;
    let days = findings.measures.days_covered();
    let without_cost = findings.products_without_cost.len() as u64;
    let gate = |feature: &str, gaps: &[(bool, String)]| {
        let needs: Vec<&str> =
            gaps.iter().filter(|(missing, _)| *missing).map(|(_, need)| need.as_str()).collect();
        Unlock { feature: feature.to_owned(), ready: needs.is_empty(), needs: needs.join(", ") }
    };
    let at_least = |have: u64, want: u64, what: &str| {
        (have < want, format!("{} more {what}", grouped(want.saturating_sub(have))))
    };
    vec![
        gate("Groups of customers", &[at_least(buyers, 50, "customers with orders")]),
        gate(
            "Homepage per group",
            &[at_least(products, 8, "products"), at_least(buyers, 50, "customers with orders")],
        ),
        gate("Bought together", &[at_least(mixed_orders, 100, "orders with several products")]),
        gate("Similar products", &[at_least(products, 8, "products")]),
        gate(
            "Replay of past orders",
            &[
                at_least(orders, 200, "orders"),
                (days < 56, format!("{} more days of orders", (56 - days).max(0))),
            ],
        ),
        gate(
            "Forecasts",
            &[
                at_least(repeat_buyers, 100, "customers with two orders"),
                (days < 180, format!("{} more days of orders", (180 - days).max(0))),
            ],
        ),
        gate(
            "Search ranking",
            &[(searches == 0, "search terms (export \"Top online store searches\")".to_owned())],
        ),
        gate("Also viewed and recently viewed", &[(events == 0, "visits (an event export)".to_owned())]),
        gate(
            "Margin slider",
            &[(
                products == 0 || without_cost * 5 > products,
                format!("a cost column on {} more products", grouped(without_cost)),
            )],
        ),
        gate("Stock rules", &[(products_with_stock == 0, "a stock count on your products".to_owned())]),
        gate(
            "Campaigns",
            &[(
                consenting_customers == 0,
                "customers who agreed to marketing (import the customer file)".to_owned(),
            )],
        ),
    ]
}

/// How far the data carries, and the next step that carries further.
pub(super) fn maturity(findings: &Findings) -> Maturity {
    let Measures { products, orders, events, buyers, repeat_buyers, .. } = findings.measures;
    let costs_known = products > 0 && (findings.products_without_cost.len() as u64) * 5 <= products;
    let level = |level, name, next_step: &str| Maturity { level, name, next_step: next_step.to_owned() };
    if products == 0 && orders == 0 {
        level(0, "Nothing yet", "Import your products and orders.")
    } else if orders == 0 {
        level(1, "Catalog", "Import your orders: groups and best sellers need them.")
    } else if buyers < 50 {
        level(2, "First orders", "Import more orders: groups need 50 customers.")
    } else if repeat_buyers < 100 || findings.measures.days_covered() < 180 {
        level(3, "Groups", "Import at least 180 days of orders: forecasts need customers who came back.")
    } else if events == 0 {
        level(4, "Habits", "Import visits: they show interest before a purchase.")
    } else if !costs_known {
        level(4, "Habits", "Add costs to your products: the margin slider needs them.")
    } else {
        level(5, "Complete", "Everything works with this data. Import again when there are new orders.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_workspace_says_what_to_import_first() {
        let findings = Findings::default();
        assert_eq!(maturity(&findings).level, 0);
        assert_eq!(readiness(&findings, &[]).products, None);
        assert!(unlocks(&findings).iter().all(|unlock| !unlock.ready && !unlock.needs.is_empty()));
    }
}
