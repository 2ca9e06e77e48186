//! The panel at the right: a product's place explained, or the page's own settings.

mod curve;
mod page;
mod product;
mod rules;
mod why;

pub(super) use page::Fallen;
pub(super) use why::Order;

use egui::{Frame, Margin, RichText, ScrollArea, Ui};

use super::card::paint_picture;
use super::state::{Card, InspectorTab, PagesState, segment_name};
use crate::decide::{BlockPage, Slot};
use crate::ui::command::{Action, Command};
use crate::ui::kit::{button, heading, tabs};
use crate::ui::screens::Scene;
use crate::ui::strings::Phrase as _;
use crate::ui::strings::canvas::Canvas;
use crate::ui::theme::{HasTokens as _, number_semibold, text};

pub(super) fn inspector_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    state: &mut PagesState,
    commands: &mut Vec<Command>,
) {
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        let Some(card) = state.selected.clone().filter(|_| state.block.is_none()) else {
            page::page_panel(ui, scene, state, commands);
            return;
        };
        let (segment, device) = (state.segment.clone(), state.device);
        let Some(page) = state.draft_page(scene, &segment, device) else {
            return;
        };
        let Some(draft) = scene.draft else { return };
        let found = draft.bundle().catalog.index(&card.product).and_then(|index| {
            let block = page.blocks.iter().find(|block| block.id == card.block)?;
            Some((block, block.slots.iter().find(|slot| slot.product == index)))
        });
        part(ui, |ui| {
            head_ui(ui, scene, state, &card, found, commands);
        });
        hairline(ui);
        part(ui, |ui| {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 18.0;
                for (tab, words) in [
                    (InspectorTab::Why, Canvas::WhyHere),
                    (InspectorTab::Product, Canvas::Product),
                    (InspectorTab::Rules, Canvas::Rules),
                ] {
                    if tabs::tab(ui, state.inspector_tab == tab, words.text()).clicked() {
                        state.inspector_tab = tab;
                    }
                }
            });
            ui.add_space(2.0);
            match state.inspector_tab {
                InspectorTab::Why => why::why_ui(ui, scene, state, &card, found, commands),
                InspectorTab::Product => product::product_ui(ui, scene, &card),
                InspectorTab::Rules => rules::rules_ui(ui, scene, state, &card, commands),
            }
        });
        if state.inspector_tab == InspectorTab::Why {
            hairline(ui);
            part(ui, |ui| {
                page::weights_ui(ui, scene, state, &card.block, commands);
                curve::curve_ui(ui, scene, state, &card.block, commands);
            });
        }
    });
}

fn head_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    state: &PagesState,
    card: &Card,
    found: Option<(&BlockPage, Option<&Slot>)>,
    commands: &mut Vec<Command>,
) {
    let Some(draft) = scene.draft else { return };
    let Some(index) = draft.bundle().catalog.index(&card.product) else {
        return;
    };
    let product = &draft.bundle().catalog.products[index as usize];
    let t = ui.tokens();
    ui.horizontal_top(|ui| {
        let (rect, _) = ui.allocate_exact_size(egui::Vec2::splat(72.0), egui::Sense::hover());
        paint_picture(ui, rect, product, scene.pictures, 1.0);
        ui.add_space(4.0);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 4.0;
            heading::title(ui, &product.title);
            ui.horizontal(|ui| {
                ui.spacing_mut().interact_size.y = 18.0;
                if let Some(price) = product.price {
                    let words =
                        RichText::new(scene.formats.money(price)).size(14.0).family(number_semibold());
                    ui.label(words);
                }
                if let (true, Some(was)) = (0 < product.discount_percent(), product.compare_at) {
                    ui.label(RichText::new(scene.formats.money(was)).strikethrough().color(t.muted));
                }
            });
            let line = match found {
                Some((block, Some(slot))) => Canvas::SlotOf.with(&[
                    ("n", slot.position.into()),
                    ("of", block.slots.len().into()),
                    ("row", (&block.title).into()),
                ]),
                _ => Canvas::NotOnThisPage.text().to_owned(),
            };
            heading::caption(ui, &line);
            heading::caption(ui, &segment_name(scene, &state.segment));
        });
    });
    ui.add_space(4.0);
    let situation = state.card_situation(scene.document);
    let pinned = situation.is_some_and(|card| card.is_pinned);
    let pin = if pinned { Action::Unpin } else { Action::PinHere };
    let pin_words = if pinned { Canvas::Unpin } else { Canvas::Pin };
    verbs_ui(
        ui,
        &[
            (pin, pin_words.text(), t.pin.fg),
            (Action::Boost, Canvas::Boost.text(), t.boost.fg),
            (Action::Bury, Canvas::Bury.text(), t.bury.fg),
            (Action::Hide, Canvas::Hide.text(), t.hide.fg),
        ],
        commands,
    );
}

/// What can be done with the product, in one row where the longest word fits, else in two.
fn verbs_ui(ui: &mut Ui, verbs: &[(Action, &str, egui::Color32)], commands: &mut Vec<Command>) {
    const ICON: f32 = 16.0;
    const GAP: f32 = 5.0;
    const PADDING: f32 = 4.0;
    let font = text::label().resolve(ui.style());
    let width_of = |words: &str| {
        ui.painter().layout_no_wrap(words.to_owned(), font.clone(), egui::Color32::PLACEHOLDER).size().x
    };
    let widest = verbs.iter().map(|(_, words, _)| width_of(words)).fold(0.0, f32::max);
    let needed = (widest + ICON + GAP + 2.0 * PADDING + 2.0).ceil();
    let space = ui.spacing().item_spacing.x;
    let n = verbs.len() as f32;
    let in_one_row = n * needed + (n - 1.0) * space <= ui.available_width();
    let per_row = if in_one_row { verbs.len() } else { verbs.len().div_ceil(2) };
    for row in verbs.chunks(per_row.max(1)) {
        ui.columns(per_row, |columns| {
            for (ui, (action, words, color)) in columns.iter_mut().zip(row) {
                ui.spacing_mut().button_padding = egui::vec2(PADDING, 5.0);
                let words = RichText::new(*words).text_style(text::label());
                let icon = action.icon().atom_sized(ICON, Some(*color));
                let size = egui::vec2(ui.available_width(), 30.0);
                let button = button::plain((icon, words)).gap(GAP).min_size(size);
                let response = ui.add(button.wrap_mode(egui::TextWrapMode::Truncate));
                response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, action.title()));
                if action.with_keys(response.on_hover_text(action.title())).clicked() {
                    commands.push(Command::Do(*action));
                }
            }
        });
    }
}

/// A padded part of the panel.
fn part(ui: &mut Ui, contents: impl FnOnce(&mut Ui)) {
    Frame::new().inner_margin(Margin { left: 16, right: 16, top: 14, bottom: 12 }).show(ui, |ui| {
        ui.set_width(ui.available_width());
        contents(ui);
    });
}

fn hairline(ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(egui::vec2(ui.available_width(), 1.0), egui::Sense::hover());
    ui.painter().rect_filled(rect, 0, ui.tokens().border);
}
