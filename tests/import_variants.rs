//! Exports as shops really hand them over: saved again by a spreadsheet, in other languages, encodings and zones, with
//! leftovers in them.

use endcap::import::{FileReport, Options, Platform};
use endcap::shop::time::rfc3339;
use endcap::shop::{Currency, Order, OrderStatus};

mod reading;

use reading::{Collected, read_text};

fn read(bytes: impl Into<Vec<u8>>) -> (FileReport, Collected) {
    read_text("export", bytes, &Options::default())
}

const SHOPIFY: &str = "Name;Email;Financial Status;Paid at;Fulfillment Status;Currency;Subtotal;Shipping;Taxes;Total;Discount Code;Discount Amount;Created at;Lineitem quantity;Lineitem name;Lineitem price;Lineitem sku;Refunded Amount;Vendor;Id\n";
const ORDER: &str = "#1001;mara@example.org;paid;2025-03-04 10:00:00 +0100;fulfilled;EUR;45,48;4,90;0,00;50,38;;0,00;2025-03-04 10:00:00 +0100;2;Café-Tasse – Groß;19,99;00123;0,00;Larkfield;'5544332211001\n#1001;mara@example.org;;;;;;;;;;;2025-03-04 10:00:00 +0100;1;Teller;5,50;;;Larkfield;\n";

#[test]
fn a_shopify_export_survives_a_spreadsheet_of_another_country() {
    let text = format!("{SHOPIFY}{ORDER}{SHOPIFY};;;;;;45,48;;;50,38;;;;;;;;;;\n\n\n");
    let (windows, ..) = encoding_rs::WINDOWS_1252.encode(&text);
    let (report, sink) = read(windows.into_owned());
    assert_eq!((report.encoding.as_str(), report.delimiter.as_str()), ("windows-1252", ";"));
    assert_eq!((report.rows_taken, report.rows_set_aside), (2, 2));
    let codes: Vec<&str> = sink.issues.iter().map(|issue| issue.code.as_str()).collect();
    assert!(codes.contains(&"header_repeated") && codes.contains(&"order_id_missing"), "{codes:?}");
    let check = |order: &Order| {
        assert_eq!(rfc3339(order.placed_at), "2025-03-04T09:00:00Z");
        assert_eq!((order.total, order.lines.len()), (Some(5_038), 2));
        assert_eq!(order.lines[0].title.as_deref(), Some("Café-Tasse – Groß"));
        assert_eq!(
            (order.lines[0].unit_price, order.lines[0].product.sku.as_deref()),
            (1_999, Some("00123"))
        );
    };
    check(&sink.orders[0]);
    let unicode: Vec<u8> = std::iter::once(0xfeff)
        .chain(format!("{SHOPIFY}{ORDER}").replace(';', "\t").encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let (report, sink) = read(unicode);
    assert_eq!((report.encoding.as_str(), report.delimiter.as_str()), ("utf-16le", "\t"));
    check(&sink.orders[0]);
}

#[test]
fn variations_without_attributes_are_all_kept() {
    let (report, sink) = read(
        "\u{feff}ID,Type,UGS,Nom,Publié,\"Visibilité dans le catalogue\",Description,\"En stock ?\",Stock,\"Tarif promo\",\"Tarif régulier\",Catégories,Étiquettes,Images,Parent\n10,variable,TEE,T-shirt,1,visible,,1,,,,\"Vêtements > Hauts\",été,https://x/a.jpg,\n11,variation,TEE-S,T-shirt - S,1,visible,,1,'-3',\"15,00\",\"19,99\",,,,TEE\n12,variation,TEE-M,T-shirt - M,1,visible,,backorder,,,\"19,99\",,,,id:10\n",
    );
    assert_eq!((report.platform, report.rows_taken), (Platform::Woocommerce, 3));
    let variants: Vec<(Option<&str>, Option<i64>, Option<i64>, Option<i64>)> = sink.products[0]
        .variants
        .iter()
        .map(|variant| (variant.sku.as_deref(), variant.price, variant.compare_at, variant.stock.level))
        .collect();
    assert_eq!(
        variants,
        [(Some("TEE-S"), Some(1_500), Some(1_999), Some(-3)), (Some("TEE-M"), Some(1_999), None, None)]
    );
}

#[test]
fn a_till_that_names_its_time_zone_is_believed() {
    let (_, sink) = read(
        "Date,Time,Time Zone,Category,Item,Qty,Price Point Name,SKU,Modifiers Applied,Gross Sales,Discounts,Net Sales,Tax,Transaction ID,Payment ID,Device Name,Notes,Details,Event Type,Location,Dining Option,Customer ID,Customer Name,Customer Reference ID\n08/14/25,02:10:40 PM,Eastern Time (US & Canada),Drinks,Latte,2.0,Large,LAT,,\"$1,045.00\",-$5.00,\"$1,040.00\",$0.00,T1,P1,D,,,Payment,Main,For Here,,,\n08/15/25,09:00:00 AM,Pacific Time (US & Canada),Drinks,Latte,-1.0,Large,LAT,,($12.00),$0.00,($12.00),$0.00,T2,P2,D,,,Refund,Main,,,,\n",
    );
    let times: Vec<String> = sink.orders.iter().map(|order| rfc3339(order.placed_at)).collect();
    assert_eq!(times, ["2025-08-14T18:10:40Z", "2025-08-15T16:00:00Z"]);
    assert_eq!((sink.orders[0].lines[0].unit_price, sink.orders[0].lines[0].discount), (52_250, 500));
    assert_eq!(sink.orders[1].status, OrderStatus::Cancelled);
}

#[test]
fn the_sign_in_a_total_is_the_orders_currency() {
    for text in [
        "ID;Référence;Nouveau client;Livraison;Client;Total;Paiement;État;Date\n5;XKBKNABJK;0;France;J. DOE;61,80\u{a0}€;Chèque;Paiement accepté;27/06/2024 09:14:00\n",
        "\"ID\",\"Kaufort\",\"Kaufdatum\",\"Rechnungsname\",\"Lieferungsname\",\"Gesamtsumme (Basis)\",\"Gesamtsumme (Kauf)\",\"Status\"\n\"000000123\",\"Main Website\nMain Store\nDE\",\"27.06.2024 09:14:00\",\"Mara Stein\",\"Mara Stein\",\"61,80 €\",\"61,80 €\",\"Verarbeitung\"\n",
    ] {
        let (_, sink) = read(text);
        assert_eq!(sink.orders[0].currency, Some(Currency::new("EUR")), "{text}");
        assert_eq!((sink.orders[0].total, sink.orders[0].id.len()), (Some(6_180), 9));
    }
}

#[test]
fn amounts_follow_the_decimals_of_each_orders_own_currency() {
    let (_, sink) = read(
        "customer_id,order_id,created_at,product_id,quantity,unit_price,currency\nc1,1,2025-01-02,p1,1,1200,JPY\nc1,2,2025-01-02,p1,1,12.345,KWD\nc2,3,2025-01-03,p1,-1,10.00,EUR\n",
    );
    let prices: Vec<i64> = sink.orders.iter().map(|order| order.lines[0].unit_price).collect();
    assert_eq!(prices, [1_200, 12_345, 1_000]);
    assert_eq!(sink.orders[2].status, OrderStatus::Cancelled);
}
