//! What is being looked at or imported, how far it is, and a way to stop it.

use egui::{Align, Layout, RichText, Ui, vec2};

use super::super::stage::{Ask, JobKind, JobLine, Stage};
use crate::ui::icons;
use crate::ui::kit::{button, card, heading, progress};
use crate::ui::strings::Phrase as _;
use crate::ui::strings::data::Data as T;
use crate::ui::theme::{HasTokens as _, space, text};

/// More files than this are summed up.
const MOST_FILES: usize = 12;

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
            if kind == JobKind::Import {
                files_ui(ui, stage, &job);
            }
            bar_ui(ui, stage, &job);
            if kind == JobKind::Import {
                heading::caption(ui, T::CancelKeeps.text());
            }
        });
        ui.add_space(space::L);
    }
}

fn bar_ui(ui: &mut Ui, stage: &Stage<'_>, job: &JobLine) {
    let muted = ui.tokens().muted;
    ui.horizontal(|ui| {
        ui.add(egui::Label::new(&job.phase).truncate());
        if 0 < job.total {
            let percent = stage.formats.percent((job.done as i64 * 1000) / job.total.max(1) as i64);
            ui.label(RichText::new(percent).text_style(text::number()).color(muted));
        }
        if let Some(seconds) = job.seconds_left {
            let words = match seconds {
                90.. => T::MinutesLeft.with(&[("n", seconds.div_ceil(60).into())]),
                20.. => T::SecondsLeft.with(&[("n", (seconds.div_ceil(10) * 10).into())]),
                _ => T::SecondsLeft.with(&[("n", seconds.into())]),
            };
            heading::caption(ui, &words);
        }
    });
    let share = (0 < job.total).then(|| job.done as f32 / job.total as f32);
    progress::bar(ui, ui.available_width(), share, &job.phase);
}

/// Every file with a mark: done, being read, waiting.
fn files_ui(ui: &mut Ui, stage: &Stage<'_>, job: &JobLine) {
    let t = ui.tokens();
    let files = &stage.found.importing;
    let current = files.iter().position(|file| job.phase.contains(file.as_str()));
    // Once no file is named any more, all have been read.
    let all_read = current.is_none() && !job.phase.is_empty();
    for (idx, file) in files.iter().enumerate().take(MOST_FILES) {
        let is_current = current == Some(idx);
        let is_done = all_read || current.is_some_and(|current| idx < current);
        ui.horizontal(|ui| {
            ui.spacing_mut().interact_size.y = 20.0;
            let (rect, _) = ui.allocate_exact_size(vec2(18.0, 18.0), egui::Sense::hover());
            let (icon, color) = match (is_done, is_current) {
                (true, _) => (icons::CHECK, t.boost.fg),
                (_, true) => (icons::CARET_RIGHT, t.accent),
                _ => (icons::CLOCK, t.muted),
            };
            icon.paint(ui.painter(), rect.center(), 14.0, color);
            let color = if is_done || is_current { t.text } else { t.muted };
            ui.label(RichText::new(file).color(color));
            let word = if is_done { Some(T::DoneFile) } else { (!is_current).then_some(T::Waiting) };
            if let Some(word) = word {
                heading::caption(ui, word.text());
            }
        });
    }
    let more = files.len().saturating_sub(MOST_FILES);
    if 0 < more {
        heading::caption(ui, &T::MoreRows.with(&[("n", more.into())]));
    }
}
