//! A raised surface that groups what belongs together.

use egui::{Frame, InnerResponse, Sense, Shadow, Stroke, Ui, UiBuilder};

use crate::ui::theme::{HasTokens as _, Tone, radius};

/// A card that only groups.
pub fn card<R>(ui: &mut Ui, add_contents: impl FnOnce(&mut Ui) -> R) -> InnerResponse<R> {
    let t = ui.tokens();
    Frame::new()
        .fill(t.surface)
        .stroke(Stroke::new(1.0, t.border))
        .corner_radius(radius::CARD)
        .inner_margin(15)
        .show(ui, add_contents)
}

/// A card that can be clicked as a whole.
pub fn clickable<R>(
    ui: &mut Ui,
    selected: bool,
    add_contents: impl FnOnce(&mut Ui) -> R,
) -> InnerResponse<R> {
    let t = ui.tokens();
    ui.scope_builder(UiBuilder::new().sense(Sense::click()), |ui| {
        let response = ui.response();
        let stroke = if selected || response.has_focus() {
            Stroke::new(2.0, t.accent)
        } else if response.container_hovered() {
            Stroke::new(1.0, t.border_strong)
        } else {
            Stroke::new(1.0, t.border)
        };
        // A frame's stroke takes room, so keep the sum of stroke and padding the same.
        Frame::new()
            .fill(t.surface)
            .stroke(stroke)
            .shadow(Shadow::NONE)
            .corner_radius(radius::CARD)
            .inner_margin(16 - stroke.width as i8)
            .show(ui, add_contents)
            .inner
    })
}

/// A strip that says something about the whole screen.
pub fn banner<R>(ui: &mut Ui, tone: Tone, add_contents: impl FnOnce(&mut Ui) -> R) -> InnerResponse<R> {
    Frame::new()
        .fill(tone.soft)
        .corner_radius(radius::CONTROL)
        .inner_margin(egui::Margin::symmetric(12, 6))
        .show(ui, add_contents)
}
