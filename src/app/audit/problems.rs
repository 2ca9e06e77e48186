//! What is wrong with the data, what that does and what can be done about it.

use super::{Action, Area, Check, Problem, Watch, Weight};
use crate::shop::digits::grouped;
use crate::workspace::Findings;

/// Ids listed per problem; the count goes on.
const ROWS_SHOWN: usize = 200;

/// Everything that is wrong with the data, in no particular order.
pub(super) fn problems(findings: &Findings) -> Vec<Problem> {
    use Action::{
        ChoosePictureFolder, Fix, Ignore, ReadDayFirst, ReadMonthFirst, ShowRows, SuggestCategories,
    };
    use Area::{Customers, Orders, Products};
    use Weight::{ChangesResults, ForInformation, WorthFixing};
    let mut found = Vec::new();
    let mut add = |code,
                   area,
                   severity,
                   rows: &[String],
                   (one, many): (&str, &str),
                   advice: &str,
                   actions: &[Action]| {
        if rows.is_empty() {
            return;
        }
        let (thing, things) = match area {
            Products => ("product", "products"),
            Customers => ("customer", "customers"),
            _ => ("order", "orders"),
        };
        let message = match rows.len() {
            1 => format!("1 {thing} {one}"),
            n => format!("{} {things} {many}", grouped(n as u64)),
        };
        found.push(Problem {
            code,
            area,
            severity,
            count: rows.len() as u64,
            message,
            advice: advice.to_owned(),
            actions: actions.to_vec(),
            rows: rows.iter().take(ROWS_SHOWN).cloned().collect(),
        });
    };
    add(
        Check::NoPicture,
        Products,
        ChangesResults,
        &findings.products_without_picture,
        ("has no picture", "have no picture"),
        "They show a coloured tile instead.",
        &[ChoosePictureFolder, ShowRows, Ignore],
    );
    add(
        Check::NoCategory,
        Products,
        WorthFixing,
        &findings.products_without_category,
        ("has no category", "have no category"),
        "Similar products and collections cannot use them.",
        &[SuggestCategories, ShowRows, Ignore],
    );
    add(
        Check::NoPrice,
        Products,
        ChangesResults,
        &findings.products_without_price,
        ("has no price", "have no price"),
        "They are never shown.",
        &[ShowRows, Ignore],
    );
    add(
        Check::PriceZero,
        Products,
        WorthFixing,
        &findings.products_with_price_zero,
        ("has a price of 0", "have a price of 0"),
        "They are shown as free. Gifts and samples belong off the pages.",
        &[ShowRows, Ignore],
    );
    add(
        Check::NegativeStock,
        Products,
        WorthFixing,
        &findings.products_with_negative_stock,
        ("has negative stock", "have negative stock"),
        "They count as sold out, and stock sums are too low.",
        &[Fix, ShowRows, Ignore],
    );
    add(
        Check::CostAbovePrice,
        Products,
        ForInformation,
        &findings.products_costing_more_than_price,
        ("costs more than it sells for", "cost more than they sell for"),
        "Every sale loses money; the margin slider moves them down.",
        &[ShowRows, Ignore],
    );
    add(
        Check::CompareAtBelowPrice,
        Products,
        WorthFixing,
        &findings.products_with_low_compare_at,
        ("has a \"was\" price lower than the price", "have a \"was\" price lower than the price"),
        "They would look like a sale that makes them dearer.",
        &[Fix, ShowRows, Ignore],
    );
    add(
        Check::SameSku,
        Products,
        WorthFixing,
        &findings.products_sharing_a_sku,
        ("shares its SKU", "share the same SKU"),
        "Order lines that name only the SKU may count for the wrong one.",
        &[ShowRows, Ignore],
    );
    add(
        Check::NotSoldIn12Months,
        Products,
        ForInformation,
        &findings.products_not_sold_in_12_months,
        ("was never sold in 12 months", "were never sold in 12 months"),
        "Nothing but their attributes says who may like them.",
        &[ShowRows, Ignore],
    );
    add(
        Check::AbsentFromNewestFile,
        Products,
        WorthFixing,
        &findings.products_absent_from_newest_file,
        ("is missing from the newest product file", "are missing from the newest product file"),
        "They may be gone from the shop, but are still shown.",
        &[Fix, ShowRows, Ignore],
    );
    let duplicates: Vec<String> =
        findings.duplicate_customers.iter().map(|(stays, _)| stays.clone()).collect();
    add(
        Check::DuplicateCustomers,
        Customers,
        ChangesResults,
        &duplicates,
        ("appears twice (same email)", "appear twice (same email)"),
        "Their orders are split, so they look less loyal than they are.",
        &[Fix, ShowRows, Ignore],
    );
    add(
        Check::NoOrders,
        Customers,
        ForInformation,
        &findings.customers_without_orders,
        ("has no orders", "have no orders"),
        "They stay out of the groups until they buy.",
        &[ShowRows, Ignore],
    );
    add(
        Check::NoConsent,
        Customers,
        ForInformation,
        &findings.customers_without_consent,
        ("did not agree to marketing", "did not agree to marketing"),
        "They are kept out of Campaigns.",
        &[ShowRows, Ignore],
    );
    add(
        Check::UnknownProducts,
        Orders,
        WorthFixing,
        &findings.orders_with_unknown_products,
        ("mentions products you don't have", "mention products you don't have"),
        "Those lines are left out of rankings.",
        &[ShowRows, Ignore],
    );
    add(
        Check::TotalMismatch,
        Orders,
        WorthFixing,
        &findings.orders_not_adding_up,
        ("has a total that does not match its lines", "have a total that does not match their lines"),
        "Revenue uses the total, product figures use the lines.",
        &[ShowRows, Ignore],
    );
    add(
        Check::TestOrCancelled,
        Orders,
        ForInformation,
        &findings.orders_test_or_cancelled,
        ("is a test or cancelled order", "are test or cancelled orders"),
        "They are left out of all figures.",
        &[ShowRows, Ignore],
    );
    add(
        Check::InTheFuture,
        Orders,
        ChangesResults,
        &findings.orders_in_the_future,
        ("is dated in the future", "are dated in the future"),
        "Recency and trends look at the wrong days.",
        &[Fix, ShowRows, Ignore],
    );
    for (file, _) in &findings.ambiguous_dates {
        found.push(whole(
            Check::AmbiguousDates,
            ChangesResults,
            format!("Dates in {file} can be read two ways (03/04/2025)"),
            "Say which, and the file is read again.",
            &[ReadDayFirst, ReadMonthFirst, Ignore],
        ));
    }
    if findings.currencies.len() > 1 {
        found.push(whole(
            Check::SeveralCurrencies,
            ChangesResults,
            "Prices use more than one currency".to_owned(),
            &format!(
                "Amounts in {} are added up without conversion. Import one currency per workspace.",
                findings.currencies.join(", ")
            ),
            &[ShowRows, Ignore],
        ));
    }
    let days = findings.measures.days_covered();
    if findings.measures.orders > 0 && days < 180 {
        let days = if days == 1 { "1 day".to_owned() } else { format!("{days} days") };
        found.push(whole(
            Check::ShortPeriod,
            WorthFixing,
            format!("Your orders cover only {days}"),
            "Segments work best with 180 days or more.",
            &[Ignore],
        ));
    }
    found
}

/// A problem of a whole file or period.
fn whole(code: Check, severity: Weight, message: String, advice: &str, actions: &[Action]) -> Problem {
    Problem {
        code,
        area: Area::Orders,
        severity,
        count: 1,
        message,
        advice: advice.to_owned(),
        actions: actions.to_vec(),
        rows: Vec::new(),
    }
}

/// Customers who no longer look like those the models learned from.
pub(super) fn moved(watch: &Watch) -> Option<Problem> {
    let message = "Customers have changed since models were trained".to_owned();
    watch.train_again().then(|| Problem {
        area: Area::Customers,
        ..whole(Check::CustomersChanged, Weight::WorthFixing, message, &watch.drift.advice, &[Action::Ignore])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Measures;

    #[test]
    fn one_thing_is_told_in_the_singular() {
        let findings = Findings {
            products_without_picture: vec!["a".to_owned()],
            duplicate_customers: vec![
                ("1".to_owned(), vec!["2".to_owned()]),
                ("3".to_owned(), vec!["4".to_owned()]),
            ],
            ..Findings::default()
        };
        let titles: Vec<String> = problems(&findings).into_iter().map(|problem| problem.message).collect();
        assert_eq!(titles, ["1 product has no picture", "2 customers appear twice (same email)"]);
    }

    #[test]
    fn every_problem_offers_at_most_three_actions_and_can_be_ignored() {
        let some = || vec!["x".to_owned(), "y".to_owned()];
        let findings = Findings {
            products_without_picture: some(),
            products_without_category: some(),
            products_without_price: some(),
            products_with_negative_stock: some(),
            orders_in_the_future: some(),
            currencies: some(),
            ambiguous_dates: vec![("f.csv".to_owned(), String::new())],
            measures: Measures { orders: 3, ..Measures::default() },
            ..Findings::default()
        };
        for problem in problems(&findings) {
            assert!(problem.actions.len() <= 3, "{problem:?}");
            assert_eq!(problem.actions.last(), Some(&Action::Ignore), "{problem:?}");
        }
    }
}
