//! Who was erased, known again without being known: keyed hashes of what the files call the person, so that the next
//! export of the same orders does not bring them back.
//!
//! An order of somebody erased is kept as a sale of nobody. Its tombstone is a hash of the order number together with
//! the person, so the number alone leads nowhere.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::identity::{Key, addresses_in, normalize_email, normalize_phone};
use super::person::Who;
use super::{Error, Workspace};
use crate::shop::hash::QuickSet;
use crate::shop::{CustomerRef, Seconds};

/// The tombstones, at hand while an import runs.
pub(super) struct Tombstones {
    people: QuickSet<String>,
    has_orders: bool,
}

/// What one row says about somebody, as tombstones: platform id, e-mail, phone.
#[derive(Clone, Debug, Default)]
pub(super) struct Marks {
    id: Option<String>,
    email: Option<String>,
    phone: Option<String>,
}

impl Tombstones {
    pub(super) fn read(connection: &Connection) -> Result<Self, Error> {
        let mut statement =
            connection.prepare_cached("SELECT hash FROM erased WHERE order_key IS NULL ORDER BY hash")?;
        let people = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        let has_orders = connection.query_row(
            "SELECT EXISTS (SELECT 1 FROM erased WHERE order_key IS NOT NULL)",
            [],
            |row| row.get(0),
        )?;
        Ok(Self { people, has_orders })
    }

    /// True when nobody was ever erased, and nothing has to be looked up.
    pub(super) fn is_empty(&self) -> bool {
        self.people.is_empty() && !self.has_orders
    }

    /// Whether a row is about somebody erased. A phone alone decides only where the row says nothing else, because a
    /// family shares one.
    pub(super) fn hold(&self, marks: &Marks) -> bool {
        let holds = |mark: &Option<String>| mark.as_ref().is_some_and(|mark| self.people.contains(mark));
        holds(&marks.id)
            || holds(&marks.email)
            || marks.id.is_none() && marks.email.is_none() && holds(&marks.phone)
    }

    /// Whether a text names somebody erased by an e-mail address.
    pub(super) fn are_named_in(&self, text: &str, key: &Key) -> bool {
        !self.people.is_empty()
            && addresses_in(text).any(|address| {
                key.email(address).is_some_and(|hash| self.people.contains(&key.tombstone("email", &hash)))
            })
    }
}

impl Marks {
    pub(super) fn of(key: &Key, who: &CustomerRef) -> Self {
        let id = who.id.as_deref().map(str::trim).filter(|id| !id.is_empty());
        let email = who.email.as_deref().and_then(normalize_email).and_then(|email| key.email(&email));
        let phone = who.phone.as_deref().and_then(normalize_phone).and_then(|phone| key.phone(&phone));
        Self::of_hashes(key, id, email.as_deref(), phone.as_deref())
    }

    fn of_hashes(key: &Key, id: Option<&str>, email_hash: Option<&str>, phone_hash: Option<&str>) -> Self {
        Self {
            id: id.map(|id| key.tombstone("id", id)),
            email: email_hash.map(|hash| key.tombstone("email", hash)),
            phone: phone_hash.map(|hash| key.tombstone("phone", hash)),
        }
    }

    fn all(&self) -> impl Iterator<Item = &String> {
        [&self.id, &self.email, &self.phone].into_iter().flatten()
    }

    /// The anonymous order that stands for this order of this person.
    pub(super) fn order(
        &self,
        connection: &Connection,
        key: &Key,
        order_id: &str,
    ) -> Result<Option<i64>, Error> {
        for mark in self.all() {
            let found = connection
                .prepare_cached(
                    "SELECT order_key FROM erased WHERE hash = ?1
                         AND EXISTS (SELECT 1 FROM orders WHERE key = order_key AND id = 'erased-' || key)",
                )?
                .query_row([key.tombstone(mark, order_id)], |row| row.get(0))
                .optional()?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// Remembers that an anonymous order is this order of this person.
    pub(super) fn keep_order(
        &self,
        connection: &Connection,
        key: &Key,
        erasure: i64,
        order_id: &str,
        order_key: i64,
    ) -> Result<(), rusqlite::Error> {
        for mark in self.all() {
            keep(connection, &key.tombstone(mark, order_id), erasure, Some(order_key))?;
        }
        Ok(())
    }

    /// Forgets that an anonymous order was this order of this person, who has been let in again.
    pub(super) fn drop_order(
        &self,
        connection: &Connection,
        key: &Key,
        order_id: &str,
    ) -> Result<(), rusqlite::Error> {
        for mark in self.all() {
            connection
                .prepare_cached("DELETE FROM erased WHERE hash = ?1")?
                .execute([key.tombstone(mark, order_id)])?;
        }
        Ok(())
    }
}

/// Writes the tombstones of a person who is about to be erased, and of their orders.
pub(super) fn bury(
    connection: &Connection,
    key: &Key,
    who: &Who,
    customers: &[i64],
    now: Seconds,
) -> Result<i64, Error> {
    connection.execute("INSERT INTO erasures(erased_at) VALUES (?1)", [now])?;
    let erasure = connection.last_insert_rowid();
    for mark in marks_of(key, who).all() {
        keep(connection, mark, erasure, None)?;
    }
    for customer in customers {
        let marks = connection
            .prepare_cached("SELECT id, email_hash, phone_hash FROM customers WHERE key = ?1")?
            .query_row([customer], |row| {
                let text = |index| row.get::<_, Option<String>>(index);
                let (id, email, phone) = (text(0)?, text(1)?, text(2)?);
                Ok(Marks::of_hashes(key, id.as_deref(), email.as_deref(), phone.as_deref()))
            })?;
        for mark in marks.all() {
            keep(connection, mark, erasure, None)?;
        }
        let mut statement = connection.prepare_cached("SELECT key, id FROM orders WHERE customer = ?1")?;
        let mut rows = statement.query([customer])?;
        while let Some(row) = rows.next()? {
            let (order_key, id): (i64, String) = (row.get(0)?, row.get(1)?);
            marks.keep_order(connection, key, erasure, &id, order_key)?;
        }
    }
    Ok(erasure)
}

fn keep(
    connection: &Connection,
    hash: &str,
    erasure: i64,
    order_key: Option<i64>,
) -> Result<(), rusqlite::Error> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO erased(hash, erasure, order_key) VALUES (?1, ?2, ?3)")?
        .execute(params![hash, erasure, order_key])?;
    Ok(())
}

fn marks_of(key: &Key, who: &Who) -> Marks {
    match who {
        Who::Email(email) => Marks::of_hashes(key, None, key.email(email).as_deref(), None),
        Who::Customer(id) => Marks::of_hashes(key, Some(id), None, None),
    }
}

impl Workspace {
    /// Lets a person in again who was erased: the next import of their orders gives those back to them. Returns false
    /// when nobody of that address or id was erased.
    pub fn lift_erasure(&mut self, who: &Who) -> Result<bool, Error> {
        let key = self.key().clone();
        self.in_transaction(|transaction| {
            let mut lifted = 0;
            for mark in marks_of(&key, who).all() {
                // All names that were erased together with this one; the orders stay nobody's until they come again.
                lifted += transaction.execute(
                    "DELETE FROM erased WHERE order_key IS NULL
                         AND erasure IN (SELECT erasure FROM erased WHERE hash = ?1 AND order_key IS NULL)",
                    [mark],
                )?;
            }
            if lifted > 0 {
                // The files have to be read again although their content is known.
                transaction.execute(
                    "INSERT OR REPLACE INTO meta(name, value) SELECT 'read_again_until', max(id) FROM imports",
                    [],
                )?;
            }
            Ok(lifted > 0)
        })
    }
}
