//! From a parsed command to an exit code.

use std::error::Error as StdError;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::process::ExitCode;

use super::args::{Command, Invocation};
use super::printer::{self, Printer};
use super::{
    audit, campaign, compile, decide, diff, evaluate, export, fix, forecast, forget, import, new, page,
    person, pictures, replay, rule, run as whole, sample, segment, serve, train, verify,
};
use crate::app::{Error, Kind, Start};

/// Runs one command to its exit code.
pub fn run(invocation: Invocation) -> ExitCode {
    let printer = Printer::new(invocation.json, invocation.quiet);
    printer.cancel_on_interrupt();
    let outcome = dispatch(invocation.command, &printer);
    printer.finish();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => report(&error),
    }
}

/// Opens the window through `open` and reports what it says.
pub fn window(start: &Start, open: impl FnOnce(&Start) -> Result<(), Error>) -> ExitCode {
    if !has_display() {
        return report(&Error::environment(
            "There is no display here, so the window cannot open. \
             Without a window, `endcap sample --out larkfield` writes the sample store and \
             `endcap --help` lists every command",
        ));
    }
    match open(start) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => report(&error),
    }
}

/// Runs the program; a panic becomes a plain message and exit code 70.
pub fn guard(program: impl FnOnce() -> ExitCode) -> ExitCode {
    std::panic::set_hook(Box::new(explain_panic));
    catch_unwind(AssertUnwindSafe(program)).unwrap_or(ExitCode::from(Kind::Bug.exit_code()))
}

fn dispatch(command: Command, printer: &Printer) -> Result<(), Error> {
    match command {
        Command::Open(_) => Err(Error::bug("`open` belongs to the window")),
        Command::Sample(args) => sample::run(&args, printer),
        Command::New(args) => new::run(&args, printer),
        Command::Import(args) => import::run(&args, printer),
        Command::Audit(args) => audit::run(&args, printer),
        Command::Fix(args) => fix::run(&args, printer),
        Command::Pictures(args) => pictures::run(&args, printer),
        Command::Segment(args) => segment::run(&args, printer),
        Command::Train(args) => train::run(&args, printer),
        Command::Forecast(args) => forecast::run(&args, printer),
        Command::Evaluate(args) => evaluate::run(&args, printer),
        Command::Page(args) => page::run(&args, printer),
        Command::Replay(args) => replay::run(&args, printer),
        Command::Rule(args) => rule::run(&args, printer),
        Command::Compile(args) => compile::run(&args, printer),
        Command::Verify(args) => verify::run(&args, printer),
        Command::Diff(args) => diff::run(&args, printer),
        Command::Decide(args) => decide::run(&args, printer),
        Command::Export(args) => export::run(&args, printer),
        Command::Campaign(args) => campaign::run(&args, printer),
        Command::Serve(args) => serve::run(&args, printer),
        Command::Person(args) => person::run(&args, printer),
        Command::Forget(args) => forget::run(&args, printer),
        Command::Run(args) => whole::run(&args, printer),
    }
}

fn report(error: &Error) -> ExitCode {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        // Transparent errors repeat their source's words.
        if !text.contains(&inner_text) {
            text.push_str("\n  because: ");
            text.push_str(&inner_text);
        }
        cause = inner.source();
    }
    printer::error(&text);
    ExitCode::from(error.kind().exit_code())
}

fn explain_panic(info: &PanicHookInfo<'_>) {
    let what = info.payload_as_str().unwrap_or("no further words");
    let place = info.location().map(|at| format!("{}:{}", at.file(), at.line())).unwrap_or_default();
    printer::error(&format!(
        "Endcap stopped unexpectedly. What was saved before is safe. This is a mistake of ours; \
         please report these words: {what} ({place})"
    ));
}

/// Only Linux and the BSDs tell; elsewhere a window can always be tried.
fn has_display() -> bool {
    if cfg!(any(target_os = "macos", target_os = "windows")) {
        return true;
    }
    ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}
