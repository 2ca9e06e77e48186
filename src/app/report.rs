//! What the client report says beside the pages: the data, how well recommendations hit, who to write to, what to do next.

use std::path::Path;

use super::evaluate::{self, Ask};
use super::{Error, Session};
use crate::export::Section;
use crate::measure::evaluate::{MethodResult, TaskResult};
use crate::recommend::Task;
use crate::shop::{Monitor, Seconds};

/// Methods of a table beside the product's own, best first.
const RIVALS: usize = 4;

/// All sections. `measured` runs the backtest on the last 28 days, which takes as long as training twice.
pub fn sections(
    session: &Session,
    file: &Path,
    measured: bool,
    now: Seconds,
    monitor: &dyn Monitor,
) -> Result<Vec<Section>, Error> {
    let mut sections = data(session)?;
    sections.push(if measured { backtest(file, now, monitor)? } else { unmeasured() });
    sections.extend(next(session)?);
    Ok(sections)
}

/// What the imported files hold, what is wrong with them and what they are good for.
fn data(session: &Session) -> Result<Vec<Section>, Error> {
    let audit = session.audit()?;
    let percent = |of: Option<u8>| of.map_or_else(|| "none".to_owned(), |percent| format!("{percent} %"));
    let day = |at: &Option<String>| at.as_deref().map_or("?", |at| at.get(..10).unwrap_or(at)).to_owned();
    let readiness = &audit.readiness;
    let problems = Section {
        title: "What the data holds".to_owned(),
        paragraphs: vec![
            format!(
                "Orders from {} to {}. Without problems worth fixing: products {}, customers {}, orders {}, visits {}.",
                day(&audit.first_order),
                day(&audit.last_order),
                percent(readiness.products),
                percent(readiness.customers),
                percent(readiness.orders),
                percent(readiness.events)
            ),
            format!(
                "Level {} of 5: {}. {}",
                audit.maturity.level, audit.maturity.name, audit.maturity.next_step
            ),
        ],
        header: columns(["Found", "What it does"]),
        rows: audit
            .problems
            .iter()
            .map(|problem| vec![problem.message.clone(), problem.advice.clone()])
            .collect(),
    };
    let unlocks = Section {
        title: "What the data allows".to_owned(),
        paragraphs: Vec::new(),
        header: columns(["Feature", "Ready", "Needs"]),
        rows: audit
            .unlocks
            .iter()
            .map(|unlock| {
                vec![
                    unlock.feature.clone(),
                    if unlock.ready { "yes" } else { "no" }.to_owned(),
                    unlock.needs.clone(),
                ]
            })
            .collect(),
    };
    Ok(vec![problems, unlocks])
}

fn backtest(file: &Path, now: Seconds, monitor: &dyn Monitor) -> Result<Section, Error> {
    let ask = Ask {
        file,
        now,
        split: None,
        until: None,
        tasks: vec![Task::NextWindow, Task::Discovery, Task::ProductPage],
        min_buyers: None,
        k: 10,
        out: None,
        seed: 1,
    };
    let report = match evaluate::evaluate(&ask, monitor) {
        Ok(report) => report,
        // Too little history is no reason to have no report.
        Err(Error::User { message, .. }) => {
            return Ok(Section { paragraphs: vec![message], ..unmeasured() });
        }
        Err(other) => return Err(other),
    };
    let mut section = Section {
        title: "How well recommendations hit".to_owned(),
        paragraphs: vec![format!(
            "Everything was trained on what happened before {} and asked to name {} products for what was bought until {}; \
             {} orders before that day, {} products. nDCG@{} says how high the right products stand (1 is perfect), with the \
             range in which it lies 19 times in 20; found is the share of people with at least one hit.",
            report.split, report.k, report.until, report.orders_before, report.catalogue, report.k
        )],
        header: columns(["Task", "Method", "nDCG", "19 times in 20", "Found", "Recall", "Of the catalogue"]),
        rows: Vec::new(),
    };
    for task in &report.tasks {
        section.rows.extend(rows(task));
        if let Some(sentence) = gain(task) {
            section.paragraphs.push(sentence);
        }
    }
    Ok(section)
}

/// The product's own pipeline first, then the best single methods.
fn rows(task: &TaskResult) -> Vec<Vec<String>> {
    let own = |method: &&MethodResult| method.method == "endcap";
    let mut rivals: Vec<&MethodResult> = task.methods.iter().filter(|method| !own(method)).collect();
    rivals.sort_by(|one, two| two.ndcg.total_cmp(&one.ndcg).then_with(|| one.method.cmp(&two.method)));
    task.methods
        .iter()
        .filter(own)
        .chain(rivals.into_iter().take(RIVALS))
        .enumerate()
        .map(|(place, method)| {
            vec![
                if place == 0 {
                    format!("{} ({} asked)", words(task.task), task.customers)
                } else {
                    String::new()
                },
                if method.method == "endcap" {
                    format!("Endcap ({})", task.chosen)
                } else {
                    method.method.clone()
                },
                format!("{:.4}", method.ndcg),
                method
                    .ndcg_ci95
                    .map_or_else(|| "too few".to_owned(), |[low, high]| format!("{low:.4} to {high:.4}")),
                format!("{:.1} %", method.hit_rate * 100.0),
                format!("{:.3}", method.recall),
                format!("{:.0} %", method.coverage * 100.0),
            ]
        })
        .collect()
}

fn gain(task: &TaskResult) -> Option<String> {
    let own = task.methods.iter().find(|method| method.method == "endcap")?;
    let gain = own.against_best_single.as_ref()?;
    let range = gain
        .ci95
        .map_or_else(String::new, |[low, high]| format!(", between {low:+.4} and {high:+.4} 19 times in 20"));
    let sure = match gain.ci95 {
        Some([low, _]) if low > 0.0 => "better",
        Some([_, high]) if high < 0.0 => "worse",
        _ => "neither better nor worse for sure",
    };
    Some(format!(
        "{}: against the best single method ({}) nDCG differs by {:+.4}{range}: {sure}.",
        words(task.task),
        gain.method,
        gain.difference
    ))
}

fn words(task: Task) -> &'static str {
    match task {
        Task::NextBasket => "Next order",
        Task::NextWindow => "Next four weeks",
        Task::Discovery => "Products new to the customer",
        Task::Basket => "Last line of an order",
        Task::ProductPage => "Beside a product",
        Task::Session => "Next in a visit",
    }
}

fn unmeasured() -> Section {
    Section {
        title: "How well recommendations hit".to_owned(),
        paragraphs: vec![
            "Not measured in this report. `endcap export --to report` measures on the last 28 days of orders.".to_owned(),
        ],
        ..Section::default()
    }
}

/// Messages and offers of today, and the steps after this report.
fn next(session: &Session) -> Result<Vec<Section>, Error> {
    let Some(bundle) = super::open::bundle(session.workspace())? else {
        return Ok(Vec::new());
    };
    let found = super::campaign::campaigns(session.workspace(), &bundle, &crate::shop::Silent)?;
    let messages = Section {
        title: "Who to write to".to_owned(),
        paragraphs: vec![
            "Only people who agreed to mail, and nobody twice. `endcap campaign` writes the lists."
                .to_owned(),
        ],
        header: columns(["Occasion", "People", "Without consent", "For whom"]),
        rows: found
            .lists
            .iter()
            .map(|list| {
                let ready = list.trigger.ready;
                vec![
                    list.trigger.title.clone(),
                    if ready { list.entries.len().to_string() } else { "not yet".to_owned() },
                    if ready { list.without_consent.to_string() } else { String::new() },
                    if ready { list.trigger.sentence.clone() } else { list.trigger.needs.clone() },
                ]
            })
            .collect(),
    };
    let currency = &bundle.info.currency;
    let offers = Section {
        title: "Who needs no discount".to_owned(),
        paragraphs: vec![
            "A comparison of past behaviour, not a promise. No offer goes below the margin floor.".to_owned(),
        ],
        header: columns(["Offer", "Would likely buy without", "Cost if all use it", "Why"]),
        rows: found
            .offers
            .iter()
            .map(|offer| {
                vec![
                    if offer.percent == 0 { "none".to_owned() } else { format!("{} %", offer.percent) },
                    offer.would_buy_without.words().to_owned(),
                    format!(
                        "{:.*} {}",
                        currency.exponent() as usize,
                        offer.cost_if_all_use as f64 / currency.minor_per_major() as f64,
                        currency.0
                    ),
                    offer.sentence.clone(),
                ]
            })
            .collect(),
    };
    let mut steps = Vec::new();
    if let Some(problem) = session.audit()?.problems.first() {
        steps.push(format!("Fix first: {}. {}", problem.message, problem.advice));
    }
    if let Some(list) = found.lists.iter().find(|list| !list.entries.is_empty()) {
        steps.push(format!("Write to {} people: {}", list.entries.len(), list.trigger.title));
    }
    steps.push("Look at the homepage of each group in Endcap and pin what must be there.".to_owned());
    steps.push(
        "Load one projection into a test shop first; each folder says how, and how to go back.".to_owned(),
    );
    steps.push(
        "Import new exports in four weeks: the second import shows what moved, and the backtest says whether it helped."
            .to_owned(),
    );
    let rows = steps.into_iter().enumerate().map(|(at, step)| vec![(at + 1).to_string(), step]).collect();
    let steps = Section {
        title: "What to do next".to_owned(),
        header: columns(["", "Step"]),
        rows,
        ..Section::default()
    };
    Ok(vec![messages, offers, steps])
}

fn columns<const N: usize>(names: [&str; N]) -> Vec<String> {
    names.map(str::to_owned).to_vec()
}
