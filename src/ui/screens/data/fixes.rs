//! Before → after, with a tick per row.

use egui::{Align, Layout, RichText, ScrollArea, Ui, vec2};

use super::super::stage::{Ask, Stage};
use super::DataState;
use crate::app::view::FixChange;
use crate::ui::kit::{button, heading, modal};
use crate::ui::strings::Phrase as _;
use crate::ui::strings::data::Data as T;
use crate::ui::theme::{HasTokens as _, space, text};

/// What stood there, and what a fix makes of it.
fn change_words(change: &FixChange) -> [String; 2] {
    let said = |before: T, after: T| [before.text().to_owned(), after.text().to_owned()];
    match change {
        FixChange::SameAs(other) => {
            [T::FixOwn.text().to_owned(), T::FixSameAs.with(&[("other", other.into())])]
        }
        FixChange::Category(category) => [T::FixNoCategory.text().to_owned(), category.clone()],
        FixChange::Price => said(T::FixNoPrice, T::FixPrice),
        FixChange::Cost => said(T::FixNoCost, T::FixCost),
        FixChange::Picture => said(T::FixNoPicture, T::FixPicture),
        FixChange::NoCompareAt => said(T::FixCompareAt, T::FixNoCompareAt),
        FixChange::NoStock => said(T::FixNegative, T::FixNoStock),
        FixChange::KeptOff => said(T::FixShown, T::FixKeptOff),
        FixChange::LeftOut => said(T::FixCounted, T::FixLeftOut),
    }
}

pub(super) fn dialog_ui(ui: &Ui, stage: &mut Stage<'_>, state: &mut DataState) {
    let Some((code, left_out)) = &mut state.fixing else {
        return;
    };
    let audit = stage.view.audit.clone();
    let Some(problem) =
        audit.as_ref().and_then(|audit| audit.problems.iter().find(|problem| problem.code == *code))
    else {
        state.fixing = None;
        return;
    };
    let t = ui.tokens();
    let mut is_done = false;
    let closed = modal::dialog(ui, "fixes", 720.0, |ui| {
        heading::title(ui, &crate::ui::strings::audit::words(problem).0);
        heading::caption(ui, T::FixLead.text());
        ui.add_space(space::S);
        ScrollArea::vertical().max_height(360.0).show(ui, |ui| {
            egui::Grid::new("before and after").num_columns(4).striped(false).spacing(vec2(20.0, 8.0)).show(
                ui,
                |ui| {
                    ui.label("");
                    for head in [T::What, T::Before, T::After] {
                        ui.label(RichText::new(head.text()).text_style(text::label()).color(t.muted));
                    }
                    ui.end_row();
                    for row in &problem.fixes {
                        let mut taken = !left_out.contains(&row.key);
                        let tick = ui.checkbox(&mut taken, "");
                        let name = T::Include.with(&[("what", (&row.what).into())]);
                        let tick = tick.accessible_name(name);
                        if tick.changed() {
                            if taken {
                                left_out.remove(&row.key);
                            } else {
                                left_out.insert(row.key.clone());
                            }
                        }
                        ui.label(&row.what);
                        let [before, after] = change_words(&row.change);
                        ui.label(RichText::new(before).color(t.muted).strikethrough());
                        ui.label(RichText::new(after).text_style(text::strong()));
                        ui.end_row();
                    }
                },
            );
        });
        ui.add_space(space::M);
        let keys: Vec<String> = problem
            .fixes
            .iter()
            .filter(|row| !left_out.contains(&row.key))
            .map(|row| row.key.clone())
            .collect();
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let fix = button::primary(T::FixN.with(&[("n", keys.len().into())]));
            if ui.add_enabled(!keys.is_empty(), fix).clicked() {
                stage.push(Ask::FixProblem { code: code.clone(), keys });
                is_done = true;
            }
            if ui.add(button::plain(T::Cancel.text())).clicked() {
                is_done = true;
            }
        });
    });
    if closed || is_done {
        state.fixing = None;
    }
}
