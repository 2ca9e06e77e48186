//! The vocabulary of a shop: what every other room means by product, customer, order and event.
//!
//! Plain values without I/O, clock or locale. Money is integer minor units, time is UTC epoch seconds.

pub mod customer;
pub mod digits;
pub mod event;
pub mod hash;
pub mod language;
pub mod money;
pub mod monitor;
pub mod order;
pub mod product;
pub mod time;

pub use customer::{Consent, Customer, CustomerRef};
pub use event::{Event, EventKind};
pub use language::StoreLanguage;
pub use money::{Currency, Minor};
pub use monitor::{Cancelled, Monitor, Quiet, Silent};
pub use order::{LineKind, Order, OrderLine, OrderStatus, ProductRef};
pub use product::{Product, SellWhenEmpty, Stock, Variant};
pub use time::{Day, Seconds, TimeZoneName};
