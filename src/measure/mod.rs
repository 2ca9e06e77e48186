//! Backtest, metrics, experiment statistics, KPIs, drift.

pub mod bootstrap;
pub mod distributions;
pub mod drift;
pub mod evaluate;
pub mod kpi;
pub mod ranking;
pub mod replay;
pub mod statistics;

pub use evaluate::{Evaluation, MethodResult, TaskResult, evaluate};
