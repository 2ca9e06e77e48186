//! The web runtime's folder: the module, the bundle as it is, and a storefront that shows it at work.

use super::ExportFile;
use super::fidelity::{Fidelity, FidelityReport};
use super::subject::Subject;
use crate::bundle::web;

pub(super) fn files(subject: &Subject<'_>, fidelity: &mut FidelityReport) -> Vec<ExportFile> {
    let size: usize = subject.bundle_files.iter().map(|(_, bytes)| bytes.len()).sum();
    fidelity.add(
        "bundle",
        Fidelity::Exact,
        &format!("{} files, {size} bytes before compression", subject.bundle_files.len()),
    );
    // The bundle in a folder of its own, because it refuses files that its manifest does not list.
    let bundle = subject.bundle_files.iter().map(|(path, bytes)| (format!("bundle/{path}"), bytes.clone()));
    bundle.chain(web::files()).map(|(path, bytes)| ExportFile { path, bytes }).collect()
}
