//! A grouping of customers as the portable part of a bundle: names, shares and the model, without the customers.

use crate::bundle::segments::{EVERYONE, SegmentCondition};
use crate::bundle::{ClusterModel, ModelFeature, SegmentInfo, SegmentRule, Segments};
use crate::features::catalogue::steps_of;
use crate::merch::Operator;
use crate::segment::{self, Condition, Group, GroupSource, Op, SegmentRun};

/// A quantised value no fact can have, so that an unobserved one gets a bin of its own.
const UNOBSERVED: i64 = -(1 << 52);
/// Above every quantised fact and still exact in every runtime.
const ABOVE_ALL: i64 = (1 << 53) - 1;

/// The groups that may leave the workspace, with the model that assigns them. Groups under
/// [`segment::groups::FEWEST_TO_EXPORT`] customers become `*`.
pub fn portable(run: &SegmentRun) -> Segments {
    let shown: Vec<&Group> = run.groups.iter().filter(|group| group.exported_alone()).collect();
    let label = |id: &String| {
        if shown.iter().any(|group| group.id == *id) { id.clone() } else { EVERYONE.to_owned() }
    };
    let mut infos: Vec<(i64, SegmentInfo)> = shown
        .iter()
        .map(|group| {
            let info = SegmentInfo {
                id: group.id.clone(),
                name: group.name.clone(),
                description: group.description.clone(),
                customers: group.customers,
                customer_share: permille(group.share_of_customers),
                revenue_share: permille(group.share_of_revenue),
                color: group.mark,
                hidden: group.hidden,
            };
            (group.revenue, info)
        })
        .collect();
    infos.sort_by(|one, two| two.0.cmp(&one.0).then_with(|| one.1.id.cmp(&two.1.id)));
    let rules = run
        .groups
        .iter()
        .filter_map(|group| {
            let GroupSource::Rule(rule_id) = &group.source else {
                return None;
            };
            let rule = run.settings.rules.iter().find(|rule| rule.id == *rule_id)?;
            Some(SegmentRule { segment: label(&group.id), any_of: any_of(&rule.when) })
        })
        .collect();
    let model = (!run.model.centroids.is_empty()).then(|| ClusterModel {
        features: run.model.features.iter().map(portable_feature).collect(),
        centroids: run.model.centroids.clone(),
        labels: run.model.labels.iter().map(label).collect(),
    });
    Segments {
        segments: infos.into_iter().map(|(_, info)| info).collect(),
        rules,
        model,
        ..Segments::default()
    }
}

fn portable_feature(feature: &segment::ModelFeature) -> ModelFeature {
    let mut bins = vec![(UNOBSERVED + 1, feature.missing as f64)];
    for (index, bin) in feature.bins.iter().enumerate() {
        let bound = feature.bins.get(index + 1).map_or(ABOVE_ALL, |next| next.from);
        bins.push((bound, bin.x as f64));
    }
    ModelFeature {
        name: feature.name.clone(),
        source: feature.name.clone(),
        missing: UNOBSERVED,
        quantum: feature.multiplier,
        log1p: false,
        bins,
        mean: feature.mean as f64,
        scale: feature.scale as f64,
    }
}

fn permille(share: f64) -> u32 {
    (share * 1000.0).round().clamp(0.0, 1000.0) as u32
}

/// And/or of any depth as "any of these lists of conditions", in the order they are written.
fn any_of(condition: &Condition) -> Vec<Vec<SegmentCondition>> {
    match condition {
        Condition::Any(parts) => parts.iter().flat_map(any_of).collect(),
        Condition::All(parts) => parts.iter().fold(vec![Vec::new()], |lists, part| {
            let more = any_of(part);
            lists
                .iter()
                .flat_map(|list| more.iter().map(|tail| [list.clone(), tail.clone()].concat()))
                .collect()
        }),
        Condition::Is(comparison) => vec![vec![SegmentCondition {
            feature: comparison.feature.clone(),
            operator: match comparison.op {
                Op::AtLeast => Operator::GreaterOrEqual,
                Op::AtMost => Operator::LessOrEqual,
                Op::MoreThan => Operator::Greater,
                Op::LessThan => Operator::Less,
                Op::Equals => Operator::Equals,
            },
            value: comparison.op.threshold(comparison.value, steps_of(&comparison.feature)),
        }]],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::assign::coordinate;
    use crate::segment::model::Bin;

    #[test]
    fn the_portable_feature_gives_the_coordinates_of_the_run() {
        let feature = segment::ModelFeature {
            name: "recency_days".to_owned(),
            multiplier: 1,
            missing: 500,
            bins: vec![Bin { from: 0, x: 0 }, Bin { from: 10, x: 1_000 }, Bin { from: 100, x: 2_000 }],
            mean: 1_000,
            scale: 500,
        };
        let portable = portable_feature(&feature);
        for fact in [None, Some(-7), Some(0), Some(9), Some(10), Some(99), Some(100), Some(1_000_000)] {
            assert_eq!(coordinate(&portable, fact).to_bits(), feature.z(fact).to_bits(), "{fact:?}");
        }
    }

    #[test]
    fn nested_conditions_become_lists_of_conditions() {
        let is = |feature: &str| Condition::is(feature, Op::AtLeast, 2.0);
        let nested = Condition::All(vec![is("a"), Condition::Any(vec![is("b"), is("c")])]);
        let lists = any_of(&nested);
        let names: Vec<Vec<&str>> =
            lists.iter().map(|list| list.iter().map(|one| one.feature.as_str()).collect()).collect();
        assert_eq!(names, [vec!["a", "b"], vec!["a", "c"]]);
        assert_eq!(lists[0][0].value, 2);
    }

    #[test]
    fn a_rule_compares_in_the_steps_its_fact_is_observed_in() {
        let value =
            |feature: &str, value: f64| any_of(&Condition::is(feature, Op::AtLeast, value))[0][0].value;
        assert_eq!(value("discount_share", 0.35), 350);
        assert_eq!(value("recency_days", 30.0), 30);
        assert_eq!(value("monetary", 12_345.0), 12_345);
    }
}
