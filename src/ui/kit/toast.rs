//! Short messages at the bottom centre, at most two, six seconds each; errors stay until dismissed.

use std::time::Duration;

use egui::{Align2, Area, Frame, Id, Margin, Order, RichText, Ui};

use crate::ui::icons::{self, Icon};
use crate::ui::theme::{HasTokens as _, radius, text};

const SECONDS: f64 = 6.0;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Done,
    Info,
    Error,
}

/// A message with up to two things one can do about it. `A` is whatever the app does with a click.
#[derive(Clone, Debug)]
pub struct Toast<A> {
    pub level: Level,
    pub icon: Option<Icon>,
    pub text: String,
    pub actions: Vec<(String, A)>,
}

#[derive(Debug)]
struct Shown<A> {
    toast: Toast<A>,
    expires: Option<f64>,
}

#[derive(Debug)]
pub struct Toasts<A> {
    queue: Vec<Shown<A>>,
}

impl<A> Default for Toasts<A> {
    fn default() -> Self {
        Self { queue: Vec::new() }
    }
}

impl<A: Clone> Toasts<A> {
    pub fn push(&mut self, toast: Toast<A>) {
        if 2 <= self.queue.len() {
            self.queue.remove(0);
        }
        self.queue.push(Shown { toast, expires: None });
    }

    pub fn clear(&mut self) {
        self.queue.clear();
    }

    /// Newest text, for the live region and for tests.
    pub fn latest(&self) -> Option<&str> {
        self.queue.last().map(|shown| shown.toast.text.as_str())
    }

    /// Returns the actions that were clicked. `lift` keeps it clear of bars at the bottom, `dismiss` names the cross.
    pub fn show(&mut self, ui: &Ui, lift: f32, dismiss: &str) -> Vec<A> {
        let now = ui.input(|input| input.time);
        for shown in &mut self.queue {
            if shown.toast.level != Level::Error {
                shown.expires.get_or_insert(now + SECONDS);
            }
        }
        self.queue.retain(|shown| shown.expires.is_none_or(|at| now < at));
        if self.queue.is_empty() {
            return Vec::new();
        }
        let t = ui.tokens();
        let mut clicked = Vec::new();
        let mut gone = None;
        let area = Area::new(Id::unique("toasts"))
            .order(Order::Foreground)
            .anchor(Align2::CENTER_BOTTOM, [0.0, -lift])
            .show(ui, |ui| {
                for (index, Shown { toast, .. }) in self.queue.iter().enumerate() {
                    Frame::new()
                        .fill(t.overlay)
                        .corner_radius(radius::CARD)
                        .shadow(ui.visuals().popup_shadow)
                        .inner_margin(Margin::symmetric(14, 6))
                        .show(ui, |ui| {
                            ui.visuals_mut().hyperlink_color = t.overlay_accent;
                            ui.horizontal(|ui| {
                                let (icon, color) = match (toast.icon, toast.level) {
                                    (Some(icon), _) => (icon, t.overlay_pin),
                                    (None, Level::Done) => (icons::CHECK, t.overlay_accent),
                                    (None, Level::Info) => (icons::INFO, t.overlay_pin),
                                    (None, Level::Error) => {
                                        (icons::WARNING_CIRCLE, crate::ui::theme::DARK.hide.fg)
                                    }
                                };
                                let (rect, _) =
                                    ui.allocate_exact_size(egui::Vec2::splat(18.0), egui::Sense::hover());
                                icon.paint_filled(ui.painter(), rect.center(), 18.0, color);
                                let label = ui.label(RichText::new(&toast.text).color(t.on_overlay));
                                ui.ctx().accesskit_node_builder(label.id, |node| {
                                    node.set_live(egui::accesskit::Live::Polite);
                                });
                                for (label, action) in &toast.actions {
                                    let text = RichText::new(label)
                                        .text_style(text::strong())
                                        .color(t.overlay_accent);
                                    if ui.add(egui::Button::new(text).frame(false)).clicked() {
                                        clicked.push(action.clone());
                                        gone = Some(index);
                                    }
                                }
                                if toast.level == Level::Error {
                                    let cross = icons::X.atom_sized(14.0, Some(t.on_overlay));
                                    let response = ui.add(egui::Button::new(cross).frame(false));
                                    response.widget_info(|| {
                                        egui::WidgetInfo::labeled(egui::Role::Button, true, dismiss)
                                    });
                                    if response.clicked() {
                                        gone = Some(index);
                                    }
                                }
                            });
                        });
                }
            });
        if area.response.contains_pointer() {
            // Reading takes the time it takes.
            for shown in &mut self.queue {
                shown.expires = shown.expires.map(|_| now + SECONDS);
            }
        }
        if let Some(index) = gone {
            self.queue.remove(index);
        }
        if let Some(next) = self.queue.iter().filter_map(|shown| shown.expires).reduce(f64::min) {
            ui.ctx().request_repaint_after(Duration::from_secs_f64((next - now).max(0.05)));
        }
        clicked
    }
}
