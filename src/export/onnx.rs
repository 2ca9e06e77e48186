//! The group model as ONNX (IR 8, operators 17), written byte by byte: quantised facts as doubles in, the number of the
//! nearest centre out. Every operation is one IEEE 754 operation in the order of `decide-1`, so the answers are equal.

use super::ExportFile;
use super::fidelity::{Fidelity, FidelityReport};
use super::pmml;
use super::subject::Subject;
use crate::bundle::{ClusterModel, ModelFeature};

pub(super) fn files(subject: &Subject<'_>, fidelity: &mut FidelityReport) -> Vec<ExportFile> {
    let Some(model) = &subject.bundle().segments.model else {
        fidelity.add("groups", Fidelity::Dropped, "there is no group model yet; group the customers first");
        return Vec::new();
    };
    pmml::model_limits(subject, fidelity);
    vec![
        ExportFile { path: "groups.onnx".to_owned(), bytes: encode(model) },
        ExportFile::json("features.json", &pmml::features(model)),
    ]
}

/// Protocol buffers, as far as a model needs them.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn int(mut self, field: u64, value: i64) -> Self {
        self.varint(field << 3);
        self.varint(value as u64);
        self
    }

    fn bytes(mut self, field: u64, bytes: &[u8]) -> Self {
        self.varint(field << 3 | 2);
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
        self
    }

    fn text(self, field: u64, text: &str) -> Self {
        self.bytes(field, text.as_bytes())
    }

    fn message(self, field: u64, message: &Self) -> Self {
        self.bytes(field, &message.0)
    }
}

const INT64: i64 = 7;
const DOUBLE: i64 = 11;

#[derive(Default)]
struct Graph {
    nodes: Vec<Message>,
    constants: Vec<Message>,
    named: usize,
}

impl Graph {
    fn name(&mut self) -> String {
        self.named += 1;
        format!("v{}", self.named)
    }

    fn doubles(&mut self, shape: &[i64], values: &[f64]) -> String {
        let raw: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.constant(DOUBLE, shape, &raw)
    }

    fn ints(&mut self, values: &[i64]) -> String {
        let raw: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.constant(INT64, &[values.len() as i64], &raw)
    }

    fn constant(&mut self, kind: i64, shape: &[i64], raw: &[u8]) -> String {
        let name = self.name();
        let tensor = shape.iter().fold(Message::default(), |tensor, size| tensor.int(1, *size));
        self.constants.push(tensor.int(2, kind).text(8, &name).bytes(9, raw));
        name
    }

    fn node(&mut self, operator: &str, inputs: &[&str], attributes: &[(&str, i64)]) -> String {
        let output = self.name();
        self.node_to(operator, inputs, attributes, &output);
        output
    }

    fn node_to(&mut self, operator: &str, inputs: &[&str], attributes: &[(&str, i64)], output: &str) {
        let node = inputs.iter().fold(Message::default(), |node, input| node.text(1, input));
        let node = node.text(2, output).text(4, operator);
        // 2 is the attribute type INT.
        let node = attributes.iter().fold(node, |node, (name, value)| {
            node.message(5, &Message::default().text(1, name).int(3, *value).int(20, 2))
        });
        self.nodes.push(node);
    }
}

fn encode(model: &ClusterModel) -> Vec<u8> {
    let width = model.features.len();
    let mut graph = Graph::default();
    let mut distance: Option<String> = None;
    for (column, feature) in model.features.iter().enumerate() {
        let at = graph.ints(&[column as i64]);
        // [rows, 1]
        let fact = graph.node("Gather", &["facts", &at], &[("axis", 1)]);
        let z = coordinate(&mut graph, feature, &fact);
        let centres: Vec<f64> = model.centroids.iter().map(|centre| centre[column]).collect();
        let centres = graph.doubles(&[1, centres.len() as i64], &centres);
        // [rows, clusters]
        let difference = graph.node("Sub", &[&z, &centres], &[]);
        let squared = graph.node("Mul", &[&difference, &difference], &[]);
        distance = Some(match distance {
            Some(sum) => graph.node("Add", &[&sum, &squared], &[]),
            None => squared,
        });
    }
    let distance = distance.unwrap_or_else(|| "facts".to_owned());
    graph.node_to(
        "ArgMin",
        &[&distance],
        &[("axis", 1), ("keepdims", 0), ("select_last_index", 0)],
        "cluster",
    );

    let dimension = |size: Option<usize>| match size {
        Some(size) => Message::default().int(1, size as i64),
        None => Message::default().text(2, "rows"),
    };
    let value = |name: &str, kind: i64, shape: &[Option<usize>]| {
        let shape = shape.iter().fold(Message::default(), |shape, size| shape.message(1, &dimension(*size)));
        let tensor = Message::default().int(1, kind).message(2, &shape);
        Message::default().text(1, name).message(2, &Message::default().message(1, &tensor))
    };
    let body =
        graph.nodes.iter().fold(Message::default(), |body, node| body.message(1, node)).text(2, "groups");
    let body = graph.constants.iter().fold(body, |body, constant| body.message(5, constant));
    let body = body
        .message(11, &value("facts", DOUBLE, &[None, Some(width)]))
        .message(12, &value("cluster", INT64, &[None]));
    let operators = Message::default().text(1, "").int(2, 17);
    Message::default().int(1, 8).text(2, "Endcap").message(7, &body).message(8, &operators).0
}

/// `(x − mean) / scale` of a column of facts; NaN stands for a fact that was not observed.
#[expect(clippy::float_cmp, reason = "a scale of exactly zero marks a constant feature")]
fn coordinate(graph: &mut Graph, feature: &ModelFeature, fact: &str) -> String {
    let unknown = graph.node("IsNaN", &[fact], &[]);
    let missing = graph.doubles(&[1, 1], &[feature.missing as f64]);
    let fact = graph.node("Where", &[&unknown, &missing, fact], &[]);
    if feature.scale == 0.0 {
        let zero = graph.doubles(&[1, 1], &[0.0]);
        let finite = graph.node("Mul", &[&fact, &zero], &[]);
        return graph.node("Add", &[&finite, &zero], &[]);
    }
    let x = match feature.bins.last() {
        Some((_, past_the_end)) => {
            let bounds: Vec<f64> = feature.bins.iter().map(|(bound, _)| *bound as f64).collect();
            let values: Vec<f64> =
                feature.bins.iter().map(|(_, value)| *value).chain([*past_the_end]).collect();
            let bounds = graph.doubles(&[1, bounds.len() as i64], &bounds);
            let values = graph.doubles(&[values.len() as i64], &values);
            // How many bounds the fact has reached is the number of its bin.
            let reached = graph.node("GreaterOrEqual", &[&fact, &bounds], &[]);
            let reached = graph.node("Cast", &[&reached], &[("to", INT64)]);
            let axis = graph.ints(&[1]);
            let bin = graph.node("ReduceSum", &[&reached, &axis], &[("keepdims", 1)]);
            graph.node("Gather", &[&values, &bin], &[("axis", 0)])
        }
        None => {
            let quantum = graph.doubles(&[1, 1], &[feature.quantum.max(1) as f64]);
            graph.node("Div", &[&fact, &quantum], &[])
        }
    };
    let mean = graph.doubles(&[1, 1], &[feature.mean]);
    let scale = graph.doubles(&[1, 1], &[feature.scale]);
    let centred = graph.node("Sub", &[&x, &mean], &[]);
    graph.node("Div", &[&centred, &scale], &[])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_written_as_protocol_buffers_write_them() {
        // The published example: field 1 with value 150 is 08 96 01.
        assert_eq!(Message::default().int(1, 150).0, [0x08, 0x96, 0x01]);
        assert_eq!(Message::default().text(2, "testing").0, b"\x12\x07testing");
    }

    #[test]
    fn the_model_opens_with_its_version_and_ends_with_its_operators() {
        let feature = ModelFeature {
            name: "n".to_owned(),
            source: "n".to_owned(),
            quantum: 1,
            scale: 1.0,
            ..ModelFeature::default()
        };
        let model = ClusterModel {
            features: vec![feature],
            centroids: vec![vec![0.0], vec![1.0]],
            labels: vec!["s1".to_owned(), "s2".to_owned()],
        };
        let bytes = encode(&model);
        assert_eq!(bytes[..2], [0x08, 8]);
        assert!(bytes.ends_with(&[0x42, 4, 0x0a, 0, 0x10, 17]), "opset 17 of the default domain");
    }
}
