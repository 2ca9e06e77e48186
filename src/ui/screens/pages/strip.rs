//! The strip under the page: what the edits would have meant for past orders.

use egui::{Align, Color32, Frame, Layout, Margin, Panel, RichText, Role, Sense, Ui, WidgetInfo, vec2};

use super::state::PagesState;
use crate::app::replay::Replayed;
use crate::measure::replay::{Change, Verdict};
use crate::shop::time::SECONDS_PER_DAY;
use crate::ui::format::Formats;
use crate::ui::kit::{button, chip};
use crate::ui::screens::Scene;
use crate::ui::screens::stage::ReplayState;
use crate::ui::shell::regions::{self, Region};
use crate::ui::strings::Phrase as _;
use crate::ui::strings::strip::Strip;
use crate::ui::theme::{HasTokens as _, Tokens, Tone, number_semibold, size, text};

/// What the strip has opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    Details,
    About,
}

/// A low window leaves the strip one line.
pub(super) fn is_low(ui: &Ui) -> bool {
    ui.content_rect().height() < size::STRIP_IS_ONE_LINE_BELOW
}

/// `measure`: what counts as a hit, in words.
pub(super) fn strip_ui(ui: &mut Ui, scene: &Scene<'_>, state: &mut PagesState, measure: &str) {
    let t = ui.tokens();
    let is_low = is_low(ui);
    let (height, margin) = if is_low { (size::STRIP_LINE, 4) } else { (size::STRIP, 8) };
    Panel::bottom("strip")
        .exact_size(height)
        .frame(Frame::new().fill(t.surface).inner_margin(Margin::symmetric(16, margin)))
        .show(ui, |ui| {
            regions::stop(ui, Region::Strip);
            // The same height whatever is said, so that the page above never jumps.
            ui.set_min_size(ui.available_size());
            ui.spacing_mut().item_spacing = vec2(10.0, 4.0);
            let replays = &scene.found.replay;
            match (&replays.state, &replays.shown) {
                (ReplayState::Ready, Some(shown)) => {
                    if replays.is_stale {
                        ui.set_opacity(0.6);
                    }
                    if is_low {
                        answer_line_ui(ui, scene, state, shown, measure);
                    } else {
                        answer_ui(ui, scene, state, shown, measure);
                    }
                }
                (ReplayState::Learning, _) => waiting_ui(ui, state, is_low, Strip::Learning.text()),
                (ReplayState::TooFew(n), _) => {
                    waiting_ui(ui, state, is_low, &Strip::TooFew.with(&[("n", (*n).into())]));
                }
                (ReplayState::NoPast, _) => waiting_ui(ui, state, is_low, Strip::NoPast.text()),
                _ => waiting_ui(ui, state, is_low, Strip::Unchanged.text()),
            }
        });
}

/// One sentence where numbers will be; the same height, so that nothing jumps.
fn waiting_ui(ui: &mut Ui, state: &mut PagesState, is_low: bool, words: &str) {
    let t = ui.tokens();
    let sentence = egui::Label::new(RichText::new(words).color(t.muted)).truncate();
    if is_low {
        ui.horizontal_centered(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                links_ui(ui, state, false);
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| ui.add(sentence));
            });
        });
        return;
    }
    ui.horizontal(|ui| {
        ui.set_height(24.0);
        ui.label(RichText::new(Strip::UnchangedTitle.text()).text_style(text::label()).color(t.text));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| links_ui(ui, state, false));
    });
    ui.add(sentence);
}

fn links_ui(ui: &mut Ui, state: &mut PagesState, has_details: bool) {
    ui.spacing_mut().button_padding.y = 1.0;
    let link = |words: Strip| button::link(RichText::new(words.text()).text_style(text::label()));
    if ui.add(link(Strip::WhatIsThis)).clicked() {
        state.strip = Some(Open::About);
    }
    if has_details && ui.add(link(Strip::Details)).clicked() {
        state.strip = Some(Open::Details);
    }
}

/// The whole answer in one line, for low windows: the words are in the tooltips and in the details.
fn answer_line_ui(ui: &mut Ui, scene: &Scene<'_>, state: &mut PagesState, shown: &Replayed, measure: &str) {
    let t = ui.tokens();
    ui.horizontal_centered(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let (words, tone) = verdict(t, shown);
            chip::chip(ui, words, Some(tone)).on_hover_text(Strip::VerdictTip.text());
            ui.spacing_mut().button_padding.y = 1.0;
            let details = RichText::new(Strip::Details.text()).text_style(text::label());
            if ui.add(button::link(details)).clicked() {
                state.strip = Some(Open::Details);
            }
            let words = RichText::new(Strip::EstimateWord.text()).text_style(text::small()).color(t.muted);
            let tip = format!("{} ({})", title(shown), estimate(scene.formats, shown));
            ui.label(words).on_hover_text(tip);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| measures_ui(ui, scene, shown, measure));
        });
    });
}

fn answer_ui(ui: &mut Ui, scene: &Scene<'_>, state: &mut PagesState, shown: &Replayed, measure: &str) {
    let t = ui.tokens();
    let title = title(shown);
    ui.horizontal(|ui| {
        ui.set_height(24.0);
        ui.label(RichText::new(&title).text_style(text::label()).color(t.text));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let (words, tone) = verdict(t, shown);
            chip::chip(ui, words, Some(tone)).on_hover_text(Strip::VerdictTip.text());
            ui.add_space(4.0);
            links_ui(ui, state, true);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let words = estimate(scene.formats, shown);
                let line = RichText::new(words).text_style(text::small()).color(t.muted);
                ui.add(egui::Label::new(line).truncate());
            });
        });
    });
    ui.horizontal(|ui| measures_ui(ui, scene, shown, measure));
}

fn measures_ui(ui: &mut Ui, scene: &Scene<'_>, shown: &Replayed, measure: &str) {
    let one = &shown.comparison;
    let title = title(shown);
    let hits = Measure {
        name: measure,
        before: share(scene.formats, one.hit_rate.before),
        after: share(scene.formats, one.hit_rate.after),
        difference: points(scene.formats, one.hit_rate.difference),
        interval: one.hit_rate.interval.map(|ends| ends.map(|end| signed_points(scene.formats, end))),
        change: &one.hit_rate,
    };
    let whole = shown.orders_in_all as f64;
    let base = one.revenue_in_view.before;
    let percent = |value: f64| {
        let permille = if 0.0 < base { (value / base * 1_000.0).round() as i64 } else { 0 };
        signed_percent(scene.formats, permille)
    };
    let revenue = Measure {
        name: Strip::RevenueInView.text(),
        before: scene.formats.money_compact((base * whole).round() as i64),
        after: scene.formats.money_compact((one.revenue_in_view.after * whole).round() as i64),
        difference: percent(one.revenue_in_view.difference),
        interval: one.revenue_in_view.interval.map(|ends| ends.map(percent)),
        change: &one.revenue_in_view,
    };
    ui.spacing_mut().interact_size.y = 22.0;
    ui.spacing_mut().item_spacing.x = 7.0;
    let room = ui.available_width();
    hits.show(ui, &title, room);
    ui.add_space(14.0);
    revenue.show(ui, &title, room);
}

struct Measure<'a> {
    name: &'a str,
    before: String,
    after: String,
    difference: String,
    interval: Option<[String; 2]>,
    change: &'a Change,
}

impl Measure<'_> {
    /// One measure in a line; narrow windows leave the interval to the tooltip.
    fn show(self, ui: &mut Ui, title: &str, room: f32) {
        let t = ui.tokens();
        let big = |words: String| RichText::new(words).size(15.0).family(number_semibold());
        let color = color(t, self.change);
        let interval = self
            .interval
            .as_ref()
            .map(|[low, high]| Strip::Interval.with(&[("low", low.into()), ("high", high.into())]));
        let spoken = Strip::Spoken.with(&[
            ("title", title.into()),
            ("measure", self.name.into()),
            ("before", (&self.before).into()),
            ("after", (&self.after).into()),
            ("difference", (&self.difference).into()),
            ("verdict", verdict_words(self.change).into()),
        ]);
        let shown = ui.scope(|ui| {
            if 560.0 < room {
                ui.label(RichText::new(self.name).color(t.muted));
            }
            ui.label(big(format!("{} → {}", self.before, self.after)).color(t.text));
            ui.label(big(self.difference).color(color));
            if let (Some(interval), true) = (&interval, 760.0 < room) {
                ui.label(RichText::new(interval).text_style(text::small_number()).color(t.muted));
            }
        });
        let response = ui.interact(shown.response.rect, shown.response.id.with("measure"), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Status, true, &spoken));
        let tip = interval.map_or_else(
            || self.name.to_owned(),
            |interval| format!("{} {interval}. {}", self.name, Strip::IntervalTip.text()),
        );
        response.on_hover_text(tip);
    }
}

pub(super) fn title(shown: &Replayed) -> String {
    let days = (shown.until - shown.from).div_euclid(SECONDS_PER_DAY) + 1;
    Strip::Title.with(&[("n", days.into())])
}

pub(super) fn estimate(formats: &Formats, shown: &Replayed) -> String {
    let (from, until) = (formats.day_month(shown.from), formats.day_month(shown.until));
    let days = [("from", (&from).into()), ("until", (&until).into())];
    let n = ("n", shown.comparison.orders.into());
    if shown.is_quick {
        Strip::QuickEstimate.with(&[n, ("of", shown.orders_in_all.into()), days[0], days[1]])
    } else {
        Strip::Estimate.with(&[n, days[0], days[1]])
    }
}

/// `Bought item in first row`, or in the row that is being worked on.
pub(super) fn measure_name(scene: &Scene<'_>, state: &PagesState) -> String {
    let row = state.read_row().and_then(|row| super::blocks::find(scene, state, &row)).map(|(_, row)| row);
    match row {
        Some(row) if !row.title.is_empty() && matches!(row.kind, crate::merch::BlockKind::Products) => {
            Strip::BoughtInRow.with(&[("row", (&row.title).into())])
        }
        _ => Strip::BoughtInFirstRow.text().to_owned(),
    }
}

/// `18.4%` of a share.
pub(super) fn share(formats: &Formats, share: f64) -> String {
    formats.percent_tenths((share * 1_000.0).round() as i64)
}

/// `+1.7` of a difference of shares.
pub(super) fn signed_points(formats: &Formats, difference: f64) -> String {
    formats.signed_tenths((difference * 1_000.0).round() as i64)
}

/// `+1.7 pts`.
pub(super) fn points(formats: &Formats, difference: f64) -> String {
    Strip::Points.with(&[("n", (&signed_points(formats, difference)).into())])
}

fn signed_percent(formats: &Formats, permille: i64) -> String {
    let percent = formats.percent_tenths(permille);
    if 0 < permille { format!("+{percent}") } else { percent }
}

pub(super) fn is_same(change: &Change) -> bool {
    change.interval.is_none_or(|[low, high]| low == 0.0 && high == 0.0)
}

pub(super) fn verdict_words(change: &Change) -> &'static str {
    match change.verdict {
        _ if is_same(change) => Strip::NoDifference,
        Verdict::LikelyBetter => Strip::LikelyBetter,
        Verdict::LikelyWorse => Strip::LikelyWorse,
        Verdict::CantTell => Strip::CantTell,
    }
    .text()
}

/// Grey is no verdict, so a guess never looks like bad news.
pub(super) fn color(t: &Tokens, change: &Change) -> Color32 {
    match change.verdict {
        Verdict::LikelyBetter => t.boost.fg,
        Verdict::LikelyWorse => t.hide.fg,
        Verdict::CantTell => t.muted,
    }
}

/// What both measures say together.
fn verdict(t: &Tokens, shown: &Replayed) -> (&'static str, Tone) {
    let grey = Tone { fg: t.muted, soft: t.surface2, solid: t.muted };
    let (hits, revenue) = (&shown.comparison.hit_rate, &shown.comparison.revenue_in_view);
    if is_same(hits) && is_same(revenue) {
        return (Strip::NoDifference.text(), grey);
    }
    let both = [hits.verdict, revenue.verdict];
    let (better, worse) = (both.contains(&Verdict::LikelyBetter), both.contains(&Verdict::LikelyWorse));
    match (better, worse) {
        (true, true) => (Strip::Mixed.text(), t.bury),
        (true, false) => (Strip::LikelyBetter.text(), t.boost),
        (false, true) => (Strip::LikelyWorse.text(), t.hide),
        (false, false) => (Strip::CantTell.text(), grey),
    }
}
