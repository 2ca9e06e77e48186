//! JSON objects of known shapes: Shopify's Admin API and bulk operations, `WooCommerce`'s REST API, GA4, Segment,
//! Shopify pixels, Klaviyo, commercetools customers.

use std::collections::HashMap;

use serde_json::Value;

use super::shapes::{REFUND, Shape, shape};
use super::{trackers, woo_objects};
use crate::import::Error;
use crate::import::customers::consent;
use crate::import::engine::{FileRun, Reject};
use crate::import::lines;
use crate::import::order_status::status_of;
use crate::import::products::ProductRow;
use crate::import::record::{Discount, Record};
use crate::import::times::DateOrder;
use crate::import::value::{self, DecimalMark};
use crate::shop::{
    Consent, Currency, Customer, CustomerRef, LineKind, Order, OrderLine, OrderStatus, Product, ProductRef,
    SellWhenEmpty, Stock, Variant,
};

/// Reads one element after another. Bulk files spread an object over lines, so parents wait for their children.
#[derive(Default)]
pub(in crate::import) struct Reader {
    waiting: Vec<(Order, u64, u32)>,
    idx_by_id: HashMap<String, usize>,
}

impl Reader {
    pub(in crate::import) fn element(
        &mut self,
        value: Value,
        key: Option<&str>,
        line: u64,
        run: &mut FileRun<'_>,
    ) -> Result<(), Error> {
        let Some(shape) = shape(&value, key) else {
            let reject = Reject::new(
                "json_unknown",
                "The JSON object is none of the kinds that are known.",
                "Map its fields, or leave it out.",
            );
            return run.set_aside_raw(&value.to_string(), line, &reject);
        };
        let value = unwrap(value);
        match shape {
            Shape::ShopifyOrder => match shopify_order(&value, run) {
                Ok(order) => one(run, Record::Order(order), line),
                Err(reject) => run.set_aside_raw(&value.to_string(), line, &reject),
            },
            Shape::ShopifyDraft => match shopify_order(&value, run) {
                Ok(mut order) => {
                    if text(&value, "completed_at").is_none() {
                        order.status = OrderStatus::Incomplete;
                    }
                    one(run, Record::Order(order), line)
                }
                Err(reject) => run.set_aside_raw(&value.to_string(), line, &reject),
            },
            Shape::WooOrder => match woo_objects::order(&value, run) {
                Ok(order) => one(run, Record::Order(order), line),
                Err(reject) => run.set_aside_raw(&value.to_string(), line, &reject),
            },
            Shape::ShopifyProduct => {
                shopify_product(&value, line, run);
                Ok(())
            }
            Shape::WooProduct => {
                woo_objects::product(&value, line, run);
                Ok(())
            }
            Shape::ShopifyVariant => {
                let id = text(&value, "product_id").unwrap_or_default();
                let row = ProductRow {
                    key: id.clone(),
                    product: Product { id, published: true, ..Product::default() },
                    variant: Some(variant(&value, &[], run.exponent())),
                    ..ProductRow::default()
                };
                add(run, row, line);
                Ok(())
            }
            Shape::ShopifyCustomer | Shape::WooCustomer | Shape::CommercetoolsCustomer => {
                let customer = customer(&value, run);
                one(run, Record::Customer(customer), line)
            }
            Shape::ShopifyPriceRule => {
                let discount = Discount {
                    code: text(&value, "title").or_else(|| text(&value, "code")).unwrap_or_default(),
                    kind: text(&value, "value_type"),
                    value: text(&value, "value"),
                    starts_at: time(run, &value, "starts_at"),
                    ends_at: time(run, &value, "ends_at"),
                    times_used: whole(&value, "usage_count"),
                    status: None,
                };
                one(run, Record::Discount(discount), line)
            }
            Shape::ShopifyRefund => run.set_aside_raw(
                &value.to_string(),
                line,
                &Reject::new("refund_alone", REFUND, "Export the orders as JSON."),
            ),
            Shape::Unused(why) => run.set_aside_raw(
                &value.to_string(),
                line,
                &Reject::new("object_not_used", why, "Nothing needs to be done."),
            ),
            Shape::ShopifyBulk(_) => self.bulk(&value, line, run),
            Shape::Ga4 | Shape::Segment | Shape::Pixel | Shape::Klaviyo => {
                match trackers::events(shape, &value, run) {
                    Ok(events) => {
                        run.take(1);
                        for event in events {
                            run.record(Record::Event(event), line, 1)?;
                        }
                        Ok(())
                    }
                    Err(reject) => run.set_aside_raw(&value.to_string(), line, &reject),
                }
            }
        }
    }

    pub(in crate::import) fn finish(&mut self, run: &mut FileRun<'_>) -> Result<(), Error> {
        for (order, line, rows) in std::mem::take(&mut self.waiting) {
            run.record(Record::Order(order), line, rows)?;
        }
        Ok(())
    }

    fn bulk(&mut self, value: &Value, line: u64, run: &mut FileRun<'_>) -> Result<(), Error> {
        let gid = text(value, "id").unwrap_or_default();
        let kind = gid.split('/').nth(3).unwrap_or("");
        let parent = text(value, "__parentId").map(|parent| value::gid(&parent).to_owned());
        match (kind, parent) {
            ("Order", _) => match shopify_order(value, run) {
                Ok(order) => {
                    run.take(1);
                    self.idx_by_id.insert(value::gid(&gid).to_owned(), self.waiting.len());
                    self.waiting.push((order, line, 1));
                    Ok(())
                }
                Err(reject) => run.set_aside_raw(&value.to_string(), line, &reject),
            },
            ("LineItem", Some(parent)) => {
                let Some((order, _, rows)) =
                    self.idx_by_id.get(&parent).and_then(|idx| self.waiting.get_mut(*idx))
                else {
                    return run.set_aside_raw(
                        &value.to_string(),
                        line,
                        &Reject::new(
                            "parent_missing",
                            "The line belongs to an order that is not in the file.",
                            "Export the orders with their lines.",
                        ),
                    );
                };
                let exponent = order.currency.as_ref().map_or(2, Currency::exponent);
                order.lines.push(shopify_line(value, exponent, &HashMap::new()));
                *rows += 1;
                run.take(1);
                Ok(())
            }
            ("Customer", _) => {
                let customer = customer(value, run);
                one(run, Record::Customer(customer), line)
            }
            ("Product", _) => {
                shopify_product(value, line, run);
                Ok(())
            }
            ("ProductVariant", parent) => {
                let id = parent
                    .or_else(|| {
                        value
                            .get("product")
                            .and_then(|product| text(product, "id"))
                            .map(|id| value::gid(&id).to_owned())
                    })
                    .unwrap_or_default();
                let row = ProductRow {
                    key: id.clone(),
                    product: Product { id, published: true, ..Product::default() },
                    variant: Some(variant(value, &[], run.exponent())),
                    ..ProductRow::default()
                };
                add(run, row, line);
                Ok(())
            }
            ("ProductImage" | "MediaImage", Some(parent)) => {
                let url = text(value, "url")
                    .or_else(|| text(value, "src"))
                    .or_else(|| value.get("image").and_then(|image| text(image, "url")));
                let product = Product {
                    id: parent.clone(),
                    published: true,
                    image_urls: url.into_iter().collect(),
                    ..Product::default()
                };
                add(run, ProductRow { key: parent, product, ..ProductRow::default() }, line);
                Ok(())
            }
            _ => {
                run.take(1);
                Ok(())
            }
        }
    }
}

fn unwrap(value: Value) -> Value {
    match value {
        Value::Object(map) if map.len() == 1 && map.values().all(Value::is_object) => {
            map.into_iter().next().map_or(Value::Null, |(_, inner)| inner)
        }
        other => other,
    }
}

fn one(run: &mut FileRun<'_>, record: Record, line: u64) -> Result<(), Error> {
    run.take(1);
    run.record(record, line, 1)
}

pub(super) fn add(run: &mut FileRun<'_>, row: ProductRow, line: u64) {
    run.take(1);
    run.catalogue.add("shopify", row, run.idx, line);
}

/// Text of a string or number under `key`; blank and null are `None`.
pub(super) fn text(value: &Value, key: &str) -> Option<String> {
    scalar(value.get(key)?)
}

pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => value::text(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        // `{high, low, unsigned}` of a JavaScript client.
        Value::Object(map) if map.contains_key("low") && map.contains_key("high") => {
            let low = map.get("low")?.as_i64()? as u32;
            let high = map.get("high")?.as_i64()?;
            Some(((high << 32) | i64::from(low)).to_string())
        }
        _ => None,
    }
}

pub(super) fn either(value: &Value, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| text(value, key))
}

/// An amount under any of `keys`: a string, a number, or `{shopMoney: {amount}}`.
pub(super) fn amount(value: &Value, keys: &[&str], exponent: u32) -> Option<i64> {
    keys.iter().find_map(|key| money_of(value.get(key)?, exponent))
}

/// A whole number under a key, whether written as a number or as text.
pub(super) fn whole(value: &Value, key: &str) -> Option<i64> {
    text(value, key).and_then(|cell| value::count(&cell, DecimalMark::Dot))
}

pub(super) fn money_of(value: &Value, exponent: u32) -> Option<i64> {
    match value {
        Value::Object(map) => ["shopMoney", "shop_money", "amount", "presentmentMoney"]
            .iter()
            .find_map(|key| money_of(map.get(*key)?, exponent)),
        Value::String(text) => value::money(text, DecimalMark::Dot, exponent),
        Value::Number(number) => value::money(&number.to_string(), DecimalMark::Dot, exponent),
        _ => None,
    }
}

pub(super) fn time(run: &mut FileRun<'_>, value: &Value, key: &str) -> Option<i64> {
    run.clock.read(&text(value, key)?, DateOrder::DayFirst)
}

fn flag(value: &Value, key: &str) -> Option<bool> {
    match value.get(key)? {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => value::flag(text),
        Value::Number(number) => Some(number.as_i64() == Some(1)),
        _ => None,
    }
}

pub(super) fn array<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    // GraphQL nests lists as {edges: [{node}]} or {nodes: []}.
    let list = value.get(key);
    let nodes = list.and_then(|list| list.get("nodes").or_else(|| list.get("edges"))).or(list);
    nodes.and_then(Value::as_array).into_iter().flatten().map(|item| item.get("node").unwrap_or(item))
}

pub(super) fn missing_date() -> Reject {
    Reject::new("date_missing", "The order has no date that can be read.", "Export the order again.")
        .in_column("created_at")
}

fn shopify_order(value: &Value, run: &mut FileRun<'_>) -> Result<Order, Reject> {
    let currency = either(value, &["currency", "currencyCode"])
        .map(|code| Currency::new(&code))
        .or_else(|| run.currency.clone());
    let exponent = currency.as_ref().map_or(2, Currency::exponent);
    let placed_at = ["created_at", "createdAt", "processed_at", "processedAt"]
        .iter()
        .find_map(|key| time(run, value, key))
        .ok_or_else(missing_date)?;
    let id = either(value, &["name", "order_number", "id"]).ok_or_else(|| {
        Reject::new("order_id_missing", "The order has neither name nor id.", "Export the order again.")
    })?;
    let mut refunded_units: HashMap<String, i64> = HashMap::new();
    let mut refunded = 0;
    for refund in array(value, "refunds") {
        for line in array(refund, "refund_line_items").chain(array(refund, "refundLineItems")) {
            if let (Some(id), Some(quantity)) = (text(line, "line_item_id"), whole(line, "quantity")) {
                *refunded_units.entry(id).or_insert(0) += quantity;
            }
        }
        for transaction in array(refund, "transactions") {
            if matches!(text(transaction, "kind").as_deref(), Some("refund" | "REFUND")) {
                refunded += amount(transaction, &["amount"], exponent).unwrap_or(0);
            }
        }
    }
    let refunded = amount(value, &["totalRefundedSet", "totalRefunded"], exponent).unwrap_or(refunded);
    let total =
        amount(value, &["total_price", "totalPriceSet", "totalPrice", "currentTotalPriceSet"], exponent);
    let customer_value = value.get("customer").filter(|customer| customer.is_object());
    let customer = CustomerRef {
        id: customer_value.and_then(|customer| text(customer, "id")).map(|id| value::gid(&id).to_owned()),
        email: either(value, &["email", "contact_email"])
            .or_else(|| customer_value.and_then(|customer| text(customer, "email"))),
        phone: text(value, "phone").or_else(|| customer_value.and_then(|customer| text(customer, "phone"))),
    };
    let status = either(value, &["financial_status", "displayFinancialStatus"]).unwrap_or_default();
    let cancelled = either(value, &["cancelled_at", "cancelledAt"]).unwrap_or_default();
    let shipping_lines =
        array(value, "shipping_lines").filter_map(|line| amount(line, &["price"], exponent)).sum();
    let mut codes: Vec<String> =
        array(value, "discount_codes").filter_map(|code| text(code, "code")).collect();
    codes.extend(
        value.get("discountCodes").and_then(Value::as_array).into_iter().flatten().filter_map(scalar),
    );
    Ok(Order {
        id,
        customer,
        placed_at,
        status: status_of(&status, &cancelled, total, refunded),
        is_test: flag(value, "test").unwrap_or(false),
        channel: either(value, &["source_name", "sourceName"]),
        subtotal: amount(value, &["subtotal_price", "subtotalPriceSet", "subtotalPrice"], exponent),
        discount: amount(value, &["total_discounts", "totalDiscountsSet", "totalDiscounts"], exponent)
            .unwrap_or(0)
            .abs(),
        shipping: amount(value, &["total_shipping_price_set", "totalShippingPriceSet"], exponent)
            .unwrap_or(shipping_lines),
        tax: amount(value, &["total_tax", "totalTaxSet", "totalTax"], exponent).unwrap_or(0),
        total,
        refunded,
        discount_codes: codes,
        ships_elsewhere: elsewhere(value),
        accepts_marketing: flag(value, "buyer_accepts_marketing")
            .or_else(|| flag(value, "customerAcceptsMarketing")),
        lines: array(value, "line_items")
            .chain(array(value, "lineItems"))
            .map(|line| shopify_line(line, exponent, &refunded_units))
            .collect(),
        currency,
    })
}

pub(super) fn elsewhere(value: &Value) -> Option<bool> {
    let address = |keys: [&str; 2]| {
        let address = keys.iter().find_map(|key| value.get(key)).filter(|address| address.is_object())?;
        let parts: Vec<String> =
            ["address1", "address_1", "zip", "postcode", "last_name", "lastName", "city"]
                .iter()
                .filter_map(|key| text(address, key))
                .map(|part| part.to_lowercase())
                .collect();
        (!parts.is_empty()).then(|| parts.join("|"))
    };
    Some(
        address(["billing_address", "billingAddress"]).or_else(|| address(["billing", "billing"]))?
            != address(["shipping_address", "shippingAddress"])
                .or_else(|| address(["shipping", "shipping"]))?,
    )
}

fn shopify_line(value: &Value, exponent: u32, refunded: &HashMap<String, i64>) -> OrderLine {
    let nested = |outer: &str, key: &str| value.get(outer).and_then(|inner| text(inner, key));
    let bare = |id: String| value::gid(&id).to_owned();
    let title = either(value, &["title", "name"]);
    let sku = text(value, "sku");
    let gift_card = flag(value, "gift_card").or_else(|| flag(value, "isGiftCard")).unwrap_or(false);
    let kind = if gift_card { LineKind::GiftCard } else { lines::kind(sku.as_deref(), title.as_deref()) };
    OrderLine {
        product: ProductRef {
            product_id: text(value, "product_id").or_else(|| nested("product", "id")).map(bare),
            variant_id: text(value, "variant_id").or_else(|| nested("variant", "id")).map(bare),
            sku,
            handle: nested("product", "handle"),
        },
        title,
        variant_title: either(value, &["variant_title", "variantTitle"]),
        kind,
        quantity: whole(value, "quantity").unwrap_or(1),
        refunded_quantity: text(value, "id").and_then(|id| refunded.get(&id).copied()).unwrap_or(0),
        unit_price: amount(value, &["price", "originalUnitPriceSet", "originalUnitPrice"], exponent)
            .unwrap_or(0),
        list_price: None,
        discount: amount(value, &["total_discount", "totalDiscountSet"], exponent).unwrap_or(0),
        vendor: text(value, "vendor"),
        category: None,
        cost: None,
    }
}

fn shopify_product(value: &Value, line: u64, run: &mut FileRun<'_>) {
    let id = value::gid(&text(value, "id").unwrap_or_default()).to_owned();
    let tags = match value.get("tags") {
        Some(Value::String(tags)) => value::list(tags, ','),
        Some(Value::Array(tags)) => tags.iter().filter_map(scalar).collect(),
        _ => Vec::new(),
    };
    let names: Vec<String> = array(value, "options").filter_map(|option| text(option, "name")).collect();
    let status = text(value, "status").unwrap_or_default().to_lowercase();
    let published = if status.is_empty() {
        value.get("published_at").is_none_or(|at| !at.is_null())
    } else {
        status == "active"
    };
    let mut images: Vec<String> =
        array(value, "images").filter_map(|image| either(image, &["src", "url"])).collect();
    if images.is_empty() {
        images.extend(
            value
                .get("featuredImage")
                .or_else(|| value.get("image"))
                .and_then(|image| either(image, &["src", "url"])),
        );
    }
    let category = value
        .get("category")
        .or_else(|| value.get("productCategory"))
        .and_then(|category| either(category, &["fullName", "full_name", "name"]));
    let product_type = either(value, &["product_type", "productType"]);
    let gift_card = flag(value, "isGiftCard").unwrap_or(false);
    let mut product = Product {
        id: id.clone(),
        handle: text(value, "handle"),
        title: text(value, "title").unwrap_or_default(),
        description: either(value, &["body_html", "descriptionHtml", "bodyHtml", "description"]),
        vendor: text(value, "vendor"),
        product_type,
        category: category.map(|path| value::path(&path, ">")).unwrap_or_default(),
        tags,
        collections: array(value, "collections")
            .filter_map(|collection| either(collection, &["title", "handle"]))
            .collect(),
        published,
        created_at: time(run, value, "created_at").or_else(|| time(run, value, "createdAt")),
        url: either(value, &["onlineStoreUrl", "url"]),
        image_urls: images,
        currency: run.currency.clone(),
        ..Product::default()
    };
    product.kind = if gift_card { LineKind::GiftCard } else { lines::product_kind(&product) };
    let exponent = run.exponent();
    let variants: Vec<Variant> = array(value, "variants").map(|own| variant(own, &names, exponent)).collect();
    run.take(1);
    let mut variants = variants.into_iter();
    let first = variants.next();
    run.catalogue.add(
        "shopify",
        ProductRow {
            key: id.clone(),
            product,
            variant: first,
            says_published: true,
            ..ProductRow::default()
        },
        run.idx,
        line,
    );
    for variant in variants {
        run.catalogue.add_variant("shopify", &id, variant);
    }
}

fn variant(value: &Value, names: &[String], exponent: u32) -> Variant {
    let mut options: Vec<(String, String)> = ["option1", "option2", "option3"]
        .iter()
        .enumerate()
        .filter_map(|(idx, key)| {
            Some((
                names.get(idx).cloned().unwrap_or_else(|| format!("Option {}", idx + 1)),
                text(value, key)?,
            ))
        })
        .collect();
    options.extend(
        array(value, "selectedOptions")
            .filter_map(|option| Some((text(option, "name")?, text(option, "value")?))),
    );
    options.retain(|(name, value)| !(value == "Default Title" && (name == "Title" || name == "Option 1")));
    let tracked = value.get("inventory_management").is_none_or(|by| !by.is_null())
        && flag(value, "tracked") != Some(false);
    let level = whole(value, "inventory_quantity").or_else(|| whole(value, "inventoryQuantity"));
    let policy = either(value, &["inventory_policy", "inventoryPolicy"]).unwrap_or_default();
    Variant {
        id: text(value, "id").map(|id| value::gid(&id).to_owned()),
        sku: text(value, "sku"),
        barcode: text(value, "barcode"),
        options,
        price: amount(value, &["price"], exponent),
        compare_at: amount(value, &["compare_at_price", "compareAtPrice"], exponent).filter(|was| *was > 0),
        cost: value.get("inventoryItem").and_then(|item| amount(item, &["unitCost"], exponent)),
        stock: Stock {
            level: level.filter(|_| tracked),
            when_empty: if policy.eq_ignore_ascii_case("continue") {
                SellWhenEmpty::Continue
            } else {
                SellWhenEmpty::Deny
            },
        },
        image_url: value.get("image").and_then(|image| either(image, &["src", "url"])),
    }
}

fn customer(value: &Value, run: &mut FileRun<'_>) -> Customer {
    let consent_of = |keys: &[&str], inner: &[&str]| {
        keys.iter()
            .find_map(|key| match value.get(key)? {
                Value::Object(map) => inner.iter().find_map(|state| map.get(*state).and_then(scalar)),
                other => scalar(other),
            })
            .map_or(Consent::Unknown, |word| consent(&word))
    };
    let tags = match value.get("tags") {
        Some(Value::String(tags)) => value::list(tags, ','),
        Some(Value::Array(tags)) => tags.iter().filter_map(scalar).collect(),
        _ => Vec::new(),
    };
    let address = value
        .get("default_address")
        .or_else(|| value.get("defaultAddress"))
        .or_else(|| value.get("billing"))
        .or_else(|| value.get("addresses").and_then(|all| all.get(0)));
    let exponent =
        either(value, &["currency"]).map_or(run.exponent(), |code| Currency::new(&code).exponent());
    Customer {
        key: CustomerRef {
            id: either(value, &["id", "customerNumber"]).map(|id| value::gid(&id).to_owned()),
            email: text(value, "email"),
            phone: text(value, "phone"),
        },
        first_name: either(value, &["first_name", "firstName"]),
        last_name: either(value, &["last_name", "lastName"]),
        country: address.and_then(|address| either(address, &["country_code", "countryCodeV2", "country"])),
        tags,
        created_at: ["created_at", "createdAt", "date_created_gmt", "date_created"]
            .iter()
            .find_map(|key| time(run, value, key)),
        accepts_email: consent_of(
            &["email_marketing_consent", "emailMarketingConsent", "accepts_marketing"],
            &["state", "marketingState"],
        ),
        accepts_sms: consent_of(
            &["sms_marketing_consent", "smsMarketingConsent"],
            &["state", "marketingState"],
        ),
        declared_orders: either(value, &["orders_count", "numberOfOrders"]).and_then(|n| n.parse().ok()),
        declared_spent: amount(value, &["total_spent", "amountSpent"], exponent),
        stated_preferences: Vec::new(),
    }
}
