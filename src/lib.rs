//! Endcap: merchandising and personalization from a store's own exports.
//!
//! Export files become staged rows and issues (`import`), workspace tables (`workspace`), feature frames (`features`),
//! segments, forecasts and models (`segment`, `forecast`, `recommend`, `search`), and with the merchant's hand (`merch`)
//! one value, a `bundle::Bundle`. One pure function, `decide::decide`, makes every page from it: on the canvas, in the
//! backtest (`measure`), over HTTP (`serve`), and, through projections (`export`), in the store's own systems.

pub mod shop;

pub mod sample;

pub mod fetch;
pub mod import;
pub mod workspace;

pub mod features;
pub mod forecast;
pub mod recommend;
pub mod search;
pub mod segment;

pub mod bundle;
pub mod decide;
pub mod merch;

pub mod campaign;
pub mod export;
pub mod measure;
pub mod serve;

pub mod app;
pub mod cli;
pub mod ui;
