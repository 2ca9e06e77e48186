//! What each column means, with what will be stored under what the file says.

use egui::{RichText, Role, Sense, Ui, Vec2, WidgetInfo, vec2};

use super::super::stage::Stage;
use super::DataState;
use crate::app::view::{ColumnSuggestion, DetectedFile, FileState, Sureness};
use crate::import::Meaning;
use crate::ui::kit::{card, combo, heading, search_field};
use crate::ui::strings::Phrase as _;
use crate::ui::strings::data::Data as T;
use crate::ui::theme::{HasTokens as _, space, text};

pub(super) fn columns_ui(ui: &mut Ui, stage: &Stage<'_>, state: &mut DataState) {
    for file in &stage.found.detected {
        let shown = match file.state {
            FileState::CheckColumns => true,
            FileState::Recognised => state.wants_columns,
            FileState::Unreadable => false,
        };
        if shown && !file.columns.is_empty() {
            file_ui(ui, state, file);
            ui.add_space(space::M);
        }
    }
}

fn file_ui(ui: &mut Ui, state: &mut DataState, file: &DetectedFile) {
    let t = ui.tokens();
    let matched = file
        .columns
        .iter()
        .filter(|column| meaning_of(state, &file.name, column).is_some_and(|word| word != "ignore"))
        .count();
    let open = file.columns.iter().filter(|column| meaning_of(state, &file.name, column).is_none()).count();
    ui.horizontal(|ui| {
        heading::title(ui, &file.name);
        let mut words = T::Matched.with(&[("n", matched.into()), ("all", file.columns.len().into())]);
        if 0 < open {
            words = format!("{words} · {}", T::NeedsYou.with(&[("n", open.into())]));
        }
        heading::caption(ui, &words);
    });
    if file.dates_are_ambiguous {
        super::import::dates_question_ui(ui, state, file);
    }
    card::card(ui, |ui| {
        ui.set_width(ui.available_width());
        let room = ui.available_width();
        let widths = [room * 0.22, room * 0.36, room * 0.27];
        ui.horizontal(|ui| {
            for (width, head) in
                widths.into_iter().chain([80.0]).zip([T::ColumnInFile, T::Samples, T::Means, T::Sure])
            {
                cell(ui, width, |ui| {
                    ui.label(RichText::new(head.text()).text_style(text::label()).color(t.muted));
                });
            }
        });
        for column in &file.columns {
            ui.separator();
            ui.horizontal(|ui| {
                cell(ui, widths[0], |ui| {
                    ui.add(
                        egui::Label::new(RichText::new(&column.header).text_style(text::strong())).truncate(),
                    );
                });
                cell(ui, widths[1], |ui| samples_ui(ui, column));
                cell(ui, widths[2], |ui| meaning_ui(ui, state, &file.name, column));
                let touched = state.meanings.contains_key(&(file.name.clone(), column.header.clone()));
                sureness_ui(ui, if touched { None } else { Some(column.sureness) });
            });
            if let Some(twice) = clash(state, file, column) {
                let words = T::OnlyOne.with(&[("meaning", twice.label().into())]);
                ui.label(RichText::new(words).text_style(text::small()).color(t.hide.fg));
            }
        }
    });
}

fn cell(ui: &mut Ui, width: f32, contents: impl FnOnce(&mut Ui)) {
    ui.allocate_ui(vec2(width, 28.0), |ui| {
        ui.set_width(width - 8.0);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            contents(ui);
        });
    });
}

fn samples_ui(ui: &mut Ui, column: &ColumnSuggestion) {
    let t = ui.tokens();
    let raw = if column.samples.iter().all(String::is_empty) {
        T::Empty.text().to_owned()
    } else {
        column.samples.join(" · ")
    };
    ui.add(egui::Label::new(RichText::new(raw).color(t.text)).truncate());
    if !column.stored.is_empty() {
        let stored = T::ReadAs.with(&[("value", (&column.stored.join(" · ")).into())]);
        ui.add(egui::Label::new(RichText::new(stored).text_style(text::small()).color(t.muted)).truncate());
    }
}

fn meaning_ui(ui: &mut Ui, state: &mut DataState, file: &str, column: &ColumnSuggestion) {
    let chosen = meaning_of(state, file, column).and_then(|word| Meaning::parse(&word));
    let label = chosen.map_or(T::Choose.text(), Meaning::label);
    let name = T::MeaningOf.with(&[("column", (&column.header).into()), ("meaning", label.into())]);
    let mut pick = None;
    combo::combo_with(
        ui,
        &name,
        label,
        combo::Look::Outlined,
        egui::PopupCloseBehavior::CloseOnClickOutside,
        |ui| {
            search_field::search_field(ui, &mut state.meaning_filter, T::Filter.text(), 200.0);
            let needle = state.meaning_filter.to_lowercase();
            for meaning in Meaning::ALL.iter().filter(|meaning| **meaning != Meaning::Secret) {
                if !meaning.label().to_lowercase().contains(&needle) {
                    continue;
                }
                if combo::choice(ui, chosen == Some(*meaning), meaning.label(), meaning.label()).clicked() {
                    pick = Some(*meaning);
                    ui.close();
                }
            }
        },
    );
    if let Some(meaning) = pick {
        state.meanings.insert((file.to_owned(), column.header.clone()), meaning.name().to_owned());
        state.meaning_filter.clear();
    }
}

/// Three dots and a word; `None` is "you said so".
fn sureness_ui(ui: &mut Ui, sureness: Option<Sureness>) {
    let t = ui.tokens();
    let (n, word) = match sureness {
        None => (3, T::You),
        Some(Sureness::Exact) => (3, T::Exact),
        Some(Sureness::Likely) => (2, T::Likely),
        Some(Sureness::Guess) => (1, T::Guess),
        Some(Sureness::Unknown) => (0, T::You),
    };
    let (rect, response) = ui.allocate_exact_size(Vec2::new(34.0, 16.0), Sense::hover());
    for dot in 0..3 {
        let at = rect.left_center() + vec2(5.0 + 11.0 * dot as f32, 0.0);
        if dot < n {
            ui.painter().circle_filled(at, 4.0, t.accent);
        } else {
            ui.painter().circle_stroke(at, 3.5, egui::Stroke::new(1.0, t.border_strong));
        }
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, word.text()));
    ui.label(RichText::new(word.text()).text_style(text::small()).color(t.muted));
}

/// The word chosen for a column, by the person or by detection.
pub(super) fn meaning_of(state: &DataState, file: &str, column: &ColumnSuggestion) -> Option<String> {
    state.meanings.get(&(file.to_owned(), column.header.clone())).or(column.meaning.as_ref()).cloned()
}

/// The meaning of `column` when an earlier column of the file already has it and only one may.
fn clash(state: &DataState, file: &DetectedFile, column: &ColumnSuggestion) -> Option<Meaning> {
    let meaning = Meaning::parse(&meaning_of(state, &file.name, column)?)?;
    let first = file
        .columns
        .iter()
        .find(|other| meaning_of(state, &file.name, other).as_deref() == Some(meaning.name()))?;
    (!meaning.may_repeat() && first.header != column.header).then_some(meaning)
}

/// Why the import cannot go on yet.
pub(super) fn open_question(files: &[DetectedFile], state: &DataState) -> Option<String> {
    for file in files.iter().filter(|file| file.state == FileState::CheckColumns) {
        for column in &file.columns {
            if meaning_of(state, &file.name, column).is_none() {
                return Some(T::NeedsMeaning.with(&[("column", (&column.header).into())]));
            }
            if let Some(twice) = clash(state, file, column) {
                return Some(T::OnlyOne.with(&[("meaning", twice.label().into())]));
            }
        }
    }
    None
}
