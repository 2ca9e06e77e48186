//! Discounts per group, with guard rails: who needs none, what it costs if everybody uses it, and what it may not touch.

use serde::{Deserialize, Serialize};

use super::FEWEST_TO_COUNT;
use crate::bundle::{Bundle, EVERYONE};
use crate::features::History;
use crate::forecast::{Action, ForecastRun};

/// A comparison of past behaviour, not a promise: would the group likely buy without a discount?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    LikelyWithout,
    Unclear,
    UnlikelyWithout,
}

impl Need {
    /// The cell of the table.
    pub fn words(self) -> &'static str {
        match self {
            Self::LikelyWithout => "likely",
            Self::Unclear => "unclear",
            Self::UnlikelyWithout => "unlikely",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferSettings {
    /// Percent off for a group that leans on discounts, and for one that may.
    pub percent: u32,
    pub small_percent: u32,
    /// No product may be sold with less margin than this share of its price.
    pub margin_floor_percent: u32,
}

impl Default for OfferSettings {
    fn default() -> Self {
        Self { percent: 15, small_percent: 10, margin_floor_percent: 20 }
    }
}

/// One line of `offers.json`: what a group is offered, or why nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Offer {
    pub id: String,
    /// Group id, or `*`.
    pub segment: String,
    /// 0: none.
    pub percent: u32,
    /// Only people who used to come and are late; never everybody.
    pub only_slipping_away: bool,
    pub would_buy_without: Need,
    /// Lines the group bought on sale, permille.
    pub bought_on_sale_permille: u32,
    /// 1000 leans on discounts as everybody who buys the same; more leans more.
    pub reliance_permille: u32,
    /// Minor units, if everybody it is for uses it once on an order of their usual size.
    pub cost_if_all_use: i64,
    pub margin_floor_percent: u32,
    /// Products that would be sold under the floor: the offer must leave them out. Ids, ascending.
    pub not_on: Vec<String>,
    /// Products whose cost is unknown, so that the floor cannot be checked.
    pub unchecked_products: u32,
    pub sentence: String,
}

/// Above this a group leans on discounts, under that it does not (see the discount forecast).
const LEANS: f64 = 1.15;
const SELDOM: f64 = 0.95;
const OFTEN_ON_SALE: f64 = 0.5;
const SELDOM_ON_SALE: f64 = 0.25;

/// One offer per group of ten people and more, in the bundle's order, then everybody else. `group_of` by customer index
/// of the history, `*` for none.
pub fn offers(
    bundle: &Bundle,
    history: &History,
    forecast: Option<&ForecastRun>,
    group_of: &[&str],
    settings: OfferSettings,
) -> Vec<Offer> {
    let named = bundle.segments.segments.iter().filter(|segment| segment.customers >= FEWEST_TO_COUNT);
    named
        .map(|segment| (segment.id.as_str(), segment.name.as_str()))
        .chain(std::iter::once((EVERYONE, "Everybody else")))
        .filter_map(|(id, name)| {
            let facts = Facts::of(id, history, forecast, group_of);
            (facts.buyers >= FEWEST_TO_COUNT).then(|| facts.offer(bundle, id, name, settings))
        })
        .collect()
}

#[derive(Default)]
struct Facts {
    buyers: u32,
    on_sale: f64,
    reliance: Option<f64>,
    /// Sums of usual orders, minor units.
    usual_orders: f64,
    usual_orders_of_late: f64,
}

impl Facts {
    fn of(group: &str, history: &History, forecast: Option<&ForecastRun>, group_of: &[&str]) -> Self {
        let mut facts = Self::default();
        let (mut lines, mut discounted) = (0_u64, 0_u64);
        for customer in 0..history.n_customers {
            if group_of.get(customer).copied().unwrap_or(EVERYONE) != group {
                continue;
            }
            let own = history.lines_of(customer);
            facts.buyers += u32::from(!own.is_empty());
            lines += own.len() as u64;
            discounted += own.iter().filter(|line| line.discounted).count() as u64;
        }
        facts.on_sale = discounted as f64 / lines.max(1) as f64;
        let (mut sum, mut n) = (0.0, 0_u32);
        for told in forecast.into_iter().flat_map(|run| &run.customers) {
            if group_of.get(told.customer as usize).copied().unwrap_or(EVERYONE) != group {
                continue;
            }
            if let Some(reliance) = told.discount_reliance {
                sum += reliance;
                n += 1;
            }
            facts.usual_orders += told.mean_order_value;
            if matches!(told.next_action, Action::WinBack | Action::WinBackWithOffer) {
                facts.usual_orders_of_late += told.mean_order_value;
            }
        }
        facts.reliance = (n > 0).then(|| sum / f64::from(n));
        facts
    }

    fn need(&self) -> Need {
        let reliance = self.reliance.unwrap_or(1.0);
        if reliance >= LEANS || (self.on_sale >= OFTEN_ON_SALE && reliance > SELDOM) {
            Need::UnlikelyWithout
        } else if self.on_sale <= SELDOM_ON_SALE && reliance <= 1.0 || reliance <= SELDOM {
            Need::LikelyWithout
        } else {
            Need::Unclear
        }
    }

    fn offer(&self, bundle: &Bundle, id: &str, name: &str, settings: OfferSettings) -> Offer {
        let need = self.need();
        let wanted = match need {
            Need::LikelyWithout => 0,
            Need::Unclear => settings.small_percent,
            Need::UnlikelyWithout => settings.percent,
        };
        let (percent, not_on, unchecked) = within_the_floor(bundle, wanted, settings.margin_floor_percent);
        let only_late = need == Need::Unclear;
        let base = if only_late { self.usual_orders_of_late } else { self.usual_orders };
        let sale = (self.on_sale * 100.0).round();
        let sentence = match need {
            Need::LikelyWithout => {
                format!("{name}: {sale:.0}% bought on sale. An offer here mostly gives margin away.")
            }
            Need::Unclear => format!(
                "{name}: {sale:.0}% bought on sale. It is unclear whether they need a discount; offer {percent}% only to those slipping away."
            ),
            Need::UnlikelyWithout => format!(
                "{name}: {sale:.0}% bought on sale, more than others who choose the same products. {percent}% off may bring orders that would not come."
            ),
        };
        Offer {
            id: format!("offer:{id}"),
            segment: id.to_owned(),
            percent,
            only_slipping_away: only_late && percent > 0,
            would_buy_without: need,
            bought_on_sale_permille: (self.on_sale * 1000.0).round() as u32,
            reliance_permille: (self.reliance.unwrap_or(1.0) * 1000.0).round() as u32,
            cost_if_all_use: (base * f64::from(percent) / 100.0).round() as i64,
            margin_floor_percent: settings.margin_floor_percent,
            not_on,
            unchecked_products: unchecked,
            sentence,
        }
    }
}

/// See [`floor`], over the published products of a bundle.
fn within_the_floor(bundle: &Bundle, wanted: u32, floor_percent: u32) -> (u32, Vec<String>, u32) {
    let priced: Vec<(&str, i64, Option<i64>)> = bundle
        .catalog
        .products
        .iter()
        .zip(&bundle.signals.evidence)
        .filter(|(product, _)| product.published)
        .filter_map(|(product, known)| {
            Some((product.id.as_str(), product.price.filter(|price| *price > 0)?, known.margin))
        })
        .collect();
    floor(&priced, wanted, floor_percent)
}

/// The largest percent, in steps of five, under which at most half of the products would break the floor; with those
/// products, and the number of products whose cost nobody knows. `priced`: id, price and margin in minor units.
fn floor(priced: &[(&str, i64, Option<i64>)], wanted: u32, floor_percent: u32) -> (u32, Vec<String>, u32) {
    let unchecked = priced.iter().filter(|(_, _, margin)| margin.is_none()).count() as u32;
    let checked = priced.len() - unchecked as usize;
    let mut percent = wanted;
    loop {
        let breaks: Vec<String> = priced
            .iter()
            .filter_map(|(id, price, margin)| {
                let cost = price - (*margin)?;
                // In hundredths of a minor unit, so that nothing is rounded.
                let sold = price * i64::from(100 - percent);
                let least = sold * i64::from(100 - floor_percent) / 100;
                (cost * 100 > least).then(|| (*id).to_owned())
            })
            .collect();
        if percent == 0 {
            return (0, Vec::new(), unchecked);
        }
        if breaks.len() * 2 <= checked {
            return (percent, breaks, unchecked);
        }
        percent = percent.saturating_sub(5);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_product_is_sold_under_the_floor() {
        // Cost 70 of 100: at 12% off 88 brings 18, over a fifth of 88 (17.6); at 13% off 17 is under a fifth of 87.
        assert_eq!(floor(&[("a", 100, Some(30)), ("b", 100, Some(90))], 12, 20), (12, Vec::new(), 0));
        assert_eq!(
            floor(&[("a", 100, Some(30)), ("b", 100, Some(90))], 13, 20),
            (13, vec!["a".to_owned()], 0)
        );
    }

    #[test]
    fn an_offer_that_most_products_cannot_bear_becomes_smaller_or_none() {
        assert_eq!(floor(&[("a", 100, Some(30)), ("b", 100, Some(28))], 15, 20).0, 10);
        assert_eq!(floor(&[("a", 100, Some(5)), ("b", 100, Some(6))], 15, 20), (0, Vec::new(), 0));
        assert_eq!(
            floor(&[("a", 100, None)], 15, 20),
            (15, Vec::new(), 1),
            "a floor without costs is said, not guessed"
        );
    }

    #[test]
    fn who_seldom_buys_on_sale_needs_no_offer() {
        let facts = |on_sale, reliance| Facts { on_sale, reliance: Some(reliance), ..Facts::default() };
        assert_eq!(facts(0.06, 0.9).need(), Need::LikelyWithout);
        assert_eq!(facts(0.7, 1.3).need(), Need::UnlikelyWithout);
        assert_eq!(facts(0.3, 1.05).need(), Need::Unclear);
    }
}
