//! Colouring the map's dots by a figure instead of their group: five steps with as many customers each.

use egui::{Color32, Rect, Sense, Ui, pos2, vec2};

use super::super::stage::Stage;
use super::{CustomersState, card};
use crate::app::view::{CustomerTable, FeatureColumn};
use crate::ui::kit::{combo, heading};
use crate::ui::strings::Phrase as _;
use crate::ui::strings::customers::Customers as T;
use crate::ui::strings::features;
use crate::ui::theme::{HasTokens as _, Tokens};

const STEPS: usize = 5;

/// The figure that colours the dots.
#[derive(Clone, Debug)]
pub(super) struct Colouring {
    /// A name of the feature catalogue.
    pub(super) feature: String,
    /// Where a step ends and the next begins, ascending; of one table.
    bounds: [f32; STEPS - 1],
    n_customers: usize,
}

impl Colouring {
    fn of(column: &FeatureColumn) -> Self {
        let mut known: Vec<f32> = column.values.iter().copied().filter(|value| value.is_finite()).collect();
        known.sort_unstable_by(f32::total_cmp);
        let at = |step: usize| known.get(known.len() * step / STEPS).copied().unwrap_or(f32::INFINITY);
        Self {
            feature: column.name.clone(),
            bounds: [at(1), at(2), at(3), at(4)],
            n_customers: column.values.len(),
        }
    }

    /// The column, while the table is still the one the steps were made for.
    pub(super) fn column<'a>(&self, table: &'a CustomerTable) -> Option<&'a FeatureColumn> {
        table
            .columns
            .iter()
            .find(|column| column.name == self.feature && column.values.len() == self.n_customers)
    }

    /// The darker, the more. What is not known stays pale.
    pub(super) fn color(&self, t: &Tokens, value: f32) -> Color32 {
        if !value.is_finite() {
            return t.border;
        }
        step_color(t, self.bounds.iter().filter(|bound| **bound <= value).count())
    }
}

fn step_color(t: &Tokens, step: usize) -> Color32 {
    const STRENGTH: [f32; STEPS] = [0.28, 0.46, 0.64, 0.82, 1.0];
    t.surface.lerp_to_gamma(t.accent, STRENGTH[step.min(STEPS - 1)])
}

/// The choice at the foot of the map, and what the steps mean.
pub(super) fn choice_ui(
    ui: &mut Ui,
    stage: &Stage<'_>,
    state: &mut CustomersState,
    table: &CustomerTable,
    map: Rect,
) {
    let bar =
        Rect::from_min_size(pos2(map.left() + 12.0, map.bottom() - 40.0), vec2(map.width() - 24.0, 30.0));
    let mut child = ui.new_child(egui::UiBuilder::new().max_rect(bar));
    child.horizontal(|ui| {
        let chosen = state.colouring.as_ref().and_then(|colouring| colouring.column(table));
        let words = chosen.map_or_else(
            || T::ColourGroup.text().to_owned(),
            |column| features::words(&column.name, &column.label),
        );
        let name = T::ColourBy.with(&[("what", (&words).into())]);
        let mut picked = None;
        combo::combo(ui, &name, name.as_str(), combo::Look::Title, |ui| {
            let group = T::ColourGroup.text();
            if combo::choice(ui, chosen.is_none(), group, group).clicked() {
                picked = Some(None);
            }
            for column in &table.columns {
                let words = features::words(&column.name, &column.label);
                let is_chosen = chosen.is_some_and(|chosen| chosen.name == column.name);
                if combo::choice(ui, is_chosen, &words, words.as_str()).clicked() {
                    picked = Some(Some(Colouring::of(column)));
                }
            }
        });
        if let (Some(column), Some(colouring)) = (chosen, &state.colouring) {
            let amount = |value: f32| card::amount(stage, column.unit, f64::from(value));
            heading::caption(ui, &T::OrLess.with(&[("value", (&amount(colouring.bounds[0])).into())]));
            let t = ui.tokens();
            let (scale, _) = ui.allocate_exact_size(vec2(STEPS as f32 * 14.0, 12.0), Sense::hover());
            for step in 0..STEPS {
                let at = pos2(scale.left() + 7.0 + step as f32 * 14.0, scale.center().y);
                ui.painter().circle_filled(at, 5.0, step_color(t, step));
            }
            heading::caption(
                ui,
                &T::OrMore.with(&[("value", (&amount(colouring.bounds[STEPS - 2])).into())]),
            );
        }
        if let Some(picked) = picked {
            state.colouring = picked;
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::theme::LIGHT;

    #[test]
    fn five_steps_hold_as_many_customers_each_and_the_unknown_stays_pale() {
        let values: Vec<f32> = (0..100_u8).map(f32::from).chain([f32::NAN]).collect();
        let column = FeatureColumn { name: "n_orders".to_owned(), values, ..FeatureColumn::default() };
        let colouring = Colouring::of(&column);
        for step in 0..STEPS {
            let n = column.values[..100]
                .iter()
                .filter(|value| colouring.color(&LIGHT, **value) == step_color(&LIGHT, step))
                .count();
            assert_eq!(n, 20, "step {step}");
        }
        assert_eq!(colouring.color(&LIGHT, f32::NAN), LIGHT.border);
    }
}
