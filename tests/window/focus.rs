//! Tab goes through every screen in reading order, comes back to where it began, and always stands on something that
//! is seen and has a name.

use std::collections::BTreeSet;

use egui::{Key, Rect, Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use endcap::ui::screens::Screen;
use endcap::ui::strings::Language;

use super::{SIZE, Window, common, window};

/// More presses than any screen has stops.
const MOST: usize = 260;

#[derive(Clone, Debug, PartialEq)]
struct Stop {
    id: u64,
    role: Role,
    label: String,
    rect: Rect,
    /// Where the stop before it stands now: coming here may have scrolled.
    before: Option<Rect>,
}

fn stop(window: &Window) -> Option<Stop> {
    let node = window.query_all_by(|node| node.is_focused()).next()?;
    let rect = node.rect();
    let node = node.accesskit_node();
    Some(Stop {
        id: node.locate().0.0,
        role: node.role(),
        label: node.label().or_else(|| node.value()).unwrap_or_default(),
        rect,
        before: None,
    })
}

/// Where Tab stands, from the first stop until it comes by it again.
fn walk(window: &mut Window) -> Result<Vec<Stop>, String> {
    let mut stops: Vec<Stop> = Vec::new();
    for _ in 0..MOST {
        window.key_press(Key::Tab);
        window.run_steps(3);
        let Some(mut here) = stop(window) else { continue };
        if let Some(last) = stops.last() {
            let now =
                window.query_all_by(|_| true).find(|node| node.accesskit_node().locate().0.0 == last.id);
            here.before = now.map(|node| node.rect());
        }
        if stops.first().is_some_and(|first| first.id == here.id) {
            return Ok(stops);
        }
        if stops.last().is_some_and(|last| last.id == here.id) {
            return Err(format!("Tab is caught on {here:?}"));
        }
        if let Some(again) = stops.iter().find(|known| known.id == here.id) {
            return Err(format!("Tab goes round without the first stop, from {again:?}"));
        }
        stops.push(here);
    }
    Err(format!("Tab never came back in {MOST} presses; it began at {:?}", stops.first()))
}

/// Whether one reads `next` after `here`: further right on its line, further down, or at the top of the next column.
fn is_after(here: Rect, next: Rect) -> bool {
    let shared = here.bottom().min(next.bottom()) - here.top().max(next.top());
    let on_one_line = here.height().min(next.height()) * 0.5 < shared;
    if on_one_line {
        here.left() <= next.left()
    } else {
        here.top() < next.top() || here.right() <= next.left() + 8.0
    }
}

#[test]
fn tab_walks_every_screen_in_reading_order_and_comes_back() {
    let at = |x: f32, y: f32| Rect::from_min_size(egui::pos2(x, y), egui::vec2(80.0, 28.0));
    assert!(is_after(at(0.0, 0.0), at(100.0, 2.0)) && is_after(at(100.0, 0.0), at(0.0, 40.0)));
    assert!(!is_after(at(100.0, 0.0), at(0.0, 2.0)) && !is_after(at(0.0, 40.0), at(0.0, 0.0)));
    let mut found = Vec::new();
    for screen in Screen::ALL {
        let mut open = window(*screen, Language::English);
        common::settle(&mut open);
        let stops = match walk(&mut open) {
            Ok(stops) => stops,
            Err(error) => {
                found.push(format!("{screen:?}: {error}"));
                continue;
            }
        };
        assert!(8 < stops.len(), "{screen:?} has hardly anything to operate: {stops:#?}");
        let seen = Rect::from_min_size(egui::Pos2::ZERO, SIZE.into());
        for stop in &stops {
            if stop.label.trim().is_empty() {
                found.push(format!("{screen:?}: a stop without a name, {stop:?}"));
            }
            if !seen.intersects(stop.rect) || stop.rect.width() < 1.0 || stop.rect.height() < 1.0 {
                found.push(format!("{screen:?}: the focus is not seen on {stop:?}"));
            }
        }
        // A part of the window begins with a stop of its own, and where a screen has side parts they come before what
        // stands in the middle; the tabs take the room that is left. Within a part one reads on.
        let begins = |stop: &Stop| stop.role == Role::Region || stop.role == Role::Tab;
        for pair in stops.windows(2) {
            // Another column: further left, and on another line.
            let far = pair[1].rect.left() + 200.0 < pair[1].before.map_or(0.0, |before| before.left())
                && 20.0
                    < (pair[1].rect.center().y - pair[1].before.map_or(0.0, |before| before.center().y))
                        .abs();
            let is_part =
                begins(&pair[0]) || begins(&pair[1]) || pair.iter().any(|stop| stop.role == Role::Splitter);
            let Some(before) = pair[1].before else { continue };
            if !is_part && !far && !is_after(before, pair[1].rect) {
                let [here, next] =
                    [&pair[0], &pair[1]].map(|stop| format!("“{}” {:?}", stop.label, stop.rect));
                found.push(format!("{screen:?}: after {here} comes {next}"));
            }
        }
        let names: BTreeSet<&str> = stops.iter().map(|stop| stop.label.as_str()).collect();
        for place in [Screen::Home, Screen::Settings] {
            assert!(names.contains(place.title()), "{screen:?}: the rail is out of reach: {names:#?}");
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
