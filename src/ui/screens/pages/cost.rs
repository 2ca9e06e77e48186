//! What an edit would mean, said before it is made.

use egui::Ui;

use super::strip::{is_same, points, signed_points, verdict_words};
use crate::app::replay::Replayed;
use crate::merch::Edit;
use crate::ui::command::Command;
use crate::ui::kit::heading;
use crate::ui::screens::Scene;
use crate::ui::screens::stage::{Ask, CostQuestion, ReplayState};
use crate::ui::strings::Phrase as _;
use crate::ui::strings::strip::Strip;

/// The sentence about an edit, asking for it where it is not known; nothing where past orders cannot say anything.
/// `words` puts the sentence into another.
pub(super) fn cost_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    row: &str,
    edit: Edit,
    words: impl FnOnce(String) -> String,
    commands: &mut Vec<Command>,
) {
    match cost(scene, Some(row), edit, commands) {
        None => {}
        Some(None) => {
            heading::caption(ui, &words(Strip::CostAsking.text().to_owned()));
        }
        Some(Some(cost)) => {
            let tip = Strip::CostTip.with(&[("n", cost.comparison.orders.into())]);
            heading::caption(ui, &words(sentence(scene, cost))).on_hover_text(tip);
        }
    }
}

/// As [`cost_ui`] says it, in the few words that fit under a dragged card.
pub(super) fn short_cost_of(
    scene: &Scene<'_>,
    row: Option<&str>,
    edit: Edit,
    commands: &mut Vec<Command>,
) -> Option<String> {
    let cost = cost(scene, row, edit, commands)??;
    let change = &cost.comparison.hit_rate;
    if is_same(change) {
        return Some(Strip::CostNothing.text().to_owned());
    }
    let shown = points(scene.formats, change.difference);
    Some(Strip::CostShort.with(&[("points", (&shown).into()), ("verdict", verdict_words(change).into())]))
}

/// Outer `None`: nobody can say. Inner `None`: it is being worked out.
fn cost<'a>(
    scene: &'a Scene<'_>,
    row: Option<&str>,
    edit: Edit,
    commands: &mut Vec<Command>,
) -> Option<Option<&'a Replayed>> {
    let replays = &scene.found.replay;
    if matches!(replays.state, ReplayState::TooFew(_) | ReplayState::NoPast) {
        return None;
    }
    let question = CostQuestion { revision: scene.revision, edit, row: row.map(str::to_owned) };
    let known = replays.cost_of(&question);
    if known.is_none() {
        commands.push(Command::Ask(Ask::Cost(Box::new(question))));
    }
    Some(known)
}

fn sentence(scene: &Scene<'_>, cost: &Replayed) -> String {
    let change = &cost.comparison.hit_rate;
    if is_same(change) {
        return Strip::CostNothing.text().to_owned();
    }
    let shown = points(scene.formats, change.difference);
    let [low, high] =
        change.interval.unwrap_or([change.difference; 2]).map(|end| signed_points(scene.formats, end));
    Strip::CostOf.with(&[
        ("points", (&shown).into()),
        ("low", (&low).into()),
        ("high", (&high).into()),
        ("verdict", verdict_words(change).into()),
    ])
}
