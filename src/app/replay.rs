//! The past played against pages: what edits would have meant, what a pin costs, what margin costs.
//!
//! Time is split: the models of the replay learn from what lies before its first order, customers are in the groups they
//! were in then, and a visit knows only the customer's earlier purchases. Catalog, prices and stock are today's, because
//! no export file tells what they were.

use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

use super::compile::{Inputs, Parts};
use super::{Error, merchandise, runs, train};
use crate::bundle::Bundle;
use crate::decide::{PageRef, Prepared};
use crate::features::{CustomerFeatures, StoreFrames, features_of};
use crate::measure::replay::{
    self, Comparison, FEWEST_ORDERS, Look, MarginPoint, PastOrder, ReplayedPage, Seen, TooFew,
};
use crate::merch::{Document, Edit};
use crate::recommend::neighbours::neighbour_lists;
use crate::recommend::session::SessionMethod;
use crate::recommend::{self, Dataset, Models};
use crate::segment::inputs::Inputs as ModelInputs;
use crate::segment::rules::first_fitting;
use crate::segment::{GroupSource, NO_GROUP, SegmentRun};
use crate::shop::time::SECONDS_PER_DAY;
use crate::shop::{Monitor, Seconds, StoreLanguage};
use crate::workspace::{Scope, Workspace};

/// The replayed period: so many days before the last order …
const DAYS: i64 = 90;
/// … or as many more as it takes to have enough orders, within a year.
const MOST_DAYS: i64 = 365;
/// Replays that are remembered; the oldest goes first.
const REMEMBERED: usize = 12;
/// The sample of the quick estimate; the same for every edit.
const SEED: u64 = 1;

/// How visits are read in a replay: by counts, because choosing a method takes a backtest of its own.
const AFTER_VIEWS: SessionMethod = SessionMethod::Together { beta: 0.1, k: 200 };

/// What is read while the workspace is held.
pub struct Gathered {
    /// The store before the first replayed order; `None` when there are too few orders.
    before: Option<(StoreFrames, Seconds)>,
    groups: Option<SegmentRun>,
    store_name: String,
    data: Dataset,
}

/// The past of one store, ready to be played. Shared by threads; answers never depend on what was asked before.
pub struct Past {
    data: Dataset,
    prepared: Prepared,
    segment_of: Vec<Option<String>>,
    from: Seconds,
    until: Seconds,
    /// Leaves one processor to the window.
    pool: Option<rayon::ThreadPool>,
    orders: Mutex<Vec<(ReplayedPage, PastOrders)>>,
    seen: Mutex<Vec<Remembered>>,
}

/// Orders of one page as visits, or why there are none.
type PastOrders = Arc<Result<Vec<PastOrder>, TooFew>>;

/// One document played once.
struct Remembered {
    page: ReplayedPage,
    look: Look,
    quick: bool,
    document: Arc<Document>,
    seen: Arc<Vec<Seen>>,
}

impl std::fmt::Debug for Past {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Past").field("from", &self.from).field("until", &self.until).finish_non_exhaustive()
    }
}

/// Two documents, one page.
#[derive(Clone, Debug)]
pub struct Question {
    pub page: PageRef,
    pub look: Look,
    pub before: Arc<Document>,
    pub after: Arc<Document>,
}

/// The answer, with what a person needs to judge it.
#[derive(Clone, Debug, Serialize)]
pub struct Replayed {
    #[serde(flatten)]
    pub comparison: Comparison,
    /// A fixed sample of the orders; all of them are counted when it is false.
    pub is_quick: bool,
    /// Orders that a full replay counts.
    pub orders_in_all: usize,
    /// Of the first and the last replayed order.
    pub from: Seconds,
    pub until: Seconds,
    pub gained: Vec<Example>,
    pub lost: Vec<Example>,
}

/// One order that the edit brought into view, or took out of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Example {
    /// What was bought and is in view on one side only; a product id.
    pub product: String,
    pub segment: String,
    pub at: Seconds,
}

/// Reads what a replay needs. Short: hold the workspace only for this.
pub fn gather(workspace: &Workspace, now: Seconds, monitor: &dyn Monitor) -> Result<Gathered, Error> {
    let (frames, _) = train::frames_as_of(workspace, &train::Settings::at(now), monitor)?;
    let data = dataset(&frames)?;
    let before = match first_replayed(&data) {
        Some(from) => Some((workspace.frames_watched(Some(from), monitor)?, from)),
        None => None,
    };
    let groups = runs::segments(workspace)?.map(|kept| kept.result);
    Ok(Gathered { before, groups, store_name: workspace.settings()?.store_name, data })
}

/// The merchant's document as it was before the steps of the history that are still in effect: what edits are
/// compared with until something was exported.
pub fn before_edits(workspace: &Workspace) -> Result<Document, Error> {
    let mut document = merchandise::current(workspace)?;
    let history = workspace.history()?;
    let done = history.edits.iter().take(history.done).filter(|edit| edit.scope == Scope::Merch);
    for kept in done.collect::<Vec<_>>().into_iter().rev() {
        let inverse = serde_json::from_str::<Edit>(&kept.inverse).ok();
        if inverse.is_none_or(|inverse| inverse.apply(&mut document).is_err()) {
            // Made by another version: this is as far back as one can go.
            break;
        }
    }
    Ok(document)
}

/// Reads and learns in one go, for whoever has no window to keep alive.
pub fn past(workspace: &Workspace, now: Seconds, monitor: &dyn Monitor) -> Result<Past, Error> {
    learn(gather(workspace, now, monitor)?, monitor)?.map_err(|few| Error::user(few.to_string()))
}

/// The time from which orders are replayed: 90 days before the last one, earlier where those are fewer than 200.
fn first_replayed(data: &Dataset) -> Option<Seconds> {
    let last = data.last_order_at()?;
    let n = data.orders.len();
    let enough = data.orders[n.checked_sub(FEWEST_ORDERS)?].at;
    let from = enough.min(last - DAYS * SECONDS_PER_DAY);
    (last - MOST_DAYS * SECONDS_PER_DAY <= from && 0 < data.orders_before(from)).then_some(from)
}

fn dataset(frames: &StoreFrames) -> Result<Dataset, Error> {
    Dataset::from_frames(frames)
        .map_err(|source| Error::bug_because("The store's orders could not be read.", source))
}

/// Learns from the orders before the replayed ones. Takes seconds: call it in a job, without the workspace.
pub fn learn(gathered: Gathered, monitor: &dyn Monitor) -> Result<Result<Past, TooFew>, Error> {
    let Gathered { before, groups, store_name, data } = gathered;
    let Some((before, from)) = before else {
        return Ok(Err(TooFew(data.orders.len().min(FEWEST_ORDERS - 1))));
    };
    monitor.progress(0, 3, "Learning from the orders before");
    monitor.checkpoint()?;
    let unreadable =
        |source: crate::features::Error| Error::bug_because("The customers could not be described.", source);
    let history = crate::features::History::before(&before, from).map_err(unreadable)?;
    let features = features_of(&history).map_err(unreadable)?;
    let groups = groups.map(|run| groups_at(&run, &features));
    monitor.progress(1, 3, "Learning from the orders before");
    monitor.checkpoint()?;
    let past = dataset(&before)?;
    let defaults = recommend::Settings::default();
    let known = recommend::History::new(&past, from, defaults.min_buyers);
    let models = Models {
        as_of: from,
        products: past.products.ids().to_vec(),
        neighbours: neighbour_lists(&known, AFTER_VIEWS, None, defaults.per_product),
        ..Models::default()
    };
    monitor.progress(2, 3, "Learning from the orders before");
    monitor.checkpoint()?;
    let inputs = Inputs {
        frames: &before,
        store_name: &store_name,
        platform: "files",
        as_of: from,
        groups: groups.as_ref(),
        models: Some(&models),
    };
    let parts = Parts::new(inputs, monitor)?;
    let shown: Vec<String> = parts.segments.segments.iter().map(|segment| segment.id.clone()).collect();
    let segment_of = data
        .customers
        .ids()
        .iter()
        .map(|id| {
            let run = groups.as_ref()?;
            let group = run.group_of(id)?;
            let id = &run.groups.get(group)?.id;
            shown.contains(id).then(|| id.clone())
        })
        .collect();
    let document = Arc::new(parts.first_document(StoreLanguage::default()));
    Ok(Ok(Past::new(&parts.with(document), data, segment_of, from)))
}

/// Today's groups with the members they had then: rules first, then the model on the facts of that day.
fn groups_at(run: &SegmentRun, features: &CustomerFeatures) -> SegmentRun {
    let n = features.n_customers();
    let orders = features.values("n_orders").unwrap_or_else(|| vec![f64::NAN; n]);
    let buyers: Vec<u32> = (0..n as u32).filter(|at| 0.0 < orders[*at as usize]).collect();
    let place = |id: &str| run.groups.iter().position(|group| group.id == id).map(|at| at as u16);
    let points = ModelInputs::with(&run.model, features, &buyers);
    let mut assignment = vec![NO_GROUP; n];
    for (buyer, row) in buyers.iter().zip(points.rows()) {
        let nearest = run.model.nearest(row).and_then(|centroid| place(&run.model.labels[centroid]));
        assignment[*buyer as usize] = nearest.unwrap_or(NO_GROUP);
    }
    for (slot, rule) in assignment.iter_mut().zip(first_fitting(&run.settings.rules, features)) {
        let group = rule.and_then(|rule| {
            let id = &run.settings.rules.get(usize::from(rule))?.id;
            run.groups
                .iter()
                .position(|group| group.source == GroupSource::Rule(id.clone()))
                .map(|at| at as u16)
        });
        *slot = group.unwrap_or(*slot);
    }
    SegmentRun {
        as_of: features.as_of(),
        customer_ids: features.ids().to_vec(),
        buyers,
        assignment,
        solutions: Vec::new(),
        plane: Vec::new(),
        stages: Vec::new(),
        rfm: Vec::new(),
        ..run.clone()
    }
}

impl Past {
    /// A past to play against `bundle`, which should know nothing from `from` on. `segment_of` beside
    /// `data.customers`: the segment each customer was in then.
    pub fn new(bundle: &Bundle, data: Dataset, segment_of: Vec<Option<String>>, from: Seconds) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(cores.saturating_sub(1).max(1))
            .thread_name(|at| format!("replay {at}"))
            .build()
            .ok();
        Self {
            prepared: Prepared::new(bundle),
            until: data.last_order_at().unwrap_or(from),
            data,
            segment_of,
            from,
            pool,
            orders: Mutex::default(),
            seen: Mutex::default(),
        }
    }

    /// The period, from the first to the last order in it.
    pub fn period(&self) -> (Seconds, Seconds) {
        (self.from, self.until)
    }

    /// The instant the models of the replay look back from.
    pub fn as_of(&self) -> Seconds {
        self.from
    }

    /// What the change would have meant; `quick` looks at a fixed sample of the orders.
    pub fn compare(
        &self,
        question: &Question,
        quick: bool,
        monitor: &dyn Monitor,
    ) -> Result<Result<Replayed, Unplayed>, Error> {
        let Some(page) = ReplayedPage::of(&question.page) else {
            return Ok(Err(Unplayed::NoSuchPast));
        };
        let orders = self.orders(&page);
        let orders = match orders.as_ref() {
            Ok(orders) => orders,
            Err(few) => return Ok(Err(Unplayed::TooFew(*few))),
        };
        let places = self.places(orders, quick);
        let before = self.play(&page, &question.look, quick, &question.before, orders, &places, monitor)?;
        let after = self.play(&page, &question.look, quick, &question.after, orders, &places, monitor)?;
        let comparison = self.install(|| replay::compare(self.from, orders, &before, &after, SEED));
        let examples = |places: &[u32], seen: &[Seen]| -> Vec<Example> {
            places
                .iter()
                .filter_map(|place| {
                    let hit = seen.iter().find(|seen| seen.place == *place)?.product?;
                    let order = &orders[*place as usize];
                    Some(Example {
                        product: self.prepared.bundle().catalog.products[hit as usize].id.clone(),
                        segment: order.visit.segment.clone().unwrap_or_default(),
                        at: order.visit.now,
                    })
                })
                .collect()
        };
        Ok(Ok(Replayed {
            gained: examples(&comparison.gained, &after),
            lost: examples(&comparison.lost, &before),
            comparison,
            is_quick: quick && places.len() < orders.len(),
            orders_in_all: orders.len(),
            from: orders.first().map_or(self.from, |order| order.visit.now),
            until: orders.last().map_or(self.until, |order| order.visit.now),
        }))
    }

    /// What giving margin more weight in one row would have cost, on the fixed sample.
    pub fn margin_curve(
        &self,
        page: &PageRef,
        look: &Look,
        block: &str,
        document: &Arc<Document>,
        monitor: &dyn Monitor,
    ) -> Result<Result<Vec<MarginPoint>, Unplayed>, Error> {
        const STEPS: u32 = 10;
        let Some(page) = ReplayedPage::of(page) else {
            return Ok(Err(Unplayed::NoSuchPast));
        };
        let orders = self.orders(&page);
        let orders = match orders.as_ref() {
            Ok(orders) => orders,
            Err(few) => return Ok(Err(Unplayed::TooFew(*few))),
        };
        let places = self.places(orders, true);
        let prepared = self.prepared.with_document(Arc::clone(document));
        let points =
            self.install(|| replay::margin_curve(&prepared, block, orders, &places, look, STEPS, monitor))?;
        Ok(Ok(points))
    }

    fn orders(&self, page: &ReplayedPage) -> PastOrders {
        let mut known = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, orders)) = known.iter().find(|(other, _)| other == page) {
            return Arc::clone(orders);
        }
        let orders =
            Arc::new(replay::past_orders(&self.data, &self.prepared, page, self.from, &self.segment_of));
        if REMEMBERED <= known.len() {
            known.remove(0);
        }
        known.push((page.clone(), Arc::clone(&orders)));
        orders
    }

    #[expect(clippy::too_many_arguments, reason = "one replay is these seven things, used twice")]
    fn play(
        &self,
        page: &ReplayedPage,
        look: &Look,
        quick: bool,
        document: &Arc<Document>,
        orders: &[PastOrder],
        places: &[usize],
        monitor: &dyn Monitor,
    ) -> Result<Arc<Vec<Seen>>, Error> {
        let lock = || self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lock()
            .iter()
            .find(|one| {
                one.quick == quick
                    && Arc::ptr_eq(&one.document, document)
                    && one.page == *page
                    && one.look == *look
            })
            .map(|one| Arc::clone(&one.seen));
        if let Some(seen) = known {
            return Ok(seen);
        }
        let prepared = self.prepared.with_document(Arc::clone(document));
        let seen = Arc::new(self.install(|| replay::replay(&prepared, orders, places, look, monitor))?);
        let mut remembered = lock();
        if REMEMBERED <= remembered.len() {
            remembered.remove(0);
        }
        remembered.push(Remembered {
            page: page.clone(),
            look: look.clone(),
            quick,
            document: Arc::clone(document),
            seen: Arc::clone(&seen),
        });
        Ok(seen)
    }

    fn places(&self, orders: &[PastOrder], quick: bool) -> Vec<usize> {
        let n_products = self.prepared.bundle().catalog.products.len();
        replay::quick_sample(orders, if quick { replay::quick_orders(n_products) } else { usize::MAX }, SEED)
    }

    fn install<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        match &self.pool {
            Some(pool) => pool.install(work),
            None => work(),
        }
    }
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unplayed {
    #[error(transparent)]
    TooFew(#[from] TooFew),
    #[error(
        "Past orders say nothing about this page. Homepage, categories, product pages, cart and mails can be replayed."
    )]
    NoSuchPast,
}
