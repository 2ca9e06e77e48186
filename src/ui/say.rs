//! Decisions and rules in the window's language. The command line says the same in English, in `decide::sentence` and
//! `merch::words`.

use super::format::Formats;
use super::strings::Phrase as _;
use super::strings::said;
use super::strings::say::Say;
use crate::bundle::{Bundle, EVERYONE, PairEvidence, Strategy};
use crate::decide::sentence::{product_title, segment_name};
use crate::decide::{Sentence, points};
use crate::merch::{Action, Condition, Field, Operator, PageKey, Rule, Target};

/// Why a product stands where it stands: one sentence with a full stop, sometimes two.
pub fn why(bundle: &Bundle, formats: &Formats, says: &Sentence) -> String {
    let title = |index: u32| {
        bundle.catalog.products.get(index as usize).map_or_else(String::new, |product| product.title.clone())
    };
    match says {
        Sentence::Pinned { since, .. } => Say::PinnedOn.with(&[("day", (&formats.day_month(*since)).into())]),
        Sentence::SegmentTaste { segment, buyers, customers, ratio_permille } => {
            let phrase = if 0 < *customers { Say::Taste } else { Say::TasteBuyers };
            phrase.with(&[
                ("who", (&said::group(&segment_name(bundle, segment))).into()),
                ("times", (&times(formats, *ratio_permille)).into()),
                ("buyers", (*buyers).into()),
                ("customers", (*customers).into()),
            ])
        }
        Sentence::Relevant { segment } if segment == EVERYONE => Say::FitsStore.text().to_owned(),
        Sentence::Relevant { segment } => {
            Say::FitsGroup.with(&[("who", (&said::group(&segment_name(bundle, segment))).into())])
        }
        Sentence::History { because_of, strategy, evidence } => {
            let because = title(*because_of);
            let strategy = strategy.unwrap_or(Strategy::BoughtTogether);
            let evidence = pair(formats, strategy, &because, evidence);
            Say::Because.with(&[("product", (&because).into()), ("evidence", (&evidence).into())])
        }
        Sentence::Pair { source, strategy, evidence } => pair(formats, *strategy, &title(*source), evidence),
        Sentence::Popular { sold_30_days, rank, of } if 0 < *rank => {
            Say::Sold.with(&[("n", (*sold_30_days).into()), ("rank", (*rank).into()), ("of", (*of).into())])
        }
        Sentence::Popular { .. } => Say::SellsWell.text().to_owned(),
        Sentence::New { days: 0 } => Say::AddedToday.text().to_owned(),
        Sentence::New { days } => Say::AddedAgo.with(&[("n", (*days).into())]),
        Sentence::Margin { earns, percentile } => {
            let percent = formats.percent(i64::from(*percentile) * 10);
            let percent = ("percent", (&percent).into());
            match earns {
                Some(earns) => Say::Earns.with(&[("money", (&formats.money(*earns)).into()), percent]),
                None => Say::EarnsMore.with(&[percent]),
            }
        }
        Sentence::Stock { level: Some(level), cover_weeks_tenths: Some(tenths) } => {
            Say::StockWeeks.with(&[("n", (*level).into()), ("weeks", ((tenths + 5) / 10).max(1).into())])
        }
        Sentence::Stock { level: Some(level), .. } => Say::StockLevel.with(&[("n", (*level).into())]),
        Sentence::Stock { .. } => Say::StockAlways.text().to_owned(),
        Sentence::Boosted { rule, points } => {
            let name = bundle.document.rules.iter().find(|known| known.id == *rule);
            let name = name.map_or_else(
                || rule.clone(),
                |rule| rule_name(rule, formats, &|id| product_title(bundle, id)),
            );
            let points = formats.tenths(points::tenths(*points));
            Say::RuleAdds.with(&[("rule", (&name).into()), ("points", (&points).into())])
        }
        Sentence::ColdStart { like: Some(like) } => Say::NewLike.with(&[("product", (&title(*like)).into())]),
        Sentence::ColdStart { like: None } => Say::NewByFacts.text().to_owned(),
        Sentence::TextMatch { words } if words.is_empty() => Say::FitsSearch.text().to_owned(),
        Sentence::TextMatch { words } => Say::FitsWords.with(&[("words", (&words.join(" ")).into())]),
        Sentence::Fallback => Say::FillsRow.text().to_owned(),
    }
}

fn pair(formats: &Formats, strategy: Strategy, source: &str, evidence: &PairEvidence) -> String {
    let PairEvidence { both, with_source, lift_permille } = *evidence;
    let is_more = 1_000 < lift_permille;
    let choose = |plain, more| if is_more { more } else { plain };
    let phrase = match strategy {
        Strategy::BoughtTogether | Strategy::CompleteTheSet if 0 < with_source => {
            choose(Say::Together, Say::TogetherMore)
        }
        Strategy::AlsoViewed if 0 < with_source => choose(Say::Viewed, Say::ViewedMore),
        Strategy::ViewedThenBought if 0 < with_source => choose(Say::ViewBought, Say::ViewBoughtMore),
        Strategy::Similar => Say::SimilarTo,
        Strategy::BoughtTogether => Say::OftenTogether,
        Strategy::CompleteTheSet => Say::CompletesSet,
        Strategy::AlsoViewed => Say::OftenViewed,
        Strategy::ViewedThenBought => Say::OftenAfter,
    };
    phrase.with(&[
        ("both", both.into()),
        ("with", with_source.into()),
        ("product", source.into()),
        ("times", (&times(formats, lift_permille)).into()),
    ])
}

/// `3.1×`
fn times(formats: &Formats, permille: u32) -> String {
    Say::Times.with(&[("n", (&formats.tenths(i64::from(permille + 50) / 100)).into())])
}

/// `Pin Olive tree to place 1`, `Boost products where type is Plants (medium)`, `Hide 3 products`. `title` names
/// products and collections.
pub fn rule_label(rule: &Rule, formats: &Formats, title: &dyn Fn(&str) -> String) -> String {
    let what = target(&rule.target, formats, title);
    let what = ("what", (&what).into());
    match rule.action {
        Action::Pin { position, soft, .. } => {
            if soft { Say::PinSoft } else { Say::Pin }.with(&[what, ("n", position.into())])
        }
        Action::Boost { points, .. } => {
            Say::Boost.with(&[what, ("strength", (&strength(points, formats)).into())])
        }
        Action::Bury { points } => Say::Bury.with(&[what, ("strength", (&strength(points, formats)).into())]),
        Action::Hide => Say::Hide.with(&[what]),
        Action::OnlyShow => Say::OnlyShow.with(&[what]),
    }
}

/// The merchant's own name in quotes, else what the rule does.
pub fn rule_name(rule: &Rule, formats: &Formats, title: &dyn Fn(&str) -> String) -> String {
    let name = rule.name.clone().unwrap_or_else(|| rule_label(rule, formats, title));
    Say::Quoted.with(&[("rule", (&name).into())])
}

fn strength(points: i64, formats: &Formats) -> String {
    match points {
        Action::SLIGHT => Say::Slight.text().to_owned(),
        Action::MEDIUM => Say::Medium.text().to_owned(),
        Action::STRONG => Say::Strong.text().to_owned(),
        other => Say::Points.with(&[("n", (&formats.tenths(points::tenths(other))).into())]),
    }
}

fn target(target: &Target, formats: &Formats, title: &dyn Fn(&str) -> String) -> String {
    match target {
        Target::Products(ids) => match ids.as_slice() {
            [] => Say::Nothing.text().to_owned(),
            [one] => title(one),
            [one, two] => Say::Both.with(&[("one", (&title(one)).into()), ("two", (&title(two)).into())]),
            more => Say::NProducts.with(&[("n", more.len().into())]),
        },
        Target::Where(condition) => {
            Say::Where.with(&[("condition", (&condition_words(condition, formats)).into())])
        }
    }
}

fn condition_words(condition: &Condition, formats: &Formats) -> String {
    let joined = |parts: &[Condition], by: Say, nothing: Say| {
        let has_many = 1 < parts.len();
        let words: Vec<String> = parts
            .iter()
            .map(|part| match part {
                Condition::All(_) | Condition::Any(_) if has_many => {
                    format!("({})", condition_words(part, formats))
                }
                part => condition_words(part, formats),
            })
            .collect();
        if words.is_empty() { nothing.text().to_owned() } else { words.join(by.text()) }
    };
    match condition {
        Condition::All(parts) => joined(parts, Say::And, Say::Anything),
        Condition::Any(parts) => joined(parts, Say::Or, Say::Nothing),
        Condition::Not(part) => Say::Not.with(&[("condition", (&condition_words(part, formats)).into())]),
        Condition::Is { field, operator, value } => {
            let phrase = match operator {
                Operator::Equals => Say::Is,
                Operator::Contains => Say::Contains,
                Operator::Less => Say::Under,
                Operator::LessOrEqual => Say::AtMost,
                Operator::Greater => Say::Over,
                Operator::GreaterOrEqual => Say::AtLeast,
            };
            let value = value_words(field, value, formats);
            phrase.with(&[("field", field_name(field).into()), ("value", (&value).into())])
        }
    }
}

fn field_name(field: &Field) -> &str {
    match field {
        Field::ProductType => Say::Type,
        Field::Vendor => Say::Vendor,
        Field::Collection => Say::Collection,
        Field::Tag => Say::Tag,
        Field::Title => Say::Title,
        Field::Price => Say::Price,
        Field::DiscountPercent => Say::Discount,
        Field::Stock => Say::Stock,
        Field::CreatedAt => Say::Added,
        Field::AgeDays => Say::Age,
        Field::Margin => Say::Margin,
        Field::Popularity => Say::Popularity,
        Field::Attribute(name) => return name,
    }
    .text()
}

/// A value with its unit.
fn value_words(field: &Field, value: &str, formats: &Formats) -> String {
    let Ok(number) = value.parse::<i64>() else { return value.to_owned() };
    match field {
        Field::Price => formats.money(number),
        Field::DiscountPercent => formats.percent(number * 10),
        Field::Stock => Say::Pieces.with(&[("n", number.into())]),
        Field::AgeDays => Say::Days.with(&[("n", number.into())]),
        Field::CreatedAt => formats.date(number),
        // Signals run from 0 to 10 000: the share of products that are passed.
        Field::Margin | Field::Popularity => formats.percent(number / 10),
        _ => value.to_owned(),
    }
}

/// `Homepage`, `Category pages`, `Category Plants`, `Product pages` …; `title` names products and collections.
pub fn page_name(page: &PageKey, title: &dyn Fn(&str) -> String) -> String {
    match page {
        PageKey::Home => Say::Homepage.text().to_owned(),
        PageKey::Collection(None) => Say::Categories.text().to_owned(),
        PageKey::Collection(Some(id)) => Say::Category.with(&[("name", (&title(id)).into())]),
        PageKey::Product(None) => Say::ProductPages.text().to_owned(),
        PageKey::Product(Some(id)) => Say::PageOf.with(&[("name", (&title(id)).into())]),
        PageKey::Cart => Say::Cart.text().to_owned(),
        PageKey::Search => Say::SearchResults.text().to_owned(),
        PageKey::Email(None) => Say::Emails.text().to_owned(),
        PageKey::Email(Some(id)) => Say::Email.with(&[("name", (&id.replace('_', " ")).into())]),
        PageKey::ThankYou => Say::ThankYou.text().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merch::{Schedule, Scope};
    use crate::ui::strings::{Language, set_language};

    fn rule(action: Action, target: Target) -> Rule {
        Rule {
            id: "r1".to_owned(),
            name: None,
            enabled: true,
            action,
            target,
            scope: Scope::default(),
            schedule: Schedule::default(),
            created_at: 0,
        }
    }

    #[test]
    fn a_rule_is_said_in_the_windows_language_with_units() {
        let cheap = Condition::All(vec![
            Condition::Is {
                field: Field::ProductType,
                operator: Operator::Equals,
                value: "Plants".to_owned(),
            },
            Condition::Is { field: Field::Price, operator: Operator::Less, value: "5000".to_owned() },
        ]);
        let boost = Action::Boost { points: Action::MEDIUM, uncapped: false };
        let boost = rule(boost, Target::Where(cheap));
        let say = |language| {
            set_language(language);
            let formats = Formats { language, ..Formats::default() };
            let said = rule_label(&boost, &formats, &str::to_owned);
            set_language(Language::English);
            said
        };
        assert_eq!(
            say(Language::English),
            "Boost products where type is Plants and price is under $50.00 (medium)"
        );
        assert!(say(Language::German).contains("Preis ist unter 50,00"), "{}", say(Language::German));
    }

    #[test]
    fn the_english_of_the_window_is_that_of_the_command_line() {
        let pin = Action::Pin { position: 3, soft: false, keep_when_sold_out: false };
        for (action, ids) in [
            (pin, vec!["a"]),
            (Action::Hide, vec!["a", "b"]),
            (Action::OnlyShow, vec!["a", "b", "c"]),
            (Action::Bury { points: Action::STRONG }, vec!["a"]),
        ] {
            let rule = rule(action, Target::Products(ids.into_iter().map(str::to_owned).collect()));
            let formats = Formats::default();
            assert_eq!(
                rule_label(&rule, &formats, &str::to_owned),
                crate::merch::words::rule_label(&rule, &str::to_owned)
            );
        }
    }
}
