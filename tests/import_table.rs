//! The table of every sample file in `docs/formats.md` is what a run gives now.
//!
//! `ENDCAP_RENEW_FORMATS=1 cargo test --test import_table` writes it anew.

mod reading;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use endcap::import::{self, Mapping, Options, Severity};
use reading::{Collected, read_sources, shared};

const TITLE: &str = "## Every sample file\n";

/// Files to read, with their names from the folder on; licences and notes about where they are from are no data.
fn files(folder: &Path) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
            if path.is_dir() {
                // Made from the file beside it, for trying models.
                if name != "splits" {
                    open.push(path);
                }
            } else if !name.starts_with('.')
                && !name.to_lowercase().starts_with("license")
                && path.extension().is_none_or(|ending| ending != "md")
            {
                found.push(path);
            }
        }
    }
    found.sort();
    let name = |path: &PathBuf| path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
    found.into_iter().map(|path| (name(&path), path)).collect()
}

fn gives(sink: &Collected) -> String {
    let lines: usize = sink.orders.iter().map(|order| order.lines.len()).sum();
    let variants: usize = sink.products.iter().map(|product| product.variants.len()).sum();
    let parts = [
        (sink.products.len(), "products"),
        (variants, "variants"),
        (sink.customers.len(), "customers"),
        (sink.orders.len(), "orders"),
        (lines, "lines"),
        (sink.events.len(), "events"),
        (sink.other.len(), "stock levels, discounts or terms"),
    ];
    let parts: Vec<String> =
        parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    parts.join(", ")
}

fn word(value: impl serde::Serialize) -> String {
    serde_json::to_value(value).unwrap().as_str().unwrap_or_default().to_owned()
}

fn table(shared: &Path) -> String {
    let mapping = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/examples/online-retail.toml");
    let mapping = Mapping::from_toml(&std::fs::read_to_string(mapping).unwrap()).unwrap();
    let options = Options { mappings: vec![mapping], ..Options::default() };
    let mut out = format!(
        "{TITLE}\nWhat a run over the real files that the tests read gives; where nothing is taken, the last column says why. A test\n\
         compares this table in every run (`ENDCAP_RENEW_FORMATS=1 cargo test --test import_table` renews it).\n\n\
         | file | platform | kind | read | taken | set aside | gives | first problem |\n|---|---|---|---|---|---|---|---|\n"
    );
    for folder in ["samples", "data"] {
        for (name, path) in files(&shared.join(folder)) {
            let (reports, sink) = read_sources(&import::sources(&[path]), &options);
            let report = &reports[0];
            let worst = |issue: &&import::Issue| report.rows_read == 0 || issue.severity >= Severity::Warning;
            let reason =
                sink.set_aside.first().map(|(_, issue)| issue).or_else(|| sink.issues.iter().find(worst));
            writeln!(
                out,
                "| `{name}` | {} | {} | {} | {} | {} | {} | {} |",
                word(report.platform),
                word(report.kind),
                report.rows_read,
                report.rows_taken,
                report.rows_set_aside,
                gives(&sink),
                reason.map_or_else(String::new, |issue| issue.message.replace('|', "\\|")),
            )
            .unwrap();
        }
    }
    out
}

#[test]
fn the_table_of_sample_files_is_what_a_run_gives() {
    let Some(shared) = shared() else { return };
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/formats.md");
    let text = std::fs::read_to_string(&file).unwrap();
    let (before, written) = text.split_once(TITLE).expect("docs/formats.md has the table");
    let now = table(&shared);
    if std::env::var_os("ENDCAP_RENEW_FORMATS").is_some() {
        std::fs::write(&file, format!("{before}{now}")).unwrap();
        return;
    }
    let written = format!("{TITLE}{written}");
    for (line, (is, should)) in written.lines().zip(now.lines()).enumerate() {
        assert_eq!(is, should, "line {line} of the table; ENDCAP_RENEW_FORMATS=1 renews it");
    }
    assert_eq!(written.lines().count(), now.lines().count(), "ENDCAP_RENEW_FORMATS=1 renews the table");
}
