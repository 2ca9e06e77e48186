//! The document a new store starts with.

use super::document::Document;
use super::layout::{Audience, Block, BlockKind, Hero, Layout, PageKey, Source, StockPolicy, Tile, Weights};

/// Tiles on the homepage at most.
const MOST_TILES: usize = 6;

/// What the defaults look at.
#[derive(Clone, Debug, Default)]
pub struct Store<'a> {
    pub name: &'a str,
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
    let pages = [
        (PageKey::Home, home(store)),
        (PageKey::Collection(None), vec![listing("grid", "All products", Source::Collection(None))]),
        (PageKey::Product(None), product()),
        (PageKey::Cart, cart()),
        (PageKey::Search, search()),
        (PageKey::Email(None), vec![picked(6)]),
        (PageKey::Email(Some("back_in_stock".to_owned())), back_in_stock()),
        (PageKey::Email(Some("replenish".to_owned())), replenish()),
        (PageKey::ThankYou, thank_you()),
    ];
    for (page, default) in pages {
        let layout = Layout { variants: Vec::new(), default };
        document.layouts.insert(page, layout);
    }
    document.search.ignored_words =
        ["a", "an", "and", "for", "in", "of", "the", "with"].map(str::to_owned).to_vec();
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
    let mut blocks = vec![hero(store)];
    let tiles = tiles(store);
    if !tiles.is_empty() {
        let mut block = Block::products("tiles", "Shop by category", Vec::new(), 0);
        block.kind = BlockKind::Tiles { tiles };
        blocks.push(block);
    }
    let mut picked = picked(8);
    if store.demand == Demand::Unknown {
        picked.title = "From our range".to_owned();
    }
    blocks.push(picked);
    blocks.push(weighed(
        Block::products("new", "New in", vec![Source::New, Source::Trending], 8),
        weights(250, 100, 550, 50, 50),
        150,
    ));
    let most_wanted = match store.demand {
        Demand::Sales => Some("Best sellers"),
        Demand::Visits => Some("Looked at most"),
        Demand::Unknown => None,
    };
    if let Some(title) = most_wanted {
        blocks.push(weighed(
            Block::products("best", title, vec![Source::BestSellers], 8),
            weights(200, 700, 0, 50, 50),
            50,
        ));
        blocks.push(weighed(
            Block::products("trending", "Trending now", vec![Source::Trending, Source::BestSellers], 8),
            weights(700, 200, 0, 50, 50),
            100,
        ));
    }
    if store.has_discounts {
        blocks.push(Block::products("sale", "On sale", vec![Source::OnSale], 8));
    }
    if store.has_restocks {
        blocks.push(Block::products("back", "Back in stock", vec![Source::BackInStock], 4));
    }
    blocks
}

fn hero(store: &Store<'_>) -> Block {
    let mut block = Block::products("hero", "Hero", Vec::new(), 0);
    let first = largest(store).into_iter().next();
    let name = if store.name.is_empty() { "our store" } else { store.name };
    block.kind = BlockKind::Heroes {
        heroes: vec![Hero {
            id: "hero-1".to_owned(),
            headline: format!("Welcome to {name}"),
            button: first
                .as_ref()
                .map_or_else(|| "Shop now".to_owned(), |(title, _)| format!("Shop {title}")),
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

fn picked(size: u32) -> Block {
    Block::products("picked", "Picked for you", vec![Source::ForYou, Source::BestSellers], size)
}

/// A long list with paging: everything of one place, ordered.
fn listing(id: &str, title: &str, source: Source) -> Block {
    let mut block = Block::products(id, title, vec![source], 96);
    block.variety = 50;
    block
}

fn product() -> Vec<Block> {
    vec![
        list(
            "together",
            "Bought together",
            vec![Source::BoughtTogether, Source::CompleteTheSet, Source::Similar],
            4,
        ),
        list("similar", "You may also like", vec![Source::Similar, Source::AlsoViewed, Source::ForYou], 8),
        recently_viewed(),
    ]
}

fn cart() -> Vec<Block> {
    vec![list(
        "cart",
        "Goes well with your cart",
        vec![Source::BoughtTogether, Source::CompleteTheSet, Source::BestSellers],
        4,
    )]
}

fn search() -> Vec<Block> {
    let mut results = listing("results", "Results", Source::SearchHits);
    results.weights = weights(700, 200, 0, 50, 50);
    results.variety = 0;
    results.sources.push(Source::BestSellers);
    vec![results]
}

fn thank_you() -> Vec<Block> {
    vec![list("next", "For next time", vec![Source::BoughtTogether, Source::ForYou, Source::New], 4)]
}

fn back_in_stock() -> Vec<Block> {
    vec![Block::products("back", "Back in stock", vec![Source::BackInStock, Source::ForYou], 4)]
}

fn replenish() -> Vec<Block> {
    let mut again = list("again", "Time for more", vec![Source::BuyAgain, Source::ForYou], 4);
    again.may_repeat = true;
    vec![again, picked(4)]
}

fn recently_viewed() -> Block {
    let mut block = list("recent", "Recently viewed", vec![Source::RecentlyViewed, Source::Trending], 6);
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
}
