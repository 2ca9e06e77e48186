//! What visitors did: many small rows of numbers; every text is kept once.

use rusqlite::{Connection, OptionalExtension as _, Statement, params};

use super::super::Error;
use super::super::identity::Key;
use super::mentions::Mentions;
use super::{Changes, is_empty, next_key};
use crate::shop::Event;
use crate::shop::hash::{QuickMap, QuickSet};

pub(super) struct Events<'w> {
    import: i64,
    key: &'w Key,
    next_key: i64,
    insert: Statement<'w>,
    /// Tokens of event ids taken in this import.
    taken: QuickSet<i64>,
    /// Events of earlier imports have to be asked for.
    look_up: Option<Statement<'w>>,
    texts: Texts<'w>,
    pub(super) changes: Changes,
}

struct Texts<'w> {
    keys: QuickMap<Box<str>, i64>,
    next_key: i64,
    insert: Statement<'w>,
    look_up: Option<Statement<'w>>,
}

impl Events<'_> {
    /// What was remembered of the events, for whoever frees it.
    pub(super) fn remembered(&mut self) -> impl Send + 'static + use<> {
        (std::mem::take(&mut self.taken), std::mem::take(&mut self.texts.keys))
    }
}

impl<'w> Events<'w> {
    pub(super) fn new(connection: &'w Connection, import: i64, key: &'w Key) -> Result<Self, Error> {
        let look_up = |table: &str, sql: &str| -> Result<Option<Statement<'w>>, rusqlite::Error> {
            if is_empty(connection, table)? { Ok(None) } else { connection.prepare(sql).map(Some) }
        };
        Ok(Self {
            import,
            key,
            next_key: next_key(connection, "events")?,
            insert: connection.prepare(
                "INSERT INTO events(key, import, token, at, visitor, customer, session, kind, mention, query, results,
                     quantity, value, order_id, page, source, device)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
            )?,
            taken: QuickSet::default(),
            look_up: look_up("events", "SELECT 1 FROM events WHERE token = ?1")?,
            texts: Texts {
                keys: QuickMap::default(),
                next_key: next_key(connection, "texts")?,
                insert: connection.prepare("INSERT INTO texts(key, text) VALUES (?1, ?2)")?,
                look_up: look_up("texts", "SELECT key FROM texts WHERE text = ?1")?,
            },
            changes: Changes::default(),
        })
    }

    pub(super) fn take(
        &mut self,
        event: &Event,
        customer: Option<i64>,
        mentions: &mut Mentions<'_>,
    ) -> Result<(), Error> {
        let token = event.id.as_deref().filter(|id| !id.is_empty()).map(|id| self.key.token(id));
        if let Some(token) = token {
            let seen_before = match &mut self.look_up {
                Some(look_up) => look_up.exists([token])?,
                None => false,
            };
            if seen_before || !self.taken.insert(token) {
                self.changes.unchanged += 1;
                return Ok(());
            }
        }
        let mention = mentions.of_ref(&event.product)?;
        // What follows the question mark of an address names visitors and campaigns, never the page.
        let page = event.page.as_deref().map(|page| page.split(['?', '#']).next().unwrap_or(page));
        let query = self.texts.key(event.query.as_deref())?;
        let order_id = self.texts.key(event.order_id.as_deref())?;
        let page = self.texts.key(page)?;
        let source = self.texts.key(event.source.as_deref())?;
        let device = self.texts.key(event.device.as_deref())?;
        self.insert.execute(params![
            self.next_key,
            self.import,
            token,
            event.at,
            event.visitor.as_deref().map(|visitor| self.key.token(visitor)),
            customer,
            event.session.as_deref().map(|session| self.key.token(session)),
            event.kind as i64,
            mention,
            query,
            event.results,
            event.quantity,
            event.value,
            order_id,
            page,
            source,
            device
        ])?;
        self.next_key += 1;
        self.changes.new += 1;
        Ok(())
    }
}

impl Texts<'_> {
    fn key(&mut self, text: Option<&str>) -> Result<Option<i64>, Error> {
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        if let Some(key) = self.keys.get(text) {
            return Ok(Some(*key));
        }
        if let Some(look_up) = &mut self.look_up
            && let Some(key) = look_up.query_row([text], |row| row.get(0)).optional()?
        {
            self.keys.insert(text.into(), key);
            return Ok(Some(key));
        }
        let key = self.next_key;
        self.next_key += 1;
        self.insert.execute(params![key, text])?;
        self.keys.insert(text.into(), key);
        Ok(Some(key))
    }
}
