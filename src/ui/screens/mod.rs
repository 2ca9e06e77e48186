//! One room per screen. A screen paints from a [`Stage`] and pushes [`Action`]s; it never changes anything itself.

pub mod customers;
pub mod data;
pub mod export;
pub mod first_run;
pub mod home;
pub mod rules;
pub mod stage;

pub use stage::{Action, Findings, GroupAction, JobKind, JobLine, NoPictures, Pictures, Place, Stage};
