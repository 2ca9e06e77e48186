//! Random bundles that try hard to be awkward: unicode ids, ties, unknown signals, schedules, pins, experiments.

use std::collections::BTreeMap;
use std::sync::Arc;

use endcap::bundle::{
    Arm, Bundle, BundleInfo, Catalog, CatalogProduct, ClusterModel, Collection, Experiment, HistoryTables,
    ModelFeature, Neighbor, Neighbors, PairEvidence, Posting, ProductEvidence, SegmentCondition, SegmentInfo,
    SegmentRelevance, SegmentRule, Segments, Signals, Strategy, TextIndex, words,
};
use endcap::merch::{
    Action, Audience, Block, Condition, Document, Field, Layout, LayoutVariant, Operator, PageKey, Redirect,
    Rule, Schedule, Scope, SearchSettings, Source, StockPolicy, Synonym, Target, Weights,
};
use endcap::shop::hash::splitmix64;
use endcap::shop::{Currency, TimeZoneName};

pub(crate) const AS_OF: i64 = 1_760_000_000;

pub(crate) struct Dice {
    state: u64,
}

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: splitmix64(seed) }
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.state = splitmix64(self.state);
        (self.state % bound.max(1) as u64) as usize
    }

    pub(crate) fn chance(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }

    pub(crate) fn one<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())].clone()
    }

    /// Few distinct values, so that ties are common.
    fn signal(&mut self) -> Option<u16> {
        if self.chance(5) { None } else { Some((self.below(21) * 500) as u16) }
    }
}

const LETTERS: [&str; 14] =
    ["a", "A", "z", "0", "007", "é", "e\u{301}", "ß", "İ", "\u{ff5e}", "\u{1f600}", "/", "\"", "ж"];
const TYPES: [&str; 4] = ["Plants", "Lamps", "Sofas", "Vases & Pots"];
const VENDORS: [&str; 3] = ["Acme", "Norr", "Ölberg"];
const COLOURS: [&str; 4] = ["blue", "green", "sage", "Crème"];
const NOUNS: [&str; 10] =
    ["lamp", "planter", "sofa", "vase", "chandelier", "pot", "Tisch", "olive", "ribbed", "café"];

/// A bundle of `n_products` products and `n_rules` rules; with 1 000 products or more it has eight segments.
pub(crate) fn bundle(seed: u64, n_products: usize, n_rules: usize) -> Bundle {
    let mut dice = Dice::new(seed);
    let collections: Vec<Collection> = ["all", "sale", "new in", "空"]
        .iter()
        .map(|id| Collection { id: (*id).to_owned(), title: id.to_uppercase() })
        .collect();
    let mut products: BTreeMap<String, CatalogProduct> = BTreeMap::new();
    while products.len() < n_products {
        let product = product(&mut dice, products.len(), &collections);
        products.insert(product.id.clone(), product);
    }
    let products: Vec<CatalogProduct> = products.into_values().collect();
    let segment_ids: Vec<String> = {
        let drawn = dice.below(4);
        (0..if n_products < 1_000 { drawn } else { 8 }).map(|at| format!("s{at}")).collect()
    };
    let signals = signals(&mut dice, n_products, &segment_ids);
    let neighbors = neighbors(&mut dice, n_products);
    let text_index = text_index(&mut dice, &products);
    let ids: Vec<String> = products.iter().map(|product| product.id.clone()).collect();
    let experiments = experiments(&mut dice);
    let document = document(&mut dice, &ids, &segment_ids, &experiments, n_rules);
    Bundle {
        info: BundleInfo {
            store: "Random & Söhne".to_owned(),
            platform: "test".to_owned(),
            currency: Currency::new(dice.one(&["EUR", "JPY", "KWD"])),
            time_zone: TimeZoneName("Europe/Berlin".to_owned()),
            as_of: AS_OF,
            snapshot_at: AS_OF,
        },
        catalog: Arc::new(Catalog { products, collections }),
        segments: Arc::new(segments(&mut dice, &segment_ids).rounded()),
        signals: Arc::new(signals),
        neighbors: Arc::new(neighbors),
        text_index: Arc::new(text_index),
        document: Arc::new(document),
        experiments: Arc::new(experiments),
        history_tables: HistoryTables::default(),
    }
}

fn product(dice: &mut Dice, at: usize, collections: &[Collection]) -> CatalogProduct {
    let letters: String = (0..1 + dice.below(3)).map(|_| dice.one(&LETTERS)).collect();
    let price = if dice.chance(15) { None } else { Some((dice.below(400) * 25) as i64) };
    let title = format!("{} {} {}", dice.one(&COLOURS), dice.one(&NOUNS), dice.one(&NOUNS));
    CatalogProduct {
        id: if dice.chance(3) { format!("{letters}{at}") } else { format!("p{at}{letters}") },
        title,
        product_type: (!dice.chance(6)).then(|| dice.one(&TYPES).to_owned()),
        vendor: (!dice.chance(4)).then(|| dice.one(&VENDORS).to_owned()),
        collections: collections
            .iter()
            .filter(|_| dice.chance(3))
            .map(|collection| collection.id.clone())
            .collect(),
        tags: (0..dice.below(3)).map(|_| dice.one(&["gift", "outdoor", "eco"]).to_owned()).collect(),
        attributes: (0..dice.below(3))
            .map(|_| ("Colour".to_owned(), dice.one(&COLOURS).to_owned()))
            .collect(),
        price,
        compare_at: price.filter(|_| dice.chance(4)).map(|price| price + dice.below(3_000) as i64),
        stock: (!dice.chance(4)).then(|| dice.below(9) as i64 - 2),
        sell_when_empty: dice.chance(5),
        published: !dice.chance(12),
        created_at: (!dice.chance(5)).then(|| AS_OF - dice.below(9_000_000) as i64 + 100_000),
        restocked_at: dice.chance(9).then(|| AS_OF - dice.below(1_000_000) as i64),
        variant_group: dice.chance(5).then(|| format!("g{}", dice.below(5))),
        ..CatalogProduct::default()
    }
}

fn signals(dice: &mut Dice, n: usize, segments: &[String]) -> Signals {
    let mut column = |one_in_unknown_column: usize| -> Vec<Option<u16>> {
        let unknown = dice.chance(one_in_unknown_column);
        (0..n).map(|_| if unknown { None } else { dice.signal() }).collect()
    };
    let mut signals = Signals {
        popularity: column(12),
        trending: column(6),
        newness: column(6),
        margin: column(3),
        stock: column(6),
        ..Signals::default()
    };
    for segment in std::iter::once("*".to_owned()).chain(segments.iter().cloned()) {
        let relevance = column(8);
        signals.relevance.push(SegmentRelevance { segment, relevance, evidence: Vec::new() });
    }
    signals.evidence = vec![ProductEvidence::default(); n];
    signals
}

fn neighbors(dice: &mut Dice, n: usize) -> Neighbors {
    let mut neighbors = Neighbors::default();
    for strategy in [
        Strategy::BoughtTogether,
        Strategy::Similar,
        Strategy::AlsoViewed,
        Strategy::ViewedThenBought,
        Strategy::CompleteTheSet,
    ] {
        if dice.chance(4) {
            continue;
        }
        let lists = (0..n)
            .map(|own| {
                let mut list: Vec<Neighbor> = Vec::new();
                for _ in 0..dice.below(6) {
                    let product = dice.below(n) as u32;
                    if product as usize != own && !list.iter().any(|one| one.product == product) {
                        let strength = (dice.below(20) * 500) as u16;
                        list.push(Neighbor { product, strength, evidence: PairEvidence::default() });
                    }
                }
                list.sort_by_key(|one| (std::cmp::Reverse(one.strength), one.product));
                list
            })
            .collect();
        neighbors.lists.insert(strategy, lists);
    }
    neighbors
}

fn text_index(dice: &mut Dice, products: &[CatalogProduct]) -> TextIndex {
    let mut index: BTreeMap<String, Vec<Posting>> = BTreeMap::new();
    for (at, product) in products.iter().enumerate() {
        let mut own = words(&product.title);
        own.extend(product.product_type.iter().flat_map(|kind| words(kind)));
        own.sort();
        own.dedup();
        for word in own {
            let points = (1 + dice.below(10)) as u16 * 1_000;
            index.entry(word).or_default().push(Posting { product: at as u32, points, fields: 1 });
        }
    }
    TextIndex { words: index.into_iter().collect(), suggestions: Vec::new() }
}

fn segments(dice: &mut Dice, ids: &[String]) -> Segments {
    let condition = |feature: &str, value| SegmentCondition {
        feature: feature.to_owned(),
        operator: Operator::GreaterOrEqual,
        value,
    };
    let rule = |segment: &str, condition: SegmentCondition| SegmentRule {
        segment: segment.to_owned(),
        any_of: vec![vec![condition]],
    };
    let features: Vec<ModelFeature> = ["orders", "spend", "days"]
        .iter()
        .map(|name| ModelFeature {
            name: (*name).to_owned(),
            source: (*name).to_owned(),
            missing: 0,
            quantum: 10,
            log1p: dice.chance(2),
            bins: if dice.chance(2) {
                vec![(5, 0.1 + dice.below(10) as f64 / 3.0), (50, 1.7), (500, 3.3)]
            } else {
                Vec::new()
            },
            mean: dice.below(100) as f64 / 7.0,
            scale: dice.below(3) as f64 / 1.3,
        })
        .collect();
    let model = (!ids.is_empty()).then(|| ClusterModel {
        centroids: ids
            .iter()
            .map(|_| features.iter().map(|_| dice.below(40) as f64 / 9.0 - 2.0).collect())
            .collect(),
        labels: ids.iter().map(|id| if dice.chance(6) { "*".to_owned() } else { id.clone() }).collect(),
        features,
    });
    let first = ids.first().map(String::as_str);
    Segments {
        segments: ids
            .iter()
            .map(|id| SegmentInfo {
                id: id.clone(),
                name: id.to_uppercase(),
                customers: 50,
                ..SegmentInfo::default()
            })
            .collect(),
        rules: first.map(|id| rule(id, condition("spend", 90))).into_iter().collect(),
        model,
        lifecycle: first.map(|id| rule(id, condition("days", 2))).into_iter().collect(),
    }
}

fn experiments(dice: &mut Dice) -> Vec<Experiment> {
    (0..dice.below(3))
        .map(|at| Experiment {
            id: format!("x{at}"),
            name: format!("Test {at}"),
            layer: dice.one(&["pages", "prices"]).to_owned(),
            arms: vec![
                Arm { id: "a".to_owned(), start: 0, end: 4_000 },
                Arm { id: "b".to_owned(), start: 4_000, end: 8_000 },
                Arm { id: "holdout".to_owned(), start: 9_000, end: 10_000 },
            ],
            has_holdout: true,
            from: dice.chance(2).then_some(AS_OF),
            until: None,
        })
        .collect()
}

const SOURCES: [Source; 17] = [
    Source::ForYou,
    Source::BoughtTogether,
    Source::Similar,
    Source::AlsoViewed,
    Source::ViewedThenBought,
    Source::CompleteTheSet,
    Source::Trending,
    Source::BestSellers,
    Source::New,
    Source::OnSale,
    Source::RecentlyViewed,
    Source::BuyAgain,
    Source::BackInStock,
    Source::HandPicked,
    Source::Collection(None),
    Source::SearchHits,
    Source::Everything,
];

fn block(dice: &mut Dice, id: &str, first: Option<Source>, ids: &[String]) -> Block {
    let mut sources: Vec<Source> = first.into_iter().collect();
    for _ in 0..dice.below(4) {
        sources.push(dice.one(&SOURCES));
    }
    if dice.chance(6) {
        sources.push(Source::Collection(Some("sale".to_owned())));
    }
    let size = 1 + dice.below(9) as u32;
    Block {
        minimum: dice.below(25) as u32,
        weights: Weights::from_shares([(); 5].map(|()| dice.below(5) as u32)),
        variety: if dice.chance(3) { 0 } else { dice.below(1_001) as u32 },
        stock: dice.one(&[StockPolicy::InStock, StockPolicy::Sellable, StockPolicy::Any]),
        audience: Audience {
            devices: if dice.chance(8) { vec!["phone".to_owned()] } else { Vec::new() },
            ..Audience::default()
        },
        may_repeat: dice.chance(5),
        hand_picked: (0..dice.below(5)).map(|_| dice.one(ids)).collect(),
        neutral: [(); 5].map(|()| (dice.below(21) * 500) as u16),
        ..Block::products(id, &format!("Row {id}"), sources, size)
    }
}

fn document(
    dice: &mut Dice,
    ids: &[String],
    segments: &[String],
    experiments: &[Experiment],
    n_rules: usize,
) -> Document {
    let mut document = Document::default();
    for page in ["home", "collection", "collection:sale", "product", "cart", "search", "email", "thank_you"] {
        let first = match page {
            "search" => Some(Source::SearchHits),
            "collection" => Some(Source::Collection(None)),
            "product" => Some(Source::Similar),
            _ => None,
        };
        let blocks = |dice: &mut Dice| -> Vec<Block> {
            (0..1 + dice.below(3))
                .map(|at| block(dice, &format!("b{at}"), first.clone().filter(|_| at == 0), ids))
                .collect()
        };
        let variants = (0..dice.below(3))
            .map(|at| LayoutVariant {
                id: format!("v{at}"),
                name: format!("Version {at}"),
                audience: Audience {
                    segments: segments.iter().filter(|_| dice.chance(2)).cloned().collect(),
                    sources: if dice.chance(2) { vec!["email".to_owned()] } else { Vec::new() },
                    devices: Vec::new(),
                    arm: experiments
                        .first()
                        .filter(|_| dice.chance(2))
                        .map(|x| (x.id.clone(), "b".to_owned())),
                },
                blocks: blocks(dice),
            })
            .collect();
        document.layouts.insert(PageKey::from(page.to_owned()), Layout { variants, default: blocks(dice) });
    }
    document.rules = (0..n_rules).map(|at| rule(dice, at, ids, segments)).collect();
    document.search = SearchSettings {
        synonyms: vec![
            Synonym {
                words: vec!["sofa".to_owned(), "couch".to_owned(), "lounge chair".to_owned()],
                one_way: false,
            },
            Synonym { words: vec!["light".to_owned(), "lamp".to_owned()], one_way: dice.chance(2) },
            Synonym { words: vec!["olive lamp".to_owned(), "ribbed vase".to_owned()], one_way: false },
        ],
        redirects: vec![Redirect { query: "Gift  CARD".to_owned(), to: "/gift-card".to_owned() }],
        ignored_words: vec!["the".to_owned(), "für".to_owned()],
    };
    document
}

fn rule(dice: &mut Dice, at: usize, ids: &[String], segments: &[String]) -> Rule {
    let action = match dice.below(12) {
        0..=4 => Action::Pin {
            position: 1 + dice.below(8) as u32,
            soft: dice.chance(3),
            keep_when_sold_out: dice.chance(3),
        },
        5..=7 => Action::Boost {
            points: dice.one(&[Action::SLIGHT, Action::MEDIUM, Action::STRONG, 123_457]),
            uncapped: dice.chance(5),
        },
        8 | 9 => Action::Bury { points: dice.one(&[Action::SLIGHT, Action::STRONG, 7]) },
        10 => Action::Hide,
        _ => Action::OnlyShow,
    };
    let narrow = matches!(action, Action::Pin { .. } | Action::Hide);
    let target = if narrow || dice.chance(2) {
        let mut listed: Vec<String> = (0..1 + dice.below(3)).map(|_| dice.one(ids)).collect();
        if dice.chance(8) {
            listed.push("no such product".to_owned());
        }
        Target::Products(listed)
    } else {
        Target::Where(condition(dice, 2))
    };
    let rare = action == Action::OnlyShow;
    let mut scope = Scope::default();
    if rare || dice.chance(2) {
        scope.pages.push(PageKey::from(
            dice.one(&[
                "home",
                "collection",
                "collection:sale",
                "product",
                "cart",
                "search",
                "email:win_back",
            ])
            .to_owned(),
        ));
    }
    if dice.chance(4) {
        scope.block = Some(format!("b{}", dice.below(2)));
    }
    if dice.chance(4) {
        let mut wanted: Vec<String> = segments.iter().filter(|_| dice.chance(2)).cloned().collect();
        if dice.chance(4) {
            wanted.push("*".to_owned());
        }
        scope.segments = Some(wanted);
    }
    if dice.chance(9) {
        scope.queries.push(dice.one(&["Blue LAMP", "sofa", "the café"]).to_owned());
    }
    Rule {
        id: format!("r{at}"),
        name: None,
        enabled: !dice.chance(10),
        action,
        target,
        scope,
        schedule: Schedule {
            from: dice.chance(4).then(|| AS_OF + dice.below(1_000_000) as i64),
            until: dice.chance(4).then(|| AS_OF + 500_000 + dice.below(1_000_000) as i64),
        },
        created_at: AS_OF,
    }
}

fn condition(dice: &mut Dice, depth: usize) -> Condition {
    match dice.below(if depth == 0 { 1 } else { 4 }) {
        1 => Condition::All(vec![condition(dice, depth - 1), condition(dice, depth - 1)]),
        2 => Condition::Any(vec![condition(dice, depth - 1), condition(dice, depth - 1)]),
        3 => Condition::Not(Box::new(condition(dice, depth - 1))),
        _ => {
            let numbers = [
                (Field::Price, "5000"),
                (Field::DiscountPercent, "10"),
                (Field::Stock, "2"),
                (Field::AgeDays, "40"),
                (Field::Margin, "5000"),
                (Field::Popularity, "4000"),
                (Field::CreatedAt, "1758000000"),
            ];
            let texts = [
                (Field::ProductType, "Plants"),
                (Field::Vendor, "Ölberg"),
                (Field::Collection, "sale"),
                (Field::Tag, "eco"),
                (Field::Title, "CAFÉ"),
                (Field::Attribute("Colour".to_owned()), "sage"),
            ];
            if dice.chance(2) {
                let (field, value) = dice.one(&numbers);
                let operator = dice.one(&[
                    Operator::Less,
                    Operator::LessOrEqual,
                    Operator::Greater,
                    Operator::GreaterOrEqual,
                    Operator::Equals,
                ]);
                Condition::Is { field, operator, value: value.to_owned() }
            } else {
                let (field, value) = dice.one(&texts);
                let operator = dice.one(&[Operator::Equals, Operator::Contains]);
                Condition::Is { field, operator, value: value.to_owned() }
            }
        }
    }
}
