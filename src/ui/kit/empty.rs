//! What a screen shows before it has anything to show.

use egui::{RichText, Ui};

use super::button;
use crate::ui::icons::Icon;
use crate::ui::theme::{HasTokens as _, space, text};

/// One sentence of what will be here, one primary button, one alternative.
#[derive(Clone, Copy, Debug)]
pub struct EmptyState<'a> {
    pub icon: Icon,
    pub title: &'a str,
    pub hint: &'a str,
    pub action: Option<&'a str>,
    pub alternative: Option<&'a str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chosen {
    Action,
    Alternative,
}

impl EmptyState<'_> {
    /// Centred in the space that is left.
    pub fn show(self, ui: &mut Ui) -> Option<Chosen> {
        let t = ui.tokens();
        let mut chosen = None;
        ui.vertical_centered(|ui| {
            ui.add_space((ui.available_height() * 0.28).max(space::XL));
            let (rect, _) = ui.allocate_exact_size(egui::Vec2::splat(56.0), egui::Sense::hover());
            ui.painter().circle_filled(rect.center(), 28.0, t.accent_soft);
            self.icon.paint(ui.painter(), rect.center(), 26.0, t.accent);
            ui.add_space(space::S);
            ui.label(RichText::new(self.title).text_style(text::title()).color(t.text));
            if !self.hint.is_empty() {
                ui.scope(|ui| {
                    ui.set_max_width(420.0);
                    ui.label(RichText::new(self.hint).color(t.muted));
                });
            }
            ui.add_space(space::S);
            let actions: Vec<(Chosen, egui::Button<'_>)> = [
                self.action.map(|label| (Chosen::Action, button::primary(label))),
                self.alternative.map(|label| (Chosen::Alternative, button::plain(label))),
            ]
            .into_iter()
            .flatten()
            .collect();
            // A row of unknown width is centred by measuring it where nobody sees it first.
            let id = ui.scope_id().with("width of actions");
            let width = ui.data(|data| data.get_temp::<f32>(id)).unwrap_or(0.0);
            ui.horizontal(|ui| {
                ui.add_space(((ui.available_width() - width) / 2.0).max(0.0));
                let start = ui.cursor().min.x;
                for (which, button) in actions {
                    if ui.add(button).clicked() {
                        chosen = Some(which);
                    }
                }
                let measured = ui.min_rect().max.x - start;
                if 0.5 < (measured - width).abs() {
                    ui.data_mut(|data| data.insert_temp(id, measured));
                    ui.ctx().request_discard("centred row measured");
                }
            });
        });
        chosen
    }
}
