//! Dialogs in the middle of a dimmed window.

use egui::{Frame, Id, Modal, Ui};

use crate::ui::theme::HasTokens as _;

/// Shows a dialog of the given width; returns true when it should close (Esc, click outside, `ui.close()`).
pub fn dialog(ui: &Ui, salt: &str, width: f32, contents: impl FnOnce(&mut Ui)) -> bool {
    let t = ui.tokens();
    let frame = Frame::popup(ui.style()).inner_margin(20).corner_radius(12);
    Modal::new(Id::unique(("dialog", salt)))
        .backdrop_color(t.scrim)
        .frame(frame)
        .show(ui, |ui| {
            ui.set_width(width.min(ui.content_rect().width() - 64.0));
            contents(ui);
        })
        .should_close()
}
