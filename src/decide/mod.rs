//! Bundle and visit to a page with explanations (`decide-1`). Integers only; no clock, no randomness, no I/O.

pub mod page;
pub mod visit;

pub use page::{
    Absence, Badge, BlockPage, Funnel, Page, RuleOutcome, RuleTrace, Sentence, Slot, Step, Term, TermKind,
    Why,
};
pub use visit::{HistoryItem, HistoryKind, PageRef, Visit};
