//! Where a customer stands between the first visit and the last order.

use serde::{Deserialize, Serialize};

use crate::features::CustomerFeatures;

use super::inputs::quantile;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Known, but has not ordered.
    NoOrder,
    /// First order less than 60 days ago.
    New,
    /// Ordered within the usual time.
    Active,
    /// Later than usual: 1 to 2 usual gaps.
    Due,
    /// More than 2 usual gaps, and not yet a year.
    Slipping,
    /// No order for a year, or for 4 usual gaps where that is longer.
    Gone,
}

impl Stage {
    pub fn name(self) -> &'static str {
        match self {
            Self::NoOrder => "No order yet",
            Self::New => "New",
            Self::Active => "Active",
            Self::Due => "Due for an order",
            Self::Slipping => "Slipping away",
            Self::Gone => "Gone",
        }
    }
}

/// A customer with two or more gaps is measured by their own; others by the store's median gap.
const OWN_GAPS: f64 = 3.0;

/// Stages by customer.
pub fn stages(features: &CustomerFeatures) -> Vec<Stage> {
    let column = |name: &str| features.values(name).unwrap_or_else(|| vec![f64::NAN; features.n_customers()]);
    let (orders, recency, tenure, gap) =
        (column("n_orders"), column("recency_days"), column("tenure_days"), column("gap_median_days"));
    let mut known: Vec<f64> = gap.iter().copied().filter(|gap| gap.is_finite()).collect();
    known.sort_unstable_by(f64::total_cmp);
    let usual = if known.is_empty() { 90.0 } else { quantile(&known, 0.5) };
    (0..orders.len())
        .map(|row| {
            if orders[row].is_nan() || orders[row] <= 0.0 {
                return Stage::NoOrder;
            }
            let own = if orders[row] >= OWN_GAPS { gap[row] } else { usual };
            // Two orders in one week do not make a weekly customer.
            let own = own.max(7.0);
            if tenure[row] < 60.0 {
                Stage::New
            } else if recency[row] > (4.0 * own).max(365.0) {
                Stage::Gone
            } else if recency[row] > 2.0 * own {
                Stage::Slipping
            } else if recency[row] > own {
                Stage::Due
            } else {
                Stage::Active
            }
        })
        .collect()
}
