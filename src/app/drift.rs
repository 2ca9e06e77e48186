//! Whether the store still looks as it did when its models were trained: kept figures, a comparison per import, advice.

use serde::{Deserialize, Serialize};

use super::present::customers::unit;
use super::runs::{self, Kept};
use super::view::Unit;
use super::{Error, train};
use crate::features::{CustomerFeatures, StoreFrames, catalogue, customer_features};
use crate::measure::drift::{Drift, Population, RETRAIN, Verdict, population, since};
use crate::shop::{Monitor, Seconds};
use crate::workspace::{NewRun, Workspace};

/// What the audit and the window say about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Watch {
    /// When the models were trained, and the instant they look back from.
    pub trained_at: Seconds,
    pub trained_as_of: Seconds,
    /// The instant of the comparison.
    pub as_of: Seconds,
    /// Runs made from other data than there is now.
    #[serde(default)]
    pub stale_runs: Vec<String>,
    pub drift: Drift,
}

/// One figure that is no longer what it was, for the customer in the middle.
#[derive(Clone, Debug, PartialEq)]
pub struct Moved {
    /// Column of the feature catalogue.
    pub feature: String,
    pub unit: Unit,
    pub before: f64,
    pub now: f64,
}

impl Watch {
    /// Figures that have moved clearly and whose middle customer shows it, most moved first.
    pub fn moved(&self) -> Vec<Moved> {
        let clear = self.drift.features.iter().filter(|feature| RETRAIN < feature.index);
        clear
            .filter(|feature| (feature.median_before - feature.median_now).abs() > f64::EPSILON)
            .filter_map(|feature| {
                Some(Moved {
                    unit: unit(catalogue::info(&feature.feature)?.kind),
                    feature: feature.feature.clone(),
                    before: feature.median_before,
                    now: feature.median_now,
                })
            })
            .collect()
    }

    /// True when training again is advised.
    pub fn train_again(&self) -> bool {
        self.drift.verdict == Verdict::Retrain
    }
}

/// What the customers looked like at training, with its instant.
#[derive(Debug, Serialize, Deserialize)]
struct Trained {
    as_of: Seconds,
    population: Population,
}

/// Keeps what customers look like at training.
pub fn keep(
    workspace: &mut Workspace,
    frames: &StoreFrames,
    as_of: Seconds,
    now: Seconds,
) -> Result<(), Error> {
    let trained = Trained { as_of, population: population(&features(frames, as_of)?) };
    put(workspace, runs::POPULATION, &trained, &frames.digest, now)
}

/// After an import: compares with what was kept at the last training, and keeps the answer. Nothing without one.
pub fn renew(workspace: &mut Workspace, now: Seconds, monitor: &dyn Monitor) -> Result<(), Error> {
    if runs::latest::<Trained>(workspace, runs::POPULATION)?.is_none() {
        return Ok(());
    }
    let (frames, as_of) = train::frames_as_of(workspace, &train::Settings::at(now), monitor)?;
    compare(workspace, &frames, as_of, now)
}

/// As [`renew`], with the frames at hand.
pub fn compare(
    workspace: &mut Workspace,
    frames: &StoreFrames,
    as_of: Seconds,
    now: Seconds,
) -> Result<(), Error> {
    let Some(Kept { info, result: then }) = runs::latest::<Trained>(workspace, runs::POPULATION)? else {
        return Ok(());
    };
    let drift = since(&then.population, &features(frames, as_of)?);
    let (trained_at, trained_as_of) = (info.created_at, then.as_of);
    let watch = Watch { trained_at, trained_as_of, as_of, stale_runs: Vec::new(), drift };
    put(workspace, runs::DRIFT, &watch, &frames.digest, now)
}

/// The newest comparison, if models were trained and something was imported since; one from before the last training
/// says nothing any more.
pub fn watch(workspace: &Workspace) -> Result<Option<Watch>, Error> {
    let Some(kept) = runs::latest::<Watch>(workspace, runs::DRIFT)? else { return Ok(None) };
    let trained = runs::latest::<Trained>(workspace, runs::POPULATION)?;
    let current = trained.is_some_and(|trained| trained.info.id < kept.info.id);
    let as_of = kept.result.trained_as_of;
    let stale_runs = super::open::stale_runs(workspace, Some(as_of))?;
    Ok(current.then_some(Watch { stale_runs, ..kept.result }))
}

fn features(frames: &StoreFrames, as_of: Seconds) -> Result<CustomerFeatures, Error> {
    customer_features(frames, as_of)
        .map_err(|error| Error::bug_because("The store cannot be read as columns.", error))
}

fn put<T: Serialize>(
    workspace: &mut Workspace,
    kind: &str,
    value: &T,
    digest: &str,
    now: Seconds,
) -> Result<(), Error> {
    workspace.put_run(&NewRun {
        kind: kind.to_owned(),
        settings: "{}".to_owned(),
        seed: 0,
        input_digest: digest.to_owned(),
        blob: runs::pack(value)?,
        people: Vec::new(),
        created_at: now,
    })?;
    Ok(())
}
