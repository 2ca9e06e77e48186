//! `endcap segment`.

use std::path::PathBuf;

use jiff::civil;

use super::Printer;
use super::printer::grouped;
use crate::app::Error;
use crate::app::segments::{Request, document, group_customers};
use crate::segment::{Algorithm, Groups, SegmentRun};
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
