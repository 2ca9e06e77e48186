//! Every method that may answer by itself, its lists, and how well it did on a store's past windows.
//!
//! The backtest compares the pipeline with these, and a store chooses among the same ones: no method is found best by
//! `evaluate` that training could not have taken.

use rayon::prelude::*;

use super::cooccur::Measure;
use super::history::History;
use super::method::{Counting, Fitted, Method};
use super::order::{FittedOrders, OrderMethod};
use super::rank;
use super::window::{Case, Task};

/// Methods of customer tasks: by name, with the settings that are tried.
pub fn families() -> Vec<Vec<Method>> {
    use Counting::{Binary, Count, Decayed, Log};
    let half_lives = [14.0, 30.0, 90.0, 180.0, 365.0];
    let tifu = |own, groups, group_decay| Method::TifuKnn {
        neighbours: 300,
        basket_decay: 1.0,
        group_decay,
        own,
        groups,
    };
    let ials = |regularisation| Method::Ials {
        factors: 64,
        unobserved: 1.0,
        regularisation,
        exponent: 1.0,
        sweeps: 16,
        counting: Binary,
    };
    vec![
        vec![Method::PersonalCount],
        half_lives.iter().map(|&half_life_days| Method::PersonalDecay { half_life_days }).collect(),
        vec![tifu(0.7, 3, 0.6), tifu(0.9, 3, 0.6), tifu(0.9, 11, 0.8), tifu(0.5, 3, 0.8)],
        [0.0, 14.0, 28.0, 91.0].iter().map(|&days| Method::Popularity { days }).collect(),
        [3.0, 7.0, 14.0, 30.0]
            .iter()
            .map(|&half_life_days| Method::DecayedPopularity { half_life_days })
            .collect(),
        vec![Method::ItemCosine { k: 20, counting: Log }, Method::ItemCosine { k: 100, counting: Binary }],
        vec![Method::ItemTfIdf { k: 800, counting: Count }, Method::ItemTfIdf { k: 50, counting: Binary }],
        vec![
            Method::ItemBm25 { k: 800, k1: 1.2, b: 0.5, counting: Count },
            Method::ItemBm25 { k: 800, k1: 1.2, b: 0.8, counting: Binary },
        ],
        vec![
            Method::Walk { beta: 0.1, k: 100, counting: Count, by_target: true },
            Method::Walk { beta: 0.1, k: 200, counting: Count, by_target: false },
            Method::Walk { beta: 0.1, k: 200, counting: Binary, by_target: true },
        ],
        vec![
            Method::Ease { lambda: 20.0, counting: Log },
            Method::Ease { lambda: 200.0, counting: Binary },
            Method::Ease { lambda: 1_000.0, counting: Log },
        ],
        vec![
            Method::Ease { lambda: 50.0, counting: Decayed { half_life_days: 30.0 } },
            Method::Ease { lambda: 25.0, counting: Decayed { half_life_days: 240.0 } },
        ],
        vec![ials(0.003), ials(0.01)],
        vec![
            Method::UpCf { orders: 100, locality: 5, asymmetry: 0.5 },
            Method::UpCf { orders: 5, locality: 5, asymmetry: 0.5 },
        ],
        vec![Method::OrderWalk { beta: 0.2, k: 200, half_life_days: 60.0 }],
        vec![Method::Transitions { k: 200, memory: 0.8 }],
        vec![Method::Content { k: 100 }],
    ]
}

/// Methods of order tasks: by name, with the settings that are tried.
pub fn order_families() -> Vec<Vec<OrderMethod>> {
    let pairs = |measure| [50, 1_000].iter().map(|&k| OrderMethod::Pairs { measure, k }).collect();
    vec![
        vec![OrderMethod::Ease { lambda: 50.0 }, OrderMethod::Ease { lambda: 1_000.0 }],
        vec![OrderMethod::DecayedEase { lambda: 20.0, half_life_days: 60.0 }],
        pairs(Measure::Jaccard),
        pairs(Measure::Cosine),
        pairs(Measure::Llr),
        pairs(Measure::Confidence),
        pairs(Measure::Lift { min_support: 10 }),
        pairs(Measure::Asymmetric { beta: 0.1, shrink: 0.0 }),
        vec![
            OrderMethod::Walk { beta: 0.1, k: 200, size_power: 0.5 },
            OrderMethod::Walk { beta: 0.5, k: 1_000, size_power: 0.5 },
        ],
        vec![OrderMethod::Bm25 { k: 200, k1: 1.2, b: 0.2 }, OrderMethod::Bm25 { k: 200, k1: 1.2, b: 0.75 }],
        vec![
            OrderMethod::Decayed { half_life_days: 120.0, beta: 0.1, shrink: 5.0, k: 400 },
            OrderMethod::Decayed { half_life_days: 120.0, beta: 0.5, shrink: 5.0, k: 400 },
        ],
        vec![
            OrderMethod::SimilarOrders { k: 100, decay_days: 90.0, idf: false },
            OrderMethod::SimilarOrders { k: 300, decay_days: 0.0, idf: true },
        ],
        vec![OrderMethod::Attributes { power: 0.25, k: 200 }],
        vec![OrderMethod::Popularity { days: 28.0 }],
    ]
}

/// The best `k` of the whole catalogue for each case's customer.
pub fn customer_lists(
    history: &History<'_>,
    fitted: &Fitted<'_>,
    task: Task,
    cases: &[Case],
    k: usize,
) -> Vec<Vec<(u32, f32)>> {
    let customers: Vec<u32> = cases.iter().map(|case| case.customer).collect();
    lists_for(history, fitted, task.only_new(), &customers, k)
}

/// The best `k` of the whole catalogue for each customer; `only_new` leaves out what they bought before.
pub fn lists_for(
    history: &History<'_>,
    fitted: &Fitted<'_>,
    only_new: bool,
    customers: &[u32],
    k: usize,
) -> Vec<Vec<(u32, f32)>> {
    customers
        .par_iter()
        .map_init(
            || vec![0.0_f32; history.n_items()],
            |scores, &customer| {
                fitted.score(customer, scores);
                if only_new {
                    for item in history.bought(customer) {
                        scores[item as usize] = f32::NEG_INFINITY;
                    }
                }
                with_scores(scores, k)
            },
        )
        .collect()
}

/// The best `k` of the whole catalogue for each cart or product page.
pub fn order_lists(
    fitted: &FittedOrders<'_>,
    n_items: usize,
    queries: &[&[u32]],
    k: usize,
) -> Vec<Vec<(u32, f32)>> {
    queries
        .par_iter()
        .map_init(
            || vec![0.0_f32; n_items],
            |scores, query| {
                fitted.score(query, scores);
                with_scores(scores, k)
            },
        )
        .collect()
}

fn with_scores(scores: &[f32], k: usize) -> Vec<(u32, f32)> {
    rank::top(scores, k).into_iter().map(|item| (item, scores[item as usize])).collect()
}

/// A method and its NDCG@10 of every case of every past window, newest window first.
#[derive(Clone, Debug)]
pub(super) struct Judged<M> {
    pub method: M,
    pub each: Vec<Vec<f64>>,
}

impl<M> Judged<M> {
    /// Sum over all cases: every window is blind to a single method, so all of them speak.
    pub(super) fn pooled(&self) -> f64 {
        self.each.iter().flatten().sum()
    }

    /// Mean of the newest window.
    pub(super) fn newest(&self) -> f64 {
        self.each.first().map_or(0.0, |each| super::hybrid::mean(each))
    }
}

/// The first of the highest.
pub(super) fn best_of<M>(judged: &[Judged<M>], value: impl Fn(&Judged<M>) -> f64) -> Option<&Judged<M>> {
    judged.iter().fold(None, |best: Option<&Judged<M>>, one| match best {
        Some(found) if value(found) >= value(one) => Some(found),
        _ => Some(one),
    })
}

/// Mean difference of two answers to the same cases, and its standard error.
pub(super) fn paired_gain(ours: &[f64], theirs: &[f64]) -> (f64, f64) {
    let gains: Vec<f64> = ours.iter().zip(theirs).map(|(a, b)| a - b).collect();
    let n = gains.len().max(2) as f64;
    let middle = super::hybrid::mean(&gains);
    let squares: f64 = gains.iter().map(|gain| (gain - middle) * (gain - middle)).sum();
    (middle, (squares / (n - 1.0) / n).sqrt())
}
