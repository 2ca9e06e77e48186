//! Use cases for any front end: open, import, train, edit, undo, compile, export; jobs with progress and cancel.

pub mod signals;
pub mod view;

pub use view::{StoreFacts, View};
