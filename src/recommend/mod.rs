//! Interactions to models to candidate lists with evidence.
//!
//! A [`Dataset`] holds the store's purchases and events under dense indices. A [`History`] is what of it was known
//! before an instant; every model is fitted on a history, so nothing after the cut can leak. First-stage models
//! ([`method`]) give each customer a score for each catalogue item; the second stage ([`hybrid`]) learns on past windows
//! how to weigh them. [`train`] does all of it for a store and keeps the evidence behind each number.
//!
//! **Invariant**: same data, same seed, same bits, whatever the number of threads: work is split over independent
//! outputs and every sum has one fixed order.

pub mod alone;
pub mod choose;
pub mod content;
pub mod cooccur;
pub mod dataset;
pub mod dense;
pub mod ease;
pub mod facts;
pub mod frames;
pub mod frequency;
pub mod history;
pub mod hybrid;
pub mod ials;
pub mod item_knn;
pub mod logistic;
pub mod method;
pub mod models;
pub mod neighbours;
pub mod order;
pub mod quick;
pub mod rank;
pub mod session;
pub mod signals;
pub mod sparse;
pub mod tifu;
pub mod train;
pub mod train_orders;
pub mod train_sessions;
pub mod trees;
pub mod up_cf;
pub mod window;

pub use dataset::{Dataset, Line, NOBODY, ProductFacts};
pub use history::History;
pub use models::{Candidate, Choice, Evidence, Models, Neighbour, Note, Reason, Strategy};
pub use signals::{Relevance, SegmentRelevance, segment_relevance};
pub use train::{Settings, train};
pub use window::Task;
