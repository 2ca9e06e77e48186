//! Which answer a customer task gets: the second stage, or one method alone, judged on past windows.

use rayon::prelude::*;

use super::alone::{Judged, best_of, customer_lists, paired_gain};
use super::dataset::Dataset;
use super::facts::{Candidates, place_name};
use super::history::History;
use super::hybrid::{Recipe, SecondStage, WindowLessons, each_ndcg, mean};
use super::logistic::Logistic;
use super::method::Method;
use super::models::{Choice, Note, Tried};
use super::rank;
use super::train::{Answer, LOGISTIC, REFINED, Settings, TREE_WEIGHT};
use super::window::{Case, Task};
use crate::shop::{Cancelled, Monitor};

/// Lines beyond which only the first stage is tried alone: there the second stage has enough to learn from.
pub(super) const MOST_LINES_TO_TRY_ALL: usize = 1_000_000;
/// Below this share of repeats among the lines of returning customers, own purchases foretell nothing.
pub(super) const FEW_REPEATS: f64 = 0.1;
/// Cases under which combining models is not tried, even where it looks better.
const FEWEST_TO_COMBINE: usize = 100;
/// Standard errors by which combining must win on so few cases.
const SURE_ERRORS: f64 = 2.0;
/// Cases, of all windows together, that the choice of a single method needs.
pub(super) const FEWEST_TO_CHOOSE: usize = 40;

/// What the past windows say of a task: every method alone, and the second stage where it could be taught.
pub(super) struct Trial {
    pub task: Task,
    pub singles: Vec<Judged<Method>>,
    second: Option<Taught>,
}

/// A second stage taught on older windows, on the newest one.
pub(super) struct Taught {
    /// Its weights: learning with the newest window starts from them.
    pub weights: Logistic,
    pub logistic: f64,
    pub refined: f64,
    /// NDCG@10 of each case of the better of the two.
    pub each: Vec<f64>,
    pub trees: f64,
}

impl Taught {
    /// Judges a stage that was taught with trees, with them and without.
    pub(super) fn on(mut stage: SecondStage, table: &Candidates, cases: &[Case]) -> Self {
        let refined = each_ndcg(&stage.rank(table), cases, 10);
        stage.tree_weight = 0.0;
        let plain = each_ndcg(&stage.rank(table), cases, 10);
        let (logistic, mended) = (mean(&plain), mean(&refined));
        let (each, trees) = if mended > logistic { (refined, TREE_WEIGHT) } else { (plain, 0.0) };
        Self { weights: stage.logistic, logistic, refined: mended, each, trees }
    }

    /// How far it is ahead of the best single method on the newest window, and the standard error.
    pub(super) fn gain_over<M>(&self, singles: &[Judged<M>]) -> Option<(f64, f64)> {
        Some(paired_gain(&self.each, best_of(singles, Judged::newest)?.each.first()?))
    }
}

/// Whether a gain is beyond doubt, so that no other method alone needs to be tried.
pub(super) fn is_sure(gain: Option<(f64, f64)>) -> bool {
    gain.is_some_and(|(gain, error)| gain > SURE_ERRORS * error)
}

impl Trial {
    pub(super) fn new(
        task: Task,
        methods: &[Method],
        lessons: &[WindowLessons],
        settings: &Settings,
    ) -> Self {
        let judged = |method: &Method| {
            let each = lessons
                .iter()
                .map(|lesson| {
                    if lesson.cases(task).is_empty() {
                        return Some(Vec::new());
                    }
                    let lists = lists_of_method(lesson.candidates(task), method)?;
                    Some(each_ndcg(&lists, lesson.cases(task), 10))
                })
                .collect::<Option<Vec<_>>>()?;
            Some(Judged { method: *method, each })
        };
        let singles = methods.par_iter().filter_map(judged).collect();
        let second = lessons.split_first().and_then(|(newest, blind)| {
            let blind: Vec<&WindowLessons> = blind.iter().collect();
            let recipe = Recipe { windows: settings.windows, trees: TREE_WEIGHT };
            let stage = SecondStage::fit(&blind, task, recipe, None)?;
            Some(Taught::on(stage, newest.candidates(task), newest.cases(task)))
        });
        Self { task, singles, second }
    }

    fn best_newest(&self) -> Option<&Judged<Method>> {
        best_of(&self.singles, Judged::newest)
    }

    fn gain(&self) -> Option<(f64, f64)> {
        self.second.as_ref()?.gain_over(&self.singles)
    }

    pub(super) fn settled(&self) -> bool {
        is_sure(self.gain())
    }
}

/// Every method of `others` on the cases of every window; one list per task, without methods that do not fit here.
pub(super) fn judge(
    data: &Dataset,
    settings: &Settings,
    others: &[Method],
    lessons: &[WindowLessons],
    seed: u64,
    tasks: &[Task],
    monitor: &dyn Monitor,
) -> Result<Vec<Vec<Judged<Method>>>, Cancelled> {
    let histories: Vec<History<'_>> =
        lessons.iter().map(|lesson| History::new(data, lesson.start, settings.min_buyers)).collect();
    let mut judged: Vec<Vec<Judged<Method>>> = tasks.iter().map(|_| Vec::new()).collect();
    for method in others.iter().filter(|method| method.suits(data.customers.len(), data.products.len())) {
        monitor.checkpoint()?;
        let mut each: Vec<Vec<Vec<f64>>> = tasks.iter().map(|_| Vec::new()).collect();
        for (history, lesson) in histories.iter().zip(lessons) {
            let Some(fitted) = method.fit(history, seed) else { break };
            for (each, &task) in each.iter_mut().zip(tasks) {
                let cases = lesson.cases(task);
                each.push(each_ndcg(&customer_lists(history, &fitted, task, cases, 10), cases, 10));
            }
        }
        for (judged, each) in judged.iter_mut().zip(each) {
            if each.len() == lessons.len() {
                judged.push(Judged { method: *method, each });
            }
        }
    }
    Ok(judged)
}

/// A task's answer, why it is that, and what the store is too thin for.
pub(super) type Chosen = ((Task, Answer, Choice), Option<Note>);

pub(super) fn choose(
    trial: &Trial,
    lessons: &[WindowLessons],
    days: i64,
    repeats: f64,
    settings: &Settings,
) -> Chosen {
    let task = trial.task;
    let fallback = if task.only_new() || repeats < FEW_REPEATS {
        Method::DecayedPopularity { half_life_days: 7.0 }
    } else {
        Method::PersonalDecay { half_life_days: 120.0 }
    };
    let Some(newest) = lessons.first() else {
        let why = format!("There are not yet two stretches of {} days to learn from.", days);
        let note = Note { code: "too-little-history".to_owned(), sentence: why.clone() };
        let choice = Choice { task, chosen: fallback.name().to_owned(), why, cases: 0, tried: Vec::new() };
        return ((task, Answer::Single(fallback), choice), Some(note));
    };
    let cases = newest.cases(task).len();
    let best_single = trial.best_newest();
    let gain = trial.gain();
    let worth_it = gain.map_or(cases >= settings.min_returning, |(gain, _)| gain > 0.0);
    let sure = is_sure(gain);
    let enough = cases >= settings.min_returning || (sure && cases >= FEWEST_TO_COMBINE);
    let trees = trial.second.as_ref().map_or(0.0, |second| second.trees);
    let recipe = Recipe { windows: settings.windows, trees };
    let newest_first: Vec<&WindowLessons> = lessons.iter().collect();
    let near = trial.second.as_ref().map(|second| &second.weights);
    let stage = if enough && worth_it { SecondStage::fit(&newest_first, task, recipe, near) } else { None };
    let tried = tried(trial);
    let n_cases = cases as u32;
    if let Some(stage) = stage {
        let why = match (&trial.second, best_single) {
            (Some(second), Some(single)) => format!(
                "On the last {} days, unseen, it scored {:.4} against {:.4} for {}, the best single method.",
                days,
                mean(&second.each),
                single.newest(),
                single.method.name()
            ),
            _ => "It had one past window to learn from and none left to be checked on.".to_owned(),
        };
        let chosen = if trees > 0.0 { REFINED } else { LOGISTIC }.to_owned();
        let choice = Choice { task, chosen, why, cases: n_cases, tried };
        return ((task, Answer::Second(Box::new(stage)), choice), None);
    }
    let n_pooled: usize = lessons.iter().map(|lesson| lesson.cases(task).len()).sum();
    let single = match best_of(&trial.singles, Judged::pooled) {
        Some(best) if n_pooled >= FEWEST_TO_CHOOSE => best.method,
        _ => fallback,
    };
    let mut note = None;
    let why = if enough {
        format!(
            "It was the best single method on past windows of {days} days; learning to combine gained nothing."
        )
    } else {
        let sentence = format!(
            "Only {n_cases} returning customers in the last {} days; {} are needed to learn how to combine methods.",
            days, settings.min_returning
        );
        note = Some(Note {
            code: format!("few-returning-customers-{}", task.name()),
            sentence: sentence.clone(),
        });
        sentence
    };
    let choice = Choice { task, chosen: single.name().to_owned(), why, cases: n_cases, tried };
    ((task, Answer::Single(single), choice), note)
}

/// What was compared on the newest window, best first; of one name the best settings.
fn tried(trial: &Trial) -> Vec<Tried> {
    let mut tried: Vec<Tried> = trial
        .singles
        .iter()
        .map(|single| Tried {
            name: single.method.name().to_owned(),
            method: Some(single.method),
            ndcg: single.newest(),
        })
        .collect();
    if let Some(second) = &trial.second {
        tried.push(Tried { name: LOGISTIC.to_owned(), method: None, ndcg: second.logistic });
        tried.push(Tried { name: REFINED.to_owned(), method: None, ndcg: second.refined });
    }
    best_of_each_name(tried)
}

/// Best first; of one name only the best.
pub(super) fn best_of_each_name(mut tried: Vec<Tried>) -> Vec<Tried> {
    tried.sort_by(|a, b| b.ndcg.total_cmp(&a.ndcg).then(a.name.cmp(&b.name)));
    let mut kept: Vec<Tried> = Vec::new();
    for one in tried {
        if kept.iter().all(|known| known.name != one.name) {
            kept.push(one);
        }
    }
    kept
}

/// The order of one first-stage model, read back from its place fact.
fn lists_of_method(table: &Candidates, method: &Method) -> Option<Vec<Vec<(u32, f32)>>> {
    lists_by_place(table, &place_name(method))
}

/// Each group's candidates in the order of one place fact.
pub(super) fn lists_by_place(table: &Candidates, name: &str) -> Option<Vec<Vec<(u32, f32)>>> {
    let place = table.names.iter().position(|known| known == name)?;
    let lists = (0..table.customers.len()).into_par_iter().map(|group| {
        let rows = table.start[group]..table.start[group + 1];
        let mut list: Vec<(u32, f32)> = rows.map(|row| (table.items[row], -table.row(row)[place])).collect();
        list.sort_unstable_by(|a, b| rank::before(*a, *b));
        list
    });
    Some(lists.collect())
}
