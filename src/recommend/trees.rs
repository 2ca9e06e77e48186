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
    /// Groups that each tree looks at, drawn anew for each (Friedman 2002): a long history costs no more than this.
    pub groups: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            trees: 80,
            leaves: 12,
            rate: 0.05,
            smallest_leaf: 80,
            shrink: 10.0,
            places: 20,
            facts: 0.6,
            groups: 4_000,
        }
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
        // Trees already in the scores of each group: those of a group that was not drawn wait until it is.
        let mut included = vec![0_usize; learnable.len()];
        let discounts: Vec<f64> = (0..settings.places).map(rank::discount).collect();
        for number in 0..settings.trees as u64 {
            let drawn = some_of(learnable.len(), settings.groups, number);
            // Groups without a good row have no slope: they would only be counted.
            let parts: Vec<(Vec<f64>, Vec<Row>)> = drawn
                .par_iter()
                .map(|&group| {
                    let span = learnable[group].clone();
                    let mut scores = scores[span.clone()].to_vec();
                    for (score, row) in scores.iter_mut().zip(span.clone()) {
                        let row = &rows[row * width..(row + 1) * width];
                        for tree in &model.trees[included[group]..] {
                            *score += tree[leaf(tree, row)].value;
                        }
                    }
                    let slopes = lambdas(&scores, &labels[span.clone()], &discounts);
                    let taught =
                        span.zip(slopes).map(|(row, (slope, curve))| Row { row: row as u32, slope, curve });
                    (scores, taught.collect())
                })
                .collect();
            let mut taught = Vec::with_capacity(parts.iter().map(|part| part.0.len()).sum());
            for (&group, (now, slopes)) in drawn.iter().zip(parts) {
                scores[learnable[group].clone()].copy_from_slice(&now);
                included[group] = model.trees.len();
                taught.extend(slopes);
            }
            let facts = some_of(width, (width as f64 * settings.facts).ceil() as usize, number);
            let Some(tree) = grow(&binned, taught, &facts, settings) else {
                break;
            };
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

/// `count` of 0..n, ascending, at least one: which ones depends on the tree's number alone (Friedman 2002).
fn some_of(n: usize, count: usize, tree: u64) -> Vec<usize> {
    let mut some: Vec<usize> = (0..n).collect();
    if count < n {
        some.sort_by_key(|&one| splitmix64((tree << 16) ^ one as u64));
        some.truncate(count.max(1));
        some.sort_unstable();
    }
    some
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

/// A row that teaches: first and second derivative of its loss.
#[derive(Clone, Copy)]
struct Row {
    row: u32,
    slope: f32,
    curve: f32,
}

/// First and second derivatives of the pairwise loss, each pair weighted by what swapping it changes in NDCG.
/// `discounts`: of the places whose swaps count.
fn lambdas(scores: &[f64], labels: &[bool], discounts: &[f64]) -> Vec<(f32, f32)> {
    let n = scores.len();
    // Scores as whole numbers in their own order, best first: compared at once, without looking them up.
    let mut order: Vec<(std::cmp::Reverse<i64>, u32)> =
        scores.iter().zip(0..).map(|(&score, row)| (std::cmp::Reverse(ascending(score)), row)).collect();
    order.sort_unstable();
    let order: Vec<u32> = order.into_iter().map(|entry| entry.1).collect();
    let positives = labels.iter().filter(|&&label| label).count();
    let ideal: f64 = discounts.iter().take(positives).sum();
    let most = order.first().map_or(0.0, |&best| scores[best as usize]);
    // By place: whether the row is good, and e^score, of which the chance of each pair is made.
    let placed: Vec<(bool, f64)> = order
        .iter()
        .map(|&row| (labels[row as usize], (scores[row as usize] - most).max(-600.0).exp()))
        .collect();
    let places_of = |good: bool| -> Vec<usize> { (0..n).filter(|&place| placed[place].0 == good).collect() };
    let (good_places, bad_places) = (places_of(true), places_of(false));
    let mut slopes = vec![(0.0_f32, 0.0_f32); n];
    for (upper, &gain) in discounts.iter().enumerate().take(n) {
        let (is_good, own) = placed[upper];
        let others = if is_good { &bad_places } else { &good_places };
        for &lower in &others[others.partition_point(|&place| place < upper)..] {
            let other = placed[lower].1;
            let bad = if is_good { other } else { own };
            let worth = (gain - discounts.get(lower).copied().unwrap_or(0.0)) / ideal;
            let p = bad / (own + other);
            let slope = if is_good { -(worth * p) } else { worth * p } as f32;
            let curve = (worth * p * (1.0 - p)) as f32;
            for (place, slope) in [(upper, slope), (lower, -slope)] {
                let row = &mut slopes[order[place] as usize];
                row.0 += slope;
                row.1 += curve;
            }
        }
    }
    slopes
}

/// A whole number that ascends as [`f64::total_cmp`] does.
fn ascending(score: f64) -> i64 {
    let bits = score.to_bits() as i64;
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

/// Sums of slopes and curves, side by side, and counts of the bins of one fact.
#[derive(Clone)]
struct Bin {
    sums: [[f64; 2]; BINS],
    rows: [u32; BINS],
}

impl Bin {
    #[inline]
    fn add(&mut self, bin: u8, row: &Row) {
        let bin = usize::from(bin) % BINS;
        let sums = &mut self.sums[bin];
        sums[0] += f64::from(row.slope);
        sums[1] += f64::from(row.curve);
        self.rows[bin] += 1;
    }
}

struct Leaf {
    node: usize,
    rows: Vec<Row>,
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

/// One tree over `rows` and `facts`, best leaf first; `None` where nothing is worth a split.
fn grow(binned: &Binned, rows: Vec<Row>, facts: &[usize], settings: Settings) -> Option<Vec<Node>> {
    let bins = histogram(binned, &rows, facts);
    let mut tree = vec![Node { fact: 0, threshold: 0.0, left: 0, right: 0, value: output(&bins, settings) }];
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
        let (left, right): (Vec<Row>, Vec<Row>) =
            parent.rows.iter().partition(|row| usize::from(column[row.row as usize]) <= split.bin);
        let (small, small_is_left) = if left.len() <= right.len() { (&left, true) } else { (&right, false) };
        let small_bins = histogram(binned, small, facts);
        let mut large_bins = parent.bins;
        for (large, small) in large_bins.iter_mut().zip(&small_bins) {
            for bin in 0..BINS {
                large.sums[bin][0] -= small.sums[bin][0];
                large.sums[bin][1] -= small.sums[bin][1];
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
    Some(tree)
}

/// One thread per pair of facts, so that every sum has one order; two at a time, because each alone waits for its last
/// addition.
fn histogram(binned: &Binned, rows: &[Row], facts: &[usize]) -> Vec<Bin> {
    let pairs = facts.par_chunks(2).with_min_len(2).map(|pair| {
        let mut bins = vec![Bin { sums: [[0.0; 2]; BINS], rows: [0; BINS] }; pair.len()];
        let columns: Vec<&[u8]> = pair.iter().map(|&fact| binned.columns[fact].as_slice()).collect();
        if let ([first, second], [one, other]) = (columns.as_slice(), bins.as_mut_slice()) {
            for row in rows {
                one.add(first[row.row as usize], row);
                other.add(second[row.row as usize], row);
            }
        } else if let ([column], [bins]) = (columns.as_slice(), bins.as_mut_slice()) {
            for row in rows {
                bins.add(column[row.row as usize], row);
            }
        }
        bins
    });
    pairs.flatten_iter().collect()
}

fn totals(bins: &[Bin]) -> (f64, f64, u32) {
    let first = &bins[0];
    let [slope, curve] =
        first.sums.iter().fold([0.0, 0.0], |total, sums| [total[0] + sums[0], total[1] + sums[1]]);
    (slope, curve, first.rows.iter().sum())
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
            let sums = column.sums[bin];
            left = (left.0 + sums[0], left.1 + sums[1], left.2 + column.rows[bin]);
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
