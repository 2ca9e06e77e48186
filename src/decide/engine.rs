//! The whole page: layout, blocks from top to bottom, cut, explanations.

use super::bits::Bits;
use super::block::{Decided, Run};
use super::explain;
use super::page::{BlockPage, Funnel, Page};
use super::prepared::Prepared;
use super::query;
use super::scene::Scene;
use super::visit::{PageRef, Visit};
use crate::bundle::Bundle;
use crate::merch::{Block, BlockKind, Hero};

/// Places looked at for "without rules it would be in place …".
pub(super) const PLACES_WITHOUT_RULES: usize = 60;

/// How much is said about every slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Sentence, terms, rules, place without rules, distance to the next.
    Full,
    /// Product, position, score and badges; sentences and rule traces are left empty.
    Plain,
}

/// Decides a page with full explanations. For more than one page of a bundle, keep a [`Prepared`].
pub fn decide(bundle: &Bundle, visit: &Visit) -> Page {
    Prepared::new(bundle).decide(visit, Detail::Full)
}

impl Prepared {
    pub fn decide(&self, visit: &Visit, detail: Detail) -> Page {
        let scene = Scene::new(self, visit);
        let (layout, blocks) = layout(&scene);
        let mut shown = Bits::none(self.index().len);
        let mut decided = Vec::new();
        for block in blocks.iter().filter(|block| scene.visitor.is_in(&block.audience)) {
            let page = decide_block(&scene, block, &shown, detail);
            decided.push(page.0);
            if !block.may_repeat {
                for product in page.1 {
                    shown.insert(product);
                }
            }
        }
        Page {
            page: scene.page_name(),
            layout,
            at: visit.now,
            blocks: decided,
            redirect: match &visit.page {
                PageRef::Search(text) => query::redirect(text, &self.bundle().document.search),
                _ => None,
            },
            found: matches!(visit.page, PageRef::Search(_)).then_some(scene.hits.products.len() as u32),
            segment: scene.visitor.segment,
        }
    }
}

impl Scene<'_> {
    fn page_name(&self) -> String {
        self.visit.page.to_string()
    }
}

/// Layout id and blocks: the first variant whose audience holds, else the default.
pub(super) fn layout<'a>(scene: &Scene<'a>) -> (String, &'a [Block]) {
    let none: &[Block] = &[];
    let Some(layout) = scene.prepared.bundle().document.layout(&scene.page) else {
        return ("default".to_owned(), none);
    };
    let variant = layout
        .variants
        .iter()
        .filter(|_| !scene.visitor.holdout)
        .find(|variant| scene.visitor.is_in(&variant.audience));
    match variant {
        Some(variant) => (variant.id.clone(), &variant.blocks),
        None => ("default".to_owned(), &layout.default),
    }
}

/// The block as shown, and the products it takes from the blocks below.
fn decide_block(scene: &Scene<'_>, block: &Block, shown: &Bits, detail: Detail) -> (BlockPage, Vec<u32>) {
    let mut page = BlockPage {
        id: block.id.clone(),
        title: block.title.clone(),
        kind: chosen(scene, &block.kind),
        slots: Vec::new(),
        total: 0,
        funnel: Funnel::default(),
    };
    if block.kind != BlockKind::Products {
        return (page, Vec::new());
    }
    let size = block.size as usize;
    let decided = Decided::new(scene, block, shown, Run { rules: true, trial: None, upto: size + 1 });
    let taken = decided.places.iter().take(size).map(|held| held.product).collect();
    let start = (scene.visit.offset as usize).min(size);
    let end = scene.visit.limit.map_or(size, |limit| start.saturating_add(limit as usize).min(size));
    page.total = decided.total;
    page.slots = explain::slots(scene, block, shown, &decided, start..end, detail);
    page.funnel = funnel(scene, &decided, page.slots.len());
    (page, taken)
}

/// How many products each step left.
fn funnel(scene: &Scene<'_>, decided: &Decided<'_>, shown: usize) -> Funnel {
    let mut after_rules = decided.brought.clone();
    if let Some(hidden) = &decided.effects.hidden {
        after_rules.subtract(hidden);
    }
    if let Some(allowed) = &decided.effects.allowed {
        after_rules.intersect(allowed);
    }
    let mut in_stock = decided.brought.clone();
    in_stock.intersect(&decided.eligible);
    Funnel {
        catalog: scene.index().len as u32,
        candidates: decided.brought.count(),
        after_rules: after_rules.count(),
        in_stock: in_stock.count(),
        shown: shown as u32,
    }
}

/// Of several heroes the first whose audience holds, else the last.
fn chosen(scene: &Scene<'_>, kind: &BlockKind) -> BlockKind {
    match kind {
        BlockKind::Heroes { heroes } => BlockKind::Heroes {
            heroes: heroes
                .iter()
                .find(|hero: &&Hero| scene.visitor.is_in(&hero.audience))
                .or(heroes.last())
                .cloned()
                .into_iter()
                .collect(),
        },
        other => other.clone(),
    }
}
