//! What shoppers searched for, as the Search screen lists it.

use std::collections::BTreeMap;

use crate::app::view::SearchTermRow;
use crate::bundle::{TextIndex, words};
use crate::search::{RepairKind, Searched, repairs};

/// One row per query, folded; searches that found nothing first, then by how often they were made. `index` is the
/// bundle's, in which help for them is looked for.
pub fn search_terms(searches: &[Searched], index: Option<&TextIndex>) -> Vec<SearchTermRow> {
    let repairs = index.map(|index| repairs(index, searches)).unwrap_or_default();
    let mut help: BTreeMap<String, RepairKind> =
        repairs.into_iter().map(|repair| (repair.query, repair.kind)).collect();
    let mut by_query: BTreeMap<String, SearchTermRow> = BTreeMap::new();
    for search in searches {
        let query = words(&search.query).join(" ");
        if query.is_empty() {
            continue;
        }
        let row = by_query.entry(query).or_default();
        row.searches += 1;
        // The shop's newest answer; searches come in order of time.
        row.found = search.results.map(|found| found.max(0) as u64).or(row.found);
    }
    let mut rows: Vec<SearchTermRow> = by_query
        .into_iter()
        .map(|(query, row)| SearchTermRow { repair: help.remove(&query), query, ..row })
        .collect();
    rows.sort_by_key(|row| (row.found != Some(0), std::cmp::Reverse(row.searches)));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lost_searches_come_first_and_spellings_are_one() {
        let search = |query: &str, results| Searched { session: 1, at: 0, query: query.to_owned(), results };
        let searches = [
            search("Vase", Some(4)),
            search("vase ", Some(5)),
            search("Moka", Some(0)),
            search("lamp", None),
        ];
        let rows = search_terms(&searches, None);
        let order: Vec<(&str, u64)> = rows.iter().map(|row| (row.query.as_str(), row.searches)).collect();
        assert_eq!(order, [("moka", 1), ("vase", 2), ("lamp", 1)]);
        assert_eq!(rows[1].found, Some(5));
    }
}
