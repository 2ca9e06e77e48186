//! The next thing worth doing for a customer, with the reason in one sentence.

use serde::{Deserialize, Serialize};

use super::run::CustomerForecast;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Something they buy again and again is due.
    RemindToRestock,
    /// One order so far, and it is recent.
    WelcomeBack,
    /// Used to come, and is late.
    WinBack,
    /// Used to come, is late, and buys on sale.
    WinBackWithOffer,
    /// Likely to come, and seldom needs a discount.
    ShowNewThings,
    /// Buys on sale; the next sale is the moment.
    InviteToSale,
    /// Gone for long: writing costs more than it brings.
    LeaveAlone,
    KeepInTouch,
}

impl Action {
    pub fn words(self) -> &'static str {
        match self {
            Self::RemindToRestock => "Remind them to restock",
            Self::WelcomeBack => "Invite to a second order",
            Self::WinBack => "Win back, without a discount",
            Self::WinBackWithOffer => "Win back with an offer",
            Self::ShowNewThings => "Show what is new, at full price",
            Self::InviteToSale => "Invite to the next sale",
            Self::LeaveAlone => "Leave alone",
            Self::KeepInTouch => "Keep in touch",
        }
    }
}

/// Leaning on discounts above this is a habit.
const LEANS: f64 = 1.15;

/// A reminder is sent from this probability on.
const LIKELY_RESTOCK: f64 = 0.4;

/// The first that fits, most concrete first. `usual_gap` is the store's, for people without one of their own.
pub fn next_action(of: &CustomerForecast, usual_gap: f64) -> (Action, String) {
    let late = of.days_since_last_order / of.usual_gap_days.unwrap_or(usual_gap).max(7.0);
    let leans = of.discount_reliance.is_some_and(|index| index > LEANS);
    let since = of.days_since_last_order.round();
    if let Some(pair) = of.restock.filter(|pair| pair.probability >= LIKELY_RESTOCK) {
        let percent = (pair.probability * 100.0).round();
        return (
            Action::RemindToRestock,
            format!(
                "Buys one product about every {:.0} days; {percent:.0}% likely within four weeks.",
                pair.interval_days
            ),
        );
    }
    if of.frequency == 0 && since < 60.0 {
        return (Action::WelcomeBack, format!("First order {since:.0} days ago, no second one yet."));
    }
    if since > 365.0 && late > 4.0 {
        return (Action::LeaveAlone, format!("No order for {since:.0} days."));
    }
    if of.frequency >= 1 && late > 2.0 {
        let reason = format!("No order for {since:.0} days, {late:.1} times the usual gap");
        return if leans {
            (Action::WinBackWithOffer, format!("{reason}; mostly buys on sale."))
        } else {
            (Action::WinBack, format!("{reason}; seldom needs a discount."))
        };
    }
    if leans {
        return (
            Action::InviteToSale,
            "Buys on sale more than others who choose the same products.".to_owned(),
        );
    }
    match of.return_probability_28d {
        Some(probability) if probability >= 0.3 => {
            (Action::ShowNewThings, format!("{:.0}% likely to order within four weeks.", probability * 100.0))
        }
        _ => (Action::KeepInTouch, "Nothing is due.".to_owned()),
    }
}
