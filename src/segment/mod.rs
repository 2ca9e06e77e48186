//! Features to groups of customers: clusters, rule groups, lifecycle stages, names, stability, assignment.
//!
//! **Invariant**: only shopping behaviour is an input; the assignment of a customer is what the portable
//! [`ClusterModel`] says, so a browser or a database gives the same answer from the same numbers.

pub mod density;
pub mod edit;
pub mod groups;
pub mod inputs;
pub mod kmeans;
pub mod lifecycle;
pub mod matching;
pub mod mixture;
pub mod model;
pub mod names;
pub mod profile;
pub mod projection;
pub mod quality;
pub mod rfm;
pub mod rule_fit;
pub mod rules;
pub mod run;

pub use edit::{Edit, EditError};
pub use groups::{Group, GroupSource};
pub use lifecycle::Stage;
pub use matching::{Movement, movement};
pub use model::{Bin, ClusterModel, ModelFeature};
pub use profile::Difference;
pub use rfm::{RfmCell, RfmScore};
pub use rule_fit::{FittedRule, fit_rule};
pub use rules::{Comparison, Condition, Op, RuleGroup};
pub use run::{Algorithm, Clarity, Groups, KCurve, NO_GROUP, SegmentRun, Settings, Solution, run};

/// What can go wrong while grouping. Thin data is not an error: the run says so in words.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the feature table is not usable")]
    Features(#[from] crate::features::Error),
    #[error("k-means did not run")]
    KMeans(#[source] linfa_clustering::KMeansError),
    #[error("the rows do not form a table")]
    Shape(#[source] ndarray::ShapeError),
    #[error(transparent)]
    Cancelled(#[from] crate::shop::Cancelled),
}

#[cfg(test)]
mod tests;
