//! Signed contributions around a shared zero line.

use egui::{Align2, Color32, FontId, Response, Sense, Stroke, Ui, Vec2, pos2};

use crate::ui::theme::{HasTokens as _, number, number_semibold};

/// One row: label, bar from a shared zero line, signed value.
#[derive(Clone, Copy, Debug)]
pub struct BarRow<'a> {
    pub label: &'a str,
    /// −1…1 of the scale that the rows share.
    pub share: f32,
    pub value: &'a str,
    /// The value with its unit, for a screen reader.
    pub spoken: &'a str,
    pub color: Color32,
    /// Where zero stands, 0…1 of the bar's room.
    pub zero: f32,
    pub muted: bool,
    /// Room for the label.
    pub label_width: f32,
    /// Room to keep free at the right end, for a toggle.
    pub trailing: f32,
}

impl BarRow<'_> {
    pub const HEIGHT: f32 = 24.0;

    pub fn show(self, ui: &mut Ui) -> Response {
        let t = ui.tokens();
        let (rect, response) =
            ui.allocate_exact_size(Vec2::new(ui.available_width(), Self::HEIGHT), Sense::hover());
        let y = rect.center().y;
        let text = if self.muted { t.muted } else { t.text };
        let right = rect.right() - self.trailing;
        let mut job = egui::text::LayoutJob::simple_singleline(
            self.label.to_owned(),
            FontId::new(14.0, egui::FontFamily::Proportional),
            text,
        );
        job.wrap = egui::text::TextWrapping::truncate_at_width(self.label_width - 6.0);
        let galley = ui.painter().layout_job(job);
        let label_at = pos2(rect.left(), y - galley.size().y / 2.0);
        ui.painter().galley(label_at, galley, text);
        let bar = egui::Rect::from_min_max(
            pos2(rect.left() + self.label_width, rect.top()),
            pos2(right - 48.0, rect.bottom()),
        );
        let zero_x = bar.left() + bar.width() * self.zero;
        ui.painter().vline(zero_x, rect.y_range(), Stroke::new(1.0, t.border_strong));
        let end_x = (zero_x + self.share * bar.width()).clamp(bar.left(), bar.right());
        let (from, to) = if zero_x < end_x { (zero_x, end_x) } else { (end_x, zero_x) };
        if 0.0 < to - from {
            let ink = egui::Rect::from_min_max(pos2(from, y - 6.5), pos2(to.max(from + 2.0), y + 6.5));
            ui.painter().rect_filled(ink, 2, self.color);
        }
        let family = if self.muted { number() } else { number_semibold() };
        ui.painter().text(pos2(right, y), Align2::RIGHT_CENTER, self.value, FontId::new(14.0, family), text);
        response.widget_info(|| {
            egui::WidgetInfo::labeled(egui::Role::ListItem, true, format!("{} {}", self.label, self.spoken))
        });
        response
    }
}
