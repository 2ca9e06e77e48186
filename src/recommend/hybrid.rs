//! The second stage: one logistic regression over first-stage scores and facts, trained on past windows, with small
//! trees beside it where they help. Its parts are the explanation.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::facts::{Candidates, ItemFacts, both_candidates};
use super::history::History;
use super::logistic::Logistic;
use super::method::{Fitted, Method};
use super::rank;
use super::trees::{self, Trees};
use super::window::{Case, Task, customer_cases};
use crate::shop::hash::splitmix64;
use crate::shop::time::Seconds;
use crate::shop::{Cancelled, Monitor};

/// Customers taken per window to learn from; more adds time, not accuracy.
pub const MOST_LEARNERS: usize = 2_500;
/// Lines of a store up to which models are fitted at the same time.
pub(super) const MOST_LINES_SIDE_BY_SIDE: usize = 1_000_000;

/// One past window with its candidates and answers: what second stages learn from.
#[derive(Debug)]
pub struct WindowLessons {
    pub start: Seconds,
    /// With repeats; customers with a next-window case.
    pub all: Candidates,
    /// Only items never bought; customers with a discovery case.
    pub new: Candidates,
    pub cases: [Vec<Case>; 3],
}

impl WindowLessons {
    /// Fits the first stage before `start` and asks it about the customers who came in [start, until).
    pub fn build(
        history: &History<'_>,
        methods: &[Method],
        until: Seconds,
        seed: u64,
        monitor: &dyn Monitor,
    ) -> Result<Self, Cancelled> {
        let [next, window, new] = Task::CUSTOMER.map(|task| customer_cases(history, task, until));
        // Guests do not come back: nothing to ask, nothing to fit.
        let models = if window.is_empty() { Vec::new() } else { fit_all(history, methods, seed, monitor)? };
        // Whoever has a next basket or something new has a window; all three ask the same customers.
        let window = sampled(window, seed);
        let asked: Vec<u32> = window.iter().map(|case| case.customer).collect();
        let known = |case: &Case| asked.binary_search(&case.customer).is_ok();
        let next: Vec<Case> = next.into_iter().filter(known).collect();
        let new: Vec<Case> = new.into_iter().filter(known).collect();
        monitor.checkpoint()?;
        let [all, mut fresh] = both_candidates(history, &models, &ItemFacts::new(history), &asked);
        monitor.checkpoint()?;
        let with_new: Vec<u32> = new.iter().map(|case| case.customer).collect();
        fresh.keep(&with_new);
        Ok(Self { start: history.cut, all, new: fresh, cases: [next, window, new] })
    }

    pub fn candidates(&self, task: Task) -> &Candidates {
        if task.only_new() { &self.new } else { &self.all }
    }

    pub fn cases(&self, task: Task) -> &[Case] {
        &self.cases[Task::CUSTOMER.iter().position(|t| *t == task).unwrap_or(1)]
    }

    pub fn labels(&self, task: Task) -> Vec<bool> {
        let targets: Vec<&[u32]> = self.cases(task).iter().map(|case| case.targets.as_slice()).collect();
        self.candidates(task).labels(&targets)
    }
}

/// Fits every method; those that do not suit the store are left out.
pub fn fit_all<'a>(
    history: &'a History<'a>,
    methods: &[Method],
    seed: u64,
    monitor: &dyn Monitor,
) -> Result<Vec<Fitted<'a>>, Cancelled> {
    let fit = |method: &Method| {
        monitor.checkpoint()?;
        Ok(method.fit(history, seed))
    };
    // Side by side, so that what is one thread's work in one method is filled by the next; one after the other where
    // the matrices of all would be too much for memory.
    let fitted: Vec<Option<Fitted<'_>>> = if history.data.n_lines() <= MOST_LINES_SIDE_BY_SIDE {
        methods.par_iter().map(fit).collect::<Result<_, Cancelled>>()?
    } else {
        methods.iter().map(fit).collect::<Result<_, Cancelled>>()?
    };
    Ok(fitted.into_iter().flatten().collect())
}

/// A fixed sample when there are more than [`MOST_LEARNERS`]; which ones depends on the customer and the seed alone.
fn sampled(mut cases: Vec<Case>, seed: u64) -> Vec<Case> {
    if cases.len() > MOST_LEARNERS {
        cases.sort_by_key(|case| splitmix64(u64::from(case.customer) ^ seed));
        cases.truncate(MOST_LEARNERS);
        cases.sort_by_key(|case| case.customer);
    }
    cases
}

/// How a second stage is put together.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// Past windows to learn from.
    pub windows: usize,
    /// Weight of the trees beside the logistic log-odds; 0 = no trees.
    pub trees: f64,
}

/// A learned weighing of facts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SecondStage {
    pub names: Vec<String>,
    pub logistic: Logistic,
    pub trees: Option<Trees>,
    pub tree_weight: f64,
}

impl SecondStage {
    /// Learns a customer task from windows, newest first; `None` when they hold no lesson. `near`: weights learned on
    /// much the same windows.
    pub fn fit(
        lessons: &[&WindowLessons],
        task: Task,
        recipe: Recipe,
        near: Option<&Logistic>,
    ) -> Option<Self> {
        let tables: Vec<(&Candidates, Vec<bool>)> = lessons
            .iter()
            .take(recipe.windows)
            .filter(|window| !window.cases(task).is_empty())
            .map(|window| (window.candidates(task), window.labels(task)))
            .collect();
        Self::learn(&tables, recipe.trees, near)
    }

    /// Learns from tables of one shape with their labels.
    pub fn learn(
        tables: &[(&Candidates, Vec<bool>)],
        tree_weight: f64,
        near: Option<&Logistic>,
    ) -> Option<Self> {
        let names = tables.first()?.0.names.as_slice();
        let tables: Vec<(&Candidates, &[bool])> = tables
            .iter()
            .filter(|(table, _)| table.names == names)
            .map(|(table, labels)| (*table, labels.as_slice()))
            .collect();
        let rows: Vec<(&[f32], &[bool])> =
            tables.iter().map(|(table, labels)| (table.values.as_slice(), *labels)).collect();
        let logistic = Logistic::fit(&rows, names.len(), 0.1, near)?;
        let trees = (tree_weight > 0.0).then(|| refine(&logistic, &tables)).flatten();
        Some(Self { names: names.to_vec(), logistic, trees, tree_weight })
    }

    /// Scores of one customer's rows. Trees mend the order of the [`CONTESTED`] best, as they were taught; the others
    /// keep their log-odds. A score is the sum of [`Self::contributions`] and the rest that returns.
    pub fn scores(&self, table: &Candidates, group: usize) -> Vec<Scored> {
        let rows = table.start[group]..table.start[group + 1];
        let mut scored: Vec<Scored> = rows
            .map(|row| {
                let score = self.logistic.log_odds(table.row(row)) as f32;
                Scored { item: table.items[row], row, score, mended: false }
            })
            .collect();
        let trees = self.trees.as_ref().filter(|_| self.tree_weight > 0.0);
        if let Some(trees) = trees {
            if scored.len() > CONTESTED {
                scored.select_nth_unstable_by(CONTESTED, |a, b| rank::before(a.pair(), b.pair()));
            }
            for one in scored.iter_mut().take(CONTESTED) {
                let mended = self.logistic.log_odds(table.row(one.row))
                    + self.tree_weight * trees.score(table.row(one.row));
                (one.score, one.mended) = (mended as f32, true);
            }
        }
        scored.sort_unstable_by(|a, b| rank::before(a.pair(), b.pair()));
        scored
    }

    /// What each fact adds to a score, beside `names`; returns what no fact explains.
    pub fn contributions(&self, row: &[f32], mended: bool, parts: &mut [f64]) -> f64 {
        parts.fill(0.0);
        let trees = self.trees.as_ref().filter(|_| mended);
        let mut rest = trees.map_or(0.0, |trees| trees.contributions(row, parts));
        rest *= self.tree_weight;
        for (fact, (part, &value)) in parts.iter_mut().zip(row).enumerate() {
            *part = *part * self.tree_weight + self.logistic.contribution(fact, value);
        }
        rest + self.logistic.intercept
    }

    /// Each customer's candidates in order, with scores.
    pub fn rank(&self, table: &Candidates) -> Vec<Vec<(u32, f32)>> {
        (0..table.customers.len())
            .into_par_iter()
            .map(|group| self.scores(table, group).iter().map(Scored::pair).collect())
            .collect()
    }
}

/// A candidate and what the second stage thinks of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scored {
    pub item: u32,
    /// Row of the table.
    pub row: usize,
    pub score: f32,
    /// Whether trees had a say.
    pub mended: bool,
}

impl Scored {
    fn pair(&self) -> (u32, f32) {
        (self.item, self.score)
    }
}

/// Candidates per customer that trees are trained on: the ones whose order can change what is shown.
const CONTESTED: usize = 60;

/// Trees that start from the logistic scores and mend their order near the top.
fn refine(logistic: &Logistic, tables: &[(&Candidates, &[bool])]) -> Option<Trees> {
    let width = logistic.coefficients.len();
    let groups: Vec<(&Candidates, &[bool], usize)> = tables
        .iter()
        .flat_map(|&(table, labels)| (0..table.customers.len()).map(move |group| (table, labels, group)))
        .collect();
    let contested: Vec<Vec<(usize, f64)>> = groups
        .par_iter()
        .map(|&(table, labels, group)| {
            let rows = table.start[group]..table.start[group + 1];
            if !labels[rows.clone()].iter().any(|&label| label) {
                return Vec::new();
            }
            let mut order: Vec<(usize, f64)> =
                rows.map(|row| (row, logistic.log_odds(table.row(row)))).collect();
            let before = |a: &(usize, f64), b: &(usize, f64)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
            if order.len() > CONTESTED {
                order.select_nth_unstable_by(CONTESTED - 1, before);
                order.truncate(CONTESTED);
            }
            order.sort_unstable_by(before);
            order
        })
        .collect();
    let (mut few, mut few_labels, mut few_groups, mut start) =
        (Vec::new(), Vec::new(), vec![0_usize], Vec::new());
    for (&(table, labels, _), order) in groups.iter().zip(&contested) {
        if !order.iter().any(|&(row, _)| labels[row]) {
            continue;
        }
        for &(row, odds) in order {
            few.extend_from_slice(table.row(row));
            few_labels.push(labels[row]);
            start.push(odds);
        }
        few_groups.push(few_labels.len());
    }
    Trees::fit(&few, width, &few_labels, &few_groups, start, trees::Settings::default())
}

/// Mean NDCG@k of ranked lists beside their cases.
pub fn mean_ndcg(lists: &[Vec<(u32, f32)>], cases: &[Case], k: usize) -> f64 {
    mean(&each_ndcg(lists, cases, k))
}

/// NDCG@k of each ranked list beside its case.
pub fn each_ndcg(lists: &[Vec<(u32, f32)>], cases: &[Case], k: usize) -> Vec<f64> {
    let each = lists.par_iter().zip(cases).map(|(list, case)| {
        let items: Vec<u32> = list.iter().take(k).map(|entry| entry.0).collect();
        rank::ndcg(&items, &case.targets, k)
    });
    each.collect()
}

/// 0 of nothing.
pub fn mean(values: &[f64]) -> f64 {
    // The sum of nothing is −0.
    (values.iter().sum::<f64>() + 0.0) / (values.len() as f64).max(1.0)
}
