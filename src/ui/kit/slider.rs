//! A slider with a filled rail, a ghost tick for where it stood, and keys.

use egui::{Key, Response, Role, Sense, Stroke, Ui, Vec2, WidgetInfo, pos2};

use crate::ui::theme::HasTokens as _;

/// A share of a whole, moved in whole steps of 0…`max`.
#[derive(Clone, Copy, Debug)]
pub struct ShareSlider<'a> {
    pub name: &'a str,
    /// What a screen reader hears as the value, for example `21 percent of the mix`.
    pub spoken: &'a str,
    pub max: u32,
    /// Where it stands in what was last exported.
    pub ghost: Option<u32>,
    pub enabled: bool,
    pub width: f32,
}

impl ShareSlider<'_> {
    /// True in the response's `changed()` when `value` moved. Double click is left to the caller.
    pub fn show(self, ui: &mut Ui, value: &mut u32) -> Response {
        let Self { name, spoken, max, ghost, enabled, width } = self;
        let t = ui.tokens();
        let sense = if enabled { Sense::click_and_drag() } else { Sense::hover() };
        let (rect, mut response) = ui.allocate_exact_size(Vec2::new(width, 28.0), sense);
        let (left, right) = (rect.left() + 8.0, rect.right() - 8.0);
        let before = *value;
        if let Some(at) = response.interact_pointer_pos()
            && (response.dragged() || response.clicked())
            && left < right
        {
            let share = ((at.x - left) / (right - left)).clamp(0.0, 1.0);
            *value = (share * max as f32).round() as u32;
        }
        if response.has_focus() {
            ui.memory_mut(|memory| {
                memory.set_focus_lock_filter(
                    response.id,
                    egui::EventFilter { horizontal_arrows: true, ..Default::default() },
                );
            });
            let step = (max / 100).max(1);
            let (down, up) = ui.input(|input| {
                (input.num_presses(Key::ArrowLeft) as u32, input.num_presses(Key::ArrowRight) as u32)
            });
            *value = (*value + up * step).saturating_sub(down * step).min(max);
        }
        if *value != before {
            response.mark_changed();
        }
        let x = |value: u32| left + (right - left) * value.min(max) as f32 / max.max(1) as f32;
        let y = rect.center().y;
        let painter = ui.painter();
        let opacity = if enabled { 1.0 } else { 0.4 };
        painter.line_segment([pos2(left, y), pos2(right, y)], Stroke::new(4.0, t.rail));
        painter.line_segment(
            [pos2(left, y), pos2(x(*value), y)],
            Stroke::new(4.0, t.accent.gamma_multiply(opacity)),
        );
        if let Some(ghost) = ghost {
            painter.vline(x(ghost), y - 8.0..=y + 8.0, Stroke::new(2.0, t.border_strong));
        }
        let radius = if response.hovered() || response.dragged() { 9.0 } else { 8.0 };
        painter.circle(
            pos2(x(*value), y),
            radius,
            t.surface,
            Stroke::new(2.0, t.accent.gamma_multiply(opacity)),
        );
        response.widget_info(|| {
            let mut info = WidgetInfo::labeled(Role::Slider, enabled, name);
            info.value = Some(f64::from(*value));
            info.current_text_value = Some(spoken.to_owned());
            info
        });
        super::focus::ring(ui, &response, 8);
        response
    }
}
