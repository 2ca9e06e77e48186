//! `endcap replay`.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Printer, source};
use crate::app::replay::{self, Past, Question, Replayed, Unplayed};
use crate::app::{Error, merchandise, open, train};
use crate::decide::{PageRef, sentence};
use crate::measure::replay::{Change, Look, Verdict, without_rule};
use crate::merch::{Document, Edit};
use crate::shop::Seconds;
use crate::shop::time::rfc3339;
use crate::workspace::Workspace;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The workspace
    pub file: PathBuf,
    /// home, collection:ID, product:any, cart:any or email:TRIGGER
    #[arg(long, default_value = "home")]
    pub page: PageRef,
    /// The row whose hits count; without it, the first row of products
    #[arg(long, value_name = "ID")]
    pub row: Option<String>,
    /// Compare with the pages and rules of this bundle; without it, with those before the first edit
    #[arg(long, value_name = "BUNDLE", conflicts_with = "without")]
    pub against: Option<PathBuf>,
    /// Compare with the page without this rule: what the rule costs or brings
    #[arg(long, value_name = "RULE")]
    pub without: Option<String>,
    /// Instead of comparing: hit rate and margin in view as margin weighs more in this row
    #[arg(long, value_name = "ROW", conflicts_with_all = ["against", "without"])]
    pub margin_curve: Option<String>,
    /// Slots of a row that a shopper sees without scrolling sideways
    #[arg(long, default_value_t = 6)]
    pub visible: u32,
    /// Only a fixed sample of 400 orders, as the window shows right after an edit
    #[arg(long)]
    pub quick: bool,
    /// Rules as they are in force at this time
    #[arg(long, value_name = "TIME")]
    pub at: Option<Timestamp>,
}

/// What is said wherever a replay is shown.
const CAVEAT: &str = "An estimate from past orders: it cannot know what people would have bought had they seen \
                      something else. To know for sure, run an experiment.";

pub(super) fn run(args: &Args, printer: &Printer) -> Result<(), Error> {
    let workspace = Workspace::open_read_only(&args.file)?;
    let now = args.at.map_or_else(train::now, Timestamp::as_second);
    let document = merchandise::current(&workspace)?;
    let before = match (&args.against, &args.without) {
        (Some(bundle), _) => (*source::bundle(bundle)?.document).clone(),
        (None, Some(rule)) => without_rule(&document, rule).ok_or_else(|| {
            Error::user(format!("There is no rule `{rule}`. `endcap rule FILE list` shows them."))
        })?,
        (None, None) => replay::before_edits(&workspace)?,
    };
    let past = replay::past(&workspace, now, printer)?;
    let look = Look { visible: args.visible.max(1), row: args.row.clone(), at: now, device: None };
    if let Some(row) = &args.margin_curve {
        return curve(&past, args, row, &look, document, printer);
    }
    let question =
        Question { page: args.page.clone(), look, before: Arc::new(before), after: Arc::new(document) };
    answer(&workspace, &past, &question, args.quick, printer)
}

/// What an edit would mean, without making it.
pub(super) fn cost(
    workspace: &Workspace,
    page: &PageRef,
    row: Option<String>,
    edit: &Edit,
    printer: &Printer,
) -> Result<(), Error> {
    let before = merchandise::current(workspace)?;
    let mut after = before.clone();
    edit.apply(&mut after).map_err(|error| Error::user_because(error.to_string(), error))?;
    let now = train::now();
    let past = replay::past(workspace, now, printer)?;
    let look = Look { visible: 6, row, at: now, device: None };
    let question = Question { page: page.clone(), look, before: Arc::new(before), after: Arc::new(after) };
    answer(workspace, &past, &question, false, printer)
}

fn answer(
    workspace: &Workspace,
    past: &Past,
    question: &Question,
    quick: bool,
    printer: &Printer,
) -> Result<(), Error> {
    let found = past.compare(question, quick, printer)?.map_err(unplayed)?;
    let bundle = open::bundle(workspace)?;
    let title = |id: &str| match &bundle {
        Some(bundle) => sentence::product_title(bundle, id),
        None => id.to_owned(),
    };
    let group = |id: &str| {
        let segments = bundle.iter().flat_map(|bundle| &bundle.segments.segments);
        let known = segments.into_iter().find(|segment| segment.id == id);
        known.map_or_else(|| "Everyone else".to_owned(), |segment| segment.name.clone())
    };
    let mut document = serde_json::to_value(&found)
        .map_err(|error| Error::bug_because("The answer cannot be written as JSON", error))?;
    if let Value::Object(members) = &mut document {
        members.insert("page".to_owned(), question.page.to_string().into());
        members.insert("from".to_owned(), rfc3339(found.from).into());
        members.insert("until".to_owned(), rfc3339(found.until).into());
        members.insert("models_as_of".to_owned(), rfc3339(past.as_of()).into());
        members.insert("visible".to_owned(), question.look.visible.into());
        members.insert("estimate".to_owned(), true.into());
        members.insert("caveat".to_owned(), CAVEAT.into());
    }
    printer.answer(&document, || words(&found, &title, &group))
}

fn unplayed(why: Unplayed) -> Error {
    Error::user_because(why.to_string(), why)
}

fn day(at: Seconds) -> String {
    rfc3339(at).chars().take(10).collect()
}

fn words(found: &Replayed, title: &dyn Fn(&str) -> String, group: &dyn Fn(&str) -> String) -> String {
    let one = &found.comparison;
    let mut lines = vec![
        format!(
            "If the days from {} to {} had looked like this (estimate, {} of {} orders)",
            day(found.from),
            day(found.until),
            one.orders,
            found.orders_in_all
        ),
        format!("  Bought item in the row   {}", points(&one.hit_rate)),
        format!("  Revenue in view          {}", share(&one.revenue_in_view)),
        String::new(),
    ];
    for (id, orders, change) in &one.segments {
        lines.push(format!("  {:<24} {:>5} orders   {}", group(id), orders, points(change)));
    }
    for (what, examples) in [("Now in view", &found.gained), ("Out of view", &found.lost)] {
        let mut names: Vec<String> = Vec::new();
        for example in examples {
            let name = title(&example.product);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        if !names.is_empty() {
            names.truncate(5);
            lines.push(format!("  {what}: {} ({} orders)", names.join(", "), examples.len()));
        }
    }
    lines.push(format!("\n{CAVEAT}"));
    lines.join("\n")
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::LikelyBetter => "Likely better",
        Verdict::LikelyWorse => "Likely worse",
        Verdict::CantTell => "Can't tell",
    }
}

/// Shares as percent, their difference in points.
fn points(change: &Change) -> String {
    let interval = change
        .interval
        .map_or_else(String::new, |[low, high]| format!(" ({:+.1} to {:+.1})", low * 100.0, high * 100.0));
    format!(
        "{:.1}% -> {:.1}%  {:+.1} pts{interval}  {}",
        change.before * 100.0,
        change.after * 100.0,
        change.difference * 100.0,
        verdict(change.verdict)
    )
}

/// Money only as a change in percent: its sum depends on how many orders were counted.
fn share(change: &Change) -> String {
    if change.before <= 0.0 {
        return "nothing was in view before".to_owned();
    }
    let percent = |value: f64| value / change.before * 100.0;
    let interval = change.interval.map_or_else(String::new, |[low, high]| {
        format!(" ({:+.1}% to {:+.1}%)", percent(low), percent(high))
    });
    format!("{:+.1}%{interval}  {}", percent(change.difference), verdict(change.verdict))
}

fn curve(
    past: &Past,
    args: &Args,
    row: &str,
    look: &Look,
    document: Document,
    printer: &Printer,
) -> Result<(), Error> {
    let found = past.margin_curve(&args.page, look, row, &Arc::new(document), printer)?.map_err(unplayed)?;
    if found.is_empty() {
        return Err(Error::user(format!(
            "There is no row `{row}`. `endcap page FILE --page …` shows the rows."
        )));
    }
    let (from, until) = past.period();
    let answer = json!({
        "page": args.page.to_string(),
        "row": row,
        "from": rfc3339(from),
        "until": rfc3339(until),
        "points": found,
        "estimate": true,
        "caveat": CAVEAT,
    });
    printer.answer(&answer, || {
        let mut lines =
            vec!["Margin weight   Bought item in the row        Margin of what is in view".to_owned()];
        for point in &found {
            let interval = point.interval.map_or_else(String::new, |[low, high]| {
                format!("({:.1}% to {:.1}%)", low * 100.0, high * 100.0)
            });
            lines.push(format!(
                "{:>12}%   {:>5.1}% {interval:<20}   higher than {:.0}% of products",
                point.weights.margin / 10,
                point.hit_rate * 100.0,
                point.margin_in_view / 100.0
            ));
        }
        lines.push(format!("\n{CAVEAT}"));
        lines.join("\n")
    })
}
