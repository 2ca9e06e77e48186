//! The focus ring of widgets that paint themselves.

use egui::{CornerRadius, Response, Stroke, StrokeKind, Ui};

use crate::ui::theme::HasTokens as _;

/// 2 px accent with a 2 px gap, when the keyboard is here.
pub fn ring(ui: &Ui, response: &Response, corner: u8) {
    if response.has_focus() {
        ui.painter().rect_stroke(
            response.rect.expand(3.0),
            CornerRadius::same(corner.saturating_add(3)),
            Stroke::new(2.0, ui.tokens().accent),
            StrokeKind::Inside,
        );
    }
}
