//! Bundle and visit to a page with explanations (`decide-1`). Integers only; no clock, no randomness, no I/O.
//!
//! [`decide`] answers one visit; [`Prepared`] is kept by whoever answers many. `docs/decide-1.md` is the same text for
//! other runtimes.

mod absence;
pub mod assign;
mod bits;
mod block;
mod catalog_index;
mod condition;
pub mod diff;
mod engine;
mod explain;
pub mod golden;
pub mod health;
pub mod json;
pub mod page;
mod places;
pub mod points;
mod prepared;
mod query;
mod rules;
mod scene;
pub mod sentence;
mod verify;
pub mod visit;

pub use diff::diff;
pub use engine::{Detail, decide};
pub use explain::{LOW_STOCK, NEW_DAYS};
pub use health::{Conflict, Health, Phase, RuleHealth, conflicts, health, rule_health};
pub use page::{
    Absence, Badge, BlockPage, Funnel, Page, RuleOutcome, RuleTrace, Sentence, Slot, Step, Term, TermKind,
    Why,
};
pub use prepared::Prepared;
pub use query::{finds, normalised};
pub use verify::{Verification, verify};
pub use visit::{HistoryItem, HistoryKind, NotAPage, PageRef, Visit};
