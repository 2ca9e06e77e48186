//! Data: files on their way in, and the report on what is there.

mod audit;
mod columns;
mod fixes;
mod import;

use std::collections::{BTreeMap, BTreeSet};

use egui::{Frame, Margin, ScrollArea, Ui};

use super::stage::{Ask, JobKind, Stage};
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
    day_first: BTreeMap<String, bool>,
    remember_as: String,
    meaning_filter: String,
    /// Files whose columns the person wants to see although nothing needs it.
    wants_columns: bool,
    /// Problems whose rows are open.
    open_rows: BTreeSet<String>,
    /// The problem whose fixes are being looked at, and the keys left out.
    fixing: Option<(String, BTreeSet<String>)>,
    shows_ignored: bool,
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
}

pub fn data_ui(ui: &mut Ui, stage: &mut Stage<'_>, state: &mut DataState) {
    let preparing = !stage.found.detected.is_empty();
    if !preparing {
        state.step = Step::Files;
        state.meanings.clear();
    }
    let has_data = stage.view.store.n_products + stage.view.store.n_orders + stage.view.store.n_customers > 0;
    let is_busy = stage.job(JobKind::Import).is_some() || stage.job(JobKind::Detect).is_some();
    if !preparing && !has_data && !is_busy {
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
            import::progress_ui(ui, stage);
            if preparing && stage.job(JobKind::Import).is_none() {
                import::wizard_ui(ui, stage, state);
            } else {
                audit::audit_ui(ui, stage, state);
            }
        });
    });
    fixes::dialog_ui(ui, stage, state);
}

/// Where the badge of the rail comes from.
pub fn open_problems(view: &crate::app::View) -> usize {
    view.audit.as_ref().map_or(0, |audit| audit.problems.iter().filter(|problem| !problem.is_ignored).count())
}
