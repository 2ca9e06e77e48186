//! Titles of screens, panels and sections.

use egui::{Response, RichText, Ui};

use crate::ui::theme::{HasTokens as _, text};

/// A screen's own title.
pub fn display(ui: &mut Ui, label: &str) -> Response {
    let color = ui.tokens().text;
    let response = ui.label(RichText::new(label).text_style(text::display()).color(color));
    heading_role(&response, label);
    response
}

/// A card's or panel's title.
pub fn title(ui: &mut Ui, label: &str) -> Response {
    let color = ui.tokens().text;
    let response = ui.label(RichText::new(label).text_style(text::title()).color(color));
    heading_role(&response, label);
    response
}

/// Title of a part of a panel.
pub fn section(ui: &mut Ui, label: &str) -> Response {
    let color = ui.tokens().text;
    let response = ui.label(RichText::new(label).text_style(text::strong()).color(color));
    heading_role(&response, label);
    response
}

/// Twelve-point muted text.
pub fn caption(ui: &mut Ui, label: &str) -> Response {
    let color = ui.tokens().muted;
    ui.add(egui::Label::new(RichText::new(label).text_style(text::small()).color(color)).wrap())
}

fn heading_role(response: &Response, label: &str) {
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Heading, true, label));
}
