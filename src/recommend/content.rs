//! Products that resemble each other by what they say of themselves: TF-IDF cosine over title, category, vendor, tags.
//! It needs no orders, so it serves new products and thin data.

use std::collections::BTreeMap;

use super::dataset::ProductFacts;
use super::item_knn::Neighbours;
use super::sparse::Sparse;

/// The `k` nearest of each product. Rows are positions in `facts`.
pub fn attribute_neighbours(facts: &[&ProductFacts], k: usize) -> Neighbours {
    let vectors = term_vectors(facts);
    // A term that half the shop carries says nothing and costs a quadratic product.
    let by_term = vectors.transpose();
    let common = (facts.len() / 4).max(50);
    let useful = Sparse::from_rows(
        vectors.cols,
        (0..vectors.rows()).map(|row| {
            let (terms, values) = vectors.row(row);
            let kept =
                terms.iter().zip(values).filter(|(term, _)| by_term.row(**term as usize).0.len() <= common);
            kept.map(|(&term, &value)| (term, value)).collect()
        }),
    );
    let similar = useful
        .top_product(&useful.transpose(), k, |row, other, value| (row as u32 != other).then_some(value));
    Neighbours { similar }
}

/// Lower-cased words of letters and digits, at least two long; a plural s is dropped.
pub fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() > 1).map(|word| {
        let word = word.to_lowercase();
        match word.strip_suffix('s') {
            Some(stem) if stem.len() > 2 && !stem.ends_with('s') => stem.to_owned(),
            _ => word,
        }
    })
}

/// Rows of unit length: (1 + ln tf) × idf, title words, category, vendor and tags each as their own terms.
fn term_vectors(facts: &[&ProductFacts]) -> Sparse {
    let mut terms: BTreeMap<String, u32> = BTreeMap::new();
    let mut documents: Vec<Vec<(u32, f32)>> = Vec::with_capacity(facts.len());
    for fact in facts {
        let mut counts: BTreeMap<u32, f32> = BTreeMap::new();
        let mut put = |term: String, weight: f32| {
            let next = terms.len() as u32;
            *counts.entry(*terms.entry(term).or_insert(next)).or_insert(0.0) += weight;
        };
        words(&fact.title).for_each(|word| put(word, 1.0));
        if let Some(category) = &fact.category {
            for part in category.split('>') {
                put(format!("category:{}", part.trim().to_lowercase()), 1.0);
            }
        }
        if let Some(vendor) = &fact.vendor {
            put(format!("vendor:{}", vendor.to_lowercase()), 1.0);
        }
        for tag in &fact.tags {
            put(format!("tag:{}", tag.to_lowercase()), 0.5);
        }
        documents.push(counts.into_iter().collect());
    }
    let mut frequency = vec![0_u32; terms.len()];
    for document in &documents {
        for (term, _) in document {
            frequency[*term as usize] += 1;
        }
    }
    let n = facts.len() as f32;
    let rows = documents.into_iter().map(|document| {
        let weighted: Vec<(u32, f32)> = document
            .into_iter()
            .map(|(term, count)| {
                let idf = ((1.0 + n) / (1.0 + frequency[term as usize] as f32)).ln() + 1.0;
                (term, (1.0 + count.max(1.0).ln()) * count.min(1.0) * idf)
            })
            .collect();
        let norm = weighted.iter().map(|entry| entry.1 * entry.1).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
        weighted.into_iter().map(|(term, value)| (term, value / norm)).collect::<Vec<_>>()
    });
    Sparse::from_rows(terms.len(), rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(title: &str, category: &str) -> ProductFacts {
        ProductFacts {
            title: title.to_owned(),
            category: Some(category.to_owned()),
            ..ProductFacts::default()
        }
    }

    #[test]
    fn a_thing_of_the_same_kind_is_nearer_than_one_of_another() {
        let facts = [
            fact("Blue enamel lamp", "Lighting"),
            fact("Red enamel lamp", "Lighting"),
            fact("Wool blanket", "Textiles"),
        ];
        let list = attribute_neighbours(&facts.iter().collect::<Vec<_>>(), 5);
        assert_eq!(list.similar.row(0).0, &[1]);
        assert!(list.similar.row(2).0.is_empty());
    }

    #[test]
    fn words_lose_case_signs_and_the_plural() {
        assert_eq!(
            words("Lamps, T-light GLASS 3 pcs").collect::<Vec<_>>(),
            ["lamp", "light", "glass", "pcs"]
        );
    }
}
