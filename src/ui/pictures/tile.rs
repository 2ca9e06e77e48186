//! The tile of a product without a picture: a quiet gradient, a pattern and a category glyph, all from its id.

use egui::epaint::{Mesh, Vertex, WHITE_UV};
use egui::{Color32, Painter, Rect, Shape, Vec2, pos2, vec2};

use crate::shop::hash::fnv1a64;
use crate::ui::icons::{self, Icon};
use crate::ui::theme::oklch;

/// Paints the tile; the same everywhere for the same product.
pub fn paint_tile(painter: &Painter, rect: Rect, id: &str, title: &str, category: &str) {
    let h = finalise(fnv1a64(id.as_bytes()));
    let words = format!("{} {}", title.to_lowercase(), category.to_lowercase());
    let category_hue = (finalise(fnv1a64(category.as_bytes())) % 360) as f32;
    let jitter = (h >> 8) % 37;
    let (hue, chroma) = match named_hue(&words) {
        Some((hue, chroma)) => (hue, chroma),
        None => (category_hue + jitter as f32 - 18.0, 0.055),
    };
    let painter = painter.with_clip_rect(painter.clip_rect().intersect(rect));
    gradient(&painter, rect, oklch(0.945, chroma * 0.6, hue), oklch(0.865, chroma, hue), (h >> 16) % 360);
    pattern(&painter, rect, oklch(0.825, chroma, hue), h % 4);
    let ink = oklch(0.50, chroma * 1.55, hue);
    let shadow = Rect::from_center_size(
        rect.center() + vec2(0.0, rect.height() * 0.235),
        vec2(rect.width() * 0.34, rect.height() * 0.05),
    );
    painter.add(Shape::ellipse_filled(shadow.center(), shadow.size() / 2.0, ink.gamma_multiply(0.18)));
    glyph(&words).paint_filled(&painter, rect.center(), rect.width() * 0.42, ink);
}

/// The murmur3 finaliser: short ids otherwise share their low bits.
fn finalise(mut h: u64) -> u64 {
    h ^= h >> 33;
    h = h.wrapping_mul(0xff51_afd7_ed55_8ccd);
    h ^= h >> 33;
    h = h.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    h ^ (h >> 33)
}

fn gradient(painter: &Painter, rect: Rect, from: Color32, to: Color32, angle_degrees: u64) {
    let direction = Vec2::angled((angle_degrees as f32).to_radians());
    let reach = rect.size().abs().dot(direction.abs()) / 2.0;
    let mut mesh = Mesh::default();
    for corner in [rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom()] {
        let t = ((corner - rect.center()).dot(direction) / reach + 1.0) / 2.0;
        mesh.vertices.push(Vertex { pos: corner, uv: WHITE_UV, color: from.lerp_to_gamma(to, t) });
    }
    mesh.indices = vec![0, 1, 2, 0, 2, 3];
    painter.add(mesh);
}

fn pattern(painter: &Painter, rect: Rect, color: Color32, which: u64) {
    let (w, h) = (rect.width(), rect.height());
    match which {
        0 => {
            let arch = Rect::from_min_max(
                pos2(rect.left() + w * 0.22, rect.top() + h * 0.2),
                pos2(rect.right() - w * 0.22, rect.bottom()),
            );
            let radius = (arch.width() / 2.0).min(255.0) as u8;
            painter.rect_filled(arch, egui::CornerRadius { nw: radius, ne: radius, sw: 0, se: 0 }, color);
        }
        1 => {
            painter.circle_filled(rect.center(), w * 0.38, color);
        }
        2 => {
            painter.circle_filled(rect.left_bottom() + vec2(w * 0.2, h * 0.25), w * 0.5, color);
            painter.circle_filled(rect.right_bottom() + vec2(-w * 0.15, h * 0.3), w * 0.52, color);
        }
        _ => {
            let shelf = Rect::from_min_max(pos2(rect.left(), rect.top() + h * 0.72), rect.right_bottom());
            painter.rect_filled(shelf, 0, color);
        }
    }
}

/// A colour in the title wins over the category's hue: (hue, chroma).
fn named_hue(words: &str) -> Option<(f32, f32)> {
    const NAMES: [(&[&str], f32, f32); 14] = [
        (&["navy", "marine"], 262.0, 0.055),
        (&["blue", "blau"], 250.0, 0.055),
        (&["sky", "himmel"], 230.0, 0.055),
        (&["teal", "petrol"], 195.0, 0.055),
        (&["forest", "green", "grün"], 150.0, 0.055),
        (&["sage", "salbei", "olive"], 130.0, 0.045),
        (&["mustard", "senf", "yellow", "gelb"], 90.0, 0.06),
        (&["terracotta", "rust", "rost"], 45.0, 0.06),
        (&["red", "rot", "cherry"], 25.0, 0.06),
        (&["blush", "pink", "rose"], 5.0, 0.05),
        (&["lilac", "purple", "violet", "lila"], 305.0, 0.05),
        (&["walnut", "oak", "brown", "braun"], 65.0, 0.04),
        (&["cream", "oat", "beige", "sand"], 85.0, 0.03),
        (&["black", "white", "charcoal", "schwarz", "weiß", "anthrazit"], 90.0, 0.008),
    ];
    let has = |name: &&str| words.split(|c: char| !c.is_alphanumeric()).any(|word| word == *name);
    NAMES.iter().find(|(names, ..)| names.iter().any(has)).map(|(_, hue, chroma)| (*hue, *chroma))
}

/// The glyph of the first keyword found in title and category.
fn glyph(words: &str) -> Icon {
    const GLYPHS: &[(&[&str], Icon)] = &[
        (&["sofa", "couch", "armchair", "sessel"], icons::COUCH),
        (&["chair", "stool", "bench", "stuhl", "hocker", "bank"], icons::CHAIR),
        (&["desk", "table", "tisch"], icons::DESK),
        (&["bed", "cradle", "nightstand", "bett"], icons::BED),
        (&["pendant", "chandelier", "lantern"], icons::LAMP_PENDANT),
        (&["lamp", "light", "lampe", "leuchte"], icons::LAMP),
        (&["cactus", "succulent", "kaktus"], icons::CACTUS),
        (&["tulip", "tulpe"], icons::FLOWER_TULIP),
        (&["flower", "lily", "orchid", "lilies", "blume"], icons::FLOWER),
        (&["plant", "palm", "yucca", "fern", "pflanze"], icons::POTTED_PLANT),
        (&["tree", "baum"], icons::TREE),
        (&["vase", "planter", "pot", "topf"], icons::PLANT),
        (&["mug", "cup", "coffee", "espresso", "tasse", "kaffee"], icons::COFFEE),
        (&["kettle", "pan", "stock", "cook", "pfanne", "kessel"], icons::COOKING_POT),
        (&["plate", "cutlery", "fork", "knife", "kitchen", "dining", "geschirr", "küche"], icons::FORK_KNIFE),
        (&["bowl", "schüssel"], icons::BOWL_FOOD),
        (&["wine", "goblet", "wein"], icons::WINE),
        (&["bread", "toaster", "brot"], icons::BREAD),
        (&["cake", "kuchen"], icons::CAKE),
        (&["basket", "korb"], icons::BASKET),
        (&["rug", "towel", "teppich", "handtuch"], icons::TOWEL),
        (&["bath", "basin", "bad"], icons::BATHTUB),
        (&["shower", "dusche"], icons::SHOWER),
        (&["candle", "kerze"], icons::CAMPFIRE),
        (&["frame", "picture", "mirror", "bild", "spiegel"], icons::IMAGE),
        (&["clock", "uhr"], icons::CLOCK),
        (&["book", "shelf", "bookcase", "buch", "regal"], icons::BOOKS),
        (&["puzzle"], icons::PUZZLE_PIECE),
        (&["horse", "pferd"], icons::HORSE),
        (&["bicycle", "tricycle", "bike", "fahrrad"], icons::BICYCLE),
        (&["toy", "kids", "baby", "kinder", "spielzeug"], icons::BABY_CARRIAGE),
        (&["game", "spiel"], icons::GAME_CONTROLLER),
        (&["tent", "camp", "zelt"], icons::TENT),
        (&["umbrella", "parasol", "schirm"], icons::UMBRELLA),
        (&["garden", "outdoor", "garten"], icons::LEAF),
        (&["backpack", "rucksack"], icons::BACKPACK),
        (&["bag", "handbag", "purse", "tasche"], icons::HANDBAG),
        (&["suitcase", "luggage", "koffer"], icons::SUITCASE_ROLLING),
        (&["briefcase", "wallet"], icons::SUITCASE),
        (&["dress", "skirt", "kleid", "rock"], icons::DRESS),
        (&["shirt", "blouse", "top", "hemd"], icons::T_SHIRT),
        (&["jacket", "hoodie", "coat", "jacke", "mantel"], icons::HOODIE),
        (&["trousers", "pants", "jeans", "hose"], icons::PANTS),
        (&["sock", "socks", "socken"], icons::SOCK),
        (&["boot", "boots", "stiefel"], icons::BOOT),
        (&["shoe", "shoes", "sneaker", "slippers", "schuh"], icons::SNEAKER),
        (&["hat", "cap", "hut", "mütze"], icons::BASEBALL_CAP),
        (&["beanie"], icons::BEANIE),
        (&["sunglasses", "sonnenbrille"], icons::SUNGLASSES),
        (&["watch", "armbanduhr"], icons::WATCH),
        (&["ring", "necklace", "jewellery", "schmuck"], icons::DIAMOND),
        (&["headphones", "kopfhörer"], icons::HEADPHONES),
        (&["radio", "speaker", "lautsprecher"], icons::SPEAKER_HIFI),
        (&["television", "tv", "fernseher"], icons::TELEVISION),
        (&["laptop", "computer"], icons::LAPTOP),
        (&["camera", "kamera"], icons::CAMERA),
        (&["fan", "ventilator"], icons::FAN),
        (&["guitar", "gitarre"], icons::GUITAR),
        (&["music", "xylophone", "musik"], icons::MUSIC_NOTES),
        (&["ball", "football"], icons::SOCCER_BALL),
        (&["hammer", "tool", "werkzeug"], icons::HAMMER),
        (&["brush", "paint", "pinsel"], icons::PAINT_BRUSH),
        (&["yarn", "wool", "garn", "wolle"], icons::YARN),
        (&["dog", "hund"], icons::DOG),
        (&["cat", "katze"], icons::CAT),
        (&["pet", "haustier"], icons::PAW_PRINT),
        (&["gift", "geschenk"], icons::GIFT),
    ];
    let word_list: Vec<&str> = words.split(|c: char| !c.is_alphanumeric()).collect();
    GLYPHS
        .iter()
        .find(|(keys, _)| {
            keys.iter()
                .any(|key| word_list.iter().any(|word| word == key || word.strip_suffix('s') == Some(key)))
        })
        .map_or(icons::PACKAGE, |(_, icon)| *icon)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_choose_the_glyph_and_unknown_things_are_packages() {
        assert_eq!(glyph("stoneware mug, navy kitchen & dining"), icons::COFFEE);
        assert_eq!(glyph("winchester sofa sofas & armchairs"), icons::COUCH);
        assert_eq!(glyph("widget 7"), icons::PACKAGE);
    }

    #[test]
    fn a_colour_in_the_title_wins() {
        assert_eq!(named_hue("ribbed vase, navy"), Some((262.0, 0.055)));
        assert_eq!(named_hue("carpet"), None);
    }
}
