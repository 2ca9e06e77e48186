//! What a front end paints: one immutable picture of the workspace, shared by every screen.

use std::path::PathBuf;
use std::sync::Arc;

use crate::bundle::Bundle;
use crate::shop::{Currency, Seconds, TimeZoneName};

/// Made by a job after an import, a run or the opening of a workspace; replaced whole, never changed in place.
/// Edits of the merchandising document do not make a new view: they live in the window's draft until the journal has
/// written them.
#[derive(Clone, Debug)]
pub struct View {
    pub store: StoreFacts,
    /// The compiled bundle as of the last run with the saved document; `None` until there are products.
    pub bundle: Option<Arc<Bundle>>,
    /// The bundle of the last export, to compare with.
    pub exported: Option<Arc<Bundle>>,
    /// Runs that were made from other data than the workspace holds now, by kind.
    pub stale_runs: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreFacts {
    pub name: String,
    pub file: PathBuf,
    pub currency: Currency,
    pub time_zone: TimeZoneName,
    pub n_products: u64,
    pub n_customers: u64,
    pub n_orders: u64,
    pub n_events: u64,
    pub first_order: Option<Seconds>,
    pub last_order: Option<Seconds>,
    /// The date the models look back from.
    pub as_of: Option<Seconds>,
    pub is_sample: bool,
    pub read_only: bool,
}
