//! Larkfield Home, the invented store that shows what the program does: who shops there, what they bought and looked
//! at, and the export files such a store would hand over, dirt included.
//!
//! Everything follows from stated behaviour (`shoppers`, `calendar`, `assortment`) and one seed; the same seed gives the
//! same bytes on every machine. No price, name or address is anybody's: e-mails end in reserved domains, phone numbers
//! lie in the range reserved for fiction.
//!
//! **Invariant**: only integer arithmetic and the exactly rounded float operations (+ − × ÷) decide anything here.

mod assortment;
mod calendar;
mod files;
mod history;
mod orders_file;
mod people;
pub mod pictures;
mod random;
mod shoppers;
mod visits;

pub use assortment::{Article, Assortment, Category, Form};
pub use calendar::{FIRST_DAY, LAST_DAY};
pub use files::SampleFile;
pub use shoppers::Kind;

/// The seed of the files that come with the program.
pub const SEED: u64 = 20_261_120;

/// The store's name, currency and time zone.
pub const STORE_NAME: &str = "Larkfield Home";
pub const CURRENCY: &str = "USD";
pub const TIME_ZONE: &str = "America/New_York";

/// 2026-11-21T05:00:00Z: midnight in the store after its last day. The moment as of which the sample store is analysed,
/// so that its pages do not change with the reader's calendar.
pub const AS_OF: crate::shop::Seconds = 1_795_237_200;

/// The export files, in the order a store owner would download them.
pub fn export_files(seed: u64) -> Vec<SampleFile> {
    let assortment = Assortment::of_the_store(seed);
    let people = people::invent(seed, shoppers::TOTAL);
    let history = history::live(seed, &assortment, &people);
    let visits = visits::browse(seed, &assortment, &history);
    files::write(seed, &assortment, &people, &history, &visits)
}

#[cfg(test)]
mod tests;
