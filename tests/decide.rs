//! What a decided page promises, on bundles that nobody chose.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod random;

use std::collections::BTreeSet;
use std::sync::Arc;

use endcap::bundle::Bundle;
use endcap::decide::{self, Absence, Badge, Detail, PageRef, Prepared, RuleOutcome, TermKind, Visit, golden};
use endcap::merch::{Action, Block, Document, Layout, PageKey, Rule, Schedule, Scope, Source, Target};
use proptest::prelude::*;
use random::{AS_OF, bundle};

fn visits(prepared: &Prepared, count: usize, seed: u64) -> Vec<Visit> {
    golden::cases(prepared, count, seed).into_iter().map(|case| case.visit).collect()
}

fn blocks_of<'b>(bundle: &'b Bundle, page: &endcap::decide::Page, visit: &Visit) -> &'b [Block] {
    let layout = bundle.document.layout(&visit.page.key()).unwrap();
    layout
        .variants
        .iter()
        .find(|variant| variant.id == page.layout)
        .map_or(&layout.default, |variant| &variant.blocks)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn no_product_shows_twice_and_nothing_shows_that_may_not(seed in any::<u64>()) {
        let bundle = bundle(seed, 40, 12);
        let prepared = Prepared::new(&bundle);
        for visit in visits(&prepared, 12, seed) {
            let page = prepared.decide(&visit, Detail::Full);
            let blocks = blocks_of(&bundle, &page, &visit);
            let mut shown = BTreeSet::new();
            for decided in &page.blocks {
                let block = blocks.iter().find(|block| block.id == decided.id).unwrap();
                let own: BTreeSet<u32> = decided.slots.iter().map(|slot| slot.product).collect();
                prop_assert_eq!(own.len(), decided.slots.len());
                for slot in &decided.slots {
                    let product = &bundle.catalog.products[slot.product as usize];
                    prop_assert!(product.published && product.price.is_some());
                    let seen = block.may_repeat || shown.insert(slot.product);
                    prop_assert!(seen, "{} shows twice", product.id);
                    let hidden = slot.why.rules.iter().any(|trace| {
                        bundle.document.rules.iter().any(|rule| rule.id == trace.rule && rule.action == Action::Hide)
                    });
                    prop_assert!(!hidden, "{} is hidden", product.id);
                    if let PageRef::Collection(id) = &visit.page {
                        prop_assert!(product.collections.contains(id));
                    }
                }
                prop_assert!(decided.slots.len() <= block.size as usize);
            }
        }
    }

    #[test]
    fn explanations_add_up_exactly(seed in any::<u64>()) {
        let bundle = bundle(seed, 40, 14);
        let prepared = Prepared::new(&bundle);
        for visit in visits(&prepared, 12, seed) {
            for slot in prepared.decide(&visit, Detail::Full).blocks.iter().flat_map(|block| &block.slots) {
                let points: Vec<i64> = slot.why.terms.iter().map(|term| term.points).collect();
                prop_assert_eq!(points.iter().sum::<i64>(), slot.score);
                let shown = decide::points::parts(&points);
                prop_assert_eq!(shown.iter().sum::<i64>(), decide::points::tenths(slot.score));
                for term in &slot.why.terms {
                    if let (TermKind::Signal(_), Some(value)) = (term.kind, term.value) {
                        prop_assert_eq!(term.points, i64::from(term.weight) * i64::from(value));
                    }
                }
            }
        }
    }

    #[test]
    fn pages_of_a_list_are_slices_of_it(seed in any::<u64>(), offset in 0_u32..8, limit in 0_u32..8) {
        let bundle = bundle(seed, 40, 10);
        let prepared = Prepared::new(&bundle);
        for visit in visits(&prepared, 8, seed) {
            let whole = prepared.decide(&Visit { offset: 0, limit: None, ..visit.clone() }, Detail::Plain);
            let part = prepared.decide(&Visit { offset, limit: Some(limit), ..visit }, Detail::Plain);
            for (whole, part) in whole.blocks.iter().zip(&part.blocks) {
                let start = (offset as usize).min(whole.slots.len());
                let end = (start + limit as usize).min(whole.slots.len());
                prop_assert_eq!(&part.slots[..], &whole.slots[start..end]);
            }
        }
    }

    #[test]
    fn the_order_of_the_input_does_not_matter(seed in any::<u64>()) {
        let bundle = bundle(seed, 30, 8);
        let prepared = Prepared::new(&bundle);
        for visit in visits(&prepared, 8, seed) {
            let mut turned = visit.clone();
            turned.history.reverse();
            turned.filters.reverse();
            turned.facts.reverse();
            prop_assert_eq!(
                prepared.decide(&visit, Detail::Full).blocks,
                prepared.decide(&turned, Detail::Full).blocks
            );
        }
    }

    #[test]
    fn a_block_is_never_empty_while_anything_is_eligible(seed in any::<u64>()) {
        let bundle = bundle(seed, 30, 0);
        let prepared = Prepared::new(&bundle);
        for visit in visits(&prepared, 8, seed) {
            let visit = Visit { offset: 0, limit: None, ..visit };
            let page = prepared.decide(&visit, Detail::Plain);
            for block in page.blocks.iter().filter(|block| block.slots.is_empty()) {
                for product in &bundle.catalog.products {
                    let why = prepared.absence(&visit, &block.id, &product.id);
                    prop_assert!(
                        !matches!(why, Absence::BelowTheCut { .. } | Absence::Removed(decide::Step::NotACandidate)),
                        "{} may show in empty {}: {:?}", product.id, block.id, why
                    );
                }
            }
        }
    }

    #[test]
    fn a_pin_that_won_stands_where_it_was_promised(seed in any::<u64>()) {
        let bundle = bundle(seed, 40, 12);
        let prepared = Prepared::new(&bundle);
        for visit in visits(&prepared, 12, seed) {
            let page = prepared.decide(&Visit { offset: 0, limit: None, ..visit }, Detail::Full);
            for block in &page.blocks {
                for slot in &block.slots {
                    for trace in &slot.why.rules {
                        let rule = bundle.document.rules.iter().find(|rule| rule.id == trace.rule).unwrap();
                        let (Action::Pin { position, soft, .. }, Target::Products(ids)) = (rule.action, &rule.target)
                        else { continue };
                        if trace.outcome != RuleOutcome::Won {
                            continue;
                        }
                        let id = &bundle.catalog.products[slot.product as usize].id;
                        let places: Vec<u32> = ids.iter().zip(position..).filter(|(own, _)| *own == id)
                            .map(|(_, place)| place).collect();
                        let at_end = slot.position == block.total || (slot.position as usize) < places[0] as usize;
                        prop_assert!(places.contains(&slot.position) || soft || at_end, "{:?} {}", places, slot.position);
                    }
                }
            }
        }
    }

    #[test]
    fn the_smallest_boost_reaches_the_place_and_one_less_does_not(seed in any::<u64>(), at in 0_usize..30) {
        let bundle = bundle(seed, 30, 0);
        let prepared = Prepared::new(&bundle);
        let visit = Visit::of(PageRef::Home, AS_OF);
        let page = prepared.decide(&visit, Detail::Plain);
        let Some(block) = page.blocks.first() else { return Ok(()) };
        let product = bundle.catalog.products[at].id.clone();
        let Some(points) = prepared.smallest_boost(&visit, &block.id, &product, 2) else { return Ok(()) };
        for (points, reaches) in [(points, true), (points - 1, false)] {
            if points < 0 || (points == 0 && !reaches) {
                continue;
            }
            let mut document = (*bundle.document).clone();
            let uncapped = points > Action::STRONG;
            document.rules.insert(0, rule("trial", Action::Boost { points, uncapped }, &[&product]));
            document.rules[0].scope.block = Some(block.id.clone());
            let decided = prepared.with_document(Arc::new(document)).decide(&visit, Detail::Plain);
            let index = bundle.catalog.index(&product).unwrap();
            let there = decided.blocks[0].slots.iter().take(2).any(|slot| slot.product == index);
            let cut = decided.blocks[0].slots.len() < 2;
            prop_assert!(there == reaches || cut, "{} points", points);
        }
    }
}

fn rule(id: &str, action: Action, products: &[&str]) -> Rule {
    Rule {
        id: id.to_owned(),
        name: None,
        enabled: true,
        action,
        target: Target::Products(products.iter().map(|id| (*id).to_owned()).collect()),
        scope: Scope::default(),
        schedule: Schedule::default(),
        created_at: AS_OF,
    }
}

const HARD: fn(u32) -> Action = |position| Action::Pin { position, soft: false, keep_when_sold_out: false };
const SOFT: fn(u32) -> Action = |position| Action::Pin { position, soft: true, keep_when_sold_out: false };

/// Ten sellable products `a`…`j` whose popularity falls in that order, one home row of five, and these rules.
fn shop(rules: Vec<Rule>) -> Bundle {
    let mut shop = bundle(1, 10, 0);
    let mut catalog = (*shop.catalog).clone();
    for (at, product) in catalog.products.iter_mut().enumerate() {
        *product = endcap::bundle::CatalogProduct {
            id: char::from(b'a' + at as u8).to_string(),
            title: format!("Product {at}"),
            price: Some(1_000),
            published: true,
            ..Default::default()
        };
    }
    let mut signals = (*shop.signals).clone();
    signals.popularity = (0..10).map(|at| Some(10_000 - at * 1_000)).collect();
    signals.relevance.iter_mut().for_each(|column| column.relevance = vec![Some(0); 10]);
    let mut block = Block::products("row", "Row", vec![Source::Everything], 5);
    block.weights = endcap::merch::Weights::from_shares([0, 1, 0, 0, 0]);
    block.variety = 0;
    let mut document = Document { rules, ..Document::default() };
    document.layouts.insert(PageKey::Home, Layout { variants: Vec::new(), default: vec![block] });
    shop.catalog = Arc::new(catalog);
    shop.signals = Arc::new(signals);
    shop.document = Arc::new(document);
    shop.experiments = Arc::default();
    shop
}

fn row(bundle: &Bundle) -> String {
    let page = decide::decide(bundle, &Visit::of(PageRef::Home, AS_OF));
    page.blocks[0]
        .slots
        .iter()
        .map(|slot| bundle.catalog.products[slot.product as usize].id.as_str())
        .collect()
}

#[test]
fn without_rules_the_score_decides() {
    assert_eq!(row(&shop(Vec::new())), "abcde");
}

#[test]
fn hide_is_stronger_than_pin() {
    let rules = vec![rule("r1", HARD(1), &["c"]), rule("r2", Action::Hide, &["c"])];
    assert_eq!(row(&shop(rules)), "abdef");
}

#[test]
fn a_pin_steps_over_an_only_show_rule_and_says_so() {
    let bundle = shop(vec![rule("r1", Action::OnlyShow, &["d", "e", "f"]), rule("r2", HARD(2), &["a"])]);
    assert_eq!(row(&bundle), "daef");
    let page = decide::decide(&bundle, &Visit::of(PageRef::Home, AS_OF));
    let pinned = &page.blocks[0].slots[1];
    assert!(pinned.badges.contains(&Badge::Conflict));
    assert!(pinned.why.rules.iter().any(|trace| trace.outcome == RuleOutcome::LostTo("r2".to_owned())));
    assert_eq!(pinned.why.place_without_rules, Some(1));
}

#[test]
fn of_two_pins_on_one_place_the_upper_rule_wins_and_the_other_takes_the_next_free_place() {
    let rules = vec![rule("r1", HARD(2), &["h"]), rule("r2", HARD(2), &["i"]), rule("r3", HARD(3), &["j"])];
    assert_eq!(row(&shop(rules)), "ahjib");
}

#[test]
fn the_narrower_scope_wins_over_list_order() {
    let mut narrow = rule("r2", HARD(1), &["i"]);
    narrow.scope.pages = vec![PageKey::Home];
    assert_eq!(row(&shop(vec![rule("r1", HARD(1), &["h"]), narrow])), "ihabc");
}

#[test]
fn pins_past_the_end_close_up_in_position_order() {
    let rules =
        vec![rule("r1", Action::OnlyShow, &["a"]), rule("r2", HARD(9), &["b"]), rule("r3", HARD(7), &["c"])];
    assert_eq!(row(&shop(rules)), "acb");
}

#[test]
fn a_soft_pin_comes_at_its_place_at_the_latest_and_earlier_by_score() {
    assert_eq!(row(&shop(vec![rule("r1", SOFT(3), &["j"])])), "abjcd");
    assert_eq!(row(&shop(vec![rule("r1", SOFT(3), &["b"])])), "abcde");
    let two = vec![rule("r1", SOFT(2), &["i"]), rule("r2", SOFT(2), &["j"])];
    assert_eq!(row(&shop(two)), "aijbc");
}

#[test]
fn several_products_of_one_pin_take_consecutive_places() {
    assert_eq!(row(&shop(vec![rule("r1", HARD(2), &["j", "i"])])), "ajibc");
}

#[test]
fn a_sold_out_pin_gives_its_place_and_returns_unless_it_is_kept() {
    let mut bundle = shop(vec![rule("r1", HARD(1), &["e"])]);
    let mut catalog = (*bundle.catalog).clone();
    catalog.products[4].stock = Some(0);
    bundle.catalog = Arc::new(catalog);
    assert_eq!(row(&bundle), "abcdf");
    let keep = Action::Pin { position: 1, soft: false, keep_when_sold_out: true };
    let kept = bundle.with_document(shop(vec![rule("r1", keep, &["e"])]).document);
    assert_eq!(row(&kept), "eabcd");
}

#[test]
fn boosts_add_up_to_the_cap_unless_one_is_uncapped() {
    let boost = |uncapped| Action::Boost { points: Action::STRONG, uncapped };
    let capped = vec![rule("r1", boost(false), &["e"]), rule("r2", boost(false), &["e"])];
    assert_eq!(row(&shop(capped)), "abced");
    let uncapped = vec![rule("r1", boost(true), &["e"]), rule("r2", boost(false), &["e"])];
    assert_eq!(row(&shop(uncapped)), "aebcd");
}

#[test]
fn a_schedule_is_half_open() {
    let mut only_now = rule("r1", HARD(1), &["j"]);
    only_now.schedule = Schedule { from: Some(AS_OF), until: Some(AS_OF + 10) };
    let prepared = Prepared::new(&shop(vec![only_now]));
    for (now, pinned) in [(AS_OF - 1, false), (AS_OF, true), (AS_OF + 9, true), (AS_OF + 10, false)] {
        let page = prepared.decide(&Visit::of(PageRef::Home, now), Detail::Plain);
        assert_eq!(page.blocks[0].slots[0].product == 9, pinned, "{now}");
    }
}

#[test]
fn a_prepared_bundle_answers_as_a_new_one_after_every_change_of_the_document() {
    let before = bundle(11, 50, 20);
    let prepared = Prepared::new(&before);
    let after = bundle(11, 50, 0).with_document(bundle(12, 50, 25).document);
    let changed = prepared.with_document(Arc::clone(&after.document));
    let fresh = Prepared::new(&before.with_document(Arc::clone(&after.document)));
    for visit in visits(&fresh, 60, 3) {
        assert_eq!(changed.decide(&visit, Detail::Full), fresh.decide(&visit, Detail::Full));
    }
}

/// Digest of 640 decided pages over 16 random bundles. It changes only when `decide-1` changes, which is a new decider.
#[test]
fn golden_cases_stay_what_they_are() {
    let mut hash = Vec::new();
    let mut slots = 0;
    for seed in 0..16 {
        let prepared = Prepared::new(&bundle(seed, 60, 16));
        for case in golden::cases(&prepared, 40, seed) {
            slots += case.page.blocks.iter().map(|block| block.slots.len()).sum::<usize>();
            hash.extend(endcap::bundle::canonical::to_bytes(&case).unwrap());
        }
    }
    assert!(slots > 3_000, "{slots} slots prove little");
    assert_eq!(format!("{:016x}", endcap::shop::hash::fnv1a64(&hash)), "5a5c6b1bb011d349");
}
