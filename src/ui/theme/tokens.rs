//! Every colour the app may use, by role, for both themes.

use egui::{Color32, Theme};

/// A foreground and the soft background it sits on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tone {
    pub fg: Color32,
    pub soft: Color32,
    /// Filled badge background; white or black text reads on it.
    pub solid: Color32,
}

#[derive(Clone, Debug)]
pub struct Tokens {
    /// Behind everything.
    pub app: Color32,
    /// Panels, cards, popups, inputs.
    pub surface: Color32,
    /// Wells, status bar, hover.
    pub surface2: Color32,
    pub hover: Color32,
    pub pressed: Color32,
    /// Hairlines.
    pub border: Color32,
    /// Outlines of controls.
    pub border_strong: Color32,
    pub text: Color32,
    pub muted: Color32,
    pub accent: Color32,
    pub accent_hover: Color32,
    pub accent_pressed: Color32,
    pub on_accent: Color32,
    pub accent_soft: Color32,
    pub pin: Tone,
    pub boost: Tone,
    pub bury: Tone,
    pub hide: Tone,
    pub info: Tone,
    /// Rail of a slider or an empty bar.
    pub rail: Color32,
    pub scrim: Color32,
    pub shadow: Color32,
    /// Toasts and the drag shelf: dark in both themes.
    pub overlay: Color32,
    pub on_overlay: Color32,
    pub overlay_accent: Color32,
    pub overlay_pin: Color32,
    /// One colour per term of a score, in the order relevance, popularity, newness, margin, stock, variety, rules.
    pub terms: [Color32; 7],
}

const fn hex(rgb: u32) -> Color32 {
    Color32::from_rgb((rgb >> 16) as u8, (rgb >> 8) as u8, rgb as u8)
}

const fn tone(fg: u32, soft: u32, solid: u32) -> Tone {
    Tone { fg: hex(fg), soft: hex(soft), solid: hex(solid) }
}

pub const LIGHT: Tokens = Tokens {
    app: hex(0x00F6_F5F2),
    surface: hex(0x00FF_FFFF),
    surface2: hex(0x00EF_EDE8),
    hover: hex(0x00F3_F1EC),
    pressed: hex(0x00E6_E3DC),
    border: hex(0x00D9_D5CC),
    border_strong: hex(0x0082_7C71),
    text: hex(0x001E_1C19),
    muted: hex(0x005C_584F),
    accent: hex(0x000B_6456),
    accent_hover: hex(0x0009_5448),
    accent_pressed: hex(0x0007_443A),
    on_accent: hex(0x00FF_FFFF),
    accent_soft: hex(0x00DC_EFE9),
    pin: tone(0x004A_4CC0, 0x00E9_E9FA, 0x004A_4CC0),
    boost: tone(0x0017_703C, 0x00E1_F3E7, 0x0017_703C),
    bury: tone(0x008F_5200, 0x00FF_F2D1, 0x008F_5200),
    hide: tone(0x00B0_251D, 0x00FC_E7E5, 0x00B0_251D),
    info: tone(0x001C_58B5, 0x00E3_ECFA, 0x001C_58B5),
    rail: hex(0x00D9_D5CC),
    scrim: Color32::from_black_alpha(90),
    shadow: Color32::from_black_alpha(38),
    overlay: hex(0x002A_2825),
    on_overlay: hex(0x00FF_FFFF),
    overlay_accent: hex(0x004C_C2A8),
    overlay_pin: hex(0x00A3_A5FF),
    terms: [
        hex(0x000B_6456),
        hex(0x001C_58B5),
        hex(0x007B_5EA7),
        hex(0x009A_6A00),
        hex(0x003B_8DBF),
        hex(0x008F_5200),
        hex(0x0017_703C),
    ],
};

pub const DARK: Tokens = Tokens {
    app: hex(0x0016_1513),
    surface: hex(0x001F_1E1B),
    surface2: hex(0x002A_2825),
    hover: hex(0x0029_2724),
    pressed: hex(0x0035_322E),
    border: hex(0x003B_3834),
    border_strong: hex(0x007F_796F),
    text: hex(0x00EC_E9E3),
    muted: hex(0x00AB_A59A),
    accent: hex(0x004C_C2A8),
    accent_hover: hex(0x0067_D0B8),
    accent_pressed: hex(0x0082_DCC7),
    on_accent: hex(0x0006_211C),
    accent_soft: hex(0x0017_372F),
    pin: tone(0x00A3_A5FF, 0x0026_264A, 0x004A_4CC0),
    boost: tone(0x0062_C98A, 0x0014_321F, 0x0017_703C),
    bury: tone(0x00E3_A64E, 0x003A_2D10, 0x008F_5200),
    hide: tone(0x00FF_8F86, 0x0040_1B19, 0x00B0_251D),
    info: tone(0x0085_B4FF, 0x001B_2B45, 0x001C_58B5),
    rail: hex(0x0045_413C),
    scrim: Color32::from_black_alpha(140),
    shadow: Color32::from_black_alpha(140),
    overlay: hex(0x002A_2825),
    on_overlay: hex(0x00FF_FFFF),
    overlay_accent: hex(0x004C_C2A8),
    overlay_pin: hex(0x00A3_A5FF),
    terms: [
        hex(0x001B_8673),
        hex(0x003D_7BDD),
        hex(0x0094_79C2),
        hex(0x00B5_8118),
        hex(0x003B_8DBF),
        hex(0x00B0_6B10),
        hex(0x002E_8F57),
    ],
};

/// Access to the tokens of the active theme.
pub trait HasTokens {
    fn tokens(&self) -> &'static Tokens;
}

impl HasTokens for egui::Ui {
    fn tokens(&self) -> &'static Tokens {
        tokens_of(if self.visuals().dark_mode { Theme::Dark } else { Theme::Light })
    }
}

pub fn tokens_of(theme: Theme) -> &'static Tokens {
    match theme {
        Theme::Light => &LIGHT,
        Theme::Dark => &DARK,
    }
}

/// A colour from OKLCH (Ottosson 2020): lightness and chroma 0…, hue in degrees. Clamped into sRGB.
pub fn oklch(lightness: f32, chroma: f32, hue_degrees: f32) -> Color32 {
    let (sin, cos) = hue_degrees.to_radians().sin_cos();
    let (a, b) = (chroma * cos, chroma * sin);
    let l = (lightness + 0.396_337_78 * a + 0.215_803_76 * b).powi(3);
    let m = (lightness - 0.105_561_346 * a - 0.063_854_17 * b).powi(3);
    let s = (lightness - 0.089_484_18 * a - 1.291_485_5 * b).powi(3);
    let linear = [
        4.076_741_7 * l - 3.307_711_6 * m + 0.230_969_94 * s,
        -1.268_438 * l + 2.609_757_4 * m - 0.341_319_38 * s,
        -0.004_196_086_3 * l - 0.703_418_6 * m + 1.707_614_7 * s,
    ];
    let [r, g, b] = linear.map(|c| {
        let c = c.clamp(0.0, 1.0);
        let encoded = if c <= 0.003_130_8 { 12.92 * c } else { 1.055 * c.powf(1.0 / 2.4) - 0.055 };
        (encoded * 255.0).round() as u8
    });
    Color32::from_rgb(r, g, b)
}
