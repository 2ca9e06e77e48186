//! Item neighbours from who bought what: weighted cosine, TF-IDF, BM25, and the `RP3beta` random walk.

use super::sparse::Sparse;

/// Items × items: row i holds the neighbours of item i and their weights.
#[derive(Clone, Debug, Default)]
pub struct Neighbours {
    pub similar: Sparse,
}

impl Neighbours {
    /// Σ over the row of value × similarity.
    pub fn score(&self, items: &[u32], values: &[f32], out: &mut [f32]) {
        out.fill(0.0);
        for (&item, &value) in items.iter().zip(values) {
            self.similar.add_row(item as usize, value, out);
        }
    }
}

/// How entries are weighted before items are compared, as in `implicit` 0.7: documents are items, terms are customers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Weighting {
    Cosine,
    /// √count × idf, rows normalised.
    TfIdf,
    /// count (K1 + 1) / (K1 (1 − B + B len/avg) + count) × idf, not normalised.
    Bm25 {
        k1: f32,
        b: f32,
    },
}

/// `matrix`: customers × items. Each item keeps its `k` most similar, itself included.
pub fn item_knn(matrix: &Sparse, weighting: Weighting, k: usize) -> Neighbours {
    let items = matrix.transpose();
    let n_items = items.rows() as f32;
    let idf: Vec<f32> =
        (0..matrix.rows()).map(|row| n_items.ln() - (matrix.row(row).0.len() as f32).ln_1p()).collect();
    let lengths = items.row_sums();
    let average = lengths.iter().sum::<f32>() / n_items.max(1.0);
    let weigh = |item: usize, customer: usize, count: f32| match weighting {
        Weighting::Cosine => count,
        Weighting::TfIdf => count.sqrt() * idf[customer],
        Weighting::Bm25 { k1, b } => {
            let norm = (1.0 - b) + b * lengths[item] / average;
            count * (k1 + 1.0) / (k1 * norm + count) * idf[customer]
        }
    };
    let mut by_item = items.map(|item, customer, count| weigh(item, customer as usize, count));
    let mut by_customer = matrix.clone().map(|customer, item, count| weigh(item as usize, customer, count));
    if !matches!(weighting, Weighting::Bm25 { .. }) {
        let norms: Vec<f32> = (0..by_item.rows())
            .map(|item| by_item.row(item).1.iter().map(|v| v * v).sum::<f32>().sqrt().max(f32::MIN_POSITIVE))
            .collect();
        by_item = by_item.map(|item, _, value| value / norms[item]);
        by_customer = by_customer.map(|_, item, value| value / norms[item as usize]);
    }
    Neighbours { similar: by_item.top_product(&by_customer, k, |_, _, value| Some(value)) }
}

/// `RP3beta` (Paudel et al. 2016, doi 10.1145/2955101): a walk item → row → item, the target divided by its degree^beta.
/// `rows`: customers or orders × items. Pruned to `k` per source item, itself included: a walk may come home.
pub fn random_walk(rows: &Sparse, beta: f32, k: usize) -> Neighbours {
    let row_sums = rows.row_sums();
    let forward = rows.clone().map(|row, _, value| value / row_sums[row]);
    let items = rows.transpose();
    let degree: Vec<f32> = items.row_sums();
    let back = items.map(|item, _, value| value / degree[item]);
    let penalty: Vec<f32> = degree.iter().map(|degree| degree.max(f32::MIN_POSITIVE).powf(beta)).collect();
    let similar = back.top_product(&forward, k, |_, target, value| Some(value / penalty[target as usize]));
    Neighbours { similar }
}

/// The walk on orders: Σ over shared orders of 1 / lines^`size_power`, over the orders with the source, over the orders
/// with the target to the power of `beta`. `rows`: orders × items, every entry 1; no item is its own neighbour.
pub fn order_walk(rows: &Sparse, size_power: f32, beta: f32, k: usize) -> Neighbours {
    let sized = rows.clone().map(|row, _, _| (rows.row(row).0.len() as f32).powf(-size_power));
    let items = rows.transpose();
    let count: Vec<f32> = (0..items.rows()).map(|item| items.row(item).0.len() as f32).collect();
    let penalty: Vec<f32> = count.iter().map(|count| count.powf(beta)).collect();
    let similar = items.top_product(&sized, k, |source, target, value| {
        (source as u32 != target).then(|| value / count[source] / penalty[target as usize])
    });
    Neighbours { similar }
}

/// As [`random_walk`], pruned to the `k` strongest sources of each target, as `irspack` does: an item that everybody
/// buys is reached from few, not from all.
pub fn random_walk_to(rows: &Sparse, beta: f32, k: usize) -> Neighbours {
    let row_sums = rows.row_sums();
    let items = rows.transpose();
    let degree: Vec<f32> = items.row_sums();
    let forward = items.clone().map(|_, row, value| value / row_sums[row as usize]);
    let back = rows.clone().map(|_, item, value| value / degree[item as usize]);
    let penalty: Vec<f32> = degree.iter().map(|degree| degree.max(f32::MIN_POSITIVE).powf(beta)).collect();
    let sources = forward.top_product(&back, k, |target, _, value| Some(value / penalty[target]));
    Neighbours { similar: sources.transpose() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cosine_of_items_bought_by_the_same_people_is_one() {
        let matrix =
            Sparse::from_rows(3, [vec![(0, 1.0), (1, 1.0)], vec![(0, 1.0), (1, 1.0)], vec![(2, 1.0)]]);
        let neighbours = item_knn(&matrix, Weighting::Cosine, 5);
        let (items, values) = neighbours.similar.row(0);
        assert_eq!(items, &[0, 1]);
        assert!((values[1] - 1.0).abs() < 1e-6);
        assert_eq!(neighbours.similar.row(2).0, &[2]);
    }

    #[test]
    fn the_walk_goes_through_shared_rows_only() {
        let matrix = Sparse::from_rows(3, [vec![(0, 1.0), (1, 1.0)], vec![(2, 1.0)]]);
        let walk = random_walk(&matrix, 0.0, 5);
        assert_eq!(walk.similar.row(0), (&[0_u32, 1][..], &[0.5_f32, 0.5][..]));
        assert_eq!(walk.similar.row(2).0, &[2]);
        assert_eq!(random_walk_to(&matrix, 0.0, 5).similar, walk.similar);
    }

    #[test]
    fn small_orders_say_more_than_large_ones() {
        let rows =
            Sparse::from_rows(5, [vec![(0, 1.0), (1, 1.0)], vec![(0, 1.0), (2, 1.0), (3, 1.0), (4, 1.0)]]);
        let walk = order_walk(&rows, 0.5, 0.0, 10);
        // By hand: 1/√2 over two orders with item 0, and 1/√4 over two.
        let (items, values) = walk.similar.row(0);
        assert_eq!(items, &[1, 2, 3, 4]);
        assert!((values[0] - 0.5 / 2.0_f32.sqrt()).abs() < 1e-6 && (values[1] - 0.25).abs() < 1e-6);
    }

    #[test]
    fn pruning_by_target_keeps_a_best_seller_from_everybodys_list() {
        // Item 0 is in every row; item 3 only beside it.
        let rows = [vec![(0, 1.0), (1, 1.0)], vec![(0, 1.0), (2, 1.0)], vec![(0, 1.0), (3, 1.0)]];
        let matrix = Sparse::from_rows(4, rows);
        let into = |walk: &Neighbours| (0..4).filter(|&a| walk.similar.row(a).0.contains(&0)).count();
        assert_eq!(into(&random_walk(&matrix, 0.0, 2)), 4);
        assert_eq!(into(&random_walk_to(&matrix, 0.0, 2)), 2);
    }
}
