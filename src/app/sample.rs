//! The sample store, built the way any store is: export files, imported and trained.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Error, ImportRequest, NewStore, Session, train};
use crate::sample;
use crate::shop::{Currency, Monitor, TimeZoneName};

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
