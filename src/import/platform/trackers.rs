//! Event streams: GA4's `BigQuery` export, Segment, Shopify web pixels, Klaviyo as JSON; tables of them beside.

mod tables;

use serde_json::Value;

pub(in crate::import) use self::tables::PROFILES;

use super::objects::{money_of, scalar, text, whole};
use super::shapes::Shape;
use crate::import::engine::{FileRun, Reject};
use crate::import::events;
use crate::import::times::DateOrder;
use crate::import::value;
use crate::shop::{Currency, CustomerRef, Event, EventKind as Kind, ProductRef};

/// The events of one object: one, or one per product where products are what was acted on.
pub(super) fn events(shape: Shape, value: &Value, run: &mut FileRun<'_>) -> Result<Vec<Event>, Reject> {
    match shape {
        Shape::Ga4 => ga4(value, run),
        Shape::Segment => segment(value, run),
        Shape::Pixel => pixel(value, run),
        _ => klaviyo(value, run),
    }
}

fn at(value: &Value, keys: &[&str], run: &mut FileRun<'_>) -> Result<i64, Reject> {
    keys.iter()
        .filter_map(|key| text(value, key))
        .find_map(|cell| run.clock.read(&cell, DateOrder::DayFirst))
        .ok_or_else(|| {
            Reject::new(
                "date_missing",
                "The event has no time, and without it nobody can say what came before what.",
                "Export the events with their timestamps.",
            )
            .in_column(keys.first().copied().unwrap_or_default())
        })
}

/// One event per item for what is done to a product; lists and pages stay one event.
fn spread(event: Event, items: Vec<(ProductRef, Option<i64>, Option<i64>)>) -> Vec<Event> {
    let per_item = matches!(
        event.kind,
        Kind::ViewProduct
            | Kind::ClickProduct
            | Kind::AddToCart
            | Kind::RemoveFromCart
            | Kind::Purchase
            | Kind::AddToWishlist
    );
    if !per_item || items.is_empty() {
        return vec![event];
    }
    let many = items.len() > 1;
    items
        .into_iter()
        .enumerate()
        .map(|(idx, (product, quantity, value))| Event {
            id: event.id.as_ref().map(|id| if many { format!("{id}#{idx}") } else { id.clone() }),
            product,
            quantity: quantity.or(event.quantity),
            value: value.or(if many { None } else { event.value }),
            ..event.clone()
        })
        .collect()
}

fn ga4(value: &Value, run: &mut FileRun<'_>) -> Result<Vec<Event>, Reject> {
    let params = value.get("event_params").and_then(Value::as_array);
    let param = |name: &str| {
        let param = params?.iter().find(|param| param.get("key").and_then(Value::as_str) == Some(name))?;
        let value = param.get("value")?;
        ["string_value", "int_value", "double_value", "float_value"].iter().find_map(|key| text(value, key))
    };
    let name = text(value, "event_name").unwrap_or_default();
    let placed = at(value, &["event_timestamp", "event_date", "event_date_dt"], run)?;
    let commerce = value.get("ecommerce");
    let currency = param("currency").map(|code| Currency::new(&code));
    let exponent = currency.as_ref().map_or(run.exponent(), Currency::exponent);
    let visitor = text(value, "user_pseudo_id").or_else(|| text(value, "client_id"));
    let session = param("ga_session_id").or_else(|| text(value, "ga_session_id"));
    let order_id =
        commerce.and_then(|commerce| text(commerce, "transaction_id")).or_else(|| param("transaction_id"));
    let revenue = commerce.and_then(|commerce| {
        ["purchase_revenue", "purchase_revenue_in_usd"]
            .iter()
            .find_map(|key| money_of(commerce.get(key)?, exponent))
    });
    let event = Event {
        // A reload sends the purchase again: the transaction is the key.
        id: match (&order_id, events::kind(&name)) {
            (Some(order), Kind::Purchase) => Some(format!("purchase:{order}")),
            _ => visitor.as_ref().map(|visitor| {
                format!(
                    "{visitor}:{}:{name}:{}",
                    text(value, "event_timestamp").unwrap_or_default(),
                    text(value, "event_bundle_sequence_id").unwrap_or_default()
                )
            }),
        },
        at: placed,
        customer: CustomerRef { id: text(value, "user_id"), email: None, phone: None },
        // Session ids repeat between visitors.
        session: session.map(|session| format!("{}.{session}", visitor.as_deref().unwrap_or_default())),
        visitor,
        kind: events::kind(&name),
        query: param("search_term"),
        value: revenue.or_else(|| {
            param("value").and_then(|cell| value::money(&cell, value::DecimalMark::Dot, exponent))
        }),
        order_id,
        page: param("page_location").or_else(|| text(value, "page_location")),
        source: value.get("traffic_source").and_then(|source| text(source, "source")),
        device: value.get("device").and_then(|device| text(device, "category")),
        ..Event::default()
    };
    let items = value.get("items").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let items = items
        .iter()
        .map(|item| {
            let mut product = shop_id(&text(item, "item_id").unwrap_or_default());
            product.variant_id = product.variant_id.or_else(|| text(item, "item_variant_id"));
            let price = ["item_revenue", "price", "item_revenue_in_usd", "price_in_usd"]
                .iter()
                .find_map(|key| money_of(item.get(key)?, exponent));
            (product, whole(item, "quantity"), price)
        })
        .collect();
    Ok(spread(event, items))
}

/// `shopify_US_123_456` carries product and variant; anything else may be an id or a SKU, so it is both.
fn shop_id(id: &str) -> ProductRef {
    let parts: Vec<&str> = id.split('_').collect();
    if let ["shopify", _, product, variant] = parts[..] {
        return ProductRef {
            product_id: Some(product.to_owned()),
            variant_id: Some(variant.to_owned()),
            sku: None,
            handle: None,
        };
    }
    let id = value::present(id).map(|id| value::gid(id).to_owned());
    ProductRef { product_id: id.clone(), variant_id: None, sku: id, handle: None }
}

/// Keys are seen in snake case and camel case.
fn any_case(value: &Value, snake: &str) -> Option<String> {
    text(value, snake).or_else(|| {
        let mut camel = String::new();
        let mut upper = false;
        for c in snake.chars() {
            match c {
                '_' => upper = true,
                c if upper => {
                    camel.extend(c.to_uppercase());
                    upper = false;
                }
                c => camel.push(c),
            }
        }
        text(value, &camel)
    })
}

fn segment(value: &Value, run: &mut FileRun<'_>) -> Result<Vec<Event>, Reject> {
    let null = Value::Null;
    let properties = value.get("properties").unwrap_or(&null);
    let context = value.get("context").unwrap_or(&null);
    let kind_word = text(value, "type").unwrap_or_default();
    let name = text(value, "event").or_else(|| text(value, "name")).unwrap_or_else(|| kind_word.clone());
    let placed = at(
        value,
        &[
            "timestamp",
            "originalTimestamp",
            "original_timestamp",
            "sentAt",
            "sent_at",
            "receivedAt",
            "received_at",
        ],
        run,
    )?;
    let currency = any_case(properties, "currency").map(|code| Currency::new(&code));
    let exponent = currency.as_ref().map_or(run.exponent(), Currency::exponent);
    let amount =
        |value: &Value, keys: &[&str]| keys.iter().find_map(|key| money_of(value.get(key)?, exponent));
    let traits = value.get("traits").or_else(|| context.get("traits")).unwrap_or(&null);
    let kind =
        if kind_word == "page" || kind_word == "screen" { Kind::ViewPage } else { events::kind(&name) };
    let order_id = any_case(properties, "order_id");
    let event = Event {
        id: any_case(value, "message_id"),
        at: placed,
        visitor: any_case(value, "anonymous_id"),
        customer: CustomerRef {
            id: any_case(value, "user_id"),
            email: text(traits, "email").or_else(|| text(properties, "email")),
            phone: None,
        },
        session: any_case(properties, "session_id").or_else(|| text(context, "sessionId")),
        kind,
        query: text(properties, "query"),
        quantity: whole(properties, "quantity"),
        value: amount(properties, &["revenue", "total", "value", "price"]),
        order_id,
        page: text(properties, "url").or_else(|| context.get("page").and_then(|page| text(page, "url"))),
        source: context.get("campaign").and_then(|campaign| text(campaign, "source")),
        device: context.get("device").and_then(|device| text(device, "type")),
        ..Event::default()
    };
    let product = |item: &Value| {
        let reference = ProductRef {
            product_id: any_case(item, "product_id"),
            variant_id: any_case(item, "variant_id"),
            sku: text(item, "sku"),
            handle: None,
        };
        (reference, whole(item, "quantity"), amount(item, &["price"]))
    };
    let mut items: Vec<_> =
        properties.get("products").and_then(Value::as_array).into_iter().flatten().map(product).collect();
    if items.is_empty() && (any_case(properties, "product_id").is_some() || text(properties, "sku").is_some())
    {
        items.push(product(properties));
    }
    Ok(spread(event, items))
}

fn pixel(value: &Value, run: &mut FileRun<'_>) -> Result<Vec<Event>, Reject> {
    let null = Value::Null;
    let data = value.get("data").unwrap_or(&null);
    let document = value.get("context").and_then(|context| context.get("document")).unwrap_or(&null);
    let name = text(value, "name").unwrap_or_default();
    let placed = at(value, &["timestamp"], run)?;
    let checkout = data.get("checkout").unwrap_or(&null);
    let exponent =
        text(checkout, "currencyCode").map_or(run.exponent(), |code| Currency::new(&code).exponent());
    let variant = |variant: &Value| {
        let product = variant.get("product").unwrap_or(&null);
        let handle = text(product, "url").and_then(|url| {
            url.split("/products/")
                .nth(1)
                .map(|rest| rest.split(['?', '/', '#']).next().unwrap_or("").to_owned())
        });
        let bare = |id: String| value::gid(&id).to_owned();
        ProductRef {
            product_id: text(product, "id").map(bare),
            variant_id: text(variant, "id").map(bare),
            sku: text(variant, "sku"),
            handle: handle.filter(|handle| !handle.is_empty()),
        }
    };
    let mut items = Vec::new();
    if let Some(own) = data.get("productVariant") {
        items.push((variant(own), None, own.get("price").and_then(|price| money_of(price, exponent))));
    }
    if let Some(line) = data.get("cartLine") {
        let own = line.get("merchandise").unwrap_or(&null);
        let cost = line.get("cost").and_then(|cost| money_of(cost.get("totalAmount")?, exponent));
        items.push((variant(own), whole(line, "quantity"), cost));
    }
    for line in checkout.get("lineItems").and_then(Value::as_array).into_iter().flatten() {
        let price = line.get("finalLinePrice").and_then(|price| money_of(price, exponent));
        items.push((variant(line.get("variant").unwrap_or(&null)), whole(line, "quantity"), price));
    }
    let order = checkout.get("order").unwrap_or(&null);
    let results = data
        .get("searchResult")
        .and_then(|result| result.get("productVariants"))
        .and_then(Value::as_array)
        .map(|all| all.len() as i64);
    let event = Event {
        id: text(value, "id"),
        at: placed,
        visitor: text(value, "clientId"),
        customer: CustomerRef {
            id: order
                .get("customer")
                .and_then(|customer| text(customer, "id"))
                .map(|id| value::gid(&id).to_owned()),
            email: text(checkout, "email"),
            phone: None,
        },
        kind: events::kind(&name),
        query: data.get("searchResult").and_then(|result| text(result, "query")),
        results,
        value: checkout.get("totalPrice").and_then(|price| money_of(price, exponent)),
        order_id: text(order, "id").map(|id| value::gid(&id).to_owned()),
        page: document.get("location").and_then(|location| text(location, "href")),
        ..Event::default()
    };
    Ok(spread(event, items))
}

fn klaviyo(value: &Value, run: &mut FileRun<'_>) -> Result<Vec<Event>, Reject> {
    let null = Value::Null;
    // The API nests everything in `attributes`; exports do not.
    let body = value.get("attributes").filter(|inner| inner.is_object()).unwrap_or(value);
    let properties = body.get("event_properties").or_else(|| body.get("properties")).unwrap_or(&null);
    let profile = body.get("profile").or_else(|| body.get("person")).unwrap_or(&null);
    let metric = match body.get("metric") {
        Some(Value::Object(map)) => map.get("name").and_then(scalar),
        Some(other) => scalar(other),
        None => None,
    };
    let name =
        metric.or_else(|| text(body, "event_name")).or_else(|| text(body, "event")).unwrap_or_default();
    let placed = at(body, &["datetime", "timestamp", "time"], run)?;
    let exponent = run.exponent();
    let pick = |value: &Value, keys: &[&str]| keys.iter().find_map(|key| text(value, key));
    let product = |item: &Value| {
        let reference = ProductRef {
            product_id: pick(item, &["ProductID", "ProductId", "product_id", "Product ID", "id"]),
            variant_id: pick(item, &["VariantID", "VariantId", "Variant ID"]),
            sku: pick(item, &["SKU", "sku", "Sku"]),
            handle: None,
        };
        let price = ["ItemPrice", "RowTotal", "Price", "price", "$value"]
            .iter()
            .find_map(|key| money_of(item.get(key)?, exponent));
        (reference, whole(item, "Quantity").or_else(|| whole(item, "quantity")), price)
    };
    let mut items: Vec<_> = properties
        .get("Items")
        .or_else(|| properties.get("items"))
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(product)
        .collect();
    if items.is_empty() && pick(properties, &["ProductID", "ProductId", "SKU"]).is_some() {
        items.push(product(properties));
    }
    let event = Event {
        id: text(value, "id").or_else(|| text(body, "uuid")),
        at: placed,
        visitor: pick(profile, &["id", "$id"]),
        customer: CustomerRef {
            id: None,
            email: pick(profile, &["email", "$email"]),
            phone: pick(profile, &["phone_number", "$phone_number"]),
        },
        kind: events::kind(&name),
        value: ["$value", "value"].iter().find_map(|key| money_of(properties.get(key)?, exponent)),
        order_id: text(properties, "$event_id").filter(|_| events::kind(&name) == Kind::Purchase),
        page: pick(properties, &["URL", "url", "page"]),
        ..Event::default()
    };
    Ok(spread(event, items))
}
