//! Categories for products that have none, from the words of those that have one.

use std::collections::BTreeMap;

use super::{Error, Session};
use crate::shop::Product;
use crate::workspace::Fix;

/// Products that must share a word before it says anything.
const LEAST_PRODUCTS: u32 = 2;
/// How much likelier the best category has to be than the next, as a natural logarithm: half as likely again.
const LEAST_MARGIN: f64 = 0.405_465_108_108_164_4;
const PRODUCTS_PER_PAGE: u64 = 1_000;

impl Session {
    /// A type for each product without category whose title speaks clearly; the others stay as they are.
    pub fn suggested_categories(&self, ids: &[String]) -> Result<Vec<Fix>, Error> {
        let mut words = Words::default();
        let mut offset = 0;
        loop {
            let products = self.workspace().products(offset, PRODUCTS_PER_PAGE)?;
            if products.is_empty() {
                break;
            }
            offset += products.len() as u64;
            for product in &products {
                if let Some(category) = category_of(product) {
                    words.learn(&product.title, category);
                }
            }
        }
        let mut fixes = Vec::new();
        for id in ids {
            if let Some(product) = self.workspace().product(id)?
                && let Some(product_type) = words.category(&product.title)
            {
                fixes.push(Fix::SetProductType { product: id.clone(), product_type });
            }
        }
        Ok(fixes)
    }
}

fn category_of(product: &Product) -> Option<&str> {
    let kind = product.product_type.as_deref().filter(|kind| !kind.trim().is_empty());
    kind.or_else(|| product.category.last().map(String::as_str))
}

/// How often each word stands in titles of each category.
#[derive(Default)]
struct Words {
    by_word: BTreeMap<String, BTreeMap<String, u32>>,
    by_category: BTreeMap<String, u32>,
    n_products: u32,
}

impl Words {
    fn learn(&mut self, title: &str, category: &str) {
        self.n_products += 1;
        *self.by_category.entry(category.to_owned()).or_default() += 1;
        for word in words_of(title) {
            *self.by_word.entry(word).or_default().entry(category.to_owned()).or_default() += 1;
        }
    }

    /// Naive Bayes over the words that the shop's titles know (Manning, Raghavan, Schütze, "Introduction to Information
    /// Retrieval", 2008, section 13.3: the Bernoulli counts with add-one smoothing, of present words only). `None` when
    /// no known word is there or no category is clearly ahead.
    fn category(&self, title: &str) -> Option<String> {
        let known: Vec<&BTreeMap<String, u32>> = words_of(title)
            .into_iter()
            .filter_map(|word| self.by_word.get(&word))
            .filter(|counts| counts.values().sum::<u32>() >= LEAST_PRODUCTS)
            .collect();
        if known.is_empty() {
            return None;
        }
        let mut scores: Vec<(f64, &String)> = self
            .by_category
            .iter()
            .map(|(category, n)| {
                let n = f64::from(*n);
                let prior = (n / f64::from(self.n_products)).ln();
                let words: f64 = known
                    .iter()
                    .map(|counts| {
                        ((f64::from(counts.get(category).copied().unwrap_or(0)) + 1.0) / (n + 2.0)).ln()
                    })
                    .sum();
                (prior + words, category)
            })
            .collect();
        scores.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
        let (best, category) = scores.first()?;
        let has_evidence = known.iter().any(|counts| counts.contains_key(*category));
        let is_clear = scores.get(1).is_none_or(|(next, _)| best - next >= LEAST_MARGIN);
        (has_evidence && is_clear).then(|| (*category).clone())
    }
}

fn words_of(title: &str) -> Vec<String> {
    let mut words: Vec<String> = title
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() > 2 && !word.chars().all(|c| c.is_ascii_digit()))
        .map(str::to_lowercase)
        .collect();
    words.sort();
    words.dedup();
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shop() -> Words {
        let mut words = Words::default();
        for (title, category) in [
            ("Amber ceramic lamp", "Lighting"),
            ("Arc desk lamp", "Lighting"),
            ("Linen column lamp", "Lighting"),
            ("Olive tree", "Plants"),
            ("Peace lily in ceramic pot", "Plants"),
            ("Bonsai tree", "Plants"),
            ("Cane chair", "Chairs"),
            ("Club chair", "Chairs"),
        ] {
            words.learn(title, category);
        }
        words
    }

    #[test]
    fn a_title_with_a_telling_word_gets_its_category() {
        assert_eq!(shop().category("Brass banker lamp"), Some("Lighting".to_owned()));
        assert_eq!(shop().category("Lemon tree, 120 cm"), Some("Plants".to_owned()));
    }

    #[test]
    fn a_title_that_says_nothing_or_two_things_is_left_alone() {
        assert_eq!(shop().category("Gift wrapping"), None);
        assert_eq!(shop().category("Ceramic bowl"), None);
    }
}
