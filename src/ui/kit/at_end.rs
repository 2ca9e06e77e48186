//! Things at the right edge that are read, and walked by Tab, from left to right.

use egui::{Align, Layout, Rect, Ui, UiBuilder, pos2};

/// Lays `contents` out at the right edge in the order they are added. A layout from right to left would put the first
/// thing last for the eye and first for Tab. How wide they are is known from the frame before; `salt` tells several of
/// one place apart.
pub fn at_end<R>(
    ui: &mut Ui,
    salt: impl std::hash::Hash + std::fmt::Debug,
    contents: impl FnOnce(&mut Ui) -> R,
) -> R {
    let id = ui.scope_id().with(("at end", salt));
    let known = ui.data(|data| data.get_temp::<f32>(id));
    let room = ui.available_rect_before_wrap();
    let width = known.unwrap_or(room.width()).min(room.width());
    let rect = Rect::from_min_max(pos2(room.right() - width, room.top()), room.max);
    let layout = Layout::left_to_right(Align::Center);
    let mut child = ui.new_child(UiBuilder::new().id_salt(id).max_rect(rect).layout(layout));
    if known.is_none() {
        child.set_invisible();
    }
    let inner = contents(&mut child);
    let taken = child.min_rect().width();
    if known.is_none_or(|known| 0.5 < (known - taken).abs()) {
        ui.data_mut(|data| data.insert_temp(id, taken));
        ui.ctx().request_discard("the width at the right edge changed");
    }
    ui.advance_cursor_after_rect(child.min_rect());
    inner
}
