//! Use cases for any front end: open, import, train, edit, undo, compile, export; jobs with progress and cancel.
//!
//! **Invariant**: the window and the command line do the same things because both call this room, and only it reads
//! the clock.

pub mod addresses;
pub mod audit;
pub mod campaign;
pub mod clock;
pub mod cluster;
pub mod compile;
pub mod desk;
pub mod drift;
pub mod error;
pub mod evaluate;
pub mod export;
pub mod forecasts;
pub mod found;
pub mod import;
pub mod inspect;
pub mod merchandise;
pub mod open;
pub mod pictures;
pub mod present;
pub mod replay;
pub mod report;
pub mod runs;
pub mod sample;
pub mod segments;
pub mod session;
pub mod start;
pub mod suggest;
pub mod train;
pub mod view;
pub mod whole;

pub use desk::Desk;
pub use error::{Error, Kind};
pub use import::{Guessed, ImportReport, ImportRequest};
pub use session::{NewStore, Session};
pub use start::Start;
pub use view::{StoreFacts, View};

pub use crate::workspace::Who as Person;
