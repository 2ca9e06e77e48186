//! Where the time of a frame goes: the product's own work, told apart from egui's.

use std::cell::Cell;
use std::time::{Duration, Instant};

/// What the product does in a frame besides asking egui for widgets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Applying edits and deciding pages.
    Decide,
    /// Placing blocks and cards.
    Layout,
}

/// Since the last [`take`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    pub decide: Duration,
    pub layout: Duration,
}

thread_local! {
    /// The window lives on one thread; so does its time.
    static SPENT: Cell<Spent> = const { Cell::new(Spent { decide: Duration::ZERO, layout: Duration::ZERO }) };
}

/// Does something on the account of a part.
pub fn on<R>(part: Part, work: impl FnOnce() -> R) -> R {
    let started = Instant::now();
    let done = work();
    let took = started.elapsed();
    SPENT.with(|cell| {
        let mut spent = cell.get();
        match part {
            Part::Decide => spent.decide += took,
            Part::Layout => spent.layout += took,
        }
        cell.set(spent);
    });
    done
}

/// What was spent, and zero from here on.
pub fn take() -> Spent {
    SPENT.with(Cell::take)
}
