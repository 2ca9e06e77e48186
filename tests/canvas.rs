//! The Pages canvas by label and keyboard: what a person does, and what the document says after it. No pixels.

mod common;
#[path = "canvas/hands.rs"]
mod hands;
#[path = "canvas/strip.rs"]
mod strip;

use egui::accesskit::Role;
use egui::{Key, Modifiers, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use endcap::merch::{Action, Rule};
use endcap::ui::Studio;

const SIZE: [f32; 2] = [1_440.0, 900.0];

fn studio() -> Harness<'static, Studio> {
    let mut harness = common::studio(SIZE, egui::Theme::Light);
    harness.state_mut().states_mut().pages.segment = "s3".to_owned();
    common::settle(&mut harness);
    harness
}

fn rules(harness: &Harness<'_, Studio>) -> Vec<Rule> {
    harness.state().document().rules.clone()
}

/// The name of the card on a slot of the first row, for example `Slot 2 of 8. Croton. $23`.
fn card_on(harness: &Harness<'_, Studio>, slot: usize) -> String {
    let start = format!("Slot {slot} of ");
    let node = harness
        .get_all_by_role(Role::Button)
        .find(|node| node.accesskit_node().label().is_some_and(|label| label.starts_with(&start)));
    node.and_then(|node| node.accesskit_node().label()).expect("a card on every visible slot")
}

fn title(card: &str) -> String {
    card.split(". ").nth(1).expect("a card says its title").to_owned()
}

/// The middle of a card's picture.
fn picture_of(harness: &Harness<'_, Studio>, card: &str) -> egui::Pos2 {
    let rect = harness.get_all_by_label(card).next().expect("the card is on screen").rect();
    rect.min + vec2(rect.width() / 2.0, rect.width() / 2.0)
}

fn click_at(harness: &mut Harness<'static, Studio>, at: egui::Pos2) {
    harness.hover_at(at);
    harness.run_steps(1);
    harness.drag_at(at);
    harness.run_steps(1);
    harness.drop_at(at);
    common::settle(harness);
}

fn select(harness: &mut Harness<'static, Studio>, slot: usize) -> String {
    let card = card_on(harness, slot);
    let at = picture_of(harness, &card);
    click_at(harness, at);
    title(&card)
}

fn drag(harness: &mut Harness<'static, Studio>, from: egui::Pos2, to: egui::Pos2, shift: bool) {
    harness.hover_at(from);
    harness.run_steps(1);
    harness.drag_at(from);
    harness.run_steps(1);
    harness.hover_at(from + vec2(12.0, 4.0));
    harness.run_steps(2);
    if shift {
        harness.event(egui::Event::ModifiersChanged(Modifiers::SHIFT));
    }
    harness.hover_at(to);
    harness.run_steps(3);
    harness.drop_at(to);
    harness.run_steps(2);
    harness.event(egui::Event::ModifiersChanged(Modifiers::NONE));
    common::settle(harness);
}

#[test]
fn dragging_a_card_pins_it_where_it_is_dropped_and_undo_takes_it_back() {
    let mut harness = studio();
    let (from, to) = (card_on(&harness, 4), card_on(&harness, 1));
    let (start, end) = (picture_of(&harness, &from), picture_of(&harness, &to) - vec2(30.0, 0.0));
    drag(&mut harness, start, end, false);
    let rules = rules(&harness);
    assert_eq!(rules.len(), 1, "{rules:?}");
    assert!(matches!(rules[0].action, Action::Pin { position: 1, .. }), "{rules:?}");
    assert_eq!(rules[0].scope.segments.as_deref(), Some(&["s3".to_owned()][..]));
    assert_eq!(title(&card_on(&harness, 1)), title(&from));
    assert!(harness.query_by_label("Make it for everyone").is_some());
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    common::settle(&mut harness);
    assert!(harness.state().document().rules.is_empty());
    assert_eq!(title(&card_on(&harness, 4)), title(&from));
}

#[test]
fn a_drop_on_the_shelf_hides() {
    let mut harness = studio();
    let card = card_on(&harness, 2);
    let start = picture_of(&harness, &card);
    let shelf = egui::pos2(SIZE[0] / 2.0, SIZE[1] - 24.0 - 20.0 - 24.0);
    drag(&mut harness, start, shelf, false);
    let rules = rules(&harness);
    assert!(matches!(rules[0].action, Action::Hide), "{rules:?}");
    assert!(harness.query_by_label_contains(&format!(". {}. ", title(&card))).is_none());
}

#[test]
fn escape_cancels_a_drag() {
    let mut harness = studio();
    let (from, to) = (card_on(&harness, 4), card_on(&harness, 1));
    let (start, end) = (picture_of(&harness, &from), picture_of(&harness, &to));
    harness.hover_at(start);
    harness.run_steps(1);
    harness.drag_at(start);
    harness.run_steps(1);
    harness.hover_at(end);
    harness.run_steps(2);
    harness.key_press(Key::Escape);
    harness.run_steps(2);
    harness.drop_at(end);
    common::settle(&mut harness);
    assert!(harness.state().document().rules.is_empty());
}

#[test]
fn single_keys_pin_boost_bury_and_hide_the_chosen_card() {
    let mut harness = studio();
    let first = select(&mut harness, 2);
    harness.key_press(Key::P);
    common::settle(&mut harness);
    assert!(matches!(rules(&harness)[0].action, Action::Pin { position: 2, .. }));
    harness.key_press(Key::U);
    common::settle(&mut harness);
    assert!(rules(&harness).is_empty());
    harness.key_press(Key::B);
    common::settle(&mut harness);
    harness.key_press(Key::B);
    common::settle(&mut harness);
    assert!(matches!(rules(&harness)[0].action, Action::Boost { points: Action::MEDIUM, .. }));
    for _ in 0..3 {
        harness.key_press(Key::N);
        common::settle(&mut harness);
    }
    assert!(matches!(rules(&harness)[0].action, Action::Bury { points: Action::SLIGHT }), "{first}");
}

#[test]
fn keys_do_nothing_while_text_is_typed_or_when_switched_off() {
    let mut harness = studio();
    select(&mut harness, 2);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
    common::settle(&mut harness);
    harness.key_press(Key::P);
    common::settle(&mut harness);
    assert!(rules(&harness).is_empty());
}

#[test]
fn a_segment_tab_changes_the_page_and_brackets_walk_the_tabs() {
    let mut harness = studio();
    let before = card_on(&harness, 1);
    harness.get_by_role_and_label(Role::Tab, "Everyone").click();
    common::settle(&mut harness);
    assert_eq!(harness.state_mut().states_mut().pages.segment, "*");
    harness.key_press(Key::OpenBracket);
    common::settle(&mut harness);
    assert_eq!(harness.state_mut().states_mut().pages.segment, "s5");
    harness.state_mut().states_mut().pages.segment = "s3".to_owned();
    common::settle(&mut harness);
    assert_eq!(card_on(&harness, 1), before);
}

#[test]
fn the_inspector_explains_a_card_with_bars_that_add_up() {
    let mut harness = studio();
    let product = select(&mut harness, 1);
    assert!(harness.query_all_by_label(&product).next().is_some());
    let rows: Vec<String> =
        harness.get_all_by_role(Role::ListItem).filter_map(|node| node.accesskit_node().label()).collect();
    let points: Vec<f64> = rows
        .iter()
        .filter_map(|row| row.strip_suffix(" points")?.rsplit(' ').next().map(str::to_owned))
        .filter_map(|points| points.replace('+', "").replace('\u{2212}', "-").parse().ok())
        .collect();
    assert!(5 <= points.len(), "{rows:?}");
    let sum = format!("{:.1} points", points.iter().sum::<f64>());
    assert!(harness.query_by_label(&sum).is_some(), "{rows:?} add up to {sum}");
}

#[test]
fn a_weight_slider_moves_by_keyboard_and_one_drag_is_one_step() {
    let mut harness = studio();
    let slider = harness.get_by_role_and_label(Role::Slider, "Margin");
    slider.focus();
    harness.run_steps(2);
    for _ in 0..3 {
        harness.key_press(Key::ArrowRight);
        harness.run_steps(2);
    }
    common::settle(&mut harness);
    let weights = |harness: &Harness<'_, Studio>| {
        let layout =
            harness.state().document().layout(&endcap::merch::PageKey::Home).cloned().expect("a homepage");
        layout.default.iter().find(|block| block.id == "picked").map(|block| block.weights.margin)
    };
    assert_eq!(weights(&harness), Some(130));
}

#[test]
fn the_palette_finds_products_and_commands_by_initials() {
    let mut harness = studio();
    harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
    common::settle(&mut harness);
    harness.input_mut().events.push(egui::Event::Text("comp".to_owned()));
    common::settle(&mut harness);
    harness.key_press(Key::Enter);
    common::settle(&mut harness);
    assert!(harness.query_by_label_contains("Same products in the first row").is_some());
}

#[test]
fn every_view_of_the_page_opens_without_a_dead_end() {
    use endcap::decide::PageRef;
    use endcap::ui::screens::pages::{Device, Mode};
    let mut harness = studio();
    for mode in [Mode::Compare, Mode::BeforeAfter, Mode::Matrix, Mode::Single] {
        harness.state_mut().states_mut().pages.mode = mode;
        common::settle(&mut harness);
    }
    for device in [Device::Tablet, Device::Phone, Device::Fit, Device::Desktop] {
        harness.state_mut().states_mut().pages.device = device;
        common::settle(&mut harness);
        assert!(card_on(&harness, 1).starts_with("Slot 1 of"));
    }
    for page in [
        PageRef::Collection("plants-vases".to_owned()),
        PageRef::Product("peace-lily".to_owned()),
        PageRef::Cart(vec!["peace-lily".to_owned()]),
        PageRef::Search("chair".to_owned()),
        PageRef::Email("newsletter".to_owned()),
    ] {
        harness.state_mut().states_mut().pages.open(page, None);
        common::settle(&mut harness);
    }
}

#[test]
fn nothing_repaints_when_nothing_happens() {
    let mut harness = studio();
    common::settle(&mut harness);
    harness.run();
    let delay = harness.output().viewport_output[&egui::ViewportId::ROOT].repaint_delay;
    assert!(std::time::Duration::from_secs(1) < delay, "{delay:?}");
}

#[test]
fn german_reaches_every_corner_of_the_frame() {
    let settings = endcap::ui::persist::Settings {
        language: endcap::ui::strings::Language::German,
        ..Default::default()
    };
    let harness = common::studio_with(SIZE, egui::Theme::Light, settings, common::view(0));
    for label in ["Seiten", "Alle", "Alles gespeichert", "Produkt hinzufügen"] {
        assert!(harness.query_all_by_label(label).next().is_some(), "{label}");
    }
}
