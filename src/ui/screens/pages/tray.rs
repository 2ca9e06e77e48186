//! Products put aside to carry to another page.

use egui::{Frame, Margin, Panel, RichText, Sense, Stroke, Ui, Vec2, vec2};

use super::card::paint_picture;
use super::drag::{Drag, Held};
use super::state::PagesState;
use crate::ui::command::Command;
use crate::ui::icons;
use crate::ui::kit::button;
use crate::ui::screens::Scene;
use crate::ui::strings::Phrase as _;
use crate::ui::strings::canvas::Canvas;
use crate::ui::theme::{HasTokens as _, text};

pub(super) fn tray_ui(ui: &mut Ui, scene: &Scene<'_>, state: &mut PagesState, _commands: &mut Vec<Command>) {
    if state.tray.is_empty() {
        return;
    }
    let Some(draft) = scene.draft else { return };
    let t = ui.tokens();
    Panel::bottom("tray")
        .exact_size(60.0)
        .frame(Frame::new().fill(t.surface).inner_margin(Margin::symmetric(16, 6)))
        .show(ui, |ui| {
            ui.horizontal_centered(|ui| {
                ui.label(
                    RichText::new(Canvas::Tray.with(&[("n", state.tray.len().into())]))
                        .text_style(text::strong()),
                );
                let mut gone = None;
                for (index, id) in state.tray.iter().enumerate() {
                    let Some(at) = draft.bundle().catalog.index(id) else {
                        continue;
                    };
                    let product = &draft.bundle().catalog.products[at as usize];
                    let (rect, response) = ui.allocate_exact_size(Vec2::splat(46.0), Sense::click_and_drag());
                    paint_picture(ui, rect, product, scene.pictures, 1.0);
                    let stroke = if response.hovered() { t.accent } else { t.border };
                    ui.painter().rect_stroke(rect, 4, Stroke::new(1.0, stroke), egui::StrokeKind::Inside);
                    response.widget_info(|| {
                        let name = Canvas::InTray.with(&[("product", (&product.title).into())]);
                        egui::WidgetInfo::labeled(egui::Role::Button, true, name)
                    });
                    if response.drag_started() {
                        let press = ui.input(|input| input.pointer.press_origin()).unwrap_or(rect.center());
                        state.drag = Some(Drag {
                            held: Held::FromTray { product: id.clone() },
                            grip: vec2(-52.0, -52.0),
                            size: Vec2::splat(104.0),
                            pointer: press,
                            target: None,
                            shift: false,
                        });
                    }
                    response.context_menu(|ui| {
                        if ui.add(button::quiet(Canvas::TakeOut.text())).clicked() {
                            gone = Some(index);
                        }
                    });
                    response.on_hover_text(&product.title);
                }
                if let Some(index) = gone {
                    state.tray.remove(index);
                }
                if 720.0 < ui.available_width() {
                    ui.label(RichText::new(Canvas::TrayHint.text()).text_style(text::small()).color(t.muted));
                }
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    if button::icon(ui, icons::X, Canvas::EmptyTray.text()).clicked() {
                        state.tray.clear();
                    }
                });
            });
        });
}
