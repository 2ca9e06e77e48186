//! OpenSearch and Elasticsearch: one document per product with an exact score per row and group, queries that only sort,
//! filter and page, and the pins for the caller to splice.
//!
//! Scores are whole numbers in `long` fields, sorted as such: `_score` has 24 bits and would shuffle near ties.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::ExportFile;
use super::fidelity::{Fidelity, FidelityReport};
use super::lists::{Lists, hidden_everywhere};
use super::subject::Subject;
use super::text::slug;
use crate::bundle::{CatalogProduct, EVERYONE};
use crate::decide::{Detail, PageRef, Visit};
use crate::merch::{Action, Block, BlockKind, Document, PageKey, StockPolicy, Target as RuleTarget};

/// Actions in one bulk file, so that a request stays far under the default limit of 100 MB.
const DOCUMENTS_A_FILE: usize = 5_000;
const RULES_A_SET: usize = 100;
const PINS_A_RULE: usize = 100;

pub(super) fn opensearch(
    subject: &Subject<'_>,
    lists: &Lists,
    fidelity: &mut FidelityReport,
) -> Vec<ExportFile> {
    let mut files = shared(subject, "flat_object", fidelity);
    files.push(pins(subject, lists));
    let rules: Vec<String> = synonym_lines(subject);
    files.push(ExportFile::json(
        "synonyms-filter.json",
        &json!({ "type": "synonym_graph", "synonyms": rules }),
    ));
    files
}

pub(super) fn elasticsearch(
    subject: &Subject<'_>,
    lists: &Lists,
    fidelity: &mut FidelityReport,
) -> Vec<ExportFile> {
    let mut files = shared(subject, "flattened", fidelity);
    files.push(pins(subject, lists));
    files.extend(query_rules(subject, fidelity));
    let set: Vec<Value> = synonym_lines(subject)
        .into_iter()
        .enumerate()
        .map(|(nth, line)| json!({ "id": format!("endcap-{}", nth + 1), "synonyms": line }))
        .collect();
    files.push(ExportFile::json("synonyms-set.json", &json!({ "synonyms_set": set })));
    files
}

/// A row of the home or a collection page whose order the engine shall compute.
struct Ranking {
    field: String,
    page: PageRef,
    block: Block,
    segment: String,
    /// Catalog index and score.
    scores: Vec<(u32, i64)>,
}

fn shared(subject: &Subject<'_>, attributes_type: &str, fidelity: &mut FidelityReport) -> Vec<ExportFile> {
    let rankings = rankings(subject);
    for ranking in rankings.iter().filter(|ranking| ranking.segment == EVERYONE && ranking.block.variety > 0)
    {
        let about = format!("row {}/{}", ranking.page, ranking.block.id);
        fidelity.add(
            &about,
            Fidelity::Approximate,
            "variety needs the products before a place; the order sent is without it",
        );
    }
    let index = format!("endcap-{}", slug(&subject.bundle_id).to_lowercase());
    let mut files = vec![
        ExportFile::json("index.json", &mapping(attributes_type, rankings.len())),
        ExportFile::json(
            "aliases.json",
            &json!({ "actions": [{ "add": { "index": index, "alias": "endcap" } }] }),
        ),
        ExportFile::json(
            "undo/aliases.json",
            &json!({ "actions": [{ "remove": { "index": index, "alias": "endcap" } }] }),
        ),
    ];
    files.extend(documents(subject, &index, &rankings));
    files.extend(related(subject, &index));
    for ranking in &rankings {
        let name = format!(
            "queries/{}__{}__{}.json",
            slug(&ranking.page.to_string()),
            slug(&ranking.block.id),
            if ranking.segment == EVERYONE { "all".to_owned() } else { slug(&ranking.segment) },
        );
        files.push(ExportFile::json(name, &query(ranking)));
    }
    files
}

/// Scores with rules but without pins and variety: what can be known about a product on its own.
fn rankings(subject: &Subject<'_>) -> Vec<Ranking> {
    let bundle = subject.bundle();
    let size = bundle.catalog.products.len() as u32;
    let mut document = Document::clone(&bundle.document);
    document.rules.retain(|rule| !matches!(rule.action, Action::Pin { .. }));
    for layout in document.layouts.values_mut() {
        let variants = layout.variants.iter_mut().flat_map(|variant| &mut variant.blocks);
        for block in layout.default.iter_mut().chain(variants) {
            block.size = size;
            block.minimum = block.minimum.min(size);
            block.variety = 0;
            // What a row above shows is known only at view time; the caller leaves it out.
            block.may_repeat = true;
            block.stock = StockPolicy::Any;
        }
    }
    let prepared = subject.prepared.with_document(Arc::new(document));
    let mut rankings = Vec::new();
    for page in [PageRef::Home]
        .into_iter()
        .chain(bundle.catalog.collections.iter().map(|collection| PageRef::Collection(collection.id.clone())))
    {
        let Some(layout) = bundle.document.layout(&page.key()) else {
            continue;
        };
        for segment in subject.groups() {
            let mut visit = Visit::of(page.clone(), subject.now);
            visit.segment = Some(segment.to_owned());
            for decided in prepared.decide(&visit, Detail::Plain).blocks {
                let Some(block) = layout.default.iter().find(|block| block.id == decided.id) else {
                    continue;
                };
                if block.kind != BlockKind::Products || decided.slots.is_empty() {
                    continue;
                }
                rankings.push(Ranking {
                    field: field(&page, &block.id, segment),
                    page: page.clone(),
                    block: block.clone(),
                    segment: segment.to_owned(),
                    scores: decided.slots.iter().map(|slot| (slot.product, slot.score)).collect(),
                });
            }
        }
    }
    rankings
}

/// Collections share the fields of their kind: a product is read under its own collection only.
fn field(page: &PageRef, block: &str, segment: &str) -> String {
    let page = match page {
        PageRef::Collection(id) => format!("collection:{id}"),
        other => other.to_string(),
    };
    let segment = if segment == EVERYONE { "all".to_owned() } else { slug(segment) };
    format!("s_{}__{}__{segment}", slug(&page), slug(block))
}

/// Each list is a field of its own, so the limit of a thousand fields is raised where it must be.
fn mapping(attributes_type: &str, n_lists: usize) -> Value {
    let keyword = json!({ "type": "keyword" });
    json!({
        "settings": { "index": { "mapping": { "total_fields": { "limit": (n_lists + 200).max(1_000) } } } },
        "mappings": {
            "dynamic_templates": [
                { "scores": { "match": "s_*", "mapping": { "type": "long", "index": true, "doc_values": true } } },
            ],
            "properties": {
                "id": keyword, "title": { "type": "text" }, "product_type": keyword, "vendor": keyword,
                "collections": keyword, "tags": keyword, "attributes": { "type": attributes_type },
                "price_minor": { "type": "long" }, "discount_percent": { "type": "long" },
                "stock": { "type": "long" }, "sellable": { "type": "boolean" }, "published": { "type": "boolean" },
            },
        },
    })
}

fn documents(subject: &Subject<'_>, index: &str, rankings: &[Ranking]) -> Vec<ExportFile> {
    let products = &subject.bundle().catalog.products;
    let mut scores: Vec<Map<String, Value>> = vec![Map::new(); products.len()];
    for ranking in rankings {
        for (product, score) in &ranking.scores {
            scores[*product as usize].insert(ranking.field.clone(), json!(score));
        }
    }
    let documents: Vec<[Value; 2]> = products
        .iter()
        .zip(scores)
        .map(|(product, scores)| {
            [json!({ "index": { "_index": index, "_id": product.id } }), document(product, scores)]
        })
        .collect();
    bulk("products", &documents)
}

fn document(product: &CatalogProduct, scores: Map<String, Value>) -> Value {
    let attributes: Map<String, Value> =
        product.attributes.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let mut document = json!({
        "id": product.id, "title": product.title, "collections": product.collections, "tags": product.tags,
        "attributes": attributes, "discount_percent": product.discount_percent(),
        "sellable": product.sellable(), "published": product.published,
    });
    let facts = [
        ("product_type", product.product_type.as_ref().map(|fact| json!(fact))),
        ("vendor", product.vendor.as_ref().map(|fact| json!(fact))),
        ("price_minor", product.price.map(|fact| json!(fact))),
        ("stock", product.stock.map(|fact| json!(fact))),
    ];
    for (name, fact) in facts {
        if let Some(fact) = fact {
            document[name] = fact;
        }
    }
    for (field, score) in scores {
        document[field] = score;
    }
    document
}

fn related(subject: &Subject<'_>, index: &str) -> Vec<ExportFile> {
    let hidden = hidden_everywhere(subject);
    let mut documents = Vec::new();
    for (strategy, lists) in &subject.bundle().neighbors.lists {
        for (source, neighbors) in lists.iter().enumerate() {
            for neighbor in neighbors {
                let (from, to) = (subject.product_id(source as u32), subject.product_id(neighbor.product));
                if !subject.can_show(neighbor.product) || hidden.contains(to) {
                    continue;
                }
                let strategy = json!(strategy);
                documents.push([
                    json!({ "index": { "_index": format!("{index}-related") } }),
                    json!({ "source": from, "product": to, "strategy": strategy, "strength": neighbor.strength }),
                ]);
            }
        }
    }
    bulk("related", &documents)
}

fn bulk(name: &str, documents: &[[Value; 2]]) -> Vec<ExportFile> {
    documents
        .chunks(DOCUMENTS_A_FILE)
        .enumerate()
        .map(|(nth, chunk)| {
            ExportFile::json_lines(format!("{name}-{:03}.ndjson", nth + 1), chunk.as_flattened())
        })
        .collect()
}

/// Filters first, then the exact score, then the id: the order of `decide-1`.
fn query(ranking: &Ranking) -> Value {
    let mut filters = vec![
        json!({ "term": { "published": true } }),
        json!({ "exists": { "field": "price_minor" } }),
        json!({ "exists": { "field": ranking.field } }),
    ];
    match ranking.block.stock {
        StockPolicy::InStock => filters.push(json!({ "range": { "stock": { "gte": 1 } } })),
        StockPolicy::Sellable => filters.push(json!({ "term": { "sellable": true } })),
        StockPolicy::Any => {}
    }
    let mut sort = Map::new();
    sort.insert(ranking.field.clone(), json!({ "order": "desc", "missing": "_last" }));
    json!({
        "size": ranking.block.size,
        "_source": false,
        "docvalue_fields": ["id"],
        "track_total_hits": true,
        "query": { "bool": { "filter": filters } },
        "sort": [sort, { "id": "asc" }],
    })
}

/// Pins by row and group with their periods: the caller places them (RANKING, pins) into what the engine returns.
fn pins(subject: &Subject<'_>, lists: &Lists) -> ExportFile {
    let pins: Vec<Value> = subject
        .bundle()
        .document
        .rules
        .iter()
        .filter(|rule| rule.enabled)
        .filter_map(|rule| match (&rule.action, &rule.target) {
            (Action::Pin { position, soft, keep_when_sold_out }, RuleTarget::Products(ids)) => Some(json!({
                "rule": rule.id, "products": ids, "position": position, "soft": soft,
                "keep_when_sold_out": keep_when_sold_out, "scope": rule.scope, "schedule": rule.schedule,
            })),
            _ => None,
        })
        .collect();
    // What the splice must come to, for whoever writes it.
    let expected: Vec<Value> = lists
        .now()
        .map(|slice| {
            json!({ "page": slice.page, "row": slice.block, "segment": slice.segment, "products": subject.ids(&slice.products) })
        })
        .collect();
    ExportFile::json("pins.json", &json!({ "bundle": subject.bundle_id, "pins": pins, "expected": expected }))
}

fn query_rules(subject: &Subject<'_>, fidelity: &mut FidelityReport) -> Vec<ExportFile> {
    let mut rules = Vec::new();
    for rule in subject.bundle().document.rules.iter().filter(|rule| rule.enabled) {
        let (kind, ids) = match (&rule.action, &rule.target) {
            (Action::Pin { position, .. }, RuleTarget::Products(ids)) => {
                if *position > 1 {
                    let about = format!("rule {}", rule.id);
                    fidelity.add(
                        &about,
                        Fidelity::Approximate,
                        "as a query rule it stands at the top; splice it from pins.json for its own position",
                    );
                }
                ("pinned", ids)
            }
            (Action::Hide, RuleTarget::Products(ids)) => ("exclude", ids),
            _ => continue,
        };
        let mut criteria = Vec::new();
        let exact = |field: &str, values: Vec<String>| json!({ "type": "exact", "metadata": field, "values": values });
        if !rule.scope.pages.is_empty() {
            criteria.push(exact("page", rule.scope.pages.iter().map(PageKey::to_string).collect()));
        }
        if let Some(block) = &rule.scope.block {
            criteria.push(exact("row", vec![block.clone()]));
        }
        if let Some(segments) = &rule.scope.segments {
            criteria.push(exact("segment", segments.clone()));
        }
        if !rule.scope.queries.is_empty() {
            criteria.push(exact("query", rule.scope.queries.clone()));
        }
        if let Some(from) = rule.schedule.from {
            criteria.push(json!({ "type": "gte", "metadata": "now", "values": [from] }));
        }
        if let Some(until) = rule.schedule.until {
            criteria.push(json!({ "type": "lt", "metadata": "now", "values": [until] }));
        }
        if criteria.is_empty() {
            criteria.push(json!({ "type": "always" }));
        }
        for (nth, chunk) in ids.chunks(PINS_A_RULE).enumerate() {
            rules.push(json!({
                "rule_id": format!("{}-{nth}", slug(&rule.id)), "type": kind, "criteria": criteria,
                "actions": { "ids": chunk }, "priority": rules.len(),
            }));
        }
    }
    rules
        .chunks(RULES_A_SET)
        .enumerate()
        .map(|(nth, chunk)| {
            ExportFile::json(format!("query_rules/endcap-{}.json", nth + 1), &json!({ "rules": chunk }))
        })
        .collect()
}

/// Solr syntax: `a, b` both ways, `a => b` one way.
fn synonym_lines(subject: &Subject<'_>) -> Vec<String> {
    let escaped = |word: &String| word.replace('\\', "\\\\").replace(',', "\\,").replace("=>", "\\=\\>");
    subject
        .bundle()
        .document
        .search
        .synonyms
        .iter()
        .filter(|synonym| synonym.words.len() > 1)
        .map(|synonym| {
            let words: Vec<String> = synonym.words.iter().map(escaped).collect();
            if synonym.one_way {
                // The word itself keeps its own hits.
                format!("{} => {}", words[0], words.join(", "))
            } else {
                words.join(", ")
            }
        })
        .collect()
}
