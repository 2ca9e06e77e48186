//! The command line: one file per subcommand; all printing.
//!
//! Data goes to stdout, messages and progress to stderr. Exit codes: 0 done, 1 the person can fix it, 2 the machine
//! stands in the way, 70 a bug. Ctrl-C cancels; a second Ctrl-C ends the program at once.

mod args;
mod entry;
mod printer;
pub mod values;

mod audit;
mod campaign;
mod compile;
mod decide;
mod diff;
mod evaluate;
mod export;
mod fix;
mod forecast;
mod forget;
mod import;
mod new;
mod page;
mod person;
mod pictures;
mod replay;
mod rule;
mod run;
mod sample;
mod segment;
mod serve;
mod source;
mod train;
mod verify;

pub use args::{Command, Invocation, Parsed, parse};
pub use entry::{guard, run, window};
pub use printer::Printer;
