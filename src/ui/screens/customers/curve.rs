//! How clear the groups are for each number of them, in words.

use egui::{FontId, Key, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::super::stage::Stage;
use super::boxed;
use crate::app::view::{CustomersView, GroupingChoice};
use crate::ui::kit::heading;
use crate::ui::strings::Phrase as _;
use crate::ui::strings::customers::Customers as T;
use crate::ui::theme::{HasTokens as _, number, number_semibold};

/// Words, not scores: the silhouette's usual bounds.
pub(super) fn word(choice: &GroupingChoice) -> T {
    if choice.silhouette >= 0.35 {
        T::Clear
    } else if choice.silhouette >= 0.20 {
        T::Fair
    } else {
        T::Blurry
    }
}

pub(super) fn curve_ui(ui: &mut Ui, stage: &Stage<'_>, customers: &CustomersView, chosen: &mut Option<u32>) {
    if customers.choices.is_empty() {
        return;
    }
    boxed(ui, |ui| {
        let shown = chosen.unwrap_or(customers.k);
        ui.horizontal(|ui| {
            heading::section(ui, T::Separate.text());
            if let Some(choice) = customers.choices.iter().find(|choice| choice.k == shown) {
                let smallest = stage.formats.number(i64::from(choice.smallest));
                heading::caption(
                    ui,
                    &T::CurvePoint.with(&[
                        ("n", choice.k.into()),
                        ("word", word(choice).text().into()),
                        ("smallest", (&smallest).into()),
                    ]),
                );
            }
        });
        points_ui(ui, stage, customers, shown, chosen);
    })
}

fn points_ui(
    ui: &mut Ui,
    stage: &Stage<'_>,
    customers: &CustomersView,
    shown: u32,
    chosen: &mut Option<u32>,
) {
    let t = ui.tokens();
    let height = (ui.available_height() - 4.0).clamp(70.0, 104.0);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click());
    let plot = egui::Rect::from_min_max(rect.min + vec2(56.0, 8.0), rect.max - vec2(16.0, 22.0));
    let high = customers.choices.iter().map(|choice| choice.silhouette).fold(0.45, f64::max);
    let y = |silhouette: f64| plot.bottom() - (silhouette.max(0.0) / high) as f32 * plot.height();
    let n = customers.choices.len();
    let x = |idx: usize| plot.left() + (idx as f32 + 0.5) / n as f32 * plot.width();
    let small = FontId::new(12.0, egui::FontFamily::Proportional);
    for (bound, word) in [(0.35, T::Clear), (0.20, T::Fair), (0.05, T::Blurry)] {
        let at = y(bound);
        if bound > 0.1 {
            ui.painter().hline(plot.x_range(), at, Stroke::new(1.0, t.border));
        }
        ui.painter().text(
            pos2(rect.left(), at),
            egui::Align2::LEFT_CENTER,
            word.text(),
            small.clone(),
            t.muted,
        );
    }
    let line: Vec<_> = customers
        .choices
        .iter()
        .enumerate()
        .map(|(idx, choice)| pos2(x(idx), y(choice.silhouette)))
        .collect();
    ui.painter().line(line, Stroke::new(1.5, t.border_strong));
    for (idx, choice) in customers.choices.iter().enumerate() {
        let at = pos2(x(idx), y(choice.silhouette));
        let is_shown = choice.k == shown;
        ui.painter().circle_filled(
            at,
            if is_shown { 5.5 } else { 4.0 },
            if is_shown { t.accent } else { t.border_strong },
        );
        if choice.k == customers.suggested_k {
            ui.painter().circle_stroke(at, 9.0, Stroke::new(2.0, t.accent));
        }
        let family = if is_shown { number_semibold() } else { number() };
        let color = if is_shown { t.text } else { t.muted };
        let label = stage.formats.number(i64::from(choice.k));
        ui.painter().text(
            pos2(x(idx), rect.bottom() - 8.0),
            egui::Align2::CENTER_CENTER,
            label,
            FontId::new(13.0, family),
            color,
        );
    }
    if let Some(at) = response.interact_pointer_pos().filter(|_| response.clicked()) {
        let idx = (((at.x - plot.left()) / plot.width() * n as f32).floor().max(0.0) as usize).min(n - 1);
        *chosen = Some(customers.choices[idx].k);
    }
    if response.has_focus() {
        let step = ui.input(|input| {
            input.num_presses(Key::ArrowRight) as i64 - input.num_presses(Key::ArrowLeft) as i64
        });
        let at = customers.choices.iter().position(|choice| choice.k == shown).unwrap_or(0) as i64;
        if step != 0 {
            *chosen = Some(customers.choices[(at + step).clamp(0, n as i64 - 1) as usize].k);
        }
    }
    let summary: Vec<String> =
        customers.choices.iter().map(|choice| format!("{}: {}", choice.k, word(choice).text())).collect();
    response.widget_info(|| WidgetInfo::labeled(Role::Slider, true, summary.join(", ")));
    crate::ui::kit::focus::ring(ui, &response, 4);
    response.on_hover_text(T::CurveHint.text());
}
