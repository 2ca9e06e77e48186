//! UP-CF (Faggioli, Polato & Aiolli, UMAP 2020, doi 10.1145/3340631.3394850): what people alike take again and again.

use rayon::prelude::*;

use super::history::History;
use super::sparse::Sparse;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// So many of a customer's last orders are looked at.
    pub orders: u32,
    /// Power of the similarity: higher listens to the nearest alone.
    pub locality: i32,
    /// Share of the similarity's norm that is the customer's own.
    pub asymmetry: f32,
}

/// Similarities below this, after the power, change no place.
const FAINT: f32 = 1e-4;

#[derive(Clone, Debug)]
pub struct UpCf {
    /// Customers × items: the share of the last orders that hold the item.
    shares: Sparse,
    by_item: Sparse,
    norms: Vec<f32>,
    settings: Settings,
}

impl UpCf {
    pub fn fit(history: &History<'_>, settings: Settings) -> Self {
        let rows: Vec<Vec<(u32, f32)>> = (0..history.n_customers() as u32)
            .into_par_iter()
            .map(|customer| {
                let past = history.past(customer);
                let Some(last) = past.last() else { return Vec::new() };
                let n = (last.order + 1).min(settings.orders.max(1));
                past.iter()
                    .filter(|own| own.order + n > last.order)
                    .map(|own| (own.item, 1.0 / n as f32))
                    .collect()
            })
            .collect();
        let shares = Sparse::from_rows(history.n_items(), rows);
        let norms = (0..shares.rows()).map(|row| shares.row(row).1.iter().map(|v| v * v).sum()).collect();
        Self { by_item: shares.transpose(), shares, norms, settings }
    }

    /// Σ over customers of similarity^locality × share, the customer's own with similarity 1.
    pub fn score(&self, customer: u32, out: &mut [f32]) {
        out.fill(0.0);
        let me = customer as usize;
        let mut dots = vec![0.0_f32; self.shares.rows()];
        let (items, values) = self.shares.row(me);
        for (&item, &value) in items.iter().zip(values) {
            self.by_item.add_row(item as usize, value, &mut dots);
        }
        let own = self.norms[me].powf(self.settings.asymmetry);
        for (other, &dot) in dots.iter().enumerate().filter(|entry| *entry.1 > 0.0) {
            let norm = own * self.norms[other].powf(1.0 - self.settings.asymmetry);
            let weight = (dot / norm).powi(self.settings.locality);
            if weight > FAINT {
                self.shares.add_row(other, weight, out);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::dataset::fixture::store;
    use super::*;

    #[test]
    fn own_shares_come_first_and_people_alike_add_theirs() {
        let data = store(&[
            ("1", "a", 1, &["x"]),
            ("2", "a", 2, &["x", "y"]),
            ("3", "b", 3, &["x", "z"]),
            ("4", "c", 4, &["w"]),
        ]);
        let history = History::new(&data, 10, 1);
        let settings = Settings { orders: 2, locality: 1, asymmetry: 0.5 };
        let mut scores = vec![0.0; 4];
        UpCf::fit(&history, settings).score(0, &mut scores);
        // a = (x 1, y 1/2), b = (x 1, z 1): cosine 1 / √(5/4 × 2). Items are w, x, y, z.
        let alike = 1.0 / (1.25_f32 * 2.0).sqrt();
        for (got, expected) in scores.iter().zip([0.0, 1.0 + alike, 0.5, alike]) {
            assert!((got - expected).abs() < 1e-6, "{scores:?}");
        }
    }
}
