//! The plain tables: for anything no platform profile fits, and for data made by hand.

#![expect(
    clippy::enum_glob_use,
    reason = "a table of some hundred meanings reads better without their type's name"
)]

use crate::import::columns::Aliases;
use crate::import::events::EventLayout;
use crate::import::meaning::Meaning::{self, *};
use crate::import::orders::OrderLayout;
use crate::import::products::ProductLayout;
use crate::import::profile::{Layout, Profile};
use crate::import::record::{DataKind, Platform};

pub(in crate::import) const LINES: Aliases = &[
    ("customer id", CustomerId),
    ("order id", OrderId),
    ("created at", PlacedAt),
    ("placed at", PlacedAt),
    ("order date", PlacedAt),
    ("product id", ProductId),
    ("variant id", VariantId),
    ("sku", Sku),
    ("handle", Handle),
    ("quantity", Quantity),
    ("unit price", UnitPrice),
    ("line total", LineTotal),
    ("currency", Currency),
    ("discount", LineDiscount),
    ("title", LineTitle),
    ("variant title", LineVariant),
    ("category", Category),
    ("vendor", Vendor),
    ("email", Email),
    ("phone", Phone),
    ("cost", Cost),
    ("list price", ListPrice),
    ("channel", Channel),
    ("status", OrderStatus),
    ("cancelled at", CancelledAt),
    ("refunded quantity", RefundedQuantity),
    ("refunded", Refunded),
    ("order discount", OrderDiscount),
    ("shipping", Shipping),
    ("tax", Tax),
    ("total", Total),
    ("subtotal", Subtotal),
    ("discount codes", DiscountCodes),
    ("discount code", DiscountCodes),
    ("is test", IsTest),
    ("accepts marketing", AcceptsMarketing),
];

pub(in crate::import) const PRODUCTS: Aliases = &[
    ("product id", ProductId),
    ("handle", Handle),
    ("title", Title),
    ("description", Description),
    ("price", Price),
    ("compare at price", CompareAt),
    ("sale price", SalePrice),
    ("cost", Cost),
    ("currency", Currency),
    ("vendor", Vendor),
    ("brand", Vendor),
    ("product type", ProductType),
    ("type", ProductType),
    ("category", Category),
    ("tags", Tags),
    ("collections", Collections),
    ("published", Published),
    ("status", Status),
    ("created at", CreatedAt),
    ("url", Url),
    ("image url", ImageUrl),
    ("image", ImageUrl),
    ("variant id", VariantId),
    ("sku", Sku),
    ("barcode", Barcode),
    ("stock", Stock),
    ("inventory", Stock),
    ("option# name", OptionName),
    ("option# value", OptionValue),
    ("sell when empty", StockPolicy),
    ("gift card", GiftCard),
    ("parent", Parent),
    ("related", Related),
    ("upsell", Upsell),
    ("cross sell", CrossSell),
    ("attribute: *", Attribute),
];

pub(in crate::import) const CUSTOMERS: Aliases = &[
    ("customer id", CustomerId),
    ("email", Email),
    ("phone", Phone),
    ("first name", FirstName),
    ("last name", LastName),
    ("name", FullName),
    ("country", Country),
    ("tags", CustomerTags),
    ("created at", CustomerCreatedAt),
    ("accepts email", AcceptsEmail),
    ("accepts marketing", AcceptsEmail),
    ("accepts sms", AcceptsSms),
    ("orders", DeclaredOrders),
    ("total spent", DeclaredSpent),
    ("preference: *", Preference),
    ("quiz: *", Preference),
];

pub(in crate::import) const EVENTS: Aliases = &[
    ("visitor id", VisitorId),
    ("customer id", CustomerId),
    ("email", Email),
    ("at", EventAt),
    ("timestamp", EventAt),
    ("event at", EventAt),
    ("event", EventKind),
    ("event name", EventKind),
    ("event id", EventId),
    ("session id", SessionId),
    ("product id", ProductId),
    ("variant id", VariantId),
    ("sku", Sku),
    ("handle", Handle),
    ("query", Query),
    ("results", Results),
    ("quantity", Quantity),
    ("value", EventValue),
    ("order id", OrderId),
    ("page", Page),
    ("url", Page),
    ("source", Source),
    ("device", Device),
];

const SEARCH_TERMS: Aliases = &[
    ("term", SearchTerm),
    ("query", SearchTerm),
    ("search term", SearchTerm),
    ("searches", Searches),
    ("count", Searches),
    ("clicks", Clicks),
    ("results", Results),
];

const INVENTORY: Aliases = &[
    ("sku", Sku),
    ("product id", ProductId),
    ("variant id", VariantId),
    ("handle", Handle),
    ("location", Location),
    ("stock", Stock),
    ("quantity", Stock),
    ("level", Stock),
    ("available", Stock),
    ("on hand", Stock),
    ("cost", Cost),
];

const fn plain(
    kind: DataKind,
    require: &'static [&'static str],
    forbid: &'static [&'static str],
    columns: Aliases,
    layout: Layout,
) -> Profile {
    Profile { platform: Platform::Plain, kind, require, forbid, least_known: 2, columns, layout }
}

pub(in crate::import) const PRODUCT_LAYOUT: ProductLayout =
    ProductLayout::new(&[Meaning::ProductId, Meaning::Handle, Meaning::Sku]);

pub(in crate::import) const PROFILES: &[Profile] = &[
    plain(
        DataKind::OrderLines,
        &[
            "order id",
            "created at|placed at|order date",
            "product id|sku|handle|variant id|title",
            "quantity|unit price|line total",
        ],
        &["lineitem name"],
        LINES,
        Layout::Orders(OrderLayout { title_holds_variant: false, fix: None, fix_line: None }),
    ),
    plain(
        DataKind::Events,
        &["event|event name", "at|timestamp|event at", "visitor id|customer id|session id|email"],
        &["event timestamp"],
        EVENTS,
        Layout::Events(EventLayout { expand: None }),
    ),
    plain(
        DataKind::Products,
        &["product id|sku|handle", "title", "price"],
        &["order id", "lineitem name", "variant price", "quantity"],
        PRODUCTS,
        Layout::Products(PRODUCT_LAYOUT),
    ),
    plain(
        DataKind::Customers,
        &[
            "customer id|email",
            "first name|last name|name|country|accepts email|accepts marketing|created at|phone|total spent",
        ],
        &["order id", "product id", "event", "sku", "lineitem name", "title"],
        CUSTOMERS,
        Layout::Customers,
    ),
    plain(
        DataKind::SearchTerms,
        &["term|query|search term", "searches|count"],
        &["event"],
        SEARCH_TERMS,
        Layout::SearchTerms,
    ),
    plain(
        DataKind::Inventory,
        &["sku|product id|variant id|handle", "stock|level|available|on hand"],
        &["title", "price", "order id", "event"],
        INVENTORY,
        Layout::Inventory,
    ),
];
