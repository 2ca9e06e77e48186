//! The eight segment colours (after Okabe and Ito, darkened for white) and the shapes that go with them.

use egui::{Color32, Theme};

/// Places of the palette that look different from each other; from there on it starts over.
const MARKS: u8 = 24;

/// Shapes tell segments apart without colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marker {
    Disc,
    Square,
    TriangleUp,
    Diamond,
    Cross,
    TriangleDown,
    Star,
    Ring,
}

/// The colour of the `index`-th place in the palette; wraps around.
pub fn segment_color(theme: Theme, index: u8) -> Color32 {
    const LIGHT: [(u8, u8, u8); 8] = [
        (0x00, 0x72, 0xB2),
        (0xC7, 0x50, 0x00),
        (0x00, 0x85, 0x5F),
        (0xB0, 0x57, 0x8A),
        (0x9A, 0x6A, 0x00),
        (0x3B, 0x8D, 0xBF),
        (0x7B, 0x5E, 0xA7),
        (0x6B, 0x6B, 0x6B),
    ];
    const DARK: [(u8, u8, u8); 8] = [
        (0x4D, 0xA6, 0xE0),
        (0xF0, 0x83, 0x4A),
        (0x3C, 0xC7, 0x9A),
        (0xE3, 0x9C, 0xC6),
        (0xE8, 0xB3, 0x4A),
        (0x8C, 0xCB, 0xF2),
        (0xB7, 0x9C, 0xE0),
        (0xB0, 0xB0, 0xB0),
    ];
    let (r, g, b) = match theme {
        Theme::Light => LIGHT[usize::from(index) % 8],
        Theme::Dark => DARK[usize::from(index) % 8],
    };
    Color32::from_rgb(r, g, b)
}

/// The shape of the `index`-th place; colour and shape together are one of a kind for [`MARKS`] places.
pub fn segment_marker(index: u8) -> Marker {
    const SHIFT: [usize; 3] = [0, 3, 5];
    const SHAPES: [Marker; 8] = [
        Marker::Disc,
        Marker::Square,
        Marker::TriangleUp,
        Marker::Diamond,
        Marker::Cross,
        Marker::TriangleDown,
        Marker::Star,
        Marker::Ring,
    ];
    // The second time round every colour meets another shape, and so the third time.
    let round = usize::from(index) % usize::from(MARKS) / 8;
    SHAPES[(usize::from(index) + SHIFT[round]) % 8]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_places_of_the_palette_share_colour_and_shape() {
        for theme in [Theme::Light, Theme::Dark] {
            let looks: Vec<_> = (0..MARKS).map(|at| (segment_color(theme, at), segment_marker(at))).collect();
            for (at, look) in looks.iter().enumerate() {
                assert!(!looks[..at].contains(look), "place {at} looks like an earlier one: {look:?}");
            }
        }
    }
}
