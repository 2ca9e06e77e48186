//! The store as columns: what features, forecasts and models are given.
//!
//! Fixes are laid over the rows here, so nothing below sees a raw row that was corrected. Indices follow ascending ids
//! (products, customers) or time (orders), so they do not depend on the order of imports.

mod events;
mod orders;
mod people;
mod products;

use std::collections::HashMap;

use polars::error::PolarsError;
use polars::prelude::{DataFrame, IntoColumn as _, NamedFrom as _, Series};

pub(super) use self::people::CUSTOMER_ID;
use super::overlays::Fix;
use super::{Error, Workspace};
use crate::features::StoreFrames;
use crate::shop::{Monitor, Seconds, Silent};

impl Workspace {
    /// Everything the models may know at `as_of`: nothing dated at or after it. `None` is everything there is.
    pub fn frames(&self, as_of: Option<Seconds>) -> Result<StoreFrames, Error> {
        self.frames_watched(as_of, &Silent)
    }

    /// `frames` with progress and cancel.
    pub fn frames_watched(
        &self,
        as_of: Option<Seconds>,
        monitor: &dyn Monitor,
    ) -> Result<StoreFrames, Error> {
        let settings = self.settings()?;
        let fixes = Fixes::new(self.fixes()?);
        let until = as_of.unwrap_or(Seconds::MAX);
        super::staging::interruptible(self.connection(), monitor, || {
            monitor.progress(0, 4, "Reading products");
            let (products, product_index) = products::read(self.connection(), &fixes)?;
            monitor.checkpoint()?;
            monitor.progress(1, 4, "Reading customers");
            let (customers, customer_index) = people::read(self.connection(), &fixes, until)?;
            monitor.checkpoint()?;
            monitor.progress(2, 4, "Reading orders");
            let keys = Keys { products: product_index, customers: customer_index };
            let (orders, lines) = orders::read(self.connection(), &keys, &fixes, until)?;
            monitor.checkpoint()?;
            monitor.progress(3, 4, "Reading visits");
            let events = events::read(self.connection(), &keys, until)?;
            Ok(StoreFrames {
                products,
                customers,
                orders,
                lines,
                events,
                currency: settings.currency,
                time_zone: settings.time_zone,
                digest: self.data_digest(as_of)?,
            })
        })
        .map_err(|error| super::open::at(self.path(), error))
    }
}

/// Keys of the file to indices of the frames.
struct Keys {
    products: Products,
    customers: HashMap<i64, u32>,
}

struct Products {
    /// Mention key → product index; `None` where the catalog has no such product.
    by_mention: HashMap<i64, u32>,
}

/// Fixes by what they correct.
#[derive(Default)]
struct Fixes {
    /// Customer id → the id it counts for, through chains of merges.
    merged: HashMap<String, String>,
    products: HashMap<String, Vec<Fix>>,
    left_out_orders: std::collections::HashSet<String>,
}

impl Fixes {
    fn new(fixes: Vec<Fix>) -> Self {
        let mut sorted = Self::default();
        for fix in fixes {
            match &fix {
                Fix::MergeCustomer { customer, into } => {
                    sorted.merged.insert(customer.clone(), into.clone());
                }
                Fix::LeaveOutOrder { order } => {
                    sorted.left_out_orders.insert(order.clone());
                }
                Fix::SetProductType { product, .. }
                | Fix::SetPrice { product, .. }
                | Fix::SetCost { product, .. }
                | Fix::SetPicture { product, .. }
                | Fix::DropCompareAt { product }
                | Fix::EmptyStock { product }
                | Fix::Unpublish { product } => {
                    sorted.products.entry(product.clone()).or_default().push(fix);
                }
            }
        }
        sorted
    }

    /// Who a customer counts as. A circle of merges ends where it began.
    fn survivor<'a>(&'a self, customer: &'a str) -> &'a str {
        let mut at = customer;
        for _ in 0..self.merged.len() {
            match self.merged.get(at) {
                Some(into) if into != customer => at = into,
                _ => break,
            }
        }
        at
    }
}

fn frame(columns: Vec<Series>) -> Result<DataFrame, Error> {
    DataFrame::new_infer_height(columns.into_iter().map(Series::into_column).collect())
        .map_err(|source: PolarsError| Error::broken("columns that do not fit together", source))
}

fn series<T, Phantom: ?Sized>(name: &str, values: T) -> Series
where
    Series: polars::prelude::NamedFrom<T, Phantom>,
{
    Series::new(name.into(), values)
}
