//! The groups and the customers behind them, as the Customers screen shows them.

use std::sync::Arc;

use super::super::view::{
    CustomerTable, CustomersView, Difference, FeatureColumn, Group, GroupingChoice, Movement, Unit,
};
use crate::app::compile::segments::portable;
use crate::features::catalogue::Kind;
use crate::features::{CustomerFeatures, History};
use crate::segment::{self, NO_GROUP, SegmentRun};
use crate::shop::{Minor, Seconds, time::SECONDS_PER_DAY};

/// Months of the small revenue curve.
const MONTHS: usize = 12;

/// Everything the screen needs of one grouping. `previous` is the grouping before it, `moved_at` when the two were made.
pub fn customers_view(
    run: &SegmentRun,
    features: &CustomerFeatures,
    history: &History,
    previous: Option<(&SegmentRun, Seconds, Seconds)>,
    is_stale: bool,
) -> CustomersView {
    let rules = portable(run).rules;
    let groups = run
        .groups
        .iter()
        .enumerate()
        .map(|(index, group)| Group {
            id: group.id.clone(),
            name: group.name.clone(),
            description: group.description.clone(),
            color: group.mark,
            n_customers: group.customers,
            customer_share: permille(group.share_of_customers),
            revenue: group.revenue,
            revenue_share: permille(group.share_of_revenue),
            stability: group.stability,
            joined: group.joined.unwrap_or(0),
            left: group.left.unwrap_or(0),
            favourites: group.favourites.clone(),
            differences: group.differences.iter().map(difference).collect(),
            monthly_revenue: monthly_revenue(run, history, index as u16),
            locked: group.locked,
            hidden: group.hidden,
            rule: rules.iter().find(|rule| rule.segment == group.id).cloned(),
        })
        .collect();
    CustomersView {
        groups,
        table: Arc::new(table(run, features)),
        k: u32::from(run.k),
        suggested_k: u32::from(run.suggested_k),
        choices: choices(run, features.n_customers()),
        movement: previous.map(|(before, from_at, to_at)| movement(before, run, from_at, to_at)),
        is_stale,
        can_go_back: false,
        seed: run.settings.seed,
        as_of: Some(run.as_of),
    }
}

fn difference(found: &segment::Difference) -> Difference {
    Difference {
        feature: found.feature.clone(),
        label: found.label.clone(),
        unit: unit(found.kind),
        group: found.group,
        average: found.everyone,
        z: found.effect,
    }
}

/// How a figure of this kind is written.
pub(crate) fn unit(kind: Kind) -> Unit {
    match kind {
        Kind::Count | Kind::Ratio => Unit::Number,
        Kind::Days => Unit::Days,
        Kind::Money => Unit::Money,
        Kind::Share => Unit::Share,
        Kind::Hour => Unit::Hour,
    }
}

/// Revenue of the group's members in each of the last twelve 30-day months, oldest first.
fn monthly_revenue(run: &SegmentRun, history: &History, group: u16) -> Vec<Minor> {
    let mut months = vec![0; MONTHS];
    for order in &history.orders {
        let age = (run.as_of - order.at) / (30 * SECONDS_PER_DAY);
        let is_member = run.assignment.get(order.customer as usize) == Some(&group);
        if is_member && (0..MONTHS as i64).contains(&age) {
            months[MONTHS - 1 - age as usize] += order.revenue;
        }
    }
    months
}

fn table(run: &SegmentRun, features: &CustomerFeatures) -> CustomerTable {
    let n = features.n_customers();
    let (mut x, mut y) = (vec![f32::NAN; n], vec![f32::NAN; n]);
    for (buyer, place) in run.buyers.iter().zip(&run.plane) {
        x[*buyer as usize] = place[0];
        y[*buyer as usize] = place[1];
    }
    let columns = features
        .catalogue()
        .into_iter()
        .filter_map(|info| {
            let values = features.values(&info.name)?;
            Some(FeatureColumn {
                label: info.meaning.trim_end_matches('.').to_owned(),
                unit: unit(info.kind),
                values: values.into_iter().map(|value| value as f32).collect(),
                quantum: info.kind.steps(),
                name: info.name,
            })
        })
        .collect();
    CustomerTable { numbers: (1..=n as i64).collect(), x, y, group: padded(&run.assignment, n), columns }
}

/// One entry per customer; who came after the run is in no group.
fn padded(assignment: &[u16], n: usize) -> Vec<u16> {
    (0..n).map(|customer| assignment.get(customer).copied().unwrap_or(NO_GROUP)).collect()
}

fn choices(run: &SegmentRun, n: usize) -> Vec<GroupingChoice> {
    run.by_k
        .iter()
        .map(|curve| {
            let solution = run.solution(curve.k);
            let mut assignment = vec![NO_GROUP; n];
            if let Some(solution) = solution {
                for (buyer, label) in run.buyers.iter().zip(&solution.labels) {
                    assignment[*buyer as usize] = u16::from(*label);
                }
            }
            GroupingChoice {
                k: u32::from(curve.k),
                silhouette: curve.silhouette,
                stability: curve.stability,
                smallest: curve.smallest,
                assignment: Arc::new(assignment),
                names: solution.map_or_else(Vec::new, |solution| solution.names.clone()),
            }
        })
        .collect()
}

/// The table over the union of both runs' groups, so that rows and columns are alike.
fn movement(previous: &SegmentRun, now: &SegmentRun, from_at: Seconds, to_at: Seconds) -> Movement {
    let moved = segment::movement(previous, now);
    let mut groups: Vec<String> = now.groups.iter().map(|group| group.id.clone()).collect();
    for group in &previous.groups {
        if !groups.contains(&group.id) {
            groups.push(group.id.clone());
        }
    }
    let place = |id: &str| groups.iter().position(|group| group == id).unwrap_or(groups.len());
    let mut cells = vec![vec![0; groups.len() + 1]; groups.len() + 1];
    for (row, (from, _)) in moved.from.iter().enumerate() {
        for (column, (to, _)) in moved.to.iter().enumerate() {
            cells[place(from)][place(to)] += moved.counts[row][column];
        }
    }
    Movement { from_at, to_at, groups, cells }
}

fn permille(share: f64) -> u32 {
    (share * 1000.0).round().clamp(0.0, 1000.0) as u32
}
