//! Commands come true here, after everything is painted.

use std::sync::Arc;

use egui::{Align2, FontId, Id, LayerId, Order, Stroke, Ui};

use super::Studio;
use super::intake::Moved;
use crate::app::StoreFacts;
use crate::app::View;
use crate::app::desk::Change;
use crate::merch::Edit;
use crate::ui::command::{Action, Command};
use crate::ui::history::History;
use crate::ui::icons;
use crate::ui::kit::toast::{Level, Toast};
use crate::ui::screens::stage::{Ask, Findings};
use crate::ui::screens::{Scene, Screen, ScreenStates, pages};
use crate::ui::shell::regions;
use crate::ui::shell::sheets::Sheet;
use crate::ui::shell::tour::{Moment, Tour};
use crate::ui::spent::{self, Part};
use crate::ui::strings::Phrase as _;
use crate::ui::strings::shell::Shell;
use crate::ui::theme::{HasTokens as _, semibold};

impl Studio {
    /// Opens the workspace that was open when the window was closed, if it is still there.
    pub(super) fn open_last(&mut self) {
        if let Some(path) = self.settings.recent.iter().find(|path| path.is_file()).cloned() {
            self.open(path);
        }
    }

    pub(super) fn run(&mut self, command: Command, ctx: &egui::Context) {
        match command {
            Command::Do(action) => self.act(action, ctx),
            Command::Go(screen) => self.settings.screen = screen,
            Command::OpenPage { page, segment } => {
                self.settings.screen = Screen::Pages;
                self.states.pages.open(page, segment);
            }
            Command::Inspect { product } => {
                self.settings.screen = Screen::Pages;
                self.states.pages.inspect(product);
                self.settings.inspector_open = true;
            }
            Command::Edit { edit, label, toast } => {
                self.edit(edit, label, toast);
                self.states.pages.mark_changes(ctx.input(|input| input.time));
                ctx.request_repaint_after(std::time::Duration::from_secs_f64(pages::CHANGES_SECONDS + 0.1));
            }
            Command::Say(toast) => self.toasts.push(toast),
            Command::Ask(ask) => self.ask(ask, ctx),
            Command::Import(paths) => self.look_at(paths),
            Command::Open(path) | Command::OpenReadOnly(path) => self.open(path),
            Command::New(path) => self.make_workspace(path),
            Command::OpenSample => self.open_sample(),
            Command::Copy(text) => ctx.copy_text(text),
            Command::Fold { from, label } => self.fold(from, label),
            Command::SetKey { action, keys } => {
                match keys {
                    Some(keys) => self.settings.keys.insert(action.key_name().to_owned(), keys),
                    None => self.settings.keys.remove(action.key_name()),
                };
                self.apply_settings(ctx);
            }
            Command::ResetKeys => {
                self.settings.keys.clear();
                self.apply_settings(ctx);
            }
            Command::GoBackTo { n_done } => self.go_back_to(n_done),
            Command::SetTheme(theme) => {
                self.settings.theme = theme;
                self.apply_settings(ctx);
            }
            Command::SetLanguage(language) => {
                self.settings.language = language;
                self.apply_settings(ctx);
            }
            Command::SetReduceMotion(on) => {
                self.settings.reduce_motion = on;
                self.apply_settings(ctx);
            }
            Command::SetSingleKeys(on) => self.settings.single_keys = on,
            Command::SetShopLook(look) => self.settings.shop_look = look,
            Command::CancelJobs => self.jobs.cancel_all(),
            Command::CloseStore => self.close_store(),
            Command::BeginTour => {
                self.settings.screen = Screen::Pages;
                self.settings.inspector_open = true;
                self.tour.begin(Moment::of(&self.states.pages, &self.history));
            }
            Command::EndTour => self.end_tour(),
        }
        ctx.request_repaint();
    }

    fn act(&mut self, action: Action, ctx: &egui::Context) {
        match action {
            Action::Palette => self.palette.toggle(),
            Action::Undo => self.step(true, ctx),
            Action::Redo => self.step(false, ctx),
            Action::History => self.sheet = Some(Sheet::History),
            Action::Shortcuts => self.sheet = Some(Sheet::Shortcuts),
            Action::Credits => self.sheet = Some(Sheet::Credits),
            Action::ToggleRail => self.settings.rail_narrow = !self.settings.rail_narrow,
            Action::ToggleInspector => self.settings.inspector_open = !self.settings.inspector_open,
            Action::NextRegion => regions::step(ctx, true),
            Action::PreviousRegion => regions::step(ctx, false),
            Action::ZoomIn => self.zoom(ctx, 0.1),
            Action::ZoomOut => self.zoom(ctx, -0.1),
            Action::ThemeSystem => self.run(Command::SetTheme(egui::ThemePreference::System), ctx),
            Action::ThemeLight => self.run(Command::SetTheme(egui::ThemePreference::Light), ctx),
            Action::ThemeDark => self.run(Command::SetTheme(egui::ThemePreference::Dark), ctx),
            Action::OpenSampleStore => self.open_sample(),
            Action::TrainAgain => self.run(Command::Ask(Ask::TrainAgain), ctx),
            Action::CheckAgain => self.run(Command::Ask(Ask::CheckAgain), ctx),
            Action::NewRule => {
                self.settings.screen = Screen::Rules;
                self.states.rules.begin_rule();
            }
            Action::ImportFiles
            | Action::OpenWorkspace
            | Action::NewWorkspace
            | Action::CopyWorkspace
            | Action::ShowInFolder => self.file_action(action, ctx),
            canvas => {
                let mut commands = Vec::new();
                self.with_scene(|scene, states| states.pages.act(canvas, scene, &mut commands));
                for command in commands {
                    self.run(command, ctx);
                }
            }
        }
    }

    /// Runs something with the scene outside of painting.
    fn with_scene(&mut self, work: impl FnOnce(&Scene<'_>, &mut crate::ui::screens::ScreenStates)) {
        let now = self.scene_now();
        let scene = Scene {
            view: &self.view,
            draft: self.draft.as_ref(),
            exported: self.exported.as_ref(),
            document: &self.document,
            revision: self.revision,
            history: &self.history,
            formats: &self.formats,
            pictures: &self.pictures,
            settings: &self.settings,
            now,
            busy: &[],
            jobs: &[],
            found: &self.found,
            glance: &self.glance,
        };
        work(&scene, &mut self.states);
    }

    fn zoom(&mut self, ctx: &egui::Context, by: f32) {
        self.settings.zoom = (((self.settings.zoom + by) * 10.0).round() / 10.0).clamp(0.8, 2.0);
        self.apply_settings(ctx);
    }

    pub(super) fn edit(&mut self, edit: Edit, label: String, toast: Option<Toast<Command>>) {
        if self.view.store.read_only {
            self.toasts.push(info_toast(Shell::OpenReadOnly.text()));
            return;
        }
        let now = self.scene_now();
        match self.history.push(Arc::make_mut(&mut self.document), edit, label, now) {
            Ok(merged) => {
                self.document_changed();
                if !merged && self.step_to_keep {
                    self.keep_step_before_last();
                }
                self.step_to_keep = true;
                if let Some(toast) = toast {
                    self.toasts.push(toast);
                }
            }
            Err(why) => {
                let text = why.to_string();
                self.toasts.push(Toast { level: Level::Error, icon: None, text, actions: Vec::new() });
            }
        }
    }

    /// Several steps become one, in the window and in the journal.
    fn fold(&mut self, from: usize, label: String) {
        self.keep_last_step();
        let n = self.history.fold(from, label);
        if n < 2 {
            return;
        }
        // The journal knows the steps one by one; the document does not change.
        for _ in 0..n {
            self.keep_moved(true);
        }
        self.step_to_keep = true;
        self.keep_last_step();
    }

    /// Takes back or does again one step, in the window and in the journal. Steps of the workspace's own are its to
    /// walk; an import is asked about first, because only its files could bring it back.
    fn step(&mut self, back: bool, ctx: &egui::Context) {
        self.keep_last_step();
        if self.is_writing() {
            self.toasts.push(info_toast(Shell::WaitForWork.text()));
            return;
        }
        let next = if back { self.history.done().last() } else { self.history.undone().last() };
        let Some(next) = next.cloned() else { return };
        match next.change {
            Change::Document { edit, .. } => self.step_document(back, &next.label, &edit, ctx),
            Change::Import => {
                self.settings.screen = Screen::Data;
                self.states.data.ask_to_undo_newest_import();
            }
            Change::Fix => {
                self.say_step(back, &next.label);
                self.step_data(back);
            }
        }
    }

    fn step_document(&mut self, back: bool, label: &str, edit: &Edit, ctx: &egui::Context) {
        let document = Arc::make_mut(&mut self.document);
        let moved = if back { self.history.undo(document) } else { self.history.redo(document) };
        if moved.is_none() {
            return;
        }
        self.document_changed();
        self.keep_moved(back);
        self.states.pages.show_place_of(edit, ctx.input(|input| input.time));
        ctx.request_repaint_after(std::time::Duration::from_secs_f64(pages::FLASH_SECONDS));
        self.say_step(back, label);
    }

    fn step_data(&mut self, back: bool) {
        self.at_data(move |desk, now, monitor| {
            if back {
                Ok((desk.undo_data(now, monitor)?, Moved::Back))
            } else {
                Ok((desk.redo_data(now, monitor)?, Moved::Forward))
            }
        });
    }

    fn say_step(&mut self, back: bool, label: &str) {
        let said = if back { Shell::Undone } else { Shell::Redone };
        self.toasts.push(Toast {
            level: Level::Info,
            icon: Some(icons::ARROW_COUNTER_CLOCKWISE),
            text: said.with(&[("what", label.into())]),
            actions: Vec::new(),
        });
    }

    /// Walks to where `n_done` steps are in effect. Steps of the workspace's own take a job each; the walk goes on when
    /// it has come back.
    fn go_back_to(&mut self, n_done: usize) {
        self.keep_last_step();
        if self.is_writing() {
            self.toasts.push(info_toast(Shell::WaitForWork.text()));
            return;
        }
        self.going_back_to = None;
        while self.history.done().len() != n_done {
            let back = n_done < self.history.done().len();
            let document = Arc::make_mut(&mut self.document);
            let moved = if back { self.history.undo(document) } else { self.history.redo(document) };
            if moved.is_some() {
                self.keep_moved(back);
                continue;
            }
            let next = if back { self.history.done().last() } else { self.history.undone().last() };
            if next.is_some_and(|step| step.change == Change::Fix) {
                self.going_back_to = Some(n_done);
                self.document_changed();
                self.step_data(back);
                return;
            }
            // An import on the way has to be taken back by itself.
            break;
        }
        self.document_changed();
    }

    /// Goes on with a walk that waited for the workspace.
    pub(super) fn go_on_back(&mut self) {
        if let Some(n_done) = self.going_back_to.take() {
            self.go_back_to(n_done);
        }
    }

    /// Back to the first screen. What was edited is in the journal already.
    pub(super) fn close_store(&mut self) {
        self.keep_last_step();
        self.desk = None;
        self.found = Findings::default();
        self.states = ScreenStates::default();
        self.show(View::of(StoreFacts::none()), History::default());
    }

    pub(super) fn end_tour(&mut self) {
        self.tour = Tour::Over;
        self.settings.tour_is_over = true;
    }

    /// The next frame decides with the new document.
    pub(super) fn document_changed(&mut self) {
        self.revision += 1;
        self.draft = self.draft.as_ref().map(|draft| {
            spent::on(Part::Decide, || Arc::new(draft.with_document(Arc::clone(&self.document))))
        });
    }

    pub(super) fn say_stopped(&mut self, kind: &str) {
        let text = Shell::WorkStopped.with(&[("work", kind.into())]);
        self.toasts.push(Toast { level: Level::Error, icon: None, text, actions: Vec::new() });
    }
}

pub(super) fn info(text: &str) -> Command {
    Command::Say(info_toast(text))
}

fn info_toast(text: &str) -> Toast<Command> {
    Toast { level: Level::Info, icon: None, text: text.to_owned(), actions: Vec::new() }
}

/// Ctrl and a digit: the place in the rail.
pub(super) fn pressed_screen(ctx: &egui::Context) -> Option<Screen> {
    ctx.input_mut(|input| {
        Screen::ALL
            .iter()
            .copied()
            .find(|screen| screen.shortcut().is_some_and(|shortcut| input.consume_shortcut(&shortcut)))
    })
}

/// Files over the window: says what will happen, and does it on release.
pub(super) fn drop_overlay(ui: &Ui, scene: &Scene<'_>, commands: &mut Vec<Command>) {
    let dropped: Vec<std::path::PathBuf> =
        ui.input(|input| input.raw.dropped_files.iter().map(|file| file.path().to_path_buf()).collect());
    if !dropped.is_empty() {
        commands.push(Command::Import(dropped));
    }
    let n_hovered = ui.input(|input| input.raw.hovered_files.len());
    if n_hovered == 0 {
        return;
    }
    let t = ui.tokens();
    let painter = ui.ctx().layer_painter(LayerId::new(Order::Foreground, Id::unique("drop overlay")));
    let rect = ui.content_rect();
    painter.rect_filled(rect, 0, t.scrim);
    let inner = rect.shrink(24.0);
    painter.rect_filled(inner, 12, t.surface);
    let corners =
        [inner.left_top(), inner.right_top(), inner.right_bottom(), inner.left_bottom(), inner.left_top()];
    painter.extend(egui::Shape::dashed_line(&corners, Stroke::new(2.0, t.accent), 8.0, 6.0));
    icons::DOWNLOAD_SIMPLE.paint(&painter, inner.center() - egui::vec2(0.0, 36.0), 40.0, t.accent);
    let text = if scene.view.store.name.is_empty() || scene.view.store.is_sample {
        Shell::DropToStart.with(&[("n", n_hovered.into())])
    } else {
        Shell::DropToImport.with(&[("n", n_hovered.into()), ("store", (&scene.view.store.name).into())])
    };
    painter.text(
        inner.center() + egui::vec2(0.0, 12.0),
        Align2::CENTER_CENTER,
        text,
        FontId::new(18.0, semibold()),
        t.text,
    );
}
