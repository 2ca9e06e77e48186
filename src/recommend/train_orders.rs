//! Carts and product pages: the second stage over order models, chosen by the newest past window.

use rayon::prelude::*;

use super::alone::{Judged, best_of, order_families, order_lists};
use super::choose::{
    FEWEST_TO_CHOOSE, MOST_LINES_TO_TRY_ALL, Taught, best_of_each_name, is_sure, lists_by_place,
};
use super::cooccur::{Baskets, LLR_FLOOR, SUPPORT_FLOOR};
use super::dataset::Dataset;
use super::facts::{Candidates, ItemFacts};
use super::history::History;
use super::hybrid::{SecondStage, each_ndcg, mean};
use super::logistic::Logistic;
use super::models::{Choice, Tried};
use super::neighbours::{Lists, lists};
use super::order::{
    FittedOrders, OrderMethod, fit_orders, order_candidates, order_lesson, order_place_name, order_stage,
};
use super::sparse::Sparse;
use super::train::{LOGISTIC, REFINED, Settings, TREE_WEIGHT};
use super::window::{Case, OrderCase, Task, order_cases, past_windows, window_days};
use crate::shop::time::{SECONDS_PER_DAY, Seconds};
use crate::shop::{Cancelled, Monitor};

/// Orders taken per window to learn from and to be measured on.
pub const MOST_ORDERS: usize = 2_000;
/// Orders a window needs before combining models is learned from it.
const FEWEST_ORDERS: usize = 200;

/// An order task's answer: the second stage, or one method alone.
#[derive(Clone, Debug)]
pub enum OrderAnswer {
    Second(Box<SecondStage>),
    Single(OrderMethod),
}

/// What training decided for the order tasks that were asked for.
#[derive(Clone, Debug)]
pub struct OrderPlan {
    pub methods: Vec<OrderMethod>,
    pub answers: Vec<(Task, OrderAnswer, Choice)>,
}

struct Lesson {
    table: Candidates,
    labels: Vec<bool>,
    asked: Vec<Vec<u32>>,
    cases: Vec<Case>,
}

impl Lesson {
    fn queries(&self) -> Vec<&[u32]> {
        self.asked.iter().map(Vec::as_slice).collect()
    }
}

/// A past window: what was known at its start, and one lesson per task.
struct Window<'a> {
    history: History<'a>,
    lessons: Vec<Lesson>,
}

/// Learns on the windows before `as_of` and chooses, per task, by the newest of them alone.
pub fn plan_orders(
    data: &Dataset,
    settings: &Settings,
    as_of: Seconds,
    tasks: &[Task],
    monitor: &dyn Monitor,
) -> Result<OrderPlan, Cancelled> {
    let methods: Vec<OrderMethod> =
        order_stage().into_iter().filter(|method| method.suits(data.products.len())).collect();
    let start = data.first_order_at().unwrap_or(as_of);
    let mut windows: Vec<Window<'_>> = Vec::new();
    let days = window_days(start, as_of, settings.window_days);
    // Every window is kept with all that was known at its start.
    let most =
        if data.n_lines() <= MOST_LINES_TO_TRY_ALL { settings.order_windows } else { settings.windows };
    let starts = past_windows(start, as_of, days, most);
    for (done, cut) in starts.iter().copied().enumerate() {
        monitor.progress(done as u64, starts.len() as u64, "Learning from past orders");
        let history = History::new(data, cut, settings.min_buyers);
        let fitted = fit_orders(&history, &methods, monitor)?;
        if fitted.len() < methods.len() {
            // A window whose facts have another shape cannot teach; only tiny or huge stores get here.
            continue;
        }
        let item_facts = ItemFacts::new(&history);
        let until = cut + days * SECONDS_PER_DAY;
        let lesson = |&task: &Task| {
            let asked = order_cases(&history, task, until, MOST_ORDERS);
            let (table, labels) = order_lesson(&history, &fitted, &item_facts, &asked);
            let (asked, cases) = asked
                .into_iter()
                .map(|case| (case.query, Case { customer: case.order, targets: case.targets }))
                .unzip();
            Lesson { table, labels, asked, cases }
        };
        let lessons = tasks.iter().map(lesson).collect();
        drop(fitted);
        windows.push(Window { history, lessons });
        monitor.checkpoint()?;
    }
    let mut trials: Vec<Trial<'_>> = tasks
        .par_iter()
        .enumerate()
        .map(|(index, &task)| {
            Trial::new(task, &methods, windows.iter().map(|window| &window.lessons[index]).collect())
        })
        .collect();
    let open: Vec<usize> = (0..trials.len()).filter(|&place| !trials[place].settled()).collect();
    if data.n_lines() <= MOST_LINES_TO_TRY_ALL && !windows.is_empty() && !open.is_empty() {
        monitor.progress(starts.len() as u64, starts.len() as u64, "Trying every method alone");
        let others = order_families().into_iter().flatten().filter(|method| !methods.contains(method));
        for method in others.filter(|method| method.suits(data.products.len())) {
            monitor.checkpoint()?;
            let Some(fitted) =
                windows.iter().map(|window| method.fit(&window.history)).collect::<Option<Vec<_>>>()
            else {
                continue;
            };
            for &place in &open {
                let each = windows.iter().zip(&fitted).map(|(window, fitted)| {
                    let lesson = &window.lessons[place];
                    let lists = order_lists(fitted, window.history.n_items(), &lesson.queries(), 10);
                    each_ndcg(&lists, &lesson.cases, 10)
                });
                let each = each.collect();
                trials[place].singles.push(Judged { method, each });
            }
        }
    }
    let answers = trials.par_iter().map(choose).collect();
    Ok(OrderPlan { methods, answers })
}

/// What the past windows say of a task: every method alone, and the second stage where it could be taught.
struct Trial<'a> {
    task: Task,
    lessons: Vec<&'a Lesson>,
    singles: Vec<Judged<OrderMethod>>,
    second: Option<Taught>,
}

impl<'a> Trial<'a> {
    fn new(task: Task, methods: &[OrderMethod], lessons: Vec<&'a Lesson>) -> Self {
        let judged = |(place, method): (usize, &OrderMethod)| {
            let each = lessons
                .iter()
                .map(|lesson| {
                    let lists = lists_by_place(&lesson.table, &order_place_name(place, method))?;
                    Some(each_ndcg(&lists, &lesson.cases, 10))
                })
                .collect::<Option<Vec<_>>>()?;
            Some(Judged { method: *method, each })
        };
        let singles = methods.par_iter().enumerate().filter_map(judged).collect();
        let second = lessons.split_first().and_then(|(newest, blind)| {
            if newest.cases.len() < FEWEST_ORDERS {
                return None;
            }
            Some(Taught::on(learn(blind, TREE_WEIGHT, None)?, &newest.table, &newest.cases))
        });
        Self { task, lessons, singles, second }
    }

    fn gain(&self) -> Option<(f64, f64)> {
        self.second.as_ref()?.gain_over(&self.singles)
    }

    fn settled(&self) -> bool {
        is_sure(self.gain())
    }
}

fn learn(lessons: &[&Lesson], trees: f64, near: Option<&Logistic>) -> Option<SecondStage> {
    let tables: Vec<(&Candidates, Vec<bool>)> =
        lessons.iter().map(|lesson| (&lesson.table, lesson.labels.clone())).collect();
    SecondStage::learn(&tables, trees, near)
}

fn choose(trial: &Trial<'_>) -> (Task, OrderAnswer, Choice) {
    let task = trial.task;
    // A walk on orders suits both tasks when nothing can be measured.
    let beta = if task == Task::ProductPage { 0.1 } else { 0.5 };
    let fallback = OrderMethod::Walk { beta, k: 1_000, size_power: 0.5 };
    let n_newest = trial.lessons.first().map_or(0, |lesson| lesson.cases.len());
    let n_pooled: usize = trial.lessons.iter().map(|lesson| lesson.cases.len()).sum();
    let tried = tried(trial);
    let answer = |answer: OrderAnswer, chosen: &str, why: String, tried: Vec<Tried>| {
        let choice = Choice { task, chosen: chosen.to_owned(), why, cases: n_newest as u32, tried };
        (task, answer, choice)
    };
    let steady = match best_of(&trial.singles, Judged::pooled) {
        Some(best) if n_pooled >= FEWEST_TO_CHOOSE => best,
        _ => {
            let why = format!("Fewer than {FEWEST_TO_CHOOSE} past orders with two products to learn from.");
            return answer(OrderAnswer::Single(fallback), fallback.name(), why, Vec::new());
        }
    };
    let alone = |why: String, tried: Vec<Tried>| {
        answer(OrderAnswer::Single(steady.method), steady.method.name(), why, tried)
    };
    if n_newest < FEWEST_ORDERS {
        let why = format!(
            "It was the best single method on {n_pooled} past orders; {FEWEST_ORDERS} in one window are needed to combine."
        );
        return alone(why, tried);
    }
    let (Some(second), Some(best)) = (&trial.second, best_of(&trial.singles, Judged::newest)) else {
        let why = "It was best on past orders; there is no window before them to learn from.";
        return alone(why.to_owned(), tried);
    };
    let scored = mean(&second.each);
    let near = Some(&second.weights);
    let stage = if scored > best.newest() { learn(&trial.lessons, second.trees, near) } else { None };
    match stage {
        Some(stage) => {
            let why = format!(
                "On the newest past window, unseen, it scored {scored:.4} against {:.4} for {}, the best single method.",
                best.newest(),
                best.method.name()
            );
            let name = if second.trees > 0.0 { REFINED } else { LOGISTIC };
            answer(OrderAnswer::Second(Box::new(stage)), name, why, tried)
        }
        None => {
            alone("It was the best single method on past orders; combining gained nothing.".to_owned(), tried)
        }
    }
}

/// What was compared on the newest window, best first; of one name the best settings.
fn tried(trial: &Trial<'_>) -> Vec<Tried> {
    let mut tried: Vec<Tried> = trial
        .singles
        .iter()
        .map(|single| Tried { name: single.method.name().to_owned(), method: None, ndcg: single.newest() })
        .collect();
    if let Some(second) = &trial.second {
        tried.push(Tried { name: LOGISTIC.to_owned(), method: None, ndcg: second.logistic });
        tried.push(Tried { name: REFINED.to_owned(), method: None, ndcg: second.refined });
    }
    best_of_each_name(tried)
}

/// Each case's products in order with scores.
pub fn lists_for_orders(
    history: &History<'_>,
    fitted: &[FittedOrders<'_>],
    plan: &OrderPlan,
    task: Task,
    cases: &[OrderCase],
    most: usize,
) -> Vec<Vec<(u32, f32)>> {
    let queries: Vec<&[u32]> = cases.iter().map(|case| case.query.as_slice()).collect();
    answer(history, fitted, plan, task, &queries, most)
}

fn answer(
    history: &History<'_>,
    fitted: &[FittedOrders<'_>],
    plan: &OrderPlan,
    task: Task,
    queries: &[&[u32]],
    most: usize,
) -> Vec<Vec<(u32, f32)>> {
    match plan.answers.iter().find(|answer| answer.0 == task).map(|answer| &answer.1) {
        Some(OrderAnswer::Second(stage)) => {
            let item_facts = ItemFacts::new(history);
            let mut all = Vec::with_capacity(queries.len());
            for some in queries.chunks(1_000) {
                let table = order_candidates(history, fitted, &item_facts, some);
                if stage.names == table.names {
                    all.extend(stage.rank(&table));
                }
            }
            all.resize_with(queries.len(), Vec::new);
            all
        }
        Some(OrderAnswer::Single(method)) => method
            .fit(history)
            .map_or_else(Vec::new, |fitted| order_lists(&fitted, history.n_items(), queries, most)),
        None => Vec::new(),
    }
}

/// What the product-page answer says of every product, of pairs that orders support.
pub(super) fn answered_neighbours(
    history: &History<'_>,
    plan: &OrderPlan,
    length: usize,
    monitor: &dyn Monitor,
) -> Result<Option<Lists>, Cancelled> {
    let answer_of = plan.answers.iter().find(|answer| answer.0 == Task::ProductPage);
    let learned = match answer_of.map(|answer| &answer.1) {
        Some(OrderAnswer::Second(_)) => true,
        Some(OrderAnswer::Single(_)) => false,
        None => return Ok(None),
    };
    let fitted = if learned { fit_orders(history, &plan.methods, monitor)? } else { Vec::new() };
    if learned && fitted.len() < plan.methods.len() {
        return Ok(None);
    }
    let items: Vec<[u32; 1]> = (0..history.n_items() as u32).map(|item| [item]).collect();
    let queries: Vec<&[u32]> = items.iter().map(<[u32; 1]>::as_slice).collect();
    let ranked = answer(history, &fitted, plan, Task::ProductPage, &queries, 10 * length.max(20));
    monitor.checkpoint()?;
    let rows = ranked.into_iter().map(|list| {
        // Log-odds to odds: positive, and proportional to chance where chance is small.
        let positive = |score: f32| if learned { score.min(20.0).exp() } else { score };
        let scored = list.into_iter().map(|(item, score)| (item, positive(score)));
        scored.filter(|entry| entry.1 > 0.0).collect::<Vec<_>>()
    });
    let near = Sparse::from_rows(history.n_items(), rows);
    let baskets = Baskets::new(history);
    let trusted = lists(history, &near, length, |a, b| {
        let pair = baskets.count(a, b);
        (a != b && pair.both >= SUPPORT_FLOOR && pair.llr() >= LLR_FLOOR).then(|| pair.into())
    });
    Ok(Some(trusted))
}
