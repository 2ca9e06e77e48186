//! Who went from which group to which.

use egui::{FontId, RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, vec2};

use super::super::stage::Stage;
use super::boxed;
use crate::app::view::CustomersView;
use crate::ui::kit::{heading, marker};
use crate::ui::strings::Phrase as _;
use crate::ui::strings::customers::Customers as T;
use crate::ui::strings::said;
use crate::ui::theme::{HasTokens as _, number};

pub(super) fn movement_ui(ui: &mut Ui, stage: &Stage<'_>, customers: &CustomersView) {
    let Some(movement) = &customers.movement else {
        ui.vertical_centered(|ui| {
            ui.add_space(ui.available_height() * 0.4);
            ui.label(RichText::new(T::NoMovement.text()).color(ui.tokens().muted));
        });
        return;
    };
    let t = ui.tokens();
    let name = |idx: usize| {
        movement
            .groups
            .get(idx)
            .and_then(|id| customers.groups.iter().find(|group| group.id == *id))
            .map_or(T::NotThere.text().into(), |group| said::group(&group.name))
    };
    let color = |idx: usize| {
        movement
            .groups
            .get(idx)
            .and_then(|id| customers.groups.iter().find(|group| group.id == *id))
            .map(|group| group.color)
    };
    let n = movement.cells.len();
    let most = movement
        .cells
        .iter()
        .enumerate()
        .flat_map(|(from, row)| row.iter().enumerate().filter(move |(to, _)| *to != from).map(|(_, n)| *n))
        .max()
        .unwrap_or(1)
        .max(1);
    ScrollArea::both().auto_shrink(false).show(ui, |ui| {
        boxed(ui, |ui| {
            let date = stage.formats.date(movement.from_at);
            heading::caption(ui, &T::MovementFrom.with(&[("date", (&date).into())]));
            let cell = vec2(((ui.available_width() - 170.0) / n as f32 - 4.0).clamp(36.0, 72.0), 34.0);
            ui.spacing_mut().item_spacing = vec2(4.0, 4.0);
            ui.horizontal(|ui| {
                ui.allocate_exact_size(vec2(166.0, 20.0), Sense::hover());
                for to in 0..n {
                    let (rect, response) = ui.allocate_exact_size(vec2(cell.x, 20.0), Sense::hover());
                    if let Some(color) = color(to) {
                        let theme =
                            if ui.visuals().dark_mode { egui::Theme::Dark } else { egui::Theme::Light };
                        let shape = crate::ui::theme::segment_marker(color);
                        let fill = crate::ui::theme::segment_color(theme, color);
                        marker::paint(ui.painter(), rect.center(), 5.0, shape, fill);
                    }
                    response.on_hover_text(name(to).as_ref());
                }
            });
            for (from, row) in movement.cells.iter().enumerate() {
                ui.horizontal(|ui| {
                    let (rect, _) = ui.allocate_exact_size(vec2(166.0, cell.y), Sense::hover());
                    let mut child = ui.new_child(egui::UiBuilder::new().max_rect(rect));
                    child.horizontal_centered(|ui| {
                        if let Some(color) = color(from) {
                            marker::show(ui, color);
                        }
                        ui.add(egui::Label::new(name(from).as_ref()).truncate());
                    });
                    for (to, count) in row.iter().enumerate() {
                        let (rect, response) = ui.allocate_exact_size(cell, Sense::hover());
                        let stays = from == to;
                        let share = (*count as f32 / most as f32).min(1.0);
                        let fill = if stays {
                            t.surface2
                        } else {
                            t.accent_soft.lerp_to_gamma(t.accent, share * 0.35)
                        };
                        if *count > 0 || stays {
                            ui.painter().rect_filled(rect, 4, fill);
                        }
                        let color = if *count == 0 { t.muted } else { t.text };
                        let words = stage.formats.number(i64::from(*count));
                        ui.painter().text(
                            rect.center(),
                            egui::Align2::CENTER_CENTER,
                            words,
                            FontId::new(13.0, number()),
                            color,
                        );
                        let sentence = T::MovementCell.with(&[
                            ("n", (*count).into()),
                            ("from", (&name(from)).into()),
                            ("to", (&name(to)).into()),
                        ]);
                        response.widget_info(|| WidgetInfo::labeled(Role::Cell, true, &sentence));
                        response.on_hover_text(sentence);
                    }
                });
            }
        });
    });
}
