//! Bundle to projections: what leaves the studio for the systems a store already runs.
//!
//! Every target gets its files, a report of what it can carry exactly, roughly or not at all, and a guide on how to load
//! them. Nothing here touches the disk: a projection is a list of named bytes.
//! **Invariant**: only targets that address customers see customers ([`Target::names_customers`]); every other file is
//! made from the bundle alone.

mod algolia;
mod fidelity;
mod flags;
mod lists;
mod mail;
mod onnx;
mod part;
mod pmml;
mod product_files;
mod recommenders;
mod report;
mod search_engines;
mod shopify;
mod spark;
mod subject;
mod tables;
mod target;
mod text;
mod web;

pub use fidelity::{Fidelity, FidelityReport, Verdict};
pub use lists::{Lists, Slice, Window};
pub use part::Part;
pub use subject::{Goods, Interaction, InteractionKind, Member, Message, SMALLEST_GROUP, Section, Subject};
pub use target::Target;

/// One file of a projection. The path is relative, with `/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportFile {
    pub path: String,
    pub bytes: Vec<u8>,
}

impl ExportFile {
    fn text(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), bytes: text.into().into_bytes() }
    }

    /// Pretty, with a line end, so that it reads and compares well.
    fn json(path: impl Into<String>, value: &serde_json::Value) -> Self {
        let mut text = format!("{value:#}");
        text.push('\n');
        Self::text(path, text)
    }

    /// One value a line.
    fn json_lines(path: impl Into<String>, values: &[serde_json::Value]) -> Self {
        let text: String = values.iter().map(|value| format!("{value}\n")).collect();
        Self::text(path, text)
    }
}

/// A table that no spreadsheet runs as a formula.
pub fn table_file(path: &str, header: &[String], rows: Vec<Vec<String>>) -> ExportFile {
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    ExportFile { path: path.to_owned(), bytes: text::csv(&header, rows) }
}

/// What would be, or was, written for one target.
#[derive(Clone, Debug)]
pub struct Projection {
    pub target: Target,
    /// Ascending by path.
    pub files: Vec<ExportFile>,
    pub fidelity: FidelityReport,
}

/// Makes the projection of a subject for a target.
///
/// The files always hold `FIDELITY.md` and `HOW-TO-LOAD.md` beside what the target reads.
pub fn project(target: Target, subject: &Subject<'_>) -> Projection {
    project_without(target, &[], subject)
}

/// The same without the files of some parts; parts that share a file with others stay.
pub fn project_without(target: Target, left_out: &[Part], subject: &Subject<'_>) -> Projection {
    let lists = Lists::decide(subject);
    let mut fidelity = FidelityReport::of_rules_and_blocks(target, subject);
    let mut files = match target {
        Target::Web => web::files(subject, &mut fidelity),
        Target::Shopify => shopify::files(subject, &lists, &mut fidelity),
        Target::WooCommerce => product_files::woocommerce(subject, &lists, &mut fidelity),
        Target::Magento => product_files::magento(subject, &mut fidelity),
        Target::Algolia => algolia::files(subject, &lists, &mut fidelity),
        Target::OpenSearch => search_engines::opensearch(subject, &lists, &mut fidelity),
        Target::Elasticsearch => search_engines::elasticsearch(subject, &lists, &mut fidelity),
        Target::Klaviyo => mail::klaviyo(subject, &mut fidelity),
        Target::Mailchimp => mail::mailchimp(subject, &mut fidelity),
        Target::Flagd => flags::flagd(subject, &lists),
        Target::GrowthBook => flags::growthbook(subject, &lists),
        Target::Gorse => recommenders::gorse(subject, &mut fidelity),
        Target::Recombee => recommenders::recombee(subject, &mut fidelity),
        Target::Pmml => pmml::files(subject, &mut fidelity),
        Target::Onnx => onnx::files(subject, &mut fidelity),
        Target::Csv => tables::files(subject, &lists),
        Target::Spark => spark::files(subject, &mut fidelity),
        Target::Report => report::files(subject, &lists),
    };
    for part in left_out {
        let n_before = files.len();
        files.retain(|file| Part::of(target, &file.path) != Some(*part));
        if files.len() < n_before {
            fidelity.add(part.name(), Fidelity::Dropped, "left out of this export on request");
        }
    }
    files.push(ExportFile::text("FIDELITY.md", fidelity.markdown()));
    files.push(ExportFile::text("HOW-TO-LOAD.md", target.guide()));
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Projection { target, files, fidelity }
}

#[cfg(test)]
pub(crate) mod example;
#[cfg(test)]
mod payload_tests;
#[cfg(test)]
mod tests;
