//! What leaves: plans, exports, and going back to what left before. Pictures of the shop, too, which come the other way.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::intake::Moved;
use super::work::answer;
use super::{Studio, TaskResult};
use crate::app::present::{self, leaving};
use crate::app::{Desk, Error, export};
use crate::export::Part;
use crate::merch::{Document, Edit};
use crate::shop::{Cancelled, Monitor, Seconds};
use crate::ui::command::Command;
use crate::ui::kit::toast::{Level, Toast};
use crate::ui::screens::stage::Ask;
use crate::ui::strings::Phrase as _;
use crate::ui::strings::shell::Shell;

fn people(with_emails: bool) -> export::People {
    if with_emails { export::People::Emails } else { export::People::Ids }
}

impl Studio {
    pub(super) fn plan_export(&mut self, target: String, with_emails: bool) {
        let (Some(desk), now) = (self.desk.clone(), self.scene_now()) else {
            return;
        };
        let document = Arc::clone(&self.document);
        self.jobs.spawn("plan", move |monitor| {
            let session = desk.session();
            let plan = leaving::export_plan(&session, &target, people(with_emails), &document, now, monitor);
            answer(plan.map(|plan| TaskResult::Planned(Box::new(plan))))
        });
    }

    pub(super) fn export(
        &mut self,
        target: String,
        with_emails: bool,
        left_out: Vec<Part>,
        folder: Option<PathBuf>,
    ) {
        self.keep_last_step();
        let (Some(desk), now) = (self.desk.clone(), self.scene_now()) else {
            return;
        };
        let document = Arc::clone(&self.document);
        self.jobs.spawn("export", move |monitor| {
            let wanted = Wanted { target, with_emails, left_out, folder };
            answer(export_to(&desk, wanted, &document, now, monitor))
        });
    }

    pub(super) fn take_exported(&mut self, view: crate::app::View, folder: PathBuf, n_files: usize) {
        self.refresh(view);
        let text = Shell::FilesWritten.with(&[("n", n_files.into())]);
        let show = Command::Ask(Ask::ShowInFolder(folder));
        let actions = vec![(Shell::ShowInFolder.text().to_owned(), show)];
        self.toasts.push(Toast { level: Level::Done, icon: None, text, actions });
    }

    pub(super) fn choose_folder(&mut self, of: fn(PathBuf) -> TaskResult) {
        self.jobs.spawn("choose", move |_| match rfd::FileDialog::new().pick_folder() {
            Some(folder) => Ok(of(folder)),
            None => Err(Cancelled),
        });
    }

    pub(super) fn roll_back(&mut self, exported_at: Seconds) {
        let Some(desk) = self.desk.clone() else { return };
        self.jobs.spawn("rollback", move |_| {
            answer(
                leaving::exported_document(&desk.session(), exported_at)
                    .map(|document| TaskResult::RolledBack(Box::new(document))),
            )
        });
    }

    /// Looks for the store's pictures in a folder, or goes back to what the catalog names.
    pub(super) fn set_picture_folder(&mut self, folder: Option<PathBuf>) {
        self.at_data(move |desk, now, monitor| {
            let (view, step, matched) = desk.use_picture_folder(folder.as_deref(), now, monitor)?;
            Ok((view, Moved::Pictures { step, matched }))
        });
    }

    pub(super) fn say_matched(&mut self, matched: &crate::app::pictures::Matched) {
        let counts = [("n", matched.n_matched.into()), ("all", matched.n_products.into())];
        self.tell(Level::Done, Shell::PicturesMatched.with(&counts));
    }

    /// The pages and rules of an earlier export become the draft, as one step.
    pub(super) fn take_rolled_back(&mut self, document: &Document) {
        if *document == *self.document {
            self.tell(Level::Info, Shell::AlreadyLikeThat.text().to_owned());
            return;
        }
        let label = Shell::WentBackToExport.text().to_owned();
        let edit = Edit::towards(&self.document, document, &label);
        let toast = Toast {
            level: Level::Done,
            icon: None,
            text: label.clone(),
            actions: vec![(Shell::ActUndo.text().to_owned(), Command::Do(crate::ui::command::Action::Undo))],
        };
        self.edit(edit, label, Some(toast));
    }
}

/// Writes a target's files and notes the export; without a folder, beside the workspace.
/// What the person chose on the screen.
struct Wanted {
    target: String,
    with_emails: bool,
    left_out: Vec<Part>,
    folder: Option<PathBuf>,
}

fn export_to(
    desk: &Desk,
    wanted: Wanted,
    document: &Arc<Document>,
    now: Seconds,
    monitor: &dyn Monitor,
) -> Result<TaskResult, Error> {
    let Wanted { target, with_emails, left_out, folder } = wanted;
    desk.settle(monitor)?;
    let beside = desk.file().parent().unwrap_or_else(|| Path::new(".")).join(format!("export-{target}"));
    let folder = folder.unwrap_or(beside);
    let target = export::target(&target)?;
    let mut session = desk.session();
    let with = people(with_emails).of(target);
    let sections = if target == crate::export::Target::Report {
        crate::app::report::sections(&session, desk.file(), true, now, monitor)?
    } else {
        Vec::new()
    };
    let wanted = export::Wanted { document: Some(document), with, sections };
    let exporter =
        export::Exporter::gather_with(session.workspace(), session.campaigns(), now, wanted, monitor)?;
    let projection = exporter.project_without(target, &left_out);
    monitor.checkpoint()?;
    let written = export::write(&projection, &folder)?;
    let noted = export::Note {
        at: crate::app::clock::now(),
        target,
        folder: &folder,
        n_files: written.len(),
        bundle_id: exporter.bundle_id(),
        document,
    };
    export::note(session.workspace_mut(), &noted)?;
    let view = present::view(&session, now, monitor)?;
    Ok(TaskResult::Exported { view: Box::new(view), folder, n_files: written.len() })
}
