//! An import on its way into the workspace: one transaction that takes records one by one.
//!
//! Records merge with what is there by their platform keys. A row of an earlier import that changes or goes is first
//! copied to its shadow table, so undoing the import restores it exactly. Dropped without `finish`, nothing happened.

mod customers;
mod derive;
mod events;
mod issues;
mod mentions;
mod orders;
mod products;
mod stock;
mod undo;

use rusqlite::Connection;
use serde::{Deserialize, Serialize};

pub use issues::IssueGroup;

use self::customers::Customers;
use self::events::Events;
use self::issues::Issues;
use self::mentions::Mentions;
use self::orders::Orders;
use self::products::Products;
use self::stock::Counts;
use super::erased::{Marks, Tombstones};
use super::identity::Key;
use super::open::at;
use super::{Error, Totals, Workspace, facts, history, schema};
use crate::import::{FileReport, Issue, Origin, Place, Record, Severity, Sink};
use crate::shop::{CustomerRef, Monitor, Order, Seconds};

/// What an import did, as the command line and the window tell it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportSummary {
    /// Number of the import; `None` when nothing was written because all files were known.
    pub import: Option<i64>,
    pub imported_at: Seconds,
    pub files: Vec<FileReport>,
    pub issues: Vec<IssueGroup>,
    pub products: Changes,
    pub customers: Changes,
    pub orders: Changes,
    pub events: Changes,
    /// What the files said about people who were erased.
    #[serde(default)]
    pub kept_out: KeptOut,
    /// After the import.
    pub totals: Totals,
}

/// Rows about people who were erased. Their orders are sales of nobody, the rest was left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptOut {
    pub customers: u64,
    pub orders: u64,
    pub events: u64,
    pub set_aside_rows: u64,
}

/// New, changed and gone, compared with the workspace before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    pub new: u64,
    pub changed: u64,
    pub unchanged: u64,
    /// In the workspace, but no longer in the files. Kept until the owner decides.
    pub gone: u64,
}

/// Takes the records of one import. Make it with `Workspace::begin_import`.
pub struct Staging<'w> {
    workspace: &'w Workspace,
    connection: &'w Connection,
    import: i64,
    at: Seconds,
    products: Products<'w>,
    customers: Customers<'w>,
    mentions: Mentions<'w>,
    orders: Orders<'w>,
    events: Events<'w>,
    counts: Counts,
    issues: Issues<'w>,
    tombstones: Tombstones,
    kept_out: KeptOut,
    committed: bool,
}

impl Workspace {
    /// Starts an import. `imported_at` is now; the prices and stock counts of the files are dated with it.
    pub fn begin_import(&mut self, imported_at: Seconds) -> Result<Staging<'_>, Error> {
        self.require_writable()?;
        let keep_names = self.settings()?.keep_names;
        // Keys are given out by the staging itself, so checking each reference again would only cost time.
        self.connection().execute_batch("PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE").map_err(|source| {
            // Without a transaction the next call would start from here again.
            drop(self.connection().execute_batch("PRAGMA foreign_keys = ON"));
            self.explain(source)
        })?;
        let begun = Staging::begin(self, imported_at, keep_names);
        begun.map_err(|error| {
            rollback(self.connection());
            at(self.path(), error)
        })
    }

    /// The report of an earlier import of this very file, if it is in effect.
    pub fn known_file(&self, sha256: &str) -> Result<Option<FileReport>, Error> {
        self.known_files("files.sha256 = ?1", sha256).map(|mut reports| reports.pop())
    }

    /// Whether a file of this size was ever imported; only then is it worth hashing one before reading it.
    pub fn knows_a_file_of(&self, bytes: u64) -> Result<bool, Error> {
        Ok(!self.known_files("files.bytes = CAST(?1 AS INTEGER)", &bytes.to_string())?.is_empty())
    }

    fn known_files(&self, condition: &str, value: &str) -> Result<Vec<FileReport>, Error> {
        // Once an erasure was lifted, files from before it have something to say again.
        let sql = format!(
            "SELECT report FROM files JOIN imports ON imports.id = import WHERE undone = 0 AND {condition}
                 AND imports.id > coalesce((SELECT value FROM meta WHERE name = 'read_again_until'), 0)"
        );
        let mut statement = self.connection().prepare_cached(&sql)?;
        let mut rows = statement.query([value])?;
        let mut reports = Vec::new();
        while let Some(row) = rows.next()? {
            let json: String = row.get(0)?;
            reports.push(
                serde_json::from_str(&json)
                    .map_err(|source| Error::broken("a file report that cannot be read", source))?,
            );
        }
        Ok(reports)
    }

    /// Summaries of the imports in effect, oldest first.
    pub fn imports(&self) -> Result<Vec<ImportSummary>, Error> {
        let mut statement =
            self.connection().prepare_cached("SELECT summary FROM imports WHERE undone = 0 ORDER BY id")?;
        let mut rows = statement.query([])?;
        let mut summaries = Vec::new();
        while let Some(row) = rows.next()? {
            let json: String = row.get(0)?;
            summaries.push(
                serde_json::from_str(&json)
                    .map_err(|source| Error::broken("an import that cannot be read", source))?,
            );
        }
        Ok(summaries)
    }
}

impl<'w> Staging<'w> {
    fn begin(workspace: &'w Workspace, at: Seconds, keep_names: bool) -> Result<Self, Error> {
        let connection = workspace.connection();
        connection.execute("INSERT INTO imports(imported_at, summary) VALUES (?1, '{}')", [at])?;
        let import = connection.last_insert_rowid();
        for (table, index, _) in schema::BULK_INDICES {
            if is_empty(connection, table)? {
                connection.execute_batch(&format!("DROP INDEX IF EXISTS {index}"))?;
            }
        }
        let key: &'w Key = workspace.key();
        Ok(Self {
            workspace,
            connection,
            import,
            at,
            products: Products::new(connection, import, at)?,
            customers: Customers::new(connection, import, key, keep_names)?,
            mentions: Mentions::new(connection, import)?,
            orders: Orders::new(connection, import)?,
            events: Events::new(connection, import, key)?,
            counts: Counts::default(),
            issues: Issues::new(connection, import, key)?,
            tombstones: Tombstones::read(connection)?,
            kept_out: KeptOut::default(),
            committed: false,
        })
    }

    /// Matches, indexes and commits. `reports` are the files in the order of `Origin::file`.
    pub fn finish(mut self, reports: &[FileReport], monitor: &dyn Monitor) -> Result<ImportSummary, Error> {
        let connection = self.connection;
        if reports.iter().all(|report| report.rows_read == 0) {
            // Nothing was understood, so nothing is remembered: with a mapping the same files may be read later.
            let summary = interruptible(connection, monitor, || self.complete(reports, monitor))?;
            return Ok(ImportSummary { import: None, ..summary });
        }
        let finished =
            interruptible(connection, monitor, || self.complete(reports, monitor)).and_then(|summary| {
                monitor.progress(0, 0, "Saving");
                save_ahead(self.workspace, monitor)?;
                connection.execute_batch("COMMIT")?;
                self.committed = true;
                Ok(summary)
            });
        let summary = finished.map_err(|error| at(self.workspace.path(), error))?;
        // Folds the log into the file; if a reader holds it or nobody wants to wait, that happens at the next chance.
        drop(interruptible(connection, monitor, || {
            Ok(connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?)
        }));
        Ok(summary)
    }

    /// Everything `finish` does, then takes it back: what the import would do.
    pub fn rehearse(mut self, reports: &[FileReport], monitor: &dyn Monitor) -> Result<ImportSummary, Error> {
        let connection = self.connection;
        interruptible(connection, monitor, || self.complete(reports, monitor))
            .map_err(|error| at(self.workspace.path(), error))
    }

    fn complete(&mut self, reports: &[FileReport], monitor: &dyn Monitor) -> Result<ImportSummary, Error> {
        monitor.progress(0, 0, "Merging orders");
        self.orders.finish(self.connection)?;
        monitor.checkpoint()?;
        // SQLite hears no cancel while it sorts a run in memory, and a run is as large as the cache: 8 MB take some tens
        // of milliseconds.
        self.connection.execute_batch("PRAGMA cache_size = -8192")?;
        for (n, (_, _, sql)) in schema::BULK_INDICES.iter().enumerate() {
            monitor.progress(n as u64, schema::BULK_INDICES.len() as u64, "Building indices");
            self.connection.execute_batch(&schema::if_missing(sql))?;
            monitor.checkpoint()?;
        }
        self.connection.execute_batch(super::open::CACHE_SIZE)?;
        monitor.progress(0, 0, "Matching products");
        self.products.finish(reports)?;
        self.apply_counts()?;
        self.match_mentions()?;
        self.derive_products()?;
        monitor.checkpoint()?;
        self.say_kept_out();
        let issues = self.issues.finish()?;
        for (position, report) in reports.iter().enumerate().filter(|(_, report)| report.rows_read > 0) {
            let json = serde_json::to_string(report)
                .map_err(|source| Error::broken("a file report that cannot be written", source))?;
            self.connection.execute(
                "INSERT INTO files(import, position, name, sha256, bytes, report) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                rusqlite::params![
                    self.import,
                    position as i64,
                    report.file,
                    report.sha256,
                    report.bytes as i64,
                    json
                ],
            )?;
        }
        let summary = ImportSummary {
            import: Some(self.import),
            imported_at: self.at,
            files: reports.to_vec(),
            issues,
            products: self.products.changes,
            customers: self.customers.changes,
            orders: self.orders.changes,
            events: self.events.changes,
            kept_out: self.kept_out,
            totals: facts::totals(self.connection)?,
        };
        let json = serde_json::to_string(&summary)
            .map_err(|source| Error::broken("an import that cannot be written", source))?;
        self.connection
            .execute("UPDATE imports SET summary = ?2 WHERE id = ?1", rusqlite::params![self.import, json])?;
        self.record_step(reports)?;
        Ok(summary)
    }

    /// An import is one step of the history.
    fn record_step(&self, reports: &[FileReport]) -> Result<(), Error> {
        let label = match reports {
            [only] => format!("Imported {}", only.file),
            many => format!("Imported {} files", many.len()),
        };
        let edit = history::NewEdit {
            at: self.at,
            scope: history::Scope::Import,
            label,
            edit: format!("{{\"import\":{}}}", self.import),
            inverse: format!("{{\"undo_import\":{}}}", self.import),
            document: None,
        };
        history::record(self.connection, &edit)?;
        Ok(())
    }
}

impl Staging<'_> {
    /// Takes a record and leaves it to its owner, who may have made it on another thread and frees it there.
    pub fn take(&mut self, record: &Record, origin: Origin) -> Result<(), Error> {
        match record {
            Record::Product(product) => self.products.take(product.clone(), origin),
            Record::Customer(customer) => {
                if self.is_erased(&customer.key).is_some() {
                    self.kept_out.customers += 1;
                    return Ok(());
                }
                self.customers.take(customer, origin)
            }
            Record::Order(order) => {
                if !self.tombstones.is_empty() && self.was_of_somebody_erased(order, origin)? {
                    return Ok(());
                }
                let customer = self.customers.resolve(&order.customer, origin)?;
                self.orders.take(order, customer, &mut self.mentions, origin)
            }
            Record::Event(event) => {
                if self.is_erased(&event.customer).is_some() {
                    self.kept_out.events += 1;
                    return Ok(());
                }
                let customer = self.customers.resolve(&event.customer, origin)?;
                self.events.take(event, customer, &mut self.mentions)
            }
            Record::StockLevel { product, location, level } => {
                self.counts.stock(product.clone(), location.clone(), *level);
                Ok(())
            }
            Record::Cost { product, cost } => {
                self.counts.cost(product.clone(), *cost);
                Ok(())
            }
            Record::Discount(discount) => self.take_discount(discount),
            Record::SearchTerm { term, searches, clicks, results } => {
                self.take_search_term(term, *searches, *clicks, *results)
            }
        }
    }
}

impl Staging<'_> {
    fn is_erased(&self, who: &CustomerRef) -> Option<Marks> {
        if self.tombstones.is_empty() || who.is_empty() {
            return None;
        }
        let marks = Marks::of(self.workspace.key(), who);
        self.tombstones.hold(&marks).then_some(marks)
    }

    /// Takes the order of somebody erased: one that is there already stays as it is, a new one becomes a sale of
    /// nobody. False when it is of somebody else; if they were let in again, the order is theirs again.
    fn was_of_somebody_erased(&mut self, order: &Order, origin: Origin) -> Result<bool, Error> {
        let key = self.workspace.key();
        let marks = Marks::of(key, &order.customer);
        let is_erased = self.tombstones.hold(&marks);
        if self.orders.has_seen(&order.id) {
            if is_erased {
                self.orders.take(order, None, &mut self.mentions, origin)?;
            }
            return Ok(is_erased);
        }
        let anonymous = marks.order(self.connection, key, &order.id)?;
        if !is_erased {
            if let Some(order_key) = anonymous {
                marks.drop_order(self.connection, key, &order.id)?;
                self.orders.give_back(self.connection, order_key, &order.id)?;
            }
            return Ok(false);
        }
        self.kept_out.orders += 1;
        if anonymous.is_some() {
            self.orders.changes.unchanged += 1;
            return Ok(true);
        }
        let order_key = self.orders.next_key();
        let nameless = Order {
            id: format!("erased-{order_key}"),
            customer: CustomerRef::default(),
            discount_codes: Vec::new(),
            ships_elsewhere: None,
            accepts_marketing: None,
            ..order.clone()
        };
        self.orders.take(&nameless, None, &mut self.mentions, origin)?;
        self.orders.also_called(&order.id, &nameless.id);
        marks.keep_order(self.connection, self.workspace.key(), 0, &order.id, order_key)?;
        Ok(true)
    }

    /// One line about all that was kept out.
    fn say_kept_out(&mut self) {
        let KeptOut { customers, orders, events, set_aside_rows } = self.kept_out;
        if customers + orders + events + set_aside_rows == 0 {
            return;
        }
        self.issues.add(Issue {
            code: "erased_people".to_owned(),
            severity: Severity::Note,
            place: Place::default(),
            message: format!(
                "The files name people who were erased from this workspace. They stay out: {orders} of their orders count as sales of nobody, {customers} customer rows, {events} visits and {set_aside_rows} rows set aside were left out."
            ),
            advice: "Nothing needs to be done. To let a person in again: endcap forget FILE --email ADDRESS --lift.".to_owned(),
        });
    }
}

impl Sink for Staging<'_> {
    type Error = Error;

    fn record(&mut self, record: Record, origin: Origin) -> Result<(), Error> {
        self.take(&record, origin)
    }

    fn set_aside(&mut self, raw: &str, origin: Origin, mut issue: Issue) -> Result<(), Error> {
        let key = self.workspace.key();
        if self.tombstones.are_named_in(raw, key) {
            self.kept_out.set_aside_rows += 1;
            "The row is about somebody who was erased.".clone_into(&mut issue.message);
            return self.issues.set_aside("(erased)", origin, issue);
        }
        self.issues.set_aside(raw, origin, issue)
    }

    fn issue(&mut self, mut issue: Issue) -> Result<(), Error> {
        if self.tombstones.are_named_in(&issue.message, self.workspace.key()) {
            "The cell names somebody who was erased.".clone_into(&mut issue.message);
        }
        self.issues.add(issue);
        Ok(())
    }
}

impl Drop for Staging<'_> {
    fn drop(&mut self) {
        if self.committed {
            // Cannot fail outside a transaction.
            drop(self.connection.execute_batch("PRAGMA foreign_keys = ON"));
        } else {
            rollback(self.connection);
            // It may have been stopped while indices were built.
            drop(self.connection.execute_batch(super::open::CACHE_SIZE));
        }
        // What millions of rows left in memory takes long to free; nobody has to wait for that.
        let remembered = (self.orders.remembered(), self.customers.remembered(), self.events.remembered());
        std::thread::spawn(move || drop(remembered));
    }
}

fn rollback(connection: &Connection) {
    // SQLite rolls back by itself after a full disk; a second rollback only says so.
    drop(connection.execute_batch("ROLLBACK"));
    drop(connection.execute_batch("PRAGMA foreign_keys = ON"));
}

/// Brings what the transaction changed to the disk while it can still be stopped, so that COMMIT itself, which cannot,
/// has little left to write.
fn save_ahead(workspace: &Workspace, monitor: &dyn Monitor) -> Result<(), Error> {
    monitor.checkpoint()?;
    workspace.connection().cache_flush()?;
    monitor.checkpoint()?;
    let mut log = workspace.path().as_os_str().to_owned();
    log.push("-wal");
    let Ok(log) = std::fs::OpenOptions::new().write(true).open(log) else {
        return Ok(());
    };
    // A disk may take seconds for it and hears no cancel; then it ends on its own. What fails here fails again in COMMIT.
    let (sender, synced) = std::sync::mpsc::channel();
    std::thread::spawn(move || sender.send(log.sync_data().is_ok()).unwrap_or_default());
    while synced.recv_timeout(std::time::Duration::from_millis(20))
        == Err(std::sync::mpsc::RecvTimeoutError::Timeout)
    {
        monitor.checkpoint()?;
    }
    monitor.checkpoint()?;
    Ok(())
}

/// Runs SQL that may take seconds while asking the monitor, so that cancel is heard within 15 ms.
pub(super) fn interruptible<T>(
    connection: &Connection,
    monitor: &dyn Monitor,
    work: impl FnOnce() -> Result<T, Error>,
) -> Result<T, Error> {
    let handle = connection.get_interrupt_handle();
    let (finished, wait) = std::sync::mpsc::channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            while wait.recv_timeout(std::time::Duration::from_millis(15))
                == Err(std::sync::mpsc::RecvTimeoutError::Timeout)
            {
                if monitor.checkpoint().is_err() {
                    handle.interrupt();
                }
            }
        });
        let result = work();
        drop(finished);
        result
    })
}

pub(super) fn is_empty(connection: &Connection, table: &str) -> Result<bool, rusqlite::Error> {
    connection.query_row(&format!("SELECT NOT EXISTS (SELECT 1 FROM {table})"), [], |row| row.get(0))
}

/// The first free key of a table.
fn next_key(connection: &Connection, table: &str) -> Result<i64, rusqlite::Error> {
    connection.query_row(&format!("SELECT coalesce(max(key), 0) + 1 FROM {table}"), [], |row| row.get(0))
}

/// Copies rows of earlier imports to the shadow table before this import changes or removes them.
fn keep_before(
    connection: &Connection,
    import: i64,
    table: &str,
    condition: &str,
    value: i64,
) -> Result<(), rusqlite::Error> {
    connection
        .prepare_cached(&format!(
            "INSERT INTO before_{table} SELECT ?1, * FROM {table} WHERE {condition} = ?2 AND import <> ?1"
        ))?
        .execute([import, value])?;
    Ok(())
}
