//! Carts and product pages: the second stage over order models, chosen by the newest past window.

use super::cooccur::{Baskets, LLR_FLOOR, SUPPORT_FLOOR};
use super::dataset::Dataset;
use super::facts::{Candidates, ItemFacts};
use super::history::History;
use super::hybrid::{SecondStage, each_ndcg, mean_ndcg};
use super::models::{Choice, Tried};
use super::neighbours::{Lists, lists};
use super::order::{
    FittedOrders, OrderMethod, fit_orders, order_candidates, order_lesson, order_place_name, order_stage,
};
use super::sparse::Sparse;
use super::train::{FEWEST_TO_CHOOSE, LOGISTIC, REFINED, Settings, TREE_WEIGHT, lists_by_place};
use super::window::{Case, OrderCase, Task, order_cases, past_windows, window_days};
use crate::shop::time::{SECONDS_PER_DAY, Seconds};
use crate::shop::{Cancelled, Monitor};

/// Orders taken per window to learn from and to be measured on.
pub const MOST_ORDERS: usize = 2_000;
/// Orders a window needs before combining models is learned from it.
const FEWEST_ORDERS: usize = 200;

/// An order task's answer: the second stage, or one of the fitted methods by position.
#[derive(Clone, Debug)]
pub enum OrderAnswer {
    Second(Box<SecondStage>),
    Single(usize),
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
    cases: Vec<Case>,
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
    let mut windows: Vec<Vec<Lesson>> = Vec::new();
    let days = window_days(start, as_of, settings.window_days);
    let starts = past_windows(start, as_of, days, settings.windows);
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
            let cases =
                asked.into_iter().map(|case| Case { customer: case.order, targets: case.targets }).collect();
            Lesson { table, labels, cases }
        };
        windows.push(tasks.iter().map(lesson).collect());
        monitor.checkpoint()?;
    }
    let answers = tasks
        .iter()
        .enumerate()
        .map(|(index, &task)| {
            let lessons: Vec<&Lesson> = windows.iter().map(|window| &window[index]).collect();
            choose(task, &methods, &lessons)
        })
        .collect();
    Ok(OrderPlan { methods, answers })
}

fn choose(task: Task, methods: &[OrderMethod], lessons: &[&Lesson]) -> (Task, OrderAnswer, Choice) {
    // Cosine-like walks on orders suit both tasks when nothing can be measured.
    let fallback = methods
        .iter()
        .position(|method| matches!(method, OrderMethod::Walk { beta, .. } if (*beta < 0.3) == (task == Task::ProductPage)))
        .unwrap_or(0);
    let plain = |place: usize, why: &str, cases: u32, tried: Vec<Tried>| {
        let choice =
            Choice { task, chosen: methods[place].name().to_owned(), why: why.to_owned(), cases, tried };
        (task, OrderAnswer::Single(place), choice)
    };
    // Every window is blind to a single method, so all of them choose among these.
    let sum_over = |lesson: &Lesson, place: usize| {
        lists_by_place(&lesson.table, &order_place_name(place, &methods[place]))
            .map_or(0.0, |lists| each_ndcg(&lists, &lesson.cases, 10).iter().sum::<f64>())
    };
    let pooled: Vec<f64> =
        (0..methods.len()).map(|place| lessons.iter().map(|lesson| sum_over(lesson, place)).sum()).collect();
    let steady =
        (0..pooled.len()).fold(0, |best, place| if pooled[place] > pooled[best] { place } else { best });
    let n_pooled: usize = lessons.iter().map(|lesson| lesson.cases.len()).sum();
    let Some(newest) = lessons.first().filter(|lesson| lesson.cases.len() >= FEWEST_ORDERS) else {
        let n_newest = lessons.first().map_or(0, |lesson| lesson.cases.len() as u32);
        if n_pooled >= FEWEST_TO_CHOOSE {
            let why = format!(
                "It was the best single method on {n_pooled} past orders; {FEWEST_ORDERS} in one window are needed to combine."
            );
            return plain(steady, &why, n_newest, Vec::new());
        }
        let why = format!("Fewer than {FEWEST_TO_CHOOSE} past orders with two products to learn from.");
        return plain(fallback, &why, n_newest, Vec::new());
    };
    let n_cases = newest.cases.len() as u32;
    let singles: Vec<f64> =
        (0..methods.len()).map(|place| sum_over(newest, place) / newest.cases.len().max(1) as f64).collect();
    let best =
        (0..singles.len()).fold(0, |best, place| if singles[place] > singles[best] { place } else { best });
    let mut tried: Vec<Tried> = methods
        .iter()
        .zip(&singles)
        .map(|(method, &ndcg)| Tried { name: method.name().to_owned(), method: None, ndcg })
        .collect();
    let learn = |lessons: &[&Lesson], trees: f64| {
        let tables: Vec<(&Candidates, Vec<bool>)> =
            lessons.iter().map(|lesson| (&lesson.table, lesson.labels.clone())).collect();
        SecondStage::learn(&tables, trees)
    };
    let Some(mut stage) = learn(&lessons[1..], TREE_WEIGHT) else {
        return plain(
            steady,
            "It was best on past orders; there is no window before them to learn from.",
            n_cases,
            tried,
        );
    };
    let refined = mean_ndcg(&stage.rank(&newest.table), &newest.cases, 10);
    stage.tree_weight = 0.0;
    let logistic = mean_ndcg(&stage.rank(&newest.table), &newest.cases, 10);
    let (second, trees, name) =
        if refined > logistic { (refined, TREE_WEIGHT, REFINED) } else { (logistic, 0.0, LOGISTIC) };
    tried.push(Tried { name: LOGISTIC.to_owned(), method: None, ndcg: logistic });
    tried.push(Tried { name: REFINED.to_owned(), method: None, ndcg: refined });
    tried.sort_by(|a, b| b.ndcg.total_cmp(&a.ndcg).then(a.name.cmp(&b.name)));
    let stage = if second > singles[best] { learn(lessons, trees) } else { None };
    match stage {
        Some(stage) => {
            let why = format!(
                "On the newest past window, unseen, it scored {second:.4} against {:.4} for {}, the best single method.",
                singles[best],
                methods[best].name()
            );
            (
                task,
                OrderAnswer::Second(Box::new(stage)),
                Choice { task, chosen: name.to_owned(), why, cases: n_cases, tried },
            )
        }
        None => plain(
            steady,
            "It was the best single method on past orders; combining gained nothing.",
            n_cases,
            tried,
        ),
    }
}

/// Each case's products in order with scores.
pub fn lists_for_orders(
    history: &History<'_>,
    fitted: &[FittedOrders<'_>],
    plan: &OrderPlan,
    task: Task,
    cases: &[OrderCase],
) -> Vec<Vec<(u32, f32)>> {
    let queries: Vec<&[u32]> = cases.iter().map(|case| case.query.as_slice()).collect();
    answer(history, fitted, plan, task, &queries)
}

fn answer(
    history: &History<'_>,
    fitted: &[FittedOrders<'_>],
    plan: &OrderPlan,
    task: Task,
    queries: &[&[u32]],
) -> Vec<Vec<(u32, f32)>> {
    let item_facts = ItemFacts::new(history);
    let mut all = Vec::with_capacity(queries.len());
    for some in queries.chunks(1_000) {
        let table = order_candidates(history, fitted, &item_facts, some);
        let found = plan.answers.iter().find(|answer| answer.0 == task).map(|answer| &answer.1);
        let ranked = match found {
            Some(OrderAnswer::Second(stage)) if stage.names == table.names => stage.rank(&table),
            Some(OrderAnswer::Single(place)) => {
                let name = order_place_name(*place, &plan.methods[*place]);
                lists_by_place(&table, &name).unwrap_or_default()
            }
            _ => Vec::new(),
        };
        all.extend(ranked);
    }
    all.resize_with(queries.len(), Vec::new);
    all
}

/// What the product-page answer says of every product, of pairs that orders support; `None` when one method alone
/// answers.
pub(super) fn learned_neighbours(
    history: &History<'_>,
    plan: &OrderPlan,
    length: usize,
    monitor: &dyn Monitor,
) -> Result<Option<Lists>, Cancelled> {
    let learned = plan
        .answers
        .iter()
        .any(|answer| answer.0 == Task::ProductPage && matches!(answer.1, OrderAnswer::Second(_)));
    if !learned {
        return Ok(None);
    }
    let fitted = fit_orders(history, &plan.methods, monitor)?;
    if fitted.len() < plan.methods.len() {
        return Ok(None);
    }
    let items: Vec<[u32; 1]> = (0..history.n_items() as u32).map(|item| [item]).collect();
    let queries: Vec<&[u32]> = items.iter().map(<[u32; 1]>::as_slice).collect();
    let ranked = answer(history, &fitted, plan, Task::ProductPage, &queries);
    monitor.checkpoint()?;
    let rows = ranked.into_iter().map(|list| {
        // Log-odds to odds: positive, and proportional to chance where chance is small.
        list.into_iter().map(|(item, score)| (item, score.min(20.0).exp())).collect::<Vec<_>>()
    });
    let near = Sparse::from_rows(history.n_items(), rows);
    let baskets = Baskets::new(history);
    let trusted = lists(history, &near, length, |a, b| {
        let pair = baskets.count(a, b);
        (a != b && pair.both >= SUPPORT_FLOOR && pair.llr() >= LLR_FLOOR).then(|| pair.into())
    });
    Ok(Some(trusted))
}
