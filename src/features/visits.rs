//! What one customer did on the shop's pages, event by event.

use crate::shop::{EventKind, Seconds};

use super::columns::Reader;
use super::{Error, StoreFrames};

/// One event of a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitFact {
    pub at: Seconds,
    pub kind: EventKind,
    /// Index into the products frame.
    pub product: Option<u32>,
    pub query: Option<String>,
}

/// The events of one customer (index into the customers frame) before `as_of`, oldest first.
pub fn visits_of(frames: &StoreFrames, customer: u32, as_of: Seconds) -> Result<Vec<VisitFact>, Error> {
    let events = Reader::new("events", &frames.events);
    let (at, who, kind) = (events.int("at")?, events.index("customer")?, events.index("kind")?);
    let (product, query) = (events.index("product")?, events.text("query")?);
    Ok((0..at.len())
        .filter(|row| who[*row] == Some(customer))
        .filter_map(|row| {
            let kind = kind[row].and_then(|code| EventKind::ALL.get(code as usize).copied());
            let at = at[row].filter(|at| *at < as_of)?;
            Some(VisitFact {
                at,
                kind: kind.unwrap_or(EventKind::Other),
                product: product[row],
                query: query[row].clone(),
            })
        })
        .collect())
}
