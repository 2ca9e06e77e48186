//! The look of the app: tokens, fonts and `egui::Style`.
//!
//! **Invariant**: only this room names a colour. Everything else asks [`Tokens`].

mod contrast;
mod fonts;
mod segments;
mod shop;
mod style;
mod tokens;

pub use contrast::contrast;
pub use fonts::{bold, fill_icons, icons, medium, number, number_semibold, semibold, shop_heading};
pub use segments::{Marker, segment_color, segment_marker};
pub use shop::{ShopLook, tile_tint};
pub use style::install;
pub use tokens::{DARK, HasTokens, LIGHT, Tokens, Tone, oklch, tokens_of};

/// Spacing steps, on a 4-point grid.
pub mod space {
    pub const XS: f32 = 4.0;
    pub const S: f32 = 8.0;
    pub const M: f32 = 12.0;
    pub const L: f32 = 16.0;
    pub const XL: f32 = 24.0;
    pub const XXL: f32 = 32.0;
}

/// Heights and widths that more than one place must agree on.
pub mod size {
    pub const CONTROL: f32 = 28.0;
    pub const BAR: f32 = 44.0;
    pub const STATUS: f32 = 24.0;
    pub const STRIP: f32 = 72.0;
    /// A window lower than this leaves the strip one line, so that the page keeps its first products.
    pub const STRIP_IS_ONE_LINE_BELOW: f32 = 720.0;
    pub const STRIP_LINE: f32 = 40.0;
    pub const RAIL: f32 = 200.0;
    pub const RAIL_ICONS: f32 = 56.0;
    pub const INSPECTOR: f32 = 320.0;
    pub const ROW_DENSE: f32 = 28.0;
    pub const ROW: f32 = 36.0;
    pub const ICON: f32 = 18.0;
    /// Below this window width the rail shows icons only.
    pub const RAIL_COLLAPSES_BELOW: f32 = 1_100.0;
    /// Below this window width the inspector lies over the main view.
    pub const INSPECTOR_OVERLAYS_BELOW: f32 = 1_280.0;
}

pub mod radius {
    pub const CONTROL: u8 = 6;
    pub const CARD: u8 = 10;
    pub const PREVIEW: u8 = 12;
    pub const PILL: u8 = 255;
}

/// Named text styles; see SCREENS section 3 for what each is for.
pub mod text {
    use egui::TextStyle;

    /// 24 semibold: screen titles and big numbers.
    pub fn display() -> TextStyle {
        TextStyle::Name("display".into())
    }

    /// 16 semibold: card and panel titles.
    pub fn title() -> TextStyle {
        TextStyle::Heading
    }

    /// 14 semibold.
    pub fn strong() -> TextStyle {
        TextStyle::Name("strong".into())
    }

    /// 12 regular: captions and badges; nothing is smaller.
    pub fn small() -> TextStyle {
        TextStyle::Small
    }

    /// 12 medium: column heads, chips.
    pub fn label() -> TextStyle {
        TextStyle::Name("label".into())
    }

    /// 14 medium with tabular digits: money and counts.
    pub fn number() -> TextStyle {
        TextStyle::Name("number".into())
    }

    /// 12 medium with tabular digits.
    pub fn small_number() -> TextStyle {
        TextStyle::Name("small number".into())
    }

    /// 18 icon glyphs.
    pub fn icon() -> TextStyle {
        TextStyle::Name("icon".into())
    }
}
