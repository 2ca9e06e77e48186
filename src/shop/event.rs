//! What a visitor did on the shop's pages.

use serde::{Deserialize, Serialize};

use super::customer::CustomerRef;
use super::money::Minor;
use super::order::ProductRef;
use super::time::Seconds;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// The platform's id of the event; with it, the same event imported twice counts once.
    pub id: Option<String>,
    pub at: Seconds,
    /// Pseudonymous browser or device key.
    pub visitor: Option<String>,
    pub customer: CustomerRef,
    pub session: Option<String>,
    pub kind: EventKind,
    pub product: ProductRef,
    pub query: Option<String>,
    /// Hits shown for a search, where the file says; 0 is a search without results.
    pub results: Option<i64>,
    pub quantity: Option<i64>,
    pub value: Option<Minor>,
    pub order_id: Option<String>,
    pub page: Option<String>,
    pub source: Option<String>,
    pub device: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    #[default]
    ViewProduct,
    ViewPage,
    ViewCollection,
    Search,
    ClickProduct,
    AddToCart,
    RemoveFromCart,
    StartCheckout,
    Purchase,
    AddToWishlist,
    EmailOpen,
    EmailClick,
    QuizAnswer,
    Other,
}

impl EventKind {
    /// By the code that tables keep.
    pub const ALL: [Self; 14] = [
        Self::ViewProduct,
        Self::ViewPage,
        Self::ViewCollection,
        Self::Search,
        Self::ClickProduct,
        Self::AddToCart,
        Self::RemoveFromCart,
        Self::StartCheckout,
        Self::Purchase,
        Self::AddToWishlist,
        Self::EmailOpen,
        Self::EmailClick,
        Self::QuizAnswer,
        Self::Other,
    ];
}
