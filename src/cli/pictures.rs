//! `endcap pictures`.

use std::path::PathBuf;

use serde_json::json;

use super::Printer;
use crate::app::pictures::{self, Fetch, Limits, Status};
use crate::app::{Error, Session};
use crate::shop::digits::grouped;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The workspace
    pub file: PathBuf,
    /// Fetch the pictures the catalog names by address. This asks the servers listed without it, and is the only time
    /// Endcap talks to the network; each server sees this computer's network address
    #[arg(long, group = "what")]
    pub fetch: bool,
    /// With --fetch: ask again for pictures that did not come before
    #[arg(long, requires = "fetch")]
    pub again: bool,
    /// Look for pictures in a folder instead, by SKU, handle or file name
    #[arg(long, group = "what", value_name = "DIR")]
    pub folder: Option<PathBuf>,
    /// Remove the pictures that were fetched
    #[arg(long, group = "what")]
    pub remove: bool,
    /// Take back that pictures may be fetched; those that came stay
    #[arg(long, group = "what")]
    pub forbid: bool,
}

pub(super) fn run(args: &Args, printer: &Printer) -> Result<(), Error> {
    if args.fetch {
        return fetch(args, printer);
    }
    if let Some(folder) = &args.folder {
        let mut session = Session::open(&args.file)?;
        let matched = session.use_picture_folder(Some(folder))?;
        let (n, all) = (matched.n_matched, matched.n_products);
        return printer.answer(&json!({ "folder": folder, "products": all, "with_picture": n }), || {
            format!(
                "{} of {} products have a picture in that folder{}",
                grouped(n as u64),
                grouped(all as u64),
                if matched.fixes.is_empty() { "" } else { "; train again so that pages use them" }
            )
        });
    }
    if args.remove {
        let n = pictures::remove(&mut Session::open(&args.file)?)?;
        return printer.answer(&json!({ "removed": n }), || {
            format!("Removed {}; products show their tile again", counted(n))
        });
    }
    if args.forbid {
        pictures::forbid(&mut Session::open(&args.file)?)?;
        return printer.answer(&json!({ "allowed": false }), || {
            "Nothing is fetched from now on. Pictures that came stay until `--remove`".to_owned()
        });
    }
    let status = pictures::status(&Session::open_read_only(&args.file)?)?;
    printer.answer(&status, || describe(&status))
}

fn fetch(args: &Args, printer: &Printer) -> Result<(), Error> {
    let mut session = Session::open(&args.file)?;
    let status = pictures::status(&session)?;
    if status.must_ask() && !status.hosts.is_empty() {
        printer.message(&format!(
            "Asking these servers, which see this computer's network address and which pictures it wants:\n{}",
            hosts(&status)
        ));
    }
    let shown: Vec<String> = status.hosts.iter().map(|host| host.host.clone()).collect();
    pictures::agree(&mut session, &shown)?;
    let done = pictures::fetch(&mut session, args.again, &Limits::default(), printer)?;
    let now = pictures::status(&session)?;
    let answer = json!({ "fetched": done.fetched, "missed": done.missed, "left": done.left, "status": now });
    printer.answer(&answer, || said(&done, &now))?;
    if done.stopped { Err(Error::Cancelled(crate::shop::Cancelled)) } else { Ok(()) }
}

fn counted(n: usize) -> String {
    if n == 1 { "1 picture".to_owned() } else { format!("{} pictures", grouped(n as u64)) }
}

fn said(done: &Fetch, now: &Status) -> String {
    let n = |n: usize| grouped(n as u64);
    let mut out =
        format!("Fetched {}; {} of {} are here", counted(done.fetched), n(now.fetched), n(now.named));
    if 0 < done.missed {
        out.push_str(&format!("\n{} did not come:\n{}", n(done.missed), missed(now)));
    }
    if 0 < done.left {
        out.push_str(&format!(
            "\n{} were not asked for, because their server kept failing or the limit of 1 GB was reached",
            n(done.left)
        ));
    }
    out
}

fn describe(status: &Status) -> String {
    let n = |n: usize| grouped(n as u64);
    if status.named == 0 {
        return "The catalog names no picture by address. `--folder DIR` uses pictures of your own"
            .to_owned();
    }
    let mut out = format!("{} of {} pictures are here", n(status.fetched), n(status.named));
    if !status.hosts.is_empty() {
        out.push_str(&format!("\n`--fetch` would ask:\n{}", hosts(status)));
    }
    if !status.missed.is_empty() {
        out.push_str(&format!("\n{} did not come before:\n{}", n(status.missed.len()), missed(status)));
    }
    out
}

fn hosts(status: &Status) -> String {
    let lines = status.hosts.iter().map(|host| {
        let near = if host.own_network { " (in your own network)" } else { "" };
        format!("  {}: {}{near}", host.host, grouped(host.pictures as u64))
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn missed(status: &Status) -> String {
    const MOST: usize = 20;
    let mut lines: Vec<String> = status
        .missed
        .iter()
        .take(MOST)
        .map(|missed| format!("  {}: {}", missed.address, missed.reason))
        .collect();
    if MOST < status.missed.len() {
        lines
            .push(format!("  and {} more; `--json` lists all", grouped((status.missed.len() - MOST) as u64)));
    }
    lines.join("\n")
}
