//! Everything that can be proved about the files of a bundle without a network.

use serde::Serialize;

use super::golden;
use super::prepared::Prepared;
use crate::bundle::{Error, Files, Finding, Severity, check, disk, files, schema};

/// What `endcap verify` says.
#[derive(Clone, Debug, Serialize)]
pub struct Verification {
    pub bundle_id: String,
    pub digest: String,
    pub files: usize,
    pub bytes: u64,
    pub products: usize,
    pub rules: usize,
    /// Files that break their JSON Schema, `path: place: what`.
    pub schema_problems: Vec<String>,
    pub findings: Vec<Finding>,
    pub cases: usize,
    /// Lines of `cases.jsonl` that are answered otherwise.
    pub wrong_cases: Vec<usize>,
}

impl Verification {
    pub fn passed(&self) -> bool {
        self.schema_problems.is_empty()
            && self.wrong_cases.is_empty()
            && !self.findings.iter().any(|finding| finding.severity == Severity::Error)
    }
}

/// Digest, schemas, references, golden cases. An error means that the files are no bundle of this kind or were changed.
pub fn verify(all: &Files) -> Result<Verification, Error> {
    let manifest = disk::check(all)?;
    let schema_problems = schema::problems(all);
    let bundle = files::read(all)?;
    let findings = check::findings(&bundle);
    let broken = findings.iter().any(|finding| finding.severity == Severity::Error);
    let cases = all.get("cases.jsonl").map_or(&[][..], Vec::as_slice);
    let wrong_cases = if broken {
        Vec::new()
    } else {
        golden::replay(&Prepared::new(&bundle), cases)
            .map_err(|source| Error::Content { path: "cases.jsonl".to_owned(), source })?
    };
    Ok(Verification {
        bundle_id: manifest.bundle_id,
        digest: manifest.digest,
        files: all.len(),
        bytes: all.values().map(|bytes| bytes.len() as u64).sum(),
        products: bundle.catalog.products.len(),
        rules: bundle.document.rules.len(),
        schema_problems,
        findings,
        cases: cases.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count(),
        wrong_cases,
    })
}
