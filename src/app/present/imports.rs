//! Past imports, and one of them looked at closely.

use crate::app::import::ImportReport;
use crate::app::view::{
    ChangedField, ChangedValue, Changes, ImportDetail, ImportIssue, ImportSummary, SetAside,
};
use crate::app::{Error, Session};
use crate::import::DataKind;
use crate::shop::{Currency, Minor};
use crate::workspace::{self, Change, Workspace};

/// Rows and changes shown; the counts go on, and all rows can be saved.
const SHOWN: usize = 200;
const CHANGES_SHOWN: u32 = 20;

/// The imports in effect, newest first.
pub fn imports(workspace: &Workspace) -> Result<Vec<ImportSummary>, Error> {
    Ok(workspace.imports()?.iter().rev().map(|summary| summary_of(summary, &[])).collect())
}

/// What has just been imported.
pub fn of_report(report: &ImportReport) -> ImportSummary {
    let known: Vec<String> = report.known_files.iter().map(|file| file.file.clone()).collect();
    summary_of(&report.summary, &known)
}

fn summary_of(summary: &workspace::ImportSummary, known_files: &[String]) -> ImportSummary {
    let changes = |kind, changes: workspace::Changes| {
        let workspace::Changes { new, changed, unchanged, gone } = changes;
        (kind, Changes { new, changed, unchanged, gone })
    };
    ImportSummary {
        import: summary.import,
        at: summary.imported_at,
        files: summary.files.clone(),
        known_files: known_files.to_vec(),
        issues: summary
            .issues
            .iter()
            .map(|issue| ImportIssue {
                severity: issue.severity,
                count: issue.count,
                file: issue.file.clone(),
                line: issue.line,
                message: issue.message.clone(),
                advice: issue.advice.clone(),
            })
            .collect(),
        changes: vec![
            changes(DataKind::Products, summary.products),
            changes(DataKind::Customers, summary.customers),
            changes(DataKind::Orders, summary.orders),
            changes(DataKind::Events, summary.events),
        ],
    }
}

/// The rows an import set aside, and, for the newest, what it changed.
pub fn import_detail(session: &Session, import: i64) -> Result<ImportDetail, Error> {
    let workspace = session.workspace();
    let currency = session.settings()?.currency;
    let set_aside = workspace
        .set_aside_rows()?
        .into_iter()
        .filter(|row| row.import == import)
        .take(SHOWN)
        .map(|row| SetAside { file: row.file, line: row.line, reason: row.reason, raw: row.raw })
        .collect();
    let newest = workspace.imports()?.last().and_then(|summary| summary.import);
    let changed = if newest == Some(import) {
        let changes = workspace.changes_of_newest_import(CHANGES_SHOWN)?;
        changes.into_iter().map(|row| changed_value(row.what, row.change, &currency)).collect()
    } else {
        Vec::new()
    };
    Ok(ImportDetail { import, set_aside, changed, gone: workspace.gone_in(import, CHANGES_SHOWN)? })
}

fn changed_value(what: String, change: Change, currency: &Currency) -> ChangedValue {
    let amount = |minor: Option<Minor>| {
        minor.map_or_else(|| "–".to_owned(), |minor| format!("{} {}", major(minor, currency), currency.0))
    };
    let count = |n: Option<i64>| n.map_or_else(|| "–".to_owned(), |n| n.to_string());
    let word = |status| {
        serde_json::to_value(status)
            .ok()
            .and_then(|word| word.as_str().map(|word| word.replace('_', " ")))
            .unwrap_or_default()
    };
    let (field, before, after) = match change {
        Change::Title { before, after } => (ChangedField::Title, before, after),
        Change::Price { before, after } => (ChangedField::Price, amount(before), amount(after)),
        Change::Stock { before, after } => (ChangedField::Stock, count(before), count(after)),
        Change::OrderTotal { before, after } => (ChangedField::OrderTotal, amount(before), amount(after)),
        Change::OrderStatus { before, after } => (ChangedField::OrderStatus, word(before), word(after)),
    };
    ChangedValue { what, field, before, after }
}

/// `120450` cents are `1204.50`.
fn major(minor: Minor, currency: &Currency) -> String {
    let per_major = currency.minor_per_major();
    if per_major == 1 {
        return minor.to_string();
    }
    let width = currency.exponent() as usize;
    format!("{}.{:0width$}", minor / per_major, (minor % per_major).abs())
}
