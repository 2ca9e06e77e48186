//! The shelf at the bottom while something is held: Bury, Hide, Tray.

use egui::{Align2, Area, Color32, FontId, Id, Order, Pos2, Rect, Sense, Ui, Vec2, pos2, vec2};

use super::drag::{Held, Target};
use super::state::PagesState;
use crate::ui::icons;
use crate::ui::strings::Phrase as _;
use crate::ui::strings::canvas::Canvas;
use crate::ui::theme::{HasTokens as _, semibold};

pub(super) const SHELF_HEIGHT: f32 = 76.0;
const TARGET: Vec2 = vec2(148.0, 48.0);

fn targets(ui: &Ui) -> [(Target, Rect); 3] {
    let window = ui.content_rect();
    let y = window.bottom() - 24.0 - 20.0 - TARGET.y;
    let left = window.center().x - (TARGET.x * 3.0 + 24.0) / 2.0;
    let at = |index: f32| Rect::from_min_size(pos2(left + index * (TARGET.x + 12.0), y), TARGET);
    [(Target::Bury, at(0.0)), (Target::Hide, at(1.0)), (Target::Tray, at(2.0))]
}

/// Which part of the shelf is under the pointer.
pub(super) fn shelf_target(ui: &Ui, pointer: Pos2) -> Option<Target> {
    targets(ui).into_iter().find(|(_, rect)| rect.expand(6.0).contains(pointer)).map(|(target, _)| target)
}

pub(super) fn shelf_ui(ui: &Ui, state: &PagesState) {
    let Some(drag) = &state.drag else { return };
    if !matches!(drag.held, Held::Cards { .. } | Held::FromTray { .. }) {
        return;
    }
    let t = ui.tokens();
    let targets = targets(ui);
    let frame = targets.iter().fold(Rect::NOTHING, |all, (_, rect)| all.union(*rect)).expand(12.0);
    Area::new(Id::unique("drag shelf"))
        .order(Order::Foreground)
        .fixed_pos(frame.min)
        .interactable(false)
        .show(ui, |ui| {
            ui.allocate_exact_size(frame.size(), Sense::hover());
            ui.painter().add(ui.visuals().popup_shadow.as_shape(frame, 14));
            ui.painter().rect_filled(frame, 14, t.overlay);
            for (target, rect) in targets {
                let (icon, words, fill) = match target {
                    Target::Bury => (icons::ARROW_FAT_DOWN, Canvas::Bury, t.bury.solid),
                    Target::Hide => (icons::EYE_SLASH, Canvas::Hide, t.hide.solid),
                    _ => (icons::TRAY, Canvas::TrayName, t.pin.solid),
                };
                let over = drag.target.as_ref() == Some(&target);
                let fill = if over { fill } else { Color32::from_white_alpha(18) };
                ui.painter().rect_filled(rect, 10, fill);
                let galley = ui.painter().layout_no_wrap(
                    words.text().to_owned(),
                    FontId::new(14.0, semibold()),
                    Color32::WHITE,
                );
                let width = galley.size().x + 26.0;
                let left = rect.center().x - width / 2.0;
                icon.paint_filled(ui.painter(), pos2(left + 9.0, rect.center().y), 18.0, Color32::WHITE);
                ui.painter().text(
                    pos2(left + 26.0, rect.center().y),
                    Align2::LEFT_CENTER,
                    words.text(),
                    FontId::new(14.0, semibold()),
                    Color32::WHITE,
                );
            }
        });
}
