//! The bundle of a workspace, as it stands.

use std::sync::Arc;

use super::compile::Parts;
use super::{Error, runs};
use crate::bundle::Bundle;
use crate::merch::Document;
use crate::shop::Seconds;
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
        None => parts.first_document(workspace.settings()?.language),
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

/// Kinds of runs that were made from other data than the workspace holds now. `as_of` is the instant the bundle's
/// models look back from.
pub fn stale_runs(workspace: &Workspace, as_of: Option<Seconds>) -> Result<Vec<String>, Error> {
    let now = [workspace.data_digest(as_of)?, workspace.data_digest(None)?];
    let kept = workspace.runs()?;
    let newest = |kind: &&str| kept.iter().find(|info| info.kind == **kind);
    Ok([runs::SEGMENTS, runs::FORECAST, runs::RECOMMEND, runs::PARTS]
        .iter()
        .filter(|kind| newest(kind).is_some_and(|info| !now.contains(&info.input_digest)))
        .map(|kind| (*kind).to_owned())
        .collect())
}
