//! One line of the rail.

use egui::{Align2, FontId, Response, Role, Sense, Stroke, Ui, Vec2, WidgetInfo, pos2};

use crate::ui::icons::Icon;
use crate::ui::theme::{HasTokens as _, medium, number, radius, semibold};

/// What stands at the right end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    None,
    /// A count that only informs.
    Count(usize),
    /// A count that wants attention.
    Warning(usize),
    /// Something is waiting to be exported.
    Dot,
}

#[derive(Clone, Copy, Debug)]
pub struct NavRow<'a> {
    pub icon: Icon,
    pub label: &'a str,
    pub tooltip: &'a str,
    pub note: Note,
    pub selected: bool,
    /// Icon only.
    pub narrow: bool,
}

impl NavRow<'_> {
    pub fn show(self, ui: &mut Ui) -> Response {
        let Self { icon, label, tooltip, note, selected, narrow } = self;
        let t = ui.tokens();
        let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), 32.0), Sense::click());
        response.widget_info(|| WidgetInfo::selected(Role::Tab, true, selected, label));
        if ui.is_rect_visible(rect) {
            let painter = ui.painter();
            let color = if selected { t.accent } else { t.text };
            if selected {
                painter.rect_filled(rect, radius::CONTROL, t.accent_soft);
                let bar = egui::Rect::from_min_size(rect.min + Vec2::new(0.0, 7.0), Vec2::new(3.0, 18.0));
                painter.rect_filled(bar, 2, t.accent);
            } else if response.hovered() {
                painter.rect_filled(rect, radius::CONTROL, t.hover);
            }
            let icon_x = if narrow { rect.center().x } else { rect.left() + 20.0 };
            let icon_at = pos2(icon_x, rect.center().y);
            if selected {
                icon.paint_filled(painter, icon_at, 18.0, color);
            } else {
                icon.paint(painter, icon_at, 18.0, color);
            }
            if !narrow {
                let family = if selected { semibold() } else { medium() };
                painter.text(
                    pos2(rect.left() + 40.0, rect.center().y),
                    Align2::LEFT_CENTER,
                    label,
                    FontId::new(14.0, family),
                    color,
                );
            }
            let end = pos2(rect.right() - 8.0, rect.center().y);
            match note {
                Note::None => {}
                Note::Dot => {
                    let at = if narrow {
                        rect.right_top() + Vec2::new(-9.0, 8.0)
                    } else {
                        end - Vec2::new(5.0, 0.0)
                    };
                    painter.circle_filled(at, if narrow { 3.5 } else { 4.5 }, t.accent);
                }
                Note::Count(count) | Note::Warning(count) => {
                    let color = if matches!(note, Note::Warning(_)) { t.bury.fg } else { t.muted };
                    if narrow {
                        painter.circle_filled(rect.right_top() + Vec2::new(-9.0, 8.0), 3.5, color);
                    } else {
                        painter.text(end, Align2::RIGHT_CENTER, count, FontId::new(13.0, number()), color);
                    }
                }
            }
            if response.has_focus() {
                painter.rect_stroke(
                    rect,
                    radius::CONTROL,
                    Stroke::new(2.0, t.accent),
                    egui::StrokeKind::Inside,
                );
            }
        }
        if narrow {
            response.on_hover_text(format!("{label}\n{tooltip}"))
        } else {
            response.on_hover_text(tooltip)
        }
    }
}
