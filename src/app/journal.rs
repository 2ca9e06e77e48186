//! Edits on their way to the file: a thread of its own writes them, so the window never waits for the disk.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::Error;
use crate::workspace::{NewEdit, Workspace};

/// One change of the log. A document is given by name and JSON, as it is after the change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    Edit(NewEdit),
    StepBack(Option<(String, String)>),
    StepForward(Option<(String, String)>),
    Document(String, String),
}

/// What the status bar says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SaveState {
    #[default]
    Saved,
    Saving {
        since: Option<Instant>,
    },
    /// The changes are kept in memory and tried again with the next one, or every few seconds.
    CannotSave {
        why: String,
        n_changes: usize,
    },
}

/// Takes edits and writes them in order, each in a transaction of its own.
pub struct Journal {
    entries: Option<Sender<Entry>>,
    state: Arc<Mutex<SaveState>>,
    writer: Option<JoinHandle<()>>,
}

/// How long to wait before a change that could not be written is tried again.
const RETRY: Duration = Duration::from_secs(3);

impl Journal {
    /// Opens its own connection to the workspace. `wake` is called when the state changes.
    pub fn open(file: &Path, wake: impl Fn() + Send + 'static) -> Result<Self, Error> {
        let workspace = Workspace::open(file)?;
        let (entries, receiver) = channel();
        let state = Arc::new(Mutex::new(SaveState::Saved));
        let mut writer = Writer { workspace, waiting: Vec::new(), state: Arc::clone(&state), wake: Box::new(wake) };
        let writer = std::thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || writer.run(&receiver))
            .map_err(|source| Error::environment_because("The thread that saves cannot be started", source))?;
        Ok(Self { entries: Some(entries), state, writer: Some(writer) })
    }

    /// Never waits.
    pub fn push(&self, entry: Entry) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if *state == SaveState::Saved {
            *state = SaveState::Saving { since: Some(Instant::now()) };
        }
        drop(state);
        if let Some(entries) = &self.entries {
            // The writer only ends when this end does.
            drop(entries.send(entry));
        }
    }

    pub fn state(&self) -> SaveState {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until everything that can be written is.
    pub fn close(mut self) -> SaveState {
        self.finish();
        self.state()
    }

    fn finish(&mut self) {
        self.entries = None;
        if let Some(writer) = self.writer.take() {
            // A panic there has already been reported by the hook.
            drop(writer.join());
        }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.finish();
    }
}

struct Writer {
    workspace: Workspace,
    /// Not yet written, oldest first.
    waiting: Vec<Entry>,
    state: Arc<Mutex<SaveState>>,
    wake: Box<dyn Fn() + Send>,
}

impl Writer {
    fn run(&mut self, entries: &Receiver<Entry>) {
        loop {
            let next = if self.waiting.is_empty() {
                entries.recv().map_err(|_closed| RecvTimeoutError::Disconnected)
            } else {
                entries.recv_timeout(RETRY)
            };
            match next {
                Ok(entry) => self.waiting.push(entry),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    self.write();
                    return;
                }
            }
            self.waiting.extend(entries.try_iter());
            self.write();
        }
    }

    fn write(&mut self) {
        let mut written = 0;
        let mut failure = None;
        for entry in &self.waiting {
            match apply(&mut self.workspace, entry) {
                Ok(()) => written += 1,
                Err(error) => {
                    failure = Some(error);
                    break;
                }
            }
        }
        self.waiting.drain(..written);
        let state = match failure {
            None => SaveState::Saved,
            // An import of this window is writing: it is only a matter of time.
            Some(crate::workspace::Error::OpenElsewhere(_)) => SaveState::Saving { since: None },
            Some(error) => SaveState::CannotSave { why: error.to_string(), n_changes: self.waiting.len() },
        };
        let mut shared = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if *shared != state {
            *shared = state;
            drop(shared);
            (self.wake)();
        }
    }
}

fn apply(workspace: &mut Workspace, entry: &Entry) -> Result<(), crate::workspace::Error> {
    fn named(document: Option<&(String, String)>) -> Option<(&str, &str)> {
        document.map(|(name, json)| (name.as_str(), json.as_str()))
    }
    match entry {
        Entry::Edit(edit) => workspace.record_edit(edit).map(drop),
        Entry::StepBack(document) => workspace.step_back(named(document.as_ref())).map(drop),
        Entry::StepForward(document) => workspace.step_forward(named(document.as_ref())).map(drop),
        Entry::Document(name, json) => workspace.put_document(name, json),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Scope;

    fn edit(n: i64) -> Entry {
        Entry::Edit(NewEdit {
            at: n,
            scope: Scope::Merch,
            label: format!("Edit {n}"),
            edit: "{}".to_owned(),
            inverse: "{}".to_owned(),
            document: Some(("merch".to_owned(), format!("{{\"n\":{n}}}"))),
        })
    }

    #[test]
    fn edits_are_on_disk_in_order_once_the_journal_is_closed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.endcap");
        drop(Workspace::create(&file).unwrap());
        let journal = Journal::open(&file, || {}).unwrap();
        (0..50).for_each(|n| journal.push(edit(n)));
        journal.push(Entry::StepBack(Some(("merch".to_owned(), "{\"n\":48}".to_owned()))));
        assert_eq!(journal.close(), SaveState::Saved);
        let workspace = Workspace::open(&file).unwrap();
        let history = workspace.history().unwrap();
        assert_eq!((history.edits.len(), history.done), (50, 49));
        assert_eq!(workspace.document("merch").unwrap().unwrap().json, "{\"n\":48}");
    }
}
