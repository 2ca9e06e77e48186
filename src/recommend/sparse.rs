//! Compressed sparse rows and the two products of them that neighbour models need.

use rayon::prelude::*;

/// A sparse matrix by rows; column indices ascend within a row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sparse {
    pub cols: usize,
    start: Vec<usize>,
    index: Vec<u32>,
    value: Vec<f32>,
}

impl Sparse {
    /// Sorts each row by column; equal columns are summed in the given order.
    pub fn from_rows(cols: usize, rows: impl IntoIterator<Item = Vec<(u32, f32)>>) -> Self {
        let mut matrix = Self { cols, start: vec![0], ..Self::default() };
        for mut row in rows {
            row.sort_by_key(|entry| entry.0);
            let first = matrix.index.len();
            for (column, value) in row {
                if matrix.index.len() > first && matrix.index.last() == Some(&column) {
                    if let Some(last) = matrix.value.last_mut() {
                        *last += value;
                    }
                } else {
                    matrix.index.push(column);
                    matrix.value.push(value);
                }
            }
            matrix.start.push(matrix.index.len());
        }
        matrix
    }

    /// From parts that already are in order.
    pub fn from_parts(cols: usize, start: Vec<usize>, index: Vec<u32>, value: Vec<f32>) -> Self {
        Self { cols, start, index, value }
    }

    pub fn rows(&self) -> usize {
        self.start.len().saturating_sub(1)
    }

    pub fn entries(&self) -> usize {
        self.index.len()
    }

    pub fn row(&self, row: usize) -> (&[u32], &[f32]) {
        let span = self.start[row]..self.start[row + 1];
        (&self.index[span.clone()], &self.value[span])
    }

    /// Each value by (row, column, value).
    #[must_use]
    pub fn map(mut self, change: impl Fn(usize, u32, f32) -> f32) -> Self {
        for row in 0..self.rows() {
            for position in self.start[row]..self.start[row + 1] {
                self.value[position] = change(row, self.index[position], self.value[position]);
            }
        }
        self
    }

    #[must_use]
    pub fn transpose(&self) -> Self {
        let mut start = vec![0_usize; self.cols + 1];
        for &column in &self.index {
            start[column as usize + 1] += 1;
        }
        for column in 0..self.cols {
            start[column + 1] += start[column];
        }
        let mut next = start.clone();
        let mut index = vec![0_u32; self.index.len()];
        let mut value = vec![0.0_f32; self.index.len()];
        for row in 0..self.rows() {
            let (columns, values) = self.row(row);
            for (&column, &entry) in columns.iter().zip(values) {
                let slot = &mut next[column as usize];
                index[*slot] = row as u32;
                value[*slot] = entry;
                *slot += 1;
            }
        }
        Self { cols: self.rows(), start, index, value }
    }

    pub fn row_sums(&self) -> Vec<f32> {
        (0..self.rows()).map(|row| self.row(row).1.iter().sum()).collect()
    }

    /// `out += weight × row`.
    pub fn add_row(&self, row: usize, weight: f32, out: &mut [f32]) {
        let (columns, values) = self.row(row);
        for (&column, &value) in columns.iter().zip(values) {
            out[column as usize] += weight * value;
        }
    }

    /// As [`Self::add_row`], for the columns up to `last` alone.
    pub fn add_row_until(&self, row: usize, last: u32, weight: f32, out: &mut [f32]) {
        let (columns, values) = self.row(row);
        for (&column, &value) in columns.iter().zip(values).take_while(|entry| *entry.0 <= last) {
            out[column as usize] += weight * value;
        }
    }

    /// For each row of `self`, the `k` largest entries of `self × right` after `score(row, column, value)`;
    /// entries that score `None` or not above 0 are left out. Ties go to the smaller column.
    /// Gustavson's row-wise product with one dense accumulator per thread (ACM TOMS 4, 1978). Every sum runs over the
    /// entries of its row in order, so threads change no bit.
    #[must_use]
    pub fn top_product<F>(&self, right: &Self, k: usize, score: F) -> Self
    where
        F: Fn(usize, u32, f32) -> Option<f32> + Sync,
    {
        const CHUNK: usize = 64;
        /// Rows of `right` that are fetched together: they lie anywhere in memory, and waiting for each alone is most of
        /// the work.
        const AHEAD: usize = 32;
        let ones = right.value.iter().all(|&value| value == 1.0);
        let n_chunks = self.rows().div_ceil(CHUNK);
        let parts: Vec<Vec<Vec<(u32, f32)>>> = (0..n_chunks)
            .into_par_iter()
            .map_init(
                || Accumulator::new(right.cols),
                |sums, chunk| {
                    let rows = chunk * CHUNK..((chunk + 1) * CHUNK).min(self.rows());
                    rows.map(|row| {
                        let (middle, weights) = self.row(row);
                        for (some, weights) in middle.chunks(AHEAD).zip(weights.chunks(AHEAD)) {
                            right.reach_for(some, !ones);
                            for (&inner, &weight) in some.iter().zip(weights) {
                                let (targets, values) = right.row(inner as usize);
                                if ones {
                                    sums.add_equal(targets, weight);
                                } else {
                                    sums.add(targets, values, weight);
                                }
                            }
                        }
                        sums.take_best(k, |column, value| score(row, column, value))
                    })
                    .collect()
                },
            )
            .collect();
        let mut product = Self { cols: right.cols, start: vec![0], ..Self::default() };
        let n: usize = parts.iter().flatten().map(Vec::len).sum();
        product.index.reserve_exact(n);
        product.value.reserve_exact(n);
        for row in parts.into_iter().flatten() {
            for (column, value) in row {
                product.index.push(column);
                product.value.push(value);
            }
            product.start.push(product.index.len());
        }
        product
    }
}

impl Sparse {
    /// Reads both ends of some rows, so that memory brings them side by side instead of one after the other.
    fn reach_for(&self, rows: &[u32], with_values: bool) {
        let mut seen = 0;
        for &row in rows {
            let span = self.start[row as usize]..self.start[row as usize + 1];
            if let (Some(first), Some(last)) = (self.index.get(span.start), self.index[span.clone()].last()) {
                seen ^= first ^ last;
                if with_values {
                    seen ^= self.value[span.start].to_bits() ^ self.value[span.end - 1].to_bits();
                }
            }
        }
        std::hint::black_box(seen);
    }
}

/// One dense row of sums, and a bit for each that was touched: no branch per addition, and columns come out in order.
struct Accumulator {
    sum: Vec<f32>,
    touched: Vec<u64>,
    best: Vec<(u32, f32)>,
}

impl Accumulator {
    fn new(cols: usize) -> Self {
        Self { sum: vec![0.0; cols], touched: vec![0; cols.div_ceil(64)], best: Vec::new() }
    }

    fn add(&mut self, targets: &[u32], values: &[f32], weight: f32) {
        for (&target, &value) in targets.iter().zip(values) {
            self.touched[target as usize / 64] |= 1 << (target % 64);
            self.sum[target as usize] += weight * value;
        }
    }

    fn add_equal(&mut self, targets: &[u32], weight: f32) {
        for &target in targets {
            self.touched[target as usize / 64] |= 1 << (target % 64);
            self.sum[target as usize] += weight;
        }
    }

    /// The `k` best in column order; the accumulator is empty afterwards.
    fn take_best(&mut self, k: usize, score: impl Fn(u32, f32) -> Option<f32>) -> Vec<(u32, f32)> {
        let full = 4 * k.max(16);
        // What can no longer be among the best: a later column loses a tie.
        let mut floor = 0.0_f32;
        for (word, bits) in self.touched.iter_mut().enumerate() {
            let mut left = *bits;
            *bits = 0;
            while left != 0 {
                let column = word as u32 * 64 + left.trailing_zeros();
                left &= left - 1;
                let sum = std::mem::take(&mut self.sum[column as usize]);
                let Some(value) = score(column, sum).filter(|value| *value > floor) else { continue };
                self.best.push((column, value));
                if self.best.len() >= full {
                    keep_top(&mut self.best, k);
                    floor = self.best.iter().map(|entry| entry.1).fold(f32::INFINITY, f32::min).max(0.0);
                    self.best.sort_unstable_by_key(|entry| entry.0);
                }
            }
        }
        keep_top(&mut self.best, k);
        self.best.sort_unstable_by_key(|entry| entry.0);
        let row = self.best.clone();
        self.best.clear();
        row
    }
}

/// Keeps the `k` best by (value descending, index ascending), in no particular order.
pub fn keep_top(entries: &mut Vec<(u32, f32)>, k: usize) {
    if entries.len() > k {
        if k > 0 {
            entries.select_nth_unstable_by(k - 1, |a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        }
        entries.truncate(k);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_with_its_transpose_counts_pairs() {
        let baskets = Sparse::from_rows(
            3,
            [vec![(0, 1.0), (1, 1.0)], vec![(1, 1.0), (0, 1.0), (2, 1.0)], vec![(2, 1.0)]],
        );
        let items = baskets.transpose();
        let pairs =
            items.top_product(&baskets, 10, |row, column, value| (row as u32 != column).then_some(value));
        assert_eq!(pairs.row(0), (&[1_u32, 2][..], &[2.0_f32, 1.0][..]));
        assert_eq!(pairs.row(2), (&[0_u32, 1][..], &[1.0_f32, 1.0][..]));
    }

    #[test]
    fn the_product_is_that_of_plain_loops_whatever_k() {
        use crate::shop::hash::splitmix64;
        let row = |r: u64| {
            let entry = |e: u64| {
                let draw = splitmix64(r * 1_000 + e);
                ((draw % 300) as u32, ((draw >> 20) % 7) as f32 - 1.0)
            };
            (0..splitmix64(r) % 40).map(entry).collect()
        };
        let left = Sparse::from_rows(300, (0..200).map(row));
        let right = left.transpose();
        for k in [0, 1, 3, 200] {
            let got = left.top_product(&right, k, |a, b, value| (a as u32 != b).then_some(value));
            for a in 0..left.rows() {
                let mut sums = vec![0.0_f32; right.cols];
                for (&inner, &weight) in left.row(a).0.iter().zip(left.row(a).1) {
                    right.add_row(inner as usize, weight, &mut sums);
                }
                let mut all: Vec<(u32, f32)> = (0..right.cols as u32)
                    .filter(|&b| a as u32 != b)
                    .map(|b| (b, sums[b as usize]))
                    .filter(|entry| entry.1 > 0.0)
                    .collect();
                all.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
                all.truncate(k);
                all.sort_unstable_by_key(|entry| entry.0);
                let (columns, values): (Vec<u32>, Vec<f32>) = all.into_iter().unzip();
                assert_eq!(got.row(a), (&columns[..], &values[..]), "row {a}, k {k}");
            }
        }
    }

    #[test]
    fn the_best_are_kept_and_ties_go_to_the_smaller_index() {
        let mut entries = vec![(5, 1.0), (2, 1.0), (9, 3.0)];
        keep_top(&mut entries, 2);
        entries.sort_unstable_by_key(|entry| entry.0);
        assert_eq!(entries, vec![(2, 1.0), (9, 3.0)]);
    }
}
