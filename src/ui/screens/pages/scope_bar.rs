//! For whom edits are made, what matters on the page, and what is marked on cards.

use egui::{Align, Layout, RichText, Ui};

use super::blocks;
use super::state::{Mode, PagesState, ScopeChoice, segment_name};
use crate::bundle::segments::EVERYONE;
use crate::merch::defaults::PRESETS;
use crate::merch::{Block, BlockKind, Edit};
use crate::ui::command::{Action, Command};
use crate::ui::icons;
use crate::ui::kit::at_end::at_end;
use crate::ui::kit::combo::{Look, choice, combo};
use crate::ui::kit::{button, marker};
use crate::ui::screens::Scene;
use crate::ui::strings::Phrase as _;
use crate::ui::strings::canvas::Canvas;
use crate::ui::theme::{HasTokens as _, medium};

pub(super) fn scope_bar(ui: &mut Ui, scene: &Scene<'_>, state: &mut PagesState, commands: &mut Vec<Command>) {
    let t = ui.tokens();
    let room = ui.available_width();
    let full = width_of(ui, Canvas::ChangesApplyTo.text())
        + width_of(ui, &state.scope_name(scene))
        + width_of(ui, Canvas::Preset.text())
        + width_of(ui, Canvas::BestSellersFirst.text())
        + width_of(ui, Canvas::AddProduct.text());
    // The frames, arrows and icons of the controls, and the air between them.
    let wide = full + 300.0 < room;
    ui.allocate_ui_with_layout(
        egui::vec2(ui.available_width(), 40.0),
        Layout::left_to_right(Align::Center),
        |ui| {
            ui.spacing_mut().button_padding.x = 10.0;
            if wide {
                ui.label(RichText::new(Canvas::ChangesApplyTo.text()).color(t.muted));
            }
            scope_combo(ui, scene, state);
            if wide || 620.0 < room {
                ui.add_space(12.0);
                if wide {
                    ui.label(RichText::new(Canvas::Preset.text()).color(t.muted));
                }
                preset_combo(ui, scene, state, commands);
            }
            at_end(ui, "scope", |ui| {
                if state.mode == Mode::Single {
                    let find = button::icon(ui, icons::MAGNIFYING_GLASS, Action::FindProduct.title());
                    if Action::FindProduct.with_keys(find).clicked() {
                        commands.push(Command::Do(Action::FindProduct));
                    }
                    let chrome = [
                        (Action::Scores, state.scores, icons::CHART_BAR),
                        (Action::Changes, state.changes, icons::GIT_DIFF),
                    ];
                    for (action, on, icon) in chrome {
                        let toggle = button::icon_toggle(ui, on, icon, action.title());
                        if action.with_keys(toggle).clicked() {
                            commands.push(Command::Do(action));
                        }
                    }
                }
                let add = button::link((icons::PLUS.atom(), Canvas::AddProduct.text()));
                let add = ui.add(add);
                if Action::AddProduct.with_keys(add).clicked() {
                    commands.push(Command::Do(Action::AddProduct));
                }
            });
        },
    );
}

fn width_of(ui: &Ui, words: &str) -> f32 {
    let font = egui::FontId::new(14.0, medium());
    ui.painter().layout_no_wrap(words.to_owned(), font, egui::Color32::PLACEHOLDER).size().x
}

fn scope_combo(ui: &mut Ui, scene: &Scene<'_>, state: &mut PagesState) {
    let theme = ui.theme();
    let label = state.scope_name(scene);
    let name = format!("{}: {label}", Canvas::ChangesApplyTo.text());
    let words = RichText::new(&label).family(medium());
    let color = match state.place(None).segments.as_deref() {
        Some([one]) => color_of(scene, one),
        _ => None,
    };
    let tab = state.segment.clone();
    let chosen = state.scope.clone();
    let mut picked = None;
    let contents = |ui: &mut Ui| {
        if tab != EVERYONE {
            let only = Canvas::OnlyGroup.with(&[("group", (&segment_name(scene, &tab)).into())]);
            if choice(ui, chosen == ScopeChoice::Tab, &only, only.as_str()).clicked() {
                picked = Some(ScopeChoice::Tab);
            }
        }
        let everyone = chosen == ScopeChoice::Everyone || tab == EVERYONE && chosen == ScopeChoice::Tab;
        if choice(ui, everyone, Canvas::Everyone.text(), Canvas::Everyone.text()).clicked() {
            picked = Some(ScopeChoice::Everyone);
        }
        ui.separator();
        ui.label(RichText::new(Canvas::ChooseGroups.text()).small().weak());
        for (id, name, color) in super::context_bar::segments(scene).into_iter().skip(1) {
            let mut list = match &chosen {
                ScopeChoice::Chosen(list) => list.clone(),
                _ => Vec::new(),
            };
            let on = list.contains(&id);
            if super::context_bar::segment_choice(ui, &name, color, on).clicked() {
                if on {
                    list.retain(|known| *known != id);
                } else {
                    list.push(id);
                }
                picked = Some(if list.is_empty() { ScopeChoice::Tab } else { ScopeChoice::Chosen(list) });
            }
        }
    };
    match color {
        Some(color) => combo(ui, &name, (marker::atom(theme, color), words), Look::Outlined, contents),
        None => combo(ui, &name, words, Look::Outlined, contents),
    };
    if let Some(scope) = picked {
        state.scope = scope;
    }
}

fn color_of(scene: &Scene<'_>, segment: &str) -> Option<u8> {
    scene.draft?.bundle().segments.segments.iter().find(|info| info.id == segment).map(|info| info.color)
}

/// The preset of the whole page: of its product rows that follow one, or `My own` when none does or they differ. Rows
/// weighed for a purpose of their own, such as `New in`, keep their weights.
fn preset_combo(ui: &mut Ui, scene: &Scene<'_>, state: &PagesState, commands: &mut Vec<Command>) {
    let Some((_, rows)) = blocks::layout(scene, state) else {
        return;
    };
    let mut rows: Vec<_> =
        rows.into_iter().filter(|block| matches!(block.kind, BlockKind::Products)).collect();
    let preset_of = |row: &Block| {
        PRESETS.iter().find(|(_, weights, variety)| row.weights == *weights && row.variety == *variety)
    };
    if rows.iter().any(|row| preset_of(row).is_some()) {
        rows.retain(|row| preset_of(row).is_some());
    }
    let current = rows
        .first()
        .and_then(|row| preset_of(row))
        .filter(|first| rows.iter().all(|row| preset_of(row) == Some(first)));
    let label = current.map_or(Canvas::MyOwn.text(), |(name, ..)| preset_name(name));
    let name = format!("{}: {label}", Canvas::Preset.text());
    let mut picked = None;
    combo(ui, &name, RichText::new(label).family(medium()), Look::Outlined, |ui| {
        for (preset, weights, variety) in PRESETS {
            let on = current.is_some_and(|(known, ..)| *known == preset);
            let words = preset_name(preset);
            if choice(ui, on, words, words).clicked() {
                picked = Some((words, weights, variety));
            }
        }
    });
    let Some((words, weights, variety)) = picked else {
        return;
    };
    let mut edits = Vec::new();
    for row in rows {
        if let Some((block, _)) = blocks::find(scene, state, &row.id) {
            edits.push(Edit::SetWeights { block: block.clone(), weights });
            edits.push(Edit::SetVariety { block, variety });
        }
    }
    let label =
        Canvas::ChosePreset.with(&[("preset", words.into()), ("page", (&state.page_title(scene)).into())]);
    commands.push(Command::Edit { edit: Edit::Batch { label: label.clone(), edits }, label, toast: None });
}

/// The preset's name in the window's language.
pub(super) fn preset_name(preset: &str) -> &'static str {
    match preset {
        "Balanced" => Canvas::Balanced,
        "Best sellers first" => Canvas::BestSellersFirst,
        "Discovery" => Canvas::Discovery,
        "Protect margin" => Canvas::ProtectMargin,
        "Clear stock" => Canvas::ClearStock,
        _ => Canvas::MyOwn,
    }
    .text()
}
