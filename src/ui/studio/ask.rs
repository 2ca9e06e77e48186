//! What screens ask for comes true here.

use egui::Context;

use super::intake::Moved;
use super::pictures::PICTURES;
use super::work::{READ, answer};
use super::{Studio, TaskResult};
use crate::app::present::{audit, leaving};
use crate::app::{Desk, Error, View, present, runs, segments, train};
use crate::bundle::SegmentCondition;
use crate::features::catalogue::steps_of;
use crate::merch::Operator;
use crate::segment::rules::{Comparison, Condition, Op, RuleGroup};
use crate::segment::{Edit, SegmentRun};
use crate::shop::{Monitor, Seconds};
use crate::ui::command::{Action, Command};
use crate::ui::screens;
use crate::ui::screens::stage::{Ask, GroupAction, JobKind, JobLine};
use crate::ui::shell::sheets::Sheet;

impl Studio {
    pub(super) fn ask(&mut self, ask: Ask, ctx: &Context) {
        match ask {
            Ask::Go(place) => self.settings.screen = screens::prepare(&place, &mut self.states),
            Ask::Edit { edit, label } => self.run(Command::Edit { edit, label, toast: None }, ctx),
            Ask::OpenSample => self.run(Command::OpenSample, ctx),
            Ask::OpenWorkspace(Some(file)) => self.run(Command::Open(file), ctx),
            Ask::OpenWorkspace(None) => self.run(Command::Do(Action::OpenWorkspace), ctx),
            Ask::ChooseFiles => self.run(Command::Do(Action::ImportFiles), ctx),
            Ask::DropDetected => {
                self.jobs.cancel("detect");
                self.jobs.cancel("rehearse");
                self.found.detected.clear();
                self.found.rehearsal = None;
            }
            Ask::LeaveOut(path) => self.leave_out(&path),
            Ask::ReadAs { file, reading } => self.read_as(file, reading),
            Ask::Rehearse(choices) => self.rehearse(choices),
            Ask::Import(choices) => {
                self.jobs.cancel("rehearse");
                self.import(choices);
            }
            Ask::SaveMapping(mapping) => self.save_mapping(mapping),
            Ask::LoadMapping => self.load_mapping(),
            Ask::CloseImported => self.found.imported = None,
            Ask::LookAtImport(import) => self.look_at_import(import),
            Ask::UndoImport(_) => self.undo_import(),
            Ask::SaveSetAside(import) => self.save_set_aside(import),
            Ask::Cancel(kind) => {
                let wanted = JOBS.iter().filter(|(_, known)| *known == kind);
                wanted.for_each(|(name, _)| self.jobs.stop(name));
            }
            Ask::CheckAgain => self.at_desk("audit", |desk, now, monitor| desk.view(now, monitor)),
            Ask::TrainAgain => self.train_again(),
            Ask::FixProblem { code, keys } => self.at_data(move |desk, now, monitor| {
                let (view, step) = desk.fix(&[(code, Some(keys))], now, monitor)?;
                Ok((view, Moved::Done(step)))
            }),
            Ask::FixSafeProblems => {
                let safe = self.view.audit.iter().flat_map(|audit| &audit.problems);
                let codes = safe
                    .filter(|problem| problem.fix_is_safe && !problem.is_ignored)
                    .map(|problem| (problem.code.clone(), None))
                    .collect::<Vec<_>>();
                self.at_data(move |desk, now, monitor| {
                    let (view, step) = desk.fix(&codes, now, monitor)?;
                    Ok((view, Moved::Done(step)))
                });
            }
            Ask::IgnoreProblem { code, ignored } => self.at_desk("audit", move |desk, now, monitor| {
                let mut session = desk.session();
                if let Some(check) = audit::check_of(&code) {
                    session.ignore_problem(check, ignored)?;
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
            Ask::ShowBuyers { product } => {
                let (Some(desk), now) = (self.desk.clone(), self.scene_now()) else {
                    return;
                };
                let catalog = self.view.bundle.as_ref().map(|bundle| &bundle.catalog);
                let title = catalog
                    .and_then(|catalog| {
                        Some(catalog.products[catalog.index(&product)? as usize].title.clone())
                    })
                    .unwrap_or_else(|| product.clone());
                self.jobs.spawn("story", move |monitor| {
                    let buyers = leaving::buyers(&desk.session(), &product, now, monitor);
                    answer(buyers.map(|rows| TaskResult::Buyers { title, rows }))
                });
            }
            Ask::Cost(question) => self.ask_cost(question),
            Ask::MarginCurve { row } => self.ask_curve(row),
            Ask::PlanExport { target, with_emails } => self.plan_export(target, with_emails),
            Ask::ChooseExportFolder => self.choose_folder(TaskResult::ExportFolder),
            Ask::Export { target, with_emails, left_out, folder } => {
                self.export(target, with_emails, left_out, folder);
            }
            Ask::RollBack { exported_at } => self.roll_back(exported_at),
            Ask::ShowInFolder(folder) => {
                ctx.open_url(egui::OpenUrl::new_tab(format!("file://{}", folder.display())));
            }
            Ask::ChoosePictureFolder => self.choose_folder(TaskResult::PictureFolder),
            Ask::ForgetPictureFolder => self.set_picture_folder(None),
            Ask::AskForPictures => self.sheet = Some(Sheet::FetchPictures),
            Ask::FetchPictures { again, agreed } => self.fetch_pictures(again, agreed),
            Ask::ShowMissedPictures => self.sheet = Some(Sheet::MissedPictures),
            Ask::RemovePictures => self.remove_pictures(),
            Ask::ForbidPictures => self.forbid_pictures(),
            Ask::SetKeepNames(on) => self.at_desk("settings", move |desk, now, monitor| {
                desk.change_settings(|settings| settings.keep_names = on, now, monitor)
            }),
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
        let (Some(desk), now) = (self.desk.clone(), self.scene_now()) else {
            return;
        };
        self.jobs.spawn("train", move |monitor| {
            answer(change_groups(&desk, action, now, monitor).map(|view| TaskResult::Grouped(Box::new(view))))
        });
    }

    /// The work under way as screens show it.
    pub(super) fn job_lines(&self) -> Vec<JobLine> {
        JOBS.iter()
            .filter(|(name, _)| self.jobs.is_running(name))
            .map(|(name, kind)| {
                let known = self.progress.iter().find(|known| known.kind == *name);
                JobLine {
                    kind: *kind,
                    phase: known.map(|known| known.progress.phase.clone()).unwrap_or_default(),
                    done: known.map_or(0, |known| known.progress.done),
                    total: known.map_or(0, |known| known.progress.total),
                    seconds_left: known.and_then(|known| known.seconds_left),
                }
            })
            .collect()
    }
}

/// Changes the newest grouping by hand. The run before stays, so that undo finds it.
fn change_groups(
    desk: &Desk,
    action: GroupAction,
    now: Seconds,
    monitor: &dyn Monitor,
) -> Result<View, Error> {
    let mut session = desk.session();
    if let Some(run) = runs::segments(session.workspace())?.map(|kept| kept.result) {
        let edit = edit_of(&run, action);
        let settings = train::Settings::at(now);
        segments::edit_groups(session.workspace_mut(), edit.as_ref(), &settings, monitor)?;
    }
    present::view(&session, now, monitor)
}

/// The edit of the grouping; `None` is the way back.
fn edit_of(run: &SegmentRun, action: GroupAction) -> Option<Edit> {
    let rules = || run.settings.rules.clone();
    Some(match action {
        GroupAction::Regroup { .. } | GroupAction::Undo => return None,
        GroupAction::Rename { group, name } => Edit::Rename { group, name },
        GroupAction::Lock { group, locked } => Edit::Lock { group, locked },
        GroupAction::Mark { group, color } => Edit::Mark { group, mark: color },
        GroupAction::Hide { group, hidden } => Edit::Hide { group, hidden },
        GroupAction::Merge { into, from } => Edit::Merge { into, from },
        GroupAction::Split { group } => Edit::Split { group },
        GroupAction::SetRule { group, name, any_of } => {
            let mut rules = rules();
            let when = condition(&any_of);
            let known = group.and_then(|group| rules.iter().position(|rule| rule.id == group));
            match known {
                Some(at) => rules[at] = RuleGroup { id: rules[at].id.clone(), name, when },
                None => {
                    let taken = |id: &str| run.groups.iter().any(|group| group.id == id);
                    let id = (1..).map(|n| format!("rule{n}")).find(|id| !taken(id)).unwrap_or_default();
                    rules.push(RuleGroup { id, name, when });
                }
            }
            Edit::Rules(rules)
        }
        GroupAction::Remove { group } => {
            let mut rules = rules();
            rules.retain(|rule| rule.id != group);
            Edit::Rules(rules)
        }
    })
}

/// What jobs are called here and on the screens.
const JOBS: [(&str, JobKind); 11] = [
    ("detect", JobKind::Detect),
    ("rehearse", JobKind::Rehearse),
    ("import", JobKind::Import),
    ("data", JobKind::Audit),
    ("audit", JobKind::Audit),
    ("train", JobKind::Train),
    ("story", JobKind::Story),
    ("plan", JobKind::PlanExport),
    ("export", JobKind::Export),
    (READ, JobKind::Read),
    (PICTURES, JobKind::Pictures),
];

/// A sentence of the rule editor in the words of the grouping.
fn condition(any_of: &[Vec<SegmentCondition>]) -> Condition {
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
            value: condition.value as f64 / steps_of(&condition.feature) as f64,
        })
    };
    Condition::Any(any_of.iter().map(|all| Condition::All(all.iter().map(comparison).collect())).collect())
}
