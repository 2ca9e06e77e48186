//! Rules that get in each other's way, or do nothing.

use crate::bundle::Catalog;
use crate::merch::{Action, Condition, Document, Field, Operator, Rule, Target};
use crate::shop::{Seconds, time::SECONDS_PER_DAY};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    pub rule: String,
    pub other: Option<String>,
    pub kind: ConflictKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConflictKind {
    PinHidden,
    TwoPins,
    BoostAndBury,
    PinOutsideOnlyShow,
    MatchesNothing,
    PinSoldOut,
}

/// Everything wrong with the rules that are on and have not ended, in list order.
pub fn conflicts(document: &Document, catalog: &Catalog, now: Seconds) -> Vec<Conflict> {
    let live: Vec<(&Rule, Vec<u32>)> = document
        .rules
        .iter()
        .filter(|rule| rule.enabled && rule.schedule.until.is_none_or(|until| now < until))
        .map(|rule| (rule, targets(rule, catalog, now)))
        .collect();
    let mut found = Vec::new();
    for (idx, (rule, products)) in live.iter().enumerate() {
        let mut say = |other: Option<&Rule>, kind| {
            found.push(Conflict { rule: rule.id.clone(), other: other.map(|other| other.id.clone()), kind });
        };
        if products.is_empty() {
            say(None, ConflictKind::MatchesNothing);
            continue;
        }
        if let Action::Pin { keep_when_sold_out: false, .. } = rule.action
            && products.iter().any(|product| {
                catalog.products.get(*product as usize).is_some_and(|product| !product.sellable())
            })
        {
            say(None, ConflictKind::PinSoldOut);
        }
        for (other_idx, (other, others)) in live.iter().enumerate() {
            if other_idx == idx || !overlap(rule, other) {
                continue;
            }
            let share_product = products.iter().any(|product| others.contains(product));
            match (rule.action, other.action) {
                (Action::Pin { .. }, Action::Hide) if share_product => {
                    say(Some(other), ConflictKind::PinHidden)
                }
                (Action::Pin { position: one, .. }, Action::Pin { position: two, .. })
                    if one == two && idx < other_idx && !same_products(rule, other) =>
                {
                    say(Some(other), ConflictKind::TwoPins);
                }
                (Action::Boost { .. }, Action::Bury { .. }) if share_product => {
                    say(Some(other), ConflictKind::BoostAndBury)
                }
                (Action::Pin { .. }, Action::OnlyShow)
                    if !products.iter().all(|product| others.contains(product)) =>
                {
                    say(Some(other), ConflictKind::PinOutsideOnlyShow);
                }
                _ => {}
            }
        }
    }
    found
}

fn same_products(one: &Rule, two: &Rule) -> bool {
    one.target == two.target
}

/// True when there is a visit for which both are in force.
fn overlap(one: &Rule, two: &Rule) -> bool {
    let pages = one.scope.pages.is_empty()
        || two.scope.pages.is_empty()
        || one.scope.pages.iter().any(|page| two.scope.pages.contains(page));
    let blocks = match (&one.scope.block, &two.scope.block) {
        (Some(one), Some(two)) => one == two,
        _ => true,
    };
    let segments = match (&one.scope.segments, &two.scope.segments) {
        (Some(one), Some(two)) => one.iter().any(|segment| two.contains(segment)),
        _ => true,
    };
    let queries = one.scope.queries.is_empty()
        || two.scope.queries.is_empty()
        || one.scope.queries.iter().any(|query| two.scope.queries.contains(query));
    let before = |one: &Rule, two: &Rule| match (one.schedule.until, two.schedule.from) {
        (Some(until), Some(from)) => until <= from,
        _ => false,
    };
    pages && blocks && segments && queries && !before(one, two) && !before(two, one)
}

/// Catalog indices a rule is about, ascending.
pub(super) fn targets(rule: &Rule, catalog: &Catalog, now: Seconds) -> Vec<u32> {
    match &rule.target {
        Target::Products(ids) => {
            let mut found: Vec<u32> = ids.iter().filter_map(|id| catalog.index(id)).collect();
            found.sort_unstable();
            found
        }
        Target::Where(condition) => (0..catalog.products.len() as u32)
            .filter(|idx| holds(condition, &catalog.products[*idx as usize], now))
            .collect(),
    }
}

fn holds(condition: &Condition, product: &crate::bundle::CatalogProduct, now: Seconds) -> bool {
    match condition {
        Condition::All(parts) => parts.iter().all(|part| holds(part, product, now)),
        Condition::Any(parts) => parts.iter().any(|part| holds(part, product, now)),
        Condition::Not(part) => !holds(part, product, now),
        Condition::Is { field, operator, value } => {
            let number = |fact: Option<i64>| match (fact, value.parse::<i64>()) {
                (Some(fact), Ok(value)) => match operator {
                    Operator::Equals | Operator::Contains => fact == value,
                    Operator::Less => fact < value,
                    Operator::LessOrEqual => fact <= value,
                    Operator::Greater => fact > value,
                    Operator::GreaterOrEqual => fact >= value,
                },
                _ => false,
            };
            let word = |fact: Option<&str>| {
                fact.is_some_and(|fact| match operator {
                    Operator::Contains => fact.to_lowercase().contains(&value.to_lowercase()),
                    _ => fact.eq_ignore_ascii_case(value),
                })
            };
            match field {
                Field::ProductType => word(product.product_type.as_deref()),
                Field::Vendor => word(product.vendor.as_deref()),
                Field::Title => word(Some(&product.title)),
                Field::Collection => product.collections.iter().any(|one| word(Some(one))),
                Field::Tag => product.tags.iter().any(|one| word(Some(one))),
                Field::Attribute(name) => product
                    .attributes
                    .iter()
                    .filter(|(known, _)| known == name)
                    .any(|(_, one)| word(Some(one))),
                Field::Price => number(product.price),
                Field::DiscountPercent => number(Some(product.discount_percent())),
                Field::Stock => number(product.stock),
                Field::CreatedAt => number(product.created_at),
                Field::AgeDays => number(product.created_at.map(|at| (now - at).div_euclid(SECONDS_PER_DAY))),
                // Signals are not catalog facts; such a rule is taken to match something.
                Field::Margin | Field::Popularity => true,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::CatalogProduct;
    use crate::merch::{Schedule, Scope};

    fn rule(id: &str, action: Action, product: &str) -> Rule {
        Rule {
            id: id.to_owned(),
            name: None,
            enabled: true,
            action,
            target: Target::Products(vec![product.to_owned()]),
            scope: Scope::default(),
            schedule: Schedule::default(),
            created_at: 0,
        }
    }

    fn found(rules: Vec<Rule>) -> Vec<(String, ConflictKind)> {
        let product = |id: &str, stock| CatalogProduct {
            id: id.to_owned(),
            stock: Some(stock),
            published: true,
            ..CatalogProduct::default()
        };
        let catalog = Catalog { products: vec![product("a", 5), product("b", 0)], collections: Vec::new() };
        let document = Document { rules, ..Document::default() };
        conflicts(&document, &catalog, 100).into_iter().map(|clash| (clash.rule, clash.kind)).collect()
    }

    const PIN: Action = Action::Pin { position: 1, soft: false, keep_when_sold_out: false };

    #[test]
    fn each_kind_of_conflict_is_named_once() {
        let one = "r1".to_owned();
        assert_eq!(
            found(vec![rule("r1", PIN, "a"), rule("r2", Action::Hide, "a")]),
            [(one.clone(), ConflictKind::PinHidden)]
        );
        assert_eq!(found(vec![rule("r1", PIN, "b")]), [(one.clone(), ConflictKind::PinSoldOut)]);
        assert_eq!(
            found(vec![rule("r1", Action::Hide, "gone")]),
            [(one.clone(), ConflictKind::MatchesNothing)]
        );
        let bury = Action::Bury { points: 1 };
        let boost = Action::Boost { points: 1, uncapped: false };
        assert_eq!(
            found(vec![rule("r1", boost, "a"), rule("r2", bury, "a")]),
            [(one, ConflictKind::BoostAndBury)]
        );
    }

    #[test]
    fn rules_that_never_meet_do_not_clash() {
        let mut hide = rule("r2", Action::Hide, "a");
        hide.schedule.until = Some(50);
        assert_eq!(found(vec![rule("r1", PIN, "a"), hide.clone()]), []);
        hide.schedule = Schedule::default();
        hide.scope.segments = Some(vec!["s1".to_owned()]);
        let mut pin = rule("r1", PIN, "a");
        pin.scope.segments = Some(vec!["s2".to_owned()]);
        assert_eq!(found(vec![pin, hide]), []);
    }
}
