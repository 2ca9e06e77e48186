//! Forms of a word that mean the same thing: plurals in English and German, and the heads of German compounds.

use std::collections::BTreeSet;

/// Which language's endings apply; a catalog is written in one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    English,
    German,
}

impl Language {
    /// By the small words of the texts; English when there are none.
    pub fn of<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        const GERMAN: [&str; 8] = ["der", "die", "das", "und", "mit", "fur", "aus", "ein"];
        const ENGLISH: [&str; 8] = ["the", "and", "with", "for", "of", "from", "in", "a"];
        let (mut german, mut english) = (0_u32, 0_u32);
        for text in texts.take(2_000) {
            for word in crate::bundle::words(text) {
                german += u32::from(GERMAN.contains(&word.as_str()));
                english += u32::from(ENGLISH.contains(&word.as_str()));
            }
        }
        if german > english { Self::German } else { Self::English }
    }
}

/// The folded word without its plural ending.
pub fn stem(word: &str, language: Language) -> &str {
    let keeps = |stem: &&str| stem.len() >= 3;
    let cut = |ending: &str| word.strip_suffix(ending).filter(keeps);
    match language {
        Language::English => {
            if word.ends_with("ss") || word.ends_with("us") || word.ends_with("is") {
                return word;
            }
            ["ches", "shes", "sses", "xes", "zes"]
                .iter()
                .find(|ending| word.ends_with(**ending))
                .and_then(|_| cut("es"))
                .or_else(|| cut("s"))
                .unwrap_or(word)
        }
        // After Savoy's light stemmer (Computer Speech & Language 20, 2006): case and plural only.
        Language::German => ["ern", "em", "en", "er", "es", "e", "n", "s"]
            .iter()
            .find_map(|ending| cut(ending).filter(|stem| stem.len() >= 4))
            .unwrap_or(word),
    }
}

/// How a shopper may also write the word.
pub fn plurals(word: &str, language: Language) -> Vec<String> {
    if word.len() < 3 || !word.chars().all(char::is_alphabetic) {
        return Vec::new();
    }
    match language {
        Language::English => {
            if let Some(base) = word.strip_suffix('y').filter(|base| !base.ends_with(['a', 'e', 'o', 'u'])) {
                vec![format!("{base}ies")]
            } else if ["s", "x", "z", "ch", "sh"].iter().any(|ending| word.ends_with(ending)) {
                vec![format!("{word}es")]
            } else {
                vec![format!("{word}s")]
            }
        }
        Language::German => {
            if word.ends_with('e') {
                vec![format!("{word}n")]
            } else {
                vec![format!("{word}e"), format!("{word}en")]
            }
        }
    }
}

/// The last part of a compound both of whose parts are words of the shop: `tischlampe` is a `lampe`.
pub fn head<'a>(word: &'a str, known: &BTreeSet<&str>) -> Option<&'a str> {
    const SHORTEST: usize = 4;
    if word.len() < 2 * SHORTEST || !word.is_ascii() {
        return None;
    }
    (SHORTEST..=word.len() - SHORTEST).find_map(|cut| {
        let (first, last) = word.split_at(cut);
        let linked = [first, first.trim_end_matches('s'), first.trim_end_matches('n')];
        (known.contains(last) && linked.iter().any(|part| part.len() >= 3 && known.contains(part)))
            .then_some(last)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plurals_share_a_stem_and_other_words_do_not() {
        for (one, many) in [("lamp", "lamps"), ("box", "boxes"), ("glass", "glass")] {
            assert_eq!(stem(many, Language::English), stem(one, Language::English), "{many}");
        }
        assert_eq!(stem("lampen", Language::German), stem("lampe", Language::German));
        assert_eq!(stem("flower", Language::English), "flower");
        assert_eq!(plurals("candy", Language::English), ["candies"]);
    }

    #[test]
    fn a_compound_is_found_by_its_head_only_when_both_parts_are_words_here() {
        let known = BTreeSet::from(["tisch", "lampe", "count"]);
        assert_eq!(head("tischlampe", &known), Some("lampe"));
        assert_eq!(head("discount", &known), None);
    }

    #[test]
    fn the_language_is_told_by_its_small_words() {
        assert_eq!(Language::of(["Lampe mit Schirm aus Glas"].into_iter()), Language::German);
        assert_eq!(Language::of(["Lamp with a shade of glass"].into_iter()), Language::English);
        assert_eq!(Language::of(std::iter::empty()), Language::English);
    }
}
