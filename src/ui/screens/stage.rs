//! What every screen gets to see, and what it may ask for.

use std::path::PathBuf;
use std::sync::Arc;

use egui::{Rect, Ui};

use crate::app::View;
use crate::app::replay::Replayed;
use crate::app::view::{CustomerStory, DetectedFile, ExportPlan, ImportDetail, ImportSummary, PartKind};
use crate::bundle::{CatalogProduct, SegmentCondition};
use crate::decide::PageRef;
use crate::import::{DateOrder, DecimalMark, FileKey, Mapping, Reading};
use crate::measure::replay::MarginPoint;
use crate::merch::{Document, Edit};
use crate::shop::{Currency, Seconds};
use crate::ui::format::Formats;
use crate::ui::pictures::{Picture, Size, paint_tile};
use crate::ui::screens::rules::Clash;
use crate::ui::theme::ShopLook;

/// The inputs of one frame of a screen. Screens read it and push [`Ask`]s; nothing changes before the frame ends.
pub struct Stage<'a> {
    pub view: &'a View,
    /// The merchandising document with every edit up to this frame.
    pub draft: &'a Document,
    /// The bundle with that document, ready to decide pages; `None` until there are products.
    pub prepared: Option<&'a crate::decide::Prepared>,
    /// Counts edits, undo and redo; whatever was computed for another number is stale.
    pub revision: u64,
    pub formats: &'a Formats,
    pub now: Seconds,
    pub jobs: &'a [JobLine],
    pub found: &'a Findings,
    /// Rules that get in each other's way.
    pub clashes: &'a [Clash],
    pub pictures: &'a mut dyn Pictures,
    pub asks: &'a mut Vec<Ask>,
}

/// Answers to what screens asked for earlier.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// Files that were dropped or chosen, once looked at; empty when no import is being prepared.
    pub detected: Vec<DetectedFile>,
    /// A mapping that was loaded from a file, to be laid over the files it fits; counts up with each.
    pub loaded_mapping: Option<(u32, Mapping)>,
    /// What the import that is being prepared would do, by the choices it was tried with.
    pub rehearsal: Option<(ImportChoices, ImportSummary)>,
    /// What is being imported now, in the order it is read.
    pub importing: Vec<String>,
    /// What the last import did, until the person has seen it.
    pub imported: Option<ImportSummary>,
    /// One import looked at closely.
    pub import_detail: Option<ImportDetail>,
    pub story: Option<CustomerStory>,
    pub export_plan: Option<ExportPlan>,
    /// What could not be done, in a sentence.
    pub trouble: Option<String>,
    pub replay: Replays,
    pub rules: Option<RuleEffects>,
}

/// What every rule does on the data of now, worked out on another thread.
#[derive(Clone, Debug)]
pub struct RuleEffects {
    /// The state of the document and the quarter of an hour it is about.
    pub made_for: (u64, Seconds),
    /// In list order.
    pub rules: Vec<crate::decide::RuleHealth>,
}

/// What past orders say about the open page and about edits that are not made yet.
#[derive(Clone, Debug, Default)]
pub struct Replays {
    pub state: ReplayState,
    /// The last answer. It keeps its place while the next is worked out.
    pub shown: Option<Arc<Replayed>>,
    /// `shown` is about an earlier state of the page.
    pub is_stale: bool,
    /// Effects of edits that were asked for, newest last.
    pub costs: Vec<Cost>,
    pub curve: Option<Curve>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReplayState {
    /// The page is as it was exported, or as it was before the first edit.
    #[default]
    Unchanged,
    /// Models of the time before the replayed orders are being made.
    Learning,
    /// So many orders, which are too few.
    TooFew(usize),
    /// Past orders say nothing about this kind of page.
    NoPast,
    Ready,
}

/// What an edit would mean.
#[derive(Clone, Debug)]
pub struct Cost {
    pub question: CostQuestion,
    pub answer: Arc<Replayed>,
}

/// Which edit, of which state of the document, looked at where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CostQuestion {
    pub revision: u64,
    pub edit: Edit,
    /// The row whose hits count.
    pub row: Option<String>,
}

/// The trade between what shoppers want and what the shop earns, for one row.
#[derive(Clone, Debug)]
pub struct Curve {
    pub row: String,
    /// The state of the document it was made for.
    pub revision: u64,
    pub points: Arc<Vec<MarginPoint>>,
}

impl Replays {
    /// The effect of an edit, if it was worked out for this state of the document.
    pub fn cost_of(&self, question: &CostQuestion) -> Option<&Replayed> {
        self.costs.iter().find(|cost| cost.question == *question).map(|cost| cost.answer.as_ref())
    }
}

/// Paints a product's picture into `rect`, or its tile when it has none or it is still loading.
pub trait Pictures {
    fn paint(&mut self, ui: &Ui, rect: Rect, product: &CatalogProduct, corner_radius: u8);

    /// A bundled picture of the sample store, by file name without its ending.
    fn paint_bundled(&mut self, ui: &Ui, rect: Rect, name: &str, corner_radius: u8);
}

/// Work that is under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobLine {
    pub kind: JobKind,
    /// For people, for example `Reading orders`.
    pub phase: String,
    pub done: u64,
    /// 0 is unknown.
    pub total: u64,
    pub seconds_left: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JobKind {
    Detect,
    Rehearse,
    Import,
    Audit,
    Group,
    Train,
    Export,
    PlanExport,
    Story,
    /// What an opened workspace holds beside its pages.
    Read,
    /// Pictures from the web.
    Pictures,
}

/// The screens of the rail that an action can lead to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    Home,
    Data,
    /// Data, at one problem.
    Problem(String),
    Customers,
    /// The homepage as one segment sees it; `None` is everyone.
    Homepage(Option<String>),
    Recommendations,
    Search,
    Rules,
    /// Rules, at one rule.
    Rule(String),
    /// A page of the shop, to be shaped by hand.
    Page(PageRef),
    /// A page as it would be without one rule, which stays on everywhere else.
    Without {
        rule: String,
        page: PageRef,
        segment: Option<String>,
    },
    Export,
    Settings,
}

/// Everything these screens ask the app to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    Go(Place),
    /// One undoable step of the merchandising document.
    Edit {
        edit: Edit,
        label: String,
    },
    // Workspaces.
    OpenSample,
    OpenWorkspace(Option<PathBuf>),
    // Files in.
    ChooseFiles,
    /// Leaves the preparation of an import without importing.
    DropDetected,
    /// Leaves one file, folder or archive out of the import that is being prepared.
    LeaveOut(PathBuf),
    /// Reads one of the files that are being prepared as it is really written.
    ReadAs {
        file: String,
        reading: Reading,
    },
    /// What the import would do, without doing it.
    Rehearse(ImportChoices),
    Import(ImportChoices),
    /// Writes the mapping as the TOML that `--mapping` reads.
    SaveMapping(Mapping),
    LoadMapping,
    /// The summary of the last import has been read.
    CloseImported,
    /// Rows set aside and changes of one import.
    LookAtImport(i64),
    UndoImport(i64),
    /// Saves rows that were set aside as CSV: of one import, or of all.
    SaveSetAside(Option<i64>),
    Cancel(JobKind),
    CheckAgain,
    /// Groups and models from the data as it is now.
    TrainAgain,
    FixProblem {
        code: String,
        keys: Vec<String>,
    },
    FixSafeProblems,
    IgnoreProblem {
        code: String,
        ignored: bool,
    },
    // Customers.
    Group(GroupAction),
    OpenCustomer(i64),
    /// Marks who bought a product on the map of customers.
    ShowBuyers {
        product: String,
    },
    /// What an edit would mean for past orders; the answer comes in [`Replays::costs`].
    Cost(Box<CostQuestion>),
    /// The trade between margin and hits in a row.
    MarginCurve {
        row: String,
    },
    // Out.
    PlanExport {
        target: String,
        /// Name people by e-mail address too, where the owner keeps addresses.
        with_emails: bool,
    },
    ChooseExportFolder,
    Export {
        target: String,
        with_emails: bool,
        /// Parts whose files stay away.
        left_out: Vec<PartKind>,
        folder: Option<PathBuf>,
    },
    /// Makes the pages and rules of an earlier export the draft again, as one undoable step.
    RollBack {
        exported_at: Seconds,
    },
    ShowInFolder(PathBuf),
    // Settings of the store.
    ChoosePictureFolder,
    ForgetPictureFolder,
    SetKeepNames(bool),
    /// Asks the person whether pictures may be fetched.
    AskForPictures,
    /// Fetches what is missing, also what did not come before. `agreed` are the servers the person was just shown.
    FetchPictures {
        again: bool,
        agreed: Vec<String>,
    },
    ShowMissedPictures,
    RemovePictures,
    ForbidPictures,
}

/// What the person decided about files that need a decision.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImportChoices {
    /// What was handed over and is readable, each once.
    pub paths: Vec<PathBuf>,
    /// Names of the files in it, in the order they will be read.
    pub files: Vec<String>,
    /// What the columns of unknown tables mean, by the signature of their header; remembered.
    pub mappings: Vec<(String, Mapping)>,
    /// For files that do not say.
    pub dates: Option<DateOrder>,
    pub decimal: Option<DecimalMark>,
    /// How single files are written, by their names; remembered.
    pub readings: Vec<(FileKey, Reading)>,
    /// Asked for with the first import only.
    pub currency: Option<Currency>,
    pub store_name: Option<String>,
}

/// Changes to the groups of customers.
#[derive(Clone, Debug, PartialEq)]
pub enum GroupAction {
    Regroup {
        k: u32,
    },
    Rename {
        group: String,
        name: String,
    },
    Lock {
        group: String,
        locked: bool,
    },
    Mark {
        group: String,
        color: u8,
    },
    Hide {
        group: String,
        hidden: bool,
    },
    /// A sentence of conditions that becomes a group; `group` is set when an existing one is replaced by it.
    SetRule {
        group: Option<String>,
        name: String,
        any_of: Vec<Vec<SegmentCondition>>,
    },
    Remove {
        group: String,
    },
    /// `from` disappears into `into`.
    Merge {
        into: String,
        from: String,
    },
    Split {
        group: String,
    },
    /// The grouping before this one comes back.
    Undo,
}

impl Stage<'_> {
    pub fn push(&mut self, action: Ask) {
        self.asks.push(action);
    }

    pub fn go(&mut self, place: Place) {
        self.asks.push(Ask::Go(place));
    }

    pub fn edit(&mut self, edit: Edit, label: impl Into<String>) {
        self.asks.push(Ask::Edit { edit, label: label.into() });
    }

    pub fn job(&self, kind: JobKind) -> Option<&JobLine> {
        self.jobs.iter().find(|job| job.kind == kind)
    }

    pub fn bundle(&self) -> Option<&crate::bundle::Bundle> {
        self.view.bundle.as_deref()
    }
}

/// The window's picture cache.
#[derive(Debug)]
pub struct Cached<'a>(pub &'a crate::ui::pictures::Pictures);

impl Pictures for Cached<'_> {
    fn paint(&mut self, ui: &Ui, rect: Rect, product: &CatalogProduct, corner_radius: u8) {
        let size = if rect.width() <= 96.0 { Size::Thumbnail } else { Size::Card };
        match self.0.get(product.image.as_deref(), size) {
            Picture::Missing => {
                let category = product.product_type.as_deref().unwrap_or("");
                paint_tile(&ui.painter().with_clip_rect(rect), rect, &product.id, &product.title, category);
            }
            picture => paint(ui, rect, &picture, corner_radius),
        }
    }

    fn paint_bundled(&mut self, ui: &Ui, rect: Rect, name: &str, corner_radius: u8) {
        let size = if rect.width() <= 96.0 { Size::Thumbnail } else { Size::Card };
        paint(ui, rect, &self.0.get(Some(&format!("{name}.webp")), size), corner_radius);
    }
}

fn paint(ui: &Ui, rect: Rect, picture: &Picture, corner_radius: u8) {
    match picture {
        Picture::Ready { texture, size } => {
            egui::Image::new((*texture, *size))
                .corner_radius(corner_radius)
                .fit_to_exact_size(rect.size())
                .paint_at(ui, rect);
        }
        Picture::Loading | Picture::Missing => {
            ui.painter().rect_filled(rect, corner_radius, ShopLook::PLACEHOLDER);
        }
    }
}
