//! Who stands where: pins take their places, the others fill from the top with variety (RANKING, steps 6 to 8).

use std::collections::BTreeMap;

use super::bits::Bits;
use super::block::Scores;
use super::catalog_index::CatalogIndex;
use super::rules::{CompiledRule, Targets};
use crate::merch::Action;

/// A product on its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) product: u32,
    /// With rules and variety.
    pub(super) score: i64,
    /// What variety took off; never positive.
    pub(super) variety: i64,
    /// The rule whose pin placed it, as its place in the list; `None` when its score did.
    pub(super) pin: Option<u32>,
}

/// All pins of one block, settled.
#[derive(Clone, Debug, Default)]
pub(super) struct PinPlan {
    /// Position to product and rule.
    hard: BTreeMap<u32, (u32, u32)>,
    /// By deadline, then precedence.
    soft: Vec<SoftPin>,
    /// Rule and product that may not show now.
    pub(super) waiting: Vec<(u32, u32)>,
    /// Rule, product, and the rule that won the place or the product.
    pub(super) lost: Vec<(u32, u32, u32)>,
}

#[derive(Clone, Copy, Debug)]
struct SoftPin {
    deadline: u32,
    product: u32,
    rule: u32,
}

#[derive(Clone, Copy)]
struct Claim {
    rule: u32,
    product: u32,
    position: u32,
    soft: bool,
}

impl PinPlan {
    /// `may_show(product, keep_when_sold_out)`.
    pub(super) fn new(active: &[&CompiledRule], may_show: impl Fn(u32, bool) -> bool) -> Self {
        let mut plan = Self::default();
        let mut pins: Vec<&&CompiledRule> =
            active.iter().filter(|rule| matches!(rule.action, Action::Pin { .. })).collect();
        if pins.is_empty() {
            return plan;
        }
        pins.sort_by_key(|rule| rule.precedence());
        let mut claims: Vec<Claim> = Vec::new();
        for rule in pins {
            let (Action::Pin { position, soft, keep_when_sold_out }, Targets::Listed { order, .. }) =
                (rule.action, &rule.targets)
            else {
                continue;
            };
            for (offset, product) in order.iter().enumerate() {
                let Some(product) = *product else { continue };
                if !may_show(product, keep_when_sold_out) {
                    plan.waiting.push((rule.at, product));
                } else if let Some(winner) = claims.iter().find(|claim| claim.product == product) {
                    plan.lost.push((rule.at, product, winner.rule));
                } else {
                    claims.push(Claim {
                        rule: rule.at,
                        product,
                        position: position.max(1).saturating_add(offset as u32),
                        soft,
                    });
                }
            }
        }
        plan.settle(&claims);
        plan
    }

    fn settle(&mut self, claims: &[Claim]) {
        let mut displaced = Vec::new();
        for claim in claims.iter().filter(|claim| !claim.soft) {
            match self.hard.get(&claim.position) {
                None => {
                    self.hard.insert(claim.position, (claim.product, claim.rule));
                }
                Some((_, winner)) => {
                    self.lost.push((claim.rule, claim.product, *winner));
                    displaced.push(*claim);
                }
            }
        }
        for claim in displaced {
            let free = self.next_free(claim.position);
            self.hard.insert(free, (claim.product, claim.rule));
        }
        for claim in claims.iter().filter(|claim| claim.soft) {
            let deadline = (1..=claim.position)
                .rev()
                .take(self.hard.len() + 1)
                .find(|position| !self.hard.contains_key(position))
                .unwrap_or_else(|| self.next_free(claim.position));
            self.soft.push(SoftPin { deadline, product: claim.product, rule: claim.rule });
        }
        self.soft.sort_by_key(|pin| pin.deadline);
    }

    fn next_free(&self, position: u32) -> u32 {
        let mut free = position;
        while self.hard.contains_key(&free) {
            free = free.saturating_add(1);
        }
        free
    }

    /// Every product that a pin will place.
    pub(super) fn products(&self) -> impl Iterator<Item = u32> + '_ {
        self.hard.values().map(|(product, _)| *product).chain(self.soft.iter().map(|pin| pin.product))
    }
}

pub(super) struct Places<'a> {
    pub(super) index: &'a CatalogIndex,
    pub(super) scores: &'a Scores<'a>,
    /// Candidates, those that only a pin brings among them.
    pub(super) total: usize,
    /// Permille.
    pub(super) variety: i64,
    pub(super) pins: &'a PinPlan,
}

impl Places<'_> {
    /// The first `upto` places, or all there are. `in_order` are the products that compete by score.
    pub(super) fn fill(&self, upto: usize, mut in_order: Bits) -> Vec<Held> {
        for (product, _) in self.pins.hard.values() {
            in_order.remove(*product);
        }
        let mut order = Order {
            waiting: in_order,
            ahead: Vec::new(),
            ceiling: None,
            looked: false,
            chunk: upto.saturating_mul(2).saturating_add(24),
            variety: self.variety,
            scores: self.scores,
            index: self.index,
        };
        let wanted = upto.min(self.total);
        let mut soft: Vec<SoftPin> = self.pins.soft.clone();
        let mut hard = self.pins.hard.iter().peekable();
        let mut held: Vec<Held> = Vec::with_capacity(wanted);
        while held.len() < wanted {
            let position = held.len() as u32 + 1;
            let next = if hard.peek().is_some_and(|(at, _)| **at <= position) {
                hard.next().map(|(_, (product, rule))| self.pinned(*product, *rule))
            } else if soft.first().is_some_and(|pin| pin.deadline <= position) {
                let pin = soft.remove(0);
                order.forget(pin.product);
                Some(self.pinned(pin.product, pin.rule))
            } else if let Some(best) = order.best(&held) {
                soft.retain(|pin| pin.product != best.product);
                Some(best)
            } else if soft.is_empty() {
                hard.next().map(|(_, (product, rule))| self.pinned(*product, *rule))
            } else {
                let pin = soft.remove(0);
                Some(self.pinned(pin.product, pin.rule))
            };
            match next {
                Some(next) => held.push(next),
                None => break,
            }
        }
        held
    }

    fn pinned(&self, product: u32, rule: u32) -> Held {
        let score = self.scores.of(product);
        Held { product, score, variety: 0, pin: Some(rule) }
    }
}

/// The products that compete by score. Variety only lowers scores, so the best of a sorted head is the best of all as
/// soon as it is not behind the best of the rest.
struct Order<'a> {
    /// Everybody who has no place yet, those ahead among them.
    waiting: Bits,
    ahead: Vec<Runner>,
    /// No product that is not ahead is better than this one.
    ceiling: Option<(i64, u32)>,
    looked: bool,
    /// How many to look for next.
    chunk: usize,
    variety: i64,
    scores: &'a Scores<'a>,
    index: &'a CatalogIndex,
}

#[derive(Clone, Copy)]
struct Runner {
    score: i64,
    product: u32,
    /// Highest similarity to the first `compared` places.
    similarity: i64,
    compared: usize,
}

impl Order<'_> {
    /// Takes out the product of the highest adjusted score, ties by id.
    fn best(&mut self, held: &[Held]) -> Option<Held> {
        loop {
            if !self.looked {
                self.look();
            }
            let mut best: Option<(i64, u32, usize)> = None;
            for (at, runner) in self.ahead.iter_mut().enumerate() {
                if best.is_some_and(|(score, ..)| runner.score - self.variety * runner.similarity < score) {
                    continue;
                }
                if self.variety > 0 {
                    for place in &held[runner.compared..] {
                        runner.similarity =
                            runner.similarity.max(self.index.similarity(runner.product, place.product));
                    }
                }
                runner.compared = held.len();
                let adjusted = runner.score - self.variety * runner.similarity;
                if best.is_none_or(|(score, product, _)| {
                    adjusted > score || (adjusted == score && runner.product < product)
                }) {
                    best = Some((adjusted, runner.product, at));
                }
            }
            match (best, self.ceiling) {
                (Some((score, product, at)), ceiling)
                    if ceiling.is_none_or(|(top, id)| score > top || (score == top && product < id)) =>
                {
                    let runner = self.ahead.swap_remove(at);
                    self.waiting.remove(product);
                    return Some(Held {
                        product,
                        score,
                        variety: -self.variety * runner.similarity,
                        pin: None,
                    });
                }
                (_, Some(_)) => self.look(),
                (_, None) => return None,
            }
        }
    }

    /// Puts the next best ahead, more of them every time, and the best of what remains into the ceiling.
    fn look(&mut self) {
        self.looked = true;
        let mut best = Best::of(self.chunk.saturating_add(1));
        self.waiting.each(|product| best.see(self.scores.of(product), product));
        let mut found = best.sorted();
        self.ceiling = (found.len() > self.chunk).then(|| found.pop()).flatten();
        self.chunk = self.chunk.saturating_mul(2);
        self.ahead = found
            .into_iter()
            .map(|(score, product)| Runner { score, product, similarity: 0, compared: 0 })
            .collect();
    }

    fn forget(&mut self, product: u32) {
        self.ahead.retain(|runner| runner.product != product);
        self.waiting.remove(product);
    }
}

/// The `count` best of products that are seen in ascending order, by score, then id.
struct Best {
    count: usize,
    kept: Vec<(i64, u32)>,
    /// Once `count` are known, nothing at or below this score is among them.
    bar: i64,
}

impl Best {
    fn of(count: usize) -> Self {
        Self { count, kept: Vec::new(), bar: i64::MIN }
    }

    fn see(&mut self, score: i64, product: u32) {
        if score > self.bar {
            self.kept.push((score, product));
            if self.kept.len() >= self.count.saturating_mul(2).max(2) {
                self.cut();
            }
        }
    }

    /// A later product of the same score has a larger id, so the score of the last one kept is the bar.
    fn cut(&mut self) {
        if self.kept.len() > self.count {
            let (_, last, _) = self.kept.select_nth_unstable_by_key(self.count - 1, order);
            self.bar = last.0;
            self.kept.truncate(self.count);
        }
    }

    /// Best first.
    fn sorted(mut self) -> Vec<(i64, u32)> {
        self.cut();
        self.kept.sort_unstable_by_key(order);
        self.kept
    }
}

/// Ascending is better first.
fn order(one: &(i64, u32)) -> (std::cmp::Reverse<i64>, u32) {
    (std::cmp::Reverse(one.0), one.1)
}
