//! When rules are in force, with edges that can be dragged.

use egui::{FontId, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::super::stage::Stage;
use super::{T, Titles, look};
use crate::merch::{Edit, Rule};
use crate::shop::{Seconds, time::SECONDS_PER_DAY};
use crate::ui::kit::{card, heading};
use crate::ui::strings::Phrase as _;
use crate::ui::theme::{HasTokens as _, medium, number};

#[derive(Clone, Debug, Default)]
pub(super) struct TimelineState {
    /// Rule whose edge is being dragged, whether it is the end, and where it stands.
    drag: Option<(String, bool, Seconds)>,
}

const DAYS_BEFORE: i64 = 21;
const DAYS_SHOWN: i64 = 105;
const ROW: f32 = 28.0;

pub(super) fn timeline_ui(ui: &mut Ui, stage: &mut Stage<'_>, state: &mut TimelineState) {
    let start = stage.now - DAYS_BEFORE * SECONDS_PER_DAY;
    let end = start + DAYS_SHOWN * SECONDS_PER_DAY;
    let rules: Vec<Rule> = stage
        .draft
        .rules
        .iter()
        .filter(|rule| rule.schedule.from.is_some() || rule.schedule.until.is_some())
        .filter(|rule| {
            rule.schedule.until.is_none_or(|until| start < until)
                && rule.schedule.from.is_none_or(|from| from < end)
        })
        .cloned()
        .collect();
    if rules.is_empty() {
        return;
    }
    ui.horizontal(|ui| {
        heading::section(ui, T::Timeline.text());
        heading::caption(ui, T::TimelineHint.text());
    });
    card::card(ui, |ui| {
        ui.set_width(ui.available_width());
        let t = ui.tokens();
        let (rect, _) = ui
            .allocate_exact_size(vec2(ui.available_width(), 22.0 + rules.len() as f32 * ROW), Sense::hover());
        let label_width = (rect.width() * 0.26).min(240.0);
        let field = Rect::from_min_max(pos2(rect.left() + label_width, rect.top() + 22.0), rect.max);
        let x = |at: Seconds| field.left() + (at - start) as f32 / (end - start) as f32 * field.width();
        for week in 0..=DAYS_SHOWN / 14 {
            let at = start + week * 14 * SECONDS_PER_DAY;
            let line = x(at);
            ui.painter().vline(line, field.y_range(), Stroke::new(1.0, t.border));
            if line < field.right() - 40.0 {
                let words = stage.formats.day_month(at);
                ui.painter().text(
                    pos2(line + 3.0, rect.top() + 8.0),
                    egui::Align2::LEFT_CENTER,
                    words,
                    FontId::new(12.0, number()),
                    t.muted,
                );
            }
        }
        let titles = Titles::of(stage);
        for (idx, rule) in rules.iter().enumerate() {
            let y = field.top() + idx as f32 * ROW + ROW / 2.0;
            row_ui(
                ui,
                stage,
                state,
                rule,
                &titles.label(rule, stage.formats),
                Row { y, label_left: rect.left(), field, start, end },
            );
        }
        ui.painter().vline(x(stage.now), field.y_range(), Stroke::new(2.0, t.accent));
    });
}

#[derive(Clone, Copy)]
struct Row {
    y: f32,
    label_left: f32,
    field: Rect,
    start: Seconds,
    end: Seconds,
}

fn row_ui(ui: &mut Ui, stage: &mut Stage<'_>, state: &mut TimelineState, rule: &Rule, label: &str, row: Row) {
    let t = ui.tokens();
    let Row { y, label_left, field, start, end } = row;
    let x = |at: Seconds| {
        field.left() + ((at - start) as f32 / (end - start) as f32).clamp(0.0, 1.0) * field.width()
    };
    let (_, color) = look(rule, ui);
    let name = FontId::new(13.0, medium());
    let mut job = egui::text::LayoutJob::simple_singleline(label.to_owned(), name, t.text);
    job.wrap = egui::text::TextWrapping::truncate_at_width((field.left() - 12.0 - label_left).max(20.0));
    let galley = ui.painter().layout_job(job);
    ui.painter().galley(pos2(label_left, y - galley.size().y / 2.0), galley, t.text);
    let mut schedule = rule.schedule;
    if let Some((id, is_end, at)) = &state.drag
        && *id == rule.id
    {
        if *is_end {
            schedule.until = Some(*at);
        } else {
            schedule.from = Some(*at);
        }
    }
    let (from, until) = (schedule.from.unwrap_or(start), schedule.until.unwrap_or(end));
    let bar = Rect::from_min_max(pos2(x(from), y - 8.0), pos2(x(until).max(x(from) + 4.0), y + 8.0));
    let fill = if rule.enabled { color } else { t.border_strong };
    ui.painter().rect_filled(bar, 4, fill);
    if stage.view.store.read_only {
        return;
    }
    for (is_end, edge) in [(false, schedule.from), (true, schedule.until)] {
        let Some(edge) = edge.filter(|edge| (start..=end).contains(edge)) else {
            continue;
        };
        let grip = Rect::from_center_size(pos2(x(edge), y), vec2(14.0, ROW));
        let response = ui.interact(grip, ui.scope_id().with((&rule.id, is_end)), Sense::drag());
        let shown = stage.formats.day_month(if is_end { edge - 1 } else { edge });
        let says = if is_end { T::Until } else { T::From }.with(&[("date", (&shown).into())]);
        response.widget_info(|| WidgetInfo::labeled(Role::Slider, true, format!("{label}, {says}")));
        let response = response.on_hover_cursor(egui::CursorIcon::ResizeHorizontal);
        if response.hovered() || response.dragged() {
            let knob = Rect::from_center_size(pos2(x(edge), y), vec2(4.0, 20.0));
            ui.painter().rect_filled(knob, 2, t.text);
            // On a plate of its own: it stands over the dates of the scale.
            let words = ui.painter().layout_no_wrap(shown.clone(), FontId::new(12.0, number()), t.on_overlay);
            let plate = Rect::from_center_size(pos2(x(edge), y - 20.0), words.size() + vec2(12.0, 6.0));
            ui.painter().rect_filled(plate, 6, t.overlay);
            ui.painter().galley(plate.min + vec2(6.0, 3.0), words, t.on_overlay);
        }
        if response.dragged()
            && let Some(pointer) = response.interact_pointer_pos()
        {
            let share = ((pointer.x - field.left()) / field.width()).clamp(0.0, 1.0);
            let at = start + (share * (end - start) as f32) as Seconds;
            state.drag = Some((rule.id.clone(), is_end, midnight(stage, at)));
        }
        if response.drag_stopped()
            && let Some((id, is_end, at)) = state.drag.take()
            && id == rule.id
        {
            let mut changed = rule.clone();
            if is_end {
                changed.schedule.until = Some(at.max(rule.schedule.from.unwrap_or(at - 1) + SECONDS_PER_DAY));
            } else {
                changed.schedule.from = Some(at.min(rule.schedule.until.unwrap_or(at + 1) - SECONDS_PER_DAY));
            }
            stage.edit(Edit::ReplaceRule { rule: changed }, T::Changed.with(&[("rule", label.into())]));
        }
    }
}

/// The nearest start of a day in the store's time zone.
fn midnight(stage: &Stage<'_>, at: Seconds) -> Seconds {
    let zone = &stage.formats.time_zone;
    let local = zone.local(at + SECONDS_PER_DAY / 2);
    zone.instant(local.date().at(0, 0, 0, 0))
}
