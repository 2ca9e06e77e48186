//! `endcap serve`.

use std::path::PathBuf;

use super::Printer;
use super::source::from_bundle;
use crate::app::Error;
use crate::serve::{self, Settings};

/// The environment variable that holds the secret clients must send.
const TOKEN: &str = "ENDCAP_TOKEN";

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The bundle
    pub bundle: PathBuf,
    #[arg(long, default_value = "127.0.0.1:8737", value_name = "ADDRESS")]
    pub listen: std::net::SocketAddr,
}

pub(super) fn run(args: &Args, printer: &Printer) -> Result<(), Error> {
    let settings =
        Settings { bundle: args.bundle.clone(), listen: args.listen, token: std::env::var(TOKEN).ok() };
    let ready = |address| printer.message(&format!("Serving on http://{address}. Ctrl-C stops."));
    let quiet = Printer::new(false, false);
    serve::run(&settings, ready, move |notice| quiet.message(notice)).map_err(|source| {
        let message = format!("{source}.");
        match source {
            serve::Error::Bundle(source) => from_bundle(source),
            serve::Error::Listen { .. } | serve::Error::Io(_) => Error::environment_because(message, source),
            serve::Error::Unsound(_) | serve::Error::TokenNeeded(_) => Error::user_because(message, source),
        }
    })
}
