//! The store as columns: what the workspace hands to features, forecasts and models.

use polars::prelude::DataFrame;

use crate::shop::{Currency, TimeZoneName};

/// The store's history as polars frames with dense `u32` keys. Column contracts, all times UTC epoch seconds (`i64`),
/// all money minor units (`i64`):
///
/// - `products`: `product u32` (row index), `id str`, `handle str?`, `title str`, `vendor str?`, `product_type str?`,
///   `category str?` (path joined by ` > `), `tags str` (joined by U+001F), `collections str` (joined by U+001F),
///   `description str?`, `price i64?`, `compare_at i64?`, `cost i64?`, `stock i64?` (sum of tracked variants, null when
///   untracked), `attributes str` (`name=value` joined by U+001F), `sellable bool`, `published bool`, `created_at i64?`,
///   `restocked_at i64?` (the import that found it back from sold out), `image str?`, `url str?`, `variants u32`,
///   `goods bool` (false for gift cards, services and shipping; those never enter models).
/// - `customers`: `customer u32` (row index), `id str`, `created_at i64?`, `accepts_email bool?`, `accepts_sms bool?`,
///   `is_guest bool`.
/// - `orders`: `order u32`, `id str`, `customer u32?`, `at i64`, `total i64` (paid, after refunds), `discount i64`,
///   `refunded i64`, `ships_elsewhere bool?`, `channel str?`, `has_code bool`. Only orders that count as purchases.
/// - `lines`: `order u32`, `customer u32?`, `product u32?` (null: not in the catalog), `at i64`, `quantity i64` (after
///   refunds, > 0), `unit_price i64`, `list_price i64?`, `discount i64`, `revenue i64` (net), `cost i64?`,
///   `goods bool`. Sorted by (`at`, `order`, position).
/// - `events`: `at i64`, `visitor u32?`, `customer u32?`, `session u32?`, `kind u32` (as `EventKind`), `product u32?`,
///   `query str?`, `results i64?`, `source str?`, `device str?`. Sorted by `at`.
#[derive(Clone, Debug)]
pub struct StoreFrames {
    pub products: DataFrame,
    pub customers: DataFrame,
    pub orders: DataFrame,
    pub lines: DataFrame,
    pub events: DataFrame,
    pub currency: Currency,
    pub time_zone: TimeZoneName,
    /// SHA-256 over what the frames were read from; runs made from other data are stale.
    pub digest: String,
}

/// Source id to dense index and back. Indices follow ascending id order, so they do not depend on import order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dictionary {
    ids: Vec<String>,
}

impl Dictionary {
    /// Sorts and removes duplicates.
    pub fn from_ids(mut ids: Vec<String>) -> Self {
        ids.sort_unstable();
        ids.dedup();
        Self { ids }
    }

    pub fn len(&self) -> usize {
        self.ids.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    pub fn id(&self, index: u32) -> &str {
        &self.ids[index as usize]
    }

    pub fn index(&self, id: &str) -> Option<u32> {
        self.ids.binary_search_by(|probe| probe.as_str().cmp(id)).ok().map(|index| index as u32)
    }

    pub fn ids(&self) -> &[String] {
        &self.ids
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dictionary_is_the_same_whatever_the_order_of_arrival() {
        let one = Dictionary::from_ids(vec!["b".to_owned(), "a".to_owned(), "b".to_owned()]);
        let two = Dictionary::from_ids(vec!["a".to_owned(), "b".to_owned()]);
        assert_eq!(one, two);
        assert_eq!(one.index("b"), Some(1));
        assert_eq!(one.index("c"), None);
        assert_eq!(one.id(0), "a");
    }
}
