//! What a customer will do: value, return, next order, what they run out of, whether they need a discount.
//!
//! **Invariant**: a model is fitted on nothing dated at or after `as_of`; every figure carries its interval or its
//! calibration, and where data is too thin a gate says what is missing.

pub mod action;
pub mod bgnbd;
pub mod days;
pub mod discount;
pub mod gamma_gamma;
pub mod gates;
pub mod habits;
pub mod logistic;
pub mod next_order;
pub mod optimise;
pub mod replenish;
pub mod returning;
pub mod run;
pub mod score;
pub mod special;
pub mod table;
pub mod value;

pub use action::Action;
pub use gates::Gate;
pub use replenish::Replenishment;
pub use run::{CustomerForecast, ForecastRun, iso_day, run};
pub use value::Range;

/// What can go wrong while forecasting. Thin data is not an error: gates say so in words.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the history could not be read")]
    Features(#[from] crate::features::Error),
    #[error(transparent)]
    Cancelled(#[from] crate::shop::Cancelled),
    #[error("the table could not be written")]
    Table(#[from] csv::Error),
}
