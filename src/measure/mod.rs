//! Backtest, metrics, experiment statistics, KPIs, drift.

pub mod bootstrap;
pub mod evaluate;
pub mod ranking;

pub use evaluate::{Evaluation, MethodResult, TaskResult, evaluate};
