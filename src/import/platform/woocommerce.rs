//! `WooCommerce`: the product export in the site's language, Analytics reports, and the order plug-ins.

#![expect(
    clippy::enum_glob_use,
    reason = "a table of some hundred meanings reads better without their type's name"
)]

mod headers;

use self::headers::PRODUCTS;
use crate::import::columns::{Aliases, Columns};
use crate::import::engine::{FileRun, Reject};
use crate::import::lines;
use crate::import::meaning::Meaning::{self, *};
use crate::import::orders::OrderLayout;
use crate::import::products::{ProductLayout, ProductRow};
use crate::import::profile::{Layout, Profile};
use crate::import::record::{DataKind, Platform};
use crate::import::row::Row;
use crate::import::value;
use crate::shop::{LineKind, Order, OrderLine, OrderStatus as Status, ProductRef};

const ANALYTICS_ORDERS: Aliases = &[
    ("date", PlacedAt),
    ("order #", OrderId),
    ("n. revenue (formatted)", Ignore),
    ("net sales", Total),
    ("status", OrderStatus),
    ("customer", FullName),
    ("customer type", Ignore),
    ("product(s)", LineItems),
    ("items sold", Ignore),
    ("coupon(s)", DiscountCodes),
    ("attribution", Channel),
];

const ANALYTICS_CUSTOMERS: Aliases = &[
    ("name", FullName),
    ("username", Ignore),
    ("last active", Ignore),
    ("sign up", CustomerCreatedAt),
    ("email", Email),
    ("orders", DeclaredOrders),
    ("total spend", DeclaredSpent),
    ("aov", Ignore),
    ("country / region", Country),
    ("city", Ignore),
    ("region", Ignore),
    ("postal code", Ignore),
    ("billing phone", Phone),
    ("shipping phone", Phone),
    ("role", Ignore),
];

const PLUGIN_ORDERS: Aliases = &[
    ("order number", OrderId),
    ("order id", OrderId),
    ("order #", OrderId),
    ("order date", PlacedAt),
    ("date created", PlacedAt),
    ("order date (gmt)", PlacedAt),
    ("status", OrderStatus),
    ("order status", OrderStatus),
    ("order currency", Currency),
    ("currency", Currency),
    ("order subtotal", Subtotal),
    ("order subtotal amount", Subtotal),
    ("cart subtotal", Subtotal),
    ("discount total", OrderDiscount),
    ("cart discount amount", OrderDiscount),
    ("cart discount", OrderDiscount),
    ("shipping total", Shipping),
    ("order shipping amount", Shipping),
    ("tax total", Tax),
    ("order total tax amount", Tax),
    ("order total", Total),
    ("order total amount", Total),
    ("order refund amount", Refunded),
    ("refunded", Refunded),
    ("payment method", PaymentMethod),
    ("payment method title", PaymentMethod),
    ("customer id", CustomerId),
    ("customer user id", CustomerId),
    ("customer user", Ignore),
    ("customer email", Email),
    ("billing email", Email),
    ("email (billing)", Email),
    ("billing phone", Phone),
    ("phone (billing)", Phone),
    ("billing first name", BillingName),
    ("first name (billing)", BillingName),
    ("billing address #", BillingAddress),
    ("billing postcode", BillingAddress),
    ("postcode (billing)", BillingAddress),
    ("address #&# (billing)", BillingAddress),
    ("shipping first name", ShippingName),
    ("first name (shipping)", ShippingName),
    ("shipping address #", ShippingAddress),
    ("shipping postcode", ShippingAddress),
    ("postcode (shipping)", ShippingAddress),
    ("address #&# (shipping)", ShippingAddress),
    ("billing country", Country),
    ("coupon items", DiscountCodes),
    ("coupon code", DiscountCodes),
    ("line item #", LineItems),
    ("line items", LineItems),
    ("item name", LineTitle),
    ("product name", LineTitle),
    ("product name (main)", LineTitle),
    ("name", LineTitle),
    ("sku", Sku),
    ("product sku", Sku),
    ("product id", ProductId),
    ("item #", Ignore),
    ("product variation", LineVariant),
    ("variation id", VariantId),
    ("variation", LineVariant),
    ("quantity", Quantity),
    ("quantity ( refund)", Quantity),
    ("item quantity", Quantity),
    ("qty", Quantity),
    ("quantity (- refund)", Quantity),
    ("item cost", UnitPrice),
    ("item price", UnitPrice),
    ("product price", UnitPrice),
    ("order line total", LineTotal),
    ("line total", LineTotal),
    ("item total", LineTotal),
    ("wt import key", Ignore),
    ("order notes", Ignore),
    ("download permissions", Ignore),
    ("customer ip address", Ignore),
    ("customer user agent", Ignore),
    ("customer note", Ignore),
    ("transaction id", Ignore),
    ("paid date", Ignore),
    ("fee items", Ignore),
    ("tax items", Ignore),
    ("refund items", Packed),
    ("shipping items", Ignore),
    ("billing *", Ignore),
    ("shipping *", Ignore),
    ("* (billing)", Ignore),
    ("* (shipping)", Ignore),
    ("fee total", Ignore),
    ("fee tax total", Ignore),
    ("shipping tax total", Ignore),
    ("order discount", Ignore),
];

pub(in crate::import) const PROFILES: &[Profile] = &[
    Profile {
        platform: Platform::Woocommerce,
        kind: DataKind::Products,
        require: &[
            "type|typ|tipo|typ produktu|tipo di prodotto|тип|tür",
            "базовая цена|normal fiyat|regular price|regulärer preis|normaler preis|tarif régulier|prix régulier|precio normal|prezzo di listino|reguliere prijs|normale prijs|preço|preço normal|cena regularna|cena podstawowa|ordinarie pris",
            "name|nom|nombre|nome|naam|nazwa|namn|navn|имя|isim",
        ],
        forbid: &["handle"],
        least_known: 6,
        columns: PRODUCTS,
        layout: Layout::Products(ProductLayout {
            category_list: Some(','),
            fix: Some(product),
            ..ProductLayout::new(&[Meaning::ProductId, Meaning::Sku])
        }),
    },
    Profile {
        platform: Platform::Woocommerce,
        kind: DataKind::Orders,
        require: &["order #", "product(s)"],
        forbid: &[],
        least_known: 4,
        columns: ANALYTICS_ORDERS,
        layout: Layout::Orders(OrderLayout {
            title_holds_variant: false,
            fix: Some(analytics_order),
            fix_line: None,
        }),
    },
    Profile {
        platform: Platform::Woocommerce,
        kind: DataKind::Customers,
        require: &["email", "aov", "total spend"],
        forbid: &[],
        least_known: 4,
        columns: ANALYTICS_CUSTOMERS,
        layout: Layout::Customers,
    },
    Profile {
        platform: Platform::Woocommerce,
        kind: DataKind::Orders,
        require: &["order id|order number", "line item 1|line item *", "order total|status"],
        forbid: &[],
        least_known: 6,
        columns: PLUGIN_ORDERS,
        layout: Layout::Orders(OrderLayout {
            title_holds_variant: false,
            fix: Some(plugin_order),
            fix_line: None,
        }),
    },
    Profile {
        platform: Platform::Woocommerce,
        kind: DataKind::Orders,
        require: &[
            "order number|order id",
            "order date",
            "order status|status",
            "item name|product name|product name (main)",
            "order total amount|order total|item cost|order line total",
        ],
        forbid: &["line item 1"],
        least_known: 6,
        columns: PLUGIN_ORDERS,
        layout: Layout::Orders(OrderLayout { title_holds_variant: false, fix: None, fix_line: None }),
    },
];

/// Variations point at their parent by SKU or `id:`; categories, prices and stock are inherited.
fn product(row: &Row, columns: &Columns, parsed: &mut ProductRow, _run: &mut FileRun<'_>) {
    let kind = columns.cell(row, RowType).to_lowercase();
    let is_variation = kind.contains("variation");
    let parent = value::unguard(columns.cell(row, Parent));
    if let Some(description) = &mut parsed.product.description {
        *description = description.replace("\\\\n", "\u{0}").replace("\\n", "\n").replace('\u{0}', "\\n");
    }
    if let Some(sku) = parsed.variant.as_ref().and_then(|variant| variant.sku.clone())
        && parsed.key.is_empty()
    {
        parsed.key = sku;
    }
    if parsed.key.is_empty() && !parsed.product.title.is_empty() {
        parsed.key.clone_from(&parsed.product.title);
    }
    // The built-in export writes numbers, tools around the REST interface its words.
    parsed.product.published = matches!(columns.cell(row, Published), "1" | "" | "publish" | "published")
        && !matches!(columns.cell(row, Visibility), "hidden");
    let options: Vec<(String, String)> = if is_variation || kind == "variable" {
        std::mem::take(&mut parsed.product.attributes)
    } else {
        Vec::new()
    };
    if !is_variation {
        if kind == "variable" {
            // Its row stands in for the variations while no file brings them.
            if let Some(variant) = &mut parsed.variant {
                variant.id = Some(parsed.key.clone());
            }
            parsed.product.attributes = options.into_iter().collect();
        } else if let Some(variant) = &mut parsed.variant {
            variant.id = Some(parsed.key.clone());
        }
        return;
    }
    if parent.is_empty() {
        parsed.reject = Some(
            Reject::new(
                "parent_missing",
                "A variation without a parent product; the parent was deleted or left out of the export.",
                "Export the parent product too, or delete the variation in the store.",
            )
            .in_column("Parent"),
        );
        return;
    }
    if let Some(variant) = &mut parsed.variant {
        variant.id = Some(parsed.key.clone());
        variant.options = options;
    }
    parsed.parent = Some(if parent.starts_with("id:") { parent.to_owned() } else { format!("sku:{parent}") });
}

/// `1× Blue Tee, 2× Mug`: the lines' names and quantities; prices are not in the report, so the net sales are shared.
fn analytics_order(row: &Row, columns: &Columns, order: &mut Order, _run: &mut FileRun<'_>) {
    // Refunds are rows of their own with negative sales and the order's number.
    let exponent = order.currency.as_ref().map_or(2, crate::shop::Currency::exponent);
    let own =
        columns.idx(Total).and_then(|idx| value::money(row.get(idx), columns.format(idx).mark, exponent));
    if let Some(refund) = own.filter(|own| *own < 0) {
        order.refunded += refund.abs();
        if order.total == own {
            order.total = None;
        }
        let all = order.total.is_none_or(|total| order.refunded >= total);
        order.status = if all { Status::Refunded } else { Status::PartlyRefunded };
        for (quantity, title) in packed_lines(columns.cell(row, LineItems)) {
            if let Some(line) =
                order.lines.iter_mut().find(|line| line.title.as_deref() == Some(title.as_str()))
            {
                line.refunded_quantity += quantity.abs();
            }
        }
        return;
    }
    let lines = packed_lines(columns.cell(row, LineItems));
    let units: i64 = lines.iter().map(|(quantity, _)| (*quantity).clamp(0, 1_000_000)).sum();
    let each = if units > 0 { order.total.unwrap_or(0).max(0) / units } else { 0 };
    for (quantity, title) in lines {
        order.lines.push(OrderLine {
            kind: lines::kind(None, Some(&title)),
            title: Some(title),
            quantity,
            unit_price: each,
            ..OrderLine::default()
        });
    }
    if order.customer.is_empty()
        && let Some(name) = value::text(columns.cell(row, FullName))
    {
        order.customer.id =
            Some(format!("name:{:016x}", crate::shop::hash::fnv1a64(name.to_lowercase().as_bytes())));
    }
}

fn packed_lines(cell: &str) -> Vec<(i64, String)> {
    let mut lines: Vec<(i64, String)> = Vec::new();
    for part in cell.split(", ") {
        let parsed = part
            .split_once('×')
            .or_else(|| part.split_once("x "))
            .and_then(|(n, name)| Some((n.trim().parse::<i64>().ok()?, name.trim())));
        match (parsed, lines.last_mut()) {
            (Some((quantity, name)), _) => lines.push((quantity, value::unescape(name))),
            // A comma inside a name.
            (None, Some((_, name))) => {
                name.push_str(", ");
                name.push_str(part);
            }
            (None, None) if !part.is_empty() => lines.push((1, value::unescape(part))),
            _ => {}
        }
    }
    lines
}

/// `name:…|product_id:…|sku:…|quantity:…|total:…|sub_total:…` in one cell per line.
fn plugin_order(row: &Row, columns: &Columns, order: &mut Order, _run: &mut FileRun<'_>) {
    let exponent = order.currency.as_ref().map_or(2, crate::shop::Currency::exponent);
    for column in columns.all(LineItems) {
        let cell = row.get(column.idx);
        for packed in
            cell.split(['\n', ';']).filter(|part| part.contains("quantity:") || part.contains("product_id:"))
        {
            let field = |key: &str| {
                packed.split('|').find_map(|part| {
                    let (name, value) = part.split_once(':')?;
                    (name.trim() == key).then(|| value.trim())
                })
            };
            let amount =
                |key: &str| field(key).and_then(|cell| value::money(cell, value::DecimalMark::Dot, exponent));
            let quantity =
                field("quantity").and_then(|cell| value::count(cell, value::DecimalMark::Dot)).unwrap_or(1);
            let total = amount("sub_total").or_else(|| amount("total")).unwrap_or(0);
            let title = field("name").map(value::unescape);
            let sku = field("sku").and_then(value::present);
            order.lines.push(OrderLine {
                kind: lines::kind(sku, title.as_deref()),
                product: ProductRef {
                    product_id: field("product_id").and_then(value::present).map(str::to_owned),
                    variant_id: field("variation_id")
                        .and_then(value::present)
                        .filter(|id| *id != "0")
                        .map(str::to_owned),
                    sku: sku.map(str::to_owned),
                    handle: None,
                },
                title,
                quantity,
                unit_price: if quantity == 0 { total } else { total / quantity },
                discount: amount("sub_total")
                    .zip(amount("total"))
                    .map_or(0, |(before, after)| (before - after).max(0)),
                ..OrderLine::default()
            });
        }
    }
    for column in columns.all(Packed) {
        if let Some(amount) =
            row.get(column.idx).split("amount:").nth(1).and_then(|rest| rest.split('|').next())
        {
            order.refunded = order
                .refunded
                .max(value::money(amount, value::DecimalMark::Dot, exponent).unwrap_or(0).abs());
        }
    }
    order.lines.retain(|line| line.quantity != 0 || line.kind != LineKind::Goods);
}
