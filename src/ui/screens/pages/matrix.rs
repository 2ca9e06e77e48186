//! All groups and all rows at a glance: what each group sees first, and how far it is from what everyone sees.

use std::collections::BTreeSet;

use egui::{Align2, FontId, Rect, Role, ScrollArea, Sense, Ui, Vec2, WidgetInfo, pos2, vec2};

use super::card::paint_picture;
use super::context_bar::segments;
use super::state::{Device, Mode, PagesState};
use crate::decide::{BlockPage, Page};
use crate::merch::BlockKind;
use crate::ui::command::Command;
use crate::ui::kit::{heading, marker};
use crate::ui::screens::Scene;
use crate::ui::strings::Phrase as _;
use crate::ui::strings::canvas::Canvas;
use crate::ui::theme::{HasTokens as _, medium, number, segment_color, segment_marker, semibold};

const HEAD: f32 = 180.0;
const ROW: f32 = 84.0;

pub(super) fn matrix_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    state: &mut PagesState,
    _commands: &mut Vec<Command>,
) {
    let Some(draft) = scene.draft else { return };
    let catalog = &draft.bundle().catalog;
    let t = ui.tokens();
    let groups = segments(scene);
    let device = state.device;
    let pages: Vec<(String, String, Option<u8>, std::rc::Rc<Page>)> = groups
        .into_iter()
        .filter_map(|(id, name, color)| {
            state.draft_page(scene, &id, device).map(|page| (id, name, color, page))
        })
        .collect();
    let Some((_, _, _, everyone)) = pages.first().cloned() else {
        return;
    };
    let rows: Vec<&BlockPage> =
        everyone.blocks.iter().filter(|block| matches!(block.kind, BlockKind::Products)).collect();
    heading::caption(ui, Canvas::MatrixHint.text());
    let mut go = None;
    ScrollArea::both().auto_shrink(false).show(ui, |ui| {
        let column = ((ui.available_width() - HEAD) / rows.len().max(1) as f32 - 8.0).clamp(190.0, 340.0);
        let width = HEAD + rows.len() as f32 * (column + 8.0);
        let (all, _) =
            ui.allocate_exact_size(vec2(width, 30.0 + pages.len() as f32 * (ROW + 8.0)), Sense::hover());
        for (index, row) in rows.iter().enumerate() {
            let at = pos2(all.left() + HEAD + index as f32 * (column + 8.0), all.top() + 14.0);
            ui.painter().text(at, Align2::LEFT_CENTER, &row.title, FontId::new(13.0, semibold()), t.text);
        }
        for (line, (id, name, color, page)) in pages.iter().enumerate() {
            let top = all.top() + 30.0 + line as f32 * (ROW + 8.0);
            let theme = ui.theme();
            let mut x = all.left() + 8.0;
            if let Some(color) = color {
                marker::paint(
                    ui.painter(),
                    pos2(x, top + ROW / 2.0),
                    5.0,
                    segment_marker(*color),
                    segment_color(theme, *color),
                );
                x += 14.0;
            }
            let at = pos2(x, top + ROW / 2.0);
            ui.painter().text(at, Align2::LEFT_CENTER, name, FontId::new(14.0, medium()), t.text);
            for (index, row) in rows.iter().enumerate() {
                let rect = Rect::from_min_size(
                    pos2(all.left() + HEAD + index as f32 * (column + 8.0), top),
                    vec2(column, ROW),
                );
                let block = page.blocks.iter().find(|block| block.id == row.id);
                let response = ui.interact(rect, ui.scope_id().with(("cell", id, &row.id)), Sense::click());
                let (different, of) = difference(row, block);
                let share = if of == 0 { 0.0 } else { different as f32 / of as f32 };
                let fill = t.surface.lerp_to_gamma(t.accent_soft, if line == 0 { 0.0 } else { share });
                ui.painter().rect_filled(rect, 8, fill);
                let border = if response.hovered() || response.has_focus() { t.accent } else { t.border };
                ui.painter().rect_stroke(rect, 8, egui::Stroke::new(1.0, border), egui::StrokeKind::Inside);
                let Some(block) = block else { continue };
                let side = 48.0;
                let fits = ((column - 16.0 + 6.0) / (side + 6.0)).floor().max(1.0) as usize;
                for (slot_idx, slot) in block.slots.iter().take(fits).enumerate() {
                    let at = pos2(rect.left() + 8.0 + slot_idx as f32 * (side + 6.0), rect.top() + 8.0);
                    let picture = Rect::from_min_size(at, Vec2::splat(side));
                    paint_picture(ui, picture, &catalog.products[slot.product as usize], scene.pictures, 1.0);
                }
                let words = if line == 0 {
                    Canvas::EveryoneSees.text().to_owned()
                } else {
                    Canvas::NDifferent.with(&[("n", different.into()), ("of", of.into())])
                };
                let at = pos2(rect.left() + 10.0, rect.bottom() - 13.0);
                ui.painter().text(at, Align2::LEFT_CENTER, &words, FontId::new(12.0, number()), t.muted);
                response.widget_info(|| {
                    WidgetInfo::labeled(Role::Button, true, format!("{name}, {}: {words}", row.title))
                });
                if response.clicked() {
                    go = Some((id.clone(), row.id.clone()));
                }
            }
        }
    });
    if let Some((segment, block)) = go {
        state.segment = segment;
        state.block = Some(block);
        state.selected = None;
        state.set_mode(Mode::Single);
        state.device = if state.device == Device::Fit { Device::Desktop } else { state.device };
    }
}

/// How many places show a product that everyone's row does not show, of how many.
fn difference(everyone: &BlockPage, own: Option<&BlockPage>) -> (usize, usize) {
    let Some(own) = own else {
        return (everyone.slots.len(), everyone.slots.len());
    };
    let known: BTreeSet<u32> = everyone.slots.iter().map(|slot| slot.product).collect();
    let different = own.slots.iter().filter(|slot| !known.contains(&slot.product)).count();
    (different, own.slots.len())
}
