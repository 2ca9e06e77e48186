//! Edits of the merchant's document, kept in the workspace with their inverses.

use super::open::{self, MERCH_DOCUMENT};
use super::{Error, runs};
use crate::app::compile::Parts;
use crate::merch::{Document, Edit};
use crate::shop::Seconds;
use crate::workspace::{NewEdit, Scope, Workspace};

/// The saved document, else the one a new store starts with.
pub fn current(workspace: &Workspace) -> Result<Document, Error> {
    if let Some(document) = open::document(workspace)? {
        return Ok(document);
    }
    let parts = runs::latest::<Parts>(workspace, runs::PARTS)?;
    let language = workspace.settings()?.language;
    Ok(parts.map_or_else(Document::default, |kept| kept.result.first_document(language)))
}

/// Applies an edit and writes document and history in one transaction. Returns what was done, in words.
pub fn apply(
    workspace: &mut Workspace,
    edit: &Edit,
    at: Seconds,
    title: &dyn Fn(&str) -> String,
) -> Result<String, Error> {
    let mut document = current(workspace)?;
    let label = edit.label(&document, title);
    let inverse = edit.apply(&mut document).map_err(|error| Error::user_because(error.to_string(), error))?;
    let json = |value: &dyn Fn() -> serde_json::Result<String>| {
        value().map_err(|error| Error::bug_because("The edit cannot be written as JSON", error))
    };
    workspace.record_edit(&NewEdit {
        at,
        scope: Scope::Merch,
        label: label.clone(),
        edit: json(&|| serde_json::to_string(edit))?,
        inverse: json(&|| serde_json::to_string(&inverse))?,
        document: Some((MERCH_DOCUMENT.to_owned(), json(&|| serde_json::to_string(&document))?)),
    })?;
    Ok(label)
}
