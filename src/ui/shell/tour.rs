//! The strip over the sample store: an invitation, then five lessons, each learned by doing it. Never in the way.

use egui::{Align, Frame, Layout, Margin, Panel, RichText, Ui};

use crate::merch::Edit;
use crate::ui::command::Command;
use crate::ui::history::History;
use crate::ui::icons;
use crate::ui::kit::button;
use crate::ui::screens::Scene;
use crate::ui::screens::pages::PagesState;
use crate::ui::strings::Phrase as _;
use crate::ui::strings::said;
use crate::ui::strings::shell::Shell;
use crate::ui::theme::{HasTokens as _, semibold, size};

/// How far a person has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Tour {
    #[default]
    Offered,
    Lesson {
        lesson: Lesson,
        /// What was so when the lesson began, to see what is done in it.
        began: Moment,
    },
    Over,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lesson {
    SwitchGroup,
    Drag,
    Look,
    Slide,
    Undo,
}

impl Lesson {
    const ALL: [Self; 5] = [Self::SwitchGroup, Self::Drag, Self::Look, Self::Slide, Self::Undo];

    fn next(self) -> Option<Self> {
        Self::ALL.get(self as usize + 1).copied()
    }
}

/// What the lessons look at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    n_done: usize,
    segment: String,
    product: Option<String>,
}

impl Moment {
    pub fn of(pages: &PagesState, history: &History) -> Self {
        Self {
            n_done: history.done().len(),
            segment: pages.segment.clone(),
            product: pages.selected.as_ref().map(|card| card.product.clone()),
        }
    }
}

impl Tour {
    pub fn begin(&mut self, now: Moment) {
        *self = Self::Lesson { lesson: Lesson::SwitchGroup, began: now };
    }

    /// Goes on once what the lesson asks for was done. True when that was the last lesson.
    pub fn look(&mut self, now: Moment, history: &History) -> bool {
        let Self::Lesson { lesson, began } = self else { return false };
        let latest =
            (began.n_done < now.n_done).then(|| history.done().last()).flatten().and_then(|step| step.edit());
        let learned = match lesson {
            Lesson::SwitchGroup => now.segment != began.segment,
            Lesson::Drag => {
                matches!(latest, Some(Edit::AddRule { .. } | Edit::ReplaceRule { .. } | Edit::Batch { .. }))
            }
            Lesson::Look => now.product.is_some() && now.product != began.product,
            Lesson::Slide => matches!(latest, Some(Edit::SetWeights { .. } | Edit::SetVariety { .. })),
            Lesson::Undo => now.n_done < began.n_done,
        };
        if !learned {
            return false;
        }
        match lesson.next() {
            Some(next) => {
                *self = Self::Lesson { lesson: next, began: now };
                false
            }
            None => {
                *self = Self::Over;
                true
            }
        }
    }
}

/// Painted above the screen while a person has not sent it away.
pub fn strip(ui: &mut Ui, scene: &Scene<'_>, tour: &Tour, commands: &mut Vec<Command>) {
    if *tour == Tour::Over {
        return;
    }
    let t = ui.tokens();
    Panel::top("sample strip")
        .exact_size(size::ROW)
        .show_separator_line(false)
        .frame(Frame::new().fill(t.accent_soft).inner_margin(Margin::symmetric(16, 0)))
        .show(ui, |ui| {
            ui.horizontal_centered(|ui| {
                ui.spacing_mut().item_spacing.x = 12.0;
                match tour {
                    Tour::Lesson { lesson, .. } => lesson_ui(ui, scene, *lesson, commands),
                    _ => offer_ui(ui, commands),
                }
            });
        });
}

fn offer_ui(ui: &mut Ui, commands: &mut Vec<Command>) {
    let t = ui.tokens();
    ui.label(RichText::new(Shell::SampleStrip.text()).color(t.text));
    if ui.add(button::link(Shell::ShowMeAround.text())).clicked() {
        commands.push(Command::BeginTour);
    }
    if ui.add(button::link(Shell::UseMyOwnData.text())).clicked() {
        commands.push(Command::CloseStore);
    }
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        if button::icon(ui, icons::X, Shell::Dismiss.text()).clicked() {
            commands.push(Command::EndTour);
        }
    });
}

fn lesson_ui(ui: &mut Ui, scene: &Scene<'_>, lesson: Lesson, commands: &mut Vec<Command>) {
    let t = ui.tokens();
    let place =
        Shell::LessonPlace.with(&[("n", (lesson as usize + 1).into()), ("of", Lesson::ALL.len().into())]);
    ui.label(RichText::new(place).color(t.muted));
    let what = match lesson {
        Lesson::SwitchGroup => {
            let first = scene.view.bundle.as_ref().and_then(|bundle| bundle.segments.segments.first());
            let name = first.map_or(String::new(), |segment| said::group(&segment.name).into_owned());
            Shell::LessonSwitch.with(&[("segment", (&name).into())])
        }
        Lesson::Drag => Shell::LessonDrag.text().to_owned(),
        Lesson::Look => Shell::LessonLook.text().to_owned(),
        Lesson::Slide => Shell::LessonSlide.text().to_owned(),
        Lesson::Undo => Shell::LessonUndo.text().to_owned(),
    };
    ui.label(RichText::new(what).family(semibold()).color(t.text));
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        if ui.add(button::link(Shell::SkipTour.text())).clicked() {
            commands.push(Command::EndTour);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merch::{
        Action, Block, BlockRef, Document, Layout, PageKey, Rule, Schedule, Scope, SearchSettings, Source,
        Target, Weights,
    };

    fn rule(id: &str) -> Edit {
        let rule = Rule {
            id: id.to_owned(),
            name: None,
            enabled: true,
            action: Action::Hide,
            target: Target::Products(vec!["p1".to_owned()]),
            scope: Scope::default(),
            schedule: Schedule::default(),
            created_at: 0,
        };
        Edit::AddRule { rule, at: None }
    }

    fn moment(history: &History, segment: &str, product: Option<&str>) -> Moment {
        Moment {
            n_done: history.done().len(),
            segment: segment.to_owned(),
            product: product.map(str::to_owned),
        }
    }

    fn lesson_of(tour: &Tour) -> Option<Lesson> {
        match tour {
            Tour::Lesson { lesson, .. } => Some(*lesson),
            _ => None,
        }
    }

    #[test]
    fn every_lesson_waits_until_just_that_was_done() {
        let (mut tour, mut history, mut document) =
            (Tour::default(), History::default(), Document::default());
        let blocks = vec![Block::products("a", "First", vec![Source::ForYou], 8)];
        document.layouts.insert(PageKey::Home, Layout { variants: Vec::new(), default: blocks });
        let do_it = |history: &mut History, document: &mut Document, edit: Edit| {
            history.close_gesture();
            history.push(document, edit, String::new(), 0).unwrap();
        };

        tour.begin(moment(&history, "s1", None));
        assert!(!tour.look(moment(&history, "s1", Some("a")), &history));
        assert_eq!(lesson_of(&tour), Some(Lesson::SwitchGroup));
        tour.look(moment(&history, "s2", None), &history);
        assert_eq!(lesson_of(&tour), Some(Lesson::Drag));
        do_it(&mut history, &mut document, Edit::SetSearch { search: SearchSettings::default() });
        tour.look(moment(&history, "s2", None), &history);
        assert_eq!(lesson_of(&tour), Some(Lesson::Drag), "a search setting is no drag");
        do_it(&mut history, &mut document, rule("r1"));
        tour.look(moment(&history, "s2", Some("a")), &history);
        assert_eq!(lesson_of(&tour), Some(Lesson::Look));
        tour.look(moment(&history, "s2", Some("a")), &history);
        assert_eq!(lesson_of(&tour), Some(Lesson::Look), "the dragged product was chosen before");
        tour.look(moment(&history, "s2", Some("b")), &history);
        assert_eq!(lesson_of(&tour), Some(Lesson::Slide));
        let block = BlockRef { page: PageKey::Home, variant: None, block: "a".to_owned() };
        do_it(&mut history, &mut document, Edit::SetWeights { block, weights: Weights::BALANCED });
        tour.look(moment(&history, "s2", Some("b")), &history);
        assert_eq!(lesson_of(&tour), Some(Lesson::Undo));
        history.undo(&mut document);
        assert!(tour.look(moment(&history, "s2", Some("b")), &history));
        assert_eq!(tour, Tour::Over);
    }
}
