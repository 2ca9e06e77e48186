//! From runs to the bundle that pages are decided from.

pub mod catalog;
pub mod segments;
pub mod signals;
pub mod words;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Error;
use crate::bundle::neighbors::MAX_NEIGHBORS;
use crate::bundle::segments::EVERYONE;
use crate::bundle::{
    Bundle, BundleInfo, Catalog, HistoryTables, Neighbor, Neighbors, PairEvidence, SegmentEvidence,
    SegmentRelevance, Segments, Signals, Strategy, TextIndex,
};
use crate::features::{ProductRow, StoreFrames, product_rows};
use crate::merch::{self, Demand, Document, defaults};
use crate::recommend::{self, Dataset, Models, Relevance};
use crate::segment::{NO_GROUP, SegmentRun};
use crate::shop::{Monitor, Seconds, StoreLanguage};

/// Fewer buyers than this say nothing a sentence could carry, and could point at a person.
const FEWEST_BUYERS_TO_NAME: u32 = 10;
/// A pair needs so many shared orders before anything is said of it.
const FEWEST_SHARED_ORDERS: u32 = 5;

/// Everything of a bundle but the merchant's document: what training makes and editing leaves alone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Parts {
    pub info: BundleInfo,
    pub catalog: Arc<Catalog>,
    pub segments: Arc<Segments>,
    pub signals: Arc<Signals>,
    pub neighbors: Arc<Neighbors>,
    pub text_index: Arc<TextIndex>,
}

/// What the parts are made from. Groups and models may be missing: pages then live on sales and the catalog.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    pub frames: &'a StoreFrames,
    pub store_name: &'a str,
    pub platform: &'a str,
    pub as_of: Seconds,
    pub groups: Option<&'a SegmentRun>,
    pub models: Option<&'a Models>,
}

impl Parts {
    pub fn new(inputs: Inputs<'_>, monitor: &dyn Monitor) -> Result<Self, Error> {
        monitor.progress(0, 3, "Counting sales");
        monitor.checkpoint()?;
        let unreadable =
            |source: crate::features::Error| Error::bug_because("The store could not be read.", source);
        let all_rows = product_rows(inputs.frames, inputs.as_of).map_err(unreadable)?;
        let (catalog, row_of) = catalog::catalog(&all_rows);
        let rows: Vec<ProductRow> = row_of.iter().map(|&row| all_rows[row].clone()).collect();
        let mut signals = signals::product_signals(&rows, inputs.as_of);
        monitor.progress(1, 3, "Finding what each group likes");
        monitor.checkpoint()?;
        let data = Dataset::from_frames(inputs.frames)
            .map_err(|source| Error::bug_because("The store's orders could not be read.", source))?;
        // As they will be written: a preview from longer numbers could assign another group than the runtimes do.
        let segments = inputs.groups.map(segments::portable).unwrap_or_default().rounded();
        signals.relevance = relevance(&catalog, &data, inputs.as_of, inputs.groups, &segments);
        monitor.progress(2, 3, "Joining what goes together");
        monitor.checkpoint()?;
        let neighbors = inputs.models.map_or_else(Neighbors::default, |models| neighbors(&catalog, models));
        cold_start(&mut signals, &neighbors);
        let text_index = words::text_index(&catalog, &rows, inputs.frames);
        Ok(Self {
            info: BundleInfo {
                store: inputs.store_name.to_owned(),
                platform: inputs.platform.to_owned(),
                currency: inputs.frames.currency.clone(),
                time_zone: inputs.frames.time_zone.clone(),
                as_of: inputs.as_of,
                snapshot_at: inputs.as_of,
            },
            text_index: Arc::new(text_index),
            catalog: Arc::new(catalog),
            segments: Arc::new(segments),
            signals: Arc::new(signals),
            neighbors: Arc::new(neighbors),
        })
    }

    /// The bundle with the merchant's hand on it.
    pub fn with(&self, document: Arc<Document>) -> Bundle {
        Bundle {
            info: self.info.clone(),
            catalog: Arc::clone(&self.catalog),
            segments: Arc::clone(&self.segments),
            signals: Arc::clone(&self.signals),
            neighbors: Arc::clone(&self.neighbors),
            text_index: Arc::clone(&self.text_index),
            document,
            experiments: Arc::default(),
            history_tables: HistoryTables::default(),
        }
    }

    fn demand(&self) -> Demand {
        let evidence = &self.signals.evidence;
        let sold_lately = evidence.iter().any(|product| product.sold_30_days > 0);
        // Ranks without a sale are those of visitors, which count only where nothing was ever sold.
        if !sold_lately && evidence.iter().any(|product| product.sales_rank > 0) {
            return Demand::Visits;
        }
        let wanted = self.signals.popularity.iter().flatten().any(|popularity| *popularity > 0);
        if sold_lately || wanted { Demand::Sales } else { Demand::Unknown }
    }

    /// The document a store without one starts with, its titles in the store's language.
    pub fn first_document(&self, language: StoreLanguage) -> Document {
        let mut in_collection: BTreeMap<&str, u32> = BTreeMap::new();
        let mut of_type: BTreeMap<&str, u32> = BTreeMap::new();
        for product in self.catalog.products.iter().filter(|product| product.published) {
            for collection in &product.collections {
                *in_collection.entry(collection).or_default() += 1;
            }
            if let Some(kind) = &product.product_type {
                *of_type.entry(kind).or_default() += 1;
            }
        }
        merch::defaults::document(&defaults::Store {
            name: &self.info.store,
            language,
            collections: self
                .catalog
                .collections
                .iter()
                .map(|collection| {
                    let n = in_collection.get(collection.id.as_str()).copied().unwrap_or(0);
                    (collection.id.clone(), collection.title.clone(), n)
                })
                .collect(),
            product_types: of_type.into_iter().map(|(kind, n)| (kind.to_owned(), n)).collect(),
            has_discounts: self.catalog.products.iter().any(|product| product.discount_percent() > 0),
            demand: self.demand(),
            has_restocks: self.catalog.products.iter().any(|product| product.restocked_at.is_some()),
        })
    }
}

/// First `*`, then the segments in their order.
fn relevance(
    catalog: &Catalog,
    data: &Dataset,
    as_of: Seconds,
    groups: Option<&SegmentRun>,
    segments: &Segments,
) -> Vec<SegmentRelevance> {
    let group_of = |customer: &str| -> Option<u16> {
        let run = groups?;
        let group = run.assignment[run.customer_ids.binary_search_by(|id| id.as_str().cmp(customer)).ok()?];
        let id = (group != NO_GROUP).then(|| run.groups.get(group as usize).map(|group| &group.id))??;
        segments.segments.iter().position(|segment| segment.id == *id).map(|place| place as u16)
    };
    let of_customer: Vec<Option<u16>> = data.customers.ids().iter().map(|id| group_of(id)).collect();
    let learned = recommend::segment_relevance(data, as_of, &of_customer, segments.segments.len());
    let index: Vec<Option<u32>> =
        catalog.products.iter().map(|product| data.products.index(&product.id)).collect();
    let column = |segment: &str, learned: &[Relevance]| {
        let of = |product: &Option<u32>| product.and_then(|index| learned.get(index as usize));
        SegmentRelevance {
            segment: segment.to_owned(),
            relevance: index
                .iter()
                .map(|product| of(product).filter(|found| found.value > 0).map(|found| found.value))
                .collect(),
            evidence: index
                .iter()
                .map(|product| of(product).map_or_else(SegmentEvidence::default, named))
                .collect(),
        }
    };
    let mut columns = vec![column(EVERYONE, &learned.everyone)];
    for (segment, learned) in segments.segments.iter().zip(&learned.segments) {
        columns.push(column(&segment.id, learned));
    }
    columns
}

/// Counts that may leave the workspace: of ten buyers and more, and of groups that are not tiny.
fn named(found: &Relevance) -> SegmentEvidence {
    if found.buyers < FEWEST_BUYERS_TO_NAME {
        return SegmentEvidence::default();
    }
    SegmentEvidence {
        buyers: found.buyers,
        ratio_permille: (found.ratio * 1000.0).round().clamp(0.0, 1e6) as u32,
    }
}

fn neighbors(catalog: &Catalog, models: &Models) -> Neighbors {
    let place: Vec<Option<u32>> = models.products.iter().map(|id| catalog.index(id)).collect();
    let mut lists = BTreeMap::new();
    for (from, to) in [
        (recommend::Strategy::BoughtTogether, Strategy::BoughtTogether),
        (recommend::Strategy::Similar, Strategy::Similar),
        (recommend::Strategy::AlsoViewed, Strategy::AlsoViewed),
        (recommend::Strategy::ViewedThenBought, Strategy::ViewedThenBought),
    ] {
        let mut out: Vec<Vec<Neighbor>> = vec![Vec::new(); catalog.products.len()];
        for (source, found) in models.neighbours.get(&from).into_iter().flatten().enumerate() {
            let Some(Some(source)) = place.get(source) else {
                continue;
            };
            out[*source as usize] = found
                .iter()
                .filter_map(|neighbour| {
                    let pair = neighbour.evidence;
                    let by_counts = from == recommend::Strategy::BoughtTogether;
                    if by_counts && pair.both < FEWEST_SHARED_ORDERS {
                        return None;
                    }
                    Some(Neighbor {
                        product: (*place.get(neighbour.product as usize)?)?,
                        strength: neighbour.strength,
                        evidence: PairEvidence {
                            both: pair.both,
                            with_source: pair.n_a,
                            lift_permille: (pair.lift * 1000.0).round().clamp(0.0, 1e9) as u32,
                        },
                    })
                })
                .collect();
        }
        for list in &mut out {
            list.sort_by_key(|neighbor| (std::cmp::Reverse(neighbor.strength), neighbor.product));
            list.truncate(MAX_NEIGHBORS);
        }
        lists.insert(to, out);
    }
    let set = complete_the_set(catalog, lists.get(&Strategy::BoughtTogether));
    lists.insert(Strategy::CompleteTheSet, set);
    Neighbors { lists }
}

/// Bought together, but of another kind: what completes a look instead of repeating it.
pub(super) fn complete_the_set(
    catalog: &Catalog,
    together: Option<&Vec<Vec<Neighbor>>>,
) -> Vec<Vec<Neighbor>> {
    let kind = |product: usize| catalog.products[product].product_type.as_deref();
    together
        .into_iter()
        .flatten()
        .enumerate()
        .map(|(source, list)| {
            list.iter().filter(|neighbor| kind(neighbor.product as usize) != kind(source)).copied().collect()
        })
        .collect()
}

/// A product nobody has bought yet borrows nine tenths of the relevance of the product most like it.
fn cold_start(signals: &mut Signals, neighbors: &Neighbors) {
    let Some(everyone) = signals.relevance.first() else {
        return;
    };
    let cold: Vec<usize> =
        (0..everyone.relevance.len()).filter(|&product| everyone.relevance[product].is_none()).collect();
    for product in cold {
        let like = neighbors
            .of(Strategy::Similar, product as u32)
            .iter()
            .map(|neighbor| neighbor.product)
            .find(|like| signals.relevance[0].relevance[*like as usize].is_some());
        let Some(like) = like else { continue };
        signals.evidence[product].cold_start_from = Some(like);
        for column in &mut signals.relevance {
            column.relevance[product] =
                column.relevance[like as usize].map(|value| (u32::from(value) * 9 / 10) as u16);
        }
    }
}
