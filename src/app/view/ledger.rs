//! What would leave, and what left.

use std::path::PathBuf;

use crate::decide::diff::Difference;
pub use crate::export::Part as PartKind;
use crate::shop::Seconds;

/// What an export to one target would write, worked out without writing it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExportPlan {
    /// The word of the command line's `--to`.
    pub target: String,
    pub parts: Vec<Part>,
    pub files: Vec<PlannedFile>,
    pub checks: Vec<Check>,
    /// What the target cannot say, sentence by sentence; from the fidelity report.
    pub losses: Vec<String>,
    /// What changes for shoppers against the last export; `None` before the first.
    pub difference: Option<Difference>,
    /// How many e-mail addresses the files would hold; 0 for ids only.
    pub n_emails: u64,
}

/// One kind of thing that leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    pub kind: PartKind,
    pub amount: u64,
    /// Against the last export: how many of them differ, and in how many places; `None` for none.
    pub changed: Option<(u64, u64)>,
    /// The target keeps it in files of its own, so it can be left out.
    pub is_optional: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlannedFile {
    pub name: String,
    /// The part it is left out with.
    pub part: Option<PartKind>,
    pub bytes: u64,
    /// The first lines, as they will be written.
    pub head: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    pub outcome: CheckOutcome,
    pub about: CheckOf,
    /// So many products; 0 where it passes.
    pub n: usize,
}

/// What is checked before an export; the words are the window's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckOf {
    /// Products that rules name stand in the catalog.
    RulesKnowProducts,
    /// No pinned product is hidden everywhere.
    PinsAreNotHidden,
    /// No pinned product is sold out.
    PinsAreInStock,
    PricesStay,
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
    /// Id of the bundle that was projected.
    pub bundle_digest: String,
    /// Its bundle is kept, so that the pages of then can be compared with and gone back to.
    pub is_kept: bool,
}
