//! The whole window: what it says on every screen, whether everything in it has a name and does something, and a real
//! workspace worked on by keys alone.

#[path = "../common/mod.rs"]
mod common;
mod focus;
mod reading;
#[path = "../screens_around/store.rs"]
mod store;
mod workspace;

use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use endcap::ui::Studio;
use endcap::ui::persist::Settings;
use endcap::ui::screens::Screen;
use endcap::ui::strings::Language;

type Window = Harness<'static, Studio>;

const SIZE: [f32; 2] = [1_280.0, 800.0];

/// A screen of the window over a made-up store.
fn window(screen: Screen, language: Language) -> Window {
    let settings = Settings { screen, language, tour_is_over: true, ..Settings::default() };
    // The canvas needs pictures and groups that differ; the screens around it need customers, imports and problems.
    let view = if screen == Screen::Pages { common::view(0) } else { store::view() };
    common::studio_with(SIZE, egui::Theme::Light, settings, view)
}

/// One thing a screen reader comes by.
#[derive(Clone, Debug, PartialEq)]
struct Heard {
    role: egui::Role,
    label: String,
    value: String,
    is_disabled: bool,
}

fn heard(window: &Harness<'_, impl Sized>) -> Vec<Heard> {
    window
        .query_all_by(|_| true)
        .map(|node| {
            let node = node.accesskit_node();
            Heard {
                role: node.role(),
                label: node.label().unwrap_or_default(),
                value: node.value().unwrap_or_default(),
                is_disabled: node.is_disabled(),
            }
        })
        .collect()
}
