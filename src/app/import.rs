//! Export files into a workspace: read on one thread, written on another, kept whole or not at all.

use std::io::Read as _;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use sha2::{Digest as _, Sha256};

use super::{Error, Session, clock};
use crate::import::{
    self, DateOrder, DecimalMark, FileKey, FileReport, Issue, Mapping, MappingError, Meaning, Options,
    Origin, Platform, Reading, Record, Sink, SourceFile,
};
use crate::shop::{Currency, Monitor, StoreLanguage};
use crate::workspace::{Error as WorkspaceError, ImportSummary, Staging, Workspace};

/// What to import and what the person said about it beforehand.
#[derive(Clone, Debug, Default)]
pub struct ImportRequest {
    /// Files, folders and archives.
    pub paths: Vec<PathBuf>,
    pub platform: Option<Platform>,
    /// Beside those the workspace remembers.
    pub mappings: Vec<Mapping>,
    pub currency: Option<Currency>,
    /// Of the pages the store starts with; counts with the first import only.
    pub language: Option<StoreLanguage>,
    pub dates: Option<DateOrder>,
    pub decimal: Option<DecimalMark>,
    /// How single files are written; remembered for files with the same header.
    pub readings: Vec<(FileKey, Reading)>,
    /// Mappings to be remembered once the import is through, by the signature of the header they are for.
    pub remember: Vec<(String, Mapping)>,
    /// Read and check, write nothing.
    pub dry_run: bool,
}

/// A table that no export is known of, and what it seems to be.
#[derive(Clone, Debug)]
pub struct Guessed {
    pub file: String,
    pub signature: String,
    pub mapping: Mapping,
    /// Why the guess cannot be used as it is.
    pub lacks: Option<MappingError>,
}

/// Like [`Session::guess`] for a workspace that is still to be made.
pub fn guess_anew(request: &ImportRequest, monitor: &dyn Monitor) -> Result<Vec<Guessed>, Error> {
    guess_with(request, Vec::new(), Vec::new(), monitor)
}

fn guess_with(
    request: &ImportRequest,
    mappings: Vec<Mapping>,
    readings: Vec<(FileKey, Reading)>,
    monitor: &dyn Monitor,
) -> Result<Vec<Guessed>, Error> {
    let options = Options {
        platform: request.platform,
        mappings: request.mappings.iter().cloned().chain(mappings).collect(),
        readings: request.readings.iter().cloned().chain(readings).collect(),
        ..Options::default()
    };
    let mut guessed = Vec::new();
    for file in import::sources(&request.paths) {
        monitor.checkpoint()?;
        let seen = import::inspect(&file, &options);
        let found = seen.detection;
        if found.platform != Platform::Unknown || seen.mapping.is_some() || found.columns.len() < 2 {
            continue;
        }
        // Ignored columns belong to it too: it is for files with just these columns.
        let columns = found.columns.into_iter().filter(|column| !column.header.is_empty());
        let mapping = Mapping {
            name: file.name.clone(),
            kind: found.kind,
            columns: columns
                .map(|column| (column.header, column.meaning.unwrap_or(Meaning::Ignore)))
                .collect(),
            ..Mapping::default()
        };
        let lacks = mapping.check().err();
        guessed.push(Guessed { file: file.name, signature: found.header_signature, mapping, lacks });
    }
    Ok(guessed)
}

/// What became of an import.
#[derive(Clone, Debug)]
pub struct ImportReport {
    pub summary: ImportSummary,
    /// Files that an earlier import brought and that changed nothing now, with their report from then.
    pub known_files: Vec<FileReport>,
    pub seconds: f64,
}

impl ImportReport {
    /// Every file asked for: those read now, then those known before.
    pub fn files(&self) -> impl Iterator<Item = &FileReport> {
        self.summary.files.iter().chain(&self.known_files)
    }

    pub fn n_rows_set_aside(&self) -> u64 {
        self.summary.files.iter().map(|file| file.rows_set_aside).sum()
    }
}

impl Session {
    /// Imports in one transaction. Cancel or failure leaves the workspace as it was.
    pub fn import(&mut self, request: &ImportRequest, monitor: &dyn Monitor) -> Result<ImportReport, Error> {
        let started = std::time::Instant::now();
        let mut files = import::sources(&request.paths);
        let settings = self.settings()?;
        let mut options = Options {
            platform: request.platform,
            mappings: request.mappings.clone(),
            currency: Some(request.currency.clone().unwrap_or_else(|| settings.currency.clone())),
            dates: request.dates,
            decimal: request.decimal,
            time_zone: settings.time_zone.clone(),
            readings: request.readings.clone(),
            ..Options::default()
        };
        options.mappings.extend(self.remembered_mappings()?);
        options.readings.extend(self.remembered_readings()?);
        // What the person says now may read a known file otherwise than the last time.
        let currency_differs =
            request.currency.as_ref().is_some_and(|currency| *currency != settings.currency);
        let read_anew = request.platform.is_some()
            || request.dates.is_some()
            || request.decimal.is_some()
            || !request.mappings.is_empty()
            || !request.readings.is_empty()
            || currency_differs;
        let known_files =
            if read_anew { Vec::new() } else { take_known(self.workspace(), &mut files, monitor)? };
        let summary = if files.is_empty() && !known_files.is_empty() {
            ImportSummary {
                imported_at: clock::now(),
                totals: self.workspace().totals()?,
                ..ImportSummary::default()
            }
        } else {
            import_files(self.workspace_mut(), &files, &options, request.dry_run, monitor)?
        };
        if summary.import == Some(1) && !request.dry_run {
            // The first import says what the store sells in and which language it speaks; later ones do not change it.
            let currency = match &request.currency {
                Some(currency) => Some(currency.clone()),
                None => self.workspace().usual_currency()?,
            };
            let said = crate::workspace::Settings {
                currency: currency.unwrap_or_else(|| settings.currency.clone()),
                language: request.language.unwrap_or(settings.language),
                ..settings.clone()
            };
            if said != settings {
                self.put_settings(&said)?;
            }
        }
        if !request.dry_run {
            for (signature, mapping) in &request.remember {
                let toml = mapping
                    .to_toml()
                    .map_err(|source| Error::bug_because("The mapping could not be remembered.", source))?;
                self.workspace_mut().remember_mapping(signature, &mapping.name, &toml)?;
            }
            self.remember_readings(request, &summary.files)?;
        }
        Ok(ImportReport { summary, known_files, seconds: started.elapsed().as_secs_f64() })
    }
}

impl Session {
    /// How files with the same header will be read the next time, as the person said now.
    fn remember_readings(&mut self, request: &ImportRequest, files: &[FileReport]) -> Result<(), Error> {
        for file in files.iter().filter(|file| file.rows_read > 0 && !file.signature.is_empty()) {
            let own = request
                .readings
                .iter()
                .find(|(key, _)| matches!(key, FileKey::Name(name) if *name == file.file));
            let said = Reading {
                date_order: request.dates.filter(|_| file.date_order.is_some()),
                decimal_mark: request.decimal.filter(|_| file.decimal_mark.is_some()),
                ..Reading::default()
            };
            let reading = own.map(|(_, own)| own.clone()).unwrap_or_default().or(&said);
            if reading.is_empty() {
                continue;
            }
            let toml = reading.to_toml().map_err(|source| {
                Error::bug_because("How the file is written could not be remembered.", source)
            })?;
            self.workspace_mut().remember_reading(&file.signature, &toml)?;
        }
        Ok(())
    }

    /// How files with a known header are written, as the person said before.
    pub fn remembered_readings(&self) -> Result<Vec<(FileKey, Reading)>, Error> {
        let remembered = self.workspace().remembered_readings()?;
        Ok(remembered
            .into_iter()
            .filter_map(|(signature, toml)| Some((FileKey::Signature(signature), Reading::from_toml(&toml)?)))
            .collect())
    }

    /// The tables among the files that no export is known of, with the first guess at what their columns mean.
    pub fn guess(&self, request: &ImportRequest, monitor: &dyn Monitor) -> Result<Vec<Guessed>, Error> {
        guess_with(request, self.remembered_mappings()?, self.remembered_readings()?, monitor)
    }

    /// What the person said about unknown tables before.
    pub fn remembered_mappings(&self) -> Result<Vec<Mapping>, Error> {
        // A mapping of an older version that no longer reads is asked for again.
        Ok(self
            .workspace()
            .remembered_mappings()?
            .iter()
            .filter_map(|toml| Mapping::from_toml(toml).ok())
            .collect())
    }
}

/// Moves the files whose very content was imported before out of `files`.
fn take_known(
    workspace: &Workspace,
    files: &mut Vec<SourceFile>,
    monitor: &dyn Monitor,
) -> Result<Vec<FileReport>, Error> {
    let mut known = Vec::new();
    let mut unknown = Vec::with_capacity(files.len());
    for file in files.drain(..) {
        // Hashing costs a pass over the file, so only look closer where the size fits.
        let report = if workspace.knows_a_file_of(file.bytes)? {
            match sha256(&file, monitor)? {
                Some(digest) => workspace.known_file(&digest)?,
                None => None,
            }
        } else {
            None
        };
        match report {
            Some(report) => known.push(report),
            None => unknown.push(file),
        }
    }
    *files = unknown;
    Ok(known)
}

/// Of the unpacked content; `None` when it cannot be read, which the import will explain.
fn sha256(file: &SourceFile, monitor: &dyn Monitor) -> Result<Option<String>, Error> {
    let Ok(mut stream) = file.stream() else {
        return Ok(None);
    };
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 18];
    loop {
        monitor.checkpoint()?;
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => hasher.update(&buffer[..n]),
            Err(_) => return Ok(None),
        }
    }
    let hex = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Some(hex))
}

fn import_files(
    workspace: &mut Workspace,
    files: &[SourceFile],
    options: &Options,
    dry_run: bool,
    monitor: &dyn Monitor,
) -> Result<ImportSummary, Error> {
    let mut staging = workspace.begin_import(clock::now())?;
    let (sender, receiver) = sync_channel(BATCHES_WAITING);
    let (back, spare) = sync_channel(BATCHES_WAITING);
    let read = std::thread::scope(|scope| {
        let reader = scope.spawn(move || {
            let mut sink = Batching { sender, spare, batch: Vec::with_capacity(BATCH) };
            let reports = import::read(files, options, &mut sink, monitor)?;
            sink.flush().map_err(|error| import::Error::Sink(Box::new(error)))?;
            Ok::<_, import::Error>(reports)
        });
        let written = write(&mut staging, receiver, &back, monitor);
        let reports = match reader.join() {
            Ok(reports) => reports,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        // If writing failed, that is why reading stopped.
        written?;
        reports.map_err(|error| match error {
            import::Error::Cancelled(cancelled) => cancelled.into(),
            import::Error::Sink(source) => Error::bug_because("Reading and writing lost each other", source),
        })
    });
    let reports = read?;
    let summary =
        if dry_run { staging.rehearse(&reports, monitor)? } else { staging.finish(&reports, monitor)? };
    Ok(summary)
}

/// Items in one batch; some hundred microseconds of writing.
const BATCH: usize = 512;
const BATCHES_WAITING: usize = 8;

enum Item {
    Record(Record, Origin),
    SetAside(String, Origin, Issue),
    Issue(Issue),
}

/// The reader's end: collects items, so that the threads meet rarely. What was written comes back and is freed here,
/// because memory freed by another thread than the one that took it costs several times as much.
struct Batching {
    sender: SyncSender<Vec<Item>>,
    spare: Receiver<Vec<Item>>,
    batch: Vec<Item>,
}

#[derive(Debug, thiserror::Error)]
#[error("the writer has stopped")]
struct WriterStopped;

impl Batching {
    fn push(&mut self, item: Item) -> Result<(), WriterStopped> {
        self.batch.push(item);
        if self.batch.len() < BATCH { Ok(()) } else { self.flush() }
    }

    fn flush(&mut self) -> Result<(), WriterStopped> {
        let mut next = self.spare.try_recv().unwrap_or_else(|_none| Vec::with_capacity(BATCH));
        next.clear();
        let batch = std::mem::replace(&mut self.batch, next);
        self.sender.send(batch).map_err(|_closed| WriterStopped)
    }
}

impl Sink for Batching {
    type Error = WriterStopped;

    fn record(&mut self, record: Record, origin: Origin) -> Result<(), WriterStopped> {
        self.push(Item::Record(record, origin))
    }

    fn set_aside(&mut self, raw: &str, origin: Origin, issue: Issue) -> Result<(), WriterStopped> {
        self.push(Item::SetAside(raw.to_owned(), origin, issue))
    }

    fn issue(&mut self, issue: Issue) -> Result<(), WriterStopped> {
        self.push(Item::Issue(issue))
    }
}

/// The writer's end. Returning early closes the channel, which stops the reader.
fn write(
    staging: &mut Staging<'_>,
    batches: Receiver<Vec<Item>>,
    back: &SyncSender<Vec<Item>>,
    monitor: &dyn Monitor,
) -> Result<(), WorkspaceError> {
    for batch in batches {
        monitor.checkpoint()?;
        for item in &batch {
            match item {
                Item::Record(record, origin) => staging.take(record, *origin)?,
                Item::SetAside(raw, origin, issue) => staging.set_aside(raw, *origin, issue.clone())?,
                Item::Issue(issue) => staging.issue(issue.clone())?,
            }
        }
        // Without room on the way back the batch is freed here.
        back.try_send(batch).unwrap_or_default();
    }
    Ok(())
}
