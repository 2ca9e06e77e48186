//! The bundle of a workspace, as it stands.

use std::sync::Arc;

use super::compile::Parts;
use super::{Error, runs};
use crate::bundle::Bundle;
use crate::merch::Document;
use crate::workspace::Workspace;

/// Name of the workspace document that holds the merchant's hand.
pub const MERCH_DOCUMENT: &str = "merch";

/// The bundle of the last training with the saved document; `None` until there are products.
///
/// A store whose merchant has not changed anything yet gets the first document; it is not written until the first
/// edit, so that opening changes nothing.
pub fn bundle(workspace: &Workspace) -> Result<Option<Bundle>, Error> {
    let Some(kept) = runs::latest::<Parts>(workspace, runs::PARTS)? else {
        return Ok(None);
    };
    let parts = kept.result;
    if parts.catalog.products.is_empty() {
        return Ok(None);
    }
    let document = match document(workspace)? {
        Some(document) => document,
        None => parts.first_document(),
    };
    Ok(Some(parts.with(Arc::new(document))))
}

/// What the merchant made by hand, if anything was saved.
pub fn document(workspace: &Workspace) -> Result<Option<Document>, Error> {
    workspace
        .document(MERCH_DOCUMENT)?
        .map(|kept| {
            serde_json::from_str(&kept.json)
                .map_err(|source| Error::bug_because("The saved pages and rules cannot be read.", source))
        })
        .transpose()
}

/// Kinds of runs that were made from other data than the workspace holds now.
pub fn stale_runs(workspace: &Workspace) -> Result<Vec<String>, Error> {
    let mut stale = Vec::new();
    for kind in [runs::SEGMENTS, runs::FORECAST, runs::RECOMMEND, runs::PARTS] {
        let newest = workspace.runs()?.into_iter().find(|info| info.kind == kind);
        let Some(info) = newest else { continue };
        let imported_since = workspace.facts()?.last_import.is_some_and(|at| at > info.created_at);
        if imported_since {
            stale.push(kind.to_owned());
        }
    }
    Ok(stale)
}
