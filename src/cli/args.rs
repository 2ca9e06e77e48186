//! Every command and its arguments.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use super::{
    audit, campaign, compile, decide, diff, evaluate, export, fix, forecast, forget, import, new, page,
    person, pictures, replay, rule, run, sample, segment, serve, train, verify,
};
use crate::app::Start;

/// What the arguments ask for.
#[derive(Debug)]
pub enum Parsed {
    Command(Invocation),
    Window(Start),
    /// Help, version or a usage error, already printed.
    Answered(ExitCode),
}

/// A command with the switches that all commands share.
#[derive(Debug)]
pub struct Invocation {
    pub command: Command,
    pub json: bool,
    pub quiet: bool,
}

#[derive(Debug, Parser)]
#[command(
    name = "endcap",
    version,
    about = "A desktop studio for merchandising and personalization that works from a store's own exports",
    long_about = "A desktop studio for merchandising and personalization that works from a store's own exports.\n\n\
                  Without a command it opens the window on the last workspace. Everything stays on this computer.",
    after_help = "Example: endcap sample",
    disable_help_subcommand = true
)]
struct Arguments {
    /// Print exactly one JSON document on stdout
    #[arg(long, global = true)]
    json: bool,
    /// Print no progress and no messages, only data and errors
    #[arg(long, short, global = true)]
    quiet: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Open the sample store in the window, or write it to a folder
    #[command(after_help = "Example: endcap sample --out larkfield")]
    Sample(sample::Args),
    /// Open the window on a workspace
    #[command(after_help = "Example: endcap open shop.endcap")]
    Open(OpenArgs),
    /// Make an empty workspace
    #[command(after_help = "Example: endcap new shop.endcap --currency EUR --time-zone Europe/Berlin")]
    New(new::Args),
    /// Import export files, folders or zips, several at once
    #[command(after_help = "Example: endcap import shop.endcap products_export.csv orders_export.csv")]
    Import(import::Args),
    /// Say how ready the data is, what is wrong with it, and what it unlocks
    #[command(after_help = "Example: endcap audit shop.endcap")]
    Audit(audit::Args),
    /// Correct the data: what the audit suggests, or one thing; every step can be undone
    #[command(after_help = "Example: endcap fix shop.endcap apply duplicate_customers")]
    Fix(fix::Args),
    /// Say which product pictures are here, fetch those the catalog names, or use a folder of them
    #[command(after_help = "Example: endcap pictures shop.endcap --fetch")]
    Pictures(pictures::Args),
    /// Group customers who shop alike
    #[command(after_help = "Example: endcap segment shop.endcap --groups auto")]
    Segment(segment::Args),
    /// Compute segments, forecasts, recommendation models and signals
    #[command(after_help = "Example: endcap train shop.endcap")]
    Train(train::Args),
    /// Estimate per customer: value, chance of being active, next order
    #[command(after_help = "Example: endcap forecast shop.endcap --out forecast.csv")]
    Forecast(forecast::Args),
    /// Compare recommendation methods on a held-out period
    #[command(after_help = "Example: endcap evaluate shop.endcap --split 2025-10-01 --task all")]
    Evaluate(evaluate::Args),
    /// Decide one page and print it
    #[command(
        after_help = "Example: endcap page shop.endcap --page home --segment \"Plant people\" --explain"
    )]
    Page(page::Args),
    /// Play past orders against a page: would what people bought have been in view?
    #[command(after_help = "Example: endcap replay shop.endcap --page home")]
    Replay(replay::Args),
    /// Add, list, remove and check the merchant's rules
    #[command(after_help = "Example: endcap rule shop.endcap list")]
    Rule(rule::Args),
    /// Write and validate a bundle
    #[command(after_help = "Example: endcap compile shop.endcap --out shop.bundle")]
    Compile(compile::Args),
    /// Check a bundle: digest, schemas, references, golden cases
    #[command(after_help = "Example: endcap verify shop.bundle")]
    Verify(verify::Args),
    /// Say what changes between two bundles, for whom, in words
    #[command(after_help = "Example: endcap diff old.bundle new.bundle")]
    Diff(diff::Args),
    /// Decide pages for visits given as JSON lines on stdin
    #[command(after_help = "Example: endcap decide shop.bundle < visits.jsonl")]
    Decide(decide::Args),
    /// Write a projection for another system, with a report of what it can and cannot carry
    #[command(after_help = "Example: endcap export shop.endcap --to shopify --out out")]
    Export(export::Args),
    /// Who to write to about what, and which group needs no discount
    #[command(after_help = "Example: endcap campaign shop.endcap --out campaigns")]
    Campaign(campaign::Args),
    /// Answer page requests over HTTP from a bundle
    #[command(after_help = "Example: endcap serve shop.bundle --listen 127.0.0.1:8737")]
    Serve(serve::Args),
    /// Show everything that is known about one person
    #[command(after_help = "Example: endcap person shop.endcap --email mara@example.com")]
    Person(person::Args),
    /// Erase one person from the workspace
    #[command(after_help = "Example: endcap forget shop.endcap --email mara@example.com")]
    Forget(forget::Args),
    /// The whole way: import, audit, train, compile, export, report
    #[command(after_help = "Example: endcap run sample-data/* --out out")]
    Run(run::Args),
}

#[derive(Debug, clap::Args)]
pub struct OpenArgs {
    /// The workspace
    file: PathBuf,
}

/// Reads the arguments; prints help, version and usage errors itself.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Parsed {
    let parsed = match Arguments::try_parse_from(arguments) {
        Ok(parsed) => parsed,
        Err(error) => {
            let code = if error.use_stderr() { 1 } else { 0 };
            // A closed pipe while printing help is nobody's problem.
            drop(error.print());
            return Parsed::Answered(ExitCode::from(code));
        }
    };
    match parsed.command {
        None => Parsed::Window(Start::LastWorkspace),
        Some(Command::Open(open)) => Parsed::Window(Start::Workspace(open.file)),
        Some(Command::Sample(sample)) if sample.out.is_none() => Parsed::Window(Start::Sample),
        Some(command) => Parsed::Command(Invocation { command, json: parsed.json, quiet: parsed.quiet }),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn parse_line(line: &str) -> Parsed {
        parse(line.split(' ').map(OsString::from))
    }

    #[test]
    fn the_declaration_is_consistent_and_every_command_shows_an_example() {
        let mut command = Arguments::command();
        command.build();
        command.clone().debug_assert();
        for sub in command.get_subcommands() {
            let after = sub.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(after.starts_with("Example: endcap "), "{} has no example", sub.get_name());
        }
    }

    #[test]
    fn no_command_and_open_and_sample_ask_for_the_window() {
        assert!(matches!(parse_line("endcap"), Parsed::Window(Start::LastWorkspace)));
        assert!(matches!(parse_line("endcap sample"), Parsed::Window(Start::Sample)));
        assert!(matches!(parse_line("endcap open a.endcap"), Parsed::Window(Start::Workspace(_))));
        assert!(matches!(parse_line("endcap sample --out d"), Parsed::Command(_)));
    }

    #[test]
    fn json_may_stand_after_the_command() {
        let Parsed::Command(invocation) = parse_line("endcap audit a.endcap --json") else {
            panic!("audit is a command");
        };
        assert!(invocation.json);
    }
}
