//! k-means at 1,000,000 × 8 beside scikit-learn on the same numbers, in the same run.
//!
//! `cargo bench --bench segment` prints JSON lines. With `ENDCAP_PYTHON` naming an interpreter that has numpy and
//! scikit-learn, and the shared folder in place, the reference script runs right after, on the same machine.

use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use endcap::app::view::{CustomerTable, FeatureColumn};
use endcap::bundle::SegmentCondition;
use endcap::merch::Operator;
use endcap::segment::kmeans::{Effort, Points, fit};
use endcap::shop::hash::splitmix64;

const ROWS: u64 = 1_000_000;
const DIMS: u64 = 8;
const CLUSTERS: u64 = 12;

fn main() {
    let points = synthetic();
    println!(
        "{{\"check\":{{\"x00\":{},\"x17\":{},\"mean\":{}}}}}",
        points.row(0)[0],
        points.row(1)[7],
        points.values.iter().sum::<f64>() / points.values.len() as f64
    );
    for k in [5, 8, 12] {
        for starts in [3, 16] {
            let began = Instant::now();
            let found = fit(&points, k, 1, Effort { starts, ..Effort::default() })
                .expect("a million rows can be grouped");
            println!(
                "{{\"endcap\":\"k-means\",\"rows\":{ROWS},\"k\":{k},\"starts\":{starts},\"inertia\":{:.0},\"steps\":{},\"fit_s\":{:.3},\"threads\":{}}}",
                found.inertia,
                found.iterations,
                began.elapsed().as_secs_f64(),
                rayon::current_num_threads()
            );
        }
    }
    live_count();
    reference();
}

/// What the rule editor does after every key: a sentence of five conditions over 100,000 customers and 40 columns.
fn live_count() {
    let columns = (0..40_u64)
        .map(|column| FeatureColumn {
            name: format!("fact_{column:02}"),
            quantum: 1,
            values: (0..100_000).map(|row| (splitmix64(column << 32 | row) % 100) as f32).collect(),
            ..FeatureColumn::default()
        })
        .collect();
    let table = CustomerTable { numbers: (0..100_000).collect(), columns, ..CustomerTable::default() };
    let sentence: Vec<Vec<SegmentCondition>> = vec![
        (35..39)
            .map(|column| SegmentCondition {
                feature: format!("fact_{column}"),
                operator: Operator::GreaterOrEqual,
                value: 20,
            })
            .collect(),
        vec![SegmentCondition { feature: "fact_39".to_owned(), operator: Operator::Less, value: 5 }],
    ];
    let began = Instant::now();
    let n = table.count(&sentence);
    println!(
        "{{\"endcap\":\"live count\",\"customers\":100000,\"fit\":{n},\"ms\":{:.2}}}",
        began.elapsed().as_secs_f64() * 1_000.0
    );
}

/// The rows of `kmeans_reference.py`: row i belongs to cluster splitmix64(10^12 + i) mod 12, plus noise of variance 1.
fn synthetic() -> Points {
    let uniform = |counter: u64| (splitmix64(counter) >> 11) as f64 * 2.0_f64.powi(-53);
    let centre = |cluster: u64, dim: u64| 8.0 * (uniform(1_000_000_000 + DIMS * cluster + dim) - 0.5);
    let mut values = Vec::with_capacity((ROWS * DIMS) as usize);
    for row in 0..ROWS {
        let cluster = splitmix64(1_000_000_000_000 + row) % CLUSTERS;
        for dim in 0..DIMS {
            let noise: f64 = (0..4).map(|term| uniform(32 * row + 4 * dim + term)).sum::<f64>() - 2.0;
            values.push(centre(cluster, dim) + 3.0_f64.sqrt() * noise);
        }
    }
    Points::new(values, DIMS as usize)
}

fn reference() {
    let shared = std::env::var_os("ENDCAP_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let script = shared.join("bench/kmeans_reference.py");
    match std::env::var_os("ENDCAP_PYTHON") {
        Some(python) if script.is_file() => {
            let done = Command::new(python).arg(script).status();
            if !done.is_ok_and(|status| status.success()) {
                eprintln!("the reference did not run");
            }
        }
        _ => eprintln!("SKIPPED: the reference needs ENDCAP_PYTHON and ../shared"),
    }
}
