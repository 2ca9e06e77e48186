//! Event streams as tables: Snowplow's, and what GA4, Segment and Klaviyo become when they are flattened.

#![expect(
    clippy::enum_glob_use,
    reason = "a table of some hundred meanings reads better without their type's name"
)]

use serde_json::Value;

use super::super::objects::{money_of, text};
use super::{ga4, spread, whole};
use crate::import::columns::{Aliases, Columns};
use crate::import::engine::FileRun;
use crate::import::events::{self, EventLayout};
use crate::import::meaning::Meaning::*;
use crate::import::profile::{Layout, Profile};
use crate::import::record::{DataKind, Platform};
use crate::import::row::Row;
use crate::shop::{Event, EventKind as Kind, ProductRef};

const SNOWPLOW: Aliases = &[
    ("event id", EventId),
    ("derived tstamp", EventAt),
    ("collector tstamp", EventAt),
    ("event name", EventKind),
    ("user id", CustomerId),
    ("domain userid", VisitorId),
    ("domain sessionid", SessionId),
    ("page url", Page),
    ("mkt source", Source),
    ("refr source", Source),
    ("platform", Device),
    ("contexts com snowplowanalytics snowplow ecommerce product #*", EventProduct),
    ("*snowplow ecommerce product*", EventProduct),
    ("*snowplow ecommerce action*", EventAction),
    ("unstruct event com snowplowanalytics snowplow ecommerce*", EventAction),
    ("*ecommerce transaction*", Packed),
    ("*ecommerce user*", EventName),
    ("user ipaddress", Secret),
    ("user fingerprint", Secret),
];

const GA4_FLAT: Aliases = &[
    ("event timestamp", EventAt),
    ("event date", Ignore),
    ("event date dt", Ignore),
    ("event name", EventKind),
    ("user id", CustomerId),
    ("user pseudo id", VisitorId),
    ("client id", VisitorId),
    ("ga session id", SessionId),
    ("param ga session id", SessionId),
    ("session id", SessionId),
    ("event params.ga session id", SessionId),
    ("page location", Page),
    ("param page location", Page),
    ("event params.page location", Page),
    ("search term", Query),
    ("param search term", Query),
    ("event params.search term", Query),
    ("item id", ProductId),
    ("items.item id", ProductId),
    ("item sku", Sku),
    ("quantity", Quantity),
    ("item quantity", Quantity),
    ("items.quantity", Quantity),
    ("price", EventValue),
    ("items.price", EventValue),
    ("item price", EventValue),
    ("purchase revenue", EventValue),
    ("ecommerce.purchase revenue", EventValue),
    ("item revenue", EventValue),
    ("transaction id", OrderId),
    ("ecommerce.transaction id", OrderId),
    ("ecommerce transaction id", OrderId),
    ("traffic source.source", Source),
    ("source", Source),
    ("traffic source source", Source),
    ("device.category", Device),
    ("device category", Device),
    ("items", EventProduct),
    ("event params", Packed),
    ("event id", EventId),
];

const SEGMENT_FLAT: Aliases = &[
    ("message id", EventId),
    ("messageid", EventId),
    ("id", EventId),
    ("timestamp", EventAt),
    ("sent at", Ignore),
    ("received at", Ignore),
    ("original timestamp", Ignore),
    ("event", EventKind),
    ("event text", Ignore),
    ("type", Ignore),
    ("user id", CustomerId),
    ("userid", CustomerId),
    ("anonymous id", VisitorId),
    ("anonymousid", VisitorId),
    ("product id", ProductId),
    ("properties.product id", ProductId),
    ("sku", Sku),
    ("properties.sku", Sku),
    ("query", Query),
    ("properties.query", Query),
    ("quantity", Quantity),
    ("properties.quantity", Quantity),
    ("price", EventValue),
    ("revenue", EventValue),
    ("properties.revenue", EventValue),
    ("properties.price", EventValue),
    ("order id", OrderId),
    ("properties.order id", OrderId),
    ("context page url", Page),
    ("context.page.url", Page),
    ("properties.url", Page),
    ("context campaign source", Source),
];

const KLAVIYO_EVENTS: Aliases = &[
    ("id", EventId),
    ("uuid", Ignore),
    ("person id", VisitorId),
    ("profile id", VisitorId),
    ("email", Email),
    ("datetime", EventAt),
    ("event date", EventAt),
    ("timestamp", EventAt),
    ("type", EventKind),
    ("event", EventKind),
    ("metric", EventKind),
    ("metric name", EventKind),
    ("property value", EventValue),
    ("propertyvalue", EventValue),
    ("value", EventValue),
    ("property product id", ProductId),
    ("propertyproductid", ProductId),
    ("property sku", Sku),
    ("propertysku", Sku),
    ("property quantity", Quantity),
    ("propertyquantity", Quantity),
    ("property page", Page),
    ("propertypage", Page),
    ("property event id", OrderId),
    ("propertyeventid", OrderId),
    ("property *", Ignore),
    ("property*", Ignore),
    ("campaign id", Source),
    ("flow id", Ignore),
    ("flow message id", Ignore),
    ("metric id", Ignore),
    ("*fivetran*", Ignore),
    ("* variation", Ignore),
];

const KLAVIYO_PEOPLE: Aliases = &[
    ("email", Email),
    ("klaviyo id", CustomerId),
    ("id", CustomerId),
    ("first name", FirstName),
    ("last name", LastName),
    ("phone number", Phone),
    ("phone", Phone),
    ("country", Country),
    ("created", CustomerCreatedAt),
    ("profile created on", CustomerCreatedAt),
    ("date added", Ignore),
    ("last active", Ignore),
    ("email marketing consent", AcceptsEmail),
    ("custom consent", AcceptsEmail),
    ("custom accepts marketing", AcceptsEmail),
    ("sms marketing consent", AcceptsSms),
    ("custom sms consent", AcceptsSms),
    ("custom quiz*", Preference),
    ("custom shopify tags", CustomerTags),
    ("custom email", Ignore),
    ("custom *", Ignore),
];

pub(in crate::import) const PROFILES: &[Profile] = &[
    Profile {
        platform: Platform::Snowplow,
        kind: DataKind::Events,
        require: &["event id", "collector tstamp|derived tstamp", "domain userid", "event name"],
        forbid: &[],
        least_known: 5,
        columns: SNOWPLOW,
        layout: Layout::Events(EventLayout { expand: Some(snowplow) }),
    },
    Profile {
        platform: Platform::Snowplow,
        kind: DataKind::Unknown,
        require: &["root id", "root tstamp", "schema name"],
        forbid: &[],
        least_known: 0,
        columns: &[],
        layout: Layout::Unused(
            "This is one Snowplow context table. The events table holds the same contexts as JSON beside the visitor; import that one.",
        ),
    },
    Profile {
        platform: Platform::Ga4,
        kind: DataKind::Events,
        require: &["event name", "event timestamp", "user pseudo id|client id"],
        forbid: &["domain userid"],
        least_known: 3,
        columns: GA4_FLAT,
        layout: Layout::Events(EventLayout { expand: Some(ga4_row) }),
    },
    Profile {
        platform: Platform::Segment,
        kind: DataKind::Events,
        require: &["event", "anonymous id|anonymousid", "timestamp|received at|sent at"],
        forbid: &[],
        least_known: 3,
        columns: SEGMENT_FLAT,
        layout: Layout::Events(EventLayout { expand: None }),
    },
    Profile {
        platform: Platform::Klaviyo,
        kind: DataKind::Events,
        require: &["person id|profile id|email", "datetime|event date", "type|metric|event|metric name"],
        forbid: &["anonymous id"],
        least_known: 4,
        columns: KLAVIYO_EVENTS,
        layout: Layout::Events(EventLayout { expand: None }),
    },
    Profile {
        platform: Platform::Klaviyo,
        kind: DataKind::Customers,
        require: &["email", "klaviyo id|custom object|profile created on"],
        forbid: &[],
        least_known: 4,
        columns: KLAVIYO_PEOPLE,
        layout: Layout::Customers,
    },
    Profile {
        platform: Platform::Klaviyo,
        kind: DataKind::Unknown,
        require: &["campaign type|trigger type|integration id", "name"],
        forbid: &[],
        least_known: 0,
        columns: &[],
        layout: Layout::Unused(
            "This Klaviyo table lists campaigns, flows or metrics. Events and profiles are what is used; import those.",
        ),
    },
];

/// Contexts are JSON arrays inside cells.
fn snowplow(row: &Row, columns: &Columns, mut event: Event, run: &mut FileRun<'_>) -> Vec<Event> {
    let parse = |cell: &str| serde_json::from_str::<Value>(cell).unwrap_or(Value::Null);
    if let Some(action) =
        columns.all(EventAction).map(|column| row.get(column.idx)).find(|cell| !cell.is_empty())
    {
        let action = parse(action);
        if let Some(kind) = text(&action, "type") {
            event.kind = match kind.as_str() {
                "checkout_step" => Kind::StartCheckout,
                other => events::kind(other),
            };
        }
    }
    let exponent = run.exponent();
    if let Some(user) = columns
        .all(EventName)
        .map(|column| parse(row.get(column.idx)))
        .find_map(|value| value.get(0).cloned())
    {
        event.customer.id = event.customer.id.or_else(|| text(&user, "id"));
        event.customer.email = text(&user, "email");
    }
    if let Some(transaction) =
        columns.all(Packed).map(|column| parse(row.get(column.idx))).find_map(|value| value.get(0).cloned())
    {
        event.order_id = text(&transaction, "transaction_id");
        event.value = transaction.get("revenue").and_then(|revenue| money_of(revenue, exponent));
        if event.kind == Kind::Other {
            event.kind = Kind::Purchase;
        }
    }
    let items: Vec<_> = columns
        .all(EventProduct)
        .flat_map(|column| parse(row.get(column.idx)).as_array().cloned().unwrap_or_default())
        .filter_map(|item| {
            let id = text(&item, "id")?;
            let product =
                ProductRef { product_id: Some(id.clone()), variant_id: None, sku: Some(id), handle: None };
            Some((
                product,
                whole(&item, "quantity"),
                item.get("price").and_then(|price| money_of(price, exponent)),
            ))
        })
        .collect();
    spread(event, items)
}

/// Flattened GA4 rows: items and parameters may still be JSON inside a cell.
fn ga4_row(row: &Row, columns: &Columns, mut event: Event, run: &mut FileRun<'_>) -> Vec<Event> {
    if let (Some(session), Some(visitor)) = (&event.session, &event.visitor) {
        event.session = Some(format!("{visitor}.{session}"));
    }
    if event.id.is_none() {
        event.id = match (&event.order_id, event.kind) {
            (Some(order), Kind::Purchase) => {
                Some(format!("purchase:{order}:{}", event.product.product_id.as_deref().unwrap_or_default()))
            }
            _ => None,
        };
    }
    let items =
        columns.all(EventProduct).find_map(|column| serde_json::from_str::<Value>(row.get(column.idx)).ok());
    let params =
        columns.all(Packed).find_map(|column| serde_json::from_str::<Value>(row.get(column.idx)).ok());
    if items.is_none() && params.is_none() {
        return vec![event];
    }
    let name = columns.cell(row, EventKind);
    let object = serde_json::json!({
        "event_name": name, "event_timestamp": columns.cell(row, EventAt), "user_pseudo_id": event.visitor, "user_id": event.customer.id,
        "items": items, "event_params": params, "ecommerce": { "transaction_id": event.order_id },
    });
    ga4(&object, run).unwrap_or_else(|_| vec![event])
}
