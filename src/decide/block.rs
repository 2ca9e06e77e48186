//! One block: candidates, scores, pins, places (RANKING, one block).

use std::rc::Rc;
use std::sync::Arc;

use super::bits::Bits;
use super::catalog_index::UNKNOWN;
use super::places::{Held, PinPlan, Places};
use super::rules::{CompiledRule, Effects, capped};
use super::scene::{Scene, Taste};
use crate::bundle::Bundle;
use crate::merch::{Action, Block, Signal, Source};

/// A product that a source brought, weighed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    pub(super) product: u32,
    /// Which source brought its best relevance, from 0; the length of the source list is the last resort.
    pub(super) nth: u8,
    /// 0…10 000 after halving per source, or `UNKNOWN`.
    pub(super) relevance: u16,
    /// Without rules and variety.
    pub(super) base: i64,
    /// With rules, without variety.
    pub(super) score: i64,
}

/// What to run a block with besides the scene.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub(super) rules: bool,
    /// A boost on trial: product and points.
    pub(super) trial: Option<(u32, i64)>,
    /// Places to fill, counted from 1.
    pub(super) upto: usize,
}

/// A decided block before it is cut and explained.
pub(super) struct Decided<'a> {
    pub(super) active: Vec<&'a CompiledRule>,
    pub(super) effects: Arc<Effects>,
    pub(super) places: Vec<Held>,
    pub(super) pins: PinPlan,
    pub(super) taste: Rc<Taste<'a>>,
    /// Distinct products that have a place.
    pub(super) total: u32,
    /// Brought by a source, before anything was asked of them.
    pub(super) brought: Bits,
    pub(super) eligible: Bits,
    scores: Scores<'a>,
}

impl<'a> Decided<'a> {
    pub(super) fn new(scene: &Scene<'a>, block: &Block, shown: &Bits, run: Run) -> Self {
        let bundle = scene.prepared.bundle();
        let now = scene.visit.now;
        let active: Vec<&CompiledRule> = if run.rules { scene.rules_of(&block.id) } else { Vec::new() };
        let effects = scene.prepared.effects(&active, now);
        let pinnable = pinnable(scene, block, shown, &effects);
        let mut eligible = pinnable.clone();
        if let Some(stocked) = scene.index().stocked(block.stock) {
            eligible.intersect(stocked);
        }
        let stocked_pins = eligible.clone();
        if let Some(allowed) = &effects.allowed {
            eligible.intersect(allowed);
        }
        let taste = scene.taste(block);
        let mut gathering = Gathering::new(scene, block, &taste, &eligible);
        gathering.all_sources();
        let Gathering { mut candidates, brought, .. } = gathering;
        let in_order = candidates.members.clone();
        let pins = PinPlan::new(&active, |product, keep_when_sold_out| {
            if keep_when_sold_out { pinnable.has(product) } else { stocked_pins.has(product) }
        });
        for product in pins.products() {
            if !candidates.members.has(product) {
                candidates.put(product, taste.of(product), 0);
            }
        }
        let trial = run.trial.map(|(tried, more)| {
            let (raw, uncapped) = raw_points(&active, bundle, tried, now);
            (tried, capped(raw + more, uncapped || more > Action::STRONG))
        });
        let total = candidates.count as u32;
        let weigh = Weigh::new(scene, block);
        let scores = Scores { candidates, weigh, effects: Arc::clone(&effects), trial };
        let places = Places {
            index: scene.index(),
            scores: &scores,
            total: total as usize,
            variety: i64::from(block.variety.min(1_000)),
            pins: &pins,
        }
        .fill(run.upto, in_order);
        Self { active, effects, places, pins, taste, total, brought, eligible, scores }
    }

    pub(super) fn candidate(&self, product: u32) -> Option<Candidate> {
        self.scores.candidate(product)
    }

    /// By ascending product.
    pub(super) fn candidates(&self) -> impl Iterator<Item = Candidate> + '_ {
        self.scores.candidates.members.iter().filter_map(|product| self.candidate(product))
    }
}

/// What the candidates of a block score, before variety.
pub(super) struct Scores<'a> {
    candidates: Candidates,
    weigh: Weigh<'a>,
    effects: Arc<Effects>,
    /// A product on trial and its points.
    trial: Option<(u32, i64)>,
}

impl Scores<'_> {
    fn candidate(&self, product: u32) -> Option<Candidate> {
        self.candidates.members.has(product).then(|| {
            let at = product as usize;
            let (relevance, nth) = (self.candidates.relevance[at], self.candidates.nth[at]);
            let base = self.weigh.base(product, relevance);
            Candidate { product, nth, relevance, base, score: base + self.points(product) }
        })
    }

    /// Of a candidate; anything else has none that means something.
    pub(super) fn of(&self, product: u32) -> i64 {
        self.weigh.base(product, self.candidates.relevance[product as usize]) + self.points(product)
    }

    fn points(&self, product: u32) -> i64 {
        match self.trial {
            Some((tried, points)) if tried == product => points,
            _ => self.effects.points.as_ref().map_or(0, |points| points[product as usize]),
        }
    }
}

/// Everything but stock and only-show: published, priced, not hidden, inside the page's filters, not shown above, not
/// the page's own subject.
fn pinnable(scene: &Scene<'_>, block: &Block, shown: &Bits, effects: &Effects) -> Bits {
    let mut bits = scene.index().base.clone();
    if let Some(hidden) = &effects.hidden {
        bits.subtract(hidden);
    }
    if let Some(filter) = &scene.filter {
        bits.intersect(filter);
    }
    if !block.may_repeat {
        bits.subtract(shown);
        for product in &scene.subject {
            bits.remove(*product);
        }
    }
    bits
}

/// Sum of a product's boosts and buries before the cap, and whether one is uncapped.
fn raw_points(active: &[&CompiledRule], bundle: &Bundle, product: u32, now: i64) -> (i64, bool) {
    active.iter().filter(|rule| rule.matches(product, bundle, now)).fold(
        (0, false),
        |(sum, uncapped), rule| {
            (
                sum + super::rules::points_of(rule.action),
                uncapped || matches!(rule.action, Action::Boost { uncapped: true, .. }),
            )
        },
    )
}

/// Weights and signals of a block.
pub(super) struct Weigh<'a> {
    signals: &'a [Vec<u16>; 4],
    weights: [i64; 5],
    neutral: [i64; 5],
    /// Points of everything but relevance, by product.
    fixed: Arc<[u32]>,
}

impl<'a> Weigh<'a> {
    pub(super) fn new(scene: &Scene<'a>, block: &Block) -> Self {
        let weights = Signal::ALL.map(|signal| i64::from(block.weights.of(signal).min(1_000)));
        let neutral = block.neutral.map(|value| i64::from(value.min(10_000)));
        let index = scene.index();
        Self { signals: &index.signals, weights, neutral, fixed: index.fixed_points(&weights, &neutral) }
    }

    /// Value of a signal, `None` where it is unknown. Relevance is passed in.
    pub(super) fn value(&self, product: u32, relevance: u16, signal: usize) -> Option<u16> {
        let value = match signal {
            0 => relevance,
            _ => self.signals[signal - 1][product as usize],
        };
        (value != UNKNOWN).then_some(value)
    }

    pub(super) fn points(&self, value: Option<u16>, signal: usize) -> i64 {
        self.weights[signal] * value.map_or(self.neutral[signal], i64::from)
    }

    pub(super) fn weight(&self, signal: usize) -> u32 {
        self.weights[signal] as u32
    }

    fn base(&self, product: u32, relevance: u16) -> i64 {
        let relevance = if relevance == UNKNOWN { self.neutral[0] } else { i64::from(relevance) };
        self.weights[0] * relevance + i64::from(self.fixed[product as usize])
    }
}

/// Products that compete, dense over the catalog.
struct Candidates {
    members: Bits,
    count: usize,
    /// Says something about members only.
    relevance: Vec<u16>,
    nth: Vec<u8>,
}

impl Candidates {
    fn put(&mut self, product: u32, relevance: u16, nth: usize) {
        let at = product as usize;
        self.members.insert(product);
        self.count += 1;
        self.relevance[at] = relevance;
        self.nth[at] = nth.min(254) as u8;
    }
}

struct Gathering<'s, 'a> {
    scene: &'s Scene<'a>,
    block: &'s Block,
    taste: &'s Taste<'a>,
    candidates: Candidates,
    brought: Bits,
    eligible: &'s Bits,
}

impl<'s, 'a> Gathering<'s, 'a> {
    fn new(scene: &'s Scene<'a>, block: &'s Block, taste: &'s Taste<'a>, eligible: &'s Bits) -> Self {
        let len = scene.index().len;
        Self {
            scene,
            block,
            taste,
            candidates: Candidates {
                members: Bits::none(len),
                count: 0,
                relevance: vec![UNKNOWN; len],
                nth: vec![0; len],
            },
            brought: Bits::none(len),
            eligible,
        }
    }

    fn all_sources(&mut self) {
        let minimum = self.block.minimum.max(self.block.size) as usize;
        for (nth, source) in self.block.sources.iter().enumerate() {
            if nth > 0 && self.candidates.count >= minimum {
                return;
            }
            let enough = if nth == 0 && !is_ranked(source) { usize::MAX } else { minimum };
            self.bring(source, nth, enough);
        }
        if self.candidates.count == 0 {
            self.bring(&Source::Everything, self.block.sources.len(), minimum);
        }
    }

    /// Offers a source's products in the source's order until `enough` candidates stand.
    fn bring(&mut self, source: &Source, nth: usize, enough: usize) {
        let index = self.scene.index();
        let scene = self.scene;
        match source {
            Source::ForYou if enough == usize::MAX => self.at_once(self.taste.known()),
            Source::ForYou => self.each(self.taste.best_first(), nth, enough),
            Source::BoughtTogether
            | Source::Similar
            | Source::AlsoViewed
            | Source::ViewedThenBought
            | Source::CompleteTheSet => {
                let listed = pairs(scene, source);
                self.each(listed.into_iter(), nth, enough);
            }
            Source::Trending => {
                let listed =
                    index.by_trending.iter().map(|product| (*product, index.trending[*product as usize]));
                self.each(listed, nth, enough);
            }
            Source::BestSellers => {
                let known = index.by_popularity.iter().copied();
                self.tasted(
                    known.filter(|product| index.signals[0][*product as usize] != UNKNOWN),
                    nth,
                    enough,
                );
            }
            Source::New => self.tasted(index.by_newness.iter().copied(), nth, enough),
            Source::OnSale => self.tasted(index.on_sale.iter().copied(), nth, enough),
            Source::BackInStock => self.tasted(index.restocked.iter().copied(), nth, enough),
            Source::Everything if enough == usize::MAX => self.at_once(&Bits::all(index.len)),
            Source::Everything => self.tasted(index.by_popularity.iter().copied(), nth, enough),
            Source::Collection(id) => {
                let own = match &scene.page {
                    crate::merch::PageKey::Collection(own) => own.as_deref(),
                    _ => None,
                };
                if let Some(members) = id.as_deref().or(own).and_then(|id| index.collection(id)) {
                    if enough == usize::MAX {
                        self.at_once(members);
                    } else {
                        let ordered = index.by_popularity.iter().copied();
                        self.tasted(ordered.filter(|product| members.has(*product)), nth, enough);
                    }
                }
            }
            Source::HandPicked => {
                let catalog = &scene.prepared.bundle().catalog;
                let picked: Vec<u32> =
                    self.block.hand_picked.iter().filter_map(|id| catalog.index(id)).collect();
                self.each(by_rank(picked).into_iter(), nth, enough);
            }
            Source::RecentlyViewed | Source::BuyAgain => {
                let bought = *source == Source::BuyAgain;
                let seen: Vec<u32> = scene
                    .history
                    .iter()
                    .filter(|(_, kind)| (*kind == super::visit::HistoryKind::Purchase) == bought)
                    .map(|(product, _)| *product)
                    .collect();
                self.each(by_rank(seen).into_iter(), nth, enough);
            }
            Source::SearchHits => self.each(scene.hits.products.iter().copied(), nth, enough),
        }
    }

    /// All of a first source's products, each with the visit's own relevance.
    fn at_once(&mut self, products: &Bits) {
        self.brought.unite(products);
        self.candidates.members.unite(products);
        self.candidates.members.intersect(self.eligible);
        self.candidates.count = self.candidates.members.count() as usize;
        self.candidates.relevance.copy_from_slice(self.taste.column());
    }

    /// Products with the visit's own relevance.
    fn tasted(&mut self, products: impl Iterator<Item = u32>, nth: usize, enough: usize) {
        for product in products {
            if self.candidates.count >= enough {
                return;
            }
            let relevance = self.taste.of(product);
            self.offer(product, relevance, nth);
        }
    }

    fn each(&mut self, listed: impl Iterator<Item = (u32, u16)>, nth: usize, enough: usize) {
        for (product, relevance) in listed {
            if self.candidates.count >= enough {
                return;
            }
            self.offer(product, relevance, nth);
        }
    }

    /// Halves per source; a product that is a candidate already keeps its best relevance.
    fn offer(&mut self, product: u32, relevance: u16, nth: usize) {
        self.brought.insert(product);
        if !self.eligible.has(product) {
            return;
        }
        let relevance = if relevance == UNKNOWN { UNKNOWN } else { relevance >> nth.min(15) };
        if !self.candidates.members.has(product) {
            self.candidates.put(product, relevance, nth);
            return;
        }
        let known = &mut self.candidates.relevance[product as usize];
        if relevance != UNKNOWN && (*known == UNKNOWN || relevance > *known) {
            *known = relevance;
            self.candidates.nth[product as usize] = nth.min(254) as u8;
        }
    }
}

/// Sources that are a ranking of the whole catalog bring only the top of it, even as the first.
fn is_ranked(source: &Source) -> bool {
    matches!(source, Source::Trending | Source::BestSellers | Source::New | Source::BackInStock)
}

/// Sum of strengths over the seeds, strongest first, ties by id.
fn pairs(scene: &Scene<'_>, source: &Source) -> Vec<(u32, u16)> {
    let Some(strategy) = Bundle::strategy_of(source) else {
        return Vec::new();
    };
    let mut sums: std::collections::BTreeMap<u32, u32> = std::collections::BTreeMap::new();
    for seed in scene.seeds() {
        for neighbor in scene.prepared.bundle().neighbors.of(strategy, seed) {
            let sum = sums.entry(neighbor.product).or_default();
            *sum = (*sum + u32::from(neighbor.strength)).min(10_000);
        }
    }
    let mut listed: Vec<(u32, u16)> = sums.into_iter().map(|(product, sum)| (product, sum as u16)).collect();
    listed.sort_unstable_by_key(|(product, strength)| (std::cmp::Reverse(*strength), *product));
    listed
}

/// Distinct products in their own order as relevance: 10 000 for the first, 250 less for each next.
fn by_rank(products: Vec<u32>) -> Vec<(u32, u16)> {
    let mut listed: Vec<(u32, u16)> = Vec::new();
    for product in products {
        if !listed.iter().any(|(known, _)| *known == product) {
            let rank = listed.len().min(40) as u16;
            listed.push((product, 10_000 - 250 * rank));
        }
    }
    listed
}
