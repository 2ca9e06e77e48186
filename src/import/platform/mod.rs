//! One file per platform: how its exports are recognised, what their columns are called, and what is special about
//! their rows. The reading itself is shared.

mod bigcommerce;
mod etsy;
mod google;
mod headless;
mod magento;
pub(super) mod objects;
mod plain;
mod prestashop;
pub(super) mod shapes;
mod shopify;
mod square;
mod squarespace;
mod trackers;
mod wix;
mod woo_objects;
mod woocommerce;

use super::profile::Profile;

/// In order of preference where two fit equally well.
pub(super) const PROFILES: &[&[Profile]] = &[
    shopify::PROFILES,
    woocommerce::PROFILES,
    magento::PROFILES,
    bigcommerce::PROFILES,
    prestashop::PROFILES,
    squarespace::PROFILES,
    wix::PROFILES,
    etsy::PROFILES,
    square::PROFILES,
    headless::PROFILES,
    google::PROFILES,
    trackers::PROFILES,
    plain::PROFILES,
];

pub(super) use plain::PRODUCT_LAYOUT as MAPPED_PRODUCTS;
