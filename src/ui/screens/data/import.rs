//! Files › Columns › Check, and the progress of what was started.

use egui::{Align, Layout, RichText, Ui, vec2};

use super::super::stage::{Ask, FileChoice, ImportChoices, JobKind, Stage};
use super::{DataState, Step, columns};
use crate::app::view::{DetectedFile, FileState};
use crate::import::{DataKind, Platform};
use crate::ui::icons::{self, Icon};
use crate::ui::kit::{button, card, chip, heading, progress};
use crate::ui::strings::Phrase as _;
use crate::ui::strings::data::Data as T;
use crate::ui::theme::{HasTokens as _, space, text};

pub(super) fn progress_ui(ui: &mut Ui, stage: &mut Stage<'_>) {
    for kind in [JobKind::Detect, JobKind::Import] {
        let Some(job) = stage.job(kind).cloned() else {
            continue;
        };
        card::card(ui, |ui| {
            ui.set_width(ui.available_width());
            let title = if kind == JobKind::Import { T::Importing } else { T::Looking };
            ui.horizontal(|ui| {
                heading::title(ui, title.text());
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    if ui.add(button::plain(T::Cancel.text())).clicked() {
                        stage.push(Ask::Cancel(kind));
                    }
                });
            });
            let words = if 0 < job.total {
                T::RowsOf.with(&[("done", job.done.into()), ("total", job.total.into())])
            } else {
                T::RowsSoFar.with(&[("done", job.done.into())])
            };
            ui.horizontal(|ui| {
                ui.label(&job.phase);
                ui.label(RichText::new(words).text_style(text::number()).color(ui.tokens().muted));
                if let Some(seconds) = job.seconds_left {
                    heading::caption(ui, &T::SecondsLeft.with(&[("n", seconds.into())]));
                }
            });
            let share = (0 < job.total).then(|| job.done as f32 / job.total as f32);
            progress::bar(ui, ui.available_width(), share, &job.phase);
            if kind == JobKind::Import {
                heading::caption(ui, T::CancelKeeps.text());
            }
        });
        ui.add_space(space::L);
    }
}

pub(super) fn wizard_ui(ui: &mut Ui, stage: &mut Stage<'_>, state: &mut DataState) {
    let needs_columns =
        state.wants_columns || stage.found.detected.iter().any(|file| file.state == FileState::CheckColumns);
    breadcrumb_ui(ui, state, needs_columns);
    ui.add_space(space::M);
    match state.step {
        Step::Files => files_ui(ui, stage, state),
        Step::Columns => columns::columns_ui(ui, stage, state),
        Step::Check => check_ui(ui, stage, state),
    }
    ui.add_space(space::L);
    buttons_ui(ui, stage, state, needs_columns);
}

fn breadcrumb_ui(ui: &mut Ui, state: &mut DataState, needs_columns: bool) {
    let t = ui.tokens();
    ui.horizontal(|ui| {
        let steps =
            [(Step::Files, T::StepFiles), (Step::Columns, T::StepColumns), (Step::Check, T::StepCheck)];
        for (idx, (step, name)) in steps.into_iter().enumerate() {
            if 0 < idx {
                ui.label(RichText::new("›").color(t.muted));
            }
            let label = RichText::new(name.text()).text_style(if step == state.step {
                text::strong()
            } else {
                egui::TextStyle::Body
            });
            let label = label.color(if step == state.step { t.text } else { t.muted });
            // Only steps that were passed can be gone back to; Back and the trail never lose input.
            let reachable = step < state.step && (step != Step::Columns || needs_columns);
            if reachable {
                if ui.add(button::quiet(label)).clicked() {
                    state.step = step;
                }
            } else {
                ui.label(label);
            }
        }
        ui.label(RichText::new("›").color(t.muted));
        ui.label(RichText::new(T::StepDone.text()).color(t.muted));
    });
}

fn files_ui(ui: &mut Ui, stage: &Stage<'_>, state: &mut DataState) {
    let t = ui.tokens();
    let files = &stage.found.detected;
    let readable: Vec<&DetectedFile> =
        files.iter().filter(|file| file.state != FileState::Unreadable).collect();
    let platform = readable.first().map(|file| file.platform).filter(|platform| {
        *platform != Platform::Unknown && readable.iter().all(|file| file.platform == *platform)
    });
    match platform {
        Some(platform) => {
            ui.label(
                RichText::new(T::LooksLike.with(&[("platform", platform_name(platform).into())]))
                    .text_style(text::title()),
            );
        }
        None if 1 < readable.len() => {
            ui.label(RichText::new(T::LooksMixed.text()).text_style(text::title()));
        }
        None => {}
    }
    ui.add_space(space::S);
    card::card(ui, |ui| {
        ui.set_width(ui.available_width());
        for (idx, file) in files.iter().enumerate() {
            if 0 < idx {
                ui.separator();
            }
            file_row(ui, stage, file);
        }
    });
    for file in files.iter().filter(|file| file.dates_are_ambiguous) {
        dates_question_ui(ui, state, file);
    }
    let recognised: usize =
        files.iter().filter(|file| file.state == FileState::Recognised).map(|file| file.columns.len()).sum();
    if 0 < recognised && files.iter().all(|file| file.state != FileState::CheckColumns) {
        ui.horizontal(|ui| {
            ui.label(RichText::new(T::AllColumns.with(&[("n", recognised.into())])).color(t.muted));
            if ui.add(button::link(T::SeeColumns.text())).clicked() {
                state.wants_columns = true;
                state.step = Step::Columns;
            }
        });
    }
}

fn file_row(ui: &mut Ui, stage: &Stage<'_>, file: &DetectedFile) {
    let t = ui.tokens();
    ui.horizontal(|ui| {
        ui.label(RichText::new(file_icon(&file.name).0).text_style(text::icon()).color(t.muted));
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.set_max_width((ui.available_width() - 140.0).max(200.0));
            ui.label(RichText::new(&file.name).text_style(text::strong()));
            let sentence = match &file.trouble {
                Some(trouble) => trouble.clone(),
                None => facts(stage, file),
            };
            heading::caption(ui, &sentence);
        });
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let (word, tone) = match file.state {
                FileState::Recognised => (T::Recognised, t.boost),
                FileState::CheckColumns => (T::CheckColumns, t.bury),
                FileState::Unreadable => (T::CannotRead, t.hide),
            };
            chip::chip(ui, word.text(), Some(tone));
        });
    });
}

/// `Shopify orders · 21,304 rows · UTF-8 · comma · dates like 2025-11-03`
fn facts(stage: &Stage<'_>, file: &DetectedFile) -> String {
    let mut parts = Vec::new();
    if file.platform != Platform::Unknown {
        parts.push(format!("{} {}", platform_name(file.platform), kind_name(file.kind)));
    }
    if let Some(n_rows) = file.n_rows {
        parts.push(T::FileRows.with(&[("n", n_rows.into())]));
    } else {
        parts.push(bytes(stage, file.bytes));
    }
    if !file.encoding.is_empty() {
        parts.push(file.encoding.clone());
    }
    if let Some(example) = &file.date_example {
        parts.push(T::DatesLike.with(&[("example", example.into())]));
    }
    parts.join(" · ")
}

pub(super) fn dates_question_ui(ui: &mut Ui, state: &mut DataState, file: &DetectedFile) {
    let t = ui.tokens();
    ui.add_space(space::S);
    card::banner(ui, t.bury, |ui| {
        ui.horizontal(|ui| {
            ui.label(RichText::new(icons::WARNING.0).color(t.bury.fg));
            let example = file.date_example.as_deref().unwrap_or("03/04/2025");
            ui.label(T::DatesTwoWays.with(&[("file", (&file.name).into()), ("example", example.into())]));
            for (day_first, name) in [(true, T::DayFirst), (false, T::MonthFirst)] {
                let on = state.day_first.get(&file.name) == Some(&day_first);
                if chip::filter(ui, on, name.text()).clicked() {
                    state.day_first.insert(file.name.clone(), day_first);
                }
            }
        });
    });
}

fn check_ui(ui: &mut Ui, stage: &Stage<'_>, state: &mut DataState) {
    let t = ui.tokens();
    let files = &stage.found.detected;
    let readable: Vec<&DetectedFile> =
        files.iter().filter(|file| file.state != FileState::Unreadable).collect();
    let n_rows: u64 = readable.iter().filter_map(|file| file.n_rows).sum();
    let n_skipped = files.len() - readable.len();
    heading::title(ui, T::CheckLead.text());
    card::card(ui, |ui| {
        ui.set_width(ui.available_width());
        let rows = stage.formats.number(n_rows as i64);
        ui.label(
            RichText::new(T::CheckFiles.with(&[("n", readable.len().into()), ("rows", (&rows).into())]))
                .text_style(text::strong()),
        );
        if 0 < n_skipped {
            ui.label(RichText::new(T::Skipped.with(&[("n", n_skipped.into())])).color(t.hide.fg));
        }
        ui.label(T::Merge.text());
        ui.label(T::Private.text());
    });
    if files.iter().any(|file| file.state == FileState::CheckColumns) {
        ui.add_space(space::S);
        ui.horizontal(|ui| {
            let label = ui.label(T::Remember.text());
            ui.add(egui::TextEdit::singleline(&mut state.remember_as).desired_width(240.0))
                .labelled_by(label.id);
        });
    }
}

fn buttons_ui(ui: &mut Ui, stage: &mut Stage<'_>, state: &mut DataState, needs_columns: bool) {
    let files = &stage.found.detected;
    let nothing = files.iter().all(|file| file.state == FileState::Unreadable);
    let open = columns::open_question(files, state);
    ui.horizontal(|ui| {
        if ui.add(button::plain(T::Cancel.text())).clicked() {
            stage.push(Ask::DropDetected);
        }
        heading::caption(ui, T::NothingWritten.text());
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let last = state.step == Step::Check;
            let label = if last { T::Import } else { T::Next };
            let why_not = if nothing {
                Some(T::NoReadable.text().to_owned())
            } else if state.step == Step::Files {
                None
            } else {
                open
            };
            let button = button::primary(label.text()).min_size(vec2(96.0, 0.0));
            if button::enabled_or_why(ui, button, why_not.as_deref()).clicked() {
                state.step = match state.step {
                    Step::Files if needs_columns => Step::Columns,
                    Step::Files | Step::Columns => Step::Check,
                    Step::Check => {
                        let choices = choices(files, state);
                        stage.asks.push(Ask::Import(choices));
                        Step::Check
                    }
                };
            }
            if state.step != Step::Files && ui.add(button::plain(T::Back.text())).clicked() {
                state.step =
                    if state.step == Step::Check && needs_columns { Step::Columns } else { Step::Files };
            }
        });
    });
}

/// What the person decided, file by file; what nobody touched stays as suggested.
pub(super) fn choices(files: &[DetectedFile], state: &DataState) -> ImportChoices {
    let files = files
        .iter()
        .filter(|file| file.state != FileState::Unreadable)
        .map(|file| FileChoice {
            path: file.path.clone(),
            name: file.name.clone(),
            meanings: if file.state == FileState::CheckColumns {
                file.columns
                    .iter()
                    .map(|column| {
                        let meaning = columns::meaning_of(state, &file.name, column)
                            .unwrap_or_else(|| "ignore".to_owned());
                        (column.header.clone(), meaning)
                    })
                    .collect()
            } else {
                Vec::new()
            },
            day_first: state.day_first.get(&file.name).copied(),
            decimal_comma: None,
        })
        .collect();
    let name = state.remember_as.trim();
    ImportChoices { files, remember_as: (!name.is_empty()).then(|| name.to_owned()) }
}

fn file_icon(name: &str) -> Icon {
    match name.rsplit('.').next().map(str::to_ascii_lowercase).as_deref() {
        Some("csv" | "tsv") => icons::FILE_CSV,
        Some("xlsx") => icons::FILE_XLS,
        Some("zip" | "gz") => icons::FILE_ZIP,
        _ => icons::FILE_TEXT,
    }
}

fn bytes(stage: &Stage<'_>, bytes: u64) -> String {
    if bytes < 1_000_000 {
        format!("{} KB", stage.formats.number((bytes / 1_000).max(1) as i64))
    } else {
        format!("{} MB", stage.formats.tenths((bytes / 100_000) as i64))
    }
}

pub(super) fn platform_name(platform: Platform) -> &'static str {
    match platform {
        Platform::Shopify => "Shopify",
        Platform::Woocommerce => "WooCommerce",
        Platform::Magento => "Adobe Commerce",
        Platform::Bigcommerce => "BigCommerce",
        Platform::Prestashop => "PrestaShop",
        Platform::Squarespace => "Squarespace",
        Platform::Wix => "Wix",
        Platform::Etsy => "Etsy",
        Platform::Square => "Square",
        Platform::Medusa => "Medusa",
        Platform::Saleor => "Saleor",
        Platform::Commercetools => "commercetools",
        Platform::Spree => "Spree",
        Platform::Vendure => "Vendure",
        Platform::GoogleMerchant => "Google Merchant",
        Platform::Ga4 => "Google Analytics 4",
        Platform::Segment => "Segment",
        Platform::Snowplow => "Snowplow",
        Platform::ShopifyPixel => "Shopify pixel",
        Platform::Klaviyo => "Klaviyo",
        Platform::Plain | Platform::Mapped | Platform::Unknown => "CSV",
    }
}

fn kind_name(kind: DataKind) -> String {
    match kind {
        DataKind::Products | DataKind::Inventory => T::Products,
        DataKind::Customers => T::Customers,
        DataKind::Orders | DataKind::OrderLines => T::Orders,
        DataKind::Events | DataKind::SearchTerms | DataKind::Discounts | DataKind::Unknown => T::Events,
    }
    .text()
    .to_lowercase()
}
