//! gorse and Recombee: users, items and feedback for recommenders that learn their own model.

use serde_json::{Map, Value, json};

use super::ExportFile;
use super::fidelity::{Fidelity, FidelityReport};
use super::lists::hidden_everywhere;
use super::subject::{InteractionKind, Subject};
use super::text::amount;
use crate::bundle::{CatalogProduct, EVERYONE};
use crate::merch::{Action, Condition, Field, Operator, Target as RuleTarget};
use crate::shop::time::rfc3339;

const VALUES_A_FILE: usize = 10_000;

/// gorse takes ids from its paths, so `/` may not stand in one; `%` neither, so that the way back is clear.
fn gorse_id(id: &str) -> String {
    id.replace('%', "%25").replace('/', "%2F")
}

pub(super) fn gorse(subject: &Subject<'_>, fidelity: &mut FidelityReport) -> Vec<ExportFile> {
    let hidden = hidden_everywhere(subject);
    let products = &subject.bundle().catalog.products;
    for product in products.iter().filter(|product| product.id.contains(['/', '%'])) {
        let how = format!("written as `{}`, because gorse allows no `/` in ids", gorse_id(&product.id));
        fidelity.add(&product.id, Fidelity::Approximate, &how);
    }
    let items: Vec<Value> = products
        .iter()
        .map(|product| {
            json!({
                "ItemId": gorse_id(&product.id),
                "IsHidden": !product.published || product.price.is_none() || hidden.contains(product.id.as_str()),
                "Categories": product.product_type.iter().collect::<Vec<_>>(),
                "Timestamp": rfc3339(product.created_at.unwrap_or(0)),
                "Labels": { "vendor": product.vendor, "tags": product.tags },
                "Comment": product.title,
            })
        })
        .collect();
    let users: Vec<Value> = subject
        .members
        .iter()
        .map(|member| json!({ "UserId": gorse_id(&member.id), "Labels": { "group": subject.group_of(member) } }))
        .collect();
    let feedback: Vec<Value> = subject
        .interactions
        .iter()
        .filter_map(|interaction| {
            let member = subject.members.get(interaction.member as usize)?;
            let kind = match interaction.kind {
                InteractionKind::View => "view",
                InteractionKind::Cart => "cart",
                InteractionKind::Purchase => "order",
            };
            Some(json!({
                "FeedbackType": kind, "UserId": gorse_id(&member.id),
                "ItemId": gorse_id(subject.product_id(interaction.product)),
                "Value": interaction.quantity.max(1), "Timestamp": rfc3339(interaction.at),
            }))
        })
        .collect();
    let mut files = in_files("items", &items);
    files.extend(in_files("users", &users));
    files.extend(in_files("feedback", &feedback));
    files.push(ExportFile::text("config.toml", GORSE_CONFIG));
    files
}

fn in_files(name: &str, values: &[Value]) -> Vec<ExportFile> {
    values
        .chunks(VALUES_A_FILE)
        .enumerate()
        .map(|(nth, chunk)| ExportFile::text(format!("{name}-{:03}.json", nth + 1), json!(chunk).to_string()))
        .collect()
}

const GORSE_CONFIG: &str = r#"# Merge into gorse's own configuration; the database section is yours.
[recommend.data_source]
positive_feedback_types = ["order", "cart"]
read_feedback_types = ["view"]

[[recommend.non-personalized]]
name = "best_sellers"
score = "count(feedback, .FeedbackType == 'order')"
filter = "!item.IsHidden"

[[recommend.item-to-item]]
name = "same_labels"
type = "tags"

[[recommend.item-to-item]]
name = "same_buyers"
type = "users"

[recommend.collaborative]
type = "mf"

[recommend.ranker]
type = "fm"

[recommend.fallback]
recommenders = ["item-to-item/same_buyers", "non-personalized/best_sellers"]
"#;

pub(super) fn recombee(subject: &Subject<'_>, fidelity: &mut FidelityReport) -> Vec<ExportFile> {
    let minor_per_major = subject.bundle().info.currency.minor_per_major();
    let put = |path: String, params: Value| json!({ "method": "POST", "path": path, "params": params });
    let properties = ITEM_PROPERTIES
        .iter()
        .map(|(name, kind)| json!({ "method": "PUT", "path": format!("/items/properties/{name}"), "params": { "type": kind } }))
        .chain([json!({ "method": "PUT", "path": "/users/properties/group", "params": { "type": "string" } })]);
    let items = subject.bundle().catalog.products.iter().map(|product| {
        put(format!("/items/{}", path_segment(&product.id)), item_values(product, minor_per_major))
    });
    let users = subject.members.iter().map(|member| {
        put(
            format!("/users/{}", path_segment(&member.id)),
            json!({ "!cascadeCreate": true, "group": subject.group_of(member) }),
        )
    });
    let interactions = subject.interactions.iter().filter_map(|interaction| {
        let member = subject.members.get(interaction.member as usize)?;
        let mut params = Map::new();
        params.insert("userId".to_owned(), json!(member.id));
        params.insert("itemId".to_owned(), json!(subject.product_id(interaction.product)));
        params.insert("timestamp".to_owned(), json!(rfc3339(interaction.at)));
        params.insert("cascadeCreate".to_owned(), json!(true));
        let path = match interaction.kind {
            InteractionKind::View => "/detailviews/",
            InteractionKind::Cart => "/cartadditions/",
            InteractionKind::Purchase => {
                params.insert("amount".to_owned(), json!(interaction.quantity));
                // Of all pieces together, as the request defines it.
                if let Some(price) = interaction.unit_price.map(|price| price * interaction.quantity) {
                    let price = amount(price, minor_per_major).parse::<f64>().unwrap_or_default();
                    params.insert("price".to_owned(), json!(price));
                }
                "/purchases/"
            }
        };
        Some(put(path.to_owned(), Value::Object(params)))
    });
    let requests: Vec<Value> = properties.chain(items).chain(users).chain(interactions).collect();
    let mut files: Vec<ExportFile> = requests
        .chunks(VALUES_A_FILE)
        .enumerate()
        .map(|(nth, chunk)| {
            let batch = json!({ "requests": chunk, "distinctRecomms": false });
            ExportFile::text(format!("batch-{:03}.json", nth + 1), batch.to_string())
        })
        .collect();
    files.push(ExportFile::json("scenario.json", &scenario(subject, fidelity)));
    files
}

const ITEM_PROPERTIES: [(&str, &str); 8] = [
    ("title", "string"),
    ("product_type", "string"),
    ("vendor", "string"),
    ("tags", "set"),
    ("collections", "set"),
    ("price", "double"),
    ("stock", "int"),
    ("published", "boolean"),
];

fn item_values(product: &CatalogProduct, minor_per_major: i64) -> Value {
    let price = product.price.map(|price| amount(price, minor_per_major).parse::<f64>().unwrap_or_default());
    json!({
        "!cascadeCreate": true, "title": product.title, "product_type": product.product_type,
        "vendor": product.vendor, "tags": product.tags, "collections": product.collections, "price": price,
        "stock": product.stock, "published": product.published,
    })
}

/// Percent-encoded as one segment of a path (RFC 3986).
fn path_segment(id: &str) -> String {
    id.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// Filter and booster of a recommendation request. ReQL says equality and sets; anything else is left out and named.
fn scenario(subject: &Subject<'_>, fidelity: &mut FidelityReport) -> Value {
    let mut filters = vec!["'published'".to_owned()];
    let mut boosters: Vec<String> = Vec::new();
    for rule in subject.bundle().document.rules.iter().filter(|rule| rule.enabled) {
        let everyone =
            rule.scope.segments.as_ref().is_none_or(|segments| segments.iter().any(|id| id == EVERYONE));
        let Some(test) = (match &rule.target {
            RuleTarget::Products(ids) => {
                let ids: Vec<String> = ids.iter().map(|id| json!(id).to_string()).collect();
                Some(format!("'itemId' in {{{}}}", ids.join(", ")))
            }
            RuleTarget::Where(condition) => reql(condition),
        }) else {
            fidelity.add(
                &format!("rule {}", rule.id),
                Fidelity::Dropped,
                "its condition has no ReQL form here",
            );
            continue;
        };
        let test = if everyone {
            test
        } else {
            let groups: Vec<String> =
                rule.scope.segments.iter().flatten().map(|id| json!(id).to_string()).collect();
            format!("(context_user[\"group\"] in {{{}}} and {test})", groups.join(", "))
        };
        match rule.action {
            Action::Hide => filters.push(format!("not ({test})")),
            Action::OnlyShow => filters.push(format!("({test})")),
            // 10 000 000 points are the whole scale; a strong boost of 2 000 000 doubles.
            Action::Boost { points, .. } => {
                boosters.push(format!("if {test} then {} else 1", factor(points)))
            }
            Action::Bury { points } => boosters.push(format!("if {test} then 1 / {} else 1", factor(points))),
            Action::Pin { .. } => {}
        }
    }
    let booster = if boosters.is_empty() {
        "1".to_owned()
    } else {
        boosters.iter().map(|booster| format!("({booster})")).collect::<Vec<_>>().join(" * ")
    };
    json!({ "scenario": "endcap", "filter": filters.join(" and "), "booster": booster })
}

fn factor(points: i64) -> String {
    let thousandths = 1_000 + points.abs() / 2_000;
    format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000)
}

fn reql(condition: &Condition) -> Option<String> {
    let joined = |parts: &[Condition], word: &str| {
        let parts = parts.iter().map(reql).collect::<Option<Vec<_>>>()?;
        Some(format!("({})", parts.join(word)))
    };
    match condition {
        Condition::All(parts) => joined(parts, " and "),
        Condition::Any(parts) => joined(parts, " or "),
        Condition::Not(part) => Some(format!("not ({})", reql(part)?)),
        Condition::Is { field, operator: Operator::Equals, value } => {
            let value = json!(value);
            match field {
                Field::ProductType => Some(format!("'product_type' == {value}")),
                Field::Vendor => Some(format!("'vendor' == {value}")),
                Field::Tag => Some(format!("{value} in 'tags'")),
                Field::Collection => Some(format!("{value} in 'collections'")),
                _ => None,
            }
        }
        Condition::Is { field: Field::Stock, operator, value } => {
            let number: i64 = value.parse().ok()?;
            let sign = match operator {
                Operator::Less => "<",
                Operator::LessOrEqual => "<=",
                Operator::Greater => ">",
                Operator::GreaterOrEqual => ">=",
                Operator::Equals | Operator::Contains => return None,
            };
            Some(format!("'stock' {sign} {number}"))
        }
        Condition::Is { .. } => None,
    }
}
