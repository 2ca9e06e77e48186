//! What only the Pages screen cares about: which page, for whom, how wide, what is chosen, what is being dragged.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::curate::Curate;
use super::drag::Drag;
use super::edits::{self, Place};
use crate::bundle::segments::EVERYONE;
use crate::decide::{Absence, Detail, Page, PageRef, Prepared, Step, Visit};
use crate::merch::{Action, Document, Edit, PageKey, Rule};
use crate::shop::Seconds;
use crate::ui::screens::Scene;
use crate::ui::spent::{self, Part};
use crate::ui::strings::Phrase as _;
use crate::ui::strings::canvas::Canvas;
use crate::ui::strings::said;

/// So long are changes marked on cards after an edit, and is a card lit up that an undo was about.
pub const CHANGES_SECONDS: f64 = 4.0;
pub const FLASH_SECONDS: f64 = 0.6;

/// How wide the preview is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Device {
    #[default]
    Desktop,
    Tablet,
    Phone,
    /// As wide as there is room.
    Fit,
}

impl Device {
    pub fn width(self) -> Option<f32> {
        match self {
            Self::Desktop => Some(1_280.0),
            Self::Tablet => Some(834.0),
            Self::Phone => Some(390.0),
            Self::Fit => None,
        }
    }

    /// The word a layout's audience knows it by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Desktop | Self::Fit => "desktop",
            Self::Tablet => "tablet",
            Self::Phone => "phone",
        }
    }
}

/// One card: a product in a block.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Card {
    pub block: String,
    pub product: String,
}

/// For whom edits are made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ScopeChoice {
    /// The segment whose tab is open.
    #[default]
    Tab,
    Everyone,
    Chosen(Vec<String>),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    #[default]
    Single,
    Compare,
    BeforeAfter,
    Matrix,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InspectorTab {
    #[default]
    Why,
    Product,
    Rules,
}

/// The second pane of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pane {
    pub segment: String,
    pub device: Device,
}

/// Decided pages of the current revision.
#[derive(Debug, Default)]
struct Decided {
    revision: u64,
    bundle: Option<Arc<Prepared>>,
    pages: BTreeMap<String, Rc<Page>>,
    /// Pins that do not show, by the same keys.
    skipped: BTreeMap<String, Rc<Vec<Skipped>>>,
}

/// A pin that does not show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    pub rule: String,
    pub block: String,
    pub product: String,
    pub position: u32,
    pub why: WhySkipped,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhySkipped {
    SoldOut,
    /// There are more pins than places.
    PastTheEnd,
}

#[derive(Debug)]
pub struct PagesState {
    pub page: PageRef,
    pub segment: String,
    pub scope: ScopeChoice,
    pub device: Device,
    /// The width the one page had before two panes were opened.
    single_device: Option<Device>,
    /// Preview date; `None` is today.
    pub date: Option<Seconds>,
    pub mode: Mode,
    pub other: Pane,
    pub lock_scroll: bool,
    pub scores: bool,
    pub changes: bool,
    /// Changes are also marked until this time of the frame clock.
    pub changes_until: f64,
    pub selected: Option<Card>,
    /// Further products of the same block, in the order they were chosen.
    pub also_selected: Vec<Card>,
    pub tray: Vec<String>,
    pub inspector_tab: InspectorTab,
    pub show_order: bool,
    /// The block whose settings or funnel the inspector shows.
    pub block: Option<String>,
    pub funnel_open: bool,
    pub find: Option<String>,
    pub add: Option<String>,
    pub pin_to: Option<String>,
    /// What is typed while a partner for a swap is looked for.
    pub swap: Option<String>,
    pub copy: Option<super::copy::Copying>,
    pub page_filter: String,
    pub drag: Option<Drag>,
    /// The card that the pointer went down on, and where it was seen then.
    pub pressed: Option<(Card, egui::Rect)>,
    /// First visible card per block, where a row is longer than the page is wide.
    pub row_offset: BTreeMap<String, usize>,
    pub hovered_twin: Option<String>,
    pub peek: bool,
    pub curate: Option<Curate>,
    /// Rules that are switched off to see the page without them; never part of the document.
    pub without: Vec<String>,
    pub scroll_to: Option<Card>,
    pub flash: Option<(Card, f64)>,
    /// Vertical scroll that panes share while locked.
    pub scroll: f32,
    /// Cards side by side as painted last.
    pub columns: usize,
    /// Which dialog of the strip is open.
    pub strip: Option<super::strip::Open>,
    /// The margin curve of the weights is unfolded.
    pub curve_open: bool,
    pub fallen: Option<super::inspector::Fallen>,
    pub order: Option<super::inspector::Order>,
    pub search: super::dialogs::CatalogSearch,
    decided: Decided,
}

impl Default for PagesState {
    fn default() -> Self {
        Self {
            page: PageRef::Home,
            segment: EVERYONE.to_owned(),
            scope: ScopeChoice::Tab,
            device: Device::Desktop,
            single_device: None,
            date: None,
            mode: Mode::Single,
            other: Pane { segment: EVERYONE.to_owned(), device: Device::Fit },
            lock_scroll: true,
            scores: false,
            changes: false,
            changes_until: 0.0,
            selected: None,
            also_selected: Vec::new(),
            tray: Vec::new(),
            inspector_tab: InspectorTab::Why,
            show_order: false,
            block: None,
            funnel_open: false,
            find: None,
            add: None,
            pin_to: None,
            swap: None,
            copy: None,
            page_filter: String::new(),
            drag: None,
            pressed: None,
            row_offset: BTreeMap::new(),
            hovered_twin: None,
            peek: false,
            curate: None,
            without: Vec::new(),
            scroll_to: None,
            flash: None,
            scroll: 0.0,
            columns: 6,
            strip: None,
            curve_open: false,
            fallen: None,
            order: None,
            search: super::dialogs::CatalogSearch::default(),
            decided: Decided::default(),
        }
    }
}

/// Which actions make sense on the chosen card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CardSituation {
    pub is_pinned: bool,
    pub has_weight_rule: bool,
}

impl PagesState {
    /// Shows another page; `None` keeps the segment.
    pub fn open(&mut self, page: PageRef, segment: Option<String>) {
        if self.page != page {
            self.selected = None;
            self.also_selected.clear();
            self.block = None;
        }
        self.page = page;
        if let Some(segment) = segment {
            self.segment = segment;
        }
        self.set_mode(Mode::Single);
        self.curate = None;
    }

    /// Half a window is too narrow for a desktop page, so two panes start as wide as there is room.
    pub fn set_mode(&mut self, mode: Mode) {
        let has_two_panes = |mode| matches!(mode, Mode::Compare | Mode::BeforeAfter);
        match (has_two_panes(self.mode), has_two_panes(mode)) {
            (false, true) => self.single_device = Some(std::mem::replace(&mut self.device, Device::Fit)),
            (true, false) => self.device = self.single_device.take().unwrap_or(self.device),
            _ => {}
        }
        self.mode = mode;
    }

    /// Chooses a product wherever it stands on the open page; elsewhere opens its own page.
    pub fn inspect(&mut self, product: String) {
        let on_page = self.decided.pages.values().next().is_some();
        let card = self.card_of(&product);
        match card {
            Some(card) => {
                self.scroll_to = Some(card.clone());
                self.select(card);
            }
            None if on_page => self.open(PageRef::Product(product), None),
            None => self.open(PageRef::Product(product), None),
        }
    }

    pub fn select(&mut self, card: Card) {
        self.also_selected.clear();
        self.selected = Some(card);
        self.inspector_tab = InspectorTab::Why;
        self.block = None;
    }

    /// Goes to another card without forgetting what was chosen with Space.
    pub fn walk_to(&mut self, card: Card) {
        let also = if self.also_selected.iter().any(|chosen| chosen.block == card.block) {
            std::mem::take(&mut self.also_selected)
        } else {
            Vec::new()
        };
        self.select(card);
        self.also_selected = also;
    }

    /// All chosen products, the main one first.
    ///
    /// What was chosen with Space or Shift counts; the card one merely stands on then does not.
    pub fn chosen(&self) -> Vec<Card> {
        if self.also_selected.is_empty() {
            return self.selected.iter().cloned().collect();
        }
        let main = self.selected.iter().filter(|card| self.also_selected.contains(card)).cloned();
        let others = self.also_selected.iter().filter(|card| Some(*card) != self.selected.as_ref()).cloned();
        main.chain(others).collect()
    }

    /// The row that is being worked on: of the chosen card, else the one whose settings are open.
    pub fn read_row(&self) -> Option<String> {
        self.selected.as_ref().map(|card| card.block.clone()).or_else(|| self.block.clone())
    }

    pub fn visit(&self, segment: &str, device: Device, now: Seconds) -> Visit {
        // A preview of now that changes every second would decide every second.
        let now = self.date.unwrap_or(now - now.rem_euclid(900));
        let mut visit = Visit::of(self.page.clone(), now);
        visit.segment = Some(segment.to_owned());
        visit.device = Some(device.name().to_owned());
        visit
    }

    /// The draft's page for a segment, decided once per revision.
    pub fn draft_page(&mut self, scene: &Scene<'_>, segment: &str, device: Device) -> Option<Rc<Page>> {
        let draft = Arc::clone(scene.draft?);
        if self.decided.revision != scene.revision
            || !self.decided.bundle.as_ref().is_some_and(|known| {
                known.bundle().catalog.products.len() == draft.bundle().catalog.products.len()
            })
        {
            self.decided = Decided { revision: scene.revision, ..Decided::default() };
        }
        let source = self.decided.bundle.get_or_insert_with(|| {
            if self.without.is_empty() {
                draft
            } else {
                let mut document = scene.document.clone();
                for rule in document.rules.iter_mut().filter(|rule| self.without.contains(&rule.id)) {
                    rule.enabled = false;
                }
                Arc::new(draft.with_document(Arc::new(document)))
            }
        });
        let source = Arc::clone(source);
        self.page_of(&source, "draft", segment, device, scene.now)
    }

    pub fn exported_page(&mut self, scene: &Scene<'_>, segment: &str, device: Device) -> Option<Rc<Page>> {
        let exported = Arc::clone(scene.exported?);
        if self.decided.revision != scene.revision {
            self.decided = Decided { revision: scene.revision, ..Decided::default() };
        }
        self.page_of(&exported, "exported", segment, device, scene.now)
    }

    fn page_of(
        &mut self,
        source: &Prepared,
        which: &str,
        segment: &str,
        device: Device,
        now: Seconds,
    ) -> Option<Rc<Page>> {
        let visit = self.visit(segment, device, now);
        let key = format!("{which}|{:?}|{segment}|{}|{}", self.page, visit.now, device.name());
        if let Some(page) = self.decided.pages.get(&key) {
            return Some(Rc::clone(page));
        }
        let page = Rc::new(spent::on(Part::Decide, || source.decide(&visit, Detail::Full)));
        if 64 < self.decided.pages.len() {
            self.decided.pages.clear();
        }
        self.decided.pages.insert(key, Rc::clone(&page));
        Some(page)
    }

    /// Pins of the open page that do not show there, worked out once per revision.
    pub fn skipped_pins(&mut self, scene: &Scene<'_>, segment: &str, device: Device) -> Rc<Vec<Skipped>> {
        let Some(page) = self.draft_page(scene, segment, device) else {
            return Rc::default();
        };
        let Some(draft) = self.decided.bundle.clone() else {
            return Rc::default();
        };
        let visit = self.visit(segment, device, scene.now);
        let key = format!("{:?}|{segment}|{}|{}", self.page, visit.now, device.name());
        if let Some(known) = self.decided.skipped.get(&key) {
            return Rc::clone(known);
        }
        let catalog = &draft.bundle().catalog;
        let place =
            Place { segments: (segment != EVERYONE).then(|| vec![segment.to_owned()]), ..self.place(None) };
        let mut found = Vec::new();
        for rule in &draft.bundle().document.rules {
            let (Action::Pin { position, .. }, crate::merch::Target::Products(products)) =
                (rule.action, &rule.target)
            else {
                continue;
            };
            if !rule.enabled || !rule.schedule.holds(visit.now) {
                continue;
            }
            for (offset, product) in products.iter().enumerate() {
                if !edits::applies(rule, &place, product) {
                    continue;
                }
                let Some(index) = catalog.index(product) else { continue };
                let rows = page.blocks.iter().filter(|block| {
                    matches!(block.kind, crate::merch::BlockKind::Products)
                        && rule.scope.block.as_ref().is_none_or(|id| block.id == *id)
                });
                for block in rows {
                    if block.slots.iter().any(|slot| slot.product == index) {
                        continue;
                    }
                    let why = match draft.absence(&visit, &block.id, product) {
                        Absence::Removed(Step::OutOfStock) => WhySkipped::SoldOut,
                        Absence::BelowTheCut { .. } => WhySkipped::PastTheEnd,
                        _ => continue,
                    };
                    found.push(Skipped {
                        rule: rule.id.clone(),
                        block: block.id.clone(),
                        product: product.clone(),
                        position: position + offset as u32,
                        why,
                    });
                }
            }
        }
        let found = Rc::new(found);
        self.decided.skipped.insert(key, Rc::clone(&found));
        found
    }

    /// Changes are marked on cards for a moment after an edit.
    pub fn mark_changes(&mut self, now: f64) {
        self.changes_until = now + CHANGES_SECONDS;
    }

    /// Forgets decided pages, after a change that is not an edit of the document.
    pub fn forget_pages(&mut self) {
        self.decided = Decided::default();
        self.fallen = None;
        self.order = None;
    }

    /// Where edits of a block are made.
    pub fn place(&self, block: Option<&str>) -> Place {
        let segments = match &self.scope {
            ScopeChoice::Everyone => None,
            ScopeChoice::Tab if self.segment == EVERYONE => None,
            ScopeChoice::Tab => Some(vec![self.segment.clone()]),
            ScopeChoice::Chosen(segments) => Some(segments.clone()),
        };
        let query = match &self.page {
            PageRef::Search(query) => Some(crate::decide::normalised(query, &[])),
            _ => None,
        };
        Place { page: self.page.key(), block: block.map(str::to_owned), segments, query }
    }

    /// `Plant people`, `Everyone`, `3 groups`.
    pub fn scope_name(&self, scene: &Scene<'_>) -> String {
        match self.place(None).segments {
            None => Canvas::Everyone.text().to_owned(),
            Some(segments) => match segments.as_slice() {
                [one] => segment_name(scene, one),
                several => Canvas::NGroups.with(&[("n", several.len().into())]),
            },
        }
    }

    pub fn page_title(&self, scene: &Scene<'_>) -> String {
        page_title(scene, &self.page)
    }

    pub fn card_situation(&self, document: &Document) -> Option<CardSituation> {
        let card = self.selected.as_ref()?;
        let place = self.place(Some(&card.block));
        let holds = |rule: &&Rule| edits::applies(rule, &place, &card.product);
        Some(CardSituation {
            is_pinned: document
                .rules
                .iter()
                .filter(holds)
                .any(|rule| matches!(rule.action, Action::Pin { .. })),
            has_weight_rule: edits::points(document, &place, &card.product) != 0,
        })
    }

    /// The first card of a product on the pages that were decided for the open tab.
    fn card_of(&self, product: &str) -> Option<Card> {
        let prefix = format!("draft|{:?}|{}|", self.page, self.segment);
        let bundle = self.decided.bundle.as_ref()?.bundle();
        let index = bundle.catalog.index(product)?;
        let page =
            self.decided.pages.iter().find(|(key, _)| key.starts_with(&prefix)).map(|(_, page)| page)?;
        page.blocks
            .iter()
            .find(|block| block.slots.iter().any(|slot| slot.product == index))
            .map(|block| Card { block: block.id.clone(), product: product.to_owned() })
    }

    /// Undo of something off screen goes there first, and shows for a moment what it was about.
    pub fn show_place_of(&mut self, edit: &Edit, now: f64) {
        self.mark_changes(now);
        let Some(rule) = first_rule(edit) else { return };
        if let Some(segments) = &rule.scope.segments
            && let [segment] = segments.as_slice()
            && self.segment != *segment
        {
            self.segment.clone_from(segment);
        }
        let page = match rule.scope.pages.as_slice() {
            [PageKey::Home] => Some(PageRef::Home),
            [PageKey::Collection(Some(id))] => Some(PageRef::Collection(id.clone())),
            [PageKey::Product(Some(id))] => Some(PageRef::Product(id.clone())),
            [PageKey::Email(Some(trigger))] => Some(PageRef::Email(trigger.clone())),
            _ => None,
        };
        if let Some(page) = page.filter(|page| *page != self.page) {
            self.open(page, None);
        }
        if let (Some(block), crate::merch::Target::Products(products)) = (&rule.scope.block, &rule.target)
            && let Some(product) = products.first()
        {
            let card = Card { block: block.clone(), product: product.clone() };
            self.scroll_to = Some(card.clone());
            self.flash = Some((card, now + FLASH_SECONDS));
        }
    }
}

fn first_rule(edit: &Edit) -> Option<&Rule> {
    match edit {
        Edit::AddRule { rule, .. } | Edit::ReplaceRule { rule } => Some(rule),
        Edit::Batch { edits, .. } => edits.iter().find_map(first_rule),
        _ => None,
    }
}

pub(super) fn segment_name(scene: &Scene<'_>, segment: &str) -> String {
    if segment == EVERYONE {
        return Canvas::Everyone.text().to_owned();
    }
    scene
        .draft
        .and_then(|draft| draft.bundle().segments.segments.iter().find(|info| info.id == segment))
        .map_or_else(|| segment.to_owned(), |info| said::group(&info.name).into_owned())
}

pub(super) fn page_title(scene: &Scene<'_>, page: &PageRef) -> String {
    let catalog = scene.draft.map(|draft| &draft.bundle().catalog);
    match page {
        PageRef::Home => Canvas::Homepage.text().to_owned(),
        PageRef::Collection(id) => catalog
            .and_then(|catalog| catalog.collections.iter().find(|collection| collection.id == *id))
            .map_or_else(|| id.clone(), |collection| collection.title.clone()),
        PageRef::Product(id) => catalog
            .and_then(|catalog| catalog.index(id).map(|index| &catalog.products[index as usize]))
            .map_or_else(|| id.clone(), |product| product.title.clone()),
        PageRef::Cart(_) => Canvas::CartPage.text().to_owned(),
        PageRef::Search(query) => Canvas::SearchPage.with(&[("query", query.into())]),
        PageRef::Email(_) => Canvas::EmailPage.text().to_owned(),
        PageRef::ThankYou(_) => Canvas::ThankYouPage.text().to_owned(),
    }
}
