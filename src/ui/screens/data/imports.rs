//! What an import did: right after it, and in the list of all there were, with a way back.

use egui::{Align, Layout, RichText, ScrollArea, Ui, vec2};

use super::super::first_run::ago;
use super::super::stage::{Ask, Place, Stage};
use super::wizard::kind_name;
use super::{DataState, Undoing};
use crate::app::view::{ChangedField, ImportSummary};
use crate::import::{DataKind, Severity};
use crate::ui::icons;
use crate::ui::kit::{button, card, heading, modal};
use crate::ui::strings::Phrase as _;
use crate::ui::strings::data::Data as T;
use crate::ui::strings::said;
use crate::ui::theme::{HasTokens as _, space, text};

/// Problems listed; the rest is in the rows set aside.
const ISSUES_SHOWN: usize = 8;
const IMPORTS_SHOWN: usize = 12;

/// The step `Done`: what the import that just ended did.
pub(super) fn result_ui(ui: &mut Ui, stage: &mut Stage<'_>, state: &mut DataState) {
    let Some(summary) = stage.found.imported.clone() else { return };
    let t = ui.tokens();
    super::wizard::trail_ui(ui, &[T::StepFiles, T::StepColumns, T::StepCheck], T::StepDone);
    ui.add_space(space::S);
    card::card(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            let (icon, color) = if summary.import.is_some() {
                (icons::CHECK_CIRCLE, t.boost.fg)
            } else {
                (icons::WARNING, t.bury.fg)
            };
            ui.label(RichText::new(icon.0).text_style(text::icon()).color(color));
            heading::title(ui, &sentence(&summary));
        });
        if !summary.known_files.is_empty() {
            let files = summary.known_files.join(", ");
            let n = summary.known_files.len();
            ui.label(T::ResultKnown.with(&[("n", n.into()), ("files", (&files).into())]));
        }
        ui.horizontal(|ui| {
            set_aside_buttons(ui, stage, state, &summary);
            if summary.import.is_some() && ui.add(button::plain(T::ShowHomepage.text())).clicked() {
                stage.go(Place::Homepage(None));
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if ui.add(button::quiet(T::CloseResult.text())).clicked() {
                    stage.push(Ask::CloseImported);
                }
            });
        });
    });
    ui.add_space(space::S);
    summary_ui(ui, stage, &summary);
    if summary.import.is_some_and(|import| detail_is_of(stage, import)) {
        changes_ui(ui, stage);
    }
    ui.add_space(space::XL);
}

fn sentence(summary: &ImportSummary) -> String {
    if summary.import.is_none() && summary.n_rows_read() == 0 {
        return T::ResultNothing.text().to_owned();
    }
    T::Result.with(&[
        ("read", summary.n_rows_read().into()),
        ("new", summary.n_new().into()),
        ("updated", summary.n_updated().into()),
        ("aside", summary.n_set_aside().into()),
    ])
}

fn set_aside_buttons(ui: &mut Ui, stage: &mut Stage<'_>, state: &mut DataState, summary: &ImportSummary) {
    let (n, Some(import)) = (summary.n_set_aside(), summary.import) else { return };
    if n == 0 {
        return;
    }
    if ui.add(button::plain(T::ShowSetAside.with(&[("n", n.into())]))).clicked() {
        stage.push(Ask::LookAtImport(import));
        state.reading_set_aside = Some(import);
    }
    if ui.add(button::plain(T::SaveSetAside.with(&[("n", n.into())]))).clicked() {
        stage.push(Ask::SaveSetAside(Some(import)));
    }
}

/// New, updated, unchanged and set aside, kind by kind, and what to know about the files.
pub(super) fn summary_ui(ui: &mut Ui, stage: &Stage<'_>, summary: &ImportSummary) {
    let t = ui.tokens();
    card::card(ui, |ui| {
        ui.set_width(ui.available_width());
        egui::Grid::new(("import changes", summary.import)).num_columns(5).spacing(vec2(28.0, 6.0)).show(
            ui,
            |ui| {
                ui.label("");
                for head in [T::New, T::Updated, T::Unchanged] {
                    ui.label(RichText::new(head.text()).text_style(text::label()).color(t.muted));
                }
                ui.end_row();
                for (kind, changes) in &summary.changes {
                    if changes.new + changes.changed + changes.unchanged + changes.gone == 0 {
                        continue;
                    }
                    let name = match kind {
                        DataKind::Products => T::Products,
                        DataKind::Customers => T::Customers,
                        DataKind::Orders => T::Orders,
                        _ => T::Events,
                    };
                    ui.label(RichText::new(name.text()).text_style(text::strong()));
                    for n in [changes.new, changes.changed, changes.unchanged] {
                        let color = if n == 0 { t.muted } else { t.text };
                        let words = stage.formats.number(n as i64);
                        ui.label(RichText::new(words).text_style(text::number()).color(color));
                    }
                    if 0 < changes.gone {
                        let words = T::Gone.with(&[("n", changes.gone.into())]);
                        ui.label(RichText::new(words).color(t.bury.fg));
                    }
                    ui.end_row();
                }
            },
        );
        ui.add_space(space::S);
        ui.spacing_mut().interact_size.y = 18.0;
        ui.spacing_mut().item_spacing.y = 4.0;
        for file in &summary.files {
            ui.horizontal_wrapped(|ui| {
                ui.label(RichText::new(icons::FILE_TEXT.0).color(t.muted));
                ui.label(RichText::new(&file.file).text_style(text::small()).color(t.text));
                ui.label(RichText::new(kind_name(file.kind)).text_style(text::small()).color(t.muted));
                let counts = T::FileLine.with(&[
                    ("read", file.rows_read.into()),
                    ("taken", file.rows_taken.into()),
                    ("aside", file.rows_set_aside.into()),
                ]);
                ui.label(RichText::new(counts).text_style(text::small()).color(t.muted));
            });
        }
        if !summary.issues.is_empty() {
            ui.separator();
        }
        for issue in summary.issues.iter().take(ISSUES_SHOWN) {
            ui.horizontal_top(|ui| {
                let (icon, color) = match issue.severity {
                    Severity::Error => (icons::X_CIRCLE, t.hide.fg),
                    Severity::Warning => (icons::WARNING, t.bury.fg),
                    _ => (icons::INFO, t.muted),
                };
                ui.label(RichText::new(icon.0).color(color));
                let times = if 1 < issue.count {
                    format!("{} × ", stage.formats.number(issue.count as i64))
                } else {
                    String::new()
                };
                let place = match issue.line {
                    Some(line) => T::LineOf.with(&[("file", (&issue.file).into()), ("line", line.into())]),
                    None => issue.file.clone(),
                };
                let words = format!("{times}{place}: {} {}", issue.message, issue.advice);
                ui.add(egui::Label::new(RichText::new(words).text_style(text::small()).color(t.text)).wrap());
            });
        }
        let more = summary.issues.len().saturating_sub(ISSUES_SHOWN);
        if 0 < more {
            heading::caption(ui, &T::MoreRows.with(&[("n", more.into())]));
        }
    });
}

fn detail_is_of(stage: &Stage<'_>, import: i64) -> bool {
    stage.found.import_detail.as_ref().is_some_and(|detail| detail.import == import)
}

/// A sample of what became of what was there before.
fn changes_ui(ui: &mut Ui, stage: &Stage<'_>) {
    let Some(detail) = &stage.found.import_detail else { return };
    if detail.changed.is_empty() && detail.gone.is_empty() {
        return;
    }
    let t = ui.tokens();
    ui.add_space(space::S);
    heading::title(ui, T::WhatChanged.text());
    card::card(ui, |ui| {
        ui.set_width(ui.available_width());
        egui::Grid::new(("import diff", detail.import)).num_columns(4).spacing(vec2(20.0, 4.0)).show(
            ui,
            |ui| {
                for change in &detail.changed {
                    ui.label(RichText::new(&change.what).text_style(text::strong()));
                    let field = match change.field {
                        ChangedField::Title => T::FieldTitle,
                        ChangedField::Price => T::FieldPrice,
                        ChangedField::Stock => T::FieldStock,
                        ChangedField::OrderTotal => T::FieldTotal,
                        ChangedField::OrderStatus => T::FieldStatus,
                    };
                    ui.label(RichText::new(field.text()).color(t.muted));
                    ui.label(RichText::new(&change.before).color(t.muted).strikethrough());
                    ui.label(RichText::new(&change.after).color(t.text));
                    ui.end_row();
                }
            },
        );
        if !detail.gone.is_empty() {
            let names = detail.gone.join(", ");
            let words = T::GoneOf.with(&[("n", detail.gone.len().into()), ("names", (&names).into())]);
            ui.add(egui::Label::new(RichText::new(words).color(t.bury.fg)).wrap());
        }
    });
}

/// Every import in effect, newest first.
pub(super) fn imports_ui(ui: &mut Ui, stage: &mut Stage<'_>, state: &mut DataState) {
    let imports = std::sync::Arc::clone(&stage.view.imports);
    if imports.is_empty() {
        return;
    }
    ui.add_space(space::XL);
    heading::title(ui, T::Imports.text());
    card::card(ui, |ui| {
        ui.set_width(ui.available_width());
        for (idx, summary) in imports.iter().take(IMPORTS_SHOWN).enumerate() {
            if 0 < idx {
                ui.separator();
            }
            import_row(ui, stage, state, summary, idx == 0);
        }
    });
}

fn import_row(
    ui: &mut Ui,
    stage: &mut Stage<'_>,
    state: &mut DataState,
    summary: &ImportSummary,
    is_newest: bool,
) {
    ui.horizontal_wrapped(|ui| {
        let when = ago(summary.at, stage.now, stage.formats);
        ui.label(RichText::new(when).text_style(text::strong()));
        ui.label(sentence(summary));
    });
    ui.horizontal(|ui| {
        ui.spacing_mut().button_padding.x = 0.0;
        ui.spacing_mut().item_spacing.x = space::M;
        let is_open = state.open_import == summary.import;
        if ui.add(button::link(if is_open { T::HideRows } else { T::Details }.text())).clicked() {
            state.open_import = if is_open { None } else { summary.import };
            if let (Some(import), false) = (summary.import, is_open) {
                stage.push(Ask::LookAtImport(import));
            }
        }
        let n = summary.n_set_aside();
        if let (Some(import), 1..) = (summary.import, n) {
            if ui.add(button::link(T::ShowSetAside.with(&[("n", n.into())]))).clicked() {
                stage.push(Ask::LookAtImport(import));
                state.reading_set_aside = Some(import);
            }
            if ui.add(button::link(T::SaveSetAside.with(&[("n", n.into())]))).clicked() {
                stage.push(Ask::SaveSetAside(Some(import)));
            }
        }
        let why_not = match (is_newest, stage.view.store.read_only) {
            (_, true) => Some(T::ReadOnly.text()),
            (false, _) => Some(T::UndoNewerFirst.text()),
            _ => None,
        };
        if button::enabled_or_why(ui, button::link(T::UndoImport.text()), why_not).clicked() {
            state.undoing = Undoing::Asked;
        }
    });
    if state.open_import == summary.import {
        summary_ui(ui, stage, summary);
        if summary.import.is_some_and(|import| detail_is_of(stage, import)) {
            changes_ui(ui, stage);
        }
    }
}

pub(super) fn dialogs_ui(ui: &Ui, stage: &mut Stage<'_>, state: &mut DataState) {
    set_aside_dialog(ui, stage, state);
    undo_dialog(ui, stage, state);
}

/// The rows as they are in their files, each with the reason.
fn set_aside_dialog(ui: &Ui, stage: &mut Stage<'_>, state: &mut DataState) {
    let Some(import) = state.reading_set_aside else { return };
    let Some(detail) = stage.found.import_detail.clone().filter(|detail| detail.import == import) else {
        return;
    };
    let t = ui.tokens();
    let mut is_done = false;
    let closed = modal::dialog(ui, "set aside", 820.0, |ui| {
        heading::title(ui, T::SetAsideTitle.text());
        heading::caption(ui, T::SetAsideLead.text());
        ui.add_space(space::S);
        let height = (ui.content_rect().height() - 300.0).clamp(160.0, 420.0);
        ScrollArea::vertical().max_height(height).auto_shrink([false, true]).show(ui, |ui| {
            for row in &detail.set_aside {
                let place = T::LineOf.with(&[("file", (&row.file).into()), ("line", row.line.into())]);
                ui.label(RichText::new(place).text_style(text::label()).color(t.muted));
                ui.add(egui::Label::new(said::aside(&row.reason).as_ref()).wrap());
                egui::Frame::new().fill(t.surface2).corner_radius(6).inner_margin(8).show(ui, |ui| {
                    ui.set_width(ui.available_width());
                    let raw = RichText::new(&row.raw).monospace().text_style(text::small());
                    ui.add(egui::Label::new(raw).truncate());
                });
                ui.add_space(space::S);
            }
        });
        ui.add_space(space::M);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            is_done = ui.add(button::primary(T::CloseResult.text())).clicked();
            let n = detail.set_aside.len();
            if ui.add(button::plain(T::SaveSetAside.with(&[("n", n.into())]))).clicked() {
                stage.push(Ask::SaveSetAside(Some(import)));
            }
        });
    });
    if closed || is_done {
        state.reading_set_aside = None;
    }
}

fn undo_dialog(ui: &Ui, stage: &mut Stage<'_>, state: &mut DataState) {
    if state.undoing == Undoing::No {
        return;
    }
    let Some(newest) = stage.view.imports.first().cloned() else {
        state.undoing = Undoing::No;
        return;
    };
    let mut is_done = false;
    let closed = modal::dialog(ui, "undo import", 480.0, |ui| {
        let when = ago(newest.at, stage.now, stage.formats);
        heading::title(ui, &T::UndoTitle.with(&[("when", (&when).into())]));
        let words =
            T::UndoLead.with(&[("new", newest.n_new().into()), ("updated", newest.n_updated().into())]);
        ui.add(egui::Label::new(words).wrap());
        ui.add_space(space::M);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui.add(button::danger(T::UndoImport.text())).clicked() {
                stage.push(Ask::UndoImport(newest.import.unwrap_or_default()));
                is_done = true;
            }
            is_done |= ui.add(button::plain(T::KeepImport.text())).clicked();
        });
    });
    if closed || is_done {
        state.undoing = Undoing::No;
    }
}
