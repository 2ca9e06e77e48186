//! A real shop, UCI Online Retail as its committed split has it: single models beside the reference libraries on the same
//! matrices, and what is made for all customers once the models are chosen.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use endcap::features::Dictionary;
use endcap::recommend::cooccur::{Baskets, Measure};
use endcap::recommend::dataset::{Dataset, Line, ProductFacts};
use endcap::recommend::ease::Ease;
use endcap::recommend::ials::{Ials, Settings as Factors};
use endcap::recommend::item_knn::{Weighting, item_knn};
use endcap::recommend::train::{answer_all, learn};
use endcap::recommend::{History, Settings, segment_relevance};
use endcap::shop::Silent;
use endcap::shop::hash::splitmix64;

/// The single models know what was before it, the pages everything.
const CUT: i64 = 1_321_056_000;
const END: i64 = 1_323_475_200;

pub fn run() {
    let shared = std::env::var_os("ENDCAP_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let folder = shared.join("data/online-retail/splits");
    if !folder.is_dir() {
        eprintln!("SKIPPED: ../shared is missing");
        return;
    }
    let data = read(&folder);
    let ours = models(&data);
    match std::env::var_os("ENDCAP_PYTHON") {
        Some(python) => compare(Path::new(&python), &folder, &ours),
        None => eprintln!("SKIPPED: the reference needs ENDCAP_PYTHON"),
    }
    pages(&data);
}

/// Wall and processor seconds.
#[derive(Clone, Copy)]
struct Took {
    wall: f64,
    processor: f64,
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Took) {
    let (start, before) = (Instant::now(), processor_seconds());
    let result = work();
    (result, Took { wall: start.elapsed().as_secs_f64(), processor: processor_seconds() - before })
}

/// Of this process and its threads; 0 where the system does not say.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |place: usize| fields.get(place).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

/// The best of five, by wall time.
fn best_of_five<T>(name: &'static str, work: impl Fn() -> T) -> (&'static str, Took) {
    let mut best = timed(&work).1;
    for _ in 1..5 {
        let took = timed(&work).1;
        if took.wall < best.wall {
            best = took;
        }
    }
    println!("{{\"endcap\":\"{name}\",\"wall_s\":{:.3},\"processor_s\":{:.2}}}", best.wall, best.processor);
    (name, best)
}

/// The names are those of `reference.py`.
fn models(data: &Dataset) -> BTreeMap<&'static str, Took> {
    let history = History::new(data, CUT, 2);
    let people = history.customer_matrix(|_| 1.0).map(|_, _, _| 1.0);
    let orders = history.basket_matrix(|_, _| 1.0);
    let factors = |factors| Factors {
        factors,
        iterations: 15,
        regularisation: 0.01,
        exponent: 0.0,
        ..Factors::default()
    };
    println!(
        "{{\"online_retail\":{{\"customers\":{},\"products\":{},\"pairs\":{},\"orders\":{},\"lines\":{}}}}}",
        people.rows(),
        people.cols,
        people.entries(),
        orders.rows(),
        orders.entries()
    );
    BTreeMap::from([
        best_of_five("bm25 item neighbours K=100", || {
            item_knn(&people, Weighting::Bm25 { k1: 1.2, b: 0.75 }, 100)
        }),
        best_of_five("cosine item neighbours K=100", || item_knn(&people, Weighting::Cosine, 100)),
        best_of_five("pairs of orders", || {
            Baskets::from_rows(orders.clone()).neighbours(Measure::Jaccard, 100)
        }),
        best_of_five("als f=64 15 it", || Ials::fit(&people, factors(64))),
        best_of_five("als f=128 15 it", || Ials::fit(&people, factors(128))),
        best_of_five("ease", || Ease::fit(&people, 200.0)),
    ])
}

fn compare(python: &Path, folder: &Path, ours: &BTreeMap<&str, Took>) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/online_retail/reference.py");
    let output = Command::new(python)
        .arg(script)
        .arg(folder.join("events.csv.gz"))
        .output()
        .expect("the reference should start");
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        println!("{line}");
        let Ok(row) = serde_json::from_str::<serde_json::Value>(line) else { continue };
        let (Some(name), Some(wall), Some(processor)) =
            (row["reference"].as_str(), row["wall_s"].as_f64(), row["processor_s"].as_f64())
        else {
            continue;
        };
        if let Some(own) = ours.get(name) {
            println!(
                "{{\"ratio\":\"{name}\",\"wall\":{:.2},\"processor\":{:.2}}}",
                own.wall / wall,
                own.processor / processor
            );
        }
    }
}

/// What a store waits for: learning what answers best, then everything for all customers and products.
fn pages(data: &Dataset) {
    let settings = Settings::default();
    let say = |what: &str, took: Took| {
        println!(
            "{{\"endcap\":\"{what}\",\"wall_s\":{:.2},\"processor_s\":{:.2}}}",
            took.wall, took.processor
        );
    };
    let (learned, took) =
        timed(|| learn(data, &settings, END, 1, &Silent).expect("nobody stops a benchmark"));
    say("learning on past weeks", took);
    let (models, took) =
        timed(|| answer_all(data, &settings, END, 1, learned, &Silent).expect("nobody stops a benchmark"));
    say("models on everything, lists of all customers and products", took);
    let groups: Vec<Option<u16>> =
        (0..data.customers.len() as u64).map(|n| Some((splitmix64(n) % 6) as u16)).collect();
    let (_, took) = timed(|| segment_relevance(data, END, &groups, 6));
    say("signals of six groups", took);
    let lists = models.for_you.iter().chain(&models.discover).filter(|list| !list.is_empty()).count();
    println!(
        "{{\"lists\":{lists},\"neighbours\":{}}}",
        models.neighbours.values().map(Vec::len).sum::<usize>()
    );
}

fn rows(folder: &Path, name: &str) -> Vec<Vec<String>> {
    let file = std::fs::File::open(folder.join(format!("{name}.csv.gz"))).expect("the split has the file");
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).expect("the file is whole");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader
        .records()
        .map(|row| row.expect("the file is a table").iter().map(str::to_owned).collect())
        .collect()
}

fn read(folder: &Path) -> Dataset {
    let item = |id: &str| format!("{id:0>6}");
    let events = rows(folder, "events");
    let customers = Dictionary::from_ids(events.iter().map(|row| row[1].clone()).collect());
    let products = Dictionary::from_ids(events.iter().map(|row| item(&row[2])).collect());
    let orders = Dictionary::from_ids(events.iter().map(|row| row[0].clone()).collect());
    let lines: Vec<Line> = events
        .iter()
        .filter_map(|row| {
            Some(Line {
                order: orders.index(&row[0])?,
                customer: customers.index(&row[1])?,
                product: products.index(&item(&row[2]))?,
                at: row[3].parse().ok()?,
                quantity: row[4].parse().ok()?,
                revenue: row[5].parse().ok()?,
            })
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
