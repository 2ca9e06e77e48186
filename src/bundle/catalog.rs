//! The attributes of products that rules, filters, signals and the preview use.

use serde::{Deserialize, Serialize};

use crate::shop::{Minor, Seconds};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalog {
    /// Ascending by id (UTF-8 bytes, which is code point order). An index into this list is a product everywhere.
    pub products: Vec<CatalogProduct>,
    pub collections: Vec<Collection>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CatalogProduct {
    pub id: String,
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handle: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// Ids of collections, ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub collections: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Name and value, for example colour and material. Used by conditions, similarity and the guided finder.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<(String, String)>,
    /// Lowest price of its variants.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Minor>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compare_at: Option<Minor>,
    /// Sum over tracked variants; `None` is untracked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stock: Option<i64>,
    /// Sold on although the count is zero.
    #[serde(default)]
    pub sell_when_empty: bool,
    pub published: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Seconds>,
    /// When it last came back from sold out, where two imports show it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restocked_at: Option<Seconds>,
    /// Picture name or address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Products of one group are variants of each other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant_group: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collection {
    pub id: String,
    pub title: String,
}

impl Catalog {
    pub fn index(&self, id: &str) -> Option<u32> {
        self.products.binary_search_by(|probe| probe.id.as_str().cmp(id)).ok().map(|index| index as u32)
    }
}

impl CatalogProduct {
    /// Whole percent off the "was" price, rounded down; 0 when not on sale.
    pub fn discount_percent(&self) -> i64 {
        match (self.price, self.compare_at) {
            (Some(price), Some(was)) if was > price && was > 0 => (was - price) * 100 / was,
            _ => 0,
        }
    }

    /// True when a shopper can put it in the cart now.
    pub fn sellable(&self) -> bool {
        self.stock.is_none_or(|stock| stock > 0 || self.sell_when_empty)
    }
}
