//! Rows to customers.

use super::Error;
use super::columns::Columns;
use super::engine::{FileRun, Reject, Table};
use super::meaning::Meaning;
use super::record::Record;
use super::row::Row;
use super::value;
use crate::shop::{Consent, Customer, CustomerRef};

#[derive(Default)]
pub(super) struct CustomerTable {
    /// The row above; further addresses of a customer stand on rows without e-mail (Magento).
    had_customer: bool,
}

impl Table for CustomerTable {
    fn row(&mut self, row: &Row, columns: &Columns, run: &mut FileRun<'_>) -> Result<(), Error> {
        use Meaning as M;
        let cell = |meaning: Meaning| columns.cell(row, meaning);
        let key = reference(row, columns);
        let is_further_address = key.email.is_none()
            && key.id.is_none()
            && columns.headers.iter().any(|header| header.starts_with("_address"));
        if is_further_address && self.had_customer {
            run.take(1);
            return Ok(());
        }
        self.had_customer = !key.is_empty();
        let mut first_name = value::text(cell(M::FirstName));
        let mut last_name = value::text(cell(M::LastName));
        if first_name.is_none() && last_name.is_none() {
            if let Some((first, last)) = cell(M::FullName).trim().rsplit_once(' ') {
                (first_name, last_name) = (value::text(first), value::text(last));
            } else {
                first_name = value::text(cell(M::FullName));
            }
        }
        if key.is_empty() && first_name.is_none() && last_name.is_none() {
            let reject = Reject::new(
                "customer_key_missing",
                "The row has no customer id, e-mail, phone or name, so nothing can be joined to it.",
                "Export the customers with their e-mail addresses and import the file again.",
            );
            return run.set_aside(row, columns, &reject);
        }
        let customer = Customer {
            key,
            first_name,
            last_name,
            country: value::text(cell(M::Country)),
            tags: value::list(cell(M::CustomerTags), ','),
            created_at: run.time(row, columns, M::CustomerCreatedAt)?,
            accepts_email: consent(cell(M::AcceptsEmail)),
            accepts_sms: consent(cell(M::AcceptsSms)),
            declared_orders: run.count(row, columns, M::DeclaredOrders)?,
            declared_spent: run.money(row, columns, M::DeclaredSpent, run.exponent())?,
            stated_preferences: columns
                .all(M::Preference)
                .filter_map(|column| {
                    let answer = value::text(row.get(column.idx))?;
                    let question = if column.label.is_empty() {
                        columns.headers[column.idx].clone()
                    } else {
                        column.label.clone()
                    };
                    Some((question, answer))
                })
                .collect(),
        };
        run.take(1);
        run.record(Record::Customer(customer), row.line, 1)
    }

    fn finish(&mut self, _run: &mut FileRun<'_>) -> Result<(), Error> {
        Ok(())
    }
}

/// Id, e-mail and phone as the row names them. Ids of guests (`0`) are none.
pub(super) fn reference(row: &Row, columns: &Columns) -> CustomerRef {
    use Meaning as M;
    let id =
        value::present(value::id(columns.cell(row, M::CustomerId))).filter(|id| *id != "0" && *id != "guest");
    let email =
        value::present(value::unguard(columns.cell(row, M::Email))).filter(|email| email.contains('@'));
    let phone = columns
        .all(M::Phone)
        .filter_map(|column| value::present(value::unguard(row.get(column.idx).trim_matches('"'))))
        .find(|phone| phone.bytes().filter(u8::is_ascii_digit).count() >= 6);
    CustomerRef {
        id: id.map(|id| value::gid(id).to_owned()),
        email: email.map(str::to_owned),
        phone: phone.map(str::to_owned),
    }
}

pub(super) fn consent(cell: &str) -> Consent {
    let word = cell.trim().to_lowercase();
    match value::flag(&word) {
        Some(true) => Consent::Given,
        Some(false) => Consent::Refused,
        None => match word.as_str() {
            "opted in" | "opt-in" | "opted_in" | "single_opt_in" | "confirmed_opt_in" | "accepted"
            | "can_email" | "consented" => Consent::Given,
            "opted out" | "opt-out" | "opted_out" | "never subscribed" | "never_subscribed"
            | "not_subscribed" | "not subscribed" | "suppressed" | "declined" | "invalid" | "redacted" => {
                Consent::Refused
            }
            _ => Consent::Unknown,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consent_is_never_assumed() {
        assert_eq!(consent("yes"), Consent::Given);
        assert_eq!(consent("SUBSCRIBED"), Consent::Given);
        assert_eq!(consent("never_subscribed"), Consent::Refused);
        assert_eq!(consent("pending"), Consent::Unknown);
        assert_eq!(consent(""), Consent::Unknown);
    }
}
