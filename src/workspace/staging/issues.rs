//! Problems found while reading, grouped, and the rows set aside.

use std::collections::BTreeMap;

use rusqlite::{Connection, Statement, params};
use serde::{Deserialize, Serialize};

use super::super::Error;
use super::super::identity::Key;
use super::next_key;
use crate::import::{Issue, Origin, Severity};

/// Lines kept per group; the count goes on.
const LINES_KEPT: usize = 200;

/// The same problem in the same column of the same file, with the first place it was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssueGroup {
    pub code: String,
    pub severity: Severity,
    pub count: u64,
    pub file: String,
    pub line: Option<u64>,
    pub column: Option<String>,
    pub message: String,
    pub advice: String,
    /// The first 200 lines where it occurs.
    pub lines: Vec<u64>,
}

pub(super) struct Issues<'w> {
    connection: &'w Connection,
    import: i64,
    key: &'w Key,
    next_key: i64,
    insert_row: Statement<'w>,
    groups: BTreeMap<(String, String, Option<String>), IssueGroup>,
}

impl<'w> Issues<'w> {
    pub(super) fn new(connection: &'w Connection, import: i64, key: &'w Key) -> Result<Self, Error> {
        Ok(Self {
            connection,
            import,
            key,
            next_key: next_key(connection, "set_aside")?,
            insert_row: connection.prepare(
                "INSERT INTO set_aside(key, import, file, line, sealed, code, message)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?,
            groups: BTreeMap::new(),
        })
    }

    pub(super) fn add(&mut self, issue: Issue) {
        let Issue { code, severity, place, message, advice } = issue;
        let key = (code, place.file, place.column);
        if let Some(group) = self.groups.get_mut(&key) {
            group.count += 1;
            if group.lines.len() < LINES_KEPT {
                group.lines.extend(place.line);
            }
            return;
        }
        let group = IssueGroup {
            code: key.0.clone(),
            severity,
            count: 1,
            file: key.1.clone(),
            line: place.line,
            column: key.2.clone(),
            message,
            advice,
            lines: place.line.into_iter().collect(),
        };
        self.groups.insert(key, group);
    }

    pub(super) fn set_aside(&mut self, raw: &str, origin: Origin, issue: Issue) -> Result<(), Error> {
        let key = self.next_key;
        self.next_key += 1;
        self.insert_row.execute(params![
            key,
            self.import,
            origin.file,
            origin.line as i64,
            self.key.seal(key as u64, raw.as_bytes()),
            issue.code,
            issue.message
        ])?;
        self.add(issue);
        Ok(())
    }

    /// Writes the groups; the most severe first.
    pub(super) fn finish(&mut self) -> Result<Vec<IssueGroup>, Error> {
        let mut groups: Vec<IssueGroup> = std::mem::take(&mut self.groups).into_values().collect();
        groups.sort_by_key(|group| std::cmp::Reverse((group.severity, group.count)));
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO issues(import, code, severity, count, file, line, column_name, message, advice, lines)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?;
        for group in &groups {
            let lines = serde_json::to_string(&group.lines)
                .map_err(|source| Error::broken("line numbers that cannot be written", source))?;
            insert.execute(params![
                self.import,
                group.code,
                group.severity as i64,
                group.count as i64,
                group.file,
                group.line.map(|line| line as i64),
                group.column,
                group.message,
                group.advice,
                lines
            ])?;
        }
        Ok(groups)
    }
}
