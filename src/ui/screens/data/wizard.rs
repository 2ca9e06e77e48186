//! Files › Columns › Check: what was handed over, what of it needs a word, what it will do.

use egui::{Align, Layout, RichText, Ui, vec2};

use super::super::stage::{Ask, ImportChoices, JobKind, Stage};
use super::{DataState, Step, choices, columns, imports};
use crate::app::view::{DetectedFile, FileState};
use crate::import::{DataKind, DateOrder, DecimalMark, Platform, Reading};
use crate::ui::icons::{self, Icon};
use crate::ui::kit::{button, card, chip, combo, heading, progress};
use crate::ui::strings::Phrase as _;
use crate::ui::strings::data::Data as T;
use crate::ui::theme::{HasTokens as _, space, text};

/// Up to this size an import is tried by itself before it is made: that takes a second or two.
const TRIED_BY_ITSELF_BYTES: u64 = 24_000_000;

/// What a new workspace is asked for; any other code can be typed on the command line.
const CURRENCIES: [&str; 20] = [
    "USD", "EUR", "GBP", "AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "HUF", "INR", "JPY", "MXN", "NOK",
    "NZD", "PLN", "RON", "SEK", "TRY",
];

pub(super) fn wizard_ui(ui: &mut Ui, stage: &mut Stage<'_>, state: &mut DataState) {
    if let Some((n, mapping)) = &stage.found.loaded_mapping
        && state.mapping_taken < *n
    {
        state.mapping_taken = *n;
        choices::take_mapping(state, &stage.found.detected, mapping);
    }
    let needs_columns = state.wants_columns
        || stage
            .found
            .detected
            .iter()
            .any(|file| file.state == FileState::CheckColumns || state.own_mapping.contains(&file.name));
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
        for (step, name) in steps {
            let is_here = step == state.step;
            let label = RichText::new(name.text()).text_style(if is_here {
                text::strong()
            } else {
                egui::TextStyle::Body
            });
            let label = label.color(if is_here { t.text } else { t.muted });
            // Only steps that were passed can be gone back to; Back and the trail never lose input.
            let reachable = step < state.step && (step != Step::Columns || needs_columns);
            if reachable {
                ui.scope(|ui| {
                    ui.spacing_mut().button_padding.x = 0.0;
                    if ui.add(button::quiet(label)).clicked() {
                        state.step = step;
                    }
                });
            } else {
                ui.label(label);
            }
            ui.label(RichText::new("›").color(t.muted));
        }
        ui.label(RichText::new(T::StepDone.text()).color(t.muted));
    });
}

/// The trail when it has been walked to its end.
pub(super) fn trail_ui(ui: &mut Ui, passed: &[T], here: T) {
    let t = ui.tokens();
    ui.horizontal(|ui| {
        for name in passed {
            ui.label(RichText::new(name.text()).color(t.muted));
            ui.label(RichText::new("›").color(t.muted));
        }
        ui.label(RichText::new(here.text()).text_style(text::strong()));
    });
}

fn files_ui(ui: &mut Ui, stage: &mut Stage<'_>, state: &mut DataState) {
    let t = ui.tokens();
    let files = stage.found.detected.clone();
    let readable: Vec<&DetectedFile> =
        files.iter().filter(|file| file.state != FileState::Unreadable).collect();
    let platform = readable.first().map(|file| file.platform).filter(|platform| {
        !matches!(platform, Platform::Unknown | Platform::Mapped | Platform::Plain)
            && readable.iter().all(|file| file.platform == *platform)
    });
    let lead = match platform {
        Some(platform) => Some(T::LooksLike.with(&[("platform", platform_name(platform).into())])),
        None if 1 < readable.len() => Some(T::LooksMixed.text().to_owned()),
        None => None,
    };
    if let Some(lead) = lead {
        ui.label(RichText::new(lead).text_style(text::title()));
        ui.add_space(space::S);
    }
    card::card(ui, |ui| {
        ui.set_width(ui.available_width());
        for (idx, file) in files.iter().enumerate() {
            if 0 < idx {
                ui.separator();
            }
            file_row(ui, stage, file);
        }
    });
    open_writing_ui(ui, state, &files);
    ui.horizontal(|ui| {
        if ui.add(button::link((icons::PLUS.atom(), T::AddFiles.text()))).clicked() {
            stage.push(Ask::ChooseFiles);
        }
        let recognised: Vec<&DetectedFile> =
            files.iter().filter(|file| file.state == FileState::Recognised).collect();
        let n_columns: usize = recognised.iter().map(|file| file.columns.len()).sum();
        if 0 < n_columns && files.iter().all(|file| file.state != FileState::CheckColumns) {
            let remembered = recognised.iter().find_map(|file| file.mapping.as_ref());
            let words = match remembered {
                Some(mapping) => T::RememberedAs.with(&[("name", (&mapping.name).into())]),
                None => T::AllColumns.with(&[("n", n_columns.into())]),
            };
            ui.label(RichText::new(words).color(t.muted));
            if ui.add(button::link(T::SeeColumns.text())).clicked() {
                state.wants_columns = true;
                state.step = Step::Columns;
            }
        }
    });
}

fn file_row(ui: &mut Ui, stage: &mut Stage<'_>, file: &DetectedFile) {
    let t = ui.tokens();
    ui.horizontal(|ui| {
        ui.label(RichText::new(file_icon(&file.name).0).text_style(text::icon()).color(t.muted));
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            let aside = if may_be_misread(file) { 330.0 } else { 190.0 };
            ui.set_max_width((ui.available_width() - aside).max(200.0));
            ui.label(RichText::new(&file.name).text_style(text::strong()));
            let sentence = match &file.trouble {
                Some(trouble) => trouble.clone(),
                None => facts(stage, file),
            };
            ui.add(egui::Label::new(RichText::new(sentence).text_style(text::small()).color(t.muted)).wrap());
        });
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let name = T::LeaveOut.with(&[("file", (&file.name).into())]);
            if button::icon(ui, icons::X, &name).clicked() {
                stage.push(Ask::LeaveOut(file.path.clone()));
            }
            let (word, tone) = match file.state {
                FileState::Recognised => (T::Recognised, t.boost),
                FileState::CheckColumns => (T::CheckColumns, t.bury),
                FileState::Unreadable => (T::CannotRead, t.hide),
            };
            chip::chip(ui, word.text(), Some(tone));
            if file.state != FileState::Unreadable && may_be_misread(file) {
                read_as_ui(ui, stage, file);
            }
        });
    });
}

/// Text that is not UTF-8 throughout, or dates that do not start with the year; then a word may be needed.
fn may_be_misread(file: &DetectedFile) -> bool {
    let starts_with_year = |date: &String| date.bytes().take(4).filter(u8::is_ascii_digit).count() == 4;
    let is_plain_text = file.encoding.eq_ignore_ascii_case("utf-8");
    !file.delimiter.is_empty()
        && (!is_plain_text
            || !file.reading.is_empty()
            || file.date_example.as_ref().is_some_and(|date| !starts_with_year(date)))
}

/// Encodings that exports come in, beside those that every file says by itself.
const ENCODINGS: [(&str, &str); 8] = [
    ("utf-8", "UTF-8"),
    ("utf-16le", "UTF-16"),
    ("windows-1252", "Windows-1252"),
    ("windows-1250", "Windows-1250"),
    ("windows-1251", "Windows-1251"),
    ("iso-8859-2", "ISO 8859-2"),
    ("shift_jis", "Shift JIS"),
    ("gbk", "GBK"),
];

/// How one file is written, where the person knows better than its bytes tell.
fn read_as_ui(ui: &mut Ui, stage: &mut Stage<'_>, file: &DetectedFile) {
    let own = &file.reading;
    let mut told = None;
    let name = T::ReadFileAs.with(&[("file", (&file.name).into())]);
    combo::combo(ui, &name, T::ReadOtherwise.text(), combo::Look::Title, |ui| {
        let found = T::EncodingFound.text();
        if combo::choice(ui, own.encoding.is_none(), found, found).clicked() {
            told = Some(Reading { encoding: None, ..own.clone() });
        }
        for (id, word) in ENCODINGS {
            let words = T::EncodingIs.with(&[("name", word.into())]);
            if combo::choice(ui, own.encoding.as_deref() == Some(id), &words, words.as_str()).clicked() {
                told = Some(Reading { encoding: Some(id.to_owned()), ..own.clone() });
            }
        }
        ui.separator();
        let orders = [
            (None, T::DatesFound),
            (Some(DateOrder::DayFirst), T::DayFirst),
            (Some(DateOrder::MonthFirst), T::MonthFirst),
        ];
        for (order, word) in orders {
            if combo::choice(ui, own.date_order == order, word.text(), word.text()).clicked() {
                told = Some(Reading { date_order: order, ..own.clone() });
            }
        }
    });
    if let Some(reading) = told {
        stage.push(Ask::ReadAs { file: file.name.clone(), reading });
    }
}

/// `Shopify orders · 21,304 rows · UTF-8 · comma · dates like 2025-11-03`
fn facts(stage: &Stage<'_>, file: &DetectedFile) -> String {
    let mut parts = Vec::new();
    if file.platform != Platform::Unknown {
        let platform = match (&file.mapping, platform_name(file.platform)) {
            (Some(mapping), _) => mapping.name.clone(),
            (None, name) => name.to_owned(),
        };
        parts.push(format!("{platform} {}", kind_name(file.kind)));
    }
    match file.n_rows {
        Some(n_rows) if file.rows_are_estimated => {
            parts.push(T::AboutRows.with(&[("n", n_rows.into())]));
        }
        Some(n_rows) => parts.push(T::FileRows.with(&[("n", n_rows.into())])),
        None => parts.push(bytes(stage, file.bytes)),
    }
    if !file.encoding.is_empty() {
        parts.push(file.encoding.to_uppercase());
    }
    let delimiter = match file.delimiter.as_str() {
        "," => T::Comma.text(),
        ";" => T::Semicolon.text(),
        "\t" => T::Tab.text(),
        other => other,
    };
    if !delimiter.is_empty() {
        parts.push(delimiter.to_owned());
    }
    if let Some(example) = &file.date_example {
        parts.push(T::DatesLike.with(&[("example", example.into())]));
    }
    parts.join(" · ")
}

/// Asks, once for all files, how dates and amounts are meant that can be read two ways.
pub(super) fn open_writing_ui(ui: &mut Ui, state: &mut DataState, files: &[DetectedFile]) {
    let open_date = files.iter().find_map(|file| Some((&file.name, file.open_date.as_ref()?)));
    if let Some((file, example)) = open_date {
        let words = T::DatesTwoWays.with(&[("file", file.into()), ("example", example.into())]);
        question_ui(ui, &words, |ui| {
            for (order, name) in [(DateOrder::DayFirst, T::DayFirst), (DateOrder::MonthFirst, T::MonthFirst)]
            {
                if chip::filter(ui, state.dates == Some(order), name.text()).clicked() {
                    state.dates = Some(order);
                }
            }
        });
    }
    let open_amount = files.iter().find_map(|file| Some((&file.name, file.open_amount.as_ref()?)));
    if let Some((file, example)) = open_amount {
        let words = T::DecimalsTwoWays.with(&[("file", file.into()), ("example", example.into())]);
        question_ui(ui, &words, |ui| {
            for (mark, name) in [(DecimalMark::Dot, T::DecimalPoint), (DecimalMark::Comma, T::DecimalComma)] {
                if chip::filter(ui, state.decimal == Some(mark), name.text()).clicked() {
                    state.decimal = Some(mark);
                }
            }
        });
    }
}

fn question_ui(ui: &mut Ui, words: &str, answers: impl FnOnce(&mut Ui)) {
    let t = ui.tokens();
    ui.add_space(space::S);
    card::banner(ui, t.bury, |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new(icons::WARNING.0).color(t.bury.fg));
            ui.label(words);
            answers(ui);
        });
    });
    ui.add_space(space::S);
}

/// The first import says what the store is called and what it sells in.
fn is_new_store(stage: &Stage<'_>) -> bool {
    stage.view.imports.is_empty()
}

fn check_ui(ui: &mut Ui, stage: &mut Stage<'_>, state: &mut DataState) {
    let t = ui.tokens();
    let files = stage.found.detected.clone();
    let readable: Vec<&DetectedFile> =
        files.iter().filter(|file| file.state != FileState::Unreadable).collect();
    let n_rows: u64 = readable.iter().filter_map(|file| file.n_rows).sum();
    let unknown = readable.iter().any(|file| file.n_rows.is_none());
    let estimated = readable.iter().any(|file| file.rows_are_estimated);
    let n_skipped = files.len() - readable.len();
    heading::title(ui, T::CheckLead.text());
    card::card(ui, |ui| {
        ui.set_width(ui.available_width());
        let rows = stage.formats.number(n_rows as i64);
        let lead = match (unknown, estimated) {
            (true, _) => T::CheckFilesOnly,
            (_, true) => T::CheckFilesAbout,
            _ => T::CheckFiles,
        };
        ui.label(
            RichText::new(lead.with(&[("n", readable.len().into()), ("rows", (&rows).into())]))
                .text_style(text::strong()),
        );
        if 0 < n_skipped {
            ui.label(RichText::new(T::Skipped.with(&[("n", n_skipped.into())])).color(t.hide.fg));
        }
        ui.label(T::Merge.text());
        ui.label(T::Private.text());
    });
    if is_new_store(stage) {
        ui.add_space(space::M);
        new_store_ui(ui, stage, state);
    }
    ui.add_space(space::M);
    rehearsal_ui(ui, stage, state, &files);
}

fn new_store_ui(ui: &mut Ui, stage: &Stage<'_>, state: &mut DataState) {
    heading::title(ui, T::FirstTime.text());
    card::card(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            if stage.view.store.name.is_empty() {
                let label = ui.label(T::StoreName.text());
                ui.add(egui::TextEdit::singleline(&mut state.store_name).desired_width(200.0))
                    .labelled_by(label.id);
                ui.add_space(space::M);
            }
            ui.label(T::PricesIn.text());
            let current = state.currency.clone().unwrap_or_else(|| stage.view.store.currency.0.clone());
            let name = format!("{}: {current}", T::PricesIn.text());
            combo::combo(ui, &name, current.as_str(), combo::Look::Outlined, |ui| {
                for code in CURRENCIES {
                    if combo::choice(ui, code == current, code, code).clicked() {
                        state.currency = Some(code.to_owned());
                    }
                }
            });
        });
    });
}

/// What the import will do, found out by doing all of it but the writing.
fn rehearsal_ui(ui: &mut Ui, stage: &mut Stage<'_>, state: &mut DataState, files: &[DetectedFile]) {
    // What the store is called changes nothing about the rows.
    let wanted = ImportChoices { store_name: None, ..choices::choices(files, state, is_new_store(stage)) };
    if wanted.paths.is_empty() {
        return;
    }
    if let Some(job) = stage.job(JobKind::Rehearse).cloned() {
        card::card(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.label(T::Trying.text());
            let share = (0 < job.total).then(|| job.done as f32 / job.total as f32);
            progress::bar(ui, ui.available_width(), share, T::Trying.text());
        });
        return;
    }
    let known = stage.found.rehearsal.as_ref().filter(|(tried, _)| *tried == wanted);
    if let Some((_, summary)) = known {
        heading::title(ui, T::WouldBe.text());
        imports::summary_ui(ui, stage, summary);
        return;
    }
    let bytes: u64 = files.iter().map(|file| file.bytes).sum();
    let by_itself = bytes <= TRIED_BY_ITSELF_BYTES && state.tried.as_ref() != Some(&wanted);
    if by_itself || ui.add(button::plain(T::TryIt.text())).clicked() {
        state.tried = Some(wanted.clone());
        stage.push(Ask::Rehearse(wanted));
    }
}

fn buttons_ui(ui: &mut Ui, stage: &mut Stage<'_>, state: &mut DataState, needs_columns: bool) {
    let files = stage.found.detected.clone();
    let nothing = files.iter().all(|file| file.state == FileState::Unreadable);
    let open = choices::open_question(&files, state);
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
            let pressed =
                button::enabled_or_why(ui, button, why_not.as_deref()).on_hover_text(T::CtrlEnter.text());
            if pressed.clicked() || (why_not.is_none() && button::go_ahead(ui)) {
                state.step = match state.step {
                    Step::Files if needs_columns => Step::Columns,
                    Step::Files | Step::Columns => Step::Check,
                    Step::Check => {
                        let choices = choices::choices(&files, state, is_new_store(stage));
                        stage.push(Ask::Import(choices));
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

pub(super) fn kind_name(kind: DataKind) -> String {
    match kind {
        DataKind::Products => T::Products,
        DataKind::Inventory => T::KindInventory,
        DataKind::Customers => T::Customers,
        DataKind::Orders => T::Orders,
        DataKind::OrderLines => T::KindLines,
        DataKind::SearchTerms => T::KindSearchTerms,
        DataKind::Discounts => T::KindDiscounts,
        DataKind::Events => T::Events,
        DataKind::Unknown => T::NotRecognised,
    }
    .text()
    .to_lowercase()
}
