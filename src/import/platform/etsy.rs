//! Etsy: listings without ids, sold items, sold orders.

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

const LISTINGS: Aliases = &[
    ("title", Title),
    ("description", Description),
    ("price", Price),
    ("currency code", Currency),
    ("quantity", Stock),
    ("tags", Tags),
    ("materials", Attribute),
    ("image#", ImageUrl),
    ("variation # type", Ignore),
    ("variation # name", AttributeName),
    ("variation # values", AttributeValue),
    ("sku", Sku),
    ("listing id", ProductId),
    ("titre", Title),
    ("prix", Price),
    ("code devise", Currency),
    ("quantité", Stock),
    ("matériaux", Attribute),
    ("image #", ImageUrl),
    ("type variation #", Ignore),
    ("nom variation #", AttributeName),
    ("valeurs variation #", AttributeValue),
    ("référence", Sku),
];

const ITEMS: Aliases = &[
    ("sale date", PlacedAt),
    ("item name", LineTitle),
    ("buyer", CustomerId),
    ("quantity", Quantity),
    ("price", UnitPrice),
    ("coupon code", DiscountCodes),
    ("discount amount", LineDiscount),
    ("order shipping", Shipping),
    ("order sales tax", Tax),
    ("item total", Ignore),
    ("currency", Currency),
    ("transaction id", Ignore),
    ("listing id", ProductId),
    ("ship name", ShippingName),
    ("ship address#", ShippingAddress),
    ("ship zipcode", ShippingAddress),
    ("ship country", Country),
    ("order id", OrderId),
    ("variations", LineVariant),
    ("order type", Channel),
    ("sku", Sku),
    ("coupon details", Ignore),
    ("shipping discount", Ignore),
    ("date paid", Ignore),
    ("date shipped", Ignore),
    ("ship *", Ignore),
    ("listings type", Ignore),
    ("payment type", Ignore),
    ("inperson *", Ignore),
    ("vat paid by buyer", Ignore),
];

const ORDERS: Aliases = &[
    ("sale date", PlacedAt),
    ("order id", OrderId),
    ("buyer user id", CustomerId),
    ("buyer", Ignore),
    ("full name", ShippingName),
    ("number of items", Ignore),
    ("currency", Currency),
    ("order value", Subtotal),
    ("coupon code", DiscountCodes),
    ("discount amount", OrderDiscount),
    ("shipping", Shipping),
    ("sales tax", Tax),
    ("order total", Total),
    ("status", OrderStatus),
    ("payment method", PaymentMethod),
    ("order type", Channel),
    ("street #", ShippingAddress),
    ("ship zipcode", ShippingAddress),
    ("first name", Ignore),
    ("last name", Ignore),
    ("date shipped", Ignore),
    ("ship *", Ignore),
    ("coupon details", Ignore),
    ("shipping discount", Ignore),
    ("card processing fees", Ignore),
    ("order net", Ignore),
    ("adjusted *", Ignore),
    ("sku", Ignore),
    ("payment type", Ignore),
    ("inperson *", Ignore),
];

pub(in crate::import) const PROFILES: &[Profile] = &[
    Profile {
        platform: Platform::Etsy,
        kind: DataKind::Products,
        require: &[
            "title|titre",
            "currency code|code devise",
            "variation 1 type|materials|image1|matériaux|image 1",
        ],
        forbid: &["handle"],
        least_known: 5,
        columns: LISTINGS,
        layout: Layout::Products(ProductLayout {
            fix: Some(listing),
            ..ProductLayout::new(&[Meaning::ProductId, Meaning::Sku, Meaning::Title])
        }),
    },
    Profile {
        platform: Platform::Etsy,
        kind: DataKind::OrderLines,
        require: &["sale date", "item name", "listing id|transaction id"],
        forbid: &[],
        least_known: 6,
        columns: ITEMS,
        layout: Layout::Orders(OrderLayout { title_holds_variant: false, fix: None, fix_line: None }),
    },
    Profile {
        platform: Platform::Etsy,
        kind: DataKind::Orders,
        require: &["sale date", "order id", "order value|order total"],
        forbid: &["item name"],
        least_known: 5,
        columns: ORDERS,
        layout: Layout::Orders(OrderLayout { title_holds_variant: false, fix: None, fix_line: None }),
    },
];

/// One price for all variations; the SKU cell may list several. Tags are written with underscores.
fn listing(_row: &Row, _columns: &Columns, parsed: &mut ProductRow, _run: &mut FileRun<'_>) {
    for tag in &mut parsed.product.tags {
        *tag = tag.replace('_', " ");
    }
    let Some(variant) = parsed.variant.take() else {
        return;
    };
    let skus: Vec<String> = variant
        .sku
        .as_deref()
        .unwrap_or("")
        .split(',')
        .map(str::trim)
        .filter(|sku| !sku.is_empty())
        .map(str::to_owned)
        .collect();
    if skus.len() > 1 {
        // Which SKU belongs to which variation is not in the file.
        parsed.key.clone_from(&skus[0]);
        parsed.product.attributes.push(("SKU".to_owned(), skus.join(", ")));
    }
    parsed.variant = Some(crate::shop::Variant { sku: skus.into_iter().next(), ..variant });
}
