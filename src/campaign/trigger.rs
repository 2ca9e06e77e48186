//! The occasions to write to somebody, as a mail tool or a runtime needs to know them: without people.

use serde::{Deserialize, Serialize};

/// In order of precedence: who fits several gets the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TriggerKind {
    CartLeftBehind,
    RestockDue,
    BackInStock,
    SlippingAway,
    SecondOrder,
    PriceDrop,
}

impl TriggerKind {
    pub const ALL: [Self; 6] = [
        Self::CartLeftBehind,
        Self::RestockDue,
        Self::BackInStock,
        Self::SlippingAway,
        Self::SecondOrder,
        Self::PriceDrop,
    ];

    /// As written on the command line, in files and in page keys (`email:restock_due`).
    pub fn id(self) -> &'static str {
        match self {
            Self::CartLeftBehind => "cart_left_behind",
            Self::RestockDue => "restock_due",
            Self::BackInStock => "back_in_stock",
            Self::PriceDrop => "price_drop",
            Self::SecondOrder => "second_order",
            Self::SlippingAway => "slipping_away",
        }
    }

    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.id() == id)
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::CartLeftBehind => "Cart left behind",
            Self::RestockDue => "Time to restock",
            Self::BackInStock => "Back in stock",
            Self::PriceDrop => "Cheaper than when they looked",
            Self::SecondOrder => "Invite to a second order",
            Self::SlippingAway => "Slipping away",
        }
    }

    /// Who it is for, with the numbers the lists are made with.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::CartLeftBehind => {
                "Put a product that can still be bought into the cart in the last 7 days, and did not buy it."
            }
            Self::RestockDue => {
                "Buys one product again and again, is 40% likely to need it within four weeks, and it is due within 7 days."
            }
            Self::BackInStock => {
                "Looked at a product within 60 days, did not buy it since, and it came back in the last 14 days."
            }
            Self::PriceDrop => {
                "Looked at a product within 30 days and did not buy it, or buys from its category twice as often as others; it is 10% off or more."
            }
            Self::SecondOrder => "First order 7 to 60 days ago, no second one yet.",
            Self::SlippingAway => "Used to come, and is late by more than twice the usual gap.",
        }
    }

    /// Days in which nobody hears about the same thing again.
    pub fn rest_days(self) -> u32 {
        match self {
            Self::CartLeftBehind | Self::BackInStock => 7,
            Self::RestockDue | Self::PriceDrop => 14,
            Self::SecondOrder | Self::SlippingAway => 30,
        }
    }
}

/// One line of `triggers.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Trigger {
    pub id: String,
    pub kind: TriggerKind,
    pub title: String,
    pub sentence: String,
    /// The page whose rows fill the message.
    pub page: String,
    /// Products beside the one it is about.
    pub picks: u32,
    pub rest_days: u32,
    /// False: the data does not allow it yet; `needs` says what is missing.
    pub ready: bool,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub needs: String,
    /// People who fit and agreed to mail; left out under ten.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<u32>,
}

impl Trigger {
    /// `needs` `None`: the data allows it.
    pub fn new(kind: TriggerKind, needs: Option<String>, people: u32) -> Self {
        Self {
            id: kind.id().to_owned(),
            kind,
            title: kind.title().to_owned(),
            sentence: kind.sentence().to_owned(),
            page: format!("email:{}", kind.id()),
            picks: super::picks::PICKS,
            rest_days: kind.rest_days(),
            ready: needs.is_none(),
            needs: needs.unwrap_or_default(),
            people: (people >= super::FEWEST_TO_COUNT).then_some(people),
        }
    }
}
