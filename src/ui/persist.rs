//! What the window remembers between starts, apart from the workspace. Nothing else is kept outside it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::screens::Screen;
use super::strings::Language;
use super::theme::ShopLook;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Newest first.
    pub recent: Vec<PathBuf>,
    pub theme: egui::ThemePreference,
    pub language: Language,
    pub screen: Screen,
    pub rail_narrow: bool,
    pub inspector_open: bool,
    /// Letters without Ctrl act on the page (WCAG 2.1.4 asks for a way to switch that off).
    pub single_keys: bool,
    /// Shortcuts that were changed, by the action's name; empty is none.
    pub keys: std::collections::BTreeMap<String, String>,
    pub reduce_motion: bool,
    pub zoom: f32,
    pub shop_look: ShopLook,
    /// The strip over the sample store was sent away.
    pub tour_is_over: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            recent: Vec::new(),
            theme: egui::ThemePreference::System,
            language: Language::English,
            screen: Screen::Pages,
            rail_narrow: false,
            inspector_open: true,
            single_keys: true,
            keys: std::collections::BTreeMap::new(),
            reduce_motion: false,
            zoom: 1.0,
            shop_look: ShopLook::default(),
            tour_is_over: false,
        }
    }
}

impl Settings {
    /// Puts a workspace first in the list of recent ones.
    pub fn opened(&mut self, path: PathBuf) {
        self.recent.retain(|known| *known != path);
        self.recent.insert(0, path);
        self.recent.truncate(8);
    }
}
