//! From runs to the bundle that pages are decided from.

pub mod catalog;
pub mod segments;
pub mod signals;
