//! A small store with everything that breaks exports: odd ids, a tiny group, schedules, people with telling names.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::subject::{Goods, Interaction, InteractionKind, Member, Section, Subject};
use crate::bundle::{
    Bundle, BundleInfo, Catalog, CatalogProduct, ClusterModel, Collection, HistoryTables, ModelFeature,
    Neighbor, Neighbors, PairEvidence, SegmentInfo, SegmentRelevance, Segments, Signals, Strategy, TextIndex,
};
use crate::decide::{HistoryItem, HistoryKind, Prepared};
use crate::merch::{
    Action, Block, Document, Layout, PageKey, Rule, Schedule, Scope, SearchSettings, Source, Synonym, Target,
};
use crate::shop::hash::splitmix64;
use crate::shop::{Consent, Currency, Seconds, TimeZoneName};

pub(crate) const NOW: Seconds = 1_795_237_200;

/// Ids as they come: slashes, commas, quotes, markup, emoji, things that look like formulas or numbers.
pub(crate) const ODD_IDS: [&str; 14] = [
    "=HYPERLINK(\"x\")",
    "007",
    "a,b",
    "a/b",
    "a\"b",
    "a'b",
    "a<b>&",
    "basin",
    "candle",
    "ébène",
    "lamp",
    "lamp 100%",
    "rug\u{ff5e}",
    "😀 mug",
];

/// Words that belong to people and may stand nowhere but in files for customers.
pub(crate) const CANARIES: [&str; 6] = [
    "Zebedee Quillfeather",
    "zebedee.quillfeather@example.com",
    "+12025550143",
    "CANARY-ORDER-77001",
    "CANARY-CUSTOMER-1",
    "99000000000001",
];

pub(crate) fn bundle() -> Bundle {
    let mut ids = ODD_IDS;
    ids.sort_unstable();
    let products: Vec<CatalogProduct> = ids
        .iter()
        .enumerate()
        .map(|(nth, id)| CatalogProduct {
            id: (*id).to_owned(),
            title: format!("Title of {id}"),
            handle: Some((*id).to_owned()),
            product_type: Some(if nth % 2 == 0 { "Lighting" } else { "Decor, \"soft\"" }.to_owned()),
            vendor: Some("Brightwell & Söhne".to_owned()),
            collections: vec![if nth % 2 == 0 { "c/1" } else { "c 2" }.to_owned()],
            tags: vec!["gift idea".to_owned()],
            price: (nth != 3).then_some(1_000 + nth as i64 * 250),
            stock: Some(nth as i64 - 1),
            published: nth != 5,
            image: Some(format!("{nth}.webp")),
            ..CatalogProduct::default()
        })
        .collect();
    let len = products.len();
    let draw = |salt: u64, nth: usize| (splitmix64(salt << 8 | nth as u64) % 10_001) as u16;
    let column =
        |salt: u64| -> Vec<Option<u16>> { (0..len).map(|nth| (nth != 7).then(|| draw(salt, nth))).collect() };
    let relevance = ["*", "s1", "s2", "s3"]
        .iter()
        .enumerate()
        .map(|(salt, segment)| SegmentRelevance {
            segment: (*segment).to_owned(),
            relevance: column(40 + salt as u64),
            evidence: vec![crate::bundle::SegmentEvidence::default(); len],
        })
        .collect();
    let lists = |salt: u64| -> Vec<Vec<Neighbor>> {
        (0..len)
            .map(|nth| {
                (0..5)
                    .map(|step| Neighbor {
                        product: ((nth + 1 + step * 2) % len) as u32,
                        strength: 9_000 - step as u16 * 1_000 - salt as u16,
                        evidence: PairEvidence { both: 12, with_source: 40, lift_permille: 3_100 },
                    })
                    .collect()
            })
            .collect()
    };
    Bundle {
        info: BundleInfo {
            store: "Tom's <Lamps> & Rugs".to_owned(),
            platform: "shopify".to_owned(),
            currency: Currency::new("USD"),
            time_zone: TimeZoneName("America/New_York".to_owned()),
            as_of: NOW,
            snapshot_at: NOW,
        },
        catalog: Arc::new(Catalog {
            products,
            collections: vec![
                Collection { id: "c 2".to_owned(), title: "Two".to_owned() },
                Collection { id: "c/1".to_owned(), title: "One".to_owned() },
            ],
        }),
        segments: Arc::new(segments()),
        signals: Arc::new(Signals {
            popularity: column(1),
            trending: column(2),
            newness: column(3),
            margin: column(4),
            stock: column(5),
            relevance,
            evidence: vec![crate::bundle::ProductEvidence::default(); len],
        }),
        neighbors: Arc::new(Neighbors {
            lists: BTreeMap::from([
                (Strategy::BoughtTogether, lists(0)),
                (Strategy::Similar, lists(7)),
                (Strategy::AlsoViewed, lists(3)),
            ]),
        }),
        text_index: Arc::new(TextIndex::default()),
        document: Arc::new(document()),
        experiments: Arc::new(Vec::new()),
        history_tables: HistoryTables::default(),
    }
}

fn segments() -> Segments {
    let segment = |id: &str, name: &str, customers: u32| SegmentInfo {
        id: id.to_owned(),
        name: name.to_owned(),
        description: format!("People of {name}"),
        customers,
        customer_share: customers,
        revenue_share: customers * 2,
        ..SegmentInfo::default()
    };
    let feature = |name: &str, bins: Vec<(i64, f64)>, scale: f64| ModelFeature {
        name: name.to_owned(),
        source: name.to_owned(),
        missing: 3,
        quantum: 10,
        log1p: !bins.is_empty(),
        bins,
        mean: 0.4,
        scale,
    };
    Segments {
        segments: vec![
            segment("s1", "Plant people", 120),
            segment("s2", "Loyal, \"big\" spenders <3", 60),
            segment("s3", "The few", 6),
        ],
        rules: Vec::new(),
        model: Some(ClusterModel {
            features: vec![
                feature("n_orders", vec![(10, 0.1), (25, 0.7), (60, 1.3)], 0.5),
                feature("recency_days", Vec::new(), 12.25),
                feature("constant", Vec::new(), 0.0),
                feature("category_lean:Lighting & <x>", Vec::new(), 0.3),
            ],
            centroids: vec![vec![0.5, -1.0, 0.0, 2.0], vec![1.5, 1.25, 0.0, -0.5], vec![-0.6, 0.0, 0.0, 0.1]],
            labels: vec!["s1".to_owned(), "s2".to_owned(), "*".to_owned()],
        }),
        lifecycle: Vec::new(),
    }
}

fn document() -> Document {
    let rule = |id: &str, action: Action, ids: &[&str]| Rule {
        id: id.to_owned(),
        name: None,
        enabled: true,
        action,
        target: Target::Products(ids.iter().map(|id| (*id).to_owned()).collect()),
        scope: Scope::default(),
        schedule: Schedule::default(),
        created_at: NOW,
    };
    let pin = |position| Action::Pin { position, soft: false, keep_when_sold_out: true };
    let mut scheduled = rule("r2", pin(1), &["😀 mug"]);
    scheduled.schedule = Schedule { from: Some(NOW + 1_000), until: Some(NOW + 2_000) };
    let mut for_group = rule("r3", pin(2), &["a/b"]);
    for_group.scope.segments = Some(vec!["s1".to_owned()]);
    let mut for_query = rule("r4", pin(1), &["lamp"]);
    for_query.scope.pages = vec![PageKey::Search];
    for_query.scope.queries = vec!["lamp".to_owned()];
    let rules = vec![
        rule("r1", Action::Hide, &["basin"]),
        scheduled,
        for_group,
        for_query,
        rule("r5", Action::Boost { points: Action::MEDIUM, uncapped: false }, &["candle"]),
    ];
    let home = Layout {
        variants: Vec::new(),
        default: vec![
            Block::products("picked", "Picked for you", vec![Source::ForYou], 6),
            Block::products("best", "Best sellers", vec![Source::BestSellers], 4),
        ],
    };
    let collection = Layout {
        variants: Vec::new(),
        default: vec![Block::products("grid", "All", vec![Source::Collection(None)], 24)],
    };
    Document {
        layouts: BTreeMap::from([(PageKey::Home, home), (PageKey::Collection(None), collection)]),
        rules,
        search: SearchSettings {
            synonyms: vec![
                Synonym { words: vec!["sofa".to_owned(), "couch".to_owned()], one_way: false },
                Synonym { words: vec!["moka".to_owned(), "espresso, pot".to_owned()], one_way: true },
            ],
            ..SearchSettings::default()
        },
    }
}

pub(crate) fn subject(prepared: &Prepared) -> Subject<'_> {
    let member = |id: &str, email: Option<&str>, consent, segment: &str| Member {
        id: id.to_owned(),
        email: email.map(str::to_owned),
        consent,
        tags: vec!["vip".to_owned(), "seg:old".to_owned()],
        segment: segment.to_owned(),
        history: vec![HistoryItem { product: "lamp".to_owned(), kind: HistoryKind::View, age: 60 }],
        ..Member::default()
    };
    Subject {
        prepared,
        bundle_id: "b-2026-11-21".to_owned(),
        now: NOW,
        goods: prepared
            .bundle()
            .catalog
            .products
            .iter()
            .enumerate()
            .map(|(nth, product)| Goods {
                skus: if nth == 8 { Vec::new() } else { vec![product.id.clone()] },
                links: vec![("upsell".to_owned(), "lamp".to_owned())],
            })
            .collect(),
        members: vec![
            member("99000000000001", Some("zebedee.quillfeather@example.com"), Consent::Given, "s1"),
            member("CANARY-CUSTOMER-1", None, Consent::Given, "s2"),
            member("99000000000003", Some("nobody@example.org"), Consent::Refused, "s1"),
            member("99000000000004", Some("few@example.org"), Consent::Given, "s3"),
        ],
        interactions: vec![Interaction {
            member: 0,
            product: 4,
            kind: InteractionKind::Purchase,
            at: NOW - 5_000,
            quantity: 2,
            unit_price: Some(1_999),
        }],
        bundle_files: vec![("manifest.json".to_owned(), b"{}".to_vec())],
        pictures: BTreeMap::from([("4.webp".to_owned(), b"RIFF....WEBP".to_vec())]),
        sections: vec![Section {
            title: "What to do next".to_owned(),
            paragraphs: vec!["Watch <stock>.".to_owned()],
            header: vec!["a".to_owned()],
            rows: vec![vec!["=1+1".to_owned()]],
        }],
    }
}
