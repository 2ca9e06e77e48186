//! What a store's own cluster computed (`export --to spark`), taken back into the workspace.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::compile::Parts;
use super::{Error, compile, runs};
use crate::bundle::neighbors::MAX_NEIGHBORS;
use crate::bundle::{Neighbor, PairEvidence, Strategy};
use crate::import::parquet_rows;
use crate::shop::{Monitor, Seconds};
use crate::workspace::{NewRun, Workspace};

/// Orders that must hold both products, as for lists the studio makes itself.
const LEAST_TOGETHER: u64 = 5;
/// The run that keeps, per customer, what the cluster counted.
pub const CLUSTER: &str = "cluster";

/// What was taken.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Brought {
    /// Products whose bought-together list is new, and their neighbours.
    pub products: u64,
    pub neighbors: u64,
    /// Customers whose group is the cluster's, and how many of them moved.
    pub grouped: u64,
    pub moved: u64,
    /// Customers whose orders were counted on the cluster.
    pub counted: u64,
    /// Rows about products, customers or groups this workspace does not know.
    pub unknown: u64,
}

/// Counts of one customer, whole numbers as the job wrote them.
#[derive(Clone, Debug, Default, Serialize)]
struct Counted {
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    #[serde(flatten)]
    facts: BTreeMap<String, i64>,
}

/// Takes `neighbors`, `groups` and `features` from the job's output folder; each may be missing. Bought-together lists
/// replace those of the last training, groups replace the assignment of customers the workspace knows.
pub fn bring(
    workspace: &mut Workspace,
    folder: &Path,
    now: Seconds,
    monitor: &dyn Monitor,
) -> Result<Brought, Error> {
    let has = |table: &str| folder.join(table).is_dir();
    if !["neighbors", "groups", "features"].iter().any(|table| has(table)) {
        return Err(Error::user(format!(
            "{} holds no table of the Spark job. Give the folder that was its --out",
            folder.display()
        )));
    }
    let mut brought = Brought::default();
    let mut people: BTreeMap<String, Counted> = BTreeMap::new();
    if has("neighbors") {
        monitor.progress(0, 3, "Reading what is bought together");
        take_neighbors(workspace, &folder.join("neighbors"), now, &mut brought)?;
    }
    monitor.checkpoint()?;
    if has("features") {
        monitor.progress(1, 3, "Reading the counts of customers");
        take_features(&folder.join("features"), &mut people)?;
    }
    monitor.checkpoint()?;
    if has("groups") {
        monitor.progress(2, 3, "Reading the groups of customers");
        take_groups(workspace, &folder.join("groups"), now, &mut people, &mut brought)?;
    }
    let known: Vec<String> = workspace.contacts()?.into_iter().map(|contact| contact.id).collect();
    let rows = people.len() as u64;
    people.retain(|id, _| known.binary_search(id).is_ok());
    brought.unknown += rows - people.len() as u64;
    brought.counted = people.values().filter(|counted| !counted.facts.is_empty()).count() as u64;
    let people = people
        .into_iter()
        .map(|(id, counted)| {
            let json = serde_json::to_vec(&counted)
                .map_err(|source| Error::bug_because("Counts could not be written.", source))?;
            Ok((id, json))
        })
        .collect::<Result<Vec<_>, Error>>()?;
    let input_digest = workspace.data_digest(None)?;
    workspace.put_run(&NewRun {
        kind: CLUSTER.to_owned(),
        settings: "{}".to_owned(),
        seed: 0,
        input_digest,
        blob: runs::pack(&brought)?,
        people,
        created_at: now,
    })?;
    Ok(brought)
}

fn read(folder: &Path, wanted: &[&str], each: &mut dyn FnMut(&[&str])) -> Result<(), Error> {
    parquet_rows(folder, wanted, each).map_err(|source| {
        let message = format!("{} is not a table of the Spark job", folder.display());
        Error::user_because(message, source)
    })
}

fn take_neighbors(
    workspace: &mut Workspace,
    folder: &Path,
    now: Seconds,
    brought: &mut Brought,
) -> Result<(), Error> {
    let Some(kept) = runs::latest::<Parts>(workspace, runs::PARTS)? else {
        return Err(Error::user("Train the workspace first; the cluster's lists take the place of its own"));
    };
    let mut parts = kept.result;
    let catalog = std::sync::Arc::clone(&parts.catalog);
    let mut lists: Vec<Vec<Neighbor>> = vec![Vec::new(); catalog.products.len()];
    read(folder, &["product", "other", "together", "strength", "n_product", "lift_permille"], &mut |row| {
        let number = |at: usize| row[at].parse::<u64>().unwrap_or(0);
        let (Some(product), Some(other)) = (catalog.index(row[0]), catalog.index(row[1])) else {
            brought.unknown += 1;
            return;
        };
        if number(2) < LEAST_TOGETHER {
            return;
        }
        lists[product as usize].push(Neighbor {
            product: other,
            // The job writes the square of the cosine in billionths.
            strength: (number(3) / 10).isqrt().min(10_000) as u16,
            evidence: PairEvidence {
                both: number(2) as u32,
                with_source: number(4) as u32,
                lift_permille: number(5).min(1_000_000_000) as u32,
            },
        });
    })?;
    for list in &mut lists {
        list.sort_by_key(|neighbor| (std::cmp::Reverse(neighbor.strength), neighbor.product));
        list.truncate(MAX_NEIGHBORS);
        brought.neighbors += list.len() as u64;
        brought.products += u64::from(!list.is_empty());
    }
    let mut neighbors = (*parts.neighbors).clone();
    let set = compile::complete_the_set(&catalog, Some(&lists));
    neighbors.lists.insert(Strategy::BoughtTogether, lists);
    neighbors.lists.insert(Strategy::CompleteTheSet, set);
    parts.neighbors = neighbors.into();
    workspace.put_run(&NewRun {
        kind: runs::PARTS.to_owned(),
        settings: "{\"bought_together\":\"cluster\"}".to_owned(),
        seed: kept.info.seed,
        input_digest: kept.info.input_digest,
        blob: runs::pack(&parts)?,
        people: Vec::new(),
        created_at: now,
    })?;
    Ok(())
}

fn take_features(folder: &Path, people: &mut BTreeMap<String, Counted>) -> Result<(), Error> {
    const FACTS: [&str; 6] =
        ["n_orders", "n_products", "pieces", "monetary_minor", "first_order_at", "last_order_at"];
    let wanted: Vec<&str> = std::iter::once("customer_id").chain(FACTS).collect();
    read(folder, &wanted, &mut |row| {
        let facts = FACTS.iter().zip(&row[1..]).filter_map(|(name, cell)| {
            // Times stay as the job read them where they are not numbers.
            Some(((*name).to_owned(), cell.parse().ok()?))
        });
        people.entry(row[0].to_owned()).or_default().facts.extend(facts);
    })
}

fn take_groups(
    workspace: &mut Workspace,
    folder: &Path,
    now: Seconds,
    people: &mut BTreeMap<String, Counted>,
    brought: &mut Brought,
) -> Result<(), Error> {
    let Some(kept) = runs::segments(workspace)? else {
        return Err(Error::user(
            "Group the customers first; the cluster assigns them to the groups there are",
        ));
    };
    let mut run = kept.result;
    read(folder, &["visitor_id", "group"], &mut |row| {
        let customer = run.customer_ids.binary_search_by(|id| id.as_str().cmp(row[0]));
        let group = run.groups.iter().position(|group| group.id == row[1]);
        let (Ok(customer), Some(group)) = (customer, group) else {
            brought.unknown += u64::from(customer.is_err());
            return;
        };
        brought.grouped += 1;
        brought.moved += u64::from(usize::from(run.assignment[customer]) != group);
        run.assignment[customer] = group as u16;
        people.entry(row[0].to_owned()).or_default().group = Some(row[1].to_owned());
    })?;
    let total = run.assignment.iter().filter(|group| usize::from(**group) < run.groups.len()).count();
    for (at, group) in run.groups.iter_mut().enumerate() {
        group.customers = run.assignment.iter().filter(|own| usize::from(**own) == at).count() as u32;
        group.share_of_customers = f64::from(group.customers) / total.max(1) as f64;
    }
    run.notes.push(format!("{} customers were assigned on the store's cluster.", brought.grouped));
    runs::put_segments(workspace, &run, &kept.info.input_digest, now)
}
