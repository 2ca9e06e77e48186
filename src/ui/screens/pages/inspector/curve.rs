//! The trade between margin and relevance: what each weight of margin would have cost, to pick one by a click.

use egui::{Align2, FontId, Key, Modifiers, Rect, Role, Sense, Stroke, Ui, Vec2, WidgetInfo, pos2, vec2};

use super::super::blocks;
use super::super::state::PagesState;
use super::super::strip;
use crate::measure::replay::MarginPoint;
use crate::merch::Edit;
use crate::ui::command::Command;
use crate::ui::icons;
use crate::ui::kit::{button, focus, heading};
use crate::ui::screens::Scene;
use crate::ui::screens::stage::{Ask, ReplayState};
use crate::ui::strings::Phrase as _;
use crate::ui::strings::strip::Strip;
use crate::ui::theme::{HasTokens as _, number};

const HEIGHT: f32 = 186.0;

pub(super) fn curve_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    state: &mut PagesState,
    block: &str,
    commands: &mut Vec<Command>,
) {
    let replays = &scene.found.replay;
    if replays.state == ReplayState::NoPast {
        return;
    }
    ui.add_space(2.0);
    let caret = if state.curve_open { icons::CARET_DOWN } else { icons::CARET_RIGHT };
    let open = button::link((caret.atom_sized(12.0, None), Strip::CurveShow.text()));
    if ui.add(open).clicked() {
        state.curve_open = !state.curve_open;
    }
    if !state.curve_open {
        return;
    }
    let Some(draft) = scene.draft else { return };
    if draft.bundle().signals.margin.iter().all(Option::is_none) {
        heading::caption(ui, Strip::CurveNoCost.text());
        return;
    }
    if let ReplayState::TooFew(n) = replays.state {
        heading::caption(ui, &Strip::TooFew.with(&[("n", n.into())]));
        return;
    }
    heading::caption(ui, Strip::CurveHint.text());
    // While a weight moves, the last curve stays.
    let known = replays.curve.as_ref().filter(|curve| curve.row == block);
    if known.is_none_or(|curve| curve.revision != scene.revision)
        && !ui.input(|input| input.pointer.any_down())
    {
        commands.push(Command::Ask(Ask::MarginCurve { row: block.to_owned() }));
    }
    let (area, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
    match known {
        Some(curve) if 1 < curve.points.len() => {
            chart_ui(ui, scene, state, block, area, &curve.points, commands);
        }
        _ => {
            let font = FontId::new(12.0, egui::FontFamily::Proportional);
            let words = Strip::CostAsking.text();
            ui.painter().text(area.center(), Align2::CENTER_CENTER, words, font, ui.tokens().muted);
        }
    }
}

fn chart_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    state: &PagesState,
    block: &str,
    area: Rect,
    points: &[MarginPoint],
    commands: &mut Vec<Command>,
) {
    let Some((reference, settings)) = blocks::find(scene, state, block) else {
        return;
    };
    let t = ui.tokens();
    let plot = Rect::from_min_max(area.min + vec2(40.0, 26.0), area.max - vec2(10.0, 36.0));
    let font = FontId::new(12.0, egui::FontFamily::Proportional);
    ui.painter().text(area.left_top(), Align2::LEFT_TOP, Strip::CurveY.text(), font, t.muted);
    let span = |values: &mut dyn Iterator<Item = f64>| {
        let (low, high) = values.fold((f64::MAX, f64::MIN), |(low, high), v| (low.min(v), high.max(v)));
        let room = ((high - low) * 0.08).max(1e-3);
        (low - room, high + room)
    };
    let margins = span(&mut points.iter().map(|point| point.margin_in_view / 10_000.0));
    let hits = span(&mut points.iter().flat_map(|point| {
        let [low, high] = point.interval.unwrap_or([point.hit_rate; 2]);
        [low, point.hit_rate, high]
    }));
    let at = |margin: f64, hit: f64| {
        let x = (margin - margins.0) / (margins.1 - margins.0);
        let y = (hit - hits.0) / (hits.1 - hits.0);
        pos2(plot.left() + x as f32 * plot.width(), plot.bottom() - y as f32 * plot.height())
    };
    let small = FontId::new(12.0, number());
    for share in [hits.0, hits.1] {
        let y = at(margins.0, share).y;
        ui.painter().hline(plot.x_range(), y, Stroke::new(1.0, t.border));
        let label = scene.formats.percent((share.max(0.0) * 1_000.0).round() as i64);
        ui.painter().text(pos2(plot.left() - 6.0, y), Align2::RIGHT_CENTER, label, small.clone(), t.muted);
    }
    let places: Vec<_> =
        points.iter().map(|point| at(point.margin_in_view / 10_000.0, point.hit_rate)).collect();
    for (point, place) in points.iter().zip(&places) {
        if let Some([low, high]) = point.interval {
            let margin = point.margin_in_view / 10_000.0;
            ui.painter().line_segment([at(margin, low), at(margin, high)], Stroke::new(1.0, t.border_strong));
        }
        let label = scene.formats.percent((point.margin_in_view / 10.0).round() as i64);
        let is_end = place.x == places[0].x || place.x == places[places.len() - 1].x;
        if is_end {
            let below = pos2(place.x.clamp(plot.left() + 8.0, plot.right() - 12.0), plot.bottom() + 10.0);
            ui.painter().text(below, Align2::CENTER_CENTER, label, small.clone(), t.muted);
        }
    }
    let font = FontId::new(12.0, egui::FontFamily::Proportional);
    let mut job = egui::text::LayoutJob::simple_singleline(Strip::CurveX.text().to_owned(), font, t.muted);
    job.wrap = egui::text::TextWrapping::truncate_at_width(area.width());
    let galley = ui.painter().layout_job(job);
    ui.painter().galley(pos2(area.left(), area.bottom() - 16.0), galley, t.muted);
    ui.painter().add(egui::Shape::line(places.clone(), Stroke::new(1.5, t.accent.gamma_multiply(0.5))));
    let nearest = points
        .iter()
        .enumerate()
        .min_by_key(|(_, point)| point.weights.margin.abs_diff(settings.weights.margin))
        .map(|(index, _)| index);
    for (index, (point, place)) in points.iter().zip(&places).enumerate() {
        let id = ui.scope_id().with(("margin point", block, index));
        let response = ui.interact(Rect::from_center_size(*place, Vec2::splat(20.0)), id, Sense::click());
        let is_now = Some(index) == nearest;
        let radius = if response.hovered() || response.has_focus() { 6.5 } else { 4.5 };
        ui.painter().circle_filled(*place, radius, t.accent);
        if is_now {
            ui.painter().circle_stroke(*place, 8.5, Stroke::new(2.0, t.accent));
        }
        focus::ring(ui, &response, 10);
        let weight = scene.formats.percent(i64::from(point.weights.margin));
        let [low, high] = point.interval.unwrap_or([point.hit_rate; 2]);
        let margin = scene.formats.percent((point.margin_in_view / 10.0).round() as i64);
        let words = Strip::CurvePoint.with(&[
            ("weight", (&weight).into()),
            ("hits", (&strip::share(scene.formats, point.hit_rate)).into()),
            ("low", (&strip::share(scene.formats, low)).into()),
            ("high", (&strip::share(scene.formats, high)).into()),
            ("margin", (&margin).into()),
        ]);
        response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, is_now, &words));
        let entered =
            response.has_focus() && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter));
        let response = response.on_hover_text(&words);
        if (response.clicked() || entered) && point.weights != settings.weights {
            let label =
                Strip::CurveChosen.with(&[("weight", (&weight).into()), ("row", (&settings.title).into())]);
            let edit = Edit::SetWeights { block: reference.clone(), weights: point.weights };
            commands.push(Command::Edit { edit, label, toast: None });
        }
    }
}
