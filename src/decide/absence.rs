//! Questions about products that are not where somebody wants them.

use super::bits::Bits;
use super::block::{Decided, Run};
use super::engine::layout;
use super::page::{Absence, Step};
use super::prepared::Prepared;
use super::scene::Scene;
use super::visit::Visit;
use crate::merch::{Action, Block, BlockKind};

/// Places that are counted exactly; further down, the place is that of the score alone.
const EXACT_PLACES: usize = 400;
/// The strongest boost that is tried, twenty times a strong one.
const STRONGEST_TRIAL: i64 = 20 * Action::STRONG;

impl Prepared {
    /// Which step removed a product from a block, or what it lacks to enter.
    pub fn absence(&self, visit: &Visit, block: &str, product: &str) -> Absence {
        let Some(product) = self.bundle().catalog.index(product) else {
            return Absence::UnknownProduct;
        };
        let scene = Scene::new(self, visit);
        let Some(found) = Found::new(&scene, block) else {
            return Absence::UnknownBlock;
        };
        found.absence(&scene, product)
    }

    /// The smallest boost, in points, with which a product stands at or above `position` of a block today; `None` when
    /// no boost brings it there, for example because it may not show or no source brings it. Zero when it is there.
    pub fn smallest_boost(&self, visit: &Visit, block: &str, product: &str, position: u32) -> Option<i64> {
        let product = self.bundle().catalog.index(product)?;
        let scene = Scene::new(self, visit);
        let found = Found::new(&scene, block)?;
        let upto = position.max(1) as usize;
        let reaches = |points: i64| {
            let run = Run { rules: true, trial: Some((product, points)), upto };
            Decided::new(&scene, found.block, &found.shown, run)
                .places
                .iter()
                .any(|held| held.product == product)
        };
        if reaches(0) {
            return Some(0);
        }
        if !reaches(STRONGEST_TRIAL) {
            return None;
        }
        let (mut short, mut enough) = (0, STRONGEST_TRIAL);
        while enough - short > 1 {
            let middle = short + (enough - short) / 2;
            if reaches(middle) { enough = middle } else { short = middle }
        }
        Some(enough)
    }
}

/// A block with what stands above it.
struct Found<'a> {
    block: &'a Block,
    shown: Bits,
    /// Products and the title of the block above that shows them.
    above: Vec<(u32, String)>,
}

impl<'a> Found<'a> {
    fn new(scene: &Scene<'a>, wanted: &str) -> Option<Self> {
        let mut shown = Bits::none(scene.index().len);
        let mut above = Vec::new();
        for block in layout(scene).1 {
            if block.kind != BlockKind::Products || !scene.visitor.is_in(&block.audience) {
                continue;
            }
            if block.id == wanted {
                return Some(Self { block, shown, above });
            }
            if !block.may_repeat {
                let run = Run { rules: true, trial: None, upto: block.size as usize };
                for held in Decided::new(scene, block, &shown, run).places {
                    shown.insert(held.product);
                    above.push((held.product, block.title.clone()));
                }
            }
        }
        None
    }

    fn absence(&self, scene: &Scene<'_>, product: u32) -> Absence {
        let size = self.block.size as usize;
        let run = Run { rules: true, trial: None, upto: EXACT_PLACES.max(size) };
        let decided = Decided::new(scene, self.block, &self.shown, run);
        let last = decided.places.get(size.saturating_sub(1)).map_or(0, |held| held.score);
        if let Some(at) = decided.places.iter().position(|held| held.product == product) {
            if at < size {
                return Absence::Shown(at as u32 + 1);
            }
            return Absence::BelowTheCut { place: at as u32 + 1, lacks: last - decided.places[at].score };
        }
        if let Some(step) = self.removed(scene, &decided, product) {
            return Absence::Removed(step);
        }
        let score = decided.candidate(product).map_or(0, |candidate| candidate.score);
        let ahead =
            decided.candidates().filter(|other| (other.score, product) > (score, other.product)).count();
        Absence::BelowTheCut {
            place: (ahead as u32 + 1).max(decided.places.len() as u32 + 1),
            lacks: last - score,
        }
    }

    fn removed(&self, scene: &Scene<'_>, decided: &Decided<'_>, product: u32) -> Option<Step> {
        let bundle = scene.prepared.bundle();
        let facts = &bundle.catalog.products[product as usize];
        let by = |action: fn(Action) -> bool, inside: bool| {
            decided
                .active
                .iter()
                .filter(|rule| action(rule.action))
                .filter(|rule| rule.matches(product, bundle, scene.visit.now) == inside)
                .min_by_key(|rule| rule.precedence())
                .map(|rule| bundle.document.rules[rule.at as usize].id.clone())
        };
        let stocked = scene.index().stocked(self.block.stock);
        if !facts.published {
            Some(Step::Unpublished)
        } else if facts.price.is_none() {
            Some(Step::NoPrice)
        } else if let Some(rule) = by(|action| action == Action::Hide, true) {
            Some(Step::HiddenBy(rule))
        } else if let Some(rule) = by(|action| action == Action::OnlyShow, false) {
            Some(Step::OutsideOnlyShow(rule))
        } else if stocked.is_some_and(|stocked| !stocked.has(product)) {
            Some(Step::OutOfStock)
        } else if scene.filter.as_ref().is_some_and(|filter| !filter.has(product)) {
            Some(Step::PageFilter)
        } else if !self.block.may_repeat && scene.subject.contains(&product) {
            Some(Step::SeedOrCart)
        } else if !self.block.may_repeat && self.shown.has(product) {
            let above = self.above.iter().find(|(known, _)| *known == product);
            Some(Step::ShownAbove(above.map_or_else(String::new, |(_, title)| title.clone())))
        } else if decided.brought.has(product) {
            None
        } else {
            Some(Step::NotACandidate)
        }
    }
}
