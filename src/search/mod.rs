//! Query to candidates: compiles the catalog into a `bundle::TextIndex`, learns suggestions and repairs for searches
//! without results.
//!
//! **Invariant**: matching a query against the index happens in `decide`, with integers, so that every runtime finds
//! the same products; this room only prepares.

pub mod compile;
pub mod forms;
pub mod repair;

pub use compile::{Source, compile};
pub use repair::{Repair, RepairKind, Searched, repairs, suggestions};
