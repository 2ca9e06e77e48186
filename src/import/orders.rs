//! Rows to orders: grouping by order number, order cells on the first row or on all, refunds and cancellations.

use std::collections::VecDeque;

use super::Error;
use super::columns::Columns;
use super::customers;
use super::engine::{FileRun, Reject, Table, required_time};
use super::issue::Severity;
use super::lines;
use super::meaning::Meaning;
use super::order_status::{is_bogus, status_of};
use super::record::Record;
use super::row::Row;
use super::value;
use crate::shop::hash::{QuickMap, fnv1a64};
use crate::shop::{Currency, CustomerRef, Order, OrderLine, OrderStatus, ProductRef};

/// How a platform writes orders.
#[derive(Clone, Copy, Default)]
pub(super) struct OrderLayout {
    /// `Title - Value / Value` in one cell.
    pub title_holds_variant: bool,
    /// Turns packed cells into lines or mends what the general reading cannot know.
    pub fix: Option<fn(&Row, &Columns, &mut Order, &mut FileRun<'_>)>,
    /// Changes one line after it was read.
    pub fix_line: Option<fn(&Row, &Columns, &mut OrderLine, &mut Order)>,
}

pub(super) struct OrderTable {
    layout: OrderLayout,
    /// Rows of one order do not stand together: everything is held until the end of the file.
    hold: bool,
    pending: Option<Pending>,
    held: Vec<Pending>,
    by_key: QuickMap<String, usize>,
    /// Orders of the part before, handed over one by one while this part is read, so that writing never waits for
    /// reading and reading never for writing.
    ready: VecDeque<Pending>,
    shape: Shape,
    /// Line discounts of at most 1.00 on lines of at least twenty times that, and all others.
    n_tiny_discounts: u64,
    n_real_discounts: u64,
}

/// What the file's columns allow.
#[derive(Clone, Copy)]
struct Shape {
    has_lines: bool,
    says_price: bool,
}

struct Pending {
    order: Order,
    key: String,
    line: u64,
    rows: u32,
    /// Order cells such as the status were filled so far.
    has_head: bool,
    /// The order cannot be taken; its rows are set aside as they come.
    dead: Option<Reject>,
    n_negative: u32,
}

impl OrderTable {
    pub(super) fn new(layout: OrderLayout, columns: &Columns, hold: bool) -> Self {
        use Meaning as M;
        let has_lines = [M::LineTitle, M::Sku, M::ProductId, M::VariantId, M::Quantity, M::Title]
            .iter()
            .any(|m| columns.has(*m));
        let says_price = [M::UnitPrice, M::Price, M::LineTotal].iter().any(|m| columns.has(*m));
        Self {
            layout,
            hold,
            pending: None,
            held: Vec::new(),
            by_key: QuickMap::default(),
            ready: VecDeque::new(),
            shape: Shape { has_lines, says_price },
            n_tiny_discounts: 0,
            n_real_discounts: 0,
        }
    }

    /// Makes the order of this number the one at hand.
    fn turn_to(
        &mut self,
        key: &str,
        row: &Row,
        columns: &Columns,
        run: &mut FileRun<'_>,
    ) -> Result<(), Error> {
        if let Some(done) = self.pending.take() {
            self.put_away(done, run)?;
        }
        if let Some(idx) = self.by_key.get(key).copied() {
            self.pending = Some(std::mem::replace(&mut self.held[idx], Pending::empty()));
            return Ok(());
        }
        self.pending = Some(Self::open(key, row, columns, run)?);
        if self.hold {
            self.by_key.insert(key.to_owned(), self.held.len());
            self.held.push(Pending::empty());
        }
        Ok(())
    }

    fn put_away(&mut self, done: Pending, run: &mut FileRun<'_>) -> Result<(), Error> {
        if !self.hold {
            return Self::flush(done, run);
        }
        let idx = self.by_key[&done.key];
        self.held[idx] = done;
        Ok(())
    }

    fn flush(pending: Pending, run: &mut FileRun<'_>) -> Result<(), Error> {
        // All its rows were set aside.
        if pending.dead.is_some() || pending.rows == 0 {
            return Ok(());
        }
        let mut order = pending.order;
        let n_lines = order.lines.len() as u32;
        // An invoice of returns only is no purchase, whatever its status says.
        let is_return = n_lines > 0 && pending.n_negative == n_lines;
        let is_cancelled = run.cancelled_prefix.as_deref().is_some_and(|prefix| order.id.starts_with(prefix));
        if (is_return || is_cancelled) && order.status.counts_as_purchase() {
            order.status = OrderStatus::Cancelled;
        }
        run.record(Record::Order(order), pending.line, pending.rows)
    }

    fn open(key: &str, row: &Row, columns: &Columns, run: &mut FileRun<'_>) -> Result<Pending, Error> {
        let mut pending = Pending {
            order: Order { id: key.to_owned(), ..Order::default() },
            key: key.to_owned(),
            line: row.line,
            rows: 0,
            has_head: false,
            dead: None,
            n_negative: 0,
        };
        match placed_at(row, columns, run) {
            Ok(at) => pending.order.placed_at = at,
            Err(reject) => pending.dead = Some(reject),
        }
        Self::read_head(&mut pending, row, columns, run)?;
        Ok(pending)
    }

    fn read_head(
        pending: &mut Pending,
        row: &Row,
        columns: &Columns,
        run: &mut FileRun<'_>,
    ) -> Result<(), Error> {
        use Meaning as M;
        let cell = |meaning: Meaning| columns.cell(row, meaning);
        let order = &mut pending.order;
        if order.customer.is_empty() {
            order.customer = customer_ref(row, columns);
        }
        let status = cell(M::OrderStatus);
        let has_total = !cell(M::Total).is_empty();
        if pending.has_head || (pending.rows > 0 && status.is_empty() && !has_total) {
            return Ok(());
        }
        pending.has_head = !status.is_empty() || has_total;
        // Some files write the sign of the order's currency into the amounts and nowhere else.
        order.currency = value::present(cell(M::Currency))
            .or_else(|| value::currency_in(cell(M::Total)))
            .map(Currency::new)
            .or_else(|| run.currency.clone());
        let exponent = order.currency.as_ref().map_or(2, Currency::exponent);
        order.subtotal = run.money(row, columns, M::Subtotal, exponent)?;
        order.discount = run.money(row, columns, M::OrderDiscount, exponent)?.unwrap_or(0).abs();
        order.shipping = run.money(row, columns, M::Shipping, exponent)?.unwrap_or(0);
        order.tax = run.money(row, columns, M::Tax, exponent)?.unwrap_or(0);
        order.total = run.money(row, columns, M::Total, exponent)?;
        order.refunded = run.money(row, columns, M::Refunded, exponent)?.unwrap_or(0).abs();
        order.channel = value::text(cell(M::Channel));
        order.discount_codes = value::list(cell(M::DiscountCodes), ',');
        order.accepts_marketing = value::flag(cell(M::AcceptsMarketing));
        order.is_test = value::flag(cell(M::IsTest)).unwrap_or(false) || is_bogus(cell(M::PaymentMethod));
        order.status = status_of(status, cell(M::CancelledAt), order.total, order.refunded);
        order.ships_elsewhere = ships_elsewhere(row, columns);
        Ok(())
    }

    /// The order's number, or for files without one the customer and the time.
    fn key<'r>(row: &'r Row, columns: &Columns) -> std::borrow::Cow<'r, str> {
        use Meaning as M;
        if columns.has(M::OrderId) {
            let cell = value::unguard(columns.cell(row, M::OrderId));
            return value::id(cell).into();
        }
        let customer = [M::CustomerId, M::Email, M::Phone]
            .iter()
            .map(|m| columns.cell(row, *m))
            .find(|cell| !cell.is_empty())
            .unwrap_or("");
        format!("{}@{}", value::id(customer), columns.cell(row, M::PlacedAt)).into()
    }
}

impl Table for OrderTable {
    fn row(&mut self, row: &Row, columns: &Columns, run: &mut FileRun<'_>) -> Result<(), Error> {
        if let Some(done) = self.ready.pop_front() {
            Self::flush(done, run)?;
        }
        let key = Self::key(row, columns);
        if key.is_empty() {
            let header =
                columns.idx(Meaning::OrderId).map(|idx| columns.headers[idx].clone()).unwrap_or_default();
            let reject = Reject::new(
                "order_id_missing",
                "The row has no order number, so it belongs to no order.",
                "Fill in the order number, or delete the row if it is a total or a leftover, and import the file again.",
            )
            .in_column(header);
            return run.set_aside(row, columns, &reject);
        }
        if self.pending.as_ref().is_none_or(|pending| pending.key != *key) {
            self.turn_to(&key, row, columns, run)?;
        }
        let shape = self.shape;
        let (layout, hold) = (self.layout, self.hold);
        let Some(pending) = &mut self.pending else {
            return Ok(());
        };
        if let Some(reject) = &pending.dead {
            return run.set_aside(row, columns, reject);
        }
        if pending.rows > 0 && !pending.has_head {
            Self::read_head(pending, row, columns, run)?;
        }
        match shape.read_line(row, columns, &pending.order, run)? {
            Err(reject) => return run.set_aside(row, columns, &reject),
            Ok(line) => {
                run.take(1);
                pending.rows += 1;
                if let Some(mut line) = line {
                    if layout.title_holds_variant {
                        split_title(&mut line);
                    }
                    if let Some(fix) = layout.fix_line {
                        fix(row, columns, &mut line, &mut pending.order);
                    }
                    pending.n_negative += u32::from(line.quantity < 0);
                    if line.discount > 0 {
                        let one = 10_i64.pow(pending.order.currency.as_ref().map_or(2, Currency::exponent));
                        let worth = line.unit_price.saturating_mul(line.quantity).saturating_abs();
                        let is_tiny = line.discount <= one && worth >= one.saturating_mul(20);
                        self.n_tiny_discounts += u64::from(is_tiny);
                        self.n_real_discounts += u64::from(!is_tiny);
                    }
                    if hold {
                        // Millions of orders may wait; room for lines that never come would be most of it.
                        pending.order.lines.reserve_exact(1);
                    }
                    pending.order.lines.push(line);
                }
                if let Some(fix) = layout.fix {
                    fix(row, columns, &mut pending.order, run);
                }
            }
        }
        Ok(())
    }

    fn group(&self, row: &Row, columns: &Columns) -> u64 {
        fnv1a64(Self::key(row, columns).as_bytes())
    }

    fn finish_part(&mut self, run: &mut FileRun<'_>) -> Result<(), Error> {
        if let Some(done) = self.pending.take() {
            self.put_away(done, run)?;
        }
        self.by_key.clear();
        for done in std::mem::replace(&mut self.ready, std::mem::take(&mut self.held).into()) {
            Self::flush(done, run)?;
        }
        Ok(())
    }

    fn finish(&mut self, run: &mut FileRun<'_>) -> Result<(), Error> {
        for done in std::mem::take(&mut self.ready) {
            Self::flush(done, run)?;
        }
        if self.n_tiny_discounts >= 3 && self.n_real_discounts * 20 < self.n_tiny_discounts {
            run.warn(
                "discounts_look_like_shares",
                Severity::Warning,
                None,
                None,
                "Hardly any line discount is above 1.00, though the lines cost far more: they are probably shares (0.20 for 20 %), and they were read as money.",
                "Leave the column out with a mapping if the prices are what was paid.",
            )?;
        }
        if self.shape.has_lines && !self.shape.says_price {
            run.warn(
                "price_column_missing",
                Severity::Note,
                None,
                None,
                "The file has no prices, so its orders count without revenue.",
                "Import the product file too, or map a column to the unit price.",
            )?;
        }
        Ok(())
    }
}

impl Shape {
    fn read_line(
        self,
        row: &Row,
        columns: &Columns,
        order: &Order,
        run: &mut FileRun<'_>,
    ) -> Result<Result<Option<OrderLine>, Reject>, Error> {
        use Meaning as M;
        let cell = |meaning: Meaning| columns.cell(row, meaning);
        let title = value::present(cell(M::LineTitle)).or_else(|| value::present(cell(M::Title)));
        let sku = value::present(value::id(cell(M::Sku)));
        let product_id = value::present(value::id(cell(M::ProductId)));
        let variant_id = value::present(value::id(cell(M::VariantId))).filter(|id| *id != "0");
        let quantity_cell = cell(M::Quantity);
        let blank = title.is_none() && sku.is_none() && product_id.is_none() && variant_id.is_none();
        if !self.has_lines || (blank && quantity_cell.is_empty()) {
            return Ok(Ok(None));
        }
        let quantity = match columns.idx(M::Quantity) {
            None => 1,
            Some(_) if quantity_cell.is_empty() => 1,
            Some(idx) => match value::count(value::unguard(quantity_cell), columns.format(idx).mark) {
                Some(quantity) => quantity,
                None => {
                    return Ok(Err(Reject::new(
                        "quantity_unreadable",
                        format!("“{}” is not a quantity.", super::engine::shorten(quantity_cell)),
                        "Correct the quantity and import the file again.",
                    )
                    .in_column(columns.headers[idx].clone())));
                }
            },
        };
        let exponent = order.currency.as_ref().map_or_else(|| run.exponent(), Currency::exponent);
        let price_meaning = if columns.has(M::UnitPrice) { M::UnitPrice } else { M::Price };
        let mut unit_price = None;
        for idx in [columns.idx(price_meaning), columns.idx(M::LineTotal)] {
            let (Some(idx), None) = (idx, unit_price) else {
                continue;
            };
            let Some(cell) = value::present(row.get(idx)) else {
                continue;
            };
            let Some(amount) = value::money(value::unguard(cell), columns.format(idx).mark, exponent) else {
                return Ok(Err(Reject::new(
                    "price_unreadable",
                    format!("“{}” is not a price.", super::engine::shorten(cell)),
                    "Correct the price and import the file again.",
                )
                .in_column(columns.headers[idx].clone())));
            };
            let is_total = Some(idx) == columns.idx(M::LineTotal);
            unit_price = Some(if is_total { per_unit(amount, quantity) } else { amount });
        }
        if unit_price.is_none() && self.says_price {
            let header = columns
                .idx(price_meaning)
                .or_else(|| columns.idx(M::LineTotal))
                .map(|idx| columns.headers[idx].clone());
            run.warn(
                "price_missing",
                Severity::Warning,
                Some(row.line),
                header.as_deref(),
                "The line has no price; it counts as 0.00, so revenue is too low.",
                "Fill in the price and import the file again.",
            )?;
        }
        let title = title.map(value::unescape);
        Ok(Ok(Some(OrderLine {
            kind: lines::kind(sku, title.as_deref()),
            product: ProductRef {
                product_id: product_id.map(|id| value::gid(id).to_owned()),
                variant_id: variant_id.map(|id| value::gid(id).to_owned()),
                sku: sku.map(str::to_owned),
                handle: value::text(cell(M::Handle)),
            },
            title,
            variant_title: value::text(cell(M::LineVariant)),
            quantity,
            refunded_quantity: run.count(row, columns, M::RefundedQuantity)?.unwrap_or(0).abs(),
            unit_price: unit_price.unwrap_or(0),
            list_price: run.money(row, columns, M::ListPrice, exponent)?.filter(|price| *price > 0),
            discount: run.money(row, columns, M::LineDiscount, exponent)?.unwrap_or(0).abs(),
            vendor: value::text(cell(M::Vendor)),
            category: value::text(cell(M::Category)),
            cost: run.money(row, columns, M::Cost, exponent)?,
        })))
    }
}

impl Pending {
    fn empty() -> Self {
        Self {
            order: Order::default(),
            key: String::new(),
            line: 0,
            rows: 0,
            has_head: false,
            dead: None,
            n_negative: 0,
        }
    }
}

/// Date, and the time of day where it stands in a column of its own.
fn placed_at(row: &Row, columns: &Columns, run: &mut FileRun<'_>) -> Result<i64, Reject> {
    use Meaning as M;
    if let (Some(time), Some(idx)) =
        (value::present(columns.cell(row, M::PlacedTime)), columns.idx(M::PlacedAt))
    {
        let both = format!("{} {time}", row.get(idx));
        let clock = run.clock_of(columns.cell(row, M::ZoneLabel));
        if let Some(at) = clock.read(&both, columns.format(idx).order) {
            return Ok(at);
        }
    }
    required_time(row, columns, M::PlacedAt, run.clock_of(columns.cell(row, M::ZoneLabel)))
}

/// Amount per unit, rounded half away from zero.
fn per_unit(amount: i64, quantity: i64) -> i64 {
    if quantity == 0 {
        return amount;
    }
    let (amount, quantity) = (i128::from(amount), i128::from(quantity));
    let half = quantity.abs() / 2;
    let rounded = (amount.abs() + half) / quantity.abs();
    let sign = if (amount < 0) == (quantity < 0) { 1 } else { -1 };
    (sign * rounded) as i64
}

/// Platform id, e-mail, phone; else a digest of billing name and address; else nobody (a guest).
pub(super) fn customer_ref(row: &Row, columns: &Columns) -> CustomerRef {
    use Meaning as M;
    let mut customer = customers::reference(row, columns);
    if customer.is_empty() {
        let name = columns.cell(row, M::BillingName);
        let address: Vec<String> =
            columns.all(M::BillingAddress).map(|column| row.get(column.idx).to_lowercase()).collect();
        let address = address.concat();
        if !name.is_empty() && !address.is_empty() {
            let text = format!("{}|{address}", name.to_lowercase());
            customer.id = Some(format!("address:{:016x}", fnv1a64(text.as_bytes())));
        }
    }
    customer
}

/// True when billing and shipping differ, `None` when either is blank.
fn ships_elsewhere(row: &Row, columns: &Columns) -> Option<bool> {
    use Meaning as M;
    let squeeze = |text: &str| {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>()
    };
    let address = |meaning: Meaning, name: Meaning| {
        let mut text = squeeze(columns.cell(row, name));
        for column in columns.all(meaning) {
            text.push_str(&squeeze(row.get(column.idx)));
        }
        text
    };
    if !columns.has(M::BillingAddress) || !columns.has(M::ShippingAddress) {
        return None;
    }
    let billing = address(M::BillingAddress, M::BillingName);
    let shipping = address(M::ShippingAddress, M::ShippingName);
    (!billing.is_empty() && !shipping.is_empty()).then(|| billing != shipping)
}

/// `Title - Small / Red` is a title and a variant when the last part looks like one; the whole stays when in doubt,
/// because titles hold dashes too and the workspace matches rebuilt titles first.
fn split_title(line: &mut OrderLine) {
    let Some(title) = &line.title else { return };
    if line.variant_title.is_none()
        && let Some((_, variant)) = title.rsplit_once(" - ")
        && !variant.is_empty()
    {
        line.variant_title = Some(variant.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_total_is_shared_over_its_units() {
        assert_eq!(per_unit(1_000, 3), 333);
        assert_eq!(per_unit(-1_000, -2), 500);
        assert_eq!(per_unit(1_001, 2), 501);
        assert_eq!(per_unit(500, 0), 500);
    }
}
