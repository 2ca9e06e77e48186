//! The whole way in one go: import, train, compile, export, report.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::export::{self, Exporter};
use super::{Error, ImportReport, ImportRequest, NewStore, Session, report, train};
use crate::export::{Section, Target};
use crate::shop::{Monitor, Seconds};

#[derive(Clone, Debug)]
pub struct Request {
    pub import: ImportRequest,
    /// What a workspace that is made assumes; without a name it gets that of `out`.
    pub store: NewStore,
    pub out: PathBuf,
    /// The report is always among them.
    pub targets: Vec<Target>,
    pub now: Seconds,
}

/// What came of it. Paths are inside the folder asked for.
#[derive(Debug, Serialize)]
pub struct Outcome {
    pub workspace: PathBuf,
    pub bundle: PathBuf,
    pub bundle_id: String,
    pub exports: Vec<Exported>,
    pub trained: train::Report,
    #[serde(skip)]
    pub imported: ImportReport,
}

#[derive(Clone, Debug, Serialize)]
pub struct Exported {
    pub target: Target,
    pub folder: PathBuf,
    pub files: usize,
    pub bytes: u64,
}

/// Runs everything. A workspace that is already in the folder is added to; bundles are named by their content.
pub fn run(request: &Request, monitor: &dyn Monitor) -> Result<Outcome, Error> {
    fs::create_dir_all(&request.out).map_err(|source| {
        Error::environment_because(format!("{} cannot be made", request.out.display()), source)
    })?;
    let workspace = request.out.join("store.endcap");
    let is_new = !workspace.exists();
    let mut session = if is_new {
        Session::create(&workspace, &named(&request.store, &request.out))?
    } else {
        Session::open(&workspace)?
    };
    let imported = match session.import(&request.import, monitor) {
        Ok(imported) if imported.files().any(|file| file.rows_read > 0) => imported,
        outcome => {
            drop(session);
            if is_new {
                // It did not exist before; the failure is what the person needs to see.
                drop(fs::remove_file(&workspace));
            }
            outcome?;
            return Err(Error::user(
                "Nothing could be imported. `endcap import --dry-run` says why, file by file",
            ));
        }
    };
    let settings = train::Settings::at(request.now);
    let trained = train::train(session.workspace_mut(), &settings, monitor)?;
    let mut sections = vec![chosen(&trained)];
    sections.extend(report::sections(&session, &workspace, false, request.now, monitor)?);
    let people = request.targets.iter().any(|target| target.names_customers());
    let exporter = Exporter::gather(session.workspace(), trained.as_of, people, sections, monitor)?;
    let bundle = request.out.join(format!("{}.bundle", exporter.bundle_id()));
    if !bundle.exists() {
        export::compile(session.workspace(), &bundle, trained.as_of, monitor)?;
    }
    let mut targets = request.targets.clone();
    targets.push(Target::Report);
    targets.sort_unstable();
    targets.dedup();
    let mut exports = Vec::new();
    for (done, target) in targets.iter().enumerate() {
        monitor.checkpoint()?;
        monitor.progress(done as u64, targets.len() as u64, "Writing exports");
        let folder = request.out.join("exports").join(target.name());
        let projection = exporter.project(*target);
        export::write(&projection, &folder)?;
        exports.push(Exported {
            target: *target,
            folder,
            files: projection.files.len(),
            bytes: projection.files.iter().map(|file| file.bytes.len() as u64).sum(),
        });
    }
    Ok(Outcome { workspace, bundle, bundle_id: exporter.bundle_id().to_owned(), exports, trained, imported })
}

fn named(store: &NewStore, out: &Path) -> NewStore {
    let folder = || out.file_name().map(|name| name.to_string_lossy().into_owned());
    NewStore { name: store.name.clone().or_else(folder), ..store.clone() }
}

fn chosen(trained: &train::Report) -> Section {
    Section {
        title: "How recommendations were chosen".to_owned(),
        paragraphs: trained.notes.clone(),
        header: ["Task", "Choice and why"].map(str::to_owned).to_vec(),
        rows: trained.chosen.iter().map(|(task, why)| vec![task.clone(), why.clone()]).collect(),
    }
}
