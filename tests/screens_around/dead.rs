//! Every control of the screens around the canvas does something: it asks, or the screen looks other for it.

use egui::Ui;

use super::*;

/// What the screen tells a screen reader, in order.
fn told(harness: &Harness<'_>) -> Vec<String> {
    let nodes = harness.query_all_by(|_| true);
    nodes
        .map(|node| {
            let node = node.accesskit_node();
            format!(
                "{:?} {:?} {:?} {:?} {:?}",
                node.role(),
                node.label(),
                node.value(),
                node.is_disabled(),
                node.toggled()
            )
        })
        .collect()
}

/// Names of what can be pressed now and is not chosen already.
fn pressable(harness: &Harness<'_>) -> Vec<(Role, String)> {
    let mut found: Vec<(Role, String)> = harness
        .query_all_by(|node| {
            let presses = [Role::Button, Role::CheckBox, Role::RadioButton, Role::Link, Role::ComboBox];
            let is_chosen = node.is_selected() == Some(true)
                || node.toggled() == Some(egui::accesskit::Toggled::True) && node.role() != Role::CheckBox;
            presses.contains(&node.role()) && !node.is_disabled() && !is_chosen
        })
        .filter_map(|node| {
            let node = node.accesskit_node();
            Some((node.role(), node.label()?))
        })
        .collect();
    found.sort_by(|a, b| a.1.cmp(&b.1));
    found.dedup();
    found
}

/// Names of controls after which nothing was asked and nothing looks other.
fn dead<S: Default + 'static>(ui_of: fn(&mut Ui, &mut Stage<'_>, &mut S)) -> Vec<String> {
    let fresh = || {
        let (mut harness, asks) = screen(Findings::default(), Vec::new(), S::default(), ui_of);
        harness.run_steps(3);
        asks.borrow_mut().clear();
        (harness, asks)
    };
    let (first, _) = fresh();
    let controls = pressable(&first);
    let mut found = Vec::new();
    for (role, label) in controls {
        let (mut harness, asks) = fresh();
        let before = told(&harness);
        let node = harness.get_all_by(|node| node.role() == role && node.label().as_ref() == Some(&label));
        node.into_iter().next().expect("it was there before").click_accesskit();
        harness.run_steps(3);
        if asks.borrow().is_empty() && told(&harness) == before {
            found.push(format!("{role:?} {label}"));
        }
    }
    found
}

#[test]
fn a_control_that_does_nothing_is_found() {
    fn planted(ui: &mut Ui, stage: &mut Stage<'_>, _: &mut ()) {
        if ui.button("Works").clicked() {
            stage.go(Place::Home);
        }
        drop(ui.button("Does nothing"));
    }
    assert_eq!(dead::<()>(planted), ["Button Does nothing"]);
}

#[test]
fn no_screen_has_a_dead_control() {
    assert_eq!(dead(home::home_ui), [""; 0], "Home");
    assert_eq!(dead(data::data_ui), [""; 0], "Data");
    assert_eq!(dead(customers::customers_ui), [""; 0], "Customers");
    assert_eq!(dead(recommendations::recommendations_ui), [""; 0], "Recommendations");
    assert_eq!(dead(search::search_ui), [""; 0], "Search");
    assert_eq!(dead(rules::rules_ui), [""; 0], "Rules");
    assert_eq!(dead(export::export_ui), [""; 0], "Export");
}
