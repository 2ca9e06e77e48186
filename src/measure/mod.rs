//! Backtest, metrics, experiment statistics, KPIs, drift.
