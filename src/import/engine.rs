//! What every reader shares: where records go, how rows are counted, how cells become values or complaints.

use std::collections::{BTreeMap, HashMap};

use super::Error;
use super::catalogue::Catalogue;
use super::columns::Columns;
use super::issue::{Issue, Place, Severity};
use super::meaning::Meaning;
use super::record::Record;
use super::row::Row;
use super::times::{self, Clock, DateOrder};
use super::value;
use crate::shop::{Currency, Minor, Seconds};

/// Issues of one code and column that one file may raise; a last one counts the rest.
const MOST_ISSUES_OF_A_KIND: u64 = 500;

/// The sink with its type taken away.
pub(super) trait Emit {
    fn record(&mut self, record: Record, file: u32, line: u64, rows: u32) -> Result<(), Error>;
    fn set_aside(&mut self, raw: &str, file: u32, line: u64, issue: Issue) -> Result<(), Error>;
    fn issue(&mut self, issue: Issue) -> Result<(), Error>;
}

/// Why a row is set aside.
#[derive(Clone, Debug)]
pub(super) struct Reject {
    pub code: &'static str,
    pub column: Option<String>,
    pub message: String,
    pub advice: &'static str,
}

impl Reject {
    pub(super) fn new(code: &'static str, message: impl Into<String>, advice: &'static str) -> Self {
        Self { code, column: None, message: message.into(), advice }
    }

    pub(super) fn in_column(mut self, column: impl Into<String>) -> Self {
        self.column = Some(column.into());
        self
    }
}

/// A table turns rows into records. Each row is counted once, as taken or as set aside.
pub(super) trait Table {
    fn row(&mut self, row: &Row, columns: &Columns, run: &mut FileRun<'_>) -> Result<(), Error>;

    /// Rows that become one record have one group.
    fn group(&self, _row: &Row, _columns: &Columns) -> u64 {
        0
    }

    /// After the last row of some groups; other groups may follow.
    fn finish_part(&mut self, _run: &mut FileRun<'_>) -> Result<(), Error> {
        Ok(())
    }

    /// After the last row of all.
    fn finish(&mut self, run: &mut FileRun<'_>) -> Result<(), Error>;
}

/// One file being read.
pub(super) struct FileRun<'a> {
    pub emit: &'a mut dyn Emit,
    pub catalogue: &'a mut Catalogue,
    /// Index in the import's file list.
    pub idx: u32,
    pub file: String,
    pub delimiter: char,
    pub clock: Clock,
    /// For rows that name their own time zone.
    labelled: Option<(String, Clock)>,
    /// The currency of amounts without one, and its decimals.
    pub currency: Option<Currency>,
    /// Orders whose number starts so are cancellations.
    pub cancelled_prefix: Option<String>,
    /// The file's own event names → ours.
    pub event_names: BTreeMap<String, String>,
    /// The order of day and month that another file of this import was written in beyond doubt, and its name.
    pub dates_elsewhere: Option<(DateOrder, String)>,
    pub n_taken: u64,
    pub n_set_aside: u64,
    counts: HashMap<(String, Option<String>), u64>,
    held_back: Vec<Issue>,
}

impl<'a> FileRun<'a> {
    pub(super) fn new(
        emit: &'a mut dyn Emit,
        catalogue: &'a mut Catalogue,
        idx: u32,
        file: &str,
        clock: Clock,
        currency: Option<Currency>,
    ) -> Self {
        Self {
            emit,
            catalogue,
            idx,
            file: file.to_owned(),
            delimiter: ',',
            clock,
            labelled: None,
            currency,
            cancelled_prefix: None,
            event_names: BTreeMap::new(),
            dates_elsewhere: None,
            n_taken: 0,
            n_set_aside: 0,
            counts: HashMap::new(),
            held_back: Vec::new(),
        }
    }

    pub(super) fn exponent(&self) -> u32 {
        self.currency.as_ref().map_or(2, Currency::exponent)
    }

    /// The clock of the zone that a row names, else the store's.
    pub(super) fn clock_of(&mut self, label: &str) -> &mut Clock {
        if label.is_empty() {
            return &mut self.clock;
        }
        if self.labelled.as_ref().is_none_or(|(known, _)| known != label) {
            let clock = times::zone_of_label(label).map_or_else(|| self.clock.clone(), Clock::new);
            self.labelled = Some((label.to_owned(), clock));
        }
        match &mut self.labelled {
            Some((_, clock)) => clock,
            None => &mut self.clock,
        }
    }

    pub(super) fn take(&mut self, rows: u64) {
        self.n_taken += rows;
    }

    pub(super) fn record(&mut self, record: Record, line: u64, rows: u32) -> Result<(), Error> {
        self.emit.record(record, self.idx, line, rows)
    }

    pub(super) fn set_aside(&mut self, row: &Row, columns: &Columns, reject: &Reject) -> Result<(), Error> {
        let raw = row.raw_without(&columns.secret, self.delimiter);
        self.set_aside_raw(&raw, row.line, reject)
    }

    pub(super) fn set_aside_raw(&mut self, raw: &str, line: u64, reject: &Reject) -> Result<(), Error> {
        self.n_set_aside += 1;
        let issue = self.make(
            reject.code,
            Severity::Error,
            Some(line),
            reject.column.clone(),
            reject.message.clone(),
            reject.advice,
        );
        self.emit.set_aside(raw, self.idx, line, issue)
    }

    /// A problem with a row that is taken all the same, or with the file.
    pub(super) fn warn(
        &mut self,
        code: &'static str,
        severity: Severity,
        line: Option<u64>,
        column: Option<&str>,
        message: impl Into<String>,
        advice: &str,
    ) -> Result<(), Error> {
        let column = column.map(str::to_owned);
        let n = self.counts.entry((code.to_owned(), column.clone())).or_insert(0);
        *n += 1;
        let n = *n;
        if n > MOST_ISSUES_OF_A_KIND {
            return Ok(());
        }
        let issue = self.make(code, severity, line, column, message.into(), advice);
        if n == MOST_ISSUES_OF_A_KIND {
            self.held_back.push(issue);
            return Ok(());
        }
        self.emit.issue(issue)
    }

    pub(super) fn finish(&mut self) -> Result<(), Error> {
        for mut issue in std::mem::take(&mut self.held_back) {
            let n = self.counts.get(&(issue.code.clone(), issue.place.column.clone())).copied().unwrap_or(0);
            if n > MOST_ISSUES_OF_A_KIND {
                let more = n - MOST_ISSUES_OF_A_KIND;
                issue.message =
                    format!("{} (and {more} more rows like this)", issue.message.trim_end_matches('.'));
            }
            self.emit.issue(issue)?;
        }
        Ok(())
    }

    fn make(
        &self,
        code: &str,
        severity: Severity,
        line: Option<u64>,
        column: Option<String>,
        message: String,
        advice: &str,
    ) -> Issue {
        Issue {
            code: code.to_owned(),
            severity,
            place: Place { file: self.file.clone(), line, column },
            message,
            advice: advice.to_owned(),
        }
    }

    /// An optional amount: blank is `None`, unreadable is `None` with a warning.
    pub(super) fn money(
        &mut self,
        row: &Row,
        columns: &Columns,
        meaning: Meaning,
        exponent: u32,
    ) -> Result<Option<Minor>, Error> {
        let Some(idx) = columns.idx(meaning) else {
            return Ok(None);
        };
        self.money_at(row, columns, idx, exponent)
    }

    pub(super) fn money_at(
        &mut self,
        row: &Row,
        columns: &Columns,
        idx: usize,
        exponent: u32,
    ) -> Result<Option<Minor>, Error> {
        let Some(cell) = value::present(row.get(idx)) else {
            return Ok(None);
        };
        let amount = value::money(value::unguard(cell), columns.format(idx).mark, exponent);
        if amount.is_none() {
            let header = columns.headers.get(idx).map(String::as_str);
            self.warn(
                "amount_unreadable",
                Severity::Warning,
                Some(row.line),
                header,
                format!("“{}” is not an amount of money, so the cell was left out.", shorten(cell)),
                "Correct the cell in the file and import it again, or map the column to something else.",
            )?;
        }
        Ok(amount)
    }

    pub(super) fn count(
        &mut self,
        row: &Row,
        columns: &Columns,
        meaning: Meaning,
    ) -> Result<Option<i64>, Error> {
        let Some(idx) = columns.idx(meaning) else {
            return Ok(None);
        };
        let Some(cell) = value::present(row.get(idx)) else {
            return Ok(None);
        };
        let count = value::count(value::unguard(cell), columns.format(idx).mark);
        if count.is_none() {
            let header = columns.headers.get(idx).map(String::as_str);
            self.warn(
                "number_unreadable",
                Severity::Warning,
                Some(row.line),
                header,
                format!("“{}” is not a number, so the cell was left out.", shorten(cell)),
                "Correct the cell in the file and import it again.",
            )?;
        }
        Ok(count)
    }

    pub(super) fn time(
        &mut self,
        row: &Row,
        columns: &Columns,
        meaning: Meaning,
    ) -> Result<Option<Seconds>, Error> {
        let Some(idx) = columns.idx(meaning) else {
            return Ok(None);
        };
        let Some(cell) = value::present(row.get(idx)) else {
            return Ok(None);
        };
        let at = self.clock.read(cell, columns.format(idx).order);
        if at.is_none() {
            let header = columns.headers.get(idx).map(String::as_str);
            self.warn(
                "date_unreadable",
                Severity::Warning,
                Some(row.line),
                header,
                format!("“{}” is not a date, so the cell was left out.", shorten(cell)),
                "Correct the cell in the file and import it again.",
            )?;
        }
        Ok(at)
    }
}

/// A date that the row cannot do without.
pub(super) fn required_time(
    row: &Row,
    columns: &Columns,
    meaning: Meaning,
    clock: &mut Clock,
) -> Result<Seconds, Reject> {
    let header =
        || columns.idx(meaning).and_then(|idx| columns.headers.get(idx)).cloned().unwrap_or_default();
    let idx = columns.idx(meaning).ok_or_else(|| {
        Reject::new("date_missing", "The file has no date column.", "Map a column to the date.")
    })?;
    let cell = row.get(idx);
    if value::present(cell).is_none() {
        return Err(Reject::new(
            "date_missing",
            "The date is blank, and without it the row has no place in time.",
            "Fill in the date and import the file again.",
        )
        .in_column(header()));
    }
    clock.read(cell, columns.format(idx).order).ok_or_else(|| {
        Reject::new(
            "date_unreadable",
            format!("“{}” cannot be read as a date.", shorten(cell)),
            "Correct the date, or choose the order of day and month for this column, and import the file again.",
        )
        .in_column(header())
    })
}

/// A cell for a message: short, on one line.
pub(super) fn shorten(cell: &str) -> String {
    let mut out: String = cell.chars().take(40).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if cell.chars().nth(40).is_some() {
        out.push('…');
    }
    out
}
