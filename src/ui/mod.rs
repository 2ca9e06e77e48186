//! The window: shell, commands, palette, theme, kit, screens.
//!
//! **Invariant**: screens paint from a [`screens::Scene`] and push [`command::Command`]s; only [`Studio`] changes state,
//! once a frame. Only `theme` names a colour; only `strings` holds sentences.

pub mod command;
pub mod format;
pub mod history;
pub mod icons;
pub mod jobs;
pub mod kit;
pub mod persist;
pub mod pictures;
pub mod say;
pub mod screens;
pub mod shell;
pub mod spent;
pub mod strings;
pub mod studio;
pub mod theme;

pub use studio::{Error, Studio, run};
