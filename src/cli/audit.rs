//! `endcap audit`.

use std::path::PathBuf;

use super::Printer;
use crate::app::audit::{Audit, Weight};
use crate::app::{Error, Session};
use crate::measure::drift::FINE;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The workspace
    pub file: PathBuf,
    /// Also save the rows that no import could use, as they were, with the reason beside them
    #[arg(long, value_name = "FILE.csv")]
    pub rows_set_aside: Option<PathBuf>,
}

pub(super) fn run(args: &Args, printer: &Printer) -> Result<(), Error> {
    let session = Session::open_read_only(&args.file)?;
    let audit = session.audit()?;
    if let Some(to) = &args.rows_set_aside {
        let n_rows = session.save_set_aside_rows(None, to)?;
        printer.message(&format!("Saved {n_rows} rows that were set aside: {}", to.display()));
    }
    printer.answer(&audit, || text(&audit))
}

fn text(audit: &Audit) -> String {
    let percent = |name: &str, ready: Option<u8>| match ready {
        Some(ready) => format!("{name} {ready}% ready"),
        None => format!("{name} none imported"),
    };
    let readiness = audit.readiness;
    let mut out = [
        percent("Products", readiness.products),
        percent("Customers", readiness.customers),
        percent("Orders", readiness.orders),
        percent("Visits", readiness.events),
    ]
    .join(" · ");
    out.push_str("\n\n");
    for problem in &audit.problems {
        let mark = match problem.severity {
            Weight::ChangesResults => '▲',
            Weight::WorthFixing => '●',
            Weight::ForInformation => '○',
        };
        out.push_str(&format!("{mark} {}. {}\n", problem.message, problem.advice));
    }
    if let Some(watch) = &audit.drift {
        out.push_str(&format!("Since training: {}\n", watch.drift.advice));
        for feature in watch.drift.features.iter().filter(|feature| feature.index > FINE).take(5) {
            out.push_str(&format!(
                "  {}: median {:.2} → {:.2}, stability index {:.2}\n",
                feature.feature.replace('_', " "),
                feature.median_before,
                feature.median_now,
                feature.index
            ));
        }
    }
    if !audit.problems.is_empty() || audit.drift.is_some() {
        out.push('\n');
    }
    out.push_str("What you can do with this data\n");
    for unlock in &audit.unlocks {
        if unlock.ready {
            out.push_str(&format!("✓ {}\n", unlock.feature));
        } else {
            out.push_str(&format!("– {}: needs {}\n", unlock.feature, unlock.needs));
        }
    }
    let maturity = &audit.maturity;
    out.push_str(&format!("\nLevel {} of 5, {}. {}", maturity.level, maturity.name, maturity.next_step));
    out
}
