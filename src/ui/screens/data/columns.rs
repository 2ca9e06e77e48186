//! What each column means, with what will be stored under what the file says.

use egui::{RichText, Role, Sense, Ui, Vec2, WidgetInfo, vec2};

use super::super::stage::{Ask, Stage};
use super::DataState;
use super::choices::{self, IGNORE};
use crate::app::view::{ColumnSuggestion, DetectedFile, FileState, Sureness};
use crate::import::{ColumnFormat, DataKind, DateOrder, DecimalMark, Meaning, Stored, Value, stored_as};
use crate::ui::icons;
use crate::ui::kit::{button, card, combo, heading, search_field};
use crate::ui::strings::Phrase as _;
use crate::ui::strings::data::Data as T;
use crate::ui::theme::{HasTokens as _, space, text};

pub(super) fn columns_ui(ui: &mut Ui, stage: &mut Stage<'_>, state: &mut DataState) {
    let files = stage.found.detected.clone();
    for file in &files {
        let shown = match file.state {
            FileState::CheckColumns => true,
            FileState::Recognised => state.wants_columns || choices::is_mapped(file, state),
            FileState::Unreadable => false,
        };
        if shown && !file.columns.is_empty() {
            file_ui(ui, stage, state, file);
            ui.add_space(space::M);
        }
    }
    if files.iter().any(|file| choices::is_mapped(file, state)) {
        remember_ui(ui, stage, state, &files);
    }
}

fn file_ui(ui: &mut Ui, stage: &mut Stage<'_>, state: &mut DataState, file: &DetectedFile) {
    let t = ui.tokens();
    let is_mapped = choices::is_mapped(file, state);
    let word = |state: &DataState, column: &ColumnSuggestion| choices::meaning_of(state, &file.name, column);
    let matched =
        file.columns.iter().filter(|column| word(state, column).is_some_and(|word| word != IGNORE)).count();
    let open: Vec<&ColumnSuggestion> =
        file.columns.iter().filter(|column| word(state, column).is_none()).collect();
    ui.horizontal(|ui| {
        heading::title(ui, &file.name);
        let mut words = T::Matched.with(&[("n", matched.into()), ("all", file.columns.len().into())]);
        if !open.is_empty() {
            words = format!("{words} · {}", T::NeedsYou.with(&[("n", open.len().into())]));
        }
        heading::caption(ui, &words);
        if 1 < open.len() {
            let label = T::IgnoreRest.with(&[("n", open.len().into())]);
            if ui.add(button::link(label)).clicked() {
                for column in &open {
                    state.meanings.insert((file.name.clone(), column.header.clone()), IGNORE.to_owned());
                }
            }
        }
        if !is_mapped && ui.add(button::link(T::MapYourself.text())).clicked() {
            state.own_mapping.insert(file.name.clone());
        }
    });
    if is_mapped {
        kind_ui(ui, state, file);
    }
    super::wizard::open_writing_ui(ui, state, std::slice::from_ref(file));
    card::card(ui, |ui| {
        ui.set_width(ui.available_width());
        let room = ui.available_width();
        let widths = [room * 0.20, room * 0.36, room * 0.30, room * 0.14];
        ui.horizontal(|ui| {
            for (width, head) in widths.into_iter().zip([T::ColumnInFile, T::Samples, T::Means, T::Sure]) {
                cell(ui, width, 20.0, |ui| {
                    ui.label(RichText::new(head.text()).text_style(text::label()).color(t.muted));
                });
            }
        });
        for column in &file.columns {
            ui.separator();
            ui.horizontal_top(|ui| {
                cell(ui, widths[0], 28.0, |ui| {
                    ui.add_space(4.0);
                    ui.add(
                        egui::Label::new(RichText::new(&column.header).text_style(text::strong())).truncate(),
                    );
                });
                cell(ui, widths[1], 28.0, |ui| {
                    ui.add_space(4.0);
                    samples_ui(ui, stage, state, file, column);
                });
                cell(ui, widths[2], 28.0, |ui| {
                    if is_mapped {
                        meaning_ui(ui, state, file, column);
                    } else {
                        ui.add_space(4.0);
                        let meaning = word(state, column).and_then(|word| Meaning::parse(&word));
                        ui.label(meaning.map_or(T::NotStored.text(), Meaning::label));
                    }
                });
                cell(ui, widths[3], 28.0, |ui| {
                    ui.add_space(4.0);
                    let touched = state.meanings.contains_key(&(file.name.clone(), column.header.clone()));
                    ui.horizontal(|ui| sureness_ui(ui, if touched { None } else { Some(column.sureness) }));
                });
            });
            if let Some(twice) = choices::clash(state, file, column) {
                clash_ui(ui, state, file, column, twice);
            }
        }
        if is_mapped {
            ui.separator();
            required_ui(ui, state, file);
        }
    });
}

fn cell(ui: &mut Ui, width: f32, height: f32, contents: impl FnOnce(&mut Ui)) {
    ui.allocate_ui(vec2(width - 8.0, height), |ui| {
        ui.set_width(width - 8.0);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            contents(ui);
        });
    });
}

/// Two columns want to be the same: one click keeps this one and leaves the other alone.
fn clash_ui(
    ui: &mut Ui,
    state: &mut DataState,
    file: &DetectedFile,
    column: &ColumnSuggestion,
    twice: Meaning,
) {
    let color = ui.tokens().hide.fg;
    ui.horizontal(|ui| {
        let words = T::OnlyOne.with(&[("meaning", twice.label().into())]);
        ui.label(RichText::new(words).text_style(text::small()).color(color));
        if ui.add(button::link(T::KeepThis.text())).clicked() {
            for other in file.columns.iter().filter(|other| other.header != column.header) {
                if choices::meaning_of(state, &file.name, other).as_deref() == Some(twice.name()) {
                    state.meanings.insert((file.name.clone(), other.header.clone()), IGNORE.to_owned());
                }
            }
        }
    });
}

/// The raw cells, and under them what is kept of each.
fn samples_ui(
    ui: &mut Ui,
    stage: &Stage<'_>,
    state: &DataState,
    file: &DetectedFile,
    column: &ColumnSuggestion,
) {
    let t = ui.tokens();
    if column.samples.is_empty() {
        ui.label(RichText::new(T::Empty.text()).color(t.muted));
        return;
    }
    ui.add(egui::Label::new(RichText::new(column.samples.join(" · ")).color(t.text)).truncate());
    let Some(meaning) = choices::meaning_of(state, &file.name, column).and_then(|word| Meaning::parse(&word))
    else {
        return;
    };
    let format = choices::format_of(state, file, column);
    let store = &stage.view.store;
    let stored: Vec<Stored> = column
        .samples
        .iter()
        .map(|cell| stored_as(cell, meaning, format, &store.currency, &store.time_zone))
        .collect();
    let (words, color) = if stored.contains(&Stored::Unreadable) {
        (T::Unreadable.text().to_owned(), t.hide.fg)
    } else if stored.iter().all(|kept| *kept == Stored::Nothing) {
        (T::NotStored.text().to_owned(), t.muted)
    } else if stored.contains(&Stored::Code) {
        (T::AsCode.text().to_owned(), t.muted)
    } else {
        let kept: Vec<String> = stored.iter().map(|kept| in_words(kept, stage)).collect();
        (T::ReadAs.with(&[("value", (&kept.join(" · ")).into())]), t.muted)
    };
    ui.add(egui::Label::new(RichText::new(words).text_style(text::small()).color(color)).truncate());
}

fn in_words(stored: &Stored, stage: &Stage<'_>) -> String {
    match stored {
        Stored::Nothing | Stored::Unreadable => "–".to_owned(),
        Stored::Code => T::AsCode.text().to_owned(),
        Stored::Text(text) => text.clone(),
        Stored::Amount(amount) => format!("{amount} {}", stage.view.store.currency.0),
        Stored::Number(number) => number.to_string(),
        // The day, and the time of day where there is one.
        Stored::Time(time) => time.trim_end_matches("T00:00:00Z").replace('T', " ").replace('Z', " UTC"),
        Stored::Flag(true) => T::Yes.text().to_owned(),
        Stored::Flag(false) => T::No.text().to_owned(),
    }
}

fn meaning_ui(ui: &mut Ui, state: &mut DataState, file: &DetectedFile, column: &ColumnSuggestion) {
    let chosen = choices::meaning_of(state, &file.name, column).and_then(|word| Meaning::parse(&word));
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
        state.meanings.insert((file.name.clone(), column.header.clone()), meaning.name().to_owned());
        state.meaning_filter.clear();
    }
    if let Some(meaning) = chosen {
        writing_ui(ui, state, file, column, meaning);
    }
}

/// How the cells of an amount or a date are written, where that makes a difference.
fn writing_ui(
    ui: &mut Ui,
    state: &mut DataState,
    file: &DetectedFile,
    column: &ColumnSuggestion,
    meaning: Meaning,
) {
    let format = choices::format_of(state, file, column);
    let ways: [(T, ColumnFormat); 2] = match meaning.value() {
        Value::Money => [
            (
                T::DecimalPoint,
                ColumnFormat { decimal_mark: Some(DecimalMark::Dot), ..ColumnFormat::default() },
            ),
            (
                T::DecimalComma,
                ColumnFormat { decimal_mark: Some(DecimalMark::Comma), ..ColumnFormat::default() },
            ),
        ],
        Value::Time => [
            (T::DayFirst, ColumnFormat { date_order: Some(DateOrder::DayFirst), ..ColumnFormat::default() }),
            (
                T::MonthFirst,
                ColumnFormat { date_order: Some(DateOrder::MonthFirst), ..ColumnFormat::default() },
            ),
        ],
        _ => return,
    };
    let is_on = |way: ColumnFormat| {
        (way.decimal_mark.is_some() && way.decimal_mark == Some(format.decimal_mark.unwrap_or_default()))
            || (way.date_order.is_some() && way.date_order == Some(format.date_order.unwrap_or_default()))
    };
    let current = ways.iter().find(|(_, way)| is_on(*way)).map_or(ways[0].0, |(name, _)| *name);
    let name = T::WrittenWith.with(&[("column", (&column.header).into()), ("how", current.text().into())]);
    let mut pick = None;
    combo::combo(ui, &name, current.text(), combo::Look::Title, |ui| {
        for (words, way) in ways {
            if combo::choice(ui, is_on(way), words.text(), words.text()).clicked() {
                pick = Some(way);
            }
        }
    });
    if let Some(way) = pick {
        state.formats.insert((file.name.clone(), column.header.clone()), way);
    }
}

/// `This file holds [Customers ▾]`
fn kind_ui(ui: &mut Ui, state: &mut DataState, file: &DetectedFile) {
    const KINDS: [(DataKind, T); 8] = [
        (DataKind::Products, T::KindProducts),
        (DataKind::Customers, T::KindCustomers),
        (DataKind::Orders, T::KindOrders),
        (DataKind::OrderLines, T::KindLines),
        (DataKind::Events, T::KindEvents),
        (DataKind::Inventory, T::KindInventory),
        (DataKind::SearchTerms, T::KindSearchTerms),
        (DataKind::Discounts, T::KindDiscounts),
    ];
    let kind = choices::kind_of(state, file);
    let words = KINDS.iter().find(|(known, _)| *known == kind).map_or(T::KindUnknown, |(_, words)| *words);
    ui.horizontal(|ui| {
        ui.label(T::FileHolds.text());
        let name = format!("{}: {}", T::FileHolds.text(), words.text());
        let mut pick = None;
        combo::combo(ui, &name, words.text(), combo::Look::Outlined, |ui| {
            for (known, words) in KINDS {
                if combo::choice(ui, known == kind, words.text(), words.text()).clicked() {
                    pick = Some(known);
                }
            }
        });
        if let Some(kind) = pick {
            state.kinds.insert(file.name.clone(), kind);
        }
    });
    ui.add_space(space::S);
}

/// `Required: Email address or Customer ID ✓`
fn required_ui(ui: &mut Ui, state: &DataState, file: &DetectedFile) {
    let t = ui.tokens();
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(T::Required.text()).color(t.muted));
        for (need, met) in choices::requirements(state, file) {
            let (icon, color) = if met { (icons::CHECK, t.boost.fg) } else { (icons::WARNING, t.bury.fg) };
            ui.label(RichText::new(icon.0).color(color));
            // One of many would do; the first three say enough.
            ui.label(choices::either(&need[..need.len().min(3)]));
            ui.add_space(space::S);
        }
    });
}

fn remember_ui(ui: &mut Ui, stage: &mut Stage<'_>, state: &mut DataState, files: &[DetectedFile]) {
    ui.horizontal(|ui| {
        let label = ui.label(T::Remember.text());
        let hint =
            files.iter().find(|file| choices::is_mapped(file, state)).map_or("", |file| file.name.as_str());
        ui.add(egui::TextEdit::singleline(&mut state.remember_as).hint_text(hint).desired_width(220.0))
            .labelled_by(label.id);
        let first = files.iter().find(|file| choices::is_mapped(file, state));
        if let Some(file) = first
            && ui.add(button::plain(T::SaveMapping.text())).clicked()
        {
            stage.push(Ask::SaveMapping(choices::mapping_of(state, file)));
        }
        if ui.add(button::plain(T::LoadMapping.text())).clicked() {
            stage.push(Ask::LoadMapping);
        }
    });
    heading::caption(ui, T::RememberHint.text());
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
