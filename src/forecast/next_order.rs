//! When the next order comes, if it comes.

use crate::features::customer::median;
use crate::shop::time::Day;

use super::days::{BuyingDay, gaps};

/// Half a usual gap from today, never a past day: a customer who is late is not later for that. The gap is the
/// customer's own median from three buying days on. `None` with fewer.
pub fn next_order(days: &[BuyingDay], today: Day) -> Option<(Day, f64)> {
    if days.len() < 3 {
        return None;
    }
    let gap = median(&gaps(days))?;
    Some((today + (gap / 2.0).round() as Day, gap))
}
