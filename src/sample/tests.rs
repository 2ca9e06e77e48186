use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::Path;

use super::calendar::DAYS;
use super::history::{Channel, History, Oddity};
use super::shoppers::{HABITS, Kind};
use super::visits::{FINDS_NOTHING, What};
use super::*;

fn store() -> (Assortment, History) {
    let assortment = Assortment::of_the_store(SEED);
    let people = people::invent(SEED, shoppers::TOTAL);
    let history = history::live(SEED, &assortment, &people);
    (assortment, history)
}

/// Per kind: orders, revenue, discounted orders, gifts.
fn by_kind(history: &History) -> BTreeMap<Kind, (i64, i64, i64, i64)> {
    let mut kinds: BTreeMap<Kind, (i64, i64, i64, i64)> = BTreeMap::new();
    for order in history.orders.iter().filter(|order| order.at.day < DAYS) {
        let Some(customer) = order.customer else { continue };
        let sums = kinds.entry(history.habits[customer].kind).or_default();
        sums.0 += 1;
        sums.1 += order.goods() - order.discount() - order.refunded();
        sums.2 += i64::from(order.is_discounted());
        sums.3 += i64::from(order.gift);
    }
    kinds
}

#[test]
fn the_history_has_the_stated_size() {
    let (_, history) = store();
    assert_eq!(history.orders.len(), 9_842);
    let lines: usize = history.orders.iter().map(|order| order.lines.len()).sum();
    assert!((21_000..21_700).contains(&lines), "{lines} order lines");
    let buyers: BTreeSet<usize> = history.orders.iter().filter_map(|order| order.customer).collect();
    assert_eq!(buyers.len(), 2_412);
    let guests =
        history.orders.iter().filter(|order| order.customer.is_none() && order.oddity.is_none()).count();
    assert_eq!(guests, 60);
}

#[test]
fn every_kind_brings_about_the_stated_share_of_revenue() {
    let (_, history) = store();
    let kinds = by_kind(&history);
    let all: i64 = kinds.values().map(|sums| sums.1).sum();
    let stated = [410, 100, 190, 90, 80, 70, 40, 20];
    for (habits, stated) in HABITS.iter().zip(stated) {
        let permille = kinds[&habits.kind].1 * 1_000 / all;
        assert!(
            (permille - stated).abs() <= 12,
            "{:?} brings {permille}, not {stated}: {kinds:#?}",
            habits.kind
        );
    }
}

#[test]
fn kinds_differ_in_what_clustering_can_see() {
    let (_, history) = store();
    let kinds = by_kind(&history);
    let discounted = |kind: Kind| kinds[&kind].2 * 100 / kinds[&kind].0;
    assert!((66..=78).contains(&discounted(Kind::SaleHunter)), "{}", discounted(Kind::SaleHunter));
    assert!((3..=9).contains(&discounted(Kind::LoyalBigSpender)), "{}", discounted(Kind::LoyalBigSpender));
    let gifts = kinds[&Kind::KitchenGifter].3 * 100 / kinds[&Kind::KitchenGifter].0;
    assert!(gifts >= 60, "{gifts}");
    let last_of_the_slipping = history
        .orders
        .iter()
        .filter(|order| {
            order.customer.is_some_and(|customer| history.habits[customer].kind == Kind::SlippingAway)
                && order.oddity != Some(Oddity::Future)
        })
        .map(|order| order.at.day)
        .max();
    assert!(last_of_the_slipping < Some(DAYS - 205), "{last_of_the_slipping:?}");
}

#[test]
fn planted_pairs_are_bought_together_far_more_often_than_by_chance() {
    let (assortment, history) = store();
    let baskets: Vec<BTreeSet<usize>> =
        history.orders.iter().map(|order| order.lines.iter().map(|line| line.article).collect()).collect();
    for (one, other) in [
        ("stovetop-espresso-pot", "stoneware-mug"),
        ("whistling-kettle", "meadow-teapot"),
        ("meadow-teapot", "meadow-cup-saucer"),
        ("winchester-sofa", "winchester-armchair"),
        ("winchester-sofa", "pebble-round-rug"),
        ("two-drawer-nightstand", "pleated-bedside-lamp"),
        ("striped-deck-chair", "beach-parasol"),
        ("two-person-tent", "sleeping-bag"),
        ("two-person-tent", "camp-lantern"),
        ("succulent-trio", "ribbed-vase"),
        ("block-train", "xylophone"),
    ] {
        let (one, other) = (assortment.index(one).unwrap(), assortment.index(other).unwrap());
        let with = |index| baskets.iter().filter(|basket| basket.contains(&index)).count();
        let both = baskets.iter().filter(|basket| basket.contains(&one) && basket.contains(&other)).count();
        let expected = with(one) * with(other) / baskets.len() + 1;
        let names = (&assortment.articles[one].title, &assortment.articles[other].title);
        assert!(both >= 12 && both >= 3 * expected, "{names:?}: {both} together, {expected} by chance");
    }
}

#[test]
fn visits_have_the_stated_size_and_nobody_adds_what_is_sold_out() {
    let (assortment, history) = store();
    let visits = visits::browse(SEED, &assortment, &history);
    let mut counts = [0_usize; 3];
    for visit in &visits {
        for step in &visit.steps {
            match &step.what {
                What::View(_) => counts[0] += 1,
                What::Add(article) => {
                    counts[1] += 1;
                    assert!(
                        assortment.articles[*article].is_for_sale(visit.start.day)
                            || visit.customer.is_some()
                    );
                }
                What::Search { query, results } => {
                    counts[2] += 1;
                    let nothing = FINDS_NOTHING.iter().any(|(words, _)| words == query);
                    assert_eq!(*results == 0, nothing, "{query} finds {results}");
                }
            }
        }
    }
    assert_eq!(counts[0] + counts[1], visits::VIEWS_AND_ADDITIONS, "{counts:?}");
    assert_eq!(counts[2], visits::SEARCHES);
}

#[test]
fn planted_problems_are_in_the_files_as_often_as_stated() {
    let files = export_files(SEED);
    let records = |name: &str, delimiter: u8| -> Vec<BTreeMap<String, String>> {
        let file = files.iter().find(|file| file.name == name).unwrap();
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(file.plain.as_slice());
        reader.deserialize().map(Result::unwrap).collect()
    };
    let count = |rows: &[BTreeMap<String, String>], wanted: &dyn Fn(&BTreeMap<String, String>) -> bool| {
        rows.iter().filter(|row| wanted(row)).count()
    };
    let cents = |cell: &str| cell.replace('.', "").parse::<i64>().unwrap_or(0);

    let products = records("products_export.csv", b',');
    assert_eq!(products.len(), 288);
    let heads: Vec<_> = products.iter().filter(|row| !row["Title"].is_empty()).cloned().collect();
    assert_eq!(heads.len(), 206);
    assert_eq!(count(&heads, &|row| row["Image Src"].is_empty()), 14);
    assert_eq!(count(&heads, &|row| row["Type"].is_empty()), 9);
    assert_eq!(count(&heads, &|row| cents(&row["Cost per item"]) > cents(&row["Variant Price"])), 2);
    let was_below = |row: &BTreeMap<String, String>| {
        let was = cents(&row["Variant Compare At Price"]);
        was > 0 && was < cents(&row["Variant Price"])
    };
    assert_eq!(count(&heads, &was_below), 4);
    assert_eq!(count(&products, &|row| row["Variant Inventory Qty"].starts_with('-')), 3);
    assert_eq!(count(&products, &|row| row["Variant SKU"].is_empty()), 8);

    let customers = records("customers_export.csv", b',');
    let emails: BTreeSet<String> = customers.iter().map(|row| row["Email"].to_lowercase()).collect();
    assert_eq!((customers.len(), emails.len()), (2_412 + 12, 2_412));

    let orders_file = files.iter().find(|file| file.name == "orders_export.zip").unwrap();
    let header = orders_file.plain.split(|byte| *byte == b'\n').next().unwrap();
    assert_eq!(header.split(|byte| *byte == b',').count(), 79);
    let orders = records("orders_export.zip", b',');
    assert_eq!(count(&orders, &|row| row["Lineitem sku"].starts_with("LH-OLD")), 6);
    assert_eq!(count(&orders, &|row| row["Payment Method"].contains("Bogus")), 2);
    let from_the_future = |row: &&BTreeMap<String, String>| row["Created at"].starts_with("2027");
    let dated_ahead: BTreeSet<&String> =
        orders.iter().filter(from_the_future).map(|row| &row["Name"]).collect();
    assert_eq!(dated_ahead.len(), 1);

    let till = records("showroom_till.csv", b';');
    assert!(
        till.iter().all(|row| row["unit_price"].contains(',') && row["created_at"].as_bytes()[2] == b'/')
    );
    let names: BTreeSet<&String> =
        orders.iter().map(|row| &row["Name"]).chain(till.iter().map(|row| &row["order_id"])).collect();
    assert_eq!(names.len(), 9_842);
    let (_, history) = store();
    let at_the_till = history.orders.iter().filter(|order| order.channel == Channel::Till).count();
    assert!((150..400).contains(&at_the_till), "{at_the_till}");
}

#[test]
fn the_committed_files_are_what_the_generator_writes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data");
    for file in export_files(SEED) {
        let committed = std::fs::read(folder.join(file.name)).unwrap();
        let mut plain = Vec::new();
        match Path::new(file.name).extension().and_then(|extension| extension.to_str()) {
            Some("gz") => {
                _ = flate2::read::GzDecoder::new(committed.as_slice()).read_to_end(&mut plain).unwrap()
            }
            Some("zip") => {
                let mut zip = zip::ZipArchive::new(std::io::Cursor::new(committed)).unwrap();
                _ = zip.by_index(0).unwrap().read_to_end(&mut plain).unwrap();
            }
            _ => plain = committed,
        }
        assert!(plain == file.plain, "{} differs from what the generator writes", file.name);
    }
}
