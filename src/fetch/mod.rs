//! Pictures by their addresses: the only room that asks other computers for anything.
//!
//! **Invariant**: nothing is asked for that was not handed in, nothing is sent but an address, and what comes back is
//! kept only as a picture that was decoded, shrunk and written anew.

mod address;
mod run;
mod shrink;

pub use address::{Host, hosts, is_on_the_web, is_public};
pub use run::{Error, Limits, Outcome, Picture, Reason, fetch};
pub use shrink::{MOST_PIXELS, SHORTER_SIDE, shrunk};
