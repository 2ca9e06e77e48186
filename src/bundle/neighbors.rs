//! Item-to-item lists by strategy.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Longest neighbour list that is kept.
pub const MAX_NEIGHBORS: usize = 40;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Neighbors {
    /// Per strategy one list per catalog product, strongest first, ties by index.
    pub lists: BTreeMap<Strategy, Vec<Vec<Neighbor>>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    BoughtTogether,
    Similar,
    AlsoViewed,
    ViewedThenBought,
    CompleteTheSet,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Neighbor {
    /// Catalog index.
    pub product: u32,
    /// 0…10 000.
    pub strength: u16,
    #[serde(default)]
    pub evidence: PairEvidence,
}

/// What the sentence says. All zero for attribute similarity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairEvidence {
    /// Orders (or visits) that hold both.
    pub both: u32,
    /// Orders (or visits) that hold the source product.
    pub with_source: u32,
    /// How many times more than chance, in permille.
    pub lift_permille: u32,
}

impl Neighbors {
    pub fn of(&self, strategy: Strategy, product: u32) -> &[Neighbor] {
        self.lists.get(&strategy).and_then(|lists| lists.get(product as usize)).map_or(&[], Vec::as_slice)
    }
}
