//! The headless platforms: Medusa, Saleor, commercetools, Spree, Vendure.

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
use crate::shop::{Currency as Code, SellWhenEmpty};

const MEDUSA: Aliases = &[
    ("product id", ProductId),
    ("product handle", Handle),
    ("product title", Title),
    ("product description", Description),
    ("product status", Status),
    ("product thumbnail", ImageUrl),
    ("product image # url", ImageUrl),
    ("product image #", ImageUrl),
    ("product tag #", Tags),
    ("product tags", Tags),
    ("product type", ProductType),
    ("product collection title", Collections),
    ("product category #", Category),
    ("product category # name", Category),
    ("product material", Attribute),
    ("variant id", VariantId),
    ("variant title", Ignore),
    ("variant sku", Sku),
    ("variant barcode", Barcode),
    ("variant allow backorder", StockPolicy),
    ("variant manage inventory", StockTracked),
    ("variant inventory quantity", Stock),
    ("variant option # name", Ignore),
    ("option # name", OptionName),
    ("option # value", OptionValue),
    ("variant option # value", OptionValue),
    ("variant price *", Price),
    ("price *", Price),
    ("product *", Ignore),
    ("variant *", Ignore),
    ("shipping profile *", Ignore),
    ("sales channel *", Ignore),
];

const SALEOR: Aliases = &[
    ("id", ProductId),
    ("name", Title),
    ("description as string", Description),
    ("category", Category),
    ("product type", ProductType),
    ("variant id", VariantId),
    ("variant sku", Sku),
    ("collections", Collections),
    ("product media", ImageUrl),
    ("variant media", VariantImage),
    ("* (channel price amount)", Price),
    ("* (channel variant price amount)", Price),
    ("* (channel published)", Published),
    ("* (channel is published)", Published),
    ("* (channel currency code)", Currency),
    ("* (channel variant currency code)", Currency),
    ("* (channel variant cost price)", Cost),
    ("* (channel *", Ignore),
    ("* (warehouse quantity)", StockColumn),
    ("* (product attribute)", Attribute),
    ("* (variant attribute)", OptionValue),
    ("charge taxes", Ignore),
    ("product weight", Ignore),
    ("variant weight", Ignore),
];

const COMMERCETOOLS: Aliases = &[
    ("producttype", ProductType),
    ("variantid", VariantId),
    ("sku", Sku),
    ("key", Ignore),
    ("prices", Packed),
    ("categories", Category),
    ("images", ImageUrl),
    ("name.en", Title),
    ("name.de", Title),
    ("name", Title),
    ("name.*", Title),
    ("description.en", Description),
    ("description.*", Description),
    ("slug.en", Handle),
    ("slug.*", Handle),
    ("slug", Handle),
    ("brand", Vendor),
    ("designer", Vendor),
    ("color", Attribute),
    ("size", OptionValue),
    ("commonsize", Attribute),
    ("style", Attribute),
    ("gender", Attribute),
    ("season", Attribute),
    ("material", Attribute),
    ("creationdate", CreatedAt),
    ("tax", Ignore),
    ("metatitle*", Ignore),
    ("metadescription*", Ignore),
    ("metakeywords*", Ignore),
    ("details.*", Ignore),
    ("colorfreedefinition.*", Ignore),
    ("articlenumber*", Ignore),
    ("matrixid", Ignore),
    ("baseid", Ignore),
];

const COMMERCETOOLS_ORDERS: Aliases = &[
    ("customeremail", Email),
    ("ordernumber", OrderId),
    ("lineitems.variant.sku", Sku),
    ("lineitems.price", UnitPrice),
    ("lineitems.quantity", Quantity),
    ("totalprice", Total),
    ("createdat", PlacedAt),
    ("completedat", PlacedAt),
    ("orderdate", PlacedAt),
];

const COMMERCETOOLS_STOCK: Aliases = &[("sku", Sku), ("quantityonstock", Stock), ("supplychannel", Location)];

const SPREE: Aliases = &[
    ("slug", ProductId),
    ("sku", Sku),
    ("name", Title),
    ("price", RegularPrice),
    ("compare at price", CompareAt),
    ("currency", Currency),
    ("status", Status),
    ("description", Description),
    ("tags", Tags),
    ("product type", ProductType),
    ("category#", Category),
    ("option# name", OptionName),
    ("option# value", OptionValue),
    ("image# src", ImageUrl),
    ("available on", CreatedAt),
    ("inventory count", Stock),
    ("inventory backorderable", StockPolicy),
    ("track inventory", StockTracked),
    ("custom field.*", Attribute),
    ("cost price", Cost),
    ("barcode", Barcode),
    ("vendor", Vendor),
    ("meta *", Ignore),
    ("tax category", Ignore),
    ("width", Ignore),
    ("height", Ignore),
    ("depth", Ignore),
    ("dimensions unit", Ignore),
    ("weight", Ignore),
    ("weight unit", Ignore),
    ("discontinue on", Ignore),
    ("shipping category", Ignore),
    ("digital", Ignore),
];

const VENDURE: Aliases = &[
    ("name", Title),
    ("name:*", Title),
    ("slug", Handle),
    ("slug:*", Handle),
    ("description", Description),
    ("description:*", Description),
    ("assets", ImageUrl),
    ("facets", Tags),
    ("facets:*", Tags),
    ("optiongroups", AttributeName),
    ("optiongroups:*", AttributeName),
    ("optionvalues", AttributeValue),
    ("optionvalues:*", AttributeValue),
    ("sku", Sku),
    ("price", RegularPrice),
    ("taxcategory", Ignore),
    ("stockonhand", Stock),
    ("trackinventory", StockTracked),
    ("variantassets", VariantImage),
    ("variantfacets", Ignore),
    ("variantfacets:*", Ignore),
    ("product:*", Attribute),
    ("variant:*", Ignore),
    ("enabled", Published),
];

const fn products(
    platform: Platform,
    require: &'static [&'static str],
    columns: Aliases,
    layout: ProductLayout,
) -> Profile {
    Profile {
        platform,
        kind: DataKind::Products,
        require,
        forbid: &[],
        least_known: 4,
        columns,
        layout: Layout::Products(layout),
    }
}

pub(in crate::import) const PROFILES: &[Profile] = &[
    products(
        Platform::Medusa,
        &["product handle", "variant title"],
        MEDUSA,
        ProductLayout {
            images: &[';', '\n', ' '],
            fix: Some(medusa),
            ..ProductLayout::new(&[Meaning::ProductId, Meaning::Handle])
        },
    ),
    products(
        Platform::Saleor,
        &["id", "name", "description as string|product media|product type", "variant sku|variant id"],
        SALEOR,
        ProductLayout { category_path: "/", fix: Some(saleor), ..ProductLayout::new(&[Meaning::ProductId]) },
    ),
    products(
        Platform::Commercetools,
        &["producttype", "variantid", "sku"],
        COMMERCETOOLS,
        ProductLayout {
            positional: true,
            category_list: Some(';'),
            images: &[';', '\n'],
            fix: Some(commercetools),
            ..ProductLayout::new(&[Meaning::Handle])
        },
    ),
    Profile {
        platform: Platform::Commercetools,
        kind: DataKind::OrderLines,
        require: &["ordernumber", "lineitems.variant.sku"],
        forbid: &[],
        least_known: 3,
        columns: COMMERCETOOLS_ORDERS,
        layout: Layout::Orders(OrderLayout { title_holds_variant: false, fix: None, fix_line: None }),
    },
    Profile {
        platform: Platform::Commercetools,
        kind: DataKind::Inventory,
        require: &["sku", "quantityonstock"],
        forbid: &[],
        least_known: 2,
        columns: COMMERCETOOLS_STOCK,
        layout: Layout::Inventory,
    },
    Profile {
        platform: Platform::Commercetools,
        kind: DataKind::Unknown,
        require: &["parentid", "orderhint"],
        forbid: &[],
        least_known: 0,
        columns: &[],
        layout: Layout::Unused(
            "This is a list of categories. Products name their categories themselves; import the product export.",
        ),
    },
    products(
        Platform::Spree,
        &["slug", "sku", "price", "option1 name|category1|inventory count|available on"],
        SPREE,
        ProductLayout { category_path: "->", fix: Some(spree), ..ProductLayout::new(&[Meaning::ProductId]) },
    ),
    products(
        Platform::Vendure,
        &["optiongroups|optiongroups:*", "optionvalues|optionvalues:*", "sku"],
        VENDURE,
        ProductLayout {
            positional: true,
            tags: '|',
            images: &['|', '\n'],
            fix: Some(vendure),
            ..ProductLayout::new(&[Meaning::Handle])
        },
    ),
];

/// One price column per currency and region: the import's currency first, else the first that is filled.
fn price_by_currency(row: &Row, columns: &Columns, parsed: &mut ProductRow, run: &FileRun<'_>) {
    let filled: Vec<_> = columns.all(Price).filter(|column| !row.get(column.idx).is_empty()).collect();
    let own = run
        .currency
        .as_ref()
        .and_then(|own| filled.iter().find(|column| column.label.to_uppercase().contains(&own.0)));
    let Some(column) = own.or_else(|| filled.first()) else {
        return;
    };
    let code = column
        .label
        .split(|c: char| !c.is_ascii_alphabetic())
        .find(|word| word.len() == 3 && word.bytes().all(|b| b.is_ascii_uppercase()));
    let currency = code.map(Code::new).or_else(|| run.currency.clone());
    let exponent = currency.as_ref().map_or(2, Code::exponent);
    let price = value::money(row.get(column.idx), columns.format(column.idx).mark, exponent);
    if let Some(variant) = &mut parsed.variant {
        variant.price = price.or(variant.price);
    }
    parsed.product.currency = currency.or_else(|| parsed.product.currency.take());
}

fn medusa(row: &Row, columns: &Columns, parsed: &mut ProductRow, run: &mut FileRun<'_>) {
    price_by_currency(row, columns, parsed, run);
    parsed.base_price = None;
    if let Some(variant) = &mut parsed.variant {
        // `Variant Option 1 Name` beside `Variant Option 1 Value`.
        for (idx, column) in columns.all(OptionValue).enumerate() {
            let wanted = format!("variant option {} name", column.n);
            let name = columns
                .headers
                .iter()
                .position(|header| header.to_lowercase() == wanted)
                .map(|idx| row.get(idx).to_owned());
            if let (Some(name), Some(option)) = (name, variant.options.get_mut(idx)) {
                option.0 = name;
            }
        }
    }
}

fn saleor(row: &Row, columns: &Columns, parsed: &mut ProductRow, run: &mut FileRun<'_>) {
    price_by_currency(row, columns, parsed, run);
    parsed.base_price = None;
    let mut levels = columns
        .all(StockColumn)
        .filter_map(|column| value::count(row.get(column.idx), columns.format(column.idx).mark))
        .peekable();
    if let (Some(variant), true) = (&mut parsed.variant, levels.peek().is_some()) {
        variant.stock.level = Some(levels.sum());
    }
}

/// `variantId` 1 starts a product; prices are minor units: `EUR 34375;US-USD 34375;DE-EUR 27500`.
fn commercetools(row: &Row, columns: &Columns, parsed: &mut ProductRow, run: &mut FileRun<'_>) {
    let first = columns.cell(row, VariantId) == "1" || !parsed.key.is_empty();
    if first && parsed.key.is_empty() {
        let title = columns
            .all(Title)
            .map(|column| row.get(column.idx))
            .find(|title| !title.is_empty())
            .unwrap_or("");
        columns
            .all(Handle)
            .map(|column| row.get(column.idx))
            .find(|slug| !slug.is_empty())
            .unwrap_or(title)
            .clone_into(&mut parsed.key);
        if parsed.key.is_empty() {
            columns.cell(row, Sku).clone_into(&mut parsed.key);
        }
    }
    if parsed.product.title.is_empty() {
        columns
            .all(Title)
            .map(|column| row.get(column.idx))
            .find(|title| !title.is_empty())
            .unwrap_or("")
            .clone_into(&mut parsed.product.title);
    }
    let wanted = run.currency.as_ref().map(|currency| currency.0.clone());
    let mut best: Option<(u8, String, i64)> = None;
    for price in columns.cell(row, Packed).split(';') {
        // Prices of a customer group or a channel are for some; the plain one is for all.
        let mut words = price.split_whitespace();
        let (Some(place), Some(amount)) = (words.next(), words.next()) else {
            continue;
        };
        if words.next().is_some() || amount.contains('#') {
            continue;
        }
        let (country, code) =
            place.split_once('-').map_or((None, place), |(country, code)| (Some(country), code));
        let amount = amount.split(['|', '$']).next().unwrap_or(amount);
        let Ok(minor) = amount.parse::<i64>() else {
            continue;
        };
        let rank =
            u8::from(country.is_some()) + 2 * u8::from(wanted.as_deref().is_some_and(|own| own != code));
        if best.as_ref().is_none_or(|(own, ..)| rank < *own) {
            best = Some((rank, code.to_owned(), minor));
        }
    }
    parsed.base_price = None;
    if let Some(variant) = &mut parsed.variant {
        variant.id = None;
        if let Some((_, code, minor)) = best {
            variant.price = Some(minor);
            parsed.product.currency = Some(Code::new(&code));
        }
        for (name, _) in &mut variant.options {
            if name.is_empty() {
                "size".clone_into(name);
            }
        }
    }
}

/// The first row is the product with price 0 when variants follow.
fn spree(row: &Row, columns: &Columns, parsed: &mut ProductRow, _run: &mut FileRun<'_>) {
    parsed.product.handle = Some(parsed.key.clone()).filter(|slug| !slug.is_empty());
    let has_options = columns.all(OptionValue).any(|column| !row.get(column.idx).is_empty());
    let names = columns.all(OptionName).any(|column| !row.get(column.idx).is_empty());
    if !has_options && names {
        parsed.names_only = true;
    }
    parsed.base_price = parsed.base_price.filter(|price| *price > 0);
    if let Some(variant) = &mut parsed.variant {
        variant.price = variant.price.filter(|price| *price > 0);
        if variant.stock.when_empty == SellWhenEmpty::Deny
            && value::flag(columns.cell(row, StockPolicy)) == Some(true)
        {
            variant.stock.when_empty = SellWhenEmpty::Continue;
        }
    }
}

/// `optionGroups` `screen size|RAM` stands on the product's first row, `optionValues` `13 inch|8GB` on every one.
fn vendure(row: &Row, columns: &Columns, parsed: &mut ProductRow, _run: &mut FileRun<'_>) {
    if parsed.key.is_empty() && !parsed.product.title.is_empty() {
        parsed.key = parsed.product.title.to_lowercase().replace(' ', "-");
        parsed.product.handle = Some(parsed.key.clone());
    }
    parsed.product.attributes.clear();
    for facet in std::mem::take(&mut parsed.product.tags) {
        match facet.split_once(':') {
            Some((name, value))
                if name.trim().eq_ignore_ascii_case("category") && parsed.product.category.is_empty() =>
            {
                parsed.product.category.push(value.trim().to_owned());
            }
            Some((name, value)) if name.trim().eq_ignore_ascii_case("brand") => {
                parsed.product.vendor = Some(value.trim().to_owned());
            }
            Some((name, value)) => {
                parsed.product.attributes.push((name.trim().to_owned(), value.trim().to_owned()))
            }
            None => parsed.product.tags.push(facet),
        }
    }
    parsed.base_price = None;
    if let Some(variant) = &mut parsed.variant {
        let split = |meaning: Meaning| -> Vec<&str> {
            columns.cell(row, meaning).split('|').map(str::trim).collect()
        };
        let names = split(AttributeName);
        variant.options = split(AttributeValue)
            .into_iter()
            .enumerate()
            .filter(|(_, value)| !value.is_empty())
            .map(|(idx, value)| (names.get(idx).copied().unwrap_or("").to_owned(), value.to_owned()))
            .collect();
    }
}
