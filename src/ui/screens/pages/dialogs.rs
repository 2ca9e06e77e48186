//! Small questions of the canvas: find a product, add one, pin to a position.

use egui::{Key, Modifiers, RichText, ScrollArea, Sense, Ui, Vec2, vec2};

use super::card::paint_picture;
use super::edits;
use super::state::{Card, PagesState};
use crate::decide::Absence;
use crate::merch::BlockKind;
use crate::ui::command::{Action, Command};
use crate::ui::icons;
use crate::ui::kit::{button, heading, modal, search_field};
use crate::ui::screens::Scene;
use crate::ui::shell::palette::fuzzy_score;
use crate::ui::strings::Phrase as _;
use crate::ui::strings::canvas::Canvas;
use crate::ui::theme::{HasTokens as _, text};

/// A question with something typed: its name, its width, where its text is kept, and what it shows; false ends it.
type Question = (
    &'static str,
    f32,
    fn(&mut PagesState) -> &mut Option<String>,
    fn(&mut Ui, &Scene<'_>, &mut PagesState, &mut String, &mut Vec<Command>) -> bool,
);

const QUESTIONS: [Question; 4] = [
    ("find", 480.0, |state| &mut state.find, find_ui),
    ("add", 560.0, |state| &mut state.add, add_ui),
    ("swap", 480.0, |state| &mut state.swap, swap_ui),
    ("pin to", 320.0, |state| &mut state.pin_to, pin_to_ui),
];

pub(super) fn dialogs_ui(ui: &Ui, scene: &Scene<'_>, state: &mut PagesState, commands: &mut Vec<Command>) {
    for (name, width, text_of, show) in QUESTIONS {
        let Some(mut text) = text_of(state).take() else { continue };
        let mut keep = true;
        let closed = modal::dialog(ui, name, width, |ui| keep = show(ui, scene, state, &mut text, commands));
        if keep && !closed {
            *text_of(state) = Some(text);
        }
    }
}

/// A list of the products on the open page to choose one from, with what is typed over it.
fn on_page_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    state: &mut PagesState,
    query: &mut String,
    hint: &str,
    without: Option<&Card>,
) -> Option<(Card, u32)> {
    search_field::search_field(ui, query, hint, f32::INFINITY).request_focus();
    let draft = scene.draft?;
    let catalog = &draft.bundle().catalog;
    let (segment, device) = (state.segment.clone(), state.device);
    let page = state.draft_page(scene, &segment, device)?;
    let needle = query.to_lowercase();
    let mut found: Vec<(i32, Card, u32, String)> = page
        .blocks
        .iter()
        .flat_map(|block| block.slots.iter().map(move |slot| (block, slot)))
        .filter_map(|(block, slot)| {
            let product = &catalog.products[slot.product as usize];
            let score = fuzzy_score(&needle, &product.title.to_lowercase())?;
            let card = Card { block: block.id.clone(), product: product.id.clone() };
            (without != Some(&card)).then(|| (score, card, slot.position, block.title.clone()))
        })
        .collect();
    found.sort_by_key(|(score, _, position, _)| (std::cmp::Reverse(*score), *position));
    let enter = ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter));
    let mut chosen = None;
    ScrollArea::vertical().max_height(360.0).auto_shrink([false, true]).show(ui, |ui| {
        for (index, (_, card, position, row)) in found.into_iter().take(40).enumerate() {
            let title = super::act::title(scene, &card.product);
            let where_ = Canvas::SlotInRow.with(&[("n", position.into()), ("row", (&row).into())]);
            let width = ui.available_width();
            let line = button::quiet(title.as_str()).right_text(where_).min_size(vec2(width, 30.0));
            if ui.add(line).clicked() || (enter && index == 0) {
                chosen = Some((card, position));
            }
        }
    });
    chosen
}

/// Products on the open page; choosing one scrolls to it.
fn find_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    state: &mut PagesState,
    query: &mut String,
    _: &mut Vec<Command>,
) -> bool {
    heading::title(ui, Canvas::FindOnPage.text());
    let Some((card, _)) = on_page_ui(ui, scene, state, query, Canvas::FindOnPage.text(), None) else {
        return true;
    };
    state.scroll_to = Some(card.clone());
    state.select(card);
    false
}

/// The product to change places with: both are pinned where the other stands.
fn swap_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    state: &mut PagesState,
    query: &mut String,
    commands: &mut Vec<Command>,
) -> bool {
    let Some(card) = state.selected.clone() else {
        return false;
    };
    let own = super::act::title(scene, &card.product);
    heading::title(ui, &Canvas::SwapTitle.with(&[("product", (&own).into())]));
    let hint = Canvas::FindOnPage.text();
    let Some((other, to)) = on_page_ui(ui, scene, state, query, hint, Some(&card)) else {
        return true;
    };
    let Some(from) = state.position_of(scene, &card) else {
        return false;
    };
    let (here, there) = (state.place(Some(&card.block)), state.place(Some(&other.block)));
    let edit =
        edits::swap(scene.document, (&here, &card.product, from), (&there, &other.product, to), scene.now);
    let text = Canvas::SaidSwapped.with(&[
        ("product", (&own).into()),
        ("other", (&super::act::title(scene, &other.product)).into()),
        ("scope", (&state.scope_name(scene)).into()),
    ]);
    let actions = super::act::everyone_action(scene, &edit, &here);
    commands.push(super::act::said(edit, text, icons::ARROWS_LEFT_RIGHT, actions));
    let moved = Card { block: other.block, product: card.product };
    state.scroll_to = Some(moved.clone());
    state.select(moved);
    false
}

/// Lower-cased titles of a catalog, the last search in them, and why each hit is not shown by itself.
#[derive(Debug, Default)]
pub struct CatalogSearch {
    catalog: Option<std::sync::Arc<crate::bundle::Catalog>>,
    titles: Vec<String>,
    query: Option<String>,
    hits: Vec<usize>,
    /// The state of the document and the row that `why` was worked out for.
    made_for: (u64, String),
    why: std::collections::BTreeMap<usize, String>,
}

impl CatalogSearch {
    /// The best hits; the catalog is only walked when the words change.
    fn hits(&mut self, catalog: &std::sync::Arc<crate::bundle::Catalog>, query: &str) -> Vec<usize> {
        const MOST: usize = 30;
        let same = self.catalog.as_ref().is_some_and(|known| std::sync::Arc::ptr_eq(known, catalog));
        if !same {
            self.titles = catalog.products.iter().map(|product| product.title.to_lowercase()).collect();
            self.catalog = Some(std::sync::Arc::clone(catalog));
            self.query = None;
        }
        let needle = query.to_lowercase();
        if self.query.as_ref() != Some(&needle) {
            let scored = self.titles.iter().enumerate();
            let mut found: Vec<(std::cmp::Reverse<i32>, usize)> = scored
                .filter_map(|(index, title)| {
                    fuzzy_score(&needle, title).map(|score| (std::cmp::Reverse(score), index))
                })
                .collect();
            if MOST < found.len() {
                found.select_nth_unstable(MOST);
                found.truncate(MOST);
            }
            found.sort_unstable();
            self.hits = found.into_iter().map(|(_, index)| index).collect();
            self.query = Some(needle);
        }
        self.hits.clone()
    }
}

/// Any product of the catalog: pinned to the first place of the row, with the reason why it is not shown by itself.
fn add_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    state: &mut PagesState,
    query: &mut String,
    commands: &mut Vec<Command>,
) -> bool {
    let Some(draft) = scene.draft else { return false };
    let catalog = &draft.bundle().catalog;
    let t = ui.tokens();
    let (segment, device) = (state.segment.clone(), state.device);
    let Some(page) = state.draft_page(scene, &segment, device) else {
        return false;
    };
    let chosen_block = state.selected.as_ref().map(|card| card.block.clone()).or_else(|| state.block.clone());
    let row = page
        .blocks
        .iter()
        .filter(|block| matches!(block.kind, BlockKind::Products))
        .find(|block| chosen_block.as_ref().is_none_or(|id| block.id == *id));
    let Some(row) = row else { return false };
    heading::title(ui, &Canvas::AddTo.with(&[("row", (&row.title).into())]));
    search_field::search_field(ui, query, Canvas::FindProduct.text(), f32::INFINITY).request_focus();
    let found = state.search.hits(catalog, query);
    let made_for = (scene.revision, format!("{:?} {segment} {}", state.page, row.id));
    if state.search.made_for != made_for {
        state.search.made_for = made_for;
        state.search.why.clear();
    }
    let enter = ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter));
    let visit = state.visit(&segment, device, scene.now);
    let mut chosen = None;
    ScrollArea::vertical().max_height(380.0).auto_shrink([false, true]).show(ui, |ui| {
        for (order, index) in found.into_iter().enumerate() {
            let product = &catalog.products[index];
            let (rect, response) =
                ui.allocate_exact_size(Vec2::new(ui.available_width(), 48.0), Sense::click());
            if !ui.is_rect_visible(rect) {
                continue;
            }
            if response.hovered() || order == 0 {
                ui.painter().rect_filled(rect, 6, t.hover);
            }
            let picture = egui::Rect::from_min_size(rect.min + vec2(4.0, 4.0), Vec2::splat(40.0));
            paint_picture(ui, picture, product, scene.pictures, 1.0);
            let font = egui::FontId::new(14.0, crate::ui::theme::medium());
            let at = rect.left_center() + vec2(54.0, -9.0);
            ui.painter().text(at, egui::Align2::LEFT_CENTER, &product.title, font, t.text);
            let ask = || absence_words(scene, &draft.absence(&visit, &row.id, &product.id));
            let why = state.search.why.entry(index).or_insert_with(ask).as_str();
            let font = egui::FontId::new(12.0, egui::FontFamily::Proportional);
            ui.painter().text(
                rect.left_center() + vec2(54.0, 10.0),
                egui::Align2::LEFT_CENTER,
                why,
                font,
                t.muted,
            );
            response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &product.title));
            if response.clicked() || (enter && order == 0) {
                chosen = Some(product.id.clone());
            }
        }
    });
    let Some(product) = chosen else { return true };
    let place = state.place(Some(&row.id));
    let position = row.slots.first().map_or(1, |slot| slot.position);
    let edit = edits::pin(scene.document, &place, std::slice::from_ref(&product), position, scene.now);
    let label = Canvas::SaidPinned.with(&[
        ("product", (&product_title(scene, &product)).into()),
        ("n", position.into()),
        ("scope", (&state.scope_name(scene)).into()),
    ]);
    commands.push(Command::Edit { edit, label, toast: None });
    let card = Card { block: row.id.clone(), product };
    state.scroll_to = Some(card.clone());
    state.select(card);
    false
}

fn product_title(scene: &Scene<'_>, product: &str) -> String {
    super::act::title(scene, product)
}

/// Why a product is not in a row, in one short sentence.
pub(super) fn absence_words(scene: &Scene<'_>, absence: &Absence) -> String {
    match absence {
        Absence::BelowTheCut { place, lacks } => {
            let lacks = scene.formats.tenths(lacks / 10_000);
            Canvas::BelowTheCut.with(&[("place", (*place).into()), ("points", (&lacks).into())])
        }
        Absence::Shown(position) => Canvas::StandsAt.with(&[("n", (*position).into())]),
        Absence::UnknownProduct | Absence::UnknownBlock => Canvas::NotInCatalog.text().to_owned(),
        Absence::Removed(step) => step_words(scene, step),
    }
}

fn step_words(scene: &Scene<'_>, step: &crate::decide::Step) -> String {
    use crate::decide::Step;
    let rule_name = |id: &str| {
        let rule = scene.document.rules.iter().find(|rule| rule.id == id);
        rule.map_or_else(
            || id.to_owned(),
            |rule| crate::ui::say::rule_name(rule, scene.formats, &|id| super::act::title(scene, id)),
        )
    };
    match step {
        Step::NotACandidate => Canvas::NotACandidate.text().to_owned(),
        Step::Unpublished => Canvas::Unpublished.text().to_owned(),
        Step::NoPrice => Canvas::NoPrice.text().to_owned(),
        Step::HiddenBy(rule) => Canvas::HiddenBy.with(&[("rule", (&rule_name(rule)).into())]),
        Step::OutsideOnlyShow(rule) => Canvas::OutsideOnlyShow.with(&[("rule", (&rule_name(rule)).into())]),
        Step::OutOfStock => Canvas::OutOfStock.text().to_owned(),
        Step::PageFilter => Canvas::PageFilter.text().to_owned(),
        Step::ShownAbove(_) => Canvas::ShownAbove.text().to_owned(),
        Step::SeedOrCart => Canvas::SeedOrCart.text().to_owned(),
    }
}

fn pin_to_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    state: &mut PagesState,
    typed: &mut String,
    commands: &mut Vec<Command>,
) -> bool {
    let Some(card) = state.selected.clone() else {
        return false;
    };
    heading::title(ui, Canvas::PinToTitle.text());
    ui.label(RichText::new(super::act::title(scene, &card.product)).text_style(text::small()));
    let field = egui::TextEdit::singleline(typed).hint_text("1").desired_width(80.0);
    ui.add(field).accessible_name(Canvas::Position.text()).request_focus();
    let position = typed.trim().parse::<u32>().ok().filter(|position| (1..=10_000).contains(position));
    let enter = ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter));
    if let Some(position) = position {
        let place = state.place(Some(&card.block));
        let edit = edits::pin(scene.document, &place, &[card.product.clone()], position, 0);
        super::cost::cost_ui(ui, scene, &card.block, edit, |cost| cost, commands);
    }
    ui.add_space(8.0);
    let why_not = position.is_none().then(|| Canvas::TypeAPosition.text());
    let pin = button::primary((icons::PUSH_PIN.atom(), Action::PinHere.title()));
    let clicked = button::enabled_or_why(ui, pin, why_not).clicked();
    if let (true, Some(position)) = (clicked || enter, position) {
        let place = state.place(Some(&card.block));
        let products = [card.product.clone()];
        let edit = edits::pin(scene.document, &place, &products, position, scene.now);
        let label = Canvas::SaidPinned.with(&[
            ("product", (&super::act::title(scene, &card.product)).into()),
            ("n", position.into()),
            ("scope", (&state.scope_name(scene)).into()),
        ]);
        commands.push(Command::Edit { edit, label, toast: None });
        return false;
    }
    true
}
