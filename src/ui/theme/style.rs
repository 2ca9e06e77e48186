//! Tokens as `egui::Style`, for both themes.

use egui::style::{HandleShape, ScrollStyle, Selection, WidgetVisuals};
use egui::{CornerRadius, FontFamily, FontId, Margin, Shadow, Stroke, Style, TextStyle, Theme, vec2};

use super::{Tokens, fonts, radius, size, space, text, tokens_of};

/// Install fonts, image loaders and both themes. Call once, before the first frame.
pub fn install(ctx: &egui::Context) {
    ctx.set_fonts(fonts::definitions());
    for theme in [Theme::Light, Theme::Dark] {
        ctx.style_mut_of(theme, |style| apply(style, tokens_of(theme)));
    }
    ctx.options_mut(|options| options.fallback_theme = Theme::Light);
    ctx.replace_widget_theme::<egui::widget_style::ButtonStyle>(crate::ui::kit::button::ButtonTheme);
}

fn apply(style: &mut Style, t: &Tokens) {
    style.text_styles = [
        (TextStyle::Small, FontId::new(12.0, FontFamily::Proportional)),
        (TextStyle::Body, FontId::new(14.0, FontFamily::Proportional)),
        (TextStyle::Button, FontId::new(14.0, fonts::medium())),
        (TextStyle::Heading, FontId::new(16.0, fonts::semibold())),
        (TextStyle::Monospace, FontId::new(12.0, FontFamily::Monospace)),
        (text::display(), FontId::new(24.0, fonts::semibold())),
        (text::strong(), FontId::new(14.0, fonts::semibold())),
        (text::label(), FontId::new(12.0, fonts::medium())),
        (text::number(), FontId::new(14.0, fonts::number())),
        (text::small_number(), FontId::new(12.0, fonts::number())),
        (text::icon(), FontId::new(size::ICON, fonts::icons())),
    ]
    .into();
    style.drag_value_text_style = text::number();
    style.animation_time = 0.12;
    style.compact_menu_style = false;
    style.always_scroll_the_only_direction = false;
    style.interaction.selectable_labels = false;
    style.interaction.tooltip_delay = 0.4;

    let s = &mut style.spacing;
    s.item_spacing = vec2(space::S, space::S);
    s.button_padding = vec2(space::M, 5.0);
    s.interact_size = vec2(size::CONTROL, size::CONTROL);
    s.window_margin = Margin::same(16);
    s.menu_margin = Margin::same(6);
    s.menu_spacing = 4.0;
    s.menu_width = 240.0;
    s.tooltip_width = 320.0;
    s.indent = space::L;
    s.icon_width = 18.0;
    s.icon_width_inner = 11.0;
    s.icon_spacing = 8.0;
    s.combo_width = 120.0;
    s.combo_height = 360.0;
    s.text_edit_width = 240.0;
    s.slider_width = 160.0;
    s.slider_rail_height = 4.0;
    s.scroll = ScrollStyle { bar_width: 8.0, floating_allocated_width: 0.0, ..ScrollStyle::floating() };
    s.scroll.fade.strength = 0.0;

    let v = &mut style.visuals;
    v.override_text_color = None;
    v.weak_text_color = Some(t.muted);
    v.hyperlink_color = t.accent;
    v.warn_fg_color = t.bury.fg;
    v.error_fg_color = t.hide.fg;
    v.panel_fill = t.surface;
    v.window_fill = t.surface;
    v.window_stroke = Stroke::new(1.0, t.border);
    v.window_corner_radius = CornerRadius::same(radius::PREVIEW);
    v.menu_corner_radius = CornerRadius::same(radius::CARD);
    v.window_shadow = Shadow { offset: [0, 8], blur: 28, spread: 0, color: t.shadow };
    v.popup_shadow = v.window_shadow;
    v.window_highlight_topmost = false;
    v.extreme_bg_color = t.surface;
    v.text_edit_bg_color = Some(t.surface);
    v.faint_bg_color = t.app;
    v.code_bg_color = t.surface2;
    v.selection = Selection { bg_fill: t.accent_soft, stroke: Stroke::new(1.0, t.accent) };
    v.text_cursor.stroke = Stroke::new(1.5, t.accent);
    v.striped = false;
    v.indent_has_left_vline = false;
    v.collapsing_header_frame = false;
    v.slider_trailing_fill = true;
    v.handle_shape = HandleShape::Circle;
    v.image_loading_spinners = false;
    v.disabled_alpha = 0.5;

    let base = WidgetVisuals {
        bg_fill: t.surface,
        weak_bg_fill: t.surface,
        bg_stroke: Stroke::new(1.0, t.border_strong),
        fg_stroke: Stroke::new(1.0, t.text),
        corner_radius: CornerRadius::same(radius::CONTROL),
        expansion: 0.0,
    };
    v.widgets.noninteractive = WidgetVisuals { bg_stroke: Stroke::new(1.0, t.border), ..base };
    v.widgets.inactive = base;
    v.widgets.hovered = WidgetVisuals {
        bg_fill: t.hover,
        weak_bg_fill: t.hover,
        bg_stroke: Stroke::new(1.0, t.border_strong),
        ..base
    };
    v.widgets.active = WidgetVisuals { bg_fill: t.pressed, weak_bg_fill: t.pressed, ..v.widgets.hovered };
    v.widgets.open = WidgetVisuals { bg_fill: t.hover, weak_bg_fill: t.hover, ..base };
}
