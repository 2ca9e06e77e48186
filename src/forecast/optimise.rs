//! Maximum likelihood over positive parameters: L-BFGS in a box of logarithms from several starts, then Newton steps.

/// Logarithms of parameters stay within −8…8: outside, the likelihood of buying data is flat and parameters run away.
pub const BOUND: f64 = 8.0;

const MEMORY: usize = 8;
const MOST_STEPS: usize = 500;

/// Where the likelihood is highest.
#[derive(Clone, Debug, PartialEq)]
pub struct Optimum {
    /// Natural scale.
    pub parameters: Vec<f64>,
    /// By parameter; `NaN` where the curvature does not tell (a parameter at its bound).
    pub standard_errors: Vec<f64>,
    pub log_likelihood: f64,
    /// The gradient is zero, in the directions that the box leaves open.
    pub converged: bool,
    /// Indices of parameters that stand at a bound.
    pub at_bound: Vec<usize>,
}

/// Log-likelihood and its gradient by the *logarithms* of the parameters.
pub type Objective<'a> = dyn Fn(&[f64]) -> (f64, Vec<f64>) + 'a;

/// The highest place that the starts lead to.
pub fn maximise(objective: &Objective, starts: &[Vec<f64>]) -> Optimum {
    let mut best: Option<(f64, Vec<f64>)> = None;
    for start in starts {
        let at = climb(objective, start);
        let value = objective(&at).0;
        if value.is_finite() && best.as_ref().is_none_or(|best| value > best.0) {
            best = Some((value, at));
        }
    }
    let Some((_, at)) = best else {
        let n = starts.first().map_or(0, Vec::len);
        return Optimum {
            parameters: vec![f64::NAN; n],
            standard_errors: vec![f64::NAN; n],
            log_likelihood: f64::NAN,
            converged: false,
            at_bound: Vec::new(),
        };
    };
    let at = polish(objective, at);
    let (value, gradient) = objective(&at);
    let at_bound: Vec<usize> = (0..at.len()).filter(|i| at[*i].abs() >= BOUND - 1e-9).collect();
    let open = |i: &usize| !at_bound.contains(i);
    let free: Vec<usize> = (0..at.len()).filter(open).collect();
    let steepest = free.iter().map(|i| gradient[*i].abs()).fold(0.0, f64::max);
    let parameters: Vec<f64> = at.iter().map(|log| log.exp()).collect();
    let mut standard_errors = vec![f64::NAN; at.len()];
    if let Some(inverse) = invert(&curvature(objective, &at, &free), free.len()) {
        for (place, i) in free.iter().enumerate() {
            let variance = inverse[place * free.len() + place];
            // The delta method: the error of exp(x) is exp(x) times the error of x.
            standard_errors[*i] = if variance > 0.0 { variance.sqrt() * parameters[*i] } else { f64::NAN };
        }
    }
    Optimum {
        converged: steepest < 1e-5 * value.abs().max(1.0),
        parameters,
        standard_errors,
        log_likelihood: value,
        at_bound,
    }
}

/// L-BFGS with projection onto the box and a backtracking line search (Nocedal and Wright, algorithms 7.4 and 3.1).
fn climb(objective: &Objective, start: &[f64]) -> Vec<f64> {
    let mut at: Vec<f64> = start.iter().map(|value| value.clamp(-BOUND, BOUND)).collect();
    let (mut value, mut gradient) = objective(&at);
    let mut steps: Vec<(Vec<f64>, Vec<f64>)> = Vec::new();
    for _ in 0..MOST_STEPS {
        let blocked: Vec<bool> = at
            .iter()
            .zip(&gradient)
            .map(|(x, slope)| *x >= BOUND && *slope > 0.0 || *x <= -BOUND && *slope < 0.0)
            .collect();
        let open: Vec<f64> = gradient
            .iter()
            .zip(&blocked)
            .map(|(slope, blocked)| if *blocked { 0.0 } else { *slope })
            .collect();
        if !value.is_finite() || dot(&open, &open).sqrt() < 1e-9 * value.abs().max(1.0) {
            break;
        }
        let mut direction = ascent(&open, &steps);
        for (step, blocked) in direction.iter_mut().zip(&blocked) {
            if *blocked {
                *step = 0.0;
            }
        }
        if dot(&direction, &open) <= 0.0 {
            direction.clone_from(&open);
            steps.clear();
        }
        let longest = direction.iter().map(|step| step.abs()).fold(0.0, f64::max);
        let mut length = if longest > 1.0 { 1.0 / longest } else { 1.0 };
        let mut found = None;
        for _ in 0..60 {
            let next: Vec<f64> =
                at.iter().zip(&direction).map(|(x, step)| (x + length * step).clamp(-BOUND, BOUND)).collect();
            let (next_value, next_gradient) = objective(&next);
            let gain: f64 =
                next.iter().zip(&at).zip(&open).map(|((next, x), slope)| (next - x) * slope).sum();
            if next_value.is_finite() && next_value >= value + 1e-4 * gain && gain > 0.0 {
                found = Some((next, next_value, next_gradient));
                break;
            }
            length *= 0.5;
        }
        let Some((next, next_value, next_gradient)) = found else {
            break;
        };
        let moved: Vec<f64> = next.iter().zip(&at).map(|(next, x)| next - x).collect();
        let turned: Vec<f64> = gradient.iter().zip(&next_gradient).map(|(old, new)| old - new).collect();
        if dot(&moved, &turned) > 1e-14 {
            steps.push((moved, turned));
            if steps.len() > MEMORY {
                steps.remove(0);
            }
        }
        let gained = next_value - value;
        (at, value, gradient) = (next, next_value, next_gradient);
        if gained.abs() < 1e-14 * value.abs() {
            break;
        }
    }
    at
}

/// The two-loop recursion, for maximising.
fn ascent(gradient: &[f64], steps: &[(Vec<f64>, Vec<f64>)]) -> Vec<f64> {
    let mut q = gradient.to_vec();
    let mut weights = Vec::with_capacity(steps.len());
    for (moved, turned) in steps.iter().rev() {
        let weight = dot(moved, &q) / dot(moved, turned);
        for (value, turned) in q.iter_mut().zip(turned) {
            *value -= weight * turned;
        }
        weights.push(weight);
    }
    if let Some((moved, turned)) = steps.last() {
        let scale = dot(moved, turned) / dot(turned, turned);
        for value in &mut q {
            *value *= scale;
        }
    }
    for ((moved, turned), weight) in steps.iter().zip(weights.iter().rev()) {
        let back = dot(turned, &q) / dot(moved, turned);
        for (value, moved) in q.iter_mut().zip(moved) {
            *value += (weight - back) * moved;
        }
    }
    q
}

/// Newton steps over the parameters that are not at a bound, as long as the likelihood rises.
fn polish(objective: &Objective, start: Vec<f64>) -> Vec<f64> {
    let mut at = start;
    for _ in 0..20 {
        let free: Vec<usize> = (0..at.len()).filter(|i| at[*i].abs() < BOUND - 1e-9).collect();
        let (value, gradient) = objective(&at);
        let Some(inverse) = invert(&curvature(objective, &at, &free), free.len()) else {
            break;
        };
        let mut next = at.clone();
        let mut largest: f64 = 0.0;
        for (row, i) in free.iter().enumerate() {
            let step: f64 = free
                .iter()
                .enumerate()
                .map(|(column, j)| inverse[row * free.len() + column] * gradient[*j])
                .sum();
            largest = largest.max(step.abs());
            next[*i] = (at[*i] + step).clamp(-BOUND, BOUND);
        }
        let next_value = objective(&next).0;
        if !next_value.is_finite() || next_value < value - 1e-11 * value.abs() || largest > 2.0 {
            break;
        }
        at = next;
        if largest < 1e-12 {
            break;
        }
    }
    at
}

/// Minus the second derivatives over the free parameters, from central differences of the gradient.
fn curvature(objective: &Objective, at: &[f64], free: &[usize]) -> Vec<f64> {
    const STEP: f64 = 1e-5;
    let n = free.len();
    let mut matrix = vec![0.0; n * n];
    for (row, i) in free.iter().enumerate() {
        let moved = |by: f64| {
            let mut moved = at.to_vec();
            moved[*i] += by;
            objective(&moved).1
        };
        let (up, down) = (moved(STEP), moved(-STEP));
        for (column, j) in free.iter().enumerate() {
            matrix[row * n + column] = -(up[*j] - down[*j]) / (2.0 * STEP);
        }
    }
    for row in 0..n {
        for column in 0..row {
            let mean = f64::midpoint(matrix[row * n + column], matrix[column * n + row]);
            matrix[row * n + column] = mean;
            matrix[column * n + row] = mean;
        }
    }
    matrix
}

/// Inverse of a small matrix by Gauss–Jordan with pivoting; `None` when it is singular.
pub fn invert(matrix: &[f64], n: usize) -> Option<Vec<f64>> {
    let mut left = matrix.to_vec();
    let mut right = vec![0.0; n * n];
    for i in 0..n {
        right[i * n + i] = 1.0;
    }
    for column in 0..n {
        let pivot = (column..n)
            .max_by(|one, two| left[one * n + column].abs().total_cmp(&left[two * n + column].abs()))?;
        let size = left[pivot * n + column];
        if !size.is_finite() || size.abs() < 1e-300 {
            return None;
        }
        for k in 0..n {
            left.swap(pivot * n + k, column * n + k);
            right.swap(pivot * n + k, column * n + k);
        }
        for k in 0..n {
            left[column * n + k] /= size;
            right[column * n + k] /= size;
        }
        for row in (0..n).filter(|row| *row != column) {
            let times = left[row * n + column];
            for k in 0..n {
                left[row * n + k] -= times * left[column * n + k];
                right[row * n + k] -= times * right[column * n + k];
            }
        }
    }
    Some(right)
}

fn dot(one: &[f64], two: &[f64]) -> f64 {
    one.iter().zip(two).map(|(one, two)| one * two).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_likelihood_gives_its_optimum_and_errors() {
        // Exponential with rate λ, 100 values that sum to 50: λ = 2, standard error λ / √n = 0.2.
        let objective = |log: &[f64]| {
            let rate = log[0].exp();
            (100.0 * log[0] - 50.0 * rate, vec![100.0 - 50.0 * rate])
        };
        let found = maximise(&objective, &[vec![-3.0], vec![4.0]]);
        assert!((found.parameters[0] - 2.0).abs() < 1e-10);
        assert!((found.standard_errors[0] - 0.2).abs() < 1e-6);
        assert!(found.converged && found.at_bound.is_empty());
    }

    #[test]
    fn a_likelihood_without_a_top_stops_at_the_bound_and_says_so() {
        let found = maximise(&|log: &[f64]| (log[0], vec![1.0]), &[vec![0.0]]);
        assert_eq!(found.at_bound, [0]);
        assert!(found.standard_errors[0].is_nan());
    }
}
