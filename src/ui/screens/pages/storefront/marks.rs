//! What stands over cards for the merchandiser: the number one can press, pins that do not show, places left empty.

use egui::{Align2, Color32, FontId, Id, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::super::layout::{BlockLayout, Shape};
use super::super::state::{Card, Skipped, WhySkipped};
use super::super::{act, card};
use super::{Painting, empty_slot};
use crate::decide::{Badge, BlockPage};
use crate::ui::command::Command;
use crate::ui::icons;
use crate::ui::kit::focus;
use crate::ui::strings::Phrase as _;
use crate::ui::strings::canvas::Canvas;
use crate::ui::theme::{ShopLook, medium};

impl Painting<'_, '_> {
    /// A place that nothing is left for; a click opens what fills the row.
    pub(super) fn empty_ui(&mut self, ui: &Ui, rect: Rect, decided: &BlockPage) {
        empty_slot(ui, rect);
        if !self.preview.editable {
            return;
        }
        let response = ui.interact(rect, Id::unique(("empty place", &decided.id)), Sense::click());
        response.widget_info(|| {
            let name = format!("{}: {}", Canvas::WidenRow.text(), decided.title);
            WidgetInfo::labeled(Role::Button, true, name)
        });
        focus::ring(ui, &response, 8);
        if response.clicked() {
            self.state.block = Some(decided.id.clone());
            self.state.selected = None;
        }
    }

    /// The number of the place is a button that asks for another.
    pub(super) fn number_ui(&mut self, ui: &Ui, rect: Rect, this: &Card, position: u32, title: &str) {
        let at = card::number_rect(rect);
        let id = Id::unique(("place", self.preview.salt, &this.block, &this.product));
        let response = ui.interact(at, id, Sense::CLICK);
        let name = Canvas::PlaceNumber.with(&[("n", position.into()), ("product", title.into())]);
        if response.hovered() {
            ui.painter().rect_stroke(
                at.shrink(1.0),
                13,
                Stroke::new(2.0, Color32::WHITE),
                StrokeKind::Inside,
            );
        }
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        if response.on_hover_text(name).clicked() {
            self.state.select(this.clone());
            self.state.pin_to = Some(String::new());
        }
    }

    /// Pins that do not show: sold out, or more than there are places.
    pub(super) fn skipped_ui(
        &mut self,
        ui: &mut Ui,
        block: &BlockLayout,
        decided: &BlockPage,
        offset: usize,
    ) {
        let (segment, device) = (self.state.segment.clone(), self.state.device);
        let skipped = self.state.skipped_pins(self.scene, &segment, device);
        let here: Vec<&Skipped> = skipped.iter().filter(|pin| pin.block == decided.id).collect();
        let past_end = here.iter().filter(|pin| pin.why == WhySkipped::PastTheEnd).count();
        if 0 < past_end
            && let Some(title) = block.title
        {
            let pinned = decided.slots.iter().filter(|slot| slot.badges.contains(&Badge::Pinned)).count();
            let words = Canvas::TooManyPins.with(&[
                ("n", (pinned + past_end).into()),
                ("of", decided.slots.len().into()),
                ("n_hidden", past_end.into()),
            ]);
            let font = FontId::new(12.0, medium());
            let at = pos2(title.center().x, title.center().y) + self.origin.to_vec2();
            let shown = ui.painter().text(at, Align2::CENTER_CENTER, &words, font, ShopLook::LOWERED);
            let response = ui.interact(shown, Id::unique(("too many pins", &decided.id)), Sense::hover());
            response.widget_info(|| WidgetInfo::labeled(Role::Status, true, &words));
        }
        for pin in here.iter().filter(|pin| pin.why == WhySkipped::SoldOut) {
            let first = decided.slots.first().map_or(1, |slot| slot.position);
            let slot = (pin.position.max(first) - first) as usize;
            let visible =
                block.shape == Shape::Grid || (offset..offset + self.laid.metrics.columns).contains(&slot);
            if decided.slots.len() <= slot || !visible {
                continue;
            }
            let rect = block.card_rect(&self.laid.metrics, slot, offset).translate(self.origin.to_vec2());
            self.sold_out_ui(ui, rect, pin);
        }
    }

    /// The sold-out pin over the product that stands in for it.
    pub(super) fn sold_out_ui(&mut self, ui: &Ui, rect: Rect, pin: &Skipped) {
        let title = act::title(self.scene, &pin.product);
        let name = Canvas::SoldOutSkipped.with(&[("product", (&title).into())]);
        let mut job = egui::text::LayoutJob::default();
        let font_id = FontId::new(12.0, medium());
        let strikethrough = Stroke::new(1.0, Color32::WHITE);
        let format = egui::TextFormat { font_id, color: Color32::WHITE, strikethrough, ..Default::default() };
        job.append(&title, 0.0, format);
        job.wrap = egui::text::TextWrapping::truncate_at_width(rect.width() - 46.0);
        let galley = ui.painter().layout_job(job);
        let plate = Rect::from_min_size(
            rect.min + vec2(6.0, 34.0),
            vec2((galley.size().x + 32.0).min(rect.width() - 12.0), 28.0),
        );
        ui.painter().rect_filled(plate, 8, ShopLook::LOWERED);
        let icon = pos2(plate.left() + 14.0, plate.center().y);
        icons::WARNING.paint_filled(ui.painter(), icon, 14.0, Color32::WHITE);
        let at = pos2(plate.left() + 26.0, plate.center().y - galley.size().y / 2.0);
        ui.painter().galley(at, galley, Color32::WHITE);
        let response = ui.interact(plate, Id::unique(("sold out", &pin.rule, &pin.block)), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        focus::ring(ui, &response, 8);
        if response.on_hover_text(Canvas::SoldOutSkippedTip.text()).clicked()
            && let Some(rule) = self.scene.document.rules.iter().find(|rule| rule.id == pin.rule)
            && let crate::merch::Action::Pin { position, soft, .. } = rule.action
        {
            let action = crate::merch::Action::Pin { position, soft, keep_when_sold_out: true };
            let rule = crate::merch::Rule { action, ..rule.clone() };
            let label = Canvas::SaidKeepSoldOut.with(&[("product", (&title).into())]);
            let edit = crate::merch::Edit::ReplaceRule { rule };
            self.commands.push(Command::Edit { edit, label, toast: None });
        }
    }
}
