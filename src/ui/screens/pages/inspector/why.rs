//! Why a product stands where it stands: one sentence, bars that add up, who is next, where it would be otherwise.

use egui::{RichText, Ui};

use super::super::card::term_color;
use super::super::dialogs::absence_words;
use super::super::state::{Card, PagesState};
use crate::decide::{BlockPage, RuleOutcome, Slot, TermKind, points};
use crate::merch::Signal;
use crate::ui::command::Command;
use crate::ui::icons;
use crate::ui::kit::bars::BarRow;
use crate::ui::kit::{button, heading};
use crate::ui::say;
use crate::ui::screens::Scene;
use crate::ui::strings::Phrase as _;
use crate::ui::strings::canvas::Canvas;
use crate::ui::strings::say::Say;
use crate::ui::theme::{HasTokens as _, number_semibold, semibold, text};

pub(super) fn why_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    state: &mut PagesState,
    card: &Card,
    found: Option<(&BlockPage, Option<&Slot>)>,
    _commands: &mut Vec<Command>,
) {
    let Some(draft) = scene.draft else { return };
    let bundle = draft.bundle();
    let Some((block, Some(slot))) = found else {
        let visit = state.visit(&state.segment, state.device, scene.now);
        let words = absence_words(scene, &draft.absence(&visit, &card.block, &card.product));
        ui.label(words);
        return;
    };
    ui.add(egui::Label::new(say::why(bundle, scene.formats, &slot.why.sentence)).wrap());
    ui.add_space(4.0);
    bars_ui(ui, scene, state, slot);
    ui.spacing_mut().item_spacing.y = 4.0;
    if let Some((next, behind)) = slot.why.next {
        let title = &bundle.catalog.products[next as usize].title;
        let behind = scene.formats.tenths(points::tenths(behind.abs()));
        heading::caption(
            ui,
            &Canvas::NextProduct.with(&[("product", title.into()), ("points", (&behind).into())]),
        );
    }
    match slot.why.place_without_rules {
        Some(place) if place != slot.position => {
            heading::caption(ui, &Canvas::WithoutRules.with(&[("n", place.into())]));
        }
        None if slot.why.rules.iter().any(|rule| rule.outcome == RuleOutcome::Won) => {
            heading::caption(ui, Canvas::WithoutRulesNot.text());
        }
        _ => {}
    }
    ui.add_space(4.0);
    let label = if state.show_order {
        Canvas::HideOrder.text().to_owned()
    } else {
        Canvas::ShowOrder.with(&[("n", block.total.into())])
    };
    if ui.add(button::link(label)).clicked() {
        state.show_order = !state.show_order;
    }
    if state.show_order {
        order_ui(ui, scene, state, block);
    }
}

fn bars_ui(ui: &mut Ui, scene: &Scene<'_>, state: &mut PagesState, slot: &Slot) {
    let t = ui.tokens();
    ui.spacing_mut().item_spacing.y = 0.0;
    let values: Vec<i64> = slot.why.terms.iter().map(|term| term.points).collect();
    let parts = points::parts(&values);
    let highest = parts.iter().copied().max().unwrap_or(0).max(1) as f32;
    let lowest = parts.iter().copied().min().unwrap_or(0).min(0) as f32;
    let span = (highest - lowest).max(1.0);
    let zero = (-lowest / span).max(if lowest < 0.0 { 0.08 } else { 0.0 });
    let label_width = 112.0_f32.min(ui.available_width() * 0.42);
    for (term, part) in slot.why.terms.iter().zip(&parts) {
        let label = term_name(term.kind);
        let unknown = term.value.is_none() && matches!(term.kind, TermKind::Signal(_));
        let value = scene.formats.signed_tenths(*part);
        let spoken = Say::Points.with(&[("n", (&value).into())]);
        let row = BarRow {
            label,
            share: *part as f32 / span * (1.0 - zero.max(0.0) * 0.1),
            value: &value,
            spoken: &spoken,
            color: term_color(t, term.kind),
            zero,
            muted: unknown,
            label_width,
            trailing: 0.0,
        };
        let response = row.show(ui);
        let weight = scene.formats.percent(i64::from(term.weight));
        let how = match (term.kind, term.value) {
            (TermKind::Signal(_), Some(signal)) => {
                let signal = scene.formats.tenths(i64::from(signal) / 10);
                Canvas::WeightTimes.with(&[
                    ("weight", (&weight).into()),
                    ("value", (&signal).into()),
                    ("points", (&value).into()),
                ])
            }
            (TermKind::Signal(_), None) => Canvas::UnknownSignal.with(&[("signal", label.into())]),
            (TermKind::Variety, _) => Canvas::VarietyHow.text().to_owned(),
            (TermKind::Rules, _) => Canvas::RulesHow.text().to_owned(),
        };
        response.on_hover_text(how);
    }
    for trace in slot.why.rules.iter().filter(|trace| trace.points != 0) {
        rule_row(ui, scene, state, trace);
    }
    ui.add_space(6.0);
    let (line, _) = ui.allocate_exact_size(egui::vec2(ui.available_width(), 1.0), egui::Sense::hover());
    ui.painter().rect_filled(line, 0, t.border_strong.gamma_multiply(0.6));
    ui.add_space(4.0);
    ui.horizontal(|ui| {
        ui.label(RichText::new(Canvas::Total.text()).family(semibold()));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let total = scene.formats.tenths(points::tenths(slot.score));
            let total = Say::Points.with(&[("n", (&total).into())]);
            ui.label(RichText::new(total).size(15.0).family(number_semibold()));
        });
    });
}

/// A rule's own contribution, with the eye that shows the page without it.
fn rule_row(ui: &mut Ui, scene: &Scene<'_>, state: &mut PagesState, trace: &crate::decide::RuleTrace) {
    let t = ui.tokens();
    let Some(rule) = scene.document.rules.iter().find(|rule| rule.id == trace.rule) else {
        return;
    };
    let name = say::rule_name(rule, scene.formats, &|id| super::super::act::title(scene, id));
    ui.horizontal(|ui| {
        ui.spacing_mut().interact_size.y = 24.0;
        ui.add_space(12.0);
        let room = ui.available_width() - 92.0;
        ui.scope(|ui| {
            ui.set_max_width(room.max(40.0));
            ui.add(
                egui::Label::new(RichText::new(&name).text_style(text::small()).color(t.muted)).truncate(),
            );
        });
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let points = scene.formats.signed_tenths(points::tenths(trace.points));
            ui.label(RichText::new(points).text_style(text::small_number()).color(t.muted));
            try_without(ui, state, &trace.rule, &name);
        });
    });
}

/// The eye: the page is shown without the rule, and nothing is exported differently.
pub(super) fn try_without(ui: &mut Ui, state: &mut PagesState, rule: &str, name: &str) {
    let off = state.without.iter().any(|known| known == rule);
    let icon = if off { icons::EYE_SLASH } else { icons::EYE };
    let words = if off { Canvas::TryWith } else { Canvas::TryWithout };
    if button::icon_toggle(ui, off, icon, &words.with(&[("rule", name.into())])).clicked() {
        if off {
            state.without.retain(|known| known != rule);
        } else {
            state.without.push(rule.to_owned());
        }
        state.forget_pages();
    }
}

/// A row in full, decided once per edit.
#[derive(Debug)]
pub struct Order {
    made_for: (u64, String, String, String),
    row: std::rc::Rc<BlockPage>,
}

/// The whole row in order, with scores.
fn order_ui(ui: &mut Ui, scene: &Scene<'_>, state: &mut PagesState, block: &BlockPage) {
    let Some(draft) = scene.draft else { return };
    let t = ui.tokens();
    let made_for = (scene.revision, format!("{:?}", state.page), state.segment.clone(), block.id.clone());
    if state.order.as_ref().is_none_or(|order| order.made_for != made_for) {
        let mut visit = state.visit(&state.segment, state.device, scene.now);
        visit.limit = Some(200);
        let page = draft.decide(&visit, crate::decide::Detail::Plain);
        let row = page.blocks.into_iter().find(|candidate| candidate.id == block.id);
        state.order = row.map(|row| Order { made_for, row: std::rc::Rc::new(row) });
    }
    let Some(block) = state.order.as_ref().map(|order| std::rc::Rc::clone(&order.row)) else {
        return;
    };
    ui.spacing_mut().item_spacing.y = 2.0;
    for slot in &block.slots {
        let product = &draft.bundle().catalog.products[slot.product as usize];
        let score = scene.formats.tenths(points::tenths(slot.score));
        let width = ui.available_width();
        let label = format!("{}  {}", slot.position, product.title);
        let line = button::quiet(RichText::new(label).text_style(text::small()))
            .right_text(RichText::new(score).text_style(text::small_number()).color(t.muted))
            .truncate()
            .min_size(egui::vec2(width, 24.0));
        if ui.add(line).clicked() {
            let card = Card { block: block.id.clone(), product: product.id.clone() };
            state.scroll_to = Some(card.clone());
            state.select(card);
        }
    }
}

pub(super) fn term_name(kind: TermKind) -> &'static str {
    match kind {
        TermKind::Signal(signal) => signal_name(signal),
        TermKind::Variety => Canvas::Variety.text(),
        TermKind::Rules => Canvas::BoostsAndBuries.text(),
    }
}

pub(super) fn signal_name(signal: Signal) -> &'static str {
    match signal {
        Signal::Relevance => Canvas::Relevance,
        Signal::Popularity => Canvas::Popularity,
        Signal::Newness => Canvas::Newness,
        Signal::Margin => Canvas::Margin,
        Signal::Stock => Canvas::Stock,
    }
    .text()
}
