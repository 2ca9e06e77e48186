//! Page-level replay: would what people bought have been in view? Past orders through `decide`, before and after an
//! edit.
//!
//! The bundle must know nothing of the replayed orders: train it on what lies before them. Each visit carries the
//! customer's own purchases before the order, never the order itself. Intervals resample customers, because orders of
//! one person are not independent (Field and Welsh 2007).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::bootstrap::clustered_interval;
use crate::bundle::EVERYONE;
use crate::decide::{Detail, HistoryItem, HistoryKind, Page, PageRef, Prepared, Visit};
use crate::merch::{BlockKind, Document, Weights};
use crate::recommend::{Dataset, NOBODY};
use crate::shop::Seconds;
use crate::shop::hash::splitmix64;
use crate::shop::{Cancelled, Monitor};

/// Fewest orders that a replay says anything about.
pub const FEWEST_ORDERS: usize = 200;
/// Most orders; the newest count.
pub const MOST_ORDERS: usize = 3_000;
/// Orders of the estimate after each edit, in catalogs of up to [`QUICK_PRODUCTS`] products …
const QUICK_ORDERS: usize = 250;
const QUICK_PRODUCTS: usize = 12_000;
/// … and in the largest ones, where a page takes longer to decide.
const FEWEST_QUICK_ORDERS: usize = 100;
/// A verdict is given when this share of resampled means lies on one side.
const LEVEL: f64 = 0.90;
/// Orders listed as gained and as lost.
const EXAMPLES: usize = 20;
/// Purchases a visit remembers.
const REMEMBERED: usize = 20;

/// Which page is replayed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplayedPage {
    /// Shown before the order; everything in it is a hit.
    Home,
    /// One category's listing, for orders that took something from it; what they took is a hit.
    Listing(String),
    /// Of one line of the order; the other lines are hits.
    Product,
    /// With all lines but one; the last one is the hit.
    Cart,
    /// A mail before the order; everything in it is a hit.
    Email(String),
}

impl ReplayedPage {
    /// `None` for pages about which orders say nothing: a search needs its words, a thank-you page comes after.
    pub fn of(page: &PageRef) -> Option<Self> {
        Some(match page {
            PageRef::Home => Self::Home,
            PageRef::Collection(id) => Self::Listing(id.clone()),
            PageRef::Product(_) => Self::Product,
            PageRef::Cart(_) => Self::Cart,
            PageRef::Email(trigger) => Self::Email(trigger.clone()),
            PageRef::Search(_) | PageRef::ThankYou(_) => return None,
        })
    }
}

/// One past order as a visit and what was bought.
#[derive(Clone, Debug, PartialEq)]
pub struct PastOrder {
    /// Index into the dataset's orders.
    pub order: u32,
    /// Orders of one customer share a number.
    pub customer: u32,
    pub visit: Visit,
    /// Catalog indices and their revenue in minor units.
    pub bought: Vec<(u32, f32)>,
}

/// There is too little to replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Not enough orders to replay. {FEWEST_ORDERS} needed, you have {0}.")]
pub struct TooFew(pub usize);

/// The orders from `from` on (the newest 3,000) as visits, oldest first. `segment_of` beside `data.customers`: the
/// segment each customer was in at `from`.
pub fn past_orders(
    data: &Dataset,
    prepared: &Prepared,
    page: &ReplayedPage,
    from: Seconds,
    segment_of: &[Option<String>],
) -> Result<Vec<PastOrder>, TooFew> {
    let catalog = &prepared.bundle().catalog;
    let places: Vec<Option<u32>> = data.products.ids().iter().map(|id| catalog.index(id)).collect();
    let first = data.orders_before(from);
    let mut purchases: BTreeMap<u32, Vec<(u32, Seconds)>> = BTreeMap::new();
    let mut found = Vec::new();
    for order in 0..data.orders.len() {
        let row = &data.orders[order];
        let products = data.products_of(order);
        if order >= first {
            let bought: Vec<(u32, f32)> = products
                .iter()
                .zip(data.revenues_of(order))
                .filter_map(|(&product, &revenue)| places[product as usize].map(|place| (place, revenue)))
                .collect();
            let asked = split(page, &bought, row.number, |place| &catalog.products[place as usize]);
            if let Some((page, bought)) = asked {
                let known = purchases.get(&row.customer).map_or(&[][..], Vec::as_slice);
                let segment = segment_of.get(row.customer as usize).cloned().flatten();
                let mut visit = Visit::of(page, row.at);
                visit.segment = Some(segment.unwrap_or_else(|| EVERYONE.to_owned()));
                visit.history = known
                    .iter()
                    .rev()
                    .take(REMEMBERED)
                    .map(|&(product, at)| HistoryItem {
                        product: data.products.id(product).to_owned(),
                        kind: HistoryKind::Purchase,
                        age: row.at - at,
                    })
                    .collect();
                // Nobody knows which guests are the same person, so each stands alone.
                let customer = if row.customer == NOBODY { NOBODY - order as u32 } else { row.customer };
                found.push(PastOrder { order: order as u32, customer, visit, bought });
            }
        }
        if row.customer != NOBODY {
            let own = purchases.entry(row.customer).or_default();
            own.extend(products.iter().map(|&product| (product, row.at)));
        }
    }
    if found.len() < FEWEST_ORDERS {
        return Err(TooFew(found.len()));
    }
    let surplus = found.len().saturating_sub(MOST_ORDERS);
    found.drain(..surplus);
    Ok(found)
}

/// The page that was looked at and what of the order remains to be hit.
fn split<'a>(
    page: &ReplayedPage,
    bought: &[(u32, f32)],
    number: u64,
    product: impl Fn(u32) -> &'a crate::bundle::CatalogProduct,
) -> Option<(PageRef, Vec<(u32, f32)>)> {
    let all = || (!bought.is_empty()).then(|| bought.to_vec());
    match page {
        ReplayedPage::Home => return Some((PageRef::Home, all()?)),
        ReplayedPage::Email(trigger) => return Some((PageRef::Email(trigger.clone()), all()?)),
        ReplayedPage::Listing(id) => {
            let inside: Vec<(u32, f32)> =
                bought.iter().copied().filter(|line| product(line.0).collections.contains(id)).collect();
            return (!inside.is_empty()).then(|| (PageRef::Collection(id.clone()), inside));
        }
        ReplayedPage::Product | ReplayedPage::Cart => {}
    }
    if bought.len() < 2 {
        return None;
    }
    let mut others = bought.to_vec();
    let held = others.remove((splitmix64(number) % bought.len() as u64) as usize);
    let id = |line: &(u32, f32)| product(line.0).id.clone();
    Some(match page {
        ReplayedPage::Product => (PageRef::Product(id(&held)), others),
        _ => (PageRef::Cart(others.iter().map(id).collect()), vec![held]),
    })
}

/// How many orders the estimate after an edit looks at, so that it takes a tenth of a second.
pub fn quick_orders(n_products: usize) -> usize {
    (QUICK_ORDERS * QUICK_PRODUCTS / n_products.max(QUICK_PRODUCTS)).max(FEWEST_QUICK_ORDERS)
}

/// A fixed sample of `most` orders; the same for every edit, so that edits can be compared.
///
/// Every segment is drawn from in proportion to its orders (largest remainders), which says more than as many orders
/// drawn from all (Cochran 1977, chapter 5).
pub fn quick_sample(orders: &[PastOrder], most: usize, seed: u64) -> Vec<usize> {
    if orders.len() <= most {
        return (0..orders.len()).collect();
    }
    let mut strata: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, order) in orders.iter().enumerate() {
        strata.entry(order.visit.segment.as_deref().unwrap_or_default()).or_default().push(place);
    }
    let whole = orders.len();
    let mut shares: Vec<(usize, Vec<usize>)> =
        strata.into_values().map(|places| (places.len() * most / whole, places)).collect();
    let mut by_remainder: Vec<usize> = (0..shares.len()).collect();
    by_remainder.sort_by_key(|&at| (std::cmp::Reverse(shares[at].1.len() * most % whole), at));
    let missing = most - shares.iter().map(|(share, _)| share).sum::<usize>();
    for at in by_remainder.into_iter().take(missing) {
        shares[at].0 += 1;
    }
    let mut sample: Vec<usize> = shares
        .into_iter()
        .flat_map(|(share, mut places)| {
            places.sort_by_key(|&place| splitmix64(u64::from(orders[place].order) ^ splitmix64(seed)));
            places.truncate(share);
            places
        })
        .collect();
    sample.sort_unstable();
    sample
}

/// What of a page is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// Slots of a row that a shopper sees without scrolling sideways.
    pub visible: u32,
    /// The row whose hits count; `None` is the first row of products that shows anything.
    pub row: Option<String>,
    /// Rules are in force as at this instant: a preview of next week replays next week's rules.
    pub at: Seconds,
    pub device: Option<String>,
}

/// What one order would have seen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// Place of the order in the replay.
    pub place: u32,
    /// Something bought stood in a visible slot of the row.
    pub hit: bool,
    /// Its first slot, from 1; 0 without a hit.
    pub slot: u32,
    /// Catalog index of what was hit first.
    pub product: Option<u32>,
    /// Revenue of what was bought and in view anywhere on the page, minor units.
    pub revenue: f32,
    /// Mean margin signal (0…10 000) of the row's products in view that have one.
    pub margin: Option<f32>,
}

/// Replays the orders at `places`.
pub fn replay(
    prepared: &Prepared,
    orders: &[PastOrder],
    places: &[usize],
    look: &Look,
    monitor: &dyn Monitor,
) -> Result<Vec<Seen>, Cancelled> {
    // Guests and first orders of one segment see the same page: it is decided once for all of them.
    let mut alike: BTreeMap<(String, &str), Vec<usize>> = BTreeMap::new();
    let mut visits: Vec<Vec<usize>> = Vec::new();
    for &place in places {
        let visit = &orders[place].visit;
        if visit.history.is_empty() {
            let segment = visit.segment.as_deref().unwrap_or_default();
            alike.entry((format!("{:?}", visit.page), segment)).or_default().push(place);
        } else {
            visits.push(vec![place]);
        }
    }
    visits.extend(alike.into_values());
    let mut seen: Vec<Seen> = visits
        .par_iter()
        .map(|visit| {
            monitor.checkpoint()?;
            let first = &orders[visit[0]].visit;
            let asked = Visit { now: look.at, device: look.device.clone(), ..first.clone() };
            let page = prepared.decide(&asked, Detail::Plain);
            Ok(visit
                .iter()
                .map(|&place| see(prepared, &page, &orders[place], place, look))
                .collect::<Vec<_>>())
        })
        .collect::<Result<Vec<_>, Cancelled>>()?
        .concat();
    seen.sort_unstable_by_key(|seen| seen.place);
    Ok(seen)
}

fn see(prepared: &Prepared, page: &Page, order: &PastOrder, place: usize, look: &Look) -> Seen {
    let mut seen = Seen { place: place as u32, ..Seen::default() };
    let (mut margin, mut known) = (0_u64, 0_u64);
    let rows: Vec<_> = page
        .blocks
        .iter()
        .filter(|row| matches!(row.kind, BlockKind::Products) && !row.slots.is_empty())
        .collect();
    let read = look.row.as_deref().or(rows.first().map(|row| row.id.as_str()));
    let mut counted: BTreeSet<u32> = BTreeSet::new();
    for row in rows.iter().copied() {
        let is_read = Some(row.id.as_str()) == read;
        let start = row.slots.first().map_or(1, |slot| slot.position);
        for slot in row.slots.iter().filter(|slot| slot.position < start + look.visible) {
            if is_read
                && let Some(value) =
                    prepared.bundle().signals.margin.get(slot.product as usize).copied().flatten()
            {
                margin += u64::from(value);
                known += 1;
            }
            let Some(&(_, revenue)) = order.bought.iter().find(|bought| bought.0 == slot.product) else {
                continue;
            };
            if counted.insert(slot.product) {
                seen.revenue += revenue;
            }
            if is_read && !seen.hit {
                seen.hit = true;
                seen.slot = slot.position;
                seen.product = Some(slot.product);
            }
        }
    }
    seen.margin = (known > 0).then(|| margin as f32 / known as f32);
    seen
}

/// What may be said of a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    LikelyBetter,
    LikelyWorse,
    CantTell,
}

/// One measure before and after, with the paired 90 % interval of the difference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    pub before: f64,
    pub after: f64,
    pub difference: f64,
    pub interval: Option<[f64; 2]>,
    pub verdict: Verdict,
}

impl Change {
    fn of(before: &[f64], after: &[f64], customers: &[u32], seed: u64) -> Self {
        let n = before.len().max(1) as f64;
        let differences: Vec<f64> = after.iter().zip(before).map(|(a, b)| a - b).collect();
        let interval = clustered_interval(&differences, customers, LEVEL, seed);
        let verdict = match interval {
            Some([low, _]) if low > 0.0 => Verdict::LikelyBetter,
            Some([_, high]) if high < 0.0 => Verdict::LikelyWorse,
            _ => Verdict::CantTell,
        };
        Self {
            before: before.iter().sum::<f64>() / n,
            after: after.iter().sum::<f64>() / n,
            difference: differences.iter().sum::<f64>() / n,
            interval,
            verdict,
        }
    }
}

/// Two replays of the same orders side by side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    pub orders: usize,
    /// Share of orders with a bought item in view.
    pub hit_rate: Change,
    /// Revenue in view per order, minor units.
    pub revenue_in_view: Change,
    /// Segment id, orders, change of the hit rate; by orders, then id.
    pub segments: Vec<(String, usize, Change)>,
    /// Share of orders whose first hit is in this slot, before and after; index 0 is slot 1.
    pub by_slot: Vec<[f64; 2]>,
    /// Places in the replay of orders hit now and not before, by revenue, and the other way round.
    pub gained: Vec<u32>,
    pub lost: Vec<u32>,
    /// True when replayed orders lie before the models' date: then they have seen the answers, on both sides.
    pub seen_by_models: bool,
}

/// `before` and `after` must come from the same places; `as_of` is the instant the models look back from.
pub fn compare(
    as_of: Seconds,
    orders: &[PastOrder],
    before: &[Seen],
    after: &[Seen],
    seed: u64,
) -> Comparison {
    let hits = |seen: &[Seen]| seen.iter().map(|s| f64::from(u8::from(s.hit))).collect::<Vec<f64>>();
    let revenue = |seen: &[Seen]| seen.iter().map(|s| f64::from(s.revenue)).collect::<Vec<f64>>();
    let customers: Vec<u32> = before.iter().map(|seen| orders[seen.place as usize].customer).collect();
    let (hits_before, hits_after) = (hits(before), hits(after));
    let mut by_segment: BTreeMap<&str, (Vec<f64>, Vec<f64>, Vec<u32>)> = BTreeMap::new();
    for (index, seen) in before.iter().enumerate() {
        let segment = orders[seen.place as usize].visit.segment.as_deref().unwrap_or(EVERYONE);
        let entry = by_segment.entry(segment).or_default();
        entry.0.push(hits_before[index]);
        entry.1.push(hits_after[index]);
        entry.2.push(customers[index]);
    }
    let mut segments: Vec<(String, usize, Change)> = by_segment
        .into_iter()
        .map(|(segment, (a, b, whose))| (segment.to_owned(), a.len(), Change::of(&a, &b, &whose, seed)))
        .collect();
    segments.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    let slots = before.iter().chain(after).map(|seen| seen.slot).max().unwrap_or(0);
    let n = before.len().max(1) as f64;
    let share = |seen: &[Seen], slot: u32| seen.iter().filter(|s| s.slot == slot).count() as f64 / n;
    let examples = |from: &[Seen], to: &[Seen]| -> Vec<u32> {
        let mut found: Vec<&Seen> =
            to.iter().zip(from).filter(|(t, f)| t.hit && !f.hit).map(|(t, _)| t).collect();
        found.sort_by(|a, b| b.revenue.total_cmp(&a.revenue).then(a.place.cmp(&b.place)));
        found.into_iter().take(EXAMPLES).map(|seen| seen.place).collect()
    };
    Comparison {
        orders: before.len(),
        hit_rate: Change::of(&hits_before, &hits_after, &customers, seed),
        revenue_in_view: Change::of(&revenue(before), &revenue(after), &customers, seed),
        segments,
        by_slot: (1..=slots).map(|slot| [share(before, slot), share(after, slot)]).collect(),
        gained: examples(before, after),
        lost: examples(after, before),
        seen_by_models: before.iter().any(|seen| orders[seen.place as usize].visit.now < as_of),
    }
}

/// The document without one rule; `None` when there is no such rule.
pub fn without_rule(document: &Document, rule: &str) -> Option<Document> {
    let mut without = document.clone();
    without.rules.retain(|known| known.id != rule);
    (without.rules.len() < document.rules.len()).then_some(without)
}

/// One point of the trade between what shoppers want and what the shop earns.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct MarginPoint {
    /// What the row is weighted by at this point.
    pub weights: Weights,
    pub hit_rate: f64,
    /// 90 % interval of the hit rate, by resampled customers.
    pub interval: Option<[f64; 2]>,
    /// Mean margin signal of the products in view, 0…10 000.
    pub margin_in_view: f64,
}

/// The row's hit rate and margin in view as its margin weight grows from 0 to 1000 permille in `steps`, the other
/// weights shrinking in proportion. `block`: the row, in every layout that has it.
pub fn margin_curve(
    prepared: &Prepared,
    block: &str,
    orders: &[PastOrder],
    places: &[usize],
    look: &Look,
    steps: u32,
    monitor: &dyn Monitor,
) -> Result<Vec<MarginPoint>, Cancelled> {
    let look = Look { row: Some(block.to_owned()), ..look.clone() };
    let rows = |document: &Document| -> Option<Weights> {
        let layouts = document.layouts.values();
        layouts
            .flat_map(|layout| {
                layout.default.iter().chain(layout.variants.iter().flat_map(|variant| &variant.blocks))
            })
            .find(|row| row.id == block)
            .map(|row| row.weights)
    };
    let Some(base) = rows(&prepared.bundle().document) else {
        return Ok(Vec::new());
    };
    let customers: Vec<u32> = places.iter().map(|&place| orders[place].customer).collect();
    (0..=steps)
        .map(|step| {
            monitor.progress(u64::from(step), u64::from(steps), "Trying weights");
            let weights = with_margin(base, step * 1_000 / steps.max(1));
            let mut document: Document = (*prepared.bundle().document).clone();
            for layout in document.layouts.values_mut() {
                let variants = layout.variants.iter_mut().flat_map(|variant| variant.blocks.iter_mut());
                for row in layout.default.iter_mut().chain(variants).filter(|row| row.id == block) {
                    row.weights = weights;
                }
            }
            let prepared = prepared.with_document(Arc::new(document));
            let seen = replay(&prepared, orders, places, &look, monitor)?;
            let hits: Vec<f64> = seen.iter().map(|s| f64::from(u8::from(s.hit))).collect();
            let margins: Vec<f64> = seen.iter().filter_map(|s| s.margin.map(f64::from)).collect();
            Ok(MarginPoint {
                weights,
                hit_rate: hits.iter().sum::<f64>() / hits.len().max(1) as f64,
                interval: clustered_interval(&hits, &customers, LEVEL, 1),
                margin_in_view: margins.iter().sum::<f64>() / margins.len().max(1) as f64,
            })
        })
        .collect()
}

/// The weights with another margin share; they still sum to 1000, relevance takes the rounding.
fn with_margin(weights: Weights, margin: u32) -> Weights {
    let others = (1_000_u32.saturating_sub(weights.margin)).max(1);
    let left = 1_000 - margin.min(1_000);
    let part = |weight: u32| weight * left / others;
    let (popularity, newness, stock) = (part(weights.popularity), part(weights.newness), part(weights.stock));
    Weights {
        relevance: left.saturating_sub(popularity + newness + stock),
        popularity,
        newness,
        margin: margin.min(1_000),
        stock,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::CatalogProduct;

    #[test]
    fn a_difference_that_may_be_chance_is_called_so() {
        let before: Vec<f64> = (0..100).map(|i| f64::from(i % 2)).collect();
        let whose: Vec<u32> = (0..100).collect();
        let mut after = before.clone();
        after[0] = 1.0;
        assert_eq!(Change::of(&before, &after, &whose, 1).verdict, Verdict::CantTell);
        let better: Vec<f64> = before.iter().map(|b| b.max(0.8)).collect();
        assert_eq!(Change::of(&before, &better, &whose, 1).verdict, Verdict::LikelyBetter);
        assert_eq!(Change::of(&better, &before, &whose, 1).verdict, Verdict::LikelyWorse);
        // One person who orders a hundred times is one person, and says nothing about others.
        let [low, high] = Change::of(&before, &better, &[7; 100], 1).interval.unwrap();
        assert!((low - 0.4).abs() < 1e-9 && (high - low).abs() < 1e-9, "{low} {high}");
    }

    #[test]
    fn weights_sum_to_a_thousand_whatever_margin_takes() {
        for margin in [0, 1, 333, 500, 999, 1_000] {
            let w = with_margin(Weights::BALANCED, margin);
            assert_eq!(w.relevance + w.popularity + w.newness + w.margin + w.stock, 1_000);
            assert_eq!(w.margin, margin);
        }
    }

    #[test]
    fn each_page_asks_for_what_it_could_have_sold() {
        let bought = [(3, 10.0), (5, 20.0), (8, 5.0)];
        let catalog: Vec<CatalogProduct> = (0..9)
            .map(|place| CatalogProduct {
                id: place.to_string(),
                collections: if place == 5 { vec!["plants".to_owned()] } else { Vec::new() },
                ..CatalogProduct::default()
            })
            .collect();
        let product = |place: u32| &catalog[place as usize];
        let (page, hits) = split(&ReplayedPage::Home, &bought, 7, product).unwrap();
        assert_eq!((page, hits.len()), (PageRef::Home, 3));
        let (page, hits) = split(&ReplayedPage::Product, &bought, 7, product).unwrap();
        assert!(matches!(page, PageRef::Product(_)) && hits.len() == 2);
        let (page, hits) = split(&ReplayedPage::Cart, &bought, 7, product).unwrap();
        assert!(matches!(&page, PageRef::Cart(cart) if cart.len() == 2) && hits.len() == 1);
        assert!(split(&ReplayedPage::Cart, &bought[..1], 7, product).is_none());
        let (page, hits) = split(&ReplayedPage::Listing("plants".to_owned()), &bought, 7, product).unwrap();
        assert_eq!((page, hits), (PageRef::Collection("plants".to_owned()), vec![(5, 20.0)]));
        assert!(split(&ReplayedPage::Listing("lamps".to_owned()), &bought, 7, product).is_none());
    }
}
