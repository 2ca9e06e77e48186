//! What Larkfield Home sells: the bundled catalogue, plus what a merchant knows about each article.

use jiff::civil::date;
use serde::Deserialize;

use super::calendar::{self, DAYS};
use super::random::Stream;
use crate::shop::Minor;
use crate::shop::hash::{fnv1a64, splitmix64};

/// The bundled catalogue: one entry per buyable form, entries of one article share `parent`.
const CATALOG: &str = include_str!("../../assets/catalog.json");

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Category {
    Chairs,
    Sofas,
    Tables,
    Bedroom,
    Lighting,
    Kitchen,
    Plants,
    Decor,
    Bath,
    Kids,
    Garden,
    Bags,
}

impl Category {
    pub const ALL: [Self; 12] = [
        Self::Chairs,
        Self::Sofas,
        Self::Tables,
        Self::Bedroom,
        Self::Lighting,
        Self::Kitchen,
        Self::Plants,
        Self::Decor,
        Self::Bath,
        Self::Kids,
        Self::Garden,
        Self::Bags,
    ];

    pub fn name(self) -> &'static str {
        self.facts().0
    }

    /// The path in the platform's taxonomy.
    pub(super) fn taxonomy(self) -> &'static str {
        self.facts().1
    }

    /// Three letters for SKUs.
    pub(super) fn code(self) -> &'static str {
        self.facts().2
    }

    pub(super) fn vendors(self) -> &'static [&'static str] {
        self.facts().3
    }

    /// Purchase cost in a thousand of the price, from and to.
    fn cost_permille(self) -> (i64, i64) {
        match self {
            Self::Plants => (300, 420),
            Self::Kitchen | Self::Bath | Self::Decor => (340, 480),
            Self::Sofas | Self::Bedroom | Self::Tables => (480, 620),
            _ => (400, 560),
        }
    }

    fn facts(self) -> (&'static str, &'static str, &'static str, &'static [&'static str]) {
        match self {
            Self::Chairs => {
                ("Chairs & Stools", "Furniture > Chairs", "CHR", &["Osterley Joinery", "Larkfield"])
            }
            Self::Sofas => {
                ("Sofas & Armchairs", "Furniture > Sofas", "SOF", &["Winchester & Vale", "Larkfield"])
            }
            Self::Tables => {
                ("Tables & Desks", "Furniture > Tables", "TBL", &["Osterley Joinery", "Larkfield"])
            }
            Self::Bedroom => (
                "Bedroom & Storage",
                "Furniture > Beds & Accessories",
                "BED",
                &["Osterley Joinery", "Nightingale"],
            ),
            Self::Lighting => {
                ("Lighting", "Home & Garden > Lighting", "LGT", &["Brightwell", "Copper & Cord"])
            }
            Self::Kitchen => (
                "Kitchen & Dining",
                "Home & Garden > Kitchen & Dining",
                "KIT",
                &["Meadow Pottery", "Fenwick Ironware", "Larkfield"],
            ),
            Self::Plants => {
                ("Plants & Vases", "Home & Garden > Plants", "PLT", &["Greenhouse Lane", "Meadow Pottery"])
            }
            Self::Decor => {
                ("Decor & Textiles", "Home & Garden > Decor", "DEC", &["Larkfield", "Hearth & Hall"])
            }
            Self::Bath => {
                ("Bath", "Home & Garden > Bathroom Accessories", "BTH", &["Saltmarsh", "Larkfield"])
            }
            Self::Kids => ("Kids & Toys", "Toys & Games > Toys", "KID", &["Little Wren", "Blockhouse"]),
            Self::Garden => {
                ("Garden & Outdoor", "Home & Garden > Lawn & Garden", "GDN", &["Tern Outdoors", "Larkfield"])
            }
            Self::Bags => {
                ("Bags & Accessories", "Apparel & Accessories", "BAG", &["Coster", "Harrow & Pike"])
            }
        }
    }
}

/// One product with its forms.
#[derive(Clone, Debug)]
pub struct Article {
    pub handle: String,
    pub title: String,
    pub category: Category,
    pub vendor: &'static str,
    /// List price of every form.
    pub price: Minor,
    /// Rustic, modern, colourful or classic, 0…3. People keep to one.
    pub(super) style: u64,
    /// How often it sells among its category, before season, price and taste.
    pub(super) popularity: f64,
    /// First day on sale; negative when it was there before the history begins.
    pub(super) launched: i64,
    /// Days `[from, to)` without stock.
    pub(super) sold_out: Option<(i64, i64)>,
    /// Days between two purchases of somebody who uses it up.
    pub(super) used_up_after_days: Option<i64>,
    /// The list price before the price rise of September 2025, where it had one.
    pub(super) old_price: Option<Minor>,
    pub(super) cost: Minor,
    pub forms: Vec<Form>,
}

/// One buyable form (variant) of an article.
#[derive(Clone, Debug)]
pub struct Form {
    /// `None` for articles with a single form.
    pub colour: Option<String>,
    pub sku: String,
    pub(super) picture: String,
    /// `None`: the store does not count this one.
    pub(super) stock: Option<i64>,
    /// Sold on when empty: made to order.
    pub(super) made_to_order: bool,
}

#[derive(Clone, Debug)]
pub struct Assortment {
    pub articles: Vec<Article>,
}

#[derive(Deserialize)]
struct Entry {
    title: String,
    category: String,
    price: i64,
    parent: String,
    colour: Option<String>,
    image: String,
}

/// Styles of articles, and of people.
pub(super) const STYLES: u64 = 4;

const PRICE_RISE: jiff::civil::Date = date(2025, 9, 1);

impl Assortment {
    pub fn of_the_store(seed: u64) -> Self {
        let entries: Vec<Entry> =
            serde_json::from_str(CATALOG).expect("the bundled catalogue is read by a test of this module");
        let mut articles: Vec<Article> = Vec::new();
        for entry in entries {
            let position = articles.iter().position(|article| article.handle == entry.parent);
            let index = position.unwrap_or_else(|| {
                articles.push(article(seed, articles.len(), &entry));
                articles.len() - 1
            });
            articles[index].forms.push(Form {
                colour: entry.colour,
                sku: String::new(),
                picture: entry.image,
                stock: Some(0),
                made_to_order: false,
            });
        }
        rank(seed, &mut articles);
        for (index, article) in articles.iter_mut().enumerate() {
            finish_forms(seed, index, article);
        }
        Self { articles }
    }

    pub(super) fn index(&self, handle: &str) -> Option<usize> {
        self.articles.iter().position(|article| article.handle == handle)
    }
}

impl Article {
    pub(super) fn is_for_sale(&self, day: i64) -> bool {
        self.launched <= day && self.sold_out.is_none_or(|(from, to)| day < from || to <= day)
    }

    pub(super) fn list_price(&self, day: i64) -> Minor {
        match self.old_price {
            Some(old) if day < calendar::day_of(PRICE_RISE) => old,
            _ => self.price,
        }
    }

    /// What it costs on a day: the list price, or less while a sale covers it. Whole dollars less five cents.
    pub(super) fn price_on(&self, day: i64) -> Minor {
        let list = self.list_price(day);
        let Some(sale) = calendar::sale_on(day) else {
            return list;
        };
        let draw = splitmix64(fnv1a64(self.handle.as_bytes()) ^ fnv1a64(sale.name.as_bytes()));
        if draw % 1_000 >= sale.covers_permille {
            return list;
        }
        let percent = sale.percent_off[(draw / 1_000 % sale.percent_off.len() as u64) as usize];
        (list * (100 - percent) / 100 / 100 * 100 - 5).max(95)
    }

    /// True for the articles that the planted pairs and habits hang on.
    pub(super) fn leads(&self) -> bool {
        LEADERS.contains(&self.handle.as_str())
    }

    /// Title as an order line names it.
    pub(super) fn line_name(&self, form: usize) -> String {
        match self.option_value(form) {
            Some(value) => format!("{} - {value}", self.title),
            None => self.title.clone(),
        }
    }

    /// The value of the option `Colour`; `None` for an article with one form only.
    pub(super) fn option_value(&self, form: usize) -> Option<String> {
        (self.forms.len() > 1).then(|| {
            let colour = self.forms[form].colour.as_deref().unwrap_or("natural");
            let mut letters = colour.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        })
    }
}

fn article(seed: u64, index: usize, entry: &Entry) -> Article {
    let mut stream = Stream::member(seed, "article", index);
    let category = Category::ALL
        .into_iter()
        .find(|category| category.name() == entry.category)
        .unwrap_or(Category::Decor);
    let price = entry.price * 100;
    let (low, high) = category.cost_permille();
    let vendors = category.vendors();
    Article {
        handle: entry.parent.clone(),
        title: entry.title.clone(),
        category,
        vendor: vendors[stream.below(vendors.len())],
        price,
        style: splitmix64(index as u64 ^ 0x5741) % STYLES,
        popularity: 0.0,
        launched: -1,
        sold_out: None,
        used_up_after_days: used_up_after_days(&entry.parent),
        old_price: stream.chance(140).then(|| price * stream.between(90, 95) / 100 / 100 * 100),
        cost: price * stream.between(low, high) / 1_000,
        forms: Vec::new(),
    }
}

/// What people use up and buy again.
fn used_up_after_days(handle: &str) -> Option<i64> {
    match handle {
        "bath-oil-bottle" => Some(56),
        "face-cream-pot" => Some(48),
        "taper-candle-in-holder" => Some(63),
        "sea-sponge" => Some(75),
        "firewood-bundle" => Some(35),
        "red-tulips-in-vase" | "mixed-tulips" | "white-lilies" => Some(30),
        _ => None,
    }
}

/// Few articles sell often, most seldom (a long tail within each category); some arrive during the two years; the best
/// sellers run out once.
fn rank(seed: u64, articles: &mut [Article]) {
    let mut stream = Stream::new(seed, "popularity");
    for category in Category::ALL {
        let mut members: Vec<usize> =
            (0..articles.len()).filter(|index| articles[*index].category == category).collect();
        stream.shuffle(&mut members);
        for (rank, index) in members.into_iter().enumerate() {
            articles[index].popularity = 1.0 / (1.0 + 0.45 * rank as f64) + 0.04;
        }
    }
    for article in articles.iter_mut().filter(|article| article.leads()) {
        article.popularity += if article.handle == "winchester-sofa" { 3.2 } else { 0.9 };
    }
    let newcomers: Vec<usize> = (0..articles.len()).filter(|index| !articles[*index].leads()).collect();
    let mut order = newcomers;
    stream.shuffle(&mut order);
    for (nth, index) in order.iter().take(34).enumerate() {
        // Twelve came in the last seven weeks, the others over the time before.
        articles[*index].launched =
            if nth < 12 { stream.between(DAYS - 48, DAYS - 9) } else { stream.between(40, DAYS - 90) };
        articles[*index].old_price = None;
    }
    for handle in [
        "whistling-kettle",
        "white-orchid",
        "copper-pendant",
        "stoneware-mug",
        "succulent-trio",
        "shell-chair",
        "brass-banker-lamp",
        "club-armchair",
        "block-train",
        "striped-deck-chair",
    ] {
        if let Some(article) = articles.iter_mut().find(|article| article.handle == handle) {
            let from = stream.between(150, DAYS - 120);
            article.sold_out = Some((from, from + stream.between(14, 30)));
        }
    }
}

/// Articles the planted pairs and the shoppers' habits hang on: never newcomers, always near the top.
const LEADERS: [&str; 26] = [
    "stovetop-espresso-pot",
    "stoneware-mug",
    "whistling-kettle",
    "meadow-teapot",
    "meadow-cup-saucer",
    "winchester-sofa",
    "winchester-armchair",
    "pebble-round-rug",
    "two-drawer-nightstand",
    "pleated-bedside-lamp",
    "striped-deck-chair",
    "beach-parasol",
    "two-person-tent",
    "sleeping-bag",
    "camp-lantern",
    "succulent-trio",
    "ribbed-vase",
    "block-train",
    "xylophone",
    "gift-box",
    "junior-bed",
    "willow-basket",
    "white-orchid",
    "copper-pendant",
    "osaka-oak-dining-chair",
    "brass-banker-lamp",
];

fn finish_forms(seed: u64, index: usize, article: &mut Article) {
    let mut stream = Stream::member(seed, "stock", index);
    let untracked = matches!(article.handle.as_str(), "firewood-bundle" | "gift-box");
    let made_to_order = article.category == Category::Sofas && stream.chance(500);
    let several = article.forms.len() > 1;
    let demand = (article.popularity * 26.0) as i64 + 3;
    for (nth, form) in article.forms.iter_mut().enumerate() {
        let colour = form.colour.as_deref().unwrap_or("natural");
        let suffix = if several { format!("-{}", colour[..3].to_uppercase()) } else { String::new() };
        form.sku = format!("LH-{}-{:03}{suffix}", article.category.code(), index + 1);
        form.made_to_order = made_to_order;
        let level = match stream.below(100) {
            0..=4 => 0,
            5..=12 => stream.between(1, 3),
            _ => stream.between(demand / 2, demand * 3 / (1 + nth as i64).min(3) + 6),
        };
        form.stock = (!untracked).then_some(level);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_catalogue_has_206_articles_in_288_forms_and_12_categories() {
        let assortment = Assortment::of_the_store(super::super::SEED);
        assert_eq!(assortment.articles.len(), 206);
        assert_eq!(assortment.articles.iter().map(|article| article.forms.len()).sum::<usize>(), 288);
        let categories: BTreeSet<Category> =
            assortment.articles.iter().map(|article| article.category).collect();
        assert_eq!(categories.len(), 12);
        let mut skus: Vec<&String> =
            assortment.articles.iter().flat_map(|article| &article.forms).map(|form| &form.sku).collect();
        skus.sort_unstable();
        skus.dedup();
        assert_eq!(skus.len(), 288, "every form has its own SKU");
    }

    #[test]
    fn every_leader_is_in_the_catalogue() {
        let assortment = Assortment::of_the_store(super::super::SEED);
        for handle in LEADERS {
            assert!(assortment.index(handle).is_some(), "{handle} is not in the catalogue");
        }
    }

    #[test]
    fn a_sale_price_is_below_the_list_price() {
        let assortment = Assortment::of_the_store(super::super::SEED);
        let day = calendar::day_of(date(2025, 11, 28));
        let marked_down = assortment
            .articles
            .iter()
            .filter(|article| article.price_on(day) < article.list_price(day))
            .count();
        assert!((40..110).contains(&marked_down), "{marked_down}");
        assert!(assortment.articles.iter().all(|article| article.price_on(day) <= article.list_price(day)));
    }
}
