//! Results of runs as the plain values that screens paint.

pub mod audit;
pub mod customers;
pub mod imports;
pub mod leaving;
pub mod search_terms;
pub mod view;

pub use view::{completed, pages, view};
