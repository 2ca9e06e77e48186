//! Orders and their lines.
//!
//! A new order is written as it comes. One that an earlier import brought is collected in temporary tables and, if
//! anything about it differs, replaced whole at the end.

use rusqlite::{Connection, OptionalExtension as _, Statement, params};

use super::super::Error;
use super::super::codes::{line_kind_code, status_code};
use super::mentions::Mentions;
use super::{Changes, is_empty, keep_before, next_key};
use crate::import::Origin;
use crate::shop::hash::QuickMap;
use crate::shop::{LineKind, Order, OrderLine};

pub(super) struct Orders<'w> {
    import: i64,
    next_order: i64,
    next_line: i64,
    /// Orders of earlier imports have to be asked for.
    look_up: Option<Statement<'w>>,
    fresh: Inserts<'w>,
    revised: Inserts<'w>,
    slots_by_id: QuickMap<Box<str>, u32>,
    slots: Vec<Slot>,
    /// Of every line taken: its order and its digest. Tells overlapping files from split ones.
    taken: Vec<(u32, u64)>,
    /// `taken` by order, made when the first order comes from two files.
    unmatched: Option<QuickMap<u32, Vec<u64>>>,
    pub(super) changes: Changes,
}

struct Inserts<'w> {
    order: Statement<'w>,
    line: Statement<'w>,
    /// Of goods at their price, without returns, discount and cost: most lines.
    plain_line: Statement<'w>,
}

struct Slot {
    key: i64,
    file: u32,
    next_position: u32,
    /// Of the header plus the sum of the lines', so that lines may come in any order.
    digest: u64,
    written_digest: u64,
    /// The digest of the row from an earlier import.
    earlier: Option<u64>,
}

const ORDER_COLUMNS: &str = "key, import, id, customer, placed_at, currency, status, is_test, channel, subtotal, \
     discount, shipping, tax, total, refunded, codes, ships_elsewhere, accepts_marketing, digest, file, line";
const LINE_COLUMNS: &str = "key, import, order_key, position, mention, kind, quantity, refunded_quantity, \
     unit_price, list_price, discount, cost";

impl<'w> Orders<'w> {
    pub(super) fn new(connection: &'w Connection, import: i64) -> Result<Self, Error> {
        connection.execute_batch(
            "CREATE TEMP TABLE IF NOT EXISTS incoming_orders AS SELECT * FROM orders WHERE 0;
             CREATE TEMP TABLE IF NOT EXISTS incoming_lines AS SELECT * FROM lines WHERE 0;
             CREATE TEMP TABLE IF NOT EXISTS revised(key INTEGER PRIMARY KEY);
             DELETE FROM temp.incoming_orders; DELETE FROM temp.incoming_lines; DELETE FROM temp.revised;",
        )?;
        let look_up = if is_empty(connection, "orders")? {
            None
        } else {
            Some(connection.prepare("SELECT key, digest FROM orders WHERE id = ?1")?)
        };
        Ok(Self {
            import,
            next_order: next_key(connection, "orders")?,
            next_line: next_key(connection, "lines")?,
            look_up,
            fresh: Inserts::new(connection, import, "main.orders", "main.lines")?,
            revised: Inserts::new(connection, import, "temp.incoming_orders", "temp.incoming_lines")?,
            slots_by_id: QuickMap::default(),
            slots: Vec::new(),
            taken: Vec::new(),
            unmatched: None,
            changes: Changes::default(),
        })
    }

    /// True when this import has brought the order before.
    pub(super) fn has_seen(&self, id: &str) -> bool {
        self.slots_by_id.contains_key(id)
    }

    /// What was remembered of the orders, for whoever frees it.
    pub(super) fn remembered(&mut self) -> impl Send + 'static + use<> {
        (
            std::mem::take(&mut self.slots_by_id),
            std::mem::take(&mut self.slots),
            std::mem::take(&mut self.taken),
            self.unmatched.take(),
        )
    }

    /// The key that the next new order gets.
    pub(super) fn next_key(&self) -> i64 {
        self.next_order
    }

    /// Further rows of `id` in this import belong to the order taken as `name`.
    pub(super) fn also_called(&mut self, id: &str, name: &str) {
        if let Some(slot) = self.slots_by_id.get(name).copied() {
            self.slots_by_id.insert(id.into(), slot);
        }
    }

    /// Gives an anonymous order its number again, so that the import revises it.
    pub(super) fn give_back(
        &mut self,
        connection: &Connection,
        order_key: i64,
        id: &str,
    ) -> Result<(), Error> {
        keep_before(connection, self.import, "orders", "key", order_key)?;
        connection
            .prepare_cached("UPDATE orders SET id = ?2, import = ?3 WHERE key = ?1")?
            .execute(params![order_key, id, self.import])?;
        Ok(())
    }

    pub(super) fn take(
        &mut self,
        order: &Order,
        customer: Option<i64>,
        mentions: &mut Mentions<'_>,
        origin: Origin,
    ) -> Result<(), Error> {
        if let Some(slot) = self.slots_by_id.get(order.id.as_str()).copied() {
            return self.append(slot, order, mentions, origin);
        }
        let earlier: Option<(i64, i64)> = match &mut self.look_up {
            Some(look_up) => {
                look_up.query_row([&order.id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?
            }
            None => None,
        };
        let key = earlier.map_or_else(
            || {
                self.next_order += 1;
                self.next_order - 1
            },
            |(key, _)| key,
        );
        let line_digests: Vec<u64> = order.lines.iter().map(line_digest).collect();
        let lines = line_digests.iter().copied().fold(0, u64::wrapping_add);
        let digest = header_digest(order, customer).wrapping_add(lines);
        let slot = self.slots.len() as u32;
        self.slots_by_id.insert(order.id.as_str().into(), slot);
        self.slots.push(Slot {
            key,
            file: origin.file,
            next_position: 0,
            digest,
            written_digest: digest,
            earlier: earlier.map(|(_, digest)| digest as u64),
        });
        let codes =
            if order.discount_codes.is_empty() { None } else { Some(order.discount_codes.join("\n")) };
        let inserts = if earlier.is_some() { &mut self.revised } else { &mut self.fresh };
        inserts.order.execute(params![
            key,
            self.import,
            order.id,
            customer,
            order.placed_at,
            order.currency.as_ref().map(|currency| currency.0.as_str()),
            status_code(order.status),
            order.is_test,
            order.channel,
            order.subtotal,
            order.discount,
            order.shipping,
            order.tax,
            order.total,
            order.refunded,
            codes,
            order.ships_elsewhere,
            order.accepts_marketing,
            digest as i64,
            origin.file,
            origin.line as i64
        ])?;
        for (line, digest) in order.lines.iter().zip(line_digests) {
            self.insert_line(slot, line, digest, order.placed_at, mentions)?;
        }
        Ok(())
    }

    /// More rows of an order that this import has seen. From the same file they are further lines; from another file
    /// only those lines count that the first did not hold, so overlapping exports do not double an order.
    fn append(
        &mut self,
        slot: u32,
        order: &Order,
        mentions: &mut Mentions<'_>,
        origin: Origin,
    ) -> Result<(), Error> {
        let other_file = self.slots[slot as usize].file != origin.file;
        for line in &order.lines {
            let digest = line_digest(line);
            if other_file && self.was_taken(slot, digest) {
                continue;
            }
            let state = &mut self.slots[slot as usize];
            state.digest = state.digest.wrapping_add(digest);
            self.insert_line(slot, line, digest, order.placed_at, mentions)?;
        }
        Ok(())
    }

    fn was_taken(&mut self, slot: u32, digest: u64) -> bool {
        let taken = &self.taken;
        let unmatched = self.unmatched.get_or_insert_with(|| {
            let mut by_order: QuickMap<u32, Vec<u64>> = QuickMap::default();
            for (slot, digest) in taken {
                by_order.entry(*slot).or_default().push(*digest);
            }
            by_order
        });
        let Some(digests) = unmatched.get_mut(&slot) else {
            return false;
        };
        let Some(position) = digests.iter().position(|known| *known == digest) else {
            return false;
        };
        digests.swap_remove(position);
        true
    }

    fn insert_line(
        &mut self,
        slot: u32,
        line: &OrderLine,
        digest: u64,
        placed_at: i64,
        mentions: &mut Mentions<'_>,
    ) -> Result<(), Error> {
        let mention = mentions.of_line(line, placed_at)?;
        self.taken.push((slot, digest));
        let state = &mut self.slots[slot as usize];
        let position = state.next_position;
        state.next_position += 1;
        let inserts = if state.earlier.is_some() { &mut self.revised } else { &mut self.fresh };
        let is_plain = line.kind == LineKind::Goods
            && line.refunded_quantity == 0
            && line.discount == 0
            && line.list_price.is_none()
            && line.cost.is_none();
        if is_plain {
            inserts.plain_line.execute([
                self.next_line,
                state.key,
                i64::from(position),
                mention,
                line.quantity,
                line.unit_price,
            ])?;
            self.next_line += 1;
            return Ok(());
        }
        inserts.line.execute(params![
            self.next_line,
            self.import,
            state.key,
            position,
            mention,
            line_kind_code(line.kind),
            line.quantity,
            line.refunded_quantity,
            line.unit_price,
            line.list_price,
            line.discount,
            line.cost
        ])?;
        self.next_line += 1;
        Ok(())
    }

    /// Replaces the orders that differ from what an earlier import brought.
    pub(super) fn finish(&mut self, connection: &Connection) -> Result<(), Error> {
        let mut set_digest = connection.prepare_cached("UPDATE orders SET digest = ?2 WHERE key = ?1")?;
        let mut set_incoming =
            connection.prepare_cached("UPDATE temp.incoming_orders SET digest = ?2 WHERE key = ?1")?;
        let mut revise = connection.prepare_cached("INSERT INTO temp.revised(key) VALUES (?1)")?;
        for slot in &self.slots {
            match slot.earlier {
                None => {
                    self.changes.new += 1;
                    if slot.digest != slot.written_digest {
                        set_digest.execute([slot.key, slot.digest as i64])?;
                    }
                }
                Some(earlier) if earlier == slot.digest => self.changes.unchanged += 1,
                Some(_) => {
                    self.changes.changed += 1;
                    set_incoming.execute([slot.key, slot.digest as i64])?;
                    revise.execute([slot.key])?;
                }
            }
        }
        if self.changes.changed == 0 {
            return Ok(());
        }
        let import = self.import;
        connection.execute_batch(&format!(
            "INSERT INTO before_orders SELECT {import}, * FROM orders
                 WHERE key IN (SELECT key FROM temp.revised) AND import <> {import};
             INSERT INTO before_lines SELECT {import}, * FROM lines
                 WHERE order_key IN (SELECT key FROM temp.revised) AND import <> {import};
             DELETE FROM lines WHERE order_key IN (SELECT key FROM temp.revised);
             INSERT OR REPLACE INTO orders({ORDER_COLUMNS}) SELECT {ORDER_COLUMNS} FROM temp.incoming_orders
                 WHERE key IN (SELECT key FROM temp.revised);
             INSERT INTO lines({LINE_COLUMNS}) SELECT {LINE_COLUMNS} FROM temp.incoming_lines
                 WHERE order_key IN (SELECT key FROM temp.revised);"
        ))?;
        Ok(())
    }
}

impl<'w> Inserts<'w> {
    fn new(
        connection: &'w Connection,
        import: i64,
        orders: &str,
        lines: &str,
    ) -> Result<Self, rusqlite::Error> {
        Ok(Self {
            plain_line: connection.prepare(&format!(
                "INSERT INTO {lines}({LINE_COLUMNS})
                 VALUES (?1, {import}, ?2, ?3, ?4, 0, ?5, 0, ?6, NULL, 0, NULL)"
            ))?,
            order: connection.prepare(&format!(
                "INSERT INTO {orders}({ORDER_COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, \
                 ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)"
            ))?,
            line: connection.prepare(&format!(
                "INSERT INTO {lines}({LINE_COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
            ))?,
        })
    }
}

/// A running hash, fed value by value; each text carries its length, so that neighbours never run together.
struct Digest(u64);

impl Digest {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// Eight bytes a step: lines are many and their titles long.
    fn bytes(self, bytes: &[u8]) -> Self {
        let mut digest = self.number(bytes.len() as i64);
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            digest = digest.number(i64::from_le_bytes(word));
        }
        digest
    }

    fn text(self, text: Option<&str>) -> Self {
        match text {
            Some(text) => self.bytes(text.as_bytes()),
            None => self.number(-1),
        }
    }

    fn number(mut self, number: i64) -> Self {
        self.0 = crate::shop::hash::splitmix64(self.0 ^ number as u64);
        self
    }

    fn maybe(self, number: Option<i64>) -> Self {
        match number {
            Some(number) => self.number(1).number(number),
            None => self.number(0),
        }
    }
}

fn header_digest(order: &Order, customer: Option<i64>) -> u64 {
    let digest = Digest::new()
        .maybe(customer)
        .number(order.placed_at)
        .text(order.currency.as_ref().map(|currency| currency.0.as_str()))
        .number(status_code(order.status))
        .number(i64::from(order.is_test))
        .text(order.channel.as_deref())
        .maybe(order.subtotal)
        .number(order.discount)
        .number(order.shipping)
        .number(order.tax)
        .maybe(order.total)
        .number(order.refunded)
        .maybe(order.ships_elsewhere.map(i64::from))
        .maybe(order.accepts_marketing.map(i64::from));
    order.discount_codes.iter().fold(digest, |digest, code| digest.text(Some(code))).0
}

fn line_digest(line: &OrderLine) -> u64 {
    Digest::new()
        .text(line.product.product_id.as_deref())
        .text(line.product.variant_id.as_deref())
        .text(line.product.sku.as_deref())
        .text(line.product.handle.as_deref())
        .text(line.title.as_deref())
        .text(line.variant_title.as_deref())
        .number(line_kind_code(line.kind))
        .number(line.quantity)
        .number(line.refunded_quantity)
        .number(line.unit_price)
        .maybe(line.list_price)
        .number(line.discount)
        .maybe(line.cost)
        .0
}
