//! Time to decide one block, for 1 000, 10 000 and 100 000 products, 8 segments and 200 rules.
//!
//! `cargo bench --bench decide`

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

mod shop;

use std::time::{Duration, Instant};

use endcap::decide::{Detail, PageRef, Prepared, Visit, golden};

/// Answers to one visit.
const ROUNDS: usize = 8;

fn main() {
    println!("products  detail   p50 per block   p99 per block   prepare   new document");
    for n in [1_000, 10_000, 100_000] {
        measure(n);
    }
}

fn measure(n: usize) {
    let bundle = shop::bundle(n);
    let started = Instant::now();
    let prepared = Prepared::new(&bundle);
    let prepare = started.elapsed();
    let mut changed = (*bundle.document).clone();
    changed.rules.swap(0, 1);
    let started = Instant::now();
    let again = prepared.with_document(changed.into());
    let new_document = started.elapsed();
    drop(again);
    let visits: Vec<Visit> = golden::cases(&prepared, 60, 5)
        .into_iter()
        .map(|case| case.visit)
        .filter(|visit| !matches!(visit.page, PageRef::Search(_)))
        .collect();
    for detail in [Detail::Plain, Detail::Full] {
        // The fastest of several answers to the same visit: on a shared machine the others measure the neighbours.
        let mut per_block: Vec<Duration> = visits
            .iter()
            .filter_map(|visit| {
                (0..ROUNDS)
                    .map(|_| {
                        let started = Instant::now();
                        let page = prepared.decide(visit, detail);
                        started.elapsed()
                            / page.blocks.iter().filter(|block| block.total > 0).count().max(1) as u32
                    })
                    .min()
            })
            .collect();
        per_block.sort_unstable();
        let at = |permille: usize| per_block[(per_block.len() - 1) * permille / 1_000];
        println!(
            "{n:>8}  {detail:?}  {:>11.1} µs  {:>11.1} µs  {prepare:>9.1?}  {new_document:>9.1?}",
            at(500).as_secs_f64() * 1e6,
            at(990).as_secs_f64() * 1e6,
        );
    }
}
