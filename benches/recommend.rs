//! Recommendation models on a real shop and on 10,000,000 synthetic order lines, beside the reference libraries in the
//! same run.
//!
//! `cargo bench --bench recommend` prints one JSON line per method; `-- online-retail` and `-- lines` run one part alone.
//! With `ENDCAP_PYTHON` naming an interpreter that has `implicit`, SciPy and NumPy, and the shared folder in place, the
//! references run right after and the ratios are printed. `ENDCAP_LINES` makes the synthetic part smaller.

mod online_retail;

use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use endcap::recommend::cooccur::{Baskets, Measure};
use endcap::recommend::ials::{Ials, Settings};
use endcap::recommend::item_knn::{Weighting, item_knn};
use endcap::recommend::sparse::Sparse;
use endcap::shop::hash::splitmix64;

const CUSTOMERS: usize = 1_000_000;
const ITEMS: usize = 100_000;

fn uniform(counter: u64) -> f64 {
    (splitmix64(counter) >> 11) as f64 / (1_u64 << 53) as f64
}

/// The generator of the reference: customer and item of line `l`.
fn line(l: u64) -> (u32, u32) {
    let user = (CUSTOMERS as f64 * uniform(4 * l).powf(1.5)).floor() as u64;
    let rank = (ITEMS as f64 * uniform(4 * l + 1).powi(3)).floor() as u64;
    let item =
        if uniform(4 * l + 2) < 0.5 { (rank * 7919 + (user % 50) * 2003) % ITEMS as u64 } else { rank };
    (user as u32, item as u32)
}

fn matrix(lines: u64) -> (Sparse, u64) {
    let mut pairs: Vec<(u32, u32)> = (0..lines).map(line).collect();
    let checksum = pairs.iter().map(|p| u64::from(p.0) * 7 + u64::from(p.1)).sum();
    pairs.sort_unstable();
    pairs.dedup();
    let mut start = vec![0; CUSTOMERS + 1];
    for (user, _) in &pairs {
        start[*user as usize + 1] += 1;
    }
    for user in 0..CUSTOMERS {
        start[user + 1] += start[user];
    }
    let index: Vec<u32> = pairs.iter().map(|pair| pair.1).collect();
    let value = vec![1.0; index.len()];
    (Sparse::from_parts(ITEMS, start, index, value), checksum)
}

fn timed<T>(name: &str, work: impl FnOnce() -> T) -> (T, f64) {
    let start = Instant::now();
    let result = work();
    let seconds = start.elapsed().as_secs_f64();
    println!("{{\"endcap\":\"{name}\",\"fit_s\":{seconds:.3}}}");
    (result, seconds)
}

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let wanted = |part: &str| asked.is_empty() || asked.iter().any(|word| word == part);
    if wanted("online-retail") {
        online_retail::run();
    }
    if wanted("lines") {
        synthetic();
    }
}

fn synthetic() {
    let lines = std::env::var("ENDCAP_LINES").ok().and_then(|n| n.parse().ok()).unwrap_or(10_000_000);
    let (rows, checksum) = matrix(lines);
    println!("{{\"data\":{{\"lines\":{lines},\"nnz\":{},\"checksum\":{checksum}}}}}", rows.entries());
    let (_, bm25) =
        timed("bm25 item neighbours K=50", || item_knn(&rows, Weighting::Bm25 { k1: 1.2, b: 0.75 }, 50));
    let (_, pairs) =
        timed("co-occurrence K=50", || Baskets::from_rows(rows.clone()).neighbours(Measure::Jaccard, 50));
    let mut als = Vec::new();
    for factors in [32, 64] {
        let settings =
            Settings { factors, iterations: 15, regularisation: 0.01, exponent: 0.0, ..Settings::default() };
        als.push(timed(&format!("als f={factors} 15 it"), || Ials::fit(&rows, settings)).1);
    }
    let shared = std::env::var_os("ENDCAP_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let script = shared.join("bench/recommend_reference.py");
    if let Some(python) = std::env::var_os("ENDCAP_PYTHON").filter(|_| script.is_file()) {
        let output = Command::new(python).arg(script).output().expect("the reference should start");
        let text = String::from_utf8_lossy(&output.stdout);
        for line in text.lines() {
            println!("{line}");
            let Ok(row) = serde_json::from_str::<serde_json::Value>(line) else {
                continue;
            };
            let Some(theirs) = row["fit_s"].as_f64() else {
                continue;
            };
            let ours = match (row["scale"].as_str(), row["factors"].as_u64()) {
                (Some("implicit als"), Some(32)) => als[0],
                (Some("implicit als"), Some(64)) => als[1],
                (Some("implicit bm25 itemknn"), _) => bm25,
                (Some("scipy co-occurrence"), _) => pairs,
                _ => continue,
            };
            println!("{{\"ratio\":{:.3},\"of\":{}}}", ours / theirs, row["scale"]);
        }
    }
}
