//! The report on the data: how complete, what is wrong, what it carries.

use egui::{Align, FontId, Layout, RichText, Role, Sense, Shape, Stroke, Ui, Vec2, WidgetInfo, pos2, vec2};

use super::super::first_run::ago;
use super::super::stage::{Ask, JobKind, Stage};
use super::DataState;
use crate::app::view::{AuditView, Problem, TableHealth, Urgency};
use crate::import::DataKind;
use crate::ui::icons;
use crate::ui::kit::at_end::at_end;
use crate::ui::kit::{button, card, heading, progress};
use crate::ui::strings::Phrase as _;
use crate::ui::strings::audit::words;
use crate::ui::strings::data::Data as T;
use crate::ui::strings::said;
use crate::ui::strings::shell::Shell;
use crate::ui::theme::{HasTokens as _, number_semibold, semibold, space, text};

/// The code of the problem that a folder of pictures solves.
const NO_PICTURE: &str = "no_picture";

pub(super) fn audit_ui(ui: &mut Ui, stage: &mut Stage<'_>, state: &mut DataState) {
    head_ui(ui, stage);
    ui.add_space(space::M);
    stale_ui(ui, stage);
    let audit = stage.view.audit.clone();
    tables_ui(ui, stage, audit.as_deref());
    ui.add_space(space::XL);
    if stage.view.is_partial {
        heading::caption(ui, Shell::ReadingTheRest.text());
    }
    if let Some(audit) = &audit {
        problems_ui(ui, stage, state, audit);
        ui.add_space(space::XL);
        unlocks_ui(ui, audit);
    }
}

fn head_ui(ui: &mut Ui, stage: &mut Stage<'_>) {
    ui.horizontal(|ui| {
        heading::display(ui, T::Title.text());
        ui.add_space(space::S);
        if let Some(import) = stage.view.imports.first() {
            let when = ago(import.at, stage.now, stage.formats);
            heading::caption(
                ui,
                &T::LastImport.with(&[("when", (&when).into()), ("n", import.files.len().into())]),
            );
        }
        at_end(ui, "data head", |ui| {
            if ui.add(button::plain((icons::ARROW_CLOCKWISE.atom(), T::CheckAgain.text()))).clicked() {
                stage.push(Ask::CheckAgain);
            }
            let why_not = stage.view.store.read_only.then(|| T::ReadOnly.text());
            let import = button::primary((icons::PLUS.atom(), T::ImportFiles.text()));
            if button::enabled_or_why(ui, import, why_not).clicked() {
                stage.push(Ask::ChooseFiles);
            }
        });
    });
}

/// The data moved on since groups and models were made.
fn stale_ui(ui: &mut Ui, stage: &mut Stage<'_>) {
    if let Some(job) = stage.job(JobKind::Train).cloned() {
        card::card(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal(|ui| {
                ui.label(T::Renewing.text());
                heading::caption(ui, &job.phase);
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    if ui.add(button::plain(T::Cancel.text())).clicked() {
                        stage.push(Ask::Cancel(JobKind::Train));
                    }
                });
            });
            let share = (0 < job.total).then(|| job.done as f32 / job.total as f32);
            progress::bar(ui, ui.available_width(), share, T::Renewing.text());
        });
        ui.add_space(space::M);
        return;
    }
    if stage.view.stale_runs.is_empty() || stage.view.store.read_only {
        return;
    }
    let t = ui.tokens();
    card::banner(ui, t.bury, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            ui.label(RichText::new(icons::WARNING.0).color(t.bury.fg));
            ui.label(T::Stale.text());
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if ui.add(button::plain(T::Renew.text())).clicked() {
                    stage.push(Ask::TrainAgain);
                }
            });
        });
    });
    ui.add_space(space::M);
}

fn tables_ui(ui: &mut Ui, stage: &Stage<'_>, audit: Option<&AuditView>) {
    let store = &stage.view.store;
    let tables = [
        (DataKind::Products, T::Products, store.n_products),
        (DataKind::Customers, T::Customers, store.n_customers),
        (DataKind::Orders, T::Orders, store.n_orders),
        (DataKind::Events, T::Events, store.n_events),
    ];
    let gap = space::M;
    let width = ((ui.available_width() - 3.0 * gap) / 4.0).floor();
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = gap;
        for (kind, name, n_rows) in tables {
            let health = audit.and_then(|audit| audit.tables.iter().find(|table| table.kind == kind));
            ui.scope(|ui| {
                ui.set_width(width);
                table_card(ui, stage, name.text(), kind, n_rows, health);
            });
        }
    });
}

fn table_card(
    ui: &mut Ui,
    stage: &Stage<'_>,
    name: &str,
    kind: DataKind,
    n_rows: u64,
    health: Option<&TableHealth>,
) {
    let t = ui.tokens();
    card::card(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.set_min_height(94.0);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.label(RichText::new(name).text_style(text::label()).color(t.muted));
            if n_rows == 0 {
                ui.label(
                    RichText::new(T::NoneImported.text()).font(FontId::new(18.0, semibold())).color(t.muted),
                );
                if kind == DataKind::Events {
                    heading::caption(ui, T::OptionalEvents.text());
                }
                return;
            }
            let count = stage.formats.number(n_rows as i64);
            ui.label(RichText::new(count).font(FontId::new(24.0, number_semibold())).color(t.text));
            let Some(health) = health else { return };
            ui.horizontal(|ui| {
                ui.spacing_mut().interact_size.y = 20.0;
                if let Some(ready) = health.ready {
                    let words =
                        T::Ready.with(&[("percent", (&stage.formats.percent(i64::from(ready))).into())]);
                    pie(ui, ready as f32 / 1000.0, &words);
                    ui.label(RichText::new(&words).text_style(text::small()).color(t.text));
                }
            });
            let (words, color) = if health.n_problems == 0 {
                (T::NoProblems.text().to_owned(), t.muted)
            } else {
                (T::Problems.with(&[("n", health.n_problems.into())]), t.bury.fg)
            };
            ui.label(RichText::new(words).text_style(text::small()).color(color));
        });
    });
}

/// A small pie of how much is ready.
fn pie(ui: &mut Ui, share: f32, name: &str) {
    let t = ui.tokens();
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(14.0), Sense::hover());
    let (center, radius) = (rect.center(), 6.0);
    let full = 0.999 <= share;
    if full {
        ui.painter().circle_filled(center, radius, t.accent);
    } else {
        let steps = (share * 48.0).round() as usize;
        let at = |step: usize| {
            let angle = std::f32::consts::TAU * step as f32 / 48.0 - std::f32::consts::FRAC_PI_2;
            center + Vec2::angled(angle) * radius
        };
        // Wedges of at most a quarter are convex.
        for quarter in (0..steps).step_by(12) {
            let mut points = vec![center];
            points.extend((quarter..=(quarter + 12).min(steps)).map(at));
            ui.painter().add(Shape::convex_polygon(points, t.accent, Stroke::NONE));
        }
        ui.painter().circle_stroke(center, radius, Stroke::new(1.5, t.accent));
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, name));
}

fn problems_ui(ui: &mut Ui, stage: &mut Stage<'_>, state: &mut DataState, audit: &AuditView) {
    let t = ui.tokens();
    let open: Vec<&Problem> = audit.problems.iter().filter(|problem| !problem.is_ignored).collect();
    let n_safe = open.iter().filter(|problem| problem.fix_is_safe && !problem.fixes.is_empty()).count();
    ui.horizontal(|ui| {
        heading::title(ui, T::FixFirst.text());
        if 0 < n_safe {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if ui.add(button::plain(T::FixAllSafe.with(&[("n", n_safe.into())]))).clicked() {
                    stage.push(Ask::FixSafeProblems);
                }
            });
        }
    });
    card::card(ui, |ui| {
        ui.set_width(ui.available_width());
        if open.is_empty() {
            ui.horizontal(|ui| {
                ui.label(RichText::new(icons::CHECK_CIRCLE.0).text_style(text::icon()).color(t.boost.fg));
                ui.label(T::AllGood.text());
            });
        }
        for (idx, problem) in open.iter().enumerate() {
            if 0 < idx {
                ui.separator();
            }
            problem_ui(ui, stage, state, problem);
        }
    });
    let ignored: Vec<&Problem> = audit.problems.iter().filter(|problem| problem.is_ignored).collect();
    if ignored.is_empty() {
        return;
    }
    let caret = if state.shows_ignored { icons::CARET_DOWN } else { icons::CARET_RIGHT };
    if ui
        .add(button::quiet((caret.atom_sized(12.0, None), T::Ignored.with(&[("n", ignored.len().into())]))))
        .clicked()
    {
        state.shows_ignored = !state.shows_ignored;
    }
    if state.shows_ignored {
        for problem in ignored {
            ui.horizontal(|ui| {
                ui.label(RichText::new(words(problem).0).color(t.muted));
                if ui.add(button::link(T::DoNotIgnore.text())).clicked() {
                    stage.push(Ask::IgnoreProblem { code: problem.code.clone(), ignored: false });
                }
            });
        }
    }
}

fn problem_ui(ui: &mut Ui, stage: &mut Stage<'_>, state: &mut DataState, problem: &Problem) {
    let t = ui.tokens();
    let rows_open = state.open_rows.contains(&problem.code);
    ui.horizontal(|ui| {
        urgency_mark(ui, problem.urgency);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            let room = (ui.available_width() - 330.0).max(200.0);
            ui.set_max_width(room);
            let (title, consequence) = words(problem);
            ui.add(egui::Label::new(RichText::new(title).text_style(text::strong()).color(t.text)).wrap());
            ui.add(
                egui::Label::new(RichText::new(consequence).text_style(text::small()).color(t.muted)).wrap(),
            );
        });
        at_end(ui, &problem.code, |ui| {
            ui.spacing_mut().item_spacing.x = space::M;
            if problem.code == NO_PICTURE {
                let why_not = stage.view.store.read_only.then(|| T::ReadOnly.text());
                let choose = button::plain(T::ChoosePictures.text());
                if button::enabled_or_why(ui, choose, why_not).clicked() {
                    stage.push(Ask::ChoosePictureFolder);
                }
            }
            if let Some(label) = &problem.fix_label {
                let why_not = stage.view.store.read_only.then(|| T::ReadOnly.text());
                let label = match label.as_str() {
                    "Merge…" => T::MergeLabel.text(),
                    "Fix…" => T::FixLabel.text(),
                    "Suggest categories…" => T::SuggestLabel.text(),
                    other => other,
                };
                if button::enabled_or_why(ui, button::plain(label), why_not).clicked() {
                    state.fixing = Some((problem.code.clone(), std::collections::BTreeSet::new()));
                }
            }
            if !problem.rows.is_empty() {
                let label = if rows_open { T::HideRows } else { T::ShowRows };
                if ui.add(button::link(label.text())).clicked() {
                    if rows_open {
                        state.open_rows.remove(&problem.code);
                    } else {
                        state.open_rows.insert(problem.code.clone());
                    }
                }
            }
            if ui.add(button::link(T::Ignore.text())).clicked() {
                stage.push(Ask::IgnoreProblem { code: problem.code.clone(), ignored: true });
            }
        });
    });
    if rows_open {
        const SHOWN: usize = 12;
        egui::Frame::new().inner_margin(egui::Margin { left: 26, ..egui::Margin::ZERO }).show(ui, |ui| {
            egui::Grid::new(("rows", &problem.code))
                .num_columns(3)
                .spacing(vec2(20.0, 2.0))
                .min_row_height(18.0)
                .show(ui, |ui| {
                    ui.spacing_mut().interact_size.y = 18.0;
                    for row in problem.rows.iter().take(SHOWN) {
                        ui.label(RichText::new(&row.key).text_style(text::label()).color(t.text));
                        ui.label(RichText::new(&row.what).text_style(text::small()).color(t.text));
                        ui.label(RichText::new(&row.place).text_style(text::small()).color(t.muted));
                        ui.end_row();
                    }
                });
            let more = (problem.count as usize).saturating_sub(problem.rows.len().min(SHOWN));
            if 0 < more {
                heading::caption(ui, &T::MoreRows.with(&[("n", more.into())]));
            }
        });
    }
}

/// Shape, colour and a word on hover.
fn urgency_mark(ui: &mut Ui, urgency: Urgency) {
    let t = ui.tokens();
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(16.0), Sense::hover());
    let c = rect.center();
    let word = match urgency {
        Urgency::ChangesResults => {
            let points = vec![pos2(c.x, c.y - 6.0), pos2(c.x + 6.5, c.y + 5.0), pos2(c.x - 6.5, c.y + 5.0)];
            ui.painter().add(Shape::convex_polygon(points, t.hide.fg, Stroke::NONE));
            T::ChangesResults
        }
        Urgency::WorthFixing => {
            ui.painter().circle_filled(c, 5.0, t.bury.fg);
            T::WorthFixing
        }
        Urgency::ForInformation => {
            ui.painter().circle_stroke(c, 4.5, Stroke::new(1.5, t.muted));
            T::ForInformation
        }
    };
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, word.text()));
    response.on_hover_text(word.text());
}

fn unlocks_ui(ui: &mut Ui, audit: &AuditView) {
    let t = ui.tokens();
    heading::title(ui, T::Unlocks.text());
    card::card(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(20.0, 6.0);
            for unlock in audit.unlocks.iter().filter(|unlock| unlock.ready) {
                ui.horizontal(|ui| {
                    ui.spacing_mut().item_spacing.x = 4.0;
                    ui.label(RichText::new(icons::CHECK.0).color(t.boost.fg));
                    ui.label(crate::ui::strings::audit::unlock(&unlock.feature));
                });
            }
        });
        for unlock in audit.unlocks.iter().filter(|unlock| !unlock.ready) {
            let words = T::Needs.with(&[
                ("feature", crate::ui::strings::audit::unlock(&unlock.feature).into()),
                ("needs", (&said::needs(&unlock.needs)).into()),
            ]);
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 6.0;
                ui.label(RichText::new("–").color(t.muted));
                ui.add(egui::Label::new(RichText::new(words).color(t.muted)).wrap());
            });
        }
        if let Some((level, name, next)) = &audit.maturity {
            ui.separator();
            ui.label(T::Maturity.with(&[
                ("n", (*level).into()),
                ("name", (&said::needs(name)).into()),
                ("next", (&said::needs(next)).into()),
            ]));
        }
    });
}
