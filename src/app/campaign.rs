//! Campaigns of a workspace: who hears about what, and which group is offered what.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::addresses::{self, Addresses};
use super::{Error, forecasts, runs};
use crate::bundle::{Bundle, EVERYONE};
use crate::campaign::{self, Offer, OfferSettings, Person, Seen, Touch, TriggerList};
use crate::decide::{HistoryItem, HistoryKind, Prepared};
use crate::export::{ExportFile, table_file};
use crate::features::columns::Reader;
use crate::features::{History, StoreFrames};
use crate::recommend::Dataset;
use crate::recommend::dataset::NOBODY;
use crate::shop::{Consent, EventKind, Monitor, Seconds};
use crate::workspace::Workspace;

/// Products of one message.
const PICKS: usize = 6;
/// Things somebody did that their picks may use.
const MOST_HISTORY: usize = 20;

/// What to send and what to offer, as of the date of the bundle's models.
#[derive(Clone, Debug)]
pub struct Campaigns {
    pub as_of: Seconds,
    /// In order of precedence; their entries point into `people`.
    pub lists: Vec<TriggerList>,
    pub offers: Vec<Offer>,
    /// Everybody with an account, ascending by id.
    pub people: Vec<Person>,
}

impl Campaigns {
    /// What somebody of a group is offered; offers against slipping away go with that message only.
    pub fn offer_percent(&self, segment: &str, trigger: Option<&str>) -> u32 {
        let own = self.offers.iter().find(|offer| offer.segment == segment);
        own.or_else(|| self.offers.iter().find(|offer| offer.segment == EVERYONE)).map_or(0, |offer| {
            let late = trigger == Some(campaign::TriggerKind::SlippingAway.id());
            if offer.only_slipping_away && !late { 0 } else { offer.percent }
        })
    }
}

/// The campaigns that were worked out last; they stay what they are until the data or a run changes.
#[derive(Debug, Default)]
pub struct Remembered(Mutex<Option<(Vec<String>, Arc<Campaigns>)>>);

impl Remembered {
    pub(super) fn campaigns(
        &self,
        workspace: &Workspace,
        bundle: &Bundle,
        monitor: &dyn Monitor,
    ) -> Result<Arc<Campaigns>, Error> {
        let mut key = vec![workspace.data_digest(None)?, bundle.info.as_of.to_string()];
        key.extend(workspace.runs()?.into_iter().map(|run| run.id.0.to_string()));
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some((known, found)) if *known == key => Ok(Arc::clone(found)),
            _ => {
                let found = Arc::new(campaigns(workspace, bundle, monitor)?);
                *last = Some((key, Arc::clone(&found)));
                Ok(found)
            }
        }
    }

    /// For when somebody is erased.
    pub(super) fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// Works everything out from what the workspace knows before the date of the bundle's models. Forecasts made from other
/// data than the workspace holds now are left aside, because they may point at other products.
pub fn campaigns(workspace: &Workspace, bundle: &Bundle, monitor: &dyn Monitor) -> Result<Campaigns, Error> {
    monitor.progress(0, 0, "Finding who to write to");
    let as_of = bundle.info.as_of;
    let frames = workspace.frames_watched(Some(as_of), monitor)?;
    let unreadable = |source| Error::bug_because("The store could not be read.", source);
    let history = History::before(&frames, as_of).map_err(unreadable)?;
    let data = Dataset::from_frames(&frames)
        .map_err(|source| Error::bug_because("The store's orders could not be read.", source))?;
    let current = [frames.digest.clone(), workspace.data_digest(None)?];
    let kept = match forecasts::forecasts(workspace) {
        // Made by another version: triggers then say that they need a new one.
        Err(Error::User { .. }) => None,
        other => other?,
    };
    let forecast = kept.filter(|kept| current.contains(&kept.info.input_digest)).map(|kept| kept.result);
    let products = Reader::new("products", &frames.products).text("id").map_err(unreadable)?;
    let catalog_of: Vec<Option<u32>> =
        products.iter().map(|id| id.as_deref().and_then(|id| bundle.catalog.index(id))).collect();
    let group_of = groups(workspace, bundle)?;
    let group = |id: &str| group_of.get(id).map_or(EVERYONE, String::as_str);
    let consents = consents(&frames)?;
    let mut people: Vec<Person> = data
        .customers
        .ids()
        .iter()
        .map(|id| Person {
            id: id.clone(),
            consent: consents.get(id).copied().unwrap_or_default(),
            segment: group(id).to_owned(),
            touches: Vec::new(),
        })
        .collect();
    add_touches(&mut people, &data, bundle, as_of);
    let lists = campaign::lists(bundle, forecast.as_ref(), &catalog_of, &people, as_of);
    let groups: Vec<&str> = history.ids.iter().map(|id| group(id)).collect();
    let offers = campaign::offers(bundle, &history, forecast.as_ref(), &groups, OfferSettings::default());
    Ok(Campaigns { as_of, lists, offers, people })
}

/// Group by customer id, of groups that may leave the workspace.
fn groups(workspace: &Workspace, bundle: &Bundle) -> Result<BTreeMap<String, String>, Error> {
    let Some(kept) = runs::segments(workspace)? else {
        return Ok(BTreeMap::new());
    };
    let run = kept.result;
    let named = |id: &String| bundle.segments.segments.iter().any(|segment| segment.id == *id);
    Ok(run
        .customer_ids
        .into_iter()
        .zip(&run.assignment)
        .filter_map(|(id, group)| Some((id, run.groups.get(usize::from(*group))?.id.clone())))
        .filter(|(_, group)| named(group))
        .collect())
}

/// Consent to mail by customer id.
pub(super) fn consents(frames: &StoreFrames) -> Result<BTreeMap<String, Consent>, Error> {
    let unreadable = |source| Error::bug_because("The customers could not be read.", source);
    let reader = Reader::new("customers", &frames.customers);
    let ids = reader.text("id").map_err(unreadable)?;
    let agreed = reader.flag("accepts_email").map_err(unreadable)?;
    let consent = |agreed: Option<bool>| match agreed {
        Some(true) => Consent::Given,
        Some(false) => Consent::Refused,
        None => Consent::Unknown,
    };
    Ok(ids.into_iter().zip(agreed).filter_map(|(id, agreed)| Some((id?, consent(agreed)))).collect())
}

fn add_touches(people: &mut [Person], data: &Dataset, bundle: &Bundle, as_of: Seconds) {
    let in_catalog: Vec<Option<u32>> =
        data.products.ids().iter().map(|id| bundle.catalog.index(id)).collect();
    let mut add = |customer: u32, product: u32, kind, at| {
        if customer != NOBODY
            && at < as_of
            && let Some(product) = in_catalog[product as usize]
        {
            people[customer as usize].touches.push(Touch { product, kind, at });
        }
    };
    for (order, row) in data.orders.iter().enumerate() {
        for product in data.products_of(order) {
            add(row.customer, *product, Seen::Purchase, row.at);
        }
    }
    for touch in &data.touches {
        let kind = match touch.kind {
            EventKind::ViewProduct | EventKind::ClickProduct => Seen::View,
            EventKind::AddToCart => Seen::Cart,
            _ => continue,
        };
        add(touch.customer, touch.product, kind, touch.at);
    }
    for person in people {
        person.touches.sort_unstable_by_key(|touch| (touch.at, touch.product, touch.kind));
    }
}

/// Files of a campaign in memory.
#[derive(Debug)]
pub struct Made {
    pub files: Vec<ExportFile>,
    /// How many e-mail addresses they hold.
    pub addresses: u64,
}

/// What naming people needs: their addresses, where somebody asked for them.
#[derive(Debug, Default)]
pub struct Sending {
    addresses: BTreeMap<String, String>,
}

impl Sending {
    pub fn new(workspace: &Workspace, from: &Addresses, monitor: &dyn Monitor) -> Result<Self, Error> {
        Ok(Self { addresses: addresses::read(workspace, from, monitor)? })
    }
}

/// One table per trigger with people on it, the picks of every group, and the offers.
pub fn files(found: &Campaigns, bundle: &Bundle, sending: &Sending) -> Made {
    let prepared = Prepared::new(bundle);
    let product = |index: u32| bundle.catalog.products[index as usize].id.clone();
    let picked = |message: &str, segment: &str, history: &[HistoryItem], about| {
        let own = campaign::picks(&prepared, message, segment, history, found.as_of, about, PICKS);
        let mut cells: Vec<String> = own.into_iter().map(product).collect();
        cells.resize(PICKS, String::new());
        cells
    };
    let picks_header: Vec<String> = (1..=PICKS).map(|nth| format!("pick_{nth}")).collect();
    let with_picks = |first: &[&str]| -> Vec<String> {
        first.iter().map(|name| (*name).to_owned()).chain(picks_header.iter().cloned()).collect()
    };
    let mut addresses = 0;
    let mut files = Vec::new();
    for list in found.lists.iter().filter(|list| !list.entries.is_empty()) {
        let rows: Vec<Vec<String>> = list
            .entries
            .iter()
            .map(|entry| {
                let person = &found.people[entry.person];
                let email = sending.addresses.get(&person.id);
                addresses += u64::from(email.is_some());
                let offer = found.offer_percent(&person.segment, Some(&list.trigger.id));
                let mut row = vec![
                    person.id.clone(),
                    email.cloned().unwrap_or_default(),
                    person.segment.clone(),
                    entry.product.map(product).unwrap_or_default(),
                    entry.due.map(crate::forecast::iso_day).unwrap_or_default(),
                    offer.to_string(),
                    entry.reason.clone(),
                ];
                row.extend(picked(
                    &list.trigger.id,
                    &person.segment,
                    &history_of(person, bundle, found.as_of),
                    entry.product,
                ));
                row
            })
            .collect();
        let header =
            with_picks(&["customer_id", "email", "group", "product_id", "due", "offer_percent", "reason"]);
        files.push(table_file(&format!("triggers/{}.csv", list.trigger.id), &header, rows));
    }
    let groups =
        bundle.segments.segments.iter().filter(|segment| segment.customers >= campaign::FEWEST_TO_COUNT);
    let rows = groups
        .map(|segment| (segment.id.as_str(), segment.name.as_str()))
        .chain(std::iter::once((EVERYONE, "Everyone")))
        .map(|(id, name)| {
            let people = found.people.iter().filter(|person| person.segment == id || id == EVERYONE);
            let (all, agreed) = people.fold((0_u64, 0_u64), |(all, agreed), person| {
                (all + 1, agreed + u64::from(person.consent == Consent::Given))
            });
            let mut row = vec![id.to_owned(), name.to_owned(), all.to_string(), agreed.to_string()];
            row.extend(picked("picks", id, &[], None));
            row
        })
        .collect();
    let header = with_picks(&["group", "name", "customers", "agreed_to_email"]);
    files.push(table_file("picks-by-group.csv", &header, rows));
    let header: Vec<String> = [
        "group",
        "percent_off",
        "only_slipping_away",
        "would_buy_without",
        "bought_on_sale_permille",
        "reliance_permille",
        "cost_if_all_use_minor",
        "margin_floor_percent",
        "products_left_out",
        "why",
    ]
    .map(str::to_owned)
    .to_vec();
    let rows = found
        .offers
        .iter()
        .map(|offer| {
            vec![
                offer.segment.clone(),
                offer.percent.to_string(),
                offer.only_slipping_away.to_string(),
                offer.would_buy_without.words().to_owned(),
                offer.bought_on_sale_permille.to_string(),
                offer.reliance_permille.to_string(),
                offer.cost_if_all_use.to_string(),
                offer.margin_floor_percent.to_string(),
                offer.not_on.len().to_string(),
                offer.sentence.clone(),
            ]
        })
        .collect();
    files.push(table_file("offers.csv", &header, rows));
    Made { files, addresses }
}

/// The newest twenty things somebody did, as a visit tells them.
fn history_of(person: &Person, bundle: &Bundle, as_of: Seconds) -> Vec<HistoryItem> {
    person
        .touches
        .iter()
        .rev()
        .take(MOST_HISTORY)
        .map(|touch| HistoryItem {
            product: bundle.catalog.products[touch.product as usize].id.clone(),
            kind: match touch.kind {
                Seen::View => HistoryKind::View,
                Seen::Cart => HistoryKind::Cart,
                Seen::Purchase => HistoryKind::Purchase,
            },
            age: (as_of - touch.at).max(0),
        })
        .collect()
}
