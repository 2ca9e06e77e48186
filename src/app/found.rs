//! What a search page has to say about itself: that nothing was found, or that another word was read.

use crate::bundle::{Bundle, words};
use crate::decide::{PageRef, finds};
use crate::merch::{BlockKind, PageKey, Source};
use crate::search::meaning;

/// Said above the results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// No product fits; the row is filled with best sellers, or with whatever the page falls back to.
    Nothing { query: String, best_sellers: bool },
    /// A word of the query stands on nothing in this shop and was read as another one that does.
    ReadAs { word: String, instead: String },
}

impl Note {
    /// One sentence.
    pub fn sentence(&self) -> String {
        match self {
            Self::Nothing { query, best_sellers: true } => {
                format!("Nothing found for “{query}”; best sellers instead.")
            }
            Self::Nothing { query, best_sellers: false } => {
                format!("Nothing found for “{query}”; other products instead.")
            }
            Self::ReadAs { word, instead } => {
                format!("No product says “{word}”; shown is what fits “{instead}”.")
            }
        }
    }
}

/// What a page should say above its results; `None` for pages that are no search, and where every word is the shop's.
pub fn note(bundle: &Bundle, page: &PageRef) -> Option<Note> {
    let PageRef::Search(query) = page else { return None };
    if query.trim().is_empty() {
        return None;
    }
    if !finds(bundle, query) {
        let layout = bundle.document.layout(&PageKey::Search);
        let best_sellers = layout.is_some_and(|layout| {
            layout.default.iter().any(|block| match &block.kind {
                BlockKind::Products => block.sources.contains(&Source::BestSellers),
                _ => false,
            })
        });
        return Some(Note::Nothing { query: query.trim().to_owned(), best_sellers });
    }
    let synonyms = &bundle.document.search.synonyms;
    let merchants = |word: &str| {
        synonyms.iter().any(|synonym| synonym.words.iter().any(|phrase| words(phrase) == [word]))
    };
    words(query).into_iter().filter(|word| !merchants(word)).find_map(|word| {
        let instead = meaning(&bundle.text_index, &word)?.to_owned();
        Some(Note::ReadAs { word, instead })
    })
}
