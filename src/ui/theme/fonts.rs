//! Bundled fonts: Inter for the tool, its tabular copy for numbers, Fraunces for the shop, Phosphor for icons.

use std::sync::Arc;

use egui::epaint::text::VariationCoords;
use egui::{FontData, FontDefinitions, FontFamily};

/// Medium weight of the interface.
pub fn medium() -> FontFamily {
    FontFamily::Name("medium".into())
}

pub fn semibold() -> FontFamily {
    FontFamily::Name("semibold".into())
}

pub fn bold() -> FontFamily {
    FontFamily::Name("bold".into())
}

/// Medium weight with digits of one width.
pub fn number() -> FontFamily {
    FontFamily::Name("number".into())
}

pub fn number_semibold() -> FontFamily {
    FontFamily::Name("number semibold".into())
}

/// Headings of the shop in the preview.
pub fn shop_heading() -> FontFamily {
    FontFamily::Name("shop".into())
}

pub fn icons() -> FontFamily {
    FontFamily::Name("icons".into())
}

pub fn fill_icons() -> FontFamily {
    FontFamily::Name("fill icons".into())
}

const LATIN: &[u8] = include_bytes!("../../../assets/fonts/Inter-latin-wght.ttf");
const LATIN_EXT: &[u8] = include_bytes!("../../../assets/fonts/Inter-latin-ext-wght.ttf");
const CYRILLIC: &[u8] = include_bytes!("../../../assets/fonts/Inter-cyrillic-wght.ttf");
const GREEK: &[u8] = include_bytes!("../../../assets/fonts/Inter-greek-wght.ttf");
const TABULAR: &[u8] = include_bytes!("../../../assets/fonts/InterTabular-latin-wght.ttf");
const FRAUNCES: &[u8] = include_bytes!("../../../assets/fonts/Fraunces-latin-wght.ttf");
const PHOSPHOR: &[u8] = include_bytes!("../../../assets/icons/Phosphor-subset.ttf");
const PHOSPHOR_FILL: &[u8] = include_bytes!("../../../assets/icons/Phosphor-Fill-subset.ttf");

/// Every family the app uses. Weights are variation coordinates of the same file, so each file is loaded once per
/// weight that is used.
pub(super) fn definitions() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let bundled_fallback = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    let mut face = |name: String, bytes: &'static [u8], weight: Option<f32>| {
        let mut data = FontData::from_static(bytes);
        if let Some(weight) = weight {
            data.tweak.coords = VariationCoords::new([(b"wght", weight)]);
        }
        if weight.is_none() {
            // Phosphor sits a little high beside Inter.
            data.tweak.y_offset_factor = 0.08;
        }
        fonts.font_data.insert(name.clone(), Arc::new(data));
        name
    };
    let icon_face = face("phosphor".to_owned(), PHOSPHOR, None);
    let fill_face = face("phosphor-fill".to_owned(), PHOSPHOR_FILL, None);
    let mut families = Vec::new();
    for (family, first, weight) in [
        (FontFamily::Proportional, ("inter", LATIN), 400.0),
        (medium(), ("inter", LATIN), 500.0),
        (semibold(), ("inter", LATIN), 600.0),
        (bold(), ("inter", LATIN), 700.0),
        (number(), ("tabular", TABULAR), 500.0),
        (number_semibold(), ("tabular", TABULAR), 600.0),
        (shop_heading(), ("fraunces", FRAUNCES), 600.0),
    ] {
        let mut names = vec![face(format!("{}-{weight}", first.0), first.1, Some(weight))];
        if first.0 != "inter" {
            names.push(face(format!("inter-{weight}"), LATIN, Some(weight)));
        }
        for (name, bytes) in [("latin-ext", LATIN_EXT), ("cyrillic", CYRILLIC), ("greek", GREEK)] {
            names.push(face(format!("{name}-{weight}"), bytes, Some(weight)));
        }
        names.push(icon_face.clone());
        families.push((family, names));
    }
    families.push((icons(), vec![icon_face]));
    families.push((fill_icons(), vec![fill_face]));
    for (family, mut names) in families {
        names.extend(bundled_fallback.iter().cloned());
        // The only bundled face with arrows.
        names.push("Hack".to_owned());
        fonts.families.insert(family, names);
    }
    fonts
}
