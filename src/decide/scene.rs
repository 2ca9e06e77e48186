//! One visit seen through one bundle: everything that its blocks have in common.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::rc::Rc;

use super::assign::Visitor;
use super::bits::Bits;
use super::catalog_index::{CatalogIndex, Relevance, UNKNOWN};
use super::prepared::Prepared;
use super::query::{self, Hits};
use super::rules::{CompiledRule, Place};
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

/// The list that a block's history speaks through, and its neutral value.
type TasteKey = (Option<Strategy>, u16);

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
    pub(super) hits: Hits,
    relevance: &'a Relevance,
    /// Rules that hold here, whatever the block, in list order.
    rules: Vec<&'a CompiledRule>,
    /// Blocks of one key share theirs.
    tastes: RefCell<Vec<(TasteKey, Rc<Taste<'a>>)>>,
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
        let page = visit.page.key();
        let rules = if visitor.holdout {
            Vec::new()
        } else {
            let place =
                Place { page: &page, segment: &visitor.segment, query: query.as_deref(), now: visit.now };
            let list = &bundle.document.rules;
            prepared.rules().iter().filter(|rule| rule.active(&list[rule.at as usize], place)).collect()
        };
        Self {
            relevance: prepared.index().relevance(&visitor.segment),
            history: if personal { history(prepared, visit) } else { Vec::new() },
            filter: filter(prepared, visit),
            tastes: RefCell::new(Vec::new()),
            page,
            prepared,
            visit,
            visitor,
            subject,
            hits,
            rules,
        }
    }

    /// Active rules of one block, in list order.
    pub(super) fn rules_of(&self, block: &str) -> Vec<&'a CompiledRule> {
        let list = &self.prepared.bundle().document.rules;
        let holds = |rule: &&&CompiledRule| {
            list[rule.at as usize].scope.block.as_deref().is_none_or(|wanted| wanted == block)
        };
        self.rules.iter().filter(holds).copied().collect()
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
    pub(super) fn taste(&self, block: &Block) -> Rc<Taste<'a>> {
        let own = block.sources.iter().find_map(crate::bundle::Bundle::strategy_of);
        let key = (own, block.neutral[0]);
        if let Some((_, taste)) = self.tastes.borrow().iter().find(|(known, _)| *known == key) {
            return Rc::clone(taste);
        }
        let taste = Rc::new(self.new_taste(block));
        self.tastes.borrow_mut().push((key, Rc::clone(&taste)));
        taste
    }

    fn new_taste(&self, block: &Block) -> Taste<'a> {
        let tables = &self.prepared.bundle().history_tables;
        let trust = match tables.trust.len() {
            0 => 0,
            n => tables.trust[self.history.len().min(n - 1)].min(1_000),
        };
        let trust = if self.history.is_empty() { 0 } else { trust };
        let neutral = u32::from(block.neutral[0].min(10_000));
        let segment = self.relevance;
        if trust == 0 {
            return Taste { segment, trust, neutral, past: BTreeMap::new(), own: None };
        }
        let mut sums: BTreeMap<u32, u64> = BTreeMap::new();
        for rank in 0..self.history.len() {
            let weight = self.event_weight(rank);
            for neighbor in self.list_of_event(block, rank).1 {
                *sums.entry(neighbor.product).or_default() +=
                    u64::from(neighbor.strength.min(10_000)) * weight;
            }
        }
        let past: BTreeMap<u32, u16> = sums
            .into_iter()
            .filter(|(product, _)| (*product as usize) < self.index().len)
            .map(|(product, sum)| (product, (sum / 1_000 / 1_000).min(10_000) as u16))
            .collect();
        // The past is silent about nearly all products, so theirs is worked out in one go.
        let scale = |value: u16| {
            if value == UNKNOWN { UNKNOWN } else { ((1_000 - trust) * u32::from(value) / 1_000) as u16 }
        };
        let mut column: Vec<u16> = segment.column.iter().copied().map(scale).collect();
        let mut known = segment.known.clone();
        for (product, past) in past.iter().filter(|(_, past)| **past > 0) {
            let own = segment.column[*product as usize];
            let own = if own == UNKNOWN { neutral } else { u32::from(own) };
            column[*product as usize] = (((1_000 - trust) * own + trust * u32::from(*past)) / 1_000) as u16;
            known.insert(*product);
        }
        Taste { segment, trust, neutral, past, own: Some((column, known)) }
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
    segment: &'a Relevance,
    /// Permille.
    trust: u32,
    neutral: u32,
    /// 0…10 000 for the products that the history speaks for; empty without one.
    past: BTreeMap<u32, u16>,
    /// Column and known products where the history counts; else they are the segment's.
    own: Option<(Vec<u16>, Bits)>,
}

impl Taste<'_> {
    /// By product, 0…10 000, or `UNKNOWN` where neither the segment nor the history knows it.
    pub(super) fn column(&self) -> &[u16] {
        self.own.as_ref().map_or(&self.segment.column, |(column, _)| column)
    }

    pub(super) fn of(&self, product: u32) -> u16 {
        self.column().get(product as usize).copied().unwrap_or(UNKNOWN)
    }

    /// Products that are not `UNKNOWN`.
    pub(super) fn known(&self) -> &Bits {
        self.own.as_ref().map_or(&self.segment.known, |(_, known)| known)
    }

    /// The known, most relevant first, ties by id.
    pub(super) fn best_first(&self) -> Box<dyn Iterator<Item = (u32, u16)> + '_> {
        let column = self.column();
        if self.own.is_none() {
            return Box::new(
                self.segment.best_first.iter().map(|product| (*product, column[*product as usize])),
            );
        }
        let mut heap: BinaryHeap<(u16, Reverse<u32>)> =
            self.known().iter().map(|product| (column[product as usize], Reverse(product))).collect();
        Box::new(std::iter::from_fn(move || {
            heap.pop().map(|(relevance, Reverse(product))| (product, relevance))
        }))
    }

    /// True when history gives more of the relevance than the segment.
    pub(super) fn is_mostly_history(&self, product: u32) -> bool {
        let segment = self.segment.column.get(product as usize).copied().unwrap_or(UNKNOWN);
        let segment = if segment == UNKNOWN { self.neutral } else { u32::from(segment) };
        let past = self.past.get(&product).copied().unwrap_or(0);
        self.trust > 0 && self.trust * u32::from(past) > (1_000 - self.trust) * segment
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
    for (name, value) in &visit.filters {
        let products = &prepared.bundle().catalog.products;
        let facet = index
            .facet(name, value, || Bits::from_fn(index.len, |at| facet_holds(&products[at], name, value)));
        match &mut filter {
            Some(filter) => filter.intersect(&facet),
            None => filter = Some(Bits::clone(&facet)),
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
