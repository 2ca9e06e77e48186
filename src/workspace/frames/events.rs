//! The events frame.

use std::collections::HashMap;

use polars::prelude::DataFrame;
use rusqlite::Connection;

use super::super::Error;
use super::{Keys, frame, series};

#[derive(Clone, Copy)]
struct Event {
    at: i64,
    visitor: Option<u32>,
    customer: Option<u32>,
    session: Option<u32>,
    kind: u32,
    product: Option<u32>,
    query: Option<i64>,
    results: Option<i64>,
    source: Option<i64>,
    device: Option<i64>,
}

pub(super) fn read(connection: &Connection, keys: &Keys, until: i64) -> Result<DataFrame, Error> {
    let mut events: Vec<Event> = Vec::new();
    let (mut visitors, mut sessions) = (HashMap::new(), HashMap::new());
    let mut statement = connection.prepare_cached(
        "SELECT at, visitor, customer, session, kind, mention, query, results, source, device FROM events
         WHERE at < ?1",
    )?;
    let mut rows = statement.query([until])?;
    while let Some(row) = rows.next()? {
        let mention: Option<i64> = row.get(5)?;
        let customer: Option<i64> = row.get(2)?;
        events.push(Event {
            at: row.get(0)?,
            visitor: dense(&mut visitors, row.get(1)?),
            customer: customer.and_then(|key| keys.customers.get(&key).copied()),
            session: dense(&mut sessions, row.get(3)?),
            kind: row.get(4)?,
            product: mention.and_then(|key| keys.products.by_mention.get(&key).copied()),
            query: row.get(6)?,
            results: row.get(7)?,
            source: row.get(8)?,
            device: row.get(9)?,
        });
    }
    recognise_visitors(&mut events);
    // Stable: events of one second stay in file order.
    events.sort_by_key(|event| event.at);
    let texts = Texts::read(connection)?;
    frame(vec![
        series("at", events.iter().map(|event| event.at).collect::<Vec<_>>()),
        series("visitor", events.iter().map(|event| event.visitor).collect::<Vec<_>>()),
        series("customer", events.iter().map(|event| event.customer).collect::<Vec<_>>()),
        series("session", events.iter().map(|event| event.session).collect::<Vec<_>>()),
        series("kind", events.iter().map(|event| event.kind).collect::<Vec<_>>()),
        series("product", events.iter().map(|event| event.product).collect::<Vec<_>>()),
        series("query", events.iter().map(|event| texts.of(event.query)).collect::<Vec<_>>()),
        series("results", events.iter().map(|event| event.results).collect::<Vec<_>>()),
        series("source", events.iter().map(|event| texts.of(event.source)).collect::<Vec<_>>()),
        series("device", events.iter().map(|event| texts.of(event.device)).collect::<Vec<_>>()),
    ])
}

/// The next free index for a token not seen before.
fn dense(indices: &mut HashMap<i64, u32>, token: Option<i64>) -> Option<u32> {
    let next = indices.len() as u32;
    token.map(|token| *indices.entry(token).or_insert(next))
}

/// What a visitor did before logging in is theirs, as long as the device was only ever one customer's.
fn recognise_visitors(events: &mut [Event]) {
    let mut owner: HashMap<u32, Option<u32>> = HashMap::new();
    for event in &*events {
        if let (Some(visitor), Some(customer)) = (event.visitor, event.customer) {
            owner
                .entry(visitor)
                .and_modify(|known| {
                    if *known != Some(customer) {
                        *known = None;
                    }
                })
                .or_insert(Some(customer));
        }
    }
    for event in events.iter_mut().filter(|event| event.customer.is_none()) {
        event.customer = event.visitor.and_then(|visitor| owner.get(&visitor).copied().flatten());
    }
}

struct Texts(HashMap<i64, String>);

impl Texts {
    fn read(connection: &Connection) -> Result<Self, Error> {
        let mut statement = connection.prepare_cached("SELECT key, text FROM texts")?;
        let texts = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(Self(texts.collect::<Result<_, _>>()?))
    }

    fn of(&self, key: Option<i64>) -> Option<&str> {
        key.and_then(|key| self.0.get(&key)).map(String::as_str)
    }
}
