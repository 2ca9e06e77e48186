//! The customers behind the groups: a table to draw and count from, without names or addresses.

use std::sync::Arc;

use crate::bundle::SegmentRule;
use crate::shop::{Minor, Seconds};

#[derive(Clone, Debug, Default)]
pub struct CustomersView {
    /// Largest revenue first; hidden ones included.
    pub groups: Vec<Group>,
    pub table: Arc<CustomerTable>,
    /// How many groups there are now.
    pub k: u32,
    pub suggested_k: u32,
    /// Ascending by `k`.
    pub choices: Vec<GroupingChoice>,
    pub movement: Option<Movement>,
    /// Data changed since the grouping was made.
    pub is_stale: bool,
    /// There is a grouping before this one.
    pub can_go_back: bool,
    pub seed: u64,
    pub as_of: Option<Seconds>,
}

#[derive(Clone, Debug, Default)]
pub struct Group {
    pub id: String,
    pub name: String,
    pub description: String,
    /// Place in the eight-colour, eight-marker palette.
    pub color: u8,
    pub n_customers: u32,
    /// Permille of all customers.
    pub customer_share: u32,
    pub revenue: Minor,
    /// Permille of all revenue.
    pub revenue_share: u32,
    /// 0…1: share of members that stay together when the grouping is repeated on resampled customers.
    pub stability: Option<f64>,
    pub joined: u32,
    pub left: u32,
    pub favourites: Vec<String>,
    /// Largest difference first.
    pub differences: Vec<Difference>,
    /// Last twelve months, oldest first, minor units.
    pub monthly_revenue: Vec<Minor>,
    pub locked: bool,
    pub hidden: bool,
    /// The sentence that makes a rule group; `None` for computed groups.
    pub rule: Option<SegmentRule>,
}

/// One feature of a group beside the store's average customer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Difference {
    /// Column of the feature catalogue.
    pub feature: String,
    /// Plain words, for example `Orders a year`.
    pub label: String,
    pub unit: Unit,
    pub group: f64,
    pub average: f64,
    /// In standard deviations.
    pub z: f64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unit {
    #[default]
    Number,
    Days,
    /// Minor units of the store's currency.
    Money,
    /// 0…1.
    Share,
    /// 0…23.
    Hour,
}

/// Columns of equal length, one entry per customer.
#[derive(Clone, Debug, Default)]
pub struct CustomerTable {
    /// The workspace's own number of the customer, as in `Customer 1042`.
    pub numbers: Vec<i64>,
    /// Place on the map; customers who shop alike are near each other.
    pub x: Vec<f32>,
    pub y: Vec<f32>,
    /// Index into `groups`; `u16::MAX` for none.
    pub group: Vec<u16>,
    pub columns: Vec<FeatureColumn>,
}

#[derive(Clone, Debug, Default)]
pub struct FeatureColumn {
    /// A name of the feature catalogue.
    pub name: String,
    /// For people, for example `spent in total`.
    pub label: String,
    pub unit: Unit,
    /// NaN where nothing is known.
    pub values: Vec<f32>,
    /// Steps per unit in which a rule compares it.
    pub quantum: i64,
}

/// One point of the curve, with what the map would look like there.
#[derive(Clone, Debug, Default)]
pub struct GroupingChoice {
    pub k: u32,
    /// −1…1.
    pub silhouette: f64,
    /// 0…1.
    pub stability: f64,
    /// Members of the smallest group.
    pub smallest: u32,
    /// Cluster per customer of the table; empty when not kept.
    pub assignment: Arc<Vec<u16>>,
    pub names: Vec<String>,
}

/// How many customers went from which group to which between the last two groupings.
#[derive(Clone, Debug, Default)]
pub struct Movement {
    pub from_at: Seconds,
    pub to_at: Seconds,
    /// Group ids, rows and columns alike; the last row and column stand for "not there".
    pub groups: Vec<String>,
    pub cells: Vec<Vec<u32>>,
}

/// What one masked customer did, oldest first. Loaded on request.
#[derive(Clone, Debug, Default)]
pub struct CustomerStory {
    pub number: i64,
    pub group: Option<String>,
    pub n_orders: u32,
    pub spent: Minor,
    /// Given back of it.
    pub refunded: Minor,
    /// Agreed to mails, as the files say now; an export holds no earlier answers.
    pub accepts_email: bool,
    pub moments: Vec<Moment>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    pub at: Seconds,
    pub kind: MomentKind,
    /// Product ids.
    pub products: Vec<String>,
    pub value: Option<Minor>,
    /// Given back of an order.
    pub refunded: Option<Minor>,
    /// Search words, where it was a search.
    pub words: Option<String>,
    /// Names of the groups before and after, where it was a move; `None` is no group.
    pub moved: Option<[Option<String>; 2]>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MomentKind {
    #[default]
    Viewed,
    Searched,
    AddedToCart,
    RemovedFromCart,
    Wished,
    OpenedMail,
    ClickedMail,
    Bought,
    /// From one group to another, between two groupings.
    Moved,
}

impl CustomerTable {
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    pub fn column(&self, name: &str) -> Option<&FeatureColumn> {
        self.columns.iter().find(|column| column.name == name)
    }

    pub fn value(&self, name: &str, idx: usize) -> Option<f32> {
        self.column(name)?.values.get(idx).copied().filter(|value| !value.is_nan())
    }

    /// How many customers a rule group's sentence fits.
    pub fn count(&self, any_of: &[Vec<crate::bundle::SegmentCondition>]) -> usize {
        self.count_among(any_of, 0..self.len())
    }

    /// How many of some customers it fits.
    pub fn count_among(
        &self,
        any_of: &[Vec<crate::bundle::SegmentCondition>],
        some: impl Iterator<Item = usize>,
    ) -> usize {
        let sentence = self.sentence(any_of);
        some.filter(|idx| said_of(&sentence, *idx)).count()
    }

    /// Whether one customer fits. A missing value never satisfies a comparison.
    pub fn fits(&self, any_of: &[Vec<crate::bundle::SegmentCondition>], idx: usize) -> bool {
        said_of(&self.sentence(any_of), idx)
    }

    /// The sentence with its columns looked up once, whoever is asked about.
    fn sentence<'a>(&'a self, any_of: &'a [Vec<crate::bundle::SegmentCondition>]) -> Sentence<'a> {
        any_of
            .iter()
            .map(|all| {
                all.iter().map(|condition| (self.column(&condition.feature), condition)).collect::<Vec<_>>()
            })
            .collect()
    }
}

type Sentence<'a> = Vec<Vec<(Option<&'a FeatureColumn>, &'a crate::bundle::SegmentCondition)>>;

fn said_of(sentence: &Sentence<'_>, idx: usize) -> bool {
    sentence.iter().any(|all| {
        !all.is_empty()
            && all.iter().all(|(column, condition)| column.is_some_and(|c| c.holds(condition, idx)))
    })
}

impl FeatureColumn {
    fn holds(&self, condition: &crate::bundle::SegmentCondition, idx: usize) -> bool {
        use crate::merch::Operator;
        let fact = self.values.get(idx).copied().map_or(f64::NAN, f64::from);
        let Some(value) = crate::features::catalogue::observe(fact, self.quantum.max(1)) else {
            return false;
        };
        match condition.operator {
            Operator::Equals | Operator::Contains => value == condition.value,
            Operator::Less => value < condition.value,
            Operator::LessOrEqual => value <= condition.value,
            Operator::Greater => value > condition.value,
            Operator::GreaterOrEqual => value >= condition.value,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::SegmentCondition;
    use crate::merch::Operator;

    #[test]
    fn a_customer_without_the_fact_never_fits() {
        let table = CustomerTable {
            numbers: vec![1, 2, 3],
            columns: vec![FeatureColumn {
                name: "n_orders".to_owned(),
                quantum: 1,
                values: vec![2.0, f32::NAN, 7.0],
                ..FeatureColumn::default()
            }],
            ..CustomerTable::default()
        };
        let at_most = |value| {
            vec![vec![SegmentCondition {
                feature: "n_orders".to_owned(),
                operator: Operator::LessOrEqual,
                value,
            }]]
        };
        assert_eq!(table.count(&at_most(10)), 2);
        assert_eq!(table.count(&at_most(2)), 1);
        assert_eq!(table.count(&[Vec::new()]), 0, "an empty sentence is nobody, not everybody");
    }
}
