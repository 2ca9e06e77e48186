//! `endcap segment`.

use std::path::PathBuf;

use jiff::civil;

use super::Printer;
use crate::app::segments::{Request, document, edit_groups, group_customers, group_id};
use crate::app::{Error, runs, train};
use crate::segment::{Algorithm, Edit, Groups, SegmentRun};
use crate::shop::digits::grouped;
use crate::workspace::Workspace;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The workspace
    pub file: PathBuf,
    /// How many groups, or `auto`
    #[arg(long, default_value = "auto", value_name = "auto|K")]
    pub groups: String,
    /// How groups are found
    #[arg(long, value_enum, default_value = "k-means")]
    pub algorithm: Method,
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Look at the store as it was before this day
    #[arg(long, value_name = "DATE", value_parser = super::values::date)]
    pub as_of: Option<civil::Date>,
    #[command(flatten)]
    pub change: Change,
}

/// Instead of grouping again: one change of the groups there are. Groups by name or id.
#[derive(Debug, clap::Args)]
#[group(multiple = false)]
pub struct Change {
    /// Give a group another name
    #[arg(long, num_args = 2, value_names = ["GROUP", "NAME"])]
    pub rename: Option<Vec<String>>,
    /// Let a group disappear into another
    #[arg(long, num_args = 2, value_names = ["GROUP", "INTO"])]
    pub merge: Option<Vec<String>>,
    /// Split a computed group in two
    #[arg(long, value_name = "GROUP")]
    pub split: Option<String>,
    /// Keep a group's name and profile when customers are grouped again
    #[arg(long, value_name = "GROUP")]
    pub lock: Option<String>,
    #[arg(long, value_name = "GROUP")]
    pub unlock: Option<String>,
    /// Go back to the grouping before
    #[arg(long)]
    pub undo: bool,
}

impl Change {
    /// The edit that is asked for; inner `None` is the way back, outer `None` is no change.
    fn edit(&self, run: &SegmentRun) -> Result<Option<Option<Edit>>, Error> {
        let pair = |pair: &Option<Vec<String>>| {
            pair.as_ref().and_then(|pair| Some((pair.first()?.clone(), pair.get(1)?.clone())))
        };
        if let Some((group, name)) = pair(&self.rename) {
            return Ok(Some(Some(Edit::Rename { group: group_id(run, &group)?, name })));
        }
        if let Some((from, into)) = pair(&self.merge) {
            let (from, into) = (group_id(run, &from)?, group_id(run, &into)?);
            return Ok(Some(Some(Edit::Merge { into, from })));
        }
        if let Some(group) = &self.split {
            return Ok(Some(Some(Edit::Split { group: group_id(run, group)? })));
        }
        for (group, locked) in [(&self.lock, true), (&self.unlock, false)] {
            if let Some(group) = group {
                return Ok(Some(Some(Edit::Lock { group: group_id(run, group)?, locked })));
            }
        }
        Ok(self.undo.then_some(None))
    }

    fn is_asked(&self) -> bool {
        self.undo
            || self.rename.is_some()
            || self.merge.is_some()
            || self.split.is_some()
            || self.lock.is_some()
            || self.unlock.is_some()
    }
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum Method {
    KMeans,
    GaussianMixture,
    Dbscan,
}

pub(super) fn run(args: &Args, printer: &Printer) -> Result<(), Error> {
    let groups = match args.groups.as_str() {
        "auto" => Groups::Auto,
        text => text.parse().ok().filter(|k| (2..=10).contains(k)).map(Groups::Exactly).ok_or_else(|| {
            Error::user(format!("`{text}` is not a number of groups. Use `auto` or a number from 2 to 10."))
        })?,
    };
    let mut workspace = Workspace::open(&args.file)?;
    if args.change.is_asked() {
        let kept = runs::segments(&workspace)?
            .ok_or_else(|| Error::user("There are no groups yet. Run `endcap segment FILE` first."))?;
        if let Some(edit) = args.change.edit(&kept.result)? {
            let settings = train::Settings::at(train::now());
            let changed = edit_groups(&mut workspace, edit.as_ref(), &settings, printer)?;
            return printer.answer(&document(&changed), || table(&changed));
        }
    }
    let zone = workspace.settings()?.time_zone;
    let request = Request {
        groups,
        algorithm: match args.algorithm {
            Method::KMeans => Algorithm::KMeans,
            Method::GaussianMixture => Algorithm::GaussianMixture,
            Method::Dbscan => Algorithm::Dbscan,
        },
        seed: args.seed,
        as_of: args.as_of.map(|day| zone.instant(day.at(0, 0, 0, 0))),
    };
    let found = group_customers(&mut workspace, request, printer)?;
    printer.answer(&document(&found), || table(&found))
}

fn table(run: &SegmentRun) -> String {
    let mut text = String::new();
    for group in &run.groups {
        let steady =
            group.stability.map_or_else(String::new, |share| format!("  steady {:.0}%", share * 100.0));
        text.push_str(&format!(
            "{:<34} {:>8} customers {:>5.1}%  {:>5.1}% of revenue{steady}\n    {}\n",
            group.name,
            grouped(u64::from(group.customers)),
            group.share_of_customers * 100.0,
            group.share_of_revenue * 100.0,
            group.description,
        ));
    }
    for curve in &run.by_k {
        let mark = if curve.k == run.suggested_k { " suggested" } else { "" };
        text.push_str(&format!(
            "{:>2} groups: {:?} (silhouette {:.2}), stability {:.2}, smallest {}{mark}\n",
            curve.k,
            curve.clarity(),
            curve.silhouette,
            curve.stability,
            curve.smallest
        ));
    }
    for note in &run.notes {
        text.push_str(note);
        text.push('\n');
    }
    text
}
