//! Lists that lie over the window: shortcuts, edit history, credits.

use egui::{RichText, ScrollArea, Ui};

use crate::ui::command::{Action, Command, Reach};
use crate::ui::kit::{button, heading, modal};
use crate::ui::screens::{Scene, Screen};
use crate::ui::strings::Phrase as _;
use crate::ui::strings::shell::Shell;
use crate::ui::theme::{HasTokens as _, text};

/// Which one is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sheet {
    Shortcuts,
    History,
    Credits,
}

/// Returns true when it should close.
pub fn show(ui: &Ui, sheet: Sheet, scene: &Scene<'_>, commands: &mut Vec<Command>) -> bool {
    match sheet {
        Sheet::Shortcuts => modal::dialog(ui, "shortcuts", 720.0, shortcuts),
        Sheet::History => modal::dialog(ui, "history", 520.0, |ui| history(ui, scene, commands)),
        Sheet::Credits => modal::dialog(ui, "credits", 640.0, credits),
    }
}

fn shortcuts(ui: &mut Ui) {
    heading::title(ui, Shell::ShortcutsTitle.text());
    ui.add_space(8.0);
    let height = (ui.content_rect().height() - 220.0).max(200.0);
    ScrollArea::vertical().max_height(height).auto_shrink([false, true]).show(ui, |ui| {
        ui.columns(2, |columns| {
            for (column, reaches) in [(0, &[Reach::Everywhere, Reach::Canvas][..]), (1, &[Reach::Card][..])] {
                let ui = &mut columns[column];
                for reach in reaches {
                    heading::section(
                        ui,
                        match reach {
                            Reach::Everywhere => Shell::ShortcutsEverywhere.text(),
                            Reach::Canvas => Shell::ShortcutsCanvas.text(),
                            Reach::Card => Shell::ShortcutsCard.text(),
                        },
                    );
                    for action in Action::ALL.iter().filter(|action| action.reach() == *reach) {
                        if let Some(shortcut) = action.shortcut() {
                            shortcut_row(ui, action.title(), &ui.ctx().format_shortcut(&shortcut));
                        }
                    }
                    if *reach == Reach::Everywhere {
                        for screen in Screen::ALL {
                            if let Some(shortcut) = screen.shortcut() {
                                shortcut_row(ui, screen.title(), &ui.ctx().format_shortcut(&shortcut));
                            }
                        }
                    }
                    ui.add_space(12.0);
                }
            }
        });
    });
    close_button(ui);
}

fn shortcut_row(ui: &mut Ui, title: &str, keys: &str) {
    let muted = ui.tokens().muted;
    ui.spacing_mut().interact_size.y = 22.0;
    ui.horizontal(|ui| {
        ui.label(title);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.label(RichText::new(keys).text_style(text::label()).color(muted));
        });
    });
}

fn history(ui: &mut Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let t = ui.tokens();
    heading::title(ui, Shell::HistoryTitle.text());
    ui.add_space(8.0);
    let (done, undone) = (scene.history.done(), scene.history.undone());
    if done.is_empty() && undone.is_empty() {
        ui.label(RichText::new(Shell::HistoryEmpty.text()).color(t.muted));
    }
    let height = (ui.content_rect().height() - 240.0).max(200.0);
    ScrollArea::vertical().max_height(height).auto_shrink([false, true]).show(ui, |ui| {
        // Newest on top; what was undone stands above "Now".
        let total = done.len() + undone.len();
        let steps = undone.iter().chain(done.iter().rev());
        for (index, step) in steps.enumerate() {
            let n_done = total - index;
            let in_effect = n_done <= done.len();
            ui.horizontal(|ui| {
                let color = if in_effect { t.text } else { t.muted };
                let label = RichText::new(&step.label).color(color);
                ui.add(egui::Label::new(if in_effect { label } else { label.strikethrough() }).truncate());
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    if n_done == done.len() {
                        ui.label(
                            RichText::new(Shell::HistoryNow.text()).text_style(text::label()).color(t.accent),
                        );
                    } else if ui.add(button::link(Shell::GoBackToHere.text())).clicked() {
                        commands.push(Command::GoBackTo { n_done });
                    }
                    ui.label(
                        RichText::new(scene.formats.time(step.at)).text_style(text::small()).color(t.muted),
                    );
                });
            });
        }
    });
    close_button(ui);
}

fn credits(ui: &mut Ui) {
    heading::title(ui, Shell::CreditsTitle.text());
    ui.add_space(8.0);
    let height = (ui.content_rect().height() - 240.0).max(200.0);
    ScrollArea::vertical().max_height(height).auto_shrink([false, true]).show(ui, |ui| {
        let words = RichText::new(include_str!("../../../assets/CREDITS.md")).text_style(text::small());
        ui.add(egui::Label::new(words).wrap().selectable(true));
    });
    close_button(ui);
}

fn close_button(ui: &mut Ui) {
    ui.add_space(12.0);
    ui.with_layout(egui::Layout::right_to_left(egui::Align::Min), |ui| {
        if ui.button(Shell::Close.text()).clicked() {
            ui.close();
        }
    });
}
