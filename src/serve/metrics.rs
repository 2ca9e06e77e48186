//! Counters in Prometheus' text format.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds of the latency histogram, microseconds.
const BOUNDS: [u64; 9] = [100, 250, 500, 1_000, 2_500, 5_000, 10_000, 50_000, 250_000];

#[derive(Debug, Default)]
pub(super) struct Metrics {
    pages: AtomicU64,
    refused: AtomicU64,
    reloads: AtomicU64,
    refused_bundles: AtomicU64,
    within: [AtomicU64; BOUNDS.len()],
    microseconds: AtomicU64,
}

impl Metrics {
    pub(super) fn decided(&self, took: Duration) {
        let micros = took.as_micros() as u64;
        self.pages.fetch_add(1, Ordering::Relaxed);
        self.microseconds.fetch_add(micros, Ordering::Relaxed);
        for (count, bound) in self.within.iter().zip(BOUNDS) {
            if micros <= bound {
                count.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    pub(super) fn refused(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn reloaded(&self) {
        self.reloads.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn refused_bundle(&self) {
        self.refused_bundles.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn text(&self, bundle_id: &str, products: usize) -> String {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let counters = [
            ("endcap_pages_total", "Pages decided", read(&self.pages)),
            ("endcap_refused_total", "Requests refused", read(&self.refused)),
            ("endcap_reloads_total", "Bundles taken up while running", read(&self.reloads)),
            ("endcap_refused_bundles_total", "New bundles that were not sound", read(&self.refused_bundles)),
        ];
        let mut lines: Vec<String> = counters
            .iter()
            .map(|(name, help, value)| format!("# HELP {name} {help}\n# TYPE {name} counter\n{name} {value}"))
            .collect();
        let name = "endcap_decide_seconds";
        lines.push(format!("# HELP {name} Time to decide one page\n# TYPE {name} histogram"));
        for (count, bound) in self.within.iter().zip(BOUNDS) {
            let seconds = bound as f64 / 1e6;
            lines.push(format!("{name}_bucket{{le=\"{seconds}\"}} {}", read(count)));
        }
        let (pages, seconds) = (read(&self.pages), read(&self.microseconds) as f64 / 1e6);
        lines.push(format!("{name}_bucket{{le=\"+Inf\"}} {pages}"));
        lines.push(format!("{name}_sum {seconds}\n{name}_count {pages}"));
        lines.push(
            "# HELP endcap_bundle_info The bundle that is served\n# TYPE endcap_bundle_info gauge".to_owned(),
        );
        lines.push(format!("endcap_bundle_info{{bundle=\"{bundle_id}\"}} 1"));
        lines.push("# HELP endcap_products Products of the bundle\n# TYPE endcap_products gauge".to_owned());
        lines.push(format!("endcap_products {products}\n"));
        lines.join("\n")
    }
}
