//! Data readiness: what is wrong, what that does, what to do about it, and what the data is good for.

use serde::Serialize;

use super::drift::{self, Watch};
use super::{Error, Session, clock};
use crate::shop::time::rfc3339;
use crate::workspace::{Findings, Fix, Measures};

/// The data screen at rest, and `endcap audit`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Audit {
    pub readiness: Readiness,
    /// Most severe first, then most frequent. Ignored ones are not among them.
    pub problems: Vec<Problem>,
    pub unlocks: Vec<Unlock>,
    pub maturity: Maturity,
    pub currency: String,
    /// RFC 3339.
    pub first_order: Option<String>,
    pub last_order: Option<String>,
    /// How far customers have moved since models were trained; `None` before a training and an import after it.
    pub drift: Option<Watch>,
}

/// Percent of what there is that has no problem worth fixing; `None` where nothing is imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Readiness {
    pub products: Option<u8>,
    pub customers: Option<u8>,
    pub orders: Option<u8>,
    pub events: Option<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    pub code: Check,
    pub area: Area,
    pub severity: Weight,
    pub count: u64,
    /// The title, with the count.
    pub message: String,
    /// What it does to the results.
    pub advice: String,
    /// At most three, `Ignore` last.
    pub actions: Vec<Action>,
    /// The first ids it is about.
    pub rows: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    ForInformation,
    WorthFixing,
    ChangesResults,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Area {
    Products,
    Customers,
    Orders,
    Events,
}

/// Every check there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    NoPicture,
    NoCategory,
    NoPrice,
    PriceZero,
    NegativeStock,
    CostAbovePrice,
    CompareAtBelowPrice,
    SameSku,
    NotSoldIn12Months,
    AbsentFromNewestFile,
    DuplicateCustomers,
    NoOrders,
    NoConsent,
    UnknownProducts,
    TotalMismatch,
    TestOrCancelled,
    InTheFuture,
    AmbiguousDates,
    SeveralCurrencies,
    ShortPeriod,
    CustomersChanged,
}

/// What a button does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Opens a before-and-after table; the fixes are `Session::suggested_fixes`.
    Fix,
    ChoosePictureFolder,
    SuggestCategories,
    ReadDayFirst,
    ReadMonthFirst,
    ShowRows,
    Ignore,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unlock {
    pub feature: String,
    pub ready: bool,
    /// What is missing; empty when ready.
    pub needs: String,
}

/// How far the data carries, 0 (nothing yet) to 5.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Maturity {
    pub level: u8,
    pub name: &'static str,
    pub next_step: String,
}

/// Ids listed per problem; the count goes on.
const ROWS_SHOWN: usize = 200;

impl Session {
    pub fn audit(&self) -> Result<Audit, Error> {
        let settings = self.settings()?;
        let findings = self.workspace().findings(clock::now())?;
        let ignored = |check: Check| settings.ignored_problems.contains(&name_of(check));
        let mut problems = problems(&findings);
        let drift = drift::watch(self.workspace())?;
        problems.extend(drift.as_ref().and_then(moved));
        let readiness = readiness(&findings, &problems);
        problems.retain(|problem| !ignored(problem.code));
        problems.sort_by_key(|problem| std::cmp::Reverse((problem.severity, problem.count)));
        let measures = findings.measures;
        Ok(Audit {
            readiness,
            unlocks: unlocks(&findings),
            maturity: maturity(&findings),
            problems,
            currency: settings.currency.0,
            first_order: measures.first_order.map(rfc3339),
            last_order: measures.last_order.map(rfc3339),
            drift,
        })
    }

    /// The fixes of a problem: those that follow from the data alone, and categories guessed from titles.
    pub fn suggested_fixes(&self, check: Check) -> Result<Vec<Fix>, Error> {
        let findings = self.workspace().findings(clock::now())?;
        let each = |ids: Vec<String>, fix: fn(String) -> Fix| ids.into_iter().map(fix).collect();
        Ok(match check {
            Check::DuplicateCustomers => findings
                .duplicate_customers
                .into_iter()
                .flat_map(|(into, others)| {
                    others
                        .into_iter()
                        .map(move |customer| Fix::MergeCustomer { customer, into: into.clone() })
                })
                .collect(),
            Check::NegativeStock => {
                each(findings.products_with_negative_stock, |product| Fix::EmptyStock { product })
            }
            Check::CompareAtBelowPrice => {
                each(findings.products_with_low_compare_at, |product| Fix::DropCompareAt { product })
            }
            Check::AbsentFromNewestFile => {
                each(findings.products_absent_from_newest_file, |product| Fix::Unpublish { product })
            }
            Check::NoCategory => self.suggested_categories(&findings.products_without_category)?,
            Check::InTheFuture => each(findings.orders_in_the_future, |order| Fix::LeaveOutOrder { order }),
            _ => Vec::new(),
        })
    }

    /// Takes a problem off the list, or puts it back.
    pub fn ignore_problem(&mut self, check: Check, ignored: bool) -> Result<(), Error> {
        let mut settings = self.settings()?;
        let name = name_of(check);
        settings.ignored_problems.retain(|known| *known != name);
        if ignored {
            settings.ignored_problems.push(name);
        }
        self.put_settings(&settings)
    }
}

fn name_of(check: Check) -> String {
    serde_json::to_value(check).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn problems(findings: &Findings) -> Vec<Problem> {
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
            n => format!("{} {things} {many}", thousands(n as u64)),
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
fn moved(watch: &Watch) -> Option<Problem> {
    let message = "Customers have changed since models were trained".to_owned();
    watch.train_again().then(|| Problem {
        area: Area::Customers,
        ..whole(Check::CustomersChanged, Weight::WorthFixing, message, &watch.drift.advice, &[Action::Ignore])
    })
}

/// By the largest single problem of each area; rows with two problems are not told apart.
fn readiness(findings: &Findings, problems: &[Problem]) -> Readiness {
    let percent = |area: Area, all: u64| -> Option<u8> {
        if all == 0 {
            return None;
        }
        let worst = problems
            .iter()
            .filter(|problem| problem.area == area && problem.severity >= Weight::WorthFixing)
            .filter(|problem| !problem.rows.is_empty())
            .map(|problem| problem.count)
            .max()
            .unwrap_or(0);
        Some((100 * all.saturating_sub(worst) / all) as u8)
    };
    let Measures { products, customers, orders, events, .. } = findings.measures;
    Readiness {
        products: percent(Area::Products, products),
        customers: percent(Area::Customers, customers),
        orders: percent(Area::Orders, orders),
        events: percent(Area::Events, events),
    }
}

/// What each feature needs at least. Under these sizes its numbers would be noise.
fn unlocks(findings: &Findings) -> Vec<Unlock> {
    let Measures {
        products,
        orders,
        events,
        buyers,
        repeat_buyers,
        mixed_orders,
        searches,
        products_with_stock,
        consenting_customers,
        ..
    } = findings.measures;
    let days = findings.measures.days_covered();
    let without_cost = findings.products_without_cost.len() as u64;
    let gate = |feature: &str, gaps: &[(bool, String)]| {
        let needs: Vec<&str> =
            gaps.iter().filter(|(missing, _)| *missing).map(|(_, need)| need.as_str()).collect();
        Unlock { feature: feature.to_owned(), ready: needs.is_empty(), needs: needs.join(", ") }
    };
    let at_least = |have: u64, want: u64, what: &str| {
        (have < want, format!("{} more {what}", thousands(want.saturating_sub(have))))
    };
    vec![
        gate("Groups of customers", &[at_least(buyers, 50, "customers with orders")]),
        gate(
            "Homepage per group",
            &[at_least(products, 8, "products"), at_least(buyers, 50, "customers with orders")],
        ),
        gate("Bought together", &[at_least(mixed_orders, 100, "orders with several products")]),
        gate("Similar products", &[at_least(products, 8, "products")]),
        gate(
            "Replay of past orders",
            &[
                at_least(orders, 200, "orders"),
                (days < 56, format!("{} more days of orders", (56 - days).max(0))),
            ],
        ),
        gate(
            "Forecasts",
            &[
                at_least(repeat_buyers, 100, "customers with two orders"),
                (days < 180, format!("{} more days of orders", (180 - days).max(0))),
            ],
        ),
        gate(
            "Search ranking",
            &[(searches == 0, "search terms (export \"Top online store searches\")".to_owned())],
        ),
        gate("Also viewed and recently viewed", &[(events == 0, "visits (an event export)".to_owned())]),
        gate(
            "Margin slider",
            &[(
                products == 0 || without_cost * 5 > products,
                format!("a cost column on {} more products", thousands(without_cost)),
            )],
        ),
        gate("Stock rules", &[(products_with_stock == 0, "a stock count on your products".to_owned())]),
        gate(
            "Campaigns",
            &[(
                consenting_customers == 0,
                "customers who agreed to marketing (import the customer file)".to_owned(),
            )],
        ),
    ]
}

fn maturity(findings: &Findings) -> Maturity {
    let Measures { products, orders, events, buyers, repeat_buyers, .. } = findings.measures;
    let costs_known = products > 0 && (findings.products_without_cost.len() as u64) * 5 <= products;
    let level = |level, name, next_step: &str| Maturity { level, name, next_step: next_step.to_owned() };
    if products == 0 && orders == 0 {
        level(0, "Nothing yet", "Import your products and orders.")
    } else if orders == 0 {
        level(1, "Catalog", "Import your orders: groups and best sellers need them.")
    } else if buyers < 50 {
        level(2, "First orders", "Import more orders: groups need 50 customers.")
    } else if repeat_buyers < 100 || findings.measures.days_covered() < 180 {
        level(3, "Groups", "Import at least 180 days of orders: forecasts need customers who came back.")
    } else if events == 0 {
        level(4, "Habits", "Import visits: they show interest before a purchase.")
    } else if !costs_known {
        level(4, "Habits", "Add costs to your products: the margin slider needs them.")
    } else {
        level(5, "Complete", "Everything works with this data. Import again when there are new orders.")
    }
}

fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn an_empty_workspace_says_what_to_import_first() {
        let findings = Findings::default();
        assert_eq!(maturity(&findings).level, 0);
        assert_eq!(readiness(&findings, &[]).products, None);
        assert!(unlocks(&findings).iter().all(|unlock| !unlock.ready && !unlock.needs.is_empty()));
    }
}
