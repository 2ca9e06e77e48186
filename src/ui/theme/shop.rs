//! The look of the shop inside the preview: the same in both app themes.

use egui::Color32;

/// How the merchant's shop looks. The preview never follows the app theme.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct ShopLook {
    /// Shown as the logo; empty means the store's name.
    pub logo: String,
    /// sRGB of buttons and links.
    pub accent: [u8; 3],
    pub corner_radius: u8,
}

impl Default for ShopLook {
    fn default() -> Self {
        Self { logo: String::new(), accent: [0x1E, 0x1C, 0x19], corner_radius: 6 }
    }
}

impl ShopLook {
    pub const PAPER: Color32 = Color32::WHITE;
    pub const INK: Color32 = Color32::from_rgb(0x1E, 0x1C, 0x19);
    pub const QUIET: Color32 = Color32::from_rgb(0x5C, 0x58, 0x4F);
    pub const LINE: Color32 = Color32::from_rgb(0xE7, 0xE3, 0xDB);
    pub const SALE: Color32 = Color32::from_rgb(0xB0, 0x25, 0x1D);
    /// Behind a picture that is still loading.
    pub const PLACEHOLDER: Color32 = Color32::from_rgb(0xE4, 0xE0, 0xD8);
    pub const BADGE: Color32 = Color32::from_rgb(0x26, 0x24, 0x21);
    pub const RAISED: Color32 = Color32::from_rgb(0x17, 0x70, 0x3C);
    pub const LOWERED: Color32 = Color32::from_rgb(0x8F, 0x52, 0x00);
    pub const PIN: Color32 = Color32::from_rgb(0x4A, 0x4C, 0xC0);
    pub const SELECTED: Color32 = Color32::from_rgb(0x0B, 0x64, 0x56);
    pub const SELECTED_SOFT: Color32 = Color32::from_rgb(0xDC, 0xEF, 0xE9);

    pub fn accent_color(&self) -> Color32 {
        let [r, g, b] = self.accent;
        Color32::from_rgb(r, g, b)
    }

    /// White or ink, whichever reads better on the accent.
    pub fn on_accent(&self) -> Color32 {
        let accent = self.accent_color();
        if super::contrast(accent, Self::PAPER) < super::contrast(accent, Self::INK) {
            Self::INK
        } else {
            Self::PAPER
        }
    }
}

/// Pastel behind the `index`-th category tile.
pub fn tile_tint(index: usize) -> Color32 {
    const TINTS: [(u8, u8, u8); 6] = [
        (0xE4, 0xEC, 0xDA),
        (0xF7, 0xEB, 0xCF),
        (0xDE, 0xEA, 0xE1),
        (0xF6, 0xE3, 0xD5),
        (0xEF, 0xE2, 0xE5),
        (0xE5, 0xE5, 0xF2),
    ];
    let (r, g, b) = TINTS[index % TINTS.len()];
    Color32::from_rgb(r, g, b)
}
