//! Rules: every pin, boost, bury and hide in one list.

mod conflicts;
mod editor;
mod effect;
mod timeline;

use std::collections::BTreeSet;

use egui::{FontId, Frame, Margin, Rect, Response, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};

use super::stage::{Place, Stage};
use crate::decide::PageRef;
use crate::merch::{Action as RuleAction, Document, Edit, PageKey, Rule};
use crate::shop::Seconds;
use crate::ui::format::Formats;
use crate::ui::icons::{self, Icon};
use crate::ui::kit::at_end::at_end;
use crate::ui::kit::empty::{Chosen, EmptyState};
use crate::ui::kit::{button, card, chip, heading, marker, search_field};
use crate::ui::say;
use crate::ui::strings::Phrase as _;
use crate::ui::strings::rules::Rules as T;
use crate::ui::strings::said;
use crate::ui::theme::{HasTokens as _, medium, space, text};
pub use conflicts::{Clash, clashes};

/// What only this screen cares about.
#[derive(Clone, Debug, Default)]
pub struct RulesState {
    list: List,
    filter: String,
    selected: Option<String>,
    editor: Option<editor::Editor>,
    /// Conflicts the person has seen and accepted, for this session: (rule, other).
    accepted: BTreeSet<(String, Option<String>)>,
    timeline: timeline::TimelineState,
    /// The editor was asked for from elsewhere.
    wants_rule: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum List {
    #[default]
    All,
    Active,
    Scheduled,
    Conflicts,
    Ended,
}

impl RulesState {
    /// Opens the editor for a new rule in the next frame.
    pub fn begin_rule(&mut self) {
        self.wants_rule = true;
    }

    /// Whether the person has seen this conflict and lets it be.
    pub fn has_accepted(&self, clash: &Clash) -> bool {
        self.accepted.contains(&(clash.rule.clone(), clash.other.clone()))
    }

    /// Shows one rule, for links from elsewhere.
    pub fn select(&mut self, rule: &str) {
        self.selected = Some(rule.to_owned());
    }
}

fn is_in(list: List, rule: &Rule, now: Seconds, clashes: &[Clash]) -> bool {
    let has_ended = rule.schedule.until.is_some_and(|until| until <= now);
    match list {
        List::All => true,
        List::Active => rule.enabled && rule.schedule.holds(now),
        List::Scheduled => {
            rule.schedule.from.is_some_and(|from| now < from) || (rule.schedule.until.is_some() && !has_ended)
        }
        List::Conflicts => clashes.iter().any(|clash| clash.rule == rule.id),
        List::Ended => has_ended,
    }
}

pub fn rules_ui(ui: &mut Ui, stage: &mut Stage<'_>, state: &mut RulesState) {
    if std::mem::take(&mut state.wants_rule) {
        state.editor = Some(editor::Editor::new(stage));
    }
    if stage.draft.rules.is_empty() && state.editor.is_none() {
        let chosen = EmptyState {
            icon: icons::LIST_CHECKS,
            title: T::EmptyTitle.text(),
            hint: T::EmptyHint.text(),
            action: Some(T::GoHomepage.text()),
            alternative: Some(T::NewRule.text()),
        }
        .show(ui);
        match chosen {
            Some(Chosen::Action) => stage.go(Place::Homepage(None)),
            Some(Chosen::Alternative) => state.editor = Some(editor::Editor::new(stage)),
            None => {}
        }
        return;
    }
    let mut clashes = stage.clashes.to_vec();
    clashes.retain(|clash| !state.has_accepted(clash));
    head_ui(ui, stage, state, &clashes);
    let app = ui.tokens().app;
    egui::CentralPanel::default().frame(Frame::new().fill(app)).show(ui, |ui| {
        ScrollArea::vertical().id_salt("rules").auto_shrink(false).show(ui, |ui| {
            Frame::new().inner_margin(Margin::symmetric(24, 16)).show(ui, |ui| {
                ui.set_width(ui.available_width());
                list_ui(ui, stage, state, &clashes);
                ui.add_space(space::L);
                timeline::timeline_ui(ui, stage, &mut state.timeline);
                ui.add_space(space::L);
                heading::section(ui, T::WhichWins.text());
                heading::caption(ui, T::WinsOrder.text());
            });
        });
    });
    editor::dialog_ui(ui, stage, state);
}

fn head_ui(ui: &mut Ui, stage: &mut Stage<'_>, state: &mut RulesState, clashes: &[Clash]) {
    let t = ui.tokens();
    egui::Panel::top("rules head")
        .exact_size(52.0)
        .frame(Frame::new().fill(t.surface).inner_margin(Margin::symmetric(24, 0)))
        .show(ui, |ui| {
            ui.horizontal_centered(|ui| {
                for (list, name) in [
                    (List::All, T::All),
                    (List::Active, T::Active),
                    (List::Scheduled, T::Scheduled),
                    (List::Conflicts, T::Conflicts),
                    (List::Ended, T::Ended),
                ] {
                    let n =
                        stage.draft.rules.iter().filter(|rule| is_in(list, rule, stage.now, clashes)).count();
                    if chip::filter(ui, state.list == list, &name.with(&[("n", n.into())])).clicked() {
                        state.list = list;
                    }
                }
                let room = (ui.available_width() - 136.0).clamp(60.0, 200.0);
                at_end(ui, "rules head", |ui| {
                    search_field::search_field(ui, &mut state.filter, T::Filter.text(), room);
                    let why_not = stage.view.store.read_only.then(|| T::ReadOnly.text());
                    if button::enabled_or_why(
                        ui,
                        button::primary((icons::PLUS.atom(), T::NewRule.text())),
                        why_not,
                    )
                    .clicked()
                    {
                        state.editor = Some(editor::Editor::new(stage));
                    }
                });
            });
        });
}

fn list_ui(ui: &mut Ui, stage: &mut Stage<'_>, state: &mut RulesState, clashes: &[Clash]) {
    let titles = Titles::of(stage);
    let needle = state.filter.to_lowercase();
    let rules: Vec<(usize, Rule, String)> = stage
        .draft
        .rules
        .iter()
        .enumerate()
        .filter(|(_, rule)| is_in(state.list, rule, stage.now, clashes))
        .map(|(idx, rule)| (idx, rule.clone(), titles.label(rule, stage.formats)))
        .filter(|(_, _, label)| needle.is_empty() || label.to_lowercase().contains(&needle))
        .collect();
    card::card(ui, |ui| {
        ui.set_width(ui.available_width());
        if rules.is_empty() {
            ui.horizontal(|ui| {
                let words = if needle.is_empty() {
                    T::NoneHere.text().to_owned()
                } else {
                    T::NoHits.with(&[("words", (&state.filter).into())])
                };
                ui.label(words);
                if ui.add(button::link(T::ClearFilters.text())).clicked() {
                    state.filter.clear();
                    state.list = List::All;
                }
            });
            return;
        }
        ui.spacing_mut().item_spacing.y = 2.0;
        columns_head(ui);
        let mut walk = 0_i64;
        for (idx, rule, label) in &rules {
            let response = rule_row(ui, stage, state, &titles, *idx, rule, label, clashes);
            if response.has_focus() {
                walk += ui.input(|input| {
                    input.num_presses(egui::Key::ArrowDown) as i64
                        - input.num_presses(egui::Key::ArrowUp) as i64
                });
            }
            for clash in clashes.iter().filter(|clash| clash.rule == rule.id) {
                conflicts::clash_ui(ui, stage, state, &titles, clash, label);
            }
        }
        let moves_rule = ui.input(|input| input.modifiers.alt);
        if walk != 0
            && !moves_rule
            && let Some(at) =
                rules.iter().position(|(_, rule, _)| state.selected.as_deref() == Some(rule.id.as_str()))
        {
            let next = (at as i64 + walk).clamp(0, rules.len() as i64 - 1) as usize;
            state.selected = Some(rules[next].1.id.clone());
        }
    });
}

/// Left edges of the columns after the switch, as shares of the row.
const COLUMNS: [f32; 5] = [0.0, 0.30, 0.47, 0.65, 0.79];
const SWITCH: f32 = 64.0;
const MENU: f32 = 40.0;

fn column(rect: Rect, idx: usize) -> (f32, f32) {
    let room = rect.width() - SWITCH - MENU;
    let left = rect.left() + SWITCH;
    let end = COLUMNS.get(idx + 1).copied().unwrap_or(1.0);
    (left + COLUMNS[idx] * room, left + end * room - 10.0)
}

fn columns_head(ui: &mut Ui) {
    let t = ui.tokens();
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 22.0), Sense::hover());
    let font = text::label().resolve(ui.style());
    ui.painter().text(
        pos2(rect.left() + 24.0, rect.center().y),
        egui::Align2::LEFT_CENTER,
        T::On.text(),
        font.clone(),
        t.muted,
    );
    for (idx, head) in [T::What, T::Where, T::For, T::When, T::Effect].into_iter().enumerate() {
        let at = pos2(column(rect, idx).0, rect.center().y);
        ui.painter().text(at, egui::Align2::LEFT_CENTER, head.text(), font.clone(), t.muted);
    }
}

#[expect(clippy::too_many_arguments, reason = "a row shows one rule with everything the list knows about it")]
fn rule_row(
    ui: &mut Ui,
    stage: &mut Stage<'_>,
    state: &mut RulesState,
    titles: &Titles,
    idx: usize,
    rule: &Rule,
    label: &str,
    clashes: &[Clash],
) -> Response {
    let t = ui.tokens();
    let selected = state.selected.as_deref() == Some(rule.id.as_str());
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), 40.0));
    // Focus belongs to the rule, not to its place in the list.
    let response = ui.interact(rect, ui.scope_id().with(("rule", &rule.id)), Sense::click_and_drag());
    if selected {
        ui.painter().rect_filled(rect, 6, t.accent_soft);
    } else if response.hovered() {
        ui.painter().rect_filled(rect, 6, t.hover);
    }
    let y = rect.center().y;
    icons::DOTS_SIX_VERTICAL.paint(ui.painter(), pos2(rect.left() + 10.0, y), 16.0, t.muted);
    let mut child = ui.new_child(
        egui::UiBuilder::new()
            .max_rect(Rect::from_min_size(pos2(rect.left() + 22.0, rect.top()), vec2(36.0, rect.height()))),
    );
    child.horizontal_centered(|ui| {
        let mut enabled = rule.enabled;
        let name = T::TurnOn.with(&[("rule", label.into())]);
        let tick = ui.add_enabled(!stage.view.store.read_only, egui::Checkbox::without_text(&mut enabled));
        if tick.accessible_name(name).changed() {
            let says = if enabled { T::TurnedOn } else { T::TurnedOff };
            let changed = Rule { enabled, ..rule.clone() };
            stage.edit(Edit::ReplaceRule { rule: changed }, says.with(&[("rule", label.into())]));
        }
    });
    let (icon, color) = look(rule, ui);
    let faded = if rule.enabled { t.text } else { t.muted };
    let font = FontId::new(14.0, medium());
    let body = FontId::new(13.0, egui::FontFamily::Proportional);
    let has_clash = clashes.iter().any(|clash| clash.rule == rule.id);
    let (left, right) = column(rect, 0);
    icon.paint_filled(ui.painter(), pos2(left + 8.0, y), 16.0, if rule.enabled { color } else { t.muted });
    let mut text_left = left + 24.0;
    if has_clash {
        icons::WARNING.paint_filled(ui.painter(), pos2(text_left + 8.0, y), 16.0, t.bury.fg);
        text_left += 22.0;
    }
    let cell_at = |from: f32, to: f32, y: f32, words: &str, font: FontId, color| {
        let mut job = egui::text::LayoutJob::simple_singleline(words.to_owned(), font, color);
        job.wrap = egui::text::TextWrapping::truncate_at_width((to - from).max(20.0));
        let galley = ui.painter().layout_job(job);
        ui.painter().galley(pos2(from, y - galley.size().y / 2.0), galley, color);
    };
    let cell = |from, to, words: &str, font, color| cell_at(from, to, y, words, font, color);
    cell(text_left, right, label, font, faded);
    let (from, to) = column(rect, 1);
    cell(from, to, &where_words(stage.draft, rule, titles), body.clone(), t.text);
    let (mut from, to) = column(rect, 2);
    let (segments, color) = for_words(stage, rule);
    if let Some(color) = color {
        let theme = if ui.visuals().dark_mode { egui::Theme::Dark } else { egui::Theme::Light };
        marker::paint(
            ui.painter(),
            pos2(from + 6.0, y),
            5.0,
            crate::ui::theme::segment_marker(color),
            crate::ui::theme::segment_color(theme, color),
        );
        from += 18.0;
    }
    cell(from, to, &segments, body.clone(), t.text);
    let (from, to) = column(rect, 3);
    cell(from, to, &when_words(rule, stage.formats, stage.now), body.clone(), t.muted);
    let (from, to) = column(rect, 4);
    let effect = effect::effect(stage, rule);
    let tone = if effect.is_idle { t.bury.fg } else { t.text };
    if effect.on.is_empty() {
        cell(from, to, &effect.what, body, tone);
    } else {
        cell_at(from, to, y - 8.0, &effect.what, body, tone);
        let small = FontId::new(12.0, egui::FontFamily::Proportional);
        cell_at(from, to, y + 8.0, &effect.on, small, t.muted);
    }
    menu_ui(ui, stage, state, titles, rect, idx, rule, label);
    response.widget_info(|| {
        let mut info = WidgetInfo::selected(Role::ListItem, true, selected, label);
        info.current_text_value = Some(format!("{} {}", effect.what, effect.on));
        info
    });
    crate::ui::kit::focus::ring(ui, &response, 6);
    if response.contains_pointer() {
        // The columns are narrow; the tooltip has room for all of it.
        let words = [label, effect.what.as_str(), effect.on.as_str()];
        let words: Vec<&str> = words.into_iter().filter(|words| !words.is_empty()).collect();
        response.clone().on_hover_text(words.join("\n"));
    }
    keys(ui, stage, state, &response, idx, rule, label);
    if response.drag_stopped()
        && let Some(at) = response.interact_pointer_pos()
    {
        let rows = ((at.y - rect.center().y) / 42.0).round() as i64;
        if rows != 0 {
            let to = (idx as i64 + rows).clamp(0, stage.draft.rules.len() as i64 - 1) as usize;
            stage.edit(Edit::MoveRule { id: rule.id.clone(), to }, T::Moved.with(&[("rule", label.into())]));
        }
    }
    // The first arrow leads from nowhere into the list.
    let enters = ui.memory(|memory| memory.focused().is_none())
        && ui.input(|input| input.key_pressed(egui::Key::ArrowDown) && input.modifiers.is_none());
    let is_wanted = state.selected.as_deref().map_or(idx == 0, |selected| selected == rule.id);
    if enters && is_wanted && state.editor.is_none() {
        response.request_focus();
    }
    if response.clicked() {
        response.request_focus();
        state.selected = Some(rule.id.clone());
    }
    if response.double_clicked() {
        state.editor = Some(editor::Editor::of(stage, rule));
    }
    response
}

fn keys(
    ui: &Ui,
    stage: &mut Stage<'_>,
    state: &mut RulesState,
    response: &Response,
    idx: usize,
    rule: &Rule,
    label: &str,
) {
    if !response.has_focus() {
        return;
    }
    ui.memory_mut(|memory| {
        let arrows = egui::EventFilter { vertical_arrows: true, ..Default::default() };
        memory.set_focus_lock_filter(response.id, arrows);
    });
    if state.selected.as_deref() != Some(rule.id.as_str()) {
        state.selected = Some(rule.id.clone());
    }
    let (up, down, remove, open) = ui.input(|input| {
        let alt = input.modifiers.alt;
        (
            alt && input.key_pressed(egui::Key::ArrowUp),
            alt && input.key_pressed(egui::Key::ArrowDown),
            input.key_pressed(egui::Key::Delete),
            input.key_pressed(egui::Key::Enter),
        )
    });
    if stage.view.store.read_only {
        return;
    }
    if up && 0 < idx {
        stage.edit(
            Edit::MoveRule { id: rule.id.clone(), to: idx - 1 },
            T::Moved.with(&[("rule", label.into())]),
        );
    }
    if down && idx + 1 < stage.draft.rules.len() {
        stage.edit(
            Edit::MoveRule { id: rule.id.clone(), to: idx + 1 },
            T::Moved.with(&[("rule", label.into())]),
        );
    }
    if remove {
        stage.edit(Edit::RemoveRule { id: rule.id.clone() }, T::Removed.with(&[("rule", label.into())]));
    }
    if open {
        state.editor = Some(editor::Editor::of(stage, rule));
    }
}

#[expect(clippy::too_many_arguments, reason = "the menu of one row")]
fn menu_ui(
    ui: &mut Ui,
    stage: &mut Stage<'_>,
    state: &mut RulesState,
    titles: &Titles,
    rect: Rect,
    idx: usize,
    rule: &Rule,
    label: &str,
) {
    let place = Rect::from_min_max(pos2(rect.right() - MENU, rect.top()), rect.max);
    let mut child = ui.new_child(egui::UiBuilder::new().max_rect(place).id_salt(("menu", &rule.id)));
    child.horizontal_centered(|ui| {
        let response = button::icon(ui, icons::DOTS_THREE, &T::More.with(&[("rule", label.into())]));
        egui::Popup::menu(&response).id(response.id.with("menu")).show(|ui| {
            ui.set_min_width(200.0);
            if ui.add(button::quiet(T::Editor.text()).shortcut_text("Enter")).clicked() {
                state.editor = Some(editor::Editor::of(stage, rule));
            }
            let last = stage.draft.rules.len();
            for (says, to, keys) in [
                (T::Up, idx.checked_sub(1), "Alt ↑"),
                (T::Down, Some(idx + 1).filter(|to| *to < last), "Alt ↓"),
            ] {
                let item = button::quiet(says.text()).shortcut_text(keys);
                if ui.add_enabled(to.is_some(), item).clicked()
                    && let Some(to) = to
                {
                    stage.edit(
                        Edit::MoveRule { id: rule.id.clone(), to },
                        T::Moved.with(&[("rule", label.into())]),
                    );
                }
            }
            let page = page_of(rule, stage);
            if ui.add(button::quiet(T::TryWithout.text())).clicked() {
                let segment = rule.scope.segments.as_ref().and_then(|ids| ids.first().cloned());
                stage.go(Place::Without { rule: rule.id.clone(), page, segment });
            }
            ui.menu_button(T::CopyTo.text(), |ui| {
                for page in pages(stage.draft) {
                    let name = titles.page(&page);
                    if ui.add(button::quiet(name.as_str())).clicked() {
                        let mut copy = rule.clone();
                        copy.id = stage.draft.next_rule_id();
                        copy.scope.pages = vec![page.clone()];
                        copy.scope.block = None;
                        let says = T::Copied.with(&[("page", (&name).into()), ("rule", label.into())]);
                        stage.edit(Edit::AddRule { rule: copy, at: Some(idx + 1) }, says);
                    }
                }
            });
            ui.separator();
            if ui.add(button::quiet(T::Remove.text()).shortcut_text("Del")).clicked() {
                stage.edit(
                    Edit::RemoveRule { id: rule.id.clone() },
                    T::Removed.with(&[("rule", label.into())]),
                );
            }
        });
    });
}

fn look(rule: &Rule, ui: &Ui) -> (Icon, egui::Color32) {
    let t = ui.tokens();
    match rule.action {
        RuleAction::Pin { .. } => (icons::PUSH_PIN, t.pin.fg),
        RuleAction::Boost { .. } => (icons::ARROW_FAT_UP, t.boost.fg),
        RuleAction::Bury { .. } => (icons::ARROW_FAT_DOWN, t.bury.fg),
        RuleAction::Hide => (icons::EYE_SLASH, t.hide.fg),
        RuleAction::OnlyShow => (icons::FUNNEL, t.info.fg),
    }
}

/// Names of products and pages of this store.
pub(in crate::ui::screens) struct Titles {
    catalog: Option<std::sync::Arc<crate::bundle::Catalog>>,
}

impl Titles {
    pub(in crate::ui::screens) fn of(stage: &Stage<'_>) -> Self {
        Self { catalog: stage.bundle().map(|bundle| std::sync::Arc::clone(&bundle.catalog)) }
    }

    pub(super) fn product(&self, id: &str) -> String {
        self.catalog
            .as_ref()
            .and_then(|catalog| {
                let product = catalog.index(id).and_then(|idx| catalog.products.get(idx as usize));
                let collection = || catalog.collections.iter().find(|collection| collection.id == id);
                product
                    .map(|product| product.title.clone())
                    .or_else(|| collection().map(|collection| collection.title.clone()))
            })
            .unwrap_or_else(|| id.to_owned())
    }

    pub(in crate::ui::screens) fn label(&self, rule: &Rule, formats: &Formats) -> String {
        let does = say::rule_label(rule, formats, &|id| self.product(id));
        match &rule.name {
            Some(name) => format!("{name}: {does}"),
            None => does,
        }
    }

    pub(in crate::ui::screens) fn page(&self, page: &PageKey) -> String {
        say::page_name(page, &|id| self.product(id))
    }
}

fn where_words(document: &Document, rule: &Rule, titles: &Titles) -> String {
    match rule.scope.pages.as_slice() {
        [] => T::Everywhere.text().to_owned(),
        pages => {
            let pages: Vec<String> = pages.iter().map(|page| titles.page(page)).collect();
            let mut words = pages.join(", ");
            if let Some(block) = &rule.scope.block {
                let rows = rule.scope.pages.iter().filter_map(|page| document.layout(page));
                let title = rows
                    .flat_map(|layout| {
                        let variants = layout.variants.iter().flat_map(|variant| &variant.blocks);
                        layout.default.iter().chain(variants)
                    })
                    .find(|row| row.id == *block && !row.title.is_empty())
                    .map_or(block.as_str(), |row| row.title.as_str());
                words = format!("{words} › {title}");
            }
            words
        }
    }
}

fn for_words(stage: &Stage<'_>, rule: &Rule) -> (String, Option<u8>) {
    let Some(segments) = &rule.scope.segments else {
        return (T::Everyone.text().to_owned(), None);
    };
    let known: Vec<(String, u8)> = segments
        .iter()
        .filter_map(|id| {
            let info = stage.bundle()?.segments.segments.iter().find(|info| info.id == *id)?;
            Some((said::group(&info.name).into_owned(), info.color))
        })
        .collect();
    let names: Vec<&str> = known.iter().map(|(name, _)| name.as_str()).collect();
    let color = if known.len() == 1 { Some(known[0].1) } else { None };
    (if names.is_empty() { segments.join(", ") } else { names.join(", ") }, color)
}

fn when_words(rule: &Rule, formats: &Formats, now: Seconds) -> String {
    // The year is said where it is not this one.
    let year = |at: Seconds| formats.time_zone.local(at).year();
    let day = |at: Seconds| if year(at) == year(now) { formats.day_month(at) } else { formats.date(at) };
    let last_day = |until: Seconds| day(until - 1);
    match (rule.schedule.from, rule.schedule.until) {
        (_, Some(until)) if until <= now => T::EndedOn.with(&[("date", (&last_day(until)).into())]),
        (None, None) => T::Always.text().to_owned(),
        (Some(from), None) => T::From.with(&[("date", (&day(from)).into())]),
        (None, Some(until)) => T::Until.with(&[("date", (&last_day(until)).into())]),
        (Some(from), Some(until)) => {
            T::Between.with(&[("from", (&day(from)).into()), ("until", (&last_day(until)).into())])
        }
    }
}

/// A page that the rule is for.
fn page_of(rule: &Rule, stage: &Stage<'_>) -> PageRef {
    match rule.scope.pages.first() {
        Some(PageKey::Collection(id)) => {
            let first = || stage.bundle()?.catalog.collections.first().map(|one| one.id.clone());
            id.clone().or_else(first).map_or(PageRef::Home, PageRef::Collection)
        }
        Some(PageKey::Product(Some(id))) => PageRef::Product(id.clone()),
        Some(PageKey::Search) => {
            rule.scope.queries.first().map_or(PageRef::Home, |query| PageRef::Search(query.clone()))
        }
        Some(PageKey::Email(Some(trigger))) => PageRef::Email(trigger.clone()),
        _ => PageRef::Home,
    }
}

/// Pages a rule can be copied to: those with a layout, in order.
fn pages(document: &Document) -> Vec<PageKey> {
    document.layouts.keys().cloned().collect()
}
