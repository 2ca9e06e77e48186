//! What screens ask for comes true here.

use egui::Context;

use super::Studio;
use crate::ui::command::{Action, Command};
use crate::ui::screens::stage::{Ask, JobKind, JobLine};
use crate::ui::screens::{self};

impl Studio {
    pub(super) fn ask(&mut self, ask: Ask, ctx: &Context) {
        match ask {
            Ask::Go(place) => self.settings.screen = screens::prepare(&place, &mut self.states),
            Ask::Edit { edit, label } => self.run(Command::Edit { edit, label, toast: None }, ctx),
            Ask::OpenSample => self.run(Command::OpenSample, ctx),
            Ask::OpenWorkspace(Some(file)) => self.run(Command::Open(file), ctx),
            Ask::OpenWorkspace(None) => self.run(Command::Do(Action::OpenWorkspace), ctx),
            Ask::ChooseFiles => self.run(Command::Do(Action::ImportFiles), ctx),
            Ask::DropDetected => self.found.detected.clear(),
            Ask::Import(choices) => {
                let paths = choices.files.into_iter().map(|file| file.path).collect();
                self.found.detected.clear();
                self.run(Command::Import(paths), ctx);
            }
            Ask::Cancel(_) => self.run(Command::CancelJobs, ctx),
            Ask::Copy(text) => self.run(Command::Copy(text), ctx),
            _ => {}
        }
    }

    /// The work under way as screens show it.
    pub(super) fn job_lines(&self) -> Vec<JobLine> {
        let line = |progress: &crate::ui::shell::status_bar::Progress| JobLine {
            kind: JobKind::Import,
            phase: progress.phase.clone(),
            done: progress.done,
            total: progress.total,
            seconds_left: None,
        };
        self.progress.iter().map(line).collect()
    }
}
