//! What changes between two bundles, for whom, in the merchant's words.

use std::collections::BTreeMap;

use serde::Serialize;

use super::engine::Detail;
use super::prepared::Prepared;
use super::sentence::segment_name;
use super::visit::{PageRef, Visit};
use crate::bundle::{Bundle, EVERYONE};
use crate::merch::{PageKey, words};
use crate::shop::Seconds;

/// One row of one page for one segment, where it shows other products or another order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RowChange {
    pub page: String,
    pub segment: String,
    pub block: String,
    /// Customers of the segment in the newer bundle; all customers for `*`.
    pub customers: u32,
    /// Product ids that come in, in order.
    pub entered: Vec<String>,
    pub left: Vec<String>,
    /// Products that stay but on another place.
    pub moved: u32,
    pub slots: u32,
    pub sentence: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    pub rows: Vec<RowChange>,
    /// Rules that were added, removed or changed, as sentences.
    pub rules: Vec<String>,
    /// Products that are new in or gone from the catalog.
    pub products_added: Vec<String>,
    pub products_removed: Vec<String>,
    pub rows_compared: u32,
}

/// Compares the pages without a visitor's own subject (homepage, categories, mails) at one moment, for everyone and for
/// every segment of the newer bundle.
pub fn diff(before: &Bundle, after: &Bundle, now: Seconds) -> Difference {
    let (old, new) = (Prepared::new(before), Prepared::new(after));
    let mut rows = Vec::new();
    let mut rows_compared = 0;
    let segments: Vec<(&str, u32)> = std::iter::once((EVERYONE, 0))
        .chain(after.segments.segments.iter().map(|info| (info.id.as_str(), info.customers)))
        .collect();
    let all: u32 = segments.iter().map(|(_, customers)| customers).sum();
    for page in pages(after) {
        for (segment, customers) in &segments {
            let visit = Visit { segment: Some((*segment).to_owned()), ..Visit::of(page.clone(), now) };
            let was = shown(&old, &visit);
            for (block, title, ids) in shown(&new, &visit) {
                rows_compared += 1;
                let before_ids = was
                    .iter()
                    .find(|(known, ..)| *known == block)
                    .map_or(&[][..], |(_, _, ids)| ids.as_slice());
                if before_ids == ids {
                    continue;
                }
                let customers = if *segment == EVERYONE { all } else { *customers };
                rows.push(row(after, &page, segment, customers, &block, &title, before_ids, &ids));
            }
        }
    }
    Difference {
        rows,
        rules: rules(before, after),
        products_added: missing(after, before),
        products_removed: missing(before, after),
        rows_compared,
    }
}

type Row = (String, String, Vec<String>);

fn shown(prepared: &Prepared, visit: &Visit) -> Vec<Row> {
    let products = &prepared.bundle().catalog.products;
    prepared
        .decide(visit, Detail::Plain)
        .blocks
        .into_iter()
        .filter(|block| block.kind == crate::merch::BlockKind::Products)
        .map(|block| {
            let ids = block.slots.iter().map(|slot| products[slot.product as usize].id.clone()).collect();
            (block.id, block.title, ids)
        })
        .collect()
}

fn pages(bundle: &Bundle) -> Vec<PageRef> {
    let collections =
        bundle.catalog.collections.iter().map(|collection| PageRef::Collection(collection.id.clone()));
    let mails = bundle.document.layouts.keys().filter_map(|key| match key {
        PageKey::Email(Some(trigger)) => Some(PageRef::Email(trigger.clone())),
        _ => None,
    });
    std::iter::once(PageRef::Home).chain(collections).chain(mails).collect()
}

#[expect(clippy::too_many_arguments, reason = "one row is described by all of these")]
fn row(
    bundle: &Bundle,
    page: &PageRef,
    segment: &str,
    customers: u32,
    block: &str,
    title: &str,
    before: &[String],
    after: &[String],
) -> RowChange {
    let entered: Vec<String> = after.iter().filter(|id| !before.contains(id)).cloned().collect();
    let left: Vec<String> = before.iter().filter(|id| !after.contains(id)).cloned().collect();
    let moved = after
        .iter()
        .enumerate()
        .filter(|(at, id)| before.iter().position(|old| old == *id).is_some_and(|old| old != *at))
        .count() as u32;
    let name =
        |id: &str| {
            bundle.catalog.collections.iter().find(|collection| collection.id == id).map_or_else(
                || super::sentence::product_title(bundle, id),
                |collection| collection.title.clone(),
            )
        };
    let mut parts = Vec::new();
    if !entered.is_empty() {
        let names: Vec<String> = entered.iter().take(3).map(|id| name(id)).collect();
        let more = if entered.len() > 3 { format!(" and {} more", entered.len() - 3) } else { String::new() };
        parts.push(format!("{}{more} come in", names.join(", ")));
    }
    if moved > 0 {
        parts.push(format!("{moved} change places"));
    }
    if parts.is_empty() {
        parts.push(format!("{} fall out", left.len()));
    }
    let sentence = format!(
        "{} › {title} for {}: {}; {customers} customers see it.",
        words::page_name(&page.key(), &name),
        segment_name(bundle, segment),
        parts.join(", "),
    );
    RowChange {
        page: page.to_string(),
        segment: segment.to_owned(),
        block: block.to_owned(),
        customers,
        slots: after.len() as u32,
        entered,
        left,
        moved,
        sentence,
    }
}

fn rules(before: &Bundle, after: &Bundle) -> Vec<String> {
    let by_id = |bundle: &Bundle| -> BTreeMap<String, crate::merch::Rule> {
        bundle.document.rules.iter().map(|rule| (rule.id.clone(), rule.clone())).collect()
    };
    let (old, new) = (by_id(before), by_id(after));
    let title = |id: &str| super::sentence::product_title(after, id);
    let mut changes = Vec::new();
    for (id, rule) in &new {
        match old.get(id) {
            None => changes.push(format!("New rule: {}.", words::rule_label(rule, &title))),
            Some(known) if known != rule => {
                changes.push(format!("Changed rule: {}.", words::rule_label(rule, &title)));
            }
            Some(_) => {}
        }
    }
    for (id, rule) in &old {
        if !new.contains_key(id) {
            changes.push(format!("Removed rule: {}.", words::rule_label(rule, &title)));
        }
    }
    changes
}

fn missing(from: &Bundle, other: &Bundle) -> Vec<String> {
    from.catalog
        .products
        .iter()
        .filter(|product| other.catalog.index(&product.id).is_none())
        .map(|product| product.id.clone())
        .collect()
}
