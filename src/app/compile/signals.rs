//! What sales and the catalog say about each product, as the integers that pages are ordered by.

use crate::bundle::{ProductEvidence, Signals};
use crate::features::product::ProductRow;
use crate::shop::{Seconds, time::SECONDS_PER_DAY};

/// Days after which a product is not new any more.
const NEW_FOR_DAYS: i64 = 90;
/// Weeks of stock that count as plenty.
const PLENTY_WEEKS: i64 = 26;
/// A product younger than this without a sale is not unpopular, just unknown.
const TOO_NEW_TO_JUDGE_DAYS: i64 = 30;
const FULL: u64 = 10_000;

/// Popularity, trend, newness, margin and stock of every product of `rows`, in their order. Relevance is left empty.
///
/// - popularity: percentile of orders with a half-life of 90 days; products of the last 30 days without a sale are
///   unknown.
/// - trending: orders of the last 7 days times their velocity against the 28-day average, percentile; fewer than 5
///   orders in 28 days is no trend.
/// - newness: 10 000 on the day a product appears, falling evenly to 0 over 90 days.
/// - margin: percentile of what one sale earns; unknown without a cost.
/// Where nothing was ever sold, visitors count in place of orders.
///
/// - stock: weeks of cover at the pace of the last 8 weeks, full at 26; sold out is 0, untracked is unknown.
pub fn product_signals(rows: &[ProductRow], as_of: Seconds) -> Signals {
    let age_days = |row: &ProductRow| {
        row.created_at.or(row.first_sold_at).map(|since| ((as_of - since) / SECONDS_PER_DAY).max(0))
    };
    let unsold = rows.iter().all(|row| row.orders_ever == 0);
    let wanted = |row: &ProductRow| if unsold { row.decayed_visitors } else { row.decayed_orders };
    let lately = |row: &ProductRow| {
        if unsold {
            (row.visitors_7_days, row.visitors_28_days)
        } else {
            (row.orders_7_days, row.orders_28_days)
        }
    };
    let popularity = percentiles(
        &rows
            .iter()
            .map(|row| {
                let unknown =
                    wanted(row) == 0 && age_days(row).is_some_and(|age| age < TOO_NEW_TO_JUDGE_DAYS);
                (row.goods && !unknown).then_some(wanted(row))
            })
            .collect::<Vec<_>>(),
    );
    let trending = percentiles(
        &rows
            .iter()
            .map(|row| {
                let (week, month) = lately(row);
                let week = u64::from(week);
                // velocity = (last 7 d) / (last 28 d / 4), in thousandths.
                (row.goods && month >= 5)
                    .then(|| week * week * 4_000 / u64::from(month))
                    .filter(|score| *score > 0)
            })
            .collect::<Vec<_>>(),
    );
    let newness = rows
        .iter()
        .map(|row| {
            let created = row.created_at?;
            let age = ((as_of - created) / SECONDS_PER_DAY).clamp(0, NEW_FOR_DAYS);
            Some(((NEW_FOR_DAYS - age) * FULL as i64 / NEW_FOR_DAYS) as u16)
        })
        .collect();
    let earns: Vec<Option<i64>> =
        rows.iter().map(|row| Some(row.price? - row.cost?).filter(|_| row.goods)).collect();
    let margin =
        percentiles(&earns.iter().map(|earned| earned.map(|minor| minor.max(0) as u64)).collect::<Vec<_>>());
    let cover = rows.iter().map(cover_weeks_tenths).collect::<Vec<_>>();
    let stock = rows
        .iter()
        .zip(&cover)
        .map(|(row, cover)| match (row.stock, cover) {
            (None, _) => None,
            (Some(level), _) if level <= 0 => Some(0),
            (Some(_), None) => Some(FULL as u16),
            (Some(_), Some(tenths)) => {
                Some((u64::from(*tenths) * FULL / (PLENTY_WEEKS as u64 * 10)).min(FULL) as u16)
            }
        })
        .collect();
    let ranks = sales_ranks(rows, unsold);
    let evidence = rows
        .iter()
        .enumerate()
        .map(|(product, row)| ProductEvidence {
            sold_30_days: row.orders_30_days,
            sales_rank: ranks[product],
            margin: earns[product],
            margin_percentile: margin[product].map_or(0, |share| (share / 100) as u8),
            cover_weeks_tenths: cover[product],
            cold_start_from: None,
        })
        .collect();
    Signals { popularity, trending, newness, margin, stock, relevance: Vec::new(), evidence }
}

/// Share of known values that are smaller, plus half of those that are equal, scaled to 0…10 000. Zero stays zero.
fn percentiles(values: &[Option<u64>]) -> Vec<Option<u16>> {
    let mut known: Vec<u64> = values.iter().flatten().copied().collect();
    known.sort_unstable();
    values
        .iter()
        .map(|value| {
            let value = (*value)?;
            if value == 0 {
                return Some(0);
            }
            let below = known.partition_point(|other| *other < value) as u64;
            let up_to = known.partition_point(|other| *other <= value) as u64;
            Some(((below + up_to) * FULL / (2 * known.len() as u64)) as u16)
        })
        .collect()
}

/// Tenths of a week the stock lasts at the pace of the last 56 days; `None` without tracking or without sales.
fn cover_weeks_tenths(row: &ProductRow) -> Option<u32> {
    let level = row.stock?.max(0);
    (row.units_56_days > 0).then(|| u32::try_from(level * 80 / row.units_56_days).unwrap_or(u32::MAX))
}

/// 1 for the product in most orders of the last 30 days (that most visitors looked at, where nothing was ever sold);
/// 0 for products without any. Ties go by index.
fn sales_ranks(rows: &[ProductRow], unsold: bool) -> Vec<u32> {
    let count = |product: usize| {
        if unsold { rows[product].visitors_30_days } else { rows[product].orders_30_days }
    };
    let mut order: Vec<usize> = (0..rows.len()).filter(|&product| count(product) > 0).collect();
    order.sort_by_key(|&product| (std::cmp::Reverse(count(product)), product));
    let mut ranks = vec![0; rows.len()];
    for (place, product) in order.into_iter().enumerate() {
        ranks[product] = place as u32 + 1;
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Seconds = 1_800_000_000;

    fn product(id: &str) -> ProductRow {
        ProductRow {
            id: id.to_owned(),
            goods: true,
            published: true,
            sellable: true,
            ..ProductRow::default()
        }
    }

    #[test]
    fn more_orders_never_mean_less_popularity_and_none_means_zero() {
        let rows: Vec<ProductRow> = [0, 500, 500, 9_000]
            .iter()
            .map(|decayed| ProductRow { decayed_orders: *decayed, orders_ever: 1, ..product("p") })
            .collect();
        let signals = product_signals(&rows, NOW);
        assert_eq!(signals.popularity, [Some(0), Some(5_000), Some(5_000), Some(8_750)]);
    }

    #[test]
    fn a_new_product_without_sales_is_unknown_not_unpopular() {
        let young = ProductRow { created_at: Some(NOW - 5 * SECONDS_PER_DAY), ..product("young") };
        let old = ProductRow { created_at: Some(NOW - 400 * SECONDS_PER_DAY), ..product("old") };
        let signals = product_signals(&[young, old], NOW);
        assert_eq!(signals.popularity, [None, Some(0)]);
        assert_eq!(signals.newness, [Some(9_444), Some(0)]);
    }

    #[test]
    fn a_shop_that_sold_nothing_yet_is_told_by_its_visitors() {
        let seen = |decayed: u64, month: u32| ProductRow {
            decayed_visitors: decayed,
            visitors_30_days: month,
            ..product("p")
        };
        let signals = product_signals(&[seen(0, 0), seen(900, 1), seen(7_000, 8)], NOW);
        assert_eq!(signals.popularity, [Some(0), Some(5_000), Some(8_333)]);
        let ranks: Vec<u32> = signals.evidence.iter().map(|evidence| evidence.sales_rank).collect();
        assert_eq!(ranks, [0, 2, 1]);
        assert!(signals.evidence.iter().all(|evidence| evidence.sold_30_days == 0));
    }

    #[test]
    fn stock_cover_is_weeks_at_the_pace_of_the_last_eight() {
        let row = ProductRow { stock: Some(240), units_56_days: 160, ..product("p") };
        let signals = product_signals(&[row, product("untracked")], NOW);
        assert_eq!(signals.evidence[0].cover_weeks_tenths, Some(120));
        assert_eq!(signals.stock, [Some(4_615), None]);
    }

    #[test]
    fn margin_needs_a_cost() {
        let with = ProductRow { price: Some(2_000), cost: Some(500), ..product("with") };
        let without = ProductRow { price: Some(2_000), ..product("without") };
        let signals = product_signals(&[with, without], NOW);
        assert_eq!(signals.evidence[0].margin, Some(1_500));
        assert_eq!(signals.margin[1], None);
    }
}
