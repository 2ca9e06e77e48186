//! One row of features per customer, as of a date.

use polars::prelude::{Column, DataFrame};

use crate::shop::Seconds;

use super::catalogue::{self, FeatureInfo, LEAN_PRIOR_LINES, LEAN_PRIOR_ORDERS, SHORTEST_YEAR_BASE_DAYS};
use super::history::{Activity, History, LineFact, OrderFact, days};
use super::{Error, StoreFrames};

/// Features of every customer: row = customer index of [`StoreFrames`], columns = [`catalogue::catalogue`], all `f64`,
/// empty cells null. What each column means is in its [`FeatureInfo`].
#[derive(Clone, Debug)]
pub struct CustomerFeatures {
    frame: DataFrame,
    as_of: Seconds,
    categories: Vec<String>,
    ids: Vec<String>,
}

/// The features of everybody, from nothing dated at or after `as_of`.
pub fn customer_features(frames: &StoreFrames, as_of: Seconds) -> Result<CustomerFeatures, Error> {
    features_of(&History::before(frames, as_of)?)
}

/// The same from a history that is already read.
pub fn features_of(history: &History) -> Result<CustomerFeatures, Error> {
    let infos = catalogue::catalogue(&history.categories);
    let mut columns: Vec<Vec<Option<f64>>> = vec![Vec::with_capacity(history.n_customers); infos.len()];
    let average = Average::of(history);
    for customer in 0..history.n_customers {
        for (column, value) in columns.iter_mut().zip(row(history, &average, customer)) {
            column.push(value.filter(|value| value.is_finite()));
        }
    }
    let columns = infos
        .iter()
        .zip(columns)
        .map(|(info, values)| Column::new(info.name.as_str().into(), values))
        .collect();
    Ok(CustomerFeatures {
        frame: DataFrame::new(history.n_customers, columns)?,
        as_of: history.as_of,
        categories: history.categories.clone(),
        ids: history.ids.clone(),
    })
}

impl CustomerFeatures {
    pub fn as_of(&self) -> Seconds {
        self.as_of
    }

    pub fn n_customers(&self) -> usize {
        self.frame.height()
    }

    pub fn frame(&self) -> &DataFrame {
        &self.frame
    }

    /// The store's categories, ascending.
    pub fn categories(&self) -> &[String] {
        &self.categories
    }

    /// The store's own customer ids, by row.
    pub fn ids(&self) -> &[String] {
        &self.ids
    }

    /// Name, unit and meaning of every column, in table order.
    pub fn catalogue(&self) -> Vec<FeatureInfo> {
        catalogue::catalogue(&self.categories)
    }

    /// One column by customer, `NaN` where it is empty; `None` when there is no such feature.
    pub fn values(&self, name: &str) -> Option<Vec<f64>> {
        let column = self.frame.column(name).ok()?.f64().ok()?;
        Some(column.iter().map(|value| value.unwrap_or(f64::NAN)).collect())
    }
}

/// What the average customer leans to, for mixing into the leanings of people with few orders.
struct Average {
    discount: f64,
    gift: Option<f64>,
    holiday: f64,
    /// By category: share of the lines that have one.
    categories: Vec<f64>,
}

impl Average {
    fn of(history: &History) -> Self {
        let share = |part: usize, whole: usize| {
            if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
        };
        let addressed = history.orders.iter().filter(|order| order.ships_elsewhere.is_some()).count();
        let gifts = history.orders.iter().filter(|order| order.ships_elsewhere == Some(true)).count();
        let mut lines = vec![0; history.categories.len()];
        for line in &history.lines {
            if let Some(category) = history.category_of(line) {
                lines[category as usize] += 1;
            }
        }
        let in_categories = lines.iter().sum();
        Self {
            discount: share(history.lines.iter().filter(|line| line.discounted).count(), history.lines.len()),
            gift: (addressed > 0).then(|| share(gifts, addressed)),
            holiday: share(
                history.orders.iter().filter(|order| order.month >= 11).count(),
                history.orders.len(),
            ),
            categories: lines.iter().map(|count| share(*count, in_categories)).collect(),
        }
    }
}

/// A share with `prior` observations of the average mixed in.
fn lean(part: usize, whole: usize, average: f64, prior: f64) -> f64 {
    (part as f64 + prior * average) / (whole as f64 + prior)
}

/// The cells of one customer, in catalogue order.
fn row(history: &History, average: &Average, customer: usize) -> Vec<Option<f64>> {
    let orders = history.orders_of(customer);
    let lines = history.lines_of(customer);
    let as_of = history.as_of;
    let ordered = (!orders.is_empty()).then_some(());
    let n = orders.len() as f64;
    let mean = |sum: f64| ordered.map(|()| sum / n);
    let share =
        |holds: &dyn Fn(&OrderFact) -> bool| mean(orders.iter().filter(|order| holds(order)).count() as f64);
    let months = |wanted: &'static [u8]| share(&|order| wanted.contains(&order.month));

    let spent: i64 = orders.iter().map(|order| order.revenue).sum();
    let recency = orders.last().map(|order| days(as_of - order.at));
    let tenure = orders.first().map(|order| days(as_of - order.at));
    let gaps = gaps(orders);
    let gap_median = median(&gaps);
    let with_lines: Vec<&OrderFact> = orders.iter().filter(|order| order.n_lines > 0).collect();
    let per_order = |sum: f64| (!with_lines.is_empty()).then(|| sum / with_lines.len() as f64);
    let recent = |span_days: i64| orders.iter().filter(move |order| as_of - order.at <= span_days * 86_400);
    let refunded: i64 = orders.iter().map(|order| order.refunded).sum();
    let addressed: Vec<bool> = orders.iter().filter_map(|order| order.ships_elsewhere).collect();
    let ranks: Vec<f64> =
        lines.iter().filter_map(|line| history.products[line.product? as usize].price_rank).collect();
    let by_category = spent_by_category(history, lines);
    let in_categories: i64 = by_category.iter().sum();
    let category_share = |amount: i64| (in_categories > 0).then(|| amount as f64 / in_categories as f64);
    let activity = history.activity.as_ref().map(|all| all[customer]);
    let seen = |count: &dyn Fn(Activity) -> u32| activity.map(|activity| f64::from(count(activity)));

    let mut cells = vec![
        Some(n),
        Some(spent as f64),
        recency,
        tenure,
        (!gaps.is_empty()).then(|| gaps.iter().sum::<f64>() / gaps.len() as f64),
        gap_median,
        recency.zip(gap_median).map(|(recency, gap)| recency / gap.max(1.0)),
        tenure.map(|tenure| n * 365.0 / tenure.max(SHORTEST_YEAR_BASE_DAYS)),
        Some(recent(90).count() as f64),
        Some(recent(365).map(|order| order.revenue).sum::<i64>() as f64),
        mean(spent as f64),
        orders.iter().map(|order| order.revenue).max().map(|largest| largest as f64),
        per_order(with_lines.iter().map(|order| order.units).sum::<i64>() as f64),
        per_order(with_lines.iter().map(|order| f64::from(order.n_lines)).sum()),
        Some(distinct(lines.iter().filter_map(|line| line.product)) as f64),
        Some(by_category.iter().filter(|amount| **amount > 0).count() as f64),
        category_share(by_category.iter().copied().max().unwrap_or(0)),
        (!lines.is_empty())
            .then(|| lines.iter().filter(|line| line.discounted).count() as f64 / lines.len() as f64),
        (spent + refunded > 0).then(|| refunded as f64 / (spent + refunded) as f64),
        (!addressed.is_empty()).then(|| {
            addressed.iter().filter(|elsewhere| **elsewhere).count() as f64 / addressed.len() as f64
        }),
        (!ranks.is_empty()).then(|| ranks.iter().sum::<f64>() / ranks.len() as f64),
        months(&[3, 4, 5]),
        months(&[6, 7, 8]),
        months(&[9, 10, 11]),
        months(&[12, 1, 2]),
        months(&[11, 12]),
        share(&|order| order.weekday >= 5),
        share(&|order| order.hour >= 18),
        usual_hour(orders),
        ordered.map(|()| {
            let discounted = lines.iter().filter(|line| line.discounted).count();
            lean(discounted, lines.len(), average.discount, LEAN_PRIOR_LINES)
        }),
        average.gift.zip(ordered).map(|(gift, ())| {
            let gifts = addressed.iter().filter(|elsewhere| **elsewhere).count();
            lean(gifts, addressed.len(), gift, LEAN_PRIOR_ORDERS)
        }),
        ordered.map(|()| {
            let holiday = orders.iter().filter(|order| order.month >= 11).count();
            lean(holiday, orders.len(), average.holiday, LEAN_PRIOR_ORDERS)
        }),
        seen(&|activity| activity.views),
        seen(&|activity| activity.views_30d),
        activity.and_then(|activity| mean(f64::from(activity.views))),
        seen(&|activity| activity.searches),
        seen(&|activity| activity.carts),
        activity.and_then(|activity| activity.last_at).map(|last| days(as_of - last)),
    ];
    cells.extend(by_category.iter().map(|amount| category_share(*amount)));
    let mut per_category = vec![0; history.categories.len()];
    for category in lines.iter().filter_map(|line| history.category_of(line)) {
        per_category[category as usize] += 1;
    }
    let named: usize = per_category.iter().sum();
    cells.extend(
        per_category
            .iter()
            .zip(&average.categories)
            .map(|(count, average)| ordered.map(|()| lean(*count, named, *average, LEAN_PRIOR_LINES))),
    );
    cells
}

/// Days between consecutive orders, oldest first.
pub fn gaps(orders: &[OrderFact]) -> Vec<f64> {
    orders.windows(2).map(|pair| days(pair[1].at - pair[0].at)).collect()
}

/// The middle value, or the mean of the two middle ones.
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        len if len % 2 == 1 => Some(sorted[middle]),
        _ => Some(f64::midpoint(sorted[middle - 1], sorted[middle])),
    }
}

/// Net spending per category index; refunds never make it negative.
fn spent_by_category(history: &History, lines: &[LineFact]) -> Vec<i64> {
    let mut spent = vec![0; history.categories.len()];
    for line in lines {
        if let Some(category) = history.category_of(line) {
            spent[category as usize] += line.revenue.max(0);
        }
    }
    spent
}

fn distinct(items: impl Iterator<Item = u32>) -> usize {
    let mut items: Vec<u32> = items.collect();
    items.sort_unstable();
    items.dedup();
    items.len()
}

/// The most frequent hour; of equals the latest used.
fn usual_hour(orders: &[OrderFact]) -> Option<f64> {
    let mut counts = [0_u32; 24];
    for order in orders {
        counts[order.hour as usize] += 1;
    }
    let most = counts.iter().copied().max().filter(|most| *most > 0)?;
    orders.iter().rev().find(|order| counts[order.hour as usize] == most).map(|order| f64::from(order.hour))
}
