//! How much a customer leans on discounts, given what they buy: some products are always on sale.

use crate::features::History;

/// Lines of the average mixed into every product's discount rate.
const ITEM_PRIOR: f64 = 10.0;

/// Lines of the expected kind mixed into every customer's index.
const CUSTOMER_PRIOR: f64 = 20.0;

/// By customer: (discounted lines + 20) / (lines that would be discounted if the customer bought as everybody + 20).
/// 1 is as everybody, more leans on discounts. `None` without a line. A product's own rate is
/// (discounted + 10 g) / (lines + 10) with `g` the store's rate.
pub fn reliance(history: &History) -> Vec<Option<f64>> {
    let mut by_product = vec![(0.0, 0.0); history.products.len()];
    let (mut all, mut off) = (0.0, 0.0);
    for line in &history.lines {
        let discounted = f64::from(u8::from(line.discounted));
        all += 1.0;
        off += discounted;
        if let Some(product) = line.product {
            by_product[product as usize].0 += discounted;
            by_product[product as usize].1 += 1.0;
        }
    }
    let store = if all > 0.0 { off / all } else { 0.0 };
    let rate = |product: Option<u32>| {
        product.map_or(store, |product| {
            let (discounted, lines) = by_product[product as usize];
            (discounted + ITEM_PRIOR * store) / (lines + ITEM_PRIOR)
        })
    };
    (0..history.n_customers)
        .map(|customer| {
            let lines = history.lines_of(customer);
            let discounted = lines.iter().filter(|line| line.discounted).count() as f64;
            let expected: f64 = lines.iter().map(|line| rate(line.product)).sum();
            (!lines.is_empty()).then(|| (discounted + CUSTOMER_PRIOR) / (expected + CUSTOMER_PRIOR))
        })
        .collect()
}

/// Share of all lines that were discounted.
pub fn store_rate(history: &History) -> f64 {
    let off = history.lines.iter().filter(|line| line.discounted).count();
    off as f64 / history.lines.len().max(1) as f64
}
