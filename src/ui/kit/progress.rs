//! A bar for work whose total is known, and for work whose total is not.

use egui::{Role, Sense, Ui, Vec2, WidgetInfo};

use crate::ui::theme::HasTokens as _;

/// `share` 0…1; `None` paints an empty rail (no animation: nothing repaints without news).
pub fn bar(ui: &mut Ui, width: f32, share: Option<f32>, name: &str) {
    let t = ui.tokens();
    let (rect, response) = ui.allocate_exact_size(Vec2::new(width, 6.0), Sense::hover());
    ui.painter().rect_filled(rect, 3, t.rail);
    if let Some(share) = share {
        let mut done = rect;
        done.set_width(rect.width() * share.clamp(0.0, 1.0));
        ui.painter().rect_filled(done, 3, t.accent);
    }
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::ProgressIndicator, true, name);
        info.value = share.map(|share| f64::from(share) * 100.0);
        info
    });
}
