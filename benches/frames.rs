//! Frame times of the window: UI pass, and inside it the product's own work (deciding pages, placing cards), apart from
//! tessellation.
//!
//! No GPU and no software rasteriser: what is measured is what the window's own thread does.
//! `cargo bench --bench frames` prints p50, p95 and p99 in milliseconds at 10,000 and 100,000 products.

#![expect(clippy::print_stdout, reason = "a benchmark reports what it measured")]

#[path = "../tests/common/mod.rs"]
mod common;

use std::time::{Duration, Instant};

use endcap::app::replay::Question;
use endcap::bundle::Bundle;
use endcap::decide::{Detail, PageRef, Prepared, Visit};
use endcap::measure::replay::Look;
use endcap::shop::Silent;
use endcap::ui::Studio;
use endcap::ui::history::History;
use endcap::ui::persist::Settings;
use endcap::ui::spent;

const FRAMES: usize = 240;

fn main() {
    println!(
        "{:>8}  {:<22} {:>8} {:>8} {:>8}   {:>10} {:>10} {:>13}",
        "products", "frame", "p50 ms", "p95 ms", "p99 ms", "decide p95", "layout p95", "tessellate p95"
    );
    for n in [10_000, 100_000] {
        measure(n);
    }
}

fn measure(n: usize) {
    let view = common::view(n);
    let bundle = view.bundle.clone().expect("the fixture has a bundle");
    let page = PageRef::Collection("plants-vases".to_owned());
    let prepared = Prepared::new(&bundle);
    for (what, page) in [("decide a category", page.clone()), ("decide the homepage", PageRef::Home)] {
        let visit = Visit::of(page, common::NOW);
        let mut times: Vec<Duration> = (0..FRAMES)
            .map(|_| {
                let started = Instant::now();
                drop(prepared.decide(&visit, Detail::Full));
                started.elapsed()
            })
            .collect();
        let [p50, p95, p99] = percentiles(&mut times);
        println!("{n:>8}  {what:<22} {p50:>8.2} {p95:>8.2} {p99:>8.2}");
    }

    replay(n, &bundle);

    let ctx = egui::Context::default();
    let mut studio = Studio::new(&ctx, Settings::default(), || common::NOW);
    studio.show(view, History::default());
    let mut window = Window { ctx, studio, at: 0.0, frames: Vec::new() };
    for _ in 0..60 {
        window.frame(Vec::new());
    }
    window.report(n, "at rest", |window, _| window.frame(Vec::new()));

    window.studio.states_mut().pages.open(page, None);
    window.report(n, "scroll a category", |window, i| {
        let y = if i % 40 < 20 { -80.0 } else { 80.0 };
        window.frame(vec![
            egui::Event::PointerMoved(egui::pos2(600.0, 500.0)),
            egui::Event::MouseWheel {
                unit: egui::MouseWheelUnit::Point,
                delta: egui::vec2(0.0, y),
                phase: egui::TouchPhase::Move,
                source: egui::MouseWheelSource::Unknown,
                modifiers: egui::Modifiers::NONE,
            },
        ]);
    });

    window.studio.states_mut().pages.open(PageRef::Home, None);
    // Cards glide to their places; a press counts where they come to rest.
    for _ in 0..60 {
        window.frame(Vec::new());
    }
    let card = window.find("Slot 3 of ");
    // Near its upper edge: the strip may cover what is further down.
    let start = egui::pos2(card.center().x, card.top() + 16.0);
    window.frame(vec![egui::Event::PointerMoved(start)]);
    window.frame(vec![button(start, true)]);
    window.report(n, "drag a card", |window, i| {
        let x = 300.0 + (i as f32 * 7.0) % 700.0;
        window.frame(vec![egui::Event::PointerMoved(egui::pos2(x, start.y))]);
    });
    assert!(window.studio.states_mut().pages.drag.is_some(), "a card is held");
    window.frame(vec![egui::Event::Key {
        key: egui::Key::Escape,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers: egui::Modifiers::NONE,
    }]);
    window.frame(vec![button(start, false)]);

    let slider = window.find("Relevance");
    window.frame(vec![egui::Event::PointerMoved(slider.center())]);
    window.frame(vec![button(slider.center(), true)]);
    let before = window.studio.document().clone();
    window.report(n, "move a slider", |window, i| {
        let x = slider.left() + 10.0 + (i as f32 * 3.0) % (slider.width() - 20.0);
        window.frame(vec![egui::Event::PointerMoved(egui::pos2(x, slider.center().y))]);
    });
    assert_ne!(*window.studio.document(), before, "the slider moved a weight");
    window.frame(vec![button(slider.center(), false)]);
}

/// The strip's two answers after an edit of the homepage, on worker threads in the window.
fn replay(n: usize, bundle: &Bundle) {
    let past = common::past(bundle, 3_000);
    let look = Look { visible: 6, row: None, at: common::NOW, device: None };
    let before = std::sync::Arc::clone(&bundle.document);
    for (what, quick) in [("quick estimate", true), ("full replay", false)] {
        let mut times: Vec<Duration> = (0..6_u32)
            .map(|edit| {
                let mut after = (*before).clone();
                for row in after.layouts.values_mut().flat_map(|layout| &mut layout.default) {
                    row.variety = 50 + edit;
                }
                let (before, after) = (std::sync::Arc::clone(&before), std::sync::Arc::new(after));
                let question = Question { page: PageRef::Home, look: look.clone(), before, after };
                let started = Instant::now();
                let answer = past.compare(&question, quick, &Silent).expect("nobody cancels");
                assert!(answer.is_ok(), "there are enough orders");
                started.elapsed()
            })
            .skip(1)
            .collect();
        let [p50, p95, _] = percentiles(&mut times);
        println!("{n:>8}  {what:<22} {p50:>8.2} {p95:>8.2}");
    }
}

fn button(pos: egui::Pos2, pressed: bool) -> egui::Event {
    egui::Event::PointerButton {
        pos,
        button: egui::PointerButton::Primary,
        pressed,
        modifiers: egui::Modifiers::NONE,
    }
}

struct Frame {
    /// The whole UI pass.
    pass: Duration,
    spent: spent::Spent,
    tessellation: Duration,
}

struct Window {
    ctx: egui::Context,
    studio: Studio,
    at: f64,
    frames: Vec<Frame>,
}

impl Window {
    fn run(&mut self, events: Vec<egui::Event>) -> (egui::FullOutput, Duration) {
        self.at += 1.0 / 60.0;
        let input = egui::RawInput {
            screen_rect: Some(egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(1_440.0, 900.0))),
            time: Some(self.at),
            events,
            ..Default::default()
        };
        let studio = &mut self.studio;
        let started = Instant::now();
        let output = self.ctx.run_ui(input, |ui| studio.paint(ui));
        (output, started.elapsed())
    }

    /// One UI pass; tessellation is done and timed apart.
    fn frame(&mut self, events: Vec<egui::Event>) {
        spent::take();
        let (mut output, pass) = self.run(events);
        // There is no GPU to hand them to.
        output.textures_delta.clear();
        let spent = spent::take();
        let started = Instant::now();
        drop(self.ctx.tessellate(output.shapes, output.pixels_per_point));
        self.frames.push(Frame { pass, spent, tessellation: started.elapsed() });
    }

    /// Where something with a name stands, as a screen reader is told.
    fn find(&mut self, label: &str) -> egui::Rect {
        self.ctx.enable_accesskit();
        let (mut output, _) = self.run(Vec::new());
        if output.platform_output.accesskit_update.is_none() {
            output.textures_delta.clear();
            output = self.run(Vec::new()).0;
        }
        output.textures_delta.clear();
        self.ctx.disable_accesskit();
        let update = output.platform_output.accesskit_update.expect("the tree was asked for");
        let node = update.nodes.iter().map(|(_, node)| node).find(|node| {
            node.label().is_some_and(|known| known.starts_with(label))
                && matches!(node.role(), egui::accesskit::Role::Button | egui::accesskit::Role::Slider)
        });
        let bounds = node.and_then(egui::accesskit::Node::bounds).expect("it is on screen");
        egui::Rect::from_min_max(
            egui::pos2(bounds.x0 as f32, bounds.y0 as f32),
            egui::pos2(bounds.x1 as f32, bounds.y1 as f32),
        )
    }

    fn report(&mut self, n: usize, what: &str, mut work: impl FnMut(&mut Self, usize)) {
        self.frames.clear();
        for i in 0..FRAMES {
            work(self, i);
        }
        let column = |of: &dyn Fn(&Frame) -> Duration| {
            let mut times: Vec<Duration> = self.frames.iter().map(of).collect();
            percentiles(&mut times)
        };
        let [p50, p95, p99] = column(&|frame| frame.pass);
        let [_, decide, _] = column(&|frame| frame.spent.decide);
        let [_, layout, _] = column(&|frame| frame.spent.layout);
        let [_, tessellate, _] = column(&|frame| frame.tessellation);
        println!(
            "{n:>8}  {what:<22} {p50:>8.2} {p95:>8.2} {p99:>8.2}   {decide:>10.2} {layout:>10.2} {tessellate:>13.2}"
        );
    }
}

/// Milliseconds at 50, 95 and 99 of a hundred.
fn percentiles(times: &mut [Duration]) -> [f64; 3] {
    times.sort();
    [50, 95, 99].map(|share| {
        let at = (times.len() * share / 100).min(times.len().saturating_sub(1));
        times.get(at).map_or(0.0, |time| time.as_secs_f64() * 1_000.0)
    })
}
