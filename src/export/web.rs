//! The web runtime's folder: the module, the bundle as it is, and a storefront that shows it at work.

use super::ExportFile;
use super::fidelity::{Fidelity, FidelityReport};
use super::subject::Subject;
use crate::bundle::web;
use serde_json::json;
use std::collections::BTreeMap;

pub(super) fn files(subject: &Subject<'_>, fidelity: &mut FidelityReport) -> Vec<ExportFile> {
    let size: usize = subject.bundle_files.iter().map(|(_, bytes)| bytes.len()).sum();
    fidelity.add(
        "bundle",
        Fidelity::Exact,
        &format!("{} files, {size} bytes before compression", subject.bundle_files.len()),
    );
    // The bundle in a folder of its own, because it refuses files that its manifest does not list.
    let bundle = subject.bundle_files.iter().map(|(path, bytes)| (format!("bundle/{path}"), bytes.clone()));
    let mut files: Vec<ExportFile> =
        bundle.chain(web::files()).map(|(path, bytes)| ExportFile { path, bytes }).collect();
    // Pictures at hand, so that the storefront shows them where the shop's own addresses do not answer.
    let names: BTreeMap<&str, &Vec<u8>> =
        subject.pictures.iter().map(|(image, bytes)| (file_name(image), bytes)).collect();
    files.push(ExportFile::json("pictures/index.json", &json!(names.keys().collect::<Vec<_>>())));
    files.extend(
        names
            .into_iter()
            .map(|(name, bytes)| ExportFile { path: format!("pictures/{name}"), bytes: bytes.clone() }),
    );
    files
}

/// The last part of a picture's address, without its query.
fn file_name(image: &str) -> &str {
    let path = image.split('?').next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default()
}
