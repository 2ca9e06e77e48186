//! From a solution and the merchant's rules to groups with names, evidence and members.

use serde::{Deserialize, Serialize};

use crate::features::CustomerFeatures;

use super::inputs::Inputs;
use super::matching::continued;
use super::model::{ClusterModel, rounded};
use super::names::{description, names};
use super::profile::{Difference, Profile, Profiler};
use super::rules::first_fitting;
use super::run::{NO_GROUP, SegmentRun};

/// Groups under this many customers are too few to learn from.
pub const FEW: u32 = 30;

/// Groups under this many customers never leave the workspace by themselves: exports merge them into `*`.
pub const FEWEST_TO_EXPORT: u32 = 10;

/// Colours and symbols to tell groups apart.
pub const MARKS: u8 = 24;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Stays the same from run to run while the group continues.
    pub id: String,
    pub name: String,
    /// The merchant gave the name; it is kept.
    pub renamed: bool,
    /// Name and centre are kept when customers are grouped again.
    pub locked: bool,
    /// Not among the tabs.
    pub hidden: bool,
    pub source: GroupSource,
    /// Index of its colour and symbol, 0…23.
    pub mark: u8,
    pub customers: u32,
    /// Of all customers who have ordered, 0…1.
    pub share_of_customers: f64,
    /// Net, minor units.
    pub revenue: i64,
    pub share_of_revenue: f64,
    pub description: String,
    /// Largest first.
    pub differences: Vec<Difference>,
    pub favourites: Vec<String>,
    /// Share that stays in this group when the data is drawn again; `None` for rule groups, which do not waver.
    pub stability: Option<f64>,
    /// Since the previous run; `None` without one.
    pub joined: Option<u32>,
    pub left: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupSource {
    Cluster,
    /// The id of its rule group.
    Rule(String),
}

impl Group {
    /// `Too few to learn from.`
    pub fn is_few(&self) -> bool {
        self.customers < FEW
    }

    pub fn exported_alone(&self) -> bool {
        self.customers >= FEWEST_TO_EXPORT
    }
}

/// Fills in model, groups and assignment of `run` for its `k`, carrying over what continues from `previous`.
pub(super) fn make_groups(run: &mut SegmentRun, features: &CustomerFeatures, previous: Option<&SegmentRun>) {
    let Some(solution) = run.solutions.iter().find(|solution| solution.k == run.k).cloned() else {
        return;
    };
    let k = solution.k as usize;
    let ids: Vec<&str> = run.buyers.iter().map(|buyer| run.customer_ids[*buyer as usize].as_str()).collect();
    let former =
        previous.map_or_else(|| vec![None; k], |previous| continued(previous, &ids, &solution.labels, k));
    let mut centroids = solution.centroids.clone();
    let mut kept: Vec<Option<&Group>> = vec![None; k];
    if let Some(previous) = previous {
        for (cluster, former) in former.iter().enumerate() {
            let group = former
                .map(|former| &previous.groups[former])
                .filter(|group| group.source == GroupSource::Cluster);
            kept[cluster] = group;
            if let Some(group) = group.filter(|group| group.locked) {
                keep_centre(&mut centroids[cluster], &run.model, &previous.model, &group.id);
            }
        }
    }
    let mut drafts: Vec<Group> = Vec::new();
    let mut used: Vec<String> = kept.iter().flatten().map(|group| group.id.clone()).collect();
    for (group, stay) in kept.iter().zip(&solution.stay) {
        let stability = Some(*stay);
        drafts.push(match group {
            Some(group) => Group { stability, ..(*group).clone() },
            None => Group { stability, ..draft(fresh_id(&mut used, previous), GroupSource::Cluster) },
        });
    }
    run.model.centroids = centroids;
    run.model.labels = drafts.iter().map(|group| group.id.clone()).collect();
    let rules: Vec<Group> = run
        .settings
        .rules
        .iter()
        .map(|rule| {
            let before =
                previous.and_then(|previous| previous.groups.iter().find(|group| group.id == rule.id));
            let base =
                before.cloned().unwrap_or_else(|| draft(rule.id.clone(), GroupSource::Rule(rule.id.clone())));
            Group { name: rule.name.clone(), renamed: true, stability: None, ..base }
        })
        .collect();
    run.groups = rules.into_iter().chain(drafts).collect();
    fill(run, features, previous);
}

/// Assigns everybody by rules and model and writes every figure, name and sentence of `run.groups`.
pub(super) fn fill(run: &mut SegmentRun, features: &CustomerFeatures, previous: Option<&SegmentRun>) {
    let n_rules = run.settings.rules.len();
    let inputs = Inputs::with(&run.model, features, &run.buyers);
    run.assignment = vec![NO_GROUP; run.customer_ids.len()];
    let place: Vec<Option<usize>> =
        run.model.labels.iter().map(|label| run.groups.iter().position(|group| group.id == *label)).collect();
    for (buyer, row) in run.buyers.iter().zip(inputs.rows()) {
        if let Some(group) = run.model.nearest(row).and_then(|centroid| place[centroid]) {
            run.assignment[*buyer as usize] = group as u16;
        }
    }
    if inputs.n_dims == 0 {
        // Nothing tells customers apart: all are in the only computed group.
        for buyer in &run.buyers {
            run.assignment[*buyer as usize] = n_rules as u16;
        }
    }
    for (slot, rule) in run.assignment.iter_mut().zip(first_fitting(&run.settings.rules, features)) {
        *slot = rule.unwrap_or(*slot);
    }
    let profiler = Profiler::new(features, &run.buyers);
    let everyone = profiler.profile(&run.buyers);
    let profiles: Vec<Profile> = (0..run.groups.len())
        .map(|group| {
            let members: Vec<u32> = (0..run.assignment.len() as u32)
                .filter(|row| run.assignment[*row as usize] as usize == group)
                .collect();
            profiler.profile(&members)
        })
        .collect();
    let computed: Vec<Profile> = profiles[n_rules..].to_vec();
    let found = if computed.len() == 1 { vec!["All customers".to_owned()] } else { names(&computed) };
    let moves = previous.map(|previous| super::matching::movement(previous, run));
    for (index, group) in run.groups.iter_mut().enumerate() {
        let profile = &profiles[index];
        group.customers = profile.n_customers as u32;
        group.share_of_customers = share(profile.n_customers as f64, run.buyers.len() as f64);
        group.revenue = profile.revenue;
        group.share_of_revenue = share(profile.revenue as f64, everyone.revenue as f64);
        group.description = description(profile);
        group.differences.clone_from(&profile.differences);
        group.favourites = profile.favourites();
        if !group.renamed && index >= n_rules {
            group.name.clone_from(&found[index - n_rules]);
        }
        (group.joined, group.left) = (None, None);
        if let Some(moves) = &moves {
            let before = moves.from.iter().position(|(id, _)| *id == group.id && !id.is_empty());
            let arrived: u32 = moves.counts.iter().map(|row| row[index]).sum();
            let stayed = before.map_or(0, |before| moves.counts[before][index]);
            let had: u32 = before.map_or(0, |before| moves.counts[before].iter().sum());
            group.joined = Some(arrived - stayed);
            group.left = Some(had - stayed);
        }
    }
    tell_apart(&mut run.groups);
    give_marks(&mut run.groups);
}

/// A computed name must not repeat one that the merchant gave.
fn tell_apart(groups: &mut [Group]) {
    for index in 0..groups.len() {
        let taken = |name: &str| {
            groups.iter().enumerate().any(|(other, group)| {
                other != index && group.name == name && (group.renamed || other < index)
            })
        };
        if !groups[index].renamed && taken(&groups[index].name) {
            let base = groups[index].name.clone();
            let name =
                (2..=groups.len() + 1).map(|number| format!("{base} {number}")).find(|name| !taken(name));
            groups[index].name = name.unwrap_or(base);
        }
    }
}

/// Colours and symbols: kept where given, else the lowest that nobody has. A new group never takes that of another.
fn give_marks(groups: &mut [Group]) {
    let mut taken: Vec<u8> = Vec::new();
    for group in groups.iter_mut() {
        if group.mark < MARKS && !taken.contains(&group.mark) {
            taken.push(group.mark);
        } else {
            group.mark = MARKS;
        }
    }
    for group in groups.iter_mut().filter(|group| group.mark == MARKS) {
        group.mark = (0..MARKS).find(|mark| !taken.contains(mark)).unwrap_or(taken.len() as u8 % MARKS);
        taken.push(group.mark);
    }
}

pub(super) fn draft(id: String, source: GroupSource) -> Group {
    Group {
        id,
        name: String::new(),
        renamed: false,
        locked: false,
        hidden: false,
        source,
        mark: MARKS,
        customers: 0,
        share_of_customers: 0.0,
        revenue: 0,
        share_of_revenue: 0.0,
        description: String::new(),
        differences: Vec::new(),
        favourites: Vec::new(),
        stability: None,
        joined: None,
        left: None,
    }
}

/// An id that neither this run nor the last one uses, so that rules of a vanished group never meet a stranger.
pub(super) fn fresh_id(used: &mut Vec<String>, previous: Option<&SegmentRun>) -> String {
    let former =
        |id: &String| previous.is_some_and(|previous| previous.groups.iter().any(|group| group.id == *id));
    let mut number = 1;
    loop {
        let id = format!("s{number}");
        if !used.contains(&id) && !former(&id) {
            used.push(id.clone());
            return id;
        }
        number += 1;
    }
}

/// Puts a locked group's former centre into this run's units.
fn keep_centre(centroid: &mut [f64], now: &ClusterModel, before: &ClusterModel, id: &str) {
    let Some(former) = before.labels.iter().position(|label| label == id) else {
        return;
    };
    for (value, feature) in centroid.iter_mut().zip(&now.features) {
        let Some(place) = before.features.iter().position(|other| other.name == feature.name) else {
            continue;
        };
        let old = &before.features[place];
        let x = before.centroids[former][place] * old.scale as f64 + old.mean as f64;
        *value = rounded((x - feature.mean as f64) / feature.scale as f64);
    }
}

fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}
