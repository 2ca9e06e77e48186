//! What was wrong with a row, a column or a file, said so that a person can act on it.

use serde::{Deserialize, Serialize};

/// One problem. Many rows with the same problem make one issue each; reports group them by `code` and file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// Stable and machine readable, for example `price_missing`.
    pub code: String,
    pub severity: Severity,
    pub place: Place,
    /// What is wrong and why it matters, one sentence without personal data.
    pub message: String,
    /// What to do about it.
    pub advice: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// For information.
    Note,
    /// Worth fixing; the row was taken.
    Warning,
    /// The row or file was set aside.
    Error,
}

/// Where in the original file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// File name only, never a path with a user's name in it; `outer.zip/inner.csv` inside archives.
    pub file: String,
    /// 1-based physical line where the record starts; for JSON and Parquet the 1-based record number.
    pub line: Option<u64>,
    pub column: Option<String>,
}
