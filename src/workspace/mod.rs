//! The SQLite file: schema, migrations, transactions, frames out, documents, history.
//!
//! One workspace is one file, `NAME.endcap`. `rusqlite` lives only here, and no SQLite type leaves this room.
//! **Invariant**: everything an import does happens in one transaction, and undoing the import restores the content
//! from before it exactly.
//! **Invariant**: e-mail addresses and phone numbers are stored as keyed hashes only, unless the owner keeps names.

mod audit;
mod catalog;
mod changes;
mod codes;
mod contacts;
mod digest;
mod documents;
mod erased;
mod error;
mod exports;
mod facts;
mod frames;
mod history;
mod identity;
mod lock;
mod mappings;
mod open;
mod overlays;
mod person;
mod pictures;
mod restocks;
mod runs;
mod schema;
mod set_aside;
mod settings;
mod staging;

pub use audit::{Findings, Measures};
pub use changes::{Change, ChangedRow};
pub use contacts::Contact;
pub use documents::Document;
pub use error::Error;
pub use exports::Export;
pub use facts::{Facts, Totals};
pub use history::{Edit, History, NewEdit, Scope};
pub use open::{Access, Workspace};
pub use overlays::{Fix, NewFix};
pub use person::{Erased, Who};
pub use pictures::{KeptPicture, PictureTotals};
pub use runs::{NewRun, Run, RunId, RunInfo};
pub use set_aside::SetAsideRow;
pub use settings::Settings;
pub use staging::{Changes, ImportSummary, IssueGroup, KeptOut, Staging};
