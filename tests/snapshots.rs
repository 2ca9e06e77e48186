//! Pictures of every screen and its main states, in both themes at two sizes, compared pixel by pixel.
//!
//! They need a Vulkan driver (Mesa's lavapipe will do), so a plain `cargo test` leaves them out: set `ENDCAP_PICTURES=1`.
//! With `UPDATE_SNAPSHOTS=1` the pictures in `tests/snapshots` are written anew.

mod common;
#[path = "screens_around/store.rs"]
mod store;

use std::sync::Arc;

use egui::accesskit::Role;
use egui::{Key, Modifiers, Theme};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use egui_kittest::{Harness, SnapshotOptions, SnapshotResults};
use endcap::app::View;
use endcap::app::view::{ChangedField, ChangedValue, ImportDetail, ImportSummary, SetAside};
use endcap::ui::Studio;
use endcap::ui::persist::Settings;
use endcap::ui::screens::Screen;
use endcap::ui::screens::stage::{Findings, ImportChoices};
use endcap::ui::strings::Language;

type Window = Harness<'static, Studio>;

const SIZES: [(&str, [f32; 2]); 2] = [("wide", [1280.0, 800.0]), ("small", [960.0, 640.0])];
const THEMES: [(&str, Theme); 2] = [("light", Theme::Light), ("dark", Theme::Dark)];

/// A driver of another version blends the edge of a letter differently here and there; anything larger is a change.
const PIXEL_DIFFERENCE: f32 = 6.0;
const PIXELS: usize = 60;

/// Takes a picture of a screen in both themes and sizes.
fn pictures(name: &str, view: impl Fn() -> View, screen: Screen, reach: impl Fn(&mut Window)) {
    let all = SIZES.iter().flat_map(|size| THEMES.iter().map(move |theme| (*size, *theme)));
    take(name, &view, Settings { screen, ..Settings::default() }, &reach, all.collect());
}

/// Takes two pictures of a state of a screen that has all four: light and wide, dark and small.
fn state(name: &str, view: impl Fn() -> View, screen: Screen, reach: impl Fn(&mut Window)) {
    let corners = vec![(SIZES[0], THEMES[0]), (SIZES[1], THEMES[1])];
    take(name, &view, Settings { screen, ..Settings::default() }, &reach, corners);
}

fn take(
    name: &str,
    view: &dyn Fn() -> View,
    settings: Settings,
    reach: &dyn Fn(&mut Window),
    wanted: Vec<((&str, [f32; 2]), (&str, Theme))>,
) {
    if std::env::var_os("ENDCAP_PICTURES").is_none() {
        return;
    }
    let mut results = SnapshotResults::new();
    for ((size_name, size), (theme_name, theme)) in wanted {
        let settings = Settings { tour_is_over: true, ..settings.clone() };
        let mut window = common::studio_with(size, theme, settings, view());
        reach(&mut window);
        common::settle(&mut window);
        let options = SnapshotOptions::new().threshold(PIXEL_DIFFERENCE).max_failed_pixels(PIXELS);
        let picture = format!("{name}-{theme_name}-{size_name}");
        // A busy machine may not paint in time; that says nothing about the picture.
        let mut result = window.try_snapshot_options(&picture, &options);
        for _ in 0..5 {
            match &result {
                Err(error) if error.to_string().contains("timed out") => {
                    result = window.try_snapshot_options(&picture, &options);
                }
                _ => break,
            }
        }
        results.add(result);
    }
    let errors: Vec<String> = results.into_inner().iter().map(ToString::to_string).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

fn store_view() -> View {
    store::view()
}

/// The store of the canvas tests: real pictures on every shelf.
fn shop_view() -> View {
    common::view(0)
}

fn empty_store() -> View {
    let mut view = store::nothing();
    view.store.name = "Mara's Home".to_owned();
    view
}

fn read_only() -> View {
    let mut view = store::view();
    view.store.read_only = true;
    view
}

fn nothing(_: &mut Window) {}

fn click(window: &mut Window, label: &str) {
    window.get_all_by_label(label).next().unwrap().click();
    window.run_steps(4);
}

/// The third card of the first row, with the inspector beside it.
fn choose_a_card(window: &mut Window) {
    window.state_mut().states_mut().pages.segment = "s3".to_owned();
    common::settle(window);
    let page = heard_cards(window);
    let card = page.get(2).expect("cards are on screen").clone();
    window.get_all_by_label(&card).next().expect("the card is on screen").focus();
    common::settle(window);
}

fn heard_cards(window: &Window) -> Vec<String> {
    window
        .get_all_by_role(Role::Button)
        .filter_map(|node| node.accesskit_node().label())
        .filter(|label| label.starts_with("Slot ") || label.starts_with("Platz "))
        .collect()
}

fn found(window: &mut Window, found: Findings) {
    *window.state_mut().findings_mut() = found;
    window.run_steps(4);
}

fn summary() -> ImportSummary {
    store::view().imports[0].clone()
}

fn detail() -> ImportDetail {
    let row = |line, reason: &str, raw: &str| SetAside {
        file: "orders_export_1.csv".into(),
        line,
        reason: reason.into(),
        raw: raw.into(),
    };
    let changed = |what: &str, field, before: &str, after: &str| ChangedValue {
        what: what.into(),
        field,
        before: before.into(),
        after: after.into(),
    };
    ImportDetail {
        import: 2,
        set_aside: vec![
            row(
                812,
                "The date is blank, and without it the row has no place in time.",
                "#1042,mara@…,,paid,79.00",
            ),
            row(
                4_120,
                "The row has 81 cells where the header has 79.",
                "#2210,jo@…,2025-03-04,paid,\"12,00\",,,,,,,,,,",
            ),
        ],
        changed: vec![
            changed("Amber ceramic lamp", ChangedField::Price, "39.00 USD", "35.00 USD"),
            changed("Club armchair", ChangedField::Stock, "12", "3"),
            changed("#1042", ChangedField::OrderStatus, "pending", "paid"),
        ],
        gone: vec!["Old lamp".into(), "Christmas tree".into()],
    }
}

#[test]
fn first_run() {
    pictures("first-run", store::nothing, Screen::Pages, nothing);
}

#[test]
fn home() {
    pictures("home", store_view, Screen::Home, nothing);
    state("home-empty", empty_store, Screen::Home, nothing);
}

#[test]
fn other_languages() {
    let corners = || vec![(SIZES[0], THEMES[0]), (SIZES[1], THEMES[1])];
    for (name, language) in [("german", Language::German), ("pseudo", Language::Pseudo)] {
        for screen in [Screen::Home, Screen::Data] {
            let settings = Settings { screen, language, ..Settings::default() };
            let name = format!("{screen:?}-{name}").to_lowercase();
            take(&name, &store_view, settings, &nothing, corners());
        }
        let settings = Settings { screen: Screen::Pages, language, ..Settings::default() };
        // Cards are found by what they are called, which made-up letters hide.
        let prepare = if language == Language::German { choose_a_card } else { nothing };
        take(&format!("pages-{name}"), &shop_view, settings, &prepare, corners());
    }
}

#[test]
fn data() {
    pictures("data", store_view, Screen::Data, nothing);
    state("data-empty", empty_store, Screen::Data, nothing);
    state("data-read-only", read_only, Screen::Data, nothing);
    state("data-fixes", store_view, Screen::Data, |window| click(window, "Merge…"));
}

#[test]
fn the_steps_of_an_import() {
    let detected = || Findings { detected: store::detected(), ..Findings::default() };
    pictures("import-files", store_view, Screen::Data, |window| found(window, detected()));
    pictures("import-columns", store_view, Screen::Data, |window| {
        found(window, detected());
        click(window, "Next");
    });
    state("import-check", store_view, Screen::Data, |window| {
        let mut files = store::detected();
        files.truncate(1);
        let tried = ImportChoices {
            paths: vec!["/x/orders_export_1.csv".into()],
            files: vec!["orders_export_1.csv".into()],
            ..ImportChoices::default()
        };
        found(
            window,
            Findings { detected: files, rehearsal: Some((tried, summary())), ..Findings::default() },
        );
        click(window, "Next");
    });
    state("import-running", store_view, Screen::Data, |window| {
        let files = ["products_export.csv", "orders_export_1.csv", "customers_export.csv"];
        let importing = files.map(str::to_owned).to_vec();
        *window.state_mut().findings_mut() = Findings { importing, ..Findings::default() };
        window.state_mut().show_work("import", "Reading orders_export_1.csv", [13_870, 21_304], Some(4));
        window.run_steps(4);
    });
    pictures("import-done", store_view, Screen::Data, |window| {
        let done =
            Findings { imported: Some(summary()), import_detail: Some(detail()), ..Findings::default() };
        found(window, done);
    });
    state("import-set-aside", store_view, Screen::Data, |window| {
        let done =
            Findings { imported: Some(summary()), import_detail: Some(detail()), ..Findings::default() };
        found(window, done);
        click(window, "Show the 6 rows");
    });
}

#[test]
fn customers() {
    pictures("customers", store_view, Screen::Customers, nothing);
}

#[test]
fn pages() {
    pictures("pages", shop_view, Screen::Pages, |window| {
        window.state_mut().states_mut().pages.segment = "s3".to_owned();
    });
    state("pages-compare", shop_view, Screen::Pages, |window| {
        window.state_mut().states_mut().pages.segment = "s3".to_owned();
        window.run_steps(2);
        window.key_press(Key::C);
    });
    state("pages-inspector", shop_view, Screen::Pages, choose_a_card);
    state("pages-groups", shop_view, Screen::Pages, |window| window.key_press(Key::M));
}

#[test]
fn recommendations() {
    pictures("recommendations", store_view, Screen::Recommendations, nothing);
}

#[test]
fn search() {
    pictures("search", store_view, Screen::Search, |window| {
        window.get_by_role_and_label(Role::ListItem, "velvet").click();
    });
}

#[test]
fn rules() {
    pictures("rules", store_view, Screen::Rules, nothing);
    state("rules-editor", store_view, Screen::Rules, |window| click(window, "New rule"));
}

#[test]
fn export() {
    use endcap::app::view::{Check, CheckOf, CheckOutcome, ExportPlan, Part, PartKind, PlannedFile};
    let part = |kind, amount, changed| Part { kind, amount, changed, is_optional: false };
    pictures("export", store_view, Screen::Export, |window| {
        let plan = ExportPlan {
            target: "web".into(),
            parts: vec![
                part(PartKind::Homepages, 7, Some((2, 9))),
                part(PartKind::Collections, 12, Some((3, 27))),
                part(PartKind::BoughtTogether, 271, None),
                part(PartKind::Rules, 4, Some((2, 2))),
            ],
            files: vec![
                PlannedFile {
                    name: "manifest.json".into(),
                    part: None,
                    bytes: 2_000,
                    head: "{}".into()
                };
                6
            ],
            checks: vec![
                Check { outcome: CheckOutcome::Warns, about: CheckOf::PinsAreInStock, n: 1 },
                Check { outcome: CheckOutcome::Passes, about: CheckOf::RulesKnowProducts, n: 0 },
            ],
            losses: vec!["row home/tiles: banners and tiles stay in the store's own theme".into()],
            ..ExportPlan::default()
        };
        found(window, Findings { export_plan: Some(plan), ..Findings::default() });
    });
    state("export-empty", empty_store, Screen::Export, nothing);
}

#[test]
fn settings() {
    pictures("settings", store_view, Screen::Settings, nothing);
}

/// A store whose catalog names pictures on two servers; some came, one did not.
fn pictured_store(allowed: bool) -> View {
    use endcap::app::pictures::{Host, Missed, Reason, Status};
    let mut view = store_view();
    let host = |host: &str, pictures, own_network| Host {
        host: host.to_owned(),
        pictures,
        own_network,
        agreed: allowed,
    };
    let missed =
        |file: &str, reason| Missed { address: format!("https://cdn.larkfield.example/{file}"), reason };
    let mut status = Status {
        named: 214,
        waiting: 214,
        hosts: vec![host("cdn.larkfield.example", 206, false), host("nas.local:8080", 8, true)],
        allowed,
        ..Status::default()
    };
    if allowed {
        status.fetched = 206;
        status.fetched_bytes = 9 << 20;
        status.waiting = 6;
        status.missed = vec![
            missed("files/olive-tree.jpg", Reason::Status { status: 404 }),
            missed("files/sofa.jpg", Reason::LeadsElsewhere { host: "images.example.net".to_owned() }),
        ];
    }
    view.pictures = Some(Arc::new(status));
    view
}

#[test]
fn pictures_from_the_web() {
    state(
        "pictures-question",
        || pictured_store(false),
        Screen::Settings,
        |window| {
            window.state_mut().ask_for_pictures();
            window.run_steps(2);
        },
    );
    let show_row = |window: &mut Window| {
        window.get_by_label("2 did not come").scroll_to_me();
        window.run_steps(8);
    };
    state("pictures-settings", || pictured_store(true), Screen::Settings, show_row);
    state(
        "pictures-missed",
        || pictured_store(true),
        Screen::Settings,
        |window| {
            show_row(window);
            window.get_by_label("2 did not come").click();
            window.run_steps(2);
        },
    );
}

#[test]
fn what_lies_over_the_window() {
    state("history", shop_view, Screen::Pages, |window| {
        for key in [Key::P, Key::B, Key::H] {
            choose_a_card(window);
            window.key_press(key);
            common::settle(window);
        }
        window.state_mut().open_history();
        // How long pictures take to load decides how much of the toast's time is left; without it the picture is one.
        window.run_steps(64);
    });
    state("error", store_view, Screen::Home, |window| {
        let words = "Disk is full. Your last 3 changes are kept in memory. Free some space and try again.";
        window.state_mut().say_error(words.to_owned());
        window.run_steps(4);
    });
    state("palette", store_view, Screen::Home, |window| {
        window.key_press_modifiers(Modifiers::COMMAND, Key::K);
        window.run_steps(2);
    });
    state("shortcuts", store_view, Screen::Home, |window| {
        window.key_press_modifiers(Modifiers::SHIFT, Key::Questionmark);
        window.run_steps(2);
    });
    state("files-over-the-window", store_view, Screen::Home, |window| {
        window.input_mut().hovered_files =
            vec![egui::HoveredFile { path: Some("/x/orders.csv".into()), ..egui::HoveredFile::default() }];
        window.run_steps(2);
    });
}
