//! Candidates of a customer and what is known about each: the input of the second stage.

use rayon::prelude::*;

use super::dataset::NOBODY;
use super::frequency;
use super::history::History;
use super::method::{Fitted, Method};
use super::rank;

/// How many of each first-stage model's best items become candidates.
pub const PER_MODEL: usize = 60;
/// Places beyond this one are all "far behind".
const LAST_PLACE: usize = 250;
/// Stands for "never happened".
const MISSING: f32 = -1.0;

/// Facts about pair, customer and item that come after the model scores, in order.
const PLAIN: [&str; 27] = [
    "times bought",
    "bought lately, 14 days",
    "bought lately, 60 days",
    "bought lately, 180 days",
    "days since last bought",
    "days since first bought",
    "days between purchases",
    "share of the usual gap that has passed",
    "share of orders with it",
    "was in the last order",
    "orders since last bought",
    "customer's orders",
    "customer's lines",
    "customer's days since last order",
    "customer's lines per order",
    "customer's share of repeats",
    "buyers",
    "orders in 7 days",
    "orders in 28 days",
    "orders in 91 days",
    "recent trend",
    "days since last sold to anybody",
    "days since first sold",
    "share of buyers who bought again",
    "orders in the same weeks last year",
    "price",
    "price against the customer's usual",
];

/// Rows of facts, grouped by customer; facts are sign(x) ln(1 + |x|), in the order of `names`.
#[derive(Clone, Debug, Default)]
pub struct Candidates {
    pub names: Vec<String>,
    pub customers: Vec<u32>,
    /// Rows of customer n are `start[n]..start[n + 1]`.
    pub start: Vec<usize>,
    pub items: Vec<u32>,
    pub values: Vec<f32>,
}

impl Candidates {
    pub fn width(&self) -> usize {
        self.names.len()
    }

    pub fn row(&self, row: usize) -> &[f32] {
        &self.values[row * self.width()..(row + 1) * self.width()]
    }

    /// Drops the customers that are not in `some`; both ascend.
    pub fn keep(&mut self, some: &[u32]) {
        let width = self.width();
        let mut kept = Self { names: std::mem::take(&mut self.names), start: vec![0], ..Self::default() };
        for (group, &customer) in self.customers.iter().enumerate() {
            if some.binary_search(&customer).is_ok() {
                let rows = self.start[group]..self.start[group + 1];
                kept.customers.push(customer);
                kept.items.extend_from_slice(&self.items[rows.clone()]);
                kept.values.extend_from_slice(&self.values[rows.start * width..rows.end * width]);
                kept.start.push(kept.items.len());
            }
        }
        *self = kept;
    }

    /// 1 for rows that are targets of their customer; `targets` beside `customers`, ascending.
    pub fn labels(&self, targets: &[&[u32]]) -> Vec<bool> {
        let mut labels = Vec::with_capacity(self.items.len());
        for (group, targets) in targets.iter().enumerate() {
            let rows = self.start[group]..self.start[group + 1];
            labels.extend(self.items[rows].iter().map(|item| targets.binary_search(item).is_ok()));
        }
        labels
    }
}

/// What is known about the items of a history, whoever asks.
#[derive(Clone, Debug)]
pub struct ItemFacts {
    columns: Vec<[f32; 10]>,
    squashed: Vec<[f32; 10]>,
    price: Vec<f32>,
}

impl ItemFacts {
    pub fn new(history: &History<'_>) -> Self {
        let n = history.n_items();
        let windows = [7.0, 28.0, 91.0].map(|days| frequency::recent_orders(history, days));
        let mut first = vec![f64::NAN; n];
        let mut last = vec![f64::NAN; n];
        let mut season = vec![0.0_f32; n];
        let mut revenue = vec![0.0_f64; n];
        let mut pieces = vec![0.0_f64; n];
        for basket in &history.baskets {
            let age = history.age_days(basket.at);
            for &item in history.items_of(basket) {
                let slot = item as usize;
                if first[slot].is_nan() {
                    first[slot] = age;
                }
                last[slot] = age;
                if (337.0..=365.0).contains(&age) {
                    season[slot] += 1.0;
                }
            }
            let data = history.data;
            let order = basket.order as usize;
            let lines =
                data.products_of(order).iter().zip(data.quantities_of(order)).zip(data.revenues_of(order));
            for ((&product, &quantity), &paid) in lines {
                if let Some(item) = history.item(product) {
                    revenue[item as usize] += f64::from(paid);
                    pieces[item as usize] += f64::from(quantity);
                }
            }
        }
        let mut again = vec![0_u32; n];
        for customer in 0..history.n_customers() as u32 {
            let mut items: Vec<u32> = history.past(customer).iter().map(|past| past.item).collect();
            items.sort_unstable();
            for run in items.chunk_by(|a, b| a == b).filter(|run| run.len() > 1) {
                again[run[0] as usize] += 1;
            }
        }
        let price: Vec<f32> = (0..n)
            .map(|item| if pieces[item] > 0.0 { (revenue[item] / pieces[item]) as f32 } else { MISSING })
            .collect();
        let columns: Vec<[f32; 10]> = (0..n)
            .map(|item| {
                let [week, month, quarter] = [0, 1, 2].map(|w: usize| windows[w][item]);
                [
                    history.buyers[item] as f32,
                    week,
                    month,
                    quarter,
                    (week + 1.0) / (month / 4.0 + 1.0),
                    last[item] as f32,
                    first[item] as f32,
                    (again[item] as f32 + 1.0) / (history.buyers[item] as f32 + 4.0),
                    season[item],
                    price[item],
                ]
            })
            .collect();
        let squashed = columns.iter().map(|facts| facts.map(squash_known)).collect();
        Self { columns, squashed, price }
    }

    /// Names of [`Self::of`], in order.
    pub fn names() -> &'static [&'static str] {
        &PLAIN[16..26]
    }

    pub fn of(&self, item: u32) -> &[f32; 10] {
        &self.columns[item as usize]
    }

    /// As [`Self::of`], as the second stage sees them.
    pub fn squashed(&self, item: u32) -> &[f32; 10] {
        &self.squashed[item as usize]
    }
}

/// The union of every model's best items for each customer, with all facts. `only_new` masks what was bought before.
pub fn candidates(
    history: &History<'_>,
    models: &[Fitted<'_>],
    item_facts: &ItemFacts,
    customers: &[u32],
    only_new: bool,
) -> Candidates {
    let [table] = masked_candidates(history, models, item_facts, customers, [only_new]);
    table
}

/// As [`candidates`], with everything and with new items only; the models are asked once for both.
pub fn both_candidates(
    history: &History<'_>,
    models: &[Fitted<'_>],
    item_facts: &ItemFacts,
    customers: &[u32],
) -> [Candidates; 2] {
    masked_candidates(history, models, item_facts, customers, [false, true])
}

fn masked_candidates<const N: usize>(
    history: &History<'_>,
    models: &[Fitted<'_>],
    item_facts: &ItemFacts,
    customers: &[u32],
    masks: [bool; N],
) -> [Candidates; N] {
    let names = models
        .iter()
        .flat_map(|model| [score_name(&model.method), place_name(&model.method)])
        .chain(PLAIN.iter().map(|&name| name.to_owned()))
        .collect::<Vec<_>>();
    let parts: Vec<[(Vec<u32>, Vec<f32>); N]> = customers
        .par_iter()
        .map_init(
            || vec![vec![0.0_f32; history.n_items()]; models.len()],
            |scores, &customer| {
                let bought = history.bought(customer);
                let orders: Vec<Vec<u32>> = models
                    .iter()
                    .zip(scores.iter_mut())
                    .map(|(model, scores)| {
                        model.score(customer, scores);
                        // Deep enough that what was bought can be left out afterwards.
                        rank::top(scores, LAST_PLACE + bought.len())
                    })
                    .collect();
                let person = Person::new(history, customer, item_facts);
                masks.map(|only_new| {
                    let masked = if only_new { bought.as_slice() } else { &[] };
                    rows_of(history, item_facts, &person, masked, scores, &orders)
                })
            },
        )
        .collect();
    let mut all = masks.map(|_| Candidates {
        names: names.clone(),
        customers: customers.to_vec(),
        start: vec![0],
        ..Candidates::default()
    });
    for part in parts {
        for (table, (items, values)) in all.iter_mut().zip(part) {
            table.items.extend(items);
            table.values.extend(values);
            table.start.push(table.items.len());
        }
    }
    all
}

/// The fact that holds a model's score.
pub fn score_name(method: &Method) -> String {
    format!("score of {}", method.label())
}

/// The fact that holds a model's place.
pub fn place_name(method: &Method) -> String {
    format!("place by {}", method.label())
}

/// `scores`: one row per model over the catalogue; `orders`: its items from the best down. What is `masked` (ascending)
/// is no candidate and has no place.
fn rows_of(
    history: &History<'_>,
    item_facts: &ItemFacts,
    person: &Person,
    masked: &[u32],
    scores: &[Vec<f32>],
    orders: &[Vec<u32>],
) -> (Vec<u32>, Vec<f32>) {
    let mut chosen: Vec<u32> = Vec::new();
    let n = history.n_items();
    let mut tables: Vec<(&[f32], Vec<u8>, f32)> = Vec::with_capacity(scores.len());
    for (row, order) in scores.iter().zip(orders) {
        let mut place = vec![LAST_PLACE as u8; n];
        let mut most = 0.0;
        let open =
            order.iter().copied().filter(|item| masked.is_empty() || masked.binary_search(item).is_err());
        for (position, item) in open.take(LAST_PLACE).enumerate() {
            place[item as usize] = position as u8;
            let score = row[item as usize];
            if position == 0 {
                most = score;
            }
            if position < PER_MODEL && score > 0.0 {
                chosen.push(item);
            }
        }
        tables.push((row, place, if most > 0.0 { 1.0 / most } else { 0.0 }));
    }
    chosen.sort_unstable();
    chosen.dedup();

    let near: [f32; LAST_PLACE + 1] = std::array::from_fn(|place| (place as f32).ln_1p());
    let width = 2 * tables.len() + PLAIN.len();
    let mut values = Vec::with_capacity(chosen.len() * width);
    for &item in &chosen {
        for (scores, place, scale) in &tables {
            values.push((scores[item as usize] * scale).max(-1.0));
            values.push(near[usize::from(place[item as usize])]);
        }
        let against = if item_facts.price[item as usize] > 0.0 && person.usual_price > 0.0 {
            (item_facts.price[item as usize] / person.usual_price).ln()
        } else {
            0.0
        };
        values.extend(person.pair(history, item).map(squash_known));
        values.extend_from_slice(&person.facts);
        values.extend_from_slice(item_facts.squashed(item));
        values.push(squash_known(against));
    }
    (chosen, values)
}

/// sign(x) ln(1 + |x|): counts and days span orders of magnitude.
pub fn squash(value: f32) -> f32 {
    value.signum() * value.abs().ln_1p()
}

/// [`squash`], but "never happened" stays what it is.
fn squash_known(value: f32) -> f32 {
    if value == MISSING { MISSING } else { squash(value) }
}

/// What is known about a customer, whatever the item.
struct Person {
    /// Own purchases sorted by item, then time.
    past: Vec<super::history::Past>,
    n_orders: u32,
    /// Squashed.
    facts: [f32; 5],
    usual_price: f32,
}

impl Person {
    fn new(history: &History<'_>, customer: u32, item_facts: &ItemFacts) -> Self {
        let mut past = history.past(customer).to_vec();
        let n_orders = past.last().map_or(0, |last| last.order + 1);
        let idle = past.last().map_or(MISSING, |last| history.age_days(last.at) as f32);
        let lines = past.len() as f32;
        past.sort_by_key(|past| (past.item, past.at));
        let distinct = past.chunk_by(|a, b| a.item == b.item).count() as f32;
        let mut prices: Vec<f32> = past
            .iter()
            .map(|past| item_facts.price[past.item as usize])
            .filter(|&price| price > 0.0)
            .collect();
        prices.sort_unstable_by(f32::total_cmp);
        let usual_price = prices.get(prices.len() / 2).copied().unwrap_or(MISSING);
        let facts = [
            n_orders as f32,
            lines,
            idle,
            lines / (n_orders as f32).max(1.0),
            10.0 * (1.0 - distinct / lines.max(1.0)),
        ];
        Self { past, n_orders, facts: facts.map(squash_known), usual_price }
    }

    fn pair(&self, history: &History<'_>, item: u32) -> [f32; 11] {
        let first = self.past.partition_point(|past| past.item < item);
        let end = first + self.past[first..].partition_point(|past| past.item == item);
        let own = &self.past[first..end];
        let (Some(oldest), Some(newest)) = (own.first(), own.last()) else {
            let mut never = [MISSING; 11];
            never[..4].fill(0.0);
            never[8] = 0.0;
            never[9] = 0.0;
            return never;
        };
        let decayed = |half_life: f64| -> f32 {
            own.iter().map(|past| (-history.age_days(past.at) / half_life).exp2()).sum::<f64>() as f32
        };
        let elapsed = history.age_days(newest.at) as f32;
        let count = own.len() as f32;
        let gap = if own.len() > 1 {
            (history.age_days(oldest.at) as f32 - elapsed) / (count - 1.0)
        } else {
            MISSING
        };
        [
            count,
            decayed(14.0),
            decayed(60.0),
            decayed(180.0),
            elapsed,
            history.age_days(oldest.at) as f32,
            gap,
            if gap > 0.0 { elapsed / gap } else { MISSING },
            10.0 * count / self.n_orders as f32,
            if newest.order + 1 == self.n_orders { 1.0 } else { 0.0 },
            (self.n_orders - 1 - newest.order) as f32,
        ]
    }
}

/// Customers with anything in their history, ascending.
pub fn active_customers(history: &History<'_>) -> Vec<u32> {
    (0..history.n_customers() as u32).filter(|&c| c != NOBODY && !history.past(c).is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::dataset::fixture::store;
    use super::super::method::Counting;
    use super::*;

    #[test]
    fn asking_once_for_both_gives_what_asking_twice_gives() {
        let data = store(&[
            ("1", "a", 1, &["x", "y"]),
            ("2", "b", 2, &["x", "z"]),
            ("3", "a", 86_400 * 9, &["x"]),
            ("4", "c", 86_400 * 11, &["z", "y", "w"]),
        ]);
        let history = History::new(&data, 86_400 * 12, 1);
        let methods = [
            Method::PersonalDecay { half_life_days: 30.0 },
            Method::Walk { beta: 0.1, k: 10, counting: Counting::Count, by_target: false },
        ];
        let models: Vec<Fitted<'_>> = methods.iter().filter_map(|method| method.fit(&history, 1)).collect();
        let facts = ItemFacts::new(&history);
        let customers = active_customers(&history);
        let both = both_candidates(&history, &models, &facts, &customers);
        for (table, only_new) in both.iter().zip([false, true]) {
            let alone = candidates(&history, &models, &facts, &customers, only_new);
            assert_eq!((&table.items, &table.values), (&alone.items, &alone.values));
            assert_eq!(table.values.len(), table.items.len() * table.width());
        }
        let bought = history.bought(0);
        assert!(both[1].items[..both[1].start[1]].iter().all(|item| !bought.contains(item)));
    }
}
