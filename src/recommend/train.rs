//! From a store's data to its models: learn on past windows, choose by the newest of them, fit on everything.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::dataset::Dataset;
use super::facts::{Candidates, ItemFacts, active_customers, both_candidates, candidates};
use super::history::History;
use super::hybrid::{Recipe, Scored, SecondStage, WindowLessons, each_ndcg, fit_all, mean, mean_ndcg};
use super::method::{Counting, Fitted, Method};
use super::models::{Candidate, Choice, Models, Neighbour, Note, Reason, Strategy, Tried};
use super::neighbours::neighbour_lists;
use super::quick::quick_lists;
use super::rank;
use super::session::SessionMethod;
use super::train_orders::{learned_neighbours, plan_orders};
use super::train_sessions::plan_sessions;
use super::window::{Case, Task, past_windows, window_days};
use crate::shop::time::{SECONDS_PER_DAY, Seconds};
use crate::shop::{Cancelled, Monitor};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    pub window_days: i64,
    /// At most so many past windows teach the second stage.
    pub windows: usize,
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
    let mut notes = Vec::new();
    let mut answers = Vec::new();
    for &task in tasks {
        monitor.checkpoint()?;
        answers.push(choose(task, &methods, &lessons, days, repeats, settings, &mut notes));
    }
    Ok(Plan { methods, answers, notes })
}

fn choose(
    task: Task,
    methods: &[Method],
    lessons: &[WindowLessons],
    days: i64,
    repeats: f64,
    settings: &Settings,
    notes: &mut Vec<Note>,
) -> (Task, Answer, Choice) {
    let fallback = if task.only_new() || repeats < FEW_REPEATS {
        Method::DecayedPopularity { half_life_days: 7.0 }
    } else {
        Method::PersonalDecay { half_life_days: 120.0 }
    };
    let Some(newest) = lessons.first() else {
        let why = format!("There are not yet two stretches of {} days to learn from.", days);
        notes.push(Note { code: "too-little-history".to_owned(), sentence: why.clone() });
        let choice = Choice { task, chosen: fallback.name().to_owned(), why, cases: 0, tried: Vec::new() };
        return (task, Answer::Single(fallback), choice);
    };
    let cases = newest.cases(task);
    let table = newest.candidates(task);
    let mut tried: Vec<Tried> = methods
        .iter()
        .filter_map(|method| {
            let lists = lists_of_method(table, method)?;
            Some(Tried {
                name: method.name().to_owned(),
                method: Some(*method),
                ndcg: mean_ndcg(&lists, cases, 10),
            })
        })
        .collect();
    let blind: Vec<&WindowLessons> = lessons[1..].iter().collect();
    let stage = SecondStage::fit(&blind, task, Recipe { windows: settings.windows, trees: TREE_WEIGHT });
    let (mut second, mut trees) = (None, 0.0);
    if let Some(mut stage) = stage {
        let refined = each_ndcg(&stage.rank(table), cases, 10);
        stage.tree_weight = 0.0;
        let plain = each_ndcg(&stage.rank(table), cases, 10);
        tried.push(Tried { name: LOGISTIC.to_owned(), method: None, ndcg: mean(&plain) });
        tried.push(Tried { name: REFINED.to_owned(), method: None, ndcg: mean(&refined) });
        let mended = mean(&refined) > mean(&plain);
        trees = if mended { TREE_WEIGHT } else { 0.0 };
        second = Some(if mended { refined } else { plain });
    }
    let recipe = Recipe { windows: settings.windows, trees };
    let stage_name = if trees > 0.0 { REFINED } else { LOGISTIC };
    tried.sort_by(|a, b| b.ndcg.total_cmp(&a.ndcg).then(a.name.cmp(&b.name)));
    let n_cases = cases.len() as u32;
    let best_single = tried.iter().find(|tried| tried.method.is_some());
    let (worth_it, sure) = match (&second, best_single.and_then(|single| single.method)) {
        (Some(second), Some(single)) => {
            let alone = lists_of_method(table, &single).unwrap_or_default();
            let (gain, error) = paired_gain(second, &each_ndcg(&alone, cases, 10));
            (gain > 0.0, gain > SURE_ERRORS * error)
        }
        _ => (cases.len() >= settings.min_returning, false),
    };
    let second = second.map(|each| mean(&each));
    let enough = cases.len() >= settings.min_returning || (sure && cases.len() >= FEWEST_TO_COMBINE);
    let newest_first: Vec<&WindowLessons> = lessons.iter().collect();
    let stage = if enough && worth_it { SecondStage::fit(&newest_first, task, recipe) } else { None };
    if let Some(stage) = stage {
        let why = match (second, best_single) {
            (Some(second), Some(single)) => format!(
                "On the last {} days, unseen, it scored {:.4} against {:.4} for {}, the best single method.",
                days, second, single.ndcg, single.name
            ),
            _ => "It had one past window to learn from and none left to be checked on.".to_owned(),
        };
        let choice = Choice { task, chosen: stage_name.to_owned(), why, cases: n_cases, tried };
        return (task, Answer::Second(Box::new(stage)), choice);
    }
    // Every window is blind to a single method, so all of them choose among these.
    let n_pooled: usize = lessons.iter().map(|lesson| lesson.cases(task).len()).sum();
    let single = match best_pooled(methods, lessons, task) {
        Some(best) if n_pooled >= FEWEST_TO_CHOOSE => best,
        _ => fallback,
    };
    let why = if enough {
        format!(
            "It was the best single method on past windows of {days} days; learning to combine gained nothing."
        )
    } else {
        let sentence = format!(
            "Only {n_cases} returning customers in the last {} days; {} are needed to learn how to combine methods.",
            days, settings.min_returning
        );
        notes.push(Note {
            code: format!("few-returning-customers-{}", task.name()),
            sentence: sentence.clone(),
        });
        sentence
    };
    (
        task,
        Answer::Single(single),
        Choice { task, chosen: single.name().to_owned(), why, cases: n_cases, tried },
    )
}

/// Below this share of repeats among the lines of returning customers, own purchases foretell nothing.
const FEW_REPEATS: f64 = 0.1;
/// Cases under which combining models is not tried, even where it looks better.
const FEWEST_TO_COMBINE: usize = 100;
/// Standard errors by which combining must win on so few cases.
const SURE_ERRORS: f64 = 2.0;
/// Cases, of all windows together, that the choice of a single method needs.
pub(super) const FEWEST_TO_CHOOSE: usize = 40;

/// The method with the highest NDCG@10 over the cases of all windows.
fn best_pooled(methods: &[Method], lessons: &[WindowLessons], task: Task) -> Option<Method> {
    let mut best: Option<(Method, f64)> = None;
    for method in methods {
        let mut total = 0.0;
        for lesson in lessons {
            let lists = lists_of_method(lesson.candidates(task), method)?;
            total += each_ndcg(&lists, lesson.cases(task), 10).iter().sum::<f64>();
        }
        if best.is_none_or(|found| total > found.1) {
            best = Some((*method, total));
        }
    }
    best.map(|found| found.0)
}

/// Mean difference of two answers to the same cases, and its standard error.
fn paired_gain(ours: &[f64], theirs: &[f64]) -> (f64, f64) {
    let gains: Vec<f64> = ours.iter().zip(theirs).map(|(a, b)| a - b).collect();
    let n = gains.len().max(2) as f64;
    let middle = mean(&gains);
    let squares: f64 = gains.iter().map(|gain| (gain - middle) * (gain - middle)).sum();
    (middle, (squares / (n - 1.0) / n).sqrt())
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

/// The order of one first-stage model, read back from its place fact.
fn lists_of_method(table: &Candidates, method: &Method) -> Option<Vec<Vec<(u32, f32)>>> {
    lists_by_place(table, &super::facts::place_name(method))
}

/// Each group's candidates in the order of one place fact.
pub(super) fn lists_by_place(table: &Candidates, name: &str) -> Option<Vec<Vec<(u32, f32)>>> {
    let place = table.names.iter().position(|known| known == name)?;
    let lists = (0..table.customers.len()).map(|group| {
        let rows = table.start[group]..table.start[group + 1];
        let mut list: Vec<(u32, f32)> = rows.map(|row| (table.items[row], -table.row(row)[place])).collect();
        list.sort_unstable_by(|a, b| rank::before(*a, *b));
        list
    });
    Some(lists.collect())
}

/// Trains everything a store's pages need. Thin data gives honest notes and simpler answers, never an error.
pub fn train(
    data: &Dataset,
    settings: &Settings,
    as_of: Seconds,
    seed: u64,
    monitor: &dyn Monitor,
) -> Result<Models, Cancelled> {
    let plan = plan(data, settings, as_of, seed, &PAGES, monitor)?;
    monitor.progress(3, 4, "Fitting on everything");
    let history = History::new(data, as_of, settings.min_buyers);
    let fitted = fit_all(&history, &plan.methods, seed, monitor)?;
    let orders = plan_orders(data, settings, as_of, &[Task::ProductPage], monitor)?;
    let visits = plan_sessions(data, settings.window_days, as_of, monitor)?;
    let after_views =
        visits.as_ref().map_or(SessionMethod::Together { beta: 0.1, k: 200 }, |visits| visits.method);
    let mut neighbours = neighbour_lists(&history, after_views, settings.per_product);
    if let Some(lists) = learned_neighbours(&history, &orders, settings.per_product, monitor)? {
        neighbours.insert(Strategy::BoughtTogether, lists);
    }
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
    for some in customers.chunks(512) {
        monitor.checkpoint()?;
        let [all, new] = both_candidates(&history, &fitted, &item_facts, some);
        for (task, answer, _) in &plan.answers {
            let (table, lists) = match task {
                Task::NextWindow => (&all, &mut models.for_you),
                Task::Discovery => (&new, &mut models.discover),
                _ => continue,
            };
            for (customer, list) in some.iter().zip(answer_customers(&history, table, answer, settings)) {
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

/// Every customer's list, best first, cut to the length of the settings.
fn answer_customers(
    history: &History<'_>,
    table: &Candidates,
    answer: &Answer,
    settings: &Settings,
) -> Vec<Vec<Candidate>> {
    match answer {
        Answer::Second(stage) if stage.names == table.names => {
            use rayon::prelude::*;
            (0..table.customers.len())
                .into_par_iter()
                .map(|group| second_list(history, table, group, stage, settings.per_customer))
                .collect()
        }
        other => {
            let counted = Method::PersonalDecay { half_life_days: 120.0 };
            let method = if let Answer::Single(method) = other { *method } else { counted };
            let lists = lists_of_method(table, &method).unwrap_or_default();
            lists
                .into_iter()
                .zip(&table.customers)
                .map(|(list, &customer)| {
                    let bought = history.bought(customer);
                    let n = list.len().min(settings.per_customer).max(1) as f32;
                    list.into_iter()
                        .filter(|(item, _)| recommendable(history, *item))
                        .take(settings.per_customer)
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
    }
}

/// Puts before the other reasons of a new thing the own purchase that orders tie it to most.
fn tie_to_purchases(
    history: &History<'_>,
    customers: &[u32],
    together: Option<&Vec<Vec<Neighbour>>>,
    lists: &mut [Vec<Candidate>],
) {
    let Some(together) = together else { return };
    for &customer in customers {
        let list = &mut lists[customer as usize];
        let mut strongest: BTreeMap<u32, (u16, u32)> = BTreeMap::new();
        for item in history.bought(customer) {
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
    }
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
            let mut order: Vec<usize> = (0..parts.len()).collect();
            let larger = |&a: &usize, &b: &usize| parts[b].abs().total_cmp(&parts[a].abs()).then(a.cmp(&b));
            if order.len() > REASONS {
                order.select_nth_unstable_by(REASONS, larger);
                order.truncate(REASONS);
            }
            order.sort_unstable_by(larger);
            Candidate {
                product: history.products[item as usize],
                relevance: ((chance(score) / best).sqrt() * 10_000.0).round() as u16,
                score,
                bought_before: bought.binary_search(&item).is_ok(),
                why: order.into_iter().map(|fact| Reason::Fact(fact as u16, parts[fact] as f32)).collect(),
            }
        })
        .collect()
}

/// Cases and lists side by side, for whoever measures a plan.
pub fn lists_for_cases(
    history: &History<'_>,
    fitted: &[Fitted<'_>],
    answer: &Answer,
    task: Task,
    cases: &[Case],
) -> Vec<Vec<(u32, f32)>> {
    let customers: Vec<u32> = cases.iter().map(|case| case.customer).collect();
    let table = candidates(history, fitted, &ItemFacts::new(history), &customers, task.only_new());
    match answer {
        Answer::Second(stage) if stage.names == table.names => stage.rank(&table),
        Answer::Second(_) => Vec::new(),
        Answer::Single(method) => lists_of_method(&table, method).unwrap_or_default(),
    }
}
