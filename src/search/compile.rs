//! The catalog as words with integer points.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::forms::{Language, head, plurals, stem};
use super::meanings::add_meanings;
use crate::bundle::{CatalogProduct, Posting, TextIndex, words};

/// One product to index; descriptions and SKUs do not travel with the catalog.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    pub product: &'a CatalogProduct,
    pub description: Option<&'a str>,
    pub skus: &'a [String],
}

/// Field bits of [`Posting::fields`], with the weight of one occurrence and how much longer fields are discounted.
const FIELDS: [(u8, f32, f32); 7] = [
    (TITLE, 3.0, 0.5),
    (TYPE, 2.0, 0.3),
    (VENDOR, 2.0, 0.0),
    (TAG, 1.0, 0.5),
    (ATTRIBUTE, 2.0, 0.3),
    (DESCRIPTION, 1.0, 0.75),
    (ID, 3.0, 0.0),
];
const TITLE: u8 = 1;
const TYPE: u8 = 2;
const VENDOR: u8 = 4;
const TAG: u8 = 8;
const ATTRIBUTE: u8 = 16;
const DESCRIPTION: u8 = 32;
const ID: u8 = 64;

/// Saturation of repeated words.
const K1: f32 = 1.2;
/// Permille of a word's points that another form of it gets, and the head of a compound.
const OTHER_FORM: u32 = 950;
const HEAD: u32 = 600;
/// Characters of a description that are read; the rest is small print.
const READ: usize = 2_000;

/// BM25F (Robertson, Zaragoza & Taylor, CIKM 2004): per product and word the field-weighted, length-normalised count,
/// saturated, times half plus half the word's relative rarity, scaled to 10 000. Words of a description that stand on
/// more than a third of the shop are left out. `products` in catalog order.
pub fn compile(products: &[Source<'_>], suggestions: Vec<(String, u32)>) -> TextIndex {
    let language = Language::of(
        products
            .iter()
            .flat_map(|source| [Some(source.product.title.as_str()), source.description])
            .flatten(),
    );
    let texts: Vec<Vec<(u8, Vec<String>)>> = products.par_iter().map(fields_of).collect();
    let mut length = [0_u64; FIELDS.len()];
    let mut filled = [0_u64; FIELDS.len()];
    for (field, words) in texts.iter().flatten() {
        length[slot(*field)] += words.len() as u64;
        filled[slot(*field)] += 1;
    }
    let average: Vec<f32> =
        length.iter().zip(filled).map(|(&sum, n)| if n > 0 { sum as f32 / n as f32 } else { 1.0 }).collect();

    let mut counts: BTreeMap<&str, Vec<(u32, f32, u8)>> = BTreeMap::new();
    for (product, fields) in texts.iter().enumerate() {
        let mut here: BTreeMap<&str, (f32, u8)> = BTreeMap::new();
        for (field, words) in fields {
            let (_, weight, b) = FIELDS[slot(*field)];
            let norm = (1.0 - b) + b * words.len() as f32 / average[slot(*field)].max(1.0);
            for word in words {
                let entry = here.entry(word).or_default();
                entry.0 += weight / norm;
                entry.1 |= *field;
            }
        }
        for (word, (count, fields)) in here {
            counts.entry(word).or_default().push((product as u32, count, fields));
        }
    }
    let n = products.len() as f32;
    let rarity = |holders: usize| (1.0 + (n - holders as f32 + 0.5) / (holders as f32 + 0.5)).ln();
    let rarest = rarity(1).max(f32::MIN_POSITIVE);
    let mut index: BTreeMap<String, BTreeMap<u32, Posting>> = BTreeMap::new();
    for (word, holders) in &counts {
        let share = rarity(holders.len()) / rarest;
        let common = holders.len() * 3 > products.len() && products.len() > 30;
        let postings = holders.iter().filter(|holder| !common || holder.2 != DESCRIPTION).map(|holder| {
            let saturated = holder.1 / (K1 + holder.1);
            let points = (10_000.0 * saturated * (0.5 + 0.5 * share)).round().clamp(1.0, 10_000.0) as u16;
            (holder.0, Posting { product: holder.0, points, fields: holder.2 })
        });
        let postings: BTreeMap<u32, Posting> = postings.collect();
        if !postings.is_empty() {
            index.insert((*word).to_owned(), postings);
        }
    }
    add_forms(&mut index, language);
    add_meanings(&mut index, language);
    TextIndex {
        words: index.into_iter().map(|(word, postings)| (word, postings.into_values().collect())).collect(),
        suggestions,
    }
}

fn slot(field: u8) -> usize {
    field.trailing_zeros() as usize
}

fn fields_of(source: &Source<'_>) -> Vec<(u8, Vec<String>)> {
    let product = source.product;
    let joined = |parts: &[String]| parts.iter().flat_map(|part| words(part)).collect::<Vec<_>>();
    let read = source.description.map(|text| {
        let end = text.char_indices().nth(READ).map_or(text.len(), |(end, _)| end);
        words(&text[..end])
    });
    let mut ids = words(&product.id);
    ids.extend(joined(source.skus));
    [
        (TITLE, words(&product.title)),
        (TYPE, product.product_type.as_deref().map(words).unwrap_or_default()),
        (VENDOR, product.vendor.as_deref().map(words).unwrap_or_default()),
        (TAG, joined(&product.tags)),
        (ATTRIBUTE, product.attributes.iter().flat_map(|(_, value)| words(value)).collect()),
        (DESCRIPTION, read.unwrap_or_default()),
        (ID, ids),
    ]
    .into_iter()
    .filter(|(_, words)| !words.is_empty())
    .collect()
}

/// Each form of a word finds what the others find, a little less; so does the plural that nobody wrote, and the head
/// of a compound.
fn add_forms(index: &mut BTreeMap<String, BTreeMap<u32, Posting>>, language: Language) {
    const NAMING: u8 = TITLE | TYPE | TAG | ATTRIBUTE;
    let named: Vec<&str> = index
        .iter()
        .filter(|(word, postings)| {
            word.len() >= 3
                && !word.chars().any(char::is_numeric)
                && postings.values().any(|posting| posting.fields & NAMING != 0)
        })
        .map(|(word, _)| word.as_str())
        .collect();
    let known: BTreeSet<&str> = named.iter().copied().collect();
    let mut families: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for word in &named {
        families.entry(stem(word, language)).or_default().push(word);
    }
    let mut gifts: Vec<(String, String, u32)> = Vec::new();
    for members in families.values() {
        let mut forms: BTreeSet<String> = members.iter().map(|&member| member.to_owned()).collect();
        forms.extend(members.iter().flat_map(|member| plurals(member, language)));
        for form in &forms {
            gifts.extend(
                members
                    .iter()
                    .filter(|member| **member != form)
                    .map(|&from| (form.clone(), from.to_owned(), OTHER_FORM)),
            );
        }
    }
    gifts.extend(
        named.iter().filter_map(|word| Some((head(word, &known)?.to_owned(), (*word).to_owned(), HEAD))),
    );
    let given: Vec<(String, Vec<Posting>)> = gifts
        .into_iter()
        .map(|(to, from, permille)| {
            let postings = index.get(&from).into_iter().flat_map(BTreeMap::values);
            let less = postings.map(|posting| Posting {
                points: (u32::from(posting.points) * permille / 1_000).max(1) as u16,
                ..*posting
            });
            (to, less.collect())
        })
        .collect();
    for (to, postings) in given {
        let entry = index.entry(to).or_default();
        for posting in postings {
            let known = entry.entry(posting.product).or_insert(posting);
            known.points = known.points.max(posting.points);
            known.fields |= posting.fields;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::bundle::{Bundle, BundleInfo, Catalog, HistoryTables};
    use crate::decide::{PageRef, Visit, decide};
    use crate::merch::{self, Block, Document, Layout, PageKey};
    use crate::shop::{Currency, TimeZoneName};

    fn product(id: &str, title: &str, product_type: &str) -> CatalogProduct {
        CatalogProduct {
            id: id.to_owned(),
            title: title.to_owned(),
            product_type: Some(product_type.to_owned()),
            published: true,
            ..CatalogProduct::default()
        }
    }

    fn index(products: &[CatalogProduct], descriptions: &[Option<&str>]) -> TextIndex {
        let sources: Vec<Source<'_>> = products
            .iter()
            .zip(descriptions)
            .map(|(product, &description)| Source { product, description, skus: &[] })
            .collect();
        compile(&sources, Vec::new())
    }

    fn found<'a>(index: &'a TextIndex, word: &str) -> &'a [Posting] {
        index.words.iter().find(|(known, _)| known == word).map_or(&[], |(_, postings)| postings)
    }

    #[test]
    fn a_word_in_the_title_is_worth_more_than_in_the_text() {
        let products = [product("a", "Brass lamp", "Lighting"), product("b", "Bowl", "Kitchen")];
        let index = index(&products, &[None, Some("Goes with any lamp you have at home")]);
        let lamp = found(&index, "lamp");
        assert_eq!(lamp.iter().map(|p| p.product).collect::<Vec<_>>(), [0, 1]);
        assert!(lamp[0].points > lamp[1].points);
        assert_eq!((lamp[0].fields, lamp[1].fields), (TITLE, DESCRIPTION));
    }

    #[test]
    fn the_plural_finds_the_singular_and_the_other_way_round() {
        let products = [product("a", "Brass lamp", "Lighting"), product("b", "Garden lamps", "Lighting")];
        let index = index(&products, &[None, None]);
        for form in ["lamp", "lamps"] {
            assert_eq!(found(&index, form).len(), 2, "{form}");
        }
        assert!(found(&index, "lamps")[1].points > found(&index, "lamps")[0].points);
    }

    #[test]
    fn words_ascend_and_an_empty_catalog_has_none() {
        let products = [product("b", "Zebra apple", "Mango")];
        let index = index(&products, &[None]);
        assert!(index.words.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(compile(&[], Vec::new()).words.is_empty());
    }

    /// A bundle that is nothing but a searchable catalog.
    fn bundle(products: Vec<CatalogProduct>) -> Bundle {
        let sources: Vec<Source<'_>> =
            products.iter().map(|product| Source { product, description: None, skus: &[] }).collect();
        let text_index = compile(&sources, Vec::new());
        let results = Block::products("results", "Results", vec![merch::Source::SearchHits], 12);
        let mut document = Document::default();
        document.layouts.insert(PageKey::Search, Layout { variants: Vec::new(), default: vec![results] });
        Bundle {
            info: BundleInfo {
                store: "Test".to_owned(),
                platform: "plain".to_owned(),
                currency: Currency::new("EUR"),
                time_zone: TimeZoneName::default(),
                as_of: 0,
                snapshot_at: 0,
            },
            catalog: Arc::new(Catalog { products, collections: Vec::new() }),
            segments: Arc::default(),
            signals: Arc::default(),
            neighbors: Arc::default(),
            text_index: Arc::new(text_index),
            document: Arc::new(document),
            experiments: Arc::default(),
            history_tables: HistoryTables::default(),
        }
    }

    #[test]
    fn blue_lamp_under_50_finds_the_blue_lamp_under_50() {
        let lamp = |id: &str, title: &str, colour: &str, price: i64| CatalogProduct {
            attributes: vec![("Colour".to_owned(), colour.to_owned())],
            price: Some(price),
            ..product(id, title, "Lighting")
        };
        let bundle = bundle(vec![
            lamp("a", "Desk lamp", "Blue", 4_500),
            lamp("b", "Floor lamp", "Blue", 9_900),
            lamp("c", "Desk lamp", "Red", 4_500),
        ]);
        let found = |query: &str| -> Vec<u32> {
            let page = decide(&bundle, &Visit::of(PageRef::Search(query.to_owned()), 0));
            page.blocks[0].slots.iter().map(|slot| slot.product).collect()
        };
        assert_eq!(found("blue lamps under 50"), [0]);
        assert_eq!(found("dsek lamp"), [0, 2]);
        assert_eq!(found("lam").len(), 3);
    }
}
