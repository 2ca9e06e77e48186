//! Product rows to the catalog of a bundle.

use std::collections::{BTreeMap, BTreeSet};

use crate::bundle::{Catalog, CatalogProduct, Collection};
use crate::features::ProductRow;

/// The bundle's catalog, and for each catalog product the index of its row. Gift cards, services and shipping are sold
/// but never recommended, so they are left out. A store without collections gets one per product type, which is what
/// its category pages are.
pub fn catalog(rows: &[ProductRow]) -> (Catalog, Vec<usize>) {
    let mut order: Vec<usize> =
        (0..rows.len()).filter(|&row| rows[row].goods && !rows[row].id.is_empty()).collect();
    order.sort_by(|&one, &two| rows[one].id.cmp(&rows[two].id).then(one.cmp(&two)));
    order.dedup_by(|one, two| rows[*one].id == rows[*two].id);
    let has_collections = rows.iter().any(|row| !row.collections.is_empty());
    let mut collections: BTreeMap<String, String> = BTreeMap::new();
    let products = order
        .iter()
        .map(|&row| {
            let row = &rows[row];
            let names: BTreeSet<&String> = if has_collections {
                row.collections.iter().collect()
            } else {
                kind_of(row).into_iter().collect()
            };
            let ids: BTreeSet<String> = names
                .into_iter()
                .map(|name| {
                    let id = slug(name);
                    collections.entry(id.clone()).or_insert_with(|| name.clone());
                    id
                })
                .collect();
            CatalogProduct {
                id: row.id.clone(),
                title: row.title.clone(),
                handle: row.handle.clone(),
                product_type: kind_of(row).cloned(),
                vendor: row.vendor.clone(),
                collections: ids.into_iter().collect(),
                tags: row.tags.clone(),
                attributes: row.attributes.clone(),
                price: row.price,
                compare_at: row.compare_at,
                stock: row.stock,
                sell_when_empty: row.sellable && row.stock.is_some_and(|level| level <= 0),
                published: row.published,
                created_at: row.created_at,
                restocked_at: row.restocked_at,
                image: row.image.clone(),
                url: row.url.clone(),
                variant_group: None,
            }
        })
        .collect();
    let collections = collections.into_iter().map(|(id, title)| Collection { id, title }).collect();
    (Catalog { products, collections }, order)
}

/// The merchant's own kind of thing, else the innermost level of the taxonomy.
fn kind_of(row: &ProductRow) -> Option<&String> {
    row.product_type.as_ref().filter(|kind| !kind.is_empty()).or_else(|| row.category.last())
}

/// Letters and digits kept, everything else one hyphen. Two names with one slug are one collection.
fn slug(name: &str) -> String {
    let mut slug = String::with_capacity(name.len());
    for letter in name.chars().flat_map(char::to_lowercase) {
        if letter.is_alphanumeric() {
            slug.push(letter);
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str, kind: &str) -> ProductRow {
        ProductRow {
            id: id.to_owned(),
            title: id.to_uppercase(),
            product_type: Some(kind.to_owned()),
            goods: true,
            published: true,
            ..ProductRow::default()
        }
    }

    #[test]
    fn products_stand_in_ascending_id_order_and_know_their_rows() {
        let rows = [row("b", "Lamps"), row("a", "Sofas & Armchairs"), row("é", "Lamps")];
        let (catalog, order) = catalog(&rows);
        let ids: Vec<&str> = catalog.products.iter().map(|product| product.id.as_str()).collect();
        assert_eq!(ids, ["a", "b", "é"]);
        assert_eq!(order, [1, 0, 2]);
        assert_eq!(catalog.products[0].collections, ["sofas-armchairs"]);
        assert_eq!(catalog.collections.len(), 2);
    }

    #[test]
    fn gift_cards_are_not_in_the_catalog() {
        let gift = ProductRow { goods: false, ..row("gift", "Gift cards") };
        let (catalog, _) = catalog(&[gift, row("a", "Lamps")]);
        assert_eq!(catalog.products.len(), 1);
    }
}
