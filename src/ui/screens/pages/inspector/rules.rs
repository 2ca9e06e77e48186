//! The rules that touch this product here, what became of them, and the page without each.

use egui::{RichText, Ui};

use super::super::state::{Card, PagesState, segment_name};
use super::why::try_without;
use crate::decide::RuleOutcome;
use crate::merch::{Edit, Rule};
use crate::ui::command::Command;
use crate::ui::icons;
use crate::ui::kit::{button, heading};
use crate::ui::say;
use crate::ui::screens::Scene;
use crate::ui::strings::Phrase as _;
use crate::ui::strings::canvas::Canvas;
use crate::ui::strings::strip::Strip;
use crate::ui::theme::{HasTokens as _, medium, text};

pub(super) fn rules_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    state: &mut PagesState,
    card: &Card,
    commands: &mut Vec<Command>,
) {
    let place = state.place(Some(&card.block));
    let title = |id: &str| super::super::act::title(scene, id);
    let traces = {
        let (segment, device) = (state.segment.clone(), state.device);
        let index = scene.draft.and_then(|draft| draft.bundle().catalog.index(&card.product));
        let page = state.draft_page(scene, &segment, device);
        page.and_then(|page| {
            let block = page.blocks.iter().find(|block| block.id == card.block)?;
            let slot = block.slots.iter().find(|slot| Some(slot.product) == index)?;
            Some(slot.why.rules.clone())
        })
        .unwrap_or_default()
    };
    let touching: Vec<&Rule> = scene
        .document
        .rules
        .iter()
        .filter(|rule| {
            traces.iter().any(|trace| trace.rule == rule.id)
                || super::super::edits::applies(rule, &place, &card.product)
        })
        .collect();
    if touching.is_empty() {
        ui.add_space(4.0);
        heading::caption(ui, Canvas::NoRulesHere.text());
        return;
    }
    let t = ui.tokens();
    for rule in touching {
        ui.add_space(6.0);
        let name = say::rule_name(rule, scene.formats, &title);
        ui.add(egui::Label::new(RichText::new(&name).family(medium())).wrap());
        let whom = match &rule.scope.segments {
            None => Canvas::Everyone.text().to_owned(),
            Some(segments) => {
                segments.iter().map(|id| segment_name(scene, id)).collect::<Vec<_>>().join(", ")
            }
        };
        let outcome = traces.iter().find(|trace| trace.rule == rule.id).map(|trace| match &trace.outcome {
            RuleOutcome::Won => Canvas::RuleWon.text().to_owned(),
            RuleOutcome::Capped => Canvas::RuleCapped.text().to_owned(),
            RuleOutcome::Waiting => Canvas::RuleWaiting.text().to_owned(),
            RuleOutcome::LostTo(other) => {
                let other = scene.document.rules.iter().find(|rule| rule.id == *other);
                let other =
                    other.map_or_else(String::new, |rule| say::rule_name(rule, scene.formats, &title));
                Canvas::RuleLost.with(&[("rule", (&other).into())])
            }
        });
        let line = [Some(whom), outcome].into_iter().flatten().collect::<Vec<_>>().join(" · ");
        ui.horizontal(|ui| {
            ui.label(RichText::new(line).text_style(text::small()).color(t.muted));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let remove = Canvas::RemoveRule.with(&[("rule", (&name).into())]);
                if button::icon(ui, icons::TRASH, &remove).clicked() {
                    let edit = Edit::RemoveRule { id: rule.id.clone() };
                    commands.push(Command::Edit { edit, label: remove, toast: None });
                }
                try_without(ui, state, &rule.id, &name);
            });
        });
        let without = Edit::RemoveRule { id: rule.id.clone() };
        let words = |cost: String| Strip::WithoutIt.with(&[("cost", (&cost).into())]);
        super::super::cost::cost_ui(ui, scene, &card.block, without, words, commands);
    }
}
