//! Who a visit is: its segment and its experiment arms.

use super::condition::compare;
use super::visit::Visit;
use crate::bundle::{Bundle, ClusterModel, EVERYONE, Experiment, ModelFeature, SegmentRule, Segments};
use crate::merch::Audience;
use crate::shop::hash::fnv1a64;

/// Id of the arm that sees the default layout, no rules and no personalization.
pub const HOLDOUT: &str = "holdout";

/// A visit as the decision sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Visitor {
    pub(super) segment: String,
    /// (experiment id, arm id)
    pub(super) arms: Vec<(String, String)>,
    pub(super) holdout: bool,
    pub(super) device: Option<String>,
    pub(super) source: Option<String>,
}

impl Visitor {
    pub(super) fn of(bundle: &Bundle, visit: &Visit) -> Self {
        let arms = if visit.personalize {
            visit.visitor.as_deref().map_or_else(Vec::new, |key| arms(&bundle.experiments, key, visit.now))
        } else {
            Vec::new()
        };
        let holdout = arms.iter().any(|(_, arm)| arm == HOLDOUT);
        let segment = if visit.personalize && !holdout {
            segment(&bundle.segments, visit)
        } else {
            EVERYONE.to_owned()
        };
        Self { segment, arms, holdout, device: visit.device.clone(), source: visit.source.clone() }
    }

    /// Every condition that is set holds.
    pub(super) fn is_in(&self, audience: &Audience) -> bool {
        let one_of = |wanted: &[String], own: Option<&str>| {
            wanted.is_empty() || own.is_some_and(|own| wanted.iter().any(|one| one == own))
        };
        one_of(&audience.segments, Some(&self.segment))
            && one_of(&audience.sources, self.source.as_deref())
            && one_of(&audience.devices, self.device.as_deref())
            && audience.arm.as_ref().is_none_or(|arm| self.arms.contains(arm))
    }
}

/// The visit's own segment where the bundle knows it, else one assigned from its facts, else everyone.
fn segment(segments: &Segments, visit: &Visit) -> String {
    match &visit.segment {
        Some(id) if segments.segments.iter().any(|segment| segment.id == *id) => id.clone(),
        Some(_) => EVERYONE.to_owned(),
        None => assign(segments, &visit.facts),
    }
}

/// Rule groups in list order, the cluster model, lifecycle stages, everyone.
pub fn assign(segments: &Segments, facts: &[(String, i64)]) -> String {
    let by_rule = |rules: &[SegmentRule]| {
        rules.iter().find(|rule| rule_holds(rule, facts)).map(|rule| rule.segment.clone())
    };
    by_rule(&segments.rules)
        .or_else(|| segments.model.as_ref().and_then(|model| nearest(model, facts)))
        .or_else(|| by_rule(&segments.lifecycle))
        .unwrap_or_else(|| EVERYONE.to_owned())
}

fn fact(facts: &[(String, i64)], name: &str) -> Option<i64> {
    facts.iter().find(|(known, _)| known == name).map(|(_, value)| *value)
}

/// A fact that was not observed satisfies no comparison.
fn rule_holds(rule: &SegmentRule, facts: &[(String, i64)]) -> bool {
    rule.any_of.iter().any(|all| {
        all.iter().all(|condition| {
            fact(facts, &condition.feature)
                .is_some_and(|value| compare(value, condition.operator, condition.value))
        })
    })
}

/// The label of the nearest centroid; `None` when fewer than half of the model's features were observed.
fn nearest(model: &ClusterModel, facts: &[(String, i64)]) -> Option<String> {
    let observed = model.features.iter().filter(|feature| fact(facts, &feature.source).is_some()).count();
    if observed == 0 || observed * 2 < model.features.len() {
        return None;
    }
    let z: Vec<f64> =
        model.features.iter().map(|feature| coordinate(feature, fact(facts, &feature.source))).collect();
    let mut best: Option<(f64, usize)> = None;
    for (cluster, centroid) in model.centroids.iter().enumerate() {
        let mut distance = 0.0;
        for (mine, theirs) in z.iter().zip(centroid) {
            let difference = mine - theirs;
            distance += difference * difference;
        }
        if best.is_none_or(|(nearest, _)| distance < nearest) {
            best = Some((distance, cluster));
        }
    }
    best.and_then(|(_, cluster)| model.labels.get(cluster).cloned())
}

/// `(x − mean) / scale` of a quantised fact; a constant feature says nothing and gives 0.
///
/// One IEEE 754 subtraction and one division, so every runtime gets the same bits.
#[expect(clippy::float_cmp, reason = "a scale of exactly zero marks a constant feature")]
pub fn coordinate(feature: &ModelFeature, observed: Option<i64>) -> f64 {
    if feature.scale == 0.0 {
        return 0.0;
    }
    let quantised = observed.unwrap_or(feature.missing);
    let x = match feature.bins.last() {
        Some((_, past_the_end)) => feature
            .bins
            .iter()
            .find(|(bound, _)| quantised < *bound)
            .map_or(*past_the_end, |(_, value)| *value),
        None => quantised as f64 / feature.quantum.max(1) as f64,
    };
    (x - feature.mean) / feature.scale
}

/// One arm per layer at most: the first experiment of the layer, in list order, whose ranges hold the visitor's bucket.
fn arms(experiments: &[Experiment], visitor: &str, now: i64) -> Vec<(String, String)> {
    let mut taken: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    for experiment in experiments {
        let runs = experiment.from.is_none_or(|from| from <= now)
            && experiment.until.is_none_or(|until| now < until);
        if !runs || taken.contains(&experiment.layer.as_str()) {
            continue;
        }
        let bucket = bucket(&experiment.id, visitor);
        if let Some(arm) = experiment.arms.iter().find(|arm| arm.start <= bucket && bucket < arm.end) {
            taken.push(&experiment.layer);
            found.push((experiment.id.clone(), arm.id.clone()));
        }
    }
    found
}

/// FNV-1a 64 of `experiment:visitor`, mod 10 000.
pub fn bucket(experiment: &str, visitor: &str) -> u32 {
    (fnv1a64(format!("{experiment}:{visitor}").as_bytes()) % 10_000) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::{SegmentCondition, SegmentInfo};
    use crate::merch::Operator;

    fn model() -> ClusterModel {
        let feature = |name: &str| ModelFeature {
            name: name.to_owned(),
            source: name.to_owned(),
            quantum: 1,
            scale: 1.0,
            ..ModelFeature::default()
        };
        ClusterModel {
            features: vec![feature("orders"), feature("spend")],
            centroids: vec![vec![0.0, 0.0], vec![2.0, 0.0]],
            labels: vec!["s0".to_owned(), "s1".to_owned()],
        }
    }

    #[test]
    fn a_visitor_between_two_centroids_goes_to_the_first() {
        let facts = [("orders".to_owned(), 1), ("spend".to_owned(), 0)];
        assert_eq!(nearest(&model(), &facts).as_deref(), Some("s0"));
        let facts = [("orders".to_owned(), 2), ("spend".to_owned(), 0)];
        assert_eq!(nearest(&model(), &facts).as_deref(), Some("s1"));
    }

    #[test]
    fn rules_come_before_the_model_and_lifecycle_after_it() {
        let rule = |segment: &str, feature: &str| SegmentRule {
            segment: segment.to_owned(),
            any_of: vec![vec![SegmentCondition {
                feature: feature.to_owned(),
                operator: Operator::GreaterOrEqual,
                value: 1,
            }]],
        };
        let segments = Segments {
            segments: vec![SegmentInfo::default()],
            rules: vec![rule("vip", "is_vip")],
            model: Some(model()),
            lifecycle: vec![rule("new", "visits")],
        };
        let facts = |names: &[&str]| -> Vec<(String, i64)> {
            names.iter().map(|name| ((*name).to_owned(), 1)).collect()
        };
        assert_eq!(assign(&segments, &facts(&["is_vip", "orders", "spend"])), "vip");
        assert_eq!(assign(&segments, &facts(&["orders", "spend", "visits"])), "s0");
        assert_eq!(assign(&segments, &facts(&["visits"])), "new");
        assert_eq!(assign(&segments, &[]), EVERYONE);
    }

    #[test]
    fn experiments_of_one_layer_never_overlap_on_a_visitor() {
        let experiment = |id: &str, layer: &str| Experiment {
            id: id.to_owned(),
            name: id.to_owned(),
            layer: layer.to_owned(),
            arms: vec![crate::bundle::Arm { id: "b".to_owned(), start: 0, end: 10_000 }],
            has_holdout: false,
            from: None,
            until: None,
        };
        let all = [experiment("x", "l"), experiment("y", "l"), experiment("z", "m")];
        let found = arms(&all, "someone", 0);
        assert_eq!(found.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["x", "z"]);
    }

    #[test]
    fn bins_are_looked_up_by_exclusive_upper_bounds() {
        let feature =
            ModelFeature { bins: vec![(10, 0.5), (20, 1.5)], scale: 1.0, ..ModelFeature::default() };
        for (quantised, expected) in [(9, 0.5), (10, 1.5), (20, 1.5), (99, 1.5)] {
            assert!((coordinate(&feature, Some(quantised)) - expected).abs() < 1e-12);
        }
    }
}
