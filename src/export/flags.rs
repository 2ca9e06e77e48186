//! flagd and GrowthBook: one flag per row, whose value is the list; the group and the period choose the variant.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::ExportFile;
use super::lists::{Lists, Slice, Window};
use super::subject::Subject;
use super::text::slug;
use crate::bundle::EVERYONE;

/// `row.home.picked`.
fn flag_key(page: &str, block: &str) -> String {
    format!("row.{}.{}", slug(page), slug(block))
}

/// `w0.s3`: the period and the group, `all` for everyone.
fn variant_key(slice: &Slice) -> String {
    let group = if slice.segment == EVERYONE { "all".to_owned() } else { slug(&slice.segment) };
    format!("w{}.{group}", slice.window)
}

fn value(subject: &Subject<'_>, slice: &Slice) -> Value {
    json!({ "bundle": subject.bundle_id, "title": slice.title, "products": subject.ids(&slice.products) })
}

/// Slices that need a variant: those of everyone, and groups whose list differs in that period.
fn distinct<'a>(slices: &[&'a Slice]) -> Vec<&'a Slice> {
    let everyone = |window| slices.iter().find(|slice| slice.window == window && slice.segment == EVERYONE);
    slices
        .iter()
        .filter(|slice| {
            slice.segment == EVERYONE
                || everyone(slice.window).is_none_or(|all| all.products != slice.products)
        })
        .copied()
        .collect()
}

pub(super) fn flagd(subject: &Subject<'_>, lists: &Lists) -> Vec<ExportFile> {
    let mut flags = Map::new();
    for (page, block, slices) in lists.rows() {
        let kept = distinct(&slices);
        let variants: Map<String, Value> =
            kept.iter().map(|slice| (variant_key(slice), value(subject, slice))).collect();
        let mut branches = Vec::new();
        // Groups before everyone: the first condition that holds decides.
        for everyone in [false, true] {
            for slice in kept.iter().filter(|slice| (slice.segment == EVERYONE) == everyone) {
                let mut all = Vec::new();
                if !everyone {
                    all.push(json!({ "==": [{ "var": "segment" }, slice.segment] }));
                }
                all.extend(flagd_period(lists.windows[slice.window], slice.window));
                if !all.is_empty() {
                    branches.push(json!({ "and": all }));
                    branches.push(json!(variant_key(slice)));
                }
            }
        }
        let Some(default) =
            kept.iter().find(|slice| slice.segment == EVERYONE).map(|slice| variant_key(slice))
        else {
            continue;
        };
        let mut flag = json!({ "state": "ENABLED", "variants": variants, "defaultVariant": default });
        if !branches.is_empty() {
            branches.push(json!(default));
            flag["targeting"] = json!({ "if": branches });
        }
        flags.insert(flag_key(page, block), flag);
    }
    let file = json!({
        "$schema": "https://flagd.dev/schema/v0/flags.json",
        "flags": flags,
        "metadata": { "bundle": subject.bundle_id },
    });
    vec![ExportFile::json("flags.flagd.json", &file)]
}

/// Before the first boundary the first period holds, however far back the clock is.
fn flagd_period(window: Window, nth: usize) -> Vec<Value> {
    let now = json!({ "var": "$flagd.timestamp" });
    let from = (nth > 0).then(|| json!({ ">=": [now, window.from] }));
    let until = window.until.map(|until| json!({ "<": [now, until] }));
    from.into_iter().chain(until).collect()
}

pub(super) fn growthbook(subject: &Subject<'_>, lists: &Lists) -> Vec<ExportFile> {
    let mut features = Map::new();
    for (page, block, slices) in lists.rows() {
        let kept = distinct(&slices);
        let mut rules = Vec::new();
        for everyone in [false, true] {
            for slice in kept.iter().filter(|slice| (slice.segment == EVERYONE) == everyone) {
                let window = lists.windows[slice.window];
                let mut condition = Map::new();
                if !everyone {
                    condition.insert("segment".to_owned(), json!(slice.segment));
                }
                let mut period = BTreeMap::new();
                if slice.window > 0 {
                    period.insert("$gte", window.from);
                }
                if let Some(until) = window.until {
                    period.insert("$lt", until);
                }
                if !period.is_empty() {
                    condition.insert("now".to_owned(), json!(period));
                }
                if !condition.is_empty() {
                    rules.push(json!({
                        "id": variant_key(slice),
                        "condition": condition,
                        "force": value(subject, slice),
                    }));
                }
            }
        }
        let default = kept.iter().find(|slice| slice.segment == EVERYONE);
        let default = default.map_or(Value::Null, |slice| value(subject, slice));
        features.insert(flag_key(page, block), json!({ "defaultValue": default, "rules": rules }));
    }
    let file = json!({ "features": features });
    vec![ExportFile::json("features.growthbook.json", &file)]
}
