//! Wix: catalogue of both vintages (variants carry a surcharge on the product's price), orders with every cell repeated.

#![expect(
    clippy::enum_glob_use,
    reason = "a table of some hundred meanings reads better without their type's name"
)]

use crate::import::columns::{Aliases, Columns};
use crate::import::engine::FileRun;
use crate::import::meaning::Meaning::{self, *};
use crate::import::orders::OrderLayout;
use crate::import::products::{ProductLayout, ProductRow};
use crate::import::profile::{Layout, Profile};
use crate::import::record::{DataKind, Platform};
use crate::import::row::Row;
use crate::import::value;

const PRODUCTS: Aliases = &[
    ("handleid", ProductId),
    ("handle", ProductId),
    ("fieldtype", RowType),
    ("name", Title),
    ("description", Description),
    ("plaindescription", Description),
    ("productimageurl", ImageUrl),
    ("media", ImageUrl),
    ("image", ImageUrl),
    ("instock", InStock),
    ("collection", Collections),
    ("maincategory", Category),
    ("categories", Collections),
    ("sku", Sku),
    ("barcode", Barcode),
    ("price", Price),
    ("strikethroughprice", CompareAt),
    ("surcharge", Surcharge),
    ("visible", Published),
    ("discountmode", DiscountKind),
    ("discountvalue", DiscountValue),
    ("inventory", Stock),
    ("cost", Cost),
    ("brand", Vendor),
    ("productoptionname#", OptionName),
    ("productoptiondescription#", OptionValue),
    ("productoptionchoices#", OptionValue),
    ("productoptiontype#", Ignore),
    ("additionalinfotitle#", Ignore),
    ("additionalinfodescription#", Ignore),
    ("customtext*", Ignore),
    ("ribbon", Ignore),
    ("weight", Ignore),
    ("preorderenabled", Ignore),
    ("preorder*", Ignore),
    ("baseunit*", Ignore),
    ("totalunits*", Ignore),
    ("modifier*", Ignore),
];

const ORDERS: Aliases = &[
    ("order number", OrderId),
    ("date created", PlacedAt),
    ("time", PlacedTime),
    ("contact email", Email),
    ("billing phone", Phone),
    ("recipient phone", Phone),
    ("item", LineTitle),
    ("variant", LineVariant),
    ("sku", Sku),
    ("qty", Quantity),
    ("quantity refunded", RefundedQuantity),
    ("price", UnitPrice),
    ("payment status", OrderStatus),
    ("payment method", PaymentMethod),
    ("coupon code", DiscountCodes),
    ("shipping rate", Shipping),
    ("total tax", Tax),
    ("total", Total),
    ("currency", Currency),
    ("refunded amount", Refunded),
    ("recipient name", ShippingName),
    ("delivery address", ShippingAddress),
    ("delivery zip/postal code", ShippingAddress),
    ("billing name", BillingName),
    ("billing address", BillingAddress),
    ("billing zip/postal code", BillingAddress),
    ("discount", OrderDiscount),
    ("total order quantity", Ignore),
    ("fulfill by", Ignore),
    ("note from customer", Ignore),
    ("additional checkout info", Ignore),
    ("weight", Ignore),
    ("custom text", Ignore),
    ("deposit amount", Ignore),
    ("delivery *", Ignore),
    ("billing *", Ignore),
    ("recipient *", Ignore),
    ("gift card amount", Ignore),
    ("net amount", Ignore),
    ("additional fees", Ignore),
    ("fulfillment *", Ignore),
    ("tracking number", Ignore),
    ("shipping label", Ignore),
];

const CONTACTS: Aliases = &[
    ("first name", FirstName),
    ("last name", LastName),
    ("email #", Email),
    ("email", Email),
    ("phone #", Phone),
    ("phone", Phone),
    ("labels", CustomerTags),
    ("created at (utc+0)", CustomerCreatedAt),
    ("created at", CustomerCreatedAt),
    ("email subscriber status", AcceptsEmail),
    ("sms subscriber status", AcceptsSms),
    ("address # country", Country),
    ("country", Country),
    ("address *", Ignore),
    ("last activity*", Ignore),
    ("source", Ignore),
    ("language", Ignore),
    ("company", Ignore),
    ("position", Ignore),
    ("birthdate", Ignore),
];

pub(in crate::import) const PROFILES: &[Profile] = &[
    Profile {
        platform: Platform::Wix,
        kind: DataKind::Products,
        require: &["handleid|handle", "fieldtype"],
        forbid: &[],
        least_known: 4,
        columns: PRODUCTS,
        layout: Layout::Products(ProductLayout {
            tags: ';',
            images: &[';', '\n'],
            fix: Some(product),
            ..ProductLayout::new(&[Meaning::ProductId])
        }),
    },
    Profile {
        platform: Platform::Wix,
        kind: DataKind::Orders,
        require: &["order number", "date created", "item|total order quantity"],
        forbid: &[],
        least_known: 5,
        columns: ORDERS,
        layout: Layout::Orders(OrderLayout { title_holds_variant: false, fix: None, fix_line: None }),
    },
    Profile {
        platform: Platform::Wix,
        kind: DataKind::Customers,
        require: &["first name", "email 1|email", "email subscriber status|labels"],
        forbid: &["fieldtype"],
        least_known: 4,
        columns: CONTACTS,
        layout: Layout::Customers,
    },
];

fn product(row: &Row, columns: &Columns, parsed: &mut ProductRow, run: &mut FileRun<'_>) {
    for url in &mut parsed.product.image_urls {
        if !url.contains("://") {
            *url = format!("https://static.wixstatic.com/media/{url}");
        }
    }
    let is_variant = columns.cell(row, RowType).eq_ignore_ascii_case("variant");
    if is_variant {
        parsed.base_price = None;
        if let Some(variant) = &mut parsed.variant {
            variant.image_url = parsed.product.image_urls.first().cloned();
            for (_, value) in &mut variant.options {
                *value = without_colour_code(value);
            }
        }
        parsed.product.image_urls.clear();
        parsed.product.title.clear();
        // Without a surcharge column the variant has a price of its own.
        parsed.surcharge = columns.has(Surcharge).then(|| parsed.surcharge.unwrap_or(0));
        return;
    }
    parsed.surcharge = None;
    let mode = columns.cell(row, DiscountKind).to_ascii_uppercase();
    if let Some(idx) = columns.idx(DiscountValue) {
        let mark = columns.format(idx).mark;
        parsed.discount = match mode.as_str() {
            "PERCENT" => value::scaled(row.get(idx), mark, 2).map(|percent| (true, percent)),
            _ => value::money(row.get(idx), mark, run.exponent()).map(|amount| (false, amount)),
        }
        .filter(|(_, cut)| *cut > 0);
    }
    // The product row lists all values of its options: `A;B;C`.
    parsed.names_only = true;
}

/// `#000000:Black` is Black.
fn without_colour_code(value: &str) -> String {
    match value.split_once(':') {
        Some((code, name)) if code.starts_with('#') || code.starts_with("rgb") => name.trim().to_owned(),
        _ => value.to_owned(),
    }
}
