//! What is known about a customer, in short words, by the name of the figure.

use super::Phrase as _;

crate::catalogue! {
    /// Figures of customers. Shares are of their orders unless said otherwise.
    Features {
        Orders: "Orders" | "Bestellungen",
        Spent: "Spent in total" | "Insgesamt ausgegeben",
        DaysSince: "Days since order" | "Tage seit der Bestellung",
        DaysSinceFirst: "Days since first order" | "Tage seit der ersten Bestellung",
        GapDays: "Days between orders" | "Tage zwischen Bestellungen",
        UsualGap: "Usual days between orders" | "Übliche Tage zwischen Bestellungen",
        GapRatio: "Days since order, of the usual days between" | "Tage seit der Bestellung, von den üblichen dazwischen",
        OrdersAYear: "Orders a year" | "Bestellungen im Jahr",
        Orders90: "Orders in the last 90 days" | "Bestellungen der letzten 90 Tage",
        SpentYear: "Spent in the last 365 days" | "In den letzten 365 Tagen ausgegeben",
        PerOrder: "Spent per order" | "Ausgegeben je Bestellung",
        Largest: "Largest order" | "Größte Bestellung",
        Pieces: "Pieces per order" | "Stück je Bestellung",
        LinesPer: "Different products per order" | "Verschiedene Produkte je Bestellung",
        Products: "Different products bought" | "Verschiedene gekaufte Produkte",
        Categories: "Different categories bought from" | "Verschiedene Kategorien",
        TopCategory: "Spent in the favourite category" | "Ausgegeben in der Lieblingskategorie",
        OnSale: "Bought on sale" | "Im Angebot gekauft",
        Returned: "Refunded, of what was spent" | "Erstattet, vom Ausgegebenen",
        SentToOthers: "Sent to others" | "An andere verschickt",
        PriceRank: "Price rank in its category" | "Preisrang in der Kategorie",
        Spring: "Orders in spring" | "Bestellungen im Frühling",
        Summer: "Orders in summer" | "Bestellungen im Sommer",
        Autumn: "Orders in autumn" | "Bestellungen im Herbst",
        Winter: "Orders in winter" | "Bestellungen im Winter",
        Holiday: "Orders in November and December" | "Bestellungen im November und Dezember",
        Weekend: "Orders at weekends" | "Bestellungen am Wochenende",
        Evening: "Orders in the evening" | "Bestellungen am Abend",
        Hour: "Usual hour of ordering" | "Übliche Bestellstunde",
        Views: "Products viewed" | "Angesehene Produkte",
        Views30: "Products viewed in 30 days" | "In 30 Tagen angesehene Produkte",
        ViewsPer: "Products viewed per order" | "Angesehene Produkte je Bestellung",
        Searches: "Searches" | "Suchen",
        Carts: "Products put into the cart" | "In den Warenkorb gelegt",
        DaysSinceVisit: "Days since visit" | "Tage seit dem Besuch",
        SpentIn: "Spent in {category}" | "Ausgegeben in {category}",
        BoughtFrom: "Bought from {category}" | "Gekauft aus {category}",
    }
}

/// The figure in the window's language; `otherwise` where it is not one of the catalogue.
pub fn words(feature: &str, otherwise: &str) -> String {
    use Features as F;
    if let Some(category) = feature.strip_prefix("category_share:") {
        return F::SpentIn.with(&[("category", category.into())]);
    }
    if let Some(category) = feature.strip_prefix("category_lean:") {
        return F::BoughtFrom.with(&[("category", category.into())]);
    }
    let phrase = match feature {
        "n_orders" => F::Orders,
        "monetary" => F::Spent,
        "recency_days" => F::DaysSince,
        "tenure_days" => F::DaysSinceFirst,
        "gap_days" => F::GapDays,
        "gap_median_days" => F::UsualGap,
        "gap_ratio" => F::GapRatio,
        "orders_per_year" => F::OrdersAYear,
        "orders_90d" => F::Orders90,
        "spent_365d" => F::SpentYear,
        "mean_order_value" => F::PerOrder,
        "largest_order_value" => F::Largest,
        "units_per_order" => F::Pieces,
        "lines_per_order" => F::LinesPer,
        "n_products" => F::Products,
        "n_categories" => F::Categories,
        "top_category_share" => F::TopCategory,
        "discount_share" | "discount_lean" => F::OnSale,
        "return_share" => F::Returned,
        "ships_elsewhere_share" | "gift_lean" => F::SentToOthers,
        "price_rank" => F::PriceRank,
        "spring_share" => F::Spring,
        "summer_share" => F::Summer,
        "autumn_share" => F::Autumn,
        "winter_share" => F::Winter,
        "holiday_share" | "holiday_lean" => F::Holiday,
        "weekend_share" => F::Weekend,
        "evening_share" => F::Evening,
        "usual_hour" => F::Hour,
        "views" => F::Views,
        "views_30d" => F::Views30,
        "views_per_order" => F::ViewsPer,
        "searches" => F::Searches,
        "carts" => F::Carts,
        "days_since_visit" => F::DaysSinceVisit,
        _ => return otherwise.to_owned(),
    };
    phrase.text().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_of_the_catalogue_has_short_words() {
        for info in crate::features::catalogue::catalogue(&["Lighting".to_owned()]) {
            let words = words(&info.name, "");
            assert!(!words.is_empty() && words.chars().count() < 50, "{}: {words}", info.name);
        }
    }
}
