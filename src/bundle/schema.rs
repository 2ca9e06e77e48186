//! JSON Schemas (2020-12) of every JSON file, and a validator of the part of the standard they use, so that a bundle
//! validates itself without a network.

use serde_json::{Value, json};

use super::files::Files;

const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// Name without `.schema.json`, and schema.
pub fn all() -> Vec<(&'static str, Value)> {
    let text = json!({"type": "string"});
    let count = json!({"type": "integer", "minimum": 0});
    let integer = json!({"type": "integer"});
    let number = json!({"type": "number"});
    let flag = json!({"type": "boolean"});
    let texts = json!({"type": "array", "items": text});
    let signal =
        json!({"type": "array", "items": {"type": ["integer", "null"], "minimum": 0, "maximum": 10_000}});
    let condition = json!({"type": "array", "items": object(
        &[("feature", text.clone()), ("operator", text.clone()), ("value", integer.clone())], &[])});
    let segment_rules = json!({"type": "array", "items": object(
        &[("segment", text.clone()), ("any_of", json!({"type": "array", "items": condition}))], &[])});
    let strings_of_pairs =
        json!({"type": "array", "items": {"type": "array", "items": text, "minItems": 2, "maxItems": 2}});
    let audience = object(
        &[],
        &[
            ("segments", texts.clone()),
            ("sources", texts.clone()),
            ("devices", texts.clone()),
            ("arm", texts.clone()),
        ],
    );
    let weights = object(
        &[
            ("relevance", count.clone()),
            ("popularity", count.clone()),
            ("newness", count.clone()),
            ("margin", count.clone()),
            ("stock", count.clone()),
        ],
        &[],
    );
    let block = object(
        &[
            ("id", text.clone()),
            ("title", text.clone()),
            (
                "kind",
                json!({"type": "object", "required": ["show"], "properties": {
            "show": {"enum": ["products", "heroes", "tiles", "banner"]}}}),
            ),
            ("sources", json!({"type": "array"})),
            ("size", count.clone()),
            ("minimum", count.clone()),
            ("weights", weights),
            ("variety", json!({"type": "integer", "minimum": 0, "maximum": 1_000})),
            ("stock", json!({"enum": ["in_stock", "sellable", "any"]})),
            ("audience", audience.clone()),
            ("may_repeat", flag.clone()),
            (
                "neutral",
                json!({"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 10_000},
            "minItems": 5, "maxItems": 5}),
            ),
        ],
        &[("hand_picked", texts.clone())],
    );
    let blocks = json!({"type": "array", "items": block});
    let layout = object(
        &[("default", blocks.clone())],
        &[(
            "variants",
            json!({"type": "array", "items": object(&[
        ("id", text.clone()), ("name", text.clone()), ("audience", audience), ("blocks", blocks)], &[])}),
        )],
    );
    let rule = object(
        &[
            ("id", text.clone()),
            ("enabled", flag.clone()),
            (
                "action",
                json!({"type": "object", "required": ["do"], "properties": {
            "do": {"enum": ["pin", "boost", "bury", "hide", "only_show"]}, "position": {"type": "integer", "minimum": 0},
            "soft": flag, "keep_when_sold_out": flag, "points": integer, "uncapped": flag}}),
            ),
            (
                "target",
                json!({"type": "object", "required": ["by", "of"], "properties": {"by": {"enum": ["products", "where"]}}}),
            ),
            (
                "scope",
                object(
                    &[],
                    &[
                        ("pages", texts.clone()),
                        ("block", text.clone()),
                        ("segments", texts.clone()),
                        ("queries", texts.clone()),
                    ],
                ),
            ),
            ("schedule", object(&[], &[("from", integer.clone()), ("until", integer.clone())])),
            ("created_at", integer.clone()),
        ],
        &[("name", text.clone())],
    );
    let product = object(
        &[
            ("id", text.clone()),
            ("title", text.clone()),
            ("published", flag.clone()),
            ("sellWhenEmpty", flag.clone()),
        ],
        &[
            ("handle", text.clone()),
            ("productType", text.clone()),
            ("vendor", text.clone()),
            ("collections", texts.clone()),
            ("tags", texts.clone()),
            ("attributes", strings_of_pairs),
            ("price", integer.clone()),
            ("compareAt", integer.clone()),
            ("stock", integer.clone()),
            ("createdAt", integer.clone()),
            ("restockedAt", integer.clone()),
            ("image", text.clone()),
            ("url", text.clone()),
            ("variantGroup", text.clone()),
        ],
    );
    vec![
        (
            "manifest",
            schema(object(
                &[
                    ("format", json!({"const": super::disk::FORMAT})),
                    ("formatVersion", text.clone()),
                    ("decider", json!({"const": super::disk::DECIDER})),
                    ("bundleId", text.clone()),
                    ("parent", json!({"type": ["string", "null"]})),
                    ("createdAt", text.clone()),
                    (
                        "store",
                        object(
                            &[
                                ("name", text.clone()),
                                ("platform", text.clone()),
                                ("timeZone", text.clone()),
                                ("currency", text.clone()),
                                ("idKind", text.clone()),
                            ],
                            &[],
                        ),
                    ),
                    (
                        "files",
                        json!({"type": "array", "items": object(&[("path", text.clone()), ("mediaType", text.clone()),
                ("bytes", count.clone()), ("rows", count.clone()), ("sha256", text.clone())], &[])}),
                    ),
                    ("digest", text.clone()),
                ],
                &[],
            )),
        ),
        (
            "store",
            schema(object(
                &[
                    (
                        "info",
                        object(
                            &[
                                ("store", text.clone()),
                                ("platform", text.clone()),
                                ("currency", text.clone()),
                                ("timeZone", text.clone()),
                                ("asOf", integer.clone()),
                                ("snapshotAt", integer.clone()),
                            ],
                            &[],
                        ),
                    ),
                    (
                        "history",
                        object(
                            &[
                                ("trust", json!({"type": "array", "items": count})),
                                ("recency", json!({"type": "array", "items": count})),
                                ("view", count.clone()),
                                ("cart", count.clone()),
                                ("purchase", count.clone()),
                            ],
                            &[],
                        ),
                    ),
                    ("minorPerMajor", json!({"type": "integer", "minimum": 1})),
                ],
                &[],
            )),
        ),
        (
            "catalog",
            schema(object(
                &[
                    ("products", json!({"type": "array", "items": product})),
                    (
                        "collections",
                        json!({"type": "array", "items": object(&[("id", text.clone()), ("title", text.clone())], &[])}),
                    ),
                ],
                &[],
            )),
        ),
        (
            "segments",
            schema(object(
                &[
                    (
                        "segments",
                        json!({"type": "array", "items": object(&[("id", text.clone()), ("name", text.clone()),
                ("description", text.clone()), ("customers", count.clone()), ("customer_share", count.clone()),
                ("revenue_share", count.clone()), ("color", count.clone()), ("hidden", flag.clone())], &[])}),
                    ),
                    ("rules", segment_rules.clone()),
                    ("lifecycle", segment_rules),
                    (
                        "model",
                        json!({"type": ["object", "null"], "required": ["features", "centroids", "labels"], "properties": {
                "features": {"type": "array", "items": object(&[("name", text.clone()), ("source", text.clone()),
                    ("missing", integer.clone()), ("quantum", integer.clone()), ("log1p", flag.clone()),
                    ("bins", json!({"type": "array", "items": {"type": "array", "items": number, "minItems": 2, "maxItems": 2}})),
                    ("mean", number.clone()), ("scale", number.clone())], &[])},
                "centroids": {"type": "array", "items": {"type": "array", "items": number}},
                "labels": texts}}),
                    ),
                ],
                &[],
            )),
        ),
        (
            "signals",
            schema(object(
                &[
                    ("popularity", signal.clone()),
                    ("trending", signal.clone()),
                    ("newness", signal.clone()),
                    ("margin", signal.clone()),
                    ("stock", signal.clone()),
                    ("relevanceOf", texts.clone()),
                ],
                &[],
            )),
        ),
        ("relevance", schema(object(&[("segment", text.clone()), ("relevance", signal)], &[]))),
        (
            "evidence",
            schema(object(
                &[
                    (
                        "products",
                        json!({"type": "array", "items": {"type": "array", "minItems": 6, "maxItems": 6}}),
                    ),
                    (
                        "segments",
                        json!({"type": "array", "items": {"type": "array", "items": {"type": "array", "items": count, "minItems": 2, "maxItems": 2}}}),
                    ),
                ],
                &[],
            )),
        ),
        (
            "neighbors",
            schema(object(
                &[
                    ("strategy", text.clone()),
                    (
                        "lists",
                        json!({"type": "array", "items": {"type": "array",
            "maxItems": super::MAX_NEIGHBORS, "items": {"type": "array", "items": count, "minItems": 5, "maxItems": 5}}}),
                    ),
                ],
                &[],
            )),
        ),
        (
            "text",
            schema(object(
                &[
                    (
                        "words",
                        json!({"type": "array", "items": {"type": "array", "minItems": 2, "maxItems": 2}}),
                    ),
                    (
                        "suggestions",
                        json!({"type": "array", "items": {"type": "array", "minItems": 2, "maxItems": 2}}),
                    ),
                ],
                &[],
            )),
        ),
        ("page", schema(object(&[("page", text.clone()), ("layout", layout)], &[]))),
        ("rule", schema(rule)),
        (
            "search",
            schema(object(
                &[
                    (
                        "synonyms",
                        json!({"type": "array", "items": object(&[("words", texts.clone()), ("one_way", flag.clone())], &[])}),
                    ),
                    (
                        "redirects",
                        json!({"type": "array", "items": object(&[("query", text.clone()), ("to", text.clone())], &[])}),
                    ),
                    ("ignored_words", texts.clone()),
                ],
                &[],
            )),
        ),
        (
            "experiments",
            schema(json!({"type": "array", "items": object(&[("id", text.clone()), ("name", text.clone()),
            ("layer", text.clone()), ("arms", json!({"type": "array", "items": object(&[("id", text.clone()),
                ("start", count.clone()), ("end", json!({"type": "integer", "minimum": 0, "maximum": 10_000}))], &[])})),
            ("has_holdout", flag.clone()), ("from", json!({"type": ["integer", "null"]})), ("until", json!({"type": ["integer", "null"]}))], &[])})),
        ),
        ("fallback", schema(json!({"type": "object"}))),
        (
            "case",
            schema(object(
                &[
                    ("visit", json!({"type": "object", "required": ["page", "now"]})),
                    (
                        "page",
                        json!({"type": "object", "required": ["segment", "layout", "redirect", "found", "blocks"]}),
                    ),
                ],
                &[],
            )),
        ),
        (
            "offers",
            schema(json!({"type": "array", "items": object(&[
                ("id", text.clone()), ("segment", text.clone()),
                ("percent", json!({"type": "integer", "minimum": 0, "maximum": 100})),
                ("onlySlippingAway", flag.clone()),
                ("wouldBuyWithout", json!({"enum": ["likely_without", "unclear", "unlikely_without"]})),
                ("boughtOnSalePermille", count.clone()), ("reliancePermille", count.clone()),
                ("costIfAllUse", integer.clone()), ("marginFloorPercent", count.clone()),
                ("notOn", texts.clone()), ("uncheckedProducts", count.clone()), ("sentence", text.clone()),
            ], &[])})),
        ),
        (
            "triggers",
            schema(json!({"type": "array", "items": object(&[
                ("id", text.clone()),
                ("kind", json!({"enum": ["cart_left_behind", "restock_due", "back_in_stock", "price_drop",
                    "second_order", "slipping_away"]})),
                ("title", text.clone()), ("sentence", text.clone()), ("page", text.clone()),
                ("picks", count.clone()), ("restDays", count.clone()), ("ready", flag.clone()),
            ], &[("needs", text.clone()), ("people", json!({"type": "integer", "minimum": 10}))])})),
        ),
        ("report", schema(json!({"type": "object"}))),
        ("provenance", schema(json!({"type": "object"}))),
    ]
}

/// What is wrong with the files of a bundle, as `path: place: what`.
pub fn problems(files: &Files) -> Vec<String> {
    let mut found = Vec::new();
    let schemas = all();
    for (path, bytes) in files {
        let Some(name) = schema_of(path) else { continue };
        let Some((_, schema)) = schemas.iter().find(|(known, _)| *known == name) else {
            continue;
        };
        let documents: Vec<&[u8]> = if path.ends_with(".jsonl") {
            bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect()
        } else {
            vec![bytes]
        };
        for document in documents {
            match serde_json::from_slice::<Value>(document) {
                Ok(value) => validate(schema, &value, path, &mut found),
                Err(error) => found.push(format!("{path}: {error}")),
            }
        }
    }
    found.truncate(100);
    found
}

/// The schema a file follows; `None` for files without one.
pub fn schema_of(path: &str) -> Option<&str> {
    match path {
        "rules.jsonl" => Some("rule"),
        "cases.jsonl" => Some("case"),
        _ if path.starts_with("pages/") => Some("page"),
        _ if path.starts_with("relevance/") => Some("relevance"),
        _ if path.starts_with("neighbors/") => Some("neighbors"),
        _ if path.contains('/') => None,
        _ => path.strip_suffix(".json"),
    }
}

fn schema(mut body: Value) -> Value {
    if let Value::Object(members) = &mut body {
        members.insert("$schema".to_owned(), DRAFT.into());
    }
    body
}

/// An object with all of `required`, perhaps some of `optional`, and nothing else.
fn object(required: &[(&str, Value)], optional: &[(&str, Value)]) -> Value {
    let names: Vec<&str> = required.iter().map(|(name, _)| *name).collect();
    let members: serde_json::Map<String, Value> =
        required.iter().chain(optional).map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    json!({"type": "object", "required": names, "properties": members, "additionalProperties": false})
}

fn validate(schema: &Value, value: &Value, place: &str, found: &mut Vec<String>) {
    if found.len() >= 100 {
        return;
    }
    let mut wrong = |what: String| found.push(format!("{place}: {what}"));
    if let Some(expected) = schema.get("const")
        && expected != value
    {
        wrong(format!("must be {expected}"));
    }
    if let Some(Value::Array(allowed)) = schema.get("enum")
        && !allowed.contains(value)
    {
        wrong(format!("{value} is not one of {}", Value::Array(allowed.clone())));
    }
    match schema.get("type") {
        Some(Value::String(kind)) if !is_a(value, kind) => wrong(format!("is not {kind}")),
        Some(Value::Array(kinds)) if !kinds.iter().any(|kind| is_a(value, kind.as_str().unwrap_or(""))) => {
            wrong("has another type".to_owned());
        }
        _ => {}
    }
    let bound = |name: &str| schema.get(name).and_then(Value::as_f64);
    if let Some(number) = value.as_f64()
        && (bound("minimum").is_some_and(|low| number < low)
            || bound("maximum").is_some_and(|high| number > high))
    {
        wrong(format!("{number} is out of range"));
    }
    if let Value::Array(items) = value {
        let length = items.len() as f64;
        if bound("minItems").is_some_and(|low| length < low)
            || bound("maxItems").is_some_and(|high| length > high)
        {
            wrong(format!("has {length} elements"));
        }
        if let Some(each) = schema.get("items") {
            for (at, item) in items.iter().enumerate() {
                validate(each, item, &format!("{place}[{at}]"), found);
            }
        }
        return;
    }
    let Value::Object(members) = value else { return };
    for name in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
        if !name.as_str().is_some_and(|name| members.contains_key(name)) {
            wrong(format!("lacks {name}"));
        }
    }
    let properties = schema.get("properties").and_then(Value::as_object);
    for (name, item) in members {
        match properties.and_then(|known| known.get(name)) {
            Some(each) => validate(each, item, &format!("{place}.{name}"), found),
            None if schema.get("additionalProperties") == Some(&Value::Bool(false)) => {
                found.push(format!("{place}: `{name}` is unknown"));
            }
            None => {}
        }
    }
}

fn is_a(value: &Value, kind: &str) -> bool {
    match kind {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        _ => false,
    }
}
