//! A group as a sentence of conditions, with a live count.

use egui::{Align, Layout, RichText, Ui};

use super::super::stage::{Ask, GroupAction, Stage};
use super::{CustomersState, card};
use crate::app::view::{CustomerTable, CustomersView, FeatureColumn, Group, Unit};
use crate::bundle::SegmentCondition;
use crate::merch::Operator;
use crate::ui::icons;
use crate::ui::kit::{button, combo, heading, modal};
use crate::ui::strings::Phrase as _;
use crate::ui::strings::customers::Customers as T;
use crate::ui::strings::features;
use crate::ui::strings::said;
use crate::ui::theme::{HasTokens as _, space, text};

#[derive(Clone, Debug, Default)]
pub(super) struct Editor {
    name: String,
    /// The group that the rule replaces.
    group: Option<String>,
    any_of: Vec<Vec<SegmentCondition>>,
}

impl Editor {
    pub(super) fn new(customers: &CustomersView) -> Self {
        let first = customers.table.columns.first().map(first_condition);
        Self { any_of: vec![first.into_iter().collect()], ..Self::default() }
    }

    /// The sentence that fits the customers with these table rows best.
    pub(super) fn of_customers(table: &CustomerTable, rows: &[usize]) -> Self {
        let mut is_member = vec![false; table.len()];
        for row in rows {
            is_member[*row] = true;
        }
        Self { any_of: vec![card::fitted_rule(table, &is_member)], ..Self::default() }
    }

    pub(super) fn of_group(customers: &CustomersView, group: &Group) -> Self {
        let idx = customers.groups.iter().position(|other| other.id == group.id).unwrap_or(usize::MAX);
        let any_of = match &group.rule {
            Some(rule) => rule.any_of.clone(),
            None => {
                let is_member: Vec<bool> =
                    customers.table.group.iter().map(|group| usize::from(*group) == idx).collect();
                vec![card::fitted_rule(&customers.table, &is_member)]
            }
        };
        Self { name: said::group(&group.name).into_owned(), group: Some(group.id.clone()), any_of }
    }
}

/// A middle value, so that the sentence says something from the start.
fn first_condition(column: &FeatureColumn) -> SegmentCondition {
    let mut values: Vec<f32> = column.values.iter().copied().filter(|value| !value.is_nan()).collect();
    values.sort_by(f32::total_cmp);
    let middle = values.get(values.len() / 2).copied().unwrap_or(0.0);
    SegmentCondition {
        feature: column.name.clone(),
        operator: Operator::GreaterOrEqual,
        value: (f64::from(middle) * column.quantum.max(1) as f64).floor() as i64,
    }
}

pub(super) fn dialog_ui(
    ui: &Ui,
    stage: &mut Stage<'_>,
    state: &mut CustomersState,
    customers: &CustomersView,
) {
    let Some(editor) = &mut state.editor else { return };
    let mut is_done = false;
    let closed = modal::dialog(ui, "rule group", 700.0, |ui| {
        heading::title(ui, T::RuleGroup.text());
        heading::caption(ui, T::RuleOrder.text());
        ui.add_space(space::S);
        ui.horizontal(|ui| {
            let label = ui.label(T::GroupName.text());
            ui.add(egui::TextEdit::singleline(&mut editor.name).desired_width(280.0)).labelled_by(label.id);
        });
        ui.add_space(space::S);
        sentence_ui(ui, stage, editor, customers);
        let n = customers.table.count(&editor.any_of);
        ui.add_space(space::S);
        ui.horizontal(|ui| {
            ui.label(RichText::new(T::Fits.with(&[("n", n.into())])).text_style(text::display()));
            if let Some(share) = overlap(editor, customers) {
                let share = stage.formats.percent((share * 1000.0).round() as i64);
                heading::caption(ui, &T::FitsGroup.with(&[("share", (&share).into())]));
            }
        });
        ui.add_space(space::M);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let why_not = if editor.name.trim().is_empty() {
                Some(T::NeedsName.text())
            } else if n == 0 {
                Some(T::NobodyFits.text())
            } else {
                None
            };
            if button::enabled_or_why(ui, button::primary(T::Save.text()), why_not).clicked() {
                let name = editor.name.trim().to_owned();
                let any_of = editor.any_of.iter().filter(|all| !all.is_empty()).cloned().collect();
                let action = GroupAction::SetRule { group: editor.group.clone(), name, any_of };
                stage.push(Ask::Group(action));
                is_done = true;
            }
            is_done |= ui.add(button::plain(T::Cancel.text())).clicked();
        });
    });
    if closed || is_done {
        state.editor = None;
    }
}

/// Share of the group's members that the sentence fits.
fn overlap(editor: &Editor, customers: &CustomersView) -> Option<f64> {
    let group = editor.group.as_ref()?;
    let group_idx = customers.groups.iter().position(|other| other.id == *group)?;
    let members: Vec<usize> = (0..customers.table.len())
        .filter(|idx| usize::from(customers.table.group[*idx]) == group_idx)
        .collect();
    let fits = customers.table.count_among(&editor.any_of, members.iter().copied());
    (!members.is_empty()).then(|| fits as f64 / members.len() as f64)
}

fn sentence_ui(ui: &mut Ui, stage: &Stage<'_>, editor: &mut Editor, customers: &CustomersView) {
    heading::section(ui, T::RuleTitle.text());
    let columns = &customers.table.columns;
    let mut remove = None;
    let mut add_to = None;
    for (group_idx, all) in editor.any_of.iter_mut().enumerate() {
        if 0 < group_idx {
            ui.label(RichText::new(T::Or.text()).text_style(text::strong()).color(ui.tokens().accent));
        }
        for (idx, condition) in all.iter_mut().enumerate() {
            ui.push_id((group_idx, idx), |ui| {
                ui.horizontal(|ui| {
                    if 0 < idx {
                        ui.label(RichText::new(T::And.text()).color(ui.tokens().muted));
                    }
                    condition_ui(ui, stage, condition, columns);
                    if button::icon(ui, icons::X, T::RemoveCondition.text()).clicked() {
                        remove = Some((group_idx, idx));
                    }
                });
            });
        }
        if ui
            .push_id(("and", group_idx), |ui| {
                ui.add(button::link((icons::PLUS.atom_sized(12.0, None), T::AddAnd.text())))
            })
            .inner
            .clicked()
        {
            add_to = Some(group_idx);
        }
    }
    if ui.add(button::link((icons::PLUS.atom_sized(12.0, None), T::AddOr.text()))).clicked() {
        add_to = Some(editor.any_of.len());
        editor.any_of.push(Vec::new());
    }
    if let (Some(at), Some(column)) = (add_to, columns.first()) {
        editor.any_of[at].push(first_condition(column));
    }
    if let Some((group_idx, idx)) = remove {
        editor.any_of[group_idx].remove(idx);
        if editor.any_of[group_idx].is_empty() && 1 < editor.any_of.len() {
            editor.any_of.remove(group_idx);
        }
    }
}

fn condition_ui(ui: &mut Ui, stage: &Stage<'_>, condition: &mut SegmentCondition, columns: &[FeatureColumn]) {
    let Some(column) = columns.iter().find(|column| column.name == condition.feature) else {
        return;
    };
    let shown = features::words(&column.name, &column.label);
    let label = T::FeatureName.with(&[("label", (&shown).into())]);
    let picked = combo::combo(ui, &label, shown.as_str(), combo::Look::Outlined, |ui| {
        let mut picked = None;
        for other in columns {
            let words = features::words(&other.name, &other.label);
            if combo::choice(ui, other.name == column.name, &words, words.as_str()).clicked() {
                picked = Some(first_condition(other));
            }
        }
        picked
    });
    if let Some(Some(other)) = picked {
        *condition = other;
        return;
    }
    let words = |operator: Operator| match operator {
        Operator::Less | Operator::LessOrEqual => T::AtMost,
        Operator::Equals | Operator::Contains => T::Exactly,
        Operator::Greater | Operator::GreaterOrEqual => T::AtLeast,
    };
    let now = words(condition.operator).text();
    let picked =
        combo::combo(ui, &T::ComparedHow.with(&[("label", now.into())]), now, combo::Look::Outlined, |ui| {
            let mut picked = None;
            for operator in [Operator::GreaterOrEqual, Operator::LessOrEqual, Operator::Equals] {
                let word = words(operator).text();
                if combo::choice(ui, now == word, word, word).clicked() {
                    picked = Some(operator);
                }
            }
            picked
        });
    if let Some(Some(operator)) = picked {
        condition.operator = operator;
    }
    // The rule compares whole steps; people see whole money, percent and days.
    let quantum = column.quantum.max(1) as f64;
    let per_unit = match column.unit {
        Unit::Money => quantum * stage.formats.currency.minor_per_major() as f64,
        Unit::Share => quantum / 100.0,
        Unit::Number | Unit::Days | Unit::Hour => quantum,
    };
    let mut shown = condition.value as f64 / per_unit;
    let suffix = match column.unit {
        Unit::Money => format!(" {}", stage.formats.currency.0),
        Unit::Share => " %".to_owned(),
        Unit::Days | Unit::Hour | Unit::Number => String::new(),
    };
    let drag = egui::DragValue::new(&mut shown)
        .speed(1.0)
        .max_decimals(if quantum > 1.0 { 1 } else { 0 })
        .suffix(suffix);
    if ui.add(drag).accessible_name(T::Value.text()).changed() {
        condition.value = (shown * per_unit).round() as i64;
    }
}
