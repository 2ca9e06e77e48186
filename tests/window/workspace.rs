//! A real workspace in the window: the prepared sample store, opened from its file and worked on.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use egui::{Key, Modifiers, Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use endcap::app::sample;
use endcap::merch::Action;
use endcap::ui::Studio;
use endcap::ui::persist::Settings;
use endcap::ui::screens::Screen;

use super::{SIZE, Window, common, heard, store, window};

/// The name of a card of the first row, for example `Slot 2 of 8. Croton. $23`.
pub(super) fn card_on(window: &Window, slot: usize) -> String {
    let start = format!("Slot {slot} of ");
    let german = format!("Platz {slot} von ");
    heard(window)
        .into_iter()
        .filter(|one| one.role == Role::Button)
        .map(|one| one.label)
        .find(|label| label.starts_with(&start) || label.starts_with(&german))
        .expect("a card on every visible slot")
}

pub(super) fn focus(window: &mut Window, label: &str) {
    window.get_all_by_label(label).next().expect("it is on screen").focus();
    common::settle(window);
}

/// Runs frames until a condition holds, as the window does when a thread wakes it.
fn wait(window: &mut Window, what: &str, holds: impl Fn(&Studio) -> bool) {
    for _ in 0..6_000 {
        window.run_steps(1);
        if holds(window.state()) {
            common::settle(window);
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("it never came: {what}");
}

/// The sample store in a folder of its own, open in a window.
fn open(folder: &Path, screen: Screen) -> (Window, PathBuf) {
    let file = folder.join("larkfield.endcap");
    sample::unpack_workspace(&file).expect("the sample store is unpacked");
    let settings = Settings { screen, tour_is_over: true, ..Settings::default() };
    let mut window = common::studio_with(SIZE, egui::Theme::Light, settings, store::nothing());
    window.state_mut().open_file(file.clone());
    wait(&mut window, "the store opens", |studio| studio.view().customers.is_some());
    window.state_mut().go(screen);
    common::settle(&mut window);
    (window, file)
}

fn press(window: &mut Window, key: Key) {
    window.key_press(key);
    common::settle(window);
}

fn command(window: &mut Window, key: Key) {
    window.key_press_modifiers(Modifiers::COMMAND, key);
    common::settle(window);
}

fn focused(window: &Window) -> Option<(Role, String)> {
    let node = window.query_all_by(|node| node.is_focused()).next()?;
    let node = node.accesskit_node();
    Some((node.role(), node.label().unwrap_or_default()))
}

/// Presses Tab until the focus stands on something; fails where one cannot get there.
fn tab_to(window: &mut Window, wanted: impl Fn(Role, &str) -> bool) -> String {
    let mut seen = Vec::new();
    for _ in 0..120 {
        if let Some((role, label)) = focused(window) {
            if wanted(role, &label) {
                return label;
            }
            seen.push(label);
        }
        window.key_press(Key::Tab);
        window.run_steps(2);
    }
    panic!("Tab never came by: {seen:#?}");
}

#[test]
fn from_home_to_a_pinned_product_and_an_export_without_a_pointer() {
    let folder = tempfile::tempdir().unwrap();
    let (mut window, _) = open(folder.path(), Screen::Home);
    command(&mut window, Key::Num4);
    press(&mut window, Key::CloseBracket);
    let card = tab_to(&mut window, |role, label| role == Role::Button && label.starts_with("Slot 1 of "));
    press(&mut window, Key::ArrowRight);
    press(&mut window, Key::ArrowRight);
    let (_, third) = focused(&window).expect("the arrows walk the cards");
    assert!(third.starts_with("Slot 3 of ") && third != card, "{third}");
    press(&mut window, Key::P);
    let rules = window.state().document().rules.clone();
    assert!(rules.iter().any(|rule| matches!(rule.action, Action::Pin { position: 3, .. })), "{rules:?}");
    command(&mut window, Key::E);
    wait(&mut window, "the export is planned", |studio| {
        studio.replays().costs.is_empty() && !studio.is_working()
    });
    tab_to(&mut window, |role, label| {
        role == Role::Button && label.starts_with("Export ") && label.contains(" file")
    });
    let exports = window.state().view().exports.len();
    press(&mut window, Key::Enter);
    let written = folder.path().join("export-web");
    wait(&mut window, "the files are written", |_| {
        std::fs::read_dir(&written).is_ok_and(|files| files.count() > 0)
    });
    wait(&mut window, "the export is noted", |studio| exports < studio.view().exports.len());
}

#[test]
fn groups_are_renamed_locked_merged_split_made_a_rule_and_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let (mut window, _) = open(folder.path(), Screen::Customers);
    let groups = |window: &Window| {
        let customers = window.state().view().customers.clone().expect("there are groups");
        customers.groups.iter().map(|group| (group.id.clone(), group.name.clone())).collect::<Vec<_>>()
    };
    let before = groups(&window);
    let (first, name) = before[0].clone();
    let menu = |window: &mut Window, name: &str, item: &str| {
        window.get_by_label(&format!("More for {name}")).click();
        common::settle(window);
        window.get_by_label(item).click();
        window.run_steps(4);
    };
    // Rename.
    press(&mut window, Key::F2);
    let field = window.get_by_label("Name of the group");
    field.focus();
    window.run_steps(2);
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.run_steps(1);
    window.get_by_label("Name of the group").type_text("Our best");
    window.run_steps(2);
    press(&mut window, Key::Enter);
    wait(&mut window, "the name is kept", |studio| {
        studio.view().customers.iter().any(|known| known.groups.iter().any(|group| group.name == "Our best"))
    });
    assert_ne!(name, "Our best");
    // Lock.
    menu(&mut window, "Our best", "Lock");
    wait(&mut window, "the lock is kept", |studio| {
        let customers = studio.view().customers.as_ref();
        customers.is_some_and(|known| known.groups.iter().any(|group| group.id == first && group.locked))
    });
    // Hand edits move nobody.
    assert!(window.state().view().customers.as_ref().is_some_and(|known| known.movement.is_none()));
    // Split, then take back. The other groups keep their colours and symbols.
    let n = before.len();
    let marks = |window: &Window| {
        let customers = window.state().view().customers.clone().expect("there are groups");
        customers.groups.iter().map(|group| (group.id.clone(), group.color)).collect::<BTreeMap<_, _>>()
    };
    let marked = marks(&window);
    menu(&mut window, "Our best", "Split in two");
    wait(&mut window, "the split is kept", |studio| {
        studio.view().customers.as_ref().is_some_and(|known| known.groups.len() == n + 1)
    });
    let now = marks(&window);
    assert!(marked.iter().all(|(id, mark)| now.get(id) == Some(mark)), "{marked:?} {now:?}");
    window.get_all_by_label("Undo").last().expect("a toast offers to undo").click();
    wait(&mut window, "the split is taken back", |studio| {
        studio.view().customers.as_ref().is_some_and(|known| known.groups.len() == n)
    });
    // A rule that says the same of the group, as a group of its own.
    menu(&mut window, "Our best", "Turn into a rule…");
    common::settle(&mut window);
    window.get_by_label("Save group").click();
    wait(&mut window, "the rule is kept", |studio| {
        let customers = studio.view().customers.as_ref();
        customers.is_some_and(|known| known.groups.iter().any(|group| group.rule.is_some()))
    });
    window.get_all_by_label("Undo").last().expect("a toast offers to undo").click();
    wait(&mut window, "the rule is taken back", |studio| {
        let customers = studio.view().customers.as_ref();
        customers.is_some_and(|known| known.groups.iter().all(|group| group.rule.is_none()))
    });
    // Merge.
    window.get_by_label("More for Our best").click();
    common::settle(&mut window);
    window.get_by_label("Merge with…").click();
    common::settle(&mut window);
    let into = before[1].1.clone();
    window
        .get_by(|node| {
            let label = node.label().unwrap_or_default();
            label.starts_with(&format!("{into}, ")) && label.ends_with(" together")
        })
        .click();
    wait(&mut window, "the merge is kept", |studio| {
        studio.view().customers.as_ref().is_some_and(|known| known.groups.len() == n - 1)
    });
    window.get_all_by_label("Undo").last().expect("a toast offers to undo").click();
    wait(&mut window, "the merge is taken back", |studio| {
        studio.view().customers.as_ref().is_some_and(|known| known.groups.len() == n)
    });
}

#[test]
fn a_rule_says_what_it_does_on_the_data_of_now_and_can_be_looked_past() {
    let folder = tempfile::tempdir().unwrap();
    let (mut window, _) = open(folder.path(), Screen::Pages);
    let card = card_on(&window, 3);
    focus(&mut window, &card);
    press(&mut window, Key::H);
    assert_eq!(window.state().document().rules.len(), 1);
    command(&mut window, Key::Num0);
    let effect = |window: &Window| {
        let row = heard(window).into_iter().find(|one| one.role == Role::ListItem);
        row.map(|row| row.value).unwrap_or_default()
    };
    wait(&mut window, "the effect is worked out", |studio| !studio.is_working());
    assert!(effect(&window).starts_with("hides 1 product on "), "{}", effect(&window));
    let rule =
        heard(&window).into_iter().find(|one| one.label.starts_with("More for Hide ")).expect("a menu");
    window.get_by_label(&rule.label).click();
    common::settle(&mut window);
    window.get_by_label("See the page without it").click();
    common::settle(&mut window);
    assert_eq!(window.state().settings().screen, Screen::Pages);
    assert_eq!(window.state().document().rules.len(), 1, "the rule is still there");
    let title = card.split(". ").nth(1).expect("a title").to_owned();
    assert!(window.query_all_by_label_contains(&title).next().is_some(), "the page shows it again");
}

#[test]
fn nothing_is_learned_again_when_neither_data_nor_groups_changed() {
    let mut window = window(Screen::Pages, endcap::ui::strings::Language::English);
    let again = common::view(0);
    window.state_mut().show(again.clone(), endcap::ui::history::History::default());
    window.state_mut().set_past(common::past(&common::bundle(0), 600));
    let card = card_on(&window, 1);
    focus(&mut window, &card);
    press(&mut window, Key::H);
    wait(&mut window, "the strip answers", |studio| studio.replays().shown.is_some());
    // An export or a new name makes another view of the same data.
    let mut renamed = again;
    renamed.store.name = "Larkfield & Daughters".to_owned();
    window.state_mut().show(renamed.clone(), endcap::ui::history::History::default());
    let card = card_on(&window, 1);
    focus(&mut window, &card);
    press(&mut window, Key::H);
    wait(&mut window, "the strip answers from the same past", |studio| {
        studio.replays().shown.is_some() && !studio.replays().is_stale
    });
    // Other orders are another past, and without a workspace nothing can be read again.
    renamed.store.n_orders += 1;
    window.state_mut().show(renamed, endcap::ui::history::History::default());
    common::settle(&mut window);
    let card = card_on(&window, 1);
    focus(&mut window, &card);
    press(&mut window, Key::H);
    assert!(window.state().replays().shown.is_none());
}

#[test]
fn the_strip_stands_under_recommendations_and_search_too() {
    let mut window = window(Screen::Pages, endcap::ui::strings::Language::English);
    window.state_mut().set_past(common::past(&common::bundle(0), 600));
    let card = card_on(&window, 1);
    focus(&mut window, &card);
    press(&mut window, Key::H);
    window.state_mut().go(Screen::Recommendations);
    wait(&mut window, "product pages are replayed", |studio| {
        !studio.replays().is_stale && studio.replays().shown.as_ref().is_some_and(|shown| !shown.is_quick)
    });
    assert!(window.query_all_by_label_contains("Bought item in first row").next().is_some());
    window.state_mut().go(Screen::Search);
    common::settle(&mut window);
    assert!(window.query_by_label_contains("Past orders say nothing about this kind of page").is_some());
}
