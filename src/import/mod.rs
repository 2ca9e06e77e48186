//! Export files to staged records and issues. One file per platform; no database.
//!
//! Detection is by content. A reader hands typed [`Record`]s to a [`Sink`] one by one, so a file of any size streams;
//! rows it cannot take are set aside as they were, with an [`Issue`] that says where, what, why and what to do.
//! **Invariant**: rows read = rows taken + rows set aside, for every file.

pub mod issue;
pub mod record;

pub use issue::{Issue, Place, Severity};
pub use record::{DataKind, FileReport, Origin, Platform, Record, Sink};
