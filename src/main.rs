//! Arguments to window or command to exit code.

use std::process::ExitCode;

use endcap::cli;

fn main() -> ExitCode {
    cli::guard(|| match cli::parse(std::env::args_os()) {
        cli::Parsed::Answered(code) => code,
        cli::Parsed::Command(invocation) => cli::run(invocation),
        cli::Parsed::Window(start) => cli::window(&start, open_window),
    })
}

/// The window itself; the command line only reports what it says.
fn open_window(_start: &endcap::app::Start) -> Result<(), endcap::app::Error> {
    Err(endcap::app::Error::NotBuilt("the window"))
}
