//! Magento 2 / Adobe Commerce: the catalogue with packed attributes and variations, customers, the orders grid, stock.

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
    ("sku", Sku),
    ("name", Title),
    ("description", Description),
    ("short description", Ignore),
    ("categories", Category),
    ("category", Category),
    ("product type", RowType),
    ("store view code", Language),
    ("attribute set code", ProductType),
    ("attribute set", ProductType),
    ("product online", Published),
    ("visibility", Visibility),
    ("price", RegularPrice),
    ("special price", SalePrice),
    ("special price from date", SaleFrom),
    ("special price to date", SaleTo),
    ("cost", Cost),
    ("url key", Handle),
    ("base image", ImageUrl),
    ("additional images", ImageUrl),
    ("created at", CreatedAt),
    ("qty", Stock),
    ("manage stock", StockTracked),
    ("use config manage stock", Ignore),
    ("is in stock", InStock),
    ("allow backorders", StockPolicy),
    ("additional attributes", Packed),
    ("configurable variations", EventProduct),
    ("related skus", Related),
    ("upsell skus", Upsell),
    ("crosssell skus", CrossSell),
    ("manufacturer", Vendor),
    ("brand", Vendor),
    ("associated skus", Ignore),
    ("bundle *", Ignore),
    ("use config *", Ignore),
    ("custom *", Ignore),
    ("* image", Ignore),
    ("* image label", Ignore),
    ("additional image labels", Ignore),
    ("meta *", Ignore),
    ("updated at", Ignore),
    ("product websites", Ignore),
    ("weight", Ignore),
    ("tax class name", Ignore),
    ("new from date", Ignore),
    ("new to date", Ignore),
    ("map price", Ignore),
    ("msrp *", Ignore),
    ("map enabled", Ignore),
    ("gift message available", Ignore),
    ("page layout", Ignore),
    ("product options container", Ignore),
    ("display product options in", Ignore),
    ("country of manufacture", Attribute),
    ("* qty", Ignore),
    ("min cart qty", Ignore),
    ("is qty decimal", Ignore),
    ("is decimal divided", Ignore),
    ("notify on stock below", Ignore),
    ("qty increments", Ignore),
    ("enable qty increments", Ignore),
    ("website id", Ignore),
    ("hide from product page", Ignore),
    // The product grid of the admin pages, saved as CSV.
    ("id", Ignore),
    ("type", RowType),
    ("status", Published),
    ("thumbnail", ImageUrl),
    ("quantity", Stock),
    ("salable quantity", StockColumn),
    ("quantity per source", StockColumn),
    ("websites", Ignore),
    ("creation date", CreatedAt),
    ("ean", Barcode),
    ("gtin", Barcode),
    ("barcode", Barcode),
    ("configurable variation *", Ignore),
    ("downloadable *", Ignore),
    ("* position", Ignore),
    ("deferred stock update", Ignore),
    ("save rewrites history", Ignore),
    ("material", Attribute),
    ("pattern", Attribute),
    ("activity", Attribute),
    ("gender", Attribute),
    ("category gear", Attribute),
    ("features bags", Attribute),
    ("strap bags", Attribute),
    ("style bags", Attribute),
    ("climate", Attribute),
    ("style *", Attribute),
    ("eco collection", Ignore),
    ("performance fabric", Ignore),
    ("erin recommends", Ignore),
    ("new", Ignore),
    ("sale", Ignore),
];

const CUSTOMERS: Aliases = &[
    ("email", Email),
    ("customer email", Email),
    ("firstname", FirstName),
    ("lastname", LastName),
    ("created at", CustomerCreatedAt),
    ("telephone", Phone),
    (" address telephone", Phone),
    ("address telephone", Phone),
    ("country id", Country),
    ("address country id", Country),
    ("group id", CustomerTags),
    ("name", FullName),
    ("phone", Phone),
    ("country", Country),
    ("customer since", CustomerCreatedAt),
    ("group", CustomerTags),
    ("id", CustomerId),
    ("website", Ignore),
    ("store", Ignore),
    ("address *", Ignore),
    ("confirmation", Ignore),
    ("created in", Ignore),
    ("disable auto group change", Ignore),
    ("dob", Ignore),
    ("gender", Ignore),
    ("middlename", Ignore),
    ("prefix", Ignore),
    ("suffix", Ignore),
    ("store id", Ignore),
    ("website id", Ignore),
    ("taxvat", Ignore),
    ("updated at", Ignore),
    ("street", Ignore),
    ("city", Ignore),
    ("region", Ignore),
    ("postcode", Ignore),
];

const ADDRESSES: Aliases = &[
    ("email", Email),
    ("firstname", FirstName),
    ("lastname", LastName),
    ("country id", Country),
    ("telephone", Phone),
];

const ORDERS: Aliases = &[
    ("id", OrderId),
    ("purchase point", Channel),
    ("purchase date", PlacedAt),
    ("bill to name", BillingName),
    ("ship to name", ShippingName),
    ("grand total (base)", Total),
    ("grand total (purchased)", Ignore),
    ("status", OrderStatus),
    ("customer email", Email),
    ("subtotal", Subtotal),
    ("shipping and handling", Shipping),
    ("total refunded", Refunded),
    ("billing address", BillingAddress),
    ("shipping address", ShippingAddress),
    ("payment method", PaymentMethod),
    ("customer group", Ignore),
    ("customer name", Ignore),
    ("shipping information", Ignore),
    ("bestellnummer", OrderId),
    ("kaufdatum", PlacedAt),
    ("rechnung an", BillingName),
    ("versand an", ShippingName),
    ("gesamtbetrag (basis)", Total),
    ("gesamtsumme (basis)", Total),
    ("kaufort", Channel),
];

const ORDER_ITEMS: Aliases = &[
    ("order id", OrderId),
    ("increment id", OrderId),
    ("created at", PlacedAt),
    ("sku", Sku),
    ("name", LineTitle),
    ("product id", ProductId),
    ("qty ordered", Quantity),
    ("qty refunded", RefundedQuantity),
    ("price", UnitPrice),
    ("base price", Ignore),
    ("row total", Ignore),
    ("discount amount", LineDiscount),
    ("customer email", Email),
    ("customer id", CustomerId),
    ("status", OrderStatus),
    ("order currency code", Currency),
    ("base cost", Cost),
    ("item id", Ignore),
    ("product type", Ignore),
    ("store id", Ignore),
    ("parent item id", Ignore),
    ("qty *", Ignore),
    ("base *", Ignore),
];

const STOCK: Aliases = &[("source code", Location), ("sku", Sku), ("status", Ignore), ("quantity", Stock)];
const LINKS: Aliases = &[("sku", Sku), ("linked sku", Related)];

const PRODUCT_LAYOUT: ProductLayout = ProductLayout {
    category_list: Some(','),
    category_path: "/",
    fix: Some(product),
    ..ProductLayout::new(&[Meaning::Sku])
};

const fn profile(
    kind: DataKind,
    require: &'static [&'static str],
    forbid: &'static [&'static str],
    columns: Aliases,
    layout: Layout,
) -> Profile {
    Profile { platform: Platform::Magento, kind, require, forbid, least_known: 2, columns, layout }
}

pub(in crate::import) const PROFILES: &[Profile] = &[
    profile(
        DataKind::Products,
        &["sku", "attribute set code|attribute set", "product type|name"],
        &[],
        PRODUCTS,
        Layout::Products(PRODUCT_LAYOUT),
    ),
    // Translations alone, or a partial update.
    profile(
        DataKind::Products,
        &["sku", "store view code", "name|price|qty"],
        &["attribute set code"],
        PRODUCTS,
        Layout::Products(PRODUCT_LAYOUT),
    ),
    profile(
        DataKind::Customers,
        &["email", "website", "firstname"],
        &["entity id"],
        CUSTOMERS,
        Layout::Customers,
    ),
    profile(
        DataKind::Customers,
        &["email", "firstname", "lastname", "country id|group id"],
        &["entity id"],
        CUSTOMERS,
        Layout::Customers,
    ),
    profile(DataKind::Customers, &["email", "entity id", "website"], &[], ADDRESSES, Layout::Customers),
    profile(
        DataKind::Customers,
        &["name", "email", "customer since", "group"],
        &[],
        CUSTOMERS,
        Layout::Customers,
    ),
    profile(
        DataKind::Orders,
        &[
            "id|bestellnummer",
            "purchase date|kaufdatum",
            "grand total (base)|gesamtbetrag (basis)|gesamtsumme (basis)|status",
        ],
        &[],
        ORDERS,
        Layout::Orders(OrderLayout { title_holds_variant: false, fix: None, fix_line: None }),
    ),
    profile(
        DataKind::OrderLines,
        &["order id|increment id", "qty ordered", "sku", "created at"],
        &[],
        ORDER_ITEMS,
        Layout::Orders(OrderLayout { title_holds_variant: false, fix: None, fix_line: None }),
    ),
    profile(DataKind::Inventory, &["source code", "sku", "quantity"], &[], STOCK, Layout::Inventory),
    profile(
        DataKind::Products,
        &["sku", "linked sku"],
        &[],
        LINKS,
        Layout::Products(ProductLayout { fix: Some(links), ..ProductLayout::new(&[Meaning::Sku]) }),
    ),
    profile(
        DataKind::Unknown,
        &["sku", "rating code|review|rating value"],
        &[],
        &[],
        Layout::Unused("These are product reviews. Reviews are not used here, so nothing was imported."),
    ),
    profile(
        DataKind::Unknown,
        &["url key", "path", "include in menu"],
        &[],
        &[],
        Layout::Unused(
            "This is a list of categories. Products name their categories themselves; import the product export.",
        ),
    ),
    profile(
        DataKind::Unknown,
        &["customer email", "product", "payment", "refund"],
        &[],
        &[],
        Layout::Unused(
            "These orders have neither a number nor a date (they are sample data for an installation). Export the orders grid or the order items instead.",
        ),
    ),
];

fn product(row: &Row, columns: &Columns, parsed: &mut ProductRow, _run: &mut FileRun<'_>) {
    // Rows of a store view are translations of the row above, never products.
    if !columns.cell(row, Language).is_empty() {
        parsed.skip = true;
        return;
    }
    let visible = !columns.cell(row, Visibility).eq_ignore_ascii_case("not visible individually");
    let online = !matches!(columns.cell(row, Published), "2" | "0" | "Disabled" | "disabled");
    parsed.product.image_urls.retain(|url| url != "-");
    parsed.product.published = visible && online;
    for path in [&mut parsed.product.category] {
        if path.first().is_some_and(|root| root == "Default Category" || root == "Root Catalog") {
            path.remove(0);
        }
    }
    parsed.product.collections.retain(|name| name != "Default Category");
    for (name, value) in pairs(columns.cell(row, Packed)) {
        if matches!(name.as_str(), "has_options" | "required_options") {
            continue;
        }
        for part in value.split('|').filter(|part| !part.trim().is_empty()) {
            parsed.product.attributes.push((name.clone(), value::unescape(part.trim())));
        }
    }
    let managed = value::flag(columns.cell(row, StockTracked));
    if let Some(variant) = &mut parsed.variant {
        // What can be sold counts before what lies somewhere, part of which is sold already.
        let is_salable = |header: &str| header.to_lowercase().starts_with("salable");
        let by_place = |salable: bool| {
            let mut columns_of =
                columns.all(StockColumn).filter(move |c| is_salable(&columns.headers[c.idx]) == salable);
            columns_of.find_map(|column| places(row.get(column.idx)))
        };
        let places = by_place(true).or_else(|| by_place(false));
        variant.stock.level = variant.stock.level.or(places);
        let config = columns
            .headers
            .iter()
            .position(|header| header == "use_config_manage_stock")
            .map(|idx| row.get(idx));
        if managed == Some(false) && config == Some("1") {
            variant.stock.level = value::count(columns.cell(row, Stock), value::DecimalMark::Dot);
        }
    }
    let kind = columns.cell(row, RowType);
    let variations = columns.cell(row, EventProduct);
    if kind.eq_ignore_ascii_case("configurable") || !variations.is_empty() {
        for variation in variations.split('|') {
            let mut options = pairs(variation);
            let Some(at) = options.iter().position(|(name, _)| name == "sku") else {
                continue;
            };
            let (_, sku) = options.remove(at);
            parsed.children.push((sku, options));
        }
        parsed.sku = parsed.variant.take().and_then(|variant| variant.sku);
    }
}

/// `Default Stock: 5, Supplier Stock: 2`: the grid's stock by place, added up.
fn places(cell: &str) -> Option<i64> {
    let counts = cell.split(',').filter_map(|place| {
        let (_, count) = place.rsplit_once(':')?;
        value::count(count.trim(), value::DecimalMark::Dot)
    });
    counts.reduce(i64::saturating_add)
}

/// `a=b,c=d, e,f="g, h"`: a new pair starts only at a comma before `name=`.
fn pairs(packed: &str) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = Vec::new();
    let mut in_quotes = false;
    let mut part = String::new();
    let mut parts = Vec::new();
    for c in packed.chars() {
        match c {
            '"' => in_quotes = !in_quotes,
            ',' if !in_quotes => parts.push(std::mem::take(&mut part)),
            c => part.push(c),
        }
    }
    parts.push(part);
    for part in parts {
        let pair = part.split_once('=').filter(|(name, _)| {
            !name.is_empty() && name.trim().bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        });
        match (pair, out.last_mut()) {
            (Some((name, value)), _) => out.push((name.trim().to_owned(), value.trim().to_owned())),
            (None, Some((_, value))) => {
                value.push(',');
                value.push_str(&part);
            }
            (None, None) => {}
        }
    }
    out
}

/// `sku,linked_sku`: the file does not say which kind of link it lists.
fn links(_row: &Row, _columns: &Columns, parsed: &mut ProductRow, _run: &mut FileRun<'_>) {
    parsed.variant = None;
    parsed.only_adds = true;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_attributes_with_commas_stay_whole() {
        let want = [("a", "b"), ("c", "d, e"), ("f", "g, h"), ("i", "x=y")];
        let got = pairs("a=b,c=d, e,f=\"g, h\",i=x=y");
        let got: Vec<(&str, &str)> =
            got.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(got, want);
    }

    #[test]
    fn the_grids_stock_is_that_of_all_its_places() {
        assert_eq!(places("Default Stock: 5, Supplier Stock: -2.0000"), Some(3));
        assert_eq!(places(""), None);
        assert_eq!(places("-"), None);
    }
}
