//! Page layouts: which blocks stand on a page, in which order, and what fills them.

use serde::{Deserialize, Serialize};

/// Which page a layout or a rule is for. Written as `home`, `collection`, `collection:ID`, `product`, `cart`,
/// `search`, `email:TRIGGER`, `thank_you`. Without an id it means every page of that kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
pub enum PageKey {
    Home,
    Collection(Option<String>),
    /// With an id, a rule for the page of one product.
    Product(Option<String>),
    Cart,
    Search,
    Email(Option<String>),
    ThankYou,
}

impl From<PageKey> for String {
    fn from(key: PageKey) -> Self {
        key.to_string()
    }
}

impl From<String> for PageKey {
    /// Anything that is not a known word is a collection id, so that reading never fails.
    fn from(text: String) -> Self {
        let (word, id) = match text.split_once(':') {
            Some((word, id)) => (word, Some(id.to_owned())),
            None => (text.as_str(), None),
        };
        match (word, id) {
            ("home", None) => Self::Home,
            ("collection", id) => Self::Collection(id),
            ("product", id) => Self::Product(id),
            ("cart", _) => Self::Cart,
            ("search", _) => Self::Search,
            ("email", id) => Self::Email(id),
            ("thank_you", None) => Self::ThankYou,
            _ => Self::Collection(Some(text.clone())),
        }
    }
}

impl std::fmt::Display for PageKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (word, id) = match self {
            Self::Home => ("home", None),
            Self::Collection(id) => ("collection", id.as_deref()),
            Self::Product(id) => ("product", id.as_deref()),
            Self::Cart => ("cart", None),
            Self::Search => ("search", None),
            Self::Email(id) => ("email", id.as_deref()),
            Self::ThankYou => ("thank_you", None),
        };
        match id {
            Some(id) => write!(f, "{word}:{id}"),
            None => f.write_str(word),
        }
    }
}

/// All layouts of one page: variants in order, the first whose audience holds wins, else the default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<LayoutVariant>,
    pub default: Vec<Block>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayoutVariant {
    pub id: String,
    pub name: String,
    pub audience: Audience,
    pub blocks: Vec<Block>,
}

/// Every condition that is set must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audience {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<String>,
    /// (experiment id, arm id)
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arm: Option<(String, String)>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// Unique on its page, for example `picked`.
    pub id: String,
    pub title: String,
    pub kind: BlockKind,
    /// In order of preference; each next one only fills what is missing.
    #[serde(default)]
    pub sources: Vec<Source>,
    /// How many slots a shopper sees.
    pub size: u32,
    /// Candidates wanted before a source counts as enough; at least `size`.
    pub minimum: u32,
    pub weights: Weights,
    /// 0…1000 permille of similarity taken off the score.
    pub variety: u32,
    pub stock: StockPolicy,
    #[serde(default)]
    pub audience: Audience,
    #[serde(default)]
    pub may_repeat: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hand_picked: Vec<String>,
    /// Neutral value 0…10 000 per signal for products that the signal knows nothing about.
    pub neutral: [u16; 5],
}

impl Block {
    /// A product row with the defaults a new row gets.
    pub fn products(id: &str, title: &str, sources: Vec<Source>, size: u32) -> Self {
        Self {
            id: id.to_owned(),
            title: title.to_owned(),
            kind: BlockKind::Products,
            sources,
            size,
            minimum: size.saturating_mul(4).max(12),
            weights: Weights::BALANCED,
            variety: 100,
            stock: StockPolicy::Sellable,
            audience: Audience::default(),
            may_repeat: false,
            hand_picked: Vec::new(),
            neutral: [2_000, 2_000, 3_000, 5_000, 5_000],
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "show", rename_all = "snake_case")]
pub enum BlockKind {
    Products,
    /// Several banners; the first whose audience holds is shown.
    Heroes {
        heroes: Vec<Hero>,
    },
    Tiles {
        tiles: Vec<Tile>,
    },
    Banner {
        hero: Hero,
    },
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hero {
    pub id: String,
    pub headline: String,
    pub button: String,
    pub link: String,
    /// Name of a bundled or workspace picture.
    pub image: String,
    #[serde(default)]
    pub audience: Audience,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tile {
    pub title: String,
    pub link: String,
    pub image: Option<String>,
}

/// Where candidates of a block come from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Everything with relevance for this segment and history.
    ForYou,
    BoughtTogether,
    Similar,
    AlsoViewed,
    ViewedThenBought,
    CompleteTheSet,
    Trending,
    BestSellers,
    New,
    OnSale,
    RecentlyViewed,
    BuyAgain,
    BackInStock,
    HandPicked,
    /// All products of one collection; `None` is the page's own.
    Collection(Option<String>),
    /// Hits of the page's query.
    SearchHits,
    /// Every product of the catalog.
    Everything,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StockPolicy {
    /// Counted stock above zero.
    InStock,
    /// In stock, untracked, or "continue selling".
    #[default]
    Sellable,
    Any,
}

/// The five signals a score is made of, in the order used everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    Relevance,
    Popularity,
    Newness,
    Margin,
    Stock,
}

impl Signal {
    pub const ALL: [Self; 5] = [Self::Relevance, Self::Popularity, Self::Newness, Self::Margin, Self::Stock];
}

/// Permille per signal; they sum to 1000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weights {
    pub relevance: u32,
    pub popularity: u32,
    pub newness: u32,
    pub margin: u32,
    pub stock: u32,
}

impl Weights {
    pub const BALANCED: Self =
        Self { relevance: 450, popularity: 250, newness: 100, margin: 100, stock: 100 };

    pub fn of(self, signal: Signal) -> u32 {
        match signal {
            Signal::Relevance => self.relevance,
            Signal::Popularity => self.popularity,
            Signal::Newness => self.newness,
            Signal::Margin => self.margin,
            Signal::Stock => self.stock,
        }
    }

    /// Shares of any five non-negative numbers, in permille, summing to exactly 1000 (largest remainder, first wins
    /// ties). All zero gives all weight to relevance.
    pub fn from_shares(shares: [u32; 5]) -> Self {
        let total: u64 = shares.iter().map(|share| u64::from(*share)).sum();
        if total == 0 {
            return Self { relevance: 1000, popularity: 0, newness: 0, margin: 0, stock: 0 };
        }
        let mut permille = shares.map(|share| (u64::from(share) * 1000 / total) as u32);
        let mut order: Vec<usize> = (0..5).collect();
        order.sort_by_key(|&i| (std::cmp::Reverse(u64::from(shares[i]) * 1000 % total), i));
        let missing = 1000 - permille.iter().sum::<u32>();
        for &i in order.iter().take(missing as usize) {
            permille[i] += 1;
        }
        let [relevance, popularity, newness, margin, stock] = permille;
        Self { relevance, popularity, newness, margin, stock }
    }

    pub fn sum(self) -> u32 {
        Signal::ALL.iter().map(|signal| self.of(*signal)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_always_sum_to_a_thousand() {
        for shares in [[1, 1, 1, 0, 0], [0, 0, 0, 0, 0], [34, 21, 12, 13, 10], [7, 7, 7, 7, 7]] {
            assert_eq!(Weights::from_shares(shares).sum(), 1000, "{shares:?}");
        }
    }

    #[test]
    fn page_keys_survive_being_written_and_read() {
        for text in ["home", "collection", "collection:a:b", "product:x", "cart", "search", "email:win_back"]
        {
            assert_eq!(PageKey::from(text.to_owned()).to_string(), text);
        }
    }
}
