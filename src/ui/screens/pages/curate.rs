//! Curate mode: a whole listing without the shop around it, one key per decision.

use egui::{
    Align, CentralPanel, Frame, Id, Key, Layout, Margin, Modifiers, Panel, Rect, RichText, Role, ScrollArea,
    Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use super::act::decide_one;
use super::card::paint_picture;
use super::state::PagesState;
use crate::decide::Detail;
use crate::merch::BlockKind;
use crate::ui::command::{Action, Command};
use crate::ui::icons;
use crate::ui::kit::{button, chip, heading};
use crate::ui::screens::Scene;
use crate::ui::strings::Phrase as _;
use crate::ui::strings::canvas::Canvas;
use crate::ui::theme::{HasTokens as _, medium, number};

/// What was decided about a product here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Left,
    Pinned,
    Boosted,
    Buried,
    Hidden,
}

#[derive(Debug)]
pub struct Curate {
    block: String,
    title: String,
    /// Catalog indices in the order they stood when the mode was opened; it stays while one works.
    order: Vec<u32>,
    verdicts: Vec<Option<Verdict>>,
    at: usize,
    thumbnail: f32,
    in_stock_only: bool,
    high_margin_only: bool,
    never_sold_only: bool,
    /// Steps of the history when the mode was opened: what follows becomes one.
    first_step: usize,
}

impl Curate {
    /// The longest product row of the open page, in full.
    pub fn of(scene: &Scene<'_>, state: &PagesState) -> Option<Self> {
        let draft = scene.draft?;
        let mut visit = state.visit(&state.segment, state.device, scene.now);
        visit.limit = Some(10_000);
        let page = draft.decide(&visit, Detail::Plain);
        let wanted = state.block.clone().or_else(|| state.selected.as_ref().map(|card| card.block.clone()));
        let block = page
            .blocks
            .iter()
            .filter(|block| matches!(block.kind, BlockKind::Products))
            .find(|block| wanted.as_ref() == Some(&block.id))
            .or_else(|| {
                page.blocks
                    .iter()
                    .filter(|block| !block.slots.is_empty())
                    .max_by_key(|block| block.slots.len())
            })?;
        let order: Vec<u32> = block.slots.iter().map(|slot| slot.product).collect();
        Some(Self {
            block: block.id.clone(),
            title: block.title.clone(),
            verdicts: vec![None; order.len()],
            order,
            at: 0,
            thumbnail: 150.0,
            in_stock_only: false,
            high_margin_only: false,
            never_sold_only: false,
            first_step: scene.history.done().len(),
        })
    }

    /// All decisions become one step of the history.
    pub fn done(&self) -> Option<Command> {
        let count = |verdict| self.count(verdict);
        let label = Canvas::CuratedAll.with(&[
            ("row", (&self.title).into()),
            ("pinned", count(Verdict::Pinned).into()),
            ("boosted", count(Verdict::Boosted).into()),
            ("buried", count(Verdict::Buried).into()),
            ("hidden", count(Verdict::Hidden).into()),
        ]);
        let decided = self.verdicts.iter().flatten().any(|verdict| *verdict != Verdict::Left);
        decided.then_some(Command::Fold { from: self.first_step, label })
    }

    fn count(&self, verdict: Verdict) -> usize {
        self.verdicts.iter().filter(|known| **known == Some(verdict)).count()
    }
}

pub(super) fn curate_ui(ui: &mut Ui, scene: &Scene<'_>, state: &mut PagesState, commands: &mut Vec<Command>) {
    let Some(mut curate) = state.curate.take() else {
        return;
    };
    let mut pressed = None;
    let mut done = head_ui(ui, scene, state, &mut curate, &mut pressed);
    let shown = shown(scene, &curate);
    grid_ui(ui, scene, &mut curate, &shown);
    done |= keys(ui, scene, state, &mut curate, &shown, pressed, commands);
    if done {
        commands.extend(curate.done());
    } else {
        state.curate = Some(curate);
    }
}

/// The decisions, each with its key.
const CHOICES: [(Key, Action, Verdict); 5] = [
    (Key::P, Action::PinHere, Verdict::Pinned),
    (Key::B, Action::Boost, Verdict::Boosted),
    (Key::N, Action::Bury, Verdict::Buried),
    (Key::H, Action::Hide, Verdict::Hidden),
    (Key::ArrowRight, Action::Why, Verdict::Left),
];

fn head_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    state: &PagesState,
    curate: &mut Curate,
    pressed: &mut Option<Verdict>,
) -> bool {
    let t = ui.tokens();
    let mut done = false;
    Panel::top("curate head")
        .exact_size(84.0)
        .frame(Frame::new().fill(t.surface).inner_margin(Margin::symmetric(16, 8)))
        .show(ui, |ui| {
            ui.horizontal(|ui| {
                heading::title(
                    ui,
                    &Canvas::CurateTitle.with(&[
                        ("row", (&curate.title).into()),
                        ("scope", (&state.scope_name(scene)).into()),
                    ]),
                );
                let reviewed = curate.verdicts.iter().flatten().count();
                let line = Canvas::CurateCount.with(&[
                    ("n", reviewed.into()),
                    ("of", curate.order.len().into()),
                    ("pinned", curate.count(Verdict::Pinned).into()),
                    ("hidden", curate.count(Verdict::Hidden).into()),
                ]);
                ui.label(RichText::new(line).color(t.muted));
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    done = ui.add(button::primary(Canvas::Done.text())).clicked();
                    ui.add(egui::Slider::new(&mut curate.thumbnail, 96.0..=320.0).show_value(false))
                        .accessible_name(Canvas::ThumbnailSize.text());
                });
            });
            ui.horizontal(|ui| {
                for (on, words) in [
                    (&mut curate.in_stock_only, Canvas::FilterInStock),
                    (&mut curate.high_margin_only, Canvas::FilterMargin),
                    (&mut curate.never_sold_only, Canvas::FilterNeverSold),
                ] {
                    if chip::filter(ui, *on, words.text()).clicked() {
                        *on = !*on;
                    }
                }
                ui.add_space(8.0);
                for (_, _, verdict) in CHOICES {
                    let (icon, words) = match verdict {
                        Verdict::Left => (icons::CARET_RIGHT, Canvas::CurateLeave.text()),
                        Verdict::Pinned => (icons::PUSH_PIN, Canvas::Pin.text()),
                        Verdict::Boosted => (icons::ARROW_FAT_UP, Canvas::Boost.text()),
                        Verdict::Buried => (icons::ARROW_FAT_DOWN, Canvas::Bury.text()),
                        Verdict::Hidden => (icons::EYE_SLASH, Canvas::Hide.text()),
                    };
                    if ui.add(button::quiet((icon.atom_sized(16.0, None), words))).clicked() {
                        *pressed = Some(verdict);
                    }
                }
                if 420.0 < ui.available_width() {
                    heading::caption(ui, Canvas::CurateKeys.text());
                }
            });
        });
    done
}

/// Places in the order that pass the filters.
fn shown(scene: &Scene<'_>, curate: &Curate) -> Vec<usize> {
    let Some(draft) = scene.draft else {
        return Vec::new();
    };
    let bundle = draft.bundle();
    (0..curate.order.len())
        .filter(|place| {
            let product = curate.order[*place] as usize;
            let margin =
                bundle.signals.evidence.get(product).map_or(0, |evidence| evidence.margin_percentile);
            let sold = bundle.signals.popularity.get(product).copied().flatten().unwrap_or(0);
            (!curate.in_stock_only || bundle.catalog.products[product].sellable())
                && (!curate.high_margin_only || 60 <= margin)
                && (!curate.never_sold_only || sold == 0)
        })
        .collect()
}

fn grid_ui(ui: &mut Ui, scene: &Scene<'_>, curate: &mut Curate, shown: &[usize]) {
    let Some(draft) = scene.draft else { return };
    let catalog = &draft.bundle().catalog;
    let t = ui.tokens();
    CentralPanel::default().frame(Frame::new().fill(t.app).inner_margin(16)).show(ui, |ui| {
        let gap = 12.0;
        let side = curate.thumbnail;
        let columns = (((ui.available_width() + gap) / (side + gap)).floor() as usize).max(1);
        let cell = vec2(side, side + 24.0);
        let n_rows = shown.len().div_ceil(columns);
        let height = n_rows as f32 * (cell.y + gap);
        ScrollArea::vertical().auto_shrink(false).show_viewport(ui, |ui, viewport| {
            let (all, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
            let first = (viewport.top() / (cell.y + gap)).floor().max(0.0) as usize;
            let last = (viewport.bottom() / (cell.y + gap)).ceil().max(0.0) as usize;
            for index in first * columns..(last * columns).min(shown.len()) {
                let place = shown[index];
                let product = &catalog.products[curate.order[place] as usize];
                let at = vec2(
                    (index % columns) as f32 * (cell.x + gap),
                    (index / columns) as f32 * (cell.y + gap),
                );
                let rect = Rect::from_min_size(all.min + at, Vec2::splat(side));
                let whole = Rect::from_min_size(rect.min, cell);
                let response = ui.interact(whole, Id::unique(("curate", place)), Sense::click());
                paint_picture(ui, rect, product, scene.pictures, 1.0);
                let mut job = egui::text::LayoutJob::simple_singleline(
                    product.title.clone(),
                    egui::FontId::new(12.5, medium()),
                    t.text,
                );
                job.wrap = egui::text::TextWrapping::truncate_at_width(side);
                let galley = ui.painter().layout_job(job);
                ui.painter().galley(rect.left_bottom() + vec2(0.0, 4.0), galley, t.text);
                verdict_mark(ui, rect, curate.verdicts[place], place + 1);
                if place == curate.at {
                    ui.painter().rect_stroke(
                        rect.expand(4.0),
                        10,
                        Stroke::new(2.5, t.accent),
                        StrokeKind::Inside,
                    );
                }
                response.widget_info(|| {
                    WidgetInfo::selected(Role::Button, true, place == curate.at, &product.title)
                });
                if response.clicked() {
                    curate.at = place;
                }
            }
        });
    });
}

fn verdict_mark(ui: &Ui, rect: Rect, verdict: Option<Verdict>, place: usize) {
    let t = ui.tokens();
    let (icon, fill) = match verdict {
        None => (None, t.overlay),
        Some(Verdict::Left) => (Some(icons::CHECK), t.overlay),
        Some(Verdict::Pinned) => (Some(icons::PUSH_PIN), t.pin.solid),
        Some(Verdict::Boosted) => (Some(icons::ARROW_FAT_UP), t.boost.solid),
        Some(Verdict::Buried) => (Some(icons::ARROW_FAT_DOWN), t.bury.solid),
        Some(Verdict::Hidden) => (Some(icons::EYE_SLASH), t.hide.solid),
    };
    if verdict == Some(Verdict::Hidden) {
        ui.painter().rect_filled(rect, 8, t.surface.gamma_multiply(0.6));
    }
    let at = pos2(rect.left() + 19.0, rect.top() + 18.0);
    ui.painter().circle_filled(at, 12.0, fill);
    match icon {
        Some(icon) => icon.paint_filled(ui.painter(), at, 13.0, t.on_overlay),
        None => {
            let font = egui::FontId::new(11.0, number());
            ui.painter().text(at, egui::Align2::CENTER_CENTER, place, font, t.on_overlay);
        }
    }
}

fn keys(
    ui: &Ui,
    scene: &Scene<'_>,
    state: &mut PagesState,
    curate: &mut Curate,
    shown: &[usize],
    clicked: Option<Verdict>,
    commands: &mut Vec<Command>,
) -> bool {
    if ui.ctx().text_edit_focused() {
        return false;
    }
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    if pressed(Key::Escape) {
        return true;
    }
    let index = shown.iter().position(|place| *place == curate.at);
    let step = |curate: &mut Curate, by: i64| {
        let next = (index.unwrap_or(0) as i64 + by).clamp(0, shown.len().max(1) as i64 - 1) as usize;
        if let Some(place) = shown.get(next) {
            curate.at = *place;
        }
    };
    if pressed(Key::ArrowLeft) {
        step(curate, -1);
    }
    for (key, action, verdict) in CHOICES {
        if !pressed(key) && clicked != Some(verdict) {
            continue;
        }
        let at = curate.at;
        let (Some(draft), Some(product)) = (scene.draft, curate.order.get(at)) else {
            continue;
        };
        let id = draft.bundle().catalog.products[*product as usize].id.clone();
        let next_pin = curate.count(Verdict::Pinned) as u32 + 1;
        commands.extend(decide_one(scene, state, &curate.block, &id, action, next_pin));
        if let Some(slot) = curate.verdicts.get_mut(at) {
            *slot = Some(verdict);
        }
        step(curate, 1);
    }
    false
}
