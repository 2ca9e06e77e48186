//! The strip: past orders on worker threads, what it says, and how it is asked.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use endcap::app::replay::Past;
use endcap::ui::Studio;
use endcap::ui::screens::stage::ReplayState;

use super::{card_on, common, rules, select, studio};

fn past(n: usize) -> Past {
    common::past(&common::bundle(0), n)
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
