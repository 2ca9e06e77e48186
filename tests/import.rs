//! Every platform's files: what is detected, how many rows are read, taken and set aside, and what comes of them.
//!
//! The fixtures are written for this project. The second table runs over the real samples beside the project, whose
//! totals were counted by a separate program; it says loudly when they are missing.

use std::path::{Path, PathBuf};

use endcap::import::{
    self, DataKind as K, DateOrder, FileReport, Mapping, Options, Platform as P, Record, SourceFile,
};
use endcap::shop::{
    Consent, Customer, EventKind, LineKind, Monitor, Order, OrderStatus, Product, SellWhenEmpty, Silent,
};

mod reading;

use reading::{Collected, read_sources, shared};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/import").join(name)
}

fn read_with(paths: &[PathBuf], options: &Options) -> (Vec<FileReport>, Collected) {
    read_sources(&import::sources(paths), options)
}

fn read(name: &str) -> Collected {
    read_with(&[fixture(name)], &Options::default()).1
}

fn memory(bytes: &[u8]) -> (Vec<FileReport>, Collected) {
    read_sources(&SourceFile::from_memory("given.csv", bytes), &Options::default())
}

/// Platform, kind, [rows read, rows set aside, products, variants, customers, orders, lines, units, minor units, events,
/// other records].
type Row = (P, K, [i64; 11]);

fn check(path: &Path, want: Row) {
    let (reports, sink) = read_with(&[path.to_owned()], &Options::default());
    let report = &reports[0];
    let lines = || sink.orders.iter().flat_map(|order| &order.lines);
    let got = (
        report.platform,
        report.kind,
        [
            report.rows_read as i64,
            report.rows_set_aside as i64,
            sink.products.len() as i64,
            sink.products.iter().map(|product| product.variants.len() as i64).sum(),
            sink.customers.len() as i64,
            sink.orders.len() as i64,
            lines().count() as i64,
            lines().map(|line| line.quantity).sum(),
            lines().map(|line| line.quantity * line.unit_price).sum(),
            sink.events.len() as i64,
            sink.other.len() as i64,
        ],
    );
    assert_eq!(got, want, "{}", path.display());
}

#[test]
fn every_fixture_is_recognised_and_counted() {
    let table: &[(&str, Row)] = &[
        ("shopify_products.csv", (P::Shopify, K::Products, [5, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0])),
        ("shopify_products.json", (P::Shopify, K::Products, [1, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0])),
        ("shopify_orders.csv", (P::Shopify, K::Orders, [4, 1, 0, 0, 0, 2, 3, 4, 7_200, 0, 0])),
        ("shopify_orders.json", (P::Shopify, K::Orders, [1, 0, 0, 0, 0, 1, 1, 2, 4_800, 0, 0])),
        ("shopify_bulk.jsonl", (P::Shopify, K::Orders, [2, 0, 0, 0, 0, 1, 1, 1, 2_400, 0, 0])),
        ("shopify_customers.csv", (P::Shopify, K::Customers, [2, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0])),
        ("shopify_inventory.csv", (P::Shopify, K::Inventory, [2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])),
        ("shopify_inventory_by_location.csv", (P::Shopify, K::Inventory, [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2])),
        ("shopify_discounts.csv", (P::Shopify, K::Discounts, [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])),
        ("shopify_search_terms.csv", (P::Shopify, K::SearchTerms, [2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2])),
        ("shopify_pixel.jsonl", (P::ShopifyPixel, K::Events, [1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0])),
        ("woocommerce_products_de.csv", (P::Woocommerce, K::Products, [5, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0])),
        (
            "woocommerce_analytics_orders.csv",
            (P::Woocommerce, K::Orders, [2, 0, 0, 0, 0, 1, 2, 3, 3_000, 0, 0]),
        ),
        (
            "woocommerce_analytics_customers.csv",
            (P::Woocommerce, K::Customers, [1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]),
        ),
        ("woocommerce_orders_plugin.csv", (P::Woocommerce, K::Orders, [1, 0, 0, 0, 0, 1, 2, 4, 5_998, 0, 0])),
        ("woocommerce_orders.json", (P::Woocommerce, K::Orders, [1, 0, 0, 0, 0, 1, 1, 2, 3_998, 0, 0])),
        ("magento_products.csv", (P::Magento, K::Products, [4, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0])),
        ("magento_customers.csv", (P::Magento, K::Customers, [1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0])),
        ("magento_orders_grid.csv", (P::Magento, K::Orders, [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0])),
        ("magento_links.csv", (P::Magento, K::Products, [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])),
        ("bigcommerce_products.csv", (P::Bigcommerce, K::Products, [4, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0])),
        ("bigcommerce_orders.csv", (P::Bigcommerce, K::Orders, [2, 0, 0, 0, 0, 2, 3, 4, 15_750, 0, 0])),
        ("prestashop_products.csv", (P::Prestashop, K::Products, [1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0])),
        ("prestashop_combinations.csv", (P::Prestashop, K::Products, [2, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0])),
        ("prestashop_orders.csv", (P::Prestashop, K::Orders, [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0])),
        ("prestashop_customers.csv", (P::Prestashop, K::Customers, [1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0])),
        ("squarespace_products.csv", (P::Squarespace, K::Products, [2, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0])),
        ("squarespace_orders.csv", (P::Squarespace, K::Orders, [2, 0, 0, 0, 0, 1, 2, 2, 16_000, 0, 0])),
        ("wix_products.csv", (P::Wix, K::Products, [3, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0])),
        ("wix_orders.csv", (P::Wix, K::Orders, [2, 0, 0, 0, 0, 1, 2, 3, 3_600, 0, 0])),
        ("etsy_listings.csv", (P::Etsy, K::Products, [1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0])),
        ("etsy_sold_items.csv", (P::Etsy, K::OrderLines, [1, 0, 0, 0, 0, 1, 1, 2, 6_000, 0, 0])),
        ("square_items.csv", (P::Square, K::OrderLines, [2, 0, 0, 0, 0, 2, 2, 0, 103_300, 0, 0])),
        ("square_library.csv", (P::Square, K::Products, [2, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0])),
        ("medusa_products.csv", (P::Medusa, K::Products, [2, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0])),
        ("saleor_products.csv", (P::Saleor, K::Products, [2, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0])),
        ("commercetools_products.csv", (P::Commercetools, K::Products, [2, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0])),
        ("spree_products.csv", (P::Spree, K::Products, [2, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0])),
        ("vendure_products.csv", (P::Vendure, K::Products, [2, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0])),
        ("google_feed.xml", (P::GoogleMerchant, K::Products, [2, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0])),
        ("google_feed.tsv", (P::GoogleMerchant, K::Products, [1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0])),
        ("ga4_events.jsonl", (P::Ga4, K::Events, [2, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0])),
        ("segment_events.jsonl", (P::Segment, K::Events, [3, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0])),
        ("klaviyo_events.csv", (P::Klaviyo, K::Events, [2, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0])),
        ("snowplow_events.csv", (P::Snowplow, K::Events, [1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0])),
        ("plain_lines.csv", (P::Plain, K::OrderLines, [6, 2, 0, 0, 0, 3, 4, 5, 3_850, 0, 0])),
        ("plain_lines.json", (P::Plain, K::OrderLines, [1, 0, 0, 0, 0, 1, 1, 2, 2_000, 0, 0])),
        ("plain_products.csv", (P::Plain, K::Products, [2, 0, 2, 2, 0, 0, 0, 0, 0, 0, 0])),
        ("plain_events.csv", (P::Plain, K::Events, [2, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0])),
        ("plain_customers.csv", (P::Plain, K::Customers, [1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0])),
        ("scattered_lines.csv", (P::Plain, K::OrderLines, [3, 0, 0, 0, 0, 2, 3, 3, 400, 0, 0])),
        ("german_shop.csv", (P::Unknown, K::Unknown, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])),
        ("unclosed_quote.csv", (P::Plain, K::OrderLines, [3, 1, 0, 0, 0, 2, 2, 2, 300, 0, 0])),
    ];
    for (name, want) in table {
        check(&fixture(name), *want);
    }
}

#[test]
fn real_samples_give_the_totals_an_independent_count_gives() {
    let Some(shared) = shared() else { return };
    let table: &[(&str, Row)] = &[
        (
            "samples/shopify-partners-product-csvs/apparel.csv",
            (P::Shopify, K::Products, [22, 0, 20, 22, 0, 0, 0, 0, 0, 0, 0]),
        ),
        (
            "samples/shopify-partners-product-csvs/home-and-garden.csv",
            (P::Shopify, K::Products, [21, 0, 20, 21, 0, 0, 0, 0, 0, 0, 0]),
        ),
        (
            "samples/shopify-partners-product-csvs/jewelery.csv",
            (P::Shopify, K::Products, [41, 0, 20, 23, 0, 0, 0, 0, 0, 0, 0]),
        ),
        (
            "samples/shopify-packt-product-data/Product-data.csv",
            (P::Shopify, K::Products, [21, 0, 20, 21, 0, 0, 0, 0, 0, 0, 0]),
        ),
        (
            "samples/shopify-template-2023/product_template.csv",
            (P::Shopify, K::Products, [17, 0, 3, 16, 0, 0, 0, 0, 0, 0, 0]),
        ),
        (
            "samples/shopify-orders-export-devstore-redacted/orders_export_1.redacted.csv",
            (P::Shopify, K::Orders, [121, 0, 0, 0, 0, 51, 121, 258, 58_594_200, 0, 0]),
        ),
        (
            "samples/shopify-ltv-kit/shopify_orders_sample.csv",
            (P::Shopify, K::Orders, [249, 0, 0, 0, 0, 127, 249, 249, 0, 0, 0]),
        ),
        (
            "samples/shopify-ltv-kit/shopify_orders.csv",
            (P::Shopify, K::Orders, [9, 0, 0, 0, 0, 8, 9, 9, 0, 0, 0]),
        ),
        (
            "samples/shopify-api-json-fixtures/products.json",
            (P::Shopify, K::Products, [4, 0, 4, 4, 0, 0, 0, 0, 0, 0, 0]),
        ),
        (
            "samples/shopify-api-json-fixtures/order.json",
            (P::Shopify, K::Orders, [1, 0, 0, 0, 0, 1, 3, 3, 59_700, 0, 0]),
        ),
        (
            "samples/woocommerce-sample/sample_products.csv",
            (P::Woocommerce, K::Products, [24, 0, 15, 22, 0, 0, 0, 0, 0, 0, 0]),
        ),
        (
            "samples/magento2-sample-data/products.csv",
            (P::Magento, K::Products, [1_994, 0, 147, 1_847, 0, 0, 0, 0, 0, 0, 0]),
        ),
        (
            "samples/magento2-sample-data/products_gear_bags.csv",
            (P::Magento, K::Products, [14, 0, 14, 14, 0, 0, 0, 0, 0, 0, 0]),
        ),
        (
            "samples/prestashop-csv-import/products_import.csv",
            (P::Prestashop, K::Products, [7, 0, 7, 7, 0, 0, 0, 0, 0, 0, 0]),
        ),
        (
            "samples/prestashop-csv-import/customers_import.csv",
            (P::Prestashop, K::Customers, [9, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0]),
        ),
        (
            "samples/commercetools-sunrise/products-ci.csv",
            (P::Commercetools, K::Products, [3, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0]),
        ),
        (
            "samples/commercetools-sunrise/inventory.csv",
            (P::Commercetools, K::Inventory, [26_137, 0, 0, 0, 0, 0, 0, 0, 0, 0, 26_137]),
        ),
        (
            "samples/commercetools-sunrise/orders.csv",
            (P::Commercetools, K::OrderLines, [899, 899, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        ),
        (
            "samples/google-merchant-feed-real/google_feed.xml",
            (P::GoogleMerchant, K::Products, [1_255, 0, 1_254, 1_254, 0, 0, 0, 0, 0, 0, 0]),
        ),
        (
            "samples/ga4-dbt-test-event/source_event.jsonl",
            (P::Ga4, K::Events, [1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]),
        ),
        (
            "samples/segment-spec-events/segment_spec_examples.jsonl",
            (P::Segment, K::Events, [25, 25, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        ),
        (
            "samples/klaviyo-fivetran-seeds/event.csv",
            (P::Klaviyo, K::Events, [4, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0]),
        ),
        (
            "samples/klaviyo-fivetran-seeds/person.csv",
            (P::Klaviyo, K::Customers, [2, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0]),
        ),
        (
            "data/retentioneering-ecom/ecom.csv.gz",
            (P::Plain, K::Events, [31_106, 0, 0, 0, 0, 0, 0, 0, 0, 31_106, 0]),
        ),
    ];
    for (name, want) in table {
        check(&shared.join(name), *want);
    }
}

#[test]
fn the_uci_lines_come_in_whole_through_their_small_mapping() {
    let Some(shared) = shared() else { return };
    let text = std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/examples/online-retail.toml"),
    )
    .unwrap();
    let options = Options { mappings: vec![Mapping::from_toml(&text).unwrap()], ..Options::default() };
    let (reports, sink) = read_with(&[shared.join("data/online-retail/online_retail.csv.gz")], &options);
    assert_eq!((reports[0].rows_read, reports[0].rows_taken, sink.orders.len()), (541_909, 541_909, 25_900));
    let units: i64 = sink.orders.iter().flat_map(|order| &order.lines).map(|line| line.quantity).sum();
    assert_eq!(units, 5_176_450);
    let cancelled = sink
        .orders
        .iter()
        .filter(|order| order.id.starts_with('C'))
        .all(|order| order.status == OrderStatus::Cancelled);
    assert!(cancelled);
    assert_eq!(sink.orders[0].customer.id.as_deref(), Some("17850"));
}

#[test]
fn shopify_rows_become_products_with_variants_pictures_and_stock() {
    let sink = read("shopify_products.csv");
    let cushion = &sink.products[0];
    assert_eq!(
        (cushion.id.as_str(), cushion.category.len(), cushion.image_urls.len()),
        ("linen-cushion", 3, 2)
    );
    assert_eq!(cushion.tags, ["linen", "new"]);
    let [sage, rust] = &cushion.variants[..] else { panic!("two variants") };
    assert_eq!(sage.options, [("Colour".to_owned(), "Sage".to_owned())]);
    assert_eq!(
        (sage.price, sage.compare_at, sage.cost, sage.stock.level),
        (Some(2_400), Some(3_000), Some(950), Some(4))
    );
    assert_eq!(
        (rust.options[0].0.as_str(), rust.stock.level, rust.stock.when_empty),
        ("Colour", Some(-1), SellWhenEmpty::Continue)
    );
    let card = &sink.products[1];
    assert_eq!(
        (card.kind, card.published, card.variants[0].options.len(), card.variants[0].stock.level),
        (LineKind::GiftCard, false, 0, None)
    );
    let (raw, issue) = &sink.set_aside[0];
    assert_eq!((issue.place.line, issue.code.as_str()), (Some(7), "product_key_missing"));
    assert!(raw.contains("No handle here"));
}

#[test]
fn shopify_orders_keep_refunds_cancellations_gifts_and_guests() {
    let sink = read("shopify_orders.csv");
    let [first, second] = &sink.orders[..] else { panic!("two orders") };
    assert_eq!(
        (first.status, first.refunded, first.discount, first.total),
        (OrderStatus::PartlyRefunded, 1_000, 500, Some(4_790))
    );
    assert_eq!(
        (first.placed_at, first.ships_elsewhere, first.accepts_marketing),
        (1_762_074_900, Some(true), Some(true))
    );
    assert_eq!(
        (first.lines[0].variant_title.as_deref(), first.lines[1].kind),
        (Some("Sage"), LineKind::GiftCard)
    );
    assert_eq!(
        (second.status, second.is_test, second.customer.phone.as_deref()),
        (OrderStatus::Cancelled, true, Some("+4915112345678"))
    );
    let issue = sink.code("date_unreadable").unwrap();
    assert_eq!((issue.place.line, issue.place.column.as_deref()), (Some(6), Some("Created at")));
    assert!(issue.message.contains("yesterday"));
}

#[test]
fn customers_keep_their_consent_and_never_their_secrets() {
    let sink = read("shopify_customers.csv");
    assert_eq!(sink.customers[0].key.id.as_deref(), Some("7210448301122"));
    assert_eq!(
        (sink.customers[0].accepts_email, sink.customers[1].accepts_email),
        (Consent::Given, Consent::Refused)
    );
    let header = "email,_website,firstname,password_hash\n";
    let (_, sink) = memory(format!("{header},base,,hunter2\n").as_bytes());
    assert_eq!(sink.set_aside.len(), 1);
    assert!(!format!("{:?}{:?}", sink.set_aside, sink.issues).contains("hunter2"));
}

#[test]
fn translated_headers_comma_decimals_guards_and_far_parents_are_understood() {
    let sink = read("woocommerce_products_de.csv");
    let shirt = sink.products.iter().find(|product| product.id == "10").unwrap();
    assert_eq!(shirt.category, ["Kleidung", "Shirts"]);
    assert_eq!(shirt.tags, ["bio, fair", "neu"]);
    assert_eq!(shirt.description.as_deref(), Some("Zeile 1\nZeile 2"));
    assert_eq!(
        shirt.variants.iter().map(|variant| variant.price).collect::<Vec<_>>(),
        [Some(1_999), Some(1_999)]
    );
    let cup = sink.products.iter().find(|product| product.id == "20").unwrap();
    let variant = &cup.variants[0];
    assert_eq!(
        (cup.title.as_str(), variant.sku.as_deref(), variant.stock.level),
        ("Tasse & Teller", Some("-001"), Some(-3))
    );
    assert_eq!((variant.price, variant.compare_at), (Some(799), Some(999)));
}

#[test]
fn platform_quirks_of_prices_and_options_are_undone() {
    let prices =
        |name: &str| read(name).products[0].variants.iter().map(|variant| variant.price).collect::<Vec<_>>();
    assert_eq!(prices("wix_products.csv"), [Some(1_800), Some(900)], "surcharge, less ten percent");
    assert_eq!(prices("bigcommerce_products.csv"), [Some(1_200), Some(2_000)], "inherited, own");
    assert_eq!(
        prices("commercetools_products.csv"),
        [Some(34_375), Some(34_375)],
        "minor units, no group's price"
    );
    assert_eq!(prices("squarespace_products.csv"), [Some(8_000), Some(6_000)], "sale only when on");
    assert_eq!(prices("spree_products.csv"), [Some(4_990)]);
    assert_eq!(prices("google_feed.xml"), [Some(115_900), Some(99_900)]);
    let sink = read("magento_products.csv");
    let hoodie = &sink.products[0];
    assert_eq!(
        (hoodie.id.as_str(), hoodie.title.as_str(), hoodie.category.join("/")),
        ("MH01", "Hoodie", "Men/Hoodies".to_owned())
    );
    assert!(hoodie.attributes.contains(&("note".to_owned(), "warm, soft".to_owned())));
    assert_eq!(hoodie.variants[1].options, [("size".to_owned(), "M".to_owned())]);
    let sink = read("bigcommerce_orders.csv");
    assert_eq!(sink.orders[0].lines[0].title.as_deref(), Some("Shirt, blue: 5' 9\""));
    assert_eq!(sink.orders[0].placed_at, 1_398_470_400, "day first, decided by the whole column");
    assert_eq!(sink.orders[1].status, OrderStatus::Incomplete);
}

#[test]
fn combinations_join_their_products_whatever_the_order_of_the_files() {
    let forth = read_with(
        &[fixture("prestashop_products.csv"), fixture("prestashop_combinations.csv")],
        &Options::default(),
    )
    .1;
    let back = read_with(
        &[fixture("prestashop_combinations.csv"), fixture("prestashop_products.csv")],
        &Options::default(),
    )
    .1;
    assert_eq!(forth.products, back.products);
    assert_eq!(forth.products[0].title, "Mug");
    assert_eq!(
        forth.products[0].variants.iter().map(|variant| variant.price).collect::<Vec<_>>(),
        [Some(1_250), Some(1_050)]
    );
}

#[test]
fn events_say_who_did_what_to_which_product() {
    let sink = read("ga4_events.jsonl");
    assert_eq!(sink.events[0].kind, EventKind::ViewProduct);
    assert_eq!(sink.events[0].product.variant_id.as_deref(), Some("111"));
    assert_eq!(sink.events[0].session.as_deref(), Some("11.22.17"));
    assert_eq!(
        (sink.events[1].kind, sink.events[1].order_id.as_deref()),
        (EventKind::Purchase, Some("2001"))
    );
    let sink = read("snowplow_events.csv");
    assert_eq!((sink.events[0].kind, sink.events[0].quantity), (EventKind::AddToCart, Some(2)));
    let sink = read("shopify_pixel.jsonl");
    assert_eq!(sink.events[0].product.handle.as_deref(), Some("linen-cushion"));
}

#[test]
fn a_mapping_reads_what_no_profile_knows() {
    let text = std::fs::read_to_string(fixture("german_shop.toml")).unwrap();
    let options = Options { mappings: vec![Mapping::from_toml(&text).unwrap()], ..Options::default() };
    let (reports, sink) = read_with(&[fixture("german_shop.csv")], &options);
    assert_eq!((reports[0].platform, reports[0].kind, reports[0].rows_taken), (P::Mapped, K::OrderLines, 2));
    let order = &sink.orders[0];
    assert_eq!((order.lines[0].unit_price, order.lines[1].unit_price), (60_225, 8_900));
    assert_eq!(order.placed_at, 1_762_124_400, "midnight in Berlin");
}

#[test]
fn ambiguity_asks_once_and_an_answer_settles_it() {
    let sink = read("ambiguous_dates.csv");
    assert_eq!(sink.issues.iter().filter(|issue| issue.code == "dates_ambiguous").count(), 1);
    let options = Options { dates: Some(DateOrder::MonthFirst), ..Options::default() };
    let (_, sink) = read_with(&[fixture("ambiguous_dates.csv")], &options);
    assert!(sink.code("dates_ambiguous").is_none());
    assert_eq!(sink.orders[0].placed_at, 1_741_046_400);
}

#[test]
fn bad_input_gets_a_precise_message_and_good_rows_still_load() {
    for (bytes, code) in [
        (&b""[..], "file_empty"),
        (&b"%PDF-1.7 \x00\x01\x02"[..], "file_not_readable"),
        (&b"hello\nworld\n"[..], "file_without_columns"),
        (&b"a,b\n1,2\n"[..], "file_not_recognised"),
        (&b"order_id,created_at,sku,quantity\n"[..], "file_without_rows"),
        (
            &b"{\"orders\":[{\"id\":1,\"line_items\":[],\"created_at\":\"2025-01-01T00:00:00Z\"},{\"id\":"[..],
            "file_malformed",
        ),
    ] {
        let (_, sink) = memory(bytes);
        let issue = sink.code(code).unwrap_or_else(|| panic!("{code}: {:?}", sink.issues));
        assert!(issue.message.len() > 10 && issue.advice.len() > 10);
    }
    let sink = read("plain_lines.csv");
    assert_eq!(sink.code("quantity_unreadable").unwrap().place.line, Some(4));
    assert_eq!(sink.code("row_too_long").unwrap().place.line, Some(5));
    let sink = read("unclosed_quote.csv");
    assert_eq!(sink.code("quote_unclosed").unwrap().place.line, Some(3));
    assert_eq!(sink.orders.len(), 2);
    let (_, sink) = read_with(&[PathBuf::from("/no/such/orders.csv")], &Options::default());
    assert!(sink.code("file_missing").is_some());
    let folder = tempfile::tempdir().unwrap();
    let (_, sink) = read_with(&[folder.path().to_owned()], &Options::default());
    assert!(sink.code("folder_empty").is_some());
}

#[test]
fn a_truncated_gzip_delivers_what_is_readable_and_says_so() {
    use std::io::Write as _;
    let mut text = "order_id,created_at,sku,quantity,unit_price\n".to_owned();
    for n in 0..20_000 {
        text.push_str(&format!("o{n},2025-01-02,s{},1,{}.00\n", n * 7919 % 1_000, n % 97));
    }
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    let mut packed = encoder.finish().unwrap();
    packed.truncate(packed.len() / 2);
    let (reports, sink) = memory(&packed);
    assert!(sink.orders.len() > 5_000 && sink.orders.len() < 15_000);
    assert_eq!(reports[0].rows_taken, sink.orders.len() as u64);
    assert!(sink.code("file_truncated").is_some());
}

#[test]
fn cancelling_stops_the_reading() {
    struct Cancelling(std::sync::atomic::AtomicU32);
    impl Monitor for Cancelling {
        fn progress(&self, _done: u64, _total: u64, _phase: &str) {}
        fn checkpoint(&self) -> Result<(), endcap::shop::Cancelled> {
            if self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed) < 3 {
                Ok(())
            } else {
                Err(endcap::shop::Cancelled)
            }
        }
    }
    let mut text = "order_id,created_at,sku,quantity\n".to_owned();
    text.extend((0..20_000).map(|n| format!("o{n},2025-01-02,s,1\n")));
    let files = SourceFile::from_memory("x.csv", text.into_bytes());
    let outcome = import::read(&files, &Options::default(), &mut Collected::default(), &Cancelling(0.into()));
    assert!(matches!(outcome, Err(import::Error::Cancelled(_))));
}

#[test]
fn detection_tells_encoding_delimiter_and_columns_from_the_first_bytes() {
    let detect = |name: &str| import::detect(&std::fs::read(fixture(name)).unwrap(), name);
    let wix = detect("wix_orders.csv");
    assert_eq!((wix.platform, wix.encoding.as_str(), wix.delimiter.as_str()), (P::Wix, "windows-1252", ","));
    let german = detect("german_shop.csv");
    assert_eq!((german.platform, german.kind, german.delimiter.as_str()), (P::Unknown, K::OrderLines, ";"));
    assert_eq!(german.columns.iter().filter(|column| column.meaning.is_some()).count(), 6);
    assert!(detect("shopify_orders.csv").confidence > 0.99);
}
