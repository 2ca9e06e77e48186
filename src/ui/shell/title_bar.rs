//! Store menu, where one is, the way to the palette, undo and redo.

use egui::{
    Align, Align2, FontId, Frame, Layout, Panel, Popup, Role, Sense, Stroke, Ui, Vec2, WidgetInfo, pos2,
};

use crate::ui::command::{Action, Command, Situation};
use crate::ui::icons;
use crate::ui::kit::button;
use crate::ui::screens::{Scene, Screen};
use crate::ui::strings::Phrase as _;
use crate::ui::strings::shell::Shell;
use crate::ui::theme::{HasTokens as _, medium, radius, semibold, size};

/// Left to the breadcrumb, so that the field beside it stands still when the screen changes.
const CRUMB_ROOM: f32 = 180.0;

/// `crumb` is what the screen shows, for example `Homepage`.
pub fn title_bar(
    ui: &mut Ui,
    scene: &Scene<'_>,
    screen: Screen,
    crumb: Option<&str>,
    situation: Situation,
    rail_width: f32,
    commands: &mut Vec<Command>,
) {
    let t = ui.tokens();
    Panel::top("title bar").exact_size(size::BAR).frame(Frame::new().fill(t.surface)).show(ui, |ui| {
        let bar = ui.max_rect();
        ui.horizontal_centered(|ui| {
            ui.add_space(8.0);
            store_menu(ui, scene, situation, commands);
            let crumb_x = bar.left() + rail_width.max(size::RAIL) + 16.0;
            let crumb_end = breadcrumb(ui, crumb_x.max(ui.cursor().left() + 12.0), screen, crumb);
            palette_field(ui, (crumb_x + CRUMB_ROOM).max(crumb_end + 16.0), commands);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.add_space(12.0);
                let redo = scene.history.undone().last().map_or_else(
                    || Shell::NothingToRedo.text().to_owned(),
                    |step| Shell::RedoThis.with(&[("what", (&step.label).into())]),
                );
                let button = button::icon_enabled(ui, situation.can_redo, icons::ARROW_CLOCKWISE, &redo);
                if Action::Redo.with_keys(button).clicked() {
                    commands.push(Command::Do(Action::Redo));
                }
                let undo = scene.history.done().last().map_or_else(
                    || Shell::NothingToUndo.text().to_owned(),
                    |step| Shell::UndoThis.with(&[("what", (&step.label).into())]),
                );
                let button =
                    button::icon_enabled(ui, situation.can_undo, icons::ARROW_COUNTER_CLOCKWISE, &undo);
                if Action::Undo.with_keys(button).clicked() {
                    commands.push(Command::Do(Action::Undo));
                }
            });
        });
    });
}

fn store_menu(ui: &mut Ui, scene: &Scene<'_>, situation: Situation, commands: &mut Vec<Command>) {
    let name =
        if scene.view.store.name.is_empty() { Shell::NoWorkspace.text() } else { &scene.view.store.name };
    let caret = icons::CARET_DOWN.atom_sized(12.0, Some(ui.tokens().muted));
    let title = egui::RichText::new(name).family(semibold());
    let response = ui.add(button::quiet((title, caret)).truncate());
    response.widget_info(|| {
        WidgetInfo::labeled(Role::Button, true, format!("{}: {name}", Shell::Workspace.text()))
    });
    Popup::menu(&response).show(|ui| {
        for action in
            [Action::OpenWorkspace, Action::NewWorkspace, Action::CopyWorkspace, Action::ShowInFolder]
        {
            menu_item(ui, action, situation, commands);
        }
        let recent: Vec<_> =
            scene.settings.recent.iter().filter(|path| **path != scene.view.store.file).take(5).collect();
        if !recent.is_empty() {
            ui.separator();
            ui.label(egui::RichText::new(Shell::Recent.text()).small().weak());
            for path in recent {
                let label =
                    path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
                if ui.add(button::quiet(label)).on_hover_text(path.display().to_string()).clicked() {
                    commands.push(Command::Open(path.clone()));
                }
            }
        }
        ui.separator();
        menu_item(ui, Action::ImportFiles, situation, commands);
        menu_item(ui, Action::OpenSampleStore, situation, commands);
        menu_item(ui, Action::History, situation, commands);
        menu_item(ui, Action::Shortcuts, situation, commands);
        menu_item(ui, Action::Credits, situation, commands);
    });
}

/// One line of a menu: icon, title, shortcut; grey with its reason when it cannot run.
pub fn menu_item(ui: &mut Ui, action: Action, situation: Situation, commands: &mut Vec<Command>) {
    let why_not = situation.why_not(action);
    let mut item = button::quiet((action.icon().atom(), action.title()))
        .min_size(Vec2::new(ui.available_width().max(220.0), 28.0));
    item = match action.shortcut() {
        Some(shortcut) => item.shortcut_text(crate::ui::command::spoken_keys(ui.ctx(), &shortcut)),
        None => item.right_text(""),
    };
    let response = button::enabled_or_why(ui, item, why_not);
    response.widget_info(|| WidgetInfo::labeled(Role::MenuItem, why_not.is_none(), action.title()));
    if response.clicked() {
        commands.push(Command::Do(action));
        ui.close();
    }
}

/// Returns where it ends.
fn breadcrumb(ui: &Ui, x: f32, screen: Screen, crumb: Option<&str>) -> f32 {
    let t = ui.tokens();
    let y = ui.max_rect().center().y;
    let painter = ui.painter();
    let plain = FontId::new(14.0, egui::FontFamily::Proportional);
    let strong = FontId::new(14.0, semibold());
    match crumb {
        Some(crumb) => {
            let first = painter.text(pos2(x, y), Align2::LEFT_CENTER, screen.title(), plain.clone(), t.muted);
            let arrow = painter.text(
                first.right_center() + Vec2::new(8.0, 0.0),
                Align2::LEFT_CENTER,
                "›",
                plain,
                t.muted,
            );
            painter
                .text(arrow.right_center() + Vec2::new(8.0, 0.0), Align2::LEFT_CENTER, crumb, strong, t.text)
                .right()
        }
        None => painter.text(pos2(x, y), Align2::LEFT_CENTER, screen.title(), strong, t.text).right(),
    }
}

/// Looks like a field, opens the palette.
fn palette_field(ui: &mut Ui, room_start: f32, commands: &mut Vec<Command>) {
    let t = ui.tokens();
    let bar = ui.max_rect();
    let room_end = bar.right() - 96.0;
    let width = 380.0_f32.min(room_end - room_start - 16.0);
    if width < 120.0 {
        return;
    }
    let centered = bar.center().x - width / 2.0;
    let left = centered.max(room_start).min(room_end - width);
    let rect = egui::Rect::from_min_size(pos2(left, bar.center().y - 14.0), Vec2::new(width, 28.0));
    let response = ui.interact(rect, ui.scope_id().with("palette field"), Sense::click());
    let fill = if response.hovered() { t.pressed } else { t.surface2 };
    ui.painter().rect(
        rect,
        radius::CONTROL,
        fill,
        Stroke::new(1.0, t.border_strong),
        egui::StrokeKind::Inside,
    );
    icons::MAGNIFYING_GLASS.paint(ui.painter(), pos2(rect.left() + 16.0, rect.center().y), 16.0, t.muted);
    let hint = if width < 280.0 { Shell::SearchOrRunShort } else { Shell::SearchOrRun };
    let font = FontId::new(14.0, egui::FontFamily::Proportional);
    ui.painter().text(
        pos2(rect.left() + 30.0, rect.center().y),
        Align2::LEFT_CENTER,
        hint.text(),
        font,
        t.muted,
    );
    if let Some(shortcut) = Action::Palette.shortcut() {
        let keys = crate::ui::command::spoken_keys(ui.ctx(), &shortcut);
        let at = pos2(rect.right() - 10.0, rect.center().y);
        ui.painter().text(at, Align2::RIGHT_CENTER, keys, FontId::new(12.0, medium()), t.muted);
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, Shell::SearchOrRun.text()));
    crate::ui::kit::focus::ring(ui, &response, radius::CONTROL);
    if response.clicked() {
        commands.push(Command::Do(Action::Palette));
    }
}
