//! Undo and redo of the document, in named steps. The workspace keeps the same log, so it survives a restart.

use crate::merch::{Document, Edit, EditError};
use crate::shop::Seconds;

/// Older steps are forgotten.
const MOST_STEPS: usize = 500;

/// One step as the history list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// `Pinned Peace lily to slot 2 for Plant people`.
    pub label: String,
    pub at: Seconds,
    pub edit: Edit,
    pub inverse: Edit,
}

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
            && let Some(last) = self.done.last_mut()
            && let Some(merged) = last.edit.merge(&edit)
        {
            // The first inverse leads back to before the gesture.
            last.edit = merged;
            last.label = label;
            return Ok(true);
        }
        self.done.push(Step { label, at, edit, inverse });
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

    pub fn undo(&mut self, document: &mut Document) -> Option<&Step> {
        self.gesture_open = false;
        self.done.last()?.inverse.apply(document).ok()?;
        let step = self.done.pop()?;
        self.undone.push(step);
        self.undone.last()
    }

    pub fn redo(&mut self, document: &mut Document) -> Option<&Step> {
        self.gesture_open = false;
        self.undone.last()?.edit.apply(document).ok()?;
        let step = self.undone.pop()?;
        self.done.push(step);
        self.done.last()
    }

    /// Folds the steps after the first `from` into one. Returns how many there were; nothing happens below two.
    pub fn fold(&mut self, from: usize, label: String) -> usize {
        let n = self.done.len().saturating_sub(from);
        if n < 2 {
            return n;
        }
        self.gesture_open = false;
        let steps: Vec<Step> = self.done.drain(from..).collect();
        let at = steps.last().map_or(0, |step| step.at);
        let inverses = steps.iter().rev().map(|step| step.inverse.clone()).collect();
        let edits = steps.into_iter().map(|step| step.edit).collect();
        let edit = Edit::Batch { label: label.clone(), edits };
        let inverse = Edit::Batch { label: label.clone(), edits: inverses };
        self.done.push(Step { label, at, edit, inverse });
        n
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
    fn a_new_step_forgets_what_could_be_redone() {
        let (mut history, mut document) = (History::default(), Document::default());
        history.push(&mut document, ignoring("a"), "a".to_owned(), 0).unwrap();
        history.undo(&mut document);
        history.push(&mut document, ignoring("b"), "b".to_owned(), 0).unwrap();
        assert!(history.redo(&mut document).is_none());
    }
}
