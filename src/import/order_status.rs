//! What became of an order, from the words platforms use for it and from its money.

use super::value;
use crate::shop::OrderStatus;

/// Payments made to try the shop out.
pub(super) fn is_bogus(payment_method: &str) -> bool {
    if payment_method.is_empty() {
        return false;
    }
    let method = payment_method.to_lowercase();
    method.contains("bogus") || method.contains("for testing")
}

/// The status words of all platforms and languages seen.
pub(super) fn status_of(status: &str, cancelled: &str, total: Option<i64>, refunded: i64) -> OrderStatus {
    let word = status.trim().to_lowercase().replace(['_', '-'], " ");
    let word = word.strip_prefix("wc ").unwrap_or(&word);
    let cancelled = value::present(cancelled).is_some_and(|cell| value::flag(cell) != Some(false));
    if cancelled {
        return OrderStatus::Cancelled;
    }
    if word.is_empty() || word == "paid" {
        return by_money(total, refunded);
    }
    let has = |parts: &[&str]| parts.iter().any(|part| word.contains(part));
    if has(&["partially refunded", "partly refunded", "partial refund", "teilweise erstattet"]) {
        return OrderStatus::PartlyRefunded;
    }
    if has(&["cancel", "void", "declined", "trash", "annul", "stornier", "abgebrochen", "cancelad"]) {
        return OrderStatus::Cancelled;
    }
    if has(&[
        "refunded",
        "remboursé",
        "erstattet",
        "reembolsad",
        "rimborsat",
        "refund",
        "closed",
        "chargeback",
    ]) {
        return OrderStatus::Refunded;
    }
    if has(&[
        "failed",
        "incomplete",
        "draft",
        "expired",
        "abandon",
        "échou",
        "fehlgeschlagen",
        "payment error",
        "erreur de paiement",
    ]) {
        return OrderStatus::Incomplete;
    }
    if has(&[
        "pending",
        "authorized",
        "unpaid",
        "on hold",
        "awaiting payment",
        "awaiting check",
        "awaiting bank",
        "not paid",
        "partially paid",
        "en attente",
        "wartend",
        "in behandlung",
    ]) {
        return OrderStatus::Pending;
    }
    by_money(total, refunded)
}

fn by_money(total: Option<i64>, refunded: i64) -> OrderStatus {
    match total {
        Some(total) if refunded > 0 && refunded >= total => OrderStatus::Refunded,
        _ if refunded > 0 => OrderStatus::PartlyRefunded,
        _ => OrderStatus::Paid,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_words_of_many_platforms() {
        for (word, cancelled, total, refunded, want) in [
            ("paid", "", Some(100), 0, OrderStatus::Paid),
            ("paid", "2021-01-01 00:00:00 +0000", Some(100), 0, OrderStatus::Cancelled),
            ("partially_refunded", "", Some(100), 20, OrderStatus::PartlyRefunded),
            ("refunded", "", Some(100), 100, OrderStatus::Refunded),
            ("voided", "", None, 0, OrderStatus::Cancelled),
            ("wc-processing", "", None, 0, OrderStatus::Paid),
            ("Awaiting Fulfillment", "", None, 0, OrderStatus::Paid),
            ("Incomplete", "", None, 0, OrderStatus::Incomplete),
            ("on-hold", "", None, 0, OrderStatus::Pending),
            ("", "", Some(100), 100, OrderStatus::Refunded),
            ("", "", None, 0, OrderStatus::Paid),
        ] {
            assert_eq!(status_of(word, cancelled, total, refunded), want, "{word}");
        }
    }
}
