//! Files on their way in, and the report on what came in.

use std::path::PathBuf;

use crate::import::{ColumnFormat, DataKind, FileReport, Mapping, Platform, Reading, Severity};
use crate::shop::Seconds;

/// One file the person handed over, as far as it was understood before anything is written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DetectedFile {
    /// The file, folder or archive that was handed over and holds it.
    pub path: PathBuf,
    /// As shown: the file name, `outer.zip/inner.csv` inside archives.
    pub name: String,
    pub platform: Platform,
    pub kind: DataKind,
    pub state: FileState,
    pub bytes: u64,
    /// Records below the header, where counting them was quick.
    pub n_rows: Option<u64>,
    /// `n_rows` follows from the beginning of the file and its size.
    pub rows_are_estimated: bool,
    pub encoding: String,
    pub delimiter: String,
    /// One date as written in the file.
    pub date_example: Option<String>,
    /// In file order; empty for formats without columns.
    pub columns: Vec<ColumnSuggestion>,
    /// The same for the same set of columns; what a mapping is remembered by.
    pub signature: String,
    /// The mapping the person made for such files before, as it fits this one.
    pub mapping: Option<Mapping>,
    /// How the person said just now that it is written.
    pub reading: Reading,
    /// A date that can be read two ways, when nothing in the file says which: the person has to.
    pub open_date: Option<String>,
    /// An amount that can be read two ways.
    pub open_amount: Option<String>,
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

/// What one column seems to mean, with its first values as they are in the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColumnSuggestion {
    pub header: String,
    pub samples: Vec<String>,
    /// The mapping file's word for the meaning; `None` until the person chooses, `ignore` for none.
    pub meaning: Option<String>,
    pub sureness: Sureness,
    /// How its cells are written, where they tell.
    pub format: ColumnFormat,
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

/// One import in effect.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportSummary {
    /// Number of the import; `None` when nothing was written because every file was known.
    pub import: Option<i64>,
    pub at: Seconds,
    pub files: Vec<FileReport>,
    /// Files of earlier imports that were handed over again and changed nothing.
    pub known_files: Vec<String>,
    pub issues: Vec<ImportIssue>,
    /// Of products, customers, orders and visits, in this order.
    pub changes: Vec<(DataKind, Changes)>,
}

impl ImportSummary {
    pub fn n_rows_read(&self) -> u64 {
        self.files.iter().map(|file| file.rows_read).sum()
    }

    pub fn n_set_aside(&self) -> u64 {
        self.files.iter().map(|file| file.rows_set_aside).sum()
    }

    pub fn n_new(&self) -> u64 {
        self.changes.iter().map(|(_, changes)| changes.new).sum()
    }

    pub fn n_updated(&self) -> u64 {
        self.changes.iter().map(|(_, changes)| changes.changed).sum()
    }
}

/// Compared with the workspace before the import.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    pub new: u64,
    pub changed: u64,
    pub unchanged: u64,
    /// In the workspace, but no longer in the files; kept until the owner decides.
    pub gone: u64,
}

/// The same problem in one column of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportIssue {
    pub severity: Severity,
    pub count: u64,
    pub file: String,
    /// The first line where it occurs.
    pub line: Option<u64>,
    pub message: String,
    pub advice: String,
}

/// One import looked at closely.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportDetail {
    pub import: i64,
    /// The first rows set aside.
    pub set_aside: Vec<SetAside>,
    /// What the newest import changed in what was there; a sample.
    pub changed: Vec<ChangedValue>,
    /// Products that its files no longer hold; a sample.
    pub gone: Vec<String>,
}

/// A row as it was in its file, and why it could not be used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SetAside {
    pub file: String,
    pub line: u64,
    pub reason: String,
    pub raw: String,
}

/// One value before and after an import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangedValue {
    pub what: String,
    pub field: ChangedField,
    pub before: String,
    pub after: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChangedField {
    #[default]
    Title,
    Price,
    Stock,
    OrderTotal,
    OrderStatus,
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
    pub change: FixChange,
}

/// What a fix makes of a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum FixChange {
    /// A customer becomes the same as another.
    SameAs(String),
    Category(String),
    Price,
    Cost,
    #[default]
    Picture,
    NoCompareAt,
    NoStock,
    KeptOff,
    LeftOut,
}

impl FixChange {
    /// What stood there and what will, in English, for the command line.
    pub fn before_after(&self) -> [String; 2] {
        let both = |before: &str, after: &str| [before.to_owned(), after.to_owned()];
        match self {
            Self::SameAs(other) => ["a customer of their own".to_owned(), format!("the same as {other}")],
            Self::Category(category) => ["no category".to_owned(), category.clone()],
            Self::Price => both("no usable price", "a price"),
            Self::Cost => both("no cost", "a cost"),
            Self::Picture => both("no picture", "a picture"),
            Self::NoCompareAt => both("a \"was\" price under the price", "no \"was\" price"),
            Self::NoStock => both("less than nothing in stock", "none in stock"),
            Self::KeptOff => both("shown", "kept off every page"),
            Self::LeftOut => both("counted", "left out of all figures"),
        }
    }
}

/// Something the data does or does not carry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unlock {
    pub feature: String,
    pub ready: bool,
    /// What is missing, in words; empty when ready.
    pub needs: String,
}
