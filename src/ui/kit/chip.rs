//! A small pill: a filter that is on, a tag, a verdict.

use egui::{Frame, IntoAtoms, Margin, Response, Role, Sense, Ui, WidgetAtom, WidgetInfo};

use crate::ui::icons;
use crate::ui::theme::{HasTokens as _, Tone, radius, space, text};

/// A chip that only informs.
pub fn chip(ui: &mut Ui, label: &str, tone: Option<Tone>) -> Response {
    let t = ui.tokens();
    let tone = tone.unwrap_or(Tone { fg: t.muted, soft: t.surface2, solid: t.muted });
    inform(ui, label, label, tone, radius::PILL)
}

/// A chip with an icon or a marker before the word.
pub fn chip_with<'a>(ui: &mut Ui, label: &str, atoms: impl IntoAtoms<'a>, tone: Tone) -> Response {
    inform(ui, label, atoms, tone, radius::PILL)
}

/// A filter that is on or off.
pub fn filter(ui: &mut Ui, on: bool, label: &str) -> Response {
    let t = ui.tokens();
    let tone = if on {
        Tone { fg: t.accent, soft: t.accent_soft, solid: t.accent }
    } else {
        Tone { fg: t.text, soft: t.surface2, solid: t.muted }
    };
    let response =
        atom(label, tone, radius::PILL, Margin::symmetric(10, 5)).sense(Sense::click()).show(ui).response;
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, on, label));
    super::focus::ring(ui, &response, radius::PILL);
    response
}

/// A chip whose cross removes it. Returns true when removed. `remove` is the accessible name of the cross.
pub fn removable(ui: &mut Ui, label: &str, remove: &str) -> bool {
    let t = ui.tokens();
    let tone = Tone { fg: t.accent, soft: t.accent_soft, solid: t.accent };
    let response =
        atom((label, icons::X.atom_sized(12.0, None)), tone, radius::PILL, Margin::symmetric(10, 5))
            .sense(Sense::click())
            .show(ui)
            .response;
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, remove));
    super::focus::ring(ui, &response, radius::PILL);
    response.clicked()
}

fn inform<'a>(ui: &mut Ui, label: &str, atoms: impl IntoAtoms<'a>, tone: Tone, corner: u8) -> Response {
    let response =
        atom(atoms, tone, corner, Margin::symmetric(10, 4)).sense(Sense::hover()).show(ui).response;
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, label));
    response
}

/// Atoms take the height of their text. `ui.horizontal` would take `interact_size.y`.
fn atom<'a>(atoms: impl IntoAtoms<'a>, tone: Tone, corner: u8, margin: Margin) -> WidgetAtom<'a> {
    WidgetAtom::new(atoms)
        .gap(space::XS)
        .fallback_font(text::label())
        .fallback_text_color(tone.fg)
        .frame(Frame::new().fill(tone.soft).corner_radius(corner).inner_margin(margin))
}
