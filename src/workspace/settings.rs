//! What the owner decided about the store.

use serde::{Deserialize, Serialize};

use super::{Error, Workspace};
use crate::shop::{Currency, StoreLanguage, TimeZoneName};

const DOCUMENT: &str = "settings";

/// Kept as the document `settings`; unknown fields of newer versions are ignored, missing ones take their default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    pub store_name: String,
    pub currency: Currency,
    pub time_zone: TimeZoneName,
    /// Of the pages a new store starts with; what the merchant wrote stays as it is.
    pub language: StoreLanguage,
    /// Keep names, addresses and phone numbers in clear, not only as keyed hashes.
    pub keep_names: bool,
    /// Fetch picture addresses found in the catalog. The only time the program asks another computer for anything.
    pub load_pictures: bool,
    /// The servers the owner agreed to ask for them, named as in the addresses.
    pub picture_hosts: Vec<String>,
    /// Where the store's own pictures lie, by SKU, handle or file name.
    pub picture_folder: Option<std::path::PathBuf>,
    pub is_sample: bool,
    /// The audit problems the owner chose to ignore, by code.
    pub ignored_problems: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            store_name: "My store".to_owned(),
            currency: Currency::new("USD"),
            time_zone: TimeZoneName::default(),
            language: StoreLanguage::default(),
            keep_names: false,
            load_pictures: false,
            picture_hosts: Vec::new(),
            picture_folder: None,
            is_sample: false,
            ignored_problems: Vec::new(),
        }
    }
}

impl Workspace {
    pub fn settings(&self) -> Result<Settings, Error> {
        match self.document(DOCUMENT)? {
            Some(document) => serde_json::from_str(&document.json)
                .map_err(|source| Error::broken("settings that cannot be read", source)),
            None => Ok(Settings::default()),
        }
    }

    pub fn put_settings(&mut self, settings: &Settings) -> Result<(), Error> {
        let json = serde_json::to_string(settings)
            .map_err(|source| Error::broken("settings that cannot be written", source))?;
        self.put_document(DOCUMENT, &json)
    }
}
