//! Shopify: products of all vintages with markets and metafields, orders, customers, inventory, discounts, search terms.
//!
//! One row per variant or picture (products) and per line (orders); product and order cells stand on the first row only.

#![expect(
    clippy::enum_glob_use,
    reason = "a table of some hundred meanings reads better without their type's name"
)]

use crate::import::columns::{Aliases, Columns};
use crate::import::engine::FileRun;
use crate::import::meaning::Meaning::{self, *};
use crate::import::orders::OrderLayout;
use crate::import::products::{ProductLayout, ProductRow, StockRule};
use crate::import::profile::{Layout, Profile};
use crate::import::record::{DataKind, Platform};
use crate::import::row::Row;
use crate::shop::{Order, OrderLine};

const PRODUCTS: Aliases = &[
    ("handle", Handle),
    ("url handle", Handle),
    ("title", Title),
    ("body (html)", Description),
    ("body html", Description),
    ("description", Description),
    ("vendor", Vendor),
    ("product category", Category),
    ("standardized product type", Category),
    ("standard product type", Category),
    ("custom product type", ProductType),
    ("type", ProductType),
    ("tags", Tags),
    ("collection", Collections),
    ("published", Published),
    ("published on online store", Published),
    ("status", Status),
    ("option# name", OptionName),
    ("option# value", OptionValue),
    ("variant sku", Sku),
    ("sku", Sku),
    ("variant barcode", Barcode),
    ("barcode", Barcode),
    ("variant price", Price),
    ("price", Price),
    ("variant compare at price", CompareAt),
    ("compare at price", CompareAt),
    ("cost per item", Cost),
    ("variant cost", Cost),
    ("variant inventory tracker", StockTracked),
    ("inventory tracker", StockTracked),
    ("variant inventory qty", Stock),
    ("variant inventory quantity", Stock),
    ("inventory quantity", Stock),
    ("variant inventory policy", StockPolicy),
    ("continue selling when out of stock", StockPolicy),
    ("image src", ImageUrl),
    ("product image url", ImageUrl),
    ("variant image", VariantImage),
    ("variant image url", VariantImage),
    ("gift card", GiftCard),
    ("seo title", Ignore),
    ("seo description", Ignore),
    ("image position", Ignore),
    ("image alt text", Ignore),
    ("option# linked to", Ignore),
    ("variant grams", Ignore),
    ("weight value (grams)", Ignore),
    ("variant weight unit", Ignore),
    ("weight unit for display", Ignore),
    ("variant fulfillment service", Ignore),
    ("fulfillment service", Ignore),
    ("variant requires shipping", Ignore),
    ("requires shipping", Ignore),
    ("variant taxable", Ignore),
    ("charge tax", Ignore),
    ("variant tax code", Ignore),
    ("tax code", Ignore),
    ("template suffix", Ignore),
    ("published scope", Ignore),
    ("unit price *", Ignore),
    ("google shopping / gender", Attribute),
    ("google shopping / age group", Attribute),
    ("google shopping / *", Ignore),
    ("included / *", Ignore),
    ("price / *", Ignore),
    ("compare at price / *", Ignore),
    ("* (product.metafields.*", Attribute),
];

const ORDERS: Aliases = &[
    ("name", OrderId),
    ("email", Email),
    ("phone", Phone),
    ("billing phone", Phone),
    ("shipping phone", Phone),
    ("financial status", OrderStatus),
    ("accepts marketing", AcceptsMarketing),
    ("currency", Currency),
    ("subtotal", Subtotal),
    ("shipping", Shipping),
    ("taxes", Tax),
    ("total", Total),
    ("discount code", DiscountCodes),
    ("discount amount", OrderDiscount),
    ("created at", PlacedAt),
    ("lineitem quantity", Quantity),
    ("lineitem name", LineTitle),
    ("lineitem price", UnitPrice),
    ("lineitem compare at price", ListPrice),
    ("lineitem sku", Sku),
    ("lineitem discount", LineDiscount),
    ("vendor", Vendor),
    ("cancelled at", CancelledAt),
    ("payment method", PaymentMethod),
    ("refunded amount", Refunded),
    ("source", Channel),
    ("billing name", BillingName),
    ("billing zip", BillingAddress),
    ("billing address#", BillingAddress),
    ("billing city", BillingAddress),
    ("shipping name", ShippingName),
    ("shipping zip", ShippingAddress),
    ("shipping address#", ShippingAddress),
    ("shipping city", ShippingAddress),
    ("paid at", Ignore),
    ("fulfillment status", Ignore),
    ("fulfilled at", Ignore),
    ("shipping method", Ignore),
    ("lineitem *", Ignore),
    ("billing *", Ignore),
    ("shipping *", Ignore),
    ("notes", Ignore),
    ("note attributes", Ignore),
    ("payment *", Ignore),
    ("outstanding balance", Ignore),
    ("employee", Ignore),
    ("location", Ignore),
    ("device id", Ignore),
    ("id", Ignore),
    ("tags", Ignore),
    ("risk level", Ignore),
    ("tax # name", Ignore),
    ("tax # value", Ignore),
    ("receipt number", Ignore),
    ("duties", Ignore),
    ("next payment due at", Ignore),
];

const CUSTOMERS: Aliases = &[
    ("customer id", CustomerId),
    ("id", CustomerId),
    ("first name", FirstName),
    ("last name", LastName),
    ("email", Email),
    ("phone", Phone),
    ("default address phone", Phone),
    ("accepts email marketing", AcceptsEmail),
    ("accepts marketing", AcceptsEmail),
    ("accepts sms marketing", AcceptsSms),
    ("total spent", DeclaredSpent),
    ("total orders", DeclaredOrders),
    ("tags", CustomerTags),
    ("country code", Country),
    ("default address country code", Country),
    ("country", Country),
    ("default address *", Ignore),
    ("accepts whatsapp marketing", Ignore),
    ("company", Ignore),
    ("address#", Ignore),
    ("city", Ignore),
    ("province", Ignore),
    ("province code", Ignore),
    ("zip", Ignore),
    ("note", Ignore),
    ("tax exempt", Ignore),
    ("* (customer.metafields.*", Preference),
];

const INVENTORY: Aliases = &[
    ("handle", Handle),
    ("title", Title),
    ("option# name", OptionName),
    ("option# value", OptionValue),
    ("sku", Sku),
    ("location", Location),
    ("on hand (current)", Stock),
    ("on hand (current) (not editable)", Stock),
    ("available", Stock),
    ("available (not editable)", Stock),
    ("on hand", Stock),
    ("hs code", Ignore),
    ("coo", Ignore),
    ("bin name", Ignore),
    ("incoming*", Ignore),
    ("unavailable*", Ignore),
    ("committed*", Ignore),
    ("on hand (new)", Ignore),
    ("incoming", Ignore),
    ("unavailable", Ignore),
    ("committed", Ignore),
];

/// Before 2022: one column per location, whose header is the location's name.
const INVENTORY_BY_COLUMN: Aliases = &[
    ("handle", Handle),
    ("title", Title),
    ("option# name", OptionName),
    ("option# value", OptionValue),
    ("sku", Sku),
    ("hs code", Ignore),
    ("coo", Ignore),
    ("*", StockColumn),
];

const DISCOUNTS: Aliases = &[
    ("name", DiscountCode),
    ("value", DiscountValue),
    ("value type", DiscountKind),
    ("status", DiscountStatus),
    ("start", StartsAt),
    ("end", EndsAt),
    ("times used in total", TimesUsed),
    ("type", Ignore),
    ("discount class", Ignore),
    ("minimum purchase requirements", Ignore),
    ("combines with *", Ignore),
    ("customer selection", Ignore),
    ("context", Ignore),
    ("applies once per customer", Ignore),
    ("usage limit per code", Ignore),
];

const SEARCH_TERMS: Aliases = &[
    ("search query", SearchTerm),
    ("search term", SearchTerm),
    ("search terms", SearchTerm),
    ("query", SearchTerm),
    ("top online store searches", SearchTerm),
    ("original query", SearchTerm),
    ("searches", Searches),
    ("search sessions", Searches),
    ("total searches", Searches),
    ("sessions with search", Searches),
    ("clicks", Clicks),
    ("searches with clicks", Clicks),
    ("sessions with clicks", Clicks),
    ("results", Results),
    ("number of results", Results),
];

pub(in crate::import) const PROFILES: &[Profile] = &[
    Profile {
        platform: Platform::Shopify,
        kind: DataKind::Orders,
        require: &["name", "lineitem name|lineitem sku"],
        forbid: &["order id"],
        least_known: 3,
        columns: ORDERS,
        layout: Layout::Orders(OrderLayout {
            title_holds_variant: true,
            fix: None,
            fix_line: Some(not_shipped_gift_card),
        }),
    },
    // Trimmed by hand, or by an app: order cells only.
    Profile {
        platform: Platform::Shopify,
        kind: DataKind::Orders,
        require: &["name", "created at", "total|subtotal|financial status"],
        forbid: &["order id", "lineitem name", "customer id"],
        least_known: 4,
        columns: ORDERS,
        layout: Layout::Orders(OrderLayout { title_holds_variant: true, fix: None, fix_line: None }),
    },
    Profile {
        platform: Platform::Shopify,
        kind: DataKind::Customers,
        require: &["email", "accepts email marketing|accepts marketing", "total spent|total orders"],
        forbid: &["lineitem name"],
        least_known: 4,
        columns: CUSTOMERS,
        layout: Layout::Customers,
    },
    Profile {
        platform: Platform::Shopify,
        kind: DataKind::Inventory,
        require: &[
            "handle|sku",
            "location",
            "on hand|available|on hand (current)|available (not editable)|on hand (current) (not editable)",
        ],
        forbid: &["variant price"],
        least_known: 4,
        columns: INVENTORY,
        layout: Layout::Inventory,
    },
    Profile {
        platform: Platform::Shopify,
        kind: DataKind::Inventory,
        require: &["handle", "title", "option1 name", "option1 value", "sku"],
        forbid: &["variant price", "price", "location", "body (html)", "description", "variant sku"],
        least_known: 5,
        columns: INVENTORY_BY_COLUMN,
        layout: Layout::Inventory,
    },
    Profile {
        platform: Platform::Shopify,
        kind: DataKind::Discounts,
        require: &["name", "value type", "times used in total|status"],
        forbid: &["handle"],
        least_known: 4,
        columns: DISCOUNTS,
        layout: Layout::Discounts,
    },
    Profile {
        platform: Platform::Shopify,
        kind: DataKind::Products,
        require: &["handle", "title", "variant price|variant sku|body (html)|option1 name"],
        forbid: &["on hand", "location", "lineitem name", "fieldtype"],
        least_known: 4,
        columns: PRODUCTS,
        layout: Layout::Products(PRODUCT_LAYOUT),
    },
    Profile {
        platform: Platform::Shopify,
        kind: DataKind::Products,
        require: &["title", "url handle"],
        forbid: &["on hand"],
        least_known: 3,
        columns: PRODUCTS,
        layout: Layout::Products(PRODUCT_LAYOUT),
    },
    Profile {
        platform: Platform::Shopify,
        kind: DataKind::SearchTerms,
        require: &[
            "search query|search term|search terms|top online store searches|original query",
            "searches|search sessions|total searches|sessions with search",
        ],
        forbid: &[],
        least_known: 2,
        columns: SEARCH_TERMS,
        layout: Layout::SearchTerms,
    },
    Profile {
        platform: Platform::Shopify,
        kind: DataKind::Unknown,
        require: &["order", "kind", "gateway", "amount"],
        forbid: &[],
        least_known: 0,
        columns: &[],
        layout: Layout::Unused(
            "This is Shopify's transaction history. It holds payments, not products or lines; export “Orders” instead.",
        ),
    },
];

const PRODUCT_LAYOUT: ProductLayout = ProductLayout {
    stock: StockRule::Tracker,
    images: &['\n'],
    fix: Some(picture_rows),
    ..ProductLayout::new(&[Meaning::Handle])
};

/// A continuation row without a price is a picture, not a variant.
fn picture_rows(row: &Row, columns: &Columns, parsed: &mut ProductRow, _run: &mut FileRun<'_>) {
    let is_first = !columns.cell(row, Title).is_empty();
    let has_variant_cells = [Price, Sku].iter().any(|meaning| !columns.cell(row, *meaning).is_empty())
        || columns.all(OptionValue).any(|column| !row.get(column.idx).is_empty());
    if !is_first && !has_variant_cells {
        parsed.variant = None;
    }
    parsed.base_price = None;
    if parsed.product.category.len() == 1 && parsed.product.category[0].eq_ignore_ascii_case("uncategorized")
    {
        parsed.product.category.clear();
    }
    parsed.product.handle = Some(parsed.key.clone()).filter(|key| !key.is_empty());
}

/// Channels that name an app by number say nothing to a merchant, but drafts do.
fn not_shipped_gift_card(_row: &Row, _columns: &Columns, _line: &mut OrderLine, order: &mut Order) {
    if order.channel.as_deref() == Some("shopify_draft_order") {
        order.channel = Some("draft_order".to_owned());
    }
}
