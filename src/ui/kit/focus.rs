//! Where the keyboard is: the ring of widgets that paint themselves, and keeping it in sight.

use egui::{Context, CornerRadius, Id, Response, Stroke, StrokeKind, Ui, accesskit};

use crate::ui::theme::HasTokens as _;

/// 2 px accent with a 2 px gap, when the keyboard is here.
pub fn ring(ui: &Ui, response: &Response, corner: u8) {
    if response.has_focus() {
        ui.painter().rect_stroke(
            response.rect.expand(3.0),
            CornerRadius::same(corner.saturating_add(3)),
            Stroke::new(2.0, ui.tokens().accent),
            StrokeKind::Inside,
        );
    }
}

/// Scrolls to what Tab came to, wherever it is; call it once, before the window is painted. A focus out of
/// sight is no focus.
pub fn follow(ctx: &Context) {
    let (memory, tabbed) = (Id::unique("focus followed"), Id::unique("tab pressed"));
    let pass = ctx.cumulative_pass_nr();
    if ctx.input(|input| input.key_pressed(egui::Key::Tab)) {
        ctx.data_mut(|data| data.insert_temp(tabbed, pass));
    }
    let focused = ctx.memory(|memory| memory.focused());
    let before = ctx.data(|data| data.get_temp::<Id>(memory));
    if focused == before {
        return;
    }
    ctx.data_mut(|data| match focused {
        Some(focused) => {
            data.insert_temp(memory, focused);
        }
        None => data.remove::<Id>(memory),
    });
    // What is pressed with the pointer is in sight, and moving it then would be wrong.
    if ctx.data(|data| data.get_temp::<u64>(tabbed)).is_none_or(|at| at + 2 < pass) {
        return;
    }
    let Some(seen) = focused.and_then(|id| ctx.read_response(id)) else { return };
    if seen.interact_rect.contains_rect(seen.rect.shrink(1.0)) {
        return;
    }
    // What a screen reader asks for to bring something into view; the areas around it answer.
    let request = accesskit::ActionRequest {
        action: accesskit::Action::ScrollIntoView,
        target_tree: accesskit::TreeId::ROOT,
        target_node: seen.id.accesskit_id(),
        data: None,
    };
    ctx.input_mut(|input| input.events.push(egui::Event::AccessKitActionRequest(request)));
    ctx.request_repaint();
}
