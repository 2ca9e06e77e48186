//! The customers frame.

use std::collections::{BTreeMap, HashMap};

use polars::prelude::DataFrame;
use rusqlite::Connection;

use super::super::Error;
use super::{Fixes, frame, series};

/// How the frames name a customer: the platform's id, else a short form of the keyed hash.
pub(in super::super) const CUSTOMER_ID: &str =
    "coalesce(id, 'e-' || substr(email_hash, 1, 16), 'p-' || substr(phone_hash, 1, 16), 'c-' || key)";

#[derive(Default)]
struct Row {
    created_at: Option<i64>,
    accepts_email: Option<bool>,
    accepts_sms: Option<bool>,
    is_guest: bool,
}

/// The frame, and the index of every customer key; merged customers share one. Someone who appears only at or after
/// `until` is not in it.
pub(super) fn read(
    connection: &Connection,
    fixes: &Fixes,
    until: i64,
) -> Result<(DataFrame, HashMap<i64, u32>), Error> {
    let said_at_checkout = consent_of_orders(connection, until)?;
    let mut statement = connection.prepare_cached(&format!(
        "SELECT key, {CUSTOMER_ID}, created_at, accepts_email, accepts_sms, is_guest FROM customers
         WHERE created_at IS NULL OR created_at < ?1
             OR EXISTS (SELECT 1 FROM orders WHERE customer = customers.key AND placed_at < ?1)"
    ))?;
    let mut keys: Vec<(i64, String)> = Vec::new();
    let mut people: BTreeMap<String, Row> = BTreeMap::new();
    let mut rows = statement.query([until])?;
    while let Some(row) = rows.next()? {
        let key: i64 = row.get(0)?;
        let id: String = row.get(1)?;
        let survivor = fixes.survivor(&id).to_owned();
        let is_survivor = survivor == id;
        let accepts_email: Option<bool> = row.get(3)?;
        let accepts_email = accepts_email.or_else(|| said_at_checkout.get(&key).copied());
        let accepts_sms: Option<bool> = row.get(4)?;
        let created_at: Option<i64> = row.get(2)?;
        let is_guest: bool = row.get(5)?;
        keys.push((key, survivor.clone()));
        let first = !people.contains_key(&survivor);
        let person = people.entry(survivor).or_default();
        person.created_at = match (person.created_at, created_at) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        // Of two accounts of one person, a refusal of either holds.
        person.accepts_email = both(person.accepts_email, accepts_email);
        person.accepts_sms = both(person.accepts_sms, accepts_sms);
        person.is_guest = if first { is_guest } else { person.is_guest && is_guest };
        if is_survivor {
            person.is_guest = is_guest;
        }
    }
    let index: HashMap<&str, u32> =
        people.keys().zip(0_u32..).map(|(id, index)| (id.as_str(), index)).collect();
    let keys =
        keys.iter().filter_map(|(key, survivor)| Some((*key, *index.get(survivor.as_str())?))).collect();
    let frame = frame(vec![
        series("customer", (0..people.len() as u32).collect::<Vec<_>>()),
        series("id", people.keys().map(String::as_str).collect::<Vec<_>>()),
        series("created_at", people.values().map(|row| row.created_at).collect::<Vec<_>>()),
        series("accepts_email", people.values().map(|row| row.accepts_email).collect::<Vec<_>>()),
        series("accepts_sms", people.values().map(|row| row.accepts_sms).collect::<Vec<_>>()),
        series("is_guest", people.values().map(|row| row.is_guest).collect::<Vec<_>>()),
    ])?;
    Ok((frame, keys))
}

fn both(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a && b),
        (a, b) => a.or(b),
    }
}

/// What customers answered with their latest order, where the customer file is silent.
fn consent_of_orders(connection: &Connection, until: i64) -> Result<HashMap<i64, bool>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT customer, accepts_marketing FROM orders
         WHERE customer IS NOT NULL AND accepts_marketing IS NOT NULL AND placed_at < ?1 ORDER BY placed_at, key",
    )?;
    let mut said = HashMap::new();
    let mut rows = statement.query([until])?;
    while let Some(row) = rows.next()? {
        said.insert(row.get(0)?, row.get(1)?);
    }
    Ok(said)
}
