//! Who hears from the store, about what, and who needs no discount.
//!
//! Triggers and offers are decided here from the bundle, the forecasts and what people did; export writes them for mail
//! tools, and the bundle carries them without the people. Endcap sends nothing itself.
//! **Invariant**: nobody without consent is on a list, and nobody is on two.

mod lists;
mod offers;
mod picks;
mod trigger;

pub use lists::{Entry, Person, Seen, Touch, TriggerList, lists};
pub use offers::{Need, Offer, OfferSettings, offers};
pub use picks::{QUIET_DAYS, picks};
pub use trigger::{Trigger, TriggerKind};

/// Counts of fewer people than this are not written into a bundle.
pub const FEWEST_TO_COUNT: u32 = 10;
