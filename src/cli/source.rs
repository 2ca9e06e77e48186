//! A bundle from whatever file a person names: a workspace, a bundle folder or a zip.

use std::path::Path;

use crate::app::{Error, open};
use crate::bundle::{self, Bundle};
use crate::workspace::Workspace;

/// Compiles a workspace in memory, or reads and checks a bundle.
pub(super) fn bundle(path: &Path) -> Result<Bundle, Error> {
    if path.is_dir() || path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip")) {
        return bundle::read(path).map_err(from_bundle);
    }
    let workspace = Workspace::open_read_only(path)?;
    open::bundle(&workspace)?.ok_or_else(|| {
        Error::user(
            "There is nothing to show yet: no products, or no training since they came. Import a product file or orders, then run `endcap train`.",
        )
    })
}

/// Whose turn it is when a bundle cannot be read or written.
pub(super) fn from_bundle(source: bundle::Error) -> Error {
    let message = source.to_string();
    match source {
        bundle::Error::Io { .. } => Error::environment_because(message, source),
        bundle::Error::Json(_) => Error::bug_because(message, source),
        _ => Error::user_because(message, source),
    }
}
