//! The open workspace as a window holds it: everything slow happens on other threads, and edits are written behind the
//! person's back in the order they were made.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use super::open::MERCH_DOCUMENT;
use super::pictures::Matched;
use super::present;
use super::train::{self, Settings};
use super::{Error, ImportReport, ImportRequest, NewStore, Session, View};
use crate::merch::{Document, Edit};
use crate::segment::Groups;
use crate::shop::{Cancelled, Monitor, Seconds, Silent};
use crate::workspace::{self, NewEdit, Scope};

/// A step of the merchant's document to be kept.
#[derive(Clone, Debug)]
pub enum Entry {
    Done {
        label: String,
        at: Seconds,
        edit: Edit,
        inverse: Edit,
        document: Arc<Document>,
    },
    /// The last step was taken back; the document is as it is without it.
    Back {
        document: Arc<Document>,
    },
    /// The next step was done again.
    Forward {
        document: Arc<Document>,
    },
}

/// Whether everything that was done is on disk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Saving {
    /// Entries not written yet.
    pub n_waiting: usize,
    /// Why the last one could not be written; the entries are kept and tried again with the next.
    pub trouble: Option<String>,
}

/// One step of the log as it was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptStep {
    pub label: String,
    pub at: Seconds,
    pub change: Change,
}

impl KeptStep {
    /// The change of the merchant's document; `None` for steps of the workspace's own.
    pub fn edit(&self) -> Option<&Edit> {
        match &self.change {
            Change::Document { edit, .. } => Some(edit),
            Change::Fix | Change::Import => None,
        }
    }
}

/// What a step changed, and how it is taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The merchant's document, by whoever holds it.
    Document { edit: Edit, inverse: Edit },
    /// Fixes laid over the data, by the workspace.
    Fix,
    /// An import, by the workspace. Once taken back it can only be made again from its files.
    Import,
}

/// A step that the workspace made by itself, and where in the log it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataStep {
    pub step: KeptStep,
    /// Document steps that the journal had written before it, since the workspace was opened.
    pub n_written: u64,
}

/// What a window needs to begin with: the picture as far as pages need it, and the steps that can be taken back.
#[derive(Debug)]
pub struct Opened {
    pub desk: Desk,
    pub view: View,
    pub steps: Vec<KeptStep>,
    pub n_done: usize,
}

/// Cheap to clone; all clones are the same open workspace.
#[derive(Clone)]
pub struct Desk {
    session: Arc<Mutex<Session>>,
    journal: Sender<Entry>,
    saving: Arc<Mutex<Saving>>,
    /// Document steps written since the workspace was opened; counted while the session is locked.
    n_written: Arc<AtomicU64>,
    file: Arc<PathBuf>,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").field("file", &self.file).finish_non_exhaustive()
    }
}

impl Desk {
    /// Opens a workspace file, for reading only where another window writes it, and reads what its pages need; the
    /// rest comes from [`Desk::completed`]. `wake` is called when something was saved, or could not be.
    pub fn open(file: &Path, wake: impl Fn() + Send + 'static) -> Result<Opened, Error> {
        let session = Session::open_or_read(file)?;
        let (steps, n_done) = kept_steps(&session)?;
        let view = present::pages(&session)?;
        let session = Arc::new(Mutex::new(session));
        let saving = Arc::new(Mutex::new(Saving::default()));
        let (journal, entries) = channel();
        let n_written = Arc::new(AtomicU64::new(0));
        let (writer_session, writer_saving) = (Arc::clone(&session), Arc::clone(&saving));
        let written = Arc::clone(&n_written);
        std::thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || write_entries(&writer_session, &entries, &writer_saving, &written, &wake))
            .map_err(|source| Error::environment_because("The journal could not be started.", source))?;
        let desk = Self { session, journal, saving, n_written, file: Arc::new(file.to_owned()) };
        Ok(Opened { desk, view, steps, n_done })
    }

    pub fn file(&self) -> &Path {
        &self.file
    }

    pub fn saving(&self) -> Saving {
        locked(&self.saving).clone()
    }

    /// Hands a step to the journal; returns at once.
    pub fn keep(&self, entry: Entry) {
        locked(&self.saving).n_waiting += 1;
        if self.journal.send(entry).is_err() {
            locked(&self.saving).trouble = Some("The journal has stopped. Restart Endcap".to_owned());
        }
    }

    /// The picture as the workspace is now.
    pub fn view(&self, now: Seconds, monitor: &dyn Monitor) -> Result<View, Error> {
        present::view(&self.session(), now, monitor)
    }

    /// The picture that [`Desk::open`] began, whole.
    pub fn completed(&self, view: View, now: Seconds, monitor: &dyn Monitor) -> Result<View, Error> {
        present::completed(view, &self.session(), now, monitor)
    }

    /// Waits until every step handed to the journal is on disk, or cannot be written.
    pub fn settle(&self, monitor: &dyn Monitor) -> Result<(), Error> {
        loop {
            let saving = self.saving();
            if saving.n_waiting == 0 || saving.trouble.is_some() {
                return Ok(());
            }
            monitor.checkpoint()?;
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }

    /// Imports in one transaction, then groups and trains. Cancel leaves everything as it was before, also when it
    /// comes while training.
    pub fn import(
        &self,
        request: &ImportRequest,
        now: Seconds,
        monitor: &dyn Monitor,
    ) -> Result<Imported, Error> {
        let mut session = self.session();
        let report = import_and_train(&mut session, request, now, monitor)?;
        let step = if report.summary.import.is_some() && !request.dry_run {
            self.newest_step(&session)?
        } else {
            None
        };
        let view = present::view(&session, now, &Uncancelled(monitor))?;
        Ok(Imported { report, view, step })
    }

    /// Lays fixes over the data as one step: all of a problem's, or those with the given keys.
    pub fn fix(
        &self,
        problems: &[(String, Option<Vec<String>>)],
        now: Seconds,
        monitor: &dyn Monitor,
    ) -> Result<(View, Option<DataStep>), Error> {
        let mut session = self.session();
        if !present::audit::lay_fixes(&mut session, problems)? {
            return Ok((present::view(&session, now, monitor)?, None));
        }
        let step = self.newest_step(&session)?;
        let monitor = Uncancelled(monitor);
        train::refresh(session.workspace_mut(), &Settings::at(now), &monitor)?;
        Ok((present::view(&session, now, &monitor)?, step))
    }

    /// Uses a folder of pictures: products whose catalog names no file in it get the one that has their SKU, handle
    /// or id for a name, as one step. `None` goes back to the pictures the catalog names.
    pub fn use_picture_folder(
        &self,
        folder: Option<&Path>,
        now: Seconds,
        monitor: &dyn Monitor,
    ) -> Result<(View, Option<DataStep>, Option<Matched>), Error> {
        let mut session = self.session();
        let matched = session.use_picture_folder(folder)?;
        let mut step = None;
        let monitor = Uncancelled(monitor);
        if !matched.fixes.is_empty() {
            step = self.newest_step(&session)?;
            train::refresh(session.workspace_mut(), &Settings::at(now), &monitor)?;
        }
        let matched = folder.map(|_| matched);
        Ok((present::view(&session, now, &monitor)?, step, matched))
    }

    /// Changes what the owner chose for the store.
    pub fn change_settings(
        &self,
        change: impl FnOnce(&mut workspace::Settings),
        now: Seconds,
        monitor: &dyn Monitor,
    ) -> Result<View, Error> {
        let mut session = self.session();
        let mut settings = session.settings()?;
        change(&mut settings);
        session.put_settings(&settings)?;
        present::view(&session, now, monitor)
    }

    /// Takes back the last step, which must be one of the workspace's own.
    pub fn undo_data(&self, now: Seconds, monitor: &dyn Monitor) -> Result<View, Error> {
        let mut session = self.session();
        session.undo_data(monitor)?;
        renewed(&mut session, now, monitor)
    }

    /// Does the next step again, which must be fixes.
    pub fn redo_data(&self, now: Seconds, monitor: &dyn Monitor) -> Result<View, Error> {
        let mut session = self.session();
        session.redo_data()?;
        renewed(&mut session, now, monitor)
    }

    /// Undoes the newest import in effect, whatever was edited since.
    pub fn undo_import(&self, now: Seconds, monitor: &dyn Monitor) -> Result<View, Error> {
        let mut session = self.session();
        session.workspace_mut().undo_import(monitor)?;
        let monitor = Uncancelled(monitor);
        if 0 < session.facts()?.totals.orders {
            // The same data and seed give the same groups and models as before the import, bit for bit.
            train::train(session.workspace_mut(), &Settings::at(now), &monitor)?;
            return present::view(&session, now, &monitor);
        }
        renewed(&mut session, now, &monitor)
    }

    fn newest_step(&self, session: &Session) -> Result<Option<DataStep>, Error> {
        let history = session.workspace().history()?;
        let step = history.last_done().and_then(kept_step);
        Ok(step.map(|step| DataStep { step, n_written: self.n_written.load(Ordering::SeqCst) }))
    }

    /// Trains everything again.
    pub fn train(&self, now: Seconds, monitor: &dyn Monitor) -> Result<View, Error> {
        let mut session = self.session();
        let settings = Settings::at(now);
        train::train(session.workspace_mut(), &settings, monitor)?;
        present::view(&session, now, monitor)
    }

    /// Groups customers again, into `k` groups or as many as the data suggests.
    pub fn regroup(&self, k: Option<u8>, now: Seconds, monitor: &dyn Monitor) -> Result<View, Error> {
        let mut session = self.session();
        let groups = Some(k.map_or(Groups::Auto, Groups::Exactly));
        let settings = Settings { groups, ..Settings::at(now) };
        train::segment(session.workspace_mut(), &settings, monitor)?;
        present::view(&session, now, monitor)
    }

    /// The session, if nobody has it just now.
    pub fn session_if_free(&self) -> Option<MutexGuard<'_, Session>> {
        match self.session.try_lock() {
            Ok(session) => Some(session),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// The session, once whoever has it is done. Never call this on the thread that paints.
    pub fn session(&self) -> MutexGuard<'_, Session> {
        locked(&self.session)
    }
}

/// A panic in a job leaves no half-written value behind: writes are transactions.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What became of an import, and how the store looks now.
#[derive(Debug)]
pub struct Imported {
    pub report: ImportReport,
    pub view: View,
    /// `None` when nothing was written.
    pub step: Option<DataStep>,
}

/// Makes a workspace of files. When nothing can be read, or it is cancelled, no workspace is left behind.
pub fn import_into_new(
    file: &Path,
    store: &NewStore,
    request: &ImportRequest,
    now: Seconds,
    monitor: &dyn Monitor,
) -> Result<ImportReport, Error> {
    let mut session = Session::create(file, store)?;
    let made = import_and_train(&mut session, request, now, monitor);
    drop(session);
    if request.dry_run || made.as_ref().map_or(true, |report| report.summary.import.is_none()) {
        // It did not exist before, so it does not after.
        drop(std::fs::remove_file(file));
    }
    made
}

fn import_and_train(
    session: &mut Session,
    request: &ImportRequest,
    now: Seconds,
    monitor: &dyn Monitor,
) -> Result<ImportReport, Error> {
    let report = session.import(request, monitor)?;
    if request.dry_run || report.summary.import.is_none() {
        return Ok(report);
    }
    match train::train(session.workspace_mut(), &Settings::at(now), monitor) {
        Ok(_) => Ok(report),
        Err(Error::Cancelled(cancelled)) => {
            session.workspace_mut().undo_import(&Silent)?;
            Err(Error::Cancelled(cancelled))
        }
        Err(other) => Err(other),
    }
}

fn renewed(session: &mut Session, now: Seconds, monitor: &dyn Monitor) -> Result<View, Error> {
    let monitor = Uncancelled(monitor);
    train::refresh(session.workspace_mut(), &Settings::at(now), &monitor)?;
    present::view(session, now, &monitor)
}

/// What follows a committed step is finished, whatever the person wishes meanwhile: they would not see the step
/// otherwise.
struct Uncancelled<'a>(&'a dyn Monitor);

impl Monitor for Uncancelled<'_> {
    fn progress(&self, done: u64, total: u64, phase: &str) {
        self.0.progress(done, total, phase);
    }

    fn checkpoint(&self) -> Result<(), Cancelled> {
        Ok(())
    }
}

/// The log as a window can walk it.
fn kept_steps(session: &Session) -> Result<(Vec<KeptStep>, usize), Error> {
    let history = session.workspace().history()?;
    let mut steps = Vec::new();
    for kept in &history.edits {
        match kept_step(kept) {
            Some(step) => steps.push(step),
            // Made by another version: the steps before it cannot be reached any more.
            None => steps.clear(),
        }
    }
    let n_done = history.done.saturating_sub(history.edits.len() - steps.len());
    Ok((steps, n_done))
}

fn kept_step(kept: &workspace::Edit) -> Option<KeptStep> {
    let change = match kept.scope {
        Scope::Fix => Change::Fix,
        Scope::Import => Change::Import,
        Scope::Merch | Scope::Settings => {
            let read = |json: &str| serde_json::from_str::<Edit>(json).ok();
            Change::Document { edit: read(&kept.edit)?, inverse: read(&kept.inverse)? }
        }
    };
    Some(KeptStep { label: kept.label.clone(), at: kept.at, change })
}

fn write_entries(
    session: &Mutex<Session>,
    entries: &Receiver<Entry>,
    saving: &Mutex<Saving>,
    n_written: &AtomicU64,
    wake: &(impl Fn() + Send),
) {
    let mut waiting: Vec<Entry> = Vec::new();
    while let Ok(entry) = entries.recv() {
        waiting.push(entry);
        waiting.extend(entries.try_iter());
        while let Some(entry) = waiting.first() {
            let written = {
                let mut session = locked(session);
                let written = write(&mut session, entry);
                if written.is_ok() && matches!(entry, Entry::Done { .. }) {
                    n_written.fetch_add(1, Ordering::SeqCst);
                }
                written
            };
            match written {
                Ok(()) => {
                    waiting.remove(0);
                    let mut saving = locked(saving);
                    saving.n_waiting = saving.n_waiting.saturating_sub(1);
                    saving.trouble = None;
                }
                Err(error) => {
                    locked(saving).trouble = Some(error.to_string());
                    break;
                }
            }
        }
        wake();
    }
}

fn write(session: &mut Session, entry: &Entry) -> Result<(), Error> {
    let json = |document: &Document| {
        serde_json::to_string(document)
            .map_err(|source| Error::bug_because("The pages and rules could not be written.", source))
    };
    let edit_json = |edit: &Edit| {
        serde_json::to_string(edit)
            .map_err(|source| Error::bug_because("The change could not be written.", source))
    };
    let workspace = session.workspace_mut();
    match entry {
        Entry::Done { label, at, edit, inverse, document } => {
            workspace.record_edit(&NewEdit {
                at: *at,
                scope: Scope::Merch,
                label: label.clone(),
                edit: edit_json(edit)?,
                inverse: edit_json(inverse)?,
                document: Some((MERCH_DOCUMENT.to_owned(), json(document)?)),
            })?;
        }
        Entry::Back { document } => {
            workspace.step_back(Some((MERCH_DOCUMENT, &json(document)?)))?;
        }
        Entry::Forward { document } => {
            workspace.step_forward(Some((MERCH_DOCUMENT, &json(document)?)))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
