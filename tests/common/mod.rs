//! The window over a deterministic store made of the bundled catalog, for tests and benchmarks.

#![expect(dead_code, reason = "each test binary uses its own part")]

use std::sync::Arc;

use egui_kittest::Harness;
use endcap::app::replay::Past;
use endcap::app::{StoreFacts, View};
use endcap::bundle::{
    Bundle, BundleInfo, Catalog, CatalogProduct, Collection, HistoryTables, Neighbors, ProductEvidence,
    SegmentEvidence, SegmentInfo, SegmentRelevance, Segments, Signals, TextIndex,
};
use endcap::features::Dictionary;
use endcap::merch::defaults;
use endcap::recommend::{Dataset, Line};
use endcap::shop::hash::splitmix64;
use endcap::shop::{Currency, Seconds, TimeZoneName};
use endcap::ui::Studio;
use endcap::ui::persist::Settings;

/// 14 Nov 2025, 12:00 UTC.
pub const NOW: Seconds = 1_763_121_600;

#[derive(serde::Deserialize)]
struct Entry {
    id: String,
    title: String,
    category: String,
    price: i64,
    parent: String,
    colour: Option<String>,
    image: String,
}

/// A seeded whole number below `below`.
fn pick(seed: u64, what: &str, below: u64) -> u64 {
    let mixed = what.bytes().fold(seed, |seed, byte| splitmix64(seed ^ u64::from(byte)));
    splitmix64(mixed) % below
}

/// The bundled catalog, repeated until there are at least `n` products.
pub fn bundle(n: usize) -> Bundle {
    let text = include_str!("../../assets/catalog.json");
    let entries: Vec<Entry> = serde_json::from_str(text).expect("the bundled catalog is JSON");
    let copies = n.div_ceil(entries.len()).max(1);
    let mut products: Vec<(CatalogProduct, u64)> = Vec::new();
    for copy in 0..copies {
        for (at, entry) in entries.iter().enumerate() {
            let seed = splitmix64((copy * entries.len() + at) as u64);
            let suffix = if copy == 0 { String::new() } else { format!("-{copy:04}") };
            let on_sale = pick(seed, "sale", 6) == 0;
            let stock = pick(seed, "stock", 40) as i64 - 1;
            products.push((
                CatalogProduct {
                    id: format!("{}{suffix}", entry.id),
                    title: entry.title.clone(),
                    handle: None,
                    product_type: Some(entry.category.clone()),
                    vendor: Some("Larkfield".to_owned()),
                    collections: vec![slug(&entry.category)],
                    tags: Vec::new(),
                    attributes: entry.colour.iter().map(|c| ("Colour".to_owned(), c.clone())).collect(),
                    price: Some(entry.price * 100),
                    compare_at: on_sale.then_some(entry.price * 125),
                    stock: Some(stock.max(0)),
                    sell_when_empty: false,
                    published: true,
                    created_at: Some(NOW - 86_400 * (5 + pick(seed, "age", 700) as i64)),
                    restocked_at: None,
                    image: (at % 21 != 20).then(|| entry.image.clone()),
                    url: None,
                    variant_group: Some(format!("{}{suffix}", entry.parent)),
                },
                seed,
            ));
        }
    }
    products.sort_by(|a, b| a.0.id.cmp(&b.0.id));
    let seeds: Vec<u64> = products.iter().map(|(_, seed)| *seed).collect();
    let products: Vec<CatalogProduct> = products.into_iter().map(|(product, _)| product).collect();
    let mut categories: Vec<String> = entries.iter().map(|entry| entry.category.clone()).collect();
    categories.sort();
    categories.dedup();
    let catalog = Catalog {
        collections: categories
            .iter()
            .map(|title| Collection { id: slug(title), title: title.clone() })
            .collect(),
        products,
    };
    let signals = signals(&catalog, &seeds);
    let document = defaults::document(&defaults::Store {
        language: endcap::shop::StoreLanguage::English,
        name: "Larkfield Home",
        collections: categories
            .iter()
            .map(|title| {
                let count =
                    catalog.products.iter().filter(|p| p.product_type.as_ref() == Some(title)).count();
                (slug(title), title.clone(), count as u32)
            })
            .collect(),
        product_types: Vec::new(),
        has_discounts: true,
        has_restocks: false,
        demand: defaults::Demand::Sales,
    });
    Bundle {
        info: BundleInfo {
            store: "Larkfield Home".to_owned(),
            platform: "shopify".to_owned(),
            currency: Currency::new("USD"),
            time_zone: TimeZoneName("UTC".to_owned()),
            as_of: NOW,
            snapshot_at: NOW,
        },
        catalog: Arc::new(catalog),
        segments: Arc::new(segments()),
        signals: Arc::new(signals),
        neighbors: Arc::new(Neighbors::default()),
        text_index: Arc::new(TextIndex::default()),
        document: Arc::new(document),
        experiments: Arc::default(),
        history_tables: HistoryTables::default(),
    }
}

fn slug(title: &str) -> String {
    title.to_lowercase().replace(" & ", "-").replace(' ', "-")
}

const TASTES: [(&str, &str, &[&str], u32, u32, u32); 5] = [
    ("s1", "Loyal big spenders", &["Sofas & Armchairs", "Lighting"], 214, 90, 410),
    ("s2", "New nest", &["Chairs & Stools", "Tables & Desks", "Bedroom & Storage"], 341, 140, 190),
    ("s3", "Plant people", &["Plants & Vases", "Garden & Outdoor"], 287, 120, 100),
    ("s4", "Sale hunters", &["Decor & Textiles", "Bags & Accessories"], 502, 210, 70),
    ("s5", "Young families", &["Kids & Toys"], 24, 10, 40),
];

fn segments() -> Segments {
    let segments = TASTES
        .iter()
        .enumerate()
        .map(|(at, (id, name, _, customers, customer_share, revenue_share))| SegmentInfo {
            id: (*id).to_owned(),
            name: (*name).to_owned(),
            description: String::new(),
            customers: *customers,
            customer_share: *customer_share,
            revenue_share: *revenue_share,
            color: at as u8,
            hidden: false,
        })
        .collect();
    Segments { segments, ..Segments::default() }
}

fn signals(catalog: &Catalog, seeds: &[u64]) -> Signals {
    let value = |what: &'static str, below: u64| -> Vec<Option<u16>> {
        seeds.iter().map(|seed| Some(pick(*seed, what, below) as u16)).collect()
    };
    let popularity = value("popularity", 10_001);
    let relevance_for = |id: &str, tastes: &[&str]| SegmentRelevance {
        segment: id.to_owned(),
        relevance: catalog
            .products
            .iter()
            .zip(seeds)
            .map(|(product, seed)| {
                let liked = product.product_type.as_deref().is_some_and(|kind| tastes.contains(&kind));
                let base = if liked { 6_000 } else { 500 };
                Some((base + pick(*seed, id, 4_000)) as u16)
            })
            .collect(),
        evidence: seeds
            .iter()
            .map(|seed| SegmentEvidence {
                buyers: 10 + pick(*seed, "buyers", 60) as u32,
                ratio_permille: 900 + pick(*seed, id, 3_000) as u32,
            })
            .collect(),
    };
    let mut relevance = vec![relevance_for("*", &[])];
    relevance.extend(TASTES.iter().map(|(id, _, tastes, ..)| relevance_for(id, tastes)));
    Signals {
        trending: value("trending", 10_001),
        newness: value("newness", 10_001),
        margin: value("margin", 10_001),
        stock: value("stock signal", 10_001),
        popularity,
        relevance,
        evidence: seeds
            .iter()
            .map(|seed| ProductEvidence {
                sold_30_days: pick(*seed, "sold", 90) as u32,
                sales_rank: 1 + pick(*seed, "rank", 280) as u32,
                margin: Some(300 + pick(*seed, "earns", 9_000) as i64),
                margin_percentile: pick(*seed, "percentile", 100) as u8,
                cover_weeks_tenths: Some(10 + pick(*seed, "cover", 300) as u32),
                cold_start_from: None,
            })
            .collect(),
    }
}

/// `n` orders of the last 80 days; plant people buy plants, the others anything.
pub fn past(bundle: &Bundle, n: usize) -> Past {
    let products: Vec<String> = bundle.catalog.products.iter().map(|product| product.id.clone()).collect();
    let plants: Vec<u32> = (0..products.len() as u32)
        .filter(|at| bundle.catalog.products[*at as usize].product_type.as_deref() == Some("Plants & Vases"))
        .collect();
    let customers: Vec<String> = (0..400).map(|at| format!("c{at:04}")).collect();
    let orders: Vec<String> = (0..n).map(|at| format!("o{at:05}")).collect();
    let lines: Vec<Line> = (0..n as u32)
        .flat_map(|order| {
            let draw = splitmix64(u64::from(order));
            let customer = (draw % 400) as u32;
            let pool = if customer % 2 == 0 { plants.len() as u64 } else { products.len() as u64 };
            (0..2_u64).map(move |line| (order, customer, draw, pool, line))
        })
        .map(|(order, customer, draw, pool, line)| {
            let at = (splitmix64(draw ^ (line + 1)) % pool) as u32;
            Line {
                order,
                customer,
                product: if customer % 2 == 0 { plants[at as usize] } else { at },
                at: NOW - 80 * 86_400 + i64::from(order) * 80 * 86_400 / n as i64,
                quantity: 1.0,
                revenue: 2_500.0,
            }
        })
        .collect();
    let segment_of = (0..400).map(|at| if at % 2 == 0 { Some("s3".to_owned()) } else { None }).collect();
    let data = Dataset::new(
        Dictionary::from_ids(customers),
        Dictionary::from_ids(products),
        Dictionary::from_ids(orders),
        Vec::new(),
        &lines,
        Vec::new(),
    );
    Past::new(bundle, data, segment_of, NOW - 90 * 86_400)
}

pub fn view(n_products: usize) -> View {
    let bundle = Arc::new(bundle(n_products));
    let mut view = View::of(StoreFacts {
        name: "Larkfield Home".to_owned(),
        file: "larkfield.endcap".into(),
        currency: Currency::new("USD"),
        time_zone: TimeZoneName("UTC".to_owned()),
        n_products: bundle.catalog.products.len() as u64,
        n_customers: 2_412,
        n_orders: 9_842,
        n_events: 180_000,
        first_order: Some(NOW - 86_400 * 730),
        last_order: Some(NOW - 86_400),
        as_of: Some(NOW),
        is_sample: true,
        read_only: false,
    });
    view.exported = Some(Arc::clone(&bundle));
    view.bundle = Some(bundle);
    view
}

/// The window over the fixture store, fixed theme and clock.
pub fn studio(size: [f32; 2], theme: egui::Theme) -> Harness<'static, Studio> {
    studio_with(size, theme, Settings::default(), view(0))
}

pub fn studio_with(
    size: [f32; 2],
    theme: egui::Theme,
    settings: Settings,
    view: View,
) -> Harness<'static, Studio> {
    let preference = match theme {
        egui::Theme::Light => egui::ThemePreference::Light,
        egui::Theme::Dark => egui::ThemePreference::Dark,
    };
    let settings = Settings { theme: preference, ..settings };
    let mut harness = Harness::builder()
        .with_size(size)
        .with_theme(theme)
        .with_max_steps(64)
        .with_os(egui::os::OperatingSystem::Nix)
        .build_eframe(move |creation| {
            let mut studio = Studio::new(&creation.egui_ctx, settings, || NOW);
            studio.show(view, endcap::ui::history::History::default());
            studio
        });
    settle(&mut harness);
    harness
}

/// Runs until pictures are loaded, nothing is under way and nothing moves.
pub fn settle(harness: &mut Harness<'static, Studio>) {
    for _ in 0..400 {
        harness.run_steps(2);
        if harness.state().pictures().is_settled() && !harness.state().is_working() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    harness.run_steps(8);
}
