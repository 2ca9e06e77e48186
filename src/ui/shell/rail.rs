//! The navigation at the left.

use egui::{Frame, Margin, Panel, Ui};

use crate::ui::command::Command;
use crate::ui::kit::nav_row::{NavRow, Note};
use crate::ui::screens::{Scene, Screen};
use crate::ui::shell::regions::{self, Region};
use crate::ui::theme::{HasTokens as _, size};

/// Returns how wide it is.
pub fn rail(
    ui: &mut Ui,
    scene: &Scene<'_>,
    current: Screen,
    narrow: bool,
    commands: &mut Vec<Command>,
) -> f32 {
    let t = ui.tokens();
    let width = if narrow { size::RAIL_ICONS } else { size::RAIL };
    Panel::left("rail")
        .resizable(false)
        .exact_size(width)
        .frame(Frame::new().fill(t.surface).inner_margin(Margin::symmetric(8, 10)))
        .show(ui, |ui| {
            regions::stop(ui, Region::Navigation);
            ui.spacing_mut().item_spacing.y = 4.0;
            let mut row = |ui: &mut Ui, screen: Screen, note: Note| {
                let row = NavRow {
                    icon: screen.icon(),
                    label: screen.title(),
                    tooltip: screen.tooltip(),
                    note,
                    selected: screen == current,
                    narrow,
                };
                let mut response = row.show(ui);
                if let Some(shortcut) = screen.shortcut() {
                    let keys = crate::ui::command::spoken_keys(ui.ctx(), &shortcut);
                    response = response.on_hover_text(egui::RichText::new(keys).weak());
                }
                if response.clicked() {
                    commands.push(Command::Go(screen));
                }
            };
            for screen in Screen::ALL.iter().filter(|screen| **screen != Screen::Settings) {
                row(ui, *screen, screen.note(scene));
            }
            if Screen::ALL.contains(&Screen::Settings) {
                ui.with_layout(egui::Layout::bottom_up(egui::Align::Min), |ui| {
                    row(ui, Screen::Settings, Note::None);
                });
            }
        });
    width
}
