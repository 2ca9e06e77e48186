//! Two years of orders: each customer lives through them by the habits of their kind.

use super::assortment::{Article, Assortment, Category, STYLES};
use super::calendar::{self, DAYS, Moment};
use super::people::Person;
use super::random::Stream;
use super::shoppers::{self, GOES_WITH, HABITS, Habits, Kind, Rhythm};
use crate::shop::Minor;
use crate::shop::hash::splitmix64;

#[derive(Clone, Debug)]
pub(super) struct Order {
    /// Index into the people; `None` for a buyer at the till who left no name.
    pub(super) customer: Option<usize>,
    pub(super) at: Moment,
    pub(super) lines: Vec<Line>,
    /// A code and the percent it takes off the order.
    pub(super) code: Option<(&'static str, i64)>,
    pub(super) gift: bool,
    pub(super) channel: Channel,
    pub(super) outcome: Outcome,
    pub(super) oddity: Option<Oddity>,
}

#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) article: usize,
    pub(super) form: usize,
    pub(super) quantity: i64,
    pub(super) unit_price: Minor,
    pub(super) list_price: Minor,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Channel {
    Web,
    /// The till of the store's own showroom, whose files look different.
    Till,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Kept,
    /// One of the most expensive line came back.
    PartlyReturned,
    Returned,
    Cancelled,
}

/// Planted problems that sit in orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Oddity {
    /// The store's own try-outs with the payment gateway's test card.
    Test,
    /// Dated after the export.
    Future,
    /// One line names an article that the catalogue no longer has.
    UnknownSku(usize),
    /// No e-mail on the order, only the phone number.
    PhoneOnly,
}

impl Order {
    /// Before the code.
    pub(super) fn goods(&self) -> Minor {
        self.lines.iter().map(|line| line.unit_price * line.quantity).sum()
    }

    pub(super) fn discount(&self) -> Minor {
        self.code.map_or(0, |(_, percent)| self.goods() * percent / 100)
    }

    pub(super) fn refunded(&self) -> Minor {
        match self.outcome {
            Outcome::Kept => 0,
            Outcome::PartlyReturned => self.lines.iter().map(|line| line.unit_price).max().unwrap_or(0),
            Outcome::Returned | Outcome::Cancelled => self.goods() - self.discount(),
        }
    }

    pub(super) fn is_discounted(&self) -> bool {
        self.code.is_some() || self.lines.iter().any(|line| line.unit_price < line.list_price)
    }
}

pub(super) struct History {
    /// By time, oldest first.
    pub(super) orders: Vec<Order>,
    /// The hidden kind of every customer.
    pub(super) habits: Vec<&'static Habits>,
    pub(super) tastes: Vec<Taste>,
}

const GUESTS_AT_THE_TILL: usize = 60;
const TILL_SINCE_DAY: i64 = 380;

pub(super) fn live(seed: u64, assortment: &Assortment, people: &[Person]) -> History {
    let mut habits = shoppers::of_customers();
    Stream::new(seed, "kinds").shuffle(&mut habits);
    let world = World::new(assortment);
    let counts = order_counts(seed, &habits);
    let tastes: Vec<Taste> = (0..people.len()).map(|customer| Taste::of(seed, customer)).collect();

    let mut orders = Vec::with_capacity(9_900);
    for customer in 0..people.len() {
        let mut stream = Stream::member(seed, "life", customer);
        orders.extend(world.life(
            habits[customer],
            &tastes[customer],
            customer,
            counts[customer],
            &mut stream,
        ));
    }
    let passer_by = &HABITS[Kind::OneTime as usize];
    for guest in 0..GUESTS_AT_THE_TILL {
        let mut stream = Stream::member(seed, "guest", guest);
        let taste = Taste::of(seed ^ 1, guest);
        let day = stream.between(TILL_SINCE_DAY, DAYS - 1);
        let mut order = world.order(passer_by, &taste, day, false, &mut Owned::default(), 0, &mut stream);
        order.channel = Channel::Till;
        orders.push(order);
    }
    plant_oddities(seed, people, &mut orders);
    orders.sort_by_key(|order| (order.at, order.customer));
    History { orders, habits, tastes }
}

/// How many orders each customer places: the fewest of the kind, and the rest spread so that some place many.
fn order_counts(seed: u64, habits: &[&Habits]) -> Vec<usize> {
    let mut stream = Stream::new(seed, "order counts");
    let mut counts: Vec<usize> = habits.iter().map(|habit| habit.fewest_orders).collect();
    for kind in &HABITS {
        let members: Vec<usize> =
            (0..habits.len()).filter(|index| habits[*index].kind == kind.kind).collect();
        let eagerness: Vec<f64> = members
            .iter()
            .map(|_| {
                let draw = stream.unit();
                0.15 + draw * draw
            })
            .collect();
        for _ in kind.fewest_orders * members.len()..kind.orders {
            if let Some(chosen) = stream.weighted(&eagerness) {
                counts[members[chosen]] += 1;
            }
        }
    }
    counts
}

/// What sets one customer apart from others of the kind.
#[derive(Clone, Debug)]
pub(super) struct Taste {
    key: u64,
    style: u64,
    categories: [f64; 12],
}

impl Taste {
    fn of(seed: u64, customer: usize) -> Self {
        let mut stream = Stream::member(seed, "taste", customer);
        let mut categories = [1.0; 12];
        for category in &mut categories {
            *category = *stream.pick(&[0.3, 0.7, 1.0, 1.4, 2.2]);
        }
        Self {
            key: splitmix64(seed ^ customer as u64),
            style: stream.below(STYLES as usize) as u64,
            categories,
        }
    }

    /// Strangers have tastes too, of their own.
    pub(super) fn of_stranger(seed: u64, nth: usize) -> Self {
        Self::of(seed ^ 0x5747, nth)
    }

    pub(super) fn for_article(&self, index: usize, article: &Article) -> f64 {
        let whim = splitmix64(self.key ^ splitmix64(index as u64)) % 1_000;
        let style = if article.style == self.style { 2.6 } else { 0.62 };
        self.categories[article.category as usize] * style * (0.35 + whim as f64 / 700.0)
    }

    fn form(&self, index: usize, article: &Article, stream: &mut Stream) -> usize {
        let forms = article.forms.len();
        if forms > 1 && stream.chance(650) {
            (splitmix64(self.style ^ index as u64) % forms as u64) as usize
        } else {
            stream.below(forms)
        }
    }
}

/// What somebody has: article and the day of the last purchase.
#[derive(Default)]
struct Owned(Vec<(usize, i64)>);

impl Owned {
    fn last(&self, article: usize) -> Option<i64> {
        self.0.iter().rev().find(|(owned, _)| *owned == article).map(|(_, day)| *day)
    }
}

/// What all customers share: the goods, and how much each kind likes each of them.
pub(super) struct World<'a> {
    assortment: &'a Assortment,
    appeal: Vec<Vec<f64>>,
    goes_with: Vec<(usize, usize, u32)>,
}

impl<'a> World<'a> {
    pub(super) fn new(assortment: &'a Assortment) -> Self {
        let appeal = HABITS
            .iter()
            .map(|habits| {
                assortment
                    .articles
                    .iter()
                    .map(|article| {
                        let price = article.price as f64 / 100.0;
                        let affordable = habits.price_pivot / (habits.price_pivot + price);
                        article.popularity * habits.likes(article.category) * affordable * affordable
                    })
                    .collect()
            })
            .collect();
        let goes_with = GOES_WITH
            .iter()
            .filter_map(|(with, then, permille)| {
                Some((assortment.index(with)?, assortment.index(then)?, *permille))
            })
            .collect();
        Self { assortment, appeal, goes_with }
    }

    /// How much a kind of shopper is drawn to each article on a day.
    pub(super) fn attraction(&self, habits: &Habits, taste: &Taste, day: i64) -> Vec<f64> {
        let seasons = Category::ALL.map(|category| calendar::season(category, day));
        let appeal = &self.appeal[habits.kind as usize];
        self.assortment
            .articles
            .iter()
            .enumerate()
            .map(|(index, article)| {
                if article.launched > day {
                    return 0.0;
                }
                let fresh = if article.launched >= 0 && day - article.launched < 30 { 1.6 } else { 1.0 };
                appeal[index]
                    * seasons[article.category as usize]
                    * occasion(&article.handle, day)
                    * taste.for_article(index, article)
                    * fresh
            })
            .collect()
    }

    fn life(
        &self,
        habits: &'static Habits,
        taste: &Taste,
        customer: usize,
        count: usize,
        stream: &mut Stream,
    ) -> Vec<Order> {
        let discounted: Vec<bool> = (0..count).map(|_| stream.chance(habits.discounted_permille)).collect();
        let mut days = order_days(habits, &discounted, stream);
        days.sort_unstable();
        let first = days.first().map_or(0, |(day, _)| *day);
        let mut owned = Owned::default();
        days.into_iter()
            .map(|(day, discounted)| {
                let mut order = self.order(habits, taste, day, discounted, &mut owned, day - first, stream);
                order.customer = Some(customer);
                if discounted && !order.is_discounted() {
                    order.code = Some(match calendar::sale_on(day) {
                        Some(sale) => (sale.code, sale.code_percent),
                        None if day == first => ("WELCOME10", 10),
                        None => ("THANKYOU10", 10),
                    });
                }
                if day >= TILL_SINCE_DAY && order.code.is_none() && !order.gift && stream.chance(36) {
                    order.channel = Channel::Till;
                    order.outcome = Outcome::Kept;
                }
                order
            })
            .collect()
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "the circumstances of one purchase, all of them different things"
    )]
    fn order(
        &self,
        habits: &Habits,
        taste: &Taste,
        day: i64,
        discounted: bool,
        owned: &mut Owned,
        days_since_first: i64,
        stream: &mut Stream,
    ) -> Order {
        let gift = stream.chance(habits.gift_permille);
        let wanted = 1 + stream.weighted(&habits.basket.map(f64::from)).unwrap_or(0);
        let mut weights = self.attraction(habits, taste, day);
        for (index, article) in self.assortment.articles.iter().enumerate() {
            let marked_down = article.price_on(day) < article.list_price(day);
            weights[index] *= if !article.is_for_sale(day) {
                0.0
            } else if marked_down {
                if discounted { 14.0 } else { 0.0 }
            } else {
                1.0
            };
            weights[index] *= again(article, owned.last(index), day);
            if habits.rhythm == Rhythm::MovingIn {
                weights[index] *= room_by_room(article.category, days_since_first);
            }
        }
        let mut chosen: Vec<usize> = Vec::with_capacity(wanted + 2);
        while chosen.len() < wanted {
            let Some(index) = stream.weighted(&weights) else {
                break;
            };
            weights[index] = 0.0;
            chosen.push(index);
            for (with, then, permille) in &self.goes_with {
                let fits = *with == index && weights[*then] > 0.0 && stream.chance(*permille);
                if fits {
                    weights[*then] = 0.0;
                    chosen.push(*then);
                }
            }
        }
        let lines = chosen
            .into_iter()
            .map(|index| {
                let article = &self.assortment.articles[index];
                owned.0.push((index, day));
                Line {
                    article: index,
                    form: taste.form(index, article, stream),
                    quantity: quantity(article, stream),
                    unit_price: article.price_on(day),
                    list_price: article.list_price(day),
                }
            })
            .collect();
        let hour = stream
            .weighted(&[
                0.3, 0.1, 0.1, 0.0, 0.0, 0.1, 0.3, 0.7, 1.2, 1.6, 1.9, 2.0, 2.3, 2.0, 1.7, 1.7, 1.8, 2.0,
                2.2, 2.7, 3.2, 3.3, 2.2, 1.0,
            ])
            .unwrap_or(12);
        Order {
            customer: None,
            at: Moment { day, second: hour as i64 * 3_600 + stream.between(0, 3_599) },
            lines,
            code: None,
            gift,
            channel: Channel::Web,
            outcome: outcome(habits, day, stream),
            oddity: None,
        }
    }
}

/// Days of the orders, each with whether it was a bargain.
fn order_days(habits: &Habits, discounted: &[bool], stream: &mut Stream) -> Vec<(i64, bool)> {
    let count = discounted.len() as i64;
    let (from, to) = active_between(habits.rhythm, stream);
    if matches!(habits.rhythm, Rhythm::Steady | Rhythm::Stopped) {
        let gap = (to - from) as f64 / (count - 1).max(1) as f64;
        return discounted
            .iter()
            .enumerate()
            .map(|(nth, bargain)| {
                let jitter = (stream.unit() - 0.5) * 0.7 * gap;
                let day = from as f64 + nth as f64 * gap + jitter;
                let day = (day as i64).clamp(from, to);
                (if *bargain { nearest_sale_day(day, 40, to) } else { day }, *bargain)
            })
            .collect();
    }
    let mut taken: Vec<i64> = Vec::new();
    discounted
        .iter()
        .map(|bargain| {
            let weights: Vec<f64> = (from..=to)
                .map(|day| {
                    let near_another = taken.iter().any(|other| (day - other).abs() < 4);
                    if near_another { 0.0 } else { keenness(habits.rhythm, day, *bargain) }
                })
                .collect();
            let day = from + stream.weighted(&weights).unwrap_or(0) as i64;
            taken.push(day);
            (day, *bargain)
        })
        .collect()
}

/// First and last day on which somebody of a kind may order.
fn active_between(rhythm: Rhythm, stream: &mut Stream) -> (i64, i64) {
    let end = DAYS - 1;
    match rhythm {
        Rhythm::Steady => (stream.between(0, 150), end - stream.between(0, 45)),
        Rhythm::Seasonal => (stream.between(0, 340), end - stream.between(0, 60)),
        Rhythm::MovingIn => {
            let start = stream.between(0, end - 45);
            (start, (start + 175).min(end))
        }
        Rhythm::Gifts => (if stream.chance(620) { 0 } else { 200 }, end),
        Rhythm::Loose => (stream.between(0, 560), end),
        Rhythm::Sales => (stream.between(0, 420), end),
        Rhythm::Stopped => (stream.between(0, 190), stream.between(360, DAYS - 212)),
        Rhythm::Once => (0, end),
    }
}

fn keenness(rhythm: Rhythm, day: i64, bargain: bool) -> f64 {
    let on_sale = calendar::sale_on(day).is_some();
    let bargain_day = match (bargain, on_sale) {
        (true, true) => 6.0,
        (true, false) if rhythm == Rhythm::Sales => 0.12,
        (false, true) => 0.6,
        _ => 1.0,
    };
    let date = calendar::date_of(day);
    let occasion = match rhythm {
        Rhythm::Seasonal => calendar::season(Category::Plants, day) * calendar::season(Category::Plants, day),
        Rhythm::Loose => calendar::season(Category::Kids, day),
        Rhythm::Gifts => match (date.month(), date.day()) {
            (11, _) => 1.0,
            (12, 1..=19) => 1.9,
            (12, 20..=24) => 0.4,
            _ => 0.02,
        },
        _ => 1.0,
    };
    calendar::traffic(day) * occasion * bargain_day
}

fn nearest_sale_day(day: i64, within: i64, latest: i64) -> i64 {
    (0..=within)
        .flat_map(|distance| [day - distance, day + distance])
        .find(|candidate| (0..=latest).contains(candidate) && calendar::sale_on(*candidate).is_some())
        .unwrap_or(day)
}

/// Goods of an occasion sell around it and hardly otherwise.
fn occasion(handle: &str, day: i64) -> f64 {
    let month = calendar::date_of(day).month();
    let by_season = |months: &[i8], strong: f64| if months.contains(&month) { strong } else { 0.06 };
    match handle {
        "christmas-tree" => by_season(&[11, 12], 3.5),
        "silver-deer-figure" => by_season(&[11, 12], 2.0),
        "firewood-bundle" => by_season(&[10, 11, 12, 1, 2], 2.0),
        "table-fan" | "beach-parasol" | "striped-deck-chair" => by_season(&[5, 6, 7, 8], 2.6),
        "two-person-tent" | "sleeping-bag" => by_season(&[4, 5, 6, 7, 8], 2.2),
        _ => 1.0,
    }
}

/// How likely somebody who has an article is to buy it again, against somebody who has not.
fn again(article: &Article, last: Option<i64>, day: i64) -> f64 {
    let Some(last) = last else { return 1.0 };
    let age = (day - last) as f64;
    if let Some(lasts) = article.used_up_after_days {
        let part_used = age / lasts as f64;
        return if part_used < 0.6 {
            0.2
        } else if part_used < 1.7 {
            26.0
        } else {
            9.0
        };
    }
    match article.category {
        Category::Plants => 1.4,
        Category::Kitchen if article.price < 2_000 => 1.5,
        Category::Kids | Category::Bath if article.price < 3_000 => 0.8,
        _ if article.price > 6_000 => 0.05,
        _ => 0.3,
    }
}

/// Chairs first, then a table, a bed and storage, lamps last.
fn room_by_room(category: Category, days_since_first: i64) -> f64 {
    let now = match days_since_first {
        ..=30 => Category::Chairs,
        31..=75 => Category::Tables,
        76..=120 => Category::Bedroom,
        _ => Category::Lighting,
    };
    if category == now {
        7.0
    } else if matches!(category, Category::Chairs | Category::Tables | Category::Bedroom | Category::Lighting)
    {
        0.35
    } else {
        0.7
    }
}

fn quantity(article: &Article, stream: &mut Stream) -> i64 {
    let weights: [f64; 6] = match (article.category, article.price) {
        (Category::Chairs, ..=16_000) => [52.0, 26.0, 2.0, 16.0, 0.0, 4.0],
        (Category::Kitchen, ..=1_700) => [34.0, 32.0, 8.0, 16.0, 1.0, 9.0],
        (_, ..=2_400) => [82.0, 13.0, 3.0, 2.0, 0.0, 0.0],
        (Category::Lighting, ..=13_000) => [84.0, 15.0, 1.0, 0.0, 0.0, 0.0],
        _ => [98.0, 2.0, 0.0, 0.0, 0.0, 0.0],
    };
    1 + stream.weighted(&weights).unwrap_or(0) as i64
}

fn outcome(habits: &Habits, day: i64, stream: &mut Stream) -> Outcome {
    let returned = stream.chance(habits.returns_permille);
    let all_of_it = stream.chance(420);
    let cancelled = stream.chance(7);
    if cancelled {
        Outcome::Cancelled
    } else if !returned || day > DAYS - 6 {
        Outcome::Kept
    } else if all_of_it {
        Outcome::Returned
    } else {
        Outcome::PartlyReturned
    }
}

fn plant_oddities(seed: u64, people: &[Person], orders: &mut Vec<Order>) {
    let mut stream = Stream::new(seed, "oddities");
    let ordinary = |order: &Order| {
        order.channel == Channel::Web && order.oddity.is_none() && order.outcome == Outcome::Kept
    };
    let mut unknown = 0;
    while unknown < 6 {
        let index = stream.below(orders.len());
        if ordinary(&orders[index]) && orders[index].at.day < 400 {
            orders[index].oddity = Some(Oddity::UnknownSku(unknown));
            unknown += 1;
        }
    }
    let mut phone_only = 0;
    while phone_only < 90 {
        let index = stream.below(orders.len());
        let reachable = orders[index].customer.is_some_and(|customer| people[customer].phone.is_some());
        if ordinary(&orders[index]) && reachable {
            orders[index].oddity = Some(Oddity::PhoneOnly);
            phone_only += 1;
        }
    }
    for (oddity, day) in [(Oddity::Test, 3), (Oddity::Test, 561), (Oddity::Future, DAYS + 108)] {
        let mut copy = loop {
            let index = stream.below(orders.len());
            if ordinary(&orders[index]) && orders[index].code.is_none() {
                break orders[index].clone();
            }
        };
        copy.at.day = day;
        copy.gift = false;
        copy.oddity = Some(oddity);
        if oddity == Oddity::Test {
            copy.customer = None;
            copy.lines.truncate(1);
        }
        orders.push(copy);
    }
}
