//! The log of named edits with inverses: undo that survives a restart.

use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use serde::{Deserialize, Serialize};

use super::{Error, Workspace, documents};
use crate::shop::Seconds;

/// Older steps are forgotten.
const STEPS: i64 = 500;

/// What an edit changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The merchandising document: pages, rules, weights.
    Merch,
    /// Data fixes laid over the raw rows; the workspace takes them back itself.
    Fix,
    /// One import; the workspace takes it back itself.
    Import,
    /// Names of segments, settings and other documents.
    Settings,
}

impl Scope {
    fn as_str(self) -> &'static str {
        match self {
            Self::Merch => "merch",
            Self::Fix => "fix",
            Self::Import => "import",
            Self::Settings => "settings",
        }
    }

    fn parse(text: &str) -> Self {
        match text {
            "fix" => Self::Fix,
            "import" => Self::Import,
            "settings" => Self::Settings,
            _ => Self::Merch,
        }
    }
}

/// An edit to be recorded, with the document as it is after the edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEdit {
    pub at: Seconds,
    pub scope: Scope,
    /// As shown in the menu, for example `Pinned Peace lily to slot 2 for Plant people`.
    pub label: String,
    /// The edit as JSON, and the edit that takes it back.
    pub edit: String,
    pub inverse: String,
    /// Name and JSON of the document after the edit; written in the same transaction.
    pub document: Option<(String, String)>,
}

/// One step of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Edit {
    pub id: i64,
    pub at: Seconds,
    pub scope: Scope,
    pub label: String,
    pub edit: String,
    pub inverse: String,
}

/// The log, oldest first. The first `done` edits are in effect, the others can be redone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct History {
    pub edits: Vec<Edit>,
    pub done: usize,
}

impl History {
    /// The edit that undo would take back.
    pub fn last_done(&self) -> Option<&Edit> {
        self.edits[..self.done].last()
    }

    /// The edit that redo would do again.
    pub fn next_undone(&self) -> Option<&Edit> {
        self.edits.get(self.done)
    }
}

impl Workspace {
    pub fn history(&self) -> Result<History, Error> {
        let mut statement = self
            .connection()
            .prepare_cached("SELECT id, at, scope, label, edit, inverse, done FROM history ORDER BY id")?;
        let mut history = History::default();
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            history.edits.push(edit_of(row)?);
            history.done += usize::from(row.get::<_, bool>(6)?);
        }
        Ok(history)
    }

    /// Appends an edit, forgets what could have been redone, and writes its document, all or nothing.
    pub fn record_edit(&mut self, edit: &NewEdit) -> Result<i64, Error> {
        self.in_transaction(|transaction| record(transaction, edit))
    }

    /// Moves the cursor one step back and writes the document as it is without the edit. Returns the edit taken back.
    ///
    /// The caller applies `inverse` to the document; for `Scope::Fix` and `Scope::Import` call `undo_fix` and
    /// `undo_import` instead, which do both.
    pub fn step_back(&mut self, document: Option<(&str, &str)>) -> Result<Edit, Error> {
        self.in_transaction(|transaction| {
            let edit = last_done(transaction)?.ok_or(Error::NothingToUndo)?;
            mark(transaction, edit.id, false)?;
            if let Some((name, json)) = document {
                documents::put(transaction, name, json)?;
            }
            Ok(edit)
        })
    }

    /// The reverse of `step_back`: the caller applies `edit`.
    pub fn step_forward(&mut self, document: Option<(&str, &str)>) -> Result<Edit, Error> {
        self.in_transaction(|transaction| {
            let edit = next_undone(transaction)?.ok_or(Error::NothingToRedo)?;
            mark(transaction, edit.id, true)?;
            if let Some((name, json)) = document {
                documents::put(transaction, name, json)?;
            }
            Ok(edit)
        })
    }
}

pub(super) fn record(connection: &Connection, edit: &NewEdit) -> Result<i64, Error> {
    connection.execute("DELETE FROM history WHERE done = 0", [])?;
    connection
        .prepare_cached(
            "INSERT INTO history(at, scope, label, edit, inverse, done) VALUES (?1, ?2, ?3, ?4, ?5, 1)",
        )?
        .execute(params![edit.at, edit.scope.as_str(), edit.label, edit.edit, edit.inverse])?;
    let id = connection.last_insert_rowid();
    connection.execute(
        "DELETE FROM history WHERE id <= (SELECT id FROM history ORDER BY id DESC LIMIT 1 OFFSET ?1)",
        [STEPS],
    )?;
    if let Some((name, json)) = &edit.document {
        documents::put(connection, name, json)?;
    }
    Ok(id)
}

pub(super) fn last_done(transaction: &Transaction<'_>) -> Result<Option<Edit>, Error> {
    Ok(transaction
        .prepare_cached(
            "SELECT id, at, scope, label, edit, inverse FROM history WHERE done = 1 ORDER BY id DESC LIMIT 1",
        )?
        .query_row([], edit_of)
        .optional()?)
}

pub(super) fn next_undone(transaction: &Transaction<'_>) -> Result<Option<Edit>, Error> {
    Ok(transaction
        .prepare_cached(
            "SELECT id, at, scope, label, edit, inverse FROM history WHERE done = 0 ORDER BY id LIMIT 1",
        )?
        .query_row([], edit_of)
        .optional()?)
}

pub(super) fn mark(transaction: &Transaction<'_>, id: i64, done: bool) -> Result<(), Error> {
    transaction.prepare_cached("UPDATE history SET done = ?2 WHERE id = ?1")?.execute(params![id, done])?;
    Ok(())
}

fn edit_of(row: &rusqlite::Row<'_>) -> Result<Edit, rusqlite::Error> {
    Ok(Edit {
        id: row.get(0)?,
        at: row.get(1)?,
        scope: Scope::parse(&row.get::<_, String>(2)?),
        label: row.get(3)?,
        edit: row.get(4)?,
        inverse: row.get(5)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pin(n: i64) -> NewEdit {
        NewEdit {
            at: n,
            scope: Scope::Merch,
            label: format!("Pinned number {n}"),
            edit: format!("{{\"pin\":{n}}}"),
            inverse: format!("{{\"unpin\":{n}}}"),
            document: Some(("merch".to_owned(), format!("{{\"pins\":{n}}}"))),
        }
    }

    #[test]
    fn undo_and_redo_survive_closing_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.endcap");
        let mut workspace = Workspace::create(&file).unwrap();
        workspace.record_edit(&pin(1)).unwrap();
        workspace.record_edit(&pin(2)).unwrap();
        assert_eq!(workspace.step_back(Some(("merch", "{\"pins\":1}"))).unwrap().edit, "{\"pin\":2}");
        drop(workspace);
        let mut workspace = Workspace::open(&file).unwrap();
        let history = workspace.history().unwrap();
        assert_eq!((history.edits.len(), history.done), (2, 1));
        assert_eq!(workspace.document("merch").unwrap().unwrap().json, "{\"pins\":1}");
        assert_eq!(workspace.step_forward(None).unwrap().label, "Pinned number 2");
        assert!(matches!(workspace.step_forward(None), Err(Error::NothingToRedo)));
    }

    #[test]
    fn a_new_edit_forgets_what_could_be_redone_and_the_log_keeps_500_steps() {
        let folder = tempfile::tempdir().unwrap();
        let mut workspace = Workspace::create(&folder.path().join("a.endcap")).unwrap();
        for n in 0..510 {
            workspace.record_edit(&pin(n)).unwrap();
        }
        workspace.step_back(None).unwrap();
        workspace.record_edit(&pin(1_000)).unwrap();
        let history = workspace.history().unwrap();
        assert_eq!((history.edits.len(), history.done), (500, 500));
        assert_eq!(history.last_done().unwrap().label, "Pinned number 1000");
        assert_eq!(history.edits[498].label, "Pinned number 508");
    }
}
