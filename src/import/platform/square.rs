//! Square: item sales (one row per line, refunds as events of their own), the item library.

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
use crate::import::value;
use crate::shop::{LineKind, Order, OrderLine};

const SALES: Aliases = &[
    ("date", PlacedAt),
    ("time", PlacedTime),
    ("time zone", ZoneLabel),
    ("category", Category),
    ("item", LineTitle),
    ("qty", Quantity),
    ("price point name", LineVariant),
    ("sku", Sku),
    ("gross sales", LineTotal),
    ("discounts", LineDiscount),
    ("net sales", Ignore),
    ("tax", Ignore),
    ("transaction id", OrderId),
    ("event type", RowType),
    ("location", Ignore),
    ("customer id", CustomerId),
    ("channel", Channel),
    ("itemization type", Visibility),
    ("token", VariantId),
    ("modifiers applied", Ignore),
    ("payment id", Ignore),
    ("device name", Ignore),
    ("notes", Ignore),
    ("details", Ignore),
    ("dining option", Ignore),
    ("customer name", Ignore),
    ("customer reference id", Ignore),
    ("unit", Ignore),
    ("count", Ignore),
    ("gtin", Ignore),
    ("commission", Ignore),
    ("employee", Ignore),
    ("fulfillment note", Ignore),
];

const LIBRARY: Aliases = &[
    ("token", VariantId),
    ("reference handle", Handle),
    ("item name", Title),
    ("variation name", OptionValue),
    ("sku", Sku),
    ("description", Description),
    ("categories", Category),
    ("category", Category),
    ("reporting category", Ignore),
    ("gtin", Barcode),
    ("item type", ProductType),
    ("price", RegularPrice),
    ("online sale price", SalePrice),
    ("archived", Visibility),
    ("sellable", Published),
    ("default unit cost", Cost),
    ("permalink", Url),
    ("option name #", AttributeName),
    ("option value #", AttributeValue),
    ("current quantity *", StockColumn),
    ("new quantity *", Ignore),
    ("stock alert *", Ignore),
    ("tax *", Ignore),
    ("price *", Ignore),
    ("enabled *", Ignore),
    ("seo title", Ignore),
    ("seo description", Ignore),
    ("customer facing name", Ignore),
    ("unit and precision", Ignore),
    ("square online item visibility", Ignore),
    ("weight*", Ignore),
    ("contains alcohol", Ignore),
    ("stockable", Ignore),
    ("skip detail screen in pos", Ignore),
    ("default vendor *", Ignore),
    ("social media *", Ignore),
    ("modifier set *", Ignore),
    ("shipping enabled", Ignore),
    ("delivery enabled", Ignore),
    ("pickup enabled", Ignore),
    ("self serve *", Ignore),
];

pub(in crate::import) const PROFILES: &[Profile] = &[
    Profile {
        platform: Platform::Square,
        kind: DataKind::OrderLines,
        require: &["item", "transaction id", "gross sales|net sales", "price point name|event type"],
        forbid: &[],
        least_known: 6,
        columns: SALES,
        layout: Layout::Orders(OrderLayout { title_holds_variant: false, fix: None, fix_line: Some(refund) }),
    },
    Profile {
        platform: Platform::Square,
        kind: DataKind::Products,
        require: &["token|reference handle", "item name", "variation name"],
        forbid: &[],
        least_known: 4,
        columns: LIBRARY,
        layout: Layout::Products(ProductLayout {
            category_list: Some(','),
            fix: Some(item),
            ..ProductLayout::new(&[Meaning::Title])
        }),
    },
];

/// A refund is a line of its own; its quantity may be written without a sign.
fn refund(row: &Row, columns: &Columns, line: &mut OrderLine, _order: &mut Order) {
    if columns.cell(row, RowType).eq_ignore_ascii_case("refund") {
        line.quantity = -line.quantity.abs();
    }
    line.unit_price = line.unit_price.abs();
    if columns.cell(row, Visibility).to_lowercase().contains("gift card") {
        line.kind = LineKind::GiftCard;
    }
    if line.variant_title.as_deref() == Some("Regular") {
        line.variant_title = None;
    }
}

fn item(row: &Row, columns: &Columns, parsed: &mut ProductRow, _run: &mut FileRun<'_>) {
    parsed.product.published = !columns.cell(row, Visibility).eq_ignore_ascii_case("y")
        && value::flag(columns.cell(row, Visibility)) != Some(true);
    // `Books (T2B3RO…)` carries the category's id.
    for name in &mut parsed.product.category {
        if let Some((own, id)) = name.rsplit_once(" (")
            && id.len() > 10
        {
            *name = own.to_owned();
        }
    }
    let kind = parsed.product.product_type.take().unwrap_or_default();
    if lines::by_type(&kind) != LineKind::Goods {
        parsed.product.kind = lines::by_type(&kind);
    }
    parsed.base_price = None;
    let attributes = std::mem::take(&mut parsed.product.attributes);
    if let Some(variant) = &mut parsed.variant {
        let levels: Vec<i64> = columns
            .all(StockColumn)
            .filter_map(|column| value::count(row.get(column.idx), columns.format(column.idx).mark))
            .collect();
        variant.stock.level = (!levels.is_empty()).then(|| levels.iter().sum());
        if attributes.is_empty() {
            variant.options.retain(|(_, value)| value != "Regular");
            for (name, _) in &mut variant.options {
                "Variation".clone_into(name);
            }
        } else {
            variant.options = attributes;
        }
    }
}
