//! Data readiness: what is wrong, what that does, what to do about it, and what the data is good for.

mod gates;
mod problems;

use serde::Serialize;

use gates::{maturity, readiness, unlocks};
use problems::{moved, problems};

use super::drift::{self, Watch};
use super::{Error, Session, clock};
use crate::shop::time::rfc3339;
use crate::workspace::Fix;

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
