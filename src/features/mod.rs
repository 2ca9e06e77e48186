//! Workspace frames to feature columns, as of a date.
//!
//! **Invariant**: nothing dated at or after `as_of` reaches a feature. The scrubber, training and every backtest use
//! the same code.

pub mod catalogue;
pub mod columns;
pub mod customer;
pub mod frames;
pub mod history;
pub mod plain;
pub mod product;
pub mod visits;

pub use catalogue::{FeatureInfo, Kind};
pub use customer::{CustomerFeatures, customer_features, features_of};
pub use frames::{Dictionary, StoreFrames};
pub use history::{History, LineFact, OrderFact};
pub use product::{ProductRow, product_rows};

/// A frame that does not keep its column contract. It points at a bug in whoever built the frame, not at bad data.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("frame `{frame}` has no usable column `{column}`")]
    Column {
        frame: &'static str,
        column: String,
        #[source]
        source: polars::error::PolarsError,
    },
    #[error("the feature columns do not form one table")]
    Table(#[from] polars::error::PolarsError),
}
