//! A long list of which one row is chosen: one tab stop, arrows walk, only visible rows are made.

use egui::{EventFilter, Key, Margin, Rect, Role, ScrollArea, Sense, Ui, WidgetInfo, vec2};

use crate::ui::theme::HasTokens as _;

#[derive(Clone, Copy, Debug)]
pub struct PickList<'a> {
    pub salt: &'a str,
    pub row_height: f32,
    pub n_rows: usize,
    pub chosen: Option<usize>,
}

impl PickList<'_> {
    /// `name` is what a screen reader hears of a row, `paint` fills its rectangle. Returns the row chosen in this frame.
    pub fn show(
        self,
        ui: &mut Ui,
        name: impl Fn(usize) -> String,
        mut paint: impl FnMut(&Ui, Rect, usize),
    ) -> Option<usize> {
        let Self { salt, row_height, n_rows, chosen } = self;
        let mut picked = None;
        let mut walk = 0_i64;
        ui.spacing_mut().item_spacing.y = 0.0;
        // The focus ring stands outside its row.
        let list = ScrollArea::vertical().id_salt(salt).auto_shrink(false).content_margin(Margin::same(4));
        list.show_rows(ui, row_height, n_rows, |ui, rows| {
            for row in rows {
                let is_chosen = chosen == Some(row);
                let size = vec2(ui.available_width(), row_height);
                let (rect, response) = ui.allocate_exact_size(size, Sense::click());
                let t = ui.tokens();
                if is_chosen {
                    ui.painter().rect_filled(rect, 6, t.accent_soft);
                } else if response.hovered() {
                    ui.painter().rect_filled(rect, 6, t.hover);
                }
                paint(ui, rect, row);
                response.widget_info(|| WidgetInfo::selected(Role::ListItem, true, is_chosen, name(row)));
                super::focus::ring(ui, &response, 6);
                if response.has_focus() {
                    ui.memory_mut(|memory| {
                        let arrows = EventFilter { vertical_arrows: true, ..EventFilter::default() };
                        memory.set_focus_lock_filter(response.id, arrows);
                    });
                    walk = ui.input(|input| {
                        input.num_presses(Key::ArrowDown) as i64 - input.num_presses(Key::ArrowUp) as i64
                    });
                }
                if response.clicked() {
                    response.request_focus();
                    picked = Some(row);
                }
            }
        });
        if walk != 0 && 0 < n_rows {
            let at = chosen.unwrap_or(0) as i64;
            picked = Some((at + walk).clamp(0, n_rows as i64 - 1) as usize);
        }
        picked
    }
}
