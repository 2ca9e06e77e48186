//! What stands behind the strip: by group, by place, order by order; and what a replay is.

use egui::{
    Align2, FontId, Rect, RichText, Role, ScrollArea, Sense, Stroke, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use super::card::paint_picture;
use super::state::{PagesState, segment_name};
use super::strip::{self, Open};
use crate::app::replay::{Example, Replayed};
use crate::bundle::segments::EVERYONE;
use crate::measure::replay::Change;
use crate::ui::command::Command;
use crate::ui::kit::interval::{Interval, interval_bar};
use crate::ui::kit::{button, heading, marker, modal};
use crate::ui::screens::Scene;
use crate::ui::strings::Phrase as _;
use crate::ui::strings::strip::Strip;
use crate::ui::theme::{HasTokens as _, number, number_semibold, text};

pub(super) fn dialogs_ui(ui: &Ui, scene: &Scene<'_>, state: &mut PagesState, commands: &mut Vec<Command>) {
    let Some(open) = state.strip else { return };
    let mut done = false;
    let closed = match (open, scene.found.replay.shown.clone()) {
        (Open::Details, Some(shown)) => modal::dialog(ui, "strip details", 860.0, |ui| {
            done = details_ui(ui, scene, state, &shown, commands);
        }),
        (Open::Details, None) => true,
        (Open::About, shown) => modal::dialog(ui, "strip about", 520.0, |ui| {
            done = about_ui(ui, scene, shown.as_deref());
        }),
    };
    if closed || done {
        state.strip = None;
    }
}

fn about_ui(ui: &mut Ui, scene: &Scene<'_>, shown: Option<&Replayed>) -> bool {
    heading::title(ui, Strip::WhatIsThis.text());
    let mut paragraphs = vec![Strip::About1.text().to_owned()];
    if let Some(shown) = shown {
        let day = scene.formats.date(shown.from);
        paragraphs.push(Strip::About2.with(&[("day", (&day).into())]));
    }
    paragraphs.push(Strip::About3.text().to_owned());
    paragraphs.push(Strip::About4.text().to_owned());
    for paragraph in paragraphs {
        ui.add(egui::Label::new(paragraph).wrap());
    }
    ui.add_space(4.0);
    ui.add(button::primary(Strip::Close.text())).clicked()
}

fn details_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    state: &mut PagesState,
    shown: &Replayed,
    commands: &mut Vec<Command>,
) -> bool {
    let page = state.page_title(scene);
    let title = if scene.exported.is_some() { Strip::DetailsTitle } else { Strip::DetailsTitleFirst };
    heading::title(ui, &title.with(&[("page", (&page).into())]));
    heading::caption(ui, &format!("{} · {}", strip::title(shown), strip::estimate(scene.formats, shown)));
    ui.add_space(6.0);
    let mut done = false;
    let height = (ui.content_rect().height() - 220.0).clamp(240.0, 620.0);
    ScrollArea::vertical().max_height(height).auto_shrink([false, true]).show(ui, |ui| {
        let measure = strip::measure_name(scene, state);
        heading::section(ui, &Strip::PerGroup.with(&[("measure", (&measure).into())]));
        done |= groups_ui(ui, scene, state, shown);
        ui.add_space(10.0);
        if !shown.comparison.by_slot.is_empty() {
            heading::section(ui, Strip::BySlot.text());
            slots_ui(ui, scene, shown);
            ui.add_space(10.0);
        }
        for (words, examples) in [(Strip::Gained, &shown.gained), (Strip::Lost, &shown.lost)] {
            heading::section(ui, &words.with(&[("n", examples.len().into())]));
            done |= examples_ui(ui, scene, examples, commands);
            ui.add_space(6.0);
        }
    });
    ui.add_space(6.0);
    ui.horizontal(|ui| {
        done |= ui.add(button::primary(Strip::Close.text())).clicked();
        heading::caption(ui, Strip::IntervalTip.text());
    });
    done
}

/// One line per group: interval, difference, verdict, orders. Returns true when somebody wants to look.
fn groups_ui(ui: &mut Ui, scene: &Scene<'_>, state: &mut PagesState, shown: &Replayed) -> bool {
    let t = ui.tokens();
    let one = &shown.comparison;
    let everyone = ("".to_owned(), one.orders, one.hit_rate.clone());
    let lines: Vec<&(String, usize, Change)> =
        std::iter::once(&everyone).chain(one.segments.iter()).collect();
    let range = lines
        .iter()
        .filter_map(|(_, _, change)| change.interval)
        .flat_map(|[low, high]| [low.abs(), high.abs()])
        .fold(0.001, f64::max);
    let mut look = None;
    for (id, orders, change) in lines {
        let color = scene.draft.and_then(|draft| {
            let segments = &draft.bundle().segments.segments;
            segments.iter().find(|segment| segment.id == *id).map(|segment| segment.color)
        });
        let name = match id.as_str() {
            "" => Strip::EveryoneRow.text().to_owned(),
            EVERYONE => Strip::EveryoneElse.text().to_owned(),
            id => segment_name(scene, id),
        };
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 10.0;
            ui.set_height(28.0);
            let (rect, _) = ui.allocate_exact_size(vec2(190.0, 24.0), Sense::hover());
            let mut x = rect.left();
            if let Some(color) = color {
                let at = pos2(x + 6.0, rect.center().y);
                let theme = ui.theme();
                let ink = crate::ui::theme::segment_color(theme, color);
                marker::paint(ui.painter(), at, 5.0, crate::ui::theme::segment_marker(color), ink);
                x += 18.0;
            }
            let mut job = egui::text::LayoutJob::simple_singleline(
                name.clone(),
                FontId::new(14.0, egui::FontFamily::Proportional),
                t.text,
            );
            job.wrap = egui::text::TextWrapping::truncate_at_width(rect.right() - x);
            let galley = ui.painter().layout_job(job);
            ui.painter().galley(pos2(x, rect.center().y - galley.size().y / 2.0), galley, t.text);
            let points = strip::points(scene.formats, change.difference);
            let verdict = strip::verdict_words(change);
            let ink = strip::color(t, change);
            let [low, high] = change.interval.unwrap_or([change.difference; 2]);
            let interval = Interval { low, estimate: change.difference, high };
            let ends = [low, high].map(|end| strip::signed_points(scene.formats, end));
            let span = Strip::Interval.with(&[("low", (&ends[0]).into()), ("high", (&ends[1]).into())]);
            let summary = format!("{name}: {points} {span}, {verdict}");
            let room = (ui.available_width() - 480.0).max(120.0);
            interval_bar(ui, vec2(room, 24.0), interval, range, ink, &summary);
            let fixed = |ui: &mut Ui, width: f32, words: &str, strong: bool, color| {
                let (rect, _) = ui.allocate_exact_size(vec2(width, 24.0), Sense::hover());
                let family = if strong { number_semibold() } else { number() };
                let at = rect.right_center();
                ui.painter().text(at, Align2::RIGHT_CENTER, words, FontId::new(13.0, family), color);
            };
            fixed(ui, 64.0, &points, true, ink);
            fixed(ui, 100.0, &span, false, t.muted);
            fixed(ui, 96.0, verdict, false, ink);
            let count = Strip::NOrders.with(&[("n", (*orders).into())]);
            fixed(ui, 92.0, &count, false, t.muted);
            if id.is_empty() || id == EVERYONE {
                return;
            }
            let link = button::link(RichText::new(Strip::Look.text()).text_style(text::label()));
            let response = ui.add(link);
            response.widget_info(|| {
                let name = Strip::LookAt.with(&[("group", (&name).into())]);
                WidgetInfo::labeled(Role::Button, true, name)
            });
            if response.clicked() {
                look = Some(id.clone());
            }
        });
    }
    let Some(segment) = look else { return false };
    state.segment = segment;
    state.also_selected.clear();
    true
}

/// Share of orders whose bought item stood in each place first, before and now.
fn slots_ui(ui: &mut Ui, scene: &Scene<'_>, shown: &Replayed) {
    let t = ui.tokens();
    let slots = &shown.comparison.by_slot;
    let most = slots.iter().flatten().copied().fold(0.001, f64::max);
    let (all, _) = ui.allocate_exact_size(vec2(ui.available_width(), 96.0), Sense::hover());
    let step = (all.width() / slots.len() as f32).min(84.0);
    for (index, [before, after]) in slots.iter().enumerate() {
        let cell = Rect::from_min_size(
            pos2(all.left() + index as f32 * step, all.top()),
            vec2(step - 8.0, all.height()),
        );
        let floor = cell.bottom() - 18.0;
        let bar = |share: f64, left: f32, color| {
            let height = (share / most) as f32 * (floor - cell.top() - 4.0);
            let rect = Rect::from_min_max(pos2(left, floor - height.max(1.0)), pos2(left + 14.0, floor));
            ui.painter().rect_filled(rect, 2, color);
        };
        bar(*before, cell.center().x - 16.0, t.border_strong);
        bar(*after, cell.center().x + 1.0, t.accent);
        let font = FontId::new(12.0, number());
        ui.painter().text(
            pos2(cell.center().x, cell.bottom() - 7.0),
            Align2::CENTER_CENTER,
            index + 1,
            font,
            t.muted,
        );
        let words = Strip::SlotShare.with(&[
            ("n", (index + 1).into()),
            ("before", (&strip::share(scene.formats, *before)).into()),
            ("after", (&strip::share(scene.formats, *after)).into()),
        ]);
        let response = ui.interact(cell, ui.scope_id().with(("slot share", index)), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::ListItem, true, &words));
        response.on_hover_text(words);
    }
    ui.painter().hline(all.x_range(), all.bottom() - 18.0, Stroke::new(1.0, t.border));
}

/// Pictures of what was bought; a click explains where it stands now.
fn examples_ui(ui: &mut Ui, scene: &Scene<'_>, examples: &[Example], commands: &mut Vec<Command>) -> bool {
    let Some(draft) = scene.draft else { return false };
    if examples.is_empty() {
        heading::caption(ui, Strip::NoneGained.text());
        return false;
    }
    let catalog = &draft.bundle().catalog;
    let mut chosen = None;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = Vec2::splat(6.0);
        for example in examples {
            let Some(at) = catalog.index(&example.product) else { continue };
            let product = &catalog.products[at as usize];
            let (rect, response) = ui.allocate_exact_size(Vec2::splat(52.0), Sense::click());
            paint_picture(ui, rect, product, scene.pictures, 1.0);
            crate::ui::kit::focus::ring(ui, &response, 4);
            let whose = match example.segment.as_str() {
                EVERYONE => Strip::EveryoneElse.text().to_owned(),
                id => segment_name(scene, id),
            };
            let words = format!("{} · {whose} · {}", product.title, scene.formats.day_month(example.at));
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &words));
            if response.on_hover_text(&words).clicked() {
                chosen = Some(product.id.clone());
            }
        }
    });
    if let Some(product) = chosen {
        commands.push(Command::Inspect { product });
        return true;
    }
    false
}
