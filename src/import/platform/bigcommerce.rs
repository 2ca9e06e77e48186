//! `BigCommerce`: products of both layouts (children belong to the product above), orders with packed lines.

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
use crate::shop::{Currency as Code, Order, OrderLine, ProductRef};

const V3: Aliases = &[
    ("item", RowType),
    ("id", ProductId),
    ("name", Title),
    ("type", Ignore),
    ("sku", Sku),
    ("options", Packed),
    ("inventory tracking", StockTracked),
    ("current stock", Stock),
    ("price", RegularPrice),
    ("cost price", Cost),
    ("retail price", CompareAt),
    ("sale price", SalePrice),
    ("brand id", Vendor),
    ("brand", Vendor),
    ("brand name", Vendor),
    ("categories", Category),
    ("description", Description),
    ("upc/ean", Barcode),
    ("is visible", Published),
    ("product url", Url),
    ("internal image url (export)", ImageUrl),
    ("image url (import)", Ignore),
    ("variant image url", VariantImage),
    ("search keywords", Tags),
    ("custom fields", AttributeName),
    ("low stock", Ignore),
    ("channels", Ignore),
    ("page title", Ignore),
    ("meta *", Ignore),
    ("bin picking number", Ignore),
    ("global trade number", Ignore),
    ("manufacturer part number", Ignore),
    ("free shipping", Ignore),
    ("fixed shipping cost", Ignore),
    ("weight", Ignore),
    ("width", Ignore),
    ("height", Ignore),
    ("depth", Ignore),
    ("is featured", Ignore),
    ("warranty", Ignore),
    ("tax class", Ignore),
    ("product condition", Ignore),
    ("show product condition", Ignore),
    ("sort order", Ignore),
    ("image *", Ignore),
    ("youtube id", Ignore),
    ("video *", Ignore),
];

const V2: Aliases = &[
    ("item type", RowType),
    ("product id", ProductId),
    ("product name", Title),
    ("product type", Ignore),
    ("product code/sku", Sku),
    ("brand name", Vendor),
    ("brand", Vendor),
    ("product description", Description),
    ("price", RegularPrice),
    ("cost price", Cost),
    ("retail price", CompareAt),
    ("sale price", SalePrice),
    ("product visible", Published),
    ("track inventory", StockTracked),
    ("current stock level", Stock),
    ("category", Category),
    ("product image file #", ImageUrl),
    ("product image file   #", ImageUrl),
    ("product image url #", ImageUrl),
    ("product upc/ean", Barcode),
    ("product url", Url),
    ("search keywords", Tags),
    ("date added", CreatedAt),
];

const ORDERS: Aliases = &[
    ("order id", OrderId),
    ("customer id", CustomerId),
    ("customer name", FullName),
    ("customer email", Email),
    ("customer phone", Phone),
    ("order date", PlacedAt),
    ("order time", PlacedTime),
    ("order status", OrderStatus),
    ("subtotal (ex tax)", Subtotal),
    ("subtotal (inc tax)", Subtotal),
    ("tax total", Tax),
    ("shipping cost (inc tax)", Shipping),
    ("shipping cost (ex tax)", Shipping),
    ("order total (inc tax)", Total),
    ("order total (ex tax)", Ignore),
    ("payment method", PaymentMethod),
    ("order currency code", Currency),
    ("refund amount", Refunded),
    ("refunded amount", Refunded),
    ("coupon details", DiscountCodes),
    ("product details", LineItems),
    ("billing street #", BillingAddress),
    ("billing zip", BillingAddress),
    ("billing name", BillingName),
    ("shipping name", ShippingName),
    ("shipping street #", ShippingAddress),
    ("shipping zip", ShippingAddress),
    ("order source", Channel),
    ("billing *", Ignore),
    ("shipping *", Ignore),
    ("ship *", Ignore),
    ("handling cost *", Ignore),
    ("total quantity", Ignore),
    ("total shipped", Ignore),
    ("date shipped", Ignore),
    ("exchange rate", Ignore),
    ("order notes", Ignore),
    ("customer message", Ignore),
];

const LAYOUT: ProductLayout = ProductLayout {
    positional: true,
    category_list: Some(';'),
    category_path: "/",
    fix: Some(product),
    ..ProductLayout::new(&[Meaning::ProductId])
};

pub(in crate::import) const PROFILES: &[Profile] = &[
    Profile {
        platform: Platform::Bigcommerce,
        kind: DataKind::Products,
        require: &["item", "inventory tracking"],
        forbid: &[],
        least_known: 4,
        columns: V3,
        layout: Layout::Products(LAYOUT),
    },
    Profile {
        platform: Platform::Bigcommerce,
        kind: DataKind::Products,
        require: &["item type", "product code/sku"],
        forbid: &[],
        least_known: 4,
        columns: V2,
        layout: Layout::Products(LAYOUT),
    },
    Profile {
        platform: Platform::Bigcommerce,
        kind: DataKind::Orders,
        require: &["order id", "order date", "order status", "product details|order total (inc tax)"],
        forbid: &[],
        least_known: 4,
        columns: ORDERS,
        layout: Layout::Orders(OrderLayout {
            title_holds_variant: false,
            fix: Some(order_lines),
            fix_line: None,
        }),
    },
];

fn product(row: &Row, columns: &Columns, parsed: &mut ProductRow, _run: &mut FileRun<'_>) {
    let kind = columns.cell(row, RowType).to_lowercase();
    if parsed.product.category.len() == 1 && parsed.product.category[0].contains('>') {
        parsed.product.category = value::path(&parsed.product.category[0], ">");
    }
    match kind.as_str() {
        "product" | "" => {}
        "variant" | "sku" => {
            let own_id = std::mem::take(&mut parsed.key);
            let name = std::mem::take(&mut parsed.product.title);
            parsed.product = crate::shop::Product {
                published: true,
                image_urls: std::mem::take(&mut parsed.product.image_urls),
                ..Default::default()
            };
            parsed.base_price = None;
            if let Some(variant) = &mut parsed.variant {
                variant.id = Some(own_id).filter(|id| !id.is_empty());
                variant.options = options(columns.cell(row, Packed));
                if variant.options.is_empty() {
                    variant.options = legacy_options(&name);
                }
            }
        }
        "image" => {
            let images = std::mem::take(&mut parsed.product.image_urls);
            parsed.key.clear();
            parsed.variant = None;
            parsed.base_price = None;
            parsed.product =
                crate::shop::Product { published: true, image_urls: images, ..Default::default() };
        }
        _ => {
            parsed.skip = true;
        }
    }
}

/// `Type=Rectangle|Name=Color|Value=BlackType=Rectangle|Name=Size|Value=M`: nothing stands between two options.
fn options(packed: &str) -> Vec<(String, String)> {
    packed
        .split("Type=")
        .filter_map(|option| {
            let name = option.split("Name=").nth(1)?.split('|').next()?;
            let value = option.split("Value=").nth(1)?.trim_end_matches('|');
            Some((value::unescape(name.trim()), value::unescape(value.trim())))
        })
        .collect()
}

/// `[S]Size=Large,[RB]Colour=Red`
fn legacy_options(name: &str) -> Vec<(String, String)> {
    name.split('[')
        .filter_map(|option| {
            let (_, pair) = option.split_once(']')?;
            let (name, value) = pair.split_once('=')?;
            let value = value.trim().trim_end_matches(',');
            Some((name.trim().to_owned(), value.split(':').next().unwrap_or(value).trim().to_owned()))
        })
        .collect()
}

/// Lines are packed in one cell; names hold commas, pipes and colons, so only the known keys separate.
fn order_lines(row: &Row, columns: &Columns, order: &mut Order, _run: &mut FileRun<'_>) {
    const KEYS: &[&str] = &[
        "Product ID:",
        "Product Qty:",
        "Product SKU:",
        "Product Name:",
        "Product Weight:",
        "Product Variation Details:",
        "Product Unit Price:",
        "Product Total Price:",
    ];
    let Some(idx) = columns.idx(LineItems) else { return };
    let mark = columns.idx(Total).map(|idx| columns.format(idx).mark).unwrap_or_default();
    let exponent = order.currency.as_ref().map_or(2, Code::exponent);
    for packed in row.get(idx).split("Product ID:").skip(1) {
        let packed = format!("Product ID:{packed}");
        let field = |key: &str| {
            let (_, rest) = packed.split_once(key)?;
            let end = KEYS.iter().filter_map(|next| rest.find(next)).min().unwrap_or(rest.len());
            value::present(rest[..end].trim().trim_end_matches([',', '|'])).map(value::unescape)
        };
        let title = field("Product Name:");
        let sku = field("Product SKU:");
        let quantity = field("Product Qty:").and_then(|cell| value::count(&cell, mark)).unwrap_or(1);
        let unit_price = field("Product Unit Price:").and_then(|cell| value::money(&cell, mark, exponent));
        let total = field("Product Total Price:").and_then(|cell| value::money(&cell, mark, exponent));
        order.lines.push(OrderLine {
            kind: lines::kind(sku.as_deref(), title.as_deref()),
            product: ProductRef { product_id: field("Product ID:"), sku, ..ProductRef::default() },
            title,
            variant_title: field("Product Variation Details:"),
            quantity,
            unit_price: unit_price
                .or(total.map(|total| if quantity == 0 { total } else { total / quantity }))
                .unwrap_or(0),
            ..OrderLine::default()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_unpacked_in_both_layouts() {
        let want = [("Color".to_owned(), "Black".to_owned()), ("Size".to_owned(), "M".to_owned())];
        assert_eq!(options("Type=Rectangle|Name=Color|Value=BlackType=Rectangle|Name=Size|Value=M"), want);
        assert_eq!(legacy_options("[CS]Color=Black:#000,[S]Size=M"), want);
    }
}
