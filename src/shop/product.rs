//! A product and its variants, as a shopper can buy them.

use serde::{Deserialize, Serialize};

use super::money::{Currency, Minor};
use super::time::Seconds;

/// What a store sells under one title. Variants carry price and stock.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Product {
    /// The key the store's platform uses for it (handle, entity id, SKU of the parent). Kept byte for byte.
    pub id: String,
    pub handle: Option<String>,
    pub title: String,
    pub description: Option<String>,
    pub vendor: Option<String>,
    /// The merchant's own kind of thing, for example `Sofas & Armchairs`.
    pub product_type: Option<String>,
    /// The path in the platform's taxonomy, outermost first, for example `["Home", "Lighting"]`.
    pub category: Vec<String>,
    pub tags: Vec<String>,
    pub collections: Vec<String>,
    pub published: bool,
    pub created_at: Option<Seconds>,
    pub url: Option<String>,
    pub image_urls: Vec<String>,
    /// Gift cards, services and shipping are sold but never recommended.
    pub kind: super::order::LineKind,
    pub currency: Option<Currency>,
    /// Further attributes in file order, for example `("Material", "Oak")`.
    pub attributes: Vec<(String, String)>,
    /// Ids of products that the platform itself links to this one: (`related` | `upsell` | `cross_sell`, product key).
    pub links: Vec<(String, String)>,
    pub variants: Vec<Variant>,
}

/// One buyable form of a product.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    /// The platform's own id where it has one.
    pub id: Option<String>,
    pub sku: Option<String>,
    pub barcode: Option<String>,
    /// Option name and value, for example `("Colour", "Sage")`.
    pub options: Vec<(String, String)>,
    pub price: Option<Minor>,
    /// The "was" price.
    pub compare_at: Option<Minor>,
    pub cost: Option<Minor>,
    pub stock: Stock,
    pub image_url: Option<String>,
}

/// How many are left and what happens at none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stock {
    /// `None` means the store does not track this variant.
    pub level: Option<i64>,
    pub when_empty: SellWhenEmpty,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SellWhenEmpty {
    #[default]
    Deny,
    Continue,
}

impl Stock {
    /// True when a shopper can put it in the cart now.
    pub fn sellable(self) -> bool {
        self.level.is_none_or(|level| level > 0 || self.when_empty == SellWhenEmpty::Continue)
    }
}
