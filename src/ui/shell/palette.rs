//! One list for everything: actions, places, groups and products, found by letters in order.

use std::sync::Arc;

use egui::{
    Align2, FontId, Id, Key, Modal, Modifiers, Role, ScrollArea, Sense, TextEdit, Ui, Vec2, WidgetInfo, pos2,
};

use crate::bundle::{Catalog, segments::EVERYONE};
use crate::decide::PageRef;
use crate::ui::command::{Action, Command, Situation};
use crate::ui::icons::{self, Icon};
use crate::ui::kit::marker;
use crate::ui::screens::{Scene, Screen};
use crate::ui::strings::Phrase as _;
use crate::ui::strings::said;
use crate::ui::strings::shell::Shell;
use crate::ui::theme::{HasTokens as _, medium, radius, segment_color, segment_marker};

const WIDTH: f32 = 640.0;
const ROW: f32 = 34.0;
const MOST_RESULTS: usize = 60;

/// What is typed, what is marked, and the index over the catalog.
#[derive(Debug, Default)]
pub struct Palette {
    open: bool,
    query: String,
    marked: usize,
    index: Option<Index>,
    recent: Vec<String>,
}

/// Lower-cased titles of a catalog, made once per catalog.
#[derive(Debug)]
struct Index {
    catalog: Arc<Catalog>,
    titles: Vec<String>,
}

struct Entry {
    score: i32,
    icon: Mark,
    title: String,
    detail: String,
    why_not: Option<&'static str>,
    command: Command,
}

enum Mark {
    Icon(Icon),
    Segment(u8),
}

impl Palette {
    pub fn toggle(&mut self) {
        self.open = !self.open;
        self.query.clear();
        self.marked = 0;
    }

    pub fn is_open(&self) -> bool {
        self.open
    }

    pub fn show(&mut self, ui: &Ui, scene: &Scene<'_>, situation: Situation, commands: &mut Vec<Command>) {
        if !self.open {
            return;
        }
        let t = ui.tokens();
        let (enter, up, down) = ui.input_mut(|input| {
            (
                input.consume_key(Modifiers::NONE, Key::Enter),
                input.count_and_consume_key(Modifiers::NONE, Key::ArrowUp),
                input.count_and_consume_key(Modifiers::NONE, Key::ArrowDown),
            )
        });
        let id = Id::unique("palette");
        let area = Modal::default_area(id).anchor(Align2::CENTER_TOP, [0.0, 96.0]);
        let frame = egui::Frame::popup(ui.style()).inner_margin(8).corner_radius(12);
        let mut chosen = None;
        let modal = Modal::new(id).area(area).frame(frame).backdrop_color(t.scrim).show(ui, |ui| {
            ui.set_width(WIDTH.min(ui.content_rect().width() - 64.0));
            ui.spacing_mut().item_spacing.y = 2.0;
            let before = self.query.clone();
            let field = TextEdit::singleline(&mut self.query)
                .prefix(icons::MAGNIFYING_GLASS.atom_sized(18.0, Some(t.muted)))
                .hint_text(Shell::PaletteHint.text())
                .desired_width(f32::INFINITY)
                .lock_focus(true);
            ui.add(field).accessible_name(Shell::PaletteHint.text()).request_focus();
            if self.query != before {
                self.marked = 0;
            }
            ui.add_space(4.0);
            let entries = self.entries(scene, situation);
            if entries.is_empty() {
                ui.add_space(12.0);
                let nothing = Shell::PaletteNothing.with(&[("query", (&self.query).into())]);
                ui.vertical_centered(|ui| ui.label(egui::RichText::new(nothing).color(t.muted)));
                ui.add_space(12.0);
            }
            if !entries.is_empty() {
                self.marked = (self.marked + down).min(entries.len() - 1).saturating_sub(up);
            }
            ScrollArea::vertical().max_height(ROW * 11.5).auto_shrink([false, true]).show(ui, |ui| {
                for (index, entry) in entries.iter().enumerate() {
                    let marked = index == self.marked;
                    let clicked = entry_ui(ui, entry, marked, (up + down) != 0);
                    if (clicked || (enter && marked)) && entry.why_not.is_none() {
                        chosen = Some((entry.title.clone(), entry.command.clone()));
                    }
                }
            });
            ui.add_space(4.0);
            ui.label(egui::RichText::new(Shell::PaletteHelp.text()).small().color(t.muted));
        });
        if let Some((title, command)) = chosen {
            self.recent.retain(|known| *known != title);
            self.recent.insert(0, title);
            self.recent.truncate(6);
            commands.push(command);
            self.open = false;
        } else if modal.should_close() {
            self.open = false;
        }
    }

    fn entries(&mut self, scene: &Scene<'_>, situation: Situation) -> Vec<Entry> {
        let query = self.query.trim().to_lowercase();
        let (kinds, query) = match query.split_at_checked(1) {
            Some((">", rest)) => ("a", rest.trim()),
            Some(("@", rest)) => ("s", rest.trim()),
            Some(("#", rest)) => ("p", rest.trim()),
            _ => ("asp", query.as_str()),
        };
        let mut entries = Vec::new();
        if kinds.contains('a') {
            self.add_actions(query, scene, situation, &mut entries);
        }
        if kinds.contains('s') {
            add_segments(query, scene, &mut entries);
        }
        if kinds.contains('p') {
            self.add_products(query, kinds == "p", scene, &mut entries);
        }
        entries.sort_by(|a, b| b.score.cmp(&a.score).then_with(|| a.title.cmp(&b.title)));
        entries.truncate(MOST_RESULTS);
        entries
    }

    fn add_actions(&self, query: &str, scene: &Scene<'_>, situation: Situation, entries: &mut Vec<Entry>) {
        let recent = |title: &str| self.recent.iter().position(|known| known == title);
        for (order, action) in Action::ALL.iter().enumerate() {
            if *action == Action::Palette {
                continue;
            }
            let Some(score) = fuzzy_score(query, &action.title().to_lowercase()) else {
                continue;
            };
            let why_not = situation.why_not(*action);
            let boost = recent(action.title()).map_or(0, |at| 60 - 5 * at as i32);
            let usable = if why_not.is_some() { -40 } else { 0 };
            let order = if query.is_empty() { -(order as i32) } else { 0 };
            entries.push(Entry {
                score: score + boost + usable + order,
                icon: Mark::Icon(action.icon()),
                title: action.title().to_owned(),
                detail: action
                    .shortcut()
                    .map_or_else(String::new, |shortcut| shortcut.format(&egui::ModifierNames::NAMES, false)),
                why_not,
                command: Command::Do(*action),
            });
        }
        for screen in Screen::ALL {
            if let Some(score) = fuzzy_score(query, &screen.title().to_lowercase()) {
                entries.push(Entry {
                    score: score + 6,
                    icon: Mark::Icon(screen.icon()),
                    title: screen.title().to_owned(),
                    detail: screen.tooltip().to_owned(),
                    why_not: None,
                    command: Command::Go(*screen),
                });
            }
        }
        let Some(draft) = scene.draft else { return };
        for collection in draft.bundle().catalog.collections.iter().filter(|_| !query.is_empty()) {
            if let Some(score) = fuzzy_score(query, &collection.title.to_lowercase()) {
                entries.push(Entry {
                    score: score + 2,
                    icon: Mark::Icon(icons::LAYOUT),
                    title: collection.title.clone(),
                    detail: Screen::Pages.title().to_owned(),
                    why_not: None,
                    command: Command::OpenPage {
                        page: PageRef::Collection(collection.id.clone()),
                        segment: None,
                    },
                });
            }
        }
    }

    fn add_products(&mut self, query: &str, all: bool, scene: &Scene<'_>, entries: &mut Vec<Entry>) {
        let Some(draft) = scene.draft else { return };
        let catalog = &draft.bundle().catalog;
        if query.is_empty() && !all {
            return;
        }
        let index = match self.index.take() {
            Some(index) if Arc::ptr_eq(&index.catalog, catalog) => index,
            _ => Index {
                catalog: Arc::clone(catalog),
                titles: catalog.products.iter().map(|product| product.title.to_lowercase()).collect(),
            },
        };
        let mut found: Vec<(i32, usize)> = index
            .titles
            .iter()
            .enumerate()
            .filter_map(|(at, title)| fuzzy_score(query, title).map(|score| (score, at)))
            .collect();
        found.sort_by_key(|(score, at)| (std::cmp::Reverse(*score), *at));
        for (score, at) in found.into_iter().take(MOST_RESULTS) {
            let product = &catalog.products[at];
            entries.push(Entry {
                score: score - 1,
                icon: Mark::Icon(icons::PACKAGE),
                title: product.title.clone(),
                detail: product.price.map_or_else(String::new, |price| scene.formats.price(price)),
                why_not: None,
                command: Command::Inspect { product: product.id.clone() },
            });
        }
        self.index = Some(index);
    }
}

fn add_segments(query: &str, scene: &Scene<'_>, entries: &mut Vec<Entry>) {
    let Some(draft) = scene.draft else { return };
    for segment in &draft.bundle().segments.segments {
        let name = said::group(&segment.name);
        if let Some(score) = fuzzy_score(query, &name.to_lowercase()) {
            debug_assert_ne!(segment.id, EVERYONE, "everyone is not a segment");
            entries.push(Entry {
                score: if query.is_empty() { -100 } else { score + 4 },
                icon: Mark::Segment(segment.color),
                title: name.into_owned(),
                detail: scene.formats.percent(i64::from(segment.customer_share)),
                why_not: None,
                command: Command::OpenPage { page: PageRef::Home, segment: Some(segment.id.clone()) },
            });
        }
    }
}

fn entry_ui(ui: &mut Ui, entry: &Entry, marked: bool, moved: bool) -> bool {
    let t = ui.tokens();
    let theme = ui.theme();
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), ROW), Sense::click());
    if marked {
        ui.painter().rect_filled(rect, radius::CONTROL, t.accent_soft);
        if moved {
            response.scroll_to_me(None);
        }
    } else if response.hovered() {
        ui.painter().rect_filled(rect, radius::CONTROL, t.hover);
    }
    let usable = entry.why_not.is_none();
    let color = if usable { t.text } else { t.muted };
    let mark_at = pos2(rect.left() + 20.0, rect.center().y);
    match entry.icon {
        Mark::Icon(icon) => icon.paint(ui.painter(), mark_at, 17.0, t.muted),
        Mark::Segment(index) => {
            marker::paint(ui.painter(), mark_at, 6.0, segment_marker(index), segment_color(theme, index));
        }
    }
    let detail = entry.why_not.unwrap_or(&entry.detail);
    let detail_rect = ui.painter().text(
        pos2(rect.right() - 12.0, rect.center().y),
        Align2::RIGHT_CENTER,
        detail,
        FontId::new(12.0, egui::FontFamily::Proportional),
        t.muted,
    );
    let mut job =
        egui::text::LayoutJob::simple_singleline(entry.title.clone(), FontId::new(14.0, medium()), color);
    job.wrap = egui::text::TextWrapping::truncate_at_width(detail_rect.left() - rect.left() - 52.0);
    let galley = ui.painter().layout_job(job);
    ui.painter().galley(pos2(rect.left() + 40.0, rect.center().y - galley.size().y / 2.0), galley, color);
    response.widget_info(|| WidgetInfo::selected(Role::MenuItem, usable, marked, &entry.title));
    response.clicked()
}

/// How well lower-cased `query` matches lower-cased `title`: all its letters in order, better at word starts and in runs;
/// failing that, every word of it somewhere, whatever the order.
pub fn fuzzy_score(query: &str, title: &str) -> Option<i32> {
    in_order(query, title).or_else(|| {
        let scores: Option<Vec<i32>> = query.split_whitespace().map(|word| in_order(word, title)).collect();
        scores.map(|scores| scores.iter().sum::<i32>() / 2)
    })
}

fn in_order(query: &str, title: &str) -> Option<i32> {
    let mut score = 0;
    let mut rest = title.char_indices().peekable();
    let mut previous_end = None;
    let mut before = ' ';
    for wanted in query.chars().filter(|c| !c.is_whitespace()) {
        loop {
            let (at, letter) = rest.next()?;
            let starts_word = !before.is_alphanumeric();
            before = letter;
            if letter == wanted {
                let adjacent = previous_end == Some(at);
                score += 1 + 4 * i32::from(starts_word) + 3 * i32::from(adjacent);
                previous_end = Some(at + letter.len_utf8());
                break;
            }
        }
    }
    Some(score - title.len() as i32 / 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn word_starts_and_runs_win() {
        let score = |title| fuzzy_score("exp", title);
        assert!(score("make excerpt") < score("export bundle"));
        assert_eq!(score("undo"), None);
        assert!(fuzzy_score("pin he", "pin here").is_some());
        assert!(fuzzy_score("dark theme", "theme: dark").is_some(), "words in any order");
        assert_eq!(fuzzy_score("dark page", "theme: dark"), None);
    }
}
