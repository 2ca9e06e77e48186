//! What keys, menus and drops ask for, as commands.

use super::blocks;
use super::copy::Copying;
use super::curate::Curate;
use super::drag::{Drag, Held, Target, landing_slot};
use super::edits::{self, Place};
use super::state::{Card, Device, InspectorTab, Mode, PagesState};
use crate::decide::Page;
use crate::merch::{Action as Do, Edit};
use crate::ui::command::{Action, Command};
use crate::ui::icons::{self, Icon};
use crate::ui::kit::toast::{Level, Toast};
use crate::ui::screens::Scene;
use crate::ui::screens::stage::Ask;
use crate::ui::strings::Phrase as _;
use crate::ui::strings::canvas::Canvas;

impl PagesState {
    /// Runs an action of the canvas. Whatever changes the document comes back as commands.
    pub fn act(&mut self, action: Action, scene: &Scene<'_>, commands: &mut Vec<Command>) {
        match action {
            Action::PreviousSegment => self.step_segment(scene, -1),
            Action::NextSegment => self.step_segment(scene, 1),
            Action::Compare => self.toggle_mode(Mode::Compare),
            Action::BeforeAfter => self.toggle_mode(Mode::BeforeAfter),
            Action::Matrix => self.toggle_mode(Mode::Matrix),
            Action::Scores => self.scores = !self.scores,
            Action::Changes => self.changes = !self.changes,
            Action::WidthDesktop => self.device = Device::Desktop,
            Action::WidthTablet => self.device = Device::Tablet,
            Action::WidthPhone => self.device = Device::Phone,
            Action::WidthFit => self.device = Device::Fit,
            Action::FindProduct => self.find = Some(String::new()),
            Action::AddProduct => self.add = Some(String::new()),
            Action::Curate => {
                self.curate = match self.curate.take() {
                    Some(curate) => {
                        commands.extend(curate.done());
                        None
                    }
                    None => Curate::of(scene, self),
                };
            }
            Action::Why => {
                self.inspector_tab = InspectorTab::Why;
                if !scene.settings.inspector_open {
                    commands.push(Command::Do(Action::ToggleInspector));
                }
            }
            Action::ShowProduct => {
                self.inspector_tab = InspectorTab::Product;
                self.block = None;
                if !scene.settings.inspector_open {
                    commands.push(Command::Do(Action::ToggleInspector));
                }
            }
            Action::ShowBuyers => {
                if let Some(card) = &self.selected {
                    commands.push(Command::Ask(Ask::ShowBuyers { product: card.product.clone() }));
                }
            }
            Action::PinTo => self.pin_to = Some(String::new()),
            Action::Swap => self.swap = Some(String::new()),
            Action::CopyRules => self.copy = Some(Copying::of(self)),
            Action::Tray => self.to_tray(),
            Action::FirstSlot => self.jump(scene, true),
            Action::LastSlot => self.jump(scene, false),
            Action::SelectAlso => {
                if let Some(card) = self.selected.clone() {
                    match self.also_selected.iter().position(|known| *known == card) {
                        Some(at) => {
                            self.also_selected.remove(at);
                        }
                        None => self.also_selected.push(card),
                    }
                }
            }
            card_action => self.act_on_cards(card_action, scene, commands),
        }
    }

    fn act_on_cards(&mut self, action: Action, scene: &Scene<'_>, commands: &mut Vec<Command>) {
        let Some(card) = self.selected.clone() else { return };
        let place = self.place(Some(&card.block));
        let products: Vec<String> = self.chosen().into_iter().map(|card| card.product).collect();
        let position = self.position_of(scene, &card);
        match action {
            Action::PinHere => commands.extend(pin(scene, self, &place, &products, position)),
            Action::PinTop => commands.extend(pin(scene, self, &place, &products, Some(1))),
            Action::PinBefore => commands.extend(self.pin_before(scene, &card, &place)),
            Action::MoveEarlier => {
                let to = position.map(|at| at.saturating_sub(1).max(1));
                commands.extend(pin(scene, self, &place, &products, to));
            }
            Action::MoveLater => {
                commands.extend(pin(scene, self, &place, &products, position.map(|at| at + 1)))
            }
            Action::Unpin => {
                if let Some(edit) = edits::unpin(scene.document, &place, &card.product) {
                    let text =
                        Canvas::SaidUnpinned.with(&[("product", (&title(scene, &card.product)).into())]);
                    commands.push(said(edit, text, icons::PUSH_PIN_SLASH, Vec::new()));
                }
            }
            Action::Boost | Action::Bury | Action::BoostLess => {
                let now = edits::points(scene.document, &place, &card.product);
                let points = edits::step_points(now, action == Action::Boost);
                commands.push(set_points(scene, self, &place, &products, points));
            }
            Action::BoostSlight => commands.push(set_points(scene, self, &place, &products, Do::SLIGHT)),
            Action::BoostMedium => commands.push(set_points(scene, self, &place, &products, Do::MEDIUM)),
            Action::BoostStrong => commands.push(set_points(scene, self, &place, &products, Do::STRONG)),
            Action::BurySlight => commands.push(set_points(scene, self, &place, &products, -Do::SLIGHT)),
            Action::BuryMedium => commands.push(set_points(scene, self, &place, &products, -Do::MEDIUM)),
            Action::BuryStrong => commands.push(set_points(scene, self, &place, &products, -Do::STRONG)),
            Action::RemoveWeight => commands.push(set_points(scene, self, &place, &products, 0)),
            Action::Hide => commands.push(self.hide(scene, &place, &products, false)),
            Action::HideEverywhere => commands.push(self.hide(scene, &place, &products, true)),
            _ => {}
        }
    }

    /// Where a card stands, 1-based.
    pub fn position_of(&mut self, scene: &Scene<'_>, card: &Card) -> Option<u32> {
        let (segment, device) = (self.segment.clone(), self.device);
        let page = self.draft_page(scene, &segment, device)?;
        let index = scene.draft?.bundle().catalog.index(&card.product)?;
        edits::position_of(&page, &card.block, index)
    }

    fn step_segment(&mut self, scene: &Scene<'_>, by: i32) {
        let all = super::context_bar::segments(scene);
        let at = all.iter().position(|(id, ..)| *id == self.segment).unwrap_or(0) as i32;
        let next = (at + by).rem_euclid(all.len().max(1) as i32) as usize;
        if let Some((id, ..)) = all.get(next) {
            self.segment.clone_from(id);
            self.also_selected.clear();
        }
    }

    fn toggle_mode(&mut self, mode: Mode) {
        self.set_mode(if self.mode == mode { Mode::Single } else { mode });
    }

    fn to_tray(&mut self) {
        for card in self.chosen() {
            match self.tray.iter().position(|known| *known == card.product) {
                Some(at) => {
                    self.tray.remove(at);
                }
                None => self.tray.push(card.product),
            }
        }
    }

    fn jump(&mut self, scene: &Scene<'_>, first: bool) {
        let Some(card) = self.selected.clone() else { return };
        let (segment, device) = (self.segment.clone(), self.device);
        let Some(page) = self.draft_page(scene, &segment, device) else {
            return;
        };
        let Some(block) = page.blocks.iter().find(|block| block.id == card.block) else {
            return;
        };
        let slot = if first { block.slots.first() } else { block.slots.last() };
        if let (Some(slot), Some(draft)) = (slot, scene.draft) {
            let product = draft.bundle().catalog.products[slot.product as usize].id.clone();
            let next = Card { block: card.block, product };
            self.scroll_to = Some(next.clone());
            self.select(next);
        }
    }

    fn pin_before(&mut self, scene: &Scene<'_>, card: &Card, place: &Place) -> Option<Command> {
        let (segment, device) = (self.segment.clone(), self.device);
        let page = self.draft_page(scene, &segment, device)?;
        let block = page.blocks.iter().find(|block| block.id == card.block)?;
        let catalog = &scene.draft?.bundle().catalog;
        let mut products = Vec::new();
        for slot in &block.slots {
            let id = &catalog.products[slot.product as usize].id;
            if *id == card.product {
                break;
            }
            products.push(id.clone());
        }
        if products.is_empty() { None } else { pin(scene, self, place, &products, Some(1)) }
    }

    fn hide(&self, scene: &Scene<'_>, place: &Place, products: &[String], everywhere: bool) -> Command {
        let edit = edits::hide(scene.document, place, products, everywhere, scene.now);
        let what = what(scene, products);
        let text = if everywhere {
            Canvas::SaidHiddenEverywhere.with(&[("product", (&what).into())])
        } else {
            Canvas::SaidHidden
                .with(&[("product", (&what).into()), ("scope", (&self.scope_name(scene)).into())])
        };
        let actions = if everywhere { Vec::new() } else { everyone_action(scene, &edit, place) };
        said(edit, text, icons::EYE_SLASH, actions)
    }
}

/// Pins products, the first at `position`, and says so.
fn pin(
    scene: &Scene<'_>,
    state: &mut PagesState,
    place: &Place,
    products: &[String],
    position: Option<u32>,
) -> Option<Command> {
    let position = position?;
    let edit = edits::pin(scene.document, place, products, position, scene.now);
    let text = Canvas::SaidPinned.with(&[
        ("product", (&what(scene, products)).into()),
        ("n", position.into()),
        ("scope", (&state.scope_name(scene)).into()),
    ]);
    let actions = everyone_action(scene, &edit, place);
    Some(said(edit, text, icons::PUSH_PIN, actions))
}

fn set_points(
    scene: &Scene<'_>,
    state: &PagesState,
    place: &Place,
    products: &[String],
    points: i64,
) -> Command {
    let edit = edits::set_points(scene.document, place, products, points, scene.now);
    let what = what(scene, products);
    let scope = state.scope_name(scene);
    let shown = scene.formats.tenths(points.abs() / 10_000);
    let args = [("product", (&what).into()), ("points", (&shown).into()), ("scope", (&scope).into())];
    let (words, icon) = match points {
        0 => (Canvas::SaidNoWeight, icons::X),
        points if 0 < points => (Canvas::SaidBoosted, icons::ARROW_FAT_UP),
        _ => (Canvas::SaidBuried, icons::ARROW_FAT_DOWN),
    };
    let actions = everyone_action(scene, &edit, place);
    said(edit, words.with(&args), icon, actions)
}

/// What dropping the held thing does.
pub(crate) fn drop_commands(
    scene: &Scene<'_>,
    state: &mut PagesState,
    page: &Page,
    drag: &Drag,
) -> Vec<Command> {
    let Some(target) = drag.target.clone() else {
        return Vec::new();
    };
    let products: Vec<String> = match &drag.held {
        Held::Cards { cards, .. } => cards.iter().map(|card| card.product.clone()).collect(),
        Held::FromTray { product } => vec![product.clone()],
        Held::Block { .. } | Held::Tile { .. } => Vec::new(),
    };
    let from_block = match &drag.held {
        Held::Cards { cards, .. } => cards.first().map(|card| card.block.clone()),
        _ => None,
    };
    match (target, &drag.held) {
        (Target::Gap { block, gap }, _) => {
            let from = match &drag.held {
                Held::Cards { from_slot, .. } if from_block.as_deref() == Some(&block) => Some(*from_slot),
                _ => None,
            };
            let slot = landing_slot(from, gap);
            if from == Some(slot) && products.len() == 1 {
                return Vec::new();
            }
            let first = page
                .blocks
                .iter()
                .find(|candidate| candidate.id == block)
                .and_then(|block| block.slots.first());
            let position = first.map_or(1, |slot| slot.position) + slot as u32;
            let place = state.place(Some(&block));
            if let Some(product) = products.first() {
                state.selected = Some(Card { block: block.clone(), product: product.clone() });
                state.also_selected.clear();
            }
            if matches!(drag.held, Held::FromTray { .. }) {
                state.tray.retain(|known| !products.contains(known));
            }
            if drag.shift
                && let [product] = products.as_slice()
            {
                return boost_to(scene, state, &place, product, position);
            }
            pin(scene, state, &place, &products, Some(position)).into_iter().collect()
        }
        (Target::Bury, _) => {
            let place = state.place(from_block.as_deref());
            vec![set_points(scene, state, &place, &products, -Do::MEDIUM)]
        }
        (Target::Hide, _) => {
            let place = state.place(from_block.as_deref());
            vec![state.hide(scene, &place, &products, false)]
        }
        (Target::Tray, _) => {
            for product in products {
                if !state.tray.contains(&product) {
                    state.tray.push(product);
                }
            }
            Vec::new()
        }
        (Target::BlockGap { index }, Held::Block { id }) => {
            let from = page.blocks.iter().position(|block| block.id == *id);
            let to = landing_slot(from, index);
            if from == Some(to) {
                Vec::new()
            } else {
                blocks::move_block_to(scene, state, id, to).into_iter().collect()
            }
        }
        (Target::TileGap { block, index }, Held::Tile { index: from, .. }) => {
            blocks::move_tile(scene, state, &block, *from, index).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// The pins that dropping the held cards here would make, and in which row; `None` when it makes none.
pub(super) fn pin_of_drag(
    scene: &Scene<'_>,
    state: &PagesState,
    page: &Page,
    drag: &Drag,
) -> Option<(Edit, String)> {
    let Some(Target::Gap { block, gap }) = &drag.target else {
        return None;
    };
    let (products, from): (Vec<String>, Option<usize>) = match &drag.held {
        Held::Cards { cards, from_slot } => {
            let here = cards.first().is_some_and(|card| card.block == *block);
            (cards.iter().map(|card| card.product.clone()).collect(), here.then_some(*from_slot))
        }
        Held::FromTray { product } => (vec![product.clone()], None),
        Held::Block { .. } | Held::Tile { .. } => return None,
    };
    let slot = landing_slot(from, *gap);
    let first = page.blocks.iter().find(|known| known.id == *block).and_then(|block| block.slots.first());
    let position = first.map_or(1, |slot| slot.position) + slot as u32;
    let place = state.place(Some(block));
    // The clock would make a question that is never the same twice.
    let edit = edits::pin(scene.document, &place, &products, position, 0);
    (from != Some(slot) || products.len() != 1).then(|| (edit, block.clone()))
}

/// Boosts just enough that the product reaches the position today.
fn boost_to(
    scene: &Scene<'_>,
    state: &mut PagesState,
    place: &Place,
    product: &str,
    position: u32,
) -> Vec<Command> {
    let Some(draft) = scene.draft else {
        return Vec::new();
    };
    let segment = match place.segments.as_deref() {
        Some([one]) => one.clone(),
        _ => state.segment.clone(),
    };
    let visit = state.visit(&segment, state.device, scene.now);
    let name = title(scene, product);
    let own = edits::points(scene.document, place, product);
    let Some(points) =
        place.block.as_deref().and_then(|block| draft.smallest_boost(&visit, block, product, position))
    else {
        let text = Canvas::SaidCannotReach.with(&[("product", (&name).into()), ("n", position.into())]);
        return vec![Command::Say(Toast { level: Level::Info, icon: None, text, actions: Vec::new() })];
    };
    // A tenth more than needed, so that it does not hang on a rounding.
    let points = own + (points / 10_000 + 1) * 10_000;
    let edit = edits::set_points(scene.document, place, &[product.to_owned()], points, scene.now);
    let shown = scene.formats.tenths(points / 10_000);
    let text = Canvas::SaidBoostReaches.with(&[
        ("product", (&name).into()),
        ("points", (&shown).into()),
        ("n", position.into()),
    ]);
    let actions = everyone_action(scene, &edit, place);
    vec![said(edit, text, icons::ARROW_FAT_UP, actions)]
}

/// An edit with its sentence, in the history and as a toast with Undo.
pub(super) fn said(edit: Edit, text: String, icon: Icon, mut actions: Vec<(String, Command)>) -> Command {
    actions.insert(0, (Canvas::Undo.text().to_owned(), Command::Do(Action::Undo)));
    let toast = Toast { level: Level::Done, icon: Some(icon), text: text.clone(), actions };
    Command::Edit { edit, label: text, toast: Some(toast) }
}

/// The other scope, one click away.
pub(super) fn everyone_action(scene: &Scene<'_>, edit: &Edit, place: &Place) -> Vec<(String, Command)> {
    if place.segments.is_none() {
        return Vec::new();
    }
    let mut after = scene.document.clone();
    if edit.apply(&mut after).is_err() {
        return Vec::new();
    }
    let for_everyone = edits::for_everyone(&after, edit);
    let label = Canvas::MadeForEveryone.text().to_owned();
    let command = Command::Edit { edit: for_everyone, label, toast: None };
    vec![(Canvas::MakeForEveryone.text().to_owned(), command)]
}

pub(super) fn title(scene: &Scene<'_>, product: &str) -> String {
    scene
        .draft
        .and_then(|draft| {
            let catalog = &draft.bundle().catalog;
            catalog.index(product).map(|index| catalog.products[index as usize].title.clone())
        })
        .unwrap_or_else(|| product.to_owned())
}

/// One title, or how many.
fn what(scene: &Scene<'_>, products: &[String]) -> String {
    match products {
        [one] => title(scene, one),
        several => Canvas::NProducts.with(&[("n", several.len().into())]),
    }
}

/// Commands of curate mode, which decides on one product of the listing at a time.
pub(super) fn decide_one(
    scene: &Scene<'_>,
    state: &mut PagesState,
    block: &str,
    product: &str,
    action: Action,
    next_pin: u32,
) -> Option<Command> {
    let place = state.place(Some(block));
    let products = [product.to_owned()];
    let command = match action {
        Action::PinHere => pin(scene, state, &place, &products, Some(next_pin))?,
        Action::Boost => {
            let points = edits::step_points(edits::points(scene.document, &place, product), true);
            set_points(scene, state, &place, &products, points)
        }
        Action::Bury => {
            let points = edits::step_points(edits::points(scene.document, &place, product), false);
            set_points(scene, state, &place, &products, points)
        }
        Action::Hide => state.hide(scene, &place, &products, false),
        _ => return None,
    };
    Some(match command {
        Command::Edit { edit, label, .. } => Command::Edit { edit, label, toast: None },
        other => other,
    })
}
