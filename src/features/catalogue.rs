//! What each feature column is called, counted in, and means.

use serde::{Deserialize, Serialize};

/// One column of [`super::CustomerFeatures`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeatureInfo {
    pub name: String,
    pub unit: String,
    pub kind: Kind,
    /// One plain sentence, for the catalogue, tooltips and the rule builder.
    pub meaning: String,
    /// When the cell is empty.
    pub empty_when: String,
}

/// How a value is written and compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Count,
    Days,
    /// Minor units of the store's currency.
    Money,
    /// 0…1.
    Share,
    Ratio,
    /// 0…23, wall clock of the store.
    Hour,
}

impl Kind {
    fn unit(self) -> &'static str {
        match self {
            Self::Count => "number",
            Self::Days => "days",
            Self::Money => "minor units",
            Self::Share => "share 0…1",
            Self::Ratio => "ratio",
            Self::Hour => "hour 0…23",
        }
    }
}

impl Kind {
    /// Steps per unit in which a fact is observed: by models, by rules, by every runtime.
    pub fn steps(self) -> i64 {
        match self {
            Self::Money | Self::Count | Self::Hour | Self::Days => 1,
            Self::Share => 1_000,
            Self::Ratio => 100,
        }
    }
}

/// Steps per unit of a column, by name; whole units for a name that is not in the catalogue.
pub fn steps_of(name: &str) -> i64 {
    info(name).map_or(1, |info| info.kind.steps())
}

/// The integer fact of a value: the nearest step, halves upwards. `None` for an empty cell.
pub fn observe(value: f64, steps: i64) -> Option<i64> {
    value.is_finite().then(|| (value * steps as f64 + 0.5).floor() as i64)
}

/// Prefix of the per-category columns: `category_share:Lighting`.
pub const CATEGORY_SHARE: &str = "category_share:";

/// Prefix of the per-category leanings: `category_lean:Lighting`.
pub const CATEGORY_LEAN: &str = "category_lean:";

/// Lines of the store's average mixed into every leaning, so that one purchase does not make a plant person.
pub const LEAN_PRIOR_LINES: f64 = 3.0;

/// Orders of the store's average mixed into the leanings that count orders.
pub const LEAN_PRIOR_ORDERS: f64 = 2.0;

/// Shortest time over which a yearly rate is stated. Two orders in the first week are not a hundred a year.
pub const SHORTEST_YEAR_BASE_DAYS: f64 = 182.5;

const NO_ORDER: &str = "no order yet";
const ONE_ORDER: &str = "fewer than two orders";
const NO_EVENTS: &str = "the store has no events";

const FIXED: &[(&str, Kind, &str, &str)] = &[
    ("n_orders", Kind::Count, "Orders with goods in them.", ""),
    ("monetary", Kind::Money, "Spent on goods in total, net of discounts and refunds.", ""),
    ("recency_days", Kind::Days, "Since the latest order.", NO_ORDER),
    ("tenure_days", Kind::Days, "Since the first order.", NO_ORDER),
    ("gap_days", Kind::Days, "Between orders, on average.", ONE_ORDER),
    ("gap_median_days", Kind::Days, "Between orders, the middle one.", ONE_ORDER),
    ("gap_ratio", Kind::Ratio, "Days since the latest order over the usual days between orders.", ONE_ORDER),
    (
        "orders_per_year",
        Kind::Ratio,
        "Orders over the time since the first one, as a year's number; at least half a year is assumed.",
        NO_ORDER,
    ),
    ("orders_90d", Kind::Count, "Orders in the last 90 days.", ""),
    ("spent_365d", Kind::Money, "Spent on goods in the last 365 days.", ""),
    ("mean_order_value", Kind::Money, "Spent per order, on average.", NO_ORDER),
    ("largest_order_value", Kind::Money, "The largest order.", NO_ORDER),
    ("units_per_order", Kind::Ratio, "Pieces per order, on average.", "no order with lines yet"),
    ("lines_per_order", Kind::Ratio, "Different products per order, on average.", "no order with lines yet"),
    ("n_products", Kind::Count, "Different products bought.", ""),
    ("n_categories", Kind::Count, "Different categories bought from.", ""),
    (
        "top_category_share",
        Kind::Share,
        "Share of spending in the favourite category.",
        "no order in a known category",
    ),
    (
        "discount_share",
        Kind::Share,
        "Share of order lines bought under the list price or with a code.",
        "no order with lines yet",
    ),
    ("return_share", Kind::Share, "Share of what was spent that was refunded.", NO_ORDER),
    (
        "ships_elsewhere_share",
        Kind::Share,
        "Share of orders shipped to somebody other than the payer.",
        "no order with both addresses",
    ),
    (
        "price_rank",
        Kind::Share,
        "Where the products bought stand among the prices of their category: 0 the cheapest, 1 the dearest.",
        "no line with a priced product",
    ),
    ("spring_share", Kind::Share, "Share of orders placed in March, April or May.", NO_ORDER),
    ("summer_share", Kind::Share, "Share of orders placed in June, July or August.", NO_ORDER),
    ("autumn_share", Kind::Share, "Share of orders placed in September, October or November.", NO_ORDER),
    ("winter_share", Kind::Share, "Share of orders placed in December, January or February.", NO_ORDER),
    ("holiday_share", Kind::Share, "Share of orders placed in November or December.", NO_ORDER),
    ("weekend_share", Kind::Share, "Share of orders placed on a Saturday or Sunday.", NO_ORDER),
    ("evening_share", Kind::Share, "Share of orders placed from 18:00 to 23:59.", NO_ORDER),
    ("usual_hour", Kind::Hour, "The hour of the day in which most orders were placed.", NO_ORDER),
    (
        "discount_lean",
        Kind::Share,
        "Share of order lines on discount, with three lines of the store's average mixed in.",
        NO_ORDER,
    ),
    (
        "gift_lean",
        Kind::Share,
        "Share of orders shipped to somebody else, with two orders of the store's average mixed in.",
        "the store's orders have no addresses",
    ),
    (
        "holiday_lean",
        Kind::Share,
        "Share of orders placed in November or December, with two orders of the store's average mixed in.",
        NO_ORDER,
    ),
    ("views", Kind::Count, "Product pages looked at.", NO_EVENTS),
    ("views_30d", Kind::Count, "Product pages looked at in the last 30 days.", NO_EVENTS),
    ("views_per_order", Kind::Ratio, "Product pages looked at per order.", NO_EVENTS),
    ("searches", Kind::Count, "Searches.", NO_EVENTS),
    ("carts", Kind::Count, "Products put into the cart.", NO_EVENTS),
    ("days_since_visit", Kind::Days, "Since the latest event.", "no event yet"),
];

/// Every column in table order, the store's own categories last.
pub fn catalogue(categories: &[String]) -> Vec<FeatureInfo> {
    let fixed = FIXED.iter().map(|(name, kind, meaning, empty_when)| FeatureInfo {
        name: (*name).to_owned(),
        unit: kind.unit().to_owned(),
        kind: *kind,
        meaning: (*meaning).to_owned(),
        empty_when: (*empty_when).to_owned(),
    });
    let shares = categories.iter().map(|category| FeatureInfo {
        name: format!("{CATEGORY_SHARE}{category}"),
        unit: Kind::Share.unit().to_owned(),
        kind: Kind::Share,
        meaning: format!("Share of spending in {category}."),
        empty_when: "no order in a known category".to_owned(),
    });
    let leans = categories.iter().map(|category| FeatureInfo {
        name: format!("{CATEGORY_LEAN}{category}"),
        unit: Kind::Share.unit().to_owned(),
        kind: Kind::Share,
        meaning: format!(
            "Share of order lines in {category}, with three lines of the store's average mixed in."
        ),
        empty_when: "no order in a known category".to_owned(),
    });
    fixed.chain(shares).chain(leans).collect()
}

/// What a column is, by name.
pub fn info(name: &str) -> Option<FeatureInfo> {
    let category: Vec<String> = name
        .strip_prefix(CATEGORY_SHARE)
        .or_else(|| name.strip_prefix(CATEGORY_LEAN))
        .map(str::to_owned)
        .into_iter()
        .collect();
    catalogue(&category).into_iter().find(|info| info.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_feature_has_a_name_of_its_own_and_a_sentence() {
        let all = catalogue(&["Lighting".to_owned()]);
        let mut names: Vec<&str> = all.iter().map(|info| info.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all.len());
        assert!(all.iter().all(|info| info.meaning.ends_with('.')));
        assert_eq!(info("category_share:Lighting").map(|info| info.kind), Some(Kind::Share));
    }

    #[test]
    fn nothing_about_the_person_is_a_feature() {
        let forbidden = ["name", "gender", "age", "address", "city", "country", "email", "phone", "birth"];
        for info in catalogue(&[]) {
            for word in info.name.split('_') {
                assert!(!forbidden.contains(&word), "{} is not shopping behaviour", info.name);
            }
        }
    }
}
