//! Lists that lie over the window: shortcuts, edit history, credits.

use egui::{RichText, ScrollArea, Ui};

use super::picture_sheets;
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
    /// May pictures be fetched?
    FetchPictures,
    MissedPictures,
}

/// Returns true when it should close. `choosing` is the action whose keys are being chosen.
pub fn show(
    ui: &Ui,
    sheet: Sheet,
    scene: &Scene<'_>,
    choosing: &mut Option<Action>,
    commands: &mut Vec<Command>,
) -> bool {
    match sheet {
        Sheet::Shortcuts => {
            let was_choosing = choosing.is_some();
            let close = modal::dialog(ui, "shortcuts", 760.0, |ui| shortcuts(ui, choosing, commands));
            // Escape first leaves the choosing.
            close && !was_choosing
        }
        Sheet::History => modal::dialog(ui, "history", 520.0, |ui| history(ui, scene, commands)),
        Sheet::Credits => modal::dialog(ui, "credits", 640.0, credits),
        Sheet::FetchPictures => modal::dialog(ui, "fetch pictures", 560.0, |ui| {
            picture_sheets::question(ui, scene, commands);
        }),
        Sheet::MissedPictures => modal::dialog(ui, "missed pictures", 640.0, |ui| {
            picture_sheets::missed(ui, scene, commands);
        }),
    }
}

fn shortcuts(ui: &mut Ui, choosing: &mut Option<Action>, commands: &mut Vec<Command>) {
    heading::title(ui, Shell::ShortcutsTitle.text());
    heading::caption(ui, Shell::ShortcutsHint.text());
    ui.add_space(8.0);
    if let Some(action) = *choosing {
        choose_keys(ui, action, choosing, commands);
    }
    let height = (ui.content_rect().height() - 240.0).max(200.0);
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
                        action_row(ui, *action, choosing);
                    }
                    if *reach == Reach::Everywhere {
                        for screen in Screen::ALL {
                            if let Some(shortcut) = screen.shortcut() {
                                shortcut_row(
                                    ui,
                                    screen.title(),
                                    &crate::ui::command::spoken_keys(ui.ctx(), &shortcut),
                                );
                            }
                        }
                    }
                    ui.add_space(12.0);
                }
            }
        });
    });
    ui.add_space(12.0);
    ui.horizontal(|ui| {
        if ui.add(button::quiet(Shell::ShortcutsReset.text())).clicked() {
            commands.push(Command::ResetKeys);
            *choosing = None;
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Min), |ui| {
            if ui.button(Shell::Close.text()).clicked() {
                *choosing = None;
                ui.close();
            }
        });
    });
}

/// An action and its keys, which are a button that asks for others.
fn action_row(ui: &mut Ui, action: Action, choosing: &mut Option<Action>) {
    let t = ui.tokens();
    ui.spacing_mut().interact_size.y = 26.0;
    ui.horizontal(|ui| {
        ui.label(action.title());
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let shortcut = action.shortcut();
            let keys = shortcut.map(|shortcut| crate::ui::command::spoken_keys(ui.ctx(), &shortcut));
            let (words, color) = match (&keys, *choosing == Some(action)) {
                (_, true) => ("…", t.accent),
                (Some(keys), _) if shortcut == action.own_shortcut() => (keys.as_str(), t.muted),
                (Some(keys), _) => (keys.as_str(), t.accent),
                (None, _) => ("–", t.muted),
            };
            let words = RichText::new(words).text_style(text::label()).color(color);
            let response = ui.add(button::quiet(words).min_size(egui::vec2(34.0, 24.0)));
            response.widget_info(|| {
                let keys = keys.as_deref().unwrap_or(Shell::ShortcutNone.text());
                let name =
                    Shell::ShortcutOf.with(&[("action", action.title().into()), ("keys", keys.into())]);
                egui::WidgetInfo::labeled(egui::Role::Button, true, name)
            });
            if response.clicked() {
                response.surrender_focus();
                *choosing = Some(action);
            }
        });
    });
}

/// Takes the next keys for an action, unless they are somebody else's.
fn choose_keys(ui: &mut Ui, action: Action, choosing: &mut Option<Action>, commands: &mut Vec<Command>) {
    let t = ui.tokens();
    let pressed = ui.input_mut(|input| {
        let pressed = input.events.iter().find_map(|event| match event {
            egui::Event::Key { key, pressed: true, modifiers, .. } => Some((*key, *modifiers)),
            _ => None,
        });
        input.events.retain(|event| !matches!(event, egui::Event::Key { .. } | egui::Event::Text(_)));
        pressed
    });
    let id = egui::Id::unique("taken keys");
    let mut taken = ui.data(|data| data.get_temp::<String>(id));
    match pressed {
        None => {}
        Some((egui::Key::Escape, _)) => *choosing = None,
        Some((egui::Key::Backspace | egui::Key::Delete, _)) => {
            commands.push(Command::SetKey { action, keys: Some(String::new()) });
            *choosing = None;
        }
        Some((key, m)) => {
            let mut modifiers = egui::Modifiers::NONE;
            for (on, one) in [
                (m.command || m.ctrl, egui::Modifiers::COMMAND),
                (m.alt, egui::Modifiers::ALT),
                (m.shift, egui::Modifiers::SHIFT),
            ] {
                if on {
                    modifiers = modifiers.plus(one);
                }
            }
            let shortcut = egui::KeyboardShortcut::new(modifiers, key);
            if let Some(owner) = action.taken(shortcut) {
                let keys = crate::ui::command::spoken_keys(ui.ctx(), &shortcut);
                taken = Some(Shell::ShortcutTaken.with(&[("keys", (&keys).into()), ("owner", owner.into())]));
            } else {
                let own = action.own_shortcut() == Some(shortcut);
                let keys = (!own).then(|| crate::ui::command::write_keys(shortcut));
                commands.push(Command::SetKey { action, keys });
                *choosing = None;
            }
        }
    }
    ui.horizontal(|ui| {
        ui.label(RichText::new(action.title()).text_style(text::strong()));
        ui.label(RichText::new(Shell::ShortcutPress.text()).color(t.accent));
        if let Some(taken) = &taken {
            ui.label(RichText::new(taken).color(t.bury.fg));
        }
    });
    ui.add_space(4.0);
    ui.data_mut(|data| match (taken, choosing.is_some()) {
        (Some(taken), true) => {
            data.insert_temp(id, taken);
        }
        _ => data.remove::<String>(id),
    });
}

fn shortcut_row(ui: &mut Ui, title: &str, keys: &str) {
    let muted = ui.tokens().muted;
    ui.spacing_mut().interact_size.y = 26.0;
    ui.horizontal(|ui| {
        ui.label(title);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.add_space(10.0);
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
