//! The shape that stands for a segment.

use egui::epaint::PathShape;
use egui::{Atom, Color32, Painter, Pos2, Shape, Stroke, Theme, Vec2, pos2, vec2};

use crate::ui::theme::{Marker, segment_color, segment_marker};

/// Marker of the palette place `index`, for buttons, chips and rows.
pub fn atom<'a>(theme: Theme, index: u8) -> Atom<'a> {
    Atom::paint(Vec2::splat(12.0), move |ui, args| {
        paint(ui.painter(), args.rect.center(), 5.0, segment_marker(index), segment_color(theme, index));
    })
}

/// As a widget of its own, 12 × 12.
pub fn show(ui: &mut egui::Ui, index: u8) {
    let theme = if ui.visuals().dark_mode { Theme::Dark } else { Theme::Light };
    let (rect, _) = ui.allocate_exact_size(Vec2::splat(12.0), egui::Sense::hover());
    paint(ui.painter(), rect.center(), 5.0, segment_marker(index), segment_color(theme, index));
}

/// `radius` is that of a disc of the same visual weight.
pub fn paint(painter: &Painter, c: Pos2, radius: f32, marker: Marker, color: Color32) {
    let r = radius;
    let polygon = |points: Vec<Pos2>| Shape::Path(PathShape::convex_polygon(points, color, Stroke::NONE));
    match marker {
        Marker::Disc => {
            painter.circle_filled(c, r, color);
        }
        Marker::Ring => {
            painter.circle_stroke(c, r - 1.0, Stroke::new(2.0, color));
        }
        Marker::Square => {
            painter.rect_filled(egui::Rect::from_center_size(c, Vec2::splat(r * 1.8)), 1, color);
        }
        Marker::Diamond => {
            let d = r * 1.2;
            painter.add(polygon(vec![
                c - vec2(0.0, d),
                c + vec2(d, 0.0),
                c + vec2(0.0, d),
                c - vec2(d, 0.0),
            ]));
        }
        Marker::TriangleUp | Marker::TriangleDown => {
            let sign = if marker == Marker::TriangleUp { 1.0 } else { -1.0 };
            painter.add(polygon(vec![
                pos2(c.x, c.y - sign * r),
                pos2(c.x + r * 1.1, c.y + sign * r * 0.9),
                pos2(c.x - r * 1.1, c.y + sign * r * 0.9),
            ]));
        }
        Marker::Cross => {
            let arm = r * 0.42;
            painter.rect_filled(egui::Rect::from_center_size(c, vec2(r * 2.0, arm * 2.0)), 0, color);
            painter.rect_filled(egui::Rect::from_center_size(c, vec2(arm * 2.0, r * 2.0)), 0, color);
        }
        Marker::Star => {
            let tip = |index: usize| {
                let angle = std::f32::consts::TAU * index as f32 / 10.0 - std::f32::consts::FRAC_PI_2;
                let length = if index.is_multiple_of(2) { r * 1.2 } else { r * 0.5 };
                c + Vec2::angled(angle) * length
            };
            // A star is not convex: five kites and the middle.
            for point in 0..5 {
                let at = point * 2;
                painter.add(polygon(vec![tip(at), tip(at + 1), c, tip(at + 9)]));
            }
        }
    }
}
