//! Runs: immutable results of a computation, with what they were made from.

use rusqlite::{OptionalExtension as _, params};
use serde::Serialize;

use super::{Error, Workspace};
use crate::shop::Seconds;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct RunId(pub i64);

/// A result to be kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewRun {
    /// `segments`, `forecast`, `recommend` …
    pub kind: String,
    /// As JSON.
    pub settings: String,
    pub seed: u64,
    /// `StoreFrames::digest` of the data it was made from.
    pub input_digest: String,
    /// The result itself, in whatever format its maker reads. Never anything about one customer: erasure could not
    /// reach it here.
    pub blob: Vec<u8>,
    /// What the result says about each customer: (customer id as in the frames, value). Erasing a person removes
    /// their row. Given in frame order.
    pub people: Vec<(String, Vec<u8>)>,
    pub created_at: Seconds,
}

/// A kept result.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    pub info: RunInfo,
    pub blob: Vec<u8>,
    /// As given, without the people erased since.
    pub people: Vec<(String, Vec<u8>)>,
}

/// A kept result without its contents, for lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RunInfo {
    pub id: RunId,
    pub kind: String,
    pub settings: String,
    pub seed: u64,
    pub input_digest: String,
    pub created_at: Seconds,
}

impl Workspace {
    pub fn put_run(&mut self, run: &NewRun) -> Result<RunId, Error> {
        self.in_transaction(|transaction| {
            transaction
                .prepare_cached(
                    "INSERT INTO runs(kind, settings, seed, input_digest, created_at, blob)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                )?
                .execute(params![
                    run.kind,
                    run.settings,
                    run.seed as i64,
                    run.input_digest,
                    run.created_at,
                    run.blob
                ])?;
            let id = transaction.last_insert_rowid();
            let mut insert = transaction.prepare_cached(
                "INSERT INTO run_people(run, position, customer, value) VALUES (?1, ?2, ?3, ?4)",
            )?;
            for (position, (customer, value)) in run.people.iter().enumerate() {
                insert.execute(params![id, position as i64, customer, value])?;
            }
            Ok(RunId(id))
        })
    }

    /// The newest run of a kind, whatever data it was made from: compare `info.input_digest` with the frames' digest
    /// to know whether it is stale.
    pub fn latest_run(&self, kind: &str) -> Result<Option<Run>, Error> {
        let id = self
            .connection()
            .prepare_cached("SELECT max(id) FROM runs WHERE kind = ?1")?
            .query_row([kind], |row| row.get::<_, Option<i64>>(0))?;
        id.map_or(Ok(None), |id| self.run(RunId(id)))
    }

    pub fn run(&self, id: RunId) -> Result<Option<Run>, Error> {
        let run = self
            .connection()
            .prepare_cached(
                "SELECT id, kind, settings, seed, input_digest, created_at, blob FROM runs WHERE id = ?1",
            )?
            .query_row([id.0], |row| Ok(Run { info: info_of(row)?, blob: row.get(6)?, people: Vec::new() }))
            .optional()?;
        let Some(mut run) = run else { return Ok(None) };
        let mut statement = self
            .connection()
            .prepare_cached("SELECT customer, value FROM run_people WHERE run = ?1 ORDER BY position")?;
        let people = statement.query_map([id.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
        run.people = people.collect::<Result<_, _>>()?;
        Ok(Some(run))
    }

    /// All runs, newest first.
    pub fn runs(&self) -> Result<Vec<RunInfo>, Error> {
        let mut statement = self.connection().prepare_cached(
            "SELECT id, kind, settings, seed, input_digest, created_at FROM runs ORDER BY id DESC",
        )?;
        let runs = statement.query_map([], info_of)?.collect::<Result<_, _>>()?;
        Ok(runs)
    }
}

fn info_of(row: &rusqlite::Row<'_>) -> Result<RunInfo, rusqlite::Error> {
    Ok(RunInfo {
        id: RunId(row.get(0)?),
        kind: row.get(1)?,
        settings: row.get(2)?,
        seed: row.get::<_, i64>(3)? as u64,
        input_digest: row.get(4)?,
        created_at: row.get(5)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_run_of_a_kind_comes_back_whole() {
        let folder = tempfile::tempdir().unwrap();
        let mut workspace = Workspace::create(&folder.path().join("a.endcap")).unwrap();
        let mut run = NewRun {
            kind: "segments".to_owned(),
            settings: "{\"k\":5}".to_owned(),
            seed: u64::MAX,
            input_digest: "abc".to_owned(),
            blob: vec![1, 2, 3],
            people: vec![("c2".to_owned(), vec![0]), ("c1".to_owned(), vec![1])],
            created_at: 7,
        };
        workspace.put_run(&run).unwrap();
        run.seed = 9;
        let newer = workspace.put_run(&run).unwrap();
        let kept = workspace.latest_run("segments").unwrap().unwrap();
        assert_eq!((kept.info.id, kept.info.seed, kept.info.input_digest.as_str()), (newer, 9, "abc"));
        assert_eq!((kept.blob, kept.people), (run.blob, run.people));
        assert_eq!(workspace.latest_run("forecast").unwrap(), None);
        assert_eq!(workspace.runs().unwrap().len(), 2);
    }
}
