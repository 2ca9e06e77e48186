//! A profile says how one kind of export is recognised and what its columns mean.

use std::sync::OnceLock;

use super::columns::{AliasIndex, Aliases, Columns, normal};
use super::customers::CustomerTable;
use super::engine::Table;
use super::events::{EventLayout, EventTable};
use super::orders::{OrderLayout, OrderTable};
use super::platform;
use super::products::{ProductLayout, ProductTable};
use super::record::{DataKind, Platform};
use super::stock::{DiscountTable, InventoryTable, SearchTermTable};

pub(super) struct Profile {
    pub platform: Platform,
    pub kind: DataKind,
    /// Header patterns that must be there; `|` between alternatives.
    pub require: &'static [&'static str],
    pub forbid: &'static [&'static str],
    /// At least this many columns must be known.
    pub least_known: usize,
    pub columns: Aliases,
    pub layout: Layout,
}

#[derive(Clone, Copy)]
pub(super) enum Layout {
    Products(ProductLayout),
    Orders(OrderLayout),
    Customers,
    Events(EventLayout),
    Inventory,
    Discounts,
    SearchTerms,
    /// Recognised, and of no use here: says so.
    Unused(&'static str),
}

impl Layout {
    pub(super) fn table(
        &self,
        platform: Platform,
        columns: &Columns,
        is_scattered: bool,
    ) -> Option<Box<dyn Table + Send>> {
        Some(match self {
            Self::Products(layout) => Box::new(ProductTable::new(namespace(platform), *layout)),
            Self::Orders(layout) => Box::new(OrderTable::new(*layout, columns, is_scattered)),
            Self::Customers => Box::new(CustomerTable::default()),
            Self::Events(layout) => Box::new(EventTable { layout: *layout }),
            Self::Inventory => Box::new(InventoryTable),
            Self::Discounts => Box::new(DiscountTable),
            Self::SearchTerms => Box::new(SearchTermTable),
            Self::Unused(_) => return None,
        })
    }
}

/// Products of one platform join over files, those of two platforms never.
pub(super) fn namespace(platform: Platform) -> &'static str {
    match platform {
        Platform::Shopify => "shopify",
        Platform::Woocommerce => "woocommerce",
        Platform::Magento => "magento",
        Platform::Bigcommerce => "bigcommerce",
        Platform::Prestashop => "prestashop",
        Platform::Squarespace => "squarespace",
        Platform::Wix => "wix",
        Platform::Etsy => "etsy",
        Platform::Square => "square",
        Platform::Medusa => "medusa",
        Platform::Saleor => "saleor",
        Platform::Commercetools => "commercetools",
        Platform::Spree => "spree",
        Platform::Vendure => "vendure",
        Platform::GoogleMerchant => "google",
        _ => "plain",
    }
}

/// Every profile, the more special ones first.
fn all() -> impl Iterator<Item = &'static Profile> {
    platform::PROFILES.iter().flat_map(|profiles| profiles.iter())
}

/// The profile whose demands a header meets and which knows most of its columns.
pub(super) fn find(headers: &[String], wanted: Option<Platform>) -> Option<(&'static Profile, Columns)> {
    let names: Vec<String> = headers.iter().map(|header| normal(header)).collect();
    let mut best: Option<(&'static Profile, Columns, usize)> = None;
    for (profile, index) in
        all().zip(indexes()).filter(|(profile, _)| wanted.is_none_or(|platform| platform == profile.platform))
    {
        let has = |patterns: &str| {
            patterns.split('|').any(|pattern| names.iter().any(|name| matches(pattern, name)))
        };
        if !profile.require.iter().all(|patterns| has(patterns))
            || profile.forbid.iter().any(|pattern| has(pattern))
        {
            continue;
        }
        let columns = Columns::bind(headers, index);
        let known = columns.bound.len();
        // What is of no use is recognised by its demands alone, so that nothing vaguer takes it for something.
        let is_unused = matches!(profile.layout, Layout::Unused(_));
        let score = if is_unused { 20 + profile.require.len() } else { known + profile.require.len() };
        if (is_unused || known >= profile.least_known) && best.as_ref().is_none_or(|(_, _, top)| score > *top)
        {
            best = Some((profile, columns, score));
        }
    }
    best.map(|(profile, columns, _)| (profile, columns))
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        Some((before, after)) => {
            name.len() >= before.len() + after.len() && name.starts_with(before) && name.ends_with(after)
        }
        None => pattern == name,
    }
}

/// What any profile of any platform would call this header; a hint for unknown files.
pub(super) fn hint(header: &str) -> Option<super::Meaning> {
    static ALL: OnceLock<AliasIndex> = OnceLock::new();
    ALL.get_or_init(|| {
        AliasIndex::of(
            all().flat_map(|profile| profile.columns.iter()).filter(|(pattern, _)| !pattern.contains('*')),
        )
    })
    .find(0, header)
    .map(|column| column.meaning)
}

/// The indexes of all profiles' aliases, in their order, built once.
fn indexes() -> &'static [AliasIndex] {
    static INDEXES: OnceLock<Vec<AliasIndex>> = OnceLock::new();
    INDEXES.get_or_init(|| all().map(|profile| AliasIndex::of(profile.columns.iter())).collect())
}
