//! The window: shell, commands, palette, theme, kit, screens, dialogs.
