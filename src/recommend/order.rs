//! Carts and product pages: which products complete these, learned from whole orders.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::content::attribute_neighbours;
use super::cooccur::{Baskets, Measure};
use super::ease::Ease;
use super::facts::{Candidates, ItemFacts, PER_MODEL, squash};
use super::frequency;
use super::history::History;
use super::hybrid::MOST_LINES_SIDE_BY_SIDE;
use super::item_knn::{self, Neighbours, Weighting};
use super::rank;
use super::sparse::{Sparse, keep_top};
use super::window::OrderCase;
use crate::shop::{Cancelled, Monitor};

/// A model of orders and its settings; scores of a query are sums over its items.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "model")]
pub enum OrderMethod {
    Pairs {
        measure: Measure,
        k: usize,
    },
    /// `RP3beta` on orders weighted `1 / lines^size_power`.
    Walk {
        beta: f32,
        k: usize,
        size_power: f64,
    },
    Ease {
        lambda: f32,
    },
    /// EASE on orders that count 2^(−age / (2 × half-life)) on each side.
    DecayedEase {
        lambda: f32,
        half_life_days: f64,
    },
    Bm25 {
        k: usize,
        k1: f32,
        b: f32,
    },
    /// Asymmetric co-occurrence in orders that count 2^(−age / half-life).
    Decayed {
        half_life_days: f64,
        beta: f32,
        shrink: f32,
        k: usize,
    },
    /// The `k` most similar orders by cosine of sets, older ones less (0 = no decay), optionally rare items more.
    SimilarOrders {
        k: usize,
        decay_days: f32,
        idf: bool,
    },
    /// TF-IDF cosine of attributes × popularity^power.
    Attributes {
        power: f32,
        k: usize,
    },
    Popularity {
        days: f64,
    },
}

impl OrderMethod {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Pairs { measure, .. } => match measure {
                Measure::Count => "co-occurrence",
                Measure::Confidence => "confidence",
                Measure::Lift { .. } => "lift",
                Measure::Llr => "llr",
                Measure::RootLlr => "root-llr",
                Measure::Cosine => "cosine",
                Measure::Jaccard => "jaccard",
                Measure::Asymmetric { .. } => "asymmetric",
            },
            Self::Walk { .. } => "rp3beta",
            Self::Ease { .. } => "ease",
            Self::DecayedEase { .. } => "decayed-ease",
            Self::Bm25 { .. } => "item-bm25",
            Self::Decayed { .. } => "decayed-pairs",
            Self::SimilarOrders { .. } => "similar-orders",
            Self::Attributes { .. } => "attributes",
            Self::Popularity { .. } => "popularity",
        }
    }

    /// Whether the store's size allows the model; by counts alone, so that every window of a store agrees.
    pub fn suits(&self, n_items: usize) -> bool {
        match self {
            Self::Ease { .. } | Self::DecayedEase { .. } => n_items <= super::ease::MOST_ITEMS_FOR_CARTS,
            Self::Attributes { .. } | Self::Bm25 { .. } => n_items <= 40_000,
            _ => true,
        }
    }

    /// `None` when the model does not suit the store.
    pub fn fit<'a>(&self, history: &'a History<'a>) -> Option<FittedOrders<'a>> {
        let plain = || history.basket_matrix(|_, _| 1.0);
        let scorer = match *self {
            Self::Pairs { measure, k } => Scorer::Items(Baskets::new(history).neighbours(measure, k)),
            Self::Walk { beta, k, size_power } => {
                Scorer::Items(item_knn::order_walk(&plain(), size_power as f32, beta, k))
            }
            Self::Ease { lambda } => Scorer::Ease(Box::new(Ease::fit_for_carts(&plain(), lambda)?)),
            Self::DecayedEase { lambda, half_life_days } => {
                let rows = history.basket_matrix(|age, _| (-age / (2.0 * half_life_days)).exp2());
                Scorer::Ease(Box::new(Ease::fit_for_carts(&rows, lambda)?))
            }
            Self::Bm25 { k, k1, b } => {
                Scorer::Items(item_knn::item_knn(&plain(), Weighting::Bm25 { k1, b }, k))
            }
            Self::Decayed { half_life_days, beta, shrink, k } => {
                Scorer::Items(decayed_pairs(history, half_life_days, beta, shrink, k))
            }
            Self::SimilarOrders { .. } => {
                let rows = plain();
                let n = history.baskets.len() as f32;
                let items = rows.transpose();
                let idf =
                    (0..items.rows()).map(|i| (n / (items.row(i).0.len() as f32).max(1.0)).ln_1p()).collect();
                let age = history.baskets.iter().map(|basket| history.age_days(basket.at) as f32).collect();
                Scorer::Orders { rows, items, idf, age }
            }
            Self::Attributes { power, k } => {
                let facts: Vec<_> =
                    history.products.iter().map(|&p| &history.data.facts[p as usize]).collect();
                let near = attribute_neighbours(&facts, k);
                let popularity: Vec<f32> =
                    frequency::recent_orders(history, f64::INFINITY).iter().map(|n| n.powf(power)).collect();
                Scorer::Items(Neighbours {
                    similar: near.similar.map(|_, item, value| value * popularity[item as usize]),
                })
            }
            Self::Popularity { days } => Scorer::Same(frequency::recent_orders(history, days)),
        };
        Some(FittedOrders { method: *self, scorer, marker: std::marker::PhantomData })
    }
}

fn decayed_pairs(history: &History<'_>, half_life_days: f64, beta: f32, shrink: f32, k: usize) -> Neighbours {
    let rows = history.basket_matrix(|age, _| (-age / half_life_days).exp2());
    let ones = history.basket_matrix(|_, _| 1.0);
    let items = rows.transpose();
    let mass: Vec<f32> = items.row_sums();
    let penalty: Vec<f32> = mass.iter().map(|mass| mass.max(1e-6).powf(beta)).collect();
    let similar = items.top_product(&ones, k, |a, b, both| {
        (a as u32 != b).then(|| both / (mass[a] + shrink) / penalty[b as usize])
    });
    Neighbours { similar }
}

/// An order model that has seen a history.
#[derive(Debug)]
pub struct FittedOrders<'a> {
    pub method: OrderMethod,
    scorer: Scorer,
    marker: std::marker::PhantomData<&'a ()>,
}

#[derive(Debug)]
enum Scorer {
    Same(Vec<f32>),
    Items(Neighbours),
    Ease(Box<Ease>),
    Orders { rows: Sparse, items: Sparse, idf: Vec<f32>, age: Vec<f32> },
}

impl FittedOrders<'_> {
    /// Scores of every catalogue item for the items of a cart; the query's own items are masked.
    pub fn score(&self, query: &[u32], out: &mut [f32]) {
        let ones = vec![1.0; query.len()];
        match &self.scorer {
            Scorer::Same(scores) => out.copy_from_slice(scores),
            Scorer::Items(neighbours) => neighbours.score(query, &ones, out),
            Scorer::Ease(ease) => ease.score(query, &ones, out),
            Scorer::Orders { rows, items, idf, age } => {
                out.fill(0.0);
                let OrderMethod::SimilarOrders { k, decay_days, idf: rare } = self.method else {
                    return;
                };
                let mut shared: Vec<u32> =
                    query.iter().flat_map(|&item| items.row(item as usize).0).copied().collect();
                shared.sort_unstable();
                let mut near: Vec<(u32, f32)> = shared
                    .chunk_by(|a, b| a == b)
                    .map(|run| {
                        let size = rows.row(run[0] as usize).0.len() as f32;
                        let mut value = run.len() as f32 / (size * query.len() as f32).sqrt();
                        if decay_days > 0.0 {
                            value *= (-age[run[0] as usize] / decay_days).exp();
                        }
                        (run[0], value)
                    })
                    .collect();
                keep_top(&mut near, k);
                near.sort_unstable_by_key(|entry| entry.0);
                for (order, value) in near {
                    rows.add_row(order as usize, value, out);
                }
                if rare {
                    for (slot, idf) in out.iter_mut().zip(idf) {
                        *slot *= idf;
                    }
                }
            }
        }
        for &item in query {
            out[item as usize] = f32::NEG_INFINITY;
        }
    }

    /// The score one query item alone gives another.
    fn single(&self, from: u32, to: u32) -> f32 {
        match &self.scorer {
            Scorer::Items(neighbours) => {
                let (items, values) = neighbours.similar.row(from as usize);
                items.binary_search(&to).map_or(0.0, |place| values[place])
            }
            Scorer::Ease(ease) => ease.weight(from, to).unwrap_or(0.0),
            Scorer::Same(_) | Scorer::Orders { .. } => 0.0,
        }
    }
}

/// Order models every store gets.
pub fn order_stage() -> Vec<OrderMethod> {
    vec![
        OrderMethod::Ease { lambda: 50.0 },
        OrderMethod::DecayedEase { lambda: 20.0, half_life_days: 60.0 },
        OrderMethod::Walk { beta: 0.5, k: 1_000, size_power: 0.5 },
        OrderMethod::Walk { beta: 0.1, k: 200, size_power: 0.5 },
        OrderMethod::Pairs { measure: Measure::Jaccard, k: 1_000 },
        OrderMethod::Decayed { half_life_days: 60.0, beta: 0.2, shrink: 5.0, k: 400 },
        OrderMethod::SimilarOrders { k: 300, decay_days: 0.0, idf: true },
        OrderMethod::SimilarOrders { k: 100, decay_days: 90.0, idf: false },
        OrderMethod::Attributes { power: 0.25, k: 200 },
        OrderMethod::Popularity { days: 28.0 },
    ]
}

/// Facts after the model scores, beside the item facts.
const PLAIN: [&str; 6] = [
    "items in the cart",
    "strongest single link",
    "second link",
    "links to items in the cart",
    "nearest in attributes",
    "price against the cart's",
];

/// Fits every method that suits the store.
pub fn fit_orders<'a>(
    history: &'a History<'a>,
    methods: &[OrderMethod],
    monitor: &dyn Monitor,
) -> Result<Vec<FittedOrders<'a>>, Cancelled> {
    let fit = |method: &OrderMethod| {
        monitor.checkpoint()?;
        Ok(method.fit(history))
    };
    // As for customers' models: side by side where memory allows.
    let fitted: Vec<Option<FittedOrders<'_>>> = if history.data.n_lines() <= MOST_LINES_SIDE_BY_SIDE {
        methods.par_iter().map(fit).collect::<Result<_, Cancelled>>()?
    } else {
        methods.iter().map(fit).collect::<Result<_, Cancelled>>()?
    };
    Ok(fitted.into_iter().flatten().collect())
}

/// The union of every model's best items for each query, with all facts; rows are grouped by case.
pub fn order_candidates(
    history: &History<'_>,
    models: &[FittedOrders<'_>],
    item_facts: &ItemFacts,
    queries: &[&[u32]],
) -> Candidates {
    let names = models
        .iter()
        .enumerate()
        .flat_map(|(index, model)| {
            [order_score_name(index, &model.method), order_place_name(index, &model.method)]
        })
        .chain(ItemFacts::names().iter().map(|&name| name.to_owned()))
        .chain(PLAIN.iter().map(|&name| name.to_owned()))
        .collect();
    let parts: Vec<(Vec<u32>, Vec<f32>)> = queries
        .par_iter()
        .map_init(
            || vec![0.0_f32; history.n_items()],
            |scores, query| rows_of(history, models, item_facts, query, scores),
        )
        .collect();
    let mut all = Candidates {
        names,
        customers: (0..queries.len() as u32).collect(),
        start: vec![0],
        ..Candidates::default()
    };
    for (items, values) in parts {
        all.items.extend(items);
        all.values.extend(values);
        all.start.push(all.items.len());
    }
    all
}

fn order_score_name(index: usize, method: &OrderMethod) -> String {
    format!("score of {} ({})", method.name(), index + 1)
}

/// The fact that holds a model's place; `index` is the model's position in the list that was fitted.
pub fn order_place_name(index: usize, method: &OrderMethod) -> String {
    format!("place by {} ({})", method.name(), index + 1)
}

fn rows_of(
    history: &History<'_>,
    models: &[FittedOrders<'_>],
    item_facts: &ItemFacts,
    query: &[u32],
    scores: &mut [f32],
) -> (Vec<u32>, Vec<f32>) {
    const LAST_PLACE: usize = 250;
    let mut chosen: Vec<u32> = Vec::new();
    let mut tables: Vec<(Vec<f32>, Vec<u16>, f32)> = Vec::with_capacity(models.len());
    for model in models {
        model.score(query, scores);
        let best = rank::top(scores, LAST_PLACE);
        chosen.extend(best.iter().take(PER_MODEL).copied().filter(|&item| scores[item as usize] > 0.0));
        let most = best.first().map_or(0.0, |&item| scores[item as usize]);
        let mut place = vec![LAST_PLACE as u16; history.n_items()];
        for (position, &item) in best.iter().enumerate() {
            place[item as usize] = position as u16;
        }
        tables.push((scores.to_vec(), place, if most > 0.0 { 1.0 / most } else { 0.0 }));
    }
    chosen.sort_unstable();
    chosen.dedup();
    let linked = models.iter().find(|m| matches!(m.method, OrderMethod::Pairs { .. }));
    let attributes = models.iter().find(|m| matches!(m.method, OrderMethod::Attributes { .. }));
    let price = |item: u32| item_facts.of(item)[9];
    let cart_price =
        query.iter().map(|&item| price(item).max(0.0)).sum::<f32>() / (query.len() as f32).max(1.0);
    let mut values = Vec::with_capacity(chosen.len() * (2 * models.len() + 16));
    for &item in &chosen {
        for (scores, place, scale) in &tables {
            values.push((scores[item as usize] * scale).max(-1.0));
            values.push(f32::from(place[item as usize]).ln_1p());
        }
        values.extend_from_slice(item_facts.squashed(item));
        let (mut first, mut second, mut links) = (0.0_f32, 0.0_f32, 0.0_f32);
        if let Some(model) = linked {
            for &from in query {
                let link = model.single(from, item);
                links += f32::from(u8::from(link > 0.02));
                if link > first {
                    (first, second) = (link, first);
                } else if link > second {
                    second = link;
                }
            }
        }
        let nearest = attributes
            .map_or(0.0, |model| query.iter().map(|&from| model.single(from, item)).fold(0.0_f32, f32::max));
        let against =
            if cart_price > 0.0 && price(item) > 0.0 { (price(item) / cart_price).ln() } else { 0.0 };
        values.extend([
            squash(query.len() as f32),
            squash(20.0 * first),
            squash(20.0 * second),
            squash(links),
        ]);
        values.extend([squash(nearest), squash(against)]);
    }
    (chosen, values)
}

/// Candidates of order cases with their answers.
pub fn order_lesson(
    history: &History<'_>,
    models: &[FittedOrders<'_>],
    item_facts: &ItemFacts,
    cases: &[OrderCase],
) -> (Candidates, Vec<bool>) {
    let queries: Vec<&[u32]> = cases.iter().map(|case| case.query.as_slice()).collect();
    let table = order_candidates(history, models, item_facts, &queries);
    let targets: Vec<&[u32]> = cases.iter().map(|case| case.targets.as_slice()).collect();
    let labels = table.labels(&targets);
    (table, labels)
}

#[cfg(test)]
mod tests {
    use super::super::dataset::fixture::store;
    use super::*;

    #[test]
    fn a_cart_is_completed_by_what_its_orders_held_and_never_by_itself() {
        let data = store(&[
            ("1", "a", 1, &["pen", "ink", "paper"]),
            ("2", "b", 2, &["pen", "ink"]),
            ("3", "c", 3, &["lamp", "bulb"]),
            ("4", "d", 4, &["lamp", "bulb"]),
        ]);
        let history = History::new(&data, 10, 1);
        let item = |name: &str| history.item(data.products.index(name).unwrap()).unwrap();
        for method in order_stage() {
            let Some(model) = method.fit(&history) else {
                continue;
            };
            let mut scores = vec![0.0; history.n_items()];
            model.score(&[item("pen")], &mut scores);
            assert_eq!(scores[item("pen") as usize], f32::NEG_INFINITY);
            if !matches!(method, OrderMethod::Popularity { .. } | OrderMethod::Attributes { .. }) {
                assert!(scores[item("ink") as usize] > scores[item("bulb") as usize], "{method:?}");
            }
        }
    }
}
