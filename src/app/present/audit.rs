//! The audit and the store's pulse as the Data and Home screens show them.

use std::collections::BTreeSet;

use crate::app::audit::{Action, Area, Check, Weight};
use crate::app::view::{
    AuditView, FixChange, FixRow, Problem, ProblemRow, Pulse, StoreFacts, TableHealth, Then, Unlock, Urgency,
};
use crate::app::{Error, Session};
use crate::features::History;
use crate::import::DataKind;
use crate::shop::{Seconds, time::SECONDS_PER_DAY};
use crate::workspace::Fix;

/// Days of the store pulse.
const PULSE_DAYS: i64 = 90;

pub fn audit_view(session: &Session, store: &StoreFacts, now: Seconds) -> Result<AuditView, Error> {
    let audit = session.audit()?;
    let count = |area: Area| audit.problems.iter().filter(|problem| problem.area == area).count() as u64;
    let table = |kind, n_rows, ready: Option<u8>, area| TableHealth {
        kind,
        n_rows,
        ready: ready.map(|percent| u32::from(percent) * 10),
        n_problems: count(area),
    };
    let tables = vec![
        table(DataKind::Products, store.n_products, audit.readiness.products, Area::Products),
        table(DataKind::Customers, store.n_customers, audit.readiness.customers, Area::Customers),
        table(DataKind::Orders, store.n_orders, audit.readiness.orders, Area::Orders),
        table(DataKind::Events, store.n_events, audit.readiness.events, Area::Events),
    ];
    let mut problems = Vec::with_capacity(audit.problems.len());
    for problem in &audit.problems {
        let guesses = problem.actions.contains(&Action::SuggestCategories);
        let fixes = if problem.actions.contains(&Action::Fix) || guesses {
            session.suggested_fixes(problem.code)?.iter().map(before_after).collect()
        } else {
            Vec::new()
        };
        problems.push(Problem {
            code: code(problem.code),
            urgency: match problem.severity {
                Weight::ChangesResults => Urgency::ChangesResults,
                Weight::WorthFixing => Urgency::WorthFixing,
                Weight::ForInformation => Urgency::ForInformation,
            },
            count: problem.count,
            title: problem.message.clone(),
            consequence: problem.advice.clone(),
            rows: problem
                .rows
                .iter()
                .map(|id| ProblemRow { key: id.clone(), ..ProblemRow::default() })
                .collect(),
            fix_label: match (problem.code, fixes.is_empty()) {
                (_, true) => None,
                (Check::DuplicateCustomers, _) => Some("Merge…".to_owned()),
                (Check::NoCategory, _) => Some("Suggest categories…".to_owned()),
                _ => Some("Fix…".to_owned()),
            },
            fix_is_safe: !fixes.is_empty() && !guesses,
            fixes,
            is_ignored: false,
        });
    }
    let unlocks = audit
        .unlocks
        .iter()
        .map(|unlock| Unlock {
            feature: unlock.feature.clone(),
            ready: unlock.ready,
            needs: unlock.needs.clone(),
        })
        .collect();
    let maturity = (0 < audit.maturity.level)
        .then(|| (audit.maturity.level, audit.maturity.name.to_owned(), audit.maturity.next_step.clone()));
    Ok(AuditView { checked_at: now, tables, problems, unlocks, maturity })
}

/// The stable word of a check, as `endcap audit --json` writes it.
fn code(check: Check) -> String {
    serde_json::to_value(check).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The check behind a problem's code.
pub fn check_of(code: &str) -> Option<Check> {
    serde_json::from_value(serde_json::Value::String(code.to_owned())).ok()
}

/// What a fix changes, and the key that chooses it.
pub fn before_after(fix: &Fix) -> FixRow {
    let (what, change) = match fix {
        Fix::MergeCustomer { customer, into } => (customer, FixChange::SameAs(into.clone())),
        Fix::SetProductType { product, product_type } => (product, FixChange::Category(product_type.clone())),
        Fix::SetPrice { product, .. } => (product, FixChange::Price),
        Fix::SetCost { product, .. } => (product, FixChange::Cost),
        Fix::SetPicture { product, .. } => (product, FixChange::Picture),
        Fix::DropCompareAt { product } => (product, FixChange::NoCompareAt),
        Fix::EmptyStock { product } => (product, FixChange::NoStock),
        Fix::Unpublish { product } => (product, FixChange::KeptOff),
        Fix::LeaveOutOrder { order } => (order, FixChange::LeftOut),
    };
    FixRow { key: key_of(fix), what: what.clone(), change }
}

/// Chooses one of a problem's fixes.
pub fn key_of(fix: &Fix) -> String {
    match fix {
        Fix::MergeCustomer { customer, .. } => customer.clone(),
        Fix::SetProductType { product, .. }
        | Fix::SetPrice { product, .. }
        | Fix::SetCost { product, .. }
        | Fix::SetPicture { product, .. }
        | Fix::DropCompareAt { product }
        | Fix::EmptyStock { product }
        | Fix::Unpublish { product } => product.clone(),
        Fix::LeaveOutOrder { order } => order.clone(),
    }
}

/// Lays the safe fixes of problems over the data as one undo step: all of a problem's, or those with the given keys.
/// False when there is nothing to fix any more.
pub fn lay_fixes(session: &mut Session, problems: &[(String, Option<Vec<String>>)]) -> Result<bool, Error> {
    let mut fixes = Vec::new();
    for (code, keys) in problems {
        let Some(check) = check_of(code) else { continue };
        let wanted = |fix: &Fix| keys.as_ref().is_none_or(|keys| keys.contains(&key_of(fix)));
        fixes.extend(session.suggested_fixes(check)?.into_iter().filter(wanted));
    }
    if fixes.is_empty() {
        return Ok(false);
    }
    session.fix(&format!("Fixed {} rows", fixes.len()), fixes)?;
    Ok(true)
}

/// The last 90 days before `history.as_of` beside the 90 before; `None` without orders. Repeat rate: buyers of the
/// period with an earlier order, of all its buyers.
pub fn pulse(history: &History) -> Option<Pulse> {
    if history.orders.is_empty() {
        return None;
    }
    let period = |from: Seconds, until: Seconds| {
        let (mut revenue, mut n_orders) = (0, 0_u64);
        let (mut buyers, mut earlier) = (BTreeSet::new(), BTreeSet::new());
        for order in &history.orders {
            if (from..until).contains(&order.at) {
                revenue += order.revenue;
                n_orders += 1;
                buyers.insert(order.customer);
            } else if order.at < from {
                earlier.insert(order.customer);
            }
        }
        let repeat = buyers.intersection(&earlier).count();
        (revenue, n_orders, repeat as f64 / buyers.len().max(1) as f64)
    };
    let days = PULSE_DAYS * SECONDS_PER_DAY;
    let now = period(history.as_of - days, history.as_of);
    let before = period(history.as_of - 2 * days, history.as_of - days);
    Some(Pulse {
        days: PULSE_DAYS as u32,
        revenue: Then { now: now.0, before: before.0 },
        orders: Then { now: now.1, before: before.1 },
        repeat_rate: Then { now: now.2, before: before.2 },
        sell_through: None,
    })
}
