//! A shopper's words to products: units, synonyms, prefixes, slips of the finger, prices. Integers only.

use crate::bundle::{Bundle, Posting, TextIndex, fold, words};
use crate::merch::SearchSettings;

/// Words of a query past this many are not looked at.
const MOST_UNITS: usize = 8;
/// Permille of a word's points by how it was found.
const EXACT: u32 = 1_000;
const SYNONYM: u32 = 900;
const PREFIX: u32 = 800;
const ONE_SLIP: u32 = 600;
const TWO_SLIPS: u32 = 400;
/// Permille of the sum by number of units, so that one word and many words reach the same scale.
const SHARE: [u32; 9] = [0, 1_000, 500, 333, 250, 200, 166, 142, 125];
/// Points of a product that only a price or sale phrase found.
const BY_PHRASE: u16 = 5_000;

/// Products that a query finds, with 0…10 000 points and the query words behind them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Hits {
    /// Best first, ties by id.
    pub(super) products: Vec<(u32, u16)>,
    /// What was searched for, for the sentence.
    pub(super) words: Vec<String>,
}

/// The query as rules and redirects compare it: folded words without ignored ones, joined by one space.
pub fn normalised(query: &str, ignored: &[String]) -> String {
    let ignored: Vec<String> = ignored.iter().map(|word| fold(word)).collect();
    let kept: Vec<String> = words(query).into_iter().filter(|word| !ignored.contains(word)).collect();
    kept.join(" ")
}

/// Where a redirect for this query leads.
pub(super) fn redirect(query: &str, settings: &SearchSettings) -> Option<String> {
    let wanted = normalised(query, &settings.ignored_words);
    settings
        .redirects
        .iter()
        .find(|redirect| normalised(&redirect.query, &settings.ignored_words) == wanted)
        .map(|redirect| redirect.to.clone())
}

/// Whether any product fits a query: by its words, a synonym, a slip of the finger or a price.
pub fn finds(bundle: &Bundle, query: &str) -> bool {
    !hits(bundle, query).products.is_empty()
}

pub(super) fn hits(bundle: &Bundle, query: &str) -> Hits {
    let (phrases, rest) = phrases(query, bundle.info.currency.minor_per_major());
    let settings = &bundle.document.search;
    let ignored: Vec<String> = settings.ignored_words.iter().map(|word| fold(word)).collect();
    let tokens: Vec<String> = words(&rest).into_iter().filter(|word| !ignored.contains(word)).collect();
    let units: Vec<Unit> = units(&tokens, settings).into_iter().take(MOST_UNITS).collect();
    let products = &bundle.catalog.products;
    let within = |product: u32| phrases.hold(&products[product as usize]);
    if units.is_empty() {
        if phrases == Phrases::default() {
            return Hits::default();
        }
        return Hits {
            products: (0..products.len() as u32)
                .filter(|product| within(*product))
                .map(|product| (product, BY_PHRASE))
                .collect(),
            words: Vec::new(),
        };
    }
    // Per product how many units it has, and their points.
    let mut sums = vec![(0_u32, 0_u32); products.len()];
    let mut alive = 0;
    let last = units.len() - 1;
    for (at, unit) in units.iter().enumerate() {
        let found = unit.found(&bundle.text_index, at == last, products.len());
        alive += usize::from(is_any(&found));
        for (sum, points) in sums.iter_mut().zip(found) {
            if points >= 0 {
                sum.0 += 1;
                sum.1 += points as u32;
            }
        }
    }
    let hit = || (0_u32..).zip(&sums).filter(|(_, (units, _))| *units > 0);
    let most = hit().filter(|(product, _)| within(*product)).map(|(_, (units, _))| *units).max().unwrap_or(0);
    let mut products: Vec<(u32, u16)> = hit()
        .filter(|(product, (units, _))| *units == most && within(*product))
        .map(|(product, (_, points))| (product, (points * SHARE[alive] / 1_000).min(10_000) as u16))
        .collect();
    products.sort_unstable_by_key(|(product, points)| (std::cmp::Reverse(*points), *product));
    Hits { products, words: tokens }
}

/// One thing that is searched for: a word or a phrase of the synonym list, with everything that means it.
struct Unit {
    /// Words that must all stand on a product, and the permille their points count.
    ways: Vec<(Vec<String>, u32)>,
}

/// Cuts a query into units; at each place the longest phrase of the synonym list wins.
fn units(tokens: &[String], settings: &SearchSettings) -> Vec<Unit> {
    let groups: Vec<(Vec<Vec<String>>, bool)> = settings
        .synonyms
        .iter()
        .map(|synonym| {
            let phrases = synonym
                .words
                .iter()
                .map(|phrase| words(phrase))
                .filter(|phrase| !phrase.is_empty())
                .collect();
            (phrases, synonym.one_way)
        })
        .collect();
    let mut units = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let rest = &tokens[at..];
        let length = groups
            .iter()
            .flat_map(|(phrases, one_way)| phrases.iter().take(if *one_way { 1 } else { phrases.len() }))
            .filter(|phrase| rest.starts_with(phrase))
            .map(Vec::len)
            .max()
            .unwrap_or(1);
        let own = rest[..length].to_vec();
        let mut ways = vec![(own.clone(), EXACT)];
        for (phrases, one_way) in &groups {
            let keys = if *one_way { phrases.get(..1).unwrap_or_default() } else { phrases.as_slice() };
            if keys.contains(&own) {
                ways.extend(
                    phrases.iter().filter(|phrase| **phrase != own).map(|phrase| (phrase.clone(), SYNONYM)),
                );
            }
        }
        units.push(Unit { ways });
        at += length;
    }
    units
}

/// Points by product, 0…10 000; below 0 is no hit. Dense, because a common word stands on a good part of the catalog.
type Points = Vec<i32>;

fn is_any(points: &[i32]) -> bool {
    points.iter().any(|points| *points >= 0)
}

impl Unit {
    /// Points per product: the best way, a way being worth its weakest word.
    fn found(&self, index: &TextIndex, is_last: bool, n_products: usize) -> Points {
        let mut best = vec![-1; n_products];
        for (way, permille) in &self.ways {
            for (known, points) in best.iter_mut().zip(all_words(index, way, false, n_products)) {
                if points >= 0 {
                    *known = (points * *permille as i32 / 1_000).max(*known);
                }
            }
        }
        if is_last && self.ways[0].0.len() == 1 {
            add_prefixed(&mut best, index, &self.ways[0].0[0]);
        }
        if !is_any(&best) {
            best = all_words(index, &self.ways[0].0, true, n_products);
        }
        best
    }
}

/// Products on which every word stands, with the points of the weakest.
fn all_words(index: &TextIndex, way: &[String], slips: bool, n_products: usize) -> Points {
    let mut words = way.iter();
    let Some(first) = words.next() else {
        return vec![-1; n_products];
    };
    let mut found = one_word(index, first, slips, n_products);
    for word in words {
        for (points, other) in found.iter_mut().zip(one_word(index, word, slips, n_products)) {
            *points = other.min(*points);
        }
    }
    found
}

fn one_word(index: &TextIndex, word: &str, slips: bool, n_products: usize) -> Points {
    let mut best = vec![-1; n_products];
    if let Ok(at) = index.words.binary_search_by(|(known, _)| known.as_str().cmp(word)) {
        take(&mut best, &index.words[at].1, EXACT);
    } else if slips {
        let letters: Vec<char> = word.chars().collect();
        let allowed = allowed_slips(letters.len());
        for (known, postings) in near(index, letters.first().copied()) {
            let permille = match distance(&letters, &known.chars().collect::<Vec<_>>(), allowed) {
                Some(1) => ONE_SLIP,
                Some(2) => TWO_SLIPS,
                _ => continue,
            };
            take(&mut best, postings, permille);
        }
    }
    best
}

/// A first letter is seldom wrong, so only words with the same one are tried.
fn near(index: &TextIndex, first: Option<char>) -> impl Iterator<Item = (&str, &[Posting])> {
    let start = first.map_or(index.words.len(), |first| {
        let mut buffer = [0; 4];
        let first: &str = first.encode_utf8(&mut buffer);
        index.words.partition_point(|(word, _)| word.as_str() < first)
    });
    index.words[start..]
        .iter()
        .take_while(move |(word, _)| word.chars().next() == first)
        .map(|(word, postings)| (word.as_str(), postings.as_slice()))
}

/// Words that the last, perhaps unfinished, word of a query begins.
fn add_prefixed(best: &mut Points, index: &TextIndex, word: &str) {
    if word.chars().count() >= 2 {
        let start = index.words.partition_point(|(known, _)| known.as_str() <= word);
        for (_, postings) in index.words[start..].iter().take_while(|(known, _)| known.starts_with(word)) {
            take(best, postings, PREFIX);
        }
    }
}

fn take(best: &mut Points, postings: &[Posting], permille: u32) {
    for posting in postings {
        if let Some(known) = best.get_mut(posting.product as usize) {
            let points = u32::from(posting.points.min(10_000)) * permille / 1_000;
            *known = (points as i32).max(*known);
        }
    }
}

/// Four letters may have one slip, eight may have two.
fn allowed_slips(letters: usize) -> usize {
    match letters {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    }
}

/// Optimal string alignment distance (Damerau 1964, restricted) of code points; `None` above `most`.
fn distance(left: &[char], right: &[char], most: usize) -> Option<usize> {
    if most == 0 || left.len().abs_diff(right.len()) > most {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for i in 1..=left.len() {
        let mut row = vec![i];
        for j in 1..=right.len() {
            let cost = usize::from(left[i - 1] != right[j - 1]);
            let mut best = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + cost);
            if i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1] {
                best = best.min(before[j - 2] + 1);
            }
            row.push(best);
        }
        before = last;
        last = row;
    }
    last.last().copied().filter(|found| *found <= most)
}

/// What a query asks besides words.
#[derive(Debug, Default, PartialEq, Eq)]
struct Phrases {
    at_least: Option<i64>,
    at_most: Option<i64>,
    on_sale: bool,
}

impl Phrases {
    fn hold(&self, product: &crate::bundle::CatalogProduct) -> bool {
        (!self.on_sale || product.discount_percent() > 0)
            && self.at_least.is_none_or(|bound| product.price.is_some_and(|price| price >= bound))
            && self.at_most.is_none_or(|bound| product.price.is_some_and(|price| price <= bound))
    }
}

const AT_MOST: [&str; 5] = ["under", "below", "less than", "cheaper than", "up to"];
const AT_LEAST: [&str; 4] = ["over", "above", "more than", "from"];

/// Takes "under 50", "over 20", "between 20 and 50" and "on sale" out of a query.
fn phrases(query: &str, minor_per_major: i64) -> (Phrases, String) {
    let folded = fold(query);
    let raw: Vec<&str> = folded
        .split_whitespace()
        .map(|word| word.trim_matches(|letter: char| !letter.is_alphanumeric()))
        .filter(|word| !word.is_empty())
        .collect();
    let mut found = Phrases::default();
    let mut rest: Vec<&str> = Vec::new();
    let mut at = 0;
    while at < raw.len() {
        let amount = |i: usize| raw.get(i).and_then(|word| amount(word, minor_per_major));
        let lead = |list: &[&str]| {
            list.iter().find_map(|phrase| {
                let parts: Vec<&str> = phrase.split(' ').collect();
                raw[at..].starts_with(&parts).then_some(parts.len())
            })
        };
        if let (Some(length), true) = (lead(&["between"]), raw.get(at + 2) == Some(&"and"))
            && let (Some(low), Some(high)) = (amount(at + 1), amount(at + 3))
        {
            found.at_least = Some(low.min(high));
            found.at_most = Some(low.max(high));
            at += length + 3;
        } else if let Some((length, bound)) =
            lead(&AT_MOST).and_then(|n| amount(at + n).map(|bound| (n, bound)))
        {
            found.at_most = Some(bound);
            at += length + 1;
        } else if let Some((length, bound)) =
            lead(&AT_LEAST).and_then(|n| amount(at + n).map(|bound| (n, bound)))
        {
            found.at_least = Some(bound);
            at += length + 1;
        } else if let Some(length) = lead(&["on sale"]) {
            found.on_sale = true;
            at += length;
        } else {
            rest.push(raw[at]);
            at += 1;
        }
    }
    (found, rest.join(" "))
}

/// Up to nine digits, then perhaps a point or comma and one or two more, in major units; as minor units.
fn amount(word: &str, minor_per_major: i64) -> Option<i64> {
    let (whole, part) = word.split_once(['.', ',']).unwrap_or((word, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 9 || part.len() > 2 || !digits(whole) || !digits(part) {
        return None;
    }
    if word.len() > whole.len() && part.is_empty() {
        return None;
    }
    let hundredths: i64 = format!("{part:0<2}").parse().ok()?;
    Some(whole.parse::<i64>().ok()? * minor_per_major + hundredths * minor_per_major / 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_taken_out_of_the_words() {
        let (found, rest) = phrases("Lamps under $49.90, blue", 100);
        assert_eq!(found.at_most, Some(4_990));
        assert_eq!(rest, "lamps blue");
        let (found, rest) = phrases("between 50 and 20 on sale", 1);
        assert_eq!((found.at_least, found.at_most, found.on_sale), (Some(20), Some(50), true));
        assert_eq!(rest, "");
        let (found, rest) = phrases("under armour", 100);
        assert_eq!((found, rest.as_str()), (Phrases::default(), "under armour"));
    }

    #[test]
    fn slips_count_insertions_deletions_changes_and_swaps() {
        let letters = |text: &str| text.chars().collect::<Vec<char>>();
        for (left, right, expected) in [
            ("lamp", "lmap", Some(1)),
            ("lamp", "lamps", Some(1)),
            ("planter", "plantre", Some(1)),
            ("lamp", "bowl", None),
            ("chandelier", "chandeleir", Some(1)),
        ] {
            assert_eq!(distance(&letters(left), &letters(right), 2), expected, "{left} {right}");
        }
    }

    #[test]
    fn a_one_way_synonym_widens_only_its_first_word() {
        let settings = SearchSettings {
            synonyms: vec![crate::merch::Synonym {
                words: vec!["couch".to_owned(), "sofa bed".to_owned()],
                one_way: true,
            }],
            ..SearchSettings::default()
        };
        let ways = |query: &str| {
            units(&words(query), &settings).iter().map(|unit| unit.ways.len()).collect::<Vec<_>>()
        };
        assert_eq!(ways("couch"), [2]);
        assert_eq!(ways("sofa bed"), [1, 1]);
    }
}
