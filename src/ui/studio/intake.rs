//! Files on their way in: looked at, asked about, tried, imported, and undone. All of it off the painting thread.

use std::path::PathBuf;

use super::work::{self, answer, new_file, new_store};
use super::{Studio, TaskResult};
use crate::app::desk::{DataStep, Imported, import_into_new};
use crate::app::present::imports::{import_detail, of_report};
use crate::app::{Desk, Error, ImportRequest, NewStore, View, inspect};
use crate::import::{FileKey, Mapping, Reading};
use crate::shop::{Cancelled, Seconds, StoreLanguage};
use crate::ui::command::Command;
use crate::ui::kit::toast::{Level, Toast};
use crate::ui::screens::Screen;
use crate::ui::screens::stage::ImportChoices;
use crate::ui::strings::shell::Shell;
use crate::ui::strings::{Language, Phrase as _, language};

/// Jobs that change the workspace by themselves. While one runs, the log cannot be walked: nobody could say where its
/// step will stand.
const WRITING: [&str; 2] = ["import", "data"];

/// A change of the workspace and what it means for the log.
#[derive(Debug)]
pub(super) enum Moved {
    Done(Option<DataStep>),
    Back,
    Forward,
    ImportUndone,
    /// A folder of pictures was looked through.
    Pictures {
        step: Option<DataStep>,
        matched: Option<crate::app::pictures::Matched>,
    },
}

impl Studio {
    /// Files that were dropped or chosen: looks at them, beside those that are already being prepared.
    pub(super) fn look_at(&mut self, paths: Vec<PathBuf>) {
        if paths.is_empty() {
            return;
        }
        if self.view.store.read_only {
            self.tell(Level::Info, Shell::OpenReadOnly.text().to_owned());
            return;
        }
        if let Some(why) = work::unreadable(&paths) {
            self.tell(Level::Error, why);
            return;
        }
        if self.view.store.is_sample {
            // A real store among made-up customers helps nobody.
            self.close_store();
            self.tell(Level::Info, Shell::OwnWorkspace.text().to_owned());
        }
        self.look_at_all(paths, None);
    }

    /// Looks again at the files that are being prepared, and at `more`; `told` says of one how it is written.
    fn look_at_all(&mut self, more: Vec<PathBuf>, told: Option<(FileKey, Reading)>) {
        let said = self.found.detected.iter().filter(|file| !file.reading.is_empty());
        let mut readings: Vec<(FileKey, Reading)> =
            said.map(|file| (FileKey::Name(file.name.clone()), file.reading.clone())).collect();
        if let Some((file, reading)) = told {
            readings.retain(|(own, _)| *own != file);
            readings.push((file, reading));
        }
        let mut all: Vec<PathBuf> = self.found.detected.iter().map(|file| file.path.clone()).collect();
        all.extend(more);
        let mut seen = std::collections::BTreeSet::new();
        all.retain(|path| seen.insert(path.clone()));
        self.found.imported = None;
        self.settings.screen = Screen::Data;
        let desk = self.desk.clone();
        self.jobs.spawn("detect", move |monitor| {
            let mut look = || {
                let mappings = match &desk {
                    Some(desk) => desk.session().remembered_mappings()?,
                    None => Vec::new(),
                };
                if let Some(desk) = &desk {
                    readings.extend(desk.session().remembered_readings()?);
                }
                inspect::inspect(&all, &mappings, &readings, monitor)
            };
            answer(look().map(TaskResult::Detected))
        });
    }

    /// Reads one file as the person says it is written.
    pub(super) fn read_as(&mut self, file: String, reading: Reading) {
        self.found.rehearsal = None;
        self.look_at_all(Vec::new(), Some((FileKey::Name(file), reading)));
    }

    pub(super) fn leave_out(&mut self, path: &PathBuf) {
        self.found.detected.retain(|file| file.path != *path);
        self.found.rehearsal = None;
    }

    /// Reads what was chosen into the open workspace; without one, into a new one.
    pub(super) fn import(&mut self, choices: ImportChoices) {
        if choices.paths.is_empty() {
            return;
        }
        let (wake, now) = (self.waker(), (self.now)());
        let desk = self.desk.clone();
        let store = store_of(&choices);
        self.found.importing.clone_from(&choices.files);
        self.found.imported = None;
        let request = request_of(choices, false);
        self.jobs.spawn("import", move |monitor| {
            let work = || -> Result<TaskResult, Error> {
                if let Some(desk) = desk {
                    let Imported { report, view, step } = desk.import(&request, now, monitor)?;
                    let summary = Box::new(of_report(&report));
                    return Ok(TaskResult::Imported { summary, view: Box::new(view), step });
                }
                let file = new_file(&file_name(store.name.as_deref()));
                let report = import_into_new(&file, &store, &request, now, monitor)?;
                let summary = Box::new(of_report(&report));
                if report.summary.import.is_none() {
                    return Ok(TaskResult::NothingRead(summary));
                }
                let opened = Desk::open(&file, move || wake())?;
                Ok(TaskResult::Opened { opened: Box::new(opened), imported: Some(summary) })
            };
            answer(work())
        });
    }

    /// What the import would do, without doing it.
    pub(super) fn rehearse(&mut self, choices: ImportChoices) {
        if choices.paths.is_empty() || self.jobs.is_running("import") {
            return;
        }
        let (desk, now) = (self.desk.clone(), (self.now)());
        let store = store_of(&choices);
        let request = request_of(choices.clone(), true);
        self.jobs.spawn("rehearse", move |monitor| {
            let work = || -> Result<TaskResult, Error> {
                let report = match &desk {
                    Some(desk) => desk.session().import(&request, monitor)?,
                    None => {
                        let file = new_file("rehearsal");
                        import_into_new(&file, &store, &request, now, monitor)?
                    }
                };
                Ok(TaskResult::Rehearsed(Box::new((choices, of_report(&report)))))
            };
            answer(work())
        });
    }

    pub(super) fn look_at_import(&mut self, import: i64) {
        let Some(desk) = self.desk.clone() else { return };
        self.jobs.spawn("detail", move |_| {
            let detail = import_detail(&desk.session(), import);
            answer(detail.map(|detail| TaskResult::Detail(Box::new(detail))))
        });
    }

    pub(super) fn undo_import(&mut self) {
        self.at_data(|desk, now, monitor| {
            desk.undo_import(now, monitor).map(|view| (view, Moved::ImportUndone))
        });
    }

    /// Does something to the data on another thread, and shows how the store looks then.
    pub(super) fn at_data(
        &mut self,
        work: impl FnOnce(&Desk, Seconds, &dyn crate::shop::Monitor) -> Result<(View, Moved), Error>
        + Send
        + 'static,
    ) {
        if self.is_writing() {
            self.tell(Level::Info, Shell::WaitForWork.text().to_owned());
            return;
        }
        self.keep_last_step();
        let (Some(desk), now) = (self.desk.clone(), self.scene_now()) else {
            return;
        };
        self.jobs.spawn("data", move |monitor| {
            let changed = desk.settle(monitor).and_then(|()| work(&desk, now, monitor));
            answer(changed.map(|(view, moved)| TaskResult::Changed { view: Box::new(view), moved }))
        });
    }

    /// True while a job changes the workspace by itself.
    pub(super) fn is_writing(&self) -> bool {
        WRITING.iter().any(|kind| self.jobs.is_running(kind))
    }

    pub(super) fn save_set_aside(&mut self, import: Option<i64>) {
        let Some(desk) = self.desk.clone() else { return };
        self.jobs.spawn("save", move |_| {
            let dialog = rfd::FileDialog::new().add_filter("CSV", &["csv"]).set_file_name("set-aside.csv");
            let Some(to) = dialog.save_file() else { return Err(Cancelled) };
            let saved = desk.session().save_set_aside_rows(import, &to);
            answer(saved.map(|n| TaskResult::Said(Shell::RowsSaved.with(&[("n", n.into())]))))
        });
    }

    pub(super) fn save_mapping(&mut self, mapping: Mapping) {
        self.jobs.spawn("save", move |_| {
            let dialog = rfd::FileDialog::new().add_filter("TOML", &["toml"]).set_file_name("mapping.toml");
            let Some(to) = dialog.save_file() else { return Err(Cancelled) };
            let write = || {
                let text = mapping
                    .to_toml()
                    .map_err(|source| Error::bug_because("The mapping could not be written.", source))?;
                std::fs::write(&to, text).map_err(|source| {
                    Error::environment_because(format!("{} cannot be written", to.display()), source)
                })
            };
            answer(write().map(|()| TaskResult::Said(Shell::MappingSaved.text().to_owned())))
        });
    }

    pub(super) fn load_mapping(&mut self) {
        self.jobs.spawn("save", move |_| {
            let dialog = rfd::FileDialog::new().add_filter("TOML", &["toml"]);
            let Some(from) = dialog.pick_file() else { return Err(Cancelled) };
            let read = || {
                let cannot = || format!("The mapping cannot be read: {}", from.display());
                let text =
                    std::fs::read_to_string(&from).map_err(|source| Error::user_because(cannot(), source))?;
                Mapping::from_toml(&text).map_err(|source| Error::user_because(cannot(), source))
            };
            answer(read().map(|mapping| TaskResult::Mapping(Box::new(mapping))))
        });
    }

    /// Takes an import's result in.
    pub(super) fn take_imported(&mut self, summary: crate::app::view::ImportSummary) {
        self.found.detected.clear();
        self.found.rehearsal = None;
        self.found.importing.clear();
        if let Some(import) = summary.import {
            self.look_at_import(import);
        }
        let text = Shell::Imported
            .with(&[("rows", summary.n_rows_read().into()), ("aside", summary.n_set_aside().into())]);
        let actions = if summary.import.is_some() {
            vec![(Shell::ShowPages.text().to_owned(), Command::Go(Screen::Pages))]
        } else {
            Vec::new()
        };
        self.found.imported = Some(summary);
        self.toasts.push(Toast { level: Level::Done, icon: None, text, actions });
        self.offer_pictures();
    }

    pub(super) fn tell(&mut self, level: Level, text: String) {
        self.toasts.push(Toast { level, icon: None, text, actions: Vec::new() });
    }
}

fn request_of(choices: ImportChoices, dry_run: bool) -> ImportRequest {
    ImportRequest {
        paths: choices.paths,
        mappings: choices.mappings.iter().map(|(_, mapping)| mapping.clone()).collect(),
        currency: choices.currency,
        language: Some(store_language()),
        dates: choices.dates,
        decimal: choices.decimal,
        readings: choices.readings,
        remember: choices.mappings,
        dry_run,
        ..ImportRequest::default()
    }
}

/// A new store's pages speak the language of the window it was made in.
pub(super) fn store_language() -> StoreLanguage {
    match language() {
        Language::German => StoreLanguage::German,
        Language::English | Language::Pseudo => StoreLanguage::English,
    }
}

fn store_of(choices: &ImportChoices) -> NewStore {
    let assumed = new_store();
    NewStore {
        name: choices.store_name.clone().filter(|name| !name.trim().is_empty()),
        currency: choices.currency.clone().unwrap_or(assumed.currency),
        time_zone: assumed.time_zone,
    }
}

/// A file name from what the store is called.
fn file_name(store: Option<&str>) -> String {
    let words = store.unwrap_or_default().split(|letter: char| !letter.is_alphanumeric());
    let words: Vec<String> = words.filter(|word| !word.is_empty()).map(|word| word.to_lowercase()).collect();
    if words.is_empty() { "store".to_owned() } else { words.join("-") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_filed_under_its_name() {
        assert_eq!(file_name(Some("Mara's Home & Garden")), "mara-s-home-garden");
        assert_eq!(file_name(Some("  ")), "store");
        assert_eq!(file_name(None), "store");
    }
}
