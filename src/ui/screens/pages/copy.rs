//! Copying the rules of a product to another page, or to other groups.

use egui::{RichText, ScrollArea, Ui};

use super::context_bar::{pages, segment_choice, segments};
use super::edits::{self, Place};
use super::state::{PagesState, ScopeChoice, page_title, segment_name};
use crate::bundle::segments::EVERYONE;
use crate::decide::PageRef;
use crate::merch::{Rule, Target};
use crate::ui::command::Command;
use crate::ui::icons;
use crate::ui::kit::combo::choice;
use crate::ui::kit::{button, heading, modal};
use crate::ui::screens::Scene;
use crate::ui::strings::Phrase as _;
use crate::ui::strings::canvas::Canvas;
use crate::ui::theme::{HasTokens as _, text};

/// Where the rules go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copying {
    page: PageRef,
    /// `None` leaves each rule's own groups.
    segment: Option<String>,
}

impl Copying {
    /// At first the open page, for a group to be chosen.
    pub(super) fn of(state: &PagesState) -> Self {
        Self { page: state.page.clone(), segment: None }
    }
}

pub(super) fn dialog_ui(ui: &Ui, scene: &Scene<'_>, state: &mut PagesState, commands: &mut Vec<Command>) {
    let Some(mut copying) = state.copy.take() else { return };
    let mut keep = true;
    let closed =
        modal::dialog(ui, "copy rules", 560.0, |ui| keep = copy_ui(ui, scene, state, &mut copying, commands));
    if keep && !closed {
        state.copy = Some(copying);
    }
}

/// Returns false when it is done.
fn copy_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    state: &PagesState,
    copying: &mut Copying,
    commands: &mut Vec<Command>,
) -> bool {
    let Some(card) = &state.selected else { return false };
    let title = super::act::title(scene, &card.product);
    let here = state.place(Some(&card.block));
    let rules: Vec<&Rule> = scene
        .document
        .rules
        .iter()
        .filter(|rule| {
            matches!(rule.target, Target::Products(_)) && edits::applies(rule, &here, &card.product)
        })
        .collect();
    if rules.is_empty() {
        heading::title(ui, &Canvas::CopyNone.with(&[("product", (&title).into())]));
        return !ui.add(button::primary(Canvas::Done.text())).clicked();
    }
    let n = ("n", rules.len().into());
    heading::title(ui, &Canvas::CopyTitle.with(&[n, ("product", (&title).into())]));
    for rule in &rules {
        let name = crate::ui::say::rule_name(rule, scene.formats, &|id| super::act::title(scene, id));
        ui.label(RichText::new(name).text_style(text::small()).color(ui.tokens().muted));
    }
    ui.add_space(6.0);
    ui.columns(2, |columns| {
        heading::section(&mut columns[0], Canvas::CopyPages.text());
        ScrollArea::vertical().id_salt("copy pages").max_height(300.0).show(&mut columns[0], |ui| {
            for (page, title) in pages(scene) {
                if choice(ui, copying.page == page, &title, title.as_str()).clicked() {
                    copying.page = page;
                }
            }
        });
        heading::section(&mut columns[1], Canvas::CopyGroups.text());
        ScrollArea::vertical().id_salt("copy groups").max_height(300.0).show(&mut columns[1], |ui| {
            let words = Canvas::CopyHere.text();
            if choice(ui, copying.segment.is_none(), words, words).clicked() {
                copying.segment = None;
            }
            for (id, name, color) in segments(scene) {
                if segment_choice(ui, &name, color, copying.segment.as_ref() == Some(&id)).clicked() {
                    copying.segment = Some(id);
                }
            }
        });
    });
    ui.add_space(8.0);
    let same = copying.page == state.page
        && match (&copying.segment, &state.scope) {
            (None, _) => true,
            (Some(id), ScopeChoice::Tab) => *id == state.segment,
            (Some(id), ScopeChoice::Everyone) => id == EVERYONE,
            (Some(_), ScopeChoice::Chosen(_)) => false,
        };
    let copy = ui.add_enabled(!same, button::primary((icons::COPY.atom(), Canvas::CopyDo.text())));
    if !copy.clicked() {
        return true;
    }
    let segments = match &copying.segment {
        Some(id) if id == EVERYONE => None,
        Some(id) => Some(vec![id.clone()]),
        None => here.segments.clone(),
    };
    let to = Place { page: copying.page.key(), block: None, segments, query: None };
    let blocks: Vec<String> = scene
        .document
        .layout(&to.page)
        .map(|layout| layout.default.iter().map(|block| block.id.clone()).collect())
        .unwrap_or_default();
    let edit = edits::copies(scene.document, &rules, &to, &blocks, scene.now);
    let mut page = page_title(scene, &copying.page);
    if let Some(id) = &copying.segment {
        page = format!("{page} · {}", segment_name(scene, id));
    }
    let text = Canvas::SaidCopied.with(&[n, ("product", (&title).into()), ("page", (&page).into())]);
    commands.push(super::act::said(edit, text, icons::COPY, Vec::new()));
    false
}
