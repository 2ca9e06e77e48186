//! Workspace frames to feature columns, as of a date.
//!
//! **Invariant**: nothing dated at or after `as_of` reaches a feature. The scrubber, training and every backtest use
//! the same code.

pub mod frames;

pub use frames::{Dictionary, StoreFrames};
