//! Categories for products that have none, from the words of their titles: what other products with these words are.

use std::collections::BTreeMap;

use super::{Error, Session};
use crate::shop::Product;
use crate::workspace::Fix;

/// A category must have at least this share of a title's votes, in percent.
const CLEAR_PERCENT: u64 = 60;
/// Votes of one word are split among its categories; this is a whole one.
const WHOLE_VOTE: u64 = 1_000;

impl Session {
    /// A category for each of these products (ids) whose title says clearly enough what it is. Guesses: a person looks
    /// at each before it is laid over the data.
    pub fn suggested_categories(&self, products: &[String]) -> Result<Vec<Fix>, Error> {
        const PAGE: u64 = 1_000;
        let mut all = Vec::new();
        loop {
            let page = self.workspace().products(all.len() as u64, PAGE)?;
            if page.is_empty() {
                break;
            }
            all.extend(page);
        }
        Ok(suggest(&all, products))
    }
}

fn suggest(all: &[Product], wanted: &[String]) -> Vec<Fix> {
    let mut votes: BTreeMap<String, BTreeMap<&str, u64>> = BTreeMap::new();
    for product in all {
        let Some(category) = category_of(product) else { continue };
        for word in words(&product.title) {
            *votes.entry(word).or_default().entry(category).or_default() += 1;
        }
    }
    all.iter()
        .filter(|product| wanted.contains(&product.id))
        .filter_map(|product| {
            let mut scores: BTreeMap<&str, u64> = BTreeMap::new();
            for word in words(&product.title) {
                let Some(known) = votes.get(&word) else { continue };
                let all: u64 = known.values().sum();
                for (category, n) in known {
                    *scores.entry(category).or_default() += WHOLE_VOTE * n / all;
                }
            }
            let all: u64 = scores.values().sum();
            // Of equals the first by name.
            let (category, score) = scores.into_iter().rev().max_by_key(|(_, score)| *score)?;
            (CLEAR_PERCENT * all <= 100 * score).then(|| Fix::SetProductType {
                product: product.id.clone(),
                product_type: category.to_owned(),
            })
        })
        .collect()
}

fn category_of(product: &Product) -> Option<&str> {
    product
        .product_type
        .as_deref()
        .or(product.category.last().map(String::as_str))
        .filter(|name| !name.is_empty())
}

/// Words of three letters and more, folded.
fn words(title: &str) -> impl Iterator<Item = String> + '_ {
    title
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| 2 < word.chars().count())
        .map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_says_what_its_words_say_elsewhere() {
        let product = |id: &str, title: &str, kind: Option<&str>| Product {
            id: id.to_owned(),
            title: title.to_owned(),
            product_type: kind.map(str::to_owned),
            ..Product::default()
        };
        let all = [
            product("1", "Amber desk lamp", Some("Lighting")),
            product("2", "Floor lamp", Some("Lighting")),
            product("3", "Oak desk", Some("Tables")),
            product("4", "Brass lamp", None),
            product("5", "Desk", None),
            product("6", "Gift voucher", None),
        ];
        let wanted = ["4".to_owned(), "5".to_owned(), "6".to_owned()];
        let suggested = suggest(&all, &wanted);
        let [Fix::SetProductType { product, product_type }] = suggested.as_slice() else {
            panic!("{suggested:?}")
        };
        assert_eq!((product.as_str(), product_type.as_str()), ("4", "Lighting"));
    }
}
