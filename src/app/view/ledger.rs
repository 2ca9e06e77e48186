//! What would leave, and what left.

use std::path::PathBuf;

use crate::shop::Seconds;

/// What an export to one target would write, worked out without writing it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportPlan {
    /// The word of the command line's `--to`.
    pub target: String,
    pub parts: Vec<Part>,
    pub files: Vec<PlannedFile>,
    pub checks: Vec<Check>,
    /// What the target cannot say, sentence by sentence; from the fidelity report.
    pub losses: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    pub name: String,
    /// For example `12 pages`.
    pub amount: String,
    /// Against the last export, for example `3 pages · 27 moves`; empty for none.
    pub changes: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlannedFile {
    pub name: String,
    pub bytes: u64,
    /// The first lines, as they will be written.
    pub head: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    pub outcome: CheckOutcome,
    pub sentence: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CheckOutcome {
    /// Nothing can be written until it is mended.
    Blocks,
    Warns,
    Passes,
}

/// A finished export.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportRecord {
    pub at: Seconds,
    pub target: String,
    pub folder: PathBuf,
    pub n_files: u32,
    pub bundle_digest: String,
}
