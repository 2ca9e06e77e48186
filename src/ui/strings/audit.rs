//! What the audit found, in the window's language, by the code of the check.

use super::Phrase as _;
use crate::app::view::Problem;

crate::catalogue! {
    /// Titles and consequences of problems.
    Audit {
        NoPicture: "{n} {n:product has|products have} no picture" | "{n} {n:Produkt hat|Produkte haben} kein Bild",
        NoPictureWhy: "They show a coloured tile instead." | "Sie zeigen stattdessen eine farbige Kachel.",
        NoCategory: "{n} {n:product has|products have} no category" | "{n} {n:Produkt hat|Produkte haben} keine Kategorie",
        NoCategoryWhy: "Similar products and collections cannot use them." | "Ähnliche Produkte und Kategorien können sie nicht nutzen.",
        NoPrice: "{n} {n:product has|products have} no price" | "{n} {n:Produkt hat|Produkte haben} keinen Preis",
        NoPriceWhy: "They are never shown." | "Sie werden nie gezeigt.",
        PriceZero: "{n} {n:product has|products have} a price of 0" | "{n} {n:Produkt hat|Produkte haben} den Preis 0",
        PriceZeroWhy: "They are shown as free. Gifts and samples belong off the pages." | "Sie erscheinen als kostenlos. Geschenke und Muster gehören nicht auf die Seiten.",
        NegativeStock: "{n} {n:product has|products have} negative stock" | "{n} {n:Produkt hat|Produkte haben} negativen Bestand",
        NegativeStockWhy: "They count as sold out, and stock sums are too low." | "Sie gelten als ausverkauft, und Bestandssummen sind zu niedrig.",
        CostAbovePrice: "{n} {n:product costs more than it sells|products cost more than they sell} for" | "{n} {n:Produkt kostet|Produkte kosten} mehr, als {n:es|sie} einbringen",
        CostAbovePriceWhy: "Every sale loses money; the margin slider moves them down." | "Jeder Verkauf macht Verlust; der Margenregler senkt sie ab.",
        CompareAt: "{n} {n:product has|products have} a \"was\" price lower than the price" | "{n} {n:Produkt hat|Produkte haben} einen Streichpreis unter dem Preis",
        CompareAtWhy: "They would look like a sale that makes them dearer." | "Das sähe aus wie ein Angebot, das teurer macht.",
        SameSku: "{n} {n:product shares its|products share the same} SKU" | "{n} {n:Produkt teilt|Produkte teilen} sich eine Artikelnummer",
        SameSkuWhy: "Order lines that name only the SKU may count for the wrong one." | "Bestellzeilen mit nur der Artikelnummer zählen vielleicht für das falsche.",
        NotSold: "{n} {n:product was|products were} never sold in 12 months" | "{n} {n:Produkt wurde|Produkte wurden} in 12 Monaten nie verkauft",
        NotSoldWhy: "Nothing but their attributes says who may like them." | "Nur ihre Eigenschaften sagen, wem sie gefallen könnten.",
        Absent: "{n} {n:product is|products are} missing from the newest product file" | "{n} {n:Produkt fehlt|Produkte fehlen} in der neuesten Produktdatei",
        AbsentWhy: "They may be gone from the shop, but are still shown." | "Sie sind vielleicht nicht mehr im Shop, werden aber noch gezeigt.",
        Twice: "{n} {n:customer appears|customers appear} twice (same email)" | "{n} {n:Kunde kommt|Kunden kommen} doppelt vor (gleiche E-Mail)",
        TwiceWhy: "Their orders are split, so they look less loyal than they are." | "Ihre Bestellungen sind geteilt, daher wirken sie weniger treu, als sie sind.",
        NoOrders: "{n} {n:customer has|customers have} no orders" | "{n} {n:Kunde hat|Kunden haben} keine Bestellungen",
        NoOrdersWhy: "They stay out of the groups until they buy." | "Sie bleiben außerhalb der Gruppen, bis sie kaufen.",
        NoConsent: "{n} {n:customer|customers} did not agree to marketing" | "{n} {n:Kunde hat|Kunden haben} Werbung nicht zugestimmt",
        NoConsentWhy: "They are kept out of mailing lists." | "Sie kommen in keinen Verteiler.",
        UnknownProducts: "{n} {n:order mentions|orders mention} products you don't have" | "{n} {n:Bestellung nennt|Bestellungen nennen} Produkte, die es nicht gibt",
        UnknownProductsWhy: "Those lines are left out of rankings." | "Diese Zeilen zählen in keiner Rangfolge.",
        Mismatch: "{n} {n:order has a total that does not match its|orders have a total that does not match their} lines" | "{n} {n:Bestellung hat|Bestellungen haben} eine Summe, die nicht zu den Zeilen passt",
        MismatchWhy: "Revenue uses the total, product figures use the lines." | "Umsatz nutzt die Summe, Produktzahlen nutzen die Zeilen.",
        TestOrders: "{n} {n:order is a test or cancelled order|orders are test or cancelled orders}" | "{n} {n:Bestellung ist ein Test|Bestellungen sind Tests} oder storniert",
        TestOrdersWhy: "They are left out of all figures." | "Sie zählen nirgends mit.",
        Future: "{n} {n:order is|orders are} dated in the future" | "{n} {n:Bestellung liegt|Bestellungen liegen} in der Zukunft",
        FutureWhy: "Recency and trends look at the wrong days." | "Aktualität und Trends betrachten die falschen Tage.",
        UnlockGroups: "Groups of customers" | "Gruppen",
        UnlockHomepages: "Homepage per group" | "Startseite je Gruppe",
        UnlockTogether: "Bought together" | "Zusammen gekauft",
        UnlockSimilar: "Similar products" | "Ähnliche Produkte",
        UnlockBacktest: "Replay of past orders" | "Probe an früheren Bestellungen",
        UnlockForecasts: "Forecasts" | "Vorhersagen",
        UnlockSearch: "Search ranking" | "Rangfolge der Suche",
        UnlockViewed: "Also viewed and recently viewed" | "Auch angesehen und zuletzt angesehen",
        UnlockMargin: "Margin slider" | "Margenregler",
        UnlockStock: "Stock rules" | "Lagerregeln",
        UnlockCampaigns: "Campaigns" | "Kampagnen",
    }
}

/// What the data is good for, in the window's language.
pub fn unlock(feature: &str) -> &str {
    use Audit as A;
    let all = [
        A::UnlockGroups,
        A::UnlockHomepages,
        A::UnlockTogether,
        A::UnlockSimilar,
        A::UnlockBacktest,
        A::UnlockForecasts,
        A::UnlockSearch,
        A::UnlockViewed,
        A::UnlockMargin,
        A::UnlockStock,
        A::UnlockCampaigns,
    ];
    all.into_iter().find(|phrase| phrase.english() == feature).map_or(feature, |phrase| phrase.text())
}

/// Title and consequence of a problem. Checks of whole files and periods say their own.
pub fn words(problem: &Problem) -> (String, String) {
    use Audit as A;
    let (title, why) = match problem.code.as_str() {
        "no_picture" => (A::NoPicture, A::NoPictureWhy),
        "no_category" => (A::NoCategory, A::NoCategoryWhy),
        "no_price" => (A::NoPrice, A::NoPriceWhy),
        "price_zero" => (A::PriceZero, A::PriceZeroWhy),
        "negative_stock" => (A::NegativeStock, A::NegativeStockWhy),
        "cost_above_price" => (A::CostAbovePrice, A::CostAbovePriceWhy),
        "compare_at_below_price" => (A::CompareAt, A::CompareAtWhy),
        "same_sku" => (A::SameSku, A::SameSkuWhy),
        "not_sold_in12_months" | "not_sold_in_12_months" => (A::NotSold, A::NotSoldWhy),
        "absent_from_newest_file" => (A::Absent, A::AbsentWhy),
        "duplicate_customers" => (A::Twice, A::TwiceWhy),
        "no_orders" => (A::NoOrders, A::NoOrdersWhy),
        "no_consent" => (A::NoConsent, A::NoConsentWhy),
        "unknown_products" => (A::UnknownProducts, A::UnknownProductsWhy),
        "total_mismatch" => (A::Mismatch, A::MismatchWhy),
        "test_or_cancelled" => (A::TestOrders, A::TestOrdersWhy),
        "in_the_future" => (A::Future, A::FutureWhy),
        _ => return (problem.title.clone(), problem.consequence.clone()),
    };
    (title.with(&[("n", problem.count.into())]), why.text().to_owned())
}
