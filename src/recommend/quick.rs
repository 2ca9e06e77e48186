//! Lists for very many customers: what goes with their own orders, without a number per product.

use rayon::prelude::*;

use super::history::History;
use super::item_knn::random_walk;
use super::models::Candidate;
use super::sparse::{Sparse, keep_top};
use crate::shop::{Cancelled, Monitor};

/// Neighbours per product; a walk may come home, so that things bought before keep their place.
const NEIGHBOURS: usize = 50;
const HALF_LIFE_DAYS: f64 = 120.0;

/// For each of `customers`: the best of everything, and the best they never bought, by the `RP3beta` walk from their
/// own purchases of late (half-life 120 days). Work and memory follow the purchases, not customers × products.
pub fn quick_lists(
    history: &History<'_>,
    customers: &[u32],
    length: usize,
    monitor: &dyn Monitor,
) -> Result<Vec<[Vec<Candidate>; 2]>, Cancelled> {
    let rows = history.customer_matrix(|age| (-age / HALF_LIFE_DAYS).exp2());
    let walk = random_walk(&history.customer_matrix(|_| 1.0), 0.1, NEIGHBOURS);
    let mut lists = Vec::with_capacity(customers.len());
    for some in customers.chunks(65_536) {
        monitor.checkpoint()?;
        lists.par_extend(some.par_chunks(256).flat_map_iter(|few| {
            let mut sums = Sums::new(history.n_items());
            let answered: Vec<_> = few
                .iter()
                .map(|&customer| lists_of(history, &rows, &walk.similar, customer, length, &mut sums))
                .collect();
            answered
        }));
    }
    Ok(lists)
}

/// Sums over few of many slots.
struct Sums {
    value: Vec<f32>,
    touched: Vec<u32>,
}

impl Sums {
    fn new(n: usize) -> Self {
        Self { value: vec![0.0; n], touched: Vec::new() }
    }

    fn add(&mut self, slot: u32, value: f32) {
        let sum = &mut self.value[slot as usize];
        if *sum == 0.0 {
            self.touched.push(slot);
        }
        *sum += value;
    }

    /// All that is above 0, and nothing is left.
    fn take(&mut self) -> Vec<(u32, f32)> {
        let Self { value, touched } = self;
        touched.drain(..).map(|slot| (slot, std::mem::take(&mut value[slot as usize]))).collect()
    }
}

fn lists_of(
    history: &History<'_>,
    rows: &Sparse,
    walk: &Sparse,
    customer: u32,
    length: usize,
    sums: &mut Sums,
) -> [Vec<Candidate>; 2] {
    let (items, weights) = rows.row(customer as usize);
    for (&item, &weight) in items.iter().zip(weights) {
        let (others, values) = walk.row(item as usize);
        for (&other, &value) in others.iter().zip(values) {
            if history.data.facts[history.products[other as usize] as usize].recommendable {
                sums.add(other, weight * value);
            }
        }
    }
    let mut found = sums.take();
    let mut new: Vec<(u32, f32)> =
        found.iter().copied().filter(|entry| items.binary_search(&entry.0).is_err()).collect();
    [&mut found, &mut new].map(|scored| {
        keep_top(scored, length);
        scored.sort_unstable_by(|a, b| super::rank::before(*a, *b));
        let best = scored.first().map_or(1.0, |entry| entry.1);
        scored
            .iter()
            .map(|&(item, score)| Candidate {
                product: history.products[item as usize],
                relevance: ((score / best).sqrt() * 10_000.0).round() as u16,
                score,
                bought_before: items.binary_search(&item).is_ok(),
                why: Vec::new(),
            })
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::super::dataset::fixture::store;
    use super::*;
    use crate::shop::Silent;

    #[test]
    fn own_things_come_home_and_new_things_are_new() {
        let data = store(&[
            ("1", "a", 1, &["pen", "ink"]),
            ("2", "b", 2, &["pen", "ink", "paper"]),
            ("3", "c", 3, &["lamp"]),
        ]);
        let history = History::new(&data, 86_400, 1);
        let found = quick_lists(&history, &[0, 2], 5, &Silent).unwrap();
        let name = |candidate: &Candidate| data.products.id(candidate.product).to_owned();
        let [all, new] = &found[0];
        assert!(all.iter().map(name).any(|n| n == "pen") && all[0].relevance == 10_000);
        assert_eq!(new.iter().map(name).collect::<Vec<_>>(), ["paper"]);
        assert!(found[1][1].is_empty());
    }
}
