//! One grouping of all customers: the curves behind the number of groups, the groups, and the model that assigns.

use rand::SeedableRng as _;
use rand::seq::index::sample;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::features::CustomerFeatures;
use crate::shop::{Monitor, Seconds};

use super::Error;
use super::groups::{Group, make_groups};
use super::inputs::Inputs;
use super::kmeans::{self, Effort, Points};
use super::lifecycle::{Stage, stages};
use super::model::{ClusterModel, rounded};
use super::names::names;
use super::profile::Profiler;
use super::projection::principal_plane;
use super::quality::{silhouettes, stability};
use super::rfm::{RfmScore, scores};
use super::rules::RuleGroup;
use super::{density, mixture};

/// Assignment of a customer who is in no group: nobody who has ordered is without one.
pub const NO_GROUP: u16 = u16::MAX;

/// Fewer buyers than this are one group.
pub const FEWEST_BUYERS: usize = 60;

/// Numbers of groups that are computed, so that the slider answers at once.
const KS: std::ops::RangeInclusive<usize> = 2..=10;

/// Numbers of groups that a person can tell apart, remember and make pages for.
const USABLE: std::ops::RangeInclusive<u8> = 4..=8;

/// Two numbers of groups this close in stability are equally stable to a person; the one that tells more wins.
/// Wider than what a week more or less of data does to either, so that the answer holds from week to week.
const STABILITY_NOISE: f64 = 0.10;

/// The number of groups of the run before stays while it is no less stable than this; people have pages for it.
const STABILITY_TO_STAY: f64 = 0.20;

const SILHOUETTE_ROWS: usize = 2_500;
const STABILITY_ROWS: usize = 5_000;
/// Bootstrap models: few for the curve's ends, more where the number is chosen.
const STABILITY_DRAWS: usize = 20;
const STABILITY_DRAWS_USABLE: usize = 60;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    pub groups: Groups,
    pub algorithm: Algorithm,
    pub seed: u64,
    /// In list order; they come before the computed groups.
    pub rules: Vec<RuleGroup>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { groups: Groups::Auto, algorithm: Algorithm::KMeans, seed: 42, rules: Vec::new() }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Groups {
    /// As many as are stable within what a person can use.
    Auto,
    Exactly(u8),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Algorithm {
    #[default]
    KMeans,
    /// Soft boundaries. The groups are then described by their centres, as every other one.
    GaussianMixture,
    /// Finds its own number of groups; thinly settled customers join the nearest.
    Dbscan,
}

/// What stands on the curve for one number of groups.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct KCurve {
    pub k: u8,
    /// Mean silhouette (on a sample of rows where there are many).
    pub silhouette: f64,
    /// Mean adjusted Rand index of bootstrap pairs.
    pub stability: f64,
    /// Customers in the smallest group.
    pub smallest: u32,
    pub inertia: f64,
}

/// How clearly groups separate, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Clarity {
    Clear,
    Fair,
    Blurry,
}

impl KCurve {
    pub fn clarity(&self) -> Clarity {
        if self.silhouette >= 0.35 {
            Clarity::Clear
        } else if self.silhouette >= 0.20 {
            Clarity::Fair
        } else {
            Clarity::Blurry
        }
    }
}

/// One number of groups, ready to be shown or taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Solution {
    pub k: u8,
    /// By row of [`SegmentRun::buyers`].
    pub labels: Vec<u8>,
    pub centroids: Vec<Vec<f64>>,
    pub names: Vec<String>,
    pub sizes: Vec<u32>,
    /// By cluster: the share of it that stays together when the data is drawn again.
    pub stay: Vec<f64>,
}

/// An immutable grouping. Everything by customer is by index into `customer_ids`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SegmentRun {
    pub settings: Settings,
    pub as_of: Seconds,
    /// Ascending.
    pub customer_ids: Vec<String>,
    /// Customer indices that have ordered; rows of `solutions` and `plane`.
    pub buyers: Vec<u32>,
    pub k: u8,
    pub suggested_k: u8,
    pub by_k: Vec<KCurve>,
    pub solutions: Vec<Solution>,
    /// Rule groups first, then clusters, largest revenue first.
    pub groups: Vec<Group>,
    /// By customer: index into `groups`, or [`NO_GROUP`].
    pub assignment: Vec<u16>,
    pub model: ClusterModel,
    pub stages: Vec<Stage>,
    pub rfm: Vec<Option<RfmScore>>,
    /// The map: two coordinates in about −1…1 by row of `buyers`.
    pub plane: Vec<[f32; 2]>,
    /// What a person should know about this run, in sentences.
    pub notes: Vec<String>,
}

impl SegmentRun {
    /// The group of a customer by the store's id.
    pub fn group_of(&self, id: &str) -> Option<usize> {
        let customer = self.customer_ids.binary_search_by(|probe| probe.as_str().cmp(id)).ok()?;
        Some(self.assignment[customer] as usize).filter(|group| *group != NO_GROUP as usize)
    }

    /// The same grouping over other customers (ids ascending), after an import was undone or people were merged: who is
    /// not in it stands in no group, who is gone is gone.
    #[must_use]
    pub fn over(self, ids: &[String]) -> Self {
        if self.customer_ids == ids {
            return self;
        }
        let known: Vec<Option<usize>> =
            ids.iter().map(|id| self.customer_ids.binary_search(id).ok()).collect();
        let row_of: std::collections::BTreeMap<u32, usize> =
            self.buyers.iter().enumerate().map(|(row, buyer)| (*buyer, row)).collect();
        let mut rows = Vec::new();
        let mut buyers = Vec::new();
        for (customer, at) in known.iter().enumerate() {
            if let Some(row) = at.and_then(|at| row_of.get(&(at as u32))) {
                buyers.push(customer as u32);
                rows.push(*row);
            }
        }
        let solutions = self
            .solutions
            .iter()
            .map(|solution| Solution {
                labels: rows.iter().filter_map(|row| solution.labels.get(*row).copied()).collect(),
                ..solution.clone()
            })
            .collect();
        let of = |at: &Option<usize>| at.and_then(|at| self.assignment.get(at).copied()).unwrap_or(NO_GROUP);
        Self {
            assignment: known.iter().map(of).collect(),
            stages: known
                .iter()
                .map(|at| at.and_then(|at| self.stages.get(at).copied()).unwrap_or(Stage::NoOrder))
                .collect(),
            rfm: known.iter().map(|at| at.and_then(|at| self.rfm.get(at).copied()).flatten()).collect(),
            plane: rows.iter().filter_map(|row| self.plane.get(*row).copied()).collect(),
            customer_ids: ids.to_vec(),
            buyers,
            solutions,
            ..self
        }
    }

    pub fn solution(&self, k: u8) -> Option<&Solution> {
        self.solutions.iter().find(|solution| solution.k == k)
    }

    /// The same run with another of its computed numbers of groups: what `Re-group` at the slider's place gives.
    #[must_use]
    pub fn with_k(&self, k: u8, features: &CustomerFeatures, previous: Option<&Self>) -> Self {
        let mut run = self.clone();
        if self.solution(k).is_some() {
            run.k = k;
            run.settings.groups = Groups::Exactly(k);
            make_groups(&mut run, features, previous);
        }
        run
    }
}

/// Groups all customers who have ordered. Thin data gives one group and a sentence, never an error.
pub fn run(
    features: &CustomerFeatures,
    settings: &Settings,
    previous: Option<&SegmentRun>,
    monitor: &dyn Monitor,
) -> Result<SegmentRun, Error> {
    let inputs = Inputs::of(features);
    let order = canonical_order(&inputs.points);
    let points = inputs.points.pick(&order);
    let distinct = count_distinct(&points);
    let mut run = SegmentRun {
        settings: settings.clone(),
        as_of: features.as_of(),
        customer_ids: features.ids().to_vec(),
        buyers: inputs.customers.clone(),
        k: 1,
        suggested_k: 1,
        by_k: Vec::new(),
        solutions: Vec::new(),
        groups: Vec::new(),
        assignment: vec![NO_GROUP; features.n_customers()],
        model: ClusterModel { features: inputs.features, ..ClusterModel::default() },
        stages: stages(features),
        rfm: scores(features),
        plane: principal_plane(&inputs.points),
        notes: Vec::new(),
    };
    let most = if inputs.customers.len() < FEWEST_BUYERS { 1 } else { (*KS.end()).min(distinct) };
    if most < *KS.start() {
        run.notes.push(thin_data(inputs.customers.len()));
        run.solutions.push(everyone(inputs.customers.len(), points.n_dims));
        make_groups(&mut run, features, previous);
        return Ok(run);
    }
    let profiler = Profiler::new(features, &run.buyers);
    let mut fits = Vec::new();
    for k in KS.take_while(|k| *k <= most) {
        monitor.checkpoint()?;
        monitor.progress(k as u64 - 2, (most - 1) as u64, "Grouping customers");
        fits.push(cluster(&points, k, settings)?);
    }
    let rows = sampled_rows(points.n_rows(), SILHOUETTE_ROWS, settings.seed);
    let seen = points.pick(&rows);
    let shown: Vec<Vec<u8>> =
        fits.iter().map(|fit| rows.iter().map(|row| fit.labels[*row]).collect()).collect();
    let clear = silhouettes(&seen, &shown.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let rows = sampled_rows(points.n_rows(), STABILITY_ROWS, settings.seed.wrapping_add(1));
    let drawn = points.pick(&rows);
    for (fit, silhouette) in fits.iter().zip(clear) {
        monitor.checkpoint()?;
        monitor.progress(
            fit.centroids.n_rows() as u64,
            (most + 1) as u64,
            "Testing how stable the groups are",
        );
        let k = fit.centroids.n_rows();
        let labels: Vec<u8> = rows.iter().map(|row| fit.labels[*row]).collect();
        let usable = USABLE.contains(&(k as u8));
        let draws = if usable { STABILITY_DRAWS_USABLE } else { STABILITY_DRAWS };
        let stable = stability(&drawn, &labels, k, settings.seed, draws);
        let solution = solution(fit, &order, &stable.stay, &run.buyers, &profiler);
        run.by_k.push(KCurve {
            k: k as u8,
            silhouette,
            stability: stable.adjusted_rand,
            smallest: solution.sizes.iter().copied().min().unwrap_or(0),
            inertia: fit.inertia,
        });
        run.solutions.push(solution);
    }
    let former =
        previous.filter(|previous| previous.settings.groups == Groups::Auto).map(|previous| previous.k);
    run.suggested_k = suggest(&run.by_k, points.n_rows(), former);
    run.k = match settings.groups {
        Groups::Auto => run.suggested_k,
        Groups::Exactly(k) => k.clamp(2, most as u8),
    };
    if settings.algorithm == Algorithm::Dbscan {
        // The density decides how many there are.
        let fit = density::fit(&points, settings.seed)?;
        let k = fit.centroids.n_rows() as u8;
        let stay = vec![1.0; k as usize];
        let found = solution(&fit, &order, &stay, &run.buyers, &profiler);
        run.solutions.retain(|solution| solution.k != k);
        run.solutions.push(found);
        run.solutions.sort_by_key(|solution| solution.k);
        run.k = k;
    }
    make_groups(&mut run, features, previous);
    Ok(run)
}

fn cluster(points: &Points, k: usize, settings: &Settings) -> Result<kmeans::Fit, Error> {
    match settings.algorithm {
        Algorithm::GaussianMixture => mixture::fit(points, k, settings.seed),
        Algorithm::KMeans | Algorithm::Dbscan => kmeans::fit(points, k, settings.seed, Effort::default()),
    }
}

/// The most stable number of groups that a person can use; of equally stable ones the largest, if the way there is
/// stable too: one lucky number behind shaky ones does not count. The `former` number stays while it is nearly as stable.
fn suggest(by_k: &[KCurve], n_rows: usize, former: Option<u8>) -> u8 {
    let fewest = (n_rows / 100).clamp(10, 30) as u32;
    let usable: Vec<&KCurve> =
        by_k.iter().filter(|curve| USABLE.contains(&curve.k) && curve.smallest >= fewest).collect();
    let Some(best) = usable.iter().copied().reduce(|a, b| if b.stability > a.stability { b } else { a })
    else {
        let large = by_k.iter().rev().find(|curve| curve.smallest >= fewest);
        return large.or_else(|| by_k.first()).map_or(1, |curve| curve.k);
    };
    let stays =
        |curve: &&KCurve| Some(curve.k) == former && curve.stability >= best.stability - STABILITY_TO_STAY;
    if let Some(curve) = usable.iter().copied().find(stays) {
        return curve.k;
    }
    let enough = best.stability - STABILITY_NOISE;
    let way: Vec<&KCurve> = usable.into_iter().filter(|curve| curve.k > best.k).collect();
    let reached = (0..way.len()).rev().find(|&place| {
        let mean = way[..=place].iter().map(|curve| curve.stability).sum::<f64>() / (place + 1) as f64;
        way[place].stability >= enough && mean >= enough
    });
    reached.map_or(best.k, |place| way[place].k)
}

/// Labels by row of `buyers`, from the rounded centroids that the model will carry; largest revenue first.
fn solution(
    fit: &kmeans::Fit,
    order: &[usize],
    stay: &[f64],
    buyers: &[u32],
    profiler: &Profiler,
) -> Solution {
    let k = fit.centroids.n_rows();
    let mut labels = vec![0; order.len()];
    for (sorted, row) in order.iter().enumerate() {
        labels[*row] = fit.labels[sorted];
    }
    let members = |cluster: usize| -> Vec<u32> {
        buyers
            .iter()
            .zip(&labels)
            .filter(|(_, label)| **label as usize == cluster)
            .map(|(buyer, _)| *buyer)
            .collect()
    };
    let profiles: Vec<_> = (0..k).map(|cluster| profiler.profile(&members(cluster))).collect();
    let mut ranked: Vec<usize> = (0..k).collect();
    ranked.sort_by_key(|cluster| (std::cmp::Reverse(profiles[*cluster].revenue), *cluster));
    let mut place = vec![0_u8; k];
    for (rank, cluster) in ranked.iter().enumerate() {
        place[*cluster] = rank as u8;
    }
    let sorted: Vec<_> = ranked.iter().map(|cluster| profiles[*cluster].clone()).collect();
    Solution {
        k: k as u8,
        labels: labels.iter().map(|label| place[*label as usize]).collect(),
        centroids: ranked
            .iter()
            .map(|cluster| fit.centroids.row(*cluster).iter().copied().map(rounded).collect())
            .collect(),
        names: names(&sorted),
        sizes: sorted.iter().map(|profile| profile.n_customers as u32).collect(),
        stay: ranked.iter().map(|cluster| stay[*cluster]).collect(),
    }
}

fn everyone(n: usize, n_dims: usize) -> Solution {
    Solution {
        k: 1,
        labels: vec![0; n],
        centroids: vec![vec![0.0; n_dims]],
        names: vec!["All customers".to_owned()],
        sizes: vec![n as u32],
        stay: vec![1.0],
    }
}

fn thin_data(n: usize) -> String {
    if n < FEWEST_BUYERS {
        format!(
            "Too few customers to find groups: {FEWEST_BUYERS} who have ordered are needed, you have {n}."
        )
    } else {
        "All customers look alike so far, so there is one group.".to_owned()
    }
}

/// Rows sorted by their values. Fits on sorted rows do not depend on how customers are numbered.
fn canonical_order(points: &Points) -> Vec<usize> {
    let mut order: Vec<usize> = (0..points.n_rows()).collect();
    order.sort_by(|one, two| {
        let pairs = points.row(*one).iter().zip(points.row(*two));
        pairs
            .map(|(one, two)| one.total_cmp(two))
            .find(|order| order.is_ne())
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    order
}

/// Distinct rows of sorted points.
fn count_distinct(points: &Points) -> usize {
    let n = points.n_rows();
    (0..n).filter(|row| *row == 0 || points.row(*row) != points.row(row - 1)).count()
}

fn sampled_rows(n: usize, most: usize, seed: u64) -> Vec<usize> {
    if n <= most {
        return (0..n).collect();
    }
    let mut rows = sample(&mut ChaCha8Rng::seed_from_u64(seed), n, most).into_vec();
    rows.sort_unstable();
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(stabilities: &[(u8, f64)]) -> Vec<KCurve> {
        stabilities
            .iter()
            .map(|&(k, stability)| KCurve { k, silhouette: 0.3, stability, smallest: 200, inertia: 1.0 })
            .collect()
    }

    #[test]
    fn the_largest_of_the_equally_stable_numbers_is_suggested_and_two_groups_never() {
        let by_k = curve(&[(2, 0.99), (4, 0.90), (5, 0.86), (6, 0.78), (8, 0.82), (9, 0.89)]);
        assert_eq!(suggest(&by_k, 4_000, None), 8);
        assert_eq!(suggest(&curve(&[(2, 0.9), (4, 0.92), (5, 0.87), (6, 0.73)]), 4_000, None), 5);
        let lucky = curve(&[(4, 0.90), (5, 0.78), (6, 0.68), (7, 0.65), (8, 0.83)]);
        assert_eq!(suggest(&lucky, 4_000, None), 4);
    }

    #[test]
    fn a_number_people_know_stays_while_it_is_nearly_as_stable() {
        let by_k = curve(&[(4, 0.90), (5, 0.75), (6, 0.60)]);
        assert_eq!(suggest(&by_k, 4_000, Some(5)), 5);
        assert_eq!(suggest(&by_k, 4_000, Some(6)), 4);
        assert_eq!(suggest(&by_k, 4_000, Some(3)), 4);
    }
}
