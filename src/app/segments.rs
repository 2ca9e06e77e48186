//! Grouping customers: read the store, group, keep the run.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::runs::{grouped_before, previous_segments, put_segments, segments};
use super::{Error, Kind, train};
use crate::features::{StoreFrames, customer_features, history};
use crate::segment::{self, Algorithm, Edit, Groups, SegmentRun, Settings};
use crate::shop::time::rfc3339;
use crate::shop::{Monitor, Seconds};
use crate::workspace::Workspace;

/// What a person may choose.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Request {
    pub groups: Groups,
    pub algorithm: Algorithm,
    pub seed: u64,
    /// Customers as they were before this instant; `None` is the end of the day of the last order.
    pub as_of: Option<Seconds>,
}

/// Groups the customers of a workspace and keeps the run. Rule groups, names and locks of the last run carry over.
pub fn group_customers(
    workspace: &mut Workspace,
    request: Request,
    monitor: &dyn Monitor,
) -> Result<SegmentRun, Error> {
    let frames = workspace.frames_watched(request.as_of, monitor)?;
    let previous = match segments(workspace) {
        Ok(kept) => kept.map(|kept| kept.result),
        // A run that cannot be read any more is replaced, it must not stand in the way.
        Err(error) if error.kind() == Kind::User => None,
        Err(error) => return Err(error),
    };
    let now = Timestamp::now().as_second();
    let run = group_frames(&frames, request, previous.as_ref(), now, monitor)?;
    put_segments(workspace, &run, &frames.digest, now)?;
    Ok(run)
}

/// The same on frames that are already read, without keeping it.
pub fn group_frames(
    frames: &StoreFrames,
    request: Request,
    previous: Option<&SegmentRun>,
    now: Seconds,
    monitor: &dyn Monitor,
) -> Result<SegmentRun, Error> {
    let as_of = request.as_of.map_or_else(|| after_last_order(frames, now), Ok)?;
    let features = customer_features(frames, as_of)
        .map_err(|error| Error::bug_because("The store cannot be read as columns.", error))?;
    let settings = Settings {
        groups: request.groups,
        algorithm: request.algorithm,
        seed: request.seed,
        rules: previous.map_or_else(Vec::new, |previous| previous.settings.rules.clone()),
    };
    segment::run(&features, &settings, previous, monitor).map_err(|error| match error {
        segment::Error::Cancelled(cancelled) => cancelled.into(),
        other => Error::bug_because("Customers could not be grouped.", other),
    })
}

/// Makes one edit on the newest grouping, keeps the result as a run of its own, and renews what pages need of it. The
/// older run stays: `None` goes back to it.
pub fn edit_groups(
    workspace: &mut Workspace,
    edit: Option<&Edit>,
    settings: &train::Settings,
    monitor: &dyn Monitor,
) -> Result<SegmentRun, Error> {
    let kept =
        segments(workspace)?.ok_or_else(|| Error::user("There are no groups yet. Group customers first."))?;
    let run = match edit {
        None => previous_segments(workspace)?
            .map(|kept| kept.result)
            .ok_or_else(|| Error::user("There is no earlier grouping to go back to."))?,
        Some(edit) => {
            let previous = grouped_before(workspace, &kept.info)?.map(|kept| kept.result);
            let frames = workspace.frames_watched(Some(kept.result.as_of), monitor)?;
            let features = customer_features(&frames, kept.result.as_of)
                .map_err(|error| Error::bug_because("The store cannot be read as columns.", error))?;
            if features.ids() != kept.result.customer_ids {
                return Err(Error::user(
                    "The data has changed since customers were grouped. Group them again first.",
                ));
            }
            segment::edit::apply(&kept.result, &features, previous.as_ref(), edit)
                .map_err(|error| Error::user(error.to_string()))?
        }
    };
    train::keep_groups(workspace, &run, settings, monitor)?;
    Ok(run)
}

/// The id of a group by its id or name, any case.
pub fn group_id(run: &SegmentRun, wanted: &str) -> Result<String, Error> {
    let found = run
        .groups
        .iter()
        .find(|group| group.id == wanted || group.name.to_lowercase() == wanted.to_lowercase());
    found.map(|group| group.id.clone()).ok_or_else(|| {
        let names: Vec<&str> = run.groups.iter().map(|group| group.name.as_str()).collect();
        Error::user(format!("There is no group `{wanted}`. There are: {}.", names.join(", ")))
    })
}

/// The end, in the store's time zone, of the day of the last order that is not in the future: old exports are judged at
/// their own time, the hour of the export changes nothing, and an order dated next year does not make everybody look gone.
pub fn after_last_order(frames: &StoreFrames, now: Seconds) -> Result<Seconds, Error> {
    let last = history::last_order_before(frames, now + 1)
        .map_err(|error| Error::bug_because("The orders cannot be read.", error))?;
    Ok(frames.time_zone.end_of_day(last.unwrap_or(now)))
}

/// The answer of `endcap segment --json`.
pub fn document(run: &SegmentRun) -> Value {
    let groups: Vec<Value> = run
        .groups
        .iter()
        .map(|group| {
            json!({
                "id": group.id,
                "name": group.name,
                "customers": group.customers,
                "share_of_customers": group.share_of_customers,
                "revenue": group.revenue,
                "share_of_revenue": group.share_of_revenue,
                "stability": group.stability,
                "description": group.description,
                "favourites": group.favourites,
                "differences": group.differences.iter().take(6).collect::<Vec<_>>(),
                "joined": group.joined,
                "left": group.left,
                "too_few": group.is_few(),
                "locked": group.locked,
            })
        })
        .collect();
    json!({
        "groups": groups,
        "k": run.k,
        "suggested_k": run.suggested_k,
        "by_k": run.by_k,
        "seed": run.settings.seed,
        "as_of": rfc3339(run.as_of),
        "customers": run.buyers.len(),
        "notes": run.notes,
    })
}
