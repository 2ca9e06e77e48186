//! Files on their way in, and the report on what came in.

use std::path::PathBuf;

use crate::import::{DataKind, FileReport, Issue, Platform};
use crate::shop::Seconds;

/// One file the person handed over, as far as it was understood before anything is written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DetectedFile {
    pub path: PathBuf,
    /// As shown: the file name, `outer.zip/inner.csv` inside archives.
    pub name: String,
    pub platform: Platform,
    pub kind: DataKind,
    pub state: FileState,
    pub bytes: u64,
    /// Records, where counting them was quick.
    pub n_rows: Option<u64>,
    pub encoding: String,
    pub delimiter: String,
    /// One date as written in the file.
    pub date_example: Option<String>,
    /// In file order; empty for formats without columns.
    pub columns: Vec<ColumnSuggestion>,
    /// True when dates can be read two ways and the person has to say which.
    pub dates_are_ambiguous: bool,
    /// Why it cannot be read, and what to do.
    pub trouble: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FileState {
    /// Every column that matters belongs to a known profile.
    Recognised,
    /// Some columns need a look.
    CheckColumns,
    #[default]
    Unreadable,
}

/// What one column seems to mean, with the first values as they are and as they will be stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColumnSuggestion {
    pub header: String,
    pub samples: Vec<String>,
    pub stored: Vec<String>,
    /// The mapping file's word for the meaning; `None` until the person chooses, `ignore` for none.
    pub meaning: Option<String>,
    pub sureness: Sureness,
    pub decimal_comma: Option<bool>,
    pub day_first: Option<bool>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sureness {
    /// The person has to say.
    #[default]
    Unknown,
    Guess,
    Likely,
    Exact,
}

/// One finished import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportSummary {
    pub at: Seconds,
    pub files: Vec<FileReport>,
    pub issues: Vec<Issue>,
    pub n_new: u64,
    pub n_updated: u64,
    pub n_set_aside: u64,
    /// What the new rows are, for the sentence: `orders`.
    pub noun: String,
}

/// The audit as the Data screen shows it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AuditView {
    pub checked_at: Seconds,
    pub tables: Vec<TableHealth>,
    /// Most urgent first.
    pub problems: Vec<Problem>,
    pub unlocks: Vec<Unlock>,
    /// 1…5 with its name and the next step, where the audit states one.
    pub maturity: Option<(u8, String, String)>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableHealth {
    pub kind: DataKind,
    pub n_rows: u64,
    /// Permille of rows that are complete enough to be used; `None` when nothing was imported.
    pub ready: Option<u32>,
    pub n_problems: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    ChangesResults,
    WorthFixing,
    #[default]
    ForInformation,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problem {
    /// Stable, for example `customer_twice`.
    pub code: String,
    pub urgency: Urgency,
    pub count: u64,
    /// Whole sentence with the count in it.
    pub title: String,
    /// What it does to the results.
    pub consequence: String,
    pub rows: Vec<ProblemRow>,
    /// Empty when no fix is offered.
    pub fixes: Vec<FixRow>,
    /// Text of the button that opens the fixes, for example `Merge…`.
    pub fix_label: Option<String>,
    /// Part of `Fix all safe problems`.
    pub fix_is_safe: bool,
    pub is_ignored: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProblemRow {
    /// Key of the product, order or customer it is about.
    pub key: String,
    pub what: String,
    pub place: String,
}

/// One line of a before → after table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FixRow {
    pub key: String,
    pub what: String,
    pub before: String,
    pub after: String,
}

/// Something the data does or does not carry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unlock {
    pub feature: String,
    pub ready: bool,
    /// What is missing, in words; empty when ready.
    pub needs: String,
}
