//! Holding something over the page: where it would land, what makes room, what the drop would mean.

use egui::{
    Align2, Color32, CornerRadius, FontId, Id, Key, Rect, Stroke, StrokeKind, Ui, UiBuilder, Vec2, pos2, vec2,
};

use super::super::drag::{self, Drag, Held, Target};
use super::super::layout::BlockLayout;
use super::super::{SHELF_HEIGHT, act, card, cost, drop_commands, shelf_target};
use super::{Painting, dashed, paint_ghost_label};
use crate::merch::BlockKind;
use crate::ui::strings::Phrase as _;
use crate::ui::strings::canvas::Canvas;
use crate::ui::theme::{ShopLook, medium};

impl Painting<'_, '_> {
    pub(super) fn gap_in(&self, block: &str) -> Option<usize> {
        match &self.state.drag.as_ref()?.target {
            Some(Target::Gap { block: over, gap }) if over == block && self.preview.editable => Some(*gap),
            _ => None,
        }
    }

    pub(super) fn dragged_slot(&self, block: &str) -> Option<usize> {
        match &self.state.drag.as_ref()?.held {
            Held::Cards { cards, from_slot } if cards.first().is_some_and(|card| card.block == block) => {
                Some(*from_slot)
            }
            _ => None,
        }
    }

    pub(super) fn caret_ui(
        &self,
        ui: &Ui,
        block: &BlockLayout,
        from: Option<usize>,
        gap: usize,
        offset: usize,
    ) {
        let lands = drag::landing_slot(from, gap);
        let rect = block.card_rect(&self.laid.metrics, lands, offset).translate(self.origin.to_vec2());
        let x = rect.left() - self.laid.metrics.gap / 2.0;
        let bar = Rect::from_min_size(pos2(x - 1.5, rect.top()), vec2(3.0, rect.width()));
        ui.painter().rect_filled(bar, 2, ShopLook::PIN);
        let place = Rect::from_min_size(rect.min, Vec2::splat(rect.width()));
        ui.painter().rect_filled(place, 8, ShopLook::PIN.gamma_multiply(0.08));
        dashed(ui, place.shrink(1.0), ShopLook::PIN);
    }

    /// Where the held thing is, and over what.
    pub(super) fn update_drag(&mut self, ui: &Ui) {
        if !self.preview.editable {
            return;
        }
        if ui.input(|input| input.pointer.primary_pressed()) {
            self.state.pressed = None;
        }
        let Some(drag) = &mut self.state.drag else { return };
        if let Some(pointer) = ui.input(|input| input.pointer.latest_pos()) {
            drag.pointer = pointer;
        }
        drag.shift = ui.input(|input| input.modifiers.shift);
        let cancel = ui.input(|input| {
            input.key_pressed(Key::Escape)
                || input.pointer.secondary_pressed()
                || input.pointer.latest_pos().is_none()
        });
        if cancel {
            self.state.drag = None;
            return;
        }
        let pointer = drag.pointer;
        let clip = ui.clip_rect();
        let seconds = ui.input(|input| input.stable_dt).min(0.05);
        let scroll = drag::auto_scroll(pointer.y, clip.top(), clip.bottom() - SHELF_HEIGHT, seconds);
        if scroll != 0.0 && clip.x_range().contains(pointer.x) && clip.contains(pointer) {
            ui.scroll_with_delta(vec2(0.0, -scroll));
            ui.ctx().request_repaint();
        }
        let local = pointer - self.origin.to_vec2();
        let over_shelf = shelf_target(ui, pointer);
        let held = drag.held.clone();
        let target = match (&held, over_shelf) {
            (Held::Cards { .. } | Held::FromTray { .. }, Some(target)) => Some(target),
            (Held::Cards { .. } | Held::FromTray { .. }, None) => self.gap_under(local),
            (Held::Block { .. }, _) => {
                let index = self.laid.blocks.iter().filter(|block| block.rect.center().y < local.y).count();
                Some(Target::BlockGap { index })
            }
            (Held::Tile { .. }, _) => self.state.drag.as_ref().and_then(|drag| drag.target.clone()),
        };
        if let Some(drag) = &mut self.state.drag {
            drag.target = target;
        }
    }

    pub(super) fn gap_under(&self, local: egui::Pos2) -> Option<Target> {
        let block = self.laid.blocks.iter().find(|block| {
            matches!(self.page.blocks[block.index].kind, BlockKind::Products)
                && block.rect.expand2(vec2(0.0, 10.0)).contains(local)
        })?;
        let decided = &self.page.blocks[block.index];
        let offset = self.row_offset(block, decided);
        let gap = block.nearest_gap(&self.laid.metrics, local, offset);
        Some(Target::Gap { block: decided.id.clone(), gap })
    }

    /// The lifted card under the pointer, and what happens when it is let go.
    pub(super) fn drag_ui(&mut self, ui: &mut Ui) {
        let Some(drag) = self.state.drag.clone() else {
            return;
        };
        ui.ctx().set_cursor_icon(egui::CursorIcon::Grabbing);
        let layer = egui::LayerId::new(egui::Order::Tooltip, Id::unique("held"));
        let painter = ui.ctx().layer_painter(layer);
        match &drag.held {
            Held::Cards { cards, .. } => self.paint_held(ui, &painter, &drag, cards.len()),
            Held::FromTray { .. } => self.paint_held(ui, &painter, &drag, 1),
            Held::Block { id } => {
                if let Some(Target::BlockGap { index }) = drag.target {
                    let y = self
                        .laid
                        .blocks
                        .get(index)
                        .map_or(self.laid.footer.top() - 10.0, |block| block.rect.top() - 8.0);
                    let x = self.origin.x..=self.origin.x + self.laid.metrics.width;
                    ui.painter().hline(x, y + self.origin.y, Stroke::new(3.0, ShopLook::PIN));
                }
                let title =
                    self.page.blocks.iter().find(|block| block.id == *id).map_or("", |block| &block.title);
                let title = if title.is_empty() { id } else { title };
                paint_ghost_label(&painter, drag.pointer, title);
            }
            Held::Tile { block, index } => {
                let title =
                    self.page.blocks.iter().find(|candidate| candidate.id == *block).and_then(|block| {
                        match &block.kind {
                            BlockKind::Tiles { tiles } => tiles.get(*index).map(|tile| tile.title.as_str()),
                            _ => None,
                        }
                    });
                paint_ghost_label(&painter, drag.pointer, title.unwrap_or_default());
            }
        }
        let released = ui.input(|input| input.pointer.any_released() || !input.pointer.any_down());
        if released {
            self.state.drag = None;
            self.commands.extend(drop_commands(self.scene, self.state, self.page, &drag));
        }
    }

    pub(super) fn paint_held(&mut self, ui: &mut Ui, painter: &egui::Painter, drag: &Drag, n: usize) {
        let Some(product) = drag.product().and_then(|id| self.catalog.index(id)) else {
            return;
        };
        let product = &self.catalog.products[product as usize];
        let rect = Rect::from_min_size(drag.pointer + drag.grip, drag.size);
        let lifted = Rect::from_center_size(rect.center(), rect.size() * 1.03);
        let shadow =
            egui::Shadow { offset: [0, 10], blur: 26, spread: 0, color: Color32::from_black_alpha(90) };
        if 1 < n {
            painter.rect_filled(lifted.translate(vec2(7.0, 7.0)), 8, ShopLook::LINE);
        }
        painter.add(shadow.as_shape(lifted, CornerRadius::same(8)));
        let mut over = ui.new_child(UiBuilder::new().layer_id(painter.layer_id()).max_rect(lifted));
        over.set_clip_rect(ui.content_rect());
        card::paint_picture(&over, lifted, product, self.scene.pictures, 1.0);
        painter.rect_stroke(lifted, 8, Stroke::new(2.0, ShopLook::PIN), StrokeKind::Inside);
        let hint = match &drag.target {
            Some(Target::Gap { gap, .. }) => {
                let from = match &drag.held {
                    Held::Cards { from_slot, .. } => Some(*from_slot),
                    _ => None,
                };
                let n = drag::landing_slot(from, *gap) + 1;
                let words = if drag.shift { Canvas::DropBoost } else { Canvas::DropPin };
                Some(words.with(&[("n", n.into())]))
            }
            Some(Target::Bury) => Some(Canvas::Bury.text().to_owned()),
            Some(Target::Hide) => Some(Canvas::Hide.text().to_owned()),
            Some(Target::Tray) => Some(Canvas::TrayName.text().to_owned()),
            _ => None,
        };
        if let Some(hint) = hint {
            let galley = painter.layout_no_wrap(hint, FontId::new(12.0, medium()), Color32::WHITE);
            let size = galley.size() + vec2(16.0, 8.0);
            let at = Rect::from_center_size(pos2(lifted.center().x, lifted.bottom() + 16.0), size);
            let fill = if drag.shift { ShopLook::RAISED } else { ShopLook::PIN };
            painter.rect_filled(at, 11, fill);
            painter.galley(at.min + vec2(8.0, 4.0), galley, Color32::WHITE);
            let cost = if drag.shift { None } else { self.cost_of_drop(drag) };
            if let Some(cost) = cost {
                let galley = painter.layout_no_wrap(cost, FontId::new(12.0, medium()), Color32::WHITE);
                let size = galley.size() + vec2(16.0, 8.0);
                let below = Rect::from_center_size(pos2(at.center().x, at.bottom() + 15.0), size);
                painter.rect_filled(below, 11, ShopLook::BADGE);
                painter.galley(below.min + vec2(8.0, 4.0), galley, Color32::WHITE);
            }
        }
        if 1 < n {
            let at = lifted.right_top();
            painter.circle_filled(at, 12.0, ShopLook::PIN);
            let font = FontId::new(12.0, crate::ui::theme::number_semibold());
            painter.text(at, Align2::CENTER_CENTER, n, font, Color32::WHITE);
        }
    }

    /// What the pin would mean for past orders, once it is worked out.
    pub(super) fn cost_of_drop(&mut self, drag: &Drag) -> Option<String> {
        let (edit, row) = act::pin_of_drag(self.scene, self.state, self.page, drag)?;
        cost::short_cost_of(self.scene, Some(&row), edit, self.commands)
    }
}
