//! Pages: the shopper's page as the editor.
//!
//! `layout` places, `storefront` paints and takes gestures, `edits` and `blocks` turn them into edits of the document,
//! `act` does what keys and menus ask, `inspector` explains.

mod act;
mod blocks;
mod card;
mod context_bar;
mod copy;
mod cost;
mod curate;
mod dialogs;
mod drag;
mod dressing;
mod edits;
mod inspector;
mod layout;
mod matrix;
mod menu;
mod scope_bar;
mod shelf;
mod state;
mod storefront;
mod strip;
mod strip_details;
mod tray;

use std::collections::BTreeSet;

use egui::{CentralPanel, Frame, Margin, Panel, RichText, Ui};

pub use drag::Drag;
pub use state::{
    CHANGES_SECONDS, Card, Device, FLASH_SECONDS, InspectorTab, Mode, PagesState, Pane, ScopeChoice,
};
use storefront::{Preview, pane_title, storefront};

pub(crate) use act::drop_commands;
use shelf::{SHELF_HEIGHT, shelf_target};

use super::Scene;
use crate::decide::Page;
use crate::merch::BlockKind;
use crate::ui::command::{Action, Command, Situation};
use crate::ui::icons;
use crate::ui::kit::empty::{Chosen, EmptyState};
use crate::ui::kit::{button, heading};
use crate::ui::shell::regions::{self, Region};
use crate::ui::strings::Phrase as _;
use crate::ui::strings::canvas::Canvas;
use crate::ui::strings::shell::Shell;
use crate::ui::strings::strip::Strip;
use crate::ui::theme::{HasTokens as _, size, text};

pub fn pages_ui(ui: &mut Ui, scene: &Scene<'_>, state: &mut PagesState, commands: &mut Vec<Command>) {
    if scene.draft.is_none_or(|draft| draft.bundle().catalog.products.is_empty()) {
        empty_ui(ui, commands);
        return;
    }
    state.peek = state.mode == Mode::Single
        && scene.exported.is_some()
        && ui.input(|input| input.key_down(egui::Key::Backslash))
        && !ui.ctx().text_edit_focused();
    if state.curate.is_some() {
        curate::curate_ui(ui, scene, state, commands);
        return;
    }
    context_bar::context_bar(ui, scene, state, commands);
    let overlay = ui.content_rect().width() < size::INSPECTOR_OVERLAYS_BELOW;
    let inspector_open = scene.settings.inspector_open && state.mode != Mode::Matrix;
    if inspector_open && !overlay {
        Panel::right("inspector")
            .resizable(true)
            .default_size(size::INSPECTOR)
            .size_range(280.0..=440.0)
            .frame(Frame::new().fill(ui.tokens().surface))
            .show(ui, |ui| {
                regions::stop(ui, Region::Inspector);
                inspector::inspector_ui(ui, scene, state, commands);
            });
    }
    if state.mode != Mode::Matrix {
        let measure = strip::measure_name(scene, state);
        strip::strip_ui(ui, scene, state, &measure);
    }
    tray::tray_ui(ui, scene, state, commands);
    let app = ui.tokens().app;
    CentralPanel::default()
        .frame(Frame::new().fill(app).inner_margin(Margin { left: 16, right: 16, top: 0, bottom: 12 }))
        .show(ui, |ui| {
            scope_bar::scope_bar(ui, scene, state, commands);
            match state.mode {
                Mode::Single => single_ui(ui, scene, state, commands),
                Mode::Compare | Mode::BeforeAfter => compare_ui(ui, scene, state, commands),
                Mode::Matrix => matrix::matrix_ui(ui, scene, state, commands),
            }
            if inspector_open && overlay && state.selected.is_some() | state.block.is_some() {
                inspector_overlay(ui, scene, state, commands);
            }
        });
    shelf::shelf_ui(ui, state);
    dialogs::dialogs_ui(ui, scene, state, commands);
    copy::dialog_ui(ui, scene, state, commands);
    strip_details::dialogs_ui(ui, scene, state, commands);
}

/// The strip under a screen that shows a page of its own, with what it opens.
pub(super) fn strip_below(
    ui: &mut Ui,
    scene: &Scene<'_>,
    state: &mut PagesState,
    commands: &mut Vec<Command>,
) {
    strip::strip_ui(ui, scene, state, Strip::BoughtInFirstRow.text());
    strip_details::dialogs_ui(ui, scene, state, commands);
}

/// How tall the strip is in this window.
pub fn strip_height(ui: &Ui) -> f32 {
    if strip::is_low(ui) { size::STRIP_LINE } else { size::STRIP }
}

fn empty_ui(ui: &mut Ui, commands: &mut Vec<Command>) {
    let empty = EmptyState {
        icon: icons::LAYOUT,
        title: Canvas::EmptyTitle.text(),
        hint: Canvas::EmptyHint.text(),
        action: Some(Shell::ImportFiles.text()),
        alternative: Some(Shell::OpenSample.text()),
    };
    match empty.show(ui) {
        Some(Chosen::Action) => commands.push(Command::Do(Action::ImportFiles)),
        Some(Chosen::Alternative) => commands.push(Command::OpenSample),
        None => {}
    }
}

fn single_ui(ui: &mut Ui, scene: &Scene<'_>, state: &mut PagesState, commands: &mut Vec<Command>) {
    let (segment, device) = (state.segment.clone(), state.device);
    let before = state.exported_page(scene, &segment, device);
    let shown = if state.peek { before.clone() } else { state.draft_page(scene, &segment, device) };
    let Some(page) = shown else { return };
    small_segment_banner(ui, scene, state);
    let preview = Preview {
        salt: "main",
        page,
        before,
        device,
        editable: !state.peek,
        twins: None,
        situation: situation_of(scene, state),
    };
    storefront(ui, scene, state, &preview, commands);
}

fn situation_of(scene: &Scene<'_>, state: &PagesState) -> Situation {
    let card = state.card_situation(scene.document);
    Situation {
        on_canvas: true,
        has_card: card.is_some(),
        has_store: true,
        read_only: scene.view.store.read_only,
        is_pinned: card.is_some_and(|card| card.is_pinned),
        has_weight_rule: card.is_some_and(|card| card.has_weight_rule),
        ..Situation::default()
    }
}

/// Few customers say little; the page says so.
fn small_segment_banner(ui: &mut Ui, scene: &Scene<'_>, state: &PagesState) {
    let Some(draft) = scene.draft else { return };
    let segment = draft.bundle().segments.segments.iter().find(|segment| segment.id == state.segment);
    let Some(segment) = segment.filter(|segment| segment.customers < 30) else {
        return;
    };
    let t = ui.tokens();
    crate::ui::kit::card::banner(ui, t.bury, |ui| {
        let words = Canvas::FewCustomers.with(&[("n", segment.customers.into())]);
        ui.label(RichText::new(words).text_style(text::small()).color(t.bury.fg));
    });
}

/// Two panes side by side: two groups, or before and after.
fn compare_ui(ui: &mut Ui, scene: &Scene<'_>, state: &mut PagesState, commands: &mut Vec<Command>) {
    let before_after = state.mode == Mode::BeforeAfter;
    let (segment, device) = (state.segment.clone(), state.device);
    let other = state.other.clone();
    let left_page = if before_after {
        state.exported_page(scene, &segment, device)
    } else {
        state.draft_page(scene, &segment, device)
    };
    let right_page = if before_after {
        state.draft_page(scene, &segment, device)
    } else {
        state.draft_page(scene, &other.segment, other.device)
    };
    let (Some(left_page), Some(right_page)) = (left_page, right_page) else {
        ui.label(RichText::new(Canvas::NothingExported.text()).color(ui.tokens().muted));
        return;
    };
    let twins = same_products(&left_page, &right_page);
    let (same, of) = first_row_overlap(&left_page, &right_page);
    ui.horizontal(|ui| {
        heading::section(ui, &Canvas::SameProducts.with(&[("n", same.into()), ("of", of.into())]));
        if !before_after {
            let name = if state.lock_scroll { Canvas::ScrollTogether } else { Canvas::ScrollApart };
            let icon = if state.lock_scroll { icons::LINK } else { icons::LINK_BREAK };
            if button::icon_toggle(ui, state.lock_scroll, icon, name.text()).clicked() {
                state.lock_scroll = !state.lock_scroll;
            }
        }
    });
    let situation = situation_of(scene, state);
    let room = ui.available_rect_before_wrap();
    let half = (room.width() - 16.0) / 2.0;
    let titles = if before_after {
        (Canvas::Before.text().to_owned(), Canvas::Now.text().to_owned())
    } else {
        (pane_title(scene, &segment, device), pane_title(scene, &other.segment, other.device))
    };
    let panes = [
        ("main", left_page, device, titles.0, !before_after),
        ("other", right_page, if before_after { device } else { other.device }, titles.1, before_after),
    ];
    for (index, (salt, page, device, title, editable)) in panes.into_iter().enumerate() {
        let min = egui::pos2(room.left() + index as f32 * (half + 16.0), room.top());
        let rect = egui::Rect::from_min_size(min, egui::vec2(half, room.height()));
        ui.scope_builder(egui::UiBuilder::new().id_salt(("pane", salt)).max_rect(rect), |ui| {
            pane_head(ui, scene, state, index, &title, before_after);
            let preview =
                Preview { salt, page, before: None, device, editable, twins: Some(&twins), situation };
            storefront(ui, scene, state, &preview, commands);
        });
    }
}

fn pane_head(ui: &mut Ui, scene: &Scene<'_>, state: &mut PagesState, index: usize, title: &str, fixed: bool) {
    ui.horizontal(|ui| {
        if fixed || index == 0 {
            ui.label(RichText::new(title).text_style(text::strong()));
            return;
        }
        let chosen = state.other.segment.clone();
        let mut picked = None;
        crate::ui::kit::combo::combo(
            ui,
            &format!("{}: {title}", Canvas::CompareWith.text()),
            title,
            crate::ui::kit::combo::Look::Outlined,
            |ui| {
                for (id, name, color) in context_bar::segments(scene) {
                    if context_bar::segment_choice(ui, &name, color, id == chosen).clicked() {
                        picked = Some(id);
                    }
                }
            },
        );
        if let Some(segment) = picked {
            state.other.segment = segment;
        }
        for (device, icon, name) in context_bar::WIDTHS {
            if button::icon_toggle(ui, state.other.device == device, icon, name.text()).clicked() {
                state.other.device = device;
            }
        }
    });
}

fn same_products(a: &Page, b: &Page) -> Vec<u32> {
    let of = |page: &Page| -> BTreeSet<u32> {
        page.blocks.iter().flat_map(|block| block.slots.iter().map(|slot| slot.product)).collect()
    };
    of(a).intersection(&of(b)).copied().collect()
}

/// How many products the first product rows share, of how many places.
fn first_row_overlap(a: &Page, b: &Page) -> (usize, usize) {
    let first = |page: &Page| -> BTreeSet<u32> {
        page.blocks
            .iter()
            .find(|block| matches!(block.kind, BlockKind::Products) && !block.slots.is_empty())
            .map(|block| block.slots.iter().map(|slot| slot.product).collect())
            .unwrap_or_default()
    };
    let (a, b) = (first(a), first(b));
    (a.intersection(&b).count(), a.len().max(b.len()))
}

fn inspector_overlay(ui: &mut Ui, scene: &Scene<'_>, state: &mut PagesState, commands: &mut Vec<Command>) {
    let t = ui.tokens();
    let room = ui.max_rect();
    let width = size::INSPECTOR.min(room.width() - 80.0);
    let rect = egui::Rect::from_min_max(
        egui::pos2(room.right() - width + 16.0, room.top()),
        room.max + egui::vec2(16.0, 12.0),
    );
    egui::Area::new(egui::Id::unique("inspector overlay"))
        .fixed_pos(rect.min)
        .order(egui::Order::Middle)
        .constrain(false)
        .show(ui, |ui| {
            Frame::new()
                .fill(t.surface)
                .stroke(egui::Stroke::new(1.0, t.border))
                .shadow(ui.visuals().popup_shadow)
                .show(ui, |ui| {
                    ui.set_min_size(rect.size());
                    ui.set_max_size(rect.size());
                    regions::stop(ui, Region::Inspector);
                    inspector::inspector_ui(ui, scene, state, commands);
                });
        });
}
