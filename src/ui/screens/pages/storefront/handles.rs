//! Moving whole rows and category tiles.

use egui::{Id, Key, Rect, Role, Sense, Stroke, Ui, Vec2, WidgetInfo, pos2, vec2};

use super::super::drag::{self, Drag, Held, Target};
use super::super::layout::BlockLayout;
use super::super::{blocks, dressing};
use super::Painting;
use crate::decide::BlockPage;
use crate::ui::command::Command;
use crate::ui::icons;
use crate::ui::kit::focus;
use crate::ui::strings::Phrase as _;
use crate::ui::strings::canvas::Canvas;
use crate::ui::theme::ShopLook;

impl Painting<'_, '_> {
    pub(super) fn tiles_ui(
        &mut self,
        ui: &mut Ui,
        block: &BlockLayout,
        decided: &BlockPage,
        tiles: &[crate::merch::Tile],
    ) {
        let rect = block.rect.translate(self.origin.to_vec2());
        let rects = dressing::tile_rects(rect, tiles.len(), &self.laid.metrics);
        for (index, (tile, at)) in tiles.iter().zip(&rects).enumerate() {
            let id = Id::unique(("tile", self.preview.salt, &decided.id, index));
            let sense = if self.preview.editable { Sense::click_and_drag() } else { Sense::hover() };
            let response = ui.interact(*at, id, sense);
            dressing::tile(ui, *at, tile, index, response.hovered());
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &tile.title));
            focus::ring(ui, &response, 8);
            if response.clicked()
                && let Some(page) = dressing::page_of_link(self.scene, &tile.link)
            {
                self.commands.push(Command::OpenPage { page, segment: None });
            }
            if response.drag_started() {
                let press = ui.input(|input| input.pointer.press_origin()).unwrap_or(at.center());
                self.state.drag = Some(Drag {
                    held: Held::Tile { block: decided.id.clone(), index },
                    grip: at.min - press,
                    size: at.size(),
                    pointer: press,
                    target: None,
                    shift: false,
                });
            }
        }
        if let Some(Drag { held: Held::Tile { block: from, index }, pointer, .. }) = &self.state.drag
            && *from == decided.id
        {
            let gap = rects.iter().filter(|at| at.center().x < pointer.x).count();
            let x = if gap == 0 {
                rects.first().map(|at| at.left() - 5.0)
            } else {
                rects.get(gap - 1).map(|at| at.right() + 5.0)
            };
            if let Some(x) = x {
                ui.painter().vline(x, rect.y_range(), Stroke::new(3.0, ShopLook::PIN));
            }
            let (block, index) = (from.clone(), *index);
            let lands = drag::landing_slot(Some(index), gap);
            if let Some(drag) = &mut self.state.drag {
                drag.target = Some(Target::TileGap { block, index: lands });
            }
        }
    }

    /// The handle at the left edge of a block; dragging it reorders blocks.
    pub(super) fn block_handle_ui(&mut self, ui: &mut Ui, block: &BlockLayout, decided: &BlockPage) {
        let rect = block.rect.translate(self.origin.to_vec2());
        let hovered = ui.rect_contains_pointer(rect) && self.state.drag.is_none();
        let id = Id::unique(("block handle", &decided.id));
        let at = Rect::from_min_size(pos2(self.origin.x + 1.0, rect.top() + 2.0), vec2(16.0, 28.0));
        let response = ui.interact(at, id, Sense::click_and_drag());
        let title = if decided.title.is_empty() { &decided.id } else { &decided.title };
        response.widget_info(|| {
            WidgetInfo::labeled(Role::Button, true, Canvas::MoveBlock.with(&[("block", title.into())]))
        });
        if hovered || response.hovered() || response.has_focus() {
            ui.painter().rect_filled(at, 4, ShopLook::PAPER);
            icons::DOTS_SIX_VERTICAL.paint(ui.painter(), at.center(), 16.0, ShopLook::QUIET);
        }
        focus::ring(ui, &response, 4);
        if response.has_focus() {
            let (up, down) = ui.input_mut(|input| {
                (
                    input.consume_key(egui::Modifiers::ALT, Key::ArrowUp),
                    input.consume_key(egui::Modifiers::ALT, Key::ArrowDown),
                )
            });
            if up {
                self.commands.extend(blocks::move_block(self.scene, self.state, &decided.id, -1));
            } else if down {
                self.commands.extend(blocks::move_block(self.scene, self.state, &decided.id, 1));
            }
        }
        if response.clicked() {
            self.state.block = Some(decided.id.clone());
            self.state.selected = None;
        }
        if response.drag_started() {
            self.state.drag = Some(Drag {
                held: Held::Block { id: decided.id.clone() },
                grip: Vec2::ZERO,
                size: vec2(rect.width(), 40.0),
                pointer: at.center(),
                target: None,
                shift: false,
            });
        }
    }
}
