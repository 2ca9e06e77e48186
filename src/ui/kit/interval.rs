//! An estimate with its interval around a zero line.

use egui::{Color32, Response, Sense, Stroke, Ui, Vec2, pos2};

use crate::ui::theme::HasTokens as _;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    pub low: f64,
    pub estimate: f64,
    pub high: f64,
}

/// `range` is the half width of the scale; several bars in one list share it.
pub fn interval_bar(
    ui: &mut Ui,
    size: Vec2,
    interval: Interval,
    range: f64,
    color: Color32,
    summary: &str,
) -> Response {
    let t = ui.tokens();
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let range = if 0.0 < range { range } else { 1.0 };
    let x =
        |value: f64| rect.center().x + ((value / range).clamp(-1.0, 1.0) as f32) * (rect.width() / 2.0 - 6.0);
    let y = rect.center().y;
    let painter = ui.painter();
    painter.hline(rect.x_range(), y, Stroke::new(1.0, t.border));
    painter.vline(rect.center().x, rect.y_range(), Stroke::new(1.0, t.border_strong));
    painter.line_segment([pos2(x(interval.low), y), pos2(x(interval.high), y)], Stroke::new(3.0, color));
    painter.circle_filled(pos2(x(interval.estimate), y), 4.5, color);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, summary));
    response
}
