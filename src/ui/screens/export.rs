//! Export: what would leave, what changes for shoppers, and what left before.

use std::path::PathBuf;

use egui::{Align, Frame, Layout, Margin, RichText, ScrollArea, Ui};

use super::first_run::ago;
use super::rules::Titles;
use super::stage::{Ask, JobKind, Stage};
use crate::app::view::{Check, CheckOf, CheckOutcome, ExportPlan, PartKind};
use crate::decide::diff::Difference;
use crate::export::Target;
use crate::merch::PageKey;
use crate::shop::Seconds;
use crate::ui::icons;
use crate::ui::kit::at_end::at_end;
use crate::ui::kit::empty::{Chosen, EmptyState};
use crate::ui::kit::{button, card, chip, heading, marker, modal, progress, tabs};
use crate::ui::strings::Phrase as _;
use crate::ui::strings::export::Export as T;
use crate::ui::strings::said;
use crate::ui::theme::{HasTokens as _, space, text};

/// What only this screen cares about.
#[derive(Clone, Debug)]
pub struct ExportState {
    target: &'static str,
    /// Name people by e-mail address too; asked for once per visit of the screen.
    with_emails: bool,
    /// Parts whose files are not written; chosen anew for every target.
    left_out: Vec<PartKind>,
    asks_for_emails: bool,
    pub folder: Option<PathBuf>,
    shows_files: bool,
    page_filter: Option<String>,
    asked_for: Option<(&'static str, u64, bool)>,
    /// The export that is asked to be gone back to.
    going_back_to: Option<Seconds>,
}

impl Default for ExportState {
    fn default() -> Self {
        Self {
            target: Target::Web.name(),
            with_emails: false,
            left_out: Vec::new(),
            asks_for_emails: false,
            folder: None,
            shows_files: false,
            page_filter: None,
            asked_for: None,
            going_back_to: None,
        }
    }
}

pub fn export_ui(ui: &mut Ui, stage: &mut Stage<'_>, state: &mut ExportState) {
    if stage.view.bundle.is_none() {
        let empty = EmptyState {
            icon: icons::EXPORT,
            title: T::EmptyTitle.text(),
            hint: T::EmptyHint.text(),
            action: Some(T::ImportFiles.text()),
            alternative: None,
        };
        if empty.show(ui) == Some(Chosen::Action) {
            stage.push(Ask::ChooseFiles);
        }
        return;
    }
    let asked = (state.target, stage.revision, state.with_emails);
    if state.asked_for != Some(asked) {
        state.asked_for = Some(asked);
        stage.push(Ask::PlanExport { target: state.target.to_owned(), with_emails: state.with_emails });
    }
    let plan = stage.found.export_plan.clone().filter(|plan| plan.target == state.target);
    ScrollArea::vertical().id_salt("export").auto_shrink(false).show(ui, |ui| {
        Frame::new().inner_margin(Margin::symmetric(24, 20)).show(ui, |ui| {
            ui.set_width(ui.available_width());
            heading::display(ui, T::Title.text());
            targets_ui(ui, state);
            ui.add_space(space::S);
            progress_ui(ui, stage);
            if let Some(plan) = plan.as_ref().filter(|plan| !plan.parts.is_empty()) {
                parts_ui(ui, stage, state, plan);
                ui.add_space(space::M);
            }
            if let Some(difference) = plan.as_ref().and_then(|plan| plan.difference.as_ref()) {
                difference_ui(ui, stage, state, difference);
                ui.add_space(space::M);
            }
            if let Some(plan) = &plan {
                checks_ui(ui, stage, plan);
                ui.add_space(space::M);
                write_ui(ui, stage, state, plan);
            }
            earlier_ui(ui, stage, state);
        });
    });
    if let Some(plan) = &plan {
        files_ui(ui, state, plan);
    }
    emails_dialog(ui, stage, state);
    go_back_dialog(ui, stage, state);
}

fn targets_ui(ui: &mut Ui, state: &mut ExportState) {
    ui.horizontal_wrapped(|ui| {
        // As high as the pills beside it, so that they share a line.
        let to = egui::Label::new(RichText::new(T::To.text()).color(ui.tokens().muted));
        ui.add_sized(egui::vec2(20.0, 30.0), to);
        for target in Target::ALL.iter().copied() {
            let title = said::target(target.title());
            let pill = tabs::pill(ui, state.target == target.name(), title.as_ref(), &*title);
            if pill.on_hover_text(target.summary()).clicked() {
                state.target = target.name();
                state.with_emails = false;
                state.left_out.clear();
            }
        }
    });
}

fn progress_ui(ui: &mut Ui, stage: &mut Stage<'_>) {
    for (kind, title) in [(JobKind::PlanExport, T::Planning), (JobKind::Export, T::Exporting)] {
        let Some(job) = stage.job(kind).cloned() else {
            continue;
        };
        card::card(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal(|ui| {
                heading::section(ui, title.text());
                ui.label(&job.phase);
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    if ui.add(button::plain(T::Cancel.text())).clicked() {
                        stage.push(Ask::Cancel(kind));
                    }
                });
            });
            let share = (0 < job.total).then(|| job.done as f32 / job.total as f32);
            progress::bar(ui, ui.available_width(), share, title.text());
            heading::caption(ui, T::Atomic.text());
        });
        ui.add_space(space::M);
    }
}

fn parts_ui(ui: &mut Ui, stage: &Stage<'_>, state: &mut ExportState, plan: &ExportPlan) {
    let t = ui.tokens();
    card::card(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            heading::section(ui, T::Included.text());
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let words = match stage.view.exports.first() {
                    Some(last) => {
                        T::ChangesSince.with(&[("date", (&ago(last.at, stage.now, stage.formats)).into())])
                    }
                    None => T::FirstExport.text().to_owned(),
                };
                heading::section(ui, &words);
            });
        });
        for part in &plan.parts {
            ui.horizontal(|ui| {
                let (name, amount) = match part.kind {
                    PartKind::Homepages => (T::PartHomepages, T::AmountGroups),
                    PartKind::Collections => (T::PartCollections, T::AmountPages),
                    PartKind::BoughtTogether => (T::PartTogether, T::AmountProducts),
                    PartKind::Search => (T::PartSearch, T::AmountWords),
                    PartKind::Rules => (T::PartRules, T::AmountRules),
                    PartKind::Customers => (T::PartCustomers, T::AmountCustomers),
                };
                if part.is_optional {
                    let mut leaves = !state.left_out.contains(&part.kind);
                    if ui.checkbox(&mut leaves, name.text()).changed() {
                        state.left_out.retain(|kind| *kind != part.kind);
                        if !leaves {
                            state.left_out.push(part.kind);
                        }
                    }
                } else {
                    ui.label(RichText::new(icons::CHECK.0).color(t.boost.fg));
                    ui.label(name.text()).on_hover_text(T::PartAlways.text());
                }
                let amount = amount.with(&[("n", part.amount.into())]);
                ui.label(RichText::new(amount).text_style(text::number()).color(t.muted));
                if stage.view.exports.is_empty() {
                    return;
                }
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let (words, color) = match (part.kind, part.changed) {
                        (_, None) => (T::NoChanges.text().to_owned(), t.muted),
                        (PartKind::Homepages | PartKind::Collections, Some((rows, places))) => {
                            (T::RowsMoved.with(&[("rows", rows.into()), ("places", places.into())]), t.text)
                        }
                        (_, Some((n, _))) => (T::Changed.with(&[("n", n.into())]), t.text),
                    };
                    ui.label(RichText::new(words).color(color));
                });
            });
        }
    });
}

fn difference_ui(ui: &mut Ui, stage: &Stage<'_>, state: &mut ExportState, difference: &Difference) {
    let Some(prepared) = stage.prepared else { return };
    let t = ui.tokens();
    heading::title(ui, T::Diff.text());
    card::card(ui, |ui| {
        ui.set_width(ui.available_width());
        if difference.rows.is_empty() && difference.rules.is_empty() {
            ui.label(T::NothingChanges.text());
            return;
        }
        let mut pages: Vec<&str> = difference.rows.iter().map(|row| row.page.as_str()).collect();
        pages.dedup();
        if 1 < pages.len() {
            ui.horizontal_wrapped(|ui| {
                if chip::filter(ui, state.page_filter.is_none(), T::AllRows.text()).clicked() {
                    state.page_filter = None;
                }
                for page in pages {
                    if chip::filter(ui, state.page_filter.as_deref() == Some(page), page).clicked() {
                        state.page_filter = Some(page.to_owned());
                    }
                }
            });
        }
        let catalog = &prepared.bundle().catalog;
        let title = |id: &str| {
            catalog
                .index(id)
                .and_then(|idx| catalog.products.get(idx as usize))
                .map_or_else(|| id.to_owned(), |product| product.title.clone())
        };
        let shown = difference
            .rows
            .iter()
            .filter(|row| state.page_filter.as_ref().is_none_or(|page| *page == row.page));
        for (idx, row) in shown.take(40).enumerate() {
            if 0 < idx {
                ui.separator();
            }
            ui.horizontal(|ui| {
                let info = prepared.bundle().segments.segments.iter().find(|info| info.id == row.segment);
                if let Some(info) = info {
                    marker::show(ui, info.color);
                }
                let name = info.map_or(T::ForEveryone.text().into(), |info| said::group(&info.name));
                ui.label(RichText::new(name).text_style(text::strong()));
                ui.label(RichText::new(format!("{} › {}", row.page, row.block)).color(t.muted));
            });
            ui.horizontal_wrapped(|ui| {
                for (ids, word, tone, sign) in [
                    (&row.entered, T::Entered, t.boost, '+'),
                    (&row.left, T::Left, t.hide, crate::ui::format::MINUS),
                ] {
                    for id in ids.iter().take(6) {
                        let label = format!("{sign} {}", title(id));
                        chip::chip(ui, &label, Some(tone)).on_hover_text(word.text());
                    }
                }
                if 0 < row.moved {
                    ui.label(RichText::new(T::MovedN.with(&[("n", row.moved.into())])).color(t.muted));
                }
            });
        }
        if !difference.rules.is_empty() {
            ui.separator();
            heading::section(ui, T::RulesChanged.text());
            for sentence in difference.rules.iter().take(20) {
                ui.label(sentence);
            }
        }
    });
}

fn check_words(check: &Check) -> String {
    let fails = 0 < check.n;
    let phrase = match check.about {
        CheckOf::RulesKnowProducts if fails => T::CheckUnknown,
        CheckOf::RulesKnowProducts => T::CheckKnown,
        CheckOf::PinsAreNotHidden if fails => T::CheckHidden,
        CheckOf::PinsAreNotHidden => T::CheckNotHidden,
        CheckOf::PinsAreInStock if fails => T::CheckSoldOut,
        CheckOf::PinsAreInStock => T::CheckInStock,
        CheckOf::PricesStay => T::CheckPrices,
    };
    phrase.with(&[("n", check.n.into())])
}

/// The rule or row a loss is about, as the merchant calls it.
fn about_words(stage: &Stage<'_>, loss: &str) -> Option<String> {
    let (about, _) = loss.split_once(": ")?;
    let titles = Titles::of(stage);
    if let Some(id) = about.strip_prefix("rule ") {
        let rule = stage.draft.rules.iter().find(|rule| rule.id == id)?;
        return Some(titles.label(rule, stage.formats));
    }
    let (page, block) = about.strip_prefix("row ")?.rsplit_once('/')?;
    // A version of its own for some groups stands in brackets behind.
    let (block, version) =
        block.split_once(" (").map_or((block, None), |(block, version)| (block, Some(version)));
    let page = PageKey::from(page.to_owned());
    let layout = stage.draft.layouts.get(&page)?;
    let blocks = layout.default.iter().chain(layout.variants.iter().flat_map(|variant| &variant.blocks));
    let title = blocks.into_iter().find(|known| known.id == block).map(|known| known.title.clone())?;
    let title = if title.is_empty() { block.to_owned() } else { title };
    let version = version.map(|version| format!(" ({version}")).unwrap_or_default();
    Some(format!("{} › {title}{version}", titles.page(&page)))
}

fn checks_ui(ui: &mut Ui, stage: &Stage<'_>, plan: &ExportPlan) {
    let t = ui.tokens();
    heading::title(ui, T::Checks.text());
    card::card(ui, |ui| {
        ui.set_width(ui.available_width());
        let mut checks: Vec<_> = plan.checks.iter().collect();
        checks.sort_by_key(|check| check.outcome);
        for check in checks {
            let (icon, color) = match check.outcome {
                CheckOutcome::Blocks => (icons::X_CIRCLE, t.hide.fg),
                CheckOutcome::Warns => (icons::WARNING, t.bury.fg),
                CheckOutcome::Passes => (icons::CHECK_CIRCLE, t.boost.fg),
            };
            ui.horizontal(|ui| {
                ui.label(RichText::new(icon.0).text_style(text::icon()).color(color));
                ui.add(egui::Label::new(check_words(check)).wrap());
            });
        }
        if !plan.losses.is_empty() {
            ui.separator();
            heading::section(ui, T::Losses.text());
            for loss in &plan.losses {
                let (about, how) = said::loss(loss);
                let about = about_words(stage, loss).unwrap_or_else(|| about.into_owned());
                ui.horizontal_wrapped(|ui| {
                    ui.label(RichText::new(about).text_style(text::strong()));
                    ui.label(RichText::new(how).color(t.muted));
                });
            }
        }
    });
}

fn write_ui(ui: &mut Ui, stage: &mut Stage<'_>, state: &mut ExportState, plan: &ExportPlan) {
    ui.horizontal(|ui| {
        ui.label(T::Folder.text());
        let words = state
            .folder
            .as_ref()
            .map_or_else(|| T::ChooseFolder.text().to_owned(), |folder| folder.display().to_string());
        if ui.add(button::plain((icons::FOLDER_OPEN.atom(), words))).clicked() {
            stage.push(Ask::ChooseExportFolder);
        }
    });
    if Target::from_name(state.target).is_some_and(|target| target.names_customers()) {
        people_ui(ui, stage, state, plan);
    } else {
        heading::caption(ui, T::NobodyNamed.text());
    }
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let blocking: Vec<String> = plan
                .checks
                .iter()
                .filter(|check| check.outcome == CheckOutcome::Blocks)
                .map(check_words)
                .collect();
            let why_not = blocking
                .first()
                .map(|first| T::FixFirst.with(&[("n", blocking.len().into()), ("what", first.into())]));
            let is_left_out =
                |part: Option<PartKind>| part.is_some_and(|part| state.left_out.contains(&part));
            let n_files = plan.files.iter().filter(|file| !is_left_out(file.part)).count();
            let label = T::Export.with(&[("n", n_files.into())]);
            let export = button::primary((icons::EXPORT.atom(), label));
            let pressed = button::enabled_or_why(ui, export, why_not.as_deref());
            if pressed.clicked() || (why_not.is_none() && button::go_ahead(ui)) {
                stage.push(Ask::Export {
                    target: state.target.to_owned(),
                    with_emails: state.with_emails,
                    left_out: state.left_out.clone(),
                    folder: state.folder.clone(),
                });
            }
            if ui.add_enabled(!plan.files.is_empty(), button::plain(T::Preview.text())).clicked() {
                state.shows_files = true;
            }
        });
    });
}

/// Customer ids, or e-mail addresses too where the owner keeps them.
fn people_ui(ui: &mut Ui, stage: &Stage<'_>, state: &mut ExportState, plan: &ExportPlan) {
    ui.horizontal_wrapped(|ui| {
        ui.label(T::PeopleAs.text());
        if chip::filter(ui, !state.with_emails, T::PeopleIds.text()).clicked() {
            state.with_emails = false;
        }
        if stage.view.choices.keep_names {
            if chip::filter(ui, state.with_emails, T::PeopleEmails.text()).clicked() && !state.with_emails {
                state.asks_for_emails = true;
            }
        } else {
            heading::caption(ui, T::NamesAreOff.text());
        }
    });
    if state.with_emails {
        let words = T::HoldsEmails.with(&[("n", plan.n_emails.into())]);
        card::banner(ui, ui.tokens().bury, |ui| ui.label(words));
    }
}

fn emails_dialog(ui: &Ui, stage: &Stage<'_>, state: &mut ExportState) {
    if !state.asks_for_emails {
        return;
    }
    let mut is_done = false;
    let closed = modal::dialog(ui, "emails", 440.0, |ui| {
        heading::title(ui, T::EmailsTitle.text());
        let n = stage.view.store.n_customers;
        ui.add(egui::Label::new(T::EmailsLead.with(&[("n", n.into())])).wrap());
        ui.add_space(space::M);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui.add(button::primary(T::EmailsYes.text())).clicked() {
                state.with_emails = true;
                is_done = true;
            }
            is_done |= ui.add(button::plain(T::Cancel.text())).clicked();
        });
    });
    if closed || is_done {
        state.asks_for_emails = false;
    }
}

fn go_back_dialog(ui: &Ui, stage: &mut Stage<'_>, state: &mut ExportState) {
    let Some(at) = state.going_back_to else { return };
    let mut is_done = false;
    let closed = modal::dialog(ui, "go back to export", 440.0, |ui| {
        let when = stage.formats.time(at);
        heading::title(ui, &T::GoBackTitle.with(&[("when", (&when).into())]));
        ui.add(egui::Label::new(T::GoBackLead.text()).wrap());
        ui.add_space(space::M);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui.add(button::primary(T::MakeDraft.text())).clicked() {
                stage.push(Ask::RollBack { exported_at: at });
                is_done = true;
            }
            is_done |= ui.add(button::plain(T::Cancel.text())).clicked();
        });
    });
    if closed || is_done {
        state.going_back_to = None;
    }
}

fn files_ui(ui: &Ui, state: &mut ExportState, plan: &ExportPlan) {
    if !state.shows_files {
        return;
    }
    let mut is_done = false;
    let closed = modal::dialog(ui, "export files", 760.0, |ui| {
        heading::title(ui, T::Files.text());
        ScrollArea::vertical().max_height(440.0).show(ui, |ui| {
            for file in &plan.files {
                ui.label(RichText::new(&file.name).text_style(text::strong()));
                Frame::new().fill(ui.tokens().surface2).corner_radius(6).inner_margin(10).show(ui, |ui| {
                    ui.set_width(ui.available_width());
                    ScrollArea::horizontal().id_salt(&file.name).show(ui, |ui| {
                        ui.add(egui::Label::new(RichText::new(&file.head).monospace()).extend());
                    });
                });
                ui.add_space(space::S);
            }
        });
        is_done = ui.add(button::plain(T::Close.text())).clicked();
    });
    if closed || is_done {
        state.shows_files = false;
    }
}

fn earlier_ui(ui: &mut Ui, stage: &mut Stage<'_>, state: &mut ExportState) {
    let exports = std::sync::Arc::clone(&stage.view.exports);
    if exports.is_empty() {
        return;
    }
    ui.add_space(space::XL);
    heading::title(ui, T::Earlier.text());
    card::card(ui, |ui| {
        ui.set_width(ui.available_width());
        for export in exports.iter().take(12).cloned() {
            ui.horizontal(|ui| {
                ui.label(RichText::new(ago(export.at, stage.now, stage.formats)).text_style(text::strong()));
                ui.label(
                    RichText::new(stage.formats.time(export.at))
                        .text_style(text::number())
                        .color(ui.tokens().muted),
                );
                let target = Target::from_name(&export.target)
                    .map_or(export.target.as_str().into(), |target| said::target(target.title()));
                ui.label(T::EarlierLine.with(&[("n", export.n_files.into()), ("target", (&target).into())]));
                at_end(ui, export.at, |ui| {
                    if ui.add(button::link(T::MakeDraft.text())).clicked() {
                        state.going_back_to = Some(export.at);
                    }
                    if ui.add(button::link(T::ShowInFolder.text())).clicked() {
                        stage.push(Ask::ShowInFolder(export.folder.clone()));
                    }
                });
            });
        }
    });
}
