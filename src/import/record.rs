//! What a reader hands over, and to whom.

use serde::{Deserialize, Serialize};

use super::issue::Issue;
use super::times::DateOrder;
use super::value::DecimalMark;
use crate::shop::{Customer, Event, Minor, Order, Product, ProductRef, Seconds};

/// One typed thing found in an export. Orders arrive whole where the file groups their rows; when the same order id
/// comes again in one import, its lines are appended.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    Product(Product),
    Customer(Customer),
    Order(Order),
    Event(Event),
    /// A stock count from an inventory file; levels of several locations add up.
    StockLevel {
        product: ProductRef,
        location: Option<String>,
        level: i64,
    },
    /// A cost from an inventory or price file.
    Cost {
        product: ProductRef,
        cost: Minor,
    },
    Discount(Discount),
    /// Aggregated search terms (`Top online store searches`): term, searches, clicks, results where known.
    SearchTerm {
        term: String,
        searches: i64,
        clicks: Option<i64>,
        results: Option<i64>,
    },
}

/// A discount code or automatic discount as the platform lists it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Discount {
    pub code: String,
    pub kind: Option<String>,
    pub value: Option<String>,
    pub starts_at: Option<Seconds>,
    pub ends_at: Option<Seconds>,
    pub times_used: Option<i64>,
    pub status: Option<String>,
}

/// Which row of which file a record came from. `file` indexes the import's file list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    pub file: u32,
    /// 1-based physical line of the record's first row.
    pub line: u64,
    /// How many rows of the file this record stands for (a Shopify order of three lines is three rows).
    pub rows: u32,
}

/// Takes what a reader finds. The workspace writes it in one transaction; tests collect it.
pub trait Sink {
    type Error: std::error::Error + Send + Sync + 'static;

    fn record(&mut self, record: Record, origin: Origin) -> Result<(), Self::Error>;

    /// A row that cannot be used, as it was in the file (cells joined by the file's own delimiter), with the reason.
    fn set_aside(&mut self, raw: &str, origin: Origin, issue: Issue) -> Result<(), Self::Error>;

    /// A problem that sets no row aside.
    fn issue(&mut self, issue: Issue) -> Result<(), Self::Error>;
}

/// What became of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileReport {
    pub file: String,
    pub platform: Platform,
    pub kind: DataKind,
    pub encoding: String,
    /// `,` `;` tab or empty for formats without one.
    pub delimiter: String,
    /// Records, not lines: a quoted cell with line breaks is one row.
    pub rows_read: u64,
    pub rows_taken: u64,
    pub rows_set_aside: u64,
    pub bytes: u64,
    /// SHA-256 of the file, lower-case hex; the same file imported twice changes nothing.
    pub sha256: String,
    /// Columns that were not understood, by name.
    pub ignored_columns: Vec<String>,
    /// The same for the same set of columns in any order; empty without columns.
    #[serde(default)]
    pub signature: String,
    /// How days and months, and decimals, were read, where the file has such cells and it matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date_order: Option<DateOrder>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimal_mark: Option<DecimalMark>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Platform {
    Shopify,
    Woocommerce,
    Magento,
    Bigcommerce,
    Prestashop,
    Squarespace,
    Wix,
    Etsy,
    Square,
    Medusa,
    Saleor,
    Commercetools,
    Spree,
    Vendure,
    GoogleMerchant,
    Ga4,
    Segment,
    Snowplow,
    ShopifyPixel,
    Klaviyo,
    /// The plain tables of the command line's documentation.
    Plain,
    /// Read through a mapping the person made.
    Mapped,
    #[default]
    Unknown,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataKind {
    Products,
    Customers,
    Orders,
    OrderLines,
    Events,
    Inventory,
    Discounts,
    SearchTerms,
    #[default]
    Unknown,
}
