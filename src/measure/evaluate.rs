//! The backtest: tune on the window before a day, train on all before it, recommend, and score against what came.

use serde::{Deserialize, Serialize};

use super::bootstrap::{mean_interval, paired_interval};
use super::ranking::{Accuracy, Breadth};
use crate::recommend::Dataset;
use crate::recommend::alone::{customer_lists, families, order_families, order_lists};
use crate::recommend::history::History;
use crate::recommend::hybrid::fit_all;
use crate::recommend::method::Method;
use crate::recommend::models::Choice;
use crate::recommend::order::{OrderMethod, fit_orders};
use crate::recommend::session::{SessionMethod, Sessions, session_cases, session_lists, session_stage};
use crate::recommend::train::{self, lists_for_cases};
use crate::recommend::train_orders::{MOST_ORDERS, lists_for_orders, plan_orders};
use crate::recommend::train_sessions::{MOST_STEPS, plan_sessions};
use crate::recommend::window::{Case, OrderCase, Task, customer_cases, order_cases};
use crate::shop::time::{SECONDS_PER_DAY, Seconds};
use crate::shop::{Cancelled, Monitor};

#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    pub split: Seconds,
    pub until: Seconds,
    pub tasks: Vec<Task>,
    pub k: usize,
    pub seed: u64,
    pub training: train::Settings,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Evaluation {
    pub split: Seconds,
    pub until: Seconds,
    pub k: usize,
    pub seed: u64,
    /// Products that enough customers had bought before the split.
    pub catalogue: usize,
    pub orders_before: usize,
    pub tasks: Vec<TaskResult>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TaskResult {
    pub task: Task,
    /// Customers; orders for basket and product-page, steps for session.
    pub customers: usize,
    /// The method that the product's pipeline settled on.
    pub chosen: String,
    pub choice: Option<Choice>,
    /// Best first, after the pipeline's own; empty where nothing could be asked.
    pub methods: Vec<MethodResult>,
    /// Why there is nothing to score.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Customer or order index, products bought.
    #[serde(skip)]
    pub truth: Vec<(u32, Vec<u32>)>,
}

impl TaskResult {
    /// A task that the held-out days have no question for.
    fn unasked(task: Task, choice: Option<Choice>) -> Self {
        let note = match task {
            Task::NextBasket | Task::NextWindow => {
                "No known customer ordered before the split and again after it, so there is nothing to score."
            }
            Task::Discovery => {
                "No known customer came back for something new after the split, so there is nothing to score."
            }
            Task::Basket | Task::ProductPage => {
                "No order after the split holds two products, so there is nothing to score."
            }
            Task::Session => {
                "No visit after the split goes from one product to another, so there is nothing to score."
            }
        };
        Self {
            task,
            customers: 0,
            chosen: choice.as_ref().map_or_else(String::new, |choice| choice.chosen.clone()),
            choice,
            methods: Vec::new(),
            note: Some(note.to_owned()),
            truth: Vec::new(),
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MethodResult {
    pub method: String,
    pub settings: serde_json::Value,
    pub hit_rate: f64,
    pub ndcg: f64,
    pub ndcg_ci95: Option<[f64; 2]>,
    pub recall: f64,
    pub precision: f64,
    pub mrr: f64,
    pub coverage: f64,
    pub novelty: f64,
    pub concentration: f64,
    pub diversity: Option<f64>,
    /// NDCG of the tuned settings on the window before the split; absent for the pipeline, which is trained, not tuned.
    pub validation_ndcg: Option<f64>,
    pub fit_seconds: f64,
    pub recommend_seconds: f64,
    /// Only at `endcap`: NDCG against the best single method of the same run, each customer against themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub against_best_single: Option<Gain>,
    /// Beside the truth: the recommended products with scores, best first.
    #[serde(skip)]
    pub lists: Vec<Vec<(u32, f32)>>,
    #[serde(skip)]
    pub each: Vec<Accuracy>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Gain {
    pub method: String,
    pub difference: f64,
    pub ci95: Option<[f64; 2]>,
}

/// Runs every method beside the product's own pipeline. `seconds` is a stopwatch: only differences count.
pub fn evaluate(
    data: &Dataset,
    settings: &Settings,
    seconds: &(dyn Fn() -> f64 + Sync),
    monitor: &dyn Monitor,
) -> Result<Evaluation, Cancelled> {
    let history = History::new(data, settings.split, settings.training.min_buyers);
    let earlier = settings.split - settings.training.window_days * SECONDS_PER_DAY;
    let before = History::new(data, earlier, settings.training.min_buyers);
    let run = Run { data, settings, history: &history, before: &before, seconds, monitor };
    let mut tasks = run.customer_tasks()?;
    tasks.extend(run.order_tasks()?);
    tasks.extend(run.session_task()?);
    Ok(Evaluation {
        split: settings.split,
        until: settings.until,
        k: settings.k,
        seed: settings.seed,
        catalogue: history.n_items(),
        orders_before: history.baskets.len(),
        tasks,
    })
}

struct Run<'a> {
    data: &'a Dataset,
    settings: &'a Settings,
    history: &'a History<'a>,
    /// As of one window before the split: where settings are tuned.
    before: &'a History<'a>,
    seconds: &'a (dyn Fn() -> f64 + Sync),
    monitor: &'a dyn Monitor,
}

/// What one method recommended, before it is measured.
struct Answered {
    method: String,
    settings: serde_json::Value,
    validation_ndcg: Option<f64>,
    fit_seconds: f64,
    recommend_seconds: f64,
    lists: Vec<Vec<(u32, f32)>>,
}

impl Run<'_> {
    fn customer_tasks(&self) -> Result<Vec<TaskResult>, Cancelled> {
        let tasks: Vec<Task> =
            Task::CUSTOMER.into_iter().filter(|t| self.settings.tasks.contains(t)).collect();
        if tasks.is_empty() {
            return Ok(Vec::new());
        }
        let tuning: Vec<Vec<Case>> =
            tasks.iter().map(|&task| customer_cases(self.before, task, self.settings.split)).collect();
        let asked: Vec<Vec<Case>> =
            tasks.iter().map(|&task| customer_cases(self.history, task, self.settings.until)).collect();
        if asked.iter().all(Vec::is_empty) {
            return Ok(tasks.into_iter().map(|task| TaskResult::unasked(task, None)).collect());
        }
        // best[family][task]: settings with the highest NDCG on the window before.
        let families = families();
        let mut best: Vec<Vec<Option<(Method, f64)>>> = vec![vec![None; tasks.len()]; families.len()];
        for (family, variants) in families.iter().enumerate() {
            self.monitor.progress(family as u64, 2 * families.len() as u64, "Tuning on the weeks before");
            for method in variants {
                self.monitor.checkpoint()?;
                if !method.suits(self.data.customers.len(), self.data.products.len()) {
                    continue;
                }
                let Some(fitted) = method.fit(self.before, self.settings.seed) else {
                    continue;
                };
                for (task, cases) in tuning.iter().enumerate() {
                    let lists = customer_lists(self.before, &fitted, tasks[task], cases, self.settings.k);
                    let ndcg = mean(&measured(&lists, cases, self.settings.k)).ndcg;
                    if best[family][task].is_none_or(|found| ndcg > found.1) {
                        best[family][task] = Some((*method, ndcg));
                    }
                }
            }
        }
        let mut answered: Vec<Vec<Answered>> = tasks.iter().map(|_| Vec::new()).collect();
        for (family, chosen) in best.iter().enumerate() {
            self.monitor.progress(
                (families.len() + family) as u64,
                2 * families.len() as u64,
                "Comparing methods",
            );
            let mut done: Vec<Option<usize>> = vec![None; tasks.len()];
            for task in 0..tasks.len() {
                let (Some((method, _)), None) = (chosen[task], done[task]) else {
                    continue;
                };
                self.monitor.checkpoint()?;
                let start = (self.seconds)();
                let Some(fitted) = method.fit(self.history, self.settings.seed) else {
                    continue;
                };
                let fit_seconds = (self.seconds)() - start;
                for other in task..tasks.len() {
                    let Some((same, ndcg)) = chosen[other].filter(|found| found.0 == method) else {
                        continue;
                    };
                    let start = (self.seconds)();
                    let lists =
                        customer_lists(self.history, &fitted, tasks[other], &asked[other], self.settings.k);
                    answered[other].push(Answered {
                        method: same.name().to_owned(),
                        settings: serde_json::to_value(same).unwrap_or_default(),
                        validation_ndcg: Some(ndcg),
                        fit_seconds,
                        recommend_seconds: (self.seconds)() - start,
                        lists,
                    });
                    done[other] = Some(family);
                }
            }
        }
        self.monitor.progress(1, 2, "Training the pipeline");
        let start = (self.seconds)();
        let plan = train::plan(
            self.data,
            &self.settings.training,
            self.settings.split,
            self.settings.seed,
            &tasks,
            self.monitor,
        )?;
        let fitted = fit_all(self.history, &plan.methods, self.settings.seed, self.monitor)?;
        let fit_seconds = (self.seconds)() - start;
        let space = Space::of_history(self.history);
        let mut results = Vec::new();
        for ((&task, cases), singles) in tasks.iter().zip(asked).zip(answered) {
            self.monitor.checkpoint()?;
            let start = (self.seconds)();
            let found = plan.answers.iter().find(|answer| answer.0 == task);
            let lists = found.map_or_else(Vec::new, |(_, answer, _)| {
                lists_for_cases(
                    self.history,
                    &fitted,
                    answer,
                    task,
                    &cases,
                    self.settings.seed,
                    self.settings.k,
                )
            });
            let own = Answered {
                method: "endcap".to_owned(),
                settings: serde_json::to_value(self.settings.training).unwrap_or_default(),
                validation_ndcg: None,
                fit_seconds,
                recommend_seconds: (self.seconds)() - start,
                lists,
            };
            let choice = found.map(|found| found.2.clone());
            results.push(self.task_result(task, &cases, &space, own, singles, choice));
        }
        Ok(results)
    }

    fn order_tasks(&self) -> Result<Vec<TaskResult>, Cancelled> {
        let tasks: Vec<Task> = Task::ORDER.into_iter().filter(|t| self.settings.tasks.contains(t)).collect();
        if tasks.is_empty() {
            return Ok(Vec::new());
        }
        let families = order_families();
        self.monitor.progress(0, 1, "Comparing order methods");
        let plan =
            plan_orders(self.data, &self.settings.training, self.settings.split, &tasks, self.monitor)?;
        let start = (self.seconds)();
        let fitted = fit_orders(self.history, &plan.methods, self.monitor)?;
        let fit_seconds = (self.seconds)() - start;
        let space = Space::of_history(self.history);
        let mut results = Vec::new();
        for task in tasks {
            let tuning = order_cases(self.before, task, self.settings.split, MOST_ORDERS);
            let asked = order_cases(self.history, task, self.settings.until, MOST_ORDERS);
            if asked.is_empty() {
                let choice = plan.answers.iter().find(|answer| answer.0 == task);
                results.push(TaskResult::unasked(task, choice.map(|answer| answer.2.clone())));
                continue;
            }
            let mut singles = Vec::new();
            for variants in &families {
                self.monitor.checkpoint()?;
                let mut best: Option<(OrderMethod, f64)> = None;
                for method in variants.iter().filter(|method| method.suits(self.data.products.len())) {
                    let lists = self.order_lists(self.before, method, &tuning);
                    let Some(lists) = lists else { continue };
                    let ndcg = mean(&measured(&lists, &as_cases(&tuning), self.settings.k)).ndcg;
                    if best.is_none_or(|found| ndcg > found.1) {
                        best = Some((*method, ndcg));
                    }
                }
                let Some((method, ndcg)) = best else { continue };
                let start = (self.seconds)();
                let Some(lists) = self.order_lists(self.history, &method, &asked) else {
                    continue;
                };
                singles.push(Answered {
                    method: method.name().to_owned(),
                    settings: serde_json::to_value(method).unwrap_or_default(),
                    validation_ndcg: Some(ndcg),
                    fit_seconds: (self.seconds)() - start,
                    recommend_seconds: 0.0,
                    lists,
                });
            }
            let start = (self.seconds)();
            let own = Answered {
                method: "endcap".to_owned(),
                settings: serde_json::to_value(self.settings.training).unwrap_or_default(),
                validation_ndcg: None,
                fit_seconds,
                lists: lists_for_orders(self.history, &fitted, &plan, task, &asked, self.settings.k),
                recommend_seconds: (self.seconds)() - start,
            };
            let choice = plan.answers.iter().find(|answer| answer.0 == task).map(|answer| answer.2.clone());
            results.push(self.task_result(task, &as_cases(&asked), &space, own, singles, choice));
        }
        Ok(results)
    }

    fn session_task(&self) -> Result<Option<TaskResult>, Cancelled> {
        let (split, training) = (self.settings.split, &self.settings.training);
        if !self.settings.tasks.contains(&Task::Session) {
            return Ok(None);
        }
        let cases = session_cases(self.data, split, self.settings.until, MOST_STEPS);
        let Some(plan) = plan_sessions(self.data, training.window_days, split, self.monitor)? else {
            return Ok(None);
        };
        if cases.is_empty() {
            return Ok(None);
        }
        self.monitor.progress(0, 1, "Comparing session methods");
        let sessions = Sessions::new(self.data, Seconds::MIN, split);
        let answer = |method: SessionMethod| {
            let start = (self.seconds)();
            let fitted = method.fit(&sessions);
            let fit_seconds = (self.seconds)() - start;
            let lists = session_lists(&fitted, &cases, self.settings.k);
            Answered {
                method: method.name().to_owned(),
                settings: serde_json::to_value(method).unwrap_or_default(),
                validation_ndcg: None,
                fit_seconds,
                recommend_seconds: (self.seconds)() - start - fit_seconds,
                lists,
            }
        };
        let mut singles: Vec<Answered> = session_stage().into_iter().map(answer).collect();
        // Settings of one name: those the past would have chosen stand for it.
        for single in &mut singles {
            let tried = plan.choice.tried.iter().find(|tried| tried.name == single.method);
            single.validation_ndcg = tried.map(|tried| tried.ndcg);
        }
        singles.dedup_by(|later, first| later.method == first.method);
        let own = Answered { method: "endcap".to_owned(), ..answer(plan.method) };
        let asked: Vec<Case> = cases
            .iter()
            .enumerate()
            .map(|(index, case)| Case { customer: index as u32, targets: vec![case.target] })
            .collect();
        let space = Space::of_sessions(&sessions, self.data);
        Ok(Some(self.task_result(Task::Session, &asked, &space, own, singles, Some(plan.choice))))
    }

    /// `None` when the method does not fit the store.
    fn order_lists(
        &self,
        history: &History<'_>,
        method: &OrderMethod,
        cases: &[OrderCase],
    ) -> Option<Vec<Vec<(u32, f32)>>> {
        let queries: Vec<&[u32]> = cases.iter().map(|case| case.query.as_slice()).collect();
        Some(order_lists(&method.fit(history)?, history.n_items(), &queries, self.settings.k))
    }

    fn task_result(
        &self,
        task: Task,
        cases: &[Case],
        space: &Space,
        own: Answered,
        singles: Vec<Answered>,
        choice: Option<Choice>,
    ) -> TaskResult {
        if cases.is_empty() {
            return TaskResult::unasked(task, choice);
        }
        let mut methods: Vec<MethodResult> =
            singles.into_iter().map(|answered| self.method_result(cases, space, answered)).collect();
        methods.sort_by(|a, b| b.ndcg.total_cmp(&a.ndcg).then(a.method.cmp(&b.method)));
        let mut own = self.method_result(cases, space, own);
        own.against_best_single = methods.first().map(|best| {
            let values =
                |result: &MethodResult| result.each.iter().map(|each| each.ndcg).collect::<Vec<f64>>();
            Gain {
                method: best.method.clone(),
                difference: own.ndcg - best.ndcg,
                ci95: paired_interval(&values(&own), &values(best), 0.95, self.settings.seed),
            }
        });
        methods.insert(0, own);
        TaskResult {
            task,
            customers: cases.len(),
            chosen: choice.as_ref().map_or_else(String::new, |choice| choice.chosen.clone()),
            choice,
            methods,
            note: None,
            truth: cases
                .iter()
                .map(|case| {
                    (case.customer, case.targets.iter().map(|&i| space.products[i as usize]).collect())
                })
                .collect(),
        }
    }

    fn method_result(&self, cases: &[Case], space: &Space, answered: Answered) -> MethodResult {
        let k = self.settings.k;
        let mut lists = answered.lists;
        lists.resize_with(cases.len(), Vec::new);
        for list in &mut lists {
            list.truncate(k);
        }
        let each = measured(&lists, cases, k);
        let mean = mean(&each);
        let items: Vec<Vec<u32>> =
            lists.iter().map(|list| list.iter().map(|entry| entry.0).collect()).collect();
        let breadth = Breadth::of(&items, &space.buyers, space.known, &space.categories);
        let values: Vec<f64> = each.iter().map(|each| each.ndcg).collect();
        MethodResult {
            method: answered.method,
            settings: answered.settings,
            hit_rate: mean.hit,
            ndcg: mean.ndcg,
            ndcg_ci95: mean_interval(&values, 0.95, self.settings.seed),
            recall: mean.recall,
            precision: mean.precision,
            mrr: mean.reciprocal_rank,
            coverage: breadth.coverage,
            novelty: breadth.novelty,
            concentration: breadth.concentration,
            diversity: breadth.diversity,
            validation_ndcg: answered.validation_ndcg,
            fit_seconds: answered.fit_seconds,
            recommend_seconds: answered.recommend_seconds,
            against_best_single: None,
            lists: lists
                .into_iter()
                .map(|list| {
                    list.into_iter().map(|(item, score)| (space.products[item as usize], score)).collect()
                })
                .collect(),
            each,
        }
    }
}

fn as_cases(cases: &[OrderCase]) -> Vec<Case> {
    cases.iter().map(|case| Case { customer: case.order, targets: case.targets.clone() }).collect()
}

fn measured(lists: &[Vec<(u32, f32)>], cases: &[Case], k: usize) -> Vec<Accuracy> {
    lists
        .iter()
        .zip(cases)
        .map(|(list, case)| {
            let items: Vec<u32> = list.iter().map(|entry| entry.0).collect();
            Accuracy::of(&items, &case.targets, k)
        })
        .collect()
}

fn mean(each: &[Accuracy]) -> Accuracy {
    Accuracy::mean(each)
}

/// What lists are made of: items, and what is known of them.
struct Space {
    /// Item → product.
    products: Vec<u32>,
    /// People (or sessions) behind each item, of `known`.
    buyers: Vec<u32>,
    known: usize,
    categories: Vec<Option<u32>>,
}

impl Space {
    fn of_history(history: &History<'_>) -> Self {
        let known = (0..history.n_customers() as u32).filter(|&c| !history.past(c).is_empty()).count();
        let categories = categories(history.data, &history.products);
        Self { products: history.products.clone(), buyers: history.buyers.clone(), known, categories }
    }

    fn of_sessions(sessions: &Sessions, data: &Dataset) -> Self {
        let products: Vec<u32> = (0..data.products.len() as u32).collect();
        let by_product = sessions.matrix().transpose();
        let buyers = (0..by_product.rows()).map(|product| by_product.row(product).0.len() as u32).collect();
        let categories = categories(data, &products);
        Self { products, buyers, known: sessions.len(), categories }
    }
}

/// Category numbers beside `products`, in order of the names.
fn categories(data: &Dataset, products: &[u32]) -> Vec<Option<u32>> {
    let category = |product: u32| data.facts[product as usize].category.as_deref();
    let mut names: Vec<&str> = products.iter().filter_map(|&product| category(product)).collect();
    names.sort_unstable();
    names.dedup();
    products
        .iter()
        .map(|&product| names.binary_search(&category(product)?).ok().map(|index| index as u32))
        .collect()
}
