//! Saved or not, how much is in the store, what is being worked on.

use egui::{Align, Frame, Layout, Margin, Panel, RichText, Sense, Ui, Vec2};

use crate::ui::command::Command;
use crate::ui::icons;
use crate::ui::kit::{button, progress};
use crate::ui::screens::Scene;
use crate::ui::strings::Phrase as _;
use crate::ui::strings::shell::Shell;
use crate::ui::theme::{HasTokens as _, semibold, size, text};

#[derive(Clone, Debug, Default, PartialEq)]
pub enum Saved {
    #[default]
    All,
    Saving,
    Failed(String),
}

/// Work under way, as the status bar shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    pub phase: String,
    pub done: u64,
    /// 0 is unknown.
    pub total: u64,
}

pub fn status_bar(
    ui: &mut Ui,
    scene: &Scene<'_>,
    saved: &Saved,
    progress: Option<&Progress>,
    commands: &mut Vec<Command>,
) {
    let t = ui.tokens();
    Panel::bottom("status bar")
        .exact_size(size::STATUS)
        .show_separator_line(false)
        .frame(Frame::new().fill(t.surface2).inner_margin(Margin::symmetric(10, 0)))
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.x = 8.0;
            ui.spacing_mut().interact_size.y = 20.0;
            ui.horizontal_centered(|ui| {
                let has_store = !scene.view.store.name.is_empty();
                if has_store {
                    saved_ui(ui, saved, scene.view.store.read_only);
                    ui.add_space(16.0);
                    let counts = Shell::StoreCounts.with(&[
                        ("products", scene.view.store.n_products.into()),
                        ("customers", scene.view.store.n_customers.into()),
                        ("orders", scene.view.store.n_orders.into()),
                    ]);
                    ui.label(RichText::new(counts).text_style(text::small()).color(t.muted));
                }
                if let Some(work) = progress {
                    work_ui(ui, scene, work, commands);
                }
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    if 520.0 < ui.available_width() || !has_store {
                        ui.label(
                            RichText::new(Shell::StaysHere.text()).text_style(text::small()).color(t.muted),
                        );
                    }
                });
            });
        });
}

fn saved_ui(ui: &mut Ui, saved: &Saved, read_only: bool) {
    let t = ui.tokens();
    let failed;
    let (icon, color, words) = match saved {
        _ if read_only => (icons::LOCK, t.bury.fg, Shell::ReadOnly.text()),
        Saved::All => (icons::CHECK, t.boost.fg, Shell::AllSaved.text()),
        Saved::Saving => (icons::CLOCK, t.muted, Shell::Saving.text()),
        Saved::Failed(why) => {
            failed = Shell::CannotSave.with(&[("why", why.into())]);
            (icons::WARNING_CIRCLE, t.hide.fg, failed.as_str())
        }
    };
    let (rect, _) = ui.allocate_exact_size(Vec2::splat(14.0), Sense::hover());
    icon.paint(ui.painter(), rect.center(), 14.0, color);
    let color = if matches!(saved, Saved::Failed(_)) { t.hide.fg } else { t.text };
    ui.label(RichText::new(words).size(12.0).family(semibold()).color(color));
}

fn work_ui(ui: &mut Ui, scene: &Scene<'_>, work: &Progress, commands: &mut Vec<Command>) {
    let t = ui.tokens();
    ui.add_space(16.0);
    let share = (0 < work.total).then(|| work.done as f32 / work.total as f32);
    progress::bar(ui, 96.0, share, &work.phase);
    let words = if 0 < work.total {
        let percent = scene.formats.percent((u128::from(work.done) * 1000 / u128::from(work.total)) as i64);
        format!("{} · {percent}", work.phase)
    } else {
        work.phase.clone()
    };
    ui.label(RichText::new(words).text_style(text::small()).color(t.text));
    let cross = button::quiet(icons::X.atom_sized(12.0, None)).small();
    let response = ui.add(cross).on_hover_text(Shell::Cancel.text());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, Shell::Cancel.text()));
    if response.clicked() {
        commands.push(Command::CancelJobs);
    }
}
