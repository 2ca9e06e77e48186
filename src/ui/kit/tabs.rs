//! Tabs inside a panel, and pill tabs for segments.

use egui::{FontId, IntoAtoms, Response, Role, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo};

use crate::ui::theme::{HasTokens as _, medium, radius, semibold};

/// Underlined text tab.
pub fn tab(ui: &mut Ui, selected: bool, label: &str) -> Response {
    let t = ui.tokens();
    let family = if selected { semibold() } else { medium() };
    let color = if selected { t.text } else { t.muted };
    let galley = ui.painter().layout_no_wrap(label.to_owned(), FontId::new(14.0, family), color);
    let (rect, response) = ui.allocate_exact_size(galley.size() + Vec2::new(0.0, 14.0), Sense::click());
    ui.painter().galley(rect.min + Vec2::new(0.0, 6.0), galley, color);
    if selected || response.hovered() {
        let underline = if selected { t.accent } else { t.border };
        ui.painter().hline(rect.x_range(), rect.bottom() - 1.0, Stroke::new(2.0, underline));
    }
    response.widget_info(|| WidgetInfo::selected(Role::Tab, true, selected, label));
    super::focus::ring(ui, &response, 2);
    response
}

/// A pill that is outlined in the accent when selected.
pub fn pill<'a>(ui: &mut Ui, selected: bool, name: &str, atoms: impl IntoAtoms<'a>) -> Response {
    let t = ui.tokens();
    let fill = if selected { t.accent_soft } else { egui::Color32::TRANSPARENT };
    let family = if selected { semibold() } else { medium() };
    let atom = egui::WidgetAtom::new(atoms)
        .gap(6.0)
        .sense(Sense::click())
        .fallback_font(FontId::new(14.0, family))
        .fallback_text_color(t.text)
        .min_size(Vec2::new(0.0, 30.0))
        .frame(
            egui::Frame::new()
                .fill(fill)
                .corner_radius(radius::PILL)
                .inner_margin(egui::Margin::symmetric(10, 6)),
        );
    let response = atom.show(ui).response;
    if selected {
        ui.painter().rect_stroke(response.rect, radius::PILL, Stroke::new(1.0, t.accent), StrokeKind::Inside);
    } else if response.hovered() {
        ui.painter().rect_stroke(response.rect, radius::PILL, Stroke::new(1.0, t.border), StrokeKind::Inside);
    }
    response.widget_info(|| WidgetInfo::selected(Role::Tab, true, selected, name));
    super::focus::ring(ui, &response, radius::PILL);
    response
}
