//! Data fixes: laid over the raw rows, never written into them, so that one undo takes them off again.

use rusqlite::params;
use serde::{Deserialize, Serialize};

use super::history::{self, NewEdit, Scope};
use super::{Error, Workspace};
use crate::shop::{Minor, Seconds};

/// One correction of one thing. Products by their id in the files, customers by the id they have in the frames.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fix", rename_all = "snake_case")]
pub enum Fix {
    /// `customer` is the same person as `into`; its orders and visits count for `into`.
    MergeCustomer {
        customer: String,
        into: String,
    },
    SetProductType {
        product: String,
        product_type: String,
    },
    SetPrice {
        product: String,
        price: Minor,
    },
    SetCost {
        product: String,
        cost: Minor,
    },
    SetPicture {
        product: String,
        image_url: String,
    },
    /// Removes a "was" price that is not above the price.
    DropCompareAt {
        product: String,
    },
    /// Reads a negative stock count as none left.
    EmptyStock {
        product: String,
    },
    /// Keeps the product off every page.
    Unpublish {
        product: String,
    },
    /// Leaves the order out of all figures.
    LeaveOutOrder {
        order: String,
    },
}

/// Fixes made in one go: one undo step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFix {
    pub at: Seconds,
    /// For example `Merged 12 customers`.
    pub label: String,
    pub fixes: Vec<Fix>,
}

impl Workspace {
    /// Lays fixes over the data as one undo step.
    pub fn apply_fixes(&mut self, new: &NewFix) -> Result<(), Error> {
        self.in_transaction(|transaction| {
            let edit = history::record(
                transaction,
                &NewEdit {
                    at: new.at,
                    scope: Scope::Fix,
                    label: new.label.clone(),
                    edit: "{}".to_owned(),
                    inverse: "{}".to_owned(),
                    document: None,
                },
            )?;
            // What could have been redone is gone from the log, so its fixes go too.
            transaction.execute("DELETE FROM overlays WHERE active = 0", [])?;
            let mut insert =
                transaction.prepare_cached("INSERT INTO overlays(edit, fix, active) VALUES (?1, ?2, 1)")?;
            for fix in &new.fixes {
                let json = serde_json::to_string(fix)
                    .map_err(|source| Error::broken("a fix that cannot be written", source))?;
                insert.execute(params![edit, json])?;
            }
            Ok(())
        })
    }

    /// Takes the last step back, which must be a fix.
    pub fn undo_fix(&mut self) -> Result<history::Edit, Error> {
        self.switch_fix(false)
    }

    /// Does the next step again, which must be a fix.
    pub fn redo_fix(&mut self) -> Result<history::Edit, Error> {
        self.switch_fix(true)
    }

    /// The fixes in effect, oldest first.
    pub fn fixes(&self) -> Result<Vec<Fix>, Error> {
        let mut statement =
            self.connection().prepare_cached("SELECT fix FROM overlays WHERE active = 1 ORDER BY id")?;
        let mut rows = statement.query([])?;
        let mut fixes = Vec::new();
        while let Some(row) = rows.next()? {
            let json: String = row.get(0)?;
            fixes.push(
                serde_json::from_str(&json)
                    .map_err(|source| Error::broken("a fix that cannot be read", source))?,
            );
        }
        Ok(fixes)
    }

    fn switch_fix(&mut self, on: bool) -> Result<history::Edit, Error> {
        self.in_transaction(|transaction| {
            let found = if on {
                history::next_undone(transaction)?.ok_or(Error::NothingToRedo)?
            } else {
                history::last_done(transaction)?.ok_or(Error::NothingToUndo)?
            };
            if found.scope != Scope::Fix {
                return Err(if on { Error::NothingToRedo } else { Error::NothingToUndo });
            }
            history::mark(transaction, found.id, on)?;
            transaction.execute("UPDATE overlays SET active = ?2 WHERE edit = ?1", params![found.id, on])?;
            Ok(found)
        })
    }
}
