//! What a screen shows while the workspace behind it is still being read.

use egui::Ui;

use super::stage::{Ask, JobKind, Stage};
use crate::ui::kit::{button, heading, progress};
use crate::ui::strings::Phrase as _;
use crate::ui::strings::data::Data;
use crate::ui::strings::shell::Shell;
use crate::ui::theme::space;

/// True when it took the screen's place: nothing that comes from orders, visits or customers is known yet.
pub(super) fn took_place(ui: &mut Ui, stage: &mut Stage<'_>) -> bool {
    if !stage.view.is_partial {
        return false;
    }
    let job = stage.job(JobKind::Read).cloned();
    ui.vertical_centered(|ui| {
        ui.add_space(ui.available_height() * 0.35);
        let phase = match &job {
            Some(job) if !job.phase.is_empty() => job.phase.as_str(),
            Some(_) => Shell::ReadingTheRest.text(),
            None => Shell::RestNotRead.text(),
        };
        heading::title(ui, phase);
        if job.is_some() {
            let share =
                job.as_ref().filter(|job| 0 < job.total).map(|job| job.done as f32 / job.total as f32);
            progress::bar(ui, 320.0, share, phase);
        } else {
            ui.add_space(space::S);
            // It ended with an error, which a toast has told.
            if ui.add(button::primary(Data::CheckAgain.text())).clicked() {
                stage.push(Ask::CheckAgain);
            }
        }
    });
    true
}
