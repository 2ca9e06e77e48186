//! Recency, frequency and money in fifths, and the named grid every merchant knows.

use serde::{Deserialize, Serialize};

use crate::features::CustomerFeatures;

use super::inputs::quantile;

/// 1 (lowest fifth) … 5 (highest fifth) of the buyers. Recency 5 is the most recent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RfmScore {
    pub recency: u8,
    pub frequency: u8,
    pub money: u8,
}

/// A cell of the recency × frequency grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RfmCell {
    Champions,
    Loyal,
    PotentialLoyal,
    New,
    Promising,
    NeedAttention,
    AboutToSleep,
    AtRisk,
    CannotLose,
    Hibernating,
}

impl RfmCell {
    pub const ALL: [Self; 10] = [
        Self::Champions,
        Self::Loyal,
        Self::PotentialLoyal,
        Self::New,
        Self::Promising,
        Self::NeedAttention,
        Self::AboutToSleep,
        Self::AtRisk,
        Self::CannotLose,
        Self::Hibernating,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Champions => "Champions",
            Self::Loyal => "Loyal",
            Self::PotentialLoyal => "Could become loyal",
            Self::New => "New",
            Self::Promising => "Promising",
            Self::NeedAttention => "Need attention",
            Self::AboutToSleep => "About to go quiet",
            Self::AtRisk => "At risk",
            Self::CannotLose => "Must not lose",
            Self::Hibernating => "Quiet",
        }
    }
}

impl RfmScore {
    /// The usual grid over recency and frequency.
    pub fn cell(self) -> RfmCell {
        match (self.recency, self.frequency) {
            (5, 4..) => RfmCell::Champions,
            (5, 1) => RfmCell::New,
            (3..=4, 4..) => RfmCell::Loyal,
            (4..=5, 2..=3) => RfmCell::PotentialLoyal,
            (4, _) => RfmCell::Promising,
            (3, 3) => RfmCell::NeedAttention,
            (3, _) => RfmCell::AboutToSleep,
            (..=2, 5) => RfmCell::CannotLose,
            (..=2, 3..=4) => RfmCell::AtRisk,
            _ => RfmCell::Hibernating,
        }
    }
}

/// Scores by customer; `None` without an order. Equal values always get equal scores, so a fifth may be larger or
/// missing where many customers are alike.
pub fn scores(features: &CustomerFeatures) -> Vec<Option<RfmScore>> {
    let column = |name: &str| features.values(name).unwrap_or_else(|| vec![f64::NAN; features.n_customers()]);
    let (recency, frequency, money) = (column("recency_days"), column("n_orders"), column("monetary"));
    let buyers: Vec<usize> = (0..frequency.len()).filter(|row| frequency[*row] > 0.0).collect();
    let cuts = |values: &[f64]| -> [f64; 4] {
        let mut known: Vec<f64> = buyers.iter().map(|row| values[*row]).collect();
        known.sort_unstable_by(f64::total_cmp);
        std::array::from_fn(|fifth| quantile(&known, (fifth + 1) as f64 / 5.0))
    };
    let (recent, often, rich) = (cuts(&recency), cuts(&frequency), cuts(&money));
    let fifth = |cuts: &[f64; 4], value: f64| 1 + cuts.iter().filter(|cut| value > **cut).count() as u8;
    (0..frequency.len())
        .map(|row| {
            (frequency[row] > 0.0).then(|| RfmScore {
                recency: 6 - fifth(&recent, recency[row]),
                frequency: fifth(&often, frequency[row]),
                money: fifth(&rich, money[row]),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_score_has_a_cell_and_every_cell_a_score() {
        let mut seen = Vec::new();
        for recency in 1..=5 {
            for frequency in 1..=5 {
                seen.push(RfmScore { recency, frequency, money: 3 }.cell());
            }
        }
        assert!(RfmCell::ALL.iter().all(|cell| seen.contains(cell)));
    }
}
