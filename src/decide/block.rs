//! One block: candidates, scores, pins, places (RANKING, one block).

use std::sync::Arc;

use super::bits::Bits;
use super::catalog_index::UNKNOWN;
use super::places::{Held, PinPlan, Places};
use super::rules::{CompiledRule, Effects, Place, capped};
use super::scene::{Scene, Taste};
use crate::bundle::Bundle;
use crate::merch::{Action, Block, Signal, Source};

/// A product that a source brought.
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
    pub(super) candidates: Vec<Candidate>,
    pub(super) places: Vec<Held>,
    pub(super) pins: PinPlan,
    pub(super) taste: Taste<'a>,
    /// Distinct products that have a place.
    pub(super) total: u32,
    /// Brought by a source, before anything was asked of them.
    pub(super) brought: Bits,
    pub(super) eligible: Bits,
}

impl<'a> Decided<'a> {
    pub(super) fn new(scene: &Scene<'a>, block: &Block, shown: &Bits, run: Run) -> Self {
        let bundle = scene.prepared.bundle();
        let now = scene.visit.now;
        let place = Place {
            page: &scene.page,
            block: &block.id,
            segment: &scene.visitor.segment,
            query: scene.query.as_deref(),
            now,
        };
        let active: Vec<&CompiledRule> = if run.rules && !scene.visitor.holdout {
            scene
                .prepared
                .rules()
                .iter()
                .filter(|rule| rule.active(&bundle.document.rules[rule.at as usize], place))
                .collect()
        } else {
            Vec::new()
        };
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
        let mut gathering = Gathering {
            scene,
            block,
            taste: scene.taste(block),
            slot_of: vec![u32::MAX; scene.index().len],
            candidates: Vec::new(),
            brought: Bits::none(scene.index().len),
            eligible: &eligible,
        };
        gathering.all_sources();
        let Gathering { taste, mut candidates, mut slot_of, brought, .. } = gathering;
        let weigh = Weigh::new(scene, block);
        let points = |product: u32| {
            let own = effects.points.as_ref().map_or(0, |points| points[product as usize]);
            match run.trial {
                Some((tried, more)) if tried == product => {
                    let (raw, uncapped) = raw_points(&active, bundle, product, now);
                    capped(raw + more, uncapped || more > Action::STRONG)
                }
                _ => own,
            }
        };
        for candidate in &mut candidates {
            candidate.base = weigh.base(candidate.product, candidate.relevance);
            candidate.score = candidate.base + points(candidate.product);
        }
        let pins = PinPlan::new(&active, |product, keep_when_sold_out| {
            if keep_when_sold_out { pinnable.has(product) } else { stocked_pins.has(product) }
        });
        for product in pins.products() {
            if slot_of[product as usize] == u32::MAX {
                let relevance = taste.of(product);
                let base = weigh.base(product, relevance);
                slot_of[product as usize] = candidates.len() as u32;
                candidates.push(Candidate {
                    product,
                    nth: 0,
                    relevance,
                    base,
                    score: base + points(product),
                });
            }
        }
        let in_order = |product: u32| eligible.has(product) && brought.has(product);
        let total = candidates.len() as u32;
        let places = Places {
            index: scene.index(),
            candidates: &candidates,
            slot_of: &slot_of,
            variety: i64::from(block.variety.min(1_000)),
            pins: &pins,
        }
        .fill(run.upto, in_order);
        Self { active, effects, candidates, places, pins, taste, total, brought, eligible }
    }

    pub(super) fn candidate(&self, product: u32) -> Option<&Candidate> {
        self.candidates.iter().find(|one| one.product == product)
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
}

impl<'a> Weigh<'a> {
    pub(super) fn new(scene: &Scene<'a>, block: &Block) -> Self {
        Self {
            signals: &scene.index().signals,
            weights: Signal::ALL.map(|signal| i64::from(block.weights.of(signal).min(1_000))),
            neutral: block.neutral.map(|value| i64::from(value.min(10_000))),
        }
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
        let mut sum = 0;
        for signal in 0..5 {
            sum += self.points(self.value(product, relevance, signal), signal);
        }
        sum
    }
}

struct Gathering<'s, 'a> {
    scene: &'s Scene<'a>,
    block: &'s Block,
    taste: Taste<'a>,
    slot_of: Vec<u32>,
    candidates: Vec<Candidate>,
    brought: Bits,
    eligible: &'s Bits,
}

impl Gathering<'_, '_> {
    fn all_sources(&mut self) {
        let minimum = self.block.minimum.max(self.block.size) as usize;
        for (nth, source) in self.block.sources.iter().enumerate() {
            if nth > 0 && self.candidates.len() >= minimum {
                return;
            }
            let enough = if nth == 0 && !is_ranked(source) { usize::MAX } else { minimum };
            self.bring(source, nth, enough);
        }
        if self.candidates.is_empty() {
            self.bring(&Source::Everything, self.block.sources.len(), minimum);
        }
    }

    /// Offers a source's products in the source's order until `enough` candidates stand.
    fn bring(&mut self, source: &Source, nth: usize, enough: usize) {
        let index = self.scene.index();
        let scene = self.scene;
        match source {
            Source::ForYou if enough == usize::MAX => {
                for product in 0..index.len as u32 {
                    let relevance = self.taste.of(product);
                    if relevance != UNKNOWN {
                        self.offer(product, relevance, nth);
                    }
                }
            }
            Source::ForYou => {
                let mut known: Vec<(std::cmp::Reverse<u16>, u32)> = (0..index.len as u32)
                    .map(|product| (std::cmp::Reverse(self.taste.of(product)), product))
                    .filter(|(relevance, _)| relevance.0 != UNKNOWN)
                    .collect();
                known.sort_unstable();
                self.each(known.into_iter().map(|(relevance, product)| (product, relevance.0)), nth, enough);
            }
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
            Source::Everything if enough == usize::MAX => self.tasted(0..index.len as u32, nth, enough),
            Source::Everything => self.tasted(index.by_popularity.iter().copied(), nth, enough),
            Source::Collection(id) => {
                let own = match &scene.page {
                    crate::merch::PageKey::Collection(own) => own.as_deref(),
                    _ => None,
                };
                if let Some(members) = id.as_deref().or(own).and_then(|id| index.collection(id)) {
                    if enough == usize::MAX {
                        self.tasted(members.iter(), nth, enough);
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

    /// Products with the visit's own relevance.
    fn tasted(&mut self, products: impl Iterator<Item = u32>, nth: usize, enough: usize) {
        for product in products {
            if self.candidates.len() >= enough {
                return;
            }
            let relevance = self.taste.of(product);
            self.offer(product, relevance, nth);
        }
    }

    fn each(&mut self, listed: impl Iterator<Item = (u32, u16)>, nth: usize, enough: usize) {
        for (product, relevance) in listed {
            if self.candidates.len() >= enough {
                return;
            }
            self.offer(product, relevance, nth);
        }
    }

    /// Halves per source; a product that is a candidate already keeps its best relevance.
    fn offer(&mut self, product: u32, relevance: u16, nth: usize) {
        if product as usize >= self.slot_of.len() {
            return;
        }
        self.brought.insert(product);
        if !self.eligible.has(product) {
            return;
        }
        let relevance = if relevance == UNKNOWN { UNKNOWN } else { relevance >> nth.min(15) };
        match self.slot_of[product as usize] {
            u32::MAX => {
                self.slot_of[product as usize] = self.candidates.len() as u32;
                self.candidates.push(Candidate {
                    product,
                    nth: nth.min(254) as u8,
                    relevance,
                    base: 0,
                    score: 0,
                });
            }
            slot => {
                let known = &mut self.candidates[slot as usize];
                if relevance != UNKNOWN && (known.relevance == UNKNOWN || relevance > known.relevance) {
                    known.relevance = relevance;
                    known.nth = nth.min(254) as u8;
                }
            }
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
