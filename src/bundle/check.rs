//! Whether the parts of a bundle fit each other.

use std::collections::BTreeSet;

use super::{Bundle, EVERYONE};
use crate::merch::{Block, Source, Target};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// A runtime must refuse the bundle.
    Error,
    /// The bundle works; somebody should look.
    Warning,
}

#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    pub severity: Severity,
    pub message: String,
}

/// Lengths, order, ranges and references.
pub fn findings(bundle: &Bundle) -> Vec<Finding> {
    let mut found = Findings::default();
    let n = bundle.catalog.products.len();
    if !bundle.catalog.products.is_sorted_by(|left, right| left.id < right.id) {
        found.error("the catalog is not in ascending order of distinct ids".to_owned());
    }
    let signals = &bundle.signals;
    for (name, column) in [
        ("popularity", &signals.popularity),
        ("trending", &signals.trending),
        ("newness", &signals.newness),
        ("margin", &signals.margin),
        ("stock", &signals.stock),
    ] {
        found.column(name, column, n);
    }
    for column in &signals.relevance {
        found.column(&format!("relevance of {}", column.segment), &column.relevance, n);
    }
    if signals.relevance.first().is_some_and(|first| first.segment != EVERYONE) {
        found.error("the first relevance column is not that of everyone".to_owned());
    }
    for (strategy, lists) in &bundle.neighbors.lists {
        let outside = lists.len() > n
            || lists.iter().flatten().any(|one| one.product as usize >= n || one.strength > 10_000);
        if outside {
            found.error(format!("the list `{}` points outside the catalog", super::files::name(*strategy)));
        }
    }
    let postings = bundle.text_index.words.iter().flat_map(|(_, postings)| postings);
    if postings.into_iter().any(|posting| posting.product as usize >= n) {
        found.error("the search index points outside the catalog".to_owned());
    }
    if !bundle.text_index.words.is_sorted_by(|left, right| left.0 < right.0) {
        found.error("the search index is not in ascending order".to_owned());
    }
    segments(bundle, &mut found);
    references(bundle, &mut found);
    experiments(bundle, &mut found);
    found.all
}

#[derive(Default)]
struct Findings {
    all: Vec<Finding>,
}

impl Findings {
    fn error(&mut self, message: String) {
        self.all.push(Finding { severity: Severity::Error, message });
    }

    fn warn(&mut self, message: String) {
        self.all.push(Finding { severity: Severity::Warning, message });
    }

    fn column(&mut self, name: &str, column: &[Option<u16>], n: usize) {
        if column.len() != n && !column.is_empty() {
            self.error(format!("{name} has {} values for {n} products", column.len()));
        }
        if column.iter().flatten().any(|value| *value > 10_000) {
            self.error(format!("{name} has values above 10000"));
        }
    }
}

fn segments(bundle: &Bundle, found: &mut Findings) {
    let known = known_segments(bundle);
    let segments = &bundle.segments;
    let named = segments
        .rules
        .iter()
        .chain(&segments.lifecycle)
        .map(|rule| rule.segment.as_str())
        .chain(segments.model.iter().flat_map(|model| model.labels.iter().map(String::as_str)));
    for segment in named {
        if !known.contains(segment) {
            found.error(format!("the segment model leads to `{segment}`, which is no segment"));
        }
    }
    if let Some(model) = &segments.model {
        if model.labels.len() != model.centroids.len() {
            found.error("the cluster model has another number of labels than of centroids".to_owned());
        }
        if model.centroids.iter().any(|row| row.len() != model.features.len()) {
            found.error("a centroid has another number of values than the model has features".to_owned());
        }
    }
}

fn known_segments(bundle: &Bundle) -> BTreeSet<&str> {
    bundle.segments.segments.iter().map(|segment| segment.id.as_str()).chain([EVERYONE]).collect()
}

fn references(bundle: &Bundle, found: &mut Findings) {
    let known = known_segments(bundle);
    let mut ids = BTreeSet::new();
    for rule in &bundle.document.rules {
        if !ids.insert(&rule.id) {
            found.error(format!("two rules have the id `{}`", rule.id));
        }
        for segment in rule.scope.segments.iter().flatten() {
            if !known.contains(segment.as_str()) {
                found.warn(format!("rule {} is for `{segment}`, which is no segment", rule.id));
            }
        }
        if let Target::Products(products) = &rule.target {
            let lost = products.iter().filter(|id| bundle.catalog.index(id).is_none()).count();
            if lost > 0 {
                found.warn(format!("rule {} names {lost} products that the catalog does not have", rule.id));
            }
        }
    }
    for (page, layout) in &bundle.document.layouts {
        let all =
            std::iter::once(&layout.default).chain(layout.variants.iter().map(|variant| &variant.blocks));
        for blocks in all {
            let mut ids = BTreeSet::new();
            for block in blocks {
                if !ids.insert(&block.id) {
                    found.error(format!("two rows of {page} have the id `{}`", block.id));
                }
                check_block(bundle, &page.to_string(), block, found);
            }
        }
    }
}

fn check_block(bundle: &Bundle, page: &str, block: &Block, found: &mut Findings) {
    if block.weights.sum() != 1_000 {
        found.error(format!("the weights of {page} › {} do not sum to 1000", block.id));
    }
    if block.neutral.iter().any(|value| *value > 10_000) {
        found.error(format!("a neutral value of {page} › {} is above 10000", block.id));
    }
    for source in &block.sources {
        if let Source::Collection(Some(id)) = source
            && !bundle.catalog.collections.iter().any(|collection| collection.id == *id)
        {
            found.warn(format!("{page} › {} shows the collection `{id}`, which does not exist", block.id));
        }
    }
}

fn experiments(bundle: &Bundle, found: &mut Findings) {
    for experiment in bundle.experiments.iter() {
        let mut arms: Vec<(u32, u32)> = experiment.arms.iter().map(|arm| (arm.start, arm.end)).collect();
        arms.sort_unstable();
        let overlap = arms.windows(2).any(|pair| pair[0].1 > pair[1].0);
        if overlap || arms.iter().any(|(start, end)| start > end || *end > 10_000) {
            found.error(format!("the arms of `{}` overlap or leave 0…10000", experiment.id));
        }
    }
}
