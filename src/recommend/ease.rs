//! EASE (Steck, WWW 2019, arXiv 1905.03375): the closed-form item-to-item regression with a zero diagonal.

use ndarray::Array2;
use rayon::prelude::*;

use super::dense::invert_positive_definite;
use super::sparse::Sparse;

/// Above this many rows of the matrix to invert, training would take minutes and gigabytes.
pub const LARGEST_SIDE: usize = 6_000;
/// The same where rows are carts that nobody has seen yet, so that only the primal form is quick.
pub const MOST_ITEMS_FOR_CARTS: usize = 5_000;

/// Fitted weights. The scores of a row x are x B, B = I − P diag(P)⁻¹, P = (X'X + λI)⁻¹.
#[derive(Clone, Debug)]
pub struct Ease {
    form: Form,
}

#[derive(Clone, Debug)]
enum Form {
    /// B, items × items.
    Primal { weights: Array2<f32> },
    /// For fewer rows than items: M = (XX' + λI)⁻¹, xP = (x − (xX')M X)/λ, diag(P)ᵢ = (1 − xᵢ'M xᵢ)/λ.
    Dual {
        rows: Sparse,
        columns: Sparse,
        inverse: Array2<f32>,
        diagonal: Vec<f32>,
        lambda: f32,
        /// Row of the training matrix → row here; empty rows are left out.
        place: Vec<u32>,
    },
}

impl Ease {
    /// `matrix`: rows (customers or orders) × items. `None` when both sides exceed [`LARGEST_SIDE`] or the matrix
    /// cannot be inverted.
    pub fn fit(matrix: &Sparse, lambda: f32) -> Option<Self> {
        let filled: Vec<usize> = (0..matrix.rows()).filter(|&row| !matrix.row(row).0.is_empty()).collect();
        if matrix.cols == 0 || filled.is_empty() || lambda <= 0.0 {
            return None;
        }
        if matrix.cols <= filled.len() || matrix.cols <= 1_500 {
            if matrix.cols > LARGEST_SIDE {
                return None;
            }
            return Self::primal(matrix, lambda);
        }
        if filled.len() > LARGEST_SIDE {
            return None;
        }
        let rows = Sparse::from_rows(
            matrix.cols,
            filled.iter().map(|&row| {
                let (columns, values) = matrix.row(row);
                columns.iter().copied().zip(values.iter().copied()).collect()
            }),
        );
        let mut place = vec![u32::MAX; matrix.rows()];
        for (compact, &row) in filled.iter().enumerate() {
            place[row] = compact as u32;
        }
        Self::dual(rows, place, lambda)
    }

    /// As [`Self::fit`], always in the form that answers rows it was not trained on quickly.
    pub fn fit_for_carts(matrix: &Sparse, lambda: f32) -> Option<Self> {
        let usable =
            matrix.cols > 0 && matrix.entries() > 0 && matrix.cols <= MOST_ITEMS_FOR_CARTS && lambda > 0.0;
        if usable { Self::primal(matrix, lambda) } else { None }
    }

    fn primal(matrix: &Sparse, lambda: f32) -> Option<Self> {
        let mut gram = gram(&matrix.transpose(), matrix);
        for item in 0..matrix.cols {
            gram[[item, item]] += lambda;
        }
        let mut weights = invert_positive_definite(&gram)?;
        drop(gram);
        let shares: Vec<f32> = weights.diag().iter().map(|diagonal| -1.0 / diagonal).collect();
        weights.as_slice_mut()?.par_chunks_mut(matrix.cols).enumerate().for_each(|(row, values)| {
            for (value, share) in values.iter_mut().zip(&shares) {
                *value *= share;
            }
            values[row] = 0.0;
        });
        Some(Self { form: Form::Primal { weights } })
    }

    fn dual(rows: Sparse, place: Vec<u32>, lambda: f32) -> Option<Self> {
        let columns = rows.transpose();
        let mut gram = gram(&rows, &columns);
        for row in 0..rows.rows() {
            gram[[row, row]] += lambda;
        }
        let inverse = invert_positive_definite(&gram)?;
        let diagonal = (0..rows.cols)
            .into_par_iter()
            .map(|item| {
                let (members, values) = columns.row(item);
                let mut quadratic = 0.0_f64;
                for (&a, &x) in members.iter().zip(values) {
                    let line = inverse.row(a as usize);
                    let inner: f64 =
                        members.iter().zip(values).map(|(&b, &y)| f64::from(line[b as usize] * y)).sum();
                    quadratic += f64::from(x) * inner;
                }
                ((1.0 - quadratic) / f64::from(lambda)).max(1e-9) as f32
            })
            .collect();
        Some(Self { form: Form::Dual { rows, columns, inverse, diagonal, lambda, place } })
    }

    /// Writes the scores of row `row` of the training matrix. In the dual form (XX')M = I − λM, so that xP is the row's
    /// line of M times X, without a product over all rows.
    pub fn score_trained(&self, row: usize, items: &[u32], values: &[f32], out: &mut [f32]) {
        let Form::Dual { rows, inverse, diagonal, place, .. } = &self.form else {
            return self.score(items, values, out);
        };
        out.fill(0.0);
        let Some(line) = place.get(row).filter(|&&compact| compact != u32::MAX) else {
            return;
        };
        for (other, &weight) in inverse.row(*line as usize).iter().enumerate() {
            rows.add_row(other, weight, out);
        }
        for (slot, &diagonal) in out.iter_mut().zip(diagonal) {
            *slot = -*slot / diagonal;
        }
        for (&item, &value) in items.iter().zip(values) {
            out[item as usize] += value;
        }
    }

    /// Writes the scores of one row; the row need not have been trained on.
    pub fn score(&self, items: &[u32], values: &[f32], out: &mut [f32]) {
        out.fill(0.0);
        match &self.form {
            Form::Primal { weights } => {
                for (&item, &value) in items.iter().zip(values) {
                    if let Some(line) = weights.row(item as usize).as_slice() {
                        for (slot, weight) in out.iter_mut().zip(line) {
                            *slot += value * weight;
                        }
                    }
                }
            }
            Form::Dual { rows, columns, inverse, diagonal, lambda, .. } => {
                let mut shared = vec![0.0_f32; rows.rows()];
                for (&item, &value) in items.iter().zip(values) {
                    columns.add_row(item as usize, value, &mut shared);
                }
                let mut solved = vec![0.0_f32; rows.rows()];
                for (row, &value) in shared.iter().enumerate().filter(|entry| *entry.1 != 0.0) {
                    for (slot, weight) in solved.iter_mut().zip(inverse.row(row)) {
                        *slot += value * weight;
                    }
                }
                for (row, &value) in solved.iter().enumerate() {
                    rows.add_row(row, -value, out);
                }
                for (&item, &value) in items.iter().zip(values) {
                    out[item as usize] += value;
                }
                // out is now λ xP.
                for (slot, &diagonal) in out.iter_mut().zip(diagonal) {
                    *slot = -*slot / (lambda * diagonal);
                }
                for (&item, &value) in items.iter().zip(values) {
                    out[item as usize] += value;
                }
            }
        }
    }

    /// `B_ij`: what owning `from` adds to the score of `to`. Only the primal form keeps it at hand.
    pub fn weight(&self, from: u32, to: u32) -> Option<f32> {
        match &self.form {
            Form::Primal { weights } => Some(weights[[from as usize, to as usize]]),
            Form::Dual { .. } => None,
        }
    }
}

/// The lower triangle of the symmetric `left × right`, which is all that the inverse reads.
fn gram(left: &Sparse, right: &Sparse) -> Array2<f32> {
    let n = left.rows();
    let mut dense = Array2::<f32>::zeros((n, n));
    let mut lines: Vec<_> = dense.outer_iter_mut().collect();
    lines.par_iter_mut().enumerate().for_each(|(row, line)| {
        let (inner, weights) = left.row(row);
        if let Some(line) = line.as_slice_mut() {
            // Written before it is read: fresh memory that is read first costs a second page fault.
            line.fill(0.0);
            for (&middle, &weight) in inner.iter().zip(weights) {
                right.add_row_until(middle as usize, row as u32, weight, line);
            }
        }
    });
    drop(lines);
    dense
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Sparse {
        Sparse::from_rows(
            6,
            (0..4_u32).map(|row| {
                (0..6_u32)
                    .filter(|column| (row * 5 + column * 3) % 4 < 2)
                    .map(|column| (column, 1.0))
                    .collect()
            }),
        )
    }

    #[test]
    fn the_dual_form_gives_the_scores_of_the_primal_form() {
        let matrix = sample();
        let primal = Ease::primal(&matrix, 2.0).unwrap();
        let dual = Ease::dual(matrix.clone(), (0..4).collect(), 2.0).unwrap();
        for row in 0..matrix.rows() {
            let (items, values) = matrix.row(row);
            let (mut a, mut b, mut c) = (vec![0.0; 6], vec![0.0; 6], vec![0.0; 6]);
            primal.score(items, values, &mut a);
            dual.score(items, values, &mut b);
            dual.score_trained(row, items, values, &mut c);
            for ((x, y), z) in a.iter().zip(&b).zip(&c) {
                assert!((x - y).abs() < 1e-5 && (x - z).abs() < 1e-5, "{a:?} {b:?} {c:?}");
            }
        }
    }

    #[test]
    fn an_empty_store_has_no_weights() {
        assert!(Ease::fit(&Sparse::from_rows(3, [vec![]]), 1.0).is_none());
    }
}
