//! Results of runs as the plain values that screens paint.

pub mod customers;
pub mod view;

pub use view::view;
