//! The group model as PMML 4.4: quantised facts in, the nearest centre out.

use std::fmt::Write as _;

use serde_json::json;

use super::ExportFile;
use super::fidelity::{Fidelity, FidelityReport};
use super::subject::Subject;
use super::text::escape;
use crate::bundle::{ClusterModel, ModelFeature};

pub(super) fn files(subject: &Subject<'_>, fidelity: &mut FidelityReport) -> Vec<ExportFile> {
    let Some(model) = &subject.bundle().segments.model else {
        fidelity.add("groups", Fidelity::Dropped, "there is no group model yet; group the customers first");
        return Vec::new();
    };
    model_limits(subject, fidelity);
    vec![
        ExportFile::text("groups.pmml", document(model, &subject.bundle_id)),
        ExportFile::json("features.json", &features(model)),
    ]
}

/// What a model file alone does not say.
pub(super) fn model_limits(subject: &Subject<'_>, fidelity: &mut FidelityReport) {
    let segments = &subject.bundle().segments;
    if !segments.rules.is_empty() {
        fidelity.add(
            "rule groups",
            Fidelity::Dropped,
            "they come before the model; evaluate them first, as segments.json says",
        );
    }
    if !segments.lifecycle.is_empty() {
        fidelity.add(
            "stages",
            Fidelity::Dropped,
            "visitors with fewer than half of the facts get a stage instead; test that first",
        );
    }
}

/// How a raw fact becomes an input, for whoever feeds the model.
pub(super) fn features(model: &ClusterModel) -> serde_json::Value {
    let inputs: Vec<_> = model
        .features
        .iter()
        .map(|feature| {
            json!({
                "input": feature.source, "name": feature.name,
                "value": "floor(fact × stepsPerUnit), a whole number", "stepsPerUnit": feature.quantum,
                "whenMissing": feature.missing,
            })
        })
        .collect();
    json!({ "inputs": inputs, "labels": model.labels })
}

fn document(model: &ClusterModel, bundle: &str) -> String {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    xml.push_str("<PMML xmlns=\"http://www.dmg.org/PMML-4_4\" version=\"4.4\">\n");
    line(
        &mut xml,
        1,
        &format!(
            "<Header description=\"Customer groups of bundle {}\"><Application name=\"Endcap\"/></Header>",
            escape(bundle)
        ),
    );
    line(&mut xml, 1, &format!("<DataDictionary numberOfFields=\"{}\">", model.features.len()));
    for feature in &model.features {
        line(
            &mut xml,
            2,
            &format!(
                "<DataField name=\"{}\" optype=\"continuous\" dataType=\"double\"/>",
                escape(&feature.source)
            ),
        );
    }
    line(&mut xml, 1, "</DataDictionary>");
    line(
        &mut xml,
        1,
        &format!(
            "<ClusteringModel modelName=\"groups\" functionName=\"clustering\" modelClass=\"centerBased\" numberOfClusters=\"{}\">",
            model.centroids.len()
        ),
    );
    line(&mut xml, 2, "<MiningSchema>");
    for feature in &model.features {
        line(
            &mut xml,
            3,
            &format!(
                "<MiningField name=\"{}\" usageType=\"active\" missingValueReplacement=\"{}\"/>",
                escape(&feature.source),
                feature.missing
            ),
        );
    }
    line(&mut xml, 2, "</MiningSchema>");
    line(&mut xml, 2, "<Output>");
    line(
        &mut xml,
        3,
        "<OutputField name=\"cluster\" optype=\"categorical\" dataType=\"string\" feature=\"predictedValue\"/>",
    );
    line(
        &mut xml,
        3,
        "<OutputField name=\"group\" optype=\"categorical\" dataType=\"string\" feature=\"predictedDisplayValue\"/>",
    );
    line(&mut xml, 2, "</Output>");
    line(&mut xml, 2, "<LocalTransformations>");
    for (nth, feature) in model.features.iter().enumerate() {
        derived(&mut xml, nth, feature);
    }
    line(&mut xml, 2, "</LocalTransformations>");
    line(
        &mut xml,
        2,
        "<ComparisonMeasure kind=\"distance\" compareFunction=\"absDiff\"><squaredEuclidean/></ComparisonMeasure>",
    );
    for nth in 0..model.features.len() {
        line(&mut xml, 2, &format!("<ClusteringField field=\"z{nth}\" compareFunction=\"absDiff\"/>"));
    }
    for (nth, (centre, label)) in model.centroids.iter().zip(&model.labels).enumerate() {
        let values: Vec<String> = centre.iter().map(|value| format!("{value:?}")).collect();
        line(
            &mut xml,
            2,
            &format!(
                "<Cluster id=\"{nth}\" name=\"{}\"><Array n=\"{}\" type=\"real\">{}</Array></Cluster>",
                escape(label),
                values.len(),
                values.join(" ")
            ),
        );
    }
    line(&mut xml, 1, "</ClusteringModel>");
    xml.push_str("</PMML>\n");
    xml
}

#[expect(clippy::float_cmp, reason = "a scale of exactly zero marks a constant feature")]
fn derived(xml: &mut String, nth: usize, feature: &ModelFeature) {
    let source = escape(&feature.source);
    if let Some((_, past_the_end)) = feature.bins.last() {
        line(xml, 3, &format!("<DerivedField name=\"x{nth}\" optype=\"continuous\" dataType=\"double\">"));
        line(
            xml,
            4,
            &format!("<Discretize field=\"{source}\" dataType=\"double\" defaultValue=\"{past_the_end:?}\">"),
        );
        let mut low: Option<i64> = None;
        for (bound, value) in &feature.bins {
            let left = low.map_or_else(String::new, |low| format!(" leftMargin=\"{low}\""));
            let closure = if low.is_some() { "closedOpen" } else { "openOpen" };
            line(
                xml,
                5,
                &format!(
                    "<DiscretizeBin binValue=\"{value:?}\"><Interval closure=\"{closure}\"{left} rightMargin=\"{bound}\"/></DiscretizeBin>"
                ),
            );
            low = Some(*bound);
        }
        line(xml, 4, "</Discretize>");
        line(xml, 3, "</DerivedField>");
    }
    line(xml, 3, &format!("<DerivedField name=\"z{nth}\" optype=\"continuous\" dataType=\"double\">"));
    if feature.scale == 0.0 {
        line(xml, 4, "<Constant dataType=\"double\">0</Constant>");
    } else {
        let x = if feature.bins.is_empty() {
            format!(
                "<Apply function=\"/\"><FieldRef field=\"{source}\"/><Constant dataType=\"double\">{}</Constant></Apply>",
                feature.quantum.max(1)
            )
        } else {
            format!("<FieldRef field=\"x{nth}\"/>")
        };
        let (mean, scale) = (feature.mean, feature.scale);
        line(
            xml,
            4,
            &format!(
                "<Apply function=\"/\"><Apply function=\"-\">{x}<Constant dataType=\"double\">{mean:?}</Constant></Apply><Constant dataType=\"double\">{scale:?}</Constant></Apply>"
            ),
        );
    }
    line(xml, 3, "</DerivedField>");
}

fn line(xml: &mut String, depth: usize, text: &str) {
    writeln!(xml, "{}{text}", "  ".repeat(depth)).expect("writing to a string");
}
