//! What a merchant does to groups by hand. Every edit gives a new run; the old one stays for undo.

use serde::{Deserialize, Serialize};

use crate::features::CustomerFeatures;

use super::groups::{GroupSource, draft, fill, fresh_id};
use super::inputs::Inputs;
use super::kmeans::fit_once;
use super::model::rounded;
use super::rules::{Condition, RuleGroup};
use super::run::SegmentRun;

/// One edit; groups by id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Edit {
    Rename {
        group: String,
        name: String,
    },
    Lock {
        group: String,
        locked: bool,
    },
    Hide {
        group: String,
        hidden: bool,
    },
    Mark {
        group: String,
        mark: u8,
    },
    /// `from` disappears into `into`, which keeps its name and id.
    Merge {
        into: String,
        from: String,
    },
    /// The larger half keeps name and id.
    Split {
        group: String,
    },
    /// Replaces all rule groups, in list order.
    Rules(Vec<RuleGroup>),
}

/// Why an edit cannot be made, as a sentence for the person who tried.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    #[error("There is no such group any more.")]
    NoSuchGroup,
    #[error("A group needs a name.")]
    NoName,
    #[error("A group by rule and a computed group cannot be merged. Widen the rule instead.")]
    DifferentKinds,
    #[error("A group cannot be merged with itself.")]
    Itself,
    #[error("Only computed groups can be split. Change the rule instead.")]
    RuleSplit,
    #[error("All customers of this group look alike, so it cannot be split.")]
    NothingToSplit,
}

/// The run after an edit. `previous` is the run before this one, for who joined and left.
pub fn apply(
    run: &SegmentRun,
    features: &CustomerFeatures,
    previous: Option<&SegmentRun>,
    edit: &Edit,
) -> Result<SegmentRun, EditError> {
    let mut next = run.clone();
    let place = |id: &str| run.groups.iter().position(|group| group.id == id).ok_or(EditError::NoSuchGroup);
    match edit {
        Edit::Rename { group, name } => {
            let name = name.trim();
            if name.is_empty() {
                return Err(EditError::NoName);
            }
            let index = place(group)?;
            name.clone_into(&mut next.groups[index].name);
            next.groups[index].renamed = true;
            if let Some(rule) = next.settings.rules.iter_mut().find(|rule| rule.id == *group) {
                name.clone_into(&mut rule.name);
            }
            return Ok(next);
        }
        Edit::Lock { group, locked } => {
            let index = place(group)?;
            next.groups[index].locked = *locked;
            return Ok(next);
        }
        Edit::Hide { group, hidden } => {
            let index = place(group)?;
            next.groups[index].hidden = *hidden;
            return Ok(next);
        }
        Edit::Mark { group, mark } => {
            let index = place(group)?;
            next.groups[index].mark = *mark % super::groups::MARKS;
            return Ok(next);
        }
        Edit::Merge { into, from } => merge(&mut next, place(into)?, place(from)?)?,
        Edit::Split { group } => split(&mut next, place(group)?, features)?,
        Edit::Rules(rules) => {
            let computed = next.groups.iter().filter(|group| group.source == GroupSource::Cluster).cloned();
            let ruled = rules.iter().map(|rule| {
                let known = run.groups.iter().find(|group| group.id == rule.id).cloned();
                let mut group =
                    known.unwrap_or_else(|| draft(rule.id.clone(), GroupSource::Rule(rule.id.clone())));
                group.name.clone_from(&rule.name);
                group.renamed = true;
                group
            });
            next.groups = ruled.chain(computed).collect();
            next.settings.rules.clone_from(rules);
        }
    }
    fill(&mut next, features, previous);
    Ok(next)
}

fn merge(run: &mut SegmentRun, into: usize, from: usize) -> Result<(), EditError> {
    if into == from {
        return Err(EditError::Itself);
    }
    let (kept, gone) = (run.groups[into].clone(), run.groups[from].clone());
    match (&kept.source, &gone.source) {
        (GroupSource::Cluster, GroupSource::Cluster) => {
            for label in run.model.labels.iter_mut().filter(|label| **label == gone.id) {
                label.clone_from(&kept.id);
            }
            // Members of both stay together as far as either did.
            let weight = |group: &super::Group| group.stability.unwrap_or(1.0) * f64::from(group.customers);
            let size = f64::from(kept.customers + gone.customers).max(1.0);
            run.groups[into].stability = Some((weight(&kept) + weight(&gone)) / size);
        }
        (GroupSource::Rule(one), GroupSource::Rule(two)) => {
            let other = run.settings.rules.iter().find(|rule| rule.id == *two).map(|rule| rule.when.clone());
            if let (Some(other), Some(rule)) =
                (other, run.settings.rules.iter_mut().find(|rule| rule.id == *one))
            {
                rule.when = Condition::Any(vec![rule.when.clone(), other]);
            }
            run.settings.rules.retain(|rule| rule.id != *two);
        }
        _ => return Err(EditError::DifferentKinds),
    }
    run.groups.remove(from);
    Ok(())
}

fn split(run: &mut SegmentRun, index: usize, features: &CustomerFeatures) -> Result<(), EditError> {
    let group = run.groups[index].clone();
    if group.source != GroupSource::Cluster {
        return Err(EditError::RuleSplit);
    }
    let members: Vec<u32> = run
        .buyers
        .iter()
        .copied()
        .filter(|buyer| run.assignment[*buyer as usize] as usize == index)
        .collect();
    let points = Inputs::with(&run.model, features, &members);
    let alike = points.rows().all(|row| row == points.row(0));
    if members.len() < 2 || points.n_dims == 0 || alike {
        return Err(EditError::NothingToSplit);
    }
    let fit = (0..10)
        .map(|start| fit_once(&points, 2, run.settings.seed.wrapping_add(start)))
        .min_by(|one, two| one.inertia.total_cmp(&two.inertia))
        .ok_or(EditError::NothingToSplit)?;
    let second: usize = fit.labels.iter().map(|label| *label as usize).sum();
    let larger = usize::from(second * 2 > members.len());
    let mut used: Vec<String> = run.groups.iter().map(|group| group.id.clone()).collect();
    let id = fresh_id(&mut used, None);
    let mut centroids = Vec::new();
    let mut labels = Vec::new();
    for (centroid, label) in run.model.centroids.iter().zip(&run.model.labels) {
        if *label != group.id {
            centroids.push(centroid.clone());
            labels.push(label.clone());
        }
    }
    for (half, label) in [(larger, &group.id), (1 - larger, &id)] {
        centroids.push(fit.centroids.row(half).iter().copied().map(rounded).collect());
        labels.push(label.clone());
    }
    run.model.centroids = centroids;
    run.model.labels = labels;
    let mut half = draft(id, GroupSource::Cluster);
    half.stability = group.stability;
    run.groups.insert(index + 1, half);
    Ok(())
}
