//! What does not change while the merchant edits: facts, signals and orders of the catalog, laid out for speed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::bits::Bits;
use crate::bundle::{Bundle, EVERYONE};
use crate::merch::StockPolicy;

/// Stands for "the signal knows nothing about this product".
pub(super) const UNKNOWN: u16 = u16::MAX;

/// Built once per catalog and set of runs; shared by every document.
#[derive(Debug)]
pub(super) struct CatalogIndex {
    pub(super) len: usize,
    /// Published and priced.
    pub(super) base: Bits,
    in_stock: Bits,
    sellable: Bits,
    /// Popularity, newness, margin, stock; 0…10 000 or `UNKNOWN`.
    pub(super) signals: [Vec<u16>; 4],
    pub(super) trending: Vec<u16>,
    /// First everyone, then segments; never empty.
    relevance: Vec<(String, Relevance)>,
    pub(super) by_popularity: Vec<u32>,
    pub(super) by_trending: Vec<u32>,
    pub(super) by_newness: Vec<u32>,
    pub(super) on_sale: Vec<u32>,
    pub(super) restocked: Vec<u32>,
    collections: BTreeMap<String, Bits>,
    kinship: Vec<Kinship>,
    attributes: Vec<Vec<u32>>,
    /// By name and value; remembered because shoppers choose from few.
    facets: Memory<(String, String), Bits>,
    /// By weights and neutral values of all signals but relevance.
    fixed: Memory<[i64; 8], [u32]>,
}

/// How relevant products are for one segment.
#[derive(Debug, Default)]
pub(super) struct Relevance {
    /// 0…10 000 or `UNKNOWN`.
    pub(super) column: Vec<u16>,
    /// Products that are not `UNKNOWN`.
    pub(super) known: Bits,
    /// The known, most relevant first, ties by id.
    pub(super) best_first: Vec<u32>,
}

impl Relevance {
    fn new(column: Vec<u16>) -> Self {
        let known = Bits::from_fn(column.len(), |at| column[at] != UNKNOWN);
        let best_first = ordered(column.len(), |at| (column[at] != UNKNOWN).then(|| i64::from(column[at])));
        Self { column, known, best_first }
    }
}

/// What was worked out before and may be asked for again. Answers never depend on it.
#[derive(Debug)]
struct Memory<K, V: ?Sized> {
    known: Mutex<BTreeMap<K, Arc<V>>>,
    most: usize,
}

/// Cells of one memory, about; more are forgotten all at once.
const MOST_CELLS: usize = 8_000_000;

impl<K: Ord, V: ?Sized> Memory<K, V> {
    fn new(len: usize) -> Self {
        Self { known: Mutex::new(BTreeMap::new()), most: (MOST_CELLS / len.max(1)).clamp(8, 256) }
    }

    fn get(&self, key: K, make: impl FnOnce() -> Arc<V>) -> Arc<V> {
        // What is remembered can be computed again, so a panic elsewhere does not spoil it.
        let lock = || self.known.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(known) = lock().get(&key) {
            return Arc::clone(known);
        }
        let made = make();
        let mut known = lock();
        if known.len() >= self.most {
            known.clear();
        }
        known.insert(key, Arc::clone(&made));
        made
    }
}

/// Interned names; 0 is "has none".
#[derive(Clone, Copy, Debug, Default)]
struct Kinship {
    group: u32,
    product_type: u32,
    vendor: u32,
}

pub(super) const SAME_GROUP: i64 = 10_000;
pub(super) const SAME_TYPE_AND_VENDOR: i64 = 8_000;
pub(super) const SAME_TYPE: i64 = 6_000;
pub(super) const SHARED_ATTRIBUTE: i64 = 1_000;
pub(super) const MOST_BY_ATTRIBUTES: i64 = 5_000;

impl CatalogIndex {
    pub(super) fn new(bundle: &Bundle) -> Self {
        let products = &bundle.catalog.products;
        let len = products.len();
        let column = |values: &[Option<u16>]| -> Vec<u16> {
            (0..len)
                .map(|index| values.get(index).copied().flatten().map_or(UNKNOWN, |value| value.min(10_000)))
                .collect()
        };
        let signals = &bundle.signals;
        let popularity = column(&signals.popularity);
        let newness = column(&signals.newness);
        let trending = column(&signals.trending);
        let mut relevance: Vec<(String, Relevance)> = signals
            .relevance
            .iter()
            .map(|of| (of.segment.clone(), Relevance::new(column(&of.relevance))))
            .collect();
        if relevance.is_empty() {
            relevance.push((EVERYONE.to_owned(), Relevance::new(vec![UNKNOWN; len])));
        }
        let mut collections: BTreeMap<String, Bits> = BTreeMap::new();
        for (index, product) in products.iter().enumerate() {
            for collection in &product.collections {
                if !collections.contains_key(collection) {
                    collections.insert(collection.clone(), Bits::none(len));
                }
                if let Some(members) = collections.get_mut(collection) {
                    members.insert(index as u32);
                }
            }
        }
        let mut names = Interner::default();
        let kinship = products
            .iter()
            .map(|product| Kinship {
                group: names.number("group", product.variant_group.as_deref()),
                product_type: names.number("type", product.product_type.as_deref()),
                vendor: names.number("vendor", product.vendor.as_deref()),
            })
            .collect();
        let attributes = products
            .iter()
            .map(|product| {
                let mut own: Vec<u32> = product
                    .attributes
                    .iter()
                    .map(|(name, value)| names.number(&format!("attribute {name}"), Some(value)))
                    .collect();
                own.retain(|number| *number != 0);
                own.sort_unstable();
                own.dedup();
                own
            })
            .collect();
        Self {
            len,
            base: Bits::from_fn(len, |i| products[i].published && products[i].price.is_some()),
            in_stock: Bits::from_fn(len, |i| products[i].stock.is_some_and(|stock| stock > 0)),
            sellable: Bits::from_fn(len, |i| products[i].sellable()),
            by_popularity: ordered(len, |i| Some(known_or_zero(popularity[i]))),
            by_trending: ordered(len, |i| (trending[i] != UNKNOWN).then(|| i64::from(trending[i]))),
            by_newness: ordered(len, |i| {
                (newness[i] != UNKNOWN && newness[i] > 0).then(|| i64::from(newness[i]))
            }),
            on_sale: ordered(len, |i| Some(products[i].discount_percent()).filter(|percent| *percent > 0)),
            restocked: ordered(len, |i| products[i].restocked_at),
            signals: [popularity, newness, column(&signals.margin), column(&signals.stock)],
            trending,
            relevance,
            collections,
            kinship,
            attributes,
            facets: Memory::new(len),
            fixed: Memory::new(len),
        }
    }

    /// Products that the stock policy lets show; `None` is all.
    pub(super) fn stocked(&self, policy: StockPolicy) -> Option<&Bits> {
        match policy {
            StockPolicy::InStock => Some(&self.in_stock),
            StockPolicy::Sellable => Some(&self.sellable),
            StockPolicy::Any => None,
        }
    }

    pub(super) fn collection(&self, id: &str) -> Option<&Bits> {
        self.collections.get(id)
    }

    /// Relevance for a segment, else for everyone.
    pub(super) fn relevance(&self, segment: &str) -> &Relevance {
        let known = self.relevance.iter().find(|(id, _)| id == segment);
        &known.unwrap_or(&self.relevance[0]).1
    }

    /// Products of one facet; `make` works it out when it was not asked for lately.
    pub(super) fn facet(&self, name: &str, value: &str, make: impl FnOnce() -> Bits) -> Arc<Bits> {
        self.facets.get((name.to_owned(), value.to_owned()), || Arc::new(make()))
    }

    /// Σ weight × signal over all signals but relevance, by product; the first of both lists is not looked at. Weights
    /// are at most 1 000 and values at most 10 000, so a sum is at most 40 000 000.
    pub(super) fn fixed_points(&self, weights: &[i64; 5], neutral: &[i64; 5]) -> Arc<[u32]> {
        let [_, w1, w2, w3, w4] = *weights;
        let [_, n1, n2, n3, n4] = *neutral;
        self.fixed.get([w1, w2, w3, w4, n1, n2, n3, n4], || {
            let mut sums = vec![0_u32; self.len];
            for (signal, column) in self.signals.iter().enumerate() {
                let (weight, neutral) = (weights[signal + 1] as u32, neutral[signal + 1] as u32);
                for (sum, value) in sums.iter_mut().zip(column) {
                    *sum += weight * if *value == UNKNOWN { neutral } else { u32::from(*value) };
                }
            }
            sums.into()
        })
    }

    /// 0…10 000: same variant group, same type and vendor, same type, else shared attributes and vendor.
    pub(super) fn similarity(&self, left: u32, right: u32) -> i64 {
        let (a, b) = (self.kinship[left as usize], self.kinship[right as usize]);
        if a.group != 0 && a.group == b.group {
            return SAME_GROUP;
        }
        let same_vendor = a.vendor != 0 && a.vendor == b.vendor;
        if a.product_type != 0 && a.product_type == b.product_type {
            return if same_vendor { SAME_TYPE_AND_VENDOR } else { SAME_TYPE };
        }
        let shared = shared(&self.attributes[left as usize], &self.attributes[right as usize]);
        (SHARED_ATTRIBUTE * (shared + i64::from(same_vendor))).min(MOST_BY_ATTRIBUTES)
    }
}

fn known_or_zero(value: u16) -> i64 {
    if value == UNKNOWN { 0 } else { i64::from(value) }
}

/// Indices with a key, largest first, ties by id.
fn ordered(len: usize, key: impl Fn(usize) -> Option<i64>) -> Vec<u32> {
    let mut keyed: Vec<(i64, u32)> =
        (0..len).filter_map(|index| key(index).map(|key| (key, index as u32))).collect();
    keyed.sort_unstable_by_key(|(key, index)| (std::cmp::Reverse(*key), *index));
    keyed.into_iter().map(|(_, index)| index).collect()
}

/// Members that two ascending lists have in common.
fn shared(left: &[u32], right: &[u32]) -> i64 {
    let (mut i, mut j, mut n) = (0, 0, 0);
    while i < left.len() && j < right.len() {
        match left[i].cmp(&right[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                n += 1;
                i += 1;
                j += 1;
            }
        }
    }
    n
}

#[derive(Default)]
struct Interner {
    numbers: BTreeMap<(String, String), u32>,
}

impl Interner {
    /// From 1; an absent or empty name is 0.
    fn number(&mut self, kind: &str, name: Option<&str>) -> u32 {
        let Some(name) = name.filter(|name| !name.is_empty()) else {
            return 0;
        };
        let next = self.numbers.len() as u32 + 1;
        *self.numbers.entry((kind.to_owned(), name.to_owned())).or_insert(next)
    }
}
