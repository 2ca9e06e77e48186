//! Runs as the workspace keeps them: what is about everyone in one compressed blob, what is about one customer in a row
//! of its own, so that erasing a person reaches it.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Error;
use crate::segment::rfm::RfmScore;
use crate::segment::{NO_GROUP, SegmentRun, Stage};
use crate::shop::Seconds;
use crate::workspace::{NewRun, Run, RunInfo, Workspace};

/// Kinds of runs, as the workspace names them.
pub const SEGMENTS: &str = "segments";
pub const FORECAST: &str = "forecast";
pub const RECOMMEND: &str = "recommend";
/// Everything of a bundle but the document.
pub const PARTS: &str = "parts";
/// What customers looked like at training, and how far they have moved since.
pub const POPULATION: &str = "population";
pub const DRIFT: &str = "drift";

/// A run read back, with what is known about how it was made.
#[derive(Clone, Debug)]
pub struct Kept<T> {
    pub info: RunInfo,
    pub result: T,
}

/// A value as compressed MessagePack with named fields. Floats survive bit for bit.
pub fn pack<T: Serialize>(value: &T) -> Result<Vec<u8>, Error> {
    let packed = rmp_serde::to_vec_named(value)
        .map_err(|source| Error::bug_because("A result could not be packed.", source))?;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder
        .write_all(&packed)
        .and_then(|()| encoder.finish())
        .map_err(|source| Error::bug_because("A result could not be compressed.", source))
}

pub fn unpack<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    let unreadable = "A saved result cannot be read. Train again to make a new one.";
    let mut packed = Vec::new();
    GzDecoder::new(bytes)
        .read_to_end(&mut packed)
        .map_err(|source| Error::user_because(unreadable, source))?;
    rmp_serde::from_slice(&packed).map_err(|source| Error::user_because(unreadable, source))
}

/// What a grouping says about one customer.
#[derive(Debug, Serialize, Deserialize)]
struct Member {
    /// Index into the groups.
    g: u16,
    s: Stage,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    r: Option<RfmScore>,
    /// Only of buyers: place on the map and cluster per number of groups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    p: Option<[f32; 2]>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    l: Vec<u8>,
}

pub fn put_segments(
    workspace: &mut Workspace,
    run: &SegmentRun,
    input_digest: &str,
    now: Seconds,
) -> Result<(), Error> {
    let mut row_of = vec![None; run.customer_ids.len()];
    for (row, buyer) in run.buyers.iter().enumerate() {
        row_of[*buyer as usize] = Some(row);
    }
    let mut people = Vec::with_capacity(run.customer_ids.len());
    for (customer, id) in run.customer_ids.iter().enumerate() {
        let row = row_of[customer];
        let member = Member {
            g: run.assignment.get(customer).copied().unwrap_or(NO_GROUP),
            s: run.stages.get(customer).copied().unwrap_or(Stage::NoOrder),
            r: run.rfm.get(customer).copied().flatten(),
            p: row.and_then(|row| run.plane.get(row).copied()),
            l: row.map_or_else(Vec::new, |row| {
                run.solutions.iter().map(|solution| solution.labels[row]).collect()
            }),
        };
        let packed = rmp_serde::to_vec_named(&member)
            .map_err(|source| Error::bug_because("A grouping could not be written.", source))?;
        people.push((id.clone(), packed));
    }
    let mut common = run.clone();
    common.customer_ids.clear();
    common.buyers.clear();
    common.assignment.clear();
    common.stages.clear();
    common.rfm.clear();
    common.plane.clear();
    for solution in &mut common.solutions {
        solution.labels.clear();
    }
    let settings = serde_json::to_string(&run.settings)
        .map_err(|source| Error::bug_because("Settings could not be written.", source))?;
    workspace.put_run(&NewRun {
        kind: SEGMENTS.to_owned(),
        settings,
        seed: run.settings.seed,
        input_digest: input_digest.to_owned(),
        blob: pack(&common)?,
        people,
        created_at: now,
    })?;
    Ok(())
}

/// The newest grouping, if there is one.
pub fn segments(workspace: &Workspace) -> Result<Option<Kept<SegmentRun>>, Error> {
    workspace.latest_run(SEGMENTS)?.map(joined).transpose()
}

/// The grouping before the newest, to go back to.
pub fn previous_segments(workspace: &Workspace) -> Result<Option<Kept<SegmentRun>>, Error> {
    let second = workspace.runs()?.into_iter().filter(|info| info.kind == SEGMENTS).nth(1);
    let Some(info) = second else { return Ok(None) };
    workspace.run(info.id)?.map(joined).transpose()
}

/// Whether there is a grouping to go back to.
pub fn has_earlier_segments(workspace: &Workspace) -> Result<bool, Error> {
    Ok(1 < workspace.runs()?.iter().filter(|info| info.kind == SEGMENTS).count())
}

/// The newest grouping of other data than `of` was made from: to show who moved. Changes by hand, and other numbers of
/// groups over the same data, move no customer.
pub fn grouped_before(workspace: &Workspace, of: &RunInfo) -> Result<Option<Kept<SegmentRun>>, Error> {
    let earlier = workspace
        .runs()?
        .into_iter()
        .find(|info| info.kind == SEGMENTS && info.id < of.id && info.input_digest != of.input_digest);
    let Some(info) = earlier else { return Ok(None) };
    workspace.run(info.id)?.map(joined).transpose()
}

/// The newest groupings, newest first, at most so many.
pub fn recent_segments(workspace: &Workspace, most: usize) -> Result<Vec<SegmentRun>, Error> {
    let infos = workspace.runs()?.into_iter().filter(|info| info.kind == SEGMENTS).take(most);
    let mut found = Vec::new();
    for info in infos {
        if let Some(run) = workspace.run(info.id)? {
            found.push(joined(run)?.result);
        }
    }
    Ok(found)
}

fn joined(kept: Run) -> Result<Kept<SegmentRun>, Error> {
    let mut run: SegmentRun = unpack(&kept.blob)?;
    for (customer, (id, packed)) in kept.people.into_iter().enumerate() {
        let member: Member = rmp_serde::from_slice(&packed)
            .map_err(|source| Error::user_because("A saved grouping cannot be read. Group again.", source))?;
        run.customer_ids.push(id);
        run.assignment.push(member.g);
        run.stages.push(member.s);
        run.rfm.push(member.r);
        if let Some(place) = member.p {
            run.buyers.push(customer as u32);
            run.plane.push(place);
            for (solution, label) in run.solutions.iter_mut().zip(member.l) {
                solution.labels.push(label);
            }
        }
    }
    Ok(Kept { info: kept.info, result: run })
}

/// The newest run of a kind that says nothing about single customers.
pub fn latest<T: DeserializeOwned>(workspace: &Workspace, kind: &str) -> Result<Option<Kept<T>>, Error> {
    workspace.latest_run(kind)?.map(|run| Ok(Kept { result: unpack(&run.blob)?, info: run.info })).transpose()
}
