//! Requests with their expected pages that travel with a bundle, so that every runtime can prove itself.

use serde::{Deserialize, Serialize};

use super::engine::Detail;
use super::page::Page;
use super::prepared::Prepared;
use super::visit::{HistoryItem, HistoryKind, PageRef, Visit};
use crate::bundle::{EVERYONE, Error, Files, canonical};
use crate::merch::{PageKey, StockPolicy};
use crate::shop::Seconds;
use crate::shop::hash::splitmix64;

/// Cases that a compiled bundle carries.
pub const CASES: usize = 240;
/// Longest fallback list of one block.
const FALLBACK: usize = 24;

/// One line of `cases.jsonl`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    pub visit: Visit,
    pub page: ExpectedPage,
}

/// What every runtime must answer: the page without explanations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpectedPage {
    pub segment: String,
    pub layout: String,
    pub redirect: Option<String>,
    pub found: Option<u32>,
    pub blocks: Vec<ExpectedBlock>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpectedBlock {
    pub id: String,
    pub total: u32,
    /// Position, product id, score.
    pub slots: Vec<(u32, String, i64)>,
}

/// `cases.jsonl` and `fallback.json` of a bundle, for its extras.
pub fn files(prepared: &Prepared, seed: u64) -> Result<Files, Error> {
    let mut lines = Vec::new();
    for case in cases(prepared, CASES, seed) {
        lines.extend(canonical::to_bytes(&case)?);
        lines.push(b'\n');
    }
    Ok(Files::from([
        ("cases.jsonl".to_owned(), lines),
        ("fallback.json".to_owned(), canonical::to_bytes(&fallback(prepared))?),
    ]))
}

/// Visits over everything the bundle has, with the pages they get.
pub fn cases(prepared: &Prepared, count: usize, seed: u64) -> Vec<Case> {
    visits(prepared, count, seed)
        .into_iter()
        .map(|visit| Case { page: expected(prepared, &prepared.decide(&visit, Detail::Plain)), visit })
        .collect()
}

/// The visits of [`cases`] alone.
pub fn visits(prepared: &Prepared, count: usize, seed: u64) -> Vec<Visit> {
    (0..count as u64).map(|number| Draw::new(prepared, seed, number).visit()).collect()
}

/// A page as cases state it.
pub fn expected(prepared: &Prepared, page: &Page) -> ExpectedPage {
    let products = &prepared.bundle().catalog.products;
    ExpectedPage {
        segment: page.segment.clone(),
        layout: page.layout.clone(),
        redirect: page.redirect.clone(),
        found: page.found,
        blocks: page
            .blocks
            .iter()
            .map(|block| ExpectedBlock {
                id: block.id.clone(),
                total: block.total,
                slots: block
                    .slots
                    .iter()
                    .map(|slot| {
                        let id = products[slot.product as usize].id.clone();
                        (slot.position, id, slot.score)
                    })
                    .collect(),
            })
            .collect(),
    }
}

/// Lines of `cases.jsonl` that this bundle does not answer as stated, counted from 1.
pub fn replay(prepared: &Prepared, lines: &[u8]) -> Result<Vec<usize>, serde_json::Error> {
    let mut wrong = Vec::new();
    for (at, line) in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).enumerate() {
        let case: Case = serde_json::from_slice(line)?;
        if expected(prepared, &prepared.decide(&case.visit, Detail::Plain)) != case.page {
            wrong.push(at + 1);
        }
    }
    Ok(wrong)
}

/// Per page and block a list that shows when nothing can be decided; `*` for everything else.
pub fn fallback(prepared: &Prepared) -> serde_json::Value {
    let index = prepared.index();
    let products = &prepared.bundle().catalog.products;
    let best = |policy| {
        let mut able = index.base.clone();
        if let Some(stocked) = index.stocked(policy) {
            able.intersect(stocked);
        }
        let ids: Vec<&str> = index
            .by_popularity
            .iter()
            .filter(|product| able.has(**product))
            .take(FALLBACK)
            .map(|product| products[*product as usize].id.as_str())
            .collect();
        ids
    };
    let mut anywhere = best(StockPolicy::Sellable);
    if anywhere.is_empty() {
        anywhere = best(StockPolicy::Any);
    }
    let mut pages = serde_json::Map::new();
    for key in prepared.bundle().document.layouts.keys() {
        let Some(page) = page_of(key) else { continue };
        let visit = Visit { personalize: false, ..Visit::of(page, prepared.bundle().info.as_of) };
        let blocks: serde_json::Map<String, serde_json::Value> =
            expected(prepared, &prepared.decide(&visit, Detail::Plain))
                .blocks
                .into_iter()
                .map(|block| {
                    let ids: Vec<String> =
                        block.slots.into_iter().take(FALLBACK).map(|(_, id, _)| id).collect();
                    (block.id, ids.into())
                })
                .collect();
        pages.insert(key.to_string(), blocks.into());
    }
    pages.insert(EVERYONE.to_owned(), anywhere.into());
    pages.into()
}

/// A page that needs no subject.
fn page_of(key: &PageKey) -> Option<PageRef> {
    match key {
        PageKey::Home => Some(PageRef::Home),
        PageKey::Collection(id) => id.clone().map(PageRef::Collection),
        PageKey::Email(id) => id.clone().map(PageRef::Email),
        PageKey::Product(id) => id.clone().map(PageRef::Product),
        PageKey::Cart => Some(PageRef::Cart(Vec::new())),
        PageKey::ThankYou => Some(PageRef::ThankYou(Vec::new())),
        PageKey::Search => None,
    }
}

/// Draws one visit; the same seed and number give the same one.
struct Draw<'a> {
    prepared: &'a Prepared,
    state: u64,
    number: u64,
}

impl<'a> Draw<'a> {
    fn new(prepared: &'a Prepared, seed: u64, number: u64) -> Self {
        Self { prepared, state: splitmix64(seed ^ splitmix64(number)), number }
    }

    fn below(&mut self, bound: usize) -> usize {
        self.state = splitmix64(self.state);
        (self.state % bound.max(1) as u64) as usize
    }

    fn one_of<T: Clone>(&mut self, list: &[T]) -> Option<T> {
        (!list.is_empty()).then(|| list[self.below(list.len())].clone())
    }

    fn product(&mut self) -> String {
        let n = self.prepared.bundle().catalog.products.len();
        let at = self.below(n);
        let products = &self.prepared.bundle().catalog.products;
        products.get(at).map_or_else(String::new, |product| product.id.clone())
    }

    fn products(&mut self, most: usize) -> Vec<String> {
        (0..self.below(most + 1)).map(|_| self.product()).collect()
    }

    fn visit(&mut self) -> Visit {
        let bundle = self.prepared.bundle();
        let page = self.page();
        let mut visit = Visit::of(page, self.now());
        visit.segment = match self.below(4) {
            0 => None,
            1 => Some(EVERYONE.to_owned()),
            _ => self.one_of(&bundle.segments.segments).map(|segment| segment.id),
        };
        if visit.segment.is_none()
            && let Some(model) = &bundle.segments.model
        {
            for feature in &model.features {
                if self.below(5) > 0 {
                    let most =
                        feature.bins.last().map_or(feature.quantum.max(1) * 20, |(bound, _)| bound + 5);
                    let value = self.below(most.clamp(1, 1_000_000) as usize) as i64;
                    visit.facts.push((feature.source.clone(), value));
                }
            }
        }
        if self.below(2) == 0 {
            for _ in 0..self.below(8) {
                visit.history.push(HistoryItem {
                    product: self.product(),
                    kind: [HistoryKind::View, HistoryKind::Cart, HistoryKind::Purchase][self.below(3)],
                    age: self.below(5_000_000) as Seconds,
                });
            }
        }
        visit.device = self.one_of(&[None, Some("phone"), Some("desktop")]).flatten().map(str::to_owned);
        visit.source = self.one_of(&[None, Some("email"), Some("search")]).flatten().map(str::to_owned);
        if self.below(2) == 0 {
            visit.visitor = Some(format!("visitor-{}", self.number));
        }
        visit.personalize = self.below(8) > 0;
        if self.below(5) == 0 {
            visit.filters.extend(self.facet());
        }
        match self.below(4) {
            0 => {
                visit.offset = self.below(6) as u32;
                visit.limit = Some(1 + self.below(6) as u32);
            }
            1 => visit.limit = Some(self.below(12) as u32),
            _ => {}
        }
        visit
    }

    fn page(&mut self) -> PageRef {
        let bundle = self.prepared.bundle();
        match self.below(9) {
            0 | 1 => self
                .one_of(&bundle.catalog.collections)
                .map_or(PageRef::Home, |collection| PageRef::Collection(collection.id)),
            2 | 3 => PageRef::Product(self.product()),
            4 => PageRef::Cart(self.products(3)),
            5 | 6 => PageRef::Search(self.query()),
            7 => match self.below(3) {
                0 => PageRef::ThankYou(self.products(2)),
                _ => PageRef::Email("win_back".to_owned()),
            },
            _ => PageRef::Home,
        }
    }

    /// Words of the index: whole, cut short, misspelt, with a price.
    fn query(&mut self) -> String {
        let words = &self.prepared.bundle().text_index.words;
        let mut query = Vec::new();
        for _ in 0..1 + self.below(3) {
            let Some((word, _)) = self.one_of(words) else {
                continue;
            };
            let mut letters: Vec<char> = word.chars().collect();
            match self.below(4) {
                0 if letters.len() > 3 => letters.truncate(letters.len() - 1 - self.below(2)),
                1 if letters.len() > 4 => {
                    let at = 1 + self.below(letters.len() - 2);
                    letters.swap(at, at + 1);
                }
                _ => {}
            }
            query.push(letters.into_iter().collect::<String>());
        }
        if self.below(4) == 0 {
            query.push(format!("under {}", 5 + self.below(200)));
        }
        let settings = &self.prepared.bundle().document.search;
        if self.below(6) == 0
            && let Some(redirect) = self.one_of(&settings.redirects)
        {
            return redirect.query;
        }
        query.join(" ")
    }

    /// Moments at, just before and just after schedule boundaries, else around the day of the models.
    fn now(&mut self) -> Seconds {
        let bundle = self.prepared.bundle();
        let edges: Vec<Seconds> = bundle
            .document
            .rules
            .iter()
            .flat_map(|rule| [rule.schedule.from, rule.schedule.until])
            .flatten()
            .collect();
        if self.below(3) == 0
            && let Some(edge) = self.one_of(&edges)
        {
            return edge + self.below(3) as Seconds - 1;
        }
        bundle.info.as_of + self.below(2_000_000) as Seconds
    }

    fn facet(&mut self) -> Option<(String, String)> {
        let product = self.product();
        let catalog = &self.prepared.bundle().catalog;
        let facts = catalog.products.get(catalog.index(&product)? as usize)?;
        let facet = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        match self.below(4) {
            0 => facts.product_type.as_deref().map(|value| facet("product_type", value)),
            1 => facts.vendor.as_deref().map(|value| facet("vendor", value)),
            2 => facts.tags.first().map(|value| facet("tag", value)),
            _ => facts.attributes.first().cloned(),
        }
    }
}
