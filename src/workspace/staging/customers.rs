//! Whose row it is: platform id, then e-mail, then phone, then guest.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::super::Error;
use super::super::codes::{consent_code, consent_of};
use super::super::identity::{Key, normalize_email, normalize_phone};
use super::{Changes, is_empty, keep_before, next_key};
use crate::import::Origin;
use crate::shop::hash::QuickMap;
use crate::shop::{Consent, Customer, CustomerRef};

pub(super) struct Customers<'w> {
    connection: &'w Connection,
    import: i64,
    key: &'w Key,
    keep_names: bool,
    /// Customers of earlier imports have to be asked for.
    ask: bool,
    next_key: i64,
    by_id: QuickMap<Box<str>, i64>,
    by_email: QuickMap<Box<str>, i64>,
    by_phone: QuickMap<Box<str>, i64>,
    /// Of the customers this import has seen: those of earlier imports, and its own by their place.
    known: QuickMap<i64, Known>,
    own: Vec<Known>,
    first_own: i64,
    pub(super) changes: Changes,
}

/// What decides whether a reference fits a customer.
#[derive(Clone, Copy)]
struct Known {
    has_id: bool,
    has_email: bool,
    has_phone: bool,
    /// This import has counted it as new or changed already.
    counted: bool,
}

/// A customer's row without key and import.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    id: Option<String>,
    email_hash: Option<String>,
    phone_hash: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    country: Option<String>,
    tags: String,
    created_at: Option<i64>,
    accepts_email: Consent,
    accepts_sms: Consent,
    declared_orders: Option<i64>,
    declared_spent: Option<i64>,
    preferences: String,
    is_guest: bool,
}

impl Customers<'_> {
    /// What was remembered of the customers, for whoever frees it.
    pub(super) fn remembered(&mut self) -> impl Send + 'static + use<> {
        (
            std::mem::take(&mut self.by_id),
            std::mem::take(&mut self.by_email),
            std::mem::take(&mut self.by_phone),
            std::mem::take(&mut self.known),
            std::mem::take(&mut self.own),
        )
    }
}

impl<'w> Customers<'w> {
    pub(super) fn new(
        connection: &'w Connection,
        import: i64,
        key: &'w Key,
        keep_names: bool,
    ) -> Result<Self, Error> {
        let first_own = next_key(connection, "customers")?;
        Ok(Self {
            connection,
            import,
            key,
            keep_names,
            ask: !is_empty(connection, "customers")?,
            next_key: first_own,
            by_id: QuickMap::default(),
            by_email: QuickMap::default(),
            by_phone: QuickMap::default(),
            known: QuickMap::default(),
            own: Vec::new(),
            first_own,
            changes: Changes::default(),
        })
    }

    /// The customer a row points at; made if new, `None` when the row names nobody.
    pub(super) fn resolve(&mut self, who: &CustomerRef, origin: Origin) -> Result<Option<i64>, Error> {
        let id = who.id.as_deref().map(str::trim).filter(|id| !id.is_empty());
        // Most orders are of somebody who is known with all that the row says; nothing has to be tidied then.
        if let Some(id) = id
            && let Some(key) = self.by_id.get(id)
            && let Some(known) = self.seen(*key)
            && (known.has_email || who.email.is_none())
            && (known.has_phone || who.phone.is_none())
        {
            return Ok(Some(*key));
        }
        let email = who.email.as_deref().and_then(normalize_email);
        let phone = who.phone.as_deref().and_then(normalize_phone);
        if id.is_none() && email.is_none() && phone.is_none() {
            return Ok(None);
        }
        if let Some(key) = self.find(id, email.as_deref(), phone.as_deref())? {
            self.complete(key, id, email.as_deref(), phone.as_deref())?;
            return Ok(Some(key));
        }
        let key = self.next_key;
        self.next_key += 1;
        self.connection
            .prepare_cached(
                "INSERT INTO customers(key, import, id, email_hash, phone_hash, email, phone, tags, preferences,
                     is_guest, file, line) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, '[]', '[]', ?8, ?9, ?10)",
            )?
            .execute(params![
                key,
                self.import,
                id,
                email.as_deref().and_then(|email| self.key.email(email)),
                phone.as_deref().and_then(|phone| self.key.phone(phone)),
                email.as_deref().filter(|_| self.keep_names),
                phone.as_deref().filter(|_| self.keep_names),
                id.is_none(),
                origin.file,
                origin.line as i64
            ])?;
        let known = Known {
            has_id: id.is_some(),
            has_email: email.is_some(),
            has_phone: phone.is_some(),
            counted: true,
        };
        self.own.push(known);
        self.changes.new += 1;
        self.remember(key, id, email.as_deref(), phone.as_deref());
        Ok(Some(key))
    }

    /// A row of a customer file.
    pub(super) fn take(&mut self, customer: &Customer, origin: Origin) -> Result<(), Error> {
        let new_before = self.changes.new;
        let Some(key) = self.resolve(&customer.key, origin)? else {
            return Ok(());
        };
        let is_new = self.changes.new > new_before;
        let old = self.row(key)?;
        let mut row = old.clone();
        row.country = customer.country.clone().or(row.country);
        row.created_at = customer.created_at.or(row.created_at);
        row.declared_orders = customer.declared_orders.or(row.declared_orders);
        row.declared_spent = customer.declared_spent.or(row.declared_spent);
        row.is_guest = false;
        if customer.accepts_email != Consent::Unknown {
            row.accepts_email = customer.accepts_email;
        }
        if customer.accepts_sms != Consent::Unknown {
            row.accepts_sms = customer.accepts_sms;
        }
        if self.keep_names {
            row.first_name = customer.first_name.clone().or(row.first_name);
            row.last_name = customer.last_name.clone().or(row.last_name);
        }
        if !customer.tags.is_empty() {
            row.tags = json(&customer.tags)?;
        }
        if !customer.stated_preferences.is_empty() {
            row.preferences = json(&customer.stated_preferences)?;
        }
        let counted = self.seen(key).is_some_and(|known| known.counted);
        if row == old {
            if !counted && !is_new {
                self.changes.unchanged += 1;
                self.mark_counted(key);
            }
            return Ok(());
        }
        if !counted {
            self.changes.changed += 1;
            self.mark_counted(key);
        }
        keep_before(self.connection, self.import, "customers", "key", key)?;
        self.connection
            .prepare_cached(
                "UPDATE customers SET import = ?2, country = ?3, created_at = ?4, declared_orders = ?5,
                     declared_spent = ?6, is_guest = ?7, accepts_email = ?8, accepts_sms = ?9, first_name = ?10,
                     last_name = ?11, tags = ?12, preferences = ?13, file = ?14, line = ?15 WHERE key = ?1",
            )?
            .execute(params![
                key,
                self.import,
                row.country,
                row.created_at,
                row.declared_orders,
                row.declared_spent,
                row.is_guest,
                consent_code(row.accepts_email),
                consent_code(row.accepts_sms),
                row.first_name,
                row.last_name,
                row.tags,
                row.preferences,
                origin.file,
                origin.line as i64
            ])?;
        Ok(())
    }

    fn find(
        &mut self,
        id: Option<&str>,
        email: Option<&str>,
        phone: Option<&str>,
    ) -> Result<Option<i64>, Error> {
        if let Some(id) = id
            && let Some(key) = self.find_by_id(id)?
        {
            return Ok(Some(key));
        }
        if let Some(email) = email
            && let Some(key) = self.find_by_email(email)?
        {
            // One address under two platform ids is two accounts: the audit offers to merge them.
            if id.is_none() || !self.known(key)?.has_id {
                return Ok(Some(key));
            }
            return Ok(None);
        }
        if let Some(phone) = phone
            && let Some(key) = self.find_by_phone(phone)?
        {
            let known = self.known(key)?;
            // A family shares a phone: another address or another id is another person.
            if (id.is_none() || !known.has_id) && (email.is_none() || !known.has_email) {
                return Ok(Some(key));
            }
        }
        Ok(None)
    }

    /// Adds to a customer what a row knows about them and the workspace did not.
    fn complete(
        &mut self,
        key: i64,
        id: Option<&str>,
        email: Option<&str>,
        phone: Option<&str>,
    ) -> Result<(), Error> {
        let known = self.known(key)?;
        let id = id.filter(|_| !known.has_id);
        let email = email.filter(|_| !known.has_email);
        let phone = phone.filter(|_| !known.has_phone);
        if id.is_none() && email.is_none() && phone.is_none() {
            return Ok(());
        }
        keep_before(self.connection, self.import, "customers", "key", key)?;
        self.connection
            .prepare_cached(
                "UPDATE customers SET import = ?2, id = coalesce(id, ?3), email_hash = coalesce(email_hash, ?4),
                     phone_hash = coalesce(phone_hash, ?5), email = coalesce(email, ?6), phone = coalesce(phone, ?7),
                     is_guest = is_guest AND ?3 IS NULL WHERE key = ?1",
            )?
            .execute(params![
                key,
                self.import,
                id,
                email.and_then(|email| self.key.email(email)),
                phone.and_then(|phone| self.key.phone(phone)),
                email.filter(|_| self.keep_names),
                phone.filter(|_| self.keep_names)
            ])?;
        if !known.counted {
            self.changes.changed += 1;
        }
        let known = Known {
            has_id: known.has_id || id.is_some(),
            has_email: known.has_email || email.is_some(),
            has_phone: known.has_phone || phone.is_some(),
            counted: true,
        };
        self.see(key, known);
        self.remember(key, id, email, phone);
        Ok(())
    }

    fn find_by_id(&mut self, id: &str) -> Result<Option<i64>, Error> {
        if let Some(key) = self.by_id.get(id) {
            return Ok(Some(*key));
        }
        let found = self.ask_for("id", id)?;
        if let Some(key) = found {
            self.by_id.insert(id.into(), key);
        }
        Ok(found)
    }

    fn find_by_email(&mut self, email: &str) -> Result<Option<i64>, Error> {
        if let Some(key) = self.by_email.get(email) {
            return Ok(Some(*key));
        }
        if !self.ask {
            return Ok(None);
        }
        let Some(hash) = self.key.email(email) else {
            return Ok(None);
        };
        let found = self.ask_for("email_hash", &hash)?;
        if let Some(key) = found {
            self.by_email.insert(email.into(), key);
        }
        Ok(found)
    }

    fn find_by_phone(&mut self, phone: &str) -> Result<Option<i64>, Error> {
        if let Some(key) = self.by_phone.get(phone) {
            return Ok(Some(*key));
        }
        if !self.ask {
            return Ok(None);
        }
        let Some(hash) = self.key.phone(phone) else {
            return Ok(None);
        };
        let found = self.ask_for("phone_hash", &hash)?;
        if let Some(key) = found {
            self.by_phone.insert(phone.into(), key);
        }
        Ok(found)
    }

    /// Among customers of earlier imports; the oldest of several.
    fn ask_for(&self, column: &str, value: &str) -> Result<Option<i64>, Error> {
        if !self.ask {
            return Ok(None);
        }
        Ok(self
            .connection
            .prepare_cached(&format!("SELECT key FROM customers WHERE {column} = ?1 ORDER BY key LIMIT 1"))?
            .query_row([value], |row| row.get(0))
            .optional()?)
    }

    fn known(&mut self, key: i64) -> Result<Known, Error> {
        if let Some(known) = self.seen(key) {
            return Ok(*known);
        }
        let known = self
            .connection
            .prepare_cached(
                "SELECT id IS NOT NULL, email_hash IS NOT NULL, phone_hash IS NOT NULL FROM customers WHERE key = ?1",
            )?
            .query_row([key], |row| {
                Ok(Known { has_id: row.get(0)?, has_email: row.get(1)?, has_phone: row.get(2)?, counted: false })
            })?;
        self.known.insert(key, known);
        Ok(known)
    }

    fn seen(&self, key: i64) -> Option<&Known> {
        match usize::try_from(key - self.first_own) {
            Ok(place) => self.own.get(place),
            Err(_earlier) => self.known.get(&key),
        }
    }

    fn see(&mut self, key: i64, known: Known) {
        match usize::try_from(key - self.first_own).ok().and_then(|place| self.own.get_mut(place)) {
            Some(own) => *own = known,
            None => drop(self.known.insert(key, known)),
        }
    }

    fn mark_counted(&mut self, key: i64) {
        if let Some(known) = self.seen(key).copied() {
            self.see(key, Known { counted: true, ..known });
        }
    }

    fn remember(&mut self, key: i64, id: Option<&str>, email: Option<&str>, phone: Option<&str>) {
        if let Some(id) = id {
            self.by_id.entry(id.into()).or_insert(key);
        }
        if let Some(email) = email {
            self.by_email.entry(email.into()).or_insert(key);
        }
        if let Some(phone) = phone {
            self.by_phone.entry(phone.into()).or_insert(key);
        }
    }

    fn row(&self, key: i64) -> Result<Row, Error> {
        Ok(self
            .connection
            .prepare_cached(
                "SELECT id, email_hash, phone_hash, email, phone, first_name, last_name, country, tags, created_at,
                     accepts_email, accepts_sms, declared_orders, declared_spent, preferences, is_guest
                 FROM customers WHERE key = ?1",
            )?
            .query_row([key], |row| {
                Ok(Row {
                    id: row.get(0)?,
                    email_hash: row.get(1)?,
                    phone_hash: row.get(2)?,
                    email: row.get(3)?,
                    phone: row.get(4)?,
                    first_name: row.get(5)?,
                    last_name: row.get(6)?,
                    country: row.get(7)?,
                    tags: row.get(8)?,
                    created_at: row.get(9)?,
                    accepts_email: consent_of(row.get(10)?),
                    accepts_sms: consent_of(row.get(11)?),
                    declared_orders: row.get(12)?,
                    declared_spent: row.get(13)?,
                    preferences: row.get(14)?,
                    is_guest: row.get(15)?,
                })
            })?)
    }
}

fn json(value: &impl serde::Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|source| Error::broken("a customer that cannot be written", source))
}
