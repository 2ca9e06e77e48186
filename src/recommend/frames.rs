//! A [`Dataset`] from the workspace's frames. The only place in this room that knows polars.

use std::collections::BTreeMap;

use polars::prelude::{Column, DataFrame, DataType, PolarsResult};

use super::dataset::{Dataset, Line, NOBODY, ProductFacts, Touch};
use crate::features::{Dictionary, StoreFrames};
use crate::shop::EventKind;

const KINDS: [EventKind; 14] = [
    EventKind::ViewProduct,
    EventKind::ViewPage,
    EventKind::ViewCollection,
    EventKind::Search,
    EventKind::ClickProduct,
    EventKind::AddToCart,
    EventKind::RemoveFromCart,
    EventKind::StartCheckout,
    EventKind::Purchase,
    EventKind::AddToWishlist,
    EventKind::EmailOpen,
    EventKind::EmailClick,
    EventKind::QuizAnswer,
    EventKind::Other,
];

/// A new session begins after half an hour without an event.
const SESSION_GAP_SECONDS: i64 = 30 * 60;

impl Dataset {
    /// Goods lines with a product; lines and touches of unknown products are left out. Indices follow ascending source
    /// ids; guests stay guests. Fails only when a frame breaks its column contract.
    pub fn from_frames(frames: &StoreFrames) -> PolarsResult<Self> {
        let product_ids = texts(&frames.products, "id")?;
        let customer_ids = texts(&frames.customers, "id")?;
        let order_keys = whole(&frames.orders, "order")?;
        let order_texts = texts(&frames.orders, "id")?;
        let (products, product_of) = dictionary(&product_ids);
        let (customers, customer_of) = dictionary(&customer_ids);
        let (orders, order_of_row) = dictionary(&order_texts);
        let order_of: BTreeMap<i64, u32> = order_keys
            .iter()
            .zip(&order_of_row)
            .filter_map(|(key, &index)| key.map(|key| (key, index)))
            .collect();

        let mut facts = vec![ProductFacts::default(); products.len()];
        let table = &frames.products;
        let (titles, vendors) = (texts(table, "title")?, texts(table, "vendor")?);
        let (categories, types, tags) =
            (texts(table, "category")?, texts(table, "product_type")?, texts(table, "tags")?);
        let (prices, created) = (whole(table, "price")?, whole(table, "created_at")?);
        let (goods, published) = (flags(table, "goods")?, flags(table, "published")?);
        for row in 0..table.height() {
            facts[product_of[row] as usize] = ProductFacts {
                title: titles[row].clone().unwrap_or_default(),
                category: categories[row].clone().or_else(|| types[row].clone()),
                vendor: vendors[row].clone(),
                tags: tags[row]
                    .as_deref()
                    .map(|tags| {
                        tags.split('\u{1f}').filter(|tag| !tag.is_empty()).map(str::to_owned).collect()
                    })
                    .unwrap_or_default(),
                price: prices[row],
                created_at: created[row],
                recommendable: goods[row].unwrap_or(true) && published[row].unwrap_or(true),
            };
        }

        let table = &frames.lines;
        let (order, customer, product) =
            (whole(table, "order")?, whole(table, "customer")?, whole(table, "product")?);
        let (at, quantity, revenue) =
            (whole(table, "at")?, whole(table, "quantity")?, whole(table, "revenue")?);
        let goods = flags(table, "goods")?;
        let mut lines = Vec::with_capacity(table.height());
        for row in 0..table.height() {
            let known = order[row].and_then(|key| order_of.get(&key).copied());
            let (Some(order), Some(product), Some(at)) = (known, product[row], at[row]) else {
                continue;
            };
            let Some(&product) = product_of.get(product as usize) else {
                continue;
            };
            if goods[row] == Some(false) {
                continue;
            }
            let customer =
                customer[row].and_then(|key| customer_of.get(key as usize).copied()).unwrap_or(NOBODY);
            lines.push(Line {
                order,
                customer,
                product,
                at,
                quantity: quantity[row].unwrap_or(1).max(1) as f32,
                revenue: revenue[row].unwrap_or(0) as f32,
            });
        }
        let touches = touches(&frames.events, &product_of, &customer_of)?;
        Ok(Self::new(customers, products, orders, facts, &lines, touches))
    }
}

/// One search of the past, as the events hold it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastSearch {
    /// Searches of one session, or of one visitor where sessions are unknown, share a number.
    pub session: u32,
    pub at: i64,
    pub query: String,
    pub results: Option<i64>,
}

/// All searches, by time.
pub fn past_searches(frames: &StoreFrames) -> PolarsResult<Vec<PastSearch>> {
    let events = &frames.events;
    let (at, kind, query) = (whole(events, "at")?, whole(events, "kind")?, texts(events, "query")?);
    let (session, visitor, results) =
        (whole(events, "session")?, whole(events, "visitor")?, whole(events, "results")?);
    let mut numbers: BTreeMap<(u8, i64), u32> = BTreeMap::new();
    let mut found = Vec::new();
    for row in 0..events.height() {
        let is_search = kind[row] == Some(EventKind::Search as i64);
        let (Some(at), Some(query), true) = (at[row], &query[row], is_search) else {
            continue;
        };
        let who = match (session[row], visitor[row]) {
            (Some(session), _) => (0, session),
            (None, Some(visitor)) => (1, visitor),
            (None, None) => (2, row as i64),
        };
        let next = numbers.len() as u32;
        let session = *numbers.entry(who).or_insert(next);
        found.push(PastSearch { session, at, query: query.clone(), results: results[row] });
    }
    Ok(found)
}

/// Ids in ascending order, and where each row went.
fn dictionary(ids: &[Option<String>]) -> (Dictionary, Vec<u32>) {
    let dictionary = Dictionary::from_ids(ids.iter().flatten().cloned().collect());
    let places =
        ids.iter().map(|id| id.as_deref().and_then(|id| dictionary.index(id)).unwrap_or(NOBODY)).collect();
    (dictionary, places)
}

fn touches(events: &DataFrame, product_of: &[u32], customer_of: &[u32]) -> PolarsResult<Vec<Touch>> {
    let (at, visitor, session) = (whole(events, "at")?, whole(events, "visitor")?, whole(events, "session")?);
    let (customer, kind, product) =
        (whole(events, "customer")?, whole(events, "kind")?, whole(events, "product")?);
    // Known sessions keep their number; others are cut from the visitor's stream by silence.
    let mut open: BTreeMap<(u8, i64), (u32, i64)> = BTreeMap::new();
    let mut next = 0_u32;
    let mut touches = Vec::new();
    for row in 0..events.height() {
        let Some(at) = at[row] else { continue };
        let who = match (session[row], visitor[row], customer[row]) {
            (Some(session), _, _) => (0, session),
            (None, Some(visitor), _) => (1, visitor),
            (None, None, Some(customer)) => (2, customer),
            (None, None, None) => continue,
        };
        let stream = open.entry(who).or_insert_with(|| {
            next += 1;
            (next - 1, at)
        });
        if who.0 != 0 && at - stream.1 > SESSION_GAP_SECONDS {
            stream.0 = next;
            next += 1;
        }
        stream.1 = at;
        let session = stream.0;
        let Some(&product) = product[row].and_then(|key| product_of.get(key as usize)) else {
            continue;
        };
        touches.push(Touch {
            at,
            session,
            customer: customer[row].and_then(|key| customer_of.get(key as usize).copied()).unwrap_or(NOBODY),
            product,
            kind: kind[row].and_then(|kind| KINDS.get(kind as usize).copied()).unwrap_or_default(),
        });
    }
    Ok(touches)
}

fn column<'a>(frame: &'a DataFrame, name: &str) -> PolarsResult<&'a Column> {
    frame.column(name)
}

fn texts(frame: &DataFrame, name: &str) -> PolarsResult<Vec<Option<String>>> {
    let cast = column(frame, name)?.cast(&DataType::String)?;
    Ok(cast.str()?.iter().map(|value| value.map(str::to_owned)).collect())
}

fn whole(frame: &DataFrame, name: &str) -> PolarsResult<Vec<Option<i64>>> {
    let cast = column(frame, name)?.cast(&DataType::Int64)?;
    Ok(cast.i64()?.iter().collect())
}

fn flags(frame: &DataFrame, name: &str) -> PolarsResult<Vec<Option<bool>>> {
    let cast = column(frame, name)?.cast(&DataType::Boolean)?;
    Ok(cast.bool()?.iter().collect())
}
