//! Charts in our colours.

use egui::Ui;
use egui_plot::Plot;

use crate::ui::theme::HasTokens as _;

/// A chart to read, not to explore: no frame, faint grid, no zoom.
pub fn quiet<'a>(ui: &Ui, id_salt: &'static str) -> Plot<'a> {
    let t = ui.tokens();
    Plot::new(id_salt)
        .show_background(false)
        .show_grid([false, true])
        .grid_color(t.border)
        .grid_fade(0.0)
        .show_crosshair(false)
        .allow_zoom(false)
        .allow_drag(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .allow_axis_zoom_drag(false)
        .allow_double_click_reset(false)
}
