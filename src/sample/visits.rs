//! What people looked at, put into the cart and searched for, whether or not they bought.

use super::assortment::{Assortment, Category};
use super::calendar::{self, DAYS, Moment};
use super::history::{Channel, History, Taste, World};
use super::random::Stream;
use super::shoppers::{HABITS, Habits, Kind};

/// Product views and additions to the cart, exactly.
pub(super) const VIEWS_AND_ADDITIONS: usize = 180_000;
/// Searches, exactly.
pub(super) const SEARCHES: usize = 6_400;

pub(super) struct Visit {
    /// Number of the browser or device.
    pub(super) visitor: usize,
    /// Known when somebody was signed in.
    pub(super) customer: Option<usize>,
    pub(super) start: Moment,
    pub(super) device: &'static str,
    pub(super) source: &'static str,
    pub(super) steps: Vec<Step>,
}

pub(super) struct Step {
    pub(super) seconds_in: i64,
    pub(super) what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    View(usize),
    Add(usize),
    Search { query: String, results: usize },
}

/// Words people search for and the store finds nothing, with an article that some of them then look at all the same.
pub(super) const FINDS_NOTHING: [(&str, Option<&str>); 14] = [
    ("velvet", Some("club-armchair")),
    ("rug runner", Some("pebble-round-rug")),
    ("moka", Some("stovetop-espresso-pot")),
    ("planter pot", Some("herb-planter")),
    ("bedside table", Some("two-drawer-nightstand")),
    ("couch", Some("burlap-three-seat-sofa")),
    ("curtains", None),
    ("throw blanket", None),
    ("bar cart", None),
    ("wall art", None),
    ("duvet", None),
    ("orchyd", Some("white-orchid")),
    ("sucullent", Some("succulent-trio")),
    ("armchiar", Some("winchester-armchair")),
];

pub(super) fn browse(seed: u64, assortment: &Assortment, history: &History) -> Vec<Visit> {
    let mut scene = Scene {
        assortment,
        world: World::new(assortment),
        words: assortment.articles.iter().map(searchable_words).collect(),
        visits: Vec::with_capacity(60_000),
        steps: 0,
    };
    for (customer, habits) in history.habits.iter().enumerate() {
        let mut stream = Stream::member(seed, "visits", customer);
        scene.of_customer(customer, habits, history, &mut stream);
    }
    let strangers = scene.of_strangers(seed, history.habits.len());
    scene.search(seed, strangers);
    let mut visits = scene.visits;
    visits.sort_by_key(|visit| (visit.start, visit.visitor));
    visits
}

struct Scene<'a> {
    assortment: &'a Assortment,
    world: World<'a>,
    words: Vec<Vec<String>>,
    visits: Vec<Visit>,
    steps: usize,
}

struct Visitor<'a> {
    number: usize,
    device: &'static str,
    customer: Option<usize>,
    habits: &'a Habits,
    taste: &'a Taste,
}

impl Scene<'_> {
    fn of_customer(&mut self, customer: usize, habits: &Habits, history: &History, stream: &mut Stream) {
        let own: Vec<_> = history
            .orders
            .iter()
            .filter(|order| order.customer == Some(customer) && order.oddity.is_none() && order.at.day < DAYS)
            .collect();
        // A phone and, for most, a desk computer.
        let devices: [(usize, &'static str); 2] = [(customer * 2, "mobile"), (customer * 2 + 1, "desktop")];
        let phone_permille = *stream.pick(&[150, 550, 700, 850, 1_000]);
        let taste = &history.tastes[customer];
        let visitor = |stream: &mut Stream, signed_in_permille: u32| {
            let (number, device) = devices[usize::from(!stream.chance(phone_permille))];
            let customer = stream.chance(signed_in_permille).then_some(customer);
            Visitor { number, device, customer, habits, taste }
        };
        for order in &own {
            let mut wanted: Vec<usize> = order.lines.iter().map(|line| line.article).collect();
            for index in wanted.clone() {
                let before = order.at.day - stream.between(1, 12);
                if before >= 0 && stream.chance(300) {
                    let at = evening(before, stream);
                    let views = stream.between(1, 4) as usize;
                    self.visit(&visitor(stream, 500), at, &[index], views, 60, stream);
                }
            }
            if order.channel == Channel::Web {
                wanted.dedup();
                let minutes = stream.between(6, 38);
                let start = order.at.plus_seconds(-minutes * 60);
                if start.day >= 0 {
                    self.purchase(&visitor(stream, 900), start, &wanted, minutes * 60, stream);
                }
            }
            let looks = habits.looks_per_order_tenths + stream.between(-8, 8);
            for _ in 0..(looks + stream.between(0, 9)) / 10 {
                let day = if habits.kind == Kind::SaleHunter && stream.chance(550) {
                    order.at.day + stream.between(-4, 4)
                } else {
                    order.at.day + stream.between(-60, 45)
                };
                if (0..DAYS).contains(&day) {
                    let views = stream.between(1, 7) as usize;
                    let adds = if habits.kind == Kind::SaleHunter { 150 } else { 90 };
                    let at = evening(day, stream);
                    self.visit(&visitor(stream, 560), at, &[], views, adds, stream);
                }
            }
        }
    }

    /// Visitors who never sign in, until the stated number of views and additions is reached. Returns where they begin.
    fn of_strangers(&mut self, seed: u64, customers: usize) -> usize {
        let first = self.visits.len();
        let shares = HABITS.each_ref().map(|habits| match habits.kind {
            Kind::OneTime => 4.0,
            Kind::LoyalBigSpender => 0.3,
            _ => 1.0,
        });
        let mut nth = 0;
        while self.steps < VIEWS_AND_ADDITIONS {
            let mut stream = Stream::member(seed, "strangers", nth);
            let habits = &HABITS[stream.weighted(&shares).unwrap_or(0)];
            let taste = Taste::of_stranger(seed, nth);
            let device = *stream.pick(&["mobile", "mobile", "mobile", "desktop", "desktop", "tablet"]);
            let visitor =
                Visitor { number: customers * 2 + nth, device, customer: None, habits, taste: &taste };
            let arrives = busy_day(&mut stream);
            for again in 0..stream.between(1, 4) {
                let day = arrives + again * stream.between(1, 9);
                if day < DAYS && self.steps < VIEWS_AND_ADDITIONS {
                    let views = stream.between(1, 8) as usize;
                    let at = evening(day, &mut stream);
                    self.visit(&visitor, at, &[], views, 70, &mut stream);
                }
            }
            nth += 1;
        }
        if let Some(last) = self.visits.last_mut() {
            let surplus = self.steps - VIEWS_AND_ADDITIONS;
            last.steps.truncate(last.steps.len() - surplus);
        }
        self.visits.retain(|visit| !visit.steps.is_empty());
        first
    }

    /// Looks around one category, at `wanted` first.
    fn visit(
        &mut self,
        visitor: &Visitor<'_>,
        start: Moment,
        wanted: &[usize],
        views: usize,
        adds_permille: u32,
        stream: &mut Stream,
    ) {
        let mut seen = wanted.to_vec();
        seen.extend(self.around(visitor, start.day, wanted, views, stream));
        let mut steps = Vec::with_capacity(seen.len() + 1);
        let mut seconds_in = 0;
        for index in seen {
            steps.push(Step { seconds_in, what: What::View(index) });
            seconds_in += stream.between(8, 95);
            if self.assortment.articles[index].is_for_sale(start.day) && stream.chance(adds_permille) {
                steps.push(Step { seconds_in, what: What::Add(index) });
                seconds_in += stream.between(4, 40);
            }
        }
        self.keep(visitor, start, steps, stream);
    }

    /// The visit that ends in an order.
    fn purchase(
        &mut self,
        visitor: &Visitor<'_>,
        start: Moment,
        wanted: &[usize],
        lasts_seconds: i64,
        stream: &mut Stream,
    ) {
        let views = stream.between(0, 4) as usize;
        let others = self.around(visitor, start.day, wanted, views, stream);
        let pace = (lasts_seconds / (2 * wanted.len() + others.len() + 2) as i64).max(3);
        let mut whats = Vec::with_capacity(wanted.len() * 2 + others.len());
        for index in wanted {
            if stream.chance(920) {
                whats.push(What::View(*index));
            }
            whats.push(What::Add(*index));
        }
        for index in others {
            let place = stream.below(whats.len() + 1);
            whats.insert(place, What::View(index));
        }
        let mut seconds_in = 0;
        let steps = whats
            .into_iter()
            .map(|what| {
                let step = Step { seconds_in, what };
                seconds_in += pace / 2 + stream.between(0, pace);
                step
            })
            .collect();
        self.keep(visitor, start, steps, stream);
    }

    /// Articles somebody comes across: most from the category the visit is about.
    fn around(
        &self,
        visitor: &Visitor<'_>,
        day: i64,
        wanted: &[usize],
        views: usize,
        stream: &mut Stream,
    ) -> Vec<usize> {
        let mut weights = self.world.attraction(visitor.habits, visitor.taste, day);
        let occasion = wanted.first().copied().or_else(|| stream.weighted(&weights)).unwrap_or(0);
        let about = self.assortment.articles[occasion].category;
        for (index, article) in self.assortment.articles.iter().enumerate() {
            if article.category != about {
                weights[index] *= 0.09;
            } else if article.price_on(day) < article.list_price(day) {
                weights[index] *= 1.8;
            }
        }
        for index in wanted {
            weights[*index] = 0.0;
        }
        (0..views)
            .filter_map(|_| {
                let index = stream.weighted(&weights)?;
                weights[index] = 0.0;
                Some(index)
            })
            .collect()
    }

    fn keep(&mut self, visitor: &Visitor<'_>, start: Moment, steps: Vec<Step>, stream: &mut Stream) {
        let source = match stream.below(100) {
            0..=33 => "search",
            34..=58 => "direct",
            59..=76 if visitor.customer.is_some() => "email",
            59..=84 => "social",
            _ => "ads",
        };
        self.steps += steps.len();
        self.visits.push(Visit {
            visitor: visitor.number,
            customer: visitor.customer,
            start,
            device: visitor.device,
            source,
            steps,
        });
    }

    /// Puts the stated number of searches before the first thing seen in as many visits. One in thirteen finds nothing.
    fn search(&mut self, seed: u64, strangers_from: usize) {
        let mut stream = Stream::new(seed, "searches");
        let mut order: Vec<usize> = (0..self.visits.len()).collect();
        stream.shuffle(&mut order);
        // People who know the store search less than those who do not.
        order.sort_by_key(|index| *index < strangers_from && splits_off(*index));
        for index in order.into_iter().take(SEARCHES) {
            let Some(What::View(first) | What::Add(first)) =
                self.visits[index].steps.first().map(|step| step.what.clone())
            else {
                continue;
            };
            let fruitless = FINDS_NOTHING
                .iter()
                .filter(|(_, then)| {
                    then.is_some_and(|handle| self.assortment.articles[first].handle == handle)
                })
                .map(|(query, _)| *query)
                .next();
            let query = match fruitless {
                Some(query) if stream.chance(300) => query.to_owned(),
                _ if stream.chance(62) => stream.pick(&FINDS_NOTHING).0.to_owned(),
                _ => self.query_for(first, &mut stream),
            };
            let results = self.results(&query);
            let steps = &mut self.visits[index].steps;
            let shift = stream.between(6, 30);
            for step in steps.iter_mut() {
                step.seconds_in += shift;
            }
            steps.insert(0, Step { seconds_in: 0, what: What::Search { query, results } });
        }
    }

    /// What somebody types who then looks at an article.
    fn query_for(&self, index: usize, stream: &mut Stream) -> String {
        let article = &self.assortment.articles[index];
        let words: Vec<String> = title_words(&article.title);
        match stream.below(10) {
            0..=4 => words.last().cloned().unwrap_or_default(),
            5..=7 if words.len() > 1 => words[words.len() - 2..].join(" "),
            8 => category_word(article.category).to_owned(),
            _ => words.join(" "),
        }
    }

    /// How many articles the store's own search finds: all words must be in title or category.
    fn results(&self, query: &str) -> usize {
        let wanted = title_words(query);
        self.words.iter().filter(|words| wanted.iter().all(|word| words.contains(word))).count()
    }
}

fn splits_off(index: usize) -> bool {
    !index.is_multiple_of(3)
}

fn searchable_words(article: &super::Article) -> Vec<String> {
    let mut words = title_words(&article.title);
    words.extend(title_words(article.category.name()));
    words.push(category_word(article.category).to_owned());
    words
}

fn title_words(text: &str) -> Vec<String> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '\'' || c == '-'))
        .filter(|word| !word.is_empty() && !matches!(*word, "in" | "with" | "and"))
        .map(str::to_lowercase)
        .collect()
}

fn category_word(category: Category) -> &'static str {
    match category {
        Category::Chairs => "chair",
        Category::Sofas => "sofa",
        Category::Tables => "table",
        Category::Bedroom => "bed",
        Category::Lighting => "lamp",
        Category::Kitchen => "kitchen",
        Category::Plants => "plant",
        Category::Decor => "decor",
        Category::Bath => "bath",
        Category::Kids => "toys",
        Category::Garden => "garden",
        Category::Bags => "bag",
    }
}

fn evening(day: i64, stream: &mut Stream) -> Moment {
    let hour = *stream.pick(&[7, 9, 11, 12, 13, 15, 17, 18, 19, 19, 20, 20, 20, 21, 21, 22]);
    Moment { day, second: hour * 3_600 + stream.between(0, 3_599) }
}

/// A day, busier ones more often.
fn busy_day(stream: &mut Stream) -> i64 {
    loop {
        let day = stream.between(0, DAYS - 1);
        let draw = calendar::traffic(day) * if calendar::sale_on(day).is_some() { 1.4 } else { 1.0 };
        if stream.unit() * 2.4 < draw {
            return day;
        }
    }
}
