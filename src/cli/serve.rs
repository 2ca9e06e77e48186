//! `endcap serve`.

use std::path::PathBuf;

use super::Printer;
use crate::app::Error;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The bundle
    pub bundle: PathBuf,
    #[arg(long, default_value = "127.0.0.1:8737", value_name = "ADDRESS")]
    pub listen: std::net::SocketAddr,
}

pub(super) fn run(args: &Args, _printer: &Printer) -> Result<(), Error> {
    let Args { .. } = args;
    Err(Error::NotBuilt("`serve`"))
}
