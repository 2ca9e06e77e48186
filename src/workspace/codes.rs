//! How closed sets of the shop's vocabulary are numbered in the file. Numbers never change meaning.

use crate::shop::{Consent, LineKind, OrderStatus, SellWhenEmpty};

pub(super) fn status_code(status: OrderStatus) -> i64 {
    match status {
        OrderStatus::Paid => 0,
        OrderStatus::Pending => 1,
        OrderStatus::PartlyRefunded => 2,
        OrderStatus::Refunded => 3,
        OrderStatus::Cancelled => 4,
        OrderStatus::Incomplete => 5,
    }
}

pub(super) fn status_of(code: i64) -> OrderStatus {
    match code {
        1 => OrderStatus::Pending,
        2 => OrderStatus::PartlyRefunded,
        3 => OrderStatus::Refunded,
        4 => OrderStatus::Cancelled,
        5 => OrderStatus::Incomplete,
        _ => OrderStatus::Paid,
    }
}

pub(super) fn line_kind_code(kind: LineKind) -> i64 {
    match kind {
        LineKind::Goods => 0,
        LineKind::GiftCard => 1,
        LineKind::Service => 2,
        LineKind::Shipping => 3,
    }
}

pub(super) fn line_kind_of(code: i64) -> LineKind {
    match code {
        1 => LineKind::GiftCard,
        2 => LineKind::Service,
        3 => LineKind::Shipping,
        _ => LineKind::Goods,
    }
}

pub(super) fn when_empty_code(when_empty: SellWhenEmpty) -> i64 {
    i64::from(when_empty == SellWhenEmpty::Continue)
}

pub(super) fn when_empty_of(code: i64) -> SellWhenEmpty {
    if code == 1 { SellWhenEmpty::Continue } else { SellWhenEmpty::Deny }
}

/// Unknown consent is NULL.
pub(super) fn consent_code(consent: Consent) -> Option<bool> {
    match consent {
        Consent::Given => Some(true),
        Consent::Refused => Some(false),
        Consent::Unknown => None,
    }
}

pub(super) fn consent_of(code: Option<bool>) -> Consent {
    match code {
        Some(true) => Consent::Given,
        Some(false) => Consent::Refused,
        None => Consent::Unknown,
    }
}
