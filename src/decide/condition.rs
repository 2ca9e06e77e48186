//! Whether a product satisfies a condition. A missing fact never satisfies a comparison.

use crate::bundle::{CatalogProduct, Signals};
use crate::merch::{Condition, Field, Operator};
use crate::shop::Seconds;

const SECONDS_PER_DAY: Seconds = 86_400;

/// `index` is the product's place in the catalog, for the fields that are signals.
pub(super) fn holds(
    condition: &Condition,
    product: &CatalogProduct,
    index: usize,
    signals: &Signals,
    now: Seconds,
) -> bool {
    match condition {
        Condition::All(parts) => parts.iter().all(|part| holds(part, product, index, signals, now)),
        Condition::Any(parts) => parts.iter().any(|part| holds(part, product, index, signals, now)),
        Condition::Not(part) => !holds(part, product, index, signals, now),
        Condition::Is { field, operator, value } => {
            let text = |text: &String| compare_text(text, *operator, value);
            let number = |number: Option<i64>| {
                number
                    .is_some_and(|number| parse(value).is_some_and(|value| compare(number, *operator, value)))
            };
            let signal = |column: &[Option<u16>]| number(column.get(index).copied().flatten().map(i64::from));
            match field {
                Field::ProductType => product.product_type.iter().any(text),
                Field::Vendor => product.vendor.iter().any(text),
                Field::Collection => product.collections.iter().any(text),
                Field::Tag => product.tags.iter().any(text),
                Field::Title => text(&product.title),
                Field::Price => number(product.price),
                Field::DiscountPercent => number(Some(product.discount_percent())),
                Field::Stock => number(product.stock),
                Field::CreatedAt => number(product.created_at),
                Field::AgeDays => number(product.created_at.map(|created| age_days(created, now))),
                Field::Margin => signal(&signals.margin),
                Field::Popularity => signal(&signals.popularity),
                Field::Attribute(name) => {
                    product.attributes.iter().any(|(known, own)| known == name && text(own))
                }
            }
        }
    }
}

/// True when the answer depends on the moment of the visit.
pub(super) fn depends_on_now(condition: &Condition) -> bool {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().any(depends_on_now),
        Condition::Not(part) => depends_on_now(part),
        Condition::Is { field, .. } => *field == Field::AgeDays,
    }
}

/// Seconds after its creation at which a product may cross a bound of the condition.
pub(super) fn age_bounds(condition: &Condition) -> Vec<Seconds> {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().flat_map(age_bounds).collect(),
        Condition::Not(part) => age_bounds(part),
        Condition::Is { field, value, .. } if *field == Field::AgeDays => parse(value)
            .map_or_else(Vec::new, |days| {
                vec![days.saturating_mul(SECONDS_PER_DAY), (days + 1).saturating_mul(SECONDS_PER_DAY)]
            }),
        Condition::Is { .. } => Vec::new(),
    }
}

/// Comparison of numbers; `Contains` never holds.
pub(super) fn compare(left: i64, operator: Operator, right: i64) -> bool {
    match operator {
        Operator::Equals => left == right,
        Operator::Contains => false,
        Operator::Less => left < right,
        Operator::LessOrEqual => left <= right,
        Operator::Greater => left > right,
        Operator::GreaterOrEqual => left >= right,
    }
}

/// Lower case, code point by code point, so that no context and no locale plays a part.
pub(super) fn lower(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// An optional minus and up to 15 ASCII digits; anything else is no number.
pub(super) fn parse(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || digits.len() > 15 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

fn compare_text(text: &str, operator: Operator, value: &str) -> bool {
    match operator {
        Operator::Equals => text == value,
        Operator::Contains => lower(text).contains(&lower(value)),
        Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => false,
    }
}

/// Whole days before `now`; what is dated after `now` is 0 days old.
pub(super) fn age_days(created: Seconds, now: Seconds) -> i64 {
    (now - created).max(0) / SECONDS_PER_DAY
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(field: Field, operator: Operator, value: &str) -> Condition {
        Condition::Is { field, operator, value: value.to_owned() }
    }

    #[test]
    fn a_missing_fact_satisfies_no_comparison_in_either_direction() {
        let product = CatalogProduct::default();
        let signals = Signals::default();
        for operator in [Operator::Less, Operator::GreaterOrEqual, Operator::Equals] {
            for field in [Field::Price, Field::Stock, Field::AgeDays, Field::Margin] {
                assert!(!holds(&is(field, operator, "5"), &product, 0, &signals, 0));
            }
        }
    }

    #[test]
    fn contains_ignores_case_and_equals_does_not() {
        let product = CatalogProduct {
            title: "Ölive Tree".to_owned(),
            vendor: Some("Acme".to_owned()),
            ..CatalogProduct::default()
        };
        let signals = Signals::default();
        assert!(holds(&is(Field::Title, Operator::Contains, "öLIVE"), &product, 0, &signals, 0));
        assert!(!holds(&is(Field::Vendor, Operator::Equals, "acme"), &product, 0, &signals, 0));
    }

    #[test]
    fn age_counts_whole_days() {
        assert_eq!(age_days(0, 86_399), 0);
        assert_eq!(age_days(0, 86_400), 1);
        assert_eq!(age_days(10, 0), 0);
    }
}
