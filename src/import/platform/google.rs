//! Google Merchant Center feeds, as TSV or XML; variants share `item_group_id`.

#![expect(
    clippy::enum_glob_use,
    reason = "a table of some hundred meanings reads better without their type's name"
)]

use crate::import::columns::{Aliases, Columns};
use crate::import::engine::FileRun;
use crate::import::meaning::Meaning::{self, *};
use crate::import::products::{ProductLayout, ProductRow};
use crate::import::profile::{Layout, Profile};
use crate::import::record::{DataKind, Platform};
use crate::import::row::Row;
use crate::import::value;
use crate::shop::{Currency as Code, SellWhenEmpty};

const FEED: Aliases = &[
    ("id", VariantId),
    ("item group id", ProductId),
    ("title", Title),
    ("description", Description),
    ("link", Url),
    ("image link", ImageUrl),
    ("additional image link", ImageUrl),
    ("availability", InStock),
    ("price", Price),
    ("sale price", SalePrice),
    ("brand", Vendor),
    ("gtin", Barcode),
    ("google product category", Ignore),
    ("product type", Category),
    ("color", OptionValue),
    ("size", OptionValue),
    ("cost of goods sold", Cost),
    ("mpn", Ignore),
    ("gender", Attribute),
    ("age group", Attribute),
    ("material", Attribute),
    ("pattern", Attribute),
    ("custom label #", Tags),
    ("condition", Ignore),
    ("identifier exists", Ignore),
    ("shipping*", Ignore),
    ("sale price effective date", Ignore),
    ("adult", Ignore),
    ("is bundle", Ignore),
    ("multipack", Ignore),
    ("quantity", Stock),
    ("quantity to sell on facebook", Stock),
    ("inventory", Stock),
    ("mobile link", Ignore),
    ("tax", Ignore),
    ("unit pricing *", Ignore),
    ("product highlight", Ignore),
    ("canonical link", Ignore),
    ("product detail", Ignore),
];

pub(in crate::import) const PROFILES: &[Profile] = &[Profile {
    platform: Platform::GoogleMerchant,
    kind: DataKind::Products,
    require: &["id", "title", "link|image link", "price", "availability|image link"],
    forbid: &["handle", "event"],
    least_known: 5,
    columns: FEED,
    layout: Layout::Products(ProductLayout {
        images: &[',', '\n'],
        fix: Some(item),
        ..ProductLayout::new(&[Meaning::ProductId, Meaning::VariantId])
    }),
}];

/// `1159 CZK`: the currency stands in the cell.
fn item(row: &Row, columns: &Columns, parsed: &mut ProductRow, run: &mut FileRun<'_>) {
    let cell = columns.cell(row, Price);
    let code = cell
        .split(|c: char| !c.is_ascii_alphabetic())
        .find(|word| word.len() == 3 && word.bytes().all(|b| b.is_ascii_uppercase()));
    let currency = code.map(Code::new).or_else(|| run.currency.clone());
    let exponent = currency.as_ref().map_or(2, Code::exponent);
    let amount = |meaning: Meaning| {
        columns.idx(meaning).and_then(|idx| value::money(row.get(idx), columns.format(idx).mark, exponent))
    };
    let (price, sale) = (amount(Price), amount(SalePrice).filter(|sale| *sale > 0));
    let availability = columns.cell(row, InStock).to_lowercase().replace('_', " ");
    parsed.base_price = None;
    if let Some(variant) = &mut parsed.variant {
        (variant.price, variant.compare_at) = match (price, sale) {
            (Some(price), Some(sale)) if sale < price => (Some(sale), Some(price)),
            (price, _) => (price, None),
        };
        for ((name, _), column) in variant.options.iter_mut().zip(columns.all(OptionValue)) {
            columns.headers[column.idx].trim_start_matches("g:").clone_into(name);
        }
        variant.stock.when_empty = if matches!(availability.as_str(), "preorder" | "backorder") {
            SellWhenEmpty::Continue
        } else {
            SellWhenEmpty::Deny
        };
        if matches!(availability.as_str(), "out of stock" | "outofstock" | "discontinued") {
            variant.stock.level = Some(0);
        }
        // A single item's colour and size describe it; they are no choice.
        if columns.cell(row, ProductId).is_empty() {
            parsed.product.attributes.append(&mut variant.options);
            parsed.product.attributes.retain(|(_, value)| !value.is_empty());
        }
    }
    parsed.product.currency = currency;
}
