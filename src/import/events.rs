//! Rows to events, and the event names of all trackers.

use super::Error;
use super::columns::Columns;
use super::customers;
use super::engine::{FileRun, Table, required_time};
use super::meaning::Meaning;
use super::record::Record;
use super::row::Row;
use super::value;
use crate::shop::{Event, EventKind, ProductRef};

pub(super) type Expand = fn(&Row, &Columns, Event, &mut FileRun<'_>) -> Vec<Event>;

/// How a tracker writes events in a table.
#[derive(Clone, Copy, Default)]
pub(super) struct EventLayout {
    /// May turn one row into several events, or none.
    pub expand: Option<Expand>,
}

pub(super) struct EventTable {
    pub layout: EventLayout,
}

impl Table for EventTable {
    fn row(&mut self, row: &Row, columns: &Columns, run: &mut FileRun<'_>) -> Result<(), Error> {
        use Meaning as M;
        let cell = |meaning: Meaning| columns.cell(row, meaning);
        let at = match required_time(row, columns, M::EventAt, &mut run.clock) {
            Ok(at) => at,
            Err(reject) => return run.set_aside(row, columns, &reject),
        };
        let query = value::text(cell(M::Query));
        let event = Event {
            id: value::text(cell(M::EventId)),
            at,
            visitor: value::present(value::id(cell(M::VisitorId))).map(str::to_owned),
            customer: customers::reference(row, columns),
            session: value::text(cell(M::SessionId)),
            kind: kind(run.event_names.get(cell(M::EventKind)).map_or(cell(M::EventKind), String::as_str)),
            product: ProductRef {
                product_id: value::present(value::id(cell(M::ProductId))).map(|id| value::gid(id).to_owned()),
                variant_id: value::present(value::id(cell(M::VariantId))).map(|id| value::gid(id).to_owned()),
                sku: value::present(value::id(cell(M::Sku))).map(str::to_owned),
                handle: value::text(cell(M::Handle)),
            },
            query,
            results: run.count(row, columns, M::Results)?,
            quantity: run.count(row, columns, M::Quantity)?,
            value: run.money(row, columns, M::EventValue, run.exponent())?,
            order_id: value::present(value::id(cell(M::OrderId))).map(str::to_owned),
            page: value::text(cell(M::Page)),
            source: value::text(cell(M::Source)),
            device: value::text(cell(M::Device)),
        };
        let events = match self.layout.expand {
            Some(expand) => expand(row, columns, event, run),
            None => vec![event],
        };
        run.take(1);
        for event in events {
            run.record(Record::Event(event), row.line, 1)?;
        }
        Ok(())
    }

    fn finish(&mut self, _run: &mut FileRun<'_>) -> Result<(), Error> {
        Ok(())
    }
}

/// The kind of an event by the name a tracker gives it: GA4, Segment, Shopify pixels, Snowplow, Klaviyo and plain words.
pub(super) fn kind(name: &str) -> EventKind {
    let mut word = name.trim().to_lowercase().replace(['-', '.', ' ', ':'], "_");
    if let Some(rest) = word.strip_prefix("shopify_") {
        word = rest.to_owned();
    }
    match word.as_str() {
        "view_item" | "product_viewed" | "viewed_product" | "product_view" | "view_product" | "detail"
        | "view" | "productview" | "viewproduct" | "viewcontent" | "view_content" => EventKind::ViewProduct,
        "page_view" | "page_viewed" | "page_ping" | "screen_view" | "pageview" | "page" | "screen"
        | "active_on_site" | "view_page" | "home" | "main" | "landing" | "promo_page" | "cart_viewed"
        | "view_cart" | "cart" => EventKind::ViewPage,
        "view_item_list"
        | "product_list_viewed"
        | "viewed_product_list"
        | "collection_viewed"
        | "list_view"
        | "view_collection"
        | "catalog"
        | "viewed_category"
        | "viewed_product_category"
        | "category_view"
        | "product_list_filtered"
        | "viewed_collection"
        | "plp" => EventKind::ViewCollection,
        "search"
        | "view_search_results"
        | "products_searched"
        | "search_submitted"
        | "submitted_search"
        | "searched_site"
        | "searched" => EventKind::Search,
        "select_item" | "product_clicked" | "clicked_product" | "list_click" | "click_product" | "click" => {
            EventKind::ClickProduct
        }
        "add_to_cart"
        | "product_added"
        | "added_product"
        | "added_to_cart"
        | "product_added_to_cart"
        | "addtocart"
        | "cart_add" => EventKind::AddToCart,
        "remove_from_cart"
        | "product_removed"
        | "removed_product"
        | "product_removed_from_cart"
        | "cart_remove" => EventKind::RemoveFromCart,
        "begin_checkout" | "checkout_started" | "started_checkout" | "initiatecheckout" | "checkout"
        | "start_checkout" => EventKind::StartCheckout,
        "purchase" | "order_completed" | "completed_order" | "checkout_completed" | "placed_order"
        | "transaction" | "ordered_product" | "payment_done" | "buy" | "order" => EventKind::Purchase,
        "add_to_wishlist"
        | "product_added_to_wishlist"
        | "wishlist"
        | "wishlist_add"
        | "added_to_wishlist" => EventKind::AddToWishlist,
        "opened_email" | "email_opened" | "email_open" => EventKind::EmailOpen,
        "clicked_email" | "email_link_clicked" | "email_clicked" | "email_click" => EventKind::EmailClick,
        "quiz_answer" | "quiz_answered" | "quiz" => EventKind::QuizAnswer,
        _ => EventKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trackers_names_for_one_thing_are_one_kind() {
        for name in [
            "add_to_cart",
            "Product Added",
            "Added to Cart",
            "product_added_to_cart",
            "shopify:product_added_to_cart",
        ] {
            assert_eq!(kind(name), EventKind::AddToCart, "{name}");
        }
        assert_eq!(kind("view_search_results"), EventKind::Search);
        assert_eq!(kind("something else"), EventKind::Other);
    }
}
