//! What people are called, where they live and what they ordered stays in the workspace: known words go in through real
//! export files, everything is trained and exported, and every byte of every file is searched.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use endcap::app::addresses::Addresses;
use endcap::app::campaign::{Sending, campaigns, files};
use endcap::app::export::Exporter;
use endcap::app::{ImportRequest, NewStore, Session, cluster, open, report, train};
use endcap::bundle::Strategy;
use endcap::export::Target;
use endcap::shop::hash::splitmix64;
use endcap::shop::{Currency, Silent, TimeZoneName};
use endcap::workspace::Who;
use polars::prelude::{Column, DataFrame, ParquetWriter};

/// 14 Nov 2025, 12:00 UTC.
const NOW: i64 = 1_763_121_600;
const CUSTOMERS: u64 = 60;

fn email(customer: u64) -> String {
    format!("zebedee{customer}@quillfeather-canary.example")
}

/// Words that belong to somebody, in every column that may hold one. The shop's own customer number is apart: files
/// for people are made of it.
fn canaries() -> Vec<String> {
    let mut words: Vec<String> = (0..CUSTOMERS)
        .flat_map(|customer| {
            [
                email(customer),
                format!("Quillfeather{customer}"),
                format!("+1202555{customer:04}"),
                format!("1202555{customer:04}"),
                format!("{customer} Canary Lane"),
                format!("note about canary {customer}"),
            ]
        })
        .collect();
    words.extend((0..900).map(|order| format!("CANARY-ORDER-{order}")));
    words.extend(["Zebedee".to_owned(), "quillfeather-canary".to_owned(), "CANARY-PAYMENT".to_owned()]);
    words
}

/// The bytes themselves and what is packed or spelt differently inside them: zip, gzip, base64, percent signs,
/// character references, UTF-16.
fn layers(bytes: &[u8]) -> Vec<String> {
    let mut found = vec![String::from_utf8_lossy(bytes).into_owned()];
    assert!(!bytes.starts_with(b"PAR1"), "an export writes Parquet: this test must learn to read it");
    if bytes.starts_with(b"PK\x03\x04") {
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        for at in 0..archive.len() {
            let mut inside = Vec::new();
            archive.by_index(at).unwrap().read_to_end(&mut inside).unwrap();
            found.extend(layers(&inside));
        }
        return found;
    }
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut inside = Vec::new();
        flate2::read::GzDecoder::new(bytes).read_to_end(&mut inside).unwrap();
        found.extend(layers(&inside));
        return found;
    }
    let text = &found[0];
    let mut more = vec![without_percent(text), text.replace("&#64;", "@").replace("&#x40;", "@")];
    let is_base64 = |letter: char| letter.is_ascii_alphanumeric() || "+/-_".contains(letter);
    for run in text.split(|letter| !is_base64(letter)).filter(|run| run.len() >= 16) {
        more.push(String::from_utf8_lossy(&from_base64(run)).into_owned());
    }
    if bytes.contains(&0) {
        more.push(bytes.iter().filter(|byte| **byte != 0).map(|byte| char::from(*byte)).collect());
    }
    found.extend(more);
    found
}

fn without_percent(text: &str) -> String {
    let mut parts = text.split('%');
    let mut plain = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        match part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                plain.push(byte);
                plain.extend(&part.as_bytes()[2..]);
            }
            None => plain.extend(part.as_bytes()),
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}

fn from_base64(run: &str) -> Vec<u8> {
    let sextet = |byte: u8| match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        _ => 63,
    };
    run.as_bytes()
        .chunks(4)
        .flat_map(|four| {
            let all = four.iter().fold(0_u32, |sum, byte| sum << 6 | u32::from(sextet(*byte)));
            let bytes = (all << (6 * (4 - four.len()))).to_be_bytes();
            bytes[1..four.len().max(1)].to_vec()
        })
        .collect()
}

/// Whether a target's files may speak of single people. A new target does not compile until somebody decides.
fn is_about_people(target: Target) -> bool {
    match target {
        Target::Shopify | Target::Klaviyo | Target::Mailchimp | Target::Gorse | Target::Recombee => true,
        Target::Web
        | Target::WooCommerce
        | Target::Magento
        | Target::Algolia
        | Target::OpenSearch
        | Target::Elasticsearch
        | Target::Flagd
        | Target::GrowthBook
        | Target::Pmml
        | Target::Onnx
        | Target::Csv
        | Target::Spark
        | Target::Report => false,
    }
}

#[test]
fn a_word_is_found_however_it_is_packed() {
    let word = "Quillfeather7";
    let mut zipped = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zipped.start_file("a/b.json", zip::write::SimpleFileOptions::default()).unwrap();
    let mut gzipped = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzipped.write_all(word.as_bytes()).unwrap();
    zipped.write_all(&gzipped.finish().unwrap()).unwrap();
    let utf16: Vec<u8> = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (how, bytes) in [
        ("plain", word.as_bytes().to_vec()),
        ("gzip in zip", zipped.finish().unwrap().into_inner()),
        ("base64", b"data:text/plain;base64,UXVpbGxmZWF0aGVyNw==".to_vec()),
        ("percent signs", b"https://x/?q=Quill%66eather%37".to_vec()),
        ("UTF-16", utf16),
    ] {
        assert!(layers(&bytes).iter().any(|text| text.contains(word)), "{how}");
    }
}

fn number(customer: u64) -> String {
    (7_210_448_300_000 + customer).to_string()
}

fn write_exports(folder: &Path) {
    let mut products = String::from(
        "Handle,Title,Vendor,Type,Tags,Published,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price,Variant Compare At Price,Cost per item,Status\n",
    );
    for product in 0..24 {
        writeln!(
            products,
            "thing-{product:02},Thing {product},Norr,{},,true,SKU-{product:02},shopify,{},deny,{}.00,{},{}.00,active",
            ["Lamps", "Vases", "Rugs"][product % 3],
            5 + product,
            20 + product,
            if product % 4 == 0 { format!("{}.00", 30 + product) } else { String::new() },
            9 + product / 2
        )
        .unwrap();
    }
    let mut customers = String::from(
        "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,Default Address Address1,Default Address City,Default Address Country Code,Default Address Zip,Phone,Accepts SMS Marketing,Total Spent,Total Orders,Note,Tax Exempt,Tags\n",
    );
    for customer in 0..CUSTOMERS {
        writeln!(
            customers,
            "'{},Zebedee,Quillfeather{customer},{},{},,{customer} Canary Lane,Graz,AT,8010,'+1202555{customer:04},no,71.90,2,note about canary {customer},,vip",
            number(customer),
            email(customer),
            if customer % 3 == 0 { "no" } else { "yes" }
        )
        .unwrap();
    }
    let mut orders = String::from(
        "Name,Email,Financial Status,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Billing Name,Billing Address1,Billing Phone,Shipping Name,Notes,Payment Reference,Refunded Amount,Vendor,Id,Phone\n",
    );
    for order in 0..900_u64 {
        let draw = splitmix64(order);
        let customer = draw % CUSTOMERS;
        // Every seventh customer has not been seen for seven months.
        let days = (draw >> 8) % 500 + if customer.is_multiple_of(7) { 200 } else { 0 };
        let created = jiff::Timestamp::from_second(NOW - 86_400 * days as i64 - 3_600).unwrap();
        for line in 0..2_u64 {
            // Each customer keeps to a kind of thing, so that there is something to learn.
            let product = (customer % 3 + 3 * (splitmix64(order * 2 + line) % 8)) % 24;
            let head = line == 0;
            let only = |text: String| if head { text } else { String::new() };
            writeln!(
                orders,
                "CANARY-ORDER-{order},{},{},{},{},{},{},{},{},,{},{} +0000,1,Thing {product},{}.00,SKU-{product:02},{},{},{},{},{},{},{},Norr,{},{}",
                email(customer),
                only("paid".to_owned()),
                only("yes".to_owned()),
                only("EUR".to_owned()),
                only("40.00".to_owned()),
                only("0.00".to_owned()),
                only("0.00".to_owned()),
                only("40.00".to_owned()),
                only("0.00".to_owned()),
                created.strftime("%Y-%m-%d %H:%M:%S"),
                20 + product,
                only(format!("Zebedee Quillfeather{customer}")),
                only(format!("{customer} Canary Lane")),
                only(format!("'+1202555{customer:04}")),
                only(format!("Zebedee Quillfeather{customer}")),
                only(format!("note about canary {customer}")),
                only("CANARY-PAYMENT".to_owned()),
                only("0.00".to_owned()),
                only((5_550_000_000_000 + order).to_string()),
                only(format!("'+1202555{customer:04}")),
            )
            .unwrap();
        }
    }
    for (name, text) in [
        ("products_export.csv", products),
        ("customers_export.csv", customers),
        ("orders_export.csv", orders),
    ] {
        fs::write(folder.join(name), text).unwrap();
    }
}

/// A trained workspace made from the exports, and the customer export.
fn store(folder: &Path) -> (Session, PathBuf) {
    write_exports(folder);
    let file = folder.join("shop.endcap");
    let new = NewStore {
        name: Some("Shop".to_owned()),
        currency: Currency::new("EUR"),
        time_zone: TimeZoneName("Europe/Vienna".to_owned()),
    };
    let mut session = Session::create(&file, &new).unwrap();
    let paths: Vec<PathBuf> = ["products_export.csv", "customers_export.csv", "orders_export.csv"]
        .iter()
        .map(|name| folder.join(name))
        .collect();
    let imported = session.import(&ImportRequest { paths, ..ImportRequest::default() }, &Silent).unwrap();
    assert_eq!(imported.summary.totals.orders, 900, "{:?}", imported.summary.issues);
    assert_eq!(imported.summary.totals.customers, CUSTOMERS);
    train::train(session.workspace_mut(), &train::Settings::at(NOW), &Silent).unwrap();
    (session, folder.join("customers_export.csv"))
}

#[test]
fn no_export_but_those_for_people_names_anybody_and_those_only_who_agreed() {
    let folder = tempfile::tempdir().unwrap();
    let (session, customers) = store(folder.path());
    let sections = report::sections(&session, session.workspace().path(), false, NOW, &Silent).unwrap();
    let mut exporter = Exporter::gather(session.workspace(), NOW, true, sections, &Silent).unwrap();
    let canaries = canaries();
    let bundle = open::bundle(session.workspace()).unwrap().unwrap();

    // Without addresses nothing at all may hold one of the words.
    for target in Target::ALL {
        assert_eq!(target.names_customers(), is_about_people(target), "{target}");
        for file in exporter.project(target).files {
            for text in layers(&file.bytes) {
                for word in &canaries {
                    assert!(!text.contains(word.as_str()), "{word} stands in {target}/{}", file.path);
                }
                for id in (0..CUSTOMERS).map(number).filter(|_| !is_about_people(target)) {
                    assert!(!text.contains(&id), "customer {id} stands in {target}/{}", file.path);
                }
            }
        }
    }
    let zip = folder.path().join("shop.zip");
    endcap::bundle::write(&bundle, &zip, &endcap::bundle::Extras::default()).unwrap();
    let inside = layers(&fs::read(&zip).unwrap());
    assert!(inside.len() > 10, "the zip holds {} texts", inside.len());
    for word in canaries.iter().cloned().chain((0..CUSTOMERS).map(number)) {
        assert!(!inside.iter().any(|text| text.contains(&word)), "{word} stands in the zipped bundle");
    }

    // With the shop's own export at hand, files for people hold addresses, of those who agreed and of nobody else.
    let from = Addresses::Files(vec![customers]);
    let added = exporter.add_addresses(session.workspace(), &from, &Silent).unwrap();
    let agreed: Vec<u64> = (0..CUSTOMERS).filter(|customer| customer % 3 != 0).collect();
    assert_eq!(added, agreed.len() as u64);
    let mut seen: BTreeMap<Target, u64> = BTreeMap::new();
    for target in Target::ALL {
        for file in exporter.project(target).files {
            let text = String::from_utf8_lossy(&file.bytes).into_owned();
            for customer in 0..CUSTOMERS {
                if text.contains(&format!("\"{}\"", email(customer)))
                    || text.contains(&format!("{},", email(customer)))
                {
                    assert!(is_about_people(target), "{target}/{} holds addresses", file.path);
                    assert!(agreed.contains(&customer), "{target}/{} writes to who refused", file.path);
                    *seen.entry(target).or_default() += 1;
                }
            }
            let other =
                canaries.iter().filter(|word| !word.contains('@') && !word.contains("quillfeather-canary"));
            for word in other.filter(|word| **word != "Zebedee") {
                assert!(!text.contains(word.as_str()), "{word} stands in {target}/{}", file.path);
            }
        }
    }
    for target in [Target::Shopify, Target::Klaviyo, Target::Mailchimp] {
        assert!(seen.get(&target).is_some_and(|n| *n >= agreed.len() as u64), "{target}: {seen:?}");
    }

    // Campaign tables follow the same rule, and nobody is on two lists.
    let found = campaigns(session.workspace(), &bundle, &Silent).unwrap();
    let sending = Sending::new(session.workspace(), &from, &Silent).unwrap();
    let made = files(&found, &bundle, &sending);
    let mut listed: Vec<usize> =
        found.lists.iter().flat_map(|list| &list.entries).map(|entry| entry.person).collect();
    assert!(!listed.is_empty(), "no trigger found anybody");
    assert_eq!(made.addresses, listed.len() as u64);
    listed.sort_unstable();
    let before = listed.len();
    listed.dedup();
    assert_eq!(listed.len(), before, "somebody would get two messages");
    for file in &made.files {
        let text = String::from_utf8_lossy(&file.bytes);
        for customer in (0..CUSTOMERS).filter(|customer| customer % 3 == 0) {
            assert!(!text.contains(&format!("{},", number(customer))), "{} lists who refused", file.path);
        }
    }
}

#[test]
fn addresses_need_the_right_file_and_the_owners_will() {
    let folder = tempfile::tempdir().unwrap();
    let (session, _) = store(folder.path());
    let mut exporter = Exporter::gather(session.workspace(), NOW, true, Vec::new(), &Silent).unwrap();
    let mut refused = |from: &Addresses| {
        exporter.add_addresses(session.workspace(), from, &Silent).unwrap_err().to_string()
    };
    assert!(refused(&Addresses::Kept).contains("keeps no addresses"));
    let products = Addresses::Files(vec![folder.path().join("products_export.csv")]);
    assert!(refused(&products).contains("No e-mail address"));
    let strangers = folder.path().join("strangers.csv");
    fs::write(&strangers, "First Name,Last Name,Email,Accepts Email Marketing,Total Spent,Total Orders\nA,B,a@b.example,yes,0,0\n")
        .unwrap();
    assert!(refused(&Addresses::Files(vec![strangers])).contains("None of the addresses"));
    assert!(
        refused(&Addresses::Files(vec![folder.path().join("nowhere.csv")])).contains("There is no such file")
    );
}

/// What the Spark job writes, as Parquet in folders.
fn write_cluster_output(folder: &Path) {
    let table = |name: &str, columns: Vec<Column>| {
        let inside = folder.join(name);
        fs::create_dir_all(&inside).unwrap();
        let height = columns[0].len();
        let mut frame = DataFrame::new(height, columns).unwrap();
        let file = fs::File::create(inside.join("part-00000.parquet")).unwrap();
        ParquetWriter::new(file).finish(&mut frame).unwrap();
    };
    let ids = vec![number(1), number(2), "a stranger".to_owned()];
    table(
        "features",
        vec![
            Column::new("customer_id".into(), ids.clone()),
            Column::new("n_orders".into(), vec![5_i64, 7, 9]),
        ],
    );
    table(
        "neighbors",
        vec![
            Column::new("product".into(), vec!["thing-00", "thing-00", "no such thing"]),
            Column::new("other".into(), vec!["thing-03", "thing-06", "thing-00"]),
            Column::new("together".into(), vec![12_i64, 4, 9]),
            Column::new("strength".into(), vec![250_000_000_i64, 900_000_000, 1]),
            Column::new("n_product".into(), vec![40_i64, 40, 40]),
            Column::new("lift_permille".into(), vec![3_100_i64, 9_000, 1]),
        ],
    );
}

#[test]
fn what_a_cluster_counted_comes_back_and_is_erased_with_the_person() {
    let folder = tempfile::tempdir().unwrap();
    let (mut session, _) = store(folder.path());
    let out = folder.path().join("cluster");
    write_cluster_output(&out);
    let brought = cluster::bring(session.workspace_mut(), &out, NOW, &Silent).unwrap();
    // One pair has too few orders to be claimed, one product and one customer are unknown.
    assert_eq!((brought.products, brought.neighbors, brought.counted, brought.unknown), (1, 1, 2, 2));
    let bundle = open::bundle(session.workspace()).unwrap().unwrap();
    let place = |id: &str| bundle.catalog.index(id).unwrap();
    let list = bundle.neighbors.of(Strategy::BoughtTogether, place("thing-00"));
    assert_eq!(list.len(), 1);
    // A cosine of one half.
    assert_eq!((list[0].product, list[0].strength, list[0].evidence.both), (place("thing-03"), 5_000, 12));
    let kept = |session: &Session| {
        let run = session.workspace().latest_run(cluster::CLUSTER).unwrap().unwrap();
        run.people.into_iter().map(|(id, _)| id).collect::<Vec<_>>()
    };
    assert_eq!(kept(&session), [number(1), number(2)]);
    session.forget(&Who::Customer(number(1))).unwrap();
    assert_eq!(kept(&session), [number(2)]);
    assert!(cluster::bring(session.workspace_mut(), folder.path(), NOW, &Silent).is_err());
}
