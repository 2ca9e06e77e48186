//! Which group of this run is which of the last one, and who moved.

use serde::{Deserialize, Serialize};

use super::run::{NO_GROUP, SegmentRun};

/// A group keeps its identity when at least this share of its former members, of those still known, is in it.
const SHARED: f64 = 0.5;

/// For each new cluster, the former group that it continues. `labels[i]` is the cluster of `ids[i]`.
pub fn continued(previous: &SegmentRun, ids: &[&str], labels: &[u8], k: usize) -> Vec<Option<usize>> {
    let mut table = vec![0_u32; previous.groups.len() * k];
    for (former, label) in ids.iter().map(|id| previous.group_of(id)).zip(labels) {
        if let Some(former) = former {
            table[former * k + *label as usize] += 1;
        }
    }
    let mut pairs: Vec<(u32, usize, usize)> = Vec::new();
    for (former, row) in table.chunks_exact(k.max(1)).enumerate() {
        let known: u32 = row.iter().sum();
        for (cluster, shared) in row.iter().enumerate() {
            if *shared > 0 && f64::from(*shared) >= SHARED * f64::from(known) {
                pairs.push((*shared, former, cluster));
            }
        }
    }
    pairs.sort_by_key(|(shared, former, cluster)| (std::cmp::Reverse(*shared), *former, *cluster));
    let mut found = vec![None; k];
    let mut taken = vec![false; previous.groups.len()];
    for (_, former, cluster) in pairs {
        if found[cluster].is_none() && !taken[former] {
            found[cluster] = Some(former);
            taken[former] = true;
        }
    }
    found
}

/// Customers by former and present group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Movement {
    /// Former groups by id and name, and last `not here before`.
    pub from: Vec<(String, String)>,
    /// Present groups by id and name, and last `no longer here`.
    pub to: Vec<(String, String)>,
    /// `counts[from][to]`.
    pub counts: Vec<Vec<u32>>,
}

/// Who moved between two runs.
pub fn movement(previous: &SegmentRun, now: &SegmentRun) -> Movement {
    let named = |run: &SegmentRun, rest: &str| -> Vec<(String, String)> {
        let groups = run.groups.iter().map(|group| (group.id.clone(), group.name.clone()));
        groups.chain([(String::new(), rest.to_owned())]).collect()
    };
    let (from, to) = (named(previous, "Not here before"), named(now, "No longer here"));
    let mut counts = vec![vec![0; to.len()]; from.len()];
    for (id, group) in now.customer_ids.iter().zip(&now.assignment) {
        if *group != NO_GROUP {
            let former = previous.group_of(id).unwrap_or(from.len() - 1);
            counts[former][*group as usize] += 1;
        }
    }
    for (id, group) in previous.customer_ids.iter().zip(&previous.assignment) {
        if *group != NO_GROUP && now.group_of(id).is_none() {
            counts[*group as usize][to.len() - 1] += 1;
        }
    }
    Movement { from, to, counts }
}

/// Customers of one cell of the table: in `from` before and in `to` now.
pub fn moved<'a>(previous: &SegmentRun, now: &'a SegmentRun, from: Option<usize>, to: usize) -> Vec<&'a str> {
    now.customer_ids
        .iter()
        .zip(&now.assignment)
        .filter(|(id, group)| **group as usize == to && previous.group_of(id) == from)
        .map(|(id, _)| id.as_str())
        .collect()
}
