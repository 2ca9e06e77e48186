//! Phosphor glyphs (MIT, phosphoricons.com) as text of the bundled icon fonts.

use egui::{Atom, Color32, FontFamily, FontId, Vec2};

use super::theme;

/// One glyph; the regular and the filled font share code points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Icon(pub &'static str);

impl Icon {
    /// For buttons and chips: takes the colour of the text beside it, and stays out of the accessible name.
    pub fn atom<'a>(self) -> Atom<'a> {
        self.atom_sized(16.0, None)
    }

    pub fn atom_sized<'a>(self, points: f32, color: Option<Color32>) -> Atom<'a> {
        Atom::paint(Vec2::splat(points), move |ui, args| {
            let color = color.unwrap_or(args.fallback_text_color);
            self.paint(ui.painter(), args.rect.center(), points, color);
        })
    }

    pub fn filled_atom<'a>(self, points: f32, color: Option<Color32>) -> Atom<'a> {
        Atom::paint(Vec2::splat(points), move |ui, args| {
            let color = color.unwrap_or(args.fallback_text_color);
            self.paint_filled(ui.painter(), args.rect.center(), points, color);
        })
    }

    /// Paints it centred; for widgets that place everything themselves.
    pub fn paint(self, painter: &egui::Painter, center: egui::Pos2, points: f32, color: Color32) {
        self.paint_family(painter, center, points, color, theme::icons());
    }

    pub fn paint_filled(self, painter: &egui::Painter, center: egui::Pos2, points: f32, color: Color32) {
        self.paint_family(painter, center, points, color, theme::fill_icons());
    }

    fn paint_family(
        self,
        painter: &egui::Painter,
        center: egui::Pos2,
        points: f32,
        color: Color32,
        family: FontFamily,
    ) {
        let galley = painter.layout_no_wrap(self.0.to_owned(), FontId::new(points, family), color);
        // Centre the ink, not the line: icon fonts have uneven ascent and descent.
        let ink = galley.mesh_bounds;
        let at =
            if ink.is_positive() { center - ink.center().to_vec2() } else { center - galley.size() / 2.0 };
        painter.galley(at, galley, color);
    }
}

macro_rules! icons {
    ($($name:ident = $code:literal;)*) => {
        $(pub const $name: Icon = Icon($code);)*
        /// Every icon, so that a test can look for each in the fonts.
        pub const ALL: &[Icon] = &[$($name),*];
    };
}

icons! {
    ALARM = "\u{E006}";
    ARMCHAIR = "\u{E012}";
    ARROW_CLOCKWISE = "\u{E036}";
    ARROW_COUNTER_CLOCKWISE = "\u{E038}";
    ARROW_DOWN = "\u{E03E}";
    ARROW_FAT_DOWN = "\u{E518}";
    ARROW_FAT_UP = "\u{E52E}";
    ARROW_RIGHT = "\u{E06C}";
    ARROW_UP = "\u{E08E}";
    ARROWS_LEFT_RIGHT = "\u{E0A0}";
    AVOCADO = "\u{EE04}";
    BABY = "\u{E774}";
    BABY_CARRIAGE = "\u{E818}";
    BACKPACK = "\u{E922}";
    BARBELL = "\u{E0B6}";
    BASEBALL_CAP = "\u{EA28}";
    BASKET = "\u{E964}";
    BASKETBALL = "\u{E724}";
    BATHTUB = "\u{E81E}";
    BEANIE = "\u{EA2A}";
    BED = "\u{E0CC}";
    BICYCLE = "\u{E0D6}";
    BOOK = "\u{E0E2}";
    BOOKS = "\u{E758}";
    BOOT = "\u{ECCA}";
    BOWL_FOOD = "\u{EAA4}";
    BREAD = "\u{E81C}";
    CACTUS = "\u{E918}";
    CAKE = "\u{E780}";
    CALENDAR = "\u{E108}";
    CALENDAR_BLANK = "\u{E10A}";
    CAMERA = "\u{E10E}";
    CAMPFIRE = "\u{E9D8}";
    CAR = "\u{E112}";
    CARET_DOWN = "\u{E136}";
    CARET_LEFT = "\u{E138}";
    CARET_RIGHT = "\u{E13A}";
    CARET_UP = "\u{E13C}";
    CARROT = "\u{ED38}";
    CAT = "\u{E748}";
    CHAIR = "\u{E950}";
    CHART_BAR = "\u{E150}";
    CHART_LINE_UP = "\u{E156}";
    CHART_POLAR = "\u{EAA8}";
    CHART_SCATTER = "\u{EAAC}";
    CHAT_TEXT = "\u{E17A}";
    CHECK = "\u{E182}";
    CHECK_CIRCLE = "\u{E184}";
    CHEESE = "\u{E9FE}";
    CLOCK = "\u{E19A}";
    CLOCK_COUNTER_CLOCKWISE = "\u{E1A0}";
    CLOCK_USER = "\u{EDEC}";
    COFFEE = "\u{E1C2}";
    COLUMNS = "\u{E546}";
    COMMAND = "\u{E1C4}";
    COOKIE = "\u{E6CA}";
    COOKING_POT = "\u{E764}";
    COPY = "\u{E1CA}";
    COUCH = "\u{E7F6}";
    CURRENCY_DOLLAR = "\u{E550}";
    DATABASE = "\u{E1DE}";
    DESK = "\u{ED16}";
    DESKTOP = "\u{E560}";
    DEVICE_MOBILE = "\u{E1E0}";
    DEVICE_MOBILE_CAMERA = "\u{E1E2}";
    DEVICE_TABLET = "\u{E1E6}";
    DIAMOND = "\u{E1EC}";
    DOG = "\u{E74A}";
    DOTS_SIX_VERTICAL = "\u{EAE2}";
    DOTS_THREE = "\u{E1FE}";
    DOWNLOAD_SIMPLE = "\u{E20C}";
    DRESS = "\u{EA7E}";
    DROP = "\u{E210}";
    ENVELOPE_SIMPLE = "\u{E218}";
    EXPORT = "\u{EAF0}";
    EYE = "\u{E220}";
    EYE_SLASH = "\u{E224}";
    FAN = "\u{E9F2}";
    FILE_CSV = "\u{EB1C}";
    FILE_TEXT = "\u{E23A}";
    FILE_XLS = "\u{EB22}";
    FILE_ZIP = "\u{E958}";
    FIRST_AID = "\u{E56E}";
    FISH = "\u{E728}";
    FLASK = "\u{E79E}";
    FLOWER = "\u{E75E}";
    FLOWER_TULIP = "\u{EACC}";
    FOLDER_OPEN = "\u{E256}";
    FORK_KNIFE = "\u{E262}";
    FRAME_CORNERS = "\u{E626}";
    FUNNEL = "\u{E266}";
    GAME_CONTROLLER = "\u{E26E}";
    GEAR = "\u{E270}";
    GIFT = "\u{E276}";
    GIT_DIFF = "\u{E27C}";
    GUITAR = "\u{EA8A}";
    HAIR_DRYER = "\u{EA66}";
    HAMMER = "\u{E80E}";
    HAND_GRABBING = "\u{E57C}";
    HANDBAG = "\u{E29C}";
    HEADPHONES = "\u{E2A6}";
    HEART = "\u{E2A8}";
    HIGH_HEEL = "\u{E8E8}";
    HOODIE = "\u{ECD0}";
    HORSE = "\u{E2B0}";
    HOUSE = "\u{E2C2}";
    ICE_CREAM = "\u{E804}";
    IMAGE = "\u{E2CA}";
    IMAGE_BROKEN = "\u{E7A8}";
    INFO = "\u{E2CE}";
    KEY = "\u{E2D6}";
    KEYBOARD = "\u{E2D8}";
    LAMP = "\u{E638}";
    LAMP_PENDANT = "\u{EE2E}";
    LAPTOP = "\u{E586}";
    LASSO = "\u{EDC6}";
    LAYOUT = "\u{E6D6}";
    LEAF = "\u{E2DA}";
    LIGHTBULB = "\u{E2DC}";
    LIGHTNING = "\u{E2DE}";
    LINK = "\u{E2E2}";
    LINK_BREAK = "\u{E2E4}";
    LIST_CHECKS = "\u{EADC}";
    LOCK = "\u{E2FA}";
    LOCK_OPEN = "\u{E306}";
    MAGNIFYING_GLASS = "\u{E30C}";
    MINUS = "\u{E32A}";
    MOON = "\u{E330}";
    MUSIC_NOTES = "\u{E340}";
    NEEDLE = "\u{E82E}";
    ORANGE = "\u{EE40}";
    PACKAGE = "\u{E390}";
    PAINT_BRUSH = "\u{E6F0}";
    PALETTE = "\u{E6C8}";
    PANTS = "\u{EC88}";
    PAPER_PLANE_TILT = "\u{E398}";
    PAW_PRINT = "\u{E648}";
    PENCIL_SIMPLE = "\u{E3B4}";
    PEPPER = "\u{E94A}";
    PERCENT = "\u{E3B6}";
    PICTURE_IN_PICTURE = "\u{E64C}";
    PILL = "\u{E700}";
    PLANT = "\u{EBAE}";
    PLAY = "\u{E3D0}";
    PLUS = "\u{E3D4}";
    POTTED_PLANT = "\u{EC22}";
    PUSH_PIN = "\u{E3E2}";
    PUSH_PIN_SLASH = "\u{E3E4}";
    PUZZLE_PIECE = "\u{E596}";
    QUESTION = "\u{E3E8}";
    SCISSORS = "\u{EAE0}";
    SHIELD_CHECK = "\u{E40C}";
    SHOPPING_BAG = "\u{E416}";
    SHOPPING_CART = "\u{E41E}";
    SHOWER = "\u{E776}";
    SLIDERS_HORIZONTAL = "\u{E434}";
    SNEAKER = "\u{E80C}";
    SOCCER_BALL = "\u{E716}";
    SOCK = "\u{ECCE}";
    SORT_ASCENDING = "\u{E444}";
    SPARKLE = "\u{E6A2}";
    SPEAKER_HIFI = "\u{EA08}";
    SQUARE_SPLIT_HORIZONTAL = "\u{E870}";
    STACK = "\u{E466}";
    STAR = "\u{E46A}";
    STOP = "\u{E46C}";
    SUITCASE = "\u{E5AE}";
    SUITCASE_ROLLING = "\u{E9B0}";
    SUN = "\u{E472}";
    SUNGLASSES = "\u{E816}";
    SWAP = "\u{E83C}";
    T_SHIRT = "\u{E670}";
    TAG = "\u{E478}";
    TELEVISION = "\u{E754}";
    TENNIS_BALL = "\u{E720}";
    TENT = "\u{E8BA}";
    TOOLBOX = "\u{ECA0}";
    TOWEL = "\u{EDE6}";
    TRANSLATE = "\u{E4A2}";
    TRASH = "\u{E4A6}";
    TRAY = "\u{E4AA}";
    TREE = "\u{E6DA}";
    UMBRELLA = "\u{E684}";
    UPLOAD_SIMPLE = "\u{E4C0}";
    USER = "\u{E4C2}";
    USERS_THREE = "\u{E68E}";
    WARNING = "\u{E4E0}";
    WARNING_CIRCLE = "\u{E4E2}";
    WATCH = "\u{E4E6}";
    WINE = "\u{E6B2}";
    WRENCH = "\u{E5D4}";
    X = "\u{E4F6}";
    X_CIRCLE = "\u{E4F8}";
    YARN = "\u{ED9A}";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_icon_is_in_both_bundled_fonts() {
        let ctx = egui::Context::default();
        theme::install(&ctx);
        let mut output = None;
        let mut painted = ctx.run_ui(egui::RawInput::default(), |ui| {
            let missing: Vec<&str> = ui.fonts_mut(|fonts| {
                ALL.iter()
                    .filter(|icon| {
                        [theme::icons(), theme::fill_icons()]
                            .into_iter()
                            .any(|family| !fonts.has_glyphs(&FontId::new(18.0, family), icon.0))
                    })
                    .map(|icon| icon.0)
                    .collect()
            });
            output = Some(missing);
        });
        // Nobody paints it here, and egui insists on being told.
        painted.textures_delta.clear();
        assert_eq!(output, Some(Vec::new()));
    }
}
