//! TIFU-KNN (Hu et al., SIGIR 2020, arXiv 2006.00556), after the authors' code: the decay inside a group runs over the
//! whole history.

use rayon::prelude::*;

use super::history::History;
use super::sparse::Sparse;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    pub neighbours: usize,
    pub basket_decay: f64,
    pub group_decay: f64,
    /// Share of the own vector.
    pub own: f32,
    pub groups: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { neighbours: 300, basket_decay: 1.0, group_decay: 0.6, own: 0.7, groups: 3 }
    }
}

#[derive(Clone, Debug)]
pub struct Tifu {
    vectors: Sparse,
    by_item: Sparse,
    norms: Vec<f32>,
    active: Vec<bool>,
    settings: Settings,
}

impl Tifu {
    pub fn fit(history: &History<'_>, settings: Settings) -> Self {
        let rows = (0..history.n_customers() as u32)
            .into_par_iter()
            .map(|customer| vector(history, customer, settings))
            .collect::<Vec<_>>();
        let vectors = Sparse::from_rows(history.n_items(), rows);
        let norms = (0..vectors.rows())
            .map(|row| vectors.row(row).1.iter().map(|v| v * v).sum())
            .collect::<Vec<f32>>();
        let active = (0..vectors.rows()).map(|row| !vectors.row(row).0.is_empty()).collect();
        Self { by_item: vectors.transpose(), vectors, norms, active, settings }
    }

    /// own × vector + (1 − own) × mean of the nearest by Euclidean distance, the customer excluded.
    pub fn score(&self, customer: u32, out: &mut [f32]) {
        out.fill(0.0);
        let me = customer as usize;
        let mut dots = vec![0.0_f32; self.vectors.rows()];
        let (items, values) = self.vectors.row(me);
        for (&item, &value) in items.iter().zip(values) {
            self.by_item.add_row(item as usize, value, &mut dots);
        }
        let mut distances: Vec<(u32, f32)> = (0..self.vectors.rows())
            .filter(|&other| other != me && self.active[other])
            .map(|other| (other as u32, self.norms[other] - 2.0 * dots[other]))
            .collect();
        let k = self.settings.neighbours.min(distances.len());
        if k > 0 {
            if distances.len() > k {
                distances.select_nth_unstable_by(k - 1, |a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
                distances.truncate(k);
            }
            distances.sort_unstable_by_key(|entry| entry.0);
            let share = (1.0 - self.settings.own) / k as f32;
            for (other, _) in distances {
                self.vectors.add_row(other as usize, share, out);
            }
        }
        self.vectors.add_row(me, self.settings.own, out);
    }
}

/// Σ over groups of `group_decay^(m−1−g)` × mean over the group of `basket_decay^(n−1−j)` × basket j, over m.
fn vector(history: &History<'_>, customer: u32, settings: Settings) -> Vec<(u32, f32)> {
    let past = history.past(customer);
    let Some(last) = past.last() else {
        return Vec::new();
    };
    let n = last.order as usize + 1;
    let m = settings.groups.max(1);
    let real_groups = m.min(n);
    // The first groups hold floor(n/m) baskets, the last (n mod m) one more.
    let (base, extra) = if n < m { (1, 0) } else { (n / m, n % m) };
    let small = (real_groups - extra) * base;
    let group_of = |basket: usize| {
        if basket < small {
            (basket / base, base)
        } else {
            (real_groups - extra + (basket - small) / (base + 1), base + 1)
        }
    };
    past.iter()
        .map(|past| {
            let basket = past.order as usize;
            let (group, size) = group_of(basket);
            let weight = settings.basket_decay.powi((n - 1 - basket) as i32) / size as f64
                * settings.group_decay.powi((m - 1 - group) as i32)
                / real_groups as f64;
            (past.item, weight as f32)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::dataset::fixture::store;
    use super::*;

    #[test]
    fn groups_are_means_and_older_groups_count_less() {
        let data = store(&[("1", "a", 1, &["x"]), ("2", "a", 2, &["y"]), ("3", "a", 3, &["x", "z"])]);
        let history = History::new(&data, 10, 1);
        let settings = Settings { groups: 2, basket_decay: 0.5, group_decay: 0.5, ..Settings::default() };
        let mut got = vector(&history, 0, settings);
        got.sort_by_key(|entry| entry.0);
        // group 0: basket 1 (0.25); group 1: baskets 2 and 3 (0.5, 1) over 2; weights 0.5 and 1; all over 2.
        let expected = [(0, 0.0625), (0, 0.25), (1, 0.125), (2, 0.25)];
        for (a, b) in got.iter().zip(expected) {
            assert_eq!(a.0, b.0);
            assert!((a.1 - b.1).abs() < 1e-6, "{got:?}");
        }
    }
}
