//! From a store's data to its models: learn on past windows, choose by the newest of them, fit on everything.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::alone::{customer_lists, families, lists_for};
use super::choose::{MOST_LINES_TO_TRY_ALL, Trial, choose, judge};
use super::dataset::Dataset;
use super::facts::{Candidates, ItemFacts, active_customers, both_candidates, candidates};
use super::history::History;
use super::hybrid::{MOST_LINES_SIDE_BY_SIDE, Scored, SecondStage, WindowLessons, fit_all};
use super::method::{Counting, Fitted, Method};
use super::models::{Candidate, Choice, Models, Neighbour, Note, Reason, Strategy};
use super::neighbours::neighbour_lists;
use super::quick::quick_lists;
use super::session::SessionMethod;
use super::train_orders::{OrderPlan, answered_neighbours, plan_orders};
use super::train_sessions::{SessionPlan, plan_sessions};
use super::window::{Case, Task, past_windows, window_days};
use crate::shop::time::{SECONDS_PER_DAY, Seconds};
use crate::shop::{Cancelled, Monitor, Quiet};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    pub window_days: i64,
    /// At most so many past windows teach the second stage.
    pub windows: usize,
    /// The same for carts and product pages, whose lessons cost less; in stores of very many lines it is `windows`.
    pub order_windows: usize,
    /// Length of a customer's lists.
    pub per_customer: usize,
    /// Length of a product's neighbour lists.
    pub per_product: usize,
    /// Distinct buyers a product needs to be recommended from behaviour.
    pub min_buyers: u32,
    /// Customers whose lists the second stage orders, the most recent first; the others get [`quick_lists`].
    pub most_customers: usize,
    /// Returning customers of the newest window below which counting answers instead of the second stage.
    pub min_returning: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            window_days: 28,
            windows: 3,
            order_windows: 8,
            per_customer: 30,
            per_product: 40,
            min_buyers: 2,
            most_customers: 30_000,
            min_returning: 500,
        }
    }
}

/// First-stage models every store gets; settings are the medians of what other stores chose.
pub fn first_stage() -> Vec<Method> {
    vec![
        Method::PersonalDecay { half_life_days: 120.0 },
        Method::TifuKnn { neighbours: 300, basket_decay: 1.0, group_decay: 0.6, own: 0.7, groups: 3 },
        Method::Ease { lambda: 200.0, counting: Counting::Binary },
        Method::Ease { lambda: 50.0, counting: Counting::Decayed { half_life_days: 30.0 } },
        Method::Ease { lambda: 25.0, counting: Counting::Decayed { half_life_days: 240.0 } },
        Method::Walk { beta: 0.1, k: 200, counting: Counting::Count, by_target: false },
        Method::ItemBm25 { k: 400, k1: 1.2, b: 0.5, counting: Counting::Count },
        Method::Ials {
            factors: 64,
            unobserved: 1.0,
            regularisation: 0.003,
            exponent: 1.0,
            sweeps: 16,
            counting: Counting::Binary,
        },
        Method::DecayedPopularity { half_life_days: 7.0 },
        Method::OrderWalk { beta: 0.2, k: 200, half_life_days: 60.0 },
        Method::Transitions { k: 200, memory: 0.8 },
        Method::Content { k: 100 },
    ]
}

/// Weight of the trees beside the logistic scores: less than they ask for, because they learn on few windows.
pub const TREE_WEIGHT: f64 = 0.75;
/// Length of the lists of customers beyond [`Settings::most_customers`].
const QUICK_LENGTH: usize = 10;
/// Names of the second stage in choices.
pub const LOGISTIC: &str = "second-stage";
pub const REFINED: &str = "second-stage-with-trees";

/// A customer task's answer: the second stage, or one method alone.
#[derive(Clone, Debug)]
pub enum Answer {
    Second(Box<SecondStage>),
    Single(Method),
}

/// What training decided for the customer tasks that were asked for.
#[derive(Clone, Debug)]
pub struct Plan {
    pub methods: Vec<Method>,
    pub answers: Vec<(Task, Answer, Choice)>,
    pub notes: Vec<Note>,
}

/// Customer tasks whose answers pages are made of: what they will buy, and what of it is new to them.
pub const PAGES: [Task; 2] = [Task::NextWindow, Task::Discovery];

/// Learns on the windows before `as_of` and chooses, per task, by the newest of them alone.
pub fn plan(
    data: &Dataset,
    settings: &Settings,
    as_of: Seconds,
    seed: u64,
    tasks: &[Task],
    monitor: &dyn Monitor,
) -> Result<Plan, Cancelled> {
    let methods: Vec<Method> = first_stage()
        .into_iter()
        .filter(|method| method.suits(data.customers.len(), data.products.len()))
        .collect();
    let start = data.first_order_at().unwrap_or(as_of);
    let days = window_days(start, as_of, settings.window_days);
    let starts = past_windows(start, as_of, days, settings.windows);
    let mut lessons = Vec::new();
    for (done, &cut) in starts.iter().enumerate() {
        monitor.progress(done as u64, starts.len() as u64 + 1, "Learning from past weeks");
        let history = History::new(data, cut, settings.min_buyers);
        let until = cut + days * SECONDS_PER_DAY;
        lessons.push(WindowLessons::build(&history, &methods, until, seed, monitor)?);
    }
    let repeats = repeat_share(data, as_of);
    let mut trials: Vec<Trial> =
        tasks.par_iter().map(|&task| Trial::new(task, &methods, &lessons, settings)).collect();
    let open: Vec<usize> = (0..trials.len()).filter(|&place| !trials[place].settled()).collect();
    if data.n_lines() <= MOST_LINES_TO_TRY_ALL && !lessons.is_empty() && !open.is_empty() {
        monitor.progress(starts.len() as u64, starts.len() as u64 + 1, "Trying every method alone");
        let others: Vec<Method> =
            families().into_iter().flatten().filter(|method| !methods.contains(method)).collect();
        let judged = judge(
            data,
            settings,
            &others,
            &lessons,
            seed,
            &open.iter().map(|&place| tasks[place]).collect::<Vec<_>>(),
            monitor,
        )?;
        for (place, judged) in open.into_iter().zip(judged) {
            trials[place].singles.extend(judged);
        }
    }
    let (answers, notes): (Vec<_>, Vec<_>) =
        trials.par_iter().map(|trial| choose(trial, &lessons, days, repeats, settings)).unzip();
    Ok(Plan { methods, answers, notes: notes.into_iter().flatten().collect() })
}

/// Of the lines that returning customers bought in their later orders, the share they had bought before.
fn repeat_share(data: &Dataset, as_of: Seconds) -> f64 {
    let history = History::new(data, as_of, 1);
    let (mut repeats, mut later) = (0_u32, 0_u32);
    for customer in 0..history.n_customers() as u32 {
        let past = history.past(customer);
        let mut first_at: BTreeMap<u32, u32> = BTreeMap::new();
        for own in past {
            let first = *first_at.entry(own.item).or_insert(own.order);
            later += u32::from(own.order > 0);
            repeats += u32::from(first < own.order);
        }
    }
    if later > 0 { f64::from(repeats) / f64::from(later) } else { 0.0 }
}

/// Both at once where memory allows: they need nothing of each other, and what is a single thread's work in one is
/// filled by the other. The first says how far both are.
fn together<A: Send, B: Send>(
    data: &Dataset,
    monitor: &dyn Monitor,
    customers: impl FnOnce(&dyn Monitor) -> Result<A, Cancelled> + Send,
    orders: impl FnOnce(&dyn Monitor) -> Result<B, Cancelled> + Send,
) -> Result<(A, B), Cancelled> {
    if data.n_lines() > MOST_LINES_SIDE_BY_SIDE {
        return Ok((customers(monitor)?, orders(monitor)?));
    }
    let (customers, orders) = rayon::join(|| customers(monitor), || orders(&Quiet(monitor)));
    Ok((customers?, orders?))
}

/// What the past says of how a store is best answered.
#[derive(Clone, Debug)]
pub struct Learned {
    plan: Plan,
    orders: OrderPlan,
    visits: Option<SessionPlan>,
}

/// Trains everything a store's pages need. Thin data gives honest notes and simpler answers, never an error.
pub fn train(
    data: &Dataset,
    settings: &Settings,
    as_of: Seconds,
    seed: u64,
    monitor: &dyn Monitor,
) -> Result<Models, Cancelled> {
    let learned = learn(data, settings, as_of, seed, monitor)?;
    answer_all(data, settings, as_of, seed, learned, monitor)
}

/// The first half of [`train`]: every model on the past windows, tuned, weighed and chosen.
pub fn learn(
    data: &Dataset,
    settings: &Settings,
    as_of: Seconds,
    seed: u64,
    monitor: &dyn Monitor,
) -> Result<Learned, Cancelled> {
    let (plan, orders) = together(
        data,
        monitor,
        |monitor| plan(data, settings, as_of, seed, &PAGES, monitor),
        |monitor| plan_orders(data, settings, as_of, &[Task::ProductPage], monitor),
    )?;
    let visits = plan_sessions(data, settings.window_days, as_of, monitor)?;
    Ok(Learned { plan, orders, visits })
}

/// The second half of [`train`]: the chosen models on everything, and the lists of all customers and products.
pub fn answer_all(
    data: &Dataset,
    settings: &Settings,
    as_of: Seconds,
    seed: u64,
    learned: Learned,
    monitor: &dyn Monitor,
) -> Result<Models, Cancelled> {
    monitor.progress(3, 4, "Fitting on everything");
    let Learned { plan, orders, visits } = learned;
    let history = History::new(data, as_of, settings.min_buyers);
    let learned = plan.answers.iter().any(|answer| matches!(answer.1, Answer::Second(_)));
    let after_views =
        visits.as_ref().map_or(SessionMethod::Together { beta: 0.1, k: 200 }, |visits| visits.method);
    let (fitted, neighbours) = together(
        data,
        monitor,
        |monitor| if learned { fit_all(&history, &plan.methods, seed, monitor) } else { Ok(Vec::new()) },
        |monitor| {
            let answered = answered_neighbours(&history, &orders, settings.per_product, monitor)?;
            Ok(neighbour_lists(&history, after_views, answered, settings.per_product))
        },
    )?;
    let mut models = Models {
        as_of,
        seed,
        products: data.products.ids().to_vec(),
        customers: data.customers.ids().to_vec(),
        neighbours,
        notes: plan.notes.clone(),
        ..Models::default()
    };
    let item_facts = ItemFacts::new(&history);
    let mut customers = active_customers(&history);
    let mut others = Vec::new();
    if customers.len() > settings.most_customers {
        let newest = |customer: u32| history.past(customer).last().map_or(0, |past| past.at);
        customers.sort_by_key(|&customer| (std::cmp::Reverse(newest(customer)), customer));
        others = customers.split_off(settings.most_customers);
        customers.sort_unstable();
        others.sort_unstable();
        models.notes.push(Note {
            code: "quick-lists-for-older-customers".to_owned(),
            sentence: format!(
                "The {} customers who ordered last get lists from every model; the other {} from what goes with their own orders.",
                settings.most_customers,
                others.len()
            ),
        });
    }
    models.choices.extend(plan.answers.iter().map(|answer| answer.2.clone()));
    models.for_you.resize_with(data.customers.len(), Vec::new);
    models.discover.resize_with(data.customers.len(), Vec::new);
    let answerers = answerers(&history, &plan, seed);
    for some in customers.chunks(512) {
        monitor.checkpoint()?;
        let tables = learned.then(|| both_candidates(&history, &fitted, &item_facts, some));
        for ((task, answer, _), alone) in plan.answers.iter().zip(&answerers) {
            let table = tables.as_ref().map(|[all, new]| if task.only_new() { new } else { all });
            let found = match (answer, table, alone) {
                (Answer::Second(stage), Some(table), _) if stage.names == table.names => {
                    second_lists(&history, table, stage, settings.per_customer)
                }
                (_, _, Some(alone)) => single_lists(&history, alone, *task, some, settings.per_customer),
                _ => continue,
            };
            let lists = if task.only_new() { &mut models.discover } else { &mut models.for_you };
            for (customer, list) in some.iter().zip(found) {
                lists[*customer as usize] = list;
            }
        }
    }
    if !others.is_empty() {
        monitor.progress(7, 8, "Lists for customers of long ago");
        let length = settings.per_customer.min(QUICK_LENGTH);
        for (customer, [all, new]) in others.iter().zip(quick_lists(&history, &others, length, monitor)?) {
            models.for_you[*customer as usize] = all;
            models.discover[*customer as usize] = new;
        }
    }
    if let Some(stage) = plan.answers.iter().find_map(|(_, answer, _)| match answer {
        Answer::Second(stage) => Some(stage),
        Answer::Single(_) => None,
    }) {
        models.facts.clone_from(&stage.names);
    }
    models.choices.extend(orders.answers.into_iter().map(|answer| answer.2));
    models.choices.extend(visits.map(|visits| visits.choice));
    for lists in [&mut models.for_you, &mut models.discover] {
        tie_to_purchases(&history, &customers, models.neighbours.get(&Strategy::BoughtTogether), lists);
    }
    if customers.is_empty() {
        models.notes.push(Note {
            code: "no-known-customers".to_owned(),
            sentence: "No order names a customer, so pages follow everyone's taste.".to_owned(),
        });
    }
    Ok(models)
}

/// Beside the answers, the method that answers alone: the chosen one, or counting where a second stage does not fit.
fn answerers<'a>(history: &'a History<'a>, plan: &Plan, seed: u64) -> Vec<Option<Fitted<'a>>> {
    let counted = Method::PersonalDecay { half_life_days: 120.0 };
    let alone = |answer: &Answer| match answer {
        Answer::Single(method) => method.fit(history, seed).or_else(|| counted.fit(history, seed)),
        Answer::Second(_) => counted.fit(history, seed),
    };
    plan.answers.iter().map(|(_, answer, _)| alone(answer)).collect()
}

/// Every customer's list by the second stage, best first.
fn second_lists(
    history: &History<'_>,
    table: &Candidates,
    stage: &SecondStage,
    length: usize,
) -> Vec<Vec<Candidate>> {
    (0..table.customers.len())
        .into_par_iter()
        .map(|group| second_list(history, table, group, stage, length))
        .collect()
}

/// Every customer's list by one method, best first; what it knows nothing of is left out.
fn single_lists(
    history: &History<'_>,
    fitted: &Fitted<'_>,
    task: Task,
    customers: &[u32],
    length: usize,
) -> Vec<Vec<Candidate>> {
    // Some of the best may be things the shop does not recommend any more.
    let lists = lists_for(history, fitted, task.only_new(), customers, 4 * length);
    lists
        .into_iter()
        .zip(customers)
        .map(|(mut list, &customer)| {
            let bought = history.bought(customer);
            list.retain(|&(item, score)| score > 0.0 && recommendable(history, item));
            list.truncate(length);
            let n = list.len().max(1) as f32;
            list.into_iter()
                .enumerate()
                .map(|(place, (item, score))| Candidate {
                    product: history.products[item as usize],
                    relevance: (10_000.0 * (1.0 - place as f32 / n)) as u16,
                    score,
                    bought_before: bought.binary_search(&item).is_ok(),
                    why: Vec::new(),
                })
                .collect()
        })
        .collect()
}

/// `customers` ascend. Puts before the other reasons of a new thing the own purchase that orders tie it to most.
fn tie_to_purchases(
    history: &History<'_>,
    customers: &[u32],
    together: Option<&Vec<Vec<Neighbour>>>,
    lists: &mut [Vec<Candidate>],
) {
    let Some(together) = together else { return };
    lists.par_iter_mut().enumerate().for_each(|(customer, list)| {
        if customers.binary_search(&(customer as u32)).is_err() {
            return;
        }
        let mut strongest: BTreeMap<u32, (u16, u32)> = BTreeMap::new();
        for item in history.bought(customer as u32) {
            let own = history.products[item as usize];
            for neighbour in &together[own as usize] {
                let tie = strongest.entry(neighbour.product).or_insert((neighbour.strength, own));
                if neighbour.strength > tie.0 {
                    *tie = (neighbour.strength, own);
                }
            }
        }
        for candidate in list.iter_mut().filter(|candidate| !candidate.bought_before) {
            if let Some(&(strength, own)) = strongest.get(&candidate.product) {
                candidate.why.insert(0, Reason::BecauseBought(own, strength));
            }
        }
    });
}

fn recommendable(history: &History<'_>, item: u32) -> bool {
    history.data.facts[history.products[item as usize] as usize].recommendable
}

fn second_list(
    history: &History<'_>,
    table: &Candidates,
    group: usize,
    stage: &SecondStage,
    length: usize,
) -> Vec<Candidate> {
    const REASONS: usize = 3;
    let mut best_rows = stage.scores(table, group);
    best_rows.retain(|scored| recommendable(history, scored.item));
    best_rows.truncate(length);
    let bought = history.bought(table.customers[group]);
    let chance = |score: f32| 1.0 / (1.0 + f64::from(-score).exp());
    let best = best_rows.first().map_or(1.0, |scored| chance(scored.score));
    let mut parts = vec![0.0; table.width()];
    best_rows
        .into_iter()
        .map(|Scored { item, row, score, mended }| {
            stage.contributions(table.row(row), mended, &mut parts);
            let strongest = strongest::<REASONS>(&parts);
            Candidate {
                product: history.products[item as usize],
                relevance: ((chance(score) / best).sqrt() * 10_000.0).round() as u16,
                score,
                bought_before: bought.binary_search(&item).is_ok(),
                why: strongest.map(|fact| Reason::Fact(fact as u16, parts[fact] as f32)).collect(),
            }
        })
        .collect()
}

/// The places of the `N` parts furthest from 0, of equal ones the first, in that order.
fn strongest<const N: usize>(parts: &[f64]) -> impl Iterator<Item = usize> {
    let mut best = [(usize::MAX, -1.0); N];
    for (fact, part) in parts.iter().enumerate() {
        let own = (fact, part.abs());
        if let Some(place) = best.iter().position(|held| own.1 > held.1) {
            best[place..].rotate_right(1);
            best[place] = own;
        }
    }
    best.into_iter().map(|entry| entry.0).filter(|&fact| fact != usize::MAX)
}

/// Cases and lists side by side, for whoever measures a plan.
pub fn lists_for_cases(
    history: &History<'_>,
    fitted: &[Fitted<'_>],
    answer: &Answer,
    task: Task,
    cases: &[Case],
    seed: u64,
    k: usize,
) -> Vec<Vec<(u32, f32)>> {
    match answer {
        Answer::Second(stage) => {
            let customers: Vec<u32> = cases.iter().map(|case| case.customer).collect();
            let table = candidates(history, fitted, &ItemFacts::new(history), &customers, task.only_new());
            if stage.names == table.names { stage.rank(&table) } else { Vec::new() }
        }
        Answer::Single(method) => method
            .fit(history, seed)
            .map_or_else(Vec::new, |fitted| customer_lists(history, &fitted, task, cases, k)),
    }
}
