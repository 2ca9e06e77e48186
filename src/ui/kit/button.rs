//! Button variants.

use egui::class::{ClassName, HasClasses as _};
use egui::theme::{DefaultStyle, StyleProvider};
use egui::widget_style::{ButtonStyle, StyleArgs, WidgetState};
use egui::{Button, Color32, Frame, IntoAtoms, Margin, Response, Role, Stroke, Ui, WidgetInfo};

use crate::ui::icons::Icon;
use crate::ui::theme::{radius, tokens_of};

const PRIMARY: ClassName = ClassName::from_static("kit.primary");
const QUIET: ClassName = ClassName::from_static("kit.quiet");
const LINK: ClassName = ClassName::from_static("kit.link");
const DANGER: ClassName = ClassName::from_static("kit.danger");

/// The one action a screen is for. At most one visible at a time.
pub fn primary<'a>(atoms: impl IntoAtoms<'a>) -> Button<'a> {
    Button::new(atoms).with_class(PRIMARY)
}

/// Outlined: the ordinary button.
pub fn plain<'a>(atoms: impl IntoAtoms<'a>) -> Button<'a> {
    Button::new(atoms)
}

/// Frameless until hovered: toolbars, rows, cards.
pub fn quiet<'a>(atoms: impl IntoAtoms<'a>) -> Button<'a> {
    Button::new(atoms).with_class(QUIET)
}

/// Accent text without a frame: `Show rows`, `Undo`.
pub fn link<'a>(atoms: impl IntoAtoms<'a>) -> Button<'a> {
    Button::new(atoms).with_class(LINK)
}

/// Destroys something that undo cannot bring back.
pub fn danger<'a>(atoms: impl IntoAtoms<'a>) -> Button<'a> {
    Button::new(atoms).with_class(DANGER)
}

/// A quiet button that is only an icon. The name is its tooltip and its accessible name.
pub fn icon(ui: &mut Ui, icon: Icon, name: &str) -> Response {
    icon_enabled(ui, true, icon, name)
}

pub fn icon_enabled(ui: &mut Ui, enabled: bool, icon: Icon, name: &str) -> Response {
    let button = quiet(icon.atom_sized(18.0, None)).min_size(egui::vec2(28.0, 28.0));
    named(
        ui.scope(|ui| {
            ui.spacing_mut().button_padding = egui::vec2(5.0, 5.0);
            ui.add_enabled(enabled, button)
        })
        .inner,
        enabled,
        name,
    )
}

/// An icon that is on or off, for example a preview width.
pub fn icon_toggle(ui: &mut Ui, on: bool, icon: Icon, name: &str) -> Response {
    let glyph = if on { icon.filled_atom(18.0, None) } else { icon.atom_sized(18.0, None) };
    let response = ui
        .scope(|ui| {
            ui.spacing_mut().button_padding = egui::vec2(5.0, 5.0);
            ui.add(quiet(glyph).selected(on).min_size(egui::vec2(28.0, 28.0)))
        })
        .inner;
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, on, name));
    response.on_hover_text(name)
}

/// True when Ctrl Enter was pressed, which presses the one primary button of a screen or dialog.
pub fn go_ahead(ui: &Ui) -> bool {
    ui.input_mut(|input| {
        input.consume_shortcut(&egui::KeyboardShortcut::new(egui::Modifiers::COMMAND, egui::Key::Enter))
    })
}

/// Why a button cannot be pressed belongs on the button.
pub fn enabled_or_why(ui: &mut Ui, button: Button<'_>, why_not: Option<&str>) -> Response {
    let response = ui.add_enabled(why_not.is_none(), button);
    match why_not {
        Some(why) => response.on_disabled_hover_text(why),
        None => response,
    }
}

fn named(response: Response, enabled: bool, name: &str) -> Response {
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, name));
    response.on_hover_text(name).on_disabled_hover_text(name)
}

/// Colours our variants; leaves every other button to egui.
#[derive(Clone, Copy, Debug)]
pub struct ButtonTheme;

impl StyleProvider<ButtonStyle> for ButtonTheme {
    fn style(&mut self, args: &StyleArgs<'_>) -> ButtonStyle {
        let mut style: ButtonStyle = DefaultStyle.style(args);
        let theme = if args.style.visuals.dark_mode { egui::Theme::Dark } else { egui::Theme::Light };
        let t = tokens_of(theme);
        let by_state = |rest, hovered, pressed| match args.state {
            WidgetState::Noninteractive | WidgetState::Inactive => rest,
            WidgetState::Hovered => hovered,
            WidgetState::Active => pressed,
        };
        // `args.has_class` would also match the classes of every parent.
        let classes = &args.classes;
        let selected = classes.has_class(&Button::CLASS_SELECTED);
        let (fill, text, stroke) = if classes.has_class(&PRIMARY) {
            (by_state(t.accent, t.accent_hover, t.accent_pressed), t.on_accent, Stroke::NONE)
        } else if classes.has_class(&DANGER) {
            (by_state(t.hide.soft, t.hide.soft, t.pressed), t.hide.fg, Stroke::NONE)
        } else if classes.has_class(&LINK) {
            (Color32::TRANSPARENT, by_state(t.accent, t.accent_hover, t.accent_pressed), Stroke::NONE)
        } else if classes.has_class(&QUIET) {
            if selected {
                (t.accent_soft, t.accent, Stroke::NONE)
            } else {
                (by_state(Color32::TRANSPARENT, t.hover, t.pressed), t.text, Stroke::NONE)
            }
        } else {
            return style;
        };
        let mut margin = Margin::from(args.style.spacing.button_padding);
        if classes.has_class(&LINK) {
            // A link stands in line with the text above it.
            margin.left = 0;
            margin.right = 0;
        }
        style.atom_layout.frame =
            Frame::new().fill(fill).stroke(stroke).corner_radius(radius::CONTROL).inner_margin(margin);
        style.atom_layout.text_style.color = text;
        style.atom_layout.image_tint = text;
        style
    }
}
