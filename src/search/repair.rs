//! What to offer while a shopper types, and what to do about searches that find nothing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::bundle::{TextIndex, words};
use crate::shop::Seconds;

/// One search of the past. `results` is what the shop's own search found, where the file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Searched {
    pub session: u32,
    pub at: Seconds,
    pub query: String,
    pub results: Option<i64>,
}

/// What would help a query that finds nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repair {
    pub query: String,
    /// How often it was searched.
    pub searches: u32,
    pub kind: RepairKind,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RepairKind {
    /// Shoppers went on to search for `instead`, so often.
    Synonym { instead: String, times: u32 },
    /// `word` stands on nothing; the rest of the query finds `products`.
    IgnoreWord { word: String, products: u32 },
    /// A word of the shop that begins like it.
    Closest { word: String },
    /// Nothing in the shop resembles it.
    NothingAlike,
}

/// A second search this long after the first is another errand.
const SAME_ERRAND_SECONDS: Seconds = 10 * 60;
/// Reformulations it takes before a synonym is proposed.
const FEWEST_TIMES: u32 = 2;

/// Queries that find nothing, most searched first, each with the best help known.
pub fn repairs(index: &TextIndex, searches: &[Searched]) -> Vec<Repair> {
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    let mut followed: BTreeMap<String, BTreeMap<String, u32>> = BTreeMap::new();
    let mut ordered: Vec<&Searched> = searches.iter().collect();
    ordered.sort_by_key(|search| (search.session, search.at));
    for (place, search) in ordered.iter().enumerate() {
        let query = words(&search.query).join(" ");
        if query.is_empty() || finds(index, search, &query) {
            continue;
        }
        *counts.entry(query.clone()).or_default() += 1;
        let next = ordered
            .get(place + 1)
            .filter(|next| next.session == search.session && next.at - search.at <= SAME_ERRAND_SECONDS);
        if let Some(next) = next {
            let instead = words(&next.query).join(" ");
            if instead != query && finds(index, next, &instead) {
                *followed.entry(query).or_default().entry(instead).or_default() += 1;
            }
        }
    }
    let mut found: Vec<Repair> = counts
        .into_iter()
        .map(|(query, searches)| {
            let synonym = followed
                .get(&query)
                .and_then(|next| next.iter().max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0))))
                .filter(|(_, times)| **times >= FEWEST_TIMES)
                .map(|(instead, &times)| RepairKind::Synonym { instead: instead.clone(), times });
            let kind = synonym.unwrap_or_else(|| from_words(index, &query));
            Repair { query, searches, kind }
        })
        .collect();
    found.sort_by(|a, b| b.searches.cmp(&a.searches).then(a.query.cmp(&b.query)));
    found
}

/// The shop's own word for it where the file says, else whether some product holds every word.
fn finds(index: &TextIndex, search: &Searched, query: &str) -> bool {
    search.results.map_or_else(|| holders(index, query.split(' ')) > 0, |results| results > 0)
}

fn postings<'a>(index: &'a TextIndex, word: &str) -> &'a [crate::bundle::Posting] {
    index
        .words
        .binary_search_by(|(known, _)| known.as_str().cmp(word))
        .map_or(&[], |place| index.words[place].1.as_slice())
}

/// Products that hold every word.
fn holders<'a>(index: &TextIndex, query: impl Iterator<Item = &'a str>) -> u32 {
    let mut left: Option<Vec<u32>> = None;
    for word in query {
        let mut here: Vec<u32> = postings(index, word).iter().map(|posting| posting.product).collect();
        here.sort_unstable();
        left = Some(match left {
            None => here,
            Some(before) => {
                before.into_iter().filter(|product| here.binary_search(product).is_ok()).collect()
            }
        });
    }
    left.map_or(0, |products| products.len() as u32)
}

fn from_words(index: &TextIndex, query: &str) -> RepairKind {
    let parts: Vec<&str> = query.split(' ').collect();
    let without: Option<(u32, &str)> = (parts.len() > 1)
        .then(|| {
            (0..parts.len())
                .map(|out| {
                    let rest =
                        parts.iter().enumerate().filter(|(place, _)| *place != out).map(|(_, word)| *word);
                    (holders(index, rest), parts[out])
                })
                .filter(|(products, _)| *products > 0)
                .min_by_key(|(products, word)| (!postings(index, word).is_empty(), *products))
        })
        .flatten();
    if let Some((products, word)) = without {
        return RepairKind::IgnoreWord { word: word.to_owned(), products };
    }
    parts
        .iter()
        .filter(|part| part.len() >= 4)
        .find_map(|part| {
            let start: String = part.chars().take(4).collect();
            let first = index.words.partition_point(|(word, _)| word.as_str() < start.as_str());
            index.words[first..]
                .iter()
                .take_while(|(word, _)| word.starts_with(&start))
                .filter(|(word, _)| word != part)
                .max_by(|a, b| a.1.len().cmp(&b.1.len()).then(b.0.cmp(&a.0)))
                .map(|(word, _)| RepairKind::Closest { word: word.clone() })
        })
        .unwrap_or(RepairKind::NothingAlike)
}

/// Suggestions while typing: past queries that found something, by searches, then titles and types by `orders`.
/// At most `most`.
pub fn suggestions(
    index: &TextIndex,
    searches: &[Searched],
    names: &[(&str, u32)],
    most: usize,
) -> Vec<(String, u32)> {
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for search in searches {
        let query = words(&search.query).join(" ");
        if !query.is_empty() && finds(index, search, &query) {
            *counts.entry(query).or_default() += 1;
        }
    }
    let mut asked: Vec<(String, u32)> = counts.into_iter().filter(|(_, times)| *times > 1).collect();
    asked.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    let mut named: BTreeMap<String, u32> = BTreeMap::new();
    for (name, orders) in names {
        let text = words(name).join(" ");
        if !text.is_empty() {
            *named.entry(text).or_default() += orders;
        }
    }
    let mut named: Vec<(String, u32)> =
        named.into_iter().filter(|(text, _)| asked.iter().all(|(query, _)| query != text)).collect();
    named.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    asked.extend(named);
    asked.truncate(most);
    asked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Posting;

    fn index(words: &[(&str, &[u32])]) -> TextIndex {
        let mut words: Vec<(String, Vec<Posting>)> = words
            .iter()
            .map(|(word, products)| {
                let postings = products.iter().map(|&product| Posting { product, points: 100, fields: 1 });
                ((*word).to_owned(), postings.collect())
            })
            .collect();
        words.sort_by(|a, b| a.0.cmp(&b.0));
        TextIndex { words, suggestions: Vec::new() }
    }

    fn search(session: u32, at: Seconds, query: &str, results: i64) -> Searched {
        Searched { session, at, query: query.to_owned(), results: Some(results) }
    }

    #[test]
    fn what_shoppers_typed_next_becomes_the_proposed_synonym() {
        let index = index(&[("planter", &[0, 1]), ("planters", &[0, 1])]);
        let searches = [
            search(1, 0, "Pot", 0),
            search(1, 30, "planter", 2),
            search(2, 0, "pot", 0),
            search(2, 20, "planter", 2),
            search(3, 0, "sofa blue", 0),
        ];
        let found = repairs(&index, &searches);
        assert_eq!(found[0].query, "pot");
        assert_eq!(found[0].kind, RepairKind::Synonym { instead: "planter".to_owned(), times: 2 });
        assert_eq!(found[1].kind, RepairKind::NothingAlike);
    }

    #[test]
    fn the_word_that_nothing_holds_is_the_one_to_ignore() {
        let index = index(&[("rug", &[3, 4]), ("blue", &[4])]);
        let found = repairs(&index, &[search(1, 0, "rug runner", 0)]);
        assert_eq!(found[0].kind, RepairKind::IgnoreWord { word: "runner".to_owned(), products: 2 });
    }

    #[test]
    fn suggestions_come_from_searches_first_and_never_twice() {
        let index = index(&[("lamp", &[0])]);
        let searches = [search(1, 0, "lamp", 1), search(2, 0, "Lamp", 1), search(3, 0, "velvet", 0)];
        let found = suggestions(&index, &searches, &[("Lamp", 9), ("Oak table", 4)], 5);
        assert_eq!(found, vec![("lamp".to_owned(), 2), ("oak table".to_owned(), 4)]);
    }
}
