//! `endcap fix`.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::Printer;
use crate::app::audit::{Audit, Check};
use crate::app::present::audit::{before_after, key_of};
use crate::app::{Error, Session};
use crate::shop::Currency;
use crate::workspace::Fix;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The workspace
    pub file: PathBuf,
    #[command(subcommand)]
    pub action: What,
}

#[derive(Debug, clap::Subcommand)]
pub enum What {
    /// List the problems that have a fix, with what each row is and would be
    List,
    /// Fix problems by their code, all their rows or only some
    #[command(after_help = "Example: endcap fix shop.endcap apply duplicate_customers --only 1042")]
    Apply(Apply),
    /// Correct one product
    #[command(after_help = "Example: endcap fix shop.endcap product olive-tree --price 49.00 --type Plants")]
    Product(OneProduct),
    /// Say that two accounts are one person
    #[command(after_help = "Example: endcap fix shop.endcap merge 1042 --into 977")]
    Merge {
        /// The account that goes
        customer: String,
        /// The account that stays
        #[arg(long, value_name = "CUSTOMER")]
        into: String,
    },
    /// Leave orders out of all figures
    LeaveOut {
        /// Order numbers as in the store's files
        #[arg(required = true)]
        orders: Vec<String>,
    },
    /// Take a problem off the list
    Ignore {
        #[arg(value_parser = check)]
        problem: Check,
    },
    /// Put a problem back on the list
    Heed {
        #[arg(value_parser = check)]
        problem: Check,
    },
    /// Take the last fix back, or the last import if that came later
    Undo,
    /// Do the fix again that was taken back
    Redo,
}

#[derive(Debug, clap::Args)]
pub struct Apply {
    /// Codes as `endcap audit --json` and `endcap fix FILE list` give them; `all` for every one that has a fix
    #[arg(required = true)]
    pub problems: Vec<String>,
    /// Only the rows of these products, customers or orders
    #[arg(long, value_name = "ID")]
    pub only: Vec<String>,
    /// Show what would change and write nothing
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, clap::Args)]
#[group(id = "what", required = true, multiple = true, args = ["price", "cost", "product_type", "picture", "unpublish"])]
pub struct OneProduct {
    /// Its id as in the store's files
    pub product: String,
    /// In the workspace's currency, with a decimal point
    #[arg(long)]
    pub price: Option<String>,
    #[arg(long)]
    pub cost: Option<String>,
    #[arg(long = "type", value_name = "TYPE")]
    pub product_type: Option<String>,
    /// Address of a picture
    #[arg(long, value_name = "URL")]
    pub picture: Option<String>,
    /// Keep it off every page
    #[arg(long)]
    pub unpublish: bool,
}

pub(super) fn run(args: &Args, printer: &Printer) -> Result<(), Error> {
    match &args.action {
        What::List => list(&Session::open_read_only(&args.file)?, printer),
        What::Apply(apply) => self::apply(&mut Session::open(&args.file)?, apply, printer),
        What::Product(product) => {
            let mut session = Session::open(&args.file)?;
            if session.workspace().product(&product.product)?.is_none() {
                return Err(Error::user(format!(
                    "There is no product `{}`. Use its id as in the store's files",
                    product.product
                )));
            }
            let fixes = product.fixes(&session.settings()?.currency)?;
            lay(&mut session, &format!("Corrected {}", product.product), fixes, printer)
        }
        What::Merge { customer, into } => {
            if customer == into {
                return Err(Error::user("An account cannot be merged into itself"));
            }
            let mut session = Session::open(&args.file)?;
            for id in [customer, into] {
                // Says so when there is none.
                session.person(&crate::app::Person::Customer(id.clone()))?;
            }
            let fix = Fix::MergeCustomer { customer: customer.clone(), into: into.clone() };
            lay(&mut session, "Merged 1 customer", vec![fix], printer)
        }
        What::LeaveOut { orders } => {
            let fixes = orders.iter().map(|order| Fix::LeaveOutOrder { order: order.clone() }).collect();
            lay(&mut Session::open(&args.file)?, &format!("Left {} orders out", orders.len()), fixes, printer)
        }
        What::Ignore { problem } => set_ignored(&args.file, *problem, true, printer),
        What::Heed { problem } => set_ignored(&args.file, *problem, false, printer),
        What::Undo => step(Session::open(&args.file)?.undo_data(printer)?, "Took back", printer),
        What::Redo => step(Session::open(&args.file)?.redo_data()?, "Did again", printer),
    }
}

/// Codes as in the JSON answer of `audit`.
fn check(name: &str) -> Result<Check, serde_json::Error> {
    serde_json::from_value(Value::String(name.replace('-', "_")))
}

fn code(check: Check) -> String {
    json!(check).as_str().unwrap_or_default().to_owned()
}

fn fixable(session: &Session, audit: &Audit) -> Result<Vec<(Check, String, Vec<Fix>)>, Error> {
    let mut found = Vec::new();
    for problem in &audit.problems {
        let fixes = session.suggested_fixes(problem.code)?;
        if !fixes.is_empty() {
            found.push((problem.code, problem.message.clone(), fixes));
        }
    }
    Ok(found)
}

fn rows_of(fixes: &[Fix]) -> Vec<Value> {
    fixes
        .iter()
        .map(|fix| {
            let row = before_after(fix);
            let [before, after] = row.change.before_after();
            json!({ "id": row.key, "before": before, "after": after })
        })
        .collect()
}

fn list(session: &Session, printer: &Printer) -> Result<(), Error> {
    let found = fixable(session, &session.audit()?)?;
    let document: Vec<Value> = found
        .iter()
        .map(|(check, message, fixes)| json!({ "problem": code(*check), "message": message, "rows": rows_of(fixes) }))
        .collect();
    printer.answer(&document, || {
        if found.is_empty() {
            return "No problem has a fix that follows from the data alone.".to_owned();
        }
        let mut out = String::new();
        for (check, message, fixes) in &found {
            out.push_str(&format!("{} — {message}\n", code(*check)));
            for fix in fixes.iter().take(10) {
                let row = before_after(fix);
                let [before, after] = row.change.before_after();
                out.push_str(&format!("  {}: {before} → {after}\n", row.key));
            }
            if fixes.len() > 10 {
                out.push_str(&format!("  and {} more\n", fixes.len() - 10));
            }
        }
        out
    })
}

fn apply(session: &mut Session, args: &Apply, printer: &Printer) -> Result<(), Error> {
    let checks: Vec<Check> = if args.problems.iter().any(|name| name == "all") {
        // Guesses are looked at one by one, so they have to be asked for by name.
        let found = fixable(session, &session.audit()?)?.into_iter().map(|(check, ..)| check);
        found.filter(|check| *check != Check::NoCategory).collect()
    } else {
        args.problems
            .iter()
            .map(|name| {
                check(name).map_err(|source| {
                    Error::user_because(
                        format!("There is no problem `{name}`. `endcap fix FILE list` shows their codes"),
                        source,
                    )
                })
            })
            .collect::<Result<_, _>>()?
    };
    let mut fixes = Vec::new();
    for check in checks {
        fixes.extend(session.suggested_fixes(check)?);
    }
    if !args.only.is_empty() {
        fixes.retain(|fix| args.only.contains(&key_of(fix)));
    }
    if fixes.is_empty() {
        return Err(Error::user(
            "Nothing here can be fixed from the data alone. `endcap fix FILE list` shows what can",
        ));
    }
    if args.dry_run {
        let rows = rows_of(&fixes);
        return printer.answer(&json!({ "rows": rows, "dry_run": true }), || {
            let rows = fixes.iter().map(before_after);
            rows.map(|row| {
                let [before, after] = row.change.before_after();
                format!("{}: {before} → {after}\n", row.key)
            })
            .collect()
        });
    }
    let label =
        if fixes.len() == 1 { "Fixed 1 row".to_owned() } else { format!("Fixed {} rows", fixes.len()) };
    lay(session, &label, fixes, printer)
}

fn lay(session: &mut Session, label: &str, fixes: Vec<Fix>, printer: &Printer) -> Result<(), Error> {
    let rows = rows_of(&fixes);
    session.fix(label, fixes)?;
    printer.answer(&json!({ "rows": rows, "label": label }), || {
        format!("{label}. `endcap fix FILE undo` takes it back; train again so that pages use it")
    })
}

fn set_ignored(
    file: &std::path::Path,
    problem: Check,
    ignored: bool,
    printer: &Printer,
) -> Result<(), Error> {
    Session::open(file)?.ignore_problem(problem, ignored)?;
    printer.answer(&json!({ "problem": problem, "ignored": ignored }), || {
        if ignored {
            format!(
                "{} is off the list. `endcap fix FILE heed {}` puts it back",
                code(problem),
                code(problem)
            )
        } else {
            format!("{} is on the list again", code(problem))
        }
    })
}

fn step(taken: Option<crate::workspace::Edit>, verb: &str, printer: &Printer) -> Result<(), Error> {
    let Some(edit) = taken else {
        return Err(Error::user(
            "The step at hand changed pages or rules, not data. Undo it in the window first",
        ));
    };
    printer.answer(&json!({ "step": edit.label }), || format!("{verb}: {}", edit.label))
}

impl OneProduct {
    fn fixes(&self, currency: &Currency) -> Result<Vec<Fix>, Error> {
        let product = || self.product.clone();
        let mut fixes = Vec::new();
        if let Some(price) = &self.price {
            fixes.push(Fix::SetPrice { product: product(), price: minor(price, currency)? });
        }
        if let Some(cost) = &self.cost {
            fixes.push(Fix::SetCost { product: product(), cost: minor(cost, currency)? });
        }
        if let Some(product_type) = &self.product_type {
            fixes.push(Fix::SetProductType { product: product(), product_type: product_type.clone() });
        }
        if let Some(image_url) = &self.picture {
            fixes.push(Fix::SetPicture { product: product(), image_url: image_url.clone() });
        }
        if self.unpublish {
            fixes.push(Fix::Unpublish { product: product() });
        }
        Ok(fixes)
    }
}

/// `49`, `49.5` or `49.50` in minor units.
fn minor(text: &str, currency: &Currency) -> Result<i64, Error> {
    let wrong = || Error::user(format!("`{text}` is not an amount in {}. Write it like 49.50", currency.0));
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = currency.exponent() as usize;
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(part) || part.len() > digits {
        return Err(wrong());
    }
    format!("{whole}{part:0<digits$}").parse().map_err(|_too_long| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_in_the_currency_and_nothing_is_guessed() {
        let eur = Currency::new("EUR");
        assert_eq!(minor("49", &eur).unwrap(), 4_900);
        assert_eq!(minor("49.5", &eur).unwrap(), 4_950);
        assert_eq!(minor("120", &Currency::new("JPY")).unwrap(), 120);
        for wrong in ["", "4,50", "-3", "1.234", ".5"] {
            assert!(minor(wrong, &eur).is_err(), "{wrong}");
        }
    }
}
