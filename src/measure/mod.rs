//! Backtest, metrics, experiment statistics, KPIs, drift.

pub mod distributions;
pub mod statistics;
