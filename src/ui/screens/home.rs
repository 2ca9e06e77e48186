//! Home: what changed and what to do next, written from the data.

use egui::{FontId, Frame, Margin, Rect, RichText, Role, ScrollArea, Theme, Ui, Vec2, WidgetInfo, vec2};

use super::first_run::ago;
use super::reading;
use super::stage::{Ask, Place, Stage};
use crate::app::view::{Group, Then};
use crate::decide::{Detail, PageRef, Visit};
use crate::ui::icons;
use crate::ui::kit::empty::{Chosen, EmptyState};
use crate::ui::kit::{button, card, heading, marker, sparkline};
use crate::ui::strings::Phrase as _;
use crate::ui::strings::features;
use crate::ui::strings::home::Home as T;
use crate::ui::strings::said;
use crate::ui::theme::{HasTokens as _, number_semibold, radius, segment_color, space, text};

/// What only this screen cares about.
#[derive(Clone, Debug, Default)]
pub struct HomeState {
    /// First products of each group's homepage, and the edit count they were decided at.
    thumbnails: Option<(u64, Vec<(String, Vec<u32>)>)>,
}

/// Fewer left than this in the first row is worth a sentence.
const LOW_STOCK: i64 = 5;

pub fn home_ui(ui: &mut Ui, stage: &mut Stage<'_>, state: &mut HomeState) {
    let store = &stage.view.store;
    if store.n_products + store.n_orders == 0 {
        let chosen = EmptyState {
            icon: icons::HOUSE,
            title: T::EmptyTitle.text(),
            hint: T::EmptyHint.text(),
            action: Some(T::ImportFiles.text()),
            alternative: Some(T::OpenSample.text()),
        }
        .show(ui);
        match chosen {
            Some(Chosen::Action) => stage.push(Ask::ChooseFiles),
            Some(Chosen::Alternative) => stage.push(Ask::OpenSample),
            None => {}
        }
        return;
    }
    if reading::took_place(ui, stage) {
        return;
    }
    decide_thumbnails(stage, state);
    ScrollArea::vertical().id_salt("home").auto_shrink(false).show(ui, |ui| {
        Frame::new().inner_margin(Margin::symmetric(24, 20)).show(ui, |ui| {
            ui.set_width(ui.available_width());
            let is_wide = 860.0 < ui.available_width();
            let findings = findings(stage, state);
            let to_do = to_do(stage);
            if is_wide {
                let room = ui.available_width();
                ui.horizontal_top(|ui| {
                    ui.spacing_mut().item_spacing.x = space::M;
                    for (width, is_first) in [(room * 0.58, true), (room * 0.42 - space::M, false)] {
                        ui.vertical(|ui| {
                            ui.set_width(width);
                            if is_first {
                                lines_ui(ui, stage, T::Hello, &findings);
                            } else {
                                to_do_ui(ui, stage, &to_do);
                            }
                        });
                    }
                });
            } else {
                lines_ui(ui, stage, T::Hello, &findings);
                ui.add_space(space::M);
                to_do_ui(ui, stage, &to_do);
            }
            ui.add_space(space::L);
            groups_ui(ui, stage, state);
            ui.add_space(space::L);
            pulse_ui(ui, stage);
        });
    });
}

/// A sentence and the one link it ends in.
struct Line {
    sentence: String,
    link: String,
    place: Place,
}

/// At most three, the most telling first.
fn findings(stage: &Stage<'_>, state: &HomeState) -> Vec<Line> {
    let mut lines = Vec::new();
    let percent = |permille: u32| stage.formats.percent(i64::from(permille));
    let drift = stage.view.drift.as_ref().filter(|watch| watch.train_again());
    if let Some((watch, most)) = drift.and_then(|watch| Some((watch, watch.moved().into_iter().next()?))) {
        let value = |value| crate::ui::screens::customers::amount(stage, most.unit, value);
        lines.push(Line {
            sentence: T::Drift.with(&[
                ("date", (&stage.formats.date(watch.trained_at)).into()),
                ("label", (&features::words(&most.feature, &most.feature)).into()),
                ("before", (&value(most.before)).into()),
                ("now", (&value(most.now)).into()),
            ]),
            link: T::SeeDrift.text().to_owned(),
            place: Place::Customers,
        });
    }
    if let Some(customers) = &stage.view.customers {
        // The group whose revenue goes furthest beyond its size.
        let telling = customers
            .groups
            .iter()
            .max_by_key(|group| i64::from(group.revenue_share) - i64::from(group.customer_share));
        if let Some(group) = telling {
            lines.push(Line {
                sentence: T::Shares.with(&[
                    ("name", (&said::group(&group.name)).into()),
                    ("customers", (&percent(group.customer_share)).into()),
                    ("revenue", (&percent(group.revenue_share)).into()),
                ]),
                link: T::SeeGroup.text().to_owned(),
                place: Place::Homepage(Some(group.id.clone())),
            });
        }
        let net = |group: &Group| i64::from(group.joined) - i64::from(group.left);
        if let Some(group) =
            customers.groups.iter().max_by_key(|group| net(group).abs()).filter(|group| net(group) != 0)
        {
            let phrase = if 0 < net(group) { T::Grew } else { T::Shrank };
            lines.push(Line {
                sentence: phrase
                    .with(&[("name", (&said::group(&group.name)).into()), ("n", net(group).abs().into())]),
                link: T::SeeCustomers.text().to_owned(),
                place: Place::Customers,
            });
        }
    }
    let low = low_in_first_row(stage, state);
    if 0 < low {
        lines.push(Line {
            sentence: T::LowStock.with(&[("n", low.into())]),
            link: T::SeeHomepage.text().to_owned(),
            place: Place::Homepage(None),
        });
    }
    if let Some(term) = stage.view.search_terms.iter().find(|term| term.found == Some(0)) {
        lines.push(Line {
            sentence: T::LostSearches.with(&[("query", (&term.query).into()), ("n", term.searches.into())]),
            link: T::RepairSearch.text().to_owned(),
            place: Place::Search,
        });
    }
    if let Some(pulse) = &stage.view.pulse
        && 0 < pulse.revenue.before
    {
        let change = (pulse.revenue.now - pulse.revenue.before) * 1000 / pulse.revenue.before;
        let phrase = if change < 0 { T::RevenueDown } else { T::RevenueUp };
        lines.push(Line {
            sentence: phrase.with(&[
                ("days", pulse.days.into()),
                ("change", (&stage.formats.percent_tenths(change.abs())).into()),
            ]),
            link: T::SeeCustomers.text().to_owned(),
            place: Place::Customers,
        });
    }
    lines.truncate(3);
    lines
}

fn low_in_first_row(stage: &Stage<'_>, state: &HomeState) -> usize {
    let (Some(bundle), Some((_, shown))) = (stage.bundle(), &state.thumbnails) else {
        return 0;
    };
    let Some((_, everyone)) = shown.first() else {
        return 0;
    };
    everyone
        .iter()
        .filter_map(|idx| bundle.catalog.products.get(*idx as usize))
        .filter(|product| {
            product.stock.is_some_and(|stock| (0..=LOW_STOCK).contains(&stock)) && !product.sell_when_empty
        })
        .count()
}

/// At most five, ordered by effect.
fn to_do(stage: &Stage<'_>) -> Vec<(String, Place)> {
    let mut lines = Vec::new();
    if let Some(audit) = &stage.view.audit {
        for problem in audit.problems.iter().filter(|problem| !problem.is_ignored).take(2) {
            lines.push((
                T::FixProblem.with(&[("title", (&crate::ui::strings::audit::words(problem).0).into())]),
                Place::Problem(problem.code.clone()),
            ));
        }
    }
    if stage.view.customers.as_ref().is_some_and(|customers| customers.is_stale) {
        lines.push((T::Regroup.text().to_owned(), Place::Customers));
    }
    if let (Some(exported), Some(last)) = (&stage.view.exported, stage.view.exports.first()) {
        let n = changes(&exported.document, stage.draft);
        if 0 < n {
            let date = ago(last.at, stage.now, stage.formats);
            lines.push((T::ExportChanges.with(&[("n", n.into()), ("date", (&date).into())]), Place::Export));
        }
    } else if stage.view.bundle.is_some() {
        lines.push((T::ExportFirst.text().to_owned(), Place::Export));
    }
    if let Some(customers) = &stage.view.customers {
        let ruled = |group: &Group| {
            stage
                .draft
                .rules
                .iter()
                .any(|rule| rule.scope.segments.as_ref().is_some_and(|ids| ids.contains(&group.id)))
        };
        if let Some(group) = customers.groups.iter().find(|group| !group.hidden && !ruled(group)) {
            let says = T::ReviewGroup.with(&[("name", (&said::group(&group.name)).into())]);
            lines.push((says, Place::Homepage(Some(group.id.clone()))));
        }
    }
    lines.truncate(5);
    lines
}

/// Rules and layouts that differ.
fn changes(before: &crate::merch::Document, after: &crate::merch::Document) -> usize {
    let rules = after.rules.iter().filter(|rule| !before.rules.contains(rule)).count()
        + before.rules.iter().filter(|rule| !after.rules.iter().any(|other| other.id == rule.id)).count();
    let layouts =
        after.layouts.iter().filter(|(page, layout)| before.layouts.get(*page) != Some(*layout)).count();
    rules + layouts + usize::from(before.search != after.search)
}

fn lines_ui(ui: &mut Ui, stage: &mut Stage<'_>, title: T, lines: &[Line]) {
    let t = ui.tokens();
    heading::display(ui, title.text());
    card::card(ui, |ui| {
        ui.set_width(ui.available_width());
        for (idx, line) in lines.iter().enumerate() {
            if 0 < idx {
                ui.separator();
            }
            ui.horizontal_top(|ui| {
                ui.add_space(2.0);
                let (dot, _) = ui.allocate_exact_size(vec2(10.0, 24.0), egui::Sense::hover());
                ui.painter().circle_filled(dot.center(), 3.5, t.accent);
                ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = 2.0;
                    ui.add(egui::Label::new(RichText::new(&line.sentence).size(16.0)).wrap());
                    ui.spacing_mut().button_padding.x = 0.0;
                    if ui.add(button::link(line.link.as_str())).clicked() {
                        stage.go(line.place.clone());
                    }
                });
            });
        }
    });
}

fn to_do_ui(ui: &mut Ui, stage: &mut Stage<'_>, lines: &[(String, Place)]) {
    let t = ui.tokens();
    heading::display(ui, T::ToDo.text());
    card::card(ui, |ui| {
        ui.set_width(ui.available_width());
        if lines.is_empty() {
            ui.label(RichText::new(T::AllDone.text()).color(t.muted));
        }
        for (words, place) in lines {
            let width = ui.available_width();
            let caret = icons::CARET_RIGHT.atom_sized(12.0, Some(t.muted));
            let row = button::quiet((words.as_str(), egui::Atom::grow(), caret))
                .min_size(vec2(width, 34.0))
                .wrap_mode(egui::TextWrapMode::Truncate);
            if ui.add(row).on_hover_text(words).clicked() {
                stage.go(place.clone());
            }
        }
    });
}

/// The first row of everyone's and every group's homepage, decided once per edit.
fn decide_thumbnails(stage: &Stage<'_>, state: &mut HomeState) {
    let Some(prepared) = stage.prepared else { return };
    if state.thumbnails.as_ref().is_some_and(|(revision, _)| *revision == stage.revision) {
        return;
    }
    let segments = prepared.bundle().segments.segments.iter().map(|info| info.id.clone());
    let shown = std::iter::once(crate::bundle::EVERYONE.to_owned())
        .chain(segments)
        .map(|segment| {
            let mut visit = Visit::of(PageRef::Home, stage.now);
            visit.segment = Some(segment.clone());
            let page = prepared.decide(&visit, Detail::Plain);
            let first = page.blocks.iter().find(|block| !block.slots.is_empty());
            (
                segment,
                first.map(|block| block.slots.iter().map(|slot| slot.product).collect()).unwrap_or_default(),
            )
        })
        .collect();
    state.thumbnails = Some((stage.revision, shown));
}

fn groups_ui(ui: &mut Ui, stage: &mut Stage<'_>, state: &HomeState) {
    let Some(customers) = stage.view.customers.clone() else {
        return;
    };
    let catalog = stage.bundle().map(|bundle| std::sync::Arc::clone(&bundle.catalog));
    heading::title(ui, T::Groups.text());
    ScrollArea::horizontal().id_salt("group strip").show(ui, |ui| {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = space::M;
            for group in customers.groups.iter().filter(|group| !group.hidden) {
                ui.vertical(|ui| {
                    ui.set_width(212.0);
                    let response = card::clickable(ui, false, |ui| {
                        ui.set_width(ui.available_width());
                        ui.vertical(|ui| group_card(ui, stage, state, group, catalog.as_deref()));
                    })
                    .response;
                    let name = T::OpenFor.with(&[("name", (&said::group(&group.name)).into())]);
                    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
                    if response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
                        stage.go(Place::Homepage(Some(group.id.clone())));
                    }
                });
            }
        });
    });
}

fn group_card(
    ui: &mut Ui,
    stage: &mut Stage<'_>,
    state: &HomeState,
    group: &Group,
    catalog: Option<&crate::bundle::Catalog>,
) {
    ui.horizontal(|ui| {
        ui.spacing_mut().interact_size.y = 20.0;
        marker::show(ui, group.color);
        ui.add(
            egui::Label::new(RichText::new(said::group(&group.name)).text_style(text::strong())).truncate(),
        );
    });
    let shares = T::GroupShares.with(&[
        ("customers", (&stage.formats.percent(i64::from(group.customer_share))).into()),
        ("revenue", (&stage.formats.percent(i64::from(group.revenue_share))).into()),
    ]);
    ui.add(
        egui::Label::new(RichText::new(shares).text_style(text::small()).color(ui.tokens().muted)).truncate(),
    );
    let theme = if ui.visuals().dark_mode { Theme::Dark } else { Theme::Light };
    let values: Vec<f64> = group.monthly_revenue.iter().map(|value| *value as f64).collect();
    sparkline::sparkline(
        ui,
        vec2(ui.available_width(), 28.0),
        &values,
        segment_color(theme, group.color),
        &said::group(&group.name),
    );
    let side = ((ui.available_width() - 12.0) / 3.0).floor();
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), side), egui::Sense::hover());
    let shown =
        state.thumbnails.as_ref().and_then(|(_, all)| all.iter().find(|(segment, _)| *segment == group.id));
    for (idx, product) in
        shown.map(|(_, products)| products.as_slice()).unwrap_or_default().iter().take(3).enumerate()
    {
        let at = rect.min + vec2(idx as f32 * (side + 6.0), 0.0);
        if let Some(product) = catalog.and_then(|catalog| catalog.products.get(*product as usize)) {
            stage.pictures.paint(ui, Rect::from_min_size(at, Vec2::splat(side)), product, radius::CONTROL);
        }
    }
}

fn pulse_ui(ui: &mut Ui, stage: &Stage<'_>) {
    let Some(pulse) = stage.view.pulse.clone() else {
        return;
    };
    heading::title(ui, &T::Pulse.with(&[("days", pulse.days.into())]));
    let formats = stage.formats;
    let relative = |then: Then<i64>| {
        (0 < then.before).then(|| {
            let permille = (then.now - then.before) * 1000 / then.before;
            (permille, format!("{}{}", if 0 < permille { "+" } else { "" }, formats.percent_tenths(permille)))
        })
    };
    let points = |then: Then<f64>| {
        let tenths = ((then.now - then.before) * 1000.0).round() as i64;
        Some((tenths, T::Points.with(&[("n", (&formats.signed_tenths(tenths)).into())])))
    };
    let rate = |value: f64| formats.percent_tenths((value * 1000.0).round() as i64);
    let orders = Then { now: pulse.orders.now as i64, before: pulse.orders.before as i64 };
    let mut cards = vec![
        (T::Revenue, formats.money_compact(pulse.revenue.now), relative(pulse.revenue), None),
        (T::Orders, formats.number(orders.now), relative(orders), None),
        (T::Repeat, rate(pulse.repeat_rate.now), points(pulse.repeat_rate), Some(T::RepeatHint)),
    ];
    if let Some(sell) = pulse.sell_through {
        cards.push((T::SellThrough, rate(sell.now), points(sell), Some(T::SellHint)));
    }
    let width = ((ui.available_width() - space::M * (cards.len() as f32 - 1.0)) / cards.len() as f32).floor();
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = space::M;
        for (name, value, change, hint) in cards {
            ui.vertical(|ui| {
                ui.set_width(width);
                card::card(ui, |ui| {
                    ui.set_width(ui.available_width());
                    ui.vertical(|ui| {
                        ui.spacing_mut().item_spacing.y = 2.0;
                        let t = ui.tokens();
                        let label =
                            ui.label(RichText::new(name.text()).text_style(text::label()).color(t.muted));
                        if let Some(hint) = hint {
                            label.on_hover_text(hint.text());
                        }
                        ui.label(RichText::new(value).font(FontId::new(24.0, number_semibold())));
                        let (words, color) = match change {
                            Some((0, _)) | None => (T::Flat.text().to_owned(), t.muted),
                            Some((sign, words)) => {
                                let color = if sign < 0 { t.hide.fg } else { t.boost.fg };
                                (
                                    T::Versus
                                        .with(&[("change", (&words).into()), ("days", pulse.days.into())]),
                                    color,
                                )
                            }
                        };
                        ui.add(
                            egui::Label::new(RichText::new(words).text_style(text::small()).color(color))
                                .wrap(),
                        );
                    });
                });
            });
        }
    });
}
