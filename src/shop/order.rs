//! An order and its lines.

use serde::{Deserialize, Serialize};

use super::customer::CustomerRef;
use super::money::{Currency, Minor};
use super::time::Seconds;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// The platform's key of the order (`#1001`, entity id). Unique per store.
    pub id: String,
    pub customer: CustomerRef,
    pub placed_at: Seconds,
    pub currency: Option<Currency>,
    pub status: OrderStatus,
    pub is_test: bool,
    /// Where it came from: `web`, `pos`, `amazon` …
    pub channel: Option<String>,
    pub subtotal: Option<Minor>,
    pub discount: Minor,
    pub shipping: Minor,
    pub tax: Minor,
    pub total: Option<Minor>,
    pub refunded: Minor,
    pub discount_codes: Vec<String>,
    /// Shipped to somebody other than the payer; a sign of a gift. `None` when the file has no addresses.
    pub ships_elsewhere: Option<bool>,
    pub accepts_marketing: Option<bool>,
    pub lines: Vec<OrderLine>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    #[default]
    Paid,
    Pending,
    PartlyRefunded,
    Refunded,
    Cancelled,
    /// A draft, a failed payment, a checkout never finished.
    Incomplete,
}

impl OrderStatus {
    /// True when the order says something about what the customer wanted to buy.
    pub fn counts_as_purchase(self) -> bool {
        !matches!(self, Self::Cancelled | Self::Incomplete)
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OrderLine {
    pub product: ProductRef,
    pub title: Option<String>,
    pub variant_title: Option<String>,
    pub kind: LineKind,
    pub quantity: i64,
    pub refunded_quantity: i64,
    /// Paid for one, before the line's discount.
    pub unit_price: Minor,
    /// What one cost before any sale, where the file says.
    pub list_price: Option<Minor>,
    /// Off the whole line.
    pub discount: Minor,
    pub vendor: Option<String>,
    pub category: Option<String>,
    pub cost: Option<Minor>,
}

/// How a line or an event points at a product. Matched by variant id, SKU, product id, handle, then rebuilt title.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ProductRef {
    pub product_id: Option<String>,
    pub variant_id: Option<String>,
    pub sku: Option<String>,
    pub handle: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    #[default]
    Goods,
    GiftCard,
    /// Assembly, warranty, donation, tip.
    Service,
    Shipping,
}
