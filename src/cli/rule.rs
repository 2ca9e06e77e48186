//! `endcap rule`.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::json;

use super::Printer;
use crate::app::{Error, merchandise, open, train};
use crate::bundle::Bundle;
use crate::decide::{self, NotAPage, Prepared, sentence};
use crate::merch::{Action, Condition, Edit, Field, Operator, PageKey, Rule, Schedule, Scope, Target, words};
use crate::workspace::Workspace;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The workspace
    pub file: PathBuf,
    #[command(subcommand)]
    pub action: What,
}

#[derive(Debug, clap::Subcommand)]
pub enum What {
    /// Add a rule at the top of the list
    #[command(
        after_help = "Example: endcap rule shop.endcap add pin olive-tree --position 1 --page home --segment s2"
    )]
    Add(Box<Add>),
    /// List the rules with what they do today
    List,
    /// Remove a rule
    Remove { id: String },
    /// Conflicts between rules, and rules that do nothing
    Check,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    Pin,
    Boost,
    Bury,
    Hide,
    Only,
}

#[derive(Debug, clap::Args)]
pub struct Add {
    pub kind: Kind,
    /// Ids of products; several pins take consecutive places
    pub products: Vec<String>,
    /// Instead of ids: type=Plants, vendor=…, collection=…, tag=…, title~word, price<50, stock<3, age_days<30,
    /// discount>=20, margin>=5000, popularity>=5000, or any attribute; several must all hold
    #[arg(long = "where", value_name = "CONDITION")]
    pub conditions: Vec<String>,
    /// The place of a pin, counted from 1
    #[arg(long, default_value_t = 1)]
    pub position: u32,
    /// At that place or before, earlier if its score says so
    #[arg(long)]
    pub soft: bool,
    /// Keep a pin when it is sold out
    #[arg(long)]
    pub keep_when_sold_out: bool,
    /// slight, medium, strong, or points of 100
    #[arg(long, default_value = "medium")]
    pub strength: String,
    /// Let the sum of boosts exceed a strong one
    #[arg(long)]
    pub uncapped: bool,
    /// home, collection, collection:ID, product, cart, search, email:TRIGGER; several are allowed
    #[arg(long = "page", value_name = "PAGE")]
    pub pages: Vec<String>,
    /// Id of a row on the page
    #[arg(long)]
    pub block: Option<String>,
    /// Id or name of a segment; several are allowed
    #[arg(long = "segment", value_name = "NAME")]
    pub segments: Vec<String>,
    /// Only on the results of this search
    #[arg(long = "query")]
    pub queries: Vec<String>,
    #[arg(long, value_name = "TIME")]
    pub from: Option<Timestamp>,
    #[arg(long, value_name = "TIME")]
    pub until: Option<Timestamp>,
    #[arg(long)]
    pub name: Option<String>,
    /// Add nothing; say what the rule would have meant for past orders
    #[arg(long)]
    pub cost: bool,
}

pub(super) fn run(args: &Args, printer: &Printer) -> Result<(), Error> {
    match &args.action {
        What::Add(add) => added(&args.file, add, printer),
        What::Remove { id } => {
            let (mut workspace, bundle) = opened(&args.file, true)?;
            let label = edit(&mut workspace, bundle.as_ref(), &Edit::RemoveRule { id: id.clone() })?;
            printer.answer(&json!({"removed": id, "label": label}), || label.clone())
        }
        What::List => listed(&args.file, printer),
        What::Check => checked(&args.file, printer),
    }
}

fn opened(file: &Path, to_write: bool) -> Result<(Workspace, Option<Bundle>), Error> {
    let workspace = if to_write { Workspace::open(file)? } else { Workspace::open_read_only(file)? };
    let bundle = open::bundle(&workspace)?;
    Ok((workspace, bundle))
}

fn edit(workspace: &mut Workspace, bundle: Option<&Bundle>, edit: &Edit) -> Result<String, Error> {
    let title = |id: &str| bundle.map_or_else(|| id.to_owned(), |bundle| sentence::product_title(bundle, id));
    merchandise::apply(workspace, edit, train::now(), &title)
}

fn added(file: &Path, add: &Add, printer: &Printer) -> Result<(), Error> {
    let (mut workspace, bundle) = opened(file, !add.cost)?;
    let rule = Rule {
        id: merchandise::current(&workspace)?.next_rule_id(),
        name: add.name.clone(),
        enabled: true,
        action: action(add)?,
        target: target(add, bundle.as_ref())?,
        scope: scope(add, bundle.as_ref())?,
        schedule: Schedule {
            from: add.from.map(Timestamp::as_second),
            until: add.until.map(Timestamp::as_second),
        },
        created_at: train::now(),
    };
    if add.cost {
        let page = add.pages.first().map_or("home", String::as_str);
        let page = page.parse().map_err(|error: NotAPage| Error::user_because(error.to_string(), error))?;
        let edit = Edit::AddRule { rule, at: None };
        return super::replay::cost(&workspace, &page, add.block.clone(), &edit, printer);
    }
    let id = rule.id.clone();
    let label = edit(&mut workspace, bundle.as_ref(), &Edit::AddRule { rule, at: None })?;
    // What it does is known at once, so whoever mistyped a type or a tag learns it here and not on the page.
    let health =
        open::bundle(&workspace)?.map(|bundle| decide::health(&Prepared::new(&bundle), train::now()));
    let own = health.as_ref().and_then(|health| health.rules.iter().find(|rule| rule.rule == id));
    let effect = own.map(|rule| rule.sentence.clone());
    printer.answer(&json!({"id": id, "label": label, "effect": effect}), || match &effect {
        Some(effect) => format!("{id}: {label}. {effect}"),
        None => format!("{id}: {label}"),
    })
}

fn listed(file: &Path, printer: &Printer) -> Result<(), Error> {
    let (workspace, bundle) = opened(file, false)?;
    let document = merchandise::current(&workspace)?;
    let health = bundle
        .as_ref()
        .map(|bundle| decide::health(&Prepared::new(bundle), train::now()))
        .unwrap_or_default();
    let title = |id: &str| {
        bundle.as_ref().map_or_else(|| id.to_owned(), |bundle| sentence::product_title(bundle, id))
    };
    let rows: Vec<_> = document
        .rules
        .iter()
        .enumerate()
        .map(|(at, rule)| {
            let health = health.rules.get(at);
            json!({
                "id": rule.id,
                "label": words::rule_label(rule, &title),
                "enabled": rule.enabled,
                "phase": health.map(|health| health.phase),
                "effect": health.map(|health| health.sentence.clone()),
                "rule": rule,
            })
        })
        .collect();
    printer.answer(&json!({"rules": rows}), || {
        let lines: Vec<String> = rows
            .iter()
            .map(|row| {
                let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
                format!("{:<5} {}  {}", text("id"), text("label"), text("effect"))
            })
            .collect();
        if lines.is_empty() { "There are no rules.".to_owned() } else { lines.join("\n") }
    })
}

fn checked(file: &Path, printer: &Printer) -> Result<(), Error> {
    let (_, bundle) = opened(file, false)?;
    let bundle = bundle
        .ok_or_else(|| Error::user("There are no products yet. Import them and run `endcap train`."))?;
    let health = decide::health(&Prepared::new(&bundle), train::now());
    let sentences: Vec<String> = health.conflicts.iter().map(|conflict| conflict.sentence(&bundle)).collect();
    let conflicts: Vec<_> = health
        .conflicts
        .iter()
        .zip(&sentences)
        .map(|(conflict, sentence)| json!({"conflict": conflict, "sentence": sentence}))
        .collect();
    printer.answer(&json!({"conflicts": conflicts, "rules": health.rules}), || {
        if sentences.is_empty() {
            "No conflicts. Every active rule changes something.".to_owned()
        } else {
            sentences.join("\n")
        }
    })
}

fn action(add: &Add) -> Result<Action, Error> {
    Ok(match add.kind {
        Kind::Pin => Action::Pin {
            position: add.position.max(1),
            soft: add.soft,
            keep_when_sold_out: add.keep_when_sold_out,
        },
        Kind::Boost => Action::Boost { points: points(&add.strength)?, uncapped: add.uncapped },
        Kind::Bury => Action::Bury { points: points(&add.strength)? },
        Kind::Hide => Action::Hide,
        Kind::Only => Action::OnlyShow,
    })
}

fn points(strength: &str) -> Result<i64, Error> {
    match strength {
        "slight" => Ok(Action::SLIGHT),
        "medium" => Ok(Action::MEDIUM),
        "strong" => Ok(Action::STRONG),
        other => decimal(other, 100_000).ok_or_else(|| {
            Error::user(format!("`{other}` is no strength; write slight, medium, strong or points of 100."))
        }),
    }
}

/// A number with up to as many decimals as `unit` has zeros, in units.
fn decimal(text: &str, unit: i64) -> Option<i64> {
    let digits = unit.ilog10() as usize;
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    if part.len() > digits || !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part: i64 = if digits == 0 { 0 } else { format!("{part:0<digits$}").parse().ok()? };
    Some(whole.parse::<i64>().ok()?.checked_mul(unit)? + part)
}

fn target(add: &Add, bundle: Option<&Bundle>) -> Result<Target, Error> {
    if add.conditions.is_empty() {
        if add.products.is_empty() {
            return Err(Error::user("Say which products: ids, or --where with a condition."));
        }
        let unknown =
            add.products.iter().find(|id| bundle.is_some_and(|bundle| bundle.catalog.index(id).is_none()));
        if let Some(id) = unknown {
            return Err(Error::user(format!("The catalog has no product `{id}`.")));
        }
        return Ok(Target::Products(add.products.clone()));
    }
    if add.kind == Kind::Pin || !add.products.is_empty() {
        return Err(Error::user("A pin names its products; --where is for the other rules, without ids."));
    }
    let per_major = bundle.map_or(100, |bundle| bundle.info.currency.minor_per_major());
    let mut all =
        add.conditions.iter().map(|text| condition(text, per_major)).collect::<Result<Vec<_>, Error>>()?;
    Ok(Target::Where(if all.len() == 1 { all.remove(0) } else { Condition::All(all) }))
}

const OPERATORS: [(&str, Operator); 6] = [
    ("<=", Operator::LessOrEqual),
    (">=", Operator::GreaterOrEqual),
    ("<", Operator::Less),
    (">", Operator::Greater),
    ("~", Operator::Contains),
    ("=", Operator::Equals),
];

fn condition(text: &str, per_major: i64) -> Result<Condition, Error> {
    let (at, sign, operator) = OPERATORS
        .iter()
        .filter_map(|(sign, operator)| text.find(sign).map(|at| (at, *sign, *operator)))
        .min_by_key(|(at, sign, _)| (*at, std::cmp::Reverse(sign.len())))
        .ok_or_else(|| {
            Error::user(format!("`{text}` is no condition; write for example type=Plants or price<50."))
        })?;
    let (name, value) = (text[..at].trim(), text[at + sign.len()..].trim());
    let field = match name {
        "type" => Field::ProductType,
        "vendor" => Field::Vendor,
        "collection" => Field::Collection,
        "tag" => Field::Tag,
        "title" => Field::Title,
        "price" => Field::Price,
        "discount" => Field::DiscountPercent,
        "stock" => Field::Stock,
        "age_days" => Field::AgeDays,
        "margin" => Field::Margin,
        "popularity" => Field::Popularity,
        other => Field::Attribute(other.to_owned()),
    };
    let value = if field == Field::Price {
        decimal(value, per_major).ok_or_else(|| Error::user(format!("`{value}` is no price.")))?.to_string()
    } else {
        value.to_owned()
    };
    Ok(Condition::Is { field, operator, value })
}

fn scope(add: &Add, bundle: Option<&Bundle>) -> Result<Scope, Error> {
    let segment = |wanted: &String| {
        let known = bundle.map_or(&[][..], |bundle| bundle.segments.segments.as_slice());
        known
            .iter()
            .find(|segment| segment.id == *wanted || segment.name.to_lowercase() == wanted.to_lowercase())
            .map(|segment| segment.id.clone())
            .ok_or_else(|| Error::user(format!("There is no segment `{wanted}`.")))
    };
    let segments = add.segments.iter().map(segment).collect::<Result<Vec<_>, _>>()?;
    Ok(Scope {
        pages: add.pages.iter().cloned().map(PageKey::from).collect(),
        block: add.block.clone(),
        segments: (!segments.is_empty()).then_some(segments),
        queries: add.queries.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_and_prices_are_read_as_people_write_them() {
        let Condition::Is { field, operator, value } = condition("price <= 49.9", 100).unwrap() else {
            panic!("not a comparison");
        };
        assert_eq!((field, operator, value.as_str()), (Field::Price, Operator::LessOrEqual, "4990"));
        assert!(condition("nothing", 100).is_err());
        assert_eq!(decimal("2.5", 100_000), Some(250_000));
        assert_eq!(decimal("2.505", 100), None);
    }
}
