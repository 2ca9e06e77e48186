//! The whole picture of a workspace.

use std::sync::Arc;

use super::customers::customers_view;
use super::search_terms::search_terms;
use crate::app::compile::words::searches;
use crate::app::view::{StoreChoices, StoreFacts, View};
use crate::app::{Error, Session, drift, open, pictures, runs, train};
use crate::bundle::Bundle;
use crate::decide::Prepared;
use crate::features::{History, features_of};
use crate::shop::{Monitor, Seconds};
use crate::workspace::Access;

/// Reads everything that screens paint from. Takes as long as the data is large: call it in a job.
pub fn view(session: &Session, now: Seconds, monitor: &dyn Monitor) -> Result<View, Error> {
    completed(pages(session)?, session, now, monitor)
}

/// What it takes to show pages: the facts of the store and its bundles. Reads no order and no visit, so it takes as
/// long as the catalog is large; [`completed`] adds the rest.
pub fn pages(session: &Session) -> Result<View, Error> {
    let workspace = session.workspace();
    let settings = workspace.settings()?;
    let facts = workspace.facts()?;
    let bundle = open::bundle(workspace)?.map(Arc::new);
    let choices =
        StoreChoices { picture_folder: settings.picture_folder.clone(), keep_names: settings.keep_names };
    let mut view = View::of(StoreFacts {
        name: settings.store_name,
        file: workspace.path().to_owned(),
        currency: settings.currency,
        time_zone: settings.time_zone,
        n_products: facts.totals.products,
        n_customers: facts.totals.customers,
        n_orders: facts.totals.orders,
        n_events: facts.totals.events,
        first_order: facts.first_order,
        last_order: facts.last_order,
        as_of: bundle.as_ref().map(|bundle| bundle.info.as_of),
        is_sample: settings.is_sample,
        read_only: workspace.access() != Access::Write,
    });
    view.choices = choices;
    view.bundle = bundle;
    view.exported = crate::app::export::last_exported(workspace)?.map(Arc::new);
    let ready = |bundle: &Option<Arc<Bundle>>| bundle.as_ref().map(|known| Arc::new(Prepared::new(known)));
    view.prepared = ready(&view.bundle);
    view.exported_prepared = ready(&view.exported);
    view.imports = Arc::new(super::imports::imports(workspace)?);
    view.exports = Arc::new(super::leaving::exports(workspace)?);
    view.is_partial = true;
    Ok(view)
}

/// A view of [`pages`] with everything else that screens paint from.
pub fn completed(
    mut view: View,
    session: &Session,
    now: Seconds,
    monitor: &dyn Monitor,
) -> Result<View, Error> {
    let workspace = session.workspace();
    view.stale_runs = open::stale_runs(workspace, view.store.as_of)?;
    view.drift = drift::watch(workspace)?.map(Arc::new);
    if let Some(mut kept) = runs::segments(workspace)? {
        monitor.checkpoint()?;
        let previous = runs::grouped_before(workspace, &kept.info)?;
        let at = train::Settings { as_of: Some(kept.result.as_of), ..train::Settings::at(now) };
        let (frames, as_of) = train::frames_as_of(workspace, &at, monitor)?;
        kept.result = kept.result.over(&train::customer_ids(&frames)?);
        let unreadable = |source: crate::features::Error| {
            Error::bug_because("The customers could not be described.", source)
        };
        let history = History::before(&frames, as_of).map_err(unreadable)?;
        let features = features_of(&history).map_err(unreadable)?;
        view.search_terms = Arc::new(search_terms(
            &searches(&frames),
            view.bundle.as_ref().map(|bundle| bundle.text_index.as_ref()),
        ));
        view.pulse = super::audit::pulse(&history).map(Arc::new);
        let before = previous
            .as_ref()
            .map(|previous| (&previous.result, previous.info.created_at, kept.info.created_at));
        let is_stale = view.stale_runs.iter().any(|kind| kind == runs::SEGMENTS);
        let mut customers = customers_view(&kept.result, &features, &history, before, is_stale);
        customers.can_go_back = runs::has_earlier_segments(workspace)?;
        view.customers = Some(Arc::new(customers));
    }
    monitor.checkpoint()?;
    view.audit = Some(Arc::new(super::audit::audit_view(session, &view.store, now)?));
    view.pictures = Some(Arc::new(pictures::status(session)?));
    view.is_partial = false;
    Ok(view)
}
