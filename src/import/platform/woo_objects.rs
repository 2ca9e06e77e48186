//! Orders and products of `WooCommerce`'s REST API.

use serde_json::Value;

use super::objects::{amount, array, either, elsewhere, missing_date, scalar, text, time, whole};
use crate::import::engine::{FileRun, Reject};
use crate::import::lines;
use crate::import::order_status::status_of;
use crate::import::products::ProductRow;
use crate::import::times::DateOrder;
use crate::import::value;
use crate::shop::{
    Currency, CustomerRef, Order, OrderLine, Product, ProductRef, SellWhenEmpty, Stock, Variant,
};

pub(super) fn order(value: &Value, run: &mut FileRun<'_>) -> Result<Order, Reject> {
    let currency = text(value, "currency").map(|code| Currency::new(&code)).or_else(|| run.currency.clone());
    let exponent = currency.as_ref().map_or(2, Currency::exponent);
    // `date_created_gmt` is UTC without saying so.
    let placed_at = text(value, "date_created_gmt")
        .and_then(|at| run.clock.read(&format!("{at}Z"), DateOrder::DayFirst))
        .or_else(|| time(run, value, "date_created"))
        .ok_or_else(missing_date)?;
    let billing = value.get("billing");
    let total = amount(value, &["total"], exponent);
    let refunded: i64 =
        array(value, "refunds").filter_map(|refund| amount(refund, &["total"], exponent)).map(i64::abs).sum();
    let line = |line: &Value| {
        let quantity = whole(line, "quantity").unwrap_or(1);
        let before = amount(line, &["subtotal", "total"], exponent).unwrap_or(0);
        let title = text(line, "name").map(|title| value::unescape(&title));
        let sku = text(line, "sku");
        OrderLine {
            kind: lines::kind(sku.as_deref(), title.as_deref()),
            product: ProductRef {
                product_id: text(line, "product_id").filter(|id| id != "0"),
                variant_id: text(line, "variation_id").filter(|id| id != "0"),
                sku,
                handle: None,
            },
            title,
            quantity,
            unit_price: if quantity == 0 { before } else { before / quantity },
            discount: amount(line, &["total"], exponent).map_or(0, |after| (before - after).max(0)),
            ..OrderLine::default()
        }
    };
    Ok(Order {
        id: either(value, &["number", "id"]).unwrap_or_default(),
        customer: CustomerRef {
            id: text(value, "customer_id").filter(|id| id != "0"),
            email: billing.and_then(|billing| text(billing, "email")),
            phone: billing.and_then(|billing| text(billing, "phone")),
        },
        placed_at,
        status: status_of(&text(value, "status").unwrap_or_default(), "", total, refunded),
        is_test: false,
        channel: text(value, "created_via"),
        subtotal: None,
        discount: amount(value, &["discount_total"], exponent).unwrap_or(0),
        shipping: amount(value, &["shipping_total"], exponent).unwrap_or(0),
        tax: amount(value, &["total_tax"], exponent).unwrap_or(0),
        total,
        refunded,
        discount_codes: array(value, "coupon_lines").filter_map(|coupon| text(coupon, "code")).collect(),
        ships_elsewhere: elsewhere(value),
        accepts_marketing: None,
        lines: array(value, "line_items").map(line).collect(),
        currency,
    })
}

pub(super) fn product(value: &Value, line: u64, run: &mut FileRun<'_>) {
    let exponent = run.exponent();
    let id = text(value, "id").unwrap_or_default();
    let names = |key: &str| {
        array(value, key)
            .filter_map(|item| text(item, "name"))
            .map(|name| value::unescape(&name))
            .collect::<Vec<_>>()
    };
    let categories = names("categories");
    let (price, regular) = (amount(value, &["price"], exponent), amount(value, &["regular_price"], exponent));
    let sale = amount(value, &["sale_price"], exponent)
        .filter(|sale| regular.is_some_and(|regular| *sale < regular));
    let stock = whole(value, "stock_quantity");
    let out = text(value, "stock_status").as_deref() == Some("outofstock");
    let backorders = text(value, "backorders").is_some_and(|word| word != "no");
    let mut product = Product {
        id: id.clone(),
        handle: text(value, "slug"),
        title: text(value, "name").map(|name| value::unescape(&name)).unwrap_or_default(),
        description: text(value, "description"),
        category: categories.first().cloned().into_iter().collect(),
        collections: categories.into_iter().skip(1).collect(),
        tags: names("tags"),
        vendor: names("brands").into_iter().next(),
        published: text(value, "status").is_none_or(|status| status == "publish"),
        created_at: time(run, value, "date_created_gmt"),
        url: text(value, "permalink"),
        image_urls: array(value, "images").filter_map(|image| text(image, "src")).collect(),
        currency: run.currency.clone(),
        attributes: array(value, "attributes")
            .flat_map(|attribute| {
                let name = text(attribute, "name").unwrap_or_default();
                array(attribute, "options")
                    .filter_map(scalar)
                    .map(move |option| (name.clone(), option))
                    .collect::<Vec<_>>()
            })
            .collect(),
        ..Product::default()
    };
    product.kind = lines::product_kind(&product);
    let variant = Variant {
        id: Some(id.clone()),
        sku: text(value, "sku"),
        price: sale.or(regular).or(price),
        compare_at: sale.and(regular),
        stock: Stock {
            level: stock.or_else(|| out.then_some(0)),
            when_empty: if backorders { SellWhenEmpty::Continue } else { SellWhenEmpty::Deny },
        },
        ..Variant::default()
    };
    run.take(1);
    let row = ProductRow {
        key: id,
        product,
        variant: Some(variant),
        says_published: true,
        ..ProductRow::default()
    };
    run.catalogue.add("woocommerce", row, run.idx, line);
}
