//! Taking the last import back.

use rusqlite::params;

use super::super::{Error, Workspace, history, schema};
use crate::shop::Monitor;

impl Workspace {
    /// Undoes the newest import in effect: its rows go, the rows it replaced or removed come back as they were.
    /// Returns the number of the import. Only the newest can be undone, because later ones build on it.
    pub fn undo_import(&mut self, monitor: &dyn Monitor) -> Result<i64, Error> {
        self.require_writable()?;
        self.connection().execute_batch("PRAGMA foreign_keys = OFF")?;
        let undone = self.in_transaction(|transaction| {
            super::interruptible(transaction, monitor, || {
                let import: Option<i64> =
                    transaction
                        .query_row("SELECT max(id) FROM imports WHERE undone = 0", [], |row| row.get(0))?;
                let import = import.ok_or(Error::NothingToUndo)?;
                monitor.progress(0, 0, "Restoring what was there before");
                for table in schema::IMPORTED {
                    transaction.execute(&format!("DELETE FROM {table} WHERE import = ?1"), [import])?;
                }
                for table in schema::IMPORTED.iter().rev() {
                    let columns = columns_of(transaction, table)?;
                    transaction.execute(
                        &format!(
                            "INSERT INTO {table}({columns}) SELECT {columns} FROM before_{table}
                             WHERE replaced_by = ?1"
                        ),
                        [import],
                    )?;
                    transaction
                        .execute(&format!("DELETE FROM before_{table} WHERE replaced_by = ?1"), [import])?;
                }
                transaction.execute(
                    "DELETE FROM erased WHERE order_key IS NOT NULL AND order_key NOT IN (SELECT key FROM orders)",
                    [],
                )?;
                transaction.execute("DELETE FROM absent_products WHERE import = ?1", [import])?;
                transaction.execute("DELETE FROM files WHERE import = ?1", [import])?;
                transaction
                    .execute("UPDATE imports SET undone = 1, summary = '{}' WHERE id = ?1", [import])?;
                // The files may be imported again, so the step cannot be done again from the log.
                transaction.execute(
                    "DELETE FROM history WHERE scope = 'import' AND edit = ?1",
                    params![format!("{{\"import\":{import}}}")],
                )?;
                Ok(import)
            })
        });
        self.connection().execute_batch("PRAGMA foreign_keys = ON")?;
        undone
    }

    /// Whether the last step of the history is an import.
    pub fn last_step_is_import(&self) -> Result<bool, Error> {
        Ok(self.history()?.last_done().is_some_and(|edit| edit.scope == history::Scope::Import))
    }
}

fn columns_of(connection: &rusqlite::Connection, table: &str) -> Result<String, rusqlite::Error> {
    let mut statement =
        connection.prepare_cached("SELECT group_concat(name, ', ') FROM pragma_table_info(?1)")?;
    statement.query_row([table], |row| row.get(0))
}
