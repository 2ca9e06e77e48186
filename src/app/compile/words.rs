//! The bundle's words: what shoppers can type, and what is offered while they do.

use crate::bundle::{Catalog, TextIndex};
use crate::features::{ProductRow, StoreFrames};
use crate::recommend::frames::past_searches;
use crate::search::{Searched, Source, compile, suggestions};

/// Suggestions that travel with a bundle.
const MOST_SUGGESTIONS: usize = 500;

/// `rows` beside `catalog.products`.
pub fn text_index(catalog: &Catalog, rows: &[ProductRow], frames: &StoreFrames) -> TextIndex {
    let sources: Vec<Source<'_>> = catalog
        .products
        .iter()
        .zip(rows)
        .map(|(product, row)| Source { product, description: row.description.as_deref(), skus: &[] })
        .collect();
    let mut index = compile(&sources, Vec::new());
    let names: Vec<(&str, u32)> = rows
        .iter()
        .filter(|row| row.published && row.goods)
        .flat_map(|row| {
            let kind = row.product_type.as_deref();
            [(Some(row.title.as_str()), row.orders_28_days), (kind, row.orders_28_days)]
        })
        .filter_map(|(name, orders)| Some((name?, orders)))
        .collect();
    index.suggestions = suggestions(&index, &searches(frames), &names, MOST_SUGGESTIONS);
    index
}

/// Past searches as the search room reads them; none when the events cannot be read, which the audit reports.
pub fn searches(frames: &StoreFrames) -> Vec<Searched> {
    past_searches(frames)
        .unwrap_or_default()
        .into_iter()
        .map(|search| Searched {
            session: search.session,
            at: search.at,
            query: search.query,
            results: search.results,
        })
        .collect()
}
