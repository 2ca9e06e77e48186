//! What screens ask for comes true here.

use std::path::{Path, PathBuf};

use egui::Context;

use super::work::answer;
use super::{Studio, TaskResult};
use crate::app::present::{audit, leaving};
use crate::app::{Desk, Error, View, export, present, runs, train};
use crate::bundle::SegmentCondition;
use crate::merch::Operator;
use crate::segment::rules::{Comparison, Condition, Op, RuleGroup};
use crate::shop::{Cancelled, Monitor, Seconds};
use crate::ui::command::{Action, Command};
use crate::ui::screens;
use crate::ui::screens::stage::{Ask, GroupAction, JobKind, JobLine};

impl Studio {
    pub(super) fn ask(&mut self, ask: Ask, ctx: &Context) {
        match ask {
            Ask::Go(place) => self.settings.screen = screens::prepare(&place, &mut self.states),
            Ask::Edit { edit, label } => self.run(Command::Edit { edit, label, toast: None }, ctx),
            Ask::OpenSample => self.run(Command::OpenSample, ctx),
            Ask::OpenWorkspace(Some(file)) => self.run(Command::Open(file), ctx),
            Ask::OpenWorkspace(None) => self.run(Command::Do(Action::OpenWorkspace), ctx),
            Ask::ChooseFiles => self.run(Command::Do(Action::ImportFiles), ctx),
            Ask::DropDetected => self.found.detected.clear(),
            Ask::Import(choices) => {
                let paths = choices.files.into_iter().map(|file| file.path).collect();
                self.found.detected.clear();
                self.run(Command::Import(paths), ctx);
            }
            Ask::Cancel(_) => self.run(Command::CancelJobs, ctx),
            Ask::CheckAgain => self.at_desk("audit", |desk, now, monitor| desk.view(now, monitor)),
            Ask::FixProblem { code, keys } => self.at_desk("audit", move |desk, now, monitor| {
                audit::fix(&mut desk.session(), &[(code, Some(keys))], now, monitor)
            }),
            Ask::FixSafeProblems => {
                let safe = self.view.audit.iter().flat_map(|audit| &audit.problems);
                let codes = safe
                    .filter(|problem| problem.fix_is_safe)
                    .map(|problem| (problem.code.clone(), None))
                    .collect::<Vec<_>>();
                self.at_desk("audit", move |desk, now, monitor| {
                    audit::fix(&mut desk.session(), &codes, now, monitor)
                });
            }
            Ask::IgnoreProblem { code, .. } => self.at_desk("audit", move |desk, now, monitor| {
                let mut session = desk.session();
                if let Some(check) = audit::check_of(&code) {
                    session.ignore_problem(check)?;
                }
                present::view(&session, now, monitor)
            }),
            Ask::Group(action) => self.group(action),
            Ask::OpenCustomer(number) => {
                let (Some(desk), now) = (self.desk.clone(), self.scene_now()) else {
                    return;
                };
                self.jobs.spawn("story", move |monitor| {
                    answer(
                        leaving::story(&desk.session(), number, now, monitor)
                            .map(|story| TaskResult::Story(Box::new(story))),
                    )
                });
            }
            Ask::PlanExport { target } => {
                let (Some(desk), now) = (self.desk.clone(), self.scene_now()) else {
                    return;
                };
                self.jobs.spawn("plan", move |monitor| {
                    let plan = leaving::export_plan(&desk.session(), &target, now, monitor);
                    answer(plan.map(|plan| TaskResult::Planned(Box::new(plan))))
                });
            }
            Ask::ChooseExportFolder => {
                self.jobs.spawn("choose", |_| match rfd::FileDialog::new().pick_folder() {
                    Some(folder) => Ok(TaskResult::ExportFolder(folder)),
                    None => Err(Cancelled),
                });
            }
            Ask::Export { target, folder, .. } => {
                let (Some(desk), now) = (self.desk.clone(), self.scene_now()) else {
                    return;
                };
                self.jobs.spawn("export", move |monitor| {
                    answer(export_to(&desk, &target, folder, now, monitor).map(TaskResult::Said))
                });
            }
            Ask::ShowInFolder(_) => self.run(Command::Do(Action::ShowInFolder), ctx),
        }
    }

    /// Does something with the open workspace on another thread and shows how it looks then.
    fn at_desk(
        &mut self,
        kind: &'static str,
        work: impl FnOnce(&Desk, Seconds, &dyn Monitor) -> Result<View, Error> + Send + 'static,
    ) {
        let (Some(desk), now) = (self.desk.clone(), self.scene_now()) else {
            return;
        };
        self.jobs.spawn(kind, move |monitor| {
            answer(work(&desk, now, monitor).map(|view| TaskResult::Viewed(Box::new(view))))
        });
    }

    fn group(&mut self, action: GroupAction) {
        if let GroupAction::Regroup { k } = action {
            self.regroup(u8::try_from(k).ok().filter(|k| 1 < *k));
            return;
        }
        self.at_desk("train", move |desk, now, monitor| {
            let mut session = desk.session();
            let Some(mut run) = runs::segments(session.workspace())?.map(|kept| kept.result) else {
                return present::view(&session, now, monitor);
            };
            let mut regroup = false;
            let find = |id: &str| run.groups.iter().position(|group| group.id == id);
            match action {
                GroupAction::Regroup { .. } => {}
                GroupAction::Rename { group, name } => {
                    if let Some(at) = find(&group) {
                        run.groups[at].name = name;
                        run.groups[at].renamed = true;
                    }
                }
                GroupAction::Lock { group, locked } => {
                    if let Some(at) = find(&group) {
                        run.groups[at].locked = locked;
                    }
                }
                GroupAction::Mark { group, color } => {
                    if let Some(at) = find(&group) {
                        run.groups[at].mark = color;
                    }
                }
                GroupAction::Hide { group, hidden } => {
                    if let Some(at) = find(&group) {
                        run.groups[at].hidden = hidden;
                    }
                }
                GroupAction::SetRule { name, any_of, .. } => {
                    let taken = run.settings.rules.iter().filter(|rule| rule.id.starts_with("rule")).count();
                    let id = format!("rule{}", taken + 1);
                    run.settings.rules.push(RuleGroup { id, name, when: condition(&any_of) });
                    regroup = true;
                }
                GroupAction::Remove { group } => {
                    let gone = find(&group).map(|at| run.groups[at].source.clone());
                    if let Some(crate::segment::GroupSource::Rule(rule)) = gone {
                        run.settings.rules.retain(|known| known.id != rule);
                        regroup = true;
                    }
                }
            }
            let settings = train::Settings::at(now);
            train::keep_groups(session.workspace_mut(), &run, &settings, monitor)?;
            if regroup {
                let groups = Some(crate::segment::Groups::Exactly(run.k));
                train::segment(session.workspace_mut(), &train::Settings { groups, ..settings }, monitor)?;
            }
            present::view(&session, now, monitor)
        });
    }

    /// The work under way as screens show it.
    pub(super) fn job_lines(&self) -> Vec<JobLine> {
        let kind = [
            ("import", JobKind::Import),
            ("story", JobKind::Story),
            ("plan", JobKind::PlanExport),
            ("export", JobKind::Export),
            ("audit", JobKind::Audit),
            ("train", JobKind::Train),
        ]
        .into_iter()
        .find(|(name, _)| self.jobs.is_running(name))
        .map(|(_, kind)| kind);
        let Some(kind) = kind else { return Vec::new() };
        let progress = self.progress.as_ref();
        vec![JobLine {
            kind,
            phase: progress.map(|progress| progress.phase.clone()).unwrap_or_default(),
            done: progress.map_or(0, |progress| progress.done),
            total: progress.map_or(0, |progress| progress.total),
            seconds_left: None,
        }]
    }
}

/// Writes a target's files; without a folder, beside the workspace. Returns the sentence for the toast.
fn export_to(
    desk: &Desk,
    target: &str,
    folder: Option<PathBuf>,
    now: Seconds,
    monitor: &dyn Monitor,
) -> Result<String, Error> {
    let beside = desk.file().parent().unwrap_or_else(|| Path::new(".")).join(format!("export-{target}"));
    let folder = folder.unwrap_or(beside);
    let target = export::target(target)?;
    let session = desk.session();
    let sections = if target == crate::export::Target::Report {
        crate::app::report::sections(&session, desk.file(), true, monitor)?
    } else {
        Vec::new()
    };
    let exporter =
        export::Exporter::gather(session.workspace(), now, target.names_customers(), sections, monitor)?;
    let written = export::write(&exporter.project(target), &folder)?;
    Ok(format!("{} files written to {}", written.len(), folder.display()))
}

/// A sentence of the rule editor in the words of the grouping.
fn condition(any_of: &[Vec<SegmentCondition>]) -> Condition {
    let quantum = crate::app::compile::segments::RULE_QUANTUM.max(1) as f64;
    let comparison = |condition: &SegmentCondition| {
        Condition::Is(Comparison {
            feature: condition.feature.clone(),
            op: match condition.operator {
                Operator::Less => Op::LessThan,
                Operator::LessOrEqual => Op::AtMost,
                Operator::Greater => Op::MoreThan,
                Operator::GreaterOrEqual => Op::AtLeast,
                Operator::Equals | Operator::Contains => Op::Equals,
            },
            value: condition.value as f64 / quantum,
        })
    };
    Condition::Any(any_of.iter().map(|all| Condition::All(all.iter().map(comparison).collect())).collect())
}
