//! The application: what is open, what was edited, and one frame from events to commands.
//!
//! `logic` takes what finished in the background; `ui` paints from a [`Scene`] and collects commands; they run once, at
//! the end of the frame. State changes nowhere else.

mod ask;
mod intake;
mod leave;
mod pictures;
mod replay;
mod rules;
mod run;
mod work;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use egui::{CentralPanel, Frame, Ui};

use super::command::{self, Command, Situation};
use super::format::Formats;
use super::history::History;
use super::jobs::{JobEvent, Jobs, Outcome};
use super::kit::toast::Toasts;
use super::persist::Settings;
use super::pictures::Pictures;
use super::screens::stage::ImportChoices;
use super::screens::{self, Scene, Screen, ScreenStates};
use super::shell::palette::Palette;
use super::shell::regions::{self, Region};
use super::shell::sheets::{self, Sheet};
use super::shell::status_bar::{self, Progress, Saved};
use super::shell::tour::{self, Moment, Tour};
use super::shell::{rail, title_bar};
use super::strings;
use super::strings::said;
use super::theme::{self, HasTokens as _, size};
use crate::app::desk::{DataStep, Opened};
use crate::app::view::{DetectedFile, ImportDetail, ImportSummary};
use crate::app::{Desk, Start, StoreFacts, View};
use crate::bundle::Bundle;
use crate::decide::Prepared;
use crate::import::Mapping;
use crate::merch::Document;
use crate::shop::Seconds;

const SETTINGS_KEY: &str = "endcap.settings";

/// Has the window paint again; called from any thread.
type Wake = Arc<dyn Fn() + Send + Sync>;

/// Background work that may begin before the window is there.
struct Backstage {
    jobs: Jobs<TaskResult>,
    wake: Wake,
    /// What is woken, once it is there.
    window: Arc<OnceLock<egui::Context>>,
}

impl Backstage {
    fn new() -> Self {
        let window: Arc<OnceLock<egui::Context>> = Arc::default();
        let woken = Arc::clone(&window);
        let wake: Wake = Arc::new(move || woken.get().into_iter().for_each(egui::Context::request_repaint));
        let job_wake = Arc::clone(&wake);
        Self { jobs: Jobs::new(move || job_wake()), wake, window }
    }
}

/// What background work hands back.
#[derive(Debug)]
enum TaskResult {
    Opened {
        opened: Box<Opened>,
        imported: Option<Box<ImportSummary>>,
    },
    /// Something changed the workspace; this is how it looks now.
    Viewed(Box<View>),
    /// The view that opening began, whole.
    Completed(Box<View>),
    Detected(Vec<DetectedFile>),
    Rehearsed(Box<(ImportChoices, ImportSummary)>),
    Mapping(Box<Mapping>),
    Imported {
        summary: Box<ImportSummary>,
        view: Box<View>,
        step: Option<DataStep>,
    },
    /// None of the files could be read, so no workspace was made.
    NothingRead(Box<ImportSummary>),
    Detail(Box<ImportDetail>),
    /// The data changed, as a step of the log.
    Changed {
        view: Box<View>,
        moved: intake::Moved,
    },
    Chosen {
        wanted: work::Wanted,
        paths: Vec<PathBuf>,
    },
    /// It failed, in a sentence.
    Trouble(String),
    Said(String),
    Played(replay::Played),
    RulesLookedAt(Box<crate::ui::screens::stage::RuleEffects>),
    /// Groups were changed by hand; this is how the workspace looks now.
    Grouped(Box<View>),
    /// Rows of the customer table who bought the product of this title.
    Buyers {
        title: String,
        rows: Vec<usize>,
    },
    Story(Box<crate::app::view::CustomerStory>),
    Planned(Box<crate::app::view::ExportPlan>),
    Exported {
        view: Box<View>,
        folder: PathBuf,
        n_files: usize,
    },
    RolledBack(Box<Document>),
    ExportFolder(PathBuf),
    PictureFolder(PathBuf),
    Pictures(pictures::PicturesNow),
}

/// How far a job is, and since when it goes towards this total.
#[derive(Debug)]
struct JobProgress {
    kind: &'static str,
    progress: Progress,
    since: std::time::Instant,
    done_then: u64,
    seconds_left: Option<u32>,
}

/// The whole window.
pub struct Studio {
    view: View,
    draft: Option<Arc<Prepared>>,
    exported: Option<Arc<Prepared>>,
    document: Arc<Document>,
    revision: u64,
    history: History,
    settings: Settings,
    formats: Formats,
    pictures: Pictures,
    states: ScreenStates,
    jobs: Jobs<TaskResult>,
    /// The open workspace; none in tests that only paint.
    desk: Option<Desk>,
    /// The last step is not in the journal yet, because its gesture may go on.
    step_to_keep: bool,
    wake: Wake,
    progress: Vec<JobProgress>,
    /// Document steps handed to the journal since the workspace was opened.
    n_sent: u64,
    /// A walk through the log that waits for a step of the workspace's own.
    going_back_to: Option<usize>,
    /// Answers to what screens asked for.
    found: screens::stage::Findings,
    /// Frames to paint before the rest of an opened workspace is read; 0 when it was, or there is none.
    paints_before_rest: u8,
    saved: Saved,
    toasts: Toasts<Command>,
    palette: Palette,
    sheet: Option<Sheet>,
    /// The action whose shortcut is being chosen; its keys must not run anything.
    choosing_keys: Option<command::Action>,
    replayer: replay::Replayer,
    glance: screens::Glance,
    tour: Tour,
    /// Seconds since 1970; a fixed one in tests, the clock's in the window.
    now: Box<dyn Fn() -> Seconds>,
}

impl std::fmt::Debug for Studio {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Studio").field("store", &self.view.store.name).finish_non_exhaustive()
    }
}

impl Studio {
    pub fn new(ctx: &egui::Context, settings: Settings, now: impl Fn() -> Seconds + 'static) -> Self {
        Self::with(Backstage::new(), ctx, settings, now)
    }

    fn with(
        backstage: Backstage,
        ctx: &egui::Context,
        settings: Settings,
        now: impl Fn() -> Seconds + 'static,
    ) -> Self {
        theme::install(ctx);
        let Backstage { jobs, wake, window } = backstage;
        window.get_or_init(|| ctx.clone());
        let mut studio = Self {
            view: View::of(StoreFacts::none()),
            draft: None,
            exported: None,
            document: Arc::new(Document::default()),
            revision: 0,
            history: History::default(),
            settings,
            formats: Formats::default(),
            pictures: Pictures::new(ctx),
            states: ScreenStates::default(),
            jobs,
            desk: None,
            step_to_keep: false,
            wake,
            progress: Vec::new(),
            n_sent: 0,
            going_back_to: None,
            found: screens::stage::Findings::default(),
            paints_before_rest: 0,
            saved: Saved::All,
            toasts: Toasts::default(),
            palette: Palette::default(),
            sheet: None,
            choosing_keys: None,
            replayer: replay::Replayer::default(),
            glance: screens::Glance::default(),
            tour: Tour::default(),
            now: Box::new(now),
        };
        if studio.settings.tour_is_over {
            studio.tour = Tour::Over;
        }
        studio.apply_settings(ctx);
        studio
    }

    /// Shows a workspace. The document is that of its bundle until the history says otherwise.
    pub fn show(&mut self, view: View, history: History) {
        self.document = view.bundle.as_ref().map_or_else(Arc::default, |bundle| Arc::clone(&bundle.document));
        // A view from a job comes prepared; only one that was put together by hand is prepared here.
        let ready = |prepared: &Option<Arc<Prepared>>, bundle: &Option<Arc<Bundle>>| {
            prepared.clone().or_else(|| bundle.as_ref().map(|bundle| Arc::new(Prepared::new(bundle))))
        };
        self.draft = ready(&view.prepared, &view.bundle);
        self.exported = ready(&view.exported_prepared, &view.exported);
        self.formats = Formats {
            language: self.settings.language,
            currency: view.store.currency.clone(),
            time_zone: view.store.time_zone.clone(),
        };
        self.history = history;
        self.revision += 1;
        let file = (!view.store.name.is_empty()).then(|| view.store.file.clone());
        self.pictures.set_source(view.choices.picture_folder.clone(), file);
        self.view = view;
        self.saved = Saved::All;
        self.forget_past();
    }

    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The state of the Pages screen, for tests.
    pub fn states_mut(&mut self) -> &mut ScreenStates {
        &mut self.states
    }

    /// Answers to what screens asked for, for tests.
    pub fn findings_mut(&mut self) -> &mut screens::stage::Findings {
        &mut self.found
    }

    /// Opens a workspace file.
    pub fn open_file(&mut self, file: PathBuf) {
        self.open(file);
    }

    /// Opens the log of changes.
    pub fn open_history(&mut self) {
        self.sheet = Some(Sheet::History);
    }

    /// Says in a toast that something could not be done.
    pub fn say_error(&mut self, text: String) {
        self.take_result(TaskResult::Trouble(text));
    }

    /// Asks whether pictures may be fetched, for tests.
    pub fn ask_for_pictures(&mut self) {
        self.sheet = Some(Sheet::FetchPictures);
    }

    pub fn document(&self) -> &Document {
        &self.document
    }

    pub fn go(&mut self, screen: Screen) {
        self.settings.screen = screen;
    }

    /// Whether anything is under way on another thread.
    pub fn is_working(&self) -> bool {
        0 < self.jobs.n_running()
    }

    /// Shows work as if it were under way: how far real work is depends on the machine, and so would a picture of it.
    pub fn show_work(&mut self, kind: &'static str, phase: &str, of: [u64; 2], seconds_left: Option<u32>) {
        self.jobs.show(kind);
        let progress = Progress { phase: said::work(phase).into_owned(), done: of[0], total: of[1] };
        let since = std::time::Instant::now();
        self.progress.push(JobProgress { kind, progress, since, done_then: 0, seconds_left });
    }

    /// What is shown of the workspace.
    pub fn view(&self) -> &View {
        &self.view
    }

    pub fn pictures(&self) -> &Pictures {
        &self.pictures
    }

    fn apply_settings(&mut self, ctx: &egui::Context) {
        strings::set_language(self.settings.language);
        command::set_keys(&self.settings.keys);
        self.formats.language = self.settings.language;
        ctx.set_theme(self.settings.theme);
        ctx.set_zoom_factor(self.settings.zoom);
        let animation_time = if self.settings.reduce_motion { 0.0 } else { 0.12 };
        ctx.all_styles_mut(|style| style.animation_time = animation_time);
    }

    fn situation(&self) -> Situation {
        let on_canvas = self.settings.screen == Screen::Pages && self.draft.is_some();
        let card = self.states.pages.card_situation(&self.document);
        Situation {
            on_canvas,
            has_card: card.is_some(),
            has_store: !self.view.store.name.is_empty(),
            can_undo: !self.history.done().is_empty() && !self.view.store.read_only,
            can_redo: !self.history.undone().is_empty() && !self.view.store.read_only,
            read_only: self.view.store.read_only,
            is_pinned: card.is_some_and(|card| card.is_pinned),
            has_weight_rule: card.is_some_and(|card| card.has_weight_rule),
        }
    }

    fn take_job_events(&mut self) {
        for event in self.jobs.poll() {
            match event {
                JobEvent::Progress { kind, done, total, phase, .. } => {
                    if kind == pictures::PICTURES {
                        self.pictures.look_again_now_and_then();
                    }
                    let phase = said::work(&phase).into_owned();
                    self.take_progress(kind, Progress { phase, done, total });
                }
                JobEvent::Finished { kind, outcome, .. } => {
                    self.progress.retain(|progress| progress.kind != kind);
                    if kind == "import" {
                        self.found.importing.clear();
                    }
                    match outcome {
                        Outcome::Done(result) => self.take_result(result),
                        Outcome::Cancelled => {}
                        Outcome::Crashed => self.say_stopped(kind),
                    }
                }
            }
        }
        let jobs = &self.jobs;
        self.progress.retain(|progress| jobs.is_running(progress.kind));
    }

    fn take_progress(&mut self, kind: &'static str, progress: Progress) {
        let now = std::time::Instant::now();
        let Some(known) = self.progress.iter_mut().find(|known| known.kind == kind) else {
            let done_then = progress.done;
            self.progress.push(JobProgress { kind, progress, since: now, done_then, seconds_left: None });
            return;
        };
        if known.progress.total != progress.total {
            (known.since, known.done_then, known.seconds_left) = (now, progress.done, None);
        }
        let (elapsed, done) = (now - known.since, progress.done.saturating_sub(known.done_then));
        if 0 < done && std::time::Duration::from_secs(2) < elapsed {
            let left =
                progress.total.saturating_sub(progress.done) as f64 * elapsed.as_secs_f64() / done as f64;
            // An estimate that grows is worse than one that is a little short.
            let left = (left.ceil() as u32).min(known.seconds_left.unwrap_or(u32::MAX));
            known.seconds_left = Some(left.max(1));
        }
        known.progress = progress;
    }

    /// One whole frame: paint, then run what was asked for. Also what the frame benchmark calls.
    pub fn paint(&mut self, ui: &mut Ui) {
        self.pictures.begin_frame();
        crate::ui::kit::focus::follow(ui.ctx());
        let now = self.scene_now();
        let mut commands = Vec::new();
        let situation = self.situation();
        if self.choosing_keys.is_none()
            && let Some(action) = command::pressed(ui.ctx(), situation, self.settings.single_keys)
            && !self.palette_or_sheet_blocks(action)
        {
            match situation.why_not(action) {
                None => commands.push(Command::Do(action)),
                Some(why) => commands.push(run::info(why)),
            }
        }
        if !self.palette.is_open() && self.choosing_keys.is_none() {
            commands.extend(run::pressed_screen(ui.ctx()).map(Command::Go));
        }
        let screen = self.settings.screen;
        let window = ui.max_rect().width();
        let narrow = self.settings.rail_narrow || window < size::RAIL_COLLAPSES_BELOW;
        let busy: Vec<String> = self.progress.iter().map(|known| known.progress.phase.clone()).collect();
        let job_lines = self.job_lines();
        self.glance.refresh(self.draft.as_ref(), self.exported.as_ref(), &self.document, self.revision, now);
        self.glance.count_open(&self.states.rules);
        let Self {
            glance,
            view,
            draft,
            exported,
            document,
            revision,
            history,
            formats,
            pictures,
            settings,
            found,
            ..
        } = self;
        let scene = Scene {
            view,
            draft: draft.as_ref(),
            exported: exported.as_ref(),
            document,
            revision: *revision,
            history,
            formats,
            pictures,
            settings,
            now,
            busy: &busy,
            jobs: &job_lines,
            found,
            glance,
        };
        let rail_width = if narrow { size::RAIL_ICONS } else { size::RAIL };
        let crumb = (screen == Screen::Pages && !scene.view.store.name.is_empty())
            .then(|| self.states.pages.page_title(&scene));
        title_bar::title_bar(ui, &scene, screen, crumb.as_deref(), situation, rail_width, &mut commands);
        let under_way = self.progress.first().map(|known| &known.progress);
        status_bar::status_bar(ui, &scene, &self.saved, under_way, &mut commands);
        rail::rail(ui, &scene, screen, narrow, &mut commands);
        if scene.view.store.is_sample {
            tour::strip(ui, &scene, &self.tour, &mut commands);
        }
        let app = ui.tokens().app;
        CentralPanel::default().frame(Frame::new().fill(app)).show(ui, |ui| {
            regions::stop(ui, Region::Main);
            screens::show(ui, screen, &scene, &mut self.states, &mut commands);
        });
        self.palette.show(ui, &scene, situation, &mut commands);
        if let Some(sheet) = self.sheet
            && sheets::show(ui, sheet, &scene, &mut self.choosing_keys, &mut commands)
        {
            self.sheet = None;
            self.choosing_keys = None;
        }
        run::drop_overlay(ui, &scene, &mut commands);
        let strip = if screens::has_strip(screen) { screens::pages::strip_height(ui) } else { 0.0 };
        let lift = size::STATUS + 16.0 + strip;
        commands.extend(self.toasts.show(ui, lift, strings::Phrase::text(strings::shell::Shell::Dismiss)));
        if ui.input(|input| !input.pointer.any_down() && input.keys_down.is_empty()) {
            self.history.close_gesture();
            self.keep_last_step();
        }
        for command in commands {
            self.run(command, ui.ctx());
        }
        self.look_at_replay();
        self.look_at_rules();
        self.look_at_the_rest();
        if self.tour.look(Moment::of(&self.states.pages, &self.history), &self.history) {
            self.end_tour();
            self.run(run::info(strings::Phrase::text(strings::shell::Shell::TourDone)), ui.ctx());
        }
    }

    /// The sample store is looked at on its own day, whatever today is.
    pub(super) fn scene_now(&self) -> Seconds {
        match self.view.store.as_of {
            Some(as_of) if self.view.store.is_sample => as_of,
            _ => (self.now)(),
        }
    }

    fn palette_or_sheet_blocks(&self, action: command::Action) -> bool {
        (self.palette.is_open() || self.sheet.is_some()) && action != command::Action::Palette
    }
}

impl eframe::App for Studio {
    fn logic(&mut self, _ctx: &egui::Context, _frame: &mut eframe::Frame) {
        self.take_job_events();
        self.look_at_saving();
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        self.paint(ui);
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        eframe::set_value(storage, SETTINGS_KEY, &self.settings);
    }
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(
        "there is no display to open a window on. Work without one: `endcap sample --out DIR` or \
         `endcap run FILES --out DIR`"
    )]
    NoDisplay,
    #[error("the window could not be opened: {0}. Work without one: `endcap run FILES --out DIR`")]
    Window(#[source] eframe::Error),
}

/// Opens the window and returns when it is closed.
pub fn run(start: &Start) -> Result<(), Error> {
    let has_display = ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()));
    if cfg!(all(unix, not(target_os = "macos"))) && !has_display {
        return Err(Error::NoDisplay);
    }
    let viewport = egui::ViewportBuilder::default()
        .with_app_id("endcap")
        .with_title("Endcap")
        .with_inner_size([1440.0, 900.0])
        .with_min_inner_size([960.0, 640.0]);
    // Reading the workspace and making the window each take some tenths of a second; neither waits for the other.
    let mut backstage = Backstage::new();
    let begins_with_last = work::begin(&mut backstage.jobs, start, &backstage.wake);
    let native = eframe::NativeOptions {
        viewport,
        persist_window: true,
        // Tests bring in another renderer; the window is the same whoever builds it.
        renderer: eframe::Renderer::Glow,
        ..Default::default()
    };
    eframe::run_native(
        "endcap",
        native,
        Box::new(move |creation| {
            let settings: Settings = creation
                .storage
                .and_then(|storage| eframe::get_value(storage, SETTINGS_KEY))
                .unwrap_or_default();
            let mut studio = Studio::with(backstage, &creation.egui_ctx, settings, clock);
            if begins_with_last {
                studio.open_last();
            }
            Ok(Box::new(studio))
        }),
    )
    .map_err(Error::Window)
}

fn clock() -> Seconds {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs() as Seconds)
}
