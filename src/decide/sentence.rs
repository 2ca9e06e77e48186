//! The sentences of explanations in English, in one place for window, command line and report.

use super::page::{Absence, Sentence, Step};
use super::points;
use crate::bundle::{Bundle, EVERYONE, PairEvidence, Strategy};
use crate::shop::{Minor, Seconds};

/// How the reader wants money and dates written.
pub struct Words<'a> {
    pub money: &'a dyn Fn(Minor) -> String,
    /// A date in the store's time zone, for example `3 Nov`.
    pub date: &'a dyn Fn(Seconds) -> String,
}

/// One sentence with a full stop.
pub fn sentence(bundle: &Bundle, says: &Sentence, words: &Words<'_>) -> String {
    match says {
        Sentence::Pinned { since, .. } => format!("You pinned it here on {}.", (words.date)(*since)),
        Sentence::SegmentTaste { segment, buyers, customers, ratio_permille } => {
            let who = segment_name(bundle, segment);
            let times = times(*ratio_permille);
            if *customers > 0 {
                format!("{who} buy this {times} as often as others ({buyers} of {customers} customers).")
            } else {
                format!("{who} buy this {times} as often as others ({buyers} bought it).")
            }
        }
        Sentence::Relevant { segment } if segment == EVERYONE => {
            "Fits what people choose in this store.".to_owned()
        }
        Sentence::Relevant { segment } => {
            format!("Fits what {} buy.", segment_name(bundle, segment))
        }
        Sentence::History { because_of, strategy, evidence } => {
            let strategy = strategy.unwrap_or(Strategy::BoughtTogether);
            let because = title(bundle, *because_of);
            format!("Because of {because}: {}", pair(strategy, &because, evidence))
        }
        Sentence::Pair { source, strategy, evidence } => {
            capital(&pair(*strategy, &title(bundle, *source), evidence))
        }
        Sentence::Popular { sold_30_days: 0, rank, of } if *rank > 0 => {
            format!("Rank {rank} of {of} by visitors of the last 30 days; nothing was sold yet.")
        }
        Sentence::Popular { sold_30_days, rank, of } if *rank > 0 => {
            format!("Sold {sold_30_days} in the last 30 days, rank {rank} of {of}.")
        }
        Sentence::Popular { .. } => "Sells well over the whole time that was imported.".to_owned(),
        Sentence::New { days: 0 } => "Added today.".to_owned(),
        Sentence::New { days } => format!("Added {} ago.", counted(i64::from(*days), "day")),
        Sentence::Margin { earns: Some(earns), percentile } => {
            format!("Earns {} each, more than {percentile}% of products.", (words.money)(*earns))
        }
        Sentence::Margin { percentile, .. } => format!("Earns more than {percentile}% of products."),
        Sentence::Stock { level: Some(level), cover_weeks_tenths: Some(tenths) } => format!(
            "{level} in stock, about {} of sales.",
            counted(i64::from((tenths + 5) / 10).max(1), "week")
        ),
        Sentence::Stock { level: Some(level), .. } => format!("{level} in stock."),
        Sentence::Stock { .. } => "Always in stock.".to_owned(),
        Sentence::Boosted { rule, points } => {
            format!("Your rule {} adds {} points.", rule_name(bundle, rule), points::total(*points))
        }
        Sentence::ColdStart { like: Some(like) } => {
            format!("Too new to have sales. Placed by similarity to {}.", title(bundle, *like))
        }
        Sentence::ColdStart { like: None } => "Too new to have sales. Placed by its attributes.".to_owned(),
        Sentence::TextMatch { words } if words.is_empty() => "Fits the search.".to_owned(),
        Sentence::TextMatch { words } => format!("Fits the search for “{}”.", words.join(" ")),
        Sentence::Fallback => "Fills the row, because nothing better is known for this place.".to_owned(),
    }
}

/// Why a product is not where somebody looks for it.
pub fn absence(bundle: &Bundle, why: &Absence) -> String {
    match why {
        Absence::UnknownProduct => "This product is not in the catalog.".to_owned(),
        Absence::UnknownBlock => "This row is not on the page for this visit.".to_owned(),
        Absence::Shown(position) => format!("It stands in place {position}."),
        Absence::BelowTheCut { place, lacks } => {
            format!("In place {place}, below the last one shown. It lacks {} points.", points::total(*lacks))
        }
        Absence::Removed(step) => match step {
            Step::NotACandidate => "No source of this row brings it.".to_owned(),
            Step::Unpublished => "It is not published.".to_owned(),
            Step::NoPrice => "It has no price.".to_owned(),
            Step::HiddenBy(rule) => format!("Hidden by your rule {}.", rule_name(bundle, rule)),
            Step::OutsideOnlyShow(rule) => {
                format!("Outside what your rule {} shows.", rule_name(bundle, rule))
            }
            Step::OutOfStock => "Out of stock.".to_owned(),
            Step::PageFilter => "Outside this page's own filters.".to_owned(),
            Step::ShownAbove(block) => format!("Already on this page, in “{block}”."),
            Step::SeedOrCart => "The page is about this product itself.".to_owned(),
        },
    }
}

/// A rule's own name in quotes, else what it does.
pub fn rule_name(bundle: &Bundle, id: &str) -> String {
    match bundle.document.rules.iter().find(|rule| rule.id == id) {
        Some(rule) => match &rule.name {
            Some(name) => format!("“{name}”"),
            None => format!("“{}”", crate::merch::words::rule_label(rule, &|id| product_title(bundle, id))),
        },
        None => id.to_owned(),
    }
}

/// Title of a product id, the id itself where the catalog has none.
pub fn product_title(bundle: &Bundle, id: &str) -> String {
    bundle.catalog.index(id).map_or_else(|| id.to_owned(), |index| title(bundle, index))
}

/// Name of a segment id; `Everyone` for `*`.
pub fn segment_name(bundle: &Bundle, id: &str) -> String {
    if id == EVERYONE {
        return "Everyone".to_owned();
    }
    bundle
        .segments
        .segments
        .iter()
        .find(|segment| segment.id == id)
        .map_or_else(|| id.to_owned(), |segment| segment.name.clone())
}

fn title(bundle: &Bundle, index: u32) -> String {
    bundle.catalog.products.get(index as usize).map_or_else(String::new, |product| product.title.clone())
}

/// Starts in lower case unless it starts with a name.
fn pair(strategy: Strategy, source: &str, evidence: &PairEvidence) -> String {
    let PairEvidence { both, with_source, lift_permille } = *evidence;
    let more = if lift_permille > 1_000 {
        format!(", {} more than chance", times(lift_permille))
    } else {
        String::new()
    };
    match strategy {
        Strategy::BoughtTogether | Strategy::CompleteTheSet if with_source > 0 => {
            format!("{both} of {with_source} orders with {source} hold both{more}.")
        }
        Strategy::AlsoViewed if with_source > 0 => {
            format!("{both} of {with_source} visits that looked at {source} looked at both{more}.")
        }
        Strategy::ViewedThenBought if with_source > 0 => {
            format!("{both} of {with_source} visits that looked at {source} bought this one{more}.")
        }
        Strategy::Similar => format!("similar to {source}."),
        Strategy::BoughtTogether => format!("often bought together with {source}."),
        Strategy::CompleteTheSet => format!("completes a set with {source}."),
        Strategy::AlsoViewed => format!("often looked at together with {source}."),
        Strategy::ViewedThenBought => format!("often bought after looking at {source}."),
    }
}

/// `3.1×`
fn times(permille: u32) -> String {
    let tenths = (permille + 50) / 100;
    format!("{}.{}×", tenths / 10, tenths % 10)
}

fn counted(n: i64, thing: &str) -> String {
    if n == 1 { format!("1 {thing}") } else { format!("{n} {thing}s") }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_is_said_with_its_counts() {
        let evidence = PairEvidence { both: 12, with_source: 80, lift_permille: 3_149 };
        assert_eq!(
            pair(Strategy::BoughtTogether, "Olive tree", &evidence),
            "12 of 80 orders with Olive tree hold both, 3.1× more than chance."
        );
        assert_eq!(capital(&pair(Strategy::Similar, "Vase", &evidence)), "Similar to Vase.");
    }
}
