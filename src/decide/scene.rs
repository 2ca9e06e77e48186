//! One visit seen through one bundle: everything that its blocks have in common.

use super::assign::Visitor;
use super::bits::Bits;
use super::catalog_index::{CatalogIndex, UNKNOWN};
use super::prepared::Prepared;
use super::query::{self, Hits};
use super::visit::{HistoryKind, PageRef, Visit};
use crate::bundle::{CatalogProduct, Neighbor, PairEvidence, Strategy};
use crate::merch::{Block, PageKey};

/// Events of a history past this many are not looked at.
const MOST_EVENTS: usize = 20;
/// Products of the history that stand in for a page's own subject.
const MOST_STAND_INS: usize = 5;
/// Lists tried for a product of the history when the block names none.
const HISTORY_LISTS: [Strategy; 4] =
    [Strategy::BoughtTogether, Strategy::AlsoViewed, Strategy::ViewedThenBought, Strategy::Similar];

pub(super) struct Scene<'a> {
    pub(super) prepared: &'a Prepared,
    pub(super) visit: &'a Visit,
    pub(super) visitor: Visitor,
    pub(super) page: PageKey,
    /// Known products, newest first.
    pub(super) history: Vec<(u32, HistoryKind)>,
    /// The page's own subject: the product looked at, the cart.
    pub(super) subject: Vec<u32>,
    /// Inside the page's own filters; `None` is all.
    pub(super) filter: Option<Bits>,
    pub(super) query: Option<String>,
    pub(super) hits: Hits,
    relevance: &'a [u16],
}

impl<'a> Scene<'a> {
    pub(super) fn new(prepared: &'a Prepared, visit: &'a Visit) -> Self {
        let bundle = prepared.bundle();
        let visitor = Visitor::of(bundle, visit);
        let personal = visit.personalize && !visitor.holdout;
        let known = |ids: &[String]| -> Vec<u32> {
            let mut found = Vec::new();
            for id in ids {
                if let Some(index) = bundle.catalog.index(id)
                    && !found.contains(&index)
                {
                    found.push(index);
                }
            }
            found
        };
        let subject = match &visit.page {
            PageRef::Product(id) => known(std::slice::from_ref(id)),
            PageRef::Cart(ids) | PageRef::ThankYou(ids) => known(ids),
            _ => Vec::new(),
        };
        let (query, hits) = match &visit.page {
            PageRef::Search(text) => (
                Some(query::normalised(text, &bundle.document.search.ignored_words)),
                query::hits(bundle, text),
            ),
            _ => (None, Hits::default()),
        };
        Self {
            relevance: prepared.index().relevance(&visitor.segment),
            history: if personal { history(prepared, visit) } else { Vec::new() },
            filter: filter(prepared, visit),
            page: visit.page.key(),
            prepared,
            visit,
            visitor,
            subject,
            query,
            hits,
        }
    }

    pub(super) fn index(&self) -> &'a CatalogIndex {
        self.prepared.index()
    }

    /// What list sources start from: the page's subject, else the newest products of the history.
    pub(super) fn seeds(&self) -> Vec<u32> {
        if !self.subject.is_empty() {
            return self.subject.clone();
        }
        let mut seeds = Vec::new();
        for (product, _) in &self.history {
            if !seeds.contains(product) && seeds.len() < MOST_STAND_INS {
                seeds.push(*product);
            }
        }
        seeds
    }

    /// Relevance of products for this visit in one block.
    pub(super) fn taste(&self, block: &Block) -> Taste<'a> {
        let tables = &self.prepared.bundle().history_tables;
        let trust = match tables.trust.len() {
            0 => 0,
            n => tables.trust[self.history.len().min(n - 1)].min(1_000),
        };
        let trust = if self.history.is_empty() { 0 } else { trust };
        let mut sums: Vec<u64> = Vec::new();
        if trust > 0 {
            sums = vec![0; self.index().len];
            for rank in 0..self.history.len() {
                let weight = self.event_weight(rank);
                for neighbor in self.list_of_event(block, rank).1 {
                    if let Some(sum) = sums.get_mut(neighbor.product as usize) {
                        *sum += u64::from(neighbor.strength.min(10_000)) * weight;
                    }
                }
            }
        }
        Taste {
            segment: self.relevance,
            trust: i64::from(trust),
            sums,
            neutral: i64::from(block.neutral[0].min(10_000)),
        }
    }

    /// Recency × kind, permille of permille.
    fn event_weight(&self, rank: usize) -> u64 {
        let tables = &self.prepared.bundle().history_tables;
        let recency = tables.recency.get(rank).copied().unwrap_or(0);
        let kind = match self.history[rank].1 {
            HistoryKind::View => tables.view,
            HistoryKind::Cart => tables.cart,
            HistoryKind::Purchase => tables.purchase,
        };
        u64::from(recency.min(1_000)) * u64::from(kind.min(1_000))
    }

    /// The list an event speaks through: that of the block's first list source, else the first known one.
    fn list_of_event(&self, block: &Block, rank: usize) -> (Strategy, &'a [Neighbor]) {
        let neighbors = &self.prepared.bundle().neighbors;
        let (product, _) = self.history[rank];
        let own = block.sources.iter().find_map(crate::bundle::Bundle::strategy_of);
        if let Some(strategy) = own {
            return (strategy, neighbors.of(strategy, product));
        }
        HISTORY_LISTS
            .iter()
            .map(|strategy| (*strategy, neighbors.of(*strategy, product)))
            .find(|(_, list)| !list.is_empty())
            .unwrap_or((Strategy::BoughtTogether, &[]))
    }

    /// The event that speaks most for a product.
    pub(super) fn because_of(&self, block: &Block, product: u32) -> Option<(u32, Strategy, PairEvidence)> {
        let mut best: Option<(u64, u32, Strategy, PairEvidence)> = None;
        for rank in 0..self.history.len() {
            let (strategy, list) = self.list_of_event(block, rank);
            if let Some(neighbor) = list.iter().find(|neighbor| neighbor.product == product) {
                let strength = u64::from(neighbor.strength) * self.event_weight(rank);
                if best.is_none_or(|(strongest, ..)| strength > strongest) {
                    best = Some((strength, self.history[rank].0, strategy, neighbor.evidence));
                }
            }
        }
        best.filter(|(strength, ..)| *strength > 0)
            .map(|(_, because, strategy, evidence)| (because, strategy, evidence))
    }
}

/// Relevance by segment and history (RANKING, relevance of one visit).
pub(super) struct Taste<'a> {
    segment: &'a [u16],
    trust: i64,
    /// Σ strength × recency × kind per product; empty without history.
    sums: Vec<u64>,
    neutral: i64,
}

impl Taste<'_> {
    /// 0…10 000, or `UNKNOWN` where neither the segment nor the history knows the product.
    pub(super) fn of(&self, product: u32) -> u16 {
        let segment = self.segment.get(product as usize).copied().unwrap_or(UNKNOWN);
        if self.trust == 0 {
            return segment;
        }
        let history = self.history(product);
        if segment == UNKNOWN && history == 0 {
            return UNKNOWN;
        }
        let segment = if segment == UNKNOWN { self.neutral } else { i64::from(segment) };
        (((1_000 - self.trust) * segment + self.trust * history) / 1_000) as u16
    }

    fn history(&self, product: u32) -> i64 {
        let sum = self.sums.get(product as usize).copied().unwrap_or(0);
        (sum / 1_000 / 1_000).min(10_000) as i64
    }

    /// True when history gives more of the relevance than the segment.
    pub(super) fn is_mostly_history(&self, product: u32) -> bool {
        let segment = self.segment.get(product as usize).copied().unwrap_or(UNKNOWN);
        let segment = if segment == UNKNOWN { self.neutral } else { i64::from(segment) };
        self.trust > 0 && self.trust * self.history(product) > (1_000 - self.trust) * segment
    }
}

/// Known products newest first, ties by id then kind; at most 20 events.
fn history(prepared: &Prepared, visit: &Visit) -> Vec<(u32, HistoryKind)> {
    let catalog = &prepared.bundle().catalog;
    let mut events: Vec<(i64, u32, HistoryKind)> = visit
        .history
        .iter()
        .filter_map(|item| Some((item.age.max(0), catalog.index(&item.product)?, item.kind)))
        .collect();
    events.sort_unstable();
    events.truncate(MOST_EVENTS);
    events.into_iter().map(|(_, product, kind)| (product, kind)).collect()
}

/// The page's collection and facets; every one must hold.
fn filter(prepared: &Prepared, visit: &Visit) -> Option<Bits> {
    let index = prepared.index();
    let mut filter: Option<Bits> = match &visit.page {
        PageRef::Collection(id) => {
            Some(index.collection(id).cloned().unwrap_or_else(|| Bits::none(index.len)))
        }
        _ => None,
    };
    if !visit.filters.is_empty() {
        let products = &prepared.bundle().catalog.products;
        let facets = Bits::from_fn(index.len, |at| {
            visit.filters.iter().all(|(name, value)| facet_holds(&products[at], name, value))
        });
        match &mut filter {
            Some(filter) => filter.intersect(&facets),
            None => filter = Some(facets),
        }
    }
    filter
}

/// A facet by name: `product_type`, `vendor`, `tag`, `collection`, `price_min`, `price_max` (minor units), else an
/// attribute.
fn facet_holds(product: &CatalogProduct, name: &str, value: &str) -> bool {
    let number = || super::condition::parse(value);
    match name {
        "product_type" => product.product_type.as_deref() == Some(value),
        "vendor" => product.vendor.as_deref() == Some(value),
        "tag" => product.tags.iter().any(|tag| tag == value),
        "collection" => product.collections.iter().any(|collection| collection == value),
        "price_min" => product.price.zip(number()).is_some_and(|(price, bound)| price >= bound),
        "price_max" => product.price.zip(number()).is_some_and(|(price, bound)| price <= bound),
        _ => product.attributes.iter().any(|(known, own)| known == name && own == value),
    }
}
