//! One person: everything known about them, and its erasure.

use rusqlite::{Connection, params};
use serde::Serialize;
use serde_json::{Value, json};

use super::frames::CUSTOMER_ID;
use super::identity::{Key, addresses_in, normalize_email, normalize_phone};
use super::{Error, Workspace, erased};
use crate::shop::Seconds;
use crate::shop::time::rfc3339;

/// How a person is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    Email(String),
    /// The id in the store's files, or the one the workspace shows.
    Customer(String),
}

/// What was erased.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Erased {
    pub customers: u64,
    /// Orders stay for the product figures, without anybody.
    pub orders: u64,
    pub events: u64,
    pub run_rows: u64,
    pub set_aside_rows: u64,
}

impl Workspace {
    /// Everything the workspace knows about a person, as JSON: one entry per account.
    pub fn person(&self, who: &Who) -> Result<Value, Error> {
        let connection = self.connection();
        let mut accounts = Vec::new();
        for customer in find(connection, self.key(), who)? {
            accounts.push(account(connection, customer)?);
        }
        if accounts.is_empty() {
            return Err(Error::NoSuchCustomer);
        }
        let set_aside: Vec<String> =
            self.set_aside_about(who, connection)?.into_iter().map(|(_, raw)| raw).collect();
        Ok(json!({ "accounts": accounts, "rows_set_aside": set_aside }))
    }

    /// (id as in the frames, e-mail address) of everybody whose address is kept in clear, ascending by id.
    pub fn emails(&self) -> Result<Vec<(String, String)>, Error> {
        let mut statement = self.connection().prepare_cached(&format!(
            "SELECT {CUSTOMER_ID}, email FROM customers WHERE email IS NOT NULL ORDER BY 1"
        ))?;
        let emails = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(emails.collect::<Result<_, _>>()?)
    }

    /// Removes a person from every table, shadow table, run and set-aside row, in one transaction, and then rewrites
    /// the file so that no byte of them is left in it or in its log. A tombstone stays, so that later imports keep them
    /// out.
    pub fn forget(&mut self, who: &Who, now: Seconds) -> Result<Erased, Error> {
        self.require_writable()?;
        let customers = find(self.connection(), self.key(), who)?;
        let set_aside = self.set_aside_about(who, self.connection())?;
        if customers.is_empty() && set_aside.is_empty() {
            return Err(Error::NoSuchCustomer);
        }
        let key = self.key().clone();
        let erased = self.in_transaction(|transaction| {
            let mut erased = Erased::default();
            erased::bury(transaction, &key, who, &customers, now)?;
            for customer in &customers {
                erase(transaction, *customer, &mut erased)?;
            }
            for (key, _) in &set_aside {
                erased.set_aside_rows +=
                    transaction.execute("DELETE FROM set_aside WHERE key = ?1", [key])? as u64;
                transaction.execute("DELETE FROM before_set_aside WHERE key = ?1", [key])?;
            }
            erase_words(transaction, who)?;
            transaction
                .execute("INSERT OR REPLACE INTO meta(name, value) VALUES ('unwritten_erasure', 1)", [])?;
            Ok(erased)
        })?;
        self.finish_erasing()?;
        Ok(erased)
    }

    /// Writes the file anew, so that no byte of anybody erased is left in it or in its log. False when that was done
    /// already.
    pub fn finish_erasing(&mut self) -> Result<bool, Error> {
        self.require_writable()?;
        let connection = self.connection();
        let is_open: bool = connection.query_row(
            "SELECT EXISTS (SELECT 1 FROM meta WHERE name = 'unwritten_erasure')",
            [],
            |row| row.get(0),
        )?;
        if !is_open {
            return Ok(false);
        }
        // The log still holds the pages as they were; VACUUM also rewrites what lies between the rows.
        connection
            .execute_batch(
                "PRAGMA wal_checkpoint(TRUNCATE); VACUUM; PRAGMA wal_checkpoint(TRUNCATE);
                 DELETE FROM meta WHERE name = 'unwritten_erasure'; PRAGMA wal_checkpoint(TRUNCATE);",
            )
            .map_err(|source| Error::ErasedNotRewritten { file: self.path().to_owned(), source })?;
        Ok(true)
    }

    /// Rows set aside that name the person, opened.
    fn set_aside_about(&self, who: &Who, connection: &Connection) -> Result<Vec<(i64, String)>, Error> {
        let names = Names::of(connection, self.key(), who)?;
        let mut statement = connection.prepare_cached("SELECT key, sealed FROM set_aside ORDER BY key")?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let key: i64 = row.get(0)?;
            let raw = self.key().unseal(key as u64, &row.get::<_, Vec<u8>>(1)?);
            if names.are_in(&raw, self.key()) {
                found.push((key, raw));
            }
        }
        Ok(found)
    }
}

/// What a raw row may call a person.
struct Names {
    ids: Vec<String>,
    email_hashes: Vec<String>,
    phone_hashes: Vec<String>,
}

impl Names {
    fn of(connection: &Connection, key: &Key, who: &Who) -> Result<Self, Error> {
        let mut names = Self { ids: Vec::new(), email_hashes: Vec::new(), phone_hashes: Vec::new() };
        match who {
            Who::Email(email) => names.email_hashes.extend(key.email(email)),
            Who::Customer(id) => names.ids.push(id.clone()),
        }
        for customer in find(connection, key, who)? {
            connection
                .prepare_cached("SELECT id, email_hash, phone_hash FROM customers WHERE key = ?1")?
                .query_row([customer], |row| {
                    names.ids.extend(row.get::<_, Option<String>>(0)?);
                    names.email_hashes.extend(row.get::<_, Option<String>>(1)?);
                    names.phone_hashes.extend(row.get::<_, Option<String>>(2)?);
                    Ok(())
                })?;
        }
        Ok(names)
    }

    fn are_in(&self, raw: &str, key: &Key) -> bool {
        let cells = || raw.split([',', ';', '\t', '"', '|']).map(str::trim);
        addresses_in(raw)
            .any(|address| key.email(address).is_some_and(|hash| self.email_hashes.contains(&hash)))
            || cells().any(|cell| self.ids.iter().any(|id| id == cell))
            || cells()
                .filter(|cell| normalize_phone(cell).is_some())
                .any(|cell| key.phone(cell).is_some_and(|hash| self.phone_hashes.contains(&hash)))
    }
}

fn find(connection: &Connection, key: &Key, who: &Who) -> Result<Vec<i64>, Error> {
    let (condition, value) = match who {
        Who::Email(email) => ("email_hash = ?1".to_owned(), key.email(email).unwrap_or_default()),
        Who::Customer(id) => (format!("{CUSTOMER_ID} = ?1"), id.clone()),
    };
    let mut statement =
        connection.prepare_cached(&format!("SELECT key FROM customers WHERE {condition} ORDER BY key"))?;
    Ok(statement.query_map([value], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

fn account(connection: &Connection, customer: i64) -> Result<Value, Error> {
    let mut account = connection
        .prepare_cached(&format!(
            "SELECT {CUSTOMER_ID}, email_hash, phone_hash, email, phone, first_name, last_name, country, tags,
                 created_at, accepts_email, accepts_sms, declared_orders, declared_spent, preferences, is_guest
             FROM customers WHERE key = ?1"
        ))?
        .query_row([customer], |row| {
            let text = |index| row.get::<_, Option<String>>(index);
            Ok(json!({
                "id": text(0)?,
                "email_hash": text(1)?,
                "phone_hash": text(2)?,
                "email": text(3)?,
                "phone": text(4)?,
                "first_name": text(5)?,
                "last_name": text(6)?,
                "country": text(7)?,
                "tags": serde_json::from_str::<Value>(&row.get::<_, String>(8)?).unwrap_or_default(),
                "created_at": row.get::<_, Option<i64>>(9)?.map(rfc3339),
                "accepts_email": row.get::<_, Option<bool>>(10)?,
                "accepts_sms": row.get::<_, Option<bool>>(11)?,
                "orders_said_by_platform": row.get::<_, Option<i64>>(12)?,
                "spent_said_by_platform_minor": row.get::<_, Option<i64>>(13)?,
                "stated_preferences": serde_json::from_str::<Value>(&row.get::<_, String>(14)?).unwrap_or_default(),
                "is_guest": row.get::<_, bool>(15)?,
            }))
        })?;
    account["orders"] = orders(connection, customer)?;
    account["events"] = events(connection, customer)?;
    let id = account["id"].as_str().unwrap_or_default().to_owned();
    let mut statement = connection.prepare_cached(
        "SELECT kind, created_at, length(value) FROM run_people JOIN runs ON runs.id = run WHERE customer = ?1",
    )?;
    let runs: Vec<Value> = statement
        .query_map([id], |row| {
            Ok(json!({
                "kind": row.get::<_, String>(0)?,
                "made_at": rfc3339(row.get(1)?),
                "bytes": row.get::<_, i64>(2)?,
            }))
        })?
        .collect::<Result<_, _>>()?;
    account["computed"] = Value::from(runs);
    Ok(account)
}

fn orders(connection: &Connection, customer: i64) -> Result<Value, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT key, id, placed_at, currency, total, discount, refunded, channel, codes FROM orders
         WHERE customer = ?1 ORDER BY placed_at, key",
    )?;
    let mut lines = connection.prepare_cached(
        "SELECT coalesce(m.title, m.sku, m.product_id), l.quantity, l.refunded_quantity, l.unit_price, l.discount
         FROM lines l JOIN mentions m ON m.key = l.mention WHERE l.order_key = ?1 ORDER BY l.position",
    )?;
    let mut orders = Vec::new();
    let mut rows = statement.query([customer])?;
    while let Some(row) = rows.next()? {
        let lines: Vec<Value> = lines
            .query_map([row.get::<_, i64>(0)?], |line| {
                Ok(json!({
                    "product": line.get::<_, Option<String>>(0)?,
                    "quantity": line.get::<_, i64>(1)?,
                    "refunded_quantity": line.get::<_, i64>(2)?,
                    "unit_price_minor": line.get::<_, i64>(3)?,
                    "discount_minor": line.get::<_, i64>(4)?,
                }))
            })?
            .collect::<Result<_, _>>()?;
        orders.push(json!({
            "id": row.get::<_, String>(1)?,
            "placed_at": rfc3339(row.get(2)?),
            "currency": row.get::<_, Option<String>>(3)?,
            "total_minor": row.get::<_, Option<i64>>(4)?,
            "discount_minor": row.get::<_, i64>(5)?,
            "refunded_minor": row.get::<_, i64>(6)?,
            "channel": row.get::<_, Option<String>>(7)?,
            "discount_codes": row.get::<_, Option<String>>(8)?.map(|codes| {
                codes.lines().map(str::to_owned).collect::<Vec<_>>()
            }),
            "lines": lines,
        }));
    }
    Ok(Value::from(orders))
}

fn events(connection: &Connection, customer: i64) -> Result<Value, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT e.at, e.kind, coalesce(m.title, m.sku, m.product_id, m.handle), q.text, p.text
         FROM events e LEFT JOIN mentions m ON m.key = e.mention LEFT JOIN texts q ON q.key = e.query
             LEFT JOIN texts p ON p.key = e.page WHERE e.customer = ?1 ORDER BY e.at, e.key",
    )?;
    let events: Vec<Value> = statement
        .query_map([customer], |row| {
            Ok(json!({
                "at": rfc3339(row.get(0)?),
                "kind": row.get::<_, i64>(1)?,
                "product": row.get::<_, Option<String>>(2)?,
                "query": row.get::<_, Option<String>>(3)?,
                "page": row.get::<_, Option<String>>(4)?,
            }))
        })?
        .collect::<Result<_, _>>()?;
    Ok(Value::from(events))
}

fn erase(connection: &Connection, customer: i64, erased: &mut Erased) -> Result<(), Error> {
    let (id, platform_id): (String, Option<String>) = connection.query_row(
        &format!("SELECT {CUSTOMER_ID}, id FROM customers WHERE key = ?1"),
        [customer],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    // What the person did on the shop's pages goes whole, with what their devices did before they said who they are;
    // a device that others used too keeps what they did.
    let visitors = "SELECT visitor FROM events WHERE visitor IS NOT NULL AND customer = ?1
                    EXCEPT SELECT visitor FROM events WHERE customer <> ?1";
    erased.events += connection.execute(
        &format!("DELETE FROM events WHERE customer IS NULL AND visitor IN ({visitors})"),
        [customer],
    )? as u64;
    erased.events += connection.execute("DELETE FROM events WHERE customer = ?1", [customer])? as u64;
    connection.execute("DELETE FROM before_events WHERE customer = ?1", [customer])?;
    // The shop's figures need the order; the number of it would lead back to the person.
    let anonymous =
        "id = 'erased-' || key, customer = NULL, ships_elsewhere = NULL, accepts_marketing = NULL,
                     codes = NULL, digest = 0";
    erased.orders +=
        connection.execute(&format!("UPDATE orders SET {anonymous} WHERE customer = ?1"), [customer])? as u64;
    connection.execute(&format!("UPDATE before_orders SET {anonymous} WHERE customer = ?1"), [customer])?;
    erased.customers += connection.execute("DELETE FROM customers WHERE key = ?1", [customer])? as u64;
    connection.execute("DELETE FROM before_customers WHERE key = ?1", [customer])?;
    for id in [Some(id), platform_id].into_iter().flatten() {
        erased.run_rows += connection.execute("DELETE FROM run_people WHERE customer = ?1", [&id])? as u64;
        let mut statement = connection.prepare_cached("SELECT id, fix FROM overlays")?;
        let mut rows = statement.query([])?;
        let mut about = Vec::new();
        while let Some(row) = rows.next()? {
            let fix: Value = serde_json::from_str(&row.get::<_, String>(1)?).unwrap_or_default();
            if ["customer", "into"].iter().any(|field| fix[*field].as_str() == Some(id.as_str())) {
                about.push(row.get::<_, i64>(0)?);
            }
        }
        for overlay in about {
            connection.execute("DELETE FROM overlays WHERE id = ?1", [overlay])?;
        }
    }
    connection.execute(
        "DELETE FROM texts WHERE key NOT IN (SELECT query FROM events WHERE query IS NOT NULL
             UNION SELECT order_id FROM events WHERE order_id IS NOT NULL
             UNION SELECT page FROM events WHERE page IS NOT NULL
             UNION SELECT source FROM events WHERE source IS NOT NULL
             UNION SELECT device FROM events WHERE device IS NOT NULL)",
        [],
    )?;
    Ok(())
}

/// Free texts that hold the address itself: search words, issue messages, labels.
fn erase_words(connection: &Connection, who: &Who) -> Result<(), Error> {
    let Who::Email(email) = who else { return Ok(()) };
    let Some(email) = normalize_email(email) else {
        return Ok(());
    };
    connection
        .execute("UPDATE texts SET text = 'erased-' || key WHERE instr(lower(text), ?1) > 0", [&email])?;
    connection.execute("DELETE FROM search_terms WHERE instr(lower(term), ?1) > 0", [&email])?;
    connection.execute("DELETE FROM before_search_terms WHERE instr(lower(term), ?1) > 0", [&email])?;
    for column in ["message", "advice"] {
        connection.execute(
            &format!("UPDATE issues SET {column} = '(erased)' WHERE instr(lower({column}), ?1) > 0"),
            params![email],
        )?;
    }
    connection.execute("UPDATE imports SET summary = '{}' WHERE instr(lower(summary), ?1) > 0", [&email])?;
    Ok(())
}
