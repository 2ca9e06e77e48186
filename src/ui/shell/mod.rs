//! The frame around every screen: title bar, rail, status bar.

pub mod palette;
mod picture_sheets;
pub mod rail;
pub mod regions;
pub mod sheets;
pub mod status_bar;
pub mod title_bar;
pub mod tour;
