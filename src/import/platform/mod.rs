//! One file per platform: how its exports are recognised, what their columns are called, and what is special about
//! their rows. The reading itself is shared.

mod plain;
mod shopify;
mod woocommerce;

use super::profile::Profile;

/// In order of preference where two fit equally well.
pub(super) const PROFILES: &[&[Profile]] = &[shopify::PROFILES, woocommerce::PROFILES, plain::PROFILES];

pub(super) use plain::PRODUCT_LAYOUT as MAPPED_PRODUCTS;
