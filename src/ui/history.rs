//! Undo and redo of the document, in named steps. The workspace keeps the same log, so it survives a restart.

use crate::app::desk::{Change, DataStep, KeptStep};
use crate::merch::{Document, Edit, EditError};
use crate::shop::Seconds;

/// Older steps are forgotten.
const MOST_STEPS: usize = 500;

/// One step as the history list shows it.
pub type Step = KeptStep;

/// Linear: a new step forgets what could have been redone.
#[derive(Clone, Debug, Default)]
pub struct History {
    done: Vec<Step>,
    undone: Vec<Step>,
    /// While true, the next step may become part of the last one.
    gesture_open: bool,
}

impl History {
    /// Steps kept from an earlier session, oldest first; the first `n_done` are in effect.
    pub fn restored(mut steps: Vec<Step>, n_done: usize) -> Self {
        let mut undone = steps.split_off(n_done.min(steps.len()));
        undone.reverse();
        Self { done: steps, undone, gesture_open: false }
    }

    /// Applies an edit. Returns true when it became part of the step before (one drag is one step).
    pub fn push(
        &mut self,
        document: &mut Document,
        edit: Edit,
        label: String,
        at: Seconds,
    ) -> Result<bool, EditError> {
        let inverse = edit.apply(document)?;
        let forked = !self.undone.is_empty();
        self.undone.clear();
        if self.gesture_open
            && !forked
            && let Some(Step { label: last_label, change: Change::Document { edit: last, .. }, .. }) =
                self.done.last_mut()
            && let Some(merged) = last.merge(&edit)
        {
            // The first inverse leads back to before the gesture.
            *last = merged;
            *last_label = label;
            return Ok(true);
        }
        self.done.push(Step { label, at, change: Change::Document { edit, inverse } });
        self.gesture_open = true;
        if MOST_STEPS < self.done.len() {
            self.done.remove(0);
        }
        Ok(false)
    }

    /// Call when no pointer button and no key is down: what follows is a new gesture.
    pub fn close_gesture(&mut self) {
        self.gesture_open = false;
    }

    /// Takes back the last step of the document. `None` without one, or when the last step is the workspace's own.
    pub fn undo(&mut self, document: &mut Document) -> Option<&Step> {
        self.gesture_open = false;
        let Change::Document { inverse, .. } = &self.done.last()?.change else { return None };
        inverse.apply(document).ok()?;
        self.moved_back()
    }

    pub fn redo(&mut self, document: &mut Document) -> Option<&Step> {
        self.gesture_open = false;
        let Change::Document { edit, .. } = &self.undone.last()?.change else { return None };
        edit.apply(document).ok()?;
        self.moved_forward()
    }

    /// The last step was taken back by whoever made it. An import leaves no trace: its files can be imported again.
    pub fn moved_back(&mut self) -> Option<&Step> {
        let step = self.done.pop()?;
        if step.change != Change::Import {
            self.undone.push(step);
            return self.undone.last();
        }
        None
    }

    pub fn moved_forward(&mut self) -> Option<&Step> {
        let step = self.undone.pop()?;
        self.done.push(step);
        self.done.last()
    }

    /// Folds the document's steps after the first `from` into one. Returns how many there were; nothing happens below
    /// two, or when the workspace made a step of its own among them.
    pub fn fold(&mut self, from: usize, label: String) -> usize {
        let steps = self.done.get(from..).unwrap_or_default();
        let (edits, mut inverses): (Vec<Edit>, Vec<Edit>) = steps
            .iter()
            .filter_map(|step| match &step.change {
                Change::Document { edit, inverse } => Some((edit.clone(), inverse.clone())),
                Change::Fix | Change::Import => None,
            })
            .unzip();
        if edits.len() < 2 || edits.len() < steps.len() {
            return 0;
        }
        let n = edits.len();
        let at = steps.last().map_or(0, |step| step.at);
        inverses.reverse();
        self.gesture_open = false;
        self.done.truncate(from);
        let edit = Edit::Batch { label: label.clone(), edits };
        let inverse = Edit::Batch { label: label.clone(), edits: inverses };
        self.done.push(Step { label, at, change: Change::Document { edit, inverse } });
        n
    }

    /// The workspace made a step by itself. `n_sent` are the document steps handed to the journal so far, `n_open`
    /// those that were not yet: the new step stands before whatever the journal wrote after it.
    pub fn insert(&mut self, data: DataStep, n_sent: u64, n_open: usize) {
        let n_after = n_sent.saturating_sub(data.n_written) as usize + n_open;
        self.undone.clear();
        self.gesture_open = false;
        self.done.insert(self.done.len().saturating_sub(n_after), data.step);
    }

    /// The newest import was undone although other steps came after it.
    pub fn forget_newest_import(&mut self) {
        if let Some(at) = self.done.iter().rposition(|step| step.change == Change::Import) {
            self.done.remove(at);
        }
    }

    /// Oldest first.
    pub fn done(&self) -> &[Step] {
        &self.done
    }

    /// The next to be redone is last.
    pub fn undone(&self) -> &[Step] {
        &self.undone
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merch::{Redirect, SearchSettings};

    fn ignoring(word: &str) -> Edit {
        let redirects = vec![Redirect { query: word.to_owned(), to: "home".to_owned() }];
        Edit::SetSearch { search: SearchSettings { redirects, ..SearchSettings::default() } }
    }

    #[test]
    fn a_drag_is_one_step_and_comes_back_to_where_it_began() {
        let (mut history, mut document) = (History::default(), Document::default());
        for word in ["a", "b", "c"] {
            history.push(&mut document, ignoring(word), word.to_owned(), 0).unwrap();
        }
        history.close_gesture();
        history.push(&mut document, ignoring("d"), "d".to_owned(), 0).unwrap();
        assert_eq!(history.done().len(), 2);
        history.undo(&mut document);
        assert_eq!(document.search.redirects[0].query, "c");
        history.undo(&mut document);
        assert_eq!(document, Document::default());
        assert!(history.undo(&mut document).is_none());
        history.redo(&mut document);
        history.redo(&mut document);
        assert_eq!(document.search.redirects[0].query, "d");
    }

    #[test]
    fn folded_steps_are_taken_back_together_and_done_again_together() {
        let (mut history, mut document) = (History::default(), Document::default());
        for word in ["a", "b", "c"] {
            history.push(&mut document, ignoring(word), word.to_owned(), 0).unwrap();
            history.close_gesture();
        }
        assert_eq!(history.fold(1, "both".to_owned()), 2);
        assert_eq!(history.done().len(), 2);
        history.undo(&mut document);
        assert_eq!(document.search.redirects[0].query, "a");
        history.redo(&mut document);
        assert_eq!(document.search.redirects[0].query, "c");
        assert_eq!(history.fold(2, "nothing".to_owned()), 0);
    }

    #[test]
    fn a_step_of_the_workspace_stands_where_the_journal_wrote_it() {
        let (mut history, mut document) = (History::default(), Document::default());
        for word in ["a", "b"] {
            history.push(&mut document, ignoring(word), word.to_owned(), 0).unwrap();
            history.close_gesture();
        }
        let step = Step { label: "Imported".to_owned(), at: 0, change: Change::Import };
        // The journal had written "a" when the import was committed.
        history.insert(DataStep { step, n_written: 1 }, 2, 0);
        let labels: Vec<&str> = history.done().iter().map(|step| step.label.as_str()).collect();
        assert_eq!(labels, ["a", "Imported", "b"]);
        assert!(history.undo(&mut document).is_some());
        assert!(history.undo(&mut document).is_none(), "an import is not the document's to take back");
        history.moved_back();
        assert!(history.undo(&mut document).is_some());
        assert_eq!(document, Document::default());
    }

    #[test]
    fn a_new_step_forgets_what_could_be_redone() {
        let (mut history, mut document) = (History::default(), Document::default());
        history.push(&mut document, ignoring("a"), "a".to_owned(), 0).unwrap();
        history.undo(&mut document);
        history.push(&mut document, ignoring("b"), "b".to_owned(), 0).unwrap();
        assert!(history.redo(&mut document).is_none());
    }
}
