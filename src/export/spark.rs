//! A PySpark job for stores whose events no laptop holds: pairs, features and groups on the store's own cluster, with
//! the numbers of the studio, proved on a sample before it runs.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::ExportFile;
use super::fidelity::{Fidelity, FidelityReport};
use super::subject::Subject;
use super::text::{cell, csv};
use crate::bundle::CatalogProduct;
use crate::decide::assign::assign;
use crate::shop::hash::splitmix64;

/// Orders and visitors of the sample the job proves itself on.
const SAMPLE_ORDERS: u64 = 400;
const SAMPLE_VISITORS: u64 = 500;
/// Pairs seen together less often are not written.
const LEAST_TOGETHER: u64 = 2;

pub(super) fn files(subject: &Subject<'_>, fidelity: &mut FidelityReport) -> Vec<ExportFile> {
    fidelity.add(
        "training",
        Fidelity::Dropped,
        "models are trained in the studio on a sample; the cluster counts, pairs and assigns",
    );
    let segments = &subject.bundle().segments;
    let baskets = sample_baskets(subject);
    let visitors = sample_visitors(subject);
    let lines = baskets.iter().enumerate().flat_map(|(order, basket)| {
        basket
            .iter()
            .map(move |product| [format!("o{order}"), format!("c{}", order % 97), (*product).to_owned()])
    });
    let columns: Vec<&str> = fact_names(subject);
    let mut header = vec!["visitor_id"];
    header.extend(&columns);
    let facts = visitors.iter().enumerate().map(|(visitor, facts)| {
        let value = |name: &&str| {
            let known = facts.iter().find(|(known, _)| known == name);
            known.map_or_else(String::new, |(_, value)| value.to_string())
        };
        std::iter::once(format!("v{visitor}")).chain(columns.iter().map(value)).collect::<Vec<_>>()
    });
    let assigned: BTreeMap<String, String> = visitors
        .iter()
        .enumerate()
        .map(|(visitor, facts)| (format!("v{visitor}"), assign(segments, facts)))
        .collect();
    let parameters = json!({
        "bundle": subject.bundle_id, "leastTogether": LEAST_TOGETHER, "mostNeighbors": 40,
        "facts": columns,
        // Names and sizes of groups stay at home.
        "segments": { "rules": segments.rules, "model": segments.model, "lifecycle": segments.lifecycle },
    });
    let expected = json!({ "pairs": pairs(&baskets), "groups": assigned });
    vec![
        ExportFile::text("run.py", RUN),
        ExportFile::text("groups.py", GROUPS),
        ExportFile::text("rank.sql", RANK_SQL),
        ExportFile::text("rank.py", RANK),
        ExportFile::json("parameters.json", &parameters),
        ExportFile {
            path: "sample/lines.csv".to_owned(),
            bytes: csv(&["order_id", "customer_id", "product_id"], lines),
        },
        ExportFile { path: "sample/facts.csv".to_owned(), bytes: csv(&header, facts) },
        ExportFile::json("sample/expected.json", &expected),
    ]
}

/// Names of all facts any rule, model or stage reads, ascending.
fn fact_names<'s>(subject: &'s Subject<'_>) -> Vec<&'s str> {
    let segments = &subject.bundle().segments;
    let rules = segments.rules.iter().chain(&segments.lifecycle);
    let conditions = rules.flat_map(|rule| rule.any_of.iter().flatten());
    let model = segments.model.iter().flat_map(|model| &model.features);
    let names: BTreeSet<&str> = conditions
        .map(|condition| condition.feature.as_str())
        .chain(model.map(|feature| feature.source.as_str()))
        .collect();
    names.into_iter().collect()
}

/// Invented orders over the real catalogue: nobody's.
fn sample_baskets<'s>(subject: &'s Subject<'_>) -> Vec<BTreeSet<&'s str>> {
    // Ids that a table would have to change stay out, because the job compares them byte for byte.
    let catalog = subject.bundle().catalog.products.iter();
    let products: Vec<&CatalogProduct> = catalog.filter(|product| cell(&product.id) == product.id).collect();
    let spread = products.len().clamp(1, 60) as u64;
    (0..SAMPLE_ORDERS)
        .map(|order| {
            (0..2 + splitmix64(order) % 4)
                .filter_map(|line| products.get((splitmix64(order * 8 + line) % spread) as usize))
                .map(|product| product.id.as_str())
                .collect()
        })
        .collect()
}

/// Invented visitors around the centres and beyond, some with facts missing.
fn sample_visitors(subject: &Subject<'_>) -> Vec<Vec<(String, i64)>> {
    let model = subject.bundle().segments.model.as_ref();
    let names = fact_names(subject);
    (0..SAMPLE_VISITORS)
        .map(|visitor| {
            names
                .iter()
                .enumerate()
                .filter_map(|(nth, name)| {
                    let draw = splitmix64(visitor << 8 | nth as u64);
                    if draw.is_multiple_of(7) {
                        return None;
                    }
                    let feature =
                        model.and_then(|model| model.features.iter().find(|feature| feature.source == *name));
                    let reach = feature.map_or(1_000, |feature| {
                        let last = feature.bins.last().map_or(feature.quantum * 10, |(bound, _)| *bound);
                        last.clamp(10, 1_000_000)
                    });
                    Some(((*name).to_owned(), (draw >> 8) as i64 % (reach * 6 / 5 + 1)))
                })
                .collect()
        })
        .collect()
}

/// `a < b`, orders with both, and ⌊10⁹ c² / (nₐ n_b)⌋, the whole-number cosine.
fn pairs(baskets: &[BTreeSet<&str>]) -> Vec<Value> {
    let mut single: BTreeMap<&str, u64> = BTreeMap::new();
    let mut both: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for basket in baskets {
        for (nth, one) in basket.iter().enumerate() {
            *single.entry(one).or_default() += 1;
            for other in basket.iter().skip(nth + 1) {
                *both.entry((one, other)).or_default() += 1;
            }
        }
    }
    both.iter()
        .filter(|(_, count)| **count >= LEAST_TOGETHER)
        .map(|((one, other), count)| {
            let strength = 1_000_000_000_u128 * u128::from(*count) * u128::from(*count)
                / (u128::from(single[one]) * u128::from(single[other]));
            json!([one, other, count, strength as u64])
        })
        .collect()
}

const RUN: &str = include_str!("spark/run.py");
const GROUPS: &str = include_str!("spark/groups.py");
const RANK_SQL: &str = include_str!("spark/rank.sql");
const RANK: &str = include_str!("spark/rank.py");
