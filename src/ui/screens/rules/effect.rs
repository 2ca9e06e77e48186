//! What a rule does on the data of now, in its column.

use super::super::stage::Stage;
use super::T;
use crate::decide::{Phase, RuleHealth};
use crate::merch::{Action, Rule};
use crate::ui::strings::Phrase as _;

/// Two short lines for the column.
pub(super) struct Effect {
    pub what: String,
    pub on: String,
    /// In force, and yet nothing that is shown is other for it.
    pub is_idle: bool,
}

/// Empty until it is worked out.
pub(super) fn effect(stage: &Stage<'_>, rule: &Rule) -> Effect {
    let known = stage.found.rules.as_ref().and_then(|found| {
        found.rules.iter().find(|health| health.rule == rule.id && found.made_for.0 == stage.revision)
    });
    let Some(health) = known else {
        return Effect { what: String::new(), on: String::new(), is_idle: false };
    };
    let on = match health.pages {
        0 => String::new(),
        n => T::OnPages.with(&[("n", n.into())]),
    };
    Effect { what: what(rule, health), on, is_idle: health.has_no_effect() }
}

fn what(rule: &Rule, health: &RuleHealth) -> String {
    match health.phase {
        Phase::Off => return T::EffectOff.text().to_owned(),
        Phase::Scheduled => return T::EffectWaits.text().to_owned(),
        Phase::Ended => return T::EffectEnded.text().to_owned(),
        Phase::Active => {}
    }
    let products = ("n", health.n_products.into());
    match rule.action {
        _ if health.n_products == 0 => T::EffectNothing.text().to_owned(),
        Action::Hide => T::EffectHides.with(&[products]),
        _ if health.has_no_effect() => T::EffectNone.text().to_owned(),
        Action::Boost { .. } | Action::Bury { .. } if health.places_tenths != 0 => {
            let places = ((health.places_tenths.abs() + 5) / 10).max(1);
            let phrase = if 0 < health.places_tenths { T::EffectUp } else { T::EffectDown };
            phrase.with(&[products, ("places", places.into())])
        }
        _ => T::EffectSlots.with(&[("n", health.slots_changed.into()), ("all", health.slots.into())]),
    }
}
