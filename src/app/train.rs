//! From imported data to groups, forecasts, models, and the parts of a bundle.

use serde::Serialize;

pub use super::clock::now;
use super::compile::{Inputs, Parts};
use super::segments::{Request, group_frames};
use super::{Error, drift, runs};
use crate::features::StoreFrames;
use crate::features::columns::Reader;
use crate::forecast;
use crate::recommend::{self, Dataset, Models};
use crate::segment::{Algorithm, Groups, SegmentRun};
use crate::shop::{Monitor, Quiet, Seconds};
use crate::workspace::{NewRun, Workspace};

#[derive(Clone, Debug)]
pub struct Settings {
    /// Look at the store as it was before this instant; `None` is after the last order or visit.
    pub as_of: Option<Seconds>,
    pub seed: u64,
    /// `None` keeps the groups there are, and makes them where there are none.
    pub groups: Option<Groups>,
    pub algorithm: Algorithm,
    /// The clock, for what is dated in the future by mistake and for the runs' own dates.
    pub now: Seconds,
}

impl Settings {
    /// The defaults at this instant.
    pub fn at(now: Seconds) -> Self {
        Self { as_of: None, seed: 1, groups: None, algorithm: Algorithm::KMeans, now }
    }
}

/// What training did, for the command line and the window's toast.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    pub as_of: Seconds,
    pub products: u64,
    pub customers: u64,
    pub orders: u64,
    /// Names in order of revenue.
    pub groups: Vec<String>,
    /// Task and the method its backtest chose, with the reason.
    pub chosen: Vec<(String, String)>,
    /// What was too thin, and what was done instead.
    pub notes: Vec<String>,
}

/// [`train`] on a workspace file.
pub fn train_file(
    file: &std::path::Path,
    settings: &Settings,
    monitor: &dyn Monitor,
) -> Result<Report, Error> {
    let mut workspace = Workspace::open(file)?;
    train(&mut workspace, settings, monitor)
}

/// Everything a page needs, from what the workspace holds. Each run is kept in a transaction of its own at the end, so
/// cancel leaves nothing behind.
pub fn train(workspace: &mut Workspace, settings: &Settings, monitor: &dyn Monitor) -> Result<Report, Error> {
    let (frames, as_of) = frames_as_of(workspace, settings, monitor)?;
    let kept = runs::segments(workspace)?;
    let people = |monitor: &dyn Monitor| -> Result<_, Error> {
        let fresh = match (&kept, &settings.groups) {
            (Some(kept), None) if kept.info.input_digest == frames.digest => None,
            _ => Some(group(&frames, as_of, settings, kept.as_ref().map(|kept| &kept.result), monitor)?),
        };
        let forecast = forecast::run(&frames, as_of, settings.seed, monitor).map_err(forecast_error)?;
        Ok((fresh, forecast))
    };
    let products = || -> Result<_, Error> {
        let data = Dataset::from_frames(&frames)
            .map_err(|source| Error::bug_because("The store's orders could not be read.", source))?;
        Ok(recommend::train(&data, &recommend::Settings::default(), as_of, settings.seed, monitor)?)
    };
    // Groups and forecasts are mostly one thread's work, models everybody's: the first are done beside the second.
    let (products, people) = rayon::join(products, || people(&Quiet(monitor)));
    let ((fresh, forecast), models) = (people?, products?);
    let groups = fresh.as_ref().or(kept.as_ref().map(|kept| &kept.result));
    let parts = parts(workspace, &frames, as_of, groups, Some(&models), monitor)?;
    monitor.checkpoint()?;

    let report = Report {
        as_of,
        products: parts.catalog.products.len() as u64,
        customers: frames.customers.height() as u64,
        orders: frames.orders.height() as u64,
        groups: parts.segments.segments.iter().map(|segment| segment.name.clone()).collect(),
        chosen: models
            .choices
            .iter()
            .map(|choice| (choice.task.name().to_owned(), choice.why.clone()))
            .collect(),
        notes: notes(&models, groups, &forecast, &parts),
    };
    if let Some(run) = &fresh {
        runs::put_segments(workspace, run, &frames.digest, settings.now)?;
    }
    super::forecasts::put_forecast(workspace, &forecast, &frames.digest, settings.now)?;
    put_models(workspace, &models, &frames.digest, settings.now)?;
    put_parts(workspace, &parts, &frames.digest, settings)?;
    drift::keep(workspace, &frames, as_of, settings.now)?;
    Ok(report)
}

/// What was too thin, each said once: several tasks may lack the same.
fn notes(
    models: &Models,
    groups: Option<&SegmentRun>,
    forecast: &forecast::ForecastRun,
    parts: &Parts,
) -> Vec<String> {
    let empty = "There are no products, so pages stay empty. Import a product file; visits alone name products but not \
                 their titles and prices.";
    let mut notes: Vec<String> = models
        .notes
        .iter()
        .map(|note| note.sentence.clone())
        .chain(groups.into_iter().flat_map(|run| run.notes.clone()))
        .chain(forecast.notes.iter().cloned())
        .chain(parts.catalog.products.is_empty().then(|| empty.to_owned()))
        .collect();
    let mut said = std::collections::BTreeSet::new();
    notes.retain(|note| said.insert(note.clone()));
    notes
}

/// Groups customers again, and renews what pages need of the groups.
pub fn segment(
    workspace: &mut Workspace,
    settings: &Settings,
    monitor: &dyn Monitor,
) -> Result<SegmentRun, Error> {
    let (frames, as_of) = frames_as_of(workspace, settings, monitor)?;
    let previous = runs::segments(workspace)?;
    let run = group(&frames, as_of, settings, previous.as_ref().map(|kept| &kept.result), monitor)?;
    renew(workspace, &frames, as_of, &run, settings, monitor)?;
    Ok(run)
}

/// Keeps a grouping the person changed (renamed, merged, split, locked), with everything that follows from it.
pub fn keep_groups(
    workspace: &mut Workspace,
    run: &SegmentRun,
    settings: &Settings,
    monitor: &dyn Monitor,
) -> Result<(), Error> {
    let (frames, as_of) = frames_as_of(workspace, settings, monitor)?;
    renew(workspace, &frames, as_of, run, settings, monitor)
}

/// After an import, before training: pages live on what there is.
pub fn refresh(workspace: &mut Workspace, settings: &Settings, monitor: &dyn Monitor) -> Result<(), Error> {
    let (frames, as_of) = frames_as_of(workspace, settings, monitor)?;
    let ids = customer_ids(&frames)?;
    let groups = runs::segments(workspace)?.map(|kept| kept.result.over(&ids));
    let models = runs::latest::<Models>(workspace, runs::RECOMMEND)?;
    let parts =
        parts(workspace, &frames, as_of, groups.as_ref(), models.as_ref().map(|kept| &kept.result), monitor)?;
    put_parts(workspace, &parts, &frames.digest, settings)?;
    drift::compare(workspace, &frames, as_of, settings.now)
}

fn renew(
    workspace: &mut Workspace,
    frames: &StoreFrames,
    as_of: Seconds,
    run: &SegmentRun,
    settings: &Settings,
    monitor: &dyn Monitor,
) -> Result<(), Error> {
    let models = runs::latest::<Models>(workspace, runs::RECOMMEND)?;
    let parts =
        parts(workspace, frames, as_of, Some(run), models.as_ref().map(|kept| &kept.result), monitor)?;
    monitor.checkpoint()?;
    runs::put_segments(workspace, run, &frames.digest, settings.now)?;
    put_parts(workspace, &parts, &frames.digest, settings)
}

/// The ids of the customers frame, in its order.
pub fn customer_ids(frames: &StoreFrames) -> Result<Vec<String>, Error> {
    let ids = Reader::new("customers", &frames.customers)
        .text("id")
        .map_err(|source| Error::bug_because("The customers could not be read.", source))?;
    Ok(ids.into_iter().flatten().collect())
}

/// The frames and the instant to look back from: as asked, else the end of the store's day of the last order or visit
/// that is not in the future.
pub fn frames_as_of(
    workspace: &Workspace,
    settings: &Settings,
    monitor: &dyn Monitor,
) -> Result<(StoreFrames, Seconds), Error> {
    if let Some(as_of) = settings.as_of {
        return Ok((workspace.frames_watched(Some(as_of), monitor)?, as_of));
    }
    let last = workspace.last_activity(settings.now)?.unwrap_or(settings.now);
    let as_of = workspace.settings()?.time_zone.end_of_day(last);
    Ok((workspace.frames_watched(Some(as_of), monitor)?, as_of))
}

fn group(
    frames: &StoreFrames,
    as_of: Seconds,
    settings: &Settings,
    previous: Option<&SegmentRun>,
    monitor: &dyn Monitor,
) -> Result<SegmentRun, Error> {
    let request = Request {
        groups: settings.groups.unwrap_or(Groups::Auto),
        algorithm: settings.algorithm,
        seed: settings.seed,
        as_of: Some(as_of),
    };
    group_frames(frames, request, previous, settings.now, monitor)
}

fn forecast_error(source: forecast::Error) -> Error {
    match source {
        forecast::Error::Cancelled(cancelled) => Error::Cancelled(cancelled),
        other => Error::bug_because("The forecasts could not be made.", other),
    }
}

fn parts(
    workspace: &Workspace,
    frames: &StoreFrames,
    as_of: Seconds,
    groups: Option<&SegmentRun>,
    models: Option<&Models>,
    monitor: &dyn Monitor,
) -> Result<Parts, Error> {
    let store = workspace.settings()?;
    let inputs = Inputs { frames, store_name: &store.store_name, platform: "files", as_of, groups, models };
    Parts::new(inputs, monitor)
}

/// Kinds of what one customer's row of a recommendation run says: lists for them.
#[derive(serde::Serialize)]
struct ListsRef<'a> {
    f: &'a [recommend::Candidate],
    d: &'a [recommend::Candidate],
}

fn put_models(workspace: &mut Workspace, models: &Models, digest: &str, now: Seconds) -> Result<(), Error> {
    let nothing: &[recommend::Candidate] = &[];
    let mut people = Vec::new();
    for (customer, id) in models.customers.iter().enumerate() {
        let lists = ListsRef {
            f: models.for_you.get(customer).map_or(nothing, Vec::as_slice),
            d: models.discover.get(customer).map_or(nothing, Vec::as_slice),
        };
        if lists.f.is_empty() && lists.d.is_empty() {
            continue;
        }
        let packed = rmp_serde::to_vec(&lists)
            .map_err(|source| Error::bug_because("Recommendations could not be written.", source))?;
        people.push((id.clone(), packed));
    }
    let common =
        Models { customers: Vec::new(), for_you: Vec::new(), discover: Vec::new(), ..models.clone() };
    workspace.put_run(&NewRun {
        kind: runs::RECOMMEND.to_owned(),
        settings: "{}".to_owned(),
        seed: models.seed,
        input_digest: digest.to_owned(),
        blob: runs::pack(&common)?,
        people,
        created_at: now,
    })?;
    Ok(())
}

fn put_parts(
    workspace: &mut Workspace,
    parts: &Parts,
    digest: &str,
    settings: &Settings,
) -> Result<(), Error> {
    workspace.put_run(&NewRun {
        kind: runs::PARTS.to_owned(),
        settings: "{}".to_owned(),
        seed: settings.seed,
        input_digest: digest.to_owned(),
        blob: runs::pack(parts)?,
        people: Vec::new(),
        created_at: settings.now,
    })?;
    Ok(())
}
