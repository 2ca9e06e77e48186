//! Algolia: lists as rules with a context, per-query rules, recommend rules, synonyms, index settings.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::ExportFile;
use super::fidelity::{Fidelity, FidelityReport};
use super::lists::{self, Lists, Slice, Window};
use super::subject::Subject;
use super::text::slug;
use crate::bundle::{EVERYONE, Strategy};
use crate::merch::{Action, Condition, Field, Operator, PageKey, Rule, Target as RuleTarget};

/// Rules in one request; the published limit of the batch is by size, this stays far below it.
const RULES_A_FILE: usize = 500;
/// Records one consequence may promote, and hide.
pub(super) const MOST_PROMOTED: usize = 300;
pub(super) const MOST_HIDDEN: usize = 50;
/// Recommendations one request can return.
const MOST_RECOMMENDED: usize = 30;
/// 2100-01-01, for ranges that must have an end.
const NEVER: i64 = 4_102_444_800;

pub(super) fn files(subject: &Subject<'_>, lists: &Lists, fidelity: &mut FidelityReport) -> Vec<ExportFile> {
    let mut rules = list_rules(subject, lists);
    rules.extend(query_rules(subject, fidelity));
    let mut files = in_batches("rules", &rules);
    for (strategy, model) in
        [(Strategy::Similar, "related-products"), (Strategy::BoughtTogether, "bought-together")]
    {
        files.extend(in_batches(&format!("recommend/{model}"), &recommend_rules(subject, strategy)));
    }
    files.push(ExportFile::json("synonyms.json", &json!(synonyms(subject))));
    files.push(ExportFile::json("settings.json", &settings(subject)));
    files.push(ExportFile::json("undo/delete-rules.json", &json!({
        "note": "Deleting these objects restores the index as it was, where no rule of that name existed.",
        "objectIDs": rules.iter().map(|rule| &rule["objectID"]).collect::<Vec<_>>(),
    })));
    files
}

fn in_batches(name: &str, rules: &[Value]) -> Vec<ExportFile> {
    rules
        .chunks(RULES_A_FILE)
        .enumerate()
        .map(|(nth, chunk)| ExportFile::json(format!("{name}-{:03}.json", nth + 1), &json!(chunk)))
        .collect()
}

/// `slot-home__picked`; with the group appended it is the context the shop sends.
fn context(slice: &Slice) -> String {
    format!("row-{}-{}__seg-{}", slug(&slice.page), slug(&slice.block), group(&slice.segment))
}

fn group(segment: &str) -> String {
    if segment == EVERYONE { "all".to_owned() } else { slug(segment) }
}

fn validity(window: Window, nth: usize, rule: &mut Map<String, Value>) {
    if nth > 0 || window.until.is_some() {
        let from = if nth == 0 { 0 } else { window.from };
        let until = window.until.unwrap_or(NEVER);
        rule.insert("validity".to_owned(), json!([{ "from": from, "until": until }]));
    }
}

fn list_rules(subject: &Subject<'_>, lists: &Lists) -> Vec<Value> {
    lists
        .slices
        .iter()
        .filter(|slice| !slice.products.is_empty())
        .map(|slice| {
            let promoted: Vec<Value> = subject
                .ids(&slice.products)
                .into_iter()
                .take(MOST_PROMOTED)
                .enumerate()
                .map(|(position, id)| json!({ "objectID": id, "position": position }))
                .collect();
            let mut rule = Map::new();
            rule.insert("objectID".to_owned(), json!(format!("endcap.{}.w{}", context(slice), slice.window)));
            rule.insert(
                "description".to_owned(),
                json!(format!("{} for {}", slice.title, subject.group_name(&slice.segment))),
            );
            rule.insert("enabled".to_owned(), json!(true));
            rule.insert("tags".to_owned(), json!(["endcap"]));
            rule.insert("conditions".to_owned(), json!([{ "context": context(slice) }]));
            rule.insert(
                "consequence".to_owned(),
                json!({
                    "promote": promoted,
                    "filterPromotes": true,
                    "userData": { "bundle": subject.bundle_id },
                }),
            );
            validity(lists.windows[slice.window], slice.window, &mut rule);
            Value::Object(rule)
        })
        .collect()
}

/// The merchant's own rules for queries.
fn query_rules(subject: &Subject<'_>, fidelity: &mut FidelityReport) -> Vec<Value> {
    let document = &subject.bundle().document;
    let mut rules = Vec::new();
    for rule in document.rules.iter().filter(|rule| rule.enabled && is_for_search(rule)) {
        let Some(consequence) = consequence(subject, rule, fidelity) else {
            continue;
        };
        let groups: Vec<Option<String>> = match &rule.scope.segments {
            Some(segments) => {
                segments.iter().map(|segment| Some(format!("seg-{}", group(segment)))).collect()
            }
            None => vec![None],
        };
        let queries: Vec<Option<&str>> = if rule.scope.queries.is_empty() {
            vec![None]
        } else {
            rule.scope.queries.iter().map(|query| Some(query.as_str())).collect()
        };
        // Twenty-five conditions are the most one rule may have.
        let conditions: Vec<Value> = queries
            .iter()
            .flat_map(|query| groups.iter().map(move |group| condition(*query, group.as_deref())))
            .collect();
        for (nth, chunk) in conditions.chunks(25).enumerate() {
            let mut written = Map::new();
            written.insert("objectID".to_owned(), json!(format!("endcap.search.{}.{nth}", slug(&rule.id))));
            written.insert(
                "description".to_owned(),
                json!(rule.name.clone().unwrap_or_else(|| rule.id.clone())),
            );
            written.insert("enabled".to_owned(), json!(true));
            written.insert("tags".to_owned(), json!(["endcap"]));
            written.insert("conditions".to_owned(), json!(chunk));
            written.insert("consequence".to_owned(), consequence.clone());
            if rule.schedule.from.is_some() || rule.schedule.until.is_some() {
                let until = rule.schedule.until.unwrap_or(NEVER);
                let range = json!([{ "from": rule.schedule.from.unwrap_or(0), "until": until }]);
                written.insert("validity".to_owned(), range);
            }
            rules.push(Value::Object(written));
        }
    }
    rules
}

fn is_for_search(rule: &Rule) -> bool {
    let somewhere = rule.scope.pages.is_empty() || rule.scope.pages.contains(&PageKey::Search);
    somewhere && rule.scope.block.is_none()
}

fn condition(query: Option<&str>, group: Option<&str>) -> Value {
    let mut condition = Map::new();
    if let Some(query) = query {
        condition.insert("pattern".to_owned(), json!(query));
        condition.insert("anchoring".to_owned(), json!("is"));
    }
    condition.insert("context".to_owned(), json!(group.unwrap_or("endcap-search")));
    Value::Object(condition)
}

fn consequence(subject: &Subject<'_>, rule: &Rule, fidelity: &mut FidelityReport) -> Option<Value> {
    let about = format!("rule {}", rule.id);
    let user_data = json!({ "bundle": subject.bundle_id, "rule": rule.id });
    let (action, filter) = match (&rule.action, &rule.target) {
        (Action::Pin { position, .. }, RuleTarget::Products(ids)) => {
            let promoted: Vec<Value> = ids
                .iter()
                .take(MOST_PROMOTED)
                .enumerate()
                .map(|(nth, id)| json!({ "objectID": id, "position": *position as usize - 1 + nth }))
                .collect();
            return Some(json!({ "promote": promoted, "filterPromotes": true, "userData": user_data }));
        }
        (Action::Hide, RuleTarget::Products(ids)) => {
            if ids.len() > MOST_HIDDEN {
                fidelity.add(
                    &about,
                    Fidelity::Approximate,
                    "one rule hides 50 products at most; the rest stays visible in search",
                );
            }
            let hidden: Vec<Value> =
                ids.iter().take(MOST_HIDDEN).map(|id| json!({ "objectID": id })).collect();
            return Some(json!({ "hide": hidden, "userData": user_data }));
        }
        (action, RuleTarget::Products(ids)) => (action, ids.iter().map(|id| facet("objectID", id)).collect()),
        (action, RuleTarget::Where(condition)) => {
            let Some(filters) = facets(condition) else {
                fidelity.add(
                    &about,
                    Fidelity::Dropped,
                    "its condition has no facet form; on search pages the runtime must apply it",
                );
                return None;
            };
            (action, filters)
        }
    };
    let filters: Vec<String> = filter;
    let params = match action {
        Action::Boost { points, .. } => {
            json!({ "optionalFilters": filters.iter().map(|one| format!("{one}<score={}>", level(*points))).collect::<Vec<_>>() })
        }
        Action::Bury { points } => json!({
            "optionalFilters": filters.iter().map(|one| format!("{}<score={}>", negated(one), level(*points))).collect::<Vec<_>>()
        }),
        Action::OnlyShow => {
            json!({ "filters": filters.iter().map(|one| quoted(one)).collect::<Vec<_>>().join(" OR ") })
        }
        Action::Hide => json!({
            "filters": filters.iter().map(|one| format!("NOT {}", quoted(one))).collect::<Vec<_>>().join(" AND ")
        }),
        Action::Pin { .. } => return None,
    };
    Some(json!({ "params": params, "userData": user_data }))
}

/// Slight, medium, strong as 1, 2, 3.
fn level(points: i64) -> i64 {
    match points.abs() {
        ..=Action::SLIGHT => 1,
        ..=Action::MEDIUM => 2,
        _ => 3,
    }
}

fn facet(name: &str, value: &str) -> String {
    format!("{name}:{value}")
}

fn negated(facet: &str) -> String {
    facet.replacen(':', ":-", 1)
}

fn quoted(facet: &str) -> String {
    let (name, value) = facet.split_once(':').unwrap_or((facet, ""));
    format!("{name}:\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Any-of equalities are all that filters with scores can say.
fn facets(condition: &Condition) -> Option<Vec<String>> {
    match condition {
        Condition::Any(parts) => {
            parts.iter().map(facets).collect::<Option<Vec<_>>>().map(|parts| parts.concat())
        }
        Condition::All(parts) if parts.len() == 1 => facets(&parts[0]),
        Condition::Is { field, operator: Operator::Equals, value } => {
            let name = match field {
                Field::ProductType => "product_type",
                Field::Vendor => "vendor",
                Field::Collection => "collections",
                Field::Tag => "tags",
                Field::Attribute(name) => return Some(vec![facet(&format!("attributes.{name}"), value)]),
                _ => return None,
            };
            Some(vec![facet(name, value)])
        }
        _ => None,
    }
}

/// What goes with a product: the model cannot be uploaded, so each list is a rule of its source product.
fn recommend_rules(subject: &Subject<'_>, strategy: Strategy) -> Vec<Value> {
    (0..subject.bundle().catalog.products.len() as u32)
        .filter(|product| subject.can_show(*product))
        .filter_map(|product| {
            let others = lists::neighbors(subject, strategy, product, MOST_RECOMMENDED);
            let id = subject.product_id(product);
            let promoted: Vec<Value> = subject
                .ids(&others)
                .into_iter()
                .enumerate()
                .map(|(position, id)| json!({ "objectID": id, "position": position }))
                .collect();
            (!promoted.is_empty()).then(|| {
                json!({
                    "objectID": format!("endcap.{}", slug(id)),
                    "condition": { "filters": quoted(&facet("objectID", id)) },
                    "consequence": { "promote": promoted },
                    "enabled": true,
                })
            })
        })
        .collect()
}

fn synonyms(subject: &Subject<'_>) -> Vec<Value> {
    subject
        .bundle()
        .document
        .search
        .synonyms
        .iter()
        .filter(|synonym| synonym.words.len() > 1)
        .enumerate()
        .map(|(nth, synonym)| {
            let id = format!("endcap-{}", nth + 1);
            if synonym.one_way {
                json!({ "objectID": id, "type": "oneWaySynonym", "input": synonym.words[0], "synonyms": &synonym.words[1..] })
            } else {
                json!({ "objectID": id, "type": "synonym", "synonyms": synonym.words })
            }
        })
        .collect()
}

fn settings(subject: &Subject<'_>) -> Value {
    let mut attributes: BTreeMap<&str, ()> = BTreeMap::new();
    for product in &subject.bundle().catalog.products {
        attributes.extend(product.attributes.iter().map(|(name, _)| (name.as_str(), ())));
    }
    let facets: Vec<String> = ["filterOnly(objectID)", "product_type", "vendor", "collections", "tags"]
        .into_iter()
        .map(str::to_owned)
        .chain(attributes.keys().map(|name| format!("attributes.{name}")))
        .collect();
    json!({ "attributesForFaceting": facets })
}
