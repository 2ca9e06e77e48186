//! The window's way to the workspace: what takes longer than a frame happens here, on other threads.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::intake::Moved;
use super::{Studio, TaskResult, Wake};
use crate::app::desk::{Change, DataStep, Entry, Opened};
use crate::app::{Desk, Error, NewStore, Session, Start, View, sample};
use crate::decide::PageRef;
use crate::shop::{Cancelled, Currency, Monitor};
use crate::ui::command::{Action, Command};
use crate::ui::history::{History, Step};
use crate::ui::jobs::Jobs;
use crate::ui::kit::toast::{Level, Toast};
use crate::ui::screens::Screen;
use crate::ui::screens::stage::{Ask, Findings, GroupAction};
use crate::ui::shell::status_bar::Saved;
use crate::ui::strings::Phrase as _;
use crate::ui::strings::canvas::Canvas;
use crate::ui::strings::shell::Shell;

/// What a file dialog is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    FilesToImport,
    WorkspaceToOpen,
    WorkspaceToMake,
    WorkspaceCopy,
}

impl Studio {
    pub(super) fn open(&mut self, path: PathBuf) {
        let wake = self.waker();
        begin_opening(&mut self.jobs, path, wake);
    }

    pub(super) fn open_sample(&mut self) {
        let wake = self.waker();
        begin_opening_sample(&mut self.jobs, wake);
    }

    pub(super) fn train_again(&mut self) {
        let (Some(desk), now) = (self.desk.clone(), (self.now)()) else {
            return;
        };
        self.jobs.spawn("train", move |monitor| {
            answer(desk.train(now, monitor).map(|view| TaskResult::Viewed(Box::new(view))))
        });
    }

    pub(super) fn regroup(&mut self, k: Option<u8>) {
        let (Some(desk), now) = (self.desk.clone(), (self.now)()) else {
            return;
        };
        self.jobs.spawn("train", move |monitor| {
            answer(desk.regroup(k, now, monitor).map(|view| TaskResult::Viewed(Box::new(view))))
        });
    }

    /// Asks for files in the system's own dialog, which blocks its thread.
    pub(super) fn choose(&mut self, wanted: Wanted) {
        let suggested = self.view.store.file.clone();
        self.jobs.spawn("choose", move |_| {
            let dialog = rfd::FileDialog::new();
            let workspace = |dialog: rfd::FileDialog| dialog.add_filter("Endcap", &["endcap"]);
            let paths = match wanted {
                Wanted::FilesToImport => dialog
                    .add_filter(
                        "CSV, TSV, Excel, JSON, XML, Parquet, ZIP",
                        &[
                            "csv", "tsv", "txt", "xlsx", "xls", "json", "jsonl", "ndjson", "xml", "parquet",
                            "zip", "gz",
                        ],
                    )
                    .pick_files(),
                Wanted::WorkspaceToOpen => workspace(dialog).pick_file().map(|path| vec![path]),
                Wanted::WorkspaceToMake => {
                    workspace(dialog).set_file_name("store.endcap").save_file().map(|path| vec![path])
                }
                Wanted::WorkspaceCopy => {
                    let name = suggested
                        .file_name()
                        .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
                    workspace(dialog).set_file_name(name).save_file().map(|path| vec![path])
                }
            };
            match paths {
                Some(paths) => Ok(TaskResult::Chosen { wanted, paths }),
                None => Err(Cancelled),
            }
        });
    }

    pub(super) fn make_workspace(&mut self, file: PathBuf) {
        let wake = self.waker();
        let language = super::intake::store_language();
        self.jobs.spawn("open", move |monitor| {
            let made =
                Session::create(&file, &new_store()).and_then(|mut session| session.set_language(language));
            answer(made.and_then(|()| open(&file, wake, monitor)))
        });
    }

    pub(super) fn take_result(&mut self, result: TaskResult) {
        match result {
            TaskResult::Opened { opened, imported } => {
                let Opened { desk, view, steps, n_done } = *opened;
                // What was still being read is of the workspace before.
                self.jobs.cancel(READ);
                self.n_sent = 0;
                self.found = Findings::default();
                self.settings.opened(desk.file().to_owned());
                let is_new = view.bundle.is_none();
                if view.store.is_sample {
                    self.show_landing_page(&view);
                }
                self.desk = Some(desk);
                self.show(view, History::restored(steps, n_done));
                self.paints_before_rest = PAINTS_BEFORE_REST;
                if is_new && Screen::ALL.contains(&Screen::Data) {
                    self.settings.screen = Screen::Data;
                }
                if let Some(summary) = imported {
                    self.settings.screen = Screen::Data;
                    self.take_imported(*summary);
                }
            }
            TaskResult::Viewed(view) => self.refresh(*view),
            TaskResult::Completed(view) => self.take_the_rest(*view),
            TaskResult::Detected(files) => {
                self.found.detected = files;
                self.found.rehearsal = None;
            }
            TaskResult::Rehearsed(rehearsal) => self.found.rehearsal = Some(*rehearsal),
            TaskResult::Mapping(mapping) => {
                let n = self.found.loaded_mapping.as_ref().map_or(1, |(n, _)| n + 1);
                self.found.loaded_mapping = Some((n, *mapping));
            }
            TaskResult::Detail(detail) => self.found.import_detail = Some(*detail),
            TaskResult::NothingRead(summary) => self.take_imported(*summary),
            TaskResult::Imported { summary, view, step } => {
                self.insert_step(step);
                self.refresh(*view);
                self.take_imported(*summary);
            }
            TaskResult::Changed { view, moved } => {
                match moved {
                    Moved::Done(step) => self.insert_step(step),
                    Moved::Back => drop(self.history.moved_back()),
                    Moved::Forward => drop(self.history.moved_forward()),
                    Moved::Pictures { step, matched } => {
                        self.insert_step(step);
                        if let Some(matched) = matched {
                            self.say_matched(&matched);
                        }
                    }
                    Moved::ImportUndone => {
                        self.history.forget_newest_import();
                        self.found.imported = None;
                        self.found.import_detail = None;
                    }
                }
                self.refresh(*view);
                self.go_on_back();
            }
            TaskResult::Chosen { wanted, paths } => match (wanted, paths.into_iter()) {
                (Wanted::FilesToImport, paths) => self.look_at(paths.collect()),
                (Wanted::WorkspaceToOpen, mut paths) => {
                    paths.next().into_iter().for_each(|path| self.open(path))
                }
                (Wanted::WorkspaceToMake, mut paths) => {
                    paths.next().into_iter().for_each(|path| self.make_workspace(path));
                }
                (Wanted::WorkspaceCopy, mut paths) => {
                    if let Some(to) = paths.next() {
                        self.copy_workspace(to);
                    }
                }
            },
            TaskResult::Trouble(text) => {
                self.found.trouble = Some(text.clone());
                let actions = vec![(Shell::CopyDetails.text().to_owned(), Command::Copy(text.clone()))];
                self.toasts.push(Toast { level: Level::Error, icon: None, text, actions });
            }
            TaskResult::Grouped(view) => {
                self.refresh(*view);
                let undo = Command::Ask(Ask::Group(GroupAction::Undo));
                let actions = vec![(Canvas::Undo.text().to_owned(), undo)];
                let text = Shell::GroupsChanged.text().to_owned();
                self.toasts.push(Toast { level: Level::Done, icon: None, text, actions });
            }
            TaskResult::Buyers { title, rows } => {
                self.settings.screen = Screen::Customers;
                self.states.customers.mark_buyers(title, rows);
            }
            TaskResult::Played(played) => self.take_played(played),
            TaskResult::RulesLookedAt(effects) => self.found.rules = Some(*effects),
            TaskResult::Story(story) => self.found.story = Some(*story),
            TaskResult::Planned(plan) => self.found.export_plan = Some(*plan),
            TaskResult::ExportFolder(folder) => self.states.export.folder = Some(folder),
            TaskResult::Exported { view, folder, n_files } => self.take_exported(*view, folder, n_files),
            TaskResult::RolledBack(document) => self.take_rolled_back(&document),
            TaskResult::Pictures(now) => self.take_pictures(now),
            TaskResult::PictureFolder(folder) => self.set_picture_folder(Some(folder)),
            TaskResult::Said(text) => {
                self.toasts.push(Toast { level: Level::Done, icon: None, text, actions: Vec::new() });
            }
        }
    }

    /// The sample opens where there is most to see: the homepage of a group that differs from everyone.
    fn show_landing_page(&mut self, view: &View) {
        let segments = view.bundle.as_ref().map(|bundle| &bundle.segments.segments);
        let landing = segments.and_then(|all| {
            all.iter().find(|segment| segment.name == sample::LANDING_SEGMENT).or_else(|| all.first())
        });
        self.settings.screen = Screen::Pages;
        self.states.pages.open(PageRef::Home, landing.map(|segment| segment.id.clone()));
    }

    fn copy_workspace(&mut self, to: PathBuf) {
        let from = self.view.store.file.clone();
        self.jobs.spawn("copy", move |_| {
            let copied = std::fs::copy(&from, &to).map(|_| TaskResult::Said(Shell::Copied.text().to_owned()));
            let failed = |source| Error::environment_because("The workspace could not be copied.", source);
            answer(copied.map_err(failed))
        });
    }

    /// The picture changed, the merchant's document did not.
    pub(super) fn refresh(&mut self, view: View) {
        let document = Arc::clone(&self.document);
        let had_document = self.draft.is_some();
        let history = std::mem::take(&mut self.history);
        self.show(view, history);
        if had_document {
            self.document = document;
            self.document_changed();
        }
    }

    fn insert_step(&mut self, step: Option<DataStep>) {
        if let Some(step) = step {
            self.history.insert(step, self.n_sent, usize::from(self.step_to_keep));
        }
    }

    /// Hands the last finished step to the journal. A drag is one step, so this waits until it ends.
    pub(super) fn keep_last_step(&mut self) {
        if std::mem::take(&mut self.step_to_keep) {
            self.keep_step(1);
        }
    }

    /// The step before a new one, whose gesture ended with it.
    pub(super) fn keep_step_before_last(&mut self) {
        self.keep_step(2);
    }

    /// The cursor of the log moved by one step.
    pub(super) fn keep_moved(&self, back: bool) {
        let Some(desk) = &self.desk else { return };
        let document = Arc::clone(&self.document);
        desk.keep(if back { Entry::Back { document } } else { Entry::Forward { document } });
    }

    fn keep_step(&mut self, from_end: usize) {
        let done = self.history.done();
        let step = done.len().checked_sub(from_end).and_then(|at| done.get(at));
        let (Some(desk), Some(Step { label, at, change: Change::Document { edit, inverse } })) =
            (&self.desk, step)
        else {
            return;
        };
        desk.keep(Entry::Done {
            label: label.clone(),
            at: *at,
            edit: edit.clone(),
            inverse: inverse.clone(),
            document: Arc::clone(&self.document),
        });
        self.n_sent += 1;
    }

    /// What the status bar says about saving.
    pub(super) fn look_at_saving(&mut self) {
        let Some(desk) = &self.desk else { return };
        let saving = desk.saving();
        self.saved = match saving.trouble {
            Some(why) => Saved::Failed(why),
            None if 3 < saving.n_waiting => Saved::Saving,
            None => Saved::All,
        };
    }

    pub(super) fn file_action(&mut self, action: Action, ctx: &egui::Context) {
        match action {
            Action::ImportFiles => self.choose(Wanted::FilesToImport),
            Action::OpenWorkspace => self.choose(Wanted::WorkspaceToOpen),
            Action::NewWorkspace => self.choose(Wanted::WorkspaceToMake),
            Action::CopyWorkspace => self.choose(Wanted::WorkspaceCopy),
            _ => {
                if let Some(folder) = self.view.store.file.parent() {
                    ctx.open_url(egui::OpenUrl::new_tab(format!("file://{}", folder.display())));
                }
            }
        }
    }

    pub(super) fn waker(&self) -> Wake {
        Arc::clone(&self.wake)
    }

    /// Once pages are on screen, reads what the other screens need: begun earlier, it would take the processor from
    /// the first frame.
    pub(super) fn look_at_the_rest(&mut self) {
        match self.paints_before_rest {
            0 => {}
            1 => {
                self.paints_before_rest = 0;
                self.read_the_rest();
            }
            _ => {
                self.paints_before_rest -= 1;
                (self.wake)();
            }
        }
    }

    fn read_the_rest(&mut self) {
        let (Some(desk), now, view) = (self.desk.clone(), (self.now)(), self.view.clone()) else {
            return;
        };
        self.jobs.spawn(READ, move |monitor| {
            monitor.progress(0, 0, Shell::ReadingTheRest.text());
            answer(desk.completed(view, now, monitor).map(|view| TaskResult::Completed(Box::new(view))))
        });
    }

    /// The view that is shown, with what was still missing. Pages and the history of edits stay as they are.
    fn take_the_rest(&mut self, view: View) {
        // Whatever replaced the view in the meantime was whole, and newer.
        if self.view.is_partial {
            self.view = view;
            self.revision += 1;
            self.offer_pictures();
        }
    }
}

/// The first shows the page, the second comes after that one is on screen.
const PAINTS_BEFORE_REST: u8 = 2;

/// The job that makes the view of a workspace whole.
pub(super) const READ: &str = "read";

/// Begins what needs no window; true when the last workspace is wanted, which only the window's storage knows.
pub(super) fn begin(jobs: &mut Jobs<TaskResult>, start: &Start, wake: &Wake) -> bool {
    match start {
        Start::Workspace(path) => begin_opening(jobs, path.clone(), Arc::clone(wake)),
        Start::Sample => begin_opening_sample(jobs, Arc::clone(wake)),
        Start::LastWorkspace => {}
    }
    *start == Start::LastWorkspace
}

/// Opens a workspace.
pub(super) fn begin_opening(jobs: &mut Jobs<TaskResult>, file: PathBuf, wake: Wake) {
    jobs.spawn("open", move |monitor| answer(open(&file, wake, monitor)));
}

/// Puts the prepared sample store into the data folder the first time, opens it after that.
pub(super) fn begin_opening_sample(jobs: &mut Jobs<TaskResult>, wake: Wake) {
    jobs.spawn("open", move |monitor| answer(open_sample(wake, monitor)));
}

fn open(file: &Path, wake: Wake, monitor: &dyn Monitor) -> Result<TaskResult, Error> {
    monitor.progress(0, 0, Shell::Opening.text());
    let opened = Desk::open(file, move || wake())?;
    Ok(TaskResult::Opened { opened: Box::new(opened), imported: None })
}

fn open_sample(wake: Wake, monitor: &dyn Monitor) -> Result<TaskResult, Error> {
    let folder = data_folder().join("sample");
    let file = folder.join(sample::WORKSPACE);
    if !file.is_file() {
        sample::unpack_workspace(&file)?;
    }
    open(&file, wake, monitor)
}

/// An error becomes a sentence; a cancel stays one.
pub(super) fn answer(work: Result<TaskResult, Error>) -> Result<TaskResult, Cancelled> {
    match work {
        Ok(result) => Ok(result),
        Err(Error::Cancelled(cancelled)) => Err(cancelled),
        Err(error) => Ok(TaskResult::Trouble(error.to_string())),
    }
}

/// What a new workspace assumes until the files say otherwise.
pub(super) fn new_store() -> NewStore {
    NewStore { name: None, currency: Currency::new("USD"), time_zone: crate::app::clock::time_zone() }
}

/// Where workspaces go that nobody chose a place for.
pub(super) fn data_folder() -> PathBuf {
    eframe::storage_dir("endcap").unwrap_or_else(|| std::env::temp_dir().join("endcap"))
}

/// A file of that name that does not exist yet.
pub(super) fn new_file(name: &str) -> PathBuf {
    let folder = data_folder();
    // Creating it may fail; then making the workspace says so.
    drop(std::fs::create_dir_all(&folder));
    (1..)
        .map(|n| {
            if n == 1 {
                folder.join(format!("{name}.endcap"))
            } else {
                folder.join(format!("{name}-{n}.endcap"))
            }
        })
        .find(|path| !path.exists())
        .unwrap_or_else(|| folder.join(format!("{name}.endcap")))
}

/// A sentence when none of the files is of a kind that can be read.
pub(super) fn unreadable(paths: &[PathBuf]) -> Option<String> {
    const READABLE: [&str; 14] = [
        "csv", "tsv", "txt", "xlsx", "xls", "json", "jsonl", "ndjson", "zip", "gz", "xml", "parquet", "tab",
        "dat",
    ];
    let extension = |path: &PathBuf| path.extension().map(|end| end.to_string_lossy().to_lowercase());
    let bad = paths
        .iter()
        .filter(|path| !path.is_dir())
        .filter_map(extension)
        .find(|end| !READABLE.contains(&end.as_str()))?;
    let any_good =
        paths.iter().any(|path| extension(path).is_none_or(|end| READABLE.contains(&end.as_str())));
    (!any_good).then(|| Shell::CannotRead.with(&[("extension", (&bad).into())]))
}
