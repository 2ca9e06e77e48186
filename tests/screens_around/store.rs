//! A small made-up store for tests: every screen has something to show.

use endcap::app::view::*;
use endcap::app::{StoreFacts, View};
use endcap::bundle::*;
use endcap::import::*;
use endcap::merch::*;
use endcap::shop::*;
use std::sync::Arc;

pub const NOW: i64 = 1_763_239_600;

/// A window that shows no workspace yet.
pub fn nothing() -> View {
    View::of(StoreFacts::none())
}

pub fn view() -> View {
    let mut view = View::of(StoreFacts {
        name: "Larkfield Home".into(),
        file: "/shops/larkfield.endcap".into(),
        currency: Currency::new("USD"),
        time_zone: TimeZoneName("Europe/Berlin".into()),
        n_products: 292,
        n_customers: 2412,
        n_orders: 9842,
        n_events: 0,
        first_order: Some(NOW - 730 * 86400),
        last_order: Some(NOW - 3600),
        as_of: Some(NOW),
        is_sample: true,
        read_only: false,
    });
    let problem = |code: &str, urgency, count, title: &str, consequence: &str, fix: Option<&str>| Problem {
        code: code.into(),
        urgency,
        count,
        title: title.into(),
        consequence: consequence.into(),
        rows: (0..count.min(14))
            .map(|i| ProblemRow {
                key: format!("P{i:04}"),
                what: "Amber ceramic lamp".into(),
                place: format!("products.csv, line {}", 20 + i),
            })
            .collect(),
        fixes: if fix.is_some() {
            (0..count)
                .map(|i| FixRow {
                    key: format!("c{i}"),
                    what: format!("Customer {}", 1000 + i),
                    change: FixChange::SameAs(format!("customer {}", 500 + i)),
                })
                .collect()
        } else {
            vec![]
        },
        fix_label: fix.map(Into::into),
        fix_is_safe: fix.is_some(),
        is_ignored: code == "in_the_future",
    };
    view.audit = Some(Arc::new(AuditView {
        checked_at: NOW,
        tables: vec![
            TableHealth { kind: DataKind::Products, n_rows: 292, ready: Some(920), n_problems: 4 },
            TableHealth { kind: DataKind::Customers, n_rows: 2412, ready: Some(970), n_problems: 2 },
            TableHealth { kind: DataKind::Orders, n_rows: 9842, ready: Some(1000), n_problems: 0 },
        ],
        problems: vec![
            problem(
                "no_picture",
                Urgency::ChangesResults,
                14,
                "14 products have no picture",
                "They show a coloured tile instead.",
                None,
            ),
            problem(
                "duplicate_customers",
                Urgency::ChangesResults,
                12,
                "12 customers appear twice (same email)",
                "Their orders are split, so they look less loyal than they are.",
                Some("Merge…"),
            ),
            problem(
                "unknown_products",
                Urgency::WorthFixing,
                6,
                "6 orders mention products you don't have",
                "Those lines are left out of rankings.",
                None,
            ),
            problem(
                "no_category",
                Urgency::WorthFixing,
                9,
                "9 products have no category",
                "Similar products and collections cannot use them.",
                Some("Suggest categories…"),
            ),
            problem(
                "cost_above_price",
                Urgency::ForInformation,
                2,
                "2 products cost more than they sell for",
                "Every sale loses money; the margin slider moves them down.",
                None,
            ),
            problem(
                "in_the_future",
                Urgency::ForInformation,
                2,
                "2 orders are dated in the future",
                "Recency and trends look at the wrong days.",
                None,
            ),
        ],
        unlocks: vec![
            Unlock { feature: "Groups of customers".into(), ready: true, needs: String::new() },
            Unlock { feature: "Homepage per group".into(), ready: true, needs: String::new() },
            Unlock { feature: "Bought together".into(), ready: true, needs: String::new() },
            Unlock {
                feature: "Search ranking".into(),
                ready: false,
                needs: "search terms (export \"Top online store searches\")".into(),
            },
            Unlock {
                feature: "Margin slider".into(),
                ready: false,
                needs: "a cost column on 61 more products".into(),
            },
        ],
        maturity: Some((4, "Habits".into(), "Import visits: they show interest before a purchase.".into())),
    }));
    view.imports = Arc::new(vec![ImportSummary {
        import: Some(2),
        at: NOW - 3000,
        files: vec![
            FileReport {
                file: "products_export.csv".into(),
                kind: DataKind::Products,
                rows_read: 376,
                rows_taken: 376,
                ..Default::default()
            },
            FileReport {
                file: "orders_export_1.csv".into(),
                kind: DataKind::Orders,
                rows_read: 21304,
                rows_taken: 21298,
                rows_set_aside: 6,
                ..Default::default()
            },
        ],
        changes: vec![
            (DataKind::Products, Changes { new: 206, ..Changes::default() }),
            (DataKind::Orders, Changes { new: 9836, ..Changes::default() }),
        ],
        ..ImportSummary::default()
    }]);
    view.pulse = Some(Arc::new(Pulse {
        days: 90,
        revenue: Then { now: 12_412_300, before: 12_810_000 },
        orders: Then { now: 1312, before: 1201 },
        repeat_rate: Then { now: 0.412, before: 0.398 },
        sell_through: Some(Then { now: 0.31, before: 0.29 }),
    }));
    view.search_terms = Arc::new(
        ["velvet", "rug runner", "lamp", "vase", "moka", "planter pot", "sofa", "kids chair"]
            .iter()
            .enumerate()
            .map(|(i, q)| SearchTermRow {
                query: (*q).into(),
                searches: 212 - 23 * i as u64,
                clicks: Some(if i % 3 == 0 { 0 } else { 30 + i as u64 }),
                found: Some(if i % 3 == 0 { 0 } else { 12 + i as u64 }),
                repair: (i == 0).then(|| RepairKind::Synonym { instead: "sofa".into(), times: 12 }),
            })
            .collect(),
    );
    view.customers = Some(Arc::new(customers()));
    view.bundle = Some(Arc::new(bundle()));
    view.choices = StoreChoices { keep_names: true, ..StoreChoices::default() };
    view.exports = Arc::new(vec![ExportRecord {
        at: NOW - 3 * 86400,
        target: "shopify".into(),
        folder: "/shops/export".into(),
        n_files: 6,
        bundle_digest: "abc".into(),
        is_kept: true,
    }]);
    view
}

pub const NAMES: [&str; 6] =
    ["Loyal big spenders", "Plant people", "New nest", "Sale hunters", "Young families", "Slipping away"];

pub fn customers() -> CustomersView {
    let n = 2412;
    let mut table = CustomerTable::default();
    let mut seed = 7_u64;
    let mut rnd = || {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((seed >> 33) as f32) / (1u64 << 31) as f32
    };
    let centers = [(-0.6, -0.4), (0.5, 0.5), (0.1, -0.1), (0.6, -0.5), (-0.3, 0.5), (-0.7, 0.3)];
    let mut orders = vec![];
    let mut spent = vec![];
    let mut days = vec![];
    for i in 0..n {
        let g = (rnd() * 6.0) as usize % 6;
        table.numbers.push(1000 + i as i64);
        table.x.push(centers[g].0 + (rnd() + rnd() + rnd() - 1.5) * 0.25);
        table.y.push(centers[g].1 + (rnd() + rnd() + rnd() - 1.5) * 0.25);
        table.group.push(g as u16);
        orders.push((rnd() * 9.0).floor() + 1.0);
        spent.push(rnd() * 90_000.0);
        days.push((rnd() * 400.0).floor());
    }
    table.columns = vec![
        FeatureColumn {
            name: "monetary".into(),
            label: "spent in total".into(),
            unit: Unit::Money,
            values: spent,
            quantum: 1,
        },
        FeatureColumn {
            name: "n_orders".into(),
            label: "orders".into(),
            unit: Unit::Number,
            values: orders,
            quantum: 1,
        },
        FeatureColumn {
            name: "recency_days".into(),
            label: "days since last order".into(),
            unit: Unit::Days,
            values: days,
            quantum: 1,
        },
    ];
    let groups = NAMES
        .iter()
        .enumerate()
        .map(|(i, name)| Group {
            id: format!("s{i}"),
            name: (*name).into(),
            description: "Buy often, spend a lot per order, rarely buy on sale.".into(),
            color: i as u8,
            n_customers: [214, 287, 341, 502, 240, 22][i],
            customer_share: [90, 120, 140, 210, 100, 9][i],
            revenue: [41_200_000, 9_800_000, 19_000_000, 7_100_000, 8_000_000, 900_000][i],
            revenue_share: [410, 100, 190, 70, 80, 10][i],
            stability: Some(0.91 - 0.07 * i as f64),
            joined: 12,
            left: 5,
            favourites: vec!["Sofas".into(), "Lighting".into()],
            differences: vec![
                Difference {
                    feature: "orders_per_year".into(),
                    label: "Orders a year".into(),
                    unit: Unit::Number,
                    group: 6.1,
                    average: 1.9,
                    z: 2.1,
                },
                Difference {
                    feature: "mean_order_value".into(),
                    label: "Spent per order".into(),
                    unit: Unit::Money,
                    group: 18_400.0,
                    average: 9_600.0,
                    z: 1.4,
                },
                Difference {
                    feature: "recency_days".into(),
                    label: "Days since order".into(),
                    unit: Unit::Days,
                    group: 21.0,
                    average: 118.0,
                    z: -1.0,
                },
                Difference {
                    feature: "discount_share".into(),
                    label: "Bought on sale".into(),
                    unit: Unit::Share,
                    group: 0.06,
                    average: 0.31,
                    z: -0.8,
                },
            ],
            monthly_revenue: (0..12).map(|m| 100_000 + ((m * 7 + i * 13) % 11) as i64 * 20_000).collect(),
            locked: i == 0,
            hidden: false,
            rule: None,
        })
        .collect();
    let choices = (2..=10u32)
        .map(|k| GroupingChoice {
            k,
            silhouette: [0.35, 0.31, 0.42, 0.40, 0.38, 0.29, 0.25, 0.21, 0.18][k as usize - 2],
            stability: [0.95, 0.9, 0.94, 0.93, 0.91, 0.7, 0.6, 0.5, 0.5][k as usize - 2],
            smallest: 300 / k,
            assignment: Arc::new(table.group.iter().map(|g| g % k as u16).collect()),
            names: (0..k as usize).map(|i| NAMES[i % 6].to_string()).collect(),
        })
        .collect();
    let movement = Movement {
        from_at: NOW - 30 * 86400,
        to_at: NOW,
        groups: (0..6).map(|i| format!("s{i}")).collect(),
        cells: (0..7)
            .map(|r| (0..7).map(|c| if r == c { 200 } else { ((r * 3 + c * 5) % 9) as u32 }).collect())
            .collect(),
    };
    CustomersView {
        groups,
        table: Arc::new(table),
        k: 6,
        suggested_k: 6,
        choices,
        movement: Some(movement),
        can_go_back: true,
        is_stale: false,
        seed: 42,
        as_of: Some(NOW),
    }
}

pub const PICS: [&str; 12] = [
    "agave-in-clay-pot",
    "amber-ceramic-lamp",
    "ankle-boots",
    "arc-desk-lamp",
    "block-corner-sofa",
    "block-train",
    "brass-banker-lamp",
    "cactus-in-round-pot",
    "club-armchair",
    "meadow-teapot",
    "rattan-armchair",
    "trailing-pothos",
];

pub fn bundle() -> Bundle {
    let products: Vec<CatalogProduct> = PICS
        .iter()
        .enumerate()
        .map(|(i, p)| CatalogProduct {
            id: (*p).into(),
            title: {
                let t = p.replace('-', " ");
                t[..1].to_uppercase() + &t[1..]
            },
            product_type: Some(
                ["Plants & Vases", "Lighting", "Bags & Accessories", "Lighting"][i % 4].into(),
            ),
            price: Some(1900 + 700 * i as i64),
            stock: Some(3 * i as i64),
            published: true,
            image: Some((*p).into()),
            ..Default::default()
        })
        .collect();
    let n = products.len();
    let signals = Signals {
        popularity: vec![Some(5000); n],
        trending: vec![None; n],
        newness: vec![Some(1000); n],
        margin: vec![Some(4000); n],
        stock: vec![Some(5000); n],
        relevance: vec![SegmentRelevance {
            segment: "*".into(),
            relevance: (0..n).map(|i| Some(9000 - 500 * i as u16)).collect(),
            evidence: vec![SegmentEvidence { buyers: 40, ratio_permille: 3100 }; n],
        }],
        evidence: vec![ProductEvidence { sold_30_days: 12, sales_rank: 4, ..Default::default() }; n],
    };
    let mut neighbors = Neighbors::default();
    neighbors.lists.insert(
        Strategy::BoughtTogether,
        (0..n)
            .map(|i| {
                if i % 4 == 3 {
                    vec![]
                } else {
                    (1..5)
                        .map(|k| Neighbor {
                            product: ((i + k) % n) as u32,
                            strength: 9000 - 1000 * k as u16,
                            evidence: PairEvidence { both: 31, with_source: 84, lift_permille: 4200 },
                        })
                        .collect()
                }
            })
            .collect(),
    );
    neighbors.lists.insert(
        Strategy::Similar,
        (0..n)
            .map(|i| {
                (1..9)
                    .map(|k| Neighbor {
                        product: ((i + k) % n) as u32,
                        strength: 9000 - 500 * k as u16,
                        evidence: PairEvidence::default(),
                    })
                    .collect()
            })
            .collect(),
    );
    Bundle {
        info: BundleInfo {
            store: "Larkfield Home".into(),
            platform: "shopify".into(),
            currency: Currency::new("USD"),
            time_zone: TimeZoneName("Europe/Berlin".into()),
            as_of: NOW,
            snapshot_at: NOW,
        },
        catalog: Arc::new(Catalog {
            products,
            collections: vec![Collection { id: "plants".into(), title: "Plants & Vases".into() }],
        }),
        segments: Arc::new(Segments {
            segments: (0..6)
                .map(|i| SegmentInfo {
                    id: format!("s{i}"),
                    name: NAMES[i].into(),
                    color: i as u8,
                    customers: 200,
                    ..Default::default()
                })
                .collect(),
            ..Default::default()
        }),
        signals: Arc::new(signals),
        neighbors: Arc::new(neighbors),
        text_index: Arc::default(),
        document: Arc::new(document()),
        experiments: Arc::default(),
        history_tables: HistoryTables::default(),
    }
}

pub fn document() -> Document {
    let rule = |id: &str, action, target, scope, schedule| Rule {
        id: id.into(),
        name: None,
        enabled: true,
        action,
        target,
        scope,
        schedule,
        created_at: NOW - 9 * 86400,
    };
    let mut d = Document::default();
    let mut layout = Layout::default();
    layout.default =
        vec![Block::products("picked", "Picked for you", vec![Source::ForYou, Source::BestSellers], 8)];
    d.layouts.insert(PageKey::Home, layout);
    d.rules = vec![
        rule(
            "r1",
            Action::Pin { position: 1, soft: false, keep_when_sold_out: false },
            Target::Products(vec![PICS[0].into()]),
            Scope {
                pages: vec![PageKey::Home],
                block: Some("picked".into()),
                segments: Some(vec!["s1".into()]),
                queries: vec![],
            },
            Schedule::default(),
        ),
        rule(
            "r2",
            Action::Boost { points: Action::MEDIUM, uncapped: false },
            Target::Where(Condition::Is {
                field: Field::ProductType,
                operator: Operator::Equals,
                value: "Plants & Vases".into(),
            }),
            Scope::default(),
            Schedule { from: Some(NOW - 5 * 86400), until: Some(NOW + 20 * 86400) },
        ),
        rule(
            "r3",
            Action::Bury { points: Action::SLIGHT },
            Target::Where(Condition::Is { field: Field::Stock, operator: Operator::Less, value: "3".into() }),
            Scope { pages: vec![PageKey::Collection(None)], ..Default::default() },
            Schedule::default(),
        ),
        rule(
            "r4",
            Action::Hide,
            Target::Products(vec![PICS[0].into()]),
            Scope::default(),
            Schedule { from: None, until: Some(NOW + 9 * 86400) },
        ),
    ];
    d.search.synonyms =
        vec![Synonym { words: vec!["pot".into(), "planter".into(), "cachepot".into()], one_way: false }];
    d
}

pub fn detected() -> Vec<DetectedFile> {
    vec![
        DetectedFile {
            path: "/x/orders_export_1.csv".into(),
            name: "orders_export_1.csv".into(),
            platform: Platform::Shopify,
            kind: DataKind::Orders,
            state: FileState::Recognised,
            bytes: 4_200_000,
            n_rows: Some(21304),
            encoding: "UTF-8".into(),
            delimiter: ",".into(),
            date_example: Some("2025-11-03".into()),
            columns: vec![ColumnSuggestion::default(); 79],
            ..DetectedFile::default()
        },
        DetectedFile {
            path: "/x/kunden.csv".into(),
            name: "kunden.csv".into(),
            platform: Platform::Unknown,
            kind: DataKind::Customers,
            state: FileState::CheckColumns,
            bytes: 200_000,
            n_rows: Some(2412),
            encoding: "Windows-1252".into(),
            delimiter: ";".into(),
            date_example: Some("03/04/2025".into()),
            open_date: Some("03/04/2025".into()),
            signature: "kunden".into(),
            columns: vec![
                ColumnSuggestion {
                    header: "E-Mail".into(),
                    samples: vec!["mara@…".into(), "jo@…".into(), "li@…".into()],
                    meaning: Some("email".into()),
                    sureness: Sureness::Exact,
                    ..Default::default()
                },
                ColumnSuggestion {
                    header: "Umsatz gesamt".into(),
                    samples: vec!["1.204,50".into(), "89,00".into()],
                    meaning: Some("declared_spent".into()),
                    sureness: Sureness::Likely,
                    format: ColumnFormat {
                        decimal_mark: Some(DecimalMark::Comma),
                        ..ColumnFormat::default()
                    },
                    ..Default::default()
                },
                ColumnSuggestion {
                    header: "Kd_Typ".into(),
                    samples: vec!["A".into(), "A".into(), "C".into()],
                    meaning: None,
                    sureness: Sureness::Unknown,
                    ..Default::default()
                },
                ColumnSuggestion {
                    header: "fax".into(),
                    samples: vec!["".into()],
                    meaning: Some("ignore".into()),
                    sureness: Sureness::Guess,
                    ..Default::default()
                },
            ],
            ..DetectedFile::default()
        },
        DetectedFile {
            path: "/x/Sheet.numbers".into(),
            name: "Sheet.numbers".into(),
            trouble: Some("Can't read .numbers files. Export it as CSV or Excel first.".into()),
            ..Default::default()
        },
    ]
}
