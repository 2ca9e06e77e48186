//! The map: every customer a dot, drawn as one mesh.

use egui::{
    Color32, Mesh, Pos2, Rect, Response, Role, Sense, Shape, Stroke, Theme, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use super::super::stage::{Ask, Stage};
use super::{CustomersState, map_colour, rule_editor};
use crate::app::view::{CustomerTable, CustomersView};
use crate::ui::icons;
use crate::ui::kit::{button, heading, marker};
use crate::ui::strings::Phrase as _;
use crate::ui::strings::customers::Customers as T;
use crate::ui::strings::said;
use crate::ui::theme::{HasTokens as _, Marker, radius, segment_color, segment_marker, text};

/// More dots than this say no more and cost a frame.
const MOST_DOTS: usize = 20_000;

#[derive(Clone, Debug, Default)]
pub(super) struct MapState {
    lasso_on: bool,
    /// In the map's own coordinates.
    line: Vec<Pos2>,
    inside: Vec<usize>,
    /// Why those are marked, where it was not a lasso.
    why: Option<String>,
    /// The dot the keyboard is on.
    focus: Option<usize>,
}

impl MapState {
    pub(super) fn mark(&mut self, why: String, rows: Vec<usize>) {
        *self = Self { why: Some(why), inside: rows, ..Self::default() };
    }
}

pub(super) fn map_ui(
    ui: &mut Ui,
    stage: &mut Stage<'_>,
    state: &mut CustomersState,
    customers: &CustomersView,
    height: f32,
) {
    let t = ui.tokens();
    let table = &customers.table;
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click_and_drag());
    ui.painter().rect(rect, radius::CARD, t.surface, Stroke::new(1.0, t.border), egui::StrokeKind::Inside);
    let field = Field::of(table, rect.shrink2(vec2(28.0, 36.0)));
    let shown_k = state.k.unwrap_or(customers.k);
    let assignment = customers.choices.iter().find(|choice| {
        choice.k == shown_k && shown_k != customers.k && choice.assignment.len() == table.len()
    });
    let theme = if ui.visuals().dark_mode { Theme::Dark } else { Theme::Light };
    let selected =
        state.selected.as_ref().and_then(|id| customers.groups.iter().position(|group| group.id == *id));
    let look = |idx: usize| -> (u8, bool) {
        match assignment {
            Some(choice) => (choice.assignment[idx] as u8, true),
            None => {
                let group = usize::from(table.group[idx]);
                let color = customers.groups.get(group).map_or(7, |group| group.color);
                (color, selected.is_none_or(|selected| selected == group))
            }
        }
    };
    let figure = state.colouring.as_ref().filter(|_| assignment.is_none());
    let figure = figure.and_then(|colouring| Some((colouring, colouring.column(table)?)));
    let step = table.len().div_ceil(MOST_DOTS).max(1);
    let mut mesh = Mesh::default();
    for idx in (0..table.len()).step_by(step).filter(|idx| is_placed(table, *idx)) {
        let (color, strong) = look(idx);
        let fill = match figure {
            Some((colouring, column)) => colouring.color(t, column.values[idx]),
            None => segment_color(theme, color).gamma_multiply(if strong { 0.9 } else { 0.38 }),
        };
        dot(&mut mesh, field.place(table, idx), 2.6, segment_marker(color), fill);
    }
    ui.painter().with_clip_rect(rect.shrink(1.0)).add(Shape::mesh(mesh));
    labels_ui(ui, customers, &field, assignment.is_some(), theme);
    let name = T::MapName.with(&[("n", table.len().into()), ("groups", customers.groups.len().into())]);
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));
    overlay_ui(ui, rect, state, table, step);
    if state.map.inside.is_empty() {
        map_colour::choice_ui(ui, stage, state, table, rect);
    }
    if !state.map.lasso_on {
        for idx in state.map.inside.iter().filter(|idx| **idx < table.len() && is_placed(table, **idx)) {
            ui.painter().circle_stroke(field.place(table, *idx), 4.5, Stroke::new(1.5, t.accent));
        }
    }
    if state.map.lasso_on {
        lasso_ui(ui, &response, state, table, &field);
    } else if let Some(idx) = pointed(ui, &response, state, table, &field) {
        hover_ui(ui, &response, stage, table, &field, idx);
    }
    crate::ui::kit::focus::ring(ui, &response, radius::CARD);
}

/// From the table's coordinates to the screen, keeping proportions.
struct Field {
    rect: Rect,
    low: Vec2,
    scale: Vec2,
}

impl Field {
    fn of(table: &CustomerTable, rect: Rect) -> Self {
        let bounds = |values: &[f32]| {
            values.iter().fold((f32::MAX, f32::MIN), |(low, high), value| (low.min(*value), high.max(*value)))
        };
        let ((x0, x1), (y0, y1)) = (bounds(&table.x), bounds(&table.y));
        let scale = vec2(rect.width() / (x1 - x0).max(1e-6), rect.height() / (y1 - y0).max(1e-6));
        Self { rect, low: vec2(x0, y0), scale }
    }

    fn place(&self, table: &CustomerTable, idx: usize) -> Pos2 {
        pos2(
            self.rect.left() + (table.x[idx] - self.low.x) * self.scale.x,
            self.rect.bottom() - (table.y[idx] - self.low.y) * self.scale.y,
        )
    }

    fn nearest(&self, table: &CustomerTable, at: Pos2) -> Option<usize> {
        let distance = |idx: usize| self.place(table, idx).distance_sq(at);
        let placed = (0..table.len()).filter(|idx| is_placed(table, *idx));
        let nearest = placed.min_by(|one, two| distance(*one).total_cmp(&distance(*two)))?;
        (distance(nearest) < 144.0).then_some(nearest)
    }
}

/// False for customers the map has no place for: those without an order.
fn is_placed(table: &CustomerTable, idx: usize) -> bool {
    table.x[idx].is_finite() && table.y[idx].is_finite()
}

/// A small polygon after the group's marker; its number of corners tells groups apart without colour.
fn dot(mesh: &mut Mesh, center: Pos2, size: f32, marker: Marker, color: Color32) {
    let (corners, turn) = match marker {
        Marker::Square => (4, 45.0_f32),
        Marker::TriangleUp => (3, -90.0),
        Marker::Diamond | Marker::Cross => (4, 0.0),
        Marker::TriangleDown => (3, 90.0),
        Marker::Disc | Marker::Star | Marker::Ring => (6, 0.0),
    };
    let first = mesh.vertices.len() as u32;
    mesh.colored_vertex(center, color);
    for corner in 0..corners {
        let angle = turn.to_radians() + std::f32::consts::TAU * corner as f32 / corners as f32;
        mesh.colored_vertex(center + Vec2::angled(angle) * (size * 1.15), color);
    }
    for corner in 0..corners {
        mesh.add_triangle(first, first + 1 + corner, first + 1 + (corner + 1) % corners);
    }
}

/// The name of each group where most of it is.
fn labels_ui(ui: &Ui, customers: &CustomersView, field: &Field, is_preview: bool, theme: Theme) {
    if is_preview {
        return;
    }
    let t = ui.tokens();
    let table = &customers.table;
    let mut taken: Vec<Rect> = Vec::new();
    for (group_idx, group) in customers.groups.iter().enumerate() {
        let (mut sum, mut n) = (Vec2::ZERO, 0.0);
        for idx in (0..table.len())
            .filter(|idx| usize::from(table.group[*idx]) == group_idx && is_placed(table, *idx))
        {
            sum += field.place(table, idx).to_vec2();
            n += 1.0;
        }
        if n == 0.0 {
            continue;
        }
        let galley = ui.painter().layout_no_wrap(
            said::group(&group.name).into_owned(),
            text::label().resolve(ui.style()),
            t.text,
        );
        let mut center = (sum / n).to_pos2();
        let size = galley.size() + vec2(26.0, 8.0);
        let mut plate = Rect::from_center_size(center, size);
        while taken.iter().any(|other| other.intersects(plate)) {
            center.y += size.y;
            plate = Rect::from_center_size(center, size);
        }
        taken.push(plate);
        ui.painter().rect(
            plate,
            radius::PILL,
            t.surface.gamma_multiply(0.92),
            Stroke::new(1.0, t.border),
            egui::StrokeKind::Inside,
        );
        let mark = pos2(plate.left() + 12.0, plate.center().y);
        marker::paint(
            ui.painter(),
            mark,
            4.5,
            segment_marker(group.color),
            segment_color(theme, group.color),
        );
        ui.painter().galley(
            pos2(plate.left() + 20.0, plate.center().y - galley.size().y / 2.0),
            galley,
            t.text,
        );
    }
}

fn overlay_ui(ui: &mut Ui, rect: Rect, state: &mut CustomersState, table: &CustomerTable, step: usize) {
    let strip = Rect::from_min_size(rect.min + vec2(12.0, 4.0), vec2(rect.width() - 24.0, 30.0));
    let mut child = ui.new_child(egui::UiBuilder::new().max_rect(strip));
    child.horizontal(|ui| {
        let hint = match &state.map.why {
            Some(why) => why.as_str(),
            None if state.map.lasso_on => T::LassoHint.text(),
            None => T::DotHint.text(),
        };
        heading::caption(ui, hint);
        if 1 < step {
            let shown = table.len().div_ceil(step);
            heading::caption(ui, &T::Showing.with(&[("n", shown.into()), ("all", table.len().into())]));
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if button::icon_toggle(ui, state.map.lasso_on, icons::LASSO, T::Lasso.text()).clicked() {
                state.map = MapState { lasso_on: !state.map.lasso_on, ..MapState::default() };
            }
        });
    });
    if state.map.inside.is_empty() {
        return;
    }
    let bar =
        Rect::from_min_size(pos2(rect.left() + 12.0, rect.bottom() - 42.0), vec2(rect.width() - 24.0, 30.0));
    let mut child = ui.new_child(egui::UiBuilder::new().max_rect(bar));
    child.horizontal(|ui| {
        let n = state.map.inside.len();
        if ui.add(button::primary(T::FromLasso.with(&[("n", n.into())]))).clicked() {
            let rows: Vec<usize> =
                state.map.inside.iter().copied().filter(|row| *row < table.len()).collect();
            state.editor = Some(rule_editor::Editor::of_customers(table, &rows));
        }
        if ui.add(button::plain(T::ClearLasso.text())).clicked() {
            state.map.inside.clear();
            state.map.line.clear();
            state.map.why = None;
        }
    });
}

fn lasso_ui(ui: &Ui, response: &Response, state: &mut CustomersState, table: &CustomerTable, field: &Field) {
    let t = ui.tokens();
    let map = &mut state.map;
    if response.drag_started() {
        map.line.clear();
        map.inside.clear();
    }
    if response.dragged()
        && let Some(at) = response.interact_pointer_pos()
        && map.line.last().is_none_or(|last| 9.0 < last.distance_sq(at))
    {
        map.line.push(at);
    }
    if response.drag_stopped() {
        map.inside = (0..table.len()).filter(|idx| encloses(&map.line, field.place(table, *idx))).collect();
    }
    if 1 < map.line.len() {
        let mut closed = map.line.clone();
        closed.push(map.line[0]);
        ui.painter().extend(Shape::dashed_line(&closed, Stroke::new(1.5, t.accent), 5.0, 4.0));
    }
    for idx in &map.inside {
        ui.painter().circle_stroke(field.place(table, *idx), 4.0, Stroke::new(1.0, t.accent));
    }
}

/// Even-odd rule.
fn encloses(line: &[Pos2], at: Pos2) -> bool {
    if line.len() < 3 {
        return false;
    }
    let mut inside = false;
    let mut before = line[line.len() - 1];
    for point in line {
        if (point.y > at.y) != (before.y > at.y)
            && at.x < (before.x - point.x) * (at.y - point.y) / (before.y - point.y) + point.x
        {
            inside = !inside;
        }
        before = *point;
    }
    inside
}

/// The dot under the pointer, else the one the keyboard walked to.
fn pointed(
    ui: &Ui,
    response: &Response,
    state: &mut CustomersState,
    table: &CustomerTable,
    field: &Field,
) -> Option<usize> {
    if response.has_focus() && !table.is_empty() {
        let (back, on) = ui.input(|input| {
            (input.num_presses(egui::Key::ArrowLeft), input.num_presses(egui::Key::ArrowRight))
        });
        if 0 < back + on || state.map.focus.is_none() {
            let n = table.len();
            let at = state.map.focus.unwrap_or(0) + n + on;
            let next = (at - back.min(n)) % n;
            // Customers without an order have no place; step over them.
            let walk = (0..n).map(|step| if 0 < back { (next + n - step) % n } else { (next + step) % n });
            state.map.focus = walk.into_iter().find(|idx| is_placed(table, *idx));
        }
    }
    let over = response.hover_pos().and_then(|at| field.nearest(table, at));
    let chosen = over.or(state.map.focus.filter(|_| response.has_focus()))?;
    let pressed =
        response.clicked() || (response.has_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter)));
    if pressed {
        state.story = Some((table.numbers[chosen], usize::MAX));
    }
    Some(chosen)
}

fn hover_ui(
    ui: &Ui,
    response: &Response,
    stage: &mut Stage<'_>,
    table: &CustomerTable,
    field: &Field,
    idx: usize,
) {
    let t = ui.tokens();
    let at = field.place(table, idx);
    ui.painter().circle_stroke(at, 6.0, Stroke::new(2.0, t.accent));
    let number = table.numbers[idx].to_string();
    let line = match (table.value("n_orders", idx), table.value("recency_days", idx)) {
        (Some(orders), Some(days)) => T::DotLine.with(&[
            ("number", (&number).into()),
            ("orders", (orders as i64).into()),
            ("days", (days as i64).into()),
        ]),
        _ => T::DotLineShort.with(&[("number", (&number).into())]),
    };
    if response.hovered() {
        ui.ctx().set_cursor_icon(egui::CursorIcon::PointingHand);
        egui::Tooltip::always_open(
            ui.ctx().clone(),
            ui.layer_id(),
            response.id.with("dot"),
            egui::PopupAnchor::Pointer,
        )
        .gap(12.0)
        .show(|ui| ui.label(line));
    } else {
        let galley = ui.painter().layout_no_wrap(line, text::label().resolve(ui.style()), t.text);
        let plate = Rect::from_min_size(at + vec2(10.0, -12.0), galley.size() + vec2(16.0, 8.0));
        ui.painter().rect(
            plate,
            radius::CONTROL,
            t.surface,
            Stroke::new(1.0, t.border_strong),
            egui::StrokeKind::Inside,
        );
        ui.painter().galley(plate.min + vec2(8.0, 4.0), galley, t.text);
    }
    if response.clicked() || (response.has_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter))) {
        stage.push(Ask::OpenCustomer(table.numbers[idx]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lasso_holds_what_lies_inside_and_nothing_else() {
        let square = [pos2(0.0, 0.0), pos2(10.0, 0.0), pos2(10.0, 10.0), pos2(0.0, 10.0)];
        assert!(encloses(&square, pos2(5.0, 5.0)));
        assert!(!encloses(&square, pos2(15.0, 5.0)));
        assert!(!encloses(&square[..2], pos2(5.0, 0.0)));
    }
}
