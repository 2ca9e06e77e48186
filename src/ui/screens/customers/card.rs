//! One group read closely, the list of all, and the cards.

use egui::{
    Align, FontId, Layout, Rect, RichText, Role, ScrollArea, Sense, Stroke, Theme, Ui, WidgetInfo, pos2, vec2,
};

use super::super::stage::{Ask, GroupAction, Place, Stage};
use super::{CustomersState, rule_editor};
use crate::app::view::{CustomerTable, CustomersView, Difference, Group, Unit};
use crate::bundle::SegmentCondition;
use crate::ui::icons;
use crate::ui::kit::{button, card as kit_card, heading, marker, sparkline};
use crate::ui::strings::Phrase as _;
use crate::ui::strings::customers::Customers as T;
use crate::ui::strings::features;
use crate::ui::strings::said;
use crate::ui::theme::{HasTokens as _, medium, number, number_semibold, segment_color, space, text};

/// Colours with symbols to choose from; more than there are groups as a rule.
const OFFERED_LOOKS: u8 = 12;

/// Groups under this many customers are too few to learn from.
const FEW: u32 = 30;

pub(super) fn selected_ui(
    ui: &mut Ui,
    stage: &mut Stage<'_>,
    state: &mut CustomersState,
    customers: &CustomersView,
) {
    let Some(group) =
        state.selected.as_ref().and_then(|id| customers.groups.iter().find(|group| group.id == *id))
    else {
        return;
    };
    head_ui(ui, stage, state, customers, group);
    numbers_ui(ui, stage, group);
    if !group.description.is_empty() {
        ui.add(egui::Label::new(said::habits(&group.description).as_ref()).wrap());
    }
    if group.n_customers < FEW {
        kit_card::banner(ui, ui.tokens().bury, |ui| {
            ui.add(egui::Label::new(T::TooFew.text()).wrap());
        });
    }
    if !group.differences.is_empty() {
        ui.add_space(space::XS);
        heading::section(ui, T::Compared.text());
        let most = group.differences.iter().map(|difference| difference.z.abs()).fold(1.0, f64::max);
        for difference in group.differences.iter().take(6) {
            difference_ui(ui, stage, difference, most);
        }
    }
    if !group.favourites.is_empty() {
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new(T::Favourites.text()).color(ui.tokens().muted));
            ui.label(group.favourites.join(", "));
        });
    }
    if let Some(stability) = group.stability {
        let share = stage.formats.percent((stability * 1000.0).round() as i64);
        heading::caption(ui, &T::Steady.with(&[("share", (&share).into())]));
    }
    if 0 < group.joined + group.left {
        heading::caption(
            ui,
            &T::Joined.with(&[("joined", group.joined.into()), ("left", group.left.into())]),
        );
    }
    ui.add_space(space::XS);
    if ui.add(button::primary((icons::LAYOUT.atom(), T::Preview.text()))).clicked() {
        stage.go(Place::Homepage(Some(group.id.clone())));
    }
    ui.add_space(space::S);
    ui.separator();
}

fn head_ui(
    ui: &mut Ui,
    stage: &mut Stage<'_>,
    state: &mut CustomersState,
    customers: &CustomersView,
    group: &Group,
) {
    ui.horizontal(|ui| {
        marker::show(ui, group.color);
        let room = (ui.available_width() - 80.0).max(80.0);
        ui.scope(|ui| {
            ui.set_max_width(room);
            ui.add(
                egui::Label::new(RichText::new(said::group(&group.name)).text_style(text::title()))
                    .truncate(),
            );
        });
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            menu_ui(ui, stage, state, customers, group);
            if group.locked {
                ui.label(RichText::new(icons::LOCK.0).text_style(text::icon()).color(ui.tokens().muted))
                    .on_hover_text(T::LockHint.text());
            }
        });
    });
    if ui.input(|input| input.key_pressed(egui::Key::F2)) && !ui.egui_wants_keyboard_input() {
        state.renaming = Some((group.id.clone(), said::group(&group.name).into_owned()));
    }
}

fn menu_ui(
    ui: &mut Ui,
    stage: &mut Stage<'_>,
    state: &mut CustomersState,
    customers: &CustomersView,
    group: &Group,
) {
    let name = T::More.with(&[("name", (&said::group(&group.name)).into())]);
    let response = button::icon(ui, icons::DOTS_THREE, &name);
    egui::Popup::menu(&response).id(response.id.with("menu")).show(|ui| {
        ui.set_min_width(230.0);
        let id = || group.id.clone();
        let mut push = |action: GroupAction| stage.asks.push(Ask::Group(action));
        if ui.add(button::quiet(T::Rename.text()).shortcut_text("F2")).clicked() {
            state.renaming = Some((id(), said::group(&group.name).into_owned()));
        }
        let lock = if group.locked { T::Unlock } else { T::Lock };
        if ui.add(button::quiet(lock.text())).on_hover_text(T::LockHint.text()).clicked() {
            push(GroupAction::Lock { group: id(), locked: !group.locked });
        }
        ui.menu_button(T::Look.text(), |ui| {
            let theme = if ui.visuals().dark_mode { Theme::Dark } else { Theme::Light };
            for color in 0..OFFERED_LOOKS {
                let label = T::LookN.with(&[("n", (color + 1).into())]);
                let pick = button::quiet((marker::atom(theme, color), label.as_str()))
                    .selected(color == group.color);
                if ui.add(pick).clicked() {
                    push(GroupAction::Mark { group: id(), color });
                }
            }
        });
        merge_menu(ui, stage, customers, group);
        let mut push = |action: GroupAction| stage.asks.push(Ask::Group(action));
        let why_not = group.rule.is_some().then(|| T::SplitRule.text());
        if button::enabled_or_why(ui, button::quiet(T::Split.text()), why_not).clicked() {
            push(GroupAction::Split { group: id() });
        }
        ui.separator();
        if ui.add(button::quiet(T::IntoRule.text())).clicked() {
            state.editor = Some(rule_editor::Editor::of_group(customers, group));
        }
        let hide = if group.hidden { T::ShowTab } else { T::HideTab };
        if ui.add(button::quiet(hide.text())).clicked() {
            push(GroupAction::Hide { group: id(), hidden: !group.hidden });
        }
        if ui.add(button::quiet(T::ExportThem.text())).clicked() {
            stage.asks.push(Ask::Go(Place::Export));
        }
        ui.separator();
        let why_not = (!customers.can_go_back).then(|| T::NothingToUndo.text());
        if button::enabled_or_why(ui, button::quiet(T::UndoGroups.text()), why_not).clicked() {
            stage.asks.push(Ask::Group(GroupAction::Undo));
        }
        if group.rule.is_some() && ui.add(button::quiet(T::Remove.text())).clicked() {
            stage.asks.push(Ask::Group(GroupAction::Remove { group: id() }));
        }
    });
}

/// Groups of the same kind to merge with, each with the size that comes of it.
fn merge_menu(ui: &mut Ui, stage: &mut Stage<'_>, customers: &CustomersView, group: &Group) {
    ui.menu_button(T::MergeWith.text(), |ui| {
        let theme = if ui.visuals().dark_mode { Theme::Dark } else { Theme::Light };
        let others = customers
            .groups
            .iter()
            .filter(|other| other.id != group.id && other.rule.is_some() == group.rule.is_some());
        let mut any = false;
        for other in others {
            any = true;
            let n = group.n_customers + other.n_customers;
            let words = T::MergedSize.with(&[("name", (&said::group(&other.name)).into()), ("n", n.into())]);
            if ui.add(button::quiet((marker::atom(theme, other.color), words.as_str()))).clicked() {
                let (into, from) = (other.id.clone(), group.id.clone());
                stage.asks.push(Ask::Group(GroupAction::Merge { into, from }));
            }
        }
        if !any {
            ui.label(RichText::new(T::MergeNobody.text()).color(ui.tokens().muted));
        }
    });
}

fn numbers_ui(ui: &mut Ui, stage: &Stage<'_>, group: &Group) {
    let t = ui.tokens();
    let size = T::Size.with(&[
        ("n", group.n_customers.into()),
        ("share", (&stage.formats.percent(i64::from(group.customer_share))).into()),
    ]);
    let revenue = T::Revenue.with(&[
        ("revenue", (&stage.formats.money_compact(group.revenue)).into()),
        ("share", (&stage.formats.percent(i64::from(group.revenue_share))).into()),
    ]);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().interact_size.y = 20.0;
        ui.label(RichText::new(size).text_style(text::number()).color(t.text));
        ui.label(RichText::new("·").color(t.muted));
        ui.label(RichText::new(revenue).text_style(text::number()).color(t.text));
    });
}

/// A diverging bar around the average customer.
fn difference_ui(ui: &mut Ui, stage: &Stage<'_>, difference: &Difference, most: f64) {
    let t = ui.tokens();
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 26.0), Sense::hover());
    let y = rect.center().y;
    let label_width = (rect.width() * 0.44).min(176.0);
    let value_width = (rect.width() * 0.30).min(116.0);
    let painter = ui.painter();
    let body = FontId::new(13.0, egui::FontFamily::Proportional);
    let label = features::words(&difference.feature, &difference.label);
    let mut job = egui::text::LayoutJob::simple_singleline(label.clone(), body, t.text);
    job.wrap = egui::text::TextWrapping::truncate_at_width(label_width - 6.0);
    let galley = painter.layout_job(job);
    painter.galley(pos2(rect.left(), y - galley.size().y / 2.0), galley, t.text);
    let bar = Rect::from_min_max(
        pos2(rect.left() + label_width, y - 6.0),
        pos2(rect.right() - value_width, y + 6.0),
    );
    let zero = bar.center().x;
    let end = zero + (difference.z / most).clamp(-1.0, 1.0) as f32 * bar.width() / 2.0;
    let ink = Rect::from_x_y_ranges(zero.min(end)..=zero.max(end), bar.y_range());
    painter.rect_filled(ink, 2, t.accent);
    painter.vline(zero, rect.y_range(), Stroke::new(1.0, t.border_strong));
    let words = T::Versus.with(&[
        ("group", (&amount(stage, difference.unit, difference.group)).into()),
        ("average", (&amount(stage, difference.unit, difference.average)).into()),
    ]);
    painter.text(
        pos2(rect.right(), y),
        egui::Align2::RIGHT_CENTER,
        &words,
        FontId::new(13.0, number()),
        t.text,
    );
    let spoken = format!("{label} {words}");
    response.widget_info(|| WidgetInfo::labeled(Role::ListItem, true, &spoken));
    let sign = if difference.z < 0.0 { crate::ui::format::MINUS } else { '+' };
    let far = stage.formats.tenths((difference.z.abs() * 10.0).round() as i64);
    response.on_hover_text(
        T::FarFromAverage.with(&[("label", (&label).into()), ("n", (&format!("{sign}{far}")).into())]),
    );
}

pub(crate) fn amount(stage: &Stage<'_>, unit: Unit, value: f64) -> String {
    match unit {
        Unit::Money => stage.formats.money_compact(value.round() as i64),
        Unit::Share => stage.formats.percent((value * 1000.0).round() as i64),
        Unit::Days => stage.formats.number(value.round() as i64),
        Unit::Hour => format!("{:02}:00", value.round() as i64),
        Unit::Number if value.fract().abs() < 0.05 => stage.formats.number(value.round() as i64),
        Unit::Number => stage.formats.tenths((value * 10.0).round() as i64),
    }
}

/// All groups, one line each; arrows walk through them.
pub(super) fn list_ui(ui: &mut Ui, stage: &Stage<'_>, state: &mut CustomersState, customers: &CustomersView) {
    let mut walk = 0_i64;
    ui.spacing_mut().item_spacing.y = 2.0;
    for group in &customers.groups {
        let selected = state.selected.as_deref() == Some(group.id.as_str());
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 34.0), Sense::click());
        let t = ui.tokens();
        if selected {
            ui.painter().rect_filled(rect, 6, t.accent_soft);
        } else if response.hovered() {
            ui.painter().rect_filled(rect, 6, t.hover);
        }
        let theme = if ui.visuals().dark_mode { Theme::Dark } else { Theme::Light };
        let mark = pos2(rect.left() + 16.0, rect.center().y);
        let faded = if group.hidden { 0.5 } else { 1.0 };
        let fill = segment_color(theme, group.color).gamma_multiply(faded);
        marker::paint(ui.painter(), mark, 5.0, crate::ui::theme::segment_marker(group.color), fill);
        let y = rect.center().y;
        let color = if group.hidden { t.muted } else { t.text };
        let right = egui::Align2::RIGHT_CENTER;
        let family = FontId::new(14.0, medium());
        let mut name =
            egui::text::LayoutJob::simple_singleline(said::group(&group.name).into_owned(), family, color);
        name.wrap = egui::text::TextWrapping::truncate_at_width((rect.width() - 184.0).max(40.0));
        let name = ui.painter().layout_job(name);
        ui.painter().galley(pos2(rect.left() + 30.0, y - name.size().y / 2.0), name, color);
        let figures = FontId::new(13.0, number());
        let size = format!(
            "{} ({})",
            stage.formats.number(i64::from(group.n_customers)),
            stage.formats.percent(i64::from(group.customer_share))
        );
        ui.painter().text(pos2(rect.right() - 66.0, y), right, size, figures.clone(), t.muted);
        ui.painter().text(
            pos2(rect.right() - 8.0, y),
            right,
            stage.formats.money_compact(group.revenue),
            figures,
            t.text,
        );
        let name = format!(
            "{}, {}",
            said::group(&group.name),
            T::Size.with(&[
                ("n", group.n_customers.into()),
                ("share", (&stage.formats.percent(i64::from(group.customer_share))).into()),
            ])
        );
        response.widget_info(|| WidgetInfo::selected(Role::ListItem, true, selected, &name));
        crate::ui::kit::focus::ring(ui, &response, 6);
        if response.has_focus() {
            ui.memory_mut(|memory| {
                let arrows = egui::EventFilter { vertical_arrows: true, ..Default::default() };
                memory.set_focus_lock_filter(response.id, arrows);
            });
            walk = ui.input(|input| {
                input.num_presses(egui::Key::ArrowDown) as i64 - input.num_presses(egui::Key::ArrowUp) as i64
            });
        }
        if response.clicked() {
            response.request_focus();
            state.selected = Some(group.id.clone());
        }
    }
    if walk != 0 && !customers.groups.is_empty() {
        let at =
            state.selected.as_ref().and_then(|id| customers.groups.iter().position(|group| group.id == *id));
        let last = customers.groups.len() as i64 - 1;
        let next = (at.unwrap_or(0) as i64 + walk).clamp(0, last) as usize;
        state.selected = Some(customers.groups[next].id.clone());
    }
}

pub(super) fn cards_ui(
    ui: &mut Ui,
    stage: &mut Stage<'_>,
    state: &mut CustomersState,
    customers: &CustomersView,
) {
    ScrollArea::vertical().id_salt("cards").auto_shrink(false).show(ui, |ui| {
        let gap = space::M;
        let columns = ((ui.available_width() + gap) / (250.0 + gap)).floor().max(1.0);
        let width = ((ui.available_width() - (columns - 1.0) * gap) / columns).floor();
        for row in customers.groups.chunks(columns as usize) {
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = gap;
                for group in row {
                    ui.scope(|ui| {
                        ui.set_width(width);
                        let selected = state.selected.as_deref() == Some(group.id.as_str());
                        let response = kit_card::clickable(ui, selected, |ui| {
                            ui.set_width(ui.available_width());
                            ui.vertical(|ui| small_card(ui, stage, group));
                        })
                        .response;
                        response.widget_info(|| {
                            WidgetInfo::selected(Role::ListItem, true, selected, said::group(&group.name))
                        });
                        if response.clicked() {
                            state.selected = Some(group.id.clone());
                        }
                    });
                }
            });
            ui.add_space(space::XS);
        }
    });
}

fn small_card(ui: &mut Ui, stage: &Stage<'_>, group: &Group) {
    let t = ui.tokens();
    ui.horizontal(|ui| {
        marker::show(ui, group.color);
        ui.add(
            egui::Label::new(RichText::new(said::group(&group.name)).text_style(text::title())).truncate(),
        );
    });
    numbers_ui(ui, stage, group);
    let theme = if ui.visuals().dark_mode { Theme::Dark } else { Theme::Light };
    let values: Vec<f64> = group.monthly_revenue.iter().map(|value| *value as f64).collect();
    let size = vec2(ui.available_width(), 32.0);
    sparkline::sparkline(ui, size, &values, segment_color(theme, group.color), &said::group(&group.name));
    ui.add(
        egui::Label::new(
            RichText::new(said::habits(&group.description)).text_style(text::small()).color(t.muted),
        )
        .wrap(),
    );
    for difference in group.differences.iter().take(3) {
        ui.horizontal(|ui| {
            ui.spacing_mut().interact_size.y = 18.0;
            ui.label(
                RichText::new(features::words(&difference.feature, &difference.label))
                    .text_style(text::small())
                    .color(t.muted),
            );
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let value = amount(stage, difference.unit, difference.group);
                ui.label(RichText::new(value).font(FontId::new(13.0, number_semibold())));
            });
        });
    }
}

/// The 1–3 conditions that fit a group best: greedily the cut that raises F1 most.
pub(super) fn fitted_rule(table: &CustomerTable, is_member: &[bool]) -> Vec<SegmentCondition> {
    use crate::merch::Operator;
    let n_members = is_member.iter().filter(|member| **member).count();
    if n_members == 0 {
        return Vec::new();
    }
    let mut rule: Vec<SegmentCondition> = Vec::new();
    let mut best_f1 = 0.0;
    for _ in 0..3 {
        let mut best: Option<(f64, SegmentCondition)> = None;
        for column in &table.columns {
            let mut of_members: Vec<f32> = column
                .values
                .iter()
                .zip(is_member)
                .filter(|(value, member)| **member && !value.is_nan())
                .map(|(value, _)| *value)
                .collect();
            if of_members.is_empty() {
                continue;
            }
            of_members.sort_by(f32::total_cmp);
            for tenth in [0, 1, 2, 3, 5, 7, 8, 9, 10] {
                let cut = of_members[(of_members.len() - 1) * tenth / 10];
                for operator in [Operator::GreaterOrEqual, Operator::LessOrEqual] {
                    let value = (f64::from(cut) * column.quantum.max(1) as f64).floor() as i64;
                    let condition = SegmentCondition { feature: column.name.clone(), operator, value };
                    let mut tried = rule.clone();
                    tried.push(condition.clone());
                    let tried = [tried];
                    let (mut hits, mut all) = (0_usize, 0_usize);
                    for (idx, member) in is_member.iter().enumerate() {
                        if table.fits(&tried, idx) {
                            all += 1;
                            hits += usize::from(*member);
                        }
                    }
                    let f1 = 2.0 * hits as f64 / (all + n_members) as f64;
                    if best.as_ref().is_none_or(|(known, _)| *known < f1) {
                        best = Some((f1, condition));
                    }
                }
            }
        }
        match best {
            Some((f1, condition)) if best_f1 + 0.01 < f1 => {
                best_f1 = f1;
                rule.push(condition);
            }
            _ => break,
        }
    }
    rule
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::view::FeatureColumn;

    #[test]
    fn a_group_that_one_cut_describes_is_described_by_it() {
        let table = CustomerTable {
            numbers: (0..100).collect(),
            x: vec![0.0; 100],
            y: vec![0.0; 100],
            group: (0..100).map(|idx| u16::from(70 <= idx)).collect(),
            columns: vec![FeatureColumn {
                name: "n_orders".to_owned(),
                quantum: 1,
                values: (0..100).map(|idx| idx as f32).collect(),
                ..FeatureColumn::default()
            }],
        };
        let is_member: Vec<bool> = table.group.iter().map(|group| *group == 1).collect();
        let rule = fitted_rule(&table, &is_member);
        assert_eq!(rule.len(), 1);
        assert_eq!(table.count(&[rule]), 30);
    }
}
