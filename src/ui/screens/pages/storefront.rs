//! The shop's page as the shopper sees it, and everything one can do to it by hand.

mod handles;
mod hold;
mod marks;
mod walk;

use std::rc::Rc;

use egui::{
    Align2, Color32, CornerRadius, FontId, Id, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui,
    UiBuilder, Vec2, WidgetInfo, pos2, vec2,
};

use super::card::{self, CardView, Change};
use super::drag::{self, Drag, Held};
use super::edits;
use super::layout::{BlockLayout, Metrics, PageLayout, Shape, lay_out};
use super::state::{Card, Device, PagesState, segment_name};
use super::{dressing, menu};
use crate::bundle::Catalog;
use crate::decide::{BlockPage, Page};
use crate::merch::BlockKind;
use crate::ui::command::{Action, Command, Situation};
use crate::ui::icons;
use crate::ui::kit::focus;
use crate::ui::screens::Scene;
use crate::ui::spent::{self, Part};
use crate::ui::strings::Phrase as _;
use crate::ui::strings::canvas::Canvas;
use crate::ui::theme::{HasTokens as _, ShopLook, medium, shop_heading};

/// One preview: whose page, how wide, and whether it can be edited.
#[derive(Clone, Debug)]
pub(super) struct Preview<'a> {
    pub salt: &'static str,
    pub page: Rc<Page>,
    /// What it is compared with for change marks; `None` shows none.
    pub before: Option<Rc<Page>>,
    pub device: Device,
    pub editable: bool,
    /// Products that stand in the other pane too.
    pub twins: Option<&'a [u32]>,
    pub situation: Situation,
}

/// Paints the preview into the room that is left.
pub(super) fn storefront(
    ui: &mut Ui,
    scene: &Scene<'_>,
    state: &mut PagesState,
    preview: &Preview<'_>,
    commands: &mut Vec<Command>,
) {
    let Some(draft) = scene.draft else { return };
    let catalog = &draft.bundle().catalog;
    let room = ui.available_rect_before_wrap();
    let width = preview.device.width().map_or(room.width(), |wanted| wanted.min(room.width())).max(280.0);
    let metrics = Metrics::of(preview.device, width, room.height());
    if preview.salt == "main" {
        state.columns = metrics.columns;
    }
    let painter = ui.painter().clone();
    let page = Rc::clone(&preview.page);
    let title_lines = |block: usize, width: f32| {
        let slots = &page.blocks[block].slots;
        slots
            .iter()
            .map(|slot| {
                let title = &catalog.products[slot.product as usize].title;
                card::title_galley(&painter, title, &metrics, width, ShopLook::INK).rows.len()
            })
            .max()
            .unwrap_or(1)
    };
    let laid = spent::on(Part::Layout, || lay_out(&page, &state.page, metrics, state.scores, title_lines));
    let left = room.center().x - width / 2.0;
    let frame = Rect::from_min_max(pos2(left.floor(), room.top()), pos2(left.floor() + width, room.bottom()));
    ui.painter().add(
        egui::Shadow { offset: [0, 2], blur: 10, spread: 0, color: ui.tokens().shadow.gamma_multiply(0.5) }
            .as_shape(frame, CornerRadius::same(12)),
    );
    ui.painter().rect_filled(frame, 12, ShopLook::PAPER);
    let mut view =
        Painting { scene, catalog, preview, laid: &laid, page: &page, state, commands, origin: frame.min };
    let mut scroll = ScrollArea::vertical().id_salt(("storefront", preview.salt)).auto_shrink(false);
    if let Some(offset) = view.wanted_scroll(frame) {
        scroll = scroll.vertical_scroll_offset(offset);
    }
    let output = ui.scope_builder(UiBuilder::new().max_rect(frame), |ui| {
        ui.set_clip_rect(ui.clip_rect().intersect(frame));
        scroll.show_viewport(ui, |ui, viewport| {
            ui.spacing_mut().item_spacing = Vec2::ZERO;
            let (rect, _) = ui.allocate_exact_size(laid.size, Sense::hover());
            view.origin = rect.min;
            view.page_ui(ui, viewport);
        })
    });
    let offset = output.inner.state.clamped_offset().y;
    if state.lock_scroll || preview.salt == "main" {
        state.scroll = offset;
    }
    // Sharp content under round corners: paint the corners over.
    round_corners(ui, frame, 12.0);
}

/// Fills the four corners outside a rounded frame with the colour behind it.
fn round_corners(ui: &Ui, frame: Rect, radius: f32) {
    let behind = ui.tokens().app;
    let ring = 7.0;
    for corner in [frame.left_top(), frame.right_top(), frame.right_bottom(), frame.left_bottom()] {
        let inwards = (frame.center() - corner).normalized();
        let toward = vec2(inwards.x.signum(), inwards.y.signum()) * radius;
        let square = Rect::from_two_pos(corner, corner + toward);
        ui.painter().with_clip_rect(square).rect_stroke(
            frame.expand(ring),
            CornerRadius::same((radius + ring) as u8),
            Stroke::new(ring, behind),
            StrokeKind::Inside,
        );
    }
}

/// One paint of one preview.
struct Painting<'a, 'b> {
    scene: &'a Scene<'b>,
    catalog: &'a Catalog,
    preview: &'a Preview<'a>,
    laid: &'a PageLayout,
    page: &'a Page,
    state: &'a mut PagesState,
    commands: &'a mut Vec<Command>,
    origin: egui::Pos2,
}

impl<'a> Painting<'a, '_> {
    /// Scrolls to a card that was asked for, or as the other pane does.
    fn wanted_scroll(&mut self, frame: Rect) -> Option<f32> {
        if self.preview.editable
            && let Some(card) = self.state.scroll_to.take()
            && let Some((block, slot)) = self.find(&card).map(|(block, slot)| (block.clone(), slot))
        {
            let offset = self.state.row_offset.get(&card.block).copied().unwrap_or(0);
            if block.shape == Shape::Row && !(offset..offset + self.laid.metrics.columns).contains(&slot) {
                let last_start = block.n_slots.saturating_sub(self.laid.metrics.columns);
                self.state.row_offset.insert(card.block, slot.min(last_start));
            }
            let rect = block.card_rect(&self.laid.metrics, slot, offset);
            let (top, bottom) = (self.state.scroll, self.state.scroll + frame.height());
            if rect.top() < top || bottom < rect.bottom() {
                return Some((rect.center().y - frame.height() / 2.0).max(0.0));
            }
        }
        let follows = self.preview.salt != "main" && self.state.lock_scroll;
        follows.then_some(self.state.scroll)
    }

    fn find(&self, card: &Card) -> Option<(&BlockLayout, usize)> {
        let index = self.catalog.index(&card.product)?;
        let block = self.laid.blocks.iter().find(|block| self.page.blocks[block.index].id == card.block)?;
        let slot = self.page.blocks[block.index].slots.iter().position(|slot| slot.product == index)?;
        Some((block, slot))
    }

    fn page_ui(&mut self, ui: &mut Ui, viewport: Rect) {
        self.update_drag(ui);
        let shift = self.origin.to_vec2();
        let look = &self.scene.settings.shop_look;
        dressing::header(ui, self.laid.header.translate(shift), self.scene, look, &self.laid.metrics);
        if let Some(subject) = self.laid.subject {
            dressing::subject(
                ui,
                subject.translate(shift),
                self.scene,
                self.state,
                &self.laid.metrics,
                self.commands,
            );
        }
        let laid = self.laid;
        let first: Vec<u32> =
            self.page.blocks.iter().flat_map(|block| &block.slots).take(3).map(|slot| slot.product).collect();
        for block in &laid.blocks {
            if !viewport.intersects(block.rect.expand(8.0)) {
                continue;
            }
            let decided = &self.page.blocks[block.index];
            if self.preview.editable {
                self.block_handle_ui(ui, block, decided);
            }
            match &decided.kind {
                BlockKind::Heroes { heroes } => {
                    dressing::hero(
                        ui,
                        block.rect.translate(shift),
                        heroes,
                        &first,
                        self.scene,
                        look,
                        &laid.metrics,
                    );
                }
                BlockKind::Banner { hero } => {
                    let heroes = std::slice::from_ref(hero);
                    dressing::hero(
                        ui,
                        block.rect.translate(shift),
                        heroes,
                        &first,
                        self.scene,
                        look,
                        &laid.metrics,
                    );
                }
                BlockKind::Tiles { tiles } => self.tiles_ui(ui, block, decided, tiles),
                BlockKind::Products => self.products_ui(ui, block, decided, viewport),
            }
        }
        dressing::footer(ui, laid.footer.translate(shift), self.scene);
        if self.preview.editable {
            self.drag_ui(ui);
            self.keys(ui);
        }
    }

    fn products_ui(&mut self, ui: &mut Ui, block: &BlockLayout, decided: &BlockPage, viewport: Rect) {
        let shift = self.origin.to_vec2();
        let laid = self.laid;
        let metrics = &laid.metrics;
        let offset = self.row_offset(block, decided);
        if let Some(title) = block.title {
            self.row_title_ui(ui, title.translate(shift), block, decided, offset);
        }
        if decided.slots.is_empty() {
            let at = Rect::from_min_size(block.cards.min + shift, Vec2::splat(metrics.card_width()));
            self.empty_ui(ui, at, decided);
        }
        let row_clip = Rect::from_min_max(
            pos2(self.origin.x + metrics.pad - 8.0, f32::NEG_INFINITY),
            pos2(self.origin.x + metrics.width - metrics.pad + 8.0, f32::INFINITY),
        );
        let clip = ui.clip_rect();
        if block.shape == Shape::Row {
            ui.set_clip_rect(clip.intersect(row_clip));
        }
        let gap = self.gap_in(&decided.id);
        let from = self.dragged_slot(&decided.id);
        for (slot_idx, slot) in decided.slots.iter().enumerate() {
            let shown_slot = gap.map_or(slot_idx, |gap| drag::displaced_slot(slot_idx, from, gap));
            let target = block.card_rect(metrics, shown_slot, offset);
            let outside = match block.shape {
                Shape::Row => shown_slot < offset || offset + metrics.columns <= shown_slot,
                Shape::Grid => !viewport.intersects(target.expand(60.0)),
            };
            if outside {
                continue;
            }
            let product = &self.catalog.products[slot.product as usize];
            let card_id = Id::unique(("card", self.preview.salt, &decided.id, &product.id));
            let x =
                ui.ctx().animate_value_with_time(card_id.with("x"), target.left(), ui.style().animation_time);
            let y =
                ui.ctx().animate_value_with_time(card_id.with("y"), target.top(), ui.style().animation_time);
            let rect = Rect::from_min_size(pos2(x, y) + shift, target.size());
            self.card_ui(ui, rect, card_id, decided, slot_idx, from == Some(slot_idx));
        }
        if let (Some(gap), true) = (gap, self.preview.editable) {
            self.caret_ui(ui, block, from, gap, offset);
        }
        if self.preview.editable && self.state.drag.is_none() {
            self.skipped_ui(ui, block, decided, offset);
        }
        ui.set_clip_rect(clip);
        let missing = block.n_slots < 3 && 0 < block.n_slots && block.shape == Shape::Row;
        if missing {
            let at = block.card_rect(metrics, block.n_slots, 0).translate(shift);
            self.empty_ui(ui, Rect::from_min_size(at.min, Vec2::splat(at.width())), decided);
        }
    }

    fn row_offset(&self, block: &BlockLayout, decided: &BlockPage) -> usize {
        if block.shape == Shape::Grid {
            return 0;
        }
        let last_start = block.n_slots.saturating_sub(self.laid.metrics.columns);
        self.state.row_offset.get(&decided.id).copied().unwrap_or(0).min(last_start)
    }

    fn row_title_ui(
        &mut self,
        ui: &mut Ui,
        rect: Rect,
        block: &BlockLayout,
        decided: &BlockPage,
        offset: usize,
    ) {
        let m = &self.laid.metrics;
        let font = FontId::new(m.heading, shop_heading());
        let shown =
            ui.painter().text(rect.left_center(), Align2::LEFT_CENTER, &decided.title, font, ShopLook::INK);
        let heading = ui.interact(shown, ui.scope_id().with(("row title", &decided.id)), Sense::click());
        heading.widget_info(|| WidgetInfo::labeled(Role::Heading, true, &decided.title));
        if heading.clicked() && self.preview.editable {
            self.state.block = Some(decided.id.clone());
            self.state.selected = None;
        }
        let has_arrows = block.shape == Shape::Row && m.columns < block.n_slots;
        let right = rect.right() - if has_arrows { 68.0 } else { 0.0 };
        let label = Canvas::HowFilled.text();
        let font = FontId::new(12.0, egui::FontFamily::Proportional);
        let galley = ui.painter().layout_no_wrap(label.to_owned(), font, ShopLook::QUIET);
        // A narrow pane has no room for the words; a click on the title opens the same.
        if self.preview.editable && shown.right() + 16.0 < right - galley.size().x - 6.0 {
            let at = Rect::from_min_size(
                pos2(right - galley.size().x - 6.0, rect.center().y - galley.size().y / 2.0),
                galley.size(),
            );
            let response =
                ui.interact(at.expand(5.0), ui.scope_id().with(("filled", &decided.id)), Sense::click());
            let color = if response.hovered() { ShopLook::INK } else { ShopLook::QUIET };
            ui.painter().galley_with_override_text_color(at.min, galley, color);
            if response.hovered() {
                ui.painter().hline(at.x_range(), at.bottom(), Stroke::new(1.0, color));
            }
            let name = format!("{label}: {}", decided.title);
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
            focus::ring(ui, &response, 4);
            if response.clicked() {
                self.state.block = Some(decided.id.clone());
                self.state.selected = None;
                self.state.funnel_open = true;
            }
        }
        if has_arrows {
            let last_start = block.n_slots - m.columns;
            let (before, after) = (offset.saturating_sub(m.columns), (offset + m.columns).min(last_start));
            for (icon, name, to, enabled, x) in [
                (icons::CARET_LEFT, Canvas::EarlierCards, before, 0 < offset, rect.right() - 45.0),
                (icons::CARET_RIGHT, Canvas::LaterCards, after, offset < last_start, rect.right() - 13.0),
            ] {
                let at = Rect::from_center_size(pos2(x, rect.center().y), Vec2::splat(26.0));
                let sense = if enabled { Sense::click() } else { Sense::hover() };
                let id = ui.scope_id().with(("row arrow", &decided.id, icon.0));
                let response = ui.interact(at, id, sense);
                let color = if enabled { ShopLook::INK } else { ShopLook::LINE };
                if response.hovered() && enabled {
                    ui.painter().circle_filled(at.center(), 13.0, ShopLook::LINE);
                }
                ui.painter().circle_stroke(at.center(), 12.5, Stroke::new(1.0, ShopLook::LINE));
                icon.paint(ui.painter(), at.center(), 14.0, color);
                response.widget_info(|| {
                    WidgetInfo::labeled(Role::Button, enabled, name.with(&[("row", (&decided.title).into())]))
                });
                let held_over = self.state.drag.is_some() && ui.rect_contains_pointer(at) && enabled;
                if response.clicked() || held_over {
                    self.state.row_offset.insert(decided.id.clone(), to);
                }
            }
        }
    }

    fn card_ui(&mut self, ui: &mut Ui, rect: Rect, id: Id, decided: &BlockPage, slot_idx: usize, held: bool) {
        let slot = &decided.slots[slot_idx];
        let product = &self.catalog.products[slot.product as usize];
        let this = Card { block: decided.id.clone(), product: product.id.clone() };
        let metrics = &self.laid.metrics;
        if held && self.state.drag.is_some() {
            let picture = Rect::from_min_size(rect.min, Vec2::splat(rect.width()));
            dashed(ui, picture.shrink(1.0), ShopLook::QUIET);
        }
        let sense = if self.preview.editable { Sense::click_and_drag() } else { Sense::click() };
        self.note_press(ui, rect, id, &this);
        let response = ui.interact(rect, id, sense);
        let selected = self.preview.editable
            && (self.state.selected.as_ref() == Some(&this) || self.state.also_selected.contains(&this));
        let place = self.state.place(Some(&decided.id));
        let strength = strength(edits_points(self.scene, slot, &place, &product.id));
        let change = self.change_of(decided, slot.product, slot.position, ui);
        let twin = self.preview.twins.filter(|twins| twins.contains(&slot.product)).map(|_| {
            let same = self.state.hovered_twin.as_deref() == Some(&product.id);
            if same { ShopLook::PIN } else { ShopLook::SELECTED }
        });
        let flash = self
            .state
            .flash
            .as_ref()
            .is_some_and(|(card, until)| *card == this && ui.input(|input| input.time) < *until);
        let view = CardView {
            product,
            slot,
            strength,
            change,
            scores: self.state.scores,
            selected: selected || flash,
            hovered: response.contains_pointer() && self.state.drag.is_none(),
            opacity: if held { 0.0 } else { 1.0 },
            marks: !self.state.peek && !held,
            twin,
            focused: response.has_focus(),
        };
        if !held {
            card::paint(ui, rect, metrics, &view, self.scene.formats, self.scene.pictures);
        }
        let scope = self.state.scope_name(self.scene);
        response.widget_info(|| {
            let label = card::spoken(&view, decided.slots.len(), self.scene.formats, &scope);
            WidgetInfo::selected(Role::Button, true, selected, label)
        });
        ui.ctx().accesskit_node_builder(id, |node| {
            node.set_position_in_set(slot_idx + 1);
            node.set_size_of_set(decided.slots.len());
        });
        if response.hovered() && self.preview.twins.is_some() {
            self.state.hovered_twin = Some(product.id.clone());
        }
        if !self.preview.editable {
            if response.clicked() {
                self.state.select(this);
            }
            return;
        }
        self.card_gestures(ui, &response, rect, &this, slot_idx, decided);
        if !self.state.peek && self.state.drag.is_none() {
            self.number_ui(ui, rect, &this, slot.position, &product.title);
        }
        if response.contains_pointer() && self.state.drag.is_none() && !self.state.peek {
            self.hover_bar_ui(ui, rect, &this);
        }
    }

    fn card_gestures(
        &mut self,
        ui: &mut Ui,
        response: &egui::Response,
        rect: Rect,
        this: &Card,
        slot_idx: usize,
        decided: &BlockPage,
    ) {
        if response.clicked() || response.secondary_clicked() {
            let (extend, add) = ui.input(|input| (input.modifiers.shift, input.modifiers.command));
            let main = self.state.selected.clone().filter(|card| card.block == this.block);
            if let (true, true, Some(main)) = (response.clicked(), extend, &main) {
                self.state.also_selected = self.range(decided, main, slot_idx);
            } else if let (true, true, Some(main)) = (response.clicked(), add, main) {
                if self.state.also_selected.is_empty() && main != *this {
                    self.state.also_selected.push(main);
                }
                toggle(&mut self.state.also_selected, this);
            } else if response.clicked() || !self.state.chosen().contains(this) {
                self.state.select(this.clone());
            }
            response.request_focus();
        }
        if response.gained_focus() && self.state.selected.is_none() {
            self.state.selected = Some(this.clone());
        }
        if response.drag_started() {
            let press = ui.input(|input| input.pointer.press_origin()).unwrap_or(rect.center());
            // In a slow frame the pointer has left the pressed card by the time the drag is noticed, and a card that
            // glides may have left the pointer.
            let pressed = self.state.pressed.take().and_then(|(card, rect)| {
                let (block, slot) = self.find(&card)?;
                let page = self.page;
                Some((&page.blocks[block.index], slot, rect))
            });
            let under = || rect.contains(press).then_some((decided, slot_idx, rect));
            if let Some((decided, slot_idx, rect)) = pressed.or_else(under).or_else(|| self.card_at(press)) {
                self.lift(press, decided, slot_idx, rect);
            }
        }
        let situation = self.preview.situation;
        let commands = &mut *self.commands;
        response.context_menu(|ui| menu::card_menu(ui, situation, commands));
    }

    /// Remembers the card that the pointer went down on, where it was seen then.
    fn note_press(&mut self, ui: &Ui, rect: Rect, id: Id, this: &Card) {
        let Some(press) =
            ui.input(|input| input.pointer.primary_pressed().then(|| input.pointer.press_origin()))
        else {
            return;
        };
        let seen = ui.ctx().read_response(id).map_or(rect, |seen| seen.rect);
        if self.preview.editable
            && press.is_some_and(|press| seen.contains(press) && ui.clip_rect().contains(press))
        {
            self.state.pressed = Some((this.clone(), seen));
        }
    }

    /// Takes up the card that was pressed, and with it the others that are chosen.
    fn lift(&mut self, press: egui::Pos2, decided: &BlockPage, slot_idx: usize, rect: Rect) {
        let product = decided.slots[slot_idx].product as usize;
        let this = Card { block: decided.id.clone(), product: self.catalog.products[product].id.clone() };
        let mut cards = vec![this.clone()];
        let chosen = self.state.chosen();
        if chosen.contains(&this) {
            cards = decided
                .slots
                .iter()
                .map(|slot| Card {
                    block: decided.id.clone(),
                    product: self.catalog.products[slot.product as usize].id.clone(),
                })
                .filter(|card| chosen.contains(card))
                .collect();
        }
        self.state.drag = Some(Drag {
            held: Held::Cards { cards, from_slot: slot_idx },
            grip: rect.min - press,
            size: vec2(rect.width(), rect.width()),
            pointer: press,
            target: None,
            shift: false,
        });
    }

    /// The visible card at a point of the window: its row, its slot and where it is at rest.
    fn card_at(&self, at: egui::Pos2) -> Option<(&'a BlockPage, usize, Rect)> {
        let local = at - self.origin.to_vec2();
        let laid = self.laid;
        let block = laid.blocks.iter().find(|block| block.cards.contains(local))?;
        let page = self.page;
        let decided = &page.blocks[block.index];
        let offset = self.row_offset(block, decided);
        let visible = match block.shape {
            Shape::Row => offset..(offset + laid.metrics.columns).min(block.n_slots),
            Shape::Grid => 0..block.n_slots,
        };
        let at_rest = |slot: usize| block.card_rect(&laid.metrics, slot, offset);
        let slot = visible.into_iter().find(|slot| at_rest(*slot).contains(local))?;
        Some((decided, slot, at_rest(slot).translate(self.origin.to_vec2())))
    }

    /// Five things one can do without leaving the card.
    fn hover_bar_ui(&mut self, ui: &mut Ui, rect: Rect, this: &Card) {
        if rect.width() < 96.0 {
            return;
        }
        let picture = Rect::from_min_size(rect.min, Vec2::splat(rect.width()));
        let width = (picture.width() - 12.0).min(150.0);
        let bar =
            Rect::from_center_size(pos2(picture.center().x, picture.bottom() - 21.0), vec2(width, 30.0));
        ui.painter().rect_filled(bar, 8, ShopLook::BADGE.gamma_multiply(0.94));
        let step = bar.width() / 5.0;
        for (index, action) in
            [Action::PinHere, Action::Boost, Action::Bury, Action::Hide, Action::Why].into_iter().enumerate()
        {
            let at = Rect::from_min_size(bar.min + vec2(step * index as f32, 0.0), vec2(step, bar.height()));
            let id = Id::unique(("hover bar", &this.block, &this.product, index));
            let response = ui.interact(at, id, Sense::click()).on_hover_text(action.title());
            let response = action.with_keys(response);
            let icon = if action == Action::Why { icons::DOTS_THREE } else { action.icon() };
            if response.hovered() {
                ui.painter().rect_filled(at.shrink(2.0), 6, Color32::from_white_alpha(40));
                icon.paint_filled(ui.painter(), at.center(), 16.0, Color32::WHITE);
            } else {
                icon.paint(ui.painter(), at.center(), 16.0, Color32::WHITE);
            }
            let more = action == Action::Why;
            let name = if more { Canvas::MoreActions.text() } else { action.title() };
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
            if more {
                let (situation, commands) = (self.preview.situation, &mut *self.commands);
                let mut situation = situation;
                situation.has_card = true;
                egui::Popup::menu(&response).show(|ui| menu::card_menu(ui, situation, commands));
            }
            if response.clicked() {
                self.state.select(this.clone());
                if !more {
                    self.commands.push(Command::Do(action));
                }
            }
        }
    }

    fn change_of(&self, decided: &BlockPage, product: u32, position: u32, ui: &Ui) -> Option<Change> {
        let shown = self.state.changes || ui.input(|input| input.time) < self.state.changes_until;
        let before = self.preview.before.as_ref()?;
        if !shown {
            return None;
        }
        Some(match edits::position_of(before, &decided.id, product) {
            None => Change::New,
            Some(was) if position < was => Change::Up(was - position),
            Some(was) if was < position => Change::Down(position - was),
            Some(_) => Change::Same,
        })
    }
}

fn toggle(list: &mut Vec<Card>, card: &Card) {
    match list.iter().position(|known| known == card) {
        Some(at) => {
            list.remove(at);
        }
        None => list.push(card.clone()),
    }
}

/// Points from the rules that act on this slot, as the explanation states them.
fn edits_points(scene: &Scene<'_>, slot: &crate::decide::Slot, place: &edits::Place, product: &str) -> i64 {
    let own = edits::points(scene.document, place, product);
    let shown: i64 = slot.why.rules.iter().map(|rule| rule.points).sum();
    if own == 0 { shown } else { own }
}

/// 1, 2 or 3 for slight, medium, strong; negative for bury.
fn strength(points: i64) -> i8 {
    use crate::merch::Action as Rule;
    let steps = match points.abs() {
        0 => 0,
        points if points < Rule::MEDIUM => 1,
        points if points < Rule::STRONG => 2,
        _ => 3,
    };
    if points < 0 { -steps } else { steps }
}

fn dashed(ui: &Ui, rect: Rect, color: Color32) {
    let corners =
        [rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom(), rect.left_top()];
    ui.painter().extend(egui::Shape::dashed_line(&corners, Stroke::new(1.5, color), 6.0, 5.0));
}

fn empty_slot(ui: &Ui, rect: Rect) {
    dashed(ui, rect.shrink(1.0), ShopLook::QUIET);
    let galley = ui.painter().layout(
        Canvas::NothingLeft.text().to_owned(),
        FontId::new(12.0, egui::FontFamily::Proportional),
        ShopLook::QUIET,
        rect.width() - 16.0,
    );
    ui.painter().galley(rect.center() - galley.size() / 2.0, galley, ShopLook::QUIET);
}

fn paint_ghost_label(painter: &egui::Painter, at: egui::Pos2, label: &str) {
    let galley = painter.layout_no_wrap(label.to_owned(), FontId::new(13.0, medium()), Color32::WHITE);
    let rect = Rect::from_min_size(at + vec2(12.0, -12.0), galley.size() + vec2(20.0, 12.0));
    painter.rect_filled(rect, 8, ShopLook::BADGE);
    painter.galley(rect.min + vec2(10.0, 6.0), galley, Color32::WHITE);
}

/// The name of the segment of a page, for headings over panes.
pub(super) fn pane_title(scene: &Scene<'_>, segment: &str, device: Device) -> String {
    let name = segment_name(scene, segment);
    device.width().map_or_else(|| name.clone(), |width| format!("{name} · {width:.0} px"))
}
