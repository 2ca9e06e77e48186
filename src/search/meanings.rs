//! Words of shoppers that mean a word of the shop: common retail English and German for home, fashion and electronics.
//!
//! **Invariant**: a meaning never changes what a word of the shop finds. It only answers words that stand on nothing.

use std::collections::BTreeMap;

use super::forms::{Language, plurals, stem};
use crate::bundle::{Posting, TextIndex};

/// Permille of a word's points that a word of the same meaning gets.
const SAME_MEANING: u32 = 700;

/// Folded singulars that shoppers use for one another, each group one thing. A word stands in one group.
const GROUPS: &[&[&str]] = &[
    // Home
    &["sofa", "couch", "settee", "loveseat", "sofas"],
    &["cushion", "pillow", "bolster", "kissen"],
    &["lamp", "light", "luminaire", "lampe", "leuchte"],
    &["chandelier", "kronleuchter"],
    &["rug", "carpet", "mat", "teppich", "matte"],
    &["armchair", "sessel", "recliner"],
    &["chair", "seat", "stuhl"],
    &["stool", "hocker", "pouf", "ottoman"],
    &["dresser", "commode", "kommode", "sideboard"],
    &["wardrobe", "closet", "armoire", "schrank", "kleiderschrank"],
    &["nightstand", "nachttisch"],
    &["bookcase", "bookshelf", "regal", "bucherregal"],
    &["shelf", "shelving"],
    &["curtain", "drape", "vorhang", "gardine"],
    &["duvet", "comforter", "quilt", "bettdecke"],
    &["blanket", "throw", "plaid", "decke"],
    &["vase", "urn"],
    &["planter", "flowerpot", "blumentopf"],
    &["candle", "kerze"],
    &["mirror", "spiegel"],
    &["mug", "cup", "tasse", "becher"],
    &["kettle", "wasserkocher"],
    &["pan", "skillet", "pfanne"],
    &["towel", "handtuch"],
    &["bin", "trashcan", "wastebasket", "mulleimer"],
    &["basket", "hamper", "korb"],
    &["clock", "uhr"],
    &["picture", "painting", "bild"],
    &["cot", "crib", "kinderbett"],
    &["toy", "plaything", "spielzeug"],
    &["plant", "houseplant", "pflanze"],
    &["hammock", "hangematte"],
    &["parasol", "sunshade", "sonnenschirm"],
    &["barbecue", "bbq", "grill"],
    // Fashion
    &["trousers", "pants", "slacks", "hose"],
    &["jeans", "denim"],
    &["sweater", "jumper", "pullover", "knit"],
    &["hoodie", "sweatshirt"],
    &["shirt", "blouse", "hemd", "bluse"],
    &["tshirt", "tee"],
    &["jacket", "coat", "parka", "jacke", "mantel"],
    &["dress", "gown", "frock", "kleid"],
    &["skirt", "rock"],
    &["sneakers", "trainers", "turnschuhe", "trainer", "sneaker"],
    &["shoe", "footwear", "schuh"],
    &["boot", "stiefel"],
    &["slipper", "hausschuh"],
    &["handbag", "purse", "handtasche"],
    &["backpack", "rucksack", "knapsack"],
    &["suitcase", "luggage", "trolley", "koffer"],
    &["hat", "hut"],
    &["beanie", "mutze"],
    &["scarf", "shawl", "schal"],
    &["glove", "mitten", "handschuh"],
    &["sunglasses", "shades", "sonnenbrille"],
    &["watch", "wristwatch", "armbanduhr"],
    &["necklace", "pendant", "kette", "halskette"],
    &["perfume", "parfum", "fragrance", "cologne"],
    &["swimsuit", "bikini", "swimwear", "badeanzug"],
    &["pajamas", "pyjamas", "nightwear", "schlafanzug"],
    // Electronics
    &["laptop", "notebook"],
    &["phone", "smartphone", "mobile", "handy"],
    &["headphones", "headset", "kopfhorer", "headphone"],
    &["earbuds", "earphones"],
    &["tv", "television", "fernseher"],
    &["monitor", "bildschirm"],
    &["speaker", "loudspeaker", "lautsprecher"],
    &["charger", "ladegerat"],
    &["camera", "kamera"],
    &["fridge", "refrigerator", "kuhlschrank"],
    &["vacuum", "hoover", "staubsauger"],
];

/// The word of the shop that means what `word` means, where `word` itself stands on nothing of the shop's own. Of several
/// the one on most products.
pub fn meaning<'a>(index: &'a TextIndex, word: &str) -> Option<&'a str> {
    let at = |word: &str| index.words.binary_search_by(|(known, _)| known.as_str().cmp(word)).ok();
    let mut best: Option<(&str, usize)> = None;
    for other in group_of(word)?.iter().filter(|other| **other != word) {
        if let Some(place) = at(other) {
            let (known, postings) = &index.words[place];
            // What a meaning was given stands for another word itself.
            let own = postings.iter().any(|posting| posting.fields & GIVEN == 0);
            if own && best.is_none_or(|found| postings.len() > found.1) {
                best = Some((known, postings.len()));
            }
        }
    }
    let stands_itself =
        at(word).is_some_and(|place| index.words[place].1.iter().any(|posting| posting.fields & GIVEN == 0));
    best.map(|found| found.0).filter(|_| !stands_itself)
}

/// Bit of [`Posting::fields`] of a word that only a meaning put there.
pub const GIVEN: u8 = 128;

fn group_of(word: &str) -> Option<&'static [&'static str]> {
    let singulars = [word, stem(word, Language::English), stem(word, Language::German)];
    GROUPS.iter().copied().find(|group| singulars.iter().any(|singular| group.contains(singular)))
}

/// Lets words that stand on nothing find what words of the same meaning stand on, for less.
pub(super) fn add_meanings(index: &mut BTreeMap<String, BTreeMap<u32, Posting>>, language: Language) {
    let mut given: BTreeMap<String, BTreeMap<u32, Posting>> = BTreeMap::new();
    for group in GROUPS {
        let mut meant: BTreeMap<u32, Posting> = BTreeMap::new();
        for posting in group.iter().filter_map(|word| index.get(*word)).flat_map(BTreeMap::values) {
            let points = (u32::from(posting.points) * SAME_MEANING / 1_000).max(1) as u16;
            let entry = meant.entry(posting.product).or_insert(Posting {
                product: posting.product,
                points,
                fields: posting.fields | GIVEN,
            });
            entry.points = entry.points.max(points);
        }
        if meant.is_empty() {
            continue;
        }
        for word in *group {
            let forms = plurals(word, language);
            for form in forms.iter().map(String::as_str).chain([*word]) {
                if !index.contains_key(form) && !given.contains_key(form) {
                    given.insert(form.to_owned(), meant.clone());
                }
            }
        }
    }
    index.extend(given);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_stands_in_one_group_and_is_folded() {
        let mut all: Vec<&str> = GROUPS.iter().flat_map(|group| group.iter().copied()).collect();
        let n = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), n);
        assert!(all.iter().all(|word| crate::bundle::words(word) == [*word]), "not folded");
    }

    #[test]
    fn only_words_that_stand_on_nothing_are_given_a_meaning() {
        let posting = |product| (product, Posting { product, points: 1_000, fields: 1 });
        let mut index = BTreeMap::from([
            ("sofa".to_owned(), BTreeMap::from([posting(0), posting(1)])),
            ("mug".to_owned(), BTreeMap::from([posting(2)])),
            ("cup".to_owned(), BTreeMap::from([posting(3)])),
        ]);
        add_meanings(&mut index, Language::English);
        let products = |word: &str| index.get(word).map(|found| found.keys().copied().collect::<Vec<_>>());
        assert_eq!(products("couch"), Some(vec![0, 1]));
        assert_eq!(products("couches"), Some(vec![0, 1]));
        assert_eq!(index["couch"][&0], Posting { product: 0, points: 700, fields: 1 | GIVEN });
        // Both are words of the shop, so neither finds more than it did.
        assert_eq!((products("mug"), products("cup")), (Some(vec![2]), Some(vec![3])));
        let index = TextIndex {
            words: index.into_iter().map(|(word, found)| (word, found.into_values().collect())).collect(),
            suggestions: Vec::new(),
        };
        assert_eq!(meaning(&index, "couches"), Some("sofa"));
        assert_eq!((meaning(&index, "sofa"), meaning(&index, "zebra")), (None, None));
    }
}
