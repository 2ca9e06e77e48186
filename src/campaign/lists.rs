//! Who each trigger is for today, one message a person.

use std::collections::BTreeMap;

use super::trigger::{Trigger, TriggerKind};
use crate::bundle::{Bundle, CatalogProduct};
use crate::forecast::{Action, CustomerForecast, ForecastRun};
use crate::shop::time::{Day, SECONDS_PER_DAY, day_of};
use crate::shop::{Consent, Seconds};

/// A reminder is sent from this probability on, and so many days before the product runs out.
const LIKELY_RESTOCK: f64 = 0.4;
const RESTOCK_AHEAD_DAYS: Day = 7;
/// A cart is left behind after an hour, and worth a message for a week.
const CART_AFTER: Seconds = 3_600;
const CART_DAYS: i64 = 7;
const LOOKED_DAYS: i64 = 30;
const MISSED_DAYS: i64 = 60;
const RESTOCKED_DAYS: i64 = 14;
const LEAST_PERCENT_OFF: i64 = 10;
/// Buying so much more of a category than others makes its price drops news.
const FAVOURITE_LIFT: f64 = 2.0;
const SECOND_ORDER_DAYS: std::ops::RangeInclusive<f64> = 7.0..=60.0;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Seen {
    View,
    Cart,
    Purchase,
}

/// One thing a person did with a product of the catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touch {
    /// Catalog index.
    pub product: u32,
    pub kind: Seen,
    pub at: Seconds,
}

/// Somebody a message could go to.
#[derive(Clone, Debug, Default)]
pub struct Person {
    /// The store's own customer id.
    pub id: String,
    pub consent: Consent,
    /// Group id, or `*`.
    pub segment: String,
    /// Oldest first, nothing at or after the date the lists are made for.
    pub touches: Vec<Touch>,
}

/// One message to one person.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Index into the people.
    pub person: usize,
    /// Catalog index of the product it is about.
    pub product: Option<u32>,
    pub due: Option<Day>,
    /// For the merchant, not for the message.
    pub reason: String,
    /// Larger is more urgent; only comparable within one list.
    pub weight: f64,
}

#[derive(Clone, Debug)]
pub struct TriggerList {
    pub trigger: Trigger,
    /// Most urgent first, ties by customer id.
    pub entries: Vec<Entry>,
    /// Fit, but did not agree to mail or the store does not know.
    pub without_consent: u32,
    /// Fit, but get a more urgent message.
    pub on_another: u32,
}

/// Every trigger with its people, in order of precedence. `catalog_of` maps the forecast's products to the catalog.
pub fn lists(
    bundle: &Bundle,
    forecast: Option<&ForecastRun>,
    catalog_of: &[Option<u32>],
    people: &[Person],
    as_of: Seconds,
) -> Vec<TriggerList> {
    let told: BTreeMap<&str, &CustomerForecast> = forecast
        .into_iter()
        .flat_map(|run| &run.customers)
        .map(|customer| (customer.customer_id.as_str(), customer))
        .collect();
    let today = Today { bundle, catalog_of, as_of };
    let mut taken = vec![false; people.len()];
    TriggerKind::ALL
        .into_iter()
        .map(|kind| {
            let needs = missing(kind, bundle, forecast, people);
            let mut list = TriggerList {
                trigger: Trigger::new(kind, needs.clone(), 0),
                entries: Vec::new(),
                without_consent: 0,
                on_another: 0,
            };
            if needs.is_some() {
                return list;
            }
            for (at, person) in people.iter().enumerate() {
                let Some(mut entry) = today.fits(kind, person, told.get(person.id.as_str()).copied()) else {
                    continue;
                };
                if person.consent != Consent::Given {
                    list.without_consent += 1;
                } else if taken[at] {
                    list.on_another += 1;
                } else {
                    taken[at] = true;
                    entry.person = at;
                    list.entries.push(entry);
                }
            }
            list.entries.sort_by(|one, two| {
                two.weight
                    .total_cmp(&one.weight)
                    .then_with(|| people[one.person].id.cmp(&people[two.person].id))
            });
            list.trigger = Trigger::new(kind, None, list.entries.len() as u32);
            list
        })
        .collect()
}

/// What the data lacks for a trigger.
fn missing(
    kind: TriggerKind,
    bundle: &Bundle,
    forecast: Option<&ForecastRun>,
    people: &[Person],
) -> Option<String> {
    let any =
        |wanted: Seen| people.iter().any(|person| person.touches.iter().any(|touch| touch.kind == wanted));
    let gate = |name: &str| match forecast {
        None => Some("Needs forecasts. Run `endcap train`.".to_owned()),
        Some(run) => {
            run.gates.iter().find(|gate| gate.forecast == name && !gate.ready).map(|gate| gate.needs.clone())
        }
    };
    let lacks = |ready: bool, needs: &str| (!ready).then(|| needs.to_owned());
    match kind {
        TriggerKind::CartLeftBehind => {
            lacks(any(Seen::Cart), "Needs cart events of known customers. Import the shop's events.")
        }
        TriggerKind::RestockDue => gate("replenishment"),
        TriggerKind::BackInStock => lacks(
            bundle.catalog.products.iter().any(|product| product.restocked_at.is_some()),
            "Needs two product imports between which something came back from sold out.",
        ),
        TriggerKind::PriceDrop => lacks(
            bundle.catalog.products.iter().any(|product| product.discount_percent() >= LEAST_PERCENT_OFF),
            "Needs products with a price 10% or more under their compare-at price.",
        ),
        TriggerKind::SecondOrder | TriggerKind::SlippingAway => {
            lacks(forecast.is_some(), "Needs forecasts. Run `endcap train`.")
        }
    }
}

struct Today<'a> {
    bundle: &'a Bundle,
    catalog_of: &'a [Option<u32>],
    as_of: Seconds,
}

impl Today<'_> {
    fn fits(&self, kind: TriggerKind, person: &Person, told: Option<&CustomerForecast>) -> Option<Entry> {
        match kind {
            TriggerKind::CartLeftBehind => self.cart(person),
            TriggerKind::RestockDue => self.restock(told?),
            TriggerKind::BackInStock => self.back(person),
            TriggerKind::PriceDrop => self.cheaper(person, told),
            TriggerKind::SecondOrder => second_order(told?),
            TriggerKind::SlippingAway => slipping(told?),
        }
    }

    fn product(&self, product: u32) -> Option<&CatalogProduct> {
        self.bundle.catalog.products.get(product as usize)
    }

    /// Published, priced and sellable.
    fn can_buy(&self, product: u32) -> bool {
        self.product(product)
            .is_some_and(|facts| facts.published && facts.price.is_some() && facts.sellable())
    }

    fn title(&self, product: u32) -> &str {
        self.product(product).map_or("", |facts| &facts.title)
    }

    fn days_ago(&self, at: Seconds) -> i64 {
        (self.as_of - at) / SECONDS_PER_DAY
    }

    /// Newest touches first of products that can be bought and were not bought since.
    fn unbought<'p>(&'p self, person: &'p Person, days: i64) -> impl Iterator<Item = &'p Touch> {
        let bought_since = |touch: &Touch| {
            person.touches.iter().any(|other| {
                other.kind == Seen::Purchase && other.product == touch.product && other.at >= touch.at
            })
        };
        person.touches.iter().rev().filter(move |touch| {
            touch.kind != Seen::Purchase
                && self.days_ago(touch.at) < days
                && self.can_buy(touch.product)
                && !bought_since(touch)
        })
    }

    fn cart(&self, person: &Person) -> Option<Entry> {
        let touch = self
            .unbought(person, CART_DAYS)
            .find(|touch| touch.kind == Seen::Cart && self.as_of - touch.at >= CART_AFTER)?;
        let reason = format!(
            "{} in the cart, left {} hours ago.",
            self.title(touch.product),
            (self.as_of - touch.at) / 3_600
        );
        Some(Entry { product: Some(touch.product), weight: touch.at as f64, ..entry(reason) })
    }

    fn restock(&self, told: &CustomerForecast) -> Option<Entry> {
        let pair = told.restock.filter(|pair| pair.probability >= LIKELY_RESTOCK)?;
        let product = (*self.catalog_of.get(pair.product as usize)?)?;
        if pair.due > day_of(self.as_of) + RESTOCK_AHEAD_DAYS || !self.can_buy(product) {
            return None;
        }
        let reason = format!(
            "Buys {} about every {:.0} days; {:.0}% likely within four weeks.",
            self.title(product),
            pair.interval_days,
            pair.probability * 100.0
        );
        Some(Entry { product: Some(product), due: Some(pair.due), weight: pair.probability, ..entry(reason) })
    }

    fn back(&self, person: &Person) -> Option<Entry> {
        let touch = self.unbought(person, MISSED_DAYS).find(|touch| {
            let back = self.product(touch.product).and_then(|facts| facts.restocked_at);
            // Stock is counted when it is imported, which may be after the last order or visit.
            back.is_some_and(|at| self.days_ago(at) < RESTOCKED_DAYS && touch.at < at)
        })?;
        let reason = format!(
            "Looked at {} {} days ago; it came back in stock since.",
            self.title(touch.product),
            self.days_ago(touch.at)
        );
        Some(Entry { product: Some(touch.product), weight: touch.at as f64, ..entry(reason) })
    }

    fn cheaper(&self, person: &Person, told: Option<&CustomerForecast>) -> Option<Entry> {
        let off = |product: u32| self.product(product).map_or(0, CatalogProduct::discount_percent);
        let looked = self.unbought(person, LOOKED_DAYS).find(|touch| off(touch.product) >= LEAST_PERCENT_OFF);
        if let Some(touch) = looked {
            let reason = format!(
                "Looked at {} {} days ago; it is {}% off.",
                self.title(touch.product),
                self.days_ago(touch.at),
                off(touch.product)
            );
            return Some(Entry {
                product: Some(touch.product),
                weight: 100.0 + off(touch.product) as f64,
                ..entry(reason)
            });
        }
        let told = told.filter(|told| told.category_lift.is_some_and(|lift| lift >= FAVOURITE_LIFT))?;
        let category = told.favourite_category.as_deref()?;
        let relevance = self.bundle.signals.relevance_of(&person.segment);
        let product = (0..self.bundle.catalog.products.len() as u32)
            .filter(|product| off(*product) >= LEAST_PERCENT_OFF && self.can_buy(*product))
            .filter(|product| {
                self.product(*product).is_some_and(|facts| facts.product_type.as_deref() == Some(category))
            })
            .filter(|product| {
                !person.touches.iter().any(|touch| touch.product == *product && touch.kind == Seen::Purchase)
            })
            .max_by_key(|product| {
                let liked = relevance.and_then(|column| *column.relevance.get(*product as usize)?);
                (liked, std::cmp::Reverse(*product))
            })?;
        let reason = format!(
            "Buys {category} {:.1} times as often as others; {} is {}% off.",
            told.category_lift.unwrap_or(0.0),
            self.title(product),
            off(product)
        );
        Some(Entry { product: Some(product), weight: told.category_lift.unwrap_or(0.0), ..entry(reason) })
    }
}

fn second_order(told: &CustomerForecast) -> Option<Entry> {
    let fits =
        told.next_action == Action::WelcomeBack && SECOND_ORDER_DAYS.contains(&told.days_since_last_order);
    fits.then(|| Entry { weight: -told.days_since_last_order, ..entry(told.reason.clone()) })
}

fn slipping(told: &CustomerForecast) -> Option<Entry> {
    let fits = matches!(told.next_action, Action::WinBack | Action::WinBackWithOffer);
    let value = told.expected_value_365d.map_or(told.mean_order_value, |range| range.mean);
    fits.then(|| Entry { weight: value, ..entry(told.reason.clone()) })
}

fn entry(reason: String) -> Entry {
    Entry { person: 0, product: None, due: None, reason, weight: 0.0 }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::bundle::{BundleInfo, Catalog, HistoryTables, Neighbors, Segments, Signals, TextIndex};
    use crate::merch::Document;
    use crate::shop::{Currency, TimeZoneName};

    const NOW: Seconds = 1_763_121_600;

    fn shop() -> Bundle {
        let product = |id: &str, compare_at| CatalogProduct {
            id: id.to_owned(),
            title: id.to_owned(),
            price: Some(1_000),
            compare_at,
            published: true,
            ..CatalogProduct::default()
        };
        let mut gone = product("c", None);
        gone.stock = Some(0);
        Bundle {
            info: BundleInfo {
                store: String::new(),
                platform: String::new(),
                currency: Currency::new("EUR"),
                time_zone: TimeZoneName::default(),
                as_of: NOW,
                snapshot_at: NOW,
            },
            catalog: Arc::new(Catalog {
                products: vec![product("a", None), product("b", Some(2_000)), gone],
                collections: Vec::new(),
            }),
            segments: Arc::new(Segments::default()),
            signals: Arc::new(Signals::default()),
            neighbors: Arc::new(Neighbors::default()),
            text_index: Arc::new(TextIndex::default()),
            document: Arc::new(Document::default()),
            experiments: Arc::default(),
            history_tables: HistoryTables::default(),
        }
    }

    fn person(id: &str, consent: Consent, touches: &[(u32, Seen, Seconds)]) -> Person {
        let touch = |(product, kind, before): &(u32, Seen, Seconds)| Touch {
            product: *product,
            kind: *kind,
            at: NOW - before,
        };
        Person {
            id: id.to_owned(),
            consent,
            segment: "*".to_owned(),
            touches: touches.iter().map(touch).collect(),
        }
    }

    fn on(list: &TriggerList, people: &[Person]) -> String {
        list.entries.iter().map(|entry| people[entry.person].id.clone()).collect()
    }

    #[test]
    fn a_cart_is_left_behind_until_it_is_bought_sold_out_or_a_week_old() {
        let hour = 3_600;
        let people = [
            person("a", Consent::Given, &[(0, Seen::Cart, 2 * hour)]),
            person("b", Consent::Given, &[(0, Seen::Cart, 2 * hour), (0, Seen::Purchase, hour)]),
            person("c", Consent::Given, &[(2, Seen::Cart, 2 * hour)]),
            person("d", Consent::Given, &[(0, Seen::Cart, 8 * 24 * hour)]),
            person("e", Consent::Given, &[(0, Seen::Cart, 60)]),
            person("f", Consent::Unknown, &[(0, Seen::Cart, 2 * hour)]),
            person("g", Consent::Given, &[(1, Seen::Cart, 3 * hour)]),
        ];
        let found = lists(&shop(), None, &[], &people, NOW);
        assert_eq!(on(&found[0], &people), "ag");
        assert_eq!(found[0].without_consent, 1);
        let prices = found.last().map(|list| (list.trigger.kind, list.on_another, list.entries.len()));
        assert_eq!(prices, Some((TriggerKind::PriceDrop, 1, 0)), "who left a cart gets no second message");
    }

    #[test]
    fn what_came_back_is_news_for_who_looked_before_and_did_not_buy() {
        let day = 86_400;
        let mut shop = shop();
        let not_yet = lists(&shop, None, &[], &[], NOW);
        let of = |found: &[TriggerList]| {
            found.iter().position(|list| list.trigger.kind == TriggerKind::BackInStock).unwrap()
        };
        assert!(!not_yet[of(&not_yet)].trigger.ready);
        let mut catalog = (*shop.catalog).clone();
        catalog.products[0].stock = Some(4);
        catalog.products[0].restocked_at = Some(NOW - 2 * day);
        // Back, and sold out again: nobody hears of it.
        catalog.products[2].restocked_at = Some(NOW - 2 * day);
        shop.catalog = Arc::new(catalog);
        let people = [
            person("a", Consent::Given, &[(0, Seen::View, 5 * day)]),
            person("b", Consent::Given, &[(0, Seen::View, day)]),
            person("c", Consent::Given, &[(0, Seen::View, 5 * day), (0, Seen::Purchase, day)]),
            person("d", Consent::Refused, &[(0, Seen::View, 5 * day)]),
            person("e", Consent::Given, &[(2, Seen::View, 5 * day)]),
        ];
        let found = lists(&shop, None, &[], &people, NOW);
        let list = &found[of(&found)];
        assert!(list.trigger.ready && list.trigger.needs.is_empty());
        assert_eq!((on(list, &people).as_str(), list.without_consent), ("a", 1));
        assert_eq!(list.entries[0].reason, "Looked at a 5 days ago; it came back in stock since.");
        let mut later = (*shop.catalog).clone();
        later.products[0].restocked_at = Some(NOW - 60 * day);
        shop.catalog = Arc::new(later);
        let found = lists(&shop, None, &[], &people, NOW);
        assert!(found[of(&found)].entries.is_empty(), "two months later it is no news");
    }

    #[test]
    fn a_price_drop_is_news_for_who_looked_and_did_not_buy() {
        let day = 86_400;
        let people = [
            person("a", Consent::Given, &[(1, Seen::View, 3 * day)]),
            person("b", Consent::Given, &[(0, Seen::View, 3 * day)]),
            person("c", Consent::Given, &[(1, Seen::View, 40 * day)]),
            person("d", Consent::Given, &[(1, Seen::View, 3 * day), (1, Seen::Purchase, 2 * day)]),
        ];
        let found = lists(&shop(), None, &[], &people, NOW);
        let drop = found.iter().find(|list| list.trigger.kind == TriggerKind::PriceDrop);
        assert_eq!(drop.map(|list| on(list, &people)).as_deref(), Some("a"));
        let ready: Vec<bool> = found.iter().map(|list| list.trigger.ready).collect();
        assert_eq!(ready, [false, false, false, false, false, true], "the others say what they need");
        assert!(found.iter().filter(|list| !list.trigger.ready).all(|list| !list.trigger.needs.is_empty()));
        assert!(
            found.iter().all(|list| list.trigger.people.is_none()),
            "fewer than ten people are not counted"
        );
    }
}
