//! WCAG 2.2 contrast of two opaque colours.

use egui::Color32;

/// 1…21 (WCAG 2.2, relative luminance).
pub fn contrast(a: Color32, b: Color32) -> f32 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn luminance(color: Color32) -> f32 {
    let linear = |channel: u8| {
        let c = f32::from(channel) / 255.0;
        if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(color.r()) + 0.7152 * linear(color.g()) + 0.0722 * linear(color.b())
}

#[cfg(test)]
mod tests {
    use super::super::{DARK, LIGHT, segment_color};
    use super::*;

    #[test]
    fn text_is_readable_on_every_surface_it_is_used_on() {
        for (name, t) in [("light", &LIGHT), ("dark", &DARK)] {
            let mut pairs = vec![
                ("on_accent", t.on_accent, t.accent, 4.5),
                ("accent on soft", t.accent, t.accent_soft, 4.5),
                ("outline", t.border_strong, t.surface, 3.0),
                ("toast", t.on_overlay, t.overlay, 7.0),
                ("toast action", t.overlay_accent, t.overlay, 4.5),
                ("toast pin", t.overlay_pin, t.overlay, 4.5),
            ];
            for (surface, background) in [("app", t.app), ("surface", t.surface), ("surface2", t.surface2)] {
                pairs.push((surface, t.text, background, 7.0));
                pairs.push((surface, t.muted, background, 4.5));
                pairs.push((surface, t.accent, background, 4.5));
            }
            for (kind, tone) in
                [("pin", t.pin), ("boost", t.boost), ("bury", t.bury), ("hide", t.hide), ("info", t.info)]
            {
                pairs.push((kind, tone.fg, tone.soft, 4.5));
                pairs.push((kind, tone.fg, t.surface, 4.5));
                pairs.push((kind, LIGHT.on_accent, tone.solid, 4.5));
            }
            for (what, fg, bg, at_least) in pairs {
                let ratio = contrast(fg, bg);
                assert!(at_least <= ratio, "{name} {what}: {ratio:.2} < {at_least}");
            }
        }
    }

    #[test]
    fn segment_markers_stand_out_from_the_surface() {
        for (theme, tokens) in [(egui::Theme::Light, &LIGHT), (egui::Theme::Dark, &DARK)] {
            for index in 0..8 {
                let ratio = contrast(segment_color(theme, index), tokens.surface);
                assert!(3.0 <= ratio, "{theme:?} segment {index}: {ratio:.2}");
            }
        }
    }
}
