//! Plain tables: everything as CSV, for people and for systems nobody has written a projection for.

use super::ExportFile;
use super::lists::Lists;
use super::subject::Subject;
use super::text::csv;
use crate::shop::time::rfc3339;

pub(super) fn files(subject: &Subject<'_>, lists: &Lists) -> Vec<ExportFile> {
    let file = |path: &str, bytes: Vec<u8>| ExportFile { path: path.to_owned(), bytes };
    let bundle = subject.bundle();
    let rows = lists.slices.iter().flat_map(|slice| {
        let window = lists.windows[slice.window];
        slice.products.iter().enumerate().map(move |(place, product)| {
            [
                slice.page.clone(),
                slice.block.clone(),
                slice.segment.clone(),
                rfc3339(window.from),
                window.until.map(rfc3339).unwrap_or_default(),
                (place + 1).to_string(),
                subject.product_id(*product).to_owned(),
                bundle.catalog.products[*product as usize].title.clone(),
            ]
        })
    });
    let slots = csv(&["page", "row", "group", "from", "until", "position", "product_id", "title"], rows);
    let groups =
        bundle.segments.segments.iter().filter(|segment| segment.customers >= super::SMALLEST_GROUP).map(
            |segment| {
                [
                    segment.id.clone(),
                    segment.name.clone(),
                    segment.description.clone(),
                    segment.customers.to_string(),
                    segment.customer_share.to_string(),
                    segment.revenue_share.to_string(),
                ]
            },
        );
    let groups = csv(
        &[
            "group",
            "name",
            "description",
            "customers",
            "share_of_customers_permille",
            "share_of_revenue_permille",
        ],
        groups,
    );
    let related = bundle.neighbors.lists.iter().flat_map(|(strategy, lists)| {
        let strategy = serde_json::json!(strategy).as_str().unwrap_or_default().to_owned();
        lists.iter().enumerate().flat_map(move |(source, neighbors)| {
            let strategy = strategy.clone();
            neighbors.iter().enumerate().map(move |(place, neighbor)| {
                [
                    strategy.clone(),
                    subject.product_id(source as u32).to_owned(),
                    (place + 1).to_string(),
                    subject.product_id(neighbor.product).to_owned(),
                    neighbor.strength.to_string(),
                    neighbor.evidence.both.to_string(),
                    neighbor.evidence.with_source.to_string(),
                    neighbor.evidence.lift_permille.to_string(),
                ]
            })
        })
    });
    let related = csv(
        &[
            "strategy",
            "product_id",
            "position",
            "related_id",
            "strength",
            "both",
            "with_product",
            "lift_permille",
        ],
        related,
    );
    let rules = bundle.document.rules.iter().enumerate().map(|(place, rule)| {
        let json = |value: serde_json::Value| value.to_string();
        [
            (place + 1).to_string(),
            rule.id.clone(),
            rule.name.clone().unwrap_or_default(),
            rule.enabled.to_string(),
            json(serde_json::json!(rule.action)),
            json(serde_json::json!(rule.target)),
            json(serde_json::json!(rule.scope)),
            rule.schedule.from.map(rfc3339).unwrap_or_default(),
            rule.schedule.until.map(rfc3339).unwrap_or_default(),
        ]
    });
    let rules =
        csv(&["order", "rule", "name", "enabled", "action", "target", "scope", "from", "until"], rules);
    vec![
        file("slots.csv", slots),
        file("groups.csv", groups),
        file("related.csv", related),
        file("rules.csv", rules),
    ]
}
