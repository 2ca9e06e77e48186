//! What each rule does on the data of now: worked out on another thread while the list of rules is open.

use std::sync::Arc;

use super::{Studio, TaskResult};
use crate::decide;
use crate::ui::screens::Screen;
use crate::ui::screens::stage::RuleEffects;

/// Kind of the job, as [`crate::ui::jobs::Jobs`] tells them apart.
const EFFECTS: &str = "rule-effects";

impl Studio {
    /// Called at the end of every frame: starts what is missing. Schedules begin and end while nobody edits, so it is
    /// also made anew every quarter of an hour.
    pub(super) fn look_at_rules(&mut self) {
        let Some(draft) = self.draft.as_ref().filter(|_| self.settings.screen == Screen::Rules) else {
            return;
        };
        let now = self.scene_now();
        let made_for = (self.revision, now.div_euclid(900));
        let is_known = self.found.rules.as_ref().is_some_and(|known| known.made_for == made_for);
        if is_known || self.jobs.is_running(EFFECTS) {
            return;
        }
        let draft = Arc::clone(draft);
        self.jobs.spawn(EFFECTS, move |monitor| {
            let mut rules = Vec::new();
            for at in 0..draft.bundle().document.rules.len() {
                monitor.checkpoint()?;
                rules.extend(decide::rule_health(&draft, at, now));
            }
            Ok(TaskResult::RulesLookedAt(Box::new(RuleEffects { made_for, rules })))
        });
    }
}
