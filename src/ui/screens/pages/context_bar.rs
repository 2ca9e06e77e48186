//! Which page, for whom, when and how wide.

use egui::{Align, Frame, Layout, Margin, Panel, PopupCloseBehavior, RichText, Ui};

use super::state::{Device, Mode, PagesState, page_title};
use crate::bundle::segments::EVERYONE;
use crate::decide::PageRef;
use crate::shop::time::SECONDS_PER_DAY;
use crate::ui::command::{Action, Command};
use crate::ui::icons::{self, Icon};
use crate::ui::kit::at_end::at_end;
use crate::ui::kit::combo::{Look, choice, combo_with};
use crate::ui::kit::{button, combo, marker, search_field, tabs};
use crate::ui::screens::Scene;
use crate::ui::shell::regions::{self, Region};
use crate::ui::strings::Phrase as _;
use crate::ui::strings::canvas::Canvas;
use crate::ui::strings::said;
use crate::ui::theme::{HasTokens as _, medium, semibold, size};

pub(super) const WIDTHS: [(Device, Icon, Canvas); 4] = [
    (Device::Desktop, icons::DESKTOP, Canvas::Desktop),
    (Device::Tablet, icons::DEVICE_TABLET, Canvas::Tablet),
    (Device::Phone, icons::DEVICE_MOBILE, Canvas::Phone),
    (Device::Fit, icons::FRAME_CORNERS, Canvas::Fit),
];

pub(super) fn context_bar(
    ui: &mut Ui,
    scene: &Scene<'_>,
    state: &mut PagesState,
    commands: &mut Vec<Command>,
) {
    let t = ui.tokens();
    Panel::top("context bar")
        .exact_size(size::BAR)
        .frame(Frame::new().fill(t.surface).inner_margin(Margin::symmetric(8, 0)))
        .show(ui, |ui| {
            regions::stop(ui, Region::Bar);
            ui.spacing_mut().item_spacing.x = 4.0;
            ui.horizontal_centered(|ui| {
                page_picker(ui, scene, state, commands);
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    // The tabs take what is left, so they are laid out last; Tab comes by them after the rest.
                    at_end(ui, "context", |ui| {
                        date_picker(ui, scene, state);
                        ui.add_space(8.0);
                        for (device, icon, name) in WIDTHS {
                            let toggle = button::icon_toggle(ui, state.device == device, icon, name.text());
                            if action_of(device).with_keys(toggle).clicked() {
                                state.device = device;
                            }
                        }
                        ui.add_space(8.0);
                        compare_button(ui, state);
                        ui.add_space(4.0);
                    });
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| segment_tabs(ui, scene, state));
                });
            });
        });
}

fn action_of(device: Device) -> Action {
    match device {
        Device::Desktop => Action::WidthDesktop,
        Device::Tablet => Action::WidthTablet,
        Device::Phone => Action::WidthPhone,
        Device::Fit => Action::WidthFit,
    }
}

fn page_picker(ui: &mut Ui, scene: &Scene<'_>, state: &mut PagesState, commands: &mut Vec<Command>) {
    let title = page_title(scene, &state.page);
    let short: String = if 22 < title.chars().count() {
        title.chars().take(20).chain(['…']).collect()
    } else {
        title.clone()
    };
    let name = format!("{}: {title}", Canvas::PageName.text());
    let mut chosen = None;
    let filter = &mut state.page_filter;
    let current = &state.page;
    combo_with(
        ui,
        &name,
        RichText::new(short).family(semibold()),
        Look::Title,
        PopupCloseBehavior::CloseOnClickOutside,
        |ui| {
            search_field::search_field(ui, filter, Canvas::FilterPages.text(), 220.0);
            let needle = filter.to_lowercase();
            for (page, title) in pages(scene) {
                if title.to_lowercase().contains(&needle)
                    && choice(ui, page == *current, &title, title.as_str()).clicked()
                {
                    chosen = Some(page);
                    ui.close();
                }
            }
        },
    );
    if let Some(page) = chosen {
        state.page_filter.clear();
        commands.push(Command::OpenPage { page, segment: None });
    }
}

/// Every page that can be opened without naming a product.
pub(super) fn pages(scene: &Scene<'_>) -> Vec<(PageRef, String)> {
    let Some(draft) = scene.draft else {
        return Vec::new();
    };
    let catalog = &draft.bundle().catalog;
    let mut pages = vec![PageRef::Home];
    pages.extend(catalog.collections.iter().map(|collection| PageRef::Collection(collection.id.clone())));
    let best = draft
        .bundle()
        .signals
        .popularity
        .iter()
        .enumerate()
        .max_by_key(|(index, value)| (**value, std::cmp::Reverse(*index)))
        .and_then(|(index, _)| catalog.products.get(index));
    if let Some(product) = best {
        pages.push(PageRef::Product(product.id.clone()));
        pages.push(PageRef::Cart(vec![product.id.clone()]));
    }
    pages.push(PageRef::Search(Canvas::SampleQuery.text().to_owned()));
    pages.push(PageRef::Email("newsletter".to_owned()));
    pages
        .into_iter()
        .map(|page| {
            let title = match &page {
                PageRef::Product(_) => {
                    Canvas::ProductPage.with(&[("product", (&page_title(scene, &page)).into())])
                }
                PageRef::Search(_) => Canvas::SearchResults.text().to_owned(),
                _ => page_title(scene, &page),
            };
            (page, title)
        })
        .collect()
}

/// (id, name, palette place); everyone first.
pub(super) fn segments(scene: &Scene<'_>) -> Vec<(String, String, Option<u8>)> {
    let mut all = vec![(EVERYONE.to_owned(), Canvas::Everyone.text().to_owned(), None)];
    if let Some(draft) = scene.draft {
        let visible = draft.bundle().segments.segments.iter().filter(|segment| !segment.hidden);
        all.extend(visible.map(|segment| {
            (segment.id.clone(), said::group(&segment.name).into_owned(), Some(segment.color))
        }));
    }
    all
}

pub(super) fn segment_choice(ui: &mut Ui, name: &str, color: Option<u8>, chosen: bool) -> egui::Response {
    let theme = ui.theme();
    match color {
        Some(color) => choice(ui, chosen, name, (marker::atom(theme, color), name)),
        None => choice(ui, chosen, name, name),
    }
}

fn segment_tabs(ui: &mut Ui, scene: &Scene<'_>, state: &mut PagesState) {
    let theme = ui.theme();
    let all = segments(scene);
    let font = egui::FontId::new(14.0, semibold());
    let widths: Vec<f32> = all
        .iter()
        .map(|(_, name, color)| {
            let text =
                ui.painter().layout_no_wrap(name.clone(), font.clone(), egui::Color32::PLACEHOLDER).size().x;
            text + 22.0 + if color.is_some() { 18.0 } else { 0.0 } + 4.0
        })
        .collect();
    let room = ui.available_width() - 8.0;
    // The open tab is always shown; what does not fit goes into the overflow.
    let selected = all.iter().position(|(id, ..)| *id == state.segment).unwrap_or(0);
    let mut shown = Vec::new();
    let mut used = widths[selected];
    for index in 0..all.len() {
        let overflow = if index + 1 < all.len() { 56.0 } else { 0.0 };
        let width = if index == selected { 0.0 } else { widths[index] };
        if index == selected || used + width + overflow <= room {
            used += width;
            shown.push(index);
        } else if selected < index {
            break;
        }
    }
    for index in &shown {
        let (id, name, color) = &all[*index];
        let on = *index == selected;
        let response = match color {
            Some(color) => tabs::pill(ui, on, name, (marker::atom(theme, *color), name.as_str())),
            None => tabs::pill(ui, on, name, name.as_str()),
        };
        if response.clicked() {
            state.segment.clone_from(id);
            state.also_selected.clear();
        }
        if let Some(tooltip) = segment_tooltip(scene, id) {
            response.on_hover_text(tooltip);
        }
    }
    let hidden: Vec<usize> = (0..all.len()).filter(|index| !shown.contains(index)).collect();
    if !hidden.is_empty() {
        let label = format!("+{}", hidden.len());
        let mut chosen = None;
        combo::combo(
            ui,
            &Canvas::MoreGroups.with(&[("n", hidden.len().into())]),
            RichText::new(label).family(medium()),
            Look::Title,
            |ui| {
                for index in hidden {
                    let (id, name, color) = &all[index];
                    if segment_choice(ui, name, *color, false).clicked() {
                        chosen = Some(id.clone());
                    }
                }
            },
        );
        if let Some(segment) = chosen {
            state.segment = segment;
            state.also_selected.clear();
        }
    }
}

fn segment_tooltip(scene: &Scene<'_>, id: &str) -> Option<String> {
    let draft = scene.draft?;
    let segment = draft.bundle().segments.segments.iter().find(|segment| segment.id == id)?;
    let share = scene.formats.percent(i64::from(segment.revenue_share));
    let line = Canvas::GroupTooltip.with(&[("n", segment.customers.into()), ("share", (&share).into())]);
    Some(if segment.description.is_empty() {
        line
    } else {
        format!("{line}\n{}", said::habits(&segment.description))
    })
}

fn date_picker(ui: &mut Ui, scene: &Scene<'_>, state: &mut PagesState) {
    let t = ui.tokens();
    let label = state.date.map_or_else(|| Canvas::Today.text().to_owned(), |date| scene.formats.day(date));
    let name = format!("{}: {label}", Canvas::PreviewDate.text());
    let color = if state.date.is_some() { t.bury.fg } else { t.text };
    let icon = icons::CALENDAR_BLANK.atom_sized(16.0, Some(color));
    let words = RichText::new(&label).family(medium()).color(color);
    let mut button = button::quiet((icon, words));
    if state.date.is_some() {
        button = button.fill(t.bury.soft);
    }
    let response = ui.add(button);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ComboBox, true, &name));
    egui::Popup::menu(&response).show(|ui| {
        ui.set_min_width(200.0);
        if choice(ui, state.date.is_none(), Canvas::Today.text(), Canvas::Today.text()).clicked() {
            state.date = None;
        }
        for days in [1, 2, 3, 7, 14, 28, 60, 90] {
            let at = scene.now + days * SECONDS_PER_DAY;
            let at = at - at.rem_euclid(SECONDS_PER_DAY) + SECONDS_PER_DAY / 2;
            let label = scene.formats.day(at);
            if choice(ui, state.date == Some(at), &label, label.as_str()).clicked() {
                state.date = Some(at);
            }
        }
        let starts: Vec<_> = scene
            .document
            .rules
            .iter()
            .filter_map(|rule| rule.schedule.from)
            .filter(|from| scene.now < *from)
            .collect();
        for from in starts {
            let label = Canvas::ScheduledStart.with(&[("day", (&scene.formats.day(from)).into())]);
            if choice(ui, state.date == Some(from), &label, label.as_str()).clicked() {
                state.date = Some(from);
            }
        }
    });
}

fn compare_button(ui: &mut Ui, state: &mut PagesState) {
    let on = state.mode != Mode::Single;
    let words = match state.mode {
        Mode::Single | Mode::Compare => Canvas::Compare,
        Mode::BeforeAfter => Canvas::BeforeAfter,
        Mode::Matrix => Canvas::Matrix,
    };
    let action = match state.mode {
        Mode::Single | Mode::Compare => Action::Compare,
        Mode::BeforeAfter => Action::BeforeAfter,
        Mode::Matrix => Action::Matrix,
    };
    let keys = action
        .shortcut()
        .map_or_else(String::new, |shortcut| crate::ui::command::spoken_keys(ui.ctx(), &shortcut));
    let label = (RichText::new(words.text()).family(medium()), RichText::new(keys).family(medium()));
    let response = ui.add(button::plain(label).gap(10.0).selected(on));
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, on, words.text()));
    egui::Popup::menu(&response).show(|ui| {
        ui.set_min_width(230.0);
        for (mode, words) in [
            (Mode::Single, Canvas::OnePage),
            (Mode::Compare, Canvas::TwoGroups),
            (Mode::BeforeAfter, Canvas::BeforeAfter),
            (Mode::Matrix, Canvas::Matrix),
        ] {
            if choice(ui, state.mode == mode, words.text(), words.text()).clicked() {
                state.set_mode(mode);
            }
        }
    });
}
