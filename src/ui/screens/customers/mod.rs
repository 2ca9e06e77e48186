//! Customers: groups of people who shop alike, and one masked customer's way through time.

mod card;
mod curve;
mod map;
mod map_colour;
mod movement;
mod rule_editor;
mod story;

pub(super) use card::amount;
use egui::{Align, Frame, Layout, Margin, Panel, RichText, ScrollArea, Ui};

use super::reading;
use super::stage::{Ask, GroupAction, JobKind, Stage};
use crate::app::view::CustomersView;
use crate::ui::icons;
use crate::ui::kit::empty::{Chosen, EmptyState};
use crate::ui::kit::slider::ShareSlider;
use crate::ui::kit::{button, card as kit_card, heading, progress, tabs};
use crate::ui::strings::Phrase as _;
use crate::ui::strings::customers::Customers as T;
use crate::ui::strings::features;
use crate::ui::theme::{HasTokens as _, space, text};

/// What only this screen cares about.
#[derive(Clone, Debug, Default)]
pub struct CustomersState {
    mode: Mode,
    /// Group that is read closely.
    selected: Option<String>,
    /// The number of groups being looked at; `None` is the one in force.
    k: Option<u32>,
    map: map::MapState,
    /// What colours the dots; `None` is their group.
    colouring: Option<map_colour::Colouring>,
    editor: Option<rule_editor::Editor>,
    renaming: Option<(String, String)>,
    /// The customer whose way is shown, and the moment on the scrubber.
    story: Option<(i64, usize)>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Mode {
    #[default]
    Map,
    Cards,
    Movement,
}

impl CustomersState {
    /// Marks the buyers of a product on the map, as if they had been lassoed.
    pub fn mark_buyers(&mut self, title: String, rows: Vec<usize>) {
        self.story = None;
        self.mode = Mode::Map;
        self.map.mark(T::BoughtIt.with(&[("n", rows.len().into()), ("product", (&title).into())]), rows);
    }

    /// Reads one group closely, for links from elsewhere.
    pub fn select(&mut self, group: &str) {
        self.selected = Some(group.to_owned());
    }
}

pub fn customers_ui(ui: &mut Ui, stage: &mut Stage<'_>, state: &mut CustomersState) {
    if reading::took_place(ui, stage) {
        return;
    }
    let Some(customers) = stage.view.customers.clone() else {
        empty_ui(ui, stage);
        return;
    };
    if let Some((number, _)) = state.story {
        if story::story_ui(ui, stage, number, state) {
            state.story = None;
        }
        return;
    }
    head_ui(ui, stage, state, &customers);
    drift_ui(ui, stage);
    let app = ui.tokens().app;
    if state.selected.is_none() {
        state.selected = customers.groups.first().map(|group| group.id.clone());
    }
    let width = (ui.available_width() * 0.40).clamp(320.0, 420.0);
    Panel::right("group")
        .exact_size(width)
        .resizable(false)
        .frame(Frame::new().fill(ui.tokens().surface).inner_margin(Margin {
            left: 16,
            right: 6,
            top: 12,
            bottom: 12,
        }))
        .show(ui, |ui| {
            // The bar of a long list stands beside the figures, not over them.
            let beside = Margin { right: 10, ..Margin::ZERO };
            let list = ScrollArea::vertical().id_salt("groups").auto_shrink(false).content_margin(beside);
            list.show(ui, |ui| {
                card::selected_ui(ui, stage, state, &customers);
                ui.add_space(space::S);
                card::list_ui(ui, stage, state, &customers);
            });
        });
    egui::CentralPanel::default().frame(Frame::new().fill(app).inner_margin(Margin::symmetric(16, 12))).show(
        ui,
        |ui| match state.mode {
            Mode::Map => {
                let below = if ui.available_height() < 460.0 { 132.0 } else { 176.0 };
                let height = (ui.available_height() - below - space::M).max(160.0);
                map::map_ui(ui, stage, state, &customers, height);
                ui.add_space(space::S);
                curve::curve_ui(ui, stage, &customers, &mut state.k);
            }
            Mode::Cards => card::cards_ui(ui, stage, state, &customers),
            Mode::Movement => movement::movement_ui(ui, stage, &customers),
        },
    );
    rename_ui(ui, stage, state);
    rule_editor::dialog_ui(ui, stage, state, &customers);
}

fn empty_ui(ui: &mut Ui, stage: &mut Stage<'_>) {
    if let Some(job) = stage.job(JobKind::Group).or_else(|| stage.job(JobKind::Train)).cloned() {
        ui.vertical_centered(|ui| {
            ui.add_space(ui.available_height() * 0.35);
            heading::title(ui, &job.phase);
            let share = (0 < job.total).then(|| job.done as f32 / job.total as f32);
            progress::bar(ui, 320.0, share, &job.phase);
        });
        return;
    }
    let store = &stage.view.store;
    let has_orders = 0 < store.n_orders;
    let hint = T::EmptyHint.with(&[("products", store.n_products.into()), ("orders", store.n_orders.into())]);
    let state = if has_orders {
        EmptyState {
            icon: icons::USERS_THREE,
            title: T::NotGrouped.text(),
            hint: T::NotGroupedHint.text(),
            action: Some(T::GroupNow.text()),
            alternative: None,
        }
    } else {
        EmptyState {
            icon: icons::USERS_THREE,
            title: T::EmptyTitle.text(),
            hint: &hint,
            action: Some(T::ImportOrders.text()),
            alternative: None,
        }
    };
    if state.show(ui) == Some(Chosen::Action) {
        stage.push(if has_orders { Ask::Group(GroupAction::Regroup { k: 0 }) } else { Ask::ChooseFiles });
    }
}

fn head_ui(ui: &mut Ui, stage: &mut Stage<'_>, state: &mut CustomersState, customers: &CustomersView) {
    let t = ui.tokens();
    Panel::top("customers head")
        .exact_size(52.0)
        .frame(Frame::new().fill(t.surface).inner_margin(Margin::symmetric(16, 0)))
        .show(ui, |ui| {
            ui.horizontal_centered(|ui| {
                for (mode, name) in
                    [(Mode::Map, T::Map), (Mode::Cards, T::Cards), (Mode::Movement, T::Movement)]
                {
                    if tabs::pill(ui, state.mode == mode, name.text(), name.text()).clicked() {
                        state.mode = mode;
                    }
                }
                ui.add_space(space::M);
                if 1 < customers.choices.len() && state.mode == Mode::Map {
                    k_slider_ui(ui, stage, state, customers);
                }
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let add = button::plain((icons::PLUS.atom(), T::AddRule.text()));
                    if ui.add(add).clicked() {
                        state.editor = Some(rule_editor::Editor::new(customers));
                    }
                    let shown = state.k.unwrap_or(customers.k);
                    if shown != customers.k {
                        if ui.add(button::primary(T::UseK.with(&[("n", shown.into())]))).clicked() {
                            stage.push(Ask::Group(GroupAction::Regroup { k: shown }));
                            state.k = None;
                        }
                    } else if customers.is_stale {
                        let regroup =
                            ui.add(button::primary(T::Regroup.text())).on_hover_text(T::Stale.text());
                        if regroup.clicked() {
                            stage.push(Ask::Group(GroupAction::Regroup { k: customers.k }));
                        }
                    }
                });
            });
        });
}

/// Customers who no longer look like those that were grouped, in numbers, and what to do about it.
fn drift_ui(ui: &mut Ui, stage: &mut Stage<'_>) {
    let Some(watch) = stage.view.drift.clone().filter(|watch| watch.train_again()) else {
        return;
    };
    let moved = watch.moved();
    let t = ui.tokens();
    let date = stage.formats.date(watch.trained_at);
    let mut words = vec![T::Drift.with(&[("date", (&date).into())])];
    if let Some(most) = moved.first() {
        words.push(T::DriftMost.with(&[
            ("label", (&features::words(&most.feature, &most.feature)).into()),
            ("before", (&card::amount(stage, most.unit, most.before)).into()),
            ("now", (&card::amount(stage, most.unit, most.now)).into()),
        ]));
    }
    if 1 < moved.len() {
        words.push(T::DriftMore.with(&[("n", (moved.len() - 1).into())]));
    }
    let words = words.join(" ");
    Panel::top("customers changed")
        .frame(Frame::new().fill(t.bury.soft).inner_margin(Margin::symmetric(16, 8)))
        .show(ui, |ui| {
            ui.horizontal(|ui| {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let why_not = stage.view.store.read_only.then(|| T::ReadOnly.text());
                    let again = button::plain(T::LearnAgain.text());
                    if button::enabled_or_why(ui, again, why_not).clicked() {
                        stage.push(Ask::TrainAgain);
                    }
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        let words = RichText::new(words).text_style(text::small()).color(t.bury.fg);
                        ui.add(egui::Label::new(words).wrap());
                    });
                });
            });
        });
}

fn k_slider_ui(ui: &mut Ui, stage: &Stage<'_>, state: &mut CustomersState, customers: &CustomersView) {
    let (first, last) = match (customers.choices.first(), customers.choices.last()) {
        (Some(first), Some(last)) => (first.k, last.k),
        _ => return,
    };
    let t = ui.tokens();
    if 980.0 < ui.available_width() + 300.0 {
        ui.label(RichText::new(T::HowMany.text()).color(t.muted));
    }
    let before = state.k.unwrap_or(customers.k).clamp(first, last);
    let mut value = before - first;
    let spoken = T::SpokenK.with(&[("n", before.into())]);
    ShareSlider {
        name: T::HowMany.text(),
        spoken: &spoken,
        max: last - first,
        ghost: Some(customers.suggested_k.clamp(first, last) - first),
        enabled: true,
        width: 130.0,
    }
    .show(ui, &mut value);
    let k = first + value;
    if k != before {
        state.k = Some(k);
    }
    let words = if k == customers.suggested_k {
        T::Suggested.with(&[("n", k.into())])
    } else {
        stage.formats.number(i64::from(k))
    };
    ui.label(RichText::new(words).text_style(text::number()));
}

fn rename_ui(ui: &Ui, stage: &mut Stage<'_>, state: &mut CustomersState) {
    let Some((group, name)) = &mut state.renaming else {
        return;
    };
    let mut is_done = false;
    let closed = crate::ui::kit::modal::dialog(ui, "rename", 380.0, |ui| {
        heading::title(ui, T::Rename.text());
        let field = ui.add(egui::TextEdit::singleline(name).desired_width(f32::INFINITY));
        let field = field.accessible_name(T::GroupName.text());
        field.request_focus();
        let entered = ui.input(|input| input.key_pressed(egui::Key::Enter));
        ui.add_space(space::S);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let usable = !name.trim().is_empty();
            if (ui.add_enabled(usable, button::primary(T::Rename.text())).clicked() || entered) && usable {
                let rename = GroupAction::Rename { group: group.clone(), name: name.trim().to_owned() };
                stage.push(Ask::Group(rename));
                is_done = true;
            }
            is_done |= ui.add(button::plain(T::Cancel.text())).clicked();
        });
    });
    if closed || is_done {
        state.renaming = None;
    }
}

/// A boxed part of the screen that takes all width.
fn boxed<R>(ui: &mut Ui, contents: impl FnOnce(&mut Ui) -> R) -> R {
    kit_card::card(ui, |ui| {
        ui.set_width(ui.available_width());
        contents(ui)
    })
    .inner
}
