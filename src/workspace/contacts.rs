//! What an export may need to name customers: their tags, and whom an address belongs to.

use super::frames::CUSTOMER_ID;
use super::{Error, Workspace};

/// One account of the shop.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    /// As frames and runs name the customer.
    pub id: String,
    /// As the shop had them at the last import.
    pub tags: Vec<String>,
}

impl Workspace {
    /// Everybody, ascending by id.
    pub fn contacts(&self) -> Result<Vec<Contact>, Error> {
        let mut statement = self
            .connection()
            .prepare_cached(&format!("SELECT {CUSTOMER_ID} AS id, tags FROM customers ORDER BY 1, key"))?;
        let rows = statement.query_map([], |row| {
            Ok(Contact {
                id: row.get(0)?,
                tags: serde_json::from_str(&row.get::<_, String>(1)?).unwrap_or_default(),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The id of the customer with this address, found by its keyed hash; `None` for a stranger.
    pub fn customer_with_email(&self, email: &str) -> Result<Option<String>, Error> {
        let Some(hash) = self.key().email(email) else {
            return Ok(None);
        };
        let mut statement = self.connection().prepare_cached(&format!(
            "SELECT {CUSTOMER_ID} FROM customers WHERE email_hash = ?1 ORDER BY key LIMIT 1"
        ))?;
        let mut rows = statement.query([hash])?;
        Ok(rows.next()?.map(|row| row.get(0)).transpose()?)
    }
}
