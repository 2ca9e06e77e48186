//! What a JSON file holds, told from the keys of its objects.

use serde_json::Value;

use crate::import::record::{DataKind, Platform};

/// What a JSON object is, told from its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::import) enum Shape {
    ShopifyOrder,
    ShopifyDraft,
    ShopifyProduct,
    ShopifyVariant,
    ShopifyCustomer,
    ShopifyPriceRule,
    ShopifyRefund,
    /// Bulk operation: parents and children on lines of their own.
    ShopifyBulk(DataKind),
    WooOrder,
    WooProduct,
    WooCustomer,
    CommercetoolsCustomer,
    Ga4,
    Segment,
    Pixel,
    Klaviyo,
    Unused(&'static str),
}

impl Shape {
    pub(in crate::import) fn meaning(self) -> (Platform, DataKind) {
        match self {
            Self::ShopifyOrder | Self::ShopifyDraft => (Platform::Shopify, DataKind::Orders),
            Self::ShopifyProduct | Self::ShopifyVariant => (Platform::Shopify, DataKind::Products),
            Self::ShopifyCustomer => (Platform::Shopify, DataKind::Customers),
            Self::ShopifyPriceRule => (Platform::Shopify, DataKind::Discounts),
            Self::ShopifyRefund => (Platform::Shopify, DataKind::Unknown),
            Self::ShopifyBulk(kind) => (Platform::Shopify, kind),
            Self::WooOrder => (Platform::Woocommerce, DataKind::Orders),
            Self::WooProduct => (Platform::Woocommerce, DataKind::Products),
            Self::WooCustomer => (Platform::Woocommerce, DataKind::Customers),
            Self::CommercetoolsCustomer => (Platform::Commercetools, DataKind::Customers),
            Self::Ga4 => (Platform::Ga4, DataKind::Events),
            Self::Segment => (Platform::Segment, DataKind::Events),
            Self::Pixel => (Platform::ShopifyPixel, DataKind::Events),
            Self::Klaviyo => (Platform::Klaviyo, DataKind::Events),
            Self::Unused(_) => (Platform::Unknown, DataKind::Unknown),
        }
    }

    pub(in crate::import) fn problem(self) -> Option<String> {
        match self {
            Self::Unused(why) => Some(why.to_owned()),
            Self::ShopifyRefund => Some(REFUND.to_owned()),
            _ => None,
        }
    }

    pub(in crate::import) fn is_used(self) -> bool {
        self.problem().is_none()
    }
}

pub(super) const REFUND: &str =
    "These are refunds on their own. Orders carry their refunds inside, so export the orders instead.";

/// Keys whose array is the file's list of records.
pub(in crate::import) fn is_wrapper(key: &str) -> bool {
    matches!(
        key,
        "orders"
            | "products"
            | "customers"
            | "variants"
            | "checkouts"
            | "draft_orders"
            | "price_rules"
            | "refunds"
            | "data"
            | "results"
            | "items"
            | "events"
            | "records"
            | "rows"
            | "hits"
            | "batch"
            | "value"
    )
}

/// The shape of one element; `key` is the wrapper array's name.
pub(in crate::import) fn shape(value: &Value, key: Option<&str>) -> Option<Shape> {
    let object = value.as_object()?;
    if object.len() == 1
        && let Some((inner_key, inner)) = object.iter().next()
        && inner.is_object()
    {
        return shape(inner, Some(inner_key));
    }
    let has = |name: &str| object.contains_key(name);
    let key = key.unwrap_or("");
    if has("event_name")
        && (has("event_params")
            || has("user_pseudo_id")
            || has("event_timestamp") && (has("items") || has("ecommerce") || has("device")))
    {
        return Some(Shape::Ga4);
    }
    if has("clientId") && has("name") && has("data") && (has("timestamp") || has("context")) {
        return Some(Shape::Pixel);
    }
    if has("type")
        && (has("messageId") || has("anonymousId") || has("userId") || (has("event") && has("properties")))
    {
        return Some(Shape::Segment);
    }
    if (has("datetime") || has("timestamp") || has("attributes"))
        && (has("metric")
            || has("event_properties")
            || object.get("type").and_then(Value::as_str) == Some("event"))
    {
        return Some(Shape::Klaviyo);
    }
    let gid = object.get("id").and_then(Value::as_str).filter(|id| id.starts_with("gid://shopify/"));
    if let Some(gid) = gid {
        let kind = match gid.split('/').nth(3) {
            Some("Order" | "LineItem") => DataKind::Orders,
            Some("Customer") => DataKind::Customers,
            _ => DataKind::Products,
        };
        return Some(Shape::ShopifyBulk(kind));
    }
    if has("line_items") {
        if has("date_created") || has("date_created_gmt") {
            return Some(Shape::WooOrder);
        }
        if key.starts_with("draft_order")
            || key.starts_with("checkout")
            || has("abandoned_checkout_url")
            || has("invoice_sent_at")
        {
            return Some(Shape::ShopifyDraft);
        }
        return Some(Shape::ShopifyOrder);
    }
    if has("financial_status") && (has("total_price") || has("order_number")) {
        return Some(Shape::ShopifyOrder);
    }
    if has("refund_line_items") {
        return Some(Shape::ShopifyRefund);
    }
    if has("variants") && has("title") {
        return Some(Shape::ShopifyProduct);
    }
    if has("regular_price") && has("name") && (has("permalink") || has("slug") || has("stock_status")) {
        return Some(Shape::WooProduct);
    }
    if has("inventory_policy") || (has("product_id") && has("option1")) {
        return Some(Shape::ShopifyVariant);
    }
    if has("value_type") && has("target_type") {
        return Some(Shape::ShopifyPriceRule);
    }
    if has("customerNumber") && has("email") {
        return Some(Shape::CommercetoolsCustomer);
    }
    if has("email")
        && (has("orders_count")
            || has("total_spent")
            || has("email_marketing_consent")
            || has("accepts_marketing"))
    {
        return Some(Shape::ShopifyCustomer);
    }
    if has("email") && has("role") && has("date_created") {
        return Some(Shape::WooCustomer);
    }
    if has("attributes") && has("key") && !has("masterVariant") {
        return Some(Shape::Unused(
            "This is a commercetools product type: it describes fields, and holds no products.",
        ));
    }
    if has("rates") && has("name") {
        return Some(Shape::Unused("These are commercetools tax categories, which are not used here."));
    }
    None
}

/// For an element longer than what detection looks at.
pub(in crate::import) fn shape_of_text(head: &str) -> Option<Shape> {
    let has = |name: &str| head.contains(&format!("\"{name}\""));
    if has("event_name") && has("event_params") {
        Some(Shape::Ga4)
    } else if has("line_items") && has("date_created") {
        Some(Shape::WooOrder)
    } else if has("line_items") {
        Some(Shape::ShopifyOrder)
    } else if has("variants") && has("title") {
        Some(Shape::ShopifyProduct)
    } else {
        None
    }
}
