//! First-stage models by name and settings, fitted on a history and asked for scores: one interface for all.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::content::attribute_neighbours;
use super::ease::Ease;
use super::frequency::{self, Personal};
use super::history::History;
use super::ials::{self, Ials};
use super::item_knn::{self, Neighbours, Weighting};
use super::sparse::Sparse;
use super::tifu::{self, Tifu};
use super::up_cf::{Settings as UpCfSettings, UpCf};

/// How often a pair of customer and item counts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counting {
    /// 1 however often.
    Binary,
    /// Number of orders.
    Count,
    /// ln(1 + number of orders).
    Log,
    /// Σ 2^(−age / half-life).
    Decayed { half_life_days: f64 },
}

/// A model and its settings.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "model")]
pub enum Method {
    /// Distinct buyers in the last `days`, 0 = ever.
    Popularity {
        days: f64,
    },
    DecayedPopularity {
        half_life_days: f64,
    },
    /// Own count with popular items behind.
    PersonalCount,
    PersonalDecay {
        half_life_days: f64,
    },
    ItemCosine {
        k: usize,
        counting: Counting,
    },
    ItemTfIdf {
        k: usize,
        counting: Counting,
    },
    ItemBm25 {
        k: usize,
        k1: f32,
        b: f32,
        counting: Counting,
    },
    /// Pruned per source item, or per target.
    Walk {
        beta: f32,
        k: usize,
        counting: Counting,
        by_target: bool,
    },
    Ease {
        lambda: f32,
        counting: Counting,
    },
    Ials {
        factors: usize,
        unobserved: f32,
        regularisation: f32,
        exponent: f32,
        sweeps: usize,
        counting: Counting,
    },
    TifuKnn {
        neighbours: usize,
        basket_decay: f64,
        group_decay: f64,
        own: f32,
        groups: usize,
    },
    /// Own shares of the last orders, and those of people alike (Faggioli et al. 2020, doi 10.1145/3340631.3394850).
    UpCf {
        orders: u32,
        locality: i32,
        asymmetry: f32,
    },
    /// What was bought in the same orders as the customer's things, recent things first.
    OrderWalk {
        beta: f32,
        k: usize,
        half_life_days: f64,
    },
    /// What others bought next after the customer's latest things.
    Transitions {
        k: usize,
        memory: f32,
    },
    /// What resembles the customer's things by title, category, vendor and tags.
    Content {
        k: usize,
    },
}

impl Method {
    /// A short stable name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Popularity { .. } => "popularity",
            Self::DecayedPopularity { .. } => "decayed-popularity",
            Self::PersonalCount => "personal-frequency",
            Self::PersonalDecay { .. } => "decayed-frequency",
            Self::ItemCosine { .. } => "item-cosine",
            Self::ItemTfIdf { .. } => "item-tfidf",
            Self::ItemBm25 { .. } => "item-bm25",
            Self::Walk { .. } => "rp3beta",
            Self::Ease { counting: Counting::Decayed { .. }, .. } => "decayed-ease",
            Self::Ease { .. } => "ease",
            Self::Ials { .. } => "ials",
            Self::TifuKnn { .. } => "tifu-knn",
            Self::UpCf { .. } => "up-cf",
            Self::OrderWalk { .. } => "order-walk",
            Self::Transitions { .. } => "transitions",
            Self::Content { .. } => "attributes",
        }
    }

    /// The name, told apart by half-life where there are several of a kind.
    pub fn label(&self) -> String {
        match self {
            Self::Ease { counting: Counting::Decayed { half_life_days }, .. }
            | Self::PersonalDecay { half_life_days }
            | Self::DecayedPopularity { half_life_days } => {
                format!("{} ({half_life_days} days)", self.name())
            }
            _ => self.name().to_owned(),
        }
    }

    /// Whether the store's size allows the model; by counts alone, so that every window of a store agrees.
    pub fn suits(&self, n_customers: usize, n_items: usize) -> bool {
        match self {
            Self::Ease { .. } => n_items.min(n_customers) <= super::ease::LARGEST_SIDE,
            Self::TifuKnn { .. } | Self::UpCf { .. } => n_customers <= 50_000,
            Self::Ials { .. } => n_customers <= 200_000,
            Self::ItemBm25 { .. } | Self::Content { .. } | Self::Transitions { .. } => {
                n_customers <= 200_000 && n_items <= 40_000
            }
            _ => true,
        }
    }

    /// `None` when the model does not fit this store (too large a matrix, nothing to learn from).
    pub fn fit<'a>(&self, history: &'a History<'a>, seed: u64) -> Option<Fitted<'a>> {
        let matrix = |counting| customer_matrix(history, counting);
        let scorer = match *self {
            Self::Popularity { days } => Scorer::Same(frequency::popularity(history, days)),
            Self::DecayedPopularity { half_life_days } => {
                Scorer::Same(frequency::decayed_popularity(history, half_life_days))
            }
            Self::PersonalCount => Scorer::Personal(Personal::Count, frequency::popularity(history, 0.0)),
            Self::PersonalDecay { half_life_days } => {
                Scorer::Personal(Personal::Decay { half_life_days }, frequency::popularity(history, 0.0))
            }
            Self::ItemCosine { k, counting } => {
                let rows = matrix(counting);
                Scorer::Items(item_knn::item_knn(&rows, Weighting::Cosine, k), rows)
            }
            Self::ItemTfIdf { k, counting } => {
                let rows = matrix(counting);
                Scorer::Items(item_knn::item_knn(&rows, Weighting::TfIdf, k), rows)
            }
            Self::ItemBm25 { k, k1, b, counting } => {
                let rows = matrix(counting);
                Scorer::Items(item_knn::item_knn(&rows, Weighting::Bm25 { k1, b }, k), rows)
            }
            Self::Walk { beta, k, counting, by_target } => {
                let rows = matrix(counting);
                let walk = if by_target { item_knn::random_walk_to } else { item_knn::random_walk };
                Scorer::Items(walk(&rows, beta, k), rows)
            }
            Self::Ease { lambda, counting } => {
                let rows = matrix(counting);
                Scorer::Ease(Box::new(Ease::fit(&rows, lambda)?), rows)
            }
            Self::Ials { factors, unobserved, regularisation, exponent, sweeps, counting } => {
                let settings = ials::Settings {
                    factors,
                    unobserved,
                    regularisation,
                    exponent,
                    iterations: sweeps,
                    seed,
                };
                Scorer::Ials(Ials::fit(&matrix(counting), settings))
            }
            Self::TifuKnn { neighbours, basket_decay, group_decay, own, groups } => {
                let settings = tifu::Settings { neighbours, basket_decay, group_decay, own, groups };
                Scorer::Tifu(Box::new(Tifu::fit(history, settings)))
            }
            Self::UpCf { orders, locality, asymmetry } => {
                Scorer::UpCf(Box::new(UpCf::fit(history, UpCfSettings { orders, locality, asymmetry })))
            }
            Self::OrderWalk { beta, k, half_life_days } => {
                let rows = history.basket_matrix(|_, lines| 1.0 / (lines as f64).sqrt());
                let recent = history.customer_matrix(|age| (-age / half_life_days).exp2());
                Scorer::Items(item_knn::random_walk(&rows, beta, k), recent)
            }
            Self::Transitions { k, memory } => {
                let (neighbours, rows) = transitions(history, k, memory);
                Scorer::Items(neighbours, rows)
            }
            Self::Content { k } => {
                let facts: Vec<_> =
                    history.products.iter().map(|&p| &history.data.facts[p as usize]).collect();
                Scorer::Items(attribute_neighbours(&facts, k), matrix(Counting::Log))
            }
        };
        Some(Fitted { method: *self, history, scorer })
    }
}

/// Customers × items under a counting.
pub fn customer_matrix(history: &History<'_>, counting: Counting) -> Sparse {
    match counting {
        Counting::Binary => history.customer_matrix(|_| 1.0).map(|_, _, _| 1.0),
        Counting::Count => history.customer_matrix(|_| 1.0),
        Counting::Log => history.customer_matrix(|_| 1.0).map(|_, _, count| count.ln_1p()),
        Counting::Decayed { half_life_days } => history.customer_matrix(|age| (-age / half_life_days).exp2()),
    }
}

/// Weighted transitions between the items of consecutive orders (and from line to line where an order is one thing):
/// memory^gap, normalised by √n of the source and n^0.3 of the target.
fn transitions(history: &History<'_>, k: usize, memory: f32) -> (Neighbours, Sparse) {
    const REACH: usize = 10;
    /// Lines of a customer that are looked at, so that a wholesaler does not outweigh the shop.
    const LATEST: usize = 200;
    let n = history.n_items();
    let (mut from, mut to) = (Vec::new(), Vec::new());
    let mut queries = Vec::with_capacity(history.n_customers());
    for customer in 0..history.n_customers() as u32 {
        let past = history.past(customer);
        let past = &past[past.len().saturating_sub(LATEST)..];
        let orders = past.first().zip(past.last()).map_or(0, |(a, b)| (b.order - a.order) as usize + 1);
        let long_baskets = past.len() > 3 * orders;
        // Where orders hold many lines the step is the order, else the line.
        let step = |index: usize| {
            if long_baskets { past[index].order as usize } else { index }
        };
        let mut tail = Vec::new();
        let last_step = if past.is_empty() { 0 } else { step(past.len() - 1) };
        for (index, own) in past.iter().enumerate() {
            let gap = last_step - step(index);
            if gap < REACH {
                tail.push((own.item, memory.powi(gap as i32)));
            }
        }
        queries.push(tail);
        let reach = if long_baskets { 2 } else { REACH };
        for a in 0..past.len() {
            for b in a + 1..past.len() {
                let gap = step(b) - step(a);
                if gap > reach {
                    break;
                }
                if gap > 0 && past[a].item != past[b].item {
                    from.push((past[a].item, past[b].item, memory.powi(gap as i32 - 1)));
                }
            }
        }
    }
    let mut count = vec![1.0_f32; n];
    for customer in 0..history.n_customers() as u32 {
        for past in history.past(customer) {
            count[past.item as usize] += 1.0;
        }
    }
    from.par_sort_unstable_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then(a.2.total_cmp(&b.2)));
    to.resize_with(n, Vec::new);
    for (a, b, weight) in from {
        let row: &mut Vec<(u32, f32)> = &mut to[a as usize];
        match row.last_mut() {
            Some(last) if last.0 == b => last.1 += weight,
            _ => row.push((b, weight)),
        }
    }
    let rows = to.into_iter().enumerate().map(|(a, mut row)| {
        for entry in &mut row {
            entry.1 /= count[a].sqrt() * count[entry.0 as usize].powf(0.3);
        }
        super::sparse::keep_top(&mut row, k);
        row
    });
    (Neighbours { similar: Sparse::from_rows(n, rows) }, Sparse::from_rows(n, queries))
}

/// A model that has seen a history.
#[derive(Debug)]
pub struct Fitted<'a> {
    pub method: Method,
    history: &'a History<'a>,
    scorer: Scorer,
}

#[derive(Debug)]
enum Scorer {
    Same(Vec<f32>),
    Personal(Personal, Vec<f32>),
    Items(Neighbours, Sparse),
    Ease(Box<Ease>, Sparse),
    Ials(Ials),
    Tifu(Box<Tifu>),
    UpCf(Box<UpCf>),
}

impl Fitted<'_> {
    /// Writes one score per catalogue item; higher is better, 0 is "nothing known".
    pub fn score(&self, customer: u32, out: &mut [f32]) {
        match &self.scorer {
            Scorer::Same(scores) => out.copy_from_slice(scores),
            Scorer::Personal(how, popularity) => {
                frequency::personal(self.history, customer, *how, popularity, out);
            }
            Scorer::Items(neighbours, rows) => {
                let (items, values) = rows.row(customer as usize);
                neighbours.score(items, values, out);
            }
            Scorer::Ease(ease, rows) => {
                let (items, values) = rows.row(customer as usize);
                ease.score_trained(customer as usize, items, values, out);
            }
            Scorer::Ials(ials) => ials.score(customer, out),
            Scorer::Tifu(tifu) => tifu.score(customer, out),
            Scorer::UpCf(people) => people.score(customer, out),
        }
    }
}
