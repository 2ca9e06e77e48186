//! The document a new store starts with.

use super::document::Document;
use super::layout::{Audience, Block, BlockKind, Hero, Layout, PageKey, Source, StockPolicy, Tile, Weights};
use crate::shop::StoreLanguage;

/// Tiles on the homepage at most.
const MOST_TILES: usize = 6;

/// What the defaults look at.
#[derive(Clone, Debug, Default)]
pub struct Store<'a> {
    pub name: &'a str,
    /// Of every title and headline.
    pub language: StoreLanguage,
    /// Id, title and number of published products, any order.
    pub collections: Vec<(String, String, u32)>,
    /// Name and number of published products, any order. Used for tiles where there are no collections.
    pub product_types: Vec<(String, u32)>,
    pub has_discounts: bool,
    pub has_restocks: bool,
    pub demand: Demand,
}

/// What is known of what people want; a row must not promise best sellers where nothing was ever sold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Demand {
    #[default]
    Sales,
    /// Nothing was ever sold: what leads is what visitors look at.
    Visits,
    /// A catalog alone.
    Unknown,
}

/// Homepage, category, product, cart, search, email and thank-you pages without a single rule.
pub fn document(store: &Store<'_>) -> Document {
    let mut document = Document::default();
    let words = Words::of(store.language);
    let pages = [
        (PageKey::Home, home(store)),
        (PageKey::Collection(None), vec![listing("grid", words.all_products, Source::Collection(None))]),
        (PageKey::Product(None), product(words)),
        (PageKey::Cart, cart(words)),
        (PageKey::Search, search(words)),
        (PageKey::Email(None), vec![picked(words, 6)]),
        (PageKey::Email(Some("back_in_stock".to_owned())), back_in_stock(words)),
        (PageKey::Email(Some("replenish".to_owned())), replenish(words)),
        (PageKey::ThankYou, thank_you(words)),
    ];
    for (page, default) in pages {
        let layout = Layout { variants: Vec::new(), default };
        document.layouts.insert(page, layout);
    }
    document.search.ignored_words = words.ignored.iter().map(|word| (*word).to_owned()).collect();
    document
}

/// Weights of a preset by the name on screen.
pub const PRESETS: [(&str, Weights, u32); 5] = [
    ("Balanced", Weights::BALANCED, 100),
    ("Best sellers first", weights(250, 600, 0, 50, 100), 50),
    ("Discovery", weights(500, 50, 300, 50, 100), 300),
    ("Protect margin", weights(350, 150, 50, 400, 50), 100),
    ("Clear stock", weights(250, 150, 0, 100, 500), 100),
];

const fn weights(relevance: u32, popularity: u32, newness: u32, margin: u32, stock: u32) -> Weights {
    Weights { relevance, popularity, newness, margin, stock }
}

fn home(store: &Store<'_>) -> Vec<Block> {
    let words = Words::of(store.language);
    let mut blocks = vec![hero(store, words)];
    let tiles = tiles(store);
    if !tiles.is_empty() {
        let mut block = Block::products("tiles", words.by_category, Vec::new(), 0);
        block.kind = BlockKind::Tiles { tiles };
        blocks.push(block);
    }
    let mut picked = picked(words, 8);
    if store.demand == Demand::Unknown {
        picked.title = words.from_our_range.to_owned();
    }
    blocks.push(picked);
    blocks.push(weighed(
        Block::products("new", words.new_in, vec![Source::New, Source::Trending], 8),
        weights(250, 100, 550, 50, 50),
        150,
    ));
    let most_wanted = match store.demand {
        Demand::Sales => Some(words.best_sellers),
        Demand::Visits => Some(words.looked_at_most),
        Demand::Unknown => None,
    };
    if let Some(title) = most_wanted {
        blocks.push(weighed(
            Block::products("best", title, vec![Source::BestSellers], 8),
            weights(200, 700, 0, 50, 50),
            50,
        ));
        blocks.push(weighed(
            Block::products("trending", words.trending, vec![Source::Trending, Source::BestSellers], 8),
            weights(700, 200, 0, 50, 50),
            100,
        ));
    }
    if store.has_discounts {
        blocks.push(Block::products("sale", words.on_sale, vec![Source::OnSale], 8));
    }
    if store.has_restocks {
        blocks.push(Block::products("back", words.back_in_stock, vec![Source::BackInStock], 4));
    }
    blocks
}

fn hero(store: &Store<'_>, words: &Words) -> Block {
    let mut block = Block::products("hero", words.hero, Vec::new(), 0);
    let first = largest(store).into_iter().next();
    let name = if store.name.is_empty() { words.our_store } else { store.name };
    block.kind = BlockKind::Heroes {
        heroes: vec![Hero {
            id: "hero-1".to_owned(),
            headline: format!("{} {name}", words.welcome),
            button: first
                .as_ref()
                .map_or_else(|| words.shop_now.to_owned(), |(title, _)| format!("{} {title}", words.shop)),
            link: first.map_or_else(|| "/".to_owned(), |(_, link)| link),
            image: String::new(),
            audience: Audience::default(),
        }],
    };
    block
}

fn tiles(store: &Store<'_>) -> Vec<Tile> {
    largest(store)
        .into_iter()
        .take(MOST_TILES)
        .map(|(title, link)| Tile { title, link, image: None })
        .collect()
}

/// Title and link of collections, most products first, else of product types.
fn largest(store: &Store<'_>) -> Vec<(String, String)> {
    let mut collections: Vec<_> = store.collections.iter().filter(|(_, _, n)| *n > 0).collect();
    collections.sort_by(|left, right| right.2.cmp(&left.2).then_with(|| left.0.cmp(&right.0)));
    if !collections.is_empty() {
        return collections
            .into_iter()
            .map(|(id, title, _)| (title.clone(), format!("collection:{id}")))
            .collect();
    }
    let mut types: Vec<_> = store.product_types.iter().filter(|(_, n)| *n > 0).collect();
    types.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
    types.into_iter().map(|(name, _)| (name.clone(), format!("search:{name}"))).collect()
}

fn picked(words: &Words, size: u32) -> Block {
    Block::products("picked", words.picked, vec![Source::ForYou, Source::BestSellers], size)
}

/// A long list with paging: everything of one place, ordered.
fn listing(id: &str, title: &str, source: Source) -> Block {
    let mut block = Block::products(id, title, vec![source], 96);
    block.variety = 50;
    block
}

fn product(words: &Words) -> Vec<Block> {
    vec![
        list(
            "together",
            words.together,
            vec![Source::BoughtTogether, Source::CompleteTheSet, Source::Similar],
            4,
        ),
        list("similar", words.may_like, vec![Source::Similar, Source::AlsoViewed, Source::ForYou], 8),
        recently_viewed(words),
    ]
}

fn cart(words: &Words) -> Vec<Block> {
    vec![list(
        "cart",
        words.goes_with_cart,
        vec![Source::BoughtTogether, Source::CompleteTheSet, Source::BestSellers],
        4,
    )]
}

fn search(words: &Words) -> Vec<Block> {
    let mut results = listing("results", words.results, Source::SearchHits);
    results.weights = weights(700, 200, 0, 50, 50);
    results.variety = 0;
    results.sources.push(Source::BestSellers);
    vec![results]
}

fn thank_you(words: &Words) -> Vec<Block> {
    vec![list("next", words.next_time, vec![Source::BoughtTogether, Source::ForYou, Source::New], 4)]
}

fn back_in_stock(words: &Words) -> Vec<Block> {
    vec![Block::products("back", words.back_in_stock, vec![Source::BackInStock, Source::ForYou], 4)]
}

fn replenish(words: &Words) -> Vec<Block> {
    let mut again = list("again", words.again, vec![Source::BuyAgain, Source::ForYou], 4);
    again.may_repeat = true;
    vec![again, picked(words, 4)]
}

fn recently_viewed(words: &Words) -> Block {
    let mut block = list("recent", words.recent, vec![Source::RecentlyViewed, Source::Trending], 6);
    block.may_repeat = true;
    block.stock = StockPolicy::Any;
    block.variety = 0;
    block.weights = weights(1_000, 0, 0, 0, 0);
    block
}

/// A row whose list decides: relevance is how strongly the list brings a product.
fn list(id: &str, title: &str, sources: Vec<Source>, size: u32) -> Block {
    let mut block = weighed(Block::products(id, title, sources, size), weights(700, 150, 50, 50, 50), 50);
    block.minimum = size.saturating_mul(2).max(8);
    block
}

fn weighed(mut block: Block, weights: Weights, variety: u32) -> Block {
    block.weights = weights;
    block.variety = variety;
    block
}

/// Titles and headlines of one language.
struct Words {
    all_products: &'static str,
    by_category: &'static str,
    from_our_range: &'static str,
    new_in: &'static str,
    best_sellers: &'static str,
    looked_at_most: &'static str,
    trending: &'static str,
    on_sale: &'static str,
    back_in_stock: &'static str,
    hero: &'static str,
    our_store: &'static str,
    welcome: &'static str,
    shop_now: &'static str,
    shop: &'static str,
    picked: &'static str,
    together: &'static str,
    may_like: &'static str,
    goes_with_cart: &'static str,
    results: &'static str,
    next_time: &'static str,
    again: &'static str,
    recent: &'static str,
    ignored: &'static [&'static str],
}

impl Words {
    fn of(language: StoreLanguage) -> &'static Self {
        match language {
            StoreLanguage::English => &ENGLISH,
            StoreLanguage::German => &GERMAN,
        }
    }
}

const ENGLISH: Words = Words {
    all_products: "All products",
    by_category: "Shop by category",
    from_our_range: "From our range",
    new_in: "New in",
    best_sellers: "Best sellers",
    looked_at_most: "Looked at most",
    trending: "Trending now",
    on_sale: "On sale",
    back_in_stock: "Back in stock",
    hero: "Hero",
    our_store: "our store",
    welcome: "Welcome to",
    shop_now: "Shop now",
    shop: "Shop",
    picked: "Picked for you",
    together: "Bought together",
    may_like: "You may also like",
    goes_with_cart: "Goes well with your cart",
    results: "Results",
    next_time: "For next time",
    again: "Time for more",
    recent: "Recently viewed",
    ignored: &["a", "an", "and", "for", "in", "of", "the", "with"],
};

const GERMAN: Words = Words {
    all_products: "Alle Produkte",
    by_category: "Nach Kategorie",
    from_our_range: "Aus unserem Sortiment",
    new_in: "Neu eingetroffen",
    best_sellers: "Bestseller",
    looked_at_most: "Am meisten angesehen",
    trending: "Gerade gefragt",
    on_sale: "Reduziert",
    back_in_stock: "Wieder da",
    hero: "Banner",
    our_store: "uns",
    welcome: "Willkommen bei",
    shop_now: "Jetzt stöbern",
    shop: "Entdecken:",
    picked: "Für Sie ausgewählt",
    together: "Zusammen gekauft",
    may_like: "Das könnte Ihnen gefallen",
    goes_with_cart: "Passt zu Ihrem Warenkorb",
    results: "Treffer",
    next_time: "Für das nächste Mal",
    again: "Zeit für Nachschub",
    recent: "Zuletzt angesehen",
    ignored: &["das", "der", "die", "ein", "eine", "für", "in", "mit", "und", "von"],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_row_promises_more_than_is_known() {
        let titles = |demand: Demand| -> Vec<String> {
            home(&Store { demand, ..Store::default() }).into_iter().map(|block| block.title).collect()
        };
        assert_eq!(
            titles(Demand::Sales),
            ["Hero", "Picked for you", "New in", "Best sellers", "Trending now"]
        );
        assert_eq!(
            titles(Demand::Visits),
            ["Hero", "Picked for you", "New in", "Looked at most", "Trending now"]
        );
        assert_eq!(titles(Demand::Unknown), ["Hero", "From our range", "New in"]);
    }

    #[test]
    fn a_new_store_has_every_page_and_fair_weights() {
        let store = Store {
            name: "Larkfield",
            collections: vec![
                ("b".to_owned(), "Beds".to_owned(), 3),
                ("a".to_owned(), "Armchairs".to_owned(), 9),
            ],
            has_discounts: true,
            ..Store::default()
        };
        let document = document(&store);
        for page in ["home", "collection:x", "product:y", "cart", "search", "email:any", "thank_you"] {
            let layout = document.layout(&PageKey::from(page.to_owned())).unwrap();
            assert!(!layout.default.is_empty(), "{page}");
            for block in &layout.default {
                assert_eq!(block.weights.sum(), 1_000, "{page} {}", block.id);
            }
        }
        for (name, weights, _) in PRESETS {
            assert_eq!(weights.sum(), 1_000, "{name}");
        }
        let tiles = &document.layouts[&PageKey::Home].default[1].kind;
        assert!(matches!(tiles, BlockKind::Tiles { tiles } if tiles[0].title == "Armchairs"));
    }

    #[test]
    fn a_german_store_starts_with_german_titles_on_every_page() {
        let of = |language| {
            document(&Store { language, has_discounts: true, has_restocks: true, ..Store::default() })
        };
        let titles = |document: &Document| -> Vec<String> {
            let blocks = document.layouts.values().flat_map(|layout| &layout.default);
            blocks.map(|block| block.title.clone()).collect()
        };
        let (english, german) = (of(StoreLanguage::English), of(StoreLanguage::German));
        assert_eq!(titles(&english).len(), titles(&german).len());
        for title in titles(&german) {
            assert!(!titles(&english).contains(&title), "{title}");
        }
        assert!(german.search.ignored_words.contains(&"und".to_owned()));
    }
}
