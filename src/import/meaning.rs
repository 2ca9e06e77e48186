//! What a column can mean. One list for the built-in profiles, the mapping file and the wizard.

use serde::{Deserialize, Serialize};

/// How the cells of a column are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    Text,
    /// An amount of money; becomes minor units.
    Money,
    /// A count, possibly written with decimals.
    Number,
    /// An instant.
    Time,
    /// Yes or no, in any spelling.
    Flag,
}

macro_rules! meanings {
    ($($variant:ident, $name:literal, $label:literal, $value:ident;)*) => {
        /// The meaning of one column.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Meaning { $(#[serde(rename = $name)] $variant,)* }

        impl Meaning {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word used in mapping files.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The words shown to people.
            pub fn label(self) -> &'static str {
                match self { $(Self::$variant => $label,)* }
            }

            pub fn value(self) -> Value {
                match self { $(Self::$variant => Value::$value,)* }
            }
        }
    };
}

meanings! {
    Ignore, "ignore", "Ignored", Text;
    Secret, "secret", "Never read (password, token, card)", Text;
    // Products.
    ProductId, "product_id", "Product ID", Text;
    Handle, "handle", "Product handle", Text;
    Title, "title", "Product title", Text;
    Description, "description", "Description", Text;
    Vendor, "vendor", "Vendor or brand", Text;
    ProductType, "product_type", "Product type", Text;
    Category, "category", "Category path", Text;
    Tags, "tags", "Tags", Text;
    Collections, "collections", "Collections", Text;
    Published, "published", "Published", Flag;
    Status, "product_status", "Product status", Text;
    CreatedAt, "product_created_at", "Product created at", Time;
    Url, "url", "Product page address", Text;
    ImageUrl, "image_url", "Picture address", Text;
    VariantImage, "variant_image_url", "Variant picture address", Text;
    VariantId, "variant_id", "Variant ID", Text;
    Sku, "sku", "SKU", Text;
    Barcode, "barcode", "Barcode (GTIN, EAN, UPC)", Text;
    OptionName, "option_name", "Option name", Text;
    OptionValue, "option_value", "Option value", Text;
    Price, "price", "Price", Money;
    CompareAt, "compare_at_price", "\"Was\" price", Money;
    RegularPrice, "regular_price", "Regular price", Money;
    SalePrice, "sale_price", "Sale price", Money;
    Surcharge, "surcharge", "Surcharge on the product's price", Money;
    OnSale, "on_sale", "On sale", Flag;
    SaleFrom, "sale_from", "Sale starts", Time;
    SaleTo, "sale_to", "Sale ends", Time;
    Cost, "cost", "Cost per item", Money;
    Stock, "stock", "Stock level", Text;
    InStock, "in_stock", "In stock", Text;
    StockTracked, "stock_tracked", "Stock is tracked", Text;
    StockPolicy, "sell_when_empty", "Sell when out of stock", Text;
    Currency, "currency", "Currency", Text;
    GiftCard, "gift_card", "Is a gift card", Flag;
    Attribute, "attribute", "Further attribute", Text;
    AttributeName, "attribute_name", "Attribute name", Text;
    AttributeValue, "attribute_value", "Attribute value", Text;
    Related, "related", "Related products", Text;
    Upsell, "upsell", "Up-sells", Text;
    CrossSell, "cross_sell", "Cross-sells", Text;
    Parent, "parent", "Parent product", Text;
    RowType, "row_type", "Kind of row", Text;
    Language, "language", "Language or store view", Text;
    Visibility, "visibility", "Visibility", Text;
    Packed, "packed", "Packed values of the platform", Text;
    // Customers.
    CustomerId, "customer_id", "Customer ID", Text;
    Email, "email", "Email address", Text;
    Phone, "phone", "Phone number", Text;
    FirstName, "first_name", "First name", Text;
    LastName, "last_name", "Last name", Text;
    FullName, "full_name", "Full name", Text;
    Country, "country", "Country", Text;
    CustomerTags, "customer_tags", "Customer tags", Text;
    CustomerCreatedAt, "customer_created_at", "Customer since", Time;
    AcceptsEmail, "accepts_email", "Accepts email marketing", Text;
    AcceptsSms, "accepts_sms", "Accepts SMS marketing", Text;
    DeclaredOrders, "declared_orders", "Orders so far", Number;
    DeclaredSpent, "declared_spent", "Total spent", Money;
    Preference, "preference", "Stated preference (quiz answer)", Text;
    // Orders.
    OrderId, "order_id", "Order number", Text;
    PlacedAt, "placed_at", "Order date", Time;
    PlacedTime, "placed_time", "Order time of day", Text;
    ZoneLabel, "time_zone", "Time zone", Text;
    OrderStatus, "order_status", "Order or payment status", Text;
    CancelledAt, "cancelled_at", "Cancelled at", Text;
    IsTest, "is_test", "Is a test order", Flag;
    Channel, "channel", "Sales channel", Text;
    PaymentMethod, "payment_method", "Payment method", Text;
    Subtotal, "subtotal", "Subtotal", Money;
    OrderDiscount, "order_discount", "Discount of the order", Money;
    Shipping, "shipping", "Shipping cost", Money;
    Tax, "tax", "Tax", Money;
    Total, "total", "Order total", Money;
    Refunded, "refunded", "Refunded amount", Money;
    DiscountCodes, "discount_codes", "Discount codes", Text;
    AcceptsMarketing, "accepts_marketing", "Accepts marketing (at the order)", Flag;
    BillingName, "billing_name", "Billing name", Text;
    BillingAddress, "billing_address", "Billing address", Text;
    ShippingName, "shipping_name", "Shipping name", Text;
    ShippingAddress, "shipping_address", "Shipping address", Text;
    LineTitle, "line_title", "Line: product title", Text;
    LineVariant, "line_variant", "Line: variant", Text;
    Quantity, "quantity", "Quantity", Number;
    RefundedQuantity, "refunded_quantity", "Quantity refunded", Number;
    UnitPrice, "unit_price", "Unit price", Money;
    LineTotal, "line_total", "Line total", Money;
    ListPrice, "list_price", "List price (before sale)", Money;
    LineDiscount, "line_discount", "Line discount", Money;
    LineItems, "line_items", "All lines packed in one cell", Text;
    // Events.
    EventId, "event_id", "Event ID", Text;
    EventAt, "event_at", "Event time", Time;
    EventKind, "event", "Event", Text;
    EventName, "event_detail", "Event detail", Text;
    VisitorId, "visitor_id", "Visitor ID", Text;
    SessionId, "session_id", "Session", Text;
    Query, "query", "Search words", Text;
    Results, "results", "Search results", Number;
    EventValue, "value", "Event value", Money;
    Page, "page", "Page address", Text;
    Source, "source", "Traffic source", Text;
    Device, "device", "Device", Text;
    EventProduct, "event_product_json", "Products of the event (JSON)", Text;
    EventAction, "event_action_json", "Action of the event (JSON)", Text;
    // Stock, discounts, search terms.
    Location, "location", "Stock location", Text;
    StockColumn, "stock_at_location", "Stock level at the location in the header", Text;
    DiscountCode, "discount_code", "Discount code", Text;
    DiscountKind, "discount_kind", "Kind of discount", Text;
    DiscountValue, "discount_value", "Value of the discount", Text;
    StartsAt, "starts_at", "Starts at", Time;
    EndsAt, "ends_at", "Ends at", Time;
    TimesUsed, "times_used", "Times used", Number;
    DiscountStatus, "discount_status", "Status of the discount", Text;
    SearchTerm, "search_term", "Search term", Text;
    Searches, "searches", "Searches", Number;
    Clicks, "clicks", "Clicks", Number;
}

impl Meaning {
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|meaning| meaning.name() == name)
    }

    pub(super) fn idx(self) -> usize {
        self as usize
    }

    /// True when several columns of one file may share it.
    pub fn may_repeat(self) -> bool {
        matches!(
            self,
            Self::Ignore
                | Self::Secret
                | Self::Attribute
                | Self::AttributeName
                | Self::AttributeValue
                | Self::OptionName
                | Self::OptionValue
                | Self::ImageUrl
                | Self::Category
                | Self::Tags
                | Self::Collections
                | Self::Related
                | Self::Upsell
                | Self::CrossSell
                | Self::BillingAddress
                | Self::ShippingAddress
                | Self::LineItems
                | Self::StockColumn
                | Self::Packed
                | Self::Preference
                | Self::Price
                | Self::Phone
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_unique_and_parses_back() {
        for (idx, meaning) in Meaning::ALL.iter().enumerate() {
            assert_eq!(meaning.idx(), idx);
            assert_eq!(Meaning::parse(meaning.name()), Some(*meaning), "{}", meaning.name());
        }
    }
}
