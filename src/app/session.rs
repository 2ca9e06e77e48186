//! One open workspace and what a person does with it.

use std::path::Path;

use super::campaign::Remembered;
use super::pictures::{self, Matched};
use super::{Error, clock};
use crate::features::StoreFrames;
use crate::shop::{Currency, Monitor, Seconds, StoreLanguage, TimeZoneName};
use crate::workspace::{Access, Edit, Erased, Facts, NewFix, Scope, Settings, Who, Workspace};

/// What a new workspace is told about the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewStore {
    pub name: Option<String>,
    pub currency: Currency,
    pub time_zone: TimeZoneName,
}

pub struct Session {
    workspace: Workspace,
    campaigns: Remembered,
}

impl Session {
    /// Makes an empty workspace.
    pub fn create(file: &Path, store: &NewStore) -> Result<Self, Error> {
        if !store.time_zone.is_known() {
            return Err(Error::user(format!(
                "There is no time zone `{}`. Use an IANA name such as Europe/Berlin",
                store.time_zone.0
            )));
        }
        let currency = Currency::new(&store.currency.0);
        if currency.0.len() != 3 || !currency.0.chars().all(|c| c.is_ascii_uppercase()) {
            return Err(Error::user(format!(
                "`{}` is not a currency code. Use three letters such as EUR",
                store.currency.0
            )));
        }
        let mut workspace = Workspace::create(file)?;
        let name = store.name.clone().unwrap_or_else(|| {
            file.file_stem().map_or_else(|| "My store".to_owned(), |stem| stem.to_string_lossy().into_owned())
        });
        workspace.put_settings(&Settings {
            store_name: name,
            currency,
            time_zone: store.time_zone.clone(),
            ..Settings::default()
        })?;
        Ok(Self { workspace, campaigns: Remembered::default() })
    }

    /// Opens for writing; fails when another window writes or the file is protected.
    pub fn open(file: &Path) -> Result<Self, Error> {
        Ok(Self { workspace: Workspace::open(file)?, campaigns: Remembered::default() })
    }

    /// Opens for writing if that is possible now, else for reading; `access` says which.
    pub fn open_or_read(file: &Path) -> Result<Self, Error> {
        Ok(Self { workspace: Workspace::open_or_read(file)?, campaigns: Remembered::default() })
    }

    /// Opens without the right to change anything.
    pub fn open_read_only(file: &Path) -> Result<Self, Error> {
        Ok(Self { workspace: Workspace::open_read_only(file)?, campaigns: Remembered::default() })
    }

    pub fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    /// Who to write to, kept between looks at an export.
    pub fn campaigns(&self) -> &Remembered {
        &self.campaigns
    }

    pub fn workspace_mut(&mut self) -> &mut Workspace {
        &mut self.workspace
    }

    pub fn access(&self) -> Access {
        self.workspace.access()
    }

    pub fn settings(&self) -> Result<Settings, Error> {
        Ok(self.workspace.settings()?)
    }

    pub fn put_settings(&mut self, settings: &Settings) -> Result<(), Error> {
        Ok(self.workspace.put_settings(settings)?)
    }

    /// The language of the pages a new store starts with.
    pub fn set_language(&mut self, language: StoreLanguage) -> Result<(), Error> {
        let settings = self.settings()?;
        self.put_settings(&Settings { language, ..settings })
    }

    pub fn facts(&self) -> Result<Facts, Error> {
        Ok(self.workspace.facts()?)
    }

    pub fn frames(&self, as_of: Option<Seconds>, monitor: &dyn Monitor) -> Result<StoreFrames, Error> {
        Ok(self.workspace.frames_watched(as_of, monitor)?)
    }

    /// Lays data fixes over the raw rows, as one undo step.
    pub fn fix(&mut self, label: &str, fixes: Vec<crate::workspace::Fix>) -> Result<(), Error> {
        let fix = NewFix { at: clock::now(), label: label.to_owned(), fixes };
        Ok(self.workspace.apply_fixes(&fix)?)
    }

    /// Uses a folder of pictures: products whose catalog names no file in it get the one that has their SKU, handle
    /// or id for a name, as one undo step. `None` goes back to the pictures the catalog names.
    pub fn use_picture_folder(&mut self, folder: Option<&Path>) -> Result<Matched, Error> {
        let matched =
            folder.map(|folder| pictures::match_folder(self, folder)).transpose()?.unwrap_or_default();
        let settings = self.settings()?;
        let picture_folder = folder.map(Path::to_owned);
        self.put_settings(&Settings { picture_folder, ..settings })?;
        if !matched.fixes.is_empty() {
            let label = format!("Found pictures of {} products", matched.fixes.len());
            self.fix(&label, matched.fixes.clone())?;
        }
        Ok(matched)
    }

    /// Takes back the last data step: a fix or an import. `None` when the last step changed the merchant's document,
    /// whose owner takes it back with `step_back`.
    pub fn undo_data(&mut self, monitor: &dyn Monitor) -> Result<Option<Edit>, Error> {
        let history = self.workspace.history()?;
        let Some(last) = history.last_done().cloned() else {
            return Err(crate::workspace::Error::NothingToUndo.into());
        };
        match last.scope {
            Scope::Fix => Ok(Some(self.workspace.undo_fix()?)),
            Scope::Import => {
                self.workspace.undo_import(monitor)?;
                Ok(Some(last))
            }
            Scope::Merch | Scope::Settings => Ok(None),
        }
    }

    /// Does a data fix again. `None` when the next step is not one.
    pub fn redo_data(&mut self) -> Result<Option<Edit>, Error> {
        let history = self.workspace.history()?;
        match history.next_undone().map(|edit| edit.scope) {
            None => Err(crate::workspace::Error::NothingToRedo.into()),
            Some(Scope::Fix) => Ok(Some(self.workspace.redo_fix()?)),
            Some(_) => Ok(None),
        }
    }

    /// Everything known about a person.
    pub fn person(&self, who: &Who) -> Result<serde_json::Value, Error> {
        Ok(self.workspace.person(who)?)
    }

    /// Erases a person from the whole file.
    pub fn forget(&mut self, who: &Who) -> Result<Erased, Error> {
        self.campaigns.forget();
        Ok(self.workspace.forget(who, clock::now())?)
    }

    /// Writes the file anew where an erasure could not. False when there was nothing to do.
    pub fn finish_erasing(&mut self) -> Result<bool, Error> {
        Ok(self.workspace.finish_erasing()?)
    }

    /// Lets somebody in again who was erased; the next import of their files gives their orders back to them. False
    /// when nobody of that address or id was erased.
    pub fn lift_erasure(&mut self, who: &Who) -> Result<bool, Error> {
        Ok(self.workspace.lift_erasure(who)?)
    }

    /// Saves the rows that were set aside, by one import or by all, as they were, with file, line and reason before
    /// them. Returns how many.
    pub fn save_set_aside_rows(&self, import: Option<i64>, to: &Path) -> Result<usize, Error> {
        let mut rows = self.workspace.set_aside_rows()?;
        rows.retain(|row| import.is_none_or(|import| row.import == import));
        let failed = |source: csv::Error| {
            Error::environment_because(format!("The rows cannot be saved: {}", to.display()), source)
        };
        let mut out = csv::Writer::from_path(to).map_err(failed)?;
        out.write_record(["file", "line", "reason", "row"]).map_err(failed)?;
        for row in &rows {
            out.write_record([&row.file, &row.line.to_string(), &row.reason, &row.raw]).map_err(failed)?;
        }
        out.flush().map_err(|source| failed(source.into()))?;
        Ok(rows.len())
    }
}
