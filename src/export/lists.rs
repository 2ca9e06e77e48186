//! The decided lists every target is made from: one per row, group and period.

use std::collections::BTreeSet;

use super::subject::Subject;
use crate::bundle::Strategy;
use crate::decide::{Detail, PageRef, Visit};
use crate::merch::{Action, BlockKind, PageKey, Target as RuleTarget};
use crate::shop::Seconds;

/// Periods beyond this many are not looked ahead.
const MOST_WINDOWS: usize = 16;

/// A period between two schedule boundaries, half-open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub from: Seconds,
    pub until: Option<Seconds>,
}

/// One row as one group sees it in one period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    /// `home`, `collection:ID`.
    pub page: String,
    pub block: String,
    pub title: String,
    pub segment: String,
    /// Index into the windows.
    pub window: usize,
    /// Catalog indices, first place first.
    pub products: Vec<u32>,
}

pub struct Lists {
    /// The first begins now.
    pub windows: Vec<Window>,
    /// Pages in order, rows from top to bottom, `*` first, windows in order.
    pub slices: Vec<Slice>,
}

impl Lists {
    pub(super) fn decide(subject: &Subject<'_>) -> Self {
        let windows = windows(subject);
        let mut slices = Vec::new();
        for page in pages(subject) {
            let start = slices.len();
            for (window, period) in windows.iter().enumerate() {
                for segment in subject.groups() {
                    let mut visit = Visit::of(page.clone(), period.from);
                    visit.segment = Some(segment.to_owned());
                    let decided = subject.prepared.decide(&visit, Detail::Plain);
                    for block in decided.blocks.into_iter().filter(|block| block.kind == BlockKind::Products)
                    {
                        slices.push(Slice {
                            page: page.to_string(),
                            block: block.id,
                            title: block.title,
                            segment: segment.to_owned(),
                            window,
                            products: block.slots.iter().map(|slot| slot.product).collect(),
                        });
                    }
                }
            }
            let order: Vec<String> =
                slices[start..].iter().map(|slice: &Slice| slice.block.clone()).collect();
            let place = |block: &str| order.iter().position(|known| known == block);
            slices[start..].sort_by_key(|slice| place(&slice.block));
        }
        Self { windows, slices }
    }

    /// The lists of the first period.
    pub(super) fn now(&self) -> impl Iterator<Item = &Slice> {
        self.slices.iter().filter(|slice| slice.window == 0)
    }

    /// Rows, each once: page, row and all its lists.
    pub(super) fn rows(&self) -> Vec<(&str, &str, Vec<&Slice>)> {
        let mut rows: Vec<(&str, &str, Vec<&Slice>)> = Vec::new();
        for slice in &self.slices {
            match rows.iter_mut().find(|(page, block, _)| *page == slice.page && *block == slice.block) {
                Some(row) => row.2.push(slice),
                None => rows.push((&slice.page, &slice.block, vec![slice])),
            }
        }
        rows
    }
}

/// Pages that are the same for everybody but the group: the homepage and every collection.
fn pages(subject: &Subject<'_>) -> Vec<PageRef> {
    let collections = subject.bundle().catalog.collections.iter();
    std::iter::once(PageRef::Home)
        .chain(collections.map(|collection| PageRef::Collection(collection.id.clone())))
        .filter(|page| subject.bundle().document.layout(&page.key()).is_some())
        .collect()
}

fn windows(subject: &Subject<'_>) -> Vec<Window> {
    let boundaries: BTreeSet<Seconds> = subject
        .bundle()
        .document
        .rules
        .iter()
        .filter(|rule| rule.enabled)
        .flat_map(|rule| [rule.schedule.from, rule.schedule.until])
        .flatten()
        .filter(|boundary| *boundary > subject.now)
        .take(MOST_WINDOWS - 1)
        .collect();
    let starts: Vec<Seconds> = std::iter::once(subject.now).chain(boundaries).collect();
    starts
        .iter()
        .enumerate()
        .map(|(nth, from)| Window { from: *from, until: starts.get(nth + 1).copied() })
        .collect()
}

/// What goes with a product, best first: hidden-everywhere and unpublished products left out.
pub(super) fn neighbors(subject: &Subject<'_>, strategy: Strategy, product: u32, most: usize) -> Vec<u32> {
    let hidden = hidden_everywhere(subject);
    subject
        .bundle()
        .neighbors
        .of(strategy, product)
        .iter()
        .map(|neighbor| neighbor.product)
        .filter(|other| {
            *other != product && subject.can_show(*other) && !hidden.contains(subject.product_id(*other))
        })
        .take(most)
        .collect()
}

/// Ids that a rule hides on every page, from everyone, at the time of export.
pub(super) fn hidden_everywhere<'s>(subject: &'s Subject<'_>) -> BTreeSet<&'s str> {
    let everywhere = |pages: &[PageKey]| pages.is_empty();
    subject
        .bundle()
        .document
        .rules
        .iter()
        .filter(|rule| rule.enabled && rule.action == Action::Hide && rule.schedule.holds(subject.now))
        .filter(|rule| everywhere(&rule.scope.pages) && rule.scope.block.is_none())
        .filter(|rule| rule.scope.segments.is_none() && rule.scope.queries.is_empty())
        .filter_map(|rule| match &rule.target {
            RuleTarget::Products(ids) => Some(ids.iter().map(String::as_str)),
            RuleTarget::Where(_) => None,
        })
        .flatten()
        .collect()
}
