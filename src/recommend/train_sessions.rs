//! Visits: which session model this store's own sessions choose.

use super::dataset::Dataset;
use super::models::{Choice, Tried};
use super::rank;
use super::session::{SessionCase, SessionMethod, Sessions, session_cases, session_lists, session_stage};
use super::window::{Task, window_days};
use crate::shop::time::{SECONDS_PER_DAY, Seconds};
use crate::shop::{Cancelled, Monitor};

/// Steps of sessions a choice is measured on.
pub const MOST_STEPS: usize = 5_000;
/// Steps a choice needs.
const FEWEST_STEPS: usize = 100;

/// What training decided for sessions.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionPlan {
    pub method: SessionMethod,
    pub choice: Choice,
}

/// Chooses by the newest past window of visits; `None` where nobody looked at two things in one session.
pub fn plan_sessions(
    data: &Dataset,
    longest_window_days: i64,
    as_of: Seconds,
    monitor: &dyn Monitor,
) -> Result<Option<SessionPlan>, Cancelled> {
    let visits = data.touches.partition_point(|touch| touch.at < as_of);
    let Some(first) = data.touches[..visits].first() else { return Ok(None) };
    let days = window_days(first.at, as_of, longest_window_days);
    let cut = as_of - days * SECONDS_PER_DAY;
    let cases = session_cases(data, cut, as_of, MOST_STEPS);
    let n_cases = cases.len() as u32;
    let fallback = SessionMethod::Together { beta: 0.1, k: 200 };
    let plain = |why: String| SessionPlan {
        method: fallback,
        choice: Choice {
            task: Task::Session,
            chosen: fallback.name().to_owned(),
            why,
            cases: n_cases,
            tried: Vec::new(),
        },
    };
    if cases.len() < FEWEST_STEPS {
        if session_cases(data, Seconds::MIN, as_of, 1).is_empty() {
            return Ok(None);
        }
        let why = format!(
            "Only {n_cases} steps from product to product in the last {days} days; {FEWEST_STEPS} are needed to compare."
        );
        return Ok(Some(plain(why)));
    }
    let sessions = Sessions::new(data, Seconds::MIN, cut);
    if sessions.is_empty() {
        return Ok(Some(plain("There is only one stretch of visits yet.".to_owned())));
    }
    let mut tried = Vec::new();
    let mut best: Option<(SessionMethod, f64)> = None;
    for method in session_stage() {
        monitor.checkpoint()?;
        let lists = session_lists(&method.fit(&sessions), &cases, 10);
        let ndcg = mean_ndcg(&lists, &cases);
        tried.push(Tried { name: method.name().to_owned(), method: None, ndcg });
        if best.is_none_or(|found| ndcg > found.1) {
            best = Some((method, ndcg));
        }
    }
    let Some((method, ndcg)) = best else { return Ok(None) };
    tried.sort_by(|a, b| b.ndcg.total_cmp(&a.ndcg).then(a.name.cmp(&b.name)));
    let why = format!(
        "It foresaw the next product best in the sessions of the last {days} days, unseen: {ndcg:.4} over {n_cases} steps."
    );
    let choice = Choice { task: Task::Session, chosen: method.name().to_owned(), why, cases: n_cases, tried };
    Ok(Some(SessionPlan { method, choice }))
}

/// Mean NDCG@10 of lists beside their cases.
pub fn mean_ndcg(lists: &[Vec<(u32, f32)>], cases: &[SessionCase]) -> f64 {
    let total: f64 = lists
        .iter()
        .zip(cases)
        .map(|(list, case)| {
            let items: Vec<u32> = list.iter().map(|entry| entry.0).collect();
            rank::ndcg(&items, &[case.target], 10)
        })
        .sum();
    total / (cases.len() as f64).max(1.0)
}
