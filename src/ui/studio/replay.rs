//! The strip's engine: past orders played against the page, after every edit, on other threads.
//!
//! Nothing is computed until something differs from the export. A quick answer never waits for a thorough one: edits
//! come faster than a replay, so the newest state is played as soon as the one before it is done, and the thorough
//! replay starts when nothing newer is waiting.

use std::path::PathBuf;
use std::sync::Arc;

use super::{Studio, TaskResult};
use crate::app::View;
use crate::app::desk::Change;
use crate::app::replay::{self, Past, Question, Replayed, Unplayed};
use crate::bundle::{Catalog, Signals};
use crate::decide::PageRef;
use crate::measure::replay::{Look, ReplayedPage, TooFew};
use crate::merch::{BlockKind, Document};
use crate::shop::{Cancelled, Monitor, Seconds};
use crate::ui::screens::Screen;
use crate::ui::screens::pages::Device;
use crate::ui::screens::stage::{Cost, CostQuestion, Curve, ReplayState};

/// Effects of edits that are remembered.
const MOST_COSTS: usize = 24;
/// Kinds of jobs, as [`crate::ui::jobs::Jobs`] tells them apart.
const LEARN: &str = "replay-learn";
const QUICK: &str = "replay-quick";
const FULL: &str = "replay";
const COST: &str = "replay-cost";
const CURVE: &str = "replay-curve";
/// Products in view of a row of recommendations.
const ROW_OF_SIX: u32 = 6;

/// What a thread hands back.
#[derive(Debug)]
pub(super) enum Played {
    Learned(Result<Box<Past>, TooFew>),
    Page { key: Key, answer: Result<Replayed, Unplayed> },
    Cost { question: Box<CostQuestion>, page: PageRef, answer: Result<Replayed, Unplayed> },
    Curve { revision: u64, row: String, answer: Result<Vec<crate::measure::replay::MarginPoint>, Unplayed> },
}

/// What an answer is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    revision: u64,
    page: PageRef,
    look: Look,
}

#[derive(Debug, Default)]
pub(super) struct Replayer {
    past: Option<Arc<Past>>,
    too_few: Option<TooFew>,
    /// The state of the document when learning was last begun: it is tried once for each.
    tried: Option<u64>,
    /// The data that `past` was learned from.
    learned_from: Option<Data>,
    /// What edits are compared with; made when it is first needed.
    baseline: Option<Arc<Document>>,
    /// Whether the document differs from it, for one state of the document.
    differs: Option<(u64, bool)>,
    quick: Option<Key>,
    full: Option<Key>,
    /// The page that costs and curves were asked on.
    page: Option<PageRef>,
    waiting_cost: Option<Box<CostQuestion>>,
    waiting_curve: Option<String>,
}

/// What a past is made of. As long as it stays, nothing has to be learned again.
#[derive(Clone, Debug, PartialEq)]
struct Data {
    file: PathBuf,
    totals: [u64; 4],
    last_order: Option<Seconds>,
    catalog: Arc<Catalog>,
    signals: Arc<Signals>,
    /// Id and size; names say nothing to a replay.
    groups: Vec<(String, u32)>,
}

impl Data {
    fn of(view: &View) -> Option<Self> {
        let (bundle, store) = (view.bundle.as_ref()?, &view.store);
        Some(Self {
            file: store.file.clone(),
            totals: [store.n_products, store.n_customers, store.n_orders, store.n_events],
            last_order: store.last_order,
            catalog: Arc::clone(&bundle.catalog),
            signals: Arc::clone(&bundle.signals),
            groups: bundle.segments.segments.iter().map(|one| (one.id.clone(), one.customers)).collect(),
        })
    }
}

impl Studio {
    /// The past that pages are played against, where there is no workspace to read it from.
    pub fn set_past(&mut self, past: Past) {
        self.replayer.past = Some(Arc::new(past));
    }

    /// What the strip shows.
    pub fn replays(&self) -> &crate::ui::screens::stage::Replays {
        &self.found.replay
    }

    /// Another view. With another workspace or other data nothing that was learned holds; after an export, a new name
    /// or a picture folder the past is as it was, and only what edits are compared with may be other.
    pub(super) fn forget_past(&mut self) {
        for kind in [QUICK, FULL, COST, CURVE] {
            self.jobs.cancel(kind);
        }
        let known = self.replayer.learned_from.take();
        let data = Data::of(&self.view);
        if known.is_some() && known == data {
            let kept = std::mem::take(&mut self.replayer);
            self.replayer = Replayer {
                past: kept.past,
                too_few: kept.too_few,
                tried: kept.tried,
                page: kept.page,
                learned_from: known,
                ..Replayer::default()
            };
            self.found.replay.is_stale = true;
            self.found.replay.costs.clear();
            self.found.replay.curve = None;
            return;
        }
        self.jobs.cancel(LEARN);
        self.replayer = Replayer { learned_from: data, ..Replayer::default() };
        self.found.replay = Default::default();
    }

    /// What edits are compared with: the exported document, else the one before the first step of the history.
    fn baseline(&mut self) -> Arc<Document> {
        if let Some(baseline) = &self.replayer.baseline {
            return Arc::clone(baseline);
        }
        let baseline = match &self.exported {
            Some(exported) => Arc::clone(&exported.bundle().document),
            None => {
                let mut before = (*self.document).clone();
                for step in self.history.done().iter().rev() {
                    if let Change::Document { inverse, .. } = &step.change
                        && inverse.apply(&mut before).is_err()
                    {
                        break;
                    }
                }
                Arc::new(before)
            }
        };
        self.replayer.baseline = Some(Arc::clone(&baseline));
        baseline
    }

    /// Called at the end of every frame: starts what is missing, and nothing when nothing changed.
    pub(super) fn look_at_replay(&mut self) {
        let Some((page, look)) = self.looked_at() else { return };
        let key = Key { revision: self.revision, page, look };
        if self.replayer.page.as_ref() != Some(&key.page) {
            self.replayer.page = Some(key.page.clone());
            self.found.replay.costs.clear();
            self.found.replay.curve = None;
        }
        let baseline = self.baseline();
        let differs = match self.replayer.differs {
            Some((revision, differs)) if revision == self.revision => differs,
            _ => *baseline != *self.document,
        };
        self.replayer.differs = Some((self.revision, differs));
        if differs && ReplayedPage::of(&key.page).is_none() {
            self.found.replay.state = ReplayState::NoPast;
            return;
        }
        let asks_more = self.replayer.waiting_cost.is_some() || self.replayer.waiting_curve.is_some();
        if !differs {
            if self.found.replay.state != ReplayState::Unchanged {
                self.jobs.cancel(QUICK);
                self.jobs.cancel(FULL);
                self.replayer.quick = None;
                self.replayer.full = None;
                self.found.replay.shown = None;
                self.found.replay.state = ReplayState::Unchanged;
            }
            if !asks_more {
                return;
            }
        }
        let Some(past) = self.replayer.past.clone() else {
            self.learn_past();
            return;
        };
        self.ask_waiting(&past, &key);
        if !differs {
            return;
        }
        if self.replayer.quick.as_ref() != Some(&key) {
            self.found.replay.is_stale = true;
            self.jobs.cancel(FULL);
            self.replayer.full = None;
            if !self.jobs.is_running(QUICK) {
                self.replayer.quick = Some(key.clone());
                self.play(QUICK, past, key, baseline);
            }
        } else if self.replayer.full.as_ref() != Some(&key) && !self.jobs.is_running(QUICK) {
            self.replayer.full = Some(key.clone());
            self.play(FULL, past, key, baseline);
        }
    }

    /// The page that the open screen shows, and what of it a shopper sees.
    fn looked_at(&self) -> Option<(PageRef, Look)> {
        let draft = self.draft.as_ref()?;
        let now = self.scene_now();
        let pages = &self.states.pages;
        let today = Look {
            visible: ROW_OF_SIX,
            row: None,
            at: now - now.rem_euclid(86_400),
            device: Some(Device::Desktop.name().to_owned()),
        };
        match self.settings.screen {
            Screen::Pages => {
                let look = Look {
                    visible: pages.columns.max(1) as u32,
                    row: pages.read_row().filter(|row| self.is_product_row(row)),
                    at: pages.date.unwrap_or(today.at),
                    device: Some(pages.device.name().to_owned()),
                };
                Some((pages.page.clone(), look))
            }
            Screen::Recommendations => {
                let product = self.states.recommendations.shown(draft.bundle())?;
                Some((PageRef::Product(product.id.clone()), today))
            }
            Screen::Search => Some((PageRef::Search(String::new()), today)),
            _ => None,
        }
    }

    fn is_product_row(&self, row: &str) -> bool {
        let layout = self.document.layout(&self.states.pages.page.key());
        let blocks = layout.into_iter().flat_map(|layout| {
            layout.default.iter().chain(layout.variants.iter().flat_map(|variant| &variant.blocks))
        });
        blocks.into_iter().any(|block| block.id == row && matches!(block.kind, BlockKind::Products))
    }

    fn learn_past(&mut self) {
        if let Some(few) = self.replayer.too_few {
            self.found.replay.state = ReplayState::TooFew(few.0);
            return;
        }
        if self.jobs.is_running(LEARN) {
            self.found.replay.state = ReplayState::Learning;
            return;
        }
        if self.replayer.tried == Some(self.revision) {
            // It was cancelled or failed; the next edit tries again.
            self.found.replay.state = ReplayState::Unchanged;
            return;
        }
        let (Some(desk), now) = (self.desk.clone(), self.scene_now()) else {
            return;
        };
        self.replayer.tried = Some(self.revision);
        self.found.replay.state = ReplayState::Learning;
        self.jobs.spawn(LEARN, move |monitor| {
            let learned = || {
                let gathered = {
                    let session = desk.session();
                    replay::gather(session.workspace(), now, monitor)?
                };
                replay::learn(gathered, monitor)
            };
            super::work::answer(learned().map(|past| TaskResult::Played(Played::Learned(past.map(Box::new)))))
        });
    }

    fn play(&mut self, kind: &'static str, past: Arc<Past>, key: Key, before: Arc<Document>) {
        let after = Arc::clone(&self.document);
        self.jobs.spawn(kind, move |monitor| {
            let question = Question { page: key.page.clone(), look: key.look.clone(), before, after };
            let answer = past.compare(&question, kind == QUICK, &Quiet(monitor));
            super::work::answer(answer.map(|answer| TaskResult::Played(Played::Page { key, answer })))
        });
    }

    /// What somebody wants to know before doing it.
    pub(super) fn ask_cost(&mut self, question: Box<CostQuestion>) {
        let known = self.found.replay.cost_of(&question).is_some();
        if !known && self.replayer.waiting_cost.as_ref() != Some(&question) {
            self.replayer.waiting_cost = Some(question);
        }
    }

    pub(super) fn ask_curve(&mut self, row: String) {
        let known = self.found.replay.curve.as_ref();
        if known.is_none_or(|curve| curve.row != row || curve.revision != self.revision) {
            self.replayer.waiting_curve = Some(row);
        }
    }

    fn ask_waiting(&mut self, past: &Arc<Past>, key: &Key) {
        if !self.jobs.is_running(COST)
            && let Some(question) = self.replayer.waiting_cost.take()
            && question.revision == self.revision
        {
            let mut after = (*self.document).clone();
            if question.edit.apply(&mut after).is_ok() {
                let (past, before) = (Arc::clone(past), Arc::clone(&self.document));
                let look = Look { row: question.row.clone(), ..key.look.clone() };
                let page = key.page.clone();
                self.jobs.spawn(COST, move |monitor| {
                    let asked = Question { page: page.clone(), look, before, after: Arc::new(after) };
                    let answer = past.compare(&asked, true, &Quiet(monitor));
                    super::work::answer(
                        answer.map(|answer| TaskResult::Played(Played::Cost { question, page, answer })),
                    )
                });
            }
        }
        if !self.jobs.is_running(CURVE)
            && let Some(row) = self.replayer.waiting_curve.take()
        {
            let (past, document) = (Arc::clone(past), Arc::clone(&self.document));
            let (key, revision) = (key.clone(), self.revision);
            self.jobs.spawn(CURVE, move |monitor| {
                let answer = past.margin_curve(&key.page, &key.look, &row, &document, &Quiet(monitor));
                super::work::answer(
                    answer.map(|answer| TaskResult::Played(Played::Curve { revision, row, answer })),
                )
            });
        }
    }

    pub(super) fn take_played(&mut self, played: Played) {
        match played {
            Played::Learned(Ok(past)) => self.replayer.past = Some(Arc::from(past)),
            Played::Learned(Err(few)) => {
                self.replayer.too_few = Some(few);
                self.found.replay.state = ReplayState::TooFew(few.0);
            }
            Played::Page { key, answer } => {
                let replays = &mut self.found.replay;
                match answer {
                    Ok(answer) => {
                        replays.is_stale = key.revision != self.revision;
                        replays.shown = Some(Arc::new(answer));
                        replays.state = ReplayState::Ready;
                    }
                    Err(Unplayed::TooFew(few)) => replays.state = ReplayState::TooFew(few.0),
                    Err(Unplayed::NoSuchPast) => replays.state = ReplayState::NoPast,
                }
            }
            Played::Cost { question, page, answer } => {
                if let Ok(answer) = answer
                    && self.replayer.page.as_ref() == Some(&page)
                {
                    let costs = &mut self.found.replay.costs;
                    costs.retain(|cost| cost.question.revision == question.revision);
                    if MOST_COSTS <= costs.len() {
                        costs.remove(0);
                    }
                    costs.push(Cost { question: *question, answer: Arc::new(answer) });
                }
            }
            Played::Curve { revision, row, answer } => {
                if let Ok(points) = answer {
                    self.found.replay.curve = Some(Curve { row, revision, points: Arc::new(points) });
                }
            }
        }
    }
}

/// A replay is quicker than its progress could be read.
struct Quiet<'a>(&'a dyn Monitor);

impl Monitor for Quiet<'_> {
    fn progress(&self, _done: u64, _total: u64, _phase: &str) {}

    fn checkpoint(&self) -> Result<(), Cancelled> {
        self.0.checkpoint()
    }
}
