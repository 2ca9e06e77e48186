//! The backtest: tune on the window before a day, train on all before it, recommend, and score against what came.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::bootstrap::{mean_interval, paired_interval};
use super::ranking::{Accuracy, Breadth};
use crate::recommend::history::History;
use crate::recommend::hybrid::fit_all;
use crate::recommend::method::{Counting, Fitted, Method};
use crate::recommend::models::Choice;
use crate::recommend::order::{OrderMethod, fit_orders};
use crate::recommend::session::{SessionMethod, Sessions, session_cases, session_lists, session_stage};
use crate::recommend::train::{self, lists_for_cases};
use crate::recommend::train_orders::{MOST_ORDERS, lists_for_orders, plan_orders};
use crate::recommend::train_sessions::{MOST_STEPS, plan_sessions};
use crate::recommend::window::{Case, OrderCase, Task, customer_cases, order_cases};
use crate::recommend::{Dataset, cooccur::Measure, rank};
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
    pub methods: Vec<MethodResult>,
    /// Customer or order index, products bought.
    #[serde(skip)]
    pub truth: Vec<(u32, Vec<u32>)>,
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
                    let lists = self.single_lists(self.before, &fitted, tasks[task], cases);
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
                    let lists = self.single_lists(self.history, &fitted, tasks[other], &asked[other]);
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
                lists_for_cases(self.history, &fitted, answer, task, &cases)
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
                lists: lists_for_orders(self.history, &fitted, &plan, task, &asked),
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

    fn single_lists(
        &self,
        history: &History<'_>,
        fitted: &Fitted<'_>,
        task: Task,
        cases: &[Case],
    ) -> Vec<Vec<(u32, f32)>> {
        cases
            .par_iter()
            .map_init(
                || vec![0.0_f32; history.n_items()],
                |scores, case| {
                    fitted.score(case.customer, scores);
                    if task.only_new() {
                        for item in history.bought(case.customer) {
                            scores[item as usize] = f32::NEG_INFINITY;
                        }
                    }
                    rank::top(scores, self.settings.k)
                        .into_iter()
                        .map(|item| (item, scores[item as usize]))
                        .collect()
                },
            )
            .collect()
    }

    fn order_lists(
        &self,
        history: &History<'_>,
        method: &OrderMethod,
        cases: &[OrderCase],
    ) -> Option<Vec<Vec<(u32, f32)>>> {
        let fitted = method.fit(history)?;
        let lists = cases.par_iter().map_init(
            || vec![0.0_f32; history.n_items()],
            |scores, case| {
                fitted.score(&case.query, scores);
                rank::top(scores, self.settings.k)
                    .into_iter()
                    .map(|item| (item, scores[item as usize]))
                    .collect()
            },
        );
        Some(lists.collect())
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

/// Reference methods of customer tasks with the settings that are tried.
fn families() -> Vec<Vec<Method>> {
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

/// Reference methods of order tasks with the settings that are tried.
fn order_families() -> Vec<Vec<OrderMethod>> {
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
