//! A button that opens a list to choose from.

use egui::{Atom, IntoAtoms, Popup, PopupCloseBehavior, Response, Role, Ui, WidgetInfo};

use crate::ui::icons;
use crate::ui::theme::HasTokens as _;

/// What the button looks like before it is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// With an outline: a form control.
    Outlined,
    /// Frameless: a title that can be changed.
    Title,
}

/// `name` is the accessible name, for example `Preset: Balanced`. Closes when something in it is clicked.
pub fn combo<'a, R>(
    ui: &mut Ui,
    name: &str,
    atoms: impl IntoAtoms<'a>,
    look: Look,
    contents: impl FnOnce(&mut Ui) -> R,
) -> Option<R> {
    combo_with(ui, name, atoms, look, PopupCloseBehavior::CloseOnClick, contents).1
}

/// As [`combo`] with a say in when it closes, and the response of its button.
pub fn combo_with<'a, R>(
    ui: &mut Ui,
    name: &str,
    atoms: impl IntoAtoms<'a>,
    look: Look,
    close: PopupCloseBehavior,
    contents: impl FnOnce(&mut Ui) -> R,
) -> (Response, Option<R>) {
    let caret = icons::CARET_DOWN.atom_sized(12.0, Some(ui.tokens().muted));
    let response = match look {
        Look::Outlined => ui.add(super::button::plain((atoms.into_atoms(), Atom::grow(), caret))),
        Look::Title => {
            ui.scope(|ui| {
                ui.spacing_mut().button_padding.x = 5.0;
                ui.add(super::button::quiet((atoms.into_atoms(), caret)))
            })
            .inner
        }
    };
    response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, name));
    let inner = Popup::menu(&response).id(response.id.with("combo")).close_behavior(close).show(|ui| {
        ui.set_min_width(response.rect.width().max(180.0));
        egui::ScrollArea::vertical().max_height(420.0).show(ui, contents).inner
    });
    (response, inner.map(|inner| inner.inner))
}

/// One line of a list; a check mark stands before the chosen one.
pub fn choice<'a>(ui: &mut Ui, chosen: bool, name: &str, atoms: impl IntoAtoms<'a>) -> Response {
    let mark = if chosen {
        icons::CHECK.atom_sized(14.0, Some(ui.tokens().accent))
    } else {
        Atom::paint(egui::Vec2::splat(14.0), |_, _| {})
    };
    let width = ui.available_width();
    let response = ui.add(
        super::button::quiet((mark, atoms.into_atoms(), Atom::grow())).min_size(egui::vec2(width, 28.0)),
    );
    response.widget_info(|| WidgetInfo::selected(Role::MenuItem, true, chosen, name));
    response
}
