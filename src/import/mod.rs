//! Export files to staged records and issues. One file per platform; no database.
//!
//! Detection is by content. A reader hands typed [`Record`]s to a [`Sink`] one by one, so a file of any size streams;
//! rows it cannot take are set aside as they were, with an [`Issue`] that says where, what, why and what to do.
//! **Invariant**: rows read = rows taken + rows set aside, for every file.
//!
//! `source` opens files and archives, `detect` says what they are, `read` runs them through `survey` (what the whole
//! column says about dates and decimals) and a table (`products`, `orders`, `customers`, `events`, `stock`). What a
//! platform's columns mean stands in `platform`, what a person's columns mean in `mapping`.

mod buffer;
mod catalogue;
mod columns;
mod customers;
mod delimited;
pub mod detect;
mod digest;
mod engine;
mod events;
mod excel;
mod guess;
mod inspect;
pub mod issue;
mod json;
mod lines;
pub mod mapping;
mod meaning;
mod order_status;
mod orders;
mod parquet;
mod platform;
mod products;
mod profile;
mod read;
pub mod record;
mod row;
mod say;
mod source;
mod stock;
mod survey;
mod tabular;
mod text;
mod times;
mod value;
mod xml;

pub use columns::header_signature;
pub use detect::{ColumnGuess, Detection, Format, HEAD_BYTES, Sure, detect};
pub use guess::{Suggestion, suggest};
pub use inspect::{Inspection, Stored, inspect, stored_as};
pub use issue::{Issue, Place, Severity};
pub use mapping::{ColumnFormat, Mapping, MappingError, Reading, needs};
pub use meaning::{Meaning, Value};
pub use parquet::rows as parquet_rows;
pub use read::{Error, FileKey, Options, read};
pub use record::{DataKind, FileReport, Origin, Platform, Record, Sink};
pub use source::{ReadError, SourceFile, sources};
pub use times::DateOrder;
pub use value::DecimalMark;

use engine::Emit;
