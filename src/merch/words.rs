//! Rules and places in the merchant's words, for lists, undo and messages.

use super::layout::PageKey;
use super::rule::{Action, Condition, Field, Operator, Rule, Target};

/// `Pin Olive tree to place 1`, `Boost products where type is Plants (medium)`, `Hide 3 products`.
pub fn rule_label(rule: &Rule, title: &dyn Fn(&str) -> String) -> String {
    let what = target(&rule.target, title);
    match rule.action {
        Action::Pin { position, soft: false, .. } => format!("Pin {what} to place {position}"),
        Action::Pin { position, .. } => format!("Keep {what} at or before place {position}"),
        Action::Boost { points, .. } => format!("Boost {what} ({})", strength(points)),
        Action::Bury { points } => format!("Bury {what} ({})", strength(points)),
        Action::Hide => format!("Hide {what}"),
        Action::OnlyShow => format!("Show only {what}"),
    }
}

/// The merchant's own name in quotes, else what the rule does.
pub fn rule_name(rule: &Rule, title: &dyn Fn(&str) -> String) -> String {
    rule.name.as_ref().map_or_else(|| format!("“{}”", rule_label(rule, title)), |name| format!("“{name}”"))
}

/// `slight`, `medium`, `strong`, else points of 100 with one decimal.
pub fn strength(points: i64) -> String {
    match points {
        Action::SLIGHT => "slight".to_owned(),
        Action::MEDIUM => "medium".to_owned(),
        Action::STRONG => "strong".to_owned(),
        other => format!("{}.{} points", other / 100_000, (other % 100_000).abs() / 10_000),
    }
}

pub fn target(target: &Target, title: &dyn Fn(&str) -> String) -> String {
    match target {
        Target::Products(ids) => match ids.as_slice() {
            [] => "nothing".to_owned(),
            [one] => title(one),
            [one, two] => format!("{} and {}", title(one), title(two)),
            more => format!("{} products", more.len()),
        },
        Target::Where(condition) => format!("products where {}", condition_words(condition)),
    }
}

/// A condition as a sentence fragment: `type is Plants and price is under 5000`.
pub fn condition_words(condition: &Condition) -> String {
    let joined = |parts: &[Condition], by: &str, nothing: &str| match parts {
        [] => nothing.to_owned(),
        parts => parts
            .iter()
            .map(|part| match part {
                Condition::All(_) | Condition::Any(_) if parts.len() > 1 => {
                    format!("({})", condition_words(part))
                }
                part => condition_words(part),
            })
            .collect::<Vec<_>>()
            .join(by),
    };
    match condition {
        Condition::All(parts) => joined(parts, " and ", "anything"),
        Condition::Any(parts) => joined(parts, " or ", "nothing"),
        Condition::Not(part) => format!("not ({})", condition_words(part)),
        Condition::Is { field, operator, value } => {
            format!("{} {} {value}", field_name(field), operator_words(*operator))
        }
    }
}

pub fn field_name(field: &Field) -> String {
    match field {
        Field::ProductType => "type".to_owned(),
        Field::Vendor => "vendor".to_owned(),
        Field::Collection => "collection".to_owned(),
        Field::Tag => "tag".to_owned(),
        Field::Title => "title".to_owned(),
        Field::Price => "price".to_owned(),
        Field::DiscountPercent => "discount %".to_owned(),
        Field::Stock => "stock".to_owned(),
        Field::CreatedAt => "added".to_owned(),
        Field::AgeDays => "days since added".to_owned(),
        Field::Margin => "margin".to_owned(),
        Field::Popularity => "popularity".to_owned(),
        Field::Attribute(name) => name.clone(),
    }
}

fn operator_words(operator: Operator) -> &'static str {
    match operator {
        Operator::Equals => "is",
        Operator::Contains => "contains",
        Operator::Less => "is under",
        Operator::LessOrEqual => "is at most",
        Operator::Greater => "is over",
        Operator::GreaterOrEqual => "is at least",
    }
}

/// `Homepage`, `Category pages`, `Category Plants`, `Product page` …; `title` names products and collections.
pub fn page_name(page: &PageKey, title: &dyn Fn(&str) -> String) -> String {
    match page {
        PageKey::Home => "Homepage".to_owned(),
        PageKey::Collection(None) => "Category pages".to_owned(),
        PageKey::Collection(Some(id)) => format!("Category {}", title(id)),
        PageKey::Product(None) => "Product pages".to_owned(),
        PageKey::Product(Some(id)) => format!("Page of {}", title(id)),
        PageKey::Cart => "Cart".to_owned(),
        PageKey::Search => "Search results".to_owned(),
        PageKey::Email(None) => "Emails".to_owned(),
        PageKey::Email(Some(id)) => format!("Email {}", id.replace('_', " ")),
        PageKey::ThankYou => "Thank-you page".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_read_as_sentences() {
        let is = |field, operator, value: &str| Condition::Is { field, operator, value: value.to_owned() };
        let both = Condition::All(vec![
            is(Field::ProductType, Operator::Equals, "Plants"),
            Condition::Any(vec![
                is(Field::Price, Operator::Less, "5000"),
                is(Field::Tag, Operator::Equals, "sale"),
            ]),
        ]);
        assert_eq!(condition_words(&both), "type is Plants and (price is under 5000 or tag is sale)");
    }
}
