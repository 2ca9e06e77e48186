//! The merchant's hand: layouts, rules, weights, schedules, and edits that can be taken back.
//!
//! **Invariant**: a document is plain data. What it does to a page is decided in `decide`, nowhere else.

pub mod defaults;
pub mod document;
pub mod edit;
pub mod layout;
pub mod rule;
pub mod words;

pub use defaults::Demand;
pub use document::{Document, Redirect, SearchSettings, Synonym};
pub use edit::{BlockRef, Edit, EditError};
pub use layout::{
    Audience, Block, BlockKind, Hero, Layout, LayoutVariant, PageKey, Signal, Source, StockPolicy, Tile,
    Weights,
};
pub use rule::{Action, Condition, Field, Operator, Rule, Schedule, Scope, Target};
