//! The window: shell, commands, palette, theme, kit, screens, dialogs.

pub mod icons;
pub mod kit;
pub mod theme;
