//! Addresses for files that must name customers: on demand, of people who agreed, and never into the workspace.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::Error;
use crate::import::{self, Issue, Mapping, Options, Origin, Record, Sink};
use crate::shop::{CustomerRef, Monitor};
use crate::workspace::Workspace;

/// Where the person exporting wants addresses from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Addresses {
    /// Customer ids only.
    #[default]
    None,
    /// Those the workspace keeps because its owner turned names on.
    Kept,
    /// From the shop's own export files: each address is hashed as the workspace does, and those it knows are used.
    Files(Vec<PathBuf>),
}

/// Address by customer id, as written where it was found.
pub(super) fn read(
    workspace: &Workspace,
    from: &Addresses,
    monitor: &dyn Monitor,
) -> Result<BTreeMap<String, String>, Error> {
    match from {
        Addresses::None => Ok(BTreeMap::new()),
        Addresses::Kept => {
            let kept: BTreeMap<String, String> = workspace.emails()?.into_iter().collect();
            if kept.is_empty() {
                return Err(Error::user(
                    "This workspace keeps no addresses, only keyed hashes. Give the shop's own customer export with \
                     --customers FILE instead",
                ));
            }
            Ok(kept)
        }
        Addresses::Files(paths) => from_files(workspace, paths, monitor),
    }
}

fn from_files(
    workspace: &Workspace,
    paths: &[PathBuf],
    monitor: &dyn Monitor,
) -> Result<BTreeMap<String, String>, Error> {
    if let Some(missing) = paths.iter().find(|path| !path.exists()) {
        return Err(Error::user(format!("There is no such file or folder: {}", missing.display())));
    }
    let settings = workspace.settings()?;
    let options = Options {
        mappings: workspace
            .remembered_mappings()?
            .iter()
            .filter_map(|toml| Mapping::from_toml(toml).ok())
            .collect(),
        currency: Some(settings.currency),
        time_zone: settings.time_zone,
        ..Options::default()
    };
    let mut found = Emails { written: Vec::new() };
    import::read(&import::sources(paths), &options, &mut found, monitor).map_err(|error| match error {
        import::Error::Cancelled(cancelled) => cancelled.into(),
        import::Error::Sink(source) => Error::bug_because("The addresses could not be collected.", source),
    })?;
    if found.written.is_empty() {
        return Err(Error::user(
            "No e-mail address was found in the files. Give the customer or order export the workspace was made from",
        ));
    }
    found.written.sort_unstable();
    found.written.dedup();
    let mut known = BTreeMap::new();
    for email in found.written {
        if let Some(id) = workspace.customer_with_email(&email)? {
            known.entry(id).or_insert(email);
        }
    }
    if known.is_empty() {
        return Err(Error::user(
            "None of the addresses in the files belongs to a customer of this workspace. Are they from the same shop?",
        ));
    }
    Ok(known)
}

/// Keeps addresses and lets everything else go.
struct Emails {
    written: Vec<String>,
}

impl Emails {
    fn keep(&mut self, customer: CustomerRef) {
        self.written.extend(customer.email.map(|email| email.trim().trim_start_matches('\'').to_owned()));
    }
}

impl Sink for Emails {
    type Error = std::convert::Infallible;

    fn record(&mut self, record: Record, _: Origin) -> Result<(), Self::Error> {
        match record {
            Record::Customer(customer) => self.keep(customer.key),
            Record::Order(order) => self.keep(order.customer),
            _ => {}
        }
        Ok(())
    }

    fn set_aside(&mut self, _: &str, _: Origin, _: Issue) -> Result<(), Self::Error> {
        Ok(())
    }

    fn issue(&mut self, _: Issue) -> Result<(), Self::Error> {
        Ok(())
    }
}
