//! Whether rules do what they were made for: conflicts between them, and the effect of each on current data.

use serde::Serialize;

use super::bits::Bits;
use super::engine::Detail;
use super::prepared::Prepared;
use super::rules::{CompiledRule, Targets, page_holds};
use super::sentence::{product_title, rule_name};
use super::visit::{PageRef, Visit};
use crate::bundle::{Bundle, EVERYONE};
use crate::merch::{Action, PageKey, Rule, Scope};
use crate::shop::Seconds;

/// Two rules that want different things, or one that cannot do what it says. Ids are rule ids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Conflict {
    PinAndHide {
        pin: String,
        hide: String,
        product: String,
    },
    SamePlace {
        winner: String,
        loser: String,
        position: u32,
    },
    SameProduct {
        winner: String,
        loser: String,
        product: String,
    },
    /// Two pins on one place that are both scheduled, for a time that they share.
    ScheduleOverlap {
        winner: String,
        loser: String,
        position: u32,
        from: Option<Seconds>,
        until: Option<Seconds>,
    },
    PinOutsideOnlyShow {
        pin: String,
        only_show: String,
        product: String,
    },
    BoostAndBury {
        boost: String,
        bury: String,
        n_products: u32,
    },
    MatchesNothing {
        rule: String,
    },
    NoEffect {
        rule: String,
    },
    PinnedSoldOut {
        pin: String,
        product: String,
    },
}

impl Conflict {
    /// The rules it is about.
    pub fn rules(&self) -> Vec<&str> {
        match self {
            Self::PinAndHide { pin, hide, .. } => vec![pin, hide],
            Self::SamePlace { winner, loser, .. }
            | Self::SameProduct { winner, loser, .. }
            | Self::ScheduleOverlap { winner, loser, .. } => vec![winner, loser],
            Self::PinOutsideOnlyShow { pin, only_show, .. } => vec![pin, only_show],
            Self::BoostAndBury { boost, bury, .. } => vec![boost, bury],
            Self::MatchesNothing { rule } | Self::NoEffect { rule } => vec![rule],
            Self::PinnedSoldOut { pin, .. } => vec![pin],
        }
    }

    pub fn sentence(&self, bundle: &Bundle) -> String {
        let rule = |id: &str| rule_name(bundle, id);
        let title = |id: &str| product_title(bundle, id);
        match self {
            Self::PinAndHide { pin, hide, product } => {
                format!("{} pins {}, which {} hides: it stays hidden.", rule(pin), title(product), rule(hide))
            }
            Self::SamePlace { winner, loser, position }
            | Self::ScheduleOverlap { winner, loser, position, .. } => format!(
                "{} and {} want place {position}: the first keeps it, the other takes the next free one.",
                rule(winner),
                rule(loser)
            ),
            Self::SameProduct { winner, loser, product } => format!(
                "{} and {} both pin {}: the first decides.",
                rule(winner),
                rule(loser),
                title(product)
            ),
            Self::PinOutsideOnlyShow { pin, only_show, product } => format!(
                "{} pins {}, which is outside {}: the pin wins.",
                rule(pin),
                title(product),
                rule(only_show)
            ),
            Self::BoostAndBury { boost, bury, n_products } => format!(
                "{} and {} pull {n_products} {} in opposite directions: their points add up.",
                rule(boost),
                rule(bury),
                if *n_products == 1 { "product" } else { "products" }
            ),
            Self::MatchesNothing { rule: id } => format!("{} matches no product.", rule(id)),
            Self::NoEffect { rule: id } => format!("{} changes nothing that is shown today.", rule(id)),
            Self::PinnedSoldOut { pin, product } => format!(
                "{} pins {}, which is sold out: its place goes to the next product until it is back.",
                rule(pin),
                title(product)
            ),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    Off,
    Active,
    Scheduled,
    Ended,
}

/// What one rule does on current data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleHealth {
    pub rule: String,
    pub phase: Phase,
    /// Products of the catalog that it is about.
    pub n_products: u32,
    /// Slots of the looked-at page that are other without it, and all slots of the rows it is about.
    pub slots_changed: u32,
    pub slots: u32,
    /// Average places that its products move up (negative: down), in tenths; only for boosts and buries.
    pub places_tenths: i32,
    /// Pages on which it is in force and has products to act on.
    pub pages: u32,
    pub sentence: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Health {
    /// In list order.
    pub rules: Vec<RuleHealth>,
    pub conflicts: Vec<Conflict>,
}

/// Looks at every rule at one moment: what it does, and what is wrong with it.
pub fn health(prepared: &Prepared, now: Seconds) -> Health {
    let mut health = Health { rules: Vec::new(), conflicts: conflicts(prepared, now) };
    for at in 0..prepared.rules().len() {
        health.rules.extend(rule_health(prepared, at, now));
    }
    let idle = health.rules.iter().filter(|rule| rule.has_no_effect());
    health.conflicts.extend(idle.map(|rule| Conflict::NoEffect { rule: rule.rule.clone() }));
    health
}

/// What is wrong with rules as they stand, without deciding a page: quick enough for every edit. Off, ended and future
/// rules take part in no conflict but schedule overlaps.
pub fn conflicts(prepared: &Prepared, now: Seconds) -> Vec<Conflict> {
    let bundle = prepared.bundle();
    let list = &bundle.document.rules;
    let mut found = Vec::new();
    for compiled in prepared.rules() {
        let rule = &list[compiled.at as usize];
        if phase(rule, now) == Phase::Active {
            if compiled.set(bundle, now).count() == 0 {
                found.push(Conflict::MatchesNothing { rule: rule.id.clone() });
            }
            sold_out(bundle, compiled, rule, &mut found);
        }
    }
    pairs(prepared, now, &mut found);
    found
}

/// What the `at`-th rule of the list does at one moment. Decides two pages.
pub fn rule_health(prepared: &Prepared, at: usize, now: Seconds) -> Option<RuleHealth> {
    let compiled = prepared.rules().iter().find(|compiled| compiled.at as usize == at)?;
    let rule = prepared.bundle().document.rules.get(at)?;
    Some(effect(prepared, compiled, rule, phase(rule, now), now))
}

impl RuleHealth {
    /// In force, with products to act on, and yet nothing that is shown is other for it.
    pub fn has_no_effect(&self) -> bool {
        self.phase == Phase::Active
            && 0 < self.n_products
            && self.slots_changed == 0
            && self.places_tenths == 0
    }
}

fn phase(rule: &Rule, now: Seconds) -> Phase {
    if !rule.enabled {
        Phase::Off
    } else if rule.schedule.until.is_some_and(|until| until <= now) {
        Phase::Ended
    } else if rule.schedule.holds(now) {
        Phase::Active
    } else {
        Phase::Scheduled
    }
}

fn sold_out(bundle: &Bundle, compiled: &CompiledRule, rule: &Rule, found: &mut Vec<Conflict>) {
    let (Action::Pin { keep_when_sold_out: false, .. }, Targets::Listed { order, .. }) =
        (compiled.action, &compiled.targets)
    else {
        return;
    };
    for product in order.iter().flatten() {
        let facts = &bundle.catalog.products[*product as usize];
        if !facts.sellable() {
            found.push(Conflict::PinnedSoldOut { pin: rule.id.clone(), product: facts.id.clone() });
        }
    }
}

/// Every pair of rules that can meet on one page, the stronger first.
fn pairs(prepared: &Prepared, now: Seconds, found: &mut Vec<Conflict>) {
    let bundle = prepared.bundle();
    let list = &bundle.document.rules;
    let mut rules: Vec<&CompiledRule> =
        prepared.rules().iter().filter(|compiled| list[compiled.at as usize].enabled).collect();
    rules.sort_by_key(|compiled| compiled.precedence());
    for (at, winner) in rules.iter().enumerate() {
        for loser in &rules[at + 1..] {
            let (first, second) = (&list[winner.at as usize], &list[loser.at as usize]);
            if meet(&first.scope, &second.scope) && share_time(first, second) {
                pair(bundle, (winner, first), (loser, second), now, found);
            }
        }
    }
}

fn pair(
    bundle: &Bundle,
    (winner, first): (&CompiledRule, &Rule),
    (loser, second): (&CompiledRule, &Rule),
    now: Seconds,
    found: &mut Vec<Conflict>,
) {
    let both_active = first.schedule.holds(now) && second.schedule.holds(now);
    let ids = |set: Bits| -> Vec<String> {
        set.iter().map(|product| bundle.catalog.products[product as usize].id.clone()).collect()
    };
    let common = || {
        let mut set = Bits::clone(&winner.set(bundle, now));
        set.intersect(&loser.set(bundle, now));
        set
    };
    match (winner.action, loser.action) {
        (Action::Pin { soft, .. }, Action::Pin { soft: other_soft, .. }) => {
            if both_active {
                for product in ids(common()) {
                    found.push(Conflict::SameProduct {
                        winner: first.id.clone(),
                        loser: second.id.clone(),
                        product,
                    });
                }
            }
            let shared = places(winner).into_iter().find(|place| places(loser).contains(place));
            if let Some(position) = shared.filter(|_| !soft && !other_soft) {
                let (winner, loser) = (first.id.clone(), second.id.clone());
                found.push(if both_active {
                    Conflict::SamePlace { winner, loser, position }
                } else {
                    Conflict::ScheduleOverlap {
                        winner,
                        loser,
                        position,
                        from: first.schedule.from.max(second.schedule.from),
                        until: [first.schedule.until, second.schedule.until].into_iter().flatten().min(),
                    }
                });
            }
        }
        (Action::Pin { .. }, Action::Hide) | (Action::Hide, Action::Pin { .. }) if both_active => {
            let (pin, hide) = if winner.action == Action::Hide { (second, first) } else { (first, second) };
            for product in ids(common()) {
                found.push(Conflict::PinAndHide { pin: pin.id.clone(), hide: hide.id.clone(), product });
            }
        }
        (Action::Pin { .. }, Action::OnlyShow) | (Action::OnlyShow, Action::Pin { .. }) if both_active => {
            let winner_only = winner.action == Action::OnlyShow;
            let (pin, only) = if winner_only { (loser, winner) } else { (winner, loser) };
            let (pin_rule, only_rule) = if winner_only { (second, first) } else { (first, second) };
            let mut outside = Bits::clone(&pin.set(bundle, now));
            outside.subtract(&only.set(bundle, now));
            for product in ids(outside) {
                found.push(Conflict::PinOutsideOnlyShow {
                    pin: pin_rule.id.clone(),
                    only_show: only_rule.id.clone(),
                    product,
                });
            }
        }
        (Action::Boost { .. }, Action::Bury { .. }) | (Action::Bury { .. }, Action::Boost { .. })
            if both_active =>
        {
            let n_products = common().count();
            if n_products > 0 {
                let boost_first = matches!(winner.action, Action::Boost { .. });
                let (boost, bury) = if boost_first { (first, second) } else { (second, first) };
                found.push(Conflict::BoostAndBury {
                    boost: boost.id.clone(),
                    bury: bury.id.clone(),
                    n_products,
                });
            }
        }
        _ => {}
    }
}

fn places(rule: &CompiledRule) -> Vec<u32> {
    match (rule.action, &rule.targets) {
        (Action::Pin { position, .. }, Targets::Listed { order, .. }) => order
            .iter()
            .enumerate()
            .filter(|(_, product)| product.is_some())
            .map(|(at, _)| position.max(1).saturating_add(at as u32))
            .collect(),
        _ => Vec::new(),
    }
}

/// True when some visit is in both scopes.
fn meet(one: &Scope, other: &Scope) -> bool {
    let pages = one.pages.is_empty()
        || other.pages.is_empty()
        || one
            .pages
            .iter()
            .any(|page| other.pages.iter().any(|own| page_holds(page, own) || page_holds(own, page)));
    let blocks = match (&one.block, &other.block) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    };
    let segments = match (&one.segments, &other.segments) {
        (Some(one), Some(other)) => one.iter().any(|segment| other.contains(segment)),
        _ => true,
    };
    let queries = one.queries.is_empty()
        || other.queries.is_empty()
        || one.queries.iter().any(|query| other.queries.contains(query));
    pages && blocks && segments && queries
}

fn share_time(one: &Rule, other: &Rule) -> bool {
    let from = one.schedule.from.max(other.schedule.from);
    let until = [one.schedule.until, other.schedule.until].into_iter().flatten().min();
    from.zip(until).is_none_or(|(from, until)| from < until)
}

/// The page of the rule's scope with and without it, for the first segment it is for.
fn effect(
    prepared: &Prepared,
    compiled: &CompiledRule,
    rule: &Rule,
    phase: Phase,
    now: Seconds,
) -> RuleHealth {
    let bundle = prepared.bundle();
    let n_products = compiled.set(bundle, now).count();
    let mut health = RuleHealth {
        rule: rule.id.clone(),
        phase,
        n_products,
        slots_changed: 0,
        slots: 0,
        places_tenths: 0,
        pages: 0,
        sentence: String::new(),
    };
    if phase == Phase::Active && n_products > 0 {
        health.pages = live_on(bundle, compiled, rule, now);
        measure(prepared, compiled, rule, now, &mut health);
    }
    health.sentence = effect_sentence(rule, &health);
    health
}

/// Pages with a layout that the rule is for and that its products can stand on: each category by itself, every other
/// kind of page once.
fn live_on(bundle: &Bundle, compiled: &CompiledRule, rule: &Rule, now: Seconds) -> u32 {
    let scope = &rule.scope;
    let for_search = !scope.queries.is_empty();
    let holds = |page: &PageKey| {
        let named = scope.pages.is_empty() || scope.pages.iter().any(|wanted| page_holds(wanted, page));
        named && (!for_search || *page == PageKey::Search)
    };
    let products = compiled.set(bundle, now);
    let layouts = &bundle.document.layouts;
    let others = layouts.keys().filter(|page| !matches!(page, PageKey::Collection(_)) && holds(page));
    let collections = bundle.catalog.collections.iter().filter(|collection| {
        let page = PageKey::Collection(Some(collection.id.clone()));
        let has_layout = layouts.contains_key(&page) || layouts.contains_key(&PageKey::Collection(None));
        has_layout
            && holds(&page)
            && products
                .iter()
                .any(|at| bundle.catalog.products[at as usize].collections.contains(&collection.id))
    });
    (others.count() + collections.count()) as u32
}

fn measure(prepared: &Prepared, compiled: &CompiledRule, rule: &Rule, now: Seconds, health: &mut RuleHealth) {
    let bundle = prepared.bundle();
    let segment = rule
        .scope
        .segments
        .as_ref()
        .and_then(|segments| segments.first().cloned())
        .unwrap_or_else(|| EVERYONE.to_owned());
    let Some(page) = page_in(bundle, compiled, rule, now) else {
        return;
    };
    let visit = Visit { segment: Some(segment), ..Visit::of(page, now) };
    let with = prepared.decide(&visit, Detail::Plain);
    let without = prepared.decide_without(&visit, &rule.id);
    let (mut moved, mut counted) = (0_i64, 0_i64);
    for (own, other) in with.blocks.iter().zip(&without.blocks) {
        if rule.scope.block.as_ref().is_some_and(|block| *block != own.id) {
            continue;
        }
        let end = u32::try_from(own.slots.len().max(other.slots.len())).unwrap_or(u32::MAX);
        health.slots += end;
        for at in 0..end as usize {
            let product = |slots: &[super::page::Slot]| slots.get(at).map(|slot| slot.product);
            health.slots_changed += u32::from(product(&own.slots) != product(&other.slots));
        }
        for product in compiled.set(bundle, now).iter() {
            let place = |slots: &[super::page::Slot]| {
                slots.iter().find(|slot| slot.product == product).map(|slot| slot.position)
            };
            let (now_at, before) = (place(&own.slots), place(&other.slots));
            if now_at.is_some() || before.is_some() {
                counted += 1;
                moved += i64::from(before.unwrap_or(end + 1)) - i64::from(now_at.unwrap_or(end + 1));
            }
        }
    }
    if matches!(rule.action, Action::Boost { .. } | Action::Bury { .. }) && counted > 0 {
        health.places_tenths = (moved * 10 / counted) as i32;
    }
}

/// A page the rule is about: its first, for kinds of pages one that shows its products.
fn page_in(bundle: &Bundle, compiled: &CompiledRule, rule: &Rule, now: Seconds) -> Option<PageRef> {
    let product = compiled.set(bundle, now).iter().next();
    let facts = product.map(|product| &bundle.catalog.products[product as usize]);
    let collection = || {
        facts
            .and_then(|facts| facts.collections.first().cloned())
            .or_else(|| bundle.catalog.collections.first().map(|collection| collection.id.clone()))
    };
    match rule.scope.pages.first() {
        None | Some(PageKey::Home) if !rule.scope.queries.is_empty() => {
            rule.scope.queries.first().cloned().map(PageRef::Search)
        }
        None | Some(PageKey::Home) => Some(PageRef::Home),
        Some(PageKey::Collection(id)) => id.clone().or_else(collection).map(PageRef::Collection),
        Some(PageKey::Product(id)) => id
            .clone()
            .or_else(|| bundle.catalog.products.first().map(|product| product.id.clone()))
            .map(PageRef::Product),
        Some(PageKey::Cart) => Some(PageRef::Cart(Vec::new())),
        Some(PageKey::Search) => rule
            .scope
            .queries
            .first()
            .cloned()
            .or_else(|| facts.map(|facts| facts.title.clone()))
            .map(PageRef::Search),
        Some(PageKey::Email(id)) => Some(PageRef::Email(id.clone().unwrap_or_default())),
        Some(PageKey::ThankYou) => Some(PageRef::ThankYou(Vec::new())),
    }
}

fn effect_sentence(rule: &Rule, health: &RuleHealth) -> String {
    match health.phase {
        Phase::Off => return "Switched off.".to_owned(),
        Phase::Scheduled => return "Waits for its time.".to_owned(),
        Phase::Ended => return "Ended.".to_owned(),
        Phase::Active => {}
    }
    let n = health.n_products;
    let products = if n == 1 { "1 product".to_owned() } else { format!("{n} products") };
    match rule.action {
        Action::Boost { .. } | Action::Bury { .. } if health.places_tenths != 0 => {
            let places = (health.places_tenths.abs() + 5) / 10;
            let places = if places <= 1 { "1 place".to_owned() } else { format!("{places} places") };
            let direction = if health.places_tenths > 0 { "up" } else { "down" };
            format!("Moves {products} {direction} about {places}.")
        }
        Action::Hide => format!("Hides {products}."),
        _ if n == 0 => "Matches no product.".to_owned(),
        _ => format!("Changes {} of {} slots.", health.slots_changed, health.slots),
    }
}

impl Prepared {
    /// Products of the catalog that a rule is about, whether or not it is in the list yet.
    pub fn n_matching(&self, rule: &Rule, now: Seconds) -> u32 {
        let bundle = self.bundle();
        CompiledRule::new(0, rule, bundle, bundle.catalog.products.len(), None).set(bundle, now).count()
    }

    /// The page as it would be if one rule were switched off.
    pub fn decide_without(&self, visit: &Visit, rule: &str) -> super::page::Page {
        let mut document = (*self.bundle().document).clone();
        for own in document.rules.iter_mut().filter(|own| own.id == rule) {
            own.enabled = false;
        }
        self.with_switches(document.into()).decide(visit, Detail::Plain)
    }
}
