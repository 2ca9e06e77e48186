//! Spreadsheets, Parquet tables and archives that real programs wrote (openpyxl, XlsxWriter, pandas, pyarrow, DuckDB, the
//! Mac's archiver), read cell by cell.

use std::path::{Path, PathBuf};

use endcap::import::{self, DataKind, FileReport, Options, Platform};
use endcap::shop::time::rfc3339;
use endcap::shop::{Currency, EventKind, LineKind, Order, TimeZoneName};

mod reading;

use reading::{Collected, read_sources};

fn read(name: &str) -> (Vec<FileReport>, Collected) {
    let file: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/readers").join(name);
    let options = Options { time_zone: TimeZoneName("Europe/Berlin".to_owned()), ..Options::default() };
    read_sources(&import::sources(&[file]), &options)
}

/// The three orders that every order file here holds.
fn check_orders(name: &str, orders: &[Order], first_at: &str) {
    let ids: Vec<&str> = orders.iter().map(|order| order.id.as_str()).collect();
    assert_eq!(ids, ["1001", "1002", "1003"], "{name}");
    assert_eq!(rfc3339(orders[0].placed_at), first_at, "{name}");
    let lines: Vec<(Option<&str>, i64, i64)> = orders
        .iter()
        .flat_map(|order| &order.lines)
        .map(|line| (line.product.product_id.as_deref(), line.quantity, line.unit_price))
        .collect();
    let want =
        [(Some("p1"), 2, 1_999), (Some("p2"), 1, 550), (Some("p1"), 1, 1_999), (Some("p3"), 3, 123_450)];
    assert_eq!(lines, want, "{name}");
    assert_eq!(orders[2].lines[0].kind, LineKind::GiftCard, "{name}");
    assert_eq!(orders[0].currency, Some(Currency::new("EUR")), "{name}");
    assert_eq!(orders[0].customer.id.as_deref(), Some("c1"), "{name}");
}

#[test]
fn spreadsheets_are_read_below_titles_and_notes_and_beside_other_sheets() {
    // A sheet of notes first, a merged title and a blank row above the header, a row of sums below.
    let (reports, sink) = read("openpyxl_orders.xlsx");
    assert_eq!((reports[0].rows_taken, reports[0].rows_set_aside), (4, 1));
    check_orders("openpyxl", &sink.orders, "2025-03-04T09:30:00Z");
    // An index column without a header.
    let (reports, sink) = read("pandas_orders.xlsx");
    assert_eq!((reports[0].rows_taken, reports[0].rows_set_aside), (4, 0));
    check_orders("pandas", &sink.orders, "2025-03-04T09:30:00Z");
}

#[test]
fn a_workbook_with_data_on_two_sheets_says_which_one_was_not_read() {
    let (reports, sink) = read("two_sheets.xlsx");
    assert_eq!((reports[0].kind, reports[0].rows_taken), (DataKind::Products, 1));
    let issue = sink.issues.iter().find(|issue| issue.code == "sheets_not_read").unwrap();
    assert!(issue.message.contains("Orders") && issue.message.contains("Products"), "{}", issue.message);
}

#[test]
fn spreadsheet_cells_keep_zeros_flags_and_amounts_whatever_they_look_like() {
    let (reports, sink) = read("xlsxwriter_products.xlsx");
    assert_eq!((reports[0].platform, reports[0].kind), (Platform::Plain, DataKind::Products));
    let [cup, plate, card] = &sink.products[..] else { panic!("{} products", sink.products.len()) };
    let variant = &cup.variants[0];
    assert_eq!((variant.price, variant.compare_at, variant.cost), (Some(1_999), Some(2_499), Some(810)));
    assert_eq!((variant.sku.as_deref(), variant.stock.level), (Some("00123"), Some(12)));
    assert_eq!(cup.category, ["Kitchen", "Cups"]);
    assert_eq!(plate.variants[0].stock.level, Some(0));
    assert!(cup.published && !card.published);
    assert_eq!(card.variants[0].stock.level, None);
}

#[test]
fn parquet_decimals_dictionaries_and_time_zones_come_in_exactly() {
    for (name, first_at) in [
        // 10:30 in Berlin, said with the zone.
        ("pyarrow_orders.parquet", "2025-03-04T09:30:00Z"),
        // 10:30 without zone: the store's.
        ("pyarrow_zstd.parquet", "2025-03-04T09:30:00Z"),
        ("pyarrow_gzip.parquet", "2025-03-04T10:30:00Z"),
    ] {
        let (reports, sink) = read(name);
        assert_eq!((reports[0].platform, reports[0].kind), (Platform::Plain, DataKind::OrderLines), "{name}");
        check_orders(name, &sink.orders, first_at);
    }
}

#[test]
fn parquet_lists_structs_and_dates_become_values() {
    let (reports, sink) = read("duckdb_products.parquet");
    assert_eq!(reports[0].rows_taken, 2);
    let cup = &sink.products[0];
    assert_eq!((cup.title.as_str(), cup.variants[0].price), ("Cup", Some(1_999)));
    assert!(cup.published && !sink.products[1].published);
    let (_, sink) = read("pandas_events.parquet");
    let kinds: Vec<EventKind> = sink.events.iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [EventKind::ViewProduct, EventKind::AddToCart, EventKind::Search]);
    assert_eq!(rfc3339(sink.events[0].at), "2025-03-04T10:00:00Z");
    assert_eq!(sink.events[2].query.as_deref(), Some("cup"));
    assert_eq!((sink.events[1].value, sink.events[2].value), (Some(1_999), None));
    let (reports, sink) = read("ga4_events.parquet");
    assert_eq!(reports[0].platform, Platform::Ga4);
    let event = &sink.events[0];
    assert_eq!((event.kind, event.product.product_id.as_deref()), (EventKind::ViewProduct, Some("p1")));
    assert!(event.session.is_some());
    assert_eq!(event.page.as_deref(), Some("https://x.org/p/cup"));
}

#[test]
fn an_archive_of_the_mac_gives_its_files_and_none_of_its_shadows() {
    let (reports, sink) = read("mac.zip");
    let names: Vec<&str> = reports.iter().map(|report| report.file.as_str()).collect();
    assert_eq!(
        names,
        [
            "mac.zip/export/events.parquet",
            "mac.zip/export/orders/2025/orders_export_1.csv",
            "mac.zip/export/orders/2025/orders_export_2.csv",
            "mac.zip/export/products.xlsx",
        ]
    );
    assert_eq!((sink.products.len(), sink.events.len()), (3, 3));
    // Two files of one kind: both are read; the workspace joins what they share.
    assert_eq!(sink.orders.len(), 6);
    assert!(sink.issues.is_empty(), "{:?}", sink.issues);
}

#[test]
fn half_an_archive_or_table_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    for (name, n) in [("mac.zip", 3_000), ("pyarrow_orders.parquet", 1_500), ("openpyxl_orders.xlsx", 3_000)]
    {
        let bytes =
            std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/readers").join(name))
                .unwrap();
        let file = folder.path().join(name);
        std::fs::write(&file, &bytes[..n]).unwrap();
        let (reports, sink) = read_sources(&import::sources(&[file]), &Options::default());
        assert_eq!(reports[0].rows_read, 0, "{name}");
        let issue = sink.issues.first().unwrap_or_else(|| panic!("nothing was said about {name}"));
        assert!(issue.advice.contains("again"), "{name}: {} {}", issue.message, issue.advice);
    }
}
