//! The web runtime's folder: the bundle as it is, and a page that shows it at work.

use super::ExportFile;
use super::fidelity::{Fidelity, FidelityReport};
use super::subject::Subject;

pub(super) fn files(subject: &Subject<'_>, fidelity: &mut FidelityReport) -> Vec<ExportFile> {
    let size: usize = subject.bundle_files.iter().map(|(_, bytes)| bytes.len()).sum();
    fidelity.add(
        "bundle",
        Fidelity::Exact,
        &format!("{} files, {size} bytes before compression", subject.bundle_files.len()),
    );
    subject
        .bundle_files
        .iter()
        .map(|(path, bytes)| ExportFile { path: path.clone(), bytes: bytes.clone() })
        .collect()
}
