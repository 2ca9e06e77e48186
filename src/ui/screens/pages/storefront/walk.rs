//! Walking the cards by keyboard, and choosing several.

use egui::{Id, Key, Ui};

use super::super::layout::{BlockLayout, Shape};
use super::super::state::Card;
use super::Painting;
use crate::decide::BlockPage;
use crate::ui::command::{Action, Command};

impl Painting<'_, '_> {
    /// All cards of a row from the chosen one to another.
    pub(super) fn range(&self, decided: &BlockPage, main: &Card, slot_idx: usize) -> Vec<Card> {
        let card = |slot: &crate::decide::Slot| Card {
            block: decided.id.clone(),
            product: self.catalog.products[slot.product as usize].id.clone(),
        };
        let from = decided.slots.iter().position(|slot| card(slot) == *main).unwrap_or(slot_idx);
        let (low, high) = (from.min(slot_idx), from.max(slot_idx));
        decided.slots[low..=high].iter().map(card).collect()
    }

    /// Arrows walk the cards; Enter explains.
    pub(super) fn keys(&mut self, ui: &Ui) {
        if ui.ctx().text_edit_focused() || self.state.drag.is_some() || egui::Popup::is_any_open(ui.ctx()) {
            return;
        }
        let Some(card) = self.state.selected.clone() else {
            return;
        };
        let Some(focused) = ui.memory(egui::Memory::focused) else {
            return;
        };
        let id = Id::unique(("card", self.preview.salt, &card.block, &card.product));
        if focused != id {
            return;
        }
        ui.memory_mut(|memory| {
            let filter =
                egui::EventFilter { horizontal_arrows: true, vertical_arrows: true, ..Default::default() };
            memory.set_focus_lock_filter(id, filter);
        });
        let (dx, dy, enter) = ui.input_mut(|input| {
            let mut count = |key| input.count_and_consume_key(egui::Modifiers::NONE, key) as i32;
            let dx = count(Key::ArrowRight) - count(Key::ArrowLeft);
            let dy = count(Key::ArrowDown) - count(Key::ArrowUp);
            (dx, dy, count(Key::Enter))
        });
        if 0 < enter {
            self.commands.push(Command::Do(Action::Why));
        }
        if dx == 0 && dy == 0 {
            return;
        }
        if let Some(next) = self.neighbour(&card, dx, dy) {
            let next_id = Id::unique(("card", self.preview.salt, &next.block, &next.product));
            ui.memory_mut(|memory| memory.request_focus(next_id));
            self.state.scroll_to = Some(next.clone());
            self.state.walk_to(next);
            ui.ctx().request_repaint();
        }
    }

    pub(super) fn neighbour(&self, card: &Card, dx: i32, dy: i32) -> Option<Card> {
        let blocks: Vec<&BlockLayout> = self.laid.blocks.iter().filter(|block| 0 < block.n_slots).collect();
        let at = blocks.iter().position(|block| self.page.blocks[block.index].id == card.block)?;
        let (_, slot) = self.find(card)?;
        let columns = self.laid.metrics.columns as i32;
        let block = blocks[at];
        let moved = slot as i32 + dx + if block.shape == Shape::Grid { dy * columns } else { 0 };
        let (block, slot) =
            if block.shape == Shape::Row && dy != 0 || !(0..block.n_slots as i32).contains(&moved) {
                let step = if block.shape == Shape::Row && dy != 0 { dy } else { moved.signum() * 2 - 1 };
                let step = if moved < 0 { -1 } else { step.signum() };
                let next = blocks.get(usize::try_from(at as i32 + step).ok()?)?;
                let slot = if dy != 0 {
                    slot.min(next.n_slots - 1)
                } else if step < 0 {
                    next.n_slots - 1
                } else {
                    0
                };
                (*next, slot)
            } else {
                (block, moved as usize)
            };
        let decided = &self.page.blocks[block.index];
        let product = &self.catalog.products[decided.slots.get(slot)?.product as usize];
        Some(Card { block: decided.id.clone(), product: product.id.clone() })
    }
}
