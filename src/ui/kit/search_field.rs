//! A one-line filter.

use egui::{Response, TextEdit, Ui};

use crate::ui::icons;
use crate::ui::theme::HasTokens as _;

/// `hint` is also the accessible name.
pub fn search_field(ui: &mut Ui, text: &mut String, hint: &str, width: f32) -> Response {
    let muted = ui.tokens().muted;
    let response = ui.add(
        TextEdit::singleline(text)
            .prefix(icons::MAGNIFYING_GLASS.atom_sized(16.0, Some(muted)))
            .hint_text(hint)
            .desired_width(width),
    );
    response.accessible_name(hint)
}
