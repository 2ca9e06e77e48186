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

/// The window itself; without a display it says which commands do the same work.
fn open_window(start: &endcap::app::Start) -> Result<(), endcap::app::Error> {
    endcap::ui::run(start).map_err(|error| endcap::app::Error::environment(error.to_string()))
}
