//! What a target carries of each rule and row, said before anything is written.

use serde::Serialize;

use super::subject::Subject;
use super::target::Target;
use crate::merch::{Action, BlockKind, Rule};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fidelity {
    Exact,
    Approximate,
    /// The target cannot say it; whoever serves the page must do it.
    Dropped,
}

/// One rule, row or list and what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// `rule r12`, `row home/picked`, `groups`, or the id a note is about.
    pub about: String,
    pub fidelity: Fidelity,
    pub how: String,
}

#[derive(Clone, Debug, Serialize)]
pub struct FidelityReport {
    pub target: Target,
    pub verdicts: Vec<Verdict>,
}

impl FidelityReport {
    pub(super) fn of_rules_and_blocks(target: Target, subject: &Subject<'_>) -> Self {
        let carries = target.carries();
        let mut report = Self { target, verdicts: Vec::new() };
        let (fidelity, how) = carries.segments;
        report.add("groups", fidelity, how);
        let document = &subject.bundle().document;
        for rule in document.rules.iter().filter(|rule| rule.enabled) {
            let (mut fidelity, how) = match rule.action {
                Action::Pin { .. } => carries.pin,
                Action::Hide => carries.hide,
                Action::Boost { .. } | Action::Bury { .. } => carries.boost,
                Action::OnlyShow => carries.only_show,
            };
            let mut how = how.to_owned();
            if is_scheduled(rule) && fidelity != Fidelity::Dropped {
                fidelity = fidelity.max(carries.schedule.0);
                how = format!("{how}; its schedule: {}", carries.schedule.1);
            }
            if rule.scope.segments.is_some() && fidelity != Fidelity::Dropped {
                fidelity = fidelity.max(carries.segments.0);
                how = format!("{how}; its groups: {}", carries.segments.1);
            }
            report.add(&format!("rule {}", rule.id), fidelity, &how);
        }
        for (page, layout) in &document.layouts {
            let variants = layout.variants.iter().map(|variant| (variant.name.as_str(), &variant.blocks));
            for (variant, blocks) in std::iter::once(("", &layout.default)).chain(variants) {
                for block in blocks {
                    let place = if variant.is_empty() { String::new() } else { format!(" ({variant})") };
                    let about = format!("row {page}/{}{place}", block.id);
                    if block.kind == BlockKind::Products {
                        report.add(&about, carries.block.0, carries.block.1);
                    } else if target != Target::Web && target != Target::Report {
                        report.add(
                            &about,
                            Fidelity::Dropped,
                            "banners and tiles stay in the store's own theme",
                        );
                    } else {
                        report.add(&about, Fidelity::Exact, "as designed");
                    }
                }
            }
        }
        report
    }

    pub(super) fn add(&mut self, about: &str, fidelity: Fidelity, how: &str) {
        self.verdicts.push(Verdict { about: about.to_owned(), fidelity, how: how.to_owned() });
    }

    pub fn count(&self, fidelity: Fidelity) -> usize {
        self.verdicts.iter().filter(|verdict| verdict.fidelity == fidelity).count()
    }

    /// The report as the file beside the export.
    pub fn markdown(&self) -> String {
        let mut text = format!(
            "# What {} carries\n\n{} exact, {} approximate, {} dropped.\n\nChecked: {} Nothing was tried with a \
             live account.\n\n| what | fidelity | how |\n|---|---|---|\n",
            self.target.title(),
            self.count(Fidelity::Exact),
            self.count(Fidelity::Approximate),
            self.count(Fidelity::Dropped),
            self.target.checked(),
        );
        for verdict in &self.verdicts {
            let word = match verdict.fidelity {
                Fidelity::Exact => "exact",
                Fidelity::Approximate => "approximate",
                Fidelity::Dropped => "dropped",
            };
            let cell = |cell: &str| cell.replace('|', "\\|").replace(['\n', '\r'], " ");
            text.push_str(&format!("| {} | {word} | {} |\n", cell(&verdict.about), cell(&verdict.how)));
        }
        text
    }
}

fn is_scheduled(rule: &Rule) -> bool {
    rule.schedule.from.is_some() || rule.schedule.until.is_some()
}
