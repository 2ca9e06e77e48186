//! What an export would write, and one customer's way, worked out on request.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::app::export::{Exporter, People, Wanted, last_exported, target};
use crate::app::view::{
    Check, CheckOf, CheckOutcome, CustomerStory, ExportPlan, ExportRecord, Moment, MomentKind, Part,
    PartKind, PlannedFile,
};
use crate::app::{Error, Session, open, report, runs, train};
use crate::bundle::{Bundle, Catalog, Strategy};
use crate::decide::diff::{Difference, diff};
use crate::export::{Fidelity, Target};
use crate::features::visits::visits_of;
use crate::features::{History, product_rows};
use crate::merch::{Action, Document, PageKey, Target as RuleTarget, words};
use crate::shop::{EventKind, Monitor, Seconds};
use crate::workspace::{self, Workspace};

/// Lines of a file that the preview shows.
const HEAD_LINES: usize = 14;
const HEAD_BYTES: usize = 4_000;

/// What an export of the pages and rules of `document` would write; they may be newer than those saved.
pub fn export_plan(
    session: &Session,
    to: &str,
    people: People,
    document: &Arc<Document>,
    now: Seconds,
    monitor: &dyn Monitor,
) -> Result<ExportPlan, Error> {
    let target = target(to)?;
    let workspace = session.workspace();
    let sections = if target == Target::Report {
        report::sections(session, workspace.path(), false, now, monitor)?
    } else {
        Vec::new()
    };
    let wanted = Wanted { document: Some(document), with: people.of(target), sections };
    let exporter = Exporter::gather_with(workspace, session.campaigns(), now, wanted, monitor)?;
    let projection = exporter.project(target);
    let files = projection
        .files
        .iter()
        .map(|file| PlannedFile {
            name: file.path.clone(),
            part: PartKind::of(target, &file.path),
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
    let mut plan = ExportPlan {
        target: to.to_owned(),
        files,
        losses,
        n_emails: exporter.n_emails(),
        ..ExportPlan::default()
    };
    if let Some(mut bundle) = open::bundle(workspace)? {
        bundle.document = Arc::clone(document);
        monitor.checkpoint()?;
        let before = last_exported(workspace)?;
        plan.difference = before.as_ref().map(|before| diff(before, &bundle, now));
        let n_customers = if target.names_customers() { workspace.totals()?.customers } else { 0 };
        plan.parts = parts(&bundle, before.as_ref(), plan.difference.as_ref(), n_customers);
        for part in &mut plan.parts {
            part.is_optional = plan.files.iter().any(|file| file.part == Some(part.kind));
        }
        plan.checks = checks(&bundle.document, &bundle.catalog);
    }
    Ok(plan)
}

/// What left so far, newest first.
pub fn exports(workspace: &Workspace) -> Result<Vec<ExportRecord>, Error> {
    let kept = workspace.exported_bundles()?;
    let record = |export: workspace::Export| ExportRecord {
        is_kept: kept.contains(&export.bundle),
        at: export.at,
        target: export.target,
        folder: export.folder.into(),
        n_files: export.n_files,
        bundle_digest: export.bundle,
    };
    Ok(workspace.exports()?.into_iter().map(record).collect())
}

/// The pages and rules of an earlier export.
pub fn exported_document(session: &Session, at: Seconds) -> Result<Document, Error> {
    let exports = session.workspace().exports()?;
    let export = exports
        .iter()
        .find(|export| export.at == at)
        .ok_or_else(|| Error::user("This export is no longer in the list"))?;
    serde_json::from_str(&export.document)
        .map_err(|source| Error::user_because("The pages of this export cannot be read any more.", source))
}

/// What an export holds, counted, each beside what changed since the last one.
fn parts(
    bundle: &Bundle,
    before: Option<&Bundle>,
    difference: Option<&Difference>,
    n_customers: u64,
) -> Vec<Part> {
    let home = words::page_name(&PageKey::Home, &str::to_owned);
    let rows_changed = |is_home: bool| {
        let rows = difference.into_iter().flat_map(|difference| &difference.rows);
        let (rows, places) =
            rows.filter(|row| (row.page == home) == is_home).fold((0, 0), |(n, places), row| {
                (n + 1, places + row.entered.len() as u64 + row.left.len() as u64 + u64::from(row.moved))
            });
        (0 < rows).then_some((rows, places))
    };
    let paired = (0..bundle.catalog.products.len() as u32)
        .filter(|product| !bundle.neighbors.of(Strategy::BoughtTogether, *product).is_empty())
        .count() as u64;
    let search = &bundle.document.search;
    let search_changed = before.is_some_and(|before| before.document.search != *search);
    let rules_changed = difference.map_or(0, |difference| difference.rules.len() as u64);
    let part = |kind, amount, changed| Part { kind, amount, changed, is_optional: false };
    let mut parts = vec![
        part(PartKind::Homepages, bundle.segments.segments.len() as u64 + 1, rows_changed(true)),
        part(PartKind::Collections, bundle.catalog.collections.len() as u64, rows_changed(false)),
        part(PartKind::BoughtTogether, paired, None),
        part(
            PartKind::Search,
            (search.synonyms.len() + search.redirects.len()) as u64,
            search_changed.then_some((1, 1)),
        ),
        part(
            PartKind::Rules,
            bundle.document.rules.len() as u64,
            (0 < rules_changed).then_some((rules_changed, rules_changed)),
        ),
        part(PartKind::Customers, n_customers, None),
    ];
    parts.retain(|part| 0 < part.amount || part.changed.is_some());
    parts
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
    let check = |about, n: usize, otherwise| Check {
        outcome: if n == 0 { CheckOutcome::Passes } else { otherwise },
        about,
        n,
    };
    vec![
        check(CheckOf::RulesKnowProducts, unknown, CheckOutcome::Blocks),
        check(CheckOf::PinsAreNotHidden, hidden_pins, CheckOutcome::Warns),
        check(CheckOf::PinsAreInStock, sold_out, CheckOutcome::Warns),
        check(CheckOf::PricesStay, 0, CheckOutcome::Passes),
    ]
}

/// Who bought a product before the day the groups look back from: rows of the customer table, ascending.
pub fn buyers(
    session: &Session,
    product: &str,
    now: Seconds,
    monitor: &dyn Monitor,
) -> Result<Vec<usize>, Error> {
    let workspace = session.workspace();
    let run = runs::segments(workspace)?.map(|kept| kept.result);
    let at = train::Settings { as_of: run.as_ref().map(|run| run.as_of), ..train::Settings::at(now) };
    let (frames, as_of) = train::frames_as_of(workspace, &at, monitor)?;
    let history = History::before(&frames, as_of)
        .map_err(|source| Error::bug_because("The orders could not be read.", source))?;
    let rows = product_rows(&frames, as_of)
        .map_err(|source| Error::bug_because("The products could not be read.", source))?;
    let Some(place) = rows.iter().position(|row| row.id == product) else {
        return Ok(Vec::new());
    };
    let mut buyers: Vec<usize> = history
        .lines
        .iter()
        .filter(|line| line.product == Some(place as u32))
        .map(|line| line.customer as usize)
        .collect();
    buyers.sort_unstable();
    buyers.dedup();
    Ok(buyers)
}

/// What the customer with this number (1 is the first by id) did, oldest first: visits, orders, and moves between
/// groups.
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
    let unreadable = |source| Error::bug_because("What the customer did could not be read.", source);
    let history = History::before(&frames, as_of).map_err(unreadable)?;
    let rows = product_rows(&frames, as_of).map_err(unreadable)?;
    let ids: Vec<String> = rows.into_iter().map(|row| row.id).collect();
    let id_of = |product: Option<u32>| product.and_then(|product| ids.get(product as usize).cloned());
    let customer = u32::try_from(number - 1).unwrap_or(u32::MAX);
    let mut orders: BTreeMap<u32, Moment> = BTreeMap::new();
    for order in history.orders.iter().filter(|order| order.customer == customer) {
        let bought = Moment {
            at: order.at,
            kind: MomentKind::Bought,
            value: Some(order.revenue),
            refunded: (0 < order.refunded).then_some(order.refunded),
            ..Moment::default()
        };
        orders.insert(order.order, bought);
    }
    for line in history.lines.iter().filter(|line| line.customer == customer) {
        if let (Some(moment), Some(id)) = (orders.get_mut(&line.order), id_of(line.product)) {
            moment.products.push(id);
        }
    }
    let mut moments: Vec<Moment> = orders.into_values().collect();
    let n_orders = moments.len() as u32;
    let spent = moments.iter().filter_map(|moment| moment.value).sum();
    let refunded = moments.iter().filter_map(|moment| moment.refunded).sum();
    for visit in visits_of(&frames, customer, as_of).map_err(unreadable)? {
        let kind = match visit.kind {
            EventKind::ViewProduct | EventKind::ClickProduct => MomentKind::Viewed,
            EventKind::Search => MomentKind::Searched,
            EventKind::AddToCart => MomentKind::AddedToCart,
            EventKind::RemoveFromCart => MomentKind::RemovedFromCart,
            EventKind::AddToWishlist => MomentKind::Wished,
            EventKind::EmailOpen => MomentKind::OpenedMail,
            EventKind::EmailClick => MomentKind::ClickedMail,
            // Orders come from the order files; pages without a product say nothing here.
            _ => continue,
        };
        let products: Vec<String> = id_of(visit.product).into_iter().collect();
        if products.is_empty() && matches!(kind, MomentKind::Viewed | MomentKind::AddedToCart) {
            continue;
        }
        moments.push(Moment { at: visit.at, kind, products, words: visit.query, ..Moment::default() });
    }
    if let Some(id) = history.ids.get(customer as usize) {
        moments.extend(moves(session, id)?);
    }
    moments.sort_by_key(|moment| moment.at);
    let group = run.as_ref().and_then(|run| {
        let group = run.assignment.get(customer as usize).copied()?;
        run.groups.get(usize::from(group)).map(|group| group.id.clone())
    });
    let accepts_email = history.accepts_email.get(customer as usize).copied().unwrap_or(false);
    Ok(CustomerStory { number, group, n_orders, spent, refunded, accepts_email, moments })
}

/// Groupings that are read back for a customer's moves.
const MOST_GROUPINGS: usize = 8;

/// Moves of a customer between kept groupings of different days.
fn moves(session: &Session, id: &str) -> Result<Vec<Moment>, Error> {
    let mut stands: Vec<(Seconds, Option<String>)> = Vec::new();
    for run in runs::recent_segments(session.workspace(), MOST_GROUPINGS)? {
        let group = run.group_of(id).and_then(|group| run.groups.get(group)).map(|group| group.name.clone());
        // The newest grouping of a day counts: those before it were only drafts of it.
        if stands.last().is_none_or(|(at, _)| run.as_of < *at) {
            stands.push((run.as_of, group));
        }
    }
    stands.reverse();
    Ok(stands
        .windows(2)
        .filter(|pair| pair[0].1 != pair[1].1)
        .map(|pair| Moment {
            at: pair[1].0,
            kind: MomentKind::Moved,
            moved: Some([pair[0].1.clone(), pair[1].1.clone()]),
            ..Moment::default()
        })
        .collect())
}
