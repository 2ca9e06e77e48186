//! What hands and keys can do to cards beyond dragging: swap, copy, type a place, choose several, curate, walk.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use endcap::merch::{Action, PageKey};

use super::{card_on, click_at, common, picture_of, rules, select, studio, title};

#[test]
fn swapping_pins_both_products_where_the_other_stood_as_one_step() {
    let mut harness = studio();
    let own = select(&mut harness, 2);
    let other = title(&card_on(&harness, 4));
    harness.key_press(Key::X);
    common::settle(&mut harness);
    harness.get_by_role_and_label(Role::TextInput, "Find a product on this page").type_text(&other);
    common::settle(&mut harness);
    harness.key_press(Key::Enter);
    common::settle(&mut harness);
    assert_eq!(title(&card_on(&harness, 2)), other);
    assert_eq!(title(&card_on(&harness, 4)), own);
    assert_eq!(rules(&harness).len(), 2);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    common::settle(&mut harness);
    assert!(rules(&harness).is_empty(), "one undo takes both back");
}

#[test]
fn the_number_of_a_place_is_a_button_that_asks_for_another() {
    let mut harness = studio();
    let card = card_on(&harness, 3);
    let rect = harness.get_all_by_label(&card).next().expect("a card").rect();
    click_at(&mut harness, rect.min + egui::vec2(16.0, 16.0));
    harness.get_by_label("Position").type_text("1");
    common::settle(&mut harness);
    harness.key_press(Key::Enter);
    common::settle(&mut harness);
    assert_eq!(title(&card_on(&harness, 1)), title(&card));
}

#[test]
fn rules_of_a_product_are_copied_to_another_page() {
    let mut harness = studio();
    select(&mut harness, 2);
    harness.key_press(Key::B);
    common::settle(&mut harness);
    assert_eq!(rules(&harness).len(), 1);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
    common::settle(&mut harness);
    harness.get_by_role(Role::TextInput).type_text("copy rules");
    common::settle(&mut harness);
    harness.key_press(Key::Enter);
    common::settle(&mut harness);
    harness.get_by_label("Cart").click_accesskit();
    common::settle(&mut harness);
    harness.get_by_label("Copy").click();
    common::settle(&mut harness);
    let rules = rules(&harness);
    assert_eq!(rules.len(), 2, "{rules:?}");
    let copy = rules.iter().find(|rule| rule.scope.pages == [PageKey::Cart]).expect("a copy for the cart");
    assert!(matches!(copy.action, Action::Boost { .. }));
    assert_eq!(copy.scope.segments.as_deref(), Some(&["s3".to_owned()][..]));
}

#[test]
fn several_products_are_chosen_with_the_keyboard_and_acted_on_together() {
    let mut harness = studio();
    select(&mut harness, 2);
    harness.key_press(Key::Space);
    common::settle(&mut harness);
    harness.key_press(Key::ArrowRight);
    common::settle(&mut harness);
    harness.key_press(Key::ArrowRight);
    common::settle(&mut harness);
    harness.key_press(Key::Space);
    common::settle(&mut harness);
    harness.key_press(Key::B);
    common::settle(&mut harness);
    assert_eq!(rules(&harness).len(), 2, "the card in between was only walked over: {:?}", rules(&harness));
}

#[test]
fn shift_click_chooses_everything_in_between() {
    let mut harness = studio();
    select(&mut harness, 2);
    let to = picture_of(&harness, &card_on(&harness, 4));
    harness.event(egui::Event::ModifiersChanged(Modifiers::SHIFT));
    harness.hover_at(to);
    harness.run_steps(1);
    for pressed in [true, false] {
        harness.event(egui::Event::PointerButton {
            pos: to,
            button: egui::PointerButton::Primary,
            pressed,
            modifiers: Modifiers::SHIFT,
        });
        harness.run_steps(1);
    }
    harness.event(egui::Event::ModifiersChanged(Modifiers::NONE));
    common::settle(&mut harness);
    harness.key_press(Key::H);
    common::settle(&mut harness);
    assert_eq!(rules(&harness).len(), 3);
}

#[test]
fn curating_is_one_step_of_the_history() {
    let mut harness = studio();
    select(&mut harness, 1);
    harness.key_press_modifiers(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::C);
    common::settle(&mut harness);
    for key in [Key::P, Key::H, Key::ArrowRight, Key::B] {
        harness.key_press(key);
        common::settle(&mut harness);
    }
    harness.get_by_label("Bury").click();
    common::settle(&mut harness);
    assert_eq!(rules(&harness).len(), 4, "keys and buttons decide alike");
    harness.key_press(Key::Escape);
    common::settle(&mut harness);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    common::settle(&mut harness);
    assert!(rules(&harness).is_empty(), "one undo takes the whole session back: {:?}", rules(&harness));
}

#[test]
fn f6_walks_the_parts_of_the_window_and_tab_enters_them() {
    let mut harness = studio();
    let mut seen = Vec::new();
    for _ in 0..5 {
        harness.key_press(Key::F6);
        common::settle(&mut harness);
        let focused = harness.get_all_by_role(Role::Region).find(|node| node.accesskit_node().is_focused());
        seen.extend(focused.and_then(|node| node.accesskit_node().label()));
    }
    assert_eq!(seen, ["Navigation", "Page bar", "Main view", "Inspector", "Past orders"]);
    harness.key_press_modifiers(Modifiers::SHIFT, Key::F6);
    common::settle(&mut harness);
    let back = harness.get_by_label("Inspector");
    assert!(back.accesskit_node().is_focused());
}

#[test]
fn a_shortcut_can_be_changed_and_a_taken_one_is_refused() {
    let mut harness = studio();
    harness.key_press_modifiers(Modifiers::SHIFT, Key::Questionmark);
    common::settle(&mut harness);
    harness.get_by_label("Shortcut of Hide on this page: H").click();
    common::settle(&mut harness);
    harness.key_press(Key::P);
    common::settle(&mut harness);
    assert!(harness.query_by_label_contains("belongs to “Pin here”").is_some());
    harness.key_press(Key::J);
    common::settle(&mut harness);
    assert!(harness.query_by_label("Shortcut of Hide on this page: J").is_some());
    harness.key_press(Key::Escape);
    common::settle(&mut harness);
    select(&mut harness, 2);
    harness.key_press(Key::J);
    common::settle(&mut harness);
    assert!(matches!(rules(&harness)[0].action, Action::Hide), "the new key acts");
    endcap::ui::command::set_keys(&std::collections::BTreeMap::new());
}

#[test]
fn a_sold_out_pin_is_marked_and_can_be_kept_showing() {
    let mut harness = studio();
    // The fixture sells nothing when empty, so a product without stock is skipped.
    let bundle = common::bundle(0);
    let sold_out = bundle
        .catalog
        .products
        .iter()
        .find(|product| product.stock == Some(0))
        .map(|product| product.title.clone())
        .expect("some product is sold out");
    select(&mut harness, 1);
    harness.key_press(Key::A);
    common::settle(&mut harness);
    harness.get_by_label("Find a product").type_text(&sold_out);
    common::settle(&mut harness);
    harness.key_press(Key::Enter);
    common::settle(&mut harness);
    let Some(mark) = harness.query_by_label_contains("Sold out, skipped: ") else {
        // The title is shared with a variant in stock, which then is what Enter chose.
        assert_eq!(rules(&harness).len(), 1);
        return;
    };
    mark.click();
    common::settle(&mut harness);
    assert!(matches!(rules(&harness)[0].action, Action::Pin { keep_when_sold_out: true, .. }));
}

#[test]
fn a_drag_in_one_slow_frame_lifts_the_card_that_was_pressed() {
    let mut harness = studio();
    let (first, second) = (card_on(&harness, 1), card_on(&harness, 2));
    let (press, slip) = (picture_of(&harness, &first), picture_of(&harness, &second));
    harness.hover_at(press);
    harness.run_steps(1);
    // Press and the first move arrive together, as on a machine that paints slowly.
    let events = &mut harness.input_mut().events;
    events.push(egui::Event::PointerButton {
        pos: press,
        button: egui::PointerButton::Primary,
        pressed: true,
        modifiers: Modifiers::NONE,
    });
    events.push(egui::Event::PointerMoved(slip));
    harness.run_steps(2);
    let fourth = picture_of(&harness, &card_on(&harness, 4));
    harness.hover_at(fourth + egui::vec2(20.0, 0.0));
    harness.run_steps(2);
    harness.drop_at(fourth + egui::vec2(20.0, 0.0));
    common::settle(&mut harness);
    assert_eq!(title(&card_on(&harness, 4)), title(&first), "the pressed card was moved, not its neighbour");
    assert_eq!(title(&card_on(&harness, 1)), title(&second));
}
