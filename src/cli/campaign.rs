//! `endcap campaign`.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::Printer;
use crate::app::campaign::{Campaigns, Sending, campaigns, files};
use crate::app::export as use_case;
use crate::app::{Error, Session, open};
use crate::campaign::TriggerKind;
use crate::shop::Currency;
use crate::shop::digits::grouped;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The workspace
    pub file: PathBuf,
    /// Only this trigger, for example `slipping_away`
    #[arg(long, value_name = "TRIGGER")]
    pub trigger: Option<String>,
    /// Write one table per trigger, the picks per group and the offers here
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub addresses: super::export::AddressArgs,
}

pub(super) fn run(args: &Args, printer: &Printer) -> Result<(), Error> {
    let only = args
        .trigger
        .as_deref()
        .map(|id| {
            TriggerKind::from_id(id).ok_or_else(|| {
                let known: Vec<&str> = TriggerKind::ALL.iter().map(|kind| kind.id()).collect();
                Error::user(format!("There is no trigger `{id}`. Known triggers: {}", known.join(", ")))
            })
        })
        .transpose()?;
    let session = Session::open_read_only(&args.file)?;
    let bundle = open::bundle(session.workspace())?.ok_or_else(|| {
        Error::user("There is nobody to write to yet. Import customers and orders, then run `endcap train`")
    })?;
    let mut found = campaigns(session.workspace(), &bundle, printer)?;
    if let Some(only) = only {
        found.lists.retain(|list| list.trigger.kind == only);
    }
    let mut written = Vec::new();
    let mut addresses = 0;
    if let Some(out) = &args.out {
        let sending = Sending::new(session.workspace(), &args.addresses.wanted(), printer)?;
        let made = files(&found, &bundle, &sending);
        addresses = made.addresses;
        written = use_case::write_files(&made.files, out)?;
        if addresses > 0 {
            printer.message(&format!("The files hold {} e-mail addresses.", grouped(addresses)));
        }
    }
    printer.answer(&document(&found, &written, addresses), || text(&found, &bundle.info.currency, &written))
}

fn document(found: &Campaigns, written: &[PathBuf], addresses: u64) -> Value {
    let triggers: Vec<Value> = found
        .lists
        .iter()
        .map(|list| {
            json!({
                "id": list.trigger.id, "title": list.trigger.title, "sentence": list.trigger.sentence,
                "ready": list.trigger.ready, "needs": list.trigger.needs, "people": list.entries.len(),
                "without_consent": list.without_consent, "on_another_list": list.on_another,
            })
        })
        .collect();
    json!({
        "as_of": crate::shop::time::rfc3339(found.as_of), "triggers": triggers, "offers": found.offers,
        "files": written, "addresses": addresses,
    })
}

fn text(found: &Campaigns, currency: &Currency, written: &[PathBuf]) -> String {
    let mut text = String::new();
    for list in &found.lists {
        let trigger = &list.trigger;
        if trigger.ready {
            text.push_str(&format!(
                "{:<18} {:>7} people agreed to mail, {} left out without consent, {} get a more urgent message\n",
                trigger.id,
                grouped(list.entries.len() as u64),
                grouped(u64::from(list.without_consent)),
                grouped(u64::from(list.on_another))
            ));
        } else {
            text.push_str(&format!("{:<18} not ready: {}\n", trigger.id, trigger.needs));
        }
    }
    for offer in &found.offers {
        text.push_str(&format!(
            "{}\n    {}% off, would buy without it: {}; costs {:.*} {} if all use it; not on {} products under {}% margin{}\n",
            offer.sentence,
            offer.percent,
            offer.would_buy_without.words(),
            currency.exponent() as usize,
            offer.cost_if_all_use as f64 / currency.minor_per_major() as f64,
            currency.0,
            offer.not_on.len(),
            offer.margin_floor_percent,
            if offer.unchecked_products > 0 {
                format!("; {} products have no cost to check", offer.unchecked_products)
            } else {
                String::new()
            }
        ));
    }
    for path in written {
        text.push_str(&format!("Wrote {}\n", path.display()));
    }
    text
}
