//! What a front end paints: one immutable picture of the workspace, shared by every screen.

pub mod customers;
pub mod data;
pub mod ledger;
pub mod pulse;

use std::path::PathBuf;
use std::sync::Arc;

pub use customers::{
    CustomerStory, CustomerTable, CustomersView, Difference, FeatureColumn, Group, GroupingChoice, Moment,
    MomentKind, Movement, Unit,
};
pub use data::{
    AuditView, ChangedField, ChangedValue, Changes, ColumnSuggestion, DetectedFile, FileState, FixChange,
    FixRow, ImportDetail, ImportIssue, ImportSummary, Problem, ProblemRow, SetAside, Sureness, TableHealth,
    Unlock, Urgency,
};
pub use ledger::{Check, CheckOf, CheckOutcome, ExportPlan, ExportRecord, Part, PartKind, PlannedFile};
pub use pulse::{Pulse, SearchTermRow, Then};

pub use crate::search::RepairKind;

use super::drift::Watch;
use crate::bundle::Bundle;
use crate::decide::Prepared;
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
    /// The two bundles ready to decide with. Preparing takes a tenth of a second at 10,000 products, which is why it is
    /// done here and not by whoever paints; `None` where nobody prepared them.
    pub prepared: Option<Arc<Prepared>>,
    pub exported_prepared: Option<Arc<Prepared>>,
    /// Runs that were made from other data than the workspace holds now, by kind.
    pub stale_runs: Vec<String>,
    /// How far customers have moved since models were trained.
    pub drift: Option<Arc<Watch>>,
    /// What is wrong with the data and what it carries; `None` until something was imported.
    pub audit: Option<Arc<AuditView>>,
    /// The groups of the last grouping with the customers behind them.
    pub customers: Option<Arc<CustomersView>>,
    /// How the store is doing; `None` without orders.
    pub pulse: Option<Arc<Pulse>>,
    /// What shoppers searched for, most lost searches first; empty without search data.
    pub search_terms: Arc<Vec<SearchTermRow>>,
    /// Newest first.
    pub imports: Arc<Vec<ImportSummary>>,
    /// Newest first.
    pub exports: Arc<Vec<ExportRecord>>,
    pub choices: StoreChoices,
    /// The pictures that the catalog names by address; `None` until it is read.
    pub pictures: Option<Arc<super::pictures::Status>>,
    /// Only what pages need was read: everything that comes from orders, visits and customers is still missing.
    pub is_partial: bool,
}

/// What the owner chose for the store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoreChoices {
    pub picture_folder: Option<PathBuf>,
    /// Keep names and e-mail addresses in clear from the next import on.
    pub keep_names: bool,
}

impl View {
    /// A workspace about which only its facts are known.
    pub fn of(store: StoreFacts) -> Self {
        Self {
            store,
            bundle: None,
            exported: None,
            prepared: None,
            exported_prepared: None,
            stale_runs: Vec::new(),
            drift: None,
            audit: None,
            customers: None,
            pulse: None,
            search_terms: Arc::default(),
            imports: Arc::default(),
            exports: Arc::default(),
            choices: StoreChoices::default(),
            pictures: None,
            is_partial: false,
        }
    }
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

impl StoreFacts {
    /// Of a window that shows no workspace yet.
    pub fn none() -> Self {
        Self {
            name: String::new(),
            file: PathBuf::new(),
            currency: Currency::new("USD"),
            time_zone: TimeZoneName::default(),
            n_products: 0,
            n_customers: 0,
            n_orders: 0,
            n_events: 0,
            first_order: None,
            last_order: None,
            as_of: None,
            is_sample: false,
            read_only: false,
        }
    }
}
