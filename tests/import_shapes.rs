//! Shapes of exports found in the wild: made-up rows under the headers, quirks and leftovers of real files.

mod reading;

use endcap::import::{DataKind as K, DateOrder, FileKey, Options, Platform as P, Reading, Severity};
use endcap::shop::time::rfc3339;
use endcap::shop::{Currency, OrderStatus, Product};
use reading::{Collected, read_sources, read_text, shared};

fn read(text: &str) -> (endcap::import::FileReport, Collected) {
    read_text("export.csv", text, &Options::default())
}

fn prices(product: &Product) -> Vec<(Option<&str>, Option<i64>, Option<i64>)> {
    let variants = product.variants.iter();
    variants.map(|variant| (variant.sku.as_deref(), variant.price, variant.stock.level)).collect()
}

#[test]
fn the_product_grid_of_magento_is_a_catalogue_with_stock_by_place() {
    let (report, sink) = read(
        "ID,Thumbnail,Name,Type,Attribute Set,SKU,Price,Quantity per Source,Salable Quantity,Visibility,Status,Websites,Size,EAN,Creation Date\n\
         7, -,Shirt-45,Simple Product,Default,S-45,\"€1,064.99\",\"Main: 1, Supplier: 0\",\"Main Stock: 5, Supplier Stock: 2\",\"Catalog, Search\",Enabled,Main,45,4051233090197,2020-08-27 19:22:40\n\
         8,https://x.nl/a.jpg,Shirt,Configurable Product,Default,S,€64.99, -,,\"Catalog, Search\",Disabled,Main, -, -,2020-08-27 19:22:42\n",
    );
    assert_eq!((report.platform, report.kind, report.rows_taken), (P::Magento, K::Products, 2));
    let [simple, parent] = &sink.products[..] else { panic!("{} products", sink.products.len()) };
    assert_eq!(prices(simple), [(Some("S-45"), Some(106_499), Some(7))]);
    assert_eq!(simple.variants[0].barcode.as_deref(), Some("4051233090197"));
    assert!(simple.image_urls.is_empty() && simple.published && !parent.published);
    assert_eq!(parent.image_urls, ["https://x.nl/a.jpg"]);
}

#[test]
fn woocommerce_lists_made_through_its_interface_keep_price_stock_and_pictures() {
    let (report, sink) = read(
        "id,name,sku,type,status,price,regular_price,sale_price,stock_quantity,main_image,all_images,categories,tags,description,short_description,permalink\n\
         1,Set,S1,variable,publish,2890,,,,https://x.rs/a.webp,https://x.rs/a.webp; https://x.rs/b.webp,Boys; New; Sets,,\"<p>x</p>\n\",s,https://x.rs/p/\n\
         2,Shirt,S2,simple,draft,3990,4500,3990,7,https://x.rs/c.webp,https://x.rs/c.webp,Boys,,d,,https://x.rs/q/\n",
    );
    assert_eq!((report.platform, report.rows_taken), (P::Woocommerce, 2));
    let [set, shirt] = &sink.products[..] else { panic!("{} products", sink.products.len()) };
    assert_eq!(prices(set), [(Some("S1"), Some(289_000), None)]);
    assert_eq!(set.image_urls, ["https://x.rs/a.webp", "https://x.rs/b.webp"]);
    assert_eq!(
        (&set.category[..], &set.collections[..]),
        (&["Boys".to_owned()][..], &["New".to_owned(), "Sets".to_owned()][..])
    );
    assert!(set.published && !shirt.published);
    assert_eq!(prices(shirt), [(Some("S2"), Some(399_000), Some(7))]);
    assert_eq!(shirt.variants[0].compare_at, Some(450_000));
}

#[test]
fn a_russian_export_behind_a_blank_line_and_a_late_byte_order_mark_is_read() {
    let (report, sink) = read(
        "\n\t\u{feff}ID,Тип,Артикул,Имя,Опубликован,рекомендуемый?,\"Видимость в каталоге\",\"Короткое описание\",Описание,\"В наличии?\",\"Базовая цена\",Категории,Изображения\n\
         40,simple,A-1,\"КОМБИНЕЗОН\",1,1,visible,,\"Комбинезон\",1,240,\"Женская одежда\",\"http://x/a.jpg, http://x/b.png\"\n\
         140,simple,,\"Товар 3 (Копировать)\",'-1,0,visible,,\"Это пример\",0,\"1200,50\",\"Женская одежда\",http://x/g.jpg\n",
    );
    assert_eq!((report.platform, report.kind, report.rows_taken), (P::Woocommerce, K::Products, 2));
    assert_eq!(prices(&sink.products[0]), [(Some("A-1"), Some(24_000), None)]);
    assert_eq!(sink.products[0].image_urls.len(), 2);
    assert!(!sink.products[1].published);
    assert_eq!(prices(&sink.products[1]), [(None, Some(120_050), Some(0))]);
}

#[test]
fn etsy_speaks_french_in_its_listings_and_tabs_after_a_spreadsheet() {
    let (report, sink) = read(
        "TITRE,DESCRIPTION,PRIX,CODE_DEVISE,QUANTITÉ,TAGS,MATÉRIAUX,\"IMAGE 1\",\"IMAGE 2\",\"TYPE VARIATION 1\",\"NOM VARIATION 1\",\"VALEURS VARIATION 1\",RÉFÉRENCE\n\
         \"Malle\",\"texte\nsuite\",49.02,EUR,35,\"malle_de_rangement,panier\",Osier,https://i/a.jpg,https://i/b.jpg,\"Propriété personnalisée\",Diam&egrave;tre,\"25 cm,35 cm\",REF-1\n",
    );
    assert_eq!((report.platform, report.kind, report.rows_taken), (P::Etsy, K::Products, 1));
    let product = &sink.products[0];
    assert_eq!(prices(product), [(Some("REF-1"), Some(4_902), Some(35))]);
    assert_eq!(product.currency, Some(Currency::new("EUR")));
    assert_eq!((product.image_urls.len(), &product.tags[0][..]), (2, "malle de rangement"));
    assert!(product.attributes.contains(&("Diamètre".to_owned(), "25 cm".to_owned())));

    let (report, sink) = read(
        "Sale Date\tOrder ID\tBuyer User ID\tFull Name\tNumber of Items\tPayment Method\tDate Shipped\tStreet 1\tShip City\tShip Zipcode\tShip Country\tCurrency\tOrder Value\tCoupon Code\tDiscount Amount\tShipping\tSales Tax\tOrder Total\tStatus\tCard Processing Fees\tOrder Net\tBuyer\tOrder Type\n\
         12/31/2023\t3159107009\tbuyer1\tAnn  Lee\t1\tCredit Card\t1/4/2024\t2 W St\tANCHORAGE\t99503\tUnited States\tUSD\t17\tSTAY\t4.25\t4.13\t0\t16.88\t\t0.76\t16.12\tAnn\tonline\n\
         1/2/2024\t3159107010\t\tBo\t2\tCredit Card\t1/4/2024\t3 W St\tBERLIN\t10115\tGermany\tUSD\t34\t\t0\t4.13\t0\t38.13\t\t0.76\t37\tBo\tonline\n",
    );
    assert_eq!((report.platform, report.kind, report.delimiter.as_str()), (P::Etsy, K::Orders, "\t"));
    assert_eq!(rfc3339(sink.orders[1].placed_at), "2024-01-02T00:00:00Z");
    assert_eq!((sink.orders[0].total, sink.orders[0].discount), (Some(1_688), 425));
    assert_eq!(sink.orders[1].customer.id, None);
}

#[test]
fn feeds_without_links_and_tables_with_plain_names_are_products() {
    let (report, sink) = read(
        "id,title,description,image_link,price,availability\n\
         f9,Melon | Pink,\"<p>a</p>\",https://x/a.jpg,25,InStock\nf9,,,,,InStock\n22,Blanket,b,https://x/b.jpg,20,out of stock\n",
    );
    assert_eq!((report.platform, report.rows_taken, sink.products.len()), (P::GoogleMerchant, 3, 2));
    assert_eq!(prices(&sink.products[0]), [(None, Some(2_500), None)]);
    assert_eq!(prices(&sink.products[1]), [(None, Some(2_000), Some(0))]);
    let (report, sink) = read(
        "sku|name|description|price|skin_type|photo\n1|Huile 200ml|Cette huile, extra|28|sèche|https://x/a.png\n8|Lait|Lait|22.90|sèche|https://x/b.png\n",
    );
    assert_eq!((report.platform, report.delimiter.as_str(), report.rows_taken), (P::Plain, "|", 2));
    assert_eq!(
        (sink.products[1].title.as_str(), prices(&sink.products[1])),
        ("Lait", vec![(Some("8"), Some(2_290), None)])
    );
    assert_eq!(sink.products[0].image_urls, ["https://x/a.png"]);
    assert_eq!(report.ignored_columns, ["skin_type"]);
    let (report, sink) = read(
        "handleId,fieldType,Name,Price,SKU,Image,Description,InStock\na-1,Product,Kayano,150.00,K-200,https://x/a.png,x,out_of_stock\n",
    );
    assert_eq!(report.platform, P::Wix);
    assert_eq!(sink.products[0].image_urls, ["https://x/a.png"]);
    assert_eq!(prices(&sink.products[0]), [(Some("K-200"), Some(15_000), Some(0))]);
}

#[test]
fn purchases_that_name_a_customer_are_never_taken_for_customers() {
    let (report, sink) = read(
        "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n\
         489434,85048,15CM CHRISTMAS GLASS BALL 20 LIGHTS,12,2009-12-01 07:45:00,6.95,13085.0,United Kingdom\n",
    );
    assert_eq!((report.platform, report.rows_read, sink.customers.len()), (P::Unknown, 0, 0));
    let issue = sink.code("file_not_recognised").unwrap();
    assert!(issue.message.contains("It looks like order lines: Invoice = Order number"), "{}", issue.message);
    assert!(issue.advice.contains("--guess"), "{}", issue.advice);
    let (report, sink) = read("sku,warehouse,quantity\nA,Main,4\nA,Shop,1\n");
    assert_eq!((report.platform, report.kind, sink.other.len()), (P::Plain, K::Inventory, 2));
    // Nobody's catalogue either.
    let (report, _) = read("id,name,price,email\n1,Ann,3.00,a@example.org\n");
    assert_ne!((report.platform, report.kind), (P::Plain, K::Products));
}

#[test]
fn discounts_that_are_shares_are_said_to_be_and_sales_are_line_totals() {
    let mut text =
        "Row ID,Order ID,Order Date,Customer ID,Product ID,Category,Product Name,Sales,Quantity,Discount\n"
            .to_owned();
    for n in 1..=4 {
        text.push_str(&format!(
            "{n},CA-{n},11/1{n}/2016,CG-{n},FUR-{n},Furniture,Bookcase {n},261.96,2,0.2\n"
        ));
    }
    let (report, sink) = read(&text);
    assert_eq!((report.platform, report.kind, report.rows_taken), (P::Plain, K::OrderLines, 4));
    assert_eq!(report.date_order, Some(DateOrder::MonthFirst));
    let line = &sink.orders[0].lines[0];
    assert_eq!((line.unit_price, line.title.as_deref()), (13_098, Some("Bookcase 1")));
    assert_eq!(sink.code("discounts_look_like_shares").unwrap().severity, Severity::Warning);
}

#[test]
fn order_plugins_of_woocommerce_with_a_row_per_line_are_joined() {
    let row = |id: &str, total: &str, title: &str, sku: &str, n: u32, amount: &str, status: &str| {
        format!(
            "{id},2026-04-26 21:32:57,{status},bacs,USD,0,{total},r@example.com,{title},{sku},{n},{amount}\n"
        )
    };
    let text = "order_number,order_date,status,payment_method,order_currency,discount_total,order_total,customer_email,product_name,sku,quantity,item_total\n".to_owned()
        + &row("10001", "855.25", "Paint", "w-65", 2, "432.32", "completed")
        + &row("10001", "", "Cat Food", "w-34", 2, "294.26", "completed")
        + &row("10002", "473.16", "Boots", "w-80", 2, "473.16", "pending");
    let (report, sink) = read(&text);
    assert_eq!((report.platform, report.rows_taken, sink.orders.len()), (P::Woocommerce, 3, 2));
    assert_eq!((sink.orders[0].total, sink.orders[0].lines.len()), (Some(85_525), 2));
    assert_eq!(sink.orders[0].lines[1].unit_price, 14_713);
    assert_eq!(sink.orders[1].status, OrderStatus::Pending);
}

#[test]
fn dates_that_one_file_leaves_open_are_read_as_another_file_writes_them() {
    let files: Vec<endcap::import::SourceFile> = [
        (
            "a.csv",
            "customer_id,order_id,created_at,product_id,quantity,unit_price\nc1,1,13/04/2025,p1,1,2.00\n",
        ),
        (
            "b.csv",
            "customer_id,order_id,created_at,product_id,quantity,unit_price\nc1,2,03/04/2025,p1,1,2.00\n",
        ),
    ]
    .iter()
    .flat_map(|(name, text)| endcap::import::SourceFile::from_memory(name, text.as_bytes()))
    .collect();
    let dollars = Options { currency: Some(Currency::new("USD")), ..Options::default() };
    let (reports, sink) = read_sources(&files, &dollars);
    assert_eq!(rfc3339(sink.orders[1].placed_at), "2025-04-03T00:00:00Z");
    let issue = sink.code("dates_as_elsewhere").unwrap();
    assert!(issue.message.contains("because those of a.csv are"), "{}", issue.message);
    assert!(sink.code("dates_ambiguous").is_none());
    assert_eq!(reports[1].date_order, Some(DateOrder::DayFirst));
    // What is said of one file goes before what another one does.
    let month = Reading { date_order: Some(DateOrder::MonthFirst), ..Reading::default() };
    let told = Options { readings: vec![(FileKey::Name("b.csv".to_owned()), month)], ..dollars };
    let (_, sink) = read_sources(&files, &told);
    assert_eq!(rfc3339(sink.orders[1].placed_at), "2025-03-04T00:00:00Z");
}

#[test]
fn an_encoding_that_is_named_is_used_and_known_again_by_the_header() {
    let text = "Handle,Title,Variant Price,Vendor\ncup,Čajník řezaný,3.00,Říp\n";
    let (bytes, ..) = encoding_rs::WINDOWS_1250.encode(text);
    let (report, sink) = read_text("a.csv", bytes.clone().into_owned(), &Options::default());
    assert_eq!(report.encoding, "windows-1252");
    assert_ne!(sink.products[0].title, "Čajník řezaný");
    let told = Reading { encoding: Some("windows-1250".to_owned()), ..Reading::default() };
    for key in [FileKey::Name("a.csv".to_owned()), FileKey::Signature(report.signature)] {
        let options = Options { readings: vec![(key, told.clone())], ..Options::default() };
        let (report, sink) = read_text("a.csv", bytes.clone().into_owned(), &options);
        assert_eq!(
            (report.encoding.as_str(), sink.products[0].title.as_str()),
            ("windows-1250", "Čajník řezaný")
        );
        assert!(sink.code("encoding_guessed").is_none());
    }
}

#[test]
fn strewn_orders_come_out_the_same_in_parts_as_at_once() {
    let mut text = "customer_id,order_id,created_at,product_id,quantity,unit_price\n".to_owned();
    for row in 0..300_u64 {
        let line = row * 7 % 300;
        text.push_str(&format!("c{},{},2025-01-{:02},p{line},1,2.00\n", line / 3, line / 3, 1 + line / 30));
    }
    text.push_str("c1,,2025-01-01,p1,1,2.00\nc1,7,2025-01-01\nc1,8,never,p1,1,2.00\n");
    let sorted = |most_rows_waiting| {
        let options = Options { most_rows_waiting, ..Options::default() };
        let (report, mut sink) = read_text("x.csv", text.as_bytes(), &options);
        sink.orders.sort_by(|a, b| a.id.cmp(&b.id));
        let codes: Vec<String> = sink.issues.iter().map(|issue| issue.code.clone()).collect();
        (report, sink.orders, codes)
    };
    let (report, orders, mut codes) = sorted(None);
    assert_eq!((report.rows_read, orders.len()), (303, 100));
    assert!(orders.iter().all(|order| order.lines.len() >= 3));
    let (in_parts, same, mut said) = sorted(Some(40));
    codes.sort();
    said.sort();
    assert_eq!((in_parts, same, said), (report, orders, codes));
}

/// A cell that suits its header, of row `n`.
fn cell(header: &str, n: usize) -> String {
    let name = header.trim().trim_matches('"').to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    let text = match name.as_str() {
        "type" | "product_type" => "simple",
        "fieldtype" | "item" | "item type" => "Product",
        "status" => "active",
        "inventory tracking" => "none",
        "variantid" => "1",
        "slug" | "slug.en" | "handle" => return format!("thing-{n}"),
        "store_view_code" | "parent" | "configurable_variations" | "sale price" | "saleprice" => "",
        _ if has(&["active", "published", "visible", "visibility", "enabled"]) => "1",
        _ if has(&["currency"]) => "EUR",
        _ if has(&["email"]) => return format!("a{n}@example.org"),
        _ if has(&["phone"]) => return format!("+49301234567{n}"),
        _ if has(&[
            "available_on",
            "date",
            "created at",
            "created_at",
            "paid at",
            "sign up",
            "registration",
        ]) =>
        {
            "2025-03-04 10:00:00"
        }
        _ if name == "time" => "10:00:00",
        _ if has(&["price", "total", "amount", "spend", "spent", "sales", "cost", "prices"])
            && !has(&[
                "orders", "name", "rule", "dates", "special", "map", "msrp", "compare", "quantity",
            ]) =>
        {
            "12.50"
        }
        _ if has(&["quantity", "qty", "stock", "on hand", "available", "orders", "items sold"]) => "3",
        _ if has(&["option", "attribute"]) && has(&["name"]) => "Size",
        _ if has(&["image", "photo"]) => return format!("https://x.org/{n}.jpg"),
        _ if has(&["country"]) => "DE",
        _ if has(&["sku", "reference"]) => return format!("S-{n}"),
        _ if has(&["name", "title"]) => return format!("Thing {n}"),
        _ if has(&["handle", "id", "order", "number"]) => return format!("100{n}"),
        _ => "",
    };
    text.to_owned()
}

#[test]
fn every_known_header_is_told_and_rows_below_it_mean_something() {
    let Some(shared) = shared() else { return };
    let table: &[(&str, P, K)] = &[
        ("bigcommerce_products_legacy", P::Bigcommerce, K::Products),
        ("bigcommerce_products_v3", P::Bigcommerce, K::Products),
        ("commercetools_products", P::Commercetools, K::Products),
        ("etsy_listings", P::Etsy, K::Products),
        ("etsy_sold_order_items", P::Etsy, K::OrderLines),
        ("magento_catalog_product_export", P::Magento, K::Products),
        ("magento_catalog_product_sample", P::Magento, K::Products),
        ("magento_customer", P::Magento, K::Customers),
        ("magento_customer_address", P::Magento, K::Customers),
        ("magento_customer_composite", P::Magento, K::Customers),
        ("magento_orders_grid_default", P::Magento, K::Orders),
        ("medusa_v2_products", P::Medusa, K::Products),
        ("prestashop_combinations_import", P::Prestashop, K::Products),
        ("prestashop_customers_export", P::Prestashop, K::Customers),
        ("prestashop_customers_import", P::Prestashop, K::Customers),
        ("prestashop_orders_export", P::Prestashop, K::Orders),
        ("prestashop_products_export", P::Prestashop, K::Products),
        ("prestashop_products_import", P::Prestashop, K::Products),
        ("shopify_customers_2022", P::Shopify, K::Customers),
        ("shopify_customers_2024", P::Shopify, K::Customers),
        ("shopify_discounts", P::Shopify, K::Discounts),
        ("shopify_inventory_2023", P::Shopify, K::Inventory),
        ("shopify_orders_73_2021", P::Shopify, K::Orders),
        ("shopify_orders_79", P::Shopify, K::Orders),
        ("shopify_products_2018", P::Shopify, K::Products),
        ("shopify_products_export_2026", P::Shopify, K::Products),
        ("shopify_products_new_template_2026", P::Shopify, K::Products),
        ("shopify_products_template_2023", P::Shopify, K::Products),
        ("spree_products", P::Spree, K::Products),
        ("square_items_2026", P::Square, K::OrderLines),
        ("squarespace_orders", P::Squarespace, K::Orders),
        ("squarespace_products", P::Squarespace, K::Products),
        ("vendure_products", P::Vendure, K::Products),
        ("wix_catalog_products", P::Wix, K::Products),
        ("wix_orders", P::Wix, K::Orders),
        ("woocommerce_analytics_customers", P::Woocommerce, K::Customers),
        ("woocommerce_analytics_orders", P::Woocommerce, K::Orders),
        ("woocommerce_orders_webtoffee_plugin", P::Woocommerce, K::Orders),
        ("woocommerce_products_export_en", P::Woocommerce, K::Products),
        ("woocommerce_products_sample", P::Woocommerce, K::Products),
    ];
    let mut there: Vec<String> = std::fs::read_dir(shared.join("headers"))
        .unwrap()
        .filter_map(|entry| entry.unwrap().path().file_stem()?.to_str().map(str::to_owned))
        .collect();
    there.sort();
    let known: Vec<&str> = table.iter().map(|(name, ..)| *name).collect();
    assert_eq!(there, known, "every header has its line");
    for (name, platform, kind) in table {
        let header = std::fs::read_to_string(shared.join("headers").join(format!("{name}.csv"))).unwrap();
        let header = header.trim_start_matches('\u{feff}').lines().next().unwrap_or_default().to_owned();
        let delimiter = if header.matches(';').count() > header.matches(',').count() { b';' } else { b',' };
        let mut reader =
            csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).from_reader(header.as_bytes());
        let names = reader.records().next().unwrap().unwrap();
        let mut out = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
        out.write_record(&names).unwrap();
        for n in 1..=2 {
            out.write_record(names.iter().map(|name| cell(name, n))).unwrap();
        }
        let (report, sink) = read_text(name, out.into_inner().unwrap(), &Options::default());
        assert_eq!((report.platform, report.kind), (*platform, *kind), "{name}");
        assert_eq!((report.rows_taken, report.rows_set_aside), (2, 0), "{name}: {:?}", sink.issues);
        match kind {
            K::Products => {
                assert_eq!(sink.products.len(), 2, "{name}");
                for product in &sink.products {
                    assert!(!product.title.is_empty() && !product.variants.is_empty(), "{name}: {product:?}");
                }
                let priced = sink
                    .products
                    .iter()
                    .flat_map(|product| &product.variants)
                    .all(|variant| variant.price.is_some_and(|price| price > 0));
                // commercetools packs prices with their currency; combinations only say what they add to the price.
                let elsewhere = *platform == P::Commercetools || *name == "prestashop_combinations_import";
                assert!(priced || elsewhere, "{name}: {:?}", sink.products[0].variants);
            }
            K::Customers => {
                assert_eq!(sink.customers.len(), 2, "{name}");
                let named = sink
                    .customers
                    .iter()
                    .all(|customer| customer.key.email.is_some() || customer.key.id.is_some());
                assert!(named, "{name}: {:?}", sink.customers[0]);
            }
            K::Orders | K::OrderLines => {
                assert_eq!(sink.orders.len(), 2, "{name}");
                for order in &sink.orders {
                    assert!(rfc3339(order.placed_at).starts_with("2025-03-04"), "{name}: {order:?}");
                    let worth = order.total.is_some() || order.lines.iter().any(|line| line.unit_price > 0);
                    assert!(worth, "{name}: {order:?}");
                }
            }
            _ => assert_eq!(sink.other.len(), 2, "{name}"),
        }
    }
}

#[test]
fn fields_that_only_late_items_of_a_feed_have_are_read() {
    let mut feed = "<rss xmlns:g=\"x\"><channel>".to_owned();
    for n in 0..700 {
        let brand = if n >= 650 { "<g:brand>Late</g:brand>" } else { "" };
        feed.push_str(&format!(
            "<item><g:id>{n}</g:id><title>T{n}</title><link>https://x/{n}</link><g:image_link>https://x/{n}.jpg</g:image_link><g:price>5.00 EUR</g:price>{brand}</item>"
        ));
    }
    feed.push_str("</channel></rss>");
    let (report, sink) = read(&feed);
    assert_eq!((report.platform, report.rows_taken), (P::GoogleMerchant, 700));
    let late = sink.products.iter().filter(|product| product.vendor.as_deref() == Some("Late")).count();
    assert_eq!(late, 50);
}
