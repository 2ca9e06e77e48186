//! Small gradient-boosted trees that learn an order (`LambdaMART`: Burges 2010, MSR-TR-2010-82).

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::rank;
use crate::shop::hash::splitmix64;

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    pub trees: usize,
    pub leaves: usize,
    pub rate: f64,
    /// Rows a leaf must keep.
    pub smallest_leaf: usize,
    /// Added to the second derivative of a leaf.
    pub shrink: f64,
    /// Places whose swaps are worth learning.
    pub places: usize,
    /// Share of the facts that each tree looks at.
    pub facts: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { trees: 80, leaves: 12, rate: 0.05, smallest_leaf: 80, shrink: 10.0, places: 20, facts: 0.6 }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Trees {
    trees: Vec<Vec<Node>>,
}

/// A split (`left`, `right` are nodes) or, with `left` 0, a leaf. `value` is the mean output below the node, so that a
/// path's steps say what each fact added (Saabas 2014), exactly.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Node {
    fact: u16,
    threshold: f32,
    left: u16,
    right: u16,
    value: f64,
}

const BINS: usize = 64;

/// Facts cut into at most 64 bins, by columns.
struct Binned {
    columns: Vec<Vec<u8>>,
    /// Upper bounds; bin b holds values ≤ `bounds[b]` and above the bound before.
    bounds: Vec<Vec<f32>>,
}

impl Binned {
    fn new(rows: &[f32], width: usize) -> Self {
        let n = rows.len() / width;
        let (columns, bounds) = (0..width)
            .into_par_iter()
            .map(|fact| {
                let stride = (n / 20_000).max(1);
                let mut sample: Vec<f32> =
                    (0..n).step_by(stride).map(|row| rows[row * width + fact]).collect();
                sample.sort_unstable_by(f32::total_cmp);
                let mut bounds: Vec<f32> =
                    (1..BINS).map(|q| sample[(q * sample.len() / BINS).min(sample.len() - 1)]).collect();
                bounds.dedup();
                let column = (0..n)
                    .map(|row| bounds.partition_point(|b| *b < rows[row * width + fact]) as u8)
                    .collect();
                (column, bounds)
            })
            .unzip();
        Self { columns, bounds }
    }
}

impl Trees {
    /// `groups`: row ranges that are ranked against each other; `start`: the scores to improve on, which the trees' own
    /// are added to. `None` when no group has both kinds of rows.
    pub fn fit(
        rows: &[f32],
        width: usize,
        labels: &[bool],
        groups: &[usize],
        start: Vec<f64>,
        settings: Settings,
    ) -> Option<Self> {
        let n = labels.len();
        let learnable: Vec<std::ops::Range<usize>> = groups
            .windows(2)
            .map(|pair| pair[0]..pair[1])
            .filter(|rows| {
                labels[rows.clone()].iter().any(|&l| l) && labels[rows.clone()].iter().any(|&l| !l)
            })
            .collect();
        if learnable.is_empty() || width == 0 {
            return None;
        }
        let binned = Binned::new(rows, width);
        let mut scores = start;
        let mut model = Self::default();
        // Groups without a good row have no slope: they would only be counted.
        let taught: Vec<u32> = learnable.iter().flat_map(|rows| rows.start as u32..rows.end as u32).collect();
        for number in 0..settings.trees as u64 {
            let mut slopes = vec![(0.0_f32, 0.0_f32); n];
            let parts: Vec<Vec<(f32, f32)>> = learnable
                .par_iter()
                .map(|rows| lambdas(&scores[rows.clone()], &labels[rows.clone()], settings.places))
                .collect();
            for (rows, part) in learnable.iter().zip(parts) {
                slopes[rows.clone()].copy_from_slice(&part);
            }
            let facts = some_facts(width, settings.facts, number);
            let Some((tree, leaf_of)) = grow(&binned, &slopes, taught.clone(), &facts, settings) else {
                break;
            };
            for (score, leaf) in scores.iter_mut().zip(&leaf_of) {
                *score += tree[*leaf as usize].value;
            }
            model.trees.push(tree);
        }
        (!model.trees.is_empty()).then_some(model)
    }

    pub fn score(&self, row: &[f32]) -> f64 {
        self.trees.iter().map(|tree| tree[leaf(tree, row)].value).sum()
    }

    /// Adds to `parts` what each fact added along the paths; returns what no fact explains. The sum is [`Self::score`].
    pub fn contributions(&self, row: &[f32], parts: &mut [f64]) -> f64 {
        let mut rest = 0.0;
        for tree in &self.trees {
            let mut node = 0;
            rest += tree[0].value;
            while tree[node].left != 0 {
                let next = step(&tree[node], row);
                parts[tree[node].fact as usize] += tree[next].value - tree[node].value;
                node = next;
            }
        }
        rest
    }

    pub fn len(&self) -> usize {
        self.trees.len()
    }

    pub fn is_empty(&self) -> bool {
        self.trees.is_empty()
    }
}

/// The facts one tree may split on, ascending: which ones depends on the tree's number alone (Friedman 2002).
fn some_facts(width: usize, share: f64, tree: u64) -> Vec<usize> {
    let count = ((width as f64 * share).ceil() as usize).clamp(1, width);
    let mut facts: Vec<usize> = (0..width).collect();
    facts.sort_by_key(|&fact| splitmix64((tree << 16) | fact as u64));
    facts.truncate(count);
    facts.sort_unstable();
    facts
}

fn step(node: &Node, row: &[f32]) -> usize {
    usize::from(if row[node.fact as usize] <= node.threshold { node.left } else { node.right })
}

fn leaf(tree: &[Node], row: &[f32]) -> usize {
    let mut node = 0;
    while tree[node].left != 0 {
        node = step(&tree[node], row);
    }
    node
}

/// First and second derivatives of the pairwise loss, each pair weighted by what swapping it changes in NDCG.
fn lambdas(scores: &[f64], labels: &[bool], places: usize) -> Vec<(f32, f32)> {
    let n = scores.len();
    let mut order: Vec<u32> = (0..n as u32).collect();
    order.sort_unstable_by(|&a, &b| scores[b as usize].total_cmp(&scores[a as usize]).then(a.cmp(&b)));
    let positives = labels.iter().filter(|&&label| label).count();
    let ideal: f64 = (0..positives.min(places)).map(rank::discount).sum();
    let gain = |place: usize| {
        if place < places { rank::discount(place) } else { 0.0 }
    };
    let mut slopes = vec![(0.0_f32, 0.0_f32); n];
    for (upper, &a) in order.iter().enumerate().take(places) {
        for (lower, &b) in order.iter().enumerate().skip(upper + 1) {
            if labels[a as usize] == labels[b as usize] {
                continue;
            }
            let (good, bad) = if labels[a as usize] { (a, b) } else { (b, a) };
            let worth = (gain(upper) - gain(lower)).abs() / ideal;
            let p = 1.0 / (1.0 + (scores[good as usize] - scores[bad as usize]).exp());
            let slope = (worth * p) as f32;
            let curve = (worth * p * (1.0 - p)) as f32;
            slopes[good as usize].0 -= slope;
            slopes[bad as usize].0 += slope;
            slopes[good as usize].1 += curve;
            slopes[bad as usize].1 += curve;
        }
    }
    slopes
}

/// Sums of slopes, sums of curves and counts of the bins of one fact.
#[derive(Clone)]
struct Bin {
    slope: [f64; BINS],
    curve: [f64; BINS],
    rows: [u32; BINS],
}

struct Leaf {
    node: usize,
    rows: Vec<u32>,
    /// Beside the tree's facts.
    bins: Vec<Bin>,
    best: Option<Split>,
}

#[derive(Clone, Copy)]
struct Split {
    /// Place among the tree's facts.
    place: usize,
    bin: usize,
    gain: f64,
}

/// One tree over `rows` and `facts`, best leaf first; also the leaf of every row.
fn grow(
    binned: &Binned,
    slopes: &[(f32, f32)],
    rows: Vec<u32>,
    facts: &[usize],
    settings: Settings,
) -> Option<(Vec<Node>, Vec<u16>)> {
    let bins = histogram(binned, slopes, &rows, facts);
    let mut tree = vec![Node { fact: 0, threshold: 0.0, left: 0, right: 0, value: 0.0 }];
    tree[0].value = output(&bins, settings);
    let best = best_split(&bins, settings);
    best?;
    let mut leaves = vec![Leaf { node: 0, rows, bins, best }];
    while leaves.len() < settings.leaves {
        let found = leaves
            .iter()
            .enumerate()
            .filter_map(|(index, leaf)| leaf.best.map(|split| (index, split.gain)))
            .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
        let Some((index, _)) = found else { break };
        let parent = leaves.swap_remove(index);
        let Some(split) = parent.best else { break };
        let fact = facts[split.place];
        let column = &binned.columns[fact];
        let (left, right): (Vec<u32>, Vec<u32>) =
            parent.rows.iter().partition(|&&row| usize::from(column[row as usize]) <= split.bin);
        let (small, small_is_left) = if left.len() <= right.len() { (&left, true) } else { (&right, false) };
        let small_bins = histogram(binned, slopes, small, facts);
        let mut large_bins = parent.bins;
        for (large, small) in large_bins.iter_mut().zip(&small_bins) {
            for bin in 0..BINS {
                large.slope[bin] -= small.slope[bin];
                large.curve[bin] -= small.curve[bin];
                large.rows[bin] -= small.rows[bin];
            }
        }
        let (left_bins, right_bins) =
            if small_is_left { (small_bins, large_bins) } else { (large_bins, small_bins) };
        let (left_node, right_node) = (tree.len(), tree.len() + 1);
        let node = &mut tree[parent.node];
        node.fact = fact as u16;
        node.threshold = binned.bounds[fact][split.bin];
        node.left = left_node as u16;
        node.right = right_node as u16;
        for (node, rows, bins) in [(left_node, left, left_bins), (right_node, right, right_bins)] {
            tree.push(Node { fact: 0, threshold: 0.0, left: 0, right: 0, value: output(&bins, settings) });
            let best = best_split(&bins, settings);
            leaves.push(Leaf { node, rows, bins, best });
        }
    }
    let mut leaf_of = vec![0_u16; slopes.len()];
    for leaf in &leaves {
        for &row in &leaf.rows {
            leaf_of[row as usize] = leaf.node as u16;
        }
    }
    Some((tree, leaf_of))
}

/// One thread per fact, so that every sum has one order.
fn histogram(binned: &Binned, slopes: &[(f32, f32)], rows: &[u32], facts: &[usize]) -> Vec<Bin> {
    let gathered: Vec<(f32, f32)> = rows.iter().map(|&row| slopes[row as usize]).collect();
    facts
        .par_iter()
        .with_min_len(4)
        .map(|&fact| {
            let column = &binned.columns[fact];
            let mut bins = Bin { slope: [0.0; BINS], curve: [0.0; BINS], rows: [0; BINS] };
            for (&row, &(slope, curve)) in rows.iter().zip(&gathered) {
                let bin = usize::from(column[row as usize]) % BINS;
                bins.slope[bin] += f64::from(slope);
                bins.curve[bin] += f64::from(curve);
                bins.rows[bin] += 1;
            }
            bins
        })
        .collect()
}

fn totals(bins: &[Bin]) -> (f64, f64, u32) {
    let first = &bins[0];
    (first.slope.iter().sum(), first.curve.iter().sum(), first.rows.iter().sum())
}

fn output(bins: &[Bin], settings: Settings) -> f64 {
    let (slope, curve, _) = totals(bins);
    -settings.rate * slope / (curve + settings.shrink)
}

fn best_split(bins: &[Bin], settings: Settings) -> Option<Split> {
    let (slope, curve, count) = totals(bins);
    let worth = |slope: f64, curve: f64| slope * slope / (curve + settings.shrink);
    let whole = worth(slope, curve);
    let mut best: Option<Split> = None;
    for (place, column) in bins.iter().enumerate() {
        let mut left = (0.0, 0.0, 0_u32);
        for bin in 0..BINS - 1 {
            left = (left.0 + column.slope[bin], left.1 + column.curve[bin], left.2 + column.rows[bin]);
            if (left.2 as usize) < settings.smallest_leaf {
                continue;
            }
            if ((count - left.2) as usize) < settings.smallest_leaf {
                break;
            }
            let gain = worth(left.0, left.1) + worth(slope - left.0, curve - left.1) - whole;
            if gain > 1e-6 && best.is_none_or(|best| gain > best.gain) {
                best = Some(Split { place, bin, gain });
            }
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_that_no_line_can_draw_is_learned_and_its_parts_add_up() {
        // Good rows lie in the middle of the fact.
        let rows: Vec<f32> = (0..4_000).map(|i| ((i * 37) % 101) as f32).collect();
        let labels: Vec<bool> = rows.iter().map(|x| (40.0..60.0).contains(x)).collect();
        let groups: Vec<usize> = (0..=40).map(|g| g * 100).collect();
        let settings =
            Settings { trees: 30, rate: 0.3, smallest_leaf: 5, shrink: 0.1, ..Settings::default() };
        let model = Trees::fit(&rows, 1, &labels, &groups, vec![0.0; 4_000], settings).unwrap();
        assert!(model.score(&[50.0]) > model.score(&[10.0]) + 1.0);
        assert!(model.score(&[50.0]) > model.score(&[90.0]) + 1.0);
        let mut parts = [0.0];
        let rest = model.contributions(&[50.0], &mut parts);
        assert!((rest + parts[0] - model.score(&[50.0])).abs() < 1e-9);
    }
}
