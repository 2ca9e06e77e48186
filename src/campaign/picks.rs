//! The products of one message: the ranking of every other page, without what the person has just bought.

use crate::decide::{Detail, HistoryItem, HistoryKind, PageRef, Prepared, Visit};
use crate::merch::{BlockKind, PageKey};
use crate::shop::Seconds;
use crate::shop::time::SECONDS_PER_DAY;

/// Products of one message.
pub(super) const PICKS: u32 = 6;
/// What somebody bought within so many days is not picked for them.
pub const QUIET_DAYS: i64 = 90;

/// Catalog indices, best first, at most `count`: the rows of the message's own page where the store has an e-mail
/// layout, then those of the homepage. `about` (the product a trigger is about) is not repeated.
pub fn picks(
    prepared: &Prepared,
    message: &str,
    segment: &str,
    history: &[HistoryItem],
    now: Seconds,
    about: Option<u32>,
    count: usize,
) -> Vec<u32> {
    let catalog = &prepared.bundle().catalog;
    let bought: Vec<u32> = history
        .iter()
        .filter(|item| item.kind == HistoryKind::Purchase && item.age < QUIET_DAYS * SECONDS_PER_DAY)
        .filter_map(|item| catalog.index(&item.product))
        .chain(about)
        .collect();
    let mut found: Vec<u32> = Vec::with_capacity(count);
    let has_layout = prepared.bundle().document.layout(&PageKey::Email(Some(message.to_owned()))).is_some();
    let email = has_layout.then(|| PageRef::Email(message.to_owned()));
    for page in email.into_iter().chain([PageRef::Home]) {
        let visit = Visit {
            segment: Some(segment.to_owned()),
            history: history.to_vec(),
            source: Some("email".to_owned()),
            ..Visit::of(page, now)
        };
        for block in prepared.decide(&visit, Detail::Plain).blocks {
            if block.kind != BlockKind::Products {
                continue;
            }
            for slot in block.slots {
                if found.len() == count {
                    return found;
                }
                if !bought.contains(&slot.product) && !found.contains(&slot.product) {
                    found.push(slot.product);
                }
            }
        }
    }
    found
}
