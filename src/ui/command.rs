//! Everything the window can be asked to do. Menus, toolbars, context menus, shortcuts and the palette read this list;
//! screens push [`Command`]s while they paint, and the studio runs them at the end of the frame.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;

use egui::{Key, KeyboardShortcut, Modifiers};

use super::icons::{self, Icon};
use super::kit::toast::Toast;
use super::screens::Screen;
use super::strings::Phrase as _;
use super::strings::shell::Shell;
use crate::decide::PageRef;
use crate::merch::Edit;

/// A wish with everything needed to fulfil it.
#[derive(Clone, Debug)]
pub enum Command {
    Do(Action),
    Go(Screen),
    /// Shows a page on the canvas; `segment` `None` keeps the one that is shown, `*` is everyone.
    OpenPage {
        page: PageRef,
        segment: Option<String>,
    },
    /// Shows a product in the inspector of the page that is open.
    Inspect {
        product: String,
    },
    /// Changes the merchandising document; undoable. `label` is the sentence of the history, `toast` says it too.
    Edit {
        edit: Edit,
        label: String,
        toast: Option<Toast<Self>>,
    },
    Say(Toast<Self>),
    /// What a screen asks the app to do.
    Ask(super::screens::stage::Ask),
    Import(Vec<PathBuf>),
    Open(PathBuf),
    OpenReadOnly(PathBuf),
    OpenSample,
    New(PathBuf),
    /// Copies text to the clipboard.
    Copy(String),
    /// Folds the steps after the first `from` into one, so that one undo takes them all back.
    Fold {
        from: usize,
        label: String,
    },
    /// Gives an action another shortcut; `None` gives it back its own.
    SetKey {
        action: Action,
        keys: Option<String>,
    },
    /// All actions get their own shortcuts back.
    ResetKeys,
    /// Takes back or does again until this many steps are in effect.
    GoBackTo {
        n_done: usize,
    },
    SetTheme(egui::ThemePreference),
    SetLanguage(super::strings::Language),
    SetReduceMotion(bool),
    SetSingleKeys(bool),
    SetShopLook(super::theme::ShopLook),
    CancelJobs,
    /// Leaves the open store for the first screen.
    CloseStore,
    BeginTour,
    EndTour,
}

/// Where a shortcut works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    Everywhere,
    /// On the Pages screen.
    Canvas,
    /// On the Pages screen with a product chosen.
    Card,
}

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident: $title:ident, $icon:ident, $reach:ident, $key:expr;)*) => {
        /// A wish that needs nothing more to be said.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Action { $($(#[$doc])* $name,)* }

        impl Action {
            /// In the order of the palette and of the shortcuts sheet.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// A trailing `…` means: asks for more before it does anything.
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => Shell::$title.text(),)* }
            }

            pub const fn icon(self) -> Icon {
                match self { $(Self::$name => icons::$icon,)* }
            }

            pub const fn reach(self) -> Reach {
                match self { $(Self::$name => Reach::$reach,)* }
            }

            /// As it comes, before anybody changed it.
            pub const fn own_shortcut(self) -> Option<KeyboardShortcut> {
                match self { $(Self::$name => $key,)* }
            }

            /// What it is called in the settings file.
            pub const fn key_name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)* }
            }
        }
    };
}

const fn key(key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(Modifiers::NONE, key))
}

const fn shift(key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(Modifiers::SHIFT, key))
}

const fn alt(key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(Modifiers::ALT, key))
}

const fn ctrl(key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(Modifiers::COMMAND, key))
}

const fn ctrl_shift(key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), key))
}

actions! {
    Palette: ActPalette, COMMAND, Everywhere, ctrl(Key::K);
    Undo: ActUndo, ARROW_COUNTER_CLOCKWISE, Everywhere, ctrl(Key::Z);
    Redo: ActRedo, ARROW_CLOCKWISE, Everywhere, ctrl_shift(Key::Z);
    History: ActHistory, CLOCK_COUNTER_CLOCKWISE, Everywhere, None;
    TrainAgain: ActTrainAgain, USERS_THREE, Everywhere, None;
    CheckAgain: ActCheckAgain, CHECK_CIRCLE, Everywhere, None;
    NewRule: ActNewRule, LIST_CHECKS, Everywhere, None;
    ImportFiles: ActImport, DOWNLOAD_SIMPLE, Everywhere, ctrl(Key::O);
    OpenWorkspace: ActOpen, FOLDER_OPEN, Everywhere, ctrl_shift(Key::O);
    NewWorkspace: ActNew, PLUS, Everywhere, ctrl_shift(Key::N);
    OpenSampleStore: ActSample, SPARKLE, Everywhere, None;
    CopyWorkspace: ActCopyWorkspace, COPY, Everywhere, None;
    ShowInFolder: ActShowFolder, FOLDER_OPEN, Everywhere, None;
    ToggleRail: ActRail, COLUMNS, Everywhere, ctrl(Key::B);
    ToggleInspector: ActInspector, SLIDERS_HORIZONTAL, Everywhere, ctrl(Key::I);
    ZoomIn: ActZoomIn, PLUS, Everywhere, ctrl(Key::Plus);
    ZoomOut: ActZoomOut, MINUS, Everywhere, ctrl(Key::Minus);
    ThemeSystem: ActThemeSystem, DESKTOP, Everywhere, None;
    ThemeLight: ActThemeLight, SUN, Everywhere, None;
    ThemeDark: ActThemeDark, MOON, Everywhere, None;
    NextRegion: ActNextRegion, FRAME_CORNERS, Everywhere, key(Key::F6);
    PreviousRegion: ActPreviousRegion, FRAME_CORNERS, Everywhere, shift(Key::F6);
    Shortcuts: ActShortcuts, KEYBOARD, Everywhere, shift(Key::Questionmark);
    Credits: ActCredits, INFO, Everywhere, None;

    PreviousSegment: ActPreviousSegment, CARET_LEFT, Canvas, key(Key::OpenBracket);
    NextSegment: ActNextSegment, CARET_RIGHT, Canvas, key(Key::CloseBracket);
    Compare: ActCompare, SQUARE_SPLIT_HORIZONTAL, Canvas, key(Key::C);
    BeforeAfter: ActBeforeAfter, GIT_DIFF, Canvas, shift(Key::C);
    Matrix: ActMatrix, CHART_SCATTER, Canvas, key(Key::M);
    Scores: ActScores, CHART_BAR, Canvas, key(Key::S);
    Changes: ActChanges, GIT_DIFF, Canvas, key(Key::G);
    WidthDesktop: ActDesktop, DESKTOP, Canvas, key(Key::Num1);
    WidthTablet: ActTablet, DEVICE_TABLET, Canvas, key(Key::Num2);
    WidthPhone: ActPhone, DEVICE_MOBILE, Canvas, key(Key::Num3);
    WidthFit: ActFit, FRAME_CORNERS, Canvas, key(Key::Num4);
    FindProduct: ActFind, MAGNIFYING_GLASS, Canvas, key(Key::Slash);
    Curate: ActCurate, LIST_CHECKS, Canvas, ctrl_shift(Key::C);
    AddProduct: ActAddProduct, PLUS, Canvas, key(Key::A);

    PinHere: ActPin, PUSH_PIN, Card, key(Key::P);
    PinTo: ActPinTo, PUSH_PIN, Card, shift(Key::P);
    PinTop: ActPinTop, ARROW_UP, Card, None;
    PinBefore: ActPinBefore, PUSH_PIN, Card, None;
    Unpin: ActUnpin, PUSH_PIN_SLASH, Card, key(Key::U);
    Boost: ActBoost, ARROW_FAT_UP, Card, key(Key::B);
    BoostLess: ActBoostLess, ARROW_FAT_DOWN, Card, shift(Key::B);
    BoostSlight: ActBoostSlight, ARROW_FAT_UP, Card, None;
    BoostMedium: ActBoostMedium, ARROW_FAT_UP, Card, None;
    BoostStrong: ActBoostStrong, ARROW_FAT_UP, Card, None;
    BurySlight: ActBurySlight, ARROW_FAT_DOWN, Card, None;
    BuryMedium: ActBuryMedium, ARROW_FAT_DOWN, Card, None;
    BuryStrong: ActBuryStrong, ARROW_FAT_DOWN, Card, None;
    Bury: ActBury, ARROW_FAT_DOWN, Card, key(Key::N);
    RemoveWeight: ActRemoveWeight, X, Card, None;
    Hide: ActHide, EYE_SLASH, Card, key(Key::H);
    HideEverywhere: ActHideEverywhere, EYE_SLASH, Card, shift(Key::H);
    Swap: ActSwap, ARROWS_LEFT_RIGHT, Card, key(Key::X);
    Tray: ActTray, TRAY, Card, key(Key::T);
    CopyRules: ActCopyRules, COPY, Card, None;
    Why: ActWhy, QUESTION, Card, key(Key::W);
    ShowProduct: ActShowProduct, INFO, Card, key(Key::I);
    ShowBuyers: ActShowBuyers, USERS_THREE, Card, None;
    MoveEarlier: ActMoveEarlier, CARET_LEFT, Card, alt(Key::ArrowLeft);
    MoveLater: ActMoveLater, CARET_RIGHT, Card, alt(Key::ArrowRight);
    SelectAlso: ActSelect, CHECK, Card, key(Key::Space);
    FirstSlot: ActFirst, CARET_UP, Card, key(Key::Home);
    LastSlot: ActLast, CARET_DOWN, Card, key(Key::End);
}

thread_local! {
    /// Shortcuts the person chose; the window lives on one thread, and so do they.
    static KEYS: RefCell<BTreeMap<&'static str, Option<KeyboardShortcut>>> = const { RefCell::new(BTreeMap::new()) };
}

/// Takes over the chosen shortcuts of the settings: by [`Action::key_name`], written as [`write_keys`] writes them;
/// an empty text is no shortcut at all.
pub fn set_keys(chosen: &BTreeMap<String, String>) {
    let known = Action::ALL
        .iter()
        .filter_map(|action| {
            let text = chosen.get(action.key_name())?;
            Some((action.key_name(), read_keys(text)))
        })
        .collect();
    KEYS.with(|keys| *keys.borrow_mut() = known);
}

/// `Ctrl+Shift+Z`, readable in every language and on every system.
pub fn write_keys(shortcut: KeyboardShortcut) -> String {
    let m = shortcut.modifiers;
    let mut text = String::new();
    for (on, word) in [(m.command, "Ctrl+"), (m.alt, "Alt+"), (m.shift, "Shift+")] {
        if on {
            text.push_str(word);
        }
    }
    text.push_str(shortcut.logical_key.name());
    text
}

/// `None` when it is no shortcut.
pub fn read_keys(text: &str) -> Option<KeyboardShortcut> {
    let mut modifiers = Modifiers::NONE;
    let mut rest = text;
    for (word, more) in
        [("Ctrl+", Modifiers::COMMAND), ("Alt+", Modifiers::ALT), ("Shift+", Modifiers::SHIFT)]
    {
        if let Some(after) = rest.strip_prefix(word) {
            modifiers = modifiers.plus(more);
            rest = after;
        }
    }
    Some(KeyboardShortcut::new(modifiers, Key::from_name(rest)?))
}

/// A shortcut as it is written on this system, with the keys' names in the window's language.
pub fn spoken_keys(ctx: &egui::Context, shortcut: &KeyboardShortcut) -> String {
    crate::ui::strings::said::keys(&ctx.format_shortcut(shortcut)).into_owned()
}

impl Action {
    /// The keys that run it now: the person's choice, else its own.
    pub fn shortcut(self) -> Option<KeyboardShortcut> {
        KEYS.with(|keys| keys.borrow().get(self.key_name()).copied()).unwrap_or_else(|| self.own_shortcut())
    }

    /// Names the keys in the tooltip of a control that runs it.
    pub fn with_keys(self, response: egui::Response) -> egui::Response {
        match self.shortcut() {
            Some(shortcut) => {
                let keys = spoken_keys(&response.ctx, &shortcut);
                response.on_hover_text(egui::RichText::new(keys).weak())
            }
            None => response,
        }
    }

    /// Who has these keys already: an action or a place of the rail, by title.
    pub fn taken(self, shortcut: KeyboardShortcut) -> Option<&'static str> {
        let action = Self::ALL
            .iter()
            .find(|other| **other != self && other.shortcut() == Some(shortcut))
            .map(|other| other.title());
        let screen = || Screen::ALL.iter().find(|screen| screen.shortcut() == Some(shortcut));
        action.or_else(|| screen().map(|screen| screen.title()))
    }

    /// Letters without Ctrl: they can be switched off and never work while text is edited.
    pub fn is_single_key(self) -> bool {
        let function = |key: Key| (Key::F1..=Key::F35).contains(&key);
        self.shortcut().is_some_and(|shortcut| {
            !shortcut.modifiers.command && !shortcut.modifiers.alt && !function(shortcut.logical_key)
        })
    }
}

/// What decides whether an action can run now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Situation {
    pub on_canvas: bool,
    pub has_card: bool,
    pub has_store: bool,
    pub can_undo: bool,
    pub can_redo: bool,
    pub read_only: bool,
    pub is_pinned: bool,
    pub has_weight_rule: bool,
}

impl Situation {
    /// `None` when it can run, else the reason for the tooltip.
    pub fn why_not(self, action: Action) -> Option<&'static str> {
        let reason = match (action, action.reach()) {
            (Action::Undo, _) if !self.can_undo => Shell::NothingToUndo,
            (Action::Redo, _) if !self.can_redo => Shell::NothingToRedo,
            (
                Action::CopyWorkspace
                | Action::ShowInFolder
                | Action::History
                | Action::TrainAgain
                | Action::CheckAgain
                | Action::NewRule,
                _,
            ) if !self.has_store => Shell::NoStoreOpen,
            (Action::TrainAgain | Action::NewRule, _) if self.read_only => Shell::OpenReadOnly,
            (_, Reach::Canvas | Reach::Card) if !self.on_canvas => Shell::OnlyOnPages,
            (_, Reach::Card) if !self.has_card => Shell::ChooseProductFirst,
            (Action::Unpin, _) if !self.is_pinned => Shell::NotPinnedHere,
            (Action::RemoveWeight | Action::BoostLess, _) if !self.has_weight_rule => Shell::NoBoostHere,
            (_, Reach::Card) if self.read_only && action.edits() => Shell::OpenReadOnly,
            _ => return None,
        };
        Some(reason.text())
    }
}

impl Action {
    fn edits(self) -> bool {
        !matches!(
            self,
            Self::Why
                | Self::SelectAlso
                | Self::FirstSlot
                | Self::LastSlot
                | Self::Tray
                | Self::ShowProduct
                | Self::ShowBuyers
        )
    }
}

/// The action whose shortcut was pressed this frame, if any; its key press is consumed.
pub fn pressed(ctx: &egui::Context, situation: Situation, single_keys: bool) -> Option<Action> {
    let editing_text = ctx.text_edit_focused();
    let popup_open = egui::Popup::is_any_open(ctx);
    let mut bound: Vec<(KeyboardShortcut, Action)> = Action::ALL
        .iter()
        .filter_map(|action| action.shortcut().map(|shortcut| (shortcut, *action)))
        .collect();
    // `Ctrl+Shift+Z` also matches `Ctrl+Z`, so try the longer chords first.
    bound.sort_by_key(|(shortcut, _)| {
        let m = shortcut.modifiers;
        std::cmp::Reverse(u8::from(m.shift) + u8::from(m.alt) + u8::from(m.command))
    });
    ctx.input_mut(|input| {
        // `Ctrl+Y` is the other habit for redo.
        if !editing_text && input.consume_shortcut(&KeyboardShortcut::new(Modifiers::COMMAND, Key::Y)) {
            return Some(Action::Redo);
        }
        bound.into_iter().find_map(|(shortcut, action)| {
            let text_owns_it = editing_text
                && (action.is_single_key()
                    || shortcut.conflicts_with_text_editing()
                    || matches!(
                        action,
                        Action::Undo | Action::Redo | Action::MoveEarlier | Action::MoveLater
                    ));
            let switched_off = action.is_single_key() && (!single_keys || popup_open);
            let out_of_reach = action.reach() != Reach::Everywhere && !situation.on_canvas;
            (!text_owns_it && !switched_off && !out_of_reach && consume(input, &shortcut)).then_some(action)
        })
    })
}

/// Consumes an exact match: egui's own matching ignores extra Shift, which would run `C` for `Shift C`.
fn consume(input: &mut egui::InputState, shortcut: &KeyboardShortcut) -> bool {
    let wants_shift = shortcut.modifiers.shift;
    if shortcut.logical_key == Key::Questionmark {
        return input.consume_key(Modifiers::SHIFT, Key::Questionmark)
            || input.consume_key(Modifiers::NONE, Key::Questionmark);
    }
    if wants_shift != input.modifiers.shift && shortcut.logical_key != Key::Plus {
        return false;
    }
    input.consume_shortcut(shortcut)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_actions_share_a_shortcut() {
        let mut seen: Vec<(KeyboardShortcut, Action)> = Vec::new();
        for action in Action::ALL {
            if let Some(shortcut) = action.shortcut() {
                let clash = seen.iter().find(|(known, _)| *known == shortcut);
                assert!(clash.is_none(), "{action:?} and {clash:?} share {shortcut:?}");
                seen.push((shortcut, *action));
            }
        }
        for screen in Screen::ALL {
            let Some(shortcut) = screen.shortcut() else {
                continue;
            };
            assert!(seen.iter().all(|(known, _)| *known != shortcut), "{screen:?}");
        }
    }

    #[test]
    fn chosen_keys_are_read_back_as_they_were_written_and_replace_the_own_ones() {
        for action in Action::ALL {
            if let Some(own) = action.own_shortcut() {
                assert_eq!(read_keys(&write_keys(own)), Some(own), "{action:?}");
            }
        }
        assert_eq!(read_keys("Ctrl+Nothing"), None);
        let chosen = [("PinHere", "Ctrl+Shift+P"), ("Hide", "")];
        set_keys(&chosen.map(|(name, keys)| (name.to_owned(), keys.to_owned())).into());
        let keys = KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::P);
        assert_eq!(Action::PinHere.shortcut(), Some(keys));
        assert_eq!(Action::Hide.shortcut(), None);
        assert_eq!(Action::Boost.taken(keys), Some(Action::PinHere.title()));
        set_keys(&BTreeMap::new());
        assert_eq!(Action::PinHere.shortcut(), Action::PinHere.own_shortcut());
    }

    #[test]
    fn an_action_that_cannot_run_says_why() {
        let situation = Situation { on_canvas: true, ..Situation::default() };
        assert!(situation.why_not(Action::PinHere).is_some());
        let with_card = Situation { has_card: true, ..situation };
        assert!(with_card.why_not(Action::PinHere).is_none());
        assert!(with_card.why_not(Action::Unpin).is_some());
    }
}
