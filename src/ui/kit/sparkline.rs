//! A line without axes.

use egui::{Color32, Response, Sense, Stroke, Ui, Vec2, pos2};

/// Scaled from zero to the highest value. `summary` is what a screen reader hears.
pub fn sparkline(ui: &mut Ui, size: Vec2, values: &[f64], color: Color32, summary: &str) -> Response {
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let highest = values.iter().copied().fold(0.0_f64, f64::max);
    if 1 < values.len() && 0.0 < highest {
        let step = rect.width() / (values.len() - 1) as f32;
        let points = values
            .iter()
            .enumerate()
            .map(|(index, value)| {
                let height = (value / highest) as f32 * (rect.height() - 3.0);
                pos2(rect.left() + step * index as f32, rect.bottom() - 1.5 - height)
            })
            .collect::<Vec<_>>();
        ui.painter().line(points, Stroke::new(1.5, color));
    }
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, summary));
    response
}
