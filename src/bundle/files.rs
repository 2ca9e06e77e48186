//! Bundle to files and back: what stands in which file.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::canonical;
use super::disk::Error;
use super::{
    Bundle, BundleInfo, Catalog, Experiment, HistoryTables, MAX_NEIGHBORS, Neighbor, Neighbors, PairEvidence,
    Posting, ProductEvidence, SegmentEvidence, SegmentRelevance, Segments, Signals, Strategy, TextIndex,
};
use crate::merch::{Document, Layout, PageKey, Rule, SearchSettings};
use crate::shop::hash::fnv1a64;

/// Path inside the bundle to bytes.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Signals without the relevance of segments, which a runtime loads one by one.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SignalsFile {
    popularity: Vec<Option<u16>>,
    trending: Vec<Option<u16>>,
    newness: Vec<Option<u16>>,
    margin: Vec<Option<u16>>,
    stock: Vec<Option<u16>>,
    /// Segment ids; the n-th has its relevance in `relevance/n.json`.
    relevance_of: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct RelevanceFile {
    segment: String,
    relevance: Vec<Option<u16>>,
}

/// What only sentences need.
#[derive(Serialize, Deserialize)]
struct EvidenceFile {
    products: Vec<(u32, u32, Option<i64>, u8, Option<u32>, Option<u32>)>,
    /// Per relevance column: buyers and ratio in permille per product.
    segments: Vec<Vec<(u32, u32)>>,
}

#[derive(Serialize, Deserialize)]
struct NeighborsFile {
    strategy: Strategy,
    /// Per product: (product, strength, both, with source, lift in permille).
    lists: Vec<Vec<(u32, u16, u32, u32, u32)>>,
}

#[derive(Serialize, Deserialize)]
struct TextFile {
    /// Word and its (product, points, fields).
    words: Vec<(String, Vec<(u32, u16, u8)>)>,
    suggestions: Vec<(String, u32)>,
}

#[derive(Serialize, Deserialize)]
struct PageFile {
    page: PageKey,
    layout: Layout,
}

/// Store facts as they stand in the manifest and, for runtimes that read no manifest, in `store.json`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoreFile {
    info: BundleInfo,
    history: HistoryTables,
    /// Minor units in one major unit of the currency.
    minor_per_major: i64,
}

/// All files a decision needs, in canonical form. Model numbers are rounded to six decimals.
pub fn write(bundle: &Bundle) -> Result<Files, Error> {
    let mut files = Files::new();
    let signals = &bundle.signals;
    put(
        &mut files,
        "store.json",
        &StoreFile {
            info: bundle.info.clone(),
            history: bundle.history_tables.clone(),
            minor_per_major: bundle.info.currency.minor_per_major(),
        },
    )?;
    put(&mut files, "catalog.json", &*bundle.catalog)?;
    put(&mut files, "segments.json", &bundle.segments.rounded())?;
    put(
        &mut files,
        "signals.json",
        &SignalsFile {
            popularity: signals.popularity.clone(),
            trending: signals.trending.clone(),
            newness: signals.newness.clone(),
            margin: signals.margin.clone(),
            stock: signals.stock.clone(),
            relevance_of: signals.relevance.iter().map(|column| column.segment.clone()).collect(),
        },
    )?;
    for (at, column) in signals.relevance.iter().enumerate() {
        put(
            &mut files,
            &format!("relevance/{at}.json"),
            &RelevanceFile { segment: column.segment.clone(), relevance: column.relevance.clone() },
        )?;
    }
    put(&mut files, "evidence.json", &evidence(signals))?;
    for (strategy, lists) in &bundle.neighbors.lists {
        let lists = lists
            .iter()
            .map(|list| {
                list.iter()
                    .take(MAX_NEIGHBORS)
                    .map(|one| {
                        let PairEvidence { both, with_source, lift_permille } = one.evidence;
                        (one.product, one.strength, both, with_source, lift_permille)
                    })
                    .collect()
            })
            .collect();
        put(
            &mut files,
            &format!("neighbors/{}.json", name(*strategy)),
            &NeighborsFile { strategy: *strategy, lists },
        )?;
    }
    put(
        &mut files,
        "text.json",
        &TextFile {
            words: bundle
                .text_index
                .words
                .iter()
                .map(|(word, postings)| {
                    let postings = postings.iter().map(|p| (p.product, p.points, p.fields)).collect();
                    (word.clone(), postings)
                })
                .collect(),
            suggestions: bundle.text_index.suggestions.clone(),
        },
    )?;
    for (page, layout) in &bundle.document.layouts {
        put(
            &mut files,
            &format!("pages/{}.json", slug(&page.to_string())),
            &PageFile { page: page.clone(), layout: layout.clone() },
        )?;
    }
    let mut rules = Vec::new();
    for rule in &bundle.document.rules {
        rules.extend(canonical::to_bytes(rule)?);
        rules.push(b'\n');
    }
    files.insert("rules.jsonl".to_owned(), rules);
    put(&mut files, "search.json", &bundle.document.search)?;
    put(&mut files, "experiments.json", &*bundle.experiments)?;
    Ok(files)
}

/// The bundle that files hold. Unknown kinds of rules, sources and conditions are refused, never guessed.
pub fn read(files: &Files) -> Result<Bundle, Error> {
    let store: StoreFile = get(files, "store.json")?;
    let catalog: Catalog = get(files, "catalog.json")?;
    let signals: SignalsFile = get(files, "signals.json")?;
    let evidence: EvidenceFile = get(files, "evidence.json")?;
    let text: TextFile = get(files, "text.json")?;
    let mut relevance = Vec::new();
    for at in 0..signals.relevance_of.len() {
        let column: RelevanceFile = get(files, &format!("relevance/{at}.json"))?;
        relevance.push(SegmentRelevance {
            segment: column.segment,
            relevance: column.relevance,
            evidence: evidence.segments.get(at).map_or_else(Vec::new, |column| {
                column
                    .iter()
                    .map(|(buyers, ratio_permille)| SegmentEvidence {
                        buyers: *buyers,
                        ratio_permille: *ratio_permille,
                    })
                    .collect()
            }),
        });
    }
    let mut neighbors = Neighbors::default();
    for path in files.keys().filter(|path| path.starts_with("neighbors/")) {
        let file: NeighborsFile = get(files, path)?;
        let lists = file
            .lists
            .into_iter()
            .map(|list| {
                list.into_iter()
                    .map(|(product, strength, both, with_source, lift_permille)| Neighbor {
                        product,
                        strength,
                        evidence: PairEvidence { both, with_source, lift_permille },
                    })
                    .collect()
            })
            .collect();
        neighbors.lists.insert(file.strategy, lists);
    }
    let bundle = Bundle {
        info: store.info,
        history_tables: store.history,
        catalog: catalog.into(),
        segments: get::<Segments>(files, "segments.json")?.into(),
        signals: Signals {
            popularity: signals.popularity,
            trending: signals.trending,
            newness: signals.newness,
            margin: signals.margin,
            stock: signals.stock,
            relevance,
            evidence: evidence
                .products
                .into_iter()
                .map(|(sold, rank, margin, percentile, cover, cold)| ProductEvidence {
                    sold_30_days: sold,
                    sales_rank: rank,
                    margin,
                    margin_percentile: percentile,
                    cover_weeks_tenths: cover,
                    cold_start_from: cold,
                })
                .collect(),
        }
        .into(),
        neighbors: neighbors.into(),
        text_index: TextIndex {
            words: text
                .words
                .into_iter()
                .map(|(word, postings)| {
                    let postings = postings
                        .into_iter()
                        .map(|(product, points, fields)| Posting { product, points, fields })
                        .collect();
                    (word, postings)
                })
                .collect(),
            suggestions: text.suggestions,
        }
        .into(),
        document: document(files)?.into(),
        experiments: get::<Vec<Experiment>>(files, "experiments.json")?.into(),
    };
    Ok(bundle)
}

fn evidence(signals: &Signals) -> EvidenceFile {
    EvidenceFile {
        products: signals
            .evidence
            .iter()
            .map(|one| {
                (
                    one.sold_30_days,
                    one.sales_rank,
                    one.margin,
                    one.margin_percentile,
                    one.cover_weeks_tenths,
                    one.cold_start_from,
                )
            })
            .collect(),
        segments: signals
            .relevance
            .iter()
            .map(|column| column.evidence.iter().map(|one| (one.buyers, one.ratio_permille)).collect())
            .collect(),
    }
}

fn document(files: &Files) -> Result<Document, Error> {
    let mut document =
        Document { search: get::<SearchSettings>(files, "search.json")?, ..Document::default() };
    for path in files.keys().filter(|path| path.starts_with("pages/")) {
        let file: PageFile = get(files, path)?;
        document.layouts.insert(file.page, file.layout);
    }
    let rules = bytes(files, "rules.jsonl")?;
    for (at, line) in rules.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).enumerate() {
        let rule: Rule = serde_json::from_slice(line)
            .map_err(|source| Error::Content { path: format!("rules.jsonl, line {}", at + 1), source })?;
        document.rules.push(rule);
    }
    Ok(document)
}

fn put(files: &mut Files, path: &str, value: &impl Serialize) -> Result<(), Error> {
    files.insert(path.to_owned(), canonical::to_bytes(value)?);
    Ok(())
}

fn bytes<'f>(files: &'f Files, path: &str) -> Result<&'f [u8], Error> {
    files.get(path).map(Vec::as_slice).ok_or_else(|| Error::Missing(path.to_owned()))
}

fn get<T: DeserializeOwned>(files: &Files, path: &str) -> Result<T, Error> {
    serde_json::from_slice(bytes(files, path)?)
        .map_err(|source| Error::Content { path: path.to_owned(), source })
}

/// The word a strategy is written with.
pub fn name(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::BoughtTogether => "bought_together",
        Strategy::Similar => "similar",
        Strategy::AlsoViewed => "also_viewed",
        Strategy::ViewedThenBought => "viewed_then_bought",
        Strategy::CompleteTheSet => "complete_the_set",
    }
}

/// A file name for any page key; ids with other letters get a hash so that two never share a file.
pub fn slug(key: &str) -> String {
    let plain: String = key
        .chars()
        .map(|letter| match letter {
            'a'..='z' | '0'..='9' | '-' | '_' => letter,
            _ => '_',
        })
        .take(60)
        .collect();
    if plain == key { plain } else { format!("{plain}-{:016x}", fnv1a64(key.as_bytes())) }
}
