//! Rules that get in each other's way, in words, with what settles it. Finding them is `decide`'s work.

use egui::{RichText, Ui};

use super::super::stage::Stage;
use super::{RulesState, SWITCH, T, Titles};
use crate::decide::Conflict;
use crate::merch::Edit;
use crate::ui::kit::button;
use crate::ui::strings::Phrase as _;
use crate::ui::theme::{HasTokens as _, text};

/// One line under a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    /// The rule that does not do what it says.
    pub rule: String,
    /// The one that stands in its way.
    pub other: Option<String>,
    pub about: Conflict,
}

/// Conflicts as lines: one per pair of rules, however many products they share.
pub fn clashes(conflicts: &[Conflict]) -> Vec<Clash> {
    let mut lines: Vec<Clash> = Vec::new();
    for about in conflicts {
        let (rule, other) = match about {
            Conflict::PinAndHide { pin, hide, .. } => (pin, Some(hide)),
            Conflict::SamePlace { winner, loser, .. }
            | Conflict::SameProduct { winner, loser, .. }
            | Conflict::ScheduleOverlap { winner, loser, .. } => (loser, Some(winner)),
            Conflict::PinOutsideOnlyShow { pin, only_show, .. } => (pin, Some(only_show)),
            Conflict::BoostAndBury { boost, bury, .. } => (boost, Some(bury)),
            Conflict::MatchesNothing { rule } => (rule, None),
            Conflict::PinnedSoldOut { pin, .. } => (pin, None),
            // The column of effects says so.
            Conflict::NoEffect { .. } => continue,
        };
        let kind = std::mem::discriminant(about);
        let is_known = |line: &Clash| {
            line.rule == *rule && line.other.as_ref() == other && std::mem::discriminant(&line.about) == kind
        };
        if !lines.iter().any(is_known) {
            lines.push(Clash { rule: rule.clone(), other: other.cloned(), about: about.clone() });
        }
    }
    lines
}

fn sentence(stage: &Stage<'_>, titles: &Titles, clash: &Clash, other: &str) -> String {
    let other = ("other", other.into());
    match &clash.about {
        Conflict::PinAndHide { product, .. } => {
            T::PinHidden.with(&[other, ("product", (&titles.product(product)).into())])
        }
        Conflict::SamePlace { position, .. } => T::SamePlace.with(&[other, ("n", (*position).into())]),
        Conflict::SameProduct { product, .. } => {
            T::SameProduct.with(&[other, ("product", (&titles.product(product)).into())])
        }
        Conflict::ScheduleOverlap { position, from, until, .. } => {
            let day = |at: Option<i64>| at.map_or_else(|| "…".to_owned(), |at| stage.formats.day_month(at));
            let (from, until) = (day(*from), day(until.map(|until| until - 1)));
            let n = ("n", (*position).into());
            T::Overlap.with(&[other, n, ("from", (&from).into()), ("until", (&until).into())])
        }
        Conflict::PinOutsideOnlyShow { product, .. } => {
            T::OutsideOnly.with(&[other, ("product", (&titles.product(product)).into())])
        }
        Conflict::BoostAndBury { n_products, .. } => T::BoostBury.with(&[other, ("n", (*n_products).into())]),
        Conflict::MatchesNothing { .. } | Conflict::NoEffect { .. } => T::MatchesNothing.text().to_owned(),
        Conflict::PinnedSoldOut { product, .. } => {
            T::SoldOut.with(&[("product", (&titles.product(product)).into())])
        }
    }
}

pub(super) fn clash_ui(
    ui: &mut Ui,
    stage: &mut Stage<'_>,
    state: &mut RulesState,
    titles: &Titles,
    clash: &Clash,
    label: &str,
) {
    let t = ui.tokens();
    let other =
        clash.other.as_ref().and_then(|id| stage.draft.rules.iter().find(|rule| rule.id == *id)).cloned();
    let other_label = other.as_ref().map(|rule| titles.label(rule, stage.formats)).unwrap_or_default();
    let sentence = sentence(stage, titles, clash, &other_label);
    let is_writable = !stage.view.store.read_only;
    let indent =
        egui::Frame::new().inner_margin(egui::Margin { left: (SWITCH + 24.0) as i8, ..egui::Margin::ZERO });
    indent.show(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new(sentence).text_style(text::small()).color(t.bury.fg));
            ui.spacing_mut().button_padding.y = 1.0;
            ui.spacing_mut().interact_size.y = 22.0;
            let link = |words: T| button::link(RichText::new(words.text()).size(12.0));
            if let Some(other) = other.as_ref().filter(|_| is_writable)
                && ui.add(link(T::Keep)).clicked()
            {
                let says = T::Removed.with(&[("rule", (&other_label).into())]);
                stage.edit(Edit::RemoveRule { id: other.id.clone() }, says);
            }
            if is_writable && ui.add(link(T::RemoveThis)).clicked() {
                let says = T::Removed.with(&[("rule", label.into())]);
                stage.edit(Edit::RemoveRule { id: clash.rule.clone() }, says);
            }
            if ui.add(link(T::Accept)).clicked() {
                state.accepted.insert((clash.rule.clone(), clash.other.clone()));
            }
        })
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_rules_make_one_line_however_many_products_they_share() {
        let hidden = |product: &str| Conflict::PinAndHide {
            pin: "r1".to_owned(),
            hide: "r2".to_owned(),
            product: product.to_owned(),
        };
        let idle = Conflict::NoEffect { rule: "r3".to_owned() };
        let lines = clashes(&[hidden("a"), hidden("b"), idle]);
        assert_eq!(lines.len(), 1);
        assert_eq!((lines[0].rule.as_str(), lines[0].other.as_deref()), ("r1", Some("r2")));
    }
}
