//! Groups a merchant writes: conditions over features, joined by and/or, counted while they are typed.

use serde::{Deserialize, Serialize};

use crate::features::CustomerFeatures;

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
    #[expect(clippy::float_cmp, reason = "the merchant asked for exactly this number")]
    pub fn holds(self, fact: f64, value: f64) -> bool {
        match self {
            Self::AtLeast => fact >= value,
            Self::AtMost => fact <= value,
            Self::MoreThan => fact > value,
            Self::LessThan => fact < value,
            Self::Equals => fact == value,
        }
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
                |values| values.iter().map(|fact| comparison.op.holds(*fact, comparison.value)).collect(),
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
