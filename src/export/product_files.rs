//! WooCommerce and Magento: product CSVs that carry links between products and one catalogue order.

use super::ExportFile;
use super::fidelity::{Fidelity, FidelityReport};
use super::lists::{Lists, neighbors};
use super::subject::Subject;
use super::text::csv;
use crate::bundle::{EVERYONE, Strategy};

const LINKS: usize = 12;
/// Longest SKU Magento keeps.
pub(super) const LONGEST_MAGENTO_SKU: usize = 64;

/// A product under the one SKU its platform knows it by, if a list may hold it.
fn sku<'s>(subject: &'s Subject<'_>, product: u32) -> Option<&'s str> {
    subject.sku(product).filter(|sku| !sku.contains(','))
}

fn report_unlinkable(subject: &Subject<'_>, longest: usize, fidelity: &mut FidelityReport) {
    for (index, product) in subject.bundle().catalog.products.iter().enumerate() {
        match subject.sku(index as u32) {
            None => fidelity.add(&product.id, Fidelity::Dropped, "has no SKU, so nothing can point at it"),
            Some(sku) if sku.contains(',') => {
                fidelity.add(
                    &product.id,
                    Fidelity::Dropped,
                    "its SKU has a comma, which separates SKUs in this format",
                );
            }
            Some(sku) if sku.chars().count() > longest => {
                fidelity.add(&product.id, Fidelity::Dropped, "its SKU is longer than the format allows");
            }
            Some(_) => {}
        }
    }
}

pub(super) fn woocommerce(
    subject: &Subject<'_>,
    lists: &Lists,
    fidelity: &mut FidelityReport,
) -> Vec<ExportFile> {
    report_unlinkable(subject, usize::MAX, fidelity);
    let header = ["SKU", "Upsells", "Cross-sells", "Position"];
    let position = catalogue_positions(subject, lists);
    let products = 0..subject.bundle().catalog.products.len() as u32;
    let linked = |strategy, product| {
        neighbors(subject, strategy, product, LINKS)
            .into_iter()
            .filter_map(|other| sku(subject, other))
            .collect::<Vec<_>>()
            .join(", ")
    };
    // Only SKUs of the catalogue are written: an unknown one would make the importer create a ghost product.
    let rows = products.clone().filter_map(|product| {
        let own = sku(subject, product)?;
        Some([
            own.to_owned(),
            linked(Strategy::Similar, product),
            linked(Strategy::BoughtTogether, product),
            position[product as usize].to_string(),
        ])
    });
    let undo = products.filter_map(|product| {
        let own = sku(subject, product)?;
        Some([
            own.to_owned(),
            now(subject, product, "upsell"),
            now(subject, product, "cross_sell"),
            "0".to_owned(),
        ])
    });
    vec![
        ExportFile { path: "products-links-and-order.csv".to_owned(), bytes: csv(&header, rows) },
        ExportFile { path: "undo/products-links-and-order.csv".to_owned(), bytes: csv(&header, undo) },
    ]
}

/// Links as the platform has them now, for the undo file.
fn now(subject: &Subject<'_>, product: u32, kind: &str) -> String {
    let Some(goods) = subject.goods.get(product as usize) else {
        return String::new();
    };
    goods
        .links
        .iter()
        .filter(|(of, _)| of == kind)
        .filter_map(|(_, id)| {
            let other = subject.bundle().catalog.index(id);
            other.and_then(|other| sku(subject, other)).map(str::to_owned)
        })
        .collect::<Vec<_>>()
        .join(", ")
}

/// Best first for everyone: where a product stands in the longest lists, then by popularity.
fn catalogue_positions(subject: &Subject<'_>, lists: &Lists) -> Vec<usize> {
    let bundle = subject.bundle();
    let mut order: Vec<u32> = Vec::with_capacity(bundle.catalog.products.len());
    let mut listed = vec![false; bundle.catalog.products.len()];
    for slice in lists.now().filter(|slice| slice.segment == EVERYONE) {
        for product in &slice.products {
            if !std::mem::replace(&mut listed[*product as usize], true) {
                order.push(*product);
            }
        }
    }
    let mut rest: Vec<u32> = (0..listed.len() as u32).filter(|product| !listed[*product as usize]).collect();
    let popularity = |product: &u32| bundle.signals.popularity.get(*product as usize).copied().flatten();
    rest.sort_by_key(|product| (std::cmp::Reverse(popularity(product)), *product));
    order.extend(rest);
    let mut positions = vec![0; order.len()];
    for (place, product) in order.into_iter().enumerate() {
        positions[product as usize] = place + 1;
    }
    positions
}

pub(super) fn magento(subject: &Subject<'_>, fidelity: &mut FidelityReport) -> Vec<ExportFile> {
    report_unlinkable(subject, LONGEST_MAGENTO_SKU, fidelity);
    let header = [
        "sku",
        "related_skus",
        "related_position",
        "crosssell_skus",
        "crosssell_position",
        "upsell_skus",
        "upsell_position",
    ];
    let fits = |product: u32| sku(subject, product).filter(|sku| sku.chars().count() <= LONGEST_MAGENTO_SKU);
    let products = 0..subject.bundle().catalog.products.len() as u32;
    let linked = |strategy, product: u32| {
        let own = fits(product).map(str::to_lowercase);
        let skus: Vec<&str> = neighbors(subject, strategy, product, LINKS)
            .into_iter()
            .filter_map(fits)
            // Magento compares without case and drops links to itself.
            .filter(|other| Some(other.to_lowercase()) != own)
            .collect();
        // Zero would be dropped.
        let positions: Vec<String> = (1..=skus.len()).map(|position| position.to_string()).collect();
        [skus.join(","), positions.join(",")]
    };
    let rows = products.clone().filter_map(|product| {
        let own = fits(product)?;
        let mut row = vec![own.to_owned()];
        for strategy in [Strategy::Similar, Strategy::BoughtTogether, Strategy::AlsoViewed] {
            row.extend(linked(strategy, product));
        }
        Some(row)
    });
    let undo = products.filter_map(|product| {
        let own = fits(product)?;
        let mut row = vec![own.to_owned()];
        for kind in ["related", "cross_sell", "upsell"] {
            let skus = now(subject, product, kind).replace(", ", ",");
            let count = if skus.is_empty() { 0 } else { skus.split(',').count() };
            row.push(skus);
            row.push((1..=count).map(|position| position.to_string()).collect::<Vec<_>>().join(","));
        }
        Some(row)
    });
    vec![
        ExportFile { path: "product-links.csv".to_owned(), bytes: csv(&header, rows) },
        ExportFile { path: "undo/product-links.csv".to_owned(), bytes: csv(&header, undo) },
    ]
}
