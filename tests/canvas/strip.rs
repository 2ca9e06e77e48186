//! The strip: past orders on worker threads, what it says, and how it is asked.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use endcap::app::replay::Past;
use endcap::features::Dictionary;
use endcap::recommend::{Dataset, Line};
use endcap::shop::hash::splitmix64;
use endcap::ui::Studio;
use endcap::ui::screens::stage::ReplayState;

use super::{card_on, common, rules, select, studio};

const DAY: i64 = 86_400;

/// `n` orders of the last 80 days; plant people buy plants, the others anything.
fn past(n: usize) -> Past {
    let bundle = common::bundle(0);
    let products: Vec<String> = bundle.catalog.products.iter().map(|product| product.id.clone()).collect();
    let plants: Vec<u32> = (0..products.len() as u32)
        .filter(|at| bundle.catalog.products[*at as usize].product_type.as_deref() == Some("Plants & Vases"))
        .collect();
    let customers: Vec<String> = (0..400).map(|at| format!("c{at:04}")).collect();
    let orders: Vec<String> = (0..n).map(|at| format!("o{at:05}")).collect();
    let lines: Vec<Line> = (0..n as u32)
        .flat_map(|order| {
            let draw = splitmix64(u64::from(order));
            let customer = (draw % 400) as u32;
            let pool = if customer % 2 == 0 { plants.len() as u64 } else { products.len() as u64 };
            (0..2_u64).map(move |line| (order, customer, draw, pool, line))
        })
        .map(|(order, customer, draw, pool, line)| {
            let at = (splitmix64(draw ^ (line + 1)) % pool) as u32;
            Line {
                order,
                customer,
                product: if customer % 2 == 0 { plants[at as usize] } else { at },
                at: common::NOW - 80 * DAY + i64::from(order) * 80 * DAY / n as i64,
                quantity: 1.0,
                revenue: 2_500.0,
            }
        })
        .collect();
    let segment_of = (0..400).map(|at| if at % 2 == 0 { Some("s3".to_owned()) } else { None }).collect();
    let data = Dataset::new(
        Dictionary::from_ids(customers),
        Dictionary::from_ids(products),
        Dictionary::from_ids(orders),
        Vec::new(),
        &lines,
        Vec::new(),
    );
    Past::new(&bundle, data, segment_of, common::NOW - 90 * DAY)
}

fn with_past(n: usize) -> Harness<'static, Studio> {
    let mut harness = studio();
    harness.state_mut().set_past(past(n));
    common::settle(&mut harness);
    harness
}

/// Runs frames until a condition holds, as the window does when a thread wakes it.
fn wait(harness: &mut Harness<'static, Studio>, holds: impl Fn(&Studio) -> bool) {
    for _ in 0..2_000 {
        harness.run_steps(1);
        if holds(harness.state()) {
            harness.run_steps(2);
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("it never came: {:?}", harness.state().replays().state);
}

fn full(studio: &Studio) -> bool {
    let replays = studio.replays();
    !replays.is_stale && replays.shown.as_ref().is_some_and(|shown| !shown.is_quick)
}

fn hide_first(harness: &mut Harness<'static, Studio>) {
    select(harness, 1);
    harness.key_press(Key::H);
    common::settle(harness);
    assert_eq!(rules(harness).len(), 1);
}

#[test]
fn an_edit_is_played_against_past_orders_and_undo_takes_the_answer_back() {
    let mut harness = with_past(900);
    assert_eq!(harness.state().replays().state, ReplayState::Unchanged);
    assert!(harness.query_by_label_contains("Change this page and see here").is_some());
    hide_first(&mut harness);
    wait(&mut harness, |studio| studio.replays().shown.is_some());
    wait(&mut harness, full);
    let shown = harness.state().replays().shown.clone().expect("an answer");
    assert_eq!((shown.comparison.orders, shown.orders_in_all), (900, 900));
    assert!(shown.comparison.hit_rate.difference <= 0.0, "{:?}", shown.comparison.hit_rate);
    assert!(!shown.comparison.seen_by_models, "the models must not know the orders they are asked about");
    assert!(harness.query_all_by_label_contains("If your last 80 days had looked like this").count() > 0);
    assert!(harness.query_by_label_contains("estimate · 900 orders").is_some());
    let status = harness.get_all_by_role(Role::Status).count();
    assert!(2 <= status, "both measures are spoken, found {status}");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    wait(&mut harness, |studio| studio.replays().state == ReplayState::Unchanged);
    assert!(harness.state().replays().shown.is_none());
}

#[test]
fn the_same_edit_gets_the_same_answer_whoever_counts() {
    let answer = || {
        let mut harness = with_past(600);
        hide_first(&mut harness);
        wait(&mut harness, full);
        harness.state().replays().shown.as_ref().map(|shown| shown.comparison.clone())
    };
    assert_eq!(answer(), answer());
}

#[test]
fn too_few_orders_say_so_instead_of_guessing() {
    let mut harness = with_past(143);
    hide_first(&mut harness);
    wait(&mut harness, |studio| matches!(studio.replays().state, ReplayState::TooFew(_)));
    assert!(harness.query_by_label("Not enough orders to replay. 200 needed, you have 143.").is_some());
}

#[test]
fn details_and_what_is_this_open_and_close() {
    let mut harness = with_past(600);
    hide_first(&mut harness);
    wait(&mut harness, full);
    harness.get_by_label("Details").click();
    common::settle(&mut harness);
    assert!(harness.query_by_label_contains("All orders: ").is_some());
    assert!(harness.query_by_label_contains("Plant people: ").is_some());
    harness.key_press(Key::Escape);
    common::settle(&mut harness);
    assert!(harness.query_by_label_contains("All orders: ").is_none());
    harness.get_by_label("What is this?").click();
    common::settle(&mut harness);
    assert!(harness.query_by_label_contains("treat it as a smoke test").is_some());
    harness.get_by_label("Close").click();
    common::settle(&mut harness);
    assert!(harness.query_by_label_contains("treat it as a smoke test").is_none());
}

#[test]
fn a_pin_says_what_it_would_cost_before_it_is_made() {
    let mut harness = with_past(600);
    select(&mut harness, 5);
    harness.key_press_modifiers(Modifiers::SHIFT, Key::P);
    common::settle(&mut harness);
    harness.get_by_label("Position").type_text("1");
    common::settle(&mut harness);
    wait(&mut harness, |studio| !studio.replays().costs.is_empty());
    assert!(harness.query_all_by_label_contains("≈ ").count() > 0);
    assert!(rules(&harness).is_empty(), "asking must not pin");
}

#[test]
fn a_point_of_the_margin_curve_sets_the_weights_and_undo_brings_them_back() {
    let mut harness = with_past(600);
    select(&mut harness, 1);
    let before = harness.state().document().clone();
    harness.get_by_label("Margin against relevance").click();
    wait(&mut harness, |studio| studio.replays().curve.is_some());
    common::settle(&mut harness);
    let point = harness.get_by_label_contains("Margin weight 40%");
    point.focus();
    common::settle(&mut harness);
    harness.key_press(Key::Enter);
    common::settle(&mut harness);
    let after = harness.state().document();
    assert_ne!(*after, before);
    let weights: Vec<u32> =
        after.layouts.values().flat_map(|layout| &layout.default).map(|block| block.weights.margin).collect();
    assert!(weights.contains(&400), "{weights:?}");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    common::settle(&mut harness);
    assert_eq!(*harness.state().document(), before);
    drop(card_on(&harness, 1));
}
