//! What an export reads: the bundle ready to decide, what the store's platform calls its products, and, for targets that
//! address people, who belongs where.

use std::collections::BTreeMap;

use crate::bundle::{Bundle, EVERYONE, SegmentInfo};
use crate::decide::{HistoryItem, Prepared};
use crate::shop::{Consent, Minor, Seconds};

/// Groups of fewer people are exported as everyone.
pub const SMALLEST_GROUP: u32 = 10;

pub struct Subject<'a> {
    pub prepared: &'a Prepared,
    pub bundle_id: String,
    /// The moment the lists are decided for.
    pub now: Seconds,
    /// Per catalog product, same index.
    pub goods: Vec<Goods>,
    /// Read only by targets that address people.
    pub members: Vec<Member>,
    /// Read only by recommenders that learn their own model; customer by index into `members`.
    pub interactions: Vec<Interaction>,
    /// The bundle as it lies on disk, for the web runtime: path and bytes.
    pub bundle_files: Vec<(String, Vec<u8>)>,
    /// Bytes of pictures by the catalog's image name, for the report.
    pub pictures: BTreeMap<String, Vec<u8>>,
    /// Evaluation, audit and advice as headed tables, for the report.
    pub sections: Vec<Section>,
}

/// What the platform knows a catalog product by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Goods {
    pub skus: Vec<String>,
    /// Links the platform has now: (`related` | `upsell` | `cross_sell`, product id). Written to the undo files.
    pub links: Vec<(String, String)>,
}

/// A customer as a mail tool or tag import needs one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Member {
    /// The platform's id.
    pub id: String,
    /// Only where the owner turned names on.
    pub email: Option<String>,
    pub consent: Consent,
    pub tags: Vec<String>,
    pub segment: String,
    pub history: Vec<HistoryItem>,
    /// The one message that is due for them, if any.
    pub message: Option<Message>,
    /// Percent off that their group is offered; 0 is none.
    pub offer_percent: u32,
}

/// A trigger that fits somebody today.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    pub trigger: String,
    /// Catalog index of the product it is about.
    pub product: Option<u32>,
    /// `YYYY-MM-DD`.
    pub due: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interaction {
    pub member: u32,
    /// Catalog index.
    pub product: u32,
    pub kind: InteractionKind,
    pub at: Seconds,
    pub quantity: i64,
    pub unit_price: Option<Minor>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum InteractionKind {
    View,
    Cart,
    Purchase,
}

/// A part of the report: words first, then a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    pub title: String,
    pub paragraphs: Vec<String>,
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Subject<'_> {
    pub fn bundle(&self) -> &Bundle {
        self.prepared.bundle()
    }

    pub(super) fn product_id(&self, product: u32) -> &str {
        self.bundle().catalog.products.get(product as usize).map_or("", |product| product.id.as_str())
    }

    pub(super) fn ids(&self, products: &[u32]) -> Vec<&str> {
        products.iter().map(|product| self.product_id(*product)).collect()
    }

    /// `*`, then every group that is large enough to name, in the bundle's order.
    pub(super) fn groups(&self) -> Vec<&str> {
        let named = self.named_groups().map(|segment| segment.id.as_str());
        std::iter::once(EVERYONE).chain(named).collect()
    }

    pub(super) fn named_groups(&self) -> impl Iterator<Item = &SegmentInfo> {
        self.bundle().segments.segments.iter().filter(|segment| segment.customers >= SMALLEST_GROUP)
    }

    /// The group to write for a member: their own, or everyone when it is too small.
    pub(super) fn group_of<'m>(&self, member: &'m Member) -> &'m str {
        if self.named_groups().any(|segment| segment.id == member.segment) {
            &member.segment
        } else {
            EVERYONE
        }
    }

    pub(super) fn group_name<'s>(&'s self, id: &'s str) -> &'s str {
        self.bundle()
            .segments
            .segments
            .iter()
            .find(|segment| segment.id == id)
            .map_or("Everyone", |segment| &segment.name)
    }

    pub(super) fn sku(&self, product: u32) -> Option<&str> {
        self.goods.get(product as usize)?.skus.iter().map(String::as_str).find(|sku| !sku.is_empty())
    }

    /// Published and priced: what may be recommended anywhere.
    pub(super) fn can_show(&self, product: u32) -> bool {
        self.bundle()
            .catalog
            .products
            .get(product as usize)
            .is_some_and(|product| product.published && product.price.is_some())
    }
}
