//! How the store is doing, in four numbers, and what its shoppers look for.

use super::RepairKind;
use crate::shop::Minor;

/// The last `days` days beside the `days` before.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pulse {
    pub days: u32,
    pub revenue: Then<Minor>,
    pub orders: Then<u64>,
    /// 0…1: customers with an order in the period who had ordered before.
    pub repeat_rate: Then<f64>,
    /// 0…1: units sold over units sold and left; `None` without tracked stock.
    pub sell_through: Option<Then<f64>>,
}

/// A number now and one equal period earlier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Then<T> {
    pub now: T,
    pub before: T,
}

/// One search shoppers made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchTermRow {
    pub query: String,
    pub searches: u64,
    pub clicks: Option<u64>,
    /// Results the shop showed, where the data says.
    pub found: Option<u64>,
    /// What would help, where it finds nothing.
    pub repair: Option<RepairKind>,
}
