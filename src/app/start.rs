//! What the window opens with.

use std::path::PathBuf;

/// What a person asked to see when the window opens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// The last workspace, else the first-run screen.
    #[default]
    LastWorkspace,
    /// The sample store.
    Sample,
    /// A workspace file.
    Workspace(PathBuf),
}
