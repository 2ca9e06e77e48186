//! One function per screen. A screen paints from a [`Scene`], keeps what only it cares about in its own state, and asks
//! for everything else by pushing commands. A screen that is not in [`Screen::ALL`] is not in the navigation.

pub mod customers;
pub mod data;
pub mod export;
pub mod first_run;
pub mod home;
pub mod pages;
mod reading;
pub mod recommendations;
pub mod rules;
pub mod search;
pub mod settings;
pub mod stage;

use std::sync::Arc;

use egui::{Key, KeyboardShortcut, Modifiers, Ui};

use super::command::Command;
use super::format::Formats;
use super::history::History;
use super::icons::{self, Icon};
use super::kit::nav_row::Note;
use super::persist::Settings;
use super::pictures::Pictures;
use super::strings::Phrase as _;
use super::strings::shell::Shell;
use crate::app::View;
use crate::bundle::Catalog;
use crate::decide::Prepared;
use crate::merch::{Document, Rule};
use crate::shop::Seconds;
use rules::Clash;
use stage::{Findings, JobLine, Stage};

/// Everything a screen may read. Nothing in it changes during a frame.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    pub view: &'a View,
    /// The bundle with the document as it is edited right now; `None` until there are products.
    pub draft: Option<&'a Arc<Prepared>>,
    /// What was exported last, to compare with.
    pub exported: Option<&'a Arc<Prepared>>,
    pub document: &'a Document,
    /// Counts edits, undo and redo; whatever was computed for another number is stale.
    pub revision: u64,
    pub history: &'a History,
    pub formats: &'a Formats,
    pub pictures: &'a Pictures,
    pub settings: &'a Settings,
    pub now: Seconds,
    /// Kinds of work under way.
    pub busy: &'a [String],
    pub jobs: &'a [JobLine],
    pub found: &'a Findings,
    pub glance: &'a Glance,
}

/// What the rail says of the document: worked out once per edit, not once per frame.
#[derive(Clone, Debug, Default)]
pub struct Glance {
    made_for: Option<(u64, Seconds)>,
    /// Rules that get in each other's way.
    pub clashes: Vec<Clash>,
    /// Those of them that nobody has looked at and accepted.
    pub n_open_clashes: usize,
    found_in: Option<FoundIn>,
    pub has_unexported_changes: bool,
}

/// What clashes hang on. A slider changes the document in every frame and none of these.
#[derive(Clone, Debug)]
struct FoundIn {
    rules: Vec<Rule>,
    catalog: Arc<Catalog>,
    quarter: Seconds,
}

impl FoundIn {
    fn is_still(&self, draft: &Prepared, quarter: Seconds) -> bool {
        let bundle = draft.bundle();
        self.quarter == quarter
            && Arc::ptr_eq(&self.catalog, &bundle.catalog)
            && self.rules == bundle.document.rules
    }
}

impl Glance {
    /// What the person has accepted is no longer counted.
    pub fn count_open(&mut self, rules: &rules::RulesState) {
        self.n_open_clashes = self.clashes.iter().filter(|clash| !rules.has_accepted(clash)).count();
    }

    /// Schedules begin and end while nobody edits, so it is also made anew every quarter of an hour.
    pub fn refresh(
        &mut self,
        draft: Option<&Arc<Prepared>>,
        exported: Option<&Arc<Prepared>>,
        document: &Document,
        revision: u64,
        now: Seconds,
    ) {
        let quarter = now.div_euclid(900);
        let made_for = Some((revision, quarter));
        if self.made_for == made_for {
            return;
        }
        self.made_for = made_for;
        match draft {
            None => (self.clashes, self.found_in) = (Vec::new(), None),
            Some(draft) if self.found_in.as_ref().is_some_and(|known| known.is_still(draft, quarter)) => {}
            Some(draft) => {
                self.clashes = rules::clashes(&crate::decide::conflicts(draft, now));
                let bundle = draft.bundle();
                let (rules, catalog) = (bundle.document.rules.clone(), Arc::clone(&bundle.catalog));
                self.found_in = Some(FoundIn { rules, catalog, quarter });
            }
        }
        self.has_unexported_changes = match (draft, exported) {
            (Some(_), None) => true,
            (Some(_), Some(exported)) => *exported.bundle().document != *document,
            (None, _) => false,
        };
    }
}

/// The places of the rail, in its order.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub enum Screen {
    Home,
    Data,
    Customers,
    #[default]
    Pages,
    Recommendations,
    Search,
    Rules,
    Export,
    Settings,
}

impl Screen {
    /// Only what exists.
    pub const ALL: &'static [Self] = &[
        Self::Home,
        Self::Data,
        Self::Customers,
        Self::Pages,
        Self::Recommendations,
        Self::Search,
        Self::Rules,
        Self::Export,
        Self::Settings,
    ];

    pub fn title(self) -> &'static str {
        match self {
            Self::Home => Shell::NavHome,
            Self::Data => Shell::NavData,
            Self::Customers => Shell::NavCustomers,
            Self::Pages => Shell::NavPages,
            Self::Recommendations => Shell::NavRecommendations,
            Self::Search => Shell::NavSearch,
            Self::Rules => Shell::NavRules,
            Self::Export => Shell::NavExport,
            Self::Settings => Shell::NavSettings,
        }
        .text()
    }

    pub fn tooltip(self) -> &'static str {
        match self {
            Self::Home => Shell::NavHomeTip,
            Self::Data => Shell::NavDataTip,
            Self::Customers => Shell::NavCustomersTip,
            Self::Pages => Shell::NavPagesTip,
            Self::Recommendations => Shell::NavRecommendationsTip,
            Self::Search => Shell::NavSearchTip,
            Self::Rules => Shell::NavRulesTip,
            Self::Export => Shell::NavExportTip,
            Self::Settings => Shell::NavSettingsTip,
        }
        .text()
    }

    pub const fn icon(self) -> Icon {
        match self {
            Self::Home => icons::HOUSE,
            Self::Data => icons::DATABASE,
            Self::Customers => icons::USERS_THREE,
            Self::Pages => icons::LAYOUT,
            Self::Recommendations => icons::SPARKLE,
            Self::Search => icons::MAGNIFYING_GLASS,
            Self::Rules => icons::LIST_CHECKS,
            Self::Export => icons::EXPORT,
            Self::Settings => icons::GEAR,
        }
    }

    pub const fn shortcut(self) -> Option<KeyboardShortcut> {
        let key = match self {
            Self::Home => Key::Num1,
            Self::Data => Key::Num2,
            Self::Customers => Key::Num3,
            Self::Pages => Key::Num4,
            Self::Recommendations => Key::Num5,
            Self::Search => Key::Num6,
            Self::Rules => Key::Num0,
            Self::Export => Key::E,
            Self::Settings => Key::Comma,
        };
        Some(KeyboardShortcut::new(Modifiers::COMMAND, key))
    }

    /// What stands at the right of its line in the rail.
    pub fn note(self, scene: &Scene<'_>) -> Note {
        match self {
            Self::Export if scene.glance.has_unexported_changes => Note::Dot,
            Self::Data => match data::open_problems(scene.view) {
                0 => Note::None,
                n => Note::Count(n),
            },
            Self::Search => match scene.view.search_terms.iter().filter(|term| term.found == Some(0)).count()
            {
                0 => Note::None,
                n => Note::Count(n),
            },
            Self::Rules => match scene.glance.n_open_clashes {
                0 => Note::None,
                n => Note::Warning(n),
            },
            _ => Note::None,
        }
    }
}

/// The states of all screens. Nothing here is domain data.
#[derive(Debug, Default)]
pub struct ScreenStates {
    pub pages: pages::PagesState,
    pub first_run: first_run::FirstRunState,
    pub home: home::HomeState,
    pub data: data::DataState,
    pub customers: customers::CustomersState,
    pub rules: rules::RulesState,
    pub export: export::ExportState,
    pub recommendations: recommendations::RecommendationsState,
    pub search: search::SearchState,
}

/// Screens whose edits past orders can judge.
pub fn has_strip(screen: Screen) -> bool {
    matches!(screen, Screen::Pages | Screen::Recommendations | Screen::Search)
}

/// Paints the screen into the room between rail, title bar and status bar.
pub fn show(
    ui: &mut Ui,
    screen: Screen,
    scene: &Scene<'_>,
    states: &mut ScreenStates,
    commands: &mut Vec<Command>,
) {
    let mut asks = Vec::new();
    let mut pictures = stage::Cached(scene.pictures);
    let is_open = !scene.view.store.name.is_empty();
    let imports = !scene.found.detected.is_empty() || !scene.jobs.is_empty();
    if !is_open && !imports && screen != Screen::Settings {
        let recent = recent(scene);
        let state = &mut states.first_run;
        first_run::first_run_ui(ui, &recent, scene.formats, scene.now, state, &mut pictures, &mut asks);
        commands.extend(asks.into_iter().map(Command::Ask));
        return;
    }
    let mut stage = Stage {
        view: scene.view,
        draft: scene.document,
        prepared: scene.draft.map(AsRef::as_ref),
        revision: scene.revision,
        formats: scene.formats,
        now: scene.now,
        jobs: scene.jobs,
        found: scene.found,
        clashes: &scene.glance.clashes,
        pictures: &mut pictures,
        asks: &mut asks,
    };
    if screen != Screen::Pages && has_strip(screen) && scene.draft.is_some() {
        pages::strip_below(ui, scene, &mut states.pages, commands);
    }
    match screen {
        Screen::Settings => settings::settings_ui(ui, scene, commands),
        _ if !is_open => data::data_ui(ui, &mut stage, &mut states.data),
        Screen::Home => home::home_ui(ui, &mut stage, &mut states.home),
        Screen::Data => data::data_ui(ui, &mut stage, &mut states.data),
        Screen::Customers => customers::customers_ui(ui, &mut stage, &mut states.customers),
        Screen::Rules => rules::rules_ui(ui, &mut stage, &mut states.rules),
        Screen::Export => export::export_ui(ui, &mut stage, &mut states.export),
        Screen::Recommendations => {
            recommendations::recommendations_ui(ui, &mut stage, &mut states.recommendations);
        }
        Screen::Search => search::search_ui(ui, &mut stage, &mut states.search),
        Screen::Pages => pages::pages_ui(ui, scene, &mut states.pages, commands),
    }
    commands.extend(asks.into_iter().map(Command::Ask));
}

/// Workspaces that were open before and are still where they were.
fn recent(scene: &Scene<'_>) -> Vec<first_run::RecentWorkspace> {
    scene
        .settings
        .recent
        .iter()
        .map(|file| first_run::RecentWorkspace {
            name: file.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
            file: file.clone(),
            opened_at: None,
        })
        .collect()
}

/// What a place asked for by a screen means for the other screens' states.
pub(super) fn prepare(place: &stage::Place, states: &mut ScreenStates) -> Screen {
    use stage::Place;
    match place {
        Place::Home => Screen::Home,
        Place::Data => Screen::Data,
        Place::Problem(code) => {
            states.data.show_problem(code);
            Screen::Data
        }
        Place::Customers => Screen::Customers,
        Place::Homepage(segment) => {
            let segment = segment.clone().or_else(|| Some(crate::bundle::EVERYONE.to_owned()));
            states.pages.open(crate::decide::PageRef::Home, segment);
            Screen::Pages
        }
        Place::Rule(rule) => {
            states.rules.select(rule);
            Screen::Rules
        }
        Place::Rules => Screen::Rules,
        Place::Page(page) => {
            states.pages.open(page.clone(), None);
            Screen::Pages
        }
        Place::Without { rule, page, segment } => {
            let pages = &mut states.pages;
            if !pages.without.contains(rule) {
                pages.without.push(rule.clone());
                pages.forget_pages();
            }
            pages.open(page.clone(), segment.clone());
            Screen::Pages
        }
        Place::Export => Screen::Export,
        Place::Recommendations => Screen::Recommendations,
        Place::Search => Screen::Search,
        Place::Settings => Screen::Settings,
    }
}
