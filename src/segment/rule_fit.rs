//! A computed group said as one to three conditions, with how well they match.

use serde::{Deserialize, Serialize};

use crate::features::CustomerFeatures;
use crate::features::catalogue::{CATEGORY_LEAN, Kind, observe};

use super::rules::{Comparison, Condition, Op};
use super::run::SegmentRun;

const MOST_CONDITIONS: usize = 3;

/// A further condition has to raise the score by this much, or the shorter rule is better.
const WORTH_A_CONDITION: f64 = 0.01;

/// Thresholds tried per feature and direction.
const THRESHOLDS: usize = 20;

/// Customers looked at while searching; the figures at the end are counted on all.
const SEARCH_ROWS: usize = 20_000;

/// A rule that stands for a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FittedRule {
    pub when: Condition,
    /// Share of the group that the rule matches: `matches 88% of this group`.
    pub matches: f64,
    /// Share of those whom the rule matches who are in the group.
    pub precision: f64,
    /// Share of all customers on whom rule and group agree.
    pub agreement: f64,
}

/// Looks for conditions whose matches are most like the group, by F1, adding one condition at a time. `None` for an
/// empty group, or when no feature tells it from others.
pub fn fit_rule(run: &SegmentRun, group: usize, features: &CustomerFeatures) -> Option<FittedRule> {
    let step = run.buyers.len().div_ceil(SEARCH_ROWS).max(1);
    let rows: Vec<u32> = run.buyers.iter().copied().step_by(step).collect();
    let inside: Vec<bool> = rows.iter().map(|row| run.assignment[*row as usize] as usize == group).collect();
    if !inside.contains(&true) {
        return None;
    }
    // Beside each value the fact as a bundle observes it: thousands of thresholds are tried on them.
    let columns: Vec<(String, Kind, Vec<f64>, Vec<Option<i64>>)> = features
        .catalogue()
        .into_iter()
        // Leanings mix in the store's average, which nobody can read off a customer.
        .filter(|info| !info.name.starts_with(CATEGORY_LEAN) && !info.name.ends_with("_lean"))
        .filter_map(|info| {
            let all = features.values(&info.name)?;
            let values: Vec<f64> = rows.iter().map(|row| all[*row as usize]).collect();
            let facts = values.iter().map(|value| observe(*value, info.kind.steps())).collect();
            Some((info.name, info.kind, values, facts))
        })
        .collect();
    let mut chosen: Vec<Comparison> = Vec::new();
    let mut matching = vec![true; rows.len()];
    let mut score = f1(&matching, &inside);
    while chosen.len() < MOST_CONDITIONS {
        let mut best: Option<(f64, Comparison)> = None;
        for (name, kind, values, facts) in &columns {
            for (op, value) in candidates(*kind, values, &matching, &inside) {
                let threshold = op.threshold(value, kind.steps());
                let next: Vec<bool> = facts
                    .iter()
                    .zip(&matching)
                    .map(|(fact, matches)| *matches && fact.is_some_and(|fact| op.holds(fact, threshold)))
                    .collect();
                let reached = f1(&next, &inside);
                if best.as_ref().is_none_or(|best| reached > best.0) {
                    let feature = name.clone();
                    best = Some((reached, Comparison { feature, op, value }));
                }
            }
        }
        let Some((reached, comparison)) = best.filter(|best| best.0 > score + WORTH_A_CONDITION) else {
            break;
        };
        let (_, kind, _, facts) = columns.iter().find(|(name, ..)| *name == comparison.feature)?;
        let threshold = comparison.op.threshold(comparison.value, kind.steps());
        for (matches, fact) in matching.iter_mut().zip(facts) {
            *matches = *matches && fact.is_some_and(|fact| comparison.op.holds(fact, threshold));
        }
        score = reached;
        chosen.push(comparison);
    }
    if chosen.is_empty() {
        return None;
    }
    let when = Condition::All(chosen.into_iter().map(Condition::Is).collect());
    let members = when.members(features);
    let (mut both, mut ruled, mut grouped, mut same) = (0.0, 0.0, 0.0, 0.0);
    for buyer in &run.buyers {
        let (by_rule, by_group) =
            (members[*buyer as usize], run.assignment[*buyer as usize] as usize == group);
        both += f64::from(u8::from(by_rule && by_group));
        ruled += f64::from(u8::from(by_rule));
        grouped += f64::from(u8::from(by_group));
        same += f64::from(u8::from(by_rule == by_group));
    }
    let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
    Some(FittedRule {
        when,
        matches: share(both, grouped),
        precision: share(both, ruled),
        agreement: share(same, run.buyers.len() as f64),
    })
}

/// Thresholds at quantiles of those inside, rounded to what a person would write.
fn candidates(kind: Kind, values: &[f64], matching: &[bool], inside: &[bool]) -> Vec<(Op, f64)> {
    let mut known: Vec<f64> = values
        .iter()
        .zip(matching.iter().zip(inside))
        .filter(|(value, (matches, inside))| value.is_finite() && **matches && **inside)
        .map(|(value, _)| *value)
        .collect();
    known.sort_unstable_by(f64::total_cmp);
    if known.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<(Op, f64)> = Vec::new();
    for step in 0..THRESHOLDS {
        let value = known[step * (known.len() - 1) / (THRESHOLDS - 1)];
        for op in [Op::AtLeast, Op::AtMost] {
            let candidate = (op, readable(kind, value, op));
            if found.last() != Some(&candidate) && !found.contains(&candidate) {
                found.push(candidate);
            }
        }
    }
    found
}

/// Whole numbers for counts, days and hours; two digits for the rest; towards letting the value itself in.
fn readable(kind: Kind, value: f64, op: Op) -> f64 {
    let unit = match kind {
        Kind::Count | Kind::Days | Kind::Hour => 1.0,
        Kind::Share => 0.05,
        Kind::Ratio => 0.1,
        Kind::Money => 10_f64.powf((value.abs().max(100.0)).log10().floor() - 1.0).max(100.0),
    };
    let steps = match op {
        Op::AtMost | Op::LessThan => (value / unit - 1e-9).ceil(),
        _ => (value / unit + 1e-9).floor(),
    };
    // A step of 0.05 has no exact double; two decimals do for every share and ratio.
    (steps * unit * 100.0).round() / 100.0
}

/// Harmonic mean of precision and recall.
fn f1(matching: &[bool], inside: &[bool]) -> f64 {
    let (mut both, mut ruled, mut grouped) = (0_u32, 0_u32, 0_u32);
    for (matches, inside) in matching.iter().zip(inside) {
        both += u32::from(*matches && *inside);
        ruled += u32::from(*matches);
        grouped += u32::from(*inside);
    }
    if both == 0 { 0.0 } else { 2.0 * f64::from(both) / f64::from(ruled + grouped) }
}
