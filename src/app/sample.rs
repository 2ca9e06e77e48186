//! The sample store, built the way any store is: export files, imported and trained.

use std::fs;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;

use super::{Error, ImportRequest, NewStore, Session, train};
use crate::sample;
use crate::shop::{Currency, Monitor, TimeZoneName};

/// The trained workspace as [`build_workspace`] makes it, compressed. `tests/sample_store.rs` holds it against a new one
/// and renews it.
const PREPARED: &[u8] = include_bytes!("../../assets/sample/larkfield.endcap.gz");

/// The group whose homepage the sample store opens on.
pub const LANDING_SEGMENT: &str = "Plants & Vases people";

/// Name of the workspace beside the files.
pub const WORKSPACE: &str = "larkfield.endcap";

/// Writes the export files of the sample store into a folder. Files that are there already are replaced.
pub fn write_files(folder: &Path, monitor: &dyn Monitor) -> Result<Vec<PathBuf>, Error> {
    let failed = |path: &Path| {
        let message = format!("{} cannot be written", path.display());
        move |source: std::io::Error| Error::environment_because(message, source)
    };
    fs::create_dir_all(folder).map_err(failed(folder))?;
    monitor.progress(0, 0, "Making the sample store");
    let mut written = Vec::new();
    for file in sample::export_files(sample::SEED) {
        monitor.checkpoint()?;
        let path = folder.join(file.name);
        let bytes = file
            .packed()
            .map_err(|source| Error::bug_because(format!("{} could not be packed", file.name), source))?;
        fs::write(&path, bytes).map_err(failed(&path))?;
        written.push(path);
    }
    Ok(written)
}

/// Writes the prepared, trained sample store to `file`, whole or not at all.
pub fn unpack_workspace(file: &Path) -> Result<(), Error> {
    let failed = |source: std::io::Error| {
        let message = format!(
            "The sample store cannot be written to {}. Free some space or check the folder.",
            file.display()
        );
        Error::environment_because(message, source)
    };
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let partial = file.with_extension("partial");
    let mut out = fs::File::create(&partial).map_err(failed)?;
    std::io::copy(&mut GzDecoder::new(PREPARED), &mut out).map_err(failed)?;
    fs::rename(&partial, file).map_err(failed)
}

/// Imports files of the sample store into a new workspace and trains it as of the sample's own day.
pub fn build_workspace(
    file: &Path,
    export_files: &[PathBuf],
    monitor: &dyn Monitor,
) -> Result<train::Report, Error> {
    let store = NewStore {
        name: Some(sample::STORE_NAME.to_owned()),
        currency: Currency::new(sample::CURRENCY),
        time_zone: TimeZoneName(sample::TIME_ZONE.to_owned()),
    };
    let mut session = Session::create(file, &store)?;
    let request = ImportRequest { paths: export_files.to_vec(), ..ImportRequest::default() };
    let built = session.import(&request, monitor).and_then(|_| {
        let settings = session.settings()?;
        session.put_settings(&crate::workspace::Settings { is_sample: true, ..settings })?;
        train::train(session.workspace_mut(), &settings_of_the_sample(), monitor)
    });
    if built.is_err() {
        drop(session);
        // It did not exist before; a half-built store helps nobody.
        drop(fs::remove_file(file));
    }
    built
}

/// The day the sample store is looked at, whatever today is.
fn settings_of_the_sample() -> train::Settings {
    train::Settings { as_of: Some(sample::AS_OF), ..train::Settings::at(sample::AS_OF) }
}
