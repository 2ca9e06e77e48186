//! The parts of the window, for people who walk it with F6.
//!
//! Every part begins with a stop of no size. F6 goes to the next part's stop, Tab from there to its first control.

use egui::{Context, Id, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2};

use crate::ui::strings::Phrase as _;
use crate::ui::strings::shell::Shell;
use crate::ui::theme::HasTokens as _;

/// In the order of F6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Region {
    Navigation,
    Bar,
    Main,
    Inspector,
    Strip,
}

impl Region {
    fn id(self) -> Id {
        Id::unique(("region", self))
    }

    fn name(self) -> &'static str {
        match self {
            Self::Navigation => Shell::RegionNavigation,
            Self::Bar => Shell::RegionBar,
            Self::Main => Shell::RegionMain,
            Self::Inspector => Shell::RegionInspector,
            Self::Strip => Shell::RegionStrip,
        }
        .text()
    }
}

/// The parts that were painted in this frame, with where they are.
#[derive(Clone, Debug, Default)]
struct Painted {
    pass: u64,
    parts: Vec<(Region, Rect)>,
}

fn list_id() -> Id {
    Id::unique("regions")
}

/// The stop of a part; call it first in the part.
pub fn stop(ui: &mut Ui, region: Region) {
    let rect = ui.max_rect().intersect(ui.clip_rect());
    let at = Rect::from_min_size(rect.min, vec2(1.0, 1.0));
    let response = ui.interact(at, region.id(), Sense::focusable_noninteractive());
    response.widget_info(|| WidgetInfo::labeled(Role::Region, true, region.name()));
    if response.has_focus() {
        let stroke = Stroke::new(2.0, ui.tokens().accent);
        ui.painter().rect_stroke(rect.shrink(1.0), 4, stroke, StrokeKind::Inside);
    }
    let pass = ui.ctx().cumulative_pass_nr();
    ui.data_mut(|data| {
        let painted = data.get_temp_mut_or_default::<Painted>(list_id());
        if painted.pass != pass {
            *painted = Painted { pass, parts: Vec::new() };
        }
        painted.parts.push((region, rect));
    });
}

/// Goes to the next part, from wherever the focus is.
pub fn step(ctx: &Context, forward: bool) {
    let painted = ctx.data(|data| data.get_temp::<Painted>(list_id())).unwrap_or_default();
    let mut parts = painted.parts;
    parts.sort_by_key(|(region, _)| *region);
    let n = parts.len();
    if n == 0 {
        return;
    }
    let focused = ctx.memory(egui::Memory::focused);
    let at = focused.and_then(|id| {
        let own = parts.iter().position(|(region, _)| region.id() == id);
        own.or_else(|| {
            let center = ctx.read_response(id)?.rect.center();
            parts.iter().position(|(_, rect)| rect.contains(center))
        })
    });
    let next = match (at, forward) {
        (Some(at), true) => (at + 1) % n,
        (Some(at), false) => (at + n - 1) % n,
        (None, true) => 0,
        (None, false) => n - 1,
    };
    ctx.memory_mut(|memory| memory.request_focus(parts[next].0.id()));
}
