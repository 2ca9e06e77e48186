//! The widgets every screen is built from. They know tokens, never the domain.

pub mod at_end;
pub mod bars;
pub mod button;
pub mod card;
pub mod chip;
pub mod combo;
pub mod empty;
pub mod focus;
pub mod heading;
pub mod interval;
pub mod marker;
pub mod modal;
pub mod nav_row;
pub mod pick_list;
pub mod plot;
pub mod progress;
pub mod search_field;
pub mod slider;
pub mod sparkline;
pub mod table;
pub mod tabs;
pub mod toast;
pub mod toolbar;
