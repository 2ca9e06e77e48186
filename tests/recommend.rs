//! Models against hand counts, each other, and the published numbers of Online Retail.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests fail by panicking and say aloud what they skip"
)]

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::PathBuf;

use endcap::features::Dictionary;
use endcap::recommend::cooccur::{Baskets, Measure};
use endcap::recommend::dataset::{Dataset, Line, NOBODY, ProductFacts};
use endcap::recommend::method::{Counting, Method};
use endcap::recommend::window::{Case, Task, customer_cases, order_cases};
use endcap::recommend::{History, Settings, Strategy as Link, rank, train};
use endcap::shop::Silent;
use endcap::shop::hash::splitmix64;
use proptest::prelude::*;

const DAY: i64 = 86_400;

/// (customer or none, day, products) as order number n.
fn dataset(orders: &[(Option<u32>, i64, Vec<u32>)]) -> Dataset {
    let name = |kind: &str, n: u32| format!("{kind}{n:05}");
    let customers = Dictionary::from_ids(orders.iter().filter_map(|o| o.0).map(|c| name("c", c)).collect());
    let products = Dictionary::from_ids(orders.iter().flat_map(|o| &o.2).map(|p| name("p", *p)).collect());
    let ids = Dictionary::from_ids((0..orders.len() as u32).map(|n| name("o", n)).collect());
    let mut lines = Vec::new();
    for (n, (customer, day, bought)) in orders.iter().enumerate() {
        for product in bought {
            lines.push(Line {
                order: ids.index(&name("o", n as u32)).unwrap(),
                customer: customer.and_then(|c| customers.index(&name("c", c))).unwrap_or(NOBODY),
                product: products.index(&name("p", *product)).unwrap(),
                at: day * DAY,
                quantity: 1.0,
                revenue: 100.0,
            });
        }
    }
    Dataset::new(customers, products, ids, Vec::new(), &lines, Vec::new())
}

/// A small shop with habits: customers buy what customers of the same remainder buy, and come back.
fn habits(n_customers: u32, weeks: i64) -> Vec<(Option<u32>, i64, Vec<u32>)> {
    let mut orders = Vec::new();
    for week in 0..weeks {
        for customer in 0..n_customers {
            let dice = splitmix64(u64::from(customer) << 20 | week as u64);
            if dice.is_multiple_of(3) {
                let group = customer % 4;
                let bought = (0..3).map(|k| group * 8 + (splitmix64(dice + k) % 8) as u32).collect();
                orders.push((Some(customer), week * 7 + (dice % 7) as i64, bought));
            }
        }
    }
    orders
}

/// product name → (neighbour name → pair count)
fn pair_counts(data: &Dataset) -> BTreeMap<(String, String), u32> {
    let history = History::new(data, i64::MAX, 1);
    let baskets = Baskets::new(&history);
    let list = baskets.neighbours(Measure::Count, 1_000);
    let id = |item: u32| data.products.id(history.products[item as usize]).to_owned();
    let mut counts = BTreeMap::new();
    for item in 0..history.n_items() as u32 {
        let (others, values) = list.similar.row(item as usize);
        for (other, value) in others.iter().zip(values) {
            counts.insert((id(item), id(*other)), *value as u32);
        }
    }
    counts
}

fn orders() -> impl Strategy<Value = Vec<(Option<u32>, i64, Vec<u32>)>> {
    proptest::collection::vec(
        (proptest::option::of(0_u32..6), 0_i64..200, proptest::collection::vec(0_u32..9, 1..5)),
        1..40,
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn pair_counts_equal_a_count_by_hand(orders in orders()) {
        let mut expected: BTreeMap<(String, String), u32> = BTreeMap::new();
        for (_, _, bought) in &orders {
            let mut set = bought.clone();
            set.sort_unstable();
            set.dedup();
            for a in &set {
                for b in set.iter().filter(|b| *b != a) {
                    *expected.entry((format!("p{a:05}"), format!("p{b:05}"))).or_default() += 1;
                }
            }
        }
        prop_assert_eq!(pair_counts(&dataset(&orders)), expected);
    }

    #[test]
    fn relabelling_products_changes_no_pair_count(orders in orders()) {
        let relabelled: Vec<_> = orders
            .iter()
            .map(|(customer, day, bought)| (*customer, *day, bought.iter().map(|p| 8 - p).collect()))
            .collect();
        let back = |id: &str| format!("p{:05}", 8 - id[1..].parse::<u32>().unwrap());
        let renamed: BTreeMap<_, _> = pair_counts(&dataset(&relabelled))
            .into_iter()
            .map(|((a, b), count)| ((back(&a), back(&b)), count))
            .collect();
        prop_assert_eq!(pair_counts(&dataset(&orders)), renamed);
    }

    #[test]
    fn relabelling_customers_changes_nothing_that_is_counted(orders in orders()) {
        let relabelled: Vec<_> =
            orders.iter().map(|(c, day, bought)| (c.map(|c| 5 - c), *day, bought.clone())).collect();
        let (one, two) = (dataset(&orders), dataset(&relabelled));
        prop_assert_eq!(pair_counts(&one), pair_counts(&two));
        let buyers = |data: &Dataset| History::new(data, i64::MAX, 1).buyers;
        prop_assert_eq!(buyers(&one), buyers(&two));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn whatever_the_data_training_ends_without_a_number_that_is_none(orders in orders()) {
        let data = dataset(&orders);
        let models = train(&data, &Settings::default(), 300 * DAY, 1, &Silent).unwrap();
        for candidate in models.for_you.iter().chain(&models.discover).flatten() {
            prop_assert!(candidate.score.is_finite() && candidate.relevance <= 10_000);
        }
        for neighbour in models.neighbours.values().flatten().flatten() {
            prop_assert!(neighbour.strength <= 10_000 && neighbour.evidence.lift.is_finite());
        }
    }
}

#[test]
fn a_customer_who_bought_nothing_changes_no_pair_count() {
    let orders = vec![(Some(1), 1, vec![1, 2]), (Some(2), 2, vec![1, 2, 3])];
    let data = dataset(&orders);
    let with_idle = {
        let mut ids = data.customers.ids().to_vec();
        ids.push("zz-idle".to_owned());
        let mut lines = Vec::new();
        for order in 0..data.orders.len() {
            for &product in data.products_of(order) {
                let row = &data.orders[order];
                lines.push(Line {
                    order: row.id,
                    customer: row.customer,
                    product,
                    at: row.at,
                    quantity: 1.0,
                    revenue: 1.0,
                });
            }
        }
        let products = data.products.clone();
        Dataset::new(
            Dictionary::from_ids(ids),
            products,
            data.order_ids.clone(),
            Vec::new(),
            &lines,
            Vec::new(),
        )
    };
    assert_eq!(pair_counts(&data), pair_counts(&with_idle));
}

#[test]
fn thin_stores_get_honest_answers() {
    let nothing = train(&Dataset::default(), &Settings::default(), 0, 1, &Silent).unwrap();
    assert!(nothing.for_you.iter().all(Vec::is_empty));
    assert!(nothing.notes.iter().any(|note| note.code == "no-known-customers"));
    for orders in [
        vec![(Some(1), 3, vec![7])],
        vec![(None, 3, vec![7]), (None, 4, vec![7])],
        (0..30).map(|n| (Some(n), 5, vec![1, 2])).collect(),
    ] {
        let models = train(&dataset(&orders), &Settings::default(), 10 * DAY, 1, &Silent).unwrap();
        assert!(models.notes.iter().any(|note| note.code == "too-little-history"), "{:?}", models.notes);
    }
}

#[test]
fn the_same_seed_gives_the_same_bits_on_one_thread_and_on_many() {
    let data = dataset(&habits(150, 30));
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| train(&data, &Settings::default(), 30 * 7 * DAY, 7, &Silent).unwrap())
    };
    let (one, many) = (run(1), run(7));
    assert!(one.for_you.iter().any(|list| !list.is_empty()));
    assert_eq!(serde_json::to_string(&one).unwrap(), serde_json::to_string(&many).unwrap());
}

#[test]
fn a_shop_with_habits_is_learned_and_explained() {
    let data = dataset(&habits(400, 40));
    let models = train(&data, &Settings::default(), 40 * 7 * DAY, 1, &Silent).unwrap();
    // A customer's list is made of what their group buys.
    let (mut own, mut all) = (0, 0);
    for (customer, list) in models.for_you.iter().enumerate() {
        let group = models.customers[customer][1..].parse::<u32>().unwrap() % 4;
        for candidate in list.iter().take(5) {
            let product: u32 = models.products[candidate.product as usize][1..].parse().unwrap();
            own += u32::from(product / 8 == group);
            all += 1;
        }
    }
    assert!(f64::from(own) > 0.95 * f64::from(all), "{own} of {all}");
    let together = &models.neighbours[&Link::BoughtTogether];
    assert!(together.iter().flatten().all(|n| n.evidence.both >= 3 && n.evidence.lift > 1.0));
    assert!(models.choices.iter().all(|choice| !choice.why.is_empty()));
}

// ---- Online Retail ----

fn shared() -> Option<PathBuf> {
    let folder = std::env::var("ENDCAP_SHARED")
        .map_or_else(|_| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from)
        .join("data/online-retail/splits");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("SKIPPED: ../shared is missing");
    None
}

fn rows(folder: &std::path::Path, name: &str) -> Vec<Vec<String>> {
    let mut text = String::new();
    let file = std::fs::File::open(folder.join(format!("{name}.csv.gz"))).unwrap();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

fn online_retail(folder: &std::path::Path) -> Dataset {
    let item = |id: &str| format!("{id:0>6}");
    let events = rows(folder, "events");
    let customers = Dictionary::from_ids(events.iter().map(|r| r[1].clone()).collect());
    let products = Dictionary::from_ids(events.iter().map(|r| item(&r[2])).collect());
    let orders = Dictionary::from_ids(events.iter().map(|r| r[0].clone()).collect());
    let lines: Vec<Line> = events
        .iter()
        .map(|r| Line {
            order: orders.index(&r[0]).unwrap(),
            customer: customers.index(&r[1]).unwrap(),
            product: products.index(&item(&r[2])).unwrap(),
            at: r[3].parse().unwrap(),
            quantity: r[4].parse().unwrap(),
            revenue: r[5].parse().unwrap(),
        })
        .collect();
    let mut facts = vec![ProductFacts { recommendable: true, ..ProductFacts::default() }; products.len()];
    for row in rows(folder, "products") {
        if let Some(product) = products.index(&item(&row[0])) {
            facts[product as usize].title.clone_from(&row[2]);
        }
    }
    Dataset::new(customers, products, orders, facts, &lines, Vec::new())
}

const CUT: i64 = 1_321_056_000;

fn ndcg(history: &History<'_>, method: Method, cases: &[Case], only_new: bool) -> f64 {
    let fitted = method.fit(history, 1).unwrap();
    let mut scores = vec![0.0; history.n_items()];
    let mut total = 0.0;
    for case in cases {
        fitted.score(case.customer, &mut scores);
        if only_new {
            for item in history.bought(case.customer) {
                scores[item as usize] = f32::NEG_INFINITY;
            }
        }
        total += rank::ndcg(&rank::top(&scores, 10), &case.targets, 10);
    }
    total / cases.len() as f64
}

#[test]
fn on_online_retail_the_tasks_and_the_methods_match_the_reference() {
    let Some(folder) = shared() else { return };
    let data = online_retail(&folder);
    let history = History::new(&data, CUT, 2);
    assert_eq!(history.n_items(), 3_420);
    for (task, file) in Task::CUSTOMER.into_iter().zip(["target_test_nb", "target_test_nw", "target_test_ex"])
    {
        let mut expected: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for row in rows(&folder, file) {
            let product = data.products.index(&format!("{:0>6}", row[1])).unwrap();
            expected
                .entry(data.customers.index(&row[0]).unwrap())
                .or_default()
                .push(history.item(product).unwrap());
        }
        let got = customer_cases(&history, task, CUT + 28 * DAY);
        assert_eq!(got.len(), expected.len(), "{file}");
        for case in &got {
            let mut targets = expected[&case.customer].clone();
            targets.sort_unstable();
            assert_eq!(case.targets, targets, "{file}");
        }
    }
    let next = customer_cases(&history, Task::NextBasket, CUT + 28 * DAY);
    let new = customer_cases(&history, Task::Discovery, CUT + 28 * DAY);
    let near =
        |got: f64, expected: f64, within: f64| assert!((got - expected).abs() <= within, "{got} {expected}");
    near(ndcg(&history, Method::PersonalCount, &next, false), 0.283_84, 1e-5);
    near(ndcg(&history, Method::PersonalDecay { half_life_days: 180.0 }, &next, false), 0.284_13, 1e-3);
    let tifu = Method::TifuKnn { neighbours: 600, basket_decay: 1.0, group_decay: 0.6, own: 0.7, groups: 3 };
    near(ndcg(&history, tifu, &next, false), 0.288_33, 1e-3);
    let bm25 = Method::ItemBm25 { k: 800, k1: 1.2, b: 0.5, counting: Counting::Count };
    near(ndcg(&history, bm25, &next, false), 0.260_66, 2e-3);
    near(ndcg(&history, Method::Popularity { days: 14.0 }, &new, true), 0.088_57, 1e-5);
    near(ndcg(&history, Method::DecayedPopularity { half_life_days: 7.0 }, &new, true), 0.089_94, 1e-4);
}

#[test]
fn on_online_retail_the_strongest_pairs_match_the_reference() {
    let Some(folder) = shared() else { return };
    let data = online_retail(&folder);
    let history = History::new(&data, CUT, 2);
    let baskets = Baskets::new(&history);
    assert_eq!(baskets.rows.rows(), 15_946);
    let item = |id: &str| history.item(data.products.index(&format!("{id:0>6}")).unwrap()).unwrap();
    let mut reader = csv::Reader::from_path(folder.join("pairs_llr_top200.csv")).unwrap();
    for row in reader.records() {
        let row = row.unwrap();
        let pair = baskets.count(item(&row[0]), item(&row[1]));
        let counts = [pair.both, pair.n_a, pair.n_b].map(|n| n.to_string());
        assert_eq!(counts, [row[2].to_owned(), row[3].to_owned(), row[4].to_owned()]);
        for (got, column) in [(pair.llr(), 5), (pair.lift(), 6), (pair.cosine(), 7), (pair.jaccard(), 8)] {
            let expected: f64 = row[column].parse().unwrap();
            assert!((got - expected).abs() <= 1e-9 * expected.abs().max(1_000.0), "{got} {expected}");
        }
    }
}

#[test]
fn on_online_retail_the_held_lines_match_the_split_files() {
    let Some(folder) = shared() else { return };
    let data = online_retail(&folder);
    let history = History::new(&data, CUT, 2);
    let mut held: BTreeMap<String, u32> = BTreeMap::new();
    for row in rows(&folder, "bc_test").iter().filter(|row| row[5] == "1") {
        held.insert(row[0].clone(), data.products.index(&format!("{:0>6}", row[4])).unwrap());
    }
    let cases = order_cases(&history, Task::Basket, CUT + 28 * DAY, 2_000);
    assert_eq!(cases.len(), 2_000);
    for case in &cases {
        let id = data.order_ids.id(data.orders[case.order as usize].id);
        assert_eq!(case.targets, [history.item(held[id]).unwrap()], "{id}");
    }
}
