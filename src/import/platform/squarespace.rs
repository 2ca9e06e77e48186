//! Squarespace: products with variants below their first row, orders with their cells on the first line only.

#![expect(
    clippy::enum_glob_use,
    reason = "a table of some hundred meanings reads better without their type's name"
)]

use crate::import::columns::{Aliases, Columns};
use crate::import::engine::FileRun;
use crate::import::lines;
use crate::import::meaning::Meaning::{self, *};
use crate::import::orders::OrderLayout;
use crate::import::products::{ProductLayout, ProductRow};
use crate::import::profile::{Layout, Profile};
use crate::import::record::{DataKind, Platform};
use crate::import::row::Row;

const PRODUCTS: Aliases = &[
    ("product id [non editable]", ProductId),
    ("variant id [non editable]", VariantId),
    ("product type [non editable]", ProductType),
    ("product page", Collections),
    ("product url", Handle),
    ("title", Title),
    ("description", Description),
    ("sku", Sku),
    ("gtin", Barcode),
    ("option name #", OptionName),
    ("option value #", OptionValue),
    ("price", RegularPrice),
    ("sale price", SalePrice),
    ("on sale", OnSale),
    ("stock", Stock),
    ("categories", Category),
    ("tags", Tags),
    ("visible", Published),
    ("hosted image urls", ImageUrl),
    ("mpn", Ignore),
    ("weight", Ignore),
    ("length", Ignore),
    ("width", Ignore),
    ("height", Ignore),
];

const ORDERS: Aliases = &[
    ("order id", OrderId),
    ("email", Email),
    ("financial status", OrderStatus),
    ("currency", Currency),
    ("subtotal", Subtotal),
    ("shipping", Shipping),
    ("taxes", Tax),
    ("amount refunded", Refunded),
    ("total", Total),
    ("discount code", DiscountCodes),
    ("discount amount", OrderDiscount),
    ("created at", PlacedAt),
    ("lineitem quantity", Quantity),
    ("lineitem name", LineTitle),
    ("lineitem price", UnitPrice),
    ("lineitem sku", Sku),
    ("lineitem variant", LineVariant),
    ("billing name", BillingName),
    ("billing address#", BillingAddress),
    ("billing zip", BillingAddress),
    ("billing phone", Phone),
    ("shipping name", ShippingName),
    ("shipping address#", ShippingAddress),
    ("shipping zip", ShippingAddress),
    ("shipping phone", Phone),
    ("cancelled at", CancelledAt),
    ("payment method", PaymentMethod),
    ("channel type", Channel),
    ("paid at", Ignore),
    ("fulfillment status", Ignore),
    ("fulfilled at", Ignore),
    ("lineitem *", Ignore),
    ("billing *", Ignore),
    ("shipping *", Ignore),
    ("private notes", Ignore),
    ("payment reference", Ignore),
    ("sales channel", Channel),
    ("channel name", Ignore),
    ("channel order number", Ignore),
    ("checkout form: *", Ignore),
];

pub(in crate::import) const PROFILES: &[Profile] = &[
    Profile {
        platform: Platform::Squarespace,
        kind: DataKind::Products,
        require: &["product id [non editable]", "title"],
        forbid: &[],
        least_known: 4,
        columns: PRODUCTS,
        layout: Layout::Products(ProductLayout {
            positional: true,
            category_list: Some(','),
            category_path: "/",
            images: &[' ', '\n'],
            fix: Some(product),
            ..ProductLayout::new(&[Meaning::ProductId])
        }),
    },
    Profile {
        platform: Platform::Squarespace,
        kind: DataKind::Orders,
        require: &["order id", "lineitem name"],
        forbid: &["name"],
        least_known: 6,
        columns: ORDERS,
        layout: Layout::Orders(OrderLayout { title_holds_variant: false, fix: None, fix_line: None }),
    },
];

/// Without an id the row starts a product when it has a title, and continues the one above when it has none.
fn product(row: &Row, columns: &Columns, parsed: &mut ProductRow, _run: &mut FileRun<'_>) {
    if parsed.key.is_empty() && !parsed.product.title.is_empty() {
        parsed.key = parsed.product.handle.clone().unwrap_or_else(|| parsed.product.title.clone());
    }
    parsed.base_price = None;
    let kind = parsed.product.product_type.take().unwrap_or_default();
    parsed.product.kind = match lines::by_type(&kind) {
        crate::shop::LineKind::Goods => parsed.product.kind,
        other => other,
    };
    let is_continued = columns.cell(row, Title).is_empty();
    if is_continued {
        parsed.product.collections.clear();
    }
}
