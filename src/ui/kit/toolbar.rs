//! The head of a screen: title at the left, actions at the right, the primary action last.

use egui::{Frame, Margin, Panel, Ui};

use crate::ui::theme::{HasTokens as _, size};

pub fn toolbar(ui: &mut Ui, salt: &'static str, left: impl FnOnce(&mut Ui), right: impl FnOnce(&mut Ui)) {
    let t = ui.tokens();
    Panel::top(salt)
        .exact_size(size::BAR)
        .frame(Frame::new().fill(t.surface).inner_margin(Margin::symmetric(16, 0)))
        .show(ui, |ui| {
            ui.horizontal_centered(|ui| {
                left(ui);
                // Right to left: the first added stands at the edge.
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), right);
            });
        });
}
