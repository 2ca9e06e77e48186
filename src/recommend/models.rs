//! What training hands over: lists and signals as integers, each with the evidence behind its sentence.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::cooccur::Pair;
use super::method::Method;
use super::window::Task;
use crate::shop::time::Seconds;

/// Everything learned from a store at one instant. Products and customers are indices into `products` and `customers`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Models {
    pub as_of: Seconds,
    pub seed: u64,
    pub products: Vec<String>,
    pub customers: Vec<String>,
    /// What was chosen per task, what it was measured against, and why.
    pub choices: Vec<Choice>,
    /// Names that [`Reason::Fact`] points into.
    pub facts: Vec<String>,
    /// One list per customer, best first; empty for customers without a purchase.
    pub for_you: Vec<Vec<Candidate>>,
    /// One list per customer of things never bought before.
    pub discover: Vec<Vec<Candidate>>,
    /// Per strategy one list per product, best first.
    pub neighbours: BTreeMap<Strategy, Vec<Vec<Neighbour>>>,
    /// Said to the merchant: what was too thin and what was done instead.
    pub notes: Vec<Note>,
}

/// How two products are neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    BoughtTogether,
    Similar,
    AlsoViewed,
    ViewedThenBought,
    /// Bought in a later order.
    Next,
}

/// A product to show beside another.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Neighbour {
    pub product: u32,
    /// 0…10 000.
    pub strength: u16,
    pub evidence: Evidence,
}

/// Counts of orders, sessions or customers behind a pair; all 0 where only attributes speak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    pub both: u32,
    pub n_a: u32,
    pub n_b: u32,
    /// All orders, sessions or customers counted.
    pub n: u32,
    pub lift: f32,
    pub llr: f32,
    /// Share of all that hold both.
    pub support: f32,
}

impl From<Pair> for Evidence {
    fn from(pair: Pair) -> Self {
        Self {
            both: pair.both,
            n_a: pair.n_a,
            n_b: pair.n_b,
            n: pair.n,
            lift: pair.lift() as f32,
            llr: pair.llr() as f32,
            support: if pair.n > 0 { pair.both as f32 / pair.n as f32 } else { 0.0 },
        }
    }
}

/// A product for a customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    #[serde(rename = "p")]
    pub product: u32,
    /// 0…10 000, the customer's best is highest.
    #[serde(rename = "r")]
    pub relevance: u16,
    /// The model's own score; for the second stage the log-odds of a purchase.
    #[serde(rename = "s")]
    pub score: f32,
    #[serde(rename = "b", default, skip_serializing_if = "std::ops::Not::not")]
    pub bought_before: bool,
    /// The own purchase that speaks most for it, then the largest parts of the score.
    #[serde(rename = "w", default, skip_serializing_if = "Vec::is_empty")]
    pub why: Vec<Reason>,
}

/// A part of a score.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reason {
    /// Index into [`Models::facts`], and what the fact adds to the log-odds.
    #[serde(rename = "f")]
    Fact(u16, f32),
    /// A product the customer bought, and how strongly orders tie the two, 0…10 000.
    #[serde(rename = "b")]
    BecauseBought(u32, u16),
}

/// One method's result on the validation window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tried {
    pub name: String,
    pub method: Option<Method>,
    pub ndcg: f64,
}

/// Which method answers a task, and what it was measured against.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    pub task: Task,
    pub chosen: String,
    /// One sentence.
    pub why: String,
    /// Customers or orders of the validation window.
    pub cases: u32,
    pub tried: Vec<Tried>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    pub code: String,
    pub sentence: String,
}
