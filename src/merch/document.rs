//! Everything the merchant made by hand, as one value.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::layout::{BlockKind, Layout, PageKey};
use super::rule::Rule;

/// The merchandising document of a workspace. Small, cloned freely, versioned by edits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// A page without an own layout uses the one of its kind (`collection:x` falls back to `collection`).
    pub layouts: BTreeMap<PageKey, Layout>,
    /// In list order.
    pub rules: Vec<Rule>,
    #[serde(default)]
    pub search: SearchSettings,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchSettings {
    #[serde(default)]
    pub synonyms: Vec<Synonym>,
    #[serde(default)]
    pub redirects: Vec<Redirect>,
    #[serde(default)]
    pub ignored_words: Vec<String>,
}

/// `one_way`: the first word finds the others, not the reverse.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Synonym {
    pub words: Vec<String>,
    pub one_way: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redirect {
    pub query: String,
    pub to: String,
}

impl Document {
    /// Names of the pictures that banners and tiles show; a name may come twice.
    pub fn pictures(&self) -> impl Iterator<Item = &str> {
        let blocks = self.layouts.values().flat_map(|layout| {
            layout.default.iter().chain(layout.variants.iter().flat_map(|variant| &variant.blocks))
        });
        blocks
            .flat_map(|block| match &block.kind {
                BlockKind::Heroes { heroes } => heroes.iter().map(|hero| hero.image.as_str()).collect(),
                BlockKind::Banner { hero } => vec![hero.image.as_str()],
                BlockKind::Tiles { tiles } => tiles.iter().filter_map(|tile| tile.image.as_deref()).collect(),
                BlockKind::Products => Vec::new(),
            })
            .filter(|name| !name.is_empty())
    }

    /// The layout of a page: its own, else that of its kind.
    pub fn layout(&self, page: &PageKey) -> Option<&Layout> {
        self.layouts.get(&self.layout_key(page)?)
    }

    /// The key under which the layout of a page is kept; edits of the page's blocks go there.
    pub fn layout_key(&self, page: &PageKey) -> Option<PageKey> {
        let kind = match page {
            PageKey::Collection(_) => PageKey::Collection(None),
            PageKey::Product(_) => PageKey::Product(None),
            PageKey::Email(_) => PageKey::Email(None),
            other => other.clone(),
        };
        [page.clone(), kind].into_iter().find(|key| self.layouts.contains_key(key))
    }

    /// An id no rule has, for a rule to be made.
    pub fn next_rule_id(&self) -> String {
        let highest = self
            .rules
            .iter()
            .filter_map(|rule| rule.id.strip_prefix('r')?.parse::<u64>().ok())
            .max()
            .unwrap_or(0);
        format!("r{}", highest + 1)
    }
}
