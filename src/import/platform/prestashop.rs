//! `PrestaShop` and thirty bees: back-office exports (translated, formatted money), import files, SQL Manager results.

#![expect(
    clippy::enum_glob_use,
    reason = "a table of some hundred meanings reads better without their type's name"
)]

use crate::import::columns::{Aliases, Columns};
use crate::import::engine::{FileRun, Reject};
use crate::import::meaning::Meaning::{self, *};
use crate::import::orders::OrderLayout;
use crate::import::products::{ProductLayout, ProductRow};
use crate::import::profile::{Layout, Profile};
use crate::import::record::{DataKind, Platform};
use crate::import::row::Row;
use crate::import::value;
use crate::shop::SellWhenEmpty;

const PRODUCTS: Aliases = &[
    ("product id", ProductId),
    ("id", ProductId),
    ("active (#/1)", Published),
    ("active (0/1)", Published),
    ("enabled", Published),
    ("name", Title),
    ("categories (x,y,z...)", Category),
    ("category", Category),
    ("price tax excluded", RegularPrice),
    ("price tax included", RegularPrice),
    ("price (tax excl.)", RegularPrice),
    ("price (tax incl.)", Ignore),
    ("wholesale price", Cost),
    ("cost price", Cost),
    ("discount amount", DiscountValue),
    ("discount percent", DiscountKind),
    ("reference #", Sku),
    ("reference", Sku),
    ("manufacturer", Vendor),
    ("brand", Vendor),
    ("ean13", Barcode),
    ("quantity", Stock),
    ("out of stock action", StockPolicy),
    ("description", Description),
    ("summary", Ignore),
    ("tags (x,y,z...)", Tags),
    ("image urls (x,y,z...)", ImageUrl),
    ("image", ImageUrl),
    ("url rewritten", Handle),
    ("product creation date", CreatedAt),
    ("feature(name:value:position)", Packed),
    ("feature (name:value:position)", Packed),
    ("feature(name:value:position:customized)", Packed),
    ("acessories  (x,y,z...)", Related),
    ("acessories (x,y,z...)", Related),
    ("accessories (x,y,z...)", Related),
    ("référence", Sku),
    ("nom", Title),
    ("catégorie", Category),
    ("prix (ht)", RegularPrice),
    ("quantité", Stock),
    ("id du produit", ProductId),
];

const COMBINATIONS: Aliases = &[
    ("product id", Parent),
    ("product reference", Parent),
    ("attribute (name:type:position)", AttributeName),
    ("value (value:position)", AttributeValue),
    ("reference", Sku),
    ("ean13", Barcode),
    ("wholesale price", Cost),
    ("cost price", Cost),
    ("impact on price", Surcharge),
    ("quantity", Stock),
    ("image urls (x,y,z...)", ImageUrl),
    ("image url", ImageUrl),
    ("image urls", ImageUrl),
];

const CUSTOMERS: Aliases = &[
    ("customer id", CustomerId),
    ("id", CustomerId),
    ("email", Email),
    ("email address", Email),
    ("last name", LastName),
    ("first name", FirstName),
    ("newsletter (0/1)", AcceptsEmail),
    ("newsletter", AcceptsEmail),
    ("registration date (yyyy mm dd)", CustomerCreatedAt),
    ("registration", CustomerCreatedAt),
    ("sales", DeclaredSpent),
    ("group", CustomerTags),
    ("groups (x,y,z...)", CustomerTags),
    ("nom", LastName),
    ("prénom", FirstName),
    ("adresse e mail", Email),
    ("ventes", DeclaredSpent),
    ("date d'inscription", CustomerCreatedAt),
    ("inscription", CustomerCreatedAt),
    ("groupe", CustomerTags),
    ("lettre d'information", AcceptsEmail),
    ("titles id (mr = 1, ms = 2, else 0)", Ignore),
    ("social title", Ignore),
    ("active (0/1)", Ignore),
    ("enabled", Ignore),
    ("birthday (yyyy mm dd)", Ignore),
    ("opt in (0/1)", Ignore),
    ("partner offers", Ignore),
    ("last visit", Ignore),
    ("company", Ignore),
    ("default group id", Ignore),
];

const ORDERS: Aliases = &[
    ("id", Ignore),
    ("reference", OrderId),
    ("new client", Ignore),
    ("delivery", Ignore),
    ("customer", BillingName),
    ("total", Total),
    ("payment", PaymentMethod),
    ("status", OrderStatus),
    ("date", PlacedAt),
    ("company", Ignore),
    ("référence", OrderId),
    ("nouveau client", Ignore),
    ("livraison", Ignore),
    ("client", BillingName),
    ("paiement", PaymentMethod),
    ("état", OrderStatus),
    ("statut", OrderStatus),
    ("bestellnr.", OrderId),
    ("neukunde", Ignore),
    ("lieferung", Ignore),
    ("kunde", BillingName),
    ("gesamt", Total),
    ("zahlung", PaymentMethod),
    ("datum", PlacedAt),
];

const SQL_LINES: Aliases = &[
    ("id order", OrderId),
    ("reference", Ignore),
    ("date add", PlacedAt),
    ("order date", PlacedAt),
    ("invoice date", Ignore),
    ("id customer", CustomerId),
    ("email", Email),
    ("product id", ProductId),
    ("id product", ProductId),
    ("product attribute id", VariantId),
    ("id product attribute", VariantId),
    ("product name", LineTitle),
    ("product reference", Sku),
    ("product quantity", Quantity),
    ("product quantity refunded", RefundedQuantity),
    ("unit price tax incl", UnitPrice),
    ("unit price tax excl", UnitPrice),
    ("product price", UnitPrice),
    ("total price tax incl", LineTotal),
    ("current state", OrderStatus),
    ("order state", OrderStatus),
    ("status", OrderStatus),
    ("payment", PaymentMethod),
    ("total paid", Total),
    ("total discounts", OrderDiscount),
    ("total shipping", Shipping),
    ("iso code", Currency),
    ("currency", Currency),
    ("firstname", Ignore),
    ("lastname", Ignore),
];

const fn profile(
    kind: DataKind,
    require: &'static [&'static str],
    forbid: &'static [&'static str],
    columns: Aliases,
    layout: Layout,
) -> Profile {
    Profile { platform: Platform::Prestashop, kind, require, forbid, least_known: 3, columns, layout }
}

const PRODUCT_LAYOUT: ProductLayout = ProductLayout {
    category_list: Some(','),
    category_path: "/",
    fix: Some(product),
    ..ProductLayout::new(&[Meaning::ProductId, Meaning::Sku])
};

pub(in crate::import) const PROFILES: &[Profile] = &[
    profile(
        DataKind::Products,
        &["product id|id", "name", "price tax excluded|price tax included|categories (x,y,z...)"],
        &[],
        PRODUCTS,
        Layout::Products(PRODUCT_LAYOUT),
    ),
    profile(
        DataKind::Products,
        &["product id|id|id du produit", "reference|référence", "price (tax excl.)|prix (ht)"],
        &[],
        PRODUCTS,
        Layout::Products(PRODUCT_LAYOUT),
    ),
    profile(
        DataKind::Products,
        &["product id|product reference", "attribute (name:type:position)", "value (value:position)"],
        &[],
        COMBINATIONS,
        Layout::Products(ProductLayout { fix: Some(combination), ..ProductLayout::new(&[Meaning::Sku]) }),
    ),
    profile(
        DataKind::Customers,
        &["customer id", "email", "newsletter (0/1)|groups (x,y,z...)"],
        &[],
        CUSTOMERS,
        Layout::Customers,
    ),
    profile(
        DataKind::Customers,
        &["social title|titre de civilité|titre", "email address|adresse e mail"],
        &[],
        CUSTOMERS,
        Layout::Customers,
    ),
    profile(
        DataKind::Orders,
        &[
            "reference|référence|bestellnr.",
            "new client|nouveau client|neukunde",
            "total|gesamt",
            "date|datum",
        ],
        &[],
        ORDERS,
        Layout::Orders(OrderLayout { title_holds_variant: false, fix: None, fix_line: None }),
    ),
    profile(
        DataKind::OrderLines,
        &["id order", "product name|product id|product reference", "product quantity"],
        &[],
        SQL_LINES,
        Layout::Orders(OrderLayout { title_holds_variant: false, fix: None, fix_line: None }),
    ),
    profile(
        DataKind::Unknown,
        &["alias", "customer e mail", "lastname"],
        &[],
        &[],
        Layout::Unused(
            "These are addresses of customers. Addresses are not used here; import the customers.",
        ),
    ),
    profile(
        DataKind::Unknown,
        &["alias id", "search"],
        &[],
        &[],
        Layout::Unused(
            "These are spelling aliases of the shop's search. They are not part of the catalogue and were not imported.",
        ),
    ),
    profile(
        DataKind::Unknown,
        &["category id", "parent category"],
        &[],
        &[],
        Layout::Unused(
            "This is a list of categories. Products name their categories themselves; import the product export.",
        ),
    ),
    profile(
        DataKind::Unknown,
        &["id|supplier id", "active (0/1)", "name", "description", "meta title"],
        &["price", "price tax excluded", "parent category", "category id"],
        &[],
        Layout::Unused(
            "This is a list of brands or suppliers. Products name their brand themselves; import the product export.",
        ),
    ),
    profile(
        DataKind::Unknown,
        &["id|store id", "name", "latitude|longitude"],
        &[],
        &[],
        Layout::Unused(
            "This is a list of shops with their addresses. It holds no products, customers or orders.",
        ),
    ),
];

fn product(row: &Row, columns: &Columns, parsed: &mut ProductRow, run: &mut FileRun<'_>) {
    let exponent = run.exponent();
    if let Some(variant) = &mut parsed.variant {
        let discounted = |meaning: Meaning| {
            columns
                .idx(meaning)
                .and_then(|idx| value::money(row.get(idx), columns.format(idx).mark, exponent))
                .filter(|cut| *cut > 0)
        };
        let price = variant.price.unwrap_or(0);
        let cut = discounted(DiscountValue).or_else(|| {
            columns
                .idx(DiscountKind)
                .and_then(|idx| value::scaled(row.get(idx), columns.format(idx).mark, 2))
                .map(|percent| value::percentage(price, percent))
        });
        // Dates of the discount are long past in most files; without them it is on.
        if let Some(cut) = cut.filter(|cut| *cut > 0 && *cut < price && !has_ended(columns, row)) {
            variant.compare_at = Some(price);
            variant.price = Some(price - cut);
        }
        variant.stock.when_empty =
            if columns.cell(row, StockPolicy) == "1" { SellWhenEmpty::Continue } else { SellWhenEmpty::Deny };
    }
    for feature in columns.cell(row, Packed).split(',') {
        let mut parts = feature.split(':');
        if let (Some(name), Some(value)) = (parts.next(), parts.next())
            && !value.trim().is_empty()
        {
            parsed.product.attributes.push((name.trim().to_owned(), value.trim().to_owned()));
        }
    }
}

/// A discount with a last day is kept out: the file does not say today's date, and prices must not be too low.
fn has_ended(columns: &Columns, row: &Row) -> bool {
    columns
        .headers
        .iter()
        .position(|header| header.starts_with("Discount to"))
        .is_some_and(|idx| !row.get(idx).is_empty())
}

/// `Color:color:0, Disk space:select:1` beside `Blue:0, 16GB:1`; the price is the parent's plus the impact.
fn combination(row: &Row, columns: &Columns, parsed: &mut ProductRow, _run: &mut FileRun<'_>) {
    let parent = columns.cell(row, Parent);
    if parent.is_empty() {
        parsed.reject = Some(Reject::new(
            "product_key_missing",
            "The combination names no product.",
            "Fill in the product's id and import the file again.",
        ));
        return;
    }
    let by_reference =
        columns.idx(Parent).is_some_and(|idx| columns.headers[idx].to_lowercase().contains("reference"));
    parsed.parent = Some(if by_reference { format!("sku:{parent}") } else { format!("id:{parent}") });
    parsed.product.attributes.clear();
    let split = |meaning: Meaning| -> Vec<String> {
        columns
            .cell(row, meaning)
            .split(',')
            .map(|part| part.split(':').next().unwrap_or("").trim().to_owned())
            .collect()
    };
    if let Some(variant) = &mut parsed.variant {
        variant.options = split(AttributeName)
            .into_iter()
            .zip(split(AttributeValue))
            .filter(|(name, value)| !name.is_empty() && !value.is_empty())
            .collect();
    }
    parsed.surcharge = Some(parsed.surcharge.unwrap_or(0));
}
