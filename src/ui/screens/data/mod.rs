//! Data: files on their way in, and the report on what is there.

mod audit;
mod choices;
mod columns;
mod fixes;
mod imports;
mod progress;
mod wizard;

use std::collections::{BTreeMap, BTreeSet};

use egui::{Frame, Margin, ScrollArea, Ui};

use super::stage::{Ask, ImportChoices, JobKind, Stage};
use crate::import::{ColumnFormat, DataKind, DateOrder, DecimalMark};
use crate::ui::icons;
use crate::ui::kit::empty::{Chosen, EmptyState};
use crate::ui::strings::Phrase as _;
use crate::ui::strings::data::Data as T;

/// What only this screen cares about.
#[derive(Clone, Debug, Default)]
pub struct DataState {
    step: Step,
    /// Choices of the wizard by (file, header): the mapping file's word.
    meanings: BTreeMap<(String, String), String>,
    /// How a column is written, where the person said otherwise than the cells do.
    formats: BTreeMap<(String, String), ColumnFormat>,
    kinds: BTreeMap<String, DataKind>,
    /// Known files whose columns the person wants to name.
    own_mapping: BTreeSet<String>,
    /// One answer for all files that do not say.
    dates: Option<DateOrder>,
    decimal: Option<DecimalMark>,
    currency: Option<String>,
    store_name: String,
    remember_as: String,
    meaning_filter: String,
    /// Files whose columns the person wants to see although nothing needs it.
    wants_columns: bool,
    /// The number of the loaded mapping that was last laid over the files.
    mapping_taken: u32,
    /// What the import was last tried with.
    tried: Option<ImportChoices>,
    /// Problems whose rows are open.
    open_rows: BTreeSet<String>,
    /// The problem whose fixes are being looked at, and the keys left out.
    fixing: Option<(String, BTreeSet<String>)>,
    shows_ignored: bool,
    /// The import whose rows set aside are being read.
    reading_set_aside: Option<i64>,
    /// The past import that is open for a closer look.
    open_import: Option<i64>,
    undoing: Undoing,
}

/// An import is undone in two steps: asking, then doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Undoing {
    #[default]
    No,
    Asked,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    #[default]
    Files,
    Columns,
    Check,
}

impl DataState {
    /// Opens the rows of one problem, for links from elsewhere.
    pub fn show_problem(&mut self, code: &str) {
        self.open_rows.insert(code.to_owned());
    }

    /// Undo reached an import: asks before it takes that back.
    pub fn ask_to_undo_newest_import(&mut self) {
        self.undoing = Undoing::Asked;
    }

    /// Nothing is being prepared any more.
    fn forget_choices(&mut self) {
        let kept = std::mem::take(self);
        *self = Self {
            open_rows: kept.open_rows,
            fixing: kept.fixing,
            shows_ignored: kept.shows_ignored,
            reading_set_aside: kept.reading_set_aside,
            open_import: kept.open_import,
            undoing: kept.undoing,
            mapping_taken: kept.mapping_taken,
            ..Self::default()
        };
    }
}

pub fn data_ui(ui: &mut Ui, stage: &mut Stage<'_>, state: &mut DataState) {
    let preparing = !stage.found.detected.is_empty();
    if !preparing && stage.job(JobKind::Import).is_none() {
        state.forget_choices();
    }
    let has_data = stage.view.store.n_products + stage.view.store.n_orders + stage.view.store.n_customers > 0;
    let is_busy = stage.job(JobKind::Import).is_some() || stage.job(JobKind::Detect).is_some();
    if !preparing && !has_data && !is_busy && stage.found.imported.is_none() {
        let chosen = EmptyState {
            icon: icons::DATABASE,
            title: T::EmptyTitle.text(),
            hint: T::EmptyHint.text(),
            action: Some(T::ImportFiles.text()),
            alternative: Some(T::OpenSample.text()),
        }
        .show(ui);
        match chosen {
            Some(Chosen::Action) => stage.push(Ask::ChooseFiles),
            Some(Chosen::Alternative) => stage.push(Ask::OpenSample),
            None => {}
        }
        return;
    }
    ScrollArea::vertical().id_salt("data").auto_shrink(false).show(ui, |ui| {
        Frame::new().inner_margin(Margin::symmetric(24, 20)).show(ui, |ui| {
            ui.set_width(ui.available_width());
            progress::progress_ui(ui, stage);
            if preparing && stage.job(JobKind::Import).is_none() {
                wizard::wizard_ui(ui, stage, state);
            } else {
                imports::result_ui(ui, stage, state);
                if has_data {
                    audit::audit_ui(ui, stage, state);
                    imports::imports_ui(ui, stage, state);
                }
            }
        });
    });
    fixes::dialog_ui(ui, stage, state);
    imports::dialogs_ui(ui, stage, state);
}

/// Where the badge of the rail comes from.
pub fn open_problems(view: &crate::app::View) -> usize {
    view.audit.as_ref().map_or(0, |audit| audit.problems.iter().filter(|problem| !problem.is_ignored).count())
}
