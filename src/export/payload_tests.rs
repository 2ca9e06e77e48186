//! What Shopify's Admin API takes, as a table of facts, and whether our files are that.
//!
//! Facts from the published reference of API version 2026-10, <https://shopify.dev/docs/api/admin-graphql/2026-10>:
//! `mutations/tagsAdd`, `mutations/collectionReorderProducts`, `input-objects/MoveInput`, `mutations/metaobjectUpsert`,
//! `input-objects/MetaobjectHandleInput`, `MetaobjectUpsertInput`, `MetaobjectFieldInput`. Not tried on a live account.

use serde_json::{Value, json};

use super::example::{bundle, subject};
use super::{Lists, Part, Slice, Target, Window, project, project_without, shopify};
use crate::decide::Prepared;

/// Inputs by name; a field is written as in the reference: `!` is required, `[]` a list.
const INPUTS: &[(&str, &[(&str, &str)])] = &[
    ("tagsAdd", &[("id", "ID!"), ("tags", "[String!]!")]),
    ("tagsRemove", &[("id", "ID!"), ("tags", "[String!]!")]),
    ("collectionReorderProducts", &[("id", "ID!"), ("moves", "[MoveInput!]!")]),
    ("MoveInput", &[("id", "ID!"), ("newPosition", "UnsignedInt64!")]),
    ("metaobjectUpsert", &[("handle", "MetaobjectHandleInput!"), ("metaobject", "MetaobjectUpsertInput!")]),
    ("MetaobjectHandleInput", &[("type", "String!"), ("handle", "String!")]),
    (
        "MetaobjectUpsertInput",
        &[("fields", "[MetaobjectFieldInput!]"), ("handle", "String"), ("capabilities", "Capabilities")],
    ),
    ("MetaobjectFieldInput", &[("key", "String!"), ("value", "String!")]),
];

/// The first thing that is wrong with a value of a type, if anything.
fn wrong(value: &Value, kind: &str) -> Option<String> {
    if let Some(inner) = kind.strip_suffix('!') {
        return if value.is_null() { Some(format!("{kind} is missing")) } else { wrong(value, inner) };
    }
    if value.is_null() {
        return None;
    }
    if let Some(inner) = kind.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return match value.as_array() {
            Some(all) => all.iter().find_map(|one| wrong(one, inner)),
            None => Some(format!("{value} is no list of {inner}")),
        };
    }
    let text = value.as_str();
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let holds = match kind {
        "String" => text.is_some(),
        // `handle:` is ours; the guide has it replaced.
        "ID" => text.is_some_and(|id| {
            id.strip_prefix("gid://shopify/")
                .and_then(|rest| rest.split_once('/'))
                .is_some_and(|(kind, number)| !kind.is_empty() && is_number(number))
                || id.strip_prefix("handle:").is_some_and(|handle| !handle.is_empty())
        }),
        "UnsignedInt64" => text.is_some_and(is_number),
        _ => {
            let Some((_, fields)) = INPUTS.iter().find(|(name, _)| *name == kind) else {
                return Some(format!("{kind} is no known input"));
            };
            let Some(object) = value.as_object() else {
                return Some(format!("{value} is no {kind}"));
            };
            if let Some(unknown) = object.keys().find(|key| !fields.iter().any(|(name, _)| name == key)) {
                return Some(format!("{kind} has no field {unknown}"));
            }
            return fields
                .iter()
                .find_map(|(name, kind)| wrong(object.get(*name).unwrap_or(&Value::Null), kind));
        }
    };
    (!holds).then(|| format!("{value} is no {kind}"))
}

#[test]
fn the_table_of_facts_refuses_what_the_api_would() {
    let good =
        json!({ "id": "gid://shopify/Collection/7", "moves": [{ "id": "handle:lamp", "newPosition": "0" }] });
    assert_eq!(wrong(&good, "collectionReorderProducts!"), None);
    for (bad, says) in [
        (json!({ "collection": "c", "moves": [] }), "has no field collection"),
        (json!({ "id": "gid://shopify/Collection/7" }), "is missing"),
        (json!({ "id": "lamps", "moves": [] }), "is no ID"),
        (
            json!({ "id": "gid://shopify/Collection/7", "moves": [{ "id": "handle:a", "newPosition": 0 }] }),
            "UnsignedInt64",
        ),
        (
            json!({ "id": "gid://shopify/Collection/7", "moves": [{ "product": "a", "newPosition": "0" }] }),
            "has no field product",
        ),
    ] {
        let said = wrong(&bad, "collectionReorderProducts!");
        assert!(said.as_ref().is_some_and(|said| said.contains(says)), "{bad}: {said:?}");
    }
}

#[test]
fn every_shopify_payload_is_what_its_mutation_takes() {
    let prepared = Prepared::new(&bundle());
    let projection = project(Target::Shopify, &subject(&prepared));
    let mut checked = 0;
    for file in &projection.files {
        let mutation = match file.path.as_str() {
            "customers/tags-add.jsonl" => "tagsAdd",
            "undo/customers/tags-remove.jsonl" => "tagsRemove",
            "metaobjects/slices.jsonl" => "metaobjectUpsert",
            path if path.starts_with("collections/") => "collectionReorderProducts",
            // A new file of variables must be named above.
            path => {
                let known =
                    path.starts_with("theme/") || !(path.ends_with(".json") || path.ends_with(".jsonl"));
                assert!(known, "{path} is not checked");
                continue;
            }
        };
        let text = String::from_utf8(file.bytes.clone()).unwrap();
        let values: Vec<Value> = if file.path.ends_with("jsonl") {
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
        } else {
            vec![serde_json::from_str(&text).unwrap()]
        };
        for value in values {
            assert_eq!(wrong(&value, mutation), None, "{}", file.path);
            checked += 1;
        }
    }
    assert!(checked > 10, "only {checked} payloads");
}

#[test]
fn a_part_that_is_left_out_takes_its_files_and_undo_with_it_and_the_report_says_so() {
    let prepared = Prepared::new(&bundle());
    let mut choosable = 0;
    for target in Target::ALL {
        let whole = project(target, &subject(&prepared));
        let parts = Part::among(target, whole.files.iter().map(|file| file.path.as_str()));
        choosable += usize::from(!parts.is_empty());
        for part in &parts {
            let rest = project_without(target, &[*part], &subject(&prepared));
            assert!(rest.files.len() < whole.files.len(), "{target} without {}", part.name());
            assert!(rest.files.iter().all(|file| Part::of(target, &file.path) != Some(*part)));
            let said = rest.files.iter().find(|file| file.path == "FIDELITY.md").unwrap();
            assert!(String::from_utf8_lossy(&said.bytes).contains("left out of this export on request"));
            for file in whole.files.iter().filter(|file| Part::of(target, &file.path) != Some(*part)) {
                let same = rest.files.iter().any(|other| other == file);
                assert!(same || file.path == "FIDELITY.md", "{target}/{} changed", file.path);
            }
        }
        for part in Part::ALL {
            assert_eq!(Part::from_name(part.name()), Some(part));
        }
    }
    assert!(choosable >= 5, "{choosable} targets");
}

#[test]
fn calls_fields_and_templates_are_cut_exactly_at_shopifys_limits() {
    let ids: Vec<String> = (0..501).map(|nth| nth.to_string()).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    for (n, calls) in [(0, 0), (1, 1), (250, 1), (251, 2), (500, 2), (501, 3)] {
        let all = shopify::reorder_calls("c", &ids[..n]);
        assert_eq!(all.len(), calls, "{n} moves");
        let moves: Vec<&Value> = all.iter().flat_map(|call| call["moves"].as_array().unwrap()).collect();
        assert!(moves.iter().enumerate().all(|(at, one)| one["newPosition"] == at.to_string()));
        assert!(all.iter().all(|call| call["moves"].as_array().unwrap().len() <= 250));
    }
    assert!(shopify::fits(&"x".repeat(128 * 1024)) && !shopify::fits(&"x".repeat(128 * 1024 + 1)));
    let slices = (0..26).map(|nth| Slice {
        page: "home".to_owned(),
        block: format!("row {nth}"),
        title: "\"Row\" <b>".to_owned(),
        segment: "*".to_owned(),
        window: 0,
        products: Vec::new(),
    });
    for (rows, sections) in [(24, 24), (25, 25), (26, 25)] {
        let lists = Lists {
            windows: vec![Window { from: 0, until: None }],
            slices: slices.clone().take(rows).collect(),
        };
        let template = shopify::template(&lists);
        assert_eq!(template["sections"].as_object().unwrap().len(), sections);
        assert_eq!(template["order"].as_array().unwrap().len(), sections);
    }
}
