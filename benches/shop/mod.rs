//! The shop that the measurements of answers are made on: random products, 8 segments, 200 rules, the pages a new store
//! starts with.

#[path = "../../tests/random/mod.rs"]
mod random;

use endcap::bundle::Bundle;
use endcap::merch::defaults;

pub(crate) fn bundle(products: usize) -> Bundle {
    let mut bundle = random::bundle(7, products, 200);
    let rules = bundle.document.rules.clone();
    let store = defaults::Store {
        name: "Bench",
        collections: vec![("all".to_owned(), "All".to_owned(), products as u32)],
        has_discounts: true,
        has_restocks: true,
        ..defaults::Store::default()
    };
    let mut document = defaults::document(&store);
    document.rules = rules;
    bundle.document = document.into();
    bundle
}
