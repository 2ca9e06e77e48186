//! What an export would write, and one customer's way, worked out on request.

use std::collections::BTreeMap;

use crate::app::export::{Exporter, target};
use crate::app::view::{Check, CheckOutcome, CustomerStory, ExportPlan, Moment, MomentKind, PlannedFile};
use crate::app::{Error, Session, open, report, runs, train};
use crate::bundle::Catalog;
use crate::export::{Fidelity, Target};
use crate::features::History;
use crate::merch::{Action, Document, Target as RuleTarget};
use crate::shop::{Monitor, Seconds};

/// Lines of a file that the preview shows.
const HEAD_LINES: usize = 14;
const HEAD_BYTES: usize = 4_000;

pub fn export_plan(
    session: &Session,
    to: &str,
    now: Seconds,
    monitor: &dyn Monitor,
) -> Result<ExportPlan, Error> {
    let target = target(to)?;
    let sections = if target == Target::Report {
        report::sections(session, session.workspace().path(), false, monitor)?
    } else {
        Vec::new()
    };
    let exporter = Exporter::gather(session.workspace(), now, target.names_customers(), sections, monitor)?;
    let projection = exporter.project(target);
    let files = projection
        .files
        .iter()
        .map(|file| PlannedFile {
            name: file.path.clone(),
            bytes: file.bytes.len() as u64,
            head: head(&file.bytes),
        })
        .collect();
    let mut losses: Vec<String> = Vec::new();
    for verdict in projection.fidelity.verdicts.iter().filter(|verdict| verdict.fidelity != Fidelity::Exact) {
        let sentence = format!("{}: {}", verdict.about, verdict.how);
        if !losses.contains(&sentence) {
            losses.push(sentence);
        }
    }
    let bundle = open::bundle(session.workspace())?;
    let checks = bundle.map(|bundle| checks(&bundle.document, &bundle.catalog)).unwrap_or_default();
    Ok(ExportPlan { target: to.to_owned(), parts: Vec::new(), files, checks, losses })
}

/// The first lines of a text file; empty for anything else.
fn head(bytes: &[u8]) -> String {
    let start = &bytes[..bytes.len().min(HEAD_BYTES)];
    match std::str::from_utf8(start) {
        Ok(text) => text.lines().take(HEAD_LINES).collect::<Vec<_>>().join("\n"),
        Err(cut) if start.len() < bytes.len() && 0 < cut.valid_up_to() => {
            String::from_utf8_lossy(&start[..cut.valid_up_to()])
                .lines()
                .take(HEAD_LINES)
                .collect::<Vec<_>>()
                .join("\n")
        }
        Err(_) => String::new(),
    }
}

fn checks(document: &Document, catalog: &Catalog) -> Vec<Check> {
    let mut unknown = 0;
    let mut sold_out = 0;
    let mut hidden_pins = 0;
    let hidden: Vec<&String> = document
        .rules
        .iter()
        .filter(|rule| {
            rule.enabled && rule.action == Action::Hide && rule.scope == crate::merch::Scope::default()
        })
        .filter_map(|rule| match &rule.target {
            RuleTarget::Products(ids) => Some(ids),
            RuleTarget::Where(_) => None,
        })
        .flatten()
        .collect();
    for rule in document.rules.iter().filter(|rule| rule.enabled) {
        let RuleTarget::Products(ids) = &rule.target else {
            continue;
        };
        for id in ids {
            let product = catalog.index(id).and_then(|idx| catalog.products.get(idx as usize));
            let is_pin = matches!(rule.action, Action::Pin { .. });
            unknown += usize::from(product.is_none());
            sold_out += usize::from(is_pin && product.is_some_and(|product| !product.sellable()));
            hidden_pins += usize::from(is_pin && hidden.contains(&id));
        }
    }
    let check = |n: usize, outcome, bad: String, good: &str| Check {
        outcome: if n == 0 { CheckOutcome::Passes } else { outcome },
        sentence: if n == 0 { good.to_owned() } else { bad },
    };
    vec![
        check(
            unknown,
            CheckOutcome::Blocks,
            format!("{unknown} products of your rules no longer exist in the catalog"),
            "All products of your rules exist in the catalog",
        ),
        check(
            hidden_pins,
            CheckOutcome::Warns,
            format!("{hidden_pins} pinned products are hidden everywhere"),
            "No hidden product is pinned",
        ),
        check(
            sold_out,
            CheckOutcome::Warns,
            format!("{sold_out} pinned products are sold out; their places go to the next ones"),
            "No pinned product is sold out",
        ),
        Check { outcome: CheckOutcome::Passes, sentence: "Prices are left as they are".to_owned() },
    ]
}

/// The orders of the customer with this number (1 is the first by id), oldest first.
pub fn story(
    session: &Session,
    number: i64,
    now: Seconds,
    monitor: &dyn Monitor,
) -> Result<CustomerStory, Error> {
    let workspace = session.workspace();
    let run = runs::segments(workspace)?.map(|kept| kept.result);
    let at = train::Settings { as_of: run.as_ref().map(|run| run.as_of), ..train::Settings::at(now) };
    let (frames, as_of) = train::frames_as_of(workspace, &at, monitor)?;
    let history = History::before(&frames, as_of)
        .map_err(|source| Error::bug_because("The customer's orders could not be read.", source))?;
    let rows = crate::features::product::product_rows(&frames, as_of)
        .map_err(|source| Error::bug_because("The products could not be read.", source))?;
    let ids: Vec<String> = rows.into_iter().map(|row| row.id).collect();
    let customer = u32::try_from(number - 1).unwrap_or(u32::MAX);
    let mut moments: BTreeMap<u32, Moment> = BTreeMap::new();
    for order in history.orders.iter().filter(|order| order.customer == customer) {
        let bought = Moment {
            at: order.at,
            kind: MomentKind::Bought,
            value: Some(order.revenue),
            ..Moment::default()
        };
        moments.insert(order.order, bought);
    }
    for line in history.lines.iter().filter(|line| line.customer == customer) {
        let id = line.product.and_then(|product| ids.get(product as usize).cloned());
        if let (Some(moment), Some(id)) = (moments.get_mut(&line.order), id) {
            moment.products.push(id);
        }
    }
    let mut moments: Vec<Moment> = moments.into_values().collect();
    moments.sort_by_key(|moment| moment.at);
    let group = run.as_ref().and_then(|run| {
        let group = run.assignment.get(customer as usize).copied()?;
        run.groups.get(usize::from(group)).map(|group| group.id.clone())
    });
    Ok(CustomerStory {
        number,
        group,
        n_orders: moments.len() as u32,
        spent: moments.iter().filter_map(|moment| moment.value).sum(),
        moments,
    })
}
