//! Making or changing one rule.

use egui::{Align, Layout, RichText, ScrollArea, Ui};

use super::super::stage::Stage;
use super::{RulesState, T, Titles, pages};
use crate::merch::{Action, Condition, Edit, Field, Operator, PageKey, Rule, Schedule, Scope, Target};
use crate::shop::{Seconds, time::SECONDS_PER_DAY};
use crate::ui::kit::{button, chip, combo, heading, modal};
use crate::ui::say;
use crate::ui::strings::Phrase as _;
use crate::ui::strings::said;
use crate::ui::theme::{HasTokens as _, space, text};

#[derive(Clone, Debug)]
pub(super) struct Editor {
    rule: Rule,
    is_new: bool,
    from: String,
    until: String,
}

impl Editor {
    pub(super) fn new(stage: &Stage<'_>) -> Self {
        let category = stage
            .bundle()
            .and_then(|bundle| {
                bundle.catalog.products.iter().find_map(|product| product.product_type.clone())
            })
            .unwrap_or_default();
        let rule = Rule {
            id: stage.draft.next_rule_id(),
            name: None,
            enabled: true,
            action: Action::Boost { points: Action::MEDIUM, uncapped: false },
            target: Target::Where(Condition::Is {
                field: Field::ProductType,
                operator: Operator::Equals,
                value: category,
            }),
            scope: Scope::default(),
            schedule: Schedule::default(),
            created_at: stage.now,
        };
        Self { rule, is_new: true, from: String::new(), until: String::new() }
    }

    pub(super) fn of(stage: &Stage<'_>, rule: &Rule) -> Self {
        let date = |at: Option<Seconds>| at.map(|at| stage.formats.iso_date(at)).unwrap_or_default();
        Self {
            rule: rule.clone(),
            is_new: false,
            from: date(rule.schedule.from),
            until: date(rule.schedule.until.map(|until| until - 1)),
        }
    }
}

pub(super) fn dialog_ui(ui: &Ui, stage: &mut Stage<'_>, state: &mut RulesState) {
    let Some(editor) = &mut state.editor else { return };
    let mut is_done = false;
    let closed = modal::dialog(ui, "rule editor", 640.0, |ui| {
        heading::title(ui, if editor.is_new { T::NewRule } else { T::Editor }.text());
        ScrollArea::vertical().max_height(ui.ctx().content_rect().height() - 220.0).show(ui, |ui| {
            what_ui(ui, stage, editor);
            ui.separator();
            where_ui(ui, stage, editor);
            ui.separator();
            when_ui(ui, stage, editor);
        });
        let schedule = schedule_of(stage, editor);
        let titles = Titles::of(stage);
        let n = stage.prepared.map_or(0, |prepared| prepared.n_matching(&editor.rule, stage.now));
        ui.add_space(space::S);
        ui.horizontal_wrapped(|ui| {
            ui.label(
                RichText::new(say::rule_label(&editor.rule, stage.formats, &|id| titles.product(id)))
                    .text_style(text::strong()),
            );
            ui.label(RichText::new(T::EffectProducts.with(&[("n", n.into())])).color(ui.tokens().muted));
        });
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let why_not = match (&schedule, n) {
                (Err(()), _) => Some(T::BadDate.text()),
                (Ok(_), 0) => Some(T::MatchesNothing.text()),
                _ => None,
            };
            let pressed = button::enabled_or_why(ui, button::primary(T::Save.text()), why_not).clicked();
            if (pressed || (why_not.is_none() && button::go_ahead(ui)))
                && let Ok(schedule) = schedule
            {
                let rule = Rule { schedule, ..editor.rule.clone() };
                let label = titles.label(&rule, stage.formats);
                let (edit, says) = if editor.is_new {
                    (Edit::AddRule { rule, at: None }, T::Added)
                } else {
                    (Edit::ReplaceRule { rule }, T::Changed)
                };
                stage.edit(edit, says.with(&[("rule", (&label).into())]));
                is_done = true;
            }
            is_done |= ui.add(button::plain(T::Cancel.text())).clicked();
        });
    });
    if closed || is_done {
        state.editor = None;
    }
}

/// What a line is about at the left, in a column as wide as the longest of them, and the control beside it.
fn row(ui: &mut Ui, says: T, contents: impl FnOnce(&mut Ui, egui::Id)) {
    const ALL: [T; 9] = [
        T::Name,
        T::Do,
        T::Strength,
        T::Position,
        T::ProductsWhere,
        T::Where,
        T::For,
        T::FromDate,
        T::UntilDate,
    ];
    let font = egui::TextStyle::Body.resolve(ui.style());
    let width_of = |says: T| {
        ui.painter().layout_no_wrap(says.text().to_owned(), font.clone(), ui.tokens().text).size().x
    };
    let column = ALL.into_iter().map(width_of).fold(0.0, f32::max).ceil();
    ui.horizontal(|ui| {
        let start = ui.cursor().left();
        let label = ui.label(RichText::new(says.text()).color(ui.tokens().muted)).id;
        ui.add_space((start + column + space::S - ui.cursor().left()).max(0.0));
        contents(ui, label);
    });
}

fn what_ui(ui: &mut Ui, stage: &Stage<'_>, editor: &mut Editor) {
    let rule = &mut editor.rule;
    row(ui, T::Name, |ui, label| {
        let mut name = rule.name.clone().unwrap_or_default();
        let field = egui::TextEdit::singleline(&mut name).hint_text(T::NameHint.text()).desired_width(260.0);
        if ui.add(field).labelled_by(label).changed() {
            rule.name = (!name.trim().is_empty()).then_some(name);
        }
    });
    let is_list = matches!(rule.target, Target::Products(_));
    row(ui, T::Do, |ui, _| {
        let points = match rule.action {
            Action::Boost { points, .. } | Action::Bury { points } => points,
            _ => Action::MEDIUM,
        };
        let mut kinds = vec![
            (T::Boost, Action::Boost { points, uncapped: false }),
            (T::Bury, Action::Bury { points }),
            (T::Hide, Action::Hide),
            (T::OnlyShow, Action::OnlyShow),
        ];
        if is_list {
            kinds.insert(0, (T::Pin, Action::Pin { position: 1, soft: false, keep_when_sold_out: false }));
        }
        for (name, action) in kinds {
            let on = std::mem::discriminant(&action) == std::mem::discriminant(&rule.action);
            if chip::filter(ui, on, name.text()).clicked() && !on {
                rule.action = action;
            }
        }
    });
    match &mut rule.action {
        Action::Boost { points, .. } | Action::Bury { points } => {
            row(ui, T::Strength, |ui, _| {
                for (name, value) in
                    [(T::Slight, Action::SLIGHT), (T::Medium, Action::MEDIUM), (T::Strong, Action::STRONG)]
                {
                    if ui.radio(*points == value, name.text()).clicked() {
                        *points = value;
                    }
                }
            });
        }
        Action::Pin { position, keep_when_sold_out, .. } => {
            row(ui, T::Position, |ui, label| {
                ui.add(egui::DragValue::new(position).range(1..=999)).labelled_by(label);
                ui.checkbox(keep_when_sold_out, T::KeepSoldOut.text());
            });
        }
        Action::Hide | Action::OnlyShow => {}
    }
    if let Target::Where(Condition::Is { .. }) = &rule.target {
        condition_ui(ui, stage, &mut rule.target);
    }
}

fn condition_ui(ui: &mut Ui, stage: &Stage<'_>, target: &mut Target) {
    let Target::Where(Condition::Is { field, operator, value }) = target else {
        return;
    };
    row(ui, T::ProductsWhere, |ui, _| {
        let choices = [
            (T::TypeIs, Field::ProductType, Operator::Equals, ""),
            (T::StockUnder, Field::Stock, Operator::Less, "3"),
            (T::NewerThan, Field::AgeDays, Operator::LessOrEqual, "30"),
            (T::PriceOver, Field::Price, Operator::GreaterOrEqual, "5000"),
            (T::OnSale, Field::DiscountPercent, Operator::GreaterOrEqual, "1"),
        ];
        let now = choices.iter().find(|(_, known, ..)| known == field).map_or(T::Value, |(name, ..)| *name);
        combo::combo(ui, now.text(), now.text(), combo::Look::Outlined, |ui| {
            for (name, known, compare, first) in choices {
                if combo::choice(ui, known == *field, name.text(), name.text()).clicked() {
                    *value = if known == Field::ProductType {
                        categories(stage).into_iter().next().unwrap_or_default()
                    } else {
                        first.to_owned()
                    };
                    *field = known;
                    *operator = compare;
                }
            }
        });
        if *field == Field::ProductType {
            combo::combo(ui, T::Value.text(), value.clone(), combo::Look::Outlined, |ui| {
                for category in categories(stage) {
                    if combo::choice(ui, category == *value, &category, category.as_str()).clicked() {
                        value.clone_from(&category);
                    }
                }
            });
        } else {
            let per_unit = if *field == Field::Price { stage.formats.currency.minor_per_major() } else { 1 };
            let mut number = value.parse::<i64>().unwrap_or(0) / per_unit;
            let suffix =
                if *field == Field::Price { format!(" {}", stage.formats.currency.0) } else { String::new() };
            let drag = egui::DragValue::new(&mut number).range(0..=1_000_000).suffix(suffix);
            if ui.add(drag).accessible_name(T::Value.text()).changed() {
                *value = (number * per_unit).to_string();
            }
        }
    });
}

fn categories(stage: &Stage<'_>) -> Vec<String> {
    let mut all: Vec<String> = stage
        .bundle()
        .map(|bundle| {
            bundle.catalog.products.iter().filter_map(|product| product.product_type.clone()).collect()
        })
        .unwrap_or_default();
    all.sort_unstable();
    all.dedup();
    all
}

fn where_ui(ui: &mut Ui, stage: &Stage<'_>, editor: &mut Editor) {
    let titles = Titles::of(stage);
    let scope = &mut editor.rule.scope;
    row(ui, T::Where, |ui, _| {
        let now = scope.pages.first().map_or_else(|| T::AllPages.text().to_owned(), |page| titles.page(page));
        combo::combo(ui, &format!("{}: {now}", T::Where.text()), now.as_str(), combo::Look::Outlined, |ui| {
            if combo::choice(ui, scope.pages.is_empty(), T::AllPages.text(), T::AllPages.text()).clicked() {
                scope.pages.clear();
                scope.block = None;
            }
            let mut all = pages(stage.draft);
            if let Some(bundle) = stage.bundle() {
                all.extend(
                    bundle.catalog.collections.iter().map(|one| PageKey::Collection(Some(one.id.clone()))),
                );
            }
            all.dedup();
            for page in all {
                let name = titles.page(&page);
                if combo::choice(ui, scope.pages.first() == Some(&page), &name, name.as_str()).clicked() {
                    scope.pages = vec![page];
                    scope.block = None;
                }
            }
        });
    });
    row(ui, T::For, |ui, _| {
        let segments = stage.bundle().map(|bundle| bundle.segments.segments.clone()).unwrap_or_default();
        let name_of = |id: &str| {
            segments
                .iter()
                .find(|info| info.id == id)
                .map_or_else(|| id.to_owned(), |info| said::group(&info.name).into_owned())
        };
        let now = scope
            .segments
            .as_ref()
            .and_then(|ids| ids.first())
            .map_or_else(|| T::Everyone.text().to_owned(), |id| name_of(id));
        combo::combo(ui, &format!("{}: {now}", T::For.text()), now.as_str(), combo::Look::Outlined, |ui| {
            if combo::choice(ui, scope.segments.is_none(), T::Everyone.text(), T::Everyone.text()).clicked() {
                scope.segments = None;
            }
            for info in &segments {
                let chosen = scope.segments.as_ref().is_some_and(|ids| ids.contains(&info.id));
                let name = said::group(&info.name);
                if combo::choice(ui, chosen, &name, name.as_ref()).clicked() {
                    scope.segments = Some(vec![info.id.clone()]);
                }
            }
        });
    });
}

fn when_ui(ui: &mut Ui, stage: &Stage<'_>, editor: &mut Editor) {
    for (says, value) in [(T::FromDate, &mut editor.from), (T::UntilDate, &mut editor.until)] {
        row(ui, says, |ui, label| {
            let field = egui::TextEdit::singleline(value).hint_text("2025-04-01").desired_width(104.0);
            ui.add(field).labelled_by(label);
        });
    }
    let zone = T::ZoneHint.with(&[("zone", (&stage.formats.time_zone.0).into())]);
    heading::caption(ui, &zone);
}

/// Days as written, half-open in the store's time zone.
fn schedule_of(stage: &Stage<'_>, editor: &Editor) -> Result<Schedule, ()> {
    let day = |written: &str| -> Result<Option<Seconds>, ()> {
        let written = written.trim();
        if written.is_empty() {
            return Ok(None);
        }
        let mut parts = written.split('-').map(str::parse::<i16>);
        let (Some(Ok(year)), Some(Ok(month)), Some(Ok(day)), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(());
        };
        let date = jiff::civil::Date::new(year, month as i8, day as i8).map_err(|_| ())?;
        Ok(Some(stage.formats.time_zone.instant(date.at(0, 0, 0, 0))))
    };
    let from = day(&editor.from)?;
    let last = day(&editor.until)?;
    // The day after the last, by the calendar: 25-hour days exist.
    let until = last.map(|last| {
        let zone = &stage.formats.time_zone;
        zone.instant(zone.local(last + SECONDS_PER_DAY + SECONDS_PER_DAY / 12).date().at(0, 0, 0, 0))
    });
    if let (Some(from), Some(until)) = (from, until)
        && until <= from
    {
        return Err(());
    }
    Ok(Schedule { from, until })
}
