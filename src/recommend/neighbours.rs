//! Neighbour lists per product and strategy, each pair with its evidence.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::content::attribute_neighbours;
use super::cooccur::{Baskets, LLR_FLOOR, Pair, SUPPORT_FLOOR};
use super::dataset::{Dataset, NOBODY};
use super::history::History;
use super::item_knn::{Neighbours, order_walk};
use super::models::{Evidence, Neighbour, Strategy};
use super::session::{SessionMethod, Sessions};
use super::sparse::Sparse;
use crate::shop::EventKind;
use crate::shop::time::{SECONDS_PER_DAY, Seconds};

/// Lists of at most `length` per product for every strategy that the data can carry; `visits` answers *also viewed*,
/// `answered` is *bought together* where past orders have taught it.
pub fn neighbour_lists(
    history: &History<'_>,
    visits: SessionMethod,
    answered: Option<Lists>,
    length: usize,
) -> BTreeMap<Strategy, Lists> {
    let mut lists = BTreeMap::new();
    let together = answered.unwrap_or_else(|| bought_together(history, length));
    lists.insert(Strategy::BoughtTogether, together);
    lists.insert(Strategy::Similar, similar(history.data, length));
    lists.insert(Strategy::Next, next_order(history, length));
    if let Some((viewed, then_bought)) = from_sessions(history.data, history.cut, visits, length) {
        lists.insert(Strategy::AlsoViewed, viewed);
        lists.insert(Strategy::ViewedThenBought, then_bought);
    }
    lists
}

/// `RP3beta` on orders weighted 1/√lines, target degree^0.1; only pairs that [`SUPPORT_FLOOR`] orders hold and chance
/// does not explain.
fn bought_together(history: &History<'_>, length: usize) -> Vec<Vec<Neighbour>> {
    let baskets = Baskets::new(history);
    let walk = order_walk(&history.basket_matrix(|_, _| 1.0), 0.5, 0.1, 10 * length.max(20));
    collect(history, &walk, &baskets, length)
}

/// Bought in an order after the one with the first product, within 120 days, by the same customer.
fn next_order(history: &History<'_>, length: usize) -> Vec<Vec<Neighbour>> {
    const REACH: Seconds = 120 * SECONDS_PER_DAY;
    let (earlier, later): (Vec<_>, Vec<_>) = (0..history.n_customers() as u32)
        .into_par_iter()
        .map_init(
            || vec![false; history.n_items()],
            |seen, customer| {
                let past = history.past(customer);
                let last_order = past.last().map_or(0, |last| last.order);
                let mut before: Vec<(u32, f32)> =
                    past.iter().filter(|p| p.order < last_order).map(|p| (p.item, 1.0)).collect();
                before.sort_unstable_by_key(|entry| entry.0);
                before.dedup_by_key(|entry| entry.0);
                // An item counts as later when it follows another order closely enough and was not there before.
                let mut after: Vec<(u32, f32)> = Vec::new();
                for (index, p) in past.iter().enumerate() {
                    let known = std::mem::replace(&mut seen[p.item as usize], true);
                    let mut before = past[..index].iter().rev();
                    if !known && before.find(|q| q.order < p.order).is_some_and(|q| p.at - q.at <= REACH) {
                        after.push((p.item, 1.0));
                    }
                }
                for p in past {
                    seen[p.item as usize] = false;
                }
                (before, after)
            },
        )
        .unzip();
    let n = history.n_items();
    let earlier = Sparse::from_rows(n, earlier);
    let later = Sparse::from_rows(n, later);
    directed(history, &earlier, &later, length)
}

/// Confidence with a weak popularity penalty between two kinds of rows of the same people or sessions.
fn directed(history: &History<'_>, from: &Sparse, to: &Sparse, length: usize) -> Vec<Vec<Neighbour>> {
    let counted = Counted::new(from, to);
    let trusted = counted.sources.top_product(to, length, |a, b, both| {
        let pair = counted.pair_of(a as u32, b, both as u32);
        (a as u32 != b && pair.both >= SUPPORT_FLOOR && pair.llr() >= LLR_FLOOR)
            .then(|| (pair.confidence() / f64::from(pair.n_b).powf(0.3)) as f32)
    });
    lists(history, &trusted, length, |a, b| Some(counted.pair(a, b).into()))
}

/// TF-IDF cosine over the attributes of recommendable products; works without a single order.
fn similar(data: &Dataset, length: usize) -> Vec<Vec<Neighbour>> {
    let open: Vec<u32> =
        (0..data.facts.len() as u32).filter(|&p| data.facts[p as usize].recommendable).collect();
    let facts: Vec<_> = open.iter().map(|&p| &data.facts[p as usize]).collect();
    let near = attribute_neighbours(&facts, length);
    let mut lists = vec![Vec::new(); data.facts.len()];
    for (row, &product) in open.iter().enumerate() {
        let (others, values) = near.similar.row(row);
        let mut list: Vec<Neighbour> = others
            .iter()
            .zip(values)
            .map(|(&other, &cosine)| Neighbour {
                product: open[other as usize],
                strength: (cosine * 10_000.0).round().clamp(0.0, 10_000.0) as u16,
                evidence: Evidence::default(),
            })
            .collect();
        order(&mut list);
        lists[product as usize] = list;
    }
    lists
}

pub type Lists = Vec<Vec<Neighbour>>;

/// Sessions a pair needs before it is shown to anybody.
const SESSIONS_FLOOR: u32 = 2;

/// From views: what the session model says after each product, of pairs that sessions hold; and from views to carts and
/// purchases of the same session.
fn from_sessions(
    data: &Dataset,
    as_of: Seconds,
    method: SessionMethod,
    length: usize,
) -> Option<(Lists, Lists)> {
    let n = data.products.len();
    let mut viewed: Vec<Vec<(u32, f32)>> = Vec::new();
    let mut bought: Vec<Vec<(u32, f32)>> = Vec::new();
    let mut touches: Vec<_> = data.touches.iter().filter(|t| t.at < as_of && t.product != NOBODY).collect();
    touches.sort_by_key(|touch| (touch.session, touch.at));
    for session in touches.chunk_by(|a, b| a.session == b.session) {
        let mut views: Vec<(u32, f32)> = Vec::new();
        let mut takes: Vec<(u32, f32)> = Vec::new();
        for touch in session {
            match touch.kind {
                EventKind::ViewProduct | EventKind::ClickProduct => views.push((touch.product, 1.0)),
                EventKind::AddToCart | EventKind::Purchase => takes.push((touch.product, 1.0)),
                _ => {}
            }
        }
        for list in [&mut views, &mut takes] {
            list.sort_unstable_by_key(|entry| entry.0);
            list.dedup_by_key(|entry| entry.0);
        }
        viewed.push(views);
        bought.push(takes);
    }
    if viewed.iter().all(|views| views.len() < 2) {
        return None;
    }
    let viewed = Sparse::from_rows(n, viewed);
    let bought = Sparse::from_rows(n, bought);
    let products: Vec<u32> = (0..n as u32).collect();
    let seen = Counted::new(&viewed, &viewed);
    let sessions = Sessions::new(data, Seconds::MIN, as_of);
    let fitted = method.fit(&sessions);
    let after: Vec<Vec<(u32, f32)>> = (0..n as u32)
        .into_par_iter()
        .map_init(
            || vec![0.0_f32; n],
            |scores, product| {
                if seen.sources.row(product as usize).0.is_empty() {
                    return Vec::new();
                }
                fitted.score(&[product], as_of, scores);
                let best = super::rank::top(scores, 2 * length);
                best.into_iter().map(|p| (p, scores[p as usize])).filter(|entry| entry.1 > 0.0).collect()
            },
        )
        .collect();
    let also = strengths(&Sparse::from_rows(n, after), &products, n, length, |a, b| {
        let pair = seen.pair(a, b);
        (pair.both >= SESSIONS_FLOOR).then(|| pair.into())
    });
    let taken = Counted::new(&viewed, &bought);
    let near = taken.sources.top_product(&bought, length, |a, b, both| {
        let pair = taken.pair_of(a as u32, b, both as u32);
        (a as u32 != b && pair.both >= SESSIONS_FLOOR)
            .then(|| (pair.confidence() / f64::from(pair.n_b).powf(0.1)) as f32)
    });
    let then = strengths(&near, &products, n, length, |a, b| Some(taken.pair(a, b).into()));
    Some((also, then))
}

/// Counts of sessions (or other rows) that hold one thing and another.
struct Counted {
    sources: Sparse,
    targets: Sparse,
    n: u32,
}

impl Counted {
    fn new(from: &Sparse, to: &Sparse) -> Self {
        Self { sources: from.transpose(), targets: to.transpose(), n: from.rows() as u32 }
    }

    fn pair(&self, a: u32, b: u32) -> Pair {
        let (left, right) = (self.sources.row(a as usize).0, self.targets.row(b as usize).0);
        let both = left.iter().filter(|row| right.binary_search(row).is_ok()).count();
        self.pair_of(a, b, both as u32)
    }

    fn pair_of(&self, a: u32, b: u32, both: u32) -> Pair {
        let n_a = self.sources.row(a as usize).0.len() as u32;
        let n_b = self.targets.row(b as usize).0.len() as u32;
        Pair { both, n_a, n_b, n: self.n }
    }
}

fn collect(history: &History<'_>, near: &Neighbours, baskets: &Baskets, length: usize) -> Lists {
    lists(history, &near.similar, length, |a, b| {
        if a == b {
            return None;
        }
        let pair = baskets.count(a, b);
        (pair.both >= SUPPORT_FLOOR && pair.llr() >= LLR_FLOOR).then(|| pair.into())
    })
}

pub(super) fn lists(
    history: &History<'_>,
    near: &Sparse,
    length: usize,
    evidence: impl Fn(u32, u32) -> Option<Evidence> + Sync,
) -> Lists {
    strengths(near, &history.products, history.data.products.len(), length, evidence)
}

/// Strength 10 000 s / (s + m/4), m the median of the lists' best scores: it never saturates, keeps the order, and a
/// product whose best neighbour is weak says so.
fn strengths(
    near: &Sparse,
    products: &[u32],
    n_products: usize,
    length: usize,
    evidence: impl Fn(u32, u32) -> Option<Evidence> + Sync,
) -> Lists {
    let mut best: Vec<f32> =
        (0..near.rows()).filter_map(|row| near.row(row).1.iter().copied().reduce(f32::max)).collect();
    best.sort_unstable_by(f32::total_cmp);
    let middle = best.get(best.len() / 2).copied().unwrap_or(1.0) / 4.0;
    let rows: Lists = (0..near.rows())
        .into_par_iter()
        .map(|row| {
            let (others, values) = near.row(row);
            let mut ranked: Vec<(u32, f32)> = others.iter().copied().zip(values.iter().copied()).collect();
            ranked.sort_unstable_by(|a, b| super::rank::before(*a, *b));
            ranked
                .into_iter()
                .filter_map(|(other, score)| {
                    evidence(row as u32, other).map(|evidence| Neighbour {
                        product: products[other as usize],
                        strength: (10_000.0 * score / (score + middle)).round() as u16,
                        evidence,
                    })
                })
                .take(length)
                .collect()
        })
        .collect();
    let mut all = vec![Vec::new(); n_products];
    for (row, list) in rows.into_iter().enumerate() {
        all[products[row] as usize] = list;
    }
    all
}

fn order(list: &mut [Neighbour]) {
    list.sort_by(|a, b| b.strength.cmp(&a.strength).then(a.product.cmp(&b.product)));
}
