//! Query to candidates: compiles the catalog into a `bundle::TextIndex`, learns suggestions and repairs for searches
//! without results.
//!
//! **Invariant**: matching a query against the index happens in `decide`, with integers, so that every runtime finds
//! the same products; this room only prepares.

pub mod compile;
pub mod forms;
pub mod meanings;
pub mod repair;

pub use compile::{Source, compile};
pub use meanings::meaning;
pub use repair::{Repair, RepairKind, Searched, repairs, suggestions};
