//! Frame times of the window: UI pass, and inside it the decision of the page, apart from tessellation.
//!
//! No GPU and no software rasteriser: what is measured is what the window's own thread does.
//! `cargo bench --bench frames` prints p50, p95 and p99 in milliseconds at 10,000 and 100,000 products.

#![expect(clippy::print_stdout, reason = "a benchmark reports what it measured")]

#[path = "../tests/common/mod.rs"]
mod common;

use std::time::{Duration, Instant};

use endcap::decide::{Detail, PageRef, Prepared, Visit};
use endcap::ui::Studio;
use endcap::ui::history::History;
use endcap::ui::persist::Settings;

const FRAMES: usize = 240;

fn main() {
    println!("{:>8}  {:<22} {:>8} {:>8} {:>8}", "products", "frame", "p50 ms", "p95 ms", "p99 ms");
    for n in [10_000, 100_000] {
        measure(n);
    }
}

fn measure(n: usize) {
    let view = common::view(n);
    let bundle = view.bundle.clone().expect("the fixture has a bundle");
    let page = PageRef::Collection("plants-vases".to_owned());
    let prepared = Prepared::new(&bundle);
    let visit = Visit::of(page.clone(), common::NOW);
    report(n, "decide alone", time(FRAMES, |_| drop(prepared.decide(&visit, Detail::Full))));

    let ctx = egui::Context::default();
    let mut studio = Studio::new(&ctx, Settings::default(), || common::NOW);
    studio.show(view, History::default());
    let mut window = Window { ctx, studio, at: 0.0, tessellation: Vec::new() };
    for _ in 0..30 {
        window.frame(Vec::new());
    }
    report(n, "at rest", time(FRAMES, |_| window.frame(Vec::new())));
    window.studio.states_mut().pages.open(page, None);
    report(
        n,
        "scroll a category",
        time(FRAMES, |i| {
            let y = if i % 40 < 20 { -80.0 } else { 80.0 };
            window.frame(vec![
                egui::Event::PointerMoved(egui::pos2(600.0, 500.0)),
                egui::Event::MouseWheel {
                    unit: egui::MouseWheelUnit::Point,
                    delta: egui::vec2(0.0, y),
                    phase: egui::TouchPhase::Move,
                    modifiers: egui::Modifiers::NONE,
                },
            ]);
        }),
    );
    window.studio.states_mut().pages.open(PageRef::Home, None);
    window.frame(Vec::new());
    let start = egui::pos2(420.0, 560.0);
    window.frame(vec![egui::Event::PointerMoved(start)]);
    window.frame(vec![button(start, true)]);
    report(
        n,
        "drag a card",
        time(FRAMES, |i| {
            let x = 300.0 + (i as f32 * 7.0) % 700.0;
            window.frame(vec![egui::Event::PointerMoved(egui::pos2(x, 560.0))]);
        }),
    );
    window.frame(vec![egui::Event::Key {
        key: egui::Key::Escape,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers: egui::Modifiers::NONE,
    }]);
    window.frame(vec![button(start, false)]);
    let slider = egui::pos2(1_290.0, 458.0);
    window.frame(vec![egui::Event::PointerMoved(slider)]);
    window.frame(vec![button(slider, true)]);
    report(
        n,
        "move a slider",
        time(FRAMES, |i| {
            let x = 1_240.0 + (i as f32 * 3.0) % 110.0;
            window.frame(vec![egui::Event::PointerMoved(egui::pos2(x, slider.y))]);
        }),
    );
    let tessellation = std::mem::take(&mut window.tessellation);
    report(n, "tessellation of those", tessellation);
}

fn button(pos: egui::Pos2, pressed: bool) -> egui::Event {
    egui::Event::PointerButton {
        pos,
        button: egui::PointerButton::Primary,
        pressed,
        modifiers: egui::Modifiers::NONE,
    }
}

struct Window {
    ctx: egui::Context,
    studio: Studio,
    at: f64,
    tessellation: Vec<Duration>,
}

impl Window {
    /// One UI pass; tessellation is done and timed apart.
    fn frame(&mut self, events: Vec<egui::Event>) {
        self.at += 1.0 / 60.0;
        let input = egui::RawInput {
            screen_rect: Some(egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(1_440.0, 900.0))),
            time: Some(self.at),
            events,
            ..Default::default()
        };
        let studio = &mut self.studio;
        let output = self.ctx.run_ui(input, |ui| studio.paint(ui));
        let started = Instant::now();
        drop(self.ctx.tessellate(output.shapes, output.pixels_per_point));
        self.tessellation.push(started.elapsed());
    }
}

fn time(n: usize, mut work: impl FnMut(usize)) -> Vec<Duration> {
    (0..n)
        .map(|i| {
            let started = Instant::now();
            work(i);
            started.elapsed()
        })
        .collect()
}

fn report(n: usize, what: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)].as_secs_f64() * 1_000.0;
    println!("{n:>8}  {what:<22} {:>8.2} {:>8.2} {:>8.2}", at(50), at(95), at(99));
}
