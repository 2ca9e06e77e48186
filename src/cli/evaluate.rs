//! `endcap evaluate`.

use std::path::PathBuf;

use jiff::civil;

use super::Printer;
use crate::app::Error;
use crate::app::clock::now;
use crate::app::evaluate::{Ask, Report, evaluate};
use crate::recommend::Task;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The workspace
    pub file: PathBuf,
    /// Train on all before this day; without it, the last 28 days are held out
    #[arg(long, value_name = "DATE", value_parser = super::values::date)]
    pub split: Option<civil::Date>,
    /// Score against orders before this day
    #[arg(long, value_name = "DATE", value_parser = super::values::date)]
    pub until: Option<civil::Date>,
    #[arg(long, default_value = "all", value_parser = ["next-basket", "next-window", "discovery", "basket", "product-page", "session", "all"])]
    pub task: String,
    /// Leave out products that fewer customers bought
    #[arg(long, value_name = "N")]
    pub min_buyers: Option<u32>,
    /// Length of a list
    #[arg(long, default_value_t = 10)]
    pub k: usize,
    /// Write recommendations and the held-out truth here
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

pub(super) fn run(args: &Args, printer: &Printer) -> Result<(), Error> {
    let tasks = Task::ALL.into_iter().filter(|task| args.task == "all" || args.task == task.name()).collect();
    let ask = Ask {
        file: &args.file,
        now: now(),
        split: args.split,
        until: args.until,
        tasks,
        min_buyers: args.min_buyers,
        k: args.k.max(1),
        out: args.out.as_deref(),
        seed: 1,
    };
    let report = evaluate(&ask, printer)?;
    printer.answer(&report, || table(&report))
}

/// The pipeline and every method beside it, best first.
fn table(report: &Report) -> String {
    let mut text = format!("Held out: {} to {}, lists of {}\n", report.split, report.until, report.k);
    for task in &report.tasks {
        let who = match task.task {
            Task::Basket | Task::ProductPage => "orders",
            Task::Session => "steps",
            _ => "customers",
        };
        text.push_str(&format!(
            "\n{} ({} {who}; chosen: {})\n",
            task.task.name(),
            task.customers,
            task.chosen
        ));
        if let Some(note) = &task.note {
            text.push_str(&format!("  {note}\n"));
            continue;
        }
        text.push_str("  method                 NDCG     95% interval      hit rate  recall  coverage\n");
        for method in &task.methods {
            let interval = method
                .ndcg_ci95
                .map_or_else(|| "-".to_owned(), |[low, high]| format!("{low:.4} to {high:.4}"));
            text.push_str(&format!(
                "  {:<21}  {:.4}   {interval:<16}  {:.4}    {:.4}  {:.3}\n",
                method.method, method.ndcg, method.hit_rate, method.recall, method.coverage
            ));
        }
        if let Some(gain) = task.methods.first().and_then(|own| own.against_best_single.as_ref()) {
            let interval =
                gain.ci95.map_or_else(String::new, |[low, high]| format!(" ({low:+.4} to {high:+.4})"));
            text.push_str(&format!("  endcap against {}: {:+.4}{interval}\n", gain.method, gain.difference));
        }
    }
    text
}
