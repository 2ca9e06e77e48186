//! The menu of a card: the same lines by right click, by `⋯`, and in the palette.

use egui::Ui;

use crate::ui::command::{Action, Command, Situation};
use crate::ui::shell::title_bar::menu_item;
use crate::ui::strings::Phrase as _;
use crate::ui::strings::canvas::Canvas;

pub(super) fn card_menu(ui: &mut Ui, situation: Situation, commands: &mut Vec<Command>) {
    let situation = Situation { has_card: true, on_canvas: true, ..situation };
    ui.set_min_width(250.0);
    for action in [Action::PinHere, Action::PinTo, Action::PinTop, Action::PinBefore, Action::Unpin] {
        menu_item(ui, action, situation, commands);
    }
    ui.separator();
    ui.menu_button(Canvas::BoostMenu.text(), |ui| {
        for action in [Action::BoostSlight, Action::BoostMedium, Action::BoostStrong, Action::RemoveWeight] {
            menu_item(ui, action, situation, commands);
        }
    });
    ui.menu_button(Canvas::BuryMenu.text(), |ui| {
        for action in [Action::BurySlight, Action::BuryMedium, Action::BuryStrong, Action::RemoveWeight] {
            menu_item(ui, action, situation, commands);
        }
    });
    menu_item(ui, Action::Hide, situation, commands);
    menu_item(ui, Action::HideEverywhere, situation, commands);
    ui.separator();
    for action in [Action::Swap, Action::Tray, Action::CopyRules, Action::SelectAlso] {
        menu_item(ui, action, situation, commands);
    }
    ui.separator();
    for action in [Action::Why, Action::ShowProduct, Action::ShowBuyers] {
        menu_item(ui, action, situation, commands);
    }
}
