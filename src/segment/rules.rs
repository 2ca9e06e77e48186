//! Groups a merchant writes: conditions over features, joined by and/or, counted while they are typed.

use serde::{Deserialize, Serialize};

use crate::features::CustomerFeatures;
use crate::features::catalogue::{observe, steps_of};

/// A group by rule. Rule groups come before computed ones, in list order: each customer is in the first that fits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RuleGroup {
    pub id: String,
    pub name: String,
    pub when: Condition,
}

/// True or false for a customer. An empty `all` is true, an empty `any` false.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    All(Vec<Self>),
    Any(Vec<Self>),
    Is(Comparison),
}

/// One feature against one value. A customer whose feature is empty never fits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// Column of the feature catalogue.
    pub feature: String,
    pub op: Op,
    pub value: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    AtLeast,
    AtMost,
    MoreThan,
    LessThan,
    Equals,
}

impl Op {
    /// Both in steps.
    pub fn holds(self, fact: i64, threshold: i64) -> bool {
        match self {
            Self::AtLeast => fact >= threshold,
            Self::AtMost => fact <= threshold,
            Self::MoreThan => fact > threshold,
            Self::LessThan => fact < threshold,
            Self::Equals => fact == threshold,
        }
    }

    /// The whole step a fact is compared with: between two steps, the one that keeps the sentence true.
    pub fn threshold(self, value: f64, steps: i64) -> i64 {
        const ROUNDING: f64 = 1e-9;
        let at = value * steps as f64;
        let whole = match self {
            Self::AtLeast | Self::LessThan => (at - ROUNDING).ceil(),
            Self::AtMost | Self::MoreThan => (at + ROUNDING).floor(),
            Self::Equals => at.round(),
        };
        whole as i64
    }

    pub fn words(self) -> &'static str {
        match self {
            Self::AtLeast => "at least",
            Self::AtMost => "at most",
            Self::MoreThan => "more than",
            Self::LessThan => "less than",
            Self::Equals => "exactly",
        }
    }
}

impl Condition {
    pub fn is(feature: &str, op: Op, value: f64) -> Self {
        Self::Is(Comparison { feature: feature.to_owned(), op, value })
    }

    /// By customer: fits or not. A feature that the store does not have fits nobody.
    pub fn members(&self, features: &CustomerFeatures) -> Vec<bool> {
        let n = features.n_customers();
        match self {
            Self::All(parts) => parts.iter().fold(vec![true; n], |all, part| {
                all.iter().zip(part.members(features)).map(|(one, two)| *one && two).collect()
            }),
            Self::Any(parts) => parts.iter().fold(vec![false; n], |any, part| {
                any.iter().zip(part.members(features)).map(|(one, two)| *one || two).collect()
            }),
            Self::Is(comparison) => features.values(&comparison.feature).map_or_else(
                || vec![false; n],
                |values| {
                    let steps = steps_of(&comparison.feature);
                    let threshold = comparison.op.threshold(comparison.value, steps);
                    let fits = |fact: i64| comparison.op.holds(fact, threshold);
                    values.iter().map(|value| observe(*value, steps).is_some_and(fits)).collect()
                },
            ),
        }
    }

    /// How many customers fit: the live count of the editor.
    pub fn count(&self, features: &CustomerFeatures) -> usize {
        self.members(features).iter().filter(|fits| **fits).count()
    }

    /// Features the condition speaks of, in order, without repeats.
    pub fn features(&self) -> Vec<&str> {
        let mut found = Vec::new();
        self.collect(&mut found);
        found
    }

    fn collect<'a>(&'a self, found: &mut Vec<&'a str>) {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                for part in parts {
                    part.collect(found);
                }
            }
            Self::Is(comparison) if !found.contains(&comparison.feature.as_str()) => {
                found.push(&comparison.feature);
            }
            Self::Is(_) => {}
        }
    }
}

/// By customer: the index of the first rule group that fits.
pub fn first_fitting(groups: &[RuleGroup], features: &CustomerFeatures) -> Vec<Option<u16>> {
    let mut chosen = vec![None; features.n_customers()];
    for (index, group) in groups.iter().enumerate() {
        for (slot, fits) in chosen.iter_mut().zip(group.when.members(features)) {
            if fits && slot.is_none() {
                *slot = Some(index as u16);
            }
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As a bundle decides it.
    fn fits(op: Op, fact: f64, value: f64, steps: i64) -> bool {
        observe(fact, steps).is_some_and(|fact| op.holds(fact, op.threshold(value, steps)))
    }

    #[test]
    fn a_value_between_two_steps_keeps_the_sentence_true() {
        for (op, value, expected) in [
            (Op::AtLeast, 10.5, [false, true]),
            (Op::MoreThan, 10.5, [false, true]),
            (Op::AtMost, 10.5, [true, false]),
            (Op::LessThan, 10.5, [true, false]),
            (Op::Equals, 10.0, [true, false]),
        ] {
            assert_eq!([10.0, 11.0].map(|fact| fits(op, fact, value, 1)), expected, "{op:?} {value}");
        }
        assert!(!fits(Op::AtMost, f64::NAN, 5.0, 1), "an empty fact never fits");
        assert!(fits(Op::AtLeast, 0.35, 0.35, 1_000) && fits(Op::AtMost, 0.35, 0.35, 1_000));
    }

    #[test]
    fn facts_are_rounded_to_steps_before_they_are_compared() {
        // 10.6 days are observed as 11 everywhere a bundle is applied.
        assert!(fits(Op::AtLeast, 10.6, 11.0, 1));
        assert!(!fits(Op::AtLeast, 10.4, 11.0, 1));
    }
}
