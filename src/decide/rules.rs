//! Rules made ready: targets as sets, scopes as comparisons, precedence as one key.

use std::sync::{Arc, Mutex, PoisonError};

use super::bits::Bits;
use super::condition;
use crate::bundle::Bundle;
use crate::merch::{Action, Condition, PageKey, Rule, Scope, Target};
use crate::shop::Seconds;

/// Where a page is decided, as a rule's scope sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    pub(super) page: &'a PageKey,
    pub(super) segment: &'a str,
    /// Normalised; only on search pages.
    pub(super) query: Option<&'a str>,
    pub(super) now: Seconds,
}

#[derive(Clone, Debug)]
pub(super) struct CompiledRule {
    /// Place in the document's list.
    pub(super) at: u32,
    pub(super) action: Action,
    pub(super) targets: Targets,
    /// Smaller wins: 0 is a product on a page for a segment, 4 is everywhere.
    pub(super) breadth: u8,
    /// The rule's queries, normalised as the visit's.
    queries: Vec<String>,
}

#[derive(Clone, Debug)]
pub(super) enum Targets {
    /// In the rule's order; `None` for ids that the catalog does not have.
    Listed {
        order: Arc<[Option<u32>]>,
        set: Arc<Bits>,
    },
    Set(Arc<Bits>),
    /// Depends on `now`.
    Moving(Arc<Moving>),
}

impl Targets {
    fn new(target: &Target, bundle: &Bundle, len: usize) -> Self {
        match target {
            Target::Products(ids) => {
                let order: Vec<Option<u32>> = ids.iter().map(|id| bundle.catalog.index(id)).collect();
                let mut set = Bits::none(len);
                for product in order.iter().flatten() {
                    set.insert(*product);
                }
                Self::Listed { order: order.into(), set: Arc::new(set) }
            }
            Target::Where(filter) if condition::depends_on_now(filter) => {
                Self::Moving(Arc::new(Moving::new(filter, bundle)))
            }
            Target::Where(filter) => Self::Set(Arc::new(matching(filter, bundle, 0))),
        }
    }
}

/// A condition about age. Its products change only at known moments.
#[derive(Debug)]
pub(super) struct Moving {
    filter: Condition,
    /// When some product crosses a bound of the condition, ascending.
    flips: Vec<Seconds>,
    /// The era that was asked for last, and its products: all segments and blocks ask for the same one.
    last: Mutex<Option<(u32, Arc<Bits>)>>,
}

impl Moving {
    fn new(filter: &Condition, bundle: &Bundle) -> Self {
        let bounds = condition::age_bounds(filter);
        let created = bundle.catalog.products.iter().filter_map(|product| product.created_at);
        let mut flips: Vec<Seconds> = created
            .flat_map(|created| bounds.iter().map(move |bound| created.saturating_add(*bound)))
            .collect();
        flips.sort_unstable();
        flips.dedup();
        Self { filter: filter.clone(), flips, last: Mutex::new(None) }
    }

    /// Grows whenever the products change.
    fn era(&self, now: Seconds) -> u32 {
        self.flips.partition_point(|flip| *flip <= now) as u32
    }

    fn products(&self, bundle: &Bundle, now: Seconds) -> Arc<Bits> {
        let era = self.era(now);
        // What is remembered can be computed again, so a panic elsewhere does not spoil it.
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some((known, products)) if *known == era => Arc::clone(products),
            _ => {
                // Under the lock: everybody who waits wants the same answer.
                let products = Arc::new(matching(&self.filter, bundle, now));
                *last = Some((era, Arc::clone(&products)));
                products
            }
        }
    }
}

impl CompiledRule {
    /// `known` are the targets of the same rule before an edit that left them alone.
    pub(super) fn new(at: u32, rule: &Rule, bundle: &Bundle, len: usize, known: Option<&Targets>) -> Self {
        Self {
            at,
            action: rule.action,
            targets: known.map_or_else(|| Targets::new(&rule.target, bundle, len), Targets::clone),
            breadth: breadth(rule),
            queries: rule
                .scope
                .queries
                .iter()
                .map(|query| super::query::normalised(query, &bundle.document.search.ignored_words))
                .collect(),
        }
    }

    /// Scope and schedule hold; the block is still to be asked.
    pub(super) fn active(&self, rule: &Rule, place: Place<'_>) -> bool {
        rule.enabled && rule.schedule.holds(place.now) && self.in_scope(&rule.scope, place)
    }

    fn in_scope(&self, scope: &Scope, place: Place<'_>) -> bool {
        (scope.pages.is_empty() || scope.pages.iter().any(|page| page_holds(page, place.page)))
            && scope
                .segments
                .as_ref()
                .is_none_or(|segments| segments.iter().any(|segment| segment == place.segment))
            && (self.queries.is_empty()
                || place.query.is_some_and(|query| self.queries.iter().any(|known| known == query)))
    }

    /// The products it is about, now.
    pub(super) fn set(&self, bundle: &Bundle, now: Seconds) -> Arc<Bits> {
        match &self.targets {
            Targets::Listed { set, .. } | Targets::Set(set) => Arc::clone(set),
            Targets::Moving(moving) => moving.products(bundle, now),
        }
    }

    pub(super) fn matches(&self, product: u32, bundle: &Bundle, now: Seconds) -> bool {
        match &self.targets {
            Targets::Listed { set, .. } | Targets::Set(set) => set.has(product),
            Targets::Moving(moving) => moving.products(bundle, now).has(product),
        }
    }

    /// Changes whenever the rule's products do; 0 for rules that do not depend on the moment.
    pub(super) fn era(&self, now: Seconds) -> u32 {
        match &self.targets {
            Targets::Moving(moving) => moving.era(now),
            _ => 0,
        }
    }

    /// Ascending is winning: narrower scope first, then list order.
    pub(super) fn precedence(&self) -> (u8, u32) {
        (self.breadth, self.at)
    }
}

/// True when a rule or layout for `scope` is about this page.
pub(super) fn page_holds(scope: &PageKey, page: &PageKey) -> bool {
    scope == page
        || matches!(
            (scope, page),
            (PageKey::Collection(None), PageKey::Collection(_))
                | (PageKey::Product(None), PageKey::Product(_))
                | (PageKey::Email(None), PageKey::Email(_))
        )
}

/// Product on a page for a segment > page and segment > page > segment > everywhere.
fn breadth(rule: &Rule) -> u8 {
    let page = !rule.scope.pages.is_empty() || rule.scope.block.is_some() || !rule.scope.queries.is_empty();
    let segment = rule.scope.segments.is_some();
    let product = matches!(rule.target, Target::Products(_));
    match (page, segment) {
        (true, true) if product => 0,
        (true, true) => 1,
        (true, false) => 2,
        (false, true) => 3,
        (false, false) => 4,
    }
}

/// Products that satisfy a condition.
pub(super) fn matching(filter: &Condition, bundle: &Bundle, now: Seconds) -> Bits {
    let products = &bundle.catalog.products;
    Bits::from_fn(products.len(), |index| {
        condition::holds(filter, &products[index], index, &bundle.signals, now)
    })
}

/// What the active rules of one place do to products, before any score is known.
#[derive(Clone, Debug, Default)]
pub(super) struct Effects {
    pub(super) hidden: Option<Bits>,
    /// Inside every only-show rule.
    pub(super) allowed: Option<Bits>,
    /// Boosts and buries per product, capped.
    pub(super) points: Option<Vec<i64>>,
}

/// Largest points of one rule; beyond it every order is the same and sums stay below 2^53.
pub(super) const MOST_POINTS: i64 = 1_000_000_000_000;

/// A rule's own points, negative for a bury.
pub(super) fn points_of(action: Action) -> i64 {
    match action {
        Action::Boost { points, .. } => points.clamp(-MOST_POINTS, MOST_POINTS),
        Action::Bury { points } => -points.clamp(-MOST_POINTS, MOST_POINTS),
        Action::Pin { .. } | Action::Hide | Action::OnlyShow => 0,
    }
}

/// The sum of one product's boosts, capped unless one of them is uncapped.
pub(super) fn capped(sum: i64, uncapped: bool) -> i64 {
    if uncapped { sum } else { sum.clamp(-Action::STRONG, Action::STRONG) }
}

impl Effects {
    pub(super) fn of(active: &[&CompiledRule], bundle: &Bundle, len: usize, now: Seconds) -> Self {
        let mut effects = Self::default();
        let mut uncapped = Bits::none(len);
        for rule in active {
            let set = rule.set(bundle, now);
            match rule.action {
                Action::Hide => effects.hidden.get_or_insert_with(|| Bits::none(len)).unite(&set),
                Action::OnlyShow => effects.allowed.get_or_insert_with(|| Bits::all(len)).intersect(&set),
                Action::Boost { .. } | Action::Bury { .. } => {
                    let points = points_of(rule.action);
                    let sums = effects.points.get_or_insert_with(|| vec![0; len]);
                    for product in set.iter() {
                        sums[product as usize] += points;
                    }
                    if matches!(rule.action, Action::Boost { uncapped: true, .. }) {
                        uncapped.unite(&set);
                    }
                }
                Action::Pin { .. } => {}
            }
        }
        if let Some(sums) = &mut effects.points {
            for (product, sum) in sums.iter_mut().enumerate() {
                *sum = capped(*sum, uncapped.has(product as u32));
            }
        }
        effects
    }
}
