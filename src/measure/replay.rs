//! Page-level replay: would what people bought have been in view? Past orders through `decide`, before and after an
//! edit.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::bootstrap::mean_interval;
use crate::bundle::EVERYONE;
use crate::decide::{Detail, HistoryItem, HistoryKind, PageRef, Prepared, Visit};
use crate::merch::{BlockKind, Document, Weights};
use crate::recommend::{Dataset, NOBODY};
use crate::shop::Seconds;
use crate::shop::hash::splitmix64;
use crate::shop::time::SECONDS_PER_DAY;
use crate::shop::{Cancelled, Monitor};

/// Fewest orders that a replay says anything about.
pub const FEWEST_ORDERS: usize = 200;
/// Most orders, and the longest time back.
pub const MOST_ORDERS: usize = 3_000;
const LONGEST_DAYS: i64 = 365;
/// Orders of the estimate after each edit.
pub const QUICK_ORDERS: usize = 400;
/// A verdict is given when this share of resampled means lies on one side.
const LEVEL: f64 = 0.90;
/// Orders listed as gained and as lost.
const EXAMPLES: usize = 20;

/// Which page is replayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplayedPage {
    /// Shown before the order; everything in it is a hit.
    Home,
    /// Of one line of the order; the other lines are hits.
    Product,
    /// With all lines but one; the last one is the hit.
    Cart,
}

/// One past order as a visit and what was bought.
#[derive(Clone, Debug, PartialEq)]
pub struct PastOrder {
    /// Index into the dataset's orders.
    pub order: u32,
    pub visit: Visit,
    /// Catalog indices and their revenue in minor units.
    pub bought: Vec<(u32, f32)>,
}

/// There is too little to replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Not enough orders to replay. {FEWEST_ORDERS} needed, you have {0}.")]
pub struct TooFew(pub usize);

/// The most recent orders (at most 3,000 or 12 months) as visits, oldest first. `segment_of` beside `data.customers`;
/// a visit's history is the customer's purchases before the order, never the order itself.
pub fn past_orders(
    data: &Dataset,
    prepared: &Prepared,
    page: ReplayedPage,
    segment_of: &[Option<String>],
) -> Result<Vec<PastOrder>, TooFew> {
    let Some(last) = data.last_order_at() else {
        return Err(TooFew(0));
    };
    let catalog = &prepared.bundle().catalog;
    let places: Vec<Option<u32>> = data.products.ids().iter().map(|id| catalog.index(id)).collect();
    let first = data.orders_before(last - LONGEST_DAYS * SECONDS_PER_DAY);
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
            let known = purchases.get(&row.customer).map_or(&[][..], Vec::as_slice);
            let asked = split(page, &bought, row.number, |place| catalog.products[place as usize].id.clone());
            if let Some((page, bought)) = asked {
                let segment = segment_of.get(row.customer as usize).cloned().flatten();
                let mut visit = Visit::of(page, row.at);
                visit.segment = Some(segment.unwrap_or_else(|| EVERYONE.to_owned()));
                visit.history = known
                    .iter()
                    .rev()
                    .take(20)
                    .map(|&(product, at)| HistoryItem {
                        product: data.products.id(product).to_owned(),
                        kind: HistoryKind::Purchase,
                        age: row.at - at,
                    })
                    .collect();
                found.push(PastOrder { order: order as u32, visit, bought });
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
fn split(
    page: ReplayedPage,
    bought: &[(u32, f32)],
    number: u64,
    id: impl Fn(u32) -> String,
) -> Option<(PageRef, Vec<(u32, f32)>)> {
    if page == ReplayedPage::Home {
        return (!bought.is_empty()).then(|| (PageRef::Home, bought.to_vec()));
    }
    if bought.len() < 2 {
        return None;
    }
    let mut others = bought.to_vec();
    let held = others.remove((splitmix64(number) % bought.len() as u64) as usize);
    Some(match page {
        ReplayedPage::Product => (PageRef::Product(id(held.0)), others),
        _ => (PageRef::Cart(others.iter().map(|entry| id(entry.0)).collect()), vec![held]),
    })
}

/// A fixed sample of `most` orders; the same for every edit, so that edits can be compared.
pub fn quick_sample(orders: &[PastOrder], most: usize, seed: u64) -> Vec<usize> {
    let mut places: Vec<usize> = (0..orders.len()).collect();
    if places.len() > most {
        places.sort_by_key(|&place| splitmix64(u64::from(orders[place].order) ^ splitmix64(seed)));
        places.truncate(most);
        places.sort_unstable();
    }
    places
}

/// What one order would have seen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// Place of the order in the replay.
    pub place: u32,
    /// Something bought stood in a visible slot.
    pub hit: bool,
    /// Its first slot, from 1; 0 without a hit.
    pub slot: u32,
    /// Revenue of what was bought and in view, minor units.
    pub revenue: f32,
    /// Mean margin signal (0…10 000) of the products in view that have one.
    pub margin: Option<f32>,
}

/// Replays the orders at `places`. `visible`: how many slots of each product row a shopper sees without scrolling;
/// `block`: only this row, else all.
pub fn replay(
    prepared: &Prepared,
    orders: &[PastOrder],
    places: &[usize],
    visible: u32,
    block: Option<&str>,
    monitor: &dyn Monitor,
) -> Result<Vec<Seen>, Cancelled> {
    places
        .par_iter()
        .map(|&place| {
            monitor.checkpoint()?;
            let order = &orders[place];
            let page = prepared.decide(&order.visit, Detail::Plain);
            let mut seen = Seen { place: place as u32, ..Seen::default() };
            let (mut margin, mut known) = (0_u64, 0_u64);
            let rows = page.blocks.iter().filter(|row| matches!(row.kind, BlockKind::Products));
            for row in rows.filter(|row| block.is_none_or(|id| row.id == id)) {
                for slot in row.slots.iter().filter(|slot| slot.position <= visible) {
                    let value =
                        prepared.bundle().signals.margin.get(slot.product as usize).copied().flatten();
                    if let Some(value) = value {
                        margin += u64::from(value);
                        known += 1;
                    }
                    if let Some(&(_, revenue)) = order.bought.iter().find(|bought| bought.0 == slot.product) {
                        seen.hit = true;
                        seen.revenue += revenue;
                        if seen.slot == 0 {
                            seen.slot = slot.position;
                        }
                    }
                }
            }
            seen.margin = (known > 0).then(|| margin as f32 / known as f32);
            Ok(seen)
        })
        .collect()
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
    fn of(before: &[f64], after: &[f64], seed: u64) -> Self {
        let n = before.len().max(1) as f64;
        let differences: Vec<f64> = after.iter().zip(before).map(|(a, b)| a - b).collect();
        let interval = mean_interval(&differences, LEVEL, seed);
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
    /// True when replayed orders lie before the bundle's date: the models have seen them, on both sides.
    pub seen_by_models: bool,
}

/// `before` and `after` must come from the same places.
pub fn compare(
    prepared: &Prepared,
    orders: &[PastOrder],
    before: &[Seen],
    after: &[Seen],
    seed: u64,
) -> Comparison {
    let hits = |seen: &[Seen]| seen.iter().map(|s| f64::from(u8::from(s.hit))).collect::<Vec<f64>>();
    let revenue = |seen: &[Seen]| seen.iter().map(|s| f64::from(s.revenue)).collect::<Vec<f64>>();
    let (hits_before, hits_after) = (hits(before), hits(after));
    let mut by_segment: BTreeMap<&str, (Vec<f64>, Vec<f64>)> = BTreeMap::new();
    for (index, seen) in before.iter().enumerate() {
        let segment = orders[seen.place as usize].visit.segment.as_deref().unwrap_or(EVERYONE);
        let entry = by_segment.entry(segment).or_default();
        entry.0.push(hits_before[index]);
        entry.1.push(hits_after[index]);
    }
    let mut segments: Vec<(String, usize, Change)> = by_segment
        .into_iter()
        .map(|(segment, (a, b))| (segment.to_owned(), a.len(), Change::of(&a, &b, seed)))
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
    let as_of = prepared.bundle().info.as_of;
    Comparison {
        orders: before.len(),
        hit_rate: Change::of(&hits_before, &hits_after, seed),
        revenue_in_view: Change::of(&revenue(before), &revenue(after), seed),
        segments,
        by_slot: (1..=slots).map(|slot| [share(before, slot), share(after, slot)]).collect(),
        gained: examples(before, after),
        lost: examples(after, before),
        seen_by_models: before.iter().any(|seen| orders[seen.place as usize].visit.now < as_of),
    }
}

/// What one rule costs: the page as it is against the page without it. `None` when there is no such rule.
pub fn cost_of_rule(
    prepared: &Prepared,
    rule: &str,
    orders: &[PastOrder],
    places: &[usize],
    visible: u32,
    monitor: &dyn Monitor,
) -> Result<Option<Comparison>, Cancelled> {
    let mut document: Document = (*prepared.bundle().document).clone();
    let n_rules = document.rules.len();
    document.rules.retain(|known| known.id != rule);
    if document.rules.len() == n_rules {
        return Ok(None);
    }
    let without = prepared.with_document(Arc::new(document));
    let before = replay(&without, orders, places, visible, None, monitor)?;
    let after = replay(prepared, orders, places, visible, None, monitor)?;
    Ok(Some(compare(prepared, orders, &before, &after, 1)))
}

/// One point of the trade between what shoppers want and what the shop earns.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct MarginPoint {
    /// Permille of the score that margin has.
    pub margin_weight: u32,
    pub hit_rate: f64,
    /// Mean margin signal of the products in view.
    pub margin_in_view: f64,
}

/// The row's hit rate and margin in view as its margin weight grows from 0 to 1000 permille in `steps`, the other
/// weights shrinking in proportion.
pub fn margin_curve(
    prepared: &Prepared,
    block: &str,
    orders: &[PastOrder],
    places: &[usize],
    visible: u32,
    steps: u32,
    monitor: &dyn Monitor,
) -> Result<Vec<MarginPoint>, Cancelled> {
    (0..=steps)
        .map(|step| {
            let margin_weight = step * 1_000 / steps.max(1);
            let mut document: Document = (*prepared.bundle().document).clone();
            for layout in document.layouts.values_mut() {
                let variants = layout.variants.iter_mut().flat_map(|variant| variant.blocks.iter_mut());
                for row in layout.default.iter_mut().chain(variants).filter(|row| row.id == block) {
                    row.weights = with_margin(row.weights, margin_weight);
                }
            }
            let prepared = prepared.with_document(Arc::new(document));
            let seen = replay(&prepared, orders, places, visible, Some(block), monitor)?;
            let n = seen.len().max(1) as f64;
            let margins: Vec<f64> = seen.iter().filter_map(|s| s.margin.map(f64::from)).collect();
            Ok(MarginPoint {
                margin_weight,
                hit_rate: seen.iter().filter(|s| s.hit).count() as f64 / n,
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

    #[test]
    fn a_difference_that_may_be_chance_is_called_so() {
        let before: Vec<f64> = (0..100).map(|i| f64::from(i % 2)).collect();
        let mut after = before.clone();
        after[0] = 1.0;
        assert_eq!(Change::of(&before, &after, 1).verdict, Verdict::CantTell);
        let better: Vec<f64> = before.iter().map(|b| b.max(0.8)).collect();
        assert_eq!(Change::of(&before, &better, 1).verdict, Verdict::LikelyBetter);
        assert_eq!(Change::of(&better, &before, 1).verdict, Verdict::LikelyWorse);
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
        let id = |place: u32| place.to_string();
        let (page, hits) = split(ReplayedPage::Home, &bought, 7, id).unwrap();
        assert_eq!((page, hits.len()), (PageRef::Home, 3));
        let (page, hits) = split(ReplayedPage::Product, &bought, 7, id).unwrap();
        assert!(matches!(page, PageRef::Product(_)) && hits.len() == 2);
        let (page, hits) = split(ReplayedPage::Cart, &bought, 7, id).unwrap();
        assert!(matches!(&page, PageRef::Cart(cart) if cart.len() == 2) && hits.len() == 1);
        assert!(split(ReplayedPage::Cart, &bought[..1], 7, id).is_none());
    }
}
