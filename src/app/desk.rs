//! The open workspace as a window holds it: everything slow happens on other threads, and edits are written behind the
//! person's back in the order they were made.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::open::MERCH_DOCUMENT;
use super::present;
use super::train::{self, Settings};
use super::{Error, ImportReport, ImportRequest, Session, View};
use crate::merch::{Document, Edit};
use crate::segment::Groups;
use crate::shop::{Monitor, Seconds};
use crate::workspace::{NewEdit, Scope};

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
#[derive(Clone, Debug)]
pub struct KeptStep {
    pub label: String,
    pub at: Seconds,
    pub edit: Edit,
    pub inverse: Edit,
}

/// What a window needs to begin with: the picture, and the steps that can be taken back.
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
    file: Arc<PathBuf>,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").field("file", &self.file).finish_non_exhaustive()
    }
}

impl Desk {
    /// Opens a workspace file, for reading only where another window writes it. `wake` is called when something was
    /// saved, or could not be.
    pub fn open(
        file: &Path,
        wake: impl Fn() + Send + 'static,
        now: Seconds,
        monitor: &dyn Monitor,
    ) -> Result<Opened, Error> {
        let session = Session::open_or_read(file)?;
        let (steps, n_done) = kept_steps(&session)?;
        let view = present::view(&session, now, monitor)?;
        let session = Arc::new(Mutex::new(session));
        let saving = Arc::new(Mutex::new(Saving::default()));
        let (journal, entries) = channel();
        let (writer_session, writer_saving) = (Arc::clone(&session), Arc::clone(&saving));
        std::thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || write_entries(&writer_session, &entries, &writer_saving, &wake))
            .map_err(|source| Error::environment_because("The journal could not be started.", source))?;
        let desk = Self { session, journal, saving, file: Arc::new(file.to_owned()) };
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

    /// Imports in one transaction, renews what pages need, and groups and trains where that has not happened yet.
    pub fn import(
        &self,
        request: &ImportRequest,
        now: Seconds,
        monitor: &dyn Monitor,
    ) -> Result<(ImportReport, View), Error> {
        let mut session = self.session();
        let report = session.import(request, monitor)?;
        let settings = Settings::at(now);
        train::train(session.workspace_mut(), &settings, monitor)?;
        let view = present::view(&session, now, monitor)?;
        Ok((report, view))
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

    /// The session, once whoever has it is done. Never call this on the thread that paints.
    pub fn session(&self) -> MutexGuard<'_, Session> {
        locked(&self.session)
    }
}

/// A panic in a job leaves no half-written value behind: writes are transactions.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Steps of the merchant's document since the last step of another kind: those an undo may take back by itself.
fn kept_steps(session: &Session) -> Result<(Vec<KeptStep>, usize), Error> {
    let history = session.workspace().history()?;
    let first = history.edits.iter().rposition(|edit| edit.scope != Scope::Merch).map_or(0, |last| last + 1);
    let mut steps = Vec::new();
    for kept in &history.edits[first..] {
        let read = |json: &str| serde_json::from_str::<Edit>(json);
        match (read(&kept.edit), read(&kept.inverse)) {
            (Ok(edit), Ok(inverse)) => {
                steps.push(KeptStep { label: kept.label.clone(), at: kept.at, edit, inverse });
            }
            // Made by another version: the steps before it cannot be reached any more.
            _ => steps.clear(),
        }
    }
    let n_done = history.done.saturating_sub(history.edits.len() - steps.len());
    Ok((steps, n_done))
}

fn write_entries(
    session: &Mutex<Session>,
    entries: &Receiver<Entry>,
    saving: &Mutex<Saving>,
    wake: &(impl Fn() + Send),
) {
    let mut waiting: Vec<Entry> = Vec::new();
    while let Ok(entry) = entries.recv() {
        waiting.push(entry);
        waiting.extend(entries.try_iter());
        while let Some(entry) = waiting.first() {
            match write(&mut locked(session), entry) {
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
